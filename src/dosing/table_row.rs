//! One row of an event table, and what it means: EVID, AMT, RATE, II, ADDL, SS and CMT as NONMEM reads them.

use super::prepare::{Input, Order};
use super::record::Event;
use super::schedule::{Amount, Route};
use super::table_fault::{TableError, TableFault};
use crate::diagnostics::{Place, SourceText, did_you_mean};
use crate::units::Unit;
use std::ops::Range;
use std::sync::Arc;

/// A number of a table and the bytes it was read from. It is NaN where a cell that may have to be ignored is no number.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// As written, no unit applied.
    pub value: f64,
    /// Where, in the table's text.
    pub span: Range<usize>,
}

/// One line of a table: the reserved columns, missing ones `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The whole line.
    pub span: Range<usize>,
    /// ID.
    pub id: Option<Cell>,
    /// TIME in the internal unit, dates and clocks worked out.
    pub time: f64,
    /// Where TIME stands.
    pub time_span: Range<usize>,
    /// EVID.
    pub event: Option<Cell>,
    /// AMT, in the declared unit of what the dose goes into.
    pub amount: Option<Cell>,
    /// RATE, in that unit per unit of time.
    pub rate: Option<Cell>,
    /// II, in the unit of time.
    pub interval: Option<Cell>,
    /// ADDL.
    pub additional: Option<Cell>,
    /// SS.
    pub steady: Option<Cell>,
    /// CMT.
    pub compartment: Option<Cell>,
    /// The name in a column `route`.
    pub route: Option<(String, Range<usize>)>,
    /// Covariates in internal units, in the order of [`covariates`](super::EventTable::covariates).
    pub covariates: Vec<Option<f64>>,
}

/// What a table is read against.
#[derive(Clone, Copy)]
pub struct TableSetup<'a> {
    /// The routes of the model.
    pub routes: &'a [Route],
    /// The unit of TIME, II and (below the amount's) RATE: the model's, or the hour in a table with clock times.
    pub time: &'a Unit,
    /// The parameters that columns may set, by index, with their units.
    pub parameters: &'a [(String, Unit)],
    /// Their ranges, internal units; nothing is known of those that are left out.
    pub ranges: &'a [Option<(f64, f64)>],
}

/// Reads the meaning of one row.
pub(super) struct RowReader<'a> {
    pub row: &'a Row,
    pub source: &'a Arc<SourceText>,
    pub setup: &'a TableSetup<'a>,
}

/// How RATE says a dose enters.
#[derive(Debug, Clone, Copy, PartialEq)]
enum RateCode {
    AtOnce,
    Kept(f64),
    RouteRate,
    RouteDuration,
}

impl RowReader<'_> {
    pub fn fault(&self, fault: TableFault, span: Option<&Range<usize>>) -> TableError {
        fault.at(Place::new(self.source, span.unwrap_or(&self.row.span).clone()))
    }

    fn cell_fault(&self, fault: TableFault, cell: &Option<Cell>) -> TableError {
        self.fault(fault, cell.as_ref().map(|cell| &cell.span))
    }

    /// Whether the record resets, and what else it does.
    pub fn read(&self) -> Result<(bool, Event), TableError> {
        let row = self.row;
        let given = |cell: &Option<Cell>| cell.as_ref().is_some_and(|cell| cell.value != 0.0);
        let code = match &row.event {
            Some(cell) => cell.value,
            None if given(&row.amount) || given(&row.rate) => 1.0,
            None => 0.0,
        };
        let resets = code == 3.0 || code == 4.0;
        match code {
            1.0 | 4.0 => Ok((resets, self.dose()?)),
            0.0 | 2.0 | 3.0 => {
                let items = [
                    ("AMT", &row.amount),
                    ("RATE", &row.rate),
                    ("II", &row.interval),
                    ("ADDL", &row.additional),
                    ("SS", &row.steady),
                ];
                for (column, cell) in items {
                    if given(cell) {
                        return Err(self.cell_fault(TableFault::NotADose { column, event: code }, cell));
                    }
                }
                Ok((resets, if code == 0.0 { Event::Output(0) } else { Event::Nothing }))
            }
            value => Err(self.cell_fault(TableFault::BadEvent { value }, &row.event)),
        }
    }

    fn dose(&self) -> Result<Event, TableError> {
        let row = self.row;
        let value = |cell: &Option<Cell>| cell.as_ref().map_or(0.0, |cell| cell.value);
        let route = self.route()?;
        let of = self.setup.routes.get(route);
        let name = of.map_or_else(String::new, |of| of.name.clone());

        let amount = value(&row.amount);
        if amount < 0.0 {
            return Err(self.cell_fault(TableFault::NegativeAmount { value: amount }, &row.amount));
        }
        let rate = match value(&row.rate) {
            0.0 => RateCode::AtOnce,
            -1.0 if of.is_some_and(|of| of.has_rate) => RateCode::RouteRate,
            -2.0 if of.is_some_and(|of| of.has_duration) => RateCode::RouteDuration,
            value @ (-1.0 | -2.0) => {
                let property = if value == -1.0 { "rate" } else { "duration" };
                return Err(self.cell_fault(TableFault::NotDeclared { value, route: name, property }, &row.rate));
            }
            value if value < 0.0 => return Err(self.cell_fault(TableFault::BadRate { value }, &row.rate)),
            value => RateCode::Kept(value),
        };
        let interval = value(&row.interval);
        if interval < 0.0 {
            return Err(self.cell_fault(TableFault::NegativeInterval { value: interval }, &row.interval));
        }
        let additional = value(&row.additional);
        if !(0.0..=f64::from(u32::MAX)).contains(&additional) || additional.fract() != 0.0 {
            return Err(self.cell_fault(TableFault::BadAdditional { value: additional }, &row.additional));
        }
        let steady = value(&row.steady);
        if ![0.0, 1.0, 2.0].contains(&steady) {
            return Err(self.cell_fault(TableFault::BadSteady { value: steady }, &row.steady));
        }

        let endless = amount == 0.0 && steady > 0.0;
        if endless {
            match rate {
                RateCode::AtOnce => return Err(self.cell_fault(TableFault::SteadyWithoutDose, &row.steady)),
                // Nothing over a duration is nothing, not an endless infusion.
                RateCode::RouteDuration => return Err(self.cell_fault(TableFault::RateWithoutAmount, &row.rate)),
                RateCode::Kept(_) | RateCode::RouteRate if interval > 0.0 => {
                    return Err(self.cell_fault(TableFault::EndlessWithInterval, &row.interval));
                }
                RateCode::Kept(_) | RateCode::RouteRate if additional > 0.0 => {
                    return Err(self.cell_fault(TableFault::EndlessWithAdditional, &row.additional));
                }
                RateCode::Kept(_) | RateCode::RouteRate => {}
            }
        } else if amount == 0.0 && rate != RateCode::AtOnce {
            return Err(self.cell_fault(TableFault::RateWithoutAmount, &row.rate));
        } else if row.amount.is_none() {
            return Err(self.fault(TableFault::NoAmount, None));
        } else if steady > 0.0 && interval == 0.0 {
            return Err(self.cell_fault(TableFault::SteadyWithoutInterval, &row.steady));
        } else if additional > 0.0 && interval == 0.0 {
            return Err(self.cell_fault(TableFault::AdditionalWithoutInterval, &row.additional));
        }

        let unit = of.map_or_else(Unit::none, |of| of.unit.clone());
        let to_rate = |rate: f64| unit.to_internal(rate) / self.setup.time.to_internal(1.0);
        let input = match (rate, endless) {
            (RateCode::AtOnce, _) => Input::Bolus,
            (RateCode::Kept(rate), false) => Input::TableRate(to_rate(rate)),
            (RateCode::Kept(rate), true) => Input::EndlessTable(to_rate(rate)),
            (RateCode::RouteRate, false) => Input::RouteRate,
            (RateCode::RouteRate, true) => Input::EndlessRouteRate,
            (RateCode::RouteDuration, _) => Input::RouteDuration,
        };
        let order = Order {
            route,
            amount: Amount { value: unit.to_internal(amount), per_weight: false, as_mass: false },
            input,
            interval: self.setup.time.to_internal(interval),
            additional: additional as u32,
            place: Some(Place::new(self.source, row.span.clone())),
        };
        Ok(if steady > 0.0 { Event::SteadyDose { order, adds: steady == 2.0 } } else { Event::Dose(order) })
    }

    /// Which route a dose takes, by its name or by CMT.
    fn route(&self) -> Result<usize, TableError> {
        let (row, routes) = (self.row, self.setup.routes);
        let names = || routes.iter().map(|route| route.name.clone()).collect::<Vec<_>>();
        let by_name = match &row.route {
            None => None,
            Some((name, span)) => {
                let found = routes.iter().position(|route| route.name == *name);
                let unknown = || {
                    let known = names();
                    let nearest = did_you_mean(name, known.iter().map(String::as_str)).map(str::to_string);
                    self.fault(TableFault::UnknownRoute { name: name.clone(), nearest, known }, Some(span))
                };
                Some(found.ok_or_else(unknown)?)
            }
        };
        let Some(cell) = row.compartment.as_ref().filter(|cell| cell.value != 0.0) else {
            return match (by_name, routes) {
                (Some(route), _) => Ok(route),
                (None, [_]) => Ok(0),
                _ => Err(self.cell_fault(TableFault::NoRoute { known: names() }, &row.compartment)),
            };
        };
        let value = cell.value;
        if value.is_nan() {
            let text = self.source.text.get(cell.span.clone()).unwrap_or_default().to_string();
            return Err(self.fault(TableFault::NotANumber { column: "CMT".into(), text }, Some(&cell.span)));
        }
        if value < 0.0 || value.fract() != 0.0 {
            return Err(self.fault(TableFault::BadCompartment { value }, Some(&cell.span)));
        }
        let bears = |route: &Route| route.compartment.is_some_and(|number| f64::from(number) == value);
        let matching: Vec<usize> = (0..routes.len()).filter(|&index| bears(&routes[index])).collect();
        match (by_name, matching.as_slice()) {
            (Some(route), some) if some.contains(&route) => Ok(route),
            (_, []) => {
                let known = routes
                    .iter()
                    .filter_map(|route| route.compartment.map(|number| format!("{number} (`{}`)", route.name)))
                    .collect();
                Err(self.fault(TableFault::UnknownCompartment { value, known }, Some(&cell.span)))
            }
            (Some(route), _) => {
                let fault = TableFault::RoutesDisagree { compartment: value, route: routes[route].name.clone() };
                Err(self.fault(fault, Some(&cell.span)))
            }
            (None, &[route]) => Ok(route),
            (None, several) => {
                let routes = several.iter().map(|&index| routes[index].name.clone()).collect();
                Err(self.fault(TableFault::SharedCompartment { value, routes }, Some(&cell.span)))
            }
        }
    }
}

//! Event tables as text: columns, separators, missing values, numbers, and where each stands.
//!
//! What a record *means* is decided by `dosing` ([`EventTable::assemble`]); this module only reads cells. The header
//! names the columns, in any order: `ID TIME AMT RATE II ADDL SS EVID CMT ROUTE` and `DATE DAT1 DAT2 DAT3` in any case
//! (these names win), a parameter of the model in its own case (a covariate), anything else is ignored and reported.
//! It must never know commands, and never guess: a cell that cannot be read refuses the table.

use super::cells::{Line, Text, lines};
use super::nonmem_time::{self, DateOrder};
use crate::diagnostics::{Diagnostic, Place, SourceText};
use crate::dosing::{Cell, EventTable, Row, TableError, TableFault, TableSetup};
use crate::units::Unit;
use std::ops::Range;
use std::sync::Arc;

/// As many faults as are told at once.
const MOST_FAULTS: usize = 50;

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
enum Column {
    Id,
    Time,
    Date(DateOrder),
    Event,
    Amount,
    Rate,
    Interval,
    Additional,
    Steady,
    Compartment,
    Route,
    /// A parameter, by its position among the covariates of the table.
    Covariate(usize),
    Ignored,
}

impl Column {
    /// The reserved names, in any case.
    fn reserved(name: &str) -> Option<Column> {
        Some(match name.to_ascii_uppercase().as_str() {
            "ID" => Column::Id,
            "TIME" => Column::Time,
            "DATE" => Column::Date(DateOrder::MonthDayYear),
            "DAT1" => Column::Date(DateOrder::DayMonthYear),
            "DAT2" => Column::Date(DateOrder::YearMonthDay),
            "DAT3" => Column::Date(DateOrder::YearDayMonth),
            "EVID" => Column::Event,
            "AMT" => Column::Amount,
            "RATE" => Column::Rate,
            "II" => Column::Interval,
            "ADDL" => Column::Additional,
            "SS" => Column::Steady,
            "CMT" => Column::Compartment,
            "ROUTE" => Column::Route,
            _ => return None,
        })
    }
}

/// Reads an event table.
///
/// # Errors
/// What is wrong with the text, or, if that can be read, with what it says; each with its line and column. At most fifty.
pub fn read_event_table(source: &Arc<SourceText>, setup: &TableSetup) -> Result<EventTable, Vec<Diagnostic>> {
    read(source, setup).map_err(|errors| errors.iter().map(TableError::diagnostic).collect())
}

fn read(source: &Arc<SourceText>, setup: &TableSetup) -> Result<EventTable, Vec<TableError>> {
    let fault = |fault: TableFault, span: &Range<usize>| fault.at(Place::new(source, span.clone()));
    let mut errors = Vec::new();
    let mut lines = lines(&source.text, &mut |quote| errors.push(fault(TableFault::OpenQuote, &quote)));
    if lines.is_empty() {
        errors.push(fault(TableFault::Empty, &(0..source.text.len())));
        return Err(errors);
    }
    let header = lines.remove(0);
    let columns = Columns::read(&header, setup, &mut |kind, span| errors.push(fault(kind, &span)));
    if lines.is_empty() && errors.is_empty() {
        errors.push(fault(TableFault::NoRecords, &header.span));
    }
    if !errors.is_empty() {
        return Err(errors);
    }

    let clock = columns.date.is_some() || lines.iter().any(|line| columns.time_text(line).contains(':'));
    let hour = Unit::parse("h").unwrap_or_else(|_| setup.time.clone());
    if clock && !setup.time.compatible(&hour) {
        let at = columns.date.or(columns.time).and_then(|index| header.cells.get(index));
        return Err(vec![fault(TableFault::NoClock, at.map_or(&header.span, |cell| &cell.span))]);
    }
    // In a table with clock times all bare times are hours, as in NONMEM.
    let setup = &TableSetup { time: if clock { &hour } else { setup.time }, ..*setup };

    let mut rows = Vec::with_capacity(lines.len());
    let mut origin: Option<(Option<f64>, i64, f64)> = None;
    for line in &lines {
        if line.cells.len() != header.cells.len() {
            let kind = TableFault::Cells { found: line.cells.len(), wanted: header.cells.len() };
            errors.push(fault(kind, &line.span));
        } else {
            let mut reader = RowReader { line, columns: &columns, setup, fault: None };
            let (mut row, day, seconds) = reader.read(clock);
            if let Some((kind, span)) = reader.fault {
                errors.push(fault(kind, &span));
            }
            if clock {
                let id = row.id.as_ref().map(|id| id.value);
                let (first_day, first_seconds) = match origin {
                    Some((of, day, seconds)) if of == id => (day, seconds),
                    _ => (day, seconds),
                };
                origin = Some((id, first_day, first_seconds));
                let elapsed = (day - first_day) as f64 * 86400.0 + (seconds - first_seconds);
                row.time = setup.time.to_internal(elapsed / 3600.0);
            }
            rows.push(row);
        }
        if errors.len() >= MOST_FAULTS {
            break;
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    EventTable::assemble(source, rows, columns.covariates, columns.ignored, setup)
}

/// The header.
struct Columns {
    kinds: Vec<Column>,
    /// The text of each name, for messages.
    names: Vec<String>,
    time: Option<usize>,
    date: Option<usize>,
    covariates: Vec<usize>,
    ignored: Vec<String>,
}

impl Columns {
    fn read(header: &Line, setup: &TableSetup, fault: &mut impl FnMut(TableFault, Range<usize>)) -> Columns {
        let mut columns = Columns {
            kinds: Vec::new(),
            names: Vec::new(),
            time: None,
            date: None,
            covariates: Vec::new(),
            ignored: Vec::new(),
        };
        if header.cells.iter().all(|cell| cell.is_missing() || cell.text.parse::<f64>().is_ok()) {
            fault(TableFault::NoHeader, header.span.clone());
            return columns;
        }
        for (index, cell) in header.cells.iter().enumerate() {
            let name = cell.text.as_ref();
            let parameter = setup.parameters.iter().position(|(parameter, _)| parameter == name);
            let kind = match (Column::reserved(name), parameter) {
                (Some(kind), _) => {
                    if matches!(kind, Column::Date(_)) && columns.date.is_some() {
                        fault(TableFault::TwoDates, cell.span.clone());
                    } else if columns.kinds.contains(&kind) {
                        fault(TableFault::RepeatedColumn { name: name.into() }, cell.span.clone());
                    }
                    kind
                }
                (None, Some(parameter)) => {
                    if columns.covariates.contains(&parameter) {
                        fault(TableFault::RepeatedColumn { name: name.into() }, cell.span.clone());
                    }
                    columns.covariates.push(parameter);
                    Column::Covariate(columns.covariates.len() - 1)
                }
                (None, None) => {
                    columns.ignored.push(name.into());
                    Column::Ignored
                }
            };
            match kind {
                Column::Time => columns.time = Some(index),
                Column::Date(_) => columns.date = Some(index),
                _ => {}
            }
            columns.names.push(name.into());
            columns.kinds.push(kind);
        }
        if columns.time.or(columns.date).is_none() {
            fault(TableFault::NoTime, header.span.clone());
        }
        columns
    }

    fn time_text<'a>(&self, line: &'a Line) -> &'a str {
        self.time.and_then(|index| line.cells.get(index)).map_or("", |cell| cell.text.as_ref())
    }
}

/// Reads one line; the first fault is kept.
struct RowReader<'a> {
    line: &'a Line<'a>,
    columns: &'a Columns,
    setup: &'a TableSetup<'a>,
    fault: Option<(TableFault, Range<usize>)>,
}

impl RowReader<'_> {
    fn complain(&mut self, fault: TableFault, span: &Range<usize>) {
        self.fault.get_or_insert_with(|| (fault, span.clone()));
    }

    /// The row, and under a clock its day and its seconds on it.
    fn read(&mut self, clock: bool) -> (Row, i64, f64) {
        let mut row = Row {
            span: self.line.span.clone(),
            time_span: self.line.span.clone(),
            covariates: vec![None; self.columns.covariates.len()],
            ..Row::default()
        };
        let (mut day, mut seconds) = (0, 0.0);
        let line = self.line;
        for (index, cell) in line.cells.iter().enumerate() {
            let Some(kind) = self.columns.kinds.get(index) else { continue };
            match kind {
                Column::Ignored => {}
                Column::Id => {
                    row.id = self.number(index, cell);
                    if cell.is_missing() {
                        self.complain(TableFault::Missing { column: "ID" }, &cell.span);
                    }
                }
                Column::Time => {
                    row.time_span = cell.span.clone();
                    if cell.is_missing() {
                        self.complain(TableFault::Missing { column: "TIME" }, &cell.span);
                    } else if clock {
                        seconds = self.clock(index, cell);
                    } else if let Some(time) = self.number(index, cell) {
                        row.time = self.setup.time.to_internal(time.value);
                    }
                }
                Column::Date(order) => match nonmem_time::read_date(&cell.text, *order) {
                    Some(read) => day = read,
                    None if cell.is_missing() => {
                        self.complain(TableFault::Missing { column: order.column() }, &cell.span);
                    }
                    None => {
                        let (column, text) = (order.column(), cell.text.to_string());
                        self.complain(TableFault::BadDate { column, text, order: order.describe() }, &cell.span);
                    }
                },
                Column::Event => row.event = self.number(index, cell),
                Column::Amount => row.amount = self.number(index, cell),
                Column::Rate => row.rate = self.number(index, cell),
                Column::Interval if clock && cell.text.contains(':') => {
                    row.interval = Some(Cell { value: self.clock(index, cell) / 3600.0, span: cell.span.clone() });
                }
                Column::Interval => row.interval = self.number(index, cell),
                Column::Additional => row.additional = self.number(index, cell),
                Column::Steady => row.steady = self.number(index, cell),
                // Observations may have anything here, so whether it is a number is asked of doses only.
                Column::Compartment if !cell.is_missing() => {
                    let value = cell.text.parse().unwrap_or(f64::NAN);
                    row.compartment = Some(Cell { value, span: cell.span.clone() });
                }
                Column::Route if !cell.is_missing() => row.route = Some((cell.text.to_string(), cell.span.clone())),
                Column::Compartment | Column::Route => {}
                Column::Covariate(position) => {
                    let value = self.number(index, cell).map(|cell| cell.value);
                    let of = self.columns.covariates.get(*position).copied();
                    let unit = of.and_then(|of| self.setup.parameters.get(of));
                    if let (Some(slot), Some((name, unit))) = (row.covariates.get_mut(*position), unit) {
                        *slot = value.map(|value| unit.to_internal(value));
                        let range = of.and_then(|of| self.setup.ranges.get(of).copied().flatten());
                        if let (Some(value), Some((low, high))) = (*slot, range)
                            && !(low..=high).contains(&value)
                        {
                            let show = |value: f64| unit.from_internal_shortest(value);
                            let fault = TableFault::OutOfRange {
                                name: name.clone(),
                                value: show(value),
                                range: (show(low), show(high)),
                                unit: unit.text().to_string(),
                            };
                            self.complain(fault, &cell.span);
                        }
                    }
                }
            }
        }
        (row, day, seconds)
    }

    fn number(&mut self, index: usize, cell: &Text) -> Option<Cell> {
        if cell.is_missing() {
            return None;
        }
        let column = || self.columns.names.get(index).cloned().unwrap_or_default();
        let value = match cell.text.parse::<f64>() {
            Ok(value) if value.is_finite() => value,
            Ok(_) => {
                self.complain(TableFault::NotFinite { column: column() }, &cell.span);
                0.0
            }
            Err(_) => {
                self.complain(TableFault::NotANumber { column: column(), text: cell.text.to_string() }, &cell.span);
                0.0
            }
        };
        Some(Cell { value, span: cell.span.clone() })
    }

    /// Seconds of a clock time, or of a number of hours.
    fn clock(&mut self, index: usize, cell: &Text) -> f64 {
        if !cell.text.contains(':') {
            return self.number(index, cell).map_or(0.0, |hours| hours.value * 3600.0);
        }
        nonmem_time::read_clock(&cell.text).unwrap_or_else(|| {
            self.complain(TableFault::BadClock { text: cell.text.to_string() }, &cell.span);
            0.0
        })
    }
}

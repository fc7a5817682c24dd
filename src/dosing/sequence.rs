//! Plays records in order and writes down every action.
//!
//! Regimens and event tables both become [`Record`]s, so that there is one reading of what a dose does. At one time the
//! order is: edges of perturbations; ends of infusions; arrivals of lagged and additional doses, in the order of the
//! records that began them; then the records at that time, in their order. So "an additional or lagged dose at the very
//! time of a record counts before it".

use super::clock::{Clock, MOST, Pending, Running};
use super::error::{DoseError, DoseFault};
use super::prepare::{Input, Order, Prepared, prepare};
use super::record::{Covariates, Event, Record, Span};
use super::schedule::Setup;
use super::steady::{Leftover, Shape, SteadyState, Train, fold};
use super::timeline::{Action, Fate, Kind, Repeat, Rule, Timeline};

/// Plays records to the end and returns the timeline, without `id` and `outputs`, which the caller knows.
///
/// # Errors
/// A dose that cannot be given under the parameters at its record.
pub(super) fn play(
    records: &[Record],
    setup: &Setup,
    span: Span,
    covariates: Covariates,
) -> Result<Timeline, DoseError> {
    let mut clock = Clock::new(records, setup, span)?;
    for (index, record) in records.iter().enumerate() {
        let anew = record.resets && record.time < clock.record_time - clock.tolerance;
        if anew {
            clock.begin_anew(record.time)?;
        } else {
            clock.advance(record.time)?;
        }
        // Under `Nocb` they hold already, since the record before.
        clock.set_parameters(&record.parameters, record.time)?;
        if record.resets {
            clock.drop_all(record.time);
            if anew {
                clock.now = record.time;
            } else {
                clock.stamp(record.time);
            }
            clock.push(Kind::Reset);
            clock.hold_again();
        }
        clock.record_time = record.time;
        clock.order = index;
        clock.carry_out(record)?;
        if covariates == Covariates::Nocb
            && let Some(next) = records.get(index + 1)
        {
            clock.set_parameters(&next.parameters, record.time)?;
        }
    }
    clock.advance(span.end)?;
    Ok(clock.finish())
}

impl Clock<'_> {
    fn carry_out(&mut self, record: &Record) -> Result<(), DoseError> {
        match &record.event {
            Event::Nothing => Ok(()),
            &Event::Output(row) => {
                let time = if record.time - self.now > self.tolerance { record.time } else { self.now };
                self.actions.push(Action { time, kind: Kind::Output { row } });
                Ok(())
            }
            Event::Dose(order) => self.dose(record, order),
            Event::Steady { orders, adds } => self.steady(record, orders, *adds),
            Event::SteadyDose { order, adds } => {
                self.steady(record, &[(order.clone(), record.origin, 0.0)], *adds)?;
                let endless =
                    matches!(order.input, Input::Endless(_) | Input::EndlessTable(_) | Input::EndlessRouteRate);
                if endless { Ok(()) } else { self.dose(record, order) }
            }
        }
    }

    fn prepare(&self, order: &Order) -> Result<Prepared, DoseError> {
        let mut prepared = prepare(order, self.setup, &self.parameters)?;
        if order.additional == 0 && order.interval <= 0.0 {
            prepared.interval = 0.0;
        } else if order.interval <= 4.0 * self.tolerance {
            return Err(DoseFault::IntervalTooShort { interval: order.interval }.at(order.place.clone()));
        }
        Ok(prepared)
    }

    /// The dose of a record: at once if it has no lag, else on its way.
    fn dose(&mut self, record: &Record, order: &Order) -> Result<(), DoseError> {
        let prepared = self.prepare(order)?;
        let doses = f64::from(order.additional).min((self.end - record.time) / prepared.interval);
        if doses > MOST as f64 {
            return Err(DoseFault::IntervalTooShort { interval: prepared.interval }.at(order.place.clone()));
        }
        let dose = Pending {
            arrives: record.time + prepared.lag,
            record: record.time,
            order: self.order,
            origin: record.origin,
            prepared,
            repeat: Repeat::Own,
            further: order.additional,
        };
        if prepared.lag > self.tolerance {
            self.await_arrival(dose);
            return Ok(());
        }
        self.stamp(record.time);
        self.arrive(dose)?;
        self.write_rates();
        Ok(())
    }

    /// A steady state of one or several repeated doses.
    fn steady(&mut self, record: &Record, orders: &[(Order, usize, f64)], adds: bool) -> Result<(), DoseError> {
        self.stamp(record.time);
        let doses: Vec<(Prepared, usize, f64)> = orders
            .iter()
            .map(|(order, origin, offset)| Ok((self.prepare(order)?, *origin, *offset)))
            .collect::<Result<_, DoseError>>()?;
        let place = || orders.first().and_then(|(order, ..)| order.place.clone());
        let (state, leftovers) = match doses.as_slice() {
            [(Prepared { route, shape: Shape::Infusion { rate, .. }, rule: Rule::Endless, .. }, ..)] => {
                (SteadyState::Endless { route: *route, rate: *rate }, Vec::new())
            }
            doses => {
                let train = |(prepared, _, offset): &(Prepared, usize, f64)| Train {
                    route: prepared.route,
                    shape: prepared.shape,
                    interval: prepared.interval,
                    lead: prepared.lag + offset,
                };
                let trains: Vec<Train> = doses.iter().map(train).collect();
                let (period, leftovers) = fold(&trains).ok_or_else(|| DoseFault::SteadyIntervals.at(place()))?;
                (SteadyState::Periodic(period), leftovers)
            }
        };
        if !adds {
            self.drop_all(record.time);
        }
        for &(prepared, origin, offset) in &doses {
            let time = record.time + offset;
            let all = Pending {
                arrives: time,
                record: time,
                order: self.order,
                origin,
                prepared,
                repeat: Repeat::Forever,
                further: 0,
            };
            self.give(&all, Fate::Given);
        }
        self.push(if adds { Kind::AddSteadyState(state) } else { Kind::ReplaceBySteadyState(state) });
        self.hold_again();
        for leftover in leftovers {
            let (Leftover::Running { train, before, .. } | Leftover::Arriving { train, before, .. }) = leftover;
            let Some(&(prepared, origin, offset)) = doses.get(train) else { continue };
            let mut dose = Pending {
                arrives: record.time,
                record: record.time + offset,
                order: self.order,
                origin,
                prepared,
                repeat: Repeat::Before(before),
                further: 0,
            };
            match leftover {
                Leftover::Arriving { arrives, .. } => {
                    dose.arrives = record.time + arrives;
                    self.await_arrival(dose);
                }
                Leftover::Running { arrived, until, .. } => {
                    dose.arrives = record.time + arrived;
                    let given = self.give(&dose, Fate::Given);
                    if let Shape::Infusion { rate, .. } = prepared.shape {
                        let until = record.time + until;
                        self.begin(Running { route: prepared.route, rate, until, given });
                    }
                }
            }
        }
        self.write_rates();
        Ok(())
    }
}

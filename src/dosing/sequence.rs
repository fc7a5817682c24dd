//! The clock: plays records in order, keeps what runs and what is on its way, and writes down every action.
//!
//! Regimens and event tables both become [`Record`]s, so that there is one reading of what a dose does. At one time the
//! order is: edges of perturbations; ends of infusions; arrivals of lagged and additional doses, in the order of the
//! records that began them; then the records at that time, in their order. So "an additional or lagged dose at the very
//! time of a record counts before it".
//!
//! Times that mean the same must be the same, or a solver is asked for a step of a rounding error and a dose at
//! `0.1 + 0.2` misses the record at `0.3`. Whatever falls within the tolerance after an instant happens at that instant.
//! Rows of output never make an instant: they are moved to one, so that the output grid cannot change the result.

use super::error::{DoseError, DoseFault};
use super::prepare::{Input, Order, Prepared, prepare};
use super::schedule::{Setting, Setup};
use super::steady::{Leftover, Shape, SteadyState, Train, fold};
use super::timeline::{Action, Fate, Given, Kind, Repeat, Rule, Timeline};
use std::collections::BTreeMap;

/// Times nearer than this part of the largest time are the same.
const SAME: f64 = 1e-12;

/// More doses than this in one run are refused, so that a slip in a unit ends in a message.
const MOST: usize = 2_000_000;

/// One record, of either kind of schedule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub time: f64,
    /// What [`Given::origin`] says.
    pub origin: usize,
    /// EVID 3 and 4: the state returns to its start, time may begin anew.
    pub resets: bool,
    /// Covariates: parameters and their values at the record.
    pub parameters: Vec<(usize, f64)>,
    pub event: Event,
}

/// What a record does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    Nothing,
    Output(usize),
    Dose(Order),
    /// A steady state of doses, each with the time from this record to its own first dose, which other records give.
    Steady {
        orders: Vec<(Order, usize, f64)>,
        adds: bool,
    },
    /// A steady state and the dose that continues it (SS 1, and SS 2 if `adds`).
    SteadyDose {
        order: Order,
        adds: bool,
    },
}

/// Over which interval the covariates of a record hold. Either way a dose uses those of its own record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Covariates {
    /// Next observation carried backward, NONMEM's rule: over the interval that ends at the record.
    #[default]
    Nocb,
    /// Last observation carried forward: over the interval that begins at the record.
    Locf,
}

/// An infusion that runs.
struct Running {
    route: usize,
    rate: f64,
    until: f64,
    given: usize,
}

/// A dose that has still to arrive, and those after it.
struct Pending {
    arrives: f64,
    /// The time of the record, and the place of its dose in the order of all records.
    record: f64,
    order: usize,
    origin: usize,
    prepared: Prepared,
    repeat: Repeat,
    /// How many come after this one.
    further: u32,
}

impl Pending {
    fn written(&self) -> f64 {
        written(self.record, self.repeat, self.prepared.interval)
    }
}

fn written(record: f64, repeat: Repeat, interval: f64) -> f64 {
    match repeat {
        Repeat::Own | Repeat::Forever => record,
        Repeat::Additional(count) => record + f64::from(count) * interval,
        Repeat::Before(count) => record - f64::from(count) * interval,
    }
}

/// How long a schedule's clock runs, and how far times are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub start: f64,
    pub end: f64,
    pub tolerance: f64,
}

impl Span {
    pub fn new(start: f64, end: f64, times: impl Iterator<Item = f64>) -> Span {
        let scale = times.fold(start.abs().max(end.abs()), |scale, time| scale.max(time.abs()));
        Span { start, end, tolerance: SAME * scale }
    }
}

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

struct Clock<'a> {
    setup: &'a Setup<'a>,
    tolerance: f64,
    start: f64,
    end: f64,
    initial: (Vec<f64>, Vec<(usize, f64)>),
    /// The instant at which things now happen.
    now: f64,
    /// The written time of the last record, and its place.
    record_time: f64,
    order: usize,
    /// Where perturbations have been looked at.
    perturbed_at: f64,
    /// Parameters without and with perturbations, and states held.
    base: Vec<f64>,
    parameters: Vec<f64>,
    clamps: BTreeMap<usize, f64>,
    running: Vec<Running>,
    pending: Vec<Pending>,
    /// The rate of each route as last written down.
    rates: Vec<f64>,
    actions: Vec<Action>,
    given: Vec<Given>,
}

impl<'a> Clock<'a> {
    fn new(records: &[Record], setup: &'a Setup<'a>, span: Span) -> Result<Clock<'a>, DoseError> {
        let mut base = setup.parameters.to_vec();
        for &(parameter, value) in records.first().map_or(&[][..], |record| &record.parameters) {
            if let Some(slot) = base.get_mut(parameter) {
                *slot = value;
            }
        }
        let mut clock = Clock {
            setup,
            tolerance: span.tolerance,
            start: span.start,
            end: span.end,
            initial: (Vec::new(), Vec::new()),
            now: span.start,
            record_time: f64::NEG_INFINITY,
            order: 0,
            perturbed_at: span.start,
            parameters: base.clone(),
            base,
            clamps: BTreeMap::new(),
            running: Vec::new(),
            pending: Vec::new(),
            rates: vec![0.0; setup.routes.len()],
            actions: Vec::new(),
            given: Vec::new(),
        };
        // What holds before the start is no action: the steady start is solved under it.
        clock.perturb(|perturbation| perturbation.from.is_none())?;
        clock.actions.clear();
        clock.initial =
            (clock.parameters.clone(), clock.clamps.iter().map(|(&state, &value)| (state, value)).collect());
        clock.perturb_now(span.start)?;
        Ok(clock)
    }

    fn push(&mut self, kind: Kind) {
        self.actions.push(Action { time: self.now, kind });
    }

    /// Makes a time the instant at which things happen, unless it is the present one but for rounding.
    fn stamp(&mut self, time: f64) {
        if time - self.now > self.tolerance {
            self.now = time;
        }
    }

    /// Time of the next edge of a perturbation.
    fn next_perturbation(&self) -> f64 {
        let edges = self.setup.perturbations.iter().flat_map(|one| [one.from, one.until]).flatten();
        edges.filter(|&edge| edge > self.perturbed_at + self.tolerance).fold(f64::INFINITY, f64::min)
    }

    fn perturb_now(&mut self, time: f64) -> Result<(), DoseError> {
        self.perturbed_at = time;
        let moment = time + self.tolerance;
        self.perturb(|perturbation| perturbation.holds(moment))
    }

    /// Writes down what differs once these perturbations hold, a later one winning.
    fn perturb(&mut self, holds: impl Fn(&super::Perturbation) -> bool) -> Result<(), DoseError> {
        let mut parameters = self.base.clone();
        let mut clamps = BTreeMap::new();
        for perturbation in self.setup.perturbations.iter().filter(|one| holds(one)) {
            let value = |setting: Setting| {
                let value = match setting {
                    Setting::Number(value) => value,
                    Setting::Expression(index) => self.setup.model.expression(index, &self.base),
                };
                let fault = || DoseFault::BadSetting { perturbation: perturbation.name.clone() }.at(None);
                if value.is_finite() { Ok(value) } else { Err(fault()) }
            };
            for &(parameter, setting) in &perturbation.set {
                if let Some(slot) = parameters.get_mut(parameter) {
                    *slot = value(setting)?;
                }
            }
            for &(state, setting) in &perturbation.clamp {
                clamps.insert(state, value(setting)?);
            }
        }
        for (parameter, (&new, old)) in parameters.iter().zip(&self.parameters).enumerate() {
            if new.to_bits() != old.to_bits() {
                self.actions.push(Action { time: self.now, kind: Kind::SetParameter { parameter, value: new } });
            }
        }
        for &state in self.clamps.keys().filter(|state| !clamps.contains_key(state)) {
            self.actions.push(Action { time: self.now, kind: Kind::Release { state } });
        }
        for (&state, &value) in &clamps {
            if self.clamps.get(&state) != Some(&value) {
                self.actions.push(Action { time: self.now, kind: Kind::Clamp { state, value } });
            }
        }
        self.parameters = parameters;
        self.clamps = clamps;
        Ok(())
    }

    /// Takes over the covariates of a record from a time on.
    fn set_parameters(&mut self, parameters: &[(usize, f64)], time: f64) -> Result<(), DoseError> {
        let mut changed = false;
        for &(parameter, value) in parameters {
            if let Some(slot) = self.base.get_mut(parameter)
                && slot.to_bits() != value.to_bits()
            {
                *slot = value;
                changed = true;
            }
        }
        if !changed {
            return Ok(());
        }
        self.stamp(time);
        self.perturb_now(self.perturbed_at)
    }

    /// What was written over every state is no reason to let go of those that are held.
    fn hold_again(&mut self) {
        for (&state, &value) in &self.clamps {
            self.actions.push(Action { time: self.now, kind: Kind::Clamp { state, value } });
        }
    }

    /// Lets all happen that happens up to a time, and at it before its records.
    fn advance(&mut self, time: f64) -> Result<(), DoseError> {
        loop {
            let ends = self.running.iter().map(|one| one.until);
            let next = ends.chain(self.pending.iter().map(|one| one.arrives)).fold(self.next_perturbation(), f64::min);
            if next > time + self.tolerance {
                return Ok(());
            }
            self.stamp(next);
            let reached = next + self.tolerance;
            if self.next_perturbation() <= reached {
                self.perturb_now(next)?;
            }
            self.running.retain(|one| one.until > reached);
            while let Some(index) = self.first_pending(reached) {
                let dose = self.pending.swap_remove(index);
                self.arrive(dose)?;
            }
            self.write_rates();
        }
    }

    /// The dose that arrives first, if it does by this time.
    fn first_pending(&self, reached: f64) -> Option<usize> {
        let due = self.pending.iter().enumerate().filter(|(_, one)| one.arrives <= reached);
        due.min_by(|(_, a), (_, b)| a.arrives.total_cmp(&b.arrives).then(a.order.cmp(&b.order))).map(|(index, _)| index)
    }

    /// A dose enters; the next of its repetitions is on its way.
    fn arrive(&mut self, dose: Pending) -> Result<(), DoseError> {
        if self.given.len() >= MOST {
            return Err(DoseFault::IntervalTooShort { interval: dose.prepared.interval }.at(None));
        }
        let index = self.give(&dose, Fate::Given);
        let route = dose.prepared.route;
        match dose.prepared.shape {
            Shape::Infusion { rate, duration } if duration > self.tolerance => {
                self.running.push(Running { route, rate, until: dose.arrives + duration, given: index });
            }
            _ if dose.prepared.amount != 0.0 => self.push(Kind::Bolus { route, amount: dose.prepared.amount }),
            _ => {}
        }
        if dose.further > 0 {
            let repeat = match dose.repeat {
                Repeat::Additional(count) => Repeat::Additional(count + 1),
                _ => Repeat::Additional(1),
            };
            let arrives = written(dose.record, repeat, dose.prepared.interval) + dose.prepared.lag;
            self.pending.push(Pending { arrives, repeat, further: dose.further - 1, ..dose });
        }
        Ok(())
    }

    /// Adds a line to the dose list.
    fn give(&mut self, dose: &Pending, fate: Fate) -> usize {
        let Prepared { route, amount, fraction, lag, rule, interval, .. } = dose.prepared;
        self.given.push(Given {
            origin: dose.origin,
            repeat: dose.repeat,
            written: dose.written(),
            arrives: dose.arrives,
            route,
            amount,
            infusion: dose.prepared.infusion(),
            fraction,
            lag,
            interval: (interval > 0.0).then_some(interval),
            rule,
            fate,
        });
        self.given.len() - 1
    }

    /// Writes down the rate of each route that changed, as a fresh sum, so that nothing is left when all have ended.
    fn write_rates(&mut self) {
        for route in 0..self.rates.len() {
            let mut rate = 0.0;
            for one in self.running.iter().filter(|one| one.route == route) {
                rate += one.rate;
            }
            if rate != self.rates[route] {
                self.rates[route] = rate;
                self.push(Kind::Rate { route, rate });
            }
        }
    }

    /// Ends what runs and forgets what is on its way.
    fn drop_all(&mut self, time: f64) {
        self.stamp(time);
        for one in std::mem::take(&mut self.running) {
            if let Some(given) = self.given.get_mut(one.given) {
                given.fate = Fate::CutShort { at: time };
            }
        }
        for one in std::mem::take(&mut self.pending) {
            self.give(&one, Fate::Dropped { at: time, count: one.further.saturating_add(1) });
        }
        self.write_rates();
    }

    /// The clock is set back at a reset: what belongs to the old time is over.
    fn begin_anew(&mut self, time: f64) -> Result<(), DoseError> {
        let last = self.record_time;
        self.drop_all(last);
        self.perturb_now(time)
    }

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
            self.pending.push(dose);
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
                    self.pending.push(dose);
                }
                Leftover::Running { arrived, until, .. } => {
                    dose.arrives = record.time + arrived;
                    let given = self.give(&dose, Fate::Given);
                    if let Shape::Infusion { rate, .. } = prepared.shape {
                        let until = record.time + until;
                        self.running.push(Running { route: prepared.route, rate, until, given });
                    }
                }
            }
        }
        self.write_rates();
        Ok(())
    }

    fn finish(mut self) -> Timeline {
        for one in std::mem::take(&mut self.pending) {
            if one.written() <= self.end + self.tolerance {
                self.give(&one, Fate::AfterEnd);
            }
        }
        self.given.sort_by(|a, b| a.arrives.total_cmp(&b.arrives));
        let (parameters, clamps) = self.initial;
        Timeline {
            id: None,
            start: self.start,
            end: self.end,
            parameters,
            clamps,
            actions: self.actions,
            outputs: Vec::new(),
            given: self.given,
        }
    }
}

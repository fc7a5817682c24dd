//! The clock: what runs, what is on its way, which parameters hold, and the actions written down so far.
//!
//! Times that mean the same must be the same, or a solver is asked for a step of a rounding error and a dose at
//! `0.1 + 0.2` misses the record at `0.3`. Whatever falls within the tolerance after an instant happens at that instant.
//! Rows of output never make an instant: they are moved to one, so that the output grid cannot change the result.

use super::Perturbation;
use super::error::{DoseError, DoseFault};
use super::prepare::Prepared;
use super::record::{Record, Span};
use super::schedule::{Setting, Setup};
use super::steady::Shape;
use super::timeline::{Action, Fate, Given, Kind, Repeat, Timeline};
use std::collections::BTreeMap;

/// More doses than this in one run are refused, so that a slip in a unit ends in a message.
pub(super) const MOST: usize = 2_000_000;

/// An infusion that runs.
pub(super) struct Running {
    pub route: usize,
    pub rate: f64,
    pub until: f64,
    pub given: usize,
}

/// A dose that has still to arrive, and those after it.
pub(super) struct Pending {
    pub arrives: f64,
    /// The time of the record, and the place of its dose in the order of all records.
    pub record: f64,
    pub order: usize,
    pub origin: usize,
    pub prepared: Prepared,
    pub repeat: Repeat,
    /// How many come after this one.
    pub further: u32,
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

/// A key in whose order times ascend, as [`f64::total_cmp`] has it.
fn sortable(time: f64) -> i64 {
    let bits = time.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The state of a schedule that is being played.
pub(super) struct Clock<'a> {
    pub setup: &'a Setup<'a>,
    pub tolerance: f64,
    start: f64,
    pub end: f64,
    initial: (Vec<f64>, Vec<(usize, f64)>),
    /// The instant at which things now happen.
    pub now: f64,
    /// The written time of the last record, and its place.
    pub record_time: f64,
    pub order: usize,
    /// Where perturbations have been looked at.
    perturbed_at: f64,
    /// Parameters without and with perturbations, and states held.
    base: Vec<f64>,
    pub parameters: Vec<f64>,
    pub clamps: BTreeMap<usize, f64>,
    /// Infusions by their ends, and doses on their way by their arrivals (then by their records), each with the order in
    /// which they came in: the next is always the first.
    running: BTreeMap<(i64, usize), Running>,
    pending: BTreeMap<(i64, usize, usize), Pending>,
    came_in: usize,
    /// For each route how many infusions now run at each rate (by its bits), and the rate in all as last written down.
    counts: Vec<BTreeMap<u64, usize>>,
    rates: Vec<f64>,
    pub actions: Vec<Action>,
    given: Vec<Given>,
}

impl<'a> Clock<'a> {
    pub fn new(records: &[Record], setup: &'a Setup<'a>, span: Span) -> Result<Clock<'a>, DoseError> {
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
            running: BTreeMap::new(),
            pending: BTreeMap::new(),
            came_in: 0,
            counts: vec![BTreeMap::new(); setup.routes.len()],
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

    pub fn push(&mut self, kind: Kind) {
        self.actions.push(Action { time: self.now, kind });
    }

    /// Makes a time the instant at which things happen, unless it is the present one but for rounding.
    pub fn stamp(&mut self, time: f64) {
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
    fn perturb(&mut self, holds: impl Fn(&Perturbation) -> bool) -> Result<(), DoseError> {
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
    pub fn set_parameters(&mut self, parameters: &[(usize, f64)], time: f64) -> Result<(), DoseError> {
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
    pub fn hold_again(&mut self) {
        for (&state, &value) in &self.clamps {
            self.actions.push(Action { time: self.now, kind: Kind::Clamp { state, value } });
        }
    }

    /// Lets all happen that happens up to a time, and at it before its records.
    pub fn advance(&mut self, time: f64) -> Result<(), DoseError> {
        loop {
            let end = self.running.first_key_value().map(|(_, one)| one.until);
            let arrival = self.pending.first_key_value().map(|(_, one)| one.arrives);
            let next = end.into_iter().chain(arrival).fold(self.next_perturbation(), f64::min);
            if next > time + self.tolerance {
                return Ok(());
            }
            self.stamp(next);
            let reached = next + self.tolerance;
            if self.next_perturbation() <= reached {
                self.perturb_now(next)?;
            }
            while let Some(first) = self.running.first_entry().filter(|first| first.get().until <= reached) {
                let ended = first.remove();
                self.count_out(&ended);
            }
            while let Some(first) = self.pending.first_entry().filter(|first| first.get().arrives <= reached) {
                let dose = first.remove();
                self.arrive(dose)?;
            }
            self.write_rates();
        }
    }

    /// A dose is on its way.
    pub fn await_arrival(&mut self, dose: Pending) {
        self.came_in += 1;
        self.pending.insert((sortable(dose.arrives), dose.order, self.came_in), dose);
    }

    /// An infusion runs from now on.
    pub fn begin(&mut self, infusion: Running) {
        self.came_in += 1;
        if let Some(counts) = self.counts.get_mut(infusion.route) {
            *counts.entry(infusion.rate.to_bits()).or_insert(0) += 1;
        }
        self.running.insert((sortable(infusion.until), self.came_in), infusion);
    }

    /// An infusion runs no more.
    fn count_out(&mut self, infusion: &Running) {
        let Some(counts) = self.counts.get_mut(infusion.route) else { return };
        if let Some(count) = counts.get_mut(&infusion.rate.to_bits()) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&infusion.rate.to_bits());
            }
        }
    }

    /// A dose enters; the next of its repetitions is on its way.
    pub fn arrive(&mut self, dose: Pending) -> Result<(), DoseError> {
        if self.given.len() >= MOST {
            return Err(DoseFault::IntervalTooShort { interval: dose.prepared.interval }.at(None));
        }
        let index = self.give(&dose, Fate::Given);
        let route = dose.prepared.route;
        match dose.prepared.shape {
            Shape::Infusion { rate, duration } if duration > self.tolerance => {
                self.begin(Running { route, rate, until: dose.arrives + duration, given: index });
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
            self.await_arrival(Pending { arrives, repeat, further: dose.further - 1, ..dose });
        }
        Ok(())
    }

    /// Adds a line to the dose list.
    pub fn give(&mut self, dose: &Pending, fate: Fate) -> usize {
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

    /// Writes down the rate of each route that changed: a fresh sum over the rates at which infusions run, so that nothing
    /// is left when all have ended.
    pub fn write_rates(&mut self) {
        for route in 0..self.rates.len() {
            let mut rate = 0.0;
            for (bits, count) in &self.counts[route] {
                rate += f64::from_bits(*bits) * *count as f64;
            }
            if rate != self.rates[route] {
                self.rates[route] = rate;
                self.push(Kind::Rate { route, rate });
            }
        }
    }

    /// Ends what runs and forgets what is on its way.
    pub fn drop_all(&mut self, time: f64) {
        self.stamp(time);
        self.counts.iter_mut().for_each(BTreeMap::clear);
        for one in std::mem::take(&mut self.running).into_values() {
            if let Some(given) = self.given.get_mut(one.given) {
                given.fate = Fate::CutShort { at: time };
            }
        }
        for one in std::mem::take(&mut self.pending).into_values() {
            self.give(&one, Fate::Dropped { at: time, count: one.further.saturating_add(1) });
        }
        self.write_rates();
    }

    /// The clock is set back at a reset: what belongs to the old time is over.
    pub fn begin_anew(&mut self, time: f64) -> Result<(), DoseError> {
        let last = self.record_time;
        self.drop_all(last);
        self.perturb_now(time)
    }

    pub fn finish(mut self) -> Timeline {
        for one in std::mem::take(&mut self.pending).into_values() {
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

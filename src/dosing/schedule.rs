//! What an author says about doses, as plain data in internal units, and what dosing must be told of the model.

use crate::diagnostics::Place;
use crate::units::Unit;

/// What dosing knows of a route; how a dose is shared among states is the model's matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Its name in the model file.
    pub name: String,
    /// The declared unit of what a dose goes into: the unit of a bare number, and what amounts must agree with.
    pub unit: Unit,
    /// Whether the route declares a molar mass, so that a mass may be given where the state counts an amount.
    pub molar_mass: bool,
    /// Whether it declares a `duration` (NONMEM: D), for `RATE` -2.
    pub has_duration: bool,
    /// Whether it declares a `rate` (NONMEM: R), for `RATE` -1.
    pub has_rate: bool,
    /// Its number in event tables (`cmt`, NONMEM's CMT).
    pub compartment: Option<u32>,
}

/// An amount, or an amount per time, as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// The number in the internal unit, per kilogram if `per_weight`.
    pub value: f64,
    /// `/kg` stood in the unit: to be multiplied by the parameter `weight`.
    pub per_weight: bool,
    /// A mass for a route that counts an amount of substance: to be divided by the route's molar mass.
    pub as_mass: bool,
}

/// How a dose enters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delivery {
    /// As the route says: over its `duration`, at its `rate`, or at once where it declares neither.
    Route,
    /// At once, whatever the route says.
    Bolus,
    /// An infusion whose duration is kept; the route's fraction scales its rate.
    Over(f64),
    /// An infusion whose rate is kept; the route's fraction scales its duration.
    Rate(Amount),
    /// An infusion at this rate since forever, which ends at the time of the dose (NONMEM: AMT 0, RATE > 0, SS 1).
    Endless(Amount),
}

/// One line of a regimen.
#[derive(Debug, Clone, PartialEq)]
pub struct Dose {
    /// Index into the routes of the model.
    pub route: usize,
    /// How much; not read under [`Delivery::Endless`].
    pub amount: Amount,
    /// How it enters.
    pub delivery: Delivery,
    /// Time of the first dose, before the route's lag.
    pub at: f64,
    /// The interval of repetition (NONMEM: II).
    pub every: Option<f64>,
    /// How many doses in all (NONMEM: ADDL + 1); without it and `until`, as long as the run lasts.
    pub times: Option<u32>,
    /// Doses are given before this time, never at it.
    pub until: Option<f64>,
    /// The state at `at` is the one after doses every `every` since forever (NONMEM: SS 1).
    pub steady: bool,
    /// Where it was written.
    pub place: Option<Place>,
}

impl Dose {
    /// Whether its amount or its rate is per kilogram of body weight.
    pub fn is_per_weight(&self) -> bool {
        let rate = match self.delivery {
            Delivery::Rate(rate) | Delivery::Endless(rate) => rate.per_weight,
            Delivery::Route | Delivery::Bolus | Delivery::Over(_) => false,
        };
        self.amount.per_weight || rate
    }

    /// How many doses follow the first, those at `until` left out; `None` where they go on for as long as the run.
    pub fn additional(&self) -> Option<u32> {
        let Some(every) = self.every else { return Some(0) };
        let by_times = self.times.map(|times| times.saturating_sub(1));
        let by_until = self.until.map(|until| {
            let intervals = (until - self.at) / every;
            // A quotient a rounding above a whole number is that number: the dose at `until` is not given.
            let whole = (intervals - intervals.round()).abs() <= WHOLE;
            let count = if whole { intervals.round() } else { intervals.ceil() };
            (count - 1.0).max(0.0) as u32
        });
        [by_times, by_until].into_iter().flatten().min()
    }

    /// The time at which the last of its doses is written; `None` where they go on for as long as the run.
    pub fn last(&self) -> Option<f64> {
        self.additional().map(|additional| self.at + self.every.unwrap_or(0.0) * f64::from(additional))
    }

    /// How many of its doses are written after `end`, and how many there are; `None` where they go on for as long as the
    /// run.
    pub fn after(&self, end: f64) -> Option<(u32, u32)> {
        let all = self.additional()?.saturating_add(1);
        let within = match self.every {
            _ if self.at > end => 0,
            Some(every) => (((end - self.at) / every + WHOLE).floor() as u32).saturating_add(1).min(all),
            None => 1,
        };
        Some((all - within, all))
    }
}

/// A quotient nearer to a whole number than this is that number.
const WHOLE: f64 = 1e-9;

/// A named schedule of a model file.
#[derive(Debug, Clone, PartialEq)]
pub struct Regimen {
    /// Its key in the model file.
    pub name: String,
    /// What figures call it.
    pub title: String,
    /// Its doses, in the author's order.
    pub doses: Vec<Dose>,
    /// Names of the perturbations it brings along.
    pub perturbations: Vec<String>,
}

/// What a parameter is set to, or a state held at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Setting {
    /// A number in the internal unit.
    Number(f64),
    /// An expression of the model, worked out by [`DoseModel::expression`] from the parameters as they are without any
    /// perturbation; so `0.3 * k_syn` may set `k_syn`, and the order of perturbations decides only which of them wins.
    Expression(usize),
}

/// A change of parameters, or states held still, for a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Perturbation {
    /// Its name in the model file.
    pub name: String,
    /// Holds from this time on; `None`: from before the steady start is solved.
    pub from: Option<f64>,
    /// Holds before this time; `None`: to the end.
    pub until: Option<f64>,
    /// Parameters (by index) and what they are set to.
    pub set: Vec<(usize, Setting)>,
    /// States (by index) and what they are held at.
    pub clamp: Vec<(usize, Setting)>,
}

impl Perturbation {
    /// Whether it holds at a time; its two edges belong to `[from, until)`.
    pub fn holds(&self, time: f64) -> bool {
        self.from.is_none_or(|from| from <= time) && self.until.is_none_or(|until| time < until)
    }
}

/// What the model works out of its parameters for dosing. `parameters` are all parameters of the model in the internal
/// units, as they hold at the record that asks.
pub trait DoseModel {
    /// The fraction of a dose that arrives (NONMEM: F).
    fn fraction(&self, _route: usize, _parameters: &[f64]) -> f64 {
        1.0
    }
    /// The time from a record to the arrival of its dose (NONMEM: ALAG).
    fn lag(&self, _route: usize, _parameters: &[f64]) -> f64 {
        0.0
    }
    /// The duration of a zero-order input (NONMEM: D); asked only where [`Route::has_duration`].
    fn duration(&self, _route: usize, _parameters: &[f64]) -> f64 {
        f64::NAN
    }
    /// The rate of a zero-order input (NONMEM: R); asked only where [`Route::has_rate`].
    fn rate(&self, _route: usize, _parameters: &[f64]) -> f64 {
        f64::NAN
    }
    /// The molar mass (mg/umol) that turns a mass into the amount the route counts; asked only where
    /// [`Route::molar_mass`].
    fn molar_mass(&self, _route: usize, _parameters: &[f64]) -> f64 {
        f64::NAN
    }
    /// The value of a perturbation's expression, by the index that [`Setting::Expression`] carries.
    fn expression(&self, _index: usize, _parameters: &[f64]) -> f64 {
        f64::NAN
    }
}

/// All that an expansion is told besides the schedule itself.
#[derive(Clone, Copy)]
pub struct Setup<'a> {
    /// The routes of the model.
    pub routes: &'a [Route],
    /// The parameters without perturbations, internal units.
    pub parameters: &'a [f64],
    /// Index of the parameter `weight`, if the model has one.
    pub weight: Option<usize>,
    /// The perturbations asked for, a later one winning over an earlier one.
    pub perturbations: &'a [Perturbation],
    /// What the model works out of its parameters.
    pub model: &'a dyn DoseModel,
}

//! The expanded schedule: what the simulation does, in order, and what `kascade doses` prints.

use super::record::SAME;
use super::steady::SteadyState;
use std::fmt;

/// One thing to do at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// When. Times never decrease along the list, except at a [`Kind::Reset`], where the clock is set to this time and
    /// nothing is integrated in between.
    pub time: f64,
    /// What.
    pub kind: Kind,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// An amount enters at once. It is what arrives, after fraction, weight and molar mass.
    Bolus { route: usize, amount: f64 },
    /// From here on this much per time enters by the route in all. It is the sum over the infusions now running, taken
    /// afresh at every edge, and exactly 0 when none is.
    Rate { route: usize, rate: f64 },
    /// A parameter has this value from here on.
    SetParameter { parameter: usize, value: f64 },
    /// A state is held at this value from here on. Said again after every reset and steady state.
    Clamp { state: usize, value: f64 },
    /// A state moves by its equation again.
    Release { state: usize },
    /// Every state returns to its start under the parameters as they now are; all rates are 0 (a [`Kind::Rate`] says so
    /// beforehand for each that was not).
    Reset,
    /// The state becomes the steady one.
    ReplaceBySteadyState(SteadyState),
    /// The difference between the steady state and the undosed one is added to the state.
    AddSteadyState(SteadyState),
    /// Row `row` of the output is written. It stops nothing: the solver need not step to this time.
    Output { row: usize },
}

impl Kind {
    /// Whether the solver must stop here; rows of output never move its steps.
    pub fn is_stop(&self) -> bool {
        !matches!(self, Kind::Output { .. })
    }
}

/// The expanded schedule of one individual.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The individual's `ID`, from an event table.
    pub id: Option<f64>,
    /// Integration begins here: the earliest of time 0 (regimen) or the first record (table) and all edges.
    pub start: f64,
    /// Integration ends here.
    pub end: f64,
    /// All parameters as they hold before the start, when a steady start is solved.
    pub parameters: Vec<f64>,
    /// States held still before the start, with their values.
    pub clamps: Vec<(usize, f64)>,
    /// What happens, in order.
    pub actions: Vec<Action>,
    /// The time that each row of output prints. The [`Kind::Output`] of a row may carry a time a rounding error away,
    /// because times that mean the same are made the same.
    pub outputs: Vec<f64>,
    /// The dose list, in order of arrival.
    pub given: Vec<Given>,
}

impl Timeline {
    /// Whether a reset sets the clock back, so that one time stands for several moments.
    pub fn begins_anew(&self) -> bool {
        let times = std::iter::once(self.start).chain(self.actions.iter().map(|action| action.time));
        let scale = times.clone().chain([self.end]).fold(0.0, |scale: f64, time| scale.max(time.abs()));
        times.clone().zip(times.skip(1)).any(|(before, after)| after < before - SAME * scale)
    }
}

/// Which dose of a repeated one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The dose of the record itself.
    Own,
    /// The `n`-th additional dose (from 1).
    Additional(u32),
    /// The dose `n` intervals before the record (from 1), part of a steady state, which is still running at the record or
    /// has still to arrive.
    Before(u32),
    /// All doses since forever: the steady state itself.
    Forever,
}

/// By which rule amount, fraction, rate and duration were put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// At once.
    Bolus,
    /// `over`.
    Over,
    /// `rate`.
    Rate,
    /// The route's `duration`, which a regimen's dose took because it said nothing else.
    RouteDuration,
    /// The route's `rate`, likewise.
    RouteRate,
    /// `RATE` above 0 in a table.
    TableRate,
    /// `RATE` -1 in a table.
    TableMinusOne,
    /// `RATE` -2 in a table.
    TableMinusTwo,
    /// An endless infusion, which ends at the record.
    Endless,
}

impl Rule {
    /// Who decided, as it is written.
    pub fn name(self) -> &'static str {
        match self {
            Rule::Bolus => "bolus",
            Rule::Over => "over",
            Rule::Rate => "rate",
            Rule::RouteDuration => "route duration",
            Rule::RouteRate => "route rate",
            Rule::TableRate => "RATE > 0",
            Rule::TableMinusOne => "RATE -1",
            Rule::TableMinusTwo => "RATE -2",
            Rule::Endless => "endless infusion",
        }
    }

    /// What it did.
    pub fn explanation(self) -> &'static str {
        match self {
            Rule::Bolus => "fraction scales the amount",
            Rule::Over => "duration kept, fraction scales the rate",
            Rule::Rate | Rule::TableRate => "rate kept, fraction scales the duration",
            Rule::RouteDuration | Rule::TableMinusTwo => "the route's duration kept, fraction scales the rate",
            Rule::RouteRate | Rule::TableMinusOne => "the route's rate kept, fraction scales the duration",
            Rule::Endless => "rate kept, ends at the record",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name(), self.explanation())
    }
}

/// What became of a dose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    /// It arrives within the run (an infusion may go on beyond its end).
    Given,
    /// An infusion that a reset or a steady state ended at this time.
    CutShort { at: f64 },
    /// A reset or a steady state at this time dropped it before it arrived, and `count - 1` repetitions after it.
    Dropped { at: f64, count: u32 },
    /// It was written within the run and would arrive after its end.
    AfterEnd,
}

/// One dose as it is given: a line of `kascade doses`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Given {
    /// Which dose of the regimen, or which record of the individual, counted from 0.
    pub origin: usize,
    /// Which repetition.
    pub repeat: Repeat,
    /// The time written: of the record, plus the intervals of a repetition, before the lag.
    pub written: f64,
    /// The time it arrives.
    pub arrives: f64,
    /// By which route.
    pub route: usize,
    /// How much arrives in all, after fraction, weight and molar mass; infinite for an endless infusion.
    pub amount: f64,
    /// The rate and the duration of an infusion, after the fraction; `None` for a bolus.
    pub infusion: Option<(f64, f64)>,
    /// The fraction applied.
    pub fraction: f64,
    /// The lag applied.
    pub lag: f64,
    /// The interval of a repeated dose.
    pub interval: Option<f64>,
    /// Whose rule applied.
    pub rule: Rule,
    /// What became of it.
    pub fate: Fate,
}

//! Outcomes as they are written: `peak(C)`, `at(glutamate, 40 min)`, `drug.auc(C, 0, 24 h) / control.auc(C, 0, 24 h)`.
//!
//! One vocabulary for `--measure`, sweeps, evidence and captions. Text is turned into a [`Measure`] (`outcome_read`) whose
//! subjects (what the outcomes are taken of) are plain trees; they are evaluated beside the model's quantities.
//! This file must never integrate; [`super::measure`] takes outcomes from trajectories.

use super::outcome_read;
use crate::diagnostics::{Report, SourceText};
use crate::expression::{Arithmetic, Comparison, Function, Tree};
use crate::model::Model;
use crate::units::Unit;
use std::sync::Arc;

/// What can be asked of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its value at the very beginning, before the first dose.
    Start,
    /// Its value at a time (of a jump, after it).
    At,
    /// Its largest value.
    Peak,
    /// When it is largest; the first time if there are several.
    PeakTime,
    /// Its smallest value.
    Trough,
    /// Its mean between two times.
    Mean,
    /// The area under it between two times.
    Area,
    /// The area to infinity: to the end, and the end value over the terminal slope.
    AreaToInfinity,
    /// `ln 2` over the terminal slope.
    HalfLife,
    /// For how long it is above a level.
    TimeAbove,
    /// When a condition is true for the first time.
    FirstTime,
}

/// One outcome of one subject in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Which run, an index into the list of runs.
    pub run: usize,
    /// What is asked.
    pub outcome: Outcome,
    /// Of what: an index into [`Measures::subjects`].
    pub subject: usize,
    /// The time of `at`, the level of `time_above` (internal units).
    pub value: f64,
    /// From when to when, internal time; the whole run where absent.
    pub window: (Option<f64>, Option<f64>),
}

/// An expression over outcomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// A number, internal units.
    Constant(f64),
    /// An outcome.
    Taken(Taken),
    /// `-a`.
    Negate(Box<Measure>),
    /// `a + b` and the like.
    Binary(Arithmetic, Box<Measure>, Box<Measure>),
    /// `a < b`: 1 or 0.
    Compare(Comparison, Box<Measure>, Box<Measure>),
    /// A function of outcomes.
    Call(Function, Vec<Measure>),
}

impl Taken {
    /// The span of time that it looks at, generous by a few bits.
    fn span(&self) -> (f64, f64) {
        let (from, until) = match self.outcome {
            // Where the solution began is always kept.
            Outcome::Start => return (f64::INFINITY, f64::INFINITY),
            Outcome::At => (self.value, self.value),
            Outcome::HalfLife | Outcome::AreaToInfinity => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (self.window.0.unwrap_or(f64::NEG_INFINITY), self.window.1.unwrap_or(f64::INFINITY)),
        };
        (from - 1e-9 * from.abs().min(1e9), until + 1e-9 * until.abs().min(1e9))
    }
}

/// The spans of time that measures look at in run `run`, for [`super::Keep::Within`].
pub fn spans<'a>(measures: impl Iterator<Item = (&'a Measure, usize)>) -> Vec<(f64, f64)> {
    let mut spans = Vec::new();
    for (measure, run) in measures {
        measure.each_taken(&mut |taken| {
            if taken.run == run {
                spans.push(taken.span());
            }
        });
    }
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    spans.dedup();
    spans
}

impl Measure {
    /// The latest time that it names, internal; none if it speaks of whole runs only.
    pub fn latest(&self) -> Option<f64> {
        let mut latest: Option<f64> = None;
        self.each_taken(&mut |taken| {
            let at = (taken.outcome == Outcome::At).then_some(taken.value);
            for time in [at, taken.window.0, taken.window.1].into_iter().flatten() {
                latest = Some(latest.map_or(time, |known| known.max(time)));
            }
        });
        latest
    }

    /// Visits every outcome in it.
    pub fn each_taken(&self, visit: &mut impl FnMut(&Taken)) {
        match self {
            Measure::Constant(_) => {}
            Measure::Taken(taken) => visit(taken),
            Measure::Negate(inner) => inner.each_taken(visit),
            Measure::Binary(_, a, b) | Measure::Compare(_, a, b) => {
                a.each_taken(visit);
                b.each_taken(visit);
            }
            Measure::Call(_, arguments) => arguments.iter().for_each(|argument| argument.each_taken(visit)),
        }
    }
}

/// Measures of one model, with the subjects they share.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// What outcomes are taken of.
    pub subjects: Vec<Tree>,
    /// The measures, each with the unit in which its value is shown.
    pub list: Vec<(Measure, Unit)>,
}

impl Measures {
    /// Reads a measure against a model. `runs` are the names that may stand before an outcome (`drug.peak(C)`);
    /// without one the first run is meant.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn add(&mut self, source: &Arc<SourceText>, model: &Model, runs: &[&str]) -> Result<(), Report> {
        self.list.push(outcome_read::read(source, model, runs, &mut self.subjects)?);
        Ok(())
    }
}

//! What is to be solved, as plain data: one individual's system, times, jumps, outputs and events.
//!
//! Everything here is in the internal units of the system. It must never know units, model files or doses: a dose has
//! become a [`Change`] long before.

use crate::program::Frame;
use crate::solver::Equations;
use std::sync::Arc;

/// An initial value problem with jumps, outputs and events.
///
/// What many individuals share sits behind an `Arc`, so that a problem is cheap to make.
#[derive(Debug, Clone)]
pub struct Problem<'a> {
    /// The compiled model.
    pub equations: &'a Equations,
    /// Where the solution begins.
    pub start_time: f64,
    /// Where it ends; not before `start_time`.
    pub end_time: f64,
    /// Values of the system's parameters at the start.
    pub parameters: Vec<f64>,
    /// Values of the system's inputs at the start; they change at stops only.
    pub inputs: Vec<f64>,
    /// Values of the states at the start.
    pub start: Vec<f64>,
    /// The error that is allowed.
    pub tolerance: Tolerance,
    /// The states that are held from the start on, as by [`Change::Hold`].
    pub held: Vec<usize>,
    /// Jumps and recordings, sorted by time (but for [`Change::SetTime`]); those at the same time act in order. Those
    /// before `start_time` or after `end_time` are ignored.
    pub stops: Vec<Stop>,
    /// Times of the output rows, sorted. They never influence the steps. Those outside of the span are ignored.
    pub output_times: Arc<[f64]>,
    /// Rules that act when a condition becomes true.
    pub events: Arc<[EventRule]>,
    /// The states that cannot be negative; a value below zero by more than the absolute tolerance is a [`Warning`].
    ///
    /// [`Warning`]: crate::solver::Warning
    pub nonnegative: Arc<[usize]>,
    /// When to give up.
    pub limits: Limits,
}

impl Problem<'_> {
    /// The slots of the system at the start, with what is computed from parameters and inputs only.
    pub fn frame(&self) -> Frame<1> {
        let (evaluator, layout) = (self.equations.one(), self.equations.layout());
        let mut frame = evaluator.frame();
        let slots = frame.as_flattened_mut();
        slots[layout.parameters.clone()].copy_from_slice(&self.parameters);
        slots[layout.inputs.clone()].copy_from_slice(&self.inputs);
        slots[layout.states.clone()].copy_from_slice(&self.start);
        slots[layout.time] = self.start_time;
        evaluator.prepare(&mut frame);
        frame
    }
}

/// The error allowed in one step: for each state `absolute + relative * |value|`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tolerance {
    /// Relative to the value of the state.
    pub relative: f64,
    /// One for each state, in the state's unit; `relative * scale` by the model's convention.
    pub absolute: Arc<[f64]>,
}

impl Tolerance {
    /// The error allowed in a state of this value.
    pub fn allowed(&self, state: usize, value: f64) -> f64 {
        self.absolute[state] + self.relative * value.abs()
    }

    /// The tolerance with all of its parts enlarged until the relative one is `relative`, if it is less.
    pub fn loosened(&self, relative: f64) -> Tolerance {
        let factor = (relative / self.relative).max(1.0);
        let absolute = self.absolute.iter().map(|absolute| absolute * factor).collect();
        Tolerance { relative: self.relative.max(relative), absolute }
    }
}

/// A time at which the integration stops exactly, and what happens there.
///
/// A stop without an effect (a recording, an input set to the value that it has) is none: the steps run through it as
/// if it were not there.
#[derive(Debug, Clone, PartialEq)]
pub struct Stop {
    /// When.
    pub time: f64,
    /// What.
    pub change: Change,
}

/// What may happen at a stop.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Adds to a state: a bolus. A state that is held keeps its value.
    AddToState {
        /// Index of the state.
        state: usize,
        /// In the state's unit.
        amount: f64,
    },
    /// Gives all states values: the steady state of a dosing regimen, a reset.
    SetStates(Arc<[f64]>),
    /// Gives an input a value: an infusion begins or ends.
    SetInput {
        /// Index of the input.
        input: usize,
        /// In the input's unit.
        value: f64,
    },
    /// Gives a parameter a value: a perturbation's edge, a covariate that varies.
    SetParameter {
        /// Index of the parameter.
        parameter: usize,
        /// In the parameter's unit.
        value: f64,
    },
    /// Holds a state at a value: it has no rate of change until it is released.
    Hold {
        /// Index of the state.
        state: usize,
        /// In the state's unit.
        value: f64,
    },
    /// Lets a state move by its equation again.
    Release {
        /// Index of the state.
        state: usize,
    },
    /// Sets the clock; the times of the stops that follow are on the new one, and so is [`Problem::end_time`].
    SetTime(f64),
    /// Writes an output row of the states as they are at this place in the order of the stops.
    Record,
}

/// What happens when a condition goes from false to true. A condition that is true at the start, before the changes of
/// a stop at that time, does not count as having become true then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// Index of the condition in the system.
    pub condition: usize,
    /// Targets, each with the setter that computes its new value. All setters see the values from before.
    pub assignments: Vec<Assignment>,
}

/// One assignment of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// What is assigned.
    pub target: Target,
    /// Index of the setter in the system.
    pub setter: usize,
}

/// What an event can assign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The state of this index.
    State(usize),
    /// The parameter of this index.
    Parameter(usize),
}

/// When to give up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Steps, accepted or not.
    pub steps: u64,
    /// Firings of any one event.
    pub firings: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { steps: 1_000_000, firings: 100_000 }
    }
}

/// How the equations are integrated between the stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The Rosenbrock method of order 5, for any system.
    Rodas5p,
    /// Dormand and Prince's explicit method of order 5, for systems that are not stiff.
    Dopri5,
    /// Dormand and Prince's explicit method of order 8, for systems that are not stiff and high accuracy.
    Dop853,
    /// One of these, chosen by the stiffness of the system.
    Auto,
}

//! The steady state of a system without jumps: where every rate of change is zero.
//!
//! Newton's method first, because it is fast. Where the equations are linear its root is the only one. Elsewhere there
//! may be several, and the one that is meant is the one that time leads to: the system is followed in time with growing
//! steps until it comes near the root, or near another from which Newton's method converges there. All of this keeps
//! the linear invariants of the start.

use crate::solver::dense::Recording;
use crate::solver::failure::{Failure, FailureKind, Statistics};
use crate::solver::newton::{Fate, Newton, Root};
use crate::solver::problem::{Limits, Problem};
use crate::solver::solve;
use std::sync::Arc;

/// Decades of time that are followed.
const DECADES: u32 = 24;
/// Relative tolerance while time is followed, only to come near.
const COARSE: f64 = 1e-4;
/// A root this near, relative to the size of the states, is the one that time leads to.
const NEAR: f64 = 1e-2;
/// A root this near the start is taken for the one that time leads to without following it: a switch between two steady
/// states lies further away than a quarter of a state. Following costs each individual of a population a few milliseconds.
const BESIDE: f64 = 0.25;
/// Steps allowed for a decade: an oscillation is given up.
const STEPS: u64 = 20_000;

/// A state in which nothing changes.
#[derive(Debug, Clone, PartialEq)]
pub struct SteadyState {
    /// The states.
    pub states: Vec<f64>,
    /// What is left of the rates of change. Those of held states are zero.
    pub rates: Vec<f64>,
    /// The last correction of Newton's method, in the tolerance: an estimate of the error. Where that method does not
    /// apply, the change over the last decade of time.
    pub correction: f64,
    /// How many linear invariants of the start were kept.
    pub invariants: usize,
    /// Whether time had to be followed.
    pub marched: bool,
    /// What was spent on following time.
    pub statistics: Statistics,
}

/// The steady state that belongs to a problem's start, parameters and inputs. Held states stay at their start; stops,
/// outputs and events are ignored.
///
/// # Errors
///
/// [`FailureKind::NoSteadyState`] if the solution does not come to rest; other failures if it cannot be followed.
pub fn steady_state(problem: &Problem) -> Result<SteadyState, Failure> {
    let mut newton = Newton::new(problem);
    let mut statistics = Statistics::default();
    let near = NEAR / problem.tolerance.relative;
    let guess = newton.stable_root(&problem.start);
    if let Some(root) = &guess
        && (root.is_only || newton.distance(&problem.start, &root.states) < BESIDE / problem.tolerance.relative)
    {
        return Ok(settle(&mut newton, root.clone(), false, statistics));
    }
    let mut states = problem.start.clone();
    let mut time = newton.shortest_time(&states);
    let mut at_rest = None;
    for _ in 0..DECADES {
        let decade = Problem {
            end_time: problem.start_time + time,
            start: states.clone(),
            tolerance: problem.tolerance.loosened(COARSE),
            stops: Vec::new(),
            output_times: Arc::new([]),
            events: Arc::new([]),
            limits: Limits { steps: STEPS, ..problem.limits },
            ..problem.clone()
        };
        let finish = match solve(decade, &mut Recording::of_rows()) {
            Ok(finish) => finish,
            Err(Failure { kind: FailureKind::TooManySteps { .. }, .. }) => {
                at_rest = None;
                break;
            }
            Err(failure) => return Err(failure),
        };
        statistics.add(&finish.statistics);
        let change = newton.distance(&states, &finish.states);
        states = finish.states;
        let root = match &guess {
            Some(root) if newton.distance(&states, &root.states) < near => Some(root.clone()),
            _ => newton.stable_root(&states).filter(|root| newton.distance(&states, &root.states) < near),
        };
        if let Some(root) = root {
            return Ok(settle(&mut newton, root, true, statistics));
        }
        // Rest for a decade is no rest for ever: what is slow may not have begun.
        at_rest = (change < 1.0).then_some(change);
        time *= 10.0;
    }
    // A rest from which the least change leads away is none that anything comes to.
    if let Some(correction) = at_rest
        && newton.fate(&states) != Fate::Growing
    {
        return Ok(settle(&mut newton, Root { states, correction, is_only: false }, true, statistics));
    }
    let (state, rate) = newton.fastest(&states);
    let kind = FailureKind::NoSteadyState { state, rate };
    Err(Failure {
        kind,
        time: problem.start_time,
        step: time,
        worst_state: Some(state),
        statistics: Box::new(statistics),
    })
}

fn settle(newton: &mut Newton, root: Root, marched: bool, statistics: Statistics) -> SteadyState {
    let rates = newton.rates(&root.states);
    let (Root { states, correction, .. }, invariants) = (root, newton.invariant_count());
    SteadyState { states, rates, correction, invariants, marched, statistics }
}

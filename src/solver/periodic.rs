//! The state that comes back after one period of dosing.
//!
//! A period is a map of states to states, and the state wanted is its fixed point. Repeating the period converges as
//! slowly as the slowest state forgets; Anderson's acceleration (`anderson.rs`) finds the fixed point from few
//! repetitions.

use crate::solver::anderson::Anderson;
use crate::solver::dense::Recording;
use crate::solver::failure::{Failure, FailureKind, Statistics};
use crate::solver::problem::{Problem, Tolerance};
use crate::solver::solve;
use std::sync::Arc;

/// Repetitions before giving up.
const PERIODS: u32 = 300;
/// A period is computed to this part of the tolerance, so that drift can be told from error.
const FINER: f64 = 0.01;
/// A period is never computed more exactly than this.
const FINEST: f64 = 1e-12;
/// A drift below this, in the tolerance, is none if the fixed point is near by the other two measures.
const SETTLED: f64 = 0.03;
/// How far the fixed point may be by the memory's estimate, in the tolerance.
const NEAR: f64 = 1.0;
/// To which part of its largest value the drift of a state must have shrunk. The tolerance alone does not tell: what
/// grows without end drifts as little as one likes, relative to what it has grown to.
const SHRUNK: f64 = 1e-4;
/// The same three where the drift has stopped shrinking, because then it is the error of the periods themselves, which
/// is a large error of the fixed point where little is forgotten in a period.
const STALLED: f64 = 0.5;
const STALLED_NEAR: f64 = 1e4;
const STALLED_SHRUNK: f64 = 1e-2;
/// A state that is further from the start than this many of the largest changes in a period is running away.
const LONGEST: f64 = 1e4;
/// After each setback twice as many repetitions are made before the next guess, but for no more than this many doublings.
const MOST_DOUBLINGS: u32 = 6;
/// Repetitions without a smaller drift after which it has stopped shrinking.
const PATIENCE: u32 = 8;

/// A state that comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodicState {
    /// The states at the beginning of the period.
    pub states: Vec<f64>,
    /// The largest change over one period that is left, in the tolerance.
    pub drift: f64,
    /// How far the fixed point may still be, in the tolerance: an estimate.
    pub distance: f64,
    /// The state that changes most in its tolerance; none if there are no states.
    pub drifting: Option<usize>,
    /// How many periods were computed.
    pub periods: u32,
    /// What was spent.
    pub statistics: Statistics,
}

/// The state that comes back after the period that a problem describes: from its start time to its end time, with its
/// stops and events. The problem's start is where the search begins. States in `excluded` accumulate and need not come
/// back; they keep their start.
///
/// # Errors
///
/// [`FailureKind::NoPeriodicState`] if the states do not settle, as where a dose is never eliminated; other failures if
/// a period cannot be computed.
pub fn periodic_state(problem: &Problem, excluded: &[usize]) -> Result<PeriodicState, Failure> {
    let relative = (problem.tolerance.relative * FINER).max(FINEST);
    let finer = relative / problem.tolerance.relative;
    let absolute = problem.tolerance.absolute.iter().map(|absolute| absolute * finer).collect();
    let period = Problem { tolerance: Tolerance { relative, absolute }, output_times: Arc::new([]), ..problem.clone() };
    let allowed = |state: usize, value: f64| problem.tolerance.allowed(state, value);
    let mut statistics = Statistics::default();
    let mut states = problem.start.clone();
    // The state reached by repetition alone, to which the search returns, and how many repetitions it then makes before
    // it dares to guess again.
    let (mut safe, mut repetitions, mut setbacks) = (states.clone(), 0_u32, 0_u32);
    let mut anderson = Anderson::default();
    let (mut best, mut since_best) = (f64::INFINITY, 0);
    let (mut growing, mut change) = (None, 0.0);
    let mut largest = vec![0.0_f64; states.len()];
    let mut spent = 0;
    for periods in 1..=PERIODS {
        spent = periods;
        let on_safe_ground = states == safe;
        let image = match solve(Problem { start: states.clone(), ..period.clone() }, &mut Recording::of_rows()) {
            Ok(finish) => {
                statistics.add(&finish.statistics);
                let mut end = finish.states;
                excluded.iter().for_each(|&state| end[state] = states[state]);
                end
            }
            // A guess may lie where the equations make no sense; what is reached by repetition does not.
            Err(failure) if on_safe_ground => return Err(failure),
            Err(_) => {
                anderson = Anderson::default();
                states.clone_from(&safe);
                repetitions = 1 << setbacks.min(MOST_DOUBLINGS);
                setbacks += 1;
                continue;
            }
        };
        if on_safe_ground {
            safe.clone_from(&image);
        }
        let drift = |state: usize| (image[state] - states[state]).abs() / allowed(state, image[state]);
        let drifting = (0..image.len()).reduce(|most, state| if drift(state) > drift(most) { state } else { most });
        let size = drifting.map_or(0.0, drift);
        since_best = if size < best { 0 } else { since_best + 1 };
        best = best.min(size);
        let changes: Vec<f64> = image.iter().zip(&states).map(|(image, state)| (image - state).abs()).collect();
        largest.iter_mut().zip(&changes).for_each(|(largest, change)| *largest = largest.max(*change));
        // Measured by what does not grow with the states: the largest change so far, and the tolerance of the start.
        let small = |state: usize, in_tolerance: f64| in_tolerance * allowed(state, problem.start[state]);
        let far = |state: usize| {
            (image[state] - problem.start[state]).abs() > LONGEST * largest[state].max(small(state, SETTLED))
        };
        let has_shrunk = |part: f64, in_tolerance: f64| {
            (0..image.len())
                .all(|state| changes[state] <= small(state, in_tolerance).max(part * largest[state]) && !far(state))
        };
        let unsettled = |state: usize| changes[state] / small(state, SETTLED).max(SHRUNK * largest[state]);
        // Of those that have not shrunk, the one that changes most in the tolerance of the start.
        let weight = |state: usize| if unsettled(state) > 1.0 { changes[state] / small(state, 1.0) } else { 0.0 };
        let most = (0..image.len()).reduce(|most, state| if weight(state) > weight(most) { state } else { most });
        // Far out a change drowns in rounding; what is told is from before.
        if let Some(state) = most.filter(|&state| unsettled(state) > 1.0)
            && !(0..image.len()).any(far)
        {
            (growing, change) = (Some(state), image[state] - states[state]);
        }
        let (settled, stalled) = (
            size < SETTLED && has_shrunk(SHRUNK, SETTLED),
            size < STALLED && since_best >= PATIENCE && has_shrunk(STALLED_SHRUNK, STALLED),
        );
        let weights: Vec<f64> = image.iter().enumerate().map(|(state, &value)| 1.0 / allowed(state, value)).collect();
        let guess = anderson.next(states, image.clone(), &weights, &problem.nonnegative);
        // Where nothing at all changes there is nothing to remember, and nowhere to go.
        let distance = if size == 0.0 { Some(0.0) } else { guess.distance };
        if let Some(distance) = distance
            && ((settled && distance < NEAR) || (stalled && distance < STALLED_NEAR))
        {
            return Ok(PeriodicState { states: image, drift: size, distance, drifting, periods, statistics });
        }
        let sound = repetitions == 0 && guess.point.iter().all(|value| value.is_finite());
        states = if sound { guess.point } else { image };
        repetitions = repetitions.saturating_sub(1);
        if !states.iter().all(|value| value.is_finite()) {
            break;
        }
    }
    let kind = FailureKind::NoPeriodicState { state: growing.unwrap_or(0), drift: change, periods: u64::from(spent) };
    let (time, step) = (problem.end_time, problem.end_time - problem.start_time);
    Err(Failure { kind, time, step, worst_state: growing, statistics: Box::new(statistics) })
}

//! The explicit methods of Dormand and Prince, through the crate `ode_solvers`.
//!
//! That crate knows neither jumps nor events, has a single absolute tolerance, and cannot be told that a rate is not
//! finite. So it is run from stop to stop on states divided by their scale, each step is handed to the [`Track`] with a
//! dense output made from the stages that the crate was seen to evaluate, and a rate that stays undefined ends the run.
//! Time is integrated as a component of its own behind the states, because the crate (0.6.2) hands the eleventh stage of
//! its method of order 8 the time of the step's start.
//!
//! These methods are for systems that are not stiff. The bits are those of `ode_solvers`; no promise covers them.

use crate::program::Frame;
use crate::solver::auto::spectral_radius;
use crate::solver::dense::{Piece, Sink};
use crate::solver::dormand_prince::{D_5, D_8, STAGES_5, STAGES_8};
use crate::solver::failure::{Failure, FailureKind, Finish};
use crate::solver::problem::{Method, Problem};
use crate::solver::segments::{Next, Track};
use ode_solvers::dop_shared::IntegrationError;
use ode_solvers::{DVector, Dop853, Dopri5, OutputType, System};
use std::cell::RefCell;

/// How much of the last component a unit of time is: so little that no norm feels it. A power of two, so that times keep
/// their bits.
const TIME_WEIGHT: f64 = 1.0 / (1_u128 << 100) as f64;

/// Evaluations in a row that are not finite before it counts as a failure.
const UNDEFINED_TRIES: u32 = 1000;

/// A step this long, times the spectral radius of the Jacobian, is kept from growing by stability.
const UNSTABLE: f64 = 2.5;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Five,
    Eight,
}

impl Order {
    fn method(self) -> Method {
        match self {
            Order::Five => Method::Dopri5,
            Order::Eight => Method::Dop853,
        }
    }

    fn stages(self) -> usize {
        match self {
            Order::Five => STAGES_5,
            Order::Eight => STAGES_8,
        }
    }

    /// Which of a step's evaluations, counted from its last, is that of the rate at its end.
    fn end_from_last(self) -> usize {
        match self {
            Order::Five => 1,
            Order::Eight => 4,
        }
    }
}

/// Solves a problem with an explicit method.
pub fn solve_explicitly(order: Order, problem: Problem, sink: &mut dyn Sink) -> Result<Finish, Failure> {
    let mut track = Track::new(problem);
    let mut next = track.begin(sink).map_err(|kind| track.failure(kind, 0.0, None))?;
    while next != Next::Finish {
        next = to_next_stop(order, &mut track, sink)?;
    }
    Ok(track.finish(order.method()))
}

/// Integrates up to the track's limit, or to the event before it.
fn to_next_stop(order: Order, track: &mut Track, sink: &mut dyn Sink) -> Result<Next, Failure> {
    let (start_time, length) = (track.time, track.limit - track.time);
    let tolerance = &track.problem.tolerance;
    let relative = tolerance.relative;
    let scales: Vec<f64> =
        tolerance.absolute.iter().map(|absolute| (absolute / relative).max(f64::MIN_POSITIVE)).collect();
    let mut states = track.states().to_vec();
    let stages = Stages::new(order, track, scales);
    let scaled = states.iter().zip(&stages.scales).map(|(y, scale)| y / scale).chain([0.0]);
    let scaled = DVector::from_iterator(states.len() + 1, scaled);
    // The crate takes the mean over all components; that of the states alone is meant.
    let allowed = relative * (states.len() as f64 / (states.len() + 1) as f64).sqrt();
    let first_rates = stages.evaluate(start_time, &states);
    if let Some(state) = first_rates.iter().position(|rate| !rate.is_finite()) {
        let kind = FailureKind::RateNotFinite { state, value: first_rates[state] };
        return Err(track.failure(kind, length, Some(state)));
    }
    let budget = track.problem.limits.steps.saturating_sub(track.statistics.steps + track.statistics.rejected);
    let budget = u32::try_from(budget).unwrap_or(u32::MAX);
    let (mut outcome, mut progress) = (Ok(Next::Continue), Progress::default());
    let run = Run {
        track: &mut *track,
        sink,
        outcome: &mut outcome,
        progress: RefCell::new(&mut progress),
        local_time: 0.0,
        start_time,
        length,
        first_rates,
        start: &mut states,
        end: vec![0.0; stages.states],
        inner: vec![0.0; stages.states * if order == Order::Five { 3 } else { 6 }],
        stages,
    };
    // The dense output of the crate is not used; an endless spacing keeps it from storing any.
    let (never, automatic, dense) = (f64::INFINITY, 0.0, OutputType::Dense);
    // Nor is its test of stiffness, which would end runs that are stiff a while.
    let unwatched = u32::MAX;
    let integrated = match order {
        Order::Five => Dopri5::from_param(
            run, 0.0, length, never, scaled, allowed, allowed, 0.9, 0.04, 0.2, 10.0, length, automatic, budget,
            unwatched, dense,
        )
        .integrate(),
        Order::Eight => Dop853::from_param(
            run, 0.0, length, never, scaled, allowed, allowed, 0.9, 0.0, 0.333, 6.0, length, automatic, budget,
            unwatched, dense,
        )
        .integrate(),
    };
    track.statistics.rhs += progress.evaluations;
    let kind = match (integrated, outcome) {
        (_, Err(kind)) => kind,
        (Ok(stats), Ok(next)) if next != Next::Continue => {
            track.statistics.rejected += u64::from(stats.rejected_steps);
            return Ok(next);
        }
        (Err(IntegrationError::MaxNumStepReached { .. }), _) => {
            let limit = track.problem.limits.steps;
            let radius = spectral_radius(&track.problem, &mut track.frame, track.time, &states);
            let stiff = radius * progress.step > UNSTABLE;
            if stiff { FailureKind::Stiff { limit } } else { FailureKind::TooManySteps { limit } }
        }
        _ => match progress.undefined {
            Some((state, value)) => FailureKind::RateNotFinite { state, value },
            None => FailureKind::StepTooSmall,
        },
    };
    Err(track.failure(kind, 0.0, progress.undefined.map(|(state, _)| state)))
}

/// What is told apart from the steps themselves.
#[derive(Debug, Default)]
struct Progress {
    evaluations: u64,
    /// The length of the last step.
    step: f64,
    /// The last rate that was not finite since a step was taken.
    undefined: Option<(usize, f64)>,
    undefined_tries: u32,
}

/// What `ode_solvers` calls back.
struct Run<'r, 'a> {
    track: &'r mut Track<'a>,
    sink: &'r mut dyn Sink,
    outcome: &'r mut Result<Next, FailureKind>,
    progress: RefCell<&'r mut Progress>,
    stages: Stages<'a>,
    /// Time since the start of the segment, at the start of the step.
    local_time: f64,
    start_time: f64,
    length: f64,
    /// Rates and states at the start of the step.
    first_rates: Vec<f64>,
    start: &'r mut [f64],
    end: Vec<f64>,
    inner: Vec<f64>,
}

impl System<f64, DVector<f64>> for Run<'_, '_> {
    fn system(&self, _: f64, scaled: &DVector<f64>, rates: &mut DVector<f64>) {
        let mut progress = self.progress.borrow_mut();
        progress.evaluations += 1;
        let undefined = self.stages.record(self.start_time, scaled.as_slice(), rates.as_mut_slice());
        if undefined.is_some() {
            progress.undefined = undefined;
            progress.undefined_tries += 1;
        }
        // Without rates, any step is good, and the run ends at it.
        if progress.undefined_tries > UNDEFINED_TRIES {
            rates.fill(0.0);
        }
    }

    fn solout(&mut self, time: f64, _: &DVector<f64>, _: &DVector<f64>) -> bool {
        // It is also called for outputs, whose times are endless here.
        if *self.outcome != Ok(Next::Continue) || !self.stages.is_complete() || time.is_infinite() {
            return *self.outcome != Ok(Next::Continue);
        }
        let progress = self.progress.get_mut();
        if progress.undefined_tries > UNDEFINED_TRIES {
            let (state, value) = progress.undefined.unwrap_or((0, f64::NAN));
            *self.outcome = Err(FailureKind::RateNotFinite { state, value });
            return true;
        }
        (progress.undefined, progress.undefined_tries) = (None, 0);
        *self.outcome = self.take_step(time);
        *self.outcome != Ok(Next::Continue)
    }
}

impl Run<'_, '_> {
    fn take_step(&mut self, local_end: f64) -> Result<Next, FailureKind> {
        let step = local_end - self.local_time;
        self.progress.get_mut().step = step;
        self.stages.finish(step, &mut self.first_rates, self.start, &mut self.end, &mut self.inner);
        let time = self.start_time + self.local_time;
        let reaches = local_end >= self.length * (1.0 - 4.0 * f64::EPSILON);
        let until = if reaches { self.track.limit } else { self.start_time + local_end };
        for at in 0..self.track.problem.nonnegative.len() {
            let state = self.track.problem.nonnegative[at];
            self.track.notice_negative(until, state, self.end[state]);
        }
        let next = if self.track.wants_piece(until, self.sink) {
            let piece = Piece { time, step, until, start: self.start, end: &self.end, inner: &self.inner };
            self.track.accept(piece, self.sink)
        } else {
            self.track.pass(until);
            Ok(Next::Continue)
        };
        self.start.copy_from_slice(&self.end);
        self.local_time = local_end;
        next
    }
}

/// The latest evaluations, in true units.
struct Stages<'a> {
    order: Order,
    states: usize,
    scales: Vec<f64>,
    held: Vec<usize>,
    equations: &'a crate::solver::Equations,
    memory: RefCell<Memory>,
}

struct Memory {
    frame: Frame<1>,
    /// Arguments and rates of the latest evaluations, the oldest to be overwritten next.
    arguments: Vec<Vec<f64>>,
    rates: Vec<Vec<f64>>,
    next: usize,
    /// Evaluations since the last step.
    fresh: usize,
}

impl<'a> Stages<'a> {
    fn new(order: Order, track: &Track<'a>, scales: Vec<f64>) -> Stages<'a> {
        let states = scales.len();
        let blank = vec![vec![0.0; states]; order.stages()];
        let (arguments, rates) = (blank.clone(), blank);
        let memory = RefCell::new(Memory { frame: track.frame.clone(), arguments, rates, next: 0, fresh: 0 });
        Stages { order, states, scales, held: track.held.clone(), equations: track.problem.equations, memory }
    }

    /// The rates at a state.
    fn evaluate(&self, time: f64, states: &[f64]) -> Vec<f64> {
        let layout = self.equations.layout();
        let frame = &mut self.memory.borrow_mut().frame;
        frame[layout.time] = [time];
        frame.as_flattened_mut()[layout.states.clone()].copy_from_slice(states);
        self.equations.one().rhs(frame);
        let mut rates = frame.as_flattened()[layout.derivatives.clone()].to_vec();
        self.held.iter().for_each(|&state| rates[state] = 0.0);
        rates
    }

    /// Evaluates the rates of scaled states, behind which stands the time since the segment's start, and remembers them;
    /// tells a rate that is not finite.
    fn record(&self, start_time: f64, scaled: &[f64], scaled_rates: &mut [f64]) -> Option<(usize, f64)> {
        let layout = self.equations.layout();
        let Memory { frame, arguments, rates, next, fresh } = &mut *self.memory.borrow_mut();
        let (argument, rate) = (&mut arguments[*next], &mut rates[*next]);
        for ((value, scaled), scale) in argument.iter_mut().zip(scaled).zip(&self.scales) {
            *value = scaled * scale;
        }
        frame[layout.time] = [start_time + scaled[self.states] / TIME_WEIGHT];
        scaled_rates[self.states] = TIME_WEIGHT;
        frame.as_flattened_mut()[layout.states.clone()].copy_from_slice(argument);
        self.equations.one().rhs(frame);
        rate.copy_from_slice(&frame.as_flattened()[layout.derivatives.clone()]);
        self.held.iter().for_each(|&state| rate[state] = 0.0);
        for ((scaled, rate), scale) in scaled_rates.iter_mut().zip(&*rate).zip(&self.scales) {
            *scaled = rate / scale;
        }
        *next = (*next + 1) % self.order.stages();
        *fresh += 1;
        rate.iter().position(|rate| !rate.is_finite()).map(|state| (state, rate[state]))
    }

    /// Whether a whole step has been evaluated since the last one.
    fn is_complete(&self) -> bool {
        self.memory.borrow().fresh >= self.order.stages()
    }

    /// Writes the end of a step and its dense output, and replaces the rates at its start by those at its end.
    fn finish(&self, step: f64, first: &mut [f64], start: &[f64], end: &mut [f64], inner: &mut [f64]) {
        let stages = self.order.stages();
        let memory = &mut *self.memory.borrow_mut();
        memory.fresh = 0;
        let latest = |back: usize| (memory.next + stages - back) % stages;
        let at_end = latest(self.order.end_from_last());
        end.copy_from_slice(&memory.arguments[at_end]);
        // k_1, then the recorded ones from the oldest on.
        let rate = |stage: usize, state: usize| match stage {
            0 => first[state],
            _ => memory.rates[(memory.next + stage - 1) % stages][state],
        };
        for state in 0..self.states {
            let weighted = |weights: &[f64]| -> f64 {
                weights.iter().enumerate().map(|(stage, weight)| weight * rate(stage, state)).sum::<f64>() * step
            };
            let change = end[state] - start[state];
            let bulge = step * first[state] - change;
            let lean = change - step * memory.rates[at_end][state] - bulge;
            let mut set = |at: usize, value: f64| inner[at * self.states + state] = value;
            match self.order {
                Order::Five => {
                    let highest = weighted(&D_5);
                    set(0, bulge);
                    set(1, lean + highest);
                    set(2, -highest);
                }
                Order::Eight => {
                    // The nested form of the codes, multiplied out.
                    let [r4, r5, r6, r7] = [0, 1, 2, 3].map(|row| weighted(&D_8[row]));
                    let [q0, q1, q2, q3] = [r4, r5 + r6, r7 - r6, -r7];
                    set(0, bulge);
                    set(1, lean + q0);
                    set(2, q1 - q0);
                    set(3, q2 - q1);
                    set(4, q3 - q2);
                    set(5, -q3);
                }
            }
        }
        first.copy_from_slice(&memory.rates[at_end]);
    }
}

//! The loop of the Rosenbrock method: `L` individuals side by side, each with its own time, step, stops and events.
//!
//! Arithmetic on states runs over all lanes at once (`block.rs`); what is decided is decided here, lane by lane. A lane
//! that finishes takes the next individual from the queue. One individual alone is the same loop with one lane, and
//! gets the same bits.

use crate::program::{Evaluator, Instructions};
use crate::solver::block::Block;
use crate::solver::control::Controller;
use crate::solver::dense::Sink;
use crate::solver::failure::{Failure, FailureKind, Finish, Statistics};
use crate::solver::problem::{Method, Problem};
use crate::solver::segments::{Next, Track};

/// A step is stretched by this much at most in order to end at a stop.
const STRETCH: f64 = 1.1;

/// Rejections in a row for a number that is not finite before it counts as a failure.
const UNDEFINED_TRIES: u32 = 40;

/// Where individuals come from and where they go.
pub trait Queue<'a> {
    /// What receives the solution of one individual.
    type Sink: Sink;

    /// The next individual. All are of the same system.
    fn next(&mut self) -> Option<(Problem<'a>, Self::Sink)>;

    /// Takes back an individual that has ended, well or not.
    fn done(&mut self, sink: Self::Sink, result: Result<Finish, Failure>);
}

/// Solves every individual in the queue, `L` at a time.
pub fn solve_queue<'a, const L: usize, Q: Queue<'a>>(
    evaluator: &'a Evaluator<L>,
    instructions: Instructions,
    queue: &mut Q,
) {
    let Some((first, sink)) = queue.next() else { return };
    let system = first.equations.system();
    let mut block = Block::new(system, evaluator, instructions);
    let mut lanes: [Option<Lane<'a, Q::Sink>>; L] = std::array::from_fn(|_| None);
    lanes[0] = Lane::enter(first, sink, queue);
    let mut waiting = true;
    loop {
        let mut moved = false;
        for (at, lane) in lanes.iter_mut().enumerate() {
            while waiting && lane.is_none() {
                match queue.next() {
                    Some((problem, sink)) => *lane = Lane::enter(problem, sink, queue),
                    None => waiting = false,
                }
            }
            if let Some(lane) = lane {
                if lane.fresh {
                    lane.load(&mut block, at);
                }
                block.time[at] = lane.track.time;
                moved |= lane.moved;
            }
        }
        if lanes.iter().all(Option::is_none) {
            return;
        }
        if moved {
            block.linearize();
        }
        for (at, lane) in lanes.iter_mut().enumerate() {
            if let Some(lane) = lane {
                lane.choose_step(&mut block, at);
            }
        }
        block.attempt();
        judge(&mut block, &mut lanes, queue);
    }
}

/// Takes the good steps, hands their pieces on, and lets go of the individuals that have ended.
fn judge<'a, const L: usize, Q: Queue<'a>>(
    block: &mut Block<L>,
    lanes: &mut [Option<Lane<'a, Q::Sink>>; L],
    queue: &mut Q,
) {
    let mut taken = [false; L];
    let mut heard = [false; L];
    for (at, slot) in lanes.iter_mut().enumerate() {
        let Some(lane) = slot else { continue };
        match lane.judge(block, at) {
            Ok(good) => {
                taken[at] = good;
                heard[at] = good && lane.track.wants_piece(lane.end, &lane.sink);
            }
            Err(failure) => Lane::leave(slot, Err(failure), queue),
        }
    }
    if heard.contains(&true) {
        block.make_dense();
    }
    for (at, slot) in lanes.iter_mut().enumerate() {
        let Some(lane) = slot else { continue };
        if !taken[at] {
            continue;
        }
        if !heard[at] {
            lane.track.pass(lane.end);
            continue;
        }
        match lane.track.accept(block.piece(at, lane.end), &mut lane.sink) {
            Ok(Next::Continue) => {}
            Ok(Next::Restart) => lane.fresh = true,
            Ok(Next::Finish) => {
                let finish = lane.track.finish(Method::Rodas5p);
                Lane::leave(slot, Ok(finish), queue);
            }
            Err(kind) => {
                let failure = lane.track.failure(kind, block.step[at], None);
                Lane::leave(slot, Err(failure), queue);
            }
        }
    }
    block.advance(&taken);
}

/// An individual in its lane.
struct Lane<'a, S> {
    track: Track<'a>,
    sink: S,
    controller: Controller,
    /// The length of the next step, as the control wants it.
    proposed: f64,
    /// The end of the step being tried.
    end: f64,
    /// The states have jumped: they must be fetched from the track, and the step chosen anew.
    fresh: bool,
    /// The step starts from other states than the one before.
    moved: bool,
    /// Tries in a row that met a number that is not finite.
    undefined: u32,
}

impl<'a, S: Sink> Lane<'a, S> {
    /// Puts an individual at its start; none if it ends there.
    fn enter<Q: Queue<'a, Sink = S>>(problem: Problem<'a>, sink: S, queue: &mut Q) -> Option<Lane<'a, S>> {
        let end = problem.start_time;
        let track = Track::new(problem);
        let controller = Controller::new();
        let mut lane = Lane { track, sink, controller, proposed: 0.0, end, fresh: true, moved: true, undefined: 0 };
        let result = match lane.track.begin(&mut lane.sink) {
            Ok(Next::Finish) => Ok(lane.track.finish(Method::Rodas5p)),
            Ok(_) => return Some(lane),
            Err(kind) => Err(lane.track.failure(kind, 0.0, None)),
        };
        queue.done(lane.sink, result);
        None
    }

    /// Empties the lane.
    fn leave<Q: Queue<'a, Sink = S>>(slot: &mut Option<Lane<'a, S>>, result: Result<Finish, Failure>, queue: &mut Q) {
        if let Some(lane) = slot.take() {
            queue.done(lane.sink, result);
        }
    }

    /// Copies the individual's numbers into its lane.
    fn load<const L: usize>(&mut self, block: &mut Block<L>, at: usize) {
        let (track, layout) = (&self.track, self.track.problem.equations.layout());
        for range in [&layout.inputs, &layout.parameters] {
            for slot in range.clone() {
                block.frame[slot][at] = track.frame[slot][0];
            }
        }
        for (to, from) in block.states.iter_mut().zip(track.states()) {
            to[at] = *from;
        }
        for (to, from) in block.absolute.iter_mut().zip(track.problem.tolerance.absolute.iter()) {
            to[at] = *from;
        }
        block.prepare();
        block.held.retain(|&(_, lane)| lane != at);
        block.held.extend(track.held.iter().map(|&state| (state, at)));
        block.relative[at] = track.problem.tolerance.relative;
        self.controller = Controller::new();
        self.moved = true;
    }

    /// Sets time and length of the step to be tried.
    fn choose_step<const L: usize>(&mut self, block: &mut Block<L>, at: usize) {
        let time = self.track.time;
        if std::mem::take(&mut self.fresh) {
            self.proposed = block.first_step(at);
        }
        let left = self.track.limit - time;
        let reaches = self.proposed * STRETCH >= left;
        let wanted = if 2.0 * self.proposed > left { 0.5 * left } else { self.proposed };
        self.end = if reaches { self.track.limit } else { time + wanted };
        block.step[at] = self.end - time;
    }

    /// Whether the step that was tried is good; how long the next one is to be.
    fn judge<const L: usize>(&mut self, block: &Block<L>, at: usize) -> Result<bool, Failure> {
        let (step, error) = (block.step[at], block.error[at]);
        self.count(block.pivoted[at]);
        let Statistics { steps, rejected, .. } = self.track.statistics;
        let limit = self.track.problem.limits.steps;
        if steps + rejected >= limit {
            let kind = FailureKind::TooManySteps { limit };
            return Err(self.track.failure(kind, step, block.worst_state(at)));
        }
        if error <= 1.0 {
            self.proposed = self.controller.after_success(step, block.room[at]);
            self.moved = true;
            self.undefined = 0;
            for at_state in 0..self.track.problem.nonnegative.len() {
                let state = self.track.problem.nonnegative[at_state];
                self.track.notice_negative(self.end, state, block.next[state][at]);
            }
            return Ok(true);
        }
        self.track.statistics.rejected += 1;
        self.moved = false;
        self.proposed = self.controller.after_failure(step, error.is_finite().then_some(block.room[at]));
        self.undefined = if error.is_finite() { 0 } else { self.undefined + 1 };
        let time = self.track.time;
        let too_small = self.proposed <= 4.0 * f64::EPSILON * time.abs() || time + self.proposed <= time;
        if self.undefined > UNDEFINED_TRIES || too_small {
            let kind = block.undefined(at).unwrap_or(FailureKind::StepTooSmall);
            return Err(self.track.failure(kind, step, block.worst_state(at)));
        }
        Ok(false)
    }

    fn count(&mut self, pivoted: bool) {
        let statistics = &mut self.track.statistics;
        statistics.rhs += if self.moved { 8 } else { 7 };
        statistics.jacobians += u64::from(self.moved);
        statistics.factorizations += 1;
        statistics.solves += 8;
        statistics.dense_fallbacks += u64::from(pivoted);
    }
}

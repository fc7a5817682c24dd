//! One individual's way through its stops and outputs, for every method.
//!
//! A method takes steps; after each it hands the [`Piece`] to the [`Track`], which writes the rows that fall into it,
//! looks for events in it (`events.rs`), and makes the changes of a stop. The track says how far the next step may go
//! at most and whether the states have jumped. It must never know how a step is made.

use crate::program::Frame;
use crate::solver::dense::{Piece, Sink};
use crate::solver::failure::{Failure, FailureKind, Finish, Statistics, Warning};
use crate::solver::problem::{Change, Method, Problem, Stop};

/// What a method does after handing over a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Goes on from the end of the piece.
    Continue,
    /// Takes time and states from the track and begins anew.
    Restart,
    /// Has reached the end.
    Finish,
}

/// See the module.
#[derive(Debug)]
pub struct Track<'a> {
    /// What is being solved.
    pub problem: Problem<'a>,
    /// The slots of the system, one individual wide. Parameters, inputs and what is prepared from them are current;
    /// time and states are current at the start, after a [`Next::Restart`] and after a [`Next::Finish`].
    pub frame: Frame<1>,
    /// The current time.
    pub time: f64,
    /// No step may go beyond this time; one that reaches it has to end at it exactly.
    pub limit: f64,
    /// The states that are held still.
    pub held: Vec<usize>,
    /// What has been spent.
    pub statistics: Statistics,
    /// The lowest value of each state that cannot be negative and was.
    pub warnings: Vec<Warning>,
    /// The truth of each event's condition when last looked at.
    pub(super) truths: Vec<bool>,
    /// Which events are due, while they fire.
    pub(super) due: Vec<bool>,
    /// How often each event fired.
    pub(super) firings: Vec<u64>,
    /// The states of a row, or before a jump.
    pub(super) scratch: Vec<f64>,
    /// The first stop at or after `next_stop` that changes something, or the number of stops.
    effective_stop: usize,
    /// The stops before this one are done.
    next_stop: usize,
    /// The outputs before this one are done.
    next_output: usize,
    /// The stops before this one may lie beyond the end time, because the clock is changed after them.
    last_clock: usize,
}

impl<'a> Track<'a> {
    /// A track at the start of a problem. [`Track::begin`] comes next.
    pub fn new(problem: Problem<'a>) -> Track<'a> {
        let mut track = Track {
            frame: problem.equations.one().frame(),
            time: problem.start_time,
            limit: problem.start_time,
            held: Vec::new(),
            statistics: Statistics::default(),
            warnings: Vec::with_capacity(problem.nonnegative.len()),
            truths: Vec::new(),
            due: Vec::new(),
            firings: Vec::new(),
            scratch: vec![0.0; problem.start.len()],
            effective_stop: 0,
            next_stop: 0,
            next_output: 0,
            last_clock: 0,
            problem,
        };
        track.rewind();
        track
    }

    fn rewind(&mut self) {
        let problem = &self.problem;
        let layout = problem.equations.layout();
        let slots = self.frame.as_flattened_mut();
        slots[layout.parameters.clone()].copy_from_slice(&problem.parameters);
        slots[layout.inputs.clone()].copy_from_slice(&problem.inputs);
        slots[layout.states.clone()].copy_from_slice(&problem.start);
        self.time = problem.start_time;
        self.statistics = Statistics::default();
        self.warnings.clear();
        self.held.clone_from(&problem.held);
        let in_time = |stop: &Stop| stop.time >= problem.start_time;
        self.next_stop = problem.stops.iter().position(in_time).unwrap_or(problem.stops.len());
        self.next_output = problem.output_times.partition_point(|&time| time < problem.start_time);
        let sets_clock = |stop: &Stop| matches!(stop.change, Change::SetTime(_));
        self.last_clock = problem.stops.iter().rposition(sets_clock).map_or(0, |index| index + 1);
        for flags in [&mut self.truths, &mut self.due] {
            flags.clear();
            flags.resize(problem.events.len(), false);
        }
        self.firings.clear();
        self.firings.resize(problem.events.len(), 0);
    }

    /// The current states: at the start, after a [`Next::Restart`] and after a [`Next::Finish`].
    pub fn states(&self) -> &[f64] {
        &self.frame.as_flattened()[self.problem.equations.layout().states.clone()]
    }

    /// Makes the changes that are due at the start and writes its rows.
    pub fn begin(&mut self, sink: &mut dyn Sink) -> Result<Next, FailureKind> {
        self.prepare(sink);
        self.check_states()?;
        self.remember_truths();
        self.stand(sink)
    }

    /// Whether [`Track::accept`] has to be called after a step to `end`. If not, [`Track::pass`] will do.
    pub fn wants_piece(&self, end: f64, sink: &dyn Sink) -> bool {
        end >= self.limit || self.next_row() < end || !self.problem.events.is_empty() || sink.wants_pieces()
    }

    /// Takes note of an accepted step to `end` in which nothing happens.
    pub fn pass(&mut self, end: f64) {
        self.statistics.steps += 1;
        self.time = end;
    }

    /// Takes in an accepted step; one whose piece ends at the limit reaches a stop.
    pub fn accept(&mut self, piece: Piece, sink: &mut dyn Sink) -> Result<Next, FailureKind> {
        self.statistics.steps += 1;
        let event_time = if self.problem.events.is_empty() { None } else { self.locate_event(&piece) };
        let cut = event_time.is_some_and(|time| time < piece.until);
        let piece = Piece { until: event_time.unwrap_or(piece.until), ..piece };
        self.write_rows(&piece, sink);
        if sink.wants_pieces() {
            sink.piece(&piece);
        }
        self.time = piece.until;
        if event_time.is_none() && self.time < self.limit {
            return Ok(Next::Continue);
        }
        let states = self.problem.equations.layout().states.clone();
        if cut {
            piece.evaluate(self.time, &mut self.frame.as_flattened_mut()[states]);
        } else {
            self.frame.as_flattened_mut()[states].copy_from_slice(piece.end);
        }
        if event_time.is_some() {
            self.fire_events(sink)?;
        }
        if self.time >= self.limit {
            return self.stand(sink);
        }
        self.find_limit();
        Ok(Next::Restart)
    }

    /// Keeps the lowest value of a state that cannot be negative, if it is beyond the tolerance.
    pub fn notice_negative(&mut self, time: f64, state: usize, value: f64) {
        if value >= -self.problem.tolerance.absolute[state] {
            return;
        }
        match self.warnings.iter_mut().find(|warning| warning.state == state) {
            Some(warning) if warning.value <= value => {}
            Some(warning) => *warning = Warning { state, time, value },
            None => self.warnings.push(Warning { state, time, value }),
        }
    }

    /// How this individual ended, at its end.
    pub fn finish(&mut self, method: Method) -> Finish {
        let layout = self.problem.equations.layout();
        let slots = self.frame.as_flattened();
        Finish {
            time: self.time,
            states: slots[layout.states.clone()].to_vec(),
            parameters: slots[layout.parameters.clone()].to_vec(),
            inputs: slots[layout.inputs.clone()].to_vec(),
            method,
            statistics: self.statistics,
            warnings: std::mem::take(&mut self.warnings),
        }
    }

    /// The failure of this individual.
    pub fn failure(&self, kind: FailureKind, step: f64, worst_state: Option<usize>) -> Failure {
        Failure { kind, time: self.time, step, worst_state, statistics: Box::new(self.statistics) }
    }

    /// Everything that happens while time stands still: changes, events that they cause, rows.
    fn stand(&mut self, sink: &mut dyn Sink) -> Result<Next, FailureKind> {
        // An event may call for nothing new here, but a changed clock may make further stops due.
        while self.make_changes(sink)? {
            self.fire_events(sink)?;
        }
        while self.problem.output_times.get(self.next_output).is_some_and(|&time| time <= self.time) {
            sink.row(self.time, self.states());
            self.next_output += 1;
        }
        let done = self.time >= self.problem.end_time && self.next_stop >= self.last_clock;
        self.find_limit();
        Ok(if done { Next::Finish } else { Next::Restart })
    }

    /// Makes the changes of all stops that are due; true if any had an effect.
    fn make_changes(&mut self, sink: &mut dyn Sink) -> Result<bool, FailureKind> {
        let states = self.problem.equations.layout().states.clone();
        self.scratch.copy_from_slice(&self.frame.as_flattened()[states]);
        let (time, mut effect, mut stretch) = (self.time, false, false);
        while let Some(stop) = self.problem.stops.get(self.next_stop).filter(|stop| stop.time <= self.time) {
            let change = stop.change.clone();
            self.next_stop += 1;
            if matches!(change, Change::Record) {
                if std::mem::take(&mut stretch) {
                    self.prepare(sink);
                }
                sink.row(self.time, self.states());
                continue;
            }
            effect = true;
            stretch |= matches!(change, Change::SetInput { .. } | Change::SetParameter { .. });
            self.apply(&change);
        }
        if stretch {
            self.prepare(sink);
        }
        if effect {
            self.statistics.stops += 1;
            self.check_states()?;
            self.tell_jump(time, sink);
        }
        Ok(effect)
    }

    fn apply(&mut self, change: &Change) {
        let layout = self.problem.equations.layout();
        match *change {
            Change::AddToState { state, .. } if self.held.contains(&state) => {}
            Change::AddToState { state, amount } => self.frame[layout.states.start + state][0] += amount,
            Change::SetInput { input, value } => self.frame[layout.inputs.start + input] = [value],
            Change::SetParameter { parameter, value } => self.frame[layout.parameters.start + parameter] = [value],
            Change::SetStates(ref values) => {
                self.frame.as_flattened_mut()[layout.states.clone()].copy_from_slice(values);
            }
            Change::Hold { state, value } => {
                self.frame[layout.states.start + state] = [value];
                if !self.held.contains(&state) {
                    self.held.push(state);
                }
            }
            Change::Release { state } => self.held.retain(|&held| held != state),
            Change::SetTime(time) => self.time = time,
            Change::Record => {}
        }
    }

    /// Tells the sink of a jump from the states in `scratch` to the current ones, if there was one.
    pub(super) fn tell_jump(&self, time: f64, sink: &mut dyn Sink) {
        if self.scratch != self.states() {
            sink.jump(time, &self.scratch, self.states());
        }
    }

    /// Computes what depends on parameters and inputs only, and tells the sink that they are new.
    pub(super) fn prepare(&mut self, sink: &mut dyn Sink) {
        let layout = self.problem.equations.layout();
        self.frame[layout.time] = [self.time];
        self.problem.equations.one().prepare(&mut self.frame);
        let slots = self.frame.as_flattened();
        sink.stretch(self.time, &slots[layout.parameters.clone()], &slots[layout.inputs.clone()]);
    }

    pub(super) fn check_states(&self) -> Result<(), FailureKind> {
        match self.states().iter().position(|value| !value.is_finite()) {
            Some(state) => Err(FailureKind::StateNotFinite { state, value: self.states()[state] }),
            None => Ok(()),
        }
    }

    /// Finds the time up to which nothing changes.
    fn find_limit(&mut self) {
        let waiting = &self.problem.stops[self.next_stop..];
        let ahead = waiting.iter().position(|stop| self.is_effective(&stop.change));
        self.effective_stop = ahead.map_or(self.problem.stops.len(), |ahead| self.next_stop + ahead);
        self.limit = self.problem.end_time;
        if let Some(stop) = self.problem.stops.get(self.effective_stop)
            && (stop.time < self.limit || self.next_stop < self.last_clock)
        {
            self.limit = stop.time;
        }
    }

    /// Whether a change would change anything, as long as nothing else does before.
    fn is_effective(&self, change: &Change) -> bool {
        let layout = self.problem.equations.layout();
        match *change {
            Change::Record => false,
            Change::AddToState { amount, .. } => amount != 0.0,
            Change::SetInput { input, value } => self.frame[layout.inputs.start + input] != [value],
            Change::SetParameter { parameter, value } => self.frame[layout.parameters.start + parameter] != [value],
            _ => true,
        }
    }

    fn next_row(&self) -> f64 {
        self.next_recording().min(self.next_output_time())
    }

    /// The time of the next stop without an effect; recordings are such.
    fn next_recording(&self) -> f64 {
        if self.next_stop < self.effective_stop { self.problem.stops[self.next_stop].time } else { f64::INFINITY }
    }

    fn next_output_time(&self) -> f64 {
        self.problem.output_times.get(self.next_output).copied().unwrap_or(f64::INFINITY)
    }

    /// Writes the rows that fall into a piece. Those at its very end belong to what follows.
    fn write_rows(&mut self, piece: &Piece, sink: &mut dyn Sink) {
        loop {
            let (recording, output) = (self.next_recording(), self.next_output_time());
            let time = recording.min(output);
            if time.is_nan() || time >= piece.until {
                return;
            }
            // Outputs with no recording among them can be computed together.
            let waiting = &self.problem.output_times[self.next_output..];
            let together = waiting.iter().take_while(|&&time| time < recording && time < piece.until).count();
            if together > 1 {
                let states = self.scratch.len();
                if let Some(rows) = sink.room(&waiting[..together], states) {
                    piece.evaluate_rows(&waiting[..together], rows);
                    self.next_output += together;
                    continue;
                }
            }
            if recording <= output {
                self.next_stop += 1;
                if self.problem.stops[self.next_stop - 1].change != Change::Record {
                    continue;
                }
            } else {
                self.next_output += 1;
            }
            piece.evaluate(time, &mut self.scratch);
            sink.row(time, &self.scratch);
        }
    }
}

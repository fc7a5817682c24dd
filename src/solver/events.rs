//! Events: where in a step a condition becomes true, and what happens then.

use crate::solver::dense::{Piece, Sink};
use crate::solver::failure::FailureKind;
use crate::solver::problem::Target;
use crate::solver::segments::Track;

/// Where in a piece conditions are looked at. One that becomes true and false again between two of these is not seen.
const SAMPLES: [f64; 4] = [0.25, 0.5, 0.75, 1.0];

/// Rounds of firing at one and the same time before an event counts as endless.
const ROUNDS_AT_ONCE: u64 = 1000;

impl Track<'_> {
    /// Takes the conditions of the current states as the ones from which changes are seen.
    pub(super) fn remember_truths(&mut self) {
        self.look();
        for event in 0..self.truths.len() {
            self.truths[event] = self.is_true(event);
        }
    }

    /// The first time in the piece at which a condition has become true, to the last bit: at the number before, none
    /// has. Leaves the truths of that moment before, or of the piece's end if there is none.
    pub(super) fn locate_event(&mut self, piece: &Piece) -> Option<f64> {
        let mut before = piece.time;
        for fraction in SAMPLES {
            let sample = if fraction == 1.0 { piece.until } else { piece.time + fraction * piece.step };
            if sample <= before {
                continue;
            }
            self.look_into(piece, sample);
            if !self.any_rises() {
                self.accept_truths();
                before = sample;
                continue;
            }
            let mut after = sample;
            loop {
                let middle = before + 0.5 * (after - before);
                if middle <= before || middle >= after {
                    return Some(after);
                }
                self.look_into(piece, middle);
                if self.any_rises() {
                    after = middle;
                } else {
                    self.accept_truths();
                    before = middle;
                }
            }
        }
        None
    }

    /// Fires every event whose condition has become true, and those that become true by it.
    pub(super) fn fire_events(&mut self, sink: &mut dyn Sink) -> Result<(), FailureKind> {
        if self.problem.events.is_empty() {
            return Ok(());
        }
        for round in 1.. {
            self.look();
            for event in 0..self.truths.len() {
                let now = self.is_true(event);
                self.due[event] = now && !self.truths[event];
                self.truths[event] = now;
            }
            let Some(first) = self.due.iter().position(|&due| due) else { break };
            if round > ROUNDS_AT_ONCE {
                return Err(FailureKind::EventFiresForever { event: first, firings: self.firings[first] });
            }
            let states = self.problem.equations.layout().states.clone();
            self.scratch.copy_from_slice(&self.frame.as_flattened()[states]);
            for event in first..self.due.len() {
                if self.due[event] {
                    self.fire(event, sink)?;
                }
            }
            self.check_states()?;
            self.tell_jump(self.time, sink);
        }
        Ok(())
    }

    fn fire(&mut self, event: usize, sink: &mut dyn Sink) -> Result<(), FailureKind> {
        let equations = self.problem.equations;
        self.statistics.events += 1;
        self.firings[event] += 1;
        if self.firings[event] > self.problem.limits.firings {
            return Err(FailureKind::EventFiresForever { event, firings: self.firings[event] });
        }
        sink.fired(self.time, event);
        let rules = self.problem.events.clone();
        let assignments = &rules[event].assignments;
        equations.one().setters(&mut self.frame);
        let layout = equations.layout();
        let mut stretch = false;
        for assignment in assignments {
            let value = self.frame[layout.setters.start + assignment.setter];
            match assignment.target {
                Target::State(state) if self.held.contains(&state) => {}
                Target::State(state) => self.frame[layout.states.start + state] = value,
                Target::Parameter(parameter) => {
                    self.frame[layout.parameters.start + parameter] = value;
                    stretch = true;
                }
            }
        }
        if stretch {
            self.prepare(sink);
        }
        Ok(())
    }

    /// Evaluates the conditions of the current states.
    fn look(&mut self) {
        let equations = self.problem.equations;
        self.frame[equations.layout().time] = [self.time];
        equations.one().conditions(&mut self.frame);
    }

    /// Evaluates the conditions at a time within a piece.
    fn look_into(&mut self, piece: &Piece, time: f64) {
        let equations = self.problem.equations;
        self.frame[equations.layout().time] = [time];
        piece.evaluate(time, &mut self.frame.as_flattened_mut()[equations.layout().states.clone()]);
        equations.one().conditions(&mut self.frame);
    }

    fn is_true(&self, event: usize) -> bool {
        let first = self.problem.equations.layout().truths.start;
        self.frame[first + self.problem.events[event].condition] != [0.0]
    }

    fn any_rises(&self) -> bool {
        (0..self.truths.len()).any(|event| self.is_true(event) && !self.truths[event])
    }

    fn accept_truths(&mut self) {
        for event in 0..self.truths.len() {
            self.truths[event] = self.is_true(event);
        }
    }
}

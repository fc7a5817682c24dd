//! The solution between the ends of a step, and who listens to it.
//!
//! A step of any method leaves a [`Piece`]: a polynomial that meets the states at both ends. Outputs, events and
//! outcomes are read from pieces and nowhere else, so that they cannot influence the steps.

use crate::program::Instructions;
use crate::solver::kernels;

/// The solution over one step, for all states, as the polynomial
///
/// ```text
/// y(s) = (1 - s) start + s (end + (1 - s) (K_1 + s (K_2 + s (...)))),    s = (t - time) / step
/// ```
///
/// with 3 inner coefficients (degree 4) from `rodas5p` and `dopri5` and 6 (degree 7) from `dop853`.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Where the step began.
    pub time: f64,
    /// The length of the step.
    pub step: f64,
    /// Where the piece ends: at `time + step`, or before it if an event cut it short.
    pub until: f64,
    /// The states at `time`.
    pub start: &'a [f64],
    /// The states at `time + step`.
    pub end: &'a [f64],
    /// `K_1`, `K_2`, ..., one after another.
    pub inner: &'a [f64],
}

impl Piece<'_> {
    /// Writes the states at `time` into `states`.
    pub fn evaluate(&self, time: f64, states: &mut [f64]) {
        let (s, instructions) = (self.fraction(time), Instructions::detect());
        let Piece { start, end, inner, .. } = *self;
        match inner.len().checked_div(states.len()) {
            Some(3) => kernels::evaluate_piece::<3>(instructions, start, end, inner, s, states),
            Some(_) => kernels::evaluate_piece::<6>(instructions, start, end, inner, s, states),
            None => {}
        }
    }

    /// Writes the states at each of `times` into `rows`, one after another: the same bits as from [`Piece::evaluate`],
    /// with less work for each.
    pub fn evaluate_rows(&self, times: &[f64], rows: &mut [f64]) {
        let instructions = Instructions::detect();
        let Piece { start, end, inner, .. } = *self;
        let mut fractions = [0.0; ROWS_AT_ONCE];
        if start.is_empty() {
            return;
        }
        for (times, rows) in times.chunks(ROWS_AT_ONCE).zip(rows.chunks_mut(ROWS_AT_ONCE * start.len())) {
            let fractions = &mut fractions[..times.len()];
            fractions.iter_mut().zip(times).for_each(|(fraction, time)| *fraction = self.fraction(*time));
            match inner.len() / start.len() {
                3 => kernels::evaluate_rows::<3>(instructions, start, end, inner, fractions, rows),
                _ => kernels::evaluate_rows::<6>(instructions, start, end, inner, fractions, rows),
            }
        }
    }

    /// The value of one state at `time`, the same bits as from [`Piece::evaluate`].
    pub fn value(&self, state: usize, time: f64) -> f64 {
        let s = self.fraction(time);
        let rest = 1.0 - s;
        let mut inner = 0.0;
        for (at, coefficients) in self.inner.chunks_exact(self.start.len()).enumerate().rev() {
            let last = (at + 1) * self.start.len() == self.inner.len();
            inner = if last { coefficients[state] } else { s.mul_add(inner, coefficients[state]) };
        }
        s.mul_add(rest.mul_add(inner, self.end[state]), rest * self.start[state])
    }

    fn fraction(&self, time: f64) -> f64 {
        (time - self.time) / self.step
    }
}

/// So many rows are computed together at most; more would only need a longer array of times.
const ROWS_AT_ONCE: usize = 32;

/// Who receives a solution while it is made. Times never run backwards except after a change of clock.
pub trait Sink {
    /// An output row: the states at one of the requested times. Of a jump it is the right side, unless the row was
    /// recorded between the changes.
    fn row(&mut self, time: f64, states: &[f64]);

    /// Room for the states of several rows at these times, one after another, each of which counts as received; none
    /// from a sink that wants them one by one, as [`Sink::row`].
    fn room(&mut self, _times: &[f64], _states: usize) -> Option<&mut [f64]> {
        None
    }

    /// From `time` on, until told otherwise, parameters and inputs have these values.
    fn stretch(&mut self, _time: f64, _parameters: &[f64], _inputs: &[f64]) {}

    /// The states jumped.
    fn jump(&mut self, _time: f64, _before: &[f64], _after: &[f64]) {}

    /// The event rule of this index fired.
    fn fired(&mut self, _time: f64, _event: usize) {}

    /// A step was taken.
    fn piece(&mut self, _piece: &Piece) {}

    /// Whether [`Sink::piece`] does anything; what nobody listens to is not computed.
    fn wants_pieces(&self) -> bool {
        false
    }
}

/// A sink that hands its rows to a closure.
pub struct Rows<F: FnMut(f64, &[f64])>(pub F);

impl<F: FnMut(f64, &[f64])> Sink for Rows<F> {
    fn row(&mut self, time: f64, states: &[f64]) {
        (self.0)(time, states);
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn row(&mut self, time: f64, states: &[f64]) {
        (**self).row(time, states);
    }

    fn room(&mut self, times: &[f64], states: usize) -> Option<&mut [f64]> {
        (**self).room(times, states)
    }

    fn stretch(&mut self, time: f64, parameters: &[f64], inputs: &[f64]) {
        (**self).stretch(time, parameters, inputs);
    }

    fn jump(&mut self, time: f64, before: &[f64], after: &[f64]) {
        (**self).jump(time, before, after);
    }

    fn fired(&mut self, time: f64, event: usize) {
        (**self).fired(time, event);
    }

    fn piece(&mut self, piece: &Piece) {
        (**self).piece(piece);
    }

    fn wants_pieces(&self) -> bool {
        (**self).wants_pieces()
    }
}

/// Values of parameters and inputs that hold from a time on.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Since when.
    pub time: f64,
    /// The first output row that belongs to it.
    pub first_row: usize,
    /// The first piece that belongs to it.
    pub first_piece: usize,
    /// Values of the parameters.
    pub parameters: Vec<f64>,
    /// Values of the inputs.
    pub inputs: Vec<f64>,
}

/// A jump of the states.
#[derive(Debug, Clone, PartialEq)]
pub struct Jump {
    /// When.
    pub time: f64,
    /// The first piece after it.
    pub piece: usize,
    /// The states on its left side.
    pub before: Vec<f64>,
    /// The states on its right side.
    pub after: Vec<f64>,
}

/// A sink that keeps everything: rows, jumps, events, and the pieces if asked to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    /// Times of the output rows.
    pub row_times: Vec<f64>,
    /// The states of the output rows, one row after another.
    pub rows: Vec<f64>,
    /// The stretches of constant parameters and inputs, in order.
    pub stretches: Vec<Stretch>,
    /// The jumps, in order.
    pub jumps: Vec<Jump>,
    /// The firings of events: when, and which rule.
    pub firings: Vec<(f64, usize)>,
    keep_pieces: bool,
    /// Where pieces are kept; everywhere if empty.
    within: Vec<(f64, f64)>,
    spans: Vec<Span>,
    data: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Span {
    time: f64,
    step: f64,
    until: f64,
    states: u32,
    inner: u32,
    offset: usize,
}

/// Which side of a jump is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before it.
    Left,
    /// After it.
    Right,
}

impl Recording {
    /// Keeps rows, jumps and events, but no pieces.
    pub fn of_rows() -> Recording {
        Recording::default()
    }

    /// Keeps the pieces too, so that the solution can be asked for at any time.
    pub fn of_pieces() -> Recording {
        Recording { keep_pieces: true, ..Recording::default() }
    }

    /// As [`Recording::of_pieces`], but keeps only the first piece and those that meet one of these spans of time.
    pub fn of_pieces_within(spans: &[(f64, f64)]) -> Recording {
        Recording { keep_pieces: true, within: spans.to_vec(), ..Recording::default() }
    }

    /// Forgets everything recorded and keeps the memory for the next solve.
    pub fn clear(&mut self) {
        self.row_times.clear();
        self.rows.clear();
        self.stretches.clear();
        self.jumps.clear();
        self.firings.clear();
        self.spans.clear();
        self.data.clear();
    }

    /// How many pieces were kept.
    pub fn piece_count(&self) -> usize {
        self.spans.len()
    }

    /// One of the pieces kept, or none if there are fewer.
    pub fn get_piece(&self, index: usize) -> Option<Piece<'_>> {
        let span = self.spans.get(index)?;
        let states = span.states as usize;
        let data = &self.data[span.offset..][..states * (2 + span.inner as usize)];
        let (start, rest) = data.split_at(states);
        let (end, inner) = rest.split_at(states);
        Some(Piece { time: span.time, step: span.step, until: span.until, start, end, inner })
    }

    /// The pieces kept, in order.
    pub fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        (0..self.spans.len()).filter_map(|index| self.get_piece(index))
    }

    /// The stretch that a piece belongs to.
    pub fn stretch_of_piece(&self, piece: usize) -> Option<&Stretch> {
        let after = self.stretches.partition_point(|stretch| stretch.first_piece <= piece);
        self.stretches.get(after.checked_sub(1)?)
    }

    /// The piece that holds `time`; where two meet, the one on the given side. For solutions whose clock was never
    /// changed.
    pub fn piece_at(&self, time: f64, side: Side) -> Option<usize> {
        let last = self.spans.len().checked_sub(1)?;
        let index = match side {
            Side::Right => self.spans.partition_point(|span| span.time <= time).saturating_sub(1),
            Side::Left => self.spans.partition_point(|span| span.until < time),
        };
        let index = index.min(last);
        let span = &self.spans[index];
        (span.time <= time && time <= span.until).then_some(index)
    }

    /// Writes the states at `time` into `states`; false if no piece holds that time. For solutions whose clock was
    /// never changed.
    pub fn evaluate(&self, time: f64, side: Side, states: &mut [f64]) -> bool {
        let jump_here = match side {
            Side::Left => self.jumps.get(self.jumps.partition_point(|jump| jump.time < time)),
            Side::Right => self.jumps[..self.jumps.partition_point(|jump| jump.time <= time)].last(),
        };
        if let Some(jump) = jump_here.filter(|jump| jump.time == time) {
            states.copy_from_slice(match side {
                Side::Left => &jump.before,
                Side::Right => &jump.after,
            });
            return true;
        }
        match self.piece_at(time, side).and_then(|index| self.get_piece(index)) {
            Some(piece) => {
                piece.evaluate(time, states);
                true
            }
            None => false,
        }
    }
}

impl Sink for Recording {
    fn row(&mut self, time: f64, states: &[f64]) {
        self.row_times.push(time);
        self.rows.extend_from_slice(states);
    }

    fn room(&mut self, times: &[f64], states: usize) -> Option<&mut [f64]> {
        self.row_times.extend_from_slice(times);
        let begin = self.rows.len();
        self.rows.resize(begin + times.len() * states, 0.0);
        Some(&mut self.rows[begin..])
    }

    fn stretch(&mut self, time: f64, parameters: &[f64], inputs: &[f64]) {
        self.stretches.push(Stretch {
            time,
            first_row: self.row_times.len(),
            first_piece: self.spans.len(),
            parameters: parameters.to_vec(),
            inputs: inputs.to_vec(),
        });
    }

    fn jump(&mut self, time: f64, before: &[f64], after: &[f64]) {
        self.jumps.push(Jump { time, piece: self.spans.len(), before: before.to_vec(), after: after.to_vec() });
    }

    fn fired(&mut self, time: f64, event: usize) {
        self.firings.push((time, event));
    }

    fn piece(&mut self, piece: &Piece) {
        let meets = |(from, until): &(f64, f64)| piece.time <= *until && piece.until >= *from;
        if !self.spans.is_empty() && !self.within.is_empty() && !self.within.iter().any(meets) {
            return;
        }
        let states = piece.start.len();
        self.spans.push(Span {
            time: piece.time,
            step: piece.step,
            until: piece.until,
            states: states as u32,
            inner: piece.inner.len().checked_div(states).unwrap_or(0) as u32,
            offset: self.data.len(),
        });
        self.data.extend_from_slice(piece.start);
        self.data.extend_from_slice(piece.end);
        self.data.extend_from_slice(piece.inner);
    }

    fn wants_pieces(&self) -> bool {
        self.keep_pieces
    }
}

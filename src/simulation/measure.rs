//! Outcomes taken from trajectories, exact on the dense output.
//!
//! A curve is looked at five times in each step of the solution; extremes and crossings between two looks are then
//! located on the polynomial itself, and areas are integrated by Boole's rule, which is exact for what the polynomials
//! of states hold, and as good as the solution for other expressions. Two extremes between neighboring looks are taken
//! for one. The output grid plays no part. Definitions follow Gabrielsson and Weiner, *Pharmacokinetic and Pharmacodynamic
//! Data Analysis*, 5th edition, chapter 2.8 (areas, terminal slope), with the curve in place of samples.

use super::outcome::{Measure, Measures, Outcome, Taken};
use super::trajectory::{Observer, Trajectory};
use crate::expression::{Arithmetic, Comparison, Function, Tree, evaluate};
use crate::numerics::elementary;
use crate::solver::Side;

/// Looks in each step, the ends included.
const LOOKS: usize = 5;
/// Boole's weights over five evenly spaced points, to be divided by 90 and multiplied by the width.
const BOOLE: [f64; LOOKS] = [7.0, 32.0, 12.0, 32.0, 7.0];
/// Rounds of golden section: 0.618^60 is below the last bit.
const GOLDEN_ROUNDS: usize = 60;

/// The wanted subjects of a trajectory, looked at five times a step; made once for all outcomes of a run.
#[derive(Default)]
struct Looks {
    /// Times, five a piece.
    times: Vec<f64>,
    /// The wanted subjects at these times, a row each.
    values: Vec<f64>,
}

/// The values of all measures, internal units. `trajectories` are those of the runs the measures speak of, in order;
/// each must have kept everything, and have been compiled with the measures' subjects as its extra expressions.
/// What is not defined (a half-life of a rising curve, the time of something that never happens) is NaN.
pub fn take(measures: &Measures, trajectories: &[&Trajectory<'_>]) -> Vec<f64> {
    let all: Vec<usize> = (0..trajectories.len()).collect();
    let asked: Vec<(&Measure, &[usize])> = measures.list.iter().map(|(measure, _)| (measure, &all[..])).collect();
    let mut taker = Taker::new(&asked, trajectories.iter().copied());
    measures.list.iter().map(|(measure, _)| taker.value(measure, &all)).collect()
}

/// Takes outcomes from many trajectories, looking at each only once.
pub struct Taker<'t, 'm> {
    runs: Vec<Run<'t, 'm>>,
}

impl<'t, 'm> Taker<'t, 'm> {
    /// For the measures that will be asked for, each with the trajectories that are its runs: what none of them needs
    /// is not kept in memory.
    pub fn new(
        asked: &[(&Measure, &[usize])],
        trajectories: impl Iterator<Item = &'t Trajectory<'m>>,
    ) -> Taker<'t, 'm> {
        let mut runs: Vec<Run<'t, 'm>> = trajectories.map(Run::new).collect();
        for (measure, of) in asked {
            measure.each_taken(&mut |taken| {
                if let Some(run) = of.get(taken.run).and_then(|run| runs.get_mut(*run)) {
                    run.wanted.push(taken.subject);
                }
            });
        }
        for run in &mut runs {
            run.wanted.sort_unstable();
            run.wanted.dedup();
        }
        Taker { runs }
    }

    /// The value of a measure whose run `i` is trajectory `of[i]`, internal units.
    pub fn value(&mut self, measure: &Measure, of: &[usize]) -> f64 {
        value_of(measure, &mut self.runs, of)
    }
}

fn value_of(measure: &Measure, runs: &mut [Run<'_, '_>], of: &[usize]) -> f64 {
    match measure {
        Measure::Constant(value) => *value,
        Measure::Taken(taken) => match of.get(taken.run).and_then(|run| runs.get_mut(*run)) {
            Some(run) => run.take(taken),
            None => f64::NAN,
        },
        Measure::Negate(inner) => -value_of(inner, runs, of),
        Measure::Binary(operator, a, b) => {
            let (a, b) = (value_of(a, runs, of), value_of(b, runs, of));
            match operator {
                Arithmetic::Add => a + b,
                Arithmetic::Subtract => a - b,
                Arithmetic::Multiply => a * b,
                Arithmetic::Divide => a / b,
                Arithmetic::Power => elementary::pow(a, b),
            }
        }
        Measure::Compare(comparison, a, b) => {
            let (a, b) = (value_of(a, runs, of), value_of(b, runs, of));
            f64::from(u8::from(match comparison {
                Comparison::Less => a < b,
                Comparison::LessOrEqual => a <= b,
                Comparison::Greater => a > b,
                Comparison::GreaterOrEqual => a >= b,
                Comparison::Equal => a == b,
                Comparison::NotEqual => a != b,
            }))
        }
        Measure::Call(function, arguments) => call(*function, arguments, runs, of),
    }
}

/// Functions mean in outcomes what they mean in equations.
fn call(function: Function, arguments: &[Measure], runs: &mut [Run<'_, '_>], of: &[usize]) -> f64 {
    let arguments = arguments.iter().map(|argument| Tree::Constant(value_of(argument, runs, of))).collect();
    evaluate(&Tree::Call(function, arguments), &|_| f64::NAN)
}

/// One trajectory while outcomes are taken from it.
struct Run<'t, 'm> {
    trajectory: &'t Trajectory<'m>,
    observer: Observer<'t, 'm>,
    looks: Option<Looks>,
    /// The subjects that are asked for, in ascending order.
    wanted: Vec<usize>,
    /// The index of the first subject among the quantities.
    first: usize,
}

impl<'t, 'm> Run<'t, 'm> {
    fn new(trajectory: &'t Trajectory<'m>) -> Run<'t, 'm> {
        let first = trajectory.compiled.model.quantities.len();
        Run { trajectory, observer: trajectory.observer(), looks: None, wanted: Vec::new(), first }
    }

    fn looks(&mut self) -> &Looks {
        if self.looks.is_none() {
            let recording = &self.trajectory.recording;
            let mut looks = Looks::default();
            for index in 0..recording.piece_count() {
                let Some(piece) = recording.get_piece(index) else { break };
                let width = piece.until - piece.time;
                for look in 0..LOOKS {
                    let time = if look + 1 == LOOKS {
                        piece.until
                    } else {
                        piece.time + width * look as f64 / (LOOKS - 1) as f64
                    };
                    self.observer.go_within(index, time);
                    looks.times.push(time);
                    for subject in &self.wanted {
                        looks.values.push(self.observer.quantity(self.first + subject));
                    }
                }
            }
            self.looks = Some(looks);
        }
        self.looks.get_or_insert_with(Looks::default)
    }

    fn at(&mut self, piece: usize, time: f64, subject: usize) -> f64 {
        self.observer.go_within(piece, time);
        self.observer.quantity(self.first + subject)
    }

    fn take(&mut self, taken: &Taken) -> f64 {
        let end = self.trajectory.timeline.end;
        let start = self.trajectory.timeline.start;
        // A run may begin before time 0 (a perturbation's edge); outcomes speak of what is printed.
        let from = taken.window.0.unwrap_or(start.max(0.0_f64.min(end)));
        let until = taken.window.1.unwrap_or(end);
        if from < start || until > end * (1.0 + 1e-12) + 1e-12 {
            return f64::NAN;
        }
        let until = until.min(end);
        // A window that begins at or after the end of the run has nothing in it.
        if taken.window != (None, None) && from >= until {
            return f64::NAN;
        }
        match taken.outcome {
            Outcome::Start => {
                if !self.observer.go(start, Side::Left) {
                    return f64::NAN;
                }
                self.observer.quantity(self.first + taken.subject)
            }
            Outcome::At => self.value_at(taken.value, taken.subject),
            Outcome::Peak => self.extreme(taken.subject, from, until, 1.0).map_or(f64::NAN, |(_, value)| value),
            Outcome::PeakTime => self.extreme(taken.subject, from, until, 1.0).map_or(f64::NAN, |(time, _)| time),
            Outcome::Trough => self.extreme(taken.subject, from, until, -1.0).map_or(f64::NAN, |(_, value)| value),
            Outcome::Area => self.area(taken.subject, from, until),
            Outcome::Mean => self.area(taken.subject, from, until) / (until - from),
            Outcome::HalfLife => elementary::ln(2.0) / self.terminal_slope(taken.subject, end),
            Outcome::AreaToInfinity => {
                let slope = self.terminal_slope(taken.subject, end);
                self.area(taken.subject, from, end) + self.value_at(end, taken.subject) / slope
            }
            Outcome::TimeAbove => self.time_above(taken.subject, taken.value, from, until),
            Outcome::FirstTime => self.first_time(taken.subject, from, until),
        }
    }

    fn value_at(&mut self, time: f64, subject: usize) -> f64 {
        let (start, end) = (self.trajectory.timeline.start, self.trajectory.timeline.end);
        // Times that mean the end may differ from it in the last bit.
        let time = if (time - end).abs() <= 1e-12 * end.abs() { end } else { time };
        if time < start || time > end || !self.observer.go(time, Side::Right) {
            return f64::NAN;
        }
        self.observer.quantity(self.first + subject)
    }

    /// The parts of pieces that lie in a window: piece, from, until.
    fn parts(&self, from: f64, until: f64) -> Vec<(usize, f64, f64)> {
        let recording = &self.trajectory.recording;
        (0..recording.piece_count())
            .filter_map(|index| {
                let piece = recording.get_piece(index)?;
                let (a, b) = (piece.time.max(from), piece.until.min(until));
                (a < b).then_some((index, a, b))
            })
            .collect()
    }

    /// The values of a subject at five points of a part; from the looks if the part is a whole piece.
    fn five(&mut self, (piece, a, b): (usize, f64, f64), subject: usize) -> [(f64, f64); LOOKS] {
        let base = piece * LOOKS;
        if let Ok(place) = self.wanted.binary_search(&subject) {
            let width = self.wanted.len();
            let looks = self.looks();
            if looks.times[base] == a && looks.times[base + LOOKS - 1] == b {
                return std::array::from_fn(|look| {
                    (looks.times[base + look], looks.values[(base + look) * width + place])
                });
            }
        }
        std::array::from_fn(|look| {
            let time = if look + 1 == LOOKS { b } else { a + (b - a) * look as f64 / (LOOKS - 1) as f64 };
            (time, self.at(piece, time, subject))
        })
    }

    /// Time and value of the largest (`sign` 1) or smallest (-1) value.
    fn extreme(&mut self, subject: usize, from: f64, until: f64, sign: f64) -> Option<(f64, f64)> {
        let parts = self.parts(from, until);
        // The best look: its part, its place there, its time and value.
        let mut best: Option<(usize, usize, f64, f64)> = None;
        for (part, span) in parts.iter().enumerate() {
            for (look, (time, value)) in self.five(*span, subject).into_iter().enumerate() {
                if best.is_none_or(|(_, _, _, most)| sign * value > sign * most) {
                    best = Some((part, look, time, value));
                }
            }
        }
        let (part, look, time, value) = best?;
        // The extremum lies between the looks on both sides. At the end of a step that is two polynomials, and there the
        // best look is that of the first of two equal ones.
        let mut brackets = vec![(part, look.saturating_sub(1), (look + 1).min(LOOKS - 1))];
        if look + 1 == LOOKS && parts.get(part + 1).is_some_and(|(_, begins, _)| *begins == time) {
            brackets.push((part + 1, 0, 1));
        }
        if look == 0 && part > 0 && parts[part - 1].2 == time {
            brackets.insert(0, (part - 1, LOOKS - 2, LOOKS - 1));
        }
        let mut found = (time, value);
        for (part, left, right) in brackets {
            let five = self.five(parts[part], subject);
            let refined = self.golden_section(parts[part].0, (five[left].0, five[right].0), subject, sign);
            if sign * refined.1 > sign * found.1 {
                found = refined;
            }
        }
        Some(found)
    }

    /// Time and value of the extremum of one polynomial between two times, by golden section.
    fn golden_section(&mut self, piece: usize, (mut a, mut b): (f64, f64), subject: usize, sign: f64) -> (f64, f64) {
        let golden = 0.618_033_988_749_894_9;
        for _ in 0..GOLDEN_ROUNDS {
            let (inner_a, inner_b) = (b - golden * (b - a), a + golden * (b - a));
            if inner_a >= inner_b {
                break;
            }
            if sign * self.at(piece, inner_a, subject) >= sign * self.at(piece, inner_b, subject) {
                b = inner_b;
            } else {
                a = inner_a;
            }
        }
        let middle = 0.5 * (a + b);
        (middle, self.at(piece, middle, subject))
    }

    fn area(&mut self, subject: usize, from: f64, until: f64) -> f64 {
        let mut area = 0.0;
        for part in self.parts(from, until) {
            let five = self.five(part, subject);
            let sum: f64 = five.iter().zip(BOOLE).map(|((_, value), weight)| value * weight).sum();
            area += sum * (part.2 - part.1) / 90.0;
        }
        area
    }

    /// The slope of `-ln x` over the last quarter of what follows the last input: `x` must be positive and falling there.
    fn terminal_slope(&mut self, subject: usize, end: f64) -> f64 {
        let given = &self.trajectory.timeline.given;
        let last_input = given
            .iter()
            .map(|dose| dose.arrives + dose.infusion.map_or(0.0, |(_, duration)| duration))
            .filter(|time| time.is_finite() && *time < end)
            .fold(self.trajectory.timeline.start, f64::max);
        let begin = end - 0.25 * (end - last_input);
        let (first, last) = (self.value_at(begin, subject), self.value_at(end, subject));
        if !(first > last && last > 0.0) {
            return f64::NAN;
        }
        elementary::ln(first / last) / (end - begin)
    }

    fn time_above(&mut self, subject: usize, level: f64, from: f64, until: f64) -> f64 {
        let mut total = 0.0;
        for part in self.parts(from, until) {
            let five = self.five(part, subject);
            for pair in five.windows(2) {
                let ((a, low), (b, high)) = (pair[0], pair[1]);
                match (low > level, high > level) {
                    (true, true) => total += b - a,
                    (false, false) => {}
                    (rising_from_above, _) => {
                        let crossing =
                            self.crossing(part.0, a, b, |value| (value > level) != rising_from_above, subject);
                        total += if rising_from_above { crossing - a } else { b - crossing };
                    }
                }
            }
        }
        total
    }

    /// When a condition (1 or 0) becomes true first.
    fn first_time(&mut self, subject: usize, from: f64, until: f64) -> f64 {
        for part in self.parts(from, until) {
            let five = self.five(part, subject);
            if five[0].1 != 0.0 {
                return five[0].0;
            }
            for pair in five.windows(2) {
                if pair[1].1 != 0.0 {
                    return self.crossing(part.0, pair[0].0, pair[1].0, |value| value != 0.0, subject);
                }
            }
        }
        f64::NAN
    }

    /// The first representable time in `(a, b]` at which the curve is `there`, given that it is at `b` and not at `a`.
    fn crossing(&mut self, piece: usize, mut a: f64, mut b: f64, there: impl Fn(f64) -> bool, subject: usize) -> f64 {
        loop {
            let middle = 0.5 * (a + b);
            if middle <= a || middle >= b {
                return b;
            }
            if there(self.at(piece, middle, subject)) {
                b = middle;
            } else {
                a = middle;
            }
        }
    }
}

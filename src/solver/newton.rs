//! Newton's method for the root of the rates of change, on the plane of the linear invariants.
//!
//! Damped by the natural monotonicity test (Deuflhard, "Newton Methods for Nonlinear Problems", 2004, section 3.3),
//! which does not depend on the units of the states.

use crate::numerics::dense;
use crate::program::Frame;
use crate::solver::invariants::{Invariant, invariants};
use crate::solver::problem::Problem;

/// A correction below this, in the tolerance, is small enough.
const CONVERGED: f64 = 1e-4;
/// Corrections before the method gives up.
const CORRECTIONS: u32 = 30;
/// The smallest part of a correction that is tried.
const LEAST_DAMPING: f64 = 1e-2;
/// The part of the tolerance by which the states of a root may be off.
const REST: f64 = 1e-3;
/// What rounding does to sums of rates, at most.
const ROUNDING: f64 = 64.0 * f64::EPSILON;
/// How far from the start invariants are looked for, in turn until the equations hold at two points.
const SPREADS: [f64; 5] = [1.0, 0.0625, -0.0625, 0.001, -0.001];
/// Squarings of a matrix until its powers must have vanished.
const SQUARINGS: u32 = 64;
/// A matrix power of this size has grown without bound.
const GROWN: f64 = 1e30;

/// What becomes of small deviations from a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// They vanish.
    DyingOut,
    /// They grow.
    Growing,
    /// Neither within the time that was looked at, or it cannot be told.
    Unknown,
}

/// A root of the rates.
#[derive(Debug, Clone)]
pub struct Root {
    pub states: Vec<f64>,
    /// The last correction, in the tolerance.
    pub correction: f64,
    /// Whether the first correction led there and the slopes are the same all the way: where the equations are linear
    /// there is no other root.
    pub is_only: bool,
}

/// The equations of a problem, ready to be solved for their root.
#[derive(Debug)]
pub struct Newton<'p> {
    problem: &'p Problem<'p>,
    frame: Frame<1>,
    /// The states that are not held.
    free: Vec<usize>,
    /// The invariants, over `free`, with their totals at the start.
    invariants: Vec<(Invariant, f64)>,
    matrix: Vec<f64>,
    pivots: Vec<usize>,
}

impl<'p> Newton<'p> {
    /// Finds the invariants of the problem.
    pub fn new(problem: &'p Problem<'p>) -> Newton<'p> {
        let equations = problem.equations;
        let free: Vec<usize> = (0..equations.states()).filter(|state| !problem.held.contains(state)).collect();
        let count = free.len();
        let mut newton = Newton {
            problem,
            frame: problem.frame(),
            free,
            invariants: Vec::new(),
            matrix: vec![0.0; count * count],
            pivots: vec![0; count],
        };
        newton.find_invariants();
        newton
    }

    /// How many invariants there are.
    pub fn invariant_count(&self) -> usize {
        self.invariants.len()
    }

    /// The root that Newton's method finds from these states; none if it does not converge, or to states that cannot
    /// be.
    fn solve(&mut self, from: &[f64]) -> Option<Root> {
        let mut states = from.to_vec();
        let mut side = self.side(&states)?;
        for taken in 0..CORRECTIONS {
            self.linearize(&states)?;
            let mut correction = side.clone();
            dense::solve(self.free.len(), &self.matrix, &self.pivots, &mut correction);
            let size = self.size(&states, &correction);
            if !size.is_finite() {
                return None;
            }
            let mut damping = 1.0;
            loop {
                let trial = self.moved(&states, &correction, damping);
                let next = self.side(&trial).map(|side| {
                    let mut simplified = side.clone();
                    dense::solve(self.free.len(), &self.matrix, &self.pivots, &mut simplified);
                    (self.size(&states, &simplified), side)
                });
                if let Some((left, new_side)) = next
                    && (left <= (1.0 - 0.25 * damping) * size || size < CONVERGED)
                {
                    (states, side) = (trial, new_side);
                    if size < CONVERGED || left < CONVERGED * CONVERGED {
                        if !self.can_be(&states) {
                            return None;
                        }
                        let is_direct = taken == 0 || (taken == 1 && size < CONVERGED);
                        let is_only = is_direct && self.is_straight(from, &states);
                        return Some(Root { states, correction: left.min(size), is_only });
                    }
                    break;
                }
                damping *= 0.5;
                if damping < LEAST_DAMPING {
                    return None;
                }
            }
        }
        None
    }

    /// The root that Newton's method finds from these states, if it is one where the system stays.
    pub fn stable_root(&mut self, from: &[f64]) -> Option<Root> {
        let root = self.solve(from)?;
        (self.is_stable(&root.states) && self.is_at_rest(&root.states)).then_some(root)
    }

    /// Whether the rates that an invariant stands for are nothing beside what a thousandth of the tolerance makes of
    /// them, too. An invariant that is none would keep a state from its equation.
    fn is_at_rest(&mut self, states: &[f64]) -> bool {
        if !self.evaluate(states, true) {
            return false;
        }
        let (count, jacobian) = (self.free.len(), self.jacobian());
        let first = self.problem.equations.layout().derivatives.start;
        self.invariants.iter().all(|(invariant, _)| {
            let slopes = &jacobian[invariant.row * count..][..count];
            let moved: f64 = (self.free.iter().zip(slopes))
                .map(|(&state, slope)| {
                    let value = states[state];
                    slope.abs() * (REST * self.problem.tolerance.allowed(state, value)).max(ROUNDING * value.abs())
                })
                .sum();
            self.frame[first + self.free[invariant.row]][0].abs() <= moved
        })
    }

    /// Whether the Jacobian is the same at two states and halfway between them.
    fn is_straight(&mut self, from: &[f64], to: &[f64]) -> bool {
        let halfway: Vec<f64> = from.iter().zip(to).map(|(from, to)| from + 0.5 * (to - from)).collect();
        let [one, two, three] = [from, &halfway, to].map(|at| self.evaluate(at, true).then(|| self.jacobian()));
        let (Some(one), Some(two), Some(three)) = (one, two, three) else { return false };
        let alike = |a: f64, b: f64| (a - b).abs() <= ROUNDING * a.abs();
        one.iter().zip(&two).zip(&three).all(|((&one, &two), &three)| alike(one, two) && alike(one, three))
    }

    /// Whether small deviations from a root die out, as far as the linearization tells.
    fn is_stable(&mut self, states: &[f64]) -> bool {
        self.fate(states) == Fate::DyingOut
    }

    /// What becomes of small deviations from a state at rest, as far as the linearization tells.
    ///
    /// The Cayley transform `(I - h J / 2)^-1 (I + h J / 2)` maps the left half of the plane of eigenvalues into the
    /// unit circle whatever `h`, so its powers vanish if and only if all eigenvalues of `J` have negative real parts.
    pub(super) fn fate(&mut self, states: &[f64]) -> Fate {
        if !self.evaluate(states, true) {
            return Fate::Unknown;
        }
        let (count, jacobian) = self.reduced_jacobian(states);
        if count == 0 {
            return Fate::DyingOut;
        }
        let (fastest, slowest) = (0..count).fold((0.0_f64, f64::INFINITY), |(fastest, slowest), at| {
            let rate = jacobian[at * count + at].abs();
            (fastest.max(rate), if rate > 0.0 { slowest.min(rate) } else { slowest })
        });
        let half_step = 0.5 / (fastest * slowest).sqrt().max(f64::MIN_POSITIVE);
        let shifted = |sign: f64| -> Vec<f64> {
            let entry = |at: usize| f64::from(at / count == at % count) + sign * half_step * jacobian[at];
            (0..count * count).map(entry).collect()
        };
        let (mut matrix, mut pivots) = (shifted(-1.0), vec![0; count]);
        if dense::factor(count, &mut matrix, &mut pivots).is_err() {
            return Fate::Unknown;
        }
        let mut power = vec![0.0; count * count];
        let (ahead, mut column) = (shifted(1.0), vec![0.0; count]);
        for at in 0..count {
            (0..count).for_each(|row| column[row] = ahead[row * count + at]);
            dense::solve(count, &matrix, &pivots, &mut column);
            (0..count).for_each(|row| power[row * count + at] = column[row]);
        }
        for _ in 0..SQUARINGS {
            let size = dense::norm_one(count, &power);
            if size < 0.5 {
                return Fate::DyingOut;
            }
            if size.is_nan() {
                return Fate::Unknown;
            }
            if size > GROWN {
                return Fate::Growing;
            }
            power = squared(count, &power);
        }
        Fate::Unknown
    }

    /// The Jacobian of the states that are neither held nor follow from an invariant, in units of the tolerance.
    fn reduced_jacobian(&self, states: &[f64]) -> (usize, Vec<f64>) {
        let (count, jacobian) = (self.free.len(), self.jacobian());
        let follows = |row: usize| self.invariants.iter().any(|(invariant, _)| invariant.row == row);
        let kept: Vec<usize> = (0..count).filter(|&row| !follows(row)).collect();
        let allowed = |at: usize| self.problem.tolerance.allowed(self.free[at], states[self.free[at]]);
        let mut reduced = Vec::with_capacity(kept.len() * kept.len());
        for &row in &kept {
            for &column in &kept {
                let mut entry = jacobian[row * count + column];
                for (invariant, _) in &self.invariants {
                    entry -= jacobian[row * count + invariant.row] * invariant.weights[column];
                }
                reduced.push(entry * (allowed(column) / allowed(row)));
            }
        }
        (kept.len(), reduced)
    }

    /// The rates at these states, zero for held ones.
    pub fn rates(&mut self, states: &[f64]) -> Vec<f64> {
        self.evaluate(states, false);
        let first = self.problem.equations.layout().derivatives.start;
        let mut rates = vec![0.0; states.len()];
        for &state in &self.free {
            rates[state] = self.frame[first + state][0];
        }
        rates
    }

    /// The state whose rate is largest in its tolerance, and that rate.
    pub fn fastest(&mut self, states: &[f64]) -> (usize, f64) {
        let rates = self.rates(states);
        let speed = |state: usize| rates[state].abs() / self.problem.tolerance.allowed(state, states[state]);
        let fastest = (0..rates.len()).fold(0, |best, state| if speed(state) > speed(best) { state } else { best });
        (fastest, rates.get(fastest).copied().unwrap_or(0.0))
    }

    /// The largest difference of two states in the tolerance.
    pub fn distance(&self, a: &[f64], b: &[f64]) -> f64 {
        let ratio = |&state: &usize| (a[state] - b[state]).abs() / self.problem.tolerance.allowed(state, b[state]);
        self.free.iter().map(ratio).fold(0.0, f64::max)
    }

    /// A time in which even the fastest state changes little.
    pub fn shortest_time(&mut self, states: &[f64]) -> f64 {
        self.evaluate(states, true);
        let fastest = dense::norm_one(self.free.len(), &self.jacobian());
        if fastest.is_finite() && fastest > 0.0 { 10.0 / fastest } else { 1.0 }
    }

    fn find_invariants(&mut self) {
        let Some(rows) = SPREADS.into_iter().find_map(|spread| self.rows_around_the_start(spread)) else { return };
        let start: Vec<f64> = self.free.iter().map(|&state| self.problem.start[state]).collect();
        for invariant in invariants(rows) {
            let total = invariant.weights.iter().zip(&start).map(|(weight, value)| weight * value).sum();
            self.invariants.push((invariant, total));
        }
    }

    /// What the rates are made of at the start and at two points beside it whose parts are moved by amounts without a
    /// pattern, one row a rate; none if the equations hold at fewer than two of these.
    fn rows_around_the_start(&mut self, size: f64) -> Option<Vec<Vec<f64>>> {
        let (count, start, tolerance) = (self.free.len(), &self.problem.start, &self.problem.tolerance);
        let first = self.problem.equations.layout().derivatives.start;
        let (mut rows, mut points) = (vec![Vec::new(); count], 0);
        for point in 0..3_u32 {
            let mut states = start.clone();
            for &state in &self.free {
                let mixed = (state as u32 + 1).wrapping_mul(2_654_435_761).wrapping_mul(point) >> 8;
                let scale = tolerance.absolute[state] / tolerance.relative;
                states[state] += (start[state] + 100.0 * scale) * (size * f64::from(mixed) / f64::from(1 << 24));
            }
            if !self.evaluate(&states, true) {
                continue;
            }
            points += 1;
            let jacobian = self.jacobian();
            for (at, row) in rows.iter_mut().enumerate() {
                row.extend_from_slice(&jacobian[at * count..][..count]);
                row.push(self.frame[first + self.free[at]][0]);
            }
        }
        (points >= 2).then_some(rows)
    }

    /// Evaluates the rates, and the Jacobian if asked; false if something is not finite.
    fn evaluate(&mut self, states: &[f64], with_jacobian: bool) -> bool {
        let layout = self.problem.equations.layout();
        let evaluator = self.problem.equations.one();
        self.frame.as_flattened_mut()[layout.states.clone()].copy_from_slice(states);
        if with_jacobian {
            evaluator.rhs_and_jacobian(&mut self.frame);
        } else {
            evaluator.rhs(&mut self.frame);
        }
        let slots = self.frame.as_flattened();
        let jacobian = if with_jacobian { &slots[layout.jacobian.clone()] } else { &[] };
        slots[layout.derivatives.clone()].iter().chain(jacobian).all(|value| value.is_finite())
    }

    /// The Jacobian of the free states, dense and row-major.
    fn jacobian(&self) -> Vec<f64> {
        let system = self.problem.equations.system();
        let count = self.free.len();
        let mut place = vec![None; system.states()];
        self.free.iter().enumerate().for_each(|(at, &state)| place[state] = Some(at));
        let mut matrix = vec![0.0; count * count];
        for (&(row, column), entry) in system.pattern.iter().zip(&self.frame[system.layout.jacobian.clone()]) {
            if let (Some(row), Some(column)) = (place[row], place[column]) {
                matrix[row * count + column] = entry[0];
            }
        }
        matrix
    }

    /// Factors the equations linearized at these states, each scaled to the size 1.
    fn linearize(&mut self, states: &[f64]) -> Option<()> {
        if !self.evaluate(states, true) {
            return None;
        }
        let count = self.free.len();
        self.matrix = self.jacobian();
        for (invariant, _) in &self.invariants {
            self.matrix[invariant.row * count..][..count].copy_from_slice(&invariant.weights);
        }
        dense::factor(count, &mut self.matrix, &mut self.pivots).ok()
    }

    /// The right side of the equations for a correction.
    fn side(&mut self, states: &[f64]) -> Option<Vec<f64>> {
        if !self.evaluate(states, false) {
            return None;
        }
        let first = self.problem.equations.layout().derivatives.start;
        let mut side: Vec<f64> = self.free.iter().map(|&state| -self.frame[first + state][0]).collect();
        for (invariant, total) in &self.invariants {
            let values = self.free.iter().map(|&state| states[state]);
            let now: f64 = invariant.weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
            side[invariant.row] = total - now;
        }
        Some(side)
    }

    fn moved(&self, states: &[f64], correction: &[f64], damping: f64) -> Vec<f64> {
        let mut moved = states.to_vec();
        for (&state, part) in self.free.iter().zip(correction) {
            moved[state] += damping * part;
        }
        moved
    }

    /// The largest part of a correction in the tolerance.
    fn size(&self, states: &[f64], correction: &[f64]) -> f64 {
        let mut size = 0.0;
        for (&state, part) in self.free.iter().zip(correction) {
            let ratio = part.abs() / self.problem.tolerance.allowed(state, states[state]);
            size = if ratio > size || ratio.is_nan() { ratio } else { size };
        }
        size
    }

    fn can_be(&self, states: &[f64]) -> bool {
        let absolute = &self.problem.tolerance.absolute;
        self.problem.nonnegative.iter().all(|&state| states[state] >= -absolute[state])
    }
}

fn squared(count: usize, matrix: &[f64]) -> Vec<f64> {
    let mut square = vec![0.0; count * count];
    for (row, target) in square.chunks_exact_mut(count).enumerate() {
        for (at, other) in matrix.chunks_exact(count).enumerate() {
            let factor = matrix[row * count + at];
            if factor != 0.0 {
                target.iter_mut().zip(other).for_each(|(target, entry)| *target += factor * entry);
            }
        }
    }
    square
}

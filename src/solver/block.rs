//! One Rosenbrock step of `L` individuals at once.
//!
//! Each lane has its own time and step length; nothing here depends on which lanes belong to anyone, and no lane
//! depends on another. It must never decide whether a step is good.

use crate::numerics::dense as dense_matrix;
use crate::program::{Evaluator, Frame, Instructions, PIVOT_LIMIT, System};
use crate::solver::control::first_step;
use crate::solver::dense::Piece;
use crate::solver::failure::FailureKind;
use crate::solver::kernels;
use crate::solver::rodas5p::{C_TIME, D, GAMMA, STAGES};

/// A piece has so many numbers for each state: both ends and `K_1` to `K_3`.
const PIECE: usize = 5;

/// The numbers of `L` individuals in the middle of a step.
#[derive(Debug)]
pub struct Block<'a, const L: usize> {
    system: &'a System,
    evaluator: &'a Evaluator<L>,
    instructions: Instructions,
    /// The system's slots.
    pub frame: Frame<L>,
    /// The states at the start of the step.
    pub states: Vec<[f64; L]>,
    /// The rates of change at the start of the step.
    pub rates: Vec<[f64; L]>,
    /// The states at the end of the step.
    pub next: Vec<[f64; L]>,
    /// `K_1` to `K_3`, after [`Block::make_dense`].
    dense: Vec<[f64; L]>,
    /// The numbers of a piece, lane by lane, where there are several lanes; after [`Block::make_dense`].
    pieces: Vec<f64>,
    /// `k_1` to `k_8`.
    k: Vec<[f64; L]>,
    /// The absolute tolerance of each state.
    pub absolute: Vec<[f64; L]>,
    /// The relative tolerance.
    pub relative: [f64; L],
    /// The time at the start of the step.
    pub time: [f64; L],
    /// The length of the step.
    pub step: [f64; L],
    /// The error of the step in its tolerance; at most 1 is good, NaN or infinite is a failure.
    pub error: [f64; L],
    /// How much longer or shorter the step should have been for its error: see [`room_to_grow`](super::control::room_to_grow).
    pub room: [f64; L],
    /// States that are held still, each with its lane: their rates and all derivatives of these are zero.
    pub held: Vec<(usize, usize)>,
    /// Lanes whose pivots were bad, so that they are factored again with pivoting.
    pub pivoted: [bool; L],
    fallback: Fallback,
}

/// Dense matrices with pivoting, for lanes with bad pivots.
#[derive(Debug, Default)]
struct Fallback {
    /// One matrix a lane, row-major.
    factors: Vec<f64>,
    pivots: Vec<usize>,
    /// One right side a lane.
    sides: Vec<f64>,
}

impl<'a, const L: usize> Block<'a, L> {
    /// A block of zeros.
    pub fn new(system: &'a System, evaluator: &'a Evaluator<L>, instructions: Instructions) -> Block<'a, L> {
        let states = system.states();
        let zeros = |count: usize| vec![[0.0; L]; count];
        Block {
            system,
            evaluator,
            instructions,
            frame: evaluator.frame(),
            states: zeros(states),
            rates: zeros(states),
            next: zeros(states),
            dense: zeros(3 * states),
            pieces: vec![0.0; if L == 1 { 0 } else { L * PIECE * states }],
            k: zeros(STAGES * states),
            absolute: zeros(states),
            relative: [1.0; L],
            time: [0.0; L],
            step: [1.0; L],
            error: [0.0; L],
            room: [1.0; L],
            held: Vec::new(),
            pivoted: [false; L],
            fallback: Fallback::default(),
        }
    }

    /// Computes what depends on parameters only, after they have changed in some lane; the others keep their bits.
    pub fn prepare(&mut self) {
        self.evaluator.prepare(&mut self.frame);
    }

    /// Evaluates rates and Jacobian at the start of the step.
    pub fn linearize(&mut self) {
        let layout = &self.system.layout;
        self.frame[layout.time] = self.time;
        self.frame[layout.states.clone()].copy_from_slice(&self.states);
        self.evaluator.rhs_and_jacobian(&mut self.frame);
        self.hold();
        for &(state, lane) in &self.held {
            self.frame[layout.time_derivatives.start + state][lane] = 0.0;
            for (entry, &(row, _)) in self.system.pattern.iter().enumerate() {
                if row == state {
                    self.frame[layout.jacobian.start + entry][lane] = 0.0;
                }
            }
        }
        self.rates.copy_from_slice(&self.frame[layout.derivatives.clone()]);
    }

    /// Tries a step from [`Block::states`] and [`Block::time`] of length [`Block::step`]: leaves its end in
    /// [`Block::next`] and its error in [`Block::error`].
    pub fn attempt(&mut self) {
        self.factor();
        self.first_stage();
        self.stage::<1>();
        self.stage::<2>();
        self.stage::<3>();
        self.stage::<4>();
        self.stage::<5>();
        self.last_stage::<6>();
        self.last_stage::<7>();
        let layout = &self.system.layout;
        let count = self.states.len();
        kernels::finish_step::<L>(
            self.instructions,
            &self.states,
            &self.frame[layout.states.clone()],
            &self.k[7 * count..],
            &self.absolute,
            &self.relative,
            &mut self.next,
            &mut self.error,
            &mut self.room,
        );
    }

    /// Computes the dense output of the step.
    pub fn make_dense(&mut self) {
        kernels::dense_coefficients::<L>(self.instructions, &self.k, &mut self.dense);
        if L > 1 {
            let (count, mut at) = (self.states.len(), 0);
            for part in [&self.states, &self.next, &self.dense] {
                kernels::gather_lanes::<L>(self.instructions, part, PIECE * count, &mut self.pieces[at..]);
                at += part.len();
            }
        }
    }

    /// The solution over the step in a lane, after [`Block::make_dense`].
    pub fn piece(&self, lane: usize, until: f64) -> Piece<'_> {
        let count = self.states.len();
        let (start, end, inner) = if L == 1 {
            (self.states.as_flattened(), self.next.as_flattened(), self.dense.as_flattened())
        } else {
            let (start, rest) = self.pieces[lane * PIECE * count..][..PIECE * count].split_at(count);
            let (end, inner) = rest.split_at(count);
            (start, end, inner)
        };
        Piece { time: self.time[lane], step: self.step[lane], until, start, end, inner }
    }

    /// Goes to the end of the step in the lanes where `taken` says so.
    pub fn advance(&mut self, taken: &[bool; L]) {
        kernels::take_lanes::<L>(self.instructions, taken, &self.next, &mut self.states);
    }

    /// The state whose error is the largest in its tolerance, in the last step tried.
    pub fn worst_state(&self, lane: usize) -> Option<usize> {
        let count = self.states.len();
        let mut worst = None;
        let mut largest = 0.0;
        for state in 0..count {
            let size = f64::max(self.states[state][lane].abs(), self.next[state][lane].abs());
            let allowed = self.absolute[state][lane] + self.relative[lane] * size;
            let ratio = self.k[7 * count + state][lane].abs() / allowed;
            if ratio.is_nan() || ratio > largest {
                (worst, largest) = (Some(state), if ratio.is_nan() { f64::INFINITY } else { ratio });
            }
        }
        worst
    }

    /// The length of a first step in a lane, from what [`Block::linearize`] found. Spoils the lane's [`Block::next`].
    pub fn first_step(&mut self, lane: usize) -> f64 {
        let layout = &self.system.layout;
        let slopes = &self.frame[layout.jacobian.clone()];
        let by_time = &self.frame[layout.time_derivatives.clone()];
        for (curvature, slope) in self.next.iter_mut().zip(by_time) {
            curvature[lane] = slope[lane];
        }
        for (&(row, column), slope) in self.system.pattern.iter().zip(slopes) {
            self.next[row][lane] += slope[lane] * self.rates[column][lane];
        }
        let mut sums = [0.0; 3];
        for (state, value) in self.states.iter().enumerate() {
            let scale = self.absolute[state][lane] + self.relative[lane] * value[lane].abs();
            for (sum, size) in sums.iter_mut().zip([value, &self.rates[state], &self.next[state]]) {
                let ratio = size[lane] / scale;
                *sum += ratio * ratio;
            }
        }
        let [states, rates, curvatures] = sums.map(|sum| (sum / self.states.len() as f64).sqrt());
        first_step(states, rates, curvatures)
    }

    /// What is not finite in a lane's last step, if anything.
    pub fn undefined(&self, lane: usize) -> Option<FailureKind> {
        let layout = &self.system.layout;
        let bad = |column: &[[f64; L]]| column.iter().position(|entry| !entry[lane].is_finite());
        let rate = |column: &[[f64; L]]| {
            bad(column).map(|state| FailureKind::RateNotFinite { state, value: column[state][lane] })
        };
        let slopes = &self.frame[layout.jacobian.clone()];
        rate(&self.rates)
            .or_else(|| {
                bad(slopes).map(|entry| {
                    let (rate, state) = self.system.pattern[entry];
                    FailureKind::JacobianNotFinite { rate, state, value: slopes[entry][lane] }
                })
            })
            .or_else(|| rate(&self.frame[layout.derivatives.clone()]))
    }

    fn hold(&mut self) {
        for &(state, lane) in &self.held {
            self.frame[self.system.layout.derivatives.start + state][lane] = 0.0;
        }
    }

    fn factor(&mut self) {
        let layout = &self.system.layout;
        for lane in 0..L {
            self.frame[layout.shift][lane] = 1.0 / (self.step[lane] * GAMMA);
        }
        self.evaluator.factor(&mut self.frame);
        let health = self.frame[layout.pivot];
        self.pivoted = health.map(|measure| measure.is_nan() || measure > PIVOT_LIMIT);
        for lane in 0..L {
            if self.pivoted[lane] {
                self.factor_with_pivoting(lane);
            }
        }
    }

    #[cold]
    fn factor_with_pivoting(&mut self, lane: usize) {
        let layout = &self.system.layout;
        let count = self.states.len();
        let Fallback { factors, pivots, sides } = &mut self.fallback;
        if sides.is_empty() {
            factors.resize(L * count * count, 0.0);
            pivots.resize(L * count, 0);
            sides.resize(L * count, 0.0);
        }
        let matrix = &mut factors[lane * count * count..][..count * count];
        matrix.fill(0.0);
        for (&(row, column), entry) in self.system.pattern.iter().zip(&self.frame[layout.jacobian.clone()]) {
            matrix[row * count + column] = -entry[lane];
        }
        for state in 0..count {
            matrix[state * count + state] += self.frame[layout.shift][lane];
        }
        // A matrix that cannot be factored makes the step's error NaN, so that it is rejected and shortened.
        if dense_matrix::factor(count, matrix, &mut pivots[lane * count..][..count]).is_err() {
            matrix.fill(f64::NAN);
            pivots[lane * count..][..count].iter_mut().enumerate().for_each(|(row, pivot)| *pivot = row);
        }
    }

    /// Solves for the `k` of a stage, whose right side stands in the frame.
    fn solve(&mut self, stage: usize) {
        let layout = &self.system.layout;
        let count = self.states.len();
        let any_pivoted = self.pivoted.contains(&true);
        if any_pivoted {
            for lane in (0..L).filter(|&lane| self.pivoted[lane]) {
                let side = &mut self.fallback.sides[lane * count..][..count];
                side.iter_mut().zip(&self.frame[layout.vector.clone()]).for_each(|(to, from)| *to = from[lane]);
            }
        }
        self.evaluator.solve(&mut self.frame);
        let k = &mut self.k[stage * count..][..count];
        k.copy_from_slice(&self.frame[layout.vector.clone()]);
        if any_pivoted {
            let Fallback { factors, pivots, sides } = &mut self.fallback;
            for lane in (0..L).filter(|&lane| self.pivoted[lane]) {
                let matrix = &factors[lane * count * count..][..count * count];
                let side = &mut sides[lane * count..][..count];
                dense_matrix::solve(count, matrix, &pivots[lane * count..][..count], side);
                k.iter_mut().zip(side).for_each(|(to, from)| to[lane] = *from);
            }
        }
    }

    fn first_stage(&mut self) {
        let vector = self.system.layout.vector.clone();
        self.frame[vector].copy_from_slice(&self.rates);
        self.add_time_derivative(0);
        self.solve(0);
    }

    fn stage<const STAGE: usize>(&mut self) {
        let layout = &self.system.layout;
        let Ok([argument, side]) = self.frame.get_disjoint_mut([layout.states.clone(), layout.vector.clone()]) else {
            return;
        };
        kernels::stage_sums::<L, STAGE>(self.instructions, &self.states, &self.k, argument, side);
        self.complete_stage(STAGE);
    }

    fn last_stage<const STAGE: usize>(&mut self) {
        let layout = &self.system.layout;
        let Ok([argument, side]) = self.frame.get_disjoint_mut([layout.states.clone(), layout.vector.clone()]) else {
            return;
        };
        kernels::last_stage_sums::<L, STAGE>(self.instructions, &self.k, argument, side);
        self.complete_stage(STAGE);
    }

    fn complete_stage(&mut self, stage: usize) {
        let layout = &self.system.layout;
        kernels::stage_times::<L>(
            self.instructions,
            C_TIME[stage],
            &self.time,
            &self.step,
            &mut self.frame[layout.time],
        );
        self.evaluator.rhs(&mut self.frame);
        self.hold();
        let ranges = [layout.vector.clone(), layout.derivatives.clone()];
        let Ok([side, rates]) = self.frame.get_disjoint_mut(ranges) else { return };
        kernels::complete_side::<L>(self.instructions, rates, &self.step.map(|step| 1.0 / step), side);
        self.add_time_derivative(stage);
        self.solve(stage);
    }

    fn add_time_derivative(&mut self, stage: usize) {
        if self.system.time_dependent.is_empty() || D[stage] == 0.0 {
            return;
        }
        let layout = &self.system.layout;
        let ranges = [layout.vector.clone(), layout.time_derivatives.clone()];
        let Ok([side, addend]) = self.frame.get_disjoint_mut(ranges) else { return };
        kernels::add_weighted::<L>(self.instructions, &self.step.map(|step| step * D[stage]), addend, side);
    }
}

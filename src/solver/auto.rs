//! The choice between the Rosenbrock method and an explicit one.
//!
//! A trial with the Rosenbrock method shows how long steps may be for accuracy; the spectral radius of the Jacobian
//! shows how long those of an explicit method may be for stability. If stability would ask for more than twice the steps
//! that accuracy asks for, the system is stiff.

use crate::numerics::elementary::pow;
use crate::program::Frame;
use crate::solver::dense::Recording;
use crate::solver::failure::{Failure, FailureKind};
use crate::solver::problem::{Limits, Method, Problem};
use crate::solver::solve;
use std::sync::Arc;

/// Relative tolerance of the trial, which goes over the whole span because stiffness may come late.
const COARSE: f64 = 1e-3;
/// Steps of the trial at most. What lies beyond is taken to be as what was seen.
const TRIAL: u64 = 2000;
/// What is done in so few steps is best done by the Rosenbrock method anyway.
const FEW: f64 = 60.0;
/// How far the domain of stability of `dopri5` reaches along the negative real axis.
const STABLE: f64 = 3.3;
/// How many times the steps that accuracy asks for stability may ask for.
const WORTHWHILE: f64 = 2.0;
/// Below this relative tolerance order 8 pays.
const TIGHT: f64 = 1e-7;
/// Applications of the Jacobian in the estimate of its spectral radius.
const POWERS: u32 = 40;

/// The method that [`Method::Auto`] stands for in this problem.
pub fn choose_method(problem: &Problem) -> Method {
    let steps = TRIAL.min(problem.limits.steps);
    let trial = Problem {
        limits: Limits { steps, ..problem.limits },
        tolerance: problem.tolerance.loosened(COARSE),
        output_times: Arc::new([]),
        ..problem.clone()
    };
    // Steps of a method of order 5 are this many times shorter at the tolerance itself.
    let shorter = pow(trial.tolerance.relative / problem.tolerance.relative, 0.2);
    let mut pieces = Recording::of_pieces();
    match solve(trial, &mut pieces) {
        Ok(_) if pieces.piece_count() as f64 * shorter < FEW => return Method::Rodas5p,
        Ok(_) | Err(Failure { kind: FailureKind::TooManySteps { .. }, .. }) => {}
        Err(_) => return Method::Rodas5p,
    }
    let (mut frame, mut prepared_from) = (problem.frame(), None);
    let explicit_steps: f64 = pieces
        .pieces()
        .enumerate()
        .map(|(index, piece)| {
            if let Some(stretch) = pieces.stretch_of_piece(index)
                && prepared_from != Some(stretch.first_piece)
            {
                let layout = problem.equations.layout();
                frame.as_flattened_mut()[layout.parameters.clone()].copy_from_slice(&stretch.parameters);
                frame.as_flattened_mut()[layout.inputs.clone()].copy_from_slice(&stretch.inputs);
                frame[layout.time] = [stretch.time];
                problem.equations.one().prepare(&mut frame);
                prepared_from = Some(stretch.first_piece);
            }
            (spectral_radius(problem, &mut frame, piece.time, piece.start) * piece.step / STABLE).max(shorter)
        })
        .sum();
    if explicit_steps > WORTHWHILE * shorter * pieces.piece_count() as f64 {
        Method::Rodas5p
    } else if problem.tolerance.relative < TIGHT {
        Method::Dop853
    } else {
        Method::Dopri5
    }
}

/// An estimate of the largest absolute eigenvalue of the Jacobian at a state, by repeated application. What depends on
/// parameters and inputs only has been computed in the frame.
pub(super) fn spectral_radius(problem: &Problem, frame: &mut Frame<1>, time: f64, states: &[f64]) -> f64 {
    let (evaluator, system) = (problem.equations.one(), problem.equations.system());
    let layout = problem.equations.layout();
    frame.as_flattened_mut()[layout.states.clone()].copy_from_slice(states);
    frame[layout.time] = [time];
    evaluator.rhs_and_jacobian(frame);
    let slopes = &frame.as_flattened()[layout.jacobian.clone()];
    // In units of the tolerance, from a start that favors no direction.
    let allowed = |state: usize| problem.tolerance.allowed(state, states[state]);
    let mut vector: Vec<f64> = (0..states.len()).map(|at| 1.0 + 0.5 * ((at * at) % 7) as f64).collect();
    let mut radius = 0.0;
    for _ in 0..POWERS {
        let size = vector.iter().fold(0.0, |size, value: &f64| f64::max(size, value.abs()));
        if size == 0.0 || !size.is_finite() {
            return 0.0;
        }
        vector.iter_mut().for_each(|value| *value /= size);
        let mut next = vec![0.0; vector.len()];
        for (&(row, column), slope) in system.pattern.iter().zip(slopes) {
            next[row] += slope * vector[column] * (allowed(column) / allowed(row));
        }
        radius = next.iter().fold(0.0, |size, value: &f64| f64::max(size, value.abs()));
        vector = next;
    }
    radius
}

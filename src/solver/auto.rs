//! The choice between the Rosenbrock method and an explicit one.
//!
//! A trial with the Rosenbrock method shows how long steps may be for accuracy; the spectral radius of the Jacobian
//! shows how long those of an explicit method may be for stability. If stability would ask for more steps than
//! accuracy, the system is stiff.

use crate::solver::dense::Recording;
use crate::solver::failure::{Failure, FailureKind};
use crate::solver::problem::{Limits, Method, Problem};
use crate::solver::solve;
use std::sync::Arc;

/// Steps of the trial. What is done in so few is best done by the Rosenbrock method anyway.
const TRIAL: u64 = 60;
/// How far the domain of stability of `dopri5` reaches along the negative real axis.
const STABLE: f64 = 3.3;
/// Below this relative tolerance order 8 pays.
const TIGHT: f64 = 1e-7;
/// Applications of the Jacobian in the estimate of its spectral radius.
const POWERS: u32 = 40;

/// The method that [`Method::Auto`] stands for in this problem.
pub fn choose_method(problem: &Problem) -> Method {
    let trial =
        Problem { limits: Limits { steps: TRIAL, ..problem.limits }, output_times: Arc::new([]), ..problem.clone() };
    let mut pieces = Recording::of_pieces();
    let Err(Failure { kind: FailureKind::TooManySteps { .. }, .. }) = solve(trial, &mut pieces) else {
        return Method::Rodas5p;
    };
    let explicit_steps: f64 = pieces
        .pieces()
        .enumerate()
        .map(|(index, piece)| {
            let stretch = pieces.stretch_of_piece(index);
            let (parameters, inputs) = match stretch {
                Some(stretch) => (&stretch.parameters, &stretch.inputs),
                None => (&problem.parameters, &problem.inputs),
            };
            let radius = spectral_radius(problem, parameters, inputs, piece.time, piece.start);
            (radius * piece.step / STABLE).max(1.0)
        })
        .sum();
    match () {
        () if explicit_steps > 2.0 * pieces.piece_count() as f64 => Method::Rodas5p,
        () if problem.tolerance.relative < TIGHT => Method::Dop853,
        () => Method::Dopri5,
    }
}

/// An estimate of the largest absolute eigenvalue of the Jacobian at a state, by repeated application.
fn spectral_radius(problem: &Problem, parameters: &[f64], inputs: &[f64], time: f64, states: &[f64]) -> f64 {
    let (evaluator, system) = (problem.equations.one(), problem.equations.system());
    let layout = problem.equations.layout();
    let mut frame = evaluator.frame();
    let slots = frame.as_flattened_mut();
    slots[layout.parameters.clone()].copy_from_slice(parameters);
    slots[layout.inputs.clone()].copy_from_slice(inputs);
    slots[layout.states.clone()].copy_from_slice(states);
    slots[layout.time] = time;
    evaluator.prepare(&mut frame);
    evaluator.rhs_and_jacobian(&mut frame);
    let slopes = &frame.as_flattened()[layout.jacobian.clone()];
    // In units of the tolerance, from a start that favors no direction.
    let allowed = |state: usize| problem.tolerance.absolute[state] + problem.tolerance.relative * states[state].abs();
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

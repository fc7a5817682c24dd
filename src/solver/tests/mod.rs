//! Truths about the solver: closed forms, orders of convergence, published end points, independent methods.

mod explicit;
mod order;
mod periodic;
mod problems;
mod steady;

use crate::program::tests::sketch::sketch;
use crate::solver::{Equations, Limits, Problem, Tolerance};
use std::sync::Arc;

/// A system from lines of text; see `sketch`.
fn equations(text: &str) -> Equations {
    Equations::new(sketch(text))
}

/// A problem without jumps, outputs and events, with an absolute tolerance of `scale * relative`.
fn problem<'a>(equations: &'a Equations, start: &[f64], end: f64, relative: f64, scale: f64) -> Problem<'a> {
    let layout = equations.layout();
    Problem {
        equations,
        start_time: 0.0,
        end_time: end,
        parameters: vec![0.0; layout.parameters.len()],
        inputs: vec![0.0; layout.inputs.len()],
        start: start.to_vec(),
        tolerance: Tolerance { relative, absolute: vec![relative * scale; start.len()].into() },
        held: Vec::new(),
        stops: Vec::new(),
        output_times: Arc::new([]),
        events: Arc::new([]),
        nonnegative: Arc::new([]),
        limits: Limits::default(),
    }
}

//! The length of steps: how long the next one is after an error, and how long the first one.
//!
//! Pure arithmetic on a few numbers of one individual; it must never see the state's meaning or the neighbors in other
//! lanes.

use crate::numerics::elementary::pow;

/// Steps aim at this share of the length that would just meet the tolerance.
const SAFETY: f64 = 0.9;
/// A step is at most this many times as long as the one before.
const GROWTH: f64 = 6.0;
/// A step is at least this share of the one before.
const SHRINKAGE: f64 = 0.2;
/// Errors below this are taken for this, so that an exact step says nothing about the next.
const SMALLEST_ERROR: f64 = 1e-12;

/// The memory of the step control of one individual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Controller {
    /// Error and length of the last accepted step since the last jump.
    last: Option<(f64, f64)>,
    /// Whether the step before this try was rejected.
    rejected: bool,
}

impl Controller {
    /// A controller that knows of no step: at the start and after each jump.
    pub fn new() -> Controller {
        Controller { last: None, rejected: false }
    }

    /// The length of the next step after one of length `step` whose error was `error <= 1` in its tolerance.
    ///
    /// The predictive controller of Gustafsson (1994, ACM TOMS 20:496) as in Hairer and Wanner, "Solving Ordinary
    /// Differential Equations II", IV.8: the error is assumed to go on growing as it did from the step before to this.
    pub fn after_success(&mut self, step: f64, error: f64) -> f64 {
        let error = error.max(SMALLEST_ERROR);
        let mut factor = SAFETY * inverse_fifth_root(error);
        if let Some((last_error, last_step)) = self.last {
            let predicted = SAFETY * (step / last_step) * inverse_fifth_root(error * error / last_error);
            factor = factor.min(predicted);
        }
        factor = factor.clamp(SHRINKAGE, GROWTH);
        if self.rejected {
            factor = factor.min(1.0);
        }
        *self = Controller { last: Some((error.max(1e-2), step)), rejected: false };
        step * factor
    }

    /// The length of the next try after one of length `step` whose error was above 1, NaN or infinite.
    pub fn after_failure(&mut self, step: f64, error: f64) -> f64 {
        self.rejected = true;
        let factor = if error.is_finite() { SAFETY * inverse_fifth_root(error) } else { 0.0 };
        step * factor.clamp(if error.is_finite() { 0.1 } else { 0.25 }, 0.9)
    }
}

/// `error^(-1/5)`: the error estimate is of order 5.
fn inverse_fifth_root(error: f64) -> f64 {
    pow(error, -0.2)
}

/// The length of the first step, from sizes measured in the tolerance: of the states, of their rates of change, and of
/// their second derivatives `J f + f_t`.
///
/// Hairer, Norsett and Wanner, "Solving Ordinary Differential Equations I", II.4, with the second derivative itself in
/// the place of a difference of two evaluations.
pub fn first_step(states: f64, rates: f64, curvatures: f64) -> f64 {
    let by_rate = if states < 1e-5 || rates < 1e-5 { 1e-6 } else { 0.01 * states / rates };
    let largest = rates.max(curvatures);
    let by_order = if largest <= 1e-15 { 1e-3 * by_rate.max(1e-3) } else { inverse_fifth_root(largest / 0.01) };
    by_order.min(100.0 * by_rate)
}

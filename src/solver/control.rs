//! The length of steps: how long the next one is after an error, and how long the first one.
//!
//! Pure arithmetic on a few numbers of one individual; it must never see the state's meaning or the neighbors in other
//! lanes.

/// Steps aim at this share of the length that would just meet the tolerance.
const SAFETY: f64 = 0.9;
/// A step is at most this many times as long as the one before.
const GROWTH: f64 = 6.0;
/// A step is at least this share of the one before.
const SHRINKAGE: f64 = 0.2;
/// Errors below this are taken for this, so that an exact step says nothing about the next.
const SMALLEST_ERROR: f64 = 1e-12;
/// An error below a hundredth is remembered as a hundredth, whose [`room_to_grow`] this is.
const MOST_ROOM_REMEMBERED: f64 = 2.5118864315095806;

/// The error of a step as step control sees it: `error^(-1/5)`, since the error estimate is of order 5.
///
/// By how much a step could be stretched until its error just meets the tolerance; at most 251, for errors below
/// 1e-12, so that an exact step says nothing about the next. Of no meaning for an error that is NaN or infinite.
#[inline(always)]
pub fn room_to_grow(error: f64) -> f64 {
    inverse_fifth_root(if error < SMALLEST_ERROR { SMALLEST_ERROR } else { error })
}

/// `x^(-1/5)` of a positive normal number within 3e-9 of itself, which is far better than an error estimate is.
///
/// A first guess from the exponent, off by 3.2 percent at most, and Newton steps on `1 - x y^5`, each of which leaves
/// three times the square of the error before. Without branches and without fused operations: the same bits alone and
/// in lanes, on every processor.
#[inline(always)]
fn inverse_fifth_root(x: f64) -> f64 {
    // The upper half of 2^(6/5 * 1023), less a correction that balances the error of the guess to both sides.
    const UPPER: u64 = 0x4CB8_A800;
    // A division by 5 for numbers of 32 bits.
    let fifth = ((x.to_bits() >> 32) * 0xCCCC_CCCD) >> 34;
    let mut y = f64::from_bits(UPPER.wrapping_sub(fifth) << 32);
    for _ in 0..3 {
        let square = y * y;
        y += 0.2 * y * (1.0 - x * (square * square * y));
    }
    y
}

/// The memory of the step control of one individual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Controller {
    /// Room to grow and length of the last accepted step since the last jump.
    last: Option<(f64, f64)>,
    /// Whether the step before this try was rejected.
    rejected: bool,
}

impl Controller {
    /// A controller that knows of no step: at the start and after each jump.
    pub fn new() -> Controller {
        Controller { last: None, rejected: false }
    }

    /// The length of the next step after a good one of length `step` with [`room_to_grow`] of its error.
    ///
    /// The predictive controller of Gustafsson (1994, ACM TOMS 20:496) as in Hairer and Wanner, "Solving Ordinary
    /// Differential Equations II", IV.8: the error is assumed to go on growing as it did from the step before to this.
    pub fn after_success(&mut self, step: f64, room: f64) -> f64 {
        let mut factor = SAFETY * room;
        if let Some((last_room, last_step)) = self.last {
            factor = factor.min(SAFETY * (step / last_step) * room * (room / last_room));
        }
        factor = factor.clamp(SHRINKAGE, GROWTH);
        if self.rejected {
            factor = factor.min(1.0);
        }
        *self = Controller { last: Some((room.min(MOST_ROOM_REMEMBERED), step)), rejected: false };
        step * factor
    }

    /// The length of the next try after one of length `step` whose error was above 1, NaN or infinite; `room` is
    /// [`room_to_grow`] of the error where that is finite.
    pub fn after_failure(&mut self, step: f64, room: Option<f64>) -> f64 {
        self.rejected = true;
        step * room.map_or(0.25, |room| (SAFETY * room).clamp(0.1, 0.9))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::elementary::pow;

    /// Over all magnitudes that errors and rates can have.
    #[test]
    fn the_inverse_fifth_root_is_one() {
        for exponent in -290..290 {
            for mantissa in [1.0, 1.3, 2.9, 5.5, 9.99] {
                let x: f64 = mantissa * pow(10.0, f64::from(exponent));
                let (got, truth) = (inverse_fifth_root(x), pow(x, -0.2));
                assert!((got / truth - 1.0).abs() < 3e-9, "{x:e}: {got:e} instead of {truth:e}");
            }
        }
    }

    /// A constant error keeps its step; a growing one is met before it is too large.
    #[test]
    fn steps_settle_where_the_error_does() {
        let mut controller = Controller::new();
        let aimed = pow(SAFETY, 5.0);
        assert!((controller.after_success(2.0, room_to_grow(aimed)) / 2.0 - 1.0).abs() < 1e-8);
        assert!((controller.after_success(2.0, room_to_grow(aimed)) / 2.0 - 1.0).abs() < 1e-8);
        let next = controller.after_success(2.0, room_to_grow(10.0 * aimed));
        assert!((next / 2.0 - pow(100.0, -0.2)).abs() < 1e-8, "{next}");
        let next = controller.after_failure(2.0, Some(room_to_grow(32.0)));
        assert!((next - 0.9).abs() < 1e-8, "{next}");
        assert_eq!(controller.after_success(1.0, 5.0), 1.0, "no growth after a rejection");
    }
}

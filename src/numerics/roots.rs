//! The root of a function of one variable between two points of opposite sign.

use thiserror::Error;

/// Where a function changes sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Root {
    /// The last point known on the first bound's side: the function has the sign it has there. If it is exactly zero
    /// at `after`, this point may be far away.
    pub before: f64,
    /// The first point known beyond: the function is zero or has the other sign.
    pub after: f64,
    /// How often the function was called.
    pub evaluations: usize,
}

/// Why no root was found.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum RootError {
    /// The function has the same sign at both bounds.
    #[error("no change of sign: {at_first} at one bound and {at_second} at the other")]
    NotBracketed {
        /// The value at the first bound.
        at_first: f64,
        /// The value at the second bound.
        at_second: f64,
    },
    /// A bound, or the function somewhere between, is NaN or a bound is infinite.
    #[error("the function is not a number at {at}")]
    NotANumber {
        /// Where.
        at: f64,
    },
}

/// Finds where `function` changes sign between `first` and `second`, to within `tolerance` or to neighboring doubles.
///
/// Chandrupatla's method (1997, Adv. Eng. Software 28:145): inverse quadratic interpolation where it can be trusted,
/// bisection elsewhere, and bisection too whenever three steps did not halve the bracket. With `tolerance` 0 the two
/// points returned are neighbors, or the later one is an exact zero. A zero at `first` is returned as both points;
/// `first` may be larger than `second`.
///
/// # Errors
///
/// [`RootError`] if there is no change of sign or a value is NaN.
pub fn bracketed_root(
    mut function: impl FnMut(f64) -> f64,
    first: f64,
    second: f64,
    tolerance: f64,
) -> Result<Root, RootError> {
    let mut evaluations = 0;
    let mut value_at = |x: f64| {
        evaluations += 1;
        let value = function(x);
        if value.is_nan() { Err(RootError::NotANumber { at: x }) } else { Ok(value) }
    };
    for bound in [first, second] {
        if !bound.is_finite() {
            return Err(RootError::NotANumber { at: bound });
        }
    }
    let (at_first, at_second) = (value_at(first)?, value_at(second)?);
    if at_first == 0.0 {
        return Ok(Root { before: first, after: first, evaluations });
    }
    if at_second != 0.0 && (at_first > 0.0) == (at_second > 0.0) {
        return Err(RootError::NotBracketed { at_first, at_second });
    }
    let on_first_side = |value: f64| value != 0.0 && (value > 0.0) == (at_first > 0.0);

    // The bracket is (before, after); `newest` is one of them, and `old` the point that the newest one replaced.
    let (mut before, mut at_before) = (first, at_first);
    let (mut after, mut at_after) = (second, at_second);
    let mut fraction = 0.5;
    let mut widths = [f64::INFINITY; 3];
    loop {
        let width = (after - before).abs();
        let middle = before + 0.5 * (after - before);
        let no_number_between = middle == before || middle == after;
        if at_after == 0.0 || width <= tolerance || no_number_between {
            return Ok(Root { before, after, evaluations });
        }
        let mut x = before + fraction * (after - before);
        let slow = width > 0.5 * widths[0];
        if slow || x == before || x == after || !x.is_finite() {
            x = middle;
        }
        widths = [widths[1], widths[2], width];

        let value = value_at(x)?;
        let (old, at_old, newest_is_before) = if on_first_side(value) {
            let old = (before, at_before);
            (before, at_before) = (x, value);
            (old.0, old.1, true)
        } else {
            let old = (after, at_after);
            (after, at_after) = (x, value);
            (old.0, old.1, false)
        };
        let (newest, at_newest, other, at_other) =
            if newest_is_before { (before, at_before, after, at_after) } else { (after, at_after, before, at_before) };
        let step = interpolated_fraction((newest, at_newest), (other, at_other), (old, at_old));
        // Half a tolerance from the ends at least, so that the last steps close the bracket from both sides.
        let margin = (0.5 * tolerance / (after - before).abs()).min(0.5);
        let step = step.clamp(margin, 1.0 - margin);
        fraction = if newest_is_before { step } else { 1.0 - step };
    }
}

/// How far to go from the newest point `a` towards the other end `b` of the bracket; `c` is the point before.
fn interpolated_fraction((a, at_a): (f64, f64), (b, at_b): (f64, f64), (c, at_c): (f64, f64)) -> f64 {
    let position = (a - b) / (c - b);
    let height = (at_a - at_b) / (at_c - at_b);
    let trusted = height * height < position && (1.0 - height) * (1.0 - height) < 1.0 - position;
    if !trusted {
        return 0.5;
    }
    let step =
        at_a / (at_b - at_a) * at_c / (at_b - at_c) + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b);
    if step.is_nan() { 0.5 } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::elementary::{exp, ln, pow_integer};
    use proptest::prelude::*;

    fn assert_neighbors(function: impl Fn(f64) -> f64, root: Root) {
        let (low, high) = (root.before.min(root.after), root.before.max(root.after));
        assert!(function(root.after) == 0.0 || low.next_up() == high, "{root:?}");
        assert!(function(root.before) * function(root.after) <= 0.0 || root.before == root.after);
    }

    #[test]
    fn roots_are_found_to_neighboring_numbers_in_few_steps() {
        type Function = fn(f64) -> f64;
        let problems: [(Function, f64, f64, f64, usize); 7] = [
            (|x| x * x - 2.0, 0.0, 2.0, std::f64::consts::SQRT_2, 14),
            (|x| 2.0 - x * x, 2.0, 0.0, std::f64::consts::SQRT_2, 14),
            (|x| exp(x) - 10.0, 0.0, 100.0, std::f64::consts::LN_10, 30),
            (|x| ln(x) - 1.0, 1e-300, 1e300, std::f64::consts::E, 2200),
            (|x| pow_integer(x - 1.0, 9), 0.0, 3.0, 1.0, 160),
            (|x| if x < 0.7 { -1.0 } else { 1e9 }, 0.0, 1.0, 0.7, 70),
            (|x| x - 1e-310, -1.0, 1.0, 1e-310, 1200),
        ];
        for (index, (function, first, second, root, limit)) in problems.into_iter().enumerate() {
            let found = bracketed_root(function, first, second, 0.0).expect("a root");
            assert_neighbors(function, found);
            assert!((found.after - root).abs() <= 1e-3 * root.abs(), "{index}: {found:?}");
            assert!(found.evaluations <= limit, "{index}: {found:?}");
        }
    }

    #[test]
    fn what_has_no_root_is_told() {
        assert_eq!(
            bracketed_root(|x| x * x + 1.0, -1.0, 2.0, 0.0),
            Err(RootError::NotBracketed { at_first: 2.0, at_second: 5.0 })
        );
        assert!(matches!(bracketed_root(|_| f64::NAN, 0.0, 1.0, 0.0), Err(RootError::NotANumber { at: 0.0 })));
        assert!(matches!(bracketed_root(|x| x, f64::NEG_INFINITY, 1.0, 0.0), Err(RootError::NotANumber { .. })));
        let root = bracketed_root(|x| x, 0.0, 1.0, 0.0).expect("the bound itself");
        assert_eq!((root.before, root.after), (0.0, 0.0));
    }

    proptest! {
        #[test]
        fn cubics_are_solved_within_the_tolerance(root in -9.0f64..9.0, width in 0.1f64..50.0, scale in -3.0f64..3.0) {
            let function = |x: f64| (x - root) * ((x - root) * (x - root) + width) * scale;
            prop_assume!(scale != 0.0);
            let found = bracketed_root(function, -10.0, 10.0, 1e-9).expect("a root");
            prop_assert!((found.after - root).abs() <= 1e-9);
            prop_assert!(function(found.after) == 0.0 || (found.before - root).abs() <= 1e-9);
            prop_assert!(found.evaluations < 60);
        }
    }
}

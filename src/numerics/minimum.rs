//! The minimum of a function of one variable.

/// A local minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Minimum {
    /// Where it is.
    pub x: f64,
    /// The value there.
    pub value: f64,
    /// How often the function was called.
    pub evaluations: usize,
}

/// Finds a local minimum of `function` between `first` and `second`, its place to within about `tolerance`.
///
/// Brent's method (1973, Algorithms for Minimization without Derivatives, chapter 5): golden section and successive
/// parabolas. If the function has several minima, one of them is found; if it falls towards a bound, a point within
/// the tolerance of that bound. A NaN counts as plus infinity, so that a place where a simulation fails repels.
/// The place of a smooth minimum cannot be known better than to about 1e-8 of its size, whatever the tolerance.
pub fn bracketed_minimum(mut function: impl FnMut(f64) -> f64, first: f64, second: f64, tolerance: f64) -> Minimum {
    /// The part of an interval that a golden section leaves: (3 - sqrt 5) / 2.
    const GOLDEN: f64 = 0.3819660112501051;
    /// The square root of the machine's precision: below it, differences of the values are noise.
    const NOISE: f64 = 1.4901161193847656e-8;

    let mut evaluations = 0;
    let mut value_at = |x: f64| {
        evaluations += 1;
        let value = function(x);
        if value.is_nan() { f64::INFINITY } else { value }
    };
    let (mut low, mut high) = (first.min(second), first.max(second));
    // x is the best point, w the second best, v what w was before.
    let mut x = low + GOLDEN * (high - low);
    let mut at_x = value_at(x);
    let (mut w, mut at_w, mut v, mut at_v) = (x, at_x, x, at_x);
    let (mut step, mut step_before_last) = (0.0f64, 0.0f64);
    // Golden sections alone would need fewer than 1,600 to go from one end of the doubles to a last bit.
    for _ in 0..1600 {
        let middle = 0.5 * low + 0.5 * high;
        let accuracy = NOISE * x.abs() + tolerance / 3.0;
        if (x - middle).abs() <= 2.0 * accuracy - 0.5 * (high - low) {
            break;
        }
        let mut parabolic = None;
        if step_before_last.abs() > accuracy {
            let r = (x - w) * (at_x - at_v);
            let q = (x - v) * (at_x - at_w);
            let p = (x - v) * q - (x - w) * r;
            let q = 2.0 * (q - r);
            let (p, q) = if q > 0.0 { (-p, q) } else { (p, -q) };
            let shrinks = p.abs() < (0.5 * q * step_before_last).abs();
            if shrinks && p > q * (low - x) && p < q * (high - x) {
                parabolic = Some(p / q);
            }
        }
        match parabolic {
            Some(fitted) => {
                step_before_last = step;
                step = fitted;
                let near_an_end = x + step - low < 2.0 * accuracy || high - x - step < 2.0 * accuracy;
                if near_an_end {
                    step = accuracy.copysign(middle - x);
                }
            }
            None => {
                step_before_last = if x < middle { high - x } else { low - x };
                step = GOLDEN * step_before_last;
            }
        }
        let u = if step.abs() >= accuracy { x + step } else { x + accuracy.copysign(step) };
        let at_u = value_at(u);
        if at_u <= at_x {
            if u < x {
                high = x;
            } else {
                low = x;
            }
            (v, at_v, w, at_w, x, at_x) = (w, at_w, x, at_x, u, at_u);
        } else {
            if u < x {
                low = u;
            } else {
                high = u;
            }
            if at_u <= at_w || w == x {
                (v, at_v, w, at_w) = (w, at_w, u, at_u);
            } else if at_u <= at_v || v == x || v == w {
                (v, at_v) = (u, at_u);
            }
        }
    }
    Minimum { x, value: at_x, evaluations }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::elementary::{exp, ln, pow_integer};
    use proptest::prelude::*;

    #[test]
    fn known_minima_are_found() {
        type Function = fn(f64) -> f64;
        let problems: [(Function, f64, f64, f64, usize); 5] = [
            (|x| x * ln(x), 1e-9, 3.0, 1.0 / std::f64::consts::E, 25),
            (|x| exp(x) - 2.0 * x, 4.0, -4.0, std::f64::consts::LN_2, 25),
            (|x| (x - 1.0).abs(), -3.0, 7.0, 1.0, 60),
            (|x| pow_integer(x - 0.5, 4), 0.0, 9.0, 0.5, 60),
            (|x| if x < 2.0 { f64::NAN } else { (x - 3.0) * (x - 3.0) }, 0.0, 5.0, 3.0, 30),
        ];
        for (index, (function, first, second, place, limit)) in problems.into_iter().enumerate() {
            let found = bracketed_minimum(function, first, second, 1e-8);
            let tolerance = if index == 3 { 1e-3 } else { 1e-7 };
            assert!((found.x - place).abs() < tolerance, "{index}: {found:?}");
            assert!(found.evaluations <= limit, "{index}: {found:?}");
            assert_eq!(found.value, function(found.x));
        }
    }

    #[test]
    fn a_slope_leads_to_its_lower_bound() {
        let found = bracketed_minimum(|x| x, -2.0, 5.0, 1e-6);
        assert!(found.x >= -2.0 && found.x < -2.0 + 1e-6, "{found:?}");
    }

    proptest! {
        #[test]
        fn no_probed_point_is_lower(center in -5.0f64..5.0, skew in -0.9f64..0.9) {
            let function = |x: f64| exp(skew * (x - center)) - skew * x + 0.01 * (x - center) * (x - center);
            let mut lowest = f64::INFINITY;
            let found = bracketed_minimum(|x| { let value = function(x); lowest = lowest.min(value); value }, -20.0, 20.0, 1e-7);
            prop_assert_eq!(found.value, lowest);
            prop_assert!((found.x - center).abs() < 1e-5);
        }
    }
}

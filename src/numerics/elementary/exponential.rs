//! `exp` and `exp_m1`.
//!
//! The argument is reduced to `x = n ln 2 + r` with `|r| <= ln(2)/2` (Cody and Waite 1980; with a fused operation the
//! first step is exact), and a polynomial gives `exp(r)`. Its coefficients are our own near-minimax fits (Lawson's
//! iteration in 70 digits, coefficients rounded one after the other and the rest refitted).

use super::polynomial::{even_odd, fast_two_sum};
use crate::numerics::arith::{Arith, POWER_SHIFT};

const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN_2_HIGH: f64 = std::f64::consts::LN_2;
const LN_2_LOW: f64 = 2.3190468138462996e-17;

/// `exp(r) = 1 + r (1 + r T(r))` on `|r| <= ln(2)/2`; the relative error is below 2^-57.9.
const EXP: [f64; 10] = [
    0.5000000000000011,
    0.1666666666666644,
    0.041666666666526894,
    0.008333333333477345,
    0.0013888888944380195,
    0.00019841269542128737,
    2.480149239267491e-05,
    2.7557555557825184e-06,
    2.7630482957157534e-07,
    2.5009603653438812e-08,
];

/// One degree more, for the functions that need `exp` a little better than rounded: 2^-63.7.
const EXP_FINE: [f64; 11] = [
    0.5,
    0.16666666666666682,
    0.04166666666666648,
    0.00833333333331763,
    0.0013888888888996865,
    0.00019841269895187275,
    2.480158709621401e-05,
    2.755723586452177e-06,
    2.755746809231554e-07,
    2.511173676131846e-08,
    2.0855700911020065e-09,
];

/// The exponential of `x`. See [`exp`](super::exp).
#[inline(always)]
pub fn exp<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    // Beyond these bounds the result is infinite or zero anyway; the order of the operands lets a NaN through.
    let x = clamp(a, x, -746.0, 710.0);
    let (shifted, n) = whole_and_shifted(a, x);
    let r = reduce(a, x, n);
    let ln_2_low = a.constant(LN_2_LOW);
    let r = a.neg_mul_add(n, ln_2_low, r);

    let r2 = a.mul(r, r);
    let tail = even_odd(a, r, r2, &EXP);
    let one = a.constant(1.0);
    let slope = a.mul_add(r, tail, one);
    let power = a.mul_add(r, slope, one);
    a.times_power_of_two(power, shifted)
}

/// `exp(x) - 1`. See [`exp_m1`](super::exp_m1).
#[inline(always)]
pub fn exp_m1<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let bounded = clamp(a, x, -40.0, 709.79);
    let (high, low) = half_exp_m1(a, bounded);
    let half = a.add(high, low);
    let result = a.add(half, half);
    // Here x is the answer, and halving it above would have lost a bit of a subnormal number or the sign of a zero.
    let size = a.abs(x);
    let threshold = a.constant(1e-17);
    let tiny = a.less(size, threshold);
    a.select(tiny, x, result)
}

/// Half of `exp(x) - 1` as a rounded number and its remainder, for x from -40 to 709.79 (or NaN).
#[inline(always)]
pub(super) fn half_exp_m1<A: Arith>(a: &mut A, x: A::Value) -> (A::Value, A::Value) {
    let ((high, low), shifted) = exp_m1_reduced(a, x, None);
    // scale = 2^(n-1); exp(x)/2 - 1/2 = scale exp(r) - 1/2 = scale (exp(r) - 1) + (scale - 1/2)
    let scale = a.shift_left(shifted, 52);
    let offset = a.constant_bits(1024 << 52);
    let scale = a.integer_sub(scale, offset);
    let half = a.constant(0.5);
    let base = a.sub(scale, half);
    // What is lost of the half when the scale is large.
    let kept = a.sub(scale, base);
    let lost = a.sub(kept, half);
    let high = a.mul(scale, high);
    let (sum, rest) = fast_two_sum(a, base, high);
    let rest = a.add(rest, lost);
    (sum, a.mul_add(scale, low, rest))
}

/// With `x + low = n ln 2 + r`: `exp(r) - 1` as a number and its remainder, and [`POWER_SHIFT`]` + n`.
///
/// The error is about 2^-58 of exp(r). `|x|` is below 750.
#[inline(always)]
pub(super) fn exp_m1_reduced<A: Arith>(
    a: &mut A,
    x: A::Value,
    low: Option<A::Value>,
) -> ((A::Value, A::Value), A::Value) {
    let (shifted, n) = whole_and_shifted(a, x);
    let r = reduce(a, x, n);
    // What r lacks: it enters through the derivative, which is exp(r) itself.
    let ln_2_low = a.constant(-LN_2_LOW);
    let correction = match low {
        Some(low) => a.mul_add(n, ln_2_low, low),
        None => a.mul(n, ln_2_low),
    };
    let r2 = a.mul(r, r);
    let tail = even_odd(a, r, r2, &EXP_FINE);
    let curved = a.mul(r2, tail);
    let (high, rest) = fast_two_sum(a, r, curved);
    let rest = a.add(rest, correction);
    ((high, a.mul_add(correction, high, rest)), shifted)
}

/// `x` held between two bounds; a NaN stays one.
#[inline(always)]
pub(super) fn clamp<A: Arith>(a: &mut A, x: A::Value, least: f64, greatest: f64) -> A::Value {
    let greatest = a.constant(greatest);
    let x = a.min(greatest, x);
    let least = a.constant(least);
    a.max(least, x)
}

/// [`POWER_SHIFT`]` + n` and `n`, the whole number nearest to `x / ln 2`.
#[inline(always)]
fn whole_and_shifted<A: Arith>(a: &mut A, x: A::Value) -> (A::Value, A::Value) {
    let log2_e = a.constant(LOG2_E);
    let shift = a.constant(POWER_SHIFT);
    let shifted = a.mul_add(x, log2_e, shift);
    (shifted, a.sub(shifted, shift))
}

/// `x - n ln 2` without the low part of ln 2. Exact: both terms are whole multiples of 2^-54 and the result is small.
#[inline(always)]
fn reduce<A: Arith>(a: &mut A, x: A::Value, n: A::Value) -> A::Value {
    let ln_2 = a.constant(LN_2_HIGH);
    a.neg_mul_add(n, ln_2, x)
}

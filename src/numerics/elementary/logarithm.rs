//! `ln`, `ln_1p`, `log10`, and the logarithm in two parts that `pow` needs.
//!
//! `x = 2^k m` with `sqrt(1/2) <= m < sqrt(2)`, and `ln m = 2 artanh(s)` with `s = (m - 1) / (m + 1)`, as in fdlibm's
//! `e_log.c` (Ng, Sun Microsystems 1993), whose arrangement of the sum is followed in `ln`. The polynomials are our
//! own near-minimax fits (see `exponential.rs`).

use super::polynomial::{even_odd, fast_two_sum, two_product, two_sum};
use crate::numerics::arith::Arith;

const MIN_NORMAL: f64 = f64::MIN_POSITIVE;
const TWO_52: f64 = 4503599627370496.0;
const TWO_54: f64 = 18014398509481984.0;
const FRACTION: u64 = (1 << 52) - 1;
const ONE_BITS: u64 = 1023 << 52;
/// The double above sqrt(1/2); where the mantissa is cut.
const CUT_BITS: u64 = 0x3fe6a09e667f3bcd;

const LN_2_HIGH: f64 = std::f64::consts::LN_2;
const LN_2_LOW: f64 = 2.3190468138462996e-17;

/// `2 artanh(s) = 2 s + s R(s^2)` on `|s| <= 0.1716`; the error is below 2^-59.4 of the whole.
const LN: [f64; 7] = [
    0.6666666666666735,
    0.3999999999941081,
    0.28571428743122146,
    0.22222198506460233,
    0.1818356747500052,
    0.15313976006008567,
    0.14796649849371696,
];

/// The natural logarithm of `x`. See [`ln`](super::ln).
#[inline(always)]
pub fn ln<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let (k, m) = split(a, x);
    let ln_2_low = a.constant(LN_2_LOW);
    let correction = a.mul(k, ln_2_low);
    let logarithm = assemble(a, k, m, correction);
    at_the_ends(a, x, logarithm)
}

/// `ln(1 + x)`. See [`ln_1p`](super::ln_1p).
#[inline(always)]
pub fn ln_1p<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let one = a.constant(1.0);
    let (u, dropped) = two_sum(a, one, x);
    let (k, m) = split(a, u);
    // ln(u + dropped) = ln(u) + dropped / u, to far more than double precision.
    let ln_2_low = a.constant(LN_2_LOW);
    let correction = a.div(dropped, u);
    let correction = a.mul_add(k, ln_2_low, correction);
    let logarithm = assemble(a, k, m, correction);
    let logarithm = at_the_ends(a, u, logarithm);
    let size = a.abs(x);
    let threshold = a.constant(1e-17);
    let tiny = a.less(size, threshold);
    a.select(tiny, x, logarithm)
}

/// The logarithm to base ten. See [`log10`](super::log10).
#[inline(always)]
pub fn log10<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let (high, low) = log2_in_two(a, x);
    let factor = a.constant(std::f64::consts::LOG10_2);
    let factor_low = a.constant(-2.8037281277851704e-18);
    let (product, rest) = two_product(a, high, factor);
    let rest = a.mul_add(low, factor, rest);
    let rest = a.mul_add(high, factor_low, rest);
    let logarithm = a.add(product, rest);
    at_the_ends(a, x, logarithm)
}

/// `k ln 2 + ln m + correction`, of which the last is small.
#[inline(always)]
fn assemble<A: Arith>(a: &mut A, k: A::Value, m: A::Value, correction: A::Value) -> A::Value {
    let one = a.constant(1.0);
    let f = a.sub(m, one);
    let divisor = a.add(m, one);
    let s = a.div(f, divisor);
    let z = a.mul(s, s);
    let z2 = a.mul(z, z);
    let series = even_odd(a, z, z2, &LN);
    // ln(1 + f) = f - (f^2/2 - s (f^2/2 + R)), where f and f^2/2 carry nearly all and are nearly exact.
    let half = a.constant(0.5);
    let half_f = a.mul(f, half);
    let half_square = a.mul(half_f, f);
    let inner = a.mul_add(z, series, half_square);
    let inner = a.mul_add(s, inner, correction);
    let lacking = a.sub(half_square, inner);
    let logarithm = a.sub(f, lacking);
    let ln_2 = a.constant(LN_2_HIGH);
    a.mul_add(k, ln_2, logarithm)
}

/// `logarithm`, but minus infinity at zero, NaN below it, and `x` itself if that is infinite or NaN.
#[inline(always)]
fn at_the_ends<A: Arith>(a: &mut A, x: A::Value, logarithm: A::Value) -> A::Value {
    let zero = a.constant(0.0);
    let infinity = a.constant(f64::INFINITY);
    let minus_infinity = a.constant(f64::NEG_INFINITY);
    let nan = a.constant(f64::NAN);
    let finite = a.less(x, infinity);
    let result = a.select(finite, logarithm, x);
    let is_zero = a.equal(x, zero);
    let result = a.select(is_zero, minus_infinity, result);
    let negative = a.less(x, zero);
    a.select(negative, nan, result)
}

/// `(k, m)` with `x = 2^k m` and `sqrt(1/2) <= m < sqrt(2)`, both as doubles, for a positive finite `x`.
#[inline(always)]
fn split<A: Arith>(a: &mut A, x: A::Value) -> (A::Value, A::Value) {
    // Subnormal numbers are made normal first; the exponent makes up for it.
    let min_normal = a.constant(MIN_NORMAL);
    let subnormal = a.less(x, min_normal);
    let two_54 = a.constant(TWO_54);
    let enlarged = a.mul(x, two_54);
    let x = a.select(subnormal, enlarged, x);
    let bias = a.constant(TWO_52 + 1023.0);
    let bias_enlarged = a.constant(TWO_52 + 1023.0 + 54.0);
    let bias = a.select(subnormal, bias_enlarged, bias);

    // Moved so that the exponent field changes at the cut and not at powers of two.
    let to_cut = a.constant_bits(ONE_BITS - CUT_BITS);
    let moved = a.integer_add(x, to_cut);
    let exponent = a.shift_right(moved, 52);
    // A whole number below 2^52 in the low bits of 2^52 is their sum.
    let two_52 = a.constant(TWO_52);
    let exponent = a.bit_or(exponent, two_52);
    let k = a.sub(exponent, bias);
    let fraction = a.constant_bits(FRACTION);
    let fraction = a.bit_and(moved, fraction);
    let cut = a.constant_bits(CUT_BITS);
    let m = a.integer_add(fraction, cut);
    (k, m)
}

const LOG2_FACTOR_HIGH: f64 = 2.8853900817779268;
const LOG2_FACTOR_LOW: f64 = 4.0710547481862066e-17;
const LOG2_CUBIC_HIGH: f64 = 0.9617966939259756;
const LOG2_CUBIC_LOW: f64 = 5.0577616648125907e-17;

/// `log2(m) = s (2/ln 2 + 2/(3 ln 2) s^2 + s^4 Q(s^2))`; the error is below 2^-66.2 of the whole.
const LOG2: [f64; 7] = [
    0.5770780163556181,
    0.41219858309189705,
    0.32059890227988064,
    0.2623077006620766,
    0.22198401589591235,
    0.19125479820238103,
    0.1903883448737077,
];

/// The logarithm to base two of a positive finite `x` as a number and its remainder, to about 2^-65 of its size.
///
/// With other arguments the result means nothing.
#[inline(always)]
pub(super) fn log2_in_two<A: Arith>(a: &mut A, x: A::Value) -> (A::Value, A::Value) {
    let (k, m) = split(a, x);
    let one = a.constant(1.0);
    let f = a.sub(m, one);
    let divisor = a.add(m, one);
    let without_one = a.sub(divisor, one);
    let divisor_low = a.sub(m, without_one);

    // s = f / divisor and what it lacks
    let reciprocal = a.div(one, divisor);
    let s = a.mul(f, reciprocal);
    let rest = a.neg_mul_add(s, divisor, f);
    let rest = a.neg_mul_add(s, divisor_low, rest);
    let s_low = a.mul(rest, reciprocal);

    let (z, z_low) = two_product(a, s, s);
    let twice_s = a.add(s, s);
    let z_low = a.mul_add(twice_s, s_low, z_low);
    let z2 = a.mul(z, z);
    let series = even_odd(a, z, z2, &LOG2);

    // slope = 2/ln 2 + 2/(3 ln 2) z + z^2 Q: the first two terms in two parts, the third matters only in one. What is
    // tiny is added up first, so that rounding at the size of the third term happens but once.
    let cubic = a.constant(LOG2_CUBIC_HIGH);
    let cubic_low = a.constant(LOG2_CUBIC_LOW);
    let factor = a.constant(LOG2_FACTOR_HIGH);
    let factor_low = a.constant(LOG2_FACTOR_LOW);
    let (term, term_low) = two_product(a, z, cubic);
    let (slope, dropped) = fast_two_sum(a, factor, term);
    let series = a.mul_add(z, series, cubic_low);
    let two = a.constant(2.0);
    let derivative = a.mul_add(series, two, cubic);
    let tiny = a.add(term_low, factor_low);
    let tiny = a.mul_add(z_low, derivative, tiny);
    let tiny = a.add(tiny, dropped);
    let slope_low = a.mul_add(z, series, tiny);

    let (high, low) = two_product(a, s, slope);
    let low = a.mul_add(s_low, slope, low);
    let low = a.mul_add(s, slope_low, low);
    let (sum, dropped) = fast_two_sum(a, k, high);
    // The fifth-order term made `low` larger than a remainder may be.
    let low = a.add(dropped, low);
    fast_two_sum(a, sum, low)
}

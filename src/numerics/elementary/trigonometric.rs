//! `sin`, `cos` and `tan`.
//!
//! The argument is reduced to `x = n pi/2 + r` with pi/2 in three parts of 53 bits and every product exact, which
//! keeps `r` accurate to the last bit for sizes below 2^48. Beyond, neighboring doubles come to lie a good part of a
//! turn apart; nothing that a model can mean happens there, and the result is NaN, which a solver reports.
//! The polynomials are our own near-minimax fits (see `exponential.rs`), used as in fdlibm's kernels.

use super::polynomial::{even_odd, fast_two_sum, quotient, two_product, two_sum};
use crate::numerics::arith::{Arith, SIGN};

/// Sizes from here on have no sine.
pub const TRIGONOMETRIC_LIMIT: f64 = 281474976710656.0;

/// Rounds to a whole number and leaves it, modulo four, in the two lowest bits.
const SHIFT: f64 = 6755399441055744.0;
const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33];

/// `sin r = r + r^3 S(r^2)` on `|r| <= 0.803`; the relative error is below 2^-58.
const SIN: [f64; 6] = [
    -0.1666666666666662,
    0.008333333333319683,
    -0.0001984126982757386,
    2.755731290339115e-06,
    -2.5050632945476187e-08,
    1.5889461471332356e-10,
];

/// `cos r = 1 - r^2/2 + r^4 C(r^2)` on `|r| <= 0.803`; the relative error is below 2^-63.
const COS: [f64; 6] = [
    0.04166666666666657,
    -0.0013888888888868671,
    2.4801587286142198e-05,
    -2.755731340302762e-07,
    2.087559606925277e-09,
    -1.1353146756342295e-11,
];

/// An angle within an eighth of a turn: quadrant, and the rest in two parts.
struct Reduced<V> {
    /// The number of quarter turns, modulo four, in the two lowest bits.
    quadrant: V,
    high: V,
    low: V,
}

/// The sine of `x`. See [`sin`](super::sin).
#[inline(always)]
pub fn sin<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let reduced = reduce(a, x);
    let sine = sin_in_two(a, &reduced);
    let sine = a.add(sine.0, sine.1);
    let cosine = cos_in_two(a, &reduced);
    let cosine = a.add(cosine.0, cosine.1);
    let even = is_even(a, reduced.quadrant);
    let result = a.select(even, sine, cosine);
    let result = flip_in_second_half(a, result, reduced.quadrant);
    unless_tiny(a, x, result)
}

/// The cosine of `x`. See [`cos`](super::cos).
#[inline(always)]
pub fn cos<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let reduced = reduce(a, x);
    let sine = sin_in_two(a, &reduced);
    let sine = a.add(sine.0, sine.1);
    let cosine = cos_in_two(a, &reduced);
    let cosine = a.add(cosine.0, cosine.1);
    let even = is_even(a, reduced.quadrant);
    let result = a.select(even, cosine, sine);
    // A quarter turn ahead of the sine.
    let one = a.constant_bits(1);
    let quadrant = a.integer_add(reduced.quadrant, one);
    flip_in_second_half(a, result, quadrant)
}

/// The tangent of `x`. See [`tan`](super::tan).
#[inline(always)]
pub fn tan<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let reduced = reduce(a, x);
    let sine = sin_in_two(a, &reduced);
    let cosine = cos_in_two(a, &reduced);
    let even = is_even(a, reduced.quadrant);
    let above = (a.select(even, sine.0, cosine.0), a.select(even, sine.1, cosine.1));
    let below = (a.select(even, cosine.0, sine.0), a.select(even, cosine.1, sine.1));
    let result = quotient(a, above, below);
    // In odd quadrants it is minus the cotangent.
    let sign = a.shift_left(reduced.quadrant, 63);
    let result = a.bit_xor(result, sign);
    unless_tiny(a, x, result)
}

#[inline(always)]
fn reduce<A: Arith>(a: &mut A, x: A::Value) -> Reduced<A::Value> {
    let size = a.abs(x);
    let limit = a.constant(TRIGONOMETRIC_LIMIT);
    let within = a.less(size, limit);
    let nan = a.constant(f64::NAN);
    let x = a.select(within, x, nan);

    let quarters = a.constant(std::f64::consts::FRAC_2_PI);
    let shift = a.constant(SHIFT);
    let quadrant = a.mul_add(x, quarters, shift);
    let n = a.sub(quadrant, shift);
    let [first, second, third] = HALF_PI.map(|part| a.constant(part));
    let (turned, turned_low) = two_product(a, n, first);
    // Exact, as x and the product are neighbors.
    let rest = a.sub(x, turned);
    let (rest, dropped) = two_difference(a, rest, turned_low);
    let (turned, turned_low) = two_product(a, n, second);
    let (rest, dropped_again) = two_difference(a, rest, turned);
    let low = a.add(dropped, dropped_again);
    let low = a.sub(low, turned_low);
    let low = a.neg_mul_add(n, third, low);
    let (high, low) = two_sum(a, rest, low);
    Reduced { quadrant, high, low }
}

/// `a - b` as the rounded difference and what the rounding dropped.
#[inline(always)]
fn two_difference<A: Arith>(arith: &mut A, a: A::Value, b: A::Value) -> (A::Value, A::Value) {
    let sign = arith.constant_bits(SIGN);
    let b = arith.bit_xor(b, sign);
    two_sum(arith, a, b)
}

#[inline(always)]
fn sin_in_two<A: Arith>(a: &mut A, angle: &Reduced<A::Value>) -> (A::Value, A::Value) {
    let z = a.mul(angle.high, angle.high);
    let z2 = a.mul(z, z);
    let series = even_odd(a, z, z2, &SIN);
    let cube = a.mul(angle.high, z);
    // sin(r + low) = sin r + low cos r
    let minus_half = a.constant(-0.5);
    let one = a.constant(1.0);
    let slope = a.mul_add(minus_half, z, one);
    let low = a.mul(angle.low, slope);
    let rest = a.mul_add(cube, series, low);
    fast_two_sum(a, angle.high, rest)
}

#[inline(always)]
fn cos_in_two<A: Arith>(a: &mut A, angle: &Reduced<A::Value>) -> (A::Value, A::Value) {
    let (z, z_low) = two_product(a, angle.high, angle.high);
    let z2 = a.mul(z, z);
    let series = even_odd(a, z, z2, &COS);
    let half = a.constant(-0.5);
    let one = a.constant(1.0);
    let half_z = a.mul(z, half);
    let (high, dropped) = fast_two_sum(a, one, half_z);
    // cos(r + low) = cos r - low sin r
    let low = a.neg_mul_add(angle.high, angle.low, dropped);
    let low = a.mul_add(z_low, half, low);
    let rest = a.mul_add(z2, series, low);
    fast_two_sum(a, high, rest)
}

#[inline(always)]
fn is_even<A: Arith>(a: &mut A, quadrant: A::Value) -> A::Mask {
    let one = a.constant_bits(1);
    let lowest = a.bit_and(quadrant, one);
    let zero = a.constant(0.0);
    a.equal(lowest, zero)
}

#[inline(always)]
fn flip_in_second_half<A: Arith>(a: &mut A, value: A::Value, quadrant: A::Value) -> A::Value {
    let second_bit = a.shift_left(quadrant, 62);
    let sign = a.constant_bits(SIGN);
    let sign = a.bit_and(second_bit, sign);
    a.bit_xor(value, sign)
}

/// `x` where it is its own sine and tangent; this keeps the sign of a zero.
#[inline(always)]
fn unless_tiny<A: Arith>(a: &mut A, x: A::Value, result: A::Value) -> A::Value {
    let size = a.abs(x);
    let threshold = a.constant(1e-8);
    let tiny = a.less(size, threshold);
    a.select(tiny, x, result)
}

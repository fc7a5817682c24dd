//! `pow` for any exponent, powers with a fixed whole or half-integer exponent, and the cube root.
//!
//! `x^y = 2^(y log2 x)` with the logarithm and the product carried in two parts, so that the error of the exponent
//! stays a small part of a unit in the last place of the power even where the exponent is a thousand.

use super::exponential::clamp;
use super::logarithm::log2_in_two;
use super::polynomial::{even_odd, two_product};
use crate::numerics::arith::{Arith, POWER_SHIFT, SIGN};

/// `2^r = 1 + r (ln 2 + r T(r))` on `|r| <= 1/2`; the relative error is below 2^-57.7.
const EXP2: [f64; 10] = [
    0.2402265069591011,
    0.05550410866482176,
    0.009618129107600617,
    0.0013333558146534585,
    0.00015403530450168636,
    1.5252733647007612e-05,
    1.3215438312962204e-06,
    1.0178154176021164e-07,
    7.073317435963071e-09,
    4.4397898666536415e-10,
];

/// `x` to the power `y`. See [`pow`](super::pow).
#[inline(always)]
pub fn pow<A: Arith>(a: &mut A, x: A::Value, y: A::Value) -> A::Value {
    let size = a.abs(x);
    let power = pow_of_size(a, size, y);

    // The sign of an odd power, and NaN for a fractional power of a negative number.
    let half = a.constant(0.5);
    let whole_part = a.floor(y);
    let is_whole = a.equal(whole_part, y);
    let half_y = a.mul(y, half);
    let whole_half = a.floor(half_y);
    let is_even = a.equal(whole_half, half_y);
    let zero = a.constant(0.0);
    let infinity = a.constant(f64::INFINITY);
    let nan = a.constant(f64::NAN);
    let sign = a.constant_bits(SIGN);
    let sign = a.bit_and(x, sign);
    let sign = a.select(is_even, zero, sign);
    let sign = a.select(is_whole, sign, zero);
    let signed = a.bit_xor(power, sign);
    let or_nan = a.select(is_whole, signed, nan);
    let negative = a.less(x, zero);
    let finite = a.less(size, infinity);
    let negative = a.mask_and(negative, finite);
    a.select(negative, or_nan, signed)
}

/// `x` to the power `y` for `x >= 0` (or NaN): the same bits as [`pow`] with fewer operations.
#[inline(always)]
pub fn pow_of_size<A: Arith>(a: &mut A, x: A::Value, y: A::Value) -> A::Value {
    let (high, low) = log2_in_two(a, x);
    let zero = a.constant(0.0);
    let one = a.constant(1.0);
    let high = log2_at_the_ends(a, x, high);
    let (product, rest) = two_product(a, y, high);
    let rest = a.mul_add(y, low, rest);
    let power = exp2_of_two(a, product, rest);
    // 1^y and x^0 are 1 whatever the other is, NaN included.
    let to_zero = a.equal(y, zero);
    let of_one = a.equal(x, one);
    let is_one = a.mask_or(to_zero, of_one);
    a.select(is_one, one, power)
}

/// The real cube root of `x`. See [`cbrt`](super::cbrt).
#[inline(always)]
pub fn cbrt<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let size = a.abs(x);
    let (high, low) = log2_in_two(a, size);
    let high = log2_at_the_ends(a, size, high);
    let third = a.constant(1.0 / 3.0);
    let third_low = a.constant(1.850371707708594e-17);
    let (product, rest) = two_product(a, high, third);
    let rest = a.mul_add(low, third, rest);
    let rest = a.mul_add(high, third_low, rest);
    let root = exp2_of_two(a, product, rest);
    let sign = a.constant_bits(SIGN);
    let sign = a.bit_and(x, sign);
    a.bit_or(root, sign)
}

/// `x` to a fixed whole power by binary exponentiation.
///
/// The chain is fixed: the squares `x, x^2, x^4, ...` are multiplied from the lowest set bit of `|n|` upwards, and a
/// negative power is one divided by the positive one. `x^0` is 1. Each of the products rounds once: the error is at
/// most about `|n| / 2` units in the last place; a negative power whose reciprocal overflows is 0.
#[inline(always)]
pub fn pow_integer<A: Arith>(a: &mut A, x: A::Value, n: i32) -> A::Value {
    let one = a.constant(1.0);
    let mut bits = n.unsigned_abs();
    let mut square = x;
    let mut power = None;
    while bits != 0 {
        if bits & 1 == 1 {
            power = Some(match power {
                None => square,
                Some(power) => a.mul(power, square),
            });
        }
        bits >>= 1;
        if bits != 0 {
            square = a.mul(square, square);
        }
    }
    match power {
        None => one,
        Some(power) if n < 0 => a.div(one, power),
        Some(power) => power,
    }
}

/// `x^(n/2)` for a fixed odd `n`: the whole power `x^((|n|-1)/2)` times the square root, inverted for a negative `n`.
///
/// An even `n` is [`pow_integer`] of `n / 2`. A negative `x` gives NaN, and minus zero counts as zero.
#[inline(always)]
pub fn pow_half_integer<A: Arith>(a: &mut A, x: A::Value, n: i32) -> A::Value {
    if n % 2 == 0 {
        return pow_integer(a, x, n / 2);
    }
    let zero = a.constant(0.0);
    let x = a.add(x, zero);
    let root = a.sqrt(x);
    // |n| is odd, so its half rounded down fits in an i32 whatever n is.
    let whole = (n.unsigned_abs() / 2) as i32;
    let power = if whole == 0 {
        root
    } else {
        let power = pow_integer(a, x, whole);
        a.mul(power, root)
    };
    if n < 0 {
        let one = a.constant(1.0);
        a.div(one, power)
    } else {
        power
    }
}

/// `high`, but the logarithm of zero, infinity and NaN where `size` is one of these.
#[inline(always)]
fn log2_at_the_ends<A: Arith>(a: &mut A, size: A::Value, high: A::Value) -> A::Value {
    let zero = a.constant(0.0);
    let infinity = a.constant(f64::INFINITY);
    let minus_infinity = a.constant(f64::NEG_INFINITY);
    let finite = a.less(size, infinity);
    let high = a.select(finite, high, size);
    let is_zero = a.equal(size, zero);
    a.select(is_zero, minus_infinity, high)
}

/// `2^(high + low)`, where `low` is the remainder of `high` and means nothing if that is infinite.
#[inline(always)]
fn exp2_of_two<A: Arith>(a: &mut A, high: A::Value, low: A::Value) -> A::Value {
    let bounded = clamp(a, high, -1076.0, 1025.0);
    let inside = a.equal(bounded, high);
    let zero = a.constant(0.0);
    let low = a.select(inside, low, zero);

    let shift = a.constant(POWER_SHIFT);
    let shifted = a.add(bounded, shift);
    let n = a.sub(shifted, shift);
    let r = a.sub(bounded, n);
    let r = a.add(r, low);
    let r2 = a.mul(r, r);
    let tail = even_odd(a, r, r2, &EXP2);
    let ln_2 = a.constant(std::f64::consts::LN_2);
    let slope = a.mul_add(r, tail, ln_2);
    let one = a.constant(1.0);
    let power = a.mul_add(r, slope, one);
    a.times_power_of_two(power, shifted)
}

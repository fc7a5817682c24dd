//! `tanh` and the logistic function, as quotients of exponentials carried in two parts.

use super::exponential::{exp_m1_reduced, half_exp_m1};
use super::polynomial::{fast_two_sum, quotient, two_sum};
use crate::numerics::arith::{Arith, POWER_SHIFT, SIGN};

/// The hyperbolic tangent. See [`tanh`](super::tanh).
#[inline(always)]
pub fn tanh<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let sign = a.constant_bits(SIGN);
    let sign = a.bit_and(x, sign);
    let size = a.abs(x);
    // From 19.1 on the result is 1.
    let limit = a.constant(20.0);
    let size = a.min(limit, size);
    let twice = a.add(size, size);
    // tanh x = (e^2x - 1) / (e^2x - 1 + 2), halved above and below
    let (high, low) = half_exp_m1(a, twice);
    let one = a.constant(1.0);
    let (divisor, divisor_low) = two_sum(a, one, high);
    let divisor_low = a.add(divisor_low, low);
    let result = quotient(a, (high, low), (divisor, divisor_low));
    a.bit_or(result, sign)
}

/// `1 / (1 + exp(-x))`. See [`logistic`](super::logistic).
#[inline(always)]
pub fn logistic<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let zero = a.constant(0.0);
    let one = a.constant(1.0);
    // With e = exp(-|x|) = p 2^n: 1 / (1 + e) above zero and p / (1 + e) 2^n below, where it may become subnormal.
    let sign = a.constant_bits(SIGN);
    let minus_size = a.bit_or(x, sign);
    let least = a.constant(-746.0);
    let bounded = a.max(least, minus_size);
    let ((high, low), shifted) = exp_m1_reduced(a, bounded, None);
    let (power, rest) = fast_two_sum(a, one, high);
    let power_low = a.add(rest, low);

    // Below 2^-100 the exponential no longer matters beside 1.
    let smallest = a.constant(POWER_SHIFT - 100.0);
    let scale = a.max(smallest, shifted);
    let scale = a.shift_left(scale, 52);
    let bias = a.constant_bits(1023 << 52);
    let scale = a.integer_sub(scale, bias);
    let e = a.mul(power, scale);
    let (divisor, divisor_low) = fast_two_sum(a, one, e);
    let divisor_low = a.mul_add(power_low, scale, divisor_low);

    let negative = a.less(x, zero);
    let numerator = a.select(negative, power, one);
    let numerator_low = a.select(negative, power_low, zero);
    let ratio = quotient(a, (numerator, numerator_low), (divisor, divisor_low));
    let no_power = a.constant(POWER_SHIFT);
    let shifted = a.select(negative, shifted, no_power);
    a.times_power_of_two(ratio, shifted)
}

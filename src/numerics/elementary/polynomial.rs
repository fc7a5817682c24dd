//! Polynomials with constant coefficients, and sums that keep what rounding drops.

use crate::numerics::arith::Arith;

/// `coefficients[0] + x (coefficients[1] + ...)` by Horner's rule: fewest operations, longest chain.
#[inline(always)]
pub(super) fn horner<A: Arith>(a: &mut A, x: A::Value, coefficients: &[f64]) -> A::Value {
    let (last, rest) = coefficients.split_last().expect("a polynomial has a coefficient");
    let mut sum = a.constant(*last);
    for coefficient in rest.iter().rev() {
        let coefficient = a.constant(*coefficient);
        sum = a.mul_add(sum, x, coefficient);
    }
    sum
}

/// The same polynomial as two interleaved halves in `x2 = x * x`: one operation more, half the chain.
///
/// `N` is at least 2.
#[inline(always)]
pub(super) fn even_odd<A: Arith, const N: usize>(
    a: &mut A,
    x: A::Value,
    x2: A::Value,
    coefficients: &[f64; N],
) -> A::Value {
    let mut last = a.constant(coefficients[N - 1]);
    let mut other = a.constant(coefficients[N - 2]);
    for coefficient in coefficients[..N - 2].iter().rev() {
        let coefficient = a.constant(*coefficient);
        (other, last) = (a.mul_add(last, x2, coefficient), other);
    }
    a.mul_add(last, x, other)
}

/// `a + b` as the rounded sum and what the rounding dropped, for `|a| >= |b|` or `a = 0` (Dekker 1971).
#[inline(always)]
pub(super) fn fast_two_sum<A: Arith>(arith: &mut A, a: A::Value, b: A::Value) -> (A::Value, A::Value) {
    let sum = arith.add(a, b);
    let taken = arith.sub(sum, a);
    (sum, arith.sub(b, taken))
}

/// `a + b` as the rounded sum and what the rounding dropped, whichever is larger (Knuth, TAOCP 4.2.2).
#[inline(always)]
pub(super) fn two_sum<A: Arith>(arith: &mut A, a: A::Value, b: A::Value) -> (A::Value, A::Value) {
    let sum = arith.add(a, b);
    let taken_b = arith.sub(sum, a);
    let taken_a = arith.sub(sum, taken_b);
    let rest_a = arith.sub(a, taken_a);
    let rest_b = arith.sub(b, taken_b);
    (sum, arith.add(rest_a, rest_b))
}

/// `a * b` as the rounded product and what the rounding dropped.
#[inline(always)]
pub(super) fn two_product<A: Arith>(arith: &mut A, a: A::Value, b: A::Value) -> (A::Value, A::Value) {
    let product = arith.mul(a, b);
    (product, arith.mul_sub(a, b, product))
}

/// `(high + low) / (divisor_high + divisor_low)`, rounded once but for a few thousandths of a unit in the last place.
#[inline(always)]
pub(super) fn quotient<A: Arith>(
    a: &mut A,
    (high, low): (A::Value, A::Value),
    (divisor_high, divisor_low): (A::Value, A::Value),
) -> A::Value {
    let one = a.constant(1.0);
    let reciprocal = a.div(one, divisor_high);
    let quotient = a.mul(high, reciprocal);
    let rest = a.neg_mul_add(quotient, divisor_high, high);
    let rest = a.neg_mul_add(quotient, divisor_low, rest);
    let rest = a.add(rest, low);
    a.mul_add(rest, reciprocal, quotient)
}

//! The normal distribution function and the error function.
//!
//! The upper tail is `exp(-x^2/2)` times a smooth function of `q = (x - 4) / (x + 4)`, the mapping of Shepherd and
//! Laframboise (1981, Math. Comp. 36:249); the square in the exponent is carried in two parts. The polynomials are our
//! own near-minimax fits (see `exponential.rs`).

use super::exponential::exp_m1_reduced;
use super::polynomial::{even_odd, fast_two_sum, horner, quotient, two_product, two_sum};
use crate::numerics::arith::{Arith, POWER_SHIFT, SIGN};

/// `(x + 4) exp(x^2/2) Q(x)` with `Q` the upper tail, as a polynomial of degree 24 in `q`: constant term.
const TAIL_MIDDLE: f64 = 0.7552851304157515;
const TAIL_MIDDLE_LOW: f64 = -2.2175033409973908e-17;
/// The further coefficients.
const TAIL: [f64; 24] = [
    -0.6078966419718921,
    0.3871374007422145,
    -0.1865218579596589,
    0.060396574890938366,
    -0.007540188966696053,
    -0.0034796923673907124,
    0.0016308184573742895,
    0.0001333443119677683,
    -0.00023109493513619766,
    -1.9082534537108674e-06,
    3.5144694615737624e-05,
    7.16639627220542e-07,
    -5.920232125395878e-06,
    -6.296187857834817e-07,
    1.0217558966250197e-06,
    2.716821283575737e-07,
    -1.553732037349829e-07,
    -8.533223241151887e-08,
    1.3773569291638999e-08,
    1.9667590888300018e-08,
    1.5892584883618751e-09,
    -2.6218406253316787e-09,
    -6.325633697963286e-10,
    4.292338042525968e-11,
];

/// `erf(x) = x + x (2/sqrt(pi) - 1 + x^2 P(x^2))` for `|x| < 0.875`; the relative error is below 2^-61.
const ERF: [f64; 11] = [
    -0.3761263890318374,
    0.11283791670954404,
    -0.026866170644945106,
    0.005223977623037136,
    -0.0008548326842319178,
    0.00012055324376602525,
    -1.4925381578303233e-05,
    1.6456504993176387e-06,
    -1.628812249222652e-07,
    1.4116024498775204e-08,
    -8.648963782217735e-10,
];
const ERF_SLOPE_ABOVE_ONE: f64 = 0.1283791670955126;

/// The standard normal distribution function. See [`normal_cdf`](super::normal_cdf).
#[inline(always)]
pub fn normal_cdf<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let size = a.abs(x);
    let (ratio, shifted) = upper_tail(a, size, None);
    let tail = scaled(a, ratio, shifted);
    let one = a.constant(1.0);
    let rest = a.sub(one, tail);
    let zero = a.constant(0.0);
    let negative = a.less(x, zero);
    let ratio = a.select(negative, ratio, rest);
    let no_power = a.constant(POWER_SHIFT);
    let shifted = a.select(negative, shifted, no_power);
    a.times_power_of_two(ratio, shifted)
}

/// The error function. See [`erf`](super::erf).
#[inline(always)]
pub fn erf<A: Arith>(a: &mut A, x: A::Value) -> A::Value {
    let z = a.mul(x, x);
    let z2 = a.mul(z, z);
    let series = even_odd(a, z, z2, &ERF);
    let slope = a.constant(ERF_SLOPE_ABOVE_ONE);
    let slope = a.mul_add(z, series, slope);
    let small = a.mul_add(x, slope, x);

    let size = a.abs(x);
    let sqrt_2 = a.constant(std::f64::consts::SQRT_2);
    let sqrt_2_low = a.constant(-9.667293313452913e-17);
    // Bounded, so that an infinity leaves no NaN in the low part; the tail is zero long before.
    let limit = a.constant(30.0);
    let bounded = a.min(limit, size);
    let (deviation, deviation_low) = two_product(a, bounded, sqrt_2);
    let deviation_low = a.mul_add(bounded, sqrt_2_low, deviation_low);
    let (ratio, shifted) = upper_tail(a, deviation, Some(deviation_low));
    let tail = scaled(a, ratio, shifted);
    let minus_two = a.constant(-2.0);
    let one = a.constant(1.0);
    let large = a.mul_add(minus_two, tail, one);
    let sign = a.constant_bits(SIGN);
    let sign = a.bit_and(x, sign);
    let large = a.bit_or(large, sign);

    let threshold = a.constant(0.875);
    let near = a.less(size, threshold);
    a.select(near, small, large)
}

/// The probability above `size + low >= 0`, as a number between 1/40 and 1 and the power of two that goes with it.
#[inline(always)]
fn upper_tail<A: Arith>(a: &mut A, size: A::Value, low: Option<A::Value>) -> (A::Value, A::Value) {
    // From here on the tail is zero.
    let limit = a.constant(38.6);
    let size = a.min(limit, size);
    let (center, minus_center) = (a.constant(4.0), a.constant(-4.0));
    let below = two_sum(a, size, minus_center);
    let above = two_sum(a, size, center);
    let q = quotient(a, below, above);
    let series = horner(a, q, &TAIL);
    let (product, product_low) = two_product(a, q, series);
    let middle = a.constant(TAIL_MIDDLE);
    let (smooth, smooth_low) = two_sum(a, middle, product);
    let smooth_low = a.add(smooth_low, product_low);
    let middle_low = a.constant(TAIL_MIDDLE_LOW);
    let smooth_low = a.add(smooth_low, middle_low);

    let (square, square_low) = two_product(a, size, size);
    let minus_half = a.constant(-0.5);
    let exponent = a.mul(square, minus_half);
    let exponent_low = a.mul(square_low, minus_half);
    let ((high, power_low), shifted) = exp_m1_reduced(a, exponent, Some(exponent_low));
    let one = a.constant(1.0);
    let (power, rest) = fast_two_sum(a, one, high);
    let power_low = a.add(rest, power_low);

    let (numerator, numerator_low) = two_product(a, power, smooth);
    let numerator_low = a.mul_add(power, smooth_low, numerator_low);
    let numerator_low = a.mul_add(power_low, smooth, numerator_low);
    let ratio = quotient(a, (numerator, numerator_low), above);
    let ratio = match low {
        None => ratio,
        Some(low) => {
            // The derivative of the tail is minus the density.
            let density = a.constant(0.3989422804014327);
            let density = a.mul(power, density);
            a.neg_mul_add(density, low, ratio)
        }
    };
    (ratio, shifted)
}

/// `ratio` times its power of two, beside 1: below 2^-100 it does not matter.
#[inline(always)]
fn scaled<A: Arith>(a: &mut A, ratio: A::Value, shifted: A::Value) -> A::Value {
    let smallest = a.constant(POWER_SHIFT - 100.0);
    let scale = a.max(smallest, shifted);
    let scale = a.shift_left(scale, 52);
    let bias = a.constant_bits(1023 << 52);
    let scale = a.integer_sub(scale, bias);
    a.mul(ratio, scale)
}

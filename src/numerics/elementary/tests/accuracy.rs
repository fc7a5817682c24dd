//! The largest error of each function over its whole range.

use super::Points;
use super::reference::{self, Scaled, scaled, wide};
use crate::numerics::elementary as own;

/// The largest error over the points, in units in the last place, with where it occurred.
fn largest_error(
    points: impl IntoIterator<Item = f64>,
    function: impl Fn(f64) -> f64,
    truth: impl Fn(f64) -> Scaled,
) -> (f64, f64) {
    let mut worst = (0.0, f64::NAN);
    for x in points {
        let error = truth(x).distance(function(x));
        assert!(!error.is_nan(), "no reference at {x:e}");
        if error > worst.0 {
            worst = (error, x);
        }
    }
    worst
}

/// Holds the largest error below the bound, which is the one that the function's documentation states.
#[track_caller]
fn assert_largest(name: &str, (error, x): (f64, f64), bound: f64) {
    println!("{name}: {error:.3} ulp at {x:e}");
    assert!(error <= bound, "{name} is {error:.3} ulp off at {x:e}");
}

const COUNT: usize = 40_000;

fn uniform(seed: u64, from: f64, to: f64) -> impl Iterator<Item = f64> {
    let mut points = Points(seed);
    (0..COUNT).map(move |_| points.uniform(from, to))
}

fn logarithmic(seed: u64, least: i32, greatest: i32) -> impl Iterator<Item = f64> {
    let mut points = Points(seed);
    (0..COUNT).map(move |_| points.logarithmic(least, greatest))
}

fn positive(seed: u64, least: i32, greatest: i32) -> impl Iterator<Item = f64> {
    logarithmic(seed, least, greatest).map(f64::abs)
}

fn subnormal(seed: u64) -> impl Iterator<Item = f64> {
    let mut points = Points(seed);
    (0..COUNT / 8).map(move |_| {
        let bits = points.bits();
        f64::from_bits((bits >> 12 >> (bits % 52)).max(1))
    })
}

#[test]
fn exp() {
    let points = uniform(1, -746.0, 709.79).chain(uniform(2, -1.0, 1.0)).chain(logarithmic(3, -900, 6));
    assert_largest("exp", largest_error(points, own::exp, |x| reference::exp(wide(x))), 0.9);
}

#[test]
fn exp_m1() {
    let points = uniform(1, -50.0, 709.79).chain(uniform(2, -1.5, 1.5)).chain(logarithmic(3, -900, 6));
    assert_largest("exp_m1", largest_error(points, own::exp_m1, reference::exp_m1), 0.95);
}

#[test]
fn ln() {
    let points = positive(1, -1022, 1023).chain(uniform(2, 0.4, 3.0)).chain(uniform(3, 0.99, 1.01)).chain(subnormal(4));
    assert_largest("ln", largest_error(points, own::ln, |x| scaled(reference::ln(x))), 0.85);
}

#[test]
fn ln_1p() {
    let points = positive(1, -900, 1023)
        .chain(uniform(2, -1.0, 3.0))
        .chain(logarithmic(3, -40, -1))
        .chain(logarithmic(5, -4, -1));
    assert_largest("ln_1p", largest_error(points, own::ln_1p, |x| scaled(reference::ln_1p(x))), 0.9);
}

#[test]
fn log10() {
    let points = positive(1, -1022, 1023).chain(uniform(2, 0.4, 3.0)).chain(uniform(3, 0.99, 1.01)).chain(subnormal(4));
    assert_largest("log10", largest_error(points, own::log10, |x| scaled(reference::log10(x))), 0.52);
}

#[test]
fn cbrt() {
    let points = logarithmic(1, -1022, 1023).chain(uniform(2, 0.9, 9.0)).chain(subnormal(4));
    assert_largest("cbrt", largest_error(points, own::cbrt, reference::cbrt), 0.9);
}

#[test]
fn pow() {
    let mut points = Points(1);
    let mut worst = (0.0, f64::NAN);
    for round in 0..4 * COUNT {
        // The exponent such that the power is anywhere between the smallest and the largest double.
        let x = match round % 4 {
            0 => points.logarithmic(-1022, 1023).abs(),
            1 => points.uniform(0.5, 2.0),
            2 => points.uniform(0.999, 1.001),
            _ => f64::from_bits(points.bits() >> 13),
        };
        let y = points.uniform(-746.0, 709.7) / reference::ln(x).high;
        // Rounded to few digits half of the time, as exponents in models are.
        let y = if round % 8 < 4 { y } else { (y * 16.0).round() / 16.0 };
        if y.abs() > 1e300 || y.is_nan() {
            continue;
        }
        let error = reference::pow(x, y).distance(own::pow(x, y));
        if error > worst.0 {
            worst = (error, x);
        }
        assert_eq!(own::pow(x, y).to_bits(), own::pow_of_size(x, y).to_bits());
    }
    assert_largest("pow", worst, 0.95);
}

#[test]
fn sin_cos_tan() {
    let points = || {
        let near_multiples = (1..COUNT)
            .map(|n| n as f64 * 3001.0 * std::f64::consts::FRAC_PI_2)
            .filter(|x| x.abs() < own::TRIGONOMETRIC_LIMIT);
        uniform(1, -10.0, 10.0).chain(logarithmic(2, -60, 47)).chain(near_multiples)
    };
    assert_largest("sin", largest_error(points(), own::sin, |x| scaled(reference::sin(x))), 0.8);
    assert_largest("cos", largest_error(points(), own::cos, |x| scaled(reference::cos(x))), 0.8);
    assert_largest("tan", largest_error(points(), own::tan, |x| scaled(reference::tan(x))), 0.8);
}

#[test]
fn tanh() {
    let points = uniform(1, -2.0, 2.0).chain(uniform(2, -25.0, 25.0)).chain(logarithmic(3, -900, 6));
    assert_largest("tanh", largest_error(points, own::tanh, |x| scaled(reference::tanh(x))), 0.8);
}

#[test]
fn logistic() {
    let points = uniform(1, -5.0, 5.0).chain(uniform(2, -746.0, 50.0)).chain(logarithmic(3, -100, 9));
    assert_largest("logistic", largest_error(points, own::logistic, reference::logistic), 0.8);
}

#[test]
fn erf() {
    let points = uniform(1, -1.0, 1.0).chain(uniform(2, -6.5, 6.5)).chain(logarithmic(3, -900, 3));
    assert_largest("erf", largest_error(points, own::erf, |x| scaled(reference::erf(x))), 1.0);
}

#[test]
fn normal_cdf() {
    let points = uniform(1, -4.0, 9.0).take(COUNT / 4).chain(uniform(2, -38.6, -4.0).take(COUNT / 4));
    assert_largest("normal_cdf", largest_error(points, own::normal_cdf, reference::normal_cdf), 1.5);
}

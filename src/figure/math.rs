//! Stand-in until `numerics::elementary` is in the tree.
#![allow(clippy::disallowed_methods)]
pub fn pow(x: f64, y: f64) -> f64 {
    x.powf(y)
}
pub fn log10(x: f64) -> f64 {
    x.log10()
}
pub fn exp10(x: f64) -> f64 {
    10f64.powf(x)
}

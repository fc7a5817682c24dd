//! Elementary functions of our own: the same bits on every processor, alone or in lanes, within about one unit in the
//! last place of the truth.
//!
//! The platform's functions differ between processors, operating systems and versions of the C library, and they
//! handle one number at a time. Those here are straight lines of exactly defined operations over
//! [`Arith`](crate::numerics::arith::Arith), written once in [`kernels`]; the functions of this module run them on one
//! double. The largest errors found against a reference of a hundred bits are asserted in the tests and stand at
//! each function, in units in the last place of the result (ulp; 0.5 is perfect).
//!
//! It must never contain a table look-up or a branch that depends on the platform's mathematics.

mod exponential;
mod logarithm;
mod normal;
mod polynomial;
mod power;
mod sigmoid;
mod trigonometric;

#[cfg(test)]
mod tests;

pub use trigonometric::TRIGONOMETRIC_LIMIT;

/// The functions as straight lines of operations, to be run on whatever implements
/// [`Arith`](crate::numerics::arith::Arith).
pub mod kernels {
    pub use super::exponential::{exp, exp_m1};
    pub use super::logarithm::{ln, ln_1p, log10};
    pub use super::normal::{erf, normal_cdf};
    pub use super::power::{cbrt, pow, pow_half_integer, pow_integer, pow_of_size};
    pub use super::sigmoid::{logistic, tanh};
    pub use super::trigonometric::{cos, sin, tan};
}

/// Defines a function of one double by its kernel.
///
/// Where the processor has fused operations they are used; elsewhere the compiler's exact replacement gives the same
/// bits, slowly.
macro_rules! on_one_double {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),+);)+) => {$(
        $(#[$doc])*
        #[inline]
        pub fn $name($($argument: $type),+) -> f64 {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn fused($($argument: $type),+) -> f64 {
                    kernels::$name(&mut crate::numerics::arith::Scalar, $($argument),+)
                }
                if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                    // SAFETY: the processor has both features, as was just asked.
                    return unsafe { fused($($argument),+) };
                }
            }
            kernels::$name(&mut crate::numerics::arith::Scalar, $($argument),+)
        }
    )+};
}

on_one_double! {
    /// e to the power `x`; at most 0.9 ulp.
    exp(x: f64);
    /// `exp(x) - 1` without cancellation near zero; at most 0.95 ulp.
    exp_m1(x: f64);
    /// The natural logarithm; minus infinity at zero, NaN below; at most 0.85 ulp.
    ln(x: f64);
    /// `ln(1 + x)` without cancellation near zero; minus infinity at -1, NaN below; at most 0.9 ulp.
    ln_1p(x: f64);
    /// The logarithm to base ten, exact at powers of ten; at most 0.52 ulp.
    log10(x: f64);
    /// `x` to the power `y`, with the special cases of IEEE 754 (`pow(0, 0) = 1`, NaN for a fractional power of a
    /// negative number); at most 0.95 ulp.
    pow(x: f64, y: f64);
    /// `pow(x, y)` for `x >= 0`, with the same bits and fewer operations.
    pow_of_size(x: f64, y: f64);
    /// `x` to a whole power, by binary exponentiation in the order that [`kernels::pow_integer`] states.
    pow_integer(x: f64, n: i32);
    /// `x` to the power `n / 2`, through the square root where `n` is odd; see [`kernels::pow_half_integer`].
    pow_half_integer(x: f64, n: i32);
    /// The real cube root, also of negative numbers; at most 0.9 ulp.
    cbrt(x: f64);
    /// The sine of `x` in radians; NaN from [`TRIGONOMETRIC_LIMIT`] on; at most 0.8 ulp.
    sin(x: f64);
    /// The cosine of `x` in radians; NaN from [`TRIGONOMETRIC_LIMIT`] on; at most 0.8 ulp.
    cos(x: f64);
    /// The tangent of `x` in radians; NaN from [`TRIGONOMETRIC_LIMIT`] on; at most 0.8 ulp.
    tan(x: f64);
    /// The hyperbolic tangent; at most 0.8 ulp.
    tanh(x: f64);
    /// The logistic function `1 / (1 + exp(-x))`, accurate in both tails; at most 0.8 ulp.
    logistic(x: f64);
    /// The error function; at most 1.0 ulp.
    erf(x: f64);
    /// The standard normal distribution function, accurate in the lower tail down to the smallest double; at most
    /// 1.5 ulp.
    normal_cdf(x: f64);
}

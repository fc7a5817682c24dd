//! Floor 0: the mathematics that everything above stands on.
//!
//! Every function here gives the same bits on every processor, in every thread and in every lane, which is why
//! nothing in the crate calls the platform's own `exp`, `ln` and their like (`clippy.toml` holds this).
//!
//! It must never print, read the clock, touch files, or know what a model is.

pub mod arith;
pub mod dense;
pub mod elementary;
pub mod float_text;
pub mod matrix_exponential;
pub mod normal_quantile;
pub mod quantile_sketch;
pub mod random;
pub mod rational;
pub mod roots;
pub mod sobol;
pub mod statistics;
pub mod symmetric_eigen;

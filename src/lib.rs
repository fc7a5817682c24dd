//! kascade: from a dose of ketamine to a change in the brain.
//!
//! The path of a run is one straight line: text -> [`model`] -> [`program`] -> [`dosing`] -> [`solver`] ->
//! [`simulation`] -> [`figure`] or [`formats`]. `ARCHITECTURE.md` draws it and states the floors.
//!
//! For teaching and research; it gives no medical advice.

pub mod analysis;
pub mod cli;
pub mod diagnostics;
pub mod dosing;
pub mod expression;
pub mod figure;
pub mod formats;
pub mod model;
pub mod numerics;
pub mod program;
pub mod simulation;
pub mod solver;
pub mod units;

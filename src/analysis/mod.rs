//! One question a file: what is asked of many runs at once. Must never print.

pub mod batch;
pub mod benchmark;
pub mod calibrate;
pub mod calibration_design;
pub mod calibration_target;
pub mod curve_points;
pub mod difference;
pub mod evidence;
#[cfg(test)]
mod evidence_tests;
pub mod grid;
pub mod identifiability;
mod judge;
pub mod population;
mod reach;
pub mod statement_check;
pub mod statement_runs;
pub mod sweep;
pub mod vary;

//! One question a file: what is asked of many runs at once. Must never print.

pub mod batch;
pub mod benchmark;
pub mod difference;
pub mod evidence;
pub mod grid;
pub mod population;
pub mod sweep;
pub mod vary;

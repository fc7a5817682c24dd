//! Floor 6: figures, from plain data to SVG, PNG and PDF.
//!
//! A caller fills a [`scene::FigureData`]; everything after that is layout and ink.
//! It must never run a solver, know a model, read the clock, print, or touch files.

pub mod error;
pub mod scene;

pub use error::FigureError;

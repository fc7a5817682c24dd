//! (being built)
pub mod table;
pub use table::{Head, Table};

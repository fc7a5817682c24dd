//! Rows and columns of numbers with names and units: what a run prints.

use ndarray::Array2;

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its plain name.
    pub name: String,
    /// Its declared unit.
    pub unit: String,
}

/// A table of numbers in declared units; booleans are 1 and 0, missing values NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// One head a column.
    pub heads: Vec<Head>,
    /// Rows by columns.
    pub values: Array2<f64>,
}

impl Head {
    /// A head.
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Head {
        Head { name: name.into(), unit: unit.into() }
    }
}

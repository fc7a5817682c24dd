//! Why a figure cannot be drawn, with a cause and a hint for whoever asked for it.
//!
//! The variants say which panel and which axis; the command turns them into diagnostics with a line.

use thiserror::Error;

/// Why a figure cannot be drawn.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum FigureError {
    /// There is no panel.
    #[error("the figure has no panels")]
    NoPanels,
    /// A panel has no finite data and no range to show.
    #[error("panel `{panel}` has nothing to show on its {axis} axis: no finite values and no range")]
    NoData {
        /// Title of the panel.
        panel: String,
        /// `x`, `y`, `right` or `color`.
        axis: &'static str,
    },
    /// First and last value of an axis coincide, are reversed or are not finite.
    #[error("the {axis} axis of panel `{panel}` has an empty range, from {from} to {to}")]
    EmptyRange {
        /// Title of the panel.
        panel: String,
        /// `x`, `y`, `right` or `color`.
        axis: &'static str,
        /// First value.
        from: f64,
        /// Last value.
        to: f64,
    },
    /// A logarithmic axis reaches zero or below.
    #[error("the logarithmic {axis} axis of panel `{panel}` would start at {from}")]
    LogOfNonPositive {
        /// Title of the panel.
        panel: String,
        /// `x`, `y`, `right` or `color`.
        axis: &'static str,
        /// First value.
        from: f64,
    },
    /// The break of an axis lies outside its range, or its share is not between 0 and 1.
    #[error("the {axis} axis of panel `{panel}` cannot be broken at {split} with {share} of its length on the left")]
    BadBreak {
        /// Title of the panel.
        panel: String,
        /// `x`, `y` or `right`.
        axis: &'static str,
        /// The value at the break.
        split: f64,
        /// The part left of the break.
        share: f64,
    },
    /// The linear part of a symmetric-log axis is not above zero.
    #[error("the {axis} axis of panel `{panel}` has a linear part of {linear}")]
    BadLinearPart {
        /// Title of the panel.
        panel: String,
        /// `x`, `y`, `right` or `color`.
        axis: &'static str,
        /// Half-width of the linear part.
        linear: f64,
    },
    /// A curve in another unit than its axis.
    #[error("panel `{panel}` has two units on one axis: `{series}` is in {found}, the axis in {expected}")]
    TwoUnits {
        /// Title of the panel.
        panel: String,
        /// Name of the curve.
        series: String,
        /// Unit of the curve.
        found: String,
        /// Unit of the axis.
        expected: String,
    },
    /// Lists that belong together have different lengths.
    #[error("in panel `{panel}`, {what} has {found} values where {expected} are needed")]
    LengthMismatch {
        /// Title of the panel.
        panel: String,
        /// What has the wrong length.
        what: String,
        /// Its length.
        found: usize,
        /// The length it must have.
        expected: usize,
    },
    /// A curve asks for a right-hand axis that the panel has not.
    #[error("`{series}` in panel `{panel}` is on the right-hand axis, which the panel does not have")]
    NoRightAxis {
        /// Title of the panel.
        panel: String,
        /// Name of the curve.
        series: String,
    },
    /// An index points outside its list.
    #[error("panel `{panel}` refers to {what} {index}, but there are only {count}")]
    BadReference {
        /// Title of the panel.
        panel: String,
        /// What is referred to: `source` or `node`.
        what: &'static str,
        /// The index, from 0.
        index: usize,
        /// Length of the list.
        count: usize,
    },
    /// The panels do not fit into the size asked for.
    #[error("{panels} panels do not fit into {width} by {height} pixels")]
    TooSmall {
        /// How many panels.
        panels: usize,
        /// Width asked for.
        width: f64,
        /// Height asked for.
        height: f64,
    },
    /// The drawing library refused, which is a defect of this program.
    #[error("the drawing could not be written as {format}: {cause}")]
    Export {
        /// `SVG`, `PNG`, `PDF` or `GIF`.
        format: &'static str,
        /// What the library says.
        cause: String,
    },
}

impl FigureError {
    /// The title of the panel that is at fault, where one is.
    pub fn panel(&self) -> Option<&str> {
        match self {
            FigureError::NoData { panel, .. }
            | FigureError::EmptyRange { panel, .. }
            | FigureError::LogOfNonPositive { panel, .. }
            | FigureError::BadBreak { panel, .. }
            | FigureError::BadLinearPart { panel, .. }
            | FigureError::TwoUnits { panel, .. }
            | FigureError::LengthMismatch { panel, .. }
            | FigureError::NoRightAxis { panel, .. }
            | FigureError::BadReference { panel, .. } => Some(panel),
            FigureError::NoPanels | FigureError::TooSmall { .. } | FigureError::Export { .. } => None,
        }
    }

    /// The axis that is at fault, where one is: `x`, `y`, `right` or `color`.
    pub fn axis(&self) -> Option<&'static str> {
        match self {
            FigureError::NoData { axis, .. }
            | FigureError::EmptyRange { axis, .. }
            | FigureError::LogOfNonPositive { axis, .. }
            | FigureError::BadBreak { axis, .. }
            | FigureError::BadLinearPart { axis, .. } => Some(axis),
            _ => None,
        }
    }

    /// What to try.
    pub fn hint(&self) -> String {
        match self {
            FigureError::NoPanels => "give the figure at least one panel".to_string(),
            FigureError::NoData { axis, .. } => {
                format!("check that the quantity is finite over the time shown, or give the {axis} axis a range")
            }
            FigureError::EmptyRange { .. } => "the last value of a range must be above the first".to_string(),
            FigureError::LogOfNonPositive { .. } => {
                "start the range above zero, or use the symmetric-log scale".to_string()
            }
            FigureError::BadBreak { .. } => {
                "break the axis strictly inside its range and leave each side a share between 0.1 and 0.9".to_string()
            }
            FigureError::BadLinearPart { .. } => "the linear part must be above zero".to_string(),
            FigureError::TwoUnits { expected, .. } => {
                format!("show it in {expected}, put it on the right-hand axis, or give it a panel of its own")
            }
            FigureError::LengthMismatch { .. } => {
                "every value needs its abscissa, and every node its activity".to_string()
            }
            FigureError::NoRightAxis { .. } => "declare the right-hand axis of the panel".to_string(),
            FigureError::BadReference { .. } => "count from 0".to_string(),
            FigureError::TooSmall { .. } => "use fewer panels, fewer columns, or a larger size".to_string(),
            FigureError::Export { .. } => {
                "this is a defect; please report it with the figure that caused it".to_string()
            }
        }
    }
}

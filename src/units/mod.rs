//! Units: what `mg/L` means, exactly.
//!
//! A [`Dimension`] is a vector of rational exponents over eight bases, a [`Unit`] a dimension with an exact factor into
//! the one internal system (mg, dm, h, umol, mV, K, points, IU, all of factor 1, so that L, mg/L, mg/h and umol/L have
//! factor 1 as well). Numbers are converted when a text is read and when a table is written, never in between.
//!
//! Must never: know expressions or models, print, or hold a dimension or an exponent as a floating-point number.
//! Mass and amount are different bases, and no number in this module turns one into the other: a molar mass does.

mod dimension;
mod error;
mod parse;
mod quantity;
mod table;
mod unit;
mod words;

pub use crate::numerics::rational::Rational;
pub use dimension::{Base, Dimension};
pub use error::{QuantityError, RefusedUnit, UnitError};
pub use parse::{parse_per_weight, parse_unit};
pub use quantity::{Quantity, parse_quantity, parse_quantity_as, parse_quantity_per_weight};
pub use table::{Row, table};
pub use unit::{Factor, Unit};
pub use words::{MissingFactor, Part, friendly_unit, missing_factor};

/// A range of bytes in the text that was read.
pub type Span = std::ops::Range<usize>;

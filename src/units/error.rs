//! What can be wrong with a unit or a quantity, as data: where, what, and what to write instead.

use super::table::same_letters;
use super::{MissingFactor, Span};
use std::fmt;

/// Things that look like a unit, and why they are none here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedUnit {
    /// A temperature scale with its own zero.
    OffsetTemperature,
    /// A month has no fixed length.
    Month,
    /// A logarithmic unit.
    Logarithmic,
}

impl RefusedUnit {
    /// The refused reading of a name, if it is one.
    pub(super) fn named(name: &str) -> Option<RefusedUnit> {
        match name {
            "degC" | "°C" | "degF" | "°F" | "celsius" | "Celsius" | "fahrenheit" | "Fahrenheit" | "℃" | "℉" => {
                Some(RefusedUnit::OffsetTemperature)
            }
            "mo" | "month" | "months" => Some(RefusedUnit::Month),
            "dB" | "pH" => Some(RefusedUnit::Logarithmic),
            _ => None,
        }
    }
}

/// What is wrong with the text of a unit. Spans are bytes of the text that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum UnitError {
    /// Nothing stands where a unit must.
    Empty { span: Span },
    /// No unit of that name.
    Unknown { name: String, span: Span, suggestion: Option<String> },
    /// A unit behind a prefix that it does not take, as `kmin`.
    Prefix { name: String, prefix: &'static str, unit: &'static str, span: Span },
    /// A scale that is not a multiple of a unit.
    Refused { name: String, why: RefusedUnit, span: Span },
    /// A character that no unit holds.
    UnexpectedCharacter { found: char, span: Span },
    /// A number other than 1 in a unit.
    NumberInUnit { span: Span },
    /// An operator with nothing behind it.
    MissingOperand { after: char, span: Span },
    /// What follows `^` is not a whole number or a fraction in parentheses.
    BadExponent { span: Span },
    /// A parenthesis without its partner.
    UnbalancedParenthesis { span: Span },
    /// `a/b c`, which people read in two ways.
    AmbiguousProduct { span: Span },
    /// More parts, or more nested parentheses, than any unit has.
    TooLong { span: Span },
    /// An exponent or a factor beyond what can be held.
    OutOfRange { span: Span },
}

impl UnitError {
    /// Where in the text.
    pub fn span(&self) -> Span {
        match self {
            UnitError::Empty { span }
            | UnitError::Unknown { span, .. }
            | UnitError::Prefix { span, .. }
            | UnitError::Refused { span, .. }
            | UnitError::UnexpectedCharacter { span, .. }
            | UnitError::NumberInUnit { span }
            | UnitError::MissingOperand { span, .. }
            | UnitError::BadExponent { span }
            | UnitError::UnbalancedParenthesis { span }
            | UnitError::AmbiguousProduct { span }
            | UnitError::TooLong { span }
            | UnitError::OutOfRange { span } => span.clone(),
        }
    }

    /// The same error in a text in which the unit begins at byte `offset`.
    pub fn shifted(mut self, offset: usize) -> UnitError {
        match &mut self {
            UnitError::Empty { span }
            | UnitError::Unknown { span, .. }
            | UnitError::Prefix { span, .. }
            | UnitError::Refused { span, .. }
            | UnitError::UnexpectedCharacter { span, .. }
            | UnitError::NumberInUnit { span }
            | UnitError::MissingOperand { span, .. }
            | UnitError::BadExponent { span }
            | UnitError::UnbalancedParenthesis { span }
            | UnitError::AmbiguousProduct { span }
            | UnitError::TooLong { span }
            | UnitError::OutOfRange { span } => {
                span.start = span.start.saturating_add(offset);
                span.end = span.end.saturating_add(offset);
            }
        }
        self
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            UnitError::Empty { .. } => Some("write a unit such as `mg/L`, or `1` for none".to_string()),
            UnitError::Unknown { suggestion, .. } => suggestion.as_ref().map(|name| format!("did you mean `{name}`?")),
            UnitError::Prefix { name, unit, .. } => Some(match same_letters(name) {
                Some(meant) => format!("did you mean `{meant}`? `{unit}` takes no such prefix"),
                None => format!("write `{unit}`"),
            }),
            UnitError::Refused { why, .. } => Some(
                match why {
                    RefusedUnit::OffsetTemperature => "write the temperature in `K` (add 273.15 to degrees Celsius)",
                    RefusedUnit::Month => "write days or weeks, as `30 d` or `4 wk`",
                    RefusedUnit::Logarithmic => "write the plain ratio or concentration",
                }
                .to_string(),
            ),
            UnitError::UnexpectedCharacter { found, .. } => match found {
                '-' | '−' => Some("write a negative exponent with `^`, as `h^-1`".to_string()),
                '.' => Some("multiply with `*`".to_string()),
                ',' => Some("the decimal sign is a point".to_string()),
                _ => None,
            },
            UnitError::NumberInUnit { .. } => {
                Some("put the number into the value; conversion between units is automatic".to_string())
            }
            UnitError::BadExponent { .. } => Some("write `m^2`, `h^-1` or `mL^(1/2)`".to_string()),
            UnitError::AmbiguousProduct { .. } => {
                Some("write `mg/(kg*h)` or `mg/kg*h`, whichever is meant".to_string())
            }
            UnitError::MissingOperand { .. }
            | UnitError::UnbalancedParenthesis { .. }
            | UnitError::TooLong { .. }
            | UnitError::OutOfRange { .. } => None,
        }
    }
}

impl fmt::Display for UnitError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UnitError::Empty { .. } => write!(formatter, "a unit is missing"),
            UnitError::Unknown { name, .. } => write!(formatter, "unknown unit `{name}`"),
            UnitError::Prefix { name, prefix, unit, .. } => {
                write!(formatter, "unknown unit `{name}`: `{unit}` takes no prefix {prefix}")
            }
            UnitError::Refused { name, why, .. } => match why {
                RefusedUnit::OffsetTemperature => {
                    write!(formatter, "`{name}` has a zero of its own and cannot be converted by a factor")
                }
                RefusedUnit::Month => write!(formatter, "`{name}` has no fixed length"),
                RefusedUnit::Logarithmic => {
                    write!(formatter, "`{name}` is logarithmic and cannot be converted by a factor")
                }
            },
            UnitError::UnexpectedCharacter { found, .. } => {
                write!(formatter, "unexpected `{}` in a unit", found.escape_debug())
            }
            UnitError::NumberInUnit { .. } => write!(formatter, "a unit holds no number but 1"),
            UnitError::MissingOperand { after, .. } => {
                write!(formatter, "a unit is missing after `{after}`")
            }
            UnitError::BadExponent { .. } => {
                write!(formatter, "an exponent is a whole number or a fraction in parentheses")
            }
            UnitError::UnbalancedParenthesis { .. } => {
                write!(formatter, "a parenthesis has no partner")
            }
            UnitError::AmbiguousProduct { .. } => {
                write!(formatter, "a space after `/` can be read in two ways")
            }
            UnitError::TooLong { .. } => write!(formatter, "the unit is too long"),
            UnitError::OutOfRange { .. } => {
                write!(formatter, "the unit is beyond what can be computed")
            }
        }
    }
}

impl std::error::Error for UnitError {}

/// What is wrong with the text of a quantity, as `"0.5 mg/kg"`.
#[derive(Clone, Debug, PartialEq)]
pub enum QuantityError {
    /// The text does not begin with a number.
    NoNumber { span: Span },
    /// The number is beyond what a double holds, or `inf` or `nan`.
    NotFinite { span: Span },
    /// A bare number where nothing says in which unit it is.
    NoUnit { span: Span },
    /// The unit is wrong.
    Unit(UnitError),
    /// The unit is right but not the kind that is wanted here.
    Mismatch {
        span: Span,
        found: String,
        found_is: String,
        expected: String,
        expected_is: String,
        missing: Box<MissingFactor>,
    },
}

impl QuantityError {
    /// Where in the text.
    pub fn span(&self) -> Span {
        match self {
            QuantityError::NoNumber { span }
            | QuantityError::NotFinite { span }
            | QuantityError::NoUnit { span }
            | QuantityError::Mismatch { span, .. } => span.clone(),
            QuantityError::Unit(error) => error.span(),
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            QuantityError::NoNumber { .. } => Some("write a number and a unit, as `\"40 min\"`".to_string()),
            QuantityError::NotFinite { .. } => None,
            QuantityError::NoUnit { .. } => Some("write the unit behind the number, or `1` for none".to_string()),
            QuantityError::Unit(error) => error.hint(),
            QuantityError::Mismatch { missing, .. } => missing.hint(),
        }
    }
}

impl fmt::Display for QuantityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QuantityError::NoNumber { .. } => write!(formatter, "a number is missing"),
            QuantityError::NotFinite { .. } => write!(formatter, "the number is not finite"),
            QuantityError::NoUnit { .. } => write!(formatter, "the number has no unit"),
            QuantityError::Unit(error) => error.fmt(formatter),
            QuantityError::Mismatch { found, found_is, expected, expected_is, .. } => {
                write!(formatter, "`{found}` is {found_is}, but `{expected}` ({expected_is}) is wanted")
            }
        }
    }
}

impl std::error::Error for QuantityError {}

impl From<UnitError> for QuantityError {
    fn from(error: UnitError) -> QuantityError {
        QuantityError::Unit(error)
    }
}

//! What can be wrong with an expression, and what is odd about one, as data: where, what, and what to write instead.

use crate::units::{MissingFactor, Span, UnitError};
use std::fmt;

/// One of two things whose units are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// Where it stands.
    pub span: Span,
    /// Its unit: as declared or written, else one of the same dimension.
    pub unit: String,
    /// Its dimension in words.
    pub is: String,
}

/// What is wrong with an expression. Spans are bytes of the expression's text.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionError {
    /// There is nothing but space.
    Empty { span: Span },
    /// A character that no expression holds, and what to write instead of it if that is known.
    UnexpectedCharacter { found: char, instead: Option<&'static str>, span: Span },
    /// A number beyond what a double holds.
    NumberOutOfRange { span: Span },
    /// `[` without `]`.
    UnclosedBracket { span: Span },
    /// A unit in brackets that is no unit.
    Unit(UnitError),
    /// A unit in brackets behind something other than a number.
    MisplacedUnit { span: Span },
    /// Something else stands where an operand must.
    OperandExpected { found: String, span: Span },
    /// Two operands without an operator between them, or a stray `,`.
    OperatorExpected { found: String, span: Span },
    /// A parenthesis without its partner.
    UnbalancedParenthesis { span: Span },
    /// `a < b < c`.
    ChainedComparison { span: Span },
    /// Nested deeper, or longer, than any readable expression.
    TooLarge { span: Span },
    /// No such name.
    UnknownName { name: String, span: Span, suggestion: Option<String> },
    /// No such function; `instead` if it is one of another language.
    UnknownFunction { name: String, span: Span, suggestion: Option<String>, instead: Option<&'static str> },
    /// A name with an argument list that is no function, as `k (a + b)`.
    NotAFunction { name: String, span: Span },
    /// A function without an argument list.
    MissingArguments { name: String, span: Span },
    /// An outcome such as `peak` in a model's equation.
    OutcomeInModel { name: String, span: Span },
    /// The wrong number of arguments.
    ArgumentCount { name: String, least: usize, most: Option<usize>, found: usize, span: Span },
    /// `input` of something that is not the name of a route.
    UnknownRoute { name: String, span: Span, suggestion: Option<String> },
    /// `input` of something that is no name at all.
    RouteExpected { span: Span },
    /// Two things that must have the same dimension have not. `operation` names what joins them (`+`, `<`, `min`, `if`).
    Mismatch {
        operation: String,
        span: Span,
        left: Box<Side>,
        right: Box<Side>,
        /// What the right must be multiplied by to become the left.
        missing: Option<Box<MissingFactor>>,
    },
    /// The whole expression has another dimension than what it defines.
    WrongResult {
        found: Box<Side>,
        wanted: String,
        wanted_is: String,
        /// What the expression must be multiplied by.
        missing: Option<Box<MissingFactor>>,
    },
    /// `what` (a function, `the exponent`) takes no dimension.
    NeedsDimensionless { what: String, found: Box<Side> },
    /// A base with a dimension and an exponent that is not a constant.
    VariableExponent { base: Box<Side>, span: Span },
    /// A truth value where a number is meant; `what` takes it.
    NumberExpected { what: String, span: Span },
    /// A number where a truth value is meant; `what` takes it.
    ConditionExpected { what: String, span: Span },
    /// Exponents of the dimension are beyond exact arithmetic.
    DimensionOutOfRange { span: Span },
    /// A constant with a unit is needed here, and this is none.
    ConstantExpected { span: Span },
}

impl ExpressionError {
    /// The place to underline.
    pub fn span(&self) -> Span {
        match self {
            ExpressionError::Empty { span }
            | ExpressionError::UnexpectedCharacter { span, .. }
            | ExpressionError::NumberOutOfRange { span }
            | ExpressionError::UnclosedBracket { span }
            | ExpressionError::MisplacedUnit { span }
            | ExpressionError::OperandExpected { span, .. }
            | ExpressionError::OperatorExpected { span, .. }
            | ExpressionError::UnbalancedParenthesis { span }
            | ExpressionError::ChainedComparison { span }
            | ExpressionError::TooLarge { span }
            | ExpressionError::UnknownName { span, .. }
            | ExpressionError::UnknownFunction { span, .. }
            | ExpressionError::NotAFunction { span, .. }
            | ExpressionError::MissingArguments { span, .. }
            | ExpressionError::OutcomeInModel { span, .. }
            | ExpressionError::ArgumentCount { span, .. }
            | ExpressionError::UnknownRoute { span, .. }
            | ExpressionError::RouteExpected { span }
            | ExpressionError::Mismatch { span, .. }
            | ExpressionError::VariableExponent { span, .. }
            | ExpressionError::NumberExpected { span, .. }
            | ExpressionError::ConditionExpected { span, .. }
            | ExpressionError::DimensionOutOfRange { span }
            | ExpressionError::ConstantExpected { span } => span.clone(),
            ExpressionError::Unit(error) => error.span(),
            ExpressionError::WrongResult { found, .. } | ExpressionError::NeedsDimensionless { found, .. } => {
                found.span.clone()
            }
        }
    }

    /// Further places that help to see the fault, each with its words.
    pub fn related(&self) -> Vec<(Span, String)> {
        match self {
            ExpressionError::Mismatch { left, right, .. } => [left, right]
                .into_iter()
                .map(|side| (side.span.clone(), format!("`{}`, {}", side.unit, side.is)))
                .collect(),
            ExpressionError::VariableExponent { base, .. } => {
                vec![(base.span.clone(), format!("`{}`, {}", base.unit, base.is))]
            }
            _ => Vec::new(),
        }
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            ExpressionError::UnexpectedCharacter { instead, .. } => instead.map(|text| format!("write {text}")),
            ExpressionError::Unit(error) => error.hint(),
            ExpressionError::MisplacedUnit { .. } => {
                Some("a unit in brackets follows a number, as in `642 [ng/mL]`; names carry their own".to_string())
            }
            ExpressionError::OperatorExpected { found, .. } if !matches!(found.as_str(), "`,`" | "`)`") => {
                Some("write the `*` of a product".to_string())
            }
            ExpressionError::ChainedComparison { .. } => Some("write `a < b and b < c`".to_string()),
            ExpressionError::TooLarge { .. } => Some("split it into named quantities".to_string()),
            ExpressionError::UnknownName { suggestion, .. } | ExpressionError::UnknownRoute { suggestion, .. } => {
                suggestion.as_ref().map(|name| format!("did you mean `{name}`?"))
            }
            ExpressionError::UnknownFunction { suggestion, instead, .. } => match (instead, suggestion) {
                (Some(text), _) => Some(format!("write {text}")),
                (None, Some(name)) => Some(format!("did you mean `{name}`?")),
                (None, None) => None,
            },
            ExpressionError::NotAFunction { name, .. } => Some(format!("write `{name} * (...)` for a product")),
            ExpressionError::MissingArguments { name, .. } => Some(format!("write `{name}(...)`")),
            ExpressionError::OutcomeInModel { .. } => Some(
                "an equation sees only the present; use the outcome in `--measure`, evidence or a caption".to_string(),
            ),
            ExpressionError::RouteExpected { .. } => Some("write the name of a route, as in `input(iv)`".to_string()),
            ExpressionError::Mismatch { left, right, missing, .. } => {
                let bare = [left, right].into_iter().any(|side| side.is == BARE_NUMBER);
                match (bare, missing) {
                    (true, _) => {
                        let unit = if left.is == BARE_NUMBER { &right.unit } else { &left.unit };
                        Some(format!("write the number's unit behind it in brackets, as `[{unit}]`"))
                    }
                    (false, Some(missing)) => missing.hint().map(|hint| format!("{hint}, on the right-hand side")),
                    (false, None) => None,
                }
            }
            ExpressionError::WrongResult { missing, .. } => missing.as_ref().and_then(|missing| missing.hint()),
            ExpressionError::NeedsDimensionless { found, .. } => {
                Some(format!("divide by something in `{}` first", found.unit))
            }
            ExpressionError::VariableExponent { base, .. } => {
                Some(format!("divide the base by something in `{}` first, as in `(C / C50)^n`", base.unit))
            }
            ExpressionError::NumberExpected { .. } => {
                Some("turn the condition into a number with `if(condition, 1, 0)`".to_string())
            }
            ExpressionError::ConditionExpected { .. } => Some("compare it with something, as in `x > 0`".to_string()),
            ExpressionError::ConstantExpected { .. } => Some("write a number with its unit, as in `24 h`".to_string()),
            ExpressionError::Empty { .. }
            | ExpressionError::NumberOutOfRange { .. }
            | ExpressionError::UnclosedBracket { .. }
            | ExpressionError::OperandExpected { .. }
            | ExpressionError::OperatorExpected { .. }
            | ExpressionError::UnbalancedParenthesis { .. }
            | ExpressionError::ArgumentCount { .. }
            | ExpressionError::DimensionOutOfRange { .. } => None,
        }
    }
}

/// How [`Side::is`] tells a number that stands without a unit, so that the advice can be to give it one.
pub(super) const BARE_NUMBER: &str = "a number without a unit";

impl fmt::Display for ExpressionError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpressionError::Empty { .. } => write!(formatter, "the expression is empty"),
            ExpressionError::UnexpectedCharacter { found, .. } => {
                write!(formatter, "unexpected `{}` in an expression", found.escape_debug())
            }
            ExpressionError::NumberOutOfRange { .. } => write!(formatter, "the number is too large or too small"),
            ExpressionError::UnclosedBracket { .. } => write!(formatter, "`[` without `]`"),
            ExpressionError::Unit(error) => error.fmt(formatter),
            ExpressionError::MisplacedUnit { .. } => {
                write!(formatter, "a unit stands behind something that is no number")
            }
            ExpressionError::OperandExpected { found, .. } => {
                write!(formatter, "a number, a name or `(` is expected, not {found}")
            }
            ExpressionError::OperatorExpected { found, .. } => {
                write!(formatter, "an operator is missing before {found}")
            }
            ExpressionError::UnbalancedParenthesis { .. } => write!(formatter, "a parenthesis has no partner"),
            ExpressionError::ChainedComparison { .. } => write!(formatter, "comparisons cannot be chained"),
            ExpressionError::TooLarge { .. } => write!(formatter, "the expression is too long or too deeply nested"),
            ExpressionError::UnknownName { name, .. } => write!(formatter, "unknown name `{name}`"),
            ExpressionError::UnknownFunction { name, .. } => write!(formatter, "unknown function `{name}`"),
            ExpressionError::NotAFunction { name, .. } => write!(formatter, "`{name}` is no function"),
            ExpressionError::MissingArguments { name, .. } => {
                write!(formatter, "`{name}` is a function and needs its arguments")
            }
            ExpressionError::OutcomeInModel { name, .. } => {
                write!(formatter, "`{name}` looks at a whole run and cannot stand in an equation")
            }
            ExpressionError::ArgumentCount { name, least, most, found, .. } => {
                let wanted = match most {
                    Some(most) if most == least => format!("{least}"),
                    Some(most) => format!("{least} to {most}"),
                    None => format!("{least} or more"),
                };
                let noun = if wanted == "1" { "argument" } else { "arguments" };
                write!(formatter, "`{name}` takes {wanted} {noun}, not {found}")
            }
            ExpressionError::UnknownRoute { name, .. } => write!(formatter, "unknown route `{name}`"),
            ExpressionError::RouteExpected { .. } => write!(formatter, "`input` takes the name of a route"),
            ExpressionError::Mismatch { operation, left, right, .. } => {
                write!(formatter, "`{operation}` joins {} and {}, which do not agree", told(left), told(right))
            }
            ExpressionError::WrongResult { found, wanted, wanted_is, .. } => {
                write!(formatter, "this is {}, but `{wanted}` ({wanted_is}) is wanted", told(found))
            }
            ExpressionError::NeedsDimensionless { what, found } => {
                write!(formatter, "{what} must have no dimension, but this is {}", told(found))
            }
            ExpressionError::VariableExponent { base, .. } => {
                write!(formatter, "{} is raised to a power that is not constant", told(base))
            }
            ExpressionError::NumberExpected { what, .. } => {
                write!(formatter, "{what} takes a number, but this is true or false")
            }
            ExpressionError::ConditionExpected { what, .. } => {
                write!(formatter, "{what} takes a condition, but this is a number")
            }
            ExpressionError::DimensionOutOfRange { .. } => {
                write!(formatter, "the unit of this is beyond what can be computed")
            }
            ExpressionError::ConstantExpected { .. } => write!(formatter, "a constant is expected here"),
        }
    }
}

impl std::error::Error for ExpressionError {}

fn told(side: &Side) -> String {
    if side.is == BARE_NUMBER { side.is.clone() } else { format!("`{}` ({})", side.unit, side.is) }
}

/// What is odd about an expression, though it means something.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// A number that looks like a conversion between units multiplies or divides a quantity with a dimension.
    HandConversion {
        /// The number as it stands.
        value: f64,
        /// Where it stands.
        span: Span,
        /// The conversion that it repeats, as `between h and min`.
        conversion: &'static str,
        /// The unit of a quantity that it multiplies.
        unit: String,
    },
    /// A number that is neither 0, 1, 2, 1/2 nor a small exponent, and so has no name and no source.
    NakedLiteral {
        /// The number as it stands.
        value: f64,
        /// Where it stands.
        span: Span,
    },
}

impl Finding {
    /// The place to underline.
    pub fn span(&self) -> Span {
        match self {
            Finding::HandConversion { span, .. } | Finding::NakedLiteral { span, .. } => span.clone(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Finding::HandConversion { .. } => {
                "drop it; if the number is meant, make it a parameter with a unit".to_string()
            }
            Finding::NakedLiteral { .. } => "make it a parameter with a unit and a source".to_string(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::HandConversion { value, conversion, unit, .. } => write!(
                formatter,
                "`{}` multiplies or divides a quantity in `{unit}`, but the factor {conversion} is already applied",
                crate::numerics::float_text::number_text(*value)
            ),
            Finding::NakedLiteral { value, .. } => write!(
                formatter,
                "`{}` is a number without a name and without a source",
                crate::numerics::float_text::number_text(*value)
            ),
        }
    }
}

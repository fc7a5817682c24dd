//! One expression of a model file: parsed, resolved, its units checked, and its faults put in place.
//!
//! The only file in which `model` calls the expression language.

use super::check::symbols_through;
use super::context::{Context, mismatch_code, quantity_error};
use super::reader::{Text, text_of};
use super::types::Model;
use super::value::{Kind, Value};
use crate::diagnostics::{Code, Diagnostic};
use crate::expression::{
    BareNumber, ExpressionError, Finding, Kind as Sort, Mode, Scope, Symbol, Tree, parse, resolve, resolve_as,
    resolve_condition,
};
use crate::numerics::float_text::number_text;
use crate::units::{QuantityError, Unit, friendly_unit, parse_quantity_as};
use std::collections::HashMap;

/// What an expression must be.
#[derive(Debug, Clone)]
pub enum Expect {
    /// Of the dimension of this unit.
    Unit(Unit),
    /// A rate of change of something in this unit.
    Rate(Unit),
    /// True or false.
    Condition,
}

/// Which numbers in an expression are worth a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Literals {
    /// Those that are parameters in disguise, and conversions by hand: in rates and quantities.
    Sourced,
    /// Conversions by hand only: in starts, properties of routes, events.
    Unconverted,
    /// None: a perturbation is a number that somebody chose, and `0.1 * CL` is no conversion there.
    Free,
}

/// What is wanted of an expression, and why.
#[derive(Debug, Clone)]
pub struct Want {
    expect: Expect,
    because: String,
    literals: Literals,
}

impl Want {
    /// What an expression must be, and a sentence that says why, for the note under a mismatch.
    pub fn of(expect: Expect, because: String) -> Want {
        Want { expect, because, literals: Literals::Sourced }
    }

    /// The same, with fewer numbers worth a warning.
    pub fn literals(self, literals: Literals) -> Want {
        Want { literals, ..self }
    }

    /// Whether a finding is told.
    fn tells(&self, finding: &Finding) -> bool {
        match self.literals {
            Literals::Sourced => true,
            Literals::Unconverted => matches!(finding, Finding::HandConversion { .. }),
            Literals::Free => false,
        }
    }
}

/// The words for a declared unit, for the note under a mismatch.
pub fn declared_in(unit: &Unit) -> String {
    if unit.text() == "1" { "as a number without a unit (`1`)".to_string() } else { format!("in {}", unit.text()) }
}

impl Scope for Context<'_> {
    fn name(&self, name: &str) -> Option<(Symbol, &Unit)> {
        // Without a unit nothing can be said about an expression; `compile` keeps silent about it.
        if self.broken.contains(name) {
            return None;
        }
        self.names.get(name).map(|known| (known.symbol, &known.unit))
    }

    fn route(&self, name: &str) -> Option<(usize, &Unit)> {
        self.routes.get(name).map(|(route, unit)| (*route, unit))
    }

    fn names(&self) -> Vec<&str> {
        self.names.keys().map(String::as_str).collect()
    }

    fn routes(&self) -> Vec<&str> {
        self.routes.keys().map(String::as_str).collect()
    }

    fn time_unit(&self) -> &Unit {
        &self.time_unit
    }
}

/// Compiles an expression that must be what is wanted; `None` after complaints.
pub fn compile(text: &Text, want: &Want, context: &Context<'_>) -> Option<Tree> {
    let resolved = parse(&text.text, Mode::Model).and_then(|expr| match &want.expect {
        Expect::Unit(unit) => resolve_as(&expr, context, unit),
        Expect::Rate(unit) => match unit.over(&context.time_unit) {
            Some(per_time) => resolve_as(&expr, context, &per_time),
            None => resolve(&expr, context, BareNumber::Dimensionless),
        },
        Expect::Condition => resolve_condition(&expr, context, BareNumber::Dimensionless),
    });
    match resolved {
        Ok(resolved) => {
            for finding in resolved.findings.iter().filter(|finding| want.tells(finding)) {
                context.log.push(finding_diagnostic(finding, text));
            }
            Some(resolved.tree)
        }
        Err(errors) => {
            let echo = |error: &&ExpressionError| matches!(error, ExpressionError::UnknownName { name, .. } if context.broken.contains(name));
            for error in errors.iter().filter(|error| !echo(error)) {
                let diagnostic = error_diagnostic(error, text);
                let about_whole = match error {
                    ExpressionError::WrongResult { .. } => true,
                    ExpressionError::ConditionExpected { .. } => matches!(want.expect, Expect::Condition),
                    _ => false,
                };
                context.log.push(if about_whole { diagnostic.note(want.because.clone()) } else { diagnostic });
            }
            None
        }
    }
}

/// Compiles an expression of any unit, with the unit in which its values are shown: the declared one of a single
/// name, else one of the field for its dimension.
pub fn compile_any(text: &Text, condition: bool, context: &Context<'_>) -> Option<(Tree, Unit)> {
    let resolved = parse(&text.text, Mode::Outcome).and_then(|expr| {
        if condition {
            resolve_condition(&expr, context, BareNumber::OfTarget)
        } else {
            resolve(&expr, context, BareNumber::OfTarget)
        }
    });
    match resolved {
        Ok(resolved) => {
            let declared = context.names.get(text.text.trim()).map(|known| known.unit.clone());
            let unit = declared.unwrap_or_else(|| match resolved.kind {
                Sort::Number(dimension) => {
                    friendly_unit(&dimension, context.time_unit.text()).unwrap_or_else(Unit::none)
                }
                Sort::Zero | Sort::Condition => Unit::none(),
            });
            Some((resolved.tree, unit))
        }
        Err(errors) => {
            errors.iter().for_each(|error| context.log.push(error_diagnostic(error, text)));
            None
        }
    }
}

/// A number (bare in `unit`), a quantity in a text, or an expression of parameters, with its text.
pub fn constant_of(
    value: &Value,
    unit: &Unit,
    what: &str,
    literals: Literals,
    context: &Context<'_>,
    model: &Model,
) -> Option<(Tree, String)> {
    match &value.kind {
        Kind::Number(number) => Some((Tree::Constant(unit.to_internal(*number)), number_text(*number))),
        Kind::Text(_) => {
            let text = text_of(value)?;
            match parse_quantity_as(&text.text, unit) {
                Ok(quantity) => return Some((Tree::Constant(quantity.internal()), text.text)),
                Err(error @ (QuantityError::Mismatch { .. } | QuantityError::NotFinite { .. })) => {
                    context.log.push(quantity_error(&error, &text));
                    return None;
                }
                Err(_) => {}
            }
            let want = Want::of(Expect::Unit(unit.clone()), format!("`{what}` is declared {}", declared_in(unit)));
            let tree = compile(&text, &want.literals(literals), context)?;
            if !reads_parameters_only(&tree, model) {
                context.log.push(
                    Diagnostic::error(Code::ReferencesQuantity, format!("`{what}` may use parameters only"))
                        .at(&text.place, "this depends on something that changes during a run"),
                );
                return None;
            }
            let mut room = LARGEST_INLINED;
            let Some(inlined) = inline_quantities(&tree, model, &mut room, 0) else {
                context.log.push(
                    Diagnostic::error(Code::TooLarge, format!("`{what}` is too large when written out"))
                        .at(&text.place, "its quantities refer to each other too often"),
                );
                return None;
            };
            Some((inlined, text.text))
        }
        _ => {
            context.log.push(
                Diagnostic::error(
                    Code::WrongType,
                    format!("`{what}` must be a number, a text with a unit, or an expression"),
                )
                .at(&value.place, format!("this is {}", value.type_name())),
            );
            None
        }
    }
}

/// Whether a tree reads nothing but parameters, itself or through quantities.
fn reads_parameters_only(tree: &Tree, model: &Model) -> bool {
    symbols_through(tree, model).into_iter().all(|symbol| match symbol {
        Symbol::Parameter(_) => true,
        Symbol::Quantity(index) => index < model.quantities.len(),
        _ => false,
    })
}

/// How many nodes an expression may have with its quantities written out. Each may stand in the next twice, so that a
/// few dozen would fill any memory.
const LARGEST_INLINED: usize = 100_000;
/// How deep quantities may refer to each other where they are written out.
const DEEPEST_INLINED: usize = 200;

/// Quantities replaced by what they stand for, since starts and routes are worked out without them; `None` where that
/// takes more than `room` nodes, as it does in a circle, or goes too deep.
fn inline_quantities(tree: &Tree, model: &Model, room: &mut usize, depth: usize) -> Option<Tree> {
    if depth > DEEPEST_INLINED {
        return None;
    }
    *room = room.checked_sub(tree.size())?;
    let mut written_out = HashMap::new();
    for symbol in tree.symbols() {
        if let Symbol::Quantity(index) = symbol
            && let Some(quantity) = model.quantities.get(index)
            && !written_out.contains_key(&index)
        {
            written_out.insert(index, inline_quantities(&quantity.tree, model, room, depth + 1)?);
        }
    }
    if written_out.is_empty() {
        return Some(tree.clone());
    }
    let whole = tree.substitute(&|symbol| match symbol {
        Symbol::Quantity(index) => written_out.get(&index).cloned(),
        _ => None,
    });
    *room = room.checked_sub(whole.size())?;
    Some(whole)
}

/// A fault of an expression, in place.
pub fn error_diagnostic(error: &ExpressionError, text: &Text) -> Diagnostic {
    let code = match error {
        ExpressionError::Unit(_) => Code::UnknownUnit,
        ExpressionError::UnknownName { .. } => Code::UnknownName,
        ExpressionError::UnknownFunction { .. }
        | ExpressionError::NotAFunction { .. }
        | ExpressionError::MissingArguments { .. }
        | ExpressionError::OutcomeInModel { .. } => Code::UnknownFunction,
        ExpressionError::ArgumentCount { .. } => Code::WrongArguments,
        ExpressionError::UnknownRoute { .. } | ExpressionError::RouteExpected { .. } => Code::UnknownRoute,
        ExpressionError::Mismatch { missing, .. } | ExpressionError::WrongResult { missing, .. } => {
            mismatch_code(missing.as_deref())
        }
        ExpressionError::NeedsDimensionless { .. } => Code::NeedsDimensionless,
        ExpressionError::VariableExponent { .. } | ExpressionError::DimensionOutOfRange { .. } => Code::BadPower,
        ExpressionError::NumberExpected { .. } | ExpressionError::ConditionExpected { .. } => Code::BooleanMismatch,
        ExpressionError::NumberOutOfRange { .. } => Code::NotFinite,
        ExpressionError::TooLarge { .. } => Code::TooLarge,
        ExpressionError::Empty { .. }
        | ExpressionError::UnexpectedCharacter { .. }
        | ExpressionError::UnclosedBracket { .. }
        | ExpressionError::MisplacedUnit { .. }
        | ExpressionError::OperandExpected { .. }
        | ExpressionError::OperatorExpected { .. }
        | ExpressionError::UnbalancedParenthesis { .. }
        | ExpressionError::ChainedComparison { .. }
        | ExpressionError::ConstantExpected { .. } => Code::ExpressionSyntax,
    };
    let related = error.related();
    let label = match related.iter().find(|(span, _)| *span == error.span()) {
        Some((_, words)) => words.clone(),
        None => String::new(),
    };
    let mut diagnostic = Diagnostic::error(code, error.to_string()).at(&text.part(error.span()), label);
    if text.exact {
        for (span, words) in related.into_iter().filter(|(span, _)| *span != error.span()) {
            diagnostic = diagnostic.related(&text.part(span), words);
        }
    }
    diagnostic.hint_if(error.hint())
}

fn finding_diagnostic(finding: &Finding, text: &Text) -> Diagnostic {
    let code = match finding {
        Finding::HandConversion { .. } => Code::HandConversion,
        Finding::NakedLiteral { .. } => Code::NakedLiteral,
    };
    Diagnostic::warning(code, finding.to_string()).at(&text.part(finding.span()), "").hint(finding.hint())
}

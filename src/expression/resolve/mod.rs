//! From an [`Expr`] to a [`Tree`]: names become indices, numbers move into the internal system, and the dimension of
//! every part is inferred and checked on the way.

mod calls;
mod infer;

#[cfg(test)]
mod tests;

use super::error::{ExpressionError, Finding, Side};
use super::syntax::{Expr, ExprKind, UnaryOperator};
use super::tree::{Symbol, Tree};
use crate::units::{Dimension, Unit, missing_factor};
use infer::{Outcome, Resolver};

/// What an expression can see.
pub trait Scope {
    /// What a name stands for, and its declared unit. Not asked for `time` and `pi`.
    fn name(&self, name: &str) -> Option<(Symbol, &Unit)>;
    /// All names, for did-you-mean.
    fn names(&self) -> Vec<&str>;
    /// The index of a route, and the unit of the rate that enters by it.
    fn route(&self, name: &str) -> Option<(usize, &Unit)>;
    /// All routes, for did-you-mean.
    fn routes(&self) -> Vec<&str>;
    /// The unit of the model's time.
    fn time_unit(&self) -> &Unit;
}

/// What a bare number in a comparison means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BareNumber {
    /// A number without a dimension: the rule of equations.
    Dimensionless,
    /// A number in the declared unit of the name it is compared with: the rule of outcomes and the command line.
    OfTarget,
}

/// What the value of an expression is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A number of this dimension.
    Number(Dimension),
    /// A literal 0, which fits any dimension.
    Zero,
    /// True or false.
    Condition,
}

/// A resolved expression, what it is, and what is odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub tree: Tree,
    pub kind: Kind,
    /// In the order of the text.
    pub findings: Vec<Finding>,
}

/// Resolves an expression of any kind.
///
/// # Errors
/// All that is wrong, in the order of the text; never empty.
pub fn resolve(expr: &Expr, scope: &dyn Scope, bare: BareNumber) -> Result<Resolved, Vec<ExpressionError>> {
    let (typed, errors, findings) = run(expr, scope, bare);
    match typed {
        Some(typed) if errors.is_empty() => Ok(Resolved { tree: typed.tree, kind: typed.kind, findings }),
        _ => Err(errors),
    }
}

/// Resolves an expression that must be a number of the dimension of `wanted`.
///
/// # Errors
/// As [`resolve`]; [`ExpressionError::WrongResult`] for another dimension.
pub fn resolve_as(expr: &Expr, scope: &dyn Scope, wanted: &Unit) -> Result<Resolved, Vec<ExpressionError>> {
    let mut resolver = Resolver::new(scope, BareNumber::Dimensionless);
    let typed = resolver.part(expr);
    if let Some(typed) = &typed {
        match typed.kind {
            Kind::Condition => {
                resolver
                    .error(ExpressionError::NumberExpected { what: "this place".to_string(), span: expr.span.clone() });
            }
            Kind::Number(found) if found != *wanted.dimension() => {
                let side = Box::new(resolver.side(typed));
                resolver.error(ExpressionError::WrongResult {
                    found: side,
                    wanted: wanted.text().to_string(),
                    wanted_is: wanted.describe(),
                    missing: missing_factor(&found, wanted.dimension()).map(Box::new),
                });
            }
            Kind::Number(_) | Kind::Zero => {}
        }
    }
    let (typed, errors, findings) = resolver.finish(expr, typed);
    match typed {
        Some(typed) if errors.is_empty() => {
            Ok(Resolved { tree: typed.tree, kind: Kind::Number(*wanted.dimension()), findings })
        }
        _ => Err(errors),
    }
}

/// Resolves an expression that must be a condition.
///
/// # Errors
/// As [`resolve`]; [`ExpressionError::ConditionExpected`] for a number.
pub fn resolve_condition(expr: &Expr, scope: &dyn Scope, bare: BareNumber) -> Result<Resolved, Vec<ExpressionError>> {
    let resolved = resolve(expr, scope, bare)?;
    match resolved.kind {
        Kind::Condition => Ok(resolved),
        Kind::Number(_) | Kind::Zero => {
            Err(vec![ExpressionError::ConditionExpected { what: "this place".to_string(), span: expr.span.clone() }])
        }
    }
}

/// A number that stands alone, as a time or a level in an outcome: its value in the internal system. A bare number is in
/// `default`.
///
/// # Errors
/// [`ExpressionError::ConstantExpected`] for anything else, [`ExpressionError::WrongResult`] for another dimension.
pub fn resolve_constant(expr: &Expr, default: &Unit) -> Result<f64, ExpressionError> {
    match &expr.kind {
        ExprKind::Unary(UnaryOperator::Negate, operand) => Ok(-resolve_constant(operand, default)?),
        ExprKind::Number { value, unit: None } => Ok(default.to_internal(*value)),
        ExprKind::Number { value, unit: Some(unit) } if unit.compatible(default) => Ok(unit.to_internal(*value)),
        ExprKind::Number { unit: Some(unit), .. } => Err(ExpressionError::WrongResult {
            found: Box::new(Side { span: expr.span.clone(), unit: unit.text().to_string(), is: unit.describe() }),
            wanted: default.text().to_string(),
            wanted_is: default.describe(),
            missing: unit.missing_to(default).map(Box::new),
        }),
        _ => Err(ExpressionError::ConstantExpected { span: expr.span.clone() }),
    }
}

fn run(expr: &Expr, scope: &dyn Scope, bare: BareNumber) -> Outcome {
    let mut resolver = Resolver::new(scope, bare);
    let typed = resolver.part(expr);
    resolver.finish(expr, typed)
}

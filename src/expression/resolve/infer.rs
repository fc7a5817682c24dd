//! The dimension of every part but calls, which are in [`super::calls`].

use super::{BareNumber, Kind, Scope};
use crate::diagnostics::did_you_mean;
use crate::expression::error::{BARE_NUMBER, ExpressionError, Finding, Side};
use crate::expression::findings;
use crate::expression::function::Function;
use crate::expression::syntax::{Expr, ExprKind, Operator, UnaryOperator};
use crate::expression::tree::{Arithmetic, Comparison, Symbol, Tree};
use crate::numerics::float_text::number_text;
use crate::numerics::rational::Rational;
use crate::units::{Dimension, Span, Unit, friendly_unit, missing_factor};

/// A part if it could be typed, all that is wrong, and all that is odd.
pub(super) type Outcome = (Option<Typed>, Vec<ExpressionError>, Vec<Finding>);

/// A part with what it is.
pub(super) struct Typed {
    pub(super) tree: Tree,
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// The unit with which a name was declared or a number written.
    pub(super) declared: Option<Unit>,
    /// A number without a unit, its sign aside.
    pub(super) bare: bool,
}

pub(super) struct Resolver<'a> {
    pub(super) scope: &'a dyn Scope,
    bare: BareNumber,
    errors: Vec<ExpressionError>,
    conversions: Vec<Finding>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(scope: &'a dyn Scope, bare: BareNumber) -> Resolver<'a> {
        Resolver { scope, bare, errors: Vec::new(), conversions: Vec::new() }
    }

    pub(super) fn finish(mut self, expr: &Expr, typed: Option<Typed>) -> Outcome {
        self.errors.sort_by_key(|error| error.span().start);
        let findings = findings::naked_literals(expr, self.conversions);
        (typed, self.errors, findings)
    }

    pub(super) fn error(&mut self, error: ExpressionError) {
        self.errors.push(error);
    }

    /// Types one part; `None` if something in it is wrong, which is then recorded.
    pub(super) fn part(&mut self, expr: &Expr) -> Option<Typed> {
        let span = expr.span.clone();
        match &expr.kind {
            ExprKind::Number { value, unit: None } => {
                let kind = if *value == 0.0 { Kind::Zero } else { Kind::Number(Dimension::NONE) };
                Some(Typed { tree: Tree::Constant(*value), kind, span, declared: None, bare: true })
            }
            ExprKind::Number { value, unit: Some(unit) } => Some(Typed {
                tree: Tree::Constant(unit.to_internal(*value)),
                kind: Kind::Number(*unit.dimension()),
                span,
                declared: Some((**unit).clone()),
                bare: false,
            }),
            ExprKind::Boolean(value) => {
                Some(computed(Tree::Constant(f64::from(u8::from(*value))), Kind::Condition, span))
            }
            ExprKind::Name(name) => self.name(name, span),
            ExprKind::Unary(UnaryOperator::Negate, operand) => {
                let operand = self.part(operand)?;
                self.number(&operand, "`-`")?;
                let tree = match operand.tree {
                    Tree::Constant(value) => Tree::Constant(-value),
                    tree => tree.negated(),
                };
                Some(Typed { tree, span, ..operand })
            }
            ExprKind::Unary(UnaryOperator::Not, operand) => {
                let operand = self.part(operand)?;
                self.condition(&operand, "`not`")?;
                Some(computed(Tree::Not(Box::new(operand.tree)), Kind::Condition, span))
            }
            ExprKind::Binary(Operator::Arithmetic(Arithmetic::Power), base, exponent) => {
                self.power(base, exponent, span)
            }
            ExprKind::Binary(operator, left, right) => {
                let (left_part, right_part) = (self.part(left), self.part(right));
                let (left_part, right_part) = (left_part?, right_part?);
                let what = format!("`{}`", operator.text());
                match operator {
                    Operator::Logic(logic) => {
                        let both = (self.condition(&left_part, &what), self.condition(&right_part, &what));
                        both.0.and(both.1)?;
                        let tree = Tree::Logic(*logic, Box::new(left_part.tree), Box::new(right_part.tree));
                        Some(computed(tree, Kind::Condition, span))
                    }
                    Operator::Comparison(comparison) => self.comparison(*comparison, left_part, right_part, span),
                    Operator::Arithmetic(operation) => {
                        self.numbers(&[&left_part, &right_part], &what)?;
                        let product = matches!(operation, Arithmetic::Multiply | Arithmetic::Divide);
                        let kind = if product {
                            self.note_conversions(left, &left_part, right, &right_part);
                            self.product(*operation, &left_part, &right_part, &span)?
                        } else {
                            self.agree(operator.text(), &left_part, &right_part, &span)?
                        };
                        let tree = Tree::Binary(*operation, Box::new(left_part.tree), Box::new(right_part.tree));
                        Some(computed(tree, kind, span))
                    }
                }
            }
            ExprKind::Call { name, name_span, arguments } => self.call(name, name_span, arguments, span),
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Option<Typed> {
        let known = |symbol: Symbol, unit: &Unit, span: Span| Typed {
            tree: Tree::Symbol(symbol),
            kind: Kind::Number(*unit.dimension()),
            span,
            declared: Some(unit.clone()),
            bare: false,
        };
        if name == "time" {
            return Some(known(Symbol::Time, self.scope.time_unit(), span));
        }
        if name == "pi" {
            let pi = Tree::Constant(std::f64::consts::PI);
            return Some(computed(pi, Kind::Number(Dimension::NONE), span));
        }
        if let Some((symbol, unit)) = self.scope.name(name) {
            return Some(known(symbol, unit, span));
        }
        self.error(if Function::named(name).is_some() || matches!(name, "if" | "input") {
            ExpressionError::MissingArguments { name: name.to_string(), span }
        } else {
            let mut names = self.scope.names();
            names.extend(["time", "pi"]);
            ExpressionError::UnknownName {
                name: name.to_string(),
                span,
                suggestion: did_you_mean(name, names).map(str::to_string),
            }
        });
        None
    }

    /// Records an error and returns `None` unless the part is a number.
    pub(super) fn number(&mut self, part: &Typed, what: &str) -> Option<()> {
        if part.kind == Kind::Condition {
            self.error(ExpressionError::NumberExpected { what: what.to_string(), span: part.span.clone() });
            return None;
        }
        Some(())
    }

    pub(super) fn numbers(&mut self, parts: &[&Typed], what: &str) -> Option<()> {
        let mut all = Some(());
        for part in parts {
            all = self.number(part, what).and(all);
        }
        all
    }

    pub(super) fn condition(&mut self, part: &Typed, what: &str) -> Option<()> {
        if part.kind != Kind::Condition {
            self.error(ExpressionError::ConditionExpected { what: what.to_string(), span: part.span.clone() });
            return None;
        }
        Some(())
    }

    pub(super) fn dimensionless(&mut self, part: &Typed, what: &str) -> Option<()> {
        self.number(part, what)?;
        match part.kind {
            Kind::Number(dimension) if !dimension.is_none() => {
                let found = Box::new(self.side(part));
                self.error(ExpressionError::NeedsDimensionless { what: what.to_string(), found });
                None
            }
            _ => Some(()),
        }
    }

    /// The common kind of two parts that are added, compared or chosen between.
    pub(super) fn agree(&mut self, operation: &str, left: &Typed, right: &Typed, span: &Span) -> Option<Kind> {
        match (left.kind, right.kind) {
            (Kind::Zero, kind @ (Kind::Zero | Kind::Number(_))) | (kind @ Kind::Number(_), Kind::Zero) => Some(kind),
            (a, b) if a == b => Some(a),
            (Kind::Number(a), Kind::Number(b)) => {
                let error = ExpressionError::Mismatch {
                    operation: operation.to_string(),
                    span: span.clone(),
                    left: Box::new(self.side(left)),
                    right: Box::new(self.side(right)),
                    missing: missing_factor(&b, &a).map(Box::new),
                };
                self.error(error);
                None
            }
            _ => {
                // One of them is a condition and the other a number.
                self.numbers(&[left, right], &format!("`{operation}`"))?;
                None
            }
        }
    }

    fn product(&mut self, operation: Arithmetic, left: &Typed, right: &Typed, span: &Span) -> Option<Kind> {
        let (a, b) = (dimension(left), dimension(right));
        let made = if operation == Arithmetic::Multiply { a.times(&b) } else { a.over(&b) };
        self.in_range(made, span)
    }

    pub(super) fn in_range(&mut self, made: Option<Dimension>, span: &Span) -> Option<Kind> {
        if made.is_none() {
            self.error(ExpressionError::DimensionOutOfRange { span: span.clone() });
        }
        made.map(Kind::Number)
    }

    fn comparison(&mut self, comparison: Comparison, mut left: Typed, mut right: Typed, span: Span) -> Option<Typed> {
        let text = Operator::Comparison(comparison).text();
        self.numbers(&[&left, &right], &format!("`{text}`"))?;
        if self.bare == BareNumber::OfTarget {
            adopt_unit(&mut left, &right);
            adopt_unit(&mut right, &left);
        }
        self.agree(text, &left, &right, &span)?;
        let tree = Tree::Compare(comparison, Box::new(left.tree), Box::new(right.tree));
        Some(computed(tree, Kind::Condition, span))
    }

    fn power(&mut self, base: &Expr, exponent: &Expr, span: Span) -> Option<Typed> {
        let (base_part, exponent_part) = (self.part(base), self.part(exponent));
        let (base_part, exponent_part) = (base_part?, exponent_part?);
        self.number(&base_part, "`^`")?;
        self.dimensionless(&exponent_part, "an exponent")?;
        let constant = rational_constant(exponent);
        let kind = match (base_part.kind, constant) {
            (Kind::Number(dimension), Some(power)) if !dimension.is_none() => {
                self.in_range(dimension.power(power), &span)?
            }
            (Kind::Number(dimension), None) if !dimension.is_none() => {
                let base = Box::new(self.side(&base_part));
                self.error(ExpressionError::VariableExponent { base, span: exponent.span.clone() });
                return None;
            }
            _ => Kind::Number(Dimension::NONE),
        };
        // `x^(1/2)` becomes `x^0.5`, so that later steps see at once that it is a root.
        let exponent = constant.map_or(exponent_part.tree, |power| Tree::Constant(power.to_f64()));
        Some(computed(base_part.tree.power(exponent), kind, span))
    }

    fn note_conversions(&mut self, left: &Expr, left_part: &Typed, right: &Expr, right_part: &Typed) {
        for (literal, other) in [(left, right_part), (right, left_part)] {
            if !dimension(other).is_none() {
                let found = findings::conversions(literal, &|| self.side(other).unit);
                self.conversions.extend(found);
            }
        }
    }

    /// How a part is told in a message: in its declared unit, else in one of its dimension.
    pub(super) fn side(&self, part: &Typed) -> Side {
        let dimension = dimension(part);
        let unit = match &part.declared {
            Some(unit) => unit.text().to_string(),
            None => friendly_unit(&dimension, time_in_messages(self.scope))
                .map_or_else(|| dimension.describe(), |unit| unit.text().to_string()),
        };
        let is = if part.bare && part.declared.is_none() { BARE_NUMBER.to_string() } else { dimension.describe() };
        Side { span: part.span.clone(), unit, is }
    }
}

/// The unit of time in a message; a model without one still needs it where a rate is spoken of.
fn time_in_messages(scope: &dyn Scope) -> &str {
    let unit = scope.time_unit();
    if *unit.dimension() == Dimension::TIME { unit.text() } else { "h" }
}

/// A part that is no name and no literal.
pub(super) fn computed(tree: Tree, kind: Kind, span: Span) -> Typed {
    Typed { tree, kind, span, declared: None, bare: false }
}

/// A nought counts as a pure number where dimensions multiply.
fn dimension(part: &Typed) -> Dimension {
    match part.kind {
        Kind::Number(dimension) => dimension,
        Kind::Zero | Kind::Condition => Dimension::NONE,
    }
}

/// Reads a bare number in the declared unit of what it is compared with.
fn adopt_unit(number: &mut Typed, target: &Typed) {
    if let (true, Some(unit), Tree::Constant(value)) = (number.bare, &target.declared, &number.tree) {
        number.tree = Tree::Constant(unit.to_internal(*value));
        number.kind = Kind::Number(*unit.dimension());
        number.declared = Some(unit.clone());
    }
}

/// The exact value of an expression of bare numbers and `+ - * /`, as in `x^(3/2)`.
pub(super) fn rational_constant(expr: &Expr) -> Option<Rational> {
    match &expr.kind {
        ExprKind::Number { value, unit: None } => Rational::from_decimal(&number_text(*value)),
        ExprKind::Unary(UnaryOperator::Negate, operand) => Some(rational_constant(operand)?.negated()),
        ExprKind::Binary(Operator::Arithmetic(operation), left, right) => {
            let (left, right) = (rational_constant(left)?, rational_constant(right)?);
            match operation {
                Arithmetic::Add => left.checked_add(right),
                Arithmetic::Subtract => left.checked_sub(right),
                Arithmetic::Multiply => left.checked_mul(right),
                Arithmetic::Divide => left.checked_div(right),
                Arithmetic::Power => None,
            }
        }
        _ => None,
    }
}

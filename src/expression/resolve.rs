//! From an [`Expr`] to a [`Tree`]: names become indices, numbers move into the internal system, and the dimension of
//! every part is inferred and checked on the way.

use super::error::{BARE_NUMBER, ExpressionError, Finding, Side};
use super::findings;
use super::function::{Function, OUTCOMES, foreign_name};
use super::syntax::{Expr, ExprKind, Operator, UnaryOperator};
use super::tree::{Arithmetic, Comparison, Symbol, Tree};
use crate::diagnostics::did_you_mean;
use crate::numerics::float_text::number_text;
use crate::numerics::rational::Rational;
use crate::units::{Dimension, Span, Unit, friendly_unit, missing_factor};

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

type Outcome = (Option<Typed>, Vec<ExpressionError>, Vec<Finding>);

fn run(expr: &Expr, scope: &dyn Scope, bare: BareNumber) -> Outcome {
    let mut resolver = Resolver::new(scope, bare);
    let typed = resolver.part(expr);
    resolver.finish(expr, typed)
}

/// A part with what it is.
struct Typed {
    tree: Tree,
    kind: Kind,
    span: Span,
    /// The unit with which a name was declared or a number written.
    declared: Option<Unit>,
    /// A number without a unit, its sign aside.
    bare: bool,
}

struct Resolver<'a> {
    scope: &'a dyn Scope,
    bare: BareNumber,
    errors: Vec<ExpressionError>,
    conversions: Vec<Finding>,
}

impl<'a> Resolver<'a> {
    fn new(scope: &'a dyn Scope, bare: BareNumber) -> Resolver<'a> {
        Resolver { scope, bare, errors: Vec::new(), conversions: Vec::new() }
    }

    fn finish(mut self, expr: &Expr, typed: Option<Typed>) -> Outcome {
        self.errors.sort_by_key(|error| error.span().start);
        let findings = findings::naked_literals(expr, self.conversions);
        (typed, self.errors, findings)
    }

    fn error(&mut self, error: ExpressionError) {
        self.errors.push(error);
    }

    /// Types one part; `None` if something in it is wrong, which is then recorded.
    fn part(&mut self, expr: &Expr) -> Option<Typed> {
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
    fn number(&mut self, part: &Typed, what: &str) -> Option<()> {
        if part.kind == Kind::Condition {
            self.error(ExpressionError::NumberExpected { what: what.to_string(), span: part.span.clone() });
            return None;
        }
        Some(())
    }

    fn numbers(&mut self, parts: &[&Typed], what: &str) -> Option<()> {
        let mut all = Some(());
        for part in parts {
            all = self.number(part, what).and(all);
        }
        all
    }

    fn condition(&mut self, part: &Typed, what: &str) -> Option<()> {
        if part.kind != Kind::Condition {
            self.error(ExpressionError::ConditionExpected { what: what.to_string(), span: part.span.clone() });
            return None;
        }
        Some(())
    }

    fn dimensionless(&mut self, part: &Typed, what: &str) -> Option<()> {
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
    fn agree(&mut self, operation: &str, left: &Typed, right: &Typed, span: &Span) -> Option<Kind> {
        match (left.kind, right.kind) {
            (Kind::Zero, kind) | (kind, Kind::Zero) => Some(kind),
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

    fn in_range(&mut self, made: Option<Dimension>, span: &Span) -> Option<Kind> {
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

    fn call(&mut self, name: &str, name_span: &Span, arguments: &[Expr], span: Span) -> Option<Typed> {
        if name == "input" {
            return self.input(arguments, span);
        }
        if name == "if" {
            self.count(name, (3, Some(3)), arguments, &span)?;
            return self.choice(arguments, span);
        }
        let Some(function) = Function::named(name) else {
            let (name, span) = (name.to_string(), name_span.clone());
            self.error(if OUTCOMES.contains(&name.as_str()) {
                ExpressionError::OutcomeInModel { name, span }
            } else if self.scope.name(&name).is_some() || matches!(name.as_str(), "time" | "pi") {
                ExpressionError::NotAFunction { name, span }
            } else {
                let known = Function::ALL.iter().map(|function| function.name()).chain(["if", "input"]);
                let suggestion = did_you_mean(&name, known).map(str::to_string);
                ExpressionError::UnknownFunction { instead: foreign_name(&name), name, span, suggestion }
            });
            // What is wrong inside is told as well.
            for argument in arguments {
                self.part(argument);
            }
            return None;
        };
        let parts: Vec<Option<Typed>> = arguments.iter().map(|argument| self.part(argument)).collect();
        self.count(name, function.arity(), arguments, &span)?;
        let parts: Vec<Typed> = parts.into_iter().collect::<Option<_>>()?;
        let kind = self.function(function, &parts, &span)?;
        let exponent = (function == Function::Hill).then(|| arguments.get(2).and_then(rational_constant)).flatten();
        let mut trees: Vec<Tree> = parts.into_iter().map(|part| part.tree).collect();
        if let (Some(power), Some(tree)) = (exponent, trees.get_mut(2)) {
            *tree = Tree::Constant(power.to_f64());
        }
        Some(computed(Tree::Call(function, trees), kind, span))
    }

    fn count(
        &mut self,
        name: &str,
        (least, most): (usize, Option<usize>),
        arguments: &[Expr],
        span: &Span,
    ) -> Option<()> {
        let found = arguments.len();
        if found < least || most.is_some_and(|most| found > most) {
            self.error(ExpressionError::ArgumentCount {
                name: name.to_string(),
                least,
                most,
                found,
                span: span.clone(),
            });
            return None;
        }
        Some(())
    }

    /// The kind of a function's value, its arguments checked.
    fn function(&mut self, function: Function, parts: &[Typed], span: &Span) -> Option<Kind> {
        let what = format!("`{}`", function.name());
        let none = Kind::Number(Dimension::NONE);
        match (function, parts) {
            (Function::Min | Function::Max, [first, rest @ ..]) => {
                self.numbers(&parts.iter().collect::<Vec<_>>(), &what)?;
                let mut kind = first.kind;
                for part in rest {
                    // The first argument that has a dimension sets it; each later one is compared with that.
                    let against = parts.iter().find(|part| part.kind != Kind::Zero).unwrap_or(first);
                    kind = self.agree(function.name(), against, part, span)?;
                }
                Some(if kind == Kind::Zero { first.kind } else { kind })
            }
            (Function::Hill, [x, k, n]) => {
                let numbers = self.numbers(&[x, k], &what);
                let exponent = self.dimensionless(n, "the exponent of `hill`");
                numbers.and(exponent)?;
                self.agree("hill", x, k, span)?;
                Some(none)
            }
            (Function::Abs, [part]) => {
                self.number(part, &what)?;
                Some(part.kind)
            }
            (Function::Sqrt, [part]) => {
                self.number(part, &what)?;
                match (part.kind, Rational::new(1, 2)) {
                    (Kind::Number(dimension), Some(half)) => self.in_range(dimension.power(half), span),
                    _ => Some(part.kind),
                }
            }
            (_, parts) => {
                for part in parts {
                    self.dimensionless(part, &format!("the argument of {what}"))?;
                }
                Some(none)
            }
        }
    }

    fn choice(&mut self, arguments: &[Expr], span: Span) -> Option<Typed> {
        let [condition, yes, no] = arguments else { return None };
        let (condition, yes, no) = (self.part(condition), self.part(yes), self.part(no));
        let checked = condition.as_ref().and_then(|condition| self.condition(condition, "`if`"));
        let (yes, no) = (yes?, no?);
        let kind = self.agree("if", &yes, &no, &span)?;
        checked?;
        let tree = Tree::If(Box::new(condition?.tree), Box::new(yes.tree), Box::new(no.tree));
        Some(computed(tree, kind, span))
    }

    fn input(&mut self, arguments: &[Expr], span: Span) -> Option<Typed> {
        self.count("input", (1, Some(1)), arguments, &span)?;
        let argument = arguments.first()?;
        let ExprKind::Name(route) = &argument.kind else {
            self.error(ExpressionError::RouteExpected { span: argument.span.clone() });
            return None;
        };
        let Some((index, unit)) = self.scope.route(route) else {
            let suggestion = did_you_mean(route, self.scope.routes()).map(str::to_string);
            self.error(ExpressionError::UnknownRoute { name: route.clone(), span: argument.span.clone(), suggestion });
            return None;
        };
        Some(Typed {
            tree: Tree::Symbol(Symbol::Input(index)),
            kind: Kind::Number(*unit.dimension()),
            span,
            declared: Some(unit.clone()),
            bare: false,
        })
    }

    fn note_conversions(&mut self, left: &Expr, left_part: &Typed, right: &Expr, right_part: &Typed) {
        for (literal, other) in [(left, right_part), (right, left_part)] {
            if !dimension(other).is_none() {
                let unit = self.side(other).unit;
                self.conversions.extend(findings::conversions(literal, &unit));
            }
        }
    }

    /// How a part is told in a message: in its declared unit, else in one of its dimension.
    fn side(&self, part: &Typed) -> Side {
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
fn computed(tree: Tree, kind: Kind, span: Span) -> Typed {
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
fn rational_constant(expr: &Expr) -> Option<Rational> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::test_scope::{Listed, resolved, try_resolved};
    use crate::expression::{Mode, parse};
    use proptest::prelude::*;

    fn scope() -> Listed {
        Listed::new(&[
            ("A", "mg"),
            ("V", "L"),
            ("C", "ng/mL"),
            ("U", "umol/L"),
            ("k", "1/min"),
            ("CL", "L/h"),
            ("MW", "g/mol"),
            ("n", "1"),
            ("w", "kg"),
            ("tau", "min"),
            ("E", "mV"),
        ])
    }

    fn unit(text: &str) -> Unit {
        Unit::parse(text).expect(text)
    }

    fn errors(text: &str) -> Vec<ExpressionError> {
        try_resolved(text, &scope()).expect_err(text)
    }

    #[test]
    fn dimensions_are_inferred() {
        let cases = [
            ("A / V", "mg/L"),
            ("-CL * C", "mg/h"),
            ("C / MW", "umol/L"),
            ("CL / V - k", "1/h"),
            ("exp(-k * time)", "1"),
            ("hill(C, 642 [ng/mL], n)", "1"),
            ("V^2", "L^2"),
            ("V^(1/3)", "dm"),
            ("sqrt(V) * V^0.5", "L"),
            ("(w / (70 [kg]))^0.75 * CL", "L/h"),
            ("if(C > 5 [ug/L], A, 0)", "mg"),
            ("max(0, A, 3 [g])", "mg"),
            ("max(A, 0)", "mg"),
            ("min(0, 0) + A", "mg"),
            ("0 - A", "mg"),
            ("-0 + A", "mg"),
            ("abs(E) / tau", "mV/h"),
            ("input(iv) / V", "mg/L/h"),
            ("n^n", "1"),
            ("2 * pi * k", "1/h"),
            ("if(true, n, 1)", "1"),
            ("time / (1 [d])", "1"),
            ("floor(time / tau)", "1"),
        ];
        for (text, wanted) in cases {
            assert_eq!(resolved(text, &scope()).kind, Kind::Number(*unit(wanted).dimension()), "{text}");
        }
        assert_eq!(resolved("C < 642 [ng/mL] and not time > 1 [d]", &scope()).kind, Kind::Condition);
        assert_eq!(resolved("0", &scope()).kind, Kind::Zero);
    }

    #[test]
    fn numbers_move_into_the_internal_system() {
        let limit = resolved("642 [ng/mL]", &scope()).tree;
        assert_eq!(limit, Tree::Constant(0.642));
        assert_eq!(resolved("-2", &scope()).tree, Tree::Constant(-2.0));
        assert_eq!(resolved("true", &scope()).tree, Tree::Constant(1.0));
        let Tree::Binary(Arithmetic::Power, _, exponent) = resolved("V^(1/2)", &scope()).tree else {
            panic!("a power");
        };
        assert_eq!(*exponent, Tree::Constant(0.5));
    }

    #[test]
    fn a_mismatch_names_both_units_and_what_is_missing() {
        let found = errors("A + C / MW");
        let [ExpressionError::Mismatch { operation, left, right, missing, span }] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!((operation.as_str(), span.clone()), ("+", 0..10));
        assert_eq!((left.unit.as_str(), left.is.as_str(), left.span.clone()), ("mg", "mass", 0..1));
        assert_eq!(
            (right.unit.as_str(), right.is.as_str(), right.span.clone()),
            ("umol/L", "amount per volume", 4..10)
        );
        let missing = missing.as_ref().expect("something is missing");
        assert_eq!(missing.name(), "a molar mass (mass per amount) and a volume");
    }

    #[test]
    fn a_bare_number_beside_a_unit_is_told_to_take_one() {
        let found = errors("C < 642");
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].to_string(),
            "`<` joins `ng/mL` (mass per volume) and a number without a unit, which do not agree"
        );
        assert_eq!(found[0].hint().as_deref(), Some("write the number's unit behind it in brackets, as `[ng/mL]`"));
    }

    #[test]
    fn the_whole_must_have_the_wanted_dimension() {
        let expr = parse("A * k", Mode::Model).expect("an expression");
        assert!(resolve_as(&expr, &scope(), &unit("mg/h")).is_ok());
        let found = resolve_as(&expr, &scope(), &unit("umol/h")).expect_err("a mass");
        assert_eq!(found[0].to_string(), "this is `mg/h` (mass per time), but `umol/h` (amount per time) is wanted");
        assert_eq!(found[0].hint().as_deref(), Some("divide by a molar mass (mass per amount)"));
        let zero = parse("0", Mode::Model).expect("an expression");
        assert!(resolve_as(&zero, &scope(), &unit("mg/h")).is_ok());
        let condition = parse("A > 0", Mode::Model).expect("an expression");
        assert!(resolve_condition(&condition, &scope(), BareNumber::Dimensionless).is_ok());
        assert!(resolve_condition(&expr, &scope(), BareNumber::Dimensionless).is_err());
        assert!(matches!(
            resolve_as(&condition, &scope(), &unit("1")).expect_err("a condition")[..],
            [ExpressionError::NumberExpected { .. }]
        ));
    }

    #[test]
    fn each_rule_has_its_error() {
        use ExpressionError as E;
        let one = |text: &str| {
            let mut found = errors(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            found.remove(0)
        };
        assert!(matches!(one("exp(A)"), E::NeedsDimensionless { .. }));
        assert!(matches!(one("ln(C)"), E::NeedsDimensionless { .. }));
        assert!(matches!(one("n^A"), E::NeedsDimensionless { .. }));
        assert!(matches!(one("A^n"), E::VariableExponent { .. }));
        assert!(matches!(one("hill(C, U, n)"), E::Mismatch { .. }));
        assert!(matches!(one("hill(C, C, A)"), E::NeedsDimensionless { .. }));
        assert!(matches!(one("if(C > U, 1, 0)"), E::Mismatch { .. }));
        assert!(matches!(one("if(A > 0, A, V)"), E::Mismatch { .. }));
        assert!(matches!(one("if(A, 1, 0)"), E::ConditionExpected { .. }));
        assert!(matches!(one("(A > 0) * k"), E::NumberExpected { .. }));
        assert!(matches!(one("n and n > 1"), E::ConditionExpected { .. }));
        assert!(matches!(one("if(n > 1, n, n > 2)"), E::NumberExpected { .. }));
        assert!(matches!(one("min(A)"), E::ArgumentCount { least: 2, most: None, found: 1, .. }));
        assert!(matches!(one("exp(n, n)"), E::ArgumentCount { .. }));
        assert!(matches!(one("exp()"), E::ArgumentCount { found: 0, .. }));
        assert!(matches!(one("max(0, A, V)"), E::Mismatch { .. }));
        assert!(matches!(one("k (A + A)"), E::NotAFunction { .. }));
        assert!(matches!(one("exp * 2"), E::MissingArguments { .. }));
        assert!(matches!(one("peak(C)"), E::OutcomeInModel { .. }));
        assert!(matches!(one("input(3)"), E::RouteExpected { .. }));
        assert_eq!(one("cl * C").hint().as_deref(), Some("did you mean `CL`?"));
        assert_eq!(one("input(nassal)").hint().as_deref(), Some("did you mean `nasal`?"));
        assert_eq!(one("sqr(V)").hint().as_deref(), Some("did you mean `sqrt`?"));
        assert_eq!(one("log(n)").hint().as_deref(), Some("write `ln(x)`, or `log10(x)` for base ten"));
        assert!(matches!(one("(((V^1e16)^1e16)^1e16)^1e16"), E::DimensionOutOfRange { .. }));
    }

    #[test]
    fn several_errors_are_told_in_the_order_of_the_text() {
        let found = errors("exp(A) + foo * ln(C) + min(A, U)");
        let starts: Vec<usize> = found.iter().map(|error| error.span().start).collect();
        assert_eq!(starts, [4, 9, 18, 23]);
    }

    #[test]
    fn in_an_outcome_a_bare_number_is_in_the_unit_of_its_target() {
        let condition = |text: &str| {
            let expr = parse(text, Mode::Outcome).expect(text);
            resolve_condition(&expr, &scope(), BareNumber::OfTarget).map(|resolved| resolved.tree)
        };
        assert_eq!(condition("C < 642"), condition("C < 642 ng/mL"));
        assert_eq!(condition("-2 < C"), condition("-2 ng/mL < C"));
        assert_eq!(condition("time > 2"), condition("time > 2 h"));
        assert!(condition("C / V < 642").is_err(), "what is computed has no declared unit");
    }

    #[test]
    fn a_time_or_level_is_a_number_in_its_unit() {
        let constant = |text: &str| resolve_constant(&parse(text, Mode::Outcome).expect(text), &unit("min"));
        assert_eq!(constant("30"), Ok(0.5));
        assert_eq!(constant("-30 min"), Ok(-0.5));
        assert_eq!(constant("2 d"), Ok(48.0));
        assert!(matches!(constant("2 mg"), Err(ExpressionError::WrongResult { .. })));
        assert!(matches!(constant("2 + 3"), Err(ExpressionError::ConstantExpected { .. })));
    }

    proptest! {
        #[test]
        fn whatever_parses_is_resolved_or_refused_in_place(
            text in "(A|C|U|n|k|time|pi|foo|[0-9]|1e3|[-+*/^<>(),]| and | or |not |if\\(|max\\(|hill\\(|input\\(iv\\)| \\[mg/L\\]){1,25}"
        ) {
            if let Err(errors) = try_resolved(&text, &scope()) {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(error.span().end <= text.len());
                    prop_assert!(!error.to_string().is_empty());
                    let _ = (error.hint(), error.related());
                }
            }
        }
    }
}

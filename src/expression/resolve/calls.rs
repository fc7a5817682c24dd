//! Calls: functions, `if` and `input`.

use super::Kind;
use super::infer::{Resolver, Typed, computed, rational_constant};
use crate::diagnostics::did_you_mean;
use crate::expression::error::ExpressionError;
use crate::expression::function::{Function, OUTCOMES, foreign_name};
use crate::expression::syntax::{Expr, ExprKind};
use crate::expression::tree::{Symbol, Tree};
use crate::numerics::rational::Rational;
use crate::units::{Dimension, Span};

impl Resolver<'_> {
    pub(super) fn call(&mut self, name: &str, name_span: &Span, arguments: &[Expr], span: Span) -> Option<Typed> {
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
}

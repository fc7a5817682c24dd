//! Reading outcomes: from `peak(C) / mean(C, 0 h, 24 h)` to a [`Measure`] and the unit of its value.
//!
//! Outcomes are combined under the rules of equations: what is added, compared or chosen between has one dimension, the
//! arguments of functions are pure numbers, a truth value is no number. This file must never look at a trajectory.

use super::outcome::{Measure, Outcome, Taken};
use crate::diagnostics::{Code, Diagnostic, Place, Report, SourceText, did_you_mean};
use crate::expression::{
    Arithmetic, Expr, ExprKind, Function, Logic, Mode, Operator, Tree, UnaryOperator, parse, resolve_constant,
};
use crate::model::{Column, Model};
use crate::units::Unit;
use std::ops::Range;
use std::sync::Arc;

/// The names of outcomes, aliases behind them, with the least and the most arguments.
const NAMES: [(&str, Outcome, usize, usize); 15] = [
    ("at", Outcome::At, 2, 2),
    ("peak", Outcome::Peak, 1, 3),
    ("Cmax", Outcome::Peak, 1, 3),
    ("tpeak", Outcome::PeakTime, 1, 3),
    ("tmax", Outcome::PeakTime, 1, 3),
    ("trough", Outcome::Trough, 1, 3),
    ("Cmin", Outcome::Trough, 1, 3),
    ("mean", Outcome::Mean, 1, 3),
    ("auc", Outcome::Area, 1, 3),
    ("AUC", Outcome::Area, 1, 3),
    ("auc_inf", Outcome::AreaToInfinity, 1, 1),
    ("AUC_inf", Outcome::AreaToInfinity, 1, 1),
    ("half_life", Outcome::HalfLife, 1, 1),
    ("time_above", Outcome::TimeAbove, 2, 4),
    ("first_time", Outcome::FirstTime, 1, 1),
];

/// A part of a measure that was read.
struct Part {
    measure: Measure,
    /// The unit in which it is shown; none of a condition.
    unit: Unit,
    condition: bool,
}

impl Part {
    fn number(measure: Measure, unit: Unit) -> Part {
        Part { measure, unit, condition: false }
    }

    fn condition(measure: Measure) -> Part {
        Part { measure, unit: Unit::none(), condition: true }
    }

    /// Nought is nought in every unit.
    fn is_zero(&self) -> bool {
        self.measure == Measure::Constant(0.0)
    }
}

/// Reads a measure, and adds its subjects to those that are known.
///
/// # Errors
/// All that is wrong with the text.
pub(super) fn read(
    source: &Arc<SourceText>,
    model: &Model,
    runs: &[&str],
    subjects: &mut Vec<Tree>,
) -> Result<(Measure, Unit), Report> {
    let mut reader = Reader { source, model, runs, subjects, report: Report::default() };
    let part = match parse(&source.text, Mode::Outcome) {
        Ok(expr) => reader.read(&expr),
        Err(errors) => {
            for error in errors {
                reader.complain(Code::ExpressionSyntax, error.to_string(), &error.span(), error.hint());
            }
            None
        }
    };
    match part {
        Some(part) if !reader.report.has_errors() => Ok((part.measure, part.unit)),
        _ => Err(reader.report),
    }
}

struct Reader<'a> {
    source: &'a Arc<SourceText>,
    model: &'a Model,
    runs: &'a [&'a str],
    subjects: &'a mut Vec<Tree>,
    report: Report,
}

impl Reader<'_> {
    fn complain(&mut self, code: Code, message: String, span: &Range<usize>, hint: Option<String>) {
        let place = Place::new(self.source, span.clone());
        self.report.push(Diagnostic::error(code, message).at(&place, "").hint_if(hint));
    }

    fn read(&mut self, expr: &Expr) -> Option<Part> {
        match &expr.kind {
            ExprKind::Number { value, unit: None } => Some(Part::number(Measure::Constant(*value), Unit::none())),
            ExprKind::Number { value, unit: Some(unit) } => {
                Some(Part::number(Measure::Constant(unit.to_internal(*value)), (**unit).clone()))
            }
            ExprKind::Boolean(truth) => Some(Part::condition(Measure::Constant(f64::from(u8::from(*truth))))),
            ExprKind::Unary(UnaryOperator::Negate, operand) => {
                let part = self.number(operand, "`-`")?;
                Some(Part::number(Measure::Negate(Box::new(part.measure)), part.unit))
            }
            ExprKind::Unary(UnaryOperator::Not, _) => {
                self.complain(Code::ExpressionSyntax, "`not` cannot stand in an outcome".into(), &expr.span, None);
                None
            }
            ExprKind::Binary(Operator::Logic(logic), left, right) => self.logic(*logic, left, right),
            ExprKind::Binary(Operator::Comparison(comparison), left, right) => {
                let what = format!("`{}`", Operator::Comparison(*comparison).text());
                let (a, b) = (self.number(left, &what), self.number(right, &what));
                let (a, b) = (a?, b?);
                self.same(expr, &a, &b)?;
                Some(Part::condition(Measure::Compare(*comparison, Box::new(a.measure), Box::new(b.measure))))
            }
            ExprKind::Binary(Operator::Arithmetic(operator), left, right) => {
                self.arithmetic(expr, *operator, left, right)
            }
            ExprKind::Call { name, name_span, arguments } => self.call(name, name_span, arguments, expr),
            ExprKind::Name(name) => self.name(name, expr),
        }
    }

    /// A part that must be a number.
    fn number(&mut self, expr: &Expr, what: &str) -> Option<Part> {
        let part = self.read(expr)?;
        if part.condition {
            let message = format!("{what} needs a number, and this is true or false");
            self.complain(Code::BooleanMismatch, message, &expr.span, None);
            return None;
        }
        Some(part)
    }

    /// A part that must be a pure number.
    fn pure_number(&mut self, expr: &Expr, what: &str) -> Option<Part> {
        let part = self.number(expr, what)?;
        if !part.unit.dimension().is_none() {
            let message = format!("{what} takes a pure number, not `{}`", part.unit.text());
            self.complain(Code::NeedsDimensionless, message, &expr.span, None);
            return None;
        }
        Some(part)
    }

    /// A bare name: what depends on parameters alone is one number in the whole run.
    fn name(&mut self, name: &str, expr: &Expr) -> Option<Part> {
        let column = self.model.column(name);
        let constant = |quantity: usize| self.model.is_of_parameters(&self.model.quantities[quantity].tree);
        if self.model.parameter(name).is_some() || matches!(column, Some(Column::Quantity(one)) if constant(one)) {
            let (subject, unit) = self.subject(expr, Outcome::Start)?;
            let taken = Taken { run: 0, outcome: Outcome::Start, subject, value: f64::NAN, window: (None, None) };
            return Some(Part::number(Measure::Taken(taken), unit));
        }
        let (message, hint) = match column {
            Some(_) => (
                format!("`{name}` is a curve, not a number"),
                Some(format!("say when: `at({name}, 24 h)`, `peak({name})`")),
            ),
            None => (format!("there is no outcome `{name}`"), None),
        };
        self.complain(Code::UnknownOutcome, message, &expr.span, hint);
        None
    }

    /// Truth values are 1 and 0: `and` is their product, `or` their larger one.
    fn logic(&mut self, logic: Logic, left: &Expr, right: &Expr) -> Option<Part> {
        let mut side = |expr: &Expr| {
            let part = self.read(expr)?;
            if !part.condition {
                let message = format!("`{}` needs a condition, and this is a number", Operator::Logic(logic).text());
                let hint = Some("compare it with something, as in `peak(x) > 2`".to_string());
                self.complain(Code::BooleanMismatch, message, &expr.span, hint);
                return None;
            }
            Some(part.measure)
        };
        let (a, b) = (side(left), side(right));
        let (a, b) = (a?, b?);
        Some(Part::condition(match logic {
            Logic::And => Measure::Binary(Arithmetic::Multiply, Box::new(a), Box::new(b)),
            Logic::Or => Measure::Call(Function::Max, vec![a, b]),
        }))
    }

    fn arithmetic(&mut self, expr: &Expr, operator: Arithmetic, left: &Expr, right: &Expr) -> Option<Part> {
        let what = format!("`{}`", Operator::Arithmetic(operator).text());
        let (a, b) = match operator {
            Arithmetic::Power => (self.pure_number(left, "the base of `^`"), self.pure_number(right, "an exponent")),
            _ => (self.number(left, &what), self.number(right, &what)),
        };
        let (a, b) = (a?, b?);
        let unit = match operator {
            Arithmetic::Multiply => a.unit.times(&b.unit),
            Arithmetic::Divide => a.unit.over(&b.unit),
            Arithmetic::Power => Some(Unit::none()),
            Arithmetic::Add | Arithmetic::Subtract => Some(self.same(expr, &a, &b)?),
        };
        let Some(unit) = unit else {
            self.complain(Code::UnitMismatch, "the units of this cannot be worked out".into(), &expr.span, None);
            return None;
        };
        let unit = if unit.dimension().is_none() { Unit::none() } else { unit };
        Some(Part::number(Measure::Binary(operator, Box::new(a.measure), Box::new(b.measure)), unit))
    }

    /// The common unit of two parts.
    fn same(&mut self, expr: &Expr, a: &Part, b: &Part) -> Option<Unit> {
        if a.unit.compatible(&b.unit) || b.is_zero() {
            return Some(a.unit.clone());
        }
        if a.is_zero() {
            return Some(b.unit.clone());
        }
        let words = |unit: &Unit| format!("`{}` ({})", unit.text(), unit.describe());
        let message = format!("{} and {} do not agree", words(&a.unit), words(&b.unit));
        self.complain(Code::UnitMismatch, message, &expr.span, None);
        None
    }

    fn call(&mut self, name: &str, name_span: &Range<usize>, arguments: &[Expr], expr: &Expr) -> Option<Part> {
        let (run, outcome_name) = match name.split_once('.') {
            None => (0, name),
            Some((run, outcome)) => match self.runs.iter().position(|known| *known == run) {
                Some(index) => (index, outcome),
                None => {
                    let hint =
                        did_you_mean(run, self.runs.iter().copied()).map(|near| format!("did you mean `{near}`?"));
                    self.complain(Code::UnknownOutcome, format!("there is no run `{run}` here"), name_span, hint);
                    return None;
                }
            },
        };
        if let Some((_, outcome, least, most)) = NAMES.iter().find(|(known, ..)| *known == outcome_name) {
            let hint = Some(usage(outcome_name).to_string());
            self.count(outcome_name, (*least, Some(*most)), arguments, expr, hint)?;
            return self.outcome(run, *outcome, arguments);
        }
        match Function::named(outcome_name) {
            Some(function) if !name.contains('.') => self.function(function, arguments, expr),
            _ => {
                let hint = did_you_mean(outcome_name, NAMES.iter().map(|(known, ..)| *known))
                    .map(|near| format!("did you mean `{near}`?"));
                self.complain(Code::UnknownOutcome, format!("there is no outcome `{name}`"), name_span, hint);
                None
            }
        }
    }

    fn count(
        &mut self,
        name: &str,
        (least, most): (usize, Option<usize>),
        arguments: &[Expr],
        expr: &Expr,
        hint: Option<String>,
    ) -> Option<()> {
        let found = arguments.len();
        if found >= least && most.is_none_or(|most| found <= most) {
            return Some(());
        }
        let wanted = match most {
            Some(most) if most == least => least.to_string(),
            Some(most) => format!("{least} to {most}"),
            None => format!("at least {least}"),
        };
        let plural = if wanted == "1" { "" } else { "s" };
        let message = format!("`{name}` takes {wanted} argument{plural}, not {found}");
        self.complain(Code::WrongArguments, message, &expr.span, hint);
        None
    }

    /// A function of outcomes, under the rules that hold in equations.
    fn function(&mut self, function: Function, arguments: &[Expr], expr: &Expr) -> Option<Part> {
        self.count(function.name(), function.arity(), arguments, expr, None)?;
        let what = format!("`{}`", function.name());
        let parts: Vec<Option<Part>> = arguments
            .iter()
            .enumerate()
            .map(|(place, argument)| match (function, place) {
                (Function::Min | Function::Max | Function::Abs, _) | (Function::Hill, 0 | 1) => {
                    self.number(argument, &what)
                }
                (Function::Hill, _) => self.pure_number(argument, "the exponent of `hill`"),
                _ => self.pure_number(argument, &what),
            })
            .collect();
        let parts: Vec<Part> = parts.into_iter().collect::<Option<_>>()?;
        let unit = match (function, parts.as_slice()) {
            (Function::Min | Function::Max, parts) => {
                // The first that is not nought says what the others must agree with.
                let first = parts.iter().find(|part| !part.is_zero()).or(parts.first())?;
                for part in parts {
                    self.same(expr, first, part)?;
                }
                first.unit.clone()
            }
            (Function::Hill, [x, k, ..]) => {
                self.same(expr, x, k)?;
                Unit::none()
            }
            (Function::Abs, [part]) => part.unit.clone(),
            _ => Unit::none(),
        };
        Some(Part::number(Measure::Call(function, parts.into_iter().map(|part| part.measure).collect()), unit))
    }

    fn outcome(&mut self, run: usize, outcome: Outcome, arguments: &[Expr]) -> Option<Part> {
        let time = self.model.time_unit.clone();
        let (subject, unit) = self.subject(&arguments[0], outcome)?;
        let mut value = f64::NAN;
        let mut rest = &arguments[1..];
        if matches!(outcome, Outcome::At | Outcome::TimeAbove) {
            value = self.constant(&rest[0], if outcome == Outcome::At { &time } else { &unit })?;
            rest = &rest[1..];
        }
        let from = rest.first().map(|one| self.constant(one, &time));
        let until = rest.get(1).map(|one| self.constant(one, &time));
        if matches!(from, Some(None)) || matches!(until, Some(None)) {
            return None;
        }
        let window = (from.flatten(), until.flatten());
        if let (Some(a), Some(b)) = window
            && a >= b
        {
            self.complain(
                Code::BadArgument,
                "the time window is empty".into(),
                &arguments[arguments.len() - 1].span,
                None,
            );
            return None;
        }
        let shown = match outcome {
            Outcome::Start | Outcome::At | Outcome::Peak | Outcome::Trough | Outcome::Mean => unit,
            Outcome::PeakTime | Outcome::HalfLife | Outcome::TimeAbove | Outcome::FirstTime => time,
            Outcome::Area | Outcome::AreaToInfinity => unit.times(&time)?,
        };
        Some(Part::number(Measure::Taken(Taken { run, outcome, subject, value, window }), shown))
    }

    /// The subject of an outcome: an expression of the model's names, or a condition.
    fn subject(&mut self, expr: &Expr, outcome: Outcome) -> Option<(usize, Unit)> {
        let span = with_parentheses(&self.source.text, &expr.span);
        let text = SourceText::new(self.source.name.clone(), self.source.text.get(span.clone()).unwrap_or_default());
        match self.model.expression(&text, outcome == Outcome::FirstTime) {
            Ok((tree, unit)) => {
                let index = self.subjects.iter().position(|known| *known == tree).unwrap_or_else(|| {
                    self.subjects.push(tree);
                    self.subjects.len() - 1
                });
                Some((index, unit))
            }
            Err(report) => {
                // Places are those of the part; shift them into the whole text.
                for mut one in report.list {
                    if let Some(place) = &one.place {
                        let span = span.start + place.span.start..span.start + place.span.end;
                        one.place = Some(Place::new(self.source, span));
                    }
                    one.related.clear();
                    self.report.push(one);
                }
                None
            }
        }
    }

    fn constant(&mut self, expr: &Expr, unit: &Unit) -> Option<f64> {
        match resolve_constant(expr, unit) {
            Ok(value) => Some(value),
            Err(error) => {
                self.complain(Code::BadQuantity, error.to_string(), &error.span(), error.hint());
                None
            }
        }
    }
}

/// The span of an expression with the parentheses at its ends, which its own span leaves out: `(a + b) * c`.
fn with_parentheses(text: &str, span: &Range<usize>) -> Range<usize> {
    let (mut depth, mut lowest) = (0_i64, 0_i64);
    for byte in text.get(span.clone()).unwrap_or_default().bytes() {
        depth += i64::from(byte == b'(') - i64::from(byte == b')');
        lowest = lowest.min(depth);
    }
    let (mut start, mut end) = (span.start, span.end);
    for _ in lowest..0 {
        start = text[..start].rfind('(').unwrap_or(start);
    }
    for _ in lowest..depth {
        end = text[end..].find(')').map_or(end, |at| end + at + 1);
    }
    start..end
}

/// How an outcome is written.
fn usage(name: &str) -> &'static str {
    match name {
        "at" => "write `at(x, 40 min)`",
        "mean" => "write `mean(x, 0 h, 24 h)`, or `mean(x)` for the whole run",
        "auc" | "AUC" => "write `auc(x, 0 h, 24 h)`, or `auc(x)` for the whole run",
        "time_above" => "write `time_above(x, level)`",
        "first_time" => "write `first_time(x > level)`",
        _ => "write the name of a state or quantity in the parentheses",
    }
}

#[cfg(test)]
mod tests {
    use super::with_parentheses;

    #[test]
    fn a_subject_keeps_the_parentheses_at_its_ends() {
        for (text, inner, whole) in [
            ("at((a + b) * c, 1 h)", "a + b) * c", "(a + b) * c"),
            ("peak(2 * (a + b))", "2 * (a + b", "2 * (a + b)"),
            ("at( ( (a + b) / (c)) , 1 h)", "a + b) / (c", "(a + b) / (c)"),
            ("peak(a)", "a", "a"),
        ] {
            let start = text.find(inner).expect("a part");
            let got = with_parentheses(text, &(start..start + inner.len()));
            assert_eq!(&text[got], whole);
        }
        assert_eq!(with_parentheses("at((a + b) * c, 1 h)", &(4..14)), 3..14);
    }
}

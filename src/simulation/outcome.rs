//! Outcomes as they are written: `peak(C)`, `at(glutamate, 40 min)`, `drug.auc(C, 0, 24 h) / control.auc(C, 0, 24 h)`.
//!
//! One vocabulary for `--measure`, sweeps, evidence and captions. Text is turned into a [`Measure`] whose subjects
//! (what the outcomes are taken of) are plain trees; they are evaluated beside the model's quantities.
//! This file must never integrate; [`super::measure`] takes outcomes from trajectories.

use crate::diagnostics::{Code, Diagnostic, Place, Report, SourceText, did_you_mean};
use crate::expression::{
    Arithmetic, Comparison, Expr, ExprKind, Function, Mode, Operator, Tree, UnaryOperator, parse, resolve_constant,
};
use crate::model::Model;
use crate::units::Unit;
use std::ops::Range;
use std::sync::Arc;

/// What can be asked of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its value at the very beginning, before the first dose.
    Start,
    /// Its value at a time (of a jump, after it).
    At,
    /// Its largest value.
    Peak,
    /// When it is largest; the first time if there are several.
    PeakTime,
    /// Its smallest value.
    Trough,
    /// Its mean between two times.
    Mean,
    /// The area under it between two times.
    Area,
    /// The area to infinity: to the end, and the end value over the terminal slope.
    AreaToInfinity,
    /// `ln 2` over the terminal slope.
    HalfLife,
    /// For how long it is above a level.
    TimeAbove,
    /// When a condition is true for the first time.
    FirstTime,
}

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

/// One outcome of one subject in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Which run, an index into the list of runs.
    pub run: usize,
    /// What is asked.
    pub outcome: Outcome,
    /// Of what: an index into [`Measures::subjects`].
    pub subject: usize,
    /// The time of `at`, the level of `time_above` (internal units).
    pub value: f64,
    /// From when to when, internal time; the whole run where absent.
    pub window: (Option<f64>, Option<f64>),
}

/// An expression over outcomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// A number, internal units.
    Constant(f64),
    /// An outcome.
    Taken(Taken),
    /// `-a`.
    Negate(Box<Measure>),
    /// `a + b` and the like.
    Binary(Arithmetic, Box<Measure>, Box<Measure>),
    /// `a < b`: 1 or 0.
    Compare(Comparison, Box<Measure>, Box<Measure>),
    /// A function of outcomes.
    Call(Function, Vec<Measure>),
}

impl Taken {
    /// The span of time that it looks at, generous by a few bits.
    fn span(&self) -> (f64, f64) {
        let (from, until) = match self.outcome {
            // Where the solution began is always kept.
            Outcome::Start => return (f64::INFINITY, f64::INFINITY),
            Outcome::At => (self.value, self.value),
            Outcome::HalfLife | Outcome::AreaToInfinity => (f64::NEG_INFINITY, f64::INFINITY),
            _ => (self.window.0.unwrap_or(f64::NEG_INFINITY), self.window.1.unwrap_or(f64::INFINITY)),
        };
        (from - 1e-9 * from.abs().min(1e9), until + 1e-9 * until.abs().min(1e9))
    }
}

/// The spans of time that measures look at in run `run`, for [`super::Keep::Within`].
pub fn spans<'a>(measures: impl Iterator<Item = (&'a Measure, usize)>) -> Vec<(f64, f64)> {
    let mut spans = Vec::new();
    for (measure, run) in measures {
        measure.each_taken(&mut |taken| {
            if taken.run == run {
                spans.push(taken.span());
            }
        });
    }
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    spans.dedup();
    spans
}

impl Measure {
    /// Visits every outcome in it.
    pub fn each_taken(&self, visit: &mut impl FnMut(&Taken)) {
        match self {
            Measure::Constant(_) => {}
            Measure::Taken(taken) => visit(taken),
            Measure::Negate(inner) => inner.each_taken(visit),
            Measure::Binary(_, a, b) | Measure::Compare(_, a, b) => {
                a.each_taken(visit);
                b.each_taken(visit);
            }
            Measure::Call(_, arguments) => arguments.iter().for_each(|argument| argument.each_taken(visit)),
        }
    }
}

/// Measures of one model, with the subjects they share.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    /// What outcomes are taken of.
    pub subjects: Vec<Tree>,
    /// The measures, each with the unit in which its value is shown.
    pub list: Vec<(Measure, Unit)>,
}

impl Measures {
    /// Reads a measure against a model. `runs` are the names that may stand before an outcome (`drug.peak(C)`);
    /// without one the first run is meant.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn add(&mut self, source: &Arc<SourceText>, model: &Model, runs: &[&str]) -> Result<(), Report> {
        self.add_with(source, model, runs, false)
    }

    /// As [`Measures::add`]; with `bare_is_start` the bare name of a curve means its value before the first dose.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn add_with(
        &mut self,
        source: &Arc<SourceText>,
        model: &Model,
        runs: &[&str],
        bare_is_start: bool,
    ) -> Result<(), Report> {
        let mut reader =
            Reader { source, model, runs, bare_is_start, subjects: &mut self.subjects, report: Report::default() };
        let read = match parse(&source.text, Mode::Outcome) {
            Ok(expr) => reader.read(&expr),
            Err(errors) => {
                for error in errors {
                    let place = Place::new(source, error.span());
                    reader.report.push(
                        Diagnostic::error(Code::ExpressionSyntax, error.to_string())
                            .at(&place, "")
                            .hint_if(error.hint()),
                    );
                }
                None
            }
        };
        let report = reader.report;
        match read {
            Some(read) if !report.has_errors() => {
                self.list.push(read);
                Ok(())
            }
            _ => Err(report),
        }
    }
}

struct Reader<'a> {
    source: &'a Arc<SourceText>,
    model: &'a Model,
    runs: &'a [&'a str],
    bare_is_start: bool,
    subjects: &'a mut Vec<Tree>,
    report: Report,
}

impl Reader<'_> {
    fn complain(&mut self, code: Code, message: String, span: &Range<usize>, hint: Option<String>) {
        let place = Place::new(self.source, span.clone());
        self.report.push(Diagnostic::error(code, message).at(&place, "").hint_if(hint));
    }

    fn read(&mut self, expr: &Expr) -> Option<(Measure, Unit)> {
        match &expr.kind {
            ExprKind::Number { value, unit: None } => Some((Measure::Constant(*value), Unit::none())),
            ExprKind::Number { value, unit: Some(unit) } => {
                Some((Measure::Constant(unit.to_internal(*value)), (**unit).clone()))
            }
            ExprKind::Boolean(truth) => Some((Measure::Constant(f64::from(u8::from(*truth))), Unit::none())),
            ExprKind::Unary(UnaryOperator::Negate, operand) => {
                let (measure, unit) = self.read(operand)?;
                Some((Measure::Negate(Box::new(measure)), unit))
            }
            ExprKind::Unary(UnaryOperator::Not, _) => {
                self.complain(Code::ExpressionSyntax, "`not` cannot stand in an outcome".into(), &expr.span, None);
                None
            }
            ExprKind::Binary(operator, left, right) => self.binary(expr, *operator, left, right),
            ExprKind::Call { name, name_span, arguments } => self.call(name, name_span, arguments, expr),
            ExprKind::Name(name) => {
                if self.model.parameter(name).is_some() || (self.bare_is_start && self.model.column(name).is_some()) {
                    let (subject, unit) = self.subject(expr, Outcome::Start)?;
                    let taken =
                        Taken { run: 0, outcome: Outcome::Start, subject, value: f64::NAN, window: (None, None) };
                    return Some((Measure::Taken(taken), unit));
                }
                let known = self.model.column(name).is_some();
                let hint = known.then(|| format!("say when: `at({name}, 24 h)`, `peak({name})`"));
                let message = if known {
                    format!("`{name}` is a curve, not a number")
                } else {
                    format!("there is no outcome `{name}`")
                };
                self.complain(Code::UnknownOutcome, message, &expr.span, hint);
                None
            }
        }
    }

    fn binary(&mut self, expr: &Expr, operator: Operator, left: &Expr, right: &Expr) -> Option<(Measure, Unit)> {
        let (left, right) = (self.read(left), self.read(right));
        let ((a, unit_a), (b, unit_b)) = (left?, right?);
        let boxed = |a, b| (Box::new(a), Box::new(b));
        match operator {
            Operator::Arithmetic(operator) => {
                let unit = match operator {
                    Arithmetic::Multiply => unit_a.times(&unit_b),
                    Arithmetic::Divide => unit_a.over(&unit_b),
                    Arithmetic::Power => Some(Unit::none()).filter(|_| unit_a.dimension().is_none()),
                    Arithmetic::Add | Arithmetic::Subtract => self.same(expr, &unit_a, &unit_b, &a, &b),
                };
                let unit = unit.map(|unit| if unit.dimension().is_none() { Unit::none() } else { unit });
                if unit.is_none() && !self.report.has_errors() {
                    self.complain(
                        Code::UnitMismatch,
                        "the units of this cannot be worked out".into(),
                        &expr.span,
                        None,
                    );
                }
                let (a, b) = boxed(a, b);
                Some((Measure::Binary(operator, a, b), unit?))
            }
            Operator::Comparison(comparison) => {
                self.same(expr, &unit_a, &unit_b, &a, &b)?;
                let (a, b) = boxed(a, b);
                Some((Measure::Compare(comparison, a, b), Unit::none()))
            }
            Operator::Logic(logic) => {
                // Truth values are 1 and 0: `and` is their product, `or` their larger one.
                let (a, b) = boxed(a, b);
                let measure = match logic {
                    crate::expression::Logic::And => Measure::Binary(Arithmetic::Multiply, a, b),
                    crate::expression::Logic::Or => Measure::Call(Function::Max, vec![*a, *b]),
                };
                Some((measure, Unit::none()))
            }
        }
    }

    /// The common unit of two sides; a bare number fits any, in its declared unit.
    fn same(&mut self, expr: &Expr, a: &Unit, b: &Unit, left: &Measure, right: &Measure) -> Option<Unit> {
        if a.compatible(b) {
            return Some(a.clone());
        }
        let zero = |measure: &Measure| *measure == Measure::Constant(0.0);
        if zero(right) {
            return Some(a.clone());
        }
        if zero(left) {
            return Some(b.clone());
        }
        let message = format!("`{}` ({}) and `{}` ({}) do not agree", a.text(), a.describe(), b.text(), b.describe());
        self.complain(Code::UnitMismatch, message, &expr.span, None);
        None
    }

    fn call(
        &mut self,
        name: &str,
        name_span: &Range<usize>,
        arguments: &[Expr],
        expr: &Expr,
    ) -> Option<(Measure, Unit)> {
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
            if !(*least..=*most).contains(&arguments.len()) {
                let wanted = if least == most { least.to_string() } else { format!("{least} to {most}") };
                let message = format!("`{outcome_name}` takes {wanted} arguments, not {}", arguments.len());
                self.complain(Code::WrongArguments, message, &expr.span, Some(usage(outcome_name).to_string()));
                return None;
            }
            return self.outcome(run, *outcome, arguments);
        }
        match Function::named(outcome_name) {
            Some(function) if !name.contains('.') => {
                let mut measures = Vec::new();
                let mut unit: Option<Unit> = None;
                for argument in arguments {
                    let (measure, of) = self.read(argument)?;
                    measures.push(measure);
                    unit.get_or_insert(of);
                }
                let keeps = matches!(
                    function,
                    Function::Min | Function::Max | Function::Abs | Function::Floor | Function::Ceil
                );
                let unit = unit.unwrap_or_else(Unit::none);
                if !keeps && !unit.dimension().is_none() {
                    self.complain(
                        Code::NeedsDimensionless,
                        format!("`{name}` takes a pure number, not `{}`", unit.text()),
                        &expr.span,
                        None,
                    );
                    return None;
                }
                Some((Measure::Call(function, measures), unit))
            }
            _ => {
                let hint = did_you_mean(outcome_name, NAMES.iter().map(|(known, ..)| *known))
                    .map(|near| format!("did you mean `{near}`?"));
                self.complain(Code::UnknownOutcome, format!("there is no outcome `{name}`"), name_span, hint);
                None
            }
        }
    }

    fn outcome(&mut self, run: usize, outcome: Outcome, arguments: &[Expr]) -> Option<(Measure, Unit)> {
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
        Some((Measure::Taken(Taken { run, outcome, subject, value, window }), shown))
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

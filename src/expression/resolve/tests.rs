//! What is inferred, and what is told when it cannot be.

use super::*;
use crate::expression::ExpressionError;
use crate::expression::test_scope::{Listed, resolved, try_resolved};
use crate::expression::tree::{Arithmetic, Tree};
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
    assert_eq!((right.unit.as_str(), right.is.as_str(), right.span.clone()), ("umol/L", "amount per volume", 4..10));
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
    assert!(matches!(one("if(n > 1, 0, n > 2)"), E::NumberExpected { .. }));
    assert!(matches!(one("if(n > 1, n > 2, 0)"), E::NumberExpected { .. }));
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
fn a_quantity_in_an_equation_is_a_number_without_a_source() {
    let naked = |text: &str| resolved(text, &scope()).findings.len();
    for (text, count) in [("2 * A", 0), ("A + 2 [mg]", 1), ("A + 0 [mg]", 0), ("time / (1 [h])", 0), ("3 * A", 1)] {
        assert_eq!(naked(text), count, "{text}");
    }
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

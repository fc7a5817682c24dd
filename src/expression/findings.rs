//! Numbers in an equation that are probably not meant to be there: conversions between units written by hand, and values
//! without a name and a source.

use super::error::Finding;
use super::syntax::{Expr, ExprKind, Operator, UnaryOperator};
use super::tree::Arithmetic;
use crate::units::Span;

/// The largest exponent that needs no source.
const LARGEST_EXPONENT: f64 = 16.0;

/// The conversions written by hand in a factor of a product of which another factor has a dimension, and is in `unit`, which
/// is asked for only where there is something to say.
///
/// `factor` may itself be a product, as the `60 * n` of `60 * n * C`; numbers inside anything else are left alone.
pub(super) fn conversions(factor: &Expr, unit: &dyn Fn() -> String) -> Vec<Finding> {
    let named = literal(factor).and_then(|value| Some((value, conversion(value)?)));
    if let Some((value, conversion)) = named {
        let span = factor.span.clone();
        return vec![Finding::HandConversion { value, span, conversion, unit: unit() }];
    }
    match &factor.kind {
        ExprKind::Unary(UnaryOperator::Negate, operand) => conversions(operand, unit),
        ExprKind::Binary(Operator::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide), left, right) => {
            let mut found = conversions(left, unit);
            found.extend(conversions(right, unit));
            found
        }
        _ => Vec::new(),
    }
}

/// The hand conversions given and the literals that are numbers without a source, in the order of the text. A literal is
/// told once.
pub(super) fn naked_literals(expr: &Expr, mut found: Vec<Finding>) -> Vec<Finding> {
    let order = |finding: &Finding| (finding.span().start, finding.span().end);
    found.sort_by_key(order);
    found.dedup_by_key(|finding| order(finding));
    let told: Vec<Span> = found.iter().map(Finding::span).collect();
    walk(expr, false, &told, &mut found);
    found.sort_by_key(order);
    found
}

fn walk(expr: &Expr, exponent: bool, told: &[Span], found: &mut Vec<Finding>) {
    if told.contains(&expr.span) {
        return;
    }
    match &expr.kind {
        ExprKind::Number { value, unit } => {
            // With a unit, `1 [h]` takes the unit out of a number, and more is a number of its own.
            let plain: &[f64] = if unit.is_none() { &[0.0, 0.5, 1.0, 2.0] } else { &[0.0, 1.0] };
            let plain = plain.contains(value);
            let small = exponent && *value <= LARGEST_EXPONENT && (2.0 * value).floor() == 2.0 * value;
            if !plain && !small {
                found.push(Finding::NakedLiteral { value: *value, span: expr.span.clone() });
            }
        }
        ExprKind::Binary(Operator::Arithmetic(Arithmetic::Power), base, power) => {
            walk(base, exponent, told, found);
            walk(power, true, told, found);
        }
        ExprKind::Call { name, arguments, .. } => {
            for (index, argument) in arguments.iter().enumerate() {
                walk(argument, exponent || name == "hill" && index == 2, told, found);
            }
        }
        ExprKind::Boolean(_) | ExprKind::Name(_) | ExprKind::Unary(..) | ExprKind::Binary(..) => {
            for child in expr.children() {
                walk(child, exponent, told, found);
            }
        }
    }
}

/// The value of an expression of bare numbers; only powers of ten are worked out exactly, because only they matter.
fn literal(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Number { value, unit: None } => Some(*value),
        ExprKind::Unary(UnaryOperator::Negate, operand) => literal(operand).map(|value| -value),
        ExprKind::Binary(Operator::Arithmetic(operation), left, right) => {
            let (left, right) = (literal(left)?, literal(right)?);
            match operation {
                Arithmetic::Add => Some(left + right),
                Arithmetic::Subtract => Some(left - right),
                Arithmetic::Multiply => Some(left * right),
                Arithmetic::Divide => Some(left / right),
                Arithmetic::Power if left == 10.0 && right.floor() == right && right.abs() < 300.0 => {
                    format!("1e{right}").parse().ok()
                }
                Arithmetic::Power => Some(f64::NAN),
            }
        }
        _ => None,
    }
}

/// The conversion that a number or its reciprocal looks like.
fn conversion(value: f64) -> Option<&'static str> {
    let value = value.abs();
    let either = |number: f64| value == number || value == 1.0 / number;
    if either(60.0) {
        return Some("between s and min, or min and h");
    }
    if either(3600.0) {
        return Some("between s and h");
    }
    if either(24.0) {
        return Some("between h and d");
    }
    if either(7.0) {
        return Some("between d and wk");
    }
    // Shortest digits: a power of ten has the mantissa 1 and an exponent other than 0.
    let digits = format!("{value:e}");
    match digits.split_once('e') {
        Some(("1", "0")) | None => None,
        Some(("1", _)) => Some("between units such as mg and ug"),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::test_scope::{Listed, resolved};

    fn findings(text: &str) -> Vec<(String, bool)> {
        let scope = Listed::new(&[("C", "ng/mL"), ("k", "1/h"), ("n", "1"), ("Kd", "ng/mL"), ("w", "kg")]);
        resolved(text, &scope)
            .findings
            .into_iter()
            .map(|finding| (text[finding.span()].to_string(), matches!(finding, Finding::HandConversion { .. })))
            .collect()
    }

    #[test]
    fn conversions_by_hand_are_found() {
        let cases = [
            ("C * 1000", "1000"),
            ("1e-3 * C", "1e-3"),
            ("C / 1000", "1000"),
            ("60 * n * C", "60"),
            ("C * (24 * n)", "24"),
            ("1/60 * k", "1/60"),
            ("k / 3600", "3600"),
            ("10^-3 * C", "10^-3"),
            ("-7 * k", "-7"),
            ("C * 1000 / Kd", "1000"),
            ("k * 0.1", "0.1"),
        ];
        for (text, literal) in cases {
            assert_eq!(findings(text), [(literal.to_string(), true)], "{text}");
        }
        assert_eq!(findings("C * 1000 * 60"), [("1000".to_string(), true), ("60".to_string(), true)]);
    }

    #[test]
    fn a_conversion_is_found_only_beside_a_dimension() {
        for text in ["n * 60", "1000 * n / 7", "exp(-24 * n)"] {
            assert!(findings(text).iter().all(|(_, conversion)| !conversion), "{text}");
            assert!(!findings(text).is_empty(), "{text}: still numbers without a source");
        }
    }

    #[test]
    fn numbers_without_a_source_are_found() {
        assert_eq!(findings("n * 0.35 + 3"), [("0.35".to_string(), false), ("3".to_string(), false)]);
        assert_eq!(findings("C < 642 [ng/mL]"), [("642 [ng/mL]".to_string(), false)]);
        assert_eq!(findings("(w / (70 [kg]))^0.75"), [("70 [kg]".to_string(), false), ("0.75".to_string(), false)]);
    }

    #[test]
    fn structural_numbers_need_no_source() {
        for text in [
            "1 - n",
            "2 * n",
            "0.5 * C",
            "n^3",
            "n^-4",
            "C^(1/2)",
            "n^2.5",
            "n^(3/2)",
            "1/2 * k",
            "hill(C, Kd, 4)",
            "max(0, C)",
            "-1 * C",
        ] {
            assert_eq!(findings(text), [], "{text}");
        }
    }
}

//! Expressions as text: in the language itself, and in Unicode for terminals and figures.
//!
//! What [`print`] writes parses back to the same expression. Trees are printed by turning them into expressions first.

use super::syntax::{Expr, ExprKind, Operator, UnaryOperator};
use super::tree::{Arithmetic, Comparison, Logic, Symbol, Tree};
use crate::numerics::float_text::number_text;

/// How tightly each kind of expression binds; the numbers are those of the parser.
pub(super) fn tightness(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary(Operator::Logic(Logic::Or), ..) => 1,
        ExprKind::Binary(Operator::Logic(Logic::And), ..) => 3,
        ExprKind::Unary(UnaryOperator::Not, _) => 5,
        ExprKind::Binary(Operator::Comparison(_), ..) => 7,
        ExprKind::Binary(Operator::Arithmetic(Arithmetic::Add | Arithmetic::Subtract), ..) => 9,
        ExprKind::Binary(Operator::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide), ..) => 11,
        ExprKind::Unary(UnaryOperator::Negate, _) => 13,
        ExprKind::Binary(Operator::Arithmetic(Arithmetic::Power), ..) => 16,
        ExprKind::Number { .. } | ExprKind::Boolean(_) | ExprKind::Name(_) | ExprKind::Call { .. } => 20,
    }
}

/// How tightly the left and the right operand must bind to stand without parentheses.
pub(super) fn operand_tightness(operator: Operator) -> (u8, u8) {
    match operator {
        Operator::Logic(Logic::Or) => (1, 2),
        Operator::Logic(Logic::And) => (3, 4),
        Operator::Comparison(_) => (8, 8),
        Operator::Arithmetic(Arithmetic::Add | Arithmetic::Subtract) => (9, 10),
        Operator::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide) => (11, 12),
        Operator::Arithmetic(Arithmetic::Power) => (17, 13),
    }
}

/// The expression in the language itself.
pub fn print(expr: &Expr) -> String {
    let mut text = String::new();
    write(expr, 0, Style::Source, &mut text);
    text
}

/// The expression in plain Unicode, as `k · x² ≤ 3 ng/mL`.
pub fn print_unicode(expr: &Expr) -> String {
    let mut text = String::new();
    write(expr, 0, Style::Unicode, &mut text);
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Source,
    Unicode,
}

fn write(expr: &Expr, least: u8, style: Style, text: &mut String) {
    let parentheses = tightness(expr) < least;
    if parentheses {
        text.push('(');
    }
    match &expr.kind {
        ExprKind::Number { value, unit } => {
            text.push_str(&number_text(*value));
            match (unit, style) {
                (Some(unit), Style::Source) => text.push_str(&format!(" [{unit}]")),
                (Some(unit), Style::Unicode) => text.push_str(&format!(" {unit}")),
                (None, _) => {}
            }
        }
        ExprKind::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
        ExprKind::Name(name) if style == Style::Unicode && name == "pi" => text.push('π'),
        ExprKind::Name(name) => text.push_str(name),
        ExprKind::Unary(UnaryOperator::Negate, operand) => {
            text.push_str(if style == Style::Source { "-" } else { "−" });
            write(operand, 13, style, text);
        }
        ExprKind::Unary(UnaryOperator::Not, operand) => {
            text.push_str("not ");
            write(operand, 5, style, text);
        }
        ExprKind::Binary(operator, left, right) => {
            let (mut left_least, right_least) = operand_tightness(*operator);
            // Without its brackets a unit would take the power.
            if style == Style::Unicode
                && *operator == Operator::Arithmetic(Arithmetic::Power)
                && matches!(left.kind, ExprKind::Number { unit: Some(_), .. })
            {
                left_least = 21;
            }
            write(left, left_least, style, text);
            match (operator, superscript(right)) {
                (Operator::Arithmetic(Arithmetic::Power), Some(raised)) if style == Style::Unicode => {
                    text.push_str(&raised);
                }
                (Operator::Arithmetic(Arithmetic::Power), _) => {
                    text.push('^');
                    write(right, right_least, style, text);
                }
                _ => {
                    text.push(' ');
                    text.push_str(if style == Style::Source { operator.text() } else { unicode(*operator) });
                    text.push(' ');
                    write(right, right_least, style, text);
                }
            }
        }
        ExprKind::Call { name, arguments, .. } => {
            text.push_str(name);
            text.push('(');
            for (index, argument) in arguments.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                write(argument, 0, style, text);
            }
            text.push(')');
        }
    }
    if parentheses {
        text.push(')');
    }
}

fn unicode(operator: Operator) -> &'static str {
    match operator {
        Operator::Arithmetic(Arithmetic::Subtract) => "−",
        Operator::Arithmetic(Arithmetic::Multiply) => "·",
        Operator::Comparison(Comparison::LessOrEqual) => "≤",
        Operator::Comparison(Comparison::GreaterOrEqual) => "≥",
        Operator::Comparison(Comparison::Equal) => "=",
        Operator::Comparison(Comparison::NotEqual) => "≠",
        operator => operator.text(),
    }
}

/// A whole exponent in raised digits.
fn superscript(exponent: &Expr) -> Option<String> {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match &exponent.kind {
        ExprKind::Unary(UnaryOperator::Negate, operand) => Some(format!("⁻{}", superscript(operand)?)),
        ExprKind::Number { value, unit: None } if value.floor() == *value && (0.0..1e6).contains(value) => {
            number_text(*value).bytes().map(|digit| DIGITS.get(usize::from(digit.wrapping_sub(b'0')))).collect()
        }
        _ => None,
    }
}

/// A tree as an expression, with `names` for its symbols (the name of the route for an input). Its numbers are in the
/// internal system and bear no unit.
pub fn tree_to_expr(tree: &Tree, names: &dyn Fn(Symbol) -> String) -> Expr {
    let boxed = |tree: &Tree| Box::new(tree_to_expr(tree, names));
    let call = |name: &str, arguments: Vec<Expr>| ExprKind::Call { name: name.to_string(), name_span: 0..0, arguments };
    let kind = match tree {
        Tree::Constant(value) if value.is_sign_negative() => {
            let magnitude = ExprKind::Number { value: -value, unit: None };
            ExprKind::Unary(UnaryOperator::Negate, Box::new(Expr { kind: magnitude, span: 0..0 }))
        }
        Tree::Constant(value) => ExprKind::Number { value: *value, unit: None },
        Tree::Symbol(Symbol::Time) => ExprKind::Name("time".to_string()),
        Tree::Symbol(symbol @ Symbol::Input(_)) => {
            call("input", vec![Expr { kind: ExprKind::Name(names(*symbol)), span: 0..0 }])
        }
        Tree::Symbol(symbol) => ExprKind::Name(names(*symbol)),
        Tree::Negate(a) => ExprKind::Unary(UnaryOperator::Negate, boxed(a)),
        Tree::Not(a) => ExprKind::Unary(UnaryOperator::Not, boxed(a)),
        Tree::Binary(operation, a, b) => ExprKind::Binary(Operator::Arithmetic(*operation), boxed(a), boxed(b)),
        Tree::Compare(comparison, a, b) => ExprKind::Binary(Operator::Comparison(*comparison), boxed(a), boxed(b)),
        Tree::Logic(logic, a, b) => ExprKind::Binary(Operator::Logic(*logic), boxed(a), boxed(b)),
        Tree::If(a, b, c) => call("if", [a, b, c].into_iter().map(|part| tree_to_expr(part, names)).collect()),
        Tree::Call(function, arguments) => {
            call(function.name(), arguments.iter().map(|argument| tree_to_expr(argument, names)).collect())
        }
    };
    Expr { kind, span: 0..0 }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::expression::test_scope::{Listed, resolved};
    use crate::expression::{Mode, parse};
    use crate::units::Unit;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Expr {
        parse(text, Mode::Model).expect(text)
    }

    #[test]
    fn printing_keeps_only_needed_parentheses() {
        let cases = [
            ("(a+b)*c", "(a + b) * c"),
            ("((a*b))+c", "a * b + c"),
            ("a-(b-c)", "a - (b - c)"),
            ("a/(b*c)", "a / (b * c)"),
            ("(a/b)*c", "a / b * c"),
            ("(-x)^2", "(-x)^2"),
            ("-x^2", "-x^2"),
            ("2^(-1)", "2^-1"),
            ("(a^b)^c", "(a^b)^c"),
            ("a^(b^c)", "a^b^c"),
            ("not(a and b)or c", "not (a and b) or c"),
            ("if(a<b,1,2 [mg/L])", "if(a < b, 1, 2 [mg/L])"),
            ("1e-9 * 1e20", "1e-9 * 1e20"),
        ];
        for (text, wanted) in cases {
            assert_eq!(print(&parsed(text)), wanted, "{text}");
        }
    }

    #[test]
    fn unicode_reads_as_print() {
        let cases = [
            ("k * x^2 <= 3 [ng/mL]", "k · x² ≤ 3 ng/mL"),
            ("-x^-12 - pi", "−x⁻¹² − π"),
            ("x^n != y", "x^n ≠ y"),
            ("(3 [min])^2", "(3 min)²"),
        ];
        for (text, wanted) in cases {
            assert_eq!(print_unicode(&parsed(text)), wanted, "{text}");
        }
    }

    #[test]
    fn trees_print_with_their_names() {
        let scope = Listed::new(&[("a", "1"), ("b", "1")]);
        let names = |symbol: Symbol| match symbol {
            Symbol::Parameter(0) => "a".to_string(),
            Symbol::Input(0) => "iv".to_string(),
            _ => "b".to_string(),
        };
        for text in [
            "a + b * time / time",
            "if(a < b and not b > 1, max(a, b, 2), hill(a, b, 3))",
            "-a^2 - -2",
            "input(iv) / input(iv)",
        ] {
            let tree = resolved(text, &scope).tree;
            let printed = print(&tree_to_expr(&tree, &names));
            assert_eq!(resolved(&printed, &scope).tree, tree, "{text} printed as {printed}");
        }
    }

    pub(in crate::expression) fn any_expr() -> impl Strategy<Value = Expr> {
        let make = |kind: ExprKind| Expr { kind, span: 0..0 };
        let number = proptest::num::f64::POSITIVE | proptest::num::f64::ZERO;
        let number = prop_oneof![number, (0_u32..100).prop_map(f64::from)];
        let unit = proptest::option::of(prop_oneof![Just("mg/L"), Just("1/h"), Just("m^2"), Just("%")]);
        let leaf = prop_oneof![
            (number, unit).prop_map(move |(value, unit)| make(ExprKind::Number {
                value: value.abs(),
                unit: unit.map(|text| Box::new(Unit::parse(text).expect(text))),
            })),
            any::<bool>().prop_map(move |value| make(ExprKind::Boolean(value))),
            "[a-zA-Z][a-zA-Z0-9_]{0,3}"
                .prop_filter("reserved", |name| !crate::expression::is_reserved(name) && !name.contains("e"))
                .prop_map(move |name| make(ExprKind::Name(name))),
        ];
        leaf.prop_recursive(6, 48, 3, move |inner| {
            let operators = prop_oneof![
                Just(Operator::Logic(Logic::And)),
                Just(Operator::Logic(Logic::Or)),
                Just(Operator::Comparison(Comparison::LessOrEqual)),
                Just(Operator::Comparison(Comparison::NotEqual)),
                Just(Operator::Arithmetic(Arithmetic::Add)),
                Just(Operator::Arithmetic(Arithmetic::Subtract)),
                Just(Operator::Arithmetic(Arithmetic::Multiply)),
                Just(Operator::Arithmetic(Arithmetic::Divide)),
                Just(Operator::Arithmetic(Arithmetic::Power)),
            ];
            let signs = prop_oneof![Just(UnaryOperator::Negate), Just(UnaryOperator::Not)];
            prop_oneof![
                3 => (operators, inner.clone(), inner.clone())
                    .prop_map(move |(operator, a, b)| make(ExprKind::Binary(operator, Box::new(a), Box::new(b)))),
                1 => (signs, inner.clone()).prop_map(move |(sign, a)| make(ExprKind::Unary(sign, Box::new(a)))),
                1 => ("[a-z]{1,4}", proptest::collection::vec(inner, 0..4))
                    .prop_filter("a word of logic", |(name, _)| !matches!(name.as_str(), "and" | "or" | "not" | "true"))
                    .prop_map(move |(name, arguments)| make(ExprKind::Call { name, name_span: 0..0, arguments })),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]
        #[test]
        fn what_is_printed_parses_to_the_same_expression(expr in any_expr()) {
            let text = print(&expr);
            for mode in [Mode::Model, Mode::Outcome] {
                let read = parse(&text, mode);
                prop_assert_eq!(read.as_ref(), Ok(&expr), "{}", text);
            }
        }
    }
}

//! Expressions, names and units in LaTeX.

use super::function::Function;
use super::print::{operand_tightness, tightness};
use super::syntax::{Expr, ExprKind, Operator, UnaryOperator};
use super::tree::{Arithmetic, Comparison, Logic};
use crate::numerics::float_text::number_text;
use crate::units::Unit;

/// The expression in LaTeX, for math mode.
pub fn print_latex(expr: &Expr) -> String {
    latex(expr, 0)
}

fn latex(expr: &Expr, least: u8) -> String {
    // A fraction and a set of cases hold together by themselves, except under a power.
    let fraction = matches!(expr.kind, ExprKind::Binary(Operator::Arithmetic(Arithmetic::Divide), ..));
    let tight = match &expr.kind {
        _ if fraction => 16,
        // Written as a product, or as a power.
        ExprKind::Number { value, .. } if number_text(*value).contains('e') => 11,
        _ => tightness(expr),
    };
    let text = match &expr.kind {
        ExprKind::Number { value, unit } => {
            let number = latex_number(*value);
            unit.as_ref().map_or(number.clone(), |unit| format!("{number}\\,{}", latex_unit(unit)))
        }
        ExprKind::Boolean(value) => format!("\\mathrm{{{value}}}"),
        ExprKind::Name(name) => latex_name(name),
        ExprKind::Unary(UnaryOperator::Negate, operand) => {
            format!("-{}", latex(operand, if is_number(operand) { 0 } else { 13 }))
        }
        ExprKind::Unary(UnaryOperator::Not, operand) => format!("\\lnot {}", latex(operand, 5)),
        ExprKind::Binary(operator, left, right) => {
            let (left_least, right_least) = operand_tightness(*operator);
            match operator {
                Operator::Arithmetic(Arithmetic::Divide) => {
                    format!("\\frac{{{}}}{{{}}}", latex(left, 0), latex(right, 0))
                }
                Operator::Arithmetic(Arithmetic::Power) => {
                    format!("{}^{{{}}}", latex(left, base_tightness(left)), latex(right, 0))
                }
                _ => {
                    let sign = match operator {
                        Operator::Arithmetic(Arithmetic::Multiply) => "\\,",
                        Operator::Comparison(Comparison::LessOrEqual) => " \\le ",
                        Operator::Comparison(Comparison::GreaterOrEqual) => " \\ge ",
                        Operator::Comparison(Comparison::Equal) => " = ",
                        Operator::Comparison(Comparison::NotEqual) => " \\ne ",
                        Operator::Logic(Logic::And) => " \\land ",
                        Operator::Logic(Logic::Or) => " \\lor ",
                        operator => &format!(" {} ", operator.text()),
                    };
                    let product = *operator == Operator::Arithmetic(Arithmetic::Multiply);
                    // Two numbers side by side need a sign between them, and a minus needs one that it does not replace.
                    let negative = matches!(right.kind, ExprKind::Unary(UnaryOperator::Negate, _));
                    let sign = if product && (negative || starts_with_number(right)) { " \\cdot " } else { sign };
                    let right_least = match product {
                        true if is_number(right) => 11,
                        true => 14,
                        false => right_least,
                    };
                    format!("{}{sign}{}", latex(left, left_least), latex(right, right_least))
                }
            }
        }
        ExprKind::Call { name, arguments, .. } => latex_call(name, arguments),
    };
    if tight < least { format!("\\left({text}\\right)") } else { text }
}

fn is_number(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Number { .. })
}

fn starts_with_number(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Binary(Operator::Arithmetic(Arithmetic::Power), base, _) => is_number(base),
        _ => is_number(expr),
    }
}

/// How tightly what is raised to a power must bind. A call takes parentheses, or the power would seem to belong to its
/// argument, and so does a number with a unit.
fn base_tightness(base: &Expr) -> u8 {
    if matches!(base.kind, ExprKind::Call { .. } | ExprKind::Number { unit: Some(_), .. }) { 21 } else { 17 }
}

fn latex_call(name: &str, arguments: &[Expr]) -> String {
    let inner: Vec<String> = arguments.iter().map(|argument| latex(argument, 0)).collect();
    let listed = inner.join(", ");
    match (Function::named(name), &inner[..], arguments) {
        (Some(Function::Sqrt), [x], _) => format!("\\sqrt{{{x}}}"),
        (Some(Function::Abs), [x], _) => format!("\\left|{x}\\right|"),
        (Some(Function::Floor), [x], _) => format!("\\left\\lfloor {x}\\right\\rfloor"),
        (Some(Function::Ceil), [x], _) => format!("\\left\\lceil {x}\\right\\rceil"),
        (Some(Function::NormalCdf), [x], _) => format!("\\Phi\\left({x}\\right)"),
        (Some(Function::Log10), [x], _) => format!("\\log_{{10}}\\left({x}\\right)"),
        (Some(Function::Logistic), [x], _) => format!("\\sigma\\left({x}\\right)"),
        (Some(Function::Hill), _, [x, k, n]) => {
            let (x, k, n) = (latex(x, base_tightness(x)), latex(k, base_tightness(k)), latex(n, 0));
            format!("\\frac{{{x}^{{{n}}}}}{{{k}^{{{n}}} + {x}^{{{n}}}}}")
        }
        (Some(Function::Hill), ..) => format!("\\mathrm{{hill}}\\left({listed}\\right)"),
        (Some(function), ..) => format!("\\{}\\left({listed}\\right)", function.name()),
        (None, [condition, yes, no], _) if name == "if" => {
            format!("\\begin{{cases}}{yes} & \\text{{if }} {condition}\\\\{no} & \\text{{otherwise}}\\end{{cases}}")
        }
        _ => format!("{}\\left({listed}\\right)", latex_word(name)),
    }
}

/// A number in LaTeX: `1.5 \cdot 10^{-3}` where the language writes an exponent.
fn latex_number(value: f64) -> String {
    let text = number_text(value);
    match text.split_once('e') {
        Some(("1", exponent)) => format!("10^{{{exponent}}}"),
        Some((mantissa, exponent)) => format!("{mantissa} \\cdot 10^{{{exponent}}}"),
        None => text,
    }
}

/// A name in LaTeX: what follows the first `_`, and digits at the end of what precedes it, become a subscript; Greek
/// letters are set as such.
pub fn latex_name(name: &str) -> String {
    let (base, below) = name.split_once('_').unwrap_or((name, ""));
    let letters = base.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let mut subscripts: Vec<String> = Vec::new();
    if letters.len() < base.len() {
        subscripts.push(base[letters.len()..].to_string());
    }
    subscripts.extend(below.split('_').filter(|part| !part.is_empty()).map(latex_word));
    let base = match letters {
        "time" => "t".to_string(),
        "" => latex_word(base),
        letters => latex_word(letters),
    };
    if subscripts.is_empty() { base } else { format!("{base}_{{{}}}", subscripts.join(",")) }
}

/// One letter as a variable, a Greek letter by its name, anything longer upright.
fn latex_word(word: &str) -> String {
    const GREEK: [&str; 25] = [
        "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi",
        "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega", "Gamma", "Delta", "Sigma", "Omega",
    ];
    if GREEK.contains(&word) {
        format!("\\{word}")
    } else if word.len() == 1 || word.bytes().all(|byte| byte.is_ascii_digit()) {
        word.to_string()
    } else {
        format!("\\mathrm{{{}}}", word.replace('_', "\\_"))
    }
}

/// A unit in LaTeX, upright.
pub fn latex_unit(unit: &Unit) -> String {
    let (mut text, mut rest) = (String::from("\\mathrm{"), unit.text());
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '^' => {
                let length = match rest.strip_prefix('(').and_then(|inner| inner.find(')')) {
                    Some(inner) => inner + 2,
                    None => rest.find(|next: char| !next.is_ascii_digit() && next != '-').unwrap_or(rest.len()),
                };
                text.push_str(&format!("^{{{}}}", rest[..length].trim_matches(['(', ')'])));
                rest = &rest[length..];
            }
            '%' => text.push_str("\\%"),
            '*' | '·' | ' ' => text.push_str("\\,"),
            'µ' | 'μ' => text.push_str("\\mu "),
            letter => text.push(letter),
        }
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::print::tests::any_expr;
    use crate::expression::{Mode, parse};
    use proptest::prelude::*;

    fn parsed(text: &str) -> Expr {
        parse(text, Mode::Model).expect(text)
    }

    #[test]
    fn latex_is_set_as_in_a_paper() {
        let cases = [
            ("-CL * C / V1", "\\frac{-\\mathrm{CL}\\,C}{V_{1}}"),
            ("k_on * Cu * U", "k_{\\mathrm{on}}\\,\\mathrm{Cu}\\,U"),
            ("(a + b)^2", "\\left(a + b\\right)^{2}"),
            ("(a / b)^2", "\\left(\\frac{a}{b}\\right)^{2}"),
            ("a * b / c * d", "\\frac{a\\,b}{c}\\,d"),
            ("hill(C, IC50, n)", "\\frac{C^{n}}{\\mathrm{IC}_{50}^{n} + C^{n}}"),
            ("exp(-tau * time)", "\\exp\\left(-\\tau\\,t\\right)"),
            ("if(a >= 1, b, 0)", "\\begin{cases}b & \\text{if } a \\ge 1\\\\0 & \\text{otherwise}\\end{cases}"),
            ("C < 642 [ng/mL]", "C < 642\\,\\mathrm{ng/mL}"),
            ("2 * 3", "2 \\cdot 3"),
            ("1.5e-7 * x", "1.5 \\cdot 10^{-7}\\,x"),
            ("sqrt(x) and not y", "\\sqrt{x} \\land \\lnot y"),
            ("sin(x)^2", "\\left(\\sin\\left(x\\right)\\right)^{2}"),
            ("2 * -c", "2 \\cdot \\left(-c\\right)"),
            ("2 * 3^x", "2 \\cdot 3^{x}"),
            ("x * 1e-7", "x \\cdot 10^{-7}"),
            ("(3 [min])^2", "\\left(3\\,\\mathrm{min}\\right)^{2}"),
            ("1e20^2", "\\left(10^{20}\\right)^{2}"),
            ("-1.5e20", "-1.5 \\cdot 10^{20}"),
        ];
        for (text, wanted) in cases {
            assert_eq!(print_latex(&parsed(text)), wanted, "{text}");
        }
        let unit = |text: &str| latex_unit(&Unit::parse(text).expect(text));
        assert_eq!(unit("m^2*h^-1"), "\\mathrm{m^{2}\\,h^{-1}}");
        assert_eq!(unit("mg/m^2/h"), "\\mathrm{mg/m^{2}/h}");
        assert_eq!(unit("mg/(m^(1/2)*h)"), "\\mathrm{mg/(m^{1/2}\\,h)}");
        assert_eq!(unit("%"), "\\mathrm{\\%}");
    }

    proptest! {
        #[test]
        fn latex_braces_balance(expr in any_expr()) {
            let text = print_latex(&expr);
            let mut depth = 0_i32;
            for letter in text.chars() {
                depth += match letter { '{' => 1, '}' => -1, _ => 0 };
                prop_assert!(depth >= 0, "{text}");
            }
            prop_assert_eq!(depth, 0);
            prop_assert_eq!(text.matches("\\left").count(), text.matches("\\right").count());
        }
    }
}

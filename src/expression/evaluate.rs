//! What every node of a [`Tree`] computes: the definition of the language's arithmetic.
//!
//! This evaluator walks the tree and is slow. Compiled programs are its fast twins, checked against it to the last bit, so
//! the order of operations here is part of the language:
//!
//! - a comparison is 1 or 0, and false if either side is NaN, except `!=`, which is then true;
//! - every number but 0 counts as true, NaN included;
//! - `min(a, b)` is `a` if `a < b`, else `b`; `max(a, b)` is `a` if `a > b`, else `b`; more arguments fold from the left;
//! - a power with a constant exponent of a small whole or half-integer number is [`power_kind`]'s;
//! - `hill(x, k, n)` is [`hill`]'s.

use super::function::Function;
use super::tree::{Arithmetic, Comparison, Logic, Symbol, Tree};
use crate::numerics::elementary;

/// The largest exponent whose power is made of multiplications.
const LARGEST_WHOLE_POWER: f64 = 16.0;

/// The value of every symbol, in the internal system.
pub trait Values {
    fn value(&self, symbol: Symbol) -> f64;
}

impl<F: Fn(Symbol) -> f64> Values for F {
    fn value(&self, symbol: Symbol) -> f64 {
        self(symbol)
    }
}

/// The value of a tree. A call with the wrong number of arguments, which [`super::resolve`] never makes, is NaN.
pub fn evaluate(tree: &Tree, values: &dyn Values) -> f64 {
    let number = |tree: &Tree| evaluate(tree, values);
    let truth = |tree: &Tree| evaluate(tree, values) != 0.0;
    match tree {
        Tree::Constant(value) => *value,
        Tree::Symbol(symbol) => values.value(*symbol),
        Tree::Negate(a) => -number(a),
        Tree::Not(a) => one_or_zero(!truth(a)),
        Tree::Binary(operation, a, b) => {
            let left = number(a);
            match operation {
                Arithmetic::Add => left + number(b),
                Arithmetic::Subtract => left - number(b),
                Arithmetic::Multiply => left * number(b),
                Arithmetic::Divide => left / number(b),
                Arithmetic::Power => power(left, power_kind(b), number(b)),
            }
        }
        Tree::Compare(comparison, a, b) => {
            let (a, b) = (number(a), number(b));
            one_or_zero(match comparison {
                Comparison::Less => a < b,
                Comparison::LessOrEqual => a <= b,
                Comparison::Greater => a > b,
                Comparison::GreaterOrEqual => a >= b,
                Comparison::Equal => a == b,
                Comparison::NotEqual => a != b,
            })
        }
        Tree::Logic(Logic::And, a, b) => one_or_zero(truth(a) && truth(b)),
        Tree::Logic(Logic::Or, a, b) => one_or_zero(truth(a) || truth(b)),
        Tree::If(condition, a, b) => number(if truth(condition) { a } else { b }),
        Tree::Call(Function::Hill, arguments) => match &arguments[..] {
            [x, k, n] => {
                // As `hill` has it, but each argument once, because calls may be nested.
                let (x, k, kind, n) = (number(x), number(k), power_kind(n), number(n));
                let effect = power(if 0.0 > x { 0.0 } else { x }, kind, n);
                effect / (power(k, kind, n) + effect)
            }
            _ => f64::NAN,
        },
        Tree::Call(function, arguments) => call(*function, arguments, &number),
    }
}

fn call(function: Function, arguments: &[Tree], number: &dyn Fn(&Tree) -> f64) -> f64 {
    let Some((first, rest)) = arguments.split_first() else { return f64::NAN };
    let x = number(first);
    match function {
        Function::Exp => elementary::exp(x),
        Function::Ln => elementary::ln(x),
        Function::Log10 => elementary::log10(x),
        Function::Sqrt => x.sqrt(),
        Function::Abs => x.abs(),
        Function::Floor => x.floor(),
        Function::Ceil => x.ceil(),
        Function::Sin => elementary::sin(x),
        Function::Cos => elementary::cos(x),
        Function::Tan => elementary::tan(x),
        Function::Tanh => elementary::tanh(x),
        Function::Logistic => elementary::logistic(x),
        Function::NormalCdf => elementary::normal_cdf(x),
        Function::Min => rest.iter().map(number).fold(x, |a, b| if a < b { a } else { b }),
        Function::Max => rest.iter().map(number).fold(x, |a, b| if a > b { a } else { b }),
        Function::Hill => f64::NAN,
    }
}

fn power(base: f64, kind: PowerKind, exponent: f64) -> f64 {
    match kind {
        PowerKind::Whole(n) => elementary::pow_integer(base, n),
        PowerKind::Halves(n) => elementary::pow_half_integer(base, n),
        PowerKind::General => elementary::pow(base, exponent),
    }
}

fn one_or_zero(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}

/// How a power is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerKind {
    /// By multiplications: `x` to this whole power.
    Whole(i32),
    /// Through the square root: `x` to this many halves.
    Halves(i32),
    /// By logarithm and exponential.
    General,
}

/// How a power with this exponent is computed: by multiplications and roots for constant whole and half-integer
/// exponents up to 16 in size, else in general.
pub fn power_kind(exponent: &Tree) -> PowerKind {
    match exponent {
        Tree::Constant(value) if value.abs() <= LARGEST_WHOLE_POWER => {
            let doubled = 2.0 * value;
            if value.floor() == *value {
                PowerKind::Whole(*value as i32)
            } else if doubled.floor() == doubled {
                PowerKind::Halves(doubled as i32)
            } else {
                PowerKind::General
            }
        }
        _ => PowerKind::General,
    }
}

/// The Hill function as operations: `p / (k^n + p)` with `p = max(0, x)^n` (Hill 1910, J Physiol 40:iv).
///
/// Below 0 it is 0, so that a concentration which a solver takes a hair below 0 has an effect of 0 rather than none
/// that is a number.
pub fn hill(x: Tree, k: Tree, n: Tree) -> Tree {
    // `max(0, x)` and not `max(x, 0)`: of two operands with a NaN `max` takes the second, and a NaN must stay one.
    let power = Tree::Call(Function::Max, vec![Tree::Constant(0.0), x]).power(n.clone());
    power.clone().over(k.power(n).plus(power))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::test_scope::{Listed, resolved};

    /// With a = 2, b = -3, c = 0.5, z = 0 and nan.
    fn value(text: &str) -> f64 {
        let scope = Listed::new(&[("a", "1"), ("b", "1"), ("c", "1"), ("z", "1"), ("nan", "1")]);
        let values = [2.0, -3.0, 0.5, 0.0, f64::NAN];
        let values = |symbol: Symbol| match symbol {
            Symbol::Parameter(index) => values[index],
            Symbol::Time => 7.0,
            Symbol::Input(index) => 10.0 + index as f64,
            Symbol::State(_) | Symbol::Quantity(_) => f64::NAN,
        };
        evaluate(&resolved(text, &scope).tree, &values)
    }

    #[test]
    fn every_operation_computes_what_it_says() {
        let cases = [
            ("a + b * c", 0.5),
            ("a - b - c", 4.5),
            ("a / b / c", 2.0 / -3.0 / 0.5),
            ("-a^2", -4.0),
            ("a^-2", 0.25),
            ("a^0", 1.0),
            ("(a * 2)^(1/2)", 2.0),
            ("(a * 2)^(3/2)", 8.0),
            ("(a * 2)^-0.5", 0.5),
            ("b^2", 9.0),
            ("b^3", -27.0),
            ("abs(b) + floor(c) + ceil(c)", 4.0),
            ("floor(-c)", -1.0),
            ("min(a, b, c)", -3.0),
            ("max(b, a, c)", 2.0),
            ("a < b", 0.0),
            ("a >= 2", 1.0),
            ("if(a > b and not c > a, 10, 20)", 10.0),
            ("if(a < b or c < z, 10, 20)", 20.0),
            ("hill(a, 2, 3)", 0.5),
            ("hill(z, 2, 1.5)", 0.0),
            ("hill(b, 2, 1.5)", 0.0),
            ("hill(6, a, 1)", 0.75),
            ("time / (1 [h]) + 1", 8.0),
            ("input(nasal) / (1 [mg/h])", 11.0),
            ("exp(z) + ln(1) + log10(1) + sqrt(a * 2)", 3.0),
            ("sin(z) + cos(z) + tan(z) + tanh(z)", 1.0),
            ("logistic(z) + normal_cdf(z)", 1.0),
        ];
        for (text, wanted) in cases {
            assert_eq!(value(text), wanted, "{text}");
        }
        assert!((value("a^1.7") - 3.2490095854249423).abs() < 1e-14);
    }

    #[test]
    fn nan_is_kept_or_told() {
        for text in
            ["nan + 1", "hill(nan, 1, 2)", "max(0, nan)", "min(a, nan)", "abs(nan)", "nan^2", "if(a > 0, nan, 0)"]
        {
            assert!(value(text).is_nan(), "{text}");
        }
        assert_eq!(value("if(nan < 1, 1, 0)"), 0.0);
        assert_eq!(value("if(nan != 1, 1, 0)"), 1.0);
        assert_eq!(value("max(nan, 0)"), 0.0, "of two operands with a NaN the second");
    }

    #[test]
    fn small_powers_are_recognized() {
        let kind = |value: f64| power_kind(&Tree::Constant(value));
        assert_eq!(kind(3.0), PowerKind::Whole(3));
        assert_eq!(kind(-16.0), PowerKind::Whole(-16));
        assert_eq!(kind(17.0), PowerKind::General);
        assert_eq!(kind(-1.5), PowerKind::Halves(-3));
        assert_eq!(kind(0.75), PowerKind::General);
        assert_eq!(kind(f64::NAN), PowerKind::General);
        assert_eq!(power_kind(&Tree::Symbol(Symbol::Time)), PowerKind::General);
    }
}

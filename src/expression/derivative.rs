//! Symbolic derivatives of trees, for display.
//!
//! The Jacobian that a solver uses is made on the program's graph, where common parts are shared; here the result is a
//! tree that can be printed, simplified only so far that no nought or one stands in it as a factor.

use super::evaluate::hill;
use super::function::Function;
use super::tree::{Arithmetic, Comparison, Symbol, Tree};

/// The most nodes of a derivative.
const MOST_NODES: usize = 100_000;

/// The partial derivative of a tree with respect to a symbol; other symbols, quantities among them, count as constants.
/// At a corner (`abs`, `min`, `max`, a step) it is that of the branch which [`super::evaluate`] takes.
///
/// `None` if the result would be too large to be of use.
pub fn derivative(tree: &Tree, symbol: Symbol) -> Option<Tree> {
    Differentiator { symbol, nodes_left: MOST_NODES }.of(tree)
}

struct Differentiator {
    symbol: Symbol,
    nodes_left: usize,
}

impl Differentiator {
    /// A copy, counted.
    fn copy(&mut self, tree: &Tree) -> Option<Tree> {
        self.nodes_left = self.nodes_left.checked_sub(tree.size())?;
        Some(tree.clone())
    }

    fn of(&mut self, tree: &Tree) -> Option<Tree> {
        if !tree.any_symbol(|symbol| symbol == self.symbol) {
            return Some(constant(0.0));
        }
        Some(match tree {
            Tree::Constant(_) | Tree::Not(_) | Tree::Compare(..) | Tree::Logic(..) => constant(0.0),
            Tree::Symbol(symbol) => constant(if *symbol == self.symbol { 1.0 } else { 0.0 }),
            Tree::Negate(a) => negate(self.of(a)?),
            Tree::Binary(operation, a, b) => self.binary(*operation, a, b)?,
            Tree::If(condition, a, b) => {
                let condition = self.copy(condition)?;
                choose(condition, self.of(a)?, self.of(b)?)
            }
            Tree::Call(function, arguments) => self.call(*function, arguments)?,
        })
    }

    fn binary(&mut self, operation: Arithmetic, a: &Tree, b: &Tree) -> Option<Tree> {
        let (da, db) = (self.of(a)?, self.of(b)?);
        Some(match operation {
            Arithmetic::Add => add(da, db),
            Arithmetic::Subtract => subtract(da, db),
            Arithmetic::Multiply => {
                let (a, b) = (self.copy(a)?, self.copy(b)?);
                add(multiply(da, b), multiply(a, db))
            }
            Arithmetic::Divide => {
                // a'/b - a b'/b^2
                let (first, second) = (self.copy(b)?, self.copy(b)?);
                let a = self.copy(a)?;
                subtract(divide(da, first), divide(multiply(a, db), power(second, 2.0)))
            }
            Arithmetic::Power => match b {
                // n x^(n-1) x'
                Tree::Constant(n) => multiply(multiply(constant(*n), power(self.copy(a)?, n - 1.0)), da),
                _ => {
                    let lowered = self.copy(a)?.power(subtract(self.copy(b)?, constant(1.0)));
                    let by_base = multiply(multiply(self.copy(b)?, lowered), da);
                    let whole = self.copy(a)?.power(self.copy(b)?);
                    let by_exponent = multiply(multiply(whole, Tree::Call(Function::Ln, vec![self.copy(a)?])), db);
                    add(by_base, by_exponent)
                }
            },
        })
    }

    fn call(&mut self, function: Function, arguments: &[Tree]) -> Option<Tree> {
        match (function, arguments) {
            (Function::Hill, [x, k, n]) => {
                let (x, k, n) = (self.copy(x)?, self.copy(k)?, self.copy(n)?);
                self.of(&hill(x, k, n))
            }
            (Function::Min | Function::Max, [first, rest @ ..]) => {
                let comparison = if function == Function::Min { Comparison::Less } else { Comparison::Greater };
                let (mut value, mut slope) = (self.copy(first)?, self.of(first)?);
                for next in rest {
                    let takes_first =
                        Tree::Compare(comparison, Box::new(self.copy(&value)?), Box::new(self.copy(next)?));
                    slope = choose(takes_first, slope, self.of(next)?);
                    value = Tree::Call(function, vec![value, self.copy(next)?]);
                }
                Some(slope)
            }
            (_, [x]) => {
                let outer = self.slope(function, x)?;
                Some(multiply(outer, self.of(x)?))
            }
            _ => None,
        }
    }

    /// The derivative of a function of one argument by that argument.
    fn slope(&mut self, function: Function, x: &Tree) -> Option<Tree> {
        let x = self.copy(x)?;
        let itself = |x: &Tree| Tree::Call(function, vec![x.clone()]);
        Some(match function {
            Function::Exp => itself(&x),
            Function::Ln => divide(constant(1.0), x),
            Function::Log10 => divide(constant(1.0), multiply(x, constant(std::f64::consts::LN_10))),
            Function::Sqrt => divide(constant(1.0), multiply(constant(2.0), itself(&x))),
            Function::Abs => {
                let below = Tree::Compare(Comparison::Less, Box::new(x), Box::new(constant(0.0)));
                choose(below, constant(-1.0), constant(1.0))
            }
            Function::Sin => Tree::Call(Function::Cos, vec![x]),
            Function::Cos => negate(Tree::Call(Function::Sin, vec![x])),
            Function::Tan => add(constant(1.0), power(itself(&x), 2.0)),
            Function::Tanh => subtract(constant(1.0), power(itself(&x), 2.0)),
            Function::Logistic => multiply(itself(&x), subtract(constant(1.0), itself(&x))),
            Function::NormalCdf => {
                let density = Tree::Call(Function::Exp, vec![negate(divide(power(x, 2.0), constant(2.0)))]);
                let circle = Tree::Call(Function::Sqrt, vec![constant(std::f64::consts::TAU)]);
                divide(density, circle)
            }
            Function::Floor | Function::Ceil => constant(0.0),
            Function::Min | Function::Max | Function::Hill => return None,
        })
    }
}

fn constant(value: f64) -> Tree {
    Tree::Constant(value)
}

fn is(tree: &Tree, value: f64) -> bool {
    matches!(tree, Tree::Constant(constant) if *constant == value)
}

fn add(a: Tree, b: Tree) -> Tree {
    match (&a, &b) {
        _ if is(&a, 0.0) => b,
        _ if is(&b, 0.0) => a,
        (_, Tree::Negate(_)) => subtract(a, negate(b)),
        _ => a.plus(b),
    }
}

fn subtract(a: Tree, b: Tree) -> Tree {
    match (&a, &b) {
        _ if is(&b, 0.0) => a,
        _ if is(&a, 0.0) => negate(b),
        (Tree::Constant(a), Tree::Constant(b)) => constant(a - b),
        (_, Tree::Negate(_)) => add(a, negate(b)),
        _ => a.minus(b),
    }
}

fn negate(a: Tree) -> Tree {
    match a {
        Tree::Constant(value) => constant(if value == 0.0 { 0.0 } else { -value }),
        Tree::Negate(inner) => *inner,
        a => a.negated(),
    }
}

fn multiply(a: Tree, b: Tree) -> Tree {
    match (a, b) {
        (a, b) if is(&a, 0.0) || is(&b, 0.0) => constant(0.0),
        (a, b) if is(&a, 1.0) => b,
        (a, b) if is(&b, 1.0) => a,
        (a, b) if is(&a, -1.0) => negate(b),
        (a, b) if is(&b, -1.0) => negate(a),
        (Tree::Constant(a), Tree::Constant(b)) => constant(a * b),
        (Tree::Negate(a), b) => negate(multiply(*a, b)),
        (a, Tree::Negate(b)) => negate(multiply(a, *b)),
        (a, b) => a.times(b),
    }
}

fn divide(a: Tree, b: Tree) -> Tree {
    match (a, b) {
        (a, _) if is(&a, 0.0) => constant(0.0),
        (a, b) if is(&b, 1.0) => a,
        (Tree::Negate(a), b) => negate(divide(*a, b)),
        (a, b) => a.over(b),
    }
}

fn power(base: Tree, exponent: f64) -> Tree {
    if exponent == 0.0 {
        constant(1.0)
    } else if exponent == 1.0 {
        base
    } else {
        base.power(constant(exponent))
    }
}

fn choose(condition: Tree, a: Tree, b: Tree) -> Tree {
    if a == b { a } else { Tree::If(Box::new(condition), Box::new(a), Box::new(b)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::evaluate;
    use crate::expression::test_scope::{Listed, resolved};
    use crate::expression::{print, tree_to_expr};
    use proptest::prelude::*;

    const NAMES: [&str; 3] = ["x", "y", "k"];

    fn tree(text: &str) -> Tree {
        resolved(text, &Listed::new(&NAMES.map(|name| (name, "1")))).tree
    }

    fn by_x(text: &str) -> String {
        let derived = derivative(&tree(text), Symbol::Parameter(0)).expect(text);
        let names = |symbol: Symbol| match symbol {
            Symbol::Parameter(index) => NAMES[index].to_string(),
            _ => "time".to_string(),
        };
        print(&tree_to_expr(&derived, &names))
    }

    #[test]
    fn derivatives_read_as_in_a_textbook() {
        let cases = [
            ("k * x", "k"),
            ("y + 3", "0"),
            ("-k * x * y", "-(k * y)"),
            ("x^3", "3 * x^2"),
            ("x^2", "2 * x"),
            ("y / x", "-(y / x^2)"),
            ("exp(-k * x)", "-(exp(-k * x) * k)"),
            ("ln(x)", "1 / x"),
            ("if(x > y, x, k)", "if(x > y, 1, 0)"),
            ("x > y", "0"),
            ("floor(x)", "0"),
            ("min(x, y)", "if(x < y, 1, 0)"),
            ("max(x, 2 * x)", "if(x > 2 * x, 1, 2)"),
            ("abs(x)", "if(x < 0, -1, 1)"),
        ];
        for (text, wanted) in cases {
            assert_eq!(by_x(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_derivative_too_large_is_none() {
        let text = format!("{}x{}", "exp(x * ".repeat(90), ")".repeat(90));
        assert!(derivative(&tree(&text), Symbol::Parameter(0)).is_some());
        let nested = format!("{}x{}", "hill(".repeat(30), ", k, y)".repeat(30));
        assert!(derivative(&tree(&nested), Symbol::Parameter(0)).is_none());
        let wide = vec!["hill(x, k, y)"; 90].join(" * ");
        let towers = format!("({wide})^({wide})");
        let size = derivative(&tree(&towers), Symbol::Parameter(0)).map_or(0, |derived| derived.size());
        assert!(size <= 20 * MOST_NODES);
    }

    /// Smooth expressions of x and y.
    fn smooth() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            4 => Just("x".to_string()),
            1 => Just("y".to_string()),
            1 => (1_u32..30).prop_map(|number| format!("{}", f64::from(number) / 10.0)),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            let pair = (inner.clone(), inner.clone());
            prop_oneof![
                (pair.clone(), prop_oneof![Just("+"), Just("-"), Just("*")])
                    .prop_map(|((a, b), sign)| format!("({a} {sign} {b})")),
                pair.clone().prop_map(|(a, b)| format!("({a} / (1 + ({b})^2))")),
                pair.clone().prop_map(|(a, b)| format!("hill(1 + ({a})^2, 0.7, 1 + logistic({b}))")),
                pair.prop_map(|(a, b)| format!("(1 + ({a})^2)^tanh({b})")),
                (inner.clone(), prop_oneof![Just("3"), Just("-2"), Just("(3/2)"), Just("0.7")])
                    .prop_map(|(a, n)| format!("(1.5 + sin({a}))^{n}")),
                (
                    inner.clone(),
                    prop_oneof![Just("tanh"), Just("logistic"), Just("normal_cdf"), Just("sin"), Just("cos")]
                )
                    .prop_map(|(a, function)| format!("{function}({a})")),
                (inner.clone(), prop_oneof![Just("ln"), Just("log10"), Just("sqrt")])
                    .prop_map(|(a, function)| format!("{function}(1 + ({a})^2)")),
                inner.clone().prop_map(|a| format!("exp(-({a})^2)")),
                inner.clone().prop_map(|a| format!("tan(tanh({a}))")),
                inner.prop_map(|a| format!("if(y > 0, {a}, 2 * {a})")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn derivatives_agree_with_finite_differences(text in smooth(), x in -2.0_f64..2.0, y in -2.0_f64..2.0) {
            let tree = tree(&text);
            let derived = derivative(&tree, Symbol::Parameter(0)).expect("small");
            let at = |tree: &Tree, x: f64| {
                evaluate(tree, &|symbol| match symbol {
                    Symbol::Parameter(0) => x,
                    _ => y,
                })
            };
            let difference = |step: f64| (at(&tree, x + step) - at(&tree, x - step)) / (2.0 * step);
            // Richardson's extrapolation of central differences, and its own estimate of its error.
            let (coarse, fine) = (difference(2e-3), difference(1e-3));
            let expected = (4.0 * fine - coarse) / 3.0;
            let error = (fine - coarse).abs() / 10.0 + 1e-9 * (1.0 + at(&tree, x).abs());
            prop_assume!(expected.is_finite() && error < 1e-3 * (1.0 + expected.abs()));
            let found = at(&derived, x);
            prop_assert!((found - expected).abs() <= 4.0 * error, "{text} at {x}, {y}: {found} against {expected}");
        }
    }
}

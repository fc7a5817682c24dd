//! From tokens to an [`Expr`], by operator precedence (Pratt 1973).
//!
//! From loose to tight: `or`; `and`; `not`; comparison, which does not chain; `+ -`; `* /`; unary minus; `^`, which
//! groups to the right. So `-x^2` is `-(x^2)`, and `2^-1` is a half.

use super::error::ExpressionError;
use super::lexer::{Token, tokens};
use super::syntax::{Expr, ExprKind, Operator, UnaryOperator};
use super::tree::{Arithmetic, Comparison, Logic};
use crate::units::Span;

/// The deepest nesting of an expression, operators that follow each other included. Trees are walked by recursion, and
/// this many levels fit on the stack of any thread with much to spare.
pub const MAX_DEPTH: usize = 200;
/// The most parts of an expression.
pub const MAX_NODES: usize = 5_000;
/// How many errors of one text are told.
const MAX_ERRORS: usize = 8;

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In an equation of a model: the unit of a number stands in brackets.
    Model,
    /// In an outcome, as `--measure` takes it: units may also stand without brackets, `24 h` or `24h`. Such a unit ends
    /// at the first space, and is the longest text that is a unit.
    Outcome,
}

/// Reads an expression.
///
/// # Errors
/// All that is wrong, in the order of the text; never empty.
pub fn parse(text: &str, mode: Mode) -> Result<Expr, Vec<ExpressionError>> {
    if text.trim().is_empty() {
        return Err(vec![ExpressionError::Empty { span: 0..text.len() }]);
    }
    let (tokens, errors) = tokens(text, mode);
    let mut parser = Parser { tokens, at: 0, nesting: 0, nodes: 0, errors };
    let parsed = parser.expression(0);
    if parsed.is_ok() {
        parser.expect_end();
    }
    let mut errors = parser.errors;
    match parsed {
        Ok(node) if errors.is_empty() => Ok(node.expr),
        _ => {
            // Beyond the bounds the rest was not read, and what seems wrong there may not be.
            if let Some(too_large) = errors.iter().find(|error| matches!(error, ExpressionError::TooLarge { .. })) {
                return Err(vec![too_large.clone()]);
            }
            errors.sort_by_key(|error| (error.span().start, error.span().end));
            errors.dedup();
            errors.truncate(MAX_ERRORS);
            Err(errors)
        }
    }
}

/// An expression and how deep it is.
struct Node {
    expr: Expr,
    depth: usize,
}

/// The error is recorded; the text can be read again only behind the next `,` or `)`.
struct Lost;

struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    nesting: usize,
    nodes: usize,
    errors: Vec<ExpressionError>,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).map_or(0..0, |(_, span)| span.clone())
    }

    fn advance(&mut self) {
        // The last token is `End`, and is never passed.
        self.at = (self.at + 1).min(self.tokens.len().saturating_sub(1));
    }

    fn fail<T>(&mut self, error: ExpressionError) -> Result<T, Lost> {
        self.errors.push(error);
        Err(Lost)
    }

    fn make(&mut self, kind: ExprKind, span: Span, below: usize) -> Result<Node, Lost> {
        self.nodes += 1;
        let depth = below + 1;
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return self.fail(ExpressionError::TooLarge { span });
        }
        Ok(Node { expr: Expr { kind, span }, depth })
    }

    /// An expression of operators that bind at least as tightly as `least`.
    fn expression(&mut self, least: u8) -> Result<Node, Lost> {
        self.nesting += 1;
        let result = if self.nesting > MAX_DEPTH {
            let span = self.span();
            self.fail(ExpressionError::TooLarge { span })
        } else {
            self.operators(least)
        };
        self.nesting -= 1;
        result
    }

    fn operators(&mut self, least: u8) -> Result<Node, Lost> {
        let mut left = self.operand(least)?;
        loop {
            let Some((operator, tightness, right_tightness)) = infix(self.peek()) else {
                return Ok(left);
            };
            if tightness < least {
                return Ok(left);
            }
            self.advance();
            let right = self.expression(right_tightness)?;
            let span = left.expr.span.start..right.expr.span.end;
            let depth = left.depth.max(right.depth);
            let kind = ExprKind::Binary(operator, Box::new(left.expr), Box::new(right.expr));
            left = self.make(kind, span, depth)?;
            let compares = |token: &Token| matches!(infix(token), Some((Operator::Comparison(_), ..)));
            if matches!(operator, Operator::Comparison(_)) && compares(self.peek()) {
                let span = self.span();
                return self.fail(ExpressionError::ChainedComparison { span });
            }
        }
    }

    fn operand(&mut self, least: u8) -> Result<Node, Lost> {
        let (token, span) = (self.peek().clone(), self.span());
        match token {
            Token::Number { value, unit } => {
                self.advance();
                self.make(ExprKind::Number { value, unit }, span, 0)
            }
            Token::True | Token::False => {
                self.advance();
                self.make(ExprKind::Boolean(token == Token::True), span, 0)
            }
            Token::Name(name) => {
                self.advance();
                if *self.peek() == Token::Open {
                    return self.call(name, span);
                }
                self.make(ExprKind::Name(name), span, 0)
            }
            Token::Open => {
                self.advance();
                let inner = self.group(&span);
                if *self.peek() == Token::Comma {
                    let span = self.span();
                    self.errors.push(ExpressionError::OperatorExpected { found: "`,`".to_string(), span });
                    self.skip_to_close();
                }
                self.close(&span)?;
                inner
            }
            Token::Minus => self.prefix(Some(UnaryOperator::Negate), NEGATE),
            Token::Plus => self.prefix(None, NEGATE),
            // `a + not b` is refused: `not` would reach further to the right than it looks.
            Token::Not if least <= NOT => self.prefix(Some(UnaryOperator::Not), NOT),
            _ => {
                let found = told(&token);
                let span = self.span();
                self.fail(match token {
                    Token::Bracket => ExpressionError::MisplacedUnit { span },
                    _ => ExpressionError::OperandExpected { found, span },
                })
            }
        }
    }

    fn prefix(&mut self, operator: Option<UnaryOperator>, tightness: u8) -> Result<Node, Lost> {
        let start = self.span().start;
        self.advance();
        let operand = self.expression(tightness)?;
        let Some(operator) = operator else { return Ok(operand) };
        let span = start..operand.expr.span.end;
        self.make(ExprKind::Unary(operator, Box::new(operand.expr)), span, operand.depth)
    }

    /// What stands inside a parenthesis, up to `,` or `)`. An error inside is recorded and skipped, so that the rest of
    /// the text is still read; a nought stands for what could not be.
    fn group(&mut self, opening: &Span) -> Result<Node, Lost> {
        let inner = match self.expression(0) {
            Ok(inner) => {
                if matches!(self.peek(), Token::Comma | Token::Close | Token::End) {
                    return Ok(inner);
                }
                let (found, span) = (told(self.peek()), self.span());
                self.errors.push(match self.peek() {
                    Token::Bracket => ExpressionError::MisplacedUnit { span },
                    _ => ExpressionError::OperatorExpected { found, span },
                });
                inner
            }
            Err(Lost) => {
                // Beyond these bounds nothing more is worth reading.
                if self.nodes > MAX_NODES || self.nesting + 1 >= MAX_DEPTH {
                    return Err(Lost);
                }
                self.make(ExprKind::Number { value: 0.0, unit: None }, opening.clone(), 0)?
            }
        };
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Token::End => break,
                Token::Close if open == 0 => break,
                Token::Comma if open == 0 => break,
                Token::Open => open += 1,
                Token::Close => open -= 1,
                _ => {}
            }
            self.advance();
        }
        Ok(inner)
    }

    fn skip_to_close(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Token::End => return,
                Token::Close if open == 0 => return,
                Token::Open => open += 1,
                Token::Close => open -= 1,
                _ => {}
            }
            self.advance();
        }
    }

    fn close(&mut self, opening: &Span) -> Result<(), Lost> {
        if *self.peek() == Token::Close {
            self.advance();
            return Ok(());
        }
        self.fail(ExpressionError::UnbalancedParenthesis { span: opening.clone() })
    }

    fn call(&mut self, name: String, name_span: Span) -> Result<Node, Lost> {
        let opening = self.span();
        self.advance();
        let mut arguments = Vec::new();
        let mut depth = 0;
        if *self.peek() != Token::Close {
            loop {
                let argument = self.group(&opening)?;
                depth = depth.max(argument.depth);
                arguments.push(argument.expr);
                if *self.peek() != Token::Comma {
                    break;
                }
                self.advance();
            }
        }
        let span = name_span.start..self.span().end;
        self.close(&opening)?;
        self.make(ExprKind::Call { name, name_span, arguments }, span, depth)
    }

    fn expect_end(&mut self) {
        let span = self.span();
        let error = match self.peek() {
            Token::End => return,
            Token::Close => ExpressionError::UnbalancedParenthesis { span },
            Token::Bracket => ExpressionError::MisplacedUnit { span },
            token => ExpressionError::OperatorExpected { found: told(token), span },
        };
        self.errors.push(error);
    }
}

const NOT: u8 = 5;
const NEGATE: u8 = 13;

/// The operator of a token, how tightly it binds, and what its right operand must bind at least.
fn infix(token: &Token) -> Option<(Operator, u8, u8)> {
    let arithmetic = Operator::Arithmetic;
    let comparison = |comparison| Some((Operator::Comparison(comparison), 7, 8));
    match token {
        Token::Or => Some((Operator::Logic(Logic::Or), 1, 2)),
        Token::And => Some((Operator::Logic(Logic::And), 3, 4)),
        Token::Less => comparison(Comparison::Less),
        Token::LessOrEqual => comparison(Comparison::LessOrEqual),
        Token::Greater => comparison(Comparison::Greater),
        Token::GreaterOrEqual => comparison(Comparison::GreaterOrEqual),
        Token::Equal => comparison(Comparison::Equal),
        Token::NotEqual => comparison(Comparison::NotEqual),
        Token::Plus => Some((arithmetic(Arithmetic::Add), 9, 10)),
        Token::Minus => Some((arithmetic(Arithmetic::Subtract), 9, 10)),
        Token::Star => Some((arithmetic(Arithmetic::Multiply), 11, 12)),
        Token::Slash => Some((arithmetic(Arithmetic::Divide), 11, 12)),
        Token::Caret => Some((arithmetic(Arithmetic::Power), 16, 15)),
        _ => None,
    }
}

/// A token in a message.
fn told(token: &Token) -> String {
    let sign = match token {
        Token::End => return "the end".to_string(),
        Token::Number { .. } => return "this number".to_string(),
        Token::Bracket => return "this unit".to_string(),
        Token::Name(name) => name,
        Token::Plus => "+",
        Token::Minus => "-",
        Token::Star => "*",
        Token::Slash => "/",
        Token::Caret => "^",
        Token::Less => "<",
        Token::LessOrEqual => "<=",
        Token::Greater => ">",
        Token::GreaterOrEqual => ">=",
        Token::Equal => "==",
        Token::NotEqual => "!=",
        Token::And => "and",
        Token::Or => "or",
        Token::Not => "not",
        Token::True => "true",
        Token::False => "false",
        Token::Open => "(",
        Token::Close => ")",
        Token::Comma => ",",
    };
    format!("`{sign}`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The structure with every operation in parentheses.
    fn shape(expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Number { value, unit: None } => format!("{value}"),
            ExprKind::Number { value, unit: Some(unit) } => format!("{value}[{unit}]"),
            ExprKind::Boolean(value) => format!("{value}"),
            ExprKind::Name(name) => name.clone(),
            ExprKind::Unary(UnaryOperator::Negate, operand) => format!("(-{})", shape(operand)),
            ExprKind::Unary(UnaryOperator::Not, operand) => format!("(not {})", shape(operand)),
            ExprKind::Binary(operator, left, right) => {
                format!("({} {} {})", shape(left), operator.text(), shape(right))
            }
            ExprKind::Call { name, arguments, .. } => {
                format!("{name}({})", arguments.iter().map(shape).collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn model(text: &str) -> String {
        shape(&parse(text, Mode::Model).expect(text))
    }

    fn outcome(text: &str) -> String {
        shape(&parse(text, Mode::Outcome).expect(text))
    }

    fn errors(text: &str) -> Vec<ExpressionError> {
        parse(text, Mode::Model).expect_err(text)
    }

    #[test]
    fn operators_bind_as_the_grammar_says() {
        let cases = [
            ("a - b - c", "((a - b) - c)"),
            ("a / b / c", "((a / b) / c)"),
            ("a / b * c", "((a / b) * c)"),
            ("a + b * c ^ d", "(a + (b * (c ^ d)))"),
            ("2^3^2", "(2 ^ (3 ^ 2))"),
            ("-x^2", "(-(x ^ 2))"),
            ("2^-x^2", "(2 ^ (-(x ^ 2)))"),
            ("2^-x*3", "((2 ^ (-x)) * 3)"),
            ("-a*b", "((-a) * b)"),
            ("a*-b", "(a * (-b))"),
            ("--a", "(-(-a))"),
            ("+a", "a"),
            ("not a < b and c or d", "(((not (a < b)) and c) or d)"),
            ("a or b and not c", "(a or (b and (not c)))"),
            ("a + b < c * d", "((a + b) < (c * d))"),
            ("if(a < b, 1, 2)", "if((a < b), 1, 2)"),
            ("C < 642 [ng/mL]", "(C < 642[ng/mL])"),
            ("1e-3 * .5 + 3.", "((0.001 * 0.5) + 3)"),
            ("hill(Ce, IC50, n)", "hill(Ce, IC50, n)"),
            ("a ≤ b", "(a <= b)"),
            ("a · b × c − d", "(((a * b) * c) - d)"),
            ("f()", "f()"),
            ("(((a)))", "a"),
        ];
        for (text, wanted) in cases {
            assert_eq!(model(text), wanted, "{text}");
        }
    }

    #[test]
    fn outcomes_take_units_without_brackets() {
        let cases = [
            ("at(C, 24 h)", "at(C, 24[h])"),
            ("at(C, 24h)", "at(C, 24[h])"),
            ("at(C, 24 [h])", "at(C, 24[h])"),
            ("at(C, 24)", "at(C, 24)"),
            ("at(C, -30 min)", "at(C, (-30[min]))"),
            ("time_above(C, 642 ng/mL)", "time_above(C, 642[ng/mL])"),
            ("first_time(C < 642 ng/mL and time > 2h)", "first_time(((C < 642[ng/mL]) and (time > 2[h])))"),
            ("mean(C, 0 h, 24 h) / mean(C, 0 h, 1 h)", "(mean(C, 0[h], 24[h]) / mean(C, 0[h], 1[h]))"),
            ("2h*k", "(2[h] * k)"),
            ("at(C, 1e-3h)", "at(C, 0.001[h])"),
            ("x > 5 % ", "(x > 5[%])"),
            ("2 and 3", "(2 and 3)"),
            ("time_above(C, 5 mg/(kg*h))", "time_above(C, 5[mg/(kg*h)])"),
            ("at(C, 2 µs)", "at(C, 2[µs])"),
        ];
        for (text, wanted) in cases {
            assert_eq!(outcome(text), wanted, "{text}");
        }
        let wrong = parse("at(C, 24 hh)", Mode::Outcome).expect_err("no unit");
        assert!(matches!(&wrong[..], [ExpressionError::Unit(error)] if error.span() == (9..11)), "{wrong:?}");
        assert!(parse("24 h", Mode::Model).is_err(), "in an equation a unit stands in brackets");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let expr = parse("a + (b * c)", Mode::Model).expect("an expression");
        assert_eq!(expr.span, 0..10);
        let ExprKind::Binary(_, _, right) = expr.kind else { panic!("a sum") };
        assert_eq!(right.span, 5..10);
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place() {
        use ExpressionError as E;
        assert_eq!(errors(" "), [E::Empty { span: 0..1 }]);
        assert_eq!(errors("a +"), [E::OperandExpected { found: "the end".to_string(), span: 3..3 }]);
        assert_eq!(errors("2 x"), [E::OperatorExpected { found: "`x`".to_string(), span: 2..3 }]);
        assert_eq!(errors("2x"), [E::OperatorExpected { found: "`x`".to_string(), span: 1..2 }]);
        assert_eq!(errors("(a"), [E::UnbalancedParenthesis { span: 0..1 }]);
        assert_eq!(errors("a)"), [E::UnbalancedParenthesis { span: 1..2 }]);
        assert_eq!(errors("a < b < c"), [E::ChainedComparison { span: 6..7 }]);
        assert_eq!(errors("x [mg]"), [E::MisplacedUnit { span: 2..6 }]);
        assert_eq!(errors("3 [mg"), [E::UnclosedBracket { span: 2..3 }]);
        assert_eq!(errors("1e999"), [E::NumberOutOfRange { span: 0..5 }]);
        assert_eq!(errors("1e-999"), [E::NumberOutOfRange { span: 0..6 }]);
        assert!(matches!(&errors("3 [mgg]")[..], [E::Unit(error)] if error.span() == (3..6)));
        assert!(matches!(&errors("a ** b")[..], [E::UnexpectedCharacter { instead: Some("`^`"), .. }]));
        assert!(matches!(&errors("a && b")[..], [E::UnexpectedCharacter { instead: Some("`and`"), .. }]));
        assert!(matches!(&errors("a = b")[..], [E::UnexpectedCharacter { instead: Some("`==` to compare"), .. }]));
        assert!(matches!(&errors("a + not b")[..], [E::OperandExpected { .. }]));
        assert!(matches!(&errors("(a, b)")[..], [E::OperatorExpected { .. }]));
        assert!(matches!(&errors("f(a,)")[..], [E::OperandExpected { .. }]));
    }

    #[test]
    fn several_errors_of_one_text_are_told_together() {
        let found = errors("min(a +, b *) + max(2 c, 3 [mgg]) # d");
        let starts: Vec<usize> = found.iter().map(|error| error.span().start).collect();
        assert_eq!(starts, [7, 12, 22, 28, 34, 36], "{found:?}");
    }

    #[test]
    fn depth_and_size_are_bounded() {
        for text in [
            "(".repeat(100_000),
            "(".repeat(5_000),
            "-".repeat(5_000),
            "a^".repeat(5_000),
            "not ".repeat(4_000),
            "f(".repeat(5_000),
            "a+".repeat(5_000) + "a",
            format!("min({}a)", "a,".repeat(9_000)),
            format!("{}a{}", "(".repeat(300), ")".repeat(300)),
        ] {
            let errors = parse(&text, Mode::Model).expect_err("too large");
            assert!(matches!(&errors[..], [ExpressionError::TooLarge { .. }]), "{:?}: {errors:?}", text.get(..20));
        }
        let fits = format!("{}a{}", "(".repeat(150), ")".repeat(150));
        assert!(parse(&fits, Mode::Model).is_ok());
        assert!(parse(&vec!["a"; 150].join(" + "), Mode::Model).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_stay_inside_it(
            text in "(\\PC|[-+*/^<>=!(),\\[\\] 0-9a-z.]|and |or |not |if\\(|max\\(| \\[mg/L\\]){0,60}",
            outcome in any::<bool>(),
        ) {
            let mode = if outcome { Mode::Outcome } else { Mode::Model };
            if let Err(errors) = parse(&text, mode) {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    let span = error.span();
                    prop_assert!(span.start <= span.end && span.end <= text.len(), "{error:?}");
                    prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{error:?}");
                    prop_assert!(!error.to_string().is_empty());
                    let _ = error.hint();
                }
            }
        }
    }
}

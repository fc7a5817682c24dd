//! The expression as written: names, numbers with their units, and where each part stands.

use super::tree::{Arithmetic, Comparison, Logic};
use crate::units::{Span, Unit};

/// A part of an expression and its place in the text.
#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    /// Bytes of the text, without parentheses around the part.
    pub span: Span,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A number in its own unit; `None` if none is written.
    Number { value: f64, unit: Option<Box<Unit>> },
    /// `true` or `false`.
    Boolean(bool),
    /// A name, `time` and `pi` among them.
    Name(String),
    /// An operation on one operand.
    Unary(UnaryOperator, Box<Expr>),
    /// An operation on two operands.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// A call: `if`, `input`, a function or an outcome. Whether there is such a one is not yet known.
    Call { name: String, name_span: Span, arguments: Vec<Expr> },
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    Negate,
    Not,
}

/// An operator between its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    Arithmetic(Arithmetic),
    Comparison(Comparison),
    Logic(Logic),
}

impl Operator {
    /// As it is written.
    pub fn text(self) -> &'static str {
        match self {
            Operator::Arithmetic(Arithmetic::Add) => "+",
            Operator::Arithmetic(Arithmetic::Subtract) => "-",
            Operator::Arithmetic(Arithmetic::Multiply) => "*",
            Operator::Arithmetic(Arithmetic::Divide) => "/",
            Operator::Arithmetic(Arithmetic::Power) => "^",
            Operator::Comparison(Comparison::Less) => "<",
            Operator::Comparison(Comparison::LessOrEqual) => "<=",
            Operator::Comparison(Comparison::Greater) => ">",
            Operator::Comparison(Comparison::GreaterOrEqual) => ">=",
            Operator::Comparison(Comparison::Equal) => "==",
            Operator::Comparison(Comparison::NotEqual) => "!=",
            Operator::Logic(Logic::And) => "and",
            Operator::Logic(Logic::Or) => "or",
        }
    }
}

/// Equal if they mean the same; places do not count.
impl PartialEq for Expr {
    fn eq(&self, other: &Expr) -> bool {
        match (&self.kind, &other.kind) {
            (
                ExprKind::Call { name, arguments, .. },
                ExprKind::Call { name: other_name, arguments: other_arguments, .. },
            ) => name == other_name && arguments == other_arguments,
            (kind, other_kind) => kind == other_kind,
        }
    }
}

impl Expr {
    /// The node's operands, in order.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number { .. } | ExprKind::Boolean(_) | ExprKind::Name(_) => Vec::new(),
            ExprKind::Unary(_, operand) => vec![operand],
            ExprKind::Binary(_, left, right) => vec![left, right],
            ExprKind::Call { arguments, .. } => arguments.iter().collect(),
        }
    }

    /// Calls `visit` on every name (not on names of functions) with its place, from left to right.
    pub fn for_each_name<'a>(&'a self, visit: &mut dyn FnMut(&'a str, &'a Span)) {
        if let ExprKind::Name(name) = &self.kind {
            visit(name, &self.span);
        }
        for child in self.children() {
            child.for_each_name(visit);
        }
    }
}

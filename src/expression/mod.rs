//! Expressions: from text to a tree in which every name is an index and every number is in the internal system.
//!
//! The path: [`parse`] turns text into an [`Expr`] (names, spans, units as written), [`resolve`] turns that into a
//! [`Tree`] while it infers units, and [`evaluate`], [`derivative`] and the printers work on trees. The same grammar
//! serves outcomes (`peak(C)`, `at(C, 24 h)`); see [`Mode`].
//!
//! Must never: know models or solvers, print, or panic or recurse without bound on any text. Nesting and size are
//! limited by [`MAX_DEPTH`] and [`MAX_NODES`], which every function that walks a tree relies on.

mod derivative;
#[cfg(test)]
mod documentation_tests;
mod error;
mod evaluate;
mod findings;
mod function;
mod latex;
mod lexer;
mod parser;
mod print;
mod resolve;
mod syntax;
#[cfg(test)]
pub(crate) mod test_scope;
mod tree;

pub use derivative::derivative;
pub use error::{ExpressionError, Finding, Side};
pub use evaluate::{PowerKind, Values, evaluate, hill, power_kind};
pub use function::Function;
pub use latex::{latex_name, latex_unit, print_latex};
pub use lexer::{is_name, is_reserved};
pub use parser::{MAX_DEPTH, MAX_NODES, Mode, parse};
pub use print::{print, print_unicode, tree_to_expr};
pub use resolve::{BareNumber, Kind, Resolved, Scope, resolve, resolve_as, resolve_condition, resolve_constant};
pub use syntax::{Expr, ExprKind, Operator, UnaryOperator};
pub use tree::{Arithmetic, Comparison, Logic, Symbol, Tree};

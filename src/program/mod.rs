//! A model's expressions lowered to flat programs: right-hand side, Jacobian, sparse LU, quantities, events.
//!
//! [`compile`] turns the expression trees of a system into a [`System`]: a graph in which every value stands once, the
//! Jacobian derived from it symbolically, and a factorization of `shift I - J` whose order of elimination is chosen
//! once. An [`Evaluator`] makes straight-line programs of that and runs them on a [`Frame`], which holds one number for
//! each slot and for each of `L` individuals (lanes). There are no loops and no branches in a program; nothing
//! allocates while it runs.
//!
//! What the slots of a frame hold, in the order in which they stand there (see [`Layout`]):
//!
//! | part | read by | written by |
//! |---|---|---|
//! | `states`, `time`, `inputs` | all but `prepare`, `factor`, `solve` | the caller |
//! | `shift`, which is `1 / (h gamma)` | `factor` | the caller |
//! | `pivot`, the health of the factors | | `factor` |
//! | `derivatives` | | `rhs`, `rhs_and_jacobian` |
//! | `vector`: right-hand side, then solution | `solve` | the caller, `solve` |
//! | `factors` | `solve` | `factor` |
//! | `jacobian`, nonzeros only | `factor`, `solve` | `rhs_and_jacobian`; constant entries by `prepare` |
//! | `time_derivatives` | | `rhs_and_jacobian`; constant entries by `prepare` |
//! | `parameters` | all but `factor`, `solve` | the caller |
//! | `quantities`, `residuals` and `truths`, `setters`, `starts` | | the program of the same name |
//! | hoisted values | all but `starts`, `setters` | `prepare` |
//! | constants, scratch | all | the evaluator |
//!
//! The caller may write only where the table says so.
//!
//! Rates, quantities, conditions, starts and setters have exactly the bits that [`crate::expression::evaluate`] gives
//! by walking the trees; derivatives are free of that and use what is fastest. All evaluators agree to the last bit,
//! on every processor, for every number of lanes.
//!
//! This module must never know units, model files or doses, and must never print, read the clock or touch files.

mod algebra;
mod block;
mod dispatch;
mod elimination;
mod equations;
mod evaluator;
mod expansion;
mod frame;
mod graph;
mod hoisting;
mod interpreter;
mod jacobian;
mod lanes;
mod layout;
#[cfg(target_arch = "x86_64")]
mod machine;
mod operation;
mod partial;
mod system;
#[cfg(test)]
pub(crate) mod tests;

pub use dispatch::Instructions;
pub use equations::{Equations, compile};
pub use evaluator::Evaluator;
pub use frame::Frame;
pub use layout::Layout;
pub use system::{Program, System};

/// The factors are good while `layout.pivot` is below this. It is the square of by how much elimination may have
/// diminished a pivot, or the shift exceed it: at twelve digits lost of sixteen the factors say little.
pub const PIVOT_LIMIT: f64 = 1e24;

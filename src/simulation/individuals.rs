//! Event tables: one run an individual, all with the same compiled model.

use super::compiled::Compiled;
use super::failure::SimulationError;
use super::run::{Keep, SolverOptions, solve_timeline};
use super::scenario::{Scenario, dosing_perturbations};
use super::trajectory::Trajectory;
use crate::dosing::{Covariates, EventTable, Rows, Setup, Timeline, expand_individual};

/// Expands every individual of a table, before anything is solved.
///
/// # Errors
/// The first dose that cannot be given.
pub fn timelines(
    compiled: &Compiled<'_>,
    table: &EventTable,
    scenario: &Scenario,
    rule: Covariates,
    times: Option<&[f64]>,
) -> Result<Vec<Timeline>, SimulationError> {
    let model = compiled.model;
    let (perturbations, expressions) = dosing_perturbations(model, scenario);
    let parameters = scenario.parameters(model);
    let setup = Setup {
        routes: &compiled.routes,
        parameters: &parameters,
        weight: model.parameter("weight"),
        perturbations: &perturbations,
        model: &expressions,
    };
    let observations = table.individuals.iter().any(|one| one.observations > 0);
    table
        .individuals
        .iter()
        .map(|individual| {
            let rows = match times {
                Some(times) => Rows::Times(times),
                None if observations => Rows::Observations,
                None => Rows::Times(&scenario.outputs),
            };
            expand_individual(table, individual, &setup, rule, rows).map_err(SimulationError::Dose)
        })
        .collect()
}

/// Runs the timelines in order; the results of the others are kept where one fails.
pub fn simulate_individuals<'m>(
    compiled: &'m Compiled<'m>,
    timelines: Vec<Timeline>,
    options: &SolverOptions,
    keep: Keep,
) -> Vec<Result<Trajectory<'m>, SimulationError>> {
    timelines.into_iter().map(|timeline| solve_timeline(compiled, timeline, options, keep)).collect()
}

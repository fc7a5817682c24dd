//! From a scenario to a trajectory: doses expanded, actions turned into jumps, the start found, the system solved.
//!
//! This is the straight line of a run; each step is one call of a floor below.

use super::compiled::Compiled;
use super::failure::SimulationError;
use super::scenario::{Scenario, dosing_perturbations};
use super::start::{Start, SteadyReport, find_start, steady_change};
use super::trajectory::Trajectory;
use crate::dosing::{self, Kind, Setup, Timeline, expand};
use crate::model::Model;
use crate::solver::{self, Change, Limits, Method, Problem, Recording, Stop, Tolerance};
use std::sync::Arc;

/// How a run is solved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolverOptions {
    /// The method.
    pub method: Method,
    /// The relative tolerance; absolute tolerances are this times each state's scale.
    pub relative_tolerance: f64,
    /// When to give up.
    pub limits: Limits,
}

impl Default for SolverOptions {
    fn default() -> SolverOptions {
        SolverOptions { method: Method::Rodas5p, relative_tolerance: 1e-6, limits: Limits::default() }
    }
}

/// What a run keeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keep<'a> {
    /// Only the output rows.
    Rows,
    /// The solution at every time, for outcomes and figures.
    Everything,
    /// The solution within these spans of time (from, until; [`super::spans`] tells those of measures), and where it
    /// began. A year of daily doses is hundreds of megabytes otherwise.
    Within(&'a [(f64, f64)]),
}

/// The tolerances of a run.
pub fn tolerance(model: &Model, options: &SolverOptions) -> Tolerance {
    let relative = options.relative_tolerance;
    Tolerance { relative, absolute: model.states.iter().map(|state| relative * state.scale).collect() }
}

/// Expands the doses of a scenario.
///
/// # Errors
/// A dose that cannot be given.
pub fn timeline(model: &Model, routes: &[dosing::Route], scenario: &Scenario) -> Result<Timeline, SimulationError> {
    let (perturbations, expressions) = dosing_perturbations(model, scenario);
    let parameters = scenario.parameters(model);
    let setup = Setup {
        routes,
        parameters: &parameters,
        weight: model.parameter("weight"),
        perturbations: &perturbations,
        model: &expressions,
    };
    expand(&scenario.doses, &setup, scenario.until, &scenario.outputs).map_err(SimulationError::Dose)
}

/// Runs a scenario.
///
/// # Errors
/// A dose that cannot be given, or the solver's failure. There is no truncated trajectory.
pub fn simulate<'m>(
    compiled: &'m Compiled<'m>,
    scenario: &Scenario,
    options: &SolverOptions,
    keep: Keep<'_>,
) -> Result<Trajectory<'m>, SimulationError> {
    let timeline = timeline(compiled.model, &compiled.routes, scenario)?;
    solve_timeline(compiled, timeline, options, keep)
}

/// The initial value problem of an expanded schedule, and its start: all that a solver needs.
///
/// # Errors
/// No steady start, or no steady state of doses.
pub fn problem<'m>(
    compiled: &'m Compiled<'_>,
    timeline: &Timeline,
    options: &SolverOptions,
) -> Result<(Problem<'m>, Start), SimulationError> {
    let start = find_start(compiled, &timeline.parameters, &timeline.clamps, options)?;
    Ok((problem_from(compiled, timeline, &start, options)?, start))
}

/// The initial value problem of an expanded schedule whose start has been found: many schedules may share it.
///
/// # Errors
/// No steady state of doses.
pub fn problem_from<'m>(
    compiled: &'m Compiled<'_>,
    timeline: &Timeline,
    start: &Start,
    options: &SolverOptions,
) -> Result<Problem<'m>, SimulationError> {
    reported_problem(compiled, timeline, start, options).map(|(problem, _)| problem)
}

/// As [`problem_from`], with how the steady states of doses were found.
///
/// # Errors
/// No steady state of doses.
pub(super) fn reported_problem<'m>(
    compiled: &'m Compiled<'_>,
    timeline: &Timeline,
    start: &Start,
    options: &SolverOptions,
) -> Result<(Problem<'m>, Vec<SteadyReport>), SimulationError> {
    let model = compiled.model;
    let rows_last = rows_come_last(timeline);
    let (stops, steady) = stops(compiled, timeline, start, options, !rows_last)?;
    let rows = timeline.actions.iter().filter(|action| matches!(action.kind, Kind::Output { .. }));
    let problem = Problem {
        equations: &compiled.equations,
        start_time: timeline.start,
        end_time: timeline.end,
        parameters: timeline.parameters.clone(),
        inputs: vec![0.0; model.routes.len()],
        start: start.states.clone(),
        tolerance: tolerance(model, options),
        held: timeline.clamps.iter().map(|(state, _)| *state).collect(),
        stops,
        output_times: if rows_last { rows.map(|action| action.time).collect() } else { Arc::from([]) },
        events: compiled.events.clone(),
        nonnegative: dosed_states(model),
        limits: options.limits,
    };
    Ok((problem, steady))
}

/// Whether every row comes after all else that happens at its time, and the clock never goes back: then rows are times,
/// and need no place among the actions.
fn rows_come_last(timeline: &Timeline) -> bool {
    timeline.actions.windows(2).all(|pair| {
        let row_first = matches!(pair[0].kind, Kind::Output { .. }) && !matches!(pair[1].kind, Kind::Output { .. });
        pair[0].time < pair[1].time || (pair[0].time == pair[1].time && !row_first)
    }) && !timeline.actions.iter().any(|action| matches!(action.kind, Kind::Reset))
}

/// Solves one expanded schedule.
///
/// # Errors
/// The solver's failure.
pub fn solve_timeline<'m>(
    compiled: &'m Compiled<'m>,
    timeline: Timeline,
    options: &SolverOptions,
    keep: Keep<'_>,
) -> Result<Trajectory<'m>, SimulationError> {
    let start = find_start(compiled, &timeline.parameters, &timeline.clamps, options)?;
    solve_from(compiled, timeline, start, options, keep)
}

/// Solves one expanded schedule from a start that has been found.
///
/// # Errors
/// The solver's failure.
pub fn solve_from<'m>(
    compiled: &'m Compiled<'m>,
    timeline: Timeline,
    start: Start,
    options: &SolverOptions,
    keep: Keep<'_>,
) -> Result<Trajectory<'m>, SimulationError> {
    let (problem, steady) = reported_problem(compiled, &timeline, &start, options)?;
    let mut recording = recording(keep);
    let finish = solver::solve_by(options.method, problem, &mut recording)
        .map_err(|failure| SimulationError::Solver(Box::new((failure, options.relative_tolerance))))?;
    Ok(Trajectory { compiled, timeline, recording, finish, start, steady })
}

/// An empty recording that keeps what is asked.
pub(super) fn recording(keep: Keep<'_>) -> Recording {
    match keep {
        Keep::Rows => Recording::of_rows(),
        Keep::Everything => Recording::of_pieces(),
        Keep::Within(spans) => Recording::of_pieces_within(spans),
    }
}

/// The states into which doses go: amounts or levels of a drug, which are never negative. The solver warns if it drives
/// them below zero.
pub(super) fn dosed_states(model: &Model) -> Arc<[usize]> {
    model
        .states
        .iter()
        .enumerate()
        .filter(|(number, _)| model.routes.iter().any(|route| route.into.iter().any(|(state, _)| state == number)))
        .map(|(number, _)| number)
        .collect()
}

/// The actions of a timeline as jumps of the system, and how the steady states among them were found.
fn stops(
    compiled: &Compiled<'_>,
    timeline: &Timeline,
    start: &Start,
    options: &SolverOptions,
    record_rows: bool,
) -> Result<(Vec<Stop>, Vec<SteadyReport>), SimulationError> {
    let model = compiled.model;
    let mut parameters = timeline.parameters.clone();
    let mut held = timeline.clamps.clone();
    let mut reports = Vec::new();
    let mut clock = timeline.start;
    let mut stops: Vec<Stop> = Vec::with_capacity(timeline.actions.len());
    for action in &timeline.actions {
        let mut changes = Vec::new();
        match &action.kind {
            Kind::Bolus { route, amount } => {
                for (state, share) in &model.routes[*route].into {
                    changes.push(Change::AddToState { state: *state, amount: amount * share });
                }
            }
            Kind::Rate { route, rate } => {
                changes.push(Change::SetInput { input: *route, value: *rate });
            }
            Kind::SetParameter { parameter, value } => {
                parameters[*parameter] = *value;
                changes.push(Change::SetParameter { parameter: *parameter, value: *value });
            }
            Kind::Clamp { state, value } => {
                held.retain(|(other, _)| other != state);
                held.push((*state, *value));
                changes.push(Change::Hold { state: *state, value: *value });
            }
            Kind::Release { state } => {
                held.retain(|(other, _)| other != state);
                changes.push(Change::Release { state: *state });
            }
            Kind::Reset => {
                if action.time < clock {
                    changes.push(Change::SetTime(action.time));
                }
                changes.push(start.reset(compiled, &parameters, &held, options)?);
            }
            Kind::ReplaceBySteadyState(steady) | Kind::AddSteadyState(steady) => {
                let adds = matches!(action.kind, Kind::AddSteadyState(_));
                let holds = (parameters.as_slice(), held.as_slice());
                let (steady, report) = steady_change(compiled, steady, holds, (action.time, adds), options)?;
                changes.extend(steady);
                reports.push(report);
            }
            Kind::Output { .. } if record_rows => changes.push(Change::Record),
            Kind::Output { .. } => continue,
        }
        // A clock is set back at a time of the old one; all that follows is on the new one.
        stops.extend(changes.into_iter().map(|change| {
            let time = if matches!(change, Change::SetTime(_)) { clock } else { action.time };
            Stop { time, change }
        }));
        clock = action.time;
    }
    Ok((stops, reports))
}

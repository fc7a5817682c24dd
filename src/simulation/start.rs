//! Where a run begins: the given starts, or the steady state of the undosed system; and the steady states of doses.

use super::compiled::{Compiled, constant};
use super::failure::SimulationError;
use super::run::{SolverOptions, dosed_states, tolerance};
use crate::dosing::{Period, PeriodAction, SteadyState};
use crate::model::StartRule;
use crate::solver::{self, Change, Problem, Stop};
use std::sync::Arc;

/// Where a run begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The states, internal units.
    pub states: Vec<f64>,
    /// Under `start = "steady"`: the largest rate of change that is left, as a change per internal time over the
    /// state's scale.
    pub residual: Option<f64>,
}

/// Doses since forever, as their steady state is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SteadyDoses {
    /// By which routes, ascending.
    pub routes: Vec<usize>,
    /// The bits of the period, internal time; `None` for an endless infusion.
    period: Option<u64>,
}

impl SteadyDoses {
    fn of(steady: &SteadyState) -> SteadyDoses {
        let (mut routes, period) = match steady {
            SteadyState::Endless { route, .. } => (vec![*route], None),
            SteadyState::Periodic(period) => {
                let routes = period.actions.iter().map(|(_, action)| match action {
                    PeriodAction::Bolus { route, .. } | PeriodAction::Rate { route, .. } => *route,
                });
                (routes.collect(), Some(period.length.to_bits()))
            }
        };
        routes.sort_unstable();
        routes.dedup();
        SteadyDoses { routes, period }
    }

    /// The time from one dose to the next, internal; `None` for an endless infusion.
    pub fn period(&self) -> Option<f64> {
        self.period.map(f64::from_bits)
    }
}

/// How the steady state of doses was found.
#[derive(Debug, Clone, PartialEq)]
pub struct SteadyReport {
    /// Of which doses.
    pub doses: SteadyDoses,
    /// When it holds, internal time.
    pub time: f64,
    /// How many periods were computed; none for an endless infusion, which is solved for its root.
    pub periods: Option<u32>,
    /// What is left: the largest change over a period, or in an endless infusion the last correction, relative to the
    /// state's size and scale.
    pub drift: f64,
}

/// The start under given parameters, with some states held at values.
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
    let mut problem = problem(compiled, parameters, states, options);
    // Accumulators keep their starts, and so do states that are held.
    problem.held = (0..model.states.len())
        .filter(|state| !model.states[*state].steady || held.iter().any(|(other, _)| other == state))
        .collect();
    let steady = solver::steady_state(&problem).map_err(|failure| failed(failure, options))?;
    let residual =
        steady.rates.iter().zip(&model.states).map(|(rate, state)| (rate / state.scale).abs()).fold(0.0, f64::max);
    Ok(Start { states: steady.states, residual: Some(residual) })
}

fn failed(failure: solver::Failure, options: &SolverOptions) -> SimulationError {
    SimulationError::Start(Box::new((failure, options.relative_tolerance)))
}

/// A problem without jumps, from time 0, under given parameters.
fn problem<'m>(
    compiled: &'m Compiled<'_>,
    parameters: &[f64],
    start: Vec<f64>,
    options: &SolverOptions,
) -> Problem<'m> {
    Problem {
        equations: &compiled.equations,
        start_time: 0.0,
        end_time: 0.0,
        parameters: parameters.to_vec(),
        inputs: vec![0.0; compiled.model.routes.len()],
        start,
        tolerance: tolerance(compiled.model, options),
        held: Vec::new(),
        stops: Vec::new(),
        output_times: Arc::from([]),
        events: compiled.events.clone(),
        nonnegative: dosed_states(compiled.model),
        limits: options.limits,
    }
}

impl Start {
    /// What a reset does: the starts under the parameters as they are then, with the states that are held then.
    ///
    /// # Errors
    /// As [`find_start`].
    pub fn reset(
        &self,
        compiled: &Compiled<'_>,
        parameters: &[f64],
        held: &[(usize, f64)],
        options: &SolverOptions,
    ) -> Result<Change, SimulationError> {
        let start = find_start(compiled, parameters, held, options)?;
        Ok(Change::SetStates(start.states.into()))
    }
}

/// The changes that a steady state of doses makes (NONMEM: SS 1 replaces the state, SS 2 adds to it the difference
/// between the steady state and the undosed one), and how it was found. What holds at its time, parameters set and states
/// held, is taken to have held since forever.
///
/// # Errors
/// [`SimulationError::SteadyDoses`] if there is none.
pub fn steady_change(
    compiled: &Compiled<'_>,
    steady: &SteadyState,
    (parameters, held): (&[f64], &[(usize, f64)]),
    (time, adds): (f64, bool),
    options: &SolverOptions,
) -> Result<(Vec<Change>, SteadyReport), SimulationError> {
    let model = compiled.model;
    let doses = SteadyDoses::of(steady);
    let failed = |failure: solver::Failure| {
        SimulationError::SteadyDoses(Box::new((failure, options.relative_tolerance)), doses.clone())
    };
    let undosed = find_start(compiled, parameters, held, options)?.states;
    // Held states stay, and accumulators have no steady state.
    let held: Vec<usize> = held.iter().map(|(state, _)| *state).collect();
    let accumulators: Vec<usize> = (0..model.states.len()).filter(|state| !model.states[*state].steady).collect();
    let at_rest = || held.iter().chain(&accumulators).copied().collect::<Vec<usize>>();
    let mut problem = self::problem(compiled, parameters, undosed.clone(), options);
    let (states, periods, drift) = match steady {
        SteadyState::Endless { route, rate } => {
            problem.inputs[*route] = *rate;
            problem.held = at_rest();
            let found = solver::steady_state(&problem).map_err(failed)?;
            (found.states, None, found.correction)
        }
        SteadyState::Periodic(period) => {
            problem.end_time = period.length;
            problem.stops = period_stops(compiled, period);
            problem.held = held.clone();
            let found = solver::periodic_state(&problem, &accumulators).map_err(failed)?;
            (found.states, Some(found.periods), found.drift)
        }
    };
    let report = SteadyReport { doses: doses.clone(), time, periods, drift: drift * options.relative_tolerance };
    if !adds {
        return Ok((vec![Change::SetStates(states.into())], report));
    }
    // What is added is the difference to the undosed steady state, which a given start need not be.
    let mut rest = self::problem(compiled, parameters, undosed, options);
    rest.held = at_rest();
    let undosed = solver::steady_state(&rest).map_err(failed)?.states;
    let differences = states.iter().zip(&undosed).map(|(dosed, undosed)| dosed - undosed).enumerate();
    let changes = differences
        .filter(|(_, amount)| *amount != 0.0)
        .map(|(state, amount)| Change::AddToState { state, amount })
        .collect();
    Ok((changes, report))
}

/// One period of doses as stops.
fn period_stops(compiled: &Compiled<'_>, period: &Period) -> Vec<Stop> {
    let mut stops = Vec::new();
    for (time, action) in &period.actions {
        match action {
            PeriodAction::Bolus { route, amount } => {
                for (state, share) in &compiled.model.routes[*route].into {
                    stops.push(Stop {
                        time: *time,
                        change: Change::AddToState { state: *state, amount: amount * share },
                    });
                }
            }
            PeriodAction::Rate { route, rate } => {
                stops.push(Stop { time: *time, change: Change::SetInput { input: *route, value: *rate } });
            }
        }
    }
    stops
}

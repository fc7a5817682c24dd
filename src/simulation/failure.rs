//! A solver's failure in the model's words: which state, which rate, when, and what to try.

use super::compiled::Compiled;
use super::start::SteadyDoses;
use crate::diagnostics::{Code, Diagnostic};
use crate::dosing::DoseError;
use crate::numerics::float_text::number_text;
use crate::solver::{Failure, FailureKind, Hint, Warning};
use crate::units::Unit;

/// Why there is no trajectory.
#[derive(Debug)]
pub enum SimulationError {
    /// A dose that cannot be given under the parameters at its time.
    Dose(DoseError),
    /// The solver could not go on; with the relative tolerance it had.
    Solver(Box<(Failure, f64)>),
    /// Doses since forever lead to no steady state, or a period of them cannot be computed; with the relative tolerance.
    SteadyDoses(Box<(Failure, f64)>, SteadyDoses),
    /// The start is not a steady state that can be solved for, or not a number.
    Start(Box<(Failure, f64)>),
}

impl SimulationError {
    /// The complaint, in the words of the model.
    pub fn diagnostic(&self, compiled: &Compiled<'_>) -> Diagnostic {
        match self {
            SimulationError::Dose(error) => error.diagnostic(),
            SimulationError::Solver(failed) | SimulationError::Start(failed) => {
                solver_diagnostic(&failed.0, failed.1, compiled)
            }
            SimulationError::SteadyDoses(failed, doses) => steady_diagnostic(&failed.0, failed.1, doses, compiled),
        }
    }
}

/// A number in a declared unit, for the eye.
fn shown(value: f64, unit: &Unit) -> String {
    let value = unit.from_internal(value);
    let short: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    if unit.text() == "1" { number_text(short) } else { format!("{} {}", number_text(short), unit.text()) }
}

/// The doses of a steady state, in the model's words: "`nasal` every 12 h".
pub fn steady_doses_text(doses: &SteadyDoses, compiled: &Compiled<'_>) -> String {
    let model = compiled.model;
    let names = doses.routes.iter().filter_map(|route| model.routes.get(*route)).map(|one| format!("`{}`", one.name));
    let names = names.collect::<Vec<_>>().join(" and ");
    match doses.period() {
        Some(period) => format!("{names} every {}", shown(period, &model.time_unit)),
        None => format!("an endless infusion by {names}"),
    }
}

/// What is given since forever and never comes to rest: the general complaint, with the doses named.
fn steady_diagnostic(failure: &Failure, tolerance: f64, doses: &SteadyDoses, compiled: &Compiled<'_>) -> Diagnostic {
    let model = compiled.model;
    let mut diagnostic = solver_diagnostic(failure, tolerance, compiled);
    let doses = steady_doses_text(doses, compiled);
    let amount = |state: usize, value: f64| {
        let name = model.states.get(state).map_or("?", |state| state.name.as_str());
        (name, model.states.get(state).map_or_else(String::new, |state| shown(value, &state.unit)))
    };
    match failure.kind {
        FailureKind::NoPeriodicState { state, drift, periods } => {
            let (name, drift) = amount(state, drift);
            diagnostic.message = format!(
                "{doses} leads to no steady state: after {periods} periods `{name}` still changes by {drift} a period"
            );
        }
        FailureKind::NoSteadyState { state, rate } => {
            let (name, rate) = amount(state, rate * model.time_unit.to_internal(1.0));
            diagnostic.message = format!(
                "{doses} leads to no steady state: `{name}` still changes by {rate} per {}",
                model.time_unit.text()
            );
        }
        _ => return diagnostic.note(format!("while the steady state of {doses} was sought")),
    }
    diagnostic.hints.clear();
    diagnostic.hint(
        "what is given must be removed as fast in the long run: look for a clearance of zero, or a saturable loss that is slower than the doses; an accumulator wants `steady = false`",
    )
}

fn solver_diagnostic(failure: &Failure, tolerance: f64, compiled: &Compiled<'_>) -> Diagnostic {
    let model = compiled.model;
    let time = shown(failure.time, &model.time_unit);
    let state = |index: usize| model.states.get(index).map_or("?", |state| state.name.as_str());
    let (code, message) = match failure.kind {
        FailureKind::TooManySteps { limit } => {
            (Code::SolverFailed, format!("the solver spent all of its {limit} steps and got as far as {time}"))
        }
        FailureKind::StepTooSmall => (
            Code::SolverFailed,
            match failure.worst_state {
                Some(worst) => format!(
                    "the solution runs away at {time}: `{}` changes faster than any step can follow",
                    state(worst)
                ),
                None => format!("the solution runs away at {time}: it changes faster than any step can follow"),
            },
        ),
        FailureKind::RateNotFinite { state: index, value } => {
            (Code::NotANumber, format!("the rate of `{}` is {} at {time}", state(index), number_text(value)))
        }
        FailureKind::StateNotFinite { state: index, value } => {
            (Code::NotANumber, format!("`{}` is {} at {time}", state(index), number_text(value)))
        }
        FailureKind::JacobianNotFinite { rate, state: by, value } => (
            Code::NotANumber,
            format!(
                "the derivative of the rate of `{}` by `{}` is {} at {time}",
                state(rate),
                state(by),
                number_text(value)
            ),
        ),
        FailureKind::EventFiresForever { event, firings } => {
            let name = model.events.get(event).map_or("?", |event| event.name.as_str());
            (Code::SolverFailed, format!("event `{name}` fired {firings} times by {time} and would go on forever"))
        }
        FailureKind::Stiff { limit } => (
            Code::SolverFailed,
            format!("the model is too stiff for an explicit method: its {limit} steps got as far as {time}"),
        ),
        FailureKind::NoSteadyState { rate: 0.0, .. } => (
            Code::NoSteadyState,
            "no steady state was found: the undosed system rests, but not stably: a small change grows".to_string(),
        ),
        FailureKind::NoSteadyState { state: index, rate } => (
            Code::NoSteadyState,
            format!(
                "no steady state was found: `{}` still changes by {} per {}",
                state(index),
                {
                    let unit = model.states.get(index).map(|state| &state.unit);
                    unit.map_or_else(String::new, |unit| shown(rate * model.time_unit.to_internal(1.0), unit))
                },
                model.time_unit.text()
            ),
        ),
        FailureKind::NoPeriodicState { state: index, drift, periods } => (
            Code::NoSteadyState,
            format!(
                "the doses lead to no steady state: after {periods} periods `{}` still drifts by {} a period",
                state(index),
                model.states.get(index).map_or_else(String::new, |state| shown(drift, &state.unit))
            ),
        ),
    };
    let mut diagnostic = Diagnostic::error(code, message);
    let named = match failure.kind {
        FailureKind::RateNotFinite { state, .. }
        | FailureKind::StateNotFinite { state, .. }
        | FailureKind::NoSteadyState { state, .. } => Some(state),
        FailureKind::NoPeriodicState { state, .. } => Some(state),
        FailureKind::JacobianNotFinite { rate, .. } => Some(rate),
        _ => failure.worst_state,
    };
    if let FailureKind::EventFiresForever { event, .. } = failure.kind
        && let Some(event) = model.events.get(event)
    {
        diagnostic = diagnostic.at(&event.place, format!("when {}", event.when_text));
    } else if let Some(state) = named.and_then(|index| model.states.get(index)) {
        diagnostic = diagnostic.at(&state.place, format!("d{}/dt = {}", state.name, state.equation));
    }
    let statistics = &failure.statistics;
    diagnostic = diagnostic.note(format!(
        "{} steps accepted, {} rejected, tolerance {tolerance:e}",
        statistics.steps, statistics.rejected
    ));
    if let FailureKind::NoSteadyState { rate: 0.0, .. } = failure.kind {
        return diagnostic.hint("look for a clearance or rate constant that has become negative");
    }
    diagnostic.hint(match failure.kind.hint() {
        Hint::RaiseBudgetOrLoosenTolerance => "loosen `--rtol`, or shorten the run with `--until`",
        Hint::CheckGrowth => "look for a rate that grows with what it makes, or a parameter that is zero or huge",
        Hint::CheckDomain => {
            "look for a division by something that becomes zero, or a root or logarithm of something negative"
        }
        Hint::SeparateEventFromItsEffect => "let what the event sets make its condition clearly false again",
        Hint::UseStiffMethod => "use `--solver rodas5p`, or `auto`",
        Hint::CheckBalance => {
            "look for something that is made but never removed; an accumulator wants `steady = false`"
        }
    })
}

/// What a solver noticed, as a warning.
pub fn warning_diagnostic(warning: &Warning, compiled: &Compiled<'_>) -> Diagnostic {
    let model = compiled.model;
    let Some(state) = model.states.get(warning.state) else {
        return Diagnostic::warning(Code::NegativeState, "a state went below zero");
    };
    Diagnostic::warning(
        Code::NegativeState,
        format!(
            "`{}` fell to {} at {}",
            state.name,
            shown(warning.value, &state.unit),
            shown(warning.time, &model.time_unit)
        ),
    )
    .at(&state.place, format!("d{}/dt = {}", state.name, state.equation))
    .hint("more is taken away than is there; tighten `--rtol` if it is a trace")
}

//! From schedule and horizon arguments to a scenario: the words of the command line looked up in the model.

use super::arguments::{GivenArguments, Solver, SolverArguments};
use super::output::read_text;
use super::{Failure, Session};
use crate::analysis::vary::drug_doses;
use crate::diagnostics::{Code, Diagnostic, Report, SourceText};
use crate::dosing::{Regimen, time_text};
use crate::formats::json;
use crate::model::Model;
use crate::numerics::float_text::number_text;
use crate::simulation::{Compiled, Scenario, SimulationError, SolverOptions, read_quantity, warning_diagnostic};
use crate::solver::{Limits, Method, Warning};
use crate::units::Unit;
use serde_json::{Value, json};
use std::path::Path;

/// The doses, perturbations and settings of a run.
pub fn scenario(model: &Model, arguments: &GivenArguments) -> Result<Scenario, Failure> {
    let mut scenario = Scenario::undosed(model);
    if let Some(name) = &arguments.regimen {
        add_regimen(&mut scenario, model, name).map_err(Failure::usage)?;
    }
    for text in &arguments.dose {
        scenario.add_doses(model, &SourceText::new("--dose", text.as_str())).map_err(Failure::usage)?;
    }
    for name in &arguments.perturb {
        scenario.add_perturbation(model, name).map_err(Failure::usage)?;
    }
    for setting in &arguments.set {
        let (name, value) = split_setting(setting)?;
        scenario.set(model, name, value).map_err(Failure::usage)?;
    }
    Ok(scenario)
}

/// The same with a horizon, and rows at an interval: the model's where none is typed.
pub fn scenario_until(
    model: &Model,
    given: &GivenArguments,
    until: Option<&str>,
    every: Option<&str>,
) -> Result<Scenario, Failure> {
    let mut scenario = scenario(model, given)?;
    if let Some(until) = until {
        scenario.until = positive_time("--until", until, model)?;
    }
    let every = every.map(|every| positive_time("--every", every, model)).transpose()?;
    scenario.rows_every(model, every).map_err(Failure::usage)?;
    Ok(scenario)
}

/// Says how many doses the run ends before: whoever asks for a course of three weeks should not take its first week for
/// all of it.
pub fn tell_after_end(scenario: &Scenario, model: &Model, session: &Session) {
    let drugs = drug_doses(model, &scenario.doses);
    let given = Scenario {
        doses: drugs.into_iter().filter_map(|place| scenario.doses.get(place).cloned()).collect(),
        ..scenario.clone()
    };
    for (route, after, all) in given.after_end() {
        let Some(route) = model.routes.get(route) else { continue };
        let fall = if after == 1 { "falls" } else { "fall" };
        session.say(&format!(
            "note: {after} of {all} doses of route `{}` {fall} after the end of the run, {} (give `--until`)",
            route.name,
            end_text(scenario.until, model)
        ));
    }
}

/// A time as it is typed: whole days from two on, else as in a dose.
fn end_text(time: f64, model: &Model) -> String {
    match Unit::parse("d") {
        Ok(day) if day.compatible(&model.time_unit) => {
            let days = day.from_internal_shortest(time);
            if days >= 2.0 && days.fract() == 0.0 {
                return format!("{} d", number_text(days));
            }
        }
        _ => {}
    }
    time_text(time, &model.time_unit)
}

/// Refuses `--until` beside an event table.
pub fn until_beside_table() -> Failure {
    Failure::usage(
        Diagnostic::error(
            Code::BadArgument,
            "`--until` does not apply to an event table: a run ends at the last record",
        )
        .hint("to go on for longer, add a record with EVID 2 (no row) or 0 (a row) at the end"),
    )
}

/// What was given, as the settings of a JSON.
pub fn given_settings(given: &GivenArguments) -> Vec<(String, Value)> {
    vec![
        ("regimen".into(), json!(given.regimen)),
        ("dose".into(), json!(given.dose)),
        ("perturbations".into(), json!(given.perturb)),
        ("set".into(), json!(given.set)),
    ]
}

/// Horizon and solver, as the settings of a JSON.
pub fn solved_settings(model: &Model, scenario: &Scenario, options: &SolverOptions) -> Vec<(String, Value)> {
    vec![
        ("until".into(), json::number(model.time_unit.from_internal(scenario.until))),
        ("solver".into(), json!(method_name(options.method))),
        ("rtol".into(), json!(options.relative_tolerance)),
    ]
}

/// Adds a regimen, spelled either way; `none` is no dose, unless the model has a regimen of that name.
///
/// # Errors
/// An unknown name.
pub fn add_regimen(scenario: &mut Scenario, model: &Model, name: &str) -> Result<(), Diagnostic> {
    let known = regimen_named(model, name);
    if name == "none" && known.is_none() {
        return Ok(());
    }
    let added = scenario.add_regimen(model, known.map_or(name, |regimen| regimen.name.as_str()));
    if known.is_none() && name.contains(',') {
        let each: Vec<String> = name.split(',').map(|one| format!("-r {}", one.trim())).collect();
        return added.map_err(|one| Diagnostic {
            hints: vec![format!("`plot` and `compare` take several, each with its own option: `{}`", each.join(" "))],
            ..one
        });
    }
    match name.split_once('+') {
        Some((regimen, perturbation)) => added.map_err(|one| {
            one.hint(format!(
                "`plot` and `compare` read this as a perturbed run; here it is `-r {regimen} -p {perturbation}`"
            ))
        }),
        None => added,
    }
}

/// The regimen that a user means: as typed, else (`anaesthetic`) in American spelling.
pub fn regimen_named<'m>(model: &'m Model, name: &str) -> Option<&'m Regimen> {
    model.regimen(name).or_else(|| model.regimen(&name.replace("anaesth", "anesth")))
}

/// `NAME=VALUE` in two.
pub fn split_setting(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=').map(|(name, value)| (name.trim(), value.trim())).ok_or_else(|| {
        Failure::usage(
            Diagnostic::error(Code::BadArgument, format!("`--set {text}` does not say to what"))
                .hint("write `--set NAME=VALUE`, as in `--set CL=30`"),
        )
    })
}

/// A time given to an option, in the model's unit if bare.
pub fn time(option: &str, text: &str, model: &Model) -> Result<f64, Failure> {
    let source = SourceText::new(option, text);
    let time = read_quantity(text, &model.time_unit, &source).map_err(Failure::usage)?;
    Ok(time)
}

/// A time that must be above zero.
pub fn positive_time(option: &str, text: &str, model: &Model) -> Result<f64, Failure> {
    let value = time(option, text, model)?;
    if value > 0.0 {
        return Ok(value);
    }
    Err(Failure::usage(Diagnostic::error(Code::BadArgument, format!("`{option} {text}` must be longer than zero"))))
}

/// The times of `--at`: a list, or a file with one a line.
pub fn times(text: &str, model: &Model) -> Result<Vec<f64>, Failure> {
    let path = Path::new(text);
    // What does not begin like a time can only be a file.
    let named = !text.trim_start().starts_with(|first: char| first.is_ascii_digit() || ".+-,#".contains(first))
        || path.extension().is_some_and(|ending| ending == "txt" || ending == "csv");
    let is_file = path.is_file() || (named && !text.trim().is_empty());
    let whole = if is_file { read_text(path).map_err(Failure::model)? } else { text.to_string() };
    let mut times = Vec::new();
    for one in whole.split([',', '\n']).map(str::trim).filter(|one| !one.is_empty() && !one.starts_with('#')) {
        let numbers = |word: &&str| word.starts_with(|first: char| first.is_ascii_digit());
        let words: Vec<&str> = one.split_whitespace().collect();
        if words.iter().filter(|word| numbers(word)).count() > 1 {
            return Err(Failure::usage(
                Diagnostic::error(Code::BadArgument, format!("`{one}` is more than one time"))
                    .hint(format!("separate times by commas: `{}`", separated(&words))),
            ));
        }
        times.push(time("--at", one, model)?);
    }
    if times.is_empty() {
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, "`--at` names no time")
                .hint("write `--at 0,40min,24h`, or name a file with one time a line"),
        ));
    }
    if let Some(early) = times.iter().find(|time| **time < 0.0) {
        return Err(Failure::usage(Diagnostic::error(
            Code::BadArgument,
            format!(
                "`--at` asks for {} {}, and rows begin at 0",
                number_text(model.time_unit.from_internal_shortest(*early)),
                model.time_unit.text()
            ),
        )));
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Times that stood one behind the other, with commas between them; a unit stays with its number.
fn separated(words: &[&str]) -> String {
    let mut text = String::new();
    for word in words {
        if !text.is_empty() && word.starts_with(|first: char| first.is_ascii_digit()) {
            text.push(',');
        }
        text.push_str(word);
    }
    text
}

/// How a run is solved.
pub fn solver_options(arguments: &SolverArguments) -> Result<SolverOptions, Failure> {
    if !(arguments.rtol > 0.0 && arguments.rtol <= 0.1) {
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, format!("`--rtol {}` must lie between 0 and 0.1", arguments.rtol))
                .hint("1e-4 is enough for a figure, 1e-6 is the default, 1e-9 is a reference"),
        ));
    }
    if arguments.rtol < 1e-13 {
        return Err(Failure::usage(
            Diagnostic::error(
                Code::BadArgument,
                format!("`--rtol {}` is finer than the numbers themselves", arguments.rtol),
            )
            .hint("the finest that makes sense is 1e-13"),
        ));
    }
    Ok(SolverOptions {
        method: method(arguments.solver),
        relative_tolerance: arguments.rtol,
        limits: Limits { steps: arguments.max_steps as u64, ..Limits::default() },
    })
}

/// The method of a word.
pub fn method(solver: Solver) -> Method {
    match solver {
        Solver::Auto => Method::Auto,
        Solver::Rodas5p => Method::Rodas5p,
        Solver::Dopri5 => Method::Dopri5,
        Solver::Dop853 => Method::Dop853,
    }
}

/// The name of a method, as it is typed.
pub fn method_name(method: Method) -> &'static str {
    match method {
        Method::Auto => "auto",
        Method::Rodas5p => "rodas5p",
        Method::Dopri5 => "dopri5",
        Method::Dop853 => "dop853",
    }
}

/// A simulation's failure as a command's: doses that cannot be given are the model's fault, the rest the solver's.
pub fn failed(error: &SimulationError, compiled: &Compiled<'_>) -> Failure {
    let report = Report::from(error.diagnostic(compiled));
    match error {
        SimulationError::Dose(_) => Failure::Model(report),
        SimulationError::Solver(_) | SimulationError::Start(_) | SimulationError::SteadyDoses(..) => {
            Failure::Solver(report)
        }
    }
}

/// What the solver noticed, on stderr.
pub fn tell_warnings(warnings: &[Warning], compiled: &Compiled<'_>, session: &Session) {
    for warning in warnings {
        session.warn(warning_diagnostic(warning, compiled));
    }
}

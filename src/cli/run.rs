//! `kascade run`: integrate and print a table, or outcomes.

use super::arguments::Run;
use super::doses::{covariates, event_table};
use super::individuals::{self, Failed};
use super::models::load_to_run;
use super::output::Destination;
use super::scenario::{
    failed, given_settings, method_name, positive_time, scenario, solved_settings, solver_options, tell_after_end,
    tell_warnings, times, until_beside_table,
};
use super::{Failure, Session};
use crate::diagnostics::{Code, Diagnostic, SourceText};
use crate::dosing::Timeline;
use crate::formats::{csv, json};
use crate::model::{Column, Model};
use crate::numerics::float_text::number_text;
use crate::simulation::{
    Compiled, Head, Keep, Measures, Scenario, SimulationError, SolverOptions, Table, Trajectory, simulate,
    simulate_individuals, steady_doses_text, take, timelines, unknown,
};
use ndarray::Array2;
use std::collections::HashSet;
use std::path::Path;

/// More columns than this are not told one by one.
const MOST_COLUMNS: usize = 12;

/// Runs the scenario of the arguments and writes its table.
pub fn run(arguments: &Run, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    let format = Format::of(&destination)?;
    destination.check().map_err(Failure::model)?;
    let model = load_to_run(&arguments.model, session)?;
    let options = solver_options(&arguments.solver)?;
    let columns = columns(&model, &arguments.columns)?;
    let scenario = timed(&model, arguments)?;
    if scenario.doses.is_empty() && arguments.schedule.events.is_none() {
        session.say("note: no doses (give `-r REGIMEN`, `--dose` or `--events`)");
    }
    // Who typed an end knows it.
    if arguments.schedule.events.is_none() && arguments.until.is_none() && arguments.at.is_none() {
        tell_after_end(&scenario, &model, session);
    }
    let measures = measures(&model, &arguments.measure)?;
    if arguments.schedule.events.is_none() {
        tell_beyond(&measures, &arguments.measure, scenario.until, &model, session);
    }
    if !measures.list.is_empty() {
        let unused = [("--columns", !arguments.columns.is_empty()), ("--every", arguments.every.is_some())];
        for (option, _) in unused.iter().filter(|(_, typed)| *typed) {
            session.say(&format!("note: `{option}` does nothing beside `--measure`, which prints one row of outcomes"));
        }
    }
    let compiled = Compiled::new(&model, &measures.subjects);
    let keep = if measures.list.is_empty() { Keep::Rows } else { Keep::Everything };
    let runs = match &arguments.schedule.events {
        Some(path) => run_events(path, arguments, &compiled, &scenario, &options, keep, session)?,
        None => {
            let trajectory = simulate(&compiled, &scenario, &options, keep);
            Runs { kept: vec![trajectory.map_err(|error| failed(&error, &compiled))?], failed: Vec::new() }
        }
    };
    // Nothing is written if nothing is left.
    let trajectories = &runs.kept;
    if trajectories.is_empty() {
        return runs.end(&compiled, session);
    }
    for trajectory in trajectories {
        tell_warnings(&trajectory.finish.warnings, &compiled, session);
        if arguments.stats {
            session.say(&statistics(trajectory));
        }
    }
    let with_id =
        trajectories.len() + runs.failed.len() > 1 || trajectories.iter().any(|one| one.timeline.id.is_some());
    match (format, trajectories.as_slice()) {
        // The usual run goes to its file in parts: a page of new memory costs more than writing the numbers on it.
        (Format::Csv, [only]) if !with_id && measures.list.is_empty() => {
            destination.write_with(&mut |writer| csv::write_run(only, &columns, arguments.units, writer))?;
        }
        (format, _) => {
            let table = whole_table(trajectories, &columns, &measures, &arguments.measure, with_id);
            match format {
                Format::Csv => {
                    destination.write_with(&mut |writer| csv::write(&table, arguments.units, writer))?;
                }
                Format::Json => {
                    let value = json::table(&table, &provenance(&model, arguments, &options, &scenario));
                    destination.write(format!("{value}\n").as_bytes())?;
                }
            }
        }
    }
    runs.end(&compiled, session)
}

/// The rows or outcomes of all individuals.
fn whole_table(
    trajectories: &[Trajectory<'_>],
    columns: &[Column],
    measures: &Measures,
    texts: &[String],
    with_id: bool,
) -> Table {
    let tables = trajectories.iter().enumerate().map(|(number, trajectory)| {
        let table =
            if measures.list.is_empty() { trajectory.table(columns) } else { outcomes(measures, texts, trajectory) };
        (trajectory.timeline.id.unwrap_or(number as f64 + 1.0), table)
    });
    stack(tables.collect(), with_id)
}

/// Expands and runs every individual of an event table. Nothing is solved before the whole table makes sense.
fn run_events<'m>(
    path: &Path,
    arguments: &Run,
    compiled: &'m Compiled<'m>,
    scenario: &Scenario,
    options: &SolverOptions,
    keep: Keep<'_>,
    session: &Session,
) -> Result<Runs<'m>, Failure> {
    let model = compiled.model;
    let table = event_table(model, compiled, path, session)?;
    let mut scenario = scenario.clone();
    if arguments.at.is_none() {
        // Rows at an interval go on to the last record, whatever the model's own horizon.
        scenario.until = table.last_time();
        let every = arguments.every.as_ref().map(|every| positive_time("--every", every, model)).transpose()?;
        scenario.rows_every(model, every).map_err(Failure::usage)?;
    }
    let own_times = arguments.every.is_some() || arguments.at.is_some();
    let times = own_times.then_some(scenario.outputs.as_slice());
    let rule = covariates(arguments.schedule.covariates);
    let expanded = timelines(compiled, &table, &scenario, rule, times).map_err(|error| failed(&error, compiled))?;
    if keep != Keep::Rows
        && let Some(anew) = expanded.iter().find(|one| one.begins_anew())
    {
        let whose = anew.id.map_or_else(String::new, |id| format!(" of individual {}", number_text(id)));
        return Err(Failure::usage(
            Diagnostic::error(
                Code::BadArgument,
                format!("`--measure` cannot tell the times{whose} apart: a reset sets its clock back"),
            )
            .hint("give what follows the reset an ID of its own, or let time go on"),
        ));
    }
    if arguments.at.is_some() {
        tell_left_out(&expanded, &scenario.outputs, session);
    }
    let ids: Vec<Option<f64>> = expanded.iter().map(|timeline| timeline.id).collect();
    let mut runs = Runs { kept: Vec::new(), failed: Vec::new() };
    for (id, result) in ids.into_iter().zip(simulate_individuals(compiled, expanded, options, keep)) {
        match result {
            Ok(trajectory) => runs.kept.push(trajectory),
            Err(error) => runs.failed.push((id, error)),
        }
    }
    Ok(runs)
}

/// The individuals that were run to the end, and those that were not, each with its id.
struct Runs<'m> {
    kept: Vec<Trajectory<'m>>,
    failed: Vec<(Option<f64>, SimulationError)>,
}

impl Runs<'_> {
    /// How the command ends, once the results of those kept are written.
    fn end(&self, compiled: &Compiled<'_>, session: &Session) -> Result<(), Failure> {
        let failed: Vec<Failed<'_>> =
            self.failed.iter().map(|(id, error)| Failed { id: *id, error, note: None }).collect();
        individuals::end(&failed, failed.len(), self.kept.len() + failed.len(), compiled, session)
    }
}

/// Says how many of the times asked for lie outside of the individuals' runs, which last from the first record to the
/// last: there is no row of these.
fn tell_left_out(expanded: &[Timeline], times: &[f64], session: &Session) {
    let missing = |one: &Timeline| {
        let rows: HashSet<u64> = one.outputs.iter().map(|time| time.to_bits()).collect();
        times.iter().filter(|time| !rows.contains(&time.to_bits())).count()
    };
    let left_out: usize = expanded.iter().map(missing).sum();
    if left_out > 0 {
        session.say(&format!(
            "note: {left_out} of {} rows lie outside of the individuals' runs, which last from the first record to the last, and are left out",
            times.len() * expanded.len()
        ));
    }
}

/// Tables one below the other, headed by `id` where there are several individuals.
fn stack(tables: Vec<(f64, Table)>, with_id: bool) -> Table {
    let mut tables = tables;
    if !with_id && tables.len() == 1 {
        return tables.remove(0).1;
    }
    let heads = tables.first().map(|(_, table)| table.heads.clone()).unwrap_or_default();
    let rows = tables.iter().map(|(_, table)| table.values.nrows()).sum();
    let mut values = Array2::zeros((rows, heads.len() + 1));
    let mut row = 0;
    for (id, table) in &tables {
        for cells in table.values.rows() {
            values[[row, 0]] = *id;
            for (column, value) in cells.iter().enumerate() {
                values[[row, column + 1]] = *value;
            }
            row += 1;
        }
    }
    Table { heads: std::iter::once(Head::new("id", "1")).chain(heads).collect(), values }
}

/// Formats of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated.
    Csv,
    /// With version, hash and settings.
    Json,
}

impl Format {
    /// By the ending of the destination; stdout is CSV.
    pub fn of(destination: &Destination) -> Result<Format, Failure> {
        match destination.ending().as_deref() {
            None if matches!(destination, Destination::Stdout) => Ok(Format::Csv),
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            ending => Err(Failure::usage(
                Diagnostic::error(
                    Code::UnknownFormat,
                    ending.map_or_else(
                        || "the output file has no ending".to_string(),
                        |ending| format!("a table cannot be written as `.{ending}`"),
                    ),
                )
                .hint("tables end in .csv or .json; figures are drawn by `plot` and `compare`"),
            )),
        }
    }
}

/// The scenario with its horizon and output times.
fn timed(model: &Model, arguments: &Run) -> Result<Scenario, Failure> {
    let mut scenario = scenario(model, &arguments.schedule.given)?;
    if arguments.schedule.events.is_some() && arguments.until.is_some() {
        return Err(until_beside_table());
    }
    if let Some(until) = &arguments.until {
        scenario.until = positive_time("--until", until, model)?;
    }
    if let Some(at) = &arguments.at {
        scenario.outputs = times(at, model)?;
        let last = scenario.outputs.last().copied().unwrap_or(0.0);
        match &arguments.until {
            None => scenario.until = last,
            Some(until) if last > scenario.until => {
                return Err(Failure::usage(Diagnostic::error(
                    Code::BadArgument,
                    format!("`--at` asks for a time after the end, `--until {until}`"),
                )));
            }
            Some(_) => {}
        }
    } else if arguments.schedule.events.is_none() {
        // The rows of an event table go on to its last record, which is not known yet.
        let every = arguments.every.as_ref().map(|every| positive_time("--every", every, model)).transpose()?;
        scenario.rows_every(model, every).map_err(Failure::usage)?;
    }
    Ok(scenario)
}

/// The columns by name; all if none is named.
pub fn columns(model: &Model, names: &[String]) -> Result<Vec<Column>, Failure> {
    if names.is_empty() {
        return Ok(model.columns());
    }
    let mut columns = Vec::new();
    for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty() && *name != "time") {
        match model.column(name) {
            Some(column) => columns.push(column),
            None if model.parameter(name).is_some() => {
                return Err(Failure::usage(
                    Diagnostic::error(Code::BadArgument, format!("`{name}` is a parameter, not a column"))
                        .hint("states and quantities are columns"),
                ));
            }
            None => {
                let known: Vec<&str> = model.columns().into_iter().map(|column| model.column_name(column)).collect();
                return Err(Failure::usage(unknown_column(model, name, &known)));
            }
        }
    }
    Ok(columns)
}

/// A column that the model does not compute; the page of a model prints them with what they are.
fn unknown_column(model: &Model, name: &str, known: &[&str]) -> Diagnostic {
    let mut complaint = unknown(Code::UnknownName, "column", name, known);
    if known.len() > MOST_COLUMNS && !complaint.hints.iter().any(|hint| hint.starts_with("did you mean")) {
        complaint.hints = vec![format!("`kascade show {}` prints the states and quantities", model.name)];
    }
    complaint
}

/// Reads `--measure`.
pub fn measures(model: &Model, texts: &[String]) -> Result<Measures, Failure> {
    let mut measures = Measures::default();
    for text in texts {
        measures.add(&SourceText::new("--measure", text.as_str()), model, &[]).map_err(Failure::Usage)?;
    }
    Ok(measures)
}

/// Says which measures look beyond the end of a run, where they are not defined.
pub fn tell_beyond(measures: &Measures, texts: &[String], end: f64, model: &Model, session: &Session) {
    let unit = &model.time_unit;
    let number = |time: f64| number_text(unit.from_internal_shortest(time));
    for (text, (measure, _)) in texts.iter().zip(&measures.list) {
        if let Some(latest) = measure.latest().filter(|time| *time > end * (1.0 + 1e-12)) {
            let until = format!("{}{}", number(latest), if unit.text() == "1" { "" } else { unit.text() });
            let end = number(end);
            session.say(&format!(
                "note: `{text}` looks beyond the end of the run, {end} {} (give `--until {until}`)",
                unit.text()
            ));
        }
    }
}

/// One row of outcomes, each headed by its text.
fn outcomes(measures: &Measures, texts: &[String], trajectory: &Trajectory<'_>) -> Table {
    let values = take(measures, &[trajectory]);
    let heads =
        texts.iter().zip(&measures.list).map(|(text, (_, unit))| Head::new(text.as_str(), unit.text())).collect();
    let mut row = Array2::zeros((1, values.len()));
    for (place, (value, (_, unit))) in values.iter().zip(&measures.list).enumerate() {
        row[[0, place]] = unit.from_internal(*value);
    }
    Table { heads, values: row }
}

/// What the solver did, in a line or two.
fn statistics(trajectory: &Trajectory<'_>) -> String {
    let finish = &trajectory.finish;
    let counts = finish.statistics;
    let mut text = format!(
        "{}: {} steps, {} rejected; {} right-hand sides, {} Jacobians, {} factorizations, {} solves; {} stops, {} events",
        method_name(finish.method),
        counts.steps,
        counts.rejected,
        counts.rhs,
        counts.jacobians,
        counts.factorizations,
        counts.solves,
        counts.stops,
        counts.events
    );
    if counts.dense_fallbacks > 0 {
        text.push_str(&format!("; {} factorizations repeated with pivoting", counts.dense_fallbacks));
    }
    if let Some(residual) = trajectory.start.residual {
        text.push_str(&format!("\nsteady start: largest rate of change {residual:.1e} of its tolerance"));
    }
    for report in &trajectory.steady {
        let doses = steady_doses_text(&report.doses, trajectory.compiled);
        let found = match report.periods {
            Some(1) => format!("1 period, remaining drift {:.1e}", report.drift),
            Some(periods) => format!("{periods} periods, remaining drift {:.1e}", report.drift),
            None => format!("solved, last correction {:.1e}", report.drift),
        };
        text.push_str(&format!("\nsteady state of {doses}: {found}"));
    }
    text
}

fn provenance(model: &Model, arguments: &Run, options: &SolverOptions, scenario: &Scenario) -> json::Provenance {
    json::Provenance {
        model: model.name.clone(),
        model_hash: model.hash.clone(),
        settings: [given_settings(&arguments.schedule.given), solved_settings(model, scenario, options)].concat(),
    }
}

//! `kascade sweep`: outcomes over varied parameters and doses, as a table or a figure.

use super::arguments::Sweep;
use super::drawing::{self, theme};
use super::individuals;
use super::models::load_to_run;
use super::output::Destination;
use super::results::{Format, as_text, lay_out, subtitle, write_table};
use super::run::{self, tell_beyond};
use super::scenario::{given_settings, positive_time, scenario, solved_settings, solver_options, tell_after_end};
use super::work::{on_threads, progress};
use super::{Failure, Session};
use crate::analysis::sweep::{Design, sweep};
use crate::analysis::vary::{Varied, read_varied};
use crate::diagnostics::{Code, Diagnostic, Report, SourceText};
use crate::figure::compose::Sheet;
use crate::figure::compose_sweep::{OutcomeHead, SweepRun, dose_response, heat_map};
use crate::figure::scene::FigureData;
use crate::model::Model;
use crate::numerics::float_text::number_text;
use crate::simulation::{Compiled, Head, Measures, Scenario, SimulationError, SolverOptions, Table};
use ndarray::Array2;

/// How many failed points are told in full.
const TOLD: usize = 5;

/// Runs the sweep and writes its table or figure.
pub fn run(arguments: &Sweep, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    let format = Format::of(&destination, "a sweep")?;
    destination.check().map_err(Failure::model)?;
    let theme = arguments.theme.as_deref().map(theme).transpose()?;
    let options = solver_options(&arguments.solver)?;
    let model = load_to_run(&arguments.model, session)?;
    let base = base(&model, arguments)?;
    if base.doses.is_empty() {
        session.say("note: no doses (give `-r REGIMEN` or `--dose`)");
    }
    if arguments.until.is_none() {
        tell_after_end(&base, &model, session);
    }
    let measures = measures(&model, &arguments.measure)?;
    tell_beyond(&measures, &arguments.measure, base.until, &model, session);
    let design = design(&model, &base, arguments)?;
    for (one, text) in design.varied.iter().zip(&arguments.vary) {
        // Bare numbers follow the regimen here, and nobody should have to guess that they did.
        if one.name == "dose.amount" && one.unit.ends_with("/kg") && !text.contains("/kg") {
            session.say(&format!("note: `dose.amount` is in {}, as the doses are written", one.unit));
        }
    }
    let axes = match format {
        Format::Figure(_) => drawable(&design)?,
        _ => Vec::new(),
    };
    let compiled = Compiled::of_outcomes(&model, &measures.subjects);
    let bar = progress(design.points.len(), "points");
    let results =
        on_threads(arguments.threads, || sweep(&compiled, &base, &design, &measures, &options, &|| bar.inc(1)))?;
    bar.finish_and_clear();
    tell_failures(&results, &design, &compiled, session)?;
    let failures: Vec<&SimulationError> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    // What is told by now; the others' results are written all the same.
    let failed = (!failures.is_empty()).then(|| individuals::of_all(failures.into_iter(), Report::default()));
    let values: Vec<Vec<f64>> =
        results.into_iter().map(|result| result.unwrap_or_else(|_| vec![f64::NAN; measures.list.len()])).collect();
    match format {
        Format::Figure(format) => {
            let sheet = Sheet {
                model: &model,
                title: String::new(),
                subtitle: subtitle(&model, &arguments.given, varied(&design)),
                caption: String::new(),
                theme,
                columns: None,
                letters: false,
                settings: as_text(settings(&model, arguments, &options, &base)),
                seed: None,
            };
            let heads = heads(&arguments.measure, &measures);
            let figure = compose(&sheet, &design, &axes, &heads, vec![SweepRun { label: String::new(), values }]);
            drawing::write(&lay_out(&figure)?, format, arguments.width, &destination)?;
        }
        table_format => {
            let table = table(&design, &arguments.measure, &measures, &values);
            let provenance = (&model, settings(&model, arguments, &options, &base));
            write_table(&table, table_format, arguments.units, provenance, &destination)?;
        }
    }
    failed.map_or(Ok(()), Err)
}

/// The scenario that every point changes.
fn base(model: &Model, arguments: &Sweep) -> Result<Scenario, Failure> {
    let mut scenario = scenario(model, &arguments.given)?;
    if let Some(until) = &arguments.until {
        scenario.until = positive_time("--until", until, model)?;
    }
    Ok(scenario)
}

fn measures(model: &Model, texts: &[String]) -> Result<Measures, Failure> {
    if texts.is_empty() {
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, "nothing is measured").hint("add `--measure \"peak(NAME)\"`"),
        ));
    }
    run::measures(model, texts)
}

fn design(model: &Model, base: &Scenario, arguments: &Sweep) -> Result<Design, Failure> {
    let sources: Vec<_> = arguments.vary.iter().map(|text| SourceText::new("--vary", text.as_str())).collect();
    let varied = sources
        .iter()
        .map(|source| read_varied(source, model, base))
        .collect::<Result<Vec<Varied>, Diagnostic>>()
        .map_err(Failure::usage)?;
    once_each(&varied).map_err(Failure::usage)?;
    match arguments.sobol {
        Some(count) => Design::sobol(varied, count),
        None => Design::grid(varied),
    }
    .map_err(Failure::usage)
}

/// Refuses what is varied twice.
fn once_each(varied: &[Varied]) -> Result<(), Diagnostic> {
    for (place, one) in varied.iter().enumerate() {
        if varied[..place].iter().any(|other| other.name == one.name) {
            return Err(Diagnostic::error(Code::BadArgument, format!("`{}` is varied twice", one.name))
                .hint("keep one `--vary` of it; a list may hold any values, as `NAME=1,2,5`"));
        }
    }
    Ok(())
}

/// The axes of a figure, if the design can be drawn.
pub fn drawable(design: &Design) -> Result<Vec<Vec<f64>>, Failure> {
    let refuse = |message: String, hint: &str| {
        Err(Failure::usage(Diagnostic::error(Code::BadFigure, message).hint(hint.to_string())))
    };
    if design.varied.len() > 2 {
        return refuse(
            format!("{} things are varied, and a figure shows one or two", design.varied.len()),
            "write a table, as `-o x.csv`",
        );
    }
    match design.axes() {
        Some(axes) => Ok(axes),
        None => refuse(
            "a figure needs a grid whose values rise".to_string(),
            "leave out `--sobol`, sort the list, or write a table",
        ),
    }
}

/// The figure that fits the design: curves over one varied thing, heat maps over two.
pub fn compose(
    sheet: &Sheet<'_>,
    design: &Design,
    axes: &[Vec<f64>],
    heads: &[OutcomeHead],
    runs: Vec<SweepRun>,
) -> FigureData {
    match (axes, runs.first()) {
        ([_, _], Some(run)) => heat_map(sheet, design, axes, heads, run),
        _ => dose_response(sheet, design, axes.first().map_or(&[], Vec::as_slice), heads, &runs),
    }
}

/// The outcomes as figures head them.
pub fn heads(texts: &[String], measures: &Measures) -> Vec<OutcomeHead> {
    texts
        .iter()
        .zip(&measures.list)
        .map(|(text, (_, unit))| OutcomeHead { text: text.clone(), unit: unit.clone(), title: None })
        .collect()
}

/// Says which points failed, and why; fails only if nothing is left.
pub fn tell_failures(
    results: &[Result<Vec<f64>, SimulationError>],
    design: &Design,
    compiled: &Compiled<'_>,
    session: &Session,
) -> Result<(), Failure> {
    let failures: Vec<(&Vec<f64>, &SimulationError)> = design
        .points
        .iter()
        .zip(results)
        .filter_map(|(point, result)| result.as_ref().err().map(|error| (point, error)))
        .collect();
    if failures.is_empty() {
        return Ok(());
    }
    let list = failures.iter().take(TOLD).map(|(point, error)| {
        let mut diagnostic = error.diagnostic(compiled);
        let at: Vec<String> = design
            .varied
            .iter()
            .zip(point.iter())
            .map(|(one, value)| format!("{} = {} {}", one.name, number_text(*value), one.unit))
            .collect();
        diagnostic.message = format!("at {}: {}", at.join(", "), diagnostic.message);
        diagnostic
    });
    let report = Report { list: list.collect() };
    if failures.len() == results.len() {
        return Err(individuals::of_all(failures.iter().map(|(_, error)| *error), report));
    }
    session.complain(&report);
    session.say(&format!("{} of {} points failed; the others are kept", failures.len(), results.len()));
    Ok(())
}

/// One row a point: the varied values, then the outcomes.
fn table(design: &Design, texts: &[String], measures: &Measures, values: &[Vec<f64>]) -> Table {
    let mut heads: Vec<Head> =
        design.varied.iter().map(|one| Head::new(one.name.as_str(), one.unit.as_str())).collect();
    heads.extend(texts.iter().zip(&measures.list).map(|(text, (_, unit))| Head::new(text.as_str(), unit.text())));
    let mut cells = Array2::zeros((values.len(), heads.len()));
    for (row, (point, outcomes)) in design.points.iter().zip(values).enumerate() {
        for (column, value) in point.iter().chain(outcomes).enumerate() {
            cells[[row, column]] = *value;
        }
    }
    Table { heads, values: cells }
}

/// What varies, in words.
fn varied(design: &Design) -> String {
    let words = |one: &Varied| if one.about.is_empty() { one.name.clone() } else { one.about.clone() };
    format!("varied: {}", design.varied.iter().map(words).collect::<Vec<_>>().join(", "))
}

fn settings(
    model: &Model,
    arguments: &Sweep,
    options: &SolverOptions,
    base: &Scenario,
) -> Vec<(String, serde_json::Value)> {
    use serde_json::json;
    let own = vec![("vary".into(), json!(arguments.vary)), ("sobol".into(), json!(arguments.sobol))];
    [given_settings(&arguments.given), own, solved_settings(model, base, options)].concat()
}

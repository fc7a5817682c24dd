//! `kascade bench`: what models and solvers cost, and how accurate they are for it.

use super::arguments::Bench;
use super::bench_output::{Shown, csv, figure, json, text};
use super::drawing::{self, theme};
use super::models::load_to_run;
use super::output::Destination;
use super::results::{Format, lay_out};
use super::scenario::{method, scenario_until};
use super::work::progress;
use super::{Failure, Session};
use crate::analysis::benchmark::{Entry, Plan, Subject, level_neighbors, measure};
use crate::diagnostics::{Code, Diagnostic, Report};
use crate::model::Model;
use crate::simulation::{Compiled, Scenario};
use crate::solver::Method;
use std::time::Instant;

/// What is measured unless told otherwise.
const METHODS: [Method; 3] = [Method::Rodas5p, Method::Dopri5, Method::Dop853];
const TOLERANCES: [f64; 6] = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8];
/// Pairs that cannot be ranked are told up to this many.
const TOLD: usize = 5;

/// Measures, and writes a table or a figure.
pub fn run(arguments: &Bench, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    let format = match &destination {
        Destination::Stdout => None,
        Destination::File(_) => Some(Format::of(&destination, "a benchmark")?),
    };
    destination.check().map_err(Failure::model)?;
    let theme = arguments.theme.as_deref().map(theme).transpose()?;
    let tolerances = tolerances(&arguments.rtol)?;
    let mut methods: Vec<Method> = arguments.solver.iter().map(|solver| method(*solver)).collect();
    if methods.is_empty() {
        methods = METHODS.to_vec();
    }
    if arguments.runs == 0 {
        return Err(Failure::usage(Diagnostic::error(Code::BadArgument, "`--runs 0` leaves nothing to time")));
    }
    let models =
        arguments.models.iter().map(|name| load_to_run(name, session)).collect::<Result<Vec<Model>, Failure>>()?;
    let scenarios =
        models.iter().map(|model| base(model, arguments, session)).collect::<Result<Vec<Scenario>, Failure>>()?;
    let compiled: Vec<Compiled<'_>> = models.iter().map(|model| Compiled::new(model, &[])).collect();
    let subjects: Vec<Subject<'_>> =
        compiled.iter().zip(&scenarios).map(|(compiled, scenario)| Subject { compiled, scenario }).collect();
    let plan = Plan { subjects: &subjects, methods: &methods, tolerances: &tolerances, runs: arguments.runs };
    let bar = progress(arguments.runs, "rounds");
    let origin = Instant::now();
    let entries = measure(&plan, &|| origin.elapsed().as_secs_f64(), &|| bar.inc(1)).map_err(|(place, error)| {
        let diagnostic = error.diagnostic(&compiled[place]);
        let message = format!("no reference of `{}`: {}", models[place].name, diagnostic.message);
        Failure::solver(Report::from(Diagnostic { message, ..diagnostic }))
    })?;
    bar.finish_and_clear();
    let shown = Shown { models: &models, compiled: &compiled, entries: &entries, arguments };
    tell_level(&shown, session);
    match format {
        None => session.print(&text(&shown))?,
        Some(Format::Csv) => destination.write(csv(&shown).as_bytes())?,
        Some(Format::Json) => destination.write(format!("{}\n", json(&shown)).as_bytes())?,
        Some(Format::Figure(format)) => {
            let mut figure = figure(&shown);
            figure.theme = theme.unwrap_or_default();
            drawing::write(&lay_out(&figure)?, format, arguments.width, &destination)?;
        }
    }
    if entries.iter().all(|entry| entry.result.is_err()) {
        let reason = entries.iter().find_map(|entry| Some((entry, entry.result.as_ref().err()?)));
        return match reason {
            Some((Entry { subject, .. }, error)) => {
                Err(Failure::solver(Report::from(error.diagnostic(&compiled[*subject]))))
            }
            None => Ok(()),
        };
    }
    Ok(())
}

fn tolerances(given: &[f64]) -> Result<Vec<f64>, Failure> {
    if let Some(bad) = given.iter().find(|one| !(**one >= 1e-10 && **one <= 0.1)) {
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, format!("`--rtol {bad}` must lie between 1e-10 and 0.1"))
                .hint("errors are taken against a reference at 1e-11, which must be clearly finer"),
        ));
    }
    Ok(if given.is_empty() { TOLERANCES.to_vec() } else { given.to_vec() })
}

/// Doses, horizon and rows; without doses on the command line, the model's first regimen.
fn base(model: &Model, arguments: &Bench, session: &Session) -> Result<Scenario, Failure> {
    let mut given = arguments.given.clone();
    given.regimen = regimen(model, arguments);
    if arguments.given.regimen.is_none()
        && let Some(first) = &given.regimen
    {
        session.say(&format!("note: regimen `{first}` of `{}`, its first (give another with `-r`)", model.name));
    }
    scenario_until(model, &given, arguments.until.as_deref(), arguments.every.as_deref())
}

/// The regimen that a model is measured with.
pub fn regimen(model: &Model, arguments: &Bench) -> Option<String> {
    let first = || model.regimens.first().filter(|_| arguments.given.dose.is_empty()).map(|first| first.name.clone());
    arguments.given.regimen.clone().or_else(first)
}

/// Says which neighbors cannot be ranked, so that nobody reads an order into noise.
fn tell_level(shown: &Shown<'_>, session: &Session) {
    let pairs = level_neighbors(shown.entries);
    for (a, b) in pairs.iter().take(TOLD) {
        let (a, b) = (&shown.entries[*a], &shown.entries[*b]);
        session.say(&format!(
            "warning: {} and {} at {:e} cannot be ranked: their times overlap",
            shown.name(a),
            shown.name(b),
            a.tolerance
        ));
    }
    if pairs.len() > TOLD {
        session.say(&format!("warning: nor can {} other pairs; more `--runs` narrow the spread", pairs.len() - TOLD));
    }
}

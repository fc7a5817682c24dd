//! `kascade population`: many individuals, their statistics or every one of them.

use super::arguments::Population as Arguments;
use super::drawing::{self, theme};
use super::individuals::{self, Failed};
use super::models::load_to_run;
use super::output::{Destination, read_text};
use super::results::{Format, as_text, lay_out, subtitle, write_table};
use super::run::{columns, measures, tell_beyond};
use super::scenario::{given_settings, scenario_until, solved_settings, solver_options, tell_after_end};
use super::table::rounded;
use super::work::{on_threads, progress};
use super::{Failure, Session};
use crate::analysis::population::{Population, QUANTILES, Statistics, Summary, varying};
use crate::diagnostics::{Code, Diagnostic, SourceText};
use crate::figure::compose::Sheet;
use crate::figure::compose_population::{self, PopulationPanel};
use crate::figure::scene::ThemeName;
use crate::formats::subjects::{self, Subjects};
use crate::model::{Column, FigureSpec, Model};
use crate::simulation::{Compiled, Head, Measures, Scenario, SimulationError, SolverOptions, Table};
use ndarray::Array2;

/// How many of a failed individual's parameters are told.
const SHOWN_TRAITS: usize = 6;
/// More cells than this are not printed one by one.
const MOST_CELLS: usize = 100_000_000;
/// Panels of a figure where neither columns nor a figure of the model say what to show.
const MOST_PANELS: usize = 9;

/// Runs the individuals and writes their statistics.
pub fn run(arguments: &Arguments, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    let format = Format::of(&destination, "a population")?;
    destination.check().map_err(Failure::model)?;
    let theme = arguments.theme.as_deref().map(theme).transpose()?;
    let options = solver_options(&arguments.solver)?;
    let model = load_to_run(&arguments.model, session)?;
    let base = scenario_until(&model, &arguments.given, arguments.until.as_deref(), arguments.every.as_deref())?;
    if base.doses.is_empty() {
        session.say("note: no doses (give `-r REGIMEN` or `--dose`)");
    }
    if arguments.until.is_none() {
        tell_after_end(&base, &model, session);
    }
    let subjects = arguments.subjects.as_deref().map(|path| subjects_of(path, &model, session)).transpose()?;
    let count = count(arguments, subjects.as_ref())?;
    if varying(&model).is_empty() && subjects.is_none() {
        return Err(Failure::model(
            Diagnostic::error(Code::BadValue, format!("nothing varies between the individuals of `{}`", model.name))
                .hint("give a parameter `vary = { lognormal = 0.3 }`, or a table with `--subjects`"),
        ));
    }
    let figure = model.figures.first();
    let mut base = base;
    let mut columns = columns(&model, &arguments.columns)?;
    let mut panels = Vec::new();
    if let Format::Figure(_) = format {
        let mut named = if arguments.columns.is_empty() { Vec::new() } else { columns.clone() };
        panels = compose_population::panels(&model, figure, &named);
        if panels.is_empty() {
            // A model without a figure: its quantities, or its states.
            let quantity = |column: &Column| matches!(column, Column::Quantity(_));
            let quantities = columns.iter().any(quantity);
            named = columns.iter().copied().filter(|column| quantity(column) == quantities).take(MOST_PANELS).collect();
            panels = compose_population::panels(&model, figure, &named);
        }
        columns = panels.iter().flat_map(|panel| panel.columns.clone()).collect();
        if arguments.every.is_none() {
            base.outputs = compose_population::row_times(&model, figure, base.until);
        }
    } else if arguments.columns.is_empty() && !arguments.individuals {
        // Everything at every time would leave each quantile a few bins; what the model's figure shows is what matters.
        let mut shown: Vec<Column> = Vec::new();
        for column in compose_population::panels(&model, figure, &[]).into_iter().flat_map(|panel| panel.columns) {
            if !shown.contains(&column) {
                shown.push(column);
            }
        }
        if !shown.is_empty() {
            columns = shown;
        }
    }
    let measures = measures(&model, &arguments.measure)?;
    tell_beyond(&measures, &arguments.measure, base.until, &model, session);
    if let (Format::Figure(_), true) = (format, arguments.individuals || !measures.list.is_empty()) {
        let what = if arguments.individuals { "`--individuals`" } else { "`--measure`" };
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, format!("{what} gives a table, not a figure"))
                .hint("write .csv or .json"),
        ));
    }
    let compiled = Compiled::new(&model, &measures.subjects);
    let population = Population {
        compiled: &compiled,
        base: &base,
        count,
        seed: arguments.seed,
        subjects: subjects.as_ref(),
        columns: &columns,
        measures: &measures,
        options: &options,
    };
    let bar = progress(count, "individuals");
    let output = Output { arguments, count, model: &model, options: &options, base: &base, destination: &destination };
    if arguments.individuals {
        let (table, failures) = on_threads(arguments.threads, || every_one(&population, &arguments.measure, &bar))??;
        bar.finish_and_clear();
        if failures.len() < count {
            output.table(&table, format)?;
        }
        return end(&population, &failures, failures.len(), session);
    }
    let mut statistics = Statistics::new(population.cells());
    on_threads(arguments.threads, || {
        population.run(&|| bar.inc(1), &mut |first, results| statistics.take_in(first, results));
    })?;
    bar.finish_and_clear();
    if statistics.quantile_error() > 0.02 {
        session.say(&format!(
            "note: quantiles are good to {:.0} % of their value; fewer rows or columns make them finer",
            100.0 * statistics.quantile_error()
        ));
    }
    let missing = statistics.cells.iter().map(|cell| cell.missing()).max().unwrap_or(0);
    if missing > 0 {
        session.say(&format!(
            "note: up to {missing} of {} individuals have no number where others do; statistics are over those who have",
            statistics.kept
        ));
    }
    if statistics.kept > 0 {
        match format {
            Format::Figure(format) => output.figure(figure, &panels, &statistics, theme, format)?,
            _ if measures.list.is_empty() => {
                output.table(&table(&model, &columns, &base.outputs, &statistics), format)?;
            }
            _ => output.table(&outcome_table(&arguments.measure, &measures, &statistics), format)?,
        }
    }
    end(&population, &statistics.failures, statistics.failed, session)
}

/// Where the result goes, and what is written with it.
struct Output<'a> {
    arguments: &'a Arguments,
    count: usize,
    model: &'a Model,
    options: &'a SolverOptions,
    base: &'a Scenario,
    destination: &'a Destination,
}

impl Output<'_> {
    fn table(&self, table: &Table, format: Format) -> Result<(), Failure> {
        let provenance = (self.model, self.settings());
        write_table(table, format, self.arguments.units, provenance, self.destination)
    }

    fn figure(
        &self,
        spec: Option<&FigureSpec>,
        panels: &[PopulationPanel<'_>],
        statistics: &Statistics,
        theme: Option<ThemeName>,
        format: drawing::Format,
    ) -> Result<(), Failure> {
        let sheet = Sheet {
            model: self.model,
            title: String::new(),
            subtitle: subtitle(
                self.model,
                &self.arguments.given,
                format!("{} individuals: median, half of them, nine in ten", statistics.kept),
            ),
            caption: String::new(),
            theme,
            columns: None,
            letters: false,
            settings: as_text(self.settings()),
            seed: Some(self.arguments.seed),
        };
        let figure = compose_population::population(&sheet, spec, panels, &self.base.outputs, statistics);
        drawing::write(&lay_out(&figure)?, format, self.arguments.width, self.destination)
    }

    fn settings(&self) -> Vec<(String, serde_json::Value)> {
        use serde_json::json;
        let arguments = self.arguments;
        let own = vec![
            ("individuals".into(), json!(self.count)),
            ("seed".into(), json!(arguments.seed)),
            ("subjects".into(), json!(arguments.subjects.as_ref().map(|path| path.display().to_string()))),
        ];
        [given_settings(&arguments.given), own, solved_settings(self.model, self.base, self.options)].concat()
    }
}

fn subjects_of(path: &std::path::Path, model: &Model, session: &Session) -> Result<Subjects, Failure> {
    let text = read_text(path).map_err(Failure::model)?;
    let table = subjects::read(&SourceText::new(path.display().to_string(), text), model).map_err(Failure::model)?;
    if !table.ignored.is_empty() {
        session
            .say(&format!("note: columns that no parameter is named after are ignored: {}", table.ignored.join(", ")));
    }
    Ok(table)
}

fn count(arguments: &Arguments, subjects: Option<&Subjects>) -> Result<usize, Failure> {
    match (arguments.count, subjects) {
        (Some(0), _) => Err(Failure::usage(Diagnostic::error(Code::BadArgument, "`-n 0` leaves nobody to simulate"))),
        (Some(count), _) => Ok(count),
        (None, Some(subjects)) => Ok(subjects.rows.len()),
        (None, None) => Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, "how many individuals?")
                .hint("write `-n 1000`, or give a table with `--subjects`"),
        )),
    }
}

/// Every individual's rows or outcomes, headed by `id`, and those who failed.
fn every_one(
    population: &Population<'_>,
    texts: &[String],
    bar: &indicatif::ProgressBar,
) -> Result<(Table, Vec<(usize, SimulationError)>), Failure> {
    let model = population.compiled.model;
    let cells = population.count.saturating_mul(population.cells());
    if cells > MOST_CELLS {
        return Err(Failure::usage(
            Diagnostic::error(Code::BadArgument, format!("that would be {cells} numbers"))
                .hint("print fewer `--columns`, a longer `--every`, or the statistics instead of every individual"),
        ));
    }
    let mut heads = vec![Head::new("id", "1")];
    let over_time = texts.is_empty();
    if over_time {
        heads.push(Head::new("time", model.time_unit.text()));
        let columns = population.columns.iter();
        heads.extend(columns.map(|one| Head::new(model.column_name(*one), model.column_unit(*one).text())));
    } else {
        let outcomes = texts.iter().zip(&population.measures.list);
        heads.extend(outcomes.map(|(text, (_, unit))| Head::new(text.as_str(), unit.text())));
    }
    let mut values = Vec::new();
    let mut failures = Vec::new();
    population.run(&|| bar.inc(1), &mut |first, results| {
        for (place, result) in results.into_iter().enumerate() {
            let id = population.id(first + place);
            match result {
                Ok(numbers) if over_time => {
                    let rows = numbers.chunks(population.columns.len().max(1));
                    for (time, row) in population.base.outputs.iter().zip(rows) {
                        values.extend([id, model.time_unit.from_internal(*time)]);
                        values.extend_from_slice(row);
                    }
                }
                Ok(numbers) => {
                    values.push(id);
                    values.extend(numbers);
                }
                Err(error) => failures.push((first + place, error)),
            }
        }
    });
    let shape = (values.len() / heads.len(), heads.len());
    let values = Array2::from_shape_vec(shape, values).unwrap_or_else(|_| Array2::zeros((0, heads.len())));
    Ok((Table { heads, values }, failures))
}

/// How the command ends, once the results of those who did not fail are written.
fn end(
    population: &Population<'_>,
    failures: &[(usize, SimulationError)],
    failed: usize,
    session: &Session,
) -> Result<(), Failure> {
    let list: Vec<Failed<'_>> = failures
        .iter()
        .map(|(index, error)| Failed { id: Some(population.id(*index)), error, note: note(population, *index) })
        .collect();
    individuals::end(&list, failed, population.count, population.compiled, session)
}

/// The parameters in which an individual is most unusual.
fn note(population: &Population<'_>, index: usize) -> Option<String> {
    let traits = population.traits(index);
    let shown: Vec<String> = traits
        .iter()
        .take(SHOWN_TRAITS)
        .map(|one| {
            let parameter = &population.compiled.model.parameters[one.parameter];
            let value = rounded(parameter.unit.from_internal(one.value), 4);
            let unit = if parameter.unit.text() == "1" { String::new() } else { format!(" {}", parameter.unit.text()) };
            let distance = one.deviations.map_or_else(String::new, |deviations| {
                let side = if deviations < 0.0 { "below" } else { "above" };
                format!(" ({} SD {side} typical)", rounded(deviations.abs(), 2))
            });
            format!("{} = {value}{unit}{distance}", parameter.name)
        })
        .collect();
    let more = match traits.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    (!shown.is_empty()).then(|| format!("this individual has {}{more}", shown.join(", ")))
}

/// The header's names of the statistics of one column or outcome.
fn heads_of(name: &str, unit: &str) -> impl Iterator<Item = Head> {
    let quantiles = QUANTILES.iter().map(|p| format!("q{:02.0}", 100.0 * p));
    let suffixes: Vec<String> = ["mean".to_string(), "sd".to_string()].into_iter().chain(quantiles).collect();
    suffixes.into_iter().map(move |suffix| Head::new(format!("{name}_{suffix}"), unit))
}

/// The statistics in the order of [`heads_of`].
fn numbers_of(summary: Summary) -> impl Iterator<Item = f64> {
    [summary.mean, summary.deviation].into_iter().chain(summary.quantiles)
}

/// A row a time: `time`, then for each column its mean, standard deviation and quantiles.
fn table(model: &Model, columns: &[Column], times: &[f64], statistics: &Statistics) -> Table {
    let mut heads = vec![Head::new("time", model.time_unit.text())];
    for column in columns {
        heads.extend(heads_of(model.column_name(*column), model.column_unit(*column).text()));
    }
    let mut values = Array2::zeros((times.len(), heads.len()));
    for (row, time) in times.iter().enumerate() {
        let cells = statistics.cells.iter().skip(row * columns.len()).take(columns.len());
        let numbers = cells.flat_map(|cell| numbers_of(cell.summary()));
        for (place, value) in std::iter::once(model.time_unit.from_internal(*time)).chain(numbers).enumerate() {
            values[[row, place]] = value;
        }
    }
    Table { heads, values }
}

/// One row: for each outcome its mean, standard deviation and quantiles, and how many individuals have it.
fn outcome_table(texts: &[String], measures: &Measures, statistics: &Statistics) -> Table {
    let mut heads = Vec::new();
    let mut row = Vec::new();
    for ((text, (_, unit)), cell) in texts.iter().zip(&measures.list).zip(&statistics.cells) {
        let summary = cell.summary();
        heads.extend(heads_of(text, unit.text()));
        heads.push(Head::new(format!("{text}_n"), "1"));
        row.extend(numbers_of(summary).chain([summary.count as f64]));
    }
    let values = Array2::from_shape_fn((1, row.len()), |(_, column)| row[column]);
    Table { heads, values }
}

//! `kascade doses`: what is really given, before anything is solved.

use super::arguments::{Covariates, Doses, ScheduleArguments};
use super::models::load_to_run;
use super::output::{Destination, read_text};
use super::run::Format;
use super::scenario::{failed, given_settings, positive_time, scenario, tell_after_end, until_beside_table};
use super::table::{Align, layout, rounded};
use super::{Failure, Session};
use crate::diagnostics::{Report, SourceText};
use crate::dosing::{self, Dose, EventTable, Fate, Given, Repeat, TableSetup, Timeline};
use crate::formats::csv::text_line;
use crate::formats::json::{self, Provenance};
use crate::formats::nonmem::read_event_table;
use crate::model::Model;
use crate::numerics::float_text::number_text;
use crate::simulation::{Compiled, Scenario, timeline, timelines};
use serde_json::json;
use std::path::Path;

/// Expands the schedule and prints one line a dose.
pub fn run(arguments: &Doses, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    destination.check().map_err(Failure::model)?;
    let format = match &destination {
        Destination::Stdout => None,
        file @ Destination::File(_) => Some(Format::of(file)?),
    };
    let model = load_to_run(&arguments.model, session)?;
    let mut scenario = scenario(&model, &arguments.schedule.given)?;
    let compiled = Compiled::new(&model, &[]);
    scenario.until = match &arguments.until {
        Some(_) if arguments.schedule.events.is_some() => return Err(until_beside_table()),
        Some(until) => positive_time("--until", until, &model)?,
        None => whole(&compiled, &scenario)?,
    };
    tell_after_end(&scenario, &model, session);
    let expanded = match &arguments.schedule.events {
        Some(path) => {
            let table = event_table(&model, &compiled, path, session)?;
            let rule = covariates(arguments.schedule.covariates);
            timelines(&compiled, &table, &scenario, rule, None).map_err(|error| failed(&error, &compiled))?
        }
        None => vec![timeline(&model, &compiled.routes, &scenario).map_err(|error| failed(&error, &compiled))?],
    };
    let several = expanded.len() > 1 || expanded.iter().any(|one| one.id.is_some());
    let rows: Vec<Row> =
        expanded.iter().flat_map(|timeline| timeline.given.iter().map(|given| row(&model, timeline, given))).collect();
    if rows.is_empty() {
        session.say(
            "note: nothing is given (name a regimen with `-r`, write a `--dose`, or bring a table with `--events`)",
        );
    }
    let bytes = match format {
        None => text(&rows, several, &model, &arguments.schedule).into_bytes(),
        Some(Format::Csv) => csv(&rows, several).into_bytes(),
        Some(Format::Json) => {
            let provenance = Provenance {
                model: model.name.clone(),
                model_hash: model.hash.clone(),
                settings: settings(arguments, &model, &scenario),
            };
            let mut map = provenance.to_map();
            map.insert("doses".into(), rows.iter().map(json_row).collect());
            format!("{}\n", serde_json::Value::Object(map)).into_bytes()
        }
    };
    Ok(destination.write(&bytes)?)
}

/// What is listed, as the settings of the JSON.
fn settings(arguments: &Doses, model: &Model, scenario: &Scenario) -> Vec<(String, serde_json::Value)> {
    let mut settings = given_settings(&arguments.schedule.given);
    match &arguments.schedule.events {
        Some(table) => settings.push(("events".into(), json!(table.display().to_string()))),
        None => settings.push(("until".into(), json::number(model.time_unit.from_internal(scenario.until)))),
    }
    settings
}

/// The end of a list that leaves no dose out: the model's, or later where the last dose of those that end comes to its
/// end, after its lag. Repetitions without end are listed up to there.
fn whole(compiled: &Compiled<'_>, scenario: &Scenario) -> Result<f64, Failure> {
    let mut ending = scenario.clone();
    ending.doses.retain(|dose| dose.last().is_some());
    ending.until = ending.doses.iter().filter_map(Dose::last).fold(scenario.until, f64::max);
    let listed = timeline(compiled.model, &compiled.routes, &ending).map_err(|error| failed(&error, compiled))?;
    let ends = |given: &Given| given.arrives + given.infusion.map_or(0.0, |(_, duration)| duration);
    Ok(listed.given.iter().map(ends).filter(|end| end.is_finite()).fold(ending.until, f64::max))
}

/// Reads an event table from a file and says which columns were not used.
pub fn event_table(
    model: &Model,
    compiled: &Compiled<'_>,
    path: &Path,
    session: &Session,
) -> Result<EventTable, Failure> {
    let text = read_text(path).map_err(Failure::model)?;
    let source = SourceText::new(path.display().to_string(), text);
    let parameters: Vec<(String, crate::units::Unit)> =
        model.parameters.iter().map(|parameter| (parameter.name.clone(), parameter.unit.clone())).collect();
    let ranges: Vec<Option<(f64, f64)>> = model.parameters.iter().map(|parameter| parameter.range).collect();
    let setup =
        TableSetup { routes: &compiled.routes, time: &model.time_unit, parameters: &parameters, ranges: &ranges };
    let table = read_event_table(&source, &setup).map_err(|list| Failure::Model(Report { list }))?;
    if !table.ignored.is_empty() {
        session
            .say(&format!("note: columns that no parameter is named after are ignored: {}", table.ignored.join(", ")));
    }
    for name in &table.ignored {
        let same = |one: &&(String, crate::units::Unit)| one.0.eq_ignore_ascii_case(name);
        if let Some((parameter, _)) = parameters.iter().find(same) {
            session
                .say(&format!("note: a column `{parameter}` would set the parameter `{parameter}`; `{name}` does not"));
        }
    }
    Ok(table)
}

/// How covariates hold, as dosing calls it.
pub fn covariates(rule: Covariates) -> dosing::Covariates {
    match rule {
        Covariates::Nocb => dosing::Covariates::Nocb,
        Covariates::Locf => dosing::Covariates::Locf,
    }
}

/// One dose in the words and units of the model.
struct Row {
    id: f64,
    written: f64,
    arrives: f64,
    route: String,
    amount: f64,
    unit: String,
    rate: f64,
    duration: f64,
    rate_unit: String,
    time_unit: String,
    fraction: f64,
    lag: f64,
    interval: f64,
    repeat: String,
    rule: String,
    fate: String,
}

fn row(model: &Model, timeline: &Timeline, given: &Given) -> Row {
    let route = &model.routes[given.route];
    let time = |value: f64| model.time_unit.from_internal(value);
    let rate_unit = route.unit.over(&model.time_unit);
    let (rate, duration) = given.infusion.unwrap_or((f64::NAN, f64::NAN));
    Row {
        id: timeline.id.unwrap_or(f64::NAN),
        written: time(given.written),
        arrives: time(given.arrives),
        route: route.name.clone(),
        amount: route.unit.from_internal(given.amount),
        unit: route.unit.text().to_string(),
        rate: rate_unit.as_ref().map_or(rate, |unit| unit.from_internal(rate)),
        duration: time(duration),
        rate_unit: rate_unit.map_or_else(String::new, |unit| unit.text().to_string()),
        time_unit: model.time_unit.text().to_string(),
        fraction: given.fraction,
        lag: time(given.lag),
        interval: given.interval.map_or(f64::NAN, time),
        repeat: match given.repeat {
            Repeat::Own => String::new(),
            Repeat::Additional(number) => format!("additional {number}"),
            Repeat::Before(number) => format!("{number} before the record"),
            Repeat::Forever => "since forever".to_string(),
        },
        rule: given.rule.to_string(),
        fate: match given.fate {
            Fate::Given => String::new(),
            Fate::CutShort { at } => format!("cut short at {}", number_text(time(at))),
            Fate::Dropped { at, count: 1 } => format!("dropped at {}", number_text(time(at))),
            Fate::Dropped { at, count } => {
                format!("dropped at {}, and {} repetitions after it", number_text(time(at)), count - 1)
            }
            Fate::AfterEnd => "arrives after the end".to_string(),
        },
    }
}

fn text(rows: &[Row], several: bool, model: &Model, arguments: &ScheduleArguments) -> String {
    let number = |value: f64| if value.is_nan() { String::new() } else { rounded(value, 7) };
    let mut heads = Vec::new();
    let mut align = Vec::new();
    if several {
        heads.push("id".to_string());
        align.push(Align::Right);
    }
    let time_unit = model.time_unit.text();
    heads.extend([format!("time [{time_unit}]"), format!("arrives [{time_unit}]")]);
    heads.extend(["route", "amount", "", "rate", "", "duration", "fraction", "lag", "rule", ""].map(String::from));
    let (left, right) = (Align::Left, Align::Right);
    align.extend([right, right, left, right, left, right, left, right, right, right, left, left]);
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let mut cells = Vec::new();
            if several {
                cells.push(number(row.id));
            }
            let remark = [row.repeat.as_str(), row.fate.as_str()]
                .into_iter()
                .filter(|one| !one.is_empty())
                .collect::<Vec<_>>()
                .join("; ");
            cells.extend([
                number(row.written),
                number(row.arrives),
                row.route.clone(),
                number(row.amount),
                row.unit.clone(),
                number(row.rate),
                if row.rate.is_nan() { String::new() } else { row.rate_unit.clone() },
                number(row.duration),
                number(row.fraction),
                number(row.lag),
                row.rule.clone(),
                remark,
            ]);
            cells
        })
        .collect();
    let head = match &arguments.given.regimen {
        Some(name) => {
            model.regimen(name).map_or(String::new(), |regimen| format!("{}: {}\n", regimen.name, regimen.title))
        }
        None => String::new(),
    };
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    head + &layout(&heads, &align, &cells)
}

const FIELDS: [&str; 15] = [
    "time",
    "arrives",
    "route",
    "amount",
    "unit",
    "rate",
    "rate_unit",
    "duration",
    "time_unit",
    "fraction",
    "lag",
    "interval",
    "repeat",
    "rule",
    "fate",
];

fn csv(rows: &[Row], several: bool) -> String {
    let mut text = if several { "id,".to_string() } else { String::new() };
    text.push_str(&FIELDS.join(","));
    text.push('\n');
    for row in rows {
        if several {
            text.push_str(&(number_text(row.id) + ","));
        }
        let cells = [
            number_text(row.written),
            number_text(row.arrives),
            row.route.clone(),
            number_text(row.amount),
            row.unit.clone(),
            number_text(row.rate),
            row.rate_unit.clone(),
            number_text(row.duration),
            row.time_unit.clone(),
            number_text(row.fraction),
            number_text(row.lag),
            number_text(row.interval),
            row.repeat.clone(),
            row.rule.clone(),
            row.fate.clone(),
        ];
        text.push_str(&text_line(cells));
    }
    text
}

fn json_row(row: &Row) -> serde_json::Value {
    let number = json::number;
    json!({
        "id": number(row.id), "time": number(row.written), "arrives": number(row.arrives), "route": row.route,
        "amount": number(row.amount), "unit": row.unit, "rate": number(row.rate), "rate_unit": row.rate_unit,
        "duration": number(row.duration), "time_unit": row.time_unit, "fraction": number(row.fraction), "lag": number(row.lag),
        "interval": number(row.interval), "repeat": row.repeat, "rule": row.rule, "fate": row.fate,
    })
}

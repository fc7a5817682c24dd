//! `kascade evidence`: how much of what was measured does a model reproduce?

use super::arguments::Evidence;
use super::drawing;
use super::grid;
use super::models::{extended, load, source};
use super::output::Destination;
use super::scenario::{method_name, solver_options};
use super::table::{Align, layout, rounded};
use super::{Failure, Session};
use crate::analysis::evidence::{
    Models, Score, Scored, Verdict, further_models, numbered_statements, range_words, score,
};
use crate::analysis::grid::{Column, column};
use crate::diagnostics::{Code, Diagnostic, Report, SourceText};
use crate::formats::csv::text_line;
use crate::formats::evidence_table::{self, EvidenceRow};
use crate::formats::json::{Provenance, number};
use crate::model::{self, Grid, Model, library};
use crate::simulation::SolverOptions;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What `-o` asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Csv,
    Json,
    Figure,
}

impl Format {
    fn of(destination: &Destination, grid: bool) -> Result<Format, Failure> {
        let refuse = |message: String, hint: &str| {
            Err(Failure::usage(Diagnostic::error(Code::UnknownFormat, message).hint(hint.to_string())))
        };
        match destination.ending().as_deref() {
            None => Ok(Format::Text),
            Some("csv") => Ok(Format::Csv),
            Some("json") => Ok(Format::Json),
            Some("svg" | "png" | "pdf") if grid => {
                refuse("`--grid` gives a table, not a chart".to_string(), "write .csv or .json, or leave out `-o`")
            }
            Some("svg" | "png" | "pdf") => Ok(Format::Figure),
            Some(ending) => refuse(
                format!("a score cannot be written as `.{ending}`"),
                "use .csv or .json for the numbers, .svg, .png or .pdf for a chart",
            ),
        }
    }
}

/// Scores the models and prints a table per topic and a total. With `--strict`, a missed `required` statement fails.
pub fn run(arguments: &Evidence, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    let format = Format::of(&destination, arguments.grid)?;
    destination.check().map_err(Failure::model)?;
    let options = solver_options(&arguments.solver)?;
    let rows = rows()?;
    let models = arguments.models.iter().map(|name| load(name, session)).collect::<Result<Vec<Model>, _>>()?;
    let sources: Vec<_> = arguments.models.iter().map(|name| source(name).ok()).collect();
    let further = further(&sources, &models);
    let scores = scores(&models, &further, &rows, &options);
    tell_unscored(&models, &scores, session);
    let grid = if arguments.grid {
        let grid = grid::built_in()?;
        let columns: Vec<Column> = models.par_iter().map(|model| column(model, &grid, &rows, &options)).collect();
        Some((grid, columns))
    } else {
        None
    };
    let text = match (format, &grid) {
        (Format::Figure, _) => {
            drawing::chart(&models, &scores, &rows, arguments.theme.as_deref(), arguments.width, &destination)?;
            String::new()
        }
        (Format::Text, Some((grid, columns))) => {
            text(&models, &scores, arguments.verbose) + "\n" + &grid::text(&models, grid, columns)
        }
        (Format::Text, None) => text(&models, &scores, arguments.verbose),
        (Format::Csv, Some((grid, columns))) => grid::csv(&models, grid, columns),
        (Format::Csv, None) => csv(&models, &scores),
        (Format::Json, grid) => format!("{}\n", to_json(&models, &scores, grid.as_ref(), &options)),
    };
    if format != Format::Figure {
        destination.write(text.as_bytes())?;
    }
    let missed: Vec<String> = models
        .iter()
        .zip(&scores)
        .flat_map(|(model, score)| {
            score.required_missed().into_iter().map(|id| format!("{}: {id}", model.name)).collect::<Vec<_>>()
        })
        .collect();
    if arguments.strict && !missed.is_empty() {
        let said = match missed.len() {
            1 => "1 required statement is not reproduced".to_string(),
            count => format!("{count} required statements are not reproduced"),
        };
        return Err(Failure::model(Diagnostic::error(Code::BadEvidence, said).note(missed.join(", "))));
    }
    Ok(())
}

/// The published numbers that travel with the program.
pub fn rows() -> Result<HashMap<String, EvidenceRow>, Failure> {
    evidence_table::read(library::EVIDENCE_TABLES.iter().map(|(_, text)| *text)).map_err(|error| {
        Failure::model(Diagnostic::error(Code::BadEvidence, format!("the evidence tables cannot be read: {error}")))
    })
}

/// Says which statements could not be scored, and why: they count as missed.
fn tell_unscored(models: &[Model], scores: &[Score<'_>], session: &Session) {
    for (model, score) in models.iter().zip(scores) {
        for one in &score.entries {
            if let Verdict::Unscored(reason) = &one.verdict {
                session.say(&format!("note: {}: {} counts as missed: {reason}", model.name, one.statement.id));
            }
        }
    }
}

/// The numbered statements of the texts whose files of statements a model draws in.
fn numbered(model: &Model) -> Vec<String> {
    let drawn = |file: &str| library::find(file).is_some_and(|found| model.evidence_files.contains(&found.name));
    let texts = library::EVIDENCE_TEXTS.iter().filter(|one| drawn(one.statements));
    texts.flat_map(|one| numbered_statements(one.prefix, one.text)).collect()
}

/// The further models that statements speak of, by name, for each scored model.
pub type Further = BTreeMap<String, Result<Model, String>>;

/// The further models of each scored model, whose texts are `sources`. One that extends the scored model, or what that
/// extends (`rat`), is laid over the model that is scored, so that a variant is tried in rodents too.
pub fn further(sources: &[Option<Arc<SourceText>>], models: &[Model]) -> Vec<Further> {
    let of = |(base, model): (&Option<Arc<SourceText>>, &Model)| {
        further_models(model)
            .into_iter()
            .map(|name| {
                let loaded = load_over(&name, base.as_ref(), model).map_err(|report| {
                    report
                        .list
                        .iter()
                        .find(|one| one.is_error())
                        .map_or_else(|| format!("`{name}` cannot be read"), |one| one.message.clone())
                });
                (name, loaded)
            })
            .collect()
    };
    sources.iter().zip(models).map(of).collect()
}

/// The scores of models against the published numbers.
pub fn scores<'a>(
    models: &'a [Model],
    further: &'a [Further],
    rows: &HashMap<String, EvidenceRow>,
    options: &SolverOptions,
) -> Vec<Score<'a>> {
    models
        .par_iter()
        .zip(further)
        .map(|(model, further)| score(model, &with_further(model, further), rows, &numbered(model), options))
        .collect()
}

/// A model and its further ones, as statements are looked up in them.
pub fn with_further<'a>(model: &'a Model, further: &'a Further) -> Models<'a> {
    let others = further.iter().map(|(name, other)| (name.clone(), other.as_ref().map_err(Clone::clone)));
    std::iter::once((String::new(), Ok(model))).chain(others).collect()
}

fn load_over(name: &str, base: Option<&Arc<SourceText>>, scored: &Model) -> Result<Model, Report> {
    let overlay = source(name).map_err(Report::from)?;
    let overlay_name = overlay.name.clone();
    let find = |wanted: &str, from: &SourceText| {
        let found = extended(wanted, from)?;
        Ok(match base {
            Some(base) if from.name == overlay_name && scored.extends.contains(&found.name) => base.clone(),
            _ => found,
        })
    };
    model::load(&overlay, &find).map(|loaded| loaded.model)
}

fn words(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Met => "ok",
        Verdict::Missed => "missed",
        Verdict::Unscored(_) => "unscored",
        Verdict::NotApplicable(_) => "n/a",
    }
}

fn percent(met: f64, all: f64) -> String {
    if all > 0.0 { format!("{:.1} %", 100.0 * met / all) } else { "-".to_string() }
}

fn text(models: &[Model], scores: &[Score<'_>], verbose: bool) -> String {
    let mut text = String::new();
    for (model, score) in models.iter().zip(scores) {
        text.push_str(&format!("{}: {}\n\n", model.name, model.title));
        let mut topics: Vec<&str> = Vec::new();
        for one in score.entries.iter().filter(|one| !one.statement.held_back) {
            if !topics.contains(&one.statement.topic.as_str()) {
                topics.push(&one.statement.topic);
            }
        }
        let count = |topic: &str, wanted: &dyn Fn(&Scored<'_>) -> bool| {
            let of_topic = score.entries.iter().filter(|one| one.statement.topic == topic && !one.statement.held_back);
            of_topic.filter(|one| wanted(one)).count().to_string()
        };
        let rows: Vec<Vec<String>> = topics
            .iter()
            .map(|topic| {
                let (met, all) = score.weights(|one| one.statement.topic == *topic);
                vec![
                    format!("  {topic}"),
                    count(topic, &|one| one.verdict == Verdict::Met),
                    count(topic, &|one| matches!(one.verdict, Verdict::Missed)),
                    count(topic, &|one| matches!(one.verdict, Verdict::Unscored(_))),
                    count(topic, &|one| matches!(one.verdict, Verdict::NotApplicable(_))),
                    percent(met, all),
                ]
            })
            .collect();
        let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Right];
        text.push_str(&layout(&["  topic", "met", "missed", "unscored", "n/a", "of its weight"], &align, &rows));
        if score.entries.iter().any(Scored::counts) {
            text.push_str(&format!("\n  reproduced: {}\n", percent(score.reproduced(), 1.0)));
        } else {
            text.push_str("\n  no statement speaks of it: nothing to reproduce\n");
        }
        let required = score.entries.iter().filter(|one| one.statement.required && one.applies()).count();
        let missed = score.required_missed();
        text.push_str(&format!("  required: {} of {required} met", required - missed.len()));
        text.push_str(&if missed.is_empty() { "\n".to_string() } else { format!("; missed: {}\n", missed.join(", ")) });
        let (met, all) = score.held_back();
        if all > 0 {
            text.push_str(&format!("  held back from the fit, not counted: {met} of {all} met\n"));
        }
        if !score.unstated.is_empty() {
            text.push_str(&format!("  stated by nobody, counted as missed: {}\n", score.unstated.join(", ")));
        }
        text.push('\n');
        if verbose {
            text.push_str(&details(score));
        }
    }
    text.push_str("Numbers marked ~ were recalled, not seen in their source, and weigh half. Teaching and research; not medical advice.\n");
    text
}

fn details(score: &Score<'_>) -> String {
    let rows: Vec<Vec<String>> = score
        .entries
        .iter()
        .map(|one| {
            let reason = match &one.verdict {
                Verdict::Unscored(reason) | Verdict::NotApplicable(reason) => reason.clone(),
                _ => String::new(),
            };
            vec![
                format!("  {}{}", if one.read { "" } else { "~" }, one.statement.id),
                words(&one.verdict).to_string(),
                if one.got.is_nan() { String::new() } else { rounded(one.got, 4) },
                one.range.map_or_else(String::new, range_words),
                one.unit.clone(),
                one.statement.title.clone(),
                reason,
            ]
        })
        .collect();
    let align = [Align::Left, Align::Left, Align::Right, Align::Left, Align::Left, Align::Left, Align::Left];
    layout(&["  statement", "", "got", "expected", "", "what", ""], &align, &rows) + "\n"
}

fn csv(models: &[Model], scores: &[Score<'_>]) -> String {
    let number = crate::numerics::float_text::number_text;
    let mut text = "model,id,statement,topic,rows,required,weight,expected,low,high,got,unit,verdict\n".to_string();
    for (model, score) in models.iter().zip(scores) {
        for one in &score.entries {
            let rows: Vec<&str> = one.statement.rows.iter().map(|row| row.text.as_str()).collect();
            let (low, high) = one.range.unwrap_or((f64::NAN, f64::NAN));
            let cells = [
                model.name.clone(),
                one.statement.id.clone(),
                one.statement.statement.clone(),
                one.statement.topic.clone(),
                rows.join(" "),
                u8::from(one.statement.required).to_string(),
                number(one.weight),
                number(one.expected.unwrap_or(f64::NAN)),
                number(low),
                number(high),
                number(one.got),
                one.unit.clone(),
                words(&one.verdict).to_string(),
            ];
            text.push_str(&text_line(cells));
        }
    }
    text
}

fn to_json(
    models: &[Model],
    scores: &[Score<'_>],
    grid: Option<&(Grid, Vec<Column>)>,
    options: &SolverOptions,
) -> Value {
    let one = |one: &Scored<'_>| {
        let rows: Vec<&str> = one.statement.rows.iter().map(|row| row.text.as_str()).collect();
        let reason = match &one.verdict {
            Verdict::Unscored(reason) | Verdict::NotApplicable(reason) => Value::String(reason.clone()),
            _ => Value::Null,
        };
        let status = match (rows.is_empty(), one.read) {
            (true, _) => Value::Null,
            (false, true) => json!("read"),
            (false, false) => json!("recalled"),
        };
        json!({
            "id": one.statement.id, "statement": one.statement.statement, "topic": one.statement.topic,
            "title": one.statement.title, "rows": rows, "required": one.statement.required,
            "held_back": one.statement.held_back,
            "status": status, "weight": number(one.weight),
            "expected": {
                "value": one.expected.map_or(Value::Null, number),
                "low": one.range.map_or(Value::Null, |(low, _)| number(low)),
                "high": one.range.map_or(Value::Null, |(_, high)| number(high)),
                "unit": one.unit,
            },
            "got": number(one.got), "ok": one.verdict == Verdict::Met, "verdict": words(&one.verdict), "reason": reason,
        })
    };
    let list: Vec<Value> = models
        .iter()
        .zip(scores)
        .enumerate()
        .map(|(index, (model, score))| {
            let statements: Vec<Value> = score.entries.iter().filter(|one| one.applies()).map(one).collect();
            let others: Vec<&str> =
                score.entries.iter().filter(|one| !one.applies()).map(|one| one.statement.id.as_str()).collect();
            let mut entry = json!({
                "name": model.name, "model_hash": model.hash, "reproduced": number(score.reproduced()),
                "required_missed": score.required_missed(), "unstated": score.unstated, "not_applicable": others,
                "statements": statements,
            });
            if let Some((grid, columns)) = grid {
                entry["grid"] = grid::to_json(grid, &columns[index]);
            }
            entry
        })
        .collect();
    let provenance = Provenance {
        model: models.iter().map(|model| model.name.as_str()).collect::<Vec<_>>().join(" "),
        model_hash: models.first().map_or_else(String::new, |model| model.hash.clone()),
        settings: vec![
            ("solver".into(), json!(method_name(options.method))),
            ("rtol".into(), json!(options.relative_tolerance)),
        ],
    };
    let mut map = provenance.to_map();
    map.insert("models".into(), Value::Array(list));
    Value::Object(map)
}

//! What in a model's statements, predictions and charts names something that is not there?
//!
//! A score tells it too, statement by statement, as misses with a reason; here all is told with its place, before
//! anything is run. Statements that speak of another species or condition are not read against a model that is neither.
//! This file must never run anything.

use super::evidence::Models;
use super::statement_runs::{not_applicable, order, scenario};
use crate::diagnostics::{Code, Diagnostic, Place, Report, Severity, SourceText, did_you_mean};
use crate::formats::evidence_table::EvidenceRow;
use crate::model::{Grid, Model, Statement, Text};
use crate::simulation::Measures;
use std::collections::HashMap;

/// All that cannot be looked up, as warnings: a variant may lack what its base is asked for, which counts as missed.
/// `models` are those that statements speak of, the model itself under the empty name; `grid` is what predictions name.
pub fn faults(model: &Model, models: &Models<'_>, rows: &HashMap<String, EvidenceRow>, grid: &Grid) -> Report {
    let mut report = Report::default();
    for statement in &model.evidence {
        missing_rows(statement, rows, &mut report);
        let name = statement.model.as_deref().filter(|name| *name != model.name).unwrap_or_default();
        match models.get(name) {
            Some(Ok(target)) if not_applicable(statement, target).is_none() => {
                missing_runs(statement, target, &mut report);
                missing_measure(statement, target, &mut report);
            }
            Some(Ok(_)) => {}
            Some(Err(reason)) => report.push(fault(reason.clone(), &statement.place)),
            None => report.push(fault(format!("there is no model `{name}`"), &statement.place)),
        }
    }
    for prediction in &model.predictions {
        let known = grid.lines.iter().map(|line| line.id.as_str());
        unknown_name(&prediction.perturbation, "line of the grid", known, Code::BadEvidence, &mut report);
    }
    let names = |one: &'_ Statement| [one.id.clone(), one.statement.clone(), one.topic.clone()];
    let stated: Vec<String> = model.evidence.iter().flat_map(names).filter(|name| !name.is_empty()).collect();
    for text in model.figures.iter().flat_map(|figure| &figure.panels).flat_map(|panel| &panel.evidence) {
        unknown_name(text, "statement or topic", stated.iter().map(String::as_str), Code::BadFigure, &mut report);
    }
    told_once(report)
}

fn fault(message: String, place: &Place) -> Diagnostic {
    Diagnostic::warning(Code::BadEvidence, message).at(place, "in this statement")
}

fn unknown_name<'a>(
    text: &Text,
    what: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    code: Code,
    report: &mut Report,
) {
    if known.clone().any(|name| name == text.text) {
        return;
    }
    let near = did_you_mean(&text.text, known).map(|near| format!("did you mean `{near}`?"));
    let message = format!("there is no {what} `{}`", text.text);
    report.push(Diagnostic::warning(code, message).at(&text.place, "unknown").hint_if(near));
}

fn missing_rows(statement: &Statement, rows: &HashMap<String, EvidenceRow>, report: &mut Report) {
    let mut known: Vec<&str> = rows.keys().map(String::as_str).collect();
    known.sort_unstable();
    for row in &statement.rows {
        unknown_name(row, "row", known.iter().copied(), Code::UnknownRow, report);
    }
}

/// Complaints about the runs, at the run.
fn missing_runs(statement: &Statement, model: &Model, report: &mut Report) {
    if statement.runs.is_empty() {
        let hint = "add `run = { regimen = \"...\" }`, or `run = {}` for a run without doses";
        report.push(fault(format!("`{}` does not say what is run", statement.id), &statement.place).hint(hint));
    }
    for (_, run) in &statement.runs {
        let Err(complaints) = scenario(model, run) else { continue };
        let place = run.place.as_ref().unwrap_or(&statement.place);
        for one in complaints.list.into_iter().filter(Diagnostic::is_error) {
            report.push(Diagnostic { place: None, severity: Severity::Warning, ..one }.at(place, "in this run"));
        }
    }
}

/// Complaints about the measure, at their places in it.
fn missing_measure(statement: &Statement, model: &Model, report: &mut Report) {
    let Some(text) = &statement.measure else {
        report.push(fault(format!("`{}` does not say what is measured", statement.id), &statement.place));
        return;
    };
    let names: Vec<&str> = statement.runs.iter().map(|(name, _)| name.as_str()).collect();
    let ordered: Vec<&str> = order(&names).into_iter().map(|index| names[index]).collect();
    let source = SourceText::new("measure", text.text.as_str());
    if let Err(complaints) = Measures::default().add(&source, model, &ordered) {
        for one in complaints.list {
            let place = one.place.as_ref().map_or_else(|| text.place.clone(), |place| text.part(place.span.clone()));
            report.push(Diagnostic { place: Some(place), severity: Severity::Warning, ..one });
        }
    }
}

/// One complaint for each message, with how many more there are like it.
fn told_once(report: Report) -> Report {
    let mut list: Vec<(Diagnostic, usize)> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for one in report.list {
        match seen.get(&one.message) {
            Some(place) => list[*place].1 += 1,
            None => {
                seen.insert(one.message.clone(), list.len());
                list.push((one, 0));
            }
        }
    }
    let told = list.into_iter().map(|(one, more)| match more {
        0 => one,
        1 => one.note("the same in 1 more place"),
        more => one.note(format!("the same in {more} more places")),
    });
    Report { list: told.collect() }
}

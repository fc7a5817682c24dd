//! Evidence charts: declared ones, and those of `kascade evidence -o x.svg`.

use super::super::Failure;
use super::super::evidence::{further, rows, scores};
use super::super::output::Destination;
use super::super::results::lay_out;
use super::super::scenario::solver_options;
use super::runs::fault;
use super::{Format, Request, sheet, write};
use crate::analysis::evidence::Score;
use crate::diagnostics::did_you_mean;
use crate::figure::compose::Sheet;
use crate::figure::compose_evidence::{ChartModel, ChartPanel, evidence_chart};
use crate::figure::scene::{FigureData, ThemeName};
use crate::formats::evidence_table::EvidenceRow;
use crate::model::{FigureSpec, Model, Statement};
use std::collections::HashMap;

/// A declared chart: its panels name statements or topics, its runs further models.
pub fn figure(request: &Request<'_>, theme: Option<ThemeName>) -> Result<FigureData, Failure> {
    let spec = request.spec;
    let options = solver_options(request.solver)?;
    let table = rows()?;
    check(spec, &request.models[0])?;
    // What is not drawn need not be simulated.
    let mut models = request.models.to_vec();
    let wanted: Vec<&str> =
        spec.panels.iter().flat_map(|panel| &panel.evidence).map(|text| text.text.as_str()).collect();
    if !wanted.is_empty() {
        let drawn =
            |one: &Statement| [&one.id, &one.statement, &one.topic].iter().any(|name| wanted.contains(&name.as_str()));
        for model in &mut models {
            model.evidence.retain(drawn);
            // What was left out is not missed.
            model.evidence_files.clear();
        }
    }
    let further = further(request.sources, &models);
    let scores = scores(&models, &further, &table, &options);
    let panels: Vec<ChartPanel> = match &spec.panels[..] {
        [] => vec![ChartPanel::default()],
        panels => panels
            .iter()
            .map(|panel| ChartPanel {
                title: panel.title.clone(),
                span: panel.span,
                wanted: panel.evidence.iter().map(|text| text.text.clone()).collect(),
            })
            .collect(),
    };
    let label =
        |index: usize| request.runs.iter().find(|(model, _)| *model == index).and_then(|(_, run)| run.label.clone());
    let names: Vec<String> = request
        .models
        .iter()
        .enumerate()
        .map(|(index, model)| label(index).unwrap_or_else(|| model.name.clone()))
        .collect();
    let caption = spec.caption.as_ref().map_or_else(|| READING.to_string(), |text| text.text.clone());
    let sheet = sheet(request, theme, &options, String::new(), caption);
    Ok(evidence_chart(&sheet, &chart_models(&names, &scores), &panels, &|statement| cite(statement, &table)))
}

/// The chart of `kascade evidence`, written.
pub fn chart(
    models: &[Model],
    scores: &[Score<'_>],
    table: &HashMap<String, EvidenceRow>,
    theme: Option<&str>,
    width: Option<u32>,
    destination: &Destination,
) -> Result<(), Failure> {
    let format = Format::of(destination)?;
    let theme = theme.map(super::theme).transpose()?;
    let names: Vec<String> = models.iter().map(|model| model.name.clone()).collect();
    let reproduced =
        models.iter().zip(scores).map(|(model, score)| format!("{}: {:.0} %", model.name, 100.0 * score.reproduced()));
    let sheet = Sheet {
        model: &models[0],
        title: "What was measured, and what the model gives".to_string(),
        subtitle: format!("reproduced by weight: {}", reproduced.collect::<Vec<_>>().join(", ")),
        caption: READING.to_string(),
        theme,
        columns: None,
        letters: false,
        settings: Vec::new(),
        seed: None,
    };
    let data = evidence_chart(&sheet, &chart_models(&names, scores), &[ChartPanel::default()], &|statement| {
        cite(statement, table)
    });
    write(&lay_out(&data)?, format, width, destination)
}

/// How the chart is read, where the author says nothing.
const READING: &str = "Each row has its own scale: the gray field is the accepted range. Full marks lie within it, \
open marks and arrows outside.";

fn chart_models<'a>(names: &[String], scores: &'a [Score<'a>]) -> Vec<ChartModel<'a>> {
    names.iter().zip(scores).map(|(name, score)| ChartModel { name: name.clone(), score }).collect()
}

/// The work behind a statement: that of its first row.
fn cite(statement: &Statement, table: &HashMap<String, EvidenceRow>) -> Option<String> {
    let row = statement.rows.iter().find_map(|id| table.get(&id.text))?;
    (!row.source.is_empty()).then(|| row.source.clone())
}

/// Refuses panels that ask for what nobody states.
fn check(spec: &FigureSpec, model: &Model) -> Result<(), Failure> {
    let known: Vec<&str> = model
        .evidence
        .iter()
        .flat_map(|one| [one.id.as_str(), one.statement.as_str(), one.topic.as_str()])
        .filter(|name| !name.is_empty())
        .collect();
    for wanted in spec.panels.iter().flat_map(|panel| &panel.evidence) {
        if !known.contains(&wanted.text.as_str()) {
            let near = did_you_mean(&wanted.text, known.iter().copied());
            return Err(Failure::model(
                fault(format!("there is no evidence `{}`", wanted.text))
                    .at(&wanted.place, "neither a statement nor a topic")
                    .hint_if(near.map(|near| format!("did you mean `{near}`?"))),
            ));
        }
    }
    if model.evidence.is_empty() {
        let empty = fault(format!("`{}` states no evidence", model.name)).at(&spec.place, "in this figure");
        return Err(Failure::model(empty.hint("add `[[evidence]]`, or `evidence = [...]` under `[model]`")));
    }
    Ok(())
}

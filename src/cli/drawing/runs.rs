//! What a figure runs: its own runs or those typed, each with the model that it names, and what the legend calls it.

use super::super::models::{extended, load, source};
use super::super::scenario::{add_regimen, regimen_named, split_setting};
use super::super::{Failure, Session};
use super::{Request, choose_figure};
use crate::diagnostics::{Code, Diagnostic, Report, SourceText, did_you_mean};
use crate::model::{self, FigureSpec, Model, RunSpec, Text, library};
use crate::simulation::Scenario;
use std::sync::Arc;

/// The models, the figure and the runs of a command.
pub struct Prepared {
    /// The models, the first of which declares the figure.
    pub models: Vec<Model>,
    /// The figure.
    pub spec: FigureSpec,
    /// The texts of the models.
    pub sources: Vec<Option<Arc<SourceText>>>,
    /// The runs: which model, and what.
    pub runs: Vec<(usize, RunSpec)>,
}

/// Loads the models, chooses the figure of the first, and lists the runs: every declared or typed one with every model;
/// a run that names a model of its own once.
pub fn prepare(
    names: &[String],
    figure: Option<&str>,
    regimens: &[String],
    session: &Session,
) -> Result<Prepared, Failure> {
    let mut models = names.iter().map(|name| load(name, session)).collect::<Result<Vec<_>, _>>()?;
    let spec = choose_figure(&models[0], figure)?.clone();
    let typed = models.len();
    let mut sources: Vec<_> = names.iter().map(|name| source(name).ok()).collect();
    let declared: Vec<RunSpec> = match regimens {
        [] if spec.runs.is_empty() => vec![RunSpec::default()],
        [] => spec.runs.clone(),
        typed => typed.iter().map(|text| typed_run(text)).collect(),
    };
    let mut runs = Vec::new();
    let mut further: Vec<(String, usize)> = Vec::new();
    for run in declared {
        match &run.model {
            None => runs.extend((0..typed).map(|model| (model, run.clone()))),
            Some(name) => {
                let known = further.iter().find(|(known, _)| *known == name.text).map(|(_, index)| *index);
                let index = match known {
                    Some(index) => index,
                    None => {
                        let (source, model) = named(name)?;
                        models.push(model);
                        sources.push(Some(source));
                        further.push((name.text.clone(), models.len() - 1));
                        models.len() - 1
                    }
                };
                runs.push((index, run));
            }
        }
    }
    // Side by side, all runs of one model follow each other.
    runs.sort_by_key(|(model, _)| if *model < typed && typed > 1 { *model } else { 0 });
    Ok(Prepared { models, spec, sources, runs })
}

/// `REGIMEN+PERTURBATION+...` as it is typed; `none` is no dose.
fn typed_run(text: &str) -> RunSpec {
    let mut parts = text.split('+').map(str::trim);
    let regimen = parts.next().unwrap_or_default().to_string();
    RunSpec { regimen: Some(regimen), perturbations: parts.map(str::to_string).collect(), ..RunSpec::default() }
}

/// The model that a run names.
fn named(name: &Text) -> Result<(Arc<SourceText>, Model), Failure> {
    let source = extended(&name.text, &name.place.source).map_err(|diagnostic| {
        let near = did_you_mean(&name.text, library::names());
        let diagnostic = diagnostic.hint_if(near.map(|near| format!("did you mean the built-in `{near}`?")));
        Failure::model(if diagnostic.place.is_none() { diagnostic.at(&name.place, "in this run") } else { diagnostic })
    })?;
    let loaded = model::load(&source, &extended).map_err(Failure::Model)?;
    Ok((source, loaded.model))
}

/// The scenario of every run, with what was typed for all of them.
pub fn scenarios(request: &Request<'_>, until: f64) -> Result<Vec<(usize, Scenario)>, Failure> {
    let mut scenarios = Vec::new();
    for (model, run) in request.runs {
        let own = &request.models[*model];
        let mut scenario = run_scenario(own, run)?;
        for name in request.perturb {
            scenario.add_perturbation(own, name).map_err(Failure::usage)?;
        }
        for setting in request.set {
            let (name, value) = split_setting(setting)?;
            scenario.set(own, name, value).map_err(Failure::usage)?;
        }
        scenario.until = until;
        scenarios.push((*model, scenario));
    }
    Ok(scenarios)
}

/// The scenario of one run. What is wrong with a declared one is the model's fault, at its line.
fn run_scenario(model: &Model, run: &RunSpec) -> Result<Scenario, Failure> {
    let fault = |diagnostic: Diagnostic| match &run.place {
        Some(place) => Failure::model(Diagnostic { place: None, ..diagnostic }.at(place, "in this run")),
        None => Failure::usage(diagnostic),
    };
    let mut scenario = Scenario::undosed(model);
    if let Some(name) = &run.regimen {
        add_regimen(&mut scenario, model, name).map_err(fault)?;
    }
    for dose in &run.dose {
        scenario.add_doses(model, &SourceText::new("dose", dose.as_str())).map_err(fault)?;
    }
    for name in &run.perturbations {
        scenario.add_perturbation(model, name).map_err(fault)?;
    }
    for (name, value) in &run.set {
        scenario.set(model, name, value).map_err(fault)?;
    }
    Ok(scenario)
}

/// Whether nothing but the regimen makes this run: published points lie on such a curve.
pub fn is_plain(request: &Request<'_>, run: &RunSpec) -> bool {
    let own = run.dose.is_empty() && run.perturbations.is_empty() && run.set.is_empty();
    own && request.perturb.is_empty() && request.set.is_empty()
}

/// What a caption calls a run: its regimen with its perturbations, or `run1`, `run2`.
pub fn run_name(run: &RunSpec, index: usize) -> String {
    match &run.regimen {
        Some(regimen) => [regimen].into_iter().chain(&run.perturbations).cloned().collect::<Vec<_>>().join("_"),
        None => format!("run{}", index + 1),
    }
}

/// What the legend calls a run.
pub fn run_label(request: &Request<'_>, model: usize, run: &RunSpec) -> String {
    if let Some(label) = &run.label {
        return label.clone();
    }
    let own = &request.models[model];
    let title = |name: &String| match regimen_named(own, name) {
        Some(regimen) if !regimen.title.is_empty() => regimen.title.clone(),
        Some(regimen) => regimen.name.clone(),
        None => "no dose".to_string(),
    };
    let mut parts: Vec<String> = run.regimen.iter().map(title).chain(run.dose.iter().cloned()).collect();
    if parts.is_empty() {
        parts.push("no dose".to_string());
    }
    let perturbed = run.perturbations.iter().filter_map(|name| own.perturbation(name));
    parts.extend(perturbed.map(|one| if one.title.is_empty() { one.name.clone() } else { one.title.clone() }));
    parts.extend(run.set.iter().map(|(name, value)| format!("{name} = {value}")));
    let text = parts.join(", ");
    if request.models.len() == 1 {
        return text;
    }
    // Several models: say which, and what is run only if that differs too.
    let what = |run: &RunSpec| (run.regimen.clone(), run.dose.clone(), run.perturbations.clone(), run.set.clone());
    let differ = request.runs.iter().any(|(_, other)| what(other) != what(run));
    let name = if own.title.is_empty() { own.name.clone() } else { own.title.clone() };
    if differ { format!("{name}: {text}") } else { name }
}

/// Complaints about a text that was cut out of a file, moved to their places there. `offset` is where the text begins.
pub fn moved(report: Report, text: &Text, offset: usize) -> Report {
    Report { list: report.list.into_iter().map(|one| moved_one(one, text, offset)).collect() }
}

/// One such complaint.
pub fn moved_one(mut one: Diagnostic, text: &Text, offset: usize) -> Diagnostic {
    one.place = Some(match &one.place {
        Some(place) => text.part(offset + place.span.start..offset + place.span.end),
        None => text.place.clone(),
    });
    one
}

/// A fault in the figure.
pub fn fault(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::BadFigure, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Place;

    #[test]
    fn a_plus_sign_perturbs_a_typed_run() {
        let run = typed_run("low + blocker+other");
        assert_eq!(run.regimen.as_deref(), Some("low"));
        assert_eq!(run.perturbations, ["blocker", "other"]);
        assert_eq!(run_name(&run, 0), "low_blocker_other");
        assert!(typed_run("low").perturbations.is_empty());
    }

    #[test]
    fn complaints_about_a_part_point_into_the_file() {
        let file = SourceText::new("m.toml", "caption = \"{peak(D)}\"");
        let text = Text { text: "{peak(D)}".into(), place: Place::new(&file, 11..20), exact: true };
        let part = SourceText::new("caption", "peak(D)");
        let complaint = Diagnostic::error(Code::UnknownName, "no `D`").at(&Place::new(&part, 5..6), "");
        assert_eq!(moved_one(complaint, &text, 1).place, Some(Place::new(&file, 17..18)));
    }
}

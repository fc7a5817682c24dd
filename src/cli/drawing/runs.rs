//! What a figure runs: its own runs or those typed, each with the model that it names, and what the legend calls it.

use super::super::models::{extended, load, source};
use super::super::scenario::{add_regimen, regimen_named, split_setting, tell_after_end};
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
    /// Whether they are not those that the figure declares: regimens were typed, or several models.
    pub typed: bool,
}

/// Loads the models, chooses the figure of the first, and lists the runs: every declared or typed one with every model;
/// a run that names a model of its own once.
pub fn prepare(
    names: &[String],
    figure: Option<&str>,
    regimens: &[String],
    session: &Session,
) -> Result<Prepared, Failure> {
    let mut models: Vec<Model> = Vec::new();
    for name in names {
        models.push(load(name, session).map_err(|failure| meant_as_regimen(failure, name, &models))?);
    }
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
    let typed = typed > 1 || !regimens.is_empty();
    Ok(Prepared { models, spec, sources, runs, typed })
}

/// A complaint about a model that is not there, with what was meant if a model before it has a regimen of that name:
/// `-r` takes one.
fn meant_as_regimen(failure: Failure, name: &str, before: &[Model]) -> Failure {
    match (failure, before.iter().find(|model| regimen_named(model, name).is_some())) {
        (Failure::Model(mut report), Some(model)) => {
            if let Some(first) = report.list.first_mut() {
                first.hints = vec![format!("a regimen of `{}`: `-r {name}`; write `-r` once for each", model.name)];
            }
            Failure::Usage(report)
        }
        (failure, _) => failure,
    }
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

/// The scenario of every run, with what was typed for all of them. Says how many doses of a typed regimen the axis ends
/// before, unless its end was typed as well.
pub fn scenarios(request: &Request<'_>, until: f64, session: &Session) -> Result<Vec<(usize, Scenario)>, Failure> {
    let mut scenarios = Vec::new();
    for (model, run) in request.runs {
        let own = &request.models[*model];
        let mut scenario = run_scenario(own, run).map_err(|failure| match failure {
            // Of several models, which one?
            Failure::Usage(mut report) if request.models.len() > 1 => {
                report.list.iter_mut().for_each(|one| one.message.push_str(&format!(" in `{}`", own.name)));
                Failure::Usage(report)
            }
            other => other,
        })?;
        for name in request.perturb {
            scenario.add_perturbation(own, name).map_err(Failure::usage)?;
        }
        for setting in request.set {
            let (name, value) = split_setting(setting)?;
            scenario.set(own, name, value).map_err(Failure::usage)?;
        }
        scenario.until = until;
        if request.regimens && request.until.is_none() {
            tell_after_end(&scenario, own, session);
        }
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

/// A title, or the name of what has none.
pub fn titled<'a>(title: &'a str, name: &'a str) -> &'a str {
    if title.is_empty() { name } else { title }
}

/// A setting as it is read: `weight = 50 kg`, a bare number with the unit that it is in.
pub fn setting(model: &Model, name: &str, value: &str) -> String {
    let unit = model.parameter(name).and_then(|index| model.parameters.get(index)).map_or("1", |one| one.unit.text());
    if unit != "1" && value.parse::<f64>().is_ok() {
        format!("{name} = {value} {unit}")
    } else {
        format!("{name} = {value}")
    }
}

/// What the legend calls a run.
pub fn run_label(request: &Request<'_>, model: usize, run: &RunSpec) -> String {
    if let Some(label) = &run.label {
        return label.clone();
    }
    let own = &request.models[model];
    let title = |name: &String| match regimen_named(own, name) {
        Some(regimen) => titled(&regimen.title, &regimen.name).to_string(),
        None => "no dose".to_string(),
    };
    let mut parts: Vec<String> = run.regimen.iter().map(title).chain(run.dose.iter().cloned()).collect();
    if parts.is_empty() {
        parts.push("no dose".to_string());
    }
    let perturbed = run.perturbations.iter().filter_map(|name| own.perturbation(name));
    parts.extend(perturbed.map(|one| titled(&one.title, &one.name).to_string()));
    parts.extend(run.set.iter().map(|(name, value)| setting(own, name, value)));
    let text = parts.join(", ");
    if request.models.len() == 1 {
        return text;
    }
    // Several models: say which, and what is run only if that differs too.
    let what = |run: &RunSpec| (run.regimen.clone(), run.dose.clone(), run.perturbations.clone(), run.set.clone());
    let differ = request.runs.iter().any(|(_, other)| what(other) != what(run));
    let name = titled(&own.title, &own.name).to_string();
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

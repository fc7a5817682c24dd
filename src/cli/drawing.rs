//! From figure arguments to a file: what `plot` and `compare` share.

use super::arguments::{FigureArguments, SolverArguments};
use super::output::Destination;
use super::scenario::{american, failed, method_name, positive_time, solver_options, split_setting, tell_warnings};
use super::{Failure, Session};
use crate::analysis::batch::simulate_all;
use crate::analysis::evidence::curve_points;
use crate::diagnostics::{Code, Diagnostic, Report, SourceText};
use crate::figure::compose::{Composition, FigureRun, PublishedPoint, compose};
use crate::figure::scene::{FigureData, ThemeName};
use crate::figure::{self, Layout};
use crate::model::{FigureKind, FigureSpec, Model, RunSpec, Text};
use crate::numerics::float_text::number_text;
use crate::simulation::{Compiled, Keep, Measures, Scenario, Trajectory, take, unknown};

/// What is drawn, and how.
pub struct Request<'a> {
    /// The models, the first of which declares the figure.
    pub models: &'a [Model],
    /// The figure.
    pub spec: &'a FigureSpec,
    /// The runs: which model, and what.
    pub runs: Vec<(usize, RunSpec)>,
    /// Perturbations applied to all runs.
    pub perturb: &'a [String],
    /// Settings applied to all runs.
    pub set: &'a [String],
    /// The end of the time axis, if it was typed.
    pub until: Option<&'a str>,
    /// The drawing.
    pub drawing: &'a FigureArguments,
    /// The solver.
    pub solver: &'a SolverArguments,
}

/// Formats of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The layout itself.
    Svg,
    /// Pixels.
    Png,
    /// A page with selectable text.
    Pdf,
}

impl Format {
    /// By the ending of the destination; stdout is SVG.
    pub fn of(destination: &Destination) -> Result<Format, Failure> {
        match destination.ending().as_deref() {
            None if matches!(destination, Destination::Stdout) => Ok(Format::Svg),
            Some("svg") => Ok(Format::Svg),
            Some("png") => Ok(Format::Png),
            Some("pdf") => Ok(Format::Pdf),
            ending => Err(Failure::usage(
                Diagnostic::error(
                    Code::UnknownFormat,
                    ending.map_or_else(
                        || "the output file has no ending".to_string(),
                        |ending| format!("a figure cannot be written as `.{ending}`"),
                    ),
                )
                .hint("figures end in .svg, .png or .pdf; tables are printed by `run`"),
            )),
        }
    }
}

/// The figure of a name, or the model's first; a plain one of everything if it declares none.
pub fn choose_figure<'m>(model: &'m Model, name: Option<&str>) -> Result<&'m FigureSpec, Failure> {
    match name {
        Some(name) => model.figure(name).ok_or_else(|| {
            let known: Vec<&str> = model.figures.iter().map(|one| one.name.as_str()).collect();
            Failure::usage(unknown(Code::UnknownFigure, "figure", name, &known))
        }),
        None => model.figures.first().ok_or_else(|| {
            Failure::model(
                Diagnostic::error(Code::UnknownFigure, format!("`{}` declares no figure", model.name))
                    .hint("add `[figures.overview]` with `panels = [ { series = [\"...\"] } ]`"),
            )
        }),
    }
}

/// Runs, composes, draws and writes.
pub fn draw(request: &Request<'_>, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(request.drawing.output.as_deref());
    let format = Format::of(&destination)?;
    destination.check().map_err(Failure::model)?;
    check_drawable(request.spec).map_err(Failure::model)?;
    let theme = request.drawing.theme.as_deref().map(theme).transpose()?;
    let figure = build(request, theme, session)?;
    let layout = figure::draw(&figure).map_err(|error| {
        let diagnostic =
            Diagnostic::error(Code::BadFigure, error.to_string()).at(&request.spec.place, "in this figure");
        Failure::model(diagnostic.hint(error.hint()))
    })?;
    write(&layout, format, request.drawing.width, &destination)
}

/// Refuses what a figure may declare but `plot` does not draw, rather than drawing something else.
fn check_drawable(spec: &FigureSpec) -> Result<(), Diagnostic> {
    let refuse = |what: String, hint: &str| {
        Err(Diagnostic::error(Code::BadFigure, what).at(&spec.place, "in this figure").hint(hint))
    };
    if !matches!(spec.kind, FigureKind::Time | FigureKind::Phase) {
        return refuse(
            format!("figure `{}` is of a kind that is read but not drawn yet", spec.name),
            "`time` and `phase` are drawn; `kascade sweep ... -o x.svg` draws dose-response and heat maps",
        );
    }
    if let Some(model) = spec.runs.iter().find_map(|run| run.model.as_ref()) {
        return refuse(
            format!("figure `{}` runs another model, `{model}`, which is not done yet", spec.name),
            "`kascade compare MODEL MODEL` draws several models in one figure",
        );
    }
    match &spec.theme {
        Some(name) if ThemeName::from_name(name).is_none() => refuse(
            format!("figure `{}` asks for an unknown theme `{name}`", spec.name),
            "the themes are `slide`, `dark`, `paper` and `paper-wide`",
        ),
        _ => Ok(()),
    }
}

/// The theme of a name.
pub fn theme(name: &str) -> Result<ThemeName, Failure> {
    ThemeName::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = ThemeName::ALL.iter().map(|theme| theme.name()).collect();
        Failure::usage(unknown(Code::BadArgument, "theme", name, &known))
    })
}

/// Writes a layout in a format.
pub fn write(layout: &Layout, format: Format, width: Option<u32>, destination: &Destination) -> Result<(), Failure> {
    let export = |error: figure::FigureError| {
        Failure::model(Diagnostic::error(Code::BadFigure, error.to_string()).hint(error.hint()))
    };
    let bytes = match (format, width) {
        (Format::Svg, _) => layout.svg().as_bytes().to_vec(),
        (Format::Png, Some(width)) => layout.png(width).map_err(export)?,
        (Format::Png, None) => layout.png_scaled(2.0).map_err(export)?,
        (Format::Pdf, _) => layout.pdf().map_err(export)?,
    };
    Ok(destination.write(&bytes)?)
}

fn build(request: &Request<'_>, theme: Option<ThemeName>, session: &Session) -> Result<FigureData, Failure> {
    let main = &request.models[0];
    let options = solver_options(request.solver)?;
    let until = match request.until {
        Some(text) => positive_time("--until", text, main)?,
        None => request.spec.until.or(main.until).unwrap_or(24.0),
    };
    let names: Vec<String> = request.runs.iter().enumerate().map(|(index, (_, run))| run_name(run, index)).collect();
    let caption = Caption::read(request.spec.caption.as_ref(), main, &names).map_err(Failure::Model)?;
    let compiled: Vec<Compiled<'_>> = request
        .models
        .iter()
        .enumerate()
        .map(|(index, model)| Compiled::new(model, if index == 0 { &caption.measures.subjects } else { &[] }))
        .collect();
    let mut scenarios = Vec::new();
    for (model, run) in &request.runs {
        let mut scenario = run_scenario(&request.models[*model], run)?;
        for name in request.perturb {
            scenario.add_perturbation(&request.models[*model], name).map_err(Failure::usage)?;
        }
        for setting in request.set {
            let (name, value) = split_setting(setting)?;
            scenario.set(&request.models[*model], name, value).map_err(Failure::usage)?;
        }
        scenario.until = until;
        scenarios.push((*model, scenario));
    }
    let jobs: Vec<(&Compiled<'_>, &Scenario)> =
        scenarios.iter().map(|(model, scenario)| (&compiled[*model], scenario)).collect();
    let mut trajectories: Vec<Trajectory<'_>> = Vec::new();
    for ((model, _), result) in scenarios.iter().zip(simulate_all(&jobs, &options, Keep::Everything)) {
        let trajectory = result.map_err(|error| failed(&error, &compiled[*model]))?;
        tell_warnings(&trajectory.finish.warnings, &compiled[*model], session);
        trajectories.push(trajectory);
    }
    let runs: Vec<FigureRun<'_, '_>> = request
        .runs
        .iter()
        .zip(&trajectories)
        .map(|((model, run), trajectory)| FigureRun {
            label: run_label(request, *model, run),
            regimen: run.regimen.clone(),
            trajectory,
        })
        .collect();
    let mut settings = vec![
        ("figure".to_string(), request.spec.name.clone()),
        ("solver".to_string(), method_name(options.method).to_string()),
        ("rtol".to_string(), number_text(options.relative_tolerance)),
    ];
    settings.extend(request.perturb.iter().map(|name| ("perturb".to_string(), name.clone())));
    settings.extend(request.set.iter().map(|setting| ("set".to_string(), setting.clone())));
    let points = published(main, request.spec)?;
    Ok(compose(&Composition {
        model: main,
        spec: request.spec,
        runs: &runs,
        points: &points,
        caption: caption.filled(&trajectories),
        theme,
        until,
        settings,
    }))
}

/// The published points that the figure's panels ask for; one that is asked for and not there is an error in its line.
fn published(model: &Model, spec: &FigureSpec) -> Result<Vec<PublishedPoint>, Failure> {
    let wanted: Vec<&Text> = spec.panels.iter().flat_map(|panel| &panel.evidence).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let points = curve_points(model, &super::evidence::rows()?);
    for id in &wanted {
        if !model.evidence.iter().any(|statement| statement.id == id.text) {
            let known: Vec<&str> = points.iter().map(|point| point.id.as_str()).collect();
            return Err(Failure::model(
                unknown(Code::BadFigure, "evidence", &id.text, &known).at(&id.place, "not stated"),
            ));
        }
    }
    let asked = points.into_iter().filter(|point| wanted.iter().any(|id| id.text == point.id));
    Ok(asked
        .map(|point| PublishedPoint {
            id: point.id,
            quantity: point.quantity,
            regimen: point.regimen,
            time: point.time,
            value: point.value,
            range: point.range,
            cite: point.cite,
        })
        .collect())
}

/// The scenario of a declared run.
pub fn run_scenario(model: &Model, run: &RunSpec) -> Result<Scenario, Failure> {
    let mut scenario = Scenario::undosed(model);
    if let Some(name) = &run.regimen {
        scenario.add_regimen(model, &american(name)).map_err(Failure::usage)?;
    }
    for dose in &run.dose {
        scenario.add_doses(model, &SourceText::new("dose", dose.as_str())).map_err(Failure::usage)?;
    }
    for name in &run.perturbations {
        scenario.add_perturbation(model, name).map_err(Failure::usage)?;
    }
    for (name, value) in &run.set {
        scenario.set(model, name, value).map_err(Failure::usage)?;
    }
    Ok(scenario)
}

/// What a caption calls a run: its regimen, or `run1`, `run2`.
fn run_name(run: &RunSpec, index: usize) -> String {
    run.regimen.clone().unwrap_or_else(|| format!("run{}", index + 1))
}

/// What the legend calls a run.
fn run_label(request: &Request<'_>, model: usize, run: &RunSpec) -> String {
    if let Some(label) = &run.label {
        return label.clone();
    }
    let own = &request.models[model];
    let regimen = run.regimen.as_deref().and_then(|name| own.regimen(&american(name))).map(|one| one.title.clone());
    let mut parts: Vec<String> = regimen.into_iter().chain(run.dose.iter().cloned()).collect();
    parts.extend(run.perturbations.iter().filter_map(|name| own.perturbation(name)).map(|one| one.title.clone()));
    if parts.is_empty() {
        parts.push("no dose".to_string());
    }
    let text = parts.join(", ");
    if request.models.len() == 1 {
        return text;
    }
    // Several models: say which, and the regimen only if there are several of these too.
    let regimens: std::collections::HashSet<&Option<String>> =
        request.runs.iter().map(|(_, run)| &run.regimen).collect();
    let name = if own.title.is_empty() { own.name.clone() } else { own.title.clone() };
    if regimens.len() > 1 { format!("{name}: {text}") } else { name }
}

/// A caption in pieces: words, and numbers to be worked out.
struct Caption {
    words: Vec<String>,
    measures: Measures,
}

impl Caption {
    /// Cuts at `{...}`; each is an outcome, whose runs are named by regimen.
    fn read(text: Option<&Text>, model: &Model, runs: &[String]) -> Result<Caption, Report> {
        let mut caption = Caption { words: Vec::new(), measures: Measures::default() };
        let Some(text) = text else { return Ok(caption) };
        let names: Vec<&str> = runs.iter().map(String::as_str).collect();
        let mut rest = text.text.as_str();
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else { break };
            caption.words.push(rest[..open].to_string());
            let inner = &rest[open + 1..open + length];
            caption.measures.add(&SourceText::new("caption", inner), model, &names).map_err(|report| {
                // Point into the model file, where the author can mend it.
                let offset = text.text.len() - rest.len() + open + 1;
                let mut list = report.list;
                for one in &mut list {
                    if let Some(place) = &one.place {
                        one.place = Some(text.part(offset + place.span.start..offset + place.span.end));
                    }
                }
                Report { list }
            })?;
            rest = &rest[open + length + 1..];
        }
        caption.words.push(rest.to_string());
        Ok(caption)
    }

    /// The caption with three significant digits a number.
    fn filled(&self, trajectories: &[Trajectory<'_>]) -> String {
        let runs: Vec<&Trajectory<'_>> = trajectories.iter().collect();
        let values = if self.measures.list.is_empty() { Vec::new() } else { take(&self.measures, &runs) };
        let mut text = String::new();
        for (index, words) in self.words.iter().enumerate() {
            text.push_str(words);
            if let (Some(value), Some((_, unit))) = (values.get(index), self.measures.list.get(index)) {
                text.push_str(&super::table::rounded(unit.from_internal(*value), 3));
                if unit.text() != "1" {
                    text.push('\u{2009}');
                    text.push_str(unit.text());
                }
            }
        }
        text
    }
}

//! From figure arguments to a file: what `plot` and `compare` share.

mod caption;
mod curves;
mod evidence;
mod outcomes;
mod runs;

pub use evidence::chart;
pub use runs::{Prepared, prepare};
use runs::{setting, titled};

use super::arguments::{FigureArguments, SolverArguments};
use super::output::Destination;
use super::scenario::{method_name, positive_time};
use super::{Failure, Session};
use crate::diagnostics::{Code, Diagnostic, SourceText};
use crate::figure::checks::faults;
use crate::figure::compose::Sheet;
use crate::figure::scene::{FigureData, ThemeName};
use crate::figure::{self, FigureError, Layout, film};
use crate::model::{FigureKind, FigureSpec, Model, RunSpec, library};
use crate::numerics::float_text::number_text;
use crate::simulation::{SolverOptions, unknown, unknown_of};
use std::sync::Arc;

/// What is drawn, and how.
pub struct Request<'a> {
    /// The models, the first of which declares the figure.
    pub models: &'a [Model],
    /// Their texts.
    pub sources: &'a [Option<Arc<SourceText>>],
    /// The figure.
    pub spec: &'a FigureSpec,
    /// The runs: which model, and what.
    pub runs: &'a [(usize, RunSpec)],
    /// Whether the runs are not those that the figure declares.
    pub typed: bool,
    /// Whether regimens were typed.
    pub regimens: bool,
    /// Perturbations applied to all runs.
    pub perturb: &'a [String],
    /// Settings applied to all runs.
    pub set: &'a [String],
    /// The end of the time axis, if it was typed.
    pub until: Option<&'a str>,
    /// Whether an SVG shall move.
    pub animate: bool,
    /// Whether words that cannot be read are a failure.
    pub proofread: bool,
    /// The drawing.
    pub drawing: &'a FigureArguments,
    /// The solver.
    pub solver: &'a SolverArguments,
}

impl Request<'_> {
    /// Whether something else is drawn than the figure declares, so that its words no longer tell what is seen.
    fn changed(&self) -> bool {
        self.typed || !self.perturb.is_empty() || !self.set.is_empty() || self.until.is_some()
    }
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
    /// A film.
    Gif,
}

impl Format {
    /// By the ending of the destination; stdout is SVG.
    pub fn of(destination: &Destination) -> Result<Format, Failure> {
        match destination.ending().as_deref() {
            None if matches!(destination, Destination::Stdout) => Ok(Format::Svg),
            Some("svg") => Ok(Format::Svg),
            Some("png") => Ok(Format::Png),
            Some("pdf") => Ok(Format::Pdf),
            Some("gif") => Ok(Format::Gif),
            ending => Err(Failure::usage(
                Diagnostic::error(
                    Code::UnknownFormat,
                    ending.map_or_else(
                        || "the output file has no ending".to_string(),
                        |ending| format!("a figure cannot be written as `.{ending}`"),
                    ),
                )
                .hint("figures end in .svg, .png or .pdf, films in .gif; tables are printed by `run`"),
            )),
        }
    }
}

/// The figure of a name, or the model's first.
pub fn choose_figure<'m>(model: &'m Model, name: Option<&str>) -> Result<&'m FigureSpec, Failure> {
    match name {
        Some(name) => model.figure(name).ok_or_else(|| {
            let known: Vec<&str> = model.figures.iter().map(|one| one.name.as_str()).collect();
            Failure::usage(unknown_of(model, Code::UnknownFigure, "figure", name, &known))
        }),
        None => model.figures.first().ok_or_else(|| {
            Failure::model(Diagnostic::error(Code::UnknownFigure, format!("`{}` declares no figure", model.name)).hint(
                match library::find(&model.name) {
                    Some(_) => format!("`kascade run {}` prints its table", model.name),
                    None => "add `[figures.overview]` with `panels = [ { series = [\"...\"] } ]`".to_string(),
                },
            ))
        }),
    }
}

/// Runs, composes, draws and writes.
pub fn draw(request: &Request<'_>, session: &Session) -> Result<(), Failure> {
    let destination = Destination::new(request.drawing.output.as_deref());
    let format = Format::of(&destination)?;
    destination.check().map_err(Failure::model)?;
    let theme = match &request.drawing.theme {
        Some(name) => Some(theme(name)?),
        None => request.spec.theme.as_deref().and_then(ThemeName::from_name),
    };
    if request.drawing.width.is_some() && matches!(format, Format::Svg | Format::Pdf) {
        session.say("note: `--width` is the width of a .png or .gif; this figure has none in pixels");
    }
    let moves = request.animate || format == Format::Gif;
    if moves {
        moving(request.spec, format)?;
    }
    if request.spec.kind == FigureKind::Evidence {
        own_runs(request)?;
    }
    let data = match request.spec.kind {
        FigureKind::Cascade if moves => {
            let film = curves::film(request, theme, session)?;
            let refused = |error: FigureError| Failure::model(refusal(&error, request.spec, &film.figure));
            let bytes = match format {
                Format::Gif => film::gif(&film, request.drawing.width.unwrap_or(FILM_WIDTH)).map_err(refused)?,
                _ => film::animated_svg(&film).map_err(refused)?.into_bytes(),
            };
            return Ok(destination.write(&bytes)?);
        }
        FigureKind::Time | FigureKind::Phase | FigureKind::Cascade => curves::figure(request, theme, session)?,
        FigureKind::DoseResponse | FigureKind::HeatMap => outcomes::figure(request, theme, session)?,
        FigureKind::Evidence => evidence::figure(request, theme)?,
    };
    let layout = figure::draw(&data).map_err(|error| Failure::model(refusal(&error, request.spec, &data)))?;
    write(&layout, format, request.drawing.width, &destination)?;
    if request.proofread { proofread(&layout, request.spec) } else { Ok(()) }
}

/// Refuses to change the runs of a figure whose statements name them.
fn own_runs(request: &Request<'_>) -> Result<(), Failure> {
    let typed = [
        ("--regimen", request.regimens),
        ("--perturb", !request.perturb.is_empty()),
        ("--set", !request.set.is_empty()),
        ("--until", request.until.is_some()),
    ];
    match typed.iter().find(|(_, typed)| *typed) {
        Some((option, _)) => Err(Failure::usage(
            Diagnostic::error(
                Code::BadArgument,
                format!("`{option}` means nothing to figure `{}`, which is of kind `evidence`", request.spec.name),
            )
            .hint("the statements name their own runs"),
        )),
        None => Ok(()),
    }
}

/// Fails with what cannot be read in a layout: words on words or on marks, outside, or too faint.
fn proofread(layout: &Layout, spec: &FigureSpec) -> Result<(), Failure> {
    let faults = faults(layout.display_list(), layout.width(), layout.height());
    if faults.is_empty() {
        return Ok(());
    }
    let told = Diagnostic::error(Code::BadFigure, format!("figure `{}` is hard to read in places", spec.name))
        .at(&spec.place, "in this figure");
    Err(Failure::model(faults.iter().fold(told, |told, fault| told.note(fault.to_string()))))
}

/// Pixels across a film, where nobody says how many.
const FILM_WIDTH: u32 = 960;

/// Refuses to animate what does not move, and formats that cannot.
fn moving(spec: &FigureSpec, format: Format) -> Result<(), Failure> {
    if spec.kind != FigureKind::Cascade {
        return Err(Failure::usage(
            Diagnostic::error(
                Code::BadFigure,
                format!("figure `{}` is of kind `{}` and does not move", spec.name, spec.kind.word()),
            )
            .hint("cascades (`kind = \"cascade\"`) can be animated, as .gif or as .svg"),
        ));
    }
    match format {
        Format::Gif | Format::Svg => Ok(()),
        Format::Png | Format::Pdf => Err(Failure::usage(
            Diagnostic::error(Code::UnknownFormat, "only .gif and .svg can move")
                .hint("leave out `--animate` for a still picture"),
        )),
    }
}

/// Why a declared figure cannot be drawn, at the line of the panel or axis that is at fault.
fn refusal(error: &FigureError, spec: &FigureSpec, data: &FigureData) -> Diagnostic {
    let panel = error
        .panel()
        .and_then(|title| data.panels.iter().position(|panel| panel.title == title))
        .and_then(|index| spec.panels.get(index));
    let axis = panel.and_then(|panel| match error.axis()? {
        "x" => panel.x.as_ref().unwrap_or(&spec.x).place.as_ref(),
        "y" => panel.y.place.as_ref(),
        "right" => panel.right.as_ref()?.place.as_ref(),
        _ => None,
    });
    let (place, words) = match (axis, panel) {
        (Some(axis), _) => (axis, "this axis"),
        (None, Some(panel)) => (&panel.place, "in this panel"),
        (None, None) => (&spec.place, "in this figure"),
    };
    Diagnostic::error(Code::BadFigure, error.to_string()).at(place, words).hint(error.hint())
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
    let export =
        |error: FigureError| Failure::model(Diagnostic::error(Code::BadFigure, error.to_string()).hint(error.hint()));
    let bytes = match (format, width) {
        (Format::Svg, _) => layout.svg().as_bytes().to_vec(),
        (Format::Png, Some(width)) => layout.png(width).map_err(export)?,
        (Format::Png, None) => layout.png_scaled(2.0).map_err(export)?,
        (Format::Pdf, _) => layout.pdf().map_err(export)?,
        (Format::Gif, _) => {
            return Err(Failure::usage(
                Diagnostic::error(Code::UnknownFormat, "this figure does not move").hint("use .svg, .png or .pdf"),
            ));
        }
    };
    Ok(destination.write(&bytes)?)
}

/// The end of the runs: as typed, as the figure says, as the model says.
fn horizon(request: &Request<'_>) -> Result<f64, Failure> {
    let main = &request.models[0];
    let until = match request.until {
        Some(text) => positive_time("--until", text, main)?,
        None => request.spec.until.or(main.until).unwrap_or(24.0),
    };
    match request.spec.from {
        Some(from) if from >= until => Err(Failure::model(
            Diagnostic::error(Code::BadFigure, format!("figure `{}` has an empty time range", request.spec.name))
                .at(&request.spec.place, "it would end before it begins")
                .hint("`until` (or `--until`) must be later than `from`"),
        )),
        _ => Ok(until),
    }
}

/// What surrounds the panels. `run` is the name of the run, if there is only one. The author's words hold for what the
/// author declared: where something else is drawn, the model's title and what is drawn stand in their place.
fn sheet<'a>(
    request: &Request<'a>,
    theme: Option<ThemeName>,
    options: &SolverOptions,
    run: String,
    caption: String,
) -> Sheet<'a> {
    let spec = request.spec;
    let changed = request.changed();
    let mut said = if run.is_empty() { Vec::new() } else { vec![run] };
    said.extend(common(request));
    Sheet {
        model: &request.models[0],
        title: if changed { String::new() } else { spec.title.clone() },
        subtitle: if changed || spec.subtitle.is_empty() { said.join(", ") } else { spec.subtitle.clone() },
        caption: if changed { String::new() } else { caption },
        theme,
        columns: spec.columns,
        letters: spec.letters,
        settings: settings(request, options),
        seed: None,
    }
}

/// What was typed for all runs, in words: the titles of perturbations, then settings as `weight = 50 kg`.
fn common(request: &Request<'_>) -> Vec<String> {
    let model = &request.models[0];
    let perturbed = |name: &String| {
        model.perturbation(name).map_or_else(|| name.clone(), |one| titled(&one.title, &one.name).to_string())
    };
    let set = |text: &String| match text.split_once('=') {
        Some((name, value)) => setting(model, name.trim(), value.trim()),
        None => text.clone(),
    };
    request.perturb.iter().map(perturbed).chain(request.set.iter().map(set)).collect()
}

/// What makes this very figure again, for its metadata.
fn settings(request: &Request<'_>, options: &SolverOptions) -> Vec<(String, String)> {
    let models: Vec<&str> = request.models.iter().map(|model| model.name.as_str()).collect();
    let mut settings =
        vec![("figure".to_string(), request.spec.name.clone()), ("models".to_string(), models.join(", "))];
    if request.spec.kind != FigureKind::Evidence {
        settings.push(("runs".to_string(), runs_text(request)));
        let main = &request.models[0];
        let until = horizon(request).ok().map(|until| number_text(main.time_unit.from_internal(until)));
        settings.extend(until.map(|until| ("until".to_string(), format!("{until} {}", main.time_unit.text()))));
    }
    settings.extend([
        ("solver".to_string(), method_name(options.method).to_string()),
        ("rtol".to_string(), number_text(options.relative_tolerance)),
    ]);
    let typed = [("perturbations", request.perturb), ("set", request.set)];
    settings.extend(
        typed.into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| (name.to_string(), list.join(", "))),
    );
    settings
}

/// The runs in the words of the command line: `ketamine: anesthetic+nbqx weight=50 kg; ketamine: none`.
fn runs_text(request: &Request<'_>) -> String {
    let run = |(model, run): &(usize, RunSpec)| {
        let mut words: Vec<String> = run.regimen.iter().chain(&run.dose).cloned().collect();
        if words.is_empty() {
            words.push("none".to_string());
        }
        let perturbed: String = run.perturbations.iter().map(|name| format!("+{name}")).collect();
        let set: String = run.set.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        let name = request.models.get(*model).map_or("", |model| model.name.as_str());
        format!("{name}: {}{perturbed}{set}", words.join(", "))
    };
    request.runs.iter().map(run).collect::<Vec<_>>().join("; ")
}

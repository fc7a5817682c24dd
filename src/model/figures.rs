//! `[figures.*]`: what `plot` and `compare` draw, as the author asked for it.
//!
//! Names are checked against the model and quantities are converted here, so that a figure's faults point at
//! their line; the figure itself is composed and drawn elsewhere. This file must never draw.

use super::context::Context;
use super::reader::{Section, Text, text_of};
use super::value::Kind;
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::expression::Symbol;
use crate::units::Unit;

/// A figure as declared.
#[derive(Debug, Clone)]
pub struct FigureSpec {
    /// Its name.
    pub name: String,
    /// The line above it.
    pub title: String,
    /// A second line.
    pub subtitle: String,
    /// Text below; `{peak(C)}` stands for a computed number.
    pub caption: Option<Text>,
    /// What kind of figure.
    pub kind: FigureKind,
    /// What is simulated for it.
    pub runs: Vec<RunSpec>,
    /// Panels side by side; `None` lets the layout decide.
    pub columns: Option<usize>,
    /// Theme by name.
    pub theme: Option<String>,
    /// Where the time axis begins and ends, internal units.
    pub from: Option<f64>,
    /// See `from`.
    pub until: Option<f64>,
    /// The axis that panels share.
    pub x: AxisSpec,
    /// Whether a strip above the panels shows the doses.
    pub doses: bool,
    /// Whether panels are lettered.
    pub letters: bool,
    /// The panels, row by row.
    pub panels: Vec<PanelSpec>,
    /// What is varied, for dose-response and heat maps: as written for `sweep --vary`.
    pub vary: Vec<Text>,
    /// What is measured, for dose-response and heat maps.
    pub measure: Vec<Text>,
    /// The times at which a cascade diagram is colored, internal units.
    pub times: Vec<f64>,
    /// Where it is declared.
    pub place: Place,
}

/// Kinds of figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FigureKind {
    /// Curves over time.
    Time,
    /// Outcomes over one varied dose or parameter.
    DoseResponse,
    /// One outcome over two varied ones.
    HeatMap,
    /// One quantity over another.
    Phase,
    /// Measured ranges beside the model.
    Evidence,
    /// The cascade as a diagram, activity as color.
    Cascade,
}

/// One simulation of a figure.
#[derive(Debug, Clone, Default)]
pub struct RunSpec {
    /// What the curve is called; default: the regimen's title.
    pub label: Option<String>,
    /// Another model than the one whose file this is.
    pub model: Option<String>,
    /// The regimen, if any.
    pub regimen: Option<String>,
    /// Doses written out.
    pub dose: Vec<String>,
    /// Perturbations, the last wins.
    pub perturbations: Vec<String>,
    /// Parameters set: name and value as written.
    pub set: Vec<(String, String)>,
}

/// An axis as declared; what is absent the layout decides.
#[derive(Debug, Clone, Default)]
pub struct AxisSpec {
    /// Its words.
    pub label: Option<String>,
    /// Its unit.
    pub unit: Option<Unit>,
    /// Its scale.
    pub scale: Option<ScaleSpec>,
    /// Where it begins, internal units.
    pub from: Option<f64>,
    /// Where it ends, internal units.
    pub until: Option<f64>,
}

/// Scales of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScaleSpec {
    /// Even.
    Linear,
    /// Logarithmic.
    Log,
    /// Logarithmic on both sides of zero, even within `linear` (internal units).
    SymLog {
        /// Half the width of the even part.
        linear: f64,
    },
    /// Two scales with a visible break: up to `at` (internal time) on the left `share` of the width.
    Broken {
        /// Where it breaks, internal units.
        at: f64,
        /// The share of the width left of the break.
        share: f64,
    },
}

/// One panel.
#[derive(Debug, Clone)]
pub struct PanelSpec {
    /// The words above it.
    pub title: String,
    /// How many columns it spans.
    pub span: usize,
    /// Its curves.
    pub series: Vec<SeriesSpec>,
    /// What is on the horizontal axis instead of time (phase portraits).
    pub against: Option<String>,
    /// The vertical axis.
    pub y: AxisSpec,
    /// The axis on the right, for series with `axis = "right"`.
    pub right: Option<AxisSpec>,
    /// The horizontal axis, where it differs from the figure's.
    pub x: Option<AxisSpec>,
    /// Shaded ranges.
    pub bands: Vec<BandSpec>,
    /// Ribbons between two series.
    pub ribbons: Vec<RibbonSpec>,
    /// Words in the panel.
    pub annotations: Vec<AnnotationSpec>,
    /// Evidence entries drawn as points.
    pub evidence: Vec<Text>,
    /// Where it is declared.
    pub place: Place,
}

/// One curve.
#[derive(Debug, Clone)]
pub struct SeriesSpec {
    /// A state or a quantity.
    pub show: String,
    /// What it is called; default: its `about`.
    pub label: Option<String>,
    /// A dash pattern by name.
    pub style: Option<String>,
    /// Whether it is measured on the right axis.
    pub right: bool,
    /// Only for this run (by regimen), if given.
    pub only: Option<String>,
}

/// A shaded range, or a line if both ends are one.
#[derive(Debug, Clone)]
pub struct BandSpec {
    /// Lower end, internal units.
    pub from: f64,
    /// Upper end, internal units.
    pub until: f64,
    /// Its words.
    pub label: String,
    /// Whether it lies on the time axis.
    pub along_time: bool,
}

/// A shaded area between two series.
#[derive(Debug, Clone)]
pub struct RibbonSpec {
    /// The lower series.
    pub low: String,
    /// The upper series.
    pub high: String,
    /// Its words.
    pub label: String,
}

/// Words at a point.
#[derive(Debug, Clone)]
pub struct AnnotationSpec {
    /// When, internal units.
    pub at: f64,
    /// How high, internal units.
    pub y: f64,
    /// The words.
    pub text: String,
}

/// Reads all figures.
pub fn read(
    section: &Section<'_>,
    context: &Context<'_>,
    regimens: &[&str],
    perturbations: &[&str],
) -> Vec<FigureSpec> {
    let mut figures = Vec::new();
    for (name, place, value) in section.entries() {
        let Kind::Table(table) = &value.kind else {
            context.log.push(
                Diagnostic::error(Code::WrongType, format!("`figures.{name}` must be a table"))
                    .at(&value.place, value.type_name()),
            );
            continue;
        };
        let figure = Section::new(table, place, format!("figures.{name}"), context.log);
        figures.push(read_figure(name, place, &figure, context, regimens, perturbations));
        figure.done();
    }
    figures
}

fn read_figure(
    name: &str,
    place: &Place,
    figure: &Section<'_>,
    context: &Context<'_>,
    regimens: &[&str],
    perturbations: &[&str],
) -> FigureSpec {
    let kind = figure
        .choice(
            "kind",
            &[
                ("time", FigureKind::Time),
                ("dose-response", FigureKind::DoseResponse),
                ("heat-map", FigureKind::HeatMap),
                ("phase", FigureKind::Phase),
                ("evidence", FigureKind::Evidence),
                ("cascade", FigureKind::Cascade),
            ],
        )
        .unwrap_or(FigureKind::Time);
    let mut runs: Vec<RunSpec> = figure
        .texts("regimens")
        .into_iter()
        .filter(|text| known(text, "regimen", Code::UnknownRegimen, regimens, context))
        .map(|text| RunSpec { regimen: Some(text.text), ..RunSpec::default() })
        .collect();
    runs.extend(figure.tables("runs").into_iter().map(|run| read_run(run, context, regimens, perturbations)));
    let time_unit = context.time_unit.clone();
    let times = figure
        .list("times")
        .unwrap_or_default()
        .iter()
        .filter_map(|value| context.quantity_of(value, &time_unit, "times").map(|(time, _)| time))
        .collect();
    let spec = FigureSpec {
        name: name.to_string(),
        title: figure.words("title"),
        subtitle: figure.words("subtitle"),
        caption: figure.text("caption"),
        kind,
        runs,
        columns: figure.number("columns").and_then(|(number, place)| whole(number, &place, context)),
        theme: figure.text("theme").map(|text| text.text),
        from: context.time(figure, "from").map(|(time, _)| time),
        until: context.positive_time(figure, "until"),
        x: figure.table("x").map(|axis| read_axis(axis, context, &time_unit, "time")).unwrap_or_default(),
        doses: figure.boolean("doses").unwrap_or(true),
        letters: figure.boolean("letters").unwrap_or(false),
        panels: figure.tables("panels").into_iter().map(|panel| read_panel(panel, context)).collect(),
        vary: figure.texts("vary"),
        measure: figure.texts("measure"),
        times,
        place: place.clone(),
    };
    if let (Some(from), Some(until)) = (spec.from, spec.until)
        && from >= until
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, format!("figure `{name}` has an empty time range"))
                .at(&figure.key_place("until"), "ends before it begins")
                .hint("`until` must be later than `from`"),
        );
    }
    spec
}

fn read_run(run: Section<'_>, context: &Context<'_>, regimens: &[&str], perturbations: &[&str]) -> RunSpec {
    let model = run.text("model").map(|text| text.text);
    let regimen = run
        .text("regimen")
        .filter(|text| model.is_some() || known(text, "regimen", Code::UnknownRegimen, regimens, context));
    let perturbed = run.texts("perturbations");
    let spec = RunSpec {
        label: run.text("label").map(|text| text.text),
        dose: run.texts("dose").into_iter().map(|text| text.text).collect(),
        set: run.table("set").map(|set| read_set(&set)).unwrap_or_default(),
        regimen: regimen.map(|text| text.text),
        perturbations: perturbed
            .into_iter()
            .filter(|text| {
                model.is_some() || known(text, "perturbation", Code::UnknownPerturbation, perturbations, context)
            })
            .map(|text| text.text)
            .collect(),
        model,
    };
    run.done();
    spec
}

/// `set = { CL = 30, V = "20 L" }` as names and values in text; looked up when the run is made.
pub fn read_set(set: &Section<'_>) -> Vec<(String, String)> {
    set.entries()
        .filter_map(|(name, _, value)| match &value.kind {
            Kind::Number(number) => Some((name.to_string(), number.to_string())),
            Kind::Text(text) => Some((name.to_string(), text.clone())),
            _ => {
                set.log.push(
                    Diagnostic::error(Code::WrongType, format!("`{name}` is set to a number, or a text with a unit"))
                        .at(&value.place, format!("this is {}", value.type_name())),
                );
                None
            }
        })
        .collect()
}

/// Whether a text names one of `known`; complains if not.
pub fn known(text: &Text, what: &str, code: Code, known: &[&str], context: &Context<'_>) -> bool {
    if known.contains(&text.text.as_str()) {
        return true;
    }
    context.log.push(
        Diagnostic::error(code, format!("there is no {what} `{}`", text.text))
            .at(&text.place, "unknown")
            .hint_if(did_you_mean(&text.text, known.iter().copied()).map(|near| format!("did you mean `{near}`?"))),
    );
    false
}

fn whole(number: f64, place: &Place, context: &Context<'_>) -> Option<usize> {
    if (1.0..=1000.0).contains(&number) && number.fract() == 0.0 {
        return Some(number as usize);
    }
    context
        .log
        .push(Diagnostic::error(Code::BadValue, "a count is a whole number above zero").at(place, "not a count"));
    None
}

fn read_axis(axis: Section<'_>, context: &Context<'_>, unit: &Unit, what: &str) -> AxisSpec {
    let own = context.unit(&axis, "unit");
    if let Some(own) = &own
        && !own.compatible(unit)
    {
        context.log.push(
            Diagnostic::error(Code::UnitMismatch, format!("the axis is in {} but shows {}", own.text(), unit.text()))
                .at(&axis.key_place("unit"), format!("{what} is in {}", unit.text())),
        );
    }
    let unit = own.clone().filter(|own| own.compatible(unit)).unwrap_or_else(|| unit.clone());
    let from = context.quantity(&axis, "from", &unit);
    let until = context.quantity(&axis, "until", &unit).map(|(value, _)| value);
    let word = axis.choice("scale", &[("linear", 0), ("log", 1), ("symlog", 2), ("broken", 3)]);
    let linear = context.quantity(&axis, "linear", &unit).map(|(value, _)| value);
    let at = context.quantity(&axis, "break", &unit).map(|(value, _)| value);
    let share = axis.number("share").map(|(value, _)| value);
    let scale = match word {
        None => at.map(|at| ScaleSpec::Broken { at, share: share.unwrap_or(0.5) }),
        Some(0) => Some(ScaleSpec::Linear),
        Some(1) => Some(ScaleSpec::Log),
        Some(2) => Some(ScaleSpec::SymLog { linear: linear.unwrap_or_else(|| unit.to_internal(1.0)) }),
        Some(_) => match at {
            Some(at) => Some(ScaleSpec::Broken { at, share: share.unwrap_or(0.5) }),
            None => {
                axis.missing("break");
                None
            }
        },
    };
    if let (Some(ScaleSpec::Log), Some((value, place))) = (scale, &from)
        && *value <= 0.0
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "a logarithmic axis must begin above zero")
                .at(place, "has no logarithm")
                .hint("use `scale = \"symlog\"`, or begin above zero"),
        );
    }
    let from = from.map(|(value, _)| value);
    if let (Some(low), Some(high)) = (from, until)
        && low >= high
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "the axis has an empty range")
                .at(&axis.key_place("until"), "not above `from`"),
        );
    }
    if let Some(ScaleSpec::Broken { share, .. }) = scale
        && !(0.1..=0.9).contains(&share)
    {
        context.log.push(
            Diagnostic::error(Code::BadFigure, "`share` is the part of the width left of the break, 0.1 to 0.9")
                .at(&axis.key_place("share"), ""),
        );
    }
    let spec = AxisSpec { label: axis.text("label").map(|text| text.text), unit: own, scale, from, until };
    axis.done();
    spec
}

fn read_panel(panel: Section<'_>, context: &Context<'_>) -> PanelSpec {
    let mut series = Vec::new();
    for (number, value) in panel.list("series").unwrap_or_default().iter().enumerate() {
        match &value.kind {
            Kind::Text(_) => {
                if let Some(text) = text_of(value)
                    && column(&text, context).is_some()
                {
                    series.push(SeriesSpec { show: text.text, label: None, style: None, right: false, only: None });
                }
            }
            Kind::Table(table) => {
                let path = format!("{}.series[{}]", panel.path(), number + 1);
                let one = Section::new(table, &value.place, path, context.log);
                let show = one.required_text("show");
                let spec = SeriesSpec {
                    label: one.text("label").map(|text| text.text),
                    style: one
                        .choice("style", &["solid", "dashed", "dotted", "dashdot", "longdash"].map(|word| (word, word)))
                        .map(str::to_string),
                    right: one.choice("axis", &[("left", false), ("right", true)]).unwrap_or(false),
                    only: one.text("only").map(|text| text.text),
                    show: show.as_ref().map(|text| text.text.clone()).unwrap_or_default(),
                };
                one.done();
                if show.is_some_and(|text| column(&text, context).is_some()) {
                    series.push(spec);
                }
            }
            _ => context.log.push(
                Diagnostic::error(Code::WrongType, "a series is a name, or a table with `show`")
                    .at(&value.place, format!("this is {}", value.type_name())),
            ),
        }
    }
    let unit_of = |right: bool| {
        series
            .iter()
            .find(|one| one.right == right)
            .and_then(|one| context.names.get(&one.show))
            .map(|name| name.unit.clone())
    };
    for one in &series {
        if let (Some(first), Some(name)) = (unit_of(one.right), context.names.get(&one.show))
            && !first.compatible(&name.unit)
        {
            context.log.push(
                Diagnostic::error(
                    Code::BadFigure,
                    format!("one axis cannot show both {} and {} (`{}`)", first.text(), name.unit.text(), one.show),
                )
                .at(&panel.key_place("series"), "two units on one axis")
                .hint(
                    "move one to the right axis with `{ show = \"...\", axis = \"right\" }`, or to a panel of its own",
                ),
            );
        }
    }
    let unit = unit_of(false).unwrap_or_else(Unit::none);
    let y = panel.table("y").map(|axis| read_axis(axis, context, &unit, "the panel")).unwrap_or_default();
    let shown = y.unit.clone().unwrap_or_else(|| unit.clone());
    let right_unit = unit_of(true).unwrap_or_else(Unit::none);
    let spec = PanelSpec {
        title: panel.words("title"),
        span: panel.number("span").and_then(|(number, place)| whole(number, &place, context)).unwrap_or(1),
        against: panel.text("against").filter(|text| column(text, context).is_some()).map(|text| text.text),
        right: panel.table("right").map(|axis| read_axis(axis, context, &right_unit, "the panel")),
        x: panel.table("x").map(|axis| read_axis(axis, context, &context.time_unit, "time")),
        bands: panel.tables("bands").into_iter().filter_map(|band| read_band(band, context, &shown)).collect(),
        ribbons: panel.tables("ribbons").into_iter().filter_map(|ribbon| read_ribbon(ribbon, context)).collect(),
        annotations: panel
            .tables("annotations")
            .into_iter()
            .filter_map(|one| read_annotation(one, context, &shown))
            .collect(),
        evidence: panel.texts("evidence"),
        place: panel.place().clone(),
        series,
        y,
    };
    panel.done();
    spec
}

fn column(text: &Text, context: &Context<'_>) -> Option<Symbol> {
    match context.names.get(&text.text) {
        Some(name) if matches!(name.symbol, Symbol::State(_) | Symbol::Quantity(_)) => Some(name.symbol),
        Some(_) => {
            context.log.push(
                Diagnostic::error(Code::BadFigure, format!("`{}` is a parameter and has no curve", text.text))
                    .at(&text.place, "states and quantities can be drawn"),
            );
            None
        }
        None => {
            context.log.push(
                Diagnostic::error(Code::UnknownName, format!("the model has no `{}` to draw", text.text))
                    .at(&text.place, "unknown name")
                    .hint_if(context.near_name(&text.text).map(|near| format!("did you mean `{near}`?"))),
            );
            None
        }
    }
}

fn read_band(band: Section<'_>, context: &Context<'_>, unit: &Unit) -> Option<BandSpec> {
    let along_time = band.choice("along", &[("y", false), ("time", true)]).unwrap_or(false);
    let unit = if along_time { &context.time_unit } else { unit };
    let at = context.quantity(&band, "at", unit).map(|(value, _)| value);
    let from = context.quantity(&band, "from", unit).map(|(value, _)| value);
    let until = context.quantity(&band, "until", unit).map(|(value, _)| value);
    let label = band.words("label");
    let spec = match (at, from, until) {
        (Some(at), None, None) => Some(BandSpec { from: at, until: at, label, along_time }),
        (None, Some(from), Some(until)) if from < until => Some(BandSpec { from, until, label, along_time }),
        (None, Some(_), Some(_)) => {
            context.log.push(
                Diagnostic::error(Code::BadFigure, "the band is empty")
                    .at(&band.key_place("until"), "not above `from`"),
            );
            None
        }
        _ => {
            context.log.push(
                Diagnostic::error(Code::BadFigure, "a band has `from` and `until`, a line has `at`")
                    .at(band.place(), "neither is complete"),
            );
            None
        }
    };
    band.done();
    spec
}

fn read_ribbon(ribbon: Section<'_>, context: &Context<'_>) -> Option<RibbonSpec> {
    let low = ribbon.required_text("low").filter(|text| column(text, context).is_some());
    let high = ribbon.required_text("high").filter(|text| column(text, context).is_some());
    let label = ribbon.words("label");
    ribbon.done();
    Some(RibbonSpec { low: low?.text, high: high?.text, label })
}

fn read_annotation(one: Section<'_>, context: &Context<'_>, unit: &Unit) -> Option<AnnotationSpec> {
    let at = context.time(&one, "at");
    let y = context.quantity(&one, "y", unit);
    let text = one.required_text("text");
    for (key, there) in [("at", at.is_some()), ("y", y.is_some())] {
        if !there && !one.has(key) {
            one.missing(key);
        }
    }
    one.done();
    Some(AnnotationSpec { at: at?.0, y: y?.0, text: text?.text })
}

//! From a declared figure and the trajectories made for it to [`FigureData`]: curves sampled, units converted, styles
//! given, evidence laid over.
//!
//! One rule of style: a color (with its dash) is a run. Where a panel shows several quantities of several runs, a dash is
//! a quantity, and in the whole figure a run is a color with a marker, so that no dash has two meanings and gray print
//! still tells the runs apart. The legend tells the runs once, above all panels. This file must never run a solver or draw.

use super::scene::{
    Along, Annotation, Axis, AxisKind, Band, Content, Dash, DoseStrip, EvidencePoint, FigureData, Ink, Key,
    LabelPlacement, Marker, Metadata, Panel, Plot, Ribbon, Scale, Series, Side, Source, StripDose, StripRow, Style,
    ThemeName, Threshold,
};
use crate::analysis::curve_points::CurvePoint;
use crate::model::{AxisSpec, Column, FigureKind, FigureSpec, Model, PanelSpec, ScaleSpec, SeriesSpec};
use crate::simulation::{Observer, Trajectory};
use crate::solver::Side as JumpSide;
use crate::units::Unit;

/// One simulated run of a figure.
pub struct FigureRun<'t, 'm> {
    /// What it is called.
    pub label: String,
    /// The regimen it ran, for series with `only`.
    pub regimen: Option<String>,
    /// Whether nothing but the regimen makes it: published points lie on such a curve.
    pub plain: bool,
    /// Its result, with everything kept.
    pub trajectory: &'t Trajectory<'m>,
}

/// What a figure is composed of.
pub struct Composition<'a, 't, 'm> {
    /// What surrounds the panels, with the model whose file declares the figure.
    pub sheet: Sheet<'a>,
    /// The figure as declared.
    pub spec: &'a FigureSpec,
    /// The runs, in order.
    pub runs: &'a [FigureRun<'t, 'm>],
    /// Published points for panels with evidence.
    pub points: &'a [CurvePoint],
    /// Where the time axis ends, internal time.
    pub until: f64,
}

impl Composition<'_, '_, '_> {
    /// The stretch of time that is shown, internal time.
    pub fn range(&self) -> (f64, f64) {
        (self.spec.from.unwrap_or(0.0), self.until)
    }
}

/// Points along a linear stretch of the time axis; the drawing thins them to what can be seen.
const SAMPLES: usize = 500;
/// Points a decade along a logarithmic one.
const SAMPLES_A_DECADE: f64 = 80.0;

/// Composes a figure of time courses or a phase portrait.
pub fn compose(composition: &Composition<'_, '_, '_>) -> FigureData {
    let Composition { sheet, spec, runs, .. } = composition;
    let (from, until) = composition.range();
    let mut sources: Vec<Source> = Vec::new();
    let panels: Vec<Panel> =
        spec.panels.iter().map(|panel| compose_panel(composition, panel, from, until, &mut sources)).collect();
    let several = runs.len() > 1;
    let keys = if several {
        let style = |index: usize| if dashes_are_quantities(spec, runs) { marked(index) } else { Style::nth(index) };
        runs.iter().enumerate().map(|(index, run)| Key { name: run.label.clone(), style: style(index) }).collect()
    } else {
        Vec::new()
    };
    FigureData {
        sources,
        panels,
        keys,
        strip: if spec.doses && spec.kind == FigureKind::Time {
            dose_strip(sheet.model, runs, from, until)
        } else {
            DoseStrip::default()
        },
        share_x: true,
        ..sheet.data()
    }
}

/// Whether a dash tells a quantity of this figure and not a run: some panel has several of both.
fn dashes_are_quantities(spec: &FigureSpec, runs: &[FigureRun<'_, '_>]) -> bool {
    let several = |panel: &PanelSpec| panel.series.iter().filter(|series| series.only.is_none()).count() > 1;
    runs.len() > 1 && spec.panels.iter().any(several)
}

/// The style of a run whose dash is taken: its color, and a marker.
fn marked(index: usize) -> Style {
    Style { ink: Ink::Series(index), ..Style::default() }.with_marker(index)
}

/// Markers along a curve that has them instead of a dash.
const SPARSE: usize = 5;

/// What surrounds the panels of any figure of a model.
pub struct Sheet<'a> {
    /// The model.
    pub model: &'a Model,
    /// The line above; the model's title if empty.
    pub title: String,
    /// A second line.
    pub subtitle: String,
    /// The text below, its numbers filled in.
    pub caption: String,
    /// The theme; the default one if absent.
    pub theme: Option<ThemeName>,
    /// Panels side by side; `None` lets the layout decide.
    pub columns: Option<usize>,
    /// Whether panels are lettered.
    pub letters: bool,
    /// Settings for the metadata.
    pub settings: Vec<(String, String)>,
    /// The seed, where random numbers were used.
    pub seed: Option<u64>,
}

impl Sheet<'_> {
    /// A figure without panels.
    pub fn data(&self) -> FigureData {
        let Sheet { model, .. } = self;
        FigureData {
            title: if self.title.is_empty() { model.title.clone() } else { self.title.clone() },
            subtitle: self.subtitle.clone(),
            caption: self.caption.clone(),
            metadata: Metadata {
                version: env!("CARGO_PKG_VERSION").to_string(),
                model: model.name.clone(),
                model_hash: model.hash.clone(),
                settings: self.settings.clone(),
                seed: self.seed,
            },
            footer: footer(model),
            theme: self.theme.unwrap_or_default(),
            columns: self.columns.unwrap_or(0),
            letters: self.letters,
            ..FigureData::default()
        }
    }
}

/// The gray lines below every figure.
pub fn footer(model: &Model) -> Vec<String> {
    vec![format!(
        "kascade {}, model {} ({}). For teaching and research; not medical advice.",
        env!("CARGO_PKG_VERSION"),
        model.name,
        &model.hash[..model.hash.len().min(8)]
    )]
}

fn compose_panel(
    composition: &Composition<'_, '_, '_>,
    panel: &PanelSpec,
    from: f64,
    until: f64,
    sources: &mut Vec<Source>,
) -> Panel {
    let Composition { spec, runs, .. } = composition;
    let model = composition.sheet.model;
    let against = panel.against.as_deref().and_then(|name| model.column(name));
    // In a phase portrait the panel's own axis is that of the other quantity.
    let x_spec = if against.is_some() { &spec.x } else { panel.x.as_ref().unwrap_or(&spec.x) };
    let x = time_axis(x_spec, &model.time_unit, from, until);
    let unit = panel_unit(model, panel, false);
    let right_unit = panel_unit(model, panel, true);
    let shown: Vec<(usize, &SeriesSpec, Column)> = panel
        .series
        .iter()
        .enumerate()
        .filter_map(|(index, series)| Some((index, series, model.column(&series.show.text)?)))
        .collect();
    let mut plot = Plot {
        x,
        y: value_axis(&panel.y, &unit),
        y_right: panel
            .series
            .iter()
            .any(|series| series.right)
            .then(|| value_axis(&panel.right.clone().unwrap_or_default(), &right_unit)),
        ..Plot::default()
    };
    let range = plot.x.range.unwrap_or((from, until));
    let time = plot.x.clone();
    let abscissa = against.map(|column| {
        let own = panel.x.as_ref().and_then(|axis| axis.unit.clone());
        (column, own.unwrap_or_else(|| model.column_unit(column).clone()))
    });
    if let Some((column, unit)) = &abscissa {
        let mut axis = value_axis(&panel.x.clone().unwrap_or_default(), unit);
        if axis.label.is_empty() {
            axis.label = sentence(model.column_about(*column), model.column_name(*column));
        }
        plot.x = axis;
    }
    let single_run = runs.len() == 1;
    let by_marker = dashes_are_quantities(spec, runs);
    for (run_index, run) in runs.iter().enumerate() {
        let times = sample_times(run.trajectory, &time, range, model);
        let wanted: Vec<Column> = shown.iter().map(|(_, _, column)| *column).chain(against).collect();
        let curves = sample(run.trajectory, model, &wanted, &times);
        for (place, (index, series, _)) in shown.iter().enumerate() {
            if series.only.is_some() && series.only != run.regimen {
                continue;
            }
            let side_unit = if series.right { &right_unit } else { &unit };
            let name =
                series.label.clone().unwrap_or_else(|| sentence(model.column_about(shown[place].2), &series.show.text));
            let name = if shown.len() > 1 && run_index == 0 { name } else { String::new() };
            let style = Style {
                ink: Ink::Series(if single_run { *index } else { run_index }),
                dash: match &series.style {
                    Some(word) => dash(word),
                    None if shown.len() > 1 || single_run => Dash::ALL[index % Dash::ALL.len()],
                    None if by_marker => Dash::Solid,
                    None => Style::nth(run_index).dash,
                },
                marker: if by_marker { marked(run_index).marker } else { None },
                ..Style::default()
            };
            plot.series.push(Series {
                label: if name.is_empty() { LabelPlacement::Hidden } else { LabelPlacement::Auto },
                name,
                style,
                x: match &abscissa {
                    Some((_, own)) => {
                        curves[wanted.len() - 1].iter().map(|(_, value)| own.from_internal(*value)).collect()
                    }
                    None => curves[place].iter().map(|(time, _)| shown_time(*time, model)).collect(),
                },
                y: curves[place].iter().map(|(_, value)| side_unit.from_internal(*value)).collect(),
                unit: String::new(),
                side: if series.right { Side::Right } else { Side::Left },
                direction_marks: if against.is_some() { 3 } else { 0 },
                markers: SPARSE,
            });
        }
        for ribbon in &panel.ribbons {
            if let (Some(low), Some(high)) = (model.column(&ribbon.low), model.column(&ribbon.high)) {
                let curves = sample(run.trajectory, model, &[low, high], &times);
                plot.ribbons.push(Ribbon {
                    name: if run_index == 0 { ribbon.label.clone() } else { String::new() },
                    ink: Ink::Series(run_index),
                    x: curves[0].iter().map(|(time, _)| shown_time(*time, model)).collect(),
                    lower: curves[0].iter().map(|(_, value)| unit.from_internal(*value)).collect(),
                    upper: curves[1].iter().map(|(_, value)| unit.from_internal(*value)).collect(),
                    unit: String::new(),
                });
            }
        }
    }
    add_bands(panel, &unit, model, &mut plot);
    for one in &panel.annotations {
        let column = shown.first().map(|(_, _, column)| *column);
        let curve = |column: Option<Column>| {
            let mut observer = runs.first()?.trajectory.observer();
            observer.go(one.at, JumpSide::Right).then(|| observer.value(column.unwrap_or(Column::State(usize::MAX))))
        };
        let Some(y) = one.y.or_else(|| curve(column)).filter(|y| y.is_finite()) else { continue };
        let x = match &abscissa {
            Some((column, own)) => curve(Some(*column)).map_or(f64::NAN, |x| own.from_internal(x)),
            None => shown_time(one.at, model),
        };
        plot.annotations.push(Annotation { text: one.text.clone(), x, y: unit.from_internal(y), pointer: true });
    }
    add_points(composition, panel, &unit, range, &mut plot, sources);
    Panel { title: panel_title(model, panel), span: panel.span, content: Content::Plot(plot) }
}

/// Bands and thresholds of a panel whose vertical axis is in `unit`.
pub(super) fn add_bands(panel: &PanelSpec, unit: &Unit, model: &Model, plot: &mut Plot) {
    for band in &panel.bands {
        let (along, convert): (Along, Box<dyn Fn(f64) -> f64>) = if band.along_time {
            (Along::X, Box::new(|time| shown_time(time, model)))
        } else {
            (Along::Y, Box::new(|value| unit.from_internal(value)))
        };
        if band.from == band.until {
            plot.thresholds.push(Threshold { along, at: convert(band.from), label: band.label.clone() });
        } else {
            plot.bands.push(Band {
                along,
                from: convert(band.from),
                to: convert(band.until),
                label: band.label.clone(),
            });
        }
    }
}

/// What a panel is called.
pub fn panel_title(model: &Model, panel: &PanelSpec) -> String {
    if !panel.title.is_empty() {
        return panel.title.clone();
    }
    match panel.series.first().and_then(|series| model.column(&series.show.text)) {
        Some(column) => sentence(model.column_about(column), model.column_name(column)),
        None => String::new(),
    }
}

/// What something is, with a capital; its name where the file says nothing.
pub fn sentence(about: &str, name: &str) -> String {
    let text = if about.is_empty() { name } else { about };
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !about.is_empty() => first.to_uppercase().chain(letters).collect(),
        _ => text.to_string(),
    }
}

pub(super) fn dash(word: &str) -> Dash {
    match word {
        "dashed" => Dash::Dashed,
        "dotted" => Dash::Dotted,
        "dashdot" => Dash::DashDot,
        "longdash" => Dash::LongDash,
        _ => Dash::Solid,
    }
}

/// Evidence points of a panel: only those whose quantity is drawn here.
fn add_points(
    composition: &Composition<'_, '_, '_>,
    panel: &PanelSpec,
    unit: &Unit,
    range: (f64, f64),
    plot: &mut Plot,
    sources: &mut Vec<Source>,
) {
    for point in composition.points {
        let named = panel.evidence.iter().any(|id| id.text == point.id);
        let drawn = panel.series.iter().any(|series| series.show.text == point.quantity);
        let time = shown_time(point.time, composition.sheet.model);
        if !named || !drawn || time < range.0 || time > range.1 {
            continue;
        }
        let own = |run: &FigureRun<'_, '_>| run.plain && (point.regimen.is_none() || run.regimen == point.regimen);
        let run = composition.runs.iter().position(own);
        let Some(run) = run else { continue };
        let source = (!point.cite.is_empty()).then(|| {
            sources.iter().position(|source| source.cite == point.cite).unwrap_or_else(|| {
                sources.push(Source { key: point.id.clone(), cite: point.cite.clone() });
                sources.len() - 1
            })
        });
        plot.points.push(EvidencePoint {
            x: time,
            x_range: None,
            y: unit.from_internal(point.value),
            y_range: point.range.map(|(low, high)| (unit.from_internal(low), unit.from_internal(high))),
            ink: Ink::Series(run),
            marker: Marker::ALL[run % Marker::ALL.len()],
            source,
        });
    }
}

/// The unit in which one side of a panel is shown.
pub fn panel_unit(model: &Model, panel: &PanelSpec, right: bool) -> Unit {
    let axis = if right { panel.right.as_ref() } else { Some(&panel.y) };
    if let Some(unit) = axis.and_then(|axis| axis.unit.clone()) {
        return unit;
    }
    panel
        .series
        .iter()
        .find(|series| series.right == right)
        .and_then(|series| model.column(&series.show.text))
        .map_or_else(Unit::none, |column| model.column_unit(column).clone())
}

/// A unit as printed on an axis; nothing for a pure number.
pub fn unit_text(unit: &Unit) -> String {
    if unit.text() == "1" { String::new() } else { unit.text().to_string() }
}

/// The axis of values of a panel as the model's file has it.
pub fn value_axis(spec: &AxisSpec, unit: &Unit) -> Axis {
    Axis {
        label: spec.label.clone().unwrap_or_default(),
        unit: unit_text(unit),
        scale: match spec.scale {
            Some(ScaleSpec::Log) => Scale::Log,
            Some(ScaleSpec::SymLog { linear }) => Scale::SymLog { linear: unit.from_internal(linear) },
            Some(ScaleSpec::Broken { at, share }) => Scale::Broken { split: unit.from_internal(at), share },
            Some(ScaleSpec::Linear) | None => Scale::Linear,
        },
        kind: AxisKind::Number,
        range: match (spec.from, spec.until) {
            (None, None) => None,
            // An open end is taken from the data by the layout.
            (from, until) => Some((
                from.map_or(f64::NAN, |value| unit.from_internal(value)),
                until.map_or(f64::NAN, |value| unit.from_internal(value)),
            )),
        },
    }
}

/// The unit of a time axis is hours; a model without a unit of time keeps its own numbers.
pub fn shown_time(time: f64, model: &Model) -> f64 {
    if is_time(&model.time_unit) { time } else { model.time_unit.from_internal(time) }
}

fn is_time(unit: &Unit) -> bool {
    *unit.dimension() == crate::units::Dimension::TIME
}

/// The time axis of a panel from internal times.
pub fn time_axis(spec: &AxisSpec, unit: &Unit, from: f64, until: f64) -> Axis {
    let real = is_time(unit);
    let show = |time: f64| if real { time } else { unit.from_internal(time) };
    let range = (show(spec.from.unwrap_or(from)), show(spec.until.unwrap_or(until)));
    Axis {
        label: spec.label.clone().unwrap_or_else(|| if real { "Time".to_string() } else { "time".to_string() }),
        unit: String::new(),
        scale: match spec.scale {
            Some(ScaleSpec::Log) => Scale::Log,
            Some(ScaleSpec::SymLog { linear }) => Scale::SymLog { linear: show(linear) },
            // A break beyond the end of this run would leave nothing to break.
            Some(ScaleSpec::Broken { at, share }) if show(at) < range.1 => Scale::Broken { split: show(at), share },
            Some(ScaleSpec::Linear | ScaleSpec::Broken { .. }) | None => Scale::Linear,
        },
        kind: if real { AxisKind::Time } else { AxisKind::Number },
        range: Some(match spec.scale {
            Some(ScaleSpec::Log) if range.0 <= 0.0 => (range.1 / 1e4, range.1),
            _ => range,
        }),
    }
}

/// When a curve is looked at: evenly along the axis as drawn, and at the ends of the solver's steps, so that nothing that
/// the solver saw is missed.
pub(super) fn sample_times(trajectory: &Trajectory<'_>, axis: &Axis, range: (f64, f64), model: &Model) -> Vec<f64> {
    let internal = |time: f64| if is_time(&model.time_unit) { time } else { model.time_unit.to_internal(time) };
    let (from, until) = range;
    let mut times = Vec::new();
    let mut even = |a: f64, b: f64, count: usize| {
        times.extend((0..=count).map(|index| a + (b - a) * index as f64 / count as f64));
    };
    match axis.scale {
        Scale::Log | Scale::SymLog { .. } if from > 0.0 => {
            let decades = crate::numerics::elementary::log10(until / from);
            let count = (decades * SAMPLES_A_DECADE).ceil().max(2.0) as usize;
            let ratio = crate::numerics::elementary::exp(crate::numerics::elementary::ln(until / from) / count as f64);
            let mut time = from;
            for _ in 0..=count {
                times.push(time.min(until));
                time *= ratio;
            }
        }
        Scale::Broken { split, .. } => {
            even(from, split, SAMPLES);
            even(split, until, SAMPLES);
        }
        _ => even(from, until, SAMPLES),
    }
    let mut times: Vec<f64> = times.into_iter().map(internal).collect();
    times.extend(trajectory.recording.pieces().map(|piece| piece.until));
    let end = internal(until).min(trajectory.timeline.end);
    times.retain(|time| *time >= internal(from) && *time <= end);
    times.push(end);
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}

/// The columns of a model in the model of a run: another one may number them differently, lack them, or count them in
/// something else.
pub(super) fn own_columns(trajectory: &Trajectory<'_>, model: &Model, columns: &[Column]) -> Vec<Option<Column>> {
    let own = trajectory.compiled.model;
    let same = |column: &Column| {
        let found = own.column(model.column_name(*column))?;
        own.column_unit(found).compatible(model.column_unit(*column)).then_some(found)
    };
    columns.iter().map(same).collect()
}

/// The curves of several columns at given times, both sides of every jump among them.
pub(super) fn sample(
    trajectory: &Trajectory<'_>,
    model: &Model,
    columns: &[Column],
    times: &[f64],
) -> Vec<Vec<(f64, f64)>> {
    let wanted = own_columns(trajectory, model, columns);
    let mut observer: Observer<'_, '_> = trajectory.observer();
    let mut curves = vec![Vec::with_capacity(times.len() + 8); columns.len()];
    let mut look = |observer: &Observer<'_, '_>, time: f64| {
        for (curve, column) in curves.iter_mut().zip(&wanted) {
            if let Some(column) = column {
                curve.push((time, observer.value(*column)));
            }
        }
    };
    for &time in times {
        let jump = trajectory.recording.jumps.iter().any(|jump| jump.time == time) && time > trajectory.timeline.start;
        if jump && observer.go(time, JumpSide::Left) {
            look(&observer, time);
        }
        if observer.go(time, JumpSide::Right) {
            look(&observer, time);
        }
    }
    curves
}

fn dose_strip(model: &Model, runs: &[FigureRun<'_, '_>], from: f64, until: f64) -> DoseStrip {
    let mut rows = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let own = run.trajectory.compiled.model;
        let mut doses = Vec::new();
        for given in &run.trajectory.timeline.given {
            let route = &own.routes[given.route];
            // Visits and sessions are doses to the program, not to the eye.
            let counts = route.unit.dimension().is_none();
            if counts || given.arrives < from || given.arrives > until || !given.arrives.is_finite() {
                continue;
            }
            let duration = given.infusion.map_or(0.0, |(_, duration)| duration);
            doses.push(StripDose {
                from: shown_time(given.arrives, model),
                until: shown_time((given.arrives + duration).min(until), model),
                label: String::new(),
            });
        }
        if !doses.is_empty() {
            rows.push(StripRow { ink: Ink::Series(index), doses });
        }
    }
    // What all runs are given is told once, in nobody's color.
    if rows.len() == runs.len() && rows.len() > 1 && rows.iter().all(|row| row.doses == rows[0].doses) {
        rows.truncate(1);
        rows[0].ink = Ink::Muted;
    }
    DoseStrip { rows }
}

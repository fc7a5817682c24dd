//! Figures of many runs: dose-response and heat maps.

use super::super::scenario::solver_options;
use super::super::sweep::tell_failures;
use super::super::work::progress;
use super::super::{Failure, Session};
use super::runs::{fault, moved, moved_one, run_label, scenarios};
use super::{Request, horizon, sheet};
use crate::analysis::sweep::{Design, sweep};
use crate::analysis::vary::{Varied, read_varied};
use crate::diagnostics::{Diagnostic, SourceText};
use crate::figure::compose_sweep::{DrawnOutcome, OutcomeHead, OutcomePanel, SweepRun, curves_over, maps_over};
use crate::figure::scene::{FigureData, ThemeName};
use crate::model::{AxisSpec, FigureKind, FigureSpec, Model, SeriesSpec, Text};
use crate::simulation::{Compiled, Measures, Scenario};
use crate::units::Unit;

/// Sweeps every run of the figure and composes what came out.
pub fn figure(request: &Request<'_>, theme: Option<ThemeName>, session: &Session) -> Result<FigureData, Failure> {
    let spec = request.spec;
    if let Some(text) = spec.caption.as_ref().filter(|text| text.text.contains('{')) {
        return Err(Failure::model(
            fault("a caption computes numbers only where a figure shows single runs")
                .at(&text.place, "of which of the many runs?")
                .hint("write the number out, or leave it to the curves"),
        ));
    }
    let options = solver_options(request.solver)?;
    let scenarios = scenarios(request, horizon(request)?, session)?;
    let shown = outcomes(spec);
    let mut runs = Vec::new();
    let mut first: Option<(Design, Vec<OutcomeHead>)> = None;
    for ((index, base), (_, run)) in scenarios.iter().zip(request.runs) {
        let model = &request.models[*index];
        let measures = measures(model, &shown)?;
        let design = design(model, base, spec)?;
        let compiled = Compiled::of_outcomes(model, &measures.subjects);
        let bar = progress(design.points.len(), "points");
        let results = sweep(&compiled, base, &design, &measures, &options, &|| bar.inc(1));
        bar.finish_and_clear();
        tell_failures(&results, &design, &compiled, session)?;
        let failed = vec![f64::NAN; measures.list.len()];
        let mut values: Vec<Vec<f64>> =
            results.into_iter().map(|result| result.unwrap_or_else(|_| failed.clone())).collect();
        let heads = heads(&shown, &measures)?;
        for point in &mut values {
            for ((value, (_, own)), head) in point.iter_mut().zip(&measures.list).zip(&heads) {
                *value = head.unit.from_internal(own.to_internal(*value));
            }
        }
        runs.push(SweepRun { label: run_label(request, *index, run), values });
        first.get_or_insert((design, heads));
    }
    let Some((design, heads)) = first else { return Ok(FigureData::default()) };
    let Some(axes) = design.axes() else {
        return Err(Failure::model(
            fault("the values of an axis must rise").at(&spec.place, "in this figure").hint("sort the list in `vary`"),
        ));
    };
    let subtitle = match &runs[..] {
        [only] => only.label.clone(),
        _ => String::new(),
    };
    let caption = spec.caption.as_ref().map(|text| text.text.clone()).unwrap_or_default();
    let sheet = sheet(request, theme, &options, subtitle, caption);
    let panels = panels(spec);
    Ok(match (spec.kind, &axes[..]) {
        (FigureKind::HeatMap, [_, _]) => maps_over(&sheet, &design, &axes, &heads, &runs, &panels),
        (_, [axis, ..]) => curves_over(&sheet, &design, axis, &heads, &runs, &panels, &spec.x),
        _ => FigureData::default(),
    })
}

/// An outcome to be shown, and the axis that it is shown on.
struct Shown<'a> {
    text: &'a Text,
    axis: Option<&'a AxisSpec>,
    /// The panel, and the side of it.
    place: (usize, bool),
}

/// The outcomes of the figure, in the order of the panels.
fn outcomes(spec: &FigureSpec) -> Vec<Shown<'_>> {
    let bare = spec.measure.iter().enumerate().map(|(index, text)| Shown { text, axis: None, place: (index, false) });
    let first = spec.measure.len();
    let series = spec.panels.iter().enumerate().flat_map(move |(index, panel)| {
        panel.series.iter().map(move |one| Shown {
            text: &one.show,
            axis: if one.right { panel.right.as_ref() } else { Some(&panel.y) },
            place: (first + index, one.right),
        })
    });
    bare.chain(series).collect()
}

/// The panels, whose outcomes stand in the order of [`outcomes`].
fn panels(spec: &FigureSpec) -> Vec<OutcomePanel<'_>> {
    let mut next = 0;
    let mut drawn = |one: Option<&SeriesSpec>| {
        next += 1;
        DrawnOutcome {
            head: next - 1,
            name: one.and_then(|one| one.label.clone()),
            style: one.and_then(|one| one.style.clone()),
            right: one.is_some_and(|one| one.right),
        }
    };
    let mut panels: Vec<OutcomePanel<'_>> =
        spec.measure.iter().map(|_| OutcomePanel { spec: None, outcomes: vec![drawn(None)] }).collect();
    panels.extend(spec.panels.iter().map(|panel| OutcomePanel {
        spec: Some(panel),
        outcomes: panel.series.iter().map(|one| drawn(Some(one))).collect(),
    }));
    panels
}

fn measures(model: &Model, shown: &[Shown<'_>]) -> Result<Measures, Failure> {
    let mut measures = Measures::default();
    for one in shown {
        measures
            .add(&SourceText::new("measure", one.text.text.as_str()), model, &[])
            .map_err(|report| Failure::Model(moved(report, one.text, 0)))?;
    }
    Ok(measures)
}

/// The units in which the outcomes are shown: the axis's, or the first outcome's on it.
fn heads(shown: &[Shown<'_>], measures: &Measures) -> Result<Vec<OutcomeHead>, Failure> {
    let mut units: Vec<((usize, bool), Unit)> = Vec::new();
    let mut heads = Vec::new();
    for (one, (_, own)) in shown.iter().zip(&measures.list) {
        let declared = one.axis.and_then(|axis| axis.unit.clone());
        let known = units.iter().find(|(place, _)| *place == one.place).map(|(_, unit)| unit.clone());
        let unit = declared.or(known).unwrap_or_else(|| own.clone());
        if !unit.compatible(own) {
            let message = format!("one axis cannot show both {} and {} (`{}`)", unit.text(), own.text(), one.text.text);
            return Err(Failure::model(fault(message).at(&one.text.place, "two units on one axis").hint(
                "move one to the right axis with `{ show = \"...\", axis = \"right\" }`, or to a panel of its own",
            )));
        }
        units.push((one.place, unit.clone()));
        heads.push(OutcomeHead { text: one.text.text.clone(), unit, title: None });
    }
    Ok(heads)
}

fn design(model: &Model, base: &Scenario, spec: &FigureSpec) -> Result<Design, Failure> {
    let read = |text: &Text| -> Result<Varied, Diagnostic> {
        let source = SourceText::new("vary", text.text.as_str());
        read_varied(&source, model, base).map_err(|one| moved_one(one, text, 0))
    };
    let varied = spec.vary.iter().map(read).collect::<Result<Vec<_>, _>>().map_err(Failure::model)?;
    if let [first, second] = &varied[..]
        && first.name == second.name
    {
        return Err(Failure::model(
            fault(format!("`{}` is varied twice", first.name)).at(&spec.vary[1].place, "for the second time"),
        ));
    }
    Design::grid(varied).map_err(|one| {
        let place = spec.vary.first().map_or(&spec.place, |text| &text.place);
        Failure::model(if one.place.is_none() { one.at(place, "") } else { one })
    })
}

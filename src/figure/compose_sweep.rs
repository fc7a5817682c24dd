//! From the outcomes of a sweep to [`FigureData`]: curves over one varied thing, a heat map over two.
//!
//! One panel an outcome, so that each has its own axis and an inverted U is seen for what it is. This file must never run
//! a solver or draw.

use super::compose::{Sheet, add_bands, dash, sentence, unit_text, value_axis};
use super::number::{decade, power_of_ten};
use super::scene::{
    Axis, Content, Dash, FigureData, HeatMap, Key, LabelPlacement, Panel, Plot, Scale, Series, Side, Style,
};
use crate::analysis::sweep::Design;
use crate::analysis::vary::Varied;
use crate::model::{AxisSpec, Model, PanelSpec, ScaleSpec};
use crate::units::Unit;

/// The outcomes of one run of a sweep.
pub struct SweepRun {
    /// What it is called.
    pub label: String,
    /// The outcomes at every point of the design, in the units of the heads; NaN where a point failed.
    pub values: Vec<Vec<f64>>,
}

/// An outcome as written, its unit, and the title of its panel where the figure gives one.
pub struct OutcomeHead {
    /// As written.
    pub text: String,
    /// Its unit.
    pub unit: Unit,
    /// The panel's title; without one it is made from the text.
    pub title: Option<String>,
}

/// Points on a curve up to which each gets a marker.
const MARKED: usize = 16;
/// Contour lines of a heat map.
const CONTOURS: usize = 4;

/// A panel of outcomes: a declared one, or one that an outcome has to itself.
pub struct OutcomePanel<'a> {
    /// As declared, if it is.
    pub spec: Option<&'a PanelSpec>,
    /// What it shows.
    pub outcomes: Vec<DrawnOutcome>,
}

/// An outcome in a panel.
pub struct DrawnOutcome {
    /// Which of the heads.
    pub head: usize,
    /// What it is called.
    pub name: Option<String>,
    /// Its dash pattern, by name.
    pub style: Option<String>,
    /// Whether it is measured on the right axis.
    pub right: bool,
}

/// Curves of every outcome over the one varied thing, a run a color.
pub fn dose_response(
    sheet: &Sheet<'_>,
    design: &Design,
    axis: &[f64],
    heads: &[OutcomeHead],
    runs: &[SweepRun],
) -> FigureData {
    curves_over(sheet, design, axis, heads, runs, &alone(heads), &AxisSpec::default())
}

/// Every outcome in a panel of its own.
fn alone(heads: &[OutcomeHead]) -> Vec<OutcomePanel<'static>> {
    let outcome = |head| DrawnOutcome { head, name: None, style: None, right: false };
    (0..heads.len()).map(|head| OutcomePanel { spec: None, outcomes: vec![outcome(head)] }).collect()
}

/// Curves of outcomes over the one varied thing. With several runs a color is a run and a dash an outcome of the panel;
/// with one run both are the outcome. `x` may give the horizontal axis other words and another scale.
pub fn curves_over(
    sheet: &Sheet<'_>,
    design: &Design,
    axis: &[f64],
    heads: &[OutcomeHead],
    runs: &[SweepRun],
    panels: &[OutcomePanel<'_>],
    x: &AxisSpec,
) -> FigureData {
    let several = runs.len() > 1;
    let marked = |style: Style, index: usize| if axis.len() <= MARKED { style.with_marker(index) } else { style };
    let mut horizontal = varied_axis(&design.varied[0], axis);
    if let Some(label) = &x.label {
        horizontal.label = label.clone();
    }
    horizontal.scale = match x.scale {
        Some(ScaleSpec::Log) => Scale::Log,
        Some(ScaleSpec::Linear) => Scale::Linear,
        Some(ScaleSpec::SymLog { linear }) => Scale::SymLog { linear },
        Some(ScaleSpec::Broken { at, share }) => Scale::Broken { split: at, share },
        None => horizontal.scale,
    };
    let panels = panels
        .iter()
        .map(|panel| {
            let first = panel.outcomes.first().and_then(|one| heads.get(one.head));
            let (title, label) = first.map_or_else(Default::default, |head| words(sheet.model, head));
            let unit = |right: bool| {
                let one = panel.outcomes.iter().find(|one| one.right == right);
                one.and_then(|one| heads.get(one.head)).map_or_else(Unit::none, |head| head.unit.clone())
            };
            let many = panel.outcomes.len() > 1;
            let mut series = Vec::new();
            for (run_index, run) in runs.iter().enumerate() {
                for (index, one) in panel.outcomes.iter().enumerate() {
                    let color = if several { run_index } else { index };
                    let base = match &one.style {
                        Some(word) => Style { dash: dash(word), ..Style::nth(color) },
                        None if many => Style { dash: Dash::ALL[index % Dash::ALL.len()], ..Style::nth(color) },
                        None => Style::nth(color),
                    };
                    let text = heads.get(one.head).map_or("", |head| head.text.as_str());
                    let name = one.name.clone().unwrap_or_else(|| text.to_string());
                    let named = many && run_index == 0;
                    series.push(Series {
                        name: if named { name } else { String::new() },
                        style: marked(base, color),
                        x: axis.to_vec(),
                        y: run.values.iter().map(|values| values.get(one.head).copied().unwrap_or(f64::NAN)).collect(),
                        side: if one.right { Side::Right } else { Side::Left },
                        label: if named { LabelPlacement::Auto } else { LabelPlacement::Hidden },
                        ..Series::default()
                    });
                }
            }
            let mut plot = Plot { x: horizontal.clone(), series, ..Plot::default() };
            let left = unit(false);
            match panel.spec {
                None => plot.y = Axis { label, unit: unit_text(&left), ..Axis::default() },
                Some(spec) => {
                    plot.y = value_axis(&spec.y, &left);
                    let right = panel.outcomes.iter().any(|one| one.right);
                    plot.y_right = right.then(|| value_axis(&spec.right.clone().unwrap_or_default(), &unit(true)));
                    if plot.y.label.is_empty() && !many {
                        plot.y.label = panel.outcomes.first().and_then(|one| one.name.clone()).unwrap_or(label);
                    }
                    add_bands(spec, &left, sheet.model, &mut plot);
                }
            }
            let declared = panel.spec.map(|spec| spec.title.clone()).filter(|title| !title.is_empty());
            let span = panel.spec.map_or(1, |spec| spec.span);
            Panel { title: declared.unwrap_or(title), span, content: Content::Plot(plot) }
        })
        .collect();
    let keys = runs
        .iter()
        .enumerate()
        .map(|(index, run)| Key { name: run.label.clone(), style: marked(Style::nth(index), index) });
    FigureData { panels, keys: if several { keys.collect() } else { Vec::new() }, share_x: true, ..sheet.data() }
}

/// Every outcome as color over the two varied things; the first lies along the horizontal axis.
pub fn heat_map(
    sheet: &Sheet<'_>,
    design: &Design,
    axes: &[Vec<f64>],
    heads: &[OutcomeHead],
    run: &SweepRun,
) -> FigureData {
    maps_over(sheet, design, axes, heads, std::slice::from_ref(run), &alone(heads))
}

/// A map for every run and every outcome.
pub fn maps_over(
    sheet: &Sheet<'_>,
    design: &Design,
    axes: &[Vec<f64>],
    heads: &[OutcomeHead],
    runs: &[SweepRun],
    panels: &[OutcomePanel<'_>],
) -> FigureData {
    let [across, up] = axes else { return sheet.data() };
    let map = |run: &SweepRun, panel: &OutcomePanel<'_>, one: &DrawnOutcome| {
        let head = heads.get(one.head)?;
        let (title, label) = words(sheet.model, head);
        let value = |column: usize, row: usize| {
            run.values.get(column * up.len() + row).and_then(|values| values.get(one.head)).copied()
        };
        let columns = 0..across.len();
        let values: Vec<f64> = (0..up.len())
            .flat_map(|row| columns.clone().map(move |column| value(column, row).unwrap_or(f64::NAN)))
            .collect();
        let shown = panel.spec.map(|spec| value_axis(&spec.y, &head.unit)).unwrap_or_default();
        let label = if shown.label.is_empty() { one.name.clone().unwrap_or(label) } else { shown.label };
        let map = HeatMap {
            x: varied_axis(&design.varied[0], across),
            y: varied_axis(&design.varied[1], up),
            value: Axis { label, unit: unit_text(&head.unit), ..shown },
            x_at: across.clone(),
            y_at: up.clone(),
            contours: contours(&values),
            values,
        };
        let declared = panel.spec.map(|spec| spec.title.clone()).filter(|title| !title.is_empty());
        let title = declared.unwrap_or(title);
        let title = match (runs.len(), title.is_empty()) {
            (1, _) => title,
            (_, true) => run.label.clone(),
            (_, false) => format!("{title}: {}", run.label),
        };
        Some(Panel { title, span: panel.spec.map_or(1, |spec| spec.span), content: Content::HeatMap(map) })
    };
    let panels = panels
        .iter()
        .flat_map(|panel| runs.iter().flat_map(move |run| panel.outcomes.iter().map(move |one| (run, panel, one))))
        .filter_map(|(run, panel, one)| map(run, panel, one))
        .collect();
    FigureData { panels, share_x: false, ..sheet.data() }
}

/// Round levels between the extremes, about [`CONTOURS`] of them.
fn contours(values: &[f64]) -> Vec<f64> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    if low >= high || !(high - low).is_normal() {
        return Vec::new();
    }
    let raw = (high - low) / (CONTOURS + 1) as f64;
    let ten = power_of_ten(decade(raw));
    let round = [1.0, 2.0, 2.5, 5.0, 10.0];
    // The round step that is nearest by ratio.
    let distance = |step: &f64| (step * ten / raw).max(raw / (step * ten));
    let step = ten * round.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap_or(1.0);
    let first = (low / step).floor() + 1.0;
    (0..4 * CONTOURS).map(|index| (first + index as f64) * step).take_while(|level| *level < high).collect()
}

fn varied_axis(varied: &Varied, values: &[f64]) -> Axis {
    Axis {
        label: sentence(&varied.about, &varied.name),
        unit: if varied.unit == "1" { String::new() } else { varied.unit.clone() },
        scale: if varied.spread.is_logarithmic() { Scale::Log } else { Scale::Linear },
        range: match (values.first(), values.last()) {
            (Some(first), Some(last)) if first < last => Some((*first, *last)),
            _ => None,
        },
        ..Axis::default()
    }
}

/// The title of an outcome's panel and the label of its axis: `peak(C)` stands under what `C` is.
fn words(model: &Model, head: &OutcomeHead) -> (String, String) {
    if let Some(title) = &head.title {
        return (title.clone(), head.text.clone());
    }
    let subject = head
        .text
        .split_once('(')
        .filter(|_| head.text.matches('(').count() == 1 && head.text.ends_with(')'))
        .and_then(|(_, rest)| rest.split([',', ')']).next())
        .and_then(|name| model.column(name.trim()));
    match subject {
        Some(column) => (sentence(model.column_about(column), model.column_name(column)), head.text.clone()),
        None => (head.text.clone(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contours_are_round_and_lie_between_the_extremes() {
        assert_eq!(contours(&[0.3, 38.0]), vec![10.0, 20.0, 30.0]);
        assert_eq!(contours(&[1.42, 2.57]), vec![1.5, 1.75, 2.0, 2.25, 2.5]);
        assert_eq!(contours(&[-3.0, f64::NAN, 3.0]), vec![-2.0, -1.0, 0.0, 1.0, 2.0]);
        assert_eq!(contours(&[2.0, 2.0]), Vec::<f64>::new());
        assert_eq!(contours(&[f64::NAN]), Vec::<f64>::new());
    }
}

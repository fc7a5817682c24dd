//! From the outcomes of a sweep to [`FigureData`]: curves over one varied thing, a heat map over two.
//!
//! One panel an outcome, so that each has its own axis and an inverted U is seen for what it is. This file must never run
//! a solver or draw.

use super::compose::{Sheet, sentence, unit_text};
use super::scene::{Axis, Content, FigureData, HeatMap, Key, LabelPlacement, Panel, Plot, Scale, Series, Style};
use crate::analysis::sweep::Design;
use crate::analysis::vary::Varied;
use crate::model::Model;
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

/// Curves of every outcome over the one varied thing, a run a color.
pub fn dose_response(
    sheet: &Sheet<'_>,
    design: &Design,
    axis: &[f64],
    heads: &[OutcomeHead],
    runs: &[SweepRun],
) -> FigureData {
    let several = runs.len() > 1;
    let style = |index: usize| {
        let style = Style::nth(index);
        if axis.len() <= MARKED { style.with_marker(index) } else { style }
    };
    let panels = heads
        .iter()
        .enumerate()
        .map(|(place, head)| {
            let (title, label) = words(sheet.model, head);
            let series = runs
                .iter()
                .enumerate()
                .map(|(index, run)| Series {
                    style: style(index),
                    x: axis.to_vec(),
                    y: run.values.iter().map(|values| values.get(place).copied().unwrap_or(f64::NAN)).collect(),
                    label: LabelPlacement::Hidden,
                    ..Series::default()
                })
                .collect();
            let plot = Plot {
                x: varied_axis(&design.varied[0], axis),
                y: Axis { label, unit: unit_text(&head.unit), ..Axis::default() },
                series,
                ..Plot::default()
            };
            Panel { title, span: 1, content: Content::Plot(plot) }
        })
        .collect();
    let keys = runs.iter().enumerate().map(|(index, run)| Key { name: run.label.clone(), style: style(index) });
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
    let (columns, rows) = (axes[0].len(), axes[1].len());
    let panels = heads
        .iter()
        .enumerate()
        .map(|(place, head)| {
            let (title, label) = words(sheet.model, head);
            let value = |column: usize, row: usize| {
                run.values.get(column * rows + row).and_then(|values| values.get(place)).copied().unwrap_or(f64::NAN)
            };
            let values: Vec<f64> =
                (0..rows).flat_map(|row| (0..columns).map(move |column| value(column, row))).collect();
            let map = HeatMap {
                x: varied_axis(&design.varied[0], &axes[0]),
                y: varied_axis(&design.varied[1], &axes[1]),
                value: Axis { label, unit: unit_text(&head.unit), ..Axis::default() },
                x_at: axes[0].clone(),
                y_at: axes[1].clone(),
                contours: contours(&values),
                values,
            };
            Panel { title, span: 1, content: Content::HeatMap(map) }
        })
        .collect();
    FigureData { panels, share_x: false, ..sheet.data() }
}

/// Levels evenly between the extremes, rounded to two digits, so that their labels are short.
fn contours(values: &[f64]) -> Vec<f64> {
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    if low >= high {
        return Vec::new();
    }
    let mut levels: Vec<f64> = (1..=CONTOURS)
        .filter_map(|step| {
            let level = low + (high - low) * step as f64 / (CONTOURS + 1) as f64;
            format!("{level:.1e}").parse().ok()
        })
        .filter(|level| low < *level && *level < high)
        .collect();
    levels.dedup();
    levels
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

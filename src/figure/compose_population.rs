//! From the statistics of a population to [`FigureData`]: the median of every column, and the ranges of half and of nine
//! in ten of the individuals.
//!
//! This file must never run a solver or draw.

use super::compose::{Sheet, panel_title, panel_unit, sentence, shown_time, time_axis, unit_text, value_axis};
use super::scene::{Along, Axis, Content, FigureData, Ink, LabelPlacement, Panel, Plot, Ribbon, Scale};
use super::scene::{Series, Style, Threshold};
use crate::analysis::population::{Statistics, Summary};
use crate::model::{AxisSpec, Column, FigureSpec, Model, PanelSpec};
use crate::units::Unit;

/// Points of a curve on each side of a broken axis.
const POINTS: usize = 120;

/// One panel: what is drawn in it, and how the model's figure draws it, if it does.
pub struct PopulationPanel<'m> {
    /// The columns.
    pub columns: Vec<Column>,
    /// The panel of the model's figure.
    pub spec: Option<&'m PanelSpec>,
}

/// The panels of the model's figure that show curves over time, or one for each of the columns.
pub fn panels<'m>(model: &'m Model, figure: Option<&'m FigureSpec>, columns: &[Column]) -> Vec<PopulationPanel<'m>> {
    let specs = figure.into_iter().flat_map(|figure| &figure.panels).filter(|panel| panel.against.is_none());
    let shown = |panel: &PanelSpec| -> Vec<Column> {
        let left = panel.series.iter().filter(|series| !series.right);
        left.filter_map(|series| model.column(&series.show.text)).collect()
    };
    let panels: Vec<PopulationPanel<'m>> =
        specs.map(|spec| PopulationPanel { columns: shown(spec), spec: Some(spec) }).collect();
    if columns.is_empty() {
        return panels.into_iter().filter(|panel| !panel.columns.is_empty()).collect();
    }
    columns
        .iter()
        .map(|column| {
            // A column alone in a panel of the model's figure looks as it does there.
            let spec = panels.iter().find(|panel| panel.columns == [*column]).and_then(|panel| panel.spec);
            PopulationPanel { columns: vec![*column], spec }
        })
        .collect()
}

/// The times of a figure's rows, internal: even along the axis as it is drawn.
pub fn row_times(model: &Model, figure: Option<&FigureSpec>, until: f64) -> Vec<f64> {
    let spec = figure.map(|figure| figure.x.clone()).unwrap_or_default();
    let end = shown_time(until, model);
    let even = |from: f64, to: f64| (0..=POINTS).map(move |index| from + (to - from) * index as f64 / POINTS as f64);
    let mut times: Vec<f64> = match time_axis(&spec, &model.time_unit, 0.0, until).scale {
        Scale::Broken { split, .. } => even(0.0, split).chain(even(split, end).skip(1)).collect(),
        _ => even(0.0, 0.25 * end).chain(even(0.25 * end, end).skip(1)).collect(),
    };
    for time in &mut times {
        *time *= until / end;
    }
    times
}

/// Opens the ends of a linear axis that the typical person stays within and others do not.
fn widen(plot: &mut Plot) {
    let Axis { scale: Scale::Linear, range: Some((low, high)), .. } = &mut plot.y else { return };
    let drawn = |values: fn(&Ribbon) -> &Vec<f64>| plot.ribbons.iter().flat_map(values).copied();
    if drawn(|ribbon| &ribbon.lower).any(|value| value < *low) {
        *low = f64::NAN;
    }
    if drawn(|ribbon| &ribbon.upper).any(|value| value > *high) {
        *high = f64::NAN;
    }
}

/// The figure. `times` are those of the rows, internal; `statistics` has rows times columns cells, the columns being
/// those of all panels in order.
pub fn population(
    sheet: &Sheet<'_>,
    figure: Option<&FigureSpec>,
    panels: &[PopulationPanel<'_>],
    times: &[f64],
    statistics: &Statistics,
) -> FigureData {
    let model = sheet.model;
    let x: Vec<f64> = times.iter().map(|time| shown_time(*time, model)).collect();
    let (from, until) = (times.first().copied().unwrap_or(0.0), times.last().copied().unwrap_or(1.0));
    let x_spec: AxisSpec = figure.map(|figure| figure.x.clone()).unwrap_or_default();
    let columns = panels.iter().map(|panel| panel.columns.len()).sum::<usize>().max(1);
    let mut first = 0;
    let drawn = panels
        .iter()
        .map(|panel| {
            let unit = match (panel.spec, panel.columns.first()) {
                (Some(spec), _) => panel_unit(model, spec, false),
                (None, Some(column)) => model.column_unit(*column).clone(),
                (None, None) => Unit::none(),
            };
            let y = match panel.spec {
                Some(spec) => value_axis(&spec.y, &unit),
                None => Axis { unit: unit_text(&unit), ..Axis::default() },
            };
            let mut plot = Plot { x: time_axis(&x_spec, &model.time_unit, from, until), y, ..Plot::default() };
            for (place, column) in panel.columns.iter().enumerate() {
                let cells = statistics.cells.iter().skip(first + place).step_by(columns);
                let summaries: Vec<Summary> = cells.map(|cell| cell.summary()).collect();
                // Statistics are in the column's own unit; the axis may have another.
                let own = model.column_unit(*column);
                let shown = |value: f64| unit.from_internal(own.to_internal(value));
                let of =
                    |quantile: usize| summaries.iter().map(|one| shown(one.quantiles[quantile])).collect::<Vec<f64>>();
                let ink = Ink::Series(place);
                for (low, high) in [(0, 4), (1, 3)] {
                    plot.ribbons.push(Ribbon {
                        name: String::new(),
                        ink,
                        x: x.clone(),
                        lower: of(low),
                        upper: of(high),
                        unit: String::new(),
                    });
                }
                let label = panel.spec.and_then(|spec| spec.series.get(place)).and_then(|series| series.label.clone());
                let name = label.unwrap_or_else(|| sentence(model.column_about(*column), model.column_name(*column)));
                let alone = panel.columns.len() == 1;
                plot.series.push(Series {
                    name: if alone { String::new() } else { name },
                    label: if alone { LabelPlacement::Hidden } else { LabelPlacement::Auto },
                    style: Style::nth(place),
                    x: x.clone(),
                    y: of(2),
                    ..Series::default()
                });
            }
            first += panel.columns.len();
            widen(&mut plot);
            for band in panel.spec.iter().flat_map(|spec| &spec.bands).filter(|band| !band.along_time) {
                if band.from == band.until {
                    let at = unit.from_internal(band.from);
                    plot.thresholds.push(Threshold { along: Along::Y, at, label: band.label.clone() });
                }
            }
            let title = match (panel.spec, panel.columns.first()) {
                (Some(spec), _) => panel_title(model, spec),
                (None, Some(column)) => sentence(model.column_about(*column), model.column_name(*column)),
                (None, None) => String::new(),
            };
            Panel { title, span: 1, content: Content::Plot(plot) }
        })
        .collect();
    FigureData { panels: drawn, share_x: true, ..sheet.data() }
}

//! From trajectories to cascades: activity as color at chosen times, and the film over time.
//!
//! The activity of a node is its change from the beginning over its largest change in any run of the figure, so that
//! nodes with different units share one scale of color. This file must never run a solver or draw.

use super::compose::{Composition, FigureRun, own_columns, sample, sample_times, sentence, shown_time, time_axis};
use super::film::clock;
use super::scene::{Cascade, CascadeFilm, Content, Edge, EdgeKind, FigureData, Node, Panel, Scale, ThemeName};
use crate::model::{Column, InfluenceSign as Sign, Model, SeriesSpec, influences};
use crate::numerics::elementary::{exp, ln};
use crate::solver::Side;

/// Frames of a film; at this pace it lasts nine seconds.
const FRAMES: usize = 90;
const FRAME_SECONDS: f64 = 0.1;

/// What the bar of colors says, and what says it where a narrow column has no room for the bar.
const CHANGE: &str = "change from the beginning, over the largest";
const READING: &str = "Orange: risen since the beginning. Blue: fallen. Full color: the largest change of the node.";

/// A panel for every run and every time.
pub fn cascade(composition: &Composition<'_, '_, '_>) -> FigureData {
    let Composition { sheet, spec, runs, .. } = composition;
    let diagram = diagram(composition);
    let scales = scales(composition);
    let several = runs.len() > 1;
    let mut panels = Vec::new();
    for run in runs.iter() {
        for (time, activity) in spec.times.iter().zip(activities(composition, run, &scales, &spec.times)) {
            let when = clock(shown_time(*time, sheet.model));
            panels.push(Panel {
                title: if several { format!("{}: {when}", run.label) } else { when },
                span: 1,
                content: Content::Cascade(Cascade { activity, ..diagram.clone() }),
            });
        }
    }
    // A cascade is wider than high, except in a narrow column, where it runs downwards.
    let columns = spec.columns.unwrap_or(match (several, sheet.theme.unwrap_or_default()) {
        (true, _) => spec.times.len(),
        (false, ThemeName::PaperSingle) => 2,
        (false, _) => 1,
    });
    // Colors and arrows mean the same in all panels: the last one says what.
    let last = panels.len().saturating_sub(1);
    for panel in &mut panels[..last] {
        if let Content::Cascade(cascade) = &mut panel.content {
            cascade.explained_elsewhere = true;
        }
    }
    let mut data = FigureData { panels, columns, ..sheet.data() };
    if data.caption.is_empty() && data.theme == ThemeName::PaperSingle {
        data.caption = READING.to_string();
    }
    data
}

/// The film of the first run, its frames evenly along the time axis as the figure scales it.
pub fn film(composition: &Composition<'_, '_, '_>) -> CascadeFilm {
    let Composition { sheet, spec, runs, .. } = composition;
    let (from, until) = composition.range();
    let axis = time_axis(&spec.x, &sheet.model.time_unit, from, until);
    let internal = |time: f64| time / shown_time(1.0, sheet.model);
    let times: Vec<f64> = frames(axis.scale, axis.range.unwrap_or((from, until))).into_iter().map(internal).collect();
    let activity =
        runs.first().map(|run| activities(composition, run, &scales(composition), &times)).unwrap_or_default();
    CascadeFilm {
        figure: sheet.data(),
        cascade: diagram(composition),
        times: times.iter().map(|time| shown_time(*time, sheet.model)).collect(),
        activity,
        frame_seconds: FRAME_SECONDS,
    }
}

/// Times evenly along an axis.
fn frames(scale: Scale, (from, until): (f64, f64)) -> Vec<f64> {
    let last = (FRAMES - 1) as f64;
    (0..FRAMES)
        .map(|frame| {
            let part = frame as f64 / last;
            match scale {
                // The end itself, whatever the logarithm makes of it.
                _ if frame + 1 == FRAMES => until,
                Scale::Broken { split, share } if part <= share => from + (split - from) * part / share,
                Scale::Broken { split, share } => split + (until - split) * (part - share) / (1.0 - share),
                Scale::Log | Scale::SymLog { .. } if from > 0.0 => (from * exp(ln(until / from) * part)).min(until),
                _ => from + (until - from) * part,
            }
        })
        .collect()
}

/// Nodes and arrows without activity.
fn diagram(composition: &Composition<'_, '_, '_>) -> Cascade {
    let Composition { sheet, spec, .. } = composition;
    let columns = columns(sheet.model, &spec.nodes);
    let kind = |sign| match sign {
        Sign::Raises => EdgeKind::Raises,
        Sign::Lowers => EdgeKind::Lowers,
        Sign::Acts => EdgeKind::Acts,
    };
    let edges = match &spec.arrows[..] {
        [] => influences(sheet.model, &columns)
            .iter()
            .map(|arrow| Edge { from: arrow.from, to: arrow.to, kind: kind(arrow.sign) })
            .collect(),
        arrows => arrows.iter().map(|arrow| Edge { from: arrow.from, to: arrow.to, kind: kind(arrow.sign) }).collect(),
    };
    let name = |node: &SeriesSpec| node.label.clone().unwrap_or_else(|| sentence("", &node.show.text));
    Cascade {
        nodes: spec.nodes.iter().map(|node| Node { name: name(node) }).collect(),
        edges,
        activity: Vec::new(),
        activity_label: CHANGE.to_string(),
        activity_ends: ["down".to_string(), "none".to_string(), "up".to_string()],
        explained_elsewhere: false,
    }
}

fn columns(model: &Model, nodes: &[SeriesSpec]) -> Vec<Column> {
    nodes.iter().filter_map(|node| model.column(&node.show.text)).collect()
}

/// The largest change of each node in any run, over the time shown.
fn scales(composition: &Composition<'_, '_, '_>) -> Vec<f64> {
    let Composition { sheet, spec, runs, .. } = composition;
    let (from, until) = composition.range();
    let columns = columns(sheet.model, &spec.nodes);
    let mut scales = vec![0.0; columns.len()];
    for run in runs.iter() {
        let axis = time_axis(&spec.x, &sheet.model.time_unit, from, until);
        let times = sample_times(run.trajectory, &axis, axis.range.unwrap_or((from, until)), sheet.model);
        let curves = sample(run.trajectory, sheet.model, &columns, &times);
        for ((scale, curve), rest) in scales.iter_mut().zip(&curves).zip(rests(composition, run)) {
            let changes = curve.iter().map(|(_, value)| (value - rest).abs()).filter(|change| change.is_finite());
            *scale = changes.fold(*scale, f64::max);
        }
    }
    scales
}

/// The value of each node at the beginning, before any dose.
fn rests(composition: &Composition<'_, '_, '_>, run: &FigureRun<'_, '_>) -> Vec<f64> {
    let model = composition.sheet.model;
    let mut observer = run.trajectory.observer();
    let there = observer.go(run.trajectory.timeline.start, Side::Left);
    own_columns(run.trajectory, model, &columns(model, &composition.spec.nodes))
        .into_iter()
        .map(|column| column.filter(|_| there).map_or(f64::NAN, |column| observer.value(column)))
        .collect()
}

/// The activity of each node at each of the times: -1 to 1.
fn activities(
    composition: &Composition<'_, '_, '_>,
    run: &FigureRun<'_, '_>,
    scales: &[f64],
    times: &[f64],
) -> Vec<Vec<f64>> {
    let model = composition.sheet.model;
    let columns = columns(model, &composition.spec.nodes);
    let rests = rests(composition, run);
    times
        .iter()
        .map(|time| {
            let now = sample(run.trajectory, model, &columns, std::slice::from_ref(time));
            let value = |place: usize| now[place].last().map_or(f64::NAN, |(_, value)| *value);
            let activity = |place: usize| {
                let change = (value(place) - rests[place]) / scales[place];
                // What never moves is at rest.
                if change.is_finite() { change.clamp(-1.0, 1.0) } else { 0.0 }
            };
            (0..columns.len()).map(activity).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_follow_the_axis_from_end_to_end() {
        let scales =
            [Scale::Linear, Scale::Log, Scale::Broken { split: 6.0, share: 0.5 }, Scale::SymLog { linear: 1.0 }];
        for scale in scales {
            let times = frames(scale, (0.5, 168.0));
            assert_eq!((times.len(), times[0], times[FRAMES - 1]), (FRAMES, 0.5, 168.0), "{scale:?}");
            assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{scale:?}");
        }
        let broken = frames(Scale::Broken { split: 6.0, share: 0.5 }, (0.0, 168.0));
        assert_eq!(broken.iter().filter(|time| **time <= 6.0).count(), FRAMES / 2);
    }
}

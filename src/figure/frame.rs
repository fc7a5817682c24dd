//! Axes on the page: lines, ticks, numbers, names and the mark of a break.

use super::axis::{AxisMap, AxisPart};
use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::font::{self, Face};
use super::geometry::Bounds;
use super::scene::{Axis, AxisKind, Scale};
use super::theme::Theme;

/// Length of a major tick.
pub fn tick_length(theme: &Theme) -> f64 {
    0.32 * theme.tick
}

/// Space between a tick and its label.
pub fn tick_gap(theme: &Theme) -> f64 {
    0.3 * theme.tick
}

/// Height of the numbers under an axis, from the frame.
pub fn tick_label_depth(theme: &Theme) -> f64 {
    tick_length(theme) + tick_gap(theme) + font::ASCENT * theme.tick
}

/// Height of everything under an axis that shows its numbers and name, from the frame.
pub fn axis_depth(theme: &Theme) -> f64 {
    tick_label_depth(theme) + 0.45 * theme.label + (font::ASCENT + font::DESCENT) * theme.label
}

/// Width of the empty space at the break of an axis.
pub fn break_gap(theme: &Theme) -> f64 {
    0.75 * theme.tick
}

fn quiet(theme: &Theme, size: f64, anchor: Anchor) -> TextStyle {
    TextStyle { size, face: Face::Regular, color: theme.ink, anchor }
}

/// Ticks of a horizontal axis with as many labels as have room.
pub fn horizontal_parts(map: &AxisMap, theme: &Theme) -> Vec<AxisPart> {
    let extent = |label: &str| font::width(label, Face::Regular, theme.tick);
    map.parts(&extent, 0.9 * theme.tick, 9)
}

/// Ticks of a vertical axis with as many labels as have room.
pub fn vertical_parts(map: &AxisMap, theme: &Theme) -> Vec<AxisPart> {
    let most = ((map.end - map.start).abs() / (1.6 * theme.tick))
        .floor()
        .clamp(2.0, if map.scale == Scale::Linear { 7.0 } else { 9.0 }) as usize;
    map.parts(&|_| font::ASCENT * theme.tick, 0.5 * theme.tick, most)
}

/// Width of the widest label.
pub fn widest(parts: &[AxisPart], theme: &Theme) -> f64 {
    parts
        .iter()
        .flat_map(|part| &part.ticks)
        .map(|tick| font::width(&tick.label, Face::Regular, theme.tick))
        .fold(0.0, f64::max)
}

/// What is written along an axis: its label with the unit, or nothing.
pub fn axis_name(axis: &Axis, parts: &[AxisPart]) -> String {
    let unit = match (axis.kind, parts) {
        (AxisKind::Time, [part]) => part.unit.map(|unit| unit.symbol().to_string()).unwrap_or_default(),
        (AxisKind::Time, _) => String::new(),
        _ => axis.unit.clone(),
    };
    match (axis.label.is_empty(), unit.is_empty()) {
        (true, _) => unit,
        (false, true) => axis.label.clone(),
        (false, false) => format!("{} ({unit})", axis.label),
    }
}

/// Draws the horizontal axis under a frame. `labeled` decides whether numbers and name are written.
pub fn draw_horizontal(
    list: &mut DisplayList,
    theme: &Theme,
    axis: &Axis,
    map: &AxisMap,
    parts: &[AxisPart],
    frame: &Bounds,
    labeled: bool,
) {
    let y = frame.bottom;
    for (start, end) in map.stretches() {
        list.line(Role::Frame, vec![(start, y), (end, y)], theme.hairline, theme.ink);
    }
    if let Scale::Broken { .. } = map.scale {
        break_mark(list, theme, map, y);
    }
    let long = tick_length(theme);
    for tick in parts.iter().flat_map(|part| &part.ticks) {
        let x = map.place(tick.value);
        let length = if tick.label.is_empty() { 0.55 * long } else { long };
        list.line(Role::Frame, vec![(x, y), (x, y + length)], theme.hairline, theme.ink);
        if labeled {
            let at = (x, y + tick_label_depth(theme));
            list.text(Role::TickLabel, &tick.label, at, quiet(theme, theme.tick, Anchor::Middle));
        }
    }
    if labeled {
        let baseline = y + axis_depth(theme) - font::DESCENT * theme.label;
        let style = quiet(theme, theme.label, Anchor::Middle);
        if let [_, _] = parts {
            for (part, (start, end)) in parts.iter().zip(map.stretches()) {
                let word = part.unit.map_or(axis_name(axis, parts), |unit| unit.word().to_string());
                list.text(Role::AxisLabel, &word, (0.5 * (start + end), baseline), style);
            }
        } else {
            list.text(Role::AxisLabel, &axis_name(axis, parts), (0.5 * (frame.left + frame.right), baseline), style);
        }
    }
}

/// Two slanted strokes at the ends of the broken line.
fn break_mark(list: &mut DisplayList, theme: &Theme, map: &AxisMap, y: f64) {
    let (before, after) = map.edges();
    let (half_width, half_height) = (0.16 * theme.tick, 0.36 * theme.tick);
    for x in [before, after] {
        let points = vec![(x - half_width, y + half_height), (x + half_width, y - half_height)];
        list.line(Role::Frame, points, theme.hairline, theme.ink);
    }
}

/// Draws the vertical axis left of a frame, or right of it when `right`.
pub fn draw_vertical(
    list: &mut DisplayList,
    theme: &Theme,
    axis: &Axis,
    map: &AxisMap,
    parts: &[AxisPart],
    frame: &Bounds,
    right: bool,
) {
    let (x, out, anchor) = if right { (frame.right, 1.0, Anchor::Start) } else { (frame.left, -1.0, Anchor::End) };
    list.line(Role::Frame, vec![(x, frame.top), (x, frame.bottom)], theme.hairline, theme.ink);
    let long = tick_length(theme);
    for tick in parts.iter().flat_map(|part| &part.ticks) {
        let y = map.place(tick.value);
        let length = if tick.label.is_empty() { 0.55 * long } else { long };
        list.line(Role::Frame, vec![(x, y), (x + out * length, y)], theme.hairline, theme.ink);
        let at = (x + out * (long + tick_gap(theme)), y + 0.5 * font::ASCENT * theme.tick);
        list.text(Role::TickLabel, &tick.label, at, quiet(theme, theme.tick, anchor));
    }
    if !axis.label.is_empty() {
        let name = axis_name(axis, parts);
        let beside = long + tick_gap(theme) + widest(parts, theme);
        let middle = 0.5 * (frame.top + frame.bottom);
        let baseline = if right {
            x + beside + (0.45 + font::ASCENT) * theme.label
        } else {
            x - beside - (0.45 + font::DESCENT) * theme.label
        };
        list.text_upwards(Role::AxisLabel, &name, (baseline, middle), quiet(theme, theme.label, Anchor::Middle));
    }
}

/// Width that a vertical axis needs beside its frame.
pub fn vertical_width(axis: &Axis, parts: &[AxisPart], theme: &Theme) -> f64 {
    let name = if axis.label.is_empty() { 0.0 } else { (0.45 + font::ASCENT + font::DESCENT) * theme.label };
    tick_length(theme) + tick_gap(theme) + widest(parts, theme) + name
}

//! The dose strip: when each regimen gives what, on the time axis of the panels below it.

use super::axis::AxisMap;
use super::display::{Anchor, DisplayList, Role, TextStyle, text_bounds};
use super::font::Face;
use super::geometry::Bounds;
use super::marks;
use super::scene::DoseStrip;
use super::theme::Theme;

/// Height of one row.
fn pitch(theme: &Theme) -> f64 {
    1.35 * theme.tick
}

/// Height of the strip, with the space below it; 0 without rows.
pub fn height(strip: &DoseStrip, theme: &Theme) -> f64 {
    if strip.rows.is_empty() { 0.0 } else { strip.rows.len() as f64 * pitch(theme) + 0.5 * theme.tick }
}

/// Draws the strip from `top` down over a horizontal axis, with the doses in words when `labelled`.
pub fn draw(list: &mut DisplayList, theme: &Theme, strip: &DoseStrip, x: &AxisMap, top: f64, labelled: bool) {
    let thickness = 0.52 * theme.tick;
    for (index, row) in strip.rows.iter().enumerate() {
        let middle = top + (index as f64 + 0.5) * pitch(theme);
        for (left, right) in x.stretches() {
            list.line(
                Role::Grid,
                vec![(left, middle), (right, middle)],
                theme.hairline,
                theme.grid.unwrap_or(theme.band),
            );
        }
        let color = theme.line_color(row.ink);
        let mut taken: Vec<Bounds> = Vec::new();
        let mut labels: Vec<(f64, &str)> = Vec::new();
        for dose in &row.doses {
            for (piece, &(from, to)) in x.pieces().iter().enumerate() {
                let (left_edge, right_edge) = x.stretches()[piece];
                let last_piece = piece + 1 == x.pieces().len();
                let begins_here = dose.from >= from && (dose.from < to || (last_piece && dose.from <= to));
                if dose.until > dose.from {
                    let left = x.place_in(piece, dose.from).clamp(left_edge, right_edge);
                    let right = x.place_in(piece, dose.until).clamp(left_edge, right_edge);
                    if dose.until < from || dose.from > to || (right <= left && !begins_here) {
                        continue;
                    }
                    // A short infusion on an axis of weeks is still seen.
                    let right = right.max((left + 1.5 * theme.hairline).min(right_edge));
                    let area = Bounds::new(left, middle - 0.5 * thickness, right, middle + 0.5 * thickness);
                    list.rectangle(Role::Dose, area, color, 1.0);
                    taken.push(area);
                } else if begins_here {
                    let at = x.place_in(piece, dose.from);
                    let (high, low) = (middle - 0.85 * thickness, middle + 0.75 * thickness);
                    list.line(Role::Dose, vec![(at, high), (at, low - 0.5 * thickness)], 1.6 * theme.hairline, color);
                    marks::arrowhead(list, Role::Dose, (at, low), (0.0, 1.0), 0.95 * thickness, color);
                    taken.push(Bounds::new(at, high, at, low).grown(0.5 * thickness));
                } else {
                    continue;
                }
                if begins_here && !dose.label.is_empty() {
                    let right = taken.last().map_or(left_edge, |area| area.right);
                    labels.push((right + 0.45 * theme.tick, &dose.label));
                }
            }
        }
        if labelled {
            write_labels(list, theme, x, row.ink, middle, &mut taken, &labels);
        }
        draw_hairline(list, theme, x, middle, &taken);
    }
}

/// Writes the words of the doses behind their marks, each different text once, where they touch nothing.
fn write_labels(
    list: &mut DisplayList,
    theme: &Theme,
    x: &AxisMap,
    ink: super::scene::Ink,
    middle: f64,
    taken: &mut Vec<Bounds>,
    labels: &[(f64, &str)],
) {
    let style =
        TextStyle { size: 0.9 * theme.tick, face: Face::Regular, color: theme.text_color(ink), anchor: Anchor::Start };
    let baseline = middle + 0.27 * theme.tick;
    let mut written: Vec<&str> = Vec::new();
    for &(left, text) in labels {
        let bounds = text_bounds(text, (left, baseline), style.size, style.face, style.anchor, false);
        let within = bounds.left >= x.start && bounds.right <= x.end;
        let free = !taken.iter().any(|area| area.overlaps(&bounds.grown(1.0)));
        if within && free && !written.contains(&text) {
            list.text(Role::DoseLabel, text, (left, baseline), style);
            taken.push(bounds);
            written.push(text);
        }
    }
}

/// The thin line of a row, left out where words stand.
fn draw_hairline(list: &mut DisplayList, theme: &Theme, x: &AxisMap, middle: f64, taken: &[Bounds]) {
    let color = theme.grid.unwrap_or(theme.band);
    for (start, end) in x.stretches() {
        let mut left = start;
        let mut areas: Vec<&Bounds> = taken.iter().filter(|area| area.right > start && area.left < end).collect();
        areas.sort_by(|a, b| a.left.total_cmp(&b.left));
        let mut segments = Vec::new();
        for area in areas {
            segments.push((left, area.left - 0.3 * theme.tick));
            left = left.max(area.right + 0.3 * theme.tick);
        }
        segments.push((left, end));
        for (left, right) in segments.into_iter().filter(|(left, right)| right > left) {
            list.line(Role::Grid, vec![(left, middle), (right, middle)], theme.hairline, color);
        }
    }
}

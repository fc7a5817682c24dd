//! The dose strip: when each regimen gives what, on the time axis of the panels below it.

use super::axis::AxisMap;
use super::display::{Anchor, DisplayList, Role, TextStyle, text_bounds};
use super::font::Face;
use super::geometry::Bounds;
use super::marks;
use super::scene::{DoseStrip, Ink, StripDose, StripRow};
use super::theme::Theme;

/// Height of one row.
fn pitch(theme: &Theme) -> f64 {
    1.3 * theme.tick
}

/// Height of the strip, with the space below it; 0 without rows.
pub fn height(strip: &DoseStrip, theme: &Theme) -> f64 {
    if strip.rows.is_empty() { 0.0 } else { strip.rows.len() as f64 * pitch(theme) + 0.5 * theme.tick }
}

/// Draws the strip from `top` down over a horizontal axis, with the doses in words when `labeled`.
///
/// Bars lie on the line of their row and arrows point at it from above, so that a bolus before an infusion is seen.
pub fn draw(list: &mut DisplayList, theme: &Theme, strip: &DoseStrip, x: &AxisMap, top: f64, labeled: bool) {
    for (index, row) in strip.rows.iter().enumerate() {
        let line = top + (index as f64 + 0.66) * pitch(theme);
        let mut taken: Vec<Bounds> = Vec::new();
        let mut labels: Vec<(f64, &str)> = Vec::new();
        let dense = least_spacing(row, x) < 0.55 * theme.tick;
        let mut bar: Option<Bounds> = None;
        let mut bolus: Option<f64> = None;
        for dose in &row.doses {
            for piece in 0..x.pieces().len() {
                let Some(area) = area(theme, x, piece, dose, line) else { continue };
                if dose.until > dose.from {
                    // Bars that cannot be told apart are one; those that are long leave a gap between them.
                    match &mut bar {
                        Some(last) if area.left - last.right < 0.5 * theme.hairline && area.left >= last.left => {
                            last.right = last.right.max(area.right);
                        }
                        last => {
                            if let Some(done) = last.replace(area) {
                                list.rectangle(Role::Dose, done, theme.line_color(row.ink), 1.0);
                            }
                        }
                    }
                } else if bolus.is_none_or(|last| (area.left - last).abs() >= 0.5 * theme.hairline) {
                    // Sprays within minutes are one stroke on an axis of months.
                    draw_bolus(list, theme, row, &area, line, dense);
                    bolus = Some(area.left);
                }
                taken.push(area);
                if begins_in(x, piece, dose) && !dose.label.is_empty() {
                    labels.push((area.right + 0.45 * theme.tick, &dose.label));
                }
            }
        }
        if let Some(done) = bar {
            list.rectangle(Role::Dose, done, theme.line_color(row.ink), 1.0);
        }
        if labeled {
            write_labels(list, theme, x, row.ink, line, &mut taken, &labels);
        }
        draw_hairline(list, theme, x, line, &taken);
    }
}

/// Half the thickness of a bar.
fn half_bar(theme: &Theme) -> f64 {
    0.2 * theme.tick
}

/// The distance of the two boluses of a row that stand nearest to each other.
fn least_spacing(row: &StripRow, x: &AxisMap) -> f64 {
    let mut places: Vec<f64> =
        row.doses.iter().filter(|dose| dose.until <= dose.from).map(|dose| x.place(dose.from)).collect();
    places.sort_by(f64::total_cmp);
    places.windows(2).map(|pair| pair[1] - pair[0]).filter(|spacing| *spacing > 0.1).fold(f64::INFINITY, f64::min)
}

/// Whether a dose begins within a piece of the axis.
fn begins_in(x: &AxisMap, piece: usize, dose: &StripDose) -> bool {
    let (from, to) = x.pieces()[piece];
    let last = piece + 1 == x.pieces().len();
    dose.from >= from && (dose.from < to || (last && dose.from <= to))
}

/// What a dose covers of a piece of the axis, if anything.
fn area(theme: &Theme, x: &AxisMap, piece: usize, dose: &StripDose, line: f64) -> Option<Bounds> {
    let (start, end) = x.stretches()[piece];
    let (from, to) = x.pieces()[piece];
    if dose.until <= dose.from {
        let at = x.place_in(piece, dose.from);
        let half = 0.28 * theme.tick;
        return begins_in(x, piece, dose).then(|| Bounds::new(at - half, line - 0.8 * theme.tick, at + half, line));
    }
    if dose.until < from || dose.from > to {
        return None;
    }
    let left = x.place_in(piece, dose.from).clamp(start, end);
    let right = x.place_in(piece, dose.until).clamp(start, end);
    if right <= left && !begins_in(x, piece, dose) {
        return None;
    }
    // A short infusion on an axis of weeks is still seen, and one after another is told apart.
    let right = if right - left > 4.0 * theme.hairline { right - 0.8 * theme.hairline } else { right };
    let right = right.max((left + 1.6 * theme.hairline).min(end));
    Some(Bounds::new(left, line - half_bar(theme), right, line + half_bar(theme)))
}

fn draw_bolus(list: &mut DisplayList, theme: &Theme, row: &StripRow, area: &Bounds, line: f64, dense: bool) {
    let color = theme.line_color(row.ink);
    let at = area.center().0;
    let tip = line - half_bar(theme);
    if dense {
        // Arrowheads would run together; strokes can still be counted.
        list.line(Role::Dose, vec![(at, area.top), (at, tip)], 0.8 * theme.hairline, color);
    } else {
        let head = 0.46 * theme.tick;
        list.line(Role::Dose, vec![(at, area.top), (at, tip - 0.5 * head)], 1.5 * theme.hairline, color);
        marks::arrowhead(list, Role::Dose, (at, tip), (0.0, 1.0), head, color);
    }
}

/// Writes the words of the doses behind their marks, each different text once, where they touch nothing.
fn write_labels(
    list: &mut DisplayList,
    theme: &Theme,
    x: &AxisMap,
    ink: Ink,
    line: f64,
    taken: &mut Vec<Bounds>,
    labels: &[(f64, &str)],
) {
    let style =
        TextStyle { size: 0.9 * theme.tick, face: Face::Regular, color: theme.text_color(ink), anchor: Anchor::Start };
    let baseline = line + 0.3 * theme.tick;
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
fn draw_hairline(list: &mut DisplayList, theme: &Theme, x: &AxisMap, line: f64, taken: &[Bounds]) {
    let color = theme.grid.unwrap_or(theme.band);
    for (start, end) in x.stretches() {
        let mut left = start;
        let mut areas: Vec<&Bounds> =
            taken.iter().filter(|area| area.bottom > line && area.right > start && area.left < end).collect();
        areas.sort_by(|a, b| a.left.total_cmp(&b.left));
        let mut segments = Vec::new();
        for area in areas {
            segments.push((left, area.left - 0.3 * theme.tick));
            left = left.max(area.right + 0.3 * theme.tick);
        }
        segments.push((left, end));
        for (left, right) in segments.into_iter().filter(|(left, right)| right > left) {
            list.line(Role::Grid, vec![(left, line), (right, line)], theme.hairline, color);
        }
    }
}

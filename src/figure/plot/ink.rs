//! Everything of a plot that is not words: bands, ribbons, thresholds, curves, points, direction fields.

use super::super::color::Rgb;
use super::super::display::{DisplayList, Role};
use super::super::geometry::{Bounds, Place, length};
use super::super::labels::{self, NOBODY, Obstacles};
use super::super::marks;
use super::super::polyline;
use super::super::scene::{Along, Side};
use super::Stage;

/// The rectangles of a band, one a piece of the horizontal axis.
pub(super) fn band_areas(stage: &Stage, along: Along, from: f64, to: f64) -> Vec<Bounds> {
    let frame = stage.frame;
    match along {
        Along::Y => {
            let map = stage.y_of(Side::Left);
            let clamp = |value: f64, edge: f64| {
                if value.is_finite() { map.place(value).clamp(frame.top, frame.bottom) } else { edge }
            };
            let (bottom, top) = (clamp(from, frame.bottom), clamp(to, frame.top));
            stage
                .x
                .stretches()
                .into_iter()
                .map(|(left, right)| Bounds::new(left, top, right, bottom))
                .filter(|area| area.height() > 0.0)
                .collect()
        }
        Along::X => (0..stage.x.pieces().len())
            .map(|piece| {
                let whole = stage.piece_frame(piece);
                let clamp = |value: f64, edge: f64| {
                    if value.is_finite() { stage.x.place_in(piece, value).clamp(whole.left, whole.right) } else { edge }
                };
                Bounds::new(clamp(from, whole.left), whole.top, clamp(to, whole.right), whole.bottom)
            })
            .filter(|area| area.width() > 0.0)
            .collect(),
    }
}

pub(super) fn draw_bands(list: &mut DisplayList, stage: &Stage) {
    for band in &stage.plot.bands {
        for area in band_areas(stage, band.along, band.from, band.to) {
            list.rectangle(Role::Band, area, stage.theme.band, 1.0);
        }
    }
}

pub(super) fn draw_grid(list: &mut DisplayList, stage: &Stage) {
    let Some(color) = stage.theme.grid else { return };
    if !stage.plot.bands.is_empty() {
        return;
    }
    let labeled = stage.verticals.left_parts.iter().flat_map(|part| &part.ticks).filter(|tick| !tick.label.is_empty());
    for tick in labeled {
        let y = stage.verticals.left.place(tick.value);
        for (left, right) in stage.x.stretches() {
            list.line(Role::Grid, vec![(left, y), (right, y)], 0.8 * stage.theme.hairline, color);
        }
    }
}

pub(super) fn draw_ribbons(list: &mut DisplayList, stage: &Stage) {
    let map = stage.y_of(Side::Left);
    for ribbon in &stage.plot.ribbons {
        let color = stage.theme.line_color(ribbon.ink);
        for piece in 0..stage.x.pieces().len() {
            let area = stage.piece_frame(piece);
            let within = |edge: &[f64]| -> Vec<Place> {
                let points = ribbon.x.iter().zip(edge).map(|(&x, &y)| {
                    // A ribbon that leaves the frame follows its edge.
                    (stage.x.place_in(piece, x), map.place(y).clamp(area.top, area.bottom))
                });
                polyline::clip(points, &area).iter().flat_map(|part| polyline::simplify(part)).collect()
            };
            let mut outline = within(&ribbon.upper);
            outline.extend(within(&ribbon.lower).into_iter().rev());
            list.polygon(Role::Ribbon, outline, color, 0.2);
        }
    }
}

pub(super) fn draw_thresholds(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles) {
    let theme = stage.theme;
    let width = 1.1 * theme.hairline;
    let dashes = vec![4.0 * theme.hairline, 3.0 * theme.hairline];
    for threshold in &stage.plot.thresholds {
        for points in threshold_lines(stage, threshold.along, threshold.at) {
            obstacles.add_line(NOBODY, &points);
            list.dashed(Role::Threshold, points, width, theme.faint, dashes.clone());
        }
    }
}

pub(super) fn threshold_lines(stage: &Stage, along: Along, at: f64) -> Vec<Vec<Place>> {
    match along {
        Along::Y => {
            let y = stage.y_of(Side::Left).place(at);
            if y < stage.frame.top || y > stage.frame.bottom {
                return Vec::new();
            }
            stage.x.stretches().into_iter().map(|(left, right)| vec![(left, y), (right, y)]).collect()
        }
        Along::X => {
            let x = stage.x.place(at);
            if x < stage.frame.left || x > stage.frame.right {
                return Vec::new();
            }
            vec![vec![(x, stage.frame.bottom), (x, stage.frame.top)]]
        }
    }
}

/// Draws the direction field where nothing else is.
pub(super) fn draw_field(list: &mut DisplayList, stage: &Stage, obstacles: &Obstacles) {
    let theme = stage.theme;
    let reach = 0.9 * theme.label;
    for arrow in &stage.plot.field {
        let middle = stage.at(arrow.x, arrow.y);
        // The direction on the page is that of a small step, so that it is right on every scale.
        let span = (stage.x.to - stage.x.from).max(f64::MIN_POSITIVE);
        let rise = (stage.verticals.left.to - stage.verticals.left.from).max(f64::MIN_POSITIVE);
        let speed = length((arrow.dx / span, arrow.dy / rise));
        if !(speed > 0.0 && speed.is_finite()) {
            continue;
        }
        let step = 1e-4 / speed;
        let ahead = stage.at(arrow.x + step * arrow.dx, arrow.y + step * arrow.dy);
        let direction = (ahead.0 - middle.0, ahead.1 - middle.1);
        let norm = length(direction);
        if !(norm > 0.0 && norm.is_finite()) {
            continue;
        }
        let (dx, dy) = (0.5 * reach * direction.0 / norm, 0.5 * reach * direction.1 / norm);
        let (tail, tip) = ((middle.0 - dx, middle.1 - dy), (middle.0 + dx, middle.1 + dy));
        let covered = Bounds::around(&[tail, tip]).grown(0.2 * reach);
        if stage.frame.encloses(&covered) && obstacles.is_free(&covered, None) {
            list.line(Role::Grid, vec![tail, tip], theme.hairline, theme.faint);
            marks::arrowhead(list, Role::Grid, tip, (dx, dy), 0.4 * reach, theme.faint);
        }
    }
}

/// Draws all curves and returns them as they stand on the page, by series.
pub(super) fn draw_curves(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles) -> Vec<Vec<Vec<Place>>> {
    let theme = stage.theme;
    let mut curves = Vec::with_capacity(stage.plot.series.len());
    for (index, series) in stage.plot.series.iter().enumerate() {
        list.series = Some(index);
        let map = stage.y_of(series.side);
        let color = theme.line_color(series.style.ink);
        let width = theme.line * series.style.width;
        let mut pieces = Vec::new();
        for piece in 0..stage.x.pieces().len() {
            // Half a line's width of room keeps a curve along the edge whole.
            let mut area = stage.piece_frame(piece);
            area.top -= 0.5 * width;
            area.bottom += 0.5 * width;
            let points = series.x.iter().zip(&series.y).map(|(&x, &y)| (stage.x.place_in(piece, x), map.place(y)));
            pieces.extend(polyline::clip(points, &area).iter().map(|part| polyline::simplify(part)));
        }
        for part in &pieces {
            if width > 0.0 {
                obstacles.add_line(index, part);
                list.dashed(Role::Curve, part.clone(), width, color, theme.dashes(series.style.dash, width));
            }
        }
        mark_direction(list, stage, &pieces, series.direction_marks, color);
        if let Some(shape) = series.style.marker {
            let every = || series.x.iter().zip(&series.y).map(|(&x, &y)| (stage.x.place(x), map.place(y))).collect();
            let centers: Vec<Place> =
                if series.markers == 0 { every() } else { labels::samples(&pieces, series.markers) };
            for center in centers {
                if stage.frame.grown(0.5).holds(center) {
                    obstacles.add_box(marks::marker_bounds(center, theme.marker));
                    marks::marker(list, Role::Point, shape, center, theme.marker, color);
                }
            }
        }
        curves.push(pieces);
    }
    list.series = None;
    curves
}

fn mark_direction(list: &mut DisplayList, stage: &Stage, pieces: &[Vec<Place>], count: usize, color: Rgb) {
    let size = 3.4 * stage.theme.line + 0.25 * stage.theme.label;
    for tip in labels::samples(pieces, count) {
        let segment = pieces.iter().flat_map(|piece| piece.windows(2)).min_by(|a, b| {
            let off = |pair: &[Place]| {
                let (toward, ahead) = ((tip.0 - pair[0].0, tip.1 - pair[0].1), (pair[1].0 - tip.0, pair[1].1 - tip.1));
                length(toward) + length(ahead) - length((pair[1].0 - pair[0].0, pair[1].1 - pair[0].1))
            };
            off(a).total_cmp(&off(b))
        });
        if let Some(pair) = segment {
            let direction = (pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
            marks::arrowhead(list, Role::Point, tip, direction, size, color);
        }
    }
}

pub(super) fn draw_points(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles) {
    let theme = stage.theme;
    let frame = stage.frame.grown(0.5);
    let width = 1.25 * theme.hairline;
    for point in &stage.plot.points {
        let center = stage.at(point.x, point.y);
        if !frame.holds(center) {
            continue;
        }
        let color = theme.line_color(point.ink);
        if let Some((low, high)) = point.y_range {
            let map = stage.y_of(Side::Left);
            let (bottom, top) = (map.place(low).min(frame.bottom), map.place(high).max(frame.top));
            obstacles.add_line(NOBODY, &[(center.0, bottom), (center.0, top)]);
            list.line(Role::Range, vec![(center.0, bottom), (center.0, top)], width, color);
        }
        if let Some((low, high)) = point.x_range {
            let (left, right) = (stage.x.place(low).max(frame.left), stage.x.place(high).min(frame.right));
            obstacles.add_line(NOBODY, &[(left, center.1), (right, center.1)]);
            list.line(Role::Range, vec![(left, center.1), (right, center.1)], width, color);
        }
    }
    for point in &stage.plot.points {
        let center = stage.at(point.x, point.y);
        if frame.holds(center) {
            let color = theme.line_color(point.ink);
            obstacles.add_box(marks::marker_bounds(center, 1.45 * theme.marker));
            marks::open_marker(list, Role::Point, point.marker, center, theme.marker, color, theme.ground);
        }
    }
}

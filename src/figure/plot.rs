//! Panels on two axes: time courses, dose-response, phase portraits, work-precision.
//!
//! Drawn from back to front: bands, grid, ribbons, thresholds, axes, curves, points; then words, each where it has
//! room. Words that find none are handed back, and the layout puts them into the legend below the panels.

use super::axis::{AxisMap, AxisPart, resolve};
use super::display::{Anchor, DisplayList, Role, TextStyle, text_bounds};
use super::error::FigureError;
use super::font::{self, Face};
use super::frame;
use super::geometry::{Bounds, Place, length};
use super::labels::{self, NOBODY, Obstacles};
use super::marks;
use super::polyline;
use super::scene::{Along, AxisKind, LabelPlacement, Plot, Scale, Side};
use super::theme::Theme;

/// The words of a panel that stand elsewhere because there was no room for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wordless {
    /// The name of a series.
    Series(usize),
    /// The name of a band.
    Band(usize),
    /// The name of a threshold.
    Threshold(usize),
    /// An annotation.
    Annotation(usize),
    /// The number of a source, which then follows the panel's title.
    Source(usize),
}

/// The ranges of a panel's axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// Horizontal.
    pub x: (f64, f64),
    /// Vertical, left.
    pub y: (f64, f64),
    /// Vertical, right.
    pub right: Option<(f64, f64)>,
}

/// Checks a plot and finds the ranges of its axes.
///
/// # Errors
/// Any variant of [`FigureError`] about lengths, units, axes and ranges.
pub fn check(plot: &Plot, title: &str, sources: usize) -> Result<Ranges, FigureError> {
    check_lengths(plot, title)?;
    check_units(plot, title)?;
    for point in &plot.points {
        if let Some(index) = point.source
            && index >= sources
        {
            return Err(FigureError::BadReference { panel: title.to_string(), what: "source", index, count: sources });
        }
    }
    let abscissas = plot
        .series
        .iter()
        .flat_map(|series| series.x.iter().copied())
        .chain(plot.ribbons.iter().flat_map(|ribbon| ribbon.x.iter().copied()))
        .chain(plot.points.iter().map(|point| point.x))
        .chain(plot.field.iter().map(|arrow| arrow.x));
    // Curves fill the frame from side to side; separate points must not stand on its edge.
    let tight = plot.series.iter().all(|series| series.style.marker.is_none()) && plot.points.is_empty();
    let x = resolve(&plot.x, abscissas, tight || plot.x.kind == AxisKind::Time, title, "x")?;
    let seen = |x_at: f64| x_at >= x.0 && x_at <= x.1;
    let ordinates = |side: Side| {
        plot.series
            .iter()
            .filter(move |series| series.side == side)
            .flat_map(|series| series.x.iter().zip(&series.y))
            .filter(move |&(&at, _)| seen(at))
            .map(|(_, &value)| value)
    };
    let ranges_of_points = plot.points.iter().filter(|point| seen(point.x)).flat_map(|point| {
        [point.y, point.y_range.map_or(point.y, |range| range.0), point.y_range.map_or(point.y, |range| range.1)]
    });
    let edges = plot.ribbons.iter().flat_map(|ribbon| ribbon.lower.iter().chain(&ribbon.upper).copied());
    let thresholds =
        plot.thresholds.iter().filter(|threshold| threshold.along == Along::Y).map(|threshold| threshold.at);
    let left = ordinates(Side::Left)
        .chain(ranges_of_points)
        .chain(edges)
        .chain(thresholds)
        .chain(plot.field.iter().map(|arrow| arrow.y));
    let y = resolve(&plot.y, left, false, title, "y")?;
    let right = match &plot.y_right {
        Some(axis) => Some(resolve(axis, ordinates(Side::Right), false, title, "right")?),
        None => None,
    };
    Ok(Ranges { x, y, right })
}

fn check_lengths(plot: &Plot, title: &str) -> Result<(), FigureError> {
    let check = |what: String, found: usize, expected: usize| {
        if found == expected {
            Ok(())
        } else {
            Err(FigureError::LengthMismatch { panel: title.to_string(), what, found, expected })
        }
    };
    for series in &plot.series {
        check(format!("series `{}`", series.name), series.y.len(), series.x.len())?;
    }
    for ribbon in &plot.ribbons {
        check(format!("lower edge of `{}`", ribbon.name), ribbon.lower.len(), ribbon.x.len())?;
        check(format!("upper edge of `{}`", ribbon.name), ribbon.upper.len(), ribbon.x.len())?;
    }
    Ok(())
}

fn check_units(plot: &Plot, title: &str) -> Result<(), FigureError> {
    for series in &plot.series {
        let axis = match series.side {
            Side::Left => &plot.y,
            Side::Right => plot
                .y_right
                .as_ref()
                .ok_or_else(|| FigureError::NoRightAxis { panel: title.to_string(), series: series.name.clone() })?,
        };
        if !series.unit.is_empty() && series.unit != axis.unit {
            return Err(FigureError::TwoUnits {
                panel: title.to_string(),
                series: series.name.clone(),
                found: series.unit.clone(),
                expected: axis.unit.clone(),
            });
        }
    }
    for ribbon in &plot.ribbons {
        if !ribbon.unit.is_empty() && ribbon.unit != plot.y.unit {
            return Err(FigureError::TwoUnits {
                panel: title.to_string(),
                series: ribbon.name.clone(),
                found: ribbon.unit.clone(),
                expected: plot.y.unit.clone(),
            });
        }
    }
    Ok(())
}

/// The vertical axes of a panel, laid out for a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Verticals {
    /// The axis on the left.
    pub left: AxisMap,
    /// Its ticks.
    pub left_parts: Vec<AxisPart>,
    /// The axis on the right and its ticks.
    pub right: Option<(AxisMap, Vec<AxisPart>)>,
}

/// Lays out the vertical axes between two heights.
pub fn verticals(plot: &Plot, ranges: &Ranges, theme: &Theme, top: f64, bottom: f64) -> Verticals {
    let left = AxisMap::new(&plot.y, ranges.y, bottom, top, frame::break_gap(theme));
    let left_parts = frame::vertical_parts(&left, theme);
    let right = plot.y_right.as_ref().zip(ranges.right).map(|(axis, range)| {
        let map = AxisMap::new(axis, range, bottom, top, frame::break_gap(theme));
        let parts = frame::vertical_parts(&map, theme);
        (map, parts)
    });
    Verticals { left, left_parts, right }
}

/// Width of the names at the ends of curves, beside the frame.
pub fn end_label_width(plot: &Plot, theme: &Theme, wordless: &[Wordless]) -> f64 {
    let widest = plot
        .series
        .iter()
        .enumerate()
        .filter(|(index, series)| series.label == LabelPlacement::End && !wordless.contains(&Wordless::Series(*index)))
        .map(|(_, series)| font::width(&series.name, Face::Regular, theme.label))
        .fold(0.0, f64::max);
    if widest > 0.0 { widest + END_LABEL_GAP * theme.label } else { 0.0 }
}

/// Space between the end of a curve and its name, in label sizes.
const END_LABEL_GAP: f64 = 0.9;

/// Everything needed to draw a panel on two axes.
pub struct Stage<'a> {
    /// What to draw.
    pub plot: &'a Plot,
    /// Sizes and colors.
    pub theme: &'a Theme,
    /// The rectangle between the axes.
    pub frame: Bounds,
    /// The horizontal axis.
    pub x: &'a AxisMap,
    /// Its ticks.
    pub x_parts: &'a [AxisPart],
    /// Whether its numbers and name are written.
    pub x_labelled: bool,
    /// The vertical axes.
    pub verticals: &'a Verticals,
    /// Number printed for each source, by its index.
    pub numbers: &'a [Option<usize>],
    /// Words that already stand elsewhere.
    pub wordless: &'a [Wordless],
}

/// Draws a panel and returns the words that found no room.
pub fn draw(list: &mut DisplayList, stage: &Stage) -> Vec<Wordless> {
    draw_bands(list, stage);
    draw_grid(list, stage);
    draw_ribbons(list, stage);
    let mut obstacles = Obstacles::default();
    draw_thresholds(list, stage, &mut obstacles);
    let curves = draw_curves(list, stage, &mut obstacles);
    let frame = &stage.frame;
    frame::draw_horizontal(list, stage.theme, &stage.plot.x, stage.x, stage.x_parts, frame, stage.x_labelled);
    let verticals = stage.verticals;
    frame::draw_vertical(list, stage.theme, &stage.plot.y, &verticals.left, &verticals.left_parts, frame, false);
    if let (Some(axis), Some((map, parts))) = (&stage.plot.y_right, &verticals.right) {
        frame::draw_vertical(list, stage.theme, axis, map, parts, frame, true);
    }
    draw_points(list, stage, &mut obstacles);
    let missed = write_words(list, stage, &curves, &mut obstacles);
    draw_field(list, stage, &obstacles);
    missed
}

impl Stage<'_> {
    fn y_of(&self, side: Side) -> &AxisMap {
        match (side, &self.verticals.right) {
            (Side::Right, Some((map, _))) => map,
            _ => &self.verticals.left,
        }
    }

    fn at(&self, x: f64, y: f64) -> Place {
        (self.x.place(x), self.y_of(Side::Left).place(y))
    }

    fn hidden(&self, words: Wordless) -> bool {
        self.wordless.contains(&words)
    }

    /// The rectangle of one piece of the horizontal axis.
    fn piece_frame(&self, piece: usize) -> Bounds {
        let (left, right) = self.x.stretches().get(piece).copied().unwrap_or((self.frame.left, self.frame.right));
        Bounds::new(left, self.frame.top, right, self.frame.bottom)
    }
}

/// The rectangles of a band, one a piece of the horizontal axis.
fn band_areas(stage: &Stage, along: Along, from: f64, to: f64) -> Vec<Bounds> {
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

fn draw_bands(list: &mut DisplayList, stage: &Stage) {
    for band in &stage.plot.bands {
        for area in band_areas(stage, band.along, band.from, band.to) {
            list.rectangle(Role::Band, area, stage.theme.band, 1.0);
        }
    }
}

fn draw_grid(list: &mut DisplayList, stage: &Stage) {
    let Some(color) = stage.theme.grid else { return };
    if !stage.plot.bands.is_empty() {
        return;
    }
    let labelled = stage.verticals.left_parts.iter().flat_map(|part| &part.ticks).filter(|tick| !tick.label.is_empty());
    for tick in labelled {
        let y = stage.verticals.left.place(tick.value);
        for (left, right) in stage.x.stretches() {
            list.line(Role::Grid, vec![(left, y), (right, y)], 0.8 * stage.theme.hairline, color);
        }
    }
}

fn draw_ribbons(list: &mut DisplayList, stage: &Stage) {
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

fn draw_thresholds(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles) {
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

fn threshold_lines(stage: &Stage, along: Along, at: f64) -> Vec<Vec<Place>> {
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
fn draw_field(list: &mut DisplayList, stage: &Stage, obstacles: &Obstacles) {
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
fn draw_curves(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles) -> Vec<Vec<Vec<Place>>> {
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
            for (&x, &y) in series.x.iter().zip(&series.y) {
                let center = (stage.x.place(x), map.place(y));
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

fn mark_direction(
    list: &mut DisplayList,
    stage: &Stage,
    pieces: &[Vec<Place>],
    count: usize,
    color: super::color::Rgb,
) {
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

fn draw_points(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles) {
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

/// A line of words and the rectangle it needs.
struct Words<'a> {
    text: &'a str,
    style: TextStyle,
}

impl Words<'_> {
    fn size(&self) -> (f64, f64) {
        let bounds = text_bounds(self.text, (0.0, 0.0), self.style.size, self.style.face, Anchor::Start, false);
        (bounds.width(), bounds.height())
    }

    /// Writes the words into a rectangle of their size.
    fn write(&self, list: &mut DisplayList, role: Role, bounds: &Bounds) {
        let baseline = bounds.bottom - font::DESCENT * self.style.size;
        list.text(role, self.text, (bounds.left, baseline), self.style);
    }
}

fn write_words(
    list: &mut DisplayList,
    stage: &Stage,
    curves: &[Vec<Vec<Place>>],
    obstacles: &mut Obstacles,
) -> Vec<Wordless> {
    let mut missed = Vec::new();
    name_curves(list, stage, curves, obstacles, &mut missed);
    write_annotations(list, stage, obstacles, &mut missed);
    cite_points(list, stage, obstacles, &mut missed);
    name_thresholds(list, stage, obstacles, &mut missed);
    name_bands(list, stage, obstacles, &mut missed);
    missed
}

fn name_curves(
    list: &mut DisplayList,
    stage: &Stage,
    curves: &[Vec<Vec<Place>>],
    obstacles: &mut Obstacles,
    missed: &mut Vec<Wordless>,
) {
    let theme = stage.theme;
    name_ends(list, stage, curves, missed);
    for (index, series) in stage.plot.series.iter().enumerate() {
        let words = Wordless::Series(index);
        if series.name.is_empty() || stage.hidden(words) {
            continue;
        }
        match series.label {
            LabelPlacement::Hidden | LabelPlacement::End => continue,
            LabelPlacement::Legend => missed.push(words),
            LabelPlacement::Auto => {
                let style = TextStyle {
                    size: theme.label,
                    face: Face::Regular,
                    color: theme.text_color(series.style.ink),
                    anchor: Anchor::Start,
                };
                let name = Words { text: &series.name, style };
                let gap = 0.28 * theme.label + 0.5 * theme.line;
                let room = stage
                    .x
                    .stretches()
                    .iter()
                    .map(|&(left, right)| Bounds::new(left, stage.frame.top, right, stage.frame.bottom).grown(-1.0))
                    .filter_map(|part| {
                        let within: Vec<Vec<Place>> = curves[index]
                            .iter()
                            .filter(|piece| piece.windows(2).any(|pair| part.meets(pair[0], pair[1])))
                            .cloned()
                            .collect();
                        labels::at_curve(&within, name.size(), gap, &part, obstacles, index)
                    })
                    .next_back();
                match room {
                    Some(bounds) => {
                        list.series = Some(index);
                        name.write(list, Role::CurveLabel, &bounds);
                        list.series = None;
                        obstacles.add_box(bounds);
                    }
                    None => missed.push(words),
                }
            }
        }
    }
}

/// Names behind the ends of curves, moved apart, with a thin line to any that had to move far.
fn name_ends(list: &mut DisplayList, stage: &Stage, curves: &[Vec<Vec<Place>>], missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let mut ends: Vec<(usize, Place)> = Vec::new();
    for (index, series) in stage.plot.series.iter().enumerate() {
        let words = Wordless::Series(index);
        if series.label != LabelPlacement::End || series.name.is_empty() || stage.hidden(words) {
            continue;
        }
        match curves[index].last().and_then(|piece| piece.last()) {
            Some(&end) => ends.push((index, end)),
            None => missed.push(words),
        }
    }
    let height = 1.12 * (font::ASCENT + font::DESCENT) * theme.label;
    let wishes: Vec<f64> = ends.iter().map(|end| end.1.1).collect();
    let half = 0.5 * height;
    let centers = labels::spread(&wishes, height, stage.frame.top - half, stage.frame.bottom + half);
    for (&(index, end), &center) in ends.iter().zip(&centers) {
        if center - half < stage.frame.top - height || center + half > stage.frame.bottom + height {
            missed.push(Wordless::Series(index));
            continue;
        }
        let series = &stage.plot.series[index];
        let left = stage.frame.right + END_LABEL_GAP * theme.label;
        if (center - end.1).abs() > 0.35 * theme.label || end.0 < stage.frame.right - 2.0 {
            let points = vec![(end.0.max(stage.frame.right) + 1.5, end.1), (left - 0.2 * theme.label, center)];
            list.line(Role::Leader, points, 0.8 * theme.hairline, theme.line_color(series.style.ink));
        }
        list.series = Some(index);
        let style = TextStyle {
            size: theme.label,
            face: Face::Regular,
            color: theme.text_color(series.style.ink),
            anchor: Anchor::Start,
        };
        let baseline = center + 0.5 * (font::ASCENT - font::DESCENT) * theme.label;
        list.text(Role::CurveLabel, &series.name, (left, baseline), style);
        list.series = None;
    }
}

fn write_annotations(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let style = TextStyle { size: theme.label, face: Face::Regular, color: theme.ink, anchor: Anchor::Start };
    for (index, annotation) in stage.plot.annotations.iter().enumerate() {
        if stage.hidden(Wordless::Annotation(index)) || annotation.text.is_empty() {
            continue;
        }
        let place = stage.at(annotation.x, annotation.y);
        let words = Words { text: &annotation.text, style };
        let gaps: &[f64] = if annotation.pointer { &[1.0, 1.6, 2.4, 3.4] } else { &[0.4, 0.9, 1.6] };
        let candidates = gaps.iter().flat_map(|gap| labels::around(place, words.size(), gap * theme.label));
        match labels::first_free(candidates, &stage.frame.grown(-1.0), obstacles, 0.3 * theme.label) {
            Some(bounds) => {
                if annotation.pointer {
                    let near = (place.0.clamp(bounds.left, bounds.right), place.1.clamp(bounds.top, bounds.bottom));
                    let points = vec![near, place];
                    obstacles.add_line(NOBODY, &points);
                    list.line(Role::Leader, points, theme.hairline, theme.quiet);
                }
                words.write(list, Role::Note, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Annotation(index)),
        }
    }
}

/// The number of each source beside one of its points; near the rightmost that has room.
fn cite_points(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    for (source, number) in stage.numbers.iter().enumerate() {
        let Some(number) = number else { continue };
        let mut places: Vec<(Place, super::scene::Ink)> = stage
            .plot
            .points
            .iter()
            .filter(|point| point.source == Some(source))
            .map(|point| (stage.at(point.x, point.y), point.ink))
            .filter(|(place, _)| stage.frame.grown(0.5).holds(*place))
            .collect();
        if places.is_empty() || stage.hidden(Wordless::Source(source)) {
            continue;
        }
        places.sort_by(|a, b| b.0.0.total_cmp(&a.0.0));
        let text = number.to_string();
        let size = 0.82 * theme.label;
        let gap = 2.0 * theme.marker + 0.1 * theme.label;
        let found = places.iter().find_map(|&(place, ink)| {
            let style = TextStyle { size, face: Face::Regular, color: theme.text_color(ink), anchor: Anchor::Start };
            let words = Words { text: &text, style };
            // Beside the marker first: above and below it runs the range bar.
            let [above, below, right, left, corners @ ..] = labels::around(place, words.size(), gap);
            let order = [right, corners[0], left, corners[1], corners[2], corners[3], above, below];
            labels::first_free(order, &stage.frame.grown(-0.5), obstacles, 0.8).map(|bounds| (bounds, style))
        });
        match found {
            Some((bounds, style)) => {
                Words { text: &text, style }.write(list, Role::Citation, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Source(source)),
        }
    }
}

fn name_thresholds(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let style = TextStyle { size: theme.tick, face: Face::Regular, color: theme.quiet, anchor: Anchor::Start };
    for (index, threshold) in stage.plot.thresholds.iter().enumerate() {
        let lines = threshold_lines(stage, threshold.along, threshold.at);
        if threshold.label.is_empty() || stage.hidden(Wordless::Threshold(index)) || lines.is_empty() {
            continue;
        }
        let words = Words { text: &threshold.label, style };
        let (width, height) = words.size();
        let gap = 0.22 * theme.tick;
        let candidates: Vec<Bounds> = match threshold.along {
            // From the right end of each stretch to its left, above the line and below it.
            Along::Y => stage
                .x
                .stretches()
                .into_iter()
                .rev()
                .flat_map(|(left, right)| {
                    let y = lines[0][0].1;
                    (0..12).flat_map(move |step| {
                        let x = right - 2.0 - width - (right - left - width - 4.0).max(0.0) * f64::from(step) / 11.0;
                        let box_at = |top: f64| Bounds::new(x, top, x + width, top + height);
                        [(x >= left).then(|| box_at(y - gap - height)), (x >= left).then(|| box_at(y + gap))]
                    })
                })
                .flatten()
                .collect(),
            Along::X => {
                let x = lines[0][0].0;
                (0..12)
                    .flat_map(|step| {
                        let top = stage.frame.top
                            + 1.0
                            + (stage.frame.height() - height - 2.0).max(0.0) * f64::from(step) / 11.0;
                        [
                            Bounds::new(x + gap, top, x + gap + width, top + height),
                            Bounds::new(x - gap - width, top, x - gap, top + height),
                        ]
                    })
                    .collect()
            }
        };
        match labels::first_free(candidates, &stage.frame.grown(1.0), obstacles, 0.15 * theme.tick) {
            Some(bounds) => {
                words.write(list, Role::Note, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Threshold(index)),
        }
    }
}

fn name_bands(list: &mut DisplayList, stage: &Stage, obstacles: &mut Obstacles, missed: &mut Vec<Wordless>) {
    let theme = stage.theme;
    let style = TextStyle { size: theme.tick, face: Face::Regular, color: theme.quiet, anchor: Anchor::Start };
    for (index, band) in stage.plot.bands.iter().enumerate() {
        if band.label.is_empty() || stage.hidden(Wordless::Band(index)) {
            continue;
        }
        let words = Words { text: &band.label, style };
        let (width, height) = words.size();
        let inset = 0.25 * theme.tick;
        // A grid of places in each area, the upper right first.
        let candidates = band_areas(stage, band.along, band.from, band.to).into_iter().rev().flat_map(|area| {
            let (free_width, free_height) = (area.width() - width - 2.0 * inset, area.height() - height - 2.0 * inset);
            let fits = free_width >= 0.0 && free_height >= 0.0;
            (0..if fits { 60 } else { 0 }).map(move |step| {
                let (row, column) = (f64::from(step / 12) / 4.0, f64::from(step % 12) / 11.0);
                let left = area.right - inset - width - free_width * column;
                let top = area.top + inset + free_height * row;
                Bounds::new(left, top, left + width, top + height)
            })
        });
        match labels::first_free(candidates, &stage.frame, obstacles, 0.15 * theme.tick) {
            Some(bounds) => {
                words.write(list, Role::Note, &bounds);
                obstacles.add_box(bounds);
            }
            None => missed.push(Wordless::Band(index)),
        }
    }
}

/// Whether two horizontal axes show the same, so that numbers under the lower one serve both.
pub fn same_abscissa(a: (&Plot, &Ranges), b: (&Plot, &Ranges)) -> bool {
    let same_scale = match (a.0.x.scale, b.0.x.scale) {
        (Scale::Broken { split: s, share: p }, Scale::Broken { split: t, share: q }) => s == t && p == q,
        (x, y) => x == y,
    };
    same_scale && a.1.x == b.1.x && a.0.x.kind == b.0.x.kind && a.0.x.unit == b.0.x.unit && a.0.x.label == b.0.x.label
}

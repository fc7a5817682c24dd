//! Heat maps: a value over two parameters as color, with a color bar and labeled contour lines.

use super::axis::{AxisMap, AxisPart, resolve};
use super::color::{Rgb, along, contrast};
use super::contour;
use super::display::{Anchor, DisplayList, Role, TextStyle, text_bounds};
use super::error::FigureError;
use super::font::{self, Face};
use super::frame;
use super::geometry::{Bounds, Place};
use super::labels::{self, Obstacles};
use super::number;
use super::scene::{Axis, HeatMap, Scale};
use super::theme::Theme;

/// The ranges of a heat map's axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranges {
    /// Horizontal.
    pub x: (f64, f64),
    /// Vertical.
    pub y: (f64, f64),
    /// The value that is shown as color.
    pub value: (f64, f64),
}

/// Checks a heat map and finds the ranges of its axes; a value that takes both signs gets a range with 0 in the middle.
///
/// # Errors
/// Lists of wrong length, and impossible axes.
pub fn check(map: &HeatMap, title: &str) -> Result<Ranges, FigureError> {
    let expected = map.x_at.len() * map.y_at.len();
    if map.values.len() != expected {
        return Err(FigureError::LengthMismatch {
            panel: title.to_string(),
            what: "the heat map".to_string(),
            found: map.values.len(),
            expected,
        });
    }
    let x = resolve(&map.x, outer_edges(&map.x_at, map.x.scale).into_iter(), true, title, "x")?;
    let y = resolve(&map.y, outer_edges(&map.y_at, map.y.scale).into_iter(), true, title, "y")?;
    let mut value = resolve(&map.value, map.values.iter().copied(), true, title, "color")?;
    if map.value.range.is_none() && is_diverging(&map.value, value) {
        let most = value.1.max(-value.0);
        value = (-most, most);
    }
    Ok(Ranges { x, y, value })
}

fn is_diverging(axis: &Axis, (from, to): (f64, f64)) -> bool {
    axis.scale != Scale::Log && from < 0.0 && to > 0.0
}

/// The edges of the first and last cell: half a step outside the centers, in the scale of the axis.
fn outer_edges(centers: &[f64], scale: Scale) -> Vec<f64> {
    match centers {
        [] => Vec::new(),
        [only] => vec![*only, *only],
        [first, second, ..] => {
            let (last, before) = (centers[centers.len() - 1], centers[centers.len() - 2]);
            if scale == Scale::Log && *first > 0.0 {
                vec![first * (first / second).sqrt(), last * (last / before).sqrt()]
            } else {
                vec![first - 0.5 * (second - first), last + 0.5 * (last - before)]
            }
        }
    }
}

/// Edges of the cells on the page: midway between the places of their centers.
fn cell_edges(centers: &[f64], map: &AxisMap) -> Vec<f64> {
    let (low, high) = (map.start.min(map.end), map.start.max(map.end));
    let places: Vec<f64> = centers.iter().map(|&center| map.place(center)).collect();
    let mut edges: Vec<f64> = places.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])).collect();
    match places[..] {
        [] => return edges,
        [_] => {
            edges.insert(0, map.start);
            edges.push(map.end);
        }
        [first, .., last] => {
            edges.insert(0, 2.0 * first - edges[0]);
            let inner = edges[edges.len() - 1];
            edges.push(2.0 * last - inner);
        }
    }
    edges.into_iter().map(|edge| edge.clamp(low, high)).collect()
}

/// Space between frame and color bar, and the bar's width, in label sizes.
const BAR: (f64, f64) = (1.0, 1.0);

/// Width needed left of the frame for the axis, and right of it for the color bar.
pub fn sides(map: &HeatMap, ranges: &Ranges, theme: &Theme, top: f64, bottom: f64) -> (f64, f64) {
    let y = AxisMap::new(&map.y, ranges.y, bottom, top, 0.0);
    let before = frame::vertical_width(&map.y, &frame::vertical_parts(&y, theme), theme);
    let (_, parts) = bar_axis(map, ranges, theme, top, bottom);
    (before, (BAR.0 + BAR.1) * theme.label + frame::vertical_width(&map.value, &parts, theme))
}

fn bar_axis(map: &HeatMap, ranges: &Ranges, theme: &Theme, top: f64, bottom: f64) -> (AxisMap, Vec<AxisPart>) {
    let axis = AxisMap::new(&map.value, ranges.value, bottom, top, 0.0);
    let parts = frame::vertical_parts(&axis, theme);
    (axis, parts)
}

/// The axes of a heat map on the page.
struct Axes {
    x: AxisMap,
    y: AxisMap,
}

/// Draws a heat map into a frame.
pub fn draw(list: &mut DisplayList, theme: &Theme, map: &HeatMap, ranges: &Ranges, frame: &Bounds) {
    let colors = if is_diverging(&map.value, ranges.value) { theme.diverging } else { theme.sequential };
    let shade = AxisMap::new(&map.value, ranges.value, 0.0, 1.0, 0.0);
    let axes = Axes {
        x: AxisMap::new(&map.x, ranges.x, frame.left, frame.right, 0.0),
        y: AxisMap::new(&map.y, ranges.y, frame.bottom, frame.top, 0.0),
    };
    draw_cells(list, map, &axes, &shade, colors);
    draw_contours(list, theme, map, &axes, &shade, colors, frame);
    let x_parts = frame::horizontal_parts(&axes.x, theme);
    frame::draw_horizontal(list, theme, &map.x, &axes.x, &x_parts, frame, true);
    let y_parts = frame::vertical_parts(&axes.y, theme);
    frame::draw_vertical(list, theme, &map.y, &axes.y, &y_parts, frame, false);
    draw_bar(list, theme, map, ranges, colors, frame);
}

fn draw_cells(list: &mut DisplayList, map: &HeatMap, axes: &Axes, shade: &AxisMap, colors: &[Rgb]) {
    let columns = cell_edges(&map.x_at, &axes.x);
    let rows = cell_edges(&map.y_at, &axes.y);
    let width = map.x_at.len();
    for (row, pair) in rows.windows(2).enumerate() {
        let mut run: Option<(Rgb, f64, f64)> = None;
        let flush = |run: &mut Option<(Rgb, f64, f64)>, list: &mut DisplayList| {
            if let Some((color, left, right)) = run.take() {
                let area = Bounds::new(left, pair[0].min(pair[1]), right, pair[0].max(pair[1]));
                list.rectangle(Role::Cell, area, color, 1.0);
            }
        };
        for (column, edges) in columns.windows(2).enumerate() {
            let value = map.values[row * width + column];
            let color = value.is_finite().then(|| along(colors, shade.place(value)));
            match (&mut run, color) {
                // Neighbors of one color are one rectangle.
                (Some(current), Some(color)) if current.0 == color => current.2 = edges[1],
                (_, color) => {
                    flush(&mut run, list);
                    run = color.map(|color| (color, edges[0], edges[1]));
                }
            }
        }
        flush(&mut run, list);
    }
}

/// Black or white, whichever is seen better on a color.
pub fn legible_on(ground: Rgb) -> Rgb {
    let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
    if contrast(black, ground) >= contrast(white, ground) { black } else { white }
}

/// Places and values of the cells' centers, continued in straight lines to the edges of the outer cells (which are the
/// centers themselves where the axis ends at them).
fn to_the_edges(map: &HeatMap, axes: &Axes) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let places = |centers: &[f64], axis: &AxisMap| -> Vec<f64> {
        let edges = cell_edges(centers, axis);
        let inner = centers.iter().map(|&center| axis.place(center));
        edges.first().copied().into_iter().chain(inner).chain(edges.last().copied()).collect()
    };
    let continued = |row: Vec<f64>, places: &[f64]| -> Vec<f64> {
        let beyond = |edge: usize, outer: usize, inner: usize| -> Option<f64> {
            let step = places.get(outer)? - places.get(inner)?;
            let share = if step == 0.0 { 0.0 } else { (places.get(edge)? - places.get(outer)?) / step };
            let (outer, inner) = (row.get(outer.checked_sub(1)?)?, row.get(inner.checked_sub(1)?)?);
            Some(outer + share * (outer - inner))
        };
        let count = row.len();
        let before = beyond(0, 1, 2).or(row.first().copied());
        let after = count.checked_sub(1).and_then(|last| beyond(last + 2, last + 1, last)).or(row.last().copied());
        before.into_iter().chain(row.iter().copied()).chain(after).collect()
    };
    let (x, y) = (places(&map.x_at, &axes.x), places(&map.y_at, &axes.y));
    let width = map.x_at.len();
    let rows: Vec<Vec<f64>> = map.values.chunks(width.max(1)).map(|row| continued(row.to_vec(), &x)).collect();
    let columns: Vec<Vec<f64>> =
        (0..width + 2).map(|column| continued(rows.iter().map(|row| row[column]).collect(), &y)).collect();
    let values = (0..map.y_at.len() + 2).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    (x, y, values)
}

fn draw_contours(
    list: &mut DisplayList,
    theme: &Theme,
    map: &HeatMap,
    axes: &Axes,
    shade: &AxisMap,
    colors: &[Rgb],
    frame: &Bounds,
) {
    let (x, y, values) = to_the_edges(map, axes);
    let mut obstacles = Obstacles::default();
    let mut lines: Vec<(f64, Vec<Place>)> = Vec::new();
    for &level in &map.contours {
        for line in contour::trace(&x, &y, &values, level) {
            obstacles.add_line(lines.len(), &line);
            lines.push((level, line));
        }
    }
    let size = theme.tick;
    let mut named: Vec<f64> = Vec::new();
    let mut order: Vec<usize> = (0..lines.len()).collect();
    // The longest line of each level bears its number.
    order.sort_by(|&a, &b| lines[b].1.len().cmp(&lines[a].1.len()).then(a.cmp(&b)));
    for index in order {
        let (level, line) = &lines[index];
        let color = legible_on(along(colors, shade.place(*level)));
        list.line(Role::Curve, line.clone(), 1.3 * theme.hairline, color);
        if named.contains(level) {
            continue;
        }
        let text = number::significant(*level, 3);
        let bounds = text_bounds(&text, (0.0, 0.0), size, Face::Regular, Anchor::Start, false);
        let room = labels::at_curve(
            std::slice::from_ref(line),
            (bounds.width(), bounds.height()),
            0.25 * size,
            &frame.grown(-0.3 * size),
            &obstacles,
            index,
        );
        if let Some(place) = room {
            let ground = super::checks::ground_at(&list.items, list.items.len(), place.center());
            let style = TextStyle { size, face: Face::Regular, color: legible_on(ground), anchor: Anchor::Start };
            list.text(Role::CurveLabel, &text, (place.left, place.bottom - font::DESCENT * size), style);
            obstacles.add_box(place);
            named.push(*level);
        }
    }
}

fn draw_bar(list: &mut DisplayList, theme: &Theme, map: &HeatMap, ranges: &Ranges, colors: &[Rgb], frame: &Bounds) {
    const STEPS: usize = 96;
    let left = frame.right + BAR.0 * theme.label;
    let bar = Bounds::new(left, frame.top, left + BAR.1 * theme.label, frame.bottom);
    for step in 0..STEPS {
        let at = |step: usize| bar.bottom - bar.height() * step as f64 / STEPS as f64;
        let color = along(colors, (step as f64 + 0.5) / STEPS as f64);
        list.rectangle(Role::Cell, Bounds::new(bar.left, at(step + 1), bar.right, at(step)), color, 1.0);
    }
    let (axis, parts) = bar_axis(map, ranges, theme, frame.top, frame.bottom);
    frame::draw_vertical(list, theme, &map.value, &axis, &parts, &bar, true);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_meet_midway_and_fill_the_frame() {
        let axis = Axis { scale: Scale::Log, ..Axis::default() };
        let centers = [1.0, 10.0, 100.0];
        let outer = outer_edges(&centers, Scale::Log);
        let map = AxisMap::new(&axis, (outer[0], outer[1]), 0.0, 300.0, 0.0);
        let edges = cell_edges(&centers, &map);
        for (edge, expected) in edges.iter().zip([0.0, 100.0, 200.0, 300.0]) {
            assert!((edge - expected).abs() < 1e-9, "{edges:?}");
        }
    }

    #[test]
    fn contours_end_at_the_centers_where_the_axis_does() {
        // A slope in x whose axes end at the outer centers: no line beyond, and none along the border.
        let (at, outer) = (vec![0.0, 1.0, 2.0], |from, to| AxisMap::new(&Axis::default(), (from, to), 0.0, 200.0, 0.0));
        let values = vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0, 1.0, 2.0];
        let map = HeatMap { x_at: at.clone(), y_at: at, values, ..HeatMap::default() };
        let (x, y, values) = to_the_edges(&map, &Axes { x: outer(0.0, 2.0), y: outer(0.0, 2.0) });
        assert_eq!((x[0], x[4]), (0.0, 200.0));
        assert!(contour::trace(&x, &y, &values, 2.2).is_empty());
        let (x, y, values) = to_the_edges(&map, &Axes { x: outer(-0.5, 2.5), y: outer(-0.5, 2.5) });
        assert_eq!(contour::trace(&x, &y, &values, 2.2).len(), 1);
    }

    #[test]
    fn words_on_any_color_can_be_read() {
        for step in 0..=100 {
            for name in super::super::scene::ThemeName::ALL {
                let theme = Theme::named(name);
                for colors in [theme.sequential, theme.diverging] {
                    let ground = along(colors, f64::from(step) / 100.0);
                    assert!(contrast(legible_on(ground), ground) >= 4.5);
                }
            }
        }
    }

    #[test]
    fn values_at_the_edges_are_those_of_the_centers_where_the_axis_ends_there() {
        let map = |range| HeatMap {
            x: Axis { range, ..Axis::default() },
            y: Axis { range, ..Axis::default() },
            x_at: vec![0.0, 1.0, 2.0],
            y_at: vec![0.0, 1.0, 2.0],
            values: vec![0.0, 1.0, 2.0, 1.0, 2.0, 3.0, 2.0, 3.0, 4.0],
            ..HeatMap::default()
        };
        let edges = |map: &HeatMap| {
            let ranges = check(map, "p").unwrap();
            let axis = |axis: &Axis, range| AxisMap::new(axis, range, 0.0, 300.0, 0.0);
            let axes = Axes { x: axis(&map.x, ranges.x), y: axis(&map.y, ranges.y) };
            to_the_edges(map, &axes).2
        };
        let (whole, cut) = (edges(&map(None)), edges(&map(Some((0.0, 2.0)))));
        // The plane goes on to the edges of the outer cells, half a cell further, or ends at their centers.
        assert!((whole[0] + 1.0).abs() < 1e-9 && (whole[24] - 5.0).abs() < 1e-9, "{whole:?}");
        assert!(cut[0].abs() < 1e-9 && (cut[24] - 4.0).abs() < 1e-9, "{cut:?}");
    }

    #[test]
    fn both_signs_center_the_colors() {
        let map = HeatMap {
            x_at: vec![0.0, 1.0],
            y_at: vec![0.0, 1.0],
            values: vec![-1.0, 0.0, 2.0, 3.0],
            ..HeatMap::default()
        };
        assert_eq!(check(&map, "p").unwrap().value, (-3.0, 3.0));
        let short = HeatMap { values: vec![1.0], ..map };
        assert!(matches!(check(&short, "p"), Err(FigureError::LengthMismatch { .. })));
    }
}

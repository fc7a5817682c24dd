//! The cascade diagram: nodes in layers from cause to effect, arrows between them, activity as color.
//!
//! It runs from left to right where the width allows, else from top to bottom.

use super::color::{Rgb, along};
use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::error::FigureError;
use super::font::{self, Face};
use super::geometry::{Bounds, Place};
use super::heat::legible_on;
use super::layers::{self, Layered};
use super::marks;
use super::polyline;
use super::scene::{Cascade, Edge, EdgeKind};
use super::theme::Theme;

/// Checks a cascade.
///
/// # Errors
/// No nodes, an activity for some nodes only, edges between nodes that do not exist.
pub fn check(cascade: &Cascade, title: &str) -> Result<(), FigureError> {
    let panel = title.to_string();
    let count = cascade.nodes.len();
    if count == 0 {
        return Err(FigureError::NoData { panel, axis: "x" });
    }
    if !cascade.activity.is_empty() && cascade.activity.len() != count {
        let found = cascade.activity.len();
        return Err(FigureError::LengthMismatch { panel, what: "the activity".to_string(), found, expected: count });
    }
    for edge in &cascade.edges {
        let index = edge.from.max(edge.to);
        if index >= count {
            return Err(FigureError::BadReference { panel, what: "node", index, count });
        }
    }
    Ok(())
}

/// How a cascade lies in its frame.
struct Arrangement {
    layered: Layered,
    /// Whether layers follow each other downwards.
    downwards: bool,
    /// Font size of the names.
    size: f64,
    /// Width of the nodes of each layer.
    widths: Vec<f64>,
    /// Height of a node.
    height: f64,
    /// The rectangle of the diagram.
    area: Bounds,
}

/// Height of the line with the color bar and the meaning of arrows.
fn key_height(cascade: &Cascade, theme: &Theme) -> f64 {
    if cascade.explained_elsewhere { 0.4 * theme.tick } else { 2.4 * theme.tick }
}

/// Width of the nodes of each layer, and their common height.
fn node_sizes(cascade: &Cascade, layered: &Layered, size: f64) -> (Vec<f64>, f64) {
    let lines = cascade.nodes.iter().map(|node| node.name.lines().count()).max().unwrap_or(1);
    let mut widths = vec![2.6 * size; layered.layers];
    for (node, &(layer, _)) in cascade.nodes.iter().zip(&layered.nodes) {
        for line in node.name.lines() {
            widths[layer] = widths[layer].max(font::width(line, Face::Regular, size) + 1.2 * size);
        }
    }
    (widths, (lines as f64 * 1.2 + 0.85) * size)
}

impl Arrangement {
    fn new(cascade: &Cascade, size: f64, downwards: bool, area: Bounds) -> Arrangement {
        let edges: Vec<(usize, usize)> = cascade.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let layered = layers::arrange(cascade.nodes.len(), &edges);
        let (mut widths, height) = node_sizes(cascade, &layered, size);
        if downwards {
            let widest = widths.iter().copied().fold(0.0, f64::max);
            widths.fill(widest);
        }
        Arrangement { layered, downwards, size, widths, height, area }
    }

    /// Width and height that the diagram needs.
    fn need(&self) -> (f64, f64) {
        let places = self.layered.extent.1 - self.layered.extent.0 + 1.0;
        let gaps = self.layered.layers.saturating_sub(1) as f64 * 1.55 * self.size;
        let widest = self.widths.iter().copied().fold(0.0, f64::max);
        if self.downwards {
            (places * (widest + 0.6 * self.size), self.layered.layers as f64 * self.height + gaps)
        } else {
            (self.widths.iter().sum::<f64>() + gaps, places * (self.height + 0.45 * self.size))
        }
    }

    /// The middle of a node or waypoint.
    fn center(&self, (layer, place): (usize, f64)) -> Place {
        let (low, high) = self.layered.extent;
        let steps = self.layered.layers.saturating_sub(1) as f64;
        let width = self.widths[layer];
        // Nodes of sparse layers keep together instead of spreading over the whole breadth.
        let (breadth, most) = if self.downwards {
            (self.area.width() - width, 2.0 * width)
        } else {
            (self.area.height() - self.height, 3.0 * self.height)
        };
        let spacing = if high > low { (breadth / (high - low)).min(most) } else { 0.0 };
        let offset = (place - 0.5 * (low + high)) * spacing;
        let middle = self.area.center();
        if self.downwards {
            let along = if steps > 0.0 { layer as f64 / steps } else { 0.5 };
            (middle.0 + offset, self.area.top + 0.5 * self.height + along * (self.area.height() - self.height))
        } else {
            let free = self.area.width() - self.widths.iter().sum::<f64>();
            let gap = if steps > 0.0 { (free / steps).min(6.0 * self.size) } else { 0.0 };
            let start = self.area.left + 0.5 * (free - gap * steps);
            let before: f64 = self.widths[..layer].iter().sum();
            (start + before + layer as f64 * gap + 0.5 * width, middle.1 + offset)
        }
    }
}

/// The font sizes that are tried, from large to small.
fn sizes(theme: &Theme) -> [f64; 3] {
    [theme.label, 0.5 * (theme.label + theme.note), theme.note]
}

/// Least and preferred height of the frame for a width: panels of one figure keep one size of type.
pub fn heights(cascade: &Cascade, theme: &Theme, width: f64) -> (f64, f64) {
    let arrangement = arrange(cascade, theme, &Bounds::new(0.0, 0.0, width, 1e4));
    let height = arrangement.need().1 + key_height(cascade, theme);
    (height, 1.15 * height)
}

/// The largest type with which the diagram fits, from left to right if it can.
fn arrange(cascade: &Cascade, theme: &Theme, frame: &Bounds) -> Arrangement {
    let area = Bounds { bottom: frame.bottom - key_height(cascade, theme), ..*frame };
    for downwards in [false, true] {
        for size in sizes(theme) {
            let arrangement = Arrangement::new(cascade, size, downwards, area);
            let (width, height) = arrangement.need();
            // The height may be this very need, worked out in another order.
            if width <= area.width() + 1e-6 && height <= area.height() + 1e-6 {
                return arrangement;
            }
        }
    }
    Arrangement::new(cascade, theme.note, area.height() > area.width(), area)
}

/// Draws a cascade into a frame.
pub fn draw(list: &mut DisplayList, theme: &Theme, cascade: &Cascade, frame: &Bounds) {
    let arrangement = arrange(cascade, theme, frame);
    for (index, edge) in cascade.edges.iter().enumerate() {
        draw_edge(list, theme, &arrangement, cascade, index, edge);
    }
    for (index, node) in cascade.nodes.iter().enumerate() {
        list.series = Some(index);
        let center = arrangement.center(arrangement.layered.nodes[index]);
        let activity = cascade.activity.get(index).copied();
        let width = arrangement.widths[arrangement.layered.nodes[index].0];
        draw_node(list, theme, (width, arrangement.height, arrangement.size), &node.name, center, activity);
    }
    list.series = None;
    if !cascade.explained_elsewhere {
        draw_key(list, theme, cascade, frame);
    }
}

/// The fill of a node with that activity.
pub fn fill(theme: &Theme, activity: Option<f64>) -> Rgb {
    match activity {
        Some(value) if value.is_finite() => along(theme.diverging, 0.5 * (value.clamp(-1.0, 1.0) + 1.0)),
        _ => theme.band,
    }
}

fn draw_node(
    list: &mut DisplayList,
    theme: &Theme,
    (width, height, size): (f64, f64, f64),
    name: &str,
    (x, y): Place,
    activity: Option<f64>,
) {
    let area = Bounds::new(x - 0.5 * width, y - 0.5 * height, x + 0.5 * width, y + 0.5 * height);
    let color = fill(theme, activity);
    let outline = rounded(&area, 0.4 * size);
    list.polygon(Role::Node, outline.clone(), color, 1.0);
    let mut rim = outline;
    rim.extend(rim.first().copied());
    list.line(Role::Node, rim, theme.hairline, theme.faint);
    let lines: Vec<&str> = name.lines().collect();
    let style = TextStyle { size, face: Face::Regular, color: legible_on(color), anchor: Anchor::Middle };
    for (row, line) in lines.iter().enumerate() {
        let offset = (row as f64 - 0.5 * (lines.len() as f64 - 1.0)) * 1.2 * size;
        list.text(Role::NodeLabel, line, (x, y + offset + 0.36 * size), style);
    }
}

/// A rectangle with rounded corners, as a polygon.
fn rounded(area: &Bounds, radius: f64) -> Vec<Place> {
    // Sines of 0, 22.5, 45, 67.5 and 90 degrees.
    const SINES: [f64; 5] =
        [0.0, 0.382_683_432_365_089_8, std::f64::consts::FRAC_1_SQRT_2, 0.923_879_532_511_286_7, 1.0];
    let r = radius.min(0.5 * area.width()).min(0.5 * area.height());
    let arc = |center: Place, right: f64, down: f64, flip: bool| {
        (0..5).map(move |step| {
            let step = if flip { 4 - step } else { step };
            (center.0 + right * r * SINES[4 - step], center.1 + down * r * SINES[step])
        })
    };
    let (left, right) = (area.left + r, area.right - r);
    let (top, bottom) = (area.top + r, area.bottom - r);
    arc((right, bottom), 1.0, 1.0, false)
        .chain(arc((left, bottom), -1.0, 1.0, true))
        .chain(arc((left, top), -1.0, -1.0, false))
        .chain(arc((right, top), 1.0, -1.0, true))
        .collect()
}

/// Where an edge meets its node: edges that share a side stand apart, in the order of their other ends.
fn port(arrangement: &Arrangement, cascade: &Cascade, index: usize, at_end: bool) -> Place {
    let edges = &cascade.edges;
    let node = if at_end { edges[index].to } else { edges[index].from };
    let (layer, place) = arrangement.layered.nodes[node];
    let beside = |edge: usize, end: bool| {
        let route = &arrangement.layered.routes[edge];
        if end { route[route.len().saturating_sub(2)] } else { route[1.min(route.len() - 1)] }
    };
    let ahead = beside(index, at_end).0 > layer;
    let mut sharing: Vec<(f64, usize, bool)> = Vec::new();
    for (other, edge) in edges.iter().enumerate() {
        for (end, is_end) in [(edge.from, false), (edge.to, true)] {
            let next = beside(other, is_end);
            if end == node && edge.from != edge.to && (next.0 > layer) == ahead {
                sharing.push((next.1, other, is_end));
            }
        }
    }
    sharing.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let rank = sharing.iter().position(|&(_, other, is_end)| other == index && is_end == at_end).unwrap_or(0);
    let offset = (rank as f64 + 0.5) / sharing.len().max(1) as f64 - 0.5;
    let (x, y) = arrangement.center((layer, place));
    let side = if ahead { 0.5 } else { -0.5 };
    if arrangement.downwards {
        (x + 0.7 * offset * arrangement.widths[layer], y + side * arrangement.height)
    } else {
        (x + side * arrangement.widths[layer], y + 0.7 * offset * arrangement.height)
    }
}

fn draw_edge(
    list: &mut DisplayList,
    theme: &Theme,
    arrangement: &Arrangement,
    cascade: &Cascade,
    index: usize,
    edge: &Edge,
) {
    if edge.from == edge.to {
        return draw_loop(list, theme, arrangement, edge);
    }
    let route = &arrangement.layered.routes[index];
    let mut stops = vec![port(arrangement, cascade, index, false)];
    stops.extend(route[1..route.len() - 1].iter().map(|&point| arrangement.center(point)));
    stops.push(port(arrangement, cascade, index, true));
    let head = 0.75 * arrangement.size;
    // The last stretch before a node is straight, so that the head stands square to its side.
    let last = stops[stops.len() - 1];
    let before = stops[stops.len() - 2];
    let sign = |difference: f64| if difference < 0.0 { -1.0 } else { 1.0 };
    let direction = if arrangement.downwards { (0.0, sign(last.1 - before.1)) } else { (sign(last.0 - before.0), 0.0) };
    let neck = (last.0 - head * direction.0, last.1 - head * direction.1);
    let count = stops.len();
    stops[count - 1] = neck;
    let mut points = smooth(&stops, arrangement.downwards);
    let tip = match edge.kind {
        EdgeKind::Raises => (last.0 - 0.5 * head * direction.0, last.1 - 0.5 * head * direction.1),
        _ => (last.0 - 0.15 * head * direction.0, last.1 - 0.15 * head * direction.1),
    };
    points.push(tip);
    list.line(Role::Arrow, polyline::simplify(&points), 1.5 * theme.hairline, theme.faint);
    draw_head(list, theme, edge.kind, last, direction, head);
}

fn draw_head(list: &mut DisplayList, theme: &Theme, kind: EdgeKind, last: Place, direction: Place, head: f64) {
    let gap = 0.12 * head;
    let tip = (last.0 - gap * direction.0, last.1 - gap * direction.1);
    match kind {
        EdgeKind::Raises => marks::arrowhead(list, Role::Arrow, tip, direction, head, theme.faint),
        EdgeKind::Lowers => {
            let half = 0.5 * head;
            let side = (direction.1 * half, direction.0 * half);
            let points = vec![(tip.0 - side.0, tip.1 - side.1), (tip.0 + side.0, tip.1 + side.1)];
            list.line(Role::Arrow, points, 2.4 * theme.hairline, theme.faint);
        }
        EdgeKind::Acts => {
            let radius = 0.3 * head;
            let center = (tip.0 - radius * direction.0, tip.1 - radius * direction.1);
            list.disk(Role::Arrow, center, radius, theme.faint);
        }
    }
}

/// An arrow from a node to itself, above it.
fn draw_loop(list: &mut DisplayList, theme: &Theme, arrangement: &Arrangement, edge: &Edge) {
    let node = arrangement.layered.nodes[edge.from];
    let (x, y) = arrangement.center(node);
    let (half, rise) = (0.22 * arrangement.widths[node.0], 0.9 * arrangement.size);
    let top = y - 0.5 * arrangement.height;
    let points = vec![(x - half, top), (x - half, top - rise), (x + half, top - rise), (x + half, top - 0.3 * rise)];
    list.line(Role::Arrow, points, 1.5 * theme.hairline, theme.faint);
    draw_head(list, theme, edge.kind, (x + half, top), (0.0, 1.0), 0.75 * arrangement.size);
}

/// A curve through the stops whose tangents follow the sequence of layers.
fn smooth(stops: &[Place], downwards: bool) -> Vec<Place> {
    const STEPS: usize = 16;
    let mut points = vec![stops[0]];
    for pair in stops.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (first, second) = if downwards {
            let middle = 0.5 * (a.1 + b.1);
            ((a.0, middle), (b.0, middle))
        } else {
            let middle = 0.5 * (a.0 + b.0);
            ((middle, a.1), (middle, b.1))
        };
        for step in 1..=STEPS {
            let t = step as f64 / STEPS as f64;
            let u = 1.0 - t;
            let (w0, w1, w2, w3) = (u * u * u, 3.0 * u * u * t, 3.0 * u * t * t, t * t * t);
            points.push((
                w0 * a.0 + w1 * first.0 + w2 * second.0 + w3 * b.0,
                w0 * a.1 + w1 * first.1 + w2 * second.1 + w3 * b.1,
            ));
        }
    }
    points
}

/// The line below: what colors and arrowheads mean.
fn draw_key(list: &mut DisplayList, theme: &Theme, cascade: &Cascade, frame: &Bounds) {
    let size = theme.tick;
    let baseline = frame.bottom - 0.35 * size;
    let middle = baseline - 0.36 * size;
    let style = |anchor| TextStyle { size, face: Face::Regular, color: theme.quiet, anchor };
    let mut x = frame.left;
    for (kind, word) in [(EdgeKind::Raises, "raises"), (EdgeKind::Lowers, "lowers"), (EdgeKind::Acts, "acts on")] {
        if cascade.edges.iter().any(|edge| edge.kind == kind) {
            let end = x + 1.9 * size;
            list.line(Role::Sample, vec![(x, middle), (end - 0.35 * size, middle)], 1.5 * theme.hairline, theme.faint);
            draw_head(list, theme, kind, (end, middle), (1.0, 0.0), 0.7 * size);
            list.text(Role::Legend, word, (end + 0.45 * size, baseline), style(Anchor::Start));
            x = end + 0.45 * size + font::width(word, Face::Regular, size) + 1.4 * size;
        }
    }
    if cascade.activity.is_empty() {
        return;
    }
    let [low, zero, high] = &cascade.activity_ends;
    let width = |text: &str| font::width(text, Face::Regular, size);
    let high_left = frame.right - width(high);
    let bar_right = high_left - 0.5 * size;
    let bar_left = bar_right - (9.0 * size).max(width(zero) + 2.0 * size);
    let low_left = bar_left - 0.5 * size - width(low);
    let label_left = low_left - 1.0 * size - width(&cascade.activity_label);
    // A narrow figure has room for the bar but not for its name; the caption then tells it.
    if low_left < x {
        return;
    }
    list.text(Role::Legend, high, (high_left, baseline), style(Anchor::Start));
    list.text(Role::Legend, low, (low_left, baseline), style(Anchor::Start));
    if label_left >= x {
        list.text(Role::Legend, &cascade.activity_label, (label_left, baseline), style(Anchor::Start));
    }
    const STEPS: usize = 64;
    for step in 0..STEPS {
        let at = |step: usize| bar_left + (bar_right - bar_left) * step as f64 / STEPS as f64;
        let color = along(theme.diverging, (step as f64 + 0.5) / STEPS as f64);
        let area = Bounds::new(at(step), middle - 0.55 * size, at(step + 1), middle + 0.55 * size);
        list.rectangle(Role::Cell, area, color, 1.0);
    }
    let ground = along(theme.diverging, 0.5);
    let centered = TextStyle { color: legible_on(ground), size: 0.85 * size, ..style(Anchor::Middle) };
    list.text(Role::Legend, zero, (0.5 * (bar_left + bar_right), baseline - 0.05 * size), centered);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounded_corners_stay_within_and_touch_all_sides() {
        let area = Bounds::new(10.0, 20.0, 50.0, 40.0);
        let outline = rounded(&area, 5.0);
        assert_eq!(Bounds::around(&outline), area);
        assert_eq!(outline.len(), 20);
    }

    #[test]
    fn edges_to_nowhere_are_refused() {
        let cascade = Cascade {
            nodes: vec![Default::default()],
            edges: vec![Edge { from: 0, to: 3, kind: EdgeKind::Raises }],
            ..Cascade::default()
        };
        assert!(matches!(check(&cascade, "p"), Err(FigureError::BadReference { index: 3, count: 1, .. })));
        assert!(matches!(check(&Cascade::default(), "p"), Err(FigureError::NoData { .. })));
    }
}

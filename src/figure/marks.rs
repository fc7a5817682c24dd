//! Small drawn things that several kinds of panel share: markers, arrowheads, style samples.

use super::color::Rgb;
use super::display::{DisplayList, Role};
use super::geometry::{Bounds, Place, length};
use super::scene::{Marker, Style};
use super::theme::Theme;

/// The corners of a marker of half-size `radius`; none for those that are not polygons.
fn corners(marker: Marker, (x, y): Place, radius: f64) -> Vec<Place> {
    // Sizes are balanced so that all markers cover about the same area as the circle.
    match marker {
        Marker::Circle | Marker::Cross => Vec::new(),
        Marker::Square => {
            let r = 0.89 * radius;
            vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
        }
        Marker::Diamond => {
            let r = 1.25 * radius;
            vec![(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        }
        Marker::Triangle => {
            let r = 1.3 * radius;
            vec![(x, y - r), (x + 0.87 * r, y + 0.5 * r), (x - 0.87 * r, y + 0.5 * r)]
        }
        Marker::TriangleDown => {
            let r = 1.3 * radius;
            vec![(x, y + r), (x + 0.87 * r, y - 0.5 * r), (x - 0.87 * r, y - 0.5 * r)]
        }
    }
}

/// Draws a filled marker.
pub fn marker(list: &mut DisplayList, role: Role, shape: Marker, center: Place, radius: f64, color: Rgb) {
    match shape {
        Marker::Circle => list.disk(role, center, radius, color),
        Marker::Cross => {
            let r = 0.85 * radius;
            for side in [1.0, -1.0] {
                let points = vec![(center.0 - r, center.1 - side * r), (center.0 + r, center.1 + side * r)];
                list.line(role, points, 0.6 * radius, color);
            }
        }
        _ => list.polygon(role, corners(shape, center, radius), color, 1.0),
    }
}

/// Draws a marker with a rim in its color and the ground within, so that it is seen on curves of its own color.
pub fn open_marker(
    list: &mut DisplayList,
    role: Role,
    shape: Marker,
    center: Place,
    radius: f64,
    color: Rgb,
    ground: Rgb,
) {
    // A halo of the ground sets the marker off from what runs behind it.
    marker(list, role, shape, center, 1.45 * radius, ground);
    marker(list, role, shape, center, 1.15 * radius, color);
    if shape != Marker::Cross {
        marker(list, role, shape, center, 0.58 * radius, ground);
    }
}

/// Draws an arrowhead with its tip at `tip`, pointing along `direction`.
pub fn arrowhead(list: &mut DisplayList, role: Role, tip: Place, direction: Place, size: f64, color: Rgb) {
    let norm = length(direction);
    if norm > 0.0 {
        let (dx, dy) = (direction.0 / norm, direction.1 / norm);
        let back = (tip.0 - size * dx, tip.1 - size * dy);
        let half = 0.42 * size;
        let points = vec![tip, (back.0 - half * dy, back.1 + half * dx), (back.0 + half * dy, back.1 - half * dx)];
        list.polygon(role, points, color, 1.0);
    }
}

/// Draws a sample of a style from `left` to `right` at height `y`.
pub fn sample(list: &mut DisplayList, theme: &Theme, style: &Style, left: f64, right: f64, y: f64) {
    let color = theme.line_color(style.ink);
    let width = theme.line * style.width;
    list.dashed(Role::Sample, vec![(left, y), (right, y)], width, color, theme.dashes(style.dash, width));
    if let Some(shape) = style.marker {
        marker(list, Role::Sample, shape, (0.5 * (left + right), y), theme.marker, color);
    }
}

/// The square around a marker.
pub fn marker_bounds(center: Place, radius: f64) -> Bounds {
    Bounds::new(center.0, center.1, center.0, center.1).grown(1.3 * radius)
}

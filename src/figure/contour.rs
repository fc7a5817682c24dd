//! Lines of equal value on a grid, by marching squares, joined from cell to cell.

use std::collections::BTreeMap;

use super::geometry::Place;

/// An edge of the grid between two neighboring nodes: the index of its lower or left node, and whether it is upright.
type Edge = (usize, bool);

/// The lines on which a value is met; `values[row * x.len() + column]` belongs to the node at `x[column]`, `y[row]`.
///
/// A cell with a node that is not finite has no line. In a saddle the mean of the corners decides.
pub fn trace(x: &[f64], y: &[f64], values: &[f64], level: f64) -> Vec<Vec<Place>> {
    let width = x.len();
    let mut neighbors: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    for row in 0..y.len().saturating_sub(1) {
        for column in 0..width.saturating_sub(1) {
            let node = row * width + column;
            for (a, b) in cell_segments(values, node, width, level) {
                neighbors.entry(a).or_default().push(b);
                neighbors.entry(b).or_default().push(a);
            }
        }
    }
    let place = |(node, upright): Edge| -> Place {
        let other = if upright { node + width } else { node + 1 };
        let t = (level - values[node]) / (values[other] - values[node]);
        let (column, row) = (node % width, node / width);
        if upright {
            (x[column], y[row] + t * (y[row + 1] - y[row]))
        } else {
            (x[column] + t * (x[column + 1] - x[column]), y[row])
        }
    };
    walk(neighbors).into_iter().map(|edges| edges.into_iter().map(place).collect()).collect()
}

/// The crossings of one cell, as pairs of the edges that a line joins.
fn cell_segments(values: &[f64], node: usize, width: usize, level: f64) -> Vec<(Edge, Edge)> {
    let corners = [values[node], values[node + 1], values[node + width + 1], values[node + width]];
    if !corners.iter().all(|value| value.is_finite()) {
        return Vec::new();
    }
    let edges: [Edge; 4] = [(node, false), (node + 1, true), (node + width, false), (node, true)];
    let above = corners.map(|value| value >= level);
    let crossed: Vec<Edge> =
        (0..4).filter(|&side| above[side] != above[(side + 1) % 4]).map(|side| edges[side]).collect();
    match crossed[..] {
        [a, b] => vec![(a, b)],
        [a, b, c, d] => {
            let middle = corners.iter().sum::<f64>() / 4.0 >= level;
            // Lines cut off the corners that differ from the middle.
            if above[0] == middle { vec![(a, b), (c, d)] } else { vec![(d, a), (b, c)] }
        }
        _ => Vec::new(),
    }
}

/// Joins crossings to lines: first those with loose ends, then the closed ones.
fn walk(mut neighbors: BTreeMap<Edge, Vec<Edge>>) -> Vec<Vec<Edge>> {
    let mut lines = Vec::new();
    let ends: Vec<Edge> = neighbors.iter().filter(|(_, others)| others.len() == 1).map(|(&edge, _)| edge).collect();
    let all: Vec<Edge> = neighbors.keys().copied().collect();
    for start in ends.into_iter().chain(all) {
        let mut line = vec![start];
        let mut at = start;
        while let Some(next) = neighbors.get_mut(&at).and_then(Vec::pop) {
            if let Some(back) = neighbors.get_mut(&next)
                && let Some(position) = back.iter().position(|&edge| edge == at)
            {
                back.remove(position);
            }
            line.push(next);
            at = next;
        }
        if line.len() >= 2 {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_one_closed_line_at_its_radius() {
        let grid: Vec<f64> = (0..41).map(|index| -2.0 + 0.1 * f64::from(index)).collect();
        let values: Vec<f64> = grid.iter().flat_map(|&y| grid.iter().map(move |&x| (x * x + y * y).sqrt())).collect();
        let lines = trace(&grid, &grid, &values, 1.23);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        for &(x, y) in &lines[0] {
            assert!(((x * x + y * y).sqrt() - 1.23).abs() < 2e-3);
        }
    }

    #[test]
    fn a_slope_is_one_straight_line_from_side_to_side() {
        let grid = [0.0, 1.0, 2.0];
        let values = [0.0, 1.0, 2.0, 0.0, 1.0, 2.0, 0.0, 1.0, 2.0];
        assert_eq!(trace(&grid, &grid, &values, 0.5), vec![vec![(0.5, 0.0), (0.5, 1.0), (0.5, 2.0)]]);
        assert!(trace(&grid, &grid, &values, 5.0).is_empty());
    }

    #[test]
    fn holes_and_saddles_are_survived() {
        let grid = [0.0, 1.0];
        assert!(trace(&grid, &grid, &[f64::NAN, 1.0, 0.0, 1.0], 0.5).is_empty());
        assert_eq!(trace(&grid, &grid, &[1.0, 0.0, 0.0, 1.0], 0.5).len(), 2);
    }
}

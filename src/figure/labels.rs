//! Where words find room: near what they name, on nothing else.
//!
//! A label is tried at many places around what it names; a place will do when the words lie within their panel and
//! touch no curve, marker or other words. Among those the clearest wins: near its own curve, far from all others.

use super::geometry::{Bounds, Place};

/// What words must not touch.
#[derive(Clone, Debug, Default)]
pub struct Obstacles {
    lines: Vec<(usize, Vec<Place>)>,
    boxes: Vec<Bounds>,
}

/// Marks that are nobody's curve, such as thresholds.
pub const NOBODY: usize = usize::MAX;

impl Obstacles {
    /// Adds a line that belongs to a curve, or to [`NOBODY`].
    pub fn add_line(&mut self, owner: usize, points: &[Place]) {
        self.lines.push((owner, points.to_vec()));
    }

    /// Adds an area: a marker, or words that have found their place.
    pub fn add_box(&mut self, bounds: Bounds) {
        self.boxes.push(bounds);
    }

    /// Whether a rectangle touches nothing but lines of `ignored`.
    pub fn is_free(&self, bounds: &Bounds, ignored: Option<usize>) -> bool {
        !self.boxes.iter().any(|other| other.overlaps(bounds))
            && !self.lines.iter().any(|(owner, points)| Some(*owner) != ignored && crosses(points, bounds))
    }

    /// How far the nearest foreign line or area is, up to `reach` pixels.
    fn clearance(&self, bounds: &Bounds, own: usize, reach: f64) -> f64 {
        let near = bounds.grown(reach);
        let boxes = self.boxes.iter().filter(|other| other.overlaps(&near)).map(|other| gap_between(bounds, other));
        let lines = self
            .lines
            .iter()
            .filter(|(owner, _)| *owner != own)
            .flat_map(|(_, points)| points.windows(2))
            .filter(|pair| near.meets(pair[0], pair[1]))
            .map(|pair| distance_to_segment(bounds, pair[0], pair[1]));
        boxes.chain(lines).fold(reach, f64::min)
    }
}

/// Distance of two rectangles; 0 when they meet.
fn gap_between(a: &Bounds, b: &Bounds) -> f64 {
    let dx = (b.left - a.right).max(a.left - b.right).max(0.0);
    let dy = (b.top - a.bottom).max(a.top - b.bottom).max(0.0);
    super::geometry::length((dx, dy))
}

/// Distance of a rectangle and a segment; 0 when they meet.
fn distance_to_segment(bounds: &Bounds, a: Place, b: Place) -> f64 {
    if bounds.meets(a, b) {
        return 0.0;
    }
    let corners = [
        (bounds.left, bounds.top),
        (bounds.right, bounds.top),
        (bounds.left, bounds.bottom),
        (bounds.right, bounds.bottom),
    ];
    corners
        .into_iter()
        .map(|corner| super::geometry::distance_to_segment(corner, a, b))
        .chain([bounds.distance(a), bounds.distance(b)])
        .fold(f64::INFINITY, f64::min)
}

fn crosses(points: &[Place], bounds: &Bounds) -> bool {
    points.windows(2).any(|pair| {
        let apart = pair[0].0.min(pair[1].0) > bounds.right
            || pair[0].0.max(pair[1].0) < bounds.left
            || pair[0].1.min(pair[1].1) > bounds.bottom
            || pair[0].1.max(pair[1].1) < bounds.top;
        !apart && bounds.meets(pair[0], pair[1])
    })
}

/// Rectangles of a size that stand `gap` away from a place, the most usual first: above, below, right, left, corners.
pub fn around((x, y): Place, (width, height): (f64, f64), gap: f64) -> [Bounds; 8] {
    let (half_width, half_height) = (0.5 * width, 0.5 * height);
    let at = |left: f64, top: f64| Bounds::new(left, top, left + width, top + height);
    [
        at(x - half_width, y - gap - height),
        at(x - half_width, y + gap),
        at(x + gap, y - half_height),
        at(x - gap - width, y - half_height),
        at(x + gap, y - gap - height),
        at(x - gap - width, y - gap - height),
        at(x + gap, y + gap),
        at(x - gap - width, y + gap),
    ]
}

/// Room for the name of a curve: `pieces` is the curve on the page, `own` its number among the obstacles.
pub fn at_curve(
    pieces: &[Vec<Place>],
    size: (f64, f64),
    gap: f64,
    frame: &Bounds,
    obstacles: &Obstacles,
    own: usize,
) -> Option<Bounds> {
    let mut best: Option<(f64, Bounds)> = None;
    for point in samples(pieces, 36) {
        for (rank, bounds) in around(point, size, gap).into_iter().enumerate() {
            if !frame.encloses(&bounds) || !obstacles.is_free(&bounds.grown(0.4 * gap), None) {
                continue;
            }
            let across = (point.0 - frame.left) / frame.width().max(1.0);
            let clear = obstacles.clearance(&bounds, own, 32.0);
            let score = clear + 6.0 * across - 1.5 * rank as f64;
            // A name that is hardly nearer to its own curve than to another may be read as the other's.
            if clear >= 1.5 * gap && best.is_none_or(|(highest, _)| score > highest) {
                best = Some((score, bounds));
            }
        }
    }
    best.map(|(_, bounds)| bounds)
}

/// The first of the rectangles that lies within the frame and touches nothing.
pub fn first_free(
    candidates: impl IntoIterator<Item = Bounds>,
    frame: &Bounds,
    obstacles: &Obstacles,
    pad: f64,
) -> Option<Bounds> {
    candidates.into_iter().find(|bounds| frame.encloses(bounds) && obstacles.is_free(&bounds.grown(pad), None))
}

/// Places spaced evenly along a curve.
pub fn samples(pieces: &[Vec<Place>], count: usize) -> Vec<Place> {
    let step_length = |pair: &[Place]| super::geometry::length((pair[1].0 - pair[0].0, pair[1].1 - pair[0].1));
    let total: f64 = pieces.iter().flat_map(|piece| piece.windows(2)).map(step_length).sum();
    let spacing = total / count.max(1) as f64;
    if count == 0 || spacing <= 0.0 {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(count);
    let mut until_next = 0.5 * spacing;
    for pair in pieces.iter().flat_map(|piece| piece.windows(2)) {
        let length = step_length(pair);
        let mut at = until_next;
        while at <= length {
            let t = if length > 0.0 { at / length } else { 0.0 };
            out.push((pair[0].0 + t * (pair[1].0 - pair[0].0), pair[0].1 + t * (pair[1].1 - pair[0].1)));
            at += spacing;
        }
        until_next = at - length;
    }
    out
}

/// Moves intervals of a height apart so that none overlap, each as near to its wish as the others allow, all within
/// `low` to `high` as far as they fit: neighbors that touch are pooled and share their displacement. Returns centers.
pub fn spread(wishes: &[f64], height: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    order.sort_by(|&a, &b| wishes[a].total_cmp(&wishes[b]).then(a.cmp(&b)));
    // Each pool: first member in order, count, and the mean of what its members wish its top to be.
    let mut pools: Vec<(usize, usize, f64)> = Vec::new();
    for (rank, &index) in order.iter().enumerate() {
        pools.push((rank, 1, wishes[index] - 0.5 * height));
        while let [.., (_, count, top), (_, next_count, next_top)] = pools[..]
            && top + count as f64 * height > next_top
        {
            let (count, next_count) = (count as f64, next_count as f64);
            // A member of the second pool wishes the common top that much higher.
            let common = (top * count + (next_top - count * height) * next_count) / (count + next_count);
            pools.pop();
            if let Some(last) = pools.last_mut() {
                last.1 += next_count as usize;
                last.2 = common;
            }
        }
    }
    let mut centers = vec![0.0; wishes.len()];
    for &(first, count, top) in &pools {
        let top = top.min(high - count as f64 * height).max(low);
        for member in 0..count {
            centers[order[first + member]] = top + (member as f64 + 0.5) * height;
        }
    }
    // Pools pushed back within the limits may meet; a sweep from each side settles that.
    for rank in 1..order.len() {
        let above = centers[order[rank - 1]] + height;
        let center = &mut centers[order[rank]];
        *center = center.max(above);
    }
    for rank in (0..order.len()).rev() {
        let limit = match order.get(rank + 1) {
            Some(&below) => centers[below] - height,
            None => high - 0.5 * height,
        };
        let center = &mut centers[order[rank]];
        *center = center.min(limit);
    }
    centers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: Bounds = Bounds { left: 0.0, top: 0.0, right: 200.0, bottom: 100.0 };

    fn line(height: f64) -> Vec<Place> {
        vec![(0.0, height), (200.0, height)]
    }

    #[test]
    fn a_name_stands_nearer_to_its_own_curve() {
        let mut obstacles = Obstacles::default();
        obstacles.add_line(0, &line(30.0));
        obstacles.add_line(1, &line(60.0));
        let first = at_curve(&[line(30.0)], (40.0, 10.0), 3.0, &FRAME, &obstacles, 0).unwrap();
        let second = at_curve(&[line(60.0)], (40.0, 10.0), 3.0, &FRAME, &obstacles, 1).unwrap();
        assert!(first.bottom < 30.0, "{first:?}");
        assert!(second.top > 60.0, "{second:?}");
    }

    #[test]
    fn between_crowded_curves_there_is_no_room() {
        let mut obstacles = Obstacles::default();
        for index in 0..10 {
            obstacles.add_line(index, &line(10.0 * index as f64 + 5.0));
        }
        assert_eq!(at_curve(&[line(45.0)], (40.0, 10.0), 3.0, &FRAME, &obstacles, 4), None);
    }

    #[test]
    fn samples_are_even() {
        let found = samples(&[vec![(0.0, 0.0), (10.0, 0.0)], vec![(20.0, 0.0), (30.0, 0.0)]], 4);
        assert_eq!(found, vec![(2.5, 0.0), (7.5, 0.0), (22.5, 0.0), (27.5, 0.0)]);
    }

    #[test]
    fn labels_that_have_room_stay() {
        assert_eq!(spread(&[20.0, 80.0, 50.0], 10.0, 0.0, 100.0), vec![20.0, 80.0, 50.0]);
        assert_eq!(spread(&[50.0, 50.0], 10.0, 0.0, 100.0), vec![45.0, 55.0]);
        assert_eq!(spread(&[98.0, 99.0], 10.0, 0.0, 100.0), vec![85.0, 95.0]);
    }

    proptest! {
        #[test]
        fn spread_labels_never_overlap(wishes in prop::collection::vec(0.0..100.0_f64, 1..9)) {
            let mut centers = spread(&wishes, 10.0, 0.0, 100.0);
            centers.sort_by(f64::total_cmp);
            prop_assert!(centers.windows(2).all(|pair| pair[1] - pair[0] >= 10.0 - 1e-9), "{centers:?}");
            prop_assert!(centers[0] >= 5.0 - 1e-9 && centers[centers.len() - 1] <= 95.0 + 1e-9, "{centers:?}");
        }
    }
}

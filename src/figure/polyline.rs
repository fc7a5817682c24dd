//! Curves as they reach the page: clipped to the frame, and without points that nobody could see.

use super::geometry::{Bounds, Place, distance_to_segment};

/// How far a simplified curve may lie from the true one, in pixels; below half of what the SVG can write.
const TOLERANCE: f64 = 0.04;

/// Cuts a curve at the edges of a rectangle; a NaN is a gap. Each piece has at least two places.
pub fn clip(points: impl Iterator<Item = Place>, frame: &Bounds) -> Vec<Vec<Place>> {
    let mut pieces: Vec<Vec<Place>> = Vec::new();
    let mut current: Vec<Place> = Vec::new();
    let mut previous: Option<Place> = None;
    let mut close = |current: &mut Vec<Place>| {
        if current.len() >= 2 {
            pieces.push(std::mem::take(current));
        } else {
            current.clear();
        }
    };
    for point in points {
        if point.0.is_nan() || point.1.is_nan() {
            close(&mut current);
            previous = None;
            continue;
        }
        if let Some(from) = previous {
            match frame.clip(from, point) {
                Some((first, last)) => {
                    if current.last() != Some(&first) {
                        close(&mut current);
                        current.push(first);
                    }
                    if last != first {
                        current.push(last);
                    }
                    if last != point {
                        close(&mut current);
                    }
                }
                None => close(&mut current),
            }
        }
        previous = Some(point);
    }
    close(&mut current);
    pieces
}

/// Drops places without moving the curve by more than a twenty-fifth of a pixel (Douglas and Peucker 1973), once it has
/// been thinned where it is dense, by no more than a quarter of a pixel sideways. The first and last stay, and with them
/// every extreme that can be seen.
pub fn simplify(points: &[Place]) -> Vec<Place> {
    let points = thin(points);
    if points.len() < 3 {
        return points;
    }
    let mut kept = vec![false; points.len()];
    let last = points.len() - 1;
    kept[0] = true;
    kept[last] = true;
    let mut open = vec![(0, last)];
    while let Some((from, to)) = open.pop() {
        let mut farthest = (0.0, from);
        for index in from + 1..to {
            let distance = distance_to_segment(points[index], points[from], points[to]);
            if distance > farthest.0 {
                farthest = (distance, index);
            }
        }
        if farthest.0 > TOLERANCE {
            kept[farthest.1] = true;
            open.push((from, farthest.1));
            open.push((farthest.1, to));
        }
    }
    points.into_iter().zip(kept).filter_map(|(point, kept)| kept.then_some(point)).collect()
}

/// Within a quarter of a pixel of x that a dense curve passes once, only its first, lowest, highest and last place.
fn thin(points: &[Place]) -> Vec<Place> {
    const COLUMN: f64 = 0.25;
    let mut out: Vec<Place> = Vec::with_capacity(points.len().min(4096));
    let mut index = 0;
    while index < points.len() {
        let column = (points[index].0 / COLUMN).floor();
        let mut end = index + 1;
        while end < points.len() && (points[end].0 / COLUMN).floor() == column {
            end += 1;
        }
        let group = &points[index..end];
        if group.len() <= 4 {
            out.extend_from_slice(group);
        } else {
            let extreme = |larger: bool| {
                let mut best = 0;
                for (place, point) in group.iter().enumerate() {
                    if (point.1 > group[best].1) == larger && point.1 != group[best].1 {
                        best = place;
                    }
                }
                best
            };
            let mut chosen = [0, extreme(false), extreme(true), group.len() - 1];
            chosen.sort_unstable();
            let mut previous = usize::MAX;
            for place in chosen {
                if place != previous {
                    out.push(group[place]);
                }
                previous = place;
            }
        }
        index = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FRAME: Bounds = Bounds { left: 0.0, top: 0.0, right: 100.0, bottom: 100.0 };

    #[test]
    fn a_curve_that_leaves_and_returns_has_two_pieces() {
        let points = [(10.0, 50.0), (30.0, -50.0), (50.0, 50.0), (f64::NAN, 0.0), (60.0, 60.0), (200.0, 60.0)];
        let pieces = clip(points.into_iter(), &FRAME);
        assert_eq!(pieces.len(), 3);
        assert_eq!(pieces[0], vec![(10.0, 50.0), (20.0, 0.0)]);
        assert_eq!(pieces[1], vec![(40.0, 0.0), (50.0, 50.0)]);
        assert_eq!(pieces[2], vec![(60.0, 60.0), (100.0, 60.0)]);
    }

    #[test]
    fn a_straight_line_keeps_its_ends_only() {
        let points: Vec<Place> = (0..1000).map(|index| (f64::from(index) / 10.0, f64::from(index) / 20.0)).collect();
        assert_eq!(simplify(&points), vec![points[0], points[999]]);
    }

    proptest! {
        #[test]
        fn every_place_stays_within_the_tolerance(heights in prop::collection::vec(0.0..100.0_f64, 2..400)) {
            let points: Vec<Place> =
                heights.iter().enumerate().map(|(index, &y)| (index as f64 * 0.03, y)).collect();
            let simple = simplify(&points);
            prop_assert_eq!(simple.first(), points.first());
            prop_assert_eq!(simple.last(), points.last());
            // Thinning moves a place sideways by at most its column.
            for &point in &points {
                let near = simple.windows(2).map(|pair| distance_to_segment(point, pair[0], pair[1]));
                prop_assert!(near.fold(f64::INFINITY, f64::min) <= TOLERANCE + 0.25);
            }
            let highest = |points: &[Place]| points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
            prop_assert!((highest(&simple) - highest(&points)).abs() <= TOLERANCE);
        }
    }
}

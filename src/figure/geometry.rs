//! Places and rectangles in pixels; y grows downwards.

/// A place: x to the right, y downwards.
pub type Place = (f64, f64);

/// An upright rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Left edge.
    pub left: f64,
    /// Top edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom edge.
    pub bottom: f64,
}

impl Bounds {
    /// The rectangle with these edges.
    pub fn new(left: f64, top: f64, right: f64, bottom: f64) -> Bounds {
        Bounds { left, top, right, bottom }
    }

    /// The smallest rectangle around places; empty at the origin when there are none.
    pub fn around(places: &[Place]) -> Bounds {
        let Some(&(x, y)) = places.first() else {
            return Bounds::default();
        };
        places.iter().fold(Bounds::new(x, y, x, y), |bounds, &(x, y)| Bounds {
            left: bounds.left.min(x),
            top: bounds.top.min(y),
            right: bounds.right.max(x),
            bottom: bounds.bottom.max(y),
        })
    }

    /// Width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Middle.
    pub fn center(&self) -> Place {
        (0.5 * (self.left + self.right), 0.5 * (self.top + self.bottom))
    }

    /// The rectangle larger by `by` on every side, smaller when negative.
    pub fn grown(&self, by: f64) -> Bounds {
        Bounds::new(self.left - by, self.top - by, self.right + by, self.bottom + by)
    }

    /// Whether the insides of two rectangles meet.
    pub fn overlaps(&self, other: &Bounds) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether the other lies wholly within.
    pub fn encloses(&self, other: &Bounds) -> bool {
        self.left <= other.left && self.top <= other.top && self.right >= other.right && self.bottom >= other.bottom
    }

    /// Whether a place lies within or on the edge.
    pub fn holds(&self, (x, y): Place) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    /// How far a place lies outside; 0 within.
    pub fn distance(&self, (x, y): Place) -> f64 {
        let dx = (self.left - x).max(x - self.right).max(0.0);
        let dy = (self.top - y).max(y - self.bottom).max(0.0);
        (dx * dx + dy * dy).sqrt()
    }

    /// The part of the segment from `a` to `b` that lies within, by Liang and Barsky (1984).
    pub fn clip(&self, a: Place, b: Place) -> Option<(Place, Place)> {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (speed, room) in
            [(-dx, a.0 - self.left), (dx, self.right - a.0), (-dy, a.1 - self.top), (dy, self.bottom - a.1)]
        {
            if speed == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if speed < 0.0 {
                enter = enter.max(room / speed);
            } else {
                leave = leave.min(room / speed);
            }
        }
        (enter <= leave).then(|| {
            let at = |t: f64| (a.0 + t * dx, a.1 + t * dy);
            let first = if enter == 0.0 { a } else { at(enter) };
            let last = if leave == 1.0 { b } else { at(leave) };
            (first, last)
        })
    }

    /// Whether the segment from `a` to `b` touches the rectangle.
    pub fn meets(&self, a: Place, b: Place) -> bool {
        self.clip(a, b).is_some()
    }
}

/// Length of a vector.
pub fn length((x, y): Place) -> f64 {
    (x * x + y * y).sqrt()
}

/// Distance of a place and the segment from `a` to `b`.
pub fn distance_to_segment(point: Place, a: Place, b: Place) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let square = dx * dx + dy * dy;
    let t = if square == 0.0 { 0.0 } else { (((point.0 - a.0) * dx + (point.1 - a.1) * dy) / square).clamp(0.0, 1.0) };
    length((point.0 - a.0 - t * dx, point.1 - a.1 - t * dy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNIT: Bounds = Bounds { left: 0.0, top: 0.0, right: 1.0, bottom: 1.0 };

    #[test]
    fn clipping_keeps_what_is_within() {
        assert_eq!(UNIT.clip((-1.0, 0.5), (2.0, 0.5)), Some(((0.0, 0.5), (1.0, 0.5))));
        assert_eq!(UNIT.clip((0.2, 0.2), (0.8, 0.9)), Some(((0.2, 0.2), (0.8, 0.9))));
        assert_eq!(UNIT.clip((-1.0, 2.0), (2.0, 2.0)), None);
        assert_eq!(UNIT.clip((-1.0, 0.5), (0.0, 1.9)), None);
    }

    proptest! {
        #[test]
        fn a_clipped_segment_lies_within_and_on_the_line(
            ax in -3.0..3.0_f64, ay in -3.0..3.0_f64, bx in -3.0..3.0_f64, by in -3.0..3.0_f64,
        ) {
            let (a, b) = ((ax, ay), (bx, by));
            if let Some((first, last)) = UNIT.clip(a, b) {
                for place in [first, last] {
                    prop_assert!(UNIT.grown(1e-9).holds(place));
                    let cross = (b.0 - a.0) * (place.1 - a.1) - (b.1 - a.1) * (place.0 - a.0);
                    prop_assert!(cross.abs() < 1e-9);
                }
            } else {
                let outside = (0..=200).all(|step| {
                    let t = f64::from(step) / 200.0;
                    !UNIT.grown(-1e-9).holds((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)))
                });
                prop_assert!(outside);
            }
        }
    }
}

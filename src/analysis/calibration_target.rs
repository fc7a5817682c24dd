//! How far is what a model gives from one statement, and what does that cost?
//!
//! A statement has a range and often a number in it. The deviation is 0 at that number, 1 at either edge of the range,
//! and goes on in the same measure outside. Its loss is the square inside, as if the half-width were one standard
//! deviation. Just outside it rises steeply, since the range is what is asked; more than a half-width beyond the edge it
//! levels off, so that a statement that cannot be met does not draw all others with it. A statement without a number (a
//! sign, an order, a bound) costs nothing inside its range. This file must never run a model.

/// A measure that is not defined deviates so much.
const UNDEFINED: f64 = 10.0;
/// How much more a deviation counts outside the range than inside.
const OUTSIDE: f64 = 20.0;
/// Outside begins so far before the edge, in half-widths: what is drawn out of a range then comes to rest within it.
const MARGIN: f64 = 0.1;

/// One statement that a fit looks at.
#[derive(Debug, Clone)]
pub struct Target {
    /// The statement.
    pub id: String,
    /// Its topic.
    pub topic: String,
    /// The accepted range, as printed; open ends are infinite.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// The number that was published or judged, if it lies within a range closed on both sides.
    pub center: Option<f64>,
    /// Half the width of the range, or what stands for it where the range is open.
    pub scale: f64,
    /// Its weight in the score.
    pub weight: f64,
}

/// Where a value lies beside a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviation {
    /// From the center, 1 at the edge; negative below. Where there is no center, what is outside.
    pub from_center: f64,
    /// Beyond the edge, or nearer to it than a tenth, in the same measure; 0 inside. Never negative.
    pub outside: f64,
    /// How `from_center` changes with the value.
    pub slope: f64,
}

impl Target {
    /// A target; `expected` counts where it lies within a closed range, and `got` helps to find a scale where the range
    /// has none.
    pub fn new(
        (id, topic): (&str, &str),
        (low, high): (f64, f64),
        expected: Option<f64>,
        got: f64,
        weight: f64,
    ) -> Target {
        let center = expected.filter(|one| low.is_finite() && high.is_finite() && low < *one && *one < high);
        Target { id: id.to_string(), topic: topic.to_string(), low, high, center, scale: scale(low, high, got), weight }
    }

    /// Whether a value lies within the range.
    pub fn met(&self, got: f64) -> bool {
        got >= self.low && got <= self.high
    }

    /// Where a value lies.
    pub fn deviation(&self, got: f64) -> Deviation {
        if !got.is_finite() {
            return Deviation { from_center: UNDEFINED, outside: UNDEFINED - 1.0, slope: 0.0 };
        }
        match self.center {
            Some(center) => {
                let width = if got < center { center - self.low } else { self.high - center };
                let from_center = (got - center) / width;
                Deviation { from_center, outside: (from_center.abs() - 1.0 + MARGIN).max(0.0), slope: 1.0 / width }
            }
            None => {
                let margin = MARGIN * self.scale;
                let beyond = (got - self.high + margin).max(0.0) + (got - self.low - margin).min(0.0);
                let slope = if beyond == 0.0 { 0.0 } else { 1.0 / self.scale };
                Deviation { from_center: beyond / self.scale, outside: (beyond / self.scale).abs(), slope }
            }
        }
    }
}

impl Deviation {
    /// `from_center` and `outside`, without what is more than a half-width beyond the edge.
    fn held(self) -> (f64, f64) {
        let outside = self.outside.min(1.0);
        (self.from_center.abs() - (self.outside - outside), outside)
    }

    /// What it costs.
    pub fn loss(self) -> f64 {
        let (from_center, outside) = self.held();
        let near = from_center * from_center + OUTSIDE * outside * outside;
        if self.outside <= 1.0 {
            return near;
        }
        near + 2.0 * (from_center + OUTSIDE * outside) * from_center * (1.0 - from_center / self.from_center.abs())
    }

    /// Half the derivative of the loss after `from_center`.
    pub fn pull(self) -> f64 {
        let (from_center, outside) = self.held();
        let near = from_center + OUTSIDE * outside;
        let fading = if self.outside <= 1.0 { 1.0 } else { from_center / self.from_center.abs() };
        (near * fading * fading).copysign(self.from_center)
    }

    /// Half a second derivative that the loss does not exceed between here and the center.
    pub fn curvature(self) -> f64 {
        if self.outside == 0.0 {
            1.0
        } else if self.outside <= 1.0 {
            1.0 + OUTSIDE
        } else {
            self.pull() / self.from_center
        }
    }
}

/// Half the width of a range; where it is open, a fifth of its end (the band of a sign), or the size of what the model
/// gives where the end is 0.
fn scale(low: f64, high: f64, got: f64) -> f64 {
    let half = 0.5 * (high - low);
    if half.is_finite() && half > 0.0 {
        return half;
    }
    let end = if low.is_finite() { low } else { high };
    if end.is_finite() && end.abs() > 1e-9 {
        return 0.2 * end.abs();
    }
    if got.is_finite() && got != 0.0 { got.abs() } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(range: (f64, f64), expected: Option<f64>) -> Target {
        Target::new(("id", "topic"), range, expected, 1.0, 1.0)
    }

    #[test]
    fn the_edges_of_an_uneven_range_deviate_by_one() {
        let one = target((2.0, 14.0), Some(4.0));
        for (got, expected) in [(4.0, 0.0), (2.0, -1.0), (14.0, 1.0), (3.0, -0.5), (24.0, 2.0)] {
            assert_eq!(one.deviation(got).from_center, expected, "{got}");
        }
        assert_eq!((one.deviation(12.0).outside, one.deviation(24.0).outside), (0.0, 1.0 + MARGIN));
        assert_eq!(one.deviation(9.0).loss(), 0.25);
        assert!(one.deviation(14.0).loss() > 1.0 && one.deviation(24.0).loss() > 20.0);
    }

    #[test]
    fn a_bound_costs_nothing_inside() {
        let one = target((1.2, f64::INFINITY), Some(1.0));
        assert_eq!(one.center, None);
        // Nothing well inside, little at the edge, much a fifth beyond it.
        assert_eq!((one.deviation(5.0).loss(), one.deviation(1.23).loss()), (0.0, 0.0));
        assert!((one.deviation(1.2).loss() - 0.21).abs() < 1e-12);
        assert!(one.deviation(1.2 - 0.24).loss() > 21.0);
        assert!(one.met(1.2) && !one.met(1.19));
    }

    #[test]
    fn pull_is_half_the_slope_of_the_loss_and_never_jumps() {
        for one in [target((2.0, 14.0), Some(4.0)), target((f64::NEG_INFINITY, 2.0), None), target((-1.0, 3.0), None)] {
            let mut got = -30.0;
            while got < 60.0 {
                let (h, at) = (1e-5, one.deviation(got));
                let slope = (one.deviation(got + h).loss() - one.deviation(got - h).loss()) / (2.0 * h);
                // On the kink in the measure at the center the two sides differ, but the loss is flat there.
                assert!((slope - 2.0 * at.pull() * at.slope).abs() < 2e-3, "{one:?} at {got}");
                assert!(at.curvature() > 0.0 && at.loss() >= 0.0);
                got += 0.0937;
            }
        }
    }

    #[test]
    fn what_is_not_defined_costs_much_and_pulls_nowhere() {
        let at = target((2.0, 14.0), Some(4.0)).deviation(f64::NAN);
        assert!(at.loss() > 30.0 && at.slope == 0.0);
    }
}

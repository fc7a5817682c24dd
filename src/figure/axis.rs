//! From values to places: the range of an axis, its mapping, and the ticks that have room on it.

use super::error::FigureError;
use super::scene::{Axis, AxisKind, Scale};
use super::ticks::{self, Tick, TimeUnit};
use crate::numerics::elementary::log10;

/// An axis laid out: its range, and where it begins and ends on the page.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisMap {
    /// How values become places.
    pub scale: Scale,
    /// What the values are.
    pub kind: AxisKind,
    /// First value.
    pub from: f64,
    /// Last value.
    pub to: f64,
    /// Place of the first value, in pixels.
    pub start: f64,
    /// Place of the last value, in pixels.
    pub end: f64,
    /// Width of the empty space at a break, in pixels.
    pub gap: f64,
}

/// A stretch of an axis with one unit; a broken axis has two.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisPart {
    /// First value.
    pub from: f64,
    /// Last value.
    pub to: f64,
    /// The unit that its labels are in, on a time axis whose labels do not carry their own.
    pub unit: Option<TimeUnit>,
    /// Ticks in ascending order.
    pub ticks: Vec<Tick>,
}

/// Decades that a logarithmic axis shows when its range is left to data that decay to nothing.
const MOST_DECADES: i32 = 5;

/// The range of an axis: as asked, or around the data.
///
/// A linear axis over numbers starts at zero when the data come near it, and has a little room at its ends unless it
/// is `tight`; a logarithmic one shows at most five decades below the largest value.
///
/// # Errors
/// An empty or infinite range, data without a finite value, the logarithm of what is not positive, an impossible break.
pub fn resolve(
    axis: &Axis,
    values: impl Iterator<Item = f64>,
    tight: bool,
    panel: &str,
    name: &'static str,
) -> Result<(f64, f64), FigureError> {
    let panel = panel.to_string();
    if let Scale::SymLog { linear } = axis.scale
        && !(linear > 0.0 && linear.is_finite())
    {
        return Err(FigureError::BadLinearPart { panel, axis: name, linear });
    }
    let (from, to) = match axis.range {
        Some((from, to)) if !from.is_nan() && !to.is_nan() => (from, to),
        given => {
            let found = around(axis, values, tight, &panel, name)?;
            let (from, to) = given.unwrap_or((f64::NAN, f64::NAN));
            (if from.is_nan() { found.0 } else { from }, if to.is_nan() { found.1 } else { to })
        }
    };
    if !(from.is_finite() && to.is_finite() && from < to) {
        return Err(FigureError::EmptyRange { panel, axis: name, from, to });
    }
    if axis.scale == Scale::Log && from <= 0.0 {
        return Err(FigureError::LogOfNonPositive { panel, axis: name, from });
    }
    if let Scale::Broken { split, share } = axis.scale
        && !(split > from && split < to && (0.1..=0.9).contains(&share))
    {
        return Err(FigureError::BadBreak { panel, axis: name, split, share });
    }
    Ok((from, to))
}

fn around(
    axis: &Axis,
    values: impl Iterator<Item = f64>,
    tight: bool,
    panel: &str,
    name: &'static str,
) -> Result<(f64, f64), FigureError> {
    let (mut low, mut high, mut least_positive) = (f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY);
    for value in values.filter(|value| value.is_finite()) {
        low = low.min(value);
        high = high.max(value);
        if value > 0.0 {
            least_positive = least_positive.min(value);
        }
    }
    if low > high {
        return Err(FigureError::NoData { panel: panel.to_string(), axis: name });
    }
    if axis.scale == Scale::Log {
        if high <= 0.0 {
            return Err(FigureError::LogOfNonPositive { panel: panel.to_string(), axis: name, from: low });
        }
        let floor = high * super::number::power_of_ten(-MOST_DECADES);
        let low = least_positive.max(floor);
        if tight && low < high {
            return Ok((low, high));
        }
        return Ok((low / 1.3, high * 1.3));
    }
    if tight && low < high {
        return Ok((low, high));
    }
    if low == high {
        let half = if low == 0.0 { 1.0 } else { 0.5 * low.abs() };
        return Ok((low - half, high + half));
    }
    let room = 0.06 * (high - low);
    let near_zero = |near: f64, far: f64| near >= 0.0 && near < 0.4 * far;
    Ok((if near_zero(low, high) { 0.0 } else { low - room }, if near_zero(-high, -low) { 0.0 } else { high + room }))
}

impl AxisMap {
    /// Lays an axis with a resolved range between two places.
    pub fn new(axis: &Axis, (from, to): (f64, f64), start: f64, end: f64, gap: f64) -> AxisMap {
        AxisMap { scale: axis.scale, kind: axis.kind, from, to, start, end, gap }
    }

    /// The part of the axis's length at which a value stands: 0 at the start, 1 at the end, beyond outside the range.
    fn fraction(&self, value: f64) -> f64 {
        let between = |f: &dyn Fn(f64) -> f64| {
            let (first, last) = (f(self.from), f(self.to));
            (f(value) - first) / (last - first)
        };
        match self.scale {
            Scale::Linear | Scale::Broken { .. } => (value - self.from) / (self.to - self.from),
            Scale::Log if value <= 0.0 => f64::NEG_INFINITY,
            Scale::Log => between(&log10),
            Scale::SymLog { linear } => between(&|value: f64| {
                let size = value.abs() / linear;
                let bent = if size <= 1.0 { size } else { 1.0 + log10(size) };
                bent.copysign(value)
            }),
        }
    }

    /// Place of a value in pixels; beyond the ends when it lies outside the range, and finite for finite values.
    pub fn place(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Broken { split, .. } => self.place_in(usize::from(value > split), value),
            _ => self.place_in(0, value),
        }
    }

    /// Place of a value on the line through one piece of the axis, beyond the break too, so that what crosses the
    /// break can be cut exactly there.
    pub fn place_in(&self, piece: usize, value: f64) -> f64 {
        if let Scale::Broken { split, .. } = self.scale {
            let (before, after) = self.edges();
            let (first, last, start, end) =
                if piece == 0 { (self.from, split, self.start, before) } else { (split, self.to, after, self.end) };
            return start + ((value - first) / (last - first)).clamp(-1e6, 1e6) * (end - start);
        }
        // The logarithm of zero lies far below; a large finite place lets lines to it be clipped.
        self.start + self.fraction(value).clamp(-1e3, 1e3) * (self.end - self.start)
    }

    /// Where the pieces of the axis begin and end, in pixels.
    pub fn stretches(&self) -> Vec<(f64, f64)> {
        match self.scale {
            Scale::Broken { .. } => {
                let (before, after) = self.edges();
                vec![(self.start, before), (after, self.end)]
            }
            _ => vec![(self.start, self.end)],
        }
    }

    /// Places just before and just after a break; both the end where there is none.
    pub fn edges(&self) -> (f64, f64) {
        match self.scale {
            Scale::Broken { share, .. } => {
                let middle = self.start + share * (self.end - self.start);
                let half = (0.5 * self.gap).copysign(self.end - self.start);
                (middle - half, middle + half)
            }
            _ => (self.end, self.end),
        }
    }

    /// The ranges of values that are drawn in one piece.
    pub fn pieces(&self) -> Vec<(f64, f64)> {
        match self.scale {
            Scale::Broken { split, .. } => vec![(self.from, split), (split, self.to)],
            _ => vec![(self.from, self.to)],
        }
    }

    /// Ticks with as many labels as have room, when `extent` is the length a label needs along the axis and `space`
    /// the least distance between two, both in pixels; at most `most` labels over the whole axis.
    pub fn parts(&self, extent: &dyn Fn(&str) -> f64, space: f64, most: usize) -> Vec<AxisPart> {
        let pieces = self.pieces();
        let whole = (self.end - self.start).abs();
        let lengths = self.stretches().into_iter().map(|(start, end)| (end - start).abs());
        let mut parts: Vec<AxisPart> = pieces
            .iter()
            .zip(lengths)
            .map(|(&piece, length)| {
                let share = ((most as f64 * length / whole).round() as usize).max(2);
                self.fitting(piece, share, extent, space)
            })
            .collect();
        self.part_at_the_break(&mut parts, extent, space);
        parts
    }

    fn fitting(&self, (from, to): (f64, f64), most: usize, extent: &dyn Fn(&str) -> f64, space: f64) -> AxisPart {
        let mut best = None;
        for most in (1..=most.max(2)).rev() {
            let (ticks, unit) = self.make(from, to, most);
            let part = AxisPart { from, to, unit, ticks };
            if self.fits(&part.ticks, extent, space) {
                return part;
            }
            best = Some(part);
        }
        best.unwrap_or(AxisPart { from, to, unit: None, ticks: Vec::new() })
    }

    fn make(&self, from: f64, to: f64, most: usize) -> (Vec<Tick>, Option<TimeUnit>) {
        match (self.kind, self.scale) {
            (AxisKind::Time, Scale::Linear | Scale::Broken { .. }) => {
                let (ticks, unit) = ticks::time(from, to, most);
                (ticks, Some(unit))
            }
            (AxisKind::Time, Scale::Log) => (ticks::time_log(from, to, most), None),
            (AxisKind::Time, Scale::SymLog { linear }) => {
                let mut all = vec![Tick { value: 0.0, label: "0".to_string() }];
                all.extend(ticks::time_log(linear, to, most.saturating_sub(1)));
                all.retain(|tick| tick.value >= from);
                (all, None)
            }
            (AxisKind::Number, Scale::Linear | Scale::Broken { .. }) => (ticks::linear(from, to, most), None),
            (AxisKind::Number, Scale::Log) => (ticks::log(from, to, most), None),
            (AxisKind::Number, Scale::SymLog { linear }) => (ticks::symlog(from, to, linear, most), None),
        }
    }

    fn fits(&self, ticks: &[Tick], extent: &dyn Fn(&str) -> f64, space: f64) -> bool {
        let labeled: Vec<(f64, f64)> = ticks
            .iter()
            .filter(|tick| !tick.label.is_empty())
            .map(|tick| (self.place(tick.value), extent(&tick.label)))
            .collect();
        labeled.windows(2).all(|pair| (pair[1].0 - pair[0].0).abs() >= 0.5 * (pair[0].1 + pair[1].1) + space)
    }

    /// Takes the label away from a tick right of a break that would touch the last label left of it.
    fn part_at_the_break(&self, parts: &mut [AxisPart], extent: &dyn Fn(&str) -> f64, space: f64) {
        let [left, right] = parts else { return };
        // The value of the break itself is written once, on the left.
        right.ticks.retain(|tick| (tick.value - left.to).abs() > 1e-9 * (right.to - right.from));
        let Some(last) = left.ticks.iter().rev().find(|tick| !tick.label.is_empty()) else { return };
        let edge = self.place(last.value) + 0.5 * extent(&last.label) + space;
        for tick in &mut right.ticks {
            if self.place(tick.value) - 0.5 * extent(&tick.label) < edge {
                tick.label.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(scale: Scale, range: Option<(f64, f64)>) -> Axis {
        Axis { scale, range, ..Axis::default() }
    }

    fn map(scale: Scale, range: (f64, f64)) -> AxisMap {
        AxisMap::new(&axis(scale, None), range, 100.0, 300.0, 10.0)
    }

    fn range(axis: &Axis, values: &[f64]) -> Result<(f64, f64), FigureError> {
        resolve(axis, values.iter().copied(), false, "p", "y")
    }

    #[test]
    fn ends_are_met_and_order_is_kept_on_every_scale() {
        let scales = [
            (Scale::Linear, (-1.0, 3.0)),
            (Scale::Log, (0.1, 1000.0)),
            (Scale::SymLog { linear: 1.0 }, (-100.0, 1000.0)),
            (Scale::Broken { split: 1.0, share: 0.4 }, (-1.0, 700.0)),
        ];
        for (scale, (from, to)) in scales {
            let map = map(scale, (from, to));
            assert!((map.place(from) - 100.0).abs() < 1e-9 && (map.place(to) - 300.0).abs() < 1e-9, "{scale:?}");
            let places: Vec<f64> =
                (0..=100).map(|step| map.place(from + (to - from) * f64::from(step) / 100.0)).collect();
            assert!(places.windows(2).all(|pair| pair[1] > pair[0]), "{scale:?}");
        }
    }

    #[test]
    fn scales_are_what_they_say() {
        assert!((map(Scale::Log, (1.0, 100.0)).place(10.0) - 200.0).abs() < 1e-9);
        let symlog = map(Scale::SymLog { linear: 1.0 }, (-10.0, 10.0));
        assert!((symlog.place(0.0) - 200.0).abs() < 1e-9);
        assert!((symlog.place(1.0) - 250.0).abs() < 1e-9);
        let broken = map(Scale::Broken { split: 2.0, share: 0.5 }, (0.0, 102.0));
        assert_eq!(broken.edges(), (195.0, 205.0));
        assert!((broken.place(1.0) - 147.5).abs() < 1e-9);
        assert!((broken.place(52.0) - 252.5).abs() < 1e-9);
    }

    #[test]
    fn an_open_end_follows_the_data() {
        let open = |from, to| range(&axis(Scale::Linear, Some((from, to))), &[0.0, 100.0]).unwrap();
        assert_eq!(open(f64::NAN, 50.0), (0.0, 50.0));
        assert_eq!(open(-5.0, f64::NAN), (-5.0, 106.0));
    }

    #[test]
    fn ranges_follow_the_data() {
        assert_eq!(range(&axis(Scale::Linear, None), &[1.0, 10.0]).unwrap().0, 0.0);
        let (from, to) = range(&axis(Scale::Linear, None), &[90.0, 110.0, f64::NAN]).unwrap();
        assert!(from > 80.0 && from < 90.0 && to > 110.0);
        let (from, to) = range(&axis(Scale::Log, None), &[0.0, 1e-30, 100.0]).unwrap();
        assert!(from > 5e-4 && to < 200.0);
        assert_eq!(range(&axis(Scale::Linear, None), &[0.0, 0.0]).unwrap(), (-1.0, 1.0));
    }

    #[test]
    fn impossible_axes_are_refused() {
        let error = |scale, given, values: &[f64]| range(&axis(scale, given), values).unwrap_err();
        assert!(matches!(error(Scale::Linear, None, &[f64::NAN]), FigureError::NoData { .. }));
        assert!(matches!(error(Scale::Linear, Some((2.0, 2.0)), &[]), FigureError::EmptyRange { .. }));
        assert!(matches!(error(Scale::Linear, Some((0.0, f64::INFINITY)), &[]), FigureError::EmptyRange { .. }));
        assert!(matches!(error(Scale::Log, Some((-1.0, 2.0)), &[]), FigureError::LogOfNonPositive { .. }));
        assert!(matches!(error(Scale::Log, None, &[-1.0, 0.0]), FigureError::LogOfNonPositive { .. }));
        assert!(matches!(
            error(Scale::Broken { split: 9.0, share: 0.5 }, Some((0.0, 5.0)), &[]),
            FigureError::BadBreak { .. }
        ));
        assert!(matches!(
            error(Scale::Broken { split: 1.0, share: 1.5 }, Some((0.0, 5.0)), &[]),
            FigureError::BadBreak { .. }
        ));
        assert!(matches!(
            error(Scale::SymLog { linear: 0.0 }, Some((0.0, 5.0)), &[]),
            FigureError::BadLinearPart { .. }
        ));
    }

    #[test]
    fn labels_have_room_and_a_broken_axis_has_two_units() {
        let axis = Axis { scale: Scale::Broken { split: 1.5, share: 0.45 }, kind: AxisKind::Time, ..Axis::default() };
        let map = AxisMap::new(&axis, (-0.25, 672.0), 0.0, 260.0, 8.0);
        let parts = map.parts(&|label| 7.0 * label.chars().count() as f64, 6.0, 10);
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[0].unit, Some(TimeUnit::Minute));
        assert_eq!(parts[1].unit, Some(TimeUnit::Week));
        for part in &parts {
            assert!(map.fits(&part.ticks, &|label| 7.0 * label.chars().count() as f64, 6.0), "{part:?}");
            assert!(part.ticks.iter().filter(|tick| !tick.label.is_empty()).count() >= 2, "{part:?}");
        }
    }
}

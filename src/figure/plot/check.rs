//! Whether a plot can be drawn at all, and over which ranges.

use super::super::axis::resolve;
use super::super::error::FigureError;
use super::super::scene::{Along, AxisKind, Plot, Scale, Side};

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

/// Whether two horizontal axes show the same, so that numbers under the lower one serve both.
pub fn same_abscissa(a: (&Plot, &Ranges), b: (&Plot, &Ranges)) -> bool {
    let same_scale = match (a.0.x.scale, b.0.x.scale) {
        (Scale::Broken { split: s, share: p }, Scale::Broken { split: t, share: q }) => s == t && p == q,
        (x, y) => x == y,
    };
    same_scale && a.1.x == b.1.x && a.0.x.kind == b.0.x.kind && a.0.x.unit == b.0.x.unit && a.0.x.label == b.0.x.label
}

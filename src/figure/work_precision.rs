//! From measured costs to [`FigureData`]: achieved error over time spent, a curve a solver or a variant.
//!
//! Both axes are logarithmic, so that a method's order is a slope; lower and further left is better. This file must
//! never measure anything.

use super::scene::{
    Axis, Content, EvidencePoint, FigureData, LabelPlacement, Marker, Metadata, Panel, Plot, Scale, Series, Style,
};

/// One curve of a work-precision figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CostCurve {
    /// What was timed: a solver, a variant.
    pub name: String,
    /// Its measurements, in any order.
    pub points: Vec<CostPoint>,
}

/// One measurement.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CostPoint {
    /// The achieved error, relative and above zero.
    pub error: f64,
    /// The time of one run in milliseconds, above zero.
    pub milliseconds: f64,
    /// Half of the spread of the time in milliseconds; 0 draws none.
    pub spread: f64,
}

/// A figure of achieved error over time in milliseconds. Points whose error or time is not above zero cannot stand on
/// a logarithmic axis and are left out. The caller may add caption, footer, metadata and theme to what comes back.
///
/// # Errors
/// None here; [`super::draw`] refuses a figure in which no point is left.
pub fn work_precision(title: &str, subtitle: &str, curves: &[CostCurve]) -> FigureData {
    let mut plot = Plot {
        x: Axis { label: "time of a run".into(), unit: "ms".into(), scale: Scale::Log, ..Axis::default() },
        y: Axis { label: "achieved error".into(), scale: Scale::Log, ..Axis::default() },
        ..Plot::default()
    };
    let drawn = |point: &&CostPoint| point.error > 0.0 && point.milliseconds > 0.0;
    let errors: Vec<f64> =
        curves.iter().flat_map(|curve| &curve.points).filter(drawn).map(|point| point.error).collect();
    if let (Some(least), Some(most)) =
        (errors.iter().copied().reduce(f64::min), errors.iter().copied().reduce(f64::max))
    {
        // A logarithmic axis by itself leaves out what is decades below the rest; here that is the best of all.
        plot.y.range = Some((0.5 * least, 2.0 * most));
    }
    for (index, curve) in curves.iter().enumerate() {
        let mut points: Vec<CostPoint> = curve.points.iter().filter(drawn).copied().collect();
        points.sort_by(|a, b| b.error.total_cmp(&a.error));
        let style = Style::nth(index);
        plot.points.extend(points.iter().map(|point| {
            let (time, spread) = (point.milliseconds, point.spread);
            EvidencePoint {
                x: time,
                // A spread as wide as the time itself would reach to zero, which has no place here.
                x_range: (spread > 0.0).then(|| ((time - spread).max(0.1 * time), time + spread)),
                y: point.error,
                ink: style.ink,
                marker: Marker::ALL[index % Marker::ALL.len()],
                ..EvidencePoint::default()
            }
        }));
        plot.series.push(Series {
            name: curve.name.clone(),
            style,
            x: points.iter().map(|point| point.milliseconds).collect(),
            y: points.iter().map(|point| point.error).collect(),
            label: LabelPlacement::Auto,
            ..Series::default()
        });
    }
    FigureData {
        title: title.to_string(),
        subtitle: subtitle.to_string(),
        metadata: Metadata { version: env!("CARGO_PKG_VERSION").to_string(), ..Metadata::default() },
        panels: vec![Panel { title: String::new(), span: 1, content: Content::Plot(plot) }],
        ..FigureData::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::faults;
    use super::super::scene::ThemeName;
    use super::*;
    use crate::numerics::elementary::pow;

    fn curve(name: &str, order: f64, cost: f64) -> CostCurve {
        let point = |step: i32| {
            let work = pow(10.0, 0.3 * f64::from(step));
            CostPoint { error: 1e-2 * pow(work, -order), milliseconds: cost * work, spread: 0.05 * cost * work }
        };
        CostCurve { name: name.into(), points: (0..6).map(point).collect() }
    }

    #[test]
    fn an_order_is_a_slope_and_nothing_overlaps() {
        let figure =
            work_precision("Cost", "ketamine, a week", &[curve("rodas5p", 5.0, 0.3), curve("dopri5", 4.0, 2.0)]);
        let Content::Plot(plot) = &figure.panels[0].content else { panic!("no plot") };
        let first = &plot.series[0];
        let log = crate::numerics::elementary::log10;
        let slope = (log(first.y[5]) - log(first.y[0])) / (log(first.x[5]) - log(first.x[0]));
        assert!((slope + 5.0).abs() < 1e-9, "{slope}");
        for theme in ThemeName::ALL {
            let layout = super::super::draw(&FigureData { theme, ..figure.clone() }).unwrap();
            assert_eq!(faults(layout.display_list(), layout.width(), layout.height()), vec![], "{theme:?}");
        }
    }

    #[test]
    fn every_error_is_within_the_axis() {
        let wide = CostCurve {
            name: "wide".into(),
            points: [1e-2, 1e-6, 1e-13].map(|error| CostPoint { error, milliseconds: 1.0, spread: 0.0 }).to_vec(),
        };
        let figure = work_precision("", "", &[wide]);
        let Content::Plot(plot) = &figure.panels[0].content else { panic!("no plot") };
        let (low, high) = plot.y.range.unwrap();
        assert!(plot.points.iter().all(|point| (low..=high).contains(&point.y)), "{low} to {high}");
    }

    #[test]
    fn an_error_of_zero_is_left_out_rather_than_drawn_somewhere() {
        let mut one = curve("exact", 5.0, 1.0);
        one.points.push(CostPoint { error: 0.0, milliseconds: 9.0, spread: 0.0 });
        let figure = work_precision("", "", &[one]);
        let Content::Plot(plot) = &figure.panels[0].content else { panic!("no plot") };
        assert_eq!((plot.series[0].x.len(), plot.points.len()), (6, 6));
    }
}

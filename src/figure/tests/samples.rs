//! Figures with made-up but plausible data, one of each kind, for the tests of layout and the eye.

use super::super::scene::*;
use crate::numerics::elementary::{exp, pow};

/// Times in hours: dense in the first hours, then every quarter of an hour.
pub fn times(until: f64) -> Vec<f64> {
    let mut times: Vec<f64> = (0..300).map(|index| -0.25 + f64::from(index) * 0.0125).collect();
    let mut time = 3.5;
    while time <= until {
        times.push(time);
        time += 0.25;
    }
    times
}

/// A rise from `from` with a time constant and a slower return.
pub fn pulse(time: f64, from: f64, rise: f64, fall: f64) -> f64 {
    let since = time - from;
    if since <= 0.0 { 0.0 } else { (1.0 - exp(-since / rise)) * exp(-since / fall) }
}

/// Plasma concentration in ng/mL after an infusion of 40 min or a bolus with an hour of infusion.
pub fn plasma(time: f64, anesthetic: bool) -> f64 {
    let decay = |since: f64| 0.75 * exp(-since / 0.2) + 0.2 * exp(-since / 1.2) + 0.05 * exp(-since / 6.0);
    if time < 0.0 {
        return 0.0;
    }
    if anesthetic {
        let kept = if time < 1.0 {
            1500.0
        } else {
            1500.0 * (0.5 * exp(-(time - 1.0) / 0.4) + 0.5 * exp(-(time - 1.0) / 3.5))
        };
        3000.0 * decay(time) + kept * (1.0 - exp(-time / 0.1))
    } else if time <= 2.0 / 3.0 {
        190.0 * (1.0 - exp(-time / 0.25))
    } else {
        190.0 * 0.93 * (0.6 * exp(-(time - 0.667) / 0.35) + 0.4 * exp(-(time - 0.667) / 3.2))
    }
}

fn curve(name: &str, style: Style, times: &[f64], of: impl Fn(f64) -> f64) -> Series {
    Series {
        name: name.to_string(),
        style,
        x: times.to_vec(),
        y: times.iter().map(|&time| of(time)).collect(),
        ..Series::default()
    }
}

pub fn time_axis(until: f64) -> Axis {
    Axis {
        label: "time".into(),
        kind: AxisKind::Time,
        scale: Scale::Broken { split: 2.0, share: 0.5 },
        range: Some((-0.25, until)),
        ..Axis::default()
    }
}

fn panel(title: &str, unit: &str, scale: Scale, series: Vec<Series>) -> Panel {
    Panel {
        title: title.into(),
        span: 1,
        content: Content::Plot(Plot {
            x: time_axis(672.0),
            y: Axis { unit: unit.into(), scale, ..Axis::default() },
            series,
            ..Plot::default()
        }),
    }
}

fn edit(panel: &mut Panel, change: impl FnOnce(&mut Plot)) {
    if let Content::Plot(plot) = &mut panel.content {
        change(plot);
    }
}

/// The lecture figure: twelve panels down the cascade, two regimens, minutes and weeks.
pub fn lecture(theme: ThemeName) -> FigureData {
    let (low, high) = (Style::nth(0), Style::nth(1));
    let at = times(672.0);
    let both = |f: &dyn Fn(f64, bool) -> f64| {
        vec![curve("", low, &at, |time| f(time, false)), curve("", high, &at, |time| f(time, true))]
    };
    let mut panels = vec![
        panel("Plasma ketamine", "ng/mL", Scale::Log, both(&plasma)),
        panel(
            "Norketamine",
            "ng/mL",
            Scale::Linear,
            both(&|time, high| (if high { 900.0 } else { 75.0 }) * pulse(time, 0.2, 0.8, 5.5)),
        ),
        panel("NMDA channels blocked", "%", Scale::Linear, {
            let occupied = |time, high, half: f64| 100.0 * plasma(time, high) / (plasma(time, high) + half);
            let mut series = Vec::new();
            for (style, anesthetic) in [(low, false), (high, true)] {
                series.push(curve(if anesthetic { "" } else { "interneurons" }, style, &at, |time| {
                    occupied(time, anesthetic, 180.0)
                }));
                let thin = Style { width: 0.55, ..style };
                series.push(curve(if anesthetic { "" } else { "pyramidal cells" }, thin, &at, |time| {
                    occupied(time, anesthetic, 1400.0)
                }));
            }
            series
        }),
        panel(
            "GABA tone",
            "% of baseline",
            Scale::Linear,
            both(&|time, high| {
                100.0 - (if high { 70.0 } else { 35.0 }) * pulse(time, 0.0, 0.15, if high { 2.4 } else { 1.4 })
            }),
        ),
        panel(
            "Glutamate",
            "% of baseline",
            Scale::Linear,
            both(&|time, high| {
                if high {
                    100.0 - 25.0 * pulse(time, 0.0, 0.1, 1.2) + 95.0 * pulse(time, 1.4, 0.4, 1.0)
                } else {
                    100.0 + 90.0 * pulse(time, 0.0, 0.3, 1.1)
                }
            }),
        ),
        panel(
            "AMPA throughput",
            "% of baseline",
            Scale::Linear,
            both(&|time, high| {
                100.0 + (if high { 40.0 } else { 75.0 }) * pulse(time, if high { 1.3 } else { 0.0 }, 0.4, 1.6)
            }),
        ),
        panel(
            "mTORC1 activity",
            "% of baseline",
            Scale::Linear,
            both(&|time, high| 100.0 + (if high { 60.0 } else { 150.0 }) * pulse(time, 0.3, 0.8, 3.0)),
        ),
        panel(
            "BDNF released",
            "% of baseline",
            Scale::Linear,
            both(&|time, high| 100.0 + (if high { 35.0 } else { 85.0 }) * pulse(time, 0.3, 1.2, 9.0)),
        ),
        panel(
            "Synapses",
            "% of baseline",
            Scale::Linear,
            both(&|time, high| 72.0 + (if high { 7.0 } else { 22.0 }) * pulse(time, 1.0, 14.0, 260.0)),
        ),
        panel(
            "Dissociation",
            "points",
            Scale::Linear,
            both(&|time, high| {
                if high { 0.0 } else { 28.0 * pulse(time, 0.0, 0.3, 0.8) }
            }),
        ),
        panel(
            "Depressive symptoms",
            "points",
            Scale::Linear,
            both(&|time, high| 33.0 - (if high { 4.0 } else { 17.0 }) * pulse(time, 1.0, 8.0, 230.0)),
        ),
        panel(
            "Blood pressure",
            "mmHg",
            Scale::Linear,
            both(&|time, high| 120.0 + (if high { 38.0 } else { 19.0 }) * pulse(time, 0.0, 0.25, 1.3)),
        ),
    ];
    edit(&mut panels[0], |plot| {
        plot.y.range = Some((1.0, 5000.0));
        plot.bands = vec![Band { along: Along::Y, from: 642.0, to: f64::INFINITY, label: "asleep".into() }];
        plot.points = [(0.667, 185.0, 130.0, 250.0, 0), (1.0, 105.0, 70.0, 140.0, 0), (1.667, 68.0, 40.0, 95.0, 1)]
            .map(|(x, y, low, high, source)| EvidencePoint {
                x,
                y,
                y_range: Some((low, high)),
                ink: Ink::Series(0),
                marker: if source == 0 { Marker::Circle } else { Marker::Square },
                source: Some(source),
                ..EvidencePoint::default()
            })
            .to_vec();
    });
    edit(&mut panels[2], |plot| plot.y.range = Some((0.0, 100.0)));
    edit(&mut panels[4], |plot| {
        plot.thresholds = vec![Threshold { along: Along::Y, at: 100.0, label: "baseline".into() }];
    });
    edit(&mut panels[10], |plot| {
        plot.y.range = Some((0.0, 40.0));
        plot.bands = vec![Band { along: Along::Y, from: 0.0, to: 10.0, label: "remission".into() }];
        plot.points = [(24.0, 18.0, 12.0, 24.0), (168.0, 23.0, 17.0, 29.0)]
            .map(|(x, y, low, high)| EvidencePoint {
                x,
                y,
                y_range: Some((low, high)),
                source: Some(2),
                marker: Marker::Diamond,
                ..EvidencePoint::default()
            })
            .to_vec();
    });
    FigureData {
        title: "Ketamine, from dose to synapse".into(),
        subtitle: "A sub-anesthetic infusion beside an anesthetic dose in a 70 kg adult".into(),
        caption: "The low dose silences interneurons before pyramidal cells and glutamate rises; the high dose blocks \
                  both, and glutamate rises only as it wears off."
            .into(),
        metadata: Metadata {
            version: "0.1.0".into(),
            model: "ketamine".into(),
            model_hash: "9f2c61d0".into(),
            settings: vec![("rtol".into(), "1e-6".into())],
            seed: None,
        },
        footer: vec!["kascade 0.1.0 · model ketamine 9f2c61d0 · For teaching and research; not medical advice.".into()],
        sources: [
            "Kamp et al. 2020, Anesthesiology 133:1192",
            "Clements et al. 1982, J Pharm Sci 71:539",
            "Murrough et al. 2013, Am J Psychiatry 170:1134",
        ]
        .iter()
        .enumerate()
        .map(|(index, cite)| Source { key: format!("s{index}"), cite: cite.to_string() })
        .collect(),
        theme,
        columns: 4,
        panels,
        keys: vec![
            Key { name: "0.5 mg/kg over 40 min".into(), style: low },
            Key { name: "2 mg/kg bolus, then 1 h of anesthesia".into(), style: high },
        ],
        strip: DoseStrip {
            rows: vec![
                StripRow {
                    ink: Ink::Series(0),
                    doses: vec![StripDose { from: 0.0, until: 2.0 / 3.0, label: "0.5 mg/kg".into() }],
                },
                StripRow {
                    ink: Ink::Series(1),
                    doses: vec![
                        StripDose { from: 0.0, until: 0.0, label: String::new() },
                        StripDose { from: 0.08, until: 1.0, label: "2 mg/kg + 4 mg/kg/h".into() },
                    ],
                },
            ],
        },
        share_x: true,
        letters: true,
        ..FigureData::default()
    }
}

/// Several outcomes over one dose axis, names behind the ends.
pub fn dose_response(theme: ThemeName) -> FigureData {
    let doses: Vec<f64> = (0..121).map(|index| pow(10.0, -1.5 + f64::from(index) * 0.02)).collect();
    let hill = |x: f64, k: f64, n: f64| {
        let ratio = pow(x / k, n);
        ratio / (1.0 + ratio)
    };
    let of = |index: usize, name: &str, f: &dyn Fn(f64) -> f64| Series {
        label: LabelPlacement::End,
        ..curve(name, Style::nth(index), &doses, f)
    };
    FigureData {
        title: "The inverted U".into(),
        subtitle: "Peak change from baseline over the dose of a 40-min infusion".into(),
        footer: vec!["kascade 0.1.0 · For teaching and research; not medical advice.".into()],
        theme,
        panels: vec![Panel {
            title: String::new(),
            span: 1,
            content: Content::Plot(Plot {
                x: Axis { label: "dose".into(), unit: "mg/kg".into(), scale: Scale::Log, ..Axis::default() },
                y: Axis { label: "change from baseline".into(), unit: "%".into(), ..Axis::default() },
                series: vec![
                    of(0, "glutamate", &|x| 100.0 * hill(x, 0.25, 2.0) * (1.0 - hill(x, 1.1, 2.5)) * 1.3),
                    of(1, "interneuron block", &|x| 95.0 * hill(x, 0.4, 1.4)),
                    of(2, "pyramidal block", &|x| 95.0 * hill(x, 2.5, 1.4)),
                    of(3, "BDNF", &|x| 70.0 * hill(x, 0.22, 2.0) * (1.0 - hill(x, 1.3, 2.5)) * 1.3),
                ],
                bands: vec![Band { along: Along::X, from: 0.4, to: 0.6, label: String::new() }],
                annotations: vec![Annotation { text: "antidepressant dose".into(), x: 0.5, y: 75.0, pointer: true }],
                ..Plot::default()
            }),
        }],
        ..FigureData::default()
    }
}

/// Error against work of several solvers, on two logarithmic axes.
pub fn work_precision(theme: ThemeName) -> FigureData {
    let line = |index: usize, name: &str, order: f64, cost: f64| {
        let work: Vec<f64> = (0..8).map(|step| cost * pow(10.0, f64::from(step) * 0.17)).collect();
        let error: Vec<f64> = work.iter().map(|&work| pow(work / cost, -order) * 1e-3).collect();
        Series {
            name: name.into(),
            style: Style::nth(index).with_marker(index),
            x: work,
            y: error,
            ..Series::default()
        }
    };
    FigureData {
        title: "Work and precision".into(),
        theme,
        panels: vec![Panel {
            title: String::new(),
            span: 1,
            content: Content::Plot(Plot {
                x: Axis { label: "time".into(), unit: "ms".into(), scale: Scale::Log, ..Axis::default() },
                y: Axis { label: "achieved error".into(), scale: Scale::Log, ..Axis::default() },
                series: vec![
                    line(0, "rodas5p", 5.0, 0.3),
                    line(1, "dopri5", 4.2, 1.2),
                    line(2, "dop853", 6.5, 1.5),
                    line(3, "bdf", 3.0, 0.9),
                ],
                ..Plot::default()
            }),
        }],
        ..FigureData::default()
    }
}

/// A limit cycle with nullclines and a direction field.
pub fn phase_portrait(theme: ThemeName) -> FigureData {
    let flow = |v: f64, w: f64| (v - v * v * v / 3.0 - w + 0.5, 0.08 * (v + 0.7 - 0.8 * w));
    let (mut v, mut w) = (-1.0, 1.5);
    let (mut xs, mut ys) = (vec![v], vec![w]);
    for _ in 0..6000 {
        let (dv, dw) = flow(v, w);
        v += 0.02 * dv;
        w += 0.02 * dw;
        xs.push(v);
        ys.push(w);
    }
    let grid: Vec<f64> = (0..101).map(|index| -2.4 + 0.048 * f64::from(index)).collect();
    let mut field = Vec::new();
    for column in 0..15 {
        for row in 0..10 {
            let (x, y) = (-2.3 + 0.33 * f64::from(column), -0.9 + 0.3 * f64::from(row));
            let (dx, dy) = flow(x, y);
            field.push(FieldArrow { x, y, dx, dy });
        }
    }
    let thin = |index| Style { width: 0.6, dash: Dash::Dashed, ink: Ink::Series(index), marker: None };
    FigureData {
        title: "A phase portrait".into(),
        theme,
        panels: vec![Panel {
            title: String::new(),
            span: 1,
            content: Content::Plot(Plot {
                x: Axis { label: "activity".into(), range: Some((-2.4, 2.4)), ..Axis::default() },
                y: Axis { label: "adaptation".into(), range: Some((-1.0, 2.0)), ..Axis::default() },
                series: vec![
                    curve("activity at rest", thin(1), &grid, |v| v - v * v * v / 3.0 + 0.5),
                    curve("adaptation at rest", thin(2), &grid, |v| (v + 0.7) / 0.8),
                    Series { name: "orbit".into(), x: xs, y: ys, direction_marks: 7, ..Series::default() },
                ],
                field,
                ..Plot::default()
            }),
        }],
        ..FigureData::default()
    }
}

/// A population: ribbons around medians, symmetric-log differences, a second axis.
pub fn population(theme: ThemeName) -> FigureData {
    let at: Vec<f64> = (0..241).map(|index| f64::from(index) * 0.1).collect();
    let median = |time: f64| plasma(time, false);
    let ribbon = Ribbon {
        name: "90 % of 1000 adults".into(),
        ink: Ink::Series(0),
        x: at.clone(),
        lower: at.iter().map(|&time| 0.6 * median(time)).collect(),
        upper: at.iter().map(|&time| 1.6 * median(time)).collect(),
        unit: "ng/mL".into(),
    };
    let hours = Axis { label: "time".into(), kind: AxisKind::Time, ..Axis::default() };
    let left = Panel {
        title: "Plasma ketamine".into(),
        span: 1,
        content: Content::Plot(Plot {
            x: hours.clone(),
            y: Axis { unit: "ng/mL".into(), scale: Scale::Log, range: Some((1.0, 500.0)), ..Axis::default() },
            series: vec![curve("median", Style::nth(0), &at, median)],
            ribbons: vec![ribbon],
            ..Plot::default()
        }),
    };
    let right = Panel {
        title: "Change and dose".into(),
        span: 1,
        content: Content::Plot(Plot {
            x: hours,
            y: Axis {
                label: "difference".into(),
                unit: "nmol/L".into(),
                scale: Scale::SymLog { linear: 1.0 },
                range: Some((-100.0, 1000.0)),
                ..Axis::default()
            },
            y_right: Some(Axis {
                label: "blocked".into(),
                unit: "%".into(),
                range: Some((0.0, 100.0)),
                ..Axis::default()
            }),
            series: vec![
                curve("difference", Style::nth(0), &at, |time| {
                    900.0 * pulse(time, 1.0, 0.5, 3.0) - 60.0 * pulse(time, 8.0, 1.0, 9.0)
                }),
                Series {
                    side: Side::Right,
                    ..curve("blocked", Style::nth(1), &at, |time| 70.0 * pulse(time, 0.5, 1.0, 9.0))
                },
            ],
            ..Plot::default()
        }),
    };
    FigureData { title: "Many adults".into(), theme, panels: vec![left, right], ..FigureData::default() }
}

/// Glutamate over dose and duration.
pub fn heat_map(theme: ThemeName) -> FigureData {
    let doses: Vec<f64> = (0..40).map(|index| pow(10.0, -1.0 + f64::from(index) * 0.04)).collect();
    let durations: Vec<f64> = (1..31).map(|index| f64::from(index) * 4.0).collect();
    let value = |dose: f64, minutes: f64| {
        let level = dose / (1.0 + minutes / 60.0);
        let rise = level * level / (level * level + 0.06);
        let block = level * level * level / (level * level * level + 0.35);
        100.0 * rise * (1.0 - block) - 45.0 * block
    };
    FigureData {
        title: "Glutamate over dose and duration".into(),
        theme,
        panels: vec![Panel {
            title: String::new(),
            span: 1,
            content: Content::HeatMap(HeatMap {
                x: Axis { label: "dose".into(), unit: "mg/kg".into(), scale: Scale::Log, ..Axis::default() },
                y: Axis { label: "duration".into(), unit: "min".into(), ..Axis::default() },
                value: Axis { label: "mean glutamate change".into(), unit: "%".into(), ..Axis::default() },
                values: durations
                    .iter()
                    .flat_map(|&minutes| doses.iter().map(move |&dose| value(dose, minutes)))
                    .collect(),
                x_at: doses,
                y_at: durations,
                contours: vec![-25.0, 0.0, 25.0, 50.0],
            }),
        }],
        ..FigureData::default()
    }
}

/// Findings in several groups, two models, open ranges, a value far outside.
pub fn evidence(theme: ThemeName) -> FigureData {
    let row =
        |group: &str, label: &str, unit: &str, low: f64, high: f64, values: [f64; 2], source: usize| EvidenceRow {
            group: group.into(),
            label: label.into(),
            unit: unit.into(),
            low,
            high,
            best: (low.is_finite() && high.is_finite()).then_some(0.45 * low + 0.55 * high),
            model: values.to_vec(),
            source: Some(source),
        };
    let inf = f64::INFINITY;
    FigureData {
        title: "What was measured, and what the model says".into(),
        footer: vec!["kascade 0.1.0 · For teaching and research; not medical advice.".into()],
        theme,
        sources: [
            "Kamp et al. 2020, Anesthesiology 133:1192",
            "Stone et al. 2012, Mol Psychiatry 17:664",
            "Murrough et al. 2013, Am J Psychiatry 170:1134",
        ]
        .iter()
        .map(|cite| Source { key: String::new(), cite: cite.to_string() })
        .collect(),
        keys: vec![
            Key { name: "disinhibition".into(), style: Style::nth(0).with_marker(0) },
            Key { name: "direct inhibition".into(), style: Style::nth(1).with_marker(1) },
        ],
        panels: vec![Panel {
            title: String::new(),
            span: 1,
            content: Content::Evidence(EvidenceChart {
                models: vec![
                    Key { name: "disinhibition".into(), style: Style::nth(0).with_marker(0) },
                    Key { name: "direct".into(), style: Style::nth(1).with_marker(1) },
                ],
                rows: vec![
                    row("Plasma", "Concentration at 40 min", "ng/mL", 130.0, 250.0, [187.0, 187.0], 0),
                    row("Plasma", "Concentration at waking", "ng/mL", 400.0, 900.0, [652.0, 652.0], 0),
                    row("Plasma", "Half-life, terminal", "h", 2.0, 4.0, [3.1, 3.1], 0),
                    row("Brain", "Glutamate, peak", "% of baseline", 120.0, 190.0, [168.0, 101.0], 1),
                    row("Brain", "Glutamate, mean in anesthesia", "% of baseline", -inf, 100.0, [93.0, 88.0], 1),
                    row("Brain", "BDNF at 2 h", "% of baseline", 110.0, inf, [146.0, 155.0], 1),
                    row("Mood", "MADRS change at 24 h", "points", -22.0, -8.0, [-15.5, -14.0], 2),
                    row("Mood", "MADRS change at 7 d", "points", -15.0, -4.0, [-10.2, 9.0], 2),
                    row("Mood", "Dissociation over by", "h", 0.7, 2.0, [1.4, 2.2], 2),
                ],
            }),
        }],
        ..FigureData::default()
    }
}

/// The cascade itself, from dose to mood.
pub fn cascade_diagram() -> Cascade {
    let names = [
        "dose",
        "plasma",
        "effect\nsite",
        "block in\ninterneurons",
        "block in\npyramidal cells",
        "GABA",
        "glutamate",
        "AMPA",
        "mTORC1",
        "BDNF",
        "TrkB",
        "synapses",
        "stress",
        "symptoms",
        "eEF2K",
    ];
    let raises = EdgeKind::Raises;
    let lowers = EdgeKind::Lowers;
    let edges = [
        (0, 1, raises),
        (1, 2, raises),
        (2, 3, raises),
        (2, 4, raises),
        (3, 5, lowers),
        (5, 6, lowers),
        (4, 6, lowers),
        (6, 7, raises),
        (7, 8, raises),
        (7, 9, raises),
        (9, 10, raises),
        (10, 8, raises),
        (8, 11, raises),
        (12, 11, lowers),
        (11, 13, lowers),
        (13, 12, raises),
        (4, 14, lowers),
        (14, 9, lowers),
    ];
    Cascade {
        nodes: names.iter().map(|name| Node { name: name.to_string() }).collect(),
        edges: edges.iter().map(|&(from, to, kind)| Edge { from, to, kind }).collect(),
        activity: vec![0.9, 0.8, 0.8, 0.75, 0.2, -0.6, 0.7, 0.65, 0.5, 0.35, 0.3, 0.1, 0.0, -0.05, -0.2],
        activity_label: "change from baseline".into(),
        activity_ends: ["below".into(), "none".into(), "above".into()],
        ..Cascade::default()
    }
}

/// The cascade as a figure.
pub fn cascade(theme: ThemeName) -> FigureData {
    FigureData {
        title: "The cascade, 45 minutes after the dose".into(),
        theme,
        panels: vec![Panel { title: String::new(), span: 1, content: Content::Cascade(cascade_diagram()) }],
        ..FigureData::default()
    }
}

/// The cascade over six hours.
pub fn film(theme: ThemeName) -> CascadeFilm {
    let times: Vec<f64> = (0..37).map(|frame| -0.25 + f64::from(frame) * 0.175).collect();
    let activity = times
        .iter()
        .map(|&time| {
            let wave = |delay: f64, size: f64| size * 1.6 * pulse(time, delay, 0.3, 1.5 + delay);
            vec![
                wave(0.0, 1.0),
                wave(0.0, 0.9),
                wave(0.05, 0.9),
                wave(0.1, 0.8),
                wave(0.1, 0.3),
                wave(0.15, -0.8),
                wave(0.2, 0.9),
                wave(0.3, 0.8),
                wave(0.6, 0.7),
                wave(0.7, 0.6),
                wave(0.9, 0.5),
                wave(1.5, 0.4),
                0.0,
                wave(2.0, -0.3),
                wave(0.2, -0.3),
            ]
        })
        .collect();
    CascadeFilm {
        figure: FigureData { title: "The cascade over six hours".into(), theme, ..FigureData::default() },
        cascade: cascade_diagram(),
        times,
        activity,
        frame_seconds: 0.15,
    }
}

//! What cannot be drawn is refused with a cause and a hint.

use super::super::error::FigureError;
use super::super::scene::*;
use super::super::{draw, film};
use super::samples;

fn with(change: impl FnOnce(&mut Plot)) -> Result<(), FigureError> {
    let mut plot = Plot {
        y: Axis { unit: "ng/mL".into(), ..Axis::default() },
        series: vec![Series {
            name: "C".into(),
            unit: "ng/mL".into(),
            x: vec![0.0, 1.0, 2.0],
            y: vec![1.0, 2.0, 3.0],
            ..Series::default()
        }],
        ..Plot::default()
    };
    change(&mut plot);
    let panel = Panel { title: "Plasma".into(), span: 1, content: Content::Plot(plot) };
    draw(&FigureData { panels: vec![panel], ..FigureData::default() }).map(|_| ())
}

#[test]
fn each_refusal_names_its_panel_and_says_what_to_try() {
    let cases = [
        with(|plot| plot.series[0].unit = "h".into()),
        with(|plot| plot.series[0].y.pop().map(|_| ()).unwrap_or(())),
        with(|plot| plot.series[0].y = vec![f64::NAN; 3]),
        with(|plot| plot.y.range = Some((3.0, 3.0))),
        with(|plot| plot.x.range = Some((2.0, 1.0))),
        with(|plot| {
            plot.y.scale = Scale::Log;
            plot.y.range = Some((-1.0, 10.0));
        }),
        with(|plot| plot.x.scale = Scale::Broken { split: 7.0, share: 0.5 }),
        with(|plot| plot.y.scale = Scale::SymLog { linear: -1.0 }),
        with(|plot| plot.series[0].side = Side::Right),
        with(|plot| plot.points = vec![EvidencePoint { source: Some(4), ..EvidencePoint::default() }]),
    ];
    let told: Vec<String> = cases
        .into_iter()
        .map(|case| {
            let error = case.unwrap_err();
            format!("{error}\n  hint: {}", error.hint())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_figure_without_panels_or_room_is_refused() {
    assert_eq!(draw(&FigureData::default()).unwrap_err(), FigureError::NoPanels);
    let size = Size { width: Some(200.0), height: Some(100.0) };
    let crowded = FigureData { size, ..samples::lecture(ThemeName::Slide) };
    assert!(matches!(draw(&crowded), Err(FigureError::TooSmall { .. })));
}

#[test]
fn films_need_an_activity_for_every_node_and_time() {
    let film = samples::film(ThemeName::PaperDouble);
    let short = CascadeFilm { times: vec![0.0], ..film.clone() };
    assert!(matches!(film::animated_svg(&short), Err(FigureError::LengthMismatch { .. })));
    let narrow = CascadeFilm { activity: vec![vec![0.0]; film.times.len()], ..film.clone() };
    assert!(matches!(film::gif(&narrow, 100), Err(FigureError::LengthMismatch { .. })));
    let empty = CascadeFilm { activity: Vec::new(), times: Vec::new(), ..film };
    assert!(matches!(film::animated_svg(&empty), Err(FigureError::NoData { .. })));
}

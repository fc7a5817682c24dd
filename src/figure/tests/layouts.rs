//! Layouts: nothing on anything else, frames that line up, and the display list as a snapshot.

use super::super::checks::faults;
use super::super::display::{Item, Role, Shape};
use super::super::geometry::Bounds;
use super::super::scene::*;
use super::super::{draw, font};
use super::{SAMPLES, samples};

#[test]
fn no_figure_of_any_kind_in_any_theme_has_a_fault() {
    for (name, sample) in SAMPLES {
        for theme in ThemeName::ALL {
            let layout = draw(&sample(theme)).unwrap();
            let found = faults(layout.display_list(), layout.width(), layout.height());
            assert!(found.is_empty(), "{name} {theme:?}: {found:?}");
        }
    }
}

#[test]
fn every_character_of_every_figure_has_a_glyph() {
    for (name, sample) in SAMPLES {
        let layout = draw(&sample(ThemeName::Slide)).unwrap();
        for item in layout.display_list() {
            if let Shape::Text { text, face, .. } = &item.shape {
                assert!(font::covers(text, *face), "{name}: {text}");
            }
        }
    }
}

/// One line a mark: role, panel, series, rounded rectangle, color, words.
fn listing(items: &[Item]) -> String {
    let line = |item: &Item| {
        let Bounds { left, top, right, bottom } = item.bounds;
        let owner = |index: Option<usize>| index.map_or("-".to_string(), |index| index.to_string());
        let form = match &item.shape {
            Shape::Text { text, .. } => format!("{text:?}"),
            Shape::Line { points, dashes, .. } => {
                format!("line of {}{}", points.len(), if dashes.is_empty() { "" } else { ", dashed" })
            }
            Shape::Polygon { points } => format!("polygon of {}", points.len()),
            Shape::Rectangle { .. } => "rectangle".to_string(),
            Shape::Disk { .. } => "disk".to_string(),
        };
        format!(
            "{:?} {}/{} [{left:.0} {top:.0} {right:.0} {bottom:.0}] {} {form}",
            item.role,
            owner(item.panel),
            owner(item.series),
            item.color.hex()
        )
    };
    // Ticks and grid lines follow from the labels and would only make the snapshot long.
    let kept = |item: &&Item| !matches!(item.role, Role::Frame | Role::Grid | Role::Cell);
    items.iter().filter(kept).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn layouts_stay_as_they_were_approved() {
    for (name, sample) in SAMPLES {
        let theme = if name == "lecture" { ThemeName::Slide } else { ThemeName::PaperDouble };
        let layout = draw(&sample(theme)).unwrap();
        insta::assert_snapshot!(format!("layout-{name}"), listing(layout.display_list()));
    }
}

/// The vertical axis lines, which stand at the left edges of the frames.
fn frames(items: &[Item]) -> Vec<Bounds> {
    let upright = |item: &&Item| item.role == Role::Frame && item.bounds.width() == 0.0 && item.bounds.height() > 30.0;
    items.iter().filter(upright).map(|item| item.bounds).collect()
}

#[test]
fn frames_of_a_grid_line_up() {
    let layout = draw(&samples::lecture(ThemeName::Slide)).unwrap();
    let frames = frames(layout.display_list());
    assert_eq!(frames.len(), 12);
    for (index, frame) in frames.iter().enumerate() {
        let (row, column) = (index / 4, index % 4);
        assert_eq!(frame.left, frames[column].left, "panel {index}");
        assert_eq!((frame.top, frame.bottom), (frames[4 * row].top, frames[4 * row].bottom), "panel {index}");
    }
}

#[test]
fn only_the_lowest_panel_of_a_column_writes_a_shared_time_axis() {
    let words = |share_x| {
        let layout = draw(&FigureData { share_x, ..samples::lecture(ThemeName::Slide) }).unwrap();
        layout.display_list().iter().filter(|item| item.text() == "weeks").count()
    };
    assert_eq!(words(true), 4);
    assert_eq!(words(false), 12);
}

#[test]
fn words_without_room_move_to_the_legend_and_none_is_lost() {
    let flat = |index: usize| Series {
        name: format!("curve number {index}"),
        style: Style::nth(index),
        x: vec![0.0, 1.0],
        y: vec![index as f64, index as f64],
        ..Series::default()
    };
    let plot = Plot { series: (0..24).map(flat).collect(), ..Plot::default() };
    let panel = Panel { title: "Crowded".into(), span: 1, content: Content::Plot(plot) };
    let figure = FigureData { panels: vec![panel], theme: ThemeName::PaperSingle, ..FigureData::default() };
    let layout = draw(&figure).unwrap();
    for index in 0..24 {
        let name = format!("curve number {index}");
        let found = layout.display_list().iter().filter(|item| item.text() == name).count();
        assert_eq!(found, 1, "{name}");
    }
    assert_eq!(faults(layout.display_list(), layout.width(), layout.height()), vec![]);
}

#[test]
fn curve_labels_name_the_nearest_curve() {
    for (name, sample) in SAMPLES {
        let layout = draw(&sample(ThemeName::Slide)).unwrap();
        let items = layout.display_list();
        for label in items.iter().filter(|item| item.role == Role::CurveLabel && item.series.is_some()) {
            let outside = items.iter().any(|item| {
                item.role == Role::Curve && item.panel == label.panel && item.bounds.right < label.bounds.left
            });
            if outside {
                continue;
            }
            let distance = |item: &Item| match &item.shape {
                Shape::Line { points, .. } => points
                    .windows(2)
                    .map(|pair| {
                        let center = label.bounds.center();
                        super::super::geometry::distance_to_segment(center, pair[0], pair[1])
                    })
                    .fold(f64::INFINITY, f64::min),
                _ => f64::INFINITY,
            };
            let curves = items.iter().filter(|item| item.role == Role::Curve && item.panel == label.panel);
            let nearest = curves.min_by(|a, b| distance(a).total_cmp(&distance(b))).unwrap();
            assert_eq!(nearest.series, label.series, "{name}: {}", label.text());
        }
    }
}

#[test]
fn gray_print_keeps_neighbors_apart() {
    for index in 0..7 {
        let (a, b) = (Style::nth(index), Style::nth(index + 1));
        assert_ne!(a.dash, b.dash);
        assert_ne!(a.with_marker(index).marker, b.with_marker(index + 1).marker);
    }
    assert_eq!((Style::nth(0).dash, Style::nth(1).dash), (Dash::Solid, Dash::Dashed));
}

#[test]
fn every_document_says_what_it_is_and_whence() {
    let figure = samples::lecture(ThemeName::Slide);
    let layout = draw(&figure).unwrap();
    let svg = layout.svg();
    for needed in [
        "role=\"img\"",
        "<title>Ketamine, from dose to synapse</title>",
        "<desc>Ketamine, from dose to synapse. Compared: 0.5 mg/kg over 40 min",
        "&quot;model_hash&quot;:&quot;9f2c61d0&quot;",
        "&quot;rtol&quot;:&quot;1e-6&quot;",
    ] {
        assert!(svg.contains(needed), "{needed}");
    }
    let png = layout.png(320).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info().unwrap();
    let chunks = &reader.info().utf8_text;
    let text = chunks.iter().find(|chunk| chunk.keyword == "kascade").unwrap().get_text().unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(metadata["model"], "ketamine");
    let pdf = layout.pdf().unwrap();
    let holds = |needle: &[u8]| pdf.windows(needle.len()).any(|window| window == needle);
    assert!(holds(b"model_hash") && holds(b"/Title"));
    // Text is text: fonts with a map back to Unicode.
    assert!(holds(b"/ToUnicode") && holds(b"/CIDFontType2"));
}

#[test]
fn equal_figures_are_equal_bytes() {
    let bytes = || {
        let layout = draw(&samples::population(ThemeName::Slide)).unwrap();
        (layout.svg().to_string(), layout.png(320).unwrap(), layout.pdf().unwrap())
    };
    let (first, second) = (bytes(), bytes());
    assert!(first.0 == second.0, "SVG");
    assert!(first.1 == second.1, "PNG");
    assert!(first.2 == second.2, "PDF");
}

#[test]
fn a_size_that_is_asked_for_is_kept() {
    let size = Size { width: Some(900.0), height: Some(500.0) };
    let layout = draw(&FigureData { size, ..samples::dose_response(ThemeName::Slide) }).unwrap();
    assert_eq!((layout.width(), layout.height()), (900.0, 500.0));
    assert!(layout.svg().contains("width=\"900\" height=\"500\" viewBox=\"0 0 9000 5000\""));
    let tall = Size { width: Some(400.0), height: None };
    let layout = draw(&FigureData { size: tall, ..samples::dose_response(ThemeName::PaperDouble) }).unwrap();
    assert_eq!(layout.width(), 400.0);
}

#[test]
fn a_control_character_in_a_text_is_drawn_as_a_space() {
    let mut figure = samples::lecture(ThemeName::Slide);
    figure.panels[0].title = "a\nb\u{1}c".to_string();
    let layout = draw(&figure).unwrap();
    let texts = layout.display_list().iter().filter_map(|item| match &item.shape {
        Shape::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    assert!(texts.clone().any(|text| text == "b c"), "{:?}", texts.collect::<Vec<_>>());
    assert!(layout.png_scaled(1.0).is_ok());
}

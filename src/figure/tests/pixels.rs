//! Pixels with tolerance: figures rendered small and compared with approved means of blocks of pixels.

use super::super::scene::ThemeName;
use super::super::{draw, export, film, font};
use super::samples;

/// Blocks across and down.
const BLOCKS: (usize, usize) = (32, 18);

/// Mean lightness of each block, 0 to 255.
fn blocks(svg: &str) -> Vec<f64> {
    let tree = export::parse(svg, "PNG").unwrap();
    let picture = export::rasterize(&tree, 640, "PNG").unwrap();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut sums = vec![(0.0, 0.0); BLOCKS.0 * BLOCKS.1];
    for (index, pixel) in picture.data().chunks_exact(4).enumerate() {
        let (row, column) = (index / width, index % width);
        let block = (row * BLOCKS.1 / height) * BLOCKS.0 + column * BLOCKS.0 / width;
        sums[block].0 += pixel[..3].iter().map(|&channel| f64::from(channel)).sum::<f64>() / 3.0;
        sums[block].1 += 1.0;
    }
    sums.into_iter().map(|(sum, count)| sum / count).collect()
}

/// The largest difference from the approved picture; with `KASCADE_APPROVE` set, approves the picture instead.
fn difference(name: &str, blocks: &[f64]) -> f64 {
    let path = format!("{}/src/figure/tests/approved/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("KASCADE_APPROVE").is_some() {
        let rows: Vec<String> = blocks
            .chunks(BLOCKS.0)
            .map(|row| row.iter().map(|mean| format!("{mean:.0}")).collect::<Vec<_>>().join(" "))
            .collect();
        std::fs::write(&path, rows.join("\n") + "\n").unwrap();
    }
    let approved = std::fs::read_to_string(&path).unwrap();
    let approved: Vec<f64> = approved.split_whitespace().map(|mean| mean.parse().unwrap()).collect();
    assert_eq!(approved.len(), blocks.len());
    approved.iter().zip(blocks).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// How much a block may differ: a label that moves by a pixel is within it, one that vanishes is not.
const TOLERANCE: f64 = 3.0;

/// Draws a figure in a theme.
type Picture = fn(ThemeName) -> super::FigureData;

const PICTURES: [(&str, ThemeName, Picture); 4] = [
    ("lecture", ThemeName::Slide, samples::lecture),
    ("heat-map", ThemeName::PaperDouble, samples::heat_map),
    ("evidence", ThemeName::Dark, samples::evidence),
    ("cascade", ThemeName::Slide, samples::cascade),
];

#[test]
fn pictures_look_as_they_were_approved() {
    for (name, theme, sample) in PICTURES {
        let found = difference(name, &blocks(draw(&sample(theme)).unwrap().svg()));
        assert!(found <= TOLERANCE, "{name} differs by {found}");
    }
}

#[test]
fn a_lost_panel_title_would_be_seen() {
    let mut figure = samples::lecture(ThemeName::Slide);
    figure.panels[5].title.clear();
    let changed = blocks(draw(&figure).unwrap().svg());
    let original = blocks(draw(&samples::lecture(ThemeName::Slide)).unwrap().svg());
    let most = changed.iter().zip(&original).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(most > TOLERANCE, "{most}");
}

#[test]
fn text_is_drawn_as_wide_as_it_was_measured() {
    for face in font::Face::ALL {
        for text in ["Plasma ketamine (ng/mL)", "10⁻³ µmol/L", "AVATAR To We", "−15.5 °C"] {
            let weight = if face == font::Face::Bold { " font-weight=\"bold\"" } else { "" };
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"100\">\
                 <text y=\"60\" font-family=\"{}\" font-size=\"40\"{weight}>{text}</text></svg>",
                font::FAMILY_LIST,
            );
            let tree = export::parse(&svg, "PNG").unwrap();
            let drawn = tree.root().bounding_box().width();
            let measured = font::width(text, face, 40.0);
            assert!((f64::from(drawn) - measured).abs() < 0.02 * measured + 2.0, "{face:?} {text}: {drawn} {measured}");
        }
    }
}

#[test]
fn a_film_has_a_frame_for_every_time_and_moves() {
    let mut film = samples::film(ThemeName::PaperDouble);
    film.times.truncate(5);
    film.activity.truncate(5);
    let bytes = film::gif(&film, 240).unwrap();
    let mut decoder = gif::DecodeOptions::new().read_info(&bytes[..]).unwrap();
    let mut frames = 0;
    while decoder.read_next_frame().unwrap().is_some() {
        frames += 1;
    }
    assert_eq!(frames, 5);
    let svg = film::animated_svg(&film).unwrap();
    assert!(svg.contains("<animate attributeName=\"fill\"") && svg.contains("repeatCount=\"indefinite\""));
    assert!(!svg.contains("<script"));
    // The SVG at rest is the first frame.
    assert!(export::parse(&svg, "SVG").is_ok());
}

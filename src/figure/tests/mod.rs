//! The engine as a whole: faults and bytes over every kind of figure, layouts as snapshots, pixels with tolerance.

mod errors;
mod layouts;
mod pixels;
mod samples;

use super::scene::{FigureData, ThemeName};

type Sample = (&'static str, fn(ThemeName) -> FigureData);

/// One figure of each kind.
const SAMPLES: [Sample; 8] = [
    ("lecture", samples::lecture),
    ("dose-response", samples::dose_response),
    ("work-precision", samples::work_precision),
    ("phase-portrait", samples::phase_portrait),
    ("population", samples::population),
    ("heat-map", samples::heat_map),
    ("evidence", samples::evidence),
    ("cascade", samples::cascade),
];

/// Writes every sample in every theme for the eye: `cargo test --lib figure::tests::pictures -- --ignored`.
#[test]
#[ignore = "writes pictures for the eye into the temporary folder"]
fn pictures() {
    let folder = std::env::temp_dir().join("kascade-figures");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, sample) in SAMPLES {
        for theme in ThemeName::ALL {
            let start = std::time::Instant::now();
            let layout = super::draw(&sample(theme)).unwrap();
            let drawn = start.elapsed();
            layout.png_scaled(1.0).unwrap();
            println!("{name} {}: drawn in {drawn:?}, with PNG in {:?}", theme.name(), start.elapsed());
            let path = |ending: &str| folder.join(format!("{name}-{}{ending}", theme.name()));
            std::fs::write(path(".svg"), layout.svg()).unwrap();
            let scale = if layout.width() > 1000.0 { 1.0 } else { 2.0 };
            std::fs::write(path(".png"), layout.png_scaled(scale).unwrap()).unwrap();
            std::fs::write(path("-thumbnail.png"), layout.png(320).unwrap()).unwrap();
            std::fs::write(path(".pdf"), layout.pdf().unwrap()).unwrap();
        }
    }
    let film = samples::film(ThemeName::Slide);
    let moving = super::film::gif(&film, 800).unwrap();
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(&moving[..]).unwrap();
    let frame = decoder.read_next_frame().unwrap().unwrap();
    let file = std::fs::File::create(folder.join("film-first.png")).unwrap();
    let mut encoder = png::Encoder::new(file, frame.width.into(), frame.height.into());
    encoder.set_color(png::ColorType::Rgba);
    encoder.write_header().unwrap().write_image_data(&frame.buffer).unwrap();
    std::fs::write(folder.join("film.gif"), moving).unwrap();
    std::fs::write(folder.join("film.svg"), super::film::animated_svg(&film).unwrap()).unwrap();
}

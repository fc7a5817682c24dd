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
            let layout = super::draw(&sample(theme)).unwrap();
            let path = |ending: &str| folder.join(format!("{name}-{}{ending}", theme.name()));
            std::fs::write(path(".svg"), layout.svg()).unwrap();
            let scale = if layout.width() > 1000.0 { 1.0 } else { 2.0 };
            std::fs::write(path(".png"), layout.png_scaled(scale).unwrap()).unwrap();
            std::fs::write(path("-thumbnail.png"), layout.png(320).unwrap()).unwrap();
            std::fs::write(path(".pdf"), layout.pdf().unwrap()).unwrap();
        }
    }
    let film = samples::film(ThemeName::Slide);
    std::fs::write(folder.join("film.gif"), super::film::gif(&film, 800).unwrap()).unwrap();
    std::fs::write(folder.join("film.svg"), super::film::animated_svg(&film).unwrap()).unwrap();
}

//! Sizes, colors, dashes and markers, decided once.
//!
//! The series colors are those of Okabe and Ito (2008, "Color Universal Design"), which color-blind eyes tell apart;
//! where one has a contrast below 3 on white it is darkened along its own hue, and names written in a series' color
//! are darkened (on the dark theme lightened) until they read. Black stands last because it is also the frame's.
//! Neighbors in the cycle differ in dash and marker as well, so that a gray print still tells them apart.

use super::color::Rgb;
use super::scene::{Dash, Ink, ThemeName};

/// How many series colors there are before the cycle begins anew.
pub const CYCLE: usize = 8;

/// Everything that a drawing takes from its theme. Lengths are in CSS pixels (1/96 inch).
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// Which theme this is.
    pub name: ThemeName,
    /// Width of the figure.
    pub width: f64,
    /// Height of the figure, or `None` when it follows from the panels.
    pub height: Option<f64>,
    /// Height over width of a panel where the height follows.
    pub aspect: f64,
    /// Empty space around everything.
    pub margin: f64,
    /// Most panels side by side.
    pub most_columns: usize,
    /// Ground of the figure.
    pub ground: Rgb,
    /// Text and frame.
    pub ink: Rgb,
    /// Text that steps back: units, footer, notes.
    pub quiet: Rgb,
    /// Lines that step back: thresholds, leaders, muted series.
    pub faint: Rgb,
    /// Grid lines and hairlines, where the theme has them.
    pub grid: Option<Rgb>,
    /// Shaded ranges.
    pub band: Rgb,
    /// Colors of lines and markers.
    pub series: [Rgb; CYCLE],
    /// The same hues, dark or light enough to be read as text.
    pub series_text: [Rgb; CYCLE],
    /// Colors of a value from low to high.
    pub sequential: &'static [Rgb],
    /// Colors from far below to far above a baseline.
    pub diverging: &'static [Rgb],
    /// Font size of the title.
    pub title: f64,
    /// Font size of the subtitle and the figure's legend.
    pub subtitle: f64,
    /// Font size of panel titles and letters.
    pub panel_title: f64,
    /// Font size of axis and curve labels.
    pub label: f64,
    /// Font size of tick labels.
    pub tick: f64,
    /// Font size of caption, notes and footer.
    pub note: f64,
    /// Width of a curve.
    pub line: f64,
    /// Width of axes and ticks.
    pub hairline: f64,
    /// Half the size of a marker.
    pub marker: f64,
}

impl Theme {
    /// The theme of that name.
    pub fn named(name: ThemeName) -> Theme {
        match name {
            ThemeName::Slide => slide(),
            ThemeName::Dark => dark(),
            ThemeName::PaperDouble => paper(ThemeName::PaperDouble, 180.0, 4),
            ThemeName::PaperSingle => paper(ThemeName::PaperSingle, 85.0, 2),
        }
    }

    /// Color of lines and markers in an ink.
    pub fn line_color(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Series(index) => self.series[index % CYCLE],
            Ink::Muted => self.faint,
        }
    }

    /// Color of words in an ink.
    pub fn text_color(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Series(index) => self.series_text[index % CYCLE],
            Ink::Muted => self.quiet,
        }
    }

    /// Lengths of dashes and gaps in turn, in pixels, for a line of that width; empty for a solid line.
    pub fn dashes(&self, dash: Dash, width: f64) -> Vec<f64> {
        let lengths: &[f64] = match dash {
            Dash::Solid => &[],
            Dash::Dashed => &[4.0, 2.2],
            Dash::Dotted => &[1.0, 1.8],
            Dash::DashDot => &[5.0, 1.8, 1.0, 1.8],
            Dash::LongDash => &[9.0, 2.6],
            Dash::DashDotDot => &[5.0, 1.8, 1.0, 1.8, 1.0, 1.8],
        };
        lengths.iter().map(|length| length * width).collect()
    }
}

/// Pixels in a millimeter.
const MILLIMETER: f64 = 96.0 / 25.4;

/// Pixels in a typographic point.
const POINT: f64 = 96.0 / 72.0;

const LIGHT_SERIES: [Rgb; CYCLE] = [
    Rgb(0x00, 0x72, 0xb2), // blue
    Rgb(0xd5, 0x5e, 0x00), // vermillion
    Rgb(0x00, 0x9e, 0x73), // bluish green
    Rgb(0xc8, 0x75, 0xa3), // reddish purple
    Rgb(0xbd, 0x82, 0x00), // orange, darkened
    Rgb(0x48, 0x97, 0xc4), // sky blue, darkened
    Rgb(0x97, 0x8f, 0x29), // yellow, darkened
    Rgb(0x00, 0x00, 0x00), // black
];

const LIGHT_TEXT: [Rgb; CYCLE] = [
    Rgb(0x00, 0x6b, 0xa8),
    Rgb(0xb4, 0x4f, 0x00),
    Rgb(0x00, 0x7c, 0x5a),
    Rgb(0x98, 0x5a, 0x7c),
    Rgb(0x91, 0x64, 0x00),
    Rgb(0x37, 0x73, 0x95),
    Rgb(0x74, 0x6e, 0x20),
    Rgb(0x00, 0x00, 0x00),
];

const DARK_SERIES: [Rgb; CYCLE] = [
    Rgb(0x4c, 0xa6, 0xe0),
    Rgb(0xf0, 0x7f, 0x35),
    Rgb(0x2f, 0xba, 0x8c),
    Rgb(0xd9, 0x90, 0xb8),
    Rgb(0xe6, 0x9f, 0x00),
    Rgb(0x8a, 0xcb, 0xf0),
    Rgb(0xf0, 0xe4, 0x42),
    Rgb(0xf2, 0xf4, 0xf6),
];

/// Viridis at nine stops (van der Walt and Smith 2015), whose lightness rises steadily.
const VIRIDIS: [Rgb; 9] = [
    Rgb(0x44, 0x01, 0x54),
    Rgb(0x47, 0x2d, 0x7b),
    Rgb(0x3b, 0x52, 0x8b),
    Rgb(0x2c, 0x72, 0x8e),
    Rgb(0x21, 0x91, 0x8c),
    Rgb(0x28, 0xae, 0x80),
    Rgb(0x5e, 0xc9, 0x62),
    Rgb(0xad, 0xdc, 0x30),
    Rgb(0xfd, 0xe7, 0x25),
];

const LIGHT_DIVERGING: [Rgb; 5] =
    [Rgb(0x1f, 0x78, 0xb4), Rgb(0x9c, 0xca, 0xe6), Rgb(0xf7, 0xf7, 0xf5), Rgb(0xf5, 0xb4, 0x88), Rgb(0xd5, 0x5e, 0x00)];

const DARK_DIVERGING: [Rgb; 5] =
    [Rgb(0x4c, 0xa6, 0xe0), Rgb(0x2b, 0x5d, 0x80), Rgb(0x2a, 0x31, 0x3a), Rgb(0x93, 0x50, 0x20), Rgb(0xf0, 0x7f, 0x35)];

fn slide() -> Theme {
    Theme {
        name: ThemeName::Slide,
        width: 1280.0,
        height: Some(720.0),
        aspect: 0.62,
        margin: 24.0,
        most_columns: 6,
        ground: Rgb(255, 255, 255),
        ink: Rgb(0x1a, 0x1d, 0x21),
        quiet: Rgb(0x5b, 0x62, 0x6a),
        faint: Rgb(0x80, 0x87, 0x8f),
        grid: Some(Rgb(0xe9, 0xeb, 0xee)),
        band: Rgb(0xef, 0xf1, 0xf3),
        series: LIGHT_SERIES,
        series_text: LIGHT_TEXT,
        sequential: &VIRIDIS,
        diverging: &LIGHT_DIVERGING,
        title: 27.0,
        subtitle: 17.0,
        panel_title: 16.5,
        label: 15.0,
        tick: 14.0,
        note: 11.5,
        line: 2.8,
        hairline: 1.2,
        marker: 4.2,
    }
}

fn dark() -> Theme {
    Theme {
        name: ThemeName::Dark,
        ground: Rgb(0x12, 0x16, 0x1c),
        ink: Rgb(0xee, 0xf1, 0xf4),
        quiet: Rgb(0xa4, 0xad, 0xb7),
        faint: Rgb(0x84, 0x8d, 0x97),
        grid: Some(Rgb(0x26, 0x2d, 0x36)),
        band: Rgb(0x22, 0x29, 0x32),
        series: DARK_SERIES,
        series_text: DARK_SERIES,
        diverging: &DARK_DIVERGING,
        ..slide()
    }
}

/// A journal's page: type of 5.5 to 8 points, lines of about a point.
fn paper(name: ThemeName, millimeters: f64, most_columns: usize) -> Theme {
    Theme {
        name,
        width: (millimeters * MILLIMETER).round(),
        height: None,
        aspect: 0.66,
        margin: 4.0,
        most_columns,
        grid: None,
        quiet: Rgb(0x55, 0x5a, 0x60),
        title: 9.0 * POINT,
        subtitle: 7.0 * POINT,
        panel_title: 7.0 * POINT,
        label: 6.5 * POINT,
        tick: 6.2 * POINT,
        note: 5.5 * POINT,
        line: 1.1 * POINT,
        hairline: 0.5 * POINT,
        marker: 1.6 * POINT,
        ..slide()
    }
}

#[cfg(test)]
mod tests {
    use super::super::color::contrast;
    use super::*;

    #[test]
    fn every_color_of_every_theme_is_seen_and_every_name_read() {
        for name in ThemeName::ALL {
            let theme = Theme::named(name);
            for index in 0..CYCLE {
                assert!(contrast(theme.series[index], theme.ground) >= 3.0, "{name:?} line {index}");
                assert!(contrast(theme.series_text[index], theme.ground) >= 4.5, "{name:?} text {index}");
                assert!(contrast(theme.series_text[index], theme.band) >= 4.5, "{name:?} text {index} on a band");
            }
            assert!(contrast(theme.faint, theme.ground) >= 3.0, "{name:?} faint");
            for text in [theme.ink, theme.quiet] {
                assert!(contrast(text, theme.ground) >= 4.5, "{name:?}");
                assert!(contrast(text, theme.band) >= 4.5, "{name:?} on a band");
            }
        }
    }

    #[test]
    fn the_value_colors_rise_steadily_in_lightness() {
        let lightness: Vec<f64> = VIRIDIS.iter().map(|&color| super::super::color::luminance(color)).collect();
        assert!(lightness.windows(2).all(|pair| pair[1] > pair[0]));
    }

    #[test]
    fn type_is_never_below_five_points() {
        for name in ThemeName::ALL {
            let theme = Theme::named(name);
            assert!(theme.note >= 5.0 * POINT && theme.tick >= 6.0 * POINT, "{name:?}");
        }
    }
}

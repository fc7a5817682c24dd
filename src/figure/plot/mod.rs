//! Panels on two axes: time courses, dose-response, phase portraits, work-precision.
//!
//! Drawn from back to front: bands, grid, ribbons, thresholds, axes, curves, points; then words, each where it has
//! room. Words that find none are handed back, and the layout puts them into the legend below the panels.

mod check;
mod ink;
mod words;

pub use check::{Ranges, check, same_abscissa};
pub use words::siblings;

use super::axis::{AxisMap, AxisPart};
use super::display::DisplayList;
use super::font::{self, Face};
use super::frame;
use super::geometry::{Bounds, Place};
use super::labels::Obstacles;
use super::scene::{LabelPlacement, Plot, Side};
use super::theme::Theme;

/// The words of a panel that stand elsewhere because there was no room for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wordless {
    /// The name of a series.
    Series(usize),
    /// The name of a band.
    Band(usize),
    /// The name of a threshold.
    Threshold(usize),
    /// An annotation.
    Annotation(usize),
    /// The number of a source, which then follows the panel's title.
    Source(usize),
}

/// The vertical axes of a panel, laid out for a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Verticals {
    /// The axis on the left.
    pub left: AxisMap,
    /// Its ticks.
    pub left_parts: Vec<AxisPart>,
    /// The axis on the right and its ticks.
    pub right: Option<(AxisMap, Vec<AxisPart>)>,
}

/// Lays out the vertical axes between two heights.
pub fn verticals(plot: &Plot, ranges: &Ranges, theme: &Theme, top: f64, bottom: f64) -> Verticals {
    let left = AxisMap::new(&plot.y, ranges.y, bottom, top, frame::break_gap(theme));
    let left_parts = frame::vertical_parts(&left, theme);
    let right = plot.y_right.as_ref().zip(ranges.right).map(|(axis, range)| {
        let map = AxisMap::new(axis, range, bottom, top, frame::break_gap(theme));
        let parts = frame::vertical_parts(&map, theme);
        (map, parts)
    });
    Verticals { left, left_parts, right }
}

/// Width of the names at the ends of curves, beside the frame.
pub fn end_label_width(plot: &Plot, theme: &Theme, wordless: &[Wordless]) -> f64 {
    let widest = plot
        .series
        .iter()
        .enumerate()
        .filter(|(index, series)| series.label == LabelPlacement::End && !wordless.contains(&Wordless::Series(*index)))
        .map(|(_, series)| font::width(&series.name, Face::Regular, theme.label))
        .fold(0.0, f64::max);
    if widest > 0.0 { widest + END_LABEL_GAP * theme.label } else { 0.0 }
}

/// Space between the end of a curve and its name, in label sizes.
const END_LABEL_GAP: f64 = 0.9;

/// Everything needed to draw a panel on two axes.
pub struct Stage<'a> {
    /// What to draw.
    pub plot: &'a Plot,
    /// Sizes and colors.
    pub theme: &'a Theme,
    /// The rectangle between the axes.
    pub frame: Bounds,
    /// The horizontal axis.
    pub x: &'a AxisMap,
    /// Its ticks.
    pub x_parts: &'a [AxisPart],
    /// Whether its numbers and name are written.
    pub x_labeled: bool,
    /// The vertical axes.
    pub verticals: &'a Verticals,
    /// Number printed for each source, by its index.
    pub numbers: &'a [Option<usize>],
    /// Words that already stand elsewhere.
    pub wordless: &'a [Wordless],
}

/// Draws a panel and returns the words that found no room.
pub fn draw(list: &mut DisplayList, stage: &Stage) -> Vec<Wordless> {
    ink::draw_bands(list, stage);
    ink::draw_grid(list, stage);
    ink::draw_ribbons(list, stage);
    let mut obstacles = Obstacles::default();
    ink::draw_thresholds(list, stage, &mut obstacles);
    let curves = ink::draw_curves(list, stage, &mut obstacles);
    let frame = &stage.frame;
    frame::draw_horizontal(list, stage.theme, &stage.plot.x, stage.x, stage.x_parts, frame, stage.x_labeled);
    let verticals = stage.verticals;
    frame::draw_vertical(list, stage.theme, &stage.plot.y, &verticals.left, &verticals.left_parts, frame, false);
    if let (Some(axis), Some((map, parts))) = (&stage.plot.y_right, &verticals.right) {
        frame::draw_vertical(list, stage.theme, axis, map, parts, frame, true);
    }
    ink::draw_points(list, stage, &mut obstacles);
    let missed = words::write_words(list, stage, &curves, &mut obstacles);
    ink::draw_field(list, stage, &obstacles);
    missed
}

impl Stage<'_> {
    fn y_of(&self, side: Side) -> &AxisMap {
        match (side, &self.verticals.right) {
            (Side::Right, Some((map, _))) => map,
            _ => &self.verticals.left,
        }
    }

    fn at(&self, x: f64, y: f64) -> Place {
        (self.x.place(x), self.y_of(Side::Left).place(y))
    }

    fn hidden(&self, words: Wordless) -> bool {
        self.wordless.contains(&words)
    }

    /// The rectangle of one piece of the horizontal axis.
    fn piece_frame(&self, piece: usize) -> Bounds {
        let (left, right) = self.x.stretches().get(piece).copied().unwrap_or((self.frame.left, self.frame.right));
        Bounds::new(left, self.frame.top, right, self.frame.bottom)
    }
}

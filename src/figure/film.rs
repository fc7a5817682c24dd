//! The cascade over time: an animated GIF, and an SVG that moves by itself in any browser (SMIL, no script).
//!
//! Both show the same frames: the diagram with activity as color, a clock, and a mark that runs along a line of time.

use std::borrow::Cow;

use super::color::Rgb;
use super::display::{Anchor, Animation, DisplayList, Item, Role, Shape, TextStyle};
use super::error::FigureError;
use super::export;
use super::font::Face;
use super::heat::legible_on;
use super::layout::{self, Page};
use super::number::fixed;
use super::scene::{CascadeFilm, Content, FigureData, Panel};
use super::svg::{self, FINENESS, Head};
use super::theme::Theme;
use super::{cascade, description};

/// A film laid out: what stays, and what changes from frame to frame.
struct Reel<'a> {
    film: &'a CascadeFilm,
    theme: Theme,
    page: Page,
    head: Head,
}

/// The film as an animated GIF, `width` pixels wide, that repeats for ever.
///
/// # Errors
/// What [`super::draw`] may refuse, times and activities that do not match, and an image that is too large.
pub fn gif(film: &CascadeFilm, width: u32) -> Result<Vec<u8>, FigureError> {
    let failed = |error: gif::EncodingError| FigureError::Export { format: "GIF", cause: error.to_string() };
    let reel = lay_out(film)?;
    let mut pictures = Vec::with_capacity(film.times.len());
    let mut size = (0, 0);
    for frame in 0..film.times.len() {
        let svg = svg::write(&reel.frame(frame), &reel.head)?;
        let pixmap = export::rasterize(&export::parse(&svg, "GIF")?, width, "GIF")?;
        size = (pixmap.width(), pixmap.height());
        let colors: Vec<[u8; 3]> = pixmap.data().chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        pictures.push(colors);
    }
    let (Ok(columns), Ok(rows)) = (u16::try_from(size.0), u16::try_from(size.1)) else {
        return Err(FigureError::Export {
            format: "GIF",
            cause: format!("{} by {} pixels are too many", size.0, size.1),
        });
    };
    let palette = palette(&pictures);
    let mut bytes = Vec::new();
    let mut encoder = gif::Encoder::new(&mut bytes, columns, rows, &palette.concat()).map_err(failed)?;
    encoder.set_repeat(gif::Repeat::Infinite).map_err(failed)?;
    let mut nearest = Nearest::new(&palette);
    let mut previous: Option<Vec<u8>> = None;
    for picture in &pictures {
        let indices: Vec<u8> = picture.iter().map(|&color| nearest.index(color)).collect();
        let (left, top, right, bottom) = changed(previous.as_deref(), &indices, size.0 as usize, size.1 as usize);
        let buffer: Vec<u8> = (top..bottom)
            .flat_map(|row| &indices[row * size.0 as usize + left..row * size.0 as usize + right])
            .copied()
            .collect();
        let frame = gif::Frame {
            delay: (film.frame_seconds * 100.0).round().clamp(2.0, 60_000.0) as u16,
            dispose: gif::DisposalMethod::Keep,
            left: left as u16,
            top: top as u16,
            width: (right - left) as u16,
            height: (bottom - top) as u16,
            buffer: Cow::Owned(buffer),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).map_err(failed)?;
        previous = Some(indices);
    }
    drop(encoder);
    Ok(bytes)
}

/// The film as one SVG document that needs nothing else to move.
///
/// # Errors
/// What [`super::draw`] may refuse, and times and activities that do not match.
pub fn animated_svg(film: &CascadeFilm) -> Result<String, FigureError> {
    let reel = lay_out(film)?;
    svg::write(&reel.moving(), &reel.head)
}

fn lay_out(film: &CascadeFilm) -> Result<Reel<'_>, FigureError> {
    let title = film.figure.title.clone();
    let mismatch = |what: &str, found: usize, expected: usize| FigureError::LengthMismatch {
        panel: title.clone(),
        what: what.to_string(),
        found,
        expected,
    };
    let Some(first) = film.activity.first() else {
        return Err(FigureError::NoData { panel: title, axis: "color" });
    };
    if film.activity.len() != film.times.len() {
        return Err(mismatch("the activity", film.activity.len(), film.times.len()));
    }
    if let Some(wrong) = film.activity.iter().find(|activity| activity.len() != film.cascade.nodes.len()) {
        return Err(mismatch("a frame", wrong.len(), film.cascade.nodes.len()));
    }
    let mut shown = film.cascade.clone();
    shown.activity = first.clone();
    let figure = FigureData {
        // The clock stands on the line of the subtitle, which must therefore be there.
        subtitle: if film.figure.subtitle.is_empty() { "\u{a0}".to_string() } else { film.figure.subtitle.clone() },
        keys: Vec::new(),
        strip: Default::default(),
        letters: false,
        columns: 1,
        panels: vec![Panel { title: String::new(), span: 1, content: Content::Cascade(shown) }],
        ..film.figure.clone()
    };
    // A film is as high as its diagram, whatever the theme's page.
    let theme = Theme { height: None, ..Theme::named(figure.theme) };
    let page = layout::lay_out(&figure, &theme)?;
    let head = Head {
        width: page.width,
        height: page.height,
        title: description::title(&figure),
        description: description::words(&figure),
        metadata: description::metadata(&figure.metadata),
    };
    Ok(Reel { film, theme, page, head })
}

/// A time in the two units that tell it best: `35 min`, `2 h 30 min`, `3 d 4 h`, `2 wk 1 d`.
pub fn clock(hours: f64) -> String {
    let minutes = (hours.abs() * 60.0).round();
    let sign = if hours < 0.0 && minutes > 0.0 { super::number::MINUS.to_string() } else { String::new() };
    let units = [(10_080.0, "wk"), (1440.0, "d"), (60.0, "h"), (1.0, "min")];
    let first = units.iter().position(|(length, _)| minutes >= *length).unwrap_or(3);
    let mut rest = minutes;
    let mut words = Vec::new();
    for &(length, unit) in units.iter().skip(first).take(2) {
        let count = (rest / length).floor();
        rest -= count * length;
        if count > 0.0 || words.is_empty() {
            words.push(format!("{} {unit}", fixed(count, 0)));
        }
    }
    format!("{sign}{}", words.join(" "))
}

impl Reel<'_> {
    fn clock_style(&self) -> TextStyle {
        TextStyle { size: self.theme.subtitle, face: Face::Bold, color: self.theme.ink, anchor: Anchor::End }
    }

    fn clock_place(&self) -> (f64, f64) {
        (self.page.width - self.theme.margin, self.page.subtitle_baseline)
    }

    /// The line of time: its left and right end, and its height.
    fn line(&self) -> (f64, f64, f64) {
        let right = self.page.width - self.theme.margin - 8.0 * self.theme.subtitle;
        let y = self.page.subtitle_baseline - 0.36 * self.theme.subtitle;
        (right - 12.0 * self.theme.subtitle, right, y)
    }

    fn runner(&self, frame: usize) -> f64 {
        let (left, right, _) = self.line();
        let last = self.film.times.len().saturating_sub(1).max(1) as f64;
        left + (right - left) * frame as f64 / last
    }

    /// What every frame shows besides the diagram: the line of time.
    fn with_line(&self) -> DisplayList {
        let mut list = self.page.list.clone();
        let (left, right, y) = self.line();
        list.line(Role::Grid, vec![(left, y), (right, y)], 2.0 * self.theme.hairline, self.theme.faint);
        list
    }

    /// The marks of one frame.
    fn frame(&self, frame: usize) -> Vec<Item> {
        let mut list = self.with_line();
        for item in &mut list.items {
            if let Some(color) = self.color_at(item, frame) {
                item.color = color;
            }
        }
        let (_, _, y) = self.line();
        list.disk(Role::Sample, (self.runner(frame), y), 1.2 * self.theme.marker, self.theme.ink);
        list.text(Role::Subtitle, &clock(self.film.times[frame]), self.clock_place(), self.clock_style());
        list.items
    }

    /// The color of a node or of its name in a frame; none for what does not change.
    fn color_at(&self, item: &Item, frame: usize) -> Option<Rgb> {
        let node = item.series?;
        let fill = cascade::fill(&self.theme, self.film.activity.get(frame)?.get(node).copied());
        match (item.role, &item.shape) {
            (Role::Node, Shape::Polygon { .. }) => Some(fill),
            (Role::NodeLabel, _) => Some(legible_on(fill)),
            _ => None,
        }
    }

    /// The marks of the whole film, those that change with their changes.
    fn moving(&self) -> Vec<Item> {
        let frames = self.film.times.len();
        let seconds = self.film.frame_seconds.max(0.02) * frames as f64;
        let mut list = self.with_line();
        for item in &mut list.items {
            let colors: Option<Vec<Rgb>> = (0..frames).map(|frame| self.color_at(item, frame)).collect();
            if let Some(colors) = colors.filter(|colors| colors.iter().any(|color| *color != colors[0])) {
                item.animation = Some(Animation {
                    attribute: "fill",
                    values: colors.into_iter().map(Rgb::hex).collect(),
                    seconds,
                    steps: item.is_text(),
                });
            }
        }
        let (_, _, y) = self.line();
        list.disk(Role::Sample, (self.runner(0), y), 1.2 * self.theme.marker, self.theme.ink);
        if let Some(item) = list.items.last_mut() {
            let values =
                (0..frames).map(|frame| fixed(self.runner(frame) * FINENESS, 0).replace('\u{2009}', "")).collect();
            item.animation = Some(Animation { attribute: "cx", values, seconds, steps: false });
        }
        for frame in 0..frames {
            list.text(Role::Subtitle, &clock(self.film.times[frame]), self.clock_place(), self.clock_style());
            if let Some(item) = list.items.last_mut() {
                // Where nothing moves, the first frame is seen.
                item.opacity = if frame == 0 { 1.0 } else { 0.004 };
                let values = (0..frames).map(|other| if other == frame { "1" } else { "0" }.to_string()).collect();
                item.animation = Some(Animation { attribute: "opacity", values, seconds, steps: true });
            }
        }
        list.items
    }
}

/// The rectangle in which two pictures differ: left, top, right, bottom, the last two exclusive; never empty.
fn changed(previous: Option<&[u8]>, current: &[u8], width: usize, height: usize) -> (usize, usize, usize, usize) {
    let Some(previous) = previous else { return (0, 0, width, height) };
    let (mut left, mut top, mut right, mut bottom) = (width, height, 0, 0);
    for (index, (a, b)) in previous.iter().zip(current).enumerate() {
        if a != b {
            let (row, column) = (index / width, index % width);
            left = left.min(column);
            right = right.max(column + 1);
            top = top.min(row);
            bottom = bottom.max(row + 1);
        }
    }
    if right == 0 { (0, 0, 1, 1) } else { (left, top, right, bottom) }
}

/// Bits of a channel by which colors are grouped.
const BITS: u32 = 5;

fn bin(color: [u8; 3]) -> usize {
    color.iter().fold(0, |bin, &channel| (bin << BITS) | usize::from(channel >> (8 - BITS)))
}

/// The 256 colors that cover most pixels: of each group of like colors, the most frequent one.
fn palette(pictures: &[Vec<[u8; 3]>]) -> Vec<[u8; 3]> {
    let mut counts: std::collections::BTreeMap<[u8; 3], usize> = Default::default();
    for picture in pictures {
        for pair in picture.chunk_by(|a, b| a == b) {
            *counts.entry(pair[0]).or_default() += pair.len();
        }
    }
    let mut groups: std::collections::BTreeMap<usize, (usize, usize, [u8; 3])> = Default::default();
    for (color, count) in counts {
        let group = groups.entry(bin(color)).or_insert((0, 0, color));
        group.0 += count;
        if count > group.1 {
            (group.1, group.2) = (count, color);
        }
    }
    let mut ranked: Vec<(usize, usize, [u8; 3])> = groups.into_values().collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.2.cmp(&b.2)));
    ranked.into_iter().take(256).map(|(_, _, color)| color).collect()
}

/// Finds the nearest color of a palette, remembering what it has found.
struct Nearest<'a> {
    palette: &'a [[u8; 3]],
    known: std::collections::HashMap<[u8; 3], u8>,
}

impl<'a> Nearest<'a> {
    fn new(palette: &'a [[u8; 3]]) -> Self {
        Nearest { palette, known: Default::default() }
    }

    fn index(&mut self, color: [u8; 3]) -> u8 {
        let palette = self.palette;
        *self.known.entry(color).or_insert_with(|| {
            let distance = |other: &[u8; 3]| -> i32 {
                color
                    .iter()
                    .zip(other)
                    .map(|(&a, &b)| (i32::from(a) - i32::from(b)) * (i32::from(a) - i32::from(b)))
                    .sum()
            };
            (0..palette.len()).min_by_key(|&index| (distance(&palette[index]), index)).unwrap_or(0) as u8
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_speaks_in_two_units() {
        assert_eq!(clock(0.0), "0 min");
        assert_eq!(clock(-0.25), "−15 min");
        assert_eq!(clock(35.0 / 60.0), "35 min");
        assert_eq!(clock(2.5), "2 h 30 min");
        assert_eq!(clock(24.0), "1 d");
        assert_eq!(clock(76.0), "3 d 4 h");
        assert_eq!(clock(360.0), "2 wk 1 d");
    }

    #[test]
    fn changes_are_boxed_in() {
        let (a, mut b) = (vec![0; 12], vec![0; 12]);
        assert_eq!(changed(None, &a, 4, 3), (0, 0, 4, 3));
        assert_eq!(changed(Some(&a), &b, 4, 3), (0, 0, 1, 1));
        b[5] = 1;
        b[10] = 1;
        assert_eq!(changed(Some(&a), &b, 4, 3), (1, 1, 3, 3));
    }

    #[test]
    fn palettes_hold_the_common_colors_exactly() {
        let picture = vec![[0, 114, 178], [0, 114, 178], [1, 115, 179], [255, 255, 255]];
        let palette = palette(&[picture]);
        assert_eq!(palette, vec![[0, 114, 178], [255, 255, 255]]);
        assert_eq!(Nearest::new(&palette).index([3, 110, 170]), 0);
    }
}

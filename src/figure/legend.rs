//! Legends outside the data: entries in rows, each with a sample that shows dash and marker.

use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::font::{self, Face};
use super::geometry::Bounds;
use super::marks;
use super::scene::{Ink, Style};
use super::theme::Theme;

/// What an entry shows before its words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// A line with dash and marker.
    Line(Style),
    /// A shaded range.
    Band,
    /// An area between curves.
    Ribbon(Ink),
    /// A threshold.
    Threshold,
    /// Nothing.
    None,
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it shows.
    pub sample: Sample,
    /// What it says.
    pub name: String,
}

/// Where an entry stands: its row, and its left edge.
type Seat = (usize, f64);

fn sample_width(entry: &Entry, size: f64) -> f64 {
    match entry.sample {
        Sample::None => 0.0,
        // A marker alone needs no length.
        Sample::Line(style) if style.width == 0.0 => size,
        Sample::Line(_) | Sample::Threshold => 2.9 * size,
        Sample::Band | Sample::Ribbon(_) => 1.6 * size,
    }
}

/// Seats entries from left to right, in as many rows as the width asks for.
fn seats(entries: &[Entry], size: f64, width: f64) -> (Vec<Seat>, usize) {
    let mut seats = Vec::with_capacity(entries.len());
    let (mut row, mut left) = (0, 0.0);
    for entry in entries {
        let wide = sample_width(entry, size) + 0.5 * size + font::width(&entry.name, Face::Regular, size);
        if left > 0.0 && left + wide > width {
            row += 1;
            left = 0.0;
        }
        seats.push((row, left));
        left += wide + 1.8 * size;
    }
    let rows = if entries.is_empty() { 0 } else { row + 1 };
    (seats, rows)
}

/// Width of the entries when they stand in one row.
pub fn row_width(entries: &[Entry], size: f64) -> f64 {
    let last = seats(entries, size, f64::INFINITY).0.last().copied();
    match (last, entries.last()) {
        (Some((_, left)), Some(entry)) => {
            left + sample_width(entry, size) + 0.5 * size + font::width(&entry.name, Face::Regular, size)
        }
        _ => 0.0,
    }
}

/// Height of one row.
fn pitch(size: f64) -> f64 {
    1.45 * size
}

/// Height that the entries need in a width.
pub fn height(entries: &[Entry], size: f64, width: f64) -> f64 {
    seats(entries, size, width).1 as f64 * pitch(size)
}

/// Draws the entries from a corner on, in a font size.
pub fn draw(list: &mut DisplayList, theme: &Theme, entries: &[Entry], size: f64, (left, top): (f64, f64), width: f64) {
    let (seats, _) = seats(entries, size, width);
    for (entry, (row, offset)) in entries.iter().zip(seats) {
        let baseline = top + row as f64 * pitch(size) + font::ASCENT * size + 0.2 * size;
        let middle = baseline - 0.36 * size;
        let start = left + offset;
        let end = start + sample_width(entry, size);
        match entry.sample {
            Sample::None => {}
            Sample::Line(style) => marks::sample(list, theme, &style, start, end, middle),
            Sample::Threshold => {
                let dashes = vec![4.0 * theme.hairline, 3.0 * theme.hairline];
                list.dashed(
                    Role::Sample,
                    vec![(start, middle), (end, middle)],
                    1.1 * theme.hairline,
                    theme.faint,
                    dashes,
                );
            }
            Sample::Band | Sample::Ribbon(_) => {
                let area = Bounds::new(start, middle - 0.42 * size, end, middle + 0.42 * size);
                match entry.sample {
                    Sample::Ribbon(ink) => list.rectangle(Role::Sample, area, theme.line_color(ink), 0.25),
                    _ => list.rectangle(Role::Sample, area, theme.band, 1.0),
                }
            }
        }
        let gap = if entry.sample == Sample::None { 0.0 } else { 0.5 * size };
        let style = TextStyle { size, face: Face::Regular, color: theme.ink, anchor: Anchor::Start };
        list.text(Role::Legend, &entry.name, (end + gap, baseline), style);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_fill_rows_and_never_overlap() {
        let entries: Vec<Entry> = (0..7)
            .map(|index| Entry { sample: Sample::Line(Style::nth(index)), name: format!("variant {index}") })
            .collect();
        let (seats, rows) = seats(&entries, 10.0, 300.0);
        assert!(rows > 1 && rows < 7);
        assert!(seats.windows(2).all(|pair| pair[0].0 < pair[1].0 || pair[0].1 < pair[1].1));
        assert_eq!(height(&[], 10.0, 300.0), 0.0);
    }
}

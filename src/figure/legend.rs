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

/// An entry in its place.
struct Seat {
    /// Distance from the left edge.
    left: f64,
    /// Distance of its first line from the top edge.
    top: f64,
    /// Its words, wrapped when they are wider than the legend.
    lines: Vec<String>,
}

/// Space between sample and words.
fn gap(entry: &Entry, size: f64) -> f64 {
    if entry.sample == Sample::None { 0.0 } else { 0.5 * size }
}

fn sample_width(entry: &Entry, size: f64) -> f64 {
    match entry.sample {
        Sample::None => 0.0,
        // A marker alone needs no length.
        Sample::Line(style) if style.width == 0.0 => size,
        Sample::Line(_) | Sample::Threshold => 2.9 * size,
        Sample::Band | Sample::Ribbon(_) => 1.6 * size,
    }
}

/// Width of an entry whose words are these lines.
fn entry_width(entry: &Entry, lines: &[String], size: f64) -> f64 {
    let words = lines.iter().map(|line| font::width(line, Face::Regular, size)).fold(0.0, f64::max);
    sample_width(entry, size) + gap(entry, size) + words
}

/// Seats entries from left to right, in as many rows as the width asks for, and tells the height of all rows.
fn seats(entries: &[Entry], size: f64, width: f64) -> (Vec<Seat>, f64) {
    let mut seats = Vec::with_capacity(entries.len());
    let (mut left, mut top, mut row_lines) = (0.0, 0.0, 0);
    for entry in entries {
        let room = width - sample_width(entry, size) - gap(entry, size);
        let lines = font::wrap(&entry.name, Face::Regular, size, room);
        let wide = entry_width(entry, &lines, size);
        if left > 0.0 && left + wide > width {
            top += row_height(row_lines, size);
            (left, row_lines) = (0.0, 0);
        }
        row_lines = row_lines.max(lines.len());
        seats.push(Seat { left, top, lines });
        left += wide + 1.8 * size;
    }
    let height = if entries.is_empty() { 0.0 } else { top + row_height(row_lines, size) };
    (seats, height)
}

/// Distance of the lines of one entry.
const LEADING: f64 = 1.2;

fn row_height(lines: usize, size: f64) -> f64 {
    (1.45 + LEADING * lines.saturating_sub(1) as f64) * size
}

/// Width of the entries when they stand in one row.
pub fn row_width(entries: &[Entry], size: f64) -> f64 {
    let widths = entries.iter().map(|entry| entry_width(entry, std::slice::from_ref(&entry.name), size));
    widths.sum::<f64>() + 1.8 * size * entries.len().saturating_sub(1) as f64
}

/// Height that the entries need in a width.
pub fn height(entries: &[Entry], size: f64, width: f64) -> f64 {
    seats(entries, size, width).1
}

/// Draws the entries from a corner on, in a font size.
pub fn draw(list: &mut DisplayList, theme: &Theme, entries: &[Entry], size: f64, (left, top): (f64, f64), width: f64) {
    let (seats, _) = seats(entries, size, width);
    for (entry, seat) in entries.iter().zip(seats) {
        let baseline = top + seat.top + font::ASCENT * size + 0.2 * size;
        let middle = baseline - 0.36 * size;
        let start = left + seat.left;
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
        let style = TextStyle { size, face: Face::Regular, color: theme.ink, anchor: Anchor::Start };
        for (row, line) in seat.lines.iter().enumerate() {
            let at = (end + gap(entry, size), baseline + LEADING * size * row as f64);
            list.text(Role::Legend, line, at, style);
        }
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
        let (seats, height_of_all) = seats(&entries, 10.0, 300.0);
        assert!(height_of_all > 2.0 * row_height(1, 10.0) && height_of_all < 7.0 * row_height(1, 10.0));
        assert!(seats.windows(2).all(|pair| pair[0].top < pair[1].top || pair[0].left < pair[1].left));
        let long = Entry { sample: Sample::Band, name: "a name that is far too long for the narrow legend".into() };
        assert_eq!(super::seats(&[long], 10.0, 120.0).0[0].lines.len(), 3);
        assert_eq!(height(&[], 10.0, 300.0), 0.0);
    }
}

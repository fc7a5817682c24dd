//! Evidence charts: many findings, each in its own unit, with the measured range and what the models say.
//!
//! Every row is drawn on its own scale, on which the accepted range reaches from -1 to 1, so that one look down the
//! chart tells what agrees. A value within is a full mark, one outside an open mark, one far outside an arrow at the
//! edge; the numbers stand beside.

use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::error::FigureError;
use super::font::{self, Face};
use super::geometry::Bounds;
use super::marks;
use super::number::{significant, superscript};
use super::scene::{EvidenceChart, EvidenceRow, Key, Marker};
use super::theme::Theme;

/// How far beyond the range's middle the chart reaches, in half-widths of the range.
const REACH: f64 = 3.0;

/// A line of the chart: a heading, or a row by its index.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Line<'a> {
    Heading(&'a str),
    Row(usize),
}

/// Checks a chart.
///
/// # Errors
/// No rows, rows with too few or too many values, and sources that do not exist.
pub fn check(chart: &EvidenceChart, title: &str, sources: usize) -> Result<(), FigureError> {
    if chart.rows.is_empty() {
        return Err(FigureError::NoData { panel: title.to_string(), axis: "x" });
    }
    for row in &chart.rows {
        if row.model.len() != chart.models.len() {
            return Err(FigureError::LengthMismatch {
                panel: title.to_string(),
                what: format!("row `{}`", row.label),
                found: row.model.len(),
                expected: chart.models.len(),
            });
        }
        if let Some(index) = row.source
            && index >= sources
        {
            return Err(FigureError::BadReference { panel: title.to_string(), what: "source", index, count: sources });
        }
        if row.low > row.high || (row.low.is_infinite() && row.high.is_infinite()) {
            return Err(FigureError::EmptyRange { panel: title.to_string(), axis: "x", from: row.low, to: row.high });
        }
    }
    Ok(())
}

fn lines(chart: &EvidenceChart) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut group = "";
    for (index, row) in chart.rows.iter().enumerate() {
        if row.group != group {
            lines.push(Line::Heading(&row.group));
            group = &row.group;
        }
        lines.push(Line::Row(index));
    }
    lines
}

/// Least and preferred height of the frame.
pub fn heights(chart: &EvidenceChart, theme: &Theme) -> (f64, f64) {
    // One line more for the heads of the columns.
    let count = (lines(chart).len() + 1) as f64;
    (count * 1.5 * theme.note, count * 1.6 * theme.label)
}

/// Font size for a frame of that height.
fn font_size(chart: &EvidenceChart, theme: &Theme, height: f64) -> f64 {
    let pitch = height / (lines(chart).len() + 1) as f64;
    (pitch / 1.5).clamp(0.98 * theme.note, theme.label)
}

/// The accepted range in words.
fn range_text(row: &EvidenceRow) -> String {
    let unit = if row.unit.is_empty() { String::new() } else { format!(" {}", row.unit) };
    match (row.low.is_finite(), row.high.is_finite()) {
        (true, true) => {
            // A dash beside a minus sign would be misread.
            let between = if row.low < 0.0 || row.high < 0.0 { " to " } else { "–" };
            format!("{}{between}{}{unit}", significant(row.low, 3), significant(row.high, 3))
        }
        (true, false) => format!("≥ {}{unit}", significant(row.low, 3)),
        _ => format!("≤ {}{unit}", significant(row.high, 3)),
    }
}

/// A row's label with the raised number of its source.
fn label_text(row: &EvidenceRow, numbers: &[Option<usize>]) -> String {
    let number = row.source.and_then(|source| numbers.get(source).copied().flatten());
    let raised = number.map(|number| superscript(number as i64)).unwrap_or_default();
    format!("{}{raised}", row.label)
}

fn widest(texts: impl Iterator<Item = String>, size: f64) -> f64 {
    texts.map(|text| font::width(&text, Face::Regular, size)).fold(0.0, f64::max)
}

/// Head of the column of accepted ranges.
const RANGE: &str = "range";

/// Widths of the columns right of the frame: the range, then one for each model.
fn columns(chart: &EvidenceChart, size: f64) -> (f64, Vec<f64>) {
    let head = |name: &str| font::width(name, Face::Bold, size);
    let measured = widest(chart.rows.iter().map(range_text), size).max(head(RANGE));
    let models = (0..chart.models.len())
        .map(|model| {
            let values = chart.rows.iter().map(|row| head(&significant(row.model[model], 3)));
            values.fold(head(&column_head(chart, model)), f64::max)
        })
        .collect();
    (measured, models)
}

fn column_head(chart: &EvidenceChart, model: usize) -> String {
    match chart.models.len() {
        1 => "model".to_string(),
        _ => chart.models[model].name.clone(),
    }
}

/// Space between columns, in font sizes.
const GUTTER: f64 = 1.2;

/// How much is written beside the bars.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Detail {
    /// The labels only.
    Labels,
    /// The measured ranges too.
    Ranges,
    /// And what the models say.
    Values,
}

/// The part of the width that bars need at least.
const LEAST_BARS: f64 = 0.3;

/// What is written in a width, and the margins left and right that it takes.
fn fit(chart: &EvidenceChart, numbers: &[Option<usize>], size: f64, width: f64) -> (Detail, f64, f64) {
    let labels = widest(chart.rows.iter().map(|row| label_text(row, numbers)), size);
    let headings = chart.rows.iter().map(|row| font::width(&row.group, Face::Bold, size)).fold(0.0, f64::max);
    let left = labels.max(headings) + GUTTER * size;
    let (measured, models) = columns(chart, size);
    let ranges = measured + GUTTER * size;
    let values = ranges + models.iter().map(|width| width + GUTTER * size).sum::<f64>();
    for (detail, right) in [(Detail::Values, values), (Detail::Ranges, ranges)] {
        if left + right <= (1.0 - LEAST_BARS) * width {
            return (detail, left, right);
        }
    }
    (Detail::Labels, left, 0.5 * size)
}

/// Margins left and right of the frame in a panel of that width.
pub fn sides(chart: &EvidenceChart, theme: &Theme, numbers: &[Option<usize>], width: f64, height: f64) -> (f64, f64) {
    let (_, left, right) = fit(chart, numbers, font_size(chart, theme, height), width);
    (left, right)
}

/// Where a value stands on the scale of its row: -1 and 1 are the edges of the accepted range.
fn standing(row: &EvidenceRow, value: f64) -> f64 {
    let scale = |edge: f64| if edge == 0.0 { 1.0 } else { 0.5 * edge.abs() };
    match (row.low.is_finite(), row.high.is_finite()) {
        (true, true) if row.high > row.low => 2.0 * (value - row.low) / (row.high - row.low) - 1.0,
        (true, false) => (value - row.low) / scale(row.low) - 1.0,
        (false, true) => (value - row.high) / scale(row.high) + 1.0,
        _ => (value - row.low) / scale(row.low),
    }
}

/// Draws a chart into a frame; `whole` is the width of the panel with the labels left of the frame and the numbers
/// right of it.
pub fn draw(
    list: &mut DisplayList,
    theme: &Theme,
    chart: &EvidenceChart,
    numbers: &[Option<usize>],
    frame: &Bounds,
    whole: f64,
) {
    let lines = lines(chart);
    let size = font_size(chart, theme, frame.height());
    let pitch = frame.height() / (lines.len() + 1) as f64;
    let (detail, left_width, _) = fit(chart, numbers, size, whole);
    let left = frame.left - left_width;
    let text = |color, face, anchor| TextStyle { size, face, color, anchor };
    let band = Bounds::new(place(frame, -1.0), frame.top + pitch, place(frame, 1.0), frame.bottom);
    list.rectangle(Role::Band, band, theme.band, 1.0);
    let table = Table { theme, chart, frame, size, detail };
    table.draw_heads(list, pitch);
    for (index, line) in lines.iter().enumerate() {
        let middle = frame.top + (index as f64 + 1.5) * pitch;
        let baseline = middle + 0.36 * size;
        match line {
            Line::Heading(heading) => {
                list.text(Role::Table, heading, (left, baseline), text(theme.ink, Face::Bold, Anchor::Start));
            }
            Line::Row(row) => {
                let row = &chart.rows[*row];
                let label = label_text(row, numbers);
                list.text(Role::Table, &label, (left, baseline), text(theme.ink, Face::Regular, Anchor::Start));
                draw_row(list, theme, chart, row, frame, middle, size);
                table.write_numbers(list, row, baseline);
            }
        }
    }
}

/// The place of a standing.
fn place(frame: &Bounds, standing: f64) -> f64 {
    frame.left + frame.width() * (standing / REACH + 1.0) / 2.0
}

/// The numbers beside the bars.
struct Table<'a> {
    theme: &'a Theme,
    chart: &'a EvidenceChart,
    frame: &'a Bounds,
    size: f64,
    detail: Detail,
}

impl Table<'_> {
    /// Right edges of the columns that are written: the range first, then the models.
    fn right_edges(&self) -> Vec<f64> {
        let (measured, models) = columns(self.chart, self.size);
        let widths = std::iter::once(measured).chain(models);
        let count = match self.detail {
            Detail::Labels => 0,
            Detail::Ranges => 1,
            Detail::Values => self.chart.models.len() + 1,
        };
        let mut right = self.frame.right;
        widths
            .take(count)
            .map(|width| {
                right += GUTTER * self.size + width;
                right
            })
            .collect()
    }

    fn draw_heads(&self, list: &mut DisplayList, pitch: f64) {
        let (theme, frame, size) = (self.theme, self.frame, self.size);
        let baseline = frame.top + 0.5 * pitch + 0.36 * size;
        let style = |anchor, color, face| TextStyle { size, face, color, anchor };
        let middle = 0.5 * (frame.left + frame.right);
        let words = "accepted range";
        list.text(Role::Table, words, (middle, baseline), style(Anchor::Middle, theme.quiet, Face::Regular));
        let edges = self.right_edges();
        for (column, &right) in edges.iter().enumerate() {
            let (head, ink) = match column.checked_sub(1) {
                None => (RANGE.to_string(), theme.quiet),
                Some(model) => (column_head(self.chart, model), theme.text_color(self.chart.models[model].style.ink)),
            };
            list.text(Role::Table, &head, (right, baseline), style(Anchor::End, ink, Face::Bold));
        }
        let end = edges.last().copied().unwrap_or(frame.right);
        let y = frame.top + pitch;
        list.line(Role::Grid, vec![(frame.left, y), (end, y)], theme.hairline, theme.faint);
    }

    fn write_numbers(&self, list: &mut DisplayList, row: &EvidenceRow, baseline: f64) {
        let style = |color, face| TextStyle { size: self.size, face, color, anchor: Anchor::End };
        for (column, right) in self.right_edges().into_iter().enumerate() {
            let (words, style) = match column.checked_sub(1) {
                None => (range_text(row), style(self.theme.quiet, Face::Regular)),
                Some(model) => {
                    let value = row.model[model];
                    // A value that misses the range stands out without color too.
                    let face = if is_accepted(row, value) { Face::Regular } else { Face::Bold };
                    let color = self.theme.text_color(self.chart.models[model].style.ink);
                    (significant(value, 3), style(color, face))
                }
            };
            list.text(Role::Table, &words, (right, baseline), style);
        }
    }
}

/// The marker of the `index`-th model.
pub fn marker(model: &Key, index: usize) -> Marker {
    model.style.marker.unwrap_or(Marker::ALL[index % Marker::ALL.len()])
}

fn is_accepted(row: &EvidenceRow, value: f64) -> bool {
    value >= row.low && value <= row.high
}

fn draw_row(
    list: &mut DisplayList,
    theme: &Theme,
    chart: &EvidenceChart,
    row: &EvidenceRow,
    frame: &Bounds,
    middle: f64,
    size: f64,
) {
    let place = |standing: f64| place(frame, standing);
    let low = if row.low.is_finite() { place(-1.0) } else { frame.left };
    let high = if row.high.is_finite() { place(1.0) } else { frame.right };
    let width = 0.16 * size;
    list.line(Role::Range, vec![(low, middle), (high, middle)], width, theme.faint);
    // An open end points on.
    if !row.high.is_finite() {
        marks::arrowhead(list, Role::Point, (high, middle), (1.0, 0.0), 0.6 * size, theme.faint);
    }
    if !row.low.is_finite() {
        marks::arrowhead(list, Role::Point, (low, middle), (-1.0, 0.0), 0.6 * size, theme.faint);
    }
    if let Some(best) = row.best {
        let x = place(standing(row, best).clamp(-REACH, REACH));
        list.line(Role::Range, vec![(x, middle - 0.36 * size), (x, middle + 0.36 * size)], width, theme.quiet);
    }
    let radius = 0.3 * size;
    // Marks of equal values stand above one another.
    let count = row.model.len();
    let rise = if count > 1 { (0.7 / (count - 1) as f64).min(0.5) * size } else { 0.0 };
    for (index, &value) in row.model.iter().enumerate() {
        let middle = middle + (index as f64 - 0.5 * (count as f64 - 1.0)) * rise;
        if !value.is_finite() {
            continue;
        }
        let color = theme.line_color(chart.models[index].style.ink);
        let marker = marker(&chart.models[index], index);
        let at = standing(row, value);
        let edge = REACH - 0.08;
        if at.abs() > edge {
            let side = at.signum();
            let tip = (place(side * REACH), middle);
            marks::arrowhead(list, Role::Point, tip, (side, 0.0), 2.6 * radius, color);
        } else if is_accepted(row, value) {
            marks::marker(list, Role::Point, marker, (place(at), middle), 1.3 * radius, theme.ground);
            marks::marker(list, Role::Point, marker, (place(at), middle), radius, color);
        } else {
            marks::open_marker(list, Role::Point, marker, (place(at), middle), radius, color, theme.ground);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(low: f64, high: f64) -> EvidenceRow {
        EvidenceRow { low, high, ..EvidenceRow::default() }
    }

    #[test]
    fn the_edges_of_the_range_stand_at_one() {
        let two_sided = row(130.0, 250.0);
        assert_eq!(standing(&two_sided, 130.0), -1.0);
        assert_eq!(standing(&two_sided, 250.0), 1.0);
        assert_eq!(standing(&two_sided, 190.0), 0.0);
        let at_least = row(10.0, f64::INFINITY);
        assert_eq!(standing(&at_least, 10.0), -1.0);
        assert!(standing(&at_least, 9.0) < -1.0 && standing(&at_least, 11.0) > -1.0);
        let at_most = row(f64::NEG_INFINITY, 0.0);
        assert_eq!(standing(&at_most, 0.0), 1.0);
        assert!(standing(&at_most, 0.5) > 1.0);
    }

    #[test]
    fn ranges_read_as_written() {
        let with_unit = |low, high| range_text(&EvidenceRow { unit: "ng/mL".into(), ..row(low, high) });
        assert_eq!(with_unit(130.0, 250.0), "130–250 ng/mL");
        assert_eq!(with_unit(-22.0, -8.0), "−22 to −8 ng/mL");
        assert_eq!(with_unit(0.5, f64::INFINITY), "≥ 0.5 ng/mL");
        assert_eq!(with_unit(f64::NEG_INFINITY, 3.0), "≤ 3 ng/mL");
    }

    #[test]
    fn a_chart_without_rows_or_with_bad_rows_is_refused() {
        let chart = |row: EvidenceRow| EvidenceChart { models: vec![Default::default()], rows: vec![row] };
        assert!(matches!(check(&EvidenceChart::default(), "p", 0), Err(FigureError::NoData { .. })));
        assert!(matches!(check(&chart(row(0.0, 1.0)), "p", 0), Err(FigureError::LengthMismatch { .. })));
        let full = |low, high| EvidenceRow { model: vec![0.5], ..row(low, high) };
        assert!(check(&chart(full(0.0, 1.0)), "p", 0).is_ok());
        assert!(matches!(check(&chart(full(1.0, 0.0)), "p", 0), Err(FigureError::EmptyRange { .. })));
        let cited = EvidenceRow { source: Some(3), ..full(0.0, 1.0) };
        assert!(matches!(check(&chart(cited), "p", 2), Err(FigureError::BadReference { .. })));
    }
}

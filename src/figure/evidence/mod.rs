//! Evidence charts: many findings, each in its own unit, with the accepted range and what the models say.
//!
//! Every row is drawn on its own scale, on which the accepted range reaches from -1 to 1, so that one look down the
//! chart tells what agrees. A value within is a full mark, one outside an open mark, one far outside an arrow at the
//! edge; the numbers stand beside.

mod plan;

pub use plan::heights;

use plan::{Detail, GUTTER, Line, Plan, column_head, range_words};

use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::error::FigureError;
use super::font::Face;
use super::geometry::Bounds;
use super::marks;
use super::number::significant;
use super::scene::{EvidenceChart, EvidenceRow, Key, Marker};
use super::theme::Theme;

/// How far beyond the range's middle the chart reaches, in half-widths of the range.
const REACH: f64 = 3.0;

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

/// Margins left and right of the frame in a panel of that width.
pub fn sides(chart: &EvidenceChart, theme: &Theme, numbers: &[Option<usize>], width: f64, height: f64) -> (f64, f64) {
    let plan = Plan::for_height(chart, theme, numbers, width, height);
    (plan.left, plan.right)
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
    let plan = Plan::for_height(chart, theme, numbers, whole, frame.height());
    let pitch = plan.pitch(frame.height());
    let size = plan.size;
    let left = frame.left - plan.left;
    let style = |face| TextStyle { size, face, color: theme.ink, anchor: Anchor::Start };
    let bottom = frame.top + plan.units() * pitch;
    let band = Bounds::new(place(frame, -1.0), frame.top + pitch, place(frame, 1.0), bottom);
    list.rectangle(Role::Band, band, theme.band, 1.0);
    let table = Table { theme, chart, frame, plan: &plan };
    table.draw_heads(list, pitch);
    let mut top = frame.top + pitch;
    for line in &plan.lines {
        let height = line.height() * pitch;
        // Values stand beside the middle of a label of several lines.
        let middle = top + 0.5 * height;
        let baseline = middle + 0.36 * size;
        match line {
            Line::Heading(words) => list.text(Role::Table, words, (left, baseline), style(Face::Bold)),
            Line::Row(index, label) => {
                let leading = 1.2 * size;
                let first = baseline - 0.5 * leading * (label.len() as f64 - 1.0);
                for (row, words) in label.iter().enumerate() {
                    let at = (left, first + leading * row as f64);
                    list.text(Role::Table, words, at, style(Face::Regular));
                }
                let row = &chart.rows[*index];
                draw_row(list, theme, chart, row, frame, middle, size);
                table.write_numbers(list, row, baseline);
            }
        }
        top += height;
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
    plan: &'a Plan,
}

impl Table<'_> {
    /// Right edges of the columns that are written.
    fn right_edges(&self) -> Vec<f64> {
        let count = match self.plan.detail {
            Detail::Labels => 0,
            Detail::Ranges => 1,
            Detail::Values => self.plan.columns.len(),
        };
        let mut right = self.frame.right;
        let edge = |width: &f64| {
            right += GUTTER * self.plan.size + width;
            right
        };
        self.plan.columns.iter().take(count).map(edge).collect()
    }

    fn draw_heads(&self, list: &mut DisplayList, pitch: f64) {
        let (theme, frame, size) = (self.theme, self.frame, self.plan.size);
        let baseline = frame.top + 0.5 * pitch + 0.36 * size;
        let style = |anchor, color, face| TextStyle { size, face, color, anchor };
        let middle = 0.5 * (frame.left + frame.right);
        let words = "accepted range";
        list.text(Role::Table, words, (middle, baseline), style(Anchor::Middle, theme.quiet, Face::Regular));
        let edges = self.right_edges();
        for (column, &right) in edges.iter().enumerate() {
            let color = match column.checked_sub(1) {
                None => theme.quiet,
                Some(model) => theme.text_color(self.chart.models[model].style.ink),
            };
            let head = column_head(self.chart, column);
            list.text(Role::Table, &head, (right, baseline), style(Anchor::End, color, Face::Bold));
        }
        let end = edges.last().copied().unwrap_or(frame.right);
        let y = frame.top + pitch;
        list.line(Role::Grid, vec![(frame.left, y), (end, y)], theme.hairline, theme.faint);
    }

    fn write_numbers(&self, list: &mut DisplayList, row: &EvidenceRow, baseline: f64) {
        let style = |color, face| TextStyle { size: self.plan.size, face, color, anchor: Anchor::End };
        for (column, right) in self.right_edges().into_iter().enumerate() {
            let (words, style) = match column.checked_sub(1) {
                None => (range_words(row), style(self.theme.quiet, Face::Regular)),
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

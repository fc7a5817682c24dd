//! The table of an evidence chart before it is drawn: type size, wrapped labels, columns, and heights of its lines.

use super::super::font::{self, Face};
use super::super::number::{significant, superscript};
use super::super::scene::{EvidenceChart, EvidenceRow};
use super::super::theme::Theme;

/// How much is written beside the bars.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Detail {
    /// The labels only.
    Labels,
    /// The accepted ranges too.
    Ranges,
    /// And what the models say.
    Values,
}

/// A line of the chart.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The name of a group.
    Heading(String),
    /// A row by its index, with its label in lines.
    Row(usize, Vec<String>),
}

/// The table for one size of type in one width.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Font size.
    pub size: f64,
    /// The lines from top to bottom, without the heads of the columns.
    pub lines: Vec<Line>,
    /// How much is written beside the bars.
    pub detail: Detail,
    /// Margin left of the bars.
    pub left: f64,
    /// Margin right of the bars.
    pub right: f64,
    /// Widths of the columns of numbers: the range first, then each model.
    pub columns: Vec<f64>,
}

/// Space between columns, in font sizes.
pub const GUTTER: f64 = 1.2;

/// The part of the width that bars need at least, and that labels may take at most.
const LEAST_BARS: f64 = 0.28;
const MOST_LABELS: f64 = 0.42;

/// Distance of the lines of one label, where rows are 1 apart.
const LABEL_LEADING: f64 = 0.78;

impl Line {
    /// Height, where a row with a label of one line is 1 high.
    pub fn height(&self) -> f64 {
        match self {
            Line::Heading(_) => 1.0,
            Line::Row(_, label) => 1.0 + LABEL_LEADING * label.len().saturating_sub(1) as f64,
        }
    }
}

impl Plan {
    /// The table in a size of type for a panel of that width.
    pub fn new(chart: &EvidenceChart, numbers: &[Option<usize>], size: f64, width: f64) -> Plan {
        let most = MOST_LABELS * width - GUTTER * size;
        let mut lines = Vec::new();
        let mut group = "";
        for (index, row) in chart.rows.iter().enumerate() {
            if row.group != group {
                lines.push(Line::Heading(row.group.clone()));
                group = &row.group;
            }
            lines.push(Line::Row(index, font::wrap(&label(row, numbers), Face::Regular, size, most)));
        }
        let widest = lines.iter().map(|line| match line {
            Line::Heading(words) => font::width(words, Face::Bold, size),
            Line::Row(_, label) => label.iter().map(|line| font::width(line, Face::Regular, size)).fold(0.0, f64::max),
        });
        let left = widest.fold(0.0, f64::max) + GUTTER * size;
        let columns = columns(chart, size);
        let taken = |count: usize| columns.iter().take(count).map(|width| width + GUTTER * size).sum::<f64>();
        let fits = |count: usize| left + taken(count) <= (1.0 - LEAST_BARS) * width;
        let (detail, right) = if fits(columns.len()) {
            (Detail::Values, taken(columns.len()))
        } else if fits(1) {
            (Detail::Ranges, taken(1))
        } else {
            (Detail::Labels, 0.5 * size)
        };
        Plan { size, lines, detail, left, right, columns }
    }

    /// The largest table that fits into a height; the smallest if none does.
    pub fn for_height(
        chart: &EvidenceChart,
        theme: &Theme,
        numbers: &[Option<usize>],
        width: f64,
        height: f64,
    ) -> Plan {
        for size in [theme.label, 0.5 * (theme.label + theme.note)] {
            let plan = Plan::new(chart, numbers, size, width);
            if plan.units() * LEAST_PITCH * size <= height {
                return plan;
            }
        }
        Plan::new(chart, numbers, theme.note, width)
    }

    /// Height of the whole table with the heads of its columns, in rows.
    pub fn units(&self) -> f64 {
        1.0 + self.lines.iter().map(Line::height).sum::<f64>()
    }

    /// Distance of rows in a height: as much as there is, but not so much that rows fall apart.
    pub fn pitch(&self, height: f64) -> f64 {
        (height / self.units()).min(2.6 * self.size)
    }
}

/// Least distance of rows, in font sizes.
const LEAST_PITCH: f64 = 1.45;

/// Least and preferred height of the frame of a chart in a width.
pub fn heights(chart: &EvidenceChart, theme: &Theme, numbers: &[Option<usize>], width: f64) -> (f64, f64) {
    let least = Plan::new(chart, numbers, theme.note, width).units() * LEAST_PITCH * theme.note;
    let preferred = Plan::new(chart, numbers, theme.label, width).units() * 1.6 * theme.label;
    (least, preferred)
}

/// A row's label with the raised number of its source.
fn label(row: &EvidenceRow, numbers: &[Option<usize>]) -> String {
    let number = row.source.and_then(|source| numbers.get(source).copied().flatten());
    let raised = number.map(|number| superscript(number as i64)).unwrap_or_default();
    format!("{}{raised}", row.label)
}

/// The accepted range in words.
pub fn range_words(row: &EvidenceRow) -> String {
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

/// The head of a column: the range first, then each model.
pub fn column_head(chart: &EvidenceChart, column: usize) -> String {
    match (column.checked_sub(1), chart.models.len()) {
        (None, _) => "range".to_string(),
        (Some(_), 1) => "model".to_string(),
        (Some(model), _) => chart.models[model].name.clone(),
    }
}

fn columns(chart: &EvidenceChart, size: f64) -> Vec<f64> {
    let bold = |words: &str| font::width(words, Face::Bold, size);
    (0..=chart.models.len())
        .map(|column| {
            let cells = chart.rows.iter().map(|row| match column.checked_sub(1) {
                None => font::width(&range_words(row), Face::Regular, size),
                Some(model) => bold(&significant(row.model[model], 3)),
            });
            cells.fold(bold(&column_head(chart, column)), f64::max)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::scene::{Key, ThemeName};
    use super::*;

    fn row(low: f64, high: f64) -> EvidenceRow {
        EvidenceRow { unit: "ng/mL".into(), low, high, model: vec![1.0], ..EvidenceRow::default() }
    }

    #[test]
    fn ranges_read_as_written() {
        assert_eq!(range_words(&row(130.0, 250.0)), "130–250 ng/mL");
        assert_eq!(range_words(&row(-22.0, -8.0)), "−22 to −8 ng/mL");
        assert_eq!(range_words(&row(0.5, f64::INFINITY)), "≥ 0.5 ng/mL");
        assert_eq!(range_words(&row(f64::NEG_INFINITY, 3.0)), "≤ 3 ng/mL");
    }

    #[test]
    fn long_labels_wrap_and_narrow_charts_say_less() {
        let long = "arterial above venous just before the end: infusion rate over 7.59 L/min";
        let chart = EvidenceChart {
            models: vec![Key::default()],
            rows: vec![EvidenceRow { label: long.into(), ..row(1.0, 2.0) }],
        };
        let theme = Theme::named(ThemeName::PaperDouble);
        let wide = Plan::for_height(&chart, &theme, &[], 680.0, 1e4);
        let narrow = Plan::for_height(&chart, &theme, &[], 240.0, 1e4);
        assert_eq!((wide.detail, narrow.detail), (Detail::Values, Detail::Ranges));
        assert!(narrow.units() > wide.units());
        for (plan, width) in [(wide, 680.0), (narrow, 240.0)] {
            assert!(plan.left <= MOST_LABELS * width && plan.left + plan.right <= (1.0 - LEAST_BARS) * width);
        }
    }
}

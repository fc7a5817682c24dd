//! The lines of text above and below the panels: title, subtitle, caption, cited works, footer.

use super::display::{Anchor, DisplayList, Role, TextStyle};
use super::font::{self, Face};
use super::scene::{Content, FigureData};
use super::theme::Theme;

/// Lines of one style, from top to bottom.
pub struct Paragraph {
    /// Why they are there.
    pub role: Role,
    /// The lines.
    pub lines: Vec<String>,
    /// Font size.
    pub size: f64,
    /// Cut.
    pub face: Face,
    /// Gray instead of black.
    pub quiet: bool,
    /// Space below, in pixels.
    pub after: f64,
}

/// Distance of baselines, in font sizes.
const LEADING: f64 = 1.28;

impl Paragraph {
    /// Height with the space below; 0 without lines.
    pub fn height(&self) -> f64 {
        if self.lines.is_empty() { 0.0 } else { self.lines.len() as f64 * LEADING * self.size + self.after }
    }

    /// The baseline of the last line when the paragraph begins at `top`.
    pub fn last_baseline(&self, top: f64) -> f64 {
        let above = self.lines.len().saturating_sub(1) as f64 * LEADING * self.size;
        top + above + (0.16 + font::ASCENT) * self.size
    }

    /// Writes the lines from `top` down and returns where the next may begin.
    pub fn write(&self, list: &mut DisplayList, theme: &Theme, left: f64, top: f64) -> f64 {
        let color = if self.quiet { theme.quiet } else { theme.ink };
        let style = TextStyle { size: self.size, face: self.face, color, anchor: Anchor::Start };
        for (index, line) in self.lines.iter().enumerate() {
            let baseline = top + index as f64 * LEADING * self.size + (0.16 + font::ASCENT) * self.size;
            list.text(self.role, line, (left, baseline), style);
        }
        top + self.height()
    }
}

/// Title and subtitle.
pub fn header(figure: &FigureData, theme: &Theme, width: f64) -> [Paragraph; 2] {
    [
        Paragraph {
            role: Role::Title,
            lines: font::wrap(&figure.title, Face::Bold, theme.title, width),
            size: theme.title,
            face: Face::Bold,
            quiet: false,
            after: 0.1 * theme.title,
        },
        Paragraph {
            role: Role::Subtitle,
            lines: font::wrap(&figure.subtitle, Face::Regular, theme.subtitle, width),
            size: theme.subtitle,
            face: Face::Regular,
            quiet: true,
            after: 0.35 * theme.subtitle,
        },
    ]
}

/// The number printed for each source, in the order of the list; none for those that no panel cites.
pub fn numbers(figure: &FigureData) -> Vec<Option<usize>> {
    let mut cited = vec![false; figure.sources.len()];
    for panel in &figure.panels {
        let sources: Vec<usize> = match &panel.content {
            Content::Plot(plot) => plot.points.iter().filter_map(|point| point.source).collect(),
            Content::Evidence(chart) => chart.rows.iter().filter_map(|row| row.source).collect(),
            Content::HeatMap(_) | Content::Cascade(_) => Vec::new(),
        };
        for source in sources {
            if let Some(flag) = cited.get_mut(source) {
                *flag = true;
            }
        }
    }
    let mut next = 0;
    let number = |cited: bool| {
        cited.then(|| {
            next += 1;
            next
        })
    };
    cited.into_iter().map(number).collect()
}

/// Caption, cited works and footer.
pub fn footer(figure: &FigureData, theme: &Theme, numbers: &[Option<usize>], width: f64) -> Vec<Paragraph> {
    let paragraph = |text: &str, size: f64, quiet, after| Paragraph {
        role: Role::Footer,
        lines: font::wrap(text, Face::Regular, size, width),
        size,
        face: Face::Regular,
        quiet,
        after,
    };
    let cited: Vec<String> = figure
        .sources
        .iter()
        .zip(numbers)
        .filter_map(|(source, number)| number.map(|number| format!("{number}\u{a0}{}", source.cite)))
        .collect();
    let mut paragraphs = vec![
        paragraph(&figure.caption, 1.08 * theme.note, false, 0.5 * theme.note),
        // An em space sets the works apart and vanishes at the end of a line.
        paragraph(&cited.join("\u{2003} "), theme.note, true, 0.25 * theme.note),
    ];
    paragraphs.extend(figure.footer.iter().map(|line| paragraph(line, theme.note, true, 0.0)));
    paragraphs
}

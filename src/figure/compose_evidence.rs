//! From scores to evidence charts: what was measured beside what the models give, a row a statement, a heading a topic.
//!
//! This file must never score anything: it shows what [`crate::analysis::evidence`] found.

use super::compose::Sheet;
use super::scene::{Content, EvidenceChart, EvidenceRow, FigureData, Key, Panel, Source, Style};
use crate::analysis::evidence::{Score, Scored, Verdict};
use crate::model::Statement;

/// The score of a model, and what the chart calls the model.
pub struct ChartModel<'a> {
    /// Its name.
    pub name: String,
    /// Its score.
    pub score: &'a Score<'a>,
}

/// A panel of the chart.
#[derive(Debug, Clone, Default)]
pub struct ChartPanel {
    /// The words above it.
    pub title: String,
    /// How many columns it spans.
    pub span: usize,
    /// Which statements: entries by id, numbered statements, or topics; all if empty.
    pub wanted: Vec<String>,
}

/// More works than this are not listed below a chart; the table of `kascade evidence` names them.
const MOST_SOURCES: usize = 30;

/// A chart of every panel's statements. `cite` gives the work that a statement rests on.
pub fn evidence_chart(
    sheet: &Sheet<'_>,
    models: &[ChartModel<'_>],
    panels: &[ChartPanel],
    cite: &dyn Fn(&Statement) -> Option<String>,
) -> FigureData {
    let mut sources: Vec<Source> = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    let mut drawn = Vec::new();
    for panel in panels {
        let mut rows = Vec::new();
        let entries = models.first().map(|model| model.score.entries.as_slice()).unwrap_or_default();
        for (index, entry) in entries.iter().enumerate() {
            let statement = entry.statement;
            let wanted = |name: &String| [&statement.id, &statement.statement, &statement.topic].contains(&name);
            if !panel.wanted.is_empty() && !panel.wanted.iter().any(wanted) {
                continue;
            }
            let others: Vec<Option<&Scored<'_>>> = models
                .iter()
                .map(|model| {
                    let same = model.score.entries.get(index).filter(|one| one.statement.id == statement.id);
                    same.or_else(|| model.score.entries.iter().find(|one| one.statement.id == statement.id))
                })
                .collect();
            if others.iter().flatten().all(|one| matches!(one.verdict, Verdict::NotApplicable(_))) {
                continue;
            }
            let Some((low, high)) = others.iter().flatten().find_map(|one| one.range).map(edges).filter(bounded) else {
                left_out.push(statement.id.clone());
                continue;
            };
            rows.push(EvidenceRow {
                group: capital(&statement.topic) + if statement.held_back { ", held back" } else { "" },
                label: if statement.title.is_empty() { statement.id.clone() } else { statement.title.clone() },
                unit: if entry.unit == "1" { String::new() } else { entry.unit.clone() },
                low,
                high,
                // Of an open range the edge is what counts.
                best: entry.expected.filter(|value| (low..=high).contains(value) && (high - low).is_normal()),
                model: others.iter().map(|one| one.map_or(f64::NAN, |one| one.got)).collect(),
                source: cite(statement).map(|work| {
                    sources.iter().position(|source| source.cite == work).unwrap_or_else(|| {
                        sources.push(Source { key: statement.id.clone(), cite: work });
                        sources.len() - 1
                    })
                }),
            });
        }
        // Topics of one name stand together, in the order in which they first come.
        let mut topics: Vec<String> = Vec::new();
        for row in &rows {
            if !topics.contains(&row.group) {
                topics.push(row.group.clone());
            }
        }
        rows.sort_by_key(|row| topics.iter().position(|topic| *topic == row.group));
        let keys =
            models.iter().enumerate().map(|(index, model)| Key { name: model.name.clone(), style: Style::nth(index) });
        let chart = EvidenceChart { models: keys.collect(), rows };
        drawn.push(Panel { title: panel.title.clone(), span: panel.span.max(1), content: Content::Evidence(chart) });
    }
    if sources.len() > MOST_SOURCES {
        sources.clear();
        let charts = drawn.iter_mut().filter_map(|panel| match &mut panel.content {
            Content::Evidence(chart) => Some(chart),
            _ => None,
        });
        charts.flat_map(|chart| &mut chart.rows).for_each(|row| row.source = None);
    }
    let mut data = FigureData { panels: drawn, sources, share_x: false, ..sheet.data() };
    if !left_out.is_empty() {
        data.footer.insert(0, format!("Without a range to draw: {}.", left_out.join(", ")));
    }
    data
}

/// The edges of a range as a chart draws them; an open end is infinite.
fn edges((low, high): (f64, f64)) -> (f64, f64) {
    let low = match low {
        low if low.is_nan() => f64::NEG_INFINITY,
        // Above zero, however little.
        f64::MIN_POSITIVE => 0.0,
        low => low,
    };
    (low, if high.is_nan() { f64::INFINITY } else { high })
}

fn bounded((low, high): &(f64, f64)) -> bool {
    low <= high && (low.is_finite() || high.is_finite())
}

/// A heading: `plasma` begins with a capital, `mTOR` has one where it belongs.
fn capital(text: &str) -> String {
    if text.chars().any(char::is_uppercase) {
        return text.to_string();
    }
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_ends_are_infinite_and_above_zero_is_zero() {
        assert_eq!(edges((f64::NAN, 3.0)), (f64::NEG_INFINITY, 3.0));
        assert_eq!(edges((f64::MIN_POSITIVE, f64::NAN)), (0.0, f64::INFINITY));
        assert!(!bounded(&edges((f64::NAN, f64::NAN))));
        assert!(!bounded(&(2.0, 1.0)));
    }
}

//! Captions with computed numbers.

use super::super::table::rounded;
use super::runs::moved;
use crate::diagnostics::{Report, SourceText};
use crate::model::{Model, Text};
use crate::simulation::{Measures, Trajectory, take};

/// A caption in pieces: words, and numbers to be worked out.
pub struct Caption {
    words: Vec<String>,
    /// The outcomes that stand between the words.
    pub measures: Measures,
}

impl Caption {
    /// Cuts at `{...}`; each is an outcome, whose runs are named by regimen.
    pub fn read(text: Option<&Text>, model: &Model, runs: &[String]) -> Result<Caption, Report> {
        let mut caption = Caption { words: Vec::new(), measures: Measures::default() };
        let Some(text) = text else { return Ok(caption) };
        let names: Vec<&str> = runs.iter().map(String::as_str).collect();
        let mut rest = text.text.as_str();
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else { break };
            caption.words.push(rest[..open].to_string());
            let inner = &rest[open + 1..open + length];
            let offset = text.text.len() - rest.len() + open + 1;
            caption
                .measures
                .add(&SourceText::new("caption", inner), model, &names)
                .map_err(|report| moved(report, text, offset))?;
            rest = &rest[open + length + 1..];
        }
        caption.words.push(rest.to_string());
        Ok(caption)
    }

    /// The caption with three significant digits a number. The trajectories are those of the runs it was read with.
    pub fn filled(&self, runs: &[&Trajectory<'_>]) -> String {
        let values = if self.measures.list.is_empty() { Vec::new() } else { take(&self.measures, runs) };
        let mut text = String::new();
        for (index, words) in self.words.iter().enumerate() {
            text.push_str(words);
            if let (Some(value), Some((_, unit))) = (values.get(index), self.measures.list.get(index)) {
                text.push_str(&rounded(unit.from_internal(*value), 3));
                if unit.text() != "1" {
                    text.push('\u{2009}');
                    text.push_str(unit.text());
                }
            }
        }
        text
    }
}

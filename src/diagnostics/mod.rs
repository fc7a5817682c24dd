//! What the user is told when something is wrong: a code, a place, a cause, and a hint kept apart from it.
//!
//! Everything a user can get wrong ends in a [`Diagnostic`]. This module holds the data; `cli` renders it.
//! It must never print, and it knows nothing of models, units or solvers: whoever finds a fault words it.

mod code;
mod similar;

pub use code::Code;
pub use similar::{did_you_mean, distance};

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A text that diagnostics can point into: a model file, an overlay, an event table, an argument.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct SourceText {
    /// The name shown to the user: a path, `<built-in ketamine>`, `--dose`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl SourceText {
    /// A shared source text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<SourceText> {
        Arc::new(SourceText { name: name.into(), text: text.into() })
    }
}

/// A range of bytes in a source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The text the range lies in.
    pub source: Arc<SourceText>,
    /// Byte offsets; always within the text and on character boundaries (see [`Place::new`]).
    pub span: Range<usize>,
}

impl Place {
    /// A place, its range clamped into the text and widened to character boundaries, so that rendering
    /// can never fail whatever arithmetic made the range.
    pub fn new(source: &Arc<SourceText>, span: Range<usize>) -> Place {
        let text = &source.text;
        let mut start = span.start.min(text.len());
        let mut end = span.end.clamp(start, text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Place { source: source.clone(), span: start..end }
    }

    /// The line of the first byte, counted from 1.
    pub fn line(&self) -> usize {
        self.source.text[..self.span.start].bytes().filter(|&byte| byte == b'\n').count() + 1
    }

    /// The column of the first byte in characters, counted from 1.
    pub fn column(&self) -> usize {
        let before = &self.source.text[..self.span.start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        before[line_start..].chars().count() + 1
    }

    /// A part of this place, `inner` counted from its first byte.
    pub fn part(&self, inner: Range<usize>) -> Place {
        Place::new(&self.source, self.span.start + inner.start..self.span.start + inner.end)
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be run.
    Error,
    /// It runs, but the author should look; an error under `check --strict`.
    Warning,
}

/// One complaint.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// What kind of fault; `kascade explain CODE` tells more.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence without a period that stands alone.
    pub message: String,
    /// The place that is underlined, if there is one.
    pub place: Option<Place>,
    /// What stands under the underline.
    pub label: String,
    /// Further places that help to see the fault, each with its text.
    pub related: Vec<(Place, String)>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// An error with a message and no place yet.
    pub fn error(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            place: None,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A warning with a message and no place yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message) }
    }

    /// Underlines a place, with words under the line (may be empty).
    pub fn at(mut self, place: &Place, label: impl Into<String>) -> Diagnostic {
        self.place = Some(place.clone());
        self.label = label.into();
        self
    }

    /// Shows a second place.
    pub fn related(mut self, place: &Place, text: impl Into<String>) -> Diagnostic {
        self.related.push((place.clone(), text.into()));
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    pub fn hint(mut self, text: impl Into<String>) -> Diagnostic {
        self.hints.push(text.into());
        self
    }

    /// Adds advice if there is some.
    pub fn hint_if(self, text: Option<String>) -> Diagnostic {
        match text {
            Some(text) => self.hint(text),
            None => self,
        }
    }

    /// Whether this is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A list of complaints, errors and warnings together, in the order found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// The complaints.
    pub list: Vec<Diagnostic>,
}

impl Report {
    /// Adds a complaint.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Puts complaints into the order of the text, file by file as they first appear; those without a place come first.
    pub fn sort_by_place(&mut self) {
        let mut files: Vec<Arc<SourceText>> = Vec::new();
        for place in self.list.iter().filter_map(|one| one.place.as_ref()) {
            if !files.contains(&place.source) {
                files.push(place.source.clone());
            }
        }
        self.list.sort_by_key(|one| {
            one.place.as_ref().map(|place| (files.iter().position(|file| *file == place.source), place.span.start))
        });
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    /// How many errors and how many warnings.
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.list.iter().filter(|one| one.is_error()).count();
        (errors, self.list.len() - errors)
    }
}

impl From<Diagnostic> for Report {
    fn from(one: Diagnostic) -> Report {
        Report { list: vec![one] }
    }
}

/// On one line, for logs and for programs that pass it on: `model.toml:3:5: error[K0102]: ... (hint)`.
/// `cli` renders it in full.
impl fmt::Display for Diagnostic {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(to, "{}:{}:{}: ", place.source.name, place.line(), place.column())?;
        }
        let severity = if self.is_error() { "error" } else { "warning" };
        write!(to, "{severity}[{}]: {}", self.code, self.message)?;
        if !self.hints.is_empty() {
            write!(to, " ({})", self.hints.join("; "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// One complaint a line.
impl fmt::Display for Report {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, one) in self.list.iter().enumerate() {
            let end = if number + 1 < self.list.len() { "\n" } else { "" };
            write!(to, "{one}{end}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_clamped_to_characters() {
        let text = SourceText::new("x", "aé\nb");
        let place = Place::new(&text, 2..99);
        assert_eq!(place.span, 1..5);
        assert_eq!((place.line(), place.column()), (1, 2));
        let second = Place::new(&text, 4..5);
        assert_eq!((second.line(), second.column()), (2, 1));
        let complaint = Diagnostic::error(Code::UnknownName, "no `b`").at(&second, "").hint("did you mean `a`?");
        assert_eq!(complaint.to_string(), "x:2:1: error[K0102]: no `b` (did you mean `a`?)");
        let reversed = Range { start: 4, end: 2 };
        assert_eq!(Place::new(&text, reversed).span, 4..4);
    }
}

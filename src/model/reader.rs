//! Reading the keys of one table: typed getters that complain in place, and a check for keys that mean nothing.
//!
//! Every section of a model file is read through a [`Section`]; each key that is asked for is remembered, and
//! [`Section::done`] reports the others with a did-you-mean. The list of keys that were asked for is thus the
//! list of keys that exist; the schema is checked against it in a test.
//! This file must never know which sections there are.

use super::value::{Kind, Table, Value};
use crate::diagnostics::{Code, Diagnostic, Place, Report, did_you_mean};
use std::cell::RefCell;

/// Where complaints go while a file is read; shared by all sections.
#[derive(Debug, Default)]
pub struct Log {
    report: RefCell<Report>,
}

impl Log {
    /// A log that begins with what syntax and overlays had to say.
    pub fn new(report: Report) -> Log {
        Log { report: RefCell::new(report) }
    }

    /// Adds a complaint.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.report.borrow_mut().push(diagnostic);
    }

    /// The complaints.
    pub fn into_report(self) -> Report {
        self.report.into_inner()
    }
}

/// A text and its place: that of its content, without quotes, when positions inside it can be trusted.
#[derive(Debug, Clone)]
pub struct Text {
    /// The text.
    pub text: String,
    /// The place of the content.
    pub place: Place,
    /// Whether byte `i` of the text stands at byte `i` of the place (no escapes in between).
    pub exact: bool,
}

impl Text {
    /// The place of a part of the text; the whole text if positions cannot be trusted.
    pub fn part(&self, span: std::ops::Range<usize>) -> Place {
        if self.exact { self.place.part(span) } else { self.place.clone() }
    }
}

/// A table being read.
pub struct Section<'a> {
    table: &'a Table,
    place: Place,
    path: String,
    asked: RefCell<Vec<&'static str>>,
    /// Where complaints go.
    pub log: &'a Log,
}

impl<'a> Section<'a> {
    /// Begins to read a table. `path` is its name for messages, as `parameters.CL`, and empty for the whole file;
    /// `place` is what to underline when a key is missing.
    pub fn new(table: &'a Table, place: &Place, path: impl Into<String>, log: &'a Log) -> Section<'a> {
        Section { table, place: place.clone(), path: path.into(), asked: RefCell::new(Vec::new()), log }
    }

    /// The name of the table for messages.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The place of the table's name.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The raw value of a key.
    pub fn value(&self, key: &'static str) -> Option<&'a Value> {
        self.asked.borrow_mut().push(key);
        #[cfg(test)]
        ASKED.with(|asked| asked.borrow_mut().push((self.path.clone(), key)));
        self.table.get(key)
    }

    /// Whether a key is there, without counting it as read.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// The place of a key, or of the table.
    pub fn key_place(&self, key: &str) -> Place {
        self.table.entries.get(key).map_or_else(|| self.place.clone(), |entry| entry.key.clone())
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<Text> {
        let value = self.value(key)?;
        text_of(value).or_else(|| self.wrong_type(key, "text", value))
    }

    /// A text that must be there.
    pub fn required_text(&self, key: &'static str) -> Option<Text> {
        if !self.has(key) {
            self.missing(key);
        }
        self.text(key)
    }

    /// A text without its place, or an empty one.
    pub fn words(&self, key: &'static str) -> String {
        self.text(key).map(|text| text.text).unwrap_or_default()
    }

    /// A number.
    pub fn number(&self, key: &'static str) -> Option<(f64, Place)> {
        let value = self.value(key)?;
        match value.kind {
            Kind::Number(number) => Some((number, value.place.clone())),
            _ => self.wrong_type(key, "a number", value),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        match value.kind {
            Kind::Boolean(truth) => Some(truth),
            _ => self.wrong_type(key, "true or false", value),
        }
    }

    /// A list.
    pub fn list(&self, key: &'static str) -> Option<&'a [Value]> {
        let value = self.value(key)?;
        match &value.kind {
            Kind::List(items) => Some(items),
            _ => self.wrong_type(key, "a list", value),
        }
    }

    /// A list of texts; a single text counts as a list of one.
    pub fn texts(&self, key: &'static str) -> Vec<Text> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match &value.kind {
            Kind::Text(_) => text_of(value).into_iter().collect(),
            Kind::List(items) => items
                .iter()
                .filter_map(|item| text_of(item).or_else(|| self.wrong_type(key, "a list of texts", item)))
                .collect(),
            _ => self.wrong_type(key, "a list of texts", value).into_iter().collect(),
        }
    }

    /// A table.
    pub fn table(&self, key: &'static str) -> Option<Section<'a>> {
        let value = self.value(key)?;
        match &value.kind {
            Kind::Table(table) => Some(Section::new(table, &value.place, self.path_of(key), self.log)),
            _ => self.wrong_type(key, "a table", value),
        }
    }

    /// A list of tables (`[[...]]` or `[ { }, { } ]`); a single table counts as a list of one.
    pub fn tables(&self, key: &'static str) -> Vec<Section<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let one = |value: &'a Value, number: Option<usize>| match &value.kind {
            Kind::Table(table) => {
                let path = self.path_of(key) + &number.map_or_else(String::new, |n| format!("[{}]", n + 1));
                Some(Section::new(table, &value.place, path, self.log))
            }
            _ => self.wrong_type(key, "a list of tables", value),
        };
        match &value.kind {
            Kind::List(items) => {
                items.iter().enumerate().filter_map(|(number, item)| one(item, Some(number))).collect()
            }
            _ => one(value, None).into_iter().collect(),
        }
    }

    /// The entries of this table under names of the author's choosing.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Place, &'a Value)> + use<'a> {
        self.table.entries.iter().map(|(name, entry)| (name.as_str(), &entry.key, &entry.value))
    }

    /// One of a closed list of words.
    pub fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = choices.iter().find(|(word, _)| *word == text.text).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.log.push(
                Diagnostic::error(Code::BadValue, format!("`{key}` cannot be `{}`", text.text))
                    .at(&text.place, format!("one of {}", words.join(", ")))
                    .hint_if(
                        did_you_mean(&text.text, choices.iter().map(|(word, _)| *word))
                            .map(|near| format!("did you mean `{near}`?")),
                    ),
            );
        }
        found
    }

    /// Complains that a key is missing, unless a slip of spelling stands in its place: that is told by [`Self::done`].
    pub fn missing(&self, key: &str) {
        if self.table.entries.keys().any(|written| did_you_mean(written, [key]).is_some()) {
            return;
        }
        let what = if self.path.is_empty() { "the file".to_string() } else { format!("`{}`", self.path) };
        self.log.push(
            Diagnostic::error(Code::MissingKey, format!("{what} needs `{key}`"))
                .at(&self.place, format!("`{key}` is missing")),
        );
    }

    /// The name of an entry for messages.
    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_string() } else { format!("{}.{key}", self.path) }
    }

    fn wrong_type<T>(&self, key: &str, wanted: &str, value: &Value) -> Option<T> {
        let hint = match (&value.kind, wanted) {
            (Kind::Number(_), "text") => Some("put it in quotes".to_string()),
            (Kind::Text(_), "a number") => Some("numbers stand without quotes; the unit goes under `unit`".to_string()),
            _ => None,
        };
        self.log.push(
            Diagnostic::error(Code::WrongType, format!("`{}` must be {wanted}", self.path_of(key)))
                .at(&value.place, format!("this is {}", value.type_name()))
                .hint_if(hint),
        );
        None
    }

    /// Ends the reading: keys that nobody asked for are errors.
    pub fn done(self) {
        let asked = self.asked.borrow();
        for (key, entry) in &self.table.entries {
            if asked.contains(&key.as_str()) {
                continue;
            }
            let mut known: Vec<&str> = asked.clone();
            known.sort_unstable();
            known.dedup();
            let hint = match did_you_mean(key, known.iter().copied()) {
                _ if key == "remove" => "`remove` stands at the top of the file, before all sections".to_string(),
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys here are {}", listed(&known)),
            };
            let message = match entry.value.kind {
                Kind::Table(_) if self.path.is_empty() => format!("unknown section `[{key}]`"),
                _ if self.path.is_empty() => format!("unknown key `{key}` outside of all sections"),
                _ => format!("unknown key `{key}` in `{}`", self.path),
            };
            let diagnostic = Diagnostic::error(Code::UnknownKey, message);
            self.log.push(diagnostic.at(&entry.key, "means nothing here").hint(hint));
        }
    }
}

#[cfg(test)]
thread_local! {
    /// Every table that was read on this thread, and the keys it was asked for.
    static ASKED: RefCell<Vec<(String, &'static str)>> = const { RefCell::new(Vec::new()) };
}

/// What was asked for on this thread so far, to be held against the table of keys.
#[cfg(test)]
pub fn asked_keys() -> Vec<(String, &'static str)> {
    ASKED.with(|asked| asked.borrow().clone())
}

/// A text value with the place of its content.
pub fn text_of(value: &Value) -> Option<Text> {
    match &value.kind {
        Kind::Text(text) => {
            let (place, exact) = value.content();
            Some(Text { text: text.clone(), place, exact })
        }
        _ => None,
    }
}

/// Names in backquotes, separated by commas.
pub fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

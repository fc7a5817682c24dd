//! A TOML text as a tree in which every key and value knows its place.
//!
//! Overlays are merged on this tree, so a complaint about a merged model still points into the file that
//! wrote the line. This file must never give meaning to a key.

use crate::diagnostics::{Code, Diagnostic, Place, Report, SourceText};
use indexmap::IndexMap;
use std::collections::HashSet;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it stands; for a text, quotes included (see [`Value::content`]).
    pub place: Place,
}

/// The types of value a model file uses.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A string.
    Text(String),
    /// A number; TOML's integers and floats are one type here.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `[ ... ]`, or an array of tables.
    List(Vec<Value>),
    /// A table.
    Table(Table),
}

/// A table, its entries in the order of the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// The entries by key.
    pub entries: IndexMap<String, Entry>,
}

/// An entry of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key stands.
    pub key: Place,
    /// The value.
    pub value: Value,
}

impl Value {
    /// The type in words.
    pub fn type_name(&self) -> &'static str {
        match self.kind {
            Kind::Text(_) => "text",
            Kind::Number(_) => "a number",
            Kind::Boolean(_) => "true or false",
            Kind::List(_) => "a list",
            Kind::Table(_) => "a table",
        }
    }

    /// The place of a text's content, without its quotes. If escapes make positions inside the text differ from
    /// positions in the file, the place of the whole value, so that an underline is never wrong, only wide.
    pub fn content(&self) -> (Place, bool) {
        if let Kind::Text(text) = &self.kind {
            let raw = &self.place.source.text[self.place.span.clone()];
            for quotes in ["\"\"\"\n", "'''\n", "\"\"\"", "'''", "\"", "'"] {
                if let Some(rest) = raw.strip_prefix(quotes)
                    && rest.starts_with(text.as_str())
                {
                    let start = self.place.span.start + quotes.len();
                    return (Place::new(&self.place.source, start..start + text.len()), true);
                }
            }
        }
        (self.place.clone(), false)
    }
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// The table under a key, if it is one.
    pub fn table(&self, key: &str) -> Option<&Table> {
        match self.get(key) {
            Some(Value { kind: Kind::Table(table), .. }) => Some(table),
            _ => None,
        }
    }
}

const MISSING_QUOTE: &str = "a quotation mark is missing on this line";
/// Faults of syntax beyond these are most often echoes of the first.
const MOST_FAULTS: usize = 3;

/// Reads a text. Faults of syntax are reported, all that are found in one pass; what could be read comes back
/// all the same, so that later checks can add to the list.
pub fn parse(source: &Arc<SourceText>) -> (Table, Report) {
    let mut report = Report::default();
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    // What follows on the line of a fault is most often its echo: a missing quote makes half a dozen.
    let mut lines = HashSet::new();
    let mut faults: Vec<Diagnostic> = errors.iter().map(|error| syntax_error(source, error)).collect();
    faults.retain(|fault| fault.place.as_ref().is_none_or(|place| lines.insert(place.line())));
    // Behind a missing quote text is read as keys and keys as text, to the end of the file.
    if let Some(quote) = faults.iter().position(|fault| fault.hints.iter().any(|hint| hint == MISSING_QUOTE)) {
        faults = faults.split_off(quote);
        faults.truncate(1);
    }
    faults.truncate(MOST_FAULTS);
    let missing_quote = faults.iter().any(|fault| fault.hints.iter().any(|hint| hint == MISSING_QUOTE));
    report.list.extend(faults);
    // Values behind a missing quote are not those that were written.
    let mut echoes = Report::default();
    let values = if missing_quote { &mut echoes } else { &mut report };
    (convert_table(source, table.get_ref(), values), report)
}

fn syntax_error(source: &Arc<SourceText>, error: &toml::de::Error) -> Diagnostic {
    let message = error.message().trim().replace('\n', ", ");
    let (code, title) = if message.contains("duplicate key") {
        (Code::DuplicateName, "this key is given twice".to_string())
    } else {
        (Code::TomlSyntax, format!("the file is not valid TOML: {message}"))
    };
    let place = Place::new(source, error.span().unwrap_or(0..0));
    let diagnostic = Diagnostic::error(code, title);
    if code == Code::DuplicateName {
        return diagnostic.at(&place, "given again here").hint("remove one of the two");
    }
    let line = source.text.lines().nth(place.line() - 1).unwrap_or_default();
    let quotes = line.split(" #").next().unwrap_or(line).matches('"').count();
    diagnostic
        .at(&place, "reading stopped making sense here")
        .hint_if((quotes % 2 == 1).then(|| MISSING_QUOTE.to_string()))
}

fn convert_table(source: &Arc<SourceText>, table: &DeTable<'_>, report: &mut Report) -> Table {
    let mut entries = IndexMap::new();
    for (key, value) in table.iter() {
        let Some(converted) = convert(source, value.get_ref(), Place::new(source, value.span()), report) else {
            continue;
        };
        let entry = Entry { key: Place::new(source, key.span()), value: converted };
        entries.insert(key.get_ref().to_string(), entry);
    }
    // `DeTable` sorts by key; the order of the file is the order of the author.
    entries.sort_by(|_, a, _, b| a.key.span.start.cmp(&b.key.span.start));
    Table { entries }
}

fn convert(source: &Arc<SourceText>, value: &DeValue<'_>, place: Place, report: &mut Report) -> Option<Value> {
    let kind = match value {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Boolean(truth) => Kind::Boolean(*truth),
        DeValue::Integer(integer) => {
            let digits = integer.as_str();
            let number = match integer.radix() {
                10 => digits.parse::<f64>().ok(),
                radix => i64::from_str_radix(digits, radix).ok().map(|number| number as f64),
            };
            match number {
                Some(number) => Kind::Number(number),
                None => return not_finite(&place, report),
            }
        }
        DeValue::Float(float) => match float.as_str().parse::<f64>() {
            Ok(number) if number.is_finite() => Kind::Number(number),
            _ => return not_finite(&place, report),
        },
        DeValue::Array(items) => Kind::List(
            items
                .iter()
                .filter_map(|item| convert(source, item.get_ref(), Place::new(source, item.span()), report))
                .collect(),
        ),
        DeValue::Table(table) => Kind::Table(convert_table(source, table, report)),
        DeValue::Datetime(_) => {
            report.push(
                Diagnostic::error(Code::WrongType, "a date has no meaning in a model")
                    .at(&place, "a date")
                    .hint("put it in quotes if it is text"),
            );
            return None;
        }
    };
    Some(Value { kind, place })
}

/// Complains, and goes on with a number in its place so that the key does not count as missing as well.
fn not_finite(place: &Place, report: &mut Report) -> Option<Value> {
    report.push(Diagnostic::error(Code::NotFinite, "numbers must be finite").at(place, "not a finite number"));
    Some(Value { kind: Kind::Number(1.0), place: place.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_places() {
        let source = SourceText::new("m.toml", "[b]\nz = 1\na = \"x + y\"\n[a]\nq = [1, 2.5]\n");
        let (table, report) = parse(&source);
        assert_eq!(report.list, []);
        assert_eq!(table.entries.keys().collect::<Vec<_>>(), ["b", "a"]);
        let b = table.table("b").unwrap();
        assert_eq!(b.entries.keys().collect::<Vec<_>>(), ["z", "a"]);
        let (content, exact) = b.get("a").unwrap().content();
        assert!(exact);
        assert_eq!(&source.text[content.span], "x + y");
    }

    #[test]
    fn a_missing_quote_is_one_fault_and_others_are_at_most_three() {
        let entry = |name: usize| format!("p{name} = {{ value = 1, unit = \"1\", about = \"a number\" }}\n");
        let text: String = (0..30).map(entry).collect();
        let source = SourceText::new("m.toml", text.replacen("\"1\", about", "\"1, about", 1));
        let (_, report) = parse(&source);
        assert_eq!(report.list.len(), 1, "{report:?}");
        assert_eq!(report.list[0].hints, [MISSING_QUOTE]);
        let (_, report) = parse(&SourceText::new("m.toml", "a = = 1\n".repeat(9)));
        assert_eq!(report.list.len(), MOST_FAULTS, "{report:?}");
    }

    #[test]
    fn several_faults_in_one_pass() {
        let source = SourceText::new("m.toml", "a = = 3\nb = 4\nc = [1,\nd = inf\n");
        let (_, report) = parse(&source);
        assert!(report.list.len() >= 2, "{report:?}");
    }
}

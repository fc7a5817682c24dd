//! The tables of published numbers: CSV with one row a number, found by id.
//!
//! What it does not carry on: the columns `dose` and `route`, which statements say in their runs.

use std::collections::HashMap;

/// A published number.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceRow {
    /// Its id, as `TC064` or `CC-G40`.
    pub id: String,
    /// What was measured, in words.
    pub quantity: String,
    /// The number, if there is one.
    pub value: Option<f64>,
    /// Its unit as the table has it; `sign` fixes a direction only.
    pub unit: String,
    /// The published range.
    pub range: Option<(f64, f64)>,
    /// Authors and year.
    pub source: String,
    /// Whether the number was seen in its source; a recalled one weighs half.
    pub read: bool,
}

/// Why a table of evidence cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceTableError {
    /// The text is no CSV with the columns of an evidence table.
    #[error("line {line}: {cause}")]
    Malformed {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong.
        cause: String,
    },
    /// A column is missing.
    #[error("there is no column `{0}`")]
    NoColumn(&'static str),
    /// Two rows have one id.
    #[error("two rows are called `{0}`")]
    Twice(String),
}

/// Reads tables into one list by id.
///
/// # Errors
/// The first fault.
pub fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<HashMap<String, EvidenceRow>, EvidenceTableError> {
    let mut rows = HashMap::new();
    for text in texts {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let malformed = |error: csv::Error| EvidenceTableError::Malformed {
            line: error.position().map_or(0, csv::Position::line),
            cause: error.to_string(),
        };
        let head = reader.headers().map_err(malformed)?.clone();
        let column =
            |name: &'static str| head.iter().position(|one| one == name).ok_or(EvidenceTableError::NoColumn(name));
        let (id, quantity, value, unit) = (column("id")?, column("quantity")?, column("value")?, column("unit")?);
        let (low, high, source, status) = (column("low")?, column("high")?, column("source")?, column("status")?);
        for record in reader.records() {
            let record = record.map_err(malformed)?;
            let cell = |column: usize| record.get(column).unwrap_or_default().trim();
            let number = |column: usize| cell(column).parse::<f64>().ok().filter(|number| number.is_finite());
            let row = EvidenceRow {
                id: cell(id).to_string(),
                quantity: cell(quantity).to_string(),
                value: number(value),
                unit: cell(unit).to_string(),
                range: number(low).zip(number(high)).filter(|(low, high)| low <= high),
                source: cell(source).to_string(),
                read: cell(status) == "read",
            };
            if rows.contains_key(&row.id) {
                return Err(EvidenceTableError::Twice(row.id));
            }
            rows.insert(row.id.clone(), row);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::library::EVIDENCE_TABLES;

    #[test]
    fn the_shipped_tables_hold_their_660_numbers() {
        let rows = read(EVIDENCE_TABLES.iter().map(|(_, text)| *text)).unwrap();
        assert!(rows.len() >= 660, "{}", rows.len());
        let peak = &rows["TC064"];
        assert_eq!((peak.value, peak.unit.as_str(), peak.read), (Some(185.0), "ng/mL", true));
        assert_eq!(rows["CC-G01"].unit, "sign");
    }

    #[test]
    fn a_row_given_twice_is_refused() {
        let text = "id,quantity,value,unit,low,high,source,status\nA,x,1,h,,,s,read\nA,x,2,h,,,s,read\n";
        assert_eq!(read([text]), Err(EvidenceTableError::Twice("A".into())));
    }
}

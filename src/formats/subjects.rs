//! Tables of subjects as CSV: one row an individual, columns named after parameters, in their declared units.
//!
//! What it cannot carry: doses and times; those are an event table's.

use crate::diagnostics::{Code, Diagnostic, Place, SourceText};
use crate::model::{Model, out_of_range};
use std::sync::Arc;

/// Individuals with the parameters that a table gives them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subjects {
    /// The parameters, by index.
    pub parameters: Vec<usize>,
    /// Their values, internal units: a row an individual.
    pub rows: Vec<Vec<f64>>,
    /// What the column `id` says, if there is one: a number an individual.
    pub ids: Vec<f64>,
    /// Columns that no parameter is named after.
    pub ignored: Vec<String>,
}

impl Subjects {
    /// The row of an individual; the table begins anew where there are more individuals than rows.
    pub fn row(&self, index: usize) -> Option<&[f64]> {
        self.rows.get(index.checked_rem(self.rows.len())?).map(Vec::as_slice)
    }

    /// The value that a row gives a parameter.
    pub fn value(&self, row: &[f64], parameter: usize) -> Option<f64> {
        let column = self.parameters.iter().position(|one| *one == parameter)?;
        row.get(column).copied()
    }
}

/// Reads a table of subjects.
///
/// # Errors
/// A table without rows or without a column of the model, a cell that is no number, a value outside of its parameter's
/// range: the first fault, with its line.
pub fn read(source: &Arc<SourceText>, model: &Model) -> Result<Subjects, Diagnostic> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).comment(Some(b'#')).from_reader(source.text.as_bytes());
    let line = |position: Option<&csv::Position>| {
        let start = position.map_or(0, |position| position.byte() as usize).min(source.text.len());
        let skipped = source.text.get(start..).map_or(0, |rest| rest.len() - rest.trim_start().len());
        let start = start + skipped;
        let length = source.text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
        Place::new(source, start..start + length)
    };
    let malformed = |error: csv::Error| {
        Diagnostic::error(Code::BadTable, format!("the table of subjects cannot be read: {error}"))
            .at(&line(error.position()), "")
    };
    let head = reader.headers().map_err(malformed)?.clone();
    let mut subjects = Subjects::default();
    let mut columns = Vec::new();
    let mut id_column = None;
    for (column, name) in head.iter().enumerate() {
        match model.parameter(name) {
            Some(parameter) if subjects.parameters.contains(&parameter) => {
                return Err(Diagnostic::error(Code::BadTable, format!("two columns are called `{name}`")));
            }
            Some(parameter) => {
                subjects.parameters.push(parameter);
                columns.push(column);
            }
            None if name.eq_ignore_ascii_case("id") => id_column = Some(column),
            None => subjects.ignored.push(name.to_string()),
        }
    }
    if columns.is_empty() {
        return Err(Diagnostic::error(
            Code::BadTable,
            "no column of the table is named after a parameter of the model",
        )
        .at(&line(None), "the columns")
        .hint("the first line names the columns, as `id,weight,CL`"));
    }
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        if let Some(column) = id_column {
            let cell = record.get(column).unwrap_or_default();
            subjects.ids.push(cell.parse().map_err(|_| {
                Diagnostic::error(Code::BadTable, format!("`{cell}` is no id"))
                    .at(&line(record.position()), "in this row")
                    .hint("an id is a number")
            })?);
        }
        let mut row = Vec::with_capacity(columns.len());
        for (column, index) in columns.iter().zip(&subjects.parameters) {
            let parameter = &model.parameters[*index];
            let cell = record.get(*column).unwrap_or_default();
            let value = cell.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(|| {
                Diagnostic::error(Code::BadTable, format!("`{cell}` is no value of `{}`", parameter.name))
                    .at(&line(record.position()), "in this row")
                    .hint(format!("a number in {}", parameter.unit.text()))
            })?;
            let value = parameter.unit.to_internal(value);
            if parameter.range.is_some_and(|(low, high)| !(low..=high).contains(&value)) {
                return Err(out_of_range(parameter, value, &line(record.position())));
            }
            row.push(value);
        }
        subjects.rows.push(row);
    }
    if subjects.rows.is_empty() {
        return Err(Diagnostic::error(Code::BadTable, "the table of subjects has no rows"));
    }
    Ok(subjects)
}

//! Tables of subjects as CSV: one row an individual, columns named after parameters, in their declared units.
//!
//! What it cannot carry: doses and times; those are an event table's.

use super::cells::{Line, lines};
use crate::diagnostics::{Code, Diagnostic, Place, SourceText, did_you_mean};
use crate::model::{Model, out_of_range};
use std::ops::Range;
use std::sync::Arc;

/// Individuals with the parameters that a table gives them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Subjects {
    /// The parameters, by index.
    pub parameters: Vec<usize>,
    /// Their values, internal units: a row an individual; NaN where the table says nothing.
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

    /// The value that a row gives a parameter, if it does.
    pub fn value(&self, row: &[f64], parameter: usize) -> Option<f64> {
        let column = self.parameters.iter().position(|one| *one == parameter)?;
        row.get(column).copied().filter(|value| !value.is_nan())
    }
}

/// Reads a table of subjects. A cell that is empty, `.` or `NA` says nothing of its individual.
///
/// # Errors
/// A table without rows or without a column of the model, a row with too few or too many cells, a cell that is no
/// number, a value outside of its parameter's range: the first fault, with its place.
pub fn read(source: &Arc<SourceText>, model: &Model) -> Result<Subjects, Diagnostic> {
    let bad = |message: String, span: &Range<usize>| {
        Diagnostic::error(Code::BadTable, message).at(&Place::new(source, span.clone()), "")
    };
    let mut open_quote = None;
    let lines = lines(&source.text, &mut |quote| open_quote = open_quote.take().or(Some(quote)));
    if let Some(quote) = open_quote {
        return Err(bad("a quotation mark is not closed".into(), &quote));
    }
    let Some((header, records)) = lines.split_first() else {
        return Err(Diagnostic::error(Code::BadTable, "the table of subjects is empty"));
    };
    let mut subjects = Subjects::default();
    let (columns, id_column) = columns(header, model, &mut subjects, &bad)?;
    for record in records {
        if record.cells.len() != header.cells.len() {
            let (found, wanted) = (record.cells.len(), header.cells.len());
            return Err(bad(
                format!("this row has {found} cell{}, but the header has {wanted}", if found == 1 { "" } else { "s" }),
                &record.span,
            )
            .hint("write `.` for a missing value"));
        }
        if let Some(cell) = id_column.map(|column| &record.cells[column]) {
            let id = cell.text.parse().ok().filter(|id: &f64| id.is_finite());
            subjects.ids.push(
                id.ok_or_else(|| bad(format!("`{}` is no id", cell.text), &cell.span).hint("an id is a number"))?,
            );
        }
        let mut row = Vec::with_capacity(columns.len());
        for (column, index) in columns.iter().zip(&subjects.parameters) {
            let (parameter, cell) = (&model.parameters[*index], &record.cells[*column]);
            if cell.is_missing() {
                row.push(f64::NAN);
                continue;
            }
            let value = cell.text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(|| {
                bad(format!("`{}` is no value of `{}`", cell.text, parameter.name), &cell.span)
                    .hint(format!("a number in {}, or `.` where it is not known", parameter.unit.text()))
            })?;
            let value = parameter.unit.to_internal(value);
            if parameter.range.is_some_and(|(low, high)| !(low..=high).contains(&value)) {
                return Err(out_of_range(parameter, value, &Place::new(source, cell.span.clone())));
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

/// The columns that name parameters, by place, and that of `id`.
fn columns(
    header: &Line<'_>,
    model: &Model,
    subjects: &mut Subjects,
    bad: &dyn Fn(String, &Range<usize>) -> Diagnostic,
) -> Result<(Vec<usize>, Option<usize>), Diagnostic> {
    let mut columns = Vec::new();
    let mut id_column = None;
    for (place, cell) in header.cells.iter().enumerate() {
        let (name, unit) = name_and_unit(&cell.text);
        let Some(parameter) = model.parameter(name) else {
            if name.eq_ignore_ascii_case("id") {
                id_column = Some(place);
            } else {
                subjects.ignored.push(cell.text.to_string());
            }
            continue;
        };
        let declared = model.parameters[parameter].unit.text();
        if let Some(unit) = unit.filter(|unit| *unit != declared) {
            let message = format!("the column `{name}` is in {unit}, and the parameter is declared in {declared}");
            return Err(bad(message, &cell.span).hint(format!("give the numbers in {declared}")));
        }
        if subjects.parameters.contains(&parameter) {
            return Err(bad(format!("two columns are called `{name}`"), &cell.span));
        }
        subjects.parameters.push(parameter);
        columns.push(place);
    }
    if columns.is_empty() {
        let parameters = model.parameters.iter().map(|one| one.name.as_str());
        let near = subjects.ignored.iter().find_map(|name| did_you_mean(name, parameters.clone()));
        return Err(bad("no column of the table is named after a parameter of the model".into(), &header.span).hint(
            near.map_or_else(
                || "the first line names the columns, as `id,weight,CL`".to_string(),
                |near| format!("did you mean `{near}`?"),
            ),
        ));
    }
    Ok((columns, id_column))
}

/// `weight [kg]` in two, as `run --units` heads its columns.
fn name_and_unit(text: &str) -> (&str, Option<&str>) {
    let split = text.strip_suffix(']').and_then(|text| text.split_once('['));
    split.map_or((text, None), |(name, unit)| (name.trim_end(), Some(unit.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::load;

    fn model() -> Model {
        let text = "kascade = 1\n[model]\nname = \"m\"\ntime = \"h\"\n[parameters]\n\
                    weight = { value = 70, unit = \"kg\", range = [2, 200], covariate = true }\n\
                    CL = { value = 5, unit = \"L/h\", assumed = \"a test\" }\n\
                    [states]\nA = { start = 1, unit = \"mg\" }\n[derivatives]\nA = \"-CL / (1 [L]) * A\"\n";
        let none = |_: &str, _: &SourceText| panic!("it extends nothing");
        load(&SourceText::new("m.toml", text), &none).unwrap_or_else(|report| panic!("{:?}", report.list)).model
    }

    fn table(text: &str) -> Result<Subjects, Diagnostic> {
        read(&SourceText::new("s.csv", text), &model())
    }

    #[test]
    fn separators_and_marks_are_those_of_event_tables() {
        let plain = table("id,weight,CL\n1,52,4\n2,96,7\n").unwrap();
        assert_eq!((plain.ids.len(), plain.rows[1][0]), (2, 96e6));
        for text in [
            "\u{feff}id;weight;CL\r\n1;52;4\r\n2;96;7\r\n",
            "id\tweight\tCL\n1\t52\t4\n2\t96\t7\n",
            "# who\nid,weight [kg],\"CL [L/h]\"\n1,52,4\n\n2,96,7\n",
        ] {
            assert_eq!(table(text).unwrap(), plain, "{text:?}");
        }
    }

    #[test]
    fn what_a_cell_does_not_say_is_not_known() {
        let subjects = table("weight,CL\n52,\nNA,7\n").unwrap();
        assert_eq!(subjects.value(subjects.row(0).unwrap(), 1), None);
        assert_eq!(subjects.value(subjects.row(1).unwrap(), 0), None);
        assert_eq!(subjects.value(subjects.row(1).unwrap(), 1), Some(7.0));
    }

    #[test]
    fn faults_are_told_at_their_cells() {
        for (text, part, says) in [
            ("weight,CL\n52\n", "52", "this row has 1 cell, but the header has 2"),
            ("weight\nheavy\n", "heavy", "is no value of `weight`"),
            ("id,weight\nx,70\n", "x", "is no id"),
            ("weight\n5000\n", "5000", "above its range"),
            ("id,weight [g]\n1,70000\n", "weight [g]", "is in g, and the parameter is declared in kg"),
            ("weight,weight\n70,70\n", "weight", "two columns"),
        ] {
            let fault = table(text).unwrap_err();
            let place = fault.place.clone().unwrap();
            assert_eq!(&place.source.text[place.span], part, "{text}");
            assert!(fault.message.contains(says), "{}", fault.message);
        }
        let near = table("Weight\n70\n").unwrap_err();
        assert_eq!(near.hints, ["did you mean `weight`?"]);
    }
}

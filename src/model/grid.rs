//! The grid of competing hypotheses, as declared: perturbations, what was observed, and how the effect is measured.
//!
//! Only the shape is read here; names are resolved against a model when it is compared. This file must never run
//! anything.

use super::evidence::{Sign, StatementRun, read_run};
use super::reader::{Log, Section, Text};
use super::value::{self, Kind, Table, Value};
use crate::diagnostics::{Code, Diagnostic, Place, Report, SourceText};
use std::sync::Arc;

/// The grid: one line a perturbation.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The lines in their order.
    pub lines: Vec<GridLine>,
}

/// One perturbation (or regimen) and what it was seen to do to the effect.
#[derive(Debug, Clone)]
pub struct GridLine {
    /// Its unique name, which predictions use.
    pub id: String,
    /// What was done, in words.
    pub title: String,
    /// How the effect is measured: a key of the kinds.
    pub kind: String,
    /// The runs, with the line's perturbation or regimen in place of `$`.
    pub runs: Vec<(String, StatementRun)>,
    /// What is measured: a ratio, 1 being no change.
    pub measure: Text,
    /// What was observed.
    pub observed: Sign,
    /// Whether studies disagree.
    pub conflict: bool,
    /// Rows of the evidence tables by id.
    pub rows: Vec<Text>,
    /// Where it is declared.
    pub place: Place,
}

/// How an effect is measured: a name, runs with `$` for the perturbation, and the measure.
type Measuring = (String, Vec<(String, StatementRun)>, Text);

/// Reads a grid.
///
/// # Errors
/// All faults that were found.
pub fn read_grid(source: &Arc<SourceText>) -> Result<Grid, Report> {
    let (table, report) = value::parse(source);
    let log = Log::new(report);
    let place = Place::new(source, 0..0);
    let root = Section::new(&table, &place, "", &log);
    let mut kinds: Vec<Measuring> = Vec::new();
    if let Some(section) = root.table("kinds") {
        for (name, place, value) in section.entries() {
            let Some(inner) = table_of(value, &format!("kinds.{name}"), &log) else { continue };
            let kind = Section::new(inner, place, format!("kinds.{name}"), &log);
            kind.words("about");
            let mut runs = Vec::new();
            if let Some(table) = kind.table("runs") {
                for (run_name, place, value) in table.entries() {
                    let path = format!("kinds.{name}.runs.{run_name}");
                    let Some(inner) = table_of(value, &path, &log) else { continue };
                    let run = Section::new(inner, place, path, &log);
                    runs.push((run_name.to_string(), read_run(&run)));
                    run.done();
                }
            }
            let measure = kind.required_text("measure");
            kind.done();
            if let Some(measure) = measure {
                kinds.push((name.to_string(), runs, measure));
            }
        }
    }
    let mut lines: Vec<GridLine> = Vec::new();
    for section in root.tables("grid") {
        // What hypotheses predict is read from the models that hold them.
        section.table("predicted");
        let id = section.required_text("id");
        let kind = section.required_text("kind");
        let subject = section.text("perturbation").or_else(|| section.text("regimen"));
        let observed = section.choice("observed", &Sign::CHOICES);
        let (title, conflict) = (section.words("title"), section.boolean("conflict").unwrap_or(false));
        let (rows, place) = (section.texts("rows"), section.place().clone());
        if subject.is_none() {
            section.missing("perturbation");
        }
        section.done();
        let (Some(id), Some(kind), Some(subject), Some(observed)) = (id, kind, subject, observed) else { continue };
        let Some((_, runs, measure)) = kinds.iter().find(|(name, ..)| *name == kind.text) else {
            log.push(
                Diagnostic::error(Code::BadEvidence, format!("`{}` is no kind of the grid", kind.text))
                    .at(&kind.place, "not among `[kinds]`"),
            );
            continue;
        };
        let runs = runs.iter().map(|(name, run)| (name.clone(), with_subject(run, &subject.text))).collect();
        lines.push(GridLine {
            id: id.text,
            title,
            kind: kind.text,
            runs,
            measure: measure.clone(),
            observed,
            conflict,
            rows,
            place,
        });
    }
    root.value("hypotheses");
    root.done();
    let report = log.into_report();
    if report.has_errors() { Err(report) } else { Ok(Grid { lines }) }
}

/// The table that stands under a name of the author's choosing.
fn table_of<'a>(value: &'a Value, path: &str, log: &Log) -> Option<&'a Table> {
    if let Kind::Table(table) = &value.kind {
        return Some(table);
    }
    log.push(
        Diagnostic::error(Code::WrongType, format!("`{path}` must be a table"))
            .at(&value.place, format!("this is {}", value.type_name())),
    );
    None
}

/// A run with the perturbation or regimen in place of `$`.
fn with_subject(run: &StatementRun, subject: &str) -> StatementRun {
    let mut run = run.clone();
    for name in run.run.perturbations.iter_mut().chain(run.run.regimen.as_mut()) {
        if name == "$" {
            *name = subject.to_string();
        }
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::library;

    #[test]
    fn nothing_in_a_grid_is_silently_ignored() {
        let faults = |text: &str| {
            let report = read_grid(&SourceText::new("grid.toml", text)).expect_err(text);
            report.list.iter().map(|one| one.code.number()).collect::<Vec<_>>()
        };
        assert_eq!(faults("kinds.a = 1"), ["K0105"]);
        assert_eq!(faults("[kinds.a]\nmeasure = \"x\"\nruns.main = 2"), ["K0105"]);
        assert_eq!(faults("[kind.a]\nmeasure = \"x\""), ["K0101"]);
    }

    #[test]
    fn the_lines_of_the_built_in_grid_name_what_they_change() {
        let grid = read_grid(&SourceText::new("grid.toml", library::GRID)).expect("a grid");
        assert_eq!(grid.lines.len(), 18);
        for line in &grid.lines {
            let names = |run: &StatementRun| {
                run.run.perturbations.iter().chain(run.run.regimen.as_ref()).cloned().collect::<Vec<_>>()
            };
            assert!(line.runs.iter().all(|(_, run)| !names(run).contains(&"$".to_string())), "{}", line.id);
        }
        let naltrexone = grid.lines.iter().find(|line| line.id == "naltrexone").expect("naltrexone");
        assert_eq!(naltrexone.observed, Sign::Minus);
        assert!(naltrexone.runs.iter().any(|(_, run)| run.run.perturbations == ["naltrexone"]));
    }
}

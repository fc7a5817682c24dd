//! The statements of evidence, against the tables they cite and the models they speak of: every row exists, every
//! numbered statement of the texts is stated, every run names what its model has, and every measure can be read.

use kascade::analysis::statement_runs::scenario;
use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::model::{Model, Origin, Statement, library, load};
use kascade::simulation::Measures;
use std::collections::BTreeSet;
use std::sync::Arc;

fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn model(name: &str) -> Model {
    load(&library::find(name).unwrap(), &find).unwrap().model
}

/// `ketamine` with the statements, whether or not its own file names them.
fn stated() -> Model {
    let text = "kascade = 1\n[model]\nname = \"stated\"\nextends = \"ketamine\"\n\
                evidence = [\"evidence/statements_pk\", \"evidence/statements_cascade\", \
                \"evidence/statements_held_back\"]\n";
    load(&SourceText::new("stated.toml", text), &find).unwrap().model
}

/// The ids of the rows of both tables.
fn rows() -> BTreeSet<String> {
    ["models/evidence/pk_acute.csv", "models/evidence/cascade_clinical.csv"]
        .iter()
        .flat_map(|path| {
            let mut reader = csv::Reader::from_path(path).unwrap();
            reader.records().map(|record| record.unwrap()[0].to_string()).collect::<Vec<_>>()
        })
        .collect()
}

/// The model that an entry runs.
fn named(statement: &Statement) -> &str {
    statement.model.as_deref().unwrap_or("ketamine")
}

#[test]
fn every_row_that_is_cited_exists() {
    let rows = rows();
    assert_eq!(rows.len(), 662, "a row of the tables is missing or has the id of another");
    for statement in stated().evidence {
        assert!(!statement.rows.is_empty(), "{} cites no row", statement.id);
        for row in &statement.rows {
            assert!(rows.contains(&row.text), "{} cites {}, which is in no table", statement.id, row.text);
        }
    }
}

#[test]
fn every_numbered_statement_is_stated() {
    let model = stated();
    let stated: BTreeSet<&str> =
        model.evidence.iter().filter(|one| !one.held_back).map(|one| one.statement.as_str()).collect();
    let plasma = (1..=19).filter(|number| *number != 7).map(|number| format!("pk{number}"));
    let wanted: BTreeSet<String> = plasma.chain((1..=29).map(|number| format!("cc{number}"))).collect();
    assert_eq!(stated, wanted.iter().map(String::as_str).collect());
    let human = model.evidence.iter().filter(|one| one.species.as_deref() == Some("human")).count();
    assert!(human >= 60, "{human} entries for people");
}

#[test]
fn what_was_held_back_is_cited_nowhere_else() {
    let model = stated();
    let cited = |held_back: bool| -> BTreeSet<&str> {
        let entries = model.evidence.iter().filter(|one| one.held_back == held_back);
        entries.flat_map(|one| one.rows.iter().map(|row| row.text.as_str())).collect()
    };
    let held_back = cited(true);
    assert!(held_back.len() >= 40, "{} rows are held back", held_back.len());
    let both: Vec<&&str> = held_back.iter().filter(|row| cited(false).contains(**row)).collect();
    assert!(both.is_empty(), "fitted and held back: {both:?}");
    // Nor does a parameter rest on one.
    for parameter in &model.parameters {
        if let Origin::Assumed(reason) = &parameter.origin {
            for word in reason.split(|letter: char| !letter.is_alphanumeric() && letter != '-') {
                assert!(!held_back.contains(word), "{} rests on {word}, which is held back", parameter.name);
            }
        }
    }
}

#[test]
fn every_entry_says_what_to_expect() {
    for one in stated().evidence {
        assert!(one.measure.is_some(), "{} measures nothing", one.id);
        assert!(!one.runs.is_empty(), "{} runs nothing", one.id);
        assert!(!one.title.is_empty() && !one.topic.is_empty(), "{} has no title or topic", one.id);
        assert!(one.species.is_some(), "{} holds for no species", one.id);
        assert!(!one.from_text || one.expected.is_some(), "{} takes its number from the text and gives none", one.id);
        assert!(one.combine.is_none() || one.rows.len() > 1, "{} combines one row", one.id);
    }
}

#[test]
fn every_run_and_measure_can_be_read() {
    let mut faults = Vec::new();
    let models = ["ketamine", "rat", "mouse", "ssri"].map(|name| (name, model(name)));
    for one in stated().evidence {
        let (_, model) = models.iter().find(|(name, _)| *name == named(&one)).unwrap();
        assert_eq!(one.species.as_deref(), Some(model.species.as_str()), "{}: species", one.id);
        for (name, run) in &one.runs {
            // Regimen, doses, perturbations with and without a name, values that are set, and the end.
            if let Err(report) = scenario(model, run) {
                faults.extend(report.list.iter().map(|fault| format!("{} {name}: {}", one.id, fault.message)));
            }
        }
        let runs: Vec<&str> = one.runs.iter().map(|(name, _)| name.as_str()).collect();
        let measure = one.measure.as_ref().map(|text| text.text.clone()).unwrap_or_default();
        if let Err(report) = Measures::default().add(&SourceText::new("measure", measure.as_str()), model, &runs) {
            faults.extend(report.list.iter().map(|fault| format!("{}: {} in {measure}", one.id, fault.message)));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn the_grid_names_what_the_model_has() {
    let text = std::fs::read_to_string("models/evidence/grid.toml").unwrap();
    let grid: toml::Table = text.parse().unwrap();
    let (model, rows) = (model("ketamine"), rows());
    let lines = grid["grid"].as_array().unwrap();
    assert_eq!(lines.len(), 18);
    for line in lines {
        let word = |key: &str| line.get(key).and_then(toml::Value::as_str).unwrap_or_default();
        let id = word("id");
        assert!(grid["kinds"].get(word("kind")).is_some(), "{id}: kind");
        let perturbation = model.perturbations.iter().any(|one| one.name == word("perturbation"));
        assert!(perturbation || model.regimen(word("regimen")).is_some(), "{id}: neither perturbation nor regimen");
        assert!(["+", "-", "0"].contains(&word("observed")), "{id}: observed");
        for row in line["rows"].as_array().unwrap() {
            assert!(rows.contains(row.as_str().unwrap()), "{id}: row {row}");
        }
        let predicted = line["predicted"].as_table().unwrap();
        for hypothesis in ["a", "b", "c", "d", "e", "f", "g"] {
            let sign = predicted[hypothesis].as_str().unwrap();
            assert!(["+", "-", "0", "?"].contains(&sign), "{id}: {hypothesis} predicts {sign}");
        }
    }
}

//! Scores of small models whose every number is known.

use super::evidence::{Verdict, score};
use super::statement_check::faults;
use crate::diagnostics::{Report, SourceText};
use crate::formats::evidence_table::{self, EvidenceRow};
use crate::model::{Model, load, read_grid};
use crate::simulation::SolverOptions;
use std::collections::{BTreeMap, HashMap};

/// `A` falls from 10 mg in 20 L by half an hour's rate; `C` begins at 500 ng/mL.
const MODEL: &str = r#"
kascade = 1
[model]
name = "m"
time = "h"
until = "4 h"
species = "human"
condition = "treatment-resistant"
[parameters]
CL = { value = 5, unit = "L/h", assumed = "a test" }
V = { value = 20, unit = "L", assumed = "a test" }
[states]
A = { start = 10, unit = "mg" }
[quantities]
C = { is = "A / V", unit = "ng/mL" }
k = { is = "CL / V", unit = "1/h" }
[derivatives]
A = "-CL * C"
"#;

const ROWS: &str = "id,quantity,value,unit,low,high,source,status\n\
                    H,half-life,500,h,,,s,read\nC,level,500,ng/mL,,,s,read\nP,share,100,percent,,,s,read\n\
                    D,time,0.1,days,,,s,read\nR,ratio,1,OR,,,s,read\nX,level,500,score,,,s,read\n";

fn rows() -> HashMap<String, EvidenceRow> {
    evidence_table::read([ROWS]).unwrap()
}

fn model(statement: &str) -> Result<Model, Report> {
    let text = format!("{MODEL}\n[[evidence]]\nid = \"one\"\n{statement}\n");
    let none = |_: &str, _: &SourceText| panic!("it extends nothing");
    load(&SourceText::new("m.toml", text), &none).map(|loaded| loaded.model)
}

fn verdict(statement: &str) -> Verdict {
    let model = model(statement).unwrap_or_else(|report| panic!("{statement}: {:?}", report.list));
    let models = BTreeMap::from([(String::new(), Ok(&model))]);
    let score = score(&model, &models, &rows(), &[], &SolverOptions::default());
    score.entries[0].verdict.clone()
}

#[track_caller]
fn unscored(statement: &str, says: &str) {
    match verdict(statement) {
        Verdict::Unscored(reason) => assert!(reason.contains(says), "{reason}"),
        other => panic!("{statement}: {other:?}"),
    }
}

#[test]
fn a_statement_that_runs_nothing_is_a_miss_with_its_reason() {
    unscored("measure = \"peak(C)\"\nrows = [\"C\"]", "what is run");
    assert_eq!(verdict("run = {}\nmeasure = \"peak(C)\"\nrows = [\"C\"]"), Verdict::Met);
}

#[test]
fn conditions_are_compared_whole() {
    let applies = |condition: &str| {
        let statement = format!("run = {{}}\ncondition = \"{condition}\"\nmeasure = \"peak(C)\"\nrows = [\"C\"]");
        !matches!(verdict(&statement), Verdict::NotApplicable(_))
    };
    assert!(applies("treatment-resistant"));
    assert!(!applies("treatment-naive"));
    // The sixth byte stands inside of a letter.
    assert!(!applies("dépriméé"));
}

#[test]
fn a_number_in_another_kind_of_unit_is_never_met() {
    let value = |measure: &str, row: &str| format!("run = {{}}\nmeasure = \"{measure}\"\nrows = [\"{row}\"]");
    assert_eq!(verdict(&value("peak(C)", "C")), Verdict::Met);
    unscored(&value("peak(C)", "H"), "the row in h");
    unscored(&value("peak(C)", "P"), "the row in percent");
    unscored(&value("peak(C)", "D"), "the row in d");
    unscored(&value("peak(C)", "R"), "`OR`, which is no unit");
    unscored(&value("peak(C)", "X"), "`score`, which is no unit");
    // A share in percent, a time in days and a pure number are what they say.
    assert_eq!(verdict(&value("peak(C) / at(C, 0 h)", "P")), Verdict::Met);
    assert_eq!(verdict(&value("peak(C) / at(C, 0 h)", "R")), Verdict::Met);
    assert_eq!(verdict(&value("first_time(C < 274.41 [ng/mL])", "D")), Verdict::Met);
    unscored(&(value("peak(C)", "C") + "\nunit = \"h\""), "the expected number in h");
    unscored("run = {}\nmeasure = \"peak(C)\"\ncompare = \"order\"\nunit = \"h\"", "the expected number in h");
    unscored("run = {}\nmeasure = \"peak(C)\"\ncompare = \"sign\"\nexpected = 1", "needs a ratio");
}

#[test]
fn a_unit_that_is_none_is_refused_when_the_file_is_read() {
    let report = model("run = {}\nmeasure = \"peak(C)\"\nunit = \"ng/mLL\"\nrows = [\"C\"]").unwrap_err();
    assert!(report.list.iter().any(|one| one.code.number() == "K0201"), "{:?}", report.list);
}

#[test]
fn a_bare_name_is_a_number_only_if_it_never_changes() {
    assert_eq!(verdict("run = {}\nmeasure = \"k\"\nunit = \"1/h\"\nexpected = 0.25"), Verdict::Met);
    unscored("run = {}\nmeasure = \"C\"\nrows = [\"C\"]", "is a curve, not a number");
}

#[test]
fn a_statement_without_rows_recalls_none() {
    let model = model("run = {}\nmeasure = \"k\"\nunit = \"1/h\"\nexpected = 0.25").unwrap();
    let models = BTreeMap::from([(String::new(), Ok(&model))]);
    let score = score(&model, &models, &rows(), &[], &SolverOptions::default());
    assert!(score.entries[0].read && score.entries[0].weight == 1.0);
}

/// Code, underlined text and hint of all that a check finds.
fn found(statement: &str) -> Vec<(&'static str, String, String)> {
    let model = model(statement).unwrap_or_else(|report| panic!("{statement}: {:?}", report.list));
    let models = BTreeMap::from([(String::new(), Ok(&model)), ("gone".to_string(), Err("no `gone`".to_string()))]);
    let grid = "[kinds.a]\nmeasure = \"1\"\n[[grid]]\nid = \"nbqx\"\nkind = \"a\"\nobserved = \"-\"\nregimen = \"x\"";
    let grid = read_grid(&SourceText::new("grid.toml", grid)).unwrap();
    let report = faults(&model, &models, &rows(), &grid);
    let told = report.list.iter().map(|one| {
        let place = one.place.as_ref().unwrap();
        let text = place.source.text[place.span.clone()].to_string();
        (one.code.number(), text, one.hints.join("; "))
    });
    told.collect()
}

#[test]
fn a_check_tells_where_evidence_names_what_is_not_there() {
    let row = |code, text: &str, hint: &str| vec![(code, text.to_string(), hint.to_string())];
    let good = "run = {}\nmeasure = \"peak(C)\"\nrows = [\"C\"]";
    assert_eq!(found(good), []);
    assert_eq!(found(&good.replace("[\"C\"]", "[\"CC-1\"]")), row("K0702", "CC-1", ""));
    assert_eq!(found(&good.replace("peak(C)", "peek(C)")), row("K0703", "peek", "did you mean `peak`?"));
    assert_eq!(found(&good.replace("peak(C)", "2 * peak(D)")).len(), 1);
    assert_eq!(found(&good.replace("run = {}", "run = { regimen = \"course\" }"))[0].0, "K0405");
    assert_eq!(found(&good.replace("run = {}", "run = { perturbations = [\"x\"] }"))[0].0, "K0406");
    assert_eq!(found(&good.replace("run = {}", "run = { dose = \"iv 1 mg\" }"))[0].0, "K0401");
    assert_eq!(found(&good.replace("run = {}", "run = { set = { CLL = 3 } }"))[0].2, "did you mean `CL`?");
    assert_eq!(found(&good.replace("run = {}", "model = \"gone\"\nrun = {}"))[0].0, "K0701");
    assert_eq!(found(&good.replace("run = {}\n", ""))[0].0, "K0701");
    // What speaks of another condition is not asked.
    assert_eq!(found(&good.replace("peak(C)", "peak(D)\"\ncondition = \"healthy")), []);
    let predicted = format!("{good}\n[[predictions]]\nperturbation = \"nbqxx\"\nsign = \"-\"");
    assert_eq!(found(&predicted), row("K0701", "nbqxx", "did you mean `nbqx`?"));
    let drawn = format!("{good}\n[figures.f]\npanels = [ {{ series = [\"C\"], evidence = [\"onne\"] }} ]");
    assert_eq!(found(&drawn), row("K0601", "onne", "did you mean `one`?"));
}

//! A run reads no evidence, and is the same with and without it; `check` reads all of it.

use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::model::{LoadOptions, Loaded, library, load, load_with};
use std::sync::Arc;

fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn loaded(text: &Arc<SourceText>, evidence: bool) -> Loaded {
    load_with(text, &find, LoadOptions { evidence }).expect("a model")
}

#[test]
fn a_model_is_the_same_but_for_its_evidence() {
    let source = library::find("ketamine").expect("built in");
    let (with, without) = (loaded(&source, true).model, loaded(&source, false).model);
    assert!(with.evidence.len() > 100 && without.evidence.is_empty());
    assert_eq!((&with.hash, with.parameter_values()), (&without.hash, without.parameter_values()));
    let equations = |model: &kascade::model::Model| -> Vec<String> {
        model.states.iter().map(|state| state.equation.clone()).collect()
    };
    assert_eq!(equations(&with), equations(&without));
}

#[test]
fn a_faulty_statement_stops_the_check_and_not_the_run() {
    let text = r#"
kascade = 1
[model]
name = "small"
time = "h"
[parameters]
k = { value = 1, unit = "1/h", assumed = "test" }
[states]
A = { start = 1, unit = "mg" }
[derivatives]
A = "-k * A"
[[evidence]]
id = "first"
nonsense = 1
"#;
    let source = SourceText::new("small.toml", text);
    assert!(load(&source, &find).is_err());
    assert_eq!(loaded(&source, false).model.states.len(), 1);
}

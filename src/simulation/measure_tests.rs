//! Outcomes of a model with a closed form: one compartment with first-order absorption.

use super::{Compiled, Keep, Measures, Scenario, SolverOptions, simulate, take};
use crate::diagnostics::{Report, SourceText};
use crate::model::{Model, load};
use crate::numerics::elementary::{exp, ln};

const KE: f64 = 0.2;
const DOSE: f64 = 100.0;

const ABSORPTION: &str = r#"
kascade = 1
[model]
name = "absorption"
time = "h"
until = "48 h"
[parameters]
ka = { value = 1, unit = "1/h", assumed = "a test" }
ke = { value = 0.2, unit = "1/h", assumed = "a test" }
V = { value = 1, unit = "L", assumed = "a test" }
[states]
depot = { start = 0, unit = "mg" }
A = { start = 0, unit = "mg" }
[quantities]
C = { is = "A / V", unit = "mg/L" }
twice = { is = "2 * ke", unit = "1/h" }
[reactions]
absorbed = { equation = "depot -> A", rate = "ka * depot" }
cleared = { equation = "A ->", rate = "ke * A" }
[routes]
oral = { into = "depot" }
"#;

fn model() -> Model {
    let none = |_: &str, _: &SourceText| panic!("it extends nothing");
    load(&SourceText::new("m.toml", ABSORPTION), &none).unwrap_or_else(|report| panic!("{:?}", report.list)).model
}

fn read(model: &Model, text: &str) -> Result<Measures, Report> {
    let mut measures = Measures::default();
    measures.add(&SourceText::new("--measure", text), model, &[])?;
    Ok(measures)
}

/// The value of a measure, internal units.
fn value(model: &Model, ka: f64, rtol: f64, text: &str) -> f64 {
    let measures = read(model, text).unwrap_or_else(|report| panic!("{text}: {:?}", report.list));
    let compiled = Compiled::new(model, &measures.subjects);
    let mut scenario = Scenario::undosed(model);
    scenario.add_doses(model, &SourceText::new("dose", "oral 100 mg")).unwrap();
    scenario.set(model, "ka", &ka.to_string()).unwrap();
    let options = SolverOptions { relative_tolerance: rtol, ..SolverOptions::default() };
    let trajectory = simulate(&compiled, &scenario, &options, Keep::Everything).unwrap();
    take(&measures, &[&trajectory])[0]
}

#[test]
fn the_peak_is_found_wherever_the_steps_end() {
    let model = model();
    for round in 0..40 {
        let ka = 0.31 + 0.057 * f64::from(round);
        let exact = ln(ka / KE) / (ka - KE);
        let height = DOSE * ka / (ka - KE) * (exp(-KE * exact) - exp(-ka * exact));
        let (time, peak) = (value(&model, ka, 1e-9, "tpeak(A)"), value(&model, ka, 1e-9, "peak(A)"));
        assert!((time - exact).abs() < 1e-4 * exact, "ka {ka}: peak at {time}, not at {exact}");
        assert!((peak - height).abs() < 1e-7 * height, "ka {ka}: {peak}, not {height}");
        let trough = value(&model, ka, 1e-9, "trough(-A)");
        assert!((trough + height).abs() < 1e-7 * height, "ka {ka}: {trough}");
    }
}

#[test]
fn what_lies_beyond_the_end_is_not_defined() {
    let model = model();
    for text in ["at(A, 49 h)", "peak(A, 49 h)", "auc(A, 48 h)", "mean(A, 50 h, 51 h)", "time_above(A, 1 mg, 60 h)"] {
        assert!(value(&model, 1.0, 1e-6, text).is_nan(), "{text}");
        let measures = read(&model, text).unwrap();
        assert!(measures.list[0].0.latest().is_some_and(|latest| latest >= 48.0), "{text}");
    }
    assert!(value(&model, 1.0, 1e-6, "auc(A, 24 h)") > 0.0);
    assert_eq!(read(&model, "peak(A)").unwrap().list[0].0.latest(), None);
}

#[test]
fn outcomes_are_combined_under_the_rules_of_equations() {
    let model = model();
    for (text, code) in [
        ("max(peak(C), tpeak(C))", "K0202"),
        ("max(peak(C), 5)", "K0202"),
        ("min(5, peak(C))", "K0202"),
        ("peak(C) and peak(C) > 2 [mg/L]", "K0206"),
        ("true or 3", "K0206"),
        ("(peak(C) > 2 [mg/L]) + 1", "K0206"),
        ("2^peak(C)", "K0204"),
        ("floor(peak(C))", "K0204"),
        ("exp(tpeak(C))", "K0204"),
        ("exp(1, 2, 3)", "K0109"),
        ("exp()", "K0109"),
        ("hill(1)", "K0109"),
        ("hill(peak(C), tpeak(C), 2)", "K0202"),
        ("hill(peak(C), 1 [mg/L], peak(C))", "K0204"),
        ("C", "K0703"),
        ("A", "K0703"),
    ] {
        let report = read(&model, text).map(|_| ()).unwrap_err();
        assert_eq!(report.list[0].code.number(), code, "{text}: {}", report.list[0].message);
    }
    for (text, expected) in [
        ("max(peak(C), 5 [mg/L]) / 1 [mg/L]", value(&model, 1.0, 1e-6, "peak(A)")),
        ("max(0, at(A, 0 h))", 0.0),
        ("floor(peak(C) / 100 [mg/L] + 2)", 2.0),
        ("hill(2 [mg/L], 2 [mg/L], 3)", 0.5),
        ("tpeak(C) > 1 [h] and peak(C) > 2 [mg/L]", 1.0),
        ("2 ^ (tpeak(C) / tpeak(A))", 2.0),
        ("twice", 0.4),
    ] {
        assert!((value(&model, 1.0, 1e-6, text) - expected).abs() < 1e-6 * expected.max(1.0), "{text}");
    }
}

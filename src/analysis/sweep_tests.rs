//! A linear model with a closed form: exponential decay after a bolus.

use super::*;
use crate::analysis::vary::{Spread, read_varied};
use crate::diagnostics::SourceText;
use crate::model::{Model, load};
use crate::numerics::elementary::exp;

const DECAY: &str = r#"
kascade = 1
[model]
name = "decay"
time = "h"
until = "10 h"
[parameters]
k = { value = 0.5, unit = "1/h", assumed = "test", range = [-1e9, 1e3] }
V = { value = 10, unit = "L", assumed = "test" }
weight = { value = 70, unit = "kg", assumed = "test", covariate = true }
[states]
A = { start = 0, unit = "mg" }
seen = { start = 0, unit = "1" }
[quantities]
C = { is = "A / V", unit = "mg/L" }
[derivatives]
A = "-k * A"
seen = "0 [1/h]"
[routes]
iv = { into = "A" }
visit = { into = "seen" }
[regimens.one]
doses = [ { route = "iv", amount = "100 mg", at = "0 h" }, { route = "visit", amount = 1, at = "0 h" } ]
[regimens.often]
doses = [ { route = "iv", amount = "100 mg", at = "0 h", every = "2 h", times = 3 } ]
"#;

fn decay() -> Model {
    let find = |_: &str, _: &SourceText| unreachable!("the model extends nothing");
    load(&SourceText::new("decay.toml", DECAY), &find).expect("a model").model
}

fn base(model: &Model, regimen: &str) -> Scenario {
    let mut scenario = Scenario::undosed(model);
    scenario.add_regimen(model, regimen).expect("a regimen");
    scenario
}

fn read(text: &str, model: &Model, scenario: &Scenario) -> Result<Varied, Diagnostic> {
    read_varied(&SourceText::new("--vary", text), model, scenario)
}

fn outcomes(model: &Model, base: &Scenario, design: &Design, texts: &[&str]) -> Vec<Result<Vec<f64>, SimulationError>> {
    let mut measures = Measures::default();
    for text in texts {
        measures.add(&SourceText::new("--measure", *text), model, &[]).expect("an outcome");
    }
    let compiled = Compiled::new(model, &measures.subjects);
    sweep(&compiled, base, design, &measures, &SolverOptions::default(), &|| ())
}

#[test]
fn ranges_are_even_by_ratios_or_listed() {
    let model = decay();
    let scenario = base(&model, "one");
    let values = |text: &str| read(text, &model, &scenario).expect(text).spread.values();
    assert_eq!(values("k=0..1:5"), [0.0, 0.25, 0.5, 0.75, 1.0]);
    assert_eq!(values("V=5, 10 ,20 L"), [5.0, 10.0, 20.0]);
    let ratio = values("k=0.01..100:5:log");
    for (value, truth) in ratio.iter().zip([0.01, 0.1, 1.0, 10.0, 100.0]) {
        assert!((value / truth - 1.0).abs() < 1e-14, "{value}");
    }
    assert_eq!((ratio[0], ratio[4]), (0.01, 100.0));
    // A unit stands once, behind the last number, and converts.
    let varied = read("k=1..2 1/d:2", &model, &scenario).expect("a range");
    let mut changed = scenario.clone();
    varied.apply(2.0, &mut changed, &model);
    assert_eq!(changed.settings, [(0, 2.0 / 24.0)]);
}

#[test]
fn doses_of_the_drug_are_varied_and_visits_are_not() {
    let model = decay();
    let scenario = base(&model, "one");
    let varied = read("dose.amount=1..2 mg/kg:2", &model, &scenario).expect("a range");
    let mut changed = scenario.clone();
    varied.apply(2.0, &mut changed, &model);
    assert!(changed.doses[0].amount.per_weight && changed.doses[0].amount.value == 2.0);
    assert_eq!(changed.doses[1], scenario.doses[1]);
}

#[test]
fn a_bare_amount_is_in_the_unit_that_the_doses_are_written_in() {
    let model = decay();
    let with = |texts: &[&str]| {
        let mut scenario = Scenario::undosed(&model);
        for text in texts {
            scenario.add_doses(&model, &SourceText::new("--dose", *text)).expect(text);
        }
        read("dose.amount=1..2:2", &model, &scenario)
    };
    assert_eq!(with(&["iv 5 mg"]).expect("one").unit, "mg");
    assert_eq!(with(&["iv 0.5 mg/kg"]).expect("one").unit, "mg/kg");
    let mixed = with(&["iv 0.5 mg/kg", "iv 5 mg at 1 h"]).expect_err("which?");
    assert!(mixed.hints[0].contains("`mg/kg` or `mg`"), "{mixed:?}");
}

#[test]
fn as_many_points_of_a_sequence_are_no_grid() {
    let model = decay();
    let scenario = base(&model, "one");
    let varied = read("k=0.1..1:8", &model, &scenario).expect("a range");
    assert!(Design::grid(vec![varied.clone()]).expect("a grid").axes().is_some());
    assert!(Design::sobol(vec![varied], 8).expect("points").axes().is_none());
}

#[test]
fn outcomes_have_the_bits_of_runs_made_one_by_one_with_every_quantity() {
    let model = decay();
    let scenario = base(&model, "often");
    let varied = vec![read("k=0.1..3:13:log", &model, &scenario).expect("a range")];
    let design = Design::grid(varied).expect("a grid");
    let mut measures = Measures::default();
    for text in ["auc(C)", "peak(C, 3 h, 9 h)", "half_life(A)"] {
        measures.add(&SourceText::new("--measure", text), &model, &[]).expect("an outcome");
    }
    let (lean, full) = (Compiled::of_outcomes(&model, &measures.subjects), Compiled::new(&model, &measures.subjects));
    let options = SolverOptions::default();
    let swept = sweep(&lean, &scenario, &design, &measures, &options, &|| ());
    for (point, values) in design.points.iter().zip(swept) {
        let alone = design.scenario(&full, &scenario, point);
        let trajectory = crate::simulation::simulate(&full, &alone, &options, Keep::Everything).expect("a run");
        let truth = take(&measures, &[&trajectory]);
        let shown: Vec<u64> =
            truth.iter().zip(&measures.list).map(|(value, (_, unit))| unit.from_internal(*value).to_bits()).collect();
        assert_eq!(values.expect("a result").into_iter().map(f64::to_bits).collect::<Vec<_>>(), shown, "{point:?}");
    }
}

#[test]
fn faults_are_told() {
    let model = decay();
    let scenario = base(&model, "one");
    for (text, part) in [
        ("k=1..2:0", "step of zero"),
        ("k=1..2:1", "step of zero"),
        ("k=2..1:5", "reversed"),
        ("k=5..1:5:log", "reversed"),
        ("k=0..1:5:log", "above zero"),
        ("k=1..1:5", "empty"),
        ("kk=1..2:5", "no parameter `kk`"),
        ("C=1..2:5", "no parameter `C`"),
        ("k=1..2000:5", "range"),
        ("k=a..2:5", "not a number"),
        ("k=1..2 mg:5", "mg"),
        ("k", "does not say"),
        ("k=", "no values"),
        ("dose.every=1..2:5", "no dose that repeats"),
        ("dose.over=0..1:5", "above zero"),
        ("dose.amount=-1..1:5", "negative"),
        ("dose.amount=1..2 h:5", "time"),
    ] {
        let error = read(text, &model, &scenario).expect_err(text);
        assert!(error.message.contains(part), "{text}: {}", error.message);
    }
    let near = read("wieght=1,2", &model, &scenario).expect_err("no such name");
    assert!(near.hints.iter().any(|hint| hint.contains("`weight`")), "{:?}", near.hints);
}

#[test]
fn outcomes_are_those_of_the_closed_form_in_the_order_of_the_grid() {
    let model = decay();
    let scenario = base(&model, "one");
    let varied = ["k=0.1..1:4", "dose.amount=50,100 mg"].map(|text| read(text, &model, &scenario).expect(text));
    let design = Design::grid(varied.to_vec()).expect("a grid");
    assert_eq!(design.points.len(), 8);
    assert_eq!(design.points[1], [0.1, 100.0]);
    let results = outcomes(&model, &scenario, &design, &["at(C, 2 h)", "peak(C)"]);
    for (point, values) in design.points.iter().zip(&results) {
        let values = values.as_ref().expect("a result");
        let truth = point[1] / 10.0 * exp(-point[0] * 2.0);
        assert!((values[0] / truth - 1.0).abs() < 1e-5, "{point:?}: {} against {truth}", values[0]);
        assert!((values[1] - point[1] / 10.0).abs() < 1e-12);
    }
}

#[test]
fn intervals_shift_doses() {
    let model = decay();
    let scenario = base(&model, "often");
    let design = Design::grid(vec![read("dose.every=1,3 h", &model, &scenario).expect("a list")]).expect("a grid");
    let results = outcomes(&model, &scenario, &design, &["at(A, 9 h)"]);
    for (every, values) in [1.0, 3.0].into_iter().zip(&results) {
        let truth: f64 = (0..3).map(|dose| 100.0 * exp(-0.5 * (9.0 - every * f64::from(dose)))).sum();
        let got = values.as_ref().expect("a result")[0];
        assert!((got / truth - 1.0).abs() < 1e-5, "{got} against {truth}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let model = decay();
    let scenario = base(&model, "one");
    let varied: Vec<Varied> =
        ["k=0.1..1", "V=5..50:log"].iter().map(|text| read(text, &model, &scenario).expect(text)).collect();
    let design = Design::sobol(varied, 37).expect("points");
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let results = pool.install(|| outcomes(&model, &scenario, &design, &["auc(C)", "tpeak(C)", "half_life(C)"]));
        results.into_iter().flat_map(|one| one.expect("a result")).map(f64::to_bits).collect::<Vec<u64>>()
    };
    assert_eq!(on(1), on(2));
}

#[test]
fn sobol_points_fill_the_ranges() {
    let model = decay();
    let scenario = base(&model, "one");
    let varied: Vec<Varied> = ["k=0..1", "V=1..100:log", "weight=50,70"]
        .iter()
        .map(|text| read(text, &model, &scenario).expect(text))
        .collect();
    assert!(Design::grid(varied.clone()).is_err(), "a range without a number of points is no grid");
    let design = Design::sobol(varied, 64).expect("points");
    // Of the first 2^k points, each half of each range holds half.
    let below = |place: usize, middle: f64| design.points.iter().filter(|point| point[place] < middle).count();
    assert_eq!((below(0, 0.5), below(1, 10.0), below(2, 60.0)), (32, 32, 32));
    assert!(Design::sobol(Vec::new(), 4).is_err());
}

#[test]
fn a_failing_point_leaves_the_others() {
    let model = decay();
    let scenario = base(&model, "one");
    // A negative rate of elimination runs away.
    let varied = read("k=-1e8, 0.5, 1", &model, &scenario).expect("a list");
    assert_eq!(varied.spread, Spread::List(vec![-1e8, 0.5, 1.0]));
    let design = Design::grid(vec![varied]).expect("a grid");
    let results = outcomes(&model, &scenario, &design, &["at(A, 1 h)"]);
    assert!(results[0].is_err());
    for (k, values) in [0.5, 1.0].into_iter().zip(&results[1..]) {
        let got = values.as_ref().expect("a result")[0];
        assert!((got / (100.0 * exp(-k)) - 1.0).abs() < 1e-5);
    }
}

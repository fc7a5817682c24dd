//! A linear model whose population has closed forms: decay at a uniformly or lognormally distributed rate.

use super::*;
use crate::diagnostics::SourceText;
use crate::formats::subjects;
use crate::model::load;
use crate::numerics::elementary::{exp, ln};
use crate::simulation::solve_timeline;

const DECAY: &str = r#"
kascade = 1
[model]
name = "decay"
time = "h"
until = "4 h"
[parameters]
k = { value = 0.5, unit = "1/h", assumed = "test", vary = { uniform = [0.2, 0.8] } }
V = { value = 10, unit = "L", assumed = "test", vary = { lognormal = 0.3 } }
weight = { value = 70, unit = "kg", assumed = "test", covariate = true, range = [30, 200] }
growth = { value = 0, unit = "1/h", assumed = "test" }
[states]
A = { start = 0, unit = "mg" }
[quantities]
C = { is = "A / V", unit = "mg/L" }
[derivatives]
A = "(growth - k) * A"
[routes]
iv = { into = "A" }
[regimens.one]
doses = [ { route = "iv", amount = "1 mg/kg", at = "0 h" } ]
"#;

fn decay() -> Model {
    let find = |_: &str, _: &SourceText| unreachable!("the model extends nothing");
    load(&SourceText::new("decay.toml", DECAY), &find).expect("a model").model
}

fn base(model: &Model) -> Scenario {
    let mut scenario = Scenario::undosed(model);
    scenario.add_regimen(model, "one").expect("a regimen");
    scenario.outputs = vec![0.0, 1.0, 4.0];
    scenario
}

fn statistics(model: &Model, base: &Scenario, count: usize, seed: u64, table: Option<&Subjects>) -> Statistics {
    let compiled = Compiled::new(model, &[]);
    let columns = model.columns();
    let options = SolverOptions::default();
    let measures = Measures::default();
    let population = Population {
        compiled: &compiled,
        base,
        count,
        seed,
        subjects: table,
        columns: &columns,
        measures: &measures,
        options: &options,
    };
    let mut statistics = Statistics::new(population.cells());
    population.run(&|| (), &mut |first, results| statistics.take_in(first, results));
    statistics
}

#[test]
fn means_and_quantiles_are_those_of_the_closed_form() {
    let model = decay();
    let count = 2000;
    let statistics = statistics(&model, &base(&model), count, 7, None);
    assert_eq!((statistics.kept, statistics.failed), (count, 0));
    // Rows of A and C at 0, 1 and 4 h.
    let cell = |row: usize, column: usize| statistics.cells[row * 2 + column].summary();
    let start = cell(0, 0);
    assert_eq!((start.mean, start.deviation, start.quantiles[2]), (70.0, 0.0, 70.0));
    // The mean of exp(-k t) over k from 0.2 to 0.8; the standard error is that of the sample.
    let a = cell(2, 0);
    let truth = 70.0 * (exp(-0.8) - exp(-3.2)) / (4.0 * 0.6);
    assert!((a.mean - truth).abs() < 4.0 * a.deviation / (count as f64).sqrt(), "{} against {truth}", a.mean);
    assert!((a.quantiles[2] / (70.0 * exp(-2.0)) - 1.0).abs() < 0.06, "{}", a.quantiles[2]);
    // A lognormal volume: ln C at 0 has standard deviation 0.3.
    let c = cell(0, 1);
    assert!((ln(c.quantiles[4] / c.quantiles[0]) / (2.0 * 1.6449 * 0.3) - 1.0).abs() < 0.06, "{c:?}");
    assert!((ln(c.quantiles[3] / c.quantiles[1]) / (2.0 * 0.6745 * 0.3) - 1.0).abs() < 0.06, "{c:?}");
    assert!((c.quantiles[2] / 7.0 - 1.0).abs() < 0.04, "{c:?}");
}

#[test]
fn the_bits_are_those_of_any_number_of_threads_and_of_each_alone() {
    let model = decay();
    let scenario = base(&model);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let statistics = pool.install(|| statistics(&model, &scenario, 200, 42, None));
        statistics.cells.iter().map(|cell| format!("{:?}", cell.summary())).collect::<Vec<String>>()
    };
    assert_eq!(on(1), on(2));
    let compiled = Compiled::new(&model, &[]);
    let options = SolverOptions::default();
    let columns = model.columns();
    let population = Population {
        compiled: &compiled,
        base: &scenario,
        count: 70,
        seed: 42,
        subjects: None,
        columns: &columns,
        measures: &Measures::default(),
        options: &options,
    };
    let mut all = Vec::new();
    population.run(&|| (), &mut |_, results| all.extend(results));
    for (index, rows) in all.iter().enumerate() {
        let run = |timeline| solve_timeline(&compiled, timeline, &options, Keep::Rows);
        let alone = population.timeline(index).and_then(run).expect("a run");
        assert_eq!(rows.as_ref().expect("a run"), &population.rows(&alone), "individual {index}");
    }
}

#[test]
fn a_seed_gives_the_same_people_and_another_gives_others() {
    let model = decay();
    let scenario = base(&model);
    let mean = |seed| statistics(&model, &scenario, 50, seed, None).cells[4].summary().mean.to_bits();
    assert_eq!(mean(1), mean(1));
    assert_ne!(mean(1), mean(2));
}

#[test]
fn a_table_of_subjects_sets_parameters() {
    let model = decay();
    let source = SourceText::new("subjects.csv", "id,weight,k,color\n1,50,0.5,3\n2,100,0.25,4\n");
    let table = subjects::read(&source, &model).expect("a table");
    assert_eq!((table.ignored.clone(), table.rows.len()), (vec!["color".to_string()], 2));
    let all = statistics(&model, &base(&model), 2, 1, Some(&table));
    let truth = 0.5 * (50.0 * exp(-2.0) + 100.0 * exp(-1.0));
    assert!((all.cells[4].summary().mean / truth - 1.0).abs() < 1e-5);
    for (text, part) in [
        ("id,color\n1,2\n", "no column"),
        ("weight\n", "no rows"),
        ("weight\nheavy\n", "`heavy`"),
        ("weight\n1\n", "range"),
        ("weight,k\n50\n", "1 cell, but the header has 2"),
    ] {
        let error = subjects::read(&SourceText::new("subjects.csv", text), &model).expect_err(text);
        assert!(error.message.contains(part), "{text}: {}", error.message);
    }
}

#[test]
fn outcomes_are_those_of_each_individual() {
    let model = decay();
    let scenario = base(&model);
    let source = SourceText::new("subjects.csv", "id,k\n7,0.2\n9,0.4\n11,0.8\n");
    let table = subjects::read(&source, &model).expect("a table");
    let mut measures = Measures::default();
    for text in ["half_life(A)", "first_time(A < 20 [mg])"] {
        measures.add(&SourceText::new("--measure", text), &model, &[]).expect("an outcome");
    }
    let compiled = Compiled::new(&model, &measures.subjects);
    let population = Population {
        compiled: &compiled,
        base: &scenario,
        count: 3,
        seed: 1,
        subjects: Some(&table),
        columns: &[],
        measures: &measures,
        options: &SolverOptions::default(),
    };
    let mut statistics = Statistics::new(population.cells());
    population.run(&|| (), &mut |first, results| statistics.take_in(first, results));
    let half_life = statistics.cells[0].summary();
    assert!((half_life.mean / (ln(2.0) * (5.0 + 2.5 + 1.25) / 3.0) - 1.0).abs() < 1e-5, "{half_life:?}");
    assert!((half_life.quantiles[2] / (ln(2.0) * 2.5) - 1.0).abs() < 1e-5, "{half_life:?}");
    // At 0.2 per hour it takes 6.3 h, longer than the run; the others have the time at which 70 mg have become 20.
    let crossing = statistics.cells[1].summary();
    assert_eq!((crossing.count, statistics.cells[1].missing()), (2, 1));
    assert!((crossing.mean / (ln(3.5) * 0.5 * (2.5 + 1.25)) - 1.0).abs() < 1e-5, "{crossing:?}");
    assert_eq!([population.id(0), population.id(2)], [7.0, 11.0]);
}

#[test]
fn traits_are_told_in_standard_deviations() {
    let model = decay();
    let compiled = Compiled::new(&model, &[]);
    let scenario = base(&model);
    let population = Population {
        compiled: &compiled,
        base: &scenario,
        count: 1,
        seed: 3,
        subjects: None,
        columns: &[],
        measures: &Measures::default(),
        options: &SolverOptions::default(),
    };
    let traits = population.traits(0);
    let volume = model.parameter("V").expect("a volume");
    let one = traits.iter().find(|one| one.parameter == volume).expect("a draw");
    let deviations = one.deviations.expect("a distance");
    assert!((10.0 * exp(0.3 * deviations) / one.value - 1.0).abs() < 1e-12);
    assert_eq!(traits.iter().filter(|one| one.deviations.is_none()).count(), 1, "the uniform one has no distance");
}

#[test]
fn one_who_fails_leaves_the_others() {
    let model = decay();
    let text = "growth,k\n0,0.5\n1e9,0.5\n0,0.5\n";
    let table = subjects::read(&SourceText::new("subjects.csv", text), &model).expect("a table");
    let all = statistics(&model, &base(&model), 3, 1, Some(&table));
    assert_eq!((all.kept, all.failed), (2, 1));
    assert_eq!(all.failures.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1]);
    assert!((all.cells[4].summary().mean / (70.0 * exp(-2.0)) - 1.0).abs() < 1e-5);
}

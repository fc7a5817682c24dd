//! What a run costs, part by part: reading the model, compiling it, one run of the benchmark model, and an event table
//! of many individuals.

use criterion::{Criterion, criterion_group, criterion_main};
use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::dosing::{Covariates, TableSetup};
use kascade::formats::nonmem::read_event_table;
use kascade::model::{Model, library, load};
use kascade::simulation::{Compiled, Keep, Scenario, SolverOptions, simulate, simulate_individuals, timelines};
use std::fmt::Write;
use std::hint::black_box;
use std::sync::Arc;

fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn model(name: &str) -> Model {
    let source = library::find(name).expect("built in");
    load(&source, &find).expect("built-in models load").model
}

fn parts(criterion: &mut Criterion) {
    criterion.bench_function("read ket", |bench| bench.iter(|| black_box(model("ket"))));
    let ket = model("ket");
    criterion.bench_function("compile ket", |bench| bench.iter(|| black_box(Compiled::new(&ket, &[]))));
    let compiled = Compiled::new(&ket, &[]);
    let mut scenario = Scenario::undosed(&ket);
    scenario.add_regimen(&ket, "inf").expect("a regimen of ket");
    scenario.rows_every(&ket, None).expect("rows");
    for tolerance in [1e-4, 1e-6] {
        let options = SolverOptions { relative_tolerance: tolerance, ..SolverOptions::default() };
        criterion.bench_function(&format!("run ket, 2689 rows, rtol {tolerance:e}"), |bench| {
            bench.iter(|| simulate(&compiled, &scenario, &options, Keep::Rows).expect("ket can be solved"));
        });
    }
}

/// 1,000 individuals with 50 records each: a bolus a day and observations between.
fn individuals(criterion: &mut Criterion) {
    let model = model("pk");
    let compiled = Compiled::new(&model, &[]);
    let mut text = "ID,TIME,AMT,EVID,ROUTE\n".to_string();
    for id in 1..=1000 {
        for record in 0..50 {
            let (amount, kind) = if record % 5 == 0 { ("35", 1) } else { (".", 0) };
            writeln!(text, "{id},{},{amount},{kind},iv", record * 5).expect("a string takes text");
        }
    }
    let parameters: Vec<_> = model.parameters.iter().map(|one| (one.name.clone(), one.unit.clone())).collect();
    let setup = TableSetup { routes: &compiled.routes, time: &model.time_unit, parameters: &parameters };
    let source = SourceText::new("table.csv", text);
    criterion.bench_function("event table, 1000 individuals of 50 records, all threads", |bench| {
        bench.iter(|| {
            let table = read_event_table(&source, &setup).expect("a sound table");
            let scenario = Scenario::undosed(&model);
            let list =
                timelines(&compiled, &table, &scenario, Covariates::Nocb, None).expect("doses that can be given");
            let results = simulate_individuals(&compiled, list, &SolverOptions::default(), Keep::Rows);
            assert!(results.iter().all(Result::is_ok));
        });
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = parts, individuals
}
criterion_main!(benches);

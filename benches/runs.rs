//! What a run costs, part by part: the programs of a model, reading and compiling it, one run of the benchmark model, a
//! hundred individuals side by side, an event table of many individuals, and whole processes from their start to a file.

use criterion::{Criterion, criterion_group, criterion_main};
use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::dosing::{Covariates, TableSetup};
use kascade::formats::nonmem::read_event_table;
use kascade::model::{Model, library, load};
use kascade::program::{Evaluator, System};
use kascade::simulation::{
    Compiled, Keep, Scenario, SolverOptions, simulate, simulate_block, simulate_individuals, timeline, timelines,
};
use std::fmt::Write;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
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

/// Each program of the benchmark model, on one individual and on eight side by side.
fn programs(criterion: &mut Criterion) {
    let ket = model("ket");
    let compiled = Compiled::new(&ket, &[]);
    let system = compiled.equations.system();
    programs_of(criterion, &ket, system, compiled.equations.one());
    programs_of(criterion, &ket, system, compiled.equations.eight());
}

fn programs_of<const L: usize>(criterion: &mut Criterion, model: &Model, system: &System, evaluator: &Evaluator<L>) {
    let mut frame = evaluator.frame();
    let layout = &system.layout;
    for (slot, value) in layout.parameters.clone().zip(Scenario::undosed(model).parameters(model)) {
        frame[slot] = [value; L];
    }
    evaluator.starts(&mut frame);
    frame.copy_within(layout.starts.clone(), layout.states.start);
    evaluator.prepare(&mut frame);
    frame[layout.shift] = [10.0; L];
    let name = |program: &str| format!("{program}, {L} side by side");
    criterion.bench_function(&name("right-hand side"), |bench| bench.iter(|| evaluator.rhs(&mut frame)));
    criterion.bench_function(&name("with Jacobian"), |bench| bench.iter(|| evaluator.rhs_and_jacobian(&mut frame)));
    criterion.bench_function(&name("factorization"), |bench| bench.iter(|| evaluator.factor(&mut frame)));
    criterion.bench_function(&name("solution"), |bench| {
        bench.iter(|| {
            frame[layout.vector.clone()].fill([0.5; L]);
            evaluator.solve(&mut frame);
        });
    });
}

/// A hundred individuals who differ in their clearance, on one thread, all rows kept.
fn ensemble(criterion: &mut Criterion) {
    let ket = model("ket");
    let compiled = Compiled::new(&ket, &[]);
    let mut scenario = Scenario::undosed(&ket);
    scenario.add_regimen(&ket, "inf").expect("a regimen of ket");
    scenario.rows_every(&ket, None).expect("rows");
    let options = SolverOptions { relative_tolerance: 1e-4, ..SolverOptions::default() };
    criterion.bench_function("run ket, 100 individuals, one thread, rtol 1e-4", |bench| {
        bench.iter(|| {
            let mut list = (0..100).map(|individual| {
                let mut scenario = scenario.clone();
                scenario.set(&ket, "CL", &format!("{} L/h", 60 + individual / 2)).expect("a clearance");
                timeline(&ket, &compiled.routes, &scenario)
            });
            let done =
                simulate_block(&compiled, &mut list, &options, Keep::Rows, &mut |run| run.finish.statistics.steps);
            assert!(done.iter().all(Result::is_ok));
        });
    });
}

/// Whole processes, from their start to the file on disk.
fn processes(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let mut process = |name: &str, words: &[&str], file: &str| {
        let file = folder.join(file);
        criterion.bench_function(name, |bench| {
            bench.iter(|| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_kascade"));
                let output = command.args(words).arg("-o").arg(&file).output().expect("the program starts");
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            });
        });
    };
    process("cold start: ket to 2689 rows of CSV", &["run", "ket", "-r", "inf", "--rtol", "1e-4"], "ket.csv");
    process("lecture figure to SVG", &["plot", "ketamine"], "lecture.svg");
    process("lecture figure to PNG", &["plot", "ketamine"], "lecture.png");
    process("lecture figure to PDF", &["plot", "ketamine"], "lecture.pdf");
    let sweep = ["sweep", "ketamine", "-r", "subanesthetic", "--vary", "dose.amount=0.05..5 mg/kg:200:log"];
    let measures = ["peak(C_venous)", "peak(glutamate)", "peak(dissociation)", "at(madrs, 24 h)"];
    let words: Vec<&str> =
        sweep.into_iter().chain(measures.iter().flat_map(|measure| ["--measure", *measure])).collect();
    process("sweep of 200 doses over a week to PNG", &words, "sweep.png");
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
    let setup = TableSetup { routes: &compiled.routes, time: &model.time_unit, parameters: &parameters, ranges: &[] };
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
    targets = programs, parts, ensemble, individuals, processes
}
criterion_main!(benches);

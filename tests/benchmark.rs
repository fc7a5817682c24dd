//! The benchmark models against solutions at a tolerance of 1e-12, and what must never change a result.
//!
//! `data/reference_*.csv` hold 113 times of the 24 states, from Radau IIA of order 5 checked against CVODE. The error is
//! relative to the larger of the value and a thousandth of its state's range.

use diffsol::{OdeBuilder, OdeSolverMethod, Vector};
use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::model::{Column, Model, library, load};
use kascade::numerics::elementary::ln;
use kascade::program::Instructions;
use kascade::simulation::{Compiled, Keep, Scenario, SolverOptions, problem, simulate, timeline};
use kascade::solver::{Failure, Finish, Method, Problem, Queue, Recording, solve_queue};
use std::sync::Arc;

fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn model(name: &str) -> Model {
    load(&library::find(name).unwrap(), &find).unwrap().model
}

fn options(tolerance: f64) -> SolverOptions {
    SolverOptions { relative_tolerance: tolerance, ..SolverOptions::default() }
}

fn dosed(model: &Model, regimen: &str) -> Scenario {
    let mut scenario = Scenario::undosed(model);
    scenario.add_regimen(model, regimen).unwrap();
    scenario.rows_every(model, None).unwrap();
    scenario
}

/// Names, times and rows of a reference.
fn reference(variant: &str) -> (Vec<String>, Vec<Vec<f64>>) {
    let path = format!("{}/tests/data/reference_{variant}.csv", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let names = reader.headers().unwrap().iter().map(str::to_string).collect();
    let rows =
        reader.records().map(|record| record.unwrap().iter().map(|cell| cell.parse().unwrap()).collect()).collect();
    (names, rows)
}

/// The error of a run by the measure of the reference.
fn error(name: &str, variant: &str, tolerance: f64) -> f64 {
    let model = model(name);
    let compiled = Compiled::new(&model, &[]);
    let scenario = dosed(&model, variant);
    let trajectory = simulate(&compiled, &scenario, &options(tolerance), Keep::Rows).unwrap();
    let columns: Vec<Column> = (0..model.states.len()).map(Column::State).collect();
    let table = trajectory.table(&columns);
    let (names, rows) = reference(variant);
    let mut worst = 0.0_f64;
    for (place, name) in names.iter().enumerate() {
        let Some(state) = model.state(name) else { continue };
        let largest = rows.iter().map(|row| row[place].abs()).fold(0.0, f64::max);
        if largest == 0.0 {
            // The depot, into which nothing is given here, has no range.
            assert!(table.values.rows().into_iter().all(|own| own[state + 1] == 0.0), "{name}");
            continue;
        }
        for row in &rows {
            // At a bolus the reference has what held before it, and the run what holds after.
            let at_dose = [0.0, 48.0, 96.0, 168.0, 216.0, 264.0].contains(&row[0]);
            if variant == "bolus" && at_dose {
                continue;
            }
            let own = table.values.rows().into_iter().find(|own| (own[0] - row[0]).abs() < 1e-9).unwrap();
            worst = worst.max((own[state + 1] - row[place]).abs() / row[place].abs().max(1e-3 * largest));
        }
    }
    worst
}

#[test]
fn the_achieved_error_stays_within_ten_times_the_tolerance() {
    for tolerance in [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9] {
        for variant in ["inf", "bolus"] {
            for name in ["ket", "pk"] {
                let error = error(name, variant, tolerance);
                assert!(error < 10.0 * tolerance, "{name} {variant} at {tolerance:e}: {error:e}");
            }
        }
    }
}

#[test]
fn hires_ends_where_the_test_set_says() {
    let ends = [
        0.0007371312573325668,
        0.0001442485726316185,
        5.888729740967575e-05,
        0.001175651343283149,
        0.002386356198831331,
        0.006238968252742796,
        0.002849998395185769,
        0.002850001604814231,
    ];
    let model = model("hires");
    let compiled = Compiled::new(&model, &[]);
    for tolerance in [1e-4, 1e-6, 1e-8] {
        let scenario = Scenario { until: 321.8122, outputs: vec![321.8122], ..Scenario::undosed(&model) };
        let trajectory = simulate(&compiled, &scenario, &options(tolerance), Keep::Rows).unwrap();
        for (value, end) in trajectory.finish.states.iter().zip(ends) {
            assert!((value - end).abs() / end < 10.0 * tolerance, "{value} for {end} at {tolerance:e}");
        }
    }
}

#[test]
fn the_output_grid_does_not_change_the_result() {
    let model = model("ket");
    let compiled = Compiled::new(&model, &[]);
    let mut results = Vec::new();
    for every in [0.25, 12.0, 0.37] {
        let mut scenario = dosed(&model, "inf");
        scenario.rows_every(&model, Some(every)).unwrap();
        let trajectory = simulate(&compiled, &scenario, &options(1e-6), Keep::Everything).unwrap();
        let mut at_30 = vec![0.0; model.states.len()];
        assert!(trajectory.recording.evaluate(30.0, kascade::solver::Side::Right, &mut at_30));
        let bits: Vec<u64> = trajectory.finish.states.iter().chain(&at_30).map(|value| value.to_bits()).collect();
        results.push((trajectory.finish.statistics, bits));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}

/// Individuals with other clearances, one after another or side by side.
struct Individuals<'a> {
    waiting: Vec<(usize, Problem<'a>)>,
    ended: Vec<(usize, Vec<u64>)>,
    order: Vec<usize>,
}

struct Numbered(usize, Recording);

impl kascade::solver::Sink for Numbered {
    fn row(&mut self, time: f64, states: &[f64]) {
        self.1.row(time, states);
    }
}

impl<'a> Queue<'a> for Individuals<'a> {
    type Sink = Numbered;

    fn next(&mut self) -> Option<(Problem<'a>, Numbered)> {
        let (number, problem) = self.waiting.pop()?;
        self.order.push(number);
        Some((problem, Numbered(number, Recording::of_rows())))
    }

    fn done(&mut self, sink: Numbered, result: Result<Finish, Failure>) {
        result.unwrap();
        self.ended.push((sink.0, sink.1.rows.iter().map(|value| value.to_bits()).collect()));
    }
}

#[test]
fn an_individual_has_the_same_bits_alone_and_among_neighbors() {
    let model = model("ket");
    let compiled = Compiled::new(&model, &[]);
    let mut scenario = dosed(&model, "inf");
    scenario.rows_every(&model, Some(12.0)).unwrap();
    let timeline = timeline(&model, &compiled.routes, &scenario).unwrap();
    let (template, _) = problem(&compiled, &timeline, &options(1e-5)).unwrap();
    let clearance = model.parameter("CL").unwrap();
    let individuals = |reversed: bool| {
        let mut waiting: Vec<(usize, Problem<'_>)> = (0..21)
            .map(|number| {
                let mut problem = template.clone();
                problem.parameters[clearance] *= 0.5 + 0.07 * number as f64;
                (number, problem)
            })
            .collect();
        if reversed {
            waiting.reverse();
        }
        Individuals { waiting, ended: Vec::new(), order: Vec::new() }
    };
    let run = |lanes: usize, reversed: bool| {
        let mut queue = individuals(reversed);
        let (equations, instructions) = (&compiled.equations, Instructions::detect());
        match lanes {
            1 => solve_queue::<1, _>(equations.one(), instructions, &mut queue),
            4 => solve_queue::<4, _>(equations.four(), instructions, &mut queue),
            _ => solve_queue::<8, _>(equations.eight(), instructions, &mut queue),
        }
        queue.ended.sort();
        queue.ended
    };
    let alone = run(1, false);
    assert_eq!(alone.len(), 21);
    for (lanes, reversed) in [(4, false), (8, false), (8, true)] {
        assert!(run(lanes, reversed) == alone, "{lanes} lanes, reversed {reversed}");
    }
}

#[test]
fn what_a_run_costs_does_not_creep() {
    let model = model("ket");
    let compiled = Compiled::new(&model, &[]);
    let mut text = String::new();
    for (regimen, tolerance) in [("inf", 1e-4), ("inf", 1e-6), ("bolus", 1e-6)] {
        let trajectory = simulate(&compiled, &dosed(&model, regimen), &options(tolerance), Keep::Rows).unwrap();
        let counts = trajectory.finish.statistics;
        text.push_str(&format!(
            "{regimen} {tolerance:e}: {} steps, {} rejected, {} Jacobians, {} right-hand sides\n",
            counts.steps, counts.rejected, counts.jacobians, counts.rhs
        ));
    }
    insta::assert_snapshot!(text);
}

/// Robertson's reactions, stiff and over three scales, by an independent method (BDF, with a dense Jacobian by hand).
#[test]
fn an_independent_solver_agrees() {
    let text = "kascade = 1\n[model]\nname = \"robertson\"\ntime = \"1\"\n[parameters]\n\
        a = { value = 0.04, unit = \"1\", assumed = \"the classic\" }\n\
        b = { value = 1e4, unit = \"1\", assumed = \"the classic\" }\n\
        c = { value = 3e7, unit = \"1\", assumed = \"the classic\" }\n[states]\n\
        x = { start = 1, unit = \"1\" }\ny = { start = 0, unit = \"1\", scale = 1e-6 }\nz = { start = 0, unit = \"1\" }\n\
        [derivatives]\nx = \"-a * x + b * y * z\"\ny = \"a * x - b * y * z - c * y ^ 2\"\nz = \"c * y ^ 2\"\n";
    let model = load(&SourceText::new("robertson.toml", text), &find).unwrap().model;
    let compiled = Compiled::new(&model, &[]);
    let scenario = Scenario { until: 40.0, ..Scenario::undosed(&model) };
    let own = simulate(&compiled, &scenario, &options(1e-8), Keep::Rows).unwrap().finish.states;

    let problem = OdeBuilder::<diffsol::NalgebraMat<f64>>::new()
        .rtol(1e-10)
        .atol([1e-12, 1e-16, 1e-12])
        .rhs_implicit(
            |x, _p, _t, y| {
                y[0] = -0.04 * x[0] + 1e4 * x[1] * x[2];
                y[1] = 0.04 * x[0] - 1e4 * x[1] * x[2] - 3e7 * x[1] * x[1];
                y[2] = 3e7 * x[1] * x[1];
            },
            |x, _p, _t, v, y| {
                y[0] = -0.04 * v[0] + 1e4 * (v[1] * x[2] + x[1] * v[2]);
                y[1] = 0.04 * v[0] - 1e4 * (v[1] * x[2] + x[1] * v[2]) - 6e7 * x[1] * v[1];
                y[2] = 6e7 * x[1] * v[1];
            },
        )
        .init(|_p, _t, y| y.copy_from_slice(&[1.0, 0.0, 0.0]), 3)
        .build()
        .unwrap();
    let mut solver = problem.bdf::<diffsol::NalgebraLU<f64>>().unwrap();
    while solver.state().t < 40.0 {
        solver.step().unwrap();
    }
    let other = solver.interpolate(40.0).unwrap();
    for (place, value) in own.iter().enumerate() {
        let expected = other.get_index(place);
        assert!((value - expected).abs() / expected < 1e-6, "{value} and {expected}");
    }
    assert!((own.iter().sum::<f64>() - 1.0).abs() < 1e-9, "what reacts is conserved");
}

fn read(text: &str) -> Model {
    load(&SourceText::new("model.toml", text), &find).unwrap().model
}

/// Error falls with the number of steps as `steps ^ -order`; the tolerance drives the number of steps.
#[test]
fn methods_converge_at_their_order() {
    let model = read(
        "kascade = 1\n[model]\nname = \"circle\"\ntime = \"1\"\n[states]\nx = { start = 1, unit = \"1\" }\n\
         y = { start = 0, unit = \"1\" }\n[derivatives]\nx = \"-y\"\ny = \"x\"\n",
    );
    let compiled = Compiled::new(&model, &[]);
    let scenario = Scenario { until: 20.0, ..Scenario::undosed(&model) };
    for (method, order) in [(Method::Rodas5p, 5.0), (Method::Dopri5, 5.0), (Method::Dop853, 8.0)] {
        let run = |tolerance: f64| {
            let options = SolverOptions { method, ..options(tolerance) };
            let finish = simulate(&compiled, &scenario, &options, Keep::Rows).unwrap().finish;
            let (cosine, sine) = (0.408_082_061_813_391_97, 0.912_945_250_727_627_7);
            let error = (finish.states[0] - cosine).abs().max((finish.states[1] - sine).abs());
            (finish.statistics.steps as f64, error)
        };
        let ((few, coarse), (many, fine)) = (run(1e-5), run(1e-9));
        let found = ln(coarse / fine) / ln(many / few);
        // On a linear system some errors cancel, so that the order is at least that of the method.
        assert!(found > order - 0.7, "{method:?}: order {found}, errors {coarse:e} and {fine:e}");
    }
}

/// The time at which an exponential decay crosses a threshold is known, and so is every later one.
#[test]
fn events_fire_where_the_solution_crosses() {
    let model = read(
        "kascade = 1\n[model]\nname = \"redose\"\ntime = \"h\"\n[parameters]\n\
         k = { value = 0.2, unit = \"1/h\", assumed = \"x\" }\nlow = { value = 10, unit = \"mg\", assumed = \"x\" }\n\
         top = { value = 100, unit = \"mg\", assumed = \"x\" }\n[states]\nA = { start = 100, unit = \"mg\" }\n\
         [derivatives]\nA = \"-k * A\"\n[events.refill]\nwhen = \"A < low\"\nset = { A = \"top\" }\n",
    );
    let compiled = Compiled::new(&model, &[]);
    let scenario = Scenario { until: 48.0, ..Scenario::undosed(&model) };
    let trajectory = simulate(&compiled, &scenario, &options(1e-9), Keep::Everything).unwrap();
    let firings = &trajectory.recording.firings;
    assert_eq!(firings.len(), 4);
    for (number, (time, event)) in firings.iter().enumerate() {
        let crossing = (number + 1) as f64 * std::f64::consts::LN_10 / 0.2;
        assert_eq!(*event, 0);
        assert!((time - crossing).abs() < 1e-7, "{time} for {crossing}");
    }
}

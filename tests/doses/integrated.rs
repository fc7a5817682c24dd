//! Every pair through the solver: the table of the pair, and where a regimen can say the same, the regimen, run in models
//! of one and two compartments by mouth and into the vein, against superposition.

use crate::model::{MATRIX, Matrix, PARAMETERS, STATES};
use crate::pairs::{Line, epochs, table};
use crate::superposition::{Dose, Input, Record, superpose};
use kascade::diagnostics::SourceText;
use kascade::dosing::{Covariates, TableSetup};
use kascade::formats::nonmem::read_event_table;
use kascade::model::{Column, Model, library, load};
use kascade::simulation::{Compiled, Keep, Scenario, SolverOptions, Trajectory, simulate, solve_timeline, timelines};
use std::fmt::Write;
use std::sync::OnceLock;

/// How near a run must come to the closed form, relative to the value.
const AGREEMENT: f64 = 1e-7;
/// Below this part of the largest value of a curve, agreement is relative to this part.
const TINY: f64 = 1e-3;
/// Tight enough for that agreement over the whole of every pair.
const TOLERANCE: f64 = 1e-10;

/// The model of `crate::model` without the peripheral compartment, which stays empty.
const ONE: Matrix = [-0.7, 0.0, 0.0, 0.7, -0.3, 0.0, 0.0, 0.0, -0.2];

/// The same two models as files. Both routes declare a rate and a duration, so that either can stand for the other.
const FILE: &str = r#"
kascade = 1

[model]
name  = "linear"
title = "A depot and two compartments"
about = "For tests."
time  = "h"

[parameters]
weight   = { value = 70, unit = "kg", about = "body weight", assumed = "a test", covariate = true }
F_oral   = { value = 1, unit = "1", about = "fraction", assumed = "a test" }
lag_oral = { value = 0, unit = "h", about = "lag", assumed = "a test" }
F_iv     = { value = 1, unit = "1", about = "fraction", assumed = "a test" }
lag_iv   = { value = 0, unit = "h", about = "lag", assumed = "a test" }
D        = { value = 5, unit = "h", about = "duration", assumed = "a test" }
R        = { value = 20, unit = "mg/h", about = "rate", assumed = "a test" }
ka       = { value = 0.7, unit = "1/h", about = "absorption", assumed = "a test" }
ke       = { value = 0.3, unit = "1/h", about = "elimination", assumed = "a test" }
k_out    = { value = 0.4, unit = "1/h", about = "exchange", assumed = "a test" }
k_back   = { value = 0.2, unit = "1/h", about = "exchange", assumed = "a test" }

[states]
depot      = { start = 0, unit = "mg", about = "in the gut" }
central    = { start = 0, unit = "mg", about = "in the plasma" }
peripheral = { start = 0, unit = "mg", about = "in the tissue" }

[derivatives]
depot      = "-ka * depot"
central    = "ka * depot - (ke + k_out) * central + k_back * peripheral"
peripheral = "k_out * central - k_back * peripheral"

[routes]
oral = { into = "depot", cmt = 1, fraction = "F_oral", lag = "lag_oral", duration = "D", rate = "R" }
iv   = { into = "central", cmt = 2, fraction = "F_iv", lag = "lag_iv", duration = "D", rate = "R" }
"#;

/// The compartments of a model, with its matrix.
const MODELS: [(&str, &Matrix); 2] = [("one compartment", &ONE), ("two compartments", &MATRIX)];

fn read(text: String) -> Model {
    let source = SourceText::new("linear.toml", text.as_str());
    let loaded = load(&source, &|name, _| library::find(name).ok_or_else(|| library::not_found(name)));
    loaded.unwrap_or_else(|report| panic!("{text}\n{:?}", report.list)).model
}

fn compiled() -> &'static Compiled<'static> {
    static COMPILED: OnceLock<Compiled<'static>> = OnceLock::new();
    COMPILED.get_or_init(|| Compiled::new(Box::leak(Box::new(read(FILE.to_string()))), &[]))
}

/// Runs the pair every way there is.
pub fn assert_closed_form(lines: &[Line], pair: &str) {
    for (compartments, matrix) in MODELS {
        for (route, lines) in [("oral", lines.to_vec()), ("intravenous", swapped(lines))] {
            let about = format!("{pair}, {compartments}, {route}");
            let text = table(&lines);
            let trajectory = run_table(&text, matrix);
            assert_agree(&trajectory, &epochs(matrix, &lines), &format!("{about}, from a table\n{text}"));
            if let Some((regimen, lines)) = regimen(&lines) {
                let trajectory = run_regimen(&regimen, &lines, matrix);
                let records: Vec<(f64, Record)> = lines.iter().map(|line| (line.time, line.record)).collect();
                assert_agree(
                    &trajectory,
                    &superpose(matrix, &records),
                    &format!("{about}, from a regimen\n{}", regimen.text),
                );
            }
        }
    }
}

fn assert_agree(trajectory: &Trajectory<'_>, want: &[[f64; STATES]], about: &str) {
    let got = trajectory.table(&[Column::State(0), Column::State(1), Column::State(2)]).values;
    assert_eq!(got.nrows(), want.len(), "{about}");
    for state in 0..STATES {
        let peak = want.iter().map(|row| row[state].abs()).fold(1e-3, f64::max);
        for (row, want) in want.iter().enumerate() {
            let (time, got, want) = (got[[row, 0]], got[[row, state + 1]], want[state]);
            let error = (got - want).abs() / want.abs().max(TINY * peak);
            assert!(error <= AGREEMENT, "{about}\nstate {state} at {time} h: {got} for {want}, off by {error:e}");
            assert!(got >= -1e-12 * peak, "{about}\nstate {state} at {time} h is negative: {got}");
        }
    }
}

/// With the oral route and the intravenous one exchanged.
fn swapped(lines: &[Line]) -> Vec<Line> {
    let other = |route: usize| 1 - route;
    let swap = |record: Record| match record {
        Record::Dose(dose) => Record::Dose(Dose { route: other(dose.route), ..dose }),
        Record::ResetAndDose(dose) => Record::ResetAndDose(Dose { route: other(dose.route), ..dose }),
        Record::Endless { route, rate } => Record::Endless { route: other(route), rate },
        same => same,
    };
    lines.iter().map(|line| Line { record: swap(line.record), ..*line }).collect()
}

fn options() -> SolverOptions {
    SolverOptions { relative_tolerance: TOLERANCE, ..SolverOptions::default() }
}

/// A scenario without exchange where there is one compartment.
fn scenario(matrix: &Matrix) -> Scenario {
    let model = compiled().model;
    let mut scenario = Scenario::undosed(model);
    for (name, value) in [("k_out", matrix[7]), ("k_back", matrix[5])] {
        scenario.settings.push((model.parameter(name).expect(name), value));
    }
    scenario
}

fn run_table(text: &str, matrix: &Matrix) -> Trajectory<'static> {
    run(text, &scenario(matrix), None, &options())
}

fn run(text: &str, scenario: &Scenario, rows: Option<&[f64]>, options: &SolverOptions) -> Trajectory<'static> {
    let compiled = compiled();
    let model = compiled.model;
    let parameters: Vec<_> = model.parameters.iter().map(|one| (one.name.clone(), one.unit.clone())).collect();
    let setup = TableSetup { routes: &compiled.routes, time: &model.time_unit, parameters: &parameters, ranges: &[] };
    let table = read_event_table(&SourceText::new("table.csv", text), &setup).expect("a sound table");
    let timelines = timelines(compiled, &table, scenario, Covariates::Nocb, rows).expect("doses");
    let timeline = timelines.into_iter().next().expect("one individual");
    solve_timeline(compiled, timeline, options, Keep::Rows).expect("a linear model can be solved")
}

/// Doses as a model file writes them, and the parameters they need.
struct Regimen {
    text: String,
    settings: Vec<(&'static str, f64)>,
}

/// What a regimen can say of the same: nothing of resets, of steady states that are added or follow each other within an
/// interval, or of doses by one route with different lags or fractions. With the records in the order of a regimen,
/// where a dose comes before an output at its time.
fn regimen(lines: &[Line]) -> Option<(Regimen, Vec<Line>)> {
    let mut properties: [Option<(f64, f64)>; 2] = [None, None];
    let mut text = String::from("\n[regimens.pair]\ntitle = \"the pair\"\ndoses = [\n");
    let mut steady = 0;
    for line in lines {
        let at = line.time;
        match line.record {
            Record::Observation => {}
            Record::Reset | Record::ResetAndDose(_) => return None,
            Record::Endless { route, rate } => {
                let route = ["oral", "iv"][route];
                writeln!(text, "  {{ route = \"{route}\", rate = \"{rate} mg/h\", at = \"{at} h\", steady = true }},")
                    .expect("a string");
            }
            Record::Dose(dose) => {
                let own = (dose.fraction, dose.lag);
                if *properties[dose.route].get_or_insert(own) != own || dose.steady == 2 {
                    return None;
                }
                steady += dose.steady;
                write_dose(&mut text, at, &dose);
            }
        }
    }
    if steady > 1 {
        return None;
    }
    text.push_str("]\n");
    let [oral, iv] = properties.map(|one| one.unwrap_or((1.0, 0.0)));
    let settings = vec![("F_oral", oral.0), ("lag_oral", oral.1), ("F_iv", iv.0), ("lag_iv", iv.1)];
    let mut lines: Vec<Line> = lines.to_vec();
    lines.sort_by(|a, b| {
        let observes = |line: &Line| line.record == Record::Observation;
        a.time.total_cmp(&b.time).then(observes(a).cmp(&observes(b)))
    });
    Some((Regimen { text, settings }, lines))
}

fn write_dose(text: &mut String, at: f64, dose: &Dose) {
    let way = match dose.input {
        Input::Bolus => "bolus = true".to_string(),
        Input::Rate(rate) => format!("rate = \"{rate} mg/h\""),
        Input::Duration(duration) => format!("over = \"{duration} h\""),
    };
    let route = ["oral", "iv"][dose.route];
    write!(text, "  {{ route = \"{route}\", amount = \"{} mg\", {way}, at = \"{at} h\"", dose.amount)
        .expect("a string");
    if dose.interval > 0.0 && (dose.additional > 0 || dose.steady > 0) {
        write!(text, ", every = \"{} h\", times = {}", dose.interval, dose.additional + 1).expect("a string");
    }
    text.push_str(if dose.steady > 0 { ", steady = true },\n" } else { " },\n" });
}

fn run_regimen(regimen: &Regimen, lines: &[Line], matrix: &Matrix) -> Trajectory<'static> {
    let compiled = compiled();
    // Names and places in the file with the regimen are those of the file without.
    let with_regimen = read(format!("{FILE}{}", regimen.text));
    let mut scenario = scenario(matrix);
    scenario.add_regimen(&with_regimen, "pair").expect("it was written");
    for (name, value) in &regimen.settings {
        scenario.settings.push((compiled.model.parameter(name).expect("a parameter"), *value));
    }
    scenario.outputs = lines.iter().filter(|line| line.record == Record::Observation).map(|line| line.time).collect();
    scenario.until = scenario.outputs.last().copied().unwrap_or(0.0);
    simulate(compiled, &scenario, &options(), Keep::Rows).expect("a linear model can be solved")
}

#[test]
fn the_file_has_the_numbers_of_the_matrix() {
    let model = compiled().model;
    let value = |name: &str| model.parameters[model.parameter(name).expect(name)].value;
    assert_eq!([value("ka"), value("ke"), value("k_out"), value("k_back")], [0.7, 0.3, MATRIX[7], MATRIX[5]]);
    assert_eq!([value("D"), value("R")], [PARAMETERS[3], PARAMETERS[4]]);
}

/// Where the lag is longer than the interval, doses of before the record are on their way at it: a program that goes
/// backwards from the time of arrival finds less than nothing in the body.
#[test]
fn negative_concentrations_never_appear_in_a_steady_state_with_a_lag_longer_than_the_interval() {
    let compiled = compiled();
    for (compartments, matrix) in MODELS {
        for (route, lag, rate) in every_combination(&[1, 2], &[12.0, 12.5, 24.0, 29.3, 35.9, 100.0], &[".", "50", "6"])
        {
            let name = ["lag_oral", "lag_iv"][route - 1];
            let text = format!("TIME,AMT,RATE,II,SS,CMT,{name}\n0,100,{rate},12,1,{route},{lag}\n150,.,.,.,.,.,.\n");
            let mut scenario = scenario(matrix);
            scenario.outputs = (0..=600).map(|row| 0.25 * f64::from(row)).collect();
            let trajectory = run(&text, &scenario, Some(&scenario.outputs), &SolverOptions::default());
            let table = trajectory.table(&compiled.model.columns());
            let lowest = table.values.iter().copied().fold(f64::INFINITY, f64::min);
            // What is left below zero is the absolute tolerance of a curve that has come to nothing.
            assert!(lowest >= -1e-9, "{compartments}, route {route}, lag {lag}, rate {rate}: {lowest}");
        }
    }
}

fn every_combination<'a>(
    routes: &'a [usize],
    lags: &'a [f64],
    rates: &'a [&'a str],
) -> impl Iterator<Item = (usize, f64, &'a str)> {
    routes
        .iter()
        .flat_map(move |&route| lags.iter().flat_map(move |&lag| rates.iter().map(move |&rate| (route, lag, rate))))
}

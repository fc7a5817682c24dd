//! What models and solvers cost, and how accurate they are for it.
//!
//! A run is the integration of an expanded schedule with all rows recorded; the start is found before. The candidates
//! take turns, one run each, so that a machine that slows down slows them all. Errors are those at the output rows
//! against the same solver at [`REFERENCE_TOLERANCE`]. Whoever calls hands in the clock.

use crate::numerics::statistics::quantile;
use crate::simulation::{Compiled, Scenario, SimulationError, SolverOptions, problem, timeline};
use crate::solver::{Finish, Limits, Method, Problem, Recording, Statistics, solve_by};

/// The relative tolerance of the reference, by `rodas5p`.
pub const REFERENCE_TOLERANCE: f64 = 1e-11;
/// A candidate that has taken this many seconds runs no more than [`FEWEST_RUNS`] times.
const BUDGET: f64 = 2.0;
/// Runs without which there is no spread.
const FEWEST_RUNS: usize = 3;
/// A single run of as many steps is not waited for.
const MOST_STEPS: u64 = 200_000;

/// A model with what is done to it.
pub struct Subject<'a> {
    /// The model.
    pub compiled: &'a Compiled<'a>,
    /// Doses, horizon and rows.
    pub scenario: &'a Scenario,
}

/// Who is measured: every subject with every method at every tolerance.
pub struct Plan<'a> {
    /// The models.
    pub subjects: &'a [Subject<'a>],
    /// The methods.
    pub methods: &'a [Method],
    /// The relative tolerances.
    pub tolerances: &'a [f64],
    /// How often each is run.
    pub runs: usize,
}

/// One candidate, and what came of it.
#[derive(Debug)]
pub struct Entry {
    /// Which subject.
    pub subject: usize,
    /// By which method.
    pub method: Method,
    /// At which relative tolerance.
    pub tolerance: f64,
    /// What was measured, or why nothing was.
    pub result: Result<Cost, SimulationError>,
}

/// What a candidate costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The median time of a run, in the clock's unit.
    pub median: f64,
    /// The quartiles of the time.
    pub quartiles: (f64, f64),
    /// How many runs were timed.
    pub runs: usize,
    /// The largest error at any row of any state, over the size of the state plus its scale: what `rtol` bounds.
    pub error: f64,
    /// Steps, rejections, evaluations.
    pub statistics: Statistics,
    /// The method that was used, where `auto` was asked for.
    pub method: Method,
}

impl Cost {
    /// Whether the quartiles of two overlap, so that their order may be chance.
    pub fn is_level_with(&self, other: &Cost) -> bool {
        self.quartiles.0 <= other.quartiles.1 && other.quartiles.0 <= self.quartiles.1
    }
}

/// A candidate while it is measured.
struct Candidate<'a> {
    problem: Problem<'a>,
    method: Method,
    times: Vec<f64>,
    spent: f64,
    finish: Finish,
    error: f64,
}

/// Measures the plan. `clock` tells seconds; `done` is called once a round of runs. The entries go by method, tolerance
/// and subject, so that subjects stand side by side.
///
/// # Errors
/// The subject whose reference cannot be computed, and why: then there is nothing to compare with.
pub fn measure(
    plan: &Plan<'_>,
    clock: &dyn Fn() -> f64,
    done: &dyn Fn(),
) -> Result<Vec<Entry>, (usize, SimulationError)> {
    let mut references = Vec::new();
    for (place, subject) in plan.subjects.iter().enumerate() {
        let options = SolverOptions { relative_tolerance: REFERENCE_TOLERANCE, ..SolverOptions::default() };
        let reference = prepare(subject, &options).and_then(|problem| {
            let mut recording = Recording::of_rows();
            run(Method::Rodas5p, problem, REFERENCE_TOLERANCE, &mut recording).map(|_| recording.rows)
        });
        references.push(reference.map_err(|error| (place, error))?);
    }
    let mut recording = Recording::of_rows();
    let mut entries: Vec<(Entry, Option<Candidate<'_>>)> = Vec::new();
    for &method in plan.methods {
        for &tolerance in plan.tolerances {
            for (place, (subject, reference)) in plan.subjects.iter().zip(&references).enumerate() {
                let candidate = warm_up(subject, method, tolerance, reference, &mut recording, clock);
                let entry = |result| Entry { subject: place, method, tolerance, result };
                entries.push(match candidate {
                    Ok(candidate) => (entry(Ok(candidate.cost())), Some(candidate)),
                    Err(error) => (entry(Err(error)), None),
                });
            }
        }
    }
    for _ in 0..plan.runs {
        for candidate in entries.iter_mut().filter_map(|(_, candidate)| candidate.as_mut()) {
            if candidate.spent < BUDGET || candidate.times.len() < FEWEST_RUNS {
                candidate.turn(&mut recording, clock);
            }
        }
        done();
    }
    Ok(entries
        .into_iter()
        .map(|(entry, candidate)| match candidate {
            Some(candidate) => Entry { result: Ok(candidate.cost()), ..entry },
            None => entry,
        })
        .collect())
}

fn prepare<'a>(subject: &Subject<'a>, options: &SolverOptions) -> Result<Problem<'a>, SimulationError> {
    let timeline = timeline(subject.compiled.model, &subject.compiled.routes, subject.scenario)?;
    Ok(problem(subject.compiled, &timeline, options)?.0)
}

/// One run, its rows recorded in memory that is used again.
fn run(
    method: Method,
    problem: Problem<'_>,
    tolerance: f64,
    recording: &mut Recording,
) -> Result<Finish, SimulationError> {
    recording.clear();
    solve_by(method, problem, recording).map_err(|failure| SimulationError::Solver(Box::new((failure, tolerance))))
}

/// The run that is not timed, which tells the error and what is hopeless.
fn warm_up<'a>(
    subject: &Subject<'a>,
    method: Method,
    tolerance: f64,
    reference: &[f64],
    recording: &mut Recording,
    clock: &dyn Fn() -> f64,
) -> Result<Candidate<'a>, SimulationError> {
    let limits = Limits { steps: MOST_STEPS, ..Limits::default() };
    let options = SolverOptions { method, relative_tolerance: tolerance, limits };
    let problem = prepare(subject, &options)?;
    let begin = clock();
    let finish = run(method, problem.clone(), tolerance, recording)?;
    let spent = clock() - begin;
    let scales = subject.compiled.model.states.iter().map(|state| state.scale).cycle();
    let error = recording
        .rows
        .iter()
        .zip(reference)
        .zip(scales)
        .map(|((value, truth), scale)| (value - truth).abs() / (truth.abs() + scale))
        .fold(0.0, f64::max);
    Ok(Candidate { problem, method, times: Vec::new(), spent, finish, error })
}

impl Candidate<'_> {
    fn turn(&mut self, recording: &mut Recording, clock: &dyn Fn() -> f64) {
        let problem = self.problem.clone();
        let tolerance = problem.tolerance.relative;
        let begin = clock();
        // It ended well once, and does the same every time.
        let ended = run(self.method, problem, tolerance, recording);
        let time = clock() - begin;
        self.spent += time;
        if ended.is_ok() {
            self.times.push(time);
        }
    }

    fn cost(&self) -> Cost {
        let of = |p: f64| quantile(&mut self.times.clone(), p).unwrap_or(f64::NAN);
        Cost {
            median: of(0.5),
            quartiles: (of(0.25), of(0.75)),
            runs: self.times.len(),
            error: self.error,
            statistics: self.finish.statistics,
            method: self.finish.method,
        }
    }
}

/// Candidates of one tolerance that are neighbors by time, but whose order may be chance.
pub fn level_neighbors(entries: &[Entry]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut tolerances: Vec<f64> = entries.iter().map(|entry| entry.tolerance).collect();
    tolerances.sort_by(f64::total_cmp);
    tolerances.dedup();
    for tolerance in tolerances {
        let mut ranked: Vec<(usize, &Cost)> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.tolerance == tolerance)
            .filter_map(|(place, entry)| Some((place, entry.result.as_ref().ok()?)))
            .collect();
        ranked.sort_by(|(_, a), (_, b)| a.median.total_cmp(&b.median));
        let level = ranked.windows(2).filter(|pair| pair[0].1.is_level_with(pair[1].1));
        pairs.extend(level.map(|pair| (pair[0].0, pair[1].0)));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceText;
    use crate::model::{Model, load};
    use std::cell::Cell;

    fn model(rate: &str) -> Model {
        let text = format!(
            "kascade = 1\n[model]\nname = \"m\"\ntime = \"h\"\n[parameters]\nk = {{ value = {rate}, unit = \"1/h\", assumed = \"test\" }}\n\
             [states]\nA = {{ start = 10, unit = \"mg\" }}\nB = {{ start = 0, unit = \"mg\" }}\n\
             [derivatives]\nA = \"-k * A\"\nB = \"k * A - 1 [1/h] * B\"\n"
        );
        let find = |_: &str, _: &SourceText| unreachable!("the model extends nothing");
        load(&SourceText::new("m.toml", text), &find).expect("a model").model
    }

    fn scenario(model: &Model) -> Scenario {
        let mut scenario = Scenario::undosed(model);
        scenario.rows_every(model, None).expect("rows");
        scenario
    }

    /// A clock that goes on by a second whenever it is read, so that each run takes one.
    fn ticking() -> impl Fn() -> f64 {
        let time = Cell::new(0.0);
        move || {
            time.set(time.get() + 1.0);
            time.get()
        }
    }

    #[test]
    fn errors_fall_with_the_tolerance_and_times_are_the_clocks() {
        let model = model("2");
        let compiled = Compiled::new(&model, &[]);
        let scenario = scenario(&model);
        let plan = Plan {
            subjects: &[Subject { compiled: &compiled, scenario: &scenario }],
            methods: &[Method::Rodas5p, Method::Dopri5],
            tolerances: &[1e-3, 1e-6],
            runs: 7,
        };
        let rounds = Cell::new(0);
        let entries = measure(&plan, &ticking(), &|| rounds.set(rounds.get() + 1)).expect("a reference");
        assert_eq!((entries.len(), rounds.get()), (4, 7));
        let costs: Vec<&Cost> = entries.iter().map(|entry| entry.result.as_ref().expect("a cost")).collect();
        for (entry, cost) in entries.iter().zip(&costs) {
            assert!(cost.error > 0.0 && cost.error <= 10.0 * entry.tolerance, "{}: {}", entry.tolerance, cost.error);
            // One second a run: the budget ends the turns at the fewest runs.
            assert_eq!((cost.median, cost.quartiles, cost.runs), (1.0, (1.0, 1.0), FEWEST_RUNS));
        }
        assert!(costs[1].error < 1e-2 * costs[0].error && costs[1].statistics.steps > costs[0].statistics.steps);
        assert_eq!((costs[0].statistics.jacobians > 0, costs[2].statistics.jacobians), (true, 0));
        // All take the same time, so no neighbors can be ranked: one pair a tolerance.
        assert_eq!(level_neighbors(&entries).len(), 2);
    }

    #[test]
    fn what_is_hopeless_is_told_and_not_waited_for() {
        let model = model("1e7");
        let compiled = Compiled::new(&model, &[]);
        let scenario = scenario(&model);
        let plan = Plan {
            subjects: &[Subject { compiled: &compiled, scenario: &scenario }],
            methods: &[Method::Rodas5p, Method::Dopri5],
            tolerances: &[1e-4],
            runs: 3,
        };
        let entries = measure(&plan, &ticking(), &|| ()).expect("a reference");
        assert!(entries[0].result.is_ok());
        assert!(matches!(&entries[1].result, Err(SimulationError::Solver(_))), "{:?}", entries[1].result);
    }
}

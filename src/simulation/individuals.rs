//! Many individuals with the same compiled model: event tables to timelines, and timelines side by side through the
//! lanes of the solver, on all threads.

use super::compiled::Compiled;
use super::failure::SimulationError;
use super::run::{Keep, SolverOptions, recording, reported_problem, solve_from, solve_timeline};
use super::scenario::{Scenario, dosing_perturbations};
use super::start::{Start, SteadyReport, find_start};
use super::trajectory::Trajectory;
use crate::dosing::{Covariates, EventTable, Rows, Setup, Timeline, expand_individual};
use crate::program::Instructions;
use crate::solver::{Failure, Finish, Method, Piece, Problem, Queue, Recording, Sink, solve_queue};
use rayon::prelude::*;

/// Expands every individual of a table, before anything is solved.
///
/// # Errors
/// The first dose that cannot be given.
pub fn timelines(
    compiled: &Compiled<'_>,
    table: &EventTable,
    scenario: &Scenario,
    rule: Covariates,
    times: Option<&[f64]>,
) -> Result<Vec<Timeline>, SimulationError> {
    let model = compiled.model;
    let (perturbations, expressions) = dosing_perturbations(model, scenario);
    let parameters = scenario.parameters(model);
    let setup = Setup {
        routes: &compiled.routes,
        parameters: &parameters,
        weight: model.parameter("weight"),
        perturbations: &perturbations,
        model: &expressions,
    };
    let observations = table.individuals.iter().any(|one| one.observations > 0);
    table
        .individuals
        .iter()
        .map(|individual| {
            let rows = match times {
                Some(times) => Rows::Times(times),
                None if observations => Rows::Observations,
                None => Rows::Times(&scenario.outputs),
            };
            expand_individual(table, individual, &setup, rule, rows).map_err(SimulationError::Dose)
        })
        .collect()
}

/// Individuals that one thread solves side by side before it asks for more.
const BLOCK: usize = 64;
/// Individuals in one instruction stream.
const LANES: usize = 8;

/// Runs the timelines, eight side by side on every thread. The results are in the order of the timelines, have the bits
/// that each individual would get alone, and are kept where another individual fails.
pub fn simulate_individuals<'m>(
    compiled: &'m Compiled<'m>,
    timelines: Vec<Timeline>,
    options: &SolverOptions,
    keep: Keep<'_>,
) -> Vec<Result<Trajectory<'m>, SimulationError>> {
    // Few are divided evenly, so that no thread idles while another has a full block.
    let share = timelines.len().div_ceil(rayon::current_num_threads()).clamp(1, BLOCK);
    let mut blocks: Vec<Vec<Timeline>> = Vec::new();
    for timeline in timelines {
        match blocks.last_mut().filter(|block| block.len() < share) {
            Some(block) => block.push(timeline),
            None => blocks.push(vec![timeline]),
        }
    }
    let solve = |block: Vec<Timeline>| {
        simulate_block(compiled, &mut block.into_iter().map(Ok), options, keep, &mut |trajectory| trajectory)
    };
    match blocks.len() {
        // One block needs no other thread, nor the time to start one.
        0 | 1 => blocks.into_iter().flat_map(solve).collect(),
        _ => blocks.into_par_iter().map(solve).collect::<Vec<_>>().into_iter().flatten().collect(),
    }
}

/// Runs individuals on this thread, eight side by side: a lane takes the next timeline when its own has ended. Gives
/// what `finish` makes of each trajectory, in the order of the timelines; a trajectory is handed over as soon as it
/// ends, so no more than eight are held.
pub fn simulate_block<'m, T>(
    compiled: &'m Compiled<'m>,
    timelines: &mut dyn Iterator<Item = Result<Timeline, SimulationError>>,
    options: &SolverOptions,
    keep: Keep<'_>,
    finish: &mut dyn FnMut(Trajectory<'m>) -> T,
) -> Vec<Result<T, SimulationError>> {
    simulate_block_from(compiled, timelines, &|_| None, options, keep, finish)
}

/// As [`simulate_block`], where `known` may tell the start of a timeline, as [`find_start`] would find it.
pub fn simulate_block_from<'m, T>(
    compiled: &'m Compiled<'m>,
    timelines: &mut dyn Iterator<Item = Result<Timeline, SimulationError>>,
    known: &dyn Fn(&Timeline) -> Option<Start>,
    options: &SolverOptions,
    keep: Keep<'_>,
    finish: &mut dyn FnMut(Trajectory<'m>) -> T,
) -> Vec<Result<T, SimulationError>> {
    // One alone is not worth code for eight; the explicit methods know no lanes.
    if options.method != Method::Rodas5p || timelines.size_hint().1 == Some(1) {
        let mut solve = |timeline: Timeline| match known(&timeline) {
            Some(start) => solve_from(compiled, timeline, start, options, keep),
            None => solve_timeline(compiled, timeline, options, keep),
        };
        return timelines.map(|timeline| timeline.and_then(&mut solve).map(&mut *finish)).collect();
    }
    let mut waiting = Waiting { compiled, timelines, known, options, keep, finish, results: Vec::new() };
    solve_queue::<LANES, _>(compiled.equations.eight(), Instructions::detect(), &mut waiting);
    waiting.results.into_iter().flatten().collect()
}

/// Individuals on their way through the lanes of one thread.
struct Waiting<'w, 'm, T> {
    compiled: &'m Compiled<'m>,
    timelines: &'w mut dyn Iterator<Item = Result<Timeline, SimulationError>>,
    known: &'w dyn Fn(&Timeline) -> Option<Start>,
    options: &'w SolverOptions,
    keep: Keep<'w>,
    finish: &'w mut dyn FnMut(Trajectory<'m>) -> T,
    /// One place an individual, filled when it ends.
    results: Vec<Option<Result<T, SimulationError>>>,
}

/// One individual in a lane.
struct Seat {
    place: usize,
    timeline: Timeline,
    start: Start,
    steady: Vec<SteadyReport>,
    recording: Recording,
}

impl<'m, T> Queue<'m> for Waiting<'_, 'm, T> {
    type Sink = Seat;

    fn next(&mut self) -> Option<(Problem<'m>, Seat)> {
        loop {
            let timeline = self.timelines.next()?;
            let place = self.results.len();
            let seated = timeline.and_then(|timeline| {
                let start = match (self.known)(&timeline) {
                    Some(start) => start,
                    None => find_start(self.compiled, &timeline.parameters, &timeline.clamps, self.options)?,
                };
                let (problem, steady) = reported_problem(self.compiled, &timeline, &start, self.options)?;
                Ok((problem, Seat { place, timeline, start, steady, recording: recording(self.keep) }))
            });
            match seated {
                Ok(seated) => {
                    self.results.push(None);
                    return Some(seated);
                }
                Err(error) => self.results.push(Some(Err(error))),
            }
        }
    }

    fn done(&mut self, seat: Seat, result: Result<Finish, Failure>) {
        let Seat { place, timeline, start, steady, recording } = seat;
        let compiled = self.compiled;
        let result = match result {
            Ok(finish) => Ok((self.finish)(Trajectory { compiled, timeline, recording, finish, start, steady })),
            Err(failure) => Err(SimulationError::Solver(Box::new((failure, self.options.relative_tolerance)))),
        };
        self.results[place] = Some(result);
    }
}

impl Sink for Seat {
    fn row(&mut self, time: f64, states: &[f64]) {
        self.recording.row(time, states);
    }

    fn stretch(&mut self, time: f64, parameters: &[f64], inputs: &[f64]) {
        self.recording.stretch(time, parameters, inputs);
    }

    fn jump(&mut self, time: f64, before: &[f64], after: &[f64]) {
        self.recording.jump(time, before, after);
    }

    fn fired(&mut self, time: f64, event: usize) {
        self.recording.fired(time, event);
    }

    fn piece(&mut self, piece: &Piece) {
        self.recording.piece(piece);
    }

    fn wants_pieces(&self) -> bool {
        self.recording.wants_pieces()
    }
}

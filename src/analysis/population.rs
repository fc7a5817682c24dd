//! Many individuals of one model: who they are, their runs, and statistics that need no room for all of them.
//!
//! An individual is drawn from what parameters `vary` by, from a stream keyed by (seed, individual, purpose), so nobody's
//! numbers depend on neighbors or threads; each run has the bits that it would have alone. Statistics take in the
//! individuals in their order. Memory is bounded by rows and columns, never by the number of individuals.

use crate::dosing::Timeline;
use crate::formats::subjects::Subjects;
use crate::model::{Column, Model, Variation};
use crate::numerics::elementary::ln;
use crate::numerics::quantile_sketch::QuantileSketch;
use crate::numerics::random::{Purpose, Stream};
use crate::numerics::statistics::Moments;
use crate::simulation::{
    Compiled, Keep, Measures, Scenario, SimulationError, SolverOptions, Trajectory, simulate_block, take, timeline,
};
use ndarray::s;
use rayon::prelude::*;
use std::ops::Range;

/// What is simulated, and for whom.
pub struct Population<'a> {
    /// The model.
    pub compiled: &'a Compiled<'a>,
    /// Doses, perturbations, settings and rows that all share. A setting moves the typical value of what varies.
    pub base: &'a Scenario,
    /// How many individuals.
    pub count: usize,
    /// The seed of all draws.
    pub seed: u64,
    /// Parameters that are given instead of drawn; its rows are gone through again where there are more individuals.
    pub subjects: Option<&'a Subjects>,
    /// The columns of the result.
    pub columns: &'a [Column],
    /// Outcomes instead of rows, if there are any; `compiled` has their subjects as its extra expressions.
    pub measures: &'a Measures,
    /// How it is solved.
    pub options: &'a SolverOptions,
}

/// One parameter in which an individual differs from the typical one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trait {
    /// The parameter.
    pub parameter: usize,
    /// Its value, internal units.
    pub value: f64,
    /// How many standard deviations from the typical value, if that is known.
    pub deviations: Option<f64>,
}

/// The numbers of one individual, in declared units: its outcomes, or row after row of the columns, without time.
pub type Numbers = Vec<f64>;

/// Individuals that one thread takes at a time: enough to keep its lanes full, few enough to share out evenly.
const BLOCK: std::ops::RangeInclusive<usize> = 8..=256;
/// Numbers that are kept at a time, of all individuals of a round.
const ROUND_NUMBERS: usize = 8_000_000;
/// The most individuals of a round.
const MOST_IN_A_ROUND: usize = 8192;
/// Bytes for all quantile sketches together.
const SKETCH_BYTES: usize = 160_000_000;
/// Failures that are kept with their reasons; the others are counted.
const KEPT_FAILURES: usize = 20;

impl Population<'_> {
    /// The parameters in which individual `index` (counted from 0) differs from the scenario, in the file's order:
    /// those of its row among the subjects, and a draw for every other one that varies.
    pub fn settings(&self, index: usize) -> Vec<(usize, f64)> {
        let model = self.compiled.model;
        let typical = self.base.parameters(model);
        let row = self.subjects.and_then(|subjects| subjects.row(index));
        let mut covariates = Stream::new(self.seed, index as u64, Purpose::Covariates);
        let mut parameters = Stream::new(self.seed, index as u64, Purpose::Parameters);
        let mut settings = Vec::new();
        for (place, parameter) in model.parameters.iter().enumerate() {
            // What a table gives is drawn all the same, so that it does not change what the others get.
            let stream = if parameter.covariate { &mut covariates } else { &mut parameters };
            let set = self.base.settings.iter().any(|(other, _)| *other == place);
            let drawn = parameter.vary.map(|variation| draw(variation, typical[place], set, stream));
            let given = self.subjects.zip(row).and_then(|(subjects, row)| subjects.value(row, place));
            if let Some(value) = given.or(drawn) {
                settings.push((place, value));
            }
        }
        settings
    }

    /// What an individual is called: its id among the subjects, or its number, counted from 1.
    pub fn id(&self, index: usize) -> f64 {
        let given = self.subjects.filter(|subjects| self.count <= subjects.rows.len());
        given.and_then(|subjects| subjects.ids.get(index).copied()).unwrap_or((index + 1) as f64)
    }

    /// What sets an individual apart, the most unusual first.
    pub fn traits(&self, index: usize) -> Vec<Trait> {
        let model = self.compiled.model;
        let typical = self.base.parameters(model);
        let mut traits: Vec<Trait> = self
            .settings(index)
            .into_iter()
            .map(|(parameter, value)| {
                let deviations = match model.parameters[parameter].vary {
                    Some(Variation::LogNormal(deviation)) => ln(value / typical[parameter]) / deviation,
                    Some(Variation::Normal(deviation)) => (value - typical[parameter]) / deviation,
                    Some(Variation::Uniform(..)) | None => f64::NAN,
                };
                Trait { parameter, value, deviations: Some(deviations).filter(|one| one.is_finite()) }
            })
            .collect();
        let unusual = |one: &Trait| one.deviations.map_or(0.0, f64::abs);
        traits.sort_by(|a, b| unusual(b).total_cmp(&unusual(a)));
        traits
    }

    /// How many numbers each individual has.
    pub fn cells(&self) -> usize {
        match self.measures.list.len() {
            0 => self.base.outputs.len() * self.columns.len(),
            outcomes => outcomes,
        }
    }

    fn timeline(&self, index: usize) -> Result<Timeline, SimulationError> {
        let mut scenario = self.base.clone();
        scenario.settings.extend(self.settings(index));
        timeline(self.compiled.model, &self.compiled.routes, &scenario)
    }

    /// Runs all individuals and hands them to `visit` in their order, some at a time: the index of the first, and the
    /// results. `done` is called once an individual, from any thread.
    pub fn run(
        &self,
        done: &(dyn Fn() + Sync),
        visit: &mut (dyn FnMut(usize, Vec<Result<Numbers, SimulationError>>) + Send),
    ) {
        let numbers = self.cells().max(1);
        let round = (ROUND_NUMBERS / numbers).clamp(*BLOCK.end(), MOST_IN_A_ROUND);
        let share = self.count.min(round).div_ceil(4 * rayon::current_num_threads());
        let block = share.clamp(*BLOCK.start(), *BLOCK.end());
        for first in (0..self.count).step_by(round) {
            let last = (first + round).min(self.count);
            let blocks: Vec<usize> = (first..last).step_by(block).collect();
            let results: Vec<Vec<Result<Numbers, SimulationError>>> =
                blocks.into_par_iter().map(|begin| self.block(begin..(begin + block).min(last), done)).collect();
            visit(first, results.into_iter().flatten().collect());
        }
    }

    /// A block of individuals on one thread.
    fn block(&self, individuals: Range<usize>, done: &(dyn Fn() + Sync)) -> Vec<Result<Numbers, SimulationError>> {
        let keep = if self.measures.list.is_empty() { Keep::Rows } else { Keep::Everything };
        let mut timelines = individuals.map(|index| {
            done();
            self.timeline(index)
        });
        simulate_block(self.compiled, &mut timelines, self.options, keep, &mut |trajectory| self.numbers(&trajectory))
    }

    /// The numbers of one individual that statistics are made of.
    fn numbers(&self, trajectory: &Trajectory<'_>) -> Numbers {
        if self.measures.list.is_empty() {
            return self.rows(trajectory);
        }
        let values = take(self.measures, &[trajectory]);
        values.iter().zip(&self.measures.list).map(|(value, (_, unit))| unit.from_internal(*value)).collect()
    }

    fn rows(&self, trajectory: &Trajectory<'_>) -> Numbers {
        trajectory.table(self.columns).values.slice(s![.., 1..]).iter().copied().collect()
    }
}

/// A value of a parameter. A uniform one that was set keeps what was set.
fn draw(variation: Variation, typical: f64, set: bool, stream: &mut Stream) -> f64 {
    match variation {
        Variation::LogNormal(deviation) => stream.lognormal(typical, deviation),
        Variation::Normal(deviation) => typical + deviation * stream.normal(),
        Variation::Uniform(low, high) => {
            let drawn = low + (high - low) * stream.uniform();
            if set { typical } else { drawn }
        }
    }
}

/// What is known of one column at one time over all individuals.
#[derive(Debug, Clone)]
pub struct Cell {
    moments: Moments,
    sketch: QuantileSketch,
}

/// The quantiles that are told.
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// What is told of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// How many individuals have a number here; the others of those kept have none (a half-life of a rising curve).
    pub count: u64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The standard deviation (over `n - 1`).
    pub deviation: f64,
    /// The [`QUANTILES`], of type 7 of Hyndman and Fan; exact for small populations, else within
    /// [`Statistics::quantile_error`].
    pub quantiles: [f64; 5],
}

impl Cell {
    fn push(&mut self, value: f64) {
        if !value.is_nan() {
            self.moments.push(value);
        }
        self.sketch.push(value);
    }

    /// The numbers over those who have one here; NaN if nobody does.
    pub fn summary(&self) -> Summary {
        Summary {
            count: self.sketch.count(),
            mean: self.moments.mean().unwrap_or(f64::NAN),
            deviation: self.moments.standard_deviation().unwrap_or(f64::NAN),
            quantiles: QUANTILES.map(|p| self.sketch.quantile(p).unwrap_or(f64::NAN)),
        }
    }

    /// How many individuals have no number here.
    pub fn missing(&self) -> u64 {
        self.sketch.missing()
    }
}

/// Streaming statistics of a population.
pub struct Statistics {
    /// A cell a column, row after row.
    pub cells: Vec<Cell>,
    /// How many individuals were run to the end.
    pub kept: usize,
    /// How many failed.
    pub failed: usize,
    /// The first failures, each with the individual's index.
    pub failures: Vec<(usize, SimulationError)>,
}

impl Statistics {
    /// Nobody yet, for rows times columns cells.
    pub fn new(cells: usize) -> Statistics {
        let bins = (SKETCH_BYTES / 16 / cells.max(1)).clamp(64, 4096);
        let cell = Cell { moments: Moments::default(), sketch: QuantileSketch::new(bins) };
        Statistics { cells: vec![cell; cells], kept: 0, failed: 0, failures: Vec::new() }
    }

    /// Takes in individuals, the first of which has index `first`. Each cell sees them in their order, whichever thread
    /// works on it.
    pub fn take_in(&mut self, first: usize, results: Vec<Result<Numbers, SimulationError>>) {
        let mut rows: Vec<Numbers> = Vec::with_capacity(results.len());
        for (place, result) in results.into_iter().enumerate() {
            match result {
                Ok(one) => rows.push(one),
                Err(error) => {
                    self.failed += 1;
                    if self.failures.len() < KEPT_FAILURES {
                        self.failures.push((first + place, error));
                    }
                }
            }
        }
        self.kept += rows.len();
        self.cells.par_iter_mut().enumerate().for_each(|(place, cell)| {
            for value in rows.iter().filter_map(|one| one.get(place)) {
                cell.push(*value);
            }
        });
    }

    /// The largest error of a quantile, relative to it: 0 while all numbers are kept exactly.
    pub fn quantile_error(&self) -> f64 {
        self.cells.iter().map(|cell| cell.sketch.relative_error()).fold(0.0, f64::max)
    }
}

/// The parameters that differ between individuals, for telling the user when none does.
pub fn varying(model: &Model) -> Vec<&str> {
    model.parameters.iter().filter(|one| one.vary.is_some()).map(|one| one.name.as_str()).collect()
}

#[cfg(test)]
#[path = "population_tests.rs"]
mod tests;

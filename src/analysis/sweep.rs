//! Outcomes over varied parameters and doses: a grid, or points that fill the space evenly.
//!
//! The model is compiled once; a point changes numbers only. The results are in the order of the points whatever the
//! number of threads, and a point that fails does not take the others with it.

use super::vary::{MOST_POINTS, Varied};
use crate::diagnostics::{Code, Diagnostic};
use crate::dosing::Timeline;
use crate::numerics::sobol::{MAX_DIMENSIONS, Sobol};
use crate::simulation::{
    Compiled, Keep, Measures, Scenario, SimulationError, SolverOptions, Start, Trajectory, find_start,
    simulate_block_from, take, timeline,
};
use rayon::prelude::*;
use std::collections::HashMap;

/// The points of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// What is varied.
    pub varied: Vec<Varied>,
    /// The points: one value a varied thing, in its unit.
    pub points: Vec<Vec<f64>>,
}

/// How many points are expanded at a time, so that a sweep of millions keeps no more than these in memory.
const BLOCK: usize = 4096;
/// How many points a thread solves side by side before it asks for more.
const SHARE: usize = 64;

impl Design {
    /// Every combination; the last of the varied things changes fastest.
    ///
    /// # Errors
    /// A range without a number of points, and more than ten million points.
    pub fn grid(varied: Vec<Varied>) -> Result<Design, Diagnostic> {
        let mut points: Vec<Vec<f64>> = vec![Vec::new()];
        for one in &varied {
            let values = one.spread.values();
            if values.is_empty() {
                return Err(Diagnostic::error(
                    Code::BadArgument,
                    format!("`{}` does not say at how many points", one.name),
                )
                .hint(format!("write `{}=FROM..TO:N`, or fill the space with `--sobol N`", one.name)));
            }
            too_many(points.len().saturating_mul(values.len()))?;
            points = points
                .iter()
                .flat_map(|point| values.iter().map(move |value| point.iter().copied().chain([*value]).collect()))
                .collect();
        }
        Ok(Design { varied, points })
    }

    /// The first `count` points of the Sobol sequence over the ranges (by ratios where they are logarithmic; of a list,
    /// the value whose share of the list it falls into). A power of two fills the space most evenly.
    ///
    /// # Errors
    /// More dimensions than the sequence has, and no or too many points.
    pub fn sobol(varied: Vec<Varied>, count: usize) -> Result<Design, Diagnostic> {
        let Some(sequence) = Sobol::new(varied.len()) else {
            return Err(Diagnostic::error(
                Code::BadArgument,
                format!("`--sobol` takes 1 to {MAX_DIMENSIONS} varied things, not {}", varied.len()),
            ));
        };
        if count == 0 {
            return Err(Diagnostic::error(Code::BadArgument, "`--sobol 0` asks for no point"));
        }
        too_many(count)?;
        let mut shares = vec![0.0; varied.len()];
        let points = (0..count as u32)
            .map(|index| {
                sequence.point(index, &mut shares);
                varied.iter().zip(&shares).map(|(one, share)| one.spread.at(*share)).collect()
            })
            .collect();
        Ok(Design { varied, points })
    }

    /// Whether the points are a full grid whose values rise, as figures need it.
    pub fn axes(&self) -> Option<Vec<Vec<f64>>> {
        let axes: Vec<Vec<f64>> = self.varied.iter().map(|one| one.spread.values()).collect();
        let rises = |axis: &Vec<f64>| axis.windows(2).all(|pair| pair[0] < pair[1]);
        // As many points of a Sobol sequence are no grid.
        let full = Design::grid(self.varied.clone()).is_ok_and(|grid| grid.points == self.points);
        (full && axes.iter().all(rises)).then_some(axes)
    }

    /// The scenario of a point.
    pub fn scenario(&self, compiled: &Compiled<'_>, base: &Scenario, point: &[f64]) -> Scenario {
        let mut scenario = base.clone();
        for (one, value) in self.varied.iter().zip(point) {
            one.apply(*value, &mut scenario, compiled.model);
        }
        scenario
    }
}

fn too_many(points: usize) -> Result<(), Diagnostic> {
    if points <= MOST_POINTS {
        return Ok(());
    }
    Err(Diagnostic::error(Code::BadArgument, format!("that would be {points} points"))
        .hint("vary less, or fill the space with `--sobol N`"))
}

/// The outcomes at every point, in the unit that each measure is shown in. `compiled` has the measures' subjects as its
/// extra expressions ([`Compiled::of_outcomes`] has nothing else); `done` is called once a point, from any thread.
///
/// Points are solved eight side by side on every thread, each with the bits that it would get alone.
pub fn sweep(
    compiled: &Compiled<'_>,
    base: &Scenario,
    design: &Design,
    measures: &Measures,
    options: &SolverOptions,
    done: &(dyn Fn() + Sync),
) -> Vec<Result<Vec<f64>, SimulationError>> {
    let mut results = Vec::with_capacity(design.points.len());
    for points in design.points.chunks(BLOCK) {
        let timelines: Vec<Result<Timeline, SimulationError>> = points
            .par_iter()
            .map(|point| timeline(compiled.model, &compiled.routes, &design.scenario(compiled, base, point)))
            .collect();
        let starts = starts(compiled, &timelines, options);
        // A start that was not found before is sought again, to tell its own reason.
        let known = |timeline: &Timeline| starts.get(&key(timeline)).cloned().flatten();
        let outcomes = |trajectory: Trajectory<'_>| -> Vec<f64> {
            let values = take(measures, &[&trajectory]);
            done();
            values.iter().zip(&measures.list).map(|(value, (_, unit))| unit.from_internal(*value)).collect()
        };
        let share = timelines.len().div_ceil(rayon::current_num_threads()).clamp(1, SHARE);
        let mut waiting: Vec<Vec<Result<Timeline, SimulationError>>> = Vec::new();
        for timeline in timelines {
            match waiting.last_mut().filter(|block| block.len() < share) {
                Some(block) => block.push(timeline),
                None => waiting.push(vec![timeline]),
            }
        }
        let solved: Vec<Vec<Result<Vec<f64>, SimulationError>>> = waiting
            .into_par_iter()
            .map(|block| {
                let mut timelines = block.into_iter();
                let mut finish = |trajectory: Trajectory<'_>| outcomes(trajectory);
                let solved =
                    simulate_block_from(compiled, &mut timelines, &known, options, Keep::Everything, &mut finish);
                solved.iter().filter(|result| result.is_err()).for_each(|_| done());
                solved
            })
            .collect();
        results.extend(solved.into_iter().flatten());
    }
    results
}

/// What a start depends on, bit by bit.
fn key(timeline: &Timeline) -> Vec<u64> {
    let clamps = timeline.clamps.iter().flat_map(|(state, value)| [*state as u64, value.to_bits()]);
    timeline.parameters.iter().map(|value| value.to_bits()).chain(clamps).collect()
}

/// Each different start once: doses do not change where a run begins, and a steady start is half of a short run's cost.
fn starts(
    compiled: &Compiled<'_>,
    timelines: &[Result<Timeline, SimulationError>],
    options: &SolverOptions,
) -> HashMap<Vec<u64>, Option<Start>> {
    let mut different: HashMap<Vec<u64>, &Timeline> = HashMap::new();
    for timeline in timelines.iter().flatten() {
        different.entry(key(timeline)).or_insert(timeline);
    }
    different
        .into_par_iter()
        .map(|(key, timeline)| (key, find_start(compiled, &timeline.parameters, &timeline.clamps, options).ok()))
        .collect()
}

#[cfg(test)]
#[path = "sweep_tests.rs"]
mod tests;

//! Which values of the free parameters bring a model nearest to what was measured?
//!
//! The objective is the sum of what the deviations of the statements cost (`calibration_target`), weighted as in the
//! score, and of the squared logarithm of each parameter over the value that was judged before, in units of a wide
//! spread ([`PRIOR`]): what the statements do not inform stays where judgment put it. Statements that were held back
//! take no part. The fit is Levenberg's method in the logarithms of the parameters, with sensitivities by finite
//! differences: since the loss has kinks, each step minimizes the objective with what the model gives taken as linear,
//! kinks included, within the bounds. It is deterministic. This file must never move a parameter out of its bounds.

use super::calibration_design::Free;
use super::calibration_target::Target;
use super::evidence::{Models, Verdict, judge_all};
use super::reach::Reach;
use super::statement_runs::Plan;
use crate::formats::evidence_table::EvidenceRow;
use crate::model::Statement;
use crate::numerics::elementary::{exp, ln};
use crate::simulation::SolverOptions;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// The step of the finite differences, in logarithms: large beside the solver's error, small beside a change of sign.
const STEP: f64 = 0.02;
/// No parameter moves further in one step, in logarithms.
const LONGEST_STEP: f64 = 0.4;
/// A step that gains less than this share ends the fit.
const LEAST_GAIN: f64 = 1e-3;
/// The spread of the logarithm of a parameter around what was judged before: a factor of 1.65.
pub const PRIOR: f64 = 0.5;
/// Sweeps of the inner minimization.
const MOST_SWEEPS: usize = 2000;

/// One model with the statements that run it.
struct Part<'a> {
    plan: Plan<'a>,
    statements: Vec<&'a Statement>,
    /// For each free parameter its index in this model, if the model has taken it over unchanged.
    places: Vec<Option<usize>>,
    /// For each free parameter, whether it can change each of the statements.
    reached: Vec<Vec<bool>>,
}

/// A calibration made ready.
pub struct Calibration<'a> {
    parts: Vec<Part<'a>>,
    rows: &'a HashMap<String, EvidenceRow>,
    options: SolverOptions,
    /// What may move.
    pub free: Vec<Free>,
    /// What is fitted.
    pub targets: Vec<Target>,
    /// For each part and statement the index of its target.
    target_of: Vec<Vec<Option<usize>>>,
}

/// What came of a fit.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The values of the free parameters, internal units.
    pub values: Vec<f64>,
    /// What the model gives for each target.
    pub got: Vec<f64>,
    /// The objective before and after.
    pub before: f64,
    /// See `before`.
    pub after: f64,
    /// Steps that were taken.
    pub steps: usize,
    /// How often all runs were made.
    pub evaluations: usize,
}

/// Where a parameter is moved to for a difference, and by how much in logarithms: up by [`STEP`], down where there is no
/// room, and as far as the bounds let it where there is none on either side.
fn moved_within(value: f64, free: &Free) -> (f64, f64) {
    for step in [STEP, -STEP] {
        let there = value * exp(step);
        if (free.low..=free.high).contains(&there) {
            return (there, step);
        }
    }
    let farther = if free.high / value > value / free.low { free.high } else { free.low };
    (farther, ln(farther / value))
}

impl<'a> Calibration<'a> {
    /// Makes the runs ready. `models` are those that the statements speak of, the fitted one under the empty name; a free
    /// parameter also moves in the others where they have taken over its value. `wanted` chooses the statements.
    ///
    /// Ranges are those that the score uses; a statement that cannot be scored with the model as it stands is no target.
    pub fn new(
        models: &Models<'a>,
        free: Vec<Free>,
        rows: &'a HashMap<String, EvidenceRow>,
        wanted: impl Fn(&Statement) -> bool,
        options: &SolverOptions,
    ) -> Calibration<'a> {
        let Some(Ok(main)) = models.get("") else {
            return Calibration {
                parts: Vec::new(),
                rows,
                options: *options,
                free,
                targets: Vec::new(),
                target_of: Vec::new(),
            };
        };
        let mut by_model: BTreeMap<&str, Vec<&'a Statement>> = BTreeMap::new();
        for statement in main.evidence.iter().filter(|one| !one.held_back && wanted(one)) {
            let name = statement.model.as_deref().filter(|name| *name != main.name).unwrap_or_default();
            by_model.entry(name).or_default().push(statement);
        }
        let mut parts = Vec::new();
        for (name, statements) in by_model {
            if let Some(Ok(model)) = models.get(name) {
                let place =
                    |one: &Free| model.parameter(&one.name).filter(|at| model.parameters[*at].value == one.value);
                let places: Vec<Option<usize>> = free.iter().map(place).collect();
                // A model that knows none of them cannot change.
                if places.iter().any(Option::is_some) {
                    let plan = Plan::new(model, &statements);
                    let reached = places
                        .iter()
                        .map(|place| match place {
                            Some(parameter) => plan.reached(&Reach::of(model, *parameter)),
                            None => vec![false; statements.len()],
                        })
                        .collect();
                    parts.push(Part { plan, statements, places, reached });
                }
            }
        }
        let mut ready =
            Calibration { parts, rows, options: *options, free, targets: Vec::new(), target_of: Vec::new() };
        ready.find_targets();
        ready
    }

    fn find_targets(&mut self) {
        let mut counts: HashMap<String, f64> = HashMap::new();
        let mut found: Vec<(usize, usize, Target, String)> = Vec::new();
        for (index, part) in self.parts.iter().enumerate() {
            let scored = judge_all(&part.plan, &part.statements, self.rows, part.plan.run(&[], &self.options));
            for (place, one) in scored.iter().enumerate() {
                let group =
                    if one.statement.statement.is_empty() { &one.statement.id } else { &one.statement.statement };
                if one.counts() {
                    *counts.entry(group.clone()).or_insert(0.0) += 1.0;
                }
                let (Verdict::Met | Verdict::Missed, Some((low, high))) = (&one.verdict, one.range) else { continue };
                let names = (one.statement.id.as_str(), one.statement.topic.as_str());
                let target = Target::new(names, (low, high), one.expected, one.got, one.weight);
                found.push((index, place, target, group.clone()));
            }
        }
        self.target_of = self.parts.iter().map(|part| vec![None; part.statements.len()]).collect();
        for (part, place, mut target, group) in found {
            target.weight /= counts.get(&group).copied().unwrap_or(1.0);
            self.target_of[part][place] = Some(self.targets.len());
            self.targets.push(target);
        }
    }

    /// What the model gives for each target with these values of the free parameters (internal units); NaN where it is
    /// not defined.
    pub fn evaluate(&self, values: &[f64]) -> Vec<f64> {
        self.evaluate_from(values, None)
    }

    /// As [`Calibration::evaluate`]; with one parameter moved from where `before` was given, only what it reaches is run.
    fn evaluate_from(&self, values: &[f64], moved: Option<(usize, &[f64])>) -> Vec<f64> {
        let mut got = moved.map_or_else(|| vec![f64::NAN; self.targets.len()], |(_, before)| before.to_vec());
        let results: Vec<_> = self
            .parts
            .par_iter()
            .map(|part| {
                let settings: Vec<(usize, f64)> =
                    part.places.iter().zip(values).filter_map(|(place, value)| Some(((*place)?, *value))).collect();
                let wanted = |statement: usize| moved.is_none_or(|(which, _)| part.reached[which][statement]);
                let values = part.plan.run_some(&settings, &self.options, &wanted);
                (judge_all(&part.plan, &part.statements, self.rows, values), wanted)
            })
            .collect();
        for ((scored, wanted), targets) in results.iter().zip(&self.target_of) {
            for (statement, (one, target)) in scored.iter().zip(targets).enumerate() {
                if let Some(target) = target
                    && wanted(statement)
                {
                    got[*target] = one.got;
                }
            }
        }
        got
    }

    /// The objective: what the deviations of the statements cost, and what leaving the judged values costs.
    pub fn objective(&self, values: &[f64], got: &[f64]) -> f64 {
        let data: f64 = self.targets.iter().zip(got).map(|(one, got)| one.weight * one.deviation(*got).loss()).sum();
        let squared = |(one, value): (&Free, &f64)| from_judged(one, *value) * from_judged(one, *value);
        let prior: f64 = self.free.iter().zip(values).map(squared).sum();
        data + prior
    }

    /// How many targets are within their ranges.
    pub fn met(&self, got: &[f64]) -> usize {
        self.targets.iter().zip(got).filter(|(one, got)| one.met(**got)).count()
    }

    /// What each target changes by, in half-widths, for a change of a free parameter by a factor of e: one row a free
    /// parameter. Differences are taken forward, or backward where the upper bound is near. Where a measure is not
    /// defined on both sides the entry is 0.
    pub fn sensitivities(&self, values: &[f64], got: &[f64]) -> Vec<Vec<f64>> {
        (0..self.free.len())
            .into_par_iter()
            .map(|which| {
                let mut moved = values.to_vec();
                let (there, step) = moved_within(values[which], &self.free[which]);
                moved[which] = there;
                let there = self.evaluate_from(&moved, Some((which, got)));
                let change = |((target, before), after): ((&Target, &f64), &f64)| {
                    let change = (after - before) / (step * target.scale);
                    if change.is_finite() { change } else { 0.0 }
                };
                self.targets.iter().zip(got).zip(&there).map(change).collect()
            })
            .collect()
    }

    /// Fits, beginning at `start` (internal units, moved into the bounds), in at most `most_steps` steps. `progress` is
    /// told the objective after each.
    pub fn fit(&self, start: &[f64], most_steps: usize, mut progress: impl FnMut(usize, f64)) -> Fitted {
        let mut values: Vec<f64> =
            self.free.iter().zip(start).map(|(one, value)| value.clamp(one.low, one.high)).collect();
        let mut got = self.evaluate(&values);
        let mut now = self.objective(&values, &got);
        let before = now;
        let (mut steps, mut evaluations) = (0, 1);
        let mut damping = 1e-3;
        while steps < most_steps && now > 0.0 && !self.free.is_empty() {
            let slopes = self.sensitivities(&values, &got);
            evaluations += self.free.len();
            let mut gain = 0.0;
            // Ever shorter steps, until one helps.
            for _ in 0..8 {
                let step = self.step(&values, &got, &slopes, damping);
                let tried: Vec<f64> = values
                    .iter()
                    .zip(&step)
                    .zip(&self.free)
                    .map(|((value, step), one)| (value * exp(*step)).clamp(one.low, one.high))
                    .collect();
                let there = self.evaluate(&tried);
                evaluations += 1;
                let objective = self.objective(&tried, &there);
                if objective < now {
                    gain = (now - objective) / now;
                    (values, got, now) = (tried, there, objective);
                    damping = (damping * 0.2).max(1e-9);
                    break;
                }
                damping *= 6.0;
            }
            steps += 1;
            progress(steps, now);
            if gain < LEAST_GAIN {
                break;
            }
        }
        Fitted { values, got, before, after: now, steps, evaluations }
    }

    /// The step (in logarithms) that minimizes the objective, what the model gives taken as linear, with `damping`
    /// times the squared length of the step: by coordinates, each of which has one minimum.
    fn step(&self, values: &[f64], got: &[f64], slopes: &[Vec<f64>], damping: f64) -> Vec<f64> {
        let bounds: Vec<(f64, f64)> = self
            .free
            .iter()
            .zip(values)
            .map(|(one, value)| (ln(one.low / value).max(-LONGEST_STEP), ln(one.high / value).min(LONGEST_STEP)))
            .collect();
        let mut step = vec![0.0_f64; self.free.len()];
        // What is given where the step leads, on the scale of each target.
        let mut there: Vec<f64> = self.targets.iter().zip(got).map(|(one, got)| got / one.scale).collect();
        for _ in 0..MOST_SWEEPS {
            let mut largest = 0.0_f64;
            for (which, slope) in slopes.iter().enumerate() {
                let (mut first, mut second) = (damping * step[which], damping);
                if let Some(judged) = self.free[which].judged {
                    first += (ln(values[which] / judged) + step[which]) / (PRIOR * PRIOR);
                    second += 1.0 / (PRIOR * PRIOR);
                }
                for ((target, there), slope) in self.targets.iter().zip(&there).zip(slope) {
                    if *slope == 0.0 {
                        continue;
                    }
                    let deviation = target.deviation(there * target.scale);
                    let slope = slope * target.scale * deviation.slope;
                    first += target.weight * deviation.pull() * slope;
                    second += target.weight * deviation.curvature() * slope * slope;
                }
                let (low, high) = bounds[which];
                let moved = (step[which] - first / second).clamp(low, high) - step[which];
                if moved != 0.0 {
                    step[which] += moved;
                    for (there, slope) in there.iter_mut().zip(slope) {
                        *there += slope * moved;
                    }
                    largest = largest.max(moved.abs());
                }
            }
            if largest < 1e-7 {
                break;
            }
        }
        step
    }
}

/// How far a value is from the judged one, in spreads of its logarithm; 0 where none was given.
fn from_judged(free: &Free, value: f64) -> f64 {
    free.judged.map_or(0.0, |judged| ln(value / judged) / PRIOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_never_taken_outside_of_the_bounds() {
        for (value, low, high) in
            [(1.0, 0.5, 2.0), (2.0, 0.5, 2.0), (1.0, 0.999, 1.001), (1.0, 1.0, 1.01), (3.0, 2.99, 3.0)]
        {
            let free = Free { name: "k".into(), index: 0, value, low, high, judged: None };
            let (there, step) = moved_within(value, &free);
            assert!((low..=high).contains(&there) && there != value, "{value} in {low} to {high}: {there}");
            assert!((there - value * exp(step)).abs() < 1e-12 && step != 0.0, "{value}: {step}");
        }
    }
}

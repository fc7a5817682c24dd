//! Which runs do statements need, and what do they give?
//!
//! Statements name runs; runs that are equal in all that they name are made once, all in parallel. A plan is made once
//! for a model and can be run with parameters set to other values, which is what calibration does. This file must
//! never compare what comes out with what was published.

use super::evidence::Verdict;
use super::reach::Reach;
use crate::diagnostics::{Code, Diagnostic, Report, SourceText};
use crate::model::{Model, Statement, StatementRun, Text};
use crate::simulation::{Compiled, Keep, Measure, Measures, Scenario, SolverOptions, Taker, simulate, spans};
use crate::units::{Unit, parse_quantity_as};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// One run that several statements may share.
struct Job {
    key: String,
    scenario: Result<Scenario, String>,
}

/// The measure of a statement and the jobs of its runs, in the order in which the measure counts them.
struct Asked {
    measure: usize,
    jobs: Vec<usize>,
}

/// Statements made ready for the model that runs them.
pub(super) struct Plan<'m> {
    compiled: Compiled<'m>,
    measures: Measures,
    jobs: Vec<Job>,
    asked: Vec<Result<Asked, Verdict>>,
    /// The statements in groups that share no run.
    together: Vec<Vec<usize>>,
}

impl<'m> Plan<'m> {
    /// Reads measures and runs; what cannot be read is kept as the verdict on its statement.
    pub(super) fn new(model: &'m Model, statements: &[&Statement]) -> Plan<'m> {
        let mut measures = Measures::default();
        let mut jobs: Vec<Job> = Vec::new();
        let asked: Vec<_> = statements.iter().map(|one| ask(model, one, &mut measures, &mut jobs)).collect();
        let compiled = Compiled::of_outcomes(model, &measures.subjects);
        let together = together(&asked, jobs.len());
        Plan { compiled, measures, jobs, asked, together }
    }

    /// The unit in which the measure of a statement is shown, if it has one.
    pub(super) fn unit(&self, statement: usize) -> Option<&Unit> {
        let asked = self.asked.get(statement)?.as_ref().ok()?;
        self.measures.list.get(asked.measure).map(|(_, unit)| unit)
    }

    /// Whether each statement can change with what is reached.
    pub(super) fn reached(&self, reach: &Reach) -> Vec<bool> {
        let subject = |index: usize| self.measures.subjects.get(index).is_none_or(|tree| reach.touches(tree));
        self.asked
            .iter()
            .map(|asked| {
                let mut touched = false;
                if let Ok(asked) = asked {
                    self.measures.list[asked.measure].0.each_taken(&mut |taken| touched |= subject(taken.subject));
                }
                touched
            })
            .collect()
    }

    /// Runs everything with parameters set to other values (index, internal unit), and takes every measure, in internal
    /// units. What a statement sets itself wins. A statement whose run fails has the reason.
    pub(super) fn run(&self, settings: &[(usize, f64)], options: &SolverOptions) -> Vec<Result<f64, Verdict>> {
        self.run_some(settings, options, &|_| true)
    }

    /// As [`Plan::run`], for some of the statements; the others are NaN, and runs that only they need are not made.
    pub(super) fn run_some(
        &self,
        settings: &[(usize, f64)],
        options: &SolverOptions,
        wanted: &(dyn Fn(usize) -> bool + Sync),
    ) -> Vec<Result<f64, Verdict>> {
        let mut values: Vec<Result<f64, Verdict>> =
            self.asked.iter().map(|asked| asked.as_ref().map(|_| f64::NAN).map_err(Clone::clone)).collect();
        // Statements that share no run are done apart, so that not all trajectories are in memory at once.
        let parts: Vec<Vec<(usize, Result<f64, Verdict>)>> = self
            .together
            .par_iter()
            .map(|statements| {
                let statements: Vec<usize> = statements.iter().copied().filter(|one| wanted(*one)).collect();
                self.run_together(&statements, settings, options)
            })
            .collect();
        for (statement, value) in parts.into_iter().flatten() {
            values[statement] = value;
        }
        values
    }

    fn run_together(
        &self,
        statements: &[usize],
        settings: &[(usize, f64)],
        options: &SolverOptions,
    ) -> Vec<(usize, Result<f64, Verdict>)> {
        let asked: Vec<(usize, &Asked)> =
            statements.iter().filter_map(|one| Some((*one, self.asked[*one].as_ref().ok()?))).collect();
        let mut jobs: Vec<usize> = asked.iter().flat_map(|(_, asked)| asked.jobs.iter().copied()).collect();
        jobs.sort_unstable();
        jobs.dedup();
        let results: Vec<_> = jobs
            .par_iter()
            .map(|job| match &self.jobs[*job].scenario {
                Ok(scenario) => {
                    let mut scenario = scenario.clone();
                    scenario.settings.splice(0..0, settings.iter().copied());
                    let measures = asked.iter().flat_map(|(_, asked)| {
                        let runs = asked.jobs.iter().enumerate().filter(|(_, of)| *of == job);
                        runs.map(|(run, _)| (&self.measures.list[asked.measure].0, run))
                    });
                    simulate(&self.compiled, &scenario, options, Keep::Within(&spans(measures)))
                        .map_err(|error| error.diagnostic(&self.compiled).message)
                }
                Err(reason) => Err(reason.clone()),
            })
            .collect();
        let result_of = |job: &usize| jobs.binary_search(job).ok().and_then(|place| results.get(place));
        let mut place_of = vec![usize::MAX; jobs.len()];
        let mut trajectories = Vec::new();
        for (place, result) in place_of.iter_mut().zip(&results) {
            if let Ok(trajectory) = result {
                *place = trajectories.len();
                trajectories.push(trajectory);
            }
        }
        let measures: Vec<(&Measure, Vec<usize>)> = asked
            .iter()
            .map(|(_, asked)| {
                let place = |job: &usize| jobs.binary_search(job).map_or(usize::MAX, |place| place_of[place]);
                (&self.measures.list[asked.measure].0, asked.jobs.iter().map(place).collect())
            })
            .collect();
        let borrowed: Vec<(&Measure, &[usize])> = measures.iter().map(|(measure, of)| (*measure, &of[..])).collect();
        let mut taker = Taker::new(&borrowed, trajectories.iter().copied());
        asked
            .iter()
            .zip(&borrowed)
            .map(|((statement, asked), (measure, of))| {
                match asked.jobs.iter().find_map(|job| result_of(job)?.as_ref().err()) {
                    Some(reason) => (*statement, Err(Verdict::Unscored(reason.clone()))),
                    None => (*statement, Ok(taker.value(measure, of))),
                }
            })
            .collect()
    }
}

/// The statements in groups that share no run.
fn together(asked: &[Result<Asked, Verdict>], jobs: usize) -> Vec<Vec<usize>> {
    // The group of each job, by the first job of the group.
    let mut first: Vec<usize> = (0..jobs).collect();
    let find = |first: &[usize], mut job: usize| {
        while first[job] != job {
            job = first[job];
        }
        job
    };
    let of = |one: &Result<Asked, Verdict>| one.as_ref().map_or_else(|_| Vec::new(), |asked| asked.jobs.clone());
    for one in asked {
        for pair in of(one).windows(2) {
            let (a, b) = (find(&first, pair[0]), find(&first, pair[1]));
            first[a.max(b)] = a.min(b);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (statement, one) in asked.iter().enumerate() {
        if let Some(job) = of(one).first() {
            groups.entry(find(&first, *job)).or_default().push(statement);
        }
    }
    groups.into_values().collect()
}

fn ask(model: &Model, statement: &Statement, measures: &mut Measures, jobs: &mut Vec<Job>) -> Result<Asked, Verdict> {
    if let Some(other) = not_applicable(statement, model) {
        return Err(Verdict::NotApplicable(other));
    }
    let names: Vec<&str> = statement.runs.iter().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return Err(Verdict::Unscored("it does not say what is run (`run = {}` is a run without doses)".into()));
    }
    let order = order(&names);
    let ordered: Vec<&str> = order.iter().map(|index| names[*index]).collect();
    let Some(text) = &statement.measure else {
        return Err(Verdict::Unscored("it does not say what is measured".into()));
    };
    let source = SourceText::new(format!("measure of {}", statement.id), text.text.as_str());
    if let Err(report) = measures.add(&source, model, &ordered) {
        return Err(Verdict::Unscored(first_words(&report)));
    }
    let of = order.iter().map(|index| job(jobs, model, &statement.runs[*index].1)).collect();
    Ok(Asked { measure: measures.list.len() - 1, jobs: of })
}

/// The runs of a statement in the order in which its measure counts them: `main` is meant where a measure names none.
pub(super) fn order(names: &[&str]) -> Vec<usize> {
    let main = names.iter().position(|name| *name == "main").unwrap_or(0);
    let mut order: Vec<usize> = (0..names.len()).collect();
    if main < order.len() {
        order.swap(0, main);
    }
    order
}

/// Why a statement does not speak of a model, if it does not.
pub(super) fn not_applicable(statement: &Statement, model: &Model) -> Option<String> {
    let differs =
        |wanted: &Option<String>, has: &str| wanted.as_deref().is_some_and(|wanted| !has.is_empty() && wanted != has);
    if differs(&statement.species, &model.species) {
        return Some(format!("{} only", statement.species.as_deref().unwrap_or_default()));
    }
    if differs(&statement.condition, &model.condition) {
        return Some(format!("{} only", statement.condition.as_deref().unwrap_or_default()));
    }
    None
}

/// The job of a run: an equal one if there is one already.
fn job(jobs: &mut Vec<Job>, model: &Model, run: &StatementRun) -> usize {
    let key = format!("{:?}|{:?}|{}", run.run, run.until.as_ref().map(|text| &text.text), changes_key(run));
    if let Some(index) = jobs.iter().position(|job| job.key == key) {
        return index;
    }
    jobs.push(Job { key, scenario: scenario(model, run).map_err(|report| first_words(&report)) });
    jobs.len() - 1
}

fn changes_key(run: &StatementRun) -> String {
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.text.clone());
    run.changes
        .iter()
        .map(|change| {
            format!("{:?} {:?} {:?} {:?};", text(&change.from), text(&change.until), change.set, change.clamp)
        })
        .collect()
}

/// The scenario of a statement's run.
///
/// # Errors
/// Names the model lacks, doses or times that cannot be read.
pub fn scenario(model: &Model, run: &StatementRun) -> Result<Scenario, Report> {
    let mut scenario = Scenario::undosed(model);
    if let Some(regimen) = &run.run.regimen {
        scenario.add_regimen(model, regimen)?;
    }
    for dose in &run.run.dose {
        scenario.add_doses(model, &SourceText::new("dose", dose.as_str()))?;
    }
    for name in &run.run.perturbations {
        scenario.add_perturbation(model, name)?;
    }
    for (name, value) in &run.run.set {
        scenario.set(model, name, value)?;
    }
    for change in &run.changes {
        let place = change.from.as_ref().or(change.until.as_ref()).map(|text| text.place.clone());
        let place = place.or_else(|| model.states.first().map(|state| state.place.clone()));
        if let Some(place) = place {
            scenario.unnamed.push(model.unnamed_perturbation(change, &place)?);
        }
    }
    if let Some(until) = &run.until {
        let time = parse_quantity_as(&until.text, &model.time_unit)
            .map_err(|error| Report::from(Diagnostic::error(Code::BadQuantity, error.to_string())))?;
        scenario.until = time.internal();
    }
    Ok(scenario)
}

fn first_words(report: &Report) -> String {
    report
        .list
        .iter()
        .find(|one| one.is_error())
        .map_or_else(|| "it cannot be scored".to_string(), |one| one.message.clone())
}

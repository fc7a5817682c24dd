//! How much of what was measured does a model reproduce?
//!
//! Every statement names its runs, what is measured and its rows; runs that are equal are made once, all in parallel.
//! An entry weighs the mean of its rows (read 1, recalled 1/2) over the number of entries of its numbered statement.
//! What cannot be scored (an unknown row, a quantity the model lacks, a run that fails) is a miss with its reason, and
//! never a silent pass. This file must never change a model to fit.

use super::judge::judge;
use super::statement_runs::Plan;
use crate::formats::evidence_table::EvidenceRow;
use crate::model::{Model, Statement};
use crate::numerics::float_text::number_text;
use crate::simulation::SolverOptions;
use std::collections::{BTreeMap, HashMap};

/// Within this share of no change, a change counts as none.
pub(super) const SIGN_BAND: f64 = 0.2;

/// What came of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The model gives what was measured.
    Met,
    /// It does not.
    Missed,
    /// It could not be scored, which counts as missed; with the reason.
    Unscored(String),
    /// It speaks of another species or condition; not counted.
    NotApplicable(String),
}

/// A statement with what the model gave.
#[derive(Debug, Clone)]
pub struct Scored<'a> {
    /// The statement.
    pub statement: &'a Statement,
    /// The expected value and range, in `unit`.
    pub expected: Option<f64>,
    /// See `expected`.
    pub range: Option<(f64, f64)>,
    /// What the model gave, in `unit`.
    pub got: f64,
    /// The unit of the numbers, as printed.
    pub unit: String,
    /// Whether all its rows were read in their source; a statement without rows recalls none.
    pub read: bool,
    /// Its weight in the total.
    pub weight: f64,
    /// What came of it.
    pub verdict: Verdict,
}

/// The score of one model.
#[derive(Debug, Clone)]
pub struct Score<'a> {
    /// The statements in their order.
    pub entries: Vec<Scored<'a>>,
    /// Numbered statements of the texts that no entry states; each counts as missed.
    pub unstated: Vec<String>,
}

impl Score<'_> {
    /// The weight that is met, and the weight that applies.
    pub fn weights(&self, of: impl Fn(&Scored<'_>) -> bool) -> (f64, f64) {
        let counted = self.entries.iter().filter(|one| of(one) && one.counts());
        counted.fold((0.0, 0.0), |(met, all), one| {
            (met + if one.verdict == Verdict::Met { one.weight } else { 0.0 }, all + one.weight)
        })
    }

    /// From 0 to 1, over all that applies.
    pub fn reproduced(&self) -> f64 {
        let (met, all) = self.weights(|_| true);
        let all = all + self.unstated.len() as f64;
        if all > 0.0 { met / all } else { 0.0 }
    }

    /// How many of the statements that were held back, and apply, come out; and how many there are.
    pub fn held_back(&self) -> (usize, usize) {
        let applies = |one: &&Scored<'_>| one.statement.held_back && one.applies();
        let met = self.entries.iter().filter(applies).filter(|one| one.verdict == Verdict::Met).count();
        (met, self.entries.iter().filter(applies).count())
    }

    /// The required statements that are not met.
    pub fn required_missed(&self) -> Vec<&str> {
        self.entries
            .iter()
            .filter(|one| one.statement.required && matches!(one.verdict, Verdict::Missed | Verdict::Unscored(_)))
            .map(|one| one.statement.id.as_str())
            .collect()
    }
}

/// The models that statements speak of: the scored one under the empty name, others (`rat`, `ssri`) under theirs.
pub type Models<'a> = BTreeMap<String, Result<&'a Model, String>>;

/// The names of further models that the statements of a model speak of.
pub fn further_models(model: &Model) -> Vec<String> {
    let mut names: Vec<String> = model.evidence.iter().filter_map(|one| one.model.clone()).collect();
    names.sort();
    names.dedup();
    names.retain(|name| *name != model.name);
    names
}

/// The numbers of the statements in the evidence texts: `pk1`, `cc29`. A line of a text begins with `12. `; a text that
/// says `(No statement.)` leaves its number out.
pub fn numbered_statements(prefix: &str, text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.contains("(No statement.)"))
        .filter_map(|line| line.split_once(". ").map(|(number, _)| number))
        .filter(|number| !number.is_empty() && number.len() <= 3 && number.bytes().all(|byte| byte.is_ascii_digit()))
        .map(|number| format!("{prefix}{number}"))
        .collect()
}

/// Scores a model. `numbered` are the statements of the texts that should be stated, if the model draws on them.
pub fn score<'a>(
    model: &'a Model,
    models: &Models<'a>,
    rows: &HashMap<String, EvidenceRow>,
    numbered: &[String],
    options: &SolverOptions,
) -> Score<'a> {
    let mut by_model: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, statement) in model.evidence.iter().enumerate() {
        let name = statement.model.as_deref().filter(|name| *name != model.name).unwrap_or_default();
        by_model.entry(name).or_default().push(index);
    }
    let mut entries: Vec<Option<Scored<'a>>> = model.evidence.iter().map(|_| None).collect();
    for (name, indices) in by_model {
        let statements: Vec<&'a Statement> = indices.iter().map(|index| &model.evidence[*index]).collect();
        let without = |reason: String| -> Vec<Scored<'a>> {
            statements.iter().map(|one| Scored::without(one, rows, Verdict::Unscored(reason.clone()))).collect()
        };
        let scored = match models.get(name) {
            Some(Ok(target)) => score_with(target, &statements, rows, options),
            Some(Err(reason)) => without(reason.clone()),
            None => without(format!("there is no model `{name}`")),
        };
        for (index, one) in indices.into_iter().zip(scored) {
            entries[index] = Some(one);
        }
    }
    let mut entries: Vec<Scored<'a>> = entries.into_iter().flatten().collect();
    share_weights(&mut entries);
    let unstated = numbered
        .iter()
        .filter(|number| !entries.iter().any(|one| one.statement.statement == **number && !one.statement.held_back))
        .cloned()
        .collect();
    Score { entries, unstated }
}

/// An entry weighs its rows' weight over the number of entries of its numbered statement that apply; one that was held
/// back weighs nothing.
fn share_weights(entries: &mut [Scored<'_>]) {
    let mut counts: HashMap<String, f64> = HashMap::new();
    let group = |one: &Scored<'_>| {
        if one.statement.statement.is_empty() { one.statement.id.clone() } else { one.statement.statement.clone() }
    };
    for one in entries.iter().filter(|one| one.counts()) {
        *counts.entry(group(one)).or_insert(0.0) += 1.0;
    }
    for one in entries.iter_mut() {
        let count = counts.get(&group(one)).copied().unwrap_or(1.0);
        one.weight = if one.statement.held_back { 0.0 } else { one.weight / count };
    }
}

impl<'a> Scored<'a> {
    /// Whether it speaks of the model.
    pub fn applies(&self) -> bool {
        !matches!(self.verdict, Verdict::NotApplicable(_))
    }

    /// Whether it counts in a score: it applies and was not held back.
    pub fn counts(&self) -> bool {
        !self.statement.held_back && self.applies()
    }

    /// A statement for which there is no number.
    fn without(statement: &'a Statement, rows: &HashMap<String, EvidenceRow>, verdict: Verdict) -> Scored<'a> {
        let (weight, read) = row_weight(statement, rows);
        Scored { statement, expected: None, range: None, got: f64::NAN, unit: String::new(), read, weight, verdict }
    }
}

/// The mean weight of a statement's rows, and whether all were read.
fn row_weight(statement: &Statement, rows: &HashMap<String, EvidenceRow>) -> (f64, bool) {
    let known: Vec<bool> = statement.rows.iter().filter_map(|id| rows.get(&id.text)).map(|row| row.read).collect();
    if known.is_empty() {
        return (1.0, true);
    }
    let sum: f64 = known.iter().map(|read| if *read { 1.0 } else { 0.5 }).sum();
    (sum / known.len() as f64, known.iter().all(|read| *read))
}

/// Scores statements with the model that runs them.
pub(super) fn score_with<'a>(
    model: &Model,
    statements: &[&'a Statement],
    rows: &HashMap<String, EvidenceRow>,
    options: &SolverOptions,
) -> Vec<Scored<'a>> {
    let plan = Plan::new(model, statements);
    let results = plan.run(&[], options);
    judge_all(&plan, statements, rows, results)
}

/// Compares what a plan gave with what was published.
pub(super) fn judge_all<'a>(
    plan: &Plan<'_>,
    statements: &[&'a Statement],
    rows: &HashMap<String, EvidenceRow>,
    results: Vec<Result<f64, Verdict>>,
) -> Vec<Scored<'a>> {
    let judged = statements.iter().zip(results).enumerate().map(|(index, (statement, result))| {
        let (weight, read) = row_weight(statement, rows);
        match (result, plan.unit(index)) {
            (Ok(got), Some(unit)) => judge(statement, rows, got, unit, weight, read),
            (Ok(_), None) => Scored::without(statement, rows, Verdict::Unscored("it measures nothing".into())),
            (Err(verdict), _) => Scored::without(statement, rows, verdict),
        }
    });
    judged.collect()
}

/// A range in words: `130 to 250`, `at least 1.2`.
pub fn range_words(range: (f64, f64)) -> String {
    let short = |value: f64| {
        let short: f64 = format!("{value:.3e}").parse().unwrap_or(value);
        number_text(short)
    };
    match (range.0 == f64::NEG_INFINITY || range.0.is_nan(), range.1 == f64::INFINITY || range.1.is_nan()) {
        (false, false) => format!("{} to {}", short(range.0), short(range.1)),
        (true, false) => format!("at most {}", short(range.1)),
        (false, true) if range.0 == f64::MIN_POSITIVE => "above 0".to_string(),
        (false, true) => format!("at least {}", short(range.0)),
        (true, true) => "anything".to_string(),
    }
}

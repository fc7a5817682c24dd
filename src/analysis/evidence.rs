//! How much of what was measured does a model reproduce?
//!
//! Every statement names its runs, what is measured and its rows; runs that are equal are made once, all in parallel.
//! An entry weighs the mean of its rows (read 1, recalled 1/2) over the number of entries of its numbered statement.
//! What cannot be scored (an unknown row, a quantity the model lacks, a run that fails) is a miss with its reason, and
//! never a silent pass. This file must never change a model to fit.

use crate::diagnostics::{Diagnostic, Report, SourceText};
use crate::formats::evidence_table::EvidenceRow;
use crate::model::{Combination, Comparison, Model, Statement, StatementRun};
use crate::numerics::float_text::number_text;
use crate::simulation::{Compiled, Keep, Measures, Scenario, SolverOptions, Taker, simulate};
use crate::units::{Unit, parse_quantity_as};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Within this share of no change, a change counts as none.
pub(super) const SIGN_BAND: f64 = 0.2;
/// A row without a range and without a tolerance in the texts is met within this share.
const DEFAULT_SHARE: f64 = 0.3;

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
    /// Whether all rows were read in their source.
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
        let counted = self.entries.iter().filter(|one| of(one) && !matches!(one.verdict, Verdict::NotApplicable(_)));
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
        let scored = match models.get(name) {
            Some(Ok(target)) => score_with(target, &statements, rows, options),
            Some(Err(reason)) => statements.iter().map(|one| unscored(one, rows, reason.clone())).collect(),
            None => statements.iter().map(|one| unscored(one, rows, format!("there is no model `{name}`"))).collect(),
        };
        for (index, one) in indices.into_iter().zip(scored) {
            entries[index] = Some(one);
        }
    }
    let mut entries: Vec<Scored<'a>> = entries.into_iter().flatten().collect();
    share_weights(&mut entries);
    let unstated = numbered
        .iter()
        .filter(|number| !entries.iter().any(|one| one.statement.statement == **number))
        .cloned()
        .collect();
    Score { entries, unstated }
}

/// An entry weighs its rows' weight over the number of entries of its numbered statement that apply.
fn share_weights(entries: &mut [Scored<'_>]) {
    let mut counts: HashMap<String, f64> = HashMap::new();
    let group = |one: &Scored<'_>| {
        if one.statement.statement.is_empty() { one.statement.id.clone() } else { one.statement.statement.clone() }
    };
    for one in entries.iter().filter(|one| !matches!(one.verdict, Verdict::NotApplicable(_))) {
        *counts.entry(group(one)).or_insert(0.0) += 1.0;
    }
    for one in entries.iter_mut() {
        let count = counts.get(&group(one)).copied().unwrap_or(1.0);
        one.weight /= count;
    }
}

fn unscored<'a>(statement: &'a Statement, rows: &HashMap<String, EvidenceRow>, reason: String) -> Scored<'a> {
    let (weight, read) = row_weight(statement, rows);
    Scored {
        statement,
        expected: None,
        range: None,
        got: f64::NAN,
        unit: String::new(),
        read,
        weight,
        verdict: Verdict::Unscored(reason),
    }
}

/// The mean weight of a statement's rows, and whether all were read.
fn row_weight(statement: &Statement, rows: &HashMap<String, EvidenceRow>) -> (f64, bool) {
    let known: Vec<bool> = statement.rows.iter().filter_map(|id| rows.get(&id.text)).map(|row| row.read).collect();
    if known.is_empty() {
        return (1.0, false);
    }
    let sum: f64 = known.iter().map(|read| if *read { 1.0 } else { 0.5 }).sum();
    (sum / known.len() as f64, known.iter().all(|read| *read))
}

/// One run that several statements may share.
struct Job {
    key: String,
    scenario: Result<Scenario, String>,
}

/// Scores statements with the model that runs them.
pub(super) fn score_with<'a>(
    model: &'a Model,
    statements: &[&'a Statement],
    rows: &HashMap<String, EvidenceRow>,
    options: &SolverOptions,
) -> Vec<Scored<'a>> {
    let mut measures = Measures::default();
    let mut jobs: Vec<Job> = Vec::new();
    let mut plans: Vec<Result<(usize, Vec<usize>), Verdict>> = Vec::new();
    for statement in statements {
        if let Some(other) = not_applicable(statement, model) {
            plans.push(Err(Verdict::NotApplicable(other)));
            continue;
        }
        let names: Vec<&str> = statement.runs.iter().map(|(name, _)| name.as_str()).collect();
        // `main` is meant where a measure names none.
        let main = names.iter().position(|name| *name == "main").unwrap_or(0);
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.swap(0, main.min(names.len().saturating_sub(1)));
        let ordered: Vec<&str> = order.iter().map(|index| names[*index]).collect();
        let Some(text) = &statement.measure else {
            plans.push(Err(Verdict::Unscored("it does not say what is measured".into())));
            continue;
        };
        let source = SourceText::new(format!("measure of {}", statement.id), text.text.as_str());
        if let Err(report) = measures.add_with(&source, model, &ordered, true) {
            plans.push(Err(Verdict::Unscored(first_words(&report))));
            continue;
        }
        let runs = order.iter().map(|index| job(&mut jobs, model, &statement.runs[*index].1)).collect();
        plans.push(Ok((measures.list.len() - 1, runs)));
    }
    let compiled = Compiled::new(model, &measures.subjects);
    let results: Vec<_> = jobs
        .par_iter()
        .map(|job| match &job.scenario {
            Ok(scenario) => simulate(&compiled, scenario, options, Keep::Everything)
                .map_err(|error| error.diagnostic(&compiled).message),
            Err(reason) => Err(reason.clone()),
        })
        .collect();
    let mut place_of = vec![None; results.len()];
    let mut trajectories = Vec::new();
    for (index, result) in results.iter().enumerate() {
        if let Ok(trajectory) = result {
            place_of[index] = Some(trajectories.len());
            trajectories.push(trajectory);
        }
    }
    let mut taker = Taker::new(measures.subjects.len(), trajectories.iter().copied());
    statements
        .iter()
        .zip(plans)
        .map(|(statement, plan)| {
            let (weight, read) = row_weight(statement, rows);
            let blank = |verdict| Scored {
                statement,
                expected: None,
                range: None,
                got: f64::NAN,
                unit: String::new(),
                read,
                weight,
                verdict,
            };
            let (measure, runs) = match plan {
                Ok(plan) => plan,
                Err(verdict) => return blank(verdict),
            };
            if let Some(reason) = runs.iter().find_map(|run| results[*run].as_ref().err()) {
                return blank(Verdict::Unscored(reason.clone()));
            }
            let of: Vec<usize> = runs.iter().filter_map(|run| place_of[*run]).collect();
            let (measure, unit) = &measures.list[measure];
            let got = taker.value(measure, &of);
            judge(statement, rows, got, unit, weight, read)
        })
        .collect()
}

/// Why a statement does not speak of a model, if it does not.
fn not_applicable(statement: &Statement, model: &Model) -> Option<String> {
    let differs = |wanted: &Option<String>, has: &str| {
        wanted.as_deref().is_some_and(|wanted| !has.is_empty() && !alike(wanted, has))
    };
    if differs(&statement.species, &model.species) {
        return Some(format!("{} only", statement.species.as_deref().unwrap_or_default()));
    }
    if differs(&statement.condition, &model.condition) {
        return Some(format!("{} only", statement.condition.as_deref().unwrap_or_default()));
    }
    None
}

/// `depressed` and `depression` are one condition.
fn alike(a: &str, b: &str) -> bool {
    a == b || (a.len() >= 6 && b.len() >= 6 && a[..6] == b[..6])
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
    let text = |text: &Option<crate::model::Text>| text.as_ref().map(|text| text.text.clone());
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
        let time = parse_quantity_as(&until.text, &model.time_unit).map_err(|error| {
            Report::from(Diagnostic::error(crate::diagnostics::Code::BadQuantity, error.to_string()))
        })?;
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

/// Compares what a model gave (internal units, shown in `unit`) with what the rows say.
fn judge<'a>(
    statement: &'a Statement,
    rows: &HashMap<String, EvidenceRow>,
    got: f64,
    unit: &Unit,
    weight: f64,
    read: bool,
) -> Scored<'a> {
    let mut scored = Scored {
        statement,
        expected: None,
        range: None,
        got: unit.from_internal(got),
        unit: unit_words(unit),
        read,
        weight,
        verdict: Verdict::Missed,
    };
    let mut found: Vec<&EvidenceRow> = Vec::new();
    for id in &statement.rows {
        match rows.get(&id.text) {
            Some(row) => found.push(row),
            None => {
                scored.verdict = Verdict::Unscored(format!("there is no row `{}`", id.text));
                return scored;
            }
        }
    }
    if !got.is_finite() {
        scored.verdict = Verdict::Unscored("the measure is not defined for this run".into());
        return scored;
    }
    match statement.compare {
        Comparison::Sign => judge_sign(&mut scored, &found),
        Comparison::Order => {
            let range = statement.accept.unwrap_or((f64::MIN_POSITIVE, f64::INFINITY));
            let (value, shown) = in_declared(statement, got, unit);
            scored.got = value;
            scored.unit = shown;
            scored.range = Some(range);
            scored.verdict = if value >= range.0 && value <= range.1 { Verdict::Met } else { Verdict::Missed };
        }
        Comparison::Value => judge_value(&mut scored, &found, got, unit),
    }
    scored
}

fn unit_words(unit: &Unit) -> String {
    if unit.text() == "1" { String::new() } else { unit.text().to_string() }
}

/// A value in the unit that the statement declares, or the measure's own.
fn in_declared(statement: &Statement, got: f64, unit: &Unit) -> (f64, String) {
    match statement.unit.as_deref().map(Unit::parse) {
        Some(Ok(declared)) if declared.compatible(unit) => (declared.from_internal(got), unit_words(&declared)),
        _ => (unit.from_internal(got), unit_words(unit)),
    }
}

/// The measure is a ratio, 1 being no change.
fn judge_sign(scored: &mut Scored<'_>, rows: &[&EvidenceRow]) {
    let sign = if scored.statement.from_text {
        scored.statement.expected
    } else {
        rows.first().and_then(|row| row.value).or(scored.statement.expected)
    };
    let Some(sign) = sign else {
        scored.verdict = Verdict::Unscored("no row says the direction".into());
        return;
    };
    let range = scored.statement.accept.unwrap_or(if sign > 0.0 {
        (1.0 + SIGN_BAND, f64::INFINITY)
    } else if sign < 0.0 {
        (f64::NEG_INFINITY, 1.0 - SIGN_BAND)
    } else {
        (1.0 - SIGN_BAND, 1.0 + SIGN_BAND)
    });
    scored.expected = Some(sign.signum() * f64::from(u8::from(sign != 0.0)));
    scored.range = Some(range);
    scored.verdict = if scored.got >= range.0 && scored.got <= range.1 { Verdict::Met } else { Verdict::Missed };
}

fn judge_value(scored: &mut Scored<'_>, rows: &[&EvidenceRow], got: f64, unit: &Unit) {
    let statement = scored.statement;
    let combined = combine(statement, rows);
    let (expected, row_range) = if statement.from_text { (statement.expected, None) } else { combined };
    let expected = expected.or(statement.expected);
    // The row's number is in the statement's unit, or the row's own; a row whose unit is no unit (`percent`, `OR`) is a
    // pure number.
    let written = statement.unit.clone().or_else(|| rows.first().map(|row| row.unit.clone())).unwrap_or_default();
    let declared = match Unit::parse(&written) {
        Ok(declared) if declared.compatible(unit) => declared,
        Ok(declared) if statement.unit.is_some() => {
            scored.verdict = Verdict::Unscored(format!(
                "the measure is in {}, the expected number in {}",
                unit.text(),
                declared.text()
            ));
            return;
        }
        _ => match written.as_str() {
            "percent" if unit.dimension().is_none() => Unit::parse("%").unwrap_or_else(|_| Unit::none()),
            "days" => Unit::parse("d").unwrap_or_else(|_| Unit::none()),
            _ => unit.clone(),
        },
    };
    if !declared.compatible(unit) {
        scored.verdict = Verdict::Unscored(format!("the measure is in {}, the row in {written}", unit.text()));
        return;
    }
    scored.got = declared.from_internal(got);
    scored.unit = unit_words(&declared);
    scored.expected = expected;
    let tolerance = if statement.from_text { statement.accept } else { row_range.or(statement.accept) };
    let range = tolerance.or_else(|| {
        expected.map(|value| {
            let half = DEFAULT_SHARE * value.abs();
            (value - half, value + half)
        })
    });
    let Some(range) = range else {
        scored.verdict = Verdict::Unscored("neither rows nor text give a number".into());
        return;
    };
    scored.range = Some(range);
    // The last bit of a converted number decides nothing.
    let slack = 1e-9 * range.0.abs().max(range.1.abs()).min(1e300);
    scored.verdict =
        if scored.got >= range.0 - slack && scored.got <= range.1 + slack { Verdict::Met } else { Verdict::Missed };
}

/// The value and range that the rows give together.
fn combine(statement: &Statement, rows: &[&EvidenceRow]) -> (Option<f64>, Option<(f64, f64)>) {
    let values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
    match statement.combine {
        None => (values.first().copied(), rows.iter().find_map(|row| row.range)),
        Some(Combination::Sum) if values.len() == rows.len() => (Some(values.iter().sum()), None),
        Some(Combination::Mean) if !values.is_empty() => (Some(values.iter().sum::<f64>() / values.len() as f64), None),
        Some(Combination::Ratio) if values.len() >= 2 => (Some(values[0] / values[1]), None),
        Some(_) => (None, None),
    }
}

/// A published number that belongs on a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// The statement it stands in.
    pub id: String,
    /// The quantity it is a value of.
    pub quantity: String,
    /// The regimen it was measured under.
    pub regimen: Option<String>,
    /// When, internal time.
    pub time: f64,
    /// The value, internal units.
    pub value: f64,
    /// The published range, internal units.
    pub range: Option<(f64, f64)>,
    /// Who measured it.
    pub cite: String,
}

/// The published numbers that a model's statements place on its curves. Nothing is simulated; a statement whose number
/// cannot be brought into the quantity's unit has no point.
pub fn curve_points(model: &Model, rows: &HashMap<String, EvidenceRow>) -> Vec<CurvePoint> {
    model.evidence.iter().filter_map(|statement| curve_point(statement, model, rows)).collect()
}

fn curve_point(statement: &Statement, model: &Model, rows: &HashMap<String, EvidenceRow>) -> Option<CurvePoint> {
    let plot = statement.plot.as_ref()?;
    let wanted = model.column_unit(model.column(&plot.quantity)?);
    let found: Vec<&EvidenceRow> = statement.rows.iter().filter_map(|id| rows.get(&id.text)).collect();
    let (value, range) = combine(statement, &found);
    let written = statement.unit.clone().or_else(|| found.first().map(|row| row.unit.clone()))?;
    let unit = Unit::parse(&written).ok()?;
    let mass = match &plot.molar_mass {
        Some(text) => parse_quantity_as(&text.text, &Unit::parse("g/mol").ok()?).ok()?.internal(),
        None if unit.compatible(wanted) => 1.0,
        None => return None,
    };
    let internal = |value: f64| unit.to_internal(value) * mass;
    let regimen = statement.runs.iter().find(|(name, _)| name == "main").and_then(|(_, run)| run.run.regimen.clone());
    Some(CurvePoint {
        id: statement.id.clone(),
        quantity: plot.quantity.clone(),
        regimen,
        time: parse_quantity_as(&plot.time.text, &model.time_unit).ok()?.internal(),
        value: internal(value?),
        range: range
            .or(statement.accept.filter(|_| statement.unit.as_deref() == Some(written.as_str())))
            .map(|(low, high)| (internal(low), internal(high))),
        cite: found.first().map(|row| row.source.clone()).unwrap_or_default(),
    })
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

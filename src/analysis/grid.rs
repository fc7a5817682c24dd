//! The grid of competing hypotheses: what does a perturbation do to the effect, and does that agree with what the model
//! predicts of itself and with what was observed?
//!
//! Signs are those of a ratio: within 20 % of 1 is 0. A line weighs the mean of its rows (read 1, recalled 1/2). Where
//! studies disagree the line is a conflict: it is shown, and decides nothing in the ranking. A line that a model cannot
//! be asked is a reason that counts against it, and never a silent pass. This file must never know which mechanism a
//! model holds.

use super::evidence::{SIGN_BAND, Verdict, score_with};
use crate::formats::evidence_table::EvidenceRow;
use crate::model::{Comparison, Grid, GridLine, Model, Sign, Statement};
use crate::numerics::random::{Purpose, Stream};
use crate::numerics::statistics::bootstrap_interval;
use crate::simulation::SolverOptions;
use std::collections::HashMap;

/// How much of the bootstrap lies within an interval.
pub const LEVEL: f64 = 0.95;
/// Samples of the bootstrap.
const RESAMPLES: usize = 2000;
/// The seed of the bootstrap: one for all models, so that each sees the same samples of lines.
const SEED: u64 = 18;

/// What a model gives for one line of the grid.
#[derive(Debug, Clone)]
pub struct Cell {
    /// The effect with the change over that without; NaN without a result.
    pub ratio: f64,
    /// Its sign.
    pub got: Option<Sign>,
    /// What the model predicts of itself; `None` if it does not say.
    pub predicted: Option<Sign>,
    /// The weight of the line.
    pub weight: f64,
    /// Why there is no result.
    pub reason: Option<String>,
}

/// A model against the grid.
#[derive(Debug, Clone)]
pub struct Column {
    /// One cell a line.
    pub cells: Vec<Cell>,
    /// Predictions that name no line of the grid.
    pub unknown: Vec<String>,
    /// Predictions with a sign, and how many of them the model reproduces.
    pub predicted: usize,
    /// See `predicted`.
    pub reproduced: usize,
    /// Weight share of the observed signs that come out, from 0 to 1, conflicts left out.
    pub agreement: f64,
    /// The bootstrap interval of that over lines.
    pub interval: Option<(f64, f64)>,
    /// The same share with conflicts taken at their stated sign.
    pub with_conflicts: f64,
}

/// The sign of a ratio, 1 being no change.
pub fn sign_of(ratio: f64) -> Option<Sign> {
    if !ratio.is_finite() {
        return None;
    }
    Some(if ratio > 1.0 + SIGN_BAND {
        Sign::Plus
    } else if ratio < 1.0 - SIGN_BAND {
        Sign::Minus
    } else {
        Sign::Zero
    })
}

/// Runs every line of the grid with a model.
pub fn column(model: &Model, grid: &Grid, rows: &HashMap<String, EvidenceRow>, options: &SolverOptions) -> Column {
    let statements: Vec<Statement> = grid.lines.iter().map(statement).collect();
    let borrowed: Vec<&Statement> = statements.iter().collect();
    let cells: Vec<Cell> = score_with(model, &borrowed, rows, options)
        .into_iter()
        .zip(&grid.lines)
        .map(|(scored, line)| {
            let reason = match scored.verdict {
                Verdict::Unscored(reason) | Verdict::NotApplicable(reason) => Some(reason),
                Verdict::Met | Verdict::Missed => None,
            };
            let ratio = if reason.is_some() { f64::NAN } else { scored.got };
            let own = model.predictions.iter().find(|one| one.perturbation.text == line.id);
            Cell { ratio, got: sign_of(ratio), predicted: own.map(|one| one.sign), weight: scored.weight, reason }
        })
        .collect();
    let unknown = model
        .predictions
        .iter()
        .filter(|one| !grid.lines.iter().any(|line| line.id == one.perturbation.text))
        .map(|one| one.perturbation.text.clone())
        .collect();
    let stated = |cell: &&Cell| cell.predicted.is_some_and(|sign| sign != Sign::Open);
    let predicted = cells.iter().filter(stated).count();
    let reproduced = cells.iter().filter(stated).filter(|cell| cell.got == cell.predicted).count();
    let of = |with_conflicts: bool| -> Vec<(f64, f64)> {
        grid.lines
            .iter()
            .zip(&cells)
            .filter(|(line, _)| line.observed != Sign::Open && (with_conflicts || !line.conflict))
            .map(|(line, cell)| (cell.weight, f64::from(u8::from(cell.got == Some(line.observed)))))
            .collect()
    };
    let (agreement, interval) = agreement(&of(false), SEED);
    Column {
        agreement: agreement.unwrap_or(0.0),
        with_conflicts: share(of(true).iter()).unwrap_or(0.0),
        interval,
        cells,
        unknown,
        predicted,
        reproduced,
    }
}

/// The weight that agrees over all weight, of (weight, 1 or 0) pairs, and its bootstrap interval over the pairs.
pub fn agreement(pairs: &[(f64, f64)], seed: u64) -> (Option<f64>, Option<(f64, f64)>) {
    let places: Vec<f64> = (0..pairs.len()).map(|place| place as f64).collect();
    let drawn = |sample: &mut [f64]| share(sample.iter().filter_map(|place| pairs.get(*place as usize)));
    let mut stream = Stream::new(seed, 0, Purpose::Bootstrap);
    (share(pairs.iter()), bootstrap_interval(&places, drawn, LEVEL, RESAMPLES, &mut stream))
}

/// The places of columns from the best agreement to the worst; equal ones keep their order.
pub fn ranking(columns: &[Column]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by(|a, b| columns[*b].agreement.total_cmp(&columns[*a].agreement));
    order
}

/// The weight that agrees over all weight, of (weight, agreement) pairs; `None` without weight.
fn share<'a>(pairs: impl Iterator<Item = &'a (f64, f64)>) -> Option<f64> {
    let (met, all) = pairs.fold((0.0, 0.0), |(met, all), (weight, agrees)| (met + weight * agrees, all + weight));
    if all > 0.0 { Some(met / all) } else { None }
}

/// A line as a statement about a ratio, so that it runs as statements do.
fn statement(line: &GridLine) -> Statement {
    Statement {
        id: line.id.clone(),
        statement: String::new(),
        topic: "grid".to_string(),
        title: line.title.clone(),
        rows: line.rows.clone(),
        required: false,
        held_back: false,
        model: None,
        runs: line.runs.clone(),
        measure: Some(line.measure.clone()),
        compare: Comparison::Sign,
        unit: None,
        combine: None,
        from_text: true,
        expected: Some(match line.observed {
            Sign::Plus => 1.0,
            Sign::Minus => -1.0,
            Sign::Zero | Sign::Open => 0.0,
        }),
        accept: None,
        species: None,
        condition: None,
        plot: None,
        note: String::new(),
        place: line.place.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn within_a_fifth_of_one_is_no_change() {
        assert_eq!(sign_of(1.19), Some(Sign::Zero));
        assert_eq!(sign_of(0.81), Some(Sign::Zero));
        assert_eq!(sign_of(1.21), Some(Sign::Plus));
        assert_eq!(sign_of(-2.0), Some(Sign::Minus));
        assert_eq!(sign_of(f64::NAN), None);
    }

    #[test]
    fn a_recalled_line_counts_half() {
        let pairs = [(1.0, 1.0), (0.5, 0.0)];
        assert_eq!(share(pairs.iter()), Some(1.0 / 1.5));
        assert_eq!(share([].iter()), None);
    }
}

//! Event tables, and from a table to a timeline for each individual.
//!
//! The meaning is NONMEM's (EVID, AMT, RATE, II, ADDL, SS, CMT); `docs/doses.md` states it in full. The text is read by
//! `formats`, which hands over [`Row`]s; [`EventTable::assemble`] refuses every row that means nothing, before anything
//! is solved.

use super::error::DoseError;
use super::expand::with_outputs;
use super::record::{Covariates, Event, Record, Span};
use super::schedule::Setup;
use super::sequence::play;
use super::table_fault::{TableError, TableFault};
use super::table_row::{Row, RowReader, TableSetup};
use super::timeline::Timeline;
use crate::diagnostics::{Place, SourceText};
use std::collections::HashSet;
use std::sync::Arc;

/// A whole table, every record of which means something.
#[derive(Debug, Clone, PartialEq)]
pub struct EventTable {
    /// Its text.
    pub source: Arc<SourceText>,
    /// One after another as in the table.
    pub individuals: Vec<Individual>,
    /// The parameters (by index) that columns of the table set.
    pub covariates: Vec<usize>,
    /// Columns that were not read, for a note to the user.
    pub ignored: Vec<String>,
}

/// The records of one individual.
#[derive(Debug, Clone, PartialEq)]
pub struct Individual {
    /// Its ID, if the table has that column.
    pub id: Option<f64>,
    /// Number of observation records, which are the rows of output.
    pub observations: usize,
    records: Vec<Record>,
    /// Covariates of each record, missing values not filled in.
    covariates: Vec<Vec<Option<f64>>>,
}

/// Which rows of output an individual gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rows<'a> {
    /// Its observation records, in the table's order.
    Observations,
    /// These times (ascending), as far as the run goes. After a reset that begins time anew they come anew.
    Times(&'a [f64]),
}

impl EventTable {
    /// The time of the latest record of all individuals, internal time. A run whose time begins anew may end earlier than
    /// it was.
    pub fn last_time(&self) -> f64 {
        self.individuals.iter().flat_map(|one| &one.records).map(|record| record.time).fold(0.0, f64::max)
    }

    /// Makes a table of its rows, in the order of the text.
    ///
    /// # Errors
    /// All records that mean nothing, at most fifty.
    pub fn assemble(
        source: &Arc<SourceText>,
        rows: Vec<Row>,
        covariates: Vec<usize>,
        ignored: Vec<String>,
        setup: &TableSetup,
    ) -> Result<EventTable, Vec<TableError>> {
        let mut errors = Vec::new();
        let mut individuals: Vec<Individual> = Vec::new();
        let mut before = f64::NEG_INFINITY;
        let mut seen = HashSet::new();
        for row in rows {
            let id = row.id.as_ref().map(|id| id.value);
            if individuals.last().is_none_or(|last| last.id != id) {
                if let Some(cell) = &row.id
                    // Adding 0 makes -0 the same as 0.
                    && !seen.insert((cell.value + 0.0).to_bits())
                {
                    let place = Place::new(source, cell.span.clone());
                    errors.push(TableFault::Scattered { id: cell.value }.at(place));
                }
                individuals.push(Individual { id, observations: 0, records: Vec::new(), covariates: Vec::new() });
                before = f64::NEG_INFINITY;
            }
            let Some(individual) = individuals.last_mut() else { continue };
            let reader = RowReader { row: &row, source, setup };
            match reader.read() {
                Ok((resets, mut event)) => {
                    if row.time < before && !resets {
                        errors.push(reader.fault(
                            TableFault::Backwards {
                                time: setup.time.from_internal(row.time),
                                before: setup.time.from_internal(before),
                                unit: setup.time.text().to_string(),
                                clock: source.text.get(row.time_span.clone()).is_some_and(|text| text.contains(':')),
                            },
                            Some(&row.time_span),
                        ));
                    }
                    if let Event::Output(number) = &mut event {
                        *number = individual.observations;
                        individual.observations += 1;
                    }
                    let origin = individual.records.len();
                    let record = Record { time: row.time, origin, resets, parameters: Vec::new(), event };
                    individual.records.push(record);
                    individual.covariates.push(row.covariates);
                }
                Err(error) => errors.push(error),
            }
            before = row.time;
            if errors.len() >= 50 {
                break;
            }
        }
        if errors.is_empty() {
            Ok(EventTable { source: source.clone(), individuals, covariates, ignored })
        } else {
            Err(errors)
        }
    }
}

/// Expands the records of one individual. Its run begins at the first record (or an earlier edge of a perturbation) and
/// ends at the last. `setup.parameters` are what holds where the table sets nothing.
///
/// # Errors
/// A dose that cannot be given under the parameters at its record.
pub fn expand_individual(
    table: &EventTable,
    individual: &Individual,
    setup: &Setup,
    rule: Covariates,
    rows: Rows,
) -> Result<Timeline, DoseError> {
    let edges = || setup.perturbations.iter().flat_map(|one| [one.from, one.until]).flatten();
    let mut records = individual.records.clone();
    for (record, parameters) in records.iter_mut().zip(filled(table, individual, rule)) {
        record.parameters = parameters;
    }
    let first = records.first().map_or(0.0, |record| record.time);
    let last = records.last().map_or(0.0, |record| record.time);
    let start = edges().fold(first, f64::min);
    let span = Span::new(start, last, records.iter().map(|record| record.time));
    let outputs = match rows {
        Rows::Observations => {
            let observed = |record: &&Record| matches!(record.event, Event::Output(_));
            records.iter().filter(observed).map(|record| record.time).collect()
        }
        Rows::Times(times) => {
            for record in &mut records {
                if matches!(record.event, Event::Output(_)) {
                    record.event = Event::Nothing;
                }
            }
            let (with, times) = with_outputs(records, times, span, rule);
            records = with;
            times
        }
    };
    let mut timeline = play(&records, setup, span, rule)?;
    timeline.id = individual.id;
    timeline.outputs = outputs;
    Ok(timeline)
}

/// The covariates of each record with missing values filled in: by the rule's own direction first (the next value under
/// `Nocb`, the last under `Locf`), then from the other side. A covariate without any value keeps the model's.
fn filled(table: &EventTable, individual: &Individual, rule: Covariates) -> Vec<Vec<(usize, f64)>> {
    let cells = &individual.covariates;
    let known = |index: usize, column: usize| cells.get(index).and_then(|row| row.get(column).copied().flatten());
    let mut all = vec![Vec::new(); cells.len()];
    for (column, &parameter) in table.covariates.iter().enumerate() {
        let mut values: Vec<Option<f64>> = (0..cells.len()).map(|index| known(index, column)).collect();
        let carry = |values: &mut Vec<Option<f64>>| {
            for index in 1..values.len() {
                values[index] = values[index].or(values[index - 1]);
            }
        };
        for backward in [rule == Covariates::Nocb, rule == Covariates::Locf] {
            if backward {
                values.reverse();
            }
            carry(&mut values);
            if backward {
                values.reverse();
            }
        }
        for (row, value) in all.iter_mut().zip(values) {
            row.extend(value.map(|value| (parameter, value)));
        }
    }
    all
}

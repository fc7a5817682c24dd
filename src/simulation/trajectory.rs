//! The result of a run: rows, both sides of every jump, and (if kept) the solution at every time.
//!
//! Quantities are worked out from the states when asked for, by the same programs that the solver ran.

use super::compiled::Compiled;
use super::start::Start;
use super::table::{Head, Table};
use crate::dosing::{Kind, Timeline};
use crate::model::Column;
use crate::program::Frame;
use crate::solver::{Finish, Recording, Side};
use ndarray::Array2;

/// The result of a run.
#[derive(Debug)]
pub struct Trajectory<'m> {
    /// The model that was run.
    pub compiled: &'m Compiled<'m>,
    /// What was given.
    pub timeline: Timeline,
    /// What the solver recorded.
    pub recording: Recording,
    /// Where it ended, and what it cost.
    pub finish: Finish,
    /// How the start was found.
    pub start: Start,
}

/// How many rows are worked out side by side.
const LANES: usize = 8;

impl<'m> Trajectory<'m> {
    /// The output rows as a table: `time`, then the columns, in declared units.
    pub fn table(&self, columns: &[Column]) -> Table {
        let model = self.compiled.model;
        let mut heads = vec![Head::new("time", model.time_unit.text())];
        heads.extend(
            columns.iter().map(|column| Head::new(model.column_name(*column), model.column_unit(*column).text())),
        );
        let rows = self.recording.row_times.len();
        let mut values = Array2::zeros((rows, heads.len()));
        // Rows are recorded in the order of time and printed in the order of the table that asked for them.
        let order: Vec<usize> = self
            .timeline
            .actions
            .iter()
            .filter_map(|action| match action.kind {
                Kind::Output { row } => Some(row),
                _ => None,
            })
            .collect();
        let place_of = |row: usize| order.get(row).copied().filter(|place| *place < rows).unwrap_or(row);
        for (row, time) in self.timeline.outputs.iter().enumerate().take(rows) {
            values[[row, 0]] = model.time_unit.from_internal(*time);
        }
        let states = model.states.len();
        let needs_quantities = columns.iter().any(|column| matches!(column, Column::Quantity(_)));
        for (place, column) in columns.iter().enumerate() {
            if let Column::State(state) = column {
                let unit = &model.states[*state].unit;
                for row in 0..rows {
                    values[[place_of(row), place + 1]] = unit.from_internal(self.recording.rows[row * states + state]);
                }
            }
        }
        if needs_quantities {
            self.each_block_of_rows(|first, count, quantities| {
                for (place, column) in columns.iter().enumerate() {
                    if let Column::Quantity(quantity) = column {
                        let unit = &model.quantities[*quantity].unit;
                        for lane in 0..count {
                            values[[place_of(first + lane), place + 1]] =
                                unit.from_internal(quantities[*quantity][lane]);
                        }
                    }
                }
            });
        }
        Table { heads, values }
    }

    /// Calls `visit` with the first row, the number of rows, and all quantities of these rows.
    fn each_block_of_rows(&self, mut visit: impl FnMut(usize, usize, &[[f64; LANES]])) {
        let equations = &self.compiled.equations;
        let layout = equations.layout();
        let evaluator = equations.eight();
        let mut frame = evaluator.frame();
        let states = equations.states();
        let rows = self.recording.row_times.len();
        let mut row = 0;
        let mut prepared = usize::MAX;
        while row < rows {
            let after = self.recording.stretches.partition_point(|stretch| stretch.first_row <= row);
            let last = self.recording.stretches.get(after).map_or(rows, |next| next.first_row.min(rows));
            let count = (last - row).min(LANES);
            if prepared != after {
                prepared = after;
                if let Some(stretch) = after.checked_sub(1).and_then(|index| self.recording.stretches.get(index)) {
                    for (slot, value) in layout.parameters.clone().zip(&stretch.parameters) {
                        frame[slot] = [*value; LANES];
                    }
                    for (slot, value) in layout.inputs.clone().zip(&stretch.inputs) {
                        frame[slot] = [*value; LANES];
                    }
                }
                evaluator.prepare(&mut frame);
            }
            for lane in 0..LANES {
                let source = row + lane.min(count - 1);
                frame[layout.time][lane] = self.recording.row_times[source];
                for state in 0..states {
                    frame[layout.states.start + state][lane] = self.recording.rows[source * states + state];
                }
            }
            evaluator.quantities(&mut frame);
            visit(row, count, &frame[layout.quantities.clone()]);
            row += count;
        }
    }

    /// An observer that tells states and quantities at any time. Needs everything kept.
    pub fn observer(&self) -> Observer<'_, 'm> {
        let evaluator = self.compiled.equations.one();
        Observer {
            trajectory: self,
            frame: evaluator.frame(),
            stretch: usize::MAX,
            states: vec![0.0; self.compiled.equations.states()],
        }
    }
}

/// Tells states and quantities of a trajectory at any time.
pub struct Observer<'t, 'm> {
    trajectory: &'t Trajectory<'m>,
    frame: Frame<1>,
    stretch: usize,
    states: Vec<f64>,
}

impl Observer<'_, '_> {
    /// Moves to a time; of a jump, to the given side. False if the trajectory does not hold that time.
    pub fn go(&mut self, time: f64, side: Side) -> bool {
        let recording = &self.trajectory.recording;
        let Some(piece) = recording.piece_at(time, side) else { return false };
        if !recording.evaluate(time, side, &mut self.states) {
            return false;
        }
        self.settle(time, piece);
        true
    }

    /// Moves to a time within a piece of the solution, jumps left aside.
    pub fn go_within(&mut self, piece: usize, time: f64) -> bool {
        let Some(polynomial) = self.trajectory.recording.get_piece(piece) else { return false };
        polynomial.evaluate(time, &mut self.states);
        self.settle(time, piece);
        true
    }

    fn settle(&mut self, time: f64, piece: usize) {
        let equations = &self.trajectory.compiled.equations;
        let layout = equations.layout();
        let evaluator = equations.one();
        let stretches = &self.trajectory.recording.stretches;
        let stretch = stretches.partition_point(|stretch| stretch.first_piece <= piece).saturating_sub(1);
        if stretch != self.stretch {
            self.stretch = stretch;
            if let Some(stretch) = stretches.get(stretch) {
                for (slot, value) in layout.parameters.clone().zip(&stretch.parameters) {
                    self.frame[slot] = [*value];
                }
                for (slot, value) in layout.inputs.clone().zip(&stretch.inputs) {
                    self.frame[slot] = [*value];
                }
            }
            evaluator.prepare(&mut self.frame);
        }
        self.frame[layout.time] = [time];
        for (slot, value) in layout.states.clone().zip(&self.states) {
            self.frame[slot] = [*value];
        }
        evaluator.quantities(&mut self.frame);
    }

    /// The value of a state or quantity here, internal units.
    pub fn value(&self, column: Column) -> f64 {
        match column {
            Column::State(state) => self.states.get(state).copied().unwrap_or(f64::NAN),
            Column::Quantity(quantity) => self.quantity(quantity),
        }
    }

    /// The value of a quantity, or of an extra expression behind the quantities, internal units.
    pub fn quantity(&self, index: usize) -> f64 {
        let layout = self.trajectory.compiled.equations.layout();
        let slot = layout.quantities.start + index;
        if layout.quantities.contains(&slot) { self.frame[slot][0] } else { f64::NAN }
    }
}

//! The result of a run: rows, both sides of every jump, and (if kept) the solution at every time.
//!
//! Quantities are worked out from the states when asked for, by the same programs that the solver ran.

use super::compiled::Compiled;
use super::start::{Start, SteadyReport};
use super::table::{Head, Table};
use crate::dosing::{Kind, Timeline};
use crate::model::Column;
use crate::program::{Evaluator, Frame};
use crate::solver::{Finish, Recording, Side};
use ndarray::{Array2, ArrayViewMut2};
use std::ops::Range;

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
    /// How the steady states of doses were found, in the order of their records.
    pub steady: Vec<SteadyReport>,
}

/// How many rows are handed to a writer at a time: as many as a processor's cache holds.
const PART: usize = 128;
/// So many rows repay code that works out eight of them side by side.
const MANY_ROWS: usize = 30_000;

impl<'m> Trajectory<'m> {
    /// The heads of [`Trajectory::table`].
    pub fn heads(&self, columns: &[Column]) -> Vec<Head> {
        let model = self.compiled.model;
        let of = |column: &Column| Head::new(model.column_name(*column), model.column_unit(*column).text());
        std::iter::once(Head::new("time", model.time_unit.text())).chain(columns.iter().map(of)).collect()
    }

    /// The output rows as a table: `time`, then the columns, in declared units.
    pub fn table(&self, columns: &[Column]) -> Table {
        let rows = self.recording.row_times.len();
        let mut values = Array2::zeros((rows, columns.len() + 1));
        // Rows are recorded in the order of time and printed in the order of the table that asked for them.
        let order = self.order();
        let place_of = |row: usize| order.get(row).copied().filter(|place| *place < rows).unwrap_or(row);
        self.fill(columns, 0..rows, &place_of, &mut values.view_mut());
        Table { heads: self.heads(columns), values }
    }

    /// The rows of [`Trajectory::table`] some at a time: for writers that need not have all of them in memory at once.
    pub fn parts<'t>(&'t self, columns: &'t [Column]) -> Parts<'t, 'm> {
        let rows = self.recording.row_times.len();
        let in_order = self.order().iter().enumerate().all(|(row, place)| row == *place);
        // Rows that are printed in another order than that of time cannot be cut where the recording is.
        Parts { trajectory: self, columns, count: if in_order { rows.div_ceil(PART) } else { 1 } }
    }

    /// The place in the table of each recorded row.
    fn order(&self) -> Vec<usize> {
        let places = self.timeline.actions.iter().filter_map(|action| match action.kind {
            Kind::Output { row } => Some(row),
            _ => None,
        });
        places.collect()
    }

    /// Writes recorded rows into the places that `place_of` gives them.
    fn fill(
        &self,
        columns: &[Column],
        rows: Range<usize>,
        place_of: &dyn Fn(usize) -> usize,
        values: &mut ArrayViewMut2<'_, f64>,
    ) {
        let model = self.compiled.model;
        let states = model.states.len();
        for row in rows.clone() {
            // The time as it was asked for; the recorded one is the same but for its order.
            let place = place_of(row);
            if let Some(time) = self.timeline.outputs.get(place + rows.start) {
                values[[place, 0]] = model.time_unit.from_internal(*time);
            }
        }
        for (place, column) in columns.iter().enumerate() {
            if let Column::State(state) = column {
                let unit = &model.states[*state].unit;
                for row in rows.clone() {
                    values[[place_of(row), place + 1]] = unit.from_internal(self.recording.rows[row * states + state]);
                }
            }
        }
        if !columns.iter().any(|column| matches!(column, Column::Quantity(_))) {
            return;
        }
        // Code for eight rows at a time is made only where there are enough of them to repay it; the bits are the same.
        let equations = &self.compiled.equations;
        match equations.made_eight() {
            Some(eight) => self.fill_quantities(eight, columns, rows, place_of, values),
            None if self.recording.row_times.len() > MANY_ROWS => {
                self.fill_quantities(equations.eight(), columns, rows, place_of, values);
            }
            None => self.fill_quantities(equations.one(), columns, rows, place_of, values),
        }
    }

    fn fill_quantities<const L: usize>(
        &self,
        evaluator: &Evaluator<L>,
        columns: &[Column],
        rows: Range<usize>,
        place_of: &dyn Fn(usize) -> usize,
        values: &mut ArrayViewMut2<'_, f64>,
    ) {
        let model = self.compiled.model;
        self.each_block_of_rows(evaluator, rows, |first, count, quantities| {
            for (place, column) in columns.iter().enumerate() {
                if let Column::Quantity(quantity) = column {
                    let unit = &model.quantities[*quantity].unit;
                    for lane in 0..count {
                        values[[place_of(first + lane), place + 1]] = unit.from_internal(quantities[*quantity][lane]);
                    }
                }
            }
        });
    }

    /// Calls `visit` with the first row, the number of rows, and all quantities of these rows.
    fn each_block_of_rows<const L: usize>(
        &self,
        evaluator: &Evaluator<L>,
        rows: Range<usize>,
        mut visit: impl FnMut(usize, usize, &[[f64; L]]),
    ) {
        let equations = &self.compiled.equations;
        let layout = equations.layout();
        let mut frame = evaluator.frame();
        let states = equations.states();
        let (mut row, rows) = (rows.start, rows.end);
        let mut prepared = usize::MAX;
        while row < rows {
            let after = self.recording.stretches.partition_point(|stretch| stretch.first_row <= row);
            let last = self.recording.stretches.get(after).map_or(rows, |next| next.first_row.min(rows));
            let count = (last - row).min(L);
            if prepared != after {
                prepared = after;
                if let Some(stretch) = after.checked_sub(1).and_then(|index| self.recording.stretches.get(index)) {
                    for (slot, value) in layout.parameters.clone().zip(&stretch.parameters) {
                        frame[slot] = [*value; L];
                    }
                    for (slot, value) in layout.inputs.clone().zip(&stretch.inputs) {
                        frame[slot] = [*value; L];
                    }
                }
                evaluator.prepare(&mut frame);
            }
            for lane in 0..L {
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

/// The rows of a trajectory in parts.
pub struct Parts<'t, 'm> {
    trajectory: &'t Trajectory<'m>,
    columns: &'t [Column],
    count: usize,
}

impl Parts<'_, '_> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The rows of one part, as a table has them; none behind the last.
    pub fn get(&self, index: usize) -> Array2<f64> {
        if self.count == 1 && index == 0 {
            return self.trajectory.table(self.columns).values;
        }
        let rows = self.trajectory.recording.row_times.len();
        let first = (index * PART).min(rows);
        let last = (first + PART).min(rows);
        let mut values = Array2::zeros((last - first, self.columns.len() + 1));
        self.trajectory.fill(self.columns, first..last, &|row| row - first, &mut values.view_mut());
        values
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

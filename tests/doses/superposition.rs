//! Superposition: the state of a linear model is the sum over all doses that have arrived. It reads the records as a
//! person would, knows nothing of timelines, and sums a steady state dose by dose until nothing is left to add.

use crate::model::{Matrix, STATES, decay, solve, target};

type State = [f64; STATES];

/// How a dose enters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input {
    Bolus,
    /// The rate is kept, the fraction shortens the infusion.
    Rate(f64),
    /// The duration is kept, the fraction weakens the infusion.
    Duration(f64),
}

/// A dose as written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dose {
    pub route: usize,
    pub amount: f64,
    pub input: Input,
    pub fraction: f64,
    pub lag: f64,
    pub interval: f64,
    pub additional: u32,
    /// 0, 1 or 2, as SS.
    pub steady: u8,
}

/// A record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Record {
    Observation,
    Dose(Dose),
    Reset,
    ResetAndDose(Dose),
    /// The level of an endless infusion that ends here.
    Endless {
        route: usize,
        rate: f64,
    },
}

/// The state of the model of this matrix at each observation among records in their order, each with its time.
pub fn superpose(matrix: &Matrix, records: &[(f64, Record)]) -> Vec<State> {
    let observed = records.iter().enumerate().filter(|(_, (_, record))| *record == Record::Observation);
    observed.map(|(index, &(time, _))| at(matrix, time, &records[..index])).collect()
}

/// The sum over the doses of all records since the last that replaces what was there.
fn at(matrix: &Matrix, time: f64, records: &[(f64, Record)]) -> State {
    let replaces = |record: &Record| match record {
        Record::Reset | Record::ResetAndDose(_) | Record::Endless { .. } => true,
        Record::Dose(dose) => dose.steady == 1,
        Record::Observation => false,
    };
    let last = records.iter().rposition(|(_, record)| replaces(record)).unwrap_or(0);
    let mut sum = [0.0; STATES];
    for (written, record) in &records[last..] {
        match record {
            Record::Dose(dose) | Record::ResetAndDose(dose) => add(&mut sum, &of_dose(matrix, time, *written, dose)),
            Record::Endless { route, rate } => {
                let mut input = [0.0; STATES];
                input[target(*route)] = -rate;
                add(&mut sum, &decay(matrix, time - written, &solve(matrix, &input)));
            }
            Record::Observation | Record::Reset => {}
        }
    }
    sum
}

fn add(sum: &mut State, more: &State) {
    for (sum, more) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}

/// The dose of a record, its additional doses, and those before it if it is a steady state.
fn of_dose(matrix: &Matrix, time: f64, written: f64, dose: &Dose) -> State {
    let mut sum = [0.0; STATES];
    let arrival = |count: f64| written + dose.lag + count * dose.interval;
    for count in 0..=dose.additional {
        add(&mut sum, &response(matrix, time - arrival(f64::from(count)), dose));
    }
    if dose.steady > 0 {
        // The slowest rate of the model is above 0.07/h, so after 600 h nothing is left of a dose.
        let mut count = -1.0;
        while time - arrival(count) < 600.0 {
            add(&mut sum, &response(matrix, time - arrival(count), dose));
            count -= 1.0;
        }
    }
    sum
}

/// What one dose leaves `elapsed` after its arrival.
fn response(matrix: &Matrix, elapsed: f64, dose: &Dose) -> State {
    // A dose at the very time of a record counts before it, whatever the rounding of the sum of its times.
    if elapsed < -1e-10 {
        return [0.0; STATES];
    }
    let elapsed = elapsed.max(0.0);
    let mut input = [0.0; STATES];
    let given = dose.amount * dose.fraction;
    let (rate, duration) = match dose.input {
        Input::Bolus => {
            input[target(dose.route)] = given;
            return decay(matrix, elapsed, &input);
        }
        Input::Rate(rate) => (rate, given / rate),
        Input::Duration(duration) => (given / duration, duration),
    };
    // x(T) = A^-1 (exp(A T) - I) b rate at the end of a constant input over T, and decay after it
    input[target(dose.route)] = rate;
    let running = elapsed.min(duration);
    let grown = decay(matrix, running, &input);
    let difference: State = std::array::from_fn(|state| grown[state] - input[state]);
    decay(matrix, elapsed - running, &solve(matrix, &difference))
}

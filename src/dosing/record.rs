//! What a clock is given to play: records, of either kind of schedule.

use super::prepare::Order;

/// Times nearer than this part of the largest time are the same.
pub(super) const SAME: f64 = 1e-12;

/// One record, of either kind of schedule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Record {
    pub time: f64,
    /// What [`Given::origin`] says.
    pub origin: usize,
    /// EVID 3 and 4: the state returns to its start, time may begin anew.
    pub resets: bool,
    /// Covariates: parameters and their values at the record.
    pub parameters: Vec<(usize, f64)>,
    pub event: Event,
}

/// What a record does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    Nothing,
    Output(usize),
    Dose(Order),
    /// A steady state of doses, each with the time from this record to its own first dose, which other records give.
    Steady {
        orders: Vec<(Order, usize, f64)>,
        adds: bool,
    },
    /// A steady state and the dose that continues it (SS 1, and SS 2 if `adds`).
    SteadyDose {
        order: Order,
        adds: bool,
    },
}

/// Over which interval the covariates of a record hold. Either way a dose uses those of its own record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Covariates {
    /// Next observation carried backward, NONMEM's rule: over the interval that ends at the record.
    #[default]
    Nocb,
    /// Last observation carried forward: over the interval that begins at the record.
    Locf,
}

/// How long a schedule's clock runs, and how far times are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub start: f64,
    pub end: f64,
    pub tolerance: f64,
}

impl Span {
    pub fn new(start: f64, end: f64, times: impl Iterator<Item = f64>) -> Span {
        let scale = times.fold(start.abs().max(end.abs()), |scale, time| scale.max(time.abs()));
        Span { start, end, tolerance: SAME * scale }
    }
}

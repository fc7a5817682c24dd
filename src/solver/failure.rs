//! How a solve ends: what it cost, what it noticed, and why it failed if it did.
//!
//! A failure names states, rates and events by index; whoever knows the model turns the indices into names. It must
//! never carry text.

use crate::solver::problem::Method;

/// What a solve cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Accepted steps.
    pub steps: u64,
    /// Rejected steps.
    pub rejected: u64,
    /// Evaluations of the right-hand side, those made together with a Jacobian included.
    pub rhs: u64,
    /// Evaluations of the Jacobian.
    pub jacobians: u64,
    /// Factorizations.
    pub factorizations: u64,
    /// Solutions of a linear system.
    pub solves: u64,
    /// Factorizations that had to be repeated with pivoting.
    pub dense_fallbacks: u64,
    /// Stops that changed something.
    pub stops: u64,
    /// Firings of events.
    pub events: u64,
}

impl Statistics {
    /// Adds what another solve cost.
    pub fn add(&mut self, other: &Statistics) {
        self.steps += other.steps;
        self.rejected += other.rejected;
        self.rhs += other.rhs;
        self.jacobians += other.jacobians;
        self.factorizations += other.factorizations;
        self.solves += other.solves;
        self.dense_fallbacks += other.dense_fallbacks;
        self.stops += other.stops;
        self.events += other.events;
    }
}

/// Where a solve ended that reached its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    /// The time; the problem's end.
    pub time: f64,
    /// The states, after all changes at that time.
    pub states: Vec<f64>,
    /// The parameters.
    pub parameters: Vec<f64>,
    /// The inputs.
    pub inputs: Vec<f64>,
    /// The method that was used, never [`Method::Auto`].
    pub method: Method,
    /// What was spent.
    pub statistics: Statistics,
    /// What was noticed.
    pub warnings: Vec<Warning>,
}

/// Something that the user should hear about, though the solve went on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Warning {
    /// Index of a state that cannot be negative.
    pub state: usize,
    /// When it was lowest.
    pub time: f64,
    /// Its value then.
    pub value: f64,
}

/// Why a solve could not reach its end, and where it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// The time of the last good state.
    pub time: f64,
    /// The length of the last step tried.
    pub step: f64,
    /// The state with the largest error in the last step tried, if one was.
    pub worst_state: Option<usize>,
    /// What had been spent.
    pub statistics: Box<Statistics>,
}

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FailureKind {
    /// The budget of steps is spent.
    TooManySteps {
        /// The budget.
        limit: u64,
    },
    /// The step has become too small to move time: the solution blows up or jumps.
    StepTooSmall,
    /// A rate of change is NaN or infinite.
    RateNotFinite {
        /// Index of the state whose rate it is.
        state: usize,
        /// The value of the rate.
        value: f64,
    },
    /// A state is NaN or infinite, in the start, by a jump, or by an event.
    StateNotFinite {
        /// Index of the state.
        state: usize,
        /// The value.
        value: f64,
    },
    /// The derivative of a rate by a state is NaN or infinite.
    JacobianNotFinite {
        /// Index of the state whose rate it is.
        rate: usize,
        /// Index of the state by which the derivative is taken.
        state: usize,
        /// The value.
        value: f64,
    },
    /// An event fires again and again without end.
    EventFiresForever {
        /// Index of the rule.
        event: usize,
        /// How often it fired.
        firings: u64,
    },
    /// An explicit method spent the budget of steps on steps that stability and not accuracy kept short.
    Stiff {
        /// The budget.
        limit: u64,
    },
    /// No steady state was found.
    NoSteadyState {
        /// The state whose rate of change is largest in its tolerance.
        state: usize,
        /// That rate of change.
        rate: f64,
    },
    /// A dosing period was repeated again and again without settling.
    NoPeriodicState {
        /// The state that drifts most in its tolerance.
        state: usize,
        /// Its change over the last period.
        drift: f64,
        /// How many periods were computed.
        periods: u64,
    },
}

/// What to try after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Raise the budget of steps, or loosen the tolerance.
    RaiseBudgetOrLoosenTolerance,
    /// Look for a rate that grows without bound.
    CheckGrowth,
    /// Look for a division by zero, a root or logarithm of a negative number.
    CheckDomain,
    /// Let the event's assignment make its condition false again, with some distance.
    SeparateEventFromItsEffect,
    /// Use a stiff method.
    UseStiffMethod,
    /// Look for states that nothing removes.
    CheckBalance,
}

impl FailureKind {
    /// The advice that goes with this failure.
    pub fn hint(&self) -> Hint {
        match self {
            FailureKind::TooManySteps { .. } => Hint::RaiseBudgetOrLoosenTolerance,
            FailureKind::StepTooSmall => Hint::CheckGrowth,
            FailureKind::RateNotFinite { .. }
            | FailureKind::StateNotFinite { .. }
            | FailureKind::JacobianNotFinite { .. } => Hint::CheckDomain,
            FailureKind::EventFiresForever { .. } => Hint::SeparateEventFromItsEffect,
            FailureKind::Stiff { .. } => Hint::UseStiffMethod,
            FailureKind::NoSteadyState { .. } | FailureKind::NoPeriodicState { .. } => Hint::CheckBalance,
        }
    }
}

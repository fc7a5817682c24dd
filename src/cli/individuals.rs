//! Individuals that failed while others did not: one message each, as many as are readable, and the count.

use super::{Failure, Session};
use crate::diagnostics::{Diagnostic, Report};
use crate::numerics::float_text::number_text;
use crate::simulation::{Compiled, SimulationError};

/// How many failures are told in full.
const TOLD: usize = 5;

/// What became of one individual that failed.
pub struct Failed<'e> {
    /// Its id; none if it is the only one.
    pub id: Option<f64>,
    /// Why.
    pub error: &'e SimulationError,
    /// What else is known of it.
    pub note: Option<String>,
}

/// How the command ends: well if nobody failed, else as the failures say. Call it when the results of the others have
/// been written. `failed` may list fewer than the `failures` there were, of `count` individuals.
pub fn end(
    failed: &[Failed<'_>],
    failures: usize,
    count: usize,
    compiled: &Compiled<'_>,
    session: &Session,
) -> Result<(), Failure> {
    if failures == 0 {
        return Ok(());
    }
    let list: Vec<Diagnostic> = failed.iter().take(TOLD).map(|one| told(one, compiled)).collect();
    if count > 1 {
        let more = if failures > list.len() { format!("; the first {}:", list.len()) } else { String::new() };
        let kept = if failures < count { "; the results of the others are kept" } else { "" };
        session.say(&format!("{failures} of {count} individuals failed{kept}{more}"));
    }
    Err(of_all(failed.iter().map(|one| one.error), Report { list }))
}

/// The failure of a command some of whose runs failed: doses that cannot be given are the model's fault, and if there is
/// anything else, the solver's.
pub fn of_all<'e>(mut errors: impl Iterator<Item = &'e SimulationError>, report: Report) -> Failure {
    let doses_only = errors.all(|error| matches!(error, SimulationError::Dose(_)));
    if doses_only { Failure::Model(report) } else { Failure::Solver(report) }
}

fn told(one: &Failed<'_>, compiled: &Compiled<'_>) -> Diagnostic {
    let mut diagnostic = one.error.diagnostic(compiled);
    if let Some(id) = one.id {
        diagnostic.message = format!("individual {}: {}", number_text(id), diagnostic.message);
    }
    match &one.note {
        Some(note) => diagnostic.note(note.clone()),
        None => diagnostic,
    }
}

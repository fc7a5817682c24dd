//! `kascade compare`: regimens, or models, side by side.

use super::arguments::Compare;
use super::drawing::{Prepared, Request, draw, prepare};
use super::{Failure, Session};

/// Draws the first model's figure for every regimen and every model.
pub fn run(arguments: &Compare, session: &Session) -> Result<(), Failure> {
    let figure = arguments.drawing.figure.as_deref();
    let Prepared { models, spec, sources, runs, typed } =
        prepare(&arguments.models, figure, &arguments.regimen, session)?;
    let request = Request {
        models: &models,
        sources: &sources,
        spec: &spec,
        runs: &runs,
        typed,
        regimens: !arguments.regimen.is_empty(),
        perturb: &arguments.perturb,
        set: &arguments.set,
        until: arguments.until.as_deref(),
        animate: false,
        proofread: false,
        drawing: &arguments.drawing,
        solver: &arguments.solver,
    };
    draw(&request, session)
}

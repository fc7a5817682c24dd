//! `kascade plot`: a figure of the model.

use super::arguments::Plot;
use super::drawing::{Prepared, Request, draw, prepare};
use super::models::files;
use super::watch::watch;
use super::{Failure, Session};

/// Draws one of the model's figures, once or whenever its files change.
pub fn run(arguments: &Plot, session: &Session) -> Result<(), Failure> {
    match arguments.drawing.output.as_deref().filter(|_| arguments.watch) {
        Some(drawn) => watch(&|| files(&arguments.model), &|| once(arguments, session), drawn, session),
        None => once(arguments, session),
    }
}

/// Draws it for its own runs or the regimens typed.
fn once(arguments: &Plot, session: &Session) -> Result<(), Failure> {
    let figure = arguments.drawing.figure.as_deref();
    let Prepared { models, spec, sources, runs, typed } =
        prepare(std::slice::from_ref(&arguments.model), figure, &arguments.regimen, session)?;
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
        animate: arguments.animate,
        proofread: arguments.proofread,
        drawing: &arguments.drawing,
        solver: &arguments.solver,
    };
    draw(&request, session)
}

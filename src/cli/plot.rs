//! `kascade plot`: a figure of the model.

use super::arguments::Plot;
use super::drawing::{Request, choose_figure, draw};
use super::models::load;
use super::{Failure, Session};
use crate::model::RunSpec;

/// Draws one of the model's figures, for its own runs or the regimens typed.
pub fn run(arguments: &Plot, session: &Session) -> Result<(), Failure> {
    let models = [load(&arguments.model, session)?];
    let spec = choose_figure(&models[0], arguments.drawing.figure.as_deref())?;
    let runs: Vec<RunSpec> = if arguments.regimen.is_empty() {
        if spec.runs.is_empty() { vec![RunSpec::default()] } else { spec.runs.clone() }
    } else {
        arguments.regimen.iter().map(|name| RunSpec { regimen: Some(name.clone()), ..RunSpec::default() }).collect()
    };
    let request = Request {
        models: &models,
        spec,
        runs: runs.into_iter().map(|run| (0, run)).collect(),
        perturb: &arguments.perturb,
        set: &arguments.set,
        until: arguments.until.as_deref(),
        drawing: &arguments.drawing,
        solver: &arguments.solver,
    };
    draw(&request, session)
}

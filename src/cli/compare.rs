//! `kascade compare`: regimens, or models, side by side.

use super::arguments::Compare;
use super::drawing::{Request, choose_figure, draw};
use super::models::load;
use super::{Failure, Session};
use crate::model::RunSpec;

/// Draws the first model's figure for every regimen and every model.
pub fn run(arguments: &Compare, session: &Session) -> Result<(), Failure> {
    let models = arguments.models.iter().map(|name| load(name, session)).collect::<Result<Vec<_>, _>>()?;
    let spec = choose_figure(&models[0], arguments.drawing.figure.as_deref())?;
    let declared: Vec<RunSpec> = if arguments.regimen.is_empty() {
        if spec.runs.is_empty() { vec![RunSpec::default()] } else { spec.runs.clone() }
    } else {
        arguments.regimen.iter().map(|name| RunSpec { regimen: Some(name.clone()), ..RunSpec::default() }).collect()
    };
    let mut runs = Vec::new();
    for model in 0..models.len() {
        runs.extend(declared.iter().map(|run| (model, run.clone())));
    }
    let request = Request {
        models: &models,
        spec,
        runs,
        perturb: &arguments.perturb,
        set: &arguments.set,
        until: arguments.until.as_deref(),
        drawing: &arguments.drawing,
        solver: &arguments.solver,
    };
    draw(&request, session)
}

//! Figures of trajectories: time courses, phase portraits, cascades and their films.

use super::super::scenario::{failed, solver_options, tell_warnings};
use super::super::{Failure, Session};
use super::caption::Caption;
use super::runs::{fault, is_plain, run_label, run_name, scenarios};
use super::{Request, horizon, sheet};
use crate::analysis::batch::simulate_all;
use crate::analysis::curve_points::{CurvePoint, curve_points, speaks_of};
use crate::diagnostics::Code;
use crate::figure::compose::{Composition, FigureRun, compose};
use crate::figure::compose_cascade;
use crate::figure::scene::{CascadeFilm, FigureData, ThemeName};
use crate::model::{FigureKind, FigureSpec, Model, Text};
use crate::simulation::{Compiled, Keep, Scenario, Trajectory, unknown};

/// A figure whose runs are simulated once each.
pub fn figure(request: &Request<'_>, theme: Option<ThemeName>, session: &Session) -> Result<FigureData, Failure> {
    with_runs(request, theme, session, |composition| match request.spec.kind {
        FigureKind::Cascade => compose_cascade::cascade(composition),
        _ => compose(composition),
    })
}

/// The film of a cascade, of its first run.
pub fn film(request: &Request<'_>, theme: Option<ThemeName>, session: &Session) -> Result<CascadeFilm, Failure> {
    if request.runs.len() > 1 {
        session.say("note: a film shows one run, here the first; `-r` chooses another");
    }
    let first = Request { runs: &request.runs[..1], ..*request };
    with_runs(&first, theme, session, compose_cascade::film)
}

fn with_runs<T>(
    request: &Request<'_>,
    theme: Option<ThemeName>,
    session: &Session,
    compose: impl FnOnce(&Composition<'_, '_, '_>) -> T,
) -> Result<T, Failure> {
    let main = &request.models[0];
    let options = solver_options(request.solver)?;
    let until = horizon(request)?;
    if let Some(late) = request.spec.times.iter().find(|time| **time > until) {
        let late = crate::numerics::float_text::number_text(main.time_unit.from_internal(*late));
        return Err(Failure::model(
            fault(format!("the runs end before {late} {}, one of `times`", main.time_unit.text()))
                .at(&request.spec.place, "in this figure")
                .hint("set `until` to a later time"),
        ));
    }
    // Outcomes in a caption are those of runs of the model that declares it.
    let own: Vec<usize> = (0..request.runs.len()).filter(|run| request.runs[*run].0 == 0).collect();
    let names: Vec<String> = own.iter().map(|index| run_name(&request.runs[*index].1, *index)).collect();
    let caption = Caption::read(request.spec.caption.as_ref(), main, &names).map_err(Failure::Model)?;
    let compiled: Vec<Compiled<'_>> = request
        .models
        .iter()
        .enumerate()
        .map(|(index, model)| Compiled::new(model, if index == 0 { &caption.measures.subjects } else { &[] }))
        .collect();
    let scenarios = scenarios(request, until, session)?;
    let jobs: Vec<(&Compiled<'_>, &Scenario)> =
        scenarios.iter().map(|(model, scenario)| (&compiled[*model], scenario)).collect();
    let mut trajectories: Vec<Trajectory<'_>> = Vec::new();
    for ((model, _), result) in scenarios.iter().zip(simulate_all(&jobs, &options, Keep::Everything)) {
        let trajectory = result.map_err(|error| failed(&error, &compiled[*model]))?;
        tell_warnings(&trajectory.finish.warnings, &compiled[*model], session);
        trajectories.push(trajectory);
    }
    let runs: Vec<FigureRun<'_, '_>> = request
        .runs
        .iter()
        .zip(&trajectories)
        .map(|((model, run), trajectory)| FigureRun {
            label: run_label(request, *model, run),
            regimen: run.regimen.clone(),
            plain: is_plain(request, run),
            trajectory,
        })
        .collect();
    let points = published(main, request.spec)?;
    let told: Vec<&Trajectory<'_>> = own.iter().map(|index| &trajectories[*index]).collect();
    let subtitle = match &runs[..] {
        [only] => only.label.clone(),
        _ => String::new(),
    };
    Ok(compose(&Composition {
        sheet: sheet(request, theme, &options, subtitle, caption.filled(&told)),
        spec: request.spec,
        runs: &runs,
        points: &points,
        until,
    }))
}

/// The published points that the figure's panels ask for; one that is asked for and not there is an error in its line.
fn published(model: &Model, spec: &FigureSpec) -> Result<Vec<CurvePoint>, Failure> {
    let wanted: Vec<&Text> = spec.panels.iter().flat_map(|panel| &panel.evidence).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let points = curve_points(model, &super::super::evidence::rows()?);
    for id in &wanted {
        if !model.evidence.iter().any(|statement| statement.id == id.text) {
            let known: Vec<&str> = points.iter().map(|point| point.id.as_str()).collect();
            return Err(Failure::model(
                unknown(Code::BadFigure, "evidence", &id.text, &known).at(&id.place, "not stated"),
            ));
        }
        let spoken = model.evidence.iter().any(|one| one.id == id.text && speaks_of(one, model));
        if spoken && !points.iter().any(|point| point.id == id.text) {
            return Err(Failure::model(
                fault(format!("`{}` does not say where it is drawn, or in no unit of a curve", id.text))
                    .at(&id.place, "not a point of a curve")
                    .hint("give the statement `plot = { quantity = \"...\", time = \"...\" }` and an expected number"),
            ));
        }
    }
    Ok(points.into_iter().filter(|point| wanted.iter().any(|id| id.text == point.id)).collect())
}

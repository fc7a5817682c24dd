//! `kascade check`: all complaints in one pass; then what the model consists of.

use super::arguments::Check;
use super::evidence::{further, rows, with_further};
use super::grid;
use super::models::{load_with_report, source};
use super::render;
use super::table::{Align, layout, rounded};
use super::{Failure, Session};
use crate::analysis::statement_check::faults;
use crate::diagnostics::{Report, Severity};
use crate::model::{Model, Origin};
use crate::units::Unit;

/// Prints complaints on stderr, and states, parameters and sources on stdout. With `--strict`, warnings fail.
pub fn run(arguments: &Check, session: &Session) -> Result<(), Failure> {
    let loaded = load_with_report(&arguments.model).map_err(|failure| match failure {
        Failure::Model(report) => with_counts(report, arguments, session),
        other => other,
    })?;
    let mut report = loaded.report;
    report.list.extend(evidence_faults(&loaded.model, &arguments.model)?.list);
    if arguments.strict && !report.list.is_empty() {
        report.list.iter_mut().for_each(|one| one.severity = Severity::Error);
        return Err(with_counts(report, arguments, session));
    }
    session.complain(&report);
    session.print(&summary(&loaded.model, arguments.units))?;
    tell_counts(&report, arguments, session);
    Ok(())
}

/// What in its evidence names something that is not there.
fn evidence_faults(model: &Model, name: &str) -> Result<Report, Failure> {
    let models = std::slice::from_ref(model);
    let further = further(&[source(name).ok()], models);
    let known = with_further(model, &further[0]);
    Ok(faults(model, &known, &rows()?, &grid::built_in()?))
}

/// How many complaints there were, below them.
fn tell_counts(report: &Report, arguments: &Check, session: &Session) {
    let (errors, warnings) = report.counts();
    session.say(&match render::counts(errors, warnings) {
        Some(counts) => format!("\n{}: {counts}", arguments.model),
        None => format!("{}: no complaints", arguments.model),
    });
}

fn with_counts(report: Report, arguments: &Check, session: &Session) -> Failure {
    session.complain(&report);
    tell_counts(&report, arguments, session);
    Failure::Model(Report::default())
}

/// What the model consists of: states with units and starts, parameters with values and origins, sources.
fn summary(model: &Model, all_conversions: bool) -> String {
    let mut text = format!("{}: {}\n", model.name, model.title);
    text.push_str(&format!("model hash {}; time in {}\n", model.hash, model.time_unit.text()));
    for base in &model.extends {
        text.push_str(&format!("extends {base}\n"));
    }
    text.push_str(&format!("\n{} states\n", model.states.len()));
    let rows: Vec<Vec<String>> = model
        .states
        .iter()
        .map(|state| {
            vec![
                format!("  {}", state.name),
                state.start_text.clone(),
                state.unit.text().to_string(),
                state.about.clone(),
            ]
        })
        .collect();
    text.push_str(&layout(
        &["  name", "start", "unit", "about"],
        &[Align::Left, Align::Right, Align::Left, Align::Left],
        &rows,
    ));

    let sourced = model.parameters.iter().filter(|one| matches!(one.origin, Origin::Source(_))).count();
    let assumed = model.parameters.iter().filter(|one| matches!(one.origin, Origin::Assumed(_))).count();
    let individual = model.parameters.iter().filter(|one| one.origin == Origin::Missing && one.covariate).count();
    text.push_str(&format!(
        "\n{} parameters: {sourced} with a source, {assumed} assumed, {individual} of the individual, {} without either\n",
        model.parameters.len(),
        model.parameters.len() - sourced - assumed - individual
    ));
    let rows: Vec<Vec<String>> = model
        .parameters
        .iter()
        .map(|one| {
            let origin = match &one.origin {
                Origin::Source(source) => source.clone(),
                Origin::Assumed(why) => format!("assumed: {why}"),
                Origin::Missing if one.covariate => "the individual".to_string(),
                Origin::Missing => "-".to_string(),
            };
            vec![
                format!("  {}", one.name),
                rounded(one.unit.from_internal_shortest(one.value), 15),
                one.unit.text().to_string(),
                one.about.clone(),
                origin,
            ]
        })
        .collect();
    let align = [Align::Left, Align::Right, Align::Left, Align::Left, Align::Left];
    text.push_str(&layout(&["  name", "value", "unit", "about", "source"], &align, &rows));

    if !model.sources.is_empty() {
        text.push_str("\nsources\n");
        for (key, source) in &model.sources {
            let link = source
                .doi
                .as_ref()
                .map(|doi| format!(", doi {doi}"))
                .or(source.url.clone().map(|url| format!(", {url}")));
            text.push_str(&format!("  {key}: {}{}\n", source.cite, link.unwrap_or_default()));
        }
    }
    text.push_str(&conversions(model, all_conversions));
    text
}

/// The conversions that were applied on reading, so that nothing happens behind the author's back.
fn conversions(model: &Model, all: bool) -> String {
    let declared = model
        .parameters
        .iter()
        .map(|one| (one.name.as_str(), &one.unit))
        .chain(model.states.iter().map(|one| (one.name.as_str(), &one.unit)))
        .chain(model.quantities.iter().map(|one| (one.name.as_str(), &one.unit)));
    let mut by_unit: Vec<(&Unit, Vec<&str>)> = Vec::new();
    for (name, unit) in declared.filter(|(_, unit)| unit.factor().to_f64() != 1.0) {
        match by_unit.iter_mut().find(|(seen, _)| seen.text() == unit.text()) {
            Some((_, names)) => names.push(name),
            None => by_unit.push((unit, vec![name])),
        }
    }
    if by_unit.is_empty() {
        return "\nno conversions: every declared unit is already in mg, L, h, umol\n".to_string();
    }
    let mut text = "\nconversions applied (into mg, dm, h, umol, mV, K)\n".to_string();
    for (unit, names) in by_unit {
        let shown = if all || names.len() <= 4 {
            names.join(", ")
        } else {
            format!("{}, and {} more", names[..4].join(", "), names.len() - 4)
        };
        text.push_str(&format!("  1 {} = {}: {shown}\n", unit.text(), rounded(unit.factor().to_f64(), 10)));
    }
    text
}

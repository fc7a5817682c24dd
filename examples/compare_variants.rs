//! Two mechanisms side by side: the built-in model, and a variant written as an overlay that takes one step away.
//!
//! `cargo run --example compare_variants`

use kascade::analysis::batch::simulate_all;
use kascade::analysis::difference::difference;
use kascade::diagnostics::{Diagnostic, SourceText};
use kascade::model::{Model, library, load};
use kascade::simulation::{Compiled, Keep, Measures, Scenario, SolverOptions, take};
use std::error::Error;
use std::sync::Arc;

/// What if nothing braked the glutamate that rises when an anesthetic dose wears off?
const VARIANT: &str = r#"
kascade = 1
extends = "ketamine"

[model]
name  = "no_brake"
title = "Without the refractory brake"

[quantities]
ampa = { is = "glutamate * (1 - ampa_block)" }
"#;

const REGIMENS: [&str; 2] = ["subanesthetic", "anesthetic"];
const OUTCOMES: [&str; 3] = ["peak(glutamate)", "peak(bdnf)", "at(relief, 24 h)"];

/// What a model may extend: here the built-in ones only.
fn find(name: &str, _: &SourceText) -> Result<Arc<SourceText>, Diagnostic> {
    library::find(name).ok_or_else(|| library::not_found(name))
}

fn read(source: &Arc<SourceText>) -> Result<Model, Box<dyn Error>> {
    Ok(load(source, &find)?.model)
}

fn main() -> Result<(), Box<dyn Error>> {
    let base = read(&find("ketamine", &SourceText::new("", ""))?)?;
    let variant = read(&SourceText::new("no_brake.toml", VARIANT))?;

    // In text.
    for change in difference(&base, &variant) {
        let shown = |side: Option<String>| side.unwrap_or_else(|| "nothing".to_string());
        println!("[{}] {}: {} -> {}", change.section, change.name, shown(change.before), shown(change.after));
    }

    // In numbers: every regimen with every model, on all cores.
    println!("\n{:<16}{:<16}{}", "model", "regimen", OUTCOMES.map(|outcome| format!("{outcome:<20}")).concat());
    for model in [&base, &variant] {
        let mut measures = Measures::default();
        for outcome in OUTCOMES {
            measures.add(&SourceText::new("outcome", outcome), model, &[])?;
        }
        let compiled = Compiled::new(model, &measures.subjects);
        let mut scenarios = Vec::new();
        for regimen in REGIMENS {
            let mut scenario = Scenario { until: 48.0, ..Scenario::undosed(model) };
            scenario.add_regimen(model, regimen)?;
            scenarios.push(scenario);
        }
        let runs: Vec<_> = scenarios.iter().map(|scenario| (&compiled, scenario)).collect();
        let trajectories = simulate_all(&runs, &SolverOptions::default(), Keep::Everything);
        for (regimen, trajectory) in REGIMENS.iter().zip(trajectories) {
            let trajectory = trajectory.map_err(|error| error.diagnostic(&compiled))?;
            let values = take(&measures, &[&trajectory]);
            let cells = values.iter().zip(&measures.list).map(|(value, (_, unit))| unit.from_internal(*value));
            let cells: String = cells.map(|value| format!("{value:<20.3}")).collect();
            println!("{:<16}{regimen:<16}{}", model.name, cells.trim_end());
        }
    }
    Ok(())
}

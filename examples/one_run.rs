//! One run from Rust: a built-in model, a regimen, some rows of the result, and outcomes taken from it.
//!
//! `cargo run --example one_run`

use kascade::diagnostics::SourceText;
use kascade::model::{library, load};
use kascade::simulation::{Compiled, Keep, Measures, Scenario, SolverOptions, simulate, take};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // Text to a checked model. The second argument brings what a model extends; files would be read there.
    let source = library::find("ketamine").ok_or_else(|| library::not_found("ketamine"))?;
    let model = load(&source, &|name, _| library::find(name).ok_or_else(|| library::not_found(name)))?.model;

    // What is asked, worked out on the dense output and so independent of the rows below.
    let mut measures = Measures::default();
    for outcome in ["at(C_venous, 40 min)", "peak(glutamate)", "half_life(C_venous)"] {
        measures.add(&SourceText::new("outcome", outcome), &model, &[])?;
    }

    // What is simulated: half a milligram per kilogram over 40 minutes, in a lighter patient than the model's.
    let mut scenario = Scenario::undosed(&model);
    scenario.add_regimen(&model, "subanesthetic")?;
    scenario.set(&model, "weight", "60 kg")?;
    scenario.until = 24.0; // hours: inside the program times are always hours
    scenario.rows_every(&model, Some(2.0))?;

    // Compiled once; any number of scenarios can be run with it.
    let compiled = Compiled::new(&model, &measures.subjects);
    let trajectory = simulate(&compiled, &scenario, &SolverOptions::default(), Keep::Everything)
        .map_err(|error| error.diagnostic(&compiled))?;

    let columns: Vec<_> = ["C_venous", "glutamate", "synapses"].iter().filter_map(|name| model.column(name)).collect();
    let table = trajectory.table(&columns);
    let heads: Vec<String> = table.heads.iter().map(|head| format!("{} [{}]", head.name, head.unit)).collect();
    println!("{}", heads.join("  "));
    for row in table.values.rows() {
        let cells: Vec<String> = row.iter().map(|value| format!("{value:.4}")).collect();
        println!("{}", cells.join("  "));
    }

    println!();
    for (value, (_, unit)) in take(&measures, &[&trajectory]).iter().zip(&measures.list) {
        println!("{:.4} {}", unit.from_internal(*value), unit.text());
    }
    Ok(())
}

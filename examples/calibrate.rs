//! Fits what is free in `ketamine` to the calibration statements, writes the values, and says what the data inform.
//!
//! `cargo run --release --example calibrate` begins at the shipped values.
//!
//! ```text
//! --perturbed SD     begin at values drawn around the shipped ones (log SD), inside the bounds
//! --seed N           of these draws (default 1)
//! --without TOPIC    leave a topic out of the fit and score it afterwards; repeatable
//! --steps N          at most N steps (default 12; 0: identifiability only)
//! --overlay FILE     write the fitted values as a model that extends `ketamine`
//! --sheet FILE       replace the table between the marks `<!-- calibrate -->` and `<!-- /calibrate -->`
//! ```
//!
//! What may move, and its bounds, stands in `models/evidence/calibration.toml`. A step runs every statement once for
//! each free parameter: some minutes for the built-in design.

use kascade::analysis::calibrate::{Calibration, Fitted, PRIOR};
use kascade::analysis::calibration_design::{Free, read_apart, read_design};
use kascade::analysis::evidence::{Models, further_models};
use kascade::analysis::identifiability::{Informed, KNOWN, Knowledge, identifiability};
use kascade::formats::evidence_table;
use kascade::model::{Model, Statement, library, load};
use kascade::numerics::random::{Purpose, Stream};
use kascade::simulation::SolverOptions;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;

const DESIGN: &str = include_str!("../models/evidence/calibration.toml");

#[derive(Default)]
struct Arguments {
    perturbed: f64,
    seed: u64,
    without: Vec<String>,
    steps: usize,
    overlay: Option<String>,
    sheet: Option<String>,
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut read = Arguments { seed: 1, steps: 12, ..Arguments::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--perturbed" => read.perturbed = value.parse()?,
            "--seed" => read.seed = value.parse()?,
            "--without" => read.without.push(value),
            "--steps" => read.steps = value.parse()?,
            "--overlay" => read.overlay = Some(value),
            "--sheet" => read.sheet = Some(value),
            _ => return Err(format!("there is no option {word}; see the head of examples/calibrate.rs").into()),
        }
    }
    Ok(read)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments()?;
    let built_in = |name: &str| -> Result<Model, Box<dyn Error>> {
        let source = library::find(name).ok_or_else(|| library::not_found(name))?;
        Ok(load(&source, &|name, _| library::find(name).ok_or_else(|| library::not_found(name)))?.model)
    };
    let model = built_in("ketamine")?;
    let others: BTreeMap<String, Model> = further_models(&model)
        .into_iter()
        .map(|name| Ok((name.clone(), built_in(&name)?)))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let mut models: Models<'_> = others.iter().map(|(name, model)| (name.clone(), Ok(model))).collect();
    models.insert(String::new(), Ok(&model));
    let rows = evidence_table::read(library::EVIDENCE_TABLES.iter().map(|(_, text)| *text))?;
    let free = read_design(DESIGN, &model)?;
    let options = SolverOptions::default();
    let apart = read_apart(DESIGN)?;
    let wanted = |one: &Statement| {
        !arguments.without.contains(&one.topic) && !apart.iter().any(|(left_out, _)| *left_out == one.id)
    };
    let calibration = Calibration::new(&models, free.clone(), &rows, wanted, &options);
    println!("{} free parameters, {} calibration statements", free.len(), calibration.targets.len());

    let shipped: Vec<f64> = free.iter().map(|one| one.value).collect();
    let start = perturbed(&free, arguments.perturbed, arguments.seed);
    let fitted = calibration.fit(&start, arguments.steps, |step, now| println!("step {step}: objective {now:.6}"));
    println!(
        "objective {:.6} before, {:.6} after {} steps and {} evaluations; statements met: {} before, {} after",
        fitted.before,
        fitted.after,
        fitted.steps,
        fitted.evaluations,
        calibration.met(&calibration.evaluate(&start)),
        calibration.met(&fitted.got),
    );
    for (target, got) in calibration.targets.iter().zip(&fitted.got) {
        if !target.met(*got) {
            println!("  outside: {} gives {got:.4}, range {:.4} to {:.4}", target.id, target.low, target.high);
        }
    }
    if !arguments.without.is_empty() {
        left_out(&models, &free, &rows, &options, &arguments.without, &start, &fitted);
    }
    print_values(&model, &free, &shipped, &fitted);
    if let Some(path) = &arguments.overlay {
        std::fs::write(path, overlay(&model, &free, &fitted))?;
    }

    let slopes = calibration.sensitivities(&fitted.values, &fitted.got);
    let (informed, directions) = identifiability(&slopes, &calibration.targets);
    let table = table(&calibration, &informed, directions);
    println!("\n{table}");
    if let Some(path) = &arguments.sheet {
        replace_in_sheet(path, &table)?;
    }
    Ok(())
}

/// Draws around the shipped values, kept inside the bounds.
fn perturbed(free: &[Free], spread: f64, seed: u64) -> Vec<f64> {
    let mut stream = Stream::new(seed, 0, Purpose::Search);
    free.iter().map(|one| stream.lognormal(one.value, spread).clamp(one.low, one.high)).collect()
}

/// Scores the topics that the fit did not see, before and after.
fn left_out(
    models: &Models<'_>,
    free: &[Free],
    rows: &std::collections::HashMap<String, evidence_table::EvidenceRow>,
    options: &SolverOptions,
    topics: &[String],
    start: &[f64],
    fitted: &Fitted,
) {
    let unseen = Calibration::new(models, free.to_vec(), rows, |one| topics.contains(&one.topic), options);
    let (before, after) = (unseen.evaluate(start), unseen.evaluate(&fitted.values));
    println!(
        "left out ({}): {} statements, met {} before the fit and {} after it",
        topics.join(", "),
        unseen.targets.len(),
        unseen.met(&before),
        unseen.met(&after)
    );
}

fn print_values(model: &Model, free: &[Free], shipped: &[f64], fitted: &Fitted) {
    println!("\nparameter      shipped       fitted");
    for ((one, shipped), value) in free.iter().zip(shipped).zip(&fitted.values) {
        let unit = &model.parameters[one.index].unit;
        println!(
            "{:<12} {:>9.5} {:>12.5} {}",
            one.name,
            unit.from_internal(*shipped),
            unit.from_internal(*value),
            unit.text()
        );
    }
}

/// The fitted values as a model file.
fn overlay(model: &Model, free: &[Free], fitted: &Fitted) -> String {
    let mut text = String::from(
        "kascade = 1\n\n[model]\nname    = \"calibrated\"\nextends = \"ketamine\"\ntitle   = \"Ketamine, calibrated anew\"\n\n[parameters]\n",
    );
    for (one, value) in free.iter().zip(&fitted.values) {
        let value = model.parameters[one.index].unit.from_internal(*value);
        let _ = writeln!(text, "{} = {{ value = {value}, assumed = \"fitted by examples/calibrate.rs\" }}", one.name);
    }
    text
}

/// The table of the sheet.
fn table(calibration: &Calibration<'_>, informed: &[Informed], directions: usize) -> String {
    let count = |kind: Knowledge| informed.iter().filter(|one| one.knowledge() == kind).count();
    let mut text = format!(
        "{} free parameters, each with a prior log SD of {PRIOR}, against {} calibration statements: {directions} directions are \
         informed; {} parameters are known (log SD at most {KNOWN} with all others free), {} only in combination, and {} \
         hardly, even if all others were known.\n\n| parameter | half-widths per factor e | log SD alone | log SD, others free | not told apart from | says most |\n|---|---|---|---|---|---|\n",
        informed.len(),
        calibration.targets.len(),
        count(Knowledge::Known),
        count(Knowledge::Combination),
        count(Knowledge::Nothing),
    );
    for (kind, title) in [
        (Knowledge::Known, "**known**"),
        (Knowledge::Combination, "**only in combination**"),
        (Knowledge::Nothing, "**hardly informed**"),
    ] {
        let _ = writeln!(text, "| {title} | | | | | |");
        for (one, free) in informed.iter().zip(&calibration.free).filter(|(one, _)| one.knowledge() == kind) {
            let partners: Vec<String> = one
                .partners
                .iter()
                .take(3)
                .map(|(index, correlation)| format!("`{}` ({correlation:+.2})", calibration.free[*index].name))
                .collect();
            let best = one.best.map_or("", |index| calibration.targets[index].id.as_str());
            let _ = writeln!(
                text,
                "| `{}` | {:.1} | {:.2} | {:.2} | {} | {best} |",
                free.name,
                one.strength,
                one.alone,
                one.together,
                partners.join(", ")
            );
        }
    }
    text
}

fn replace_in_sheet(path: &str, table: &str) -> Result<(), Box<dyn Error>> {
    let (begin, end) = ("<!-- calibrate -->\n", "<!-- /calibrate -->");
    let text = std::fs::read_to_string(path)?;
    let from = text.find(begin).ok_or("the sheet has no mark `<!-- calibrate -->`")? + begin.len();
    let to = text.find(end).filter(|to| *to >= from).ok_or("the sheet has no mark `<!-- /calibrate -->`")?;
    std::fs::write(path, format!("{}{table}{}", &text[..from], &text[to..]))?;
    Ok(())
}

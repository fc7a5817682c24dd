//! What `bench` measured, as text, CSV, JSON and a figure.

use super::arguments::Bench;
use super::bench::regimen;
use super::scenario::method_name;
use super::table::{Align, layout, rounded};
use crate::analysis::benchmark::{Cost, Entry, REFERENCE_TOLERANCE};
use crate::figure::compose::footer;
use crate::figure::scene::FigureData;
use crate::figure::work_precision::{CostCurve, CostPoint, work_precision};
use crate::formats::csv::text_line;
use crate::formats::json::number;
use crate::model::Model;
use crate::numerics::float_text::number_text;
use crate::simulation::Compiled;
use serde_json::{Value, json};

/// What is shown.
pub struct Shown<'a> {
    /// The models.
    pub models: &'a [Model],
    /// The same, compiled.
    pub compiled: &'a [Compiled<'a>],
    /// The measurements, in the order of the table.
    pub entries: &'a [Entry],
    /// What was asked.
    pub arguments: &'a Bench,
}

impl Shown<'_> {
    /// The name of a candidate: its solver, and its model where there are several.
    pub fn name(&self, entry: &Entry) -> String {
        match self.models {
            [_] => method_name(entry.method).to_string(),
            _ => format!("{} by {}", self.models[entry.subject].name, method_name(entry.method)),
        }
    }

    /// The time over that of the first model by the same method at the same tolerance.
    fn relative(&self, entry: &Entry) -> f64 {
        let first = self
            .entries
            .iter()
            .find(|one| one.subject == 0 && one.method == entry.method && one.tolerance == entry.tolerance);
        match (first.map(|one| &one.result), &entry.result) {
            (Some(Ok(first)), Ok(cost)) => cost.median / first.median,
            _ => f64::NAN,
        }
    }

    /// Why a candidate has no cost, in a few words.
    fn reason(&self, entry: &Entry) -> String {
        match &entry.result {
            Ok(_) => String::new(),
            Err(error) => error.diagnostic(&self.compiled[entry.subject]).message,
        }
    }
}

/// The columns of a candidate's cost behind model, solver and rtol: name and value.
fn columns(cost: &Cost) -> [(&'static str, f64); 11] {
    let counts = &cost.statistics;
    [
        ("ms", 1e3 * cost.median),
        ("ms_q25", 1e3 * cost.quartiles.0),
        ("ms_q75", 1e3 * cost.quartiles.1),
        ("error", cost.error),
        ("steps", counts.steps as f64),
        ("rejected", counts.rejected as f64),
        ("rhs", counts.rhs as f64),
        ("jacobians", counts.jacobians as f64),
        ("factorizations", counts.factorizations as f64),
        ("solves", counts.solves as f64),
        ("runs", cost.runs as f64),
    ]
}

/// The names of [`columns`].
const COLUMNS: [&str; 11] =
    ["ms", "ms_q25", "ms_q75", "error", "steps", "rejected", "rhs", "jacobians", "factorizations", "solves", "runs"];

/// A table for the eye; several models stand side by side, their times also over those of the first.
pub fn text(shown: &Shown<'_>) -> String {
    let several = shown.models.len() > 1;
    let mut heads = vec!["solver", "rtol"];
    let mut align = vec![Align::Left, Align::Left];
    if several {
        heads.push("model");
        align.push(Align::Left);
    }
    heads.extend(["ms", "spread"]);
    if several {
        heads.push("x first");
    }
    heads.extend(["error", "steps", "rejected", "rhs", "jacobians", "LU", "runs"]);
    align.resize(heads.len(), Align::Right);
    let mut failed = Vec::new();
    let rows: Vec<Vec<String>> = shown
        .entries
        .iter()
        .filter_map(|entry| {
            let mut row = vec![method_name(entry.method).to_string(), format!("{:e}", entry.tolerance)];
            if several {
                row.push(shown.models[entry.subject].name.clone());
            }
            let Ok(cost) = &entry.result else {
                failed.push(entry);
                return None;
            };
            let milliseconds = |value: f64| rounded(1e3 * value, 3);
            row.push(milliseconds(cost.median));
            row.push(format!("{} to {}", milliseconds(cost.quartiles.0), milliseconds(cost.quartiles.1)));
            if several {
                row.push(rounded(shown.relative(entry), 3));
            }
            row.push(format!("{:.1e}", cost.error));
            let counts = &cost.statistics;
            let counts = [counts.steps, counts.rejected, counts.rhs, counts.jacobians, counts.factorizations];
            row.extend(counts.iter().map(u64::to_string));
            row.push(cost.runs.to_string());
            Some(row)
        })
        .collect();
    let mut text = layout(&heads, &align, &rows);
    for entry in failed {
        text.push_str(&format!("{} at {:e}: {}\n", shown.name(entry), entry.tolerance, shown.reason(entry)));
    }
    text.push_str(&format!(
        "\nms: median and quartiles of one run with all rows recorded. error: the largest at any row of any state, over the\n\
         state's size plus its scale, against rodas5p at {REFERENCE_TOLERANCE:e}.\n"
    ));
    text
}

/// A row a candidate; one that failed has only its reason.
pub fn csv(shown: &Shown<'_>) -> String {
    let mut text = format!("model,solver,rtol,{},relative,failure\n", COLUMNS.join(","));
    for entry in shown.entries {
        let mut cells = vec![
            shown.models[entry.subject].name.clone(),
            method_name(entry.method).to_string(),
            number_text(entry.tolerance),
        ];
        match &entry.result {
            Ok(cost) => cells.extend(columns(cost).iter().map(|(_, value)| number_text(*value))),
            Err(_) => cells.extend(COLUMNS.map(|_| number_text(f64::NAN))),
        }
        cells.extend([number_text(shown.relative(entry)), shown.reason(entry)]);
        text.push_str(&text_line(cells));
    }
    text
}

/// A number of JSON; counts are integers.
fn whole(name: &str, value: f64) -> Value {
    let counts = !name.starts_with("ms") && name != "error";
    if counts && value.is_finite() { json!(value as u64) } else { number(value) }
}

/// The same with version, hashes and settings.
pub fn json(shown: &Shown<'_>) -> Value {
    let model = |model: &Model| json!({"name": model.name, "model_hash": model.hash, "regimen": regimen(model, shown.arguments)});
    let models: Vec<Value> = shown.models.iter().map(model).collect();
    let rows: Vec<Value> = shown
        .entries
        .iter()
        .map(|entry| {
            let mut row = serde_json::Map::new();
            row.insert("model".into(), json!(shown.models[entry.subject].name));
            row.insert("solver".into(), json!(method_name(entry.method)));
            row.insert("rtol".into(), number(entry.tolerance));
            match &entry.result {
                Ok(cost) => {
                    row.extend(columns(cost).iter().map(|(name, value)| (name.to_string(), whole(name, *value))))
                }
                Err(_) => row.extend([("failure".to_string(), json!(shown.reason(entry)))]),
            }
            row.insert("relative".into(), number(shown.relative(entry)));
            Value::Object(row)
        })
        .collect();
    let arguments = shown.arguments;
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "models": models,
        "settings": {
            "dose": arguments.given.dose,
            "perturbations": arguments.given.perturb,
            "set": arguments.given.set,
            "until": arguments.until,
            "every": arguments.every,
            "runs": arguments.runs,
            "reference": format!("rodas5p at {REFERENCE_TOLERANCE:e}"),
        },
        "rows": rows,
    })
}

/// Achieved error over time: a curve a solver, or a model and solver.
pub fn figure(shown: &Shown<'_>) -> FigureData {
    let mut curves: Vec<CostCurve> = Vec::new();
    for entry in shown.entries {
        let Ok(cost) = &entry.result else { continue };
        let name = shown.name(entry);
        let point = CostPoint {
            error: cost.error,
            milliseconds: 1e3 * cost.median,
            spread: 0.5e3 * (cost.quartiles.1 - cost.quartiles.0),
        };
        match curves.iter_mut().find(|curve| curve.name == name) {
            Some(curve) => curve.points.push(point),
            None => curves.push(CostCurve { name, points: vec![point] }),
        }
    }
    let titles: Vec<&str> = shown
        .models
        .iter()
        .map(|model| if model.title.is_empty() { model.name.as_str() } else { model.title.as_str() })
        .collect();
    let regimen = shown.arguments.given.regimen.as_deref().map(|name| format!("regimen {name}; "));
    let subtitle = format!("{}median and quartiles of a run", regimen.unwrap_or_default());
    let mut figure = work_precision(&titles.join(", "), &subtitle, &curves);
    if let Some(model) = shown.models.first() {
        figure.footer = footer(model);
        figure.metadata.model = model.name.clone();
        figure.metadata.model_hash = model.hash.clone();
    }
    figure
}

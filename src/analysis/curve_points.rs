//! Which published numbers belong on which curve?
//!
//! Nothing is simulated here; a statement whose number cannot be brought into the quantity's unit has no point.

use super::judge::combine;
use crate::formats::evidence_table::EvidenceRow;
use crate::model::{Model, Statement};
use crate::units::{Unit, parse_quantity_as};
use std::collections::HashMap;

/// A published number that belongs on a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// The statement it stands in.
    pub id: String,
    /// The quantity it is a value of.
    pub quantity: String,
    /// The regimen it was measured under.
    pub regimen: Option<String>,
    /// When, internal time.
    pub time: f64,
    /// The value, internal units.
    pub value: f64,
    /// The published range, internal units.
    pub range: Option<(f64, f64)>,
    /// Who measured it.
    pub cite: String,
}

/// The published numbers that a model's statements place on its curves. Nothing is simulated; a statement whose number
/// cannot be brought into the quantity's unit has no point.
pub fn curve_points(model: &Model, rows: &HashMap<String, EvidenceRow>) -> Vec<CurvePoint> {
    model.evidence.iter().filter_map(|statement| curve_point(statement, model, rows)).collect()
}

/// Whether a statement speaks of the species that the model is of: what was measured in people belongs on no curve of a
/// rat.
pub fn speaks_of(statement: &Statement, model: &Model) -> bool {
    model.species.is_empty() || statement.species.as_ref().is_none_or(|species| *species == model.species)
}

fn curve_point(statement: &Statement, model: &Model, rows: &HashMap<String, EvidenceRow>) -> Option<CurvePoint> {
    if !speaks_of(statement, model) {
        return None;
    }
    let plot = statement.plot.as_ref()?;
    let wanted = model.column_unit(model.column(&plot.quantity)?);
    let found: Vec<&EvidenceRow> = statement.rows.iter().filter_map(|id| rows.get(&id.text)).collect();
    let (value, range) = combine(statement, &found);
    let written = statement.unit.clone().or_else(|| found.first().map(|row| row.unit.clone()))?;
    let unit = Unit::parse(&written).ok()?;
    let (made, mass) = match &plot.molar_mass {
        Some(text) => {
            let molar = Unit::parse("g/mol").ok()?;
            (unit.times(&molar)?, parse_quantity_as(&text.text, &molar).ok()?.internal())
        }
        None => (unit.clone(), 1.0),
    };
    if !made.compatible(wanted) {
        return None;
    }
    let internal = |value: f64| unit.to_internal(value) * mass;
    let regimen = statement.runs.iter().find(|(name, _)| name == "main").and_then(|(_, run)| run.run.regimen.clone());
    Some(CurvePoint {
        id: statement.id.clone(),
        quantity: plot.quantity.clone(),
        regimen,
        time: parse_quantity_as(&plot.time.text, &model.time_unit).ok()?.internal(),
        value: internal(value.or(statement.expected)?),
        // What a statement accepts is this project's judgment and nobody's measurement.
        range: range.map(|(low, high)| (internal(low), internal(high))),
        cite: found.first().map(|row| row.source.clone()).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::SourceText;
    use crate::model::{self, library};

    const MODEL: &str = r#"
kascade = 1

[model]
name    = "points"
title   = "Points"
about   = "For a test."
time    = "h"
species = "rat"

[states]
A = { start = 1, unit = "mg", about = "amount" }

[derivatives]
A = "-0.1 [1/h] * A"

[[evidence]]
id       = "accepted"
title    = "a number with a range that is accepted"
run      = {}
measure  = "at(A, 1 h)"
unit     = "mg"
expected = 1
accept   = [0.5, 2]
plot     = { quantity = "A", time = "1 h" }

[[evidence]]
id       = "of-people"
title    = "a number of another species"
run      = {}
measure  = "at(A, 2 h)"
unit     = "mg"
expected = 1
species  = "human"
plot     = { quantity = "A", time = "2 h" }
"#;

    #[test]
    fn an_accepted_range_is_no_bar_and_another_species_no_point() {
        let source = SourceText::new("points.toml", MODEL);
        let loaded = model::load(&source, &|name, _| Err(library::not_found(name))).expect("the model is right");
        let points = curve_points(&loaded.model, &HashMap::new());
        assert_eq!(
            points.iter().map(|point| (point.id.as_str(), point.range)).collect::<Vec<_>>(),
            [("accepted", None)]
        );
    }
}

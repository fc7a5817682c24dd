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

fn curve_point(statement: &Statement, model: &Model, rows: &HashMap<String, EvidenceRow>) -> Option<CurvePoint> {
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
        range: range
            .or(statement.accept.filter(|_| statement.unit.as_deref() == Some(written.as_str())))
            .map(|(low, high)| (internal(low), internal(high))),
        cite: found.first().map(|row| row.source.clone()).unwrap_or_default(),
    })
}

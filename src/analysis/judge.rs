//! Does what a model gave agree with what the rows say?
//!
//! A value lies in its range, a ratio has its sign (within 20 % of 1 is 0), an order holds. What cannot be compared (an
//! unknown row, units that do not meet) is told with its reason. This file must never run anything.

use super::evidence::{SIGN_BAND, Scored, Verdict};
use crate::formats::evidence_table::EvidenceRow;
use crate::model::{Combination, Comparison, Statement};
use crate::units::Unit;
use std::collections::HashMap;

/// A row without a range and without a tolerance in the texts is met within this share.
const DEFAULT_SHARE: f64 = 0.3;

/// Compares what a model gave (internal units, shown in `unit`) with what the rows say.
pub(super) fn judge<'a>(
    statement: &'a Statement,
    rows: &HashMap<String, EvidenceRow>,
    got: f64,
    unit: &Unit,
    weight: f64,
    read: bool,
) -> Scored<'a> {
    let mut scored = Scored {
        statement,
        expected: None,
        range: None,
        got: unit.from_internal(got),
        unit: unit_words(unit),
        read,
        weight,
        verdict: Verdict::Missed,
    };
    let mut found: Vec<&EvidenceRow> = Vec::new();
    for id in &statement.rows {
        match rows.get(&id.text) {
            Some(row) => found.push(row),
            None => {
                scored.verdict = Verdict::Unscored(format!("there is no row `{}`", id.text));
                return scored;
            }
        }
    }
    if !got.is_finite() {
        scored.verdict = Verdict::Unscored("the measure is not defined for this run".into());
        return scored;
    }
    match statement.compare {
        Comparison::Sign => judge_sign(&mut scored, &found, unit),
        Comparison::Order => {
            let range = statement.accept.unwrap_or((f64::MIN_POSITIVE, f64::INFINITY));
            match declared_unit(statement, &[], unit) {
                Ok(declared) => {
                    scored.got = declared.from_internal(got);
                    scored.unit = unit_words(&declared);
                    scored.range = Some(range);
                    let holds = scored.got >= range.0 && scored.got <= range.1;
                    scored.verdict = if holds { Verdict::Met } else { Verdict::Missed };
                }
                Err(reason) => scored.verdict = Verdict::Unscored(reason),
            }
        }
        Comparison::Value => judge_value(&mut scored, &found, got, unit),
    }
    scored
}

fn unit_words(unit: &Unit) -> String {
    if unit.text() == "1" { String::new() } else { unit.text().to_string() }
}

/// The unit of the expected number: the statement's, else that of the rows it comes from, else the measure's own
/// (`unit`). It must fit the measure.
///
/// # Errors
/// Why the expected number cannot be compared with the measure.
fn declared_unit(statement: &Statement, rows: &[&EvidenceRow], unit: &Unit) -> Result<Unit, String> {
    let fits = |declared: Unit, whose: &str| {
        if declared.compatible(unit) {
            return Ok(declared);
        }
        Err(format!("the measure is in {}, {whose} in {}", unit.text(), declared.text()))
    };
    if let Some(text) = &statement.unit {
        return fits(Unit::parse(text).map_err(|error| error.to_string())?, "the expected number");
    }
    let Some(row) = rows.first() else { return Ok(unit.clone()) };
    if statement.combine == Some(Combination::Ratio) {
        return fits(Unit::none(), "the ratio of the rows");
    }
    match Unit::parse(&row.unit) {
        Ok(declared) => fits(declared, "the row"),
        // Words that are no unit (`OR`, `ratio`) stand for a pure number.
        Err(_) if unit.dimension().is_none() => Ok(unit.clone()),
        Err(_) => Err(format!("the measure is in {}, the row in `{}`, which is no unit", unit.text(), row.unit)),
    }
}

/// The measure is a ratio, 1 being no change.
fn judge_sign(scored: &mut Scored<'_>, rows: &[&EvidenceRow], unit: &Unit) {
    if !unit.dimension().is_none() {
        scored.verdict = Verdict::Unscored(format!("a direction needs a ratio, and the measure is in {}", unit.text()));
        return;
    }
    let sign = if scored.statement.from_text {
        scored.statement.expected
    } else {
        rows.first().and_then(|row| row.value).or(scored.statement.expected)
    };
    let Some(sign) = sign else {
        scored.verdict = Verdict::Unscored("no row says the direction".into());
        return;
    };
    let range = scored.statement.accept.unwrap_or(if sign > 0.0 {
        (1.0 + SIGN_BAND, f64::INFINITY)
    } else if sign < 0.0 {
        (f64::NEG_INFINITY, 1.0 - SIGN_BAND)
    } else {
        (1.0 - SIGN_BAND, 1.0 + SIGN_BAND)
    });
    scored.expected = Some(sign.signum() * f64::from(u8::from(sign != 0.0)));
    scored.range = Some(range);
    scored.verdict = if scored.got >= range.0 && scored.got <= range.1 { Verdict::Met } else { Verdict::Missed };
}

fn judge_value(scored: &mut Scored<'_>, rows: &[&EvidenceRow], got: f64, unit: &Unit) {
    let statement = scored.statement;
    let combined = combine(statement, rows);
    let (expected, row_range) = if statement.from_text { (statement.expected, None) } else { combined };
    let expected = expected.or(statement.expected);
    let declared = match declared_unit(statement, rows, unit) {
        Ok(declared) => declared,
        Err(reason) => {
            scored.verdict = Verdict::Unscored(reason);
            return;
        }
    };
    scored.got = declared.from_internal(got);
    scored.unit = unit_words(&declared);
    scored.expected = expected;
    let tolerance = if statement.from_text { statement.accept } else { row_range.or(statement.accept) };
    let range = tolerance.or_else(|| {
        expected.map(|value| {
            let half = DEFAULT_SHARE * value.abs();
            (value - half, value + half)
        })
    });
    let Some(range) = range else {
        scored.verdict = Verdict::Unscored("neither rows nor text give a number".into());
        return;
    };
    scored.range = Some(range);
    // The last bit of a converted number decides nothing.
    let slack = 1e-9 * range.0.abs().max(range.1.abs()).min(1e300);
    scored.verdict =
        if scored.got >= range.0 - slack && scored.got <= range.1 + slack { Verdict::Met } else { Verdict::Missed };
}

/// The value and range that the rows give together.
pub(super) fn combine(statement: &Statement, rows: &[&EvidenceRow]) -> (Option<f64>, Option<(f64, f64)>) {
    let values: Vec<f64> = rows.iter().filter_map(|row| row.value).collect();
    match statement.combine {
        None => (values.first().copied(), rows.iter().find_map(|row| row.range)),
        Some(Combination::Sum) if values.len() == rows.len() => (Some(values.iter().sum()), None),
        Some(Combination::Mean) if !values.is_empty() => (Some(values.iter().sum::<f64>() / values.len() as f64), None),
        Some(Combination::Ratio) if values.len() >= 2 => (Some(values[0] / values[1]), None),
        Some(_) => (None, None),
    }
}

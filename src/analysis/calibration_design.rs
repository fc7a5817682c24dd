//! Which parameters may calibration move, and how far?
//!
//! A design is a small TOML file beside the evidence: `[free]` names parameters, each with its bounds in the declared
//! unit, or `"range"` for those of the model file. Between the bounds may stand the value that was judged likeliest
//! before the fit; the fit leaves it only as far as statements demand. Only what is assumed may be free: a number with a
//! source stays as it was published, and bounds never leave a published range. `[apart]` names statements that take no
//! part, each with the reason. This file must never run a model.

use crate::diagnostics::did_you_mean;
use crate::model::{Model, Origin, Parameter};
use thiserror::Error;

/// A parameter that calibration may move.
#[derive(Debug, Clone, PartialEq)]
pub struct Free {
    /// Its name.
    pub name: String,
    /// Its index in the model.
    pub index: usize,
    /// The value in the model file, internal units.
    pub value: f64,
    /// The bounds, internal units.
    pub low: f64,
    /// See `low`.
    pub high: f64,
    /// What was judged likeliest before the fit, internal units.
    pub judged: Option<f64>,
}

/// What is wrong with a design.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DesignError {
    /// The text is no TOML.
    #[error("the design cannot be read: {0}")]
    Malformed(String),
    /// There is no table `[free]` with anything in it.
    #[error("the design has no table `[free]` that names parameters")]
    Nothing,
    /// The model has no such parameter.
    #[error("there is no parameter `{name}`{}", hint.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
    Unknown {
        /// The name in the design.
        name: String,
        /// The nearest one in the model.
        hint: Option<String>,
    },
    /// A published number cannot be fitted.
    #[error("`{0}` has a source, so it stays as published; only assumed parameters can be free")]
    Sourced(String),
    /// Bounds are `[low, high]`, `[low, judged, high]` or `"range"`.
    #[error("the bounds of `{0}` are neither two or three positive numbers in ascending order nor \"range\"")]
    BadBounds(String),
    /// `"range"`, but the model file has none.
    #[error("`{0}` has no range in the model file; give bounds")]
    NoRange(String),
    /// A statement is left out without a reason.
    #[error("`{0}` is left out of the fit without a reason; write it as text")]
    NoReason(String),
    /// The bounds leave the range of the model file.
    #[error("the bounds of `{0}` leave its range in the model file")]
    OutsideRange(String),
    /// The value in the model file is not within the bounds.
    #[error("the value of `{0}` in the model file is outside the bounds of the design")]
    ValueOutside(String),
}

/// Reads a design against a model. The parameters keep the order of the file.
///
/// # Errors
/// The first fault.
pub fn read_design(text: &str, model: &Model) -> Result<Vec<Free>, DesignError> {
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| DesignError::Malformed(error.to_string()))?;
    let free = table.get("free").and_then(toml::Value::as_table).filter(|free| !free.is_empty());
    let mut list = free
        .ok_or(DesignError::Nothing)?
        .iter()
        .map(|(name, bounds)| read_free(name, bounds, model))
        .collect::<Result<Vec<Free>, DesignError>>()?;
    list.sort_by_key(|one| one.index);
    Ok(list)
}

/// The statements that a design leaves out of the fit, each with its reason.
///
/// # Errors
/// A text that is no TOML, or a statement without a reason.
pub fn read_apart(text: &str) -> Result<Vec<(String, String)>, DesignError> {
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| DesignError::Malformed(error.to_string()))?;
    let apart = table.get("apart").and_then(toml::Value::as_table).into_iter().flatten();
    apart
        .map(|(id, reason)| match reason.as_str().filter(|reason| !reason.is_empty()) {
            Some(reason) => Ok((id.clone(), reason.to_string())),
            None => Err(DesignError::NoReason(id.clone())),
        })
        .collect()
}

fn read_free(name: &str, bounds: &toml::Value, model: &Model) -> Result<Free, DesignError> {
    let Some(index) = model.parameter(name) else {
        let known = model.parameters.iter().map(|one| one.name.as_str());
        return Err(DesignError::Unknown {
            name: name.to_string(),
            hint: did_you_mean(name, known).map(str::to_string),
        });
    };
    let parameter = &model.parameters[index];
    if !matches!(parameter.origin, Origin::Assumed(_)) {
        return Err(DesignError::Sourced(name.to_string()));
    }
    let (low, judged, high) = read_bounds(name, bounds, parameter)?;
    if low <= 0.0 || low >= high || judged.is_some_and(|judged| !(low..=high).contains(&judged)) {
        return Err(DesignError::BadBounds(name.to_string()));
    }
    if let Some(range) = parameter.range
        && (low < range.0 || high > range.1)
    {
        return Err(DesignError::OutsideRange(name.to_string()));
    }
    if parameter.value < low || parameter.value > high {
        return Err(DesignError::ValueOutside(name.to_string()));
    }
    Ok(Free { name: name.to_string(), index, value: parameter.value, low, high, judged })
}

fn read_bounds(
    name: &str,
    bounds: &toml::Value,
    parameter: &Parameter,
) -> Result<(f64, Option<f64>, f64), DesignError> {
    if bounds.as_str() == Some("range") {
        let range = parameter.range.ok_or_else(|| DesignError::NoRange(name.to_string()))?;
        return Ok((range.0, None, range.1));
    }
    let internal = |value: f64| parameter.unit.to_internal(value);
    let number = |value: &toml::Value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64));
    let numbers: Option<Vec<f64>> = bounds.as_array().and_then(|list| list.iter().map(number).collect());
    match numbers.as_deref() {
        Some([low, high]) => Ok((internal(*low), None, internal(*high))),
        Some([low, judged, high]) => Ok((internal(*low), Some(internal(*judged)), internal(*high))),
        _ => Err(DesignError::BadBounds(name.to_string())),
    }
}

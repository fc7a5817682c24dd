//! Tables as JSON, with version, model hash and settings.
//!
//! Numbers keep all their bits; missing values are `null`, since JSON has no NaN.

use crate::simulation::Table;
use serde_json::{Map, Value, json};

/// What a result was made with.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// Name of the model.
    pub model: String,
    /// Fingerprint of the model.
    pub model_hash: String,
    /// Settings by name, in order.
    pub settings: Vec<(String, Value)>,
}

impl Provenance {
    /// As the head of a JSON object.
    pub fn to_map(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("version".into(), json!(env!("CARGO_PKG_VERSION")));
        map.insert("model".into(), json!(self.model));
        map.insert("model_hash".into(), json!(self.model_hash));
        map.insert("settings".into(), Value::Object(self.settings.iter().cloned().collect()));
        map
    }
}

/// A number, or `null` where JSON has none.
pub fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// `{version, model_hash, settings, columns: [{name, unit}], rows}`.
pub fn table(table: &Table, provenance: &Provenance) -> Value {
    let mut map = provenance.to_map();
    let columns: Vec<Value> = table.heads.iter().map(|head| json!({"name": head.name, "unit": head.unit})).collect();
    map.insert("columns".into(), Value::Array(columns));
    let rows =
        table.values.rows().into_iter().map(|row| Value::Array(row.iter().map(|&value| number(value)).collect()));
    map.insert("rows".into(), Value::Array(rows.collect()));
    Value::Object(map)
}

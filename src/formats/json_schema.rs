//! The keys of model files as a JSON schema (draft 7, which editors of TOML read).
//!
//! What it cannot carry: names that must exist, units that must agree, and which keys exclude each other; `kascade check`
//! looks at those. Required keys are told in words only, because an overlay leaves out what it does not change.

use crate::model::schema::{FILE, Key, Section, Takes};
use serde_json::{Map, Value, json};

/// The schema of a model file.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    let mut root = object(&FILE, &mut definitions);
    if let Value::Object(root) = &mut root {
        root.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
        root.insert("title".into(), json!("kascade model file, version 1"));
        root.insert("required".into(), json!(["kascade"]));
        root.insert("definitions".into(), Value::Object(definitions));
    }
    root
}

/// A table with a fixed set of keys.
fn object(section: &Section, definitions: &mut Map<String, Value>) -> Value {
    let properties: Map<String, Value> =
        section.keys.iter().map(|key| (key.name.to_string(), property(key, definitions))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn property(key: &Key, definitions: &mut Map<String, Value>) -> Value {
    let mut value = takes(&key.takes, definitions);
    if let Value::Object(map) = &mut value {
        let about = if key.required { format!("{} (required)", key.about) } else { key.about.to_string() };
        map.insert("description".into(), json!(about));
    }
    value
}

fn takes(takes: &Takes, definitions: &mut Map<String, Value>) -> Value {
    let quantity = json!({ "type": ["number", "string"] });
    match takes {
        Takes::Text | Takes::Name | Takes::Unit | Takes::Expression => json!({ "type": "string" }),
        Takes::Number => json!({ "type": "number" }),
        Takes::Quantity | Takes::QuantityOrExpression => quantity,
        Takes::Boolean => json!({ "type": "boolean" }),
        Takes::Choice(words) => json!({ "enum": words }),
        Takes::Texts => json!({ "type": ["string", "array"], "items": { "type": "string" } }),
        Takes::Quantities => json!({ "type": "array", "items": quantity }),
        Takes::Shares => json!({ "type": ["string", "object"], "additionalProperties": { "type": "number" } }),
        Takes::Settings => json!({ "type": "object", "additionalProperties": quantity }),
        Takes::Expressions => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Takes::Table(section) => wrapped(reference(section, definitions)),
        Takes::Tables(section) => json!({ "type": ["array", "object"], "items": reference(section, definitions) }),
        Takes::Series(section) => {
            json!({ "type": "array", "items": { "anyOf": [{ "type": "string" }, reference(section, definitions)] } })
        }
        Takes::Named(section) => json!({ "type": "object", "additionalProperties": reference(section, definitions) }),
        Takes::NamedOrText(section) => json!({
            "type": "object",
            "additionalProperties": { "anyOf": [{ "type": "string" }, reference(section, definitions)] },
        }),
    }
}

/// A reference in a list of one: beside a bare `$ref` draft 7 ignores the description.
fn wrapped(reference: Value) -> Value {
    json!({ "allOf": [reference] })
}

/// A section by its name; its definition is added once.
fn reference(section: &'static Section, definitions: &mut Map<String, Value>) -> Value {
    if !definitions.contains_key(section.name) {
        // The name first, so that a section that refers to itself would end.
        definitions.insert(section.name.to_string(), Value::Null);
        let object = object(section, definitions);
        definitions.insert(section.name.to_string(), object);
    }
    json!({ "$ref": format!("#/definitions/{}", section.name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_is_defined_and_every_section_has_one_name() {
        let schema = schema();
        let definitions = schema["definitions"].as_object().unwrap();
        let text = schema.to_string();
        let referred: Vec<&str> =
            text.split("\"#/definitions/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(referred.len() > 20);
        for name in referred {
            assert!(definitions[name]["properties"].is_object(), "{name}");
        }
        assert_eq!(schema["properties"]["parameters"]["additionalProperties"]["$ref"], "#/definitions/parameter");
        assert_eq!(definitions["parameter"]["properties"]["covariate"]["type"], "boolean");
        assert_eq!(definitions["parameter"]["additionalProperties"], false);
    }
}

//! What all sections share while a model is read: the log, the unit of time, the names that expressions see.
//!
//! This is where errors of `units` and `expression`, which know only a text, become diagnostics with a place.

use super::reader::{Log, Section, Text, text_of};
use super::value::{Kind, Value};
use crate::diagnostics::{Code, Diagnostic, Place, did_you_mean};
use crate::units::{MissingFactor, Part, QuantityError, Unit, UnitError, parse_quantity_as};
use std::collections::{HashMap, HashSet};

use crate::expression::Symbol;

/// A name that expressions see.
#[derive(Debug, Clone)]
pub struct Name {
    /// What it stands for.
    pub symbol: Symbol,
    /// The unit it is declared in.
    pub unit: Unit,
    /// Where it is declared.
    pub place: Place,
}

/// Shared by all sections of one model.
pub struct Context<'a> {
    /// Where complaints go.
    pub log: &'a Log,
    /// The unit of time.
    pub time_unit: Unit,
    /// States, parameters and quantities by name.
    pub names: HashMap<String, Name>,
    /// Names that are declared, but without a unit that could be read: what is said with them is left alone.
    pub broken: HashSet<String>,
    /// Routes by name, for `input(route)`, with the unit of their rate.
    pub routes: HashMap<String, (usize, Unit)>,
}

impl Context<'_> {
    /// The unit under a key; `None` after a complaint.
    pub fn unit(&self, section: &Section<'_>, key: &'static str) -> Option<Unit> {
        let text = section.text(key)?;
        self.unit_of(&text)
    }

    /// The unit under a key that must be there.
    pub fn required_unit(&self, section: &Section<'_>, key: &'static str) -> Option<Unit> {
        let text = section.required_text(key)?;
        self.unit_of(&text)
    }

    /// The unit that a text names.
    pub fn unit_of(&self, text: &Text) -> Option<Unit> {
        match Unit::parse(&text.text) {
            Ok(unit) => Some(unit),
            Err(error) => {
                self.log.push(unit_error(&error, text));
                None
            }
        }
    }

    /// A number under a key, bare in `unit` or a text with a compatible one; internal units.
    pub fn quantity(&self, section: &Section<'_>, key: &'static str, unit: &Unit) -> Option<(f64, Place)> {
        let value = section.value(key)?;
        self.quantity_of(value, unit, &format!("{}.{key}", section.path()))
    }

    /// As [`Context::quantity`] for a value that is not under a key of its own.
    pub fn quantity_of(&self, value: &Value, unit: &Unit, what: &str) -> Option<(f64, Place)> {
        match &value.kind {
            Kind::Number(number) => Some((unit.to_internal(*number), value.place.clone())),
            Kind::Text(_) => {
                let text = text_of(value)?;
                match parse_quantity_as(&text.text, unit) {
                    Ok(quantity) => Some((quantity.internal(), text.place)),
                    Err(error) => {
                        self.log.push(quantity_error(&error, &text));
                        None
                    }
                }
            }
            _ => {
                self.log.push(
                    Diagnostic::error(Code::WrongType, format!("`{what}` must be a number, or a text with a unit"))
                        .at(&value.place, format!("this is {}", value.type_name())),
                );
                None
            }
        }
    }

    /// A time under a key, bare in the model's unit.
    pub fn time(&self, section: &Section<'_>, key: &'static str) -> Option<(f64, Place)> {
        self.quantity(section, key, &self.time_unit)
    }

    /// A time that must be above zero.
    pub fn positive_time(&self, section: &Section<'_>, key: &'static str) -> Option<f64> {
        let (time, place) = self.time(section, key)?;
        if time > 0.0 {
            return Some(time);
        }
        self.log.push(
            Diagnostic::error(Code::BadValue, format!("`{key}` must be longer than zero"))
                .at(&place, "not a positive time"),
        );
        None
    }

    /// The nearest known name.
    pub fn near_name(&self, typed: &str) -> Option<String> {
        let mut known: Vec<&str> = self.names.keys().map(String::as_str).collect();
        known.sort_unstable();
        did_you_mean(typed, known).map(str::to_owned)
    }
}

/// A fault in a unit, in place.
pub fn unit_error(error: &UnitError, text: &Text) -> Diagnostic {
    Diagnostic::error(Code::UnknownUnit, error.to_string()).at(&text.part(error.span()), "").hint_if(error.hint())
}

/// A fault in a number with a unit, in place.
pub fn quantity_error(error: &QuantityError, text: &Text) -> Diagnostic {
    let code = match error {
        QuantityError::Unit(_) => Code::UnknownUnit,
        QuantityError::Mismatch { missing, .. } => mismatch_code(Some(missing)),
        QuantityError::NotFinite { .. } => Code::NotFinite,
        QuantityError::NoNumber { .. } | QuantityError::NoUnit { .. } => Code::BadQuantity,
    };
    Diagnostic::error(code, error.to_string()).at(&text.part(error.span()), "").hint_if(error.hint())
}

/// A mass that meets an amount has a code of its own, since only a molar mass helps.
pub fn mismatch_code(missing: Option<&MissingFactor>) -> Code {
    let bridge = |missing: &MissingFactor| missing.parts.len() == 1 && missing.parts[0].0 == Part::MolarMass;
    if missing.is_some_and(bridge) { Code::MassForAmount } else { Code::UnitMismatch }
}

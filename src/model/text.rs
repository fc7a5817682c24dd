//! Expressions of a model back as text, for what was not written as one.

use super::types::{Event, Model, Perturbation, Target};
use crate::expression::{Symbol, Tree, print, tree_to_expr};
use crate::numerics::float_text::number_text;
use crate::units::Unit;

impl Model {
    /// The name of what a symbol stands for.
    pub fn symbol_name(&self, symbol: Symbol) -> &str {
        let name = match symbol {
            Symbol::State(index) => self.states.get(index).map(|one| &one.name),
            Symbol::Parameter(index) => self.parameters.get(index).map(|one| &one.name),
            Symbol::Quantity(index) => self.quantities.get(index).map(|one| &one.name),
            Symbol::Input(index) => self.routes.get(index).map(|one| &one.name),
            Symbol::Time => return "time",
        };
        name.map_or("?", String::as_str)
    }

    /// What something is set to, or held at: a number in its declared unit, or an expression (`CL = 0.5 * CL`).
    pub fn set_text(&self, target: Target, tree: &Tree) -> String {
        let (name, unit) = match target {
            Target::State(index) => (&self.states[index].name, &self.states[index].unit),
            Target::Parameter(index) => (&self.parameters[index].name, &self.parameters[index].unit),
        };
        let value = match tree {
            Tree::Constant(value) => with_unit(*value, unit),
            tree => self.tree_text(tree),
        };
        format!("{name} = {value}")
    }

    /// A perturbation in words: when, and what it changes.
    pub fn perturbation_text(&self, one: &Perturbation) -> String {
        let time = |word: &str, time: f64| format!("{word} {}", with_unit(time, &self.time_unit));
        let mut parts: Vec<String> = Vec::new();
        parts.extend(one.from.map(|from| time("from", from)));
        parts.extend(one.until.map(|until| time("until", until)));
        parts.extend(one.set.iter().map(|(index, tree)| self.set_text(Target::Parameter(*index), tree)));
        parts.extend(one.clamp.iter().map(|(index, tree)| self.set_text(Target::State(*index), tree) + " held"));
        parts.join(", ")
    }

    /// What an event sets.
    pub fn event_text(&self, one: &Event) -> String {
        one.set.iter().map(|(target, tree)| self.set_text(*target, tree)).collect::<Vec<_>>().join(", ")
    }

    /// An expression in the model's own language; its numbers are in internal units.
    pub fn tree_text(&self, tree: &Tree) -> String {
        print(&tree_to_expr(tree, &|symbol| self.symbol_name(symbol).to_string()))
    }
}

/// A number in its declared unit.
pub fn with_unit(value: f64, unit: &Unit) -> String {
    let text = number_text(unit.from_internal_shortest(value));
    if unit.text() == "1" { text } else { format!("{text} {}", unit.text()) }
}

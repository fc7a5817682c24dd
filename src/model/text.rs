//! Expressions of a model back as text, for what was not written as one.

use super::types::Model;
use crate::expression::{Symbol, Tree, print, tree_to_expr};

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

    /// An expression in the model's own language; its numbers are in internal units.
    pub fn tree_text(&self, tree: &Tree) -> String {
        print(&tree_to_expr(tree, &|symbol| self.symbol_name(symbol).to_string()))
    }
}

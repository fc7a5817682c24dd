//! Who acts on whom: the arrows of a model's cascade, with their signs.
//!
//! A state acts on another if it stands in its rate of change, a name on a quantity if it stands in its expression.
//! Between chosen names an arrow leads along any path through names that were not chosen; its sign is the product of
//! the signs along the path, taken at the start of the model, where signs differ between paths there is none.

use super::types::{Column, Model};
use crate::expression::{Symbol, Tree, derivative, evaluate};
use std::collections::HashMap;

/// The sign of an influence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// More of the one, more of the other.
    Raises,
    /// More of the one, less of the other.
    Lowers,
    /// Both, or neither at the start.
    Acts,
}

/// An arrow between two of the chosen names, by their places in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Influence {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// What it does.
    pub sign: Sign,
}

/// The arrows among chosen columns.
pub fn influences(model: &Model, chosen: &[Column]) -> Vec<Influence> {
    let direct = direct_influences(model);
    let place: HashMap<Column, usize> = chosen.iter().enumerate().map(|(place, column)| (*column, place)).collect();
    let mut arrows: Vec<Influence> = Vec::new();
    for (to, column) in chosen.iter().enumerate() {
        // Backwards from each chosen name, through names that were not chosen.
        let mut seen: HashMap<Column, Sign> = HashMap::new();
        let mut waiting: Vec<(Column, Sign)> = vec![(*column, Sign::Raises)];
        while let Some((at, sign)) = waiting.pop() {
            for (source, step) in direct.get(&at).into_iter().flatten() {
                let sign = times(sign, *step);
                if let Some(from) = place.get(source) {
                    if *from != to {
                        add(&mut arrows, Influence { from: *from, to, sign });
                    }
                    continue;
                }
                let known = seen.get(source).copied();
                let joined = known.map_or(sign, |known| join(known, sign));
                if known != Some(joined) {
                    seen.insert(*source, joined);
                    waiting.push((*source, joined));
                }
            }
        }
    }
    arrows.sort_by_key(|arrow| (arrow.from, arrow.to));
    arrows
}

fn add(arrows: &mut Vec<Influence>, arrow: Influence) {
    match arrows.iter_mut().find(|known| known.from == arrow.from && known.to == arrow.to) {
        Some(known) => known.sign = join(known.sign, arrow.sign),
        None => arrows.push(arrow),
    }
}

fn times(a: Sign, b: Sign) -> Sign {
    match (a, b) {
        (Sign::Acts, _) | (_, Sign::Acts) => Sign::Acts,
        (a, b) if a == b => Sign::Raises,
        _ => Sign::Lowers,
    }
}

fn join(a: Sign, b: Sign) -> Sign {
    if a == b { a } else { Sign::Acts }
}

/// For each column, the columns that stand in its equation, with the sign of the derivative at the start.
fn direct_influences(model: &Model) -> HashMap<Column, Vec<(Column, Sign)>> {
    let parameters = model.parameter_values();
    let states: Vec<f64> = model
        .states
        .iter()
        .map(|state| {
            evaluate(&state.start, &|symbol| match symbol {
                Symbol::Parameter(index) => parameters.get(index).copied().unwrap_or(f64::NAN),
                _ => f64::NAN,
            })
        })
        .collect();
    let mut quantities: Vec<Option<f64>> = vec![None; model.quantities.len()];
    for index in 0..model.quantities.len() {
        quantity(model, index, &parameters, &states, &mut quantities);
    }
    let values = |symbol: Symbol| match symbol {
        Symbol::State(index) => states.get(index).copied().unwrap_or(f64::NAN),
        Symbol::Parameter(index) => parameters.get(index).copied().unwrap_or(f64::NAN),
        Symbol::Quantity(index) => quantities.get(index).copied().flatten().unwrap_or(f64::NAN),
        Symbol::Time | Symbol::Input(_) => 0.0,
    };
    let signs = |tree: &Tree, own: Column| {
        let mut list = Vec::new();
        for symbol in tree.symbols() {
            let column = match symbol {
                Symbol::State(index) => Column::State(index),
                Symbol::Quantity(index) => Column::Quantity(index),
                _ => continue,
            };
            if column == own {
                continue;
            }
            let slope = derivative(tree, symbol).map_or(0.0, |slope| evaluate(&slope, &values));
            let sign = if slope > 0.0 {
                Sign::Raises
            } else if slope < 0.0 {
                Sign::Lowers
            } else {
                Sign::Acts
            };
            list.push((column, sign));
        }
        list
    };
    let mut direct = HashMap::new();
    for (index, state) in model.states.iter().enumerate() {
        direct.insert(Column::State(index), signs(&state.derivative, Column::State(index)));
    }
    for (index, one) in model.quantities.iter().enumerate() {
        direct.insert(Column::Quantity(index), signs(&one.tree, Column::Quantity(index)));
    }
    direct
}

/// The value of a quantity at the start; models are acyclic, so the recursion ends.
fn quantity(model: &Model, index: usize, parameters: &[f64], states: &[f64], known: &mut Vec<Option<f64>>) -> f64 {
    if let Some(value) = known[index] {
        return value;
    }
    let tree = &model.quantities[index].tree;
    for symbol in tree.symbols() {
        if let Symbol::Quantity(other) = symbol {
            quantity(model, other, parameters, states, known);
        }
    }
    let value = {
        let known = &*known;
        evaluate(tree, &|symbol| match symbol {
            Symbol::State(index) => states.get(index).copied().unwrap_or(f64::NAN),
            Symbol::Parameter(index) => parameters.get(index).copied().unwrap_or(f64::NAN),
            Symbol::Quantity(index) => known.get(index).copied().flatten().unwrap_or(f64::NAN),
            Symbol::Time | Symbol::Input(_) => 0.0,
        })
    };
    known[index] = Some(value);
    value
}

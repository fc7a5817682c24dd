//! `[reactions]`: how states turn into each other.
//!
//! A reaction's species stay in its equation and its kinetics in its rate. Here equations are read, and sums of rates
//! written for showing; `load` composes reactions and derivatives into one tree a state. It must never know doses.

use super::context::Context;
use super::reader::{Section, Text};
use crate::diagnostics::{Code, Diagnostic};
use crate::expression::Symbol;
use std::collections::HashMap;

/// One side of an equation: states and coefficients.
pub type Species = Vec<(usize, f64)>;

/// Reads `A + 2 B -> C`.
pub fn read_equation(text: &Text, context: &Context<'_>) -> Option<(Species, Species)> {
    let bad = |span: std::ops::Range<usize>, label: &str| {
        context.log.push(
            Diagnostic::error(Code::BadEquation, "the reaction's equation cannot be read")
                .at(&text.part(span), label)
                .hint("write `A + 2 B -> C`; an empty side stands for nothing, as in `-> A`"),
        );
    };
    if let Some(at) = text.text.find("<->").or_else(|| text.text.find("<=>")) {
        bad(at..at + 3, "write the way back as a reaction of its own");
        return None;
    }
    let Some(arrow) = text.text.find("->") else {
        bad(0..text.text.len(), "there is no `->`");
        return None;
    };
    let left = read_side(text, 0, arrow, context);
    let right = read_side(text, arrow + 2, text.text.len(), context);
    let (left, right) = (left?, right?);
    if left.is_empty() && right.is_empty() {
        bad(0..text.text.len(), "names no state");
        return None;
    }
    Some((left, right))
}

fn read_side(text: &Text, start: usize, end: usize, context: &Context<'_>) -> Option<Species> {
    let side = &text.text[start..end];
    let mut species = Vec::new();
    if side.trim().is_empty() {
        return Some(species);
    }
    let mut at = start;
    for term in side.split('+') {
        let here = at;
        at += term.len() + 1;
        let lead = term.len() - term.trim_start().len();
        let trimmed = term.trim();
        let span = here + lead..here + lead + trimmed.len().max(1);
        let digits = trimmed.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(trimmed.len());
        let (number, name) = (&trimmed[..digits], trimmed[digits..].trim().trim_start_matches('*').trim());
        let coefficient = if number.is_empty() {
            Some(1.0)
        } else {
            number.parse::<f64>().ok().filter(|n| *n > 0.0 && n.is_finite())
        };
        let Some(coefficient) = coefficient.filter(|_| is_name(name)) else {
            context.log.push(
                Diagnostic::error(Code::BadEquation, "the reaction's equation cannot be read")
                    .at(&text.part(span), "not a state, with or without a coefficient above zero"),
            );
            return None;
        };
        match context.names.get(name).map(|known| known.symbol) {
            Some(Symbol::State(state)) => species.push((state, coefficient)),
            Some(_) => {
                context.log.push(
                    Diagnostic::error(Code::UnknownSpecies, format!("`{name}` in a reaction is no state"))
                        .at(&text.part(span), "only states react")
                        .hint("what only influences the speed belongs in `rate`"),
                );
                return None;
            }
            None => {
                let mut states: Vec<&str> = context
                    .names
                    .iter()
                    .filter(|(_, known)| matches!(known.symbol, Symbol::State(_)))
                    .map(|(name, _)| name.as_str())
                    .collect();
                states.sort_unstable();
                context.log.push(
                    Diagnostic::error(Code::UnknownSpecies, format!("there is no state `{name}`"))
                        .at(&text.part(span), "unknown species")
                        .hint_if(
                            crate::diagnostics::did_you_mean(name, states)
                                .map(|near| format!("did you mean `{near}`?")),
                        ),
                );
                return None;
            }
        }
    }
    Some(species)
}

/// Whether a text has the shape of a name, so that "there is no state of that name" is the right complaint.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The species of one side, the same state counted once.
fn gather(species: &Species) -> HashMap<usize, f64> {
    let mut gathered = HashMap::new();
    for (state, coefficient) in species {
        *gathered.entry(*state).or_insert(0.0) += coefficient;
    }
    gathered
}

/// What one turn of the reaction does to each state: products less reactants, states in order, zeros left out.
pub fn net(reactants: &Species, products: &Species) -> Vec<(usize, f64)> {
    let (made, used) = (gather(products), gather(reactants));
    let mut states: Vec<usize> = made.keys().chain(used.keys()).copied().collect();
    states.sort_unstable();
    states.dedup();
    let change = |state: usize| made.get(&state).unwrap_or(&0.0) - used.get(&state).unwrap_or(&0.0);
    states.into_iter().map(|state| (state, change(state))).filter(|(_, change)| *change != 0.0).collect()
}

/// The text of a sum of reaction rates, for showing: `block - 2 * unblock` with rates written out.
pub fn sum_text(terms: &[(f64, String)]) -> String {
    let mut text = String::new();
    for (coefficient, rate) in terms {
        let sign = if *coefficient < 0.0 { "-" } else { "+" };
        match (text.is_empty(), sign) {
            (true, "+") => {}
            (true, _) => text.push('-'),
            (false, _) => text.push_str(&format!(" {sign} ")),
        }
        if coefficient.abs() != 1.0 {
            text.push_str(&format!("{} * ", coefficient.abs()));
        }
        text.push_str(rate);
    }
    if text.is_empty() { "0".to_string() } else { text }
}

/// The section of one reaction without its equation and rate.
pub fn finish(entry: Section<'_>) -> String {
    let about = entry.words("about");
    entry.text("source");
    entry.text("assumed");
    entry.text("note");
    entry.done();
    about
}

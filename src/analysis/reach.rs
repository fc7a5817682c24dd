//! What can a parameter change at all?
//!
//! Read off the equations: a name is reached if the parameter, or anything reached, stands in its equation. Where it is
//! not plain to see (events, doses by body weight), everything counts as reached. What is not reached need not be run
//! again when the parameter moves. This file must never run a model.

use crate::expression::{Symbol, Tree};
use crate::model::{Model, Target};

/// What a parameter reaches in a model.
pub(super) struct Reach {
    everything: bool,
    parameters: Vec<bool>,
    states: Vec<bool>,
    quantities: Vec<bool>,
}

impl Reach {
    /// Everything that a parameter reaches.
    pub(super) fn of(model: &Model, parameter: usize) -> Reach {
        let mut reach = Reach {
            everything: Some(parameter) == model.parameter("weight"),
            parameters: vec![false; model.parameters.len()],
            states: vec![false; model.states.len()],
            quantities: vec![false; model.quantities.len()],
        };
        reach.parameters[parameter] = true;
        while !reach.everything && reach.spread(model) {}
        reach
    }

    /// Whether an expression can change.
    pub(super) fn touches(&self, tree: &Tree) -> bool {
        let of = |list: &[bool], index: usize| list.get(index).copied().unwrap_or(true);
        self.everything
            || tree.any_symbol(|symbol| match symbol {
                Symbol::Parameter(index) => of(&self.parameters, index),
                Symbol::State(index) => of(&self.states, index),
                Symbol::Quantity(index) => of(&self.quantities, index),
                Symbol::Time | Symbol::Input(_) => false,
            })
    }

    /// One round; whether it found anything new.
    fn spread(&mut self, model: &Model) -> bool {
        let mut found = false;
        for index in 0..model.quantities.len() {
            if !self.quantities[index] && self.touches(&model.quantities[index].tree) {
                self.quantities[index] = true;
                found = true;
            }
        }
        for index in 0..model.states.len() {
            let state = &model.states[index];
            if !self.states[index] && (self.touches(&state.derivative) || self.touches(&state.start)) {
                self.states[index] = true;
                found = true;
            }
        }
        for route in &model.routes {
            let doses = [&route.fraction, &route.lag, &route.duration, &route.rate, &route.molar_mass];
            if doses.into_iter().flatten().any(|tree| self.touches(tree)) {
                for (state, _) in &route.into {
                    found |= !self.states[*state];
                    self.states[*state] = true;
                }
            }
        }
        for one in &model.perturbations {
            for (parameter, tree) in &one.set {
                if !self.parameters[*parameter] && self.touches(tree) {
                    self.parameters[*parameter] = true;
                    found = true;
                }
            }
            for (state, tree) in &one.clamp {
                if !self.states[*state] && self.touches(tree) {
                    self.states[*state] = true;
                    found = true;
                }
            }
        }
        // When an event fires decides all that follows.
        let by_event = |(target, tree): &(Target, Tree)| {
            self.touches(tree)
                || match target {
                    Target::State(index) => self.states[*index],
                    Target::Parameter(index) => self.parameters[*index],
                }
        };
        if model.events.iter().any(|event| self.touches(&event.when) || event.set.iter().any(by_event)) {
            self.everything = true;
        }
        found
    }
}

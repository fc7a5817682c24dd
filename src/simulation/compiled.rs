//! A model made ready to be solved: its trees lowered to programs, its events and routes as indices.
//!
//! One `Compiled` serves any number of runs with any parameters; nothing is parsed or compiled again when a value changes.

use crate::dosing::{self, DoseModel};
use crate::expression::{Symbol, Tree, evaluate};
use crate::model::{Model, Target, dosing_routes};
use crate::program;
use crate::solver::{self, Assignment, EventRule};
use std::sync::Arc;

/// A model made ready to be solved.
#[derive(Debug)]
pub struct Compiled<'m> {
    /// The model it was made from.
    pub model: &'m Model,
    /// Its programs.
    pub equations: solver::Equations,
    /// Its event rules; rule `i` is the model's event `i`.
    pub events: Arc<[EventRule]>,
    /// Its routes as dosing knows them.
    pub routes: Vec<dosing::Route>,
}

impl<'m> Compiled<'m> {
    /// Lowers the model. `extra` are further expressions to be evaluated beside the model's quantities; expression `i`
    /// becomes quantity `model.quantities.len() + i`.
    pub fn new(model: &'m Model, extra: &[Tree]) -> Compiled<'m> {
        Compiled::with_quantities_from(0, model, extra)
    }

    /// As [`Compiled::new`] for whoever takes nothing but outcomes of `subjects` from the trajectories: the model's
    /// quantities are worked out only where a rate or a subject needs them, and read as NaN. In a model with many
    /// quantities that is most of what an outcome costs.
    pub fn of_outcomes(model: &'m Model, subjects: &[Tree]) -> Compiled<'m> {
        Compiled::with_quantities_from(model.quantities.len(), model, subjects)
    }

    /// `first` is the first quantity that can be observed.
    fn with_quantities_from(first: usize, model: &'m Model, extra: &[Tree]) -> Compiled<'m> {
        let mut setters = Vec::new();
        let mut events = Vec::new();
        for (condition, event) in model.events.iter().enumerate() {
            let assignments = event
                .set
                .iter()
                .map(|(target, tree)| {
                    setters.push(tree.clone());
                    let target = match target {
                        Target::State(index) => solver::Target::State(*index),
                        Target::Parameter(index) => solver::Target::Parameter(*index),
                    };
                    Assignment { target, setter: setters.len() - 1 }
                })
                .collect();
            events.push(EventRule { condition, assignments });
        }
        let system = program::compile(&program::Equations {
            parameters: model.parameters.len(),
            inputs: model.routes.len(),
            derivatives: model.states.iter().map(|state| state.derivative.clone()).collect(),
            quantities: model.quantities.iter().map(|one| one.tree.clone()).chain(extra.iter().cloned()).collect(),
            starts: model.states.iter().map(|state| state.start.clone()).collect(),
            conditions: model.events.iter().map(|event| event.when.clone()).collect(),
            setters,
            first_output: first,
        });
        Compiled {
            model,
            equations: solver::Equations::new(system),
            events: events.into(),
            routes: dosing_routes(model),
        }
    }
}

/// The value of an expression of parameters.
pub fn constant(tree: &Tree, parameters: &[f64]) -> f64 {
    evaluate(tree, &|symbol| match symbol {
        Symbol::Parameter(index) => parameters.get(index).copied().unwrap_or(f64::NAN),
        _ => f64::NAN,
    })
}

/// What dosing asks of a model: route properties, and the expressions that perturbations set, counted in the order of
/// `settings`.
pub struct DoseExpressions<'a> {
    /// The model.
    pub model: &'a Model,
    /// The expressions of perturbations.
    pub settings: Vec<&'a Tree>,
}

impl DoseModel for DoseExpressions<'_> {
    fn fraction(&self, route: usize, parameters: &[f64]) -> f64 {
        self.model.routes[route].fraction.as_ref().map_or(1.0, |tree| constant(tree, parameters))
    }

    fn lag(&self, route: usize, parameters: &[f64]) -> f64 {
        self.model.routes[route].lag.as_ref().map_or(0.0, |tree| constant(tree, parameters))
    }

    fn duration(&self, route: usize, parameters: &[f64]) -> f64 {
        self.model.routes[route].duration.as_ref().map_or(f64::NAN, |tree| constant(tree, parameters))
    }

    fn rate(&self, route: usize, parameters: &[f64]) -> f64 {
        self.model.routes[route].rate.as_ref().map_or(f64::NAN, |tree| constant(tree, parameters))
    }

    fn molar_mass(&self, route: usize, parameters: &[f64]) -> f64 {
        self.model.routes[route].molar_mass.as_ref().map_or(f64::NAN, |tree| constant(tree, parameters))
    }

    fn expression(&self, index: usize, parameters: &[f64]) -> f64 {
        self.settings.get(index).map_or(f64::NAN, |tree| constant(tree, parameters))
    }
}

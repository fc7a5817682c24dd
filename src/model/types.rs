//! A checked model as plain data.
//!
//! Everything is resolved: names are indices, units are converted into the internal system (mg, dm, h, umol, mV, K),
//! expressions are trees. A `Model` is what every later part of the path reads; nothing here computes.

use super::evidence::{Prediction, Statement};
use super::figures::FigureSpec;
use crate::diagnostics::Place;
use crate::dosing::Regimen;
use crate::expression::Tree;
use crate::units::Unit;
use indexmap::IndexMap;

/// A model, read and checked.
#[derive(Debug, Clone)]
pub struct Model {
    /// The short name, as `ketamine`.
    pub name: String,
    /// One line for figures.
    pub title: String,
    /// A paragraph.
    pub about: String,
    /// Fingerprint of the file and of those it extends: 16 hexadecimal digits that change when anything in them changes.
    pub hash: String,
    /// The unit of `time` and of the printed time column.
    pub time_unit: Unit,
    /// How initial values come about.
    pub start: StartRule,
    /// The default end of a run (internal time).
    pub until: Option<f64>,
    /// The default output interval (internal time).
    pub every: Option<f64>,
    /// With `condition`, selects the evidence that applies.
    pub species: String,
    /// Healthy volunteers, patients, ...
    pub condition: String,
    /// The names of the models this one extends, nearest first.
    pub extends: Vec<String>,
    /// Where numbers come from, by key.
    pub sources: IndexMap<String, Source>,
    /// The parameters, in the file's order.
    pub parameters: Vec<Parameter>,
    /// The states, in the file's order.
    pub states: Vec<State>,
    /// The named expressions, in the file's order.
    pub quantities: Vec<Quantity>,
    /// The reactions, for showing; their effect is already in the states' `derivative`.
    pub reactions: Vec<Reaction>,
    /// Where doses go.
    pub routes: Vec<Route>,
    /// Dose schedules by name.
    pub regimens: Vec<Regimen>,
    /// Named changes for a stretch of time.
    pub perturbations: Vec<Perturbation>,
    /// What happens when a condition becomes true.
    pub events: Vec<Event>,
    /// What `plot` and `compare` draw.
    pub figures: Vec<FigureSpec>,
    /// What must come out.
    pub evidence: Vec<Statement>,
    /// The texts of shared statements that it and the models it extends draw in, by name.
    pub evidence_files: Vec<String>,
    /// What a hypothesis predicts for the perturbations of the grid.
    pub predictions: Vec<Prediction>,
}

/// How initial values come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartRule {
    /// As written in `start`.
    Given,
    /// The steady state of the undosed system, found from the written starts.
    Steady,
}

/// Where a number was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Authors, year, journal.
    pub cite: String,
    /// The DOI, if there is one.
    pub doi: Option<String>,
    /// An address, if there is no DOI.
    pub url: Option<String>,
}

/// Where a parameter's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A key of [`Model::sources`].
    Source(String),
    /// Assumed, and why.
    Assumed(String),
    /// Neither is given.
    Missing,
}

/// A constant of the model.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name in expressions.
    pub name: String,
    /// Its value, internal units.
    pub value: f64,
    /// The declared unit.
    pub unit: Unit,
    /// What it is.
    pub about: String,
    /// Where the value comes from.
    pub origin: Origin,
    /// Published or plausible range, internal units.
    pub range: Option<(f64, f64)>,
    /// How it varies between individuals.
    pub vary: Option<Variation>,
    /// Whether it describes the individual (weight, age) rather than the drug.
    pub covariate: bool,
    /// Where it is declared.
    pub place: Place,
}

/// How a parameter varies between individuals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Variation {
    /// `value * exp(sd * z)`, `z` standard normal: the value is the median.
    LogNormal(f64),
    /// `value + sd * z`, `sd` in internal units.
    Normal(f64),
    /// Evenly between two values, internal units.
    Uniform(f64, f64),
}

/// A state variable.
#[derive(Debug, Clone)]
pub struct State {
    /// Its name in expressions.
    pub name: String,
    /// Its initial value: an expression of parameters.
    pub start: Tree,
    /// The initial value as written.
    pub start_text: String,
    /// The declared unit.
    pub unit: Unit,
    /// What it is.
    pub about: String,
    /// Size below which it is noise, internal units: absolute tolerance is `rtol * scale`.
    pub scale: f64,
    /// Whether `start = "steady"` may move it (an accumulator keeps its start).
    pub steady: bool,
    /// The molar mass of its substance, a name or a number with a unit, where the file says it.
    pub molar_mass: Option<String>,
    /// Its rate of change: reactions or derivative, and what doses bring (`Input`).
    pub derivative: Tree,
    /// The rate of change without doses, as written, for showing.
    pub equation: String,
    /// Where it is declared.
    pub place: Place,
}

/// A named expression.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// Its name in expressions.
    pub name: String,
    /// Its value.
    pub tree: Tree,
    /// As written.
    pub text: String,
    /// The declared unit.
    pub unit: Unit,
    /// What it is.
    pub about: String,
    /// Where it is declared.
    pub place: Place,
}

/// A reaction between states.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// Its name.
    pub name: String,
    /// What is consumed: states and coefficients.
    pub reactants: Vec<(usize, f64)>,
    /// What is made: states and coefficients.
    pub products: Vec<(usize, f64)>,
    /// Its rate.
    pub rate: Tree,
    /// The equation as written.
    pub equation_text: String,
    /// The rate as written.
    pub rate_text: String,
    /// What it is.
    pub about: String,
}

/// Where doses go.
#[derive(Debug, Clone)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// The states it goes into, each with its share of one dose.
    pub into: Vec<(usize, f64)>,
    /// The unit of one dose: that of the state it goes into, or mg under a molar mass.
    pub unit: Unit,
    /// Bioavailability, an expression of parameters; 1 if absent.
    pub fraction: Option<Tree>,
    /// Delay of arrival.
    pub lag: Option<Tree>,
    /// Duration of an infusion coded RATE = -2.
    pub duration: Option<Tree>,
    /// Rate of an infusion coded RATE = -1.
    pub rate: Option<Tree>,
    /// Divides a mass into an amount.
    pub molar_mass: Option<Tree>,
    /// The number by which event tables call it.
    pub cmt: Option<usize>,
    /// What it is.
    pub about: String,
    /// Where it is declared.
    pub place: Place,
}

/// A named change for a stretch of time.
#[derive(Debug, Clone)]
pub struct Perturbation {
    /// Its name.
    pub name: String,
    /// One line for figures.
    pub title: String,
    /// What it is.
    pub about: String,
    /// When it begins (internal time); without it, before the steady start is solved.
    pub from: Option<f64>,
    /// When it ends; without it, never.
    pub until: Option<f64>,
    /// Parameters and their new values: expressions of parameters, which may use the parameter's own name.
    pub set: Vec<(usize, Tree)>,
    /// States held still at a value: expressions of parameters.
    pub clamp: Vec<(usize, Tree)>,
    /// Where it is declared.
    pub place: Place,
}

/// What happens when a condition becomes true.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: String,
    /// The condition.
    pub when: Tree,
    /// The condition as written.
    pub when_text: String,
    /// What is set, and to what.
    pub set: Vec<(Target, Tree)>,
    /// What it is.
    pub about: String,
    /// Where it is declared.
    pub place: Place,
}

/// What an event can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A state, by index.
    State(usize),
    /// A parameter, by index.
    Parameter(usize),
}

/// A column of a run: a state or a quantity, in the order of a table (all states, then all quantities).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Column {
    /// A state, by index.
    State(usize),
    /// A quantity, by index.
    Quantity(usize),
}

impl Model {
    /// The index of a parameter.
    pub fn parameter(&self, name: &str) -> Option<usize> {
        self.parameters.iter().position(|one| one.name == name)
    }

    /// The index of a state.
    pub fn state(&self, name: &str) -> Option<usize> {
        self.states.iter().position(|one| one.name == name)
    }

    /// The index of a quantity.
    pub fn quantity(&self, name: &str) -> Option<usize> {
        self.quantities.iter().position(|one| one.name == name)
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<Column> {
        self.state(name).map(Column::State).or_else(|| self.quantity(name).map(Column::Quantity))
    }

    /// All columns of a table, states first.
    pub fn columns(&self) -> Vec<Column> {
        (0..self.states.len()).map(Column::State).chain((0..self.quantities.len()).map(Column::Quantity)).collect()
    }

    /// The name of a column.
    pub fn column_name(&self, column: Column) -> &str {
        match column {
            Column::State(index) => &self.states[index].name,
            Column::Quantity(index) => &self.quantities[index].name,
        }
    }

    /// The declared unit of a column.
    pub fn column_unit(&self, column: Column) -> &Unit {
        match column {
            Column::State(index) => &self.states[index].unit,
            Column::Quantity(index) => &self.quantities[index].unit,
        }
    }

    /// What a column is, in words.
    pub fn column_about(&self, column: Column) -> &str {
        match column {
            Column::State(index) => &self.states[index].about,
            Column::Quantity(index) => &self.quantities[index].about,
        }
    }

    /// The index of a route.
    pub fn route(&self, name: &str) -> Option<usize> {
        self.routes.iter().position(|one| one.name == name)
    }

    /// The regimen of a name.
    pub fn regimen(&self, name: &str) -> Option<&Regimen> {
        self.regimens.iter().find(|one| one.name == name)
    }

    /// The perturbation of a name.
    pub fn perturbation(&self, name: &str) -> Option<&Perturbation> {
        self.perturbations.iter().find(|one| one.name == name)
    }

    /// The figure of a name.
    pub fn figure(&self, name: &str) -> Option<&FigureSpec> {
        self.figures.iter().find(|one| one.name == name)
    }

    /// The parameter values in the file's order, internal units.
    pub fn parameter_values(&self) -> Vec<f64> {
        self.parameters.iter().map(|one| one.value).collect()
    }
}

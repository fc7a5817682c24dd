//! A scope for tests: parameters in a list, each with its unit.

use super::{BareNumber, ExpressionError, Mode, Resolved, Scope, Symbol, parse, resolve};
use crate::units::Unit;

/// Names `a` to ... are parameters in the order of the list; the routes `iv` (mg/h) and `nasal` (mg/h) exist.
pub(crate) struct Listed {
    names: Vec<(String, Unit)>,
    time: Unit,
    rate: Unit,
}

impl Listed {
    pub(crate) fn new(names: &[(&str, &str)]) -> Listed {
        let unit = |text: &str| Unit::parse(text).expect("a unit");
        let names = names.iter().map(|(name, text)| (name.to_string(), unit(text))).collect();
        Listed { names, time: unit("h"), rate: unit("mg/h") }
    }
}

impl Scope for Listed {
    fn name(&self, name: &str) -> Option<(Symbol, &Unit)> {
        let index = self.names.iter().position(|(known, _)| known == name)?;
        Some((Symbol::Parameter(index), &self.names[index].1))
    }

    fn names(&self) -> Vec<&str> {
        self.names.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn route(&self, name: &str) -> Option<(usize, &Unit)> {
        self.routes().iter().position(|route| *route == name).map(|index| (index, &self.rate))
    }

    fn routes(&self) -> Vec<&str> {
        vec!["iv", "nasal"]
    }

    fn time_unit(&self) -> &Unit {
        &self.time
    }
}

/// The text resolved as an equation.
pub(crate) fn resolved(text: &str, scope: &Listed) -> Resolved {
    try_resolved(text, scope).expect(text)
}

/// The text resolved as an equation, or all that is wrong.
pub(crate) fn try_resolved(text: &str, scope: &Listed) -> Result<Resolved, Vec<ExpressionError>> {
    resolve(&parse(text, Mode::Model)?, scope, BareNumber::Dimensionless)
}

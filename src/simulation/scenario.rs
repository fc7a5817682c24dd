//! What is simulated: a model, doses, perturbations, changed parameters, a horizon.
//!
//! The one place where names a user gave (regimens, perturbations, parameters) become indices.

use super::compiled::DoseExpressions;
use crate::diagnostics::{Code, Diagnostic, SourceText, did_you_mean};
use crate::dosing::{self, Dose, Setting, parse_doses};
use crate::model::{Model, Perturbation, dosing_routes, out_of_range};
use crate::units::{Dimension, QuantityError, Unit, UnitError, parse_quantity_as};
use std::sync::Arc;

/// What is simulated with a model.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// Doses, in the author's order.
    pub doses: Vec<Dose>,
    /// Indices of perturbations; a later one wins.
    pub perturbations: Vec<usize>,
    /// Perturbations that the model does not name; they come after the named ones.
    pub unnamed: Vec<Perturbation>,
    /// Parameters set to other values (internal units); a later one wins.
    pub settings: Vec<(usize, f64)>,
    /// The end, internal time.
    pub until: f64,
    /// Times of the output rows, internal, ascending.
    pub outputs: Vec<f64>,
}

/// The default end of a run where neither the model nor the user says: one day.
const DEFAULT_END: f64 = 24.0;
/// How many rows a run has where neither the model nor the user says how often.
const DEFAULT_ROWS: f64 = 200.0;
/// More rows than this are a slip of the pen.
const MOST_ROWS: f64 = 5e7;

impl Scenario {
    /// A run over the model's default horizon without doses.
    pub fn undosed(model: &Model) -> Scenario {
        Scenario { until: model.until.unwrap_or(DEFAULT_END), ..Scenario::default() }
    }

    /// Adds the doses and perturbations of a regimen.
    ///
    /// # Errors
    /// [`Code::UnknownRegimen`].
    pub fn add_regimen(&mut self, model: &Model, name: &str) -> Result<(), Diagnostic> {
        let Some(regimen) = model.regimen(name) else {
            let known: Vec<&str> = model.regimens.iter().map(|one| one.name.as_str()).collect();
            return Err(unknown_of(model, Code::UnknownRegimen, "regimen", name, &known));
        };
        self.doses.extend(regimen.doses.iter().cloned());
        for name in &regimen.perturbations {
            self.add_perturbation(model, name)?;
        }
        Ok(())
    }

    /// Adds a perturbation; a later one wins.
    ///
    /// # Errors
    /// [`Code::UnknownPerturbation`].
    pub fn add_perturbation(&mut self, model: &Model, name: &str) -> Result<(), Diagnostic> {
        match model.perturbations.iter().position(|one| one.name == name) {
            Some(index) => {
                self.perturbations.push(index);
                Ok(())
            }
            None => {
                let known: Vec<&str> = model.perturbations.iter().map(|one| one.name.as_str()).collect();
                Err(unknown_of(model, Code::UnknownPerturbation, "perturbation", name, &known))
            }
        }
    }

    /// Adds doses written as text.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn add_doses(&mut self, model: &Model, text: &Arc<SourceText>) -> Result<(), Diagnostic> {
        let doses = parse_doses(text, &dosing_routes(model), &model.time_unit).map_err(|error| error.diagnostic())?;
        self.doses.extend(doses);
        Ok(())
    }

    /// Sets a parameter: `name` and a value in its declared unit or with a unit.
    ///
    /// # Errors
    /// [`Code::UnknownName`], a value that cannot be read, or [`Code::OutOfRange`].
    pub fn set(&mut self, model: &Model, name: &str, value: &str) -> Result<(), Diagnostic> {
        let source = SourceText::new("--set", format!("{name}={value}"));
        let (index, value) = parameter_value(model, name, value, &source)?;
        self.settings.push((index, value));
        Ok(())
    }

    /// Sets the output rows to every `every` from 0 to the end; `None` takes the model's interval.
    pub fn rows_every(&mut self, model: &Model, every: Option<f64>) -> Result<(), Diagnostic> {
        let every = every.or(model.every).unwrap_or(self.until / DEFAULT_ROWS);
        let count = (self.until / every + 1e-9).floor();
        if count > MOST_ROWS {
            return Err(Diagnostic::error(Code::BadArgument, format!("that would be {count:.0} rows"))
                .hint("choose a longer `--every`, or list the times with `--at`"));
        }
        // Multiples, not sums, so that row 1000 is where it should be.
        self.outputs = (0..=count as usize).map(|row| row as f64 * every).collect();
        Ok(())
    }

    /// The routes of which doses are written after the end of the run: how many, and of how many. Doses that go on for
    /// as long as the run are not counted.
    pub fn after_end(&self) -> Vec<(usize, u32, u32)> {
        let mut routes: Vec<(usize, u32, u32)> = Vec::new();
        for dose in &self.doses {
            let Some((after, all)) = dose.after(self.until) else { continue };
            match routes.iter_mut().find(|(route, ..)| *route == dose.route) {
                Some(counts) => {
                    counts.1 = counts.1.saturating_add(after);
                    counts.2 = counts.2.saturating_add(all);
                }
                None => routes.push((dose.route, after, all)),
            }
        }
        routes.retain(|(_, after, _)| *after > 0);
        routes
    }

    /// The parameters with the settings, before perturbations.
    pub fn parameters(&self, model: &Model) -> Vec<f64> {
        let mut parameters = model.parameter_values();
        for (index, value) in &self.settings {
            parameters[*index] = *value;
        }
        parameters
    }
}

/// More names than this are not told one by one.
const MOST_NAMES: usize = 12;

/// A complaint about an unknown name of a model, with the nearest known one.
pub fn unknown_of(model: &Model, code: Code, what: &str, name: &str, known: &[&str]) -> Diagnostic {
    let hint = match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("`{}` has no {what}s", model.name),
        None if known.len() > MOST_NAMES => format!("`kascade list {}` prints the {what}s", model.name),
        None => format!("`{}` has {}", model.name, quoted(known)),
    };
    Diagnostic::error(code, format!("there is no {what} `{name}`")).hint(hint)
}

/// A complaint about an unknown name that no model declares, with the nearest known one.
pub fn unknown(code: Code, what: &str, name: &str, known: &[&str]) -> Diagnostic {
    let hint = match did_you_mean(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("there are no {what}s"),
        None => format!("the {what}s are {}", quoted(known)),
    };
    Diagnostic::error(code, format!("there is no {what} `{name}`")).hint(hint)
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")
}

/// The index of a parameter, and a value for it in internal units.
pub fn parameter_value(
    model: &Model,
    name: &str,
    value: &str,
    source: &Arc<SourceText>,
) -> Result<(usize, f64), Diagnostic> {
    let Some(index) = model.parameter(name) else {
        let known: Vec<&str> = model.parameters.iter().map(|one| one.name.as_str()).collect();
        let mut diagnostic = Diagnostic::error(Code::UnknownName, format!("the model has no parameter `{name}`"));
        let dose = name == "dose" || name.starts_with("dose.");
        if dose || model.regimen(name).is_some() || model.routes.iter().any(|route| route.name == name) {
            diagnostic = diagnostic.hint("doses are given with `--dose` or `-r`");
        } else if model.column(name).is_some() {
            diagnostic = diagnostic.hint(format!("`{name}` is computed; only parameters can be set"));
        } else if let Some(near) = did_you_mean(name, known) {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        return Err(diagnostic);
    };
    let parameter = &model.parameters[index];
    let value = read_quantity(value, &parameter.unit, source)?;
    if parameter.range.is_some_and(|(low, high)| !(low..=high).contains(&value)) {
        let place = crate::diagnostics::Place::new(source, 0..source.text.len());
        return Err(out_of_range(parameter, value, &place));
    }
    Ok((index, value))
}

/// A number with or without a unit, internal units.
pub fn read_quantity(text: &str, unit: &Unit, source: &Arc<SourceText>) -> Result<f64, Diagnostic> {
    let offset = source.text.rfind(text).unwrap_or(0);
    parse_quantity_as(text, unit).map(|quantity| quantity.internal()).map_err(|error| {
        let span = error.span();
        let place = crate::diagnostics::Place::new(source, offset + span.start..offset + span.end);
        Diagnostic::error(Code::BadQuantity, error.to_string()).at(&place, "").hint_if(single_hint(&error, unit))
    })
}

/// What to write instead of a single value. Nothing can be multiplied here, as in an equation: the value is of the wrong
/// kind, or its unit of another country.
fn single_hint(error: &QuantityError, wanted: &Unit) -> Option<String> {
    let time = *wanted.dimension() == Dimension::TIME;
    let write = || match (time, wanted.text()) {
        (true, _) => "write a time, as `40 min`".to_string(),
        (false, "1") => "write a number without a unit".to_string(),
        (false, text) => format!("write it in `{text}`, or in another unit of {}", wanted.describe()),
    };
    match error {
        QuantityError::Mismatch { found, .. } if time && found == "m" => {
            Some("`m` is meter; minutes are `min`".to_string())
        }
        QuantityError::Mismatch { .. } => Some(write()),
        QuantityError::Unit(UnitError::Unknown { name, .. }) if time && matches!(name.as_str(), "y" | "Y" | "a") => {
            Some("did you mean `yr`?".to_string())
        }
        QuantityError::Unit(UnitError::Unknown { suggestion, .. }) => {
            let fits = |name: &&String| Unit::parse(name).is_ok_and(|unit| unit.compatible(wanted));
            Some(suggestion.as_ref().filter(fits).map_or_else(write, |name| format!("did you mean `{name}`?")))
        }
        _ => error.hint(),
    }
}

/// The perturbations of a scenario as dosing knows them, and the expressions they refer to.
pub fn dosing_perturbations<'a>(
    model: &'a Model,
    scenario: &'a Scenario,
) -> (Vec<dosing::Perturbation>, DoseExpressions<'a>) {
    let mut expressions = DoseExpressions { model, settings: Vec::new() };
    let mut list = Vec::new();
    for one in scenario.perturbations.iter().map(|index| &model.perturbations[*index]).chain(&scenario.unnamed) {
        let mut settings = |entries: &'a [(usize, crate::expression::Tree)]| {
            entries
                .iter()
                .map(|(target, tree)| {
                    expressions.settings.push(tree);
                    (*target, Setting::Expression(expressions.settings.len() - 1))
                })
                .collect::<Vec<_>>()
        };
        let (set, clamp) = (settings(&one.set), settings(&one.clamp));
        list.push(dosing::Perturbation { name: one.name.clone(), from: one.from, until: one.until, set, clamp });
    }
    (list, expressions)
}

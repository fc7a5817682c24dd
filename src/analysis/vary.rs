//! What a sweep varies, as it is written: `CL=20..80 L/h:7`, `dose.amount=0.1..4 mg/kg:20:log`, `weight=50,70,90`.
//!
//! A unit is written once, behind the last number; a bare number is in the declared unit of its target, times in the
//! model's, and amounts per kilogram where the doses are written so. This file turns text into values; [`super::sweep`] runs them.

use crate::diagnostics::{Code, Diagnostic, Place, SourceText, did_you_mean};
use crate::dosing::{Amount, Delivery, Dose, Route, parse_doses};
use crate::model::{Model, dosing_routes, out_of_range};
use crate::numerics::elementary::{exp, ln};
use crate::simulation::Scenario;
use crate::units::{Unit, parse_quantity_as};
use std::sync::Arc;

/// More points than this are a slip of the pen.
pub const MOST_POINTS: usize = 10_000_000;

/// One thing that a sweep varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// As written: a parameter, `dose.amount`, `dose.every`, `dose.over`.
    pub name: String,
    /// What it is, in words.
    pub about: String,
    /// The unit of its numbers, as printed.
    pub unit: String,
    /// What is changed.
    pub target: VariedTarget,
    /// Which values it takes, in that unit.
    pub spread: Spread,
}

/// What a value is put into.
#[derive(Debug, Clone, PartialEq)]
pub enum VariedTarget {
    /// A parameter, by index, with the unit of the numbers.
    Parameter(usize, Unit),
    /// The amount of the drug doses: each by its place among the scenario's doses, with what the number 1 means.
    Amount(Vec<(usize, Amount)>),
    /// The interval of those drug doses that repeat.
    Every(Unit),
    /// The duration of the drug doses; a bolus becomes an infusion.
    Over(Unit),
}

/// The values of a varied thing, in its unit.
#[derive(Debug, Clone, PartialEq)]
pub enum Spread {
    /// Evenly from the first to the last.
    Even(f64, f64, Option<usize>),
    /// By equal ratios from the first to the last.
    Ratio(f64, f64, Option<usize>),
    /// As listed.
    List(Vec<f64>),
}

impl Spread {
    /// The value at a share (0 to 1) of the way.
    pub fn at(&self, share: f64) -> f64 {
        match self {
            Spread::Even(from, to, _) => from + (to - from) * share,
            Spread::Ratio(from, to, _) => from * exp(ln(to / from) * share),
            Spread::List(values) => {
                let place = (share * values.len() as f64).floor() as usize;
                values.get(place.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
            }
        }
    }

    /// The values on a grid; none if nobody said how many.
    pub fn values(&self) -> Vec<f64> {
        match self {
            Spread::List(values) => values.clone(),
            Spread::Even(from, to, count) | Spread::Ratio(from, to, count) => {
                let last = count.unwrap_or(0).saturating_sub(1);
                (0..count.unwrap_or(0))
                    .map(|index| match index {
                        0 => *from,
                        // The ends are the numbers that were written.
                        _ if index == last => *to,
                        _ => self.at(index as f64 / last as f64),
                    })
                    .collect()
            }
        }
    }

    /// Whether the values go by ratios.
    pub fn is_logarithmic(&self) -> bool {
        matches!(self, Spread::Ratio(..))
    }

    fn ends(&self) -> (f64, f64) {
        match self {
            Spread::Even(from, to, _) | Spread::Ratio(from, to, _) => (*from, *to),
            Spread::List(values) => values
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), one| (low.min(*one), high.max(*one))),
        }
    }
}

impl Varied {
    /// Puts a value into a scenario.
    pub fn apply(&self, value: f64, scenario: &mut Scenario, model: &Model) {
        match &self.target {
            VariedTarget::Parameter(index, unit) => scenario.settings.push((*index, unit.to_internal(value))),
            VariedTarget::Amount(doses) => {
                for (dose, one) in doses {
                    scenario.doses[*dose].amount = Amount { value: one.value * value, ..*one };
                }
            }
            VariedTarget::Every(unit) => {
                for dose in drug_doses(model, &scenario.doses) {
                    if let Some(every) = &mut scenario.doses[dose].every {
                        *every = unit.to_internal(value);
                    }
                }
            }
            VariedTarget::Over(unit) => {
                for dose in drug_doses(model, &scenario.doses) {
                    scenario.doses[dose].delivery = Delivery::Over(unit.to_internal(value));
                }
            }
        }
    }
}

/// The doses of a drug, by place: those by a route that counts something with a dimension. Visits and sessions are
/// doses to the program only. In a model without dimensions all doses count.
pub fn drug_doses(model: &Model, doses: &[Dose]) -> Vec<usize> {
    let drug = |dose: &Dose| model.routes.get(dose.route).is_some_and(|route| !route.unit.dimension().is_none());
    let some = doses.iter().any(drug);
    doses.iter().enumerate().filter(|(_, dose)| !some || drug(dose)).map(|(place, _)| place).collect()
}

/// Reads `NAME=FROM..TO:N`, `NAME=FROM..TO:N:log` or `NAME=1,2,5` against a model and the scenario it changes.
///
/// # Errors
/// Unknown names, values that cannot be read or lie outside of the parameter's range, reversed or empty ranges, a step
/// of zero.
pub fn read_varied(source: &Arc<SourceText>, model: &Model, scenario: &Scenario) -> Result<Varied, Diagnostic> {
    let text = source.text.as_str();
    let Some((name, values)) = text.split_once('=') else {
        return Err(Diagnostic::error(Code::BadArgument, format!("`{text}` does not say over what to vary"))
            .at(&Place::new(source, 0..text.len()), "")
            .hint("write `NAME=FROM..TO:N`, as in `CL=20..80:7`, or a list, `CL=20,40,80`"));
    };
    let reader = Reader { source, model, scenario };
    let (values, unit) = reader.values(values)?;
    reader.varied(name.trim(), values, unit)
}

/// What follows a dash that stands between two numbers.
fn dashed(text: &str) -> Option<&str> {
    let rest = text.trim_start().strip_prefix(['-', '\u{2013}'])?;
    rest.starts_with(|letter: char| letter.is_ascii_digit()).then_some(rest)
}

struct Reader<'a> {
    source: &'a Arc<SourceText>,
    model: &'a Model,
    scenario: &'a Scenario,
}

impl Reader<'_> {
    /// The place of a part of the source's text.
    fn place(&self, part: &str) -> Place {
        let offset = (part.as_ptr() as usize).saturating_sub(self.source.text.as_ptr() as usize);
        Place::new(self.source, offset..offset + part.len())
    }

    fn complaint(&self, message: impl Into<String>, part: &str, label: &str) -> Diagnostic {
        Diagnostic::error(Code::BadArgument, message.into()).at(&self.place(part), label)
    }

    /// The numbers and the unit they share.
    fn values<'t>(&self, text: &'t str) -> Result<(Spread, Option<&'t str>), Diagnostic> {
        let Some((from, rest)) = text.split_once("..") else {
            return self.list(text);
        };
        let mut parts = rest.split(':').map(str::trim);
        let to = parts.next().unwrap_or_default();
        let (mut count, mut logarithmic) = (None, false);
        for part in parts {
            match part {
                "log" => logarithmic = true,
                _ => match part.parse::<usize>() {
                    Ok(number) => count = Some((number, part)),
                    Err(_) => {
                        return Err(self
                            .complaint(format!("`{part}` is no number of points"), part, "a whole number, or `log`")
                            .hint("write `FROM..TO:N` or `FROM..TO:N:log`"));
                    }
                },
            }
        }
        let ((low, low_unit), (high, high_unit)) = (self.number(from.trim())?, self.number(to)?);
        let unit = self.one_unit(&[low_unit, high_unit])?;
        if let Some((count, part)) = count {
            if count < 2 {
                return Err(self
                    .complaint("a range of fewer than two points has a step of zero", part, "the number of points")
                    .hint(format!(
                        "write `{}:2` or more, or a list of values",
                        text.split(':').next().unwrap_or(text)
                    )));
            }
            if count > MOST_POINTS {
                return Err(self.complaint(format!("{count} points are too many"), part, "the number of points"));
            }
        }
        if low == high {
            return Err(self
                .complaint("the range is empty: its step is zero", text, "both ends are one")
                .hint("`--set` gives a parameter one value"));
        }
        if low > high {
            return Err(self
                .complaint("the range is reversed", text, "ends below its beginning")
                .hint("write the smaller value first"));
        }
        if logarithmic && low <= 0.0 {
            return Err(self
                .complaint("a logarithmic range must begin above zero", from, "has no logarithm")
                .hint("begin above zero, or leave out `:log`"));
        }
        let count = count.map(|(count, _)| count);
        Ok((if logarithmic { Spread::Ratio(low, high, count) } else { Spread::Even(low, high, count) }, unit))
    }

    fn list<'t>(&self, text: &'t str) -> Result<(Spread, Option<&'t str>), Diagnostic> {
        let mut values = Vec::new();
        let mut units = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (value, unit) = self.number(part)?;
            values.push(value);
            units.push(unit);
        }
        if values.is_empty() {
            return Err(self
                .complaint("there are no values to vary over", &self.source.text, "")
                .hint("write `NAME=FROM..TO:N`, as in `CL=20..80:7`, or a list, `CL=20,40,80`"));
        }
        Ok((Spread::List(values), self.one_unit(&units)?))
    }

    /// A finite number, and the unit behind it.
    fn number<'t>(&self, text: &'t str) -> Result<(f64, Option<&'t str>), Diagnostic> {
        let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let read = ends.rev().find_map(|end| Some((text[..end].trim().parse::<f64>().ok()?, end)));
        match read {
            // `50-90:5` is a range to whoever wrote it, and no number with a unit.
            Some((_, end)) if dashed(&text[end..]).is_some() => Err(self.no_number(text)),
            Some((value, end)) if value.is_finite() => {
                Ok((value, Some(text[end..].trim()).filter(|unit| !unit.is_empty())))
            }
            _ => Err(self.no_number(text)),
        }
    }

    fn no_number(&self, text: &str) -> Diagnostic {
        let dash = text.char_indices().skip(1).find_map(|(at, _)| Some((&text[..at], dashed(&text[at..])?)));
        let hint = match dash {
            Some((from, to)) => format!("a range is written `{from}..{to}`"),
            None => "write `NAME=FROM..TO:N`, as in `CL=20..80 L/h:7`".to_string(),
        };
        Diagnostic::error(Code::BadQuantity, format!("`{text}` is not a number with a unit"))
            .at(&self.place(text), "")
            .hint(hint)
    }

    fn one_unit<'t>(&self, units: &[Option<&'t str>]) -> Result<Option<&'t str>, Diagnostic> {
        let last = units.last().copied().flatten();
        match units.iter().flatten().find(|unit| Some(**unit) != last) {
            None => Ok(last),
            Some(other) => Err(self
                .complaint("one range has one unit", other, "another unit than the last value's")
                .hint("write the unit once, behind the last value")),
        }
    }

    fn varied(&self, name: &str, spread: Spread, unit: Option<&str>) -> Result<Varied, Diagnostic> {
        let (about, unit, target) = match name {
            "dose.amount" => {
                let (unit, doses) = self.amounts(unit)?;
                self.at_least(&spread, 0.0, true, "an amount")?;
                ("dose".to_string(), unit, VariedTarget::Amount(doses))
            }
            "dose.every" => {
                self.drugs(
                    |dose| dose.every.is_some(),
                    "repeats",
                    "add `every`, as in `--dose \"iv 1 mg every 24 h\"`",
                )?;
                let unit = self.unit(unit, &self.model.time_unit)?;
                self.at_least(&spread, 0.0, false, "an interval")?;
                ("interval of doses".to_string(), unit.text().to_string(), VariedTarget::Every(unit))
            }
            "dose.over" => {
                self.drugs(|_| true, "is given", "give `-r REGIMEN` or `--dose`")?;
                let unit = self.unit(unit, &self.model.time_unit)?;
                self.at_least(&spread, 0.0, false, "a duration")?;
                ("duration of a dose".to_string(), unit.text().to_string(), VariedTarget::Over(unit))
            }
            _ => {
                let Some(index) = self.model.parameter(name) else { return Err(self.unknown(name)) };
                let parameter = &self.model.parameters[index];
                let unit = self.unit(unit, &parameter.unit)?;
                let (low, high) = spread.ends();
                for end in [low, high].map(|end| unit.to_internal(end)) {
                    if parameter.range.is_some_and(|(low, high)| !(low..=high).contains(&end)) {
                        return Err(out_of_range(parameter, end, &self.place(&self.source.text)));
                    }
                }
                (parameter.about.clone(), unit.text().to_string(), VariedTarget::Parameter(index, unit))
            }
        };
        Ok(Varied { name: name.to_string(), about, unit, target, spread })
    }

    fn at_least(&self, spread: &Spread, least: f64, included: bool, what: &str) -> Result<(), Diagnostic> {
        let low = spread.ends().0;
        if low > least || (included && low == least) {
            return Ok(());
        }
        let (words, hint) = if included {
            ("not be negative", "begin at 0 or above")
        } else {
            ("be above zero", "begin above zero; a bolus is written `--dose \"iv 1 mg\"`, without a duration")
        };
        let hint = if what == "an interval" { "begin above zero" } else { hint };
        Err(self.complaint(format!("{what} must {words}"), &self.source.text, "").hint(hint))
    }

    /// The doses that are changed, or why there are none.
    fn drugs(&self, wanted: impl Fn(&Dose) -> bool, what: &str, hint: &str) -> Result<Vec<usize>, Diagnostic> {
        let doses = &self.scenario.doses;
        let found: Vec<usize> =
            drug_doses(self.model, doses).into_iter().filter(|dose| wanted(&doses[*dose])).collect();
        if found.is_empty() {
            return Err(self.complaint(format!("there is no dose that {what}"), &self.source.text, "").hint(hint));
        }
        Ok(found)
    }

    /// What the number 1 means to each drug dose, read as a dose is.
    fn amounts(&self, unit: Option<&str>) -> Result<(String, Vec<(usize, Amount)>), Diagnostic> {
        let routes = dosing_routes(self.model);
        let doses = self.drugs(
            |dose| !matches!(dose.delivery, Delivery::Endless(_)),
            "has an amount",
            "give `-r REGIMEN` or `--dose`",
        )?;
        let text = match unit {
            Some(unit) => unit.to_string(),
            None => self.written_unit(&routes, &doses)?,
        };
        let mut amounts = Vec::with_capacity(doses.len());
        for dose in doses {
            let route = &routes[self.scenario.doses[dose].route];
            let one =
                SourceText::new("dose.amount", format!("{} 1 {}", route.name, if text == "1" { "" } else { &text }));
            let read = parse_doses(&one, &routes, &self.model.time_unit).map_err(|error| error.diagnostic())?;
            if let Some(read) = read.first() {
                amounts.push((dose, read.amount));
            }
        }
        Ok((text, amounts))
    }

    /// The unit of a bare amount: that of the first dose's target, as a mass or per kilogram if the doses are written so.
    fn written_unit(&self, routes: &[Route], doses: &[usize]) -> Result<String, Diagnostic> {
        let written = |dose: usize| {
            let Dose { route, amount, .. } = &self.scenario.doses[dose];
            let unit = if amount.as_mass { "mg" } else { routes[*route].unit.text() };
            if amount.per_weight { format!("{unit}/kg") } else { unit.to_string() }
        };
        let first = written(doses[0]);
        match doses.iter().map(|dose| written(*dose)).find(|other| *other != first) {
            None => Ok(first),
            Some(other) => Err(self
                .complaint("the doses are written in different units", &self.source.text, "")
                .hint(format!("say which is meant, `{first}` or `{other}`, behind the last number"))),
        }
    }

    fn unit(&self, text: Option<&str>, declared: &Unit) -> Result<Unit, Diagnostic> {
        let Some(text) = text else { return Ok(declared.clone()) };
        let shifted = |error: crate::units::QuantityError| {
            Diagnostic::error(Code::BadQuantity, error.to_string()).at(&self.place(text), "").hint_if(error.hint())
        };
        parse_quantity_as(&format!("1 {text}"), declared).map_err(shifted)?;
        Unit::parse(text).map_err(|error| {
            Diagnostic::error(Code::UnknownUnit, error.to_string()).at(&self.place(text), "").hint_if(error.hint())
        })
    }

    fn unknown(&self, name: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error(Code::UnknownName, format!("the model has no parameter `{name}` to vary"))
            .at(&self.place(&self.source.text[..name.len().min(self.source.text.len())]), "unknown name");
        if self.model.column(name).is_some() {
            return diagnostic.hint(format!("`{name}` is computed; parameters and doses can be varied"));
        }
        let known = self.model.parameters.iter().map(|one| one.name.as_str());
        let near = did_you_mean(name, known.chain(["dose.amount", "dose.every", "dose.over"]));
        diagnostic.hint(near.map_or_else(
            || "parameters can be varied, and `dose.amount`, `dose.every`, `dose.over`".to_string(),
            |near| format!("did you mean `{near}`?"),
        ))
    }
}

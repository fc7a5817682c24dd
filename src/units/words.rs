//! Dimensions in words, and what is missing between two of them.

use super::dimension::{Base, Dimension};
use super::parse::parse_unit;
use super::table;
use super::unit::Unit;
use crate::numerics::rational::Rational;

/// The pieces in which people think about a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Mass,
    Length,
    Area,
    Volume,
    Time,
    Amount,
    MolarMass,
    Points,
    Activity,
    Temperature,
    Current,
    Potential,
    Conductance,
    Resistance,
    Capacitance,
    Charge,
    Pressure,
    Energy,
    Power,
    Force,
}

impl Part {
    /// The noun, and the unit in which a dimension alone is printed.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Part::Mass => ("mass", "mg"),
            Part::Length => ("length", "dm"),
            Part::Area => ("area", "dm^2"),
            Part::Volume => ("volume", "L"),
            Part::Time => ("time", "h"),
            Part::Amount => ("amount", "umol"),
            Part::MolarMass => ("molar mass", "g/mol"),
            Part::Points => ("points", "points"),
            Part::Activity => ("international units", "IU"),
            Part::Temperature => ("temperature", "K"),
            Part::Current => ("electric current", "pA"),
            Part::Potential => ("electric potential", "mV"),
            Part::Conductance => ("electric conductance", "nS"),
            Part::Resistance => ("electric resistance", "Mohm"),
            Part::Capacitance => ("electric capacitance", "pF"),
            Part::Charge => ("electric charge", "pC"),
            Part::Pressure => ("pressure", "mmHg"),
            Part::Energy => ("energy", "J"),
            Part::Power => ("power", "W"),
            Part::Force => ("force", "N"),
        }
    }

    /// With its article, as the thing to multiply or divide by.
    fn as_factor(self) -> String {
        match self {
            Part::MolarMass => "a molar mass (mass per amount)".to_string(),
            Part::Mass => "a mass, such as a body weight".to_string(),
            Part::Amount => "an amount of substance".to_string(),
            Part::Points => "a number of points".to_string(),
            Part::Activity => "an activity in international units".to_string(),
            Part::Time => "a time".to_string(),
            part => {
                let (noun, _) = part.words();
                let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                format!("{article} {noun}")
            }
        }
    }
}

/// Compound dimensions that have a name of their own; electric ones first, because they hold the most bases.
const NAMED: [(Part, Dimension); 9] = [
    (Part::Potential, table::POTENTIAL),
    (Part::Conductance, table::CONDUCTANCE),
    (Part::Resistance, table::RESISTANCE),
    (Part::Capacitance, table::CAPACITANCE),
    (Part::Charge, table::CHARGE),
    (Part::Pressure, table::PRESSURE),
    (Part::Energy, table::ENERGY),
    (Part::Power, table::POWER),
    (Part::Force, table::FORCE),
];

/// A dimension as powers of parts. A named compound is taken out where it makes the rest simpler by two bases or more.
fn decompose(dimension: &Dimension) -> Vec<(Part, Rational)> {
    let mut rest = *dimension;
    let mut parts = Vec::new();
    let candidates =
        NAMED.iter().flat_map(|(part, named)| [1, -1].map(|sign| (*part, *named, Rational::integer(sign))));
    let best = candidates
        .filter_map(|(part, named, sign)| {
            let remainder = dimension.over(&named.power(sign)?)?;
            (remainder.count() + 1 < dimension.count()).then_some((part, sign, remainder))
        })
        // Of two that explain as much, the one that multiplies: a resistance is not a reciprocal conductance.
        .min_by_key(|(_, sign, remainder)| (remainder.count(), sign.numerator() < 0));
    if let Some((part, sign, remainder)) = best {
        parts.push((part, sign));
        rest = remainder;
    }
    for base in Base::ALL {
        let exponent = rest.exponent(base);
        if exponent.is_zero() {
            continue;
        }
        parts.push(match base {
            Base::Length => length_part(exponent),
            Base::Mass => (Part::Mass, exponent),
            Base::Time => (Part::Time, exponent),
            Base::Amount => (Part::Amount, exponent),
            Base::Current => (Part::Current, exponent),
            Base::Temperature => (Part::Temperature, exponent),
            Base::Points => (Part::Points, exponent),
            Base::Activity => (Part::Activity, exponent),
        });
    }
    // What is divided by comes last, and a time last of all: mass per volume per time.
    parts.sort_by_key(|(part, exponent)| (exponent.numerator() < 0, *part == Part::Time));
    parts
}

/// A power of length as volume, area or length, whichever leaves the simplest exponent.
fn length_part(exponent: Rational) -> (Part, Rational) {
    let third = exponent.checked_div(Rational::integer(3)).unwrap_or(exponent);
    if third.as_integer().is_some() || exponent.as_integer().is_none() {
        (Part::Volume, third)
    } else if magnitude(exponent) == Rational::integer(2) {
        (Part::Area, exponent.checked_div(Rational::integer(2)).unwrap_or(exponent))
    } else {
        (Part::Length, exponent)
    }
}

/// As [`Dimension::describe`].
pub(super) fn describe(dimension: &Dimension) -> String {
    let parts = decompose(dimension);
    if parts.is_empty() {
        return "no dimension".to_string();
    }
    let powered = |part: Part, exponent: Rational| {
        let (noun, _) = part.words();
        if exponent == Rational::ONE {
            noun.to_string()
        } else if exponent == Rational::integer(2) {
            format!("{noun} squared")
        } else if exponent == Rational::integer(3) {
            format!("{noun} cubed")
        } else {
            format!("{noun} to the power {exponent}")
        }
    };
    let above: Vec<String> = parts
        .iter()
        .filter(|(_, exponent)| exponent.numerator() > 0)
        .map(|(part, exponent)| powered(*part, *exponent))
        .collect();
    let below: Vec<String> = parts
        .iter()
        .filter(|(_, exponent)| exponent.numerator() < 0)
        .map(|(part, exponent)| format!("per {}", powered(*part, magnitude(*exponent))))
        .collect();
    let mut text = above.join(" times ");
    for part in below {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&part);
    }
    text
}

/// A unit of the given dimension in the words of the field (`mg/L`, `umol/L/h`), with `time_unit` where a time stands;
/// for messages about a dimension that nobody declared.
///
/// `None` only if the dimension is beyond any unit.
pub fn friendly_unit(dimension: &Dimension, time_unit: &str) -> Option<Unit> {
    let mut text = String::new();
    for (part, exponent) in decompose(dimension) {
        let symbol = match part {
            Part::Time => time_unit,
            part => part.words().1,
        };
        let (below, magnitude) = (exponent.numerator() < 0, magnitude(exponent));
        if below {
            text.push_str(if text.is_empty() { "1/" } else { "/" });
        } else if !text.is_empty() {
            text.push('*');
        }
        match (symbol.split_once('^'), magnitude == Rational::ONE) {
            (_, true) => text.push_str(symbol),
            (None, false) if magnitude.as_integer().is_some() => text.push_str(&format!("{symbol}^{magnitude}")),
            _ => text.push_str(&format!("({symbol})^({magnitude})")),
        }
    }
    parse_unit(if text.is_empty() { "1" } else { &text }).ok().filter(|unit| unit.dimension() == dimension)
}

/// What stands between two dimensions: the parts by whose powers the first must be multiplied to become the second.
#[derive(Clone, Debug, PartialEq)]
pub struct MissingFactor {
    /// Each part with its exponent, negative where the first must be divided by it.
    pub parts: Vec<(Part, Rational)>,
}

impl MissingFactor {
    /// The parts with their articles, as `a molar mass (mass per amount) and a volume`.
    pub fn name(&self) -> String {
        join(self.parts.iter().map(|(part, _)| part.as_factor()).collect())
    }

    /// What to do with them; `None` when so much is missing that no advice would be sound.
    pub fn hint(&self) -> Option<String> {
        if self.parts.len() > 3 {
            return None;
        }
        let list = |sign: i128| {
            let chosen: Vec<String> = self
                .parts
                .iter()
                .filter(|(_, exponent)| exponent.numerator().signum() == sign)
                .map(|(part, exponent)| {
                    let power = magnitude(*exponent);
                    if power == Rational::ONE {
                        part.as_factor()
                    } else {
                        format!("{}, to the power {power}", part.as_factor())
                    }
                })
                .collect();
            (!chosen.is_empty()).then(|| join(chosen))
        };
        match (list(1), list(-1)) {
            (Some(up), Some(down)) => Some(format!("multiply by {up}, and divide by {down}")),
            (Some(up), None) => Some(format!("multiply by {up}")),
            (None, Some(down)) => Some(format!("divide by {down}")),
            (None, None) => None,
        }
    }
}

/// What `found` must be multiplied by to become `wanted`; `None` if they are the same.
pub fn missing_factor(found: &Dimension, wanted: &Dimension) -> Option<MissingFactor> {
    let ratio = wanted.over(found)?;
    if ratio.is_none() {
        return None;
    }
    let (mass, amount) = (ratio.exponent(Base::Mass), ratio.exponent(Base::Amount));
    if mass.is_zero() || mass != amount.negated() {
        return Some(MissingFactor { parts: decompose(&ratio) });
    }
    let rest = Dimension::MOLAR_MASS.power(mass).and_then(|bridge| ratio.over(&bridge))?;
    let mut parts = vec![(Part::MolarMass, mass)];
    parts.extend(decompose(&rest));
    Some(MissingFactor { parts })
}

/// A fraction without its sign.
pub(super) fn magnitude(value: Rational) -> Rational {
    if value.numerator() < 0 { value.negated() } else { value }
}

fn join(mut names: Vec<String>) -> String {
    match (names.pop(), names.is_empty()) {
        (Some(last), false) => format!("{} and {last}", names.join(", ")),
        (Some(only), true) => only,
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimension(text: &str) -> Dimension {
        *parse_unit(text).expect(text).dimension()
    }

    #[test]
    fn dimensions_are_told_in_words() {
        let cases = [
            ("1", "no dimension"),
            ("%", "no dimension"),
            ("ng/mL", "mass per volume"),
            ("umol/L/h", "amount per volume per time"),
            ("1/min", "per time"),
            ("L/h/kg", "volume per mass per time"),
            ("g/mol", "mass per amount"),
            ("mV", "electric potential"),
            ("mV/h", "electric potential per time"),
            ("mmHg", "pressure"),
            ("nS", "electric conductance"),
            ("Mohm", "electric resistance"),
            ("points/d", "points per time"),
            ("mg*h/L", "mass times time per volume"),
            ("m^2", "area"),
            ("1/m", "per length"),
            ("h^2", "time squared"),
            ("mL^(1/2)", "volume to the power 1/2"),
        ];
        for (unit, words) in cases {
            assert_eq!(dimension(unit).describe(), words, "{unit}");
        }
    }

    #[test]
    fn a_dimension_prints_in_friendly_units() {
        let cases = [
            ("ng/mL", "mg/L"),
            ("nM/s", "umol/L/min"),
            ("Hz", "1/min"),
            ("mL/s/kg", "L/mg/min"),
            ("V", "mV"),
            ("%", "1"),
            ("mm^2", "dm^2"),
            ("1/h^2", "1/min^2"),
            ("L^(1/2)", "(L)^(1/2)"),
            ("points", "points"),
        ];
        for (unit, friendly) in cases {
            let made = friendly_unit(&dimension(unit), "min").expect(unit);
            assert_eq!(made.text(), friendly, "{unit}");
        }
    }

    #[test]
    fn what_is_missing_has_a_name() {
        let cases = [
            ("mg", "umol", "a molar mass (mass per amount)", "divide by a molar mass (mass per amount)"),
            ("umol/L", "ng/mL", "a molar mass (mass per amount)", "multiply by a molar mass (mass per amount)"),
            ("mg", "mg/L", "a volume", "divide by a volume"),
            ("mg", "mg/h", "a time", "divide by a time"),
            ("L/h/kg", "L/h", "a mass, such as a body weight", "multiply by a mass, such as a body weight"),
            (
                "mg",
                "umol/L",
                "a molar mass (mass per amount) and a volume",
                "divide by a molar mass (mass per amount) and a volume",
            ),
            (
                "mg/L",
                "umol/h",
                "a molar mass (mass per amount), a volume and a time",
                "multiply by a volume, and divide by a molar mass (mass per amount) and a time",
            ),
        ];
        for (found, wanted, name, hint) in cases {
            let missing = missing_factor(&dimension(found), &dimension(wanted)).expect(found);
            assert_eq!(missing.name(), name, "{found} to {wanted}");
            assert_eq!(missing.hint().as_deref(), Some(hint), "{found} to {wanted}");
        }
        assert_eq!(missing_factor(&dimension("mg"), &dimension("ng")), None);
    }

    #[test]
    fn the_missing_factor_is_exactly_what_is_missing() {
        let units = ["1", "mg", "umol/L", "L/h/kg", "mV/h", "mmHg", "points*h", "1/m", "nS/pF", "mL^(1/2)"];
        for found in units.map(dimension) {
            for wanted in units.map(dimension) {
                let mut product = found;
                for (part, exponent) in missing_factor(&found, &wanted).map(|missing| missing.parts).unwrap_or_default()
                {
                    let power = dimension(part.words().1).power(exponent).expect("in range");
                    product = product.times(&power).expect("in range");
                }
                assert_eq!(product, wanted);
            }
        }
    }
}

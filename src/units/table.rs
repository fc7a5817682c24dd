//! Every unit that can be written, with its exact factor into the internal system.

use super::dimension::Dimension;
use crate::diagnostics::did_you_mean;
use crate::numerics::rational::Rational;

/// One unit of the table: its names, its factor into the internal system, its dimension, and the prefixes it takes.
pub(super) struct Entry {
    /// The first name is the one to write; the others are understood.
    pub names: &'static [&'static str],
    /// Numerator and denominator of the factor.
    pub factor: (i128, i128),
    pub dimension: Dimension,
    /// The SI prefixes that make sense on the symbol (never on the other names).
    pub prefixes: &'static str,
    pub about: &'static str,
}

const fn dimension(exponents: [i8; 8]) -> Dimension {
    Dimension::from_integers(exponents)
}

// Exponents of mass, length, time, amount, current, temperature, points, activity.
const NONE: Dimension = Dimension::NONE;
const MASS: Dimension = Dimension::MASS;
const LENGTH: Dimension = Dimension::LENGTH;
const VOLUME: Dimension = Dimension::VOLUME;
const TIME: Dimension = Dimension::TIME;
const AMOUNT: Dimension = Dimension::AMOUNT;
const RATE: Dimension = dimension([0, 0, -1, 0, 0, 0, 0, 0]);
const MOLAR: Dimension = dimension([0, -3, 0, 1, 0, 0, 0, 0]);
pub(super) const FORCE: Dimension = dimension([1, 1, -2, 0, 0, 0, 0, 0]);
pub(super) const PRESSURE: Dimension = dimension([1, -1, -2, 0, 0, 0, 0, 0]);
pub(super) const ENERGY: Dimension = dimension([1, 2, -2, 0, 0, 0, 0, 0]);
pub(super) const POWER: Dimension = dimension([1, 2, -3, 0, 0, 0, 0, 0]);
pub(super) const CURRENT: Dimension = dimension([0, 0, 0, 0, 1, 0, 0, 0]);
pub(super) const CHARGE: Dimension = dimension([0, 0, 1, 0, 1, 0, 0, 0]);
pub(super) const POTENTIAL: Dimension = dimension([1, 2, -3, 0, -1, 0, 0, 0]);
pub(super) const CONDUCTANCE: Dimension = dimension([-1, -2, 3, 0, 2, 0, 0, 0]);
pub(super) const RESISTANCE: Dimension = dimension([1, 2, -3, 0, -2, 0, 0, 0]);
pub(super) const CAPACITANCE: Dimension = dimension([-1, -2, 4, 0, 2, 0, 0, 0]);
const TEMPERATURE: Dimension = dimension([0, 0, 0, 0, 0, 1, 0, 0]);
const POINTS: Dimension = dimension([0, 0, 0, 0, 0, 0, 1, 0]);
const ACTIVITY: Dimension = dimension([0, 0, 0, 0, 0, 0, 0, 1]);

// The internal unit of current follows from mV = 1: one watt is 1e6 mg * 100 dm^2 * (3600 / h)^3 = 4.6656e18, and an
// ampere is a watt per 1000 mV. The factors of S, F, C and ohm follow in turn.
const WATT: i128 = 4_665_600_000_000_000_000;
const AMPERE: i128 = WATT / 1000;
const JOULE: i128 = WATT / 3600;
const PASCAL: i128 = JOULE / 1000;

const fn unit(
    names: &'static [&'static str],
    factor: (i128, i128),
    dimension: Dimension,
    prefixes: &'static str,
    about: &'static str,
) -> Entry {
    Entry { names, factor, dimension, prefixes, about }
}

/// All units. A name that stands here wins over a prefixed reading (`min` is a minute, `cd` nothing).
#[rustfmt::skip]
pub(super) const ENTRIES: &[Entry] = &[
    unit(&["1"], (1, 1), NONE, "", "no dimension"),
    unit(&["%", "percent"], (1, 100), NONE, "", "a hundredth"),
    unit(&["ppm"], (1, 1_000_000), NONE, "", "a millionth"),
    unit(&["count", "counts", "cells", "beats", "breaths", "spikes", "copies", "events", "rad"], (1, 1), NONE, "", "a number of things; no dimension"),
    unit(&["g", "gram", "grams"], (1000, 1), MASS, "kmunpf", "mass"),
    unit(&["mcg"], (1, 1000), MASS, "", "microgram, as prescriptions write it"),
    unit(&["m", "meter", "metre"], (10, 1), LENGTH, "kcdmun", "length"),
    unit(&["L", "l", "liter", "litre", "liters", "litres"], (1, 1), VOLUME, "dcmunpf", "volume"),
    unit(&["cc"], (1, 1000), VOLUME, "", "cubic centimeter"),
    unit(&["s", "sec", "secs", "second", "seconds"], (1, 3600), TIME, "mun", "time"),
    unit(&["min", "mins", "minute", "minutes"], (1, 60), TIME, "", "60 s"),
    unit(&["h", "hr", "hrs", "hour", "hours"], (1, 1), TIME, "", "60 min"),
    unit(&["d", "day", "days"], (24, 1), TIME, "", "24 h"),
    unit(&["wk", "wks", "week", "weeks"], (168, 1), TIME, "", "7 d"),
    unit(&["yr", "year", "years"], (8766, 1), TIME, "", "365.25 d"),
    unit(&["mol", "mole", "moles"], (1_000_000, 1), AMOUNT, "kmunpf", "amount of substance"),
    unit(&["M", "molar"], (1_000_000, 1), MOLAR, "munpf", "mol/L"),
    unit(&["Da", "dalton"], (1000, 1_000_000), Dimension::MOLAR_MASS, "k", "g/mol: the molar mass of a substance, not the mass of one molecule"),
    unit(&["Hz", "hertz"], (3600, 1), RATE, "mkM", "1/s"),
    unit(&["bpm"], (60, 1), RATE, "", "beats per minute, 1/min"),
    unit(&["V", "volt", "volts"], (1000, 1), POTENTIAL, "kmun", "electric potential"),
    unit(&["A", "ampere", "amperes"], (AMPERE, 1), CURRENT, "kmunpf", "electric current"),
    unit(&["C", "coulomb"], (AMPERE / 3600, 1), CHARGE, "munpf", "electric charge, A*s"),
    unit(&["S", "siemens"], (AMPERE / 1000, 1), CONDUCTANCE, "munp", "electric conductance, A/V"),
    unit(&["ohm", "ohms"], (1, AMPERE / 1000), RESISTANCE, "mkMG", "electric resistance, V/A"),
    unit(&["F", "farad"], (AMPERE / 3_600_000, 1), CAPACITANCE, "munpf", "electric capacitance, C/V"),
    unit(&["N", "newton"], (JOULE / 10, 1), FORCE, "kmun", "force"),
    unit(&["Pa", "pascal"], (PASCAL, 1), PRESSURE, "hkMm", "pressure"),
    unit(&["mmHg"], (133_322_387_415 * (PASCAL / 1_000_000_000), 1), PRESSURE, "", "133.322387415 Pa"),
    unit(&["cmH2O"], (980_665 * (PASCAL / 10_000), 1), PRESSURE, "", "98.0665 Pa"),
    unit(&["bar"], (100_000 * PASCAL, 1), PRESSURE, "m", "100 kPa"),
    unit(&["atm"], (101_325 * PASCAL, 1), PRESSURE, "", "101325 Pa"),
    unit(&["J", "joule", "joules"], (JOULE, 1), ENERGY, "kMmun", "energy"),
    unit(&["cal"], (4184 * (JOULE / 1000), 1), ENERGY, "k", "4.184 J"),
    unit(&["W", "watt", "watts"], (WATT, 1), POWER, "kMmun", "power"),
    unit(&["K", "kelvin"], (1, 1), TEMPERATURE, "mk", "temperature"),
    unit(&["points", "point"], (1, 1), POINTS, "", "points of a rating scale"),
    unit(&["IU", "U"], (1, 1), ACTIVITY, "mukM", "biological activity, international units"),
];

/// The prefixes in use: letter, power of ten, name.
const PREFIXES: [(char, i32, &str); 11] = [
    ('f', -15, "femto"),
    ('p', -12, "pico"),
    ('n', -9, "nano"),
    ('u', -6, "micro"),
    ('m', -3, "milli"),
    ('c', -2, "centi"),
    ('d', -1, "deci"),
    ('h', 2, "hecto"),
    ('k', 3, "kilo"),
    ('M', 6, "mega"),
    ('G', 9, "giga"),
];

/// What a name turned out to be.
pub(super) enum Found {
    /// A unit, and its factor with its prefix.
    Unit {
        entry: &'static Entry,
        factor: Rational,
    },
    /// A known unit behind a prefix that it does not take.
    BadPrefix {
        prefix: &'static str,
        unit: &'static str,
    },
    Nothing,
}

/// Looks a name up: as it stands, then behind a prefix. `name` has `u` in place of `µ`.
pub(super) fn look_up(name: &str) -> Found {
    if let Some(entry) = entry_named(name) {
        return found(entry, Rational::ONE);
    }
    let mut letters = name.chars();
    let prefix = letters.next().and_then(|letter| PREFIXES.iter().find(|(symbol, ..)| *symbol == letter));
    let (Some((symbol, exponent, prefix)), rest) = (prefix, letters.as_str()) else {
        return Found::Nothing;
    };
    match entry_named(rest) {
        // Not `kgram` or `uliters`; but `l` takes the prefixes of `L`, and `U` those of `IU`.
        Some(entry) if entry.prefixes.contains(*symbol) && (entry.names[0] == rest || rest.len() == 1) => {
            Rational::integer(10).checked_pow(*exponent).map_or(Found::Nothing, |scale| found(entry, scale))
        }
        Some(entry) if rest != "1" => Found::BadPrefix { prefix, unit: entry.names[0] },
        _ => Found::Nothing,
    }
}

/// The known name that most resembles one that is not known.
pub(super) fn suggestion(name: &str) -> Option<String> {
    suggestion_where(name, |_| true)
}

/// The same among the names that are accepted.
pub(super) fn suggestion_where(name: &str, accept: impl Fn(&str) -> bool) -> Option<String> {
    let known = known_names();
    did_you_mean(name, known.iter().map(String::as_str).filter(|known| accept(known))).map(str::to_string)
}

/// The known name that differs only by case, as `mg` for `Mg`.
pub(super) fn same_letters(name: &str) -> Option<String> {
    known_names().into_iter().find(|known| known.eq_ignore_ascii_case(name))
}

fn known_names() -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for entry in ENTRIES {
        known.extend(entry.names.iter().map(|name| name.to_string()));
        known.extend(entry.prefixes.chars().map(|prefix| format!("{prefix}{}", entry.names[0])));
    }
    known
}

fn entry_named(name: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.names.contains(&name))
}

fn found(entry: &'static Entry, scale: Rational) -> Found {
    let (numerator, denominator) = entry.factor;
    Rational::new(numerator, denominator)
        .and_then(|factor| factor.checked_mul(scale))
        .map_or(Found::Nothing, |factor| Found::Unit { entry, factor })
}

/// One line of the table of units, for documentation and the command line.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The name to write.
    pub symbol: &'static str,
    /// Other names that are understood.
    pub synonyms: Vec<&'static str>,
    /// The symbol behind each prefix it takes, as `mg` and `ug`.
    pub prefixed: Vec<String>,
    /// What it measures, as `mass per volume`.
    pub dimension: String,
    /// What it is.
    pub about: &'static str,
}

/// Every unit that can be written, in the order of the reference page.
pub fn table() -> Vec<Row> {
    ENTRIES
        .iter()
        .map(|entry| Row {
            symbol: entry.names[0],
            synonyms: entry.names[1..].to_vec(),
            prefixed: entry.prefixes.chars().map(|prefix| format!("{prefix}{}", entry.names[0])).collect(),
            dimension: entry.dimension.describe(),
            about: entry.about,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::parse_unit;

    #[test]
    fn every_name_of_the_table_parses_to_its_own_factor() {
        for row in table() {
            let unit = parse_unit(row.symbol).expect(row.symbol);
            for name in &row.synonyms {
                let synonym = parse_unit(name).expect(name);
                assert_eq!(synonym.dimension(), unit.dimension(), "{name}");
                assert_eq!(synonym.factor(), unit.factor(), "{name}");
            }
            for name in &row.prefixed {
                let prefixed = parse_unit(name).expect(name);
                assert_eq!(prefixed.dimension(), unit.dimension(), "{name}");
                assert_ne!(prefixed.factor(), unit.factor(), "{name} must not be read as another unit");
            }
        }
    }

    #[test]
    fn no_name_stands_twice() {
        let mut names: Vec<&str> = ENTRIES.iter().flat_map(|entry| entry.names.iter().copied()).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
    }

    #[test]
    fn derived_units_follow_from_the_bases() {
        // Each line is the definition of a unit in others; an error in any factor breaks one of them.
        let same = [
            ("N", "kg*m/s^2"),
            ("Pa", "N/m^2"),
            ("J", "N*m"),
            ("W", "J/s"),
            ("W", "V*A"),
            ("C", "A*s"),
            ("S", "A/V"),
            ("ohm", "V/A"),
            ("F", "C/V"),
            ("Hz", "1/s"),
            ("bpm", "1/min"),
            ("M", "mol/L"),
            ("L", "dm^3"),
            ("cc", "cm^3"),
            ("mL", "cm^3"),
            ("bar", "hPa*1*kPa/Pa"),
            ("Da", "g/mol"),
            ("mcg", "ug"),
        ];
        for (unit, definition) in same {
            let unit = parse_unit(unit).expect(unit);
            let definition = parse_unit(definition).expect(definition);
            assert_eq!(unit.dimension(), definition.dimension(), "{} against {}", unit.text(), definition.text());
            assert_eq!(unit.factor(), definition.factor(), "{}", unit.text());
        }
    }
}

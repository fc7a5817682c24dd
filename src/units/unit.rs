//! A unit: a dimension, an exact factor into the internal system, and the text the author wrote.

use super::dimension::Dimension;
use super::error::UnitError;
use super::parse::parse_unit;
use super::words::{MissingFactor, missing_factor};
use crate::numerics::elementary;
use crate::numerics::rational::Rational;
use std::fmt;

/// What one of the unit is in the internal system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Factor {
    /// Every unit that is a product of whole powers.
    Exact(Rational),
    /// A fractional power whose root is no fraction, as `mL^(1/2)`, or one beyond `i128`: the nearest doubles, with the
    /// rounding of the power.
    Rounded(f64),
}

impl Factor {
    /// As a double.
    pub fn to_f64(self) -> f64 {
        match self {
            Factor::Exact(exact) => exact.to_f64(),
            Factor::Rounded(value) => value,
        }
    }

    fn times(self, other: Factor) -> Option<Factor> {
        if let (Factor::Exact(a), Factor::Exact(b)) = (self, other)
            && let Some(product) = a.checked_mul(b)
        {
            return Some(Factor::Exact(product));
        }
        Factor::rounded(self.to_f64() * other.to_f64())
    }

    fn power(self, exponent: Rational) -> Option<Factor> {
        if let Factor::Exact(exact) = self
            && let Some(power) = exact_power(exact, exponent)
        {
            return Some(Factor::Exact(power));
        }
        Factor::rounded(elementary::pow(self.to_f64(), exponent.to_f64()))
    }

    fn rounded(value: f64) -> Option<Factor> {
        (value.is_finite() && value > 0.0).then_some(Factor::Rounded(value))
    }
}

/// A unit of measure. Two units are equal if they mean the same and read the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    dimension: Dimension,
    factor: Factor,
    text: String,
    /// The factor as `up / down`, ready for columns of numbers.
    up: f64,
    down: f64,
}

impl Unit {
    /// The unit `1`.
    pub fn none() -> Unit {
        Unit::new(Dimension::NONE, Factor::Exact(Rational::ONE), "1")
    }

    pub(super) fn new(dimension: Dimension, factor: Factor, text: impl Into<String>) -> Unit {
        let (up, down) = match factor {
            Factor::Exact(exact) => (exact.numerator() as f64, exact.denominator() as f64),
            Factor::Rounded(value) => (value, 1.0),
        };
        Unit { dimension, factor, text: text.into(), up, down }
    }

    /// Reads a unit such as `mg/(kg*h)`; see [`parse_unit`] for the grammar.
    pub fn parse(text: &str) -> Result<Unit, UnitError> {
        parse_unit(text)
    }

    /// What it measures.
    pub fn dimension(&self) -> &Dimension {
        &self.dimension
    }

    /// What one of it is in the internal system.
    pub fn factor(&self) -> Factor {
        self.factor
    }

    /// As the author wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A number of this unit in the internal system: one multiplication and one division, each rounded once (and exact
    /// where it is by 1, so that a unit of factor 1 changes no bit).
    pub fn to_internal(&self, value: f64) -> f64 {
        value * self.up / self.down
    }

    /// A number of the internal system in this unit, rounded as [`Unit::to_internal`] is.
    pub fn from_internal(&self, value: f64) -> f64 {
        value * self.down / self.up
    }

    /// The shortest decimal number that [`Unit::to_internal`] turns into exactly `value`, so that what an author wrote
    /// prints as it was written; [`Unit::from_internal`] if its neighborhood holds none. Slower: for values in tables of
    /// parameters, not for columns of results.
    pub fn from_internal_shortest(&self, value: f64) -> f64 {
        let plain = self.from_internal(value);
        if !plain.is_finite() {
            return plain;
        }
        [plain.next_down().next_down(), plain.next_down(), plain, plain.next_up(), plain.next_up().next_up()]
            .into_iter()
            .filter(|candidate| self.to_internal(*candidate) == value)
            .min_by_key(|candidate| format!("{candidate:e}").len())
            .unwrap_or(plain)
    }

    /// Whether numbers of the one can be turned into numbers of the other.
    pub fn compatible(&self, other: &Unit) -> bool {
        self.dimension == other.dimension
    }

    /// The product, written `a*b`; `None` if it is out of range (which no meaningful unit is).
    pub fn times(&self, other: &Unit) -> Option<Unit> {
        let text = match (self.text.as_str(), other.text.as_str()) {
            ("1", text) | (text, "1") => text.to_string(),
            (left, right) if right.contains('/') || right.contains(' ') => {
                format!("{left}*({right})")
            }
            (left, right) => format!("{left}*{right}"),
        };
        Some(Unit::new(self.dimension.times(&other.dimension)?, self.factor.times(other.factor)?, text))
    }

    /// The quotient, written `a/b`; `None` as for [`Unit::times`].
    pub fn over(&self, other: &Unit) -> Option<Unit> {
        let text = match (self.text.as_str(), other.text.as_str()) {
            (left, "1") => left.to_string(),
            (left, right) if right.contains(['/', '*', '·', ' ']) => format!("{left}/({right})"),
            (left, right) => format!("{left}/{right}"),
        };
        Some(Unit::new(
            self.dimension.over(&other.dimension)?,
            self.factor.times(other.factor.power(Rational::integer(-1))?)?,
            text,
        ))
    }

    /// A rational power; `None` as for [`Unit::times`].
    pub fn power(&self, exponent: Rational) -> Option<Unit> {
        let base =
            if self.text.chars().all(char::is_alphanumeric) { self.text.clone() } else { format!("({})", self.text) };
        let text = if exponent == Rational::ONE {
            self.text.clone()
        } else if exponent.as_integer().is_some() {
            format!("{base}^{exponent}")
        } else {
            format!("{base}^({exponent})")
        };
        Some(Unit::new(self.dimension.power(exponent)?, self.factor.power(exponent)?, text))
    }

    /// In words, as `mass per volume`.
    pub fn describe(&self) -> String {
        self.dimension.describe()
    }

    /// What this unit must be multiplied or divided by to become the other; `None` if they are compatible.
    pub fn missing_to(&self, wanted: &Unit) -> Option<MissingFactor> {
        missing_factor(&self.dimension, &wanted.dimension)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// A fraction to a rational power, when the result is an exact fraction in range.
fn exact_power(base: Rational, exponent: Rational) -> Option<Rational> {
    let degree = u32::try_from(exponent.denominator()).ok()?;
    let root = Rational::new(exact_root(base.numerator(), degree)?, exact_root(base.denominator(), degree)?)?;
    root.checked_pow(i32::try_from(exponent.numerator()).ok()?)
}

/// The whole `degree`-th root of a positive number, if it has one.
fn exact_root(value: i128, degree: u32) -> Option<i128> {
    if degree == 1 || value == 1 {
        return Some(value);
    }
    // Bisection: a root of degree two or more of an i128 lies below 2^64.
    let (mut low, mut high) = (1_i128, 1_i128 << 64);
    while low < high {
        let middle = low + (high - low) / 2;
        match middle.checked_pow(degree) {
            Some(power) if power == value => return Some(middle),
            Some(power) if power < value => low = middle + 1,
            _ => high = middle,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(text: &str) -> Unit {
        Unit::parse(text).expect(text)
    }

    #[test]
    fn the_internal_system_has_factor_one() {
        for text in [
            "mg", "dm", "h", "umol", "mV", "K", "points", "IU", "L", "mg/L", "ug/mL", "umol/L", "uM", "mg/h", "1/h",
            "L/h", "1",
        ] {
            assert_eq!(unit(text).factor(), Factor::Exact(Rational::ONE), "{text}");
        }
        let factor = |numerator, denominator| Factor::Exact(Rational::new(numerator, denominator).expect("a fraction"));
        assert_eq!(unit("ng/mL").factor(), factor(1, 1000));
        assert_eq!(unit("g/mol").factor(), factor(1, 1000));
        assert_eq!(unit("%").factor(), factor(1, 100));
        assert_eq!(unit("1/min").factor(), factor(60, 1));
        assert_eq!(
            unit("mmHg").over(&unit("Pa")).map(|ratio| ratio.factor()),
            Some(factor(133_322_387_415, 1_000_000_000))
        );
    }

    #[test]
    fn conversion_agrees_with_hand_computation() {
        let cases = [
            ("ng/mL", 185.0, 0.185),
            ("mL/min", 1000.0, 60.0),
            ("ug/kg/min", 1e6, 0.06),
            ("d", 7.0, 168.0),
            ("yr", 1.0, 8766.0),
            ("nM", 250.0, 0.25),
            ("g/mol", 237.73, 0.23773),
            ("Hz", 2.0, 7200.0),
        ];
        for (text, value, internal) in cases {
            assert_eq!(unit(text).to_internal(value), internal, "{value} {text}");
            assert_eq!(unit(text).from_internal(internal), value, "{internal} in {text}");
        }
    }

    #[test]
    fn a_unit_of_factor_one_changes_no_bit() {
        for value in [0.1, 1.0 / 3.0, 5e-324, f64::MAX, -0.0] {
            assert_eq!(unit("mg/L").to_internal(value).to_bits(), value.to_bits());
            assert_eq!(unit("mg/L").from_internal(value).to_bits(), value.to_bits());
        }
    }

    #[test]
    fn algebra_writes_a_text_that_parses_to_the_same_unit() {
        let pieces = ["mg", "mg/L", "1/h", "1", "L/h/kg", "mg*h/L", "m^2", "%"];
        for left in pieces.map(unit) {
            for right in pieces.map(unit) {
                for made in [
                    left.times(&right),
                    left.over(&right),
                    left.power(Rational::integer(-2)),
                    Rational::new(1, 2).and_then(|half| left.power(half)),
                ] {
                    let made = made.expect("in range");
                    let read = unit(made.text());
                    assert_eq!(read.dimension(), made.dimension(), "{made}");
                    let ratio = read.factor().to_f64() / made.factor().to_f64();
                    assert!((ratio - 1.0).abs() < 1e-15, "{made}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn a_root_that_is_no_fraction_falls_back_to_a_double() {
        let root = unit("mL^(1/2)");
        assert_eq!(root.factor(), Factor::Rounded(0.001_f64.sqrt()));
        assert_eq!(unit("mg^(1/2)").factor(), Factor::Exact(Rational::ONE));
        let micro = Rational::new(1, 1000).map(Factor::Exact);
        assert_eq!(Some(unit("ng^(1/2)").factor()), micro);
        assert_eq!(
            unit("mm^(1/2)").power(Rational::integer(2)).map(|square| *square.dimension()),
            Some(Dimension::LENGTH)
        );
        assert!(matches!(unit("m^40").factor(), Factor::Rounded(_)));
    }

    proptest! {
        #[test]
        fn round_trips_are_within_two_roundings(value in -1e9_f64..1e9, index in 0_usize..8) {
            let unit = unit(["ng/mL", "mL/min", "ug/kg/min", "mmHg", "g/mol", "d", "1/wk", "pM"][index]);
            let back = unit.from_internal(unit.to_internal(value));
            prop_assert!((back - value).abs() <= 2.0 * f64::EPSILON * value.abs());
        }

        #[test]
        fn what_an_author_wrote_prints_as_written(digits in 1_i64..1_000_000, exponent in -6_i32..6, index in 0_usize..8) {
            let unit = unit(["ng/mL", "mL/min", "ug/kg/min", "mmHg", "g/mol", "d", "1/wk", "%"][index]);
            let value: f64 = format!("{digits}e{exponent}").parse().expect("a number");
            prop_assert_eq!(unit.from_internal_shortest(unit.to_internal(value)), value);
        }
    }
}

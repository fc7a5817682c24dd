//! The algebra of dimensions: exponents over eight bases, exact.

use super::words;
use crate::numerics::rational::Rational;
use std::fmt;

/// What a quantity is made of, each independent of the others.
///
/// Volume is length cubed. Electric potential is not a base; its place is taken by current, as in SI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    /// Mass; internally mg.
    Mass,
    /// Length; internally dm, so that L is 1.
    Length,
    /// Time; internally h.
    Time,
    /// Amount of substance; internally umol.
    Amount,
    /// Electric current; internally what makes mV exactly 1.
    Current,
    /// Thermodynamic temperature; internally K.
    Temperature,
    /// Points of a rating scale.
    Points,
    /// Biological activity in international units.
    Activity,
}

impl Base {
    /// All bases, in the order in which a dimension stores them.
    pub const ALL: [Base; 8] = [
        Base::Mass,
        Base::Length,
        Base::Time,
        Base::Amount,
        Base::Current,
        Base::Temperature,
        Base::Points,
        Base::Activity,
    ];
}

/// A product of powers of the bases.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dimension {
    /// Fractions in lowest terms; kept small, because dimensions are copied for every part of every expression.
    exponents: [(i16, i16); 8],
}

impl Dimension {
    /// No dimension: a pure number.
    pub const NONE: Dimension = Dimension { exponents: [(0, 1); 8] };
    /// Mass.
    pub const MASS: Dimension = Dimension::from_integers([1, 0, 0, 0, 0, 0, 0, 0]);
    /// Length.
    pub const LENGTH: Dimension = Dimension::from_integers([0, 1, 0, 0, 0, 0, 0, 0]);
    /// Volume.
    pub const VOLUME: Dimension = Dimension::from_integers([0, 3, 0, 0, 0, 0, 0, 0]);
    /// Time.
    pub const TIME: Dimension = Dimension::from_integers([0, 0, 1, 0, 0, 0, 0, 0]);
    /// Amount of substance.
    pub const AMOUNT: Dimension = Dimension::from_integers([0, 0, 0, 1, 0, 0, 0, 0]);
    /// Mass per amount.
    pub const MOLAR_MASS: Dimension = Dimension::from_integers([1, 0, 0, -1, 0, 0, 0, 0]);

    /// A dimension with whole exponents, in the order of [`Base::ALL`].
    pub(super) const fn from_integers(exponents: [i8; 8]) -> Dimension {
        let mut result = Dimension::NONE;
        let mut index = 0;
        while index < 8 {
            result.exponents[index] = (exponents[index] as i16, 1);
            index += 1;
        }
        result
    }

    /// The exponent of one base.
    pub fn exponent(&self, base: Base) -> Rational {
        self.exponent_at(base as usize)
    }

    /// Whether this is a pure number.
    pub fn is_none(&self) -> bool {
        *self == Dimension::NONE
    }

    /// How many bases take part.
    pub(super) fn count(&self) -> usize {
        self.exponents.iter().filter(|(numerator, _)| *numerator != 0).count()
    }

    /// The product; `None` if an exponent leaves the exact range (which no meaningful unit does).
    pub fn times(&self, other: &Dimension) -> Option<Dimension> {
        self.combine(other, i16::checked_add, Rational::checked_add)
    }

    /// The quotient; `None` as for [`Dimension::times`].
    pub fn over(&self, other: &Dimension) -> Option<Dimension> {
        self.combine(other, i16::checked_sub, Rational::checked_sub)
    }

    /// A rational power; `None` as for [`Dimension::times`].
    pub fn power(&self, exponent: Rational) -> Option<Dimension> {
        Dimension::made(|index| self.exponent_at(index).checked_mul(exponent))
    }

    /// In words, as `mass per volume`.
    pub fn describe(&self) -> String {
        words::describe(self)
    }

    fn exponent_at(&self, index: usize) -> Rational {
        // A stored fraction has a positive denominator, so it can always be made.
        let (numerator, denominator) = self.exponents[index];
        Rational::new(numerator.into(), denominator.into()).unwrap_or(Rational::ZERO)
    }

    /// Exponents are whole nearly always, and dimensions are combined for every part of every expression.
    fn combine(
        &self,
        other: &Dimension,
        whole: fn(i16, i16) -> Option<i16>,
        operation: fn(Rational, Rational) -> Option<Rational>,
    ) -> Option<Dimension> {
        let mut result = Dimension::NONE;
        for (index, to) in result.exponents.iter_mut().enumerate() {
            *to = match (self.exponents[index], other.exponents[index]) {
                ((a, 1), (b, 1)) => (whole(a, b)?, 1),
                _ => stored(operation(self.exponent_at(index), other.exponent_at(index))?)?,
            };
        }
        Some(result)
    }

    fn made(exponent: impl Fn(usize) -> Option<Rational>) -> Option<Dimension> {
        let mut result = Dimension::NONE;
        for (index, to) in result.exponents.iter_mut().enumerate() {
            *to = stored(exponent(index)?)?;
        }
        Some(result)
    }
}

/// An exponent as a dimension keeps it, if it is that small.
fn stored(exponent: Rational) -> Option<(i16, i16)> {
    Some((exponent.numerator().try_into().ok()?, exponent.denominator().try_into().ok()?))
}

impl fmt::Debug for Dimension {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Dimension({})", self.describe())
    }
}

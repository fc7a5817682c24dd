//! Exact rational numbers, for the exponents and the factors of units.
//!
//! Sixty minutes to an hour and a thousand nanograms to a microgram must be exact, and the square root of a unit
//! squared must be that unit; floating point promises neither. All arithmetic is checked: a result that does not fit
//! is `None`, never a wrapped or rounded number.

use std::cmp::Ordering;
use std::fmt;

/// A fraction in lowest terms with a positive denominator; both parts are at most `i128::MAX` in size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rational {
    numerator: i128,
    denominator: i128,
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    // Nearly always both fit into 64 bits, whose division is many times faster.
    if let (Ok(mut a), Ok(mut b)) = (u64::try_from(a), u64::try_from(b)) {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        return a.into();
    }
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Rational {
    /// The number 0.
    pub const ZERO: Rational = Rational::integer(0);
    /// The number 1.
    pub const ONE: Rational = Rational::integer(1);

    /// The whole number `n`.
    pub const fn integer(n: i64) -> Rational {
        Rational { numerator: n as i128, denominator: 1 }
    }

    /// The fraction `numerator / denominator`; `None` if the denominator is 0 or a part is `i128::MIN`.
    pub fn new(numerator: i128, denominator: i128) -> Option<Rational> {
        if denominator == 0 || numerator == i128::MIN || denominator == i128::MIN {
            return None;
        }
        if denominator == 1 {
            return Some(Rational { numerator, denominator });
        }
        // Both sizes are at most i128::MAX, so the divisor is too, and the conversion keeps its value.
        let divisor = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs()) as i128;
        let sign = denominator.signum();
        if divisor == 1 {
            return Some(Rational { numerator: sign * numerator, denominator: denominator.abs() });
        }
        Some(Rational { numerator: sign * numerator / divisor, denominator: denominator.abs() / divisor })
    }

    /// The upper part of the fraction in lowest terms; it carries the sign.
    pub const fn numerator(self) -> i128 {
        self.numerator
    }

    /// The lower part of the fraction in lowest terms; always positive.
    pub const fn denominator(self) -> i128 {
        self.denominator
    }

    /// Whether this is 0.
    pub const fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// The whole number that this is, if it is one.
    pub const fn as_integer(self) -> Option<i128> {
        if self.denominator == 1 { Some(self.numerator) } else { None }
    }

    /// `-self`; always representable, as neither part can be `i128::MIN`.
    #[must_use]
    pub const fn negated(self) -> Rational {
        Rational { numerator: -self.numerator, denominator: self.denominator }
    }

    /// `1 / self`; `None` for 0.
    pub fn reciprocal(self) -> Option<Rational> {
        Rational::new(self.denominator, self.numerator)
    }

    /// `self + other`; `None` if it does not fit.
    pub fn checked_add(self, other: Rational) -> Option<Rational> {
        if self.denominator == 1 && other.denominator == 1 {
            return Rational::new(self.numerator.checked_add(other.numerator)?, 1);
        }
        // With the common divisor taken out first (Knuth, TAOCP 4.5.1) the parts stay as small as they can.
        let divisor =
            greatest_common_divisor(self.denominator.unsigned_abs(), other.denominator.unsigned_abs()) as i128;
        let (scale, other_scale) = (other.denominator / divisor, self.denominator / divisor);
        let numerator = self.numerator.checked_mul(scale)?.checked_add(other.numerator.checked_mul(other_scale)?)?;
        Rational::new(numerator, self.denominator.checked_mul(scale)?)
    }

    /// `self - other`; `None` if it does not fit.
    pub fn checked_sub(self, other: Rational) -> Option<Rational> {
        self.checked_add(other.negated())
    }

    /// `self * other`; `None` if it does not fit.
    pub fn checked_mul(self, other: Rational) -> Option<Rational> {
        if self.denominator == 1 && other.denominator == 1 {
            return Rational::new(self.numerator.checked_mul(other.numerator)?, 1);
        }
        // Crosswise reduction first, so that a product that fits in lowest terms never overflows on the way.
        let left = Rational::new(self.numerator, other.denominator)?;
        let right = Rational::new(other.numerator, self.denominator)?;
        Rational::new(left.numerator.checked_mul(right.numerator)?, left.denominator.checked_mul(right.denominator)?)
    }

    /// `self / other`; `None` if `other` is 0 or the quotient does not fit.
    pub fn checked_div(self, other: Rational) -> Option<Rational> {
        self.checked_mul(other.reciprocal()?)
    }

    /// `self` to a whole power; `None` for 0 to a negative power and if it does not fit.
    pub fn checked_pow(self, exponent: i32) -> Option<Rational> {
        let base = if exponent < 0 { self.reciprocal()? } else { self };
        let power = exponent.unsigned_abs();
        Rational::new(base.numerator.checked_pow(power)?, base.denominator.checked_pow(power)?)
    }

    /// The double nearest to this number, ties to even.
    pub fn to_f64(self) -> f64 {
        let divisor = self.denominator.unsigned_abs();
        let mut quotient = self.numerator.unsigned_abs() / divisor;
        let mut remainder = self.numerator.unsigned_abs() % divisor;
        // Long division until 64 bits are known; what is left over only has to say "more than this".
        let mut halvings = 0u64;
        while quotient != 0 && quotient < 1 << 63 || quotient == 0 && remainder != 0 {
            remainder *= 2;
            quotient = 2 * quotient + u128::from(remainder >= divisor);
            if remainder >= divisor {
                remainder -= divisor;
            }
            halvings += 1;
        }
        let sticky = u128::from(remainder != 0);
        // At most 127 + 64 halvings: the power of two is normal and the product exact.
        let magnitude = (quotient | sticky) as f64 * f64::from_bits((1023 - halvings) << 52);
        if self.numerator < 0 { -magnitude } else { magnitude }
    }

    /// Reads a plain decimal number (`60`, `-0.25`, `1e-3`) exactly; `None` if it is not one or does not fit.
    pub fn from_decimal(text: &str) -> Option<Rational> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.as_bytes().first()? {
            b'-' => (true, &mantissa[1..]),
            b'+' => (false, &mantissa[1..]),
            _ => (false, mantissa),
        };
        let (mut value, mut scale, mut seen_point, mut seen_digit) = (0i128, exponent, false, false);
        for byte in digits.bytes() {
            match byte {
                b'0'..=b'9' => {
                    value = value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                    seen_digit = true;
                    if seen_point {
                        scale = scale.checked_sub(1)?;
                    }
                }
                b'.' if !seen_point => seen_point = true,
                _ => return None,
            }
        }
        if !seen_digit {
            return None;
        }
        if value == 0 {
            return Some(Rational::ZERO);
        }
        let value = Rational::new(if negative { -value } else { value }, 1)?;
        value.checked_mul(Rational::integer(10).checked_pow(scale)?)
    }
}

impl From<i32> for Rational {
    fn from(n: i32) -> Rational {
        Rational::integer(i64::from(n))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Rational) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    /// Compares by the continued fractions, which cannot overflow where cross multiplication would.
    fn cmp(&self, other: &Rational) -> Ordering {
        let (mut a, mut b, mut c, mut d) = (self.numerator, self.denominator, other.numerator, other.denominator);
        loop {
            match a.div_euclid(b).cmp(&c.div_euclid(d)) {
                Ordering::Equal => {}
                unequal => return unequal,
            }
            let (rest, other_rest) = (a.rem_euclid(b), c.rem_euclid(d));
            match (rest, other_rest) {
                (0, 0) => return Ordering::Equal,
                (0, _) => return Ordering::Less,
                (_, 0) => return Ordering::Greater,
                // rest/b against other_rest/d is d/other_rest against b/rest.
                _ => (a, b, c, d) = (d, other_rest, b, rest),
            }
        }
    }
}

impl fmt::Display for Rational {
    /// `3`, `-1/2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.denominator == 1 {
            write!(f, "{}", self.numerator)
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(numerator: i128, denominator: i128) -> Rational {
        Rational::new(numerator, denominator).expect("a fraction")
    }

    #[test]
    fn fractions_are_in_lowest_terms_with_the_sign_above() {
        assert_eq!(ratio(6, -4), ratio(-3, 2));
        assert_eq!(ratio(0, -7), Rational::ZERO);
        assert_eq!(ratio(-3, 2).to_string(), "-3/2");
        assert_eq!(ratio(8, 4).to_string(), "2");
        assert_eq!(Rational::new(1, 0), None);
        assert_eq!(Rational::ZERO.reciprocal(), None);
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let large = ratio(i128::MAX, 1);
        assert_eq!(large.checked_add(Rational::ONE), None);
        assert_eq!(large.checked_mul(Rational::integer(2)), None);
        assert_eq!(Rational::integer(10).checked_pow(39), None);
        assert_eq!(Rational::new(i128::MIN, 1), None);
        // Crosswise reduction: this product fits although its raw parts do not.
        assert_eq!(large.checked_mul(ratio(1, i128::MAX)), Some(Rational::ONE));
    }

    #[test]
    fn decimals_are_read_exactly() {
        assert_eq!(Rational::from_decimal("0.1"), Some(ratio(1, 10)));
        assert_eq!(Rational::from_decimal("-2.50e-3"), Some(ratio(-1, 400)));
        assert_eq!(Rational::from_decimal("1e3"), Some(Rational::integer(1000)));
        assert_eq!(Rational::from_decimal("0e999"), Some(Rational::ZERO));
        for wrong in ["", "-", ".", "1.2.3", "1e", "0x10", "inf", "1e99", "é"] {
            assert_eq!(Rational::from_decimal(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn doubles_are_nearest_with_ties_to_even() {
        assert_eq!(ratio(1, 3).to_f64(), 1.0 / 3.0);
        assert_eq!(ratio((1 << 53) + 1, 1).to_f64(), 9007199254740992.0);
        assert_eq!(ratio((1 << 53) + 3, 1).to_f64(), 9007199254740996.0);
        assert_eq!(ratio((1 << 54) + 3, 2).to_f64(), 9007199254740994.0);
        assert_eq!(ratio(-1, i128::MAX).to_f64(), -1.0 / i128::MAX as f64);
        assert_eq!(Rational::ZERO.to_f64(), 0.0);
    }

    proptest! {
        #[test]
        fn a_quotient_of_exact_doubles_is_the_rounded_quotient(a in -(1i64 << 53)..(1i64 << 53), b in 1i64..(1i64 << 53)) {
            prop_assert_eq!(ratio(a.into(), b.into()).to_f64(), a as f64 / b as f64);
        }

        #[test]
        fn the_field_laws_hold(a in -999i128..999, b in 1i128..999, c in -999i128..999, d in 1i128..999) {
            let (x, y) = (ratio(a, b), ratio(c, d));
            prop_assert_eq!(x.checked_add(y).and_then(|sum| sum.checked_sub(y)), Some(x));
            prop_assert_eq!(x.cmp(&y), (a * d).cmp(&(c * b)));
            if c != 0 {
                prop_assert_eq!(x.checked_mul(y).and_then(|product| product.checked_div(y)), Some(x));
                prop_assert_eq!(y.checked_pow(-3), y.checked_pow(3).and_then(Rational::reciprocal));
            }
        }
    }
}

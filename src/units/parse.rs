//! Reading a unit.
//!
//! ```text
//! unit     = group (("*" | "·" | " " | "/") group)*        from left to right
//! group    = (name | "%" | "1" | "(" unit ")") power?
//! power    = "^" (integer | "(" integer ("/" integer)? ")") | superscript digits
//! ```

use super::Span;
use super::dimension::Dimension;
use super::error::{RefusedUnit, UnitError};
use super::table::{Found, look_up, suggestion};
use super::unit::{Factor, Unit};
use super::words::magnitude;
use crate::numerics::rational::Rational;

/// More than any unit has; beyond them a text is garbage.
const MOST_TERMS: usize = 64;
const DEEPEST: usize = 16;
const LONGEST: usize = 1000;
const LARGEST_EXPONENT: i128 = 99;

/// One name with its exponent.
#[derive(Clone, Debug)]
struct Term {
    name: String,
    exponent: Rational,
    span: Span,
}

/// Reads a unit such as `mg/L`, `mg/(kg*h)`, `h^-1`, `mL^(1/2)` or `m²`; `µ` is read as `u`.
///
/// # Errors
/// The first thing that is wrong, with its place in `text`.
pub fn parse_unit(text: &str) -> Result<Unit, UnitError> {
    let terms = parse_terms(text)?;
    assemble(&terms, text.trim(), whole(text))
}

/// Reads a unit in which `/kg` means per body weight, as in a dose: the unit without it, and whether it stood there.
///
/// # Errors
/// As [`parse_unit`].
pub fn parse_per_weight(text: &str) -> Result<(Unit, bool), UnitError> {
    let mut terms = parse_terms(text)?;
    let minus_one = Rational::integer(-1);
    let position = terms.iter().position(|term| term.name == "kg" && term.exponent == minus_one);
    let Some(position) = position else {
        return Ok((assemble(&terms, text.trim(), whole(text))?, false));
    };
    terms.remove(position);
    Ok((assemble(&terms, &write_terms(&terms), whole(text))?, true))
}

fn whole(text: &str) -> Span {
    0..text.len()
}

fn assemble(terms: &[Term], text: &str, span: Span) -> Result<Unit, UnitError> {
    let out_of_range = || UnitError::OutOfRange { span: span.clone() };
    let mut product = Unit::none();
    for term in terms {
        let (dimension, factor) = known(term)?;
        let unit = Unit::new(dimension, Factor::Exact(factor), term.name.as_str())
            .power(term.exponent)
            .ok_or_else(out_of_range)?;
        product = product.times(&unit).ok_or_else(out_of_range)?;
    }
    let factor = product.factor();
    Ok(Unit::new(*product.dimension(), factor, text))
}

fn known(term: &Term) -> Result<(Dimension, Rational), UnitError> {
    let (name, span) = (term.name.clone(), term.span.clone());
    if let Some(why) = RefusedUnit::named(&name) {
        return Err(UnitError::Refused { name, why, span });
    }
    match look_up(&name) {
        Found::Unit { entry, factor } => Ok((entry.dimension, factor)),
        Found::BadPrefix { prefix, unit } => Err(UnitError::Prefix { name, prefix, unit, span }),
        Found::Nothing => {
            let suggestion = suggestion(&name);
            Err(UnitError::Unknown { name, span, suggestion })
        }
    }
}

/// `mg/min` from terms, for a unit from which one was taken out.
fn write_terms(terms: &[Term]) -> String {
    let mut text = String::new();
    for (index, term) in terms.iter().enumerate() {
        let below = term.exponent.numerator() < 0;
        let exponent = if below && (index > 0 || terms.len() == 1) {
            text.push_str(if text.is_empty() { "1/" } else { "/" });
            magnitude(term.exponent)
        } else {
            if index > 0 {
                text.push('*');
            }
            term.exponent
        };
        text.push_str(&term.name);
        if exponent != Rational::ONE {
            text.push_str(&if exponent.as_integer().is_some() {
                format!("^{exponent}")
            } else {
                format!("^({exponent})")
            });
        }
    }
    if text.is_empty() { "1".to_string() } else { text }
}

fn parse_terms(text: &str) -> Result<Vec<Term>, UnitError> {
    if text.len() > LONGEST {
        return Err(UnitError::TooLong { span: whole(text) });
    }
    let mut reader = Reader { text, at: 0 };
    reader.skip_spaces();
    if reader.peek().is_none() {
        return Err(UnitError::Empty { span: whole(text) });
    }
    let terms = reader.product(0, None)?;
    match reader.peek() {
        None => Ok(terms),
        Some(')') => Err(UnitError::UnbalancedParenthesis { span: reader.here() }),
        Some(found) => Err(UnitError::UnexpectedCharacter { found, span: reader.here() }),
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn advance(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// The character at hand, or the end of the text.
    fn here(&self) -> Span {
        self.at..self.at + self.peek().map_or(0, char::len_utf8)
    }

    /// Returns whether there were any.
    fn skip_spaces(&mut self) -> bool {
        let start = self.at;
        while self.peek().is_some_and(char::is_whitespace) {
            self.advance();
        }
        self.at > start
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> Span {
        let start = self.at;
        while self.peek().is_some_and(&accept) {
            self.advance();
        }
        start..self.at
    }

    /// A product up to the end or an unmatched parenthesis. `after` is the operator before it, for the message.
    fn product(&mut self, depth: usize, after: Option<char>) -> Result<Vec<Term>, UnitError> {
        let mut terms = self.group(depth, after)?;
        let mut divided = false;
        loop {
            let before = self.at;
            let spaced = self.skip_spaces();
            let operator = match self.peek() {
                None | Some(')') => return Ok(terms),
                Some(sign @ ('*' | '·' | '⋅' | '×' | '/')) => {
                    self.advance();
                    sign
                }
                Some(_) if spaced && divided => {
                    return Err(UnitError::AmbiguousProduct { span: before..self.at });
                }
                Some(_) if spaced => ' ',
                Some('(') => '*',
                Some(found) => {
                    return Err(UnitError::UnexpectedCharacter { found, span: self.here() });
                }
            };
            self.skip_spaces();
            divided |= operator == '/';
            let mut more = self.group(depth, Some(operator))?;
            if operator == '/' {
                for term in &mut more {
                    term.exponent = term.exponent.negated();
                }
            }
            terms.append(&mut more);
            if terms.len() > MOST_TERMS {
                return Err(UnitError::TooLong { span: 0..self.at });
            }
        }
    }

    fn group(&mut self, depth: usize, after: Option<char>) -> Result<Vec<Term>, UnitError> {
        let start = self.at;
        let mut terms = match self.peek() {
            Some('(') => {
                if depth >= DEEPEST {
                    return Err(UnitError::TooLong { span: self.here() });
                }
                let opening = self.here();
                self.advance();
                self.skip_spaces();
                let inner = self.product(depth + 1, Some('('))?;
                if self.peek() != Some(')') {
                    return Err(UnitError::UnbalancedParenthesis { span: opening });
                }
                self.advance();
                inner
            }
            Some('%') => {
                self.advance();
                vec![Term { name: "%".to_string(), exponent: Rational::ONE, span: start..self.at }]
            }
            Some(digit) if digit.is_ascii_digit() => {
                let span = self.take_while(|letter| letter.is_ascii_digit() || letter == '.');
                if &self.text[span.clone()] != "1" {
                    return Err(UnitError::NumberInUnit { span });
                }
                vec![Term { name: "1".to_string(), exponent: Rational::ONE, span }]
            }
            Some(letter) if letter.is_alphabetic() || letter == '°' => {
                self.advance();
                // A digit may stand inside a name only before a letter (`cmH2O`); `m2` is not a power.
                let span = start..self.take_while(char::is_alphanumeric).end;
                let name = self.text[span.clone()].replace(['µ', 'μ'], "u");
                let name = name.trim_end_matches(superscript_digit).to_string();
                let span = span.start..span.start + self.text[span.clone()].trim_end_matches(superscript_digit).len();
                self.at = span.end;
                vec![Term { name, exponent: Rational::ONE, span }]
            }
            None | Some(')') | Some('*' | '/' | '·' | '⋅' | '×') => {
                return Err(match after {
                    Some(after) => UnitError::MissingOperand { after, span: self.here() },
                    None => UnitError::Empty { span: self.here() },
                });
            }
            Some(found) => {
                return Err(UnitError::UnexpectedCharacter { found, span: self.here() });
            }
        };
        if let Some(exponent) = self.power()? {
            let span = start..self.at;
            for term in &mut terms {
                term.exponent = term
                    .exponent
                    .checked_mul(exponent)
                    .filter(|product| {
                        product.numerator().abs() <= LARGEST_EXPONENT && product.denominator() <= LARGEST_EXPONENT
                    })
                    .ok_or_else(|| UnitError::OutOfRange { span: span.clone() })?;
            }
        }
        Ok(terms)
    }

    fn power(&mut self) -> Result<Option<Rational>, UnitError> {
        match self.peek() {
            Some('^') => {
                self.advance();
                let start = self.at;
                self.exponent().map_or_else(
                    || Err(UnitError::BadExponent { span: start..self.at.max(start + self.here().len()) }),
                    |exponent| Ok(Some(exponent)),
                )
            }
            Some(letter) if superscript_digit(letter) || letter == '⁻' => {
                let span = self.take_while(|letter| superscript_digit(letter) || letter == '⁻');
                let plain: String = self.text[span.clone()].chars().filter_map(from_superscript).collect();
                match plain.parse::<i8>() {
                    Ok(exponent) => Ok(Some(Rational::integer(i64::from(exponent)))),
                    Err(_) => Err(UnitError::BadExponent { span }),
                }
            }
            _ => Ok(None),
        }
    }

    /// What stands behind `^`.
    fn exponent(&mut self) -> Option<Rational> {
        if self.peek() != Some('(') {
            return self.integer().map(Rational::integer);
        }
        self.advance();
        self.skip_spaces();
        let numerator = self.integer()?;
        self.skip_spaces();
        let mut denominator = 1_i64;
        if self.peek() == Some('/') {
            self.advance();
            self.skip_spaces();
            denominator = self.integer()?;
            self.skip_spaces();
        }
        if self.peek() != Some(')') {
            return None;
        }
        self.advance();
        Rational::new(numerator.into(), denominator.into())
    }

    fn integer(&mut self) -> Option<i64> {
        let negative = matches!(self.peek(), Some('-' | '−'));
        if negative {
            self.advance();
        }
        let span = self.take_while(|letter| letter.is_ascii_digit());
        let value: i64 = self.text[span].parse::<i16>().ok()?.into();
        Some(if negative { -value } else { value })
    }
}

fn superscript_digit(letter: char) -> bool {
    matches!(letter, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹')
}

fn from_superscript(letter: char) -> Option<char> {
    match letter {
        '⁻' => Some('-'),
        '⁰' => Some('0'),
        '¹' => Some('1'),
        '²' => Some('2'),
        '³' => Some('3'),
        '⁴'..='⁹' => char::from_digit(letter as u32 - '⁰' as u32, 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(a: &str, b: &str) {
        let (left, right) = (parse_unit(a).expect(a), parse_unit(b).expect(b));
        assert_eq!(left.dimension(), right.dimension(), "{a} against {b}");
        assert_eq!(left.factor(), right.factor(), "{a} against {b}");
    }

    #[test]
    fn different_writings_mean_the_same() {
        same("mg/(kg*h)", "mg/kg/h");
        same("1/h", "h^-1");
        same("1/h", "h⁻¹");
        same("m²", "m^2");
        same("ug/mL", "mg/L");
        same("µg/mL", "μg/ml");
        same("mg h/L", "mg·h/L");
        same(" mg / L ", "mg/L");
        same("umol/L", "uM");
        same("(mg/L)^2", "mg^2/L^2");
        same("mL^(1/2)", "mL^(2/4)");
        same("mg/kg*h", "mg*h/kg");
        same("days", "d");
    }

    #[test]
    fn per_kilogram_is_read_as_such_in_a_dose() {
        for (text, rest) in [
            ("mg/kg", "mg"),
            ("ug/kg/min", "ug/min"),
            ("mg/(kg*h)", "mg/h"),
            ("1/kg", "1"),
            ("mL/min/kg", "mL/min"),
            ("points/kg", "points"),
        ] {
            let (unit, per_weight) = parse_per_weight(text).expect(text);
            assert!(per_weight, "{text}");
            assert_eq!(unit.text(), rest.replace("1*", ""), "{text}");
            same(unit.text(), rest);
        }
        let (unit, per_weight) = parse_per_weight("mg/m^2").expect("a unit");
        assert_eq!((unit.text(), per_weight), ("mg/m^2", false));
    }

    #[test]
    fn what_is_wrong_is_named_at_its_place() {
        let error = |text: &str| parse_unit(text).expect_err(text);
        assert_eq!(error("mg/Lx").span(), 3..5);
        assert_eq!(error("Mg").hint().as_deref(), Some("did you mean `mg`? `g` takes no such prefix"));
        assert!(matches!(error("kmin"), UnitError::Prefix { prefix: "kilo", unit: "min", .. }));
        assert!(matches!(error("mh"), UnitError::Prefix { .. }));
        assert!(matches!(error("hr/mcgg"), UnitError::Unknown { .. }));
        assert_eq!(error("hoours").hint().as_deref(), Some("did you mean `hours`?"));
        assert!(matches!(error("degC"), UnitError::Refused { why: RefusedUnit::OffsetTemperature, .. }));
        assert!(matches!(error("°C"), UnitError::Refused { .. }));
        assert!(matches!(error("month"), UnitError::Refused { why: RefusedUnit::Month, .. }));
        assert_eq!(error("100 mL"), UnitError::NumberInUnit { span: 0..3 });
        assert_eq!(error("mg/"), UnitError::MissingOperand { after: '/', span: 3..3 });
        assert_eq!(error("mg//L"), UnitError::MissingOperand { after: '/', span: 3..4 });
        assert_eq!(error("h^x"), UnitError::BadExponent { span: 2..3 });
        assert_eq!(error("mg/(L"), UnitError::UnbalancedParenthesis { span: 3..4 });
        assert_eq!(error("mg)"), UnitError::UnbalancedParenthesis { span: 2..3 });
        assert!(matches!(error("mg/kg h"), UnitError::AmbiguousProduct { .. }));
        assert_eq!(error("mg/kg\u{a0}h"), UnitError::AmbiguousProduct { span: 5..7 });
        assert_eq!(error("  "), UnitError::Empty { span: 0..2 });
        assert!(matches!(error("mg.h-1"), UnitError::UnexpectedCharacter { found: '.', .. }));
        assert!(matches!(error("m^99999"), UnitError::BadExponent { .. }));
        assert!(matches!(error("((m^50)^50)"), UnitError::OutOfRange { .. }));
        assert!(matches!(error(&"(".repeat(900)), UnitError::TooLong { .. }));
        assert!(matches!(error(&"m*".repeat(400)), UnitError::TooLong { .. }));
        assert!(matches!(error(&"m".repeat(100_000)), UnitError::TooLong { .. }));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_errors_stay_inside_it(text in "(\\PC|[µ°²⁻^()/* 0-9a-zA-Z%]){0,40}") {
            if let Err(error) = parse_unit(&text) {
                let span = error.span();
                prop_assert!(span.start <= span.end && span.end <= text.len());
                prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{error:?}");
            }
        }
    }
}

//! Numbers with their unit, as they stand in strings: `0.5 mg/kg`, `40 min`, `4h`, `1e-3umol/L`.

use super::Span;
use super::error::{QuantityError, UnitError};
use super::parse::{parse_per_weight, parse_unit};
use super::table::suggestion_where;
use super::unit::Unit;
use super::words::missing_factor;

/// A finite number, the unit it is in, and where both stand in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number in `unit`.
    pub value: f64,
    /// Its unit: what stood behind it, or the default.
    pub unit: Unit,
    /// Where the number stands.
    pub value_span: Span,
    /// Where the unit stands; `None` for a bare number.
    pub unit_span: Option<Span>,
}

impl Quantity {
    /// Reads a number with a unit behind it.
    ///
    /// # Errors
    /// What is wrong, with its place in `text`.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        parse_quantity(text, None)
    }

    /// The number in the internal system.
    pub fn internal(&self) -> f64 {
        self.unit.to_internal(self.value)
    }

    /// The number in another unit; `None` if the two are not compatible.
    pub fn to(&self, unit: &Unit) -> Option<f64> {
        if self.unit.factor() == unit.factor() {
            return self.unit.compatible(unit).then_some(self.value);
        }
        self.unit.compatible(unit).then(|| unit.from_internal(self.internal()))
    }
}

/// Reads a number with a unit behind it (with or without a space, or in brackets). A bare number is in `default`, and an
/// error if there is none.
///
/// # Errors
/// What is wrong, with its place in `text`. The unit is not compared with the default: see [`parse_quantity_as`].
pub fn parse_quantity(text: &str, default: Option<&Unit>) -> Result<Quantity, QuantityError> {
    let (value, value_span, unit_span) = split(text)?;
    let unit = match (&unit_span, default) {
        (Some(span), _) => parse_unit(&text[span.clone()]).map_err(|error| error.shifted(span.start))?,
        (None, Some(default)) => default.clone(),
        (None, None) => return Err(QuantityError::NoUnit { span: value_span }),
    };
    Ok(Quantity { value, unit, value_span, unit_span })
}

/// Reads a quantity that must be of the kind of `expected`; a bare number is in `expected`.
///
/// # Errors
/// As [`parse_quantity`], and [`QuantityError::Mismatch`].
pub fn parse_quantity_as(text: &str, expected: &Unit) -> Result<Quantity, QuantityError> {
    let quantity = parse_quantity(text, Some(expected)).map_err(|error| suggest_alike(error, expected))?;
    match missing_factor(quantity.unit.dimension(), expected.dimension()) {
        None => Ok(quantity),
        Some(missing) => Err(QuantityError::Mismatch {
            span: quantity.unit_span.unwrap_or(quantity.value_span),
            found: quantity.unit.text().to_string(),
            found_is: quantity.unit.describe(),
            expected: expected.text().to_string(),
            expected_is: expected.describe(),
            missing: Box::new(missing),
        }),
    }
}

/// Where a kind of unit is wanted the nearest name of that kind is meant: for `40 mn` of time `min`, not `m`.
fn suggest_alike(error: QuantityError, expected: &Unit) -> QuantityError {
    let QuantityError::Unit(UnitError::Unknown { name, span, suggestion }) = error else { return error };
    let alike = suggestion_where(&name, |known| parse_unit(known).is_ok_and(|unit| unit.compatible(expected)));
    QuantityError::Unit(UnitError::Unknown { suggestion: alike.or(suggestion), name, span })
}

/// Reads a quantity in which `/kg` means per body weight, as a dose: the quantity per kilogram without that `/kg`, and
/// whether it stood there.
///
/// # Errors
/// As [`parse_quantity`].
pub fn parse_quantity_per_weight(text: &str, default: Option<&Unit>) -> Result<(Quantity, bool), QuantityError> {
    let (value, value_span, unit_span) = split(text)?;
    let Some(span) = unit_span else {
        return Ok((parse_quantity(text, default)?, false));
    };
    let (unit, per_weight) = parse_per_weight(&text[span.clone()]).map_err(|error| error.shifted(span.start))?;
    Ok((Quantity { value, unit, value_span, unit_span: Some(span) }, per_weight))
}

/// The number at the start of a text, where it stands, and where the rest stands if there is any.
fn split(text: &str) -> Result<(f64, Span, Option<Span>), QuantityError> {
    let start = text.len() - text.trim_start().len();
    let length = number_length(&text[start..]);
    let written = &text[start..start + length];
    if length == 0 {
        let word: String = text[start..].chars().take_while(|letter| letter.is_alphabetic()).collect();
        let span = start..text.trim_end().len().max(start);
        return Err(match word.to_lowercase().as_str() {
            "inf" | "infinity" | "nan" => QuantityError::NotFinite { span },
            _ => QuantityError::NoNumber { span },
        });
    }
    let value_span = start..start + length;
    let value =
        written.replace('−', "-").parse::<f64>().map_err(|_| QuantityError::NoNumber { span: value_span.clone() })?;
    if !value.is_finite() {
        return Err(QuantityError::NotFinite { span: value_span });
    }
    let rest = &text[value_span.end..];
    let trimmed = rest.trim();
    if trimmed.is_empty() {
        return Ok((value, value_span, None));
    }
    let mut unit_start = value_span.end + (rest.len() - rest.trim_start().len());
    let mut unit_end = unit_start + trimmed.len();
    // Brackets, as in expressions: `642 [ng/mL]`.
    if trimmed.len() >= 2 && trimmed.starts_with('[') && trimmed.ends_with(']') {
        unit_start += 1;
        unit_end -= 1;
    }
    Ok((value, value_span, Some(unit_start..unit_end)))
}

/// How many bytes at the start are a number: sign, digits, fraction, exponent. An `e` belongs to it only with digits
/// behind it.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let sign = match text.chars().next() {
        Some(sign @ ('+' | '-' | '−')) => sign.len_utf8(),
        _ => 0,
    };
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if text[end..].starts_with('.') {
        fraction = digits(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return 0;
    }
    if text[end..].starts_with(['e', 'E']) {
        let signed = end + 1 + usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(signed);
        if exponent > 0 {
            end = signed + exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit(text: &str) -> Unit {
        parse_unit(text).expect(text)
    }

    #[test]
    fn numbers_and_units_come_apart() {
        let cases = [
            ("0.5 mg/kg", 0.5, "mg/kg"),
            ("40 min", 40.0, "min"),
            ("4h", 4.0, "h"),
            ("1e-3umol/L", 1e-3, "umol/L"),
            ("-0.5 h", -0.5, "h"),
            ("−0.5 h", -0.5, "h"),
            ("+.5h", 0.5, "h"),
            ("3.mg", 3.0, "mg"),
            ("642 [ng/mL]", 642.0, "ng/mL"),
            ("  7 d ", 7.0, "d"),
            ("10 %", 10.0, "%"),
            ("5 1", 5.0, "1"),
        ];
        for (text, value, unit) in cases {
            let quantity = Quantity::parse(text).expect(text);
            assert_eq!((quantity.value, quantity.unit.text()), (value, unit), "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_in_the_default_unit() {
        let quantity = parse_quantity("24", Some(&unit("h"))).expect("a quantity");
        assert_eq!((quantity.internal(), quantity.unit_span), (24.0, None));
        assert_eq!(parse_quantity("24", None), Err(QuantityError::NoUnit { span: 0..2 }));
    }

    #[test]
    fn a_quantity_must_be_of_the_expected_kind() {
        assert_eq!(parse_quantity_as("30 min", &unit("h")).map(|time| time.to(&unit("h"))), Ok(Some(0.5)));
        let error = parse_quantity_as("3 mg", &unit("umol")).expect_err("a mismatch");
        assert_eq!(error.span(), 2..4);
        assert_eq!(error.to_string(), "`mg` is mass, but `umol` (amount) is wanted");
        assert_eq!(error.hint().as_deref(), Some("divide by a molar mass (mass per amount)"));
    }

    #[test]
    fn doses_per_kilogram_are_recognized() {
        let (dose, per_weight) = parse_quantity_per_weight("0.5 mg/kg", None).expect("a dose");
        assert_eq!((dose.value, dose.unit.text(), per_weight), (0.5, "mg", true));
        let (dose, per_weight) = parse_quantity_per_weight("50", Some(&unit("mg"))).expect("a dose");
        assert_eq!((dose.value, dose.unit.text(), per_weight), (50.0, "mg", false));
    }

    #[test]
    fn errors_point_into_the_whole_text() {
        let error = |text: &str| Quantity::parse(text).expect_err(text);
        assert_eq!(error(" 4 hh").span(), 3..5);
        assert_eq!(error("4 mg/Lx").span(), 5..7);
        assert_eq!(error("1e999 h"), QuantityError::NotFinite { span: 0..5 });
        assert_eq!(error("nan h"), QuantityError::NotFinite { span: 0..5 });
        assert_eq!(error("min"), QuantityError::NoNumber { span: 0..3 });
        assert_eq!(error(""), QuantityError::NoNumber { span: 0..0 });
        assert_eq!(error("1,5 h").hint().as_deref(), Some("the decimal sign is a point"));
    }

    #[test]
    fn the_same_factor_converts_without_a_rounding() {
        assert_eq!(Quantity::parse("0.1 ng/mL").ok().and_then(|value| value.to(&unit("ug/L"))), Some(0.1));
    }

    proptest! {
        #[test]
        fn any_number_reads_back(value in proptest::num::f64::NORMAL) {
            let quantity = Quantity::parse(&format!("{value:e}mg/L")).expect("a quantity");
            prop_assert_eq!(quantity.value, value);
        }

        #[test]
        fn no_text_panics(text in "(\\PC|[-+−.eE0-9 a-z/^%\\[\\]]){0,30}") {
            if let Err(error) = parse_quantity_per_weight(&text, None) {
                let span = error.span();
                prop_assert!(span.end <= text.len() && text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{error:?}");
            }
        }
    }
}

//! Numbers as text: the shortest digits that read back to the same bits, as tables and CSV need them.
//!
//! A full run prints tens of thousands of numbers, so the digits come from the `zmij` crate (Schubfach-like, without
//! allocation) and go straight into the caller's buffer. Rounding for the eye is not done here.

/// Appends `x` to `out` in the shortest form that reads back to the same bits.
///
/// Whole numbers carry no `.0`; between 1e-5 and 1e16 in size there is no exponent, beyond there is (`1.5e-7`).
/// `NaN` is `nan` whatever its sign, infinities are `inf` and `-inf`, and minus zero is `-0`.
pub fn push_number(x: f64, out: &mut Vec<u8>) {
    if !x.is_finite() {
        let text = if x.is_nan() {
            "nan"
        } else if x > 0.0 {
            "inf"
        } else {
            "-inf"
        };
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format_finite(x).as_bytes();
    if x.abs() < 1e16 {
        out.extend_from_slice(digits.strip_suffix(b".0").unwrap_or(digits));
    } else {
        // `1e+16` says nothing that `1e16` does not.
        out.extend(digits.iter().filter(|&&byte| byte != b'+'));
    }
}

/// `x` as text of its own; the form is that of [`push_number`].
pub fn number_text(x: f64) -> String {
    let mut bytes = Vec::with_capacity(24);
    push_number(x, &mut bytes);
    bytes.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_print_as_promised() {
        for (x, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-42.0, "-42"),
            (0.1, "0.1"),
            (1e-5, "0.00001"),
            (9.5e-6, "9.5e-6"),
            (1e15, "1000000000000000"),
            (1e16, "1e16"),
            (123456789.125, "123456789.125"),
            // The double itself ends in 78125, exactly between ...7812 and ...7813: the even digit.
            (657269385708.7812, "657269385708.7812"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(number_text(x), text);
        }
    }

    proptest! {
        #[test]
        fn every_number_reads_back_to_its_bits(bits in any::<u64>()) {
            let x = f64::from_bits(bits);
            prop_assume!(!x.is_nan());
            let text = number_text(x);
            prop_assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(bits));
        }

        #[test]
        fn the_digits_are_the_shortest(x in -1e12f64..1e12) {
            let significant = |text: &str| {
                let mantissa = text.split('e').next().unwrap_or("");
                let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
                digits.trim_matches('0').len()
            };
            // The count and not the digits: of two shortest that are equally near, either reads back.
            prop_assert_eq!(significant(&number_text(x)), significant(&format!("{x:e}")));
        }
    }
}

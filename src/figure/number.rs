//! Numbers as a journal prints them: true minus signs, thin spaces between thousands, powers of ten raised.

/// The minus sign that is as wide as a plus.
pub const MINUS: char = '\u{2212}';

/// Space between groups of three figures.
const THIN_SPACE: char = '\u{2009}';

/// Ten to an integer power, correctly rounded.
pub fn power_of_ten(exponent: i32) -> f64 {
    // The standard library reads decimals exactly, which repeated multiplication would not give beyond 1e22.
    format!("1e{exponent}").parse().unwrap_or(f64::NAN)
}

/// The exponent of the decade in which `value` lies: 0 for 1 to just below 10. The value must not be 0.
pub fn decade(value: f64) -> i32 {
    // The shortest decimal tells the decade exactly, where a logarithm may be off by one at its edges.
    let text = format!("{:e}", value.abs());
    text.rsplit_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// A number with that many decimals.
pub fn fixed(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut out = String::new();
    let zero = plain.chars().all(|character| matches!(character, '0' | '.'));
    if value < 0.0 && !zero {
        out.push(MINUS);
    }
    for (index, figure) in whole.chars().enumerate() {
        if whole.len() > 4 && index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(THIN_SPACE);
        }
        out.push(figure);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// An integer in superscript figures.
pub fn superscript(value: i64) -> String {
    value
        .to_string()
        .chars()
        .map(|character| match character {
            '-' => '⁻',
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            _ => '⁹',
        })
        .collect()
}

/// A number with that many significant figures, as a power of ten where it would be long; trailing zeros go.
pub fn significant(value: f64, figures: usize) -> String {
    if value == 0.0 {
        return "0".to_string();
    }
    if !value.is_finite() {
        return if value.is_nan() {
            "–".to_string()
        } else if value > 0.0 {
            "∞".to_string()
        } else {
            format!("{MINUS}∞")
        };
    }
    let rounded: f64 = format!("{value:.*e}", figures.max(1) - 1).parse().unwrap_or(value);
    let exponent = decade(rounded);
    if !(-3..6).contains(&exponent) {
        let mantissa = rounded / power_of_ten(exponent);
        return format!("{}×10{}", trimmed(&fixed(mantissa, figures.max(1) - 1)), superscript(i64::from(exponent)));
    }
    let decimals = (figures as i32 - 1 - exponent).max(0) as usize;
    trimmed(&fixed(rounded, decimals))
}

/// Without zeros at the end of a fraction.
fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decades_are_exact_at_their_edges() {
        assert_eq!(decade(1.0), 0);
        assert_eq!(decade(1000.0), 3);
        assert_eq!(decade(999.999_999_999_999_9), 2);
        assert_eq!(decade(-0.001), -3);
        assert_eq!(power_of_ten(-3), 0.001);
        assert_eq!(power_of_ten(23), 1e23);
    }

    #[test]
    fn numbers_look_like_print() {
        assert_eq!(fixed(-1.5, 1), "−1.5");
        assert_eq!(fixed(-0.04, 1), "0.0");
        assert_eq!(fixed(9999.0, 0), "9999");
        assert_eq!(fixed(1_234_567.0, 0), "1\u{2009}234\u{2009}567");
        assert_eq!(superscript(-12), "⁻¹²");
        assert_eq!(significant(185.4, 3), "185");
        assert_eq!(significant(0.12345, 3), "0.123");
        assert_eq!(significant(0.5, 3), "0.5");
        assert_eq!(significant(999.9, 3), "1000");
        assert_eq!(significant(-2.5e7, 3), "−2.5×10⁷");
        assert_eq!(significant(1e-5, 3), "1×10⁻⁵");
        assert_eq!(significant(f64::NEG_INFINITY, 3), "−∞");
    }

    proptest! {
        #[test]
        fn significant_figures_keep_the_value(value in prop_oneof![-1e5..1e5_f64, -1.0..1.0_f64]) {
            let plain = significant(value, 4).replace(MINUS, "-").replace(THIN_SPACE, "");
            if let Ok(read) = plain.parse::<f64>() {
                prop_assert!((read - value).abs() <= 0.51e-3 * value.abs());
            }
        }
    }
}

//! Colors, and how well one is seen on another.
//!
//! Contrast is that of the Web Content Accessibility Guidelines 2.1 (WCAG), "relative luminance" and "contrast ratio".

use crate::numerics::elementary::pow;

/// A color in sRGB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

impl Rgb {
    /// The color as `#rrggbb`.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The color seen when this one, `opacity` opaque, lies on `ground`.
    pub fn over(self, ground: Rgb, opacity: f64) -> Rgb {
        mix(ground, self, opacity)
    }
}

/// The color a part `t` of the way from `a` to `b`, in sRGB.
pub fn mix(a: Rgb, b: Rgb, t: f64) -> Rgb {
    let between = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
    Rgb(between(a.0, b.0), between(a.1, b.1), between(a.2, b.2))
}

/// The color at `t` (0 to 1) along equally spaced stops.
pub fn along(stops: &[Rgb], t: f64) -> Rgb {
    let Some(last) = stops.len().checked_sub(1) else {
        return Rgb::default();
    };
    let place = t.clamp(0.0, 1.0) * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    mix(stops[below], stops[above], place - below as f64)
}

/// Relative luminance, from 0 (black) to 1 (white).
pub fn luminance(color: Rgb) -> f64 {
    let linear = |channel: u8| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { pow((value + 0.055) / 1.055, 2.4) }
    };
    0.2126 * linear(color.0) + 0.7152 * linear(color.1) + 0.0722 * linear(color.2)
}

/// Contrast ratio of two colors, from 1 (equal) to 21 (black on white).
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_on_white_is_21_and_the_order_does_not_matter() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        assert!((contrast(black, white) - 21.0).abs() < 1e-12);
        assert_eq!(contrast(black, white), contrast(white, black));
        assert_eq!(contrast(white, white), 1.0);
    }

    #[test]
    fn the_lightest_gray_that_reads_on_white_is_767676() {
        assert!(contrast(Rgb(0x76, 0x76, 0x76), Rgb(255, 255, 255)) >= 4.5);
        assert!(contrast(Rgb(0x77, 0x77, 0x77), Rgb(255, 255, 255)) < 4.5);
    }

    #[test]
    fn stops_are_met_exactly() {
        let stops = [Rgb(0, 0, 0), Rgb(100, 50, 0), Rgb(255, 255, 255)];
        assert_eq!(along(&stops, 0.0), stops[0]);
        assert_eq!(along(&stops, 0.5), stops[1]);
        assert_eq!(along(&stops, 1.0), stops[2]);
        assert_eq!(along(&stops, 0.25), Rgb(50, 25, 0));
    }
}

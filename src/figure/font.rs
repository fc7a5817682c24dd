//! The one typeface of every figure, embedded, and its measures.
//!
//! DejaVu Sans Condensed has Greek, sub- and superscripts and true minus signs, and its widths are close to those of
//! Arial, so that an SVG opened where DejaVu is missing keeps its layout.
//! Text is measured with the bytes that draw it; no font of the machine is ever looked up.

use std::sync::OnceLock;

use ab_glyph::{Font, FontRef};

/// Family name under which the embedded fonts are known to the drawing library and the exporters.
pub const FAMILY: &str = "DejaVu Sans";

/// What an SVG asks for, most wanted first.
pub const FAMILY_LIST: &str = "'DejaVu Sans Condensed','DejaVu Sans',Arial,Helvetica,sans-serif";

/// Height of capitals and figures above the baseline, in em.
pub const ASCENT: f64 = 0.74;

/// Depth of descenders below the baseline, in em.
pub const DESCENT: f64 = 0.2;

/// The cuts in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Face {
    /// Upright, normal weight.
    #[default]
    Regular,
    /// Bold, for titles.
    Bold,
}

impl Face {
    /// All cuts.
    pub const ALL: [Face; 2] = [Face::Regular, Face::Bold];

    /// The font file of the cut.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Face::Regular => dejavu::sans_condensed::regular(),
            Face::Bold => dejavu::sans_condensed::bold(),
        }
    }
}

/// The parsed cut; `None` only if the embedded file were damaged, which a test excludes.
fn parsed(face: Face) -> Option<&'static FontRef<'static>> {
    static FONTS: [OnceLock<Option<FontRef<'static>>>; 2] = [OnceLock::new(), OnceLock::new()];
    FONTS[face as usize].get_or_init(|| FontRef::try_from_slice(face.bytes()).ok()).as_ref()
}

/// Advance width of a line of text in pixels at a font size (em) in pixels, with kerning.
pub fn width(text: &str, face: Face, size: f64) -> f64 {
    let Some(font) = parsed(face) else {
        return 0.6 * size * text.chars().count() as f64;
    };
    let units = f64::from(font.units_per_em().unwrap_or(2048.0));
    let mut advance = 0.0;
    let mut previous = None;
    for character in text.chars() {
        let glyph = font.glyph_id(character);
        if let Some(previous) = previous {
            advance += f64::from(font.kern_unscaled(previous, glyph));
        }
        advance += f64::from(font.h_advance_unscaled(glyph));
        previous = Some(glyph);
    }
    advance / units * size
}

/// Whether every character of `text` has a glyph in the cut.
pub fn covers(text: &str, face: Face) -> bool {
    parsed(face).is_some_and(|font| text.chars().all(|character| font.glyph_id(character).0 != 0))
}

/// Breaks a text into lines no wider than `limit` pixels, at spaces; a word that is wider stands alone.
pub fn wrap(text: &str, face: Face, size: f64, limit: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_ascii_whitespace() {
            let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
            if !line.is_empty() && width(&longer, face, size) > limit {
                lines.push(std::mem::replace(&mut line, word.to_string()));
            } else {
                line = longer;
            }
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cut_has_the_letters_of_the_field() {
        let needed = "µαβγδκτΔΩ −–×·±≤≥→⊣°′⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉\u{2009}\u{202f}½%";
        for face in Face::ALL {
            let missing: String = needed.chars().filter(|character| !covers(&character.to_string(), face)).collect();
            assert_eq!(missing, "", "{face:?}");
        }
    }

    #[test]
    fn widths_grow_with_text_and_size() {
        let one = width("plasma", Face::Regular, 10.0);
        assert!((width("plasma", Face::Regular, 20.0) - 2.0 * one).abs() < 1e-9);
        assert!(width("plasma ", Face::Regular, 10.0) > one);
        assert!(width("plasma", Face::Bold, 10.0) > one);
    }

    #[test]
    fn wrapped_lines_fit_and_keep_every_word() {
        let text = "Ketamine in plasma, measured and modeled, after 0.5 mg/kg over 40 min";
        let lines = wrap(text, Face::Regular, 12.0, 120.0);
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| width(line, Face::Regular, 12.0) <= 120.0));
        assert_eq!(lines.join(" "), text);
    }
}

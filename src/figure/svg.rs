//! The display list as one SVG document: drawn by plotters, then finished.
//!
//! plotters rounds to whole pixels, so everything is drawn at ten times the size and scaled back by the viewBox.
//! Its SVG has no dashes, joins, title, description or metadata; those are added to its text afterwards. Each mark of
//! the list is one element of plotters' output, in the same order, which is what the finishing relies on and checks.

use std::sync::OnceLock;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontStyle, FontTransform, IntoFont, RGBAColor, ShapeStyle, TextStyle, register_font};

use super::color::Rgb;
use super::display::{Anchor, Animation, Item, Shape};
use super::error::FigureError;
use super::font::{self, Face};
use super::geometry::Place;

/// How much larger than shown everything is drawn.
pub(super) const FINENESS: f64 = 10.0;

/// plotters writes a font size divided by this, to go from its own idea of a font's height to the em.
const PLOTTERS_EM: f64 = 1.24;

/// What stands at the head of the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// Title for those who cannot see the figure.
    pub title: String,
    /// Description for those who cannot see the figure.
    pub description: String,
    /// Metadata as JSON.
    pub metadata: String,
}

/// Draws a display list.
///
/// # Errors
/// [`FigureError::Export`] if plotters refuses, or if it does not write one element per mark.
pub fn write(items: &[Item], head: &Head) -> Result<String, FigureError> {
    let drawn = draw(items, head)?;
    finish(&drawn, items, head)
}

fn failed(cause: impl ToString) -> FigureError {
    FigureError::Export { format: "SVG", cause: cause.to_string() }
}

/// Makes the embedded fonts known to plotters, once.
fn register_fonts() -> Result<(), FigureError> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let sound = *REGISTERED.get_or_init(|| {
        Face::ALL.iter().all(|&face| register_font(font::FAMILY, font_style(face), face.bytes()).is_ok())
    });
    if sound { Ok(()) } else { Err(failed("an embedded font is damaged")) }
}

fn font_style(face: Face) -> FontStyle {
    match face {
        Face::Regular => FontStyle::Normal,
        Face::Bold => FontStyle::Bold,
    }
}

fn pixel(value: f64) -> i32 {
    (value * FINENESS).round() as i32
}

fn place((x, y): Place) -> (i32, i32) {
    (pixel(x), pixel(y))
}

fn ink(color: Rgb, opacity: f64) -> RGBAColor {
    RGBAColor(color.0, color.1, color.2, opacity)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn draw(items: &[Item], head: &Head) -> Result<String, FigureError> {
    register_fonts()?;
    let size = (pixel(head.width).max(1) as u32, pixel(head.height).max(1) as u32);
    let mut buffer = String::with_capacity(64 * 1024);
    {
        let area = SVGBackend::with_string(&mut buffer, size).into_drawing_area();
        for item in items {
            draw_item(&area, item).map_err(failed)?;
        }
        area.present().map_err(failed)?;
    }
    Ok(buffer)
}

fn draw_item(area: &Area, item: &Item) -> Result<(), plotters::drawing::DrawingAreaErrorKind<std::io::Error>> {
    let color = ink(item.color, item.opacity);
    let filled = ShapeStyle::from(color).filled();
    match &item.shape {
        Shape::Line { points, width, .. } => {
            let stroke = ShapeStyle::from(color).stroke_width(pixel(*width).max(1) as u32);
            area.draw(&PathElement::new(points.iter().copied().map(place).collect::<Vec<_>>(), stroke))
        }
        Shape::Polygon { points } => {
            area.draw(&Polygon::new(points.iter().copied().map(place).collect::<Vec<_>>(), filled))
        }
        Shape::Rectangle { bounds } => {
            area.draw(&Rectangle::new([place((bounds.left, bounds.top)), place((bounds.right, bounds.bottom))], filled))
        }
        Shape::Disk { center, radius } => area.draw(&Circle::new(place(*center), pixel(*radius), filled)),
        Shape::Text { text, at, size, face, anchor, upwards } => {
            let transform = if *upwards { FontTransform::Rotate270 } else { FontTransform::None };
            let across = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let style = TextStyle::from(
                (font::FAMILY, size * FINENESS * PLOTTERS_EM, font_style(*face)).into_font().transform(transform),
            )
            .color(&color)
            .pos(Pos::new(across, VPos::Top));
            area.draw(&Text::new(text.as_str(), place(*at), style))
        }
    }
}

/// A number with at most one decimal.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_string).unwrap_or(text)
}

/// Text with the characters that XML reserves written as entities.
/// Text as XML can hold it: no control character but the line break is a character there.
fn escape(text: &str) -> String {
    let text = text.replace(|letter: char| letter.is_control() && letter != '\n', " ");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn finish(drawn: &str, items: &[Item], head: &Head) -> Result<String, FigureError> {
    let mut lines = drawn.lines();
    lines.next();
    let mut out = String::with_capacity(drawn.len() + 4096);
    out.push_str(&opening(head));
    let mut panel = None;
    for item in items {
        if item.panel != panel {
            if panel.is_some() {
                out.push_str("</g>\n");
            }
            if let Some(index) = item.panel {
                out.push_str(&format!("<g class=\"panel\" data-panel=\"{}\">\n", index + 1));
            }
            panel = item.panel;
        }
        let tag = lines.next().ok_or_else(|| failed("an element is missing"))?;
        match &item.shape {
            Shape::Text { size, at, upwards, .. } => {
                let words = lines.next().ok_or_else(|| failed("the words of a text are missing"))?;
                lines.next();
                out.push_str(&finish_text(tag, words, *size, *at, *upwards, item.animation.as_ref())?);
            }
            shape => out.push_str(&finish_shape(tag, shape, item.animation.as_ref())?),
        }
        out.push('\n');
    }
    if panel.is_some() {
        out.push_str("</g>\n");
    }
    match lines.next() {
        Some("</svg>") => {
            out.push_str("</svg>\n");
            Ok(out)
        }
        other => Err(failed(format!("an element too many: {}", other.unwrap_or("(nothing)")))),
    }
}

fn opening(head: &Head) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-label=\"{}\" font-family=\"{}\" font-stretch=\"condensed\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <metadata>{}</metadata>\n",
        short(head.width),
        short(head.height),
        pixel(head.width),
        pixel(head.height),
        escape(&head.title),
        font::FAMILY_LIST,
        escape(&head.title),
        escape(&head.description),
        escape(&head.metadata),
    )
}

/// The attributes of a tag as plotters wrote them, in order.
fn attributes(tag: &str) -> Option<(&str, Vec<(&str, &str)>)> {
    let inner = tag.strip_prefix('<')?.trim_end_matches('>').trim_end_matches('/');
    let (name, mut rest) = inner.split_once(' ').unwrap_or((inner, ""));
    let mut found = Vec::new();
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"')?;
        found.push((key.trim(), value));
        rest = after;
    }
    Some((name, found))
}

fn start(tag: &str, dropped: &[&str]) -> Result<(String, String), FigureError> {
    let (name, found) = attributes(tag).ok_or_else(|| failed(format!("an element that cannot be read: {tag}")))?;
    let mut out = format!("<{name}");
    for (key, value) in found {
        let redundant = (key == "opacity" && value == "1") || (key == "stroke" && value == "none");
        if !redundant && !dropped.contains(&key) {
            out.push_str(&format!(" {key}=\"{}\"", value.trim_end()));
        }
    }
    Ok((name.to_string(), out))
}

fn finish_shape(tag: &str, shape: &Shape, animation: Option<&Animation>) -> Result<String, FigureError> {
    let dropped: &[&str] = match shape {
        Shape::Disk { .. } => &["stroke-width"],
        _ => &[],
    };
    let (name, mut out) = start(tag, dropped)?;
    match shape {
        Shape::Line { dashes, points, .. } => {
            if !dashes.is_empty() {
                let lengths: Vec<String> = dashes.iter().map(|length| short(length * FINENESS)).collect();
                out.push_str(&format!(" stroke-dasharray=\"{}\"", lengths.join(" ")));
            }
            if points.len() > 2 {
                out.push_str(" stroke-linejoin=\"round\"");
            }
        }
        // Neighboring cells must not show a seam of half-covered pixels.
        Shape::Rectangle { .. } => out.push_str(" shape-rendering=\"crispEdges\""),
        _ => {}
    }
    Ok(close(&name, out, "", animation))
}

fn finish_text(
    tag: &str,
    words: &str,
    size: f64,
    at: Place,
    upwards: bool,
    animation: Option<&Animation>,
) -> Result<String, FigureError> {
    // The place is the baseline's, so plotters' shift (`dy`) goes; family and size are written once and exactly.
    let (name, mut out) = start(tag, &["dy", "font-family", "font-size", "transform"])?;
    out = out.replace(" text-anchor=\"start\"", "");
    out.push_str(&format!(" font-size=\"{}\"", short(size * FINENESS)));
    if upwards {
        out.push_str(&format!(" transform=\"rotate(-90 {} {})\"", pixel(at.0), pixel(at.1)));
    }
    Ok(close(&name, out, words, animation))
}

fn close(name: &str, mut out: String, inner: &str, animation: Option<&Animation>) -> String {
    match animation {
        None if inner.is_empty() => out.push_str("/>"),
        None => out.push_str(&format!(">{inner}</{name}>")),
        Some(change) => {
            let mode = if change.steps { "discrete" } else { "linear" };
            out.push_str(&format!(
                ">{inner}<animate attributeName=\"{}\" values=\"{}\" dur=\"{}s\" calcMode=\"{mode}\" \
                 repeatCount=\"indefinite\"/></{name}>",
                change.attribute,
                change.values.join(";"),
                short(change.seconds),
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::display::{DisplayList, Role, TextStyle};
    use super::super::geometry::Bounds;
    use super::*;

    fn sample() -> DisplayList {
        let black = Rgb(0, 0, 0);
        let mut list = DisplayList::default();
        list.rectangle(Role::Ground, Bounds::new(0.0, 0.0, 100.0, 50.0), Rgb(255, 255, 255), 1.0);
        list.panel = Some(0);
        list.dashed(Role::Curve, vec![(1.0, 2.0), (3.04, 4.0), (5.0, 6.0)], 1.5, black, vec![4.0, 2.25]);
        list.disk(Role::Point, (10.0, 10.0), 2.0, black);
        list.polygon(Role::Node, vec![(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)], black, 0.5);
        let style = TextStyle { size: 10.0, face: Face::Bold, color: black, anchor: Anchor::Middle };
        list.text_upwards(Role::Title, "a < b & \"c\"", (20.0, 30.0), style);
        list
    }

    #[test]
    fn a_document_reads_as_written() {
        let head = Head {
            width: 100.0,
            height: 50.0,
            title: "T".into(),
            description: "D".into(),
            metadata: "{\"a\":1}".into(),
        };
        insta::assert_snapshot!(write(&sample().items, &head).unwrap());
    }

    #[test]
    fn a_missing_element_is_an_error() {
        let list = sample();
        let head = Head { width: 100.0, height: 50.0, ..Head::default() };
        let drawn = draw(&list.items[1..], &head).unwrap();
        assert!(finish(&drawn, &list.items, &head).is_err());
        let drawn = draw(&list.items, &head).unwrap();
        assert!(finish(&drawn, &list.items[1..], &head).is_err());
    }
}

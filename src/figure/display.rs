//! The display list: every mark of a figure with its place, size, color and reason.
//!
//! This is the layout. Exporters only draw it and tests read it; nothing is placed after it has been made.
//! It must never know a file format.

use super::color::Rgb;
use super::font::{self, Face};
use super::geometry::{Bounds, Place};

/// Which end of a text stands at its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins there.
    #[default]
    Start,
    /// The text is centered there.
    Middle,
    /// The text ends there.
    End,
}

/// Why a mark is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ground of the figure.
    Ground,
    /// Shaded range.
    Band,
    /// Grid line or hairline.
    Grid,
    /// Axis line, tick, frame, or break mark.
    Frame,
    /// Area between two curves.
    Ribbon,
    /// Line at one value.
    Threshold,
    /// Curve.
    Curve,
    /// Marker of a curve or a published point.
    Point,
    /// Range of a published point.
    Range,
    /// Dose in the strip.
    Dose,
    /// Cell of a heat map or step of its color bar.
    Cell,
    /// Node of the cascade.
    Node,
    /// Arrow of the cascade or of a direction field.
    Arrow,
    /// Line from words to what they name.
    Leader,
    /// Sample of a style in a legend.
    Sample,
    /// Title.
    Title,
    /// Subtitle.
    Subtitle,
    /// Title or letter of a panel.
    PanelTitle,
    /// Number or unit at a tick.
    TickLabel,
    /// Name of an axis.
    AxisLabel,
    /// Name of a curve.
    CurveLabel,
    /// Name of a band or threshold, or an annotation.
    Note,
    /// Number of a source.
    Citation,
    /// Dose in words.
    DoseLabel,
    /// Name of a node.
    NodeLabel,
    /// Entry of a legend.
    Legend,
    /// Cell of a table of text.
    Table,
    /// Caption, sources and footer.
    Footer,
}

/// The form of a mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A line of text.
    Text {
        /// The words.
        text: String,
        /// Where the baseline has its anchor.
        at: Place,
        /// Font size (em).
        size: f64,
        /// Cut.
        face: Face,
        /// Which end stands at the place.
        anchor: Anchor,
        /// Reads upwards instead of to the right.
        upwards: bool,
    },
    /// A stroke through places.
    Line {
        /// The places.
        points: Vec<Place>,
        /// Width.
        width: f64,
        /// Lengths of dashes and gaps in turn; empty for a solid line.
        dashes: Vec<f64>,
    },
    /// A filled polygon.
    Polygon {
        /// The corners.
        points: Vec<Place>,
    },
    /// A filled rectangle.
    Rectangle {
        /// Its edges.
        bounds: Bounds,
    },
    /// A filled circle.
    Disk {
        /// Middle.
        center: Place,
        /// Radius.
        radius: f64,
    },
}

/// A change of a mark's color or opacity over the length of an animation.
#[derive(Clone, Debug, PartialEq)]
pub struct Animation {
    /// The attribute of the SVG element that changes.
    pub attribute: &'static str,
    /// Its values, one a frame, equally spaced.
    pub values: Vec<String>,
    /// Length of one round, in seconds.
    pub seconds: f64,
    /// Jump from value to value instead of gliding.
    pub steps: bool,
}

/// One mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Why it is there.
    pub role: Role,
    /// The panel it belongs to.
    pub panel: Option<usize>,
    /// The series it is or names.
    pub series: Option<usize>,
    /// Its form.
    pub shape: Shape,
    /// Its color.
    pub color: Rgb,
    /// Its opacity.
    pub opacity: f64,
    /// The smallest rectangle around it, without the width of its stroke.
    pub bounds: Bounds,
    /// How it changes in an animated figure.
    pub animation: Option<Animation>,
}

impl Item {
    /// Whether the mark is a text.
    pub fn is_text(&self) -> bool {
        matches!(self.shape, Shape::Text { .. })
    }

    /// The words of a text; empty for other marks.
    pub fn text(&self) -> &str {
        match &self.shape {
            Shape::Text { text, .. } => text,
            _ => "",
        }
    }
}

/// How a text is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextStyle {
    /// Font size (em) in pixels.
    pub size: f64,
    /// Cut.
    pub face: Face,
    /// Color.
    pub color: Rgb,
    /// Which end stands at the place.
    pub anchor: Anchor,
}

/// The marks of a figure in the order in which they are drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DisplayList {
    /// The marks.
    pub items: Vec<Item>,
    /// The panel that marks are being added for.
    pub panel: Option<usize>,
    /// The series that marks are being added for.
    pub series: Option<usize>,
}

/// The rectangle that a text covers: capitals above, descenders below the baseline.
pub fn text_bounds(text: &str, at: Place, size: f64, face: Face, anchor: Anchor, upwards: bool) -> Bounds {
    let width = font::width(text, face, size);
    let before = match anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5 * width,
        Anchor::End => width,
    };
    let (above, below) = (font::ASCENT * size, font::DESCENT * size);
    if upwards {
        Bounds::new(at.0 - above, at.1 + before - width, at.0 + below, at.1 + before)
    } else {
        Bounds::new(at.0 - before, at.1 - above, at.0 - before + width, at.1 + below)
    }
}

impl DisplayList {
    /// Adds a mark of any form.
    pub fn push(&mut self, role: Role, shape: Shape, color: Rgb, opacity: f64) {
        let bounds = match &shape {
            Shape::Text { text, at, size, face, anchor, upwards } => {
                text_bounds(text, *at, *size, *face, *anchor, *upwards)
            }
            Shape::Line { points, .. } | Shape::Polygon { points } => Bounds::around(points),
            Shape::Rectangle { bounds } => *bounds,
            Shape::Disk { center, radius } => Bounds::new(center.0, center.1, center.0, center.1).grown(*radius),
        };
        self.items.push(Item {
            role,
            panel: self.panel,
            series: self.series,
            shape,
            color,
            opacity,
            bounds,
            animation: None,
        });
    }

    /// Adds a text with its baseline at `at`; an empty text adds nothing.
    pub fn text(&mut self, role: Role, text: &str, at: Place, style: TextStyle) {
        self.set_text(role, text, at, style, false);
    }

    /// Adds a text that reads upwards.
    pub fn text_upwards(&mut self, role: Role, text: &str, at: Place, style: TextStyle) {
        self.set_text(role, text, at, style, true);
    }

    fn set_text(&mut self, role: Role, text: &str, at: Place, style: TextStyle, upwards: bool) {
        if text.trim().is_empty() {
            return;
        }
        let shape = Shape::Text {
            // Of a line break or another control character no font has a shape.
            text: text.replace(char::is_control, " "),
            at,
            size: style.size,
            face: style.face,
            anchor: style.anchor,
            upwards,
        };
        self.push(role, shape, style.color, 1.0);
    }

    /// Adds a solid line.
    pub fn line(&mut self, role: Role, points: Vec<Place>, width: f64, color: Rgb) {
        self.dashed(role, points, width, color, Vec::new());
    }

    /// Adds a line with a dash pattern; fewer than two places add nothing.
    pub fn dashed(&mut self, role: Role, points: Vec<Place>, width: f64, color: Rgb, dashes: Vec<f64>) {
        if points.len() >= 2 && width > 0.0 {
            let shape = Shape::Line { points, width, dashes };
            self.push(role, shape, color, 1.0);
        }
    }

    /// Adds a filled rectangle.
    pub fn rectangle(&mut self, role: Role, bounds: Bounds, color: Rgb, opacity: f64) {
        self.push(role, Shape::Rectangle { bounds }, color, opacity);
    }

    /// Adds a filled polygon; fewer than three corners add nothing.
    pub fn polygon(&mut self, role: Role, points: Vec<Place>, color: Rgb, opacity: f64) {
        if points.len() >= 3 {
            self.push(role, Shape::Polygon { points }, color, opacity);
        }
    }

    /// Adds a filled circle.
    pub fn disk(&mut self, role: Role, center: Place, radius: f64, color: Rgb) {
        self.push(role, Shape::Disk { center, radius }, color, 1.0);
    }
}

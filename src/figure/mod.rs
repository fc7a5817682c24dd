//! Floor 6: figures, from plain data to SVG, PNG and PDF.
//!
//! A caller fills a [`scene::FigureData`]; everything after that is layout and ink.
//! Only [`compose`] and its likes, which fill one from a model's figure, know models and results.
//! It must never run a solver, read the clock, print, or touch files.

mod axis;
mod cascade;
pub mod checks;
pub mod color;
pub mod compose;
pub mod compose_cascade;
pub mod compose_evidence;
pub mod compose_population;
pub mod compose_sweep;
mod contour;
mod description;
pub mod display;
pub mod error;
mod evidence;
mod export;
pub mod film;
pub mod font;
mod frame;
pub mod geometry;
mod grid;
mod heat;
mod labels;
mod layers;
mod layout;
mod legend;
mod marks;
pub mod number;
mod paragraphs;
mod pdf;
mod plot;
mod polyline;
pub mod scene;
mod strip;
mod svg;
pub mod theme;
pub mod ticks;
pub mod work_precision;

pub use error::FigureError;

use display::Item;
use scene::FigureData;
use svg::Head;
use theme::Theme;

/// A figure laid out and drawn: one SVG, from which the other formats are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    head: Head,
    items: Vec<Item>,
    svg: String,
}

/// Lays out a figure and draws it.
///
/// # Errors
/// [`FigureError`] names the panel and axis that cannot be drawn, and why.
pub fn draw(figure: &FigureData) -> Result<Layout, FigureError> {
    let theme = Theme::named(figure.theme);
    let page = layout::lay_out(figure, &theme)?;
    let head = Head {
        width: page.width,
        height: page.height,
        title: description::title(figure),
        description: description::words(figure),
        metadata: description::metadata(&figure.metadata),
    };
    let svg = svg::write(&page.list.items, &head)?;
    Ok(Layout { head, items: page.list.items, svg })
}

impl Layout {
    /// Width in CSS pixels.
    pub fn width(&self) -> f64 {
        self.head.width
    }

    /// Height in CSS pixels.
    pub fn height(&self) -> f64 {
        self.head.height
    }

    /// Every mark with its place, in drawing order.
    pub fn display_list(&self) -> &[Item] {
        &self.items
    }

    /// The figure as an SVG document.
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// The figure as PNG, `width` pixels wide.
    ///
    /// # Errors
    /// [`FigureError::Export`] if the image is too large.
    pub fn png(&self, width: u32) -> Result<Vec<u8>, FigureError> {
        export::png(&self.svg, width, &self.head.title, &self.head.metadata)
    }

    /// The figure as PNG with `scale` pixels to a CSS pixel: 2 for a sharp slide, 300/96 for print at 300 dpi.
    ///
    /// # Errors
    /// [`FigureError::Export`] if the image is too large.
    pub fn png_scaled(&self, scale: f64) -> Result<Vec<u8>, FigureError> {
        self.png((self.head.width * scale).round().clamp(1.0, 60_000.0) as u32)
    }

    /// The figure as a one-page PDF in its own size, with selectable text.
    ///
    /// # Errors
    /// [`FigureError::Export`] if a library refuses.
    pub fn pdf(&self) -> Result<Vec<u8>, FigureError> {
        export::pdf(&self.svg, &self.head.title, &self.head.description, &self.head.metadata)
    }
}

#[cfg(test)]
mod tests;

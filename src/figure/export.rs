//! The SVG as pixels and as a page: PNG by resvg, PDF with selectable text by svg2pdf.
//!
//! Both see the embedded fonts only, write no date and no machine's name, and carry the figure's metadata, so that
//! equal figures are equal bytes everywhere.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::error::FigureError;
use super::font::{self, Face};
use super::pdf::{self, Sheet};

/// The embedded fonts as the exporters want them.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    FONTS
        .get_or_init(|| {
            let mut database = fontdb::Database::new();
            for face in Face::ALL {
                database.load_font_source(fontdb::Source::Binary(Arc::new(face.bytes())));
            }
            Arc::new(database)
        })
        .clone()
}

/// Reads an SVG that [`super::svg::write`] made.
pub(super) fn parse(svg: &str, format: &'static str) -> Result<Tree, FigureError> {
    let options = Options { fontdb: fonts(), font_family: font::FAMILY.to_string(), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|error| FigureError::Export { format, cause: error.to_string() })
}

/// Pixels of an SVG, `width` pixels wide, four bytes a pixel; the figure's ground is opaque.
pub(super) fn rasterize(tree: &Tree, width: u32, format: &'static str) -> Result<Pixmap, FigureError> {
    let size = tree.size();
    let scale = width as f32 / size.width();
    let height = (size.height() * scale).round().max(1.0) as u32;
    let mut pixmap = Pixmap::new(width.max(1), height).ok_or_else(|| FigureError::Export {
        format,
        cause: format!("an image of {width} by {height} pixels is too large"),
    })?;
    resvg::render(tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap)
}

/// An SVG as PNG, `width` pixels wide, with the metadata as text under `kascade`.
///
/// # Errors
/// [`FigureError::Export`] if the image is too large or a library refuses.
pub fn png(svg: &str, width: u32, title: &str, metadata: &str) -> Result<Vec<u8>, FigureError> {
    let failed = |error: png::EncodingError| FigureError::Export { format: "PNG", cause: error.to_string() };
    let tree = parse(svg, "PNG")?;
    let dots_per_meter = width as f32 / tree.size().width() * 96.0 / 0.0254;
    let pixmap = rasterize(&tree, width, "PNG")?;
    let colors: Vec<u8> = pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut bytes = Vec::with_capacity(colors.len() / 8);
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: dots_per_meter.round() as u32,
        yppu: dots_per_meter.round() as u32,
        unit: png::Unit::Meter,
    }));
    encoder.add_itxt_chunk("Title".to_string(), title.to_string()).map_err(failed)?;
    encoder.add_itxt_chunk("kascade".to_string(), metadata.to_string()).map_err(failed)?;
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(&colors).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

/// An SVG as a page of PDF in its own size, with selectable text and the metadata as the document's keywords.
///
/// # Errors
/// [`FigureError::Export`] if a library refuses.
pub fn pdf(svg: &str, title: &str, description: &str, metadata: &str) -> Result<Vec<u8>, FigureError> {
    let failed = |cause: String| FigureError::Export { format: "PDF", cause };
    let tree = parse(svg, "PDF")?;
    let (objects, drawing) =
        svg2pdf::to_chunk(&tree, svg2pdf::ConversionOptions::default()).map_err(|error| failed(error.to_string()))?;
    // CSS pixels are 1/96 inch, points 1/72.
    let sheet = Sheet {
        width: f64::from(tree.size().width()) * 0.75,
        height: f64::from(tree.size().height()) * 0.75,
        title,
        description,
        metadata,
    };
    pdf::write(&sheet, objects.as_bytes(), i64::from(drawing.get()))
        .ok_or_else(|| failed("the objects of the drawing cannot be read".to_string()))
}

//! Pictures of pages, drawn from the bytes of a letter's file by a reader that shares nothing with our writer.

use crate::error::{Error, Result};
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use std::sync::Arc;

/// Pixels of a point: a page is 918 pixels wide, sharp enough to read its footer.
const SCALE: f32 = 1.5;

/// Draws the pages of a letter's file, from 0, as PNG; a page that does not exist is left out.
///
/// # Errors
/// A bug of ours when the file cannot be read or drawn.
pub fn pictures(pdf: &[u8], pages: impl IntoIterator<Item = usize>) -> Result<Vec<Vec<u8>>> {
    let file = Pdf::new(Arc::new(pdf.to_vec())).map_err(|_| Error::bug("a proof cannot be read to be drawn"))?;
    let cache = RenderCache::new();
    let pixmap = PixmapSettings { x_scale: SCALE, y_scale: SCALE, bg_color: WHITE };
    let pages = pages.into_iter().filter_map(|page| file.pages().get(page));
    let draw = |page| hayro::render(page, &cache, &InterpreterSettings::default(), &RenderSettings::default(), &pixmap);
    pages.map(|page| png(&draw(page))).collect()
}

/// A picture as PNG: grey when nothing in it has a colour, as letters have none but for a logo.
fn png(pixmap: &Pixmap) -> Result<Vec<u8>> {
    let pixels = pixmap.data_as_u8_slice();
    let is_grey = pixels.chunks_exact(4).all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    let (colour, bytes): (png::ColorType, Vec<u8>) = if is_grey {
        (png::ColorType::Grayscale, pixels.chunks_exact(4).map(|pixel| pixel[0]).collect())
    } else {
        (png::ColorType::Rgb, pixels.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
    };
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, u32::from(pixmap.width()), u32::from(pixmap.height()));
    encoder.set_color(colour);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&bytes));
    written.map_err(|_| Error::bug("a picture of a page cannot be written"))?;
    Ok(out)
}

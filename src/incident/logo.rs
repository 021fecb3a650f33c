//! A provider's logo: a PNG file below the incident folder -> the grey pixels that a black press prints.

use super::check::file_fault;
use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::{Cursor, Read as _};
use std::path::{Component, Path};
use std::sync::Arc;

/// Largest file: a logo of a few square inches needs far less.
const MOST_BYTES: u64 = 2 * 1024 * 1024;
/// Longest side in pixels.
const MOST_PIXELS: u32 = 4000;
/// Dots that presses print to an inch: more would only make every letter heavier.
const FINEST: u32 = 600;
/// Dots to an inch below which edges look like stairs.
const COARSEST: f32 = 150.0;
/// A pixel lighter than this is paper.
const PAPER: u8 = 230;

/// A logo as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Name of the file below the incident folder, with `/` between folders.
    pub file: String,
    /// What it shows, in words, for those who cannot see it; never empty.
    pub alt: Arc<str>,
    /// One copy for all providers of the same file.
    pub picture: Arc<Picture>,
}

/// Grey pixels; what was transparent is paper.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// A byte a pixel, row by row from the top: 0 is black, 255 paper.
    pub grey: Vec<u8>,
    /// SHA-256 of the file that it came from: what a seal binds.
    pub sha256: [u8; 32],
}

impl Logo {
    /// Inches at which a logo is printed at most, across and down.
    pub const ROOM: (f32, f32) = (2.08, 1.0);
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture").field("width", &self.width).field("height", &self.height).finish_non_exhaustive()
    }
}

/// What is wrong with a file that is to be a logo.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LogoFault {
    pub(super) code: &'static str,
    pub(super) reason: String,
    pub(super) hint: String,
}

fn fault(code: &'static str, reason: impl Into<String>, hint: impl Into<String>) -> LogoFault {
    LogoFault { code, reason: reason.into(), hint: hint.into() }
}

const EXPORT: &str = "export the logo as a PNG file again";

/// The file's name with `/` between folders, once it has been seen to lie below the folder.
///
/// # Errors
/// Outside of the folder, or not there.
pub(super) fn locate(folder: &Path, named: &str) -> Result<String, LogoFault> {
    let outside = || {
        let hint = "copy it into the incident folder and name it with `/` between folders, without `..`, `\\` and `:`";
        fault("outside-folder", format!("`{named}` is not inside the incident folder"), hint)
    };
    if named.contains(['\\', ':']) {
        return Err(outside());
    }
    if let Some((code, reason, hint)) = file_fault(folder, named) {
        return Err(fault(code, reason, hint));
    }
    let unreadable = |error: std::io::Error| fault("unreadable-file", format!("`{named}` cannot be read: {}", error.kind()), EXPORT);
    // A link could lead out of the folder, past all that is sealed.
    let real = fs_err::canonicalize(folder.join(named)).map_err(unreadable)?;
    if !real.starts_with(fs_err::canonicalize(folder).map_err(unreadable)?) {
        return Err(outside());
    }
    let parts = Path::new(named).components().filter_map(|part| if let Component::Normal(part) = part { part.to_str() } else { None });
    Ok(parts.collect::<Vec<_>>().join("/"))
}

/// Reads a file that [`locate`] found.
///
/// # Errors
/// No PNG, too large, or nothing that a press would print.
pub(super) fn read(folder: &Path, file: &str) -> Result<Picture, LogoFault> {
    let path = folder.join(file);
    let unreadable = |error: std::io::Error| fault("unreadable-file", format!("`{file}` cannot be read: {}", error.kind()), EXPORT);
    let opened = fs_err::File::open(&path).map_err(unreadable)?;
    if !opened.metadata().map_err(unreadable)?.is_file() {
        return Err(fault("not-png", format!("`{file}` is no file"), "name a PNG file"));
    }
    let mut bytes = Vec::new();
    opened.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        let reason = format!("`{file}` is larger than {} MB", MOST_BYTES / 1024 / 1024);
        return Err(fault("logo-too-large", reason, "export it at 1200 pixels across: it is printed 2 inches wide"));
    }
    decode(file, &bytes)
}

fn decode(file: &str, bytes: &[u8]) -> Result<Picture, LogoFault> {
    let broken = |error: png::DecodingError| {
        let is_format = matches!(error, png::DecodingError::Format(_)) && !bytes.starts_with(b"\x89PNG\r\n\x1a\n");
        let reason = if is_format { "is no PNG file" } else { "is a damaged PNG file, or cut off" };
        fault("not-png", format!("`{file}` {reason}"), EXPORT)
    };
    let most = MOST_PIXELS as usize;
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: most * most * 4 + 1024 * 1024 });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(broken)?;
    let (width, height) = reader.info().size();
    if width > MOST_PIXELS || height > MOST_PIXELS {
        let reason = format!("`{file}` has {width} x {height} pixels, more than {MOST_PIXELS} on a side");
        return Err(fault("logo-too-large", reason, "export it at 1200 pixels across: it is printed 2 inches wide"));
    }
    let too_large = || fault("logo-too-large", format!("`{file}` needs too much memory"), EXPORT);
    let mut samples = vec![0; reader.output_buffer_size().ok_or_else(too_large)?];
    let frame = reader.next_frame(&mut samples).map_err(broken)?;
    samples.truncate(frame.buffer_size());
    let grey = match (frame.color_type, frame.bit_depth) {
        (ColorType::Grayscale, BitDepth::Eight) => samples,
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => samples.chunks_exact(2).map(|p| on_paper(p[0], p[1])).collect(),
        (ColorType::Rgb, BitDepth::Eight) => samples.chunks_exact(3).map(|p| luma(p[0], p[1], p[2])).collect(),
        (ColorType::Rgba, BitDepth::Eight) => samples.chunks_exact(4).map(|p| on_paper(luma(p[0], p[1], p[2]), p[3])).collect(),
        // Palettes and other depths are expanded to these by the decoder.
        _ => return Err(fault("not-png", format!("`{file}` has colours of a kind that is not known"), EXPORT)),
    };
    if grey.iter().all(|pixel| *pixel > PAPER) {
        let reason = format!("`{file}` is white or transparent all over: nothing of it would be printed");
        return Err(fault("logo-blank", reason, "take the logo that is meant for white paper"));
    }
    let (width, height, grey) = reduced(width, height, grey);
    Ok(Picture { width, height, grey, sha256: Sha256::digest(bytes).into() })
}

/// What is printed well enough but could be better.
pub(super) fn doubt(file: &str, picture: &Picture) -> Option<LogoFault> {
    let dots = (picture.width as f32 / Logo::ROOM.0).max(picture.height as f32 / Logo::ROOM.1);
    let reason = format!("`{file}` has only {} x {} pixels: its edges look like stairs in print", picture.width, picture.height);
    let hint = "export it at 1200 pixels across: it is printed 2 inches wide";
    (dots < COARSEST).then(|| fault("logo-coarse", reason, hint))
}

/// Luma of ITU-R BT.709 from coded red, green and blue.
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 2126 * u32::from(red) + 7152 * u32::from(green) + 722 * u32::from(blue);
    ((sum + 5000) / 10_000) as u8
}

/// A pixel of some opacity on white paper.
fn on_paper(grey: u8, alpha: u8) -> u8 {
    let alpha = u32::from(alpha);
    ((u32::from(grey) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// The means of squares of pixels, as large as leaves at least half of what the finest press prints.
fn reduced(width: u32, height: u32, grey: Vec<u8>) -> (u32, u32, Vec<u8>) {
    let most = |inches: f32| (inches * FINEST as f32).round() as u32;
    let side = width.div_ceil(most(Logo::ROOM.0)).max(height.div_ceil(most(Logo::ROOM.1))).max(1);
    if side == 1 {
        return (width, height, grey);
    }
    let (across, down) = (width.div_ceil(side), height.div_ceil(side));
    let mut means = Vec::with_capacity((across * down) as usize);
    for y in 0..down {
        for x in 0..across {
            let rows = y * side..((y + 1) * side).min(height);
            let columns = x * side..((x + 1) * side).min(width);
            let count = rows.len() as u32 * columns.len() as u32;
            let row = |row: u32| &grey[(row * width + columns.start) as usize..(row * width + columns.end) as usize];
            let sum: u32 = rows.map(|at| row(at).iter().map(|pixel| u32::from(*pixel)).sum::<u32>()).sum();
            means.push(((sum + count / 2) / count) as u8);
        }
    }
    (across, down, means)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, color: ColorType, samples: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(color);
        encoder.set_depth(BitDepth::Eight);
        encoder.write_header().unwrap().write_image_data(samples).unwrap();
        bytes
    }

    #[test]
    fn colours_become_grey_and_transparency_paper() {
        let rgba = [0, 0, 0, 255, 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 128];
        let picture = decode("l.png", &png(6, 1, ColorType::Rgba, &rgba)).unwrap();
        assert_eq!((picture.width, picture.height, picture.grey.as_slice()), (6, 1, &[0, 54, 182, 18, 255, 127][..]));
        let rgb = decode("l.png", &png(2, 1, ColorType::Rgb, &[1, 2, 3, 255, 255, 255])).unwrap();
        assert_eq!(rgb.grey, [2, 255]);
        assert_eq!(decode("l.png", &png(2, 1, ColorType::GrayscaleAlpha, &[9, 255, 9, 0])).unwrap().grey, [9, 255]);
        // A palette whose second entry is transparent, one bit a pixel.
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, 4, 1);
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(BitDepth::One);
        encoder.set_palette(vec![10, 10, 10, 0, 0, 0]);
        encoder.set_trns(vec![255, 0]);
        encoder.write_header().unwrap().write_image_data(&[0b0100_0000]).unwrap();
        assert_eq!(decode("l.png", &bytes).unwrap().grey, [10, 255, 10, 10]);
    }

    #[test]
    fn finer_than_a_press_is_reduced_to_means() {
        let (width, height) = (2497, 3);
        let column = |x: u32| if x.is_multiple_of(3) { 0 } else { 150 };
        let samples: Vec<u8> = (0..width * height).map(|at| column(at % width)).collect();
        let picture = decode("l.png", &png(width, height, ColorType::Grayscale, &samples)).unwrap();
        // Squares of three: 832 whole ones, and a last column that is one pixel wide.
        assert_eq!((picture.width, picture.height), (833, 1));
        assert!(picture.grey[..832].iter().all(|pixel| *pixel == 100), "{:?}", &picture.grey[..4]);
        assert_eq!(picture.grey[832], 0);
        assert_eq!(doubt("l.png", &picture), None);
    }

    #[test]
    fn what_cannot_be_printed_is_refused() {
        let code = |bytes: &[u8]| decode("l.png", bytes).unwrap_err().code;
        let good = png(2, 2, ColorType::Grayscale, &[0, 255, 255, 0]);
        assert_eq!(code(b"GIF89a and so on"), "not-png");
        assert_eq!(code(b""), "not-png");
        (1..good.len() - 12).for_each(|length| assert_eq!(code(&good[..length]), "not-png", "{length} bytes"));
        assert_eq!(code(&png(2, 2, ColorType::Grayscale, &[255, 231, 255, 255])), "logo-blank");
        assert_eq!(code(&png(2, 1, ColorType::GrayscaleAlpha, &[0, 0, 0, 20])), "logo-blank");
        assert_eq!(code(&png(4001, 1, ColorType::Grayscale, &[0; 4001])), "logo-too-large");
        let small = decode("l.png", &good).unwrap();
        assert_eq!(doubt("l.png", &small).unwrap().code, "logo-coarse");
    }
}

//! A folder of font files -> their bytes, each judged before it is used.

use crate::error::{Error, Finding, Place, Result};
use skrifa::attribute::{Style, Weight};
use skrifa::raw::{FileRef, TableProvider as _};
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};
use std::path::Path;

/// A font file of the folder.
pub(super) struct FontFile {
    /// File name.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// File names that are read, by their ending.
const ENDINGS: [&str; 4] = [".ttf", ".otf", ".ttc", ".otc"];
/// Where to get fonts from, said wherever one is missing.
const HINT: &str = "put static TrueType or OpenType fonts there, such as those of Debian's packages fonts-noto-core and fonts-noto-cjk";

/// Reads every font file of a folder in name order.
pub(super) fn read(folder: &Path, shown: &str) -> Result<Vec<FontFile>> {
    let mut names = Vec::new();
    let unreadable = |error: std::io::Error| Error::unreadable(folder, &error);
    if !folder.is_dir() {
        return Err(Error::refused(
            "font-unusable",
            Place::file(shown),
            "this is no folder",
            "name a folder of font files, or take `fonts` out",
        ));
    }
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let lower = name.to_ascii_lowercase();
        if path.is_file() && !name.starts_with('.') && ENDINGS.iter().any(|ending| lower.ends_with(ending)) {
            names.push(name);
        }
    }
    names.sort_unstable();
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for name in names {
        let path = folder.join(&name);
        let bytes = fs_err::read(&path).map_err(|error| Error::unreadable(&path, &error))?;
        match fault(&bytes) {
            None => files.push(FontFile { name, bytes }),
            Some((reason, hint)) => findings.push(Finding::refuses("font-unusable", Place::file(format!("{shown}/{name}")), reason, hint)),
        }
    }
    if !findings.is_empty() {
        return Err(Error::refused_all(findings));
    }
    if files.is_empty() {
        return Err(Error::refused("font-unusable", Place::file(shown), "there is no font file in this folder", HINT));
    }
    Ok(files)
}

/// Why a file cannot be used, and what to do.
fn fault(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    let broken = ("this is no font, or a damaged one", "take it out of the folder, or copy it there again");
    let Ok(file) = FileRef::new(bytes) else { return Some(broken) };
    let mut faces = 0;
    for font in file.fonts() {
        let Ok(font) = font else { return Some(broken) };
        if let Some(fault) = face_fault(&font) {
            return Some(fault);
        }
        faces += 1;
    }
    (faces == 0).then_some(broken)
}

fn face_fault(font: &FontRef<'_>) -> Option<(&'static str, &'static str)> {
    let complete = font.head().is_ok() && font.maxp().is_ok() && font.hmtx().is_ok() && font.cmap().is_ok() && family_name(font).is_some();
    if !complete {
        return Some(("this font lacks a table that printing needs", "take it out of the folder, or copy it there again"));
    }
    if font.glyf().is_err() && font.cff().is_err() {
        let hint = "take it out of the folder: a press prints outlines, no colour pictures";
        return Some(("this font has no outlines that a PDF can carry", hint));
    }
    if !font.axes().is_empty() {
        return Some(("this is a variable font", "put its static files there instead, such as the ones named Regular and Bold"));
    }
    // Bits 0-3 of fsType: 2 forbids embedding; bits 8 and 9 forbid subsetting and outlines (OpenType, OS/2).
    let flags = font.os2().map(|table| table.fs_type()).unwrap_or_default();
    if flags & 0xF == 2 || flags & 0x300 != 0 {
        return Some(("the font's licence flags forbid embedding it into a PDF", "use a font that may be embedded, such as Noto"));
    }
    None
}

/// The family's name: the typographic one if there is one.
pub(super) fn family_name(font: &FontRef<'_>) -> Option<String> {
    let name = |id| font.localized_strings(id).english_or_first().map(|name| name.to_string());
    name(StringId::TYPOGRAPHIC_FAMILY_NAME).or_else(|| name(StringId::FAMILY_NAME)).filter(|name| !name.trim().is_empty())
}

/// Whether a face is upright and of normal weight.
pub(super) fn is_regular(font: &FontRef<'_>) -> bool {
    let attributes = font.attributes();
    attributes.style == Style::Normal && attributes.weight == Weight::NORMAL
}

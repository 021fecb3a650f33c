//! One letter -> one PDF file in memory.

use super::content;
use super::document::DocumentWriter;
use super::embed::deflate;
use super::object::{put, write_text};
use super::plate::{Plate, Supplement};
use crate::error::{Error, Result};
use crate::typeset::Pages;
use libdeflater::{CompressionLvl, Compressor};
use std::io;

/// Writes a letter's PDF. Its metadata are title, language and the program's name: no date, no patient data.
///
/// # Errors
/// A bug of ours: writing to memory does not fail.
pub fn piece(pages: &Pages, plate: &Plate) -> Result<Vec<u8>> {
    let supplement = plate.supplement(pages)?;
    write(pages, plate, supplement.as_ref()).map_err(|error| Error::bug(format!("a letter cannot be written to memory: {error}")))
}

fn write(pages: &Pages, plate: &Plate, supplement: Option<&Supplement>) -> io::Result<Vec<u8>> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut writer = DocumentWriter::begin(Vec::with_capacity(64 * 1024), plate)?;
    let placed = writer.supplement(supplement)?;
    let tree = writer.reserve();
    let mut kids = Vec::new();
    let mut bytes = Vec::new();
    for page in &pages.pages {
        let (number, contents) = (writer.reserve(), writer.reserve());
        bytes.clear();
        content::write(page, plate.coder(supplement), &mut bytes);
        writer.stream(contents, &deflate(&mut compressor, &bytes))?;
        writer.object(number, format!("<</Type/Page/Parent {tree} 0 R/Contents {contents} 0 R>>").as_bytes())?;
        put(&mut kids, format_args!("{number} 0 R "));
    }
    let mut root = Vec::new();
    put(
        &mut root,
        format_args!("<</Type/Pages/Count {}/MediaBox[0 0 612 792]/Resources {}/Kids[", pages.pages.len(), plate.resources(placed)),
    );
    root.extend(kids);
    root.extend(b"]>>");
    writer.object(tree, &root)?;
    let (info, catalog) = (writer.reserve(), writer.reserve());
    writer.object(info, &info_dictionary(&pages.title))?;
    let language = pages.language;
    let viewer = "/ViewerPreferences<</DisplayDocTitle true>>";
    writer.object(catalog, format!("<</Type/Catalog/Pages {tree} 0 R/Lang({language}){viewer}>>").as_bytes())?;
    writer.finish(catalog, info)
}

/// Title and producer.
pub(super) fn info_dictionary(title: &str) -> Vec<u8> {
    let mut info = b"<</Title ".to_vec();
    write_text(title, &mut info);
    put(&mut info, format_args!("/Producer(breachnotice {})>>", env!("CARGO_PKG_VERSION")));
    info
}

//! The plate: everything that all letters of a job share, made once and frozen.
//!
//! `printpdf` subsets and describes the fonts; its document is handed over as `lopdf` objects, whose font objects are
//! compressed, renumbered from 1 and kept as bytes.

use super::glyphs::GlyphUse;
use super::object::{self, Renumbering};
use crate::error::{Error, Result};
use crate::typeset::{Face, Fonts};
use libdeflater::{CompressionLvl, Compressor};
use lopdf::{Dictionary, Document, Object, ObjectId};
use printpdf::{
    Codepoint, FontId, Mm, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Pt as PrintPt, TextItem,
};
use std::collections::BTreeMap;

/// Frozen fonts of a job: object bytes, and what the content needs to name glyphs.
#[derive(Debug, Clone)]
pub struct Plate {
    /// Objects 1.. with their bytes between `obj` and `endobj`.
    objects: Vec<Vec<u8>>,
    faces: [Option<PlateFace>; 4],
}

/// A face as it stands in the plate.
#[derive(Debug, Clone)]
pub(super) struct PlateFace {
    /// Its Type0 font object.
    pub(super) object: u32,
    /// Glyph id of the font file -> code in content strings; 0 where the plate has none.
    codes: Vec<u16>,
    /// Code -> advance in thousandths of an em, as /W tells a reader.
    widths: Vec<f32>,
}

impl PlateFace {
    #[inline]
    pub(super) fn code(&self, glyph: u16) -> u16 {
        self.codes.get(usize::from(glyph)).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn width(&self, code: u16) -> f32 {
        self.widths.get(usize::from(code)).copied().unwrap_or_default()
    }
}

impl Plate {
    /// Makes the plate for the glyphs of a whole job.
    ///
    /// # Errors
    /// A bug of ours when a built-in font cannot be subset.
    pub fn new(fonts: &Fonts, glyphs: &GlyphUse) -> Result<Plate> {
        let mut document = PdfDocument::new("plate");
        let mut ops = Vec::new();
        let mut codes: [Vec<u16>; 4] = Default::default();
        for face in Face::ALL {
            let used = glyphs.of(face);
            if used.is_empty() {
                continue;
            }
            let parsed =
                ParsedFont::from_bytes(fonts.bytes(face), 0, &mut Vec::new()).ok_or_else(|| Error::bug("a font cannot be parsed"))?;
            codes[face.index()] = subset_codes(&parsed, used)?;
            document.resources.fonts.map.insert(font_id(face), PdfFont::new(parsed));
            ops.extend([Op::StartTextSection, Op::SetFont { font: PdfFontHandle::External(font_id(face)), size: PrintPt(10.0) }]);
            let items = used.iter().map(|(id, text)| Codepoint::with_cid(*id, 0.0, text.clone())).collect();
            ops.extend([Op::ShowText { items: vec![TextItem::GlyphIds(items)] }, Op::EndTextSection]);
        }
        document.pages.push(PdfPage::new(Mm(215.9), Mm(279.4), ops));
        let mut handed_over = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
        Plate::freeze(&mut handed_over, codes)
    }

    fn freeze(document: &mut Document, mut codes: [Vec<u16>; 4]) -> Result<Plate> {
        let fonts = page_fonts(document)?;
        let mut plate = Plate { objects: Vec::new(), faces: Default::default() };
        for face in Face::ALL {
            let Ok(font) = fonts.get(font_id(face).0.as_bytes()).cloned() else { continue };
            let mut numbers = Renumbering::new();
            let order = reachable(document, &font);
            let object = plate.objects.len() as u32 + 1;
            for (offset, id) in order.iter().enumerate() {
                numbers.insert(id.0, object + 1 + offset as u32);
            }
            let widths = widths(document, &font)?;
            let mut bytes = Vec::new();
            object::write(&font, &numbers, &mut bytes);
            plate.objects.push(bytes);
            for id in order {
                let mut bytes = Vec::new();
                object::write(&compressed(document.get_object(id).map_err(|_| lost())?.clone()), &numbers, &mut bytes);
                plate.objects.push(bytes);
            }
            plate.faces[face.index()] = Some(PlateFace { object, codes: std::mem::take(&mut codes[face.index()]), widths });
        }
        Ok(plate)
    }

    /// The frozen objects, numbered from 1.
    pub(super) fn objects(&self) -> &[Vec<u8>] {
        &self.objects
    }

    /// A face, when any letter of the job uses it.
    pub(super) fn face(&self, face: Face) -> Option<&PlateFace> {
        self.faces[face.index()].as_ref()
    }

    /// The fonts by their names in content, as a dictionary.
    pub(super) fn resources(&self) -> String {
        let mut resources = String::from("<<");
        for face in Face::ALL {
            if let Some(plate_face) = self.face(face) {
                resources.push_str(&format!("/F{} {} 0 R", face.index(), plate_face.object));
            }
        }
        resources.push_str(">>");
        resources
    }
}

/// Names of our own, so that neither a counter nor the order of threads shows in the bytes; six letters become the subset tag.
fn font_id(face: Face) -> FontId {
    FontId(["BNREGU", "BNBOLD", "BNITAL", "BNBOIT"][face.index()].to_owned())
}

fn subset_codes(parsed: &ParsedFont, used: &BTreeMap<u16, String>) -> Result<Vec<u16>> {
    let subset = printpdf::subset_font(parsed, used).map_err(|reason| Error::bug(format!("a font cannot be subset: {reason}")))?;
    let mut codes = vec![0; usize::from(used.keys().next_back().copied().unwrap_or_default()) + 1];
    for (id, (code, _)) in &subset.glyph_mapping {
        codes[usize::from(*id)] = *code;
    }
    Ok(codes)
}

fn lost() -> Error {
    Error::bug("the font set-up handed over an incomplete document")
}

/// The font dictionaries of the only page, by resource name.
fn page_fonts(document: &Document) -> Result<Dictionary> {
    let page = document.get_pages().into_values().next().ok_or_else(lost)?;
    let (own, inherited) = document.get_page_resources(page).map_err(|_| lost())?;
    let inherited = inherited.into_iter().filter_map(|id| document.get_dictionary(id).ok());
    let mut fonts = Dictionary::new();
    for resources in own.into_iter().chain(inherited) {
        let Ok(entry) = resources.get(b"Font") else { continue };
        let (_, entry) = document.dereference(entry).map_err(|_| lost())?;
        for (name, font) in entry.as_dict().map_err(|_| lost())? {
            let (_, font) = document.dereference(font).map_err(|_| lost())?;
            fonts.set(name.clone(), font.clone());
        }
    }
    Ok(fonts)
}

/// Every object that a font refers to, in the order in which it is first named.
fn reachable(document: &Document, font: &Object) -> Vec<ObjectId> {
    let mut order = Vec::new();
    let mut waiting = vec![font.clone()];
    while let Some(object) = waiting.pop() {
        match object {
            Object::Reference(id) if !order.contains(&id) => {
                order.push(id);
                waiting.extend(document.get_object(id).ok().cloned());
            }
            Object::Array(items) => waiting.extend(items.into_iter().rev()),
            Object::Dictionary(dictionary) => waiting.extend(dictionary.iter().map(|(_, value)| value.clone()).rev()),
            Object::Stream(stream) => waiting.extend(stream.dict.iter().map(|(_, value)| value.clone()).rev()),
            _ => {}
        }
    }
    order
}

/// Reads /W of the descendant font: `first [w w …]` and `first last w` (ISO 32000-1, 9.7.4.3).
fn widths(document: &Document, font: &Object) -> Result<Vec<f32>> {
    let descendants = font.as_dict().and_then(|font| font.get(b"DescendantFonts")).map_err(|_| lost())?;
    let (_, descendants) = document.dereference(descendants).map_err(|_| lost())?;
    let descendant = descendants.as_array().map_err(|_| lost())?.first().ok_or_else(lost)?;
    let (_, descendant) = document.dereference(descendant).map_err(|_| lost())?;
    let descendant = descendant.as_dict().map_err(|_| lost())?;
    let entries = descendant.get(b"W").and_then(Object::as_array).map_err(|_| lost())?;
    let default = descendant.get(b"DW").and_then(Object::as_float).unwrap_or(1000.0);
    let mut widths = Vec::new();
    let mut set = |code: i64, width: f32| {
        let code = code.max(0) as usize;
        if widths.len() <= code {
            widths.resize(code + 1, default);
        }
        widths[code] = width;
    };
    let mut rest = entries.iter();
    while let Some(first) = rest.next() {
        let first = first.as_i64().map_err(|_| lost())?;
        match rest.next() {
            Some(Object::Array(list)) => {
                for (offset, width) in list.iter().enumerate() {
                    set(first + offset as i64, width.as_float().map_err(|_| lost())?);
                }
            }
            Some(last) => {
                let width = rest.next().ok_or_else(lost)?.as_float().map_err(|_| lost())?;
                for code in first..=last.as_i64().map_err(|_| lost())? {
                    set(code, width);
                }
            }
            None => return Err(lost()),
        }
    }
    Ok(widths)
}

/// Streams at the highest level: this happens once per job.
fn compressed(object: Object) -> Object {
    match object {
        Object::Stream(mut stream) if stream.dict.get(b"Filter").is_err() => {
            stream.content = deflate(&mut Compressor::new(CompressionLvl::best()), &stream.content);
            stream.dict.set("Filter", "FlateDecode");
            stream.dict.set("Length", stream.content.len() as i64);
            Object::Stream(stream)
        }
        other => other,
    }
}

/// Compresses into a fresh vector (zlib format, RFC 1950).
pub(super) fn deflate(compressor: &mut Compressor, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    // The bound is the library's own: a vector of that size always suffices.
    let length = compressor.zlib_compress(bytes, &mut out).unwrap_or_default();
    out.truncate(length);
    out
}

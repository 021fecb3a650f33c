//! Glyphs of a font file -> the objects that embed them.
//!
//! `printpdf` subsets and describes the fonts; its document is handed over as `lopdf` objects, of which only the fonts' are
//! kept, with a map from codes to text of our own, because the library leaves codes without text out. Whatever is embedded is compared with its source before it is used.

use super::object::{self, Renumbering};
use super::{outline, to_unicode};
use crate::error::{Error, Result};
use crate::typeset::{Face, Fonts};
use libdeflater::{CompressionLvl, Compressor};
use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};
use printpdf::{
    Codepoint, FontId, Mm, Op, ParsedFont, PdfDocument, PdfFont, PdfFontHandle, PdfPage, PdfSaveOptions, Pt as PrintPt, TextItem,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The fonts of a job as they are embedded from; each is parsed once, when it is first needed.
pub(super) struct Sources {
    pub(super) fonts: Fonts,
    parsed: Vec<OnceLock<Option<ParsedFont>>>,
}

impl Sources {
    pub(super) fn new(fonts: &Fonts) -> Sources {
        Sources { fonts: fonts.clone(), parsed: (0..fonts.count()).map(|_| OnceLock::new()).collect() }
    }

    fn parsed(&self, face: Face) -> Result<&ParsedFont> {
        let parse = || {
            let (bytes, index) = self.fonts.bytes(face);
            ParsedFont::from_bytes(bytes, index as usize, &mut Vec::new())
        };
        self.parsed[face.index()].get_or_init(parse).as_ref().ok_or_else(|| Error::bug("a font cannot be parsed"))
    }
}

/// What is to be embedded as one font: glyphs of a face, each with the text that it stands for.
pub(super) struct Wanted {
    pub(super) face: Face,
    pub(super) glyphs: BTreeMap<u16, String>,
    /// Those of them whose text is a part of a cluster's.
    pub(super) parts: BTreeSet<u16>,
}

/// An embedded font.
pub(super) struct Embedded {
    /// Glyph id -> code in content strings; never 0.
    pub(super) codes: BTreeMap<u16, u16>,
    /// Code -> advance in thousandths of an em, as /W tells a reader.
    pub(super) widths: BTreeMap<u16, f32>,
    /// The Type0 font first, then what it refers to, compressed.
    objects: Vec<(u32, Object)>,
}

impl Embedded {
    /// How many objects there are.
    pub(super) fn count(&self) -> u32 {
        self.objects.len() as u32
    }

    /// The objects as they stand in a file whose first of them, the font, has this number.
    pub(super) fn write(&self, first: u32) -> Vec<Vec<u8>> {
        let numbers: Renumbering = self.objects.iter().zip(first..).map(|((old, _), new)| (*old, new)).collect();
        let bytes = |(_, object): &(u32, Object)| {
            let mut bytes = Vec::new();
            object::write(object, &numbers, &mut bytes);
            bytes
        };
        self.objects.iter().map(bytes).collect()
    }
}

/// Embeds fonts, in the order in which they are wanted, their streams compressed at a level.
pub(super) fn embed(sources: &Sources, wanted: &[Wanted], level: CompressionLvl) -> Result<Vec<Embedded>> {
    let mut compressor = Compressor::new(level);
    let mut document = PdfDocument::new("plate");
    let mut ops = Vec::new();
    let mut names = Vec::new();
    for (index, part) in wanted.iter().enumerate() {
        let name = FontId(format!("{}{index}", subset_tag(part)));
        document.resources.fonts.map.insert(name.clone(), PdfFont::new(sources.parsed(part.face)?.clone()));
        ops.extend([Op::StartTextSection, Op::SetFont { font: PdfFontHandle::External(name.clone()), size: PrintPt(10.0) }]);
        let items = part.glyphs.iter().map(|(id, text)| Codepoint::with_cid(*id, 0.0, text.clone())).collect();
        ops.extend([Op::ShowText { items: vec![TextItem::GlyphIds(items)] }, Op::EndTextSection]);
        names.push(name.0);
    }
    document.pages.push(PdfPage::new(Mm(215.9), Mm(279.4), ops));
    let document = document.to_lopdf_document(&PdfSaveOptions::default(), &mut Vec::new());
    let page = document.get_pages().into_values().next().ok_or_else(lost)?;
    let fonts = page_fonts(&document, page)?;
    let shown = shown_codes(&document, page)?;
    let mut all = Vec::new();
    for (part, name) in wanted.iter().zip(&names) {
        let font = fonts.get(name.as_bytes()).map_err(|_| lost())?;
        let codes: BTreeMap<u16, u16> = part.glyphs.keys().copied().zip(shown.get(name).cloned().unwrap_or_default()).collect();
        all.push(finish(sources, part, &document, font, codes, &mut compressor)?);
    }
    Ok(all)
}

/// Six letters that tell apart subsets of one font (ISO 32000-1, 9.6.4), by what is in them: neither a counter nor the order
/// of threads shows in the bytes.
fn subset_tag(part: &Wanted) -> String {
    let mut digest = Sha256::new();
    digest.update((part.face.index() as u32).to_be_bytes());
    for (glyph, text) in &part.glyphs {
        digest.update(glyph.to_be_bytes());
        digest.update((text.len() as u32).to_be_bytes());
        digest.update(text);
    }
    digest.finalize().iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// Checks a font of the handed-over document and takes its objects out.
fn finish(
    sources: &Sources,
    part: &Wanted,
    document: &Document,
    font: &Object,
    codes: BTreeMap<u16, u16>,
    compressor: &mut Compressor,
) -> Result<Embedded> {
    let base_font = font.as_dict().and_then(|font| font.get(b"BaseFont")).and_then(Object::as_name).map_err(|_| lost())?;
    let complete = codes.len() == part.glyphs.len() && codes.values().all(|code| *code != 0);
    // Without the tag the library gave up and embedded the whole file.
    if base_font.get(6) != Some(&b'+') || !complete {
        return Err(Error::bug("a font cannot be subset"));
    }
    let descendant = descendant(document, font)?;
    let widths = widths(descendant)?;
    outline::check(&sources.fonts, part, &codes, &widths, &program(document, descendant)?)?;
    let to_unicode = font.as_dict().and_then(|font| font.get(b"ToUnicode")).and_then(Object::as_reference).map_err(|_| lost())?;
    let mut objects = vec![(0, font.clone())];
    for id in reachable(document, font) {
        let object = if id == to_unicode {
            let texts = codes.iter().filter_map(|(glyph, code)| part.glyphs.get(glyph).map(|text| (*code, text.as_str())));
            Object::Stream(Stream::new(Dictionary::new(), to_unicode::write(texts.collect())))
        } else {
            cleaned(document.get_object(id).map_err(|_| lost())?.clone(), sources, part.face)
        };
        objects.push((id.0, compressed(object, compressor)));
    }
    Ok(Embedded { codes, widths, objects })
}

fn lost() -> Error {
    Error::bug("the font set-up handed over an incomplete document")
}

/// The font dictionaries of the only page, by resource name.
fn page_fonts(document: &Document, page: ObjectId) -> Result<Dictionary> {
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

/// The codes that the only page shows of each font, in the order in which the glyphs were handed over.
fn shown_codes(document: &Document, page: ObjectId) -> Result<BTreeMap<String, Vec<u16>>> {
    let content = Content::decode(&document.get_page_content(page)).map_err(|_| lost())?;
    let mut shown: BTreeMap<String, Vec<u16>> = BTreeMap::new();
    let mut name = String::new();
    for operation in &content.operations {
        match (operation.operator.as_str(), operation.operands.first()) {
            ("Tf", Some(Object::Name(font))) => name = String::from_utf8_lossy(font).into_owned(),
            ("Tj" | "TJ", Some(operand)) => {
                let strings = match operand {
                    Object::Array(items) => items.as_slice(),
                    other => std::slice::from_ref(other),
                };
                let bytes = strings.iter().filter_map(|string| string.as_str().ok()).flat_map(|string| string.chunks_exact(2));
                shown.entry(name.clone()).or_default().extend(bytes.map(|code| u16::from_be_bytes([code[0], code[1]])));
            }
            _ => {}
        }
    }
    Ok(shown)
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

fn descendant<'a>(document: &'a Document, font: &'a Object) -> Result<&'a Dictionary> {
    let descendants = font.as_dict().and_then(|font| font.get(b"DescendantFonts")).map_err(|_| lost())?;
    let (_, descendants) = document.dereference(descendants).map_err(|_| lost())?;
    let descendant = descendants.as_array().map_err(|_| lost())?.first().ok_or_else(lost)?;
    let (_, descendant) = document.dereference(descendant).map_err(|_| lost())?;
    descendant.as_dict().map_err(|_| lost())
}

/// The embedded font program, before it is compressed.
fn program(document: &Document, descendant: &Dictionary) -> Result<Vec<u8>> {
    let descriptor = descendant.get(b"FontDescriptor").map_err(|_| lost())?;
    let descriptor = document.dereference(descriptor).and_then(|(_, descriptor)| descriptor.as_dict()).map_err(|_| lost())?;
    let file = descriptor.get(b"FontFile2").or_else(|_| descriptor.get(b"FontFile3")).map_err(|_| lost())?;
    let stream = document.dereference(file).and_then(|(_, file)| file.as_stream()).map_err(|_| lost())?;
    Ok(stream.content.clone())
}

/// Reads /W of the descendant font: `first [w w …]` and `first last w` (ISO 32000-1, 9.7.4.3).
fn widths(descendant: &Dictionary) -> Result<BTreeMap<u16, f32>> {
    let entries = descendant.get(b"W").and_then(Object::as_array).map_err(|_| lost())?;
    let mut widths = BTreeMap::new();
    let mut set = |code: i64, width: &Object| -> Result<()> {
        widths.insert(u16::try_from(code).map_err(|_| lost())?, width.as_float().map_err(|_| lost())?);
        Ok(())
    };
    let mut rest = entries.iter();
    while let Some(first) = rest.next() {
        let first = first.as_i64().map_err(|_| lost())?;
        match rest.next() {
            Some(Object::Array(list)) => {
                for (offset, width) in list.iter().enumerate() {
                    set(first + offset as i64, width)?;
                }
            }
            Some(last) => {
                let width = rest.next().ok_or_else(lost)?;
                for code in first..=last.as_i64().map_err(|_| lost())? {
                    set(code, width)?;
                }
            }
            None => return Err(lost()),
        }
    }
    Ok(widths)
}

/// A font that has no Latin letters is a symbolic one to a reader (ISO 32000-1, 9.8.2).
fn cleaned(mut object: Object, sources: &Sources, face: Face) -> Object {
    const SYMBOLIC: i64 = 1 << 2;
    const NONSYMBOLIC: i64 = 1 << 5;
    if let Object::Dictionary(dictionary) = &mut object
        && let Ok(flags) = dictionary.get(b"Flags").and_then(Object::as_i64)
        && !sources.fonts.has(face, 'A')
    {
        dictionary.set("Flags", (flags & !NONSYMBOLIC) | SYMBOLIC);
    }
    object
}

fn compressed(object: Object, compressor: &mut Compressor) -> Object {
    match object {
        Object::Stream(mut stream) if stream.dict.get(b"Filter").is_err() => {
            stream.content = deflate(compressor, &stream.content);
            stream.dict.set("Filter", "FlateDecode");
            stream.dict.set("Length", stream.content.len() as i64);
            Object::Stream(stream)
        }
        other => other,
    }
}

/// Compresses into a fresh vector (zlib format, RFC 1950).
fn deflate(compressor: &mut Compressor, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    // The bound is the library's own: a vector of that size always suffices.
    let length = compressor.zlib_compress(bytes, &mut out).unwrap_or_default();
    out.truncate(length);
    out
}

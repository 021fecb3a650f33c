//! Reads a written PDF back from its bytes: what a reader's text selection would give.
//!
//! Shares no code with the writer; `lopdf` parses the file. Text comes by `/ToUnicode` only, never by `/ActualText`.

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A page as it was read back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadPage {
    /// In the order in which the page paints them.
    pub texts: Vec<ReadText>,
}

/// What is shown from one place on.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadText {
    /// Points from the left edge.
    pub x: f32,
    /// Points from the lower edge.
    pub y: f32,
    /// The characters.
    pub text: String,
}

impl ReadPage {
    /// The page's lines: texts of one height joined in the order of painting.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<(f32, String)> = Vec::new();
        for text in &self.texts {
            match lines.last_mut() {
                Some((y, line)) if (*y - text.y).abs() < 0.5 => line.push_str(&text.text),
                _ => lines.push((text.y, text.text.clone())),
            }
        }
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// Why a file cannot be read back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the written file cannot be read back: {0}")]
pub struct Unreadable(pub String);

impl From<lopdf::Error> for Unreadable {
    fn from(error: lopdf::Error) -> Self {
        Unreadable(error.to_string())
    }
}

/// A file that was opened to be read back, page by page, by any number of threads.
pub struct Opened {
    document: Document,
    pages: Vec<ObjectId>,
    /// Code -> text of each font.
    fonts: BTreeMap<ObjectId, BTreeMap<u16, String>>,
}

/// Opens a file from its bytes.
///
/// # Errors
/// When the bytes are no complete PDF, or a font has no text.
pub fn open(bytes: &[u8]) -> Result<Opened, Unreadable> {
    let document = Document::load_mem(bytes)?;
    let pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    let mut fonts = BTreeMap::new();
    for page in &pages {
        for font in font_names(&document, *page)?.into_values() {
            if let Entry::Vacant(place) = fonts.entry(font) {
                place.insert(to_unicode(&document, font)?);
            }
        }
    }
    Ok(Opened { document, pages, fonts })
}

/// Reads every page of a file.
///
/// # Errors
/// When the bytes are no complete PDF, or a glyph that is shown has no text.
pub fn read(bytes: &[u8]) -> Result<Vec<ReadPage>, Unreadable> {
    let opened = open(bytes)?;
    (0..opened.page_count()).map(|page| opened.page(page)).collect()
}

impl Opened {
    /// How many pages there are.
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Reads a page, from 0.
    ///
    /// # Errors
    /// When there is no such page, it cannot be parsed, or a glyph that is shown has no text.
    pub fn page(&self, page: usize) -> Result<ReadPage, Unreadable> {
        let page = *self.pages.get(page).ok_or_else(|| lost("a page"))?;
        let names = font_names(&self.document, page)?;
        let content = Content::decode(&self.document.get_page_content(page))?;
        let mut reader =
            PageReader { page: ReadPage::default(), font: None, matrix: IDENTITY, stack: Vec::new(), text: IDENTITY, shown: None };
        for operation in &content.operations {
            let operands = &operation.operands;
            match operation.operator.as_str() {
                "q" => reader.stack.push(reader.matrix),
                "Q" => reader.matrix = reader.stack.pop().unwrap_or(IDENTITY),
                "cm" => reader.matrix = product(numbers(operands)?, reader.matrix),
                "Tf" => {
                    let name = operands.first().and_then(|name| name.as_name().ok()).ok_or_else(|| lost("Tf"))?;
                    reader.font = Some(*names.get(name).ok_or_else(|| lost("a font resource"))?);
                }
                "Tm" => {
                    reader.end_text();
                    reader.text = numbers(operands)?;
                }
                "ET" => reader.end_text(),
                "Tj" | "TJ" => reader.show(operands, &self.fonts)?,
                _ => {}
            }
        }
        reader.end_text();
        Ok(reader.page)
    }
}

type Matrix = [f32; 6];
const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

fn product(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

fn lost(what: &str) -> Unreadable {
    Unreadable(format!("{what} is missing"))
}

fn numbers(operands: &[Object]) -> Result<Matrix, Unreadable> {
    let mut matrix = IDENTITY;
    for (slot, operand) in matrix.iter_mut().zip(operands) {
        *slot = operand.as_float()?;
    }
    Ok(matrix)
}

struct PageReader<'f> {
    page: ReadPage,
    /// Place and glyphs of the text that is being shown; it goes on until the next place is set.
    shown: Option<(Matrix, Vec<&'f str>)>,
    font: Option<ObjectId>,
    matrix: Matrix,
    stack: Vec<Matrix>,
    text: Matrix,
}

impl<'f> PageReader<'f> {
    fn show(&mut self, operands: &[Object], fonts: &'f BTreeMap<ObjectId, BTreeMap<u16, String>>) -> Result<(), Unreadable> {
        let codes = self.font.and_then(|font| fonts.get(&font)).ok_or_else(|| lost("a font"))?;
        let mut pieces: Vec<&Object> = operands.iter().collect();
        if let Some(Object::Array(items)) = operands.first() {
            pieces = items.iter().collect();
        }
        let (_, glyphs) = self.shown.get_or_insert_with(|| (product(self.text, self.matrix), Vec::new()));
        for bytes in pieces.into_iter().filter_map(|piece| piece.as_str().ok()) {
            for code in bytes.chunks_exact(2) {
                let code = u16::from_be_bytes([code[0], code[1]]);
                glyphs.push(codes.get(&code).ok_or_else(|| lost("the text of a glyph"))?);
            }
        }
        Ok(())
    }

    fn end_text(&mut self) {
        if let Some((place, glyphs)) = self.shown.take() {
            self.page.texts.push(ReadText { x: place[4], y: place[5], text: glyphs.concat() });
        }
    }
}

/// Resource name -> font object, from the page or the page tree above it.
fn font_names(document: &Document, page: ObjectId) -> Result<BTreeMap<Vec<u8>, ObjectId>, Unreadable> {
    let mut node = document.get_dictionary(page)?;
    loop {
        if let Ok(resources) = node.get(b"Resources") {
            let resources = dictionary(document, resources)?;
            let fonts = dictionary(document, resources.get(b"Font")?)?;
            return fonts.iter().map(|(name, font)| Ok((name.clone(), font.as_reference()?))).collect();
        }
        node = document.get_dictionary(node.get(b"Parent")?.as_reference()?)?;
    }
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Result<&'a Dictionary, Unreadable> {
    Ok(document.dereference(object)?.1.as_dict()?)
}

/// Reads a font's `/ToUnicode` map: `bfchar` and `bfrange` (ISO 32000-1, 9.10.3).
fn to_unicode(document: &Document, font: ObjectId) -> Result<BTreeMap<u16, String>, Unreadable> {
    let stream = document.get_object(document.get_dictionary(font)?.get(b"ToUnicode")?.as_reference()?)?.as_stream()?;
    let bytes = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
    let text = String::from_utf8_lossy(&bytes);
    let mut codes = BTreeMap::new();
    let mut mode = "";
    for line in text.lines() {
        let line = line.trim();
        if line.ends_with("beginbfchar") || line.ends_with("beginbfrange") {
            mode = if line.ends_with("char") { "char" } else { "range" };
            continue;
        }
        if line.starts_with("end") {
            mode = "";
        }
        let hex: Vec<Vec<u16>> = hex_strings(line);
        match (mode, hex.as_slice()) {
            ("char", [code, text]) => {
                insert(&mut codes, code, 0, text);
            }
            ("range", [first, last, texts @ ..]) => {
                let span = last.first().zip(first.first()).map_or(0, |(last, first)| last.saturating_sub(*first));
                for offset in 0..=span {
                    match texts {
                        [text] => insert(&mut codes, first, offset, &raised(text, offset)),
                        _ => insert(&mut codes, first, offset, texts.get(usize::from(offset)).map_or(&[], Vec::as_slice)),
                    }
                }
            }
            _ => {}
        }
    }
    Ok(codes)
}

fn raised(text: &[u16], offset: u16) -> Vec<u16> {
    let mut text = text.to_vec();
    if let Some(last) = text.last_mut() {
        *last = last.wrapping_add(offset);
    }
    text
}

fn insert(codes: &mut BTreeMap<u16, String>, code: &[u16], offset: u16, text: &[u16]) {
    if let [code] = code {
        codes.insert(code.wrapping_add(offset), String::from_utf16_lossy(text));
    }
}

/// The `<…>` strings of a line as UTF-16 units.
fn hex_strings(line: &str) -> Vec<Vec<u16>> {
    let strings = line.split('<').skip(1).filter_map(|part| part.split('>').next());
    let units = |hex: &str| {
        let digits: String = hex.chars().filter(char::is_ascii_hexdigit).collect();
        digits.as_bytes().chunks(4).filter_map(|unit| u16::from_str_radix(std::str::from_utf8(unit).ok()?, 16).ok()).collect()
    };
    strings.map(units).collect()
}

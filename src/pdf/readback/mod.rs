//! Reads a written PDF back from its bytes: what a person sees, as text with its place.
//!
//! Shares no code with the writer, so that an error there cannot hide here. Text comes by `/ToUnicode` only, never by
//! `/ActualText`; text that nobody sees is left out. The symbol of a sheet mark is rebuilt from the modules that are drawn.
//! Strict on purpose: what we never write (updates, encryption, other filters) is an error.
//!
//! ```text
//! lexer (tokens) -> file (objects by number) -> pages (tree) -> resources (fonts, forms) -> paint (texts, shapes) -> symbol
//! ```

mod file;
mod font;
mod lexer;
mod matrix;
mod pages;
mod paint;
mod resources;
mod shapes;
mod symbol;

use file::{File, inflate};
use font::FontMemory;
use lexer::{Value, push_hex, push_literal};
use libdeflater::Decompressor;
use paint::Tint;
use std::cell::RefCell;
use std::sync::Arc;

/// A page as it was read back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReadPage {
    /// In the order in which the page paints them.
    pub texts: Vec<ReadText>,
    /// Data Matrix symbols, in the order of painting.
    pub symbols: Vec<ReadSymbol>,
}

/// One shown string and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadText {
    /// Points from the left edge to the start of the baseline.
    pub x: f32,
    /// Points from the lower edge to the start of the baseline.
    pub y: f32,
    /// Points of an em.
    pub size: f32,
    /// Points from the start to the end of the baseline, by the font's widths.
    pub width: f32,
    /// Whether it runs to the right and stands upright; a watermark does not.
    pub upright: bool,
    /// The characters; shared by all pages that paint the same form.
    pub text: Arc<str>,
}

/// A Data Matrix that was read from its modules.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSymbol {
    /// Points from the left edge to its left side.
    pub x: f32,
    /// Points from the lower edge to its lower side.
    pub y: f32,
    /// Points of a side.
    pub side: f32,
    /// What it says.
    pub text: String,
}

impl ReadPage {
    /// The page's lines: texts of one height joined in the order of painting.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<(f32, String)> = Vec::new();
        for text in &self.texts {
            match lines.last_mut() {
                Some((y, line)) if (*y - text.y).abs() < 0.5 => line.push_str(&text.text),
                _ => lines.push((text.y, text.text.to_string())),
            }
        }
        lines.into_iter().map(|(_, line)| line).collect()
    }
}

/// Why a file cannot be read back. Says what is wrong with the file, never what stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Something is not as the standard wants it.
    #[error("the written file cannot be read back: {0} is damaged")]
    Damaged(&'static str),
    /// Something that is referred to is not there.
    #[error("the written file cannot be read back: {0} is missing")]
    Missing(&'static str),
    /// Something that is allowed in PDF and that we never write.
    #[error("the written file cannot be read back: it has {0}, which is never written here")]
    Foreign(&'static str),
    /// A glyph is shown for which the font tells no text.
    #[error("the written file cannot be read back: a glyph has no text")]
    GlyphWithoutText,
    /// Text outside the box of its form is cut off.
    #[error("the written file cannot be read back: text lies outside the box of its form")]
    CutOff,
    /// A drawn symbol has the frame of a Data Matrix and cannot be decoded.
    #[error("the written file cannot be read back: a symbol cannot be decoded")]
    Symbol,
    /// More than any file of ours holds.
    #[error("the written file cannot be read back: it is too large when decompressed")]
    TooLarge,
    /// There is no page of this number.
    #[error("the written file cannot be read back: it has no such page")]
    NoPage,
}

/// What reading anything needs at hand.
#[derive(Clone, Copy)]
struct Context<'f> {
    file: &'f File<'f>,
    fonts: &'f FontMemory,
}

/// Memory of a thread that is used again for each page.
struct Scratch {
    decompressor: Decompressor,
    content: Vec<u8>,
}

fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    thread_local! {
        static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch { decompressor: Decompressor::new(), content: Vec::new() });
    }
    SCRATCH.with_borrow_mut(work)
}

/// Reads files; remembers the fonts of one for the next, so that the same plate in many letters is parsed once. One
/// reader serves any number of threads.
#[derive(Default)]
pub struct Reader {
    fonts: FontMemory,
}

/// A file that was opened to be read back, page by page, by any number of threads.
pub struct Opened<'a> {
    file: File<'a>,
    fonts: Arc<Reader>,
    pages: Vec<pages::Leaf>,
    resources: Vec<resources::Resources>,
    language: Option<String>,
}

impl Reader {
    /// Opens a file from its bytes.
    ///
    /// # Errors
    /// When the bytes are no complete PDF, or a font has no text.
    pub fn open<'a>(self: &Arc<Self>, bytes: &'a [u8]) -> Result<Opened<'a>, Unreadable> {
        let file = with_scratch(|scratch| File::open(bytes, &mut scratch.decompressor))?;
        let context = Context { file: &file, fonts: &self.fonts };
        let catalog = file.dictionary(Value::Reference(file.root))?;
        let Some(Value::Reference(root)) = lexer::entry(catalog, b"Pages")? else { return Err(Unreadable::Missing("the page tree")) };
        let (pages, resources) = pages::walk(context, root)?;
        let language = file.entry(catalog, b"Lang")?.and_then(text_string);
        Ok(Opened { file, fonts: Arc::clone(self), pages, resources, language })
    }
}

/// Opens a file from its bytes.
///
/// # Errors
/// When the bytes are no complete PDF, or a font has no text.
pub fn open(bytes: &[u8]) -> Result<Opened<'_>, Unreadable> {
    Arc::new(Reader::default()).open(bytes)
}

/// Reads every page of a file.
///
/// # Errors
/// When the bytes are no complete PDF, or a glyph that is shown has no text.
pub fn read(bytes: &[u8]) -> Result<Vec<ReadPage>, Unreadable> {
    let opened = open(bytes)?;
    (0..opened.page_count()).map(|page| opened.page(page)).collect()
}

impl Opened<'_> {
    /// How many pages there are.
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// The language of the document, a BCP 47 tag; `None` when the catalog names none.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Reads a page, from 0.
    ///
    /// # Errors
    /// When there is no such page, it cannot be parsed, or a glyph that is shown has no text.
    pub fn page(&self, page: usize) -> Result<ReadPage, Unreadable> {
        let leaf = self.pages.get(page).ok_or(Unreadable::NoPage)?;
        let context = Context { file: &self.file, fonts: &self.fonts.fonts };
        let mut content = with_scratch(|scratch| std::mem::take(&mut scratch.content));
        content.clear();
        self.content(leaf.object, &mut content)?;
        let none = resources::Resources::default();
        let resources = leaf.resources.and_then(|index| self.resources.get(index)).unwrap_or(&none);
        let painted = paint::paint(context, resources, &content, Tint::Black, 0);
        with_scratch(|scratch| scratch.content = content);
        let painted = painted?;
        let symbols = painted.shapes.groups.iter().filter_map(|group| symbol::read(group).transpose()).collect::<Result<_, _>>()?;
        Ok(ReadPage { texts: painted.texts, symbols })
    }

    /// Appends the content of a page, whose streams count as one (ISO 32000-1, 7.8.2).
    fn content(&self, page: u32, content: &mut Vec<u8>) -> Result<(), Unreadable> {
        let page = self.file.dictionary(Value::Reference(page))?;
        let streams = match lexer::entry(page, b"Contents")? {
            None => return Ok(()),
            Some(Value::Array(streams)) => lexer::items(streams)?,
            Some(stream) => vec![stream],
        };
        for stream in streams {
            let Value::Reference(stream) = stream else { return Err(Unreadable::Damaged("the content of a page")) };
            let (dictionary, stored) = self.file.stream(stream)?;
            with_scratch(|scratch| inflate(dictionary, stored, &mut scratch.decompressor, content))?;
            content.push(b'\n');
        }
        Ok(())
    }
}

/// A text string of the document level (ISO 32000-1, 7.9.2.2); `None` when it is no text.
fn text_string(value: Value<'_>) -> Option<String> {
    let mut bytes = Vec::new();
    match value {
        Value::Literal(raw) => push_literal(raw, &mut bytes),
        Value::Hex(raw) => push_hex(raw, &mut bytes),
        _ => return None,
    }
    match bytes.strip_prefix(b"\xFE\xFF") {
        Some(units) => {
            let units: Vec<u16> = units.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        }
        None => String::from_utf8(bytes).ok(),
    }
}

#[cfg(test)]
mod tests;

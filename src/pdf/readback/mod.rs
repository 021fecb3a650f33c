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
mod memory;
mod pages;
mod paint;
mod resources;
mod shapes;
mod symbol;

use file::{File, ObjectStream, inflate};
use font::{Font, FontMemory};
use lexer::{Value, push_hex, push_literal};
use libdeflater::Decompressor;
use memory::{Memory, Stored};
use paint::{Painted, Tint};
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
    reader: &'f Reader,
    shared: &'f resources::Shared,
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

/// Reads files; remembers fonts, object streams and content of one for the next by their bytes, so that what the letters
/// of a job have in common is parsed once. One reader serves any number of threads.
#[derive(Default)]
pub struct Reader {
    fonts: FontMemory,
    objects: Memory<ObjectStream>,
    contents: Memory<Content>,
}

/// What a content stream of a page paints whatever stands around it.
struct Content {
    painted: Painted,
    /// The fonts that it names.
    fonts: Vec<(Vec<u8>, Arc<Font>)>,
}

impl Content {
    /// Whether its names mean the same fonts among other resources.
    fn is_of(&self, resources: &resources::Resources) -> bool {
        self.fonts.iter().all(|(name, font)| resources.font(name).is_some_and(|other| Arc::ptr_eq(font, other)))
    }
}

/// A file that was opened to be read back, page by page, by any number of threads.
pub struct Opened<'a> {
    file: File<'a>,
    reader: Arc<Reader>,
    pages: Vec<pages::Leaf>,
    resources: Vec<resources::Resources>,
    shared: resources::Shared,
    language: Option<String>,
}

impl Reader {
    /// Opens a file from its bytes.
    ///
    /// # Errors
    /// When the bytes are no complete PDF, or a font has no text.
    pub fn open<'a>(self: &Arc<Self>, bytes: &'a [u8]) -> Result<Opened<'a>, Unreadable> {
        let file = with_scratch(|scratch| File::open(bytes, &self.objects, &mut scratch.decompressor))?;
        let shared = resources::Shared::default();
        let context = Context { file: &file, reader: self, shared: &shared };
        let catalog = file.dictionary(Value::Reference(file.root))?;
        let Some(Value::Reference(root)) = lexer::entry(catalog, b"Pages")? else { return Err(Unreadable::Missing("the page tree")) };
        let (pages, resources) = pages::walk(context, root)?;
        let language = file.entry(catalog, b"Lang")?.and_then(text_string);
        Ok(Opened { file, reader: Arc::clone(self), pages, resources, shared, language })
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
        let none = resources::Resources::default();
        let resources = leaf.resources.and_then(|index| self.resources.get(index)).unwrap_or(&none);
        let streams = self.streams(leaf.object)?;
        let painted = match self.paint_apart(&streams, resources)? {
            Some(painted) => painted,
            None => self.paint_as_one(&streams, resources)?,
        };
        let symbols = painted.shapes.groups.iter().filter_map(|group| symbol::read(group).transpose()).collect::<Result<_, _>>()?;
        Ok(ReadPage { texts: painted.texts, symbols })
    }

    /// The content streams of a page.
    fn streams(&self, page: u32) -> Result<Vec<Stored<'_>>, Unreadable> {
        let page = self.file.dictionary(Value::Reference(page))?;
        let streams = match lexer::entry(page, b"Contents")? {
            None => return Ok(Vec::new()),
            Some(Value::Array(streams)) => lexer::items(streams)?,
            Some(stream) => vec![stream],
        };
        let stored = streams.into_iter().map(|stream| match stream {
            Value::Reference(stream) => self.file.stream(stream),
            _ => Err(Unreadable::Damaged("the content of a page")),
        });
        stored.collect()
    }

    fn context(&self) -> Context<'_> {
        Context { file: &self.file, reader: &self.reader, shared: &self.shared }
    }

    /// Paints each stream by itself, or recalls what an equal one painted in another file; `None` when one of them cannot be
    /// taken by itself.
    fn paint_apart(&self, streams: &[Stored<'_>], resources: &resources::Resources) -> Result<Option<Painted>, Unreadable> {
        let contents = &self.reader.contents;
        let mut whole = Painted::default();
        for stream in streams {
            if let Some(content) = contents.recall(*stream, |content| content.is_of(resources)) {
                whole.append(content.painted.clone())?;
                continue;
            }
            let painted = inflated(&[*stream], |bytes| {
                let apart = paint::paint_apart(self.context(), resources, bytes)?;
                if let Some(fonts) = apart.fonts {
                    let fonts = || fonts.iter().map(|(name, font)| (name.to_vec(), Arc::clone(font))).collect();
                    contents.keep(*stream, || Arc::new(Content { painted: apart.painted.clone(), fonts: fonts() }));
                }
                Some(apart.painted)
            })?;
            match painted {
                Some(painted) => whole.append(painted)?,
                None => return Ok(None),
            }
        }
        Ok(Some(whole))
    }

    /// Paints all streams as the one that they are (ISO 32000-1, 7.8.2).
    fn paint_as_one(&self, streams: &[Stored<'_>], resources: &resources::Resources) -> Result<Painted, Unreadable> {
        inflated(streams, |bytes| paint::paint(self.context(), resources, bytes, Tint::Black, 0))?
    }
}

/// Works on the content of streams, one after the other with a line end between them.
fn inflated<T>(streams: &[Stored<'_>], work: impl FnOnce(&[u8]) -> T) -> Result<T, Unreadable> {
    let mut content = with_scratch(|scratch| std::mem::take(&mut scratch.content));
    content.clear();
    for stream in streams {
        with_scratch(|scratch| inflate(*stream, &mut scratch.decompressor, &mut content))?;
        content.push(b'\n');
    }
    let result = work(&content);
    with_scratch(|scratch| scratch.content = content);
    Ok(result)
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

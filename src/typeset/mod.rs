//! Letter -> pages of positioned glyphs with structure roles.
//!
//! Knows no patient, provider or law: only letters, blocks and pages. Coordinates are points from the sheet's upper left
//! corner, y downwards. What a page carries is final: `pdf` only writes it down.

mod block;
mod envelope;
mod fallback;
mod font;
mod font_folder;
mod font_packages;
mod furniture;
mod paginate;
mod plain;
mod shape;
mod unit;

use crate::compose::Letter;
use std::ops::Range;
use std::sync::Arc;

pub use envelope::{EnvelopeProfile, profile};
pub use font::{Face, Fonts};
pub use shape::{Glyph, GlyphRun, Stands, TextLine, TextLines};
pub use unit::{Point, Pt, Rect};

/// Sheet width and height: US Letter.
pub const SHEET: Point = Point { x: Pt(612.0), y: Pt(792.0) };

/// A letter on its pages.
#[derive(Debug, Clone)]
pub struct Pages {
    /// Piece number as printed.
    pub piece: String,
    /// BCP 47 tag of the text.
    pub language: &'static str,
    /// Document title; holds no patient data.
    pub title: String,
    /// At least one.
    pub pages: Vec<Page>,
}

/// One side of a sheet: marks in reading order.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In paint and reading order.
    pub marks: Vec<Mark>,
}

/// Something that is painted.
#[derive(Debug, Clone)]
pub enum Mark {
    /// Lines of text.
    Text(PlacedText),
    /// A hairline rectangle or line, always an artifact.
    Frame {
        /// Edges; a line has no height.
        rect: Rect,
        /// Pen width.
        pen: Pt,
    },
    /// Large grey text across the page, rotated by 45 degrees around its start; always an artifact.
    Watermark {
        /// One line.
        text: Arc<TextLines>,
        /// Start of its baseline.
        at: Point,
    },
}

/// Some lines of a text at a place.
#[derive(Debug, Clone)]
pub struct PlacedText {
    /// Shared by every letter that has the same paragraph.
    pub text: Arc<TextLines>,
    /// Which of its lines stand here.
    pub lines: Range<usize>,
    /// Left edge and top of the first of these lines.
    pub at: Point,
    /// Black text, or the one grey of footers and watermarks.
    pub ink: Ink,
    /// Role in the document.
    pub structure: Structure,
}

/// Black and one grey: any press prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Black,
    /// Footer.
    Grey,
    /// Watermark.
    Pale,
}

/// The role of a text in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Structure {
    /// Footer, marks, watermark: no part of the text.
    Artifact,
    /// Part of the text.
    Tagged {
        /// From the outermost element to the innermost, such as list, item, body, paragraph.
        path: Arc<[Tag]>,
        /// Paragraph id of the template text.
        paragraph: Arc<str>,
    },
}

/// A structure element on the way from the document to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    /// Standard structure type (ISO 32000-1, 14.8.4).
    pub role: TagRole,
    /// Ordinal within the letter: equal tags are one element.
    pub ordinal: u32,
}

/// Standard structure types in use (ISO 32000-1, 14.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is the structure type of the same name")]
pub enum TagRole {
    H1,
    H2,
    P,
    L,
    LI,
    Lbl,
    LBody,
    Table,
    TR,
    TH,
    TD,
    Sect,
}

/// Why a letter cannot be set: one person's fault, so that person is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// No font at hand has this character.
    Uncovered(char),
    /// An address line is wider than the window shows.
    AddressTooWide,
    /// The address has more lines than the window shows.
    AddressTooTall,
    /// The return address does not fit its window: the sender's fault, not the person's.
    ReturnAddress,
}

/// How letters of a job are set.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Envelope profile.
    pub envelope: EnvelopeProfile,
    /// Print a watermark on every page.
    pub draft: bool,
}

/// Sets letters; one per thread, because it keeps shaped paragraphs.
pub struct Typesetter {
    layout: Layout,
    shaper: shape::Shaper,
}

impl Typesetter {
    /// A typesetter with an empty paragraph cache.
    pub fn new(layout: Layout, fonts: &Fonts) -> Typesetter {
        Typesetter { layout, shaper: shape::Shaper::new(fonts) }
    }

    /// Sets one letter.
    ///
    /// # Errors
    /// The reason why this person's letter cannot be set.
    pub fn set(&mut self, letter: &Letter) -> Result<Pages, Misfit> {
        let scale = if letter.large_print { block::LARGE_PRINT } else { 1.0 };
        let flow = block::flow(&mut self.shaper, &letter.blocks, scale);
        let mut pages = paginate::paginate(flow);
        furniture::address_blocks(&mut self.shaper, &self.layout.envelope, letter, &mut pages[0])?;
        furniture::footers(&mut self.shaper, letter, &mut pages);
        if self.layout.draft {
            furniture::watermark(&mut self.shaper, &mut pages);
        }
        if let Some(character) = self.shaper.take_uncovered() {
            return Err(Misfit::Uncovered(character));
        }
        Ok(Pages { piece: letter.piece.to_string(), language: letter.language.tag(), title: letter.title.clone(), pages })
    }
}

#[cfg(test)]
mod tests;

//! Letter -> pages of positioned glyphs with structure roles.
//!
//! Knows no patient, provider or law: only letters, blocks and pages. Coordinates are points from the sheet's upper left
//! corner, y downwards. What a page carries is final: `pdf` only writes it down.

mod address_block;
mod block;
mod breaks;
mod document;
mod envelope;
mod fallback;
mod font;
mod font_folder;
mod font_packages;
mod furniture;
pub mod imb;
mod outline;
mod paginate;
mod passage;
mod plain;
mod shape;
mod sheet_mark;
mod standing;
mod unit;
mod window;

use crate::compose::{BodyBlock, Letter};
use crate::deliberate::panic_at;
use crate::error::Result;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use crate::compose::Picture;
pub use document::set_document;
pub use envelope::{EnvelopeProfile, Window, profile};
pub use font::{Face, Fonts};
pub use passage::{Passage, PlacedPassage, StandingId, Within};
pub use shape::{Glyph, GlyphRun, Stands, TextLine, TextLines};
pub use sheet_mark::{BadSheetMark, MODULE, MODULES, SheetMark};
pub use standing::StandingType;
pub use unit::{Point, Pt, Rect};

/// Sheet width and height: US Letter.
pub const SHEET: Point = Point { x: Pt(612.0), y: Pt(792.0) };

/// A letter on its pages.
#[derive(Clone)]
pub struct Pages {
    /// Piece number as printed.
    pub piece: String,
    /// BCP 47 tag of the text.
    pub language: &'static str,
    /// Document title; holds no patient data.
    pub title: Arc<str>,
    /// At least one.
    pub pages: Vec<Page>,
}

impl fmt::Debug for Pages {
    /// The number and how many pages: what they show is a patient's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("piece", &self.piece).field("pages", &self.pages.len()).finish_non_exhaustive()
    }
}

/// One side of a sheet: marks in reading order.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In paint and reading order.
    pub marks: Vec<Mark>,
}

impl Page {
    /// Shows every mark that is painted, those of passages one by one, each with how far from its own place it stands.
    pub fn for_each_mark(&self, visit: &mut dyn FnMut(&Mark, Point)) {
        for mark in &self.marks {
            match mark {
                Mark::Passage(placed) => placed.marks().iter().for_each(|mark| visit(mark, placed.at)),
                mark => visit(mark, Point::default()),
            }
        }
    }
}

/// Something that is painted.
#[derive(Debug, Clone)]
pub enum Mark {
    /// A stretch of the body; its own marks are of the other kinds.
    Passage(PlacedPassage),
    /// Lines of text.
    Text(PlacedText),
    /// A picture that is a part of the document: the sender's logo.
    Image(PlacedImage),
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
    /// A Data Matrix that tells machines which sheet this is; always an artifact.
    Matrix {
        /// Dark modules: a row a number, its left module the highest of 16 bits, the top row first.
        modules: [u16; MODULES],
        /// Upper left corner; each module is a square of [`MODULE`].
        at: Point,
    },
    /// An Intelligent Mail barcode below the recipient's block; always an artifact.
    Imb {
        /// From left to right.
        bars: Arc<[imb::Bar; imb::BARS]>,
        /// Upper left corner.
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

/// A picture at a place.
#[derive(Debug, Clone)]
pub struct PlacedImage {
    /// Shared by every letter that shows it.
    pub picture: Arc<Picture>,
    /// Its edges.
    pub rect: Rect,
    /// What it shows, in words.
    pub alt: Arc<str>,
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
    /// Ordinal within its block of the letter: equal tags of a block are one element.
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
    /// A list whose items have numbers: `L` as well.
    NumberedL,
    LI,
    Lbl,
    LBody,
    Table,
    TR,
    TH,
    /// A header cell of its row, not of its column: `TH` as well.
    RowTH,
    TD,
    Sect,
    Figure,
}

/// Why a letter cannot be set: one person's fault, so that person is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// No font at hand has this character.
    Uncovered(char),
    /// A line of the address block is wider than the window shows, even in the smallest size and, if it names the addressee,
    /// in two parts.
    AddressTooWide {
        /// Which line of the letter's block, from 0.
        line: usize,
    },
    /// The address has more lines than the window shows.
    AddressTooTall,
    /// The return address does not fit its window: the sender's fault, not the person's.
    ReturnAddress,
    /// The letter's numbers are more than the mark on each sheet holds: eight digits of job, seven of piece, 99 sheets.
    Unmarkable,
    /// Something else stands where a window shows, or too near to the mark on a sheet: a fault of the layout or the envelope's
    /// profile, not the person's.
    Intrusion,
    /// Text that must not be split is taller than a page: a fault of the template, not the person's.
    Overflow,
    /// No Intelligent Mail barcode can be printed: a fault of the mailer's settings or the envelope, not the person's.
    Barcode(imb::ImbFault),
}

/// How letters of a job are set.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Envelope profile.
    pub envelope: EnvelopeProfile,
    /// Print a watermark on every page.
    pub draft: bool,
    /// Ordinal of the job in the ledger, for the mark on each sheet; 0 for letters that are only looked at.
    pub job: u32,
    /// Both sides of the sheet are printed: the mark stands on every other page.
    pub duplex: bool,
    /// Inserts that go with every piece, one bit per feeder of the inserter; 0 for none.
    pub inserts: u8,
    /// Who mails: prints an Intelligent Mail barcode on pieces that stay in the country; absent when the mail house does.
    pub mailer: Option<imb::Mailer>,
}

/// Sets letters; one per thread, because it keeps shaped paragraphs.
pub struct Typesetter {
    layout: Layout,
    shaper: shape::Shaper,
    outlines: outline::Outlines,
    standing: standing::Desk,
    seen: window::Seen,
}

impl Typesetter {
    /// A typesetter with an empty paragraph cache; `standing` holds what all typesetters of a job share.
    ///
    /// # Errors
    /// A bug of ours when a built-in font cannot be read.
    pub fn new(layout: Layout, fonts: &Fonts, standing: &Arc<StandingType>) -> Result<Typesetter> {
        let (shaper, outlines) = (shape::Shaper::new(fonts), outline::Outlines::new(fonts)?);
        Ok(Typesetter { layout, shaper, outlines, standing: standing::Desk::new(standing), seen: window::Seen::new() })
    }

    /// Sets one letter.
    ///
    /// # Errors
    /// The reason why this person's letter cannot be set.
    pub fn set(&mut self, letter: &Letter) -> Result<Pages, Misfit> {
        // What a letter that was given up left behind is nobody else's.
        self.shaper.take_uncovered();
        let scale = if letter.large_print { block::LARGE_PRINT } else { 1.0 };
        let blocks: Vec<_> = letter.blocks.iter().map(|block| self.block(block, scale)).collect();
        let mut pages = paginate::paginate(&blocks, self.layout.envelope.body_top())?;
        let mut tools = furniture::Tools { shaper: &mut self.shaper, outlines: &mut self.outlines, standing: &mut self.standing };
        address_block::address_blocks(&mut tools, &self.layout, letter, &mut pages[0])?;
        furniture::logo(letter, &mut pages[0]);
        sheet_mark::sheet_marks(&self.layout, letter.piece, &mut pages)?;
        furniture::footers(&mut tools, letter, &mut pages)?;
        if self.layout.draft {
            furniture::watermark(&mut tools, &mut pages)?;
        }
        if let Some(character) = blocks.iter().find_map(|block| block.uncovered).or(self.shaper.take_uncovered()) {
            return Err(Misfit::Uncovered(character));
        }
        window::Watch { outlines: &mut self.outlines, envelope: &self.layout.envelope, seen: &mut self.seen, lines: 0 }.check(&pages)?;
        let pages = Pages { piece: letter.piece.to_string(), language: letter.language.tag(), title: Arc::clone(&letter.title), pages };
        panic_at("typeset", &pages);
        Ok(pages)
    }

    fn block(&mut self, block: &BodyBlock, scale: f32) -> Arc<block::SetBlock> {
        match block {
            BodyBlock::Fixed(block) => self.standing.block(block, scale, || block::set(&mut self.shaper, None, block, scale)),
            BodyBlock::Own(block) => Arc::new(block::set(&mut self.shaper, Some(&mut self.standing), block, scale)),
        }
    }
}

#[cfg(test)]
mod tests;

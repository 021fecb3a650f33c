//! Recipient + provider + incident through Tera and Markdown -> a letter of typed blocks.
//!
//! One rendering serves PDF, e-mail (HTML and text) and preview.

mod address;
mod builtin;
mod check;
mod content;
mod document;
mod edition;
mod engine;
mod escape;
mod fixed_words;
mod for_review;
mod form;
mod html;
mod markdown;
mod nearest;
mod notice;
mod offices;
mod own_slots;
mod plain_prose;
mod prose;
mod readability;
mod residence;
mod runs;
mod slot_sheet;
mod slots;
mod sources;
mod specimen;
mod tags;
mod text;
mod wording;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use crate::deliberate::panic_at;
use crate::error::{Error, Finding, Result, Severity};
use crate::incident::{Incident, Language};
use crate::recipients::{Recipient, Recipients};
use crate::rules::{ContentRule, Rules};
use edition::Edition;
use readability::SensitiveWords;
use sources::Sources;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

pub use crate::incident::{Logo, Picture};
pub use content::{CheckedRule, PieceFault, Quote, Verdict};
pub use document::Document;
pub use fixed_words::{FixedWords, RoleWords};
pub use notice::{Notice, NoticeFacts, NoticeKind};
pub use plain_prose::as_plain_text;
pub use residence::with_separators;

/// A piece number: seven digits, allotted once by the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PieceNumber(pub u32);

impl fmt::Display for PieceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:07}", self.0)
    }
}

/// A composed text: everything that is printed, in reading order.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub piece: PieceNumber,
    /// Language of the text.
    pub language: Language,
    /// Document title; holds no patient data.
    pub title: Arc<str>,
    /// Return address as it shows in the upper window, 2-4 lines.
    pub return_address: Arc<[String]>,
    /// The provider's logo; absent when it has none.
    pub logo: Option<Logo>,
    /// Addressee and address as they show in the lower window, 3-6 lines; empty for an e-mail notice.
    pub recipient_address: Vec<String>,
    /// How many of these lines, from the top, name the addressee: where the window is narrow, such a line may be printed in two
    /// parts; a line of an address never is.
    pub addressee_lines: usize,
    /// The body, from the date to the last line.
    pub blocks: Vec<BodyBlock>,
    /// Ids of the paragraphs, in print order.
    pub paragraphs: Arc<[Arc<str>]>,
    /// 18 pt instead of 11.
    pub large_print: bool,
    /// Footer pattern, with `{page}` and `{pages}` to be filled in.
    pub footer: Arc<str>,
}

/// A block of the body or of another block, and whether it is everybody's. Equal when the blocks are.
#[derive(Clone)]
pub enum BodyBlock {
    /// Holds nothing of the recipient's own: one copy for all letters that have it.
    Fixed(Arc<Block>),
    /// Holds something of the recipient's own.
    Own(Block),
}

impl Deref for BodyBlock {
    type Target = Block;

    fn deref(&self) -> &Block {
        match self {
            BodyBlock::Fixed(block) => block,
            BodyBlock::Own(block) => block,
        }
    }
}

impl PartialEq for BodyBlock {
    fn eq(&self, other: &BodyBlock) -> bool {
        **self == **other
    }
}

impl Eq for BodyBlock {}

impl Hash for BodyBlock {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for BodyBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Debug for Letter {
    /// The number alone: everything else is a patient's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("piece", &self.piece).finish_non_exhaustive()
    }
}

/// A part of the body that stands alone on the page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Block {
    /// Id of the paragraph (block of template text) it came from, such as `what_happened`.
    pub paragraph: Arc<str>,
    /// What it is.
    pub kind: BlockKind,
}

/// What a block is: also its structure role in a tagged PDF and its element in HTML.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// The letter's title (H1).
    Title(Vec<Inline>),
    /// A heading (H2).
    Heading(Vec<Inline>),
    /// Running text (P).
    Paragraph(Vec<Inline>),
    /// Bulleted (`start` absent) or numbered list (L): items of blocks.
    List {
        /// First number; absent for bullets.
        start: Option<u64>,
        /// Each item is one or more blocks.
        items: Vec<Vec<BodyBlock>>,
    },
    /// A table (Table) whose first row is its header (TH).
    Table {
        /// Header cells.
        header: Vec<Vec<Inline>>,
        /// Body rows.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// Framed text: the activation box (Sect).
    Framed(Vec<BodyBlock>),
    /// Blocks that are never split over pages: the signature (Sect).
    Together(Vec<BodyBlock>),
}

/// A stretch of text of one style.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Inline {
    /// The text; `\n` is a forced line break.
    pub text: String,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// A code to be typed by the reader: set larger and spaced.
    pub code: bool,
    /// Target of a link.
    pub link: Option<String>,
}

/// The wording that a letter carries: what counsel reads once per variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Variant {
    /// Language.
    pub language: Language,
    /// Role id.
    pub role: &'static str,
    /// Ids of the paragraphs, in print order.
    pub paragraphs: Arc<[Arc<str>]>,
}

/// The templates of an incident, loaded and checked.
pub struct Composer {
    sources: Sources,
    editions: BTreeMap<Language, Edition>,
    sensitive_words: SensitiveWords,
    /// What the law asks for, and what was found on what the incident offers and on return addresses.
    rules: Vec<ContentRule>,
    findings: Vec<Finding>,
}

impl Composer {
    /// Loads templates: the built-in ones, and file by file those of the incident's own `templates/` folder. Letters tell the number of
    /// residents where the law wants it.
    ///
    /// # Errors
    /// Refused with file, line and column for a syntax error, an undefined variable, an unknown filter, a missing
    /// include, Markdown that a letter cannot print, and incident prose that holds markup.
    pub fn load(incident: &Incident, rules: &Rules, recipients: &Recipients) -> Result<Composer> {
        let composer = Composer::load_for_review(incident, rules, recipients)?;
        if composer.faults().next().is_none() {
            return Ok(composer);
        }
        // What is advised of a letter that is refused is told with it.
        let refuses = |finding: &&Finding| finding.severity == Severity::Refuses;
        let of_letters = composer.editions.values().filter(|edition| edition.findings.iter().any(|finding| refuses(&finding)));
        let told = of_letters.flat_map(|edition| &edition.findings).chain(composer.findings.iter().filter(refuses));
        Err(Error::refused_all(told.cloned().collect()))
    }

    /// Composes the letter of one recipient, whose disposition is letter or e-mail.
    ///
    /// # Errors
    /// Refused when the incident's prose is not written in the recipient's language, when the recipient has no
    /// elements, when an activation code cannot be used, and when a template fails to render.
    pub fn compose(&self, incident: &Incident, recipient: &Recipient, piece: PieceNumber) -> Result<Letter> {
        let letter = self.edition(recipient.language)?.compose(&self.sources, incident, recipient, piece)?;
        panic_at("compose", &letter);
        Ok(letter)
    }

    /// Whether letters can be written in a language: the incident's prose is.
    pub fn is_written_in(&self, language: Language) -> bool {
        self.editions.get(&language).is_some_and(Edition::is_written)
    }

    /// Whether the templates of a language enclose a notice on language assistance.
    pub fn has_language_sheet(&self, language: Language) -> bool {
        !self.sources.text(language, "parts/language_sheet.md").trim().is_empty()
    }

    /// What the content check advises, and what waivers set aside.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.found().filter(|finding| finding.severity != Severity::Refuses)
    }

    /// What the law asks for and letters do not hold: none, unless loaded for review.
    pub fn faults(&self) -> impl Iterator<Item = &Finding> {
        self.found().filter(|finding| finding.severity == Severity::Refuses)
    }

    fn found(&self) -> impl Iterator<Item = &Finding> + Clone {
        self.editions.values().flat_map(|edition| &edition.findings).chain(&self.findings)
    }

    fn edition(&self, language: Language) -> Result<&Edition> {
        self.editions.get(&language).ok_or_else(|| Error::bug("a language has no templates"))
    }

    /// The first fault of what differs from person to person in a composed letter; `identifiers` are the numbers by which the lists
    /// know the patient.
    pub fn piece_fault<'i>(
        &self,
        letter: &Letter,
        recipient: &Recipient,
        identifiers: &(impl Iterator<Item = &'i str> + Clone),
    ) -> Option<PieceFault> {
        let edition = self.editions.get(&letter.language)?;
        content::piece_fault(letter, recipient, identifiers, &self.sensitive_words, &edition.wording)
    }

    /// Every template file by its name under `templates/`, with its text: what a seal binds.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.all()
    }
}

impl Letter {
    /// The variant that this letter is of.
    pub fn variant(&self, role: &'static str) -> Variant {
        Variant { language: self.language, role, paragraphs: Arc::clone(&self.paragraphs) }
    }

    /// The body as an accessible HTML document with `lang`, headings and no remote content.
    pub fn to_html(&self) -> String {
        html::document(self)
    }

    /// The body as plain text, lines folded at 72 columns.
    pub fn to_text(&self) -> String {
        text::document(self)
    }
}

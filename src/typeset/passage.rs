//! Passages: stretches of the body that are set once and placed on a page, whole or in parts.

use super::unit::Pt;
use super::{Mark, PlacedText};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A stretch of the body: marks from its own upper edge, `x` from the sheet's left edge.
pub struct Passage {
    /// In reading order.
    pub marks: Vec<Mark>,
    /// Holds nothing of a recipient's own: one copy serves all letters that have it.
    pub fixed: bool,
    /// Space above, unless the passage stands at the top of a page.
    pub(super) before: Pt,
    /// Never the last of a page.
    pub(super) keep_with_next: bool,
    /// Without the space above.
    pub(super) height: Pt,
    /// Its last mark is a text that may be split over pages.
    pub(super) splits: bool,
}

impl Passage {
    /// The text that may be split over pages.
    pub(super) fn split_text(&self) -> Option<&PlacedText> {
        match self.marks.last() {
            Some(Mark::Text(placed)) if self.splits => Some(placed),
            _ => None,
        }
    }
}

impl fmt::Debug for Passage {
    /// The height alone: the text may be a patient's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passage").field("height", &self.height).finish_non_exhaustive()
    }
}

/// A passage on a page.
#[derive(Debug, Clone)]
pub struct PlacedPassage {
    /// What stands here.
    pub passage: Arc<Passage>,
    /// Which lines of its text stand on this page; absent when all do.
    pub lines: Option<Range<usize>>,
    /// Its upper edge.
    pub y: Pt,
    /// Which block of the letter it is of, from 1: tags of one block and ordinal are one element.
    pub block: u32,
}

impl PlacedPassage {
    /// Its marks on this page, from its upper edge.
    pub fn marks(&self) -> Cow<'_, [Mark]> {
        let Some(lines) = &self.lines else { return Cow::Borrowed(&self.passage.marks) };
        let mut marks = if lines.start == 0 { self.passage.marks.clone() } else { Vec::new() };
        marks.truncate(self.passage.marks.len() - 1);
        if let Some(text) = self.passage.split_text() {
            marks.push(Mark::Text(PlacedText { lines: lines.clone(), ..text.clone() }));
        }
        Cow::Owned(marks)
    }
}

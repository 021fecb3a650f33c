//! Passages: stretches of the body that are set once and placed on a page, whole or in parts.

use super::unit::{Point, Pt};
use super::{Mark, PlacedText, Tag};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells standing passages apart: each thread has copies of its own, so that the threads of a job need not count each other's
/// use of one, and copies of one passage have one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StandingId(u32);

impl StandingId {
    fn next() -> StandingId {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        StandingId(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A stretch of the body: marks from its own origin, whose height is its upper edge.
#[derive(Clone)]
pub struct Passage {
    /// In reading order; none is a passage.
    pub marks: Vec<Mark>,
    /// Given when it holds nothing of a recipient's own: then it serves all letters that have it.
    pub standing: Option<StandingId>,
    /// Space above, unless the passage stands at the top of a page.
    pub(super) before: Pt,
    /// Never the last of a page.
    pub(super) keep_with_next: bool,
    /// Without the space above.
    pub(super) height: Pt,
    /// Its last mark is a text that may be split over pages.
    pub(super) splits: bool,
    /// The passages that it is put together from, each from the whole one's origin; then it has no marks.
    pub(super) parts: Vec<PlacedPassage>,
    /// What stands again above it at the top of a page: the header of its table.
    pub(super) header: Option<Arc<Passage>>,
}

impl Passage {
    /// A passage of some marks. Where passages are among them, it is put together from these and from what stands between.
    pub(super) fn of(marks: Vec<Mark>, fixed: bool, height: Pt) -> Passage {
        let standing = fixed.then(StandingId::next);
        let (before, parts) = (Pt(0.0), Vec::new());
        let mut whole = Passage { marks, standing, before, keep_with_next: false, height, splits: false, parts, header: None };
        if !whole.marks.iter().any(|mark| matches!(mark, Mark::Passage(_))) {
            return whole;
        }
        let mut between = Vec::new();
        for mark in std::mem::take(&mut whole.marks) {
            match mark {
                Mark::Passage(placed) => {
                    whole.parts.extend(own_part(&mut between));
                    whole.parts.push(placed);
                }
                mark => between.push(mark),
            }
        }
        whole.parts.extend(own_part(&mut between));
        whole
    }

    /// The same passage for another thread.
    pub(super) fn copy(&self) -> Arc<Passage> {
        Arc::new(self.clone())
    }

    /// The text that may be split over pages.
    pub(super) fn split_text(&self) -> Option<&PlacedText> {
        match self.marks.last() {
            Some(Mark::Text(placed)) if self.splits => Some(placed),
            _ => None,
        }
    }
}

fn own_part(marks: &mut Vec<Mark>) -> Option<PlacedPassage> {
    let passage = |marks| Arc::new(Passage::of(marks, false, Pt(0.0)));
    let placed = |marks| PlacedPassage { passage: passage(marks), lines: None, at: Point::default(), block: 0, within: None };
    (!marks.is_empty()).then(|| placed(std::mem::take(marks)))
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
    /// Its origin.
    pub at: Point,
    /// Which block of the letter it is of, from 1, or 0 for what stands around the body: tags of one block and ordinal are one
    /// element.
    pub block: u32,
    /// Where it stands in its block's structure; absent when its own tags tell.
    pub within: Option<Within>,
}

/// Where a passage that several blocks may have stands in the structure of one of them.
#[derive(Debug, Clone)]
pub struct Within {
    /// The elements around it, from the outermost to the innermost.
    pub path: Arc<[Tag]>,
    /// How many ordinals of its block are taken before its own.
    pub ordinals_before: u32,
}

impl PlacedPassage {
    /// Its marks on this page, from its origin.
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

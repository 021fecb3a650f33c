//! The type case: content of fixed passages, written once per thread and kept for every letter that has them.

use super::content::Snippet;
use super::plate::{Coder, Plate};
use crate::typeset::{Mark, PlacedPassage, StandingId};
use hashbrown::HashMap;
use std::sync::Arc;

/// A passage and the lines of it that stand on a page.
pub(super) type PassageKey = (StandingId, usize, usize);

/// The key of a fixed passage; absent when it is a recipient's own.
pub(super) fn key(placed: &PlacedPassage) -> Option<PassageKey> {
    let lines = placed.lines.clone().unwrap_or(0..usize::MAX);
    Some((placed.passage.standing?, lines.start, lines.end))
}

/// Snippets of fixed passages.
#[derive(Default)]
pub(super) struct TypeCase {
    kept: HashMap<PassageKey, Arc<Snippet>>,
}

impl TypeCase {
    /// The content of a passage, from its own upper edge.
    /// `coder` finds the letter's glyphs; those of fixed passages are all on the plate.
    pub(super) fn passage(&mut self, placed: &PlacedPassage, plate: &Plate, coder: Coder<'_>) -> Arc<Snippet> {
        let Some(key) = key(placed) else { return Arc::new(Snippet::of(placed.marks().iter(), coder)) };
        let write = || Arc::new(Snippet::of(placed.marks().iter(), plate.coder(None)));
        Arc::clone(self.kept.entry(key).or_insert_with(write))
    }
}

/// The marks of a page that are in no passage, in order, with the passages between them.
pub(super) enum Part<'p> {
    /// A passage.
    Passage(&'p PlacedPassage),
    /// Marks that stand at their own places on the sheet.
    Furniture(&'p [Mark]),
}

/// Splits a page's marks at its passages.
pub(super) fn parts(marks: &[Mark]) -> impl Iterator<Item = Part<'_>> {
    let both_loose = |one: &Mark, two: &Mark| !matches!(one, Mark::Passage(_)) && !matches!(two, Mark::Passage(_));
    marks.chunk_by(both_loose).map(|group| match group {
        [Mark::Passage(placed)] => Part::Passage(placed),
        loose => Part::Furniture(loose),
    })
}

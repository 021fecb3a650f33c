//! Which glyphs the letters of a job need, with the characters they stand for.

use crate::typeset::{Face, Mark, Pages};
use std::collections::BTreeMap;

/// Every glyph of a job by face and id, with its characters. The union of two is the same in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GlyphUse {
    by_face: [BTreeMap<u16, String>; 4],
}

impl GlyphUse {
    /// Adds the glyphs of a letter.
    pub fn add(&mut self, pages: &Pages) {
        for page in &pages.pages {
            page.for_each_mark(&mut |mark, _| self.add_mark(mark));
        }
    }

    fn add_mark(&mut self, mark: &Mark) {
        let (text, lines) = match mark {
            Mark::Text(placed) => (&placed.text, placed.lines.clone()),
            Mark::Watermark { text, .. } => (text, 0..text.lines.len()),
            Mark::Frame { .. } | Mark::Matrix { .. } | Mark::Imb { .. } | Mark::Passage(_) => return,
        };
        for run in text.lines[lines].iter().flat_map(|line| &line.runs) {
            for glyph in &run.glyphs {
                let characters = &run.text[usize::from(glyph.text.start)..usize::from(glyph.text.end)];
                self.insert(run.face, glyph.id, characters);
            }
        }
    }

    /// Adds all that another found.
    pub fn merge(&mut self, other: &GlyphUse) {
        for face in Face::ALL {
            for (id, characters) in &other.by_face[face.index()] {
                self.insert(face, *id, characters);
            }
        }
    }

    /// The glyphs of a face in order of their ids.
    pub(super) fn of(&self, face: Face) -> &BTreeMap<u16, String> {
        &self.by_face[face.index()]
    }

    /// A glyph that stands for several texts (a space and a no-break space) keeps the smallest, whoever comes first.
    fn insert(&mut self, face: Face, id: u16, characters: &str) {
        let known = self.by_face[face.index()].entry(id).or_insert_with(|| characters.to_owned());
        if (known.is_empty() && !characters.is_empty()) || (!characters.is_empty() && characters < known.as_str()) {
            characters.clone_into(known);
        }
    }
}

//! Which glyphs the letters of a job need, and in how many letters each occurs.

use crate::typeset::{Face, GlyphRun, Mark, Pages, StandingId, Stands, TextLines};
use hashbrown::HashSet;
use std::collections::BTreeMap;
use std::ops::Range;

/// Every glyph of some letters. Two are merged to the same in any order. Keep one for each thread: it remembers which fixed
/// passages it has read, so that they cost one look for every further letter.
#[derive(Clone, Default)]
pub struct GlyphUse {
    letters: u32,
    faces: Vec<FaceUse>,
    /// Fixed passages that were read.
    fixed: HashSet<StandingId>,
}

#[derive(Clone, Default)]
struct FaceUse {
    /// Glyph id -> use of the glyph for the character that it stands for by itself.
    nominal: Vec<Count>,
    /// Glyph id and text -> use of the glyph for other texts: ligatures, joined forms, parts of a cluster.
    forms: BTreeMap<u16, BTreeMap<String, Count>>,
}

/// How often a glyph is used.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// In so many letters, apart from fixed text.
    letters: u32,
    /// The last letter that was counted: ordinal from 1.
    last: u32,
    /// In fixed text.
    fixed: bool,
    /// As a part of a cluster.
    part: bool,
}

impl Count {
    #[inline]
    fn note(&mut self, letter: u32, fixed: bool) {
        if fixed {
            self.fixed = true;
        } else if self.last != letter {
            self.last = letter;
            self.letters += 1;
        }
    }

    fn merge(&mut self, other: Count) {
        self.letters += other.letters;
        self.fixed |= other.fixed;
        self.part |= other.part;
    }

    /// In any fixed text, or in at least 0.5% of the letters.
    fn is_frequent(self, letters: u32) -> bool {
        self.fixed || (self.letters > 0 && u64::from(self.letters) * 200 >= u64::from(letters))
    }
}

impl GlyphUse {
    /// Counts the glyphs of a letter.
    pub fn add(&mut self, pages: &Pages) {
        self.letters += 1;
        for mark in pages.pages.iter().flat_map(|page| &page.marks) {
            match mark {
                Mark::Passage(placed) => match placed.passage.standing {
                    None => for_each_text(&placed.marks(), &mut |text, lines| self.note(text, lines, false)),
                    Some(standing) => {
                        if self.fixed.insert(standing) {
                            // Whole, whatever part stands here: another letter may break it elsewhere.
                            for_each_text(&placed.passage.marks, &mut |text, lines| self.note(text, lines, true));
                        }
                    }
                },
                mark => for_each_text(std::slice::from_ref(mark), &mut |text, lines| self.note(text, lines, text.fixed)),
            }
        }
    }

    /// Counts all that another found.
    pub fn merge(&mut self, other: &GlyphUse) {
        self.letters += other.letters;
        if self.faces.len() < other.faces.len() {
            self.faces.resize_with(other.faces.len(), FaceUse::default);
        }
        for (face, theirs) in self.faces.iter_mut().zip(&other.faces) {
            if face.nominal.len() < theirs.nominal.len() {
                face.nominal.resize(theirs.nominal.len(), Count::default());
            }
            for (count, theirs) in face.nominal.iter_mut().zip(&theirs.nominal) {
                count.merge(*theirs);
            }
            for (glyph, texts) in &theirs.forms {
                let own = face.forms.entry(*glyph).or_default();
                for (text, theirs) in texts {
                    own.entry(text.clone()).or_default().merge(*theirs);
                }
            }
        }
    }

    /// How many letters were counted.
    pub fn letters(&self) -> u32 {
        self.letters
    }

    /// The glyphs of a face that stand for their own character and belong on the plate of so many letters, in order.
    pub(super) fn frequent_nominal(&self, face: Face, letters: u32) -> impl Iterator<Item = u16> {
        let counts = self.faces.get(face.index()).map_or(&[][..], |face| &face.nominal);
        (0u16..).zip(counts).filter(move |(_, count)| count.is_frequent(letters)).map(|(glyph, _)| glyph)
    }

    /// The glyphs of a face that stand for other texts and belong on the plate of so many letters, in order; and whether any
    /// stands for a part of a cluster.
    pub(super) fn frequent_forms(&self, face: Face, letters: u32) -> impl Iterator<Item = (u16, &str, bool)> {
        let forms = self.faces.get(face.index()).into_iter().flat_map(|face| &face.forms);
        let forms = forms.flat_map(|(glyph, texts)| texts.iter().map(|(text, count)| (*glyph, text.as_str(), *count)));
        forms.filter(move |(_, _, count)| count.is_frequent(letters)).map(|(glyph, text, count)| (glyph, text, count.part))
    }

    fn note(&mut self, text: &TextLines, lines: Range<usize>, fixed: bool) {
        for run in text.lines[lines].iter().flat_map(|line| &line.runs) {
            self.note_run(run, fixed);
        }
    }

    fn note_run(&mut self, run: &GlyphRun, fixed: bool) {
        if self.faces.len() <= run.face.index() {
            self.faces.resize_with(run.face.index() + 1, FaceUse::default);
        }
        let face = &mut self.faces[run.face.index()];
        for glyph in &run.glyphs {
            if glyph.stands == Stands::Nominal {
                let at = usize::from(glyph.id);
                if face.nominal.len() <= at {
                    face.nominal.resize(at + 1, Count::default());
                }
                face.nominal[at].note(self.letters, fixed);
            } else {
                let texts = face.forms.entry(glyph.id).or_default();
                let text = run.text_of(glyph);
                if !texts.contains_key(text) {
                    texts.insert(text.to_owned(), Count::default());
                }
                if let Some(count) = texts.get_mut(text) {
                    count.note(self.letters, fixed);
                    count.part |= glyph.stands == Stands::Part;
                }
            }
        }
    }
}

/// Shows the texts of some marks, with the lines of each that stand there; passages are passed over.
pub(super) fn for_each_text(marks: &[Mark], take: &mut dyn FnMut(&TextLines, Range<usize>)) {
    for mark in marks {
        match mark {
            Mark::Text(placed) => take(&placed.text, placed.lines.clone()),
            Mark::Watermark { text, .. } => take(text, 0..text.lines.len()),
            Mark::Image(_) | Mark::Frame { .. } | Mark::Matrix { .. } | Mark::Imb { .. } | Mark::Passage(_) => {}
        }
    }
}

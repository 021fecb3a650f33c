//! The plate: everything that all letters of a job share, made once and frozen; and what a letter with rare characters adds.
//!
//! How the content of a letter finds its glyphs:
//! - [`Plate::supplement`] tells once per letter whether it needs glyphs that the plate lacks, and embeds them.
//! - [`Plate::coder`] with that supplement, if any, answers for a glyph of a run: in which font resource, under which code,
//!   how wide. For most glyphs that is one look into a table.
//! - [`Plate::resources`] names the fonts of the plate and of the supplement.

use super::deflate::Kept;
use super::embed::{self, Embedded, Sources, Wanted};
use super::glyphs::{GlyphUse, for_each_text};
use super::images::{Image, images};
use super::number;
use crate::error::{Error, Result};
use crate::typeset::{Face, Fonts, Glyph, GlyphRun, Mark, Pages, Picture, Stands, TextLines};
use libdeflater::CompressionLvl;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Frozen fonts of a job: object bytes, and what the content needs to name glyphs.
#[derive(Clone)]
pub struct Plate {
    /// Objects 1.. with their bytes between `obj` and `endobj`.
    objects: Vec<Vec<u8>>,
    /// Font object of each resource F0, F1, ...
    fonts: Vec<u32>,
    faces: Vec<Option<PlateFace>>,
    /// Im0, Im1, ...
    images: Arc<[Image]>,
    sources: Arc<Sources>,
    supplements: Arc<Mutex<BTreeMap<SupplementKey, Arc<Supplement>>>>,
    /// Streams that many files of the job have, as they are compressed.
    deflated: Kept,
}

/// A font's name among the resources of a page: `F3` of the plate, `S0` of a supplement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Resource {
    letter: u8,
    number: u16,
}

impl Resource {
    /// Its name in content.
    pub(super) fn push(self, out: &mut Vec<u8>) {
        out.extend([b'/', self.letter]);
        number::push_integer(self.number.into(), out);
    }
}

/// Where a glyph is found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Coded {
    /// The font.
    pub(super) resource: Resource,
    /// Two bytes of a content string.
    pub(super) code: u16,
    /// Advance in thousandths of an em, as /W tells a reader.
    pub(super) width: f32,
}

/// A face as it stands in the plate.
#[derive(Debug, Clone)]
pub(super) struct PlateFace {
    /// The font of most of its glyphs.
    pub(super) resource: Resource,
    /// Glyph id of the font file -> code of the glyph as its own character; 0 where the plate has none.
    codes: Vec<u16>,
    /// Code -> advance.
    widths: Vec<f32>,
    /// Glyphs as other texts.
    forms: Forms,
}

/// Glyph id -> texts that the glyph stands for, and where each is found.
type Forms = BTreeMap<u16, Vec<(String, Coded)>>;

fn form(forms: &Forms, glyph: u16, text: &str) -> Option<Coded> {
    forms.get(&glyph)?.iter().find(|(known, _)| known == text).map(|(_, coded)| *coded)
}

impl PlateFace {
    /// Code of a glyph as its own character; 0 when the plate has none.
    #[inline]
    pub(super) fn code(&self, glyph: u16) -> u16 {
        self.codes.get(usize::from(glyph)).copied().unwrap_or_default()
    }

    /// Advance of a code of this face's first font.
    #[inline]
    pub(super) fn width(&self, code: u16) -> f32 {
        self.widths.get(usize::from(code)).copied().unwrap_or_default()
    }

    #[inline]
    fn find(&self, run: &GlyphRun, glyph: &Glyph) -> Option<Coded> {
        if glyph.stands == Stands::Nominal {
            let code = self.code(glyph.id);
            if code != 0 {
                return Some(Coded { resource: self.resource, code, width: self.width(code) });
            }
            return None;
        }
        form(&self.forms, glyph.id, run.text_of(glyph))
    }
}

/// Finds the glyphs of one run after the other.
#[derive(Clone, Copy)]
pub(super) struct Coder<'a> {
    plate: &'a Plate,
    supplement: Option<&'a Supplement>,
}

impl<'a> Coder<'a> {
    /// The number in an image's name; absent only when the plate was made without it.
    pub(super) fn image(self, picture: &Arc<Picture>) -> Option<usize> {
        self.plate.images.iter().position(|image| image.shows(picture))
    }

    /// Where the glyphs of a face are found: ask once per run.
    pub(super) fn face(self, face: Face) -> FaceCoder<'a> {
        FaceCoder { plate: self.plate.face(face), supplement: self.supplement.and_then(|supplement| supplement.forms.get(&face)) }
    }
}

/// Finds the glyphs of a face.
#[derive(Clone, Copy)]
pub(super) struct FaceCoder<'a> {
    plate: Option<&'a PlateFace>,
    supplement: Option<&'a Forms>,
}

impl FaceCoder<'_> {
    /// Where a glyph is found; absent only when the letter's supplement was left out.
    #[inline]
    pub(super) fn find(&self, run: &GlyphRun, glyph: &Glyph) -> Option<Coded> {
        let on_plate = self.plate.and_then(|face| face.find(run, glyph));
        on_plate.or_else(|| self.supplement.and_then(|forms| form(forms, glyph.id, run.text_of(glyph))))
    }
}

/// Face, glyph and text of each glyph of a supplement, in order.
pub(super) type SupplementKey = Arc<[(Face, u16, String)]>;

/// Supplements kept: far more than a job has sets of rare letters that come again.
const KEPT_SUPPLEMENTS: usize = 1024;

/// Small fonts of just those glyphs of one letter that the plate lacks. They depend on letter and plate alone.
pub(super) struct Supplement {
    /// What it holds: equal for letters that lack the same glyphs.
    pub(super) key: SupplementKey,
    embedded: Vec<Embedded>,
    forms: BTreeMap<Face, Forms>,
}

impl Supplement {
    /// The objects, the first of which has the number `base`.
    pub(super) fn objects(&self, base: u32) -> Vec<Vec<u8>> {
        self.numbered(base).flat_map(|(first, font)| font.write(first)).collect()
    }

    fn numbered(&self, base: u32) -> impl Iterator<Item = (u32, &Embedded)> {
        self.embedded.iter().scan(base, |next, font| {
            let first = *next;
            *next += font.count();
            Some((first, font))
        })
    }
}

impl Plate {
    /// Makes the plate for a job: all glyphs of fixed text, every glyph that at least 0.5% of the letters use, and the digits.
    ///
    /// # Errors
    /// A bug of ours when a font cannot be subset, or an embedded glyph is not what its source has.
    pub fn new(fonts: &Fonts, glyphs: &GlyphUse, letters: u32) -> Result<Plate> {
        let sources = Arc::new(Sources::new(fonts));
        let mut wanted = Vec::new();
        for face in fonts.faces() {
            let mut texts = Texts::new();
            for glyph in glyphs.frequent_nominal(face, letters) {
                texts.entry(glyph).or_default().extend(fonts.nominal(face, glyph).map(|character| (character.to_string(), false)));
            }
            for (glyph, text, part) in glyphs.frequent_forms(face, letters) {
                texts.entry(glyph).or_default().insert(text.to_owned(), part);
            }
            // Piece and page numbers and codes: whatever digits they have, no letter needs a supplement for them.
            if face == Face::REGULAR || (face == Face::BOLD && !texts.is_empty()) {
                for digit in '0'..='9' {
                    if let Some(glyph) = fonts.glyph(face, digit) {
                        texts.entry(glyph).or_default().insert(digit.to_string(), false);
                    }
                }
            }
            wanted.extend(layers(face, texts, fonts));
        }
        let embedded = embed::embed(&sources, &wanted, CompressionLvl::best())?;
        Ok(Plate::freeze(sources, &wanted, &embedded))
    }

    /// The same plate with the pictures that letters of the job show.
    ///
    /// # Errors
    /// A bug of ours when a picture cannot be compressed.
    pub fn with_pictures<'p>(self, pictures: impl IntoIterator<Item = &'p Arc<Picture>>) -> Result<Plate> {
        Ok(Plate { images: images(pictures)?.into(), ..self })
    }

    /// The images of a letter by their names' numbers.
    ///
    /// # Errors
    /// A bug of ours when one was not among the job's pictures.
    pub(super) fn images_of(&self, pages: &Pages) -> Result<Vec<(usize, &Image)>> {
        let shown = pages.pages.iter().flat_map(|page| &page.marks).filter_map(|mark| match mark {
            Mark::Image(placed) => Some(&placed.picture),
            _ => None,
        });
        let find = |picture| self.images.iter().enumerate().find(|(_, image)| image.shows(picture));
        shown.map(|picture| find(picture).ok_or_else(|| Error::bug("a picture is not on the plate"))).collect()
    }

    fn freeze(sources: Arc<Sources>, wanted: &[Wanted], embedded: &[Embedded]) -> Plate {
        let mut faces: Vec<Option<PlateFace>> = vec![None; sources.fonts.count()];
        let mut plate = Plate {
            objects: Vec::new(),
            fonts: Vec::new(),
            faces: Vec::new(),
            images: Arc::new([]),
            sources,
            supplements: Arc::default(),
            deflated: Kept::default(),
        };
        for (number, (part, font)) in wanted.iter().zip(embedded).enumerate() {
            let resource = Resource { letter: b'F', number: number as u16 };
            plate.fonts.push(plate.objects.len() as u32 + 1);
            let objects = font.write(plate.objects.len() as u32 + 1);
            plate.objects.extend(objects);
            let first = faces[part.face.index()].is_none();
            let face = faces[part.face.index()].get_or_insert_with(|| PlateFace {
                resource,
                codes: vec![0; part.glyphs.keys().next_back().map_or(0, |last| usize::from(*last) + 1)],
                widths: vec![0.0; font.widths.keys().next_back().map_or(0, |last| usize::from(*last) + 1)],
                forms: Forms::new(),
            });
            for (glyph, text) in &part.glyphs {
                let coded = coded(resource, font, *glyph);
                if first {
                    face.widths[usize::from(coded.code)] = coded.width;
                }
                if first && is_nominal(&plate.sources.fonts, part.face, *glyph, text) {
                    face.codes[usize::from(*glyph)] = coded.code;
                } else {
                    face.forms.entry(*glyph).or_default().push((text.clone(), coded));
                }
            }
        }
        plate.faces = faces;
        plate
    }

    /// What files of the job compress once for all.
    pub(super) fn deflated(&self) -> &Kept {
        &self.deflated
    }

    /// The frozen objects, numbered from 1.
    pub(super) fn objects(&self) -> &[Vec<u8>] {
        &self.objects
    }

    /// A face, when the plate has any of its glyphs.
    #[inline]
    pub(super) fn face(&self, face: Face) -> Option<&PlateFace> {
        self.faces[face.index()].as_ref()
    }

    /// Finds glyphs on the plate and in a letter's supplement.
    pub(super) fn coder<'a>(&'a self, supplement: Option<&'a Supplement>) -> Coder<'a> {
        Coder { plate: self, supplement }
    }

    /// `<</F0 1 0 R…>>`: the fonts by their names in content, with those of a supplement whose objects start at a number.
    pub(super) fn resources(&self, supplement: Option<(&Supplement, u32)>) -> String {
        let mut resources = String::from("<<");
        for (number, object) in self.fonts.iter().enumerate() {
            resources.push_str(&format!("/F{number} {object} 0 R"));
        }
        let supplement = supplement.into_iter().flat_map(|(supplement, base)| supplement.numbered(base));
        for (number, (object, _)) in supplement.enumerate() {
            resources.push_str(&format!("/S{number} {object} 0 R"));
        }
        resources.push_str(">>");
        resources
    }

    /// Embeds those glyphs of a letter that the plate lacks; absent for most letters.
    ///
    /// # Errors
    /// A bug of ours when a font cannot be subset, or an embedded glyph is not what its source has.
    pub(super) fn supplement(&self, pages: &Pages) -> Result<Option<Arc<Supplement>>> {
        let mut missing: BTreeMap<Face, Texts> = BTreeMap::new();
        let mut note = |text: &TextLines, lines: Range<usize>| self.note_missing(text, lines, &mut missing);
        for mark in pages.pages.iter().flat_map(|page| &page.marks) {
            match mark {
                Mark::Passage(placed) if placed.passage.standing.is_some() => {}
                Mark::Passage(placed) => for_each_text(&placed.marks(), &mut note),
                mark => for_each_text(std::slice::from_ref(mark), &mut note),
            }
        }
        if missing.is_empty() {
            return Ok(None);
        }
        let key: SupplementKey = missing
            .iter()
            .flat_map(|(face, texts)| texts.iter().map(|(glyph, texts)| (*face, *glyph, texts)))
            .flat_map(|(face, glyph, texts)| texts.keys().map(move |text| (face, glyph, text.clone())))
            .collect();
        if let Some(known) = self.kept_supplements().get(&key) {
            return Ok(Some(Arc::clone(known)));
        }
        let wanted: Vec<Wanted> = missing.into_iter().flat_map(|(face, texts)| layers(face, texts, &self.sources.fonts)).collect();
        // A few glyphs for one letter: the best level would save some bytes of a kilobyte.
        let embedded = embed::embed(&self.sources, &wanted, CompressionLvl::default())?;
        let mut forms: BTreeMap<Face, Forms> = BTreeMap::new();
        for (number, (part, font)) in wanted.iter().zip(&embedded).enumerate() {
            let resource = Resource { letter: b'S', number: number as u16 };
            let face = forms.entry(part.face).or_default();
            for (glyph, text) in &part.glyphs {
                face.entry(*glyph).or_default().push((text.clone(), coded(resource, font, *glyph)));
            }
        }
        let supplement = Arc::new(Supplement { key: Arc::clone(&key), embedded, forms });
        let mut kept = self.kept_supplements();
        if kept.len() < KEPT_SUPPLEMENTS {
            kept.insert(key, Arc::clone(&supplement));
        }
        drop(kept);
        Ok(Some(supplement))
    }

    fn kept_supplements(&self) -> MutexGuard<'_, BTreeMap<SupplementKey, Arc<Supplement>>> {
        self.supplements.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note_missing(&self, text: &TextLines, lines: Range<usize>, missing: &mut BTreeMap<Face, Texts>) {
        for run in text.lines[lines].iter().flat_map(|line| &line.runs) {
            let face = self.face(run.face);
            for glyph in &run.glyphs {
                if face.and_then(|face| face.find(run, glyph)).is_none() {
                    let texts = missing.entry(run.face).or_default();
                    let part = texts.entry(glyph.id).or_default().entry(run.text_of(glyph).to_owned()).or_default();
                    *part |= glyph.stands == Stands::Part;
                }
            }
        }
    }
}

/// Glyph id -> texts that it is to stand for, each with whether it is a part of a cluster's.
type Texts = BTreeMap<u16, BTreeMap<String, bool>>;

fn is_nominal(fonts: &Fonts, face: Face, glyph: u16, text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|character| fonts.nominal(face, glyph) == Some(character)) && characters.next().is_none()
}

fn coded(resource: Resource, font: &Embedded, glyph: u16) -> Coded {
    let code = font.codes.get(&glyph).copied().unwrap_or_default();
    Coded { resource, code, width: font.widths.get(&code).copied().unwrap_or_default() }
}

/// A font has one text for each glyph: a glyph that stands for several stands in as many fonts, in the first of them for its
/// own character.
fn layers(face: Face, texts: Texts, fonts: &Fonts) -> Vec<Wanted> {
    let mut layers: Vec<Wanted> = Vec::new();
    for (glyph, texts) in texts {
        let (own, others): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(text, _)| is_nominal(fonts, face, glyph, text));
        for (number, (text, part)) in own.into_iter().chain(others).enumerate() {
            if layers.len() == number {
                layers.push(Wanted { face, glyphs: BTreeMap::new(), parts: BTreeSet::new() });
            }
            layers[number].glyphs.insert(glyph, text);
            if part {
                layers[number].parts.insert(glyph);
            }
        }
    }
    layers
}

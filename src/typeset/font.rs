//! The fonts of a job: built-in Noto Sans (SIL Open Font License 1.1, from the crate `notosans`) and the faces of a folder
//! that the user names, for scripts that Noto Sans does not have.

use super::font_folder::{self, FontFile};
use super::font_packages::FontPackages;
use crate::error::{Error, Result};
use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride};
use skrifa::prelude::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// A face of a job's fonts, by its index: the four of the built-in family first, then those of the folder in name order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Face(u16);

impl Face {
    /// Built-in upright.
    pub const REGULAR: Face = Face(0);
    /// Built-in bold.
    pub const BOLD: Face = Face(1);
    /// Built-in italic.
    pub const ITALIC: Face = Face(2);
    /// Built-in bold italic.
    pub const BOLD_ITALIC: Face = Face(3);

    /// Position among the faces of its [`Fonts`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// All faces of a job; a copy shares them.
#[derive(Clone)]
pub struct Fonts(Arc<Inner>);

struct Inner {
    faces: Vec<SourceFace>,
    /// Identity of a face's bytes for the shaper -> face.
    by_blob: BTreeMap<(u64, u32), Face>,
    /// What the shaper selects from.
    collection: Collection,
    /// Families of the folder in the order in which their files stand.
    families: Vec<Family>,
    /// Name and bytes of the folder's files.
    files: Vec<(String, Blob<u8>)>,
    built_in: Coverage,
    packages: FontPackages,
}

struct SourceFace {
    bytes: Blob<u8>,
    index: u32,
    nominal: OnceLock<Vec<u32>>,
}

/// A family of the folder.
pub(super) struct Family {
    /// As the shaper knows it.
    pub(super) name: String,
    /// The face whose characters stand for all of the family's.
    face: Face,
}

/// The built-in files by name.
const BUILT_IN: [(&str, &[u8]); 4] = [
    ("regular", notosans::REGULAR_TTF),
    ("bold", notosans::BOLD_TTF),
    ("italic", notosans::ITALIC_TTF),
    ("bold-italic", notosans::BOLD_ITALIC_TTF),
];

/// No character: glyphs that only shaping reaches.
const NO_CHARACTER: u32 = u32::MAX;

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.files().map(|(name, _)| name)).finish()
    }
}

impl Fonts {
    /// Family name that the built-in files carry.
    pub const FAMILY: &'static str = "Noto Sans";

    /// The built-in family alone.
    ///
    /// # Errors
    /// A bug of ours when a built-in file cannot be read.
    pub fn built_in() -> Result<Fonts> {
        Fonts::new(Vec::new())
    }

    /// The built-in family and every font file of a folder (`.ttf`, `.otf`, `.ttc`, `.otc`) in name order; other files and
    /// folders inside it are passed over. `shown` is the folder as the user named it.
    ///
    /// # Errors
    /// Refused with every file that cannot be used; and when the folder cannot be read or holds no font.
    pub fn with_folder(folder: &Path, shown: &str) -> Result<Fonts> {
        Fonts::new(font_folder::read(folder, shown)?)
    }

    fn new(folder: Vec<FontFile>) -> Result<Fonts> {
        let mut inner = Inner {
            faces: Vec::new(),
            by_blob: BTreeMap::new(),
            collection: Collection::new(CollectionOptions { shared: false, system_fonts: false }),
            families: Vec::new(),
            files: Vec::new(),
            built_in: Coverage::default(),
            packages: FontPackages::load()?,
        };
        for (_, bytes) in BUILT_IN {
            inner.add(Blob::new(Arc::new(bytes)), None)?;
        }
        inner.built_in = Coverage::of(&inner.font(Face::REGULAR)?);
        for FontFile { name, bytes } in folder {
            let blob = Blob::new(Arc::new(bytes));
            let own_name = FontRef::from_index(blob.as_ref(), 0).ok().and_then(|font| font_folder::family_name(&font));
            // A file of the built-in family's name adds what the built-in one lacks: a family of its own, or the shaper could
            // not tell them apart.
            let renamed = own_name.filter(|own| own == Fonts::FAMILY).map(|own| format!("{own} (folder)"));
            inner.files.push((name, blob.clone()));
            inner.add(blob, renamed.as_deref())?;
        }
        Ok(Fonts(Arc::new(inner)))
    }

    /// How many faces there are.
    pub fn count(&self) -> usize {
        self.0.faces.len()
    }

    /// Every face.
    pub fn faces(&self) -> impl Iterator<Item = Face> + use<> {
        (0..self.0.faces.len() as u16).map(Face)
    }

    /// Name and bytes of each built-in file.
    pub fn built_in_files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
        BUILT_IN.into_iter()
    }

    /// Name, relative to the folder, and bytes of each file of the folder, in name order: what a job's state depends on.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref()))
    }

    /// The font file of a face, and the face's place in it when it is a collection.
    pub fn bytes(&self, face: Face) -> (&[u8], u32) {
        let source = &self.0.faces[face.index()];
        (source.bytes.as_ref(), source.index)
    }

    /// A face to be read.
    ///
    /// # Errors
    /// A bug of ours: every file was read when it was taken in.
    pub fn font(&self, face: Face) -> Result<FontRef<'_>> {
        self.0.font(face)
    }

    /// The character that a glyph stands for by itself, the first one when there are several; absent for glyphs that only
    /// shaping reaches.
    pub fn nominal(&self, face: Face, glyph: u16) -> Option<char> {
        let source = &self.0.faces[face.index()];
        let characters = source.nominal.get_or_init(|| self.0.font(face).map_or_else(|_| Vec::new(), |font| nominal_characters(&font)));
        characters.get(usize::from(glyph)).copied().and_then(char::from_u32)
    }

    /// The glyph that a face has for a character.
    pub fn glyph(&self, face: Face, character: char) -> Option<u16> {
        let glyph = self.font(face).ok()?.charmap().map(character)?;
        u16::try_from(glyph.to_u32()).ok().filter(|glyph| *glyph != 0)
    }

    /// Whether a face has a character.
    pub fn has(&self, face: Face, character: char) -> bool {
        self.glyph(face, character).is_some()
    }

    /// The script that a character belongs to, by its Unicode name, and the Debian package whose fonts have it; absent when
    /// no package is known.
    pub fn package_for(&self, character: char) -> (&'static str, Option<&str>) {
        self.0.packages.package_for(character)
    }

    /// The face whose bytes the shaper used.
    pub(super) fn face_of(&self, blob: u64, index: u32) -> Option<Face> {
        self.0.by_blob.get(&(blob, index)).copied()
    }

    /// What the shaper selects from: a copy, since it keeps what it found there.
    pub(super) fn collection(&self) -> Collection {
        self.0.collection.clone()
    }

    /// Width of a glyph in ems as its file has it.
    pub(crate) fn own_advance(&self, face: Face, glyph: u16) -> f32 {
        let metrics = |font: FontRef<'_>| font.glyph_metrics(Size::new(1.0), LocationRef::default()).advance_width(GlyphId::from(glyph));
        self.font(face).ok().and_then(metrics).unwrap_or_default()
    }

    /// Whether the built-in family has a character.
    #[inline]
    pub(super) fn built_in_has(&self, character: char) -> bool {
        self.0.built_in.has(character)
    }

    /// The folder's families, in the order of their files.
    pub(super) fn families(&self) -> &[Family] {
        &self.0.families
    }

    /// What is known about scripts.
    pub(super) fn packages(&self) -> &FontPackages {
        &self.0.packages
    }

    /// Whether a family has a character.
    pub(super) fn family_has(&self, family: &Family, character: char) -> bool {
        self.has(family.face, character)
    }
}

impl Inner {
    fn font(&self, face: Face) -> Result<FontRef<'_>> {
        let source = &self.faces[face.index()];
        FontRef::from_index(source.bytes.as_ref(), source.index).map_err(|_| Error::bug("a font that was read once cannot be read again"))
    }

    /// Takes every face of a file in, under another family name if one is given.
    fn add(&mut self, blob: Blob<u8>, family: Option<&str>) -> Result<()> {
        let faces = skrifa::raw::FileRef::new(blob.as_ref()).map_or(0, |file| file.fonts().count() as u32);
        let built_in = self.faces.len() < 4;
        for index in 0..faces {
            let face = Face(u16::try_from(self.faces.len()).map_err(|_| Error::bug("there are too many font faces"))?);
            self.by_blob.insert((blob.id(), index), face);
            self.faces.push(SourceFace { bytes: blob.clone(), index, nominal: OnceLock::new() });
            if built_in {
                continue;
            }
            let font = self.font(face)?;
            let upright = font_folder::is_regular(&font);
            let Some(name) = family.map(str::to_owned).or_else(|| font_folder::family_name(&font)) else { continue };
            match self.families.iter_mut().find(|known| known.name == name) {
                Some(known) if upright => known.face = face,
                Some(_) => {}
                None => self.families.push(Family { name, face }),
            }
        }
        let renamed = family.map(|name| FontInfoOverride { family_name: Some(name), ..FontInfoOverride::default() });
        if self.collection.register_fonts(blob, renamed).is_empty() {
            return Err(Error::bug("a font cannot be taken in"));
        }
        Ok(())
    }
}

/// Glyph -> the smallest character that is mapped to it.
fn nominal_characters(font: &FontRef<'_>) -> Vec<u32> {
    let mut characters = Vec::new();
    for (character, glyph) in font.charmap().mappings() {
        let glyph = glyph.to_u32() as usize;
        if characters.len() <= glyph {
            characters.resize(glyph + 1, NO_CHARACTER);
        }
        characters[glyph] = characters[glyph].min(character);
    }
    characters
}

/// The characters of a face.
#[derive(Default)]
struct Coverage {
    /// A bit a character.
    bits: Vec<u64>,
}

impl Coverage {
    fn of(font: &FontRef<'_>) -> Coverage {
        let mut coverage = Coverage::default();
        for (character, _) in font.charmap().mappings() {
            let word = (character / 64) as usize;
            if coverage.bits.len() <= word {
                coverage.bits.resize(word + 1, 0);
            }
            coverage.bits[word] |= 1 << (character % 64);
        }
        coverage
    }

    #[inline]
    fn has(&self, character: char) -> bool {
        let character = u32::from(character);
        self.bits.get((character / 64) as usize).is_some_and(|word| word & (1 << (character % 64)) != 0)
    }
}

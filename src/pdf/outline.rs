//! What a font program draws against what its source draws: so that the text a reader extracts is the text a person sees.

use super::embed::Wanted;
use crate::error::{Error, Result};
use crate::typeset::{Face, Fonts};
use printpdf::{ParsedFont, cff_charset_gid_to_cid_map};
use skrifa::outline::DrawSettings;
use skrifa::outline::pen::OutlinePen;
use skrifa::prelude::{LocationRef, Size};
use skrifa::raw::TableProvider as _;
use skrifa::raw::collections::IntSet;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// How far /W may be from the font's own advance, in thousandths of an em: it is rounded to whole ones (ISO 19005-2, 6.2.11.5).
const WIDTH_TOLERANCE: f32 = 1.0;

/// Compares every glyph of an embedded program with its source: outline, advance, and the character that it stands for.
///
/// # Errors
/// A bug of ours at the first difference.
pub(super) fn check(fonts: &Fonts, part: &Wanted, codes: &BTreeMap<u16, u16>, widths: &BTreeMap<u16, f32>, program: &[u8]) -> Result<()> {
    let source = fonts.font(part.face)?;
    let differs =
        |what: &str, glyph: u16| Error::bug(format!("glyph {glyph} of face {} has another {what} when it is embedded", part.face.index()));
    // A bare CFF table (PDF's CIDFontType0C) is wrapped to be read, and its codes are the names of its glyphs.
    let wrapped;
    let (sfnt, by_name) = if FontRef::new(program).is_ok() {
        (program, None)
    } else {
        let names = cff_charset_gid_to_cid_map(program, 0).unwrap_or_default();
        wrapped = ParsedFont::from_bytes(program, 0, &mut Vec::new()).and_then(|font| font.source_bytes());
        let bytes = wrapped.as_ref().map(|bytes| bytes.as_slice()).ok_or_else(|| Error::bug("an embedded font cannot be read"))?;
        (bytes, Some(names.into_iter().map(|(glyph, name)| (name, glyph)).collect::<BTreeMap<u16, u16>>()))
    };
    let embedded = FontRef::new(sfnt).map_err(|_| Error::bug("an embedded font cannot be read"))?;
    let scale = 1000.0 / f32::from(source.head().map_or(1000, |head| head.units_per_em()));
    let metrics = source.glyph_metrics(Size::unscaled(), LocationRef::default());
    let (drawn_from, drawn) = (source.outline_glyphs(), embedded.outline_glyphs());
    for (glyph, code) in codes {
        let place = match &by_name {
            Some(names) => *names.get(code).ok_or_else(|| differs("name", *glyph))?,
            None => *code,
        };
        if path(&drawn_from, *glyph) != path(&drawn, place) {
            return Err(differs("outline", *glyph));
        }
        let own = metrics.advance_width(GlyphId::from(*glyph)).unwrap_or_default() * scale;
        if widths.get(code).is_none_or(|width| (width - own).abs() > WIDTH_TOLERANCE) {
            return Err(differs("width", *glyph));
        }
        if !part.parts.contains(glyph) && !stands_for(fonts, part.face, &source, *glyph, part.glyphs.get(glyph).map_or("", String::as_str))
        {
            return Err(differs("character", *glyph));
        }
    }
    Ok(())
}

/// What is drawn for a glyph, in font units.
fn path(outlines: &skrifa::outline::OutlineGlyphCollection<'_>, glyph: u16) -> Recorder {
    let mut recorder = Recorder::default();
    if let Some(outline) = outlines.get(GlyphId::from(glyph)) {
        recorder.failed = outline.draw(DrawSettings::unhinted(Size::unscaled(), LocationRef::default()), &mut recorder).is_err();
    }
    recorder
}

#[derive(Default, PartialEq)]
struct Recorder {
    steps: Vec<(u8, [f32; 6])>,
    failed: bool,
}

impl OutlinePen for Recorder {
    fn move_to(&mut self, x: f32, y: f32) {
        self.steps.push((0, [x, y, 0.0, 0.0, 0.0, 0.0]));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.steps.push((1, [x, y, 0.0, 0.0, 0.0, 0.0]));
    }
    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        self.steps.push((2, [cx0, cy0, x, y, 0.0, 0.0]));
    }
    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.steps.push((3, [cx0, cy0, cx1, cy1, x, y]));
    }
    fn close(&mut self) {
        self.steps.push((4, [0.0; 6]));
    }
}

/// Brackets that right-to-left text shows as their counterpart (Unicode's `Bidi_Mirroring_Glyph`, as far as names have them).
const MIRRORED: [(char, char); 6] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»'), ('‹', '›')];

/// Whether a glyph is what the font has for a character, or what its substitutions make of it. Of a text of several
/// characters, or a part of a cluster's, no glyph alone can be told to be right.
fn stands_for(fonts: &Fonts, face: Face, source: &FontRef<'_>, glyph: u16, text: &str) -> bool {
    let mut characters = text.chars();
    let (Some(character), None) = (characters.next(), characters.next()) else { return true };
    let map = source.charmap();
    let own = |character| map.map(character).is_some_and(|own| own == GlyphId::from(glyph));
    if own(character) {
        return true;
    }
    let mirrored =
        MIRRORED.iter().find_map(|(left, right)| if *left == character { Some(*right) } else { (*right == character).then_some(*left) });
    // Two characters that are one to the reader, such as a letter's joined form and the letter.
    let same = |other: char| {
        let of_text: String = character.nfkd().collect();
        other.nfkd().all(|part| of_text.contains(part))
    };
    mirrored.is_some_and(own) || fonts.nominal(face, glyph).is_some_and(same) || is_substitute(source, character, glyph)
}

/// Whether the font's substitutions lead from a character to a glyph.
fn is_substitute(source: &FontRef<'_>, character: char, glyph: u16) -> bool {
    let start = character.nfd().chain([character]).filter_map(|part| source.charmap().map(part));
    let mut reached: IntSet<GlyphId> = start.collect();
    let Ok(substitutions) = source.gsub() else { return false };
    substitutions.closure_glyphs(&IntSet::all(), &mut reached).is_ok() && reached.contains(GlyphId::from(glyph))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The built-in face as its own program, with a glyph under a code.
    fn checked(text: &str, glyph_of: char, code_of: char) -> Result<()> {
        let fonts = Fonts::built_in().unwrap();
        let face = Face::REGULAR;
        let (glyph, code) = (fonts.glyph(face, glyph_of).unwrap(), fonts.glyph(face, code_of).unwrap());
        let part = Wanted { face, glyphs: [(glyph, text.to_owned())].into(), parts: BTreeSet::new() };
        let width = fonts.own_advance(face, glyph) * 1000.0;
        check(&fonts, &part, &[(glyph, code)].into(), &[(code, width)].into(), fonts.bytes(face).0)
    }

    #[test]
    fn an_embedded_glyph_that_is_another_is_a_bug() {
        assert!(checked("a", 'a', 'a').is_ok());
        assert!(checked("a", 'a', 'o').is_err(), "another outline");
        assert!(checked("o", 'a', 'a').is_err(), "another text");
        assert!(checked("\u{212B}", 'Å', 'Å').is_ok(), "the same letter to a reader");
        assert!(checked("(", ')', ')').is_ok(), "mirrored in right-to-left text");
    }
}

//! The short way for what most personal text is: a line of Latin letters, digits and signs that is not broken.
//!
//! Such a line has one direction, one script and the built-in family, so it goes to the shaper (`harfrust`) as it is, without
//! what `parley` finds out first about direction, scripts, fonts and line breaks. The result is the same: a test compares them.

use super::font::{Face, Fonts};
use super::shape::{CODE_SCALE, CODE_SPACING, GlyphRun, Shaped, Style, TextLines, push_cluster, trailing_blanks};
use super::unit::Pt;
use crate::compose::Inline;
use harfrust::{BufferClusterLevel, Direction, Feature, FontRef, ShapeOptions, ShapePlan, ShaperData, Tag, UnicodeBuffer, script};
use std::sync::Arc;

/// Shapes plain lines.
pub(super) struct PlainShaper {
    fonts: Fonts,
    faces: Vec<PlainFace>,
    buffer: Option<UnicodeBuffer>,
    /// Room for one cluster's glyphs.
    cluster: Vec<Shaped>,
}

/// What is kept of a built-in face.
struct PlainFace {
    data: ShaperData,
    text: ShapePlan,
    code: ShapePlan,
}

/// The built-in faces by italic and bold.
const FACES: [Face; 4] = [Face::REGULAR, Face::BOLD, Face::ITALIC, Face::BOLD_ITALIC];
/// In a code every character stands alone and at its own width; spaced text has no ligatures (CSS Text 3, 7.2).
const CODE_FEATURES: [&[u8; 4]; 6] = [b"liga", b"clig", b"dlig", b"hlig", b"calt", b"kern"];

/// A part of a line in one face and size.
struct Segment {
    face: Face,
    size: Pt,
    code: bool,
    /// Inlines of it.
    inlines: std::ops::Range<usize>,
}

impl PlainShaper {
    pub(super) fn new(fonts: &Fonts) -> PlainShaper {
        let off = CODE_FEATURES.map(|tag| Feature::new(Tag::new(tag), 0, ..));
        let face = |face: Face| {
            let font = fonts.font(face).ok()?;
            let data = ShaperData::new(&font);
            let shaper = data.shaper(&font).build();
            let plan = |features: &[Feature]| ShapePlan::new(&shaper, Direction::LeftToRight, Some(script::LATIN), None, features);
            let (text, code) = (plan(&[]), plan(&off));
            Some(PlainFace { data, text, code })
        };
        let faces = FACES.into_iter().filter_map(face).collect();
        PlainShaper { fonts: fonts.clone(), faces, buffer: Some(UnicodeBuffer::new()), cluster: Vec::new() }
    }

    /// The line, if its text is plain and fits the width; else nothing is said of it.
    pub(super) fn line(&mut self, inlines: &[Inline], style: Style, width: Pt) -> Option<TextLines> {
        let plain = |character| is_plain(character) && self.fonts.built_in_has(character);
        if inlines.iter().all(|inline| inline.text.is_empty()) || !inlines.iter().all(|inline| inline.text.chars().all(plain)) {
            return None;
        }
        let mut runs = Vec::new();
        let mut pen = Pt(0.0);
        for segment in segments(inlines, style) {
            self.shape(inlines, &segment, style, &mut pen, &mut runs)?;
        }
        let trailing = trailing_blanks(&runs, pen);
        let line_width = pen - trailing;
        if line_width > width {
            return None;
        }
        let mut lines = TextLines { width: line_width, ..TextLines::default() };
        lines.push(runs, style);
        Some(lines)
    }

    fn shape(&mut self, inlines: &[Inline], segment: &Segment, style: Style, pen: &mut Pt, runs: &mut Vec<GlyphRun>) -> Option<()> {
        let face = self.faces.get(segment.face.index())?;
        let (bytes, _) = self.fonts.bytes(segment.face);
        let font = FontRef::new(bytes).ok()?;
        let shaper = face.data.shaper(&font).build();
        let mut buffer = self.buffer.take().unwrap_or_default();
        buffer.set_cluster_level(BufferClusterLevel::MonotoneCharacters);
        let parts = &inlines[segment.inlines.clone()];
        let joined;
        let text = match parts {
            [one] => one.text.as_str(),
            several => {
                joined = several.iter().map(|inline| inline.text.as_str()).collect::<String>();
                &joined
            }
        };
        for (at, character) in text.char_indices() {
            buffer.add(character, at as u32);
        }
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        let plan = if segment.code { &face.code } else { &face.text };
        let shaped = shaper.shape(buffer, ShapeOptions::new().plan(Some(plan)));
        let scale = segment.size.0 / shaper.units_per_em() as f32;
        let spacing = if segment.code { style.size.0 * CODE_SPACING } else { 0.0 };
        let (infos, positions) = (shaped.glyph_infos(), shaped.glyph_positions());
        let mut ends = parts.iter().scan(0, |end, inline| {
            *end += inline.text.len();
            Some((*end, inline))
        });
        let mut end = 0;
        let mut at = 0;
        while at < infos.len() {
            let start = infos[at].cluster as usize;
            let next = (at..infos.len()).find(|next| infos[*next].cluster as usize != start).unwrap_or(infos.len());
            let stop = infos.get(next).map_or(text.len(), |info| info.cluster as usize);
            while start >= end {
                let (next_end, inline) = ends.next()?;
                end = next_end;
                if start < end {
                    let (glyphs, text) = (Vec::with_capacity(inline.text.len()), String::with_capacity(inline.text.len()));
                    let link = inline.link.as_deref().map(Arc::from);
                    runs.push(GlyphRun { face: segment.face, size: segment.size, x: *pen, width: Pt(0.0), glyphs, text, link });
                }
            }
            // A ligature over the edge of two inlines has no place in either.
            if stop > end {
                self.buffer = Some(shaped.clear());
                return None;
            }
            self.cluster.clear();
            self.cluster.extend(infos[at..next].iter().zip(&positions[at..next]).map(|(info, position)| Shaped {
                id: info.glyph_id as u16,
                x: position.x_offset as f32 * scale,
                rise: position.y_offset as f32 * scale,
                advance: position.x_advance as f32 * scale,
            }));
            if let Some(last) = self.cluster.last_mut().filter(|_| spacing > 0.0) {
                last.advance += spacing;
            }
            let run = runs.last_mut()?;
            push_cluster(&self.fonts, run, pen, &text[start..stop], false, &mut self.cluster);
            run.width = *pen - run.x;
            at = next;
        }
        self.buffer = Some(shaped.clear());
        Some(())
    }
}

/// Neighbours of one face and size are shaped together, so that they kern over the edge.
fn segments(inlines: &[Inline], style: Style) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::with_capacity(inlines.len());
    for (index, inline) in inlines.iter().enumerate() {
        let bold = inline.bold || style.bold || inline.code;
        let face = FACES[usize::from(bold) + 2 * usize::from(inline.italic)];
        let size = if inline.code { style.size * CODE_SCALE } else { style.size };
        match segments.last_mut() {
            Some(last) if (last.face == face && last.code == inline.code) || inline.text.is_empty() => last.inlines.end = index + 1,
            _ => segments.push(Segment { face, size, code: inline.code, inlines: index..index + 1 }),
        }
    }
    segments
}

/// Letters that always stand for themselves, from left to right: no marks, nothing unseen, no line end.
fn is_plain(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}'
        | '\u{2010}' | '\u{2012}'..='\u{2015}' | '\u{2018}'..='\u{201F}' | '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{20AC}')
}

#[cfg(test)]
mod tests {
    use super::super::shape::Shaper;
    use super::*;
    use proptest::prelude::*;

    fn near(a: Pt, b: Pt) -> bool {
        (a.0 - b.0).abs() < 0.002
    }

    /// Demands that both ways set some text the same.
    fn compare(shaper: &mut Shaper, plain: &mut PlainShaper, inlines: &[Inline], style: Style) {
        let Some(short) = plain.line(inlines, style, Pt(f32::MAX)) else { return };
        let (long, uncovered) = shaper.shape_any(inlines, style, Pt(f32::MAX));
        assert_eq!((uncovered, long.lines.len()), (None, 1));
        assert!(near(short.width, long.width), "{} is not {}", short.width.0, long.width.0);
        assert!(near(short.height, long.height) && near(short.lines[0].baseline, long.lines[0].baseline));
        let (short, long) = (&short.lines[0].runs, &long.lines[0].runs);
        assert_eq!(short.len(), long.len(), "{short:?}\n{long:?}");
        for (short, long) in short.iter().zip(long) {
            assert_eq!((short.face, short.size, &short.text, &short.link), (long.face, long.size, &long.text, &long.link));
            assert!(near(short.x, long.x) && near(short.width, long.width));
            assert_eq!(short.glyphs.len(), long.glyphs.len());
            for (short, long) in short.glyphs.iter().zip(&long.glyphs) {
                assert_eq!((short.id, &short.text, short.stands), (long.id, &long.text, long.stands));
                assert!(near(short.x, long.x) && near(short.rise, long.rise), "{short:?} is not {long:?}");
            }
        }
    }

    fn inline() -> impl Strategy<Value = Inline> {
        let text =
            prop_oneof!["[ -~\u{A1}-\u{AC}\u{AE}-\u{24F}]{0,30}", "[A-Za-z0-9 .,'’-]{0,40}", "[\u{1E00}-\u{1EFF}“”‘’–—…•€fil ]{0,20}"];
        (text, 0..8_u8).prop_map(|(text, kind)| Inline {
            text,
            bold: kind == 1 || kind == 3,
            italic: kind == 2 || kind == 3,
            code: kind == 4,
            link: (kind == 5).then(|| "https://example.com".to_owned()),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn the_short_way_sets_a_line_as_the_long_way_does(inlines in prop::collection::vec(inline(), 1..5), bold: bool) {
            let fonts = Fonts::built_in().unwrap();
            let style = if bold { Style::bold(11.0, 14.0) } else { Style::regular(9.5, 12.5) };
            compare(&mut Shaper::new(&fonts), &mut PlainShaper::new(&fonts), &inlines, style);
        }
    }

    #[test]
    fn every_plain_character_and_pair_of_letters_is_set_alike() {
        let fonts = Fonts::built_in().unwrap();
        let (mut shaper, mut plain) = (Shaper::new(&fonts), PlainShaper::new(&fonts));
        let characters: Vec<char> = ('\0'..='\u{FFFF}').filter(|character| is_plain(*character)).collect();
        for chunk in characters.chunks(40) {
            let inline = |text: String| [Inline { text, ..Inline::default() }];
            compare(&mut shaper, &mut plain, &inline(chunk.iter().collect()), Style::regular(11.0, 14.0));
        }
        for first in ' '..='~' {
            let text: String = (' '..='~').flat_map(|second| [first, second]).collect();
            for code in [false, true] {
                let inlines = [Inline { text: text.clone(), code, ..Inline::default() }];
                compare(&mut shaper, &mut plain, &inlines, Style::regular(11.0, 14.0));
            }
        }
    }

    #[test]
    fn what_is_not_plain_or_does_not_fit_goes_the_long_way() {
        let fonts = Fonts::built_in().unwrap();
        let mut plain = PlainShaper::new(&fonts);
        let mut sets = |text: &str, width: f32| {
            let inlines = [Inline { text: text.to_owned(), ..Inline::default() }];
            plain.line(&inlines, Style::regular(11.0, 14.0), Pt(width)).is_some()
        };
        assert!(sets("Ann O’Brien-Wałęsa", 300.0));
        for text in ["", "two\nlines", "Z\u{307}", "דוד", "王", "soft\u{AD}hyphen"] {
            assert!(!sets(text, 300.0), "{text:?}");
        }
        assert!(!sets("Ann O’Brien-Wałęsa", 30.0));
    }
}

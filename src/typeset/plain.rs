//! The short way for what most personal text is: Latin letters, digits and signs.
//!
//! Such text has one direction, one script and the built-in family, so it goes to the shaper (`harfrust`) as it is, without
//! what `parley` finds out first about direction, scripts and fonts. No glyph of the built-in family depends on
//! what stands beyond a blank, so a word is shaped once and put together with others. The result is the same: tests compare
//! them.

use super::breaks::broken;
use super::font::{Face, Fonts};
use super::shape::{CODE_SCALE, CODE_SPACING, Glyph, GlyphRun, Shaped, Style, TextLines, push_cluster, trailing_blanks};
use super::unit::Pt;
use crate::compose::Inline;
use harfrust::{BufferClusterLevel, Direction, Feature, FontRef, ShapeOptions, ShapePlan, ShaperData, Tag, UnicodeBuffer, script};
use hashbrown::HashMap;
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
    words: Words,
    code_characters: Words,
}

/// What was shaped of a face.
#[derive(Default)]
struct Words {
    /// Single characters by their ASCII code: every digit and blank is asked for.
    characters: Vec<Option<Word>>,
    others: HashMap<Box<str>, Word>,
}

impl Words {
    fn get(&self, text: &str) -> Option<&Word> {
        match text.as_bytes() {
            [character] => self.characters.get(usize::from(*character))?.as_ref(),
            _ => self.others.get(text),
        }
    }

    fn keep(&mut self, text: &str, word: Word) {
        if let [character] = text.as_bytes() {
            self.characters.resize_with(128, || None);
            self.characters[usize::from(*character)] = Some(word);
            return;
        }
        if self.others.len() == KEPT_WORDS {
            self.others.clear();
        }
        self.others.insert(text.into(), word);
    }
}

/// A word of text or a character of a code, shaped at a size of 1.
struct Word {
    glyphs: Box<[Glyph]>,
    text: Box<str>,
    width: Pt,
}

/// Words kept of a face: people share first names, family names, streets and towns.
const KEPT_WORDS: usize = 16_384;

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
            Some(PlainFace { data, text, code, words: Words::default(), code_characters: Words::default() })
        };
        let faces = FACES.into_iter().filter_map(face).collect();
        PlainShaper { fonts: fonts.clone(), faces, buffer: Some(UnicodeBuffer::new()), cluster: Vec::new() }
    }

    /// The lines, if the text is plain and no word of it is wider than the column; else nothing is said of it.
    pub(super) fn lines(&mut self, inlines: &[Inline], style: Style, column: Pt) -> Option<TextLines> {
        if inlines.iter().all(|inline| inline.text.is_empty()) {
            return None;
        }
        let mut runs = Vec::with_capacity(inlines.len());
        let mut pen = Pt(0.0);
        for segment in segments(inlines, style) {
            match &inlines[segment.inlines.clone()] {
                [one] if one.text.is_empty() => {}
                [one] => runs.push(self.words(one, &segment, &mut pen)?),
                several => self.shape(several, &segment, &mut pen, &mut runs)?,
            }
        }
        let width = pen - trailing_blanks(&runs, pen);
        let mut lines = TextLines::default();
        if width <= column {
            lines.width = width;
            lines.push(runs, style);
            return Some(lines);
        }
        // A blank that must not be broken at is a plain one once it is set.
        if inlines.iter().any(|inline| inline.text.contains('\u{A0}')) {
            return None;
        }
        for runs in broken(inlines, &runs, column)? {
            let end = runs.last().map_or(Pt(0.0), |run| run.x + run.width);
            lines.width = lines.width.max(end - trailing_blanks(&runs, end));
            lines.push(runs, style);
        }
        Some(lines)
    }

    /// A run put together of words that are known.
    fn words(&mut self, inline: &Inline, segment: &Segment, pen: &mut Pt) -> Option<GlyphRun> {
        let (face, size) = (segment.face, segment.size);
        let (glyphs, text) = (Vec::with_capacity(inline.text.len()), String::with_capacity(inline.text.len()));
        let mut run = GlyphRun { face, size, x: *pen, width: Pt(0.0), glyphs, text, link: inline.link.as_deref().map(Arc::from) };
        let mut rest = inline.text.as_str();
        while let Some(first) = rest.chars().next() {
            let length = if segment.code || first == ' ' { first.len_utf8() } else { rest.find(' ').unwrap_or(rest.len()) };
            let (word, after) = rest.split_at(length);
            rest = after;
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                // House numbers, ZIP Codes, piece numbers: too many to keep, and no digit depends on the next.
                for digit in 0..word.len() {
                    self.push_word(&word[digit..=digit], segment, *pen, &mut run)?;
                    *pen = run.x + run.width;
                }
                continue;
            }
            self.push_word(word, segment, *pen, &mut run)?;
            *pen = run.x + run.width;
        }
        Some(run)
    }

    /// Adds a word to a run; nothing is said of one that is not plain.
    fn push_word(&mut self, text: &str, segment: &Segment, pen: Pt, run: &mut GlyphRun) -> Option<()> {
        let face = self.faces.get(segment.face.index())?;
        let words = if segment.code { &face.code_characters } else { &face.words };
        if let Some(word) = words.get(text) {
            word.push(pen, run);
            return Some(());
        }
        let inline = Inline { text: text.to_owned(), ..Inline::default() };
        let alone = Segment { face: segment.face, size: Pt(1.0), code: segment.code, inlines: 0..1 };
        let (mut width, mut runs) = (Pt(0.0), Vec::with_capacity(1));
        self.shape(&[inline], &alone, &mut width, &mut runs)?;
        let GlyphRun { glyphs, text: shown, .. } = runs.pop()?;
        let word = Word { glyphs: glyphs.into(), text: shown.into(), width };
        word.push(pen, run);
        let face = self.faces.get_mut(segment.face.index())?;
        let words = if segment.code { &mut face.code_characters } else { &mut face.words };
        words.keep(text, word);
        Some(())
    }

    /// Shapes the inlines of a segment together; nothing is said of text that is not plain.
    fn shape(&mut self, parts: &[Inline], segment: &Segment, pen: &mut Pt, runs: &mut Vec<GlyphRun>) -> Option<()> {
        let plain = |character| is_plain(character) && self.fonts.built_in_has(character);
        if !parts.iter().all(|inline| inline.text.chars().all(plain)) {
            return None;
        }
        let face = self.faces.get(segment.face.index())?;
        let (bytes, _) = self.fonts.bytes(segment.face);
        let font = FontRef::new(bytes).ok()?;
        let shaper = face.data.shaper(&font).build();
        let mut buffer = self.buffer.take().unwrap_or_default();
        buffer.set_cluster_level(BufferClusterLevel::MonotoneCharacters);
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
        let spacing = if segment.code { segment.size * (CODE_SPACING / CODE_SCALE) } else { Pt(0.0) };
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
            if let Some(last) = self.cluster.last_mut() {
                last.advance += spacing.0;
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

impl Word {
    /// Adds the word to a run at the pen, in the run's size.
    fn push(&self, pen: Pt, run: &mut GlyphRun) {
        let (left, before) = (pen - run.x, run.text.len() as u16);
        run.glyphs.extend(self.glyphs.iter().map(|glyph| Glyph {
            id: glyph.id,
            x: left + run.size * glyph.x.0,
            rise: run.size * glyph.rise.0,
            text: before + glyph.text.start..before + glyph.text.end,
            stands: glyph.stands,
        }));
        run.text.push_str(&self.text);
        run.width = left + run.size * self.width.0;
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
        | '\u{2BB}' | '\u{2BC}' | '\u{2012}'..='\u{2015}' | '\u{2018}'..='\u{201F}' | '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{20AC}')
}

#[cfg(test)]
mod tests {
    use super::super::shape::Shaper;
    use super::*;
    use proptest::prelude::*;

    /// Advances add up in another order: over a long line that is some thousandths of a point.
    fn near(a: Pt, b: Pt) -> bool {
        (a.0 - b.0).abs() < 0.02
    }

    /// Demands that both ways set some text the same.
    fn compare(shaper: &mut Shaper, plain: &mut PlainShaper, inlines: &[Inline], style: Style, column: Pt) {
        let Some(short) = plain.lines(inlines, style, column) else { return };
        let (long, uncovered) = shaper.shape_any(inlines, style, column);
        // A line that fills its column to a hair may be taken either way.
        if short.width.max(long.width) > column - Pt(0.02) {
            return;
        }
        assert_eq!((uncovered, long.lines.len()), (None, short.lines.len()));
        assert!(near(short.width, long.width), "{} is not {}", short.width.0, long.width.0);
        assert!(near(short.height, long.height));
        for (short, long) in short.lines.iter().zip(&long.lines) {
            assert!(near(short.baseline, long.baseline) && near(short.top, long.top) && near(short.height, long.height));
            compare_runs(&short.runs, &long.runs);
        }
    }

    fn compare_runs(short: &[GlyphRun], long: &[GlyphRun]) {
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

    fn running_text() -> impl Strategy<Value = Inline> {
        let word = "[A-Za-z0-9(\"$é]{1,9}[a-z0-9’/.,:;!?%)–—-]{0,4}[A-Za-z0-9]{0,6}";
        let words = prop::collection::vec(word, 0..14).prop_map(|words| words.join(" "));
        (words, inline(), "[ ]{0,2}").prop_map(|(words, style, end)| Inline { text: words + &end, ..style })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn the_short_way_sets_a_line_as_the_long_way_does(inlines in prop::collection::vec(inline(), 1..5), bold: bool) {
            let fonts = Fonts::built_in().unwrap();
            let style = if bold { Style::bold(11.0, 14.0) } else { Style::regular(9.5, 12.5) };
            compare(&mut Shaper::new(&fonts), &mut PlainShaper::new(&fonts), &inlines, style, Pt(f32::MAX));
        }

        #[test]
        fn the_short_way_breaks_lines_where_the_long_way_does(inlines in prop::collection::vec(running_text(), 1..6), column in 90.0..480.0_f32) {
            let fonts = Fonts::built_in().unwrap();
            compare(&mut Shaper::new(&fonts), &mut PlainShaper::new(&fonts), &inlines, Style::regular(11.0, 14.0), Pt(column));
        }
    }

    #[test]
    fn every_plain_character_and_pair_of_letters_is_set_alike() {
        let fonts = Fonts::built_in().unwrap();
        let (mut shaper, mut plain) = (Shaper::new(&fonts), PlainShaper::new(&fonts));
        let characters: Vec<char> = ('\0'..='\u{FFFF}').filter(|character| is_plain(*character)).collect();
        for chunk in characters.chunks(40) {
            let inline = |text: String| [Inline { text, ..Inline::default() }];
            compare(&mut shaper, &mut plain, &inline(chunk.iter().collect()), Style::regular(11.0, 14.0), Pt(f32::MAX));
        }
        for first in ' '..='~' {
            let text: String = (' '..='~').flat_map(|second| [first, second]).collect();
            for code in [false, true] {
                let inlines = [Inline { text: text.clone(), code, ..Inline::default() }];
                compare(&mut shaper, &mut plain, &inlines, Style::regular(11.0, 14.0), Pt(f32::MAX));
            }
        }
    }

    #[test]
    fn what_is_not_plain_or_does_not_fit_goes_the_long_way() {
        let fonts = Fonts::built_in().unwrap();
        let mut plain = PlainShaper::new(&fonts);
        let mut sets = |text: &str, width: f32| {
            let inlines = [Inline { text: text.to_owned(), ..Inline::default() }];
            plain.lines(&inlines, Style::regular(11.0, 14.0), Pt(width)).is_some()
        };
        assert!(sets("Ann O’Brien-Wałęsa", 300.0));
        for text in ["", "two\nlines", "Z\u{307}", "דוד", "王", "soft\u{AD}hyphen"] {
            assert!(!sets(text, 300.0), "{text:?}");
        }
        assert!(!sets("Ann O’Brien-Wałęsa", 30.0));
    }
}

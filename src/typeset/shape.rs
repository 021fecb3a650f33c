//! Text -> lines of positioned glyphs: shaping, bidi, line breaking and face selection by `parley`.
//!
//! A paragraph's lines are kept by its text and style, so that fixed paragraphs are shaped once per thread; a line of plain
//! text is put together from words that are kept.

use super::fallback::{self, is_unseen};
use super::font::{Face, Fonts};
use super::plain::PlainShaper;
use super::unit::Pt;
use crate::compose::Inline;
use hashbrown::{Equivalent, HashMap};
use parley::fontique::SourceCache;
use parley::setting::Tag;
use parley::style::{FontFamily, FontFamilyName, FontFeature, FontFeatures, FontStyle, FontWeight, OverflowWrap, StyleProperty};
use parley::{FontContext, Layout, LayoutContext};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;
use unicode_normalization::char::is_combining_mark;

/// A paragraph, shaped and broken into lines.
#[derive(Debug, Clone, Default)]
pub struct TextLines {
    /// From top to bottom.
    pub lines: Vec<TextLine>,
    /// Sum of the lines' heights.
    pub height: Pt,
    /// Widest line without its trailing space.
    pub width: Pt,
    /// Whether it holds nothing of a person: then every letter of its form shares it.
    pub fixed: bool,
}

impl TextLines {
    /// Adds a line below the others.
    pub(super) fn push(&mut self, runs: Vec<GlyphRun>, style: Style) {
        let tallest = runs.iter().fold(style.size, |size, run| size.max(run.size));
        let leading = style.leading * (tallest.0 / style.size.0);
        // Centres capitals in the line: 0.357 em is half of Noto Sans' cap height.
        let baseline = self.height + leading * 0.5 + style.size * 0.357;
        self.lines.push(TextLine { top: self.height, height: leading, baseline, runs });
        self.height += leading;
    }
}

/// A line of a paragraph.
#[derive(Debug, Clone, Default)]
pub struct TextLine {
    /// Top, from the paragraph's top.
    pub top: Pt,
    /// Line height.
    pub height: Pt,
    /// Baseline, from the paragraph's top.
    pub baseline: Pt,
    /// In the order in which they are read; where each stands is its own.
    pub runs: Vec<GlyphRun>,
}

/// Glyphs of one face and size.
#[derive(Debug, Clone)]
pub struct GlyphRun {
    /// Face.
    pub face: Face,
    /// Size.
    pub size: Pt,
    /// Start of the pen, from the paragraph's left edge.
    pub x: Pt,
    /// How far the pen goes.
    pub width: Pt,
    /// In the order in which they are read: of right-to-left text each stands left of the one before.
    pub glyphs: Vec<Glyph>,
    /// The characters, in the order of the glyphs.
    pub text: String,
    /// Target when the run is part of a link.
    pub link: Option<Arc<str>>,
}

impl GlyphRun {
    /// The characters of one of its glyphs.
    pub fn text_of(&self, glyph: &Glyph) -> &str {
        self.text.get(usize::from(glyph.text.start)..usize::from(glyph.text.end)).unwrap_or_default()
    }
}

/// A positioned glyph.
#[derive(Debug, Clone, PartialEq)]
pub struct Glyph {
    /// Glyph id in the face's file.
    pub id: u16,
    /// Origin, from the run's start.
    pub x: Pt,
    /// Upward shift from the baseline.
    pub rise: Pt,
    /// Its characters: bytes of the run's text; empty for a glyph that shares its neighbour's.
    pub text: Range<u16>,
    /// What they are to the glyph.
    pub stands: Stands,
}

/// What a glyph's characters are to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// The one character that the glyph stands for by itself ([`Fonts::nominal`]), as most do.
    Nominal,
    /// What the font makes this glyph of: a ligature, a joined form.
    Form,
    /// A share in the characters of a cluster whose glyphs stand for them together.
    Part,
}

/// Size and leading of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) size: Pt,
    pub(super) leading: Pt,
    pub(super) bold: bool,
}

impl Style {
    pub(super) const fn regular(size: f32, leading: f32) -> Style {
        Style { size: Pt(size), leading: Pt(leading), bold: false }
    }

    pub(super) fn bold(size: f32, leading: f32) -> Style {
        Style { size: Pt(size), leading: Pt(leading), bold: true }
    }

    /// The first baseline, from the top of the first line: capitals stand in its middle, and 0.357 em is half of Noto Sans'
    /// cap height.
    pub(super) fn baseline(self) -> Pt {
        self.leading * 0.5 + self.size * 0.357
    }

    pub(super) fn scaled(self, scale: f32) -> Style {
        Style { size: self.size * scale, leading: self.leading * scale, bold: self.bold }
    }
}

/// How much larger a code to be typed is set than the text around it.
pub(super) const CODE_SCALE: f32 = 1.25;
/// What is added after each character of a code, in ems of the text around it.
pub(super) const CODE_SPACING: f32 = 0.06;
/// Hyphen and no-break hyphen, which the built-in family lacks.
const HYPHENS: [char; 2] = ['\u{2010}', '\u{2011}'];
/// Keeps two words on one line.
const WORD_JOINER: &str = "\u{2060}";
/// Paragraphs kept that are more than a plain line: far above what a job's fixed text needs, small enough for any machine.
const KEPT_PARAGRAPHS: usize = 4096;

/// Shapes paragraphs and keeps what it shaped.
pub(super) struct Shaper {
    fonts: Fonts,
    plain: PlainShaper,
    context: FontContext,
    scratch: LayoutContext<u32>,
    kept: HashMap<Key<Vec<Inline>>, Arc<TextLines>>,
    uncovered: Option<char>,
}

/// In a code to be typed every character stands alone and at its own width.
const CODE_FEATURES: [FontFeature; 4] = [
    FontFeature::new(Tag::new(b"liga"), 0),
    FontFeature::new(Tag::new(b"clig"), 0),
    FontFeature::new(Tag::new(b"calt"), 0),
    FontFeature::new(Tag::new(b"kern"), 0),
];

/// What a paragraph's lines depend on, kept or just looked up.
#[derive(PartialEq, Eq, Hash)]
struct Key<I> {
    inlines: I,
    size: u32,
    leading: u32,
    bold: bool,
    width: u32,
    fixed: bool,
}

impl Equivalent<Key<Vec<Inline>>> for Key<&[Inline]> {
    fn equivalent(&self, kept: &Key<Vec<Inline>>) -> bool {
        let style = (self.size, self.leading, self.bold, self.width, self.fixed);
        style == (kept.size, kept.leading, kept.bold, kept.width, kept.fixed) && self.inlines == kept.inlines
    }
}

impl Shaper {
    pub(super) fn new(fonts: &Fonts) -> Shaper {
        let context = FontContext { collection: fonts.collection(), source_cache: SourceCache::default() };
        Shaper {
            fonts: fonts.clone(),
            plain: PlainShaper::new(fonts),
            context,
            scratch: LayoutContext::new(),
            kept: HashMap::new(),
            uncovered: None,
        }
    }

    /// The first character since the last call that no font has.
    pub(super) fn take_uncovered(&mut self) -> Option<char> {
        self.uncovered.take()
    }

    /// Takes back what [`Shaper::take_uncovered`] gave.
    pub(super) fn give_uncovered(&mut self, uncovered: Option<char>) {
        self.uncovered = uncovered;
    }

    /// One line of plain text that is never broken, such as an address line.
    pub(super) fn line(&mut self, text: &str, style: Style, fixed: bool) -> Arc<TextLines> {
        let mut text = text.to_owned();
        if text.chars().any(runs_left) && text.chars().any(|letter| letter.is_ascii_alphabetic()) {
            // Among Latin words a line reads from left to right, whatever it begins with.
            text.insert(0, '\u{200E}');
        }
        self.paragraph(&[Inline { text, ..Inline::default() }], style, Pt(f32::MAX), fixed)
    }

    /// A paragraph broken at a width; `fixed` when it holds nothing of a person. Uncovered text is never kept, so that it is
    /// reported every time.
    pub(super) fn paragraph(&mut self, inlines: &[Inline], style: Style, width: Pt, fixed: bool) -> Arc<TextLines> {
        if let Some(line) = self.plain.lines(inlines, style, width) {
            return Arc::new(TextLines { fixed, ..line });
        }
        let prepared;
        let inlines = if inlines.iter().any(|inline| inline.text.contains([HYPHENS[0], HYPHENS[1], '\n'])) {
            prepared = inlines.iter().map(prepare).collect::<Vec<_>>();
            &prepared
        } else {
            inlines
        };
        let key = Key {
            inlines,
            size: style.size.0.to_bits(),
            leading: style.leading.0.to_bits(),
            bold: style.bold,
            width: width.0.to_bits(),
            fixed,
        };
        if let Some(lines) = self.kept.get(&key) {
            return Arc::clone(lines);
        }
        let (lines, uncovered) = self.shape_any(inlines, style, width);
        let lines = Arc::new(TextLines { fixed, ..lines });
        if uncovered.is_some() {
            self.uncovered = self.uncovered.or(uncovered);
        } else {
            if self.kept.len() == KEPT_PARAGRAPHS {
                self.kept.clear();
            }
            let Key { size, leading, bold, width, fixed, .. } = key;
            self.kept.insert(Key { inlines: inlines.to_vec(), size, leading, bold, width, fixed }, Arc::clone(&lines));
        }
        lines
    }

    /// Shapes text of any script, with line breaks.
    pub(super) fn shape_any(&mut self, inlines: &[Inline], style: Style, width: Pt) -> (TextLines, Option<char>) {
        let text: String = inlines.iter().map(|inline| inline.text.as_str()).collect();
        let layout = self.lay_out(inlines, &text, style, width);
        let mut lines = TextLines::default();
        let mut uncovered = None;
        for line in layout.lines() {
            let mut reader = LineReader {
                text: &text,
                inlines,
                fonts: &self.fonts,
                runs: Vec::new(),
                pen: Pt(0.0),
                uncovered: None,
                cluster: Vec::new(),
            };
            let mut starts = Vec::new();
            for run in line.runs() {
                reader.read(&run);
                starts.resize(reader.runs.len(), run.text_range().start);
            }
            reader.order(&starts);
            uncovered = uncovered.or(reader.uncovered);
            // Not the layout's own width: that knows nothing of the room given to accents.
            let hanging = if line.runs().any(|run| run.is_rtl()) { Pt(0.0) } else { trailing_blanks(&reader.runs, reader.pen) };
            lines.width = lines.width.max(reader.pen - hanging);
            lines.push(reader.runs, style);
        }
        (lines, uncovered)
    }

    fn lay_out(&mut self, inlines: &[Inline], text: &str, style: Style, width: Pt) -> Layout<u32> {
        let mut builder = self.scratch.ranged_builder(&mut self.context, text, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::Single(FontFamilyName::Named(Cow::Borrowed(Fonts::FAMILY)))));
        builder.push_default(StyleProperty::FontSize(style.size.0));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        for span in fallback::spans(&self.fonts, text) {
            let families = [span.family, Fonts::FAMILY].map(|family| FontFamilyName::Named(Cow::Borrowed(family)));
            builder.push(StyleProperty::FontFamily(FontFamily::List(Cow::Owned(families.into()))), span.range);
        }
        let mut start = 0;
        for (index, inline) in inlines.iter().enumerate() {
            let range = start..start + inline.text.len();
            start = range.end;
            if range.is_empty() {
                continue;
            }
            builder.push(StyleProperty::Brush(index as u32), range.clone());
            if inline.bold || style.bold || inline.code {
                builder.push(StyleProperty::FontWeight(FontWeight::BOLD), range.clone());
            }
            if inline.italic {
                builder.push(StyleProperty::FontStyle(FontStyle::Italic), range.clone());
            }
            if inline.code {
                builder.push(StyleProperty::FontSize(style.size.0 * CODE_SCALE), range.clone());
                builder.push(StyleProperty::LetterSpacing(style.size.0 * CODE_SPACING), range.clone());
                builder.push(StyleProperty::FontFeatures(FontFeatures::List(Cow::Borrowed(&CODE_FEATURES))), range);
            }
        }
        let mut layout = builder.build(text);
        layout.break_all_lines((width.0 < f32::MAX).then_some(width.0));
        layout
    }
}

/// The same text with the hyphen of keyboards, a joiner after one that must not be broken at, and a blank before each line
/// end, which leaves no glyph: who has the letter read aloud hears two words, not one.
fn prepare(inline: &Inline) -> Inline {
    let text = inline.text.replace(HYPHENS[0], "-").replace(HYPHENS[1], &format!("-{WORD_JOINER}")).replace('\n', " \n");
    Inline { text, ..inline.clone() }
}

/// Whether a letter is set from right to left: Hebrew, Arabic and their kin.
fn runs_left(letter: char) -> bool {
    matches!(letter, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// Reads one line's runs, left to right.
struct LineReader<'a> {
    text: &'a str,
    inlines: &'a [Inline],
    fonts: &'a Fonts,
    runs: Vec<GlyphRun>,
    pen: Pt,
    uncovered: Option<char>,
    /// Room for one cluster's glyphs.
    cluster: Vec<Shaped>,
}

impl LineReader<'_> {
    fn read(&mut self, run: &parley::layout::Run<'_, u32>) {
        let font = run.font();
        let face = self.fonts.face_of(font.data.id(), font.index).unwrap_or(Face::REGULAR);
        let first = self.runs.len();
        let mut inline = None;
        // Text whose glyph is still to come: later parts of a ligature that is read right to left, and unseen characters.
        let mut early: Option<Range<usize>> = None;
        for cluster in run.visual_clusters() {
            let range = cluster.text_range();
            let characters = &self.text[range.clone()];
            if characters.contains('\n') {
                continue;
            }
            let style = cluster.style().brush;
            if inline != Some(style) {
                if inline.is_some() {
                    self.end_run();
                }
                inline = Some(style);
                self.start_run(face, Pt(run.font_size()), style);
            }
            if cluster.is_ligature_continuation() || characters.chars().all(is_unseen) {
                match (run.is_rtl(), early.is_some()) {
                    (false, false) if self.extend_last(characters) => {}
                    (false, _) => early = Some(early.map_or(range.start, |early| early.start)..range.end),
                    (true, _) => early = Some(range.start..early.map_or(range.end, |early| early.end)),
                }
                continue;
            }
            let whole = match early.take() {
                None => range,
                Some(early) => early.start.min(range.start)..early.end.max(range.end),
            };
            self.push(&self.text[whole], &cluster);
        }
        if inline.is_some() {
            self.end_run();
        }
        if run.is_rtl() {
            self.runs[first..].iter_mut().for_each(reverse);
            self.runs[first..].reverse();
        }
    }

    /// Puts the runs into the order of their text, which right-to-left text in a line turns around.
    fn order(&mut self, starts: &[usize]) {
        if !starts.is_sorted() {
            let mut runs: Vec<(usize, GlyphRun)> = starts.iter().copied().zip(self.runs.drain(..)).collect();
            runs.sort_by_key(|(start, _)| *start);
            self.runs.extend(runs.into_iter().map(|(_, run)| run));
        }
    }

    fn start_run(&mut self, face: Face, size: Pt, inline: u32) {
        let link = self.inlines.get(inline as usize).and_then(|inline| inline.link.as_deref()).map(Arc::from);
        self.runs.push(GlyphRun { face, size, x: self.pen, width: Pt(0.0), glyphs: Vec::new(), text: String::new(), link });
    }

    fn end_run(&mut self) {
        if let Some(run) = self.runs.last_mut() {
            run.width = self.pen - run.x;
        }
    }

    fn push(&mut self, characters: &str, cluster: &parley::layout::Cluster<'_, u32>) {
        let Some(run) = self.runs.last_mut() else { return };
        let glyph = |glyph: parley::layout::Glyph| Shaped { id: glyph.id as u16, x: glyph.x, rise: -glyph.y, advance: glyph.advance };
        self.cluster.clear();
        self.cluster.extend(cluster.glyphs().map(glyph));
        let lacking = self.cluster.iter().any(|glyph| glyph.id == 0);
        push_cluster(self.fonts, run, &mut self.pen, characters, cluster.is_rtl(), &mut self.cluster);
        if lacking {
            let lacking = |letter: &char| !self.fonts.built_in_has(*letter) && !is_unseen(*letter);
            self.uncovered = self.uncovered.or(characters.chars().find(lacking)).or(characters.chars().next());
        }
    }

    /// Gives the last glyph further characters; false when there is none yet.
    fn extend_last(&mut self, characters: &str) -> bool {
        let Some(run) = self.runs.last_mut() else { return false };
        let Some(glyph) = run.glyphs.last_mut() else { return false };
        if characters == WORD_JOINER {
            // Lines are broken by now.
            return true;
        }
        run.text.push_str(characters);
        glyph.text.end = run.text.len() as u16;
        glyph.stands = if glyph.stands == Stands::Part { Stands::Part } else { Stands::Form };
        true
    }
}

/// A glyph as it was shaped, points from the pen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shaped {
    pub(super) id: u16,
    pub(super) x: f32,
    pub(super) rise: f32,
    pub(super) advance: f32,
}

/// Adds the glyphs of some characters, from left to right, to a run, and shares the characters among them.
#[inline]
pub(super) fn push_cluster(
    fonts: &Fonts,
    run: &mut GlyphRun,
    pen: &mut Pt,
    characters: &str,
    right_to_left: bool,
    glyphs: &mut Vec<Shaped>,
) {
    let nominal = |glyph: &Shaped| fonts.nominal(run.face, glyph.id);
    if glyphs.iter().any(|glyph| glyph.advance == 0.0) && !characters.starts_with(' ') {
        // The shaper stands a blank of no width for a joiner or a mark of direction.
        glyphs.retain(|glyph| glyph.advance != 0.0 || nominal(glyph) != Some(' '));
    }
    let (count, letters) = (glyphs.len(), characters.chars().count());
    let at = |index: usize| if right_to_left { count - 1 - index } else { index };
    let one_each = count == letters
        && (count == 1 || glyphs.iter().enumerate().all(|(index, glyph)| nominal(glyph) == characters.chars().nth(at(index))));
    for (index, glyph) in glyphs.iter().enumerate() {
        let start = run.text.len() as u16;
        let own_character = nominal(glyph);
        let own = characters.chars().nth(at(index)).filter(|_| one_each).map(|letter| plain_blank(letter, own_character));
        match own {
            Some(letter) => run.text.push(letter),
            None if at(index) + 1 == count => run.text.extend(characters.chars().skip(at(index))),
            None => run.text.extend(characters.chars().nth(at(index))),
        }
        let (mut shift, mut advance) = (glyph.x, glyph.advance);
        // The font files accents that stand alone (` ´ ¨) among the combining ones, so the shaper gives them no width.
        if advance == 0.0 && own.is_some_and(|letter| !is_combining_mark(letter)) {
            let width = fonts.own_advance(run.face, glyph.id) * run.size.0;
            if width > 0.0 {
                (shift, advance) = (0.0, width);
            }
        }
        run.glyphs.push(Glyph {
            id: glyph.id,
            x: *pen + Pt(shift) - run.x,
            rise: Pt(glyph.rise),
            text: start..run.text.len() as u16,
            stands: match own {
                Some(letter) if own_character == Some(letter) => Stands::Nominal,
                None if count > 1 => Stands::Part,
                _ => Stands::Form,
            },
        });
        *pen += Pt(advance);
    }
}

/// Turns a run that was read from left to right into the order of right-to-left text.
fn reverse(run: &mut GlyphRun) {
    let painted = std::mem::take(&mut run.text);
    run.glyphs.reverse();
    for glyph in &mut run.glyphs {
        let start = run.text.len() as u16;
        run.text.push_str(painted.get(usize::from(glyph.text.start)..usize::from(glyph.text.end)).unwrap_or_default());
        glyph.text = start..run.text.len() as u16;
    }
}

/// Width of the blanks that a line from left to right ends with.
pub(super) fn trailing_blanks(runs: &[GlyphRun], pen: Pt) -> Pt {
    let glyphs = runs.iter().flat_map(|run| run.glyphs.iter().map(move |glyph| (run, glyph)));
    let blanks = glyphs.rev().take_while(|(run, glyph)| run.text_of(glyph) == " ");
    blanks.last().map_or(Pt(0.0), |(run, glyph)| pen - (run.x + glyph.x))
}

/// A blank that must not be broken at is a plain one once it is set, if both are one glyph.
fn plain_blank(letter: char, nominal: Option<char>) -> char {
    match nominal {
        Some(plain) if letter.is_whitespace() && plain.is_whitespace() => plain,
        _ => letter,
    }
}

//! Text -> lines of positioned glyphs: shaping, bidi, line breaking and face selection by `parley`.
//!
//! A paragraph's lines are kept by its text and style, so that fixed paragraphs are shaped once per thread.

use super::font::{Face, Fonts};
use super::unit::Pt;
use crate::compose::Inline;
use crate::error::{Error, Result};
use parley::fontique::{Blob, Collection, CollectionOptions, SourceCache};
use parley::style::{FontFamily, FontFamilyName, FontFeatures, FontStyle, FontWeight, OverflowWrap, StyleProperty};
use parley::{FontContext, Layout, LayoutContext};
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A paragraph, shaped and broken into lines.
#[derive(Debug, Clone, Default)]
pub struct TextLines {
    /// From top to bottom.
    pub lines: Vec<TextLine>,
    /// Sum of the lines' heights.
    pub height: Pt,
    /// Widest line without its trailing space.
    pub width: Pt,
    /// Holds nothing of a recipient's own.
    pub fixed: bool,
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
    /// In visual order.
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
    /// Glyphs in visual order.
    pub glyphs: Vec<Glyph>,
    /// The characters, in the order of the glyphs.
    pub text: String,
    /// Target when the run is part of a link.
    pub link: Option<Arc<str>>,
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
}

/// Size and leading of a paragraph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) size: Pt,
    pub(super) leading: Pt,
    pub(super) bold: bool,
}

impl Style {
    pub(super) fn regular(size: f32, leading: f32) -> Style {
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
const CODE_SCALE: f32 = 1.25;
/// Paragraphs kept: far above what a job's fixed text needs, small enough for any machine.
const KEPT_PARAGRAPHS: usize = 4096;

/// Shapes paragraphs and keeps what it shaped.
pub(super) struct Shaper {
    fonts: FontContext,
    scratch: LayoutContext<u32>,
    faces: Vec<(u64, Face)>,
    widths: Vec<GlyphMetrics<'static>>,
    kept: HashMap<Key, Arc<TextLines>>,
    uncovered: Option<char>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    inlines: Vec<Inline>,
    size: u32,
    leading: u32,
    bold: bool,
    width: u32,
    fixed: bool,
}

impl Shaper {
    pub(super) fn new(fonts: &Fonts) -> Result<Shaper> {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        let mut faces = Vec::new();
        let mut widths = Vec::new();
        for face in Face::ALL {
            let font = FontRef::new(fonts.bytes(face)).map_err(|_| Error::bug("a built-in font cannot be read"))?;
            widths.push(font.glyph_metrics(Size::new(1.0), LocationRef::default()));
            let blob = Blob::new(Arc::new(fonts.bytes(face)));
            faces.push((blob.id(), face));
            if collection.register_fonts(blob, None).is_empty() {
                return Err(Error::bug("a built-in font cannot be read"));
            }
        }
        let fonts = FontContext { collection, source_cache: SourceCache::default() };
        Ok(Shaper { fonts, scratch: LayoutContext::new(), faces, widths, kept: HashMap::new(), uncovered: None })
    }

    /// The first character since the last call that no font has.
    pub(super) fn take_uncovered(&mut self) -> Option<char> {
        self.uncovered.take()
    }

    /// One line of plain text that is never broken, such as an address line.
    pub(super) fn line(&mut self, text: &str, style: Style, fixed: bool) -> Arc<TextLines> {
        self.paragraph(&[Inline { text: text.to_owned(), ..Inline::default() }], style, Pt(f32::MAX), fixed)
    }

    /// A paragraph broken at a width. Uncovered text is never kept, so that it is reported every time.
    pub(super) fn paragraph(&mut self, inlines: &[Inline], style: Style, width: Pt, fixed: bool) -> Arc<TextLines> {
        let key = Key {
            inlines: inlines.to_vec(),
            size: style.size.0.to_bits(),
            leading: style.leading.0.to_bits(),
            bold: style.bold,
            width: width.0.to_bits(),
            fixed,
        };
        if let Some(lines) = self.kept.get(&key) {
            return Arc::clone(lines);
        }
        let (lines, uncovered) = self.shape(inlines, style, width);
        let lines = Arc::new(TextLines { fixed, ..lines });
        if uncovered.is_some() {
            self.uncovered = self.uncovered.or(uncovered);
        } else if self.kept.len() < KEPT_PARAGRAPHS {
            self.kept.insert(key, Arc::clone(&lines));
        }
        lines
    }

    fn shape(&mut self, inlines: &[Inline], style: Style, width: Pt) -> (TextLines, Option<char>) {
        let text: String = inlines.iter().map(|inline| inline.text.as_str()).collect();
        let layout = self.lay_out(inlines, &text, style, width);
        let mut lines = TextLines { width: Pt(layout.width()), ..TextLines::default() };
        let mut uncovered = None;
        for line in layout.lines() {
            let mut reader = LineReader {
                text: &text,
                inlines,
                faces: &self.faces,
                widths: &self.widths,
                runs: Vec::new(),
                pen: Pt(0.0),
                uncovered: None,
            };
            for run in line.runs() {
                reader.read(&run);
            }
            reader.end_run();
            uncovered = uncovered.or(reader.uncovered);
            let tallest = reader.runs.iter().fold(style.size, |size, run| size.max(run.size));
            let leading = style.leading * (tallest.0 / style.size.0);
            // Centres capitals in the line: 0.357 em is half of Noto Sans' cap height.
            let baseline = lines.height + leading * 0.5 + style.size * 0.357;
            lines.lines.push(TextLine { top: lines.height, height: leading, baseline, runs: reader.runs });
            lines.height += leading;
        }
        (lines, uncovered)
    }

    fn lay_out(&mut self, inlines: &[Inline], text: &str, style: Style, width: Pt) -> Layout<u32> {
        let mut builder = self.scratch.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.push_default(StyleProperty::FontFamily(FontFamily::Single(FontFamilyName::Named(Cow::Borrowed(Fonts::FAMILY)))));
        builder.push_default(StyleProperty::FontSize(style.size.0));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        // Ligatures change what copies out of some readers; the letter's family needs none.
        builder.push_default(StyleProperty::FontFeatures(FontFeatures::Source(Cow::Borrowed("\"liga\" off, \"clig\" off"))));
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
                builder.push(StyleProperty::LetterSpacing(style.size.0 * 0.06), range);
            }
        }
        let mut layout = builder.build(text);
        layout.break_all_lines((width.0 < f32::MAX).then_some(width.0));
        layout
    }
}

/// Reads one line's runs, left to right.
struct LineReader<'a> {
    text: &'a str,
    inlines: &'a [Inline],
    faces: &'a [(u64, Face)],
    widths: &'a [GlyphMetrics<'static>],
    runs: Vec<GlyphRun>,
    pen: Pt,
    uncovered: Option<char>,
}

impl LineReader<'_> {
    fn read(&mut self, run: &parley::layout::Run<'_, u32>) {
        let font = run.font().data.id();
        let face = self.faces.iter().find(|(id, _)| *id == font).map_or(Face::Regular, |(_, face)| *face);
        let mut inline = None;
        // Of a ligature read right to left, the later characters come before its glyph.
        let mut early: Option<Range<usize>> = None;
        for cluster in run.visual_clusters() {
            let range = cluster.text_range();
            let characters = &self.text[range.clone()];
            if characters.contains('\n') {
                continue;
            }
            let style = cluster.style().brush;
            if inline != Some(style) {
                inline = Some(style);
                self.start_run(face, Pt(run.font_size()), style);
            }
            if cluster.is_ligature_continuation() {
                if run.is_rtl() {
                    early = Some(range.start..early.map_or(range.end, |early| early.end));
                } else {
                    self.extend_last(characters);
                }
                self.pen += Pt(cluster.advance());
                continue;
            }
            let whole = range.start..early.take().map_or(range.end, |early| early.end);
            self.push(&self.text[whole], &cluster);
        }
    }

    fn start_run(&mut self, face: Face, size: Pt, inline: u32) {
        let link = self.inlines.get(inline as usize).and_then(|inline| inline.link.as_deref()).map(Arc::from);
        self.end_run();
        self.runs.push(GlyphRun { face, size, x: self.pen, width: Pt(0.0), glyphs: Vec::new(), text: String::new(), link });
    }

    fn end_run(&mut self) {
        if let Some(run) = self.runs.last_mut() {
            run.width = self.pen - run.x;
        }
    }

    fn push(&mut self, characters: &str, cluster: &parley::layout::Cluster<'_, u32>) {
        let Some(run) = self.runs.last_mut() else { return };
        let glyphs: Vec<_> = cluster.glyphs().collect();
        let one_each = glyphs.len() == characters.chars().count();
        let mut rest = characters.chars();
        for (index, glyph) in glyphs.iter().enumerate() {
            let start = run.text.len() as u16;
            match (one_each, index) {
                (true, _) => run.text.extend(rest.next()),
                (false, 0) => run.text.push_str(characters),
                (false, _) => {}
            }
            if glyph.id == 0 {
                self.uncovered = self.uncovered.or(characters.chars().next());
            }
            // The font files accents that stand alone (` ´ ¨) among the combining ones, so the shaper gives them no width.
            let own = self.widths[run.face.index()].advance_width(GlyphId::new(glyph.id)).unwrap_or_default() * run.size.0;
            let (shift, advance) = if glyph.advance == 0.0 && own > 0.0 { (0.0, own) } else { (glyph.x, glyph.advance) };
            let x = self.pen + Pt(shift) - run.x;
            run.glyphs.push(Glyph { id: glyph.id as u16, x, rise: Pt(-glyph.y), text: start..run.text.len() as u16 });
            self.pen += Pt(advance);
        }
    }

    fn extend_last(&mut self, characters: &str) {
        if let Some(run) = self.runs.last_mut() {
            run.text.push_str(characters);
            let end = run.text.len() as u16;
            if let Some(glyph) = run.glyphs.last_mut() {
                glyph.text.end = end;
            }
        }
    }
}

//! The hot path: marks -> content (ISO 32000-1, 8 and 9.4).
//!
//! A passage's marks become a snippet once: its bytes, from an origin at the passage's upper edge, cut into segments that
//! each have one role. A page is then a row of snippets, each moved to its place; a letter marks each segment with its
//! role, the print stream paints fixed snippets as shared forms.

use super::matrix;
use super::number;
use super::object::push_escaped;
use super::plate::{Coder, Resource};
use crate::typeset::{GlyphRun, Ink, Mark, PlacedImage, PlacedText, Point, Pt, Rect, SHEET, Structure, TextLine};
use std::ops::Range;
use std::sync::Arc;

/// Content of some marks, from their own origin, cut by role.
#[derive(Default)]
pub(super) struct Snippet {
    pub(super) bytes: Vec<u8>,
    pub(super) segments: Vec<Segment>,
    text: TextState,
    untagged: bool,
}

/// What a text object remembers from one string to the next (ISO 32000-1, 9.4.1).
#[derive(Default)]
struct TextState {
    open: bool,
    font: Option<(Resource, u32)>,
    /// Start of the line in hundredths of a point, as it was written.
    line: (i64, i64),
}

impl TextState {
    fn begin(&mut self, out: &mut Vec<u8>) {
        *self = TextState { open: true, ..TextState::default() };
        out.extend(b"BT ");
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.open {
            self.open = false;
            out.extend(b"ET\n");
        }
    }
}

/// Content of one role.
pub(super) struct Segment {
    /// In the snippet's bytes.
    pub(super) bytes: Range<usize>,
    pub(super) structure: Structure,
    pub(super) link: Option<LinkArea>,
    pub(super) figure: Option<Figure>,
}

/// A picture for those who cannot see it.
#[derive(Clone)]
pub(super) struct Figure {
    pub(super) alt: Arc<str>,
    /// From the snippet's origin, downwards.
    pub(super) area: Rect,
}

/// The part of a link that stands on one line.
pub(super) struct LinkArea {
    pub(super) target: Arc<str>,
    /// From the snippet's origin, downwards.
    pub(super) area: Rect,
}

/// Sine and cosine of 45 degrees.
const DIAGONAL: f32 = std::f32::consts::FRAC_1_SQRT_2;

impl Snippet {
    /// Writes marks. Their places are relative to an origin from which y grows downwards; in the content y grows upwards.
    pub(super) fn of<'m>(marks: impl IntoIterator<Item = &'m Mark>, coder: Coder<'_>) -> Snippet {
        let mut snippet = Snippet::default();
        for mark in marks {
            snippet.mark(mark, coder);
        }
        snippet
    }

    /// Writes marks without a thought of roles, behind what is written already: neighbouring texts are one text object.
    pub(super) fn untagged<'m>(marks: impl IntoIterator<Item = &'m Mark>, coder: Coder<'_>, bytes: Vec<u8>) -> Vec<u8> {
        let mut snippet = Snippet { bytes, untagged: true, ..Snippet::default() };
        for mark in marks {
            snippet.mark(mark, coder);
        }
        snippet.text.end(&mut snippet.bytes);
        snippet.bytes
    }

    fn mark(&mut self, mark: &Mark, coder: Coder<'_>) {
        match mark {
            Mark::Text(placed) => self.text(placed, coder),
            Mark::Image(placed) => self.image(placed, coder),
            Mark::Frame { rect, pen } => self.segment(Structure::Artifact, |out| frame(rect, *pen, out)),
            Mark::Matrix { modules, at } => self.segment(Structure::Artifact, |out| matrix::write(modules, *at, out)),
            Mark::Imb { bars, at } => self.segment(Structure::Artifact, |out| matrix::write_bars(bars, *at, out)),
            Mark::Watermark { text, at } => self.segment(Structure::Artifact, |out| {
                out.extend(b"q ");
                number::push_all(&[DIAGONAL, DIAGONAL, -DIAGONAL, DIAGONAL, at.x.0, -at.y.0], out);
                out.extend(b" cm ");
                let mut state = TextState::default();
                state.begin(out);
                out.extend(ink(Ink::Pale));
                for run in text.lines.iter().flat_map(|line| &line.runs) {
                    write_run(run, run.x, Pt(0.0), coder, &mut state, out);
                }
                out.extend(b"ET Q\n");
            }),
            Mark::Passage(placed) => placed.marks().iter().for_each(|mark| self.mark(mark, coder)),
        }
    }

    fn segment(&mut self, structure: Structure, write: impl FnOnce(&mut Vec<u8>)) {
        self.text.end(&mut self.bytes);
        let start = self.bytes.len();
        write(&mut self.bytes);
        if !self.untagged {
            self.segments.push(Segment { bytes: start..self.bytes.len(), structure, link: None, figure: None });
        }
    }

    fn image(&mut self, placed: &PlacedImage, coder: Coder<'_>) {
        let Some(name) = coder.image(&placed.picture) else { return };
        self.text.end(&mut self.bytes);
        let start = self.bytes.len();
        self.bytes.extend(b"q ");
        let (width, height) = (placed.rect.width().0, (placed.rect.y1 - placed.rect.y0).0);
        number::push_all(&[width, 0.0, 0.0, height, placed.rect.x0.0, -placed.rect.y1.0], &mut self.bytes);
        self.bytes.extend(b" cm /Im");
        number::push_integer(name as u64, &mut self.bytes);
        self.bytes.extend(b" Do Q\n");
        if self.untagged {
            return;
        }
        let figure = Some(Figure { alt: Arc::clone(&placed.alt), area: placed.rect });
        self.segments.push(Segment { bytes: start..self.bytes.len(), structure: placed.structure.clone(), link: None, figure });
    }

    /// Lines of a text with no thought of roles or links.
    fn untagged_text(&mut self, placed: &PlacedText, lines: &[TextLine], top: Pt, coder: Coder<'_>) {
        if !self.text.open {
            self.text.begin(&mut self.bytes);
        }
        if placed.ink != Ink::Black {
            self.bytes.extend(ink(placed.ink));
        }
        for line in lines {
            for run in &line.runs {
                let baseline = placed.at.y + line.baseline - top;
                write_run(run, placed.at.x + run.x, baseline, coder, &mut self.text, &mut self.bytes);
            }
        }
        if placed.ink != Ink::Black {
            self.bytes.extend(ink(Ink::Black));
        }
    }

    /// Runs of a text; a link is a segment of its own on each line.
    fn text(&mut self, placed: &PlacedText, coder: Coder<'_>) {
        let lines = &placed.text.lines[placed.lines.clone()];
        let Some(first) = lines.first() else { return };
        if self.untagged {
            self.untagged_text(placed, lines, first.top, coder);
            return;
        }
        let runs: Vec<(&TextLine, &GlyphRun)> = lines.iter().flat_map(|line| line.runs.iter().map(move |run| (line, run))).collect();
        let same = |one: &(&TextLine, &GlyphRun), two: &(&TextLine, &GlyphRun)| {
            one.1.link == two.1.link && (one.1.link.is_none() || std::ptr::eq(one.0, two.0))
        };
        for group in runs.chunk_by(same) {
            let start = self.bytes.len();
            if !self.text.open {
                self.text.begin(&mut self.bytes);
            }
            if placed.ink != Ink::Black {
                self.bytes.extend(ink(placed.ink));
            }
            for (line, run) in group {
                let baseline = placed.at.y + line.baseline - first.top;
                write_run(run, placed.at.x + run.x, baseline, coder, &mut self.text, &mut self.bytes);
            }
            if placed.ink != Ink::Black {
                self.bytes.extend(ink(Ink::Black));
            }
            self.text.end(&mut self.bytes);
            let (line, run) = group[0];
            let link = run.link.as_ref().map(|target| LinkArea { target: Arc::clone(target), area: area(placed, line, first.top, group) });
            self.segments.push(Segment { bytes: start..self.bytes.len(), structure: placed.structure.clone(), link, figure: None });
        }
    }
}

/// Where the origin of a content stream stands while the parts of a page are written, each from its own.
pub(super) struct Cursor {
    /// In hundredths of a point, y upwards, so that many small moves add up to what the first number said.
    at: (i64, i64),
}

impl Cursor {
    /// Begins a stream of a page.
    pub(super) fn begin(out: &mut Vec<u8>) -> Cursor {
        out.extend(b"q\n");
        Cursor { at: (0, 0) }
    }

    /// Goes to where a part has its origin.
    pub(super) fn go(&mut self, origin: Point, out: &mut Vec<u8>) {
        self.go_to((number::hundredths(origin.x.0), number::hundredths((SHEET.y - origin.y).0)), out);
    }

    /// Goes to a place in hundredths of a point, y upwards.
    pub(super) fn go_to(&mut self, next: (i64, i64), out: &mut Vec<u8>) {
        if next != self.at {
            out.extend(b"1 0 0 1 ");
            number::push_hundredths(next.0 - self.at.0, out);
            out.push(b' ');
            number::push_hundredths(next.1 - self.at.1, out);
            out.extend(b" cm\n");
            self.at = next;
        }
    }

    /// Ends the stream in the state in which it began.
    pub(super) fn end(&self, out: &mut Vec<u8>) {
        out.extend(b"Q\n");
    }
}

/// Where the runs of a link stand on their line.
fn area(placed: &PlacedText, line: &TextLine, top: Pt, runs: &[(&TextLine, &GlyphRun)]) -> Rect {
    let y0 = placed.at.y + line.top - top;
    let left = |run: &GlyphRun| placed.at.x + run.x;
    // Runs of right-to-left text stand from right to left.
    let x0 = runs.iter().map(|(_, run)| left(run)).reduce(|one, two| if one < two { one } else { two }).unwrap_or_default();
    let x1 = runs.iter().map(|(_, run)| left(run) + run.width).fold(x0, Pt::max);
    Rect { x0, y0, x1, y1: y0 + line.height }
}

fn ink(ink: Ink) -> &'static [u8] {
    match ink {
        Ink::Black => b"0 g ",
        Ink::Grey => b".35 g ",
        Ink::Pale => b".88 g ",
    }
}

/// A hairline rectangle, or a line when it has no height.
fn frame(rect: &Rect, pen: Pt, out: &mut Vec<u8>) {
    number::push(pen.0, out);
    out.extend(b" w ");
    if rect.y1 == rect.y0 {
        number::push_all(&[rect.x0.0, -rect.y0.0], out);
        out.extend(b" m ");
        number::push_all(&[rect.x1.0, -rect.y0.0], out);
        out.extend(b" l S\n");
    } else {
        number::push_all(&[rect.x0.0, -rect.y1.0, rect.width().0, (rect.y1 - rect.y0).0], out);
        out.extend(b" re S\n");
    }
}

/// How far a glyph may stand from the shaper's place before it is moved, in thousandths of an em: a reader's widths are whole
/// numbers, and 8 of them are 0.09 pt in the body's size, less than a dot of a press at 600 dpi.
const DRIFT: f32 = 8.0;

/// One place, and a TJ array of two-byte codes for each font and rise; moves are written only where the shaper's place
/// differs from where the widths lead.
fn write_run(run: &GlyphRun, x: Pt, y: Pt, coder: Coder<'_>, state: &mut TextState, out: &mut Vec<u8>) {
    let face = coder.face(run.face);
    let size = run.size.0;
    let to_thousandths = 1000.0 / size;
    let mut pen = 0.0;
    let mut rise = Pt(0.0);
    let mut begun = false;
    for glyph in &run.glyphs {
        let Some(coded) = face.find(run, glyph) else { continue };
        let wanted = (coded.resource, size.to_bits());
        let other_font = state.font != Some(wanted);
        if !begun || other_font {
            if begun {
                out.extend(b")] TJ ");
            }
            if other_font {
                state.font = Some(wanted);
                coded.resource.push(out);
                out.push(b' ');
                number::push(size, out);
                out.extend(b" Tf ");
            }
            if !begun {
                let line = (number::hundredths(x.0), number::hundredths(-y.0));
                number::push_hundredths(line.0 - state.line.0, out);
                out.push(b' ');
                number::push_hundredths(line.1 - state.line.1, out);
                out.extend(b" Td ");
                state.line = line;
            }
            out.extend(b"[(");
            begun = true;
        }
        if glyph.rise != rise {
            rise = glyph.rise;
            out.extend(b")] TJ ");
            number::push(rise.0, out);
            out.extend(b" Ts [(");
        }
        let back = (pen - glyph.x.0 * to_thousandths).round();
        if back.abs() > DRIFT {
            out.push(b')');
            number::push(back, out);
            out.push(b'(');
            pen -= back;
        }
        for byte in coded.code.to_be_bytes() {
            push_escaped(byte, out);
        }
        pen += coded.width;
    }
    if begun {
        out.extend(b")] TJ\n");
    }
    if rise != Pt(0.0) {
        out.extend(b"0 Ts ");
    }
}

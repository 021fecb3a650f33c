//! A line of plain text that is wider than its column -> several lines, broken where Unicode allows it (UAX #14).

use super::shape::GlyphRun;
use super::unit::Pt;
use crate::compose::Inline;
use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};

/// The places of any text of Latin letters.
const PLACES: LineSegmenterBorrowed<'static> = LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default());

/// A glyph on the line.
struct Spot {
    run: usize,
    glyph: usize,
    /// Its left edge and its right one.
    left: Pt,
    right: Pt,
    blank: bool,
    /// Whether a line may begin with it.
    may_begin: bool,
}

/// Breaks the runs of a line, set from left to right with a glyph or more for each character, so that none is wider than the
/// column but for the blanks at its end. Nothing is said when one word is wider.
pub(super) fn broken(inlines: &[Inline], runs: &[GlyphRun], column: Pt) -> Option<Vec<Vec<GlyphRun>>> {
    let spots = spots(inlines, runs)?;
    let mut lines = Vec::new();
    let (mut start, mut at, mut last) = (0, 0, None);
    while let Some(spot) = spots.get(at) {
        if spot.may_begin && at > start {
            last = Some(at);
        }
        if !spot.blank && spot.right - spots[start].left > column {
            let next = last.take()?;
            lines.push(cut(runs, &spots[start..next]));
            (start, at) = (next, next);
        } else {
            at += 1;
        }
    }
    lines.push(cut(runs, &spots[start..]));
    Some(lines)
}

fn spots(inlines: &[Inline], runs: &[GlyphRun]) -> Option<Vec<Spot>> {
    let text: String = inlines.iter().map(|inline| inline.text.as_str()).collect();
    let mut places = PLACES.segment_str(&text).skip(1).peekable();
    let mut characters = text.char_indices();
    let mut spots = Vec::with_capacity(text.len());
    for (number, run) in runs.iter().enumerate() {
        for (index, glyph) in run.glyphs.iter().enumerate() {
            let shown = run.text_of(glyph).chars().count();
            let (place, first) = characters.next()?;
            characters.by_ref().take(shown.checked_sub(1)?).for_each(drop);
            while places.next_if(|known| *known < place).is_some() {}
            let right = run.glyphs.get(index + 1).map_or(run.width, |next| next.x);
            let (left, right) = (run.x + glyph.x, run.x + right);
            spots.push(Spot { run: number, glyph: index, left, right, blank: first == ' ', may_begin: places.peek() == Some(&place) });
        }
    }
    Some(spots)
}

/// The runs of some neighbouring glyphs, from the left edge.
fn cut(runs: &[GlyphRun], spots: &[Spot]) -> Vec<GlyphRun> {
    let left = spots.first().map_or(Pt(0.0), |spot| spot.left);
    let part = |spots: &[Spot]| {
        let (first, last) = (spots.first()?, spots.last()?);
        let run = &runs[first.run];
        let (from, start) = (first.left - run.x, run.glyphs[first.glyph].text.start);
        let mut glyphs = run.glyphs[first.glyph..=last.glyph].to_vec();
        let end = glyphs.last()?.text.end;
        for glyph in &mut glyphs {
            glyph.x = glyph.x - from;
            glyph.text = glyph.text.start - start..glyph.text.end - start;
        }
        let text = run.text.get(usize::from(start)..usize::from(end))?.to_owned();
        let (x, width) = (first.left - left, last.right - first.left);
        Some(GlyphRun { face: run.face, size: run.size, x, width, glyphs, text, link: run.link.clone() })
    };
    spots.chunk_by(|one, other| one.run == other.run).filter_map(part).collect()
}

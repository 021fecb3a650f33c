//! Where the ink of a text really lies: the boxes of its glyphs' outlines, not of its lines.

use super::font::{Face, Fonts};
use super::unit::{Point, Pt, Rect};
use super::{PlacedText, TextLine, TextLines};
use crate::error::Result;
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::DrawSettings;
use skrifa::outline::pen::ControlBoundsPen;
use skrifa::{GlyphId, MetadataProvider as _};
use std::ops::Range;

/// A glyph's outline around its origin at size 1, y upwards.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    x0: f32,
    y0: f32,
    x1: f32,
    y1: f32,
}

impl Bounds {
    /// The box of a glyph of a size whose origin stands at a place.
    fn at(self, x: Pt, y: Pt, size: Pt) -> Rect {
        Rect { x0: x + size * self.x0, y0: y - size * self.y1, x1: x + size * self.x1, y1: y - size * self.y0 }
    }
}

/// Boxes of glyph outlines, each drawn once.
pub(super) struct Outlines {
    fonts: Fonts,
    faces: Vec<FaceOutlines>,
}

struct FaceOutlines {
    /// How far any glyph can reach from its origin at size 1.
    reach: Bounds,
    /// By glyph id; the outer absence is a glyph that was not drawn yet, the inner one a glyph without ink.
    drawn: Vec<Option<Option<Bounds>>>,
}

/// What shifting by the shaper may add to a glyph's reach at size 1: marks that stand on or under others.
const SHIFT: f32 = 0.5;

impl Outlines {
    pub(super) fn new(fonts: &Fonts) -> Result<Outlines> {
        let face = |face: Face| {
            let metrics = fonts.font(face)?.metrics(Size::new(1.0), LocationRef::default());
            let all = metrics.bounds.unwrap_or_default();
            let reach = Bounds { x0: all.x_min, y0: all.y_min, x1: all.x_max, y1: all.y_max };
            Ok(FaceOutlines { reach, drawn: Vec::new() })
        };
        Ok(Outlines { fonts: fonts.clone(), faces: fonts.faces().map(face).collect::<Result<_>>()? })
    }

    /// How far the glyphs of some lines can reach from their origins at size 1.
    fn reach(&self, lines: &[TextLine]) -> Bounds {
        let none = Bounds { x0: 0.0, y0: 0.0, x1: 0.0, y1: 0.0 };
        let faces = lines.iter().flat_map(|line| &line.runs).map(|run| self.faces[run.face.index()].reach);
        faces.fold(none, |one, two| Bounds {
            x0: one.x0.min(two.x0),
            y0: one.y0.min(two.y0),
            x1: one.x1.max(two.x1),
            y1: one.y1.max(two.y1),
        })
    }

    /// A rectangle that no ink of a placed text can leave; quick, and larger than need be.
    pub(super) fn rough(&self, placed: &PlacedText) -> Rect {
        let lines = &placed.text.lines[placed.lines.clone()];
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Rect::default() };
        let reach = self.reach(lines);
        // A line is never lower than its type is tall.
        let size = lines.iter().fold(Pt(0.0), |size, line| size.max(line.height));
        let top = placed.at.y - first.top;
        Rect {
            x0: placed.at.x + size * (reach.x0 - SHIFT),
            y0: top + first.baseline - size * (reach.y1 + SHIFT),
            x1: placed.at.x + placed.text.width + size * (reach.x1 + SHIFT),
            y1: top + last.baseline - size * (reach.y0 - SHIFT),
        }
    }

    /// Whether any glyph of a placed text, moved so far, has ink in one of some zones.
    pub(super) fn touches(&mut self, placed: &PlacedText, shift: Point, zones: &[Rect]) -> bool {
        let lines = &placed.text.lines[placed.lines.clone()];
        let top = placed.at.y + shift.y - lines.first().map_or(Pt(0.0), |line| line.top);
        for (line, run) in lines.iter().flat_map(|line| line.runs.iter().map(move |run| (line, run))) {
            let (left, baseline, size, reach) =
                (placed.at.x + shift.x + run.x, top + line.baseline, run.size, self.faces[run.face.index()].reach);
            let above = baseline - size * (reach.y1 + SHIFT);
            let below = baseline - size * (reach.y0 - SHIFT);
            for zone in zones.iter().filter(|zone| above < zone.y1 && zone.y0 < below) {
                // Only glyphs that start near enough can reach into the zone; the others need no look at their outlines.
                let (from, to) = (zone.x0 - size * reach.x1 - left, zone.x1 - size * reach.x0 - left);
                for glyph in run.glyphs.iter().filter(|glyph| from < glyph.x && glyph.x < to) {
                    let Some(bounds) = self.bounds(run.face, glyph.id) else { continue };
                    if bounds.at(left + glyph.x, baseline - glyph.rise, size).touches(zone) {
                        return true;
                    }
                }
            }
        }
        false
    }

    /// The boxes of a placed text's glyphs on the sheet.
    pub(super) fn boxes(&mut self, placed: &PlacedText, take: &mut impl FnMut(Rect)) {
        let first = placed.text.lines.get(placed.lines.start).map_or(Pt(0.0), |line| line.top);
        self.boxes_of(&placed.text, placed.lines.clone(), &mut |face_box| {
            let (x, y) = (placed.at.x, placed.at.y - first);
            take(Rect { x0: face_box.x0 + x, y0: face_box.y0 + y, x1: face_box.x1 + x, y1: face_box.y1 + y });
        });
    }

    /// The boxes of some lines' glyphs, from the text's upper left corner.
    pub(super) fn boxes_of(&mut self, text: &TextLines, lines: Range<usize>, take: &mut impl FnMut(Rect)) {
        for line in &text.lines[lines] {
            for run in &line.runs {
                for glyph in &run.glyphs {
                    let Some(bounds) = self.bounds(run.face, glyph.id) else { continue };
                    let (x, y) = (run.x + glyph.x, line.baseline - glyph.rise);
                    take(bounds.at(x, y, run.size));
                }
            }
        }
    }

    /// A glyph's outline at size 1; absent when it has no ink. One that cannot be drawn is taken to fill all it could reach.
    fn bounds(&mut self, face: Face, glyph: u16) -> Option<Bounds> {
        let id = usize::from(glyph);
        if let Some(Some(bounds)) = self.faces[face.index()].drawn.get(id) {
            return *bounds;
        }
        let bounds = self.draw(face, glyph).unwrap_or(Some(self.faces[face.index()].reach));
        let drawn = &mut self.faces[face.index()].drawn;
        if drawn.len() <= id {
            drawn.resize(id + 1, None);
        }
        drawn[id] = Some(bounds);
        bounds
    }

    fn draw(&self, face: Face, glyph: u16) -> Option<Option<Bounds>> {
        let mut pen = ControlBoundsPen::new();
        let outline = self.fonts.font(face).ok()?.outline_glyphs().get(GlyphId::from(glyph))?;
        outline.draw(DrawSettings::unhinted(Size::new(1.0), LocationRef::default()), &mut pen).ok()?;
        Some(pen.bounding_box().map(|all| Bounds { x0: all.x_min, y0: all.y_min, x1: all.x_max, y1: all.y_max }))
    }
}

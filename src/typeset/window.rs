//! The proof of the window: whatever the sheet slips to, the address shows and nothing else does.
//!
//! Runs on the finished pages of every piece, on the boxes of the glyphs' outlines: what would be seen is what is looked at.

use super::envelope::EnvelopeProfile;
use super::imb::{self, ImbFault};
use super::outline::Outlines;
use super::unit::{Point, Pt, Rect};
use super::{Mark, Misfit, Page, PlacedPassage, PlacedText, StandingId, Structure, TextLines, sheet_mark};
use hashbrown::HashSet;

/// Paragraph id of the recipient's block.
pub(super) const RECIPIENT: &str = "recipient_address";
/// Paragraph id of the return address.
pub(super) const RETURN: &str = "return_address";

/// What must stay as it is on a job's pages.
pub(super) struct Watch<'a> {
    pub(super) outlines: &'a mut Outlines,
    pub(super) envelope: &'a EnvelopeProfile,
    pub(super) seen: &'a mut Seen,
    /// Lines of the recipient's block that were looked at.
    pub(super) lines: usize,
}

/// Fixed passages that were found clear, each where it stood: at the same place of a page with the same zones it is clear
/// again.
pub(super) type Seen = HashSet<SeenKey>;

/// Passage, place on the page, and what must be clear there: whether it is the first page, marks and barcodes on it.
type SeenKey = (StandingId, u32, u32, bool, usize, usize);

/// Passages remembered: far above what a job's variants need, small enough for any machine.
const SEEN: usize = 1 << 15;

impl Watch<'_> {
    /// Demands that page 1 shows in the windows what it should, and that nothing comes near the mark on any sheet.
    pub(super) fn check(&mut self, pages: &[Page]) -> Result<(), Misfit> {
        for (index, page) in pages.iter().enumerate() {
            let mut clear: Vec<Rect> = if index == 0 { self.envelope.ever_visible().collect() } else { Vec::new() };
            let mut barcodes = Vec::new();
            for mark in &page.marks {
                match mark {
                    Mark::Matrix { at, .. } => clear.push(sheet_mark::quiet(*at)),
                    Mark::Imb { at, .. } => barcodes.push(imb::clear(*at)),
                    _ => {}
                }
            }
            let zones = (index == 0, clear.len(), barcodes.len());
            clear.extend_from_slice(&barcodes);
            for mark in &page.marks {
                match mark {
                    Mark::Passage(placed) if placed.lines.is_none() => match placed.passage.standing {
                        Some(standing) => self.check_standing(placed, standing, zones, &clear, &barcodes)?,
                        None => self.check_mark(mark, Point::default(), &clear, &barcodes)?,
                    },
                    mark => self.check_mark(mark, Point::default(), &clear, &barcodes)?,
                }
            }
        }
        Ok(())
    }

    fn check_standing(
        &mut self,
        placed: &PlacedPassage,
        standing: StandingId,
        (first, marks, bars): (bool, usize, usize),
        clear: &[Rect],
        barcodes: &[Rect],
    ) -> Result<(), Misfit> {
        let (x, y) = (placed.at.x.0.to_bits(), placed.at.y.0.to_bits());
        let key = (standing, x, y, first, marks, bars);
        if !self.seen.contains(&key) {
            self.check_mark(&Mark::Passage(placed.clone()), Point::default(), clear, barcodes)?;
            if self.seen.len() == SEEN {
                self.seen.clear();
            }
            self.seen.insert(key);
        }
        Ok(())
    }

    /// Checks a mark that stands so far from its own place.
    fn check_mark(&mut self, mark: &Mark, shift: Point, clear: &[Rect], barcodes: &[Rect]) -> Result<(), Misfit> {
        match mark {
            Mark::Text(placed) if matches!(block_of(placed), Some(RECIPIENT | RETURN)) => {
                if self.text_touches(placed, shift, barcodes) {
                    return Err(Misfit::Intrusion);
                }
                if block_of(placed) == Some(RECIPIENT) {
                    self.lines += 1;
                    return self.block_lies_in(placed, shift, self.envelope.recipient.seated);
                }
                let seated = self.envelope.return_window.ok_or(Misfit::ReturnAddress)?.seated;
                self.block_lies_in(placed, shift, seated).map_err(|_| Misfit::ReturnAddress)
            }
            Mark::Imb { at, .. } => {
                let shows = self.envelope.recipient.always.contains(&imb::clear(*at));
                if shows { Ok(()) } else { Err(Misfit::Barcode(ImbFault::NoRoom)) }
            }
            // Furniture; a paragraph of the body is no address block, whatever a template calls it.
            Mark::Passage(placed) if placed.block == 0 => {
                placed.marks().iter().try_for_each(|mark| self.check_mark(mark, placed.at, clear, barcodes))
            }
            Mark::Passage(placed) => placed.marks().iter().try_for_each(|mark| self.check_other(mark, placed.at, clear)),
            mark => self.check_other(mark, shift, clear),
        }
    }

    /// Checks a mark that may show in no window; it stands so far from its own place.
    fn check_other(&mut self, mark: &Mark, shift: Point, clear: &[Rect]) -> Result<(), Misfit> {
        let intrudes = match mark {
            Mark::Text(placed) => self.text_touches(placed, shift, clear),
            Mark::Image(placed) => touches(&placed.rect.moved(shift), clear),
            Mark::Frame { rect, pen } => touches(&rect.moved(shift).grown(*pen * 0.5), clear),
            Mark::Watermark { text, at } => self.watermark_touches(text, *at, clear),
            // Its own quiet zone is clear of it by nature.
            Mark::Matrix { at, .. } => self.envelope.ever_visible().any(|zone| zone.touches(&sheet_mark::square(*at))),
            // Looked at before.
            Mark::Passage(_) | Mark::Imb { .. } => true,
        };
        if intrudes { Err(Misfit::Intrusion) } else { Ok(()) }
    }

    fn block_lies_in(&mut self, placed: &PlacedText, shift: Point, zone: Rect) -> Result<(), Misfit> {
        let line = self.lines.saturating_sub(1);
        misfit_of(ink(self.outlines, placed).map(|ink| ink.moved(shift)), zone, line).map_or(Ok(()), Err)
    }

    fn text_touches(&mut self, placed: &PlacedText, shift: Point, clear: &[Rect]) -> bool {
        touches(&self.outlines.rough(placed).moved(shift), clear) && self.outlines.touches(placed, shift, clear)
    }

    /// The box around each turned glyph is larger than the glyph, which errs to the safe side.
    fn watermark_touches(&mut self, text: &TextLines, at: Point, clear: &[Rect]) -> bool {
        let mut found = false;
        let baseline = text.lines.first().map_or(Pt(0.0), |line| line.baseline);
        self.outlines.boxes_of(text, 0..text.lines.len(), &mut |glyph| {
            let corners = [(glyph.x0, glyph.y0), (glyph.x1, glyph.y0), (glyph.x0, glyph.y1), (glyph.x1, glyph.y1)];
            let turned = corners.map(|(x, y)| turned(x, y - baseline, at));
            let around = turned.iter().fold(turned[0], |around, corner| around.around(corner));
            found |= touches(&around, clear);
        });
        found
    }
}

/// A corner turned left by 45 degrees around the start of a baseline, as a rectangle without area.
fn turned(x: Pt, y: Pt, at: Point) -> Rect {
    let diagonal = std::f32::consts::FRAC_1_SQRT_2;
    let (x, y) = (at.x + (x + y) * diagonal, at.y + (y - x) * diagonal);
    Rect { x0: x, y0: y, x1: x, y1: y }
}

fn touches(rect: &Rect, zones: &[Rect]) -> bool {
    zones.iter().any(|zone| zone.touches(rect))
}

/// Which address block a text belongs to, if any.
fn block_of(placed: &PlacedText) -> Option<&str> {
    match &placed.structure {
        Structure::Tagged { paragraph, .. } => Some(paragraph.as_ref()),
        Structure::Artifact => None,
    }
}

/// The box around a text's ink; absent when it has none.
pub(super) fn ink(outlines: &mut Outlines, placed: &PlacedText) -> Option<Rect> {
    let mut ink: Option<Rect> = None;
    outlines.boxes(placed, &mut |glyph| ink = Some(ink.map_or(glyph, |ink| ink.around(&glyph))));
    ink
}

/// How a line of an address, which is so many from the top, leaves its zone.
pub(super) fn misfit_of(ink: Option<Rect>, zone: Rect, line: usize) -> Option<Misfit> {
    let ink = ink.filter(|ink| !zone.contains(ink))?;
    let wide = ink.x0 < zone.x0 || ink.x1 > zone.x1;
    Some(if wide { Misfit::AddressTooWide { line } } else { Misfit::AddressTooTall })
}

#[cfg(test)]
mod tests;

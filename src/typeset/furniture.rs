//! What stands around the body besides the address blocks: the logo, the footers, the watermark.

use super::block::SIDE_MARGIN;
use super::outline::Outlines;
use super::passage::{Passage, PlacedPassage, Within};
use super::shape::{Shaper, Style, TextLines};
use super::standing::{Desk, Furniture};
use super::unit::{Point, Pt, Rect};
use super::{Ink, Mark, Misfit, Page, PlacedImage, PlacedText, SHEET, Structure, Tag, TagRole};
use crate::compose::{Letter, Logo};
use std::sync::Arc;

/// Where the room of a logo begins.
const LOGO_TOP: Pt = Pt::inches(0.5);
/// Type that furniture is set with, and what was set before.
pub(super) struct Tools<'a> {
    pub(super) shaper: &'a mut Shaper,
    pub(super) outlines: &'a mut Outlines,
    pub(super) standing: &'a mut Desk,
}

impl Tools<'_> {
    /// What many letters have, set once; its marks stand at their places on the sheet.
    pub(super) fn standing(
        &mut self,
        which: Furniture,
        set: impl FnOnce(&mut Shaper, &mut Outlines, &mut Vec<Mark>) -> Result<(), Misfit>,
    ) -> Result<Mark, Misfit> {
        let passage = match self.standing.furniture(&which) {
            Some(passage) => passage,
            None => {
                let earlier = self.shaper.take_uncovered();
                let mut marks = Vec::new();
                set(self.shaper, self.outlines, &mut marks)?;
                let passage = Passage::of(marks, true, Pt(0.0));
                let uncovered = self.shaper.take_uncovered();
                self.shaper.give_uncovered(earlier.or(uncovered));
                // A character that no font has must come up in each letter.
                if uncovered.is_none() { self.standing.keep_furniture(which, passage) } else { Arc::new(passage) }
            }
        };
        let within = Some(Within { path: Arc::new([]), ordinals_before: 0 });
        Ok(Mark::Passage(PlacedPassage { passage, lines: None, at: Point::default(), block: 0, within }))
    }
}

/// The sender's logo on the right of the uppermost panel, first in reading order: as large as its room allows, flush with the
/// body's right edge, in the upper corner of the room.
pub(super) fn logo(letter: &Letter, page: &mut Page) {
    let Some(Logo { picture, alt, .. }) = &letter.logo else { return };
    let room = (Pt::inches(Logo::ROOM.0).0, Pt::inches(Logo::ROOM.1).0);
    let (width, height) = (picture.width as f32, picture.height as f32);
    let scale = (room.0 / width).min(room.1 / height);
    let right = SHEET.x - SIDE_MARGIN;
    let rect = Rect { x0: right - Pt(width * scale), y0: LOGO_TOP, x1: right, y1: LOGO_TOP + Pt(height * scale) };
    let path: Arc<[Tag]> = Arc::new([Tag { role: TagRole::Figure, ordinal: 0 }]);
    let structure = Structure::Tagged { path, paragraph: Arc::from("logo") };
    page.marks.insert(0, Mark::Image(PlacedImage { picture: Arc::clone(picture), rect, alt: Arc::clone(alt), structure }));
}

/// Type of the footers.
pub(super) const FOOTER: Style = Style::regular(8.0, 10.0);

/// A text in the footer.
pub(super) fn footer(text: Arc<TextLines>, x: Pt) -> Mark {
    let at = Point { x, y: SHEET.y - Pt::inches(0.5) };
    Mark::Text(PlacedText { text, lines: 0..1, at, ink: Ink::Grey, structure: Structure::Artifact })
}

/// Which page of how many, in the words of a pattern.
pub(super) fn counter(pattern: &str, page: usize, pages: usize) -> String {
    pattern.replace("{page}", &page.to_string()).replace("{pages}", &pages.to_string())
}

/// Piece number on the left, page x of y on the right.
pub(super) fn footers(tools: &mut Tools<'_>, letter: &Letter, pages: &mut [Page]) -> Result<(), Misfit> {
    let count = pages.len();
    let number = tools.shaper.line(&letter.piece.to_string(), FOOTER, false);
    for (index, page) in pages.iter_mut().enumerate() {
        page.marks.push(footer(Arc::clone(&number), SIDE_MARGIN));
        let counter = counter(&letter.footer, index + 1, count);
        page.marks.push(tools.standing(Furniture::Counter(counter.clone()), |shaper, _, marks| {
            let counter = shaper.line(&counter, FOOTER, true);
            let right = SHEET.x - SIDE_MARGIN - counter.width;
            marks.push(footer(counter, right));
            Ok(())
        })?);
    }
    Ok(())
}

/// DRAFT across every page, below the windows on the first, painted under the text.
pub(super) fn watermark(tools: &mut Tools<'_>, pages: &mut [Page]) -> Result<(), Misfit> {
    for page in pages {
        let watermark = tools.standing(Furniture::Watermark, |shaper, _, marks| {
            let text = shaper.line("DRAFT", Style::bold(120.0, 150.0), true);
            marks.push(Mark::Watermark { text, at: Point { x: Pt(175.0), y: Pt(690.0) } });
            Ok(())
        })?;
        page.marks.insert(0, watermark);
    }
    Ok(())
}

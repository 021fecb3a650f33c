//! What stands around the body: the two address blocks, the footers, the watermark.

use super::block::SIDE_MARGIN;
use super::envelope::EnvelopeProfile;
use super::imb::{self, ImbFault, Mailer};
use super::outline::Outlines;
use super::passage::{Passage, PlacedPassage, Within};
use super::shape::{Shaper, Style};
use super::standing::{Desk, Furniture};
use super::unit::{Point, Pt, Rect};
use super::{Ink, Layout, Mark, Misfit, Page, PlacedImage, PlacedText, SHEET, Structure, Tag, TagRole, window};
use crate::compose::{Letter, Logo};
use std::sync::Arc;

/// Inside the window's edge, so that the block is seen whole.
const INSET: Pt = Pt::inches(0.075);
/// Where the room of a logo begins.
const LOGO_TOP: Pt = Pt::inches(0.5);
/// How far letters reach below the baseline, as a part of their size.
const DEPTH: f32 = 0.3;

/// Sizes to try for a block of so many lines, largest first; none is under 8 pt (DMM 202.1.2).
fn address_styles(lines: usize) -> &'static [(f32, f32)] {
    const SIZES: [(f32, f32); 6] = [(11.0, 13.0), (10.0, 12.0), (9.0, 10.5), (8.5, 10.0), (8.0, 9.5), (8.0, 9.0)];
    match lines {
        0..=4 => &SIZES,
        5 => &SIZES[1..],
        _ => &SIZES[2..],
    }
}

/// Type that furniture is set with, and what was set before.
pub(super) struct Tools<'a> {
    pub(super) shaper: &'a mut Shaper,
    pub(super) outlines: &'a mut Outlines,
    pub(super) standing: &'a mut Desk,
}

impl Tools<'_> {
    /// What many letters have, set once; its marks stand at their places on the sheet.
    fn standing(
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

/// Places return address and recipient block on page 1, before everything else in reading order.
pub(super) fn address_blocks(tools: &mut Tools<'_>, layout: &Layout, letter: &Letter, page: &mut Page) -> Result<(), Misfit> {
    let envelope = &layout.envelope;
    let mut marks = Vec::new();
    if let Some(window) = envelope.return_window {
        let style = Style::regular(9.0, 11.0);
        let top = window.seated.y0 + INSET;
        let placed = Block { lines: &letter.return_address, paragraph: window::RETURN, area: window.seated, top };
        let which = Furniture::ReturnAddress(Arc::clone(&letter.return_address));
        marks.push(tools.standing(which, |shaper, outlines, marks| {
            address(shaper, outlines, style, &placed, marks).map_err(|_| Misfit::ReturnAddress)
        })?);
    }
    let barcode = layout.mailer.as_ref().map_or(Ok(None), |mailer| barcode(mailer, envelope, letter)).map_err(Misfit::Barcode)?;
    recipient_block(tools, envelope, &letter.recipient_address, barcode.as_ref(), &mut marks)?;
    marks.extend(barcode);
    marks.append(&mut page.marks);
    page.marks = marks;
    Ok(())
}

/// The block's last baseline stands at the anchor and the block grows upward, in the largest size that fits.
fn recipient_block(
    tools: &mut Tools<'_>,
    envelope: &EnvelopeProfile,
    lines: &[String],
    barcode: Option<&Mark>,
    marks: &mut Vec<Mark>,
) -> Result<(), Misfit> {
    let mut area = envelope.recipient.seated;
    if let Some(Mark::Imb { at, .. }) = barcode {
        area.y1 = imb::clear(*at).y0;
    }
    let mut misfit = Misfit::AddressTooWide;
    for (size, leading) in address_styles(lines.len()) {
        let style = Style::regular(*size, *leading);
        let anchor = if barcode.is_some() { envelope.anchor.min(area.y1 - style.size * DEPTH) } else { envelope.anchor };
        let last_top = anchor - style.baseline();
        let top = last_top - style.leading * lines.len().saturating_sub(1) as f32;
        let placed = Block { lines, paragraph: window::RECIPIENT, area, top };
        let before = marks.len();
        match address(tools.shaper, tools.outlines, style, &placed, marks) {
            Ok(()) => return Ok(()),
            Err(reason) => misfit = reason,
        }
        marks.truncate(before);
    }
    Err(misfit)
}

/// The Intelligent Mail barcode of a piece, below the block; absent for what goes abroad.
fn barcode(mailer: &Mailer, envelope: &EnvelopeProfile, letter: &Letter) -> Result<Option<Mark>, ImbFault> {
    let Some(zip) = letter.recipient_address.last().and_then(|line| imb::routing(line)) else { return Ok(None) };
    let bars = imb::encode(&mailer.tracking(letter.piece.0)?, zip)?;
    Ok(Some(Mark::Imb { bars: Arc::new(bars), at: imb::place(envelope.recipient.always) }))
}

/// An address block: its lines, from where on they stand, and where all of their ink must lie.
struct Block<'a> {
    lines: &'a [String],
    paragraph: &'a str,
    area: Rect,
    top: Pt,
}

fn address(shaper: &mut Shaper, outlines: &mut Outlines, style: Style, block: &Block<'_>, marks: &mut Vec<Mark>) -> Result<(), Misfit> {
    let left = block.area.x0 + INSET;
    // One paragraph of several lines; the two address blocks are told apart by what they are.
    let fixed = block.paragraph == window::RETURN;
    let path: Arc<[Tag]> = Arc::new([Tag { role: TagRole::P, ordinal: u32::from(fixed) }]);
    let structure = Structure::Tagged { path, paragraph: Arc::from(block.paragraph) };
    for (index, line) in block.lines.iter().enumerate() {
        let text = shaper.line(line, style, fixed);
        let at = Point { x: left, y: block.top + style.leading * index as f32 };
        let placed = PlacedText { text, lines: 0..1, at, ink: Ink::Black, structure: structure.clone() };
        if let Some(misfit) = window::misfit_of(window::ink(outlines, &placed), block.area) {
            return Err(misfit);
        }
        marks.push(Mark::Text(placed));
    }
    Ok(())
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

/// Piece number on the left, page x of y on the right, 8 pt.
pub(super) fn footers(tools: &mut Tools<'_>, letter: &Letter, pages: &mut [Page]) -> Result<(), Misfit> {
    let style = Style::regular(8.0, 10.0);
    let y = SHEET.y - Pt::inches(0.5);
    let placed = |text, x| {
        let at = Point { x, y };
        Mark::Text(PlacedText { text, lines: 0..1, at, ink: Ink::Grey, structure: Structure::Artifact })
    };
    let count = pages.len();
    let number = tools.shaper.line(&letter.piece.to_string(), style, false);
    for (index, page) in pages.iter_mut().enumerate() {
        page.marks.push(placed(Arc::clone(&number), SIDE_MARGIN));
        let counter = letter.footer.replace("{page}", &(index + 1).to_string()).replace("{pages}", &count.to_string());
        page.marks.push(tools.standing(Furniture::Counter(counter.clone()), |shaper, _, marks| {
            let counter = shaper.line(&counter, style, true);
            let right = SHEET.x - SIDE_MARGIN - counter.width;
            marks.push(placed(counter, right));
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

//! What stands around the body: the two address blocks, the footers, the watermark.

use super::block::SIDE_MARGIN;
use super::envelope::EnvelopeProfile;
use super::shape::{Shaper, Style};
use super::unit::{Point, Pt, Rect};
use super::{Ink, Mark, Misfit, Page, PlacedText, SHEET, Structure, Tag, TagRole};
use crate::compose::Letter;
use std::sync::Arc;

/// Inside the window's edge, so that the block is seen whole.
const INSET: Pt = Pt::inches(0.075);
/// The recipient block's last baseline above the seated area's lower edge: machines read these lines at every position.
const ANCHOR: Pt = Pt::inches(0.065);

/// Sizes to try for a block of so many lines, largest first; none is under 8 pt (DMM 202.1.2).
fn address_styles(lines: usize) -> &'static [(f32, f32)] {
    const SIZES: [(f32, f32); 5] = [(11.0, 13.0), (10.0, 12.0), (9.0, 10.5), (8.5, 10.0), (8.0, 9.5)];
    match lines {
        0..=4 => &SIZES,
        5 => &SIZES[1..],
        _ => &SIZES[2..],
    }
}

/// Places return address and recipient block on page 1, before everything else in reading order.
pub(super) fn address_blocks(shaper: &mut Shaper, envelope: &EnvelopeProfile, letter: &Letter, page: &mut Page) -> Result<(), Misfit> {
    let mut marks = Vec::new();
    if let Some(area) = envelope.return_address {
        let style = Style::regular(9.0, 11.0);
        let height = style.leading * letter.return_address.len() as f32;
        let top = area.y0 + INSET;
        let area = Rect { y1: top + height, ..area };
        let placed = address(shaper, &letter.return_address, style, area, area.y1, "return_address", &mut marks);
        placed.map_err(|_| Misfit::ReturnAddress)?;
    }
    recipient_block(shaper, envelope, &letter.recipient_address, &mut marks)?;
    marks.append(&mut page.marks);
    page.marks = marks;
    Ok(())
}

/// The block's last baseline stands at the anchor and the block grows upward, in the largest size that fits.
fn recipient_block(shaper: &mut Shaper, envelope: &EnvelopeProfile, lines: &[String], marks: &mut Vec<Mark>) -> Result<(), Misfit> {
    let mut misfit = Misfit::AddressTooWide;
    for (size, leading) in address_styles(lines.len()) {
        let style = Style::regular(*size, *leading);
        // Lowest edge of the last line, whose baseline sits a little above it.
        let bottom = envelope.recipient.y1 - ANCHOR + style.leading * 0.5 - style.size * 0.357;
        let before = marks.len();
        match address(shaper, lines, style, envelope.recipient, bottom, "recipient_address", marks) {
            Ok(()) => return Ok(()),
            Err(reason) => misfit = reason,
        }
        marks.truncate(before);
    }
    Err(misfit)
}

fn address(
    shaper: &mut Shaper,
    lines: &[String],
    style: Style,
    area: Rect,
    bottom: Pt,
    paragraph: &str,
    marks: &mut Vec<Mark>,
) -> Result<(), Misfit> {
    let top = bottom - style.leading * lines.len() as f32;
    if top < area.y0 {
        return Err(Misfit::AddressTooTall);
    }
    let left = area.x0 + INSET;
    // One paragraph of several lines; the two address blocks are told apart by what they are.
    let fixed = paragraph == "return_address";
    let path: Arc<[Tag]> = Arc::new([Tag { role: TagRole::P, ordinal: u32::from(fixed) }]);
    let structure = Structure::Tagged { path, paragraph: Arc::from(paragraph) };
    for (index, line) in lines.iter().enumerate() {
        let text = shaper.line(line, style, fixed);
        if left + text.width > area.x1 {
            return Err(Misfit::AddressTooWide);
        }
        let structure = structure.clone();
        let at = Point { x: left, y: top + style.leading * index as f32 };
        marks.push(Mark::Text(PlacedText { text, lines: 0..1, at, ink: Ink::Black, structure }));
    }
    Ok(())
}

/// Piece number on the left, page x of y on the right, 8 pt.
pub(super) fn footers(shaper: &mut Shaper, letter: &Letter, pages: &mut [Page]) {
    let style = Style::regular(8.0, 10.0);
    let y = SHEET.y - Pt::inches(0.5);
    let count = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        let number = shaper.line(&letter.piece.to_string(), style, false);
        let counter = letter.footer.replace("{page}", &(index + 1).to_string()).replace("{pages}", &count.to_string());
        let counter = shaper.line(&counter, style, true);
        let right = SHEET.x - SIDE_MARGIN - counter.width;
        for (text, x) in [(number, SIDE_MARGIN), (counter, right)] {
            let at = Point { x, y };
            page.marks.push(Mark::Text(PlacedText { text, lines: 0..1, at, ink: Ink::Grey, structure: Structure::Artifact }));
        }
    }
}

/// DRAFT across every page, below the windows on the first, painted under the text.
pub(super) fn watermark(shaper: &mut Shaper, pages: &mut [Page]) {
    for page in pages {
        let text = shaper.line("DRAFT", Style::bold(120.0, 150.0), true);
        let at = Point { x: Pt(175.0), y: Pt(690.0) };
        page.marks.insert(0, Mark::Watermark { text, at });
    }
}

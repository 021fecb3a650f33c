//! The two address blocks of page 1, as they show in the envelope's windows.

use super::envelope::EnvelopeProfile;
use super::furniture::Tools;
use super::imb::{self, ImbFault, Mailer};
use super::outline::Outlines;
use super::shape::{Shaper, Style};
use super::standing::Furniture;
use super::unit::{Point, Pt, Rect};
use super::{Ink, Layout, Mark, Misfit, Page, PlacedText, Structure, Tag, TagRole, window};
use crate::compose::Letter;
use std::sync::Arc;

/// Inside the window's edge, so that the block is seen whole.
const INSET: Pt = Pt::inches(0.075);
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

/// Places return address and recipient block on page 1, before everything else in reading order.
pub(super) fn address_blocks(tools: &mut Tools<'_>, layout: &Layout, letter: &Letter, page: &mut Page) -> Result<(), Misfit> {
    let envelope = &layout.envelope;
    let mut marks = Vec::new();
    if let Some(window) = envelope.return_window {
        let style = Style::regular(9.0, 11.0);
        let top = window.seated.y0 + INSET;
        let placed = Block { paragraph: window::RETURN, area: window.seated, top };
        let which = Furniture::ReturnAddress(Arc::clone(&letter.return_address));
        marks.push(tools.standing(which, |shaper, outlines, marks| {
            let lines = letter.return_address.iter().map(String::as_str).enumerate();
            address(shaper, outlines, style, &placed, lines, marks).map_err(|_| Misfit::ReturnAddress)
        })?);
    }
    let barcode = layout.mailer.as_ref().map_or(Ok(None), |mailer| barcode(mailer, envelope, letter)).map_err(Misfit::Barcode)?;
    recipient_block(tools, envelope, letter, barcode.as_ref(), &mut marks)?;
    marks.extend(barcode);
    marks.append(&mut page.marks);
    page.marks = marks;
    Ok(())
}

/// A line of an address block, and which of the letter's lines it is or is a part of.
type BlockLine<'a> = (usize, &'a str);

/// The block's last baseline stands at the anchor and the block grows upward, in the largest size that fits; a line that names
/// the addressee and fits in none is broken in two.
fn recipient_block(
    tools: &mut Tools<'_>,
    envelope: &EnvelopeProfile,
    letter: &Letter,
    barcode: Option<&Mark>,
    marks: &mut Vec<Mark>,
) -> Result<(), Misfit> {
    let mut lines: Vec<BlockLine<'_>> = letter.recipient_address.iter().map(String::as_str).enumerate().collect();
    let mut whole = None;
    loop {
        let Err(misfit) = in_largest_size(tools, envelope, &lines, barcode, marks) else { return Ok(()) };
        let reason = *whole.get_or_insert(misfit);
        let Misfit::AddressTooWide { line } = misfit else { return Err(reason) };
        let mut parts = lines.iter().enumerate().filter(|(_, (of, _))| *of == line);
        let (Some((at, (_, text))), None) = (parts.next(), parts.next()) else { return Err(reason) };
        let halves = (line < letter.addressee_lines).then(|| halves(tools.shaper, text)).flatten();
        let (first, second) = halves.ok_or(reason)?;
        lines.splice(at..=at, [(line, first), (line, second)]);
    }
}

/// A line broken at the blank, or after the hyphen, that makes the longer part the shortest; absent when it has neither.
fn halves<'a>(shaper: &mut Shaper, line: &'a str) -> Option<(&'a str, &'a str)> {
    let ends = line.match_indices([' ', '-']).map(|(at, _)| at + 1);
    let parts = ends.map(|end| (line[..end].trim(), line[end..].trim())).filter(|(first, second)| !first.is_empty() && !second.is_empty());
    let mut longer = |part: &str| shaper.line(part, Style::regular(8.0, 9.0), false).width;
    parts
        .map(|(first, second)| (longer(first).max(longer(second)), (first, second)))
        .min_by(|one, other| one.0.0.total_cmp(&other.0.0))
        .map(|(_, parts)| parts)
}

fn in_largest_size(
    tools: &mut Tools<'_>,
    envelope: &EnvelopeProfile,
    lines: &[BlockLine<'_>],
    barcode: Option<&Mark>,
    marks: &mut Vec<Mark>,
) -> Result<(), Misfit> {
    let mut area = envelope.recipient.seated;
    if let Some(Mark::Imb { at, .. }) = barcode {
        area.y1 = imb::clear(*at).y0;
    }
    let mut misfit = Misfit::AddressTooTall;
    for (size, leading) in address_styles(lines.len()) {
        let style = Style::regular(*size, *leading);
        let anchor = if barcode.is_some() { envelope.anchor.min(area.y1 - style.size * DEPTH) } else { envelope.anchor };
        let last_top = anchor - style.baseline();
        let top = last_top - style.leading * lines.len().saturating_sub(1) as f32;
        let placed = Block { paragraph: window::RECIPIENT, area, top };
        let before = marks.len();
        match address(tools.shaper, tools.outlines, style, &placed, lines.iter().copied(), marks) {
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

/// An address block: from where on its lines stand, and where all of their ink must lie.
struct Block<'a> {
    paragraph: &'a str,
    area: Rect,
    top: Pt,
}

fn address<'a>(
    shaper: &mut Shaper,
    outlines: &mut Outlines,
    style: Style,
    block: &Block<'_>,
    lines: impl Iterator<Item = BlockLine<'a>>,
    marks: &mut Vec<Mark>,
) -> Result<(), Misfit> {
    let left = block.area.x0 + INSET;
    // One paragraph of several lines; the two address blocks are told apart by what they are.
    let fixed = block.paragraph == window::RETURN;
    let path: Arc<[Tag]> = Arc::new([Tag { role: TagRole::P, ordinal: u32::from(fixed) }]);
    let structure = Structure::Tagged { path, paragraph: Arc::from(block.paragraph) };
    for (index, (line, text)) in lines.enumerate() {
        let text = shaper.line(text, style, fixed);
        let at = Point { x: left, y: block.top + style.leading * index as f32 };
        let placed = PlacedText { text, lines: 0..1, at, ink: Ink::Black, structure: structure.clone() };
        if let Some(misfit) = window::misfit_of(window::ink(outlines, &placed), block.area, line) {
            return Err(misfit);
        }
        marks.push(Mark::Text(placed));
    }
    Ok(())
}

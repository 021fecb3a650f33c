//! A block -> passages, each with its space above and its keep rules.
//!
//! This file is the look of the letter: sizes, leading, indents, space.

use super::paginate::ROOM;
use super::passage::{Passage, PlacedPassage, Within};
use super::shape::{Shaper, Style, TextLines};
use super::standing::{Desk, Setting};
use super::unit::{Point, Pt, Rect};
use super::{Ink, Mark, PlacedText, SHEET, Structure, Tag, TagRole};
use crate::compose::{Block, BlockKind, BodyBlock, Inline};
use std::sync::Arc;

mod table;

/// Factor from 11 to 18 points.
pub(super) const LARGE_PRINT: f32 = 18.0 / 11.0;
/// Left and right margin.
pub(super) const SIDE_MARGIN: Pt = Pt(63.0);
/// Width of the text column: about 80 characters of the body's size.
pub(super) const COLUMN: Pt = Pt(SHEET.x.0 - 2.0 * SIDE_MARGIN.0);
/// Hairlines.
pub(super) const HAIRLINE: Pt = Pt(0.6);

/// A block of a letter, set.
pub(super) struct SetBlock {
    pub(super) passages: Vec<Arc<Passage>>,
    /// Never the first of a page while there is something before it.
    pub(super) keep_with_previous: bool,
    /// A character that no font has.
    pub(super) uncovered: Option<char>,
}

impl SetBlock {
    /// The same block for another thread.
    pub(super) fn copy(&self) -> Arc<SetBlock> {
        let SetBlock { keep_with_previous, uncovered, .. } = *self;
        Arc::new(SetBlock { passages: self.passages.iter().map(|passage| passage.copy()).collect(), keep_with_previous, uncovered })
    }
}

/// A passage while its block is built.
struct Item {
    before: Pt,
    keep_with_next: bool,
    content: Content,
}

/// What an item holds.
enum Content {
    /// Lines that may be split over pages.
    Text { text: Arc<TextLines>, x: Pt, structure: Structure, label: Option<Label> },
    /// Marks that stay together, positioned from the item's upper left corner.
    Unit { marks: Vec<Mark>, height: Pt },
    /// A row of a table, as a unit; at the top of a later page the header stands again above it.
    Row { marks: Vec<Mark>, height: Pt, header: Option<Arc<Passage>> },
    /// A text that stands in other letters as well.
    Shared { text: Arc<SharedText>, x: Pt, within: Within },
}

/// A fixed paragraph or list item within letters' own blocks.
pub(super) struct SharedText {
    passage: Arc<Passage>,
    /// How many of its tags have ordinals.
    ordinals: u32,
}

impl SharedText {
    /// The same text for another thread.
    pub(super) fn copy(&self) -> Arc<SharedText> {
        Arc::new(SharedText { passage: self.passage.copy(), ordinals: self.ordinals })
    }
}

/// A text of more lines may be split over pages, so each letter sets it for itself.
const SHARED_LINES: usize = 3;

/// The bullet or number of a list item, on its first line.
struct Label {
    text: Arc<TextLines>,
    x: Pt,
    structure: Structure,
}

impl Item {
    /// Height without the space above.
    fn height(&self) -> Pt {
        match &self.content {
            Content::Text { text, .. } => text.height,
            Content::Unit { height, .. } | Content::Row { height, .. } => *height,
            Content::Shared { text, .. } => text.passage.height,
        }
    }

    fn into_passage(self, fixed: bool) -> Passage {
        let (before, keep_with_next, height) = (self.before, self.keep_with_next, self.height());
        let splits = matches!(self.content, Content::Text { .. });
        let header = if let Content::Row { header, .. } = &self.content { header.clone() } else { None };
        let mut marks = Vec::new();
        place(self.content, Pt(0.0), &mut marks);
        Passage { before, keep_with_next, splits, header, ..Passage::of(marks, fixed, height) }
    }
}

/// Sets one block of a letter: one of its own with what stands in other letters as well at hand, one that is everybody's
/// without.
pub(super) fn set(shaper: &mut Shaper, standing: Option<&mut Desk>, block: &Block, scale: f32) -> SetBlock {
    let fixed = standing.is_none();
    let mut builder = Builder { shaper, standing, fixed, scale, size: BODY, ordinal: 0, items: Vec::new(), keep_with_previous: false };
    builder.block(block, &Frame { x: SIDE_MARGIN, width: COLUMN, path: Vec::new() });
    let Builder { items, keep_with_previous, .. } = builder;
    let passages = items.into_iter().map(|item| Arc::new(item.into_passage(fixed))).collect();
    SetBlock { passages, keep_with_previous, uncovered: shaper.take_uncovered() }
}

#[derive(Clone, Copy)]
struct Size {
    size: f32,
    leading: f32,
    paragraph_space: f32,
}

const BODY: Size = Size { size: 11.0, leading: 13.5, paragraph_space: 4.5 };
const SIGNATURE_SPACE: f32 = 8.0;
const FRAME_PADDING: f32 = 7.0;
const LIST_SPACE: f32 = 4.0;
const ITEM_SPACE: f32 = 2.0;
const TWO_COLUMNS_FROM: usize = 5;
const LIST_LABEL: f32 = 8.0;
const LIST_BODY: f32 = 22.0;
/// From a number to its item.
const LIST_GAP: f32 = 4.0;

/// Where blocks stand: left edge, width, and the structure elements around them.
struct Frame {
    x: Pt,
    width: Pt,
    path: Vec<Tag>,
}

struct Builder<'a> {
    shaper: &'a mut Shaper,
    /// Absent while what it sets is everybody's.
    standing: Option<&'a mut Desk>,
    fixed: bool,
    scale: f32,
    size: Size,
    ordinal: u32,
    items: Vec<Item>,
    keep_with_previous: bool,
}

impl Builder<'_> {
    fn tag(&mut self, role: TagRole) -> Tag {
        self.ordinal += 1;
        Tag { role, ordinal: self.ordinal }
    }

    fn structure(&mut self, frame: &Frame, role: TagRole, paragraph: &Arc<str>) -> Structure {
        let tag = self.tag(role);
        let path: Vec<Tag> = frame.path.iter().copied().chain([tag]).collect();
        Structure::Tagged { path: path.into(), paragraph: Arc::clone(paragraph) }
    }

    fn scaled(&self, points: f32) -> Pt {
        Pt(points * self.scale)
    }

    fn blocks(&mut self, blocks: &[BodyBlock], frame: &Frame) {
        for block in blocks {
            if !self.shared(block, frame, false) {
                self.block(block, frame);
            }
        }
    }

    /// Adds a paragraph, with a bullet or without, as it stands in other letters as well; false when it is the recipient's
    /// own, or too long to be set before its page is known.
    fn shared(&mut self, block: &BodyBlock, frame: &Frame, bullet: bool) -> bool {
        let (BodyBlock::Fixed(block), Some(standing)) = (block, &mut self.standing) else { return false };
        if !matches!(block.kind, BlockKind::Paragraph(_)) {
            return false;
        }
        let setting = Setting { scale: self.scale, size: self.size.size, width: frame.width, bullet };
        let (scale, size) = (self.scale, self.size);
        let set = || {
            let (earlier, items) = (self.shaper.take_uncovered(), Vec::new());
            let mut builder =
                Builder { shaper: self.shaper, standing: None, fixed: true, scale, size, ordinal: 0, items, keep_with_previous: false };
            let frame = Frame { x: Pt(0.0), width: frame.width, path: Vec::new() };
            if bullet {
                builder.item(None, std::slice::from_ref(&BodyBlock::Fixed(Arc::clone(block))), &frame, &block.paragraph);
            } else {
                builder.block(block, &frame);
            }
            let Builder { mut items, ordinal: ordinals, .. } = builder;
            // A character that no font has must come up in each letter.
            let is_covered = self.shaper.take_uncovered().is_none();
            self.shaper.give_uncovered(earlier);
            let item = items.pop()?;
            let is_short = matches!(&item.content, Content::Text { text, .. } if text.lines.len() <= SHARED_LINES);
            (is_short && is_covered).then(|| SharedText { passage: Arc::new(item.into_passage(true)), ordinals })
        };
        let Some(text) = standing.text(block, setting, set) else { return false };
        let within = Within { path: frame.path.as_slice().into(), ordinals_before: self.ordinal };
        self.ordinal += text.ordinals;
        self.items.push(Item { before: text.passage.before, keep_with_next: false, content: Content::Shared { text, x: frame.x, within } });
        true
    }

    fn block(&mut self, block: &Block, frame: &Frame) {
        let paragraph = &block.paragraph;
        let size = self.size;
        match &block.kind {
            BlockKind::Title(inlines) => {
                self.text(inlines, frame, TagRole::H1, paragraph, Style::bold(15.0, 18.0), 9.0, true);
            }
            BlockKind::Heading(inlines) => {
                self.text(inlines, frame, TagRole::H2, paragraph, Style::bold(12.0, 15.0), 9.0, true);
            }
            BlockKind::Paragraph(inlines) => {
                self.text(inlines, frame, TagRole::P, paragraph, Style::regular(size.size, size.leading), size.paragraph_space, false);
            }
            BlockKind::List { start, items } => self.list(*start, items, frame, paragraph),
            BlockKind::Table { header, rows } => self.table(header, rows, frame, paragraph),
            BlockKind::Framed(inner) => self.framed(inner, frame),
            BlockKind::Together(inner) => self.together(inner, frame),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "one line of the look each")]
    fn text(&mut self, inlines: &[Inline], frame: &Frame, role: TagRole, paragraph: &Arc<str>, style: Style, before: f32, keep: bool) {
        let text = self.shaper.paragraph(inlines, style.scaled(self.scale), frame.width, self.fixed);
        let structure = self.structure(frame, role, paragraph);
        let content = Content::Text { text, x: frame.x, structure, label: None };
        self.items.push(Item { before: self.scaled(before), keep_with_next: keep, content });
    }

    /// Long lists of short items stand in two columns, read down the left one first.
    fn list(&mut self, start: Option<u64>, items: &[Vec<BodyBlock>], frame: &Frame, paragraph: &Arc<str>) {
        let list = self.tag(if start.is_some() { TagRole::NumberedL } else { TagRole::L });
        if items.len() >= TWO_COLUMNS_FROM && self.scale == 1.0 {
            let half = items.len().div_ceil(2);
            let width = frame.width * 0.5;
            let (left, left_height) =
                self.column(start, &items[..half], list, &Frame { x: frame.x, width, path: frame.path.clone() }, paragraph);
            let right_start = start.map(|start| start + half as u64);
            let right_frame = Frame { x: frame.x + width, width, path: frame.path.clone() };
            let (right, right_height) = self.column(right_start, &items[half..], list, &right_frame, paragraph);
            let height = left_height.max(right_height);
            if height <= ROOM {
                let marks = left.into_iter().chain(right).collect();
                self.items.push(Item { before: Pt(LIST_SPACE), keep_with_next: false, content: Content::Unit { marks, height } });
                return;
            }
        }
        self.list_items(start, items, list, frame, paragraph);
    }

    /// A column of a list, from its own top.
    fn column(&mut self, start: Option<u64>, items: &[Vec<BodyBlock>], list: Tag, frame: &Frame, paragraph: &Arc<str>) -> (Vec<Mark>, Pt) {
        let outer = std::mem::take(&mut self.items);
        self.list_items(start, items, list, frame, paragraph);
        stacked(std::mem::replace(&mut self.items, outer), Pt(0.0))
    }

    fn list_items(&mut self, start: Option<u64>, items: &[Vec<BodyBlock>], list: Tag, frame: &Frame, paragraph: &Arc<str>) {
        let mut path = frame.path.clone();
        path.push(list);
        let in_list = Frame { x: frame.x, width: frame.width, path };
        for (index, blocks) in items.iter().enumerate() {
            let first = self.items.len();
            let shared = start.is_none() && matches!(blocks.as_slice(), [one] if self.shared(one, &in_list, true));
            if !shared {
                self.item(start.map(|start| start + index as u64), blocks, &in_list, paragraph);
            }
            for (offset, item) in self.items[first..].iter_mut().enumerate() {
                if index > 0 || offset > 0 {
                    item.before = Pt(ITEM_SPACE * self.scale);
                }
            }
            if let Some(item) = self.items.get_mut(first).filter(|_| index == 0) {
                item.before = Pt(LIST_SPACE * self.scale);
            }
        }
    }

    /// One item of a list, with its number or a bullet.
    fn item(&mut self, number: Option<u64>, blocks: &[BodyBlock], in_list: &Frame, paragraph: &Arc<str>) {
        let mut path = in_list.path.clone();
        path.push(self.tag(TagRole::LI));
        let label_text = number.map_or_else(|| "\u{2022}".to_owned(), |number| format!("{number}."));
        let style = Style::regular(self.size.size, self.size.leading).scaled(self.scale);
        let label = self.shaper.line(&label_text, style, self.fixed);
        let in_item = Frame { x: in_list.x, width: in_list.width, path };
        let structure = self.structure(&in_item, TagRole::Lbl, paragraph);
        let mut path = in_item.path;
        path.push(self.tag(TagRole::LBody));
        let indent = self.scaled(LIST_BODY);
        let body = Frame { x: in_list.x + indent, width: in_list.width - indent, path };
        // Bullets stand below each other, numbers end below each other.
        let before = if number.is_some() { indent - self.scaled(LIST_GAP) - label.width } else { self.scaled(LIST_LABEL) };
        let first = self.items.len();
        if let Some((labelled, others)) = blocks.split_first() {
            // Its first line takes the label, so that it is like no other letter's.
            let standing = self.standing.take();
            self.block(labelled, &body);
            self.standing = standing;
            self.blocks(others, &body);
        }
        if let Some(Item { content: Content::Text { label: slot, .. }, .. }) = self.items.get_mut(first) {
            *slot = Some(Label { text: label, x: in_list.x + before, structure });
        }
    }

    fn framed(&mut self, blocks: &[BodyBlock], frame: &Frame) {
        let padding = self.scaled(FRAME_PADDING);
        let mut path = frame.path.clone();
        path.push(self.tag(TagRole::Sect));
        let inner = Frame { x: frame.x + padding, width: frame.width - padding * 2.0, path };
        let before = self.scaled(7.0);
        // More than a page: one frame a page.
        for items in in_parts(self.inner(blocks, &inner), ROOM - padding * 2.0) {
            if let [item] = items.as_slice()
                && item.height() > ROOM - padding * 2.0
            {
                self.items.extend(items);
                continue;
            }
            let (mut marks, height) = stacked(items, padding);
            let height = height + padding;
            let rect = Rect { x0: frame.x, y0: Pt(0.0), x1: frame.x + frame.width, y1: height };
            marks.push(Mark::Frame { rect, pen: HAIRLINE });
            self.items.push(Item { before, keep_with_next: false, content: Content::Unit { marks, height } });
        }
    }

    fn together(&mut self, blocks: &[BodyBlock], frame: &Frame) {
        let mut path = frame.path.clone();
        path.push(self.tag(TagRole::Sect));
        let mut items = self.inner(blocks, &Frame { x: frame.x, width: frame.width, path });
        let before = self.scaled(SIGNATURE_SPACE);
        // A signature never stands alone on a page: the paragraph before it goes along.
        match self.items.last_mut() {
            Some(last) => last.keep_with_next = true,
            None => self.keep_with_previous = true,
        }
        if let Some(first) = items.first_mut() {
            first.before = before;
        }
        if total(&items) > ROOM {
            self.items.extend(items);
            return;
        }
        let (marks, height) = stacked(items, Pt(0.0));
        self.items.push(Item { before, keep_with_next: false, content: Content::Unit { marks, height } });
    }

    /// The items of blocks that stand in another block.
    fn inner(&mut self, blocks: &[BodyBlock], frame: &Frame) -> Vec<Item> {
        let outer = std::mem::take(&mut self.items);
        self.blocks(blocks, frame);
        std::mem::replace(&mut self.items, outer)
    }
}

/// Height of items one below the other, without the space above the first.
fn total(items: &[Item]) -> Pt {
    let spaces = items.iter().skip(1).fold(Pt(0.0), |sum, item| sum + item.before);
    items.iter().fold(spaces, |sum, item| sum + item.height())
}

/// Items in as few parts as fit into a height each; an item that is taller is a part of its own.
fn in_parts(items: Vec<Item>, room: Pt) -> Vec<Vec<Item>> {
    let mut parts: Vec<Vec<Item>> = Vec::new();
    for item in items {
        match parts.last_mut() {
            Some(part) if total(part) + item.before + item.height() <= room => part.push(item),
            _ => parts.push(vec![item]),
        }
    }
    parts
}

/// Items one below the other from a top edge, as marks; gives the marks and the lower edge.
fn stacked(items: Vec<Item>, top: Pt) -> (Vec<Mark>, Pt) {
    let mut marks = Vec::new();
    let mut y = top;
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            y += item.before;
        }
        let height = item.height();
        place(item.content, y, &mut marks);
        y += height;
    }
    (marks, y)
}

/// Puts an item's marks at a height.
fn place(content: Content, y: Pt, marks: &mut Vec<Mark>) {
    match content {
        Content::Text { text, x, structure, label } => {
            if let Some(label) = label {
                let at = Point { x: label.x, y };
                marks.push(Mark::Text(PlacedText { text: label.text, lines: 0..1, at, ink: Ink::Black, structure: label.structure }));
            }
            let lines = 0..text.lines.len();
            marks.push(Mark::Text(PlacedText { text, lines, at: Point { x, y }, ink: Ink::Black, structure }));
        }
        Content::Unit { marks: inner, .. } | Content::Row { marks: inner, .. } => {
            marks.extend(inner.into_iter().map(|mark| lowered(mark, y)));
        }
        Content::Shared { text, x, within } => {
            let (passage, at) = (Arc::clone(&text.passage), Point { x, y });
            marks.push(Mark::Passage(PlacedPassage { passage, lines: None, at, block: 0, within: Some(within) }));
        }
    }
}

fn lowered(mark: Mark, by: Pt) -> Mark {
    match mark {
        Mark::Text(mut placed) => {
            placed.at.y += by;
            Mark::Text(placed)
        }
        Mark::Frame { mut rect, pen } => {
            rect.y0 += by;
            rect.y1 += by;
            Mark::Frame { rect, pen }
        }
        Mark::Passage(mut placed) => {
            placed.at.y += by;
            Mark::Passage(placed)
        }
        other => other,
    }
}

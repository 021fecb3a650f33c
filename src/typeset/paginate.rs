//! Set blocks -> pages: keep rules, no widows or orphans.

use super::block::SetBlock;
use super::passage::{Passage, PlacedPassage};
use super::unit::{Point, Pt};
use super::{Mark, Page, TextLine};
use std::sync::Arc;

/// Body of later pages.
const LATER_TOP: Pt = Pt::inches(0.7);
/// Body ends above the footer.
const BOTTOM: Pt = Pt::inches(10.4);
/// Lines that must stand together before and after a page break.
const TOGETHER: usize = 2;

/// A passage in the order of the letter.
struct Item<'a> {
    passage: &'a Arc<Passage>,
    block: u32,
    keep_with_next: bool,
}

/// Breaks the blocks of a letter into pages, at least one; the first begins at `first_top`, below everything that a window can
/// show.
pub(super) fn paginate(blocks: &[Arc<SetBlock>], first_top: Pt) -> Vec<Page> {
    let mut items: Vec<Item<'_>> = Vec::with_capacity(blocks.len() + 8);
    for (block, number) in blocks.iter().zip(1..) {
        if let Some(last) = items.last_mut().filter(|_| block.keep_with_previous) {
            last.keep_with_next = true;
        }
        let item = |passage| Item { passage, block: number, keep_with_next: passage.keep_with_next };
        items.extend(block.passages.iter().map(item));
    }
    let mut cursor = Cursor { pages: vec![Page::default()], y: first_top, at_top: true };
    for (index, item) in items.iter().enumerate() {
        if !cursor.at_top && cursor.y + item.passage.before + need(&items, index) > BOTTOM {
            cursor.turn();
        }
        cursor.place(item);
    }
    cursor.pages
}

/// Height that must fit below the cursor for an item to start there: its own first lines, and those of what it keeps with.
fn need(items: &[Item<'_>], index: usize) -> Pt {
    let item = &items[index];
    match items.get(index + 1) {
        Some(next) if item.keep_with_next => item.passage.height + next.passage.before + need(items, index + 1),
        _ => start_height(item.passage),
    }
}

fn start_height(passage: &Passage) -> Pt {
    match passage.split_text() {
        Some(placed) if placed.text.lines.len() > TOGETHER + 1 => height(&placed.text.lines[..TOGETHER]),
        _ => passage.height,
    }
}

fn height(lines: &[TextLine]) -> Pt {
    lines.iter().fold(Pt(0.0), |sum, line| sum + line.height)
}

struct Cursor {
    pages: Vec<Page>,
    y: Pt,
    at_top: bool,
}

impl Cursor {
    fn turn(&mut self) {
        self.pages.push(Page::default());
        self.y = LATER_TOP;
        self.at_top = true;
    }

    fn put(&mut self, item: &Item<'_>, lines: Option<std::ops::Range<usize>>) {
        let Some(page) = self.pages.last_mut() else { return };
        let (block, y) = (item.block, self.y);
        if item.passage.parts.is_empty() {
            let (passage, at) = (Arc::clone(item.passage), Point { x: Pt(0.0), y });
            page.marks.push(Mark::Passage(PlacedPassage { passage, lines, at, block, within: None }));
        }
        let lowered = |part: &PlacedPassage| PlacedPassage { at: Point { x: part.at.x, y: part.at.y + y }, block, ..part.clone() };
        page.marks.extend(item.passage.parts.iter().map(|part| Mark::Passage(lowered(part))));
    }

    fn place(&mut self, item: &Item<'_>) {
        if !self.at_top {
            self.y += item.passage.before;
        }
        self.at_top = false;
        let whole = self.y + item.passage.height <= BOTTOM;
        match item.passage.split_text() {
            Some(text) if !whole => self.place_split(item, &text.text.lines),
            _ => {
                self.put(item, None);
                self.y += item.passage.height;
            }
        }
    }

    fn place_split(&mut self, item: &Item<'_>, all: &[TextLine]) {
        let mut done = 0;
        while done < all.len() {
            let lines = done..done + self.fitting(&all[done..]);
            done = lines.end;
            self.put(item, Some(lines.clone()));
            self.y += height(&all[lines]);
            if done < all.len() {
                self.turn();
            }
        }
        self.at_top = false;
    }

    /// How many of a text's remaining lines go on this page; at least one, so that no text can stall.
    fn fitting(&self, lines: &[TextLine]) -> usize {
        let mut y = self.y;
        let fit = lines.iter().take_while(|line| {
            y += line.height;
            y <= BOTTOM
        });
        let fit = fit.count();
        if fit == lines.len() {
            return fit;
        }
        let widowed = lines.len() - fit < TOGETHER;
        (if widowed { lines.len().saturating_sub(TOGETHER) } else { fit }).max(1)
    }
}

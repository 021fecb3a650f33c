//! Set blocks -> pages: keep rules, no widows or orphans.

use super::block::SetBlock;
use super::passage::{Passage, PlacedPassage};
use super::unit::{Point, Pt};
use super::{Mark, Misfit, Page, TextLine};
use std::sync::Arc;

/// Body of later pages.
pub(super) const LATER_TOP: Pt = Pt::inches(0.65);
/// Body ends above the footer.
const BOTTOM: Pt = Pt::inches(10.4);
/// Height of the body on a later page: what must not be split has to fit in.
pub(super) const ROOM: Pt = Pt(BOTTOM.0 - LATER_TOP.0);
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
///
/// # Errors
/// [`Misfit::Overflow`] for a block that is taller than a page and cannot be split.
pub(super) fn paginate(blocks: &[Arc<SetBlock>], first_top: Pt) -> Result<Vec<Page>, Misfit> {
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
        // What fits on no first page may fit on a later one.
        let may_turn = !cursor.at_top || cursor.y > LATER_TOP;
        if may_turn && cursor.y + item.passage.before + need(&items, index) > BOTTOM {
            cursor.turn();
        }
        if cursor.at_top
            && let Some(header) = &item.passage.header
        {
            cursor.place(&Item { passage: header, block: item.block, keep_with_next: true })?;
        }
        cursor.place(item)?;
    }
    Ok(cursor.pages)
}

/// Height that must fit below the cursor for an item to start there: its own first lines, and those of all that it keeps with;
/// only of the next, where all is more than a page.
fn need(items: &[Item<'_>], index: usize) -> Pt {
    let kept = items[index..].iter().take_while(|item| item.keep_with_next).count();
    let with = |followers: usize| {
        let last = (index + followers).min(items.len() - 1);
        let above = items[index..last].iter().zip(&items[index + 1..]);
        above.fold(start_height(items[last].passage), |sum, (item, next)| sum + item.passage.height + next.passage.before)
    };
    [kept, kept.min(1)].into_iter().map(with).find(|height| *height <= ROOM).unwrap_or_else(|| start_height(items[index].passage))
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

    fn place(&mut self, item: &Item<'_>) -> Result<(), Misfit> {
        if !self.at_top {
            self.y += item.passage.before;
        }
        self.at_top = false;
        let whole = self.y + item.passage.height <= BOTTOM;
        match item.passage.split_text() {
            Some(text) if !whole => self.place_split(item, &text.text.lines),
            _ if !whole => return Err(Misfit::Overflow),
            _ => {
                self.put(item, None);
                self.y += item.passage.height;
            }
        }
        Ok(())
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

//! A flow of items -> pages: keep rules, no widows or orphans.

use super::block::{Content, FlowItem, place};
use super::unit::Pt;
use super::{Mark, Page};
use std::sync::Arc;

/// Body of later pages.
const LATER_TOP: Pt = Pt::inches(0.7);
/// Body ends above the footer.
const BOTTOM: Pt = Pt::inches(10.4);
/// Lines that must stand together before and after a page break.
const TOGETHER: usize = 2;

/// Breaks the flow into pages, at least one; the first begins at `first_top`, below everything that a window can show.
pub(super) fn paginate(items: Vec<FlowItem>, first_top: Pt) -> Vec<Page> {
    let needs: Vec<Pt> = (0..items.len()).map(|index| need(&items, index)).collect();
    let mut cursor = Cursor { pages: vec![Page::default()], y: first_top, at_top: true };
    for (item, need) in items.into_iter().zip(needs) {
        if !cursor.at_top && cursor.y + item.before + need > BOTTOM {
            cursor.turn();
        }
        cursor.place(item);
    }
    cursor.pages
}

/// Height that must fit below the cursor for an item to start there: its own first lines, and those of what it keeps with.
fn need(items: &[FlowItem], index: usize) -> Pt {
    let item = &items[index];
    match items.get(index + 1) {
        Some(next) if item.keep_with_next => item.height() + next.before + need(items, index + 1),
        _ => start_height(item),
    }
}

fn start_height(item: &FlowItem) -> Pt {
    match &item.content {
        Content::Text { text, .. } if text.lines.len() > TOGETHER + 1 => {
            text.lines[..TOGETHER].iter().fold(Pt(0.0), |sum, line| sum + line.height)
        }
        _ => item.height(),
    }
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

    fn marks(&mut self) -> &mut Vec<Mark> {
        let last = self.pages.len() - 1;
        &mut self.pages[last].marks
    }

    fn place(&mut self, item: FlowItem) {
        if !self.at_top {
            self.y += item.before;
        }
        let height = item.height();
        let y = self.y;
        match item.content {
            Content::Text { text, x, structure, mut label } => {
                let mut done = 0;
                while done < text.lines.len() {
                    let fit = self.fitting(&text.lines[done..]);
                    let lines = done..done + fit;
                    let height = text.lines[lines.clone()].iter().fold(Pt(0.0), |sum, line| sum + line.height);
                    let part = Content::Text { text: Arc::clone(&text), x, structure: structure.clone(), label: label.take() };
                    let y = self.y;
                    place(part, Some(lines), y, self.marks());
                    self.y += height;
                    done += fit;
                    if done < text.lines.len() {
                        self.turn();
                    }
                }
            }
            unit @ Content::Unit { .. } => {
                place(unit, None, y, self.marks());
                self.y += height;
            }
        }
        self.at_top = false;
    }

    /// How many of a text's remaining lines go on this page; at least one, so that no text can stall.
    fn fitting(&self, lines: &[super::TextLine]) -> usize {
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

//! Tables: contacts side by side, and below each other where they do not fit.

use super::{BODY, Builder, Content, Frame, HAIRLINE, Item, Size, total};
use crate::compose::Inline;
use crate::typeset::paginate::ROOM;
use crate::typeset::shape::Style;
use crate::typeset::unit::{Point, Pt, Rect};
use crate::typeset::{Ink, Mark, PlacedText, TagRole};
use std::sync::Arc;

const TABLE: Size = Size { size: 9.5, leading: 12.5, paragraph_space: 3.0 };

impl Builder<'_> {
    /// A table: rows below each other, or columns where rows do not fit.
    pub(super) fn table(&mut self, header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], frame: &Frame, paragraph: &Arc<str>) {
        let mut path = frame.path.clone();
        path.push(self.tag(TagRole::Table));
        let frame = Frame { x: frame.x, width: frame.width, path };
        let first = self.items.len();
        if self.scale > 1.0 {
            return self.stacked_table(header, rows, &frame, paragraph);
        }
        self.row(header, TagRole::TH, &frame, paragraph);
        for row in rows {
            self.row(row, TagRole::TD, &frame, paragraph);
        }
        if self.items[first..].iter().any(|row| row.height() > ROOM) {
            self.items.truncate(first);
            return self.stacked_table(header, rows, &frame, paragraph);
        }
        // A contact table is read as one: its rows keep together. Of one that is longer than a page, the header keeps with a row.
        let last = if total(&self.items[first..]) > ROOM { first + 1 } else { self.items.len() - 1 };
        for item in &mut self.items[first..last] {
            item.keep_with_next = true;
        }
        if let Some(item) = self.items.get_mut(first) {
            item.before = Pt(BODY.paragraph_space * self.scale);
        }
    }

    /// In large print a row of three columns would be broken at every word, and a cell that is taller than a page cannot stand
    /// beside others: each column stands below the one before, its header first, as a row of the table that reads downwards.
    fn stacked_table(&mut self, header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], frame: &Frame, paragraph: &Arc<str>) {
        let style = Style::regular(BODY.size, BODY.leading);
        for (column, title) in header.iter().enumerate() {
            let mut path = frame.path.clone();
            path.push(self.tag(TagRole::TR));
            let in_row = Frame { x: frame.x, width: frame.width, path };
            let first = self.items.len();
            if !title.is_empty() {
                self.text(title, &in_row, TagRole::RowTH, paragraph, Style { bold: true, ..style }, BODY.paragraph_space, true);
            }
            for cell in rows.iter().filter_map(|row| row.get(column)) {
                self.text(cell, &in_row, TagRole::TD, paragraph, style, 0.0, true);
            }
            if let Some(last) = self.items[first..].last_mut() {
                last.keep_with_next = false;
            }
        }
    }

    fn row(&mut self, cells: &[Vec<Inline>], role: TagRole, frame: &Frame, paragraph: &Arc<str>) {
        let style = Style { bold: role == TagRole::TH, ..Style::regular(TABLE.size, TABLE.leading) }.scaled(self.scale);
        let gap = self.scaled(10.0);
        let width = frame.width * (1.0 / cells.len().max(1) as f32);
        let mut path = frame.path.clone();
        path.push(self.tag(TagRole::TR));
        let in_row = Frame { x: frame.x, width, path };
        let padding = self.scaled(TABLE.paragraph_space);
        let mut marks = Vec::new();
        let mut height = Pt(0.0);
        for (index, cell) in cells.iter().enumerate() {
            let text = self.shaper.paragraph(cell, style, width - gap, self.fixed);
            let structure = self.structure(&in_row, role, paragraph);
            height = height.max(text.height);
            let at = Point { x: frame.x + width * index as f32, y: padding };
            marks.push(Mark::Text(PlacedText { lines: 0..text.lines.len(), text, at, ink: Ink::Black, structure }));
        }
        let bottom = height + padding * 2.0;
        let rect = Rect { x0: frame.x, y0: bottom, x1: frame.x + frame.width, y1: bottom };
        marks.push(Mark::Frame { rect, pen: HAIRLINE });
        self.items.push(Item { before: Pt(0.0), keep_with_next: false, content: Content::Unit { marks, height: bottom } });
    }
}

//! Tables: contacts side by side, and below each other where they do not fit; facts in columns of the width that they need.

use super::{BODY, Builder, Content, Frame, HAIRLINE, Item, Size, total};
use crate::compose::Inline;
use crate::typeset::paginate::ROOM;
use crate::typeset::passage::Passage;
use crate::typeset::shape::Style;
use crate::typeset::unit::{Point, Pt, Rect};
use crate::typeset::{Ink, Mark, PlacedText, Structure, TagRole};
use std::sync::Arc;

/// Ten points are the least that Cal. Civ. Code 1798.82(d)(1)(C) allows.
const TABLE: Size = Size { size: 10.0, leading: 12.5, paragraph_space: 3.0 };
/// Between columns.
const GAP: f32 = 6.0;
/// Columns of a table of contacts at most: they are alike, so that they are equally wide. More columns are a table of facts.
const CONTACTS: usize = 3;

/// A column: its left edge, and its width with the gap to the next.
#[derive(Clone, Copy)]
struct Column {
    x: Pt,
    width: Pt,
}

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
        let columns = self.columns(header, rows, &frame);
        self.row(header, TagRole::TH, &columns, &frame, paragraph);
        for row in rows {
            self.row(row, TagRole::TD, &columns, &frame, paragraph);
        }
        let facts = header.len() > CONTACTS;
        // Facts go over to a later page, where their header stands above them again.
        let room = if facts { ROOM - self.items[first].height() } else { ROOM };
        if self.items[first..].iter().any(|row| row.height() > room) {
            self.items.truncate(first);
            return self.stacked_table(header, rows, &frame, paragraph);
        }
        let is_long = facts || total(&self.items[first..]) > ROOM;
        if facts {
            self.repeat_header(first);
        }
        // A contact table is read as one: its rows keep together. Of a longer one, the header keeps with a row; of facts, no row
        // stands alone at a page's end or beginning.
        let last = self.items.len() - 1;
        for (index, item) in self.items.iter_mut().enumerate().take(last).skip(first) {
            let alone = facts && (index == first + 1 || index + 1 == last);
            item.keep_with_next = !is_long || index == first || alone;
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

    /// Contacts stand in columns of one width. Facts get what their longest line needs, and where that is too much, those that
    /// need more than an equal share of what the others leave share it.
    fn columns(&mut self, header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], frame: &Frame) -> Vec<Column> {
        let count = header.len().max(1);
        if count <= CONTACTS {
            let width = frame.width * (1.0 / count as f32);
            return (0..count).map(|index| Column { x: frame.x + width * index as f32, width }).collect();
        }
        let wanted: Vec<Pt> = (0..count).map(|index| self.wanted(index, header, rows)).collect();
        let mut columns = Vec::with_capacity(count);
        let mut x = frame.x;
        for width in shared_out(&wanted, frame.width) {
            columns.push(Column { x, width });
            x += width;
        }
        columns
    }

    /// Width of a column none of whose cells is broken.
    fn wanted(&mut self, index: usize, header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Pt {
        let style = Style::regular(TABLE.size, TABLE.leading);
        let cells = std::iter::once((header, true)).chain(rows.iter().map(|row| (row.as_slice(), false)));
        let mut widest = Pt(0.0);
        for (row, bold) in cells {
            if let Some(cell) = row.get(index) {
                widest = widest.max(self.shaper.paragraph(cell, Style { bold, ..style }, Pt(f32::MAX), self.fixed).width);
            }
        }
        // A line as wide as its column must not be broken for what calculating loses.
        widest + Pt(GAP + 0.5)
    }

    /// Has the header row stand again, for the eye alone, above the rows that begin a later page.
    fn repeat_header(&mut self, first: usize) {
        let Some(Item { content: Content::Row { marks, height, .. }, .. }) = self.items.get(first) else { return };
        let unsaid = |mark: &Mark| match mark {
            Mark::Text(placed) => Mark::Text(PlacedText { structure: Structure::Artifact, ..placed.clone() }),
            other => other.clone(),
        };
        let repeated = Arc::new(Passage::of(marks.iter().map(unsaid).collect(), self.fixed, *height));
        for item in &mut self.items[first + 1..] {
            if let Content::Row { header, .. } = &mut item.content {
                *header = Some(Arc::clone(&repeated));
            }
        }
    }

    fn row(&mut self, cells: &[Vec<Inline>], role: TagRole, columns: &[Column], frame: &Frame, paragraph: &Arc<str>) {
        let style = Style { bold: role == TagRole::TH, ..Style::regular(TABLE.size, TABLE.leading) }.scaled(self.scale);
        let gap = self.scaled(GAP);
        let mut path = frame.path.clone();
        path.push(self.tag(TagRole::TR));
        let in_row = Frame { x: frame.x, width: frame.width, path };
        let padding = self.scaled(TABLE.paragraph_space);
        let mut marks = Vec::new();
        let mut height = Pt(0.0);
        for (cell, Column { x, width }) in cells.iter().zip(columns.iter().copied()) {
            let text = self.shaper.paragraph(cell, style, width - gap, self.fixed);
            let structure = self.structure(&in_row, role, paragraph);
            height = height.max(text.height);
            let at = Point { x, y: padding };
            marks.push(Mark::Text(PlacedText { lines: 0..text.lines.len(), text, at, ink: Ink::Black, structure }));
        }
        let bottom = height + padding * 2.0;
        let rect = Rect { x0: frame.x, y0: bottom, x1: frame.x + frame.width, y1: bottom };
        marks.push(Mark::Frame { rect, pen: HAIRLINE });
        self.items.push(Item { before: Pt(0.0), keep_with_next: false, content: Content::Row { marks, height: bottom, header: None } });
    }
}

/// Widths for columns that want so much each: the whole is filled, the last column taking what is left over.
fn shared_out(wanted: &[Pt], whole: Pt) -> Vec<Pt> {
    let mut widths: Vec<Option<Pt>> = vec![None; wanted.len()];
    loop {
        let open = widths.iter().filter(|width| width.is_none()).count();
        let left = widths.iter().flatten().fold(whole, |left, width| left - *width);
        let share = left * (1.0 / open.max(1) as f32);
        let modest = (0..wanted.len()).filter(|at| widths[*at].is_none() && wanted[*at] <= share).collect::<Vec<_>>();
        if modest.is_empty() {
            let last = if open == 0 { left } else { Pt(0.0) };
            let mut widths: Vec<Pt> = widths.into_iter().map(|width| width.unwrap_or(share)).collect();
            if let Some(width) = widths.last_mut() {
                *width += last;
            }
            return widths;
        }
        modest.into_iter().for_each(|at| widths[at] = Some(wanted[at]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_fill_the_table_and_only_wide_ones_are_narrowed() {
        let cases: [(&[f32], &[f32]); 4] = [
            (&[10.0, 20.0, 30.0], &[10.0, 20.0, 70.0]),
            (&[10.0, 20.0, 300.0], &[10.0, 20.0, 70.0]),
            (&[10.0, 200.0, 300.0], &[10.0, 45.0, 45.0]),
            (&[200.0, 40.0, 300.0, 40.0], &[25.0, 25.0, 25.0, 25.0]),
        ];
        for (wanted, expected) in cases {
            let wanted: Vec<Pt> = wanted.iter().map(|width| Pt(*width)).collect();
            assert_eq!(shared_out(&wanted, Pt(100.0)).iter().map(|width| width.0).collect::<Vec<_>>(), expected, "{wanted:?}");
        }
    }
}

//! Values or flags: what a column holds, told by its contents.

use super::cells::{Flag, clean, flag};
use super::dates::Evidence;
use super::heading::Heading;
use crate::incident::csv_rows::CsvRow;
use std::ops::ControlFlow;

/// So many filled cells tell what a column holds.
const ENOUGH: u32 = 200;

/// A column that is to be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) position: usize,
    /// Whether it may hold dates: then every cell counts.
    pub(super) may_hold_dates: bool,
}

/// What was seen in one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) contents: Contents,
    /// Empty unless the column may hold dates.
    pub(super) dates: Evidence,
}

/// Values and flags of one column.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Cells that hold something.
    filled: u32,
    /// Of these, Y, N, 1, 0, X and the like.
    flags: u32,
    /// Of these, flags written as letters.
    letters: u32,
}

impl Contents {
    /// No cell holds anything.
    pub(super) fn are_empty(self) -> bool {
        self.filled == 0
    }

    /// Most cells are something else than a flag.
    pub(super) fn are_values(self) -> bool {
        self.flags * 2 < self.filled
    }

    /// Every filled cell is a flag written as letters: `1` and `0` may be values in a column that is known for values.
    pub(super) fn are_only_flags(self) -> bool {
        self.filled > 0 && self.letters == self.filled
    }
}

/// A look into some columns of a list, row by row.
pub(super) struct Looking<'a> {
    heading: &'a Heading,
    columns: Vec<Wanted>,
    seen: Vec<Seen>,
}

impl<'a> Looking<'a> {
    pub(super) fn new(heading: &'a Heading, columns: &[Wanted]) -> Looking<'a> {
        Looking { heading, columns: columns.to_vec(), seen: vec![Seen::default(); columns.len()] }
    }

    /// Takes in a row; breaks when no further one is needed.
    pub(super) fn note(&mut self, row: &CsvRow<'_>) -> ControlFlow<()> {
        if row.line <= self.heading.line || !self.heading.fits(row.cells) {
            return ControlFlow::Continue(());
        }
        let mut needs_more = false;
        for (seen, wanted) in self.seen.iter_mut().zip(&self.columns) {
            let is_told = seen.contents.filled >= ENOUGH;
            if is_told && !wanted.may_hold_dates {
                continue;
            }
            needs_more = true;
            let cell = clean(row.cells.get(wanted.position).unwrap_or_default());
            if !is_told {
                note(&mut seen.contents, &cell);
            }
            if wanted.may_hold_dates {
                seen.dates.note(&cell);
            }
        }
        if needs_more { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    /// What was seen, column by column.
    pub(super) fn seen(self) -> Vec<Seen> {
        self.seen
    }
}

fn note(contents: &mut Contents, cell: &str) {
    match flag(cell) {
        Flag::Blank => return,
        Flag::Yes | Flag::No => {
            contents.flags += 1;
            contents.letters += u32::from(cell.chars().all(char::is_alphabetic));
        }
        Flag::Other => {}
    }
    contents.filled += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_told_apart() {
        let table =
            [["123-45-6789", "", "999-99-9999"], ["Y", "n", "X"], ["1", "0", "1"], ["Y", "078-05-1120", "078-05-1120"], ["", "", "N/A"]];
        let seen = table.map(|cells| {
            let mut contents = Contents::default();
            cells.iter().for_each(|cell| note(&mut contents, cell));
            contents
        });
        let values: Vec<bool> = seen.iter().map(|contents| contents.are_values()).collect();
        let only_flags: Vec<bool> = seen.iter().map(|contents| contents.are_only_flags()).collect();
        assert_eq!(values, [true, false, false, true, false]);
        assert_eq!(only_flags, [false, true, false, false, false]);
        assert_eq!(seen.map(Contents::are_empty), [false, false, false, false, true]);
    }
}

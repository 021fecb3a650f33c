//! Values or flags: what a column holds, told by its contents.

use super::cells::{Flag, clean, flag};
use super::dates::Evidence;
use super::heading::Heading;
use crate::incident::csv_rows::CsvRow;
use std::ops::ControlFlow;

/// A column that is to be looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) position: usize,
    pub(super) question: Question,
}

/// What is asked of a column. Whatever its cells have to answer together is asked of every cell: the order of the rows tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Whether it holds anything at all: one cell tells.
    Filled,
    /// Whether it holds values or flags.
    Contents,
    /// Which form its dates have.
    Dates,
    /// Values or flags, and which form the values have where they are dates.
    ContentsAndDates,
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

    /// What a column holds whose name is that of a value. Where a value may be `1` or `0`, these alone make no flags of it.
    pub(super) fn of_values(self, numbers_are_values: bool) -> Kind {
        let flags = if numbers_are_values { self.letters } else { self.flags };
        if flags == 0 || flags * 2 < self.filled {
            Kind::Values
        } else if self.flags == self.filled {
            Kind::Flags
        } else {
            Kind::Mixed
        }
    }
}

/// What a column holds whose name is that of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Most cells hold something else than a flag, or none holds anything.
    Values,
    /// Every filled cell is a flag.
    Flags,
    /// Half of the filled cells and more are flags, and others are not.
    Mixed,
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
        let is_header = || self.heading.is_repeated_by(row.cells.iter().map(clean));
        if row.line <= self.heading.line || !self.heading.fits(row.cells) || is_header() {
            return ControlFlow::Continue(());
        }
        let mut needs_more = false;
        for (seen, wanted) in self.seen.iter_mut().zip(&self.columns) {
            if wanted.question == Question::Filled && !seen.contents.are_empty() {
                continue;
            }
            needs_more = true;
            let cell = clean(row.cells.get(wanted.position).unwrap_or_default());
            if wanted.question != Question::Dates {
                note(&mut seen.contents, &cell);
            }
            if matches!(wanted.question, Question::Dates | Question::ContentsAndDates) {
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
        let table: [(&[&str], bool, Kind, Kind); 11] = [
            (&["123-45-6789", "", "999-99-9999"], true, Kind::Values, Kind::Values),
            (&["Y", "n", "X"], false, Kind::Flags, Kind::Flags),
            (&["1", "0", "1"], false, Kind::Flags, Kind::Values),
            (&["1", "0", "Y", "N"], false, Kind::Flags, Kind::Flags),
            (&["1", "2"], false, Kind::Mixed, Kind::Values),
            (&["Y", "078-05-1120", "078-05-1120"], true, Kind::Values, Kind::Values),
            (&["Y", "078-05-1120", ""], false, Kind::Mixed, Kind::Mixed),
            (&["Y", "N", "N", "ann@example.org"], false, Kind::Mixed, Kind::Mixed),
            (&["ann@example.org"], true, Kind::Values, Kind::Values),
            (&["Y"], false, Kind::Flags, Kind::Flags),
            (&["", "", "N/A"], false, Kind::Values, Kind::Values),
        ];
        for (cells, are_values, kind, kind_with_numbers) in table {
            let mut contents = Contents::default();
            cells.iter().for_each(|cell| note(&mut contents, cell));
            let found = (contents.are_values(), contents.of_values(false), contents.of_values(true));
            assert_eq!(found, (are_values, kind, kind_with_numbers), "{cells:?}");
            assert_eq!(contents.are_empty(), cells.contains(&"N/A"), "{cells:?}");
        }
    }
}

//! Values or flags: what a column holds, told by its contents.

use super::cells::{Flag, clean, flag};
use super::heading::Heading;
use super::source::Source;
use crate::error::Finding;
use std::ops::ControlFlow;

/// So many filled cells tell what a column holds.
const ENOUGH: u32 = 200;

/// What was seen in one column.
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

/// Looks into columns of a list below its header, as far as is needed.
///
/// # Errors
/// When the list cannot be read.
pub(super) fn look(source: &mut Source, heading: &Heading, columns: &[usize]) -> Result<Vec<Contents>, Vec<Finding>> {
    let mut seen = vec![Contents::default(); columns.len()];
    source.pass(&mut |row| {
        if row.line <= heading.line || row.cells.len() != heading.cells.len() {
            return ControlFlow::Continue(());
        }
        for (contents, column) in seen.iter_mut().zip(columns) {
            note(contents, row.cells.get(*column).unwrap_or_default());
        }
        if seen.iter().all(|contents| contents.filled >= ENOUGH) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(seen)
}

fn note(contents: &mut Contents, cell: &str) {
    let cell = clean(cell);
    match flag(&cell) {
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

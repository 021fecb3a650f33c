//! Values or flags: what a column holds, told by its contents.

use super::cells::{Flag, clean, flag};
use crate::incident::csv_rows::CsvRows;
use std::io::Read;

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
    /// Most cells are something else than a flag.
    pub(super) fn are_values(self) -> bool {
        self.flags * 2 < self.filled
    }

    /// Every filled cell is a flag written as letters: `1` and `0` may be values in a column that is known for values.
    pub(super) fn are_only_flags(self) -> bool {
        self.filled > 0 && self.letters == self.filled
    }
}

/// Looks into columns of a list whose first row is its header, as far as is needed.
///
/// # Errors
/// When the list cannot be read.
pub(super) fn look<R: Read>(mut rows: CsvRows<R>, columns: &[usize]) -> std::io::Result<Vec<Contents>> {
    let mut seen = vec![Contents::default(); columns.len()];
    let width = rows.try_next()?.map_or(0, |header| header.cells.len());
    while let Some(row) = rows.try_next()? {
        if row.cells.len() != width {
            continue;
        }
        for (contents, column) in seen.iter_mut().zip(columns) {
            note(contents, row.cells.get(*column).unwrap_or_default());
        }
        if seen.iter().all(|contents| contents.filled >= ENOUGH) {
            break;
        }
    }
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
        let text = "values,flags,digits,mixed,empty\n123-45-6789,Y,1,Y,\n,n,0,078-05-1120,\n999-99-9999,X,1,078-05-1120,N/A\n";
        let seen = look(CsvRows::new(text), &[0, 1, 2, 3, 4]).unwrap();
        let values: Vec<bool> = seen.iter().map(|contents| contents.are_values()).collect();
        let only_flags: Vec<bool> = seen.iter().map(|contents| contents.are_only_flags()).collect();
        assert_eq!(values, [true, false, false, true, false]);
        assert_eq!(only_flags, [false, true, false, false, false]);
    }
}

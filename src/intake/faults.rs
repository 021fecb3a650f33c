//! What is wrong with a row, and the entry behind it.

use super::RowIndex;
use crate::error::Finding;
use crate::privacy::Private;

/// What a fault of a row leaves possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lift {
    /// The row is no recipient as it stands: whose it is cannot be told.
    NoRecipient,
    /// The row is somebody's, who is held until the list is corrected.
    Correction,
    /// The row is somebody's, who is held until a person rules.
    Ruling,
}

/// One fault of a row.
#[derive(Debug, Clone)]
pub(super) struct RowFault {
    pub(super) finding: Finding,
    pub(super) lift: Lift,
    /// The entry that it is about, as a corrected list has to have it: the column that mend.csv gives it in, and the cell as typed.
    pub(super) entry: Option<(String, Private<String>)>,
}

impl RowFault {
    /// A fault of the row as a whole.
    pub(super) fn of_row(finding: Finding) -> RowFault {
        RowFault { finding, lift: Lift::NoRecipient, entry: None }
    }

    /// A fault of one cell, which mend.csv gives in a column of this name.
    pub(super) fn of_cell(finding: Finding, column: impl Into<String>, cell: &str) -> RowFault {
        RowFault { finding, lift: Lift::Correction, entry: Some((column.into(), Private::new(cell.to_owned()))) }
    }

    /// The same, which a person may rule away.
    pub(super) fn may_be_ruled(self) -> RowFault {
        RowFault { lift: Lift::Ruling, ..self }
    }
}

/// A fault that goes with whoever the row is merged into.
#[derive(Debug, Clone)]
pub struct Doubt {
    /// The row.
    pub row: RowIndex,
    /// The finding that holds its person.
    pub finding: Finding,
    /// Whether a ruling lifts it; else only a corrected list does.
    pub may_be_ruled: bool,
}

/// An entry that holds a row, as it was typed: mend.csv has to show it.
#[derive(Debug, Clone)]
pub struct HeldEntry {
    /// The row.
    pub row: RowIndex,
    /// The column that mend.csv gives it in: one of ours, or the file's.
    pub column: String,
    /// The cell.
    pub cell: Private<String>,
}

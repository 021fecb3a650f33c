//! evidence.json: what a pack says of itself.

use crate::ledger::Stamp;
use crate::report::Status;
use crate::report::left::Changed;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The form of a pack; a program that knows only an older one says so.
pub(super) const FORMAT: u32 = 1;

/// evidence.json.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::report) struct Manifest {
    pub(super) format: u32,
    pub(super) incident: String,
    pub(super) title: String,
    /// Version of the program.
    pub(super) engine: String,
    /// The day by which duties were judged.
    pub(super) as_of: Date,
    pub(super) sealed: bool,
    /// Whether seals that were replaced are in it.
    pub(super) has_earlier_seals: bool,
    pub(super) released: bool,
    /// Rows that count of the lists as they are: others than the counts were made from when a list changed since.
    pub(super) rows_of_lists: u64,
    /// How these lists differ from those that the counts were made from, in people.
    pub(super) changed: Changed,
    /// Where everyone stands; absent while the ledger knows of nobody.
    pub(super) counts: Option<Counted>,
    /// The newest link of each chain; empty without a ledger.
    pub(super) heads: Vec<Stamp>,
}

/// Rows in and dispositions out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counted {
    pub(super) rows: u64,
    pub(super) merged: u64,
    pub(super) letters: u64,
    pub(super) emails: u64,
    pub(super) held: u64,
    pub(super) excluded: u64,
}

impl Counted {
    pub(super) fn of(status: &Status) -> Counted {
        Counted {
            rows: status.rows,
            merged: status.merged,
            letters: status.letters.total,
            emails: status.emails.total,
            held: status.held_total(),
            excluded: status.excluded_total(),
        }
    }

    /// Whether every row came out as somebody, or went into another.
    pub(super) fn close(self) -> bool {
        let sum = |parts: &[u64]| parts.iter().try_fold(0_u64, |sum, part| sum.checked_add(*part));
        sum(&[self.merged, self.letters, self.emails, self.held, self.excluded]) == Some(self.rows)
    }
}

/// A file that the incident was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name in the incident folder.
    pub file: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Rows that count, of a list: those that another list mends do not. Absent for what is no list.
    pub rows: Option<u64>,
}

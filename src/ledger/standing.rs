//! Where everyone stands, as the last job recorded it.

use super::{EventKind, Piece};
use std::collections::BTreeMap;

/// Where a person stands: what `status` counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `list:record_id`.
    pub record: String,
    /// Opaque person key.
    pub person: String,
    /// Id of the provider; empty when the row names none that there is.
    pub provider: String,
    /// The piece; absent for people without one (excluded).
    pub piece: Option<Piece>,
    /// `letter`, `email`, `held` or `excluded`; `seed` for a letter to ourselves, which is nobody of the counts.
    pub disposition: String,
    /// Finding code or clause; empty for letters and e-mails.
    pub reason: String,
}

/// The latest standing in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The job that recorded it.
    pub job: u32,
    /// Rows that came in.
    pub rows: u64,
    /// Rows merged into others.
    pub merged: u64,
    /// Disposition, reason and state -> people. The state is that of the person's piece; `Allotted` when nothing has happened to
    /// it, or there is none.
    pub people: BTreeMap<(String, String, EventKind), u64>,
    /// State -> pieces of people who are no longer listed, where something has happened to them.
    pub gone: BTreeMap<EventKind, u64>,
}

/// A person of the latest standing whose piece is in a state that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// `list:record_id`.
    pub record: String,
    /// Opaque person key.
    pub person: String,
    /// Id of the provider; may be empty.
    pub provider: String,
    /// As [`Standing::disposition`].
    pub disposition: String,
    /// The piece's state.
    pub state: super::PieceState,
}

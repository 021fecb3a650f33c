//! What the ledger knows of the pieces that a file is about; it moves on with each row that is entered.

use super::Books;
use crate::error::{Finding, Place, Result};
use crate::ledger::{EventKind, Piece, PieceState};
use std::collections::BTreeMap;
use std::path::Path;

/// The states of all pieces.
pub(super) struct Known {
    file: String,
    states: BTreeMap<Piece, PieceState>,
}

/// What a row is about.
pub(super) enum Row<'a> {
    /// The attempt that is on its way.
    Current(&'a PieceState),
    /// An attempt before it.
    Earlier,
    /// Nothing that the ledger knows.
    Unknown(Finding),
}

impl Known {
    pub(super) fn read(ledger: Books<'_>, file: &Path) -> Result<Known> {
        let states = ledger.states()?.into_iter().map(|state| (state.piece, state)).collect();
        Ok(Known { file: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(), states })
    }

    /// What a row about a piece, and maybe an attempt of it, is about.
    pub(super) fn row(&self, line: u64, piece: Piece, attempt: Option<u32>) -> Row<'_> {
        let Some(state) = self.states.get(&piece).filter(|state| state.attempt > 0) else {
            return Row::Unknown(self.finding(
                line,
                "piece-unknown",
                format!("no piece {piece:07} has left"),
                "ask whoever made the file which piece is meant",
            ));
        };
        match attempt {
            Some(attempt) if attempt > state.attempt => {
                let reason = format!("piece {piece:07} has had {} attempts, not {attempt}", state.attempt);
                Row::Unknown(self.finding(line, "attempt-unknown", reason, "ask whoever made the file which attempt is meant"))
            }
            Some(attempt) if attempt < state.attempt => Row::Earlier,
            _ => Row::Current(state),
        }
    }

    /// Notes that something happened to a piece.
    pub(super) fn happened(&mut self, piece: Piece, state: EventKind) {
        if let Some(known) = self.states.get_mut(&piece) {
            known.state = state;
        }
    }

    pub(super) fn finding(&self, line: u64, code: &'static str, reason: String, hint: &'static str) -> Finding {
        Finding::warns(code, Place::line(&self.file, line), reason, hint)
    }
}

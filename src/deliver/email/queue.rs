//! Which pieces may be sent, by their states in the ledger.

use crate::error::{Error, Place, Result};
use crate::ledger::{EventKind, Ledger, NewEvent, Piece, PieceState};
use std::collections::BTreeMap;

/// What a person found out about an uncertain piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// The message arrived: the piece is sent.
    Sent,
    /// It did not: the next send may send it again.
    Resend,
}

/// The wanted pieces that a send may take up, in the order wanted: queued ones, deferred ones and those that a person
/// released for another attempt. Never one that was sent, failed, is uncertain, or left with a mail house.
pub fn sendable(states: &[PieceState], wanted: &[Piece]) -> Vec<Piece> {
    attempts(states, wanted).into_iter().map(|(piece, _)| piece).collect()
}

/// As [`sendable`], with the number of the attempt that comes next.
pub(super) fn attempts(states: &[PieceState], wanted: &[Piece]) -> Vec<(Piece, u32)> {
    let mut due: BTreeMap<Piece, u32> = states
        .iter()
        .filter_map(|state| match state.state {
            EventKind::Queued => Some((state.piece, state.attempt.max(1))),
            EventKind::Deferred | EventKind::ResolvedResend => Some((state.piece, state.attempt + 1)),
            _ => None,
        })
        .collect();
    // Removing keeps a piece that is wanted twice from being sent twice.
    wanted.iter().filter_map(|piece| due.remove_entry(piece)).collect()
}

/// Becomes the ledger's only sender, and marks what an earlier one left half done: a piece whose message was begun and
/// whose reply was never recorded is uncertain. Returns how many there were.
///
/// # Errors
/// Refused while another process sends; failed when the ledger cannot be written.
pub fn begin(ledger: &mut dyn Ledger, owner: &str, job: u32) -> Result<u64> {
    ledger.begin_sending(owner)?;
    let left: Vec<NewEvent> = ledger
        .states()?
        .into_iter()
        .filter(|state| state.state == EventKind::DataStarted)
        .map(|state| NewEvent {
            kind: EventKind::Uncertain,
            piece: Some(state.piece),
            attempt: state.attempt,
            job,
            detail: "the sender stopped before the reply was recorded".to_owned(),
        })
        .collect();
    ledger.append(&left)?;
    Ok(left.len() as u64)
}

/// Puts those of the wanted pieces into the queue to which nothing has happened yet.
pub(super) fn enqueue(ledger: &mut dyn Ledger, job: u32, wanted: &[Piece]) -> Result<()> {
    let fresh: Vec<Piece> = ledger.states()?.iter().filter(|s| s.state == EventKind::Allotted).map(|s| s.piece).collect();
    let events: Vec<NewEvent> = wanted
        .iter()
        .filter(|piece| fresh.binary_search(piece).is_ok())
        .map(|&piece| NewEvent { kind: EventKind::Queued, piece: Some(piece), attempt: 1, job, detail: String::new() })
        .collect();
    ledger.append(&events)
}

/// Records what a person found out about an uncertain piece.
///
/// # Errors
/// Refused when the piece is not uncertain or another process sends; failed when the ledger cannot be written.
pub fn resolve(ledger: &mut dyn Ledger, owner: &str, piece: Piece, resolution: Resolution) -> Result<()> {
    begin(ledger, owner, 0)?;
    let state = ledger.states()?.into_iter().find(|state| state.piece == piece);
    let Some(state) = state.filter(|state| state.state == EventKind::Uncertain) else {
        return Err(Error::refused(
            "piece-not-uncertain",
            Place::file("--resolve"),
            format!("piece {piece:07} is not uncertain"),
            "run status to see which pieces are; only those can be resolved",
        ));
    };
    let kind = match resolution {
        Resolution::Sent => EventKind::ResolvedSent,
        Resolution::Resend => EventKind::ResolvedResend,
    };
    let detail = format!("ruled by {owner}");
    ledger.append(&[NewEvent { kind, piece: Some(piece), attempt: state.attempt, job: 0, detail }])
}

//! What the ledger knows of pieces that were handed to a mail house: each leaves once, and again only for a reason.

use crate::error::{Error, Place, Result};
use crate::ledger::{EventKind, Ledger, NewEvent, Piece, PieceState};
use std::collections::BTreeMap;

/// The wanted pieces, told apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exportable {
    /// May go into the package: they never left, or they left in this very package (a call that is repeated).
    pub ready: Vec<Piece>,
    /// Left already in another package; they go again only as a reprint.
    pub left: Vec<Piece>,
    /// Are on their way by e-mail, or went that way.
    pub emailed: Vec<Piece>,
}

/// Tells the wanted pieces apart for a package. A piece whose e-mail failed may go by mail.
pub fn exportable(states: &[PieceState], wanted: &[Piece], package: &str) -> Exportable {
    let by_piece: BTreeMap<Piece, &PieceState> = states.iter().map(|state| (state.piece, state)).collect();
    let mut split = Exportable::default();
    for &piece in wanted {
        let list = match by_piece.get(&piece).map(|state| (state.state, state.detail.as_str())) {
            None | Some((EventKind::Allotted | EventKind::Failed, _)) => &mut split.ready,
            Some((EventKind::Exported, in_package)) if in_package == package => &mut split.ready,
            Some((EventKind::Exported | EventKind::Reprinted, _)) => &mut split.left,
            Some(_) => &mut split.emailed,
        };
        list.push(piece);
    }
    split
}

/// Records that pieces leave in a package. Those that are recorded for it already are left alone.
///
/// # Errors
/// Refused when one of them left in another package or by e-mail; failed when the ledger cannot be written.
pub fn record_export(ledger: &mut dyn Ledger, job: u32, package: &str, pieces: &[Piece]) -> Result<()> {
    let states: BTreeMap<Piece, PieceState> = ledger.states()?.into_iter().map(|state| (state.piece, state)).collect();
    let all: Vec<PieceState> = states.values().cloned().collect();
    let split = exportable(&all, pieces, package);
    if !split.left.is_empty() || !split.emailed.is_empty() {
        return Err(Error::refused(
            "piece-left-already",
            Place::file(package),
            format!("{} of the pieces have left already", split.left.len() + split.emailed.len()),
            "to print a piece again use --reprint with the reason",
        ));
    }
    let fresh = split.ready.into_iter().filter_map(|piece| {
        let attempt = match states.get(&piece) {
            Some(state) if state.state == EventKind::Exported => return None,
            Some(state) => state.attempt + 1,
            None => 1,
        };
        Some(NewEvent::of_piece(EventKind::Exported, piece, attempt, job, package))
    });
    let events: Vec<NewEvent> = fresh.collect();
    ledger.append(&events)
}

/// Records that pieces leave once more in a package of their own. Those that are recorded for it already are left alone.
///
/// # Errors
/// Refused when one of them never left; failed when the ledger cannot be written.
pub fn record_reprint(ledger: &mut dyn Ledger, job: u32, package: &str, reason: &str, pieces: &[Piece]) -> Result<()> {
    let states: BTreeMap<Piece, PieceState> = ledger.states()?.into_iter().map(|state| (state.piece, state)).collect();
    let detail = format!("{package}: {reason}");
    let mut events = Vec::new();
    for &piece in pieces {
        let attempt = match states.get(&piece) {
            Some(state) if state.state == EventKind::Reprinted && state.detail == detail => continue,
            Some(state) if matches!(state.state, EventKind::Exported | EventKind::Reprinted) => state.attempt + 1,
            _ => return Err(never_left(piece)),
        };
        events.push(NewEvent::of_piece(EventKind::Reprinted, piece, attempt, job, detail.clone()));
    }
    ledger.append(&events)
}

fn never_left(piece: Piece) -> Error {
    Error::refused(
        "piece-never-left",
        Place::file("--reprint"),
        format!("piece {piece:07} has never been exported"),
        "export it without --reprint",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger;

    #[test]
    fn a_piece_leaves_once_and_again_only_as_a_reprint() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = ledger::open(folder.path(), "lakeside", None).unwrap();
        let pieces = ledger.allot(&mut ["a", "b", "c"].map(ledger::Bearer::nameless).into_iter()).unwrap();
        let queued = NewEvent::of_piece(EventKind::Queued, 3, 1, 1, "");
        ledger.append(&[queued]).unwrap();

        let split = exportable(&ledger.states().unwrap(), &pieces, "lakeside_0001");
        assert_eq!(split, Exportable { ready: vec![1, 2], left: vec![], emailed: vec![3] });
        assert_eq!(record_export(ledger.as_mut(), 1, "lakeside_0001", &pieces).unwrap_err().findings[0].code, "piece-left-already");
        record_export(ledger.as_mut(), 1, "lakeside_0001", &[1]).unwrap();
        record_export(ledger.as_mut(), 1, "lakeside_0001", &[1, 2]).unwrap();
        let exported: Vec<_> = ledger.events().unwrap().into_iter().filter(|e| e.event.kind == EventKind::Exported).collect();
        assert_eq!(exported.len(), 2, "a repeated call records nothing twice");

        let again = exportable(&ledger.states().unwrap(), &[1, 2], "lakeside_0002");
        assert_eq!(again, Exportable { ready: vec![], left: vec![1, 2], emailed: vec![] });
        assert!(record_export(ledger.as_mut(), 2, "lakeside_0002", &[1]).is_err());
        for _ in 0..2 {
            record_reprint(ledger.as_mut(), 1, "lakeside_0001_reprint1", "jam", &[1]).unwrap();
        }
        assert!(record_reprint(ledger.as_mut(), 1, "lakeside_0001_reprint1", "jam", &[3]).is_err());
        let state = ledger.states().unwrap().swap_remove(0);
        assert_eq!((state.state, state.attempt), (EventKind::Reprinted, 2));
        assert_eq!(exportable(&ledger.states().unwrap(), &[1], "lakeside_0001").left, [1]);
    }
}

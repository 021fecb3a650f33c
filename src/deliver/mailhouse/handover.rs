//! What the ledger knows of pieces that were handed to a mail house: each leaves once, and again only for a reason.

use crate::error::Result;
use crate::ledger::{Event, EventKind, Ledger, NewEvent, Piece, PieceState, Sha, Stamp};
use std::collections::BTreeMap;

/// A letter that may be wanted in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The piece.
    pub piece: Piece,
    /// Digest of whom and where it goes to, hex: a letter that came back goes again when this is another.
    pub mark: String,
    /// The person agreed to e-mail, and gets a letter only when that failed.
    pub by_email: bool,
}

/// How a piece left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Name of the package.
    pub package: String,
    /// As [`Wanted::mark`].
    pub mark: String,
    /// The job whose bytes they were.
    pub job: u32,
    /// SHA-256 of the piece's bytes.
    pub sha256: Option<Sha>,
}

/// A piece that goes into a package, with the attempt that this is.
pub type Ready = (Piece, u32);

/// The wanted pieces, told apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exportable {
    /// Go into the package: they never left, came back and have a new address, or left in this very package (a call that is
    /// repeated).
    pub ready: Vec<Ready>,
    /// Left already.
    pub left: Vec<Piece>,
    /// Are to be told by mail now, and are on their way by e-mail, or went that way.
    pub emailed: Vec<Piece>,
    /// Cannot be told by e-mail: a person decides whether they go by mail.
    pub failed: Vec<Ready>,
    /// Came back, and nothing else is known than where they went in vain.
    pub back: Vec<Piece>,
}

/// The latest departure of each piece that ever left.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub fn departures(ledger: &mut dyn Ledger, pieces: &[Piece]) -> Result<BTreeMap<Piece, Departure>> {
    let events = ledger.latest(&[EventKind::Exported, EventKind::Reprinted], pieces)?;
    Ok(events.into_iter().filter_map(|event| Some((event.piece?, Departure::of(&event)))).collect())
}

/// Every piece that ever left in a package, with the digest of its bytes: also those that have left in another since.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub(super) fn in_package(ledger: &mut dyn Ledger, package: &str) -> Result<BTreeMap<Piece, Option<Sha>>> {
    let mut pieces = BTreeMap::new();
    ledger.each_event(&mut |Event { event, .. }| {
        let left = matches!(event.kind, EventKind::Exported | EventKind::Reprinted);
        if let Some(piece) = event.piece.filter(|_| left && Departure::of(&event).package == package) {
            pieces.insert(piece, event.digest);
        }
        Ok(())
    })?;
    Ok(pieces)
}

impl Departure {
    fn of(event: &NewEvent) -> Departure {
        let what = event.detail.split_once(": ").map_or(event.detail.as_str(), |(what, _)| what);
        let (package, mark) = what.split_once(TO).unwrap_or((what, ""));
        Departure { package: package.to_owned(), mark: mark.to_owned(), job: event.job, sha256: event.digest }
    }
}

/// Between package and mark.
const TO: &str = " to ";

/// Whether the latest event of a piece is that it left in a package.
fn is_in(state: &PieceState, package: &str) -> bool {
    let left = matches!(state.state, EventKind::Exported | EventKind::Reprinted);
    left && state.detail.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with(TO) || rest.starts_with(": "))
}

/// Tells the wanted pieces apart for a package.
pub fn exportable(states: &[PieceState], wanted: &[Wanted], departures: &BTreeMap<Piece, Departure>, package: &str) -> Exportable {
    let by_piece: BTreeMap<Piece, &PieceState> = states.iter().map(|state| (state.piece, state)).collect();
    let mut split = Exportable::default();
    for letter in wanted {
        let piece = letter.piece;
        let Some(state) = by_piece.get(&piece) else {
            split.ready.push((piece, 1));
            continue;
        };
        let next = (piece, state.attempt + 1);
        let elsewhere = departures.get(&piece).is_none_or(|departure| departure.mark != letter.mark);
        match state.state {
            EventKind::Allotted | EventKind::Withdrawn if letter.by_email => {}
            EventKind::Allotted | EventKind::Withdrawn => split.ready.push(next),
            EventKind::Failed | EventKind::Bounced if letter.by_email => split.failed.push(next),
            EventKind::Failed | EventKind::Bounced | EventKind::ReturnedAway => split.ready.push(next),
            _ if !package.is_empty() && is_in(state, package) => split.ready.push((piece, state.attempt)),
            EventKind::ReturnedMoved
            | EventKind::ReturnedDeceased
            | EventKind::Unreachable
            | EventKind::ToldBySubstitute
            | EventKind::Undeliverable
            | EventKind::Pulled => {
                if elsewhere {
                    split.ready.push(next);
                } else {
                    split.back.push(piece);
                }
            }
            EventKind::Queued
            | EventKind::DataStarted
            | EventKind::Sent
            | EventKind::Deferred
            | EventKind::Uncertain
            | EventKind::ResolvedSent
            | EventKind::ResolvedResend => {
                if !letter.by_email {
                    split.emailed.push(piece);
                }
            }
            _ => split.left.push(piece),
        }
    }
    split
}

/// A piece as it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving<'a> {
    /// The piece.
    pub piece: Piece,
    /// Its attempt.
    pub attempt: u32,
    /// SHA-256 of its bytes.
    pub sha256: Sha,
    /// As [`Wanted::mark`].
    pub mark: &'a str,
}

/// Records that pieces leave in a package, with a reason where they left before and were destroyed. Those that are recorded for it
/// already are left alone.
///
/// # Errors
/// Refused when one of them left otherwise meanwhile; failed when the ledger cannot be written.
pub fn record(
    ledger: &mut dyn Ledger,
    job: u32,
    package: &str,
    reason: Option<&str>,
    leaving: &mut dyn Iterator<Item = Leaving<'_>>,
) -> Result<Stamp> {
    let recorded: Vec<Piece> = ledger.states()?.into_iter().filter(|state| is_in(state, package)).map(|state| state.piece).collect();
    let kind = if reason.is_some() { EventKind::Reprinted } else { EventKind::Exported };
    let because = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let fresh = leaving.filter(|leaving| recorded.binary_search(&leaving.piece).is_err());
    let mut events = fresh.map(|leaving| {
        let detail = format!("{package}{TO}{}{because}", leaving.mark);
        NewEvent::of_piece(kind, leaving.piece, leaving.attempt, job, detail).with(leaving.sha256)
    });
    ledger.depart(&format!("export {package}"), &mut events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger;

    fn leaving<'a>(pieces: &'a [Ready], mark: &'a str) -> impl Iterator<Item = Leaving<'a>> {
        pieces.iter().map(move |(piece, attempt)| Leaving { piece: *piece, attempt: *attempt, sha256: [*piece as u8; 32], mark })
    }

    fn wanted(mark: &str) -> Vec<Wanted> {
        (1..=3).map(|piece| Wanted { piece, mark: mark.to_owned(), by_email: piece == 3 }).collect()
    }

    #[test]
    fn a_piece_leaves_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = ledger::open(folder.path(), "lakeside", None).unwrap();
        let pieces = ledger.allot(&mut ["a", "b", "c"].map(ledger::Bearer::nameless).into_iter()).unwrap();
        let split = |ledger: &mut dyn Ledger, package: &str| {
            let departures = departures(ledger, &pieces).unwrap();
            exportable(&ledger.states().unwrap(), &wanted("home"), &departures, package)
        };
        let first = split(ledger.as_mut(), "");
        assert_eq!(first, Exportable { ready: vec![(1, 1), (2, 1)], ..Exportable::default() }, "the third is told by e-mail");
        for _ in 0..2 {
            record(ledger.as_mut(), 1, "lakeside_0001", None, &mut leaving(&first.ready, "home")).unwrap();
        }
        let exported: Vec<_> = ledger.events().unwrap().into_iter().filter(|e| e.event.kind == EventKind::Exported).collect();
        assert_eq!(exported.len(), 2, "a repeated call records nothing twice");
        assert_eq!(split(ledger.as_mut(), "lakeside_0001").ready, first.ready, "and can be repeated");
        assert_eq!(split(ledger.as_mut(), "lakeside_00").left, [1, 2]);
        let error = record(ledger.as_mut(), 2, "lakeside_0002", None, &mut leaving(&first.ready, "home")).unwrap_err();
        assert_eq!(error.findings[0].code, "piece-left-already");
        let departure = &departures(ledger.as_mut(), &[2]).unwrap()[&2];
        assert_eq!((departure.package.as_str(), departure.mark.as_str(), departure.job), ("lakeside_0001", "home", 1));
        assert_eq!(departure.sha256, Some([2; 32]));
    }

    /// State of a piece that left once, whether the person agreed to e-mail, whether the address is another now -> what becomes of it.
    #[test]
    fn what_came_back_goes_again_when_there_is_somewhere_else_to_go() {
        use EventKind::{
            Bounced, Destroyed, Failed, Forwarded, Mailed, Pulled, Queued, ReturnedAway, ReturnedDeceased, ReturnedMoved, ReturnedRefused,
            Sent, Spoiled, ToldBySubstitute, Uncertain, Undeliverable, Unreachable, Withdrawn,
        };
        let cases = [
            (&[Mailed, Forwarded, ReturnedRefused, Spoiled, Destroyed][..], false, "left", "left"),
            (&[ReturnedMoved, ReturnedDeceased, Unreachable, Undeliverable, Pulled, ToldBySubstitute], false, "back", "ready"),
            (&[ReturnedAway, Failed, Bounced, Withdrawn], false, "ready", "ready"),
            (&[Failed, Bounced], true, "failed", "failed"),
            (&[Unreachable], true, "back", "ready"),
            (&[Queued, Sent, Uncertain], false, "emailed", "emailed"),
            (&[Queued, Sent, Uncertain, Withdrawn], true, "", ""),
        ];
        let departure = Departure { package: "p".into(), mark: "home".into(), job: 1, sha256: None };
        for (kinds, by_email, same, other) in cases {
            for (kind, (mark, expected)) in kinds.iter().flat_map(|kind| [("home", same), ("elsewhere", other)].map(|case| (kind, case))) {
                let state = PieceState { piece: 7, state: *kind, attempt: 2, job: 1, detail: String::new() };
                let wanted = [Wanted { piece: 7, mark: mark.to_owned(), by_email }];
                let split = exportable(&[state], &wanted, &BTreeMap::from([(7, departure.clone())]), "");
                let found = [
                    ("ready", split.ready == [(7, 3)]),
                    ("left", split.left == [7]),
                    ("emailed", split.emailed == [7]),
                    ("failed", split.failed == [(7, 3)]),
                    ("back", split.back == [7]),
                ];
                let found: String = found.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect();
                assert_eq!(found, expected, "{kind:?}, {mark}, by e-mail: {by_email}");
            }
        }
    }
}

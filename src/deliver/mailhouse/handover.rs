//! What the ledger knows of pieces that were handed to a mail house: each leaves once, and again only for a reason.

use crate::digest::{first_bytes, hex, unhex};
use crate::error::{Error, Result};
use crate::ledger::{Event, EventKind, Ledger, NewEvent, Piece, Sha, Stamp};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// Half a digest of whom and where a letter goes to: one that came back goes again when this is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark([u8; 16]);

impl Mark {
    /// The mark of a role, a representative and address lines.
    pub fn of(parts: &[&str]) -> Mark {
        Mark(first_bytes(parts))
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// How a piece left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Name of the package.
    pub package: Arc<str>,
    /// Whom and where it went to; absent without an address.
    pub mark: Option<Mark>,
    /// The job whose bytes they were.
    pub job: u32,
    /// SHA-256 of the piece's bytes.
    pub sha256: Option<Sha>,
}

/// What a package means for a letter that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Goes into it as this attempt: it never left, or left in this very package (a call that is repeated).
    Ready(u32),
    /// Left already.
    Left,
    /// Is to be told by mail now, and is on its way by e-mail, or went that way.
    Emailed,
    /// Cannot be told by e-mail: a person decides whether this attempt goes by mail.
    Failed(u32),
    /// Came back: this attempt goes into it when there is somewhere else to go than where it went in vain.
    Back(u32),
    /// Was never mailed by the house, which pulled it, could not mail it or destroyed it: likewise.
    NotMailed(u32),
    /// Is told by e-mail, and nothing speaks against it.
    Awaited,
}

/// What happened to pieces last, and how each of them left: a few bytes for each of a million.
#[derive(Debug, Default)]
pub struct History {
    /// By piece; pieces to which nothing happened are left out.
    latest: Vec<Latest>,
    /// Every package that a piece left in last.
    packages: Vec<Arc<str>>,
    /// How pieces left that are not simply on their way: that came back, were not mailed, or are printed again.
    departures: BTreeMap<Piece, Departure>,
}

/// The latest event of a piece.
#[derive(Debug, Clone, Copy)]
struct Latest {
    piece: Piece,
    kind: EventKind,
    attempt: u32,
    /// Place of the package that it left in last; absent when it never left.
    package: Option<u16>,
}

/// Pieces whose departures are read at once.
const CHUNK: usize = 1 << 14;

impl History {
    /// Reads it from the ledger.
    ///
    /// # Errors
    /// Refused when the ledger cannot be read.
    pub fn read(ledger: &mut dyn Ledger) -> Result<History> {
        let mut history = History::default();
        ledger.each_state(&mut |state| {
            if state.state != EventKind::Allotted {
                history.latest.push(Latest { piece: state.piece, kind: state.state, attempt: state.attempt, package: None });
            }
            Ok(())
        })?;
        let History { latest, packages, departures } = &mut history;
        for latest in latest.chunks_mut(CHUNK) {
            let pieces: Vec<Piece> = latest.iter().map(|latest| latest.piece).collect();
            let events = ledger.latest(&[EventKind::Exported, EventKind::Reprinted], &pieces)?;
            let mut left = events.iter().filter_map(|event| Some((event.piece?, event))).peekable();
            for latest in latest {
                let Some((_, event)) = left.next_if(|(piece, _)| *piece == latest.piece) else { continue };
                let mut departure = Departure::of(event);
                let known = packages.iter().rposition(|package| *package == departure.package);
                let at = known.unwrap_or_else(|| {
                    packages.push(Arc::clone(&departure.package));
                    packages.len() - 1
                });
                departure.package = Arc::clone(&packages[at]);
                latest.package = Some(u16::try_from(at).map_err(|_| Error::bug("an incident has more packages than can be counted"))?);
                if latest.kind != EventKind::Exported && !latest.kind.is_with_the_post() {
                    departures.insert(latest.piece, departure);
                }
            }
        }
        Ok(history)
    }

    /// Pieces whose latest event is of a kind, with the attempt, by piece.
    pub fn pieces(&self, kind: EventKind) -> impl Iterator<Item = (Piece, u32)> {
        self.latest.iter().filter(move |latest| latest.kind == kind).map(|latest| (latest.piece, latest.attempt))
    }

    /// How a piece left that came back, was not mailed, or is printed again; absent for all others.
    pub fn departure(&self, piece: Piece) -> Option<&Departure> {
        self.departures.get(&piece)
    }

    /// The packages that some piece left in last.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.packages.iter().map(|package| &**package)
    }

    /// Of these, those of which nothing was heard since.
    pub fn silent_packages(&self) -> BTreeSet<&str> {
        let silent = self.latest.iter().filter(|latest| matches!(latest.kind, EventKind::Exported | EventKind::Reprinted));
        let places: BTreeSet<u16> = silent.filter_map(|latest| latest.package).collect();
        places.into_iter().map(|at| &*self.packages[usize::from(at)]).collect()
    }

    /// Pieces that left in a package last, with their attempts, by piece.
    pub fn in_package(&self, package: &str) -> impl Iterator<Item = (Piece, u32)> {
        let at = self.place(package);
        self.latest.iter().filter(move |latest| at.is_some() && latest.package == at).map(|latest| (latest.piece, latest.attempt))
    }

    /// Whether a piece left in a package last.
    pub fn left_in(&self, piece: Piece, package: &str) -> bool {
        self.of(piece).is_some_and(|latest| latest.package.is_some() && latest.package == self.place(package))
    }

    fn place(&self, package: &str) -> Option<u16> {
        self.packages.iter().position(|known| **known == *package).and_then(|at| u16::try_from(at).ok())
    }

    fn of(&self, piece: Piece) -> Option<&Latest> {
        self.latest.binary_search_by_key(&piece, |latest| latest.piece).ok().map(|at| &self.latest[at])
    }

    /// What a package means for a letter, by e-mail to whoever agreed to that; an empty name is that of one that holds nothing yet.
    pub fn turn(&self, piece: Piece, by_email: bool, package: &str) -> Turn {
        let (state, attempt) = self.of(piece).map_or((EventKind::Allotted, 0), |latest| (latest.kind, latest.attempt));
        let next = attempt + 1;
        match state {
            EventKind::Allotted | EventKind::Withdrawn if by_email => Turn::Awaited,
            EventKind::Allotted | EventKind::Withdrawn => Turn::Ready(next),
            EventKind::Failed | EventKind::Bounced if by_email => Turn::Failed(next),
            EventKind::Failed | EventKind::Bounced | EventKind::ReturnedAway => Turn::Ready(next),
            EventKind::Exported | EventKind::Reprinted if self.left_in(piece, package) => Turn::Ready(attempt),
            EventKind::ReturnedMoved | EventKind::ReturnedDeceased | EventKind::Unreachable | EventKind::ToldBySubstitute => {
                Turn::Back(next)
            }
            EventKind::Undeliverable | EventKind::Pulled | EventKind::Destroyed => Turn::NotMailed(next),
            EventKind::Queued
            | EventKind::DataStarted
            | EventKind::Sent
            | EventKind::Deferred
            | EventKind::Uncertain
            | EventKind::ResolvedSent
            | EventKind::ResolvedResend => {
                if by_email {
                    Turn::Awaited
                } else {
                    Turn::Emailed
                }
            }
            _ => Turn::Left,
        }
    }
}

/// Every piece that ever left in a package, with the digest of its bytes: also those that have left in another since.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub fn in_package(ledger: &mut dyn Ledger, package: &str) -> Result<BTreeMap<Piece, Option<Sha>>> {
    let mut pieces = BTreeMap::new();
    ledger.each_event(&mut |Event { event, .. }| {
        let left = matches!(event.kind, EventKind::Exported | EventKind::Reprinted);
        if let Some(piece) = event.piece.filter(|_| left && *Departure::of(&event).package == *package) {
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
        Departure { package: package.into(), mark: unhex(mark).map(Mark), job: event.job, sha256: event.digest }
    }
}

/// Between package and mark.
const TO: &str = " to ";

/// A piece as it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaving {
    /// The piece.
    pub piece: Piece,
    /// Its attempt.
    pub attempt: u32,
    /// SHA-256 of its bytes.
    pub sha256: Sha,
    /// Whom and where it goes to; absent without an address.
    pub mark: Option<Mark>,
}

/// Records that pieces leave in a package, with a reason where they left before and were destroyed.
///
/// # Errors
/// Refused when one of them left meanwhile; failed when the ledger cannot be written; what `leaving` gives.
pub fn record(
    ledger: &mut dyn Ledger,
    job: u32,
    package: &str,
    reason: Option<&str>,
    leaving: &mut dyn Iterator<Item = Result<Leaving>>,
) -> Result<Stamp> {
    let kind = if reason.is_some() { EventKind::Reprinted } else { EventKind::Exported };
    let because = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
    let mut events = leaving.map(|leaving| {
        let Leaving { piece, attempt, sha256, mark } = leaving?;
        let mark = mark.map(|mark| mark.to_string()).unwrap_or_default();
        Ok(NewEvent::of_piece(kind, piece, attempt, job, format!("{package}{TO}{mark}{because}")).with(sha256))
    });
    ledger.depart(&format!("export {package}"), &mut events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger;

    const HOME: Option<Mark> = Some(Mark([7; 16]));

    fn record_three(ledger: &mut dyn Ledger, job: u32, package: &str) -> Result<Stamp> {
        let leaving = |piece: Piece| Ok(Leaving { piece, attempt: 1, sha256: [piece as u8; 32], mark: HOME });
        record(ledger, job, package, None, &mut [1, 2].map(leaving).into_iter())
    }

    #[test]
    fn a_piece_leaves_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = ledger::open(folder.path(), "lakeside", None).unwrap();
        ledger.allot(&mut ["a", "b", "c"].map(ledger::Bearer::nameless).into_iter()).unwrap();
        let turns = |ledger: &mut dyn Ledger, package: &str| {
            let history = History::read(ledger).unwrap();
            [1, 2, 3].map(|piece| history.turn(piece, piece == 3, package))
        };
        let first = [Turn::Ready(1), Turn::Ready(1), Turn::Awaited];
        assert_eq!(turns(ledger.as_mut(), ""), first, "the third is told by e-mail");
        record_three(ledger.as_mut(), 1, "lakeside_0001").unwrap();
        assert_eq!(turns(ledger.as_mut(), "lakeside_0001"), first, "the same call can be repeated");
        assert_eq!(turns(ledger.as_mut(), "lakeside_00"), [Turn::Left, Turn::Left, Turn::Awaited]);
        for (job, package) in [(1, "lakeside_0001"), (2, "lakeside_0002")] {
            let error = record_three(ledger.as_mut(), job, package).unwrap_err();
            assert_eq!(error.findings[0].code, "piece-left-already");
        }
        let history = History::read(ledger.as_mut()).unwrap();
        assert_eq!(history.in_package("lakeside_0001").collect::<Vec<_>>(), [(1, 1), (2, 1)]);
        assert_eq!((history.silent_packages(), history.departure(2)), (BTreeSet::from(["lakeside_0001"]), None), "it is on its way");
        ledger.append(&[NewEvent::of_piece(EventKind::Pulled, 2, 1, 1, "")]).unwrap();
        let history = History::read(ledger.as_mut()).unwrap();
        let departure = history.departure(2).unwrap();
        assert_eq!((&*departure.package, departure.mark, departure.job), ("lakeside_0001", HOME, 1));
        assert_eq!(departure.sha256, Some([2; 32]));
    }

    /// State of a piece that left once, whether the person agreed to e-mail, what becomes of it.
    #[test]
    fn what_came_back_or_failed_goes_again() {
        use EventKind::{
            Bounced, Destroyed, Failed, Forwarded, Mailed, Pulled, Queued, ReturnedAway, ReturnedDeceased, ReturnedMoved, ReturnedRefused,
            Sent, Spoiled, ToldBySubstitute, Uncertain, Undeliverable, Unreachable, Withdrawn,
        };
        let cases = [
            (&[Mailed, Forwarded, ReturnedRefused, Spoiled][..], false, Turn::Left),
            (&[ReturnedMoved, ReturnedDeceased, Unreachable, ToldBySubstitute], false, Turn::Back(3)),
            (&[Undeliverable, Pulled, Destroyed], false, Turn::NotMailed(3)),
            (&[ReturnedAway, Failed, Bounced, Withdrawn], false, Turn::Ready(3)),
            (&[Failed, Bounced], true, Turn::Failed(3)),
            (&[Unreachable], true, Turn::Back(3)),
            (&[Queued, Sent, Uncertain], false, Turn::Emailed),
            (&[Queued, Sent, Uncertain, Withdrawn], true, Turn::Awaited),
        ];
        for (kinds, by_email, expected) in cases {
            for kind in kinds {
                let latest = vec![Latest { piece: 7, kind: *kind, attempt: 2, package: None }];
                let history = History { latest, ..History::default() };
                assert_eq!(history.turn(7, by_email, ""), expected, "{kind:?}, by e-mail: {by_email}");
            }
        }
    }
}

//! What the ledger knows of the pieces that a file is about; it moves on with each row that is entered.

use super::Books;
use crate::error::{Finding, Place, Result};
use crate::ledger::{Event, EventKind, Piece, PieceState, Sha};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The states of all pieces.
pub(super) struct Known {
    file: String,
    states: BTreeMap<Piece, PieceState>,
    history: History,
}

/// By which way the pieces of a file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Post,
    Email,
}

/// What happened to pieces that were tried more than once, and to the file.
#[derive(Default)]
struct History {
    /// Of pieces that left more than once by the file's way: the last time.
    begun: BTreeMap<Piece, Begun>,
    /// Everything that happened to pieces, by the stored name of its kind.
    happened: BTreeSet<(Piece, &'static str)>,
    /// Ordinal of the event with which this very file was taken in first.
    taken: Option<i64>,
}

#[derive(Clone, Copy)]
struct Begun {
    times: u32,
    ordinal: i64,
    moment: Option<Timestamp>,
}

/// When a row says that something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Untold,
    Day(Date),
    Moment(Timestamp),
}

impl From<Option<Date>> for When {
    fn from(day: Option<Date>) -> When {
        day.map_or(When::Untold, When::Day)
    }
}

/// What a row is about.
pub(super) enum Row<'a> {
    /// The attempt that is on its way.
    Current(&'a PieceState),
    /// An attempt before it; such a word is known when it stands in the ledger ([`Known::was`]).
    Earlier,
    /// Was entered when this very file was taken in first.
    Entered,
    /// Nothing that the ledger knows, or nobody knows which attempt.
    Unknown(Finding),
}

/// Clocks of servers differ by so much.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

impl Known {
    /// `digest` is the file's, which may have been taken in before.
    pub(super) fn read(ledger: Books<'_>, file: &Path, digest: &Sha, way: Way) -> Result<Known> {
        let states: BTreeMap<Piece, PieceState> = ledger.states()?.into_iter().map(|state| (state.piece, state)).collect();
        let history = if states.values().any(|state| state.attempt > 1) { History::read(ledger, digest, way)? } else { History::default() };
        Ok(Known { file: file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(), states, history })
    }

    /// What a row about a piece, and maybe an attempt of it, is about.
    pub(super) fn row(&self, line: u64, piece: Piece, attempt: Option<u32>, when: impl Into<When>) -> Row<'_> {
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
                let reason = format!("the last attempt of piece {piece:07} is {}, not {attempt}", state.attempt);
                Row::Unknown(self.finding(line, "attempt-unknown", reason, "ask whoever made the file which attempt is meant"))
            }
            Some(attempt) if attempt < state.attempt => Row::Earlier,
            Some(_) => Row::Current(state),
            None => self.unnumbered(line, state, when.into()),
        }
    }

    /// A row that names no attempt. Of a piece that left once it is that one; else what it is about must be plain: an old word about the
    /// first letter must not be taken for one about the second.
    fn unnumbered<'a>(&'a self, line: u64, state: &'a PieceState, when: When) -> Row<'a> {
        let Some(begun) = self.history.begun.get(&state.piece).filter(|begun| begun.times > 1) else { return Row::Current(state) };
        if self.history.taken.is_some_and(|taken| taken < begun.ordinal) {
            return Row::Entered;
        }
        match (when, begun.moment) {
            (When::Moment(told), Some(begun)) => {
                let is_current = told.checked_add(SKEW).is_ok_and(|told| told >= begun);
                return if is_current { Row::Current(state) } else { Row::Earlier };
            }
            (When::Day(told), Some(begun)) => {
                // The day of a place is the day before or after that of the ledger's clock.
                let day = TimeZone::UTC.to_datetime(begun).date();
                if told > day {
                    return Row::Current(state);
                }
                if day.checked_sub(1.day()).is_ok_and(|before| told < before) {
                    return Row::Earlier;
                }
            }
            _ => {}
        }
        let (piece, times) = (state.piece, begun.times);
        let reason = format!("piece {piece:07} has left {times} times, and nothing in the row tells which of them it is about");
        let hint =
            "write the attempt into the row, in a column `attempt`, and take the file in again: the last one is the letter that is out now";
        Row::Unknown(self.finding(line, "attempt-missing", reason, hint))
    }

    /// Whether something ever happened to a piece.
    pub(super) fn was(&self, piece: Piece, kind: EventKind) -> bool {
        self.history.happened.contains(&(piece, kind.id()))
    }

    /// What to look at in a row about an earlier attempt, unless the ledger has its word: houses count their own letters, and an e-mail or
    /// a letter that was pulled may have come before.
    pub(super) fn earlier(&self, line: u64, piece: Piece, kind: EventKind) -> Option<Finding> {
        if self.was(piece, kind) {
            return None;
        }
        let last = self.states.get(&piece).map_or(0, |state| state.attempt);
        let told = kind.id().replace('_', " ");
        let reason = format!(
            "an earlier attempt of piece {piece:07} is told as {told}, of which the ledger knows nothing; attempt {last} is out now"
        );
        let hint =
            "ask which letter is meant: write that attempt if it is the one that is out now; if both were mailed, the person got two";
        Some(self.finding(line, "earlier-attempt", reason, hint))
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

impl History {
    fn read(ledger: Books<'_>, digest: &Sha, way: Way) -> Result<History> {
        let mut history = History::default();
        ledger.each_event(&mut |Event { ordinal, moment, event, .. }| {
            let begins = match way {
                Way::Post => matches!(event.kind, EventKind::Exported | EventKind::Reprinted),
                Way::Email => event.kind == EventKind::DataStarted,
            };
            if let Some(piece) = event.piece {
                history.happened.insert((piece, event.kind.id()));
            }
            match event.piece {
                Some(piece) if begins => {
                    let times = history.begun.get(&piece).map_or(1, |begun| begun.times + 1);
                    history.begun.insert(piece, Begun { times, ordinal, moment });
                }
                None if event.kind == EventKind::Received && event.digest.as_ref() == Some(digest) => {
                    _ = history.taken.get_or_insert(ordinal);
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(history)
    }
}

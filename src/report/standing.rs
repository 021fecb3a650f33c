//! Where everyone stands, from the ledger alone.

use crate::error::Result;
use crate::ledger::{EventKind, Ledger, PieceState, Standing};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Where the pieces of one channel stand; the states add up to `total`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// People who get a piece this way.
    pub total: u64,
    /// State word -> pieces.
    pub states: BTreeMap<&'static str, u64>,
}

/// What `status` tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The job that was counted.
    pub job: u32,
    /// Rows that came in.
    pub rows: u64,
    /// Rows merged into others.
    pub merged: u64,
    /// People.
    pub recipients: u64,
    /// By first-class mail.
    pub letters: Channel,
    /// By e-mail.
    pub emails: Channel,
    /// Reason code -> people held.
    pub held: BTreeMap<String, u64>,
    /// Clause -> people who are owed no letter.
    pub excluded: BTreeMap<String, u64>,
    /// State word -> pieces of people who are no longer in the lists, but to whom something has gone or may have gone.
    pub gone: BTreeMap<&'static str, u64>,
    /// Whether every row and every recipient is accounted for.
    pub closes: bool,
    /// Pieces whose fate is unknown: for a person to resolve.
    pub uncertain: Vec<Loose>,
    /// E-mail notices that failed for good: these people have to be told by mail.
    pub failed: Vec<Loose>,
}

/// A piece that needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loose {
    /// Piece number.
    pub piece: String,
    /// `list:record_id`.
    pub record: String,
    /// What is known.
    pub detail: String,
}

impl Status {
    /// How many are held.
    pub fn held_total(&self) -> u64 {
        self.held.values().sum()
    }

    /// How many are owed no letter.
    pub fn excluded_total(&self) -> u64 {
        self.excluded.values().sum()
    }
}

/// Counts the latest standing; `None` before the first render or release.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub fn status(ledger: &dyn Ledger) -> Result<Option<Status>> {
    let Some((job, rows, merged, people)) = ledger.standing()? else { return Ok(None) };
    let states: BTreeMap<u32, PieceState> = ledger.states()?.into_iter().map(|state| (state.piece, state)).collect();
    let mut status = Status {
        job,
        rows,
        merged,
        recipients: people.len() as u64,
        letters: Channel::default(),
        emails: Channel::default(),
        held: BTreeMap::new(),
        excluded: BTreeMap::new(),
        gone: BTreeMap::new(),
        closes: false,
        uncertain: Vec::new(),
        failed: Vec::new(),
    };
    for person in &people {
        status.count(person, person.piece.and_then(|piece| states.get(&piece)));
    }
    let listed: BTreeSet<u32> = people.iter().filter_map(|person| person.piece).collect();
    for state in states.values().filter(|state| state.state != EventKind::Allotted && !listed.contains(&state.piece)) {
        *status.gone.entry(state_word(Some(state.state))).or_default() += 1;
    }
    let accounted = status.letters.total + status.emails.total + status.held_total() + status.excluded_total();
    status.closes = rows == merged + status.recipients && accounted == status.recipients;
    Ok(Some(status))
}

impl Status {
    fn count(&mut self, person: &Standing, state: Option<&PieceState>) {
        let word = state_word(state.map(|state| state.state));
        match person.disposition.as_str() {
            "letter" => {
                self.letters.total += 1;
                *self.letters.states.entry(word).or_default() += 1;
            }
            "email" => {
                self.emails.total += 1;
                *self.emails.states.entry(word).or_default() += 1;
            }
            "excluded" => *self.excluded.entry(person.reason.clone()).or_default() += 1,
            "held" => *self.held.entry(person.reason.clone()).or_default() += 1,
            _ => {}
        }
        let Some(state) = state else { return };
        let loose = || Loose { piece: format!("{:07}", state.piece), record: person.record.clone(), detail: state.detail.clone() };
        match state.state {
            EventKind::Uncertain => self.uncertain.push(loose()),
            EventKind::Failed => self.failed.push(loose()),
            _ => {}
        }
    }
}

/// The word for a state; a piece that nothing has happened to waits.
fn state_word(state: Option<EventKind>) -> &'static str {
    match state {
        Some(EventKind::Exported) => "exported",
        Some(EventKind::Reprinted) => "exported again",
        Some(EventKind::Queued | EventKind::ResolvedResend) => "queued",
        Some(EventKind::DataStarted) => "being sent",
        Some(EventKind::Sent | EventKind::ResolvedSent) => "sent",
        Some(EventKind::Deferred) => "deferred",
        Some(EventKind::Failed) => "failed",
        Some(EventKind::Uncertain) => "uncertain",
        _ => "waiting",
    }
}

//! Where everyone stands, from the ledger alone.

use super::out_of_reach::{self, OutOfReach, lost};
use crate::error::Result;
use crate::ledger::{EventKind, Ledger, Listed, Tally};
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// Letters to ourselves, which are nobody of the counts.
    pub seeds: Channel,
    /// State word -> pieces of people who are no longer in the lists, but to whom something has gone or may have gone.
    pub gone: BTreeMap<&'static str, u64>,
    /// Whether every row and every recipient is accounted for.
    pub closes: bool,
    /// Pieces whose fate is unknown: for a person to resolve.
    pub uncertain: Vec<Loose>,
    /// E-mail notices that failed for good or bounced: these people have to be told by mail.
    pub failed: Vec<Loose>,
    /// By provider, those whom no piece reached: the dead among them are owed no substitute notice, which `plan` knows.
    pub unreachable: Vec<OutOfReach>,
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

/// Counts the latest standing; `None` before the first render or release. `public_from`: so many unreachable people are owed a public
/// notice.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub fn status(ledger: &mut dyn Ledger, public_from: u32) -> Result<Option<Status>> {
    let Some(tally) = ledger.tally()? else { return Ok(None) };
    let mut status = Status {
        job: tally.job,
        rows: tally.rows,
        merged: tally.merged,
        recipients: 0,
        letters: Channel::default(),
        emails: Channel::default(),
        held: BTreeMap::new(),
        excluded: BTreeMap::new(),
        seeds: Channel::default(),
        gone: BTreeMap::new(),
        closes: false,
        uncertain: loose(ledger, EventKind::Uncertain)?,
        failed: [loose(ledger, EventKind::Failed)?, loose(ledger, EventKind::Bounced)?].concat(),
        unreachable: out_of_reach::by_provider(lost(ledger)?, public_from),
    };
    status.count(&tally);
    let accounted = status.letters.total + status.emails.total + status.held_total() + status.excluded_total();
    status.closes = status.rows == status.merged + status.recipients && accounted == status.recipients;
    Ok(Some(status))
}

fn loose(ledger: &mut dyn Ledger, state: EventKind) -> Result<Vec<Loose>> {
    let told = |Listed { record, state, .. }: Listed| Loose { piece: format!("{:07}", state.piece), record, detail: state.detail };
    Ok(ledger.listed(&[state])?.into_iter().map(told).collect())
}

impl Status {
    fn count(&mut self, tally: &Tally) {
        for ((disposition, reason, state), people) in &tally.people {
            let word = state_word(*state);
            if disposition != "seed" {
                self.recipients += people;
            }
            match disposition.as_str() {
                "letter" => self.letters.count(word, *people),
                "email" => self.emails.count(word, *people),
                "excluded" => *self.excluded.entry(reason.clone()).or_default() += people,
                "seed" => self.seeds.count(word, *people),
                "held" => *self.held.entry(reason.clone()).or_default() += people,
                _ => {}
            }
        }
        for (state, pieces) in &tally.gone {
            *self.gone.entry(state_word(*state)).or_default() += pieces;
        }
    }
}

impl Channel {
    fn count(&mut self, word: &'static str, people: u64) {
        self.total += people;
        *self.states.entry(word).or_default() += people;
    }
}

/// The word for a state; a piece that nothing has happened to waits.
fn state_word(state: EventKind) -> &'static str {
    match state {
        EventKind::Exported => "exported",
        EventKind::Reprinted => "exported again",
        EventKind::Printed => "printed",
        EventKind::Spoiled => "spoiled",
        EventKind::Destroyed => "destroyed, to be reprinted",
        EventKind::Pulled => "pulled",
        EventKind::Undeliverable => "not mailed by the house",
        EventKind::Mailed => "mailed",
        EventKind::Forwarded => "forwarded",
        EventKind::ReturnedMoved => "returned, to be mailed again",
        EventKind::ReturnedAway => "returned, away",
        EventKind::ReturnedRefused => "returned, refused",
        EventKind::ReturnedDeceased => "returned, deceased",
        EventKind::Unreachable => "unreachable",
        EventKind::ToldBySubstitute => "told by substitute notice",
        EventKind::Queued | EventKind::ResolvedResend => "queued",
        EventKind::DataStarted => "being sent",
        EventKind::Sent | EventKind::ResolvedSent => "sent",
        EventKind::Deferred => "deferred",
        EventKind::Failed => "failed",
        EventKind::Bounced => "bounced",
        EventKind::Uncertain => "uncertain",
        EventKind::Withdrawn
        | EventKind::Allotted
        | EventKind::Sealed
        | EventKind::Released
        | EventKind::Checkpoint
        | EventKind::Received
        | EventKind::Proof
        | EventKind::Posted
        | EventKind::Purged
        | EventKind::PurgeEnded => "waiting",
    }
}

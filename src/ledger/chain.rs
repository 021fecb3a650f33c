//! The chain of digests by which a ledger shows that nothing in it was changed.
//!
//! What a worker commits at once is a link of its own chain: the link's digest binds the one before it, the link's own values and
//! every event in it. A checkpoint is an event that names the heads of all chains, so that none can be cut short unnoticed; its
//! own link is the [`Stamp`] that leaves with a package or a release. The chains of an incident begin with its id.

use super::{EventKind, NewEvent};
use crate::digest::hex;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 (FIPS 180-4).
pub type Sha = [u8; 32];

/// Events of one link: their places fit into the low bits of their ordinals.
pub(super) const MOST_EVENTS: usize = 1 << PLACE_BITS;
const PLACE_BITS: u32 = 16;

/// Where a chain was: what leaves with a package, so that a ledger that was cut short behind it is told from a whole one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Whose chain.
    pub worker: String,
    /// Number of the link in it, from 1.
    pub link: u64,
    /// Digest of the link, hex.
    pub sha256: String,
}

/// One commit of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Number in the ledger, over all workers; ordinals of its events begin with it.
    pub(super) id: i64,
    pub(super) worker: String,
    /// Number in the worker's chain, from 1.
    pub(super) number: i64,
    pub(super) moment: Option<String>,
    /// How many.
    pub(super) events: i64,
    pub(super) digest: Sha,
}

impl Link {
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { worker: self.worker.clone(), link: self.number.cast_unsigned(), sha256: hex(&self.digest) }
    }
}

/// An event as it is stored, whatever it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredEvent {
    pub(super) ordinal: i64,
    pub(super) kind: String,
    pub(super) piece: Option<i64>,
    pub(super) attempt: i64,
    pub(super) job: i64,
    pub(super) detail: String,
    pub(super) digest: Option<Vec<u8>>,
    /// The first bytes of its own digest: of a link that was changed they tell which event was.
    pub(super) mark: i64,
}

impl StoredEvent {
    /// The event at a place of a link, from 0.
    pub(super) fn new(link: i64, place: usize, event: &NewEvent) -> (StoredEvent, Sha) {
        let mut stored = StoredEvent {
            ordinal: ordinal(link, place),
            kind: event.kind.id().to_owned(),
            piece: event.piece.map(i64::from),
            attempt: event.attempt.into(),
            job: event.job.into(),
            detail: event.detail.clone(),
            digest: event.digest.map(Vec::from),
            mark: 0,
        };
        let digest = stored.sha();
        stored.mark = mark(&digest);
        (stored, digest)
    }

    /// The same event at another place.
    pub(super) fn at(self, link: i64, place: usize) -> StoredEvent {
        let placed = StoredEvent { ordinal: ordinal(link, place), ..self };
        StoredEvent { mark: mark(&placed.sha()), ..placed }
    }

    /// The digest of its values.
    pub(super) fn sha(&self) -> Sha {
        let piece = self.piece.unwrap_or(-1);
        let mut digest = Sha256::new();
        for number in [self.ordinal, piece, self.attempt, self.job, self.detail.len() as i64] {
            digest.update(number.to_be_bytes());
        }
        digest.update(&self.detail);
        digest.update([u8::from(self.digest.is_some())]);
        digest.update(self.digest.as_deref().unwrap_or_default());
        digest.update(&self.kind);
        digest.finalize().into()
    }

    /// Id of the link that its ordinal names.
    pub(super) fn link(&self) -> i64 {
        self.ordinal >> PLACE_BITS
    }

    /// Place in the link, from 0.
    pub(super) fn place(&self) -> i64 {
        self.ordinal & (MOST_EVENTS as i64 - 1)
    }

    pub(super) fn mark_agrees(&self) -> bool {
        self.mark == mark(&self.sha())
    }

    /// As what it was appended; `None` when this program cannot read it.
    pub(super) fn event(self) -> Option<NewEvent> {
        Some(NewEvent {
            kind: EventKind::from_id(&self.kind)?,
            piece: self.piece.map(u32::try_from).transpose().ok()?,
            attempt: self.attempt.try_into().ok()?,
            job: self.job.try_into().ok()?,
            detail: self.detail,
            digest: self.digest.map(TryInto::try_into).transpose().ok()?,
        })
    }
}

fn ordinal(link: i64, place: usize) -> i64 {
    (link << PLACE_BITS) + place as i64
}

fn mark(digest: &Sha) -> i64 {
    i64::from(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]))
}

/// What the first link of every chain follows.
pub(super) fn beginning(incident: &str) -> Sha {
    Sha256::new().chain_update("breachnotice ledger\0").chain_update(incident).finalize().into()
}

/// The digest of a link after another; `link.digest` is not read.
pub(super) fn link_digest(previous: &Sha, link: &Link, events: impl Iterator<Item = Sha>) -> Sha {
    let mut digest = Sha256::new();
    digest.update(previous);
    for number in [link.id, link.number, link.events] {
        digest.update(number.to_be_bytes());
    }
    for text in [&link.worker, link.moment.as_ref().unwrap_or(&String::new())] {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    events.for_each(|event| digest.update(event));
    digest.finalize().into()
}

/// A link that is ready to be stored, with its events.
pub(super) fn forge(previous: &Sha, mut link: Link, events: &[NewEvent]) -> (Link, Vec<StoredEvent>) {
    let (stored, digests): (Vec<_>, Vec<_>) =
        events.iter().enumerate().map(|(place, event)| StoredEvent::new(link.id, place, event)).unzip();
    link.events = events.len() as i64;
    link.digest = link_digest(previous, &link, digests.into_iter());
    (link, stored)
}

/// The event that ties heads together: their stamps in JSON, by worker, behind what it was made for.
///
/// # Errors
/// A bug when the stamps cannot be written.
pub(super) fn checkpoint(purpose: &str, heads: &[Link]) -> Result<NewEvent> {
    let heads: Vec<Stamp> = heads.iter().map(Link::stamp).collect();
    let heads = serde_json::to_string(&heads).map_err(|error| Error::bug(error.to_string()))?;
    Ok(NewEvent::of_incident(EventKind::Checkpoint, 0, format!("{purpose}; {heads}")))
}

/// The heads that a checkpoint names.
pub(super) fn heads_in(detail: &str) -> Vec<Stamp> {
    let heads = detail.split_once("; ").map_or("", |(_, heads)| heads);
    serde_json::from_str(heads).unwrap_or_default()
}

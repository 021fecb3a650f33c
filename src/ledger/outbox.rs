//! E-mails on their way out: who may send which, so that none goes twice however many workers there are.
//!
//! A row of the outbox is a piece that is due, now or later. A worker leases it for a while; the lease's token is the fence: once
//! somebody else has the piece, nothing that the former holder does counts. A lease that runs out before the message began is
//! anybody's; one that runs out after it leaves the piece `uncertain`. The table follows the events and could be made again from
//! them.

use super::{EventKind, Piece};
use jiff::Timestamp;

/// A piece that one worker may send, until the lease runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The piece.
    pub piece: Piece,
    /// 1-based.
    pub attempt: u32,
    /// The fence: greater with each lease of the piece.
    pub token: i64,
}

/// A message that is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The right to send it.
    pub lease: Lease,
    /// SHA-256 of the message.
    pub message: [u8; 32],
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The right by which it was sent.
    pub lease: Lease,
    /// What became of it.
    pub fate: Fate,
    /// Reply codes without the server's words.
    pub detail: String,
}

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The server took it.
    Sent,
    /// Not now; not again before this moment.
    Deferred(Timestamp),
    /// Never by e-mail.
    Failed,
    /// Nobody knows.
    Uncertain,
}

impl Fate {
    /// The event that records it.
    pub fn event(self) -> EventKind {
        match self {
            Fate::Sent => EventKind::Sent,
            Fate::Deferred(_) => EventKind::Deferred,
            Fate::Failed => EventKind::Failed,
            Fate::Uncertain => EventKind::Uncertain,
        }
    }
}

/// Detail of the event of a piece whose sender has gone.
pub(super) const SENDER_GONE: &str = "the sender stopped before the reply was recorded";

//! What can happen to a piece or to the incident, as the ledger keeps it.

use super::{Piece, chain::Sha};
use jiff::Timestamp;
use jiff::civil::Date;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $id:literal,)*) => {
        /// What can happen. The stored names are stable for ever.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind {
            $($(#[$doc])* $kind,)*
        }

        impl EventKind {
            /// Every kind, in the order in which a piece can pass through them.
            pub const ALL: &[EventKind] = &[$(EventKind::$kind),*];

            /// The name under which it is stored and shown.
            pub fn id(self) -> &'static str {
                match self {
                    $(EventKind::$kind => $id,)*
                }
            }
        }
    };
}

kinds! {
    /// Piece numbers were given; the digest binds who bears them.
    Allotted = "allotted",
    /// Counsel approved the wording; the digest is the seal's.
    Sealed = "sealed",
    /// Who gets the letters was approved; the digest is that of the seal under which they go.
    Released = "released",
    /// The heads of all workers' chains were tied together.
    Checkpoint = "checkpoint",
    /// A file came back; the digest is the file's.
    Received = "received",
    /// A proof of mailing; the digest is the document's.
    Proof = "proof",
    /// A substitute notice was posted on the web or in media.
    Posted = "posted",
    /// What is patient data is removed for good; the digest is that of the record of it.
    Purged = "purged",
    /// All of it is gone; the digest is the same.
    PurgeEnded = "purge_ended",
    /// An e-mail waits to be sent.
    Queued = "queued",
    /// It is not to go by e-mail any more, and nothing of it has left.
    Withdrawn = "withdrawn",
    /// The message begins; committed before a byte of it leaves. The digest is the message's.
    DataStarted = "data_started",
    /// The server took it.
    Sent = "sent",
    /// Not now.
    Deferred = "deferred",
    /// Never by e-mail.
    Failed = "failed",
    /// Nobody knows whether the server took it.
    Uncertain = "uncertain",
    /// A person found that it arrived.
    ResolvedSent = "resolved_sent",
    /// A person found that it did not.
    ResolvedResend = "resolved_resend",
    /// A report of non-delivery came after it was sent.
    Bounced = "bounced",
    /// Left in a package; the digest is the piece's.
    Exported = "exported",
    /// Left once more, because the one before was destroyed.
    Reprinted = "reprinted",
    /// The house printed it.
    Printed = "printed",
    /// It came out damaged; the damaged letter may still exist.
    Spoiled = "spoiled",
    /// The damaged letter is destroyed.
    Destroyed = "destroyed",
    /// We had it taken out.
    Pulled = "pulled",
    /// The house could not mail it.
    Undeliverable = "undeliverable",
    /// Given to the post.
    Mailed = "mailed",
    /// The post forwarded it to a new address.
    Forwarded = "forwarded",
    /// It came back with a new address, to which it is to go.
    ReturnedMoved = "returned_moved",
    /// It came back: temporarily away.
    ReturnedAway = "returned_away",
    /// It came back refused or unclaimed: the address is good.
    ReturnedRefused = "returned_refused",
    /// It came back: the person is dead.
    ReturnedDeceased = "returned_deceased",
    /// It came back, or an e-mail failed, and no address is known.
    Unreachable = "unreachable",
    /// Told by substitute notice: by telephone, in other writing, on the web or in media.
    ToldBySubstitute = "told_by_substitute",
}

impl EventKind {
    /// The kind of a stored name; `None` for one that this program does not know.
    pub fn from_id(id: &str) -> Option<EventKind> {
        EventKind::ALL.iter().copied().find(|kind| kind.id() == id)
    }
}

/// An event to be appended. Holds no patient value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// The piece; absent for events of the incident.
    pub piece: Option<Piece>,
    /// 1-based attempt; 0 for events of the incident.
    pub attempt: u32,
    /// The job ordinal; 0 when none applies.
    pub job: u32,
    /// Free detail without patient values: package name, SMTP reply code, name of who approved. Where the event happened on a
    /// day of its own, the day comes first ([`NewEvent::on`]).
    pub detail: String,
    /// SHA-256 of what left or came; absent when nothing did.
    pub digest: Option<Sha>,
}

impl EventKind {
    /// Whether a letter of which this is the last word is with the house or the post, or arrived.
    pub fn is_with_the_post(self) -> bool {
        matches!(self, EventKind::Printed | EventKind::Mailed | EventKind::Forwarded | EventKind::ReturnedRefused)
    }
}

impl NewEvent {
    /// Something that happened to the incident.
    pub fn of_incident(kind: EventKind, job: u32, detail: impl Into<String>) -> NewEvent {
        NewEvent { kind, piece: None, attempt: 0, job, detail: detail.into(), digest: None }
    }

    /// Something that happened to an attempt of a piece.
    pub fn of_piece(kind: EventKind, piece: Piece, attempt: u32, job: u32, detail: impl Into<String>) -> NewEvent {
        NewEvent { kind, piece: Some(piece), attempt, job, detail: detail.into(), digest: None }
    }

    /// The same, with the digest of what left or came.
    #[must_use]
    pub fn with(self, digest: Sha) -> NewEvent {
        NewEvent { digest: Some(digest), ..self }
    }

    /// The same, on a day that goes before the detail.
    #[must_use]
    pub fn on(self, day: Date) -> NewEvent {
        let detail = if self.detail.is_empty() { day.to_string() } else { format!("{day} {}", self.detail) };
        NewEvent { detail, ..self }
    }

    /// The day that goes before the detail; absent when the event has none.
    pub fn day(&self) -> Option<Date> {
        self.detail.get(..10)?.parse().ok()
    }
}

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Ordinal in the ledger; greater than those of all events that were known when it was appended.
    pub ordinal: i64,
    /// When it was recorded; absent when the writer had not said (see [`super::Ledger::set_moment`]).
    pub moment: Option<Timestamp>,
    /// Who recorded it.
    pub worker: String,
    /// The event.
    pub event: NewEvent,
}

/// The ledger's view of one piece: its latest event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceState {
    /// The piece.
    pub piece: Piece,
    /// Kind of its latest event; `Allotted` when there is none.
    pub state: EventKind,
    /// 1-based; 0 when nothing was tried.
    pub attempt: u32,
    /// The job of that event; 0 when none applies.
    pub job: u32,
    /// Detail of that event.
    pub detail: String,
}

impl PieceState {
    /// The day that goes before the detail ([`NewEvent::on`]); absent when the event has none.
    pub fn day(&self) -> Option<Date> {
        self.detail.get(..10)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stored_name_is_read_back_as_its_kind() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_id(kind.id()), Some(*kind));
        }
        assert_eq!(EventKind::from_id("delivered"), None);
    }

    #[test]
    fn a_day_goes_before_the_detail() {
        let event = NewEvent::of_piece(EventKind::Unreachable, 7, 1, 1, "ANK").on(jiff::civil::date(2026, 4, 12));
        assert_eq!((event.detail.as_str(), event.day()), ("2026-04-12 ANK", Some(jiff::civil::date(2026, 4, 12))));
        let state = |detail: &str| PieceState { piece: 7, state: event.kind, attempt: 1, job: 1, detail: detail.to_owned() };
        assert_eq!(state(&event.detail).day(), Some(jiff::civil::date(2026, 4, 12)));
        assert_eq!(state("lakeside_0001").day(), None);
    }
}

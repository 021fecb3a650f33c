//! The durable record of every piece: append-only events in chains of digests, and the outbox that follows them.
//!
//! [`Ledger`] is what the stages see. Its rules are written once, in `book`, over a [`store`](self) of either engine: SQLite in
//! the incident folder, or PostgreSQL for several machines.
//!
//! ```text
//! stages -> Ledger (book: rules, chain, numbers, outbox) -> Session of a store -> sqlite | postgres
//! ```

mod access;
mod allot;
mod bearer;
mod book;
mod chain;
#[cfg(test)]
mod engine_tests;
mod event;
mod faults;
mod of_people;
mod outbox;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
mod standing;
mod store;
#[cfg(test)]
mod tests;
mod url;
mod verify;
mod written;

pub use access::Access;
pub use bearer::{Bearer, Marks};
pub use chain::{Sha, Stamp};
pub use event::{Event, EventKind, NewEvent, PieceState};
pub use of_people::OfPeople;
pub use outbox::{Begun, Ended, Fate, Lease};
pub use standing::{Listed, Standing, Tally};
pub use url::{incident_of, open, open_existing};
pub use verify::Verified;
pub use written::{WrittenFile, WrittenLedger, read_written};

use crate::error::{Finding, Place, Result};
use jiff::Timestamp;
use std::time::Duration;

/// Number of a piece in the ledger.
pub type Piece = u32;

/// First half of the SHA-256 of a code.
pub type CodeDigest = [u8; 16];

/// What every engine offers. Methods that write commit durably before they return; a write that fails changes nothing.
///
/// # Errors
/// Every method: failed when the store cannot be written or reached, refused when it cannot be read.
#[allow(clippy::missing_errors_doc, reason = "said once for all of them")]
pub trait Ledger: Send {
    /// What findings about it point to.
    fn place(&self) -> Place {
        Place::file(faults::FILE)
    }

    /// Says what time it is: events that are recorded from now on carry this moment, and leases count from it.
    fn set_moment(&mut self, moment: Timestamp);

    /// Says who records from now on; each worker has a chain of its own. Before that it is `desk`.
    fn set_worker(&mut self, worker: &str);

    /// Makes this a sender. In a folder's own ledger there is one at a time, and what a dead one left half done is put in
    /// order; a shared ledger has any number, whose leases run out. `owner` is shown to whoever is refused.
    fn begin_sending(&mut self, owner: &str) -> Result<()>;

    /// Allots a piece number to each person in order; a person that has one keeps it: by the key, unless its marks are now
    /// another's ([`Marks::are_anothers`]), else by marks that only one piece has whose own person is not among these.
    fn allot(&mut self, people: &mut dyn Iterator<Item = Bearer>) -> Result<Vec<Piece>>;

    /// The codes from pools that were ever given, oldest first, with the piece of each: the last of a piece is in use.
    fn codes(&mut self) -> Result<Vec<(Piece, CodeDigest)>>;

    /// Records that codes were given, for ever.
    fn record_codes(&mut self, codes: &mut dyn Iterator<Item = (Piece, CodeDigest)>) -> Result<()>;

    /// The ordinal of a job; the same digest gets the same ordinal.
    fn job(&mut self, digest: &str) -> Result<u32>;

    /// Replaces the standing of everyone, with the row counts (`rows`, `merged`) it was made from.
    fn record_standing(&mut self, job: u32, rows: u64, merged: u64, people: &mut dyn Iterator<Item = Standing>) -> Result<()>;

    /// Hands over everyone of the latest standing; the order is none to rely on.
    fn each_standing(&mut self, each: &mut dyn FnMut(Standing) -> Result<()>) -> Result<()>;

    /// The latest standing, counted by what became of the pieces; `None` before the first.
    fn tally(&mut self) -> Result<Option<Tally>>;

    /// Those of the latest standing whose piece is in one of these states, by piece.
    fn listed(&mut self, states: &[EventKind]) -> Result<Vec<Listed>>;

    /// Appends events in one commit.
    fn append(&mut self, events: &[NewEvent]) -> Result<()>;

    /// Appends events in one commit, with a checkpoint of all chains behind them; the stamp is of the link that holds it.
    fn append_stamped(&mut self, purpose: &str, events: &[NewEvent]) -> Result<Stamp>;

    /// The same, unless an event of the incident of this kind has this digest already: then nothing is appended, and there is no stamp.
    fn append_once(&mut self, purpose: &str, unless: (EventKind, &Sha), events: &[NewEvent]) -> Result<Option<Stamp>>;

    /// Appends events of pieces, each of which begins a new attempt, and a checkpoint behind them: the stamp is of the link that holds
    /// it. Refused as a whole when another attempt of one of them was begun meanwhile.
    fn depart(&mut self, purpose: &str, events: &mut dyn Iterator<Item = Result<NewEvent>>) -> Result<Stamp>;

    /// The latest event of these kinds of each of these pieces, by piece; those without one are left out.
    fn latest(&mut self, kinds: &[EventKind], pieces: &[Piece]) -> Result<Vec<NewEvent>>;

    /// Whether anything of a kind ever happened to the incident.
    fn has(&mut self, kind: EventKind) -> Result<bool>;

    /// Whether an event of the incident, of a kind, has a digest.
    fn knows(&mut self, kind: EventKind, digest: &Sha) -> Result<bool>;

    /// The latest state of every piece that was ever allotted, by piece.
    fn states(&mut self) -> Result<Vec<PieceState>> {
        let mut states = Vec::new();
        self.each_state(&mut |state| {
            states.push(state);
            Ok(())
        })?;
        Ok(states)
    }

    /// Hands over the latest state of every piece that was ever allotted, by piece.
    fn each_state(&mut self, each: &mut dyn FnMut(PieceState) -> Result<()>) -> Result<()>;

    /// All events, oldest first.
    fn events(&mut self) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        self.each_event(&mut |event| {
            events.push(event);
            Ok(())
        })?;
        Ok(events)
    }

    /// Hands over all events, oldest first, one by one: there may be millions.
    fn each_event(&mut self, each: &mut dyn FnMut(Event) -> Result<()>) -> Result<()>;

    /// Puts pieces into the outbox to which nothing has happened yet, and takes out those that are not wanted any more and are not
    /// on their way: both in one commit. Returns how many are in it.
    fn enqueue(&mut self, job: u32, wanted: &[Piece]) -> Result<u64>;

    /// Leases pieces that are due, the longest due first. First marks what others left half done as uncertain. With `early` a deferred piece is
    /// due at once.
    fn lease(&mut self, most: usize, length: Duration, early: bool) -> Result<Vec<Lease>>;

    /// Prolongs this sender's leases from now on.
    fn renew(&mut self, length: Duration) -> Result<()>;

    /// Gives leases back whose messages were not begun.
    fn give_back(&mut self) -> Result<()>;

    /// Records what became of messages and which are about to be sent, in one commit. For each of `begun` returns whether it may be
    /// sent: not when the lease ran out and the piece is another's by now.
    fn record(&mut self, job: u32, begun: &[Begun], ended: &[Ended]) -> Result<Vec<bool>>;

    /// Puts an uncertain piece that did not arrive back into the outbox, or records that it arrived, by a person's word.
    fn resolve(&mut self, piece: Piece, arrived: bool, by: &str) -> Result<()>;

    /// How many pieces are in the outbox, and when the first of them is due by the command's clock; `None` when it is empty.
    fn outbox(&mut self) -> Result<Option<(u64, Timestamp)>>;

    /// Whether the link of a stamp is there with the digest that it had. Nothing before it is looked at: see [`Ledger::verify`].
    fn has_link(&mut self, stamp: &Stamp) -> Result<bool>;

    /// The newest link of every chain, by worker.
    fn heads(&mut self) -> Result<Vec<Stamp>>;

    /// Keeps senders out of a folder's own ledger for as long as it is open, and puts nothing in order that one left. A shared ledger's
    /// senders are not kept out: they find nothing to send. `owner` is shown to whoever is refused.
    fn keep_senders_out(&mut self, owner: &str) -> Result<()>;

    /// What the ledger holds of people beside its events.
    fn of_people(&mut self) -> Result<OfPeople>;

    /// Removes that for good: numbers, events and chains stay, and so do the counts of the latest standing. Can be repeated.
    fn remove_people(&mut self) -> Result<()>;

    /// Hands over the lines of the ledger written out ([`read_written`]), file by file.
    fn each_line(&mut self, each: &mut dyn FnMut(WrittenFile, &str) -> Result<()>) -> Result<()>;

    /// Checks every chain from its beginning, against these stamps too: what was changed, removed or cut short.
    fn verify(&mut self, stamps: &[Stamp]) -> Result<Verified>;
}

/// What [`Ledger::verify`] found; nothing when `findings` is empty.
impl Verified {
    /// Whether every chain holds.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    /// What does not hold, each with its place.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

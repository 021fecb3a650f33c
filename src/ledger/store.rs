//! What an engine has to do; the rules stand in `book`.

use super::chain::{Link, Sha, StoredEvent};
use super::{Bearer, CodeDigest, Lease, Listed, Marks, OfPeople, Piece, PieceState, Standing};
use crate::error::Result;

/// What a session is begun for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Reading,
    Writing,
}

/// Milliseconds since 1970.
pub(super) type Millis = i64;

/// A piece that stands under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) piece: Piece,
    pub(super) marks: Option<Marks>,
}

/// A row of the outbox to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) piece: Piece,
    pub(super) attempt: u32,
    pub(super) due: Millis,
}

/// What a sender asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leasing {
    pub(super) sender: i64,
    pub(super) now: Millis,
    /// Rows that are due at this moment.
    pub(super) due: Millis,
    pub(super) until: Millis,
    pub(super) most: usize,
}

/// A place where a ledger lies.
pub(super) trait Store: Send {
    /// Work that happens as a whole or not at all.
    type Session<'s>: Session
    where
        Self: 's;

    fn begin(&mut self, doing: Doing) -> Result<Self::Session<'_>>;

    /// Becomes a sender. `true` when it is the only one, so that whatever is leased or begun is a dead one's.
    fn begin_sending(&mut self, owner: &str) -> Result<bool>;

    /// Leaves nothing of removed rows in the files of the store.
    fn compact(&mut self) -> Result<()>;

    /// Connects again after a connection was lost, and waits a while for it; `false` when that is of no use.
    fn reconnect(&mut self) -> Result<bool>;
}

/// A row of what `tally` counts: disposition, reason, state (`None`: nothing happened), people.
pub(super) type Counted = (String, String, Option<String>, u64);

/// One transaction. Nothing is durable before `commit`.
pub(super) trait Session {
    /// What findings about the ledger point to.
    const PLACE: &'static str;

    fn commit(self) -> Result<()>;

    /// The incident that the ledger belongs to.
    fn incident(&mut self) -> Result<String>;
    /// The clock that leases count by; `given` is what the command said.
    fn now(&mut self, given: Option<Millis>) -> Result<Millis>;

    /// The newest link of a worker's chain, which nobody else lengthens until the end of the session.
    fn head(&mut self, worker: &str) -> Result<Option<Link>>;
    /// The newest link of every chain, by worker.
    fn heads(&mut self) -> Result<Vec<Link>>;
    /// The link of a number, from 1, in a worker's chain.
    fn link(&mut self, worker: &str, number: i64) -> Result<Option<Link>>;
    fn next_link(&mut self) -> Result<i64>;
    fn add_link(&mut self, link: &Link, events: &[StoredEvent]) -> Result<()>;
    /// Every link, by worker and number.
    fn each_link(&mut self, each: &mut dyn FnMut(Link) -> Result<()>) -> Result<()>;
    /// Every event, by ordinal.
    fn each_event(&mut self, each: &mut dyn FnMut(StoredEvent) -> Result<()>) -> Result<()>;

    /// Nobody else judges what has left, or is to leave, until the end of the session: what is read of pieces from now on stays
    /// true. An engine whose writing sessions follow one another has nothing to do.
    fn alone(&mut self) -> Result<()> {
        Ok(())
    }
    /// The latest event of these kinds of each of these pieces, by piece.
    fn latest(&mut self, kinds: &[&str], pieces: &[Piece]) -> Result<Vec<StoredEvent>>;
    /// Whether there is an event of a kind without a piece, with a digest when one is given.
    fn has(&mut self, kind: &str, digest: Option<&Sha>) -> Result<bool>;

    /// The highest number that was allotted; nobody else allots until the end of the session.
    fn last_piece(&mut self) -> Result<Option<Piece>>;
    /// What stands under keys, in their order.
    fn find(&mut self, keys: &[&str]) -> Result<Vec<Option<Known>>>;
    fn add_pieces(&mut self, pieces: &[(Piece, Bearer)]) -> Result<()>;
    fn set_marks(&mut self, marks: &[(Piece, Marks)]) -> Result<()>;
    fn add_aliases(&mut self, aliases: &[(String, Piece)]) -> Result<()>;
    /// The marks of every piece, by piece.
    fn each_mark(&mut self, each: &mut dyn FnMut(Piece, Marks)) -> Result<()>;
    /// Every number and the key that it was allotted to, by number.
    fn each_piece(&mut self, each: &mut dyn FnMut(Piece, &str)) -> Result<()>;

    fn codes(&mut self) -> Result<Vec<(Piece, CodeDigest)>>;
    fn add_codes(&mut self, codes: &[(Piece, CodeDigest)]) -> Result<()>;
    /// The ordinal of a job, which is new when the digest is.
    fn job(&mut self, digest: &str) -> Result<u32>;

    fn replace_standing(&mut self, job: u32, rows: u64, merged: u64, people: &mut dyn Iterator<Item = Standing>) -> Result<()>;
    fn each_standing(&mut self, each: &mut dyn FnMut(Standing) -> Result<()>) -> Result<()>;
    /// Job, rows and merged of the latest standing.
    fn standing_source(&mut self) -> Result<Option<(u32, u64, u64)>>;
    fn count_standing(&mut self) -> Result<Vec<Counted>>;
    /// State and number of pieces that no standing names.
    fn count_gone(&mut self) -> Result<Vec<(String, u64)>>;
    fn listed(&mut self, states: &[&str]) -> Result<Vec<Listed>>;
    /// States of all pieces, by piece.
    fn each_state(&mut self, each: &mut dyn FnMut(PieceState) -> Result<()>) -> Result<()>;
    /// States of these pieces; those that were never allotted are left out.
    fn states_of(&mut self, pieces: &[Piece]) -> Result<Vec<PieceState>>;

    fn of_people(&mut self) -> Result<OfPeople>;
    /// Removes what [`Session::of_people`] counts. Of a key and a record it stays that there was one.
    fn remove_people(&mut self) -> Result<()>;

    /// Adds rows to the outbox; a piece that is in it stays as it is.
    fn queue(&mut self, rows: &[Due]) -> Result<()>;
    /// Pieces in the outbox that nobody has leased at `now`, with their attempts.
    fn waiting(&mut self, now: Millis) -> Result<Vec<(Piece, u32)>>;
    /// Takes those of these pieces out that nobody has leased at `now`; says which, with their attempts.
    fn unqueue(&mut self, pieces: &[Piece], now: Millis) -> Result<Vec<(Piece, u32)>>;
    /// Leases rows that are due and whose message was not begun, the longest due first, then by piece.
    fn lease(&mut self, leasing: Leasing) -> Result<Vec<Lease>>;
    fn renew(&mut self, sender: i64, until: Millis) -> Result<()>;
    /// Ends leases whose message was not begun and whose token is greater than another, and takes their tokens from them.
    fn give_back(&mut self, sender: i64, behind: i64) -> Result<()>;
    /// Marks messages as begun where the token still is the row's; says which, and which of them were marked before.
    fn begin_messages(&mut self, leases: &[Lease]) -> Result<Vec<Option<Already>>>;
    /// Takes rows out whose token is the lease's; says which.
    fn settle(&mut self, leases: &[Lease]) -> Result<Vec<bool>>;
    /// Makes rows due again, as the next attempt and without a token, where the token is the lease's; says which.
    fn put_off(&mut self, leases: &[(Lease, Millis)]) -> Result<Vec<bool>>;
    /// Takes out rows whose message was begun and whose lease has run out; `all`: whether it has or not.
    fn abandoned(&mut self, now: Millis, all: bool) -> Result<Vec<(Piece, u32)>>;
    /// Number of rows and the earliest moment at which one is due.
    fn outbox(&mut self) -> Result<Option<(u64, Millis)>>;
}

/// Whether a message had been marked as begun by the same lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Already {
    Begun,
    Not,
}

//! The durable record of every piece: append-only events, one trait, SQLite today and PostgreSQL beside it later.

mod allot;
mod bearer;
mod faults;
mod file;
mod kind;
mod lock;
mod sqlite;
#[cfg(test)]
mod tests;

pub use bearer::{Bearer, Marks};

use crate::error::{Error, Place, Result};
use jiff::Timestamp;
use sqlite::SqliteLedger;
use std::path::{Path, PathBuf};

/// Number of a piece in the ledger.
pub type Piece = u32;

/// First half of the SHA-256 of a code.
pub type CodeDigest = [u8; 16];

/// What can happen to a piece or to the incident. Ids are stable: they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the word of design.md")]
pub enum EventKind {
    Allotted,
    Sealed,
    Released,
    Exported,
    Reprinted,
    Queued,
    DataStarted,
    Sent,
    Deferred,
    Failed,
    Uncertain,
    ResolvedSent,
    ResolvedResend,
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
    /// Free detail without patient values: package name, SMTP reply code, name of who approved.
    pub detail: String,
}

/// A stored event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Ordinal in the ledger.
    pub ordinal: i64,
    /// When it was recorded; absent when the writer had not said (see [`Ledger::set_moment`]).
    pub moment: Option<Timestamp>,
    /// The event.
    pub event: NewEvent,
}

/// Where a person stands, as a job recorded it: what `status` counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// `list:record_id`.
    pub record: String,
    /// Opaque person key.
    pub person: String,
    /// The piece; absent for people without one (excluded).
    pub piece: Option<Piece>,
    /// `letter`, `email`, `held` or `excluded`.
    pub disposition: String,
    /// Finding code or clause; empty for letters and e-mails.
    pub reason: String,
}

/// A recorded standing: job, rows, merged, people.
pub type RecordedStanding = (u32, u64, u64, Vec<Standing>);

/// The ledger's view of one piece: its latest attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceState {
    /// The piece.
    pub piece: Piece,
    /// Its latest event that is a state (queued … uncertain, exported); `Allotted` when none.
    pub state: EventKind,
    /// 1-based; 0 when nothing was tried.
    pub attempt: u32,
    /// Detail of that event.
    pub detail: String,
}

/// What every engine offers. Methods that write commit durably before they return.
pub trait Ledger {
    /// Says what time it is: events that are recorded from now on carry this moment.
    fn set_moment(&mut self, moment: Timestamp);

    /// Makes this the only sender on the ledger for as long as it is open; the system ends it with the process, however that
    /// ends. Does nothing when this ledger already is the sender. `owner` is shown to whoever is refused.
    ///
    /// # Errors
    /// Refused while another process sends.
    fn begin_sending(&mut self, owner: &str) -> Result<()>;

    /// Allots a piece number to each person in order; a person that has one keeps it: by the key, unless its marks are now
    /// another's ([`Marks::are_anothers`]), else by marks that only one piece has whose own person is not among these.
    ///
    /// # Errors
    /// Failed when the store cannot be written.
    fn allot(&mut self, people: &mut dyn Iterator<Item = Bearer>) -> Result<Vec<Piece>>;

    /// The codes from pools that were ever given, oldest first, with the piece of each: the last of a piece is in use.
    ///
    /// # Errors
    /// Refused when the store cannot be read.
    fn codes(&self) -> Result<Vec<(Piece, CodeDigest)>>;

    /// Records that codes were given, for ever.
    ///
    /// # Errors
    /// Failed when the store cannot be written.
    fn record_codes(&mut self, codes: &mut dyn Iterator<Item = (Piece, CodeDigest)>) -> Result<()>;

    /// The ordinal of a job; the same digest gets the same ordinal.
    ///
    /// # Errors
    /// Failed when the store cannot be written.
    fn job(&mut self, digest: &str) -> Result<u32>;

    /// Replaces the standing of everyone, with the row counts (`rows`, `merged`) it was made from.
    ///
    /// # Errors
    /// Failed when the store cannot be written.
    fn record_standing(&mut self, job: u32, rows: u64, merged: u64, people: &mut dyn Iterator<Item = Standing>) -> Result<()>;

    /// The latest standing: job, rows, merged, people; `None` before the first.
    ///
    /// # Errors
    /// Refused when the store cannot be read.
    fn standing(&self) -> Result<Option<RecordedStanding>>;

    /// Appends events in one durable commit.
    ///
    /// # Errors
    /// Failed when the store cannot be written.
    fn append(&mut self, events: &[NewEvent]) -> Result<()>;

    /// The latest state of every piece that was ever allotted, by piece.
    ///
    /// # Errors
    /// Refused when the store cannot be read.
    fn states(&self) -> Result<Vec<PieceState>>;

    /// All events, oldest first.
    ///
    /// # Errors
    /// Refused when the store cannot be read.
    fn events(&self) -> Result<Vec<Event>>;
}

/// Opens the ledger of an incident folder (created when absent, mode 0600), or the one that `url` names (`sqlite:PATH`).
///
/// # Errors
/// Refused when it belongs to another incident, is newer than this program, is damaged, or the URL's kind is not known; failed
/// when it cannot be written or another process keeps it locked.
pub fn open(folder: &Path, incident_id: &str, url: Option<&str>) -> Result<Box<dyn Ledger>> {
    let path = path_of(folder, url)?;
    file::create(&path)?;
    let connection = file::connect(&path, incident_id)?;
    Ok(Box::new(SqliteLedger::new(connection, path)))
}

/// Opens a ledger that is there already; `None` when there is none, and then nothing is created.
///
/// # Errors
/// As [`open`].
pub fn open_existing(folder: &Path, incident_id: &str, url: Option<&str>) -> Result<Option<Box<dyn Ledger>>> {
    let path = path_of(folder, url)?;
    match fs_err::metadata(&path) {
        // A file without a byte is what is left when the program ended between creating the file and filling it.
        Ok(metadata) if metadata.len() == 0 => return Ok(None),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::unreadable(&path, &error)),
    }
    open(folder, incident_id, url).map(Some)
}

/// The file that holds the ledger. A URL is not quoted in findings: it may hold a password.
fn path_of(folder: &Path, url: Option<&str>) -> Result<PathBuf> {
    let Some(url) = url else { return Ok(folder.join(faults::FILE)) };
    let refused = |reason: &'static str, hint: &'static str| Err(Error::refused("ledger-url", Place::file("--ledger"), reason, hint));
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path))),
        Some(("postgres" | "postgresql", _)) => {
            refused("a PostgreSQL ledger is not offered yet", "leave --ledger out to use the ledger in the incident folder")
        }
        _ => refused("the kind of ledger is not known", "write sqlite:PATH, or leave --ledger out to use the incident folder's"),
    }
}

//! The embedded ledger: one SQLite file in the incident folder, durable at every commit.

use super::faults::{Doing, fault, unreadable_entry};
use super::file::CACHE;
use super::lock::SendingLock;
use super::{Bearer, CodeDigest, Event, EventKind, Ledger, NewEvent, Piece, PieceState, RecordedStanding, Standing, allot};
use crate::error::{Error, Result};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use std::path::PathBuf;

/// KiB of the file in memory while numbers are allotted: a good part of the index of a million person keys.
const ALLOTTING_CACHE: i32 = 16 * 1024;

const STATES: &str = "SELECT piece.number, event.kind, event.attempt, event.detail
    FROM piece LEFT JOIN event ON event.ordinal =
        (SELECT latest.ordinal FROM event AS latest
         WHERE latest.piece = piece.number AND latest.kind <> 'allotted' ORDER BY latest.ordinal DESC LIMIT 1)
    ORDER BY piece.number";

/// A ledger in an SQLite file.
#[derive(Debug)]
pub(super) struct SqliteLedger {
    connection: Connection,
    path: PathBuf,
    moment: Option<Timestamp>,
    sending: Option<SendingLock>,
}

impl SqliteLedger {
    /// A ledger on a connection that `file::connect` has made ready.
    pub(super) fn new(connection: Connection, path: PathBuf) -> Self {
        SqliteLedger { connection, path, moment: None, sending: None }
    }

    /// Does some writing in one transaction: all of it is durable when this returns, or none of it happened.
    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>) -> Result<T> {
        let begun = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let transaction = begun.map_err(|error| fault(Doing::Writing, &error))?;
        let done = work(&transaction).map_err(|fault| fault.into_error(Doing::Writing))?;
        transaction.commit().map_err(|error| fault(Doing::Writing, &error))?;
        Ok(done)
    }

    /// Sets how many KiB of the file may stay in memory, and lets go of what is more.
    fn set_cache(&self, kibibytes: i32) -> Result<()> {
        let set = self.connection.pragma_update(None, "cache_size", -kibibytes);
        set.and_then(|()| self.connection.execute_batch("PRAGMA shrink_memory")).map_err(|error| fault(Doing::Writing, &error))
    }

    /// Reads every row of a query.
    fn read<T>(&self, query: &str, mut entry: impl FnMut(&Row<'_>) -> Result<T, Fault>) -> Result<Vec<T>> {
        let mut collect = || {
            let mut statement = self.connection.prepare_cached(query)?;
            let mut rows = statement.query([])?;
            let mut entries = Vec::new();
            while let Some(row) = rows.next()? {
                entries.push(entry(row)?);
            }
            Ok(entries)
        };
        collect().map_err(|fault: Fault| fault.into_error(Doing::Reading))
    }
}

/// Why a piece of work on the store stopped: the store's own fault, or an error that we found ourselves.
pub(super) enum Fault {
    Store(rusqlite::Error),
    Ours(Error),
}

impl Fault {
    fn into_error(self, doing: Doing) -> Error {
        match self {
            Fault::Store(error) => fault(doing, &error),
            Fault::Ours(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Fault::Store(error)
    }
}

impl Ledger for SqliteLedger {
    fn set_moment(&mut self, moment: Timestamp) {
        self.moment = Some(moment);
    }

    fn begin_sending(&mut self, owner: &str) -> Result<()> {
        if self.sending.is_none() {
            let mut name = self.path.clone().into_os_string();
            name.push(".lock");
            self.sending = Some(SendingLock::take(&PathBuf::from(name), owner)?);
        }
        Ok(())
    }

    fn allot(&mut self, people: &mut dyn Iterator<Item = Bearer>) -> Result<Vec<Piece>> {
        let moment = self.moment;
        self.set_cache(ALLOTTING_CACHE)?;
        let allotted = self.write(|transaction| {
            let (pieces, new) = allot::allot(transaction, people)?;
            if !new.is_empty() {
                insert_events(transaction, moment, &[allotment(new.start, new.end - 1)])?;
            }
            Ok(pieces)
        });
        self.set_cache(CACHE)?;
        allotted
    }

    fn codes(&self) -> Result<Vec<(Piece, CodeDigest)>> {
        self.read("SELECT piece, digest FROM code ORDER BY ordinal", |row| Ok((row.get(0)?, row.get(1)?)))
    }

    fn record_codes(&mut self, codes: &mut dyn Iterator<Item = (Piece, CodeDigest)>) -> Result<()> {
        self.write(|transaction| {
            let mut add = transaction.prepare_cached("INSERT INTO code (piece, digest) VALUES (?, ?)")?;
            for (piece, digest) in codes {
                add.execute(params![piece, digest])?;
            }
            Ok(())
        })
    }

    fn job(&mut self, digest: &str) -> Result<u32> {
        self.write(|transaction| {
            let known = transaction.query_row("SELECT ordinal FROM job WHERE digest = ?", [digest], |row| row.get(0)).optional()?;
            if let Some(ordinal) = known {
                return Ok(ordinal);
            }
            let ordinal = transaction.query_row("SELECT coalesce(max(ordinal), 0) + 1 FROM job", [], |row| row.get(0))?;
            transaction.execute("INSERT INTO job (ordinal, digest) VALUES (?, ?)", params![ordinal, digest])?;
            Ok(ordinal)
        })
    }

    fn record_standing(&mut self, job: u32, rows: u64, merged: u64, people: &mut dyn Iterator<Item = Standing>) -> Result<()> {
        self.write(|transaction| {
            transaction.execute("DELETE FROM standing", [])?;
            transaction.execute(
                "INSERT OR REPLACE INTO standing_source (id, job, rows, merged) VALUES (1, ?, ?, ?)",
                params![job, rows.cast_signed(), merged.cast_signed()],
            )?;
            let mut add =
                transaction.prepare_cached("INSERT INTO standing (record, person, piece, disposition, reason) VALUES (?, ?, ?, ?, ?)")?;
            for person in people {
                add.execute(params![person.record, person.person, person.piece, person.disposition, person.reason])?;
            }
            Ok(())
        })
    }

    fn standing(&self) -> Result<Option<RecordedStanding>> {
        let source = self.read("SELECT job, rows, merged FROM standing_source", |row| {
            Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned(), row.get::<_, i64>(2)?.cast_unsigned()))
        })?;
        let Some((job, rows, merged)) = source.into_iter().next() else { return Ok(None) };
        let people = self.read("SELECT record, person, piece, disposition, reason FROM standing ORDER BY ordinal", |row| {
            let (record, person, piece) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Standing { record, person, piece, disposition: row.get(3)?, reason: row.get(4)? })
        })?;
        Ok(Some((job, rows, merged, people)))
    }

    fn append(&mut self, events: &[NewEvent]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let moment = self.moment;
        self.write(|transaction| insert_events(transaction, moment, events))
    }

    fn states(&self) -> Result<Vec<PieceState>> {
        self.read(STATES, |row| {
            let piece = row.get(0)?;
            let Some(kind) = row.get::<_, Option<String>>(1)? else {
                return Ok(PieceState { piece, state: EventKind::Allotted, attempt: 0, detail: String::new() });
            };
            Ok(PieceState { piece, state: known_kind(&kind)?, attempt: row.get(2)?, detail: row.get(3)? })
        })
    }

    fn events(&self) -> Result<Vec<Event>> {
        self.read("SELECT ordinal, moment, kind, piece, attempt, job, detail FROM event ORDER BY ordinal", |row| {
            let moment = match row.get::<_, Option<String>>(1)? {
                Some(text) => Some(text.parse().map_err(|_| Fault::Ours(unreadable_entry()))?),
                None => None,
            };
            let kind = known_kind(&row.get::<_, String>(2)?)?;
            let event = NewEvent { kind, piece: row.get(3)?, attempt: row.get(4)?, job: row.get(5)?, detail: row.get(6)? };
            Ok(Event { ordinal: row.get(0)?, moment, event })
        })
    }
}

fn insert_events(transaction: &Transaction<'_>, moment: Option<Timestamp>, events: &[NewEvent]) -> Result<(), Fault> {
    let moment = moment.map(|moment| moment.to_string());
    let mut add = transaction.prepare_cached("INSERT INTO event (moment, kind, piece, attempt, job, detail) VALUES (?, ?, ?, ?, ?, ?)")?;
    for event in events {
        add.execute(params![moment, event.kind.id(), event.piece, event.attempt, event.job, event.detail])?;
    }
    Ok(())
}

fn known_kind(id: &str) -> Result<EventKind, Fault> {
    EventKind::from_id(id).ok_or_else(|| Fault::Ours(unreadable_entry()))
}

/// One event for all the numbers of a call: the table of pieces already names each.
fn allotment(first: Piece, last: Piece) -> NewEvent {
    NewEvent { kind: EventKind::Allotted, piece: None, attempt: 0, job: 0, detail: format!("{first:07}-{last:07}") }
}

//! Links and events in the SQLite file, and the states that the events make.

use super::session::{Answer, readable, rows};
use crate::error::Result;
use crate::ledger::chain::{Link, StoredEvent};
use crate::ledger::{EventKind, Piece, PieceState};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

const EVENT: &str = "ordinal, kind, piece, attempt, job, detail, digest, mark";
const LINK: &str = "id, worker, number, moment, events, digest";

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    let (id, worker, number) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(Link { id, worker, number, moment: row.get(3)?, events: row.get(4)?, digest: row.get(5)? })
}

pub(super) fn head(transaction: &Transaction<'_>, worker: &str) -> rusqlite::Result<Option<Link>> {
    let query = format!("SELECT {LINK} FROM link WHERE worker = ? ORDER BY number DESC LIMIT 1");
    transaction.prepare_cached(&query)?.query_row([worker], link).optional()
}

pub(super) fn heads(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Link>> {
    let query = format!(
        "SELECT {LINK} FROM link JOIN (SELECT worker AS whose, max(number) AS last FROM link GROUP BY worker) ON worker = whose AND number = last ORDER BY worker"
    );
    transaction.prepare(&query)?.query_map([], link)?.collect()
}

pub(super) fn of_number(transaction: &Transaction<'_>, worker: &str, number: i64) -> rusqlite::Result<Option<Link>> {
    let query = format!("SELECT {LINK} FROM link WHERE worker = ? AND number = ?");
    transaction.prepare_cached(&query)?.query_row(params![worker, number], link).optional()
}

pub(super) fn add(transaction: &Transaction<'_>, link: &Link, events: &[StoredEvent]) -> rusqlite::Result<()> {
    let add = format!("INSERT INTO link ({LINK}) VALUES (?, ?, ?, ?, ?, ?)");
    transaction.prepare_cached(&add)?.execute(params![link.id, link.worker, link.number, link.moment, link.events, link.digest])?;
    let mut add = transaction
        .prepare_cached("INSERT INTO event (ordinal, kind, piece, attempt, job, detail, digest, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
    for event in events {
        add.execute(params![event.ordinal, event.kind, event.piece, event.attempt, event.job, event.detail, event.digest, event.mark])?;
    }
    Ok(())
}

pub(super) fn each(transaction: &Transaction<'_>, each: &mut dyn FnMut(Link) -> Result<()>) -> Answer<()> {
    let mut statement = transaction.prepare(&format!("SELECT {LINK} FROM link ORDER BY worker, number"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(link(row)?)?;
    }
    Ok(())
}

pub(super) fn each_event(transaction: &Transaction<'_>, each: &mut dyn FnMut(StoredEvent) -> Result<()>) -> Answer<()> {
    let mut statement = transaction.prepare(&format!("SELECT {EVENT} FROM event ORDER BY ordinal"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(event(row)?)?;
    }
    Ok(())
}

fn event(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    let (ordinal, kind, piece, attempt) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    let (job, detail, digest, mark) = (row.get(4)?, row.get(5)?, row.get(6)?, row.get(7)?);
    Ok(StoredEvent { ordinal, kind, piece, attempt, job, detail, digest, mark })
}

pub(super) fn latest(transaction: &Transaction<'_>, kinds: &[&str], pieces: &[Piece]) -> rusqlite::Result<Vec<StoredEvent>> {
    let kinds: String = kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
    let query = format!("SELECT {EVENT} FROM event WHERE piece = ? AND kind IN ({kinds}) ORDER BY ordinal DESC LIMIT 1");
    let mut statement = transaction.prepare_cached(&query)?;
    let mut events = Vec::new();
    for piece in pieces {
        events.extend(statement.query_row([piece], event).optional()?);
    }
    Ok(events)
}

/// Columns of a state; the tables are `piece` and `event`.
pub(super) fn state(row: &Row<'_>, from: usize) -> Answer<PieceState> {
    let piece = row.get(from)?;
    let Some(kind) = row.get::<_, Option<String>>(from + 1)? else {
        return Ok(PieceState { piece, state: EventKind::Allotted, attempt: 0, job: 0, detail: String::new() });
    };
    let state = readable(EventKind::from_id(&kind))?;
    Ok(PieceState { piece, state, attempt: row.get(from + 2)?, job: row.get(from + 3)?, detail: row.get(from + 4)? })
}

pub(super) fn each_state(transaction: &Transaction<'_>, each: &mut dyn FnMut(PieceState) -> Result<()>) -> Answer<()> {
    let query = "SELECT piece.number, event.kind, event.attempt, event.job, event.detail
        FROM piece LEFT JOIN event ON event.ordinal = (SELECT max(ordinal) FROM event AS latest WHERE latest.piece = piece.number)
        ORDER BY piece.number";
    let mut statement = transaction.prepare(query)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(state(row, 0)?)?;
    }
    Ok(())
}

pub(super) fn states_of(transaction: &Transaction<'_>, pieces: &[Piece]) -> Answer<Vec<PieceState>> {
    let query = "SELECT piece.number, event.kind, event.attempt, event.job, event.detail
        FROM piece LEFT JOIN event ON event.ordinal = (SELECT max(ordinal) FROM event AS latest WHERE latest.piece = piece.number)
        WHERE piece.number = ?";
    let mut states = Vec::with_capacity(pieces.len());
    for piece in pieces {
        states.extend(rows(transaction, query, [piece], |row| state(row, 0))?);
    }
    Ok(states)
}

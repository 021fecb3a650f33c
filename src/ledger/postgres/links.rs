//! Links and events in the schema, and the states that the events make.

use super::connection::{Connection, bytes, number, piece, value};
use crate::error::Result;
use crate::ledger::chain::{Link, StoredEvent};
use crate::ledger::faults::{OPTION, unreadable_entry};
use crate::ledger::{EventKind, Piece, PieceState};
use postgres::Row;

/// Locks the end of a chain, and only then draws the next link's id: ids of a chain rise with its numbers.
const HEAD: &str = "WITH head AS MATERIALIZED (SELECT id, name, number, moment, events, digest FROM worker WHERE name = $1 FOR UPDATE)
    SELECT id, name, number, moment, events, digest, nextval('link_id') FROM head";
const BEGIN_CHAIN: &str = "INSERT INTO worker (name) VALUES ($1) ON CONFLICT (name) DO NOTHING";

const HEADS: &str = "SELECT id, name, number, moment, events, digest FROM worker WHERE number > 0 ORDER BY name";
const OF_NUMBER: &str = "SELECT id, worker, number, moment, events, digest FROM link WHERE worker = $1 AND number = $2";
const EACH_LINK: &str = "SELECT id, worker, number, moment, events, digest FROM link ORDER BY worker, number";
pub(super) const NEXT: &str = "SELECT nextval('link_id')";

/// A link, the new end of its chain, and its events: in one statement, for senders do this thousands of times a second.
const ADD: &str = "WITH added AS (INSERT INTO link (id, worker, number, moment, events, digest) VALUES ($1, $2, $3, $4, $5, $6)),
    moved AS (UPDATE worker SET id = $1, number = $3, moment = $4, events = $5, digest = $6 WHERE name = $2)
    INSERT INTO event (ordinal, kind, piece, attempt, job, detail, digest, mark)
    SELECT * FROM unnest($7::bigint[], $8::text[], $9::integer[], $10::bigint[], $11::bigint[], $12::text[], $13::bytea[], $14::bigint[])";

const EACH_EVENT: &str = "SELECT ordinal, kind, piece, attempt, job, detail, digest, mark FROM event ORDER BY ordinal";

const LATEST: &str = "SELECT latest.* FROM unnest($1::integer[]) WITH ORDINALITY AS asked (piece, place)
    CROSS JOIN LATERAL (SELECT ordinal, kind, piece, attempt, job, detail, digest, mark FROM event
        WHERE event.piece = asked.piece AND kind = ANY($2) ORDER BY ordinal DESC LIMIT 1) AS latest
    ORDER BY asked.place";

const EACH_STATE: &str = "SELECT piece.number, latest.kind, latest.attempt, latest.job, latest.detail
    FROM piece LEFT JOIN (SELECT DISTINCT ON (piece) piece, kind, attempt, job, detail FROM event WHERE piece IS NOT NULL
        ORDER BY piece, ordinal DESC) AS latest ON latest.piece = piece.number
    ORDER BY piece.number";

const STATES_OF: &str = "SELECT piece.number, latest.kind, latest.attempt, latest.job, latest.detail
    FROM unnest($1::integer[]) WITH ORDINALITY AS asked (piece, place) JOIN piece ON piece.number = asked.piece
    LEFT JOIN LATERAL (SELECT kind, attempt, job, detail FROM event WHERE event.piece = asked.piece ORDER BY ordinal DESC LIMIT 1)
        AS latest ON true
    ORDER BY asked.place";

fn link(row: &Row) -> Result<Link> {
    let (id, worker, number) = (value(row, 0)?, value(row, 1)?, value(row, 2)?);
    Ok(Link { id, worker, number, moment: value(row, 3)?, events: value(row, 4)?, digest: bytes(row, 5)? })
}

/// The end of a chain, which is begun when it was not, and the id of the link that may follow.
pub(super) fn head(connection: &mut Connection, worker: &str) -> Result<(Option<Link>, i64)> {
    let row = match connection.optional(HEAD, &[&worker])? {
        Some(row) => row,
        None => {
            connection.run(BEGIN_CHAIN, &[&worker])?;
            connection.row(HEAD, &[&worker])?
        }
    };
    let begun = value::<i64>(&row, 2)? > 0;
    Ok((begun.then(|| link(&row)).transpose()?, value(&row, 6)?))
}

pub(super) fn heads(connection: &mut Connection) -> Result<Vec<Link>> {
    connection.rows(HEADS, &[])?.iter().map(link).collect()
}

pub(super) fn of_number(connection: &mut Connection, worker: &str, number: i64) -> Result<Option<Link>> {
    connection.optional(OF_NUMBER, &[&worker, &number])?.as_ref().map(link).transpose()
}

pub(super) fn add(connection: &mut Connection, link: &Link, events: &[StoredEvent]) -> Result<()> {
    let ordinals: Vec<i64> = events.iter().map(|event| event.ordinal).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    let pieces: Vec<Option<i32>> = events.iter().map(|event| event.piece.map(|piece| piece as i32)).collect();
    let attempts: Vec<i64> = events.iter().map(|event| event.attempt).collect();
    let jobs: Vec<i64> = events.iter().map(|event| event.job).collect();
    let details: Vec<&str> = events.iter().map(|event| event.detail.as_str()).collect();
    let digests: Vec<Option<&[u8]>> = events.iter().map(|event| event.digest.as_deref()).collect();
    let marks: Vec<i64> = events.iter().map(|event| event.mark).collect();
    let Link { id, worker, number, moment, events, digest } = link;
    let digest = digest.as_slice();
    let values: super::connection::Values<'_> =
        &[id, worker, number, moment, events, &digest, &ordinals, &kinds, &pieces, &attempts, &jobs, &details, &digests, &marks];
    connection.run(ADD, values).map(drop)
}

pub(super) fn each(connection: &mut Connection, each: &mut dyn FnMut(Link) -> Result<()>) -> Result<()> {
    connection.each(EACH_LINK, &mut |row| each(link(row)?))
}

pub(super) fn each_event(connection: &mut Connection, each: &mut dyn FnMut(StoredEvent) -> Result<()>) -> Result<()> {
    connection.each(EACH_EVENT, &mut |row| each(event(row)?))
}

fn event(row: &Row) -> Result<StoredEvent> {
    let (ordinal, kind, piece) = (value(row, 0)?, value(row, 1)?, value::<Option<i32>>(row, 2)?.map(i64::from));
    let (attempt, job, detail) = (value(row, 3)?, value(row, 4)?, value(row, 5)?);
    Ok(StoredEvent { ordinal, kind, piece, attempt, job, detail, digest: value(row, 6)?, mark: value(row, 7)? })
}

pub(super) fn latest(connection: &mut Connection, kinds: &[&str], pieces: &[Piece]) -> Result<Vec<StoredEvent>> {
    connection.rows_of_list(LATEST, &[&signed(pieces), &kinds], pieces.len())?.iter().map(event).collect()
}

/// Columns of a state, which is empty when nothing has happened.
pub(super) fn state(row: &Row, from: usize) -> Result<PieceState> {
    let piece = piece(row, from)?;
    let Some(kind) = value::<Option<&str>>(row, from + 1)? else {
        return Ok(PieceState { piece, state: EventKind::Allotted, attempt: 0, job: 0, detail: String::new() });
    };
    let state = EventKind::from_id(kind).ok_or_else(|| unreadable_entry(OPTION))?;
    Ok(PieceState { piece, state, attempt: number(row, from + 2)?, job: number(row, from + 3)?, detail: value(row, from + 4)? })
}

pub(super) fn each_state(connection: &mut Connection, each: &mut dyn FnMut(PieceState) -> Result<()>) -> Result<()> {
    connection.each(EACH_STATE, &mut |row| each(state(row, 0)?))
}

pub(super) fn states_of(connection: &mut Connection, pieces: &[Piece]) -> Result<Vec<PieceState>> {
    connection.rows_of_list(STATES_OF, &[&signed(pieces)], pieces.len())?.iter().map(|row| state(row, 0)).collect()
}

pub(super) fn signed(pieces: &[Piece]) -> Vec<i32> {
    pieces.iter().map(|piece| piece.cast_signed()).collect()
}

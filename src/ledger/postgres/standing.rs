//! Jobs and the latest standing in the schema.

use super::connection::{Connection, fitting, number, value};
use super::links;
use crate::error::Result;
use crate::ledger::store::Counted;
use crate::ledger::{Listed, Standing};
use postgres::Row;
use postgres::types::Type;

const JOB: &str = "SELECT ordinal FROM job WHERE digest = $1";
const ADD_JOB: &str = "INSERT INTO job (ordinal, digest) SELECT coalesce(max(ordinal), 0) + 1, $1 FROM job RETURNING ordinal";

const CLEAR: &str = "DELETE FROM standing";
const SET_SOURCE: &str = "INSERT INTO standing_source (id, job, rows, merged) VALUES (1, $1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET job = excluded.job, rows = excluded.rows, merged = excluded.merged";
const COPY: &str = "COPY standing (record, person, provider, piece, disposition, reason) FROM STDIN (FORMAT binary)";
const COLUMNS: [Type; 6] = [Type::TEXT, Type::TEXT, Type::TEXT, Type::INT4, Type::TEXT, Type::TEXT];

const EACH: &str = "SELECT record, person, provider, piece, disposition, reason FROM standing";
const SOURCE: &str = "SELECT job, rows, merged FROM standing_source";
const COUNT: &str = "SELECT disposition, reason, state.kind, count(*) FROM standing LEFT JOIN state ON state.piece = standing.piece
    GROUP BY disposition, reason, state.kind";
const COUNT_GONE: &str = "SELECT kind, count(*) FROM state
    WHERE NOT EXISTS (SELECT 1 FROM standing WHERE standing.piece = state.piece)
    AND NOT EXISTS (SELECT 1 FROM piece WHERE piece.number = state.piece AND piece.person LIKE 'seed:%') GROUP BY kind";
const LISTED: &str = "SELECT record, person, provider, disposition, event.piece, event.kind, event.attempt, event.job, event.detail
    FROM state JOIN event ON event.ordinal = state.ordinal JOIN standing ON standing.piece = state.piece
    WHERE state.kind = ANY($1) ORDER BY state.piece";

/// The ordinal of a job that is known.
pub(super) fn known_job(connection: &mut Connection, digest: &str) -> Result<Option<u32>> {
    connection.optional(JOB, &[&digest])?.map(|row| fitting(value::<i32>(&row, 0)?)).transpose()
}

/// The next ordinal; the caller holds the jobs and has looked whether it is known.
pub(super) fn add_job(connection: &mut Connection, digest: &str) -> Result<u32> {
    fitting(value::<i32>(&connection.row(ADD_JOB, &[&digest])?, 0)?)
}

/// Puts a standing in the place of the one before; the caller holds the standing.
pub(super) fn replace(
    connection: &mut Connection,
    job: u32,
    rows: u64,
    merged: u64,
    people: &mut dyn Iterator<Item = Standing>,
) -> Result<()> {
    connection.run(CLEAR, &[])?;
    connection.run(SET_SOURCE, &[&i64::from(job), &rows.cast_signed(), &merged.cast_signed()])?;
    let mut people = people.map(|person| (person.piece.map(u32::cast_signed), person));
    connection.copy(COPY, &COLUMNS, &mut people, |(piece, person)| {
        [&person.record, &person.person, &person.provider, piece, &person.disposition, &person.reason]
    })
}

pub(super) fn each(connection: &mut Connection, each: &mut dyn FnMut(Standing) -> Result<()>) -> Result<()> {
    connection.each(EACH, &mut |row| {
        let (record, person, provider) = (value(row, 0)?, value(row, 1)?, value(row, 2)?);
        let piece = value::<Option<i32>>(row, 3)?.map(fitting).transpose()?;
        each(Standing { record, person, provider, piece, disposition: value(row, 4)?, reason: value(row, 5)? })
    })
}

pub(super) fn source(connection: &mut Connection) -> Result<Option<(u32, u64, u64)>> {
    let source = |row: Row| Ok((number(&row, 0)?, number(&row, 1)?, number(&row, 2)?));
    connection.optional(SOURCE, &[])?.map(source).transpose()
}

pub(super) fn count(connection: &mut Connection) -> Result<Vec<Counted>> {
    let counted = |row: &Row| Ok((value(row, 0)?, value(row, 1)?, value(row, 2)?, number(row, 3)?));
    connection.rows(COUNT, &[])?.iter().map(counted).collect()
}

pub(super) fn count_gone(connection: &mut Connection) -> Result<Vec<(String, u64)>> {
    connection.rows(COUNT_GONE, &[])?.iter().map(|row| Ok((value(row, 0)?, number(row, 1)?))).collect()
}

pub(super) fn listed(connection: &mut Connection, states: &[&str]) -> Result<Vec<Listed>> {
    let listed = |row: &Row| {
        let (record, person, provider, disposition) = (value(row, 0)?, value(row, 1)?, value(row, 2)?, value(row, 3)?);
        Ok(Listed { record, person, provider, disposition, state: links::state(row, 4)? })
    };
    connection.rows(LISTED, &[&states])?.iter().map(listed).collect()
}

//! Jobs and the latest standing in the SQLite file.

use super::links;
use super::session::{Answer, rows};
use crate::error::Result;
use crate::ledger::store::Counted;
use crate::ledger::{Listed, Standing};
use rusqlite::{OptionalExtension as _, Transaction, params};

pub(super) fn job(transaction: &Transaction<'_>, digest: &str) -> rusqlite::Result<u32> {
    let known = transaction.query_row("SELECT ordinal FROM job WHERE digest = ?", [digest], |row| row.get(0)).optional()?;
    if let Some(ordinal) = known {
        return Ok(ordinal);
    }
    let ordinal = transaction.query_row("SELECT coalesce(max(ordinal), 0) + 1 FROM job", [], |row| row.get(0))?;
    transaction.execute("INSERT INTO job (ordinal, digest) VALUES (?, ?)", params![ordinal, digest])?;
    Ok(ordinal)
}

pub(super) fn replace(
    transaction: &Transaction<'_>,
    job: u32,
    rows: u64,
    merged: u64,
    people: &mut dyn Iterator<Item = Standing>,
) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM standing", [])?;
    transaction.execute(
        "INSERT OR REPLACE INTO standing_source (id, job, rows, merged) VALUES (1, ?, ?, ?)",
        params![job, rows.cast_signed(), merged.cast_signed()],
    )?;
    let mut add = transaction
        .prepare_cached("INSERT INTO standing (record, person, provider, piece, disposition, reason) VALUES (?, ?, ?, ?, ?, ?)")?;
    for person in people {
        add.execute(params![person.record, person.person, person.provider, person.piece, person.disposition, person.reason])?;
    }
    Ok(())
}

pub(super) fn each(transaction: &Transaction<'_>, each: &mut dyn FnMut(Standing) -> Result<()>) -> Answer<()> {
    let mut statement = transaction.prepare("SELECT record, person, provider, piece, disposition, reason FROM standing")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (record, person, provider) = (row.get(0)?, row.get(1)?, row.get(2)?);
        each(Standing { record, person, provider, piece: row.get(3)?, disposition: row.get(4)?, reason: row.get(5)? })?;
    }
    Ok(())
}

pub(super) fn source(transaction: &Transaction<'_>) -> rusqlite::Result<Option<(u32, u64, u64)>> {
    let query = "SELECT job, rows, merged FROM standing_source";
    let source = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned(), row.get::<_, i64>(2)?.cast_unsigned()));
    transaction.query_row(query, [], source).optional()
}

pub(super) fn count(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Counted>> {
    let query = "SELECT disposition, reason, state.kind, count(*) FROM standing LEFT JOIN state ON state.piece = standing.piece
        GROUP BY disposition, reason, state.kind";
    let counted = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, i64>(3)?.cast_unsigned()));
    transaction.prepare(query)?.query_map([], counted)?.collect()
}

pub(super) fn count_gone(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<(String, u64)>> {
    let query = "SELECT kind, count(*) FROM state WHERE piece NOT IN (SELECT piece FROM standing WHERE piece IS NOT NULL)
        AND piece NOT IN (SELECT number FROM piece WHERE person >= 'seed:' AND person < 'seed;') GROUP BY kind";
    transaction.prepare(query)?.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())))?.collect()
}

pub(super) fn listed(transaction: &Transaction<'_>, states: &[&str]) -> Answer<Vec<Listed>> {
    let query = "SELECT record, person, provider, disposition, event.piece, event.kind, event.attempt, event.job, event.detail
        FROM state JOIN event ON event.ordinal = state.ordinal JOIN standing ON standing.piece = state.piece
        WHERE state.kind = ? ORDER BY state.piece";
    let mut listed = Vec::new();
    for state in states {
        listed.extend(rows(transaction, query, [state], |row| {
            let (record, person, provider, disposition) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Listed { record, person, provider, disposition, state: links::state(row, 4)? })
        })?);
    }
    listed.sort_by_key(|listed| listed.state.piece);
    Ok(listed)
}

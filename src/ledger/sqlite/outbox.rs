//! The outbox in the SQLite file.

use crate::ledger::store::{Already, Due, Leasing, Millis};
use crate::ledger::{Lease, Piece};
use rusqlite::{OptionalExtension as _, Transaction, params};

pub(super) fn queue(transaction: &Transaction<'_>, rows: &[Due]) -> rusqlite::Result<()> {
    let mut add = transaction.prepare_cached("INSERT INTO outbox (piece, attempt, due) VALUES (?, ?, ?) ON CONFLICT (piece) DO NOTHING")?;
    rows.iter().try_for_each(|row| add.execute(params![row.piece, row.attempt, row.due]).map(drop))
}

pub(super) fn waiting(transaction: &Transaction<'_>, now: Millis) -> rusqlite::Result<Vec<(Piece, u32)>> {
    let query = "SELECT piece, attempt FROM outbox WHERE NOT begun AND (sender IS NULL OR until < ?) ORDER BY piece";
    transaction.prepare_cached(query)?.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

pub(super) fn unqueue(transaction: &Transaction<'_>, pieces: &[Piece], now: Millis) -> rusqlite::Result<Vec<(Piece, u32)>> {
    let query = "DELETE FROM outbox WHERE piece = ? AND NOT begun AND (sender IS NULL OR until < ?) RETURNING piece, attempt";
    let mut remove = transaction.prepare_cached(query)?;
    let mut removed = Vec::with_capacity(pieces.len());
    for piece in pieces {
        removed.extend(remove.query_row(params![piece, now], |row| Ok((row.get(0)?, row.get(1)?))).optional()?);
    }
    Ok(removed)
}

pub(super) fn lease(transaction: &Transaction<'_>, leasing: Leasing) -> rusqlite::Result<Vec<Lease>> {
    let Leasing { sender, now, due, until, most } = leasing;
    let query = "SELECT piece, attempt FROM outbox
        WHERE due <= ? AND NOT begun AND (sender IS NULL OR until < ?) ORDER BY due, piece LIMIT ?";
    let rows: Vec<(Piece, u32)> = transaction
        .prepare_cached(query)?
        .query_map(params![due, now, most as i64], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let last: i64 =
        transaction.prepare_cached("UPDATE token SET last = last + ? RETURNING last")?.query_row([rows.len() as i64], |row| row.get(0))?;
    let mut take = transaction.prepare_cached("UPDATE outbox SET sender = ?, until = ?, token = ? WHERE piece = ?")?;
    let mut leases = Vec::with_capacity(rows.len());
    let first = last - rows.len() as i64 + 1;
    for ((piece, attempt), token) in rows.into_iter().zip(first..) {
        take.execute(params![sender, until, token, piece])?;
        leases.push(Lease { piece, attempt, token });
    }
    Ok(leases)
}

pub(super) fn renew(transaction: &Transaction<'_>, sender: i64, until: Millis) -> rusqlite::Result<()> {
    transaction.prepare_cached("UPDATE outbox SET until = ? WHERE sender = ?")?.execute([until, sender]).map(drop)
}

/// As the only sender it frees what a dead one held, too.
pub(super) fn give_back(transaction: &Transaction<'_>, behind: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE outbox SET sender = NULL, until = NULL, token = 0 WHERE NOT begun AND sender IS NOT NULL AND token > ?")?
        .execute([behind])
        .map(drop)
}

pub(super) fn begin_messages(transaction: &Transaction<'_>, leases: &[Lease]) -> rusqlite::Result<Vec<Option<Already>>> {
    let mut look = transaction.prepare_cached("SELECT begun FROM outbox WHERE piece = ? AND token = ?")?;
    let mut mark = transaction.prepare_cached("UPDATE outbox SET begun = 1 WHERE piece = ?")?;
    let mut begin = |lease: &Lease| {
        let begun: Option<bool> = look.query_row(params![lease.piece, lease.token], |row| row.get(0)).optional()?;
        if begun == Some(false) {
            mark.execute([lease.piece])?;
        }
        Ok(begun.map(|begun| if begun { Already::Begun } else { Already::Not }))
    };
    leases.iter().map(&mut begin).collect()
}

pub(super) fn settle(transaction: &Transaction<'_>, leases: &[Lease]) -> rusqlite::Result<Vec<bool>> {
    let mut remove = transaction.prepare_cached("DELETE FROM outbox WHERE piece = ? AND token = ?")?;
    leases.iter().map(|lease| Ok(remove.execute(params![lease.piece, lease.token])? > 0)).collect()
}

pub(super) fn put_off(transaction: &Transaction<'_>, leases: &[(Lease, Millis)]) -> rusqlite::Result<Vec<bool>> {
    let mut put_off = transaction.prepare_cached(
        "UPDATE outbox SET begun = 0, sender = NULL, until = NULL, token = 0, attempt = ?, due = ? WHERE piece = ? AND token = ?",
    )?;
    leases.iter().map(|(lease, due)| Ok(put_off.execute(params![lease.attempt + 1, due, lease.piece, lease.token])? > 0)).collect()
}

pub(super) fn abandoned(transaction: &Transaction<'_>, now: Millis, all: bool) -> rusqlite::Result<Vec<(Piece, u32)>> {
    let mut remove = transaction.prepare_cached("DELETE FROM outbox WHERE begun AND (?1 OR until < ?2) RETURNING piece, attempt")?;
    let mut rows: Vec<(Piece, u32)> =
        remove.query_map(params![all, now], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    rows.sort_unstable();
    Ok(rows)
}

pub(super) fn earliest(transaction: &Transaction<'_>) -> rusqlite::Result<Option<(u64, Millis)>> {
    let found: (i64, Option<Millis>) =
        transaction.query_row("SELECT count(*), min(due) FROM outbox", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(found.1.map(|due| (found.0.cast_unsigned(), due)))
}

//! The outbox in the schema. Each question is one statement, whatever the number of rows; who leases passes over rows that
//! somebody else is at work on.

use super::connection::{Connection, fitting, number, piece, value};
use super::links::signed;
use crate::error::Result;
use crate::ledger::store::{Already, Due, Leasing, Millis};
use crate::ledger::{Lease, Piece};
use postgres::Row;
use std::collections::{BTreeMap, BTreeSet};

/// The server's clock: those of the machines differ.
pub(super) const NOW: &str = "SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

const QUEUE: &str = "INSERT INTO outbox (piece, attempt, due) SELECT * FROM unnest($1::integer[], $2::bigint[], $3::bigint[])
    ON CONFLICT (piece) DO NOTHING";
const WAITING: &str = "SELECT piece, attempt FROM outbox WHERE NOT begun AND (sender IS NULL OR until < $1) ORDER BY piece";
const UNQUEUE: &str = "DELETE FROM outbox USING unnest($1::integer[]) AS asked (piece)
    WHERE outbox.piece = asked.piece AND NOT begun AND (sender IS NULL OR until < $2) RETURNING outbox.piece, attempt";

const LEASE: &str = "WITH free AS MATERIALIZED (SELECT piece FROM outbox
        WHERE due <= $1 AND NOT begun AND (sender IS NULL OR until < $2) ORDER BY due, piece LIMIT $4 FOR UPDATE SKIP LOCKED)
    UPDATE outbox SET sender = $3, until = $5, token = nextval('lease_token') FROM free WHERE outbox.piece = free.piece
    RETURNING due, outbox.piece, attempt, token";
const RENEW: &str = "UPDATE outbox SET until = $2 WHERE sender = $1";
const GIVE_BACK: &str = "UPDATE outbox SET sender = NULL, until = NULL, token = 0 WHERE sender = $1 AND NOT begun AND token > $2";

const BEGIN: &str = "WITH held AS MATERIALIZED (SELECT outbox.piece, outbox.begun
        FROM unnest($1::integer[], $2::bigint[]) AS asked (piece, token)
        JOIN outbox ON outbox.piece = asked.piece AND outbox.token = asked.token FOR UPDATE OF outbox),
    marked AS (UPDATE outbox SET begun = true FROM held WHERE outbox.piece = held.piece AND NOT held.begun)
    SELECT piece, begun FROM held";
const SETTLE: &str = "DELETE FROM outbox USING unnest($1::integer[], $2::bigint[]) AS asked (piece, token)
    WHERE outbox.piece = asked.piece AND outbox.token = asked.token RETURNING outbox.piece";
const PUT_OFF: &str = "UPDATE outbox SET begun = false, sender = NULL, until = NULL, token = 0, attempt = asked.attempt, due = asked.due
    FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[]) AS asked (piece, token, attempt, due)
    WHERE outbox.piece = asked.piece AND outbox.token = asked.token RETURNING outbox.piece";

const ABANDONED: &str = "WITH gone AS MATERIALIZED (SELECT piece FROM outbox WHERE begun AND ($1 OR until < $2) FOR UPDATE SKIP LOCKED)
    DELETE FROM outbox USING gone WHERE outbox.piece = gone.piece RETURNING outbox.piece, attempt";
const EARLIEST: &str = "SELECT count(*), min(due) FROM outbox";

pub(super) fn queue(connection: &mut Connection, rows: &[Due]) -> Result<()> {
    let pieces: Vec<i32> = rows.iter().map(|row| row.piece.cast_signed()).collect();
    let attempts: Vec<i64> = rows.iter().map(|row| row.attempt.into()).collect();
    let dues: Vec<Millis> = rows.iter().map(|row| row.due).collect();
    connection.run(QUEUE, &[&pieces, &attempts, &dues]).map(drop)
}

pub(super) fn waiting(connection: &mut Connection, now: Millis) -> Result<Vec<(Piece, u32)>> {
    connection.rows(WAITING, &[&now])?.iter().map(attempt).collect()
}

pub(super) fn unqueue(connection: &mut Connection, pieces: &[Piece], now: Millis) -> Result<Vec<(Piece, u32)>> {
    sorted(&connection.rows_of_list(UNQUEUE, &[&signed(pieces), &now], pieces.len())?)
}

pub(super) fn lease(connection: &mut Connection, leasing: Leasing) -> Result<Vec<Lease>> {
    let Leasing { sender, now, due, until, most } = leasing;
    let lease = |row: &Row| {
        let lease = Lease { piece: piece(row, 1)?, attempt: number(row, 2)?, token: value(row, 3)? };
        Ok((value::<Millis>(row, 0)?, lease))
    };
    let rows = connection.rows(LEASE, &[&due, &now, &sender, &(most as i64), &until])?;
    let mut leases: Vec<(Millis, Lease)> = rows.iter().map(lease).collect::<Result<_>>()?;
    leases.sort_unstable_by_key(|(due, lease)| (*due, lease.piece));
    Ok(leases.into_iter().map(|(_, lease)| lease).collect())
}

pub(super) fn renew(connection: &mut Connection, sender: i64, until: Millis) -> Result<()> {
    connection.run(RENEW, &[&sender, &until]).map(drop)
}

pub(super) fn give_back(connection: &mut Connection, sender: i64, behind: i64) -> Result<()> {
    connection.run(GIVE_BACK, &[&sender, &behind]).map(drop)
}

pub(super) fn begin_messages(connection: &mut Connection, leases: &[Lease]) -> Result<Vec<Option<Already>>> {
    let (pieces, tokens) = pieces_and_tokens(leases.iter());
    let rows = connection.rows(BEGIN, &[&pieces, &tokens])?;
    let held: BTreeMap<Piece, bool> = rows.iter().map(|row| Ok((piece(row, 0)?, value(row, 1)?))).collect::<Result<_>>()?;
    let already = |lease: &Lease| held.get(&lease.piece).map(|begun| if *begun { Already::Begun } else { Already::Not });
    Ok(leases.iter().map(already).collect())
}

pub(super) fn settle(connection: &mut Connection, leases: &[Lease]) -> Result<Vec<bool>> {
    let (pieces, tokens) = pieces_and_tokens(leases.iter());
    let settled = named(&connection.rows(SETTLE, &[&pieces, &tokens])?)?;
    Ok(leases.iter().map(|lease| settled.contains(&lease.piece)).collect())
}

pub(super) fn put_off(connection: &mut Connection, leases: &[(Lease, Millis)]) -> Result<Vec<bool>> {
    let (pieces, tokens) = pieces_and_tokens(leases.iter().map(|(lease, _)| lease));
    let attempts: Vec<i64> = leases.iter().map(|(lease, _)| i64::from(lease.attempt) + 1).collect();
    let dues: Vec<Millis> = leases.iter().map(|(_, due)| *due).collect();
    let moved = named(&connection.rows(PUT_OFF, &[&pieces, &tokens, &attempts, &dues])?)?;
    Ok(leases.iter().map(|(lease, _)| moved.contains(&lease.piece)).collect())
}

pub(super) fn abandoned(connection: &mut Connection, now: Millis, all: bool) -> Result<Vec<(Piece, u32)>> {
    sorted(&connection.rows(ABANDONED, &[&all, &now])?)
}

pub(super) fn earliest(connection: &mut Connection) -> Result<Option<(u64, Millis)>> {
    let row = connection.row(EARLIEST, &[])?;
    let rows = number(&row, 0)?;
    Ok(value::<Option<Millis>>(&row, 1)?.map(|due| (rows, due)))
}

fn pieces_and_tokens<'l>(leases: impl Iterator<Item = &'l Lease>) -> (Vec<i32>, Vec<i64>) {
    leases.map(|lease| (lease.piece.cast_signed(), lease.token)).unzip()
}

fn attempt(row: &Row) -> Result<(Piece, u32)> {
    Ok((piece(row, 0)?, number(row, 1)?))
}

fn sorted(rows: &[Row]) -> Result<Vec<(Piece, u32)>> {
    let mut attempts: Vec<(Piece, u32)> = rows.iter().map(attempt).collect::<Result<_>>()?;
    attempts.sort_unstable();
    Ok(attempts)
}

fn named(rows: &[Row]) -> Result<BTreeSet<Piece>> {
    rows.iter().map(|row| fitting(value::<i32>(row, 0)?)).collect()
}

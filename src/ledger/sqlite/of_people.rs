//! What the SQLite file holds of people, and removing it so that no byte of it is left in the file.

use super::faults::fault;
use crate::error::Result;
use crate::ledger::OfPeople;
use crate::ledger::faults::{FILE, busy};
use crate::ledger::store::Doing;
use rusqlite::{Connection, Row, Transaction};

const COUNT: &str = "SELECT (SELECT count(*) FROM piece WHERE person NOT LIKE '%removed:%'), (SELECT count(*) FROM bearer),
    (SELECT count(*) FROM alias), (SELECT count(*) FROM code), (SELECT count(*) FROM standing WHERE record <> 'removed'),
    (SELECT count(*) FROM outbox)";

/// Tables whose rows are never changed or removed otherwise.
const GUARDS: &str = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('piece', 'alias', 'code')";

/// `OR ROLLBACK` keeps the engine from putting pages as they were into a temporary file, to undo one statement alone.
const REMOVE: &str = "
    UPDATE OR ROLLBACK piece SET person = CASE WHEN person >= 'seed:' AND person < 'seed;' THEN 'seed:' ELSE '' END || printf('removed:%07d', number)
        WHERE person NOT LIKE '%removed:%';
    UPDATE OR ROLLBACK standing SET record = 'removed', person = CASE WHEN piece IS NULL THEN 'removed:' ELSE printf('removed:%07d', piece) END;
    DELETE FROM bearer;
    DELETE FROM alias;
    DELETE FROM code;
    DELETE FROM outbox;";

pub(super) fn count(transaction: &Transaction<'_>) -> rusqlite::Result<OfPeople> {
    let number = |row: &Row<'_>, column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.cast_unsigned());
    transaction.query_row(COUNT, [], |row| {
        let (keys, marks, aliases) = (number(row, 0)?, number(row, 1)?, number(row, 2)?);
        Ok(OfPeople { keys, marks, aliases, codes: number(row, 3)?, records: number(row, 4)?, outbox: number(row, 5)? })
    })
}

/// The guards of the tables stand aside within the transaction, and are the same after it.
pub(super) fn remove(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    // What is removed is overwritten: otherwise it stays in the free parts of the file's pages.
    transaction.query_row("PRAGMA secure_delete = ON", [], |_| Ok(()))?;
    let guards: Vec<(String, String)> =
        transaction.prepare(GUARDS)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
    for (name, _) in &guards {
        transaction.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    transaction.execute_batch(REMOVE)?;
    guards.iter().try_for_each(|(_, sql)| transaction.execute_batch(sql))
}

/// Writes the file anew without what was removed, and empties the write-ahead log, which held the pages as they were.
///
/// # Errors
/// Failed when another process reads the ledger, or the disk is full.
pub(super) fn compact(connection: &Connection) -> Result<()> {
    let told = |error: rusqlite::Error| fault(Doing::Writing, &error);
    connection.execute_batch("VACUUM").map_err(told)?;
    let is_busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(told)?;
    if is_busy { Err(busy(FILE)) } else { Ok(()) }
}

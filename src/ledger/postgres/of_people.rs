//! What the schema holds of people, and removing it so that the server's files of its tables hold nothing of it.

use super::connection::{Connection, number};
use crate::error::Result;
use crate::ledger::OfPeople;

const COUNT: &str = "SELECT (SELECT count(*) FROM piece WHERE person NOT LIKE '%removed:%'), (SELECT count(*) FROM bearer),
    (SELECT count(*) FROM alias), (SELECT count(*) FROM code), (SELECT count(*) FROM standing WHERE record <> 'removed'),
    (SELECT count(*) FROM outbox)";

/// The guards of the tables stand aside within the transaction. Setting a column's type, to what it is, forgets what the server has
/// gathered of its values: of a table without rows nothing else does.
const REMOVE: &str = "
    ALTER TABLE piece DISABLE TRIGGER piece_is_final;
    ALTER TABLE alias DISABLE TRIGGER alias_is_final;
    ALTER TABLE code DISABLE TRIGGER code_is_final;
    UPDATE piece SET person = CASE WHEN person LIKE 'seed:%' THEN 'seed:' ELSE '' END || 'removed:' || lpad(number::text, 7, '0')
        WHERE person NOT LIKE '%removed:%';
    UPDATE standing SET record = 'removed', person = 'removed:' || coalesce(lpad(piece::text, 7, '0'), '');
    DELETE FROM bearer;
    DELETE FROM alias;
    DELETE FROM code;
    DELETE FROM outbox;
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE bearer ALTER COLUMN marks TYPE bytea;
    ALTER TABLE alias ALTER COLUMN person TYPE text COLLATE \"C\";
    ALTER TABLE code ALTER COLUMN digest TYPE bytea;
    ALTER TABLE piece ENABLE TRIGGER piece_is_final;
    ALTER TABLE alias ENABLE TRIGGER alias_is_final;
    ALTER TABLE code ENABLE TRIGGER code_is_final;";

const TABLES: [&str; 6] = ["piece", "standing", "bearer", "alias", "code", "outbox"];

pub(super) fn count(connection: &mut Connection) -> Result<OfPeople> {
    let row = connection.row(COUNT, &[])?;
    let (keys, marks, aliases) = (number(&row, 0)?, number(&row, 1)?, number(&row, 2)?);
    Ok(OfPeople { keys, marks, aliases, codes: number(&row, 3)?, records: number(&row, 4)?, outbox: number(&row, 5)? })
}

pub(super) fn remove(connection: &mut Connection) -> Result<()> {
    connection.batch(REMOVE)
}

/// Writes the tables anew without what was removed.
pub(super) fn compact(connection: &mut Connection) -> Result<()> {
    TABLES.iter().try_for_each(|table| connection.batch(&format!("VACUUM (FULL, ANALYZE) {table}")))
}

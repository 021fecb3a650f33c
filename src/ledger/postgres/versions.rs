//! Making a schema a ledger: its version and whose it is.

use super::connection::{Connection, fitting, value};
use super::faults;
use crate::error::Result;
use crate::ledger::faults::{OPTION, newer, of_another};
use crate::ledger::store::Doing;

/// The steps that lead from an empty schema to the newest version; a ledger's version is the number of steps it has had.
const STEPS: [&str; 1] = [include_str!("schema/0001_first.sql")];

/// Where the connection would put tables, and whether the server is fit for a ledger.
const LOOK: &str = "SELECT current_schema() IS NOT NULL,
    current_setting('server_version_num')::integer >= 120000 AND current_setting('server_encoding') = 'UTF8'
        AND current_setting('fsync') = 'on'";

/// Whether there is a ledger in the search path, and how many other things are in its first schema; extensions do not count.
const FOUND: &str = "SELECT
    EXISTS (SELECT 1 FROM pg_attribute
        WHERE attrelid = to_regclass('schema_version') AND attname = 'breachnotice' AND NOT attisdropped),
    (SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = current_schema() AND NOT EXISTS (SELECT 1 FROM pg_depend
            WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'))";

const VERSION: &str = "SELECT coalesce(max(breachnotice), 0) FROM schema_version";
const ADVANCE: &str = "INSERT INTO schema_version (breachnotice) VALUES ($1)";

/// There is no table yet that could be locked.
const HOLD: &str = "SELECT pg_advisory_xact_lock(hashtextextended('breachnotice ' || current_schema(), 0))";

const OWN: &str = "INSERT INTO ledger (id, incident) VALUES (1, $1) ON CONFLICT DO NOTHING";
pub(super) const OWNER: &str = "SELECT incident FROM ledger";

/// Whether the schema holds a ledger.
///
/// # Errors
/// Refused when there is no such schema or the server is not fit; failed when it cannot be asked.
pub(super) fn is_there(connection: &mut Connection) -> Result<bool> {
    fit(connection)?;
    value(&connection.row(FOUND, &[])?, 0)
}

/// The incident of the ledger that the schema holds; `None` when it holds none.
///
/// # Errors
/// As [`is_there`].
pub(super) fn owner(connection: &mut Connection) -> Result<Option<String>> {
    if !is_there(connection)? {
        return Ok(None);
    }
    connection.optional(OWNER, &[])?.map(|row| value(&row, 0)).transpose()
}

/// Brings the schema to the newest version and checks that it is this incident's. A ledger that is up to date is only read.
///
/// # Errors
/// Refused when it holds something else, is newer than this program or belongs to another incident; failed when it cannot be used.
pub(super) fn bring_up_to_date(connection: &mut Connection, incident: &str) -> Result<()> {
    fit(connection)?;
    if version(connection)? != STEPS.len() || connection.optional(OWNER, &[])?.is_none() {
        connection.begin(Doing::Writing)?;
        let brought = advance(connection, incident);
        if brought.is_err() {
            // What went wrong is told already.
            let _ = connection.batch("ROLLBACK");
        }
        brought?;
    }
    let owner: String = value(&connection.row(OWNER, &[])?, 0)?;
    if owner == incident { Ok(()) } else { Err(of_another(OPTION, &owner, incident)) }
}

fn fit(connection: &mut Connection) -> Result<()> {
    let row = connection.row(LOOK, &[])?;
    if !value::<bool>(&row, 1)? {
        return Err(faults::unfit());
    }
    if value(&row, 0)? { Ok(()) } else { Err(faults::no_schema()) }
}

/// 0 for an empty schema.
fn version(connection: &mut Connection) -> Result<usize> {
    let row = connection.row(FOUND, &[])?;
    if !value::<bool>(&row, 0)? {
        return if value::<i64>(&row, 1)? == 0 { Ok(0) } else { Err(faults::of_another_program()) };
    }
    let version = fitting(value::<i32>(&connection.row(VERSION, &[])?, 0)?)?;
    if version > STEPS.len() { Err(newer(OPTION, version, STEPS.len())) } else { Ok(version) }
}

/// The steps that are missing. Of two that begin at once the second finds everything done.
fn advance(connection: &mut Connection, incident: &str) -> Result<()> {
    connection.row(HOLD, &[])?;
    let version = version(connection)?;
    for (number, step) in (1_i32..).zip(STEPS).skip(version) {
        connection.batch(step)?;
        connection.run(ADVANCE, &[&number])?;
    }
    connection.run(OWN, &[&incident])?;
    connection.commit()
}

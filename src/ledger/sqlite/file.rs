//! Making an SQLite file ready to be a ledger: its permissions, its settings, its version and whose it is.

use super::before::adopt;
use super::faults::{damaged, fault};
use crate::error::{Error, Result};
use crate::files::{NO_LINK, refuse_special};
use crate::ledger::faults::{FILE, newer, of_another};
use crate::ledger::store::Doing;
use fs_err::os::unix::fs::OpenOptionsExt;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// How long a writer waits for another one before it gives up.
#[cfg(not(test))]
const PATIENCE: Duration = Duration::from_secs(10);
#[cfg(test)]
const PATIENCE: Duration = Duration::from_millis(300);

/// KiB of the file that stay in memory: a good part of the index of a million person keys.
const CACHE: i32 = 8 * 1024;

/// Pages that the write-ahead log may hold before they go into the file, which takes two more waits for the disk: 32 MB.
const LOG_PAGES: i32 = 8_192;

/// Written into the file's header, so that a stray SQLite file is not taken for a ledger: "BRNO" in ASCII.
const APPLICATION: i32 = 0x4252_4E4F;

/// The steps that lead from an empty file to the newest version; a ledger's version is the number of steps it has had.
const STEPS: [&str; 3] =
    [include_str!("schema/0001_first.sql"), include_str!("schema/0002_bearers.sql"), include_str!("schema/0003_chains.sql")];

/// Creates the file when it is not there, readable by its owner alone. SQLite gives its `-wal` and `-shm` files the
/// mode of this one, so they are private whatever the umask is.
///
/// # Errors
/// Failed when something else stands there, a link too, or the file cannot be created or its mode cannot be set.
pub(super) fn create(path: &Path) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
    refuse_special(path)?;
    let mut options = fs_err::OpenOptions::new();
    let file = options.read(true).append(true).create(true).mode(0o600).custom_flags(NO_LINK).open(path).map_err(unwritable)?;
    let mode = file.metadata().map_err(unwritable)?.permissions().mode();
    if mode & 0o777 != 0o600 {
        file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(unwritable)?;
    }
    Ok(())
}

/// Connects to an existing file, brings it to the newest version and checks that it is this incident's.
///
/// # Errors
/// Refused when it is not a ledger, is newer than this program or belongs to another incident; failed when it cannot be used.
pub(super) fn connect(path: &Path, incident: &str) -> Result<Connection> {
    let ready = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        // Without it SQLite plans statements anew for each value that it is given.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let journal: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        if journal != "wal" {
            connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        }
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "recursive_triggers", true)?;
        connection.pragma_update(None, "cache_size", -CACHE)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let verdict = bring_up_to_date(&transaction, incident)?;
        transaction.commit()?;
        Ok((connection, verdict))
    };
    let (connection, verdict) = ready().map_err(|error: rusqlite::Error| fault(Doing::Writing, &error))?;
    match verdict {
        Verdict::Ours => Ok(connection),
        Verdict::NotALedger => Err(damaged()),
        Verdict::Newer(version) => Err(newer(FILE, version, STEPS.len())),
        Verdict::OfAnother(other) => Err(of_another(FILE, &other, incident)),
    }
}

/// The incident that stands in a file.
///
/// # Errors
/// Whatever keeps it from being read.
pub(super) fn incident_of(path: &Path) -> rusqlite::Result<Option<String>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'ledger'", [], |row| row.get(0))?;
    if tables == 0 { Ok(None) } else { connection.query_row("SELECT incident FROM ledger", [], |row| row.get(0)).optional() }
}

/// What a file turned out to be.
enum Verdict {
    Ours,
    NotALedger,
    Newer(usize),
    OfAnother(String),
}

fn bring_up_to_date(transaction: &Transaction<'_>, incident: &str) -> rusqlite::Result<Verdict> {
    let pragma = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let version = usize::try_from(pragma("user_version")?).unwrap_or(usize::MAX);
    let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if pragma("application_id")? != APPLICATION && tables > 0 {
        return Ok(Verdict::NotALedger);
    }
    let Some(missing) = STEPS.get(version..) else { return Ok(Verdict::Newer(version)) };
    for step in missing {
        transaction.execute_batch(step)?;
    }
    if version < STEPS.len() {
        adopt(transaction, incident)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", STEPS.len() as i32)?;
    }
    transaction.execute("INSERT INTO ledger (id, incident) VALUES (1, ?) ON CONFLICT DO NOTHING", [incident])?;
    let owner: String = transaction.query_row("SELECT incident FROM ledger", [], |row| row.get(0))?;
    Ok(if owner == incident { Verdict::Ours } else { Verdict::OfAnother(owner) })
}

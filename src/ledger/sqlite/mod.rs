//! The embedded engine: one SQLite file in the incident folder, durable at every commit.

mod before;
#[cfg(test)]
pub(super) mod bench;
mod faults;
mod file;
mod links;
mod lock;
mod of_people;
mod outbox;
mod people;
mod session;
mod standing;

use super::store::{Doing, Store};
use crate::error::Result;
use faults::fault;
use lock::SendingLock;
use rusqlite::{Connection, TransactionBehavior};
use session::SqliteSession;
use std::path::{Path, PathBuf};

/// A ledger in an SQLite file.
#[derive(Debug)]
pub(super) struct SqliteStore {
    connection: Connection,
    path: PathBuf,
    sending: Option<SendingLock>,
}

impl SqliteStore {
    /// Opens a file, which is made when absent, mode 0600.
    ///
    /// # Errors
    /// Refused when it is no ledger of this incident or of a newer program; failed when it cannot be used.
    pub(super) fn open(path: &Path, incident: &str) -> Result<SqliteStore> {
        file::create(path)?;
        let connection = file::connect(path, incident)?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(SqliteStore { connection, path: path.to_owned(), sending: None })
    }

    /// Whose ledger a file is; `None` for one that was never filled.
    ///
    /// # Errors
    /// Refused when it cannot be read or is no ledger.
    pub(super) fn incident_of(path: &Path) -> Result<Option<String>> {
        crate::files::refuse_special(path)?;
        file::incident_of(path).map_err(|error| fault(Doing::Reading, &error))
    }
}

impl Store for SqliteStore {
    type Session<'s> = SqliteSession<'s>;

    fn begin(&mut self, doing: Doing) -> Result<SqliteSession<'_>> {
        let behavior = if doing == Doing::Writing { TransactionBehavior::Immediate } else { TransactionBehavior::Deferred };
        let begun = self.connection.transaction_with_behavior(behavior);
        Ok(SqliteSession { transaction: begun.map_err(|error| fault(doing, &error))?, doing })
    }

    /// The lock is held for as long as the ledger is open; the system ends it with the process, however that ends.
    fn begin_sending(&mut self, owner: &str) -> Result<bool> {
        if self.sending.is_none() {
            let mut name = self.path.clone().into_os_string();
            name.push(".lock");
            self.sending = Some(SendingLock::take(&PathBuf::from(name), owner)?);
        }
        Ok(true)
    }

    fn compact(&mut self) -> Result<()> {
        of_people::compact(&self.connection)
    }

    fn reconnect(&mut self) -> Result<bool> {
        Ok(false)
    }
}

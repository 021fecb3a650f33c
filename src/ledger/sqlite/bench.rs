//! This engine for the tests that every engine has to pass.

use crate::error::Result;
use crate::ledger::engine_tests::Engine;
use crate::ledger::{Ledger, open};
use rusqlite::Connection;

/// A folder with a ledger.
pub(in crate::ledger) struct SqliteBench {
    folder: tempfile::TempDir,
}

impl SqliteBench {
    pub(in crate::ledger) fn new() -> SqliteBench {
        SqliteBench { folder: tempfile::tempdir().unwrap() }
    }

    fn raw(&self) -> Connection {
        Connection::open(self.folder.path().join("ledger.sqlite")).unwrap()
    }
}

impl Engine for SqliteBench {
    fn open_as(&self, incident: &str) -> Result<Box<dyn Ledger>> {
        open(self.folder.path(), incident, None)
    }

    fn edit(&self, statements: &str) {
        let connection = self.raw();
        let names = "SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master WHERE type = 'trigger'";
        let drop: Option<String> = connection.query_row(names, [], |row| row.get(0)).unwrap();
        connection.execute_batch(&drop.unwrap_or_default()).unwrap();
        connection.execute_batch(statements).unwrap();
    }

    fn make_newer(&self) {
        self.raw().pragma_update(None, "user_version", 99).unwrap();
    }

    /// The command says what time it is.
    fn wait(&self, _milliseconds: u64) {}
}

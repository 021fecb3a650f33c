//! The engine for several machines: a schema of a PostgreSQL database, durable at every commit.
//!
//! Sessions read what was committed when each statement began; where that is not enough a statement locks the rows that it is
//! about (the head of a chain, rows of the outbox), or a whole activity (allotting, filling the outbox). A connection that was
//! lost between two sessions is opened anew; one that was lost in the midst of a session is the rules' affair.

mod connect;
mod connection;
mod faults;
mod links;
mod of_people;
mod outbox;
mod people;
mod session;
mod standing;
#[cfg(test)]
pub(super) mod tests;
mod versions;

use super::Access;
use super::store::{Doing, Store};
use crate::error::Result;
use connect::Way;
use connection::Connection;
use session::PostgresSession;
use std::fmt;
use std::time::Duration;

/// How long to wait before each attempt to connect again: a server that restarts is back within a minute.
#[cfg(not(test))]
const PAUSES: [u64; 7] = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
#[cfg(test)]
const PAUSES: [u64; 7] = [20, 200, 500, 700, 1_000, 2_000, 8_000];

/// How often a session is begun whose connection is lost at once.
const TRIES: u32 = 4;

/// A ledger in a schema of a PostgreSQL database.
pub(super) struct PostgresStore {
    way: Way,
    incident: String,
    connection: Option<Connection>,
}

impl fmt::Debug for PostgresStore {
    /// Neither host nor user: they are nobody's business.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens the ledger of a schema; makes its tables when there are none.
    ///
    /// # Errors
    /// Refused when the access cannot be used, the schema holds something else, or a ledger of another incident or of a newer
    /// program; failed when the server cannot be reached or does not let us.
    pub(super) fn open(access: &Access, incident: &str) -> Result<PostgresStore> {
        let mut store = PostgresStore { way: Way::of(access)?, incident: incident.to_owned(), connection: None };
        store.connection = Some(store.ready()?);
        Ok(store)
    }

    /// Whether the schema holds a ledger already; makes nothing.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub(super) fn is_there(access: &Access) -> Result<bool> {
        versions::is_there(&mut Way::of(access)?.connect()?)
    }

    /// Whose ledger the schema holds; `None` when it holds none.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub(super) fn incident_of(access: &Access) -> Result<Option<String>> {
        versions::owner(&mut Way::of(access)?.connect()?)
    }

    /// A connection to a ledger that is known to be ours.
    fn ready(&self) -> Result<Connection> {
        let mut connection = self.way.connect()?;
        versions::bring_up_to_date(&mut connection, &self.incident)?;
        Ok(connection)
    }

    /// Begins a transaction on the connection, which is opened anew at once when it is known to be gone.
    fn try_begin(&mut self, doing: Doing) -> Result<()> {
        if self.connection.as_ref().is_none_or(Connection::is_closed) {
            self.connection = None;
            self.connection = Some(self.ready()?);
        }
        self.connection.as_mut().map_or(Ok(()), |connection| connection.begin(doing))
    }
}

impl Store for PostgresStore {
    type Session<'s> = PostgresSession<'s>;

    fn begin(&mut self, doing: Doing) -> Result<PostgresSession<'_>> {
        let mut begun = self.try_begin(doing);
        for _ in 1..TRIES {
            match begun {
                // Nothing was done yet that could be done twice.
                Err(error) if faults::is_passing(&error) && self.reconnect()? => begun = self.try_begin(doing),
                done => {
                    begun = done;
                    break;
                }
            }
        }
        begun?;
        self.connection.as_mut().map(PostgresSession::new).ok_or_else(faults::lost)
    }

    /// Any number of senders: what tells them apart are their leases.
    fn begin_sending(&mut self, _owner: &str) -> Result<bool> {
        Ok(false)
    }

    fn compact(&mut self) -> Result<()> {
        // Tables are written anew outside of transactions only.
        self.connection.as_mut().map_or_else(|| Err(faults::lost()), of_people::compact)
    }

    fn reconnect(&mut self) -> Result<bool> {
        self.connection = None;
        for pause in PAUSES {
            std::thread::sleep(Duration::from_millis(pause));
            match self.ready() {
                Ok(connection) => {
                    self.connection = Some(connection);
                    return Ok(true);
                }
                Err(error) if faults::is_passing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(false)
    }
}

//! Which engine, and where: the URL of `--ledger`.

use super::book::Book;
use super::sqlite::SqliteStore;
use super::{Access, Ledger, faults};
use crate::error::{Error, Place, Result};
use std::path::{Path, PathBuf};

/// Opens the ledger of an incident folder (created when absent, mode 0600), or the one that `access` names: `sqlite:PATH`, or
/// `postgres://…` of a database that several machines share.
///
/// # Errors
/// Refused when it belongs to another incident, is newer than this program, is damaged, or the URL's kind is not known; failed
/// when it cannot be written or another process keeps it locked.
pub fn open(folder: &Path, incident_id: &str, access: Option<&Access>) -> Result<Box<dyn Ledger>> {
    match engine(folder, access)? {
        Engine::Sqlite(path) => Ok(Box::new(Book::new(SqliteStore::open(&path, incident_id)?)?)),
        #[cfg(feature = "postgres")]
        Engine::Postgres(access) => Ok(Box::new(Book::new(super::postgres::PostgresStore::open(access, incident_id)?)?)),
    }
}

/// Opens a ledger that is there already; `None` when there is none, and then nothing is created.
///
/// # Errors
/// As [`open`].
pub fn open_existing(folder: &Path, incident_id: &str, access: Option<&Access>) -> Result<Option<Box<dyn Ledger>>> {
    match engine(folder, access)? {
        Engine::Sqlite(path) => match fs_err::metadata(&path) {
            // A file without a byte is what is left when the program ended between creating the file and filling it.
            Ok(metadata) if metadata.len() == 0 => return Ok(None),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::unreadable(&path, &error)),
        },
        #[cfg(feature = "postgres")]
        Engine::Postgres(access) if !super::postgres::PostgresStore::is_there(access)? => return Ok(None),
        #[cfg(feature = "postgres")]
        Engine::Postgres(_) => {}
    }
    open(folder, incident_id, access).map(Some)
}

/// The incident that a ledger says it belongs to, for whoever checks it without the incident folder; `None` when there is no ledger.
///
/// # Errors
/// Refused when it is no ledger; failed when it cannot be reached.
pub fn incident_of(folder: &Path, access: Option<&Access>) -> Result<Option<String>> {
    match engine(folder, access)? {
        Engine::Sqlite(path) if !path.is_file() => Ok(None),
        Engine::Sqlite(path) => SqliteStore::incident_of(&path),
        #[cfg(feature = "postgres")]
        Engine::Postgres(access) => super::postgres::PostgresStore::incident_of(access),
    }
}

enum Engine<'a> {
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(&'a Access),
    #[cfg(not(feature = "postgres"))]
    #[allow(dead_code, reason = "keeps the lifetime where only one engine is built in")]
    None(std::convert::Infallible, std::marker::PhantomData<&'a Access>),
}

/// The engine of a URL. A URL is not quoted in findings: it may hold a password.
fn engine<'a>(folder: &Path, access: Option<&'a Access>) -> Result<Engine<'a>> {
    let Some(access) = access else { return Ok(Engine::Sqlite(folder.join(faults::FILE))) };
    let refused = |reason: &'static str, hint: &'static str| Err(Error::refused("ledger-url", Place::file(faults::OPTION), reason, hint));
    match access.url().split_once(':') {
        Some(("sqlite", path)) if !path.trim_start_matches('/').is_empty() => {
            Ok(Engine::Sqlite(PathBuf::from(path.strip_prefix("//").unwrap_or(path))))
        }
        #[cfg(feature = "postgres")]
        Some(("postgres" | "postgresql", _)) => Ok(Engine::Postgres(access)),
        #[cfg(not(feature = "postgres"))]
        Some(("postgres" | "postgresql", _)) => {
            refused("this breachnotice was built without PostgreSQL", "build it with the feature `postgres`, or leave --ledger out")
        }
        _ => refused(
            "the kind of ledger is not known",
            "write sqlite:PATH or postgres://USER@HOST/DATABASE, or leave --ledger out to use the incident folder's",
        ),
    }
}

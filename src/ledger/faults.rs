//! What went wrong in the store, in words: SQLite's codes become findings. No statement and no value is ever quoted.

use crate::error::{Error, Place};
use rusqlite::ErrorCode;

/// The file that findings about the ledger point to.
pub(super) const FILE: &str = "ledger.sqlite";

/// What was being done when the store failed: it decides between exit codes 3 and 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    Reading,
    Writing,
}

/// The error to report for one of SQLite's.
pub(super) fn fault(doing: Doing, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => busy(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(),
        Some(ErrorCode::ConstraintViolation) => Error::bug("the ledger refused an entry that breaks one of its own rules"),
        Some(ErrorCode::DiskFull) => unwritten("the disk is full", "free some space, then run the command again"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) if doing == Doing::Writing => {
            unwritten("the ledger may not be written", "check the permissions of the incident folder and of ledger.sqlite")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => unusable(doing),
        Some(code) => Error::bug(format!("the ledger could not be used: {code:?}")),
        None => unreadable_entry(),
    }
}

/// Another process kept the ledger locked for longer than we wait.
fn busy() -> Error {
    Error::failed(
        "ledger-busy",
        Place::file(FILE),
        "another breachnotice kept the ledger locked for too long",
        "wait until the other command has ended, then run this one again",
    )
}

/// The file is there but is not a ledger any more, or never was.
pub(super) fn damaged() -> Error {
    Error::refused(
        "ledger-damaged",
        Place::file(FILE),
        "the file is not a ledger or is damaged",
        "put back the last good copy; do not delete the file, it is the record of what was sent",
    )
}

/// An entry that this program cannot interpret.
pub(super) fn unreadable_entry() -> Error {
    Error::refused(
        "ledger-entry-unknown",
        Place::file(FILE),
        "the ledger holds an entry that this program cannot read",
        "use the newest breachnotice that has worked on this incident",
    )
}

fn unwritten(reason: &'static str, hint: &'static str) -> Error {
    Error::failed("ledger-unwritable", Place::file(FILE), reason, hint)
}

fn unusable(doing: Doing) -> Error {
    let hint = "check that the incident folder is on a local disk, is readable and has free space";
    match doing {
        Doing::Reading => Error::refused("ledger-unreadable", Place::file(FILE), "the ledger cannot be read", hint),
        Doing::Writing => unwritten("the ledger cannot be written", hint),
    }
}

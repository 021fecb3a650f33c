//! SQLite's codes as findings.

use crate::error::{Error, Place};
use crate::ledger::faults::{FILE, broken_rule, busy, unreadable_entry, unwritten};
use crate::ledger::store::Doing;
use rusqlite::ErrorCode;

/// The error to report for one of SQLite's; what was being done decides between exit codes 3 and 4.
pub(super) fn fault(doing: Doing, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => busy(FILE),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(),
        Some(ErrorCode::ConstraintViolation) => broken_rule(),
        Some(ErrorCode::DiskFull) => unwritten(FILE, "the disk is full", "free some space, then run the command again"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) if doing == Doing::Writing => {
            unwritten(FILE, "the ledger may not be written", "check the permissions of the incident folder and of ledger.sqlite")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => unusable(doing),
        Some(code) => Error::bug(format!("the ledger could not be used: {code:?}")),
        None => unreadable_entry(FILE),
    }
}

fn unusable(doing: Doing) -> Error {
    let hint = "check that the incident folder is on a local disk, is readable and has free space";
    match doing {
        Doing::Reading => Error::refused("ledger-unreadable", Place::file(FILE), "the ledger cannot be read", hint),
        Doing::Writing => unwritten(FILE, "the ledger cannot be written", hint),
    }
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

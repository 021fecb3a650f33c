//! SQLite's codes as findings.

use crate::error::{Error, Place};
use crate::ledger::faults::{FILE, broken_rule, busy, damaged, unreadable_entry, unwritten};
use crate::ledger::store::Doing;
use rusqlite::ErrorCode;

/// The error to report for one of SQLite's; what was being done decides between exit codes 3 and 4.
pub(super) fn fault(doing: Doing, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => busy(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damaged(),
        Some(ErrorCode::ConstraintViolation) => broken_rule(),
        Some(ErrorCode::DiskFull) => unwritten("the disk is full", "free some space, then run the command again"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) if doing == Doing::Writing => {
            unwritten("the ledger may not be written", "check the permissions of the incident folder and of ledger.sqlite")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => unusable(doing),
        Some(code) => Error::bug(format!("the ledger could not be used: {code:?}")),
        None => unreadable_entry(),
    }
}

fn unusable(doing: Doing) -> Error {
    let hint = "check that the incident folder is on a local disk, is readable and has free space";
    match doing {
        Doing::Reading => Error::refused("ledger-unreadable", Place::file(FILE), "the ledger cannot be read", hint),
        Doing::Writing => unwritten("the ledger cannot be written", hint),
    }
}

//! What goes wrong with a ledger whatever the engine, in words. No statement and no value is ever quoted.

use crate::error::{Error, Place};

/// The file that findings about the ledger point to.
pub(super) const FILE: &str = "ledger.sqlite";

/// Code of a connection that was lost.
pub(super) const LOST: &str = "ledger-lost-connection";

/// Another process kept the ledger locked for longer than we wait.
pub(super) fn busy() -> Error {
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

pub(super) fn newer(version: usize, known: usize) -> Error {
    Error::refused(
        "ledger-newer",
        Place::file(FILE),
        format!("the ledger was written by a newer breachnotice (version {version}, this one knows {known})"),
        "install the newest breachnotice and run the command again",
    )
}

pub(super) fn of_another(other: &str, incident: &str) -> Error {
    Error::refused(
        "ledger-of-another-incident",
        Place::file(FILE),
        format!("the ledger belongs to the incident {other}, not to {incident}"),
        "put the id in incident.toml back as it was, or give this incident its own folder or database without a copied ledger",
    )
}

pub(super) fn broken_rule() -> Error {
    Error::bug("the ledger refused an entry that breaks one of its own rules")
}

pub(super) fn unwritten(reason: &'static str, hint: &'static str) -> Error {
    Error::failed("ledger-unwritable", Place::file(FILE), reason, hint)
}

//! What goes wrong with a ledger whatever the engine, in words. No statement and no value is ever quoted.

use crate::error::{Error, Place};

/// The incident folder's own ledger, which findings about it point to.
pub(super) const FILE: &str = "ledger.sqlite";

/// What findings about a ledger on a server point to: its URL is not quoted, for it may hold a password.
pub(super) const OPTION: &str = "--ledger";

/// Code of a connection that was lost.
pub(super) const LOST: &str = "ledger-lost-connection";

/// Code of work that met another's on the same entries, of which the engine let only one go on.
pub(super) const COLLIDED: &str = "ledger-collision";

/// Whether an error is of a code.
pub(super) fn is(error: &Error, code: &str) -> bool {
    error.findings.iter().any(|finding| finding.code == code)
}

/// Another process kept the ledger locked for longer than we wait.
pub(super) fn busy(place: &'static str) -> Error {
    Error::failed(
        "ledger-busy",
        Place::file(place),
        "another breachnotice kept the ledger locked for too long",
        "wait until the other command has ended, then run this one again",
    )
}

/// An entry that this program cannot interpret.
pub(super) fn unreadable_entry(place: &'static str) -> Error {
    Error::refused(
        "ledger-entry-unknown",
        Place::file(place),
        "the ledger holds an entry that this program cannot read",
        "use the newest breachnotice that has worked on this incident",
    )
}

pub(super) fn newer(place: &'static str, version: usize, known: usize) -> Error {
    Error::refused(
        "ledger-newer",
        Place::file(place),
        format!("the ledger was written by a newer breachnotice (version {version}, this one knows {known})"),
        "install the newest breachnotice and run the command again",
    )
}

pub(super) fn of_another(place: &'static str, other: &str, incident: &str) -> Error {
    Error::refused(
        "ledger-of-another-incident",
        Place::file(place),
        format!("the ledger belongs to the incident {other}, not to {incident}"),
        "put the id in incident.toml back as it was, or give this incident its own folder or schema without a copied ledger",
    )
}

pub(super) fn broken_rule() -> Error {
    Error::bug("the ledger refused an entry that breaks one of its own rules")
}

pub(super) fn unwritten(place: &'static str, reason: &'static str, hint: &'static str) -> Error {
    Error::failed("ledger-unwritable", Place::file(place), reason, hint)
}

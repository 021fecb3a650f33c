//! PostgreSQL's errors as findings. No statement, no value and nothing of the URL is quoted.

use crate::error::{Error, Place};
use crate::ledger::faults::{COLLIDED, LOST, OPTION, broken_rule, busy, is, unwritten};
use postgres::error::SqlState;
use std::error::Error as _;

/// When an error came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum While {
    Connecting,
    Working,
}

/// Code of a server that does not answer at all.
const UNREACHABLE: &str = "ledger-unreachable";

/// The error to report for one of PostgreSQL's.
pub(super) fn fault(when: While, error: &postgres::Error) -> Error {
    if let Some(state) = error.code() {
        return of_state(when, state);
    }
    let source = error.source();
    let io = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    let of_tls = |source: &(dyn std::error::Error + 'static)| source.is::<rustls::Error>();
    if io.and_then(|error| error.get_ref()).is_some_and(|inner| of_tls(inner)) {
        return untrusted();
    }
    match when {
        While::Working if io.is_some() || error.is_closed() => lost(),
        While::Connecting if io.is_some() || error.is_closed() => unreachable(),
        // What is left has no kind to ask for; the words are the library's own and the same for every cause.
        _ => match error.to_string().as_str() {
            "timeout waiting for server" | "error connecting to server" => unreachable(),
            "error performing TLS handshake" => untrusted(),
            "authentication error" | "invalid configuration" => login(),
            _ => Error::bug("the ledger's server gave an answer that was not understood"),
        },
    }
}

fn of_state(when: While, state: &SqlState) -> Error {
    let code = state.code();
    match state {
        &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => collided(),
        &SqlState::LOCK_NOT_AVAILABLE => busy(OPTION),
        &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => login(),
        &SqlState::INVALID_CATALOG_NAME => refused(
            "ledger-database",
            "the server has no database of this name",
            "check the name behind the host in the URL, or have the database made",
        ),
        &SqlState::INSUFFICIENT_PRIVILEGE => unwritten(
            OPTION,
            "the database's user may not do this",
            "give the user a schema of its own: CREATE SCHEMA name AUTHORIZATION user, and ?options=-csearch_path%3Dname in the URL",
        ),
        &SqlState::DISK_FULL => unwritten(OPTION, "the server's disk is full", "free some space there, then run the command again"),
        &SqlState::READ_ONLY_SQL_TRANSACTION => unwritten(
            OPTION,
            "the server takes no writes: it follows another one",
            "name the server that it follows, or all of them with commas between",
        ),
        &SqlState::QUERY_CANCELED => unwritten(OPTION, "somebody cancelled the work on the server", "run the command again"),
        &SqlState::TOO_MANY_CONNECTIONS => unreachable(),
        &SqlState::UNDEFINED_TABLE | &SqlState::UNDEFINED_COLUMN | &SqlState::DATA_CORRUPTED | &SqlState::INDEX_CORRUPTED => damaged(),
        // 57P01 to 57P05: somebody ended the connection, or the server goes or comes up.
        _ if code.starts_with("57P") || code.starts_with("08") || state == &SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => match when {
            While::Connecting => unreachable(),
            While::Working => lost(),
        },
        _ if code.starts_with("23") => broken_rule(),
        _ => Error::bug(format!("the ledger could not be used: the server answers {code}")),
    }
}

/// Whether it is of use to try again after a while.
pub(super) fn is_passing(error: &Error) -> bool {
    is(error, LOST) || is(error, UNREACHABLE)
}

fn refused(code: &'static str, reason: &'static str, hint: &'static str) -> Error {
    Error::refused(code, Place::file(OPTION), reason, hint)
}

pub(super) fn lost() -> Error {
    Error::failed(
        LOST,
        Place::file(OPTION),
        "the connection to the ledger's server was lost",
        "run the command again when the server is back: it goes on where it stopped",
    )
}

fn unreachable() -> Error {
    Error::failed(
        UNREACHABLE,
        Place::file(OPTION),
        "the ledger's server cannot be reached",
        "check host and port in the URL, the network, and that the server is up and has connections left",
    )
}

fn untrusted() -> Error {
    refused(
        "ledger-tls",
        "no protected connection to the ledger's server could be made: it offers none, or its certificate is not trusted for this host",
        "use the host's name as the certificate has it; name the file with your authority's certificate in BREACHNOTICE_LEDGER_AUTHORITY",
    )
}

fn login() -> Error {
    refused(
        "ledger-login",
        "the ledger's server does not accept the user or the password",
        "check the user in the URL; the password comes from BREACHNOTICE_LEDGER_PASSWORD_FILE, BREACHNOTICE_LEDGER_PASSWORD_COMMAND or \
         BREACHNOTICE_LEDGER_PASSWORD",
    )
}

fn collided() -> Error {
    Error::failed(
        COLLIDED,
        Place::file(OPTION),
        "another breachnotice worked on the same entries at the same moment",
        "run the command again: nothing of it was recorded",
    )
}

/// The tables are not as we made them.
pub(super) fn damaged() -> Error {
    refused(
        "ledger-damaged",
        "the schema is not a ledger or is damaged",
        "put back the last good copy; do not drop the schema, it is the record of what was sent",
    )
}

pub(super) fn of_another_program() -> Error {
    refused(
        "ledger-damaged",
        "the schema holds tables of another program",
        "give the ledger a schema of its own: CREATE SCHEMA name, and ?options=-csearch_path%3Dname in the URL",
    )
}

pub(super) fn no_schema() -> Error {
    refused(
        "ledger-schema",
        "the database has no schema of the name that the URL gives",
        "have it made: CREATE SCHEMA name AUTHORIZATION user; or check options=-csearch_path%3Dname in the URL",
    )
}

pub(super) fn unfit() -> Error {
    refused(
        "ledger-server",
        "the server is not fit for a ledger: that needs PostgreSQL 12 or later, a database in UTF-8, and fsync on",
        "name another server or database, or have its settings changed",
    )
}

pub(super) fn unreadable_url() -> Error {
    refused(
        "ledger-url",
        "the URL cannot be read",
        "write postgres://USER@HOST/DATABASE, with ?options=-csearch_path%3Dname for a schema and sslmode=require as the only mode",
    )
}

pub(super) fn typed_password() -> Error {
    refused(
        "ledger-password",
        "the URL holds a password, which everybody on this machine can read on the command line",
        "leave it out and set BREACHNOTICE_LEDGER_PASSWORD_FILE, BREACHNOTICE_LEDGER_PASSWORD_COMMAND or BREACHNOTICE_LEDGER_PASSWORD, \
         or give the whole URL in BREACHNOTICE_LEDGER; then change the password",
    )
}

pub(super) fn open_connection() -> Error {
    refused(
        "ledger-tls",
        "sslmode=disable sends everything openly to another machine",
        "leave sslmode out; a server that offers no TLS can be reached through a tunnel that ends on this machine",
    )
}

pub(super) fn unreadable_authority() -> Error {
    Error::refused(
        "ledger-authority",
        Place::file("BREACHNOTICE_LEDGER_AUTHORITY"),
        "the file holds no certificate that can be read",
        "name a PEM file with the certificate of the authority that signed the server's",
    )
}

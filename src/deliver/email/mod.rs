//! Notices by e-mail: the message, the SMTP session whose every phase is driven and timed here, and the outbox that keeps
//! each piece's state in the ledger.
//!
//! RFC 1047 describes the gap that no client can close: when the connection ends after the last dot and before the reply,
//! nobody knows whether the server has taken the message. Such a piece becomes `uncertain` and waits for a person.

mod composer;
mod connection;
mod courier;
mod drain;
mod dry_run;
#[cfg(test)]
mod fault_server;
mod header_value;
mod message;
mod opening;
mod pace;
mod reply;
mod resolve;
mod server;
mod session;
mod socket;
#[cfg(test)]
mod tests;
mod tls;
#[cfg(test)]
mod tls_front;

pub use drain::{Build, Dispatch, Totals, drain};
pub use dry_run::dry_run;
pub use message::{Letterhead, Outgoing};
pub use resolve::{Resolution, resolve};
pub use session::Patience;

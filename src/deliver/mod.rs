//! How pieces leave: [`mailhouse`] hands over a folder for print, [`email`] sends messages one by one. [`vendor`] is asked
//! beforehand whether addresses still hold, and [`received`] reads what comes back afterwards.
//!
//! The first two share the ledger and nothing else, so there is no common trait: a package is whole or absent and is left for
//! somebody else to act on, while e-mail goes through states of its own (started, deferred, uncertain) for every piece. A
//! trait over both would have one method that means two things.

pub mod email;
pub mod mailhouse;
pub mod received;
pub mod vendor;

//! What comes back once pieces have left, read and judged by itself: no ledger, no clock.
//!
//! ```text
//! report of the mail house ---.
//!                              >- table -> profile (columns, words) -> production -> ProductionRow
//! returned letters, ACS ------'                                     '-> returns ---> ReturnedRow
//! mailbox of the sender -> messages -> parts -> delivery status -------> bounces ---> Bounce
//! substitute.toml ------------------------------------------------------> substitute > Posting, Told
//! ```
//!
//! Every reading hands on the rows that can be believed and a finding for each that cannot, which is then left out: so that a person looks,
//! and nothing is guessed. Only what makes a whole file doubtful refuses it. Whether a piece exists, was exported or stands where a row
//! says it does is for whoever holds the ledger.

mod bounces;
mod cells;
mod columns;
mod production;
mod profile;
mod reason;
mod report;
mod return_key;
mod returns;
mod status;
mod substitute;
mod table;
#[cfg(test)]
mod tests;

pub use bounces::{Bounce, BounceAction, Bounces, read as read_bounces};
pub use production::{ProductionRow, read as read_production};
pub use reason::{ReturnEffect, ReturnReason};
pub use report::Report;
pub use return_key::ReturnKey;
pub use returns::{NewAddress, ReturnedRow, read as read_returns};
pub use status::ProductionStatus;
pub use substitute::{Posting, PostingKind, Substitute, Told, Way, read as read_substitute};

//! The address vendor: what it takes to look for moves, and what it answers.
//!
//! The vendor gets a record number of ours, a name and an address, and nothing else: no provider, no patient id, nothing that
//! tells why. The number is the piece number, which the ledger minted: a digest of a patient id could be tried out by whoever
//! knows how the ids of a hospital look.

mod answer;
mod asked;
mod columns;
mod list;

pub use answer::{Answered, read};
pub(super) use answer::{is_formula, month};
pub use asked::{Asked, Question};
pub use list::{SetDigest, write};

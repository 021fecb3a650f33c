//! How long what documents an incident is kept, and what is removed of it afterwards.
//!
//! ```text
//! last day in effect, six years, unfinished  -> whether patient data may go
//! incident folder -> holdings (what goes, what stays) -> purged.json: the record of it, bound into the ledger's chain
//! ```
//!
//! The record is durable before anything is removed, so that a purge that was killed is ended by what it says.

mod beyond;
mod fate;
mod holdings;
mod last_day;
mod record;
mod removal;
mod six_years;
mod unfinished;

pub use beyond::{Beyond, out_of_reach};
pub use holdings::{Holding, Holdings, holdings};
pub use last_day::{InEffect, last_in_effect};
pub use record::{Counted, OfLedger, Purge};
pub use removal::remove;
pub use six_years::{kept_until, refuse_date};
pub use unfinished::{NOBODY, unfinished};

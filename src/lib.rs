//! breachnotice turns lists of affected patients and the details of their care providers into breach-notification letters,
//! and gets every letter to the right person, on time, with proof.
//!
//! Data flows one way; each stage is a folder whose `mod.rs` shows the type that it hands on and its entry:
//!
//! ```text
//! incident.toml, providers.csv -> incident ---.
//! patient lists -> intake -> recipients ------+-> obligations (whom to tell, by when)
//!                  rules (law and post) ------'-> compose -> typeset -> pdf -> prove
//!                                                    |                   |
//!                                           review (seal, release)    deliver (mailhouse, email) -> report
//! ```
//!
//! [`run`] is the only file that knows every stage; [`ledger`] is the durable record of every piece; [`cli`] is the command
//! line. Patient data stays in [`privacy::Private`]; what goes wrong is a [`error::Finding`] with place, reason and hint.

pub mod cli;
pub mod compose;
mod deliberate;
pub mod deliver;
pub mod digest;
pub mod drill;
pub mod error;
pub mod files;
pub mod incident;
pub mod intake;
pub mod ledger;
pub mod obligations;
pub mod pdf;
pub mod privacy;
pub mod prove;
pub mod recipients;
pub mod report;
pub mod review;
pub mod rules;
pub mod run;
mod tls;
pub mod typeset;

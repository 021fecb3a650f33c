//! What a run tells a person: counts and tables, and the report that closes an incident: forms, and when each duty was met.

mod dossier;
mod evidence;
mod folder;
mod form;
pub mod hhs;
mod left;
mod lookup;
mod met;
mod notices;
mod out_of_reach;
mod overview;
mod pages;
mod retention;
mod standing;
mod statements;
mod states;
mod summary;
mod table;
mod tables;
mod timeline;

pub use dossier::Dossier;
pub use evidence::{EVIDENCE, Evidence, Input, Materials, Unpacked, VerifiedEvidence, is_evidence, unpack, verify_evidence};
pub use folder::{Report, write_report};
pub use form::Form;
pub use left::{Changed, Concern, Concerns, Left, LeftOf, left};
pub use lookup::{Lookup, write_lookup};
pub use notices::{NoticeFile, NoticeSheet, Published, notices};
pub use out_of_reach::{Lost, OutOfReach, lost};
pub use overview::{Open, Overview};
pub use pages::clocks;
pub use retention::{
    Beyond, Counted, Holding, Holdings, InEffect, NOBODY, OfLedger, Purge, holdings, kept_until, last_in_effect, out_of_reach, refuse_date,
    remove, unfinished,
};
pub use standing::{Channel, Loose, Status, status};
pub use statements::{Filing, REPORT_FILE, Statements};
pub use states::StateSheet;
pub use summary::Summary;
pub use tables::write_tables;

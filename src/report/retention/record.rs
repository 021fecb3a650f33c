//! purged.json: what was removed, when, by whom and why, with the hashes and counts that stay.

use super::beyond::Beyond;
use super::holdings::Holding;
use super::last_day::InEffect;
use crate::error::{Error, Place, Result};
use crate::files;
use crate::incident::PURGED_FILE;
use crate::ledger::{OfPeople, Sha, Stamp};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::path::Path;

const FORMAT: u32 = 1;

/// The record of a purge. Its digest stands in the ledger's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// Format of the file; 1.
    format: u32,
    /// Incident id.
    pub incident: String,
    /// The day on which it was begun.
    pub on: Date,
    /// Who had it done.
    pub by: String,
    /// Why it goes earlier than the law asks, or although something is not finished; absent when neither was so.
    pub reason: Option<String>,
    /// The day before which everything of the incident lies.
    pub before: Date,
    /// The clause on how long records are kept.
    pub clause: String,
    /// The last day on which something of the incident was in effect.
    pub last_in_effect: InEffect,
    /// What was not finished, in words.
    pub unfinished: Vec<String>,
    /// The counts of the latest standing; absent when there was none.
    pub counts: Option<Counted>,
    /// What of the ledger is removed, and where its chains were.
    pub ledger: OfLedger,
    /// The files that are removed.
    pub removed: Vec<Holding>,
    /// What it does not reach.
    pub out_of_reach: Vec<Beyond>,
}

/// What of a ledger is removed, and where its chains were before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfLedger {
    /// Entries that are removed.
    pub removed: OfPeople,
    /// The newest link of every chain.
    pub heads: Vec<Stamp>,
}

/// The latest standing in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Rows that came in.
    pub rows: u64,
    /// Rows merged into others.
    pub merged: u64,
    /// People.
    pub people: u64,
    /// Told by letter.
    pub letters: u64,
    /// Told by e-mail.
    pub emails: u64,
    /// Held.
    pub held: u64,
    /// Owed no letter.
    pub excluded: u64,
}

impl Purge {
    /// A record of everything but what it is made of: files, ledger, counts and what is out of reach.
    pub fn new(incident: &str, (on, by, reason): (Date, &str, Option<&str>), (before, clause): (Date, &str), last: InEffect) -> Purge {
        Purge {
            format: FORMAT,
            incident: incident.to_owned(),
            on,
            by: by.to_owned(),
            reason: reason.map(str::to_owned),
            before,
            clause: clause.to_owned(),
            last_in_effect: last,
            unfinished: Vec::new(),
            counts: None,
            ledger: OfLedger::default(),
            removed: Vec::new(),
            out_of_reach: Vec::new(),
        }
    }

    /// The record of an incident folder with its digest; absent when there is none.
    ///
    /// # Errors
    /// Refused when it cannot be read or understood.
    pub fn read(folder: &Path) -> Result<Option<(Purge, Sha)>> {
        let path = folder.join(PURGED_FILE);
        let bytes = match fs_err::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::unreadable(&path, &error)),
        };
        match serde_json::from_slice::<Purge>(&bytes) {
            Ok(purge) if purge.format == FORMAT => Ok(Some((purge, Sha256::digest(&bytes).into()))),
            _ => Err(Error::refused(
                "purge-record-unreadable",
                Place::file(PURGED_FILE),
                "this is no record of a purge that this program can read",
                "put back the file that was written, or use the breachnotice that wrote it",
            )),
        }
    }

    /// Writes it into an incident folder, durably; gives its digest.
    ///
    /// # Errors
    /// Failed when it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<Sha> {
        let json = serde_json::to_string_pretty(self).map_err(|error| Error::bug(error.to_string()))? + "\n";
        files::write(&folder.join(PURGED_FILE), json.as_bytes())?;
        files::sync_folder(folder)?;
        Ok(Sha256::digest(json.as_bytes()).into())
    }
}

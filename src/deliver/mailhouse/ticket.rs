//! The job ticket: what the house needs to know, in one file that a person and a program can read.

use super::house::House;
use super::index::StreamTotals;
use crate::error::{Error, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whom the house asks when something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A person or a desk.
    pub name: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// E-mail; may be empty.
    pub email: String,
}

/// `ticket.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Name of the package.
    pub package: String,
    /// The job ordinal.
    pub job: u32,
    /// Why some pieces are printed again; absent for the first package of a job.
    pub reprint_reason: Option<String>,
    /// The tool and its version.
    pub tool: String,
    /// Last day on which the pieces may be mailed.
    pub mail_by: Date,
    /// Reference of the business associate agreement with the house.
    pub baa_reference: String,
    /// Id of the house profile.
    pub house: String,
    /// Paper.
    pub stock: String,
    /// Printed on both sides.
    pub duplex: bool,
    /// Envelope profile.
    pub envelope: String,
    /// How the sheet is folded.
    pub fold: String,
    /// What goes into the envelope beside the letter; empty for nothing.
    pub inserts: Vec<String>,
    /// `first-class` and what else the index names.
    pub mail_classes: Vec<String>,
    /// What the house does with pieces it cannot mail, and with spoiled ones.
    pub instructions: String,
    /// Whom the house asks.
    pub contact: Contact,
    /// Digest of the sealed wording, hex.
    pub seal_sha256: String,
    /// Digest of the released recipient set, hex.
    pub release_sha256: String,
    /// Counts of the whole package.
    pub totals: StreamTotals,
    /// Counts by stream.
    pub streams: BTreeMap<String, StreamTotals>,
    /// Digest of every other file of the package, hex, by path. Filled when the package is finished.
    pub files: BTreeMap<String, String>,
}

impl Ticket {
    /// Takes over what a house profile says and what the index has counted.
    #[must_use]
    pub fn with(mut self, house: &House, streams: BTreeMap<String, StreamTotals>) -> Ticket {
        self.house.clone_from(&house.id);
        self.stock.clone_from(&house.stock);
        self.fold.clone_from(&house.fold);
        self.instructions.clone_from(&house.instructions);
        self.totals = sum(&streams);
        self.streams = streams;
        self
    }

    /// The bytes of `ticket.json`.
    ///
    /// # Errors
    /// Refused when a package may not leave with this ticket; a bug when its counts do not close.
    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        if self.baa_reference.trim().is_empty() {
            return Err(Error::refused(
                "baa-missing",
                crate::error::Place::file("incident.toml").column("print.baa_reference"),
                "there is no reference of a business associate agreement with the mail house",
                "sign the agreement first (45 CFR 164.502(e)), then write its reference under [print]",
            ));
        }
        if self.totals != sum(&self.streams) {
            return Err(Error::bug("the counts of the job ticket do not close"));
        }
        let mut json = serde_json::to_vec_pretty(self).map_err(|_| Error::bug("the job ticket could not be written as JSON"))?;
        json.push(b'\n');
        Ok(json)
    }
}

pub(super) fn sum(streams: &BTreeMap<String, StreamTotals>) -> StreamTotals {
    let mut sum = StreamTotals::default();
    streams.values().for_each(|stream| sum.add(stream));
    sum
}

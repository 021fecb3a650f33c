//! The file for the vendor, and the digest that ties its answer to the people who were asked about.

use super::asked::{Asked, Question};
use crate::digest::{hex, sha256};
use crate::error::{Error, Place, Result};
use crate::files::{self, Writing, guarded};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

/// The columns of the file.
pub(super) const COLUMNS: [&str; 8] = ["record", "set", "name", "address1", "address2", "city", "state", "postal_code"];
/// Digits of the digest that stand in every row; with them, 2^64 sets are told apart.
const SHOWN: usize = 16;
/// How the file beside the list begins.
const BESIDE: &str = "{\n  \"address_list\"";

/// SHA-256 over number, name and address of everyone asked about, and over the incident's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetDigest(String);

impl SetDigest {
    /// Of everyone in a list.
    pub fn of(incident_id: &str, asked: &Asked) -> SetDigest {
        let mut digest = Sha256::new();
        let mut part = |text: &str| {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text.as_bytes());
        };
        part(incident_id);
        for Question { piece, name, address, .. } in asked.iter() {
            part(&piece.to_string());
            part(name.reveal());
            part(&address.reveal().lines().join("\n"));
        }
        SetDigest(hex(&digest.finalize()))
    }

    /// All 64 digits.
    pub fn whole(&self) -> &str {
        &self.0
    }

    /// As it stands in a row: `S` first, so that no spreadsheet takes it for a number.
    pub fn mark(&self) -> String {
        format!("S{}", self.0[..SHOWN].to_uppercase())
    }
}

/// Our number as the file has it: `P` first, so that no spreadsheet drops its zeros.
pub(super) fn record_number(piece: impl fmt::Display) -> String {
    format!("P{piece}")
}

/// What stands beside the list and stays in the house.
#[derive(Serialize)]
struct Beside<'a> {
    /// Name of the list's file.
    address_list: String,
    set: &'a str,
    mark: String,
    records: usize,
    sha256: String,
}

/// Writes the list for the vendor, and beside it `FILE.json` with the whole digest.
///
/// # Errors
/// Refused when another file stands under either name; failed when they cannot be written.
pub fn write(path: &Path, set: &SetDigest, asked: &Asked) -> Result<()> {
    let beside = beside(path);
    refuse_other_files(path, &COLUMNS.join(","))?;
    refuse_other_files(&beside, BESIDE)?;
    let mut writer = csv::Writer::from_writer(Writing::begin(path)?);
    let failed = |error: csv::Error| Error::unwritable(path, &std::io::Error::from(error));
    writer.write_record(COLUMNS).map_err(failed)?;
    let mark = set.mark();
    for Question { piece, name, address, .. } in asked.iter() {
        let address = address.reveal();
        let cells = [&record_number(piece), &mark, name.reveal(), &address.address1, &address.address2, &address.city];
        let cells = cells.into_iter().chain([&address.state, &address.postal_code]);
        writer.write_record(cells.map(|cell| guarded(cell)).map(Cow::into_owned)).map_err(failed)?;
    }
    let mut file = writer.into_inner().map_err(|error| Error::unwritable(path, error.error()))?;
    let sha256 = sha256(&file.contents()?);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let text = Beside { address_list: name, set: set.whole(), mark, records: asked.len(), sha256 };
    let text = serde_json::to_string_pretty(&text).map_err(|error| Error::bug(error.to_string()))?;
    file.finish()?;
    files::write(&beside, format!("{text}\n").as_bytes())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".json");
    PathBuf::from(name)
}

/// A list of ours may be replaced; whatever else stands under the name is somebody's.
fn refuse_other_files(path: &Path, begins: &str) -> Result<()> {
    let other = match fs_err::File::open(path) {
        Ok(mut file) => {
            let mut start = vec![0; begins.len()];
            std::io::Read::read_exact(&mut file, &mut start).is_err() || start != begins.as_bytes()
        }
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    };
    if !other {
        return Ok(());
    }
    let reason = "this file exists and is no address list of ours";
    Err(Error::refused("output-over-input", Place::file(path.display().to_string()), reason, "name another file: it would be overwritten"))
}

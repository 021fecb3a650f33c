//! A package checked by itself, as whoever received or kept it can: that it is what left, every byte of it.
//!
//! ```text
//! NAME.done -> SHA256SUMS -> every file
//!                 ticket.json <- counts of pieces.csv = pieces.jsonl
//! the ledger: the link that NAME.done names, and the pieces that left in the package
//! ```
//!
//! Nothing stops at the first fault: whoever has to find out what happened needs all of them.

mod files;
mod index;
#[cfg(test)]
mod tests;
mod ticket;

use super::done::Done;
use super::handover::in_package;
use super::index::StreamTotals;
use super::package::CHECKSUMS;
use crate::error::{Error, Finding, Place, Result, Sentence};
use crate::ledger::{Ledger, Piece, Sha, Stamp};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a check of a package found.
#[derive(Debug, Serialize)]
pub struct VerifiedPackage {
    /// Its name.
    pub package: String,
    /// Files that are there and were read.
    pub files: u64,
    /// Pieces in its index.
    pub pieces: u64,
    /// Whether the encrypted file stands beside it and was read.
    pub encrypted: bool,
    /// Whether it was compared with a ledger.
    pub in_ledger: bool,
    /// Where the ledger was when the package had left; absent when `NAME.done` does not say.
    #[serde(skip)]
    stamp: Option<Stamp>,
    #[serde(skip)]
    index: Index,
    #[serde(skip)]
    findings: Vec<Finding>,
}

/// What the index says, as far as others are compared with it.
#[derive(Debug, Default)]
struct Index {
    pieces: BTreeMap<Piece, Row>,
    streams: BTreeMap<String, StreamTotals>,
}

/// A row of `pieces.csv`.
#[derive(Debug)]
struct Row {
    line: u64,
    /// Of the piece's bytes; absent when the cell holds none.
    sha256: Option<Sha>,
    /// Of all cells.
    cells: [u8; 16],
}

/// What is known while a package is checked.
struct Checking {
    /// The folder that the package lies in.
    out: PathBuf,
    checked: VerifiedPackage,
    /// Digest of each file that `SHA256SUMS` lists, or the ticket when that list is gone.
    listed: BTreeMap<String, String>,
}

/// Checks a package, named by its folder or by its `NAME.done`.
///
/// # Errors
/// Refused when nothing there can be read.
pub fn verify_package(path: &Path) -> Result<VerifiedPackage> {
    let (out, package) = place_and_name(path)?;
    let checked = VerifiedPackage {
        package,
        files: 0,
        pieces: 0,
        encrypted: false,
        in_ledger: false,
        stamp: None,
        index: Index::default(),
        findings: Vec::new(),
    };
    let mut checking = Checking { out, checked, listed: BTreeMap::new() };
    let ticket = checking.read_ticket();
    checking.list(ticket.as_ref());
    checking.done()?;
    checking.files()?;
    checking.index();
    if let Some(ticket) = ticket {
        checking.ticket(&ticket);
    }
    Ok(checking.checked)
}

/// The folder that a package lies in, and the package's name.
fn place_and_name(path: &Path) -> Result<(PathBuf, String)> {
    let whole = path.canonicalize().map_err(|error| Error::unreadable(path, &error))?;
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if whole.is_dir() { Some(name.as_str()) } else { name.strip_suffix(".done") };
    match (name, whole.parent()) {
        (Some(name), Some(out)) => Ok((out.to_owned(), name.to_owned())),
        _ => Err(Error::refused(
            "not-a-package",
            Place::file(path.display().to_string()),
            "this is neither a package's folder nor its NAME.done",
            "name the folder of the package, or the file NAME.done beside it",
        )),
    }
}

impl Checking {
    fn folder(&self) -> PathBuf {
        self.out.join(&self.checked.package)
    }

    /// The name of a file of the package in findings.
    fn named(&self, file: &str) -> String {
        format!("{}/{file}", self.checked.package)
    }

    fn changed(&mut self, place: Place, reason: impl Into<Sentence>) {
        self.checked.find("package-changed", place, reason);
    }

    /// The file that declares the package done, and what it holds the checksums of.
    fn done(&mut self) -> Result<()> {
        let name = format!("{}.done", self.checked.package);
        let path = self.out.join(&name);
        let content = match fs_err::read(&path) {
            Ok(content) => String::from_utf8_lossy(&content).into_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let hint = "an export that was broken off is completed by the same command once more; else fetch the file from where the package was exported";
                let finding =
                    Finding::refuses("package-not-done", Place::file(name), "is not there: nothing declares the package whole", hint);
                self.checked.findings.push(finding);
                return Ok(());
            }
            Err(error) => return Err(Error::unreadable(&path, &error)),
        };
        let Done { stamp, checksums, encrypted, faults } = Done::read(&self.checked.package, &content);
        for (line, reason) in faults {
            self.changed(Place::line(&name, line), reason);
        }
        if let Some((line, sha256)) = checksums {
            let now = files::digest(&self.folder().join(CHECKSUMS))?;
            if now.is_some_and(|now| now != sha256) {
                self.changed(Place::line(&name, line), format!("{} is not the list of this checksum", self.named(CHECKSUMS)));
            }
        }
        if let Some((line, file)) = &encrypted
            && let Some(now) = files::digest(&self.out.join(&file.name))?
        {
            self.checked.encrypted = true;
            if now != file.sha256 {
                self.changed(Place::line(&name, *line), format!("{} is not the file of this checksum", file.name));
            }
        }
        self.checked.stamp = stamp;
        Ok(())
    }
}

impl VerifiedPackage {
    /// Where the ledger was when the package had left, as `NAME.done` says.
    pub fn stamp(&self) -> Option<&Stamp> {
        self.stamp.as_ref()
    }

    /// What does not agree, each with its place.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn find(&mut self, code: &'static str, place: Place, reason: impl Into<Sentence>) {
        let hint = "this is not what left: get the package once more from where it was exported, and keep this one as evidence";
        self.findings.push(Finding::refuses(code, place, reason, hint));
    }

    /// Compares the package with the ledger: each of its pieces left in it with these bytes, and no other did.
    ///
    /// # Errors
    /// Refused when the ledger cannot be read.
    pub fn compare(&mut self, ledger: &mut dyn Ledger) -> Result<()> {
        self.in_ledger = true;
        let mut recorded = in_package(ledger, &self.package)?;
        let file = format!("{}/pieces.csv", self.package);
        let mut faults = Vec::new();
        for (piece, row) in &self.index.pieces {
            let reason = match recorded.remove(piece) {
                None => format!("piece {piece:07} did not leave in this package, as far as the ledger knows"),
                // What left before the ledger kept digests has none.
                Some(Some(sha256)) if Some(sha256) != row.sha256 => format!("piece {piece:07} left with other bytes, as the ledger knows"),
                Some(_) => continue,
            };
            faults.push((Place::line(&file, row.line), reason));
        }
        for piece in recorded.keys() {
            faults
                .push((Place::file(&file), format!("piece {piece:07} left in this package, as the ledger knows, and is not in the index")));
        }
        for (place, reason) in faults {
            self.find("package-not-as-recorded", place, reason);
        }
        Ok(())
    }
}

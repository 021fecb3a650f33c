//! A pack checked by itself, as whoever kept it can, without the incident and without the network.
//!
//! ```text
//! SHA256SUMS -> every file       seal/, earlier-seals/ -> approvals and signatures
//! evidence.json -> ledger/ (chains, heads) <- release.json
//! inputs.csv -> counts <- people.csv -> states of ledger/
//! ```
//!
//! Nothing stops at the first fault: whoever has to find out what happened needs all of them.

mod counts;
mod record;

use super::manifest::{FORMAT, Manifest};
use super::people::PEOPLE;
use super::sums::{SUMS, is_regular, of_folder, parse, text};
use super::{INDEX, MANIFEST, declaration, tables};
use crate::digest::sha256;
use crate::error::{Error, Finding, Place, Result, Sentence};
use crate::files;
use crate::ledger::Stamp;
use crate::report::left::Changed;
use crate::review::{self, AllowedSigners, EarlierSeal, VerifiedSeal};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The seal in findings.
const SEAL: &str = "seal/seal.json";

/// What a check of a pack found.
#[derive(Debug, Default, Serialize)]
pub struct VerifiedEvidence {
    /// The incident; empty when the pack does not say.
    pub incident: String,
    /// The day of the report that it came with; empty likewise.
    pub as_of: String,
    /// Whether a report lies around it, whose pages were not looked at.
    pub in_report: bool,
    /// Files that are there.
    pub files: u64,
    /// SHA-256 of `SHA256SUMS`.
    pub sha256: String,
    /// People, by the table of everyone.
    pub people: u64,
    /// Events of the ledger.
    pub events: u64,
    /// Links of its chains.
    pub links: u64,
    /// The approvals; absent when there is no seal, or it does not hold.
    pub seal: Option<VerifiedSeal>,
    /// Seals that were replaced after recipients had been released under them, and hold.
    pub earlier_seals: u64,
    /// The newest link of each chain.
    #[serde(skip)]
    pub heads: Vec<Stamp>,
    /// Rows of the lists as they were when the pack was made; absent when the counts are of those.
    pub rows_now: Option<u64>,
    /// How those lists differed from the ones that the counts were made from, in people.
    pub changed: Changed,
    /// Whether the counts close; absent while there are none.
    pub closes: Option<bool>,
    /// Everything that does not hold, with its place.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// The pack that a path names, itself or the report around it, whatever was taken out of it; `None` when it is something else.
pub fn is_evidence(path: &Path) -> Option<PathBuf> {
    let marks = [MANIFEST, SUMS, tables::INPUTS, tables::OBLIGATIONS, declaration::FILE, PEOPLE];
    let is_one =
        |folder: &PathBuf| !folder.join("incident.toml").exists() && marks.iter().filter(|mark| folder.join(mark).exists()).count() >= 2;
    [path.to_owned(), path.join(super::EVIDENCE)].into_iter().find(is_one)
}

/// Checks a pack: every file, the seal with its signatures, the chains of the ledger, and that the counts close. Where signers are listed
/// every approval must be signed by a key that is tied to its role. The ledger in the pack must have the links of `stamps`.
///
/// # Errors
/// Refused when the folder cannot be read.
pub fn verify_evidence(folder: &Path, signers: Option<&AllowedSigners>, stamps: &[Stamp]) -> Result<VerifiedEvidence> {
    let in_report = folder.parent().is_some_and(|around| around.join("report.json").exists());
    let mut checking = Checking { folder, checked: VerifiedEvidence { in_report, ..VerifiedEvidence::default() }, named: BTreeSet::new() };
    checking.files()?;
    let manifest = checking.manifest();
    checking.seal(signers);
    let earlier = checking.earlier_seals(signers)?;
    if let Some(manifest) = &manifest {
        let releases = earlier.iter().map(|earlier| earlier.release.ledger.clone());
        let told = checking.ledger(manifest, stamps.iter().cloned().chain(releases).collect());
        checking.approvals(manifest, told.as_ref(), &earlier);
        checking.counts(manifest, told.as_ref());
    }
    Ok(checking.checked)
}

/// A check under way.
struct Checking<'a> {
    folder: &'a Path,
    checked: VerifiedEvidence,
    /// Files that a finding names already.
    named: BTreeSet<String>,
}

impl Checking<'_> {
    fn find(&mut self, place: Place, reason: impl Into<Sentence>) {
        let hint = "put the pack back from a copy whose SHA256SUMS has the digest that the report printed; keep this one as it is";
        self.named.insert(place.file.clone());
        self.checked.findings.push(Finding::refuses("evidence-changed", place, reason, hint));
    }

    /// Faults of a file that is named already say nothing new.
    fn add(&mut self, error: Error) {
        let fresh: Vec<Finding> = error.findings.into_iter().filter(|finding| !self.names(&finding.place.file)).collect();
        self.checked.findings.extend(fresh);
    }

    fn names(&self, file: &str) -> bool {
        let below = Path::new(file).strip_prefix(self.folder).map_or(file.to_owned(), |name| name.display().to_string());
        self.named.contains(&below)
    }

    fn files(&mut self) -> Result<()> {
        for path in files::files_below(self.folder)?.iter().filter(|path| !is_regular(path)) {
            let name = path.strip_prefix(self.folder).unwrap_or(path).display().to_string();
            self.find(Place::file(name), "is a link or no file: a copy of the pack would not have what it leads to");
        }
        let there = of_folder(self.folder)?;
        self.checked.files = there.len() as u64;
        let Some(list) = self.read(SUMS) else {
            self.find(Place::file(SUMS), "is gone: nothing says which files there were, and what they were");
            return Ok(());
        };
        self.checked.files += 1;
        self.checked.sha256 = sha256(&list);
        let list = String::from_utf8_lossy(&list);
        let (listed, others) = parse(&list);
        for line in &others {
            self.find(Place::line(SUMS, *line), "the line is none of this list");
        }
        self.compare(&listed, &there);
        if others.is_empty() && text(&listed) != list {
            self.find(Place::file(SUMS), "the list was changed: its lines are not in the order of their names");
        }
        for name in [tables::INPUTS, tables::MERGED, tables::OBLIGATIONS, tables::DELAYS, tables::WAIVERS, declaration::FILE, INDEX] {
            if !there.contains_key(name) && !self.names(name) {
                self.find(Place::file(name), "is gone: every pack has it");
            }
        }
        Ok(())
    }

    fn compare(&mut self, listed: &BTreeMap<String, String>, there: &BTreeMap<String, String>) {
        let mut added: BTreeMap<&String, &String> = there.iter().filter(|(name, _)| !listed.contains_key(*name)).collect();
        for (name, digest) in listed {
            let renamed = || added.iter().find(|(_, other)| **other == digest).map(|(other, _)| (*other).clone());
            match there.get(name) {
                Some(found) if found == digest => {}
                Some(_) => self.find(Place::file(name), "was changed, or its line in SHA256SUMS was"),
                None => match renamed() {
                    Some(other) => {
                        added.remove(&other);
                        self.find(Place::file(name), format!("was renamed to {}, or its line in SHA256SUMS was changed", shown(&other)));
                    }
                    None => self.find(Place::file(name), "is gone, or its line in SHA256SUMS was added"),
                },
            }
        }
        for name in added.into_keys() {
            self.find(Place::file(name), "was added, or its line in SHA256SUMS was taken out");
        }
    }

    /// A regular file of the pack.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(name);
        is_regular(&path).then(|| fs_err::read(path).ok()).flatten()
    }

    fn manifest(&mut self) -> Option<Manifest> {
        match self.read(MANIFEST).and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok()) {
            Some(manifest) if manifest.format > FORMAT => {
                self.find(Place::file(MANIFEST), "is of a newer breachnotice than this one");
                None
            }
            Some(manifest) => {
                self.checked.incident.clone_from(&manifest.incident);
                self.checked.as_of = manifest.as_of.to_string();
                Some(manifest)
            }
            None => {
                if !self.names(MANIFEST) {
                    self.find(Place::file(MANIFEST), "cannot be read");
                }
                None
            }
        }
    }

    fn seal(&mut self, signers: Option<&AllowedSigners>) {
        if self.folder.join("seal").exists() || signers.is_some() {
            match review::verify_seal(self.folder, signers) {
                Ok(seal) => self.checked.seal = Some(seal),
                Err(error) => self.add(error),
            }
        }
    }

    /// The seals that were replaced, with their releases.
    fn earlier_seals(&mut self, signers: Option<&AllowedSigners>) -> Result<Vec<EarlierSeal>> {
        let (seals, findings) = review::verify_earlier_seals(self.folder, signers)?;
        self.add(Error::refused_all(findings));
        self.checked.earlier_seals = seals.len() as u64;
        Ok(seals)
    }
}

/// What stands in a pack that may have been tampered with, fit to be printed.
fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(100).collect()
}

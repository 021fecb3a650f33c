//! A pack checked by itself, as whoever kept it can, without the incident and without the network.
//!
//! ```text
//! SHA256SUMS -> every file       seal/ -> approvals and signatures
//! evidence.json -> ledger/ (chains, heads) <- release.json
//! inputs.csv -> counts <- people.csv -> states of ledger/
//! ```
//!
//! Nothing stops at the first fault: whoever has to find out what happened needs all of them.

use super::ledger_files::LEDGER;
use super::manifest::{Counted, FORMAT, Manifest};
use super::people::{COLUMNS, NOT_LISTED, PEOPLE, States};
use super::sums::{SUMS, of_folder, parse, text};
use super::{MANIFEST, RELEASE, declaration, tables};
use crate::digest::sha256;
use crate::error::{Error, Finding, Place, Result, Sentence};
use crate::files;
use crate::ledger::{Piece, Stamp, read_written};
use crate::review::{self, AllowedSigners, VerifiedSeal};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a check of a pack found.
#[derive(Debug, Default, Serialize)]
pub struct VerifiedEvidence {
    /// The incident; empty when the pack does not say.
    pub incident: String,
    /// The day of the report that it came with; empty likewise.
    pub as_of: String,
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
    /// The newest link of each chain.
    #[serde(skip)]
    pub heads: Vec<Stamp>,
    /// Whether there are counts and they close.
    pub closes: bool,
    /// Everything that does not hold, with its place.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// The pack that a path names, itself or the report around it, whatever was taken out of it; `None` when it is something else.
pub fn is_evidence(path: &Path) -> Option<PathBuf> {
    let marks = [MANIFEST, SUMS, tables::INPUTS, tables::OBLIGATIONS, declaration::FILE, PEOPLE];
    let is_one =
        |folder: &PathBuf| !folder.join("incident.toml").exists() && marks.iter().filter(|mark| folder.join(mark).exists()).count() >= 2;
    [path.to_owned(), path.join(super::FOLDER)].into_iter().find(is_one)
}

/// Checks a pack: every file, the seal with its signatures, the chains of the ledger, and that the counts close. Where signers are listed
/// every approval must be signed by a key that is tied to its role.
///
/// # Errors
/// Refused when the folder cannot be read.
pub fn verify_evidence(folder: &Path, signers: Option<&AllowedSigners>) -> Result<VerifiedEvidence> {
    let mut checking = Checking { folder, checked: VerifiedEvidence::default(), named: BTreeSet::new() };
    checking.files()?;
    let manifest = checking.manifest();
    checking.seal(manifest.as_ref(), signers);
    let states = checking.ledger(manifest.as_ref());
    checking.counts(manifest.as_ref(), &states);
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
        for path in files::files_below(self.folder)?.iter().filter(|path| path.is_symlink()) {
            let name = path.strip_prefix(self.folder).unwrap_or(path).display().to_string();
            self.find(Place::file(name), "is a link: a copy of the pack would not have what it leads to");
        }
        let there = of_folder(self.folder)?;
        self.checked.files = there.len() as u64;
        let Ok(list) = fs_err::read(self.folder.join(SUMS)) else {
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
                        self.find(Place::file(name), format!("was renamed to {}", shown(&other)));
                    }
                    None => self.find(Place::file(name), "is gone"),
                },
            }
        }
        for name in added.into_keys() {
            self.find(Place::file(name), "was added: the pack had no such file");
        }
    }

    fn manifest(&mut self) -> Option<Manifest> {
        let read = fs_err::read(self.folder.join(MANIFEST)).ok().and_then(|bytes| serde_json::from_slice::<Manifest>(&bytes).ok());
        match read {
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

    fn seal(&mut self, manifest: Option<&Manifest>, signers: Option<&AllowedSigners>) {
        let is_there = self.folder.join("seal").exists();
        if is_there || signers.is_some() {
            match review::verify_seal(self.folder, signers) {
                Ok(seal) => self.checked.seal = Some(seal),
                Err(error) => self.add(error),
            }
        } else if manifest.is_some_and(|manifest| manifest.sealed) {
            self.find(Place::file("seal"), "is gone: the wording had been approved");
        }
        let incident = self.checked.seal.as_ref().map(|seal| seal.incident.clone());
        if let (Some(manifest), Some(incident)) = (manifest, incident)
            && manifest.incident != incident
        {
            self.find(Place::file("seal/seal.json"), "is of another incident than evidence.json");
        }
    }

    /// The chains, up to the heads that the pack and the release name.
    fn ledger(&mut self, manifest: Option<&Manifest>) -> States {
        let mut states = States::default();
        let Some(manifest) = manifest else { return states };
        let mut stamps = manifest.heads.clone();
        match review::stored_release(self.folder) {
            Ok(Some(release)) => stamps.push(release.ledger),
            Ok(None) if manifest.released && !self.names(RELEASE) => self.find(Place::file(RELEASE), "is gone"),
            Ok(None) => {}
            Err(error) => self.add(error),
        }
        let folder = self.folder.join(LEDGER);
        if stamps.is_empty() && !folder.exists() {
            return states;
        }
        let read = read_written(&folder, LEDGER, (&manifest.incident, &stamps), &mut |event| {
            states.add(&event);
            Ok(())
        });
        match read {
            Ok(written) => {
                (self.checked.events, self.checked.links) = (written.verified.events, written.verified.links);
                self.checked.findings.extend(written.verified.findings().iter().cloned());
                self.checked.heads.clone_from(&written.heads);
                if written.heads != manifest.heads {
                    self.find(Place::file(MANIFEST), "names other ends of the chains than the ledger's files have");
                }
            }
            Err(error) => self.add(error),
        }
        states
    }

    /// Rows in are dispositions out, of the lists and of the table of everyone; and its states are the ledger's.
    fn counts(&mut self, manifest: Option<&Manifest>, states: &States) {
        let Some(counts) = manifest.and_then(|manifest| manifest.counts) else { return };
        let before = self.checked.findings.len();
        if !counts.close() {
            self.find(Place::file(MANIFEST), "its counts do not close");
        }
        if let Some(rows) = self.rows_of_lists()
            && rows != counts.rows
        {
            self.find(Place::file(tables::INPUTS), format!("the lists have {rows} rows, the people were made from {}", counts.rows));
        }
        match self.people(states) {
            Some(found) if found != (Counted { rows: 0, merged: 0, ..counts }) => {
                self.find(Place::file(PEOPLE), "has other numbers of people than evidence.json");
            }
            Some(_) => {}
            None if !self.names(PEOPLE) => self.find(Place::file(PEOPLE), "cannot be read"),
            None => {}
        }
        self.checked.closes = self.checked.findings.len() == before && !self.names(PEOPLE) && !self.names(MANIFEST);
    }

    fn rows_of_lists(&self) -> Option<u64> {
        let mut reader = csv::Reader::from_path(self.folder.join(tables::INPUTS)).ok()?;
        let mut sum = 0_u64;
        for record in reader.records() {
            let rows = record.ok()?.get(3)?.to_owned();
            sum = sum.checked_add(if rows.is_empty() { 0 } else { rows.parse().ok()? })?;
        }
        Some(sum)
    }

    /// Counts the table of everyone, and finds pieces whose state is not the ledger's.
    fn people(&mut self, states: &States) -> Option<Counted> {
        let mut reader = csv::Reader::from_path(self.folder.join(PEOPLE)).ok()?;
        let header_holds = reader.headers().ok()?.iter().eq(COLUMNS);
        let (mut counted, mut seen) = (Counted::default(), BTreeSet::<Piece>::new());
        for record in reader.into_records() {
            let record = record.ok()?;
            let line = record.position().map_or(0, csv::Position::line);
            let (disposition, piece, state) = (record.get(2)?, record.get(4)?, record.get(6)?);
            let count = match disposition {
                "letter" => Some(&mut counted.letters),
                "email" => Some(&mut counted.emails),
                "held" => Some(&mut counted.held),
                "excluded" => Some(&mut counted.excluded),
                _ => None,
            };
            if let Some(count) = count {
                *count += 1;
                self.checked.people += 1;
            } else if !["seed", NOT_LISTED].contains(&disposition) {
                return None;
            }
            let Ok(piece) = piece.parse::<Piece>() else { continue };
            seen.insert(piece);
            if states.id(piece) != state {
                let reason = format!("piece {piece:07} is {} in the ledger, and {} here", states.id(piece), shown(state));
                self.find(Place::line(PEOPLE, line), reason);
            }
        }
        for piece in states.pieces().filter(|piece| !seen.contains(piece)) {
            self.find(Place::file(PEOPLE), format!("piece {piece:07} of the ledger is nobody's here"));
        }
        header_holds.then_some(counted)
    }
}

/// What stands in a pack that may have been tampered with, fit to be printed.
fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(100).collect()
}

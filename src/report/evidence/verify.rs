//! A pack checked by itself, as whoever kept it can, without the incident and without the network.
//!
//! ```text
//! SHA256SUMS -> every file       seal/ -> approvals and signatures
//! evidence.json -> ledger/ (chains, heads) <- release.json
//! inputs.csv -> counts <- people.csv -> states of ledger/
//! ```
//!
//! Nothing stops at the first fault: whoever has to find out what happened needs all of them.

use super::ledger_files::{CAME_BACK, HISTORY, LEDGER, row_of};
use super::manifest::{Counted, FORMAT, Manifest};
use super::people::{COLUMNS, NOT_LISTED, PEOPLE, States};
use super::sums::{SUMS, is_regular, of_folder, parse, text};
use super::{INDEX, MANIFEST, RELEASE, declaration, tables};
use crate::digest::sha256;
use crate::error::{Error, Finding, Place, Result, Sentence};
use crate::files;
use crate::ledger::{Event, EventKind, Piece, Stamp, WrittenFile, read_written};
use crate::review::{self, AllowedSigners, VerifiedSeal};
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
    [path.to_owned(), path.join(super::FOLDER)].into_iter().find(is_one)
}

/// Checks a pack: every file, the seal with its signatures, the chains of the ledger, and that the counts close. Where signers are listed
/// every approval must be signed by a key that is tied to its role. The ledger in the pack must have the links of `stamps`.
///
/// # Errors
/// Refused when the folder cannot be read.
pub fn verify_evidence(folder: &Path, signers: Option<&AllowedSigners>, stamps: &[Stamp]) -> Result<VerifiedEvidence> {
    let mut checking = Checking { folder, checked: VerifiedEvidence::default(), named: BTreeSet::new() };
    checking.files()?;
    let manifest = checking.manifest();
    checking.seal(signers);
    if let Some(manifest) = &manifest {
        let told = checking.ledger(manifest, stamps);
        checking.approvals(manifest, told.as_ref());
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
        for name in [tables::INPUTS, tables::OBLIGATIONS, tables::DELAYS, tables::WAIVERS, declaration::FILE, INDEX] {
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

    /// The chains, up to the heads that the pack, the release and others name; and the tables that follow from them.
    fn ledger(&mut self, manifest: &Manifest, stamps: &[Stamp]) -> Option<Told> {
        let mut stamps = [stamps, &manifest.heads].concat();
        match review::stored_release(self.folder) {
            Ok(release) => stamps.extend(release.map(|release| release.ledger)),
            Err(error) => self.add(error),
        }
        let folder = self.folder.join(LEDGER);
        if stamps.is_empty() && !folder.exists() {
            return None;
        }
        if let Some(file) = WrittenFile::ALL.into_iter().find(|file| !is_regular(&folder.join(file.name()))) {
            self.find(Place::file(format!("{LEDGER}/{}", file.name())), "is gone: nothing shows what was recorded");
            return None;
        }
        let mut told = Told::default();
        let mut tables = [HISTORY, CAME_BACK].map(|name| Following::open(self.folder, name));
        let read = read_written(&folder, LEDGER, (&manifest.incident, &stamps), &mut |event| {
            told.add(&event);
            if let Some((name, cells)) = row_of(&event) {
                tables.iter_mut().filter(|table| table.name == name).for_each(|table| table.expect(&cells));
            }
            Ok(())
        });
        let written = match read {
            Ok(written) => written,
            Err(error) => {
                self.add(error);
                return None;
            }
        };
        (self.checked.events, self.checked.links) = (written.verified.events, written.verified.links);
        self.checked.heads.clone_from(&written.heads);
        self.checked.findings.extend(written.verified.findings().iter().cloned());
        if written.heads != manifest.heads {
            self.find(Place::file(MANIFEST), "names other ends of the chains than the ledger's files have");
        }
        for table in tables {
            let name = table.name;
            if !table.ends() && !self.names(name) {
                self.find(Place::file(name), "has other rows than follow from the ledger's files");
            }
        }
        Some(told)
    }

    /// Seal and release are those that the ledger tells of, and belong together.
    fn approvals(&mut self, manifest: &Manifest, told: Option<&Told>) {
        let is_sealed = manifest.sealed || told.is_some_and(|told| !told.sealed.is_empty());
        if is_sealed && !self.folder.join("seal").exists() {
            self.find(Place::file("seal"), "is gone: the wording had been approved");
        }
        let is_released = manifest.released || told.is_some_and(|told| told.released.is_some());
        let release = review::stored_release(self.folder).ok().flatten();
        if is_released && release.is_none() && !self.names(RELEASE) {
            self.find(Place::file(RELEASE), "is gone: the recipients had been released");
        }
        let seal = self.checked.seal.as_ref().map(|seal| (seal.incident.clone(), seal.digest.clone(), approvals_of(seal)));
        if let Some((incident, digest, approvals)) = seal {
            if incident != manifest.incident {
                self.find(Place::file(SEAL), "is of another incident than evidence.json");
            }
            if release.as_ref().is_some_and(|release| release.seal != digest) {
                self.find(Place::file(RELEASE), "was given under another seal: the wording here is not what was released");
            }
            let strange = told.and_then(|told| approvals.into_iter().find(|approval| !told.sealed.contains(approval)));
            if let Some(approval) = strange {
                self.find(Place::file(SEAL), format!("the ledger knows of no approval by {}", shown(&approval)));
            }
        }
        let Some(release) = release else { return };
        if release.incident != manifest.incident {
            self.find(Place::file(RELEASE), "is of another incident than evidence.json");
        }
        if told.is_some_and(|told| told.released.as_ref() != Some(&release.by)) {
            self.find(Place::file(RELEASE), "was not given by whom the ledger names");
        }
    }

    /// Rows in are people out, also in the table of everyone; and what it says of pieces is the ledger's.
    fn counts(&mut self, manifest: &Manifest, told: Option<&Told>) {
        if let Some(rows) = self.rows_of_lists()
            && rows != manifest.rows_of_lists
        {
            let reason = format!("the lists have {rows} rows, by evidence.json {}", manifest.rows_of_lists);
            self.find(Place::file(tables::INPUTS), reason);
        }
        let Some(counts) = manifest.counts else { return };
        let before = self.checked.findings.len();
        if !counts.close() {
            self.find(Place::file(MANIFEST), "its counts do not close");
        }
        match self.people(told) {
            Some(found) if found != (Counted { rows: 0, merged: 0, ..counts }) => {
                self.find(Place::file(PEOPLE), "has other numbers of people than evidence.json");
            }
            Some(_) => {}
            None if !self.names(PEOPLE) => self.find(Place::file(PEOPLE), "cannot be read"),
            None => {}
        }
        self.checked.closes = Some(self.checked.findings.len() == before && !self.names(PEOPLE) && !self.names(MANIFEST));
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

    /// Counts the table of everyone, and finds pieces of which the ledger tells something else. Without a ledger only counts.
    fn people(&mut self, told: Option<&Told>) -> Option<Counted> {
        if !is_regular(&self.folder.join(PEOPLE)) {
            return None;
        }
        let mut reader = csv::Reader::from_path(self.folder.join(PEOPLE)).ok()?;
        let header_holds = reader.headers().ok()?.iter().eq(COLUMNS);
        let (mut counted, mut seen, mut records) = (Counted::default(), BTreeSet::<Piece>::new(), BTreeSet::new());
        for record in reader.into_records() {
            let record = record.ok()?;
            let line = record.position().map_or(0, csv::Position::line);
            let (id, disposition, piece) = (record.get(0)?, record.get(2)?, record.get(4)?);
            let cells = [record.get(5)?, record.get(6)?, record.get(7)?];
            if !id.is_empty() && !records.insert(id.to_owned()) {
                self.find(Place::line(PEOPLE, line), "the record stands there twice");
            }
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
            if !seen.insert(piece) {
                self.find(Place::line(PEOPLE, line), format!("piece {piece:07} stands there twice"));
            }
            let Some(expected) = told.map(|told| told.states.cells(piece)) else { continue };
            if expected.iter().map(String::as_str).ne(cells) {
                let words = |cells: &[&str; 3]| shown(cells.join(" ").trim());
                let reason = format!(
                    "piece {piece:07} is {} in the ledger, and {} here",
                    words(&expected.each_ref().map(String::as_str)),
                    words(&cells)
                );
                self.find(Place::line(PEOPLE, line), reason);
            }
        }
        for piece in told.iter().flat_map(|told| told.states.pieces()).filter(|piece| !seen.contains(piece)) {
            self.find(Place::file(PEOPLE), format!("piece {piece:07} of the ledger is nobody's here"));
        }
        header_holds.then_some(counted)
    }
}

/// What the ledger of a pack tells.
#[derive(Default)]
struct Told {
    states: States,
    /// Role and name of every approval.
    sealed: BTreeSet<String>,
    /// Who released last.
    released: Option<String>,
}

impl Told {
    fn add(&mut self, event: &Event) {
        self.states.add(event);
        match event.event.kind {
            EventKind::Sealed => drop(self.sealed.insert(event.event.detail.clone())),
            EventKind::Released => self.released = Some(event.event.detail.clone()),
            _ => {}
        }
    }
}

/// As the ledger names approvals.
fn approvals_of(seal: &VerifiedSeal) -> Vec<String> {
    seal.approvals.iter().map(|approval| format!("{}: {}", approval.role, approval.by)).collect()
}

/// A table of the pack that is read along with the events that it follows from.
struct Following {
    name: &'static str,
    records: Option<csv::StringRecordsIntoIter<std::fs::File>>,
    holds: bool,
}

impl Following {
    fn open(folder: &Path, name: &'static str) -> Following {
        let path = folder.join(name);
        let records = is_regular(&path).then(|| csv::Reader::from_path(path).ok()).flatten().map(csv::Reader::into_records);
        Following { name, holds: records.is_some(), records }
    }

    fn expect(&mut self, cells: &[String]) {
        let next = self.records.as_mut().and_then(Iterator::next).and_then(std::result::Result::ok);
        self.holds &= next.is_some_and(|record| record.iter().eq(cells.iter().map(|cell| files::guarded(cell))));
    }

    /// Whether every row was expected, and none is left.
    fn ends(mut self) -> bool {
        self.holds && self.records.as_mut().is_some_and(|records| records.next().is_none())
    }
}

/// What stands in a pack that may have been tampered with, fit to be printed.
fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(100).collect()
}

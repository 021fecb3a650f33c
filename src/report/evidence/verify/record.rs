//! What was recorded and approved: the chains, the tables that follow from them, and seal and release beside them.

use super::{Checking, SEAL, shown};
use crate::error::Place;
use crate::files;
use crate::ledger::{Event, EventKind, Stamp, WrittenFile, read_written};
use crate::report::evidence::ledger_files::{CAME_BACK, HISTORY, LEDGER, row_of};
use crate::report::evidence::manifest::Manifest;
use crate::report::evidence::people::States;
use crate::report::evidence::sums::is_regular;
use crate::report::evidence::{MANIFEST, RELEASE};
use crate::review::{self, VerifiedSeal};
use std::collections::BTreeSet;
use std::path::Path;

impl Checking<'_> {
    /// The chains, up to the heads that the pack, the release and others name; and the tables that follow from them.
    pub(super) fn ledger(&mut self, manifest: &Manifest, stamps: &[Stamp]) -> Option<Told> {
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
    pub(super) fn approvals(&mut self, manifest: &Manifest, told: Option<&Told>) {
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
}

/// What the ledger of a pack tells.
#[derive(Default)]
pub(super) struct Told {
    pub(super) states: States,
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
        let next = self.records.as_mut().and_then(Iterator::next).and_then(Result::ok);
        self.holds &= next.is_some_and(|record| record.iter().eq(cells.iter().map(|cell| files::guarded(cell))));
    }

    /// Whether every row was expected, and none is left.
    fn ends(mut self) -> bool {
        self.holds && self.records.as_mut().is_some_and(|records| records.next().is_none())
    }
}

//! What was recorded and approved: the chains, the tables that follow from them, and seals and releases beside them.

use super::{Checking, SEAL, shown};
use crate::digest::hex;
use crate::error::Place;
use crate::files;
use crate::ledger::{Event, EventKind, NewEvent, Stamp, WrittenFile, read_written};
use crate::report::evidence::ledger_files::{CAME_BACK, HISTORY, LEDGER, row_of};
use crate::report::evidence::manifest::Manifest;
use crate::report::evidence::people::States;
use crate::report::evidence::sums::is_regular;
use crate::report::evidence::{MANIFEST, RELEASE};
use crate::review::{self, EARLIER_SEALS, EarlierSeal, VerifiedSeal};
use std::collections::BTreeSet;
use std::path::Path;

impl Checking<'_> {
    /// The chains, up to the heads that the pack, the release and others name; and the tables that follow from them.
    pub(super) fn ledger(&mut self, manifest: &Manifest, mut stamps: Vec<Stamp>) -> Option<Told> {
        stamps.extend_from_slice(&manifest.heads);
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

    /// Seals and releases are those that the ledger tells of, and belong together.
    pub(super) fn approvals(&mut self, manifest: &Manifest, told: Option<&Told>, earlier: &[EarlierSeal]) {
        let is_sealed = manifest.sealed || told.is_some_and(|told| !told.sealed.is_empty());
        if is_sealed && !self.folder.join("seal").exists() {
            self.find(Place::file("seal"), "is gone: the wording had been approved");
        }
        let is_released = manifest.released || told.is_some_and(|told| told.released.is_some());
        let release = review::stored_release(self.folder).ok().flatten();
        if is_released && release.is_none() && !self.names(RELEASE) {
            self.find(Place::file(RELEASE), "is gone: the recipients had been released");
        }
        let newest = self.checked.seal.as_ref().map(|seal| (SEAL.to_owned(), Approved::of(seal)));
        let has_newest = newest.is_some();
        let replaced = earlier.iter().map(|earlier| (format!("{}/{SEAL}", earlier.name), Approved::of(&earlier.seal)));
        let seals: Vec<(String, Approved)> = newest.into_iter().chain(replaced).collect();
        for (file, seal) in &seals {
            if seal.incident != manifest.incident {
                self.find(Place::file(file.as_str()), "is of another incident than evidence.json");
            }
            let strange = told.and_then(|told| seal.approvals.iter().find(|approval| !told.sealed.contains(*approval)));
            if let Some((_, approval)) = strange {
                self.find(Place::file(file.as_str()), format!("the ledger knows of no approval of it by {}", shown(approval)));
            }
        }
        let is_there = |digest: &str| seals.iter().any(|(_, seal)| seal.digest == digest);
        // A seal that does not hold is named already.
        let lacking = told.iter().flat_map(|told| &told.released_under).filter(|digest| !is_there(digest) && has_newest);
        for digest in lacking {
            let reason = format!("recipients were released under seal {digest}, which is not here: nothing shows what their letters said");
            self.find(Place::file(EARLIER_SEALS), reason);
        }
        let Some(release) = release else { return };
        if has_newest && !is_there(&release.seal) {
            self.find(Place::file(RELEASE), "was given under another seal: the wording here is not what was released");
        }
        if release.incident != manifest.incident {
            self.find(Place::file(RELEASE), "is of another incident than evidence.json");
        }
        if told.is_some_and(|told| told.released.as_ref() != Some(&release.by)) {
            self.find(Place::file(RELEASE), "was not given by whom the ledger names");
        }
    }
}

/// What a seal of the pack says of itself.
struct Approved {
    incident: String,
    digest: String,
    /// As the ledger names them: the digest of the seal, then role and name.
    approvals: Vec<(String, String)>,
}

impl Approved {
    fn of(seal: &VerifiedSeal) -> Approved {
        let approvals = seal.approvals.iter().map(|approval| (seal.digest.clone(), format!("{}: {}", approval.role, approval.by)));
        Approved { incident: seal.incident.clone(), digest: seal.digest.clone(), approvals: approvals.collect() }
    }
}

/// What the ledger of a pack tells.
#[derive(Default)]
pub(super) struct Told {
    pub(super) states: States,
    /// Every approval: the digest of the seal, then role and name.
    sealed: BTreeSet<(String, String)>,
    /// Who released last.
    released: Option<String>,
    /// Digests of the seals under which recipients were released.
    released_under: BTreeSet<String>,
}

impl Told {
    fn add(&mut self, event: &Event) {
        self.states.add(event);
        let NewEvent { kind, detail, digest, .. } = &event.event;
        let digest = digest.map(|digest| hex(&digest)).unwrap_or_default();
        match kind {
            EventKind::Sealed => drop(self.sealed.insert((digest, detail.clone()))),
            EventKind::Released => {
                self.released = Some(detail.clone());
                self.released_under.insert(digest);
            }
            _ => {}
        }
    }
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

//! Seals in temporary folders: what is unchanged stays in force, every change breaks it and is named.

mod changes;
mod edited;
mod joining;
mod letters;
mod proofs;
mod release;
mod signed;
mod verified;

use super::{
    Again, Approver, Contacts, Present, Seal, SealedFile, Sealing, Signing, StaleBlock, VerifiedBlock, covers, prepare, seal_standing,
    stored_seal, wording_holds,
};
use crate::error::{Finding, Result};
use crate::incident::{Incident, sample};
use crate::review::{AllowedSigners, Standing, Wording};
use jiff::civil::{Date, date};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Day of every approval.
const DAY: Date = date(2026, 1, 5);

type Texts = Vec<(String, String)>;

/// An incident folder, and what a seal binds as it is now.
struct Desk {
    home: TempDir,
    incident: Incident,
    texts: Texts,
    fonts: Vec<SealedFile>,
    wordings: Vec<Wording>,
    again: Vec<Result<Again, Finding>>,
    signers: Option<AllowedSigners>,
}

impl Desk {
    /// A few texts and fonts, and no letters.
    fn new() -> Desk {
        let home = tempfile::tempdir().unwrap();
        let incident = Incident { folder: home.path().to_path_buf(), id: "lakeside".to_owned(), ..sample::incident() };
        let (texts, fonts) = (texts(), vec![font("built-in/a.ttf", "1"), font("fonts/b.ttf", "2")]);
        Desk { home, incident, texts, fonts, wordings: Vec::new(), again: Vec::new(), signers: None }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn require(&mut self, roles: &[&str]) {
        self.incident.require_approvals = roles.iter().map(|role| (*role).to_owned()).collect();
    }

    fn present(&self) -> Present<'_> {
        Present {
            folder: &self.incident.folder,
            incident_id: &self.incident.id,
            texts: &self.texts,
            fonts: &self.fonts,
            proofs: &self.again,
            require: &self.incident.require_approvals,
            signers: self.signers.as_ref(),
        }
    }

    fn stored(&self) -> Option<Seal> {
        stored_seal(self.home.path()).unwrap()
    }

    /// What is to be sealed; it joins the stored seal as `approve` has it.
    fn sealing(&self, by: &str, role: &str) -> Sealing<'_> {
        let needed = || self.wordings.iter().map(|wording| (wording.variant(), wording.ways.all()));
        let joins = |seal: &Seal| covers(seal, needed()).is_ok() && wording_holds(seal, &self.present()).unwrap();
        Sealing {
            incident: &self.incident,
            texts: &self.texts,
            fonts: &self.fonts,
            wordings: &self.wordings,
            earlier: self.stored().filter(joins),
            contacts: Contacts::default(),
            approver: Approver { by: by.to_owned(), role: role.to_owned(), on: DAY },
        }
    }

    fn try_approve(&self, by: &str, role: &str, signing: Signing<'_>) -> Result<Seal> {
        prepare(self.sealing(by, role))?.seal(signing, self.signers.as_ref())
    }

    #[track_caller]
    fn approve(&self, by: &str, role: &str) -> Seal {
        self.try_approve(by, role, Signing::Unsigned).unwrap()
    }

    fn try_standing(&self) -> Result<Standing<Seal>> {
        seal_standing(stored_seal(self.home.path())?, &self.present())
    }

    fn standing(&self) -> Standing<Seal> {
        self.try_standing().unwrap()
    }

    /// `code place: reason` of every finding of a seal that does not hold.
    #[track_caller]
    fn broken(&self) -> Vec<String> {
        broken(self.standing())
    }

    /// Edits the stored seal.
    #[track_caller]
    fn edit(&self, from: &str, to: &str) {
        edit(&self.path("seal/seal.json"), from, to);
    }
}

/// A block that was checked, one that was long ago, and one that nobody checked.
fn contacts() -> Contacts {
    let checked = VerifiedBlock { block: "federal.ftc".to_owned(), by: "Mo".to_owned(), on: DAY, source: "called".to_owned() };
    let stale = [("state.MD", Some(DAY)), ("state.RI", None)].map(|(block, since)| StaleBlock { block: block.to_owned(), since });
    Contacts { verified: vec![checked], stale: stale.to_vec(), reason: "office closed".to_owned() }
}

fn texts() -> Texts {
    [
        ("templates/en/letter.md", "Dear {{ name }},\n\nWe write to you.\n"),
        ("templates/en/parts/ftc.md", "FTC\n"),
        ("what-letters-print.txt", "what_happened: A key was lost.\ncall_center.phone: 1-800-555-0100\n"),
        ("rules/own/federal.toml", "value = 60\n"),
        ("logos/pictures/lake.png.sha256.txt", "SHA-256 of pictures/lake.png: 12\n"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .to_vec()
}

fn font(name: &str, sha256: &str) -> SealedFile {
    SealedFile { name: name.to_owned(), sha256: sha256.to_owned() }
}

/// `code place: reason` of every finding.
#[track_caller]
fn told(findings: &[Finding]) -> Vec<String> {
    assert!(findings.iter().all(|finding| !finding.hint.is_empty()));
    findings.iter().map(|finding| format!("{} {finding}", finding.code)).collect()
}

#[track_caller]
fn broken<T: std::fmt::Debug>(standing: Standing<T>) -> Vec<String> {
    match standing {
        Standing::Broken(findings) => told(&findings),
        other => panic!("not broken: {other:?}"),
    }
}

#[track_caller]
fn edit(file: &Path, from: &str, to: &str) {
    let text = fs_err::read_to_string(file).unwrap();
    assert!(text.contains(from), "no {from:?} in {text}");
    fs_err::write(file, text.replacen(from, to, 1)).unwrap();
}

//! `verify`: what was approved, what left, and the ledger of both, checked by themselves years later.

use crate::deliver::mailhouse::{self, VerifiedPackage};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::PURGED_FILE;
use crate::ledger::{self, Access, EventKind, Ledger, Stamp};
use crate::report::{self, Purge, VerifiedEvidence};
use crate::review::{self, AllowedSigners, VerifiedSeal};
use std::path::{Path, PathBuf};

/// What is checked against.
#[derive(Debug, Default)]
pub struct VerifyOptions {
    /// Whose signatures count; absent when any does.
    pub signers: Option<AllowedSigners>,
    /// Further `NAME.done` files and releases, whose stamps the ledger must have.
    pub stamps: Vec<PathBuf>,
    /// The ledger; absent for the incident folder's own.
    pub ledger: Option<Access>,
    /// The incident folder of a package; absent when it is not at hand.
    pub incident: Option<PathBuf>,
}

/// What was there, and what was found in it.
#[derive(Debug, Default, serde::Serialize)]
pub struct Verification {
    /// The approvals; absent when there is no seal, or it does not hold.
    pub seal: Option<VerifiedSeal>,
    /// Seals that were replaced after recipients had been released under them, and hold; those of a pack are counted with it.
    pub earlier_seals: u64,
    /// The package; absent when something else was checked.
    pub package: Option<VerifiedPackage>,
    /// The evidence pack; likewise.
    pub evidence: Option<VerifiedEvidence>,
    /// The ledger; absent when there is none.
    pub ledger: Option<CheckedLedger>,
    /// Whether there is a ledger that could not be opened, so that nothing of it was checked.
    #[serde(skip)]
    pub ledger_unread: bool,
    /// Everything that does not hold, with its place.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// How much of a ledger was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CheckedLedger {
    /// Events.
    pub events: u64,
    /// Links of the workers' chains.
    pub links: u64,
    /// Workers with a chain.
    pub workers: u64,
    /// Packages and releases that say where the ledger was.
    pub stamps: u64,
}

/// Checks an incident folder, a package or an evidence pack.
///
/// # Errors
/// Refused when nothing there can be checked. What does not hold is told in the verification.
pub fn verify(path: &Path, options: &VerifyOptions) -> Result<Verification> {
    if let Err(error) = fs_err::metadata(path) {
        return Err(Error::unreadable(path, &error));
    }
    if let Some(unpacked) = report::unpack(path)? {
        return match report::is_evidence(&unpacked.folder()) {
            Some(pack) => evidence(&pack, options),
            None => {
                let hint = "name a pack that `report --pack` wrote";
                Err(Error::refused("nothing-to-verify", Place::file(path.display().to_string()), "the file holds no evidence pack", hint))
            }
        };
    }
    match report::is_evidence(path) {
        Some(pack) => evidence(&pack, options),
        None if is_package(path) => package(path, options),
        None => incident(path, options),
    }
}

fn evidence(pack: &Path, options: &VerifyOptions) -> Result<Verification> {
    if options.incident.is_some() {
        return Err(misused("--incident", "a pack has all that it needs", "leave --incident out; --ledger compares it with a ledger"));
    }
    let mut stamps = Stamps::read(&options.stamps)?;
    let named: Vec<Stamp> = stamps.0.iter().map(|(_, stamp)| stamp.clone()).collect();
    let mut evidence = report::verify_evidence(pack, options.signers.as_ref(), &named)?;
    let mut verification = Verification { findings: std::mem::take(&mut evidence.findings), ..Verification::default() };
    if options.ledger.is_some() {
        stamps.0.extend(evidence.heads.iter().map(|head| ("evidence.json".to_owned(), head.clone())));
        verification.ledger(open(None, options.ledger.as_ref())?, &stamps)?;
    }
    verification.evidence = Some(evidence);
    Ok(verification)
}

fn incident(folder: &Path, options: &VerifyOptions) -> Result<Verification> {
    if options.incident.is_some() {
        return Err(misused("--incident", "PATH is an incident folder itself", "leave --incident out, or name a package"));
    }
    let mut verification = Verification::default();
    let is_sealed = folder.join("seal").exists();
    if is_sealed || options.signers.is_some() {
        match review::verify_seal(folder, options.signers.as_ref()) {
            Ok(seal) => verification.seal = Some(seal),
            Err(error) => verification.findings.extend(error.findings),
        }
    }
    let (earlier, findings) = review::verify_earlier_seals(folder, options.signers.as_ref())?;
    verification.findings.extend(findings);
    verification.earlier_seals = earlier.len() as u64;
    let mut stamps = Stamps::read(&options.stamps)?;
    stamps.of_release(folder, &mut verification.findings);
    stamps.0.extend(earlier.into_iter().map(|earlier| (format!("{}/release.json", earlier.name), earlier.release.ledger)));
    let mut ledger = match open(Some(folder), options.ledger.as_ref()) {
        Ok(ledger) => ledger,
        // One that cannot be opened hides nothing of what the seal told.
        Err(error) => {
            verification.findings.extend(error.findings);
            verification.ledger_unread = true;
            return Ok(verification);
        }
    };
    let has_none = ledger.is_none() && stamps.0.is_empty();
    if let Some(ledger) = &mut ledger {
        verification.findings.extend(purge_findings(folder, ledger.as_mut())?);
    }
    verification.ledger(ledger, &stamps)?;
    if !is_sealed && has_none && verification.findings.is_empty() {
        return Err(Error::refused(
            "nothing-to-verify",
            Place::file(folder.display().to_string()),
            "there is no seal and no ledger in this folder, and it is no package",
            "name an incident folder, or the folder of a package or its NAME.done",
        ));
    }
    Ok(verification)
}

/// What does not hold of a purge: the record in the folder and what the ledger tells of it.
fn purge_findings(folder: &Path, ledger: &mut dyn Ledger) -> Result<Vec<Finding>> {
    let told = |code, reason, hint| Ok(vec![Finding::refuses(code, Place::file(PURGED_FILE), reason, hint)]);
    let put_back = "put back the file that was written: the ledger has its digest";
    match Purge::read(folder) {
        Err(error) => Ok(error.findings),
        Ok(None) if ledger.has(EventKind::Purged)? => {
            let hint = "put back the file that was written; when another machine purged the ledger that it shares, run purge here as well";
            told("purge-record-missing", "the ledger tells of a purge, and the record of it is not here", hint)
        }
        Ok(None) => Ok(Vec::new()),
        Ok(Some((_, digest))) if !ledger.knows(EventKind::Purged, &digest)? => {
            told("purge-record-changed", "the ledger does not tell of this record of a purge", put_back)
        }
        Ok(Some((_, digest))) if !ledger.knows(EventKind::PurgeEnded, &digest)? => {
            told("purge-broken-off", "the purge did not come to its end", "run it again: it goes on where it stopped")
        }
        Ok(Some(_)) => Ok(Vec::new()),
    }
}

fn package(path: &Path, options: &VerifyOptions) -> Result<Verification> {
    if options.signers.is_some() {
        return Err(misused("--allowed-signers", "a package holds no approval", "verify the incident folder with it"));
    }
    let mut verified = mailhouse::verify_package(path)?;
    let mut verification = Verification::default();
    let mut stamps = Stamps::read(&options.stamps)?;
    if let Some(folder) = &options.incident {
        stamps.of_release(folder, &mut verification.findings);
    }
    if options.incident.is_some() || options.ledger.is_some() {
        stamps.0.extend(verified.stamp().map(|stamp| (format!("{}.done", verified.package), stamp.clone())));
    }
    let mut ledger = open(options.incident.as_deref(), options.ledger.as_ref())?;
    if let Some(ledger) = &mut ledger {
        // An entry that cannot be read is a finding of its own, beside those of the chains.
        verified.compare(ledger.as_mut()).unwrap_or_else(|error| verification.findings.extend(error.findings));
    }
    verification.ledger(ledger, &stamps)?;
    verification.findings.splice(0..0, verified.findings().iter().cloned());
    verification.package = Some(verified);
    Ok(verification)
}

impl Verification {
    /// Checks the chains, and that they have every stamp.
    fn ledger(&mut self, ledger: Option<Box<dyn Ledger>>, stamps: &Stamps) -> Result<()> {
        let Some(mut ledger) = ledger else {
            let lost = |(file, stamp): &(String, Stamp)| {
                let reason = format!("it names link {} of {} of a ledger, and there is no ledger here", stamp.link, stamp.worker);
                let hint = "put ledger.sqlite back into the incident folder, or name the ledger with --ledger";
                Finding::refuses("ledger-lost", Place::file(file), reason, hint)
            };
            self.findings.extend(stamps.0.iter().map(lost));
            return Ok(());
        };
        let named: Vec<Stamp> = stamps.0.iter().map(|(_, stamp)| stamp.clone()).collect();
        let verified = ledger.verify(&named)?;
        self.findings.extend(verified.findings().iter().cloned());
        // Which file it was that named a link: the chains know only that one did.
        for (file, stamp) in &stamps.0 {
            if !ledger.has_link(stamp)? {
                let reason =
                    format!("it was made when the ledger had link {} of {}, which the ledger does not have", stamp.link, stamp.worker);
                let hint = "the ledger was cut short, changed, or is another one: put back the last good copy";
                self.findings.push(Finding::refuses("ledger-changed", Place::file(file), reason, hint));
            }
        }
        let ledger::Verified { events, links, workers, .. } = verified;
        self.ledger = Some(CheckedLedger { events, links, workers, stamps: stamps.0.len() as u64 });
        Ok(())
    }
}

/// Where the ledger was when packages left and recipients were released, with the file that says so.
struct Stamps(Vec<(String, Stamp)>);

impl Stamps {
    fn read(files: &[PathBuf]) -> Result<Stamps> {
        files.iter().map(|file| Ok((file.display().to_string(), stamp_of(file)?))).collect::<Result<_>>().map(Stamps)
    }

    /// Adds that of the release of an incident folder.
    fn of_release(&mut self, folder: &Path, findings: &mut Vec<Finding>) {
        match review::stored_release(folder) {
            Ok(release) => self.0.extend(release.map(|release| ("release.json".to_owned(), release.ledger))),
            Err(error) => findings.extend(error.findings),
        }
    }
}

fn stamp_of(file: &Path) -> Result<Stamp> {
    let bytes = fs_err::read(file).map_err(|error| Error::unreadable(file, &error))?;
    if bytes.starts_with(b"{") {
        return review::read_release(file)?.map(|release| release.ledger).ok_or_else(|| without_stamp(file));
    }
    mailhouse::stamp_in_done(&String::from_utf8_lossy(&bytes)).ok_or_else(|| without_stamp(file))
}

fn without_stamp(file: &Path) -> Error {
    Error::refused(
        "stamp-missing",
        Place::file(file.display().to_string()),
        "the file does not say where the ledger was",
        "name a NAME.done that stands beside a package, or a release.json",
    )
}

/// Whether a path is that of a package: anything but the folder that an incident's files lie in.
fn is_package(path: &Path) -> bool {
    let has = |names: &[&str]| names.iter().any(|name| path.join(name).exists());
    let is_incident = has(&["incident.toml", "seal", "release.json", "ledger.sqlite"]);
    let done = |path: PathBuf| path.file_name().map(|name| path.with_file_name(format!("{}.done", name.display())));
    let beside = || path.canonicalize().ok().and_then(done).is_some_and(|done| done.exists());
    path.is_file() || (!is_incident && path.is_dir() && (has(&["SHA256SUMS", "ticket.json", "pieces.csv"]) || beside()))
}

/// The ledger of a folder, or of a URL; `None` when there is none.
fn open(folder: Option<&Path>, access: Option<&Access>) -> Result<Option<Box<dyn Ledger>>> {
    if folder.is_none() && access.is_none() {
        return Ok(None);
    }
    let known = folder.and_then(incident_id);
    let folder = folder.unwrap_or(Path::new("."));
    let opened = match known.map_or_else(|| ledger::incident_of(folder, access), |id| Ok(Some(id)))? {
        Some(id) => ledger::open_existing(folder, &id, access)?,
        None => None,
    };
    match (opened, access) {
        (None, Some(_)) => Err(misused("--ledger", "there is no ledger", "check the path or the name of the database")),
        (opened, _) => Ok(opened),
    }
}

/// The incident of a folder, by whatever in it can still be read.
fn incident_id(folder: &Path) -> Option<String> {
    let of_seal = || review::stored_seal(folder).ok().flatten().map(|seal| seal.incident);
    let of_release = || review::stored_release(folder).ok().flatten().map(|release| release.incident);
    let of_toml = || {
        let table: toml::Table = fs_err::read_to_string(folder.join("incident.toml")).ok()?.parse().ok()?;
        Some(table.get("incident")?.get("id")?.as_str()?.to_owned())
    };
    of_seal().or_else(of_release).or_else(of_toml)
}

fn misused(option: &str, reason: &'static str, hint: &'static str) -> Error {
    Error::refused("option-misused", Place::file(option), reason, hint)
}

//! The release: who gets the letters, bound to the seal and to the recipient set.

use super::{Approver, FORMAT, Release, Seal, Standing, names, store};
use crate::deliberate::panic_at;
use crate::error::{Error, Finding, Place, Result};
use crate::ledger::Stamp;
use crate::recipients::Counts;
use std::path::{Path, PathBuf};

/// Name of the release in findings.
pub(super) const RELEASE_NAME: &str = "release.json";

pub(super) fn release_path(folder: &Path) -> PathBuf {
    folder.join(RELEASE_NAME)
}

/// Releases a recipient set under a seal that is in force; replaces an earlier release. `record` tells the ledger, once nothing speaks
/// against the release: when the file cannot be written then, the release has to be given again, and no file is without its event.
///
/// # Errors
/// Refused when the name is unusable or the seal is another incident's. A bug of ours when the counts do not close. Failed when the
/// folder cannot be written. What `record` returns.
pub fn release(
    folder: &Path,
    incident_id: &str,
    seal: &Seal,
    recipients_digest: &str,
    counts: Counts,
    approver: &Approver,
    record: impl FnOnce() -> Result<Stamp>,
) -> Result<Release> {
    let Approver { by, on, .. } = approver;
    names::check_name("name of who releases", by)?;
    if seal.incident != incident_id {
        return Err(Error::refused(
            "seal-broken",
            Place::file(super::SEAL_NAME),
            "the wording was approved for another incident",
            "approve the wording in this incident's folder",
        ));
    }
    if !counts.close() || recipients_digest.is_empty() {
        return Err(Error::bug("the counts of a release do not close, or the recipient set has no digest"));
    }
    let release = Release {
        format: FORMAT,
        incident: incident_id.to_owned(),
        seal: seal.digest.clone(),
        recipients: recipients_digest.to_owned(),
        counts,
        by: by.clone(),
        on: *on,
        ledger: record()?,
    };
    panic_at("review", &release);
    store::write_json(&release_path(folder), &release)?;
    Ok(release)
}

/// The release that is stored in a folder, whatever it is worth; `None` when there is none.
///
/// # Errors
/// Refused when it cannot be read or understood.
pub fn stored_release(folder: &Path) -> Result<Option<Release>> {
    read_release(&release_path(folder))
}

/// As [`stored_release`], from a file of any name.
///
/// # Errors
/// As there.
pub fn read_release(path: &Path) -> Result<Option<Release>> {
    let release = store::read_json::<Release>(path, RELEASE_NAME)?;
    if let Some(Release { incident, by, ledger, .. }) = &release {
        names::check_read(RELEASE_NAME, [incident.as_str(), by, &ledger.worker], [])?;
    }
    Ok(release)
}

/// Judges the release of a folder against the seal in force and the recipient set as it is now.
///
/// # Errors
/// Refused when the release cannot be read or understood.
pub fn release_standing(folder: &Path, seal: &Seal, recipients_digest: &str) -> Result<Standing<Release>> {
    let Some(release) = stored_release(folder)? else { return Ok(Standing::Missing) };
    let mut findings = Vec::new();
    if release.incident != seal.incident {
        findings.push(void("it was given for another incident"));
    }
    if release.seal != seal.digest {
        findings.push(void("the wording changed since it was released: it has another seal now"));
    }
    if release.recipients != recipients_digest {
        findings.push(void("the recipient set changed since it was released"));
    }
    if !release.counts.close() {
        findings.push(void("it was edited: its counts do not close"));
    }
    Ok(if findings.is_empty() { Standing::InForce(release) } else { Standing::Broken(findings) })
}

fn void(reason: &'static str) -> Finding {
    Finding::refuses("release-void", Place::file(RELEASE_NAME), reason, "look at the counts and run breachnotice release again")
}

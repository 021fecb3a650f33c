//! Whether a seal is in force, and if not, in words what changed since.

use super::seal::{ENGINE, SEAL_NAME, digest, same_role, seal_path, sealed_files, texts_folder};
use super::{Seal, Standing, names, store};
use crate::digest::sha256;
use crate::error::{Finding, Place, Result, Sentence};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const APPROVE_AGAIN: &str = "preview the letters and approve them again, or put back what was approved";

/// Judges the seal of a folder against the texts as they are now.
///
/// In force only when every sealed text is unchanged and none was added, the stored texts still have their hashes, the same version
/// of the program runs, and every role in `require` has approved (any one approval when it is empty).
///
/// # Errors
/// Refused when the seal cannot be read or understood.
pub fn seal_standing(folder: &Path, require: &[String], sources: &[(String, String)]) -> Result<Standing<Seal>> {
    let Some(seal) = store::read_json::<Seal>(&seal_path(folder), SEAL_NAME)? else { return Ok(Standing::Missing) };
    // Names from a file may have been edited: nothing outside the folder of texts is ever read.
    names::check_texts(seal.files.iter().map(|file| file.name.as_str()))?;
    let mut findings = text_findings(folder, &seal, sources)?;
    if seal.engine != ENGINE {
        findings.push(broken(
            Place::file(SEAL_NAME),
            format!("the wording was approved under breachnotice {}, and this is {ENGINE}", seal.engine),
            "preview the letters with this version and approve them again",
        ));
    }
    if digest(&seal.engine, &seal.files) != seal.digest {
        findings.push(broken(Place::file(SEAL_NAME), "the seal was edited: its digest is not that of its texts", APPROVE_AGAIN));
    }
    findings.extend(missing_approvals(&seal, require));
    // What the findings did not put into words still may not pass.
    if findings.is_empty() && digest(ENGINE, &sealed_files(sources)) != seal.digest {
        findings.push(broken(Place::file(SEAL_NAME), "the texts are not those that were approved", APPROVE_AGAIN));
    }
    Ok(if findings.is_empty() { Standing::InForce(seal) } else { Standing::Broken(findings) })
}

/// One finding for each text that was changed, added or removed, by name.
fn text_findings(folder: &Path, seal: &Seal, sources: &[(String, String)]) -> Result<Vec<Finding>> {
    let now: BTreeMap<&str, &str> = sources.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let sealed: BTreeMap<&str, &str> = seal.files.iter().map(|file| (file.name.as_str(), file.sha256.as_str())).collect();
    let names: BTreeSet<&str> = now.keys().chain(sealed.keys()).copied().collect();
    let mut findings = Vec::new();
    for name in names {
        match (sealed.get(name), now.get(name)) {
            (Some(hash), Some(text)) => findings.extend(change_of(folder, name, hash, text)?),
            (Some(_), None) => findings.push(broken(Place::file(name), "was removed since it was approved", APPROVE_AGAIN)),
            (None, _) => findings.push(broken(Place::file(name), "was added since the wording was approved", APPROVE_AGAIN)),
        }
    }
    Ok(findings)
}

fn change_of(folder: &Path, name: &str, hash: &str, text: &str) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let stored = store::read(&texts_folder(folder).join(name))?;
    let stored_place = || Place::file(format!("seal/texts/{name}"));
    let intact = match &stored {
        None => {
            findings.push(broken(stored_place(), "the stored copy of an approved text is gone", APPROVE_AGAIN));
            None
        }
        Some(bytes) if sha256(bytes) != hash => {
            findings.push(broken(stored_place(), "the stored copy of an approved text was edited", APPROVE_AGAIN));
            None
        }
        Some(bytes) => Some(bytes),
    };
    if sha256(text.as_bytes()) != hash {
        let place = match intact.and_then(|bytes| first_changed_line(bytes, text.as_bytes())) {
            Some(line) => Place::line(name, line),
            None => Place::file(name),
        };
        let first = place.line.map(|line| format!(", first at line {line}")).unwrap_or_default();
        findings.push(broken(place, format!("changed since it was approved{first}"), APPROVE_AGAIN));
    }
    Ok(findings)
}

/// 1-based number of the first line that differs, line ends included; `None` when nothing does.
fn first_changed_line(before: &[u8], after: &[u8]) -> Option<u64> {
    let mut before = before.split_inclusive(|byte| *byte == b'\n');
    let mut after = after.split_inclusive(|byte| *byte == b'\n');
    for line in 1_u64.. {
        match (before.next(), after.next()) {
            (None, None) => return None,
            (one, other) if one != other => return Some(line),
            _ => {}
        }
    }
    None
}

fn missing_approvals(seal: &Seal, require: &[String]) -> Vec<Finding> {
    let missing = |what: String, hint: String| Finding::refuses("approval-missing", Place::file(SEAL_NAME), what, hint);
    if require.is_empty() {
        let none = seal.approvals.is_empty();
        return none
            .then(|| missing("nobody has approved the wording".to_owned(), "run breachnotice approve".to_owned()))
            .into_iter()
            .collect();
    }
    let given: Vec<&str> = seal.approvals.iter().map(|approval| approval.role.as_str()).collect();
    let given_in_words = if given.is_empty() { "none".to_owned() } else { given.join(", ") };
    require
        .iter()
        .filter(|role| !given.iter().any(|known| same_role(known, role)))
        .map(|role| {
            missing(
                format!("the approval of role {role} is missing; approved so far: {given_in_words}"),
                format!("let {role} run breachnotice approve with --role {role}"),
            )
        })
        .collect()
}

fn broken(place: Place, reason: impl Into<Sentence>, hint: &'static str) -> Finding {
    Finding::refuses("seal-broken", place, reason, hint)
}

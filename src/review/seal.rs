//! Sealing: the texts as they stand, bound to who approved them.

use super::contacts::{self, Contacts};
use super::store::{self, FORMAT};
use super::{AcceptedBlocks, Approver, Seal, SealedFile, SealedVariant, names};
use crate::digest::{hex, sha256};
use crate::error::Result;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Name of the seal in findings.
pub(super) const SEAL_NAME: &str = "seal/seal.json";

/// Version of the program: another version may compose other letters from the same texts.
pub(super) const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// Where the seal is stored.
pub(super) fn seal_path(folder: &Path) -> PathBuf {
    folder.join("seal").join("seal.json")
}

/// Where the sealed texts are stored.
pub(super) fn texts_folder(folder: &Path) -> PathBuf {
    folder.join("seal").join("texts")
}

/// Seals texts: stores them beside the seal and records the approval.
///
/// `sources` are every sealed text by name (`templates/en/letter.md`, `incident.toml`, `rules/federal.toml` …) in any order. An approval
/// of the same texts joins the earlier ones, replacing that of the same role; of other texts, it starts over. A role is spelled
/// as in `require` when it is named there. What `contacts` tells is kept as evidence beside the approval.
///
/// # Errors
/// Refused when a name or reason is empty, has control characters or leaves the folder, or an earlier seal cannot be understood. Failed when
/// the folder cannot be written; a seal that was there before is then not in force.
pub fn seal(
    folder: &Path,
    incident_id: &str,
    require: &[String],
    sources: &[(String, String)],
    variants: Vec<SealedVariant>,
    contacts: Contacts,
    approver: Approver,
) -> Result<Seal> {
    names::check_words("approver's name", &approver.by)?;
    names::check_words("role", &approver.role)?;
    names::check_texts(sources.iter().map(|(name, _)| name.as_str()))?;
    let files = sealed_files(sources);
    let digest = digest(ENGINE, &files);
    let approver = spelled_as_required(approver, require);
    let accepted = contacts.accepted(&approver)?;
    let (approvals, verified, accepted_stale) = match store::read_json::<Seal>(&seal_path(folder), SEAL_NAME)? {
        Some(earlier) if earlier.incident == incident_id && earlier.files == files && earlier.digest == digest => {
            (earlier.approvals, earlier.verified, earlier.accepted_stale)
        }
        _ => Default::default(),
    };
    let accepted_stale = with_accepted(accepted_stale, &approver.role, accepted);
    let approvals = with_approval(approvals, approver);
    let seal = Seal {
        format: FORMAT,
        incident: incident_id.to_owned(),
        engine: ENGINE.to_owned(),
        digest,
        files,
        variants,
        approvals,
        verified: contacts::joined(verified, contacts.verified),
        accepted_stale,
    };
    store_texts(folder, sources)?;
    // Last: until it is there, the texts beside it belong to no seal.
    store::write_json(&seal_path(folder), &seal)?;
    Ok(seal)
}

/// The texts by hash, sorted by name.
pub(super) fn sealed_files(sources: &[(String, String)]) -> Vec<SealedFile> {
    let mut files: Vec<SealedFile> =
        sources.iter().map(|(name, text)| SealedFile { name: name.clone(), sha256: sha256(text.as_bytes()) }).collect();
    files.sort();
    files
}

/// SHA-256 over the engine's version and every name and hash; each ends with a zero byte, which none of them can hold.
pub(super) fn digest(engine: &str, files: &[SealedFile]) -> String {
    let mut hasher = Sha256::new();
    for part in std::iter::once(engine).chain(files.iter().flat_map(|file| [file.name.as_str(), file.sha256.as_str()])) {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize())
}

/// Whether two roles are the same, blind to case.
pub(super) fn same_role(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn spelled_as_required(mut approver: Approver, require: &[String]) -> Approver {
    if let Some(role) = require.iter().find(|role| same_role(role, &approver.role)) {
        approver.role.clone_from(role);
    }
    approver
}

fn with_approval(mut approvals: Vec<Approver>, approver: Approver) -> Vec<Approver> {
    match approvals.iter_mut().find(|earlier| same_role(&earlier.role, &approver.role)) {
        Some(earlier) => *earlier = approver,
        None => approvals.push(approver),
    }
    approvals
}

/// What a role let through goes with its approval.
fn with_accepted(mut all: Vec<AcceptedBlocks>, role: &str, accepted: Option<AcceptedBlocks>) -> Vec<AcceptedBlocks> {
    all.retain(|earlier| !same_role(&earlier.role, role));
    all.extend(accepted);
    all
}

fn store_texts(folder: &Path, sources: &[(String, String)]) -> Result<()> {
    let top = folder.join("seal");
    let texts = texts_folder(folder);
    let wanted: BTreeSet<PathBuf> = sources.iter().map(|(name, _)| texts.join(name)).collect();
    // First, so that a file can take the place of a folder and the other way round.
    for old in store::files_below(&texts)?.iter().filter(|file| !wanted.contains(*file)) {
        store::remove(&texts, old)?;
    }
    for (name, text) in sources {
        let path = texts.join(name);
        store::create_folders(&top, path.parent().unwrap_or(&texts))?;
        store::write(&path, text.as_bytes())?;
    }
    store::create_folders(&top, &texts)
}

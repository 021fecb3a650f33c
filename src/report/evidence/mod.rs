//! The evidence pack: what proves, years later, who was told what, when, and on whose approval (45 CFR 164.414(b), 164.530(j)).
//!
//! ```text
//! seals, releases, decisions  -> as they are
//! ledger                      -> ledger/*.jsonl, people.csv, history.csv, came-back.csv
//! lists, plan, holds, waivers -> inputs.csv, merged.csv, obligations.csv, delays.csv, waivers.csv
//! all of it                   -> evidence.json, then SHA256SUMS of the files on disk
//! ```
//!
//! [`verify_evidence`] needs nothing but the pack.

mod declaration;
mod ledger_files;
mod manifest;
mod one_file;
mod people;
mod sums;
mod tables;
mod verify;

pub use manifest::Input;
pub use one_file::{Unpacked, unpack};
pub(super) use sums::unchanged_files;
pub use verify::{VerifiedEvidence, is_evidence, verify_evidence};

use super::dossier::Dossier;
use super::notices::Published;
use super::overview::Overview;
use crate::compose::Composer;
use crate::error::{Error, Result};
use crate::files;
use crate::ledger::Ledger;
use crate::review;
use manifest::{Counted, FORMAT, Manifest};
use serde::Serialize;
use std::path::Path;

/// The folder's name in a report, and in a pack as one file.
pub const EVIDENCE: &str = "evidence";
/// Files that a pack has beside its tables.
const MANIFEST: &str = "evidence.json";
const INDEX: &str = "index.html";
const RELEASE: &str = "release.json";
const DECISIONS: &str = "decisions.csv";

/// What a pack is made from besides the facts.
pub struct Materials<'a> {
    /// What was read: files by name, with their digests.
    pub inputs: Vec<Input>,
    /// Rows that went into others: record, record that it went into, rule, reason.
    pub merged: Vec<[String; 4]>,
    /// The templates; absent when they cannot be used.
    pub composer: Option<&'a Composer>,
    /// The ledger; absent while there is none.
    pub ledger: Option<&'a mut dyn Ledger>,
}

/// A pack that was written.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// Files in it.
    pub files: u64,
    /// SHA-256 of its `SHA256SUMS`: whoever keeps this elsewhere can tell the pack from any other.
    pub sha256: String,
}

/// Writes the pack into a folder that is empty; `page` makes its first page.
pub(super) fn write_evidence(
    dossier: &Dossier<'_>,
    (overview, notices): (&Overview, &[Published]),
    materials: &mut Materials<'_>,
    folder: &Path,
    page: impl FnOnce(&Manifest) -> Result<String>,
) -> Result<Evidence> {
    files::create_folder(folder)?;
    let from = &dossier.incident.folder;
    for below in ["seal", review::EARLIER_SEALS] {
        files::files_below(&from.join(below))?.iter().try_for_each(|file| copy(from, file, folder))?;
    }
    [RELEASE, DECISIONS].iter().try_for_each(|file| copy(from, &from.join(file), folder))?;
    for (name, text) in notices {
        files::write(&folder.join("notices").join(name), text.as_bytes())?;
    }
    let mut heads = Vec::new();
    if let Some(ledger) = &mut materials.ledger {
        let (written, states) = ledger_files::write(*ledger, &dossier.incident.id, folder)?;
        heads = written.heads;
        people::write(*ledger, states, folder)?;
    }
    tables::inputs(folder, &materials.inputs)?;
    tables::merged(folder, &materials.merged)?;
    tables::obligations(folder, dossier)?;
    tables::delays(folder, dossier.incident)?;
    let manifest = Manifest {
        format: FORMAT,
        incident: dossier.incident.id.clone(),
        title: dossier.incident.title.clone(),
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        as_of: dossier.plan.as_of,
        sealed: folder.join("seal").exists(),
        has_earlier_seals: folder.join(review::EARLIER_SEALS).exists(),
        released: folder.join(RELEASE).exists(),
        rows_of_lists: materials.inputs.iter().filter_map(|input| input.rows).sum(),
        changed: dossier.left.changed,
        counts: dossier.status.as_ref().map(Counted::of),
        heads,
    };
    files::write(&folder.join(declaration::FILE), declaration::text(dossier, overview, manifest.rows_of_lists)?.as_bytes())?;
    files::write(&folder.join(INDEX), page(&manifest)?.as_bytes())?;
    let json = serde_json::to_string_pretty(&manifest).map_err(|error| Error::bug(format!("{MANIFEST}: {error}")))?;
    files::write(&folder.join(MANIFEST), format!("{json}\n").as_bytes())?;
    sums::write(folder)
}

/// Copies a regular file to the same place below another folder: a link's target is nothing that was approved.
fn copy(from: &Path, file: &Path, to: &Path) -> Result<()> {
    if !fs_err::symlink_metadata(file).is_ok_and(|there| there.is_file()) {
        return Ok(());
    }
    let bytes = fs_err::read(file).map_err(|error| Error::unreadable(file, &error))?;
    files::write(&to.join(file.strip_prefix(from).unwrap_or(file)), &bytes)
}

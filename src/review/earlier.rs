//! Seals that another one replaced although recipients were released under them: what these people's letters said stays proved
//! (45 CFR 164.414(b)).
//!
//! ```text
//! FOLDER/earlier-seals/DAY-DIGEST/seal/          the seal as it was
//! FOLDER/earlier-seals/DAY-DIGEST/release.json   the last release that was given under it
//! ```

use super::release::{RELEASE_NAME, release_path};
use super::seal::{BESIDE, Seal, VerifiedSeal, stored_seal, verify_seal};
use super::signature::AllowedSigners;
use super::{Release, store, stored_release};
use crate::error::{Error, Finding, Place, Result};
use crate::files;
use std::path::{Path, PathBuf};

/// The folder of these seals, in an incident's and in an evidence pack.
pub const EARLIER_SEALS: &str = "earlier-seals";

/// The folder of a seal, in that of its incident or in one of these.
const SEAL: &str = "seal";

/// A seal that was replaced, with what was released under it.
#[derive(Debug)]
pub struct EarlierSeal {
    /// Its folder, below the incident's or the pack's.
    pub name: String,
    /// The seal, every byte of which is what was approved.
    pub seal: VerifiedSeal,
    /// The release.
    pub release: Release,
}

/// Keeps the seal of a folder, before another takes its place, with the release that was given under it. Without such a release nothing
/// left, and nothing is kept.
///
/// # Errors
/// Failed when it cannot be read or written: then it must not be replaced.
pub fn keep_seal(folder: &Path) -> Result<()> {
    let (Some(seal), Some(release)) = (stored_seal(folder).ok().flatten(), stored_release(folder).ok().flatten()) else { return Ok(()) };
    if release.seal != seal.digest {
        return Ok(());
    }
    let top = folder.join(EARLIER_SEALS);
    store::create_folders(folder, &top)?;
    let kept = top.join(name(&seal, &release));
    let unwritable = |error: std::io::Error| Error::unwritable(&kept, &error.kind().into());
    let new = tempfile::Builder::new().prefix(BESIDE).tempdir_in(folder).map_err(unwritable)?;
    for file in files::files_below(&folder.join(SEAL))?.into_iter().chain([release_path(folder)]) {
        copy(folder, &file, new.path())?;
    }
    // Until now the seal lies where it lay: what an approval that came to nothing kept of it can go.
    if kept.exists() {
        fs_err::remove_dir_all(&kept).map_err(unwritable)?;
    }
    fs_err::rename(new.path(), &kept).and_then(|()| store::sync_folder(&top)).map_err(unwritable)
}

/// The day of the release, so that they stand in the order in which they were used, and what tells two of one day apart.
fn name(seal: &Seal, release: &Release) -> String {
    format!("{}-{}", release.on, seal.digest.get(..16).unwrap_or(&seal.digest))
}

/// A link is nothing that was approved, and is not followed.
fn copy(from: &Path, file: &Path, to: &Path) -> Result<()> {
    if !fs_err::symlink_metadata(file).is_ok_and(|there| there.is_file()) {
        return Ok(());
    }
    let bytes = fs_err::read(file).map_err(|error| Error::unreadable(file, &error))?;
    let copied = to.join(file.strip_prefix(from).unwrap_or(file));
    store::create_folders(to, copied.parent().unwrap_or(to))?;
    store::write(&copied, &bytes)
}

/// A seal as it is stored, unchecked, with the last release that was given under it.
#[derive(Debug, Clone)]
pub struct StoredSeal {
    /// Its folder, below the incident's: `seal` for the one in force.
    pub folder: String,
    /// The seal.
    pub seal: Seal,
    /// The release; absent when nobody was released under it.
    pub release: Option<Release>,
}

impl StoredSeal {
    /// Whether no other took its place.
    pub fn is_in_force(&self) -> bool {
        self.folder == SEAL
    }
}

/// Every seal of an incident folder in the order in which they were used, the one in force last. What cannot be read is left out: checks
/// tell of it.
///
/// # Errors
/// Failed when the folder cannot be read.
pub fn stored_seals(folder: &Path) -> Result<Vec<StoredSeal>> {
    let mut seals = Vec::new();
    let earlier = folders(&folder.join(EARLIER_SEALS))?.into_iter();
    for (kept, name) in earlier.map(|kept| (kept.clone(), place_of(&kept))).chain([(folder.to_owned(), String::new())]) {
        let Some(seal) = stored_seal(&kept).ok().flatten() else { continue };
        let release = stored_release(&kept).ok().flatten().filter(|release| release.seal == seal.digest);
        let folder = if name.is_empty() { SEAL.to_owned() } else { format!("{name}/{SEAL}") };
        seals.push(StoredSeal { folder, seal, release });
    }
    Ok(seals)
}

/// Where such a seal lies, below the folder.
fn place_of(kept: &Path) -> String {
    format!("{EARLIER_SEALS}/{}", kept.file_name().unwrap_or_default().to_string_lossy())
}

/// Checks every such seal of an incident folder or a pack, as [`verify_seal`] does, and the release beside it; in the order in which they
/// were used. What does not hold is told with its place below the folder.
///
/// # Errors
/// Failed when the folder cannot be read.
pub fn verify_earlier_seals(folder: &Path, signers: Option<&AllowedSigners>) -> Result<(Vec<EarlierSeal>, Vec<Finding>)> {
    let (mut seals, mut findings) = (Vec::new(), Vec::new());
    for kept in folders(&folder.join(EARLIER_SEALS))? {
        let name = place_of(&kept);
        match verify_seal(&kept, signers).and_then(|seal| Ok((release_under(&kept, &seal)?, seal))) {
            Ok((release, seal)) => seals.push(EarlierSeal { name, seal, release }),
            Err(error) => findings.extend(error.findings.into_iter().map(|finding| below(&name, finding))),
        }
    }
    Ok((seals, findings))
}

fn release_under(kept: &Path, seal: &VerifiedSeal) -> Result<Release> {
    let refused = |reason| {
        let hint = "put back what was kept, from a backup: it shows what letters said that have left";
        Err(Error::refused("release-void", Place::file(RELEASE_NAME), reason, hint))
    };
    match stored_release(kept)? {
        None => refused("is gone: recipients had been released under this seal"),
        Some(release) if release.incident != seal.incident => refused("is of another incident than the seal beside it"),
        Some(release) if release.seal != seal.digest => refused("was given under another seal than the one beside it"),
        Some(release) => Ok(release),
    }
}

/// The finding with its place below the incident folder, and not below that of the seal.
fn below(name: &str, mut finding: Finding) -> Finding {
    if !Path::new(&finding.place.file).is_absolute() {
        finding.place.file = format!("{name}/{}", finding.place.file);
    }
    finding
}

/// By name.
fn folders(top: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs_err::read_dir(top) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::unreadable(top, &error)),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Error::unreadable(top, &error))?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

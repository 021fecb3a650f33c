//! A seal on its way to the disk: written whole beside the one before, which it then replaces at once. Whoever is killed in between leaves
//! the whole old seal or the whole new one.

use super::{Seal, store};
use crate::error::{Error, Result};
use crate::files;
use std::io::{Error as IoError, ErrorKind, Result as IoResult};
use std::path::Path;
use tempfile::TempDir;

/// How the folders begin in which a seal is written; the next approval removes what a killed one left.
pub(in crate::review) const BESIDE: &str = ".seal-";

/// Where the old seal is for a moment, on file systems that cannot exchange two folders.
const BEFORE: &str = ".seal-before";

/// Stores a seal with its texts, and text and file of each proof, in the place of the one before.
pub(super) fn store_new(folder: &Path, seal: &Seal, texts: &[(String, String)], proofs: &[(String, &[u8])]) -> Result<()> {
    let top = folder.join("seal");
    let unwritable = |error: IoError| Error::unwritable(&top, &error.kind().into());
    let old = top.symlink_metadata().ok();
    if old.as_ref().is_some_and(|old| !old.is_dir()) {
        return Err(unwritable(ErrorKind::NotADirectory.into()));
    }
    remove_leftovers(folder).map_err(unwritable)?;
    let new = tempfile::Builder::new().prefix(BESIDE).tempdir_in(folder).map_err(unwritable)?;
    store_texts(new.path(), texts)?;
    store_proofs(new.path(), proofs)?;
    store::write_json(&new.path().join("seal.json"), seal)?;
    replace(&new, &top, old.is_some()).and_then(|()| store::sync_folder(folder)).map_err(unwritable)
}

/// Puts the old seal back when its replacement was killed before the new one was in its place.
pub(super) fn heal(folder: &Path) {
    let (top, before) = (folder.join("seal"), folder.join(BEFORE));
    if before.is_dir() && top.symlink_metadata().is_err() {
        // Where it cannot be moved there is no seal, and nothing goes out.
        _ = fs_err::rename(before, top);
    }
}

/// After it the name of the new folder holds the old seal or nothing, and goes when it is dropped.
fn replace(new: &TempDir, top: &Path, is_old: bool) -> IoResult<()> {
    match is_old {
        true if files::exchange(new.path(), top)? => Ok(()),
        true => one_after_the_other(new.path(), top),
        false => fs_err::rename(new.path(), top),
    }
}

/// Between the two renames there is no seal until [`heal`].
fn one_after_the_other(new: &Path, old: &Path) -> IoResult<()> {
    let before = old.with_file_name(BEFORE);
    fs_err::rename(old, &before)?;
    if let Err(error) = fs_err::rename(new, old) {
        fs_err::rename(&before, old)?;
        return Err(error);
    }
    fs_err::remove_dir_all(&before)
}

/// Removes what runs left that were killed.
fn remove_leftovers(folder: &Path) -> IoResult<()> {
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(BESIDE) && entry.file_type()?.is_dir() {
            fs_err::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

fn store_texts(top: &Path, texts: &[(String, String)]) -> Result<()> {
    let below = top.join("texts");
    for (name, text) in texts {
        let path = below.join(name);
        store::create_folders(top, path.parent().unwrap_or(&below))?;
        store::write(&path, text.as_bytes())?;
    }
    store::create_folders(top, &below)
}

fn store_proofs(top: &Path, proofs: &[(String, &[u8])]) -> Result<()> {
    let below = top.join("proofs");
    store::create_folders(top, &below)?;
    for (place, (text, pdf)) in proofs.iter().enumerate() {
        store::write(&below.join(super::proof_name(place, "txt")), text.as_bytes())?;
        store::write(&below.join(super::proof_name(place, "pdf")), pdf)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_folders_cannot_be_exchanged_the_old_one_is_kept_until_the_new_one_is_there() {
        let home = tempfile::tempdir().unwrap();
        let (new, old) = (home.path().join(".seal-new"), home.path().join("seal"));
        fs_err::create_dir(&old).unwrap();
        fs_err::write(old.join("seal.json"), "old").unwrap();
        assert!(one_after_the_other(&new, &old).is_err(), "there is no new one");
        assert_eq!(fs_err::read_to_string(old.join("seal.json")).unwrap(), "old");
        fs_err::rename(&old, home.path().join(BEFORE)).unwrap();
        heal(home.path());
        assert_eq!(fs_err::read_to_string(old.join("seal.json")).unwrap(), "old");
        fs_err::create_dir(&new).unwrap();
        one_after_the_other(&new, &old).unwrap();
        assert_eq!(fs_err::read_dir(home.path()).unwrap().count(), 1);
        assert!(!old.join("seal.json").exists());
    }
}

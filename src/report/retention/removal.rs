//! The removal of what a record names.

use super::holdings::Holding;
use crate::digest::sha256_of;
use crate::error::{Error, Place, Result};
use crate::files;
use std::path::{Path, PathBuf};

/// Removes what a record names, and the folders that are empty then. What is gone already is fine; what is another file by now stays.
///
/// # Errors
/// Refused when a file is not the one that was recorded; failed when one cannot be removed. What comes before it is gone then.
pub fn remove(folder: &Path, holdings: &[Holding]) -> Result<()> {
    let mut touched: Vec<PathBuf> = Vec::new();
    for holding in holdings {
        let path = folder.join(&holding.file);
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::unwritable(&path, &error)),
            Ok(there) => {
                refuse_elsewhere(folder, &path, holding)?;
                refuse_another(&path, holding, there.is_symlink())?;
                fs_err::remove_file(&path).map_err(|error| Error::unwritable(&path, &error))?;
            }
        }
        if let Some(parent) = path.parent().filter(|parent| touched.last().is_none_or(|last| last != parent)) {
            touched.push(parent.to_owned());
        }
    }
    touched.sort();
    touched.dedup();
    // Those below come first.
    touched.iter().rev().try_for_each(|below| settle(folder, below))
}

/// A folder that became a link since leads to files that were never looked at.
fn refuse_elsewhere(folder: &Path, path: &Path, holding: &Holding) -> Result<()> {
    let is_link = |above: &&Path| above.is_symlink();
    match path.ancestors().skip(1).take_while(|above| *above != folder).find(is_link) {
        None => Ok(()),
        Some(_) => {
            let reason = "it lies behind a link that was a folder when the purge recorded it";
            let hint = "look where the link leads, put the folder back or remove the link, then run the purge again";
            Err(Error::refused("purge-file-changed", Place::file(holding.file.as_str()), reason, hint))
        }
    }
}

fn refuse_another(path: &Path, holding: &Holding, is_link: bool) -> Result<()> {
    let same = match &holding.link_to {
        Some(_) => is_link,
        None => !is_link && fs_err::File::open(path).and_then(sha256_of).is_ok_and(|(sha256, _)| Some(sha256) == holding.sha256),
    };
    if same {
        return Ok(());
    }
    let reason = "this is another file than the one that the purge recorded";
    let hint = "look at it; when it holds patient data, remove it by hand, then run the purge again";
    Err(Error::refused("purge-file-changed", Place::file(holding.file.as_str()), reason, hint))
}

/// Makes the removal durable in a folder; one below the incident's that is empty now goes too, and those above it.
fn settle(folder: &Path, below: &Path) -> Result<()> {
    let mut at = below;
    while at != folder && at.starts_with(folder) && fs_err::remove_dir(at).is_ok() {
        let Some(parent) = at.parent() else { break };
        at = parent;
    }
    if at.is_dir() { files::sync_folder(at) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::sha256;

    #[test]
    fn a_folder_that_became_a_link_since_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let (folder, elsewhere) = (home.path().join("incident"), home.path().join("elsewhere"));
        fs_err::create_dir_all(folder.join("out")).unwrap();
        fs_err::create_dir(&elsewhere).unwrap();
        fs_err::write(elsewhere.join("0000001.pdf"), "a letter").unwrap();
        std::os::unix::fs::symlink(&elsewhere, folder.join("out/letters")).unwrap();
        let holding = Holding {
            file: "out/letters/0000001.pdf".to_owned(),
            what: "letters".to_owned(),
            sha256: Some(sha256(b"a letter")),
            bytes: Some(8),
            rows: None,
            link_to: None,
        };
        let refused = remove(&folder, &[holding]).unwrap_err();
        assert_eq!((refused.findings[0].code, elsewhere.join("0000001.pdf").exists()), ("purge-file-changed", true));
    }
}

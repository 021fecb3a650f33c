//! The files of a package against its list of checksums: the same bytes, none gone, none beside them.

use super::Checking;
use crate::deliver::mailhouse::Ticket;
use crate::deliver::mailhouse::done::is_digest;
use crate::deliver::mailhouse::package::{CHECKSUMS, TICKET};
use crate::digest::sha256_of;
use crate::error::{Error, Place, Result};
use std::collections::BTreeMap;
use std::path::{Component, Path};

/// SHA-256 of a file, in hex; `None` when there is none.
pub(super) fn digest(path: &Path) -> Result<Option<String>> {
    let unreadable = |error: std::io::Error| Error::unreadable(path, &error);
    let file = match fs_err::File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    sha256_of(file).map(|(sha256, _)| Some(sha256)).map_err(unreadable)
}

impl Checking {
    /// Reads `SHA256SUMS`; when it is gone, the ticket names the files but for itself.
    pub(super) fn list(&mut self, ticket: Option<&Ticket>) {
        let name = self.named(CHECKSUMS);
        let Ok(bytes) = fs_err::read(self.folder().join(CHECKSUMS)) else {
            self.changed(Place::file(name), "the list of checksums is gone, or cannot be read");
            self.listed = ticket.map(|ticket| ticket.files.clone()).unwrap_or_default();
            return;
        };
        for (line, text) in (1..).zip(String::from_utf8_lossy(&bytes).lines()) {
            let entry = text.split_once("  ").filter(|(sha256, file)| is_digest(sha256) && is_below(file));
            let Some((sha256, file)) = entry else {
                self.changed(Place::line(&name, line), "the line is no checksum of a file of the package");
                continue;
            };
            if self.listed.insert(file.to_owned(), sha256.to_owned()).is_some() {
                self.changed(Place::line(&name, line), format!("{file} is listed twice"));
            }
        }
    }

    /// Compares what is there with the list.
    pub(super) fn files(&mut self) -> Result<()> {
        let mut there = BTreeMap::new();
        collect(&self.folder(), "", &mut there)?;
        for (file, sha256) in std::mem::take(&mut self.listed) {
            let place = Place::file(self.named(&file));
            match there.remove(&file) {
                None => self.changed(place, "is gone: the list of checksums names it"),
                Some(false) => self.changed(place, "is a link or a device, and was a file"),
                Some(true) => {
                    self.checked.files += 1;
                    if digest(&self.folder().join(&file))?.as_deref() != Some(&sha256) {
                        self.changed(place, "is not the file of its checksum: it was changed");
                    }
                }
            }
            self.listed.insert(file, sha256);
        }
        there.remove(CHECKSUMS);
        // Without the list only the ticket's own checksum is not known.
        if !self.folder().join(CHECKSUMS).is_file() {
            there.remove(TICKET);
        }
        for file in there.keys() {
            self.changed(Place::file(self.named(file)), "does not belong to the package: the list of checksums does not name it");
        }
        let ending = |ending: &str| format!("{}.tar.{ending}", self.checked.package);
        let beside: Vec<String> = ["age", "gpg"].map(ending).into_iter().filter(|file| self.out.join(file).exists()).collect();
        if !self.checked.encrypted {
            for file in beside {
                let reason = format!("stands beside the package, and {}.done does not name it", self.checked.package);
                self.changed(Place::file(file), reason);
            }
        }
        Ok(())
    }
}

/// Whether a name leads to a file below the folder, and nowhere else.
fn is_below(file: &str) -> bool {
    !file.is_empty() && Path::new(file).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Everything below a folder that is no folder, and whether it is a file. Links are not followed.
fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, bool>) -> Result<()> {
    let unreadable = |error: std::io::Error| Error::unreadable(folder, &error);
    let entries = match fs_err::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(unreadable(error)),
    };
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            collect(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name, kind.is_file());
        }
    }
    Ok(())
}

//! A package as one tar file, made while it is read: however large the package is, only a block of it is in memory.
//!
//! What goes in are the files that `SHA256SUMS` lists and the list itself. Each is compared with its checksum on the way, so
//! that nothing is encrypted that was changed after the package was made.

use super::super::package::CHECKSUMS;
use crate::digest;
use crate::error::{Error, Place, Result};
use fs_err::File;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, btree_map};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// A tar file is made of blocks of so many bytes (POSIX.1-2017, pax, "ustar Interchange Format").
const BLOCK: u64 = 512;

/// The tar file of a package, to be read once from its beginning to its end.
#[derive(Debug)]
pub(super) struct Archive {
    folder: PathBuf,
    name: String,
    /// Files still to come, in the order of their names; the list itself has no checksum.
    left: btree_map::IntoIter<String, Option<String>>,
    /// What is to be read before the open file goes on: headers, padding, the end.
    blocks: Cursor<Vec<u8>>,
    open: Option<Opened>,
    ended: bool,
    fault: Option<Error>,
}

/// The file that is being read.
#[derive(Debug)]
struct Opened {
    path: PathBuf,
    file: File,
    size: u64,
    read: u64,
    hasher: Sha256,
    sha256: Option<String>,
}

impl Archive {
    /// The archive of a package's folder; its files lie below `name/` in it.
    ///
    /// # Errors
    /// Failed when the list of checksums cannot be read.
    pub(super) fn of(folder: &Path, name: &str) -> Result<Archive> {
        let path = folder.join(CHECKSUMS);
        let list = fs_err::read_to_string(&path).map_err(|error| Error::unreadable(&path, &error))?;
        let mut files: BTreeMap<String, Option<String>> = list
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(sha256, file)| (file.to_owned(), Some(sha256.to_owned())))
            .collect();
        files.insert(CHECKSUMS.to_owned(), None);
        Ok(Archive {
            folder: folder.to_owned(),
            name: name.to_owned(),
            left: files.into_iter(),
            blocks: Cursor::new(Vec::new()),
            open: None,
            ended: false,
            fault: None,
        })
    }

    /// What ended the reading, when it was the package and not the place that the archive is written to.
    pub(super) fn fault(&mut self) -> Option<Error> {
        self.fault.take()
    }

    /// Opens the next file, or puts the end of the archive. False when that was read already.
    fn advance(&mut self) -> Result<bool> {
        if let Some(opened) = self.open.take() {
            self.blocks = Cursor::new(vec![0; opened.padding()?]);
        } else if let Some((file, sha256)) = self.left.next() {
            let opened = Opened::open(self.folder.join(&file), sha256)?;
            self.blocks = Cursor::new(header(&format!("{}/{file}", self.name), opened.size)?);
            self.open = Some(opened);
        } else if !self.ended {
            self.ended = true;
            self.blocks = Cursor::new(vec![0; 2 * BLOCK as usize]);
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

impl Read for Archive {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut read = self.blocks.read(buffer)?;
            if let (0, Some(opened)) = (read, &mut self.open) {
                read = opened.read(buffer).inspect_err(|error| self.fault = Some(Error::unreadable(&opened.path, error)))?;
            }
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(error) => {
                    self.fault = Some(error);
                    return Err(io::Error::other("the package cannot be read"));
                }
            }
        }
    }
}

impl Opened {
    fn open(path: PathBuf, sha256: Option<String>) -> Result<Opened> {
        let file = File::open(&path).map_err(|error| Error::unreadable(&path, &error))?;
        let size = file.metadata().map_err(|error| Error::unreadable(&path, &error))?.len();
        Ok(Opened { path, file, size, read: 0, hasher: Sha256::new(), sha256 })
    }

    /// Reads on, never past the size that the header told.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = (&mut self.file).take(self.size - self.read).read(buffer)?;
        self.read += read as u64;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }

    /// Ends a file: how many bytes fill up its last block.
    fn padding(self) -> Result<usize> {
        let sha256 = digest::hex(&self.hasher.finalize());
        if self.read != self.size || self.sha256.is_some_and(|expected| expected != sha256) {
            return Err(changed(&self.path));
        }
        Ok((self.size.next_multiple_of(BLOCK) - self.size) as usize)
    }
}

fn changed(path: &Path) -> Error {
    Error::refused(
        "package-changed",
        Place::file(path.display().to_string()),
        "this file was changed after the package was made, so it does not agree with SHA256SUMS",
        "if nobody has fetched the package, remove its folder and export again",
    )
}

/// The blocks before a file's bytes. Whoever packs the same files gets the same ones: no time, no owner.
fn header(path: &str, size: u64) -> Result<Vec<u8>> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    // Sets the path, in further blocks when it is too long for one, and the sum over the header.
    let mut blocks = tar::Builder::new(Vec::new());
    blocks.append_data(&mut header, path, io::empty()).map_err(|_| Error::bug("a file of a package has no place in an archive"))?;
    Ok(blocks.get_ref().clone())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{assert_holds, package, unpacked};
    use super::*;

    fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
        let mut archive = Archive::of(folder, name)?;
        let mut tar = Vec::new();
        match archive.read_to_end(&mut tar) {
            Ok(_) => Ok(tar),
            Err(_) => Err(archive.fault().unwrap()),
        }
    }

    #[test]
    fn the_archive_holds_what_the_checksums_list_and_is_the_same_every_time() {
        let out = tempfile::tempdir().unwrap();
        let folder = package(out.path());
        fs_err::write(folder.join("stray.txt"), "not of the package").unwrap();
        let tar = read(&folder, "lakeside_0001").unwrap();
        assert_eq!(tar.len() % 512, 0);
        assert_holds(&tar, &folder);
        assert!(read(&folder, "lakeside_0001").unwrap() == tar);
        let long = "x".repeat(200);
        assert_eq!(unpacked(&read(&folder, &long).unwrap())[3].0, format!("{long}/stream/block.pdf"));
    }

    #[test]
    fn a_file_that_was_changed_or_taken_away_ends_it() {
        let out = tempfile::tempdir().unwrap();
        let folder = package(out.path());
        fs_err::write(folder.join("stream/block.pdf"), [8; 512]).unwrap();
        assert_eq!(read(&folder, "lakeside_0001").unwrap_err().findings[0].code, "package-changed");
        fs_err::remove_file(folder.join("stream/block.pdf")).unwrap();
        assert_eq!(read(&folder, "lakeside_0001").unwrap_err().findings[0].code, "unreadable");
    }
}

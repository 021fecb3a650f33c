//! A pack that was kept as one file, unpacked for the time of a check.

use super::EVIDENCE;
use super::sums::SUMS;
use crate::error::{Error, Place, Result};
use crate::files::{self, Workplace, Writing};
use std::io::{self, Read as _, Seek as _};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Entry, EntryType};

/// A tar file is made of blocks of so many bytes, and ends with two of zeros; programs fill it up with more (POSIX.1-2017, pax, "ustar
/// Interchange Format").
const BLOCK: u64 = 512;
const LONGEST_END: u64 = 1024 * 1024;

/// Where the word stands that tells a tar file (POSIX.1-2017, pax, "ustar Interchange Format").
const USTAR: std::ops::Range<usize> = 257..262;
/// How files begin that were encrypted (age-encryption.org/v1; its armor).
const ENCRYPTED: [&[u8]; 2] = [b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----"];

/// A pack in a folder of its own, which goes when this is dropped.
pub struct Unpacked {
    folder: PathBuf,
    _alone: Workplace,
}

impl Unpacked {
    /// The folder of the pack.
    pub fn folder(&self) -> PathBuf {
        self.folder.join(EVIDENCE)
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next check of this file.
        let _ = fs_err::remove_dir_all(&self.folder);
    }
}

/// Unpacks a pack that is one file; `None` when the path is something else. It is unpacked beside the file, since its tables name records;
/// what a check that was killed left there is removed.
///
/// # Errors
/// Refused when the file is encrypted, is a tar file and no pack, or holds more or less than a pack; failed when nothing can be written
/// beside it.
pub fn unpack(file: &Path) -> Result<Option<Unpacked>> {
    if !file.is_file() {
        return Ok(None);
    }
    let unreadable = |error: io::Error| Error::unreadable(file, &error);
    let mut opened = fs_err::File::open(file).map_err(unreadable)?;
    let mut head = Vec::new();
    (&mut opened).take(BLOCK).read_to_end(&mut head).map_err(unreadable)?;
    if ENCRYPTED.iter().any(|begins| head.starts_with(begins)) && !is_of_a_package(file) {
        let hint = "decrypt it first: age --decrypt --identity KEY --output evidence.tar FILE";
        return Err(Error::refused("evidence-encrypted", Place::file(file.display().to_string()), "the file is encrypted", hint));
    }
    if head.get(USTAR) != Some(b"ustar") {
        return Ok(None);
    }
    let unpacked = place_beside(file)?;
    opened.rewind().map_err(unreadable)?;
    let end = unpack_all(file, &mut opened, &unpacked.folder)?;
    let mut rest = Vec::new();
    opened.seek(io::SeekFrom::Start(end)).and_then(|_| opened.take(LONGEST_END).read_to_end(&mut rest)).map_err(unreadable)?;
    if rest.len() < 2 * BLOCK as usize || rest.len() as u64 == LONGEST_END || rest.iter().any(|byte| *byte != 0) {
        return Err(no_pack(file, "it is cut off at its end, or something was put behind the pack"));
    }
    Ok(Some(unpacked))
}

/// A private folder beside the file, for this check alone.
fn place_beside(file: &Path) -> Result<Unpacked> {
    let mut name = std::ffi::OsString::from(".");
    name.push(file.file_name().unwrap_or_default());
    name.push(".partial");
    let folder = file.with_file_name(name);
    files::create_own_folder(&folder)?;
    let alone = Workplace::take(&folder)?.ok_or_else(|| {
        let reason = "another check of this file is under way";
        Error::refused("folder-in-use", Place::file(file.display().to_string()), reason, "wait until it has ended, then run this again")
    })?;
    refuse_strangers(&folder)?;
    let rest = folder.join(EVIDENCE);
    if rest.exists() {
        fs_err::remove_dir_all(&rest).map_err(|error| Error::unwritable(&rest, &error))?;
    }
    Ok(Unpacked { folder, _alone: alone })
}

/// What a killed check left is ours to remove; anything else is somebody's.
fn refuse_strangers(folder: &Path) -> Result<()> {
    let unreadable = |error: io::Error| Error::unreadable(folder, &error);
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if !path.ends_with(EVIDENCE) {
            let hint = "move it elsewhere: a pack is unpacked in this folder, which is removed afterwards";
            return Err(Error::refused(
                "output-in-use",
                Place::file(path.display().to_string()),
                "is no part of a pack, and would be lost",
                hint,
            ));
        }
    }
    Ok(())
}

/// Unpacks every file; gives where the last one ends.
fn unpack_all(file: &Path, opened: &mut fs_err::File, folder: &Path) -> Result<u64> {
    let damaged = || no_pack(file, "the file is cut off or damaged");
    let mut archive = Archive::new(io::BufReader::new(opened));
    let mut end = 0;
    for entry in archive.entries().map_err(|_| damaged())? {
        let entry = entry.map_err(|_| damaged())?;
        let is_first = end == 0;
        end = entry.raw_file_position() + entry.size().next_multiple_of(BLOCK);
        // Whatever else a tar file holds is not unpacked only to be refused.
        if is_first && entry.path().map_err(|_| damaged())?.as_ref() != Path::new(EVIDENCE).join(SUMS) {
            return Err(no_pack(file, "it is no evidence pack: a pack begins with its SHA256SUMS"));
        }
        unpack_entry(file, entry, folder)?;
    }
    Ok(end)
}

fn unpack_entry(file: &Path, mut entry: Entry<'_, impl io::Read>, folder: &Path) -> Result<()> {
    let name = entry.path().map_err(|_| no_pack(file, "a name in it is no text"))?.into_owned();
    let is_text = |part: &std::ffi::OsStr| part.to_str().is_some_and(|text| !text.chars().any(char::is_control));
    let is_plain = name.components().all(|part| matches!(part, Component::Normal(part) if is_text(part))) && name.starts_with(EVIDENCE);
    if !is_plain || entry.header().entry_type() != EntryType::Regular {
        return Err(no_pack(file, "it holds something that is no file of a pack"));
    }
    let mut writing = Writing::begin(&folder.join(name))?;
    io::copy(&mut entry, &mut writing).map_err(|_| no_pack(file, "the file is cut off or damaged"))?;
    writing.finish()
}

/// Whether a file is the encrypted one of a package, which has its `NAME.done` beside it.
fn is_of_a_package(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.strip_suffix(".tar.age").is_some_and(|name| file.with_file_name(format!("{name}.done")).exists())
}

fn no_pack(file: &Path, reason: &'static str) -> Error {
    let hint = "compare its SHA-256 with the one that the report printed, and take another copy";
    Error::refused("evidence-changed", Place::file(file.display().to_string()), reason, hint)
}

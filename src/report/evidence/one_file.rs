//! A pack that was kept as one file, unpacked for the time of a check.

use super::EVIDENCE;
use crate::error::{Error, Place, Result};
use crate::files::Writing;
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Entry, EntryType};
use tempfile::TempDir;

/// Where the word stands that tells a tar file (POSIX.1-2017, pax, "ustar Interchange Format").
const USTAR: std::ops::Range<usize> = 257..262;
/// How files begin that were encrypted (age-encryption.org/v1; its armor).
const ENCRYPTED: [&[u8]; 2] = [b"age-encryption.org/v1", b"-----BEGIN AGE ENCRYPTED FILE-----"];

/// A pack in a folder of its own, which goes when this is dropped.
pub struct Unpacked {
    folder: TempDir,
}

impl Unpacked {
    /// The folder of the pack.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().join(EVIDENCE)
    }
}

/// Unpacks a pack that is one file; `None` when the path is something else. It is unpacked beside the file, since its tables name records.
///
/// # Errors
/// Refused when the file is encrypted, or is a tar file and no pack; failed when nothing can be written beside it.
pub fn unpack(file: &Path) -> Result<Option<Unpacked>> {
    if !file.is_file() {
        return Ok(None);
    }
    let unreadable = |error: io::Error| Error::unreadable(file, &error);
    let mut opened = fs_err::File::open(file).map_err(unreadable)?;
    let mut head = Vec::new();
    (&mut opened).take(512).read_to_end(&mut head).map_err(unreadable)?;
    if ENCRYPTED.iter().any(|begins| head.starts_with(begins)) && !is_of_a_package(file) {
        let hint = "decrypt it first: age --decrypt --identity KEY --output evidence.tar FILE";
        return Err(Error::refused("evidence-encrypted", Place::file(file.display().to_string()), "the file is encrypted", hint));
    }
    if head.get(USTAR) != Some(b"ustar") {
        return Ok(None);
    }
    let beside = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = tempfile::Builder::new().prefix(".breachnotice-").tempdir_in(beside).map_err(|error| Error::unwritable(beside, &error))?;
    let opened = fs_err::File::open(file).map_err(unreadable)?;
    let mut archive = Archive::new(io::BufReader::new(opened));
    for entry in archive.entries().map_err(unreadable)? {
        unpack_entry(file, entry.map_err(|_| no_pack(file, "the file is cut off or damaged"))?, folder.path())?;
    }
    Ok(Some(Unpacked { folder }))
}

fn unpack_entry(file: &Path, mut entry: Entry<'_, impl io::Read>, folder: &Path) -> Result<()> {
    let name = entry.path().map_err(|_| no_pack(file, "a name in it is no text"))?.into_owned();
    let is_plain = name.components().all(|part| matches!(part, Component::Normal(_))) && name.starts_with(EVIDENCE);
    if !is_plain || entry.header().entry_type() != EntryType::Regular {
        return Err(no_pack(file, "it holds something that is no file of a pack"));
    }
    let path = folder.join(name);
    let mut writing = Writing::begin(&path)?;
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

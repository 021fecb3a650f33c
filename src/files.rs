//! Files that we write: mode 0600 in folders of 0700, under a temporary name until they are whole.

use crate::error::{Error, Place, Result};
use std::borrow::Cow;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Creates a folder and those above it; new ones get mode 0700.
///
/// # Errors
/// Failed when one of them is a file or cannot be created.
pub fn create_folder(path: &Path) -> Result<()> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| Error::unwritable(path, &error))
}

/// Creates a folder that has its name from us, in one that may have it from a user; mode 0700. Where a user's folder may be a link to
/// another of theirs, this one is never followed: whoever planted it would be given what is written.
///
/// # Errors
/// Failed when a link or a file stands there, or it cannot be created.
pub fn create_own_folder(path: &Path) -> Result<()> {
    create_folder(path.parent().unwrap_or(Path::new(".")))?;
    let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(unwritable(error)),
        _ => {}
    }
    if std::fs::symlink_metadata(path).map_err(unwritable)?.is_dir() {
        return Ok(());
    }
    let reason = "a link or a file stands where a folder is to be made";
    Err(Error::failed("unwritable", Place::file(path.display().to_string()), reason, "move it away, or name another folder for the output"))
}

/// How the names of files begin that are not whole yet.
const UNFINISHED: &str = ".breachnotice-";

fn unfinished_in(folder: &Path) -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder)
}

/// Keeps every other process that asks from working in a folder, for as long as the value lives; the system lets go when the process
/// ends, however it ends.
#[derive(Debug)]
pub struct Workplace {
    /// `None` on a file system without locks.
    lock: Option<std::fs::File>,
}

impl Workplace {
    /// Takes a folder (made when absent); `None` when another process works there.
    ///
    /// # Errors
    /// Failed when the folder cannot be made or opened.
    pub fn take(folder: &Path) -> Result<Option<Workplace>> {
        create_folder(folder)?;
        let opened = std::fs::File::open(folder).map_err(|error| Error::unwritable(folder, &error))?;
        match opened.try_lock() {
            Ok(()) => Ok(Some(Workplace { lock: Some(opened) })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(_)) => Ok(Some(Workplace { lock: None })),
        }
    }

    /// Removes what a killed process left unfinished in a folder that belongs to this one. Without a lock nobody knows whether that
    /// process is dead: everything stays.
    ///
    /// # Errors
    /// Failed when a file cannot be removed.
    pub fn clear(&self, folder: &Path) -> Result<()> {
        if self.lock.is_none() || !folder.is_dir() {
            return Ok(());
        }
        let unwritable = |error: std::io::Error| Error::unwritable(folder, &error);
        for entry in std::fs::read_dir(folder).map_err(unwritable)? {
            let entry = entry.map_err(unwritable)?;
            let is_unfinished = entry.file_name().to_string_lossy().starts_with(UNFINISHED);
            if is_unfinished && entry.file_type().is_ok_and(|kind| kind.is_file()) {
                std::fs::remove_file(entry.path()).map_err(unwritable)?;
            }
        }
        Ok(())
    }
}

/// A file under a temporary name beside its final one; dropped unfinished, it leaves nothing.
pub struct Writing {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl Writing {
    /// Begins a file; its folder is created when absent.
    ///
    /// # Errors
    /// Failed when the folder cannot be written.
    pub fn begin(path: &Path) -> Result<Writing> {
        let folder = path.parent().unwrap_or(Path::new("."));
        create_folder(folder)?;
        let file = unfinished_in(folder).map_err(|error| Error::unwritable(path, &error))?;
        Ok(Writing { file: BufWriter::with_capacity(256 * 1024, file), path: path.to_owned() })
    }

    /// Begins a large file under a fixed temporary name, `.NAME.partial`: what a killed process left of it is replaced, so that it
    /// never piles up. For callers that keep others from writing the same file.
    ///
    /// # Errors
    /// Failed when the folder cannot be written.
    pub fn begin_anew(path: &Path) -> Result<Writing> {
        let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
        let folder = path.parent().unwrap_or(Path::new("."));
        create_folder(folder)?;
        let name = format!(".{}.partial", path.file_name().unwrap_or_default().display());
        match std::fs::remove_file(folder.join(&name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unwritable(error)),
            _ => {}
        }
        let file = tempfile::Builder::new().prefix(&name).rand_bytes(0).tempfile_in(folder).map_err(unwritable)?;
        Ok(Writing { file: BufWriter::with_capacity(256 * 1024, file), path: path.to_owned() })
    }

    /// Makes the file durable and gives it its final name, replacing an older one.
    ///
    /// # Errors
    /// Failed when writing or renaming fails; then nothing stands under the final name that was not there before.
    pub fn finish(self) -> Result<()> {
        let path = self.path;
        let file = self.file.into_inner().map_err(|error| Error::unwritable(&path, error.error()))?;
        file.as_file().sync_data().map_err(|error| Error::unwritable(&path, &error))?;
        persist(file, &path)
    }

    /// Everything that was written so far, read back from disk.
    ///
    /// # Errors
    /// Failed when the file cannot be written or read.
    pub fn contents(&mut self) -> Result<Vec<u8>> {
        let read = self.file.flush().and_then(|()| std::fs::read(self.file.get_ref().path()));
        read.map_err(|error| Error::unwritable(&self.path, &error))
    }
}

impl std::io::Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Writes a small file whole.
///
/// # Errors
/// Failed when writing or renaming fails.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = Writing::begin(path)?;
    file.write_all(bytes).map_err(|error| Error::unwritable(path, &error))?;
    file.finish()
}

/// Writes one of very many files: whole and renamed like the others, made durable together by [`sync_folder`].
///
/// # Errors
/// Failed when writing or renaming fails.
pub fn write_of_many(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = unfinished_in(folder).map_err(|error| Error::unwritable(path, &error))?;
    file.write_all(bytes).map_err(|error| Error::unwritable(path, &error))?;
    persist(file, path)
}

/// Every file below a folder, sorted; empty when there is no folder. Links are files, never followed.
///
/// # Errors
/// Refused when a folder cannot be read.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let unreadable = |error: std::io::Error| Error::unreadable(&folder, &error);
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(unreadable(error)),
        };
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            if entry.file_type().map_err(unreadable)?.is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// Failed when the folder cannot be synchronized.
pub fn sync_folder(path: &Path) -> Result<()> {
    std::fs::File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| Error::unwritable(path, &error))
}

/// Gives two folders each other's names at once; `false` on a file system that cannot, where nothing was done.
///
/// # Errors
/// Whatever keeps them from being renamed.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
pub fn exchange(one: &Path, other: &Path) -> std::io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Err(error) if cannot_exchange(error) => Ok(false),
        done => Ok(done.map(|()| true)?),
    }
}

/// An overlay says XDEV of a folder in a lower layer, though both lie beside each other.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn cannot_exchange(error: rustix::io::Errno) -> bool {
    use rustix::io::Errno;
    [Errno::NOSYS, Errno::INVAL, Errno::NOTSUP, Errno::XDEV].contains(&error)
}

/// Gives two folders each other's names at once; never here, where nothing was done.
///
/// # Errors
/// None.
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub fn exchange(_: &Path, _: &Path) -> std::io::Result<bool> {
    Ok(false)
}

/// What keeps a file that is opened by its name from being one that a link points at; for [`OpenOptionsExt::custom_flags`].
///
/// [`OpenOptionsExt::custom_flags`]: std::os::unix::fs::OpenOptionsExt::custom_flags
pub(crate) const NO_LINK: i32 = rustix::fs::OFlags::NOFOLLOW.bits() as i32;

fn persist(file: NamedTempFile, path: &Path) -> Result<()> {
    refuse_special(path)?;
    file.persist(path).map(|_| ()).map_err(|error| Error::unwritable(path, &error.error))
}

/// Only a regular file is ever written or replaced: never a folder, a link, a device or a pipe.
///
/// # Errors
/// Failed when something else stands there; nothing at all is no fault.
pub(crate) fn refuse_special(path: &Path) -> Result<()> {
    let reason = match std::fs::symlink_metadata(path) {
        Ok(there) if there.is_dir() => "a folder stands where a file is to be written",
        Ok(there) if !there.is_file() => "a link, a device or a pipe stands where a file is to be written",
        _ => return Ok(()),
    };
    Err(Error::failed(
        "unwritable",
        Place::file(path.display().to_string()),
        reason,
        "move it away, or name another file or folder for the output",
    ))
}

/// A cell of a table as it is written: one that a spreadsheet would take for a formula is guarded by an apostrophe.
pub fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// Refuses an output folder that would mix with what a user wrote: the incident folder itself, its seal, its templates.
///
/// # Errors
/// Refused, so that nothing of the user's is overwritten.
pub fn refuse_inputs(out: &Path, incident: &Path) -> Result<()> {
    let (out_is, incident_is) = (real(out), real(incident));
    let inside = |name: &str| out_is.starts_with(incident_is.join(name));
    if out_is != incident_is && !inside("seal") && !inside("templates") && !inside("rules") {
        return Ok(());
    }
    let reason = "the output would mix with the incident's own files";
    let hint = "choose a folder of its own, such as `out`, outside the incident folder or below it";
    Err(Error::refused("output-over-input", Place::file(out.display().to_string()), reason, hint))
}

/// Whether a path is that of a folder or leads into it, links followed as far as they exist.
pub fn is_below(path: &Path, folder: &Path) -> bool {
    real(path).starts_with(real(folder))
}

/// Refuses to replace a file that does not begin as one of ours does: it is somebody's. One that is empty or absent may be written.
///
/// # Errors
/// Refused, so that nothing of the user's is overwritten; `is_not` says what the file would have to be, such as `no calendar`.
pub fn refuse_other(path: &Path, begins: &[u8], is_not: &str) -> Result<()> {
    if !fs_err::read(path).is_ok_and(|bytes| !bytes.is_empty() && !bytes.starts_with(begins)) {
        return Ok(());
    }
    let reason = format!("this file exists and is {is_not}");
    let place = Place::file(path.display().to_string());
    Err(Error::refused("output-over-input", place, reason, "name another file: it would be overwritten"))
}

/// A path with links followed as far as it exists.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut known = absolute.as_path();
    loop {
        if let Ok(found) = known.canonicalize() {
            return found.join(absolute.strip_prefix(known).unwrap_or(Path::new("")));
        }
        match known.parent() {
            Some(parent) => known = parent,
            None => return absolute,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    fn a_file_system_that_cannot_exchange_is_told_from_a_fault() {
        use rustix::io::Errno;
        for (error, cannot) in [
            (Errno::NOSYS, true),
            (Errno::INVAL, true),
            (Errno::NOTSUP, true),
            (Errno::XDEV, true),
            (Errno::ACCESS, false),
            (Errno::NOENT, false),
            (Errno::NOSPC, false),
            (Errno::ROFS, false),
        ] {
            assert_eq!(cannot_exchange(error), cannot, "{error:?}");
        }
    }

    #[test]
    fn files_are_private_and_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/file.txt");
        write(&path, b"whole").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        drop(Writing::begin(&home.path().join("a/unfinished")).unwrap());
        assert_eq!(std::fs::read_dir(home.path().join("a")).unwrap().count(), 1, "only the folder b");
        std::fs::write(home.path().join("a/.large.partial"), "of a killed process").unwrap();
        let mut large = Writing::begin_anew(&home.path().join("a/large")).unwrap();
        large.write_all(b"whole").unwrap();
        large.finish().unwrap();
        assert_eq!(std::fs::read(home.path().join("a/large")).unwrap(), b"whole");
        assert_eq!(std::fs::metadata(home.path().join("a/large")).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(home.path().join("a")).unwrap().count(), 2, "the rest of the killed process is gone");
    }

    #[test]
    fn only_what_is_unfinished_is_cleared_and_only_by_who_works_alone() {
        let home = tempfile::tempdir().unwrap();
        let path = |name: &str| home.path().join(name);
        // The file of a process that was killed: nothing removes it.
        unfinished_in(home.path()).unwrap().keep().unwrap();
        for kept in [".tmpAbCdEf", "letter.pdf", ".hidden"] {
            std::fs::write(path(kept), "somebody's").unwrap();
        }
        std::fs::create_dir(path(".breachnotice-folder")).unwrap();
        let count = || std::fs::read_dir(home.path()).unwrap().count();
        assert_eq!(count(), 5);
        let workplace = Workplace::take(home.path()).unwrap().unwrap();
        assert!(Workplace::take(home.path()).unwrap().is_none(), "one at a time");
        workplace.clear(&path("absent")).unwrap();
        Workplace { lock: None }.clear(home.path()).unwrap();
        assert_eq!(count(), 5);
        workplace.clear(home.path()).unwrap();
        assert_eq!(count(), 4);
        drop(workplace);
        assert!(Workplace::take(home.path()).unwrap().is_some());
    }

    #[test]
    fn only_regular_files_are_replaced_and_inputs_never() {
        let home = tempfile::tempdir().unwrap();
        let link = home.path().join("link");
        std::fs::write(home.path().join("target"), "kept").unwrap();
        std::os::unix::fs::symlink(home.path().join("target"), &link).unwrap();
        assert_eq!(write(&link, b"x").unwrap_err().kind.exit_code(), 4);
        assert_eq!(std::fs::read(home.path().join("target")).unwrap(), b"kept");
        let (somebodys, planted) = (home.path().join("somebodys"), home.path().join("out/letters"));
        std::fs::create_dir(&somebodys).unwrap();
        create_own_folder(&home.path().join("out/stream")).unwrap();
        create_own_folder(&home.path().join("out/stream")).unwrap();
        for target in [&somebodys, &home.path().join("nothing")] {
            std::os::unix::fs::symlink(target, &planted).unwrap();
            assert_eq!(create_own_folder(&planted).unwrap_err().kind.exit_code(), 4);
            std::fs::remove_file(&planted).unwrap();
        }
        std::fs::write(&planted, "a file").unwrap();
        assert_eq!(create_own_folder(&planted).unwrap_err().findings[0].code, "unwritable");
        let incident = home.path().join("incident");
        create_folder(&incident.join("seal")).unwrap();
        std::os::unix::fs::symlink(&incident, home.path().join("other-name")).unwrap();
        for out in ["incident", "incident/.", "incident/seal", "incident/seal/deeper", "other-name", "incident/templates/en"] {
            assert_eq!(refuse_inputs(&home.path().join(out), &incident).unwrap_err().findings[0].code, "output-over-input", "{out}");
        }
        for out in ["out", "incident/out", "incident-out"] {
            refuse_inputs(&home.path().join(out), &incident).unwrap();
        }
    }

    #[test]
    fn a_path_below_a_file_is_an_error_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("file"), "x").unwrap();
        let error = write(&home.path().join("file/below"), b"x").unwrap_err();
        assert_eq!(error.kind.exit_code(), 4);
    }
}

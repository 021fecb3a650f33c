//! Files of an approval: written whole or not at all, readable by their owner only; JSON read back with the place of a fault.

use super::FORMAT;
use crate::error::{Error, Place, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes a file: temporary name (mode 0600), flushed to disk, renamed.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error: &std::io::Error| Error::unwritable(path, error);
    // tempfile creates with mode 0600, and removes the file when anything below fails.
    let mut file = tempfile::Builder::new().prefix(".breachnotice-").tempfile_in(folder).map_err(|error| failed(&error))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(|error| failed(&error))?;
    file.persist(path).map_err(|error| failed(&error.error))?;
    sync_folder(folder).map_err(|error| failed(&error))
}

/// Writes JSON for people to read, with a line end.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(|_| Error::bug("an approval cannot be written as JSON"))?;
    text.push('\n');
    write(path, text.as_bytes())
}

/// Creates the folders from `top` down to `folder`, each with mode 0700, also those that are already there.
pub(super) fn create_folders(top: &Path, folder: &Path) -> Result<()> {
    let below = folder.strip_prefix(top).map_err(|_| Error::bug("a folder of sealed texts lies outside the seal"))?;
    let mut path = top.to_path_buf();
    create_folder(&path)?;
    for part in below.components() {
        path.push(part);
        create_folder(&path)?;
    }
    Ok(())
}

fn create_folder(path: &Path) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::unwritable(path, &plain(&error));
    match fs_err::create_dir(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(unwritable(error)),
        _ => {}
    }
    // A file or a link in the way keeps its permissions, and nothing is written through it.
    if !fs_err::symlink_metadata(path).map_err(unwritable)?.is_dir() {
        return Err(unwritable(ErrorKind::NotADirectory.into()));
    }
    owner_only(path).map_err(unwritable)
}

#[cfg(unix)]
fn owner_only(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs_err::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn owner_only(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Makes a rename durable; folders cannot be opened everywhere.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    fs_err::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The bytes of a file; `None` when it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs_err::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Error::unreadable(path, &plain(&error))),
    }
}

/// Reads JSON that this program wrote; `None` when the file does not exist.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path, name: &str) -> Result<Option<T>> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let Some(bytes) = read(path)? else { return Ok(None) };
    let format: Format = serde_json::from_slice(&bytes).map_err(|error| unparsable(name, &error))?;
    if format.format != FORMAT {
        return Err(Error::refused(
            "approval-unreadable",
            Place::file(name),
            format!("has format {}, this program reads format {FORMAT}", format.format),
            format!("use the version of breachnotice that wrote it, or remove {name} and give the approval again"),
        ));
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|error| unparsable(name, &error))
}

fn unparsable(name: &str, error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let reason = text.split(" at line ").next().unwrap_or_default();
    Error::refused(
        "approval-unreadable",
        Place::line(name, error.line() as u64).column(error.column()),
        format!("cannot be understood: {reason}"),
        format!("this file is not for editing: put back its last version, or remove {name} and give the approval again"),
    )
}

/// The reason without the path that `fs_err` adds: a finding's place names it already.
fn plain(error: &std::io::Error) -> std::io::Error {
    std::io::Error::from(error.kind())
}

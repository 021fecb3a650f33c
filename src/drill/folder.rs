//! The folder of a drill: private, empty before, whole or absent afterwards.

use crate::error::{Error, Place, Result};
use crate::files;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Makes the folder, private to the user, or takes one that holds nothing.
///
/// # Errors
/// Refused when something is in it; failed when it cannot be made.
pub(super) fn prepare(folder: &Path) -> Result<()> {
    match fs_err::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(Error::refused(
                    "folder-not-empty",
                    Place::file(folder.display().to_string()),
                    "already holds something",
                    "name a folder that does not exist yet, or an empty one",
                ));
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            files::create_folder(folder)?;
        }
        Err(error) => return Err(Error::unwritable(folder, &error)),
    }
    make_private(folder)
}

#[cfg(unix)]
fn make_private(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(0o700);
    fs_err::set_permissions(folder, mode).map_err(|error| Error::unwritable(folder, &error))
}

#[cfg(not(unix))]
fn make_private(_folder: &Path) -> Result<()> {
    Ok(())
}

/// A file that stands under its own name only when it is complete. Its mode is 0600.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    rows: csv::Writer<NamedTempFile>,
}

impl NewFile {
    /// Starts a file of the folder under a passing name.
    pub(super) fn start(folder: &Path, name: &str) -> Result<NewFile> {
        let path = folder.join(name);
        let passing = tempfile::Builder::new().prefix(".drill-").tempfile_in(folder);
        let passing = passing.map_err(|error| Error::unwritable(&path, &error))?;
        let rows = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(passing);
        Ok(NewFile { path, rows })
    }

    /// Adds a row.
    pub(super) fn record<I>(&mut self, cells: I) -> Result<()>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        self.rows.write_record(cells).map_err(|error| Error::unwritable(&self.path, &error.into()))
    }

    /// Brings everything to the disk and gives the file its name.
    pub(super) fn finish(self) -> Result<()> {
        let path = &self.path;
        let passing = self.rows.into_inner().map_err(|error| Error::unwritable(path, error.error()))?;
        keep(passing, path)
    }
}

/// Writes a file of text at once.
pub(super) fn write_text(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    let written = tempfile::Builder::new().prefix(".drill-").tempfile_in(folder).and_then(|mut passing| {
        passing.write_all(text.as_bytes())?;
        Ok(passing)
    });
    keep(written.map_err(|error| Error::unwritable(&path, &error))?, &path)
}

fn keep(passing: NamedTempFile, path: &Path) -> Result<()> {
    let kept = passing.as_file().sync_all().and_then(|()| passing.persist(path).map_err(|error| error.error));
    kept.map(|_| ()).map_err(|error| Error::unwritable(path, &error))
}

//! Files that we write: mode 0600 in folders of 0700, under a temporary name until they are whole.

use crate::error::{Error, Place, Result};
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
        let file = NamedTempFile::new_in(folder).map_err(|error| Error::unwritable(path, &error))?;
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
    let mut file = NamedTempFile::new_in(folder).map_err(|error| Error::unwritable(path, &error))?;
    file.write_all(bytes).map_err(|error| Error::unwritable(path, &error))?;
    persist(file, path)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// Failed when the folder cannot be synchronized.
pub fn sync_folder(path: &Path) -> Result<()> {
    std::fs::File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| Error::unwritable(path, &error))
}

fn persist(file: NamedTempFile, path: &Path) -> Result<()> {
    if path.is_dir() {
        let reason = "a folder stands where a file is to be written";
        return Err(Error::failed("unwritable", Place::file(path.display().to_string()), reason, "choose another output folder"));
    }
    file.persist(path).map(|_| ()).map_err(|error| Error::unwritable(path, &error.error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn files_are_private_and_whole() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/file.txt");
        write(&path, b"whole").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        drop(Writing::begin(&home.path().join("a/unfinished")).unwrap());
        assert_eq!(std::fs::read_dir(home.path().join("a")).unwrap().count(), 1, "only the folder b");
    }

    #[test]
    fn a_path_below_a_file_is_an_error_with_its_place() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("file"), "x").unwrap();
        let error = write(&home.path().join("file/below"), b"x").unwrap_err();
        assert_eq!(error.kind.exit_code(), 4);
    }
}

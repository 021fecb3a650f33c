//! Files and folders that only their owner can read, and that are there whole or not at all.

use crate::error::{Error, Result};
use std::fs::DirBuilder;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes a folder with mode 0700, with the folders above it; one that is there already is left as it is.
///
/// # Errors
/// Failed when it cannot be made.
pub(super) fn create_folder(path: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| Error::unwritable(path, &error))
}

/// Writes a file with mode 0600 under a temporary name, makes it durable and gives it its name.
///
/// # Errors
/// Failed when it cannot be written.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    file.write_all(content).map_err(unwritable)?;
    file.as_file().sync_all().map_err(unwritable)?;
    file.persist(path).map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// Makes the names inside a folder durable.
///
/// # Errors
/// Failed when the folder cannot be opened or synchronized.
pub(super) fn sync_folder(path: &Path) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
    fs_err::File::open(path).map_err(unwritable)?.sync_all().map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_written_file_is_private_and_replaces_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        create_folder(&inner).unwrap();
        let path = inner.join("piece.eml");
        write(&path, b"first").unwrap();
        write(&path, b"second").unwrap();
        sync_folder(&inner).unwrap();
        assert_eq!(fs_err::read(&path).unwrap(), b"second");
        let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&inner)), (0o600, 0o700));
        assert_eq!(fs_err::read_dir(&inner).unwrap().count(), 1);
    }
}

//! The lock that keeps two sends from working on one ledger: an operating-system lock, gone with the process that held it.

use crate::error::{Error, Place, Result};
use crate::files::{NO_LINK, refuse_special};
use fs_err::File;
use fs_err::os::unix::fs::OpenOptionsExt;
use std::fs::TryLockError;
use std::io::{Read, Seek, Write};
use std::path::Path;

/// Held for as long as this value lives; the system releases it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct SendingLock {
    _file: File,
}

impl SendingLock {
    /// Takes the lock, or says who holds it.
    ///
    /// # Errors
    /// Refused when another process holds it; failed when the lock file cannot be used.
    pub(super) fn take(path: &Path, owner: &str) -> Result<SendingLock> {
        let unwritable = |error: std::io::Error| Error::unwritable(path, &error);
        refuse_special(path)?;
        let mut options = fs_err::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(NO_LINK);
        let mut file = options.open(path).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(&mut file)),
            Err(TryLockError::Error(error)) => return Err(unwritable(error)),
        }
        file.set_len(0).map_err(unwritable)?;
        file.rewind().map_err(unwritable)?;
        file.write_all(owner.as_bytes()).map_err(unwritable)?;
        Ok(SendingLock { _file: file })
    }
}

/// The refusal, with the name that the holder wrote into the lock file.
fn held(file: &mut File) -> Error {
    let mut owner = String::new();
    let known = file.take(100).read_to_string(&mut owner).is_ok() && !owner.trim().is_empty() && !owner.contains(char::is_control);
    let holder = if known { format!("another send ({})", owner.trim()) } else { "another send".to_owned() };
    Error::refused(
        "send-in-progress",
        Place::file(crate::ledger::faults::FILE),
        format!("{holder} is at work on this ledger"),
        "wait until it has ended; if it hangs, end that process: the next send continues where it stopped",
    )
}

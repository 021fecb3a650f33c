//! The file that names a signer's key: a private key, or a public key whose private half an agent holds.

use super::key;
use crate::error::{Error, Place, Result};
use ssh_key::{PrivateKey, PublicKey};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use zeroize::Zeroizing;

/// What the file holds.
pub(super) enum KeyFile {
    Private(Box<PrivateKey>),
    Public(PublicKey),
}

impl KeyFile {
    /// Reads the file, which is told by its contents, not by its name.
    pub(super) fn read(path: &Path) -> Result<KeyFile> {
        let text = Zeroizing::new(std::fs::read(path).map_err(|error| Error::unreadable(path, &error))?);
        let file = if text.starts_with(b"-----BEGIN OPENSSH PRIVATE KEY-----") {
            refuse_open(path)?;
            let private = PrivateKey::from_openssh(&*text).map_err(|_| unreadable_private(path))?;
            KeyFile::Private(Box::new(private))
        } else if text.starts_with(b"-----BEGIN ") {
            let hint = "convert a copy of it with ssh-keygen -p -f FILE, or use another key";
            return Err(unreadable(path, "not a private key in OpenSSH's own format", hint));
        } else {
            let hint = "name a private key, or the .pub file of a key that your ssh-agent holds";
            let public = std::str::from_utf8(&text).ok().and_then(|text| PublicKey::from_openssh(text.trim()).ok());
            KeyFile::Public(public.ok_or_else(|| unreadable(path, "neither a private nor a public key of OpenSSH", hint))?)
        };
        match key::unusable(file.public().key_data()) {
            Some(reason) => Err(Error::refused("key-unsupported", place(path), reason, key::USABLE)),
            None => Ok(file),
        }
    }

    /// The public half.
    pub(super) fn public(&self) -> &PublicKey {
        match self {
            KeyFile::Private(key) => key.public_key(),
            KeyFile::Public(key) => key,
        }
    }
}

/// The key file as a place in findings.
pub(super) fn place(path: &Path) -> Place {
    Place::file(path.display().to_string())
}

/// Refuses a private key that cannot be read.
///
/// Of ECDSA keys, `ssh-key` 0.6 does not read a private number with fewer bytes than its curve: one key in 256, of P-521 one in four.
pub(super) fn unreadable_private(path: &Path) -> Error {
    let reason = "the private key is damaged, of a kind that is not supported (such as ECDSA P-521), or one of the few ECDSA keys that cannot be read from a file";
    unreadable(
        path,
        reason,
        "use a key of type ed25519; one of ECDSA P-256 or P-384 can also be added to an ssh-agent with ssh-add and named by its .pub file",
    )
}

fn unreadable(path: &Path, reason: &'static str, hint: &'static str) -> Error {
    Error::refused("key-unreadable", place(path), reason, hint)
}

/// Refuses a private key that others can read, as OpenSSH does: its signatures would prove nothing.
fn refuse_open(path: &Path) -> Result<()> {
    let mode = std::fs::metadata(path).map_err(|error| Error::unreadable(path, &error))?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    let hint = "make it yours alone with chmod 600, and use a new key if somebody may have copied this one";
    Err(Error::refused("key-unprotected", place(path), "other users of this computer can read this private key", hint))
}

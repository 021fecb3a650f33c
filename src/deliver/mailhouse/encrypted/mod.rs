//! A finished package as one file that only the mail house can read: a tar file, encrypted to the house's key. A pack of evidence likewise,
//! or as it is.
//!
//! The key is a file: age recipients or an OpenPGP public key, told apart by what is in it. Both ways
//! stand behind a cargo feature of their own, because of the crates that they bring; a binary that was built without the one
//! that is needed refuses the export.

#[cfg(feature = "age")]
mod age;
mod archive;
mod key_file;
#[cfg(feature = "openpgp")]
mod openpgp;

use crate::error::{Error, Place, Result, Sentence};
use crate::files::{self, Writing};
use archive::Archive;
use jiff::civil::Date;
use key_file::Kind;
use std::io;
use std::path::Path;

/// The key of a mail house, or of whoever keeps a pack of evidence: whom a file is encrypted to.
#[derive(Debug)]
pub struct HouseKey(Key);

#[derive(Debug)]
enum Key {
    #[cfg(feature = "age")]
    Age(age::Recipients),
    #[cfg(feature = "openpgp")]
    OpenPgp(openpgp::Certificates),
}

/// An encrypted package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptedFile {
    /// Its name: `NAME.tar.age` or `NAME.tar.gpg`.
    pub name: String,
    /// SHA-256 of its bytes as they were read back from disk, hex.
    pub sha256: String,
}

impl HouseKey {
    /// Reads a key: a file below a folder that holds age recipients or OpenPGP public
    /// keys. With several of them, each can decrypt alone.
    ///
    /// # Errors
    /// Refused when it cannot be read or is no public key, is not good on `today` any more, or needs a feature that this binary
    /// was built without. What a private key says is never repeated.
    #[cfg_attr(not(feature = "openpgp"), allow(unused_variables, reason = "age recipients have no last day"))]
    pub fn load(folder: &Path, file: &str, today: Date) -> Result<HouseKey> {
        let bytes = key_file::read(folder, file)?;
        match key_file::kind(file, &bytes)? {
            #[cfg(feature = "age")]
            Kind::Age(text) => age::Recipients::read(file, text).map(|recipients| HouseKey(Key::Age(recipients))),
            #[cfg(not(feature = "age"))]
            Kind::Age(_) => Err(not_built(file, "age", "age recipients")),
            #[cfg(feature = "openpgp")]
            Kind::OpenPgp => openpgp::Certificates::read(file, &bytes, today).map(|certificates| HouseKey(Key::OpenPgp(certificates))),
            #[cfg(not(feature = "openpgp"))]
            Kind::OpenPgp => Err(not_built(file, "openpgp", "OpenPGP keys")),
        }
    }

    /// Writes a whole package as one encrypted file into `out`, in the place of what a call that was broken off left of it. The
    /// bytes differ from call to call.
    ///
    /// # Errors
    /// Failed when it cannot be written; refused when a file of the package does not agree with its checksum.
    pub fn encrypt(&self, package_folder: &Path, name: &str, out: &Path) -> Result<EncryptedFile> {
        let file = format!("{name}.tar.{}", self.ending());
        let sha256 = write_as_one_file(package_folder, name, &out.join(&file), Some(self))?;
        Ok(EncryptedFile { name: file, sha256 })
    }

    #[cfg(any(feature = "age", feature = "openpgp"))]
    fn encrypt_into(&self, archive: &mut Archive, writing: &mut Writing) -> io::Result<()> {
        match &self.0 {
            #[cfg(feature = "age")]
            Key::Age(recipients) => recipients.encrypt(archive, writing),
            #[cfg(feature = "openpgp")]
            Key::OpenPgp(certificates) => certificates.encrypt(archive, writing),
        }
    }

    #[cfg(any(feature = "age", feature = "openpgp"))]
    fn ending(&self) -> &'static str {
        match &self.0 {
            #[cfg(feature = "age")]
            Key::Age(_) => "age",
            #[cfg(feature = "openpgp")]
            Key::OpenPgp(_) => "gpg",
        }
    }
}

/// Without a feature there is no key either.
#[cfg(not(any(feature = "age", feature = "openpgp")))]
impl HouseKey {
    fn encrypt_into(&self, _archive: &mut Archive, _writing: &mut Writing) -> io::Result<()> {
        match self.0 {}
    }

    fn ending(&self) -> &'static str {
        match self.0 {}
    }
}

/// Writes a folder that has `SHA256SUMS` as one tar file, below `name/` in it, encrypted where there is a key; gives the SHA-256 of the
/// file as it was read back from disk, hex. What a call that was broken off left of it is replaced.
///
/// # Errors
/// Failed when it cannot be written; refused when a file of the folder does not agree with its checksum.
pub fn write_as_one_file(folder: &Path, name: &str, path: &Path, key: Option<&HouseKey>) -> Result<String> {
    let mut archive = Archive::of(folder, name)?;
    let mut writing = Writing::begin_anew(path)?;
    let written = match key {
        Some(key) => key.encrypt_into(&mut archive, &mut writing),
        None => io::copy(&mut archive, &mut writing).map(|_| ()),
    };
    written.map_err(|error| archive.fault().unwrap_or_else(|| Error::unwritable(path, &error)))?;
    writing.finish()?;
    files::sync_folder(path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))?;
    super::package::digest(path)
}

#[cfg(not(all(feature = "age", feature = "openpgp")))]
fn not_built(file: &str, feature: &str, what: &str) -> Error {
    Error::refused(
        "encryption-not-built",
        Place::file(file),
        format!("this breachnotice was built without encryption to {what}"),
        format!("build it with `cargo build --release --features {feature}`, or ask for a key of the other kind"),
    )
}

/// A key that packages cannot be encrypted to.
fn unusable(place: Place, reason: impl Into<Sentence>, hint: &'static str) -> Error {
    Error::refused("house-key-unusable", place, reason, hint)
}

#[cfg(test)]
mod tests;

#[cfg(test)]
#[cfg(not(all(feature = "age", feature = "openpgp")))]
mod not_built_tests {
    use super::*;

    #[test]
    fn a_key_without_its_feature_names_the_feature() {
        let folder = tempfile::tempdir().unwrap();
        let keys = [
            (cfg!(feature = "age"), "age1qqq", "--features age"),
            (cfg!(feature = "openpgp"), "-----BEGIN PGP PUBLIC KEY BLOCK-----", "--features openpgp"),
        ];
        for (_, text, hint) in keys.into_iter().filter(|(built, ..)| !built) {
            fs_err::write(folder.path().join("house.key"), text).unwrap();
            let error = HouseKey::load(folder.path(), "house.key", jiff::civil::date(2026, 12, 1)).unwrap_err();
            assert_eq!((error.kind.exit_code(), error.findings[0].code), (3, "encryption-not-built"));
            assert!(error.findings[0].hint.contains(hint), "{}", error.findings[0].hint);
        }
    }
}

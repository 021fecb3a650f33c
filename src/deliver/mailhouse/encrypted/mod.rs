//! A finished package as one file that only the mail house can read: a tar file, encrypted to the house's key.
//!
//! The key is a file in the incident folder: age recipients or an OpenPGP public key, told apart by what is in it. Both ways
//! stand behind a cargo feature of their own, because of the crates that they bring; a binary that was built without the one
//! that is needed refuses the export.

#[cfg(feature = "age")]
mod age;
#[cfg(any(feature = "age", feature = "openpgp"))]
mod archive;
mod key_file;
#[cfg(feature = "openpgp")]
mod openpgp;

use crate::error::{Error, Place, Result, Sentence};
#[cfg(any(feature = "age", feature = "openpgp"))]
use crate::files::{self, Writing};
use jiff::civil::Date;
use key_file::Kind;
use std::path::Path;

/// The key of a mail house: whom a package is encrypted to.
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
    /// Reads the key that incident.toml names: a file below the incident folder that holds age recipients or OpenPGP public
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
            Kind::Age(_) => Err(not_built("age", "age recipients")),
            #[cfg(feature = "openpgp")]
            Kind::OpenPgp => openpgp::Certificates::read(file, &bytes, today).map(|certificates| HouseKey(Key::OpenPgp(certificates))),
            #[cfg(not(feature = "openpgp"))]
            Kind::OpenPgp => Err(not_built("openpgp", "OpenPGP keys")),
        }
    }

    /// Writes a whole package as one encrypted file into `out`, in the place of what a call that was broken off left of it. The
    /// bytes differ from call to call.
    ///
    /// # Errors
    /// Failed when it cannot be written; refused when a file of the package does not agree with its checksum.
    #[cfg(any(feature = "age", feature = "openpgp"))]
    pub fn encrypt(&self, package_folder: &Path, name: &str, out: &Path) -> Result<EncryptedFile> {
        let file = format!("{name}.tar.{}", self.ending());
        let path = out.join(&file);
        let mut archive = archive::Archive::of(package_folder, name)?;
        let mut writing = Writing::begin_anew(&path)?;
        let written = match &self.0 {
            #[cfg(feature = "age")]
            Key::Age(recipients) => recipients.encrypt(&mut archive, &mut writing),
            #[cfg(feature = "openpgp")]
            Key::OpenPgp(certificates) => certificates.encrypt(&mut archive, &mut writing),
        };
        written.map_err(|error| archive.fault().unwrap_or_else(|| Error::unwritable(&path, &error)))?;
        writing.finish()?;
        files::sync_folder(out)?;
        Ok(EncryptedFile { name: file, sha256: super::package::digest(&path)? })
    }

    /// Without a feature there is no key either.
    ///
    /// # Errors
    /// None.
    #[cfg(not(any(feature = "age", feature = "openpgp")))]
    pub fn encrypt(&self, _package_folder: &Path, _name: &str, _out: &Path) -> Result<EncryptedFile> {
        match self.0 {}
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

#[cfg(not(all(feature = "age", feature = "openpgp")))]
fn not_built(feature: &str, what: &str) -> Error {
    Error::refused(
        "encryption-not-built",
        Place::file("incident.toml").column("print.encrypt_to"),
        format!("this breachnotice was built without encryption to {what}"),
        format!("build it with `cargo build --release --features {feature}`, or ask the house for a key of the other kind"),
    )
}

/// A key that packages cannot be encrypted to.
fn unusable(place: Place, reason: impl Into<Sentence>, hint: &'static str) -> Error {
    Error::refused("house-key-unusable", place, reason, hint)
}

#[cfg(test)]
#[cfg(any(feature = "age", feature = "openpgp"))]
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

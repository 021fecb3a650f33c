//! Encryption to OpenPGP keys in the form that houses can read: version 4 keys, AES-256 in a packet of version 1 with its
//! integrity code (RFC 9580, 5.13.1), which GnuPG 2.2 knows as well as all that came after it.
//!
//! Of a key only that is believed which it has signed itself: until when it is good, and which part of it is for encryption.

use super::unusable;
use crate::error::{Error, Place, Result};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pgp::composed::{Deserializable as _, MessageBuilder, SignedPublicKey, SignedPublicSubKey};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{PublicKey, PublicKeyEncryptedSessionKey, PublicSubkey, Signature, SignatureType};
use pgp::types::{EncryptionKey, KeyDetails, KeyVersion, PublicParams, Tag, Timestamp};
use rsa::rand_core::OsRng;
use rsa::traits::PublicKeyParts as _;
use std::io::{self, Read, Write};

const CIPHER: SymmetricKeyAlgorithm = SymmetricKeyAlgorithm::AES256;

/// Shorter RSA keys are not to be used any more (NIST SP 800-131A).
const FEWEST_RSA_BYTES: usize = 2048 / 8;

/// The part of each key of a file that is encrypted to; each of them alone can decrypt.
#[derive(Debug)]
pub(super) struct Certificates(Vec<Part>);

/// A key is encrypted to by one of its subkeys, or by itself when it has none.
#[derive(Debug)]
enum Part {
    Primary(PublicKey),
    Subkey(PublicSubkey),
}

impl Certificates {
    /// All keys of a file, armored or binary, each good on `today`.
    ///
    /// # Errors
    /// Refused when one of them cannot be read, is not good any more, or has no part for encryption; or when there is none.
    pub(super) fn read(file: &str, bytes: &[u8], today: Date) -> Result<Certificates> {
        let broken = |_| unfit(file, "the key is damaged or cut off", "ask its owner to export its public key again");
        let (keys, _) = SignedPublicKey::from_reader_many_buf(bytes).map_err(broken)?;
        let parts = keys.map(|key| part_for_encryption(file, &key.map_err(broken)?, today));
        let parts: Vec<Part> = parts.collect::<Result<_>>()?;
        if parts.is_empty() {
            return Err(unfit(file, "there is no public key in the file", "ask its owner to export its public key again"));
        }
        Ok(Certificates(parts))
    }

    /// Encrypts what is read. It is not compressed: print files are already.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub(super) fn encrypt(&self, plain: &mut impl Read, encrypted: &mut impl Write) -> io::Result<()> {
        let mut message = MessageBuilder::from_reader("", plain).seipd_v1(OsRng, CIPHER);
        for part in &self.0 {
            match part {
                Part::Primary(key) => message.encrypt_to_key(OsRng, key),
                Part::Subkey(key) => message.encrypt_to_key(OsRng, key),
            }
            .map_err(as_io)?;
        }
        message.to_writer(OsRng, encrypted).map_err(as_io)
    }
}

/// A full disk has to be told as such.
fn as_io(error: pgp::errors::Error) -> io::Error {
    match error {
        pgp::errors::Error::IO { source, .. } => source,
        other => io::Error::other(other.to_string()),
    }
}

/// The part of a key that is encrypted to: of those that are good the newest, as GnuPG chooses.
fn part_for_encryption(file: &str, key: &SignedPublicKey, today: Date) -> Result<Part> {
    let name = format!("key {:X}", key.fingerprint());
    if key.version() != KeyVersion::V4 {
        let hint = "ask its owner for a key of version 4, which GnuPG makes";
        return Err(unfit(file, format!("{name} is of another version than 4"), hint));
    }
    if !key.details.revocation_signatures.is_empty() {
        return Err(unfit(file, format!("{name} is revoked"), "ask its owner for the key that took its place"));
    }
    let own = own_signatures(key);
    if own.is_empty() {
        return Err(unfit(file, format!("{name} carries no valid signature of its own"), "ask its owner to export its public key again"));
    }
    own.iter().try_for_each(|own| good_on(today, &key.primary_key, own)).map_err(|day| expired(file, &name, day))?;
    let bound: Vec<(&SignedPublicSubKey, &Signature)> = key.public_subkeys.iter().filter_map(|subkey| bound(key, subkey)).collect();
    let good = bound.iter().filter(|(subkey, binding)| good_on(today, &subkey.key, binding).is_ok());
    let part = match good.max_by_key(|(subkey, _)| subkey.key.created_at()) {
        Some((subkey, _)) => Part::Subkey(subkey.key.clone()),
        None if own.iter().any(|own| is_for_encryption(own)) => Part::Primary(key.primary_key.clone()),
        None => {
            let last = bound.iter().filter_map(|(subkey, binding)| good_on(today, &subkey.key, binding).err()).max();
            let none = || unfit(file, format!("{name} has no part that one may encrypt to"), "ask its owner for a key for encryption");
            return Err(last.map_or_else(none, |day| expired(file, &name, day)));
        }
    };
    match &part {
        Part::Primary(key) => can_be_used(key),
        Part::Subkey(key) => can_be_used(key),
    }
    .map_err(|reason| unfit(file, format!("{name} {reason}"), "ask its owner for a newer key: RSA of 2048 bits or more, or Curve25519"))?;
    Ok(part)
}

/// What a key says of itself: the newest signature on itself, and the newest on a name of its own that it has not taken back. When
/// both say until when it is good, the earlier day counts.
fn own_signatures(key: &SignedPublicKey) -> Vec<&Signature> {
    let direct = key.details.direct_signatures.iter().filter(|signature| signature.verify_key(&key.primary_key).is_ok());
    let names = key.details.users.iter().filter_map(|user| {
        let holds = |signature: &&Signature| signature.verify_certification(&key.primary_key, Tag::UserId, &user.id).is_ok();
        let newest = user.signatures.iter().filter(holds).max_by_key(|signature| signature.created());
        newest.filter(|signature| signature.typ() != Some(SignatureType::CertRevocation))
    });
    let newest = [direct.max_by_key(|signature| signature.created()), names.max_by_key(|signature| signature.created())];
    newest.into_iter().flatten().collect()
}

/// A subkey with its newest binding when that holds, is for encryption, and was not revoked.
fn bound<'k>(key: &SignedPublicKey, subkey: &'k SignedPublicSubKey) -> Option<(&'k SignedPublicSubKey, &'k Signature)> {
    if subkey.signatures.iter().any(|signature| signature.typ() == Some(SignatureType::SubkeyRevocation)) {
        return None;
    }
    let holds = |signature: &&Signature| signature.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok();
    let newest = subkey.signatures.iter().filter(holds).max_by_key(|signature| signature.created())?;
    is_for_encryption(newest).then_some((subkey, newest))
}

fn is_for_encryption(signature: &Signature) -> bool {
    let flags = signature.key_flags();
    flags.encrypt_comms() || flags.encrypt_storage()
}

/// The day on which a key, or what it says of itself, expired or does so; an error when `today` is not before it.
fn good_on(today: Date, key: &impl KeyDetails, signature: &Signature) -> Result<(), Date> {
    let after = |from: Option<Timestamp>, duration: Option<pgp::types::Duration>| {
        let duration = duration.map(pgp::types::Duration::as_secs).filter(|seconds| *seconds > 0)?;
        let end = jiff::Timestamp::from_second(i64::from(from?.as_secs()) + i64::from(duration)).ok()?;
        Some(TimeZone::UTC.to_datetime(end).date())
    };
    let ends =
        [after(Some(key.created_at()), signature.key_expiration_time()), after(signature.created(), signature.signature_expiration_time())];
    match ends.into_iter().flatten().min() {
        Some(end) if end <= today => Err(end),
        _ => Ok(()),
    }
}

/// Tries a key before anything is written.
fn can_be_used(key: &impl EncryptionKey) -> Result<(), &'static str> {
    if let PublicParams::RSA(rsa) = key.public_params()
        && rsa.key.size() < FEWEST_RSA_BYTES
    {
        return Err("is an RSA key of fewer than 2048 bits");
    }
    let trial = PublicKeyEncryptedSessionKey::from_session_key_v3(OsRng, &CIPHER.new_session_key(OsRng), CIPHER, key);
    trial.map(|_| ()).map_err(|_| "is of a kind that one cannot encrypt to here")
}

fn expired(file: &str, name: &str, day: Date) -> Error {
    let hint = "ask its owner for its key with a later day, or for the one that took its place";
    unfit(file, format!("{name} is good until {day} only"), hint)
}

fn unfit(file: &str, reason: impl Into<crate::error::Sentence>, hint: &'static str) -> Error {
    unusable(Place::file(file), reason, hint)
}

#[cfg(test)]
mod tests;

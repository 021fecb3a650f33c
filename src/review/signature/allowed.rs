//! The file of allowed signers: which keys may sign as which role, and when.
//!
//! The format is OpenSSH's (ssh-keygen(1), ALLOWED SIGNERS), so that `ssh-keygen -Y verify -f` reads the same file. A principal is a
//! role here, such as `counsel`; one with a blank stands in quotation marks. What OpenSSH calls certificates is refused, not skipped.

use super::entry::Entry;
use super::{NAMESPACE, SignatureFault, Signer, checked, key};
use crate::error::{Error, Finding, Place, Result};
use jiff::civil::Date;
use std::io::ErrorKind;
use std::path::Path;

/// Keys and the roles that they are tied to, in the order of the file.
#[derive(Debug, Clone)]
pub struct AllowedSigners {
    entries: Vec<Entry>,
}

impl AllowedSigners {
    /// Reads the file, named relative to the incident folder or by a whole path.
    ///
    /// # Errors
    /// Refused when the file cannot be read, has no key, or has lines that are not understood: a finding for each of them.
    pub fn read(folder: &Path, file: &str) -> Result<AllowedSigners> {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => refused(Place::file(file), "the file is no text in UTF-8", "save it as UTF-8"),
            _ => Error::unreadable(&path, &error),
        })?;
        let (mut entries, mut findings) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match Entry::read(line) {
                Ok(entry) => entries.push(entry),
                Err(fault) => findings.push(Finding::refuses(CODE, Place::line(file, number), fault.reason, fault.hint)),
            }
        }
        if !findings.is_empty() {
            return Err(Error::refused_all(findings));
        }
        if entries.is_empty() {
            let hint = "add a line for each signer: counsel ssh-ed25519 AAAA… Ann Counsel";
            return Err(refused(Place::file(file), "the file has no key: nobody could sign", hint));
        }
        Ok(AllowedSigners { entries })
    }

    /// Who signed a statement in a role: the key is known, tied to the role, and valid on the day of the approval.
    ///
    /// The role is compared blind to case.
    ///
    /// # Errors
    /// Why the signature does not count.
    pub fn verify(&self, role: &str, on: Date, statement: &str, armored: &str) -> Result<Signer, SignatureFault> {
        let signature = checked(statement, armored)?;
        let fingerprint = key::fingerprint(signature.public_key());
        let known: Vec<&Entry> = self.entries.iter().filter(|entry| entry.key == *signature.public_key()).collect();
        if known.is_empty() {
            return Err(SignatureFault::UnknownKey { fingerprint });
        }
        let of_role: Vec<&Entry> = known.iter().copied().filter(|entry| entry.roles.match_text(role)).collect();
        if of_role.is_empty() {
            let roles = known.iter().map(|entry| entry.roles.written().to_owned()).collect();
            return Err(SignatureFault::OtherRole { fingerprint, role: role.to_owned(), roles });
        }
        let is_for_approvals = |entry: &&Entry| entry.namespaces.as_ref().is_none_or(|namespaces| namespaces.match_text(NAMESPACE));
        let for_approvals: Vec<&Entry> = of_role.into_iter().filter(is_for_approvals).collect();
        if for_approvals.is_empty() {
            return Err(SignatureFault::KeptForOtherUse { fingerprint });
        }
        match for_approvals.iter().find(|entry| entry.valid.covers(on)) {
            Some(entry) => Ok(Signer { fingerprint, comment: entry.comment.clone() }),
            None => {
                let valid = for_approvals.iter().map(|entry| entry.valid.to_string()).collect();
                Err(SignatureFault::OtherDay { fingerprint, on, valid })
            }
        }
    }
}

const CODE: &str = "allowed-signers-unreadable";

fn refused(place: Place, reason: &'static str, hint: &'static str) -> Error {
    Error::refused(CODE, place, reason, hint)
}

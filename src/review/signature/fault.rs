//! Why a signature does not count, in words for somebody who does not know what a key is.

use super::NAMESPACE;
use crate::error::{Finding, Place};
use jiff::civil::Date;
use std::fmt;

/// Longest namespace that is shown; one of ours has 21 characters.
const SHOWN: usize = 60;

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureFault {
    /// Damaged, or of a kind that is not checked here.
    NotUnderstood,
    /// Made for something else than approvals.
    OtherUse {
        /// What it was made for, as the signature has it.
        namespace: String,
    },
    /// Not of this statement: one of the two was edited, or they never belonged together.
    OtherStatement,
    /// By a key that the file of allowed signers does not have.
    UnknownKey {
        /// `SHA256:…`
        fingerprint: String,
    },
    /// By a key that is tied to other roles.
    OtherRole {
        /// `SHA256:…`
        fingerprint: String,
        /// The role that was to sign.
        role: String,
        /// The roles, or patterns of roles, that the key is tied to, as the file has them.
        roles: Vec<String>,
    },
    /// By a key of this role that the file keeps for other things than approvals.
    KeptForOtherUse {
        /// `SHA256:…`
        fingerprint: String,
    },
    /// By a key of this role that was not to be used on that day.
    OtherDay {
        /// `SHA256:…`
        fingerprint: String,
        /// Day of the approval.
        on: Date,
        /// When the key is valid, in words, one for each line of the file.
        valid: Vec<String>,
    },
}

impl SignatureFault {
    /// Stable kebab-case name of the reason, beginning with `signature-`.
    pub fn code(&self) -> &'static str {
        match self {
            SignatureFault::NotUnderstood => "signature-unreadable",
            SignatureFault::OtherUse { .. } => "signature-namespace",
            SignatureFault::OtherStatement => "signature-edited",
            SignatureFault::UnknownKey { .. } => "signature-unknown-key",
            SignatureFault::OtherRole { .. } => "signature-role",
            SignatureFault::KeptForOtherUse { .. } => "signature-key-use",
            SignatureFault::OtherDay { .. } => "signature-day",
        }
    }

    /// What to do about it, lower case, no final period.
    pub fn hint(&self) -> &'static str {
        match self {
            SignatureFault::NotUnderstood => "put back the signature as it was made, or approve and sign again",
            SignatureFault::OtherUse { .. } => {
                "sign this approval itself: a signature that was made for something else cannot stand for it"
            }
            SignatureFault::OtherStatement => "put back what was signed, or have the person who approved look at it and sign again",
            SignatureFault::UnknownKey { .. } => {
                "ask the signer on a channel that you trust whether this is their key; if it is, add it to the file of allowed signers"
            }
            SignatureFault::OtherRole { .. } => {
                "have somebody of that role sign, or tie the key to the role in the file of allowed signers"
            }
            SignatureFault::KeptForOtherUse { .. } => {
                "sign with a key for approvals, or add approval@breachnotice to its `namespaces` in the file of allowed signers"
            }
            SignatureFault::OtherDay { .. } => {
                "sign with a key that is valid, or correct `valid-after` and `valid-before` in the file of allowed signers"
            }
        }
    }

    /// The same as a finding that refuses, at the place where the signature stands.
    pub fn finding(&self, place: Place) -> Finding {
        Finding::refuses(self.code(), place, self.to_string(), self.hint())
    }
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignatureFault::NotUnderstood => {
                f.write_str("the signature cannot be understood: it is damaged, or of a kind that is not supported")
            }
            SignatureFault::OtherUse { namespace } => write!(f, "the signature was made for {}, not for an approval", shown(namespace)),
            SignatureFault::OtherStatement => {
                f.write_str("the signature is not of this approval: the approval or the signature was changed after it was signed")
            }
            SignatureFault::UnknownKey { fingerprint } => {
                write!(f, "signed by an unknown key {fingerprint}: the file of allowed signers does not have it")
            }
            SignatureFault::OtherRole { fingerprint, role, roles } => {
                write!(f, "signed by key {fingerprint}, which may sign as {}, not as {role}", roles.join(" or "))
            }
            SignatureFault::KeptForOtherUse { fingerprint } => {
                write!(f, "signed by key {fingerprint}, which the file of allowed signers keeps for other uses than {NAMESPACE}")
            }
            SignatureFault::OtherDay { fingerprint, on, valid } => {
                write!(f, "signed by key {fingerprint}, which is valid {}, not on {on}", valid.join(" or "))
            }
        }
    }
}

impl std::error::Error for SignatureFault {}

/// A namespace for a person to read; it comes from whoever made the signature.
fn shown(namespace: &str) -> String {
    let is_plain = namespace.len() <= SHOWN && namespace.chars().all(|c| c.is_ascii_graphic());
    if is_plain { format!("another use, `{namespace}`") } else { "another use".to_owned() }
}

//! Approval: the seal on the wording and the release of the recipients.
//!
//! A seal binds every text that a letter is made from, by name and SHA-256, to the people who approved it; a release binds the
//! recipient set to a seal. Nothing leaves unless both are in force. Both live in the incident folder:
//!
//! ```text
//! FOLDER/seal/seal.json       who approved which texts
//! FOLDER/seal/texts/NAME      the texts as they were approved, to say later what changed
//! FOLDER/release.json         who released which recipients under which seal
//! ```
//!
//! A seal shows change, it does not prevent forgery: whoever can write the folder can approve. A signature shows whose key approved.

mod contacts;
mod names;
mod release;
mod seal;
mod signature;
mod standing;
mod store;
#[cfg(test)]
mod tests;

pub use contacts::{AcceptedBlocks, Contacts, StaleBlock, VerifiedBlock};
pub use release::{release, release_standing};
pub use seal::seal;
pub use signature::{AllowedSigners, NAMESPACE, SignatureFault, Signer, sign, signer_of};
pub use standing::seal_standing;

use crate::error::Finding;
use crate::recipients::Counts;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Who approved, in which role, when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// Name of the person.
    pub by: String,
    /// Role, such as `counsel`; compared blind to case.
    pub role: String,
    /// Day of the approval.
    pub on: Date,
}

/// A sealed text by name and hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedFile {
    /// Name with `/` between folders, such as `templates/en/letter.md`.
    pub name: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
}

/// A distinct wording that was before the approver, and how many letters have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedVariant {
    /// BCP 47 tag.
    pub language: String,
    /// Role id, such as `minor`.
    pub role: String,
    /// Paragraph ids in print order.
    pub paragraphs: Vec<String>,
    /// Letters and e-mails of this wording when it was approved; no part of what is bound.
    pub count: u64,
}

/// The approval of wording, bound to bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Format of the file; 1.
    pub format: u32,
    /// Incident id.
    pub incident: String,
    /// Version of the program that composes the letters.
    pub engine: String,
    /// SHA-256 over the engine and every name and hash in order, lower-case hex.
    pub digest: String,
    /// The sealed texts, sorted by name.
    pub files: Vec<SealedFile>,
    /// The variants shown, as the caller ordered them.
    pub variants: Vec<SealedVariant>,
    /// At most one per role, in the order in which they came.
    pub approvals: Vec<Approver>,
    /// Contact blocks that letters print and that a person had checked, sorted; no part of what is bound.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<VerifiedBlock>,
    /// What approvers let through without a check that counts, at most one per role; no part of what is bound.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted_stale: Vec<AcceptedBlocks>,
}

/// The approval of who gets it, bound to the recipient set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Format of the file; 1.
    pub format: u32,
    /// Incident id.
    pub incident: String,
    /// [`Seal::digest`] of the seal under which it was given.
    pub seal: String,
    /// Digest of the recipient set.
    pub recipients: String,
    /// The counts that were released.
    pub counts: Counts,
    /// Name of the person.
    pub by: String,
    /// Day of the release.
    pub on: Date,
}

/// Where an approval stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing<T> {
    /// None was given.
    Missing,
    /// One was given and does not hold: at least one finding says why.
    Broken(Vec<Finding>),
    /// It holds.
    InForce(T),
}

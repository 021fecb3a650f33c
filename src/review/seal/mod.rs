//! The seal: counsel's approval of wording, bound to bytes.
//!
//! It binds the incident, every text that a letter is made from, the fonts, the program's version, and the proof of each variant: the
//! letter that an invented person is mailed, made again byte for byte whenever the seal is asked for. So a change anywhere shows, also one
//! that no text tells of. What hangs on who the recipients are is not bound, but a wording that nobody saw is not approved.
//!
//! ```text
//! FOLDER/seal/seal.json            who approved which texts and proofs
//! FOLDER/seal/texts/NAME           the texts as they were approved, to say later what changed
//! FOLDER/seal/proofs/NNN.pdf .txt  the proofs as they were approved
//! ```
//!
//! Without a key a seal shows change and does not prevent forgery: whoever can write the folder can approve. With one, it does.

mod again;
mod contacts;
mod sealing;
mod standing;
mod statement;
mod stored;
mod storing;
#[cfg(test)]
mod tests;
mod verify;

pub use again::{Again, proofs_again};
pub use contacts::{AcceptedBlocks, Contacts, StaleBlock, VerifiedBlock};
pub use sealing::{Prepared, Sealing, Signing, prepare, wording_digest};
pub use standing::{Present, changed_texts, covers, seal_standing, wording_holds};
pub(super) use storing::BESIDE;
pub use verify::{VerifiedApproval, VerifiedSeal, verify_seal};

use super::passages::{self, Passage};
use super::{names, store};
use crate::digest::unhex;
use crate::error::{Error, Result};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Name of the seal in findings.
pub(super) const SEAL_NAME: &str = "seal/seal.json";

/// Version of the program: another version may compose other letters from the same texts.
const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// Who approves, in which role, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approver {
    /// Name of the person.
    pub by: String,
    /// Role, such as `counsel`; compared blind to case.
    pub role: String,
    /// Day of the approval.
    pub on: Date,
}

/// An approval that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Name of the person.
    pub by: String,
    /// Role, such as `counsel`; compared blind to case.
    pub role: String,
    /// Day of the approval.
    pub on: Date,
    /// Contact blocks that letters print and that a person had checked, as this approval found them, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<VerifiedBlock>,
    /// What the approver let through without a check that counts; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_stale: Option<AcceptedBlocks>,
    /// SHA-256 of the statement, lower-case hex: shows an edit of an unsigned approval, and does not prevent forgery.
    pub statement_sha256: String,
    /// SSHSIG signature of the statement, armored; absent when the approval is unsigned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// A sealed text or font by name and hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedFile {
    /// Name with `/` between folders, such as `templates/en/letter.md`.
    pub name: String,
    /// SHA-256 of the bytes, lower-case hex.
    pub sha256: String,
}

/// A distinct wording that was before the approver, with its proof, and how many recipients get it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedVariant {
    /// BCP 47 tag.
    pub language: String,
    /// Role id, such as `minor`.
    pub role: String,
    /// Paragraph ids in print order.
    pub paragraphs: Vec<String>,
    /// Whom the proof was made for.
    pub specimen: Specimen,
    /// Pages of the proof.
    pub pages: u32,
    /// SHA-256 of the proof's file, lower-case hex.
    pub pdf_sha256: String,
    /// SHA-256 of the proof's text as it is stored, lower-case hex.
    pub text_sha256: String,
    /// Letters and e-mails of this wording when it was approved; no part of what is bound.
    pub count: u64,
}

/// The invented person of a proof, besides language and role: what is needed to make the proof again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specimen {
    /// Ids of the providers, of several the first one first.
    pub providers: Vec<String>,
    /// Two letters of the jurisdiction; absent when none matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lives: Option<String>,
    /// Whether who acts for the patient is known by name.
    pub named: bool,
    /// Whether there is an activation code.
    pub with_code: bool,
    /// Ids of the types of information.
    pub elements: Vec<String>,
}

/// The approval of wording, bound to bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Format of the file.
    pub format: u32,
    /// Incident id.
    pub incident: String,
    /// Version of the program that composes the letters.
    pub engine: String,
    /// SHA-256 over incident, engine, texts, fonts and proofs in order, lower-case hex.
    pub digest: String,
    /// The sealed texts, sorted by name.
    pub files: Vec<SealedFile>,
    /// The fonts, built-in ones first.
    pub fonts: Vec<SealedFile>,
    /// The variants shown, as the caller ordered them.
    pub variants: Vec<SealedVariant>,
    /// At most one per role, in the order in which they came.
    pub approvals: Vec<Approval>,
}

/// The seal of a folder as it is stored, in force or not; absent when there is none.
///
/// # Errors
/// Refused when it cannot be read or understood.
pub fn stored_seal(folder: &Path) -> Result<Option<Seal>> {
    storing::heal(folder);
    let Some(seal) = store::read_json::<Seal>(&seal_path(folder), SEAL_NAME)? else { return Ok(None) };
    // Names from a file may have been edited: nothing outside the folder of texts is ever read.
    names::check_texts(seal.files.iter().map(|file| file.name.as_str()))?;
    names::check_read(SEAL_NAME, seal.names(), seal.approvals.iter().flat_map(Approval::reasons))?;
    Ok(Some(seal))
}

/// The text of a sealed proof, by its place among the variants; absent when it is gone or was edited.
///
/// # Errors
/// Failed when it cannot be read.
pub fn sealed_passages(folder: &Path, seal: &Seal, variant: usize) -> Result<Option<Vec<Passage>>> {
    let Some(bytes) = store::read(&proof_path(folder, variant, "txt"))? else { return Ok(None) };
    let intact = seal.variants.get(variant).is_some_and(|sealed| sealed.text_sha256 == crate::digest::sha256(&bytes));
    Ok(String::from_utf8(bytes).ok().filter(|_| intact).and_then(|text| passages::from_text(&text)))
}

impl Seal {
    /// What people are shown of it as names.
    fn names(&self) -> impl Iterator<Item = &str> {
        let own = [&self.incident, &self.engine, &self.digest];
        let fonts = self.fonts.iter().map(|font| &font.name);
        let variants = self.variants.iter().flat_map(|variant| [&variant.language, &variant.role].into_iter().chain(&variant.paragraphs));
        let approvals = self.approvals.iter().flat_map(Approval::names);
        own.into_iter().chain(fonts).chain(variants).map(String::as_str).chain(approvals)
    }

    /// The approval of a role, compared blind to case.
    pub fn approval_of(&self, role: &str) -> Option<&Approval> {
        self.approvals.iter().find(|approval| same_role(&approval.role, role))
    }

    /// [`Seal::digest`] in bytes, as the ledger has it.
    ///
    /// # Errors
    /// Refused when the seal was edited, so that it is no digest.
    pub fn digest_bytes(&self) -> Result<[u8; 32]> {
        unhex(&self.digest).ok_or_else(|| Error::refused_all(vec![stored::edited("the seal was edited: its digest is none")]))
    }

    /// The digest of what it names, which is [`Seal::digest`] unless the seal was edited.
    fn digest_of_named(&self) -> String {
        sealing::digest(&self.incident, &self.engine, &self.files, &self.fonts, &self.variants)
    }
}

impl Approval {
    fn names(&self) -> impl Iterator<Item = &str> {
        let verified = self.verified.iter().flat_map(|block| [&block.block, &block.by]);
        let stale = self.accepted_stale.iter().flat_map(|accepted| accepted.blocks.iter().map(|block| &block.block));
        [&self.by, &self.role].into_iter().chain(verified).chain(stale).map(String::as_str)
    }

    fn reasons(&self) -> impl Iterator<Item = &str> {
        let sources = self.verified.iter().map(|block| block.source.as_str());
        sources.chain(self.accepted_stale.iter().map(|accepted| accepted.reason.as_str()))
    }
}

/// Whether two roles are the same, blind to case.
fn same_role(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Where the seal is stored.
fn seal_path(folder: &Path) -> PathBuf {
    folder.join("seal").join("seal.json")
}

/// Where the sealed texts are stored.
fn texts_folder(folder: &Path) -> PathBuf {
    folder.join("seal").join("texts")
}

/// Where a file of a proof is stored.
fn proof_path(folder: &Path, variant: usize, extension: &str) -> PathBuf {
    folder.join("seal").join("proofs").join(proof_name(variant, extension))
}

fn proof_name(variant: usize, extension: &str) -> String {
    format!("{:03}.{extension}", variant + 1)
}

//! A sealed folder checked by itself: without the lists, without the network, years later.

use super::stored::{edited, stored_findings};
use super::{AcceptedBlocks, SEAL_NAME, VerifiedBlock, stored_seal};
use crate::error::{Error, Finding, Place, Result};
use crate::review::signature::{self, AllowedSigners, SignatureFault, Signer};
use jiff::civil::Date;
use serde::Serialize;
use std::path::Path;

/// A seal whose every byte is what was approved.
#[derive(Debug, Serialize)]
pub struct VerifiedSeal {
    /// Incident id.
    pub incident: String,
    /// Version of the program under which it was given.
    pub engine: String,
    /// What the approvals name.
    pub digest: String,
    /// Sealed texts.
    pub texts: usize,
    /// Sealed variants.
    pub variants: usize,
    /// In the order in which they were given.
    pub approvals: Vec<VerifiedApproval>,
}

/// An approval, and the key that signed it.
#[derive(Debug, Serialize)]
pub struct VerifiedApproval {
    /// Name of the person.
    pub by: String,
    /// Role.
    pub role: String,
    /// Day of the approval.
    pub on: Date,
    /// Contact blocks that letters print and that a person had checked; as sure as the approval's signature, and hearsay without one.
    pub verified: Vec<VerifiedBlock>,
    /// What the approver let through without a check, and why; absent when there was none.
    pub accepted_stale: Option<AcceptedBlocks>,
    /// Fingerprint of the key, and what the list of signers calls it; absent when the approval is unsigned.
    pub key: Option<String>,
    /// Whether the list of signers ties the key to the role; always false without a list.
    pub tied_to_role: bool,
}

/// Checks the seal of a folder against the texts and proofs that are stored with it, of which there may be no others, and each
/// signature. Where signers are listed every
/// approval must be signed by a key that is tied to its role.
///
/// # Errors
/// Refused with one finding for each thing that is not what was approved, and when there is no seal.
pub fn verify_seal(folder: &Path, signers: Option<&AllowedSigners>) -> Result<VerifiedSeal> {
    let seal = stored_seal(folder)?.ok_or_else(|| {
        Error::refused(
            "not-sealed",
            Place::file(SEAL_NAME),
            "there is no seal in this folder",
            "name an incident folder whose wording was approved",
        )
    })?;
    let mut findings = Vec::new();
    if seal.digest_of_named() != seal.digest {
        findings.push(edited("the seal was edited: its digest is not that of what it names"));
    }
    findings.extend(stored_findings(folder, &seal)?);
    let mut approvals = Vec::new();
    for approval in &seal.approvals {
        let statement = approval.statement(&seal);
        let checked = match (&approval.signature, signers) {
            (None, None) => Ok(None),
            (None, Some(_)) => {
                let reason = format!("the approval of {} by {} is unsigned", approval.role, approval.by);
                Err(Finding::refuses("signature-missing", Place::file(SEAL_NAME), reason, "it proves nothing about who gave it"))
            }
            (Some(armored), Some(signers)) => {
                signers.verify(&approval.role, approval.on, &statement, armored).map(told).map_err(|fault| at_seal(&fault))
            }
            (Some(armored), None) => signature::signer_of(&statement, armored).map(Some).map_err(|fault| at_seal(&fault)),
        };
        let checked = match (checked, approval.edited(&statement)) {
            (Ok(_), Some(finding)) => Err(finding),
            (checked, _) => checked,
        };
        match checked {
            Ok(key) => approvals.push(VerifiedApproval {
                by: approval.by.clone(),
                role: approval.role.clone(),
                on: approval.on,
                verified: approval.verified.clone(),
                accepted_stale: approval.accepted_stale.clone(),
                tied_to_role: key.is_some() && signers.is_some(),
                key,
            }),
            Err(finding) => findings.push(finding),
        }
    }
    if approvals.is_empty() && findings.is_empty() {
        findings.push(edited("nobody has approved what the seal binds"));
    }
    if !findings.is_empty() {
        return Err(Error::refused_all(findings));
    }
    Ok(VerifiedSeal {
        texts: seal.files.len(),
        variants: seal.variants.len(),
        incident: seal.incident,
        engine: seal.engine,
        digest: seal.digest,
        approvals,
    })
}

fn told(signer: Signer) -> Option<String> {
    let Signer { fingerprint, comment } = signer;
    Some(if comment.is_empty() { fingerprint } else { format!("{fingerprint} ({comment})") })
}

fn at_seal(fault: &SignatureFault) -> Finding {
    fault.finding(Place::file(SEAL_NAME))
}

//! Sealing: the wording as it stands, bound to who approved it.

use super::contacts::Contacts;
use super::statement::statement;
use super::storing::store_new;
use super::{Approval, Approver, ENGINE, Seal, SealedFile, SealedVariant, Specimen, names, passages, same_role, store};
use crate::digest::{hex, sha256};
use crate::error::{Error, Place, Result};
use crate::incident::Incident;
use crate::review::signature::{self, AllowedSigners};
use crate::review::{FORMAT, Wording};
use sha2::{Digest, Sha256};
use std::path::Path;

/// What is to be sealed, and by whom.
pub struct Sealing<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// Every text that letters are made from by name, in any order.
    pub texts: &'a [(String, String)],
    /// Every font.
    pub fonts: &'a [SealedFile],
    /// The variants that recipients need, with their proofs.
    pub wordings: &'a [Wording],
    /// The seal that is stored, when nothing that it binds has changed and it covers every variant: this approval joins it.
    pub earlier: Option<Seal>,
    /// What was found of the contact blocks that letters print.
    pub contacts: Contacts,
    /// Who approves.
    pub approver: Approver,
}

/// How an approval is signed.
#[derive(Debug, Clone, Copy)]
pub enum Signing<'a> {
    /// Not at all.
    Unsigned,
    /// With a key file, or the agent that holds its private half.
    Key(&'a Path),
    /// With a signature that the approver made of the statement, armored.
    Given(&'a str),
}

/// A seal that lacks nothing but its approval.
pub struct Prepared<'a> {
    folder: &'a Path,
    texts: &'a [(String, String)],
    /// Text and file of each proof; absent when they and the texts are stored already.
    proofs: Option<Vec<(String, &'a [u8])>>,
    seal: Seal,
    approval: Approval,
    statement: String,
}

/// Prepares a seal. An approval of the same wording joins the earlier ones, replacing that of the same role. A role is spelled as in
/// `require` when it is named there. What `contacts` tells is kept as evidence beside the approval.
///
/// # Errors
/// Refused when a name or reason is empty, has control characters or leaves the folder.
pub fn prepare(sealing: Sealing<'_>) -> Result<Prepared<'_>> {
    let Sealing { incident, texts, fonts, wordings, earlier, contacts, approver } = sealing;
    names::check_name("approver's name", &approver.by)?;
    names::check_name("role", &approver.role)?;
    names::check_texts(texts.iter().map(|(name, _)| name.as_str()))?;
    let approver = spelled_as_required(approver, &incident.require_approvals);
    let accepted_stale = contacts.accepted()?;
    let (proofs, seal) = match earlier {
        Some(earlier) => (None, Seal { variants: counted(earlier.variants.clone(), wordings), ..earlier }),
        None => {
            let (proofs, seal) = new(incident, texts, fonts, wordings);
            (Some(proofs), seal)
        }
    };
    let statement = statement(&incident.id, &seal.digest, &approver, &contacts.verified, accepted_stale.as_ref());
    let Approver { by, role, on } = approver;
    let statement_sha256 = sha256(statement.as_bytes());
    let approval = Approval { by, role, on, verified: contacts.verified, accepted_stale, statement_sha256, signature: None };
    Ok(Prepared { folder: &incident.folder, texts, proofs, seal, approval, statement })
}

/// Digest of everything that a seal of these wordings would bind.
pub fn wording_digest(incident: &Incident, texts: &[(String, String)], fonts: &[SealedFile], wordings: &[Wording]) -> String {
    new(incident, texts, fonts, wordings).1.digest
}

fn new<'a>(
    incident: &Incident,
    texts: &[(String, String)],
    fonts: &[SealedFile],
    wordings: &'a [Wording],
) -> (Vec<(String, &'a [u8])>, Seal) {
    let proofs: Vec<(String, &[u8])> =
        wordings.iter().map(|wording| (passages::to_text(&wording.proof.passages), wording.proof.pdf.as_slice())).collect();
    let sealed = wordings.iter().zip(&proofs).map(|(wording, (text, _))| SealedVariant {
        language: wording.proof.variant.language.tag().to_owned(),
        role: wording.proof.variant.role.to_owned(),
        paragraphs: wording.proof.variant.paragraphs.iter().map(ToString::to_string).collect(),
        specimen: Specimen::of(&wording.proof.kind, incident),
        pages: wording.proof.pages.len() as u32,
        pdf_sha256: wording.proof.sha256.clone(),
        text_sha256: sha256(text.as_bytes()),
        count: wording.ways.all(),
    });
    let (files, variants) = (sealed_files(texts), sealed.collect::<Vec<_>>());
    let seal = Seal {
        format: FORMAT,
        incident: incident.id.clone(),
        engine: ENGINE.to_owned(),
        digest: digest(&incident.id, ENGINE, &files, fonts, &variants),
        files,
        fonts: fonts.to_vec(),
        variants,
        approvals: Vec::new(),
    };
    (proofs, seal)
}

/// Sealed variants with how many get them now.
fn counted(mut variants: Vec<SealedVariant>, wordings: &[Wording]) -> Vec<SealedVariant> {
    for variant in &mut variants {
        variant.count = wordings.iter().find(|wording| variant.is(&wording.proof.variant)).map_or(0, |wording| wording.ways.all());
    }
    variants
}

impl Prepared<'_> {
    /// What the approver signs.
    pub fn statement(&self) -> &str {
        &self.statement
    }

    /// Whether it takes the place of the seal that is stored; an approval of the same wording joins that one.
    pub fn is_new(&self) -> bool {
        self.proofs.is_some()
    }

    /// Signs and stores the seal. Where signers are listed, the key must be tied to the role.
    ///
    /// # Errors
    /// Refused when the key or signature cannot be used. Failed when the folder cannot be written; a seal that was there before stays
    /// as it was.
    pub fn seal(self, signing: Signing<'_>, signers: Option<&AllowedSigners>) -> Result<Seal> {
        let Prepared { folder, texts, proofs, mut seal, mut approval, statement } = self;
        approval.signature = match signing {
            Signing::Unsigned => None,
            Signing::Key(key) => Some(signature::sign(&statement, key)?),
            Signing::Given(armored) => Some(armored.to_owned()),
        };
        let checked = match (&approval.signature, signers) {
            (None, Some(_)) => return Err(unsigned(&approval.role)),
            (Some(armored), Some(signers)) => signers.verify(&approval.role, approval.on, &statement, armored).map(|_| ()),
            (Some(armored), None) => signature::signer_of(&statement, armored).map(|_| ()),
            (None, None) => Ok(()),
        };
        checked.map_err(|fault| refused(&fault))?;
        match seal.approvals.iter_mut().find(|earlier| same_role(&earlier.role, &approval.role)) {
            Some(earlier) => *earlier = approval,
            None => seal.approvals.push(approval),
        }
        match proofs {
            Some(proofs) => store_new(folder, &seal, texts, &proofs)?,
            None => store::write_json(&super::seal_path(folder), &seal)?,
        }
        Ok(seal)
    }
}

fn refused(fault: &signature::SignatureFault) -> Error {
    Error::refused_all(vec![fault.finding(Place::file("signature"))])
}

fn unsigned(role: &str) -> Error {
    let reason = format!("the approval of {role} must be signed, because incident.toml names allowed_signers");
    Error::refused("signature-missing", Place::file("incident.toml").column("approvals.allowed_signers"), reason, "approve with --key FILE")
}

/// The texts by hash, sorted by name.
pub(super) fn sealed_files(texts: &[(String, String)]) -> Vec<SealedFile> {
    let mut files: Vec<SealedFile> =
        texts.iter().map(|(name, text)| SealedFile { name: name.clone(), sha256: sha256(text.as_bytes()) }).collect();
    files.sort();
    files
}

/// SHA-256 over the incident's id, the engine's version, every name and hash, and every variant with its proof; each ends with a zero
/// byte, which none of them can hold, and each list with another.
pub(super) fn digest(incident_id: &str, engine: &str, files: &[SealedFile], fonts: &[SealedFile], variants: &[SealedVariant]) -> String {
    let mut hasher = Sha256::new();
    let mut put = |part: &str| {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    };
    put(incident_id);
    put(engine);
    for list in [files, fonts] {
        list.iter().flat_map(|file| [&file.name, &file.sha256]).for_each(|part| put(part));
        put("");
    }
    for variant in variants {
        let Specimen { providers, lives, named, with_code, elements } = &variant.specimen;
        [&variant.language, &variant.role, &variant.pdf_sha256, &variant.text_sha256].into_iter().for_each(|part| put(part));
        put(&format!("{} {named} {with_code} {}", variant.pages, lives.as_deref().unwrap_or_default()));
        for list in [&variant.paragraphs, providers, elements] {
            list.iter().for_each(|part| put(part));
            put("");
        }
    }
    hex(&hasher.finalize())
}

fn spelled_as_required(mut approver: Approver, require: &[String]) -> Approver {
    if let Some(role) = require.iter().find(|role| same_role(role, &approver.role)) {
        approver.role.clone_from(role);
    }
    approver
}

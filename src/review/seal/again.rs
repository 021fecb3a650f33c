//! Sealed proofs made again from what there is now: byte for byte the same, as long as nothing changed.

use super::{Seal, SealedVariant, Specimen};
use crate::digest::sha256;
use crate::error::{Finding, Place};
use crate::incident::{Incident, Language};
use crate::intake::Elements;
use crate::recipients::Role;
use crate::review::{Kind, Passage, ProofPress, passages};
use crate::rules::Jurisdiction;
use std::sync::Arc;

/// A sealed proof as it is now.
pub struct Again {
    /// SHA-256 of the file, lower-case hex.
    pub pdf_sha256: String,
    /// SHA-256 of the text as it would be stored, lower-case hex.
    pub text_sha256: String,
    /// The text.
    pub passages: Vec<Passage>,
    /// Paragraph ids in print order.
    pub paragraphs: Vec<String>,
    /// For each page the ids of its paragraphs.
    pub pages: Vec<Vec<Arc<str>>>,
}

/// Each proof of a seal, made again; a finding where it cannot be made any more.
///
/// # Errors
/// A bug of ours when a built-in font cannot be read.
pub fn proofs_again(seal: &Seal, incident: &Incident, press: &ProofPress<'_>) -> crate::error::Result<Vec<Result<Again, Finding>>> {
    press.each(&seal.variants, |press, variant| Ok(again(variant, incident, press)))
}

#[allow(clippy::result_large_err, reason = "there are few of them: one for each variant")]
fn again(variant: &SealedVariant, incident: &Incident, press: &mut ProofPress<'_>) -> Result<Again, Finding> {
    let lost = |why: &str| {
        let hint = "preview the letters and approve them again, or put back what was approved";
        Finding::refuses("seal-broken", Place::file(super::SEAL_NAME), format!("an approved proof cannot be made again: {why}"), hint)
    };
    let kind = kind(variant, incident).ok_or_else(|| lost("its provider, language or role is gone"))?;
    let proof = press.proof(&kind).map_err(|error| match error.findings.first() {
        Some(finding) => lost(&finding.reason),
        None => lost("its letter cannot be composed"),
    })?;
    Ok(Again {
        text_sha256: sha256(passages::to_text(&proof.passages).as_bytes()),
        pdf_sha256: proof.sha256,
        paragraphs: proof.variant.paragraphs.iter().map(ToString::to_string).collect(),
        passages: proof.passages,
        pages: proof.pages,
    })
}

fn kind(variant: &SealedVariant, incident: &Incident) -> Option<Kind> {
    let SealedVariant { language, role, specimen, .. } = variant;
    let providers = specimen.providers.iter().map(|id| incident.provider_by_id(id)).collect::<Option<Vec<_>>>()?;
    let (provider, also_at) = providers.split_first()?;
    let lives = match &specimen.lives {
        Some(code) => Some(Jurisdiction::from_code(code)?),
        None => None,
    };
    Some(Kind {
        language: Language::ALL.into_iter().find(|known| known.tag() == language)?,
        role: Role::ALL.into_iter().find(|known| known.id() == role)?,
        provider: *provider,
        also_at: also_at.to_vec(),
        lives,
        named: specimen.named,
        with_code: specimen.with_code,
        elements: Elements::of_ids(&specimen.elements),
    })
}

impl Specimen {
    /// What a kind is made again from.
    pub(super) fn of(kind: &Kind, incident: &Incident) -> Specimen {
        Specimen {
            providers: kind.providers().into_iter().map(|index| incident.provider(index).id.clone()).collect(),
            lives: kind.lives.map(|code| code.code().to_owned()),
            named: kind.named,
            with_code: kind.with_code,
            elements: kind.elements.iter().map(|element| element.id().to_owned()).collect(),
        }
    }
}

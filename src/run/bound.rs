//! Everything that a seal binds, as it is now, and what the stored seal is worth against it.

use super::inputs;
use crate::compose::{Composer, Variant};
use crate::digest::sha256;
use crate::error::{Finding, Result};
use crate::incident::Incident;
use crate::review::{self, Again, AllowedSigners, Present, ProofPress, Seal, SealedFile, Standing};
use crate::rules::Rules;
use crate::typeset::{Fonts, Layout};
use std::collections::BTreeMap;

/// What a seal binds, and the seal that is stored.
pub(super) struct Bound {
    /// Every text that letters are made from, by name.
    pub(super) texts: Vec<(String, String)>,
    /// Every font.
    pub(super) fonts: Vec<SealedFile>,
    /// Whose signatures count; absent when none is asked for.
    pub(super) signers: Option<AllowedSigners>,
    stored: Option<Seal>,
    again: Vec<std::result::Result<Again, Finding>>,
}

impl Bound {
    /// Reads it all, and makes the proofs of the stored seal again.
    pub(super) fn read(incident: &Incident, rules: &Rules, composer: &Composer, fonts: &Fonts, layout: &Layout) -> Result<Bound> {
        let texts = inputs::sealed_texts(incident, rules, composer)?;
        let signers = incident.allowed_signers.as_ref().map(|file| AllowedSigners::read(&incident.folder, &file.display().to_string()));
        let signers = signers.transpose()?;
        let stored = review::stored_seal(&incident.folder)?;
        let again = match &stored {
            Some(seal) => review::proofs_again(seal, incident, &ProofPress::new(incident, composer, fonts, layout)?)?,
            None => Vec::new(),
        };
        Ok(Bound { texts, fonts: sealed_fonts(fonts), signers, stored, again })
    }

    /// The stored seal with its proofs made again.
    #[cfg(feature = "preview")]
    pub(super) fn stored(&self) -> Option<(&Seal, &[std::result::Result<Again, Finding>])> {
        Some((self.stored.as_ref()?, &self.again))
    }

    fn present<'a>(&'a self, incident: &'a Incident) -> Present<'a> {
        Present {
            folder: &incident.folder,
            incident_id: &incident.id,
            texts: &self.texts,
            fonts: &self.fonts,
            proofs: &self.again,
            require: &incident.require_approvals,
            signers: self.signers.as_ref(),
        }
    }

    /// Where the stored seal stands, whatever the recipients need.
    pub(super) fn standing(&self, incident: &Incident) -> Result<Standing<Seal>> {
        review::seal_standing(self.stored.clone(), &self.present(incident))
    }

    /// Where the stored seal stands, for recipients who need these variants.
    pub(super) fn standing_for(&self, incident: &Incident, needed: &BTreeMap<Variant, u64>) -> Result<Standing<Seal>> {
        Ok(match self.standing(incident)? {
            Standing::InForce(seal) => match review::covers(&seal, needed.iter().map(|(variant, count)| (variant, *count))) {
                Ok(()) => Standing::InForce(seal),
                Err(finding) => Standing::Broken(vec![finding]),
            },
            other => other,
        })
    }

    /// The stored seal, when an approval of what is there now joins those that it has.
    pub(super) fn joined(&self, incident: &Incident, needed: &BTreeMap<Variant, u64>) -> Result<Option<Seal>> {
        let Some(seal) = &self.stored else { return Ok(None) };
        let covered = review::covers(seal, needed.iter().map(|(variant, count)| (variant, *count))).is_ok();
        let joins = covered && review::wording_holds(seal, &self.present(incident))?;
        Ok(joins.then(|| seal.clone()))
    }
}

/// Every font by the digest of its file.
fn sealed_fonts(fonts: &Fonts) -> Vec<SealedFile> {
    let built_in = Fonts::built_in_files().map(|(name, bytes)| SealedFile { name: format!("built-in/{name}"), sha256: sha256(bytes) });
    let of_folder = fonts.files().map(|(name, bytes)| SealedFile { name: format!("fonts/{name}"), sha256: sha256(bytes) });
    built_in.chain(of_folder).collect()
}

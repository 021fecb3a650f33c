//! One provider's residents of one jurisdiction.

use crate::obligations::{Duty, Obligation};
use crate::report::EVIDENCE;
use crate::report::dossier::{Dossier, OfProvider, Part};
use crate::report::left::Left;
use crate::report::statements::office;
use crate::review::{SealedVariant, StoredSeal};
use std::collections::BTreeMap;

/// What is known of a provider's residents of a jurisdiction whose regulators are to be told.
pub(in crate::report) struct OfResidents<'d> {
    pub(in crate::report) provider: OfProvider<'d>,
    /// Two-letter code.
    pub(in crate::report) code: &'d str,
    /// The duties to tell an office, the first due first.
    pub(super) obligations: Vec<&'d Obligation>,
}

/// Every provider with each of its jurisdictions that has an office to be told, in the plan's order.
pub(in crate::report) fn residents<'d>(dossier: &'d Dossier<'d>) -> Vec<OfResidents<'d>> {
    let mut all = Vec::new();
    for provider in dossier.providers() {
        let mut of: BTreeMap<&str, Vec<&Obligation>> = BTreeMap::new();
        for obligation in provider.obligations(Duty::RegulatorNotice).filter(|obligation| obligation.required) {
            of.entry(&obligation.jurisdiction).or_default().push(obligation);
        }
        for (code, mut obligations) in of {
            obligations.sort_by_key(|obligation| (obligation.deadline.is_none(), obligation.deadline));
            all.push(OfResidents { provider, code, obligations });
        }
    }
    all
}

impl OfResidents<'_> {
    /// People who live there.
    pub(super) fn all(&self) -> Part {
        self.provider.residents_of(self.code)
    }

    /// Those of them for whom an office has to be told.
    pub(super) fn count(&self) -> u64 {
        self.obligations.iter().map(|obligation| obligation.count).max().unwrap_or_default().min(self.all().count)
    }

    /// Whether the office is among those to be told that the state's own form is for.
    pub(super) fn has_own_form(&self) -> bool {
        self.obligations.iter().filter_map(|obligation| office(obligation)).any(|office| office.starts_with("attorney_general"))
    }

    /// When their notices left.
    pub(super) fn left(&self) -> Left {
        self.provider.left_in(self.code)
    }

    /// The proofs of the wordings that they got, or are to get, as files of the report; those of adults first, of their own state where it
    /// has words of its own. Empty while nothing is sealed.
    pub(super) fn samples(&self) -> Vec<String> {
        let under = self.left().under;
        let is_theirs = |stored: &&StoredSeal| under.contains_key(&stored.seal.digest) || (under.is_empty() && stored.is_in_force());
        self.provider.dossier.seals.iter().filter(is_theirs).flat_map(|stored| self.samples_of(stored)).collect()
    }

    fn samples_of(&self, stored: &StoredSeal) -> Vec<String> {
        let is_own = |variant: &SealedVariant, lives: Option<&str>| {
            let specimen = &variant.specimen;
            specimen.lives.as_deref() == lives && specimen.providers.contains(&self.provider.provider.id) && variant.role == "adult"
        };
        let own = |lives: Option<&str>| -> Vec<String> {
            let of = stored.seal.variants.iter().enumerate().filter(|(_, variant)| is_own(variant, lives));
            of.map(|(at, _)| format!("{EVIDENCE}/{}/proofs/{:03}.pdf", stored.folder, at + 1)).collect()
        };
        let here = own(Some(self.code));
        if here.is_empty() { own(None) } else { here }
    }
}

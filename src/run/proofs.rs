//! The variants that an incident's recipients need, with a proof of each.

use super::Case;
use crate::compose::{Composer, Variant};
use crate::error::{Error, Place, Result};
use crate::incident::Incident;
use crate::recipients::Disposition;
use crate::review::{self, ProofPress, Tally, Wording};
use crate::typeset::{Fonts, Layout};
use std::collections::BTreeMap;

/// The kinds of all who are told.
pub(super) fn tally(case: &Case) -> Tally {
    let mut tally = Tally::default();
    for recipient in case.recipients.people.iter() {
        if matches!(recipient.disposition, Disposition::Letter | Disposition::Email) {
            tally.count(&recipient);
        }
    }
    tally
}

/// Every variant that the recipients need, with its proof.
pub(super) fn wordings_of(incident: &Incident, tally: &Tally, composer: &Composer, fonts: &Fonts, layout: &Layout) -> Result<Vec<Wording>> {
    review::wordings(tally, &ProofPress::new(incident, composer, fonts, layout)?)
}

/// How many get each variant.
pub(super) fn sums(wordings: &[Wording]) -> BTreeMap<Variant, u64> {
    wordings.iter().map(|wording| (wording.variant().clone(), wording.ways.all())).collect()
}

/// Refuses wordings that no proof shows: their words hang on a person's own values, or vary within a variant.
pub(super) fn refuse_hidden(composer: &Composer, wordings: &[Wording], real: &BTreeMap<Variant, u64>) -> Result<()> {
    let hidden = composer.hidden();
    if !hidden.is_empty() {
        return Err(Error::refused_all(hidden));
    }
    let shown = sums(wordings);
    let Some((variant, _)) = real.iter().find(|(variant, count)| shown.get(*variant) != Some(count)) else { return Ok(()) };
    let reason = format!(
        "letters of role {} in {} have paragraphs that hang on a person's own values, such as a name, and no proof can show them",
        variant.role,
        variant.language.tag()
    );
    let hint = "ask in conditions only for the role, the elements, the residence, the provider, and whether there is a code";
    Err(Error::refused("wording-hidden", Place::file("templates"), reason, hint))
}

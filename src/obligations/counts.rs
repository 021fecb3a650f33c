//! How many people each duty is about: one pass over the recipients, per provider.

use crate::incident::Incident;
use crate::recipients::{Disposition, Outline, Recipients, Role};
use crate::rules::Jurisdiction;
use std::collections::BTreeMap;

/// The people of one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// Everyone, also the dead, the held and the excluded: each is an affected individual.
    pub(super) total: u64,
    /// Told by letter.
    pub(super) letters: u64,
    /// Told by e-mail.
    pub(super) emails: u64,
    /// Held back for now.
    pub(super) held: u64,
    /// Owed no letter.
    pub(super) excluded: u64,
    /// Without a way to write to them; the dead do not count (45 CFR 164.404(d)(2)).
    pub(super) unreachable: u64,
    /// By residence.
    pub(super) residents: BTreeMap<Jurisdiction, u64>,
    /// Abroad, in military post, or of unknown residence.
    pub(super) without_residence: u64,
}

/// The people of every provider, in provider order, and those whose row names no known provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Census {
    pub(super) by_provider: Vec<Counts>,
    pub(super) without_provider: u64,
}

pub(super) fn count(incident: &Incident, recipients: &Recipients) -> Census {
    let mut census = Census { by_provider: vec![Counts::default(); incident.providers.len()], without_provider: 0 };
    for person in recipients.people.outlines() {
        match person.provider.and_then(|index| census.by_provider.get_mut(usize::from(index.0))) {
            Some(counts) => counts.add(person),
            None => census.without_provider += 1,
        }
    }
    census
}

impl Counts {
    fn add(&mut self, person: Outline<'_>) {
        self.total += 1;
        match person.disposition {
            Disposition::Letter => self.letters += 1,
            Disposition::Email => self.emails += 1,
            Disposition::Held(_) => self.held += 1,
            Disposition::Excluded { .. } => self.excluded += 1,
        }
        if is_unreachable(person) {
            self.unreachable += 1;
        }
        match person.residence {
            Some(jurisdiction) => *self.residents.entry(jurisdiction).or_default() += 1,
            None => self.without_residence += 1,
        }
    }
}

/// `Recipient::unreachable` is the recipients stage's word on it; the dead and the excluded are left out whatever it says.
fn is_unreachable(person: Outline<'_>) -> bool {
    person.unreachable && person.role != Role::Deceased && !matches!(person.disposition, Disposition::Excluded { .. })
}

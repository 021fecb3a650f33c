//! How many people each duty is about: one pass over the recipients, per provider.

use super::unreached::{OutOfReach, Unreached, UnreachedPeople};
use crate::deliberate::panic_at;
use crate::incident::{Incident, ProviderIndex};
use crate::intake::Elements;
use crate::recipients::{Disposition, Outline, Recipients, Role};
use crate::rules::{Jurisdiction, Rules};
use jiff::civil::Date;
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
    /// Whom nothing reaches; the dead do not count (45 CFR 164.404(d)(2)).
    pub(super) unreachable: OutOfReach,
    /// By residence.
    pub(super) residents: BTreeMap<Jurisdiction, Residents>,
    /// Abroad, in military post, or of unknown residence.
    pub(super) without_residence: u64,
}

/// The residents of one jurisdiction, by what was involved and whether they live.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Residents(BTreeMap<(Elements, bool), u64>);

impl Residents {
    fn add(&mut self, person: Outline<'_>) {
        *self.0.entry((person.elements, person.role != Role::Deceased)).or_default() += 1;
    }

    /// Everyone.
    pub(super) fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Those with one of some elements.
    pub(super) fn with_any(&self, elements: Elements) -> u64 {
        self.counted(|own, _| own.meets(elements))
    }

    /// Those of them who have an element besides some others.
    pub(super) fn with_any_beyond(&self, elements: Elements, others: Elements) -> u64 {
        self.counted(|own, _| own.meets(elements) && own.exceeds(others))
    }

    /// The living with one of some elements.
    pub(super) fn living_with_any(&self, elements: Elements) -> u64 {
        self.counted(|own, lives| lives && own.meets(elements))
    }

    fn counted(&self, which: impl Fn(Elements, bool) -> bool) -> u64 {
        self.0.iter().filter(|((own, lives), _)| which(*own, *lives)).map(|(_, count)| count).sum()
    }
}

/// The people of every provider, in provider order, and those whose row names no known provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Census {
    pub(super) by_provider: Vec<Counts>,
    pub(super) without_provider: u64,
}

pub(super) fn count(incident: &Incident, recipients: &Recipients, unreached: &UnreachedPeople) -> Census {
    let mut census = Census { by_provider: vec![Counts::default(); incident.providers.len()], without_provider: 0 };
    for (place, person) in recipients.people.outlines().enumerate() {
        panic_at("obligations", &person);
        let unreached = unreached.get(&place);
        match person.provider.and_then(|index| census.by_provider.get_mut(usize::from(index.0))) {
            Some(counts) => counts.add(person, unreached),
            None => census.without_provider += 1,
        }
        // One letter may speak for several providers: each has its own duty towards the person.
        for index in person.also_at {
            if let Some(counts) = census.by_provider.get_mut(usize::from(index.0)) {
                counts.add(person, unreached);
            }
        }
    }
    census
}

/// How many people of each provider live in each jurisdiction; also the dead, the held and the excluded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResidentCounts(BTreeMap<(u16, Jurisdiction), u64>);

impl ResidentCounts {
    /// Those of one provider and jurisdiction.
    pub fn of(&self, provider: ProviderIndex, residence: Jurisdiction) -> u64 {
        self.0.get(&(provider.0, residence)).copied().unwrap_or_default()
    }

    /// Whether anybody lives in a jurisdiction.
    pub fn has(&self, residence: Jurisdiction) -> bool {
        self.0.keys().any(|(_, code)| *code == residence)
    }
}

/// Counts residents, in one pass over the recipients.
pub fn residents(recipients: &Recipients) -> ResidentCounts {
    let mut counts = ResidentCounts::default();
    for person in recipients.people.outlines() {
        let Some(residence) = person.residence else { continue };
        for provider in person.provider.iter().chain(person.also_at) {
            *counts.0.entry((provider.0, residence)).or_default() += 1;
        }
    }
    counts
}

/// The people of one provider whom neither letter nor e-mail reaches.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unreachable {
    /// The provider, by its id.
    pub provider_id: String,
    /// How many; the dead and the excluded do not count.
    pub count: u64,
    /// How many of them were told by substitute notice already.
    pub told: u64,
    /// Two-letter code of the residence -> people; `unknown` where the list does not tell.
    pub by_state: BTreeMap<String, u64>,
    /// So many are owed a public notice, fewer another way to tell each (45 CFR 164.404(d)(2)).
    pub public_from: u64,
    /// The day on which there were so many; absent while there are fewer, and when there were by the lists alone.
    pub public_since: Option<Date>,
}

impl Unreachable {
    /// Whether a public notice is owed.
    pub fn is_public(&self) -> bool {
        self.count >= self.public_from
    }
}

/// The providers that have people whom neither letter nor e-mail reaches, in provider order.
pub fn unreachable(incident: &Incident, rules: &Rules, recipients: &Recipients, unreached: &UnreachedPeople) -> Vec<Unreachable> {
    let mut by_provider: BTreeMap<usize, (OutOfReach, BTreeMap<String, u64>)> = BTreeMap::new();
    for (place, person) in recipients.people.outlines().enumerate() {
        let unreached = unreached.get(&place);
        if !is_unreachable(person, unreached) {
            continue;
        }
        let state = person.residence.map_or_else(|| "unknown".to_owned(), |residence| residence.code().to_owned());
        for provider in person.provider.iter().chain(person.also_at) {
            let (people, by_state) = by_provider.entry(usize::from(provider.0)).or_default();
            people.add(unreached);
            *by_state.entry(state.clone()).or_default() += 1;
        }
    }
    let public_from = u64::from(rules.federal.substitute_public_from.value);
    let of_provider = |(provider, (people, by_state)): (usize, (OutOfReach, BTreeMap<String, u64>))| {
        let provider_id = incident.providers.get(provider)?.id.clone();
        let public_since = people.reached(public_from);
        Some(Unreachable { provider_id, count: people.count(), told: people.told, by_state, public_from, public_since })
    };
    by_provider.into_iter().filter_map(of_provider).collect()
}

impl Counts {
    fn add(&mut self, person: Outline<'_>, unreached: Option<&Unreached>) {
        self.total += 1;
        match person.disposition {
            Disposition::Letter => self.letters += 1,
            Disposition::Email => self.emails += 1,
            Disposition::Held(_) => self.held += 1,
            Disposition::Excluded { .. } => self.excluded += 1,
        }
        if is_unreachable(person, unreached) {
            self.unreachable.add(unreached);
        }
        match person.residence {
            Some(jurisdiction) => self.residents.entry(jurisdiction).or_default().add(person),
            None => self.without_residence += 1,
        }
    }
}

/// `Recipient::unreachable` is the recipients stage's word on it, `unreached` the record's; the dead and the excluded are left out
/// whatever they say.
fn is_unreachable(person: Outline<'_>, unreached: Option<&Unreached>) -> bool {
    (person.unreachable || unreached.is_some())
        && person.role != Role::Deceased
        && !matches!(person.disposition, Disposition::Excluded { .. })
}

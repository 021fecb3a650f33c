//! Who gets one wording: counts, and what all of them have in common.

use super::{Kind, Ways};
use crate::incident::ProviderIndex;
use crate::intake::Elements;
use crate::rules::Jurisdiction;
use std::collections::BTreeMap;

/// The recipients of one wording.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readers {
    /// By provider, or set of providers.
    by_provider: BTreeMap<Vec<ProviderIndex>, OfProvider>,
    by_state: BTreeMap<Option<Jurisdiction>, u64>,
    elements: Elements,
    without_code: bool,
}

/// The recipients of one provider, or set of providers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OfProvider {
    first: Kind,
    ways: Ways,
}

impl Readers {
    /// Counts so many of a kind; kinds come in their order.
    pub(super) fn add(&mut self, kind: &Kind, ways: Ways) {
        let of_provider =
            self.by_provider.entry(kind.providers()).or_insert_with(|| OfProvider { first: kind.clone(), ways: Ways::default() });
        of_provider.ways.add(ways);
        *self.by_state.entry(kind.lives).or_default() += ways.all();
        self.elements = self.elements.union(kind.elements);
        self.without_code |= !kind.with_code;
    }

    /// How many there are.
    pub fn ways(&self) -> Ways {
        let mut all = Ways::default();
        self.by_provider.values().for_each(|of_provider| all.add(of_provider.ways));
        all
    }

    /// The first kind of each provider, or set of providers, in their order.
    pub(super) fn first_kinds(&self) -> impl DoubleEndedIterator<Item = &Kind> {
        self.by_provider.values().map(|of_provider| &of_provider.first)
    }

    /// Everything that was involved for anybody.
    pub fn elements(&self) -> Elements {
        self.elements
    }

    /// Whether everybody has an activation code.
    pub fn all_have_codes(&self) -> bool {
        !self.without_code
    }

    /// Whether every letter speaks for several providers.
    pub fn all_of_several(&self) -> bool {
        self.by_provider.keys().all(|providers| providers.len() > 1)
    }

    /// Providers, or sets of them, with how many.
    pub fn by_provider(&self) -> impl Iterator<Item = (&[ProviderIndex], Ways)> {
        self.by_provider.iter().map(|(providers, of_provider)| (providers.as_slice(), of_provider.ways))
    }

    /// Where they live, with how many; those of whom it is not known last.
    pub fn by_state(&self) -> Vec<(Option<Jurisdiction>, u64)> {
        let mut found: Vec<_> = self.by_state.iter().map(|(lives, count)| (*lives, *count)).collect();
        found.sort_by_key(|(lives, _)| (lives.is_none(), *lives));
        found
    }

    /// Whether somebody lives in a jurisdiction.
    pub fn live_in(&self, code: Jurisdiction) -> bool {
        self.by_state.contains_key(&Some(code))
    }
}

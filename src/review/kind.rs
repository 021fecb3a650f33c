//! The kinds of recipients: everything that templates can tell apart, and nothing that tells who it is.

use crate::incident::{Language, ProviderIndex};
use crate::intake::Elements;
use crate::recipients::{Disposition, Recipient, Role};
use crate::rules::Jurisdiction;
use std::collections::BTreeMap;

/// What of a recipient decides the wording of the letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// Language of the letter.
    pub language: Language,
    /// In which role the recipient is told.
    pub role: Role,
    /// The provider, of several the first.
    pub provider: ProviderIndex,
    /// The others for which the letter speaks.
    pub also_at: Vec<ProviderIndex>,
    /// Where the patient lives; absent abroad and where unknown.
    pub lives: Option<Jurisdiction>,
    /// Who acts for the patient is known by name.
    pub named: bool,
    /// There is an activation code.
    pub with_code: bool,
    /// What was involved.
    pub elements: Elements,
}

impl Kind {
    /// The kind of a recipient; absent when it has no provider, and so no letter.
    pub fn of(recipient: &Recipient) -> Option<Kind> {
        Some(Kind {
            language: recipient.language,
            role: recipient.role,
            provider: recipient.provider?,
            also_at: recipient.also_at.clone(),
            lives: recipient.residence,
            named: recipient.representative.is_some(),
            with_code: recipient.activation_code.is_some(),
            elements: recipient.elements,
        })
    }

    /// The providers, the first one first.
    pub fn providers(&self) -> Vec<ProviderIndex> {
        std::iter::once(self.provider).chain(self.also_at.iter().copied()).collect()
    }
}

/// How many recipients of a kind there are, by the way in which they are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Ways {
    /// By first-class mail.
    pub letters: u64,
    /// Of these, in large print.
    pub large_print: u64,
    /// By e-mail.
    pub emails: u64,
}

impl Ways {
    /// All of them.
    pub fn all(self) -> u64 {
        self.letters + self.emails
    }

    pub(super) fn add(&mut self, other: Ways) {
        self.letters += other.letters;
        self.large_print += other.large_print;
        self.emails += other.emails;
    }
}

/// Everybody who is told: each kind, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By kind.
    pub kinds: BTreeMap<Kind, Ways>,
}

impl Tally {
    /// Counts a recipient.
    pub fn count(&mut self, recipient: &Recipient) {
        let email = recipient.disposition == Disposition::Email;
        let ways = Ways { letters: u64::from(!email), large_print: u64::from(!email && recipient.large_print), emails: u64::from(email) };
        if let Some(kind) = Kind::of(recipient) {
            self.kinds.entry(kind).or_default().add(ways);
        }
    }

    /// Counts so many of a kind.
    pub fn add(&mut self, kind: Kind, ways: Ways) {
        self.kinds.entry(kind).or_default().add(ways);
    }
}

//! What every form is filled from: incident, people, plan, ledger and what the office stated, each read once.

use super::form::Answer;
use super::left::{Left, LeftOf};
use super::standing::Status;
use super::statements::{Filing, REPORT_FILE, Statements};
use crate::compose::as_plain_text;
use crate::incident::{Incident, Provider};
use crate::intake::Elements;
use crate::obligations::{Duty, Obligation, Plan, Unreachable};
use crate::recipients::{Disposition, Outline, Recipients};
use crate::review::StoredSeal;
use crate::rules::{Jurisdiction, Rules};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The facts of an incident on a day.
pub struct Dossier<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// The law.
    pub rules: &'a Rules,
    /// The duties.
    pub plan: &'a Plan,
    /// What the office stated.
    pub statements: &'a Statements,
    /// Where everyone stands; absent while the ledger knows of nobody.
    pub status: Option<Status>,
    /// When notices left; a provider or residence without any is not in it.
    pub left: LeftOf,
    /// Those whom nothing reached, by provider.
    pub unreachable: Vec<Unreachable>,
    /// What makes everything here doubtful: what, and what to do.
    pub doubts: Vec<(String, String)>,
    /// The approved wordings in the order in which they were used, the one in force last.
    pub seals: Vec<StoredSeal>,
    people: Vec<People>,
}

/// The people of one provider.
#[derive(Debug, Clone, Default)]
struct People {
    all: Part,
    /// Those of them who live there.
    by_residence: BTreeMap<Jurisdiction, Part>,
}

/// Some people of a provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part {
    /// Everyone, also the dead and those whom nothing reaches.
    pub count: u64,
    /// Every type of information that was involved for anybody.
    pub information: Elements,
    /// People who are held back, and whom something could reach.
    pub held: u64,
    /// People of the lists as they are now to whom a letter is to go.
    pub letters: u64,
    /// And those to whom an e-mail is.
    pub emails: u64,
}

impl Part {
    fn add(&mut self, person: Outline<'_>) {
        self.count += 1;
        self.information = self.information.union(person.elements);
        // Whom nothing reaches is told by substitute notice, held or not.
        self.held += u64::from(matches!(person.disposition, Disposition::Held(_)) && !person.unreachable);
        self.letters += u64::from(*person.disposition == Disposition::Letter);
        self.emails += u64::from(*person.disposition == Disposition::Email);
    }
}

impl<'a> Dossier<'a> {
    /// Puts the facts together; the people are looked at in one pass.
    pub fn new(
        (incident, rules, plan): (&'a Incident, &'a Rules, &'a Plan),
        recipients: &Recipients,
        statements: &'a Statements,
        (status, left): (Option<Status>, LeftOf),
        unreachable: Vec<Unreachable>,
        (seals, doubts): (Vec<StoredSeal>, Vec<(String, String)>),
    ) -> Dossier<'a> {
        let mut people = vec![People::default(); incident.providers.len()];
        for person in recipients.people.outlines() {
            for provider in person.provider.iter().chain(person.also_at) {
                let of_provider = &mut people[usize::from(provider.0)];
                of_provider.all.add(person);
                if let Some(residence) = person.residence {
                    of_provider.by_residence.entry(residence).or_default().add(person);
                }
            }
        }
        Dossier { incident, rules, plan, statements, status, left, unreachable, doubts, seals, people }
    }

    /// Each provider with what is known of it.
    pub fn providers(&self) -> impl Iterator<Item = OfProvider<'_>> {
        let of_provider = |(provider, people)| OfProvider { dossier: self, provider, people };
        self.incident.providers.iter().zip(&self.people).map(of_provider)
    }
}

/// One provider's part of the facts.
#[derive(Clone, Copy)]
pub struct OfProvider<'d> {
    /// The facts of the whole incident.
    pub dossier: &'d Dossier<'d>,
    /// The provider.
    pub provider: &'d Provider,
    people: &'d People,
}

impl<'d> OfProvider<'d> {
    /// Its obligations of a duty.
    pub fn obligations(self, duty: Duty) -> impl Iterator<Item = &'d Obligation> {
        let id = &self.provider.id;
        self.dossier.plan.obligations.iter().filter(move |obligation| obligation.duty == duty && obligation.provider_id == *id)
    }

    /// People whom it has to tell HHS of.
    pub fn individuals(self) -> u64 {
        self.obligations(Duty::HhsNotice).map(|obligation| obligation.count).max().unwrap_or_default()
    }

    /// Whether it tells HHS with the letters, and not in the yearly log (45 CFR 164.408(b), (c)).
    pub fn tells_hhs_at_once(self) -> bool {
        self.obligations(Duty::HhsNotice).any(|obligation| obligation.required)
    }

    /// What it filed with HHS, oldest first: also what was filed before its count crossed the line between the two tracks.
    pub fn told_hhs(self) -> Vec<&'d Filing> {
        let mut filings: Vec<&Filing> = [Duty::HhsNotice, Duty::HhsAnnualLog]
            .into_iter()
            .flat_map(|duty| self.obligations(duty))
            .flat_map(|obligation| self.dossier.statements.filings(obligation))
            .collect();
        filings.sort_by_key(|filing| filing.on);
        filings
    }

    /// Until when a law-enforcement hold forbids notices, on the day of the report; absent without one.
    pub fn held_until(self) -> Option<Date> {
        crate::obligations::held_until(self.dossier.incident, self.dossier.rules, self.provider, self.dossier.plan.as_of)
    }

    /// When its notices left.
    pub fn left(self) -> Left {
        self.dossier.left.of(&self.provider.id, None)
    }

    /// When those to people left who live in a jurisdiction.
    pub fn left_in(self, code: &str) -> Left {
        self.dossier.left.of(&self.provider.id, Jurisdiction::from_code(code))
    }

    /// All of its people.
    pub fn all(self) -> Part {
        self.people.all
    }

    /// Those of them who live in a jurisdiction.
    pub fn residents_of(self, code: &str) -> Part {
        Jurisdiction::from_code(code).and_then(|code| self.people.by_residence.get(&code)).copied().unwrap_or_default()
    }

    /// Those whom nothing reached; absent when there are none.
    pub fn unreachable(self) -> Option<&'d Unreachable> {
        self.dossier.unreachable.iter().find(|unreachable| unreachable.provider_id == self.provider.id && unreachable.count > 0)
    }

    /// States in which it owes a notice in media, by their names.
    pub fn media_states(self) -> Vec<&'d str> {
        self.obligations(Duty::MediaNotice)
            .filter(|obligation| obligation.required)
            .map(|obligation| self.dossier.state(&obligation.jurisdiction))
            .collect()
    }

    /// The breach in words: those of report.toml, else what the letters say.
    pub(super) fn description(self) -> Answer {
        match &self.dossier.statements.description {
            Some(own) => Answer::text(as_plain_text(own)),
            None => {
                let Incident { what_happened, investigation, .. } = self.dossier.incident;
                let told = [what_happened, investigation].map(|prose| as_plain_text(prose)).join("\n\n");
                let before = match self.under_earlier_seals() {
                    0 => String::new(),
                    went => format!(" as they are worded now; {went} went with an earlier wording: see that it tells the same"),
                };
                Answer::text(told).noted(format!(
                    "as the letters tell it{before}; a text of its own for regulators is the description under [hhs] in {REPORT_FILE}"
                ))
            }
        }
    }

    /// Its notices that went with a wording that is no longer in force.
    fn under_earlier_seals(self) -> u64 {
        let is_in_force = |digest: &str| self.dossier.seals.iter().any(|stored| stored.is_in_force() && stored.seal.digest == digest);
        self.left().under.iter().filter(|(digest, _)| !is_in_force(digest)).map(|(_, notices)| notices).sum()
    }

    /// The day that its clocks run from.
    pub fn discovered(self) -> Date {
        crate::obligations::discovered(self.dossier.incident, self.dossier.rules, self.provider)
    }

    /// Why it is that day, in words.
    pub fn discovered_because(self) -> String {
        crate::obligations::discovered_because(self.dossier.incident, self.dossier.rules, self.provider)
    }
}

impl Dossier<'_> {
    /// Whether a wording is approved and in force.
    pub fn is_approved(&self) -> bool {
        self.seals.iter().any(StoredSeal::is_in_force)
    }

    /// The name of a state; the code itself when it is none.
    pub fn state<'s>(&'s self, code: &'s str) -> &'s str {
        let rule = Jurisdiction::from_code(code).and_then(|code| self.rules.jurisdictions.get(&code));
        rule.map_or(code, |rule| rule.name.as_str())
    }
}

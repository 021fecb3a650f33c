//! The variants that the recipients at hand need: each with its proof, how many get it, and why it exists.

use super::{Kind, Proof, ProofPress, Readers, Tally, Ways};
use crate::compose::Variant;
use crate::error::{Error, Result};
use crate::incident::{Incident, Language};
use crate::recipients::Role;
use crate::rules::{ContentRule, Jurisdiction, Rules};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One variant with its proof.
pub struct Wording {
    /// 1-based, in the order in which variants are listed.
    pub number: usize,
    /// The letter of an invented person.
    pub proof: Proof,
    /// The same letter in large print, as file and number of pages; absent when nobody asked for that.
    pub large_print: Option<(Vec<u8>, usize)>,
    /// Who gets it.
    pub readers: Readers,
    /// How many get it.
    pub ways: Ways,
}

/// The wording of each kind of recipient, joined by variant, in the order of languages, roles and paragraphs.
///
/// # Errors
/// As [`ProofPress::proof`].
pub fn wordings(tally: &Tally, press: &ProofPress<'_>) -> Result<Vec<Wording>> {
    let mut variants: BTreeMap<Variant, Readers> = BTreeMap::new();
    for (kind, ways) in &tally.kinds {
        variants.entry(press.variant(kind)?).or_default().add(kind, *ways);
    }
    let variants: Vec<(Variant, Readers)> = variants.into_iter().collect();
    let proofs = press.each(&variants, |press, (variant, readers)| {
        let proof = press.proof(&specimen(variant, readers, press)?)?;
        let large_print = if readers.ways().large_print > 0 { Some(press.large_print(&proof)?) } else { None };
        Ok((proof, large_print))
    })?;
    let numbered = variants.into_iter().zip(proofs).enumerate();
    let wording = |(index, ((_, readers), (proof, large_print))): (usize, ((Variant, Readers), _))| Wording {
        number: index + 1,
        proof,
        large_print,
        ways: readers.ways(),
        readers,
    };
    Ok(numbered.map(wording).collect())
}

/// Whom the proof of a variant is made for: the first kind of the provider, or providers, that fill most of its slots, so that what is
/// printed only where a provider has it is seen; with all that was involved for anybody of the variant, so that every type of information
/// is seen and the proof is no one patient's. With the kind's own where that would make another letter.
fn specimen(variant: &Variant, readers: &Readers, press: &ProofPress<'_>) -> Result<Kind> {
    // Of equals the first.
    let fullest = readers.first_kinds().rev().max_by_key(|kind| press.slots_filled(variant, kind));
    let Some(kind) = fullest else { return Err(Error::bug("a variant is nobody's")) };
    let everything = Kind { elements: readers.elements(), ..kind.clone() };
    Ok(if press.variant(&everything)? == *variant { everything } else { kind.clone() })
}

/// Why a paragraph stands in some letters and not in others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Id of the paragraph.
    pub paragraph: Arc<str>,
    /// What it is there for; absent when no rule asks for it.
    pub what: Option<String>,
    /// The clauses that ask for it, each once.
    pub clauses: Vec<String>,
}

impl Wording {
    /// The variant.
    pub fn variant(&self) -> &Variant {
        &self.proof.variant
    }

    /// Its name for people: role, language, and what sets it apart from others of the same role and language.
    pub fn name(&self, incident: &Incident, rules: &Rules) -> String {
        let mut name = format!("{}, {}", role_in_words(self.proof.kind.role), language_in_words(self.variant().language));
        if let Some(lives) = self.only_state() {
            let known = rules.jurisdiction(lives).map_or(lives.code(), |rule| rule.name.as_str());
            name.push_str(&format!(", resident of {known}"));
        }
        if self.readers.all_have_codes() && incident.identity_service.is_some() {
            name.push_str(", with activation code");
        }
        let joint = self.proof.kind.also_at.len();
        if joint > 0 && self.readers.all_of_several() {
            name.push_str(&format!(", for {} providers", joint + 1));
        }
        name
    }

    /// Where everybody who gets it lives, when it has a paragraph for residents of that state.
    pub fn only_state(&self) -> Option<Jurisdiction> {
        let lives = self.proof.kind.lives?;
        let of_state = format!("_{}", lives.code().to_lowercase());
        let has_own = self.variant().paragraphs.iter().any(|paragraph| paragraph.ends_with(&of_state));
        (has_own && self.readers.by_state().len() == 1).then_some(lives)
    }

    /// The paragraphs that it has, and those that it lacks, against the most frequent wording of its role and language; absent when it is
    /// that one.
    pub fn apart<'w>(&'w self, all: &'w [Wording]) -> Option<[Vec<&'w Arc<str>>; 2]> {
        let alike =
            all.iter().filter(|other| other.proof.kind.role == self.proof.kind.role && other.variant().language == self.variant().language);
        // Of equals the first.
        let usual = alike.rev().max_by_key(|other| other.ways.all()).filter(|usual| usual.number != self.number)?;
        let beyond = |one: &'w Wording, other: &Wording| {
            one.variant().paragraphs.iter().filter(|paragraph| !other.variant().paragraphs.contains(paragraph)).collect()
        };
        Some([beyond(self, usual), beyond(usual, self)])
    }

    /// The paragraphs that not every letter of the language has, each with why it is there.
    pub fn grounds(&self, all: &[Wording], rules: &[ContentRule]) -> Vec<Ground> {
        let others: Vec<&Wording> = all.iter().filter(|other| other.variant().language == self.variant().language).collect();
        let in_all = |paragraph: &Arc<str>| others.iter().all(|other| other.variant().paragraphs.contains(paragraph));
        self.variant().paragraphs.iter().filter(|paragraph| !in_all(paragraph)).map(|paragraph| self.ground(paragraph, rules)).collect()
    }

    fn ground(&self, paragraph: &Arc<str>, rules: &[ContentRule]) -> Ground {
        let role = self.proof.kind.role.id();
        let for_these = |rule: &&ContentRule| {
            rule.residents.is_none_or(|code| self.readers.live_in(code))
                && (rule.roles.is_empty() || rule.roles.iter().any(|known| known == role))
        };
        let asking: Vec<&ContentRule> =
            rules.iter().filter(|rule| rule.paragraphs.iter().any(|id| **id == **paragraph)).filter(for_these).collect();
        let mut clauses: Vec<String> = Vec::new();
        for rule in &asking {
            if !clauses.contains(&rule.clause) {
                clauses.push(rule.clause.clone());
            }
        }
        Ground { paragraph: Arc::clone(paragraph), what: asking.first().map(|rule| rule.what.clone()), clauses }
    }
}

/// A role as a reviewer reads it.
pub fn role_in_words(role: Role) -> &'static str {
    match role {
        Role::Adult => "Adult",
        Role::Minor => "Child",
        Role::Deceased => "Deceased patient",
        Role::Represented => "Represented patient",
    }
}

/// A language as a reviewer reads it.
pub fn language_in_words(language: Language) -> &'static str {
    match language {
        Language::English => "English",
        Language::Spanish => "Spanish",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::Composer;
    use crate::incident::{ProviderIndex, load, sample};
    use crate::intake::{Element, Elements};
    use crate::recipients::Recipients;
    use crate::typeset::{Fonts, Layout, profile};

    fn kind(provider: u16, role: Role, lives: &str, elements: &[Element]) -> Kind {
        let mut involved = Elements::default();
        elements.iter().for_each(|element| involved.insert(*element));
        Kind {
            language: Language::English,
            role,
            provider: ProviderIndex(provider),
            also_at: Vec::new(),
            lives: Jurisdiction::from_code(lives),
            named: false,
            with_code: false,
            elements: involved,
        }
    }

    /// The wordings that some kinds need, and what names and reasons are made of.
    fn told(providers: &str, kinds: &[(Kind, u64)], see: impl FnOnce(&[Wording], &Incident, &Rules)) {
        let home = sample::folder(sample::TOML, providers, &[("patients.csv", b"")]);
        let rules = sample::rules();
        let (incident, _) = load(home.path(), &rules).unwrap();
        let composer = Composer::load_for_review(&incident, &rules, &Recipients::default()).unwrap();
        let (envelope, fonts) = (profile(&incident.print.envelope).unwrap(), Fonts::built_in().unwrap());
        let layout = Layout { envelope, draft: true, job: 0, duplex: true, inserts: 0, mailer: None };
        let mut tally = Tally::default();
        kinds.iter().for_each(|(kind, letters)| tally.add(kind.clone(), Ways { letters: *letters, ..Ways::default() }));
        let press = ProofPress::new(&incident, &composer, &fonts, &layout).unwrap();
        see(&wordings(&tally, &press).unwrap(), &incident, &rules);
        assert_eq!(composer.hidden(), []);
    }

    #[test]
    fn a_proof_shows_everything_that_anybody_of_its_wording_reads() {
        let lines = sample::PROVIDERS.lines().zip(["website", "", "www.two.example"]);
        let providers: String = lines.map(|(line, website)| format!("{line},{website}\n")).collect();
        let kinds = [
            (kind(0, Role::Adult, "MI", &[Element::Name, Element::Mrn]), 5),
            (kind(1, Role::Adult, "MI", &[Element::Name, Element::Diagnosis]), 1),
        ];
        told(&providers, &kinds, |wordings, _, _| {
            let [wording] = wordings else { panic!("{} wordings", wordings.len()) };
            assert_eq!((wording.ways.all(), wording.readers.by_provider().count()), (6, 2));
            let text: String = wording.proof.passages.iter().map(|passage| format!("{}\n", passage.text)).collect();
            for shown in ["www.two.example", "Medical record number", "Diagnosis information", "Jordan Sample", "ANYTOWN MI 00000"] {
                assert!(text.contains(shown), "{shown} is not in {text}");
            }
        });
    }

    #[test]
    fn a_wording_is_named_by_what_sets_it_apart_and_gives_its_grounds() {
        let [ssn, mrn] = [Element::Ssn, Element::Mrn];
        let kinds = [
            (kind(0, Role::Adult, "MI", &[mrn]), 7),
            (kind(0, Role::Adult, "MI", &[ssn]), 2),
            (kind(0, Role::Adult, "MD", &[ssn]), 3),
            (kind(0, Role::Minor, "MI", &[mrn]), 1),
        ];
        told(sample::PROVIDERS, &kinds, |wordings, incident, rules| {
            let names: Vec<String> = wordings.iter().map(|wording| wording.name(incident, rules)).collect();
            let maryland = names.iter().position(|name| name == "Adult, English, resident of Maryland").unwrap();
            assert_eq!(names.iter().filter(|name| *name == "Adult, English").count(), 2, "{names:?}");
            assert_eq!(names.last().unwrap(), "Child, English");
            let usual: Vec<bool> = wordings.iter().map(|wording| wording.apart(wordings).is_none()).collect();
            assert_eq!(usual.iter().filter(|usual| **usual).count(), 2, "one of each role");
            let [with, without] = wordings[maryland].apart(wordings).unwrap();
            assert!(with.iter().any(|paragraph| &***paragraph == "residents_md"), "{with:?}");
            assert!(without.iter().any(|paragraph| &***paragraph == "medical_bills"), "{without:?}");
            let grounds = wordings[maryland].grounds(wordings, &rules.content);
            let residents = grounds.iter().find(|ground| &*ground.paragraph == "residents_md").unwrap();
            assert_eq!(residents.clauses, ["Md. Code, Com. Law 14-3504(g)"]);
            assert_eq!(wordings[maryland].readers.by_state(), [(Jurisdiction::from_code("MD"), 3)]);
        });
    }
}

//! Letters of every jurisdiction: each passes the content check, and each paragraph that it needs is missed when it is gone.

use crate::compose::edition::Edition;
use crate::compose::residence::Laws;
use crate::compose::sources::Sources;
use crate::compose::{Composer, Letter, PieceNumber, fixture};
use crate::error::{Finding, Severity};
use crate::incident::{Hold, Incident, Language, Provider, ProviderIndex, Waiver};
use crate::intake::Element;
use crate::privacy::Private;
use crate::recipients::{Recipient, Recipients, Role};
use crate::rules::{Evidence, Jurisdiction};
use jiff::civil::date;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn code(code: &str) -> Jurisdiction {
    Jurisdiction::from_code(code).unwrap()
}

/// Somebody who lives in a jurisdiction, with or without a Social Security number among what was involved.
fn resident(lives: Jurisdiction, role: Role, language: Language, elements: &[Element]) -> Recipient {
    let mut recipient = fixture::recipient(role, language, elements);
    recipient.residence = Some(lives);
    if role == Role::Represented {
        recipient.representative = Some(Private::new("Luis Rivera".into()));
    }
    recipient
}

const WITH_SSN: [Element; 3] = [Element::Name, Element::Ssn, Element::Diagnosis];
const WITHOUT_SSN: [Element; 2] = [Element::Name, Element::Diagnosis];

/// Everybody of the matrix.
fn everyone() -> Vec<Recipient> {
    let mut people = Vec::new();
    for lives in fixture::rules().jurisdictions.keys() {
        for (role, language) in Role::ALL.into_iter().flat_map(|role| Language::ALL.map(|language| (role, language))) {
            people.push(resident(*lives, role, language, &WITH_SSN));
            people.push(resident(*lives, role, language, &WITHOUT_SSN));
        }
    }
    people
}

fn all_of(people: Vec<Recipient>) -> Recipients {
    Recipients { people: people.into_iter().collect(), ..Recipients::default() }
}

fn words(letter: &Letter) -> String {
    letter.to_text().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_jurisdiction_role_and_language_passes_the_content_check() {
    let incident = fixture::incident();
    let people = everyone();
    let composer = Composer::load(&incident, &fixture::rules(), &all_of(people.clone())).unwrap();
    assert_eq!(people.len(), 56 * 2 * 4 * 2);
    for person in &people {
        // Composing checks every rule that the person's letter comes under.
        let letter = composer.compose(&incident, person, PieceNumber(1)).unwrap();
        assert!(!letter.to_text().contains("{{"));
    }
}

#[test]
fn states_have_the_paragraphs_that_their_laws_ask_for() {
    let incident = fixture::incident();
    let people = everyone();
    let composer = Composer::load(&incident, &fixture::rules(), &all_of(people)).unwrap();
    let text = |lives: &str, elements: &[Element]| {
        words(&composer.compose(&incident, &resident(code(lives), Role::Adult, Language::English, elements), PieceNumber(1)).unwrap())
    };
    for (lives, told) in [
        ("MD", "Baltimore, MD 21202; 1-410-576-6300"),
        ("NC", "9001 Mail Service Center"),
        ("NY", "1-800-697-1220"),
        ("DC", "400 6th Street NW"),
        ("OR", "to the FTC and to the Oregon Attorney General"),
        ("RI", "Rhode Island residents in this breach: 16. You have the right to file a police report"),
        ("MA", "You have the right to any police report"),
        ("IA", "Des Moines, IA 50319-0106"),
        ("NM", "Fair Credit Reporting Act"),
        ("WV", "whether we hold information about you"),
        ("WI", "somebody acquired the information"),
        ("WY", "Law enforcement did not ask us to delay"),
        ("CA", "Law enforcement did not ask us to delay"),
    ] {
        assert!(text(lives, &WITH_SSN).contains(told), "{lives}");
        let others = fixture::rules().jurisdictions.into_keys().filter(|other| other.code() != lives && !["CA", "WY"].contains(&lives));
        for other in others {
            assert!(!text(other.code(), &WITH_SSN).contains(told), "{other} has the paragraph of {lives}");
        }
    }
    // Massachusetts' law is not triggered without a number; Colorado's is by medical information, and asks for the bureaus then.
    assert!(!text("MA", &WITHOUT_SSN).contains("Massachusetts"));
    assert!(text("CO", &WITHOUT_SSN).contains("P.O. Box 105788"));
    assert!(!text("TX", &WITHOUT_SSN).contains("P.O. Box 105788"));
}

#[test]
fn the_number_of_residents_is_that_of_the_provider_and_stands_in_rhode_island_only() {
    // Case 14, and each provider's own count.
    let mut incident = fixture::incident();
    incident.providers.push(Provider { id: "H2".into(), legal_name: "Second Hospital".into(), ..incident.providers[0].clone() });
    let of = |lives, provider| {
        let mut person = resident(code(lives), Role::Adult, Language::English, &WITH_SSN);
        person.provider = Some(ProviderIndex(provider));
        person
    };
    let mut people = vec![of("RI", 0); 1234];
    people.extend(vec![of("RI", 1); 7]);
    people.extend([of("MA", 0), of("IL", 0), of("IL", 1)]);
    let composer = Composer::load(&incident, &fixture::rules(), &all_of(people)).unwrap();
    let text = |person: &Recipient| words(&composer.compose(&incident, person, PieceNumber(1)).unwrap());
    assert!(text(&of("RI", 0)).contains("in this breach: 1,234."));
    assert!(text(&of("RI", 1)).contains("in this breach: 7."));
    for other in [of("MA", 0), of("IL", 0)] {
        assert!(!text(&other).contains("1,234") && !text(&other).contains("in this breach:"));
    }
}

#[test]
fn a_number_of_residents_outside_of_its_state_is_refused() {
    let text = format!(
        "{}\n<!-- paragraph: own -->\nIn all {{{{ affected_residents }}}} people.\n",
        Sources::built_in().text(Language::English, "parts/general_advice.md")
    );
    let rules = fixture::rules();
    let laws = Arc::new(Laws::new(&rules, crate::obligations::ResidentCounts::default()));
    let sources = Sources::with(Language::English, "parts/general_advice.md", &text);
    let refused = Edition::load(Language::English, &sources, &fixture::incident(), &rules, &laws).unwrap().map(|_| ()).unwrap_err();
    assert_eq!(refused[0].code, "number-elsewhere");
}

/// A written hold on every provider.
fn hold() -> Hold {
    let (received, until) = (date(2025, 3, 20), Some(date(2025, 4, 1)));
    Hold { written: true, agency: "FBI".into(), official: "Agent Smith".into(), received, until, providers: None }
}

#[test]
fn a_hold_is_told_in_every_letter_of_its_provider() {
    let mut incident = fixture::incident();
    incident.holds = vec![hold()];
    let composer = Composer::load(&incident, &fixture::rules(), &Recipients::default()).unwrap();
    let person = resident(code("CA"), Role::Adult, Language::English, &WITH_SSN);
    let text = words(&composer.compose(&incident, &person, PieceNumber(1)).unwrap());
    assert!(text.contains("We waited to send this letter because law enforcement asked us to."));
    assert!(!text.contains("did not ask us"));
}

#[test]
fn without_a_paragraph_exactly_the_rules_that_cite_it_fail() {
    let rules = fixture::rules();
    let laws = Arc::new(Laws::new(&rules, crate::obligations::residents(&all_of(everyone()))));
    let mut incidents = [fixture::incident(), fixture::incident(), fixture::incident()];
    incidents[1].business_associate = None;
    incidents[1].holds = vec![hold()];
    incidents[2].sender = crate::incident::Sender::BusinessAssociate;
    let mut failed: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (incident, language) in incidents.iter().flat_map(|incident| Language::ALL.map(|language| (incident, language))) {
        let found = Edition::without_each_paragraph(language, &Sources::built_in(), incident, &rules, &laws);
        found.into_iter().for_each(|(id, broken)| failed.entry(id).or_default().extend(broken));
    }
    let ids: BTreeSet<String> = rules.content.iter().flat_map(|rule| rule.paragraphs.clone()).collect();
    assert_eq!(ids.iter().filter(|id| !failed.contains_key(*id)).collect::<Vec<_>>(), Vec::<&String>::new(), "no letter has them");
    assert!(failed.len() > 50, "{}", failed.len());
    for (id, broken) in failed {
        let citing = rules.content.iter().filter(|rule| rule.paragraphs.contains(&id)).map(|rule| rule.id);
        assert_eq!(broken, citing.collect(), "without `{id}`");
    }
}

#[test]
fn a_waiver_sets_a_rule_aside_and_is_named() {
    let mut incident = fixture::incident();
    let rules = fixture::rules();
    let people = all_of(vec![resident(code("NY"), Role::Adult, Language::English, &WITH_SSN)]);
    let text =
        Sources::built_in().text(Language::English, "parts/residents.md").replace("{% elif residents.NY %}", "{% elif residents.GU %}");
    let laws = Arc::new(Laws::new(&rules, crate::obligations::residents(&people)));
    let load = |incident: &Incident| {
        let sources = Sources::with(Language::English, "parts/residents.md", &text);
        Edition::load(Language::English, &sources, incident, &rules, &laws).unwrap().unwrap().findings
    };
    let judged = |findings: &[Finding]| findings.iter().map(|finding| (finding.code, finding.severity)).collect::<Vec<_>>();
    assert_eq!(judged(&load(&incident)), [("ny-offices-phone-web", Severity::Refuses)]);
    let (rule, by, reason) = ("ny-offices-phone-web".to_owned(), "Ada Counsel".to_owned(), "the notice page has them".to_owned());
    incident.waivers = vec![Waiver { rule, by, on: date(2025, 4, 1), reason }];
    let warnings = load(&incident);
    assert_eq!(judged(&warnings), [("ny-offices-phone-web", Severity::Warns)]);
    assert!(warnings[0].reason.contains("set aside by Ada Counsel on 2025-04-01: the notice page has them"), "{}", warnings[0].reason);
}

#[test]
fn every_rule_cites_a_clause_and_says_how_it_is_seen() {
    for rule in &fixture::rules().content {
        assert!(rule.clause.chars().any(|c| c.is_ascii_digit()) || rule.id == "service-months", "{}", rule.id);
        assert!(rule.evidence != Evidence::Paragraph || !rule.paragraphs.is_empty(), "{}", rule.id);
    }
}

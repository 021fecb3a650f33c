//! Invented people: each template is rendered for all kinds of them before the first real letter.
//!
//! This finds what only rendering shows, and two wordings that hide behind one variant: counsel approves a variant by
//! its paragraph ids, so two letters with the same ids must read the same but for their slots.

use super::check::Markers;
use super::content::{Subject, Verdicts};
use super::engine::Trouble;
use super::form::any_inline;
use super::markdown;
use super::notice::{self, NoticeFacts, NoticeKind};
use super::residence::Laws;
use super::slots::{self, Person, Slots};
use super::sources::Sources;
use super::wording::Wording;
use super::{Block, BlockKind, Inline, content, engine};
use crate::error::{Finding, Place, Result};
use crate::incident::{Incident, Language, Prose, Provider, ProviderIndex, Sender};
use crate::intake::{Element, Elements};
use crate::recipients::{PersonName, Role};
use crate::rules::{ContentRule, Jurisdiction, Rules};
use jiff::civil::{Date, date};
use std::collections::BTreeMap;
use std::sync::Arc;
use tera::{Tera, Value};

/// Family names of the invented people, which stand in no text of ours.
const PERSON: &str = "Personsson";
const RELATIVE: &str = "Relativesson";
/// How invented types of information begin.
const ELEMENT: &str = "Invented element";
/// A second provider, for which a letter speaks as well.
const OTHER: &str = "Second Invented Clinic";
/// Stands for the number of residents where no law wants it told.
const UNWANTED: &str = "Unwanted number";
/// Place of the letters that speak for two providers.
const SEVERAL: usize = 3;
const BEGAN: Date = date(2025, 1, 2);
const ENDED: Date = date(2025, 1, 20);
const DISCOVERED: Date = date(2025, 2, 20);

/// Ids in print order: what a variant is beside role and language.
type Paragraphs = Vec<Arc<str>>;

/// Slots and parts of slots that are asked for, not printed.
const FLAGS: [&str; 12] =
    ["adult", "minor", "deceased", "represented", "one_day", "told", "delayed", "sends", "offered", "several", "covered", "public"];

/// The parts of a provider.
const PROVIDER: [&str; 11] =
    ["name", "return_name", "address", "phone", "email", "website", "parent", "signatory_name", "signatory_title", "informed", "several"];

/// The parts of an office.
const OFFICE: [&str; 4] = ["name", "address", "phone", "web"];

/// The names of all slots with their parts, each with some value of its kind: a text, a flag, a list, a group of parts.
pub(super) fn shape(rules: &Rules) -> Slots {
    let bureau = ["name", "phone", "web"].into_iter().map(|key| (key, Value::from("x")));
    let desks = ["freeze", "fraud_alert", "minor_freeze"].into_iter().map(|key| (key, Value::from(vec![Value::from("x")])));
    let value = |name: &str| if FLAGS.contains(&name) { Value::from(true) } else { Value::from("x") };
    let parts = |names: &[&'static str]| Value::from(names.iter().map(|name| (*name, value(name))).collect::<BTreeMap<_, _>>());
    let flags = |names: &[&'static str]| Value::from(names.iter().map(|name| (*name, Value::from(true))).collect::<BTreeMap<_, _>>());
    let involved: Vec<&'static str> = Element::ALL.iter().map(|(_, id)| *id).collect();
    let residents = rules.jurisdictions.keys().map(|code| (code.code().to_owned(), Value::from(true)));
    let offices = rules.agencies.keys().filter_map(|id| id.strip_prefix("state."));
    let offices = offices.map(|name| (name.to_owned(), parts(&OFFICE)));
    let mut notice: BTreeMap<&str, Value> = ["state", "first", "last", "letters", "emails"].map(|name| (name, Value::from("x"))).into();
    notice.insert("residents", Value::from(vec![parts(&["state", "people"])]));
    let notice = Value::from(notice);
    let mut slots: Slots = [
        "title",
        "date",
        "salutation",
        "person",
        "representative",
        "code",
        "adult",
        "minor",
        "deceased",
        "represented",
        "covered",
        "affected_residents",
        "public",
    ]
    .into_iter()
    .map(|name| (name, value(name)))
    .collect();
    slots.extend([
        ("patient", parts(&["name"])),
        ("elements", Value::from(vec![Value::from("x")])),
        ("involved", flags(&involved)),
        ("risk", flags(&["credit", "medical"])),
        ("advice", flags(&["credit"])),
        ("residents", Value::from(residents.collect::<BTreeMap<_, _>>())),
        ("offices", Value::from(offices.collect::<BTreeMap<_, _>>())),
        ("cfpb", parts(&OFFICE)),
        ("incident", parts(&["what_happened", "investigation", "mitigation", "prevention"])),
        ("breach", parts(&["began", "ended", "one_day", "discovered", "told", "delayed"])),
        ("business_associate", parts(&["name", "discovered", "informed", "sends"])),
        ("provider", parts(&PROVIDER)),
        ("providers", Value::from(vec![parts(&PROVIDER)])),
        ("service", parts(&["offered", "vendor", "product", "months", "url", "phone", "enroll_by"])),
        ("call_center", parts(&["phone", "hours", "open_until", "languages"])),
        ("bureaus", Value::from(vec![Value::from(bureau.chain(desks).collect::<BTreeMap<_, _>>())])),
        ("ftc", parts(&OFFICE)),
        ("credit_report", parts(&OFFICE)),
        ("notice", notice),
    ]);
    slots
}

/// What the letter of a language is checked with.
pub(super) struct Specimens<'a> {
    pub(super) language: Language,
    pub(super) sources: &'a Sources,
    pub(super) tera: &'a Tera,
    pub(super) markers: &'a Markers,
    pub(super) wording: &'a Wording,
    pub(super) incident: &'a Incident,
    pub(super) rules: &'a Rules,
    pub(super) laws: &'a Laws,
}

/// What has been seen of the letters so far.
#[derive(Default)]
struct Seen {
    wordings: BTreeMap<(Role, Paragraphs), Vec<Block>>,
    /// One finding a rule in the order of the rules, however many letters break it.
    broken: BTreeMap<usize, Finding>,
}

impl Specimens<'_> {
    /// Renders the letter for every kind of invented person, with this incident's sender and service.
    ///
    /// # Errors
    /// A bug of ours when the rules lack an office; findings are in the inner result.
    pub(super) fn check(&self) -> Result<Vec<Finding>> {
        let mut seen = Seen::default();
        for (index, base) in self.bases()?.into_iter().enumerate() {
            if index == SEVERAL {
                // Their letters name two providers where the others name one: no wording, but a slot.
                seen.wordings.clear();
            }
            let mut everyone = self.everyone(index);
            // What a state asks for does not hang on how a provider came to know: one of them stands for all, and every form that is made is
            // checked again.
            if index == 0 || index == SEVERAL {
                everyone.extend(self.residents());
            }
            for person in everyone {
                if let Err(findings) = self.examine(&person, &base, index == SEVERAL, &mut seen) {
                    return Ok(findings);
                }
            }
            if let Err(findings) = self.examine_notices(&base) {
                return Ok(findings);
            }
        }
        Ok(seen.broken.into_values().collect())
    }

    /// Renders every notice to nobody in particular: what a report needs late is tried early.
    fn examine_notices(&self, base: &Slots) -> Result<(), Vec<Finding>> {
        let written = |template: &&str| !self.sources.text(self.language, template).trim().is_empty();
        for template in NoticeKind::ALL.map(NoticeKind::template).iter().filter(|template| written(template)) {
            for went in [(None, None), (Some(BEGAN), None), (Some(BEGAN), Some(DISCOVERED))] {
                let mut slots = base.clone();
                slots.extend(notice::own_slots(&invented_notice(went), self.wording, self.laws));
                self.render(template, &slots)?;
            }
        }
        Ok(())
    }

    /// Whom letters of a base are rendered for.
    fn everyone(&self, base: usize) -> Vec<Invented> {
        let mut everyone = people(self.incident.identity_service.is_some());
        if base == 0 {
            everyone.extend(people_by_element());
        }
        everyone
    }

    fn residents(&self) -> Vec<Invented> {
        people_by_residence(self.laws, self.incident.identity_service.is_some())
    }

    /// Slots of three invented providers, and where the business associate sends, of two together.
    fn bases(&self) -> Result<Vec<Slots>> {
        let Specimens { incident, rules, wording, .. } = self;
        let prose = Prose {
            what_happened: "Invented account.".into(),
            investigation: "Invented investigation.".into(),
            mitigation: "Invented mitigation.".into(),
            prevention: "Invented prevention.".into(),
        };
        let [first, own, open] = providers();
        let of_provider = |provider: &Provider| slots::of_provider(incident, provider, rules, wording, &prose);
        let mut bases = vec![of_provider(&first)?, of_provider(&own)?, of_provider(&open)?];
        if incident.sender == Sender::BusinessAssociate {
            let mut several = of_provider(&first)?;
            let other = Provider { legal_name: OTHER.to_owned(), informed: Some(BEGAN), ..own };
            several.extend(slots::of_several(incident, &[&first, &other], wording));
            bases.push(several);
        }
        Ok(bases)
    }

    /// Renders and judges one letter.
    fn examine(&self, person: &Invented, base: &Slots, several: bool, seen: &mut Seen) -> Result<(), Vec<Finding>> {
        let Specimens { language, sources, markers, .. } = *self;
        let slots = self.slots(person, base);
        let blocks = self.render(engine::LETTER, &slots)?;
        for rule in self.broken(person, &slots, &blocks) {
            let place = content::place(rule, language, sources, markers);
            let who = content::who(person.role, rule.residents);
            let order = self.rules.content.iter().position(|known| known.id == rule.id).unwrap_or_default();
            seen.broken.entry(order).or_insert_with(|| self.verdicts().lacking(rule, place, &who));
        }
        let faults = [elements_in_a_table, tells_in_a_link].map(|fault| fault(&blocks, language, sources, markers));
        let unwanted = seen_in(&blocks, UNWANTED).then(|| number_elsewhere(language, sources));
        let other = (several && !seen_in(&blocks, OTHER)).then(|| other_left_out(language, sources));
        if let Some(finding) = faults.into_iter().chain([other, unwanted]).flatten().next() {
            return Err(vec![finding]);
        }
        let key = (person.role, paragraphs(&blocks));
        let first = seen.wordings.entry(key).or_insert_with(|| blocks.clone());
        differs(first, &blocks, language, sources, markers).map_or(Ok(()), |finding| Err(vec![finding]))
    }

    fn verdicts(&self) -> Verdicts<'_> {
        Verdicts { rules: &self.rules.content, waivers: &self.incident.waivers }
    }

    /// Everything that one letter may read.
    fn slots(&self, person: &Invented, base: &Slots) -> Slots {
        let invented = person.as_person(self.laws);
        let mut all = base.clone();
        all.extend(slots::of_person(&invented, self.wording, self.laws));
        let elements = (1..=Element::ALL.len()).map(|number| Value::from(format!("{ELEMENT} {number:02}")));
        all.insert("elements", Value::from(elements.collect::<Vec<_>>()));
        all.insert("salutation", Value::from("Invented salutation"));
        let wanted = self.laws.affected(invented.residence, ProviderIndex(0)).is_some();
        all.insert("affected_residents", Value::from(if wanted { "Invented number" } else { UNWANTED }));
        all
    }

    fn render(&self, template: &str, slots: &Slots) -> Result<Vec<Block>, Vec<Finding>> {
        let Specimens { language, sources, markers, .. } = *self;
        engine::render(self.tera, template, &slots::context(slots), markers).map_err(|trouble| match trouble {
            Trouble::Tera(error) => engine::findings(&error, language, sources),
            Trouble::Markdown(fault) => vec![fault_finding(&fault, language, sources, markers)],
        })
    }

    /// The rules that a letter breaks.
    fn broken(&self, person: &Invented, slots: &Slots, blocks: &[Block]) -> Vec<&ContentRule> {
        let residence = person.as_person(self.laws).residence;
        let subject = Subject {
            language: self.language,
            blocks,
            role: person.role,
            elements: person.elements,
            residences: &[residence],
            slot: &|root| slots.get(root),
        };
        let mut broken = content::broken(&self.rules.content, &subject);
        if code_left_out(person, blocks) {
            broken.extend(self.rules.content.iter().find(|rule| rule.id == "code-printed"));
        }
        broken
    }

    /// For each paragraph that a letter has, the rules that letters break without it.
    #[cfg(test)]
    pub(super) fn without_each_paragraph(&self) -> BTreeMap<String, std::collections::BTreeSet<&'static str>> {
        let mut found: BTreeMap<String, std::collections::BTreeSet<&'static str>> = BTreeMap::new();
        for (index, base) in self.bases().unwrap().into_iter().enumerate() {
            for person in self.everyone(index).into_iter().chain(self.residents()) {
                let slots = self.slots(&person, &base);
                let blocks = self.render(engine::LETTER, &slots).unwrap();
                assert!(self.broken(&person, &slots, &blocks).is_empty());
                for id in paragraphs(&blocks) {
                    let rest: Vec<Block> = blocks.iter().filter(|block| block.paragraph != id).cloned().collect();
                    let broken = self.broken(&person, &slots, &rest);
                    found.entry(id.to_string()).or_default().extend(broken.iter().map(|rule| rule.id));
                }
            }
        }
        found
    }
}

/// The marker of a block's paragraph, else the letter as a whole.
fn place_of(block: &Block, language: Language, sources: &Sources, markers: &Markers) -> Place {
    markers.get(&block.paragraph).cloned().unwrap_or_else(|| Place::file(sources.shown(language, "letter.md")))
}

fn seen_in(blocks: &[Block], text: &str) -> bool {
    content::text_of(blocks).contains(text)
}

/// Whether somebody who has an activation code is not told it, or not as it is to be typed.
fn code_left_out(person: &Invented, blocks: &[Block]) -> bool {
    person.code.as_deref().is_some_and(|code| !seen_in(blocks, code))
}

/// A finding when letters tell a number of residents where no law wants it: elsewhere the slot is empty.
fn number_elsewhere(language: Language, sources: &Sources) -> Finding {
    let reason = "the slot `affected_residents` is printed in letters to people whose law does not want a number told";
    let hint = "put it inside {% if residents.RI %} … {% endif %}: elsewhere it is empty, and some states forbid the number";
    Finding::refuses("number-elsewhere", Place::file(sources.shown(language, "letter.md")), reason, hint)
}

/// A finding when a letter that speaks for two providers names one of them only.
fn other_left_out(language: Language, sources: &Sources) -> Finding {
    let reason = "a letter of the business associate for two providers does not name both";
    let hint = "print `provider.name`, which names all, or each of `providers`";
    Finding::refuses("provider-not-named", Place::file(sources.shown(language, "letter.md")), reason, hint)
}

/// A finding when types of information stand in a table: which is whose cannot be proved there.
fn elements_in_a_table(blocks: &[Block], language: Language, sources: &Sources, markers: &Markers) -> Option<Finding> {
    let is_table = |block: &&Block| matches!(block.kind, BlockKind::Table { .. });
    let block = blocks.iter().filter(is_table).find(|block| any_inline(block, &mut |inline| inline.text.contains(ELEMENT)))?;
    let reason = format!("the types of information stand in a table, in the paragraph `{}`", block.paragraph);
    let hint = "print them as a list or in running text: what a letter lists is compared with its rows";
    Some(Finding::refuses("elements-in-table", place_of(block, language, sources, markers), reason, hint))
}

/// A finding when a link's address holds the name of a patient or a representative: whoever follows it tells it to the site
/// and to all on the way there.
fn tells_in_a_link(blocks: &[Block], language: Language, sources: &Sources, markers: &Markers) -> Option<Finding> {
    let mut tells = |inline: &Inline| inline.link.as_ref().is_some_and(|link| link.contains(PERSON) || link.contains(RELATIVE));
    let block = blocks.iter().find(|block| any_inline(block, &mut tells))?;
    let reason = format!("a link in the paragraph `{}` has a person's name in its address", block.paragraph);
    Some(Finding::refuses(
        "name-in-link",
        place_of(block, language, sources, markers),
        reason,
        "take the slot out of the address; it may stand in the text of the link",
    ))
}

/// A fault of the rendered text, at the marker of its paragraph.
pub(super) fn fault_finding(fault: &markdown::Fault, language: Language, sources: &Sources, markers: &Markers) -> Finding {
    let place = fault.paragraph.as_ref().and_then(|id| markers.get(id)).cloned();
    let place = place.unwrap_or_else(|| Place::file(sources.shown(language, "letter.md")));
    Finding::refuses("template-markup", place, format!("the paragraph comes out as {}", fault.reason), fault.hint)
}

/// Distinct ids in print order.
pub(super) fn paragraphs(blocks: &[Block]) -> Paragraphs {
    let mut ids: Paragraphs = Vec::new();
    for block in blocks {
        if !ids.contains(&block.paragraph) {
            ids.push(block.paragraph.clone());
        }
    }
    ids
}

/// A finding when two letters of one variant differ.
fn differs(first: &[Block], second: &[Block], language: Language, sources: &Sources, markers: &Markers) -> Option<Finding> {
    let other = first.iter().zip(second).find(|(one, two)| one != two).map(|(one, _)| one);
    let other = other.or_else(|| if first.len() == second.len() { None } else { first.last() })?;
    Some(varies(&other.paragraph, language, sources, markers))
}

/// A finding that a paragraph is not the same in all letters of a variant.
pub(super) fn varies(paragraph: &Arc<str>, language: Language, sources: &Sources, markers: &Markers) -> Finding {
    let place = markers.get(paragraph).cloned().unwrap_or_else(|| Place::file(sources.shown(language, "letter.md")));
    let reason = format!("the paragraph `{paragraph}` reads differently for people whose letters count as one variant");
    let hint = "give each wording its own marker <!-- paragraph: some_id --> inside the condition, so that each is approved";
    Finding::refuses("paragraph-wording-varies", place, reason, hint)
}

pub(super) struct Invented {
    role: Role,
    name: PersonName,
    representative: Option<String>,
    elements: Elements,
    code: Option<String>,
    lives: Option<Jurisdiction>,
}

impl Invented {
    pub(super) fn as_person(&self, laws: &Laws) -> Person<'_> {
        Person {
            role: self.role,
            name: &self.name,
            representative: self.representative.as_deref(),
            elements: self.elements,
            code: self.code.as_deref(),
            residence: laws.residence(self.lives, self.elements),
        }
    }
}

/// What a notice to nobody in particular may tell, before, while and after letters went.
fn invented_notice((first, last): (Option<Date>, Option<Date>)) -> NoticeFacts {
    let mut elements = Elements::default();
    Element::ALL.iter().for_each(|(element, _)| elements.insert(*element));
    let residents = vec![("Invented State".to_owned(), 1_001)];
    NoticeFacts {
        provider: ProviderIndex(0),
        state: first.map(|_| "Invented State".to_owned()),
        elements,
        first,
        last,
        letters: 1_000,
        emails: 1,
        residents,
    }
}

/// Every role with and without a code and a named representative, with each group of elements.
fn people(service: bool) -> Vec<Invented> {
    let mut people = Vec::new();
    for role in Role::ALL {
        for (index, group) in groups().into_iter().enumerate() {
            for with_code in [false, true] {
                if with_code && (role == Role::Deceased || !service) {
                    continue;
                }
                let named = role != Role::Adult && (index + usize::from(with_code)).is_multiple_of(2);
                people.push(invented(role, group, named, with_code));
            }
        }
    }
    people
}

/// Every role with all elements but one and with one element alone: what hangs on an element must have its own id.
fn people_by_element() -> Vec<Invented> {
    let mut people = Vec::new();
    for role in Role::ALL {
        for (one, _) in Element::ALL {
            let (mut without, mut only) = (Elements::default(), Elements::default());
            Element::ALL.iter().filter(|(element, _)| *element != one).for_each(|(element, _)| without.insert(*element));
            only.insert(one);
            people.push(invented(role, without, false, false));
            people.push(invented(role, only, false, false));
        }
    }
    people
}

/// Residents of every place whose law asks for something, with all elements, with a number of an account, with a medical record alone.
fn people_by_residence(laws: &Laws, service: bool) -> Vec<Invented> {
    let [all, ssn, ..] = groups();
    let mut diagnosis = Elements::default();
    diagnosis.insert(Element::Diagnosis);
    let mut people = Vec::new();
    for (lives, role) in laws.present().flat_map(|lives| Role::ALL.map(|role| (lives, role))) {
        people.extend([all, ssn, diagnosis].map(|elements| Invented { lives, ..invented(role, elements, false, false) }));
        people.extend((service && role != Role::Deceased).then(|| Invented { lives, ..invented(role, ssn, false, true) }));
    }
    people
}

/// Elements that call for different advice.
fn groups() -> [Elements; 6] {
    let all = Element::ALL.map(|(element, _)| element);
    let groups: [&[Element]; 6] = [
        &all,
        &[Element::Ssn],
        &[Element::FinancialAccount],
        &[Element::DriversLicense, Element::Images],
        &[Element::Insurance],
        &[Element::Name],
    ];
    groups.map(|group| {
        let mut elements = Elements::default();
        group.iter().for_each(|element| elements.insert(*element));
        elements
    })
}

/// An adult whom every type of information concerns, living nowhere in particular.
pub(super) fn adult(with_code: bool) -> Invented {
    let [all, ..] = groups();
    invented(Role::Adult, all, false, with_code)
}

fn invented(role: Role, elements: Elements, named: bool, with_code: bool) -> Invented {
    Invented {
        role,
        name: PersonName { first: "Invented".into(), last: PERSON.into(), ..PersonName::default() },
        representative: named.then(|| format!("Invented {RELATIVE}")),
        elements,
        code: with_code.then(|| "CODE-0000".to_owned()),
        lives: None,
    }
}

/// A provider that was told and knows the breach's end, one that found out itself, one that does not know the end.
fn providers() -> [Provider; 3] {
    let provider = Provider {
        id: "invented".into(),
        line: 2,
        legal_name: "Invented Hospital".into(),
        kind: "hospital".into(),
        return_name: "Invented Hospital".into(),
        address1: "1 Invented Street".into(),
        address2: String::new(),
        city: "Springfield".into(),
        state: "IL".into(),
        postal_code: "62701".into(),
        phone: "555-0100".into(),
        email: "privacy@invented.example".into(),
        website: "www.invented.example".into(),
        signatory_name: "Invented Signatory".into(),
        signatory_title: "Invented Title".into(),
        logo: None,
        ca_licensed_facility: false,
        part2_program: false,
        parent_organization: "Invented Parent".into(),
        breach_began: BEGAN,
        breach_ended: Some(ENDED),
        own_discovered: None,
        informed: Some(DISCOVERED),
        list_received: None,
        determined: None,
        mail_date: date(2025, 4, 1),
    };
    let own = Provider { own_discovered: Some(DISCOVERED), breach_ended: Some(BEGAN), ..provider.clone() };
    let open = Provider { breach_ended: None, ..provider.clone() };
    [provider, own, open]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::fixture;
    use std::collections::BTreeSet;

    /// The parts of a value, in order; empty for a plain one.
    fn parts(value: &Value) -> Vec<String> {
        let value = value.as_array().and_then(<[Value]>::first).unwrap_or(value);
        let mut keys: Vec<String> = value.as_map().map(|map| map.keys().map(ToString::to_string).collect()).unwrap_or_default();
        keys.sort();
        keys
    }

    #[test]
    fn the_shape_is_that_of_real_slots() {
        let wording = Wording::load(Language::English, &Sources::built_in()).unwrap();
        let (incident, rules) = (fixture::incident(), fixture::rules());
        let laws = Laws::new(&rules, crate::obligations::ResidentCounts::default());
        let mut real = slots::of_provider(&incident, &incident.providers[0], &rules, &wording, &Prose::default()).unwrap();
        real.extend(slots::of_person(&people(true)[0].as_person(&laws), &wording, &laws));
        let shape = shape(&rules);
        assert_eq!(real.keys().collect::<Vec<_>>(), shape.keys().collect::<Vec<_>>());
        for (name, value) in &shape {
            assert_eq!(parts(&real[name]), parts(value), "{name}");
            let flags = |value: &Value| {
                let parts = value
                    .as_map()
                    .into_iter()
                    .flat_map(|map| map.iter().filter(|(_, part)| part.is_bool()).map(|(key, _)| key.to_string()));
                (value.is_bool(), value.is_array(), parts.collect::<BTreeSet<_>>())
            };
            assert_eq!(flags(&real[name]), flags(value), "{name}");
        }
    }
}

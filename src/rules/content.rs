//! content.toml -> what letters must hold: rules for all, and the parts that the law of a state asks for.

use super::ELEMENT_IDS;
use super::fault::{Fault, Key, printable};
use super::{Jurisdiction, JurisdictionRule};
use crate::error::Severity;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// Something that a letter must hold, with the clause that asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentRule {
    /// What findings and waivers name, such as `hipaa-breach-date` or `md-office`.
    pub id: &'static str,
    /// What it is, as it goes on from "a letter does not hold".
    pub what: String,
    /// Where it is asked for.
    pub clause: String,
    /// What a letter without it does to the run.
    pub severity: Severity,
    /// Whether counsel may set it aside.
    pub waivable: bool,
    /// Ids of the paragraphs in which it stands.
    pub paragraphs: Vec<String>,
    /// What shows that it is there.
    pub evidence: Evidence,
    /// Only when one of these types of information was involved; empty when always.
    pub elements: Vec<String>,
    /// Only in letters of these roles; empty when in all.
    pub roles: Vec<String>,
    /// Only under this condition.
    pub when: Option<When>,
    /// Only in letters to residents of a jurisdiction who come under its law; absent when in all.
    pub residents: Option<Jurisdiction>,
}

/// What shows that a letter holds something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// One of these slots is printed.
    Any(Vec<String>),
    /// All of these slots are printed.
    All(Vec<String>),
    /// One of the rule's paragraphs is there.
    Paragraph,
    /// So many sections, each a heading with text below it.
    Sections(usize),
    /// These headings, in English.
    Headings(Vec<String>),
    /// This title, in English.
    Title(String),
    /// Found by other means than what is printed.
    Computed,
}

/// A condition on the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// An identity service is offered.
    Service,
    /// The slots have a value.
    Known,
    /// Law enforcement held the letters back.
    Delayed,
    /// Always, and the number printed is toll-free.
    TollFree,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContentFile {
    rule: BTreeMap<String, RawRule>,
    part: BTreeMap<String, RawRule>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    #[serde(skip)]
    id: String,
    what: String,
    #[serde(default)]
    clause: String,
    severity: Option<RawSeverity>,
    waivable: Option<bool>,
    #[serde(default)]
    paragraphs: Vec<String>,
    any: Option<Vec<String>>,
    all: Option<Vec<String>>,
    #[serde(default)]
    paragraph: bool,
    headings: Option<usize>,
    heading_texts: Option<Vec<String>>,
    title: Option<String>,
    #[serde(default)]
    computed: bool,
    #[serde(default)]
    elements: Vec<String>,
    #[serde(default)]
    roles: Vec<String>,
    when: Option<When>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawSeverity {
    Refuses,
    Warns,
}

/// The roles of recipients, as rules name them.
const ROLES: [&str; 4] = ["adult", "minor", "deceased", "represented"];

impl RawRule {
    fn check(self, key: &Key, residents: Option<Jurisdiction>) -> Result<ContentRule, Fault> {
        printable(key, &[&self.id, &self.what, &self.clause])?;
        if let Some(id) = self.elements.iter().find(|id| !ELEMENT_IDS.contains(&id.as_str())) {
            return Err(key.part("elements").broken(&format!("names `{id}`, which is no type of information")));
        }
        if let Some(role) = self.roles.iter().find(|role| !ROLES.contains(&role.as_str())) {
            return Err(key.part("roles").broken(&format!("names `{role}`, which is no role")));
        }
        let mut evidence: Vec<Evidence> = Vec::new();
        evidence.extend(self.any.map(Evidence::Any));
        evidence.extend(self.all.map(Evidence::All));
        evidence.extend(self.paragraph.then_some(Evidence::Paragraph));
        evidence.extend(self.headings.map(Evidence::Sections));
        evidence.extend(self.heading_texts.map(Evidence::Headings));
        evidence.extend(self.title.map(Evidence::Title));
        evidence.extend(self.computed.then_some(Evidence::Computed));
        let [evidence] = <[Evidence; 1]>::try_from(evidence)
            .map_err(|_| key.broken("wants exactly one of any, all, paragraph, headings, heading_texts, title and computed"))?;
        if evidence == Evidence::Paragraph && self.paragraphs.is_empty() {
            return Err(key.part("paragraphs").broken("is empty, and the paragraph is what is asked for"));
        }
        Ok(ContentRule {
            id: lasting(&self.id),
            what: self.what,
            clause: self.clause,
            severity: match self.severity {
                Some(RawSeverity::Warns) => Severity::Warns,
                Some(RawSeverity::Refuses) | None => Severity::Refuses,
            },
            waivable: self.waivable.unwrap_or(true),
            paragraphs: self.paragraphs,
            evidence,
            elements: self.elements,
            roles: self.roles,
            when: self.when,
            residents,
        })
    }

    /// The part as one state asks for it.
    fn of_state(mut self, part: &str, code: &str, clause: &str) -> RawRule {
        let upper = |text: &String| text.replace("{state}", code);
        let lower = |text: &String| text.replace("{state}", &code.to_lowercase());
        self.id = format!("{}-{}", code.to_lowercase(), part.replace('_', "-"));
        self.clause = clause.to_owned();
        self.paragraphs = self.paragraphs.iter().map(lower).collect();
        self.any = self.any.map(|slots| slots.iter().map(upper).collect());
        self.all = self.all.map(|slots| slots.iter().map(upper).collect());
        self
    }
}

/// The rules for every letter, then those of each state, in the order of the files.
pub(super) fn content(
    raw: ContentFile,
    jurisdictions: &BTreeMap<Jurisdiction, JurisdictionRule>,
    key: &Key,
    of_jurisdictions: &Key,
) -> Result<Vec<ContentRule>, Fault> {
    let of_all = raw.rule.into_iter().map(|(id, rule)| RawRule { id: id.clone(), ..rule }.check(&key.part("rule").part(&id), None));
    let mut rules: Vec<ContentRule> = of_all.collect::<Result<_, Fault>>()?;
    for (code, jurisdiction) in jurisdictions {
        let Some(letter) = &jurisdiction.letter else { continue };
        for name in &letter.parts {
            let part = raw.part.get(name).ok_or_else(|| {
                let key = of_jurisdictions.part(code.code()).part("letter").part("parts");
                key.broken(&format!("names `{name}`, which is no part of content.toml"))
            })?;
            let rule = part.clone().of_state(name, code.code(), &letter.clause);
            rules.push(rule.check(&key.part("part").part(name), Some(*code))?);
        }
    }
    let mut seen = HashSet::new();
    match rules.iter().find(|rule| !seen.insert(rule.id)) {
        Some(twice) => Err(key.broken(&format!("has two rules with the id `{}`", twice.id))),
        None => Ok(rules),
    }
}

/// A rule's id for as long as the program runs: findings carry codes that outlive what they were read from. Kept once each.
fn lasting(id: &str) -> &'static str {
    static KNOWN: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(id) = known.get(id) {
        return id;
    }
    let kept: &'static str = Box::leak(id.to_owned().into_boxed_str());
    known.insert(kept);
    kept
}

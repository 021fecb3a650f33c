//! The rule files -> [`Rules`], with a check of every type and range.

use super::agencies::{self, AgenciesFile};
use super::breach_law::{BreachLaw, LetterParts, RawNotice, ServiceMonths, notices};
use super::content::{self, ContentFile};
use super::fault::{Fault, Key, printable};
use super::federal::{self, FederalFile};
use super::holidays::Holidays;
use super::source::Source;
use super::verification::{self, VerificationFile};
use super::{Confidence, Jurisdiction, JurisdictionRule, OwnRule, Rules};
use crate::error::{Error, Finding, Place, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) const AGENCIES: &str = include_str!("agencies.toml");
pub(super) const CONTENT: &str = include_str!("content.toml");
pub(super) const FEDERAL: &str = include_str!("federal.toml");
pub(super) const HOLIDAYS: &str = include_str!("holidays.toml");
pub(super) const JURISDICTIONS: &str = include_str!("jurisdictions.toml");
pub(super) const VERIFICATION: &str = include_str!("verification.toml");

/// Every rule file, sorted by name.
const FILES: [(&str, &str); 6] = [
    ("agencies.toml", AGENCIES),
    ("content.toml", CONTENT),
    ("federal.toml", FEDERAL),
    ("holidays.toml", HOLIDAYS),
    ("jurisdictions.toml", JURISDICTIONS),
    ("verification.toml", VERIFICATION),
];

/// Fifty states, the District of Columbia and five territories (45 CFR 160.103 "State").
const JURISDICTION_COUNT: usize = 56;

/// The built-in rules; with a folder, what its `rules/` puts over them.
pub(super) fn load(folder: Option<&Path>) -> Result<Rules> {
    let mut sources = FILES.map(|(file, text)| Source::built_in(file, text));
    if let Some(folder) = folder {
        refuse_unknown_files(folder)?;
        for source in &mut sources {
            *source = source.clone().with_own(folder)?;
        }
    }
    rules(&sources)
}

pub(super) fn rules(sources: &[Source; 6]) -> Result<Rules> {
    let [agencies, content_source, federal, holidays, jurisdictions, verification] = sources;
    let mut own = Vec::new();
    let (bureaus, agencies) = agencies.read::<AgenciesFile, _>(&mut own, agencies::agencies)?;
    let federal = federal.read::<FederalFile, _>(&mut own, federal::federal)?;
    let holidays = holidays.read::<Holidays, _>(&mut own, |raw, key| raw.dates(key))?;
    let jurisdictions = jurisdictions.read(&mut own, self::jurisdictions)?;
    let of_jurisdictions = Key::file("jurisdictions.toml");
    let content =
        content_source.read::<ContentFile, _>(&mut own, |raw, key| content::content(raw, &jurisdictions, key, &of_jurisdictions))?;
    let verified_days = verification.read::<VerificationFile, _>(&mut own, |raw, key| verification::days(&raw, key))?;
    if content_source.own.is_some() {
        keep_safety(content_source, &own)?;
    }
    let texts = sources.iter().flat_map(|source| {
        let built_in = (source.file.to_owned(), source.built_in.to_owned());
        std::iter::once(built_in).chain(source.own.clone().map(|text| (format!("own/{}", source.file), text)))
    });
    Ok(Rules { jurisdictions, content, federal, bureaus, agencies, holidays, verified_days, own, texts: texts.collect() })
}

/// Refuses another version of a rule that nobody can set aside.
fn keep_safety(content: &Source, own: &[OwnRule]) -> Result<()> {
    let built_in = content.table()?;
    let rules = built_in.get("rule").and_then(toml::Value::as_table).into_iter().flatten();
    let of_safety = rules.filter(|(_, rule)| rule.get("waivable").and_then(toml::Value::as_bool) == Some(false));
    let changed = of_safety.map(|(id, _)| id).find(|id| own.iter().any(|own| own.key.starts_with(&format!("content.toml: rule.{id}."))));
    let key = |id: &String| Key::file("content.toml").part("rule").part(id);
    changed.map_or(Ok(()), |id| Err(content.blame(&key(id).broken("keeps patients safe and cannot be changed"))))
}

/// A rule file by another name would do nothing, and nobody would notice.
fn refuse_unknown_files(folder: &Path) -> Result<()> {
    let Ok(entries) = fs_err::read_dir(folder.join("rules")) else { return Ok(()) };
    let mut names: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let known = FILES.map(|(file, _)| file);
    let unknown = names.iter().filter(|name| name.ends_with(".toml") && !known.contains(&name.as_str()));
    let findings: Vec<Finding> = unknown
        .map(|name| {
            let hint = format!("its files are {}", known.join(", "));
            Finding::refuses("unknown-rules-file", Place::file(format!("rules/{name}")), "no rules are read from a file of this name", hint)
        })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(Error::refused_all(findings)) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawJurisdiction {
    name: String,
    majority_age: u8,
    majority_clause: String,
    counts_for_media: bool,
    #[serde(rename = "confidence")]
    _confidence: Confidence,
    source: String,
    law: Option<BreachLaw>,
    #[serde(default)]
    individual: BTreeMap<String, RawNotice>,
    #[serde(default)]
    regulator: BTreeMap<String, RawNotice>,
    consumer_reporting: Option<RawNotice>,
    identity_service: Option<ServiceMonths>,
    letter: Option<LetterParts>,
}

impl RawJurisdiction {
    fn check(self, key: &Key) -> Result<JurisdictionRule, Fault> {
        printable(key, &[&self.name, &self.majority_clause, &self.source])?;
        if !(18..=21).contains(&self.majority_age) {
            return Err(key.part("majority_age").broken("is out of range: 18 to 21"));
        }
        if let Some(law) = &self.law {
            law.check(&key.part("law"))?;
        }
        if let Some(service) = &self.identity_service {
            service.check(&key.part("identity_service"))?;
        }
        if let Some(letter) = &self.letter {
            printable(&key.part("letter"), &[&letter.clause])?;
        }
        let needs_law = !self.individual.is_empty() || !self.regulator.is_empty() || self.consumer_reporting.is_some();
        if needs_law && self.law.is_none() {
            return Err(key.broken("has notices but no table `law`, which says who comes under them"));
        }
        let consumer_reporting = self.consumer_reporting.map(|raw| raw.check(&key.part("consumer_reporting"), false)).transpose()?;
        Ok(JurisdictionRule {
            name: self.name,
            majority_age: self.majority_age,
            majority_clause: self.majority_clause,
            counts_for_media: self.counts_for_media,
            law: self.law,
            individual: notices(self.individual, &key.part("individual"), false)?,
            regulators: notices(self.regulator, &key.part("regulator"), true)?,
            consumer_reporting,
            identity_service: self.identity_service,
            letter: self.letter,
        })
    }
}

fn jurisdictions(raw: BTreeMap<String, RawJurisdiction>, key: &Key) -> Result<BTreeMap<Jurisdiction, JurisdictionRule>, Fault> {
    let mut rules = BTreeMap::new();
    for (code, raw) in raw {
        let key = key.part(&code);
        let jurisdiction = Jurisdiction::from_code(&code).ok_or_else(|| key.broken("is no two-letter code"))?;
        rules.insert(jurisdiction, raw.check(&key)?);
    }
    if rules.len() != JURISDICTION_COUNT {
        return Err(key.broken("does not list the 56 jurisdictions and no other"));
    }
    Ok(rules)
}

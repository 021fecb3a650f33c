//! The built-in TOML files -> [`Rules`], with a check of every type and range: a fault here is a bug of ours.

use super::holidays::Holidays;
use super::{Clause, Confidence, Federal, Jurisdiction, JurisdictionRule, Limit, Rules, agencies};
use crate::error::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

pub(super) const AGENCIES: &str = include_str!("agencies.toml");
pub(super) const FEDERAL: &str = include_str!("federal.toml");
const HOLIDAYS: &str = include_str!("holidays.toml");
pub(super) const JURISDICTIONS: &str = include_str!("jurisdictions.toml");

/// File name and text of every built-in file, sorted by name.
pub(super) static SOURCES: [(&str, &str); 4] =
    [("agencies.toml", AGENCIES), ("federal.toml", FEDERAL), ("holidays.toml", HOLIDAYS), ("jurisdictions.toml", JURISDICTIONS)];

/// Fifty states, the District of Columbia and five territories (45 CFR 160.103 "State").
const JURISDICTION_COUNT: usize = 56;

pub(super) fn load() -> Result<Rules> {
    let (bureaus, agencies) = agencies::agencies(AGENCIES)?;
    let holidays: Holidays = parse("holidays.toml", HOLIDAYS)?;
    Ok(Rules { jurisdictions: jurisdictions(JURISDICTIONS)?, federal: federal(FEDERAL)?, bureaus, agencies, holidays: holidays.dates()? })
}

pub(super) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| Error::bug(format!("{file}: {}", error.message())))
}

pub(super) fn broken(file: &str, key: &str, what: &str) -> Error {
    Error::bug(format!("{file}: {key} {what}"))
}

/// Refuses an empty value, a blank at an end, or a control character: it would be printed.
pub(super) fn printable(file: &str, key: &str, values: &[&str]) -> Result<()> {
    for value in values {
        if value.is_empty() || value.trim() != *value || value.chars().any(char::is_control) {
            return Err(broken(file, key, "has an empty or unprintable value"));
        }
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FederalFile {
    individual_days: RawLimit,
    discovery: RawClause,
    unknown_agency: RawClause,
    hhs_at_once_from: RawLimit,
    hhs_log_days: RawLimit,
    media_above: RawLimit,
    media_days: RawLimit,
    substitute_other_means_from: RawLimit,
    substitute_public_from: RawLimit,
    substitute_posting_days: RawLimit,
    written_hold: RawClause,
    oral_hold_days: RawLimit,
    hold_effect: RawClause,
    deceased_without_next_of_kin: RawClause,
    deceased_without_substitute_notice: RawClause,
    email_agreement: RawClause,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimit {
    value: u32,
    clause: String,
    confidence: Confidence,
    source: String,
}

impl RawLimit {
    fn check(self, key: &str) -> Result<Limit> {
        // No federal number of days or people comes near a thousand; a typing error would.
        if !(1..=1000).contains(&self.value) {
            return Err(broken("federal.toml", key, "has a value out of range"));
        }
        printable("federal.toml", key, &[&self.clause, &self.source])?;
        Ok(Limit { value: self.value, clause: self.clause, confidence: self.confidence })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClause {
    clause: String,
    confidence: Confidence,
    source: String,
}

impl RawClause {
    fn check(self, key: &str) -> Result<Clause> {
        printable("federal.toml", key, &[&self.clause, &self.source])?;
        Ok(Clause { clause: self.clause, confidence: self.confidence })
    }
}

pub(super) fn federal(text: &str) -> Result<Federal> {
    let raw: FederalFile = parse("federal.toml", text)?;
    let federal = Federal {
        individual_days: raw.individual_days.check("individual_days")?,
        discovery: raw.discovery.check("discovery")?,
        unknown_agency: raw.unknown_agency.check("unknown_agency")?,
        hhs_at_once_from: raw.hhs_at_once_from.check("hhs_at_once_from")?,
        hhs_log_days: raw.hhs_log_days.check("hhs_log_days")?,
        media_above: raw.media_above.check("media_above")?,
        media_days: raw.media_days.check("media_days")?,
        substitute_other_means_from: raw.substitute_other_means_from.check("substitute_other_means_from")?,
        substitute_public_from: raw.substitute_public_from.check("substitute_public_from")?,
        substitute_posting_days: raw.substitute_posting_days.check("substitute_posting_days")?,
        written_hold: raw.written_hold.check("written_hold")?,
        oral_hold_days: raw.oral_hold_days.check("oral_hold_days")?,
        hold_effect: raw.hold_effect.check("hold_effect")?,
        deceased_without_next_of_kin: raw.deceased_without_next_of_kin.check("deceased_without_next_of_kin")?.clause,
        deceased_without_substitute_notice: raw.deceased_without_substitute_notice.check("deceased_without_substitute_notice")?.clause,
        email_agreement: raw.email_agreement.check("email_agreement")?.clause,
    };
    if federal.substitute_other_means_from.value >= federal.substitute_public_from.value {
        return Err(broken("federal.toml", "substitute_public_from", "is not above substitute_other_means_from"));
    }
    Ok(federal)
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
}

pub(super) fn jurisdictions(text: &str) -> Result<BTreeMap<Jurisdiction, JurisdictionRule>> {
    const FILE: &str = "jurisdictions.toml";
    let raw: BTreeMap<String, RawJurisdiction> = parse(FILE, text)?;
    let mut rules = BTreeMap::new();
    for (code, raw) in raw {
        let jurisdiction = Jurisdiction::from_code(&code).ok_or_else(|| broken(FILE, &code, "is no two-letter code"))?;
        printable(FILE, &code, &[&raw.name, &raw.majority_clause, &raw.source])?;
        if !(18..=21).contains(&raw.majority_age) {
            return Err(broken(FILE, &code, "has a majority age out of range"));
        }
        rules.insert(
            jurisdiction,
            JurisdictionRule {
                name: raw.name,
                majority_age: raw.majority_age,
                majority_clause: raw.majority_clause,
                counts_for_media: raw.counts_for_media,
            },
        );
    }
    if rules.len() != JURISDICTION_COUNT {
        return Err(broken(FILE, "the file", "does not list 56 jurisdictions"));
    }
    Ok(rules)
}

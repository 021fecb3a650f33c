//! The breach law of a jurisdiction: what brings a resident under it, its clocks, whom it wants told.

use super::fault::{Fault, Key, printable};
use super::{Confidence, ELEMENT_IDS};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The breach law of one jurisdiction; see the head of jurisdictions.toml for what each key means.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreachLaw {
    /// The statute as a whole, such as `C.R.S. 6-1-716`.
    pub statute: String,
    /// What is left of it for a HIPAA covered entity.
    pub hipaa: UnderHipaa,
    /// Where that is said; absent when the law has no such clause.
    pub hipaa_clause: Option<String>,
    /// What the clause says, in our words.
    pub hipaa_effect: String,
    /// Ids of the types of information that bring a resident under the law.
    pub elements: Vec<String>,
    /// Breaches discovered earlier are not brought under it by medical or insurance information; absent when they always are.
    pub medical_from: Option<Date>,
    /// How sure the reading of the HIPAA clause is.
    pub confidence: Confidence,
    /// Where it was found; holds for every table of the jurisdiction.
    pub source: String,
}

/// What is left of a breach law for a HIPAA covered entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnderHipaa {
    /// The law does not apply to it.
    Exempt,
    /// A notice under HIPAA satisfies the law.
    Deemed,
    /// The same, but further filings or services remain.
    DeemedInPart,
    /// Some of it remains.
    Partial,
    /// All of it applies.
    None,
}

/// Somebody to be told under a breach law, and by when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who, such as `Attorney General of Texas`; empty for letters to residents and for the consumer reporting agencies.
    pub to: String,
    /// Least number of residents.
    pub from: u64,
    /// By when.
    pub timing: Timing,
    /// The mail date is the last day when it comes before the number of days is over.
    pub not_after_letters: bool,
    /// Whether it is still owed by a provider that gives notice under HIPAA.
    pub owed: bool,
    /// Owed by health facilities licensed in the jurisdiction alone, for all their patients.
    pub only_licensed_facility: bool,
    /// Whether it applies hangs on facts that no file tells.
    pub ask_counsel: bool,
    /// Owed whatever type of information was involved.
    pub any_element: bool,
    /// Nothing more is owed when none but these types were involved; empty when that never frees from it.
    pub unless_only: Vec<String>,
    /// The number of days binds incidents discovered from this day on; absent when it always does.
    pub days_from: Option<Date>,
    /// Breaches that began earlier are outside of it; absent when none are.
    pub breach_from: Option<Date>,
    /// The clause.
    pub clause: String,
    /// How sure the reading is.
    pub confidence: Confidence,
    /// What else to know; may be empty.
    pub note: String,
}

/// By when a notice is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// So many calendar days after something.
    Days(u32, Start),
    /// So many business days after something.
    BusinessDays(u32, Start),
    /// Before letters are mailed.
    BeforeLetters,
    /// Not later than letters are mailed.
    WithLetters,
    /// Without unreasonable delay: the law gives no number.
    WithoutDelay,
}

/// What a number of days is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The provider's discovery.
    Discovery,
    /// The day on which the breach was determined; discovery when that day is not known.
    Determination,
    /// The mail date.
    Letters,
    /// The report to the Secretary of Health and Human Services.
    HhsNotice,
}

/// Months of an identity service that are due.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceMonths {
    /// Months at least.
    pub months: u32,
    /// Ids of the elements any of which makes it due.
    pub elements: Vec<String>,
    /// The clause.
    pub clause: String,
    /// Due only when a service is offered at all.
    #[serde(default)]
    pub if_offered: bool,
    /// How sure the reading is.
    pub confidence: Confidence,
    /// What else to know; may be empty.
    #[serde(default)]
    pub note: String,
}

/// What letters to residents hold beyond HIPAA's elements.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LetterParts {
    /// The clause.
    pub clause: String,
    /// Ids of parts in content.toml.
    pub parts: Vec<String>,
    /// How sure the reading is.
    pub confidence: Confidence,
}

/// A notice as it stands in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNotice {
    #[serde(default)]
    to: String,
    from: Option<u64>,
    days: Option<u32>,
    business_days: Option<u32>,
    after: Option<Start>,
    timing: Option<Unnumbered>,
    #[serde(default)]
    not_after_letters: bool,
    owed: Option<bool>,
    only: Option<Only>,
    #[serde(default)]
    ask_counsel: bool,
    #[serde(default)]
    any_element: bool,
    #[serde(default)]
    unless_only: Vec<String>,
    days_from: Option<Date>,
    breach_from: Option<Date>,
    clause: String,
    confidence: Confidence,
    #[serde(default)]
    note: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unnumbered {
    BeforeLetters,
    WithLetters,
    WithoutDelay,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Only {
    LicensedFacility,
}

/// No law gives a year or more; a typing error would.
const MOST_DAYS: u32 = 365;

impl RawNotice {
    /// Checks the values; `named` when somebody must be named in `to`.
    pub(super) fn check(self, key: &Key, named: bool) -> Result<Notice, Fault> {
        printable(key, &[&self.clause])?;
        if named {
            printable(&key.part("to"), &[&self.to])?;
        } else if !self.to.is_empty() {
            return Err(key.part("to").broken("has no meaning here: who is told is known"));
        }
        if !self.note.is_empty() {
            printable(&key.part("note"), &[&self.note])?;
        }
        if self.from == Some(0) {
            return Err(key.part("from").broken("is 0: a notice owed to nobody is left out"));
        }
        known_elements(&key.part("unless_only"), &self.unless_only)?;
        Ok(Notice {
            timing: self.timing(key)?,
            to: self.to,
            from: self.from.unwrap_or(1),
            not_after_letters: self.not_after_letters,
            owed: self.owed.unwrap_or(true),
            only_licensed_facility: self.only.is_some(),
            ask_counsel: self.ask_counsel,
            any_element: self.any_element,
            unless_only: self.unless_only,
            days_from: self.days_from,
            breach_from: self.breach_from,
            clause: self.clause,
            confidence: self.confidence,
            note: self.note,
        })
    }

    fn timing(&self, key: &Key) -> Result<Timing, Fault> {
        match (self.days, self.business_days, self.after, self.timing) {
            (Some(days), None, Some(after), None) if (1..=MOST_DAYS).contains(&days) => Ok(Timing::Days(days, after)),
            (None, Some(days), Some(after), None) if (1..=MOST_DAYS).contains(&days) => Ok(Timing::BusinessDays(days, after)),
            (Some(_), None, Some(_), None) => Err(key.part("days").broken("is out of range: 1 to 365")),
            (None, Some(_), Some(_), None) => Err(key.part("business_days").broken("is out of range: 1 to 365")),
            (None, None, None, Some(Unnumbered::BeforeLetters)) => Ok(Timing::BeforeLetters),
            (None, None, None, Some(Unnumbered::WithLetters)) => Ok(Timing::WithLetters),
            (None, None, None, Some(Unnumbered::WithoutDelay) | None) => Ok(Timing::WithoutDelay),
            _ => Err(key.broken("wants `days` or `business_days` with `after`, or `timing` alone")),
        }
    }
}

/// Clocks and offices by key, checked.
pub(super) fn notices(raw: BTreeMap<String, RawNotice>, key: &Key, named: bool) -> Result<BTreeMap<String, Notice>, Fault> {
    raw.into_iter().map(|(name, notice)| Ok((name.clone(), notice.check(&key.part(&name), named)?))).collect()
}

impl BreachLaw {
    pub(super) fn check(&self, key: &Key) -> Result<(), Fault> {
        printable(key, &[&self.statute, &self.hipaa_effect, &self.source])?;
        printable(&key.part("hipaa_clause"), &self.hipaa_clause.iter().map(String::as_str).collect::<Vec<_>>())?;
        if self.elements.is_empty() {
            return Err(key.part("elements").broken("is empty: no breach would come under the law"));
        }
        known_elements(&key.part("elements"), &self.elements)
    }
}

impl ServiceMonths {
    pub(super) fn check(&self, key: &Key) -> Result<(), Fault> {
        printable(key, &[&self.clause])?;
        // Ten years: nothing near it is law.
        if !(1..=120).contains(&self.months) {
            return Err(key.part("months").broken("is out of range: 1 to 120"));
        }
        known_elements(&key.part("elements"), &self.elements)
    }
}

/// Refuses an id that no list can have.
fn known_elements(key: &Key, ids: &[String]) -> Result<(), Fault> {
    match ids.iter().find(|id| !ELEMENT_IDS.contains(&id.as_str())) {
        Some(id) => Err(key.broken(&format!("names `{id}`, which is no type of information"))),
        None => Ok(()),
    }
}

//! The law and the post as data: thresholds, deadlines, jurisdictions, agencies, postal holidays.
//!
//! Every fact stands in a TOML file beside this module with its clause and source; this module only loads and checks.

mod agencies;
mod breach_law;
mod content;
mod fault;
mod federal;
mod holidays;
mod load;
mod source;
#[cfg(test)]
mod tests;
mod verification;

pub use breach_law::{BreachLaw, LetterParts, Notice, ServiceMonths, Start, Timing, UnderHipaa};
pub use content::{ContentRule, Evidence, When};
pub use source::OwnRule;

use crate::error::Result;
use jiff::civil::{Date, Weekday};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Ids of the types of information that rules name; those of lists (design: `elements`).
pub const ELEMENT_IDS: [&str; 17] = [
    "name",
    "birth_date",
    "ssn",
    "drivers_license",
    "mrn",
    "provider_names",
    "diagnosis",
    "medications",
    "test_results",
    "images",
    "treatment",
    "insurance",
    "financial_account",
    "address",
    "phone",
    "email",
    "service_dates",
];

/// A U.S. state, the District of Columbia or a territory, by its two-letter postal code.
///
/// Media counts know these only (45 CFR 160.103 "State"); military post (AA, AE, AP) is no jurisdiction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jurisdiction([u8; 2]);

impl Jurisdiction {
    /// Two ASCII capitals; whether the code exists is for [`Rules::jurisdiction`] to say.
    pub fn from_code(code: &str) -> Option<Self> {
        match code.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Some(Jurisdiction([*a, *b])),
            _ => None,
        }
    }

    /// The two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("??")
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What is known of one jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JurisdictionRule {
    /// Full name, such as `Rhode Island`.
    pub name: String,
    /// Age of majority in years; 18 where a state sets no other.
    pub majority_age: u8,
    /// Where the age of majority is set.
    pub majority_clause: String,
    /// Whether residents count for the media notice (45 CFR 164.406 with 160.103).
    pub counts_for_media: bool,
    /// Its breach law; absent when none is established.
    pub law: Option<BreachLaw>,
    /// Clocks for letters to residents, by key.
    pub individual: BTreeMap<String, Notice>,
    /// Offices to be told, by key.
    pub regulators: BTreeMap<String, Notice>,
    /// Notice to the consumer reporting agencies; absent when the law asks for none.
    pub consumer_reporting: Option<Notice>,
    /// Months of monitoring that are due; absent when none are.
    pub identity_service: Option<ServiceMonths>,
    /// What letters to residents hold beyond HIPAA's elements; absent when nothing.
    pub letter: Option<LetterParts>,
}

/// A national consumer reporting agency, as it is printed in the letters' table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bureau {
    /// `equifax`, `experian` or `transunion`.
    pub id: String,
    /// Name as printed.
    pub name: String,
    /// Security-freeze desk, postal address lines.
    pub freeze_lines: Vec<String>,
    /// Fraud-alert desk, postal address lines.
    pub fraud_alert_lines: Vec<String>,
    /// Freeze desk for minors, postal address lines.
    pub minor_freeze_lines: Vec<String>,
    /// Telephone.
    pub phone: String,
    /// Web address without scheme.
    pub web: String,
}

/// An office whose contact block is printed in letters (FTC, annual credit report service, attorneys general).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// Key in agencies.toml, such as `federal.ftc` or `state.MD`.
    pub id: String,
    /// Name as printed.
    pub name: String,
    /// Postal address lines; empty when not established.
    pub lines: Vec<String>,
    /// Telephone as printed; empty when not established.
    pub phone: String,
    /// Web addresses without scheme.
    pub web: Vec<String>,
}

/// How sure a fact is; ordered from the least sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// From memory, or assumed.
    Low,
    /// A secondary copy, or a reading that counsel should confirm.
    Medium,
    /// The text was read, or it is settled.
    High,
}

impl Confidence {
    /// `high`, `medium` or `low`.
    pub fn id(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// A clause that sets no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The clause, such as `45 CFR 164.412`.
    pub clause: String,
    /// How sure our reading is.
    pub confidence: Confidence,
}

/// A clause with the number that it sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Days, years or people, by the key's name.
    pub value: u32,
    /// The clause, such as `45 CFR 164.404(b)`.
    pub clause: String,
    /// How sure our reading is.
    pub confidence: Confidence,
}

/// The clause on programs for substance use disorders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part2 {
    /// The clause.
    pub clause: String,
    /// Breaches that began earlier are outside of it.
    pub from: Date,
    /// How sure our reading is.
    pub confidence: Confidence,
}

/// The federal limits that obligations are computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Federal {
    /// Calendar days from discovery to the individual notice (45 CFR 164.404(b)).
    pub individual_days: Limit,
    /// When a breach counts as discovered (45 CFR 164.404(a)(2)).
    pub discovery: Clause,
    /// The same while it is not known whether the business associate is an agent.
    pub unknown_agency: Clause,
    /// People in total from which HHS is told at once (45 CFR 164.408(b)).
    pub hhs_at_once_from: Limit,
    /// Days after the year's end for the yearly log (45 CFR 164.408(c)).
    pub hhs_log_days: Limit,
    /// Residents of one state above which the media are told (45 CFR 164.406(a)).
    pub media_above: Limit,
    /// Calendar days from discovery to the media notice (45 CFR 164.406(b)).
    pub media_days: Limit,
    /// Unreachable people from which substitute notice by other means is owed (45 CFR 164.404(d)(2)(i)).
    pub substitute_other_means_from: Limit,
    /// Unreachable people from which substitute notice needs web or media (45 CFR 164.404(d)(2)(ii)).
    pub substitute_public_from: Limit,
    /// Days that a posting and its toll-free number stay (45 CFR 164.404(d)(2)(ii)).
    pub substitute_posting_days: Limit,
    /// A written law-enforcement statement with a time (45 CFR 164.412(a)).
    pub written_hold: Clause,
    /// Days of a law-enforcement delay asked for orally (45 CFR 164.412(b)).
    pub oral_hold_days: Limit,
    /// What a delay does to the outer limit (45 CFR 164.412).
    pub hold_effect: Clause,
    /// Clause under which a deceased patient without a known address of next of kin is owed no letter.
    pub deceased_without_next_of_kin: String,
    /// Clause under which substitute notice is not owed for such a patient.
    pub deceased_without_substitute_notice: String,
    /// Clause on e-mail as the notice.
    pub email_agreement: String,
    /// Notices are owed for unsecured information (45 CFR 164.402).
    pub unsecured: Clause,
    /// Calendar days from the business associate's discovery to its notice to the provider (45 CFR 164.410(b)).
    pub business_associate_days: Limit,
    /// Programs under 42 CFR part 2.
    pub part2_program: Part2,
    /// Years for which what documents the notices is kept (45 CFR 164.530(j)(2)).
    pub retention_years: Limit,
}

/// Everything in `src/rules/*.toml`, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// By code.
    pub jurisdictions: BTreeMap<Jurisdiction, JurisdictionRule>,
    /// What letters must hold.
    pub content: Vec<ContentRule>,
    /// Federal limits.
    pub federal: Federal,
    /// The three bureaus, in the order in which letters print them.
    pub bureaus: Vec<Bureau>,
    /// Other offices by id.
    pub agencies: BTreeMap<String, Agency>,
    /// Postal holidays, sorted.
    pub holidays: Vec<Date>,
    /// Days after a person's check of a contact block or rule on which it still counts.
    pub verified_days: u16,
    /// What the incident folder replaces or adds, in the order of files and keys.
    pub own: Vec<OwnRule>,
    texts: Vec<(String, String)>,
}

impl Rules {
    /// Loads the built-in rules.
    ///
    /// # Errors
    /// A bug of ours when a built-in file breaks its own types, ranges or ids.
    pub fn load() -> Result<Rules> {
        load::load(None)
    }

    /// Loads the built-in rules with what the folder's `rules/` puts over them, key by key.
    ///
    /// # Errors
    /// Refused with file, line and column when a file there cannot be read, has an unknown key or a value out of type or range.
    pub fn load_for(folder: &Path) -> Result<Rules> {
        load::load(Some(folder))
    }

    /// Every text that the rules were read from, for a seal to bind: file name (such as `federal.toml`, or `own/federal.toml` for
    /// the incident folder's) and text.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// What is known of a code; `None` when it is no U.S. jurisdiction.
    pub fn jurisdiction(&self, code: Jurisdiction) -> Option<&JurisdictionRule> {
        self.jurisdictions.get(&code)
    }

    /// The given day, or the last postal business day before it (Sundays, Saturdays and postal holidays roll back).
    pub fn mail_by(&self, day: Date) -> Date {
        let mut day = day;
        while !self.is_postal_business_day(day) {
            // Before the calendar's first day there is nothing to roll back to.
            let Ok(earlier) = day.yesterday() else { break };
            day = earlier;
        }
        day
    }

    /// The last of so many business days after a day, which itself does not count. Postal business days stand in for those of offices.
    pub fn business_days_after(&self, day: Date, days: u32) -> Date {
        let (mut day, mut left) = (day, days);
        while left > 0 {
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            left -= u32::from(self.is_postal_business_day(day));
        }
        day
    }

    /// Whether the Postal Service takes in mail on a day; see [`Rules::post_is_known`].
    pub fn is_postal_business_day(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && self.holidays.binary_search(&day).is_err()
    }

    /// Whether the holiday data reach to the year of a day. Where they do not, only weekends roll back.
    pub fn post_is_known(&self, day: Date) -> bool {
        match (self.holidays.first(), self.holidays.last()) {
            (Some(first), Some(last)) => (first.year()..=last.year()).contains(&day.year()),
            _ => false,
        }
    }
}

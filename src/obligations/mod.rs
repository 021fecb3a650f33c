//! (incident, recipients, rules, date) -> duties and deadlines.
//!
//! HIPAA's notices (45 CFR 164.404 to 164.412), per provider: every provider has its own clock and its own counts. What applies
//! and what does not is listed alike, each with its clause from `rules`; counsel decides.

mod clock;
mod counts;
mod discovery;
mod duties;
mod holds;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use counts::{Unreachable, unreachable};

use crate::incident::{Agency, DayZero, HoldEffect, Incident, Provider};
use crate::recipients::Recipients;
use crate::rules::Rules;
use jiff::civil::Date;

/// A kind of duty; the ids of `plan --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each is the duty of the same name in design.md")]
pub enum Duty {
    IndividualNotice,
    HhsNotice,
    HhsAnnualLog,
    MediaNotice,
    SubstituteNotice,
}

impl Duty {
    /// The id, such as `hhs_notice`.
    pub fn id(self) -> &'static str {
        match self {
            Duty::IndividualNotice => "individual_notice",
            Duty::HhsNotice => "hhs_notice",
            Duty::HhsAnnualLog => "hhs_annual_log",
            Duty::MediaNotice => "media_notice",
            Duty::SubstituteNotice => "substitute_notice",
        }
    }
}

/// A duty with its clause and deadline; field for field what `plan --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Obligation {
    /// Stable within a plan: duty, provider and jurisdiction joined by `:`.
    pub id: String,
    /// Which duty.
    pub duty: Duty,
    /// Who is to be told, in words.
    pub to: String,
    /// The provider that owes it.
    pub provider_id: String,
    /// `US` or a two-letter code.
    pub jurisdiction: String,
    /// The clause.
    pub clause: String,
    /// People counted.
    pub count: u64,
    /// The count from which it applies; absent when it applies to any.
    pub threshold: Option<u64>,
    /// Whether it applies; a duty that does not is listed with why.
    pub required: bool,
    /// Last day; absent when there is no number.
    pub deadline: Option<Date>,
    /// Last postal business day not after the deadline.
    pub mail_by: Option<Date>,
    /// How the deadline was computed, in words; for a duty that does not apply, why.
    pub basis: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
    /// What else a person should know, what would change it.
    pub note: String,
}

/// The duties of an incident on a day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Plan {
    /// The day on which the plan is judged.
    pub as_of: Date,
    /// Every choice in force, `key = value`.
    pub choices: Vec<String>,
    /// Sorted by deadline within provider order.
    pub obligations: Vec<Obligation>,
}

/// Computes the duties. A duty that does not apply has no deadline.
pub fn plan(incident: &Incident, rules: &Rules, recipients: &Recipients, as_of: Date) -> Plan {
    let census = counts::count(incident, recipients);
    let mut obligations = Vec::new();
    for (provider, counts) in incident.providers.iter().zip(&census.by_provider) {
        let clock = clock::Clock::new(incident, rules, provider, as_of);
        let duties = duties::Duties { incident, provider, rules, counts, without_provider: census.without_provider, clock };
        let mut owed = duties.all();
        owed.sort_by_key(|obligation| (obligation.deadline.is_none(), obligation.deadline));
        obligations.extend(owed);
    }
    Plan { as_of, choices: choices(incident), obligations }
}

/// The provider's hold in force on a day, as the day on which it ends; `None` when free to send (45 CFR 164.412).
///
/// The day of the end itself is free. Every statement blocks sending, also one that moves no deadline.
pub fn held_until(incident: &Incident, rules: &Rules, provider: &Provider, today: Date) -> Option<Date> {
    holds::in_force_until(&holds::binding(incident, rules, provider), today)
}

fn choices(incident: &Incident) -> Vec<String> {
    let day_zero = match incident.choices.day_zero {
        DayZero::Excluded => "excluded",
        DayZero::Included => "included",
    };
    let hold_effect = match incident.choices.hold_effect {
        HoldEffect::LaterOf => "later_of",
        HoldEffect::Tolling => "tolling",
    };
    let mut choices = vec![format!("day_zero = {day_zero}"), format!("hold_effect = {hold_effect}")];
    if let Some(associate) = &incident.business_associate {
        let agent = match associate.agent {
            Agency::Yes => "yes",
            Agency::No => "no",
            Agency::Unknown => "unknown",
        };
        choices.push(format!("agent = {agent}"));
    }
    choices.extend(incident.choices.others.iter().map(|(key, value)| format!("{key} = {value}")));
    choices
}

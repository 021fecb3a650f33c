//! (incident, recipients, rules, date) -> duties and deadlines.
//!
//! HIPAA's notices (45 CFR 164.404 to 164.412) and those of the states' breach laws, per provider: every provider has its own
//! clock and its own counts. What applies and what does not is listed alike, each with its clause from `rules`; counsel decides.

mod alike;
mod calendar;
mod choices;
mod clock;
mod counts;
mod discovery;
mod draft;
mod duties;
mod history;
mod holds;
mod mailing;
mod memo;
mod names;
#[cfg(test)]
mod sample;
mod state_law;
mod table;
#[cfg(test)]
mod tests;
mod unreached;
mod words;

pub use alike::{Alike, alike};
pub use calendar::{CALENDAR_BEGINS, calendar};
pub use counts::{ResidentCounts, Unreachable, residents, unreachable};
pub use discovery::{discovered, discovered_because};
pub use history::{Change, ChangeKind, Changes, Damage, HISTORY_FILE, History, State};
pub use mailing::Mailing;
pub use memo::{MEMO_BEGINS, memo};
pub use names::{OfProvider, words_of_id};
pub use unreached::{Happened, Unreached, UnreachedPeople};

use crate::incident::{Incident, Provider};
use crate::recipients::Recipients;
use crate::rules::{OwnRule, Rules};
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
    RegulatorNotice,
    ConsumerReportingAgencyNotice,
    SubstituteNotice,
    BusinessAssociateNotice,
    IdentityService,
}

impl Duty {
    /// Whether it is the provider's to do: the business associate's notice is not.
    pub fn is_ours(self) -> bool {
        self != Duty::BusinessAssociateNotice
    }

    /// The id, such as `hhs_notice`.
    pub fn id(self) -> &'static str {
        match self {
            Duty::IndividualNotice => "individual_notice",
            Duty::HhsNotice => "hhs_notice",
            Duty::HhsAnnualLog => "hhs_annual_log",
            Duty::MediaNotice => "media_notice",
            Duty::RegulatorNotice => "regulator_notice",
            Duty::ConsumerReportingAgencyNotice => "consumer_reporting_agency_notice",
            Duty::SubstituteNotice => "substitute_notice",
            Duty::BusinessAssociateNotice => "business_associate_notice",
            Duty::IdentityService => "identity_service",
        }
    }
}

/// A duty with its clause and deadline; field for field what `plan --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Obligation {
    /// Stable within a plan: duty, provider and jurisdiction joined by `:`, and a key where a jurisdiction has several.
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
    /// Last day; absent when the law gives no number, or the duty does not apply.
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
    /// Why each of them, in the same order: `yours`, or the reason of the default.
    pub choice_reasons: Vec<String>,
    /// Rules of the incident folder in force over the built-in ones.
    pub own_rules: Vec<OwnRule>,
    /// By when each provider mails.
    pub mailings: Vec<Mailing>,
    /// Sorted by deadline within provider order.
    pub obligations: Vec<Obligation>,
}

impl Plan {
    /// Each choice with its reason, in words.
    pub fn choices_in_words(&self) -> impl Iterator<Item = String> + '_ {
        self.choices.iter().zip(&self.choice_reasons).map(|(choice, reason)| format!("{choice} ({reason})"))
    }
}

/// Computes the duties, as if every letter arrived. A duty that does not apply has no deadline.
pub fn plan(incident: &Incident, rules: &Rules, recipients: &Recipients, as_of: Date) -> Plan {
    plan_with(incident, rules, recipients, &Happened::default(), as_of)
}

/// As [`plan`], with what happened since.
pub fn plan_with(incident: &Incident, rules: &Rules, recipients: &Recipients, happened: &Happened, as_of: Date) -> Plan {
    let census = counts::count(incident, recipients, &happened.unreached);
    let mut obligations = Vec::new();
    for (provider, counts) in incident.providers.iter().zip(&census.by_provider) {
        let clock = clock::Clock::new(incident, rules, provider, as_of);
        let federal =
            duties::Duties { incident, provider, rules, counts, without_provider: census.without_provider, clock, happened, as_of };
        let mut owed = federal.all();
        let of_states = state_law::duties(&federal, &owed);
        owed.extend(of_states);
        owed.sort_by_key(|obligation| (obligation.deadline.is_none(), obligation.deadline));
        obligations.extend(owed);
    }
    if incident.is_secured() {
        obligations.iter_mut().for_each(|obligation| obligation.lift(incident, rules));
    }
    let mailings = mailing::mailings(incident, rules, &obligations);
    let (choices, choice_reasons) = choices::in_force(incident);
    Plan { as_of, choices, choice_reasons, own_rules: rules.own.clone(), mailings, obligations }
}

impl Obligation {
    /// Nothing is owed for information that was secured.
    fn lift(&mut self, incident: &Incident, rules: &Rules) {
        let method = incident.encryption.as_ref().map_or("", |encryption| &encryption.method);
        let clause = &rules.federal.unsecured.clause;
        self.basis = format!("the information was secured ({method}; the keys were not taken): no notice is owed ({clause})");
        self.note = "the laws of the states have exceptions of their own for encrypted information: ask counsel".to_owned();
        (self.required, self.deadline, self.mail_by) = (false, None, None);
    }
}

/// The day on which the last of all holds ends, those without a day after the days of an oral one; `None` without holds.
pub fn holds_end(incident: &Incident, rules: &Rules) -> Option<Date> {
    incident.providers.iter().filter_map(|provider| holds::last_end(&holds::binding(incident, rules, provider))).max()
}

/// The provider's hold in force on a day, as the day on which it ends; `None` when free to send (45 CFR 164.412).
///
/// The day of the end itself is free. Every statement blocks sending, also one that moves no deadline.
pub fn held_until(incident: &Incident, rules: &Rules, provider: &Provider, today: Date) -> Option<Date> {
    holds::in_force_until(&holds::binding(incident, rules, provider), today)
}

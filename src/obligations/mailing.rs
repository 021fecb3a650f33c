//! By when letters are mailed, when every clock of a provider is taken together.

use super::{Duty, Obligation};
use crate::incident::{Incident, OneMailing};
use crate::rules::Rules;
use jiff::civil::Date;

/// The day by which letters of a provider are mailed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mailing {
    /// The provider.
    pub provider_id: String,
    /// Two-letter code when its residents have a mailing of their own; absent when one mailing serves everyone.
    pub jurisdiction: Option<String>,
    /// The earliest last day of any clock.
    pub deadline: Date,
    /// Last postal business day not after it.
    pub mail_by: Date,
    /// Id of the obligation that sets it.
    pub set_by: String,
    /// Its clause.
    pub clause: String,
}

impl Mailing {
    /// By when, and what sets it, in words.
    pub fn in_words(&self) -> String {
        let whose =
            self.jurisdiction.as_ref().map_or_else(|| "every letter".to_owned(), |state| format!("letters to residents of {state}"));
        let rolled = if self.mail_by == self.deadline { String::new() } else { format!(", the last day being {}", self.deadline) };
        format!("mail {whose} by {}{rolled} ({})", self.mail_by, self.clause)
    }
}

/// The mailings of every provider that owes letters, in provider order.
pub(super) fn mailings(incident: &Incident, rules: &Rules, obligations: &[Obligation]) -> Vec<Mailing> {
    let mut mailings = Vec::new();
    for provider in &incident.providers {
        let own: Vec<&Obligation> = obligations.iter().filter(|obligation| obligation.provider_id == provider.id).collect();
        let clocks = || own.iter().copied().filter(|obligation| obligation.duty == Duty::IndividualNotice && obligation.required);
        match incident.choices.one_mailing {
            OneMailing::Earliest => mailings.extend(earliest(clocks(), rules, None)),
            OneMailing::PerState => {
                // Media rows name every jurisdiction that somebody lives in.
                for state in own.iter().filter(|obligation| obligation.duty == Duty::MediaNotice).map(|media| &media.jurisdiction) {
                    // A licensed facility owes its letters to patients who live elsewhere too.
                    let everyones = |clock: &Obligation| clock.jurisdiction == "US" || clock.id.ends_with(":facility");
                    let of_state = clocks().filter(|clock| everyones(clock) || clock.jurisdiction == *state);
                    mailings.extend(earliest(of_state, rules, Some(state)));
                }
            }
        }
    }
    mailings
}

fn earliest<'a>(clocks: impl Iterator<Item = &'a Obligation>, rules: &Rules, state: Option<&String>) -> Option<Mailing> {
    let (deadline, clock) = clocks.filter_map(|clock| Some((clock.deadline?, clock))).min_by_key(|(deadline, _)| *deadline)?;
    Some(Mailing {
        provider_id: clock.provider_id.clone(),
        jurisdiction: state.cloned(),
        deadline,
        mail_by: clock.mail_by.unwrap_or_else(|| rules.mail_by(deadline)),
        set_by: clock.id.clone(),
        clause: clock.clause.clone(),
    })
}

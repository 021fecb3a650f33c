//! The day on which a provider counts as having discovered the breach (45 CFR 164.404(a)(2)).

use crate::incident::{Agency, Incident, Provider};
use crate::rules::{Clause, Federal, Rules};
use jiff::civil::Date;

/// One reading of the facts: a day and why it is that day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) on: Date,
    pub(super) why: String,
}

/// The day that the clocks run from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Discovery<'a> {
    /// The earliest day that the facts support: it governs.
    pub(super) governing: Reading,
    /// The reading in which the business associate is no agent, while that is not known.
    pub(super) if_no_agent: Option<Reading>,
    /// The clause, with how sure it makes the day.
    pub(super) clause: &'a Clause,
}

pub(super) fn discovery<'a>(incident: &Incident, federal: &'a Federal, provider: &Provider) -> Discovery<'a> {
    let Some(associate) = &incident.business_associate else {
        let governing = own_knowledge(provider).unwrap_or_else(|| of_incident(incident));
        return Discovery { governing, if_no_agent: None, clause: &federal.discovery };
    };
    let mut known: Vec<Reading> = own_knowledge(provider).into_iter().collect();
    known.extend(provider.informed.map(|on| Reading { on, why: format!("{} told the provider", associate.name) }));
    if known.is_empty() {
        known.push(of_incident(incident));
    }
    let without_agent = earliest(known);
    let imputed =
        |condition: &str| Reading { on: associate.discovered, why: format!("{} discovered it, which {condition}", associate.name) };
    match associate.agent {
        Agency::No => Discovery { governing: without_agent, if_no_agent: None, clause: &federal.discovery },
        Agency::Yes => {
            let imputed = imputed("counts for the provider because it is its agent");
            Discovery { governing: earlier(without_agent, imputed), if_no_agent: None, clause: &federal.discovery }
        }
        Agency::Unknown => {
            let imputed = imputed("counts for the provider if it is its agent");
            Discovery {
                governing: earlier(without_agent.clone(), imputed),
                if_no_agent: Some(without_agent),
                clause: &federal.unknown_agency,
            }
        }
    }
}

/// The day from which a provider's clocks run: on which it counts as having discovered the breach.
pub fn discovered(incident: &Incident, rules: &Rules, provider: &Provider) -> Date {
    discovery(incident, &rules.federal, provider).governing.on
}

/// Why it is that day, in words.
pub fn discovered_because(incident: &Incident, rules: &Rules, provider: &Provider) -> String {
    discovery(incident, &rules.federal, provider).governing.why
}

fn own_knowledge(provider: &Provider) -> Option<Reading> {
    provider.own_discovered.map(|on| Reading { on, why: "the provider's own knowledge".to_owned() })
}

fn of_incident(incident: &Incident) -> Reading {
    Reading { on: incident.discovered, why: "the incident's discovery day".to_owned() }
}

/// The first of two readings wins a tie.
fn earlier(one: Reading, other: Reading) -> Reading {
    if other.on < one.on { other } else { one }
}

fn earliest(readings: Vec<Reading>) -> Reading {
    let mut readings = readings.into_iter();
    let first = readings.next().unwrap_or(Reading { on: Date::MAX, why: String::new() });
    readings.fold(first, earlier)
}

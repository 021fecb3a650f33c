//! When each duty was met, and how early or late.

use super::dossier::{Dossier, OfProvider};
use super::statements::{Filing, REPORT_FILE, office};
use crate::obligations::{Duty, Obligation, held_until};
use jiff::civil::Date;
use serde::Serialize;

/// What became of a duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub(super) enum Met {
    /// It was met on a day.
    On {
        /// The day.
        day: Date,
        /// By what: the ledger's letters, or a filing with its reference.
        by: String,
        /// Days after the last day; negative when before it, absent when the law gives no day.
        late: Option<i32>,
    },
    /// It is not met, as far as is known.
    Open {
        /// What is to do.
        hint: String,
    },
}

impl Met {
    /// Whether it was met after its last day.
    pub(super) fn is_late(&self) -> bool {
        matches!(self, Met::On { late: Some(days), .. } if *days > 0)
    }
}

/// What became of a duty that is required.
pub(super) fn met(dossier: &Dossier<'_>, obligation: &Obligation) -> Met {
    match obligation.duty {
        // The service is offered in the letters.
        Duty::IndividualNotice | Duty::IdentityService => letters(dossier, obligation),
        Duty::SubstituteNotice => substitute(dossier, obligation),
        Duty::BusinessAssociateNotice => informed(dossier, obligation),
        _ => filed(dossier, obligation),
    }
}

fn on(obligation: &Obligation, day: Date, by: String) -> Met {
    Met::On { day, by, late: obligation.deadline.map(|deadline| (day - deadline).get_days()) }
}

fn letters(dossier: &Dossier<'_>, obligation: &Obligation) -> Met {
    let Some(of) = dossier.providers().find(|of| of.provider.id == obligation.provider_id) else {
        return Met::Open { hint: "its provider is none of providers.csv".to_owned() };
    };
    // A state's clock runs for those who live there, unless its law covers others of the provider as well.
    let residents = of.residents_of(&obligation.jurisdiction);
    let is_state = residents.count > 0 && obligation.count <= residents.count;
    let (part, left, to) = match is_state {
        true => (residents, of.left_in(&obligation.jurisdiction), format!(" to residents of {}", dossier.state(&obligation.jurisdiction))),
        false => (of.all(), of.left(), String::new()),
    };
    let mut open = Vec::new();
    match dossier.status {
        None => open.push("nothing has been rendered or released yet".to_owned()),
        Some(_) if left.is_complete() && (left.wanted > 0 || part.held > 0) => {}
        Some(_) => open.push(format!("{} of {} notices{to} are known to have gone", left.gone, left.wanted)),
    }
    if dossier.status.is_some() && left.added + left.dropped > 0 {
        let (added, dropped) = (left.added, left.dropped);
        let dropped = if dropped > 0 { format!(", and no more {dropped} who were in the last") } else { String::new() };
        open.push(format!("the lists have {added} to be told who are in no job{dropped}: release and export again"));
    }
    if left.announced > 0 {
        open.push(format!("{} are reported as mailed on a day that has not come: they count from then on", left.announced));
    }
    match part.held {
        0 => {}
        1 => open.push("1 more is held".to_owned()),
        held => open.push(format!("{held} more are held")),
    }
    let not_told = match is_state {
        true => left.lost,
        false => of.unreachable().map_or(0, |unreachable| unreachable.count.saturating_sub(unreachable.told)),
    };
    if not_told > 0 {
        open.push(format!("{not_told} whom nothing reaches are not told"));
    }
    let corrected = |early: String| format!("{early}; a corrected report of the house takes the place of its first");
    open.extend(too_early(of, left.first).map(corrected));
    match left.last {
        Some(last) if open.is_empty() => {
            let held = during_hold(of, [left.first, Some(last)]).unwrap_or_default();
            on(obligation, last, format!("{} of {} notices went{held}", left.gone, left.wanted))
        }
        _ => Met::Open { hint: open.join("; ") },
    }
}

/// Notices that went although a law-enforcement hold was on (45 CFR 164.412).
fn during_hold(of: OfProvider<'_>, days: [Option<Date>; 2]) -> Option<String> {
    let Dossier { incident, rules, .. } = of.dossier;
    let mut held = days.into_iter().flatten().filter_map(|day| Some((day, held_until(incident, rules, of.provider, day)?)));
    let (day, until) = held.next()?;
    Some(format!("; some on {day}, during a law-enforcement hold until {until} (45 CFR 164.412): ask counsel"))
}

/// Nothing is met before the breach was known.
fn too_early(of: OfProvider<'_>, day: Option<Date>) -> Option<String> {
    let day = day.filter(|day| *day < of.discovered())?;
    Some(format!("{day} lies before the discovery on {}: look which of the days is wrong", of.discovered()))
}

fn substitute(dossier: &Dossier<'_>, obligation: &Obligation) -> Met {
    let unreachable = dossier.unreachable.iter().find(|unreachable| unreachable.provider_id == obligation.provider_id);
    let told = dossier.left.of(&obligation.provider_id, None).told;
    let of = dossier.providers().find(|of| of.provider.id == obligation.provider_id);
    if let Some(hint) = of.and_then(|of| too_early(of, told)) {
        return Met::Open { hint };
    }
    match (unreachable, told) {
        (Some(unreachable), Some(day)) if unreachable.told == unreachable.count => {
            on(obligation, day, format!("{} of {} told", unreachable.told, unreachable.count))
        }
        (Some(unreachable), _) => {
            let hint = format!("{} of {} told; give the notice, then receive substitute", unreachable.told, unreachable.count);
            Met::Open { hint }
        }
        (None, _) => Met::Open { hint: "nobody is known to be out of reach".to_owned() },
    }
}

fn filed(dossier: &Dossier<'_>, obligation: &Obligation) -> Met {
    let filings = dossier.statements.filings(obligation);
    // The first counts for the day; later ones add to it.
    let Some((first, later)) = filings.split_first() else {
        let office = office(obligation).map(|office| format!(", with `{office}` among its offices")).unwrap_or_default();
        let file = if matches!(obligation.duty, Duty::MediaNotice | Duty::ConsumerReportingAgencyNotice) { "give" } else { "file" };
        return Met::Open { hint: format!("{file} it, then enter it in {REPORT_FILE} under [[filings]]{office}") };
    };
    let of = dossier.providers().find(|of| of.provider.id == obligation.provider_id);
    if let Some(hint) = of.and_then(|of| too_early(of, Some(first.on))) {
        return Met::Open { hint };
    }
    let reference = |filing: &Filing| filing.reference.as_ref().map(|reference| format!(", {reference}")).unwrap_or_default();
    let added = later.iter().map(|filing| format!("; added to on {}{}", filing.on, reference(filing)));
    on(obligation, first.on, format!("filed{}{}", reference(first), added.collect::<String>()))
}

/// The business associate's notice to the provider is met on the day that the incident tells.
fn informed(dossier: &Dossier<'_>, obligation: &Obligation) -> Met {
    let provider = dossier.incident.provider_by_id(&obligation.provider_id).map(|index| dossier.incident.provider(index));
    match provider.and_then(|provider| provider.informed) {
        Some(day) => on(obligation, day, "the provider was informed".to_owned()),
        None => Met::Open { hint: "write `informed` into providers.csv or incident.toml".to_owned() },
    }
}

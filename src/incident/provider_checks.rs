//! What contradicts itself in one provider's row, or between it and the incident.

use super::providers::FILE;
use super::{Incident, Provider};
use crate::error::{Finding, Place};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Records what contradicts itself. `headers` are the file's names of our columns; a date without a column is the incident's, and
/// the incident has its own check.
pub(super) fn check(
    provider: &Provider,
    incident: &Incident,
    earlier: &[Provider],
    headers: &BTreeMap<String, String>,
    findings: &mut Vec<Finding>,
) {
    let place = |name: &str| Place::line(FILE, provider.line).column(headers.get(name).map_or(name, String::as_str));
    if let Some(twin) = earlier.iter().find(|twin| !provider.id.is_empty() && twin.id.eq_ignore_ascii_case(&provider.id)) {
        let reason = format!("the provider id stands on line {} already", twin.line);
        findings.push(Finding::refuses("duplicate-provider", place("provider_id"), reason, "give each provider an id of its own"));
    }
    if provider.part2_program && provider.return_name == provider.legal_name {
        let reason = "the return address of a 42 CFR Part 2 program shows its full name";
        let hint = "put a neutral name into `return_name`: the envelope must not tell that someone was a patient there";
        findings.push(Finding::warns("telling-return-name", place("return_name"), reason, hint));
    }
    if incident.business_associate.is_none() && provider.informed.is_some() {
        let reason = "`informed` tells when the business associate told the provider, but there is no [business_associate]";
        findings.push(Finding::refuses("no-business-associate", place("informed"), reason, "add [business_associate] or clear the date"));
    }
    for (name, later, bound, earlier) in orders(provider, incident) {
        let (Some(later), Some(earlier)) = (later, earlier) else { continue };
        // A date that stands for a missing one in incident.toml has its finding there.
        if later < earlier && later != Date::ZERO {
            let reason = format!("`{name}` ({later}) lies before {bound} ({earlier})");
            findings.push(Finding::refuses("contradictory-dates", place(name), reason, "one of the two dates is wrong: correct it"));
        }
    }
}

type Order = (&'static str, Option<Date>, &'static str, Option<Date>);

/// Pairs of dates of which the first may not lie before the second; only pairs in which the row has a date of its own.
fn orders(provider: &Provider, incident: &Incident) -> Vec<Order> {
    let own = |own: Date, general: Date| (own != general).then_some(own);
    let own_began = own(provider.breach_began, incident.breach_began);
    let own_ended = provider.breach_ended.filter(|_| provider.breach_ended != incident.breach_ended);
    let own_determined = provider.determined.filter(|_| provider.determined != incident.determined);
    let own_mail_date = own(provider.mail_date, incident.mail_date);
    let own_informed =
        provider.informed.filter(|informed| incident.business_associate.as_ref().is_some_and(|associate| associate.informed != *informed));
    let associate_discovered = incident.business_associate.as_ref().map(|associate| associate.discovered);
    let own_span = own_began.is_some() || own_ended.is_some();
    let discovered = provider.own_discovered.or(own_began.map(|_| incident.discovered));
    vec![
        ("breach_ended", provider.breach_ended.filter(|_| own_span), "the breach began", Some(provider.breach_began)),
        ("discovered", discovered, "the breach began", Some(provider.breach_began)),
        ("informed", own_informed, "the business associate discovered the breach", associate_discovered),
        ("determined", own_determined, "the provider discovered the breach", provider.own_discovered),
        (
            "mail_date",
            own_mail_date,
            "the incident was discovered",
            Some(incident.discovered).filter(|_| provider.own_discovered.is_none()),
        ),
        ("mail_date", Some(provider.mail_date), "the provider discovered the breach", provider.own_discovered),
        ("mail_date", Some(provider.mail_date), "the provider was told of the breach", own_informed),
        ("list_received", provider.list_received, "the breach began", Some(provider.breach_began)),
    ]
}

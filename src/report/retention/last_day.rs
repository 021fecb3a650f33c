//! The last day on which anything of an incident was in effect.

use crate::error::Result;
use crate::incident::{Incident, Verified};
use crate::ledger::{Event, EventKind, Ledger};
use crate::obligations;
use crate::recipients;
use crate::report::Statements;
use crate::review;
use crate::rules::Rules;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A day, and what of the incident was in effect on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InEffect {
    /// The day.
    pub day: Date,
    /// What, in words.
    pub what: String,
}

impl InEffect {
    fn add(&mut self, day: impl Into<Option<Date>>, what: impl Into<String>) {
        if let Some(day) = day.into().filter(|day| *day > self.day) {
            *self = InEffect { day, what: what.into() };
        }
    }
}

/// The last of all days that incident folder and ledger tell: of the breach, of letters, approvals, holds, offers, filings, and of
/// whatever was recorded. A purge itself is none of it.
///
/// # Errors
/// Refused when a file of the folder or the ledger cannot be read.
pub fn last_in_effect(
    incident: &Incident,
    rules: &Rules,
    (statements, verified): (&Statements, &Verified),
    ledger: Option<&mut dyn Ledger>,
) -> Result<InEffect> {
    let mut last = InEffect { day: incident.mail_date, what: "the mail date of incident.toml".to_owned() };
    of_incident(&mut last, incident, rules);
    for filing in statements.all_filings() {
        last.add(filing.on, "a filing of report.toml");
    }
    for check in verified.checks() {
        last.add(check.on, "a check of verified.toml");
    }
    of_approvals(&mut last, incident)?;
    if let Some(ledger) = ledger {
        of_ledger(&mut last, ledger)?;
    }
    Ok(last)
}

fn of_incident(last: &mut InEffect, incident: &Incident, rules: &Rules) {
    last.add(incident.breach_ended, "the end of the breach");
    last.add(incident.discovered, "the discovery");
    last.add(incident.determined, "the determination");
    last.add(incident.business_associate.as_ref().map(|associate| associate.informed), "the business associate's notice");
    last.add(incident.call_center.open_until, "the last day of the call center");
    last.add(incident.identity_service.as_ref().map(|service| service.enroll_by), "the last day to enroll in the identity service");
    for hold in &incident.holds {
        last.add(hold.received, format!("a hold of {} came", hold.agency));
        last.add(hold.until, format!("a hold of {} ended", hold.agency));
    }
    last.add(obligations::holds_end(incident, rules), "the end of a law-enforcement hold");
    for waiver in &incident.waivers {
        last.add(waiver.on, format!("a waiver of {}", waiver.rule));
    }
    for list in &incident.lists {
        for (day, what) in [(list.received, "came in"), (list.cass_on, "went through CASS"), (list.ncoa_on, "went through NCOA")] {
            last.add(day, format!("{} {what}", list.file));
        }
    }
    for provider in &incident.providers {
        let of = |what: &str| format!("{what} of {}", provider.id);
        last.add(provider.mail_date, of("the mail date"));
        last.add(provider.breach_ended, of("the end of the breach"));
        last.add(provider.own_discovered, of("the discovery"));
        last.add(provider.informed, of("the notice to"));
        last.add(provider.list_received, of("the list"));
        last.add(provider.determined, of("the determination"));
    }
}

fn of_approvals(last: &mut InEffect, incident: &Incident) -> Result<()> {
    for approval in review::stored_seal(&incident.folder)?.iter().flat_map(|seal| &seal.approvals) {
        last.add(approval.on, format!("the approval as {}", approval.role));
    }
    last.add(review::stored_release(&incident.folder)?.map(|release| release.on), "the release");
    last.add(recipients::last_ruling(&incident.folder)?, "a ruling of decisions.csv");
    for comment in review::comments(&incident.folder)? {
        for hand in comment.remarks.iter().map(|remark| &remark.hand).chain(&comment.settled) {
            last.add(TimeZone::UTC.to_datetime(hand.at).date(), "a reviewer's comment");
        }
    }
    Ok(())
}

fn of_ledger(last: &mut InEffect, ledger: &mut dyn Ledger) -> Result<()> {
    ledger.each_event(&mut |Event { moment, event, .. }| {
        if is_of_purge(event.kind, &event.detail) {
            return Ok(());
        }
        let what = || format!("the ledger has \"{}\"", event.kind.id().replace('_', " "));
        let recorded = moment.map(|moment| TimeZone::UTC.to_datetime(moment).date());
        // A detail may name the day on which something happened, and the one until which a posting stands.
        let told = event.detail.split_whitespace().filter(|word| word.len() == 10).filter_map(|word| word.parse::<Date>().ok());
        if let Some(day) = recorded.into_iter().chain(told).max().filter(|day| *day > last.day) {
            last.add(day, what());
        }
        Ok(())
    })
}

fn is_of_purge(kind: EventKind, detail: &str) -> bool {
    matches!(kind, EventKind::Purged | EventKind::PurgeEnded) || (kind == EventKind::Checkpoint && detail.starts_with("purge; "))
}

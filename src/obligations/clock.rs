//! A provider's clock: from discovery through the holds to a last day, in numbers and in words.

use super::discovery::{Discovery, Reading, discovery};
use super::holds::{BoundHold, binding, in_force_until, move_last_day};
use super::words;
use crate::incident::{DayZero, HoldEffect, Incident, Provider};
use crate::rules::{Confidence, Limit, Rules};
use jiff::civil::Date;

/// Everything that moves one provider's last days.
pub(super) struct Clock<'a> {
    rules: &'a Rules,
    day_zero: DayZero,
    hold_effect: HoldEffect,
    discovery: Discovery<'a>,
    holds: Vec<BoundHold>,
    as_of: Date,
}

/// A last day with how it was computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LastDay {
    pub(super) day: Date,
    pub(super) mail_by: Date,
    pub(super) basis: String,
    pub(super) confidence: Confidence,
    pub(super) notes: Vec<String>,
}

impl<'a> Clock<'a> {
    pub(super) fn new(incident: &Incident, rules: &'a Rules, provider: &Provider, as_of: Date) -> Self {
        Clock {
            rules,
            day_zero: incident.choices.day_zero,
            hold_effect: incident.choices.hold_effect,
            discovery: discovery(incident, &rules.federal, provider),
            holds: binding(incident, rules, provider),
            as_of,
        }
    }

    /// So many calendar days after discovery.
    pub(super) fn after_discovery(&self, limit: &Limit) -> LastDay {
        let (days, counting) = match self.day_zero {
            DayZero::Excluded => (limit.value, "the discovery day not counted"),
            DayZero::Included => (limit.value.saturating_sub(1), "the discovery day counted as day 1"),
        };
        self.last_day(limit, &format!("{} calendar days ({}), {counting}", limit.value, limit.clause), |discovered| {
            words::later(discovered, days)
        })
    }

    /// So many calendar days after the end of the year of discovery.
    pub(super) fn after_year_of_discovery(&self, limit: &Limit) -> LastDay {
        let rule = format!("{} days after the end of the calendar year of discovery ({})", limit.value, limit.clause);
        self.last_day(limit, &rule, |discovered| words::later(discovered.last_of_year(), limit.value))
    }

    /// The day on which the holds in force on a day end; `None` when sending is free.
    pub(super) fn held_until(&self, day: Date) -> Option<Date> {
        in_force_until(&self.holds, day)
    }

    fn last_day(&self, limit: &Limit, rule: &str, unheld: impl Fn(Date) -> Date) -> LastDay {
        let hold_clause = &self.rules.federal.hold_effect;
        let after_holds = |reading: &Reading| move_last_day(unheld(reading.on), reading.on, &self.holds, self.hold_effect, hold_clause);
        let governing = &self.discovery.governing;
        let moved = after_holds(governing);
        let mut confidence = limit.confidence.min(self.discovery.clause.confidence);
        if moved.day != unheld(governing.on) {
            confidence = confidence.min(hold_clause.confidence);
        }
        let mut basis =
            format!("discovered {} ({}; {}); {rule}: {}", governing.on, governing.why, self.discovery.clause.clause, unheld(governing.on));
        let mut notes = Vec::new();
        if let Some(other) = &self.discovery.if_no_agent {
            basis += &format!("; if the business associate is no agent: discovered {} ({}): {}", other.on, other.why, unheld(other.on));
            if after_holds(other).day != moved.day {
                notes.push("whether the business associate is an agent is for counsel to say: the earlier day is worked to".to_owned());
            }
        }
        notes.extend(moved.notes);
        notes.extend(self.standing_on(moved.day));
        LastDay { day: moved.day, mail_by: self.rules.mail_by(moved.day), basis, confidence, notes }
    }

    /// How a last day looks from the day of the plan.
    fn standing_on(&self, last_day: Date) -> Vec<String> {
        let mut notes = Vec::new();
        let late = words::days_after(last_day, self.as_of);
        if late > 0 {
            notes.push(format!("the last day passed {} ago", words::days(late)));
        }
        if let Some(until) = self.held_until(self.as_of) {
            notes.push(format!("nothing may leave before {until}"));
        }
        if !self.rules.post_is_known(last_day) {
            notes.push(format!("postal holidays of {} are not known: only weekends were rolled back", last_day.year()));
        }
        notes
    }
}

//! A provider's clock: from discovery through the holds to a last day, in numbers and in words.

use super::discovery::{Discovery, Reading, discovery};
use super::holds::{BoundHold, binding, in_force_until, move_last_day};
use super::words;
use crate::incident::{DayZero, HoldEffect, Incident, Provider};
use crate::rules::{Confidence, Limit, Notice, Rules, Start, Timing};
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
        let counting = match self.day_zero {
            DayZero::Excluded => "the discovery day not counted",
            DayZero::Included => "the discovery day counted as day 1",
        };
        let rule = format!("{} calendar days ({}), {counting}", limit.value, limit.clause);
        self.last_day_after_discovery(limit.confidence, &rule, |discovered| words::later(discovered, self.counted(limit.value)))
    }

    /// So many calendar days after the end of the year of discovery.
    pub(super) fn after_year_of_discovery(&self, limit: &Limit) -> LastDay {
        let rule = format!("{} days after the end of the calendar year of discovery ({})", limit.value, limit.clause);
        self.last_day_after_discovery(limit.confidence, &rule, |discovered| words::later(discovered.last_of_year(), limit.value))
    }

    /// The day on which the holds in force on a day end; `None` when sending is free.
    pub(super) fn held_until(&self, day: Date) -> Option<Date> {
        in_force_until(&self.holds, day)
    }

    /// So many calendar days after a day that is not the provider's discovery.
    pub(super) fn after(&self, start: Date, why: &str, limit: &Limit) -> LastDay {
        let rule = format!("{} calendar days ({})", limit.value, limit.clause);
        self.last_day_after(start, why, limit.confidence, &rule, |start| words::later(start, self.counted(limit.value)))
    }

    /// Days of a state's law after the provider's discovery, or after the day on which the breach was determined.
    pub(super) fn by_state_law(&self, notice: &Notice, determined: Option<Date>) -> Option<LastDay> {
        let (days, business, start) = match notice.timing {
            Timing::Days(days, start) => (days, false, start),
            Timing::BusinessDays(days, start) => (days, true, start),
            _ => return None,
        };
        let kind = if business { "business" } else { "calendar" };
        let rule = format!("{days} {kind} days ({})", notice.clause);
        let unheld = |start| if business { self.rules.business_days_after(start, days) } else { words::later(start, self.counted(days)) };
        match (start, determined) {
            (Start::Discovery, _) => Some(self.last_day_after_discovery(notice.confidence, &rule, unheld)),
            (Start::Determination, Some(day)) => {
                Some(self.last_day_after(day, "the breach was determined", notice.confidence, &rule, unheld))
            }
            (Start::Determination, None) => {
                let mut last_day = self.last_day_after_discovery(notice.confidence, &rule, unheld);
                last_day.notes.push("counted from discovery: no day of determination is given".to_owned());
                Some(last_day)
            }
            (Start::Letters | Start::HhsNotice, _) => None,
        }
    }

    /// A last day that hangs on a day of the plan, such as the mail date: holds move that day, not this one.
    pub(super) fn on(&self, day: Date, confidence: Confidence, basis: String) -> LastDay {
        LastDay { day, mail_by: self.act_by(day), basis, confidence, notes: self.standing_on(day) }
    }

    /// The day of discovery that governs.
    pub(super) fn discovered(&self) -> Date {
        self.discovery.governing.on
    }

    /// Days as they are added to a start: one fewer where the start counts as day 1.
    fn counted(&self, days: u32) -> u32 {
        match self.day_zero {
            DayZero::Excluded => days,
            DayZero::Included => days.saturating_sub(1),
        }
    }

    fn last_day_after(&self, start: Date, why: &str, confidence: Confidence, rule: &str, unheld: impl Fn(Date) -> Date) -> LastDay {
        let hold_clause = &self.rules.federal.hold_effect;
        let moved = move_last_day(unheld(start), start, &self.holds, self.hold_effect, hold_clause);
        let basis = format!("{why} {start}; {rule}: {}", unheld(start));
        let confidence = if moved.day == unheld(start) { confidence } else { confidence.min(hold_clause.confidence) };
        let notes = moved.notes.into_iter().chain(self.standing_on(moved.day)).collect();
        LastDay { day: moved.day, mail_by: self.act_by(moved.day), basis, confidence, notes }
    }

    fn last_day_after_discovery(&self, confidence: Confidence, rule: &str, unheld: impl Fn(Date) -> Date) -> LastDay {
        let hold_clause = &self.rules.federal.hold_effect;
        let after_holds = |reading: &Reading| move_last_day(unheld(reading.on), reading.on, &self.holds, self.hold_effect, hold_clause);
        let governing = &self.discovery.governing;
        let moved = after_holds(governing);
        let mut confidence = confidence.min(self.discovery.clause.confidence);
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
        LastDay { day: moved.day, mail_by: self.act_by(moved.day), basis, confidence, notes }
    }

    /// The postal day on which to act for a last day: never after it, and not while a hold that moved it still stops sending. Where no
    /// postal day lies between, it is the last day itself.
    fn act_by(&self, last_day: Date) -> Date {
        let rolled = self.rules.mail_by(last_day);
        let held = self.held_until(rolled).is_some_and(|free| free <= last_day);
        if held { last_day } else { rolled }
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
        if !self.rules.is_postal_business_day(self.act_by(last_day)) {
            notes.push("the hold ends on a day without post: have the letters taken in on that very day, or ask counsel".to_owned());
        }
        if !self.rules.post_is_known(last_day) {
            notes.push(format!("postal holidays of {} are not known: only weekends were rolled back", last_day.year()));
        }
        notes
    }
}

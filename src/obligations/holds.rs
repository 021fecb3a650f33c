//! Law-enforcement holds: until when they block sending, and what they do to a last day (45 CFR 164.412).
//!
//! Both answers are the cautious ones. Every statement blocks sending until it ends; but a second oral statement, or one that
//! came after the last day, does not move the last day.

use super::words;
use crate::incident::{Hold, HoldEffect, Incident, Provider};
use crate::rules::{Clause, Rules};
use jiff::civil::Date;

/// A hold as it binds one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BoundHold {
    agency: String,
    received: Date,
    /// First day on which sending is free again.
    ends: Date,
    clause: String,
    /// A further oral statement: it blocks sending, but moves no last day.
    repeats_oral: bool,
}

/// A last day after the holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) day: Date,
    /// In order, what each hold did.
    pub(super) notes: Vec<String>,
}

/// The provider's holds, by the day on which they came.
pub(super) fn binding(incident: &Incident, rules: &Rules, provider: &Provider) -> Vec<BoundHold> {
    let mut holds: Vec<&Hold> = incident.holds.iter().filter(|hold| hold.binds(provider)).collect();
    holds.sort_by_key(|hold| hold.received);
    let mut seen_oral = false;
    let mut bound = Vec::with_capacity(holds.len());
    for hold in holds {
        let oral_limit = &rules.federal.oral_hold_days;
        let (ends, clause, oral) = match (hold.written, hold.until) {
            (true, Some(until)) => (until, &rules.federal.written_hold.clause, false),
            _ => (words::later(hold.received, oral_limit.value), &oral_limit.clause, true),
        };
        let repeats_oral = oral && seen_oral;
        seen_oral |= oral;
        bound.push(BoundHold { agency: hold.agency.clone(), received: hold.received, ends, clause: clause.clone(), repeats_oral });
    }
    bound
}

/// The day on which the last of the holds in force on `today` ends.
pub(super) fn in_force_until(holds: &[BoundHold], today: Date) -> Option<Date> {
    holds.iter().filter(|hold| hold.received <= today && today < hold.ends).map(|hold| hold.ends).max()
}

/// The day on which the last of all holds ends.
pub(super) fn last_end(holds: &[BoundHold]) -> Option<Date> {
    holds.iter().map(|hold| hold.ends).max()
}

/// Moves a last day by the holds that came in time.
pub(super) fn move_last_day(last_day: Date, discovered: Date, holds: &[BoundHold], effect: HoldEffect, clause: &Clause) -> Moved {
    let mut moved = Moved { day: last_day, notes: Vec::new() };
    let mut counted_to = discovered;
    for hold in holds {
        let name = format!("hold of {} received {}, in force until {} ({})", hold.agency, hold.received, hold.ends, hold.clause);
        if hold.repeats_oral {
            moved.notes.push(format!("{name}: a further oral statement extends nothing"));
        } else if hold.received > moved.day {
            moved.notes.push(format!("{name}: it came after the last day and does not move it"));
        } else {
            let before = moved.day;
            match effect {
                HoldEffect::LaterOf => moved.day = moved.day.max(hold.ends),
                HoldEffect::Tolling => {
                    let start = hold.received.max(counted_to);
                    moved.day = words::later(moved.day, words::days_after(start, hold.ends));
                    counted_to = counted_to.max(hold.ends);
                }
            }
            moved.notes.push(format!("{name}: {}", effect_in_words(before, moved.day, effect, clause)));
        }
    }
    moved
}

fn effect_in_words(before: Date, after: Date, effect: HoldEffect, clause: &Clause) -> String {
    if before == after {
        return format!("the last day {after} stays");
    }
    let reading = match effect {
        HoldEffect::LaterOf => "the later of limit and end of hold",
        HoldEffect::Tolling => "the held days are added",
    };
    format!("the last day moves from {before} to {after} ({reading}, {})", clause.clause)
}

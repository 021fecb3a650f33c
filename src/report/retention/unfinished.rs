//! What is not finished, so that a person would be lost whose data is removed.

use crate::compose::with_separators;
use crate::error::Result;
use crate::ledger::{EventKind, Ledger};
use std::collections::BTreeMap;

/// Where no ledger tells who was told: it may be that nobody was, or that another ledger is meant.
pub const NOBODY: &str = "no ledger here knows anybody: nobody was told, or another ledger has it, which --ledger names";

/// What is not finished, one sentence each; nothing when every notice ended.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub fn unfinished(ledger: &mut dyn Ledger) -> Result<Vec<String>> {
    let Some(tally) = ledger.tally()? else { return Ok(vec![NOBODY.to_owned()]) };
    let mut found: BTreeMap<Loose, u64> = BTreeMap::new();
    for ((disposition, _, state), people) in &tally.people {
        let is_owed = !matches!(disposition.as_str(), "excluded" | "seed");
        if let Some(loose) = loose(disposition == "held", *state).filter(|_| is_owed) {
            *found.entry(loose).or_default() += people;
        }
    }
    for (state, pieces) in &tally.gone {
        if let Some(loose) = loose(false, *state).filter(|loose| matches!(loose, Loose::Uncertain | Loose::OnItsWay)) {
            *found.entry(loose).or_default() += pieces;
        }
    }
    Ok(found.into_iter().map(|(loose, people)| format!("{} {}", crowd(people), loose.in_words())).collect())
}

fn crowd(people: u64) -> String {
    if people == 1 { "1 person".to_owned() } else { format!("{} people", with_separators(people)) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Loose {
    Held,
    Waiting,
    OnItsWay,
    Uncertain,
    EmailFailed,
    NotKnownToBeMailed,
    NotMailed,
    CameBack,
    OutOfReach,
}

impl Loose {
    fn in_words(self) -> &'static str {
        match self {
            Loose::Held => "held and never told",
            Loose::Waiting => "never written to",
            Loose::OnItsWay => "whose e-mail waits or is being sent",
            Loose::Uncertain => "whose e-mail is uncertain",
            Loose::EmailFailed => "whose e-mail failed, not told by mail since",
            Loose::NotKnownToBeMailed => "whose letter left in a package, without the house's word that it was mailed",
            Loose::NotMailed => "whose letter the house spoiled, pulled or could not mail, and that did not leave again",
            Loose::CameBack => "whose letter came back and is to go again",
            Loose::OutOfReach => "whom nothing reached, not told by substitute notice",
        }
    }
}

/// What a state leaves open; nothing when the person was told, or nothing more is owed.
fn loose(is_held: bool, state: EventKind) -> Option<Loose> {
    Some(match state {
        EventKind::Allotted | EventKind::Withdrawn if is_held => Loose::Held,
        EventKind::Allotted | EventKind::Withdrawn => Loose::Waiting,
        EventKind::Queued | EventKind::DataStarted | EventKind::Deferred | EventKind::ResolvedResend => Loose::OnItsWay,
        EventKind::Uncertain => Loose::Uncertain,
        EventKind::Failed | EventKind::Bounced => Loose::EmailFailed,
        EventKind::Exported | EventKind::Reprinted | EventKind::Printed => Loose::NotKnownToBeMailed,
        EventKind::Spoiled | EventKind::Destroyed | EventKind::Pulled | EventKind::Undeliverable => Loose::NotMailed,
        EventKind::ReturnedMoved | EventKind::ReturnedAway => Loose::CameBack,
        EventKind::Unreachable => Loose::OutOfReach,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_told_is_not_lost_and_who_was_not_is() {
        for told in [EventKind::Sent, EventKind::ResolvedSent, EventKind::Mailed, EventKind::Forwarded, EventKind::ToldBySubstitute] {
            assert_eq!((loose(false, told), loose(true, told)), (None, None), "{told:?}");
        }
        for (state, expected) in [
            (EventKind::Allotted, Loose::Waiting),
            (EventKind::DataStarted, Loose::OnItsWay),
            (EventKind::Uncertain, Loose::Uncertain),
            (EventKind::Exported, Loose::NotKnownToBeMailed),
            (EventKind::Unreachable, Loose::OutOfReach),
        ] {
            assert_eq!(loose(false, state), Some(expected));
        }
        assert_eq!(loose(true, EventKind::Allotted), Some(Loose::Held));
    }
}

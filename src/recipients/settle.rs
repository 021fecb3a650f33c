//! What becomes of each recipient: rulings, faults and channel -> letter, e-mail, held or excluded.

use super::context::Context;
use super::decisions::{RuledVerdict, Rulings, Verdict};
use super::hold::{self, Remedy};
use super::merge::Groups;
use super::notes::{AllNotes, Notes};
use super::people::People;
use super::redirect::places_of;
use super::{Disposition, Role};
use crate::error::{Error, Finding, Result};
use crate::intake::RowIndex;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The verdicts on each recipient that was ruled on, by its place: one, or several releases.
pub(super) type Verdicts<'a> = BTreeMap<usize, Vec<&'a RuledVerdict>>;

/// Finds the recipient of every verdict and marks who is excluded.
///
/// # Errors
/// Refused when two verdicts on one recipient differ.
pub(super) fn assign<'a>(groups: &Groups, notes: &mut AllNotes, rulings: &'a Rulings) -> Result<Verdicts<'a>> {
    let mut verdicts = Verdicts::new();
    let mut refused = Vec::new();
    if rulings.verdicts.is_empty() {
        return Ok(verdicts);
    }
    let ruled_rows: BTreeSet<RowIndex> = rulings.verdicts.iter().map(|ruled| ruled.row).collect();
    let place_of = places_of(groups, &ruled_rows);
    for ruled in &rulings.verdicts {
        let Some(place) = place_of.get(&ruled.row).copied() else { continue };
        let known = verdicts.entry(place).or_default();
        known.push(ruled);
        if !known[0].verdict.agrees(&ruled.verdict) {
            let hint = "leave the ruling that is in force";
            let reason = "another ruling on the same person says otherwise";
            refused.push(Finding::refuses("ruling-contradicts", ruled.place.clone(), reason, hint).record(&ruled.record));
        }
        if matches!(ruled.verdict, Verdict::Exclude { .. }) {
            notes.excluded.insert(place);
        }
    }
    if refused.is_empty() { Ok(verdicts) } else { Err(Error::refused_all(refused)) }
}

/// Sets disposition and what hangs on it.
pub(super) fn settle(
    context: &Context,
    people: &mut People,
    place: usize,
    notes: &mut Notes,
    verdicts: &[&RuledVerdict],
    findings: &mut Vec<Finding>,
) {
    let outline = people.outline(place);
    let (role, has_email, mailable) = (outline.role, outline.has_email, outline.has_address || outline.has_email);
    let disposition = match verdicts.first().map(|ruled| (ruled, &ruled.verdict)) {
        Some((ruled, Verdict::Exclude { clause })) => Disposition::Excluded { clause: clause.clone(), reason: ruled.reason.clone() },
        Some((ruled, Verdict::Hold)) => Disposition::Held(held_by_ruling(ruled)),
        Some((_, Verdict::Release { .. })) => {
            findings.extend(lift(context, notes, verdicts));
            by_faults(context, has_email, notes)
        }
        None => by_faults(context, has_email, notes),
    };
    let held = matches!(disposition, Disposition::Held(_));
    people.set_unreachable(place, held && !mailable && notes.broken.is_none() && role != Role::Deceased);
    if disposition != Disposition::Email {
        people.forget_email(place);
    }
    if matches!(disposition, Disposition::Excluded { .. }) {
        people.forget_code(place);
    }
    people.dispose(place, disposition);
}

fn by_faults(context: &Context, has_email: bool, notes: &Notes) -> Disposition {
    if let Some(finding) = &notes.broken {
        return Disposition::Held(finding.as_ref().clone());
    }
    if let Some(finding) = hold::finding(context, &notes.faults) {
        return Disposition::Held(finding);
    }
    if notes.nobody_to_tell {
        return Disposition::Excluded {
            clause: context.rules.federal.deceased_without_next_of_kin.clone(),
            reason: "the patient is dead, and no next of kin or representative with an address is known".to_owned(),
        };
    }
    if has_email { Disposition::Email } else { Disposition::Letter }
}

fn held_by_ruling(ruled: &RuledVerdict) -> Finding {
    let hint = "take the ruling out of decisions.csv to let the letter go";
    Finding::holds("held-by-ruling", ruled.place.clone(), "held by a ruling in decisions.csv", hint).record(&ruled.record)
}

/// Lifts the doubts that were released, and tells of releases that lift nothing or not everything. What has to be corrected stays, and so
/// does what came in after the day of the ruling: nobody had looked at it.
fn lift(context: &Context, notes: &mut Notes, rulings: &[&RuledVerdict]) -> Vec<Finding> {
    let doubts: Vec<(&'static str, Option<Date>)> =
        notes.faults.iter().filter(|fault| fault.remedy == Remedy::Ruling).map(|fault| (fault.code, context.received(fault.row))).collect();
    let remains = notes.broken.is_some() || notes.faults.iter().any(|fault| fault.remedy == Remedy::Correction);
    let mut findings = Vec::new();
    let mut lifted = BTreeSet::new();
    for ruled in rulings {
        let Verdict::Release { lifts, on } = &ruled.verdict else { continue };
        let named = || doubts.iter().filter(|(code, _)| lifts.contains(*code));
        let is_later = |received: &Option<Date>| received.is_some_and(|received| received > *on);
        lifted.extend(named().filter(|(_, received)| !is_later(received)).copied());
        let idle: Option<(&str, String)> = if remains {
            let reason = "the release cannot lift this hold: something is missing or cannot be used";
            Some((reason, "correct the list; held.csv says what".to_owned()))
        } else if doubts.is_empty() {
            let reason = "there is nothing to release: the person is not held for a reason that can be ruled away";
            Some((reason, "take the ruling out".to_owned()))
        } else if named().any(|(_, received)| is_later(received)) {
            let reason = "the list with what it names came in after the day of the ruling";
            Some((reason, "look at the person again, and rule anew".to_owned()))
        } else if named().map(|(code, _)| code).collect::<BTreeSet<_>>().len() < lifts.len() {
            let codes = doubts.iter().map(|(code, _)| *code).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(";");
            let reason = "the person is not held for everything that the release names";
            Some((reason, format!("name in argument what was looked at, of `{codes}`")))
        } else {
            None
        };
        let warns = |(reason, hint)| Finding::warns("release-without-effect", ruled.place.clone(), reason, hint).record(&ruled.record);
        findings.extend(idle.map(warns));
    }
    notes.faults.retain(|fault| fault.remedy == Remedy::Correction || !lifted.contains(&(fault.code, context.received(fault.row))));
    findings
}

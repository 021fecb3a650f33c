//! What becomes of each recipient: rulings, faults and channel -> letter, e-mail, held or excluded.

use super::context::Context;
use super::decisions::{RuledVerdict, Rulings, Verdict};
use super::hold;
use super::merge::Groups;
use super::notes::{AllNotes, Notes};
use super::people::People;
use super::redirect::places_of;
use super::{Disposition, Role, releases};
use crate::error::{Error, Finding, Result};
use crate::intake::RowIndex;
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
            findings.extend(releases::lift(context, notes, verdicts));
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

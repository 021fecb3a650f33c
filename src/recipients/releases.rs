//! What a release in decisions.csv lifts: the doubts that somebody looked at, and no other.

use super::context::Context;
use super::decisions::{RuledVerdict, Verdict};
use super::hold::{Fault, Remedy};
use super::notes::Notes;
use crate::error::Finding;
use std::collections::BTreeSet;

/// Lifts the doubts that were released, and tells of releases that lift nothing or not everything. What has to be corrected stays.
pub(super) fn lift(context: &Context, notes: &mut Notes, rulings: &[&RuledVerdict]) -> Vec<Finding> {
    let (doubts, lacks): (Vec<Fault>, Vec<Fault>) = notes.faults.drain(..).partition(|fault| fault.remedy == Remedy::Ruling);
    let remains = notes.broken.is_some() || !lacks.is_empty();
    let judged: Vec<Vec<Answer>> =
        doubts.iter().map(|doubt| rulings.iter().map(|ruled| answer(context, ruled, doubt, &doubts)).collect()).collect();
    let mut findings = Vec::new();
    for (at, ruled) in rulings.iter().enumerate() {
        let answers = || doubts.iter().zip(judged.iter().map(|answers| answers[at]));
        let told = idle(context, ruled, &doubts, remains, &mut answers());
        findings.extend(
            told.map(|(reason, hint)| Finding::warns("release-without-effect", ruled.place.clone(), reason, hint).record(&ruled.record)),
        );
    }
    let open = doubts.into_iter().zip(&judged).filter(|(_, answers)| !answers.contains(&Answer::Lifted)).map(|(doubt, _)| doubt);
    notes.faults.extend(open.chain(lacks));
    // The order in which faults were found: the first names the hold.
    notes.faults.sort_by_key(|fault| fault.remedy == Remedy::Ruling);
    findings
}

/// What a release says to one doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    NotNamed,
    Lifted,
    /// It names the code, and there are several columns of it.
    WhichColumn,
    /// The entry stands in another row of the person.
    OtherRow,
    /// The list came in after the day of the ruling.
    CameLater,
    /// The list mends another, and when it came in is not known.
    CameSometime,
}

fn answer(context: &Context, ruled: &RuledVerdict, doubt: &Fault, doubts: &[Fault]) -> Answer {
    let Verdict::Release { lifts, on } = &ruled.verdict else { return Answer::NotNamed };
    let by_name = lifts.contains(&doubt.name().to_lowercase());
    if !by_name && !lifts.contains(doubt.code) {
        return Answer::NotNamed;
    }
    let alike = |other: &&Fault| other.code == doubt.code && other.row == doubt.row && other.name() != doubt.name();
    if !by_name && doubts.iter().any(|other| alike(&other)) {
        return Answer::WhichColumn;
    }
    if doubt.is_of_entry() && ruled.row != doubt.row {
        return Answer::OtherRow;
    }
    let list = &context.incident.lists[usize::from(context.row(doubt.row).list)];
    match list.received {
        Some(received) if received > *on => Answer::CameLater,
        None if list.mends.is_some() => Answer::CameSometime,
        _ => Answer::Lifted,
    }
}

/// Reason and hint of a release that lifts nothing, or not everything that it names.
fn idle(
    context: &Context,
    ruled: &RuledVerdict,
    doubts: &[Fault],
    remains: bool,
    answers: &mut dyn Iterator<Item = (&Fault, Answer)>,
) -> Option<(&'static str, String)> {
    let Verdict::Release { lifts, .. } = &ruled.verdict else { return None };
    if remains {
        let reason = "the release cannot lift this hold: something is missing or cannot be used";
        return Some((reason, "correct the list; held.csv says what".to_owned()));
    }
    if doubts.is_empty() {
        let reason = "there is nothing to release: the person is not held for a reason that can be ruled away";
        return Some((reason, "take the ruling out".to_owned()));
    }
    let names = || doubts.iter().map(Fault::name).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(";");
    let mut named = BTreeSet::new();
    for (doubt, answer) in answers {
        match answer {
            Answer::NotNamed => {}
            Answer::Lifted => _ = named.insert(doubt.name().to_lowercase()),
            Answer::WhichColumn => {
                let reason = "there are several columns of what the release names";
                return Some((reason, format!("write into argument those that were looked at, of `{}`", names())));
            }
            Answer::OtherRow => {
                let reason = "what the release names stands in another row of the person";
                return Some((reason, format!("look at it, and rule on `{}` as well", context.record_key(doubt.row))));
            }
            Answer::CameLater => {
                let reason = "the list with what it names came in after the day of the ruling";
                return Some((reason, "look at the person again, and rule anew".to_owned()));
            }
            Answer::CameSometime => {
                let reason = "the list with what it names mends another, and when it came in is not known";
                return Some((reason, "give the list its `received` in incident.toml, and rule on or after that day".to_owned()));
            }
        }
    }
    let unmet = lifts.iter().any(|name| !named.iter().any(|known| known == name || known.split(':').next() == Some(name)));
    let reason = "the person is not held for everything that the release names";
    unmet.then(|| (reason, format!("name in argument what was looked at, of `{}`", names())))
}

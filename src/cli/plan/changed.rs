//! What has changed since an earlier plan, in words.

use crate::cli::ui::{folded, number};
use crate::obligations::{Change, ChangeKind, Changes, State, words_of_id};
use std::collections::BTreeMap;

/// A heading, and below it a line for each new duty and each that is gone; what moved alike shares a line, and so do the counts.
/// Empty when no earlier plan is known.
pub(super) fn changed(changes: &Changes, width: usize) -> Vec<String> {
    let Some(since) = changes.since else { return Vec::new() };
    let (mut first, mut moved, mut counts, mut far) = (Vec::new(), BTreeMap::<String, Vec<String>>::new(), Vec::new(), Vec::new());
    for change in &changes.changes {
        let duty = words_of_id(&change.id);
        let required = change.now.as_ref().is_some_and(|now| now.required);
        match change.kind {
            ChangeKind::Arose => first.push(format!("new: {duty}, {}{}, last day {}", other_rule(change), count(change), day(&change.now))),
            ChangeKind::Ceased => first.push(format!("no longer required: {duty}, {}", count(change))),
            ChangeKind::Moved => moved.entry(format!("{} -> {}", day(&change.was), day(&change.now))).or_default().push(duty),
            ChangeKind::Count if required => counts.push(format!("{duty}, {}", count(change))),
            ChangeKind::Count => far.push(format!("{duty}, {}", count(change))),
        }
    }
    first.extend(moved.into_iter().map(|(days, duties)| format!("last day moved, {days}: {}", duties.join("; "))));
    for (what, counts) in [("counts", counts), ("counts of what is not required", far)] {
        first.extend((!counts.is_empty()).then(|| format!("{what}: {}", counts.join("; "))));
    }
    if first.is_empty() {
        first.push("no duty, no count and no last day".to_owned());
    }
    let lines = first.iter().flat_map(|line| hanging(line, width));
    std::iter::once(format!("changed since the plan of {since}")).chain(lines).collect()
}

fn hanging(text: &str, width: usize) -> Vec<String> {
    let lines = folded(text, width.saturating_sub(4)).into_iter().enumerate();
    lines.map(|(at, line)| format!("{}{line}", if at == 0 { "  " } else { "    " })).collect()
}

fn day(state: &Option<State>) -> String {
    let day = state.as_ref().and_then(|state| state.deadline);
    day.map_or_else(|| "none".to_owned(), |day| day.to_string())
}

/// Which rule applies now, when one for another number of people applied before.
fn other_rule(change: &Change) -> String {
    let applied = change.was.as_ref().is_some_and(|was| was.required);
    let threshold = change.now.as_ref().and_then(|now| now.threshold).unwrap_or(1);
    if applied { format!("the rule for {} or more, ", number(threshold)) } else { String::new() }
}

/// `500 -> 501`; one number when it is the same, or there is but one.
fn count(change: &Change) -> String {
    let of = |state: &Option<State>| state.as_ref().map(|state| state.count);
    match (of(&change.was), of(&change.now)) {
        (Some(was), Some(now)) if was != now => format!("{} -> {}", number(was), number(now)),
        (_, Some(one)) | (Some(one), None) => number(one),
        (None, None) => number(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn state(required: bool, count: u64) -> Option<State> {
        Some(State { required, count, threshold: Some(501), deadline: required.then(|| date(2027, 1, 9)) })
    }

    fn told(kind: ChangeKind, was: Option<State>, now: Option<State>) -> Vec<String> {
        told_of(vec![Change { id: "media_notice:LRMC:TX".to_owned(), kind, was, now }])
    }

    fn told_of(changes: Vec<Change>) -> Vec<String> {
        let lines = changed(&Changes { since: Some(date(2026, 11, 20)), changes }, 100);
        assert_eq!(lines[0], "changed since the plan of 2026-11-20");
        lines[1..].to_vec()
    }

    #[test]
    fn each_change_is_told_with_both_its_sides() {
        let new = told(ChangeKind::Arose, state(false, 500), state(true, 501));
        assert_eq!(new, ["  new: media notice LRMC TX, 500 -> 501, last day 2027-01-09"]);
        let other = told(ChangeKind::Arose, state(true, 500), state(true, 501));
        assert_eq!(other, ["  new: media notice LRMC TX, the rule for 501 or more, 500 -> 501, last day 2027-01-09"]);
        assert_eq!(told(ChangeKind::Arose, None, state(true, 9)), ["  new: media notice LRMC TX, 9, last day 2027-01-09"]);
        assert_eq!(told(ChangeKind::Ceased, state(true, 501), None), ["  no longer required: media notice LRMC TX, 501"]);
        assert_eq!(told(ChangeKind::Count, state(true, 501), state(true, 1502)), ["  counts: media notice LRMC TX, 501 -> 1,502"]);
        let far = told(ChangeKind::Count, state(false, 1), state(false, 2));
        assert_eq!(far, ["  counts of what is not required: media notice LRMC TX, 1 -> 2"]);
    }

    #[test]
    fn what_moved_alike_shares_a_line() {
        let later = state(true, 501).map(|state| State { deadline: Some(date(2027, 1, 20)), ..state });
        let moved = |state_code: &str| Change {
            id: format!("media_notice:LRMC:{state_code}"),
            kind: ChangeKind::Moved,
            was: state(true, 501),
            now: later.clone(),
        };
        let lines = told_of(vec![moved("CA"), moved("TX")]);
        assert_eq!(lines, ["  last day moved, 2027-01-09 -> 2027-01-20: media notice LRMC CA; media notice LRMC TX"]);
    }

    #[test]
    fn a_first_plan_says_nothing() {
        assert!(changed(&Changes::default(), 100).is_empty());
    }
}

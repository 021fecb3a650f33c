//! What an incident's plans said before, and what has changed since: which duty arose, ceased, or moved.
//!
//! The history is kept beside incident.toml as [`HISTORY_FILE`]; this module reads, compares and writes its text.

use super::{Obligation, Plan};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The history's name in the incident folder.
pub const HISTORY_FILE: &str = "plans.json";

/// Format of the history file.
const FORMAT: u32 = 1;

/// The plans of an incident, from the first to the last that was told apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    format: u32,
    plans: Vec<Entry>,
}

/// A plan as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The day on which it was judged.
    as_of: Date,
    /// By the obligations' ids.
    obligations: BTreeMap<String, State>,
}

/// What is remembered of an obligation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Whether it applied.
    pub required: bool,
    /// People counted.
    pub count: u64,
    /// The count from which it applied; absent when it applied to any.
    pub threshold: Option<u64>,
    /// Its last day.
    pub deadline: Option<Date>,
}

/// How an obligation changed, in the order in which a person should hear of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It applies now, and did not; or what applies now is the rule for another number of people, as when the tenth person whom no
    /// letter can reach makes the substitute notice a public one.
    Arose,
    /// It does not apply any more.
    Ceased,
    /// Its last day is another; it applied and applies.
    Moved,
    /// It counts other people; whether it applies is as it was.
    Count,
}

/// A change of one obligation; field for field what `plan --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The obligation's id.
    pub id: String,
    /// What happened to it.
    pub kind: ChangeKind,
    /// As it was; absent when it was not considered.
    pub was: Option<State>,
    /// As it is; absent when it is not considered any more.
    pub now: Option<State>,
}

/// What changed, and since when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Day of the plan that this one is held against; absent when no other is known.
    pub since: Option<Date>,
    /// By kind, then by id.
    pub changes: Vec<Change>,
}

/// Why a history cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// A later version wrote it.
    Later,
    /// It is no history: what is wrong, at which line and column.
    Broken {
        /// The fault, in words.
        reason: String,
        /// 1-based.
        line: u64,
        /// 1-based.
        column: u64,
    },
}

impl Default for History {
    fn default() -> History {
        History { format: FORMAT, plans: Vec::new() }
    }
}

impl History {
    /// Reads a history.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(text: &str) -> Result<History, Damage> {
        /// All that is known of every format.
        #[derive(Deserialize)]
        struct Format {
            format: u32,
        }
        let broken = |error: serde_json::Error| {
            let (line, column) = (error.line().max(1) as u64, error.column().max(1) as u64);
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
            Damage::Broken { reason, line, column }
        };
        match serde_json::from_str::<Format>(text).map_err(broken)? {
            Format { format } if format > FORMAT => Err(Damage::Later),
            _ => serde_json::from_str(text).map_err(broken),
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None that is known of: dates and numbers can be written as JSON.
    pub fn to_text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Remembers a plan when it differs from the last one; says whether it did. The day alone is no difference.
    pub fn remember(&mut self, plan: &Plan) -> bool {
        let obligations = states(plan);
        if self.plans.last().is_some_and(|last| last.obligations == obligations) {
            return false;
        }
        self.plans.push(Entry { as_of: plan.as_of, obligations });
        true
    }

    /// What has changed since the last plan that differs from this one: the same however often the same plan is made.
    pub fn changes(&self, plan: &Plan) -> Changes {
        let now = states(plan);
        let Some(before) = self.plans.iter().rev().find(|entry| entry.obligations != now) else { return Changes::default() };
        let ids: BTreeSet<&String> = before.obligations.keys().chain(now.keys()).collect();
        let mut changes: Vec<Change> = ids.into_iter().flat_map(|id| compare(id, before.obligations.get(id), now.get(id))).collect();
        changes.sort_by_key(|change| change.kind);
        Changes { since: Some(before.as_of), changes }
    }
}

fn states(plan: &Plan) -> BTreeMap<String, State> {
    let state = |obligation: &Obligation| {
        let Obligation { id, required, count, threshold, deadline, .. } = obligation;
        (id.clone(), State { required: *required, count: *count, threshold: *threshold, deadline: *deadline })
    };
    plan.obligations.iter().map(state).collect()
}

/// What happened to one obligation: nothing, one thing, or its last day and its count both.
fn compare(id: &str, was: Option<&State>, now: Option<&State>) -> Vec<Change> {
    let change = |kind| Change { id: id.to_owned(), kind, was: was.cloned(), now: now.cloned() };
    let applies = |state: Option<&State>| state.is_some_and(|state| state.required);
    match (applies(was), applies(now)) {
        (false, true) => return vec![change(ChangeKind::Arose)],
        (true, false) => return vec![change(ChangeKind::Ceased)],
        _ => {}
    }
    // A duty that was never owed and is or was not even considered is no news.
    let (Some(was), Some(now)) = (was, now) else { return Vec::new() };
    if now.required && was.threshold != now.threshold {
        return vec![change(ChangeKind::Arose)];
    }
    let moved = (was.deadline != now.deadline).then(|| change(ChangeKind::Moved));
    let count = (was.count != now.count).then(|| change(ChangeKind::Count));
    moved.into_iter().chain(count).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Duty;
    use super::super::sample::obligation;
    use super::*;
    use jiff::civil::date;

    fn plan(day: i8, obligations: Vec<Obligation>) -> Plan {
        Plan {
            as_of: date(2026, 11, day),
            choices: Vec::new(),
            choice_reasons: Vec::new(),
            own_rules: Vec::new(),
            mailings: Vec::new(),
            obligations,
        }
    }

    fn media(state: &str, count: u64) -> Obligation {
        let required = count > 500;
        let owed = obligation(Duty::MediaNotice, "LAKE", state, count);
        Obligation { required, deadline: owed.deadline.filter(|_| required), ..owed }
    }

    fn kinds(changes: &Changes) -> Vec<(ChangeKind, &str)> {
        changes.changes.iter().map(|change| (change.kind, change.id.as_str())).collect()
    }

    #[test]
    fn the_first_plan_has_nothing_to_be_held_against() {
        let mut history = History::default();
        let first = plan(20, vec![media("TX", 500)]);
        assert_eq!(history.changes(&first), Changes::default());
        assert!(history.remember(&first));
        assert_eq!(history.changes(&first), Changes::default());
        assert!(!history.remember(&plan(21, vec![media("TX", 500)])), "another day alone is no other plan");
    }

    #[test]
    fn a_new_duty_comes_first_and_is_told_as_often_as_one_asks() {
        let mut history = History::default();
        history.remember(&plan(20, vec![media("CA", 600), media("NV", 501), media("OR", 502), media("TX", 500)]));
        let mut later = media("OR", 502);
        later.deadline = Some(date(2027, 1, 20));
        let now = plan(22, vec![media("CA", 610), media("NV", 400), later, media("TX", 501), media("UT", 1)]);
        let told = history.changes(&now);
        assert_eq!(told.since, Some(date(2026, 11, 20)));
        let expected = [
            (ChangeKind::Arose, "media_notice:LAKE:TX"),
            (ChangeKind::Ceased, "media_notice:LAKE:NV"),
            (ChangeKind::Moved, "media_notice:LAKE:OR"),
            (ChangeKind::Count, "media_notice:LAKE:CA"),
        ];
        assert_eq!(kinds(&told), expected, "a state that is not owed anything is no news");
        assert!(history.remember(&now));
        assert_eq!(history.changes(&now), told);
        assert!(!history.remember(&now));
        assert_eq!(history.changes(&now), told);
    }

    #[test]
    fn a_duty_that_comes_or_goes_with_its_place_has_one_side() {
        let mut history = History::default();
        history.remember(&plan(20, vec![media("TX", 501)]));
        let told = history.changes(&plan(21, vec![media("CA", 501)]));
        assert_eq!(kinds(&told), [(ChangeKind::Arose, "media_notice:LAKE:CA"), (ChangeKind::Ceased, "media_notice:LAKE:TX")]);
        assert_eq!((&told.changes[0].was, &told.changes[1].now), (&None, &None));
    }

    #[test]
    fn a_day_and_a_count_that_both_moved_are_two_changes() {
        let mut history = History::default();
        history.remember(&plan(20, vec![media("TX", 501)]));
        let moved = Obligation { deadline: Some(date(2027, 2, 1)), ..media("TX", 502) };
        let told = history.changes(&plan(21, vec![moved]));
        assert_eq!(told.changes.iter().map(|change| change.kind).collect::<Vec<_>>(), [ChangeKind::Moved, ChangeKind::Count]);
    }

    #[test]
    fn another_rule_under_the_same_id_is_a_new_duty() {
        let substitute =
            |count, threshold| Obligation { threshold: Some(threshold), ..obligation(Duty::SubstituteNotice, "LAKE", "US", count) };
        let mut history = History::default();
        history.remember(&plan(20, vec![substitute(9, 1)]));
        let told = history.changes(&plan(21, vec![substitute(10, 10)]));
        assert_eq!(kinds(&told), [(ChangeKind::Arose, "substitute_notice:LAKE:US")]);
        assert_eq!(kinds(&history.changes(&plan(21, vec![substitute(8, 1)]))), [(ChangeKind::Count, "substitute_notice:LAKE:US")]);
    }

    #[test]
    fn a_history_is_read_as_it_was_written() {
        let mut history = History::default();
        history.remember(&plan(20, vec![media("TX", 501), media("CA", 3)]));
        assert_eq!(History::read(&history.to_text().unwrap()), Ok(history));
    }

    #[test]
    fn a_damaged_history_says_where() {
        for text in ["", "{", "[]", "{\"format\": 1}", "{\"format\": 1, \"plans\": [{}]}", "{\"format\": 1, \"plans\": [], \"x\": 1}"] {
            assert!(matches!(History::read(text), Err(Damage::Broken { line: 1, .. })), "{text}");
        }
        assert_eq!(History::read("{\"format\": 2, \"anything\": 0}"), Err(Damage::Later));
    }
}

//! The worked cases of the law: what is set in the incident folder, who is on the list, and what the tool must say.
//!
//! A case of the plan is a row of [`Case`]. Its people are `(how many, where they live, other columns of patients.csv)`; what is
//! expected stands one duty a line: `last day / day to mail by`, `no` for what is not owed, `-` for what is owed without a day,
//! `counts N`, `says …` and `says nothing of …` for the reasons and notes.

mod clocks; // cases 1 to 10: thresholds, days, who knew
mod exceptions; // cases 11, 17, 19: the dead, the unreachable, law enforcement
mod letters; // cases 12, 14, 25: what stands in which state's letter, and on its envelope
mod people; // cases 11, 15, 16: who is told, in which role, by letter or e-mail
mod states; // cases 1, 12, 21, 25: what states add

use crate::folder::Folder;
use crate::harness::Home;
use serde_json::Value;

/// One case of the plan.
struct Case {
    /// Number in the reference, and what it is about.
    name: &'static str,
    /// What incident.toml says; the rest is the sample's.
    incident: &'static str,
    /// What providers.csv says of the one provider, `P1`.
    provider: &'static str,
    people: &'static [(usize, &'static str, &'static str)],
    expected: &'static str,
}

impl Case {
    /// Runs `plan` and compares every line.
    fn holds(&self) {
        let folder = self.people.iter().fold(Folder::of(self.incident).provider(self.provider), |folder, (count, state, columns)| {
            folder.people(*count, state, columns)
        });
        let plan = plan(&folder.home(), &folder.mail_date());
        for line in self.expected.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (id, expected) = line.split_once(' ').unwrap_or_else(|| panic!("{}: {line}", self.name));
            compare(self.name, &duty(&plan, id), expected.trim());
        }
    }
}

/// The plan of a folder as of a day.
fn plan(home: &Home, day: &str) -> Value {
    let ended = home.run(&format!("plan incident --json --as-of {day}"));
    assert!(ended.code() <= 1, "{}", ended.stderr);
    ended.json()
}

/// A duty of the plan; `mailing` is the one mailing that serves everyone.
fn duty(plan: &Value, id: &str) -> Value {
    if id == "mailing" {
        let mut mailing = plan["mailings"][0].clone();
        mailing["required"] = true.into();
        return mailing;
    }
    let duties = plan["obligations"].as_array().unwrap();
    let ids = || duties.iter().map(|duty| duty["id"].as_str().unwrap()).collect::<Vec<_>>();
    duties.iter().find(|duty| duty["id"] == id).cloned().unwrap_or_else(|| match id.strip_prefix("without:") {
        Some(absent) if !ids().iter().any(|id| id.starts_with(absent)) => Value::Null,
        _ => panic!("no {id} in {:?}", ids()),
    })
}

#[track_caller]
fn compare(case: &str, duty: &Value, expected: &str) {
    let told = format!("{} {}", duty["basis"].as_str().unwrap_or_default(), duty["note"].as_str().unwrap_or_default());
    if let Some(text) = expected.strip_prefix("says nothing of ") {
        return assert!(!told.contains(text), "case {case}: {told}");
    }
    if let Some(text) = expected.strip_prefix("says ") {
        return assert!(told.contains(text), "case {case}: {text:?} is not in {told}");
    }
    if let Some(count) = expected.strip_prefix("counts ") {
        return assert_eq!(duty["count"].to_string(), count, "case {case}: {duty}");
    }
    assert_eq!(outcome(duty), expected, "case {case}: {duty}");
}

fn outcome(duty: &Value) -> String {
    match (duty["required"].as_bool(), duty["deadline"].as_str(), duty["mail_by"].as_str()) {
        (Some(true), Some(deadline), Some(mail_by)) => format!("{deadline} / {mail_by}"),
        (Some(true), None, None) => "-".to_owned(),
        (Some(false), None, None) => "no".to_owned(),
        (None, ..) => "absent".to_owned(),
        _ => format!("{duty}"),
    }
}

//! verified.toml: which contact blocks and rules a person has checked, when, and against what.
//!
//! What ships with the program is nobody's word but its authors': a block counts as verified only while somebody of the office has
//! looked, not too long ago. The file is no part of what a seal binds, so that looking again breaks nothing.

use super::nearest::nearest;
use super::toml_file::TomlFile;
use super::toml_section::Section;
use super::{in_reading_order, toml_text};
use crate::error::{Error, Place, Result};
use crate::rules::Rules;
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::path::Path;

/// The file in the incident folder.
pub const VERIFIED_FILE: &str = "verified.toml";

/// One check by a person: a `[[verified]]` of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The block: an id of agencies.toml such as `federal.ftc`, or the rules of a jurisdiction such as `rules.CO`.
    pub block: String,
    /// Who checked it.
    pub by: String,
    /// Day of the check.
    pub on: Date,
    /// Against what.
    pub source: String,
    /// Where it is written.
    pub place: Place,
}

/// Everything that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// In file order.
    checks: Vec<Verification>,
    /// Days after a check on which it still counts.
    days: u16,
}

/// What a block's checks are worth on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict<'v> {
    /// A check counts.
    Verified(&'v Verification),
    /// The latest check is too old.
    Stale {
        /// The latest check.
        last: &'v Verification,
        /// First day on which it did not count.
        since: Date,
    },
    /// Nobody has checked it.
    Never,
}

impl Verified {
    /// Reads the file of an incident folder; nothing is verified where there is none. `latest` is the last day that a check can have.
    ///
    /// # Errors
    /// Refused with one finding per fault: an unknown key or block, a missing, empty or wrong value, a day that has not come.
    pub fn load(folder: &Path, rules: &Rules, latest: Date) -> Result<Verified> {
        let path = folder.join(VERIFIED_FILE);
        match fs_err::read(&path) {
            Ok(bytes) => Self::read(&toml_text(VERIFIED_FILE, &bytes)?, rules, latest),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::read("", rules, latest),
            Err(error) => Err(Error::unreadable(&path, &error)),
        }
    }

    fn read(text: &str, rules: &Rules, latest: Date) -> Result<Verified> {
        let (file, table) = TomlFile::parse(VERIFIED_FILE, text);
        let mut checks = Vec::new();
        if let Some(table) = &table {
            let known = blocks(rules);
            let root = file.root(table);
            checks.extend(root.tables("verified").iter().filter_map(|section| check(section, &known, latest)));
            root.finish();
        }
        let findings = in_reading_order(file.into_findings());
        if findings.is_empty() { Ok(Verified { checks, days: rules.verified_days }) } else { Err(Error::refused_all(findings)) }
    }

    /// What the checks of a block are worth on a day; those of a later day were not made yet.
    pub fn verdict(&self, block: &str, day: Date) -> Verdict<'_> {
        let made = self.checks.iter().filter(|check| check.block == block && check.on <= day);
        let Some(last) = made.max_by_key(|check| check.on) else { return Verdict::Never };
        let since = last.on.saturating_add((i64::from(self.days) + 1).days());
        if day < since { Verdict::Verified(last) } else { Verdict::Stale { last, since } }
    }

    /// Every check, in file order.
    pub fn checks(&self) -> &[Verification] {
        &self.checks
    }

    /// Days after a check on which it still counts.
    pub fn days(&self) -> u16 {
        self.days
    }
}

/// Every block that can be checked: contact blocks by their ids, the federal rules and those of each jurisdiction.
fn blocks(rules: &Rules) -> BTreeSet<String> {
    let contacts = rules.contacts().map(|(id, _)| id);
    let of_states = rules.jurisdictions.keys().map(|code| format!("rules.{code}"));
    contacts.chain(["rules.US".to_owned()]).chain(of_states).collect()
}

/// One entry; absent when something in it is refused.
fn check(section: &Section<'_, '_>, known: &BTreeSet<String>, latest: Date) -> Option<Verification> {
    let block = section.required("block", Section::text).filter(|block| is_known(section, block, known));
    let by = section.required("by", Section::text);
    let on = section.required("on", Section::date).filter(|on| has_come(section, *on, latest));
    let source = section.required("source", Section::text);
    section.finish();
    Some(Verification { block: block?, by: by?, on: on?, source: source?, place: section.place().clone() })
}

fn is_known(section: &Section<'_, '_>, block: &str, known: &BTreeSet<String>) -> bool {
    if known.contains(block) {
        return true;
    }
    let hint = match nearest(block, known.iter().map(String::as_str)) {
        Some(word) => format!("did you mean `{word}`?"),
        None => "write a key of agencies.toml such as `federal.ftc`, or `rules.` and `US` or a state such as `rules.CO`".to_owned(),
    };
    section.refuse("block", "unknown-block", format!("`{block}` is no contact block and no rules"), hint);
    false
}

fn has_come(section: &Section<'_, '_>, on: Date, latest: Date) -> bool {
    if on <= latest {
        return true;
    }
    let reason = format!("`{}` ({on}) lies after {latest}: nobody can have checked it yet", section.path("on"));
    section.refuse("on", "future-check", reason, "write the day on which the block was checked");
    false
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::error::Finding;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 28);

    fn entry(block: &str, on: &str) -> String {
        format!("[[verified]]\nblock = \"{block}\"\nby = \"Ada\"\non = {on}\nsource = \"called the number\"\n")
    }

    fn read(text: &str) -> Result<Verified> {
        Verified::read(text, &sample::rules(), TODAY)
    }

    /// `place code: reason | hint` of each fault.
    fn faults(text: &str) -> Vec<String> {
        let told = |finding: &Finding| format!("{} {}: {} | {}", finding.place, finding.code, finding.reason, finding.hint);
        read(text).unwrap_err().findings.iter().map(told).collect()
    }

    #[test]
    fn a_check_counts_for_as_many_days_as_the_rules_say() {
        let verified = read(&entry("federal.ftc", "2026-01-01")).unwrap();
        assert_eq!(verified.days(), 180);
        let (last_day, since) = (date(2026, 6, 30), date(2026, 7, 1));
        assert!(matches!(verified.verdict("federal.ftc", last_day), Verdict::Verified(check) if check.on == date(2026, 1, 1)));
        let stale = verified.verdict("federal.ftc", since);
        assert!(
            matches!(stale, Verdict::Stale { last, since: day } if day == since && last.place == Place::line(VERIFIED_FILE, 1).column(1))
        );
        assert_eq!(verified.verdict("federal.cfpb", last_day), Verdict::Never);
        assert_eq!(verified.verdict("federal.ftc", date(2025, 12, 31)), Verdict::Never, "it was not made yet");
    }

    #[test]
    fn of_two_checks_the_later_day_counts_wherever_it_stands() {
        let (old, new) = (entry("rules.CO", "2026-01-02"), entry("rules.CO", "2026-11-02"));
        for text in [format!("{old}{new}"), format!("{new}{old}")] {
            let verified = read(&text).unwrap();
            assert!(matches!(verified.verdict("rules.CO", TODAY), Verdict::Verified(check) if check.on == date(2026, 11, 2)));
            assert!(matches!(verified.verdict("rules.CO", date(2026, 5, 1)), Verdict::Verified(check) if check.on == date(2026, 1, 2)));
        }
    }

    #[test]
    fn every_kind_of_block_can_be_checked() {
        for block in ["federal.ftc", "bureau.equifax", "state.MD", "state.NY_consumer_protection", "rules.US", "rules.CO", "rules.PR"] {
            let verified = read(&entry(block, "2026-11-28")).unwrap();
            assert!(matches!(verified.verdict(block, TODAY), Verdict::Verified(_)), "{block}");
        }
        assert_eq!(read("").unwrap().verdict("federal.ftc", TODAY), Verdict::Never);
    }

    #[test]
    fn each_fault_is_told_at_its_place() {
        let good = entry("federal.ftc", "2026-11-01");
        let cases = [
            ("on = 2026-11-01", "on = 2026-11-29", "verified.toml:4:1 future-check: `verified[0].on` (2026-11-29) lies after 2026-11-28"),
            (
                "federal.ftc",
                "federal.ftd",
                "verified.toml:2:1 unknown-block: `federal.ftd` is no contact block and no rules | did you mean `federal.ftc`?",
            ),
            ("federal.ftc", "rules.ZZZZZZZ", "unknown-block"),
            ("federal.ftc", "ombudsman", "| write a key of agencies.toml such as `federal.ftc`"),
            ("by =", "bye =", "verified.toml:3:1 unknown-key: `verified[0].bye` is not a known key | did you mean `by`?"),
            ("by = \"Ada\"\n", "", "verified.toml:1:1 missing-key: the key `verified[0].by` is missing"),
            ("\"Ada\"", "\"  \"", "verified.toml:3:1 empty-value: `verified[0].by` is empty"),
            ("\"called the number\"", "\"\"", "verified.toml:5:1 empty-value: `verified[0].source` is empty"),
            ("\"called the number\"", "true", "verified.toml:5:1 wrong-type: `verified[0].source` must be text"),
            ("2026-11-01", "\"soon\"", "verified.toml:4:1 impossible-date"),
            ("2026-11-01", "20261101", "verified.toml:4:1 wrong-type"),
            ("2026-11-01", "2026-11-31", "impossible-date"),
            ("[[verified]]", "[[verifed]]", "verified.toml:1:3 unknown-key: `verifed` is not a known key | did you mean `verified`?"),
            ("[[verified]]", "[verified]", "verified.toml:1:2 wrong-type: `verified` must be tables: write [[verified]] with two brackets"),
            ("[[verified]]", "[[verified]", "toml-syntax"),
        ];
        for (from, to, expected) in cases {
            let found = faults(&good.replacen(from, to, 1));
            assert!(found.iter().any(|fault| fault.contains(expected)), "{to}: {found:?}");
            assert!(found.iter().all(|fault| !fault.ends_with("| ")), "every fault has a hint: {found:?}");
        }
    }

    #[test]
    fn all_faults_of_a_file_are_told_at_once() {
        let text =
            entry("federal.ftc", "2027-01-01") + &entry("state.MDD", "2026-11-01") + &entry("rules.US", "2026-11-01").replace("by", "who");
        assert_eq!(faults(&text).len(), 4, "a day, a block, a missing and an unknown key: {:?}", faults(&text));
    }
}

//! Contact blocks and rules are not verified by anybody here until verified.toml says who, when and where.

use crate::harness::{Home, rows};
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::collections::BTreeSet;

const FILE: &str = "lakeside/verified.toml";
const APPROVE: &str = "approve lakeside --by Ada --role counsel";
/// What the sample's letters print.
const PRINTED: [&str; 9] = [
    "bureau.equifax",
    "bureau.experian",
    "bureau.transunion",
    "federal.annual_credit_report",
    "federal.ftc",
    "state.MD",
    "state.NY",
    "state.NY_consumer_protection",
    "state.RI",
];

/// The day of the command: `approve` reads the clock.
#[allow(clippy::disallowed_methods, reason = "the sample's checks are made today, whenever this runs")]
fn today() -> Date {
    jiff::ZonedDateTime::now().date()
}

fn entry(block: &str, on: Date) -> String {
    format!("[[verified]]\nblock = \"{block}\"\nby = \"Mo\"\non = {on}\nsource = \"called the number\"\n\n")
}

/// A file that has all of them checked on a day.
fn all(on: Date) -> String {
    PRINTED.iter().map(|block| entry(block, on)).collect()
}

/// The sample without its checks.
fn unverified() -> Home {
    let home = Home::with_sample("lakeside");
    std::fs::remove_file(home.path(FILE)).unwrap();
    home
}

fn seal(home: &Home) -> serde_json::Value {
    serde_json::from_str(&home.read("lakeside/seal/seal.json")).unwrap()
}

/// The values of a field, in order.
fn fields<'a>(list: &'a serde_json::Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap()).collect()
}

#[test]
fn the_sample_is_verified_as_it_stands() {
    let home = Home::with_sample("lakeside");
    let text = home.read(FILE);
    assert_eq!(PRINTED.map(|block| text.matches(&format!("block = \"{block}\"")).count()), [1; 9]);
    let checked: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("on = ")).collect();
    assert!(checked.iter().all(|day| ("2026-11-16".."2026-11-28").contains(day)), "{checked:?}");
    // As on the day on which it was made, whatever day it is now.
    let made_today = checked.iter().fold(text.clone(), |text, day| text.replace(day, &today().to_string()));
    home.write(FILE, &made_today).run(APPROVE).exits(0).prints("9 contact blocks of letters verified by you");
    let seal = seal(&home);
    let approval = &seal["approvals"][0];
    assert_eq!(fields(&approval["verified"], "block"), PRINTED);
    assert!(fields(&approval["verified"], "by").iter().all(|by| *by == "Marit Solheim, privacy office"));
    assert_eq!(approval["accepted_stale"], serde_json::Value::Null);
}

#[test]
fn approve_refuses_each_block_that_letters_print_and_nobody_verified() {
    let home = unverified();
    let refused = home.run(APPROVE).exits(3);
    assert_eq!(refused.stdout, "");
    assert_eq!(refused.stderr.matches("\n  --> verified.toml\n").count(), PRINTED.len(), "{}", refused.stderr);
    for block in PRINTED {
        let lines = ["[[verified]]", &format!("block = \"{block}\""), "by = \"\"", &format!("on = {}", today()), "source = \"\""];
        let shown: String = lines.map(|line| format!("        {line}\n")).concat();
        assert!(refused.stderr.contains(&shown), "{block}: {}", refused.stderr);
    }
    home.lacks("lakeside/seal").lacks("lakeside/ledger.sqlite");

    // Lines that are added as they are shown are not taken for a check.
    home.write(FILE, "[[verified]]\nblock = \"federal.ftc\"\nby = \"\"\non = 2026-11-01\nsource = \"\"\n");
    home.run(APPROVE).exits(3).says("[empty-value]").says("--> verified.toml:3:1");
    home.write(FILE, &all(today())).run(APPROVE).exits(0).prints("sealed by Ada as counsel");
}

#[test]
fn a_reason_lets_it_through_and_the_seal_keeps_it() {
    let home = unverified();
    home.write(FILE, &all(today()).replacen(&entry("state.MD", today()), &entry("state.MD", day(today(), -200)), 1));
    let command = ["approve", "lakeside", "--by", "Ada", "--role", "counsel", "--accept-stale"];
    home.run_words(&command).exits(2);
    home.run_words(&[&command[..], &[" "]].concat()).exits(3).says("[reason-missing]");
    home.run_words(&[&command[..], &["a\nb"]].concat()).exits(3).says("[reason-unusable]").says("line break");
    home.lacks("lakeside/seal");
    let since = day(today(), -200 + 181);
    let accepted = home.run_words(&[&command[..], &["the office does not answer"]].concat()).exits(0);
    let told = format!("accepted without a check by Ada: state.MD (stale since {since}), because \"the office does not answer\"");
    accepted.prints(&told);
    let verified = home.run("verify lakeside").exits(0).prints("8 contact blocks of letters verified (unsigned)");
    verified.prints(&format!("{told} (unsigned)"));
    let seal = seal(&home);
    let approval = &seal["approvals"][0];
    assert_eq!(
        approval["accepted_stale"],
        serde_json::json!({
            "blocks": [{ "block": "state.MD", "since": since.to_string() }], "reason": "the office does not answer",
        })
    );
    let others: Vec<&str> = PRINTED.into_iter().filter(|block| *block != "state.MD").collect();
    assert_eq!(fields(&approval["verified"], "block"), others);
    assert_eq!(fields(&approval["verified"], "source"), ["called the number"; 8]);

    // A check that is made again breaks no seal, and the next approval needs no excuse.
    home.write(FILE, &all(today())).run("release lakeside --by Ben").exits(0);
    home.run(APPROVE).exits(0);
    home.run("export lakeside --out package").exits(0).prints("40 letters on ");
}

#[test]
fn a_block_that_no_letter_prints_is_not_asked_for() {
    let home = unverified();
    home.write(FILE, &all(today()));
    home.run(APPROVE).exits(0);
    let part = include_str!("../../templates/en/parts/signature.md");
    home.write("lakeside/templates/en/parts/signature.md", &format!("{part}\nYou can also ask the {{{{ offices.IA.name }}}}.\n"));
    home.run(APPROVE).exits(3).says("letters print the contact block state.IA, which is not verified by you");
    home.write(FILE, &(all(today()) + &entry("state.IA", today()))).run(APPROVE).exits(0);
}

#[test]
fn a_check_counts_for_180_days() {
    let home = unverified();
    let on = jiff::civil::date(2026, 6, 3);
    home.write(FILE, &(all(day(on, 20)) + &entry("rules.US", on)).replacen(&day(on, 20).to_string(), &on.to_string(), 1));
    let check = |on: Date| {
        home.run(&format!("check lakeside --as-of {on} --findings f.csv")).exits(0);
        rows(&home.read("f.csv")).into_iter().map(|row| row["reason"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(check(day(on, 180)), [""; 0], "the 180th day");
    let stale = "1 of 9 contact blocks that letters print are not verified by you: bureau.equifax (stale since 2026-12-01)";
    assert_eq!(check(day(on, 181)), [stale]);
    let not_yet = check(day(on, 19));
    assert!(not_yet.iter().any(|reason| reason.starts_with("8 of 9 contact blocks")), "checks of later days are not made yet: {not_yet:?}");
    home.run(&format!("plan lakeside --as-of {}", day(on, 180))).exits(0).says("11 of 12 sets of rules").says("by you: rules.AL, rules.CA");
    home.run(&format!("plan lakeside --as-of {}", day(on, 181))).exits(0).says("by you: rules.US (stale since 2026-12-01), rules.AL");

    let (stale, since) = (day(today(), -181), today());
    home.write(FILE, &all(stale)).run(APPROVE).exits(3).says("[verification-stale]").says("--> verified.toml:1:1");
    let said = format!("the contact block federal.ftc, whose check by Mo on {stale} counted for 180 days and is stale since {since}");
    home.run(APPROVE).exits(3).says(&said);
    home.write(FILE, &all(day(today(), -180))).run(APPROVE).exits(0);
}

#[test]
fn of_two_checks_of_a_block_the_later_counts() {
    let (old, new) = (day(today(), -300), day(today(), -3));
    for text in [all(old) + &all(new), all(new) + &all(old)] {
        let home = unverified();
        home.write(FILE, &text).run(APPROVE).exits(0);
        assert_eq!(fields(&seal(&home)["approvals"][0]["verified"], "on"), [new.to_string().as_str(); 9]);
    }
}

#[test]
fn a_day_that_has_not_come_is_refused() {
    let home = unverified();
    home.write(FILE, &(all(today()) + &entry("rules.US", day(today(), 2))));
    for command in [APPROVE, "approve lakeside --by Ada --role counsel --accept-stale test", "check lakeside --out out", "plan lakeside"] {
        let refused = home.run(command).exits(3).says("[future-check]").says("--> verified.toml:58:1");
        assert_eq!(refused.stdout, "", "{command}");
    }
    home.lacks("out").lacks("lakeside/seal").lacks("lakeside/plans.json");
    home.run(&format!("plan lakeside --as-of {}", day(today(), 2))).exits(0);
    home.run("render lakeside --out draft --limit 1").exits(0);
}

#[test]
fn faults_are_told_with_place_and_hint() {
    let good = entry("federal.ftc", jiff::civil::date(2026, 11, 1));
    let cases = [
        ("federal.ftc", "state.MDD", "unknown-block", "2:1", "did you mean `state.MD`?"),
        ("federal.ftc", "rule.US", "unknown-block", "2:1", "did you mean `rules.US`?"),
        ("source =", "sourc =", "unknown-key", "5:1", "did you mean `source`?"),
        ("\"Mo\"", "7", "wrong-type", "3:1", "write text in \"quotes\""),
    ];
    let home = unverified();
    for (from, to, code, place, hint) in cases {
        home.write(FILE, &good.replacen(from, to, 1));
        for command in ["check lakeside", "plan lakeside", APPROVE] {
            home.run(command).exits(3).says(&format!("[{code}]")).says(&format!("--> verified.toml:{place}\n")).says(hint);
        }
    }
    home.write(FILE, "").run("check lakeside").exits(0);
    std::fs::write(home.path(FILE), b"\xFF\xFEx\0\xD8\x00\xD8").unwrap();
    home.run("check lakeside").exits(3).says("--> verified.toml");
}

#[test]
fn check_and_plan_warn_once() {
    let home = unverified();
    let checked =
        home.run("check lakeside --as-of 2026-11-20").exits(0).says("9 of 9 contact blocks that letters print are not verified by you");
    assert_eq!(checked.stderr.matches("[not-verified]").count(), 1, "{}", checked.stderr);
    checked.says("        block = \"bureau.equifax\"\n        by = \"\"\n        on = 2026-11-20\n");
    let planned =
        home.run("plan lakeside --as-of 2026-11-20").exits(0).says("12 of 12 sets of rules that the duties come from are not verified");
    assert_eq!(planned.stderr.matches("[not-verified]").count(), 1, "{}", planned.stderr);
}

#[test]
fn a_drill_brings_checks_that_are_no_later_than_today() {
    let home = Home::new();
    for (name, mail_date) in [("near", "2026-12-07"), ("far", "2031-03-03")] {
        home.run(&format!("drill {name} --people 40 --seed 2 --mail-date {mail_date}")).exits(0);
        let checked = home.run(&format!("check {name} --as-of 2026-11-28 --findings {name}.csv"));
        assert!(checked.code() <= 1, "{}", checked.stderr);
        assert!(!home.read(&format!("{name}.csv")).contains("not-verified"), "{name}");
        assert!(home.run(&format!("approve {name} --by Ada --role counsel --accept-stale drill")).code() <= 1);
    }
}

fn day(from: Date, days: i64) -> Date {
    from.saturating_add(days.days())
}

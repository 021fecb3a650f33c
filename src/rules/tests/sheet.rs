//! COMPLIANCE.md: what it says of the states' laws is what jurisdictions.toml says.

use crate::rules::{Jurisdiction, JurisdictionRule, Notice, Rules, Start, Timing, UnderHipaa};
use std::path::Path;

/// The part of the sheet between two marks, rewritten when the environment asks for it.
fn part(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/COMPLIANCE.md");
    let sheet = fs_err::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let (before, rest) = sheet.split_once(&begin).unwrap();
    let (found, after) = rest.split_once(&end).unwrap();
    if std::env::var_os("UPDATE_COMPLIANCE").is_some() {
        fs_err::write(&path, format!("{before}{begin}{expected}{end}{after}")).unwrap();
        return;
    }
    assert_eq!(found, expected, "run `UPDATE_COMPLIANCE=1 cargo test sheet` and read what changed");
}

fn counted_from(start: Start) -> &'static str {
    match start {
        Start::Discovery => "discovery",
        Start::Determination => "determination",
        Start::Letters => "the mail date",
        Start::HhsNotice => "the report to HHS",
    }
}

fn timing(notice: &Notice) -> String {
    let base = match notice.timing {
        Timing::Days(days, start) => format!("{days} days after {}", counted_from(start)),
        Timing::BusinessDays(days, start) => format!("{days} business days after {}", counted_from(start)),
        Timing::BeforeLetters => "before the letters".to_owned(),
        Timing::WithLetters => "with the letters".to_owned(),
        Timing::WithoutDelay => "no number".to_owned(),
    };
    let since = notice.days_from.map(|day| format!(", discovered from {day}")).unwrap_or_default();
    let began = notice.breach_from.map(|day| format!(", begun from {day}")).unwrap_or_default();
    let capped = if notice.not_after_letters { ", not after the letters" } else { "" };
    format!("{base}{capped}{since}{began}")
}

fn status(notice: &Notice) -> &'static str {
    match notice {
        Notice { ask_counsel: true, .. } => "your duty: ask counsel",
        Notice { owed: true, .. } => "enforced in the plan",
        _ => "satisfied by HIPAA's notice; your choice `courtesy_filings`",
    }
}

fn row(code: Jurisdiction, to: &str, key: &str, notice: &Notice) -> String {
    let from = if notice.from > 1 { format!("from {} residents, ", notice.from) } else { String::new() };
    let Notice { clause, confidence, .. } = notice;
    format!("| {code} | {to} | {from}{} | {clause} | `{code}.{key}` | {} | {} |\n", timing(notice), confidence.id(), status(notice))
}

fn rows(code: Jurisdiction, rule: &JurisdictionRule) -> String {
    let Some(law) = &rule.law else {
        return format!("| {code} | | not established: ask counsel | | `{code}.law` | low | not covered |\n");
    };
    let kind = match law.hipaa {
        UnderHipaa::Exempt => "exempt",
        UnderHipaa::Deemed => "deemed",
        UnderHipaa::DeemedInPart => "deemed in part",
        UnderHipaa::Partial => "partial",
        UnderHipaa::None => "no clause on HIPAA",
    };
    let clause = law.hipaa_clause.as_deref().unwrap_or(&law.statute);
    let mut text = format!("| **{code}** | {} | {kind} | {clause} | `{code}.law` | {} | |\n", law.statute, law.confidence.id());
    rule.individual.iter().for_each(|(key, notice)| text += &row(code, "residents", &format!("individual.{key}"), notice));
    rule.regulators.iter().for_each(|(key, notice)| text += &row(code, &notice.to, &format!("regulator.{key}"), notice));
    rule.consumer_reporting.iter().for_each(|notice| text += &row(code, "consumer reporting agencies", "consumer_reporting", notice));
    if let Some(service) = &rule.identity_service {
        let (months, clause, confidence) = (service.months, &service.clause, service.confidence.id());
        let who = service.elements.join(", ");
        text += &format!(
            "| {code} | identity service ({who}) | {months} months | {clause} | `{code}.identity_service` | {confidence} | enforced |\n"
        );
    }
    text
}

#[test]
fn the_sheet_says_of_the_states_what_the_rules_say() {
    let rules = Rules::load().unwrap();
    let mut table =
        "\n| state | to whom | when | clause | key in jurisdictions.toml | confidence | status |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    rules.jurisdictions.iter().for_each(|(code, rule)| table += &rows(*code, rule));
    table.push('\n');
    part("states", &table);
}

#[test]
fn the_sheet_says_of_letters_what_the_rules_say() {
    let rules = Rules::load().unwrap();
    let mut table = "\n| state | clause | parts | rules | confidence |\n|---|---|---|---|---|\n".to_owned();
    for (code, rule) in &rules.jurisdictions {
        let Some(letter) = &rule.letter else { continue };
        let ids = rules.content.iter().filter(|rule| rule.residents == Some(*code)).map(|rule| format!("`{}`", rule.id));
        let ids = ids.collect::<Vec<_>>().join(", ");
        table += &format!("| {code} | {} | {} | {ids} | {} |\n", letter.clause, letter.parts.join(", "), letter.confidence.id());
    }
    table.push('\n');
    part("parts", &table);
}

#[test]
fn the_sheet_names_keys_and_rules_that_exist() {
    let sheet = include_str!("../COMPLIANCE.md");
    let rules = Rules::load().unwrap();
    for (name, text) in rules.sources().filter(|(name, _)| *name == "federal.toml") {
        for key in text.lines().filter_map(|line| line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))) {
            let told = sheet.contains(&format!("`{key}`"));
            assert!(told || key == "hold_effect", "{name}: {key}");
        }
    }
    let of_all = rules.content.iter().filter(|rule| rule.residents.is_none());
    for rule in of_all {
        let prefix = rule.id.split('-').next().unwrap();
        let told = [format!("`{}`", rule.id), format!("`{prefix}-*`")].iter().any(|name| sheet.contains(name));
        assert!(told || sheet.contains(&format!("{prefix}-*")), "{}", rule.id);
    }
}

//! The built-in rules: their numbers, their faults, the postal calendar.

mod sheet;

use super::load::{AGENCIES, CONTENT, FEDERAL, HOLIDAYS, JURISDICTIONS, VERIFICATION, rules as read};
use super::source::Source;
use super::{Jurisdiction, Rules, Start, Timing};
use crate::error::{Kind, Result};
use jiff::civil::date;
use proptest::prelude::*;

fn rules() -> Rules {
    Rules::load().unwrap()
}

#[test]
fn the_numbers_are_those_of_the_clauses() {
    let federal = rules().federal;
    let numbers = [
        (&federal.individual_days, 60, "45 CFR 164.404(b)"),
        (&federal.hhs_at_once_from, 500, "45 CFR 164.408(b)"),
        (&federal.hhs_log_days, 60, "45 CFR 164.408(c)"),
        (&federal.media_above, 500, "45 CFR 164.406(a)"),
        (&federal.media_days, 60, "45 CFR 164.406(b)"),
        (&federal.substitute_other_means_from, 1, "45 CFR 164.404(d)(2)(i)"),
        (&federal.substitute_public_from, 10, "45 CFR 164.404(d)(2)(ii)"),
        (&federal.substitute_posting_days, 90, "45 CFR 164.404(d)(2)(ii)"),
        (&federal.oral_hold_days, 30, "45 CFR 164.412(b)"),
        (&federal.retention_years, 6, "45 CFR 164.530(j)(2)"),
    ];
    for (limit, value, clause) in numbers {
        assert_eq!((limit.value, limit.clause.as_str()), (value, clause));
    }
}

#[test]
fn majority_is_eighteen_but_where_it_is_not() {
    let others: Vec<(String, u8)> = rules()
        .jurisdictions
        .iter()
        .filter(|(_, rule)| rule.majority_age != 18)
        .map(|(code, rule)| (code.to_string(), rule.majority_age))
        .collect();
    let expected = [("AL", 19), ("MS", 21), ("NE", 19), ("PR", 21)].map(|(code, age)| (code.to_owned(), age));
    assert_eq!(others, expected);
}

#[test]
fn military_post_and_invented_codes_are_no_jurisdiction() {
    let rules = rules();
    for code in ["AA", "AE", "AP", "ZZ", "US"] {
        assert_eq!(rules.jurisdiction(Jurisdiction::from_code(code).unwrap()), None, "{code}");
    }
    for code in ["DC", "PR", "GU", "VI", "AS", "MP", "TX"] {
        assert!(rules.jurisdiction(Jurisdiction::from_code(code).unwrap()).unwrap().counts_for_media, "{code}");
    }
}

#[test]
fn letters_find_the_offices_they_print() {
    let rules = rules();
    let ids: Vec<&str> = rules.agencies.keys().map(String::as_str).collect();
    let states =
        ["state.DC", "state.IA", "state.MA", "state.MD", "state.NC", "state.NY", "state.NY_consumer_protection", "state.OR", "state.RI"];
    assert_eq!(ids, [["federal.annual_credit_report", "federal.cfpb", "federal.ftc"].as_slice(), &states].concat());
    assert_eq!(rules.bureaus[2].minor_freeze_lines, ["P.O. Box 380", "Woodlyn, PA 19094"]);
}

#[test]
fn sources_are_every_file_that_is_loaded() {
    let rules = rules();
    let names: Vec<&str> = rules.sources().map(|(name, _)| name).collect();
    assert_eq!(names, ["agencies.toml", "content.toml", "federal.toml", "holidays.toml", "jurisdictions.toml", "verification.toml"]);
    assert!(rules.sources().all(|(_, text)| text.contains("source")));
}

/// The rules with another text for one built-in file, or with the incident folder's own over it.
fn with(file: &str, text: &'static str, own: Option<&str>) -> Result<Rules> {
    let files = [
        ("agencies.toml", AGENCIES),
        ("content.toml", CONTENT),
        ("federal.toml", FEDERAL),
        ("holidays.toml", HOLIDAYS),
        ("jurisdictions.toml", JURISDICTIONS),
        ("verification.toml", VERIFICATION),
    ];
    let sources = files.map(|(name, built_in)| {
        let mut source = Source::built_in(name, if name == file { text } else { built_in });
        source.own = own.filter(|_| name == file).map(str::to_owned);
        source
    });
    read(&sources)
}

#[test]
fn a_fault_in_a_built_in_file_is_a_bug_of_ours() {
    let faults = [
        ("federal.toml", FEDERAL, "value = 60", "value = 6000"),
        ("federal.toml", FEDERAL, "value = 60", "value = \"60\""),
        ("federal.toml", FEDERAL, "clause =", "clauses ="),
        ("jurisdictions.toml", JURISDICTIONS, "majority_age = 19", "majority_age = 91"),
        ("jurisdictions.toml", JURISDICTIONS, "[AL]", "[Al]"),
        ("jurisdictions.toml", JURISDICTIONS, "confidence = \"medium\"", "confidence = \"sure\""),
        ("jurisdictions.toml", JURISDICTIONS, "elements = [\"ssn\"", "elements = [\"sssn\""),
        ("jurisdictions.toml", JURISDICTIONS, "days = 45\nafter = \"determination\"", "days = 45"),
        ("jurisdictions.toml", JURISDICTIONS, "days = 45", "days = 450"),
        ("jurisdictions.toml", JURISDICTIONS, "months = 12", "months = 0"),
        ("agencies.toml", AGENCIES, "[bureau.equifax]", "[bureau.equifox]"),
        ("agencies.toml", AGENCIES, "www.identitytheft.gov", "https://www.identitytheft.gov"),
        ("verification.toml", VERIFICATION, "value = 180", "value = 0"),
        ("verification.toml", VERIFICATION, "why = \"bureaus", "why = \" bureaus"),
    ];
    for (index, (file, text, from, to)) in faults.into_iter().enumerate() {
        let text: &'static str = text.replacen(from, to, 1).leak();
        assert_eq!(with(file, text, None).err().map(|error| error.kind), Some(Kind::Bug), "fault {index}");
    }
}

#[test]
fn the_folders_own_rules_replace_and_add_by_key() {
    let own = "[CO.individual.general]\ndays = 45\n[AS.law]\nstatute = \"A.S.C.A. 1\"\nhipaa = \"none\"\nhipaa_effect = \"none\"\nelements = [\"ssn\"]\nconfidence = \"low\"\nsource = \"counsel\"\n";
    let rules = with("jurisdictions.toml", JURISDICTIONS, Some(own)).unwrap();
    let of = |code| rules.jurisdiction(Jurisdiction::from_code(code).unwrap()).unwrap();
    assert_eq!(of("CO").individual["general"].timing, Timing::Days(45, Start::Determination));
    assert!(of("AS").law.is_some());
    let first = &rules.own.iter().find(|own| own.key.contains("CO")).unwrap();
    assert_eq!(
        (first.key.as_str(), first.was.as_deref(), first.now.as_str()),
        ("jurisdictions.toml: CO.individual.general.days", Some("30"), "45")
    );
    assert!(rules.sources().any(|(name, text)| name == "own/jurisdictions.toml" && text == own));
}

#[test]
fn a_fault_in_the_folders_own_rules_is_refused_at_its_place() {
    let cases = [
        ("\n[CO.individual.general]\ndays = \"soon\"\n", "rules/jurisdictions.toml:3:1"),
        ("[CO]\nmajority_age = 12\n", "rules/jurisdictions.toml:2:1"),
        ("[CO.individual.general]\ndaze = 3\n", "rules/jurisdictions.toml:2:1"),
        ("[ZZ]\nname = \"Nowhere\"\n", "rules/jurisdictions.toml:1:2"),
        ("[CO.law]\nelements = [\"soul\"]\n", "rules/jurisdictions.toml:2:1"),
        ("CO = 3\n", "rules/jurisdictions.toml:1:1"),
        ("[CO\n", "rules/jurisdictions.toml:1:4"),
    ];
    for (own, place) in cases {
        let error = with("jurisdictions.toml", JURISDICTIONS, Some(own)).unwrap_err();
        assert_eq!((error.kind, error.findings[0].place.to_string().as_str()), (Kind::Refused, place), "{own}: {error}");
    }
}

#[test]
fn mail_by_rolls_back_and_never_forward() {
    let rules = rules();
    let cases = [
        (date(2025, 4, 21), date(2025, 4, 21)),
        // Case 7: a Sunday, and the Saturday before it.
        (date(2025, 5, 4), date(2025, 5, 2)),
        (date(2025, 5, 3), date(2025, 5, 2)),
        // A Monday holiday after a weekend.
        (date(2026, 1, 19), date(2026, 1, 16)),
        // Independence Day 2026 is a Saturday: Friday the 3rd is an ordinary day.
        (date(2026, 7, 4), date(2026, 7, 3)),
        // Christmas 2022 was a Sunday, kept on Monday the 26th.
        (date(2022, 12, 26), date(2022, 12, 23)),
    ];
    for (day, expected) in cases {
        assert_eq!(rules.mail_by(day), expected, "{day}");
    }
}

proptest! {
    #[test]
    fn mail_by_is_a_business_day_within_a_week(year in 2020_i16..2040, month in 1_i8..=12, day in 1_i8..=28) {
        let rules = rules();
        let day = date(year, month, day);
        let mail_by = rules.mail_by(day);
        prop_assert!(mail_by <= day && rules.is_postal_business_day(mail_by));
        prop_assert!((day - mail_by).get_days() < 7);
    }
}

#[test]
fn the_folders_content_rules_join_ours_and_those_of_safety_stay() {
    let own = "[rule.house-line]\nwhat = \"the house line\"\nclause = \"house style 1\"\nany = [\"call_center.phone\"]\n";
    let rules = with("content.toml", CONTENT, Some(own)).unwrap();
    let built_in = self::rules().content.len();
    assert_eq!(rules.content.len(), built_in + 1);
    assert!(rules.content.iter().any(|rule| rule.id == "hipaa-types") && rules.content.iter().any(|rule| rule.id == "house-line"));
    for own in ["[rule.hipaa-types]\ncomputed = true\n", "[rule.sensitive-word]\nseverity = \"warns\"\n"] {
        let error = with("content.toml", CONTENT, Some(own)).unwrap_err();
        assert_eq!(error.kind, Kind::Refused, "{own}");
        assert_eq!(error.findings[0].place.to_string(), "rules/content.toml:1:7", "{own}");
    }
}

#[test]
fn a_further_holiday_joins_the_others() {
    let own = "[[once]]\nname = \"Closed\"\ndate = \"2026-07-06\"\nsource = \"USPS\"\n";
    let rules = with("holidays.toml", HOLIDAYS, Some(own)).unwrap();
    assert!(rules.holidays.contains(&date(2026, 7, 6)) && rules.holidays.contains(&date(2026, 12, 25)));
    let error = with("holidays.toml", HOLIDAYS, Some("first_year = 2028\n")).unwrap_err();
    assert_eq!((error.kind, error.findings[0].place.file.as_str()), (Kind::Refused, "rules/holidays.toml"));
}

#[test]
fn a_sign_of_a_template_in_a_contact_block_is_refused() {
    let own = "[state.MD]\nphone = \"{{ x }}\"\n";
    let error = with("agencies.toml", AGENCIES, Some(own)).unwrap_err();
    assert_eq!((error.kind, error.findings[0].place.to_string().as_str()), (Kind::Refused, "rules/agencies.toml:2:1"));
}

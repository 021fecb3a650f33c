//! `plan`: duties and deadlines of the sample, counted by hand.

use crate::harness::{Home, rows};
use jiff::civil::{Date, date};
use serde_json::Value;

fn obligations(home: &Home) -> Vec<Value> {
    let plan = home.run("plan lakeside --as-of 2026-11-20 --json").exits(0).json();
    assert_eq!(plan["as_of"], "2026-11-20");
    assert!(plan["choices"].as_array().is_some_and(|choices| choices.contains(&Value::from("day_zero = excluded"))));
    plan["obligations"].as_array().unwrap().clone()
}

#[test]
fn every_obligation_has_the_agreed_fields() {
    let home = Home::with_sample("lakeside");
    let duties = [
        "individual_notice",
        "hhs_notice",
        "hhs_annual_log",
        "media_notice",
        "regulator_notice",
        "consumer_reporting_agency_notice",
        "substitute_notice",
        "business_associate_notice",
        "identity_service",
    ];
    let mut ids = std::collections::BTreeSet::new();
    for obligation in obligations(&home) {
        let keys: Vec<&str> = obligation.as_object().unwrap().keys().map(String::as_str).collect();
        let mut agreed = [
            "id",
            "duty",
            "to",
            "provider_id",
            "jurisdiction",
            "clause",
            "count",
            "threshold",
            "required",
            "deadline",
            "mail_by",
            "basis",
            "confidence",
            "note",
        ];
        agreed.sort_unstable();
        assert_eq!(keys, agreed, "{obligation}");
        assert!(duties.contains(&obligation["duty"].as_str().unwrap()), "{obligation}");
        assert!(obligation["required"].is_boolean(), "{obligation}");
        assert!(ids.insert(obligation["id"].as_str().unwrap().to_owned()), "an id stands once: {obligation}");
        assert!(obligation["clause"].as_str().unwrap().contains("CFR"), "{obligation}");
        for day in ["deadline", "mail_by"] {
            let day = &obligation[day];
            assert!(day.is_null() || day.as_str().unwrap().parse::<Date>().is_ok(), "{obligation}");
        }
    }
}

#[test]
fn deadlines_are_those_of_the_calendar() {
    let home = Home::with_sample("lakeside");
    let obligations = obligations(&home);
    let find = |duty: &str, provider: &str| {
        let found = obligations.iter().find(|one| one["duty"] == duty && one["provider_id"] == provider && one["required"] == true);
        found.unwrap_or_else(|| panic!("{duty} of {provider}"))
    };
    // Sixty days after 10 November 2026: 20 left in November, 31 in December, the rest in January.
    // The 9th of January 2027 is a Saturday and the 17th a Sunday, so letters go to the post on the Friday before.
    let cases = [("LRMC", "2027-01-09", "2027-01-08"), ("NCH", "2027-01-09", "2027-01-08"), ("CCC", "2027-01-17", "2027-01-15")];
    for (provider, deadline, mail_by) in cases {
        let notice = find("individual_notice", provider);
        assert_eq!((&notice["deadline"], &notice["mail_by"]), (&deadline.into(), &mail_by.into()), "{notice}");
        // Sixty days after the end of the year in which it was discovered: 31 in January, 28 in February, one in March.
        assert_eq!(find("hhs_annual_log", provider)["deadline"], "2027-03-01");
    }
    assert_eq!(date(2026, 11, 10) + jiff::Span::new().days(60), date(2027, 1, 9));
}

#[test]
fn counts_are_those_of_the_list() {
    let home = Home::with_sample("lakeside");
    let list = rows(&home.read("lakeside/patients.csv"));
    for obligation in obligations(&home) {
        let of_provider = list.iter().filter(|row| row["provider_id"] == *obligation["provider_id"].as_str().unwrap());
        // One row is merged into another; both are in Michigan.
        let of_provider = of_provider.filter(|row| row["record_id"] != "LS-0039");
        let expected = match (obligation["duty"].as_str().unwrap(), obligation["jurisdiction"].as_str().unwrap()) {
            ("individual_notice" | "hhs_annual_log" | "hhs_notice", "US") => of_provider.count(),
            ("media_notice", state) => {
                assert_eq!(obligation["required"], false, "nobody has more than 500 residents: {obligation}");
                // Where the patient lives; where letters go instead, a confidential address or next of kin's, is no residence.
                of_provider.filter(|row| row["state"] == state).count()
            }
            _ => continue,
        };
        assert_eq!(obligation["count"], expected, "{obligation}");
    }
}

#[test]
fn the_plan_reads_well() {
    let home = Home::with_sample("lakeside");
    insta::assert_snapshot!("plan", home.run("plan lakeside --as-of 2026-11-20").exits(0).stdout);
}

//! `plan`: duties and deadlines of the sample, counted by hand.

use crate::harness::{Home, pages, rows};
use crate::standards::broken;
use jiff::civil::{Date, date};
use page_validation::ValidationProfile;
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
        let clause = obligation["clause"].as_str().unwrap();
        assert!(clause.contains(|c: char| c.is_ascii_digit()), "{obligation}");
        assert!(clause.contains("CFR") || obligation["jurisdiction"] != "US", "{obligation}");
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
        let of_provider = |one: &&Value| one["duty"] == duty && one["provider_id"] == provider && one["jurisdiction"] == "US";
        let found = obligations.iter().filter(of_provider).find(|one| one["required"] == true);
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

/// A calendar's lines as a reader takes them: unfolded.
fn lines(calendar: &str) -> Vec<String> {
    assert!(calendar.ends_with("\r\n") && calendar.matches('\n').count() == calendar.matches("\r\n").count(), "every line ends with CRLF");
    assert!(calendar.split("\r\n").all(|line| line.len() <= 75), "{calendar}");
    calendar.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn the_calendar_has_an_event_for_each_last_day() {
    let home = Home::with_sample("lakeside");
    let required = obligations(&home).into_iter().filter(|one| one["required"] == true && !one["deadline"].is_null());
    let mut expected: Vec<(String, String)> = required
        .map(|one| {
            let day = one["mail_by"].as_str().unwrap().replace('-', "");
            (format!("UID:{}@lakeside-2026.breachnotice", one["id"].as_str().unwrap()), format!("DTSTART;VALUE=DATE:{day}"))
        })
        .collect();
    home.run("plan lakeside --as-of 2026-11-20 --ics days.ics").exits(0).says("days.ics");
    home.is_private("days.ics");
    let lines = lines(&home.read("days.ics"));
    let of = |key: &str| lines.iter().filter(|line| line.starts_with(key)).cloned().collect::<Vec<_>>();
    let mut found: Vec<(String, String)> = of("UID:").into_iter().zip(of("DTSTART;")).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert!(of("DTSTAMP:").iter().all(|line| line == "DTSTAMP:20261120T000000Z"), "the clock has no part in it");
    let summary = "SUMMARY:Lakeside Regional Medical Center\\, Inc.: individual notice\\, last day 2027-01-09";
    assert!(lines.contains(&summary.to_owned()), "{lines:?}");
}

#[test]
fn the_same_plan_gives_the_same_files() {
    let home = Home::with_sample("lakeside");
    for out in ["one", "two"] {
        home.run(&format!("plan lakeside --as-of 2026-11-20 --ics {out}.ics --memo {out}.pdf")).exits(0);
    }
    for ending in ["ics", "md", "pdf"] {
        assert_eq!(
            std::fs::read(home.path(&format!("one.{ending}"))).unwrap(),
            std::fs::read(home.path(&format!("two.{ending}"))).unwrap()
        );
    }
}

#[test]
fn the_memo_is_the_same_text_twice() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "Old record servers", "Old *record* servers | <b>A</b>");
    home.run("plan lakeside --as-of 2026-11-20 --memo memo").exits(0).says("memo.md").says("memo.pdf");
    home.is_private("memo.md");
    home.is_private("memo.pdf");
    let memo = home.read("memo.md");
    let pages = pages(&home.path("memo.pdf"));
    let pdf = pages.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    for text in [
        "Who must be told, and by when",
        "Memo for counsel as of 2026-11-20",
        "Old *record* servers | <b>A</b> at Bellwether Health Records (lakeside-2026)",
        "it is not the providers' agent",
        "day_zero = excluded",
        "Copper Canyon Clinics, Inc. (CCC): what is required",
        "What to ask counsel",
        "The tool computes, counsel decides.",
    ] {
        assert!(pdf.contains(text), "{text}\n{pdf}");
    }
    for obligation in obligations(&home) {
        let clause = obligation["clause"].as_str().unwrap();
        // A bare ampersand would be an entity in Markdown.
        let escaped = clause.replace('&', "\\&");
        assert!((memo.contains(clause) || memo.contains(&escaped)) && pdf.contains(clause), "{clause}");
    }
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", index + 1, pages.len())) && !page.contains("DRAFT"), "{page}");
    }
    assert_eq!(broken(&home, "memo.pdf", ValidationProfile::PdfUa1), Vec::<String>::new());
}

#[test]
fn a_file_of_somebody_else_is_not_replaced() {
    let home = Home::with_sample("lakeside");
    home.write("mine.md", "my own notes").write("mine.ics", "my own dates");
    home.run("plan lakeside --memo mine").exits(3).says("this file exists and is no memo").prints("choices in force");
    home.run("plan lakeside --ics mine.ics").exits(3).says("this file exists and is no calendar");
    assert_eq!(home.read("mine.md") + &home.read("mine.ics"), "my own notesmy own dates");
    home.lacks("mine.pdf");
    for _ in 0..2 {
        home.run("plan lakeside --memo ours --ics ours.ics").exits(0);
    }
}

#[test]
fn a_calendar_that_cannot_be_written_leaves_the_plan_shown() {
    let home = Home::with_sample("lakeside");
    home.write("file", "x");
    home.run("plan lakeside --ics file/days.ics").exits(4).says("cannot be written").prints("choices in force");
}

/// Adds so many patients of Michigan whom no letter can reach.
fn without_address(home: &Home, people: std::ops::Range<u32>) {
    let mut list = home.read("lakeside/patients.csv");
    let columns: Vec<String> = list.lines().next().unwrap().split(',').map(str::to_owned).collect();
    for at in people {
        let cell = |column: &String| match column.as_str() {
            "record_id" => format!("LS-9{at:03}"),
            "patient_id" => format!("M9{at:05}"),
            "provider_id" => "LRMC".to_owned(),
            "first_name" => format!("Ann{}", char::from(b'a' + (at % 26) as u8)),
            "last_name" => "Quarterman".to_owned(),
            "birth_date" => format!("1970-01-{:02}", at % 28 + 1),
            "state" => "MI".to_owned(),
            "elements" => "name;mrn".to_owned(),
            _ => String::new(),
        };
        list += &(columns.iter().map(cell).collect::<Vec<_>>().join(",") + "\n");
    }
    home.write("lakeside/patients.csv", &list);
}

#[test]
fn what_changed_is_told_until_it_changes_again() {
    let home = Home::with_sample("lakeside");
    let first = home.run("plan lakeside --as-of 2026-11-20 --json").exits(0).json();
    assert_eq!((&first["since"], &first["changes"]), (&Value::Null, &Value::Array(Vec::new())));
    home.is_private("lakeside/plans.json");
    without_address(&home, 0..9);
    let second = home.run("plan lakeside --as-of 2026-11-22 --json").exits(0).json();
    assert_eq!(second["since"], "2026-11-20");
    let arose = &second["changes"][0];
    assert_eq!((&arose["kind"], &arose["id"]), (&"arose".into(), &"substitute_notice:LRMC:US".into()), "new duties come first: {second}");
    assert_eq!((&arose["was"]["required"], &arose["was"]["count"]), (&false.into(), &0.into()));
    assert_eq!((&arose["now"]["count"], &arose["now"]["deadline"]), (&9.into(), &"2027-01-09".into()));
    let count = second["changes"].as_array().unwrap().iter().find(|change| change["id"] == "individual_notice:LRMC:US").unwrap();
    assert_eq!((&count["kind"], &count["was"]["count"], &count["now"]["count"]), (&"count".into(), &26.into(), &35.into()));
    let again = home.run("plan lakeside --as-of 2026-11-22 --json").exits(0).json();
    assert_eq!((&again["since"], &again["changes"]), (&second["since"], &second["changes"]), "told as often as one asks");
    let text = home.run("plan lakeside --as-of 2026-11-23").exits(0).stdout;
    let told = text.split("changed since the plan of 2026-11-20\n").nth(1).unwrap_or_else(|| panic!("{text}"));
    assert!(told.starts_with("  new: substitute notice LRMC US, 0 -> 9, last day 2027-01-09\n"), "{told}");
    // The tenth makes it public.
    without_address(&home, 9..10);
    let third = home.run("plan lakeside --as-of 2026-11-24").exits(0);
    third.prints("changed since the plan of 2026-11-22").prints("  new: substitute notice LRMC US, the rule for 10 or more, 9 -> 10");
}

#[test]
fn a_history_that_is_damaged_or_not_ours_only_warns() {
    for (text, reason) in [
        ("{\"format\": 1, \"plans\": [", "the history of plans is damaged"),
        ("\u{FFFD}", "the history of plans is damaged"),
        ("{\"format\": 999}", "a later version of breachnotice wrote it"),
    ] {
        let home = Home::with_sample("lakeside");
        home.write("lakeside/plans.json", text);
        let ended = home.run("plan lakeside --as-of 2026-11-20").exits(0).says(reason).says("hint: ").says("plans.json");
        ended.prints("individual notice");
        assert_eq!(home.read("lakeside/plans.json"), text, "it may yet be mended");
    }
}

#[test]
fn a_history_that_cannot_be_written_only_warns() {
    let home = Home::with_sample("lakeside");
    // A link is never written through, whoever runs this; a folder without write permission would not stop root.
    std::os::unix::fs::symlink(home.path("elsewhere.json"), home.path("lakeside/plans.json")).unwrap();
    home.run("plan lakeside --as-of 2026-11-20").exits(0).says("this plan is not kept").prints("individual notice");
    home.lacks("elsewhere.json");
}

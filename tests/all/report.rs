//! The report that closes an incident: what is still missing is told first, and what was done is told with its day.

use crate::harness::{Ended, Home, rows};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn report(home: &Home) -> Ended {
    home.run("report lakeside --out report --as-of 2026-12-20 --json")
}

/// The hint of an open item.
#[track_caller]
fn open(report: &Value, what: &str) -> String {
    let open = report["open"].as_array().unwrap();
    let item = open.iter().find(|item| item["what"] == what).unwrap_or_else(|| panic!("{what} is not among {open:#?}"));
    item["hint"].as_str().unwrap().to_owned()
}

/// The duties of a provider on the first page.
fn duties(report: &Value, provider: &str) -> Vec<Value> {
    let is_its = |of: &&Value| of["name"].as_str().unwrap().ends_with(&format!("({provider})"));
    report["providers"].as_array().unwrap().iter().find(is_its).unwrap()["duties"].as_array().unwrap().clone()
}

/// When a duty was met; null while it is open.
#[track_caller]
fn met(duties: &[Value], title: &str) -> Value {
    duties.iter().find(|duty| duty["title"] == title).unwrap_or_else(|| panic!("{title}: {duties:#?}"))["met"].clone()
}

/// The sheet of a provider for the portal as lines: a question, then what stands under it.
fn sheet(home: &Home, provider: &str) -> String {
    lines_of(&home.read(&format!("report/hhs/{provider}.html")))
}

fn lines_of(page: &str) -> String {
    let body = page.split_once("<h1>").unwrap().1;
    let marks = [
        ("<li class=\"chosen\">", "\n<li>"),
        ("</td>", " "),
        ("</tr>", "\n"),
        ("</h1>", "\n"),
        ("</h2>", "\n"),
        ("</h3>", "\n"),
        ("</p>", "\n"),
        ("</li>", "\n"),
    ];
    let text = marks.iter().fold(body.to_owned(), |text, (from, to)| text.replace(from, to));
    let mut plain = String::new();
    let mut inside = false;
    for letter in text.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => plain.push(letter),
            _ => {}
        }
    }
    plain.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_sheet_alone_fills_the_portals_form() {
    let home = Home::with_sample("lakeside");
    // Before the mail date: the planned one stands there.
    let written = home.run("report lakeside --out report --as-of 2026-12-01 --json").exits(1).json();
    for sheet in written["hhs"].as_array().unwrap() {
        assert_eq!(sheet["missing"], json!([]), "{}", sheet["provider_id"]);
    }
    insta::assert_snapshot!("hhs_sheet", sheet(&home, "NCH"));
    home.is_private("report/hhs/NCH.html");
    home.is_private("report/index.html");
}

#[test]
fn what_is_missing_is_told_first() {
    let home = Home::with_sample("lakeside");
    home.remove("lakeside/report.toml");
    home.edit("lakeside/providers.csv", "2026-02-03,2026-02-10", "2026-02-03,");
    home.edit("lakeside/incident.toml", "breach_ended = 2026-02-20\n", "");
    let written = report(&home).exits(1).json();
    let hint = open(&written, "HHS sheet of CCC");
    for label in ["Breach End Date", "Safeguards in Place Prior to Breach", "Business Associate: City", "Name"] {
        assert!(hint.contains(label), "{label}: {hint}");
    }
    assert!(sheet(&home, "CCC").contains("Missing: 15\n"), "{}", sheet(&home, "CCC"));
    assert!(open(&written, "CCC: letters").starts_with("was due by 2026-12-10; nothing has been rendered or released yet"));
}

#[test]
fn a_duty_is_met_on_its_day() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    let pieces = home.records_of_pieces("lakeside");
    assert!(open(&report(&home).exits(1).json(), "LRMC: letters").contains("notices are known to have gone"));
    let mailed: String = pieces.keys().map(|piece| format!("{piece},mailed,2026-12-08\n")).collect();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{mailed}"));
    home.run("receive lakeside production mailed.csv").exits(1);
    let filing = "[[filings]]\nduty = \"hhs_annual_log\"\nprovider = \"NCH\"\non = 2026-11-20\nreference = \"R-1\"\nindividuals = 9\n\n\
                  [[filings]]\nduty = \"regulator_notice\"\nprovider = \"CCC\"\njurisdiction = \"CA\"\n\
                  offices = [\"public_health\"]\non = 2026-11-27\n";
    let before = home.read("lakeside/report.toml");
    home.write("lakeside/report.toml", &format!("{before}\n{filing}"));
    report(&home).exits(1);
    let index = home.read("report/index.html");
    for words in
        ["2026-12-08, 2 days early", "2026-11-20, 101 days early", "2026-11-27, 13 days early", "filed, R-1", "The counts close, as"]
    {
        assert!(index.contains(words), "{words}");
    }
    let sheet = sheet(&home, "NCH");
    for line in ["[x]Addendum to Previous Report", "R-1", "12/08/2026"] {
        assert!(sheet.lines().any(|found| found == line), "{line}\n{sheet}");
    }
}

#[test]
fn a_filing_that_meets_nothing_is_told() {
    let home = Home::with_sample("lakeside");
    let before = home.read("lakeside/report.toml");
    let filing = |provider: &str, duty: &str, state: &str| {
        format!("\n[[filings]]\nduty = \"{duty}\"\nprovider = \"{provider}\"\njurisdiction = \"{state}\"\non = 2026-11-20\n")
    };
    let cases = [
        (filing("NCH", "regulator_notice", "NY"), "which `offices` it was given to: attorney_general, state, state_police"),
        (filing("NCH", "media_notice", "OH"), "the plan has no media notice in OH"),
        (filing("NCH", "hhs_notice", "NY").replace("jurisdiction = \"NY\"\n", ""), "the plan asks for the HHS annual log of this provider"),
        (filing("NCH", "regulator_notice", "NY") + "offices = [\"attorney_general\", \"state_polise\"]\n", "no office state_polise in NY"),
    ];
    for (entry, hint) in cases {
        home.write("lakeside/report.toml", &format!("{before}{entry}"));
        let told = open(&report(&home).exits(1).json(), "filing of NCH on 2026-11-20");
        assert!(told.contains(hint), "{told}");
    }
    // What was filed the other way is none of the log's.
    home.write("lakeside/report.toml", &format!("{before}{}", filing("NCH", "hhs_notice", "US")));
    report(&home).exits(1);
    let log = rows(&home.read("report/hhs/yearly-log.csv"));
    assert_eq!(log.iter().find(|line| line["provider_id"] == "NCH").unwrap()["filed_on"], "");
}

#[test]
fn what_is_wrong_in_report_toml_is_refused_with_its_line() {
    let home = Home::with_sample("lakeside");
    let cases = [
        ("[hhs]\nsafegards_before = []\n", "report.toml:2:1", "did you mean `safeguards_before`?"),
        ("[hhs]\nactions_taken = [\"polices\"]\n", "report.toml:2:1", "did you mean `policies`?"),
        ("[[contacts]]\nprovider = \"NHC\"\n", "report.toml:2:1", "did you mean `NCH`?"),
        ("[hhs]\nsafeguards_before = [\"none\", \"privacy\"]\n", "report.toml:2:1", "leave `none` out"),
        ("[[filings]]\nduty = \"hhs\"\nprovider = \"NCH\"\non = 2026-11-20\n", "report.toml:2:1", "hhs_notice"),
        (
            "[[filings]]\nduty = \"media_notice\"\nprovider = \"NCH\"\njurisdiction = \"ZZ\"\non = 2026-11-20\n",
            "report.toml:4:1",
            "two-letter",
        ),
        ("[[filings]]\nduty = \"hhs_notice\"\nprovider = \"NCH\"\non = 2098-01-01\n", "report.toml:4:1", "enter it once it was made"),
        (&"[[filings]]\nduty = \"hhs_notice\"\nprovider = \"NCH\"\non = 2026-11-20\n".repeat(2), "report.toml:8:1", "keep one of the two"),
    ];
    for (text, place, hint) in cases {
        home.write("lakeside/report.toml", text);
        report(&home).exits(3).says(place).says(hint);
        home.lacks("report");
    }
}

#[test]
fn nothing_is_met_that_was_not_done() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    let pieces = home.records_of_pieces("lakeside");
    let mailed = |day: &str| pieces.keys().map(|piece| format!("{piece},mailed,{day}\n")).collect::<String>();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{}", mailed("2026-12-08")));
    home.run("receive lakeside production mailed.csv").exits(1);
    let letters = |home: &Home, day: &str| {
        let report = home.run(&format!("report lakeside --out report --as-of {day} --json")).exits(1).json();
        report["open"].as_array().unwrap().iter().any(|item| item["what"] == "NCH: letters")
    };
    assert!(!letters(&home, "2026-12-08"));
    assert!(letters(&home, "2026-12-07"), "they went a day later");
    // Somebody who came into the lists since has no notice.
    let lists = home.read("lakeside/patients.csv");
    let row = lists.lines().find(|line| line.contains(",NCH,") && line.contains("RI")).unwrap().to_owned();
    let record = row.split(',').next().unwrap();
    home.write("lakeside/patients.csv", &lists.replacen(&format!("{row}\n"), "", 1));
    assert!(letters(&home, "2026-12-08"), "{record} is in the job and no longer in the lists");
    // A changed ledger proves nothing.
    let ledger = rusqlite::Connection::open(home.path("lakeside/ledger.sqlite")).unwrap();
    ledger.execute_batch("DROP TRIGGER event_is_final; UPDATE event SET detail = replace(detail, '2026-12-08', '2026-12-01')").unwrap();
    assert!(open(&report(&home).exits(1).json(), "the ledger").contains("run verify"));
}

#[test]
fn a_hold_forbids_filing() {
    let home = Home::with_sample("lakeside");
    let hold = "[[law_enforcement_holds]]\nkind = \"written\"\nagency = \"FBI\"\nofficial = \"Agent Roe\"\nreceived = 2026-11-20\nuntil = 2027-03-15\n\n[print]\n";
    home.edit("lakeside/incident.toml", "[print]\n", hold);
    let written = report(&home).exits(1).json();
    assert!(open(&written, "NCH: law-enforcement hold").contains("until 2027-03-15"));
    assert_eq!(written["hhs"][1]["missing"][0]["label"], "Filing now");
}

#[test]
fn a_report_replaces_its_own_and_nothing_else() {
    let home = Home::with_sample("lakeside");
    report(&home).exits(1);
    let first = home.files("report");
    report(&home).exits(1);
    assert_eq!(home.files("report"), first, "the same incident on the same day gives the same bytes");
    home.write("report/notes.txt", "mine");
    report(&home).exits(3).says("output-in-use");
    assert_eq!(home.read("report/notes.txt"), "mine");
    home.run("report lakeside --out lakeside --as-of 2026-12-20").exits(3).says("output-over-input");
}

#[test]
fn one_report_at_a_time_is_written_into_a_folder() {
    let home = Home::with_sample("lakeside");
    std::fs::create_dir(home.path(".report.partial")).unwrap();
    let other = std::fs::File::open(home.path(".report.partial")).unwrap();
    other.try_lock().unwrap();
    home.run("report lakeside --out report").exits(3).says("[report-in-progress]");
    home.lacks("report");
    drop(other);
    // What a killed one left is replaced.
    home.write(".report.partial/hhs/GONE.html", "half of a page");
    home.run("report lakeside --out report").exits(1);
    home.lacks("report/hhs/GONE.html").lacks(".report.partial");
}

#[test]
fn a_description_that_the_portal_does_not_take_is_told_with_its_length() {
    let home = Home::with_sample("lakeside");
    home.write("lakeside/report.toml", &format!("[hhs]\ndescription = \"\"\"\n{}\n\"\"\"\n", "word ".repeat(900)));
    let hint = open(&report(&home).exits(1).json(), "HHS sheet of NCH");
    assert!(hint.contains("Brief Description of the Breach"), "{hint}");
    assert!(sheet(&home, "NCH").contains("4,499 of 4,000 characters"), "{}", sheet(&home, "NCH"));
}

#[test]
fn every_regulator_that_has_to_be_told_has_its_sheet() {
    let home = Home::released("lakeside");
    let written = home.run("report lakeside --out report --as-of 2026-12-01 --json").exits(1).json();
    let plan = home.run("plan lakeside --as-of 2026-12-01 --json").json();
    let required: BTreeSet<String> = plan["obligations"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|duty| duty["duty"] == "regulator_notice" && duty["required"] == true)
        .map(|duty| format!("{}-{}", duty["provider_id"].as_str().unwrap(), duty["jurisdiction"].as_str().unwrap()))
        .collect();
    let sheets = written["states"].as_array().unwrap();
    let names =
        sheets.iter().map(|sheet| format!("{}-{}", sheet["provider_id"].as_str().unwrap(), sheet["jurisdiction"].as_str().unwrap()));
    assert_eq!(names.collect::<BTreeSet<_>>(), required);
    for sheet in sheets {
        assert_eq!(sheet["missing"], json!([]), "{}", sheet["jurisdiction"]);
    }
    insta::assert_snapshot!("state_sheet", lines_of(&home.read("report/states/NCH-NY.html")));
    home.is_private("report/states/NCH-NY.html");
    // What goes with the form is there, and shows no patient.
    let page = home.read("report/states/NCH-NY.html");
    let (_, sample) = page.split_once("evidence/seal/proofs/").unwrap();
    let file = format!("report/evidence/seal/proofs/{}", &sample[..7]);
    assert!(home.path(&file).exists(), "{file}");
    // What only the office knows is asked for.
    home.remove("lakeside/report.toml");
    let hint = open(&report(&home).exits(1).json(), "New York sheet of NCH");
    assert!(hint.contains("Previous notices within 12 months"), "{hint}");
}

#[test]
fn letters_to_residents_of_a_state_meet_its_clock() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    let day = |record: &str| {
        if ["LS-0017", "LS-0027"].iter().any(|of_new_york| record.ends_with(of_new_york)) { "2026-12-08" } else { "2026-12-15" }
    };
    let rows: String =
        home.records_of_pieces("lakeside").iter().map(|(piece, record)| format!("{piece},mailed,{}\n", day(record))).collect();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{rows}"));
    home.run("receive lakeside production mailed.csv").exits(1);
    let written = report(&home).exits(1).json();
    let duties = duties(&written, "NCH");
    assert_eq!(met(&duties, "individual notice NY"), "2026-12-08, 2 days early");
    assert_eq!(met(&duties, "individual notice"), "2026-12-15, 25 days early");
}

#[test]
fn who_is_out_of_reach_elsewhere_keeps_no_states_duty_open() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    let pieces = home.records_of_pieces("lakeside");
    let rows: String = pieces.keys().map(|piece| format!("{piece},mailed,2026-12-08\n")).collect();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{rows}"));
    home.run("receive lakeside production mailed.csv").exits(1);
    let lists = home.read("lakeside/patients.csv");
    let back: String = pieces
        .iter()
        .filter(|(_, record)| lists.lines().any(|row| row.contains(",MI,") && record.ends_with(&row[..7])))
        .take(2)
        .map(|(piece, _)| format!("{piece},ANK,2026-12-15\n"))
        .collect();
    assert_eq!(back.lines().count(), 2);
    home.write("back.csv", &format!("piece_id,reason,date\n{back}"));
    home.run("receive lakeside returns back.csv").exits(0);
    let written = report(&home).exits(1).json();
    let duties = duties(&written, "LRMC");
    assert_eq!(met(&duties, "individual notice TX"), "2026-12-08, 38 days early");
    assert_eq!(met(&duties, "individual notice"), Value::Null);
    // The declaration counts nobody twice.
    let declared = home.read("report/evidence/declaration.txt");
    assert!(declared.contains("No letter reached 2 of its people"), "{declared}");
}

#[test]
fn letters_that_went_during_a_hold_are_told_as_such() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    let rows: String = home.records_of_pieces("lakeside").keys().map(|piece| format!("{piece},mailed,2026-12-08\n")).collect();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{rows}"));
    home.run("receive lakeside production mailed.csv").exits(1);
    let toml = home.read("lakeside/incident.toml");
    let hold = "[[law_enforcement_holds]]\nkind = \"written\"\nproviders = [\"NCH\"]\nagency = \"FBI\"\nofficial = \"Agent Roe\"\n\
                received = 2026-11-20\nuntil = 2026-12-12\n";
    home.write("lakeside/incident.toml", &format!("{toml}\n{hold}"));
    report(&home).exits(1);
    let index = home.read("report/index.html");
    assert!(index.contains("some on 2026-12-08, during a law-enforcement hold until 2026-12-12"), "{index}");
}

#[test]
fn a_law_for_a_facility_waits_for_its_patients_wherever_they_live() {
    let home = Home::with_sample("lakeside");
    // Everyone by mail.
    home.edit("lakeside/patients.csv", "lucia.ibanez@correo.example,2025-01-14,,breach notices", ",,,");
    home.edit("lakeside/patients.csv", "jonah.whitfield@post.example,2024-06-11,,breach notices", ",,,");
    home.run("approve lakeside --by Ada --role counsel --accept-stale test --quiet").exits(0);
    home.run("release lakeside --by Ben --quiet").exits(0);
    home.run("export lakeside --out package --quiet").exits(0);
    let hawaii = home.read("lakeside/patients.csv").lines().find(|row| row.contains(",HI,")).unwrap()[..7].to_owned();
    let pieces = home.records_of_pieces("lakeside");
    let rows: String =
        pieces.iter().filter(|(_, record)| !record.ends_with(&hawaii)).map(|(piece, _)| format!("{piece},mailed,2026-11-28\n")).collect();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{rows}"));
    home.run("receive lakeside production mailed.csv");
    let written = report(&home).exits(1).json();
    let duties = duties(&written, "CCC");
    let of_california: Vec<(&str, bool)> = duties
        .iter()
        .filter(|duty| duty["title"] == "individual notice CA")
        .map(|duty| (duty["count"].as_str().unwrap(), duty["met"].is_null()))
        .collect();
    assert_eq!(of_california, [("8", true), ("7", false)], "{duties:#?}");
}

#[test]
fn a_wording_that_changed_after_the_approval_is_told() {
    let home = Home::released("lakeside");
    home.edit("lakeside/incident.toml", "1-888-555-0143", "1-888-555-0199");
    let hint = open(&report(&home).exits(1).json(), "the wording");
    assert!(hint.starts_with("changed since it was approved: incident.toml"), "{hint}");
}

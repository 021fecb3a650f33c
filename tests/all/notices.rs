//! Notices that go to nobody by name, and the list that a call center answers from.

use crate::harness::{Home, rows};
use serde_json::Value;
use std::collections::BTreeSet;

/// The sample with a second list, of so many people in Florida that media and the consumer reporting agencies are to be told, and of so many
/// without an address that the public is.
fn large() -> Home {
    let home = Home::with_sample("lakeside");
    let mut list = "record_id,provider_id,last_name,first_name,birth_date,address1,city,state,postal_code,elements\n".to_owned();
    let name = |number: usize| ["ab", "cd", "ef", "gh", "ik", "lm", "no", "pr", "st", "uv"][number];
    for number in 0..1_050 {
        let (first, last) = (format!("{}a", name(number % 10)), format!("{}{}", name(number / 100 % 10), name(number / 10 % 10)));
        let born = format!("19{}-03-{:02}", 40 + number % 50, 1 + number % 28);
        let address = if number < 12 { "" } else { "Oak St,Tampa,FL,33602" };
        let address = if address.is_empty() { ",,,".to_owned() } else { format!("{number} {address}") };
        list.push_str(&format!("C-{number},LRMC,{last}son,{first},{born},{address},name;ssn;diagnosis\n"));
    }
    home.write("lakeside/crowd.csv", &list);
    let toml = home.read("lakeside/incident.toml");
    home.write("lakeside/incident.toml", &format!("{toml}\n[[lists]]\nfile = \"crowd.csv\"\nreceived = 2026-11-16\n"));
    home
}

fn report(home: &Home) -> Value {
    home.run("report lakeside --out report --json --as-of 2026-12-20").exits(1).json()
}

/// The notices of a kind, by the beginning of their files' names.
fn of<'r>(report: &'r Value, kind: &str) -> Vec<&'r Value> {
    let is = |sheet: &&Value| sheet["files"][0]["page"].as_str().unwrap_or_default().starts_with(kind);
    report["notices"].as_array().unwrap().iter().filter(is).collect()
}

#[test]
fn each_notice_that_is_owed_is_written_with_what_to_know() {
    let home = large();
    let written = report(&home);
    let plan = home.run("plan lakeside --json --as-of 2026-12-20").json();
    let required = |duty: &str| {
        let of_duty = |obligation: &&Value| obligation["duty"] == duty && obligation["required"] == true;
        plan["obligations"].as_array().unwrap().iter().filter(of_duty).cloned().collect::<Vec<_>>()
    };
    let media = required("media_notice");
    assert!(!media.is_empty() && of(&written, "media-").len() == media.len(), "{media:?}");
    let providers = |obligations: Vec<Value>| obligations.iter().map(|owed| owed["provider_id"].to_string()).collect::<BTreeSet<_>>().len();
    let agencies = of(&written, "consumer-reporting-agencies-");
    assert!(!agencies.is_empty() && agencies.len() == providers(required("consumer_reporting_agency_notice")));
    let public = required("substitute_notice").into_iter().filter(|owed| owed["count"].as_u64() >= Some(10)).collect::<Vec<_>>();
    assert!(!public.is_empty() && of(&written, "web-").len() == providers(public));
    let state = of(&written, "media-")[0];
    let page = home.read(&format!("report/notices/{}", state["files"][0]["page"].as_str().unwrap()));
    for heading in ["What Happened", "What Information Was Involved", "What We Are Doing", "What You Can Do", "For More Information"] {
        assert!(page.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
    let index = home.read("report/notices/index.html");
    assert!(index.contains("45 CFR 164.406") && index.contains("through 2027-03-20"), "90 days from the day of the report");
    home.is_private("report/notices");
    assert!(home.files("report/evidence/notices").len() > agencies.len(), "the texts are kept with the evidence");
    home.run("verify report").exits(0);
}

#[test]
fn what_a_notice_lacks_and_a_line_that_closes_too_early_are_open() {
    let home = large();
    home.write(
        "lakeside/templates/en/notices/media.md",
        "<!-- paragraph: media_title -->\n# {{ title }}\n\n{% include \"parts/what_happened.md\" %}\n",
    );
    let toml = home.read("lakeside/incident.toml");
    let (before, after) = toml.split_once("[call_center]").unwrap();
    home.write(
        "lakeside/incident.toml",
        &format!("{before}[call_center]\nopen_until = 2027-02-01{}", after.replace("open_until", "# open_until")),
    );
    let written = report(&home);
    let open: Vec<&str> = written["open"].as_array().unwrap().iter().filter_map(|item| item["hint"].as_str()).collect();
    for words in ["it does not hold the types of information that were involved (45 CFR 164.404(c)(1)(B))", "the line closes on 2027-02-01"]
    {
        assert!(open.iter().any(|hint| hint.contains(words)), "{words}: {open:#?}");
    }
}

#[test]
fn a_notice_that_cannot_be_rendered_is_refused_with_its_place() {
    let home = Home::with_sample("lakeside");
    home.write("lakeside/templates/en/notices/web.md", "<!-- paragraph: web_title -->\n# {{ title }}\n\n{{ provider.nmae }}\n");
    home.run("check lakeside").exits(3).says("templates/en/notices/web.md:4:13").says("`provider.nmae` is not defined");
}

#[test]
fn a_preview_shows_notices_and_clocks() {
    let home = Home::with_sample("lakeside");
    home.run("preview lakeside --out previews").exits(0);
    let page = home.read("previews/index.html");
    assert!(page.contains("<svg ") && page.contains("Last day of letters"), "the clocks");
    assert!(page.contains("href=\"notices/call-center-NCH.en.html\""));
    assert!(home.read("previews/notices/call-center-NCH.es.html").contains("Guion del centro de llamadas"));
    home.run("preview lakeside --out previews").exits(0);
}

#[test]
fn the_list_of_a_call_center_has_everyone_who_is_told_and_nobody_else() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    let pieces = home.records_of_pieces("lakeside");
    let first = pieces.keys().next().unwrap();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{first},mailed,2026-12-08\n"));
    home.run("receive lakeside production mailed.csv");
    home.run("report lakeside --out report --lookup lookup.csv --as-of 2026-12-20").exits(1).says("hand it to the call center");
    home.is_private("lookup.csv");
    let list = rows(&home.read("lookup.csv"));
    let told = list.iter().filter(|row| !row["piece"].is_empty()).count();
    assert_eq!(told, pieces.len());
    let of_first = list.iter().find(|row| row["piece"] == *first).unwrap();
    assert_eq!(of_first["status"], "the letter was mailed on 2026-12-08");
    assert!(list.iter().all(|row| !row["name"].is_empty() && !row["provider"].is_empty()));
    let report: String = home.files("report").into_values().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
    let in_report = |row: &&std::collections::BTreeMap<String, String>| report.contains(&row["name"]);
    assert_eq!(list.iter().filter(in_report).count(), 0, "no name stands in the report");
    home.run("report lakeside --out report --lookup lookup.csv --as-of 2026-12-20").exits(3).says("this file exists");
    for place in ["report/lookup.csv", "report/notices/lookup.csv", "package/lakeside-2026_0001/lookup.csv", "lakeside/seal/lookup.csv"] {
        home.run(&format!("report lakeside --out report --lookup {place}")).exits(3);
        home.run(&format!("report lakeside --out other --lookup {place}")).exits(3);
        home.lacks(place).lacks("other");
    }
    home.run("report lakeside --out report --lookup one --pack one").exits(3).says("name one file");

    // A day that has not come is no day on which it was mailed.
    let status_of_first = |home: &Home, file: &str| {
        let list = rows(&home.read(file));
        list.iter().find(|row| row["piece"] == *first).unwrap_or_else(|| panic!("{first} is not in {file}")).clone()
    };
    home.run("report lakeside --out report --lookup early.csv --as-of 2026-12-07").exits(1);
    assert_eq!(status_of_first(&home, "early.csv")["status"], "the letter is to be mailed on 2026-12-08");
    // Who holds a letter and is in the lists no more still calls.
    let record = pieces[first].rsplit_once(':').unwrap().1;
    let list = home.read("lakeside/patients.csv");
    let without: String = list.lines().filter(|row| !row.starts_with(&format!("{record},"))).map(|row| format!("{row}\n")).collect();
    home.write("lakeside/patients.csv", &without);
    home.run("release lakeside --by Ben").exits(0);
    home.run("report lakeside --out report --lookup after.csv --as-of 2026-12-20").exits(1);
    let unlisted = status_of_first(&home, "after.csv");
    assert_eq!((unlisted["name"].as_str(), unlisted["provider"].as_str()), ("", ""));
    assert_eq!(unlisted["status"], "the letter was mailed on 2026-12-08; the person is no longer in the lists");
    assert!(home.read("report/index.html").contains("No longer listed"));
    let people = rows(&home.read("report/evidence/people.csv"));
    assert_eq!(people.iter().find(|row| row["piece"] == *first).unwrap()["disposition"], "not_listed");
}

#[test]
fn who_has_no_address_is_told_as_out_of_reach_in_the_list_of_a_call_center() {
    let home = Home::with_sample("lakeside");
    let list = home.read("lakeside/patients.csv").replacen("2210 Aspen Ridge Dr Apt 3B,,Traverse City,MI,49686", ",,,,", 1);
    home.write("lakeside/patients.csv", &list);
    home.run("approve lakeside --by Ada --role counsel --accept-stale test --quiet").exits(1);
    home.run("release lakeside --by Ben --quiet").exits(1);
    home.run("report lakeside --out report --lookup lookup.csv --as-of 2026-12-20 --quiet").exits(1);
    let status = |name: &str| {
        let list = rows(&home.read("lookup.csv"));
        list.iter().find(|row| row["name"].contains(name)).unwrap_or_else(|| panic!("{name} is not in {list:?}"))["status"].clone()
    };
    assert_eq!(status("Devon"), "no letter could reach this person");
    assert_eq!(status("Lily"), "the letter has not left yet");
}

#[test]
fn nobody_under_a_hold_is_in_the_list_of_a_call_center() {
    let home = Home::with_sample("lakeside");
    let hold = "\n[[law_enforcement_holds]]\nkind = \"written\"\nagency = \"FBI\"\nofficial = \"A. Agent\"\nreceived = 2026-11-20\n\
                until = 2027-02-01\nproviders = [\"NCH\"]\n";
    let toml = home.read("lakeside/incident.toml");
    home.write("lakeside/incident.toml", &format!("{toml}{hold}"));
    home.run("report lakeside --out report --lookup lookup.csv --as-of 2026-12-20").exits(1).says("a law-enforcement hold forbids");
    let list = rows(&home.read("lookup.csv"));
    assert!(!list.is_empty() && list.iter().all(|row| !row["provider"].contains("Narrow Cove")));
}

//! Exit 0: the sample goes the whole way, and every count closes.

use crate::harness::{Home, rows, tool};
use serde_json::json;

const SENTENCE: &str = "45 rows - 1 merged = 44 recipients: 40 letters, 2 e-mails, 0 held, 2 owed no letter";

#[test]
fn the_sample_goes_the_whole_way() {
    let home = Home::with_sample("lakeside");
    home.run("check lakeside --as-of 2026-11-20").exits(0).prints(SENTENCE);
    home.run("status lakeside").exits(0).prints("nothing has been rendered or released yet");
    home.lacks("lakeside/ledger.sqlite");

    home.run("render lakeside --out draft").exits(0).prints(SENTENCE).prints("wrote 40 letters").says("every page says DRAFT");
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0).prints("sealed by Ada as counsel");
    home.run("release lakeside --by Ben").exits(0).prints("released by Ben").prints(SENTENCE);
    let rendered = home.run("render lakeside --out out --as both").exits(0).prints(SENTENCE);
    assert!(!rendered.stderr.contains("DRAFT"), "{}", rendered.stderr);
    home.run("export lakeside --out package").exits(0).prints("40 letters on ").prints("package/lakeside-2026_0002");
    home.run("send lakeside --dry-run").exits(0).prints("wrote 2 messages").prints("nothing was sent");
    home.run("status lakeside").exits(0).prints("the counts close");
    for written in ["draft", "out", "package", "lakeside/ledger.sqlite", "lakeside/seal", "lakeside/release.json", "lakeside/dry-run"] {
        home.is_private(written);
    }
}

#[test]
fn the_counts_close_in_the_summary_and_in_the_status() {
    let home = Home::with_sample("lakeside");
    let mut expected = json!({
        "rows": 45, "merged": 1, "recipients": 44, "letters": 40, "emails": 2, "held": 0, "excluded": 2,
        "written": 40, "pages": 0, "variants": 0, "draft": true,
    });
    let printed = home.run("render lakeside --out out --json").exits(0).json();
    let mut summary: serde_json::Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert_eq!(printed, summary);
    let index = rows(&home.read("out/pieces.csv"));
    let pages: u64 = index.iter().map(|row| row["pages"].parse::<u64>().unwrap()).sum();
    assert_eq!(summary["pages"], pages);
    assert!(summary["variants"].as_u64().unwrap() >= 8, "four roles in two languages at the least: {summary}");
    for own in ["pages", "variants"] {
        expected[own] = summary[own].take();
        summary[own] = expected[own].clone();
    }
    assert_eq!(summary, expected);
    assert_eq!(home.read("out/held.csv"), "file,line,record_id,code,reason,hint\n");
    assert_eq!(rows(&home.read("out/mend.csv")).len(), 0);
    assert_eq!(rows(&home.read("out/possible.csv")).len(), 0);
    let merged = rows(&home.read("out/merged.csv"));
    let merge = merged.iter().map(|row| (row["line"].as_str(), row["record_id"].as_str(), row["into_record_id"].as_str()));
    assert_eq!(merge.collect::<Vec<_>>(), [("40", "LS-0039", "LS-0038")]);

    let status = |letters: &str, emails: &str| {
        json!({
            "job": 1, "rows": 45, "merged": 1, "recipients": 44,
            "letters": { "total": 40, "states": { letters: 40 } }, "emails": { "total": 2, "states": { emails: 2 } },
            "held": {}, "excluded": { "45 CFR 164.404(d)(1)(ii)": 2 }, "closes": true, "uncertain": [], "failed": [], "unreachable": [],
            "gone": {}, "moves": null, "rulings": {}, "seeds": { "total": 0, "states": {} },
        })
    };
    assert_eq!(home.run("status lakeside --json").exits(0).json(), status("waiting", "waiting"));
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    home.run("release lakeside --by Ben").exits(0);
    home.run("export lakeside --out package").exits(0);
    home.run("send lakeside --dry-run").exits(0);
    let mut exported = status("exported", "waiting");
    exported["job"] = json!(2);
    assert_eq!(home.run("status lakeside --json").exits(0).json(), exported);
}

#[test]
fn every_export_leaves_once_and_again_only_for_a_reason() {
    let home = Home::released("lakeside");
    let package = home.run("export lakeside --out package --json").exits(0).json();
    assert_eq!((&package["pieces"], &package["left_before"], &package["stood_before"]), (&json!(40), &json!(0), &json!(false)));
    let name = package["package"].as_str().unwrap().strip_prefix("package/").unwrap();
    verify_package(&home, name, 40);

    let before = home.files("package");
    home.run("export lakeside --out package").exits(0).says("nothing was changed");
    home.run("export lakeside --out elsewhere").exits(0).prints("nothing to export: all 40 letters left already");
    home.lacks("elsewhere");
    home.run_words(&["export", "lakeside", "--out", "package", "--reprint", " "]).exits(3).says("a reprint needs a reason");
    home.run_words(&["export", "lakeside", "--out", "package", "--reprint"]).exits(2);
    assert_eq!(home.files("package"), before);

    home.run_words(&["export", "lakeside", "--out", "package", "--reprint", "wet"]).exits(3).says("no letter was reported as destroyed");
    let pieces = rows(&home.read(&format!("package/{name}/pieces.csv")));
    let report: String = pieces.iter().map(|piece| format!("{},1,destroyed,\n", piece["piece_id"])).collect();
    home.write("report.csv", &format!("piece_id,attempt,status,mail_date\n{report}"));
    home.run("receive lakeside production report.csv").exits(0).prints("40 destroyed").says("printed again by");
    let reprint = home.run_words(&["export", "lakeside", "--out", "package", "--reprint", "the pallet got wet", "--json"]).exits(0).json();
    let again = reprint["package"].as_str().unwrap().strip_prefix("package/").unwrap();
    assert_ne!(again, name);
    verify_package(&home, again, 40);
    let ticket: serde_json::Value = serde_json::from_str(&home.read(&format!("package/{again}/ticket.json"))).unwrap();
    assert_eq!(ticket["reprint_reason"], "the pallet got wet");
    for (file, bytes) in before {
        assert_eq!(home.files("package").get(&file), Some(&bytes), "{file} of the first package is as it was");
    }
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["letters"], json!({ "total": 40, "states": { "exported again": 40 } }));
}

/// Checks a package as a mail house would: with its own tools.
#[track_caller]
fn verify_package(home: &Home, name: &str, pieces: usize) {
    let checks = |folder: &str, list: &str| {
        let path = home.path(folder);
        tool("env", &["-C", path.to_str().unwrap(), "sha256sum", "--strict", "--quiet", "-c", list]);
    };
    checks(&format!("package/{name}"), "SHA256SUMS");
    checks("package", &format!("{name}.done"));
    let listed = home.read(&format!("package/{name}/SHA256SUMS")).lines().count();
    assert_eq!(listed + 1, home.files(&format!("package/{name}")).len(), "every file but the list itself is in the list");

    let index = rows(&home.read(&format!("package/{name}/pieces.csv")));
    assert_eq!(index.len(), pieces);
    let ticket: serde_json::Value = serde_json::from_str(&home.read(&format!("package/{name}/ticket.json"))).unwrap();
    for total in ["sheets", "pages", "blank_pages"] {
        let sum: u64 = index.iter().map(|row| row[total].parse::<u64>().unwrap()).sum();
        assert_eq!(ticket["totals"][total], sum, "{total}");
    }
    assert_eq!(ticket["totals"]["pieces"], pieces);
    assert_eq!((&ticket["package"], &ticket["baa_reference"]), (&json!(name), &json!("BAA-2026-014")));
    assert!(ticket["mail_by"].as_str().unwrap() <= "2026-12-07", "{ticket}");
    for row in index {
        assert!(home.path(&format!("package/{name}/{}", row["file"])).exists(), "{}", row["file"]);
        assert!(row["file"].starts_with("stream/") && row["job_id"] == name.split("_reprint").next().unwrap(), "{row:?}");
    }
}

#[test]
fn a_longer_list_exports_only_what_has_not_left() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    home.edit("lakeside/patients.csv", "LS-0045,", "LS-0046,0059999,LRMC,Quince,Barnaby,,,1970-02-03,adult,,12 Sundial Ct,,Traverse City,MI,49684,,,,,,,,,,,,,en,,,,,,,,,,,,name;mrn,ZZ22-ZZ33-ZZ44\nLS-0045,");
    home.run("export lakeside --out package").exits(3).says("release.json");
    home.run("release lakeside --by Ben").exits(0);
    home.run("export lakeside --out package").exits(0).prints("1 letter on ").says("40 letters left in earlier packages");
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["letters"], json!({ "total": 41, "states": { "exported": 41 } }));
}

#[test]
fn init_makes_an_incident_that_works() {
    let home = Home::new();
    home.run("init new").exits(0).prints("made new from the sample").says("breachnotice check new");
    home.is_private("new");
    home.run("check new --as-of 2026-11-20").exits(0).prints(SENTENCE);
}

#[test]
fn completions_name_every_command() {
    let home = Home::new();
    let completions = home.run("completions bash").exits(0).prints("complete -F _breachnotice");
    for command in ["init", "drill", "check", "plan", "approve", "release", "render", "export", "send", "status"] {
        assert!(completions.stdout.contains(&format!("breachnotice__subcmd__{command}")), "{command}");
    }
}

#[test]
fn check_judges_by_the_day_it_is_given() {
    let home = Home::with_sample("lakeside");
    home.run("check lakeside --as-of 2026-12-07 --findings before.csv").exits(0);
    assert_eq!(home.read("before.csv"), "severity,file,line,column,record,code,reason,hint\n");
    home.run("check lakeside --as-of 2026-12-08 --findings after.csv").exits(0).says("mail-date-past");
    let findings = rows(&home.read("after.csv"));
    let lines: Vec<_> = findings.iter().map(|row| (row["file"].as_str(), row["line"].as_str(), row["code"].as_str())).collect();
    assert_eq!(lines, ["2", "3", "4"].map(|line| ("providers.csv", line, "mail-date-past")));
    home.is_private("after.csv");
}

#[test]
fn quiet_says_nothing_and_json_nothing_else() {
    let home = Home::with_sample("lakeside");
    for command in ["check lakeside --quiet", "render lakeside --out out --quiet", "status lakeside -q", "plan lakeside --quiet"] {
        let ended = home.run(command).exits(0);
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""), "{command}");
    }
    assert_eq!(home.letters("out").len(), 40);
    let summary = home.run("check lakeside --json --as-of 2026-11-20").exits(0).json();
    assert_eq!((&summary["rows"], &summary["written"]), (&json!(45), &json!(0)));
}

#[test]
fn a_drill_is_an_incident_that_can_be_checked() {
    let home = Home::new();
    home.run("drill one --people 300 --seed 7").exits(0);
    home.run("drill same --people 300 --seed 7").exits(0);
    home.run("drill other --people 300 --seed 8").exits(0);
    assert_eq!(home.files("one"), home.files("same"));
    assert_ne!(home.files("one"), home.files("other"));
    home.is_private("one");

    let ended = home.run("check one --as-of 2026-11-20 --json");
    let summary = ended.json();
    let count = |name: &str| summary[name].as_u64().unwrap();
    ended.exits(if count("held") > 0 { 1 } else { 0 });
    assert_eq!(count("rows"), count("merged") + count("recipients"));
    assert_eq!(count("recipients"), count("letters") + count("emails") + count("held") + count("excluded"));
    let truth = rows(&home.read("one/truth.csv"));
    assert_eq!(count("rows"), truth.len() as u64, "truth.csv names every row once");
    let people: std::collections::BTreeSet<&str> = truth.iter().map(|row| row["person"].as_str()).collect();
    assert_eq!(people.len(), 300);
    assert!(count("letters") > 200, "a drill is mostly letters: {summary}");
}

#[test]
fn status_reads_well() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    insta::assert_snapshot!("status", home.run("status lakeside --as-of 2026-11-20").exits(0).stdout);
    home.run("status lakeside --as-of 2026-12-08").exits(0).says("were due to be mailed on 2026-12-07, 1 day ago");
}

//! `purge`: patient data goes six years on, and what proves the notices stays.

use crate::harness::{Home, rows};
use crate::reliability::ledgers::Place;
use breachnotice::ledger::Access;
use breachnotice::review::{Approver, Signing};
use breachnotice::run::{self, Approving, ExportOptions, Progress, ReceivedKind};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use std::path::Path;

struct Silent;

impl Progress for Silent {
    fn begin(&self, _phase: &str, _letters: u64) {}
    fn advance(&self, _letters: u64) {}
    fn end(&self) {}
}

/// The sample lies so many years back; leap days stay where they are.
const BACK: i16 = 12;
/// After the last day of the sample's call center, which is the last on which anything of it was in effect.
const BEFORE: &str = "2015-05-01";

/// Every date of a text, years earlier.
fn earlier(text: &str) -> String {
    let mut moved = text.to_owned();
    for at in 0..text.len().saturating_sub(9) {
        let day = text.get(at..at + 10).filter(|word| word.is_ascii()).and_then(|word| word.parse::<Date>().ok());
        if let Some(day) = day {
            let earlier = Date::new(day.year() - BACK, day.month(), day.day()).unwrap();
            moved.replace_range(at..at + 10, &earlier.to_string());
        }
    }
    moved
}

/// The sample as it was years ago, without e-mail: approved and released then.
fn released(place: &Place) -> Home {
    let home = Home::with_sample("lakeside");
    for name in ["incident.toml", "providers.csv", "patients.csv", "verified.toml"] {
        let name = format!("lakeside/{name}");
        home.write(&name, &earlier(&home.read(&name)));
    }
    let toml = home.read("lakeside/incident.toml");
    let (before, rest) = toml.split_once("[email]").unwrap();
    home.write("lakeside/incident.toml", &format!("{before}{}", &rest[rest.find("[approvals]").unwrap()..]));
    // What people keep beside the lists.
    let decisions = "record,decision,argument,by,on,reason\npatients.csv:LS-0016,use_address,home,Ada,2014-11-20,asked by telephone\n";
    home.write("lakeside/decisions.csv", decisions);
    let (folder, access) = (home.path("lakeside"), place.access.as_ref());
    let by = |by: &str, role: &str| Approver { by: by.to_owned(), role: role.to_owned(), on: date(2014, 11, 30) };
    let approving = Approving {
        approver: by("Ada", "counsel"),
        accept_stale: Some("test"),
        signing: Signing::Unsigned,
        seen: None,
        ledger: access,
        moment: moment("2014-11-30"),
    };
    run::approve(&folder, &approving, &Silent).unwrap();
    let mut job = run::open(&folder, access, None, &Silent).unwrap();
    job.ledger.set_moment(moment("2014-11-30"));
    run::release(&mut job, &by("Ben", "release")).unwrap();
    home
}

fn moment(day: &str) -> jiff::Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// The same, exported and mailed.
fn mailed(place: &Place) -> Home {
    let home = released(place);
    export(&home, place);
    let pieces = rows(&home.read("package/lakeside-2026_0001/pieces.csv"));
    let lines: String = pieces.iter().map(|row| format!("{},mailed,2014-12-08\n", row["piece_id"])).collect();
    home.write("mailed.csv", &format!("piece_id,status,mail_date\n{lines}"));
    let (kind, file) = (ReceivedKind::Production, home.path("mailed.csv"));
    let taken = run::receive(&home.path("lakeside"), place.access.as_ref(), kind, &file, moment("2014-12-09"), date(2014, 12, 9)).unwrap();
    assert_eq!(taken.recorded["mailed"], pieces.len() as u64);
    home
}

fn export(home: &Home, place: &Place) {
    let mut job = run::open(&home.path("lakeside"), place.access.as_ref(), None, &Silent).unwrap();
    job.ledger.set_moment(moment("2014-12-01"));
    let options = ExportOptions { out: home.path("package"), reprint: None, mail_failed: false, today: date(2014, 12, 1) };
    run::export(&mut job, &options, &Silent).unwrap();
}

/// What tells a patient: ids, names of streets, codes, addresses, and the keys that the ledger had.
fn tells(home: &Home, place: &Place) -> Vec<String> {
    let mut tells = Vec::new();
    for row in rows(&home.read("lakeside/patients.csv")) {
        let columns = ["record_id", "patient_id", "address1", "email", "activation_code", "representative_address1"];
        tells.extend(columns.iter().map(|column| row[*column].clone()).filter(|value| value.len() > 5));
    }
    let mut ledger = open(home, place.access.as_ref());
    ledger
        .each_standing(&mut |standing| {
            tells.push(standing.person);
            Ok(())
        })
        .unwrap();
    assert!(tells.len() > 150);
    tells
}

fn open(home: &Home, access: Option<&Access>) -> Box<dyn breachnotice::ledger::Ledger> {
    breachnotice::ledger::open_existing(&home.path("lakeside"), "lakeside-2026", access).unwrap().unwrap()
}

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|window| window == what.as_bytes())
}

/// Every row of a ledger on a server, and what the server has gathered of its columns; nothing for a file.
fn stored(place: &Place) -> Vec<String> {
    let url = place.option.trim_start_matches(" --ledger ");
    if url.is_empty() {
        return Vec::new();
    }
    let mut server = postgres::Client::connect(url, postgres::NoTls).unwrap();
    server.batch_execute("ANALYZE").unwrap();
    let tables = server.query("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()", &[]).unwrap();
    let mut texts = Vec::new();
    for table in tables.iter().map(|row| row.get::<_, String>(0)) {
        let rows = server.query(&format!("SELECT whole::text FROM {table} AS whole"), &[]).unwrap();
        texts.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    let gathered = "SELECT concat(most_common_vals::text, histogram_bounds::text) FROM pg_stats WHERE schemaname = current_schema()";
    texts.extend(server.query(gathered, &[]).unwrap().iter().map(|row| row.get::<_, String>(0)));
    texts
}

/// Runs a purge of the sample's folder.
fn purge(home: &Home, place: &Place, more: &str) -> crate::harness::Ended {
    home.run(&format!("purge lakeside --by Cleo{} {more}", place.option))
}

fn goes(home: &Home, place: &Place) -> crate::harness::Ended {
    purge(home, place, &format!("--before {BEFORE} --incident lakeside-2026"))
}

/// Demands that a command is refused and changes nothing.
#[track_caller]
fn refuses(home: &Home, place: &Place, more: &str, says: &[&str]) {
    let before = home.files("lakeside");
    let ended = purge(home, place, more).exits(3);
    for words in says {
        assert!(ended.stderr.contains(words), "{more}: {words:?} is not in\n{}", ended.stderr);
    }
    let after = home.files("lakeside");
    let wal = |name: &&String| !name.ends_with("-wal") && !name.ends_with("-shm");
    assert_eq!(before.keys().filter(wal).collect::<Vec<_>>(), after.keys().filter(wal).collect::<Vec<_>>(), "{more}");
    assert_eq!(before["patients.csv"], after["patients.csv"]);
}

#[test]
fn patient_data_is_gone_and_what_proves_the_notices_holds() {
    for place in Place::engines() {
        let place = place();
        let home = mailed(&place);
        home.run(&format!("render lakeside --out lakeside/out --as both{}", place.option)).exits(0);
        home.run("check lakeside --out lakeside/checked --findings lakeside/findings.csv").exits(0);
        home.write("lakeside/.breachnotice-Ab12Cd", "LS-0001 of a run that was killed");
        home.write("lakeside/notes.txt", "a note of the office");
        let tells = tells(&home, &place);
        let status = |home: &Home| home.run(&format!("status lakeside --json{}", place.option)).exits(0).json();
        let (counts, kept) = (status(&home), home.files("lakeside"));

        // A server keeps samples of what stands in its tables; they go, too.
        assert!(stored(&place).iter().any(|text| tells.iter().any(|what| text.contains(what))) || place.access.is_none());

        let shown = purge(&home, &place, &format!("--before {BEFORE} --dry-run"));
        let shown =
            shown.exits(0).prints("patients.csv").prints("decisions.csv").prints("last in effect on 2015-04-30").prints("notes.txt");
        assert!(shown.stdout.contains("nothing was removed") && home.files("lakeside")["patients.csv"] == kept["patients.csv"]);
        home.lacks("lakeside/purged.json");

        let done = purge(&home, &place, &format!("--before {BEFORE} --incident lakeside-2026 --json")).exits(0).json();
        home.is_private("lakeside/purged.json");
        let record: serde_json::Value = serde_json::from_str(&home.read("lakeside/purged.json")).unwrap();
        assert_eq!((&done["ended"], &done["removed"]), (&true.into(), &record["removed"]));
        assert_eq!((&record["by"], &record["reason"], &record["before"]), (&"Cleo".into(), &serde_json::Value::Null, &BEFORE.into()));
        assert_eq!(record["last_in_effect"]["day"], "2015-04-30");
        let lists = record["removed"].as_array().unwrap().iter().find(|removed| removed["file"] == "patients.csv").unwrap();
        let digest = breachnotice::digest::sha256(&kept["patients.csv"]);
        assert_eq!((&lists["sha256"], &lists["bytes"]), (&digest.into(), &kept["patients.csv"].len().into()));
        assert_eq!((&lists["rows"], &record["counts"]["people"]), (&45.into(), &counts["recipients"]));
        assert_eq!(record["counts"]["letters"], counts["letters"]["total"]);

        // What stays is what it was, and no byte of it tells of a patient.
        let files = home.files("lakeside");
        for (name, bytes) in &files {
            let told = tells.iter().find(|what| holds(bytes, what));
            assert_eq!(told, None, "{name}");
            let is_new = name.starts_with("ledger.sqlite") || name == "purged.json";
            assert!(is_new || kept.get(name) == Some(bytes), "{name} is another");
        }
        let told: Vec<String> = stored(&place).into_iter().filter(|text| tells.iter().any(|what| text.contains(what))).collect();
        assert_eq!(told, Vec::<String>::new(), "the server still tells");
        for gone in ["patients.csv", "decisions.csv", "findings.csv", "checked/mend.csv", "out/pieces.csv", ".breachnotice-Ab12Cd"] {
            assert!(kept.contains_key(gone) && !files.contains_key(gone), "{gone}");
        }
        home.lacks("lakeside/out/letters").lacks("lakeside/out/stream");
        for stays in ["incident.toml", "providers.csv", "release.json", "seal/seal.json", "verified.toml", "notes.txt", "out/summary.json"]
        {
            assert!(files.contains_key(stays), "{stays}");
        }

        // Counts, chains and approvals still hold.
        let after = status(&home);
        for what in ["rows", "merged", "recipients", "letters", "emails", "held", "excluded", "closes", "gone"] {
            assert_eq!(after[what], counts[what], "{what}");
        }
        assert_eq!(after["purged"]["by"], "Cleo");
        home.run(&format!("verify lakeside{}", place.option)).exits(0).prints("everything that was checked holds");
        home.run(&format!("verify package/lakeside-2026_0001 --incident lakeside{}", place.option)).exits(0);
        ends_everything_else(&home, &place);

        // Once more changes nothing.
        let before = home.files("lakeside");
        goes(&home, &place).exits(0).prints("patient data was removed on");
        let changed = |(name, bytes): &(&String, &Vec<u8>)| !name.starts_with("ledger.sqlite") && before.get(*name) != Some(*bytes);
        assert_eq!(home.files("lakeside").iter().filter(changed).count(), 0);
        // What is there again is told, and refused by the ledger when the record is taken away.
        home.write("lakeside/patients.csv", &String::from_utf8_lossy(&kept["patients.csv"]));
        goes(&home, &place).exits(1).says("there again since: patients.csv");
        home.remove("lakeside/purged.json");
        for command in ["render lakeside --out out", "report lakeside --out out --lookup out.csv"] {
            home.run(&format!("{command}{}", place.option)).exits(3).says("[patient-data-removed]");
        }
        home.run(&format!("verify lakeside{}", place.option)).exits(3).says("[purge-record-missing]");
    }
}

/// After a purge nothing works that needs a patient, and each says why.
fn ends_everything_else(home: &Home, place: &Place) {
    for command in [
        "check lakeside",
        "plan lakeside",
        "preview lakeside --out previews",
        "approve lakeside --by Ada --role counsel --accept-stale test",
        "release lakeside --by Ben",
        "render lakeside --out out",
        "export lakeside --out package",
        "export lakeside --addresses asked.csv",
        "send lakeside",
        "send lakeside --dry-run",
        "receive lakeside production mailed.csv",
        "receive lakeside ncoa mailed.csv",
        "report lakeside --out report",
    ] {
        let ended = home.run(&format!("{command}{}", place.option)).exits(3).says("[patient-data-removed]").says("(purge)");
        assert_eq!(ended.stderr.matches("\n  --> ").count(), 1, "{command}: {}", ended.stderr);
    }
}

#[test]
fn a_day_that_is_too_late_or_an_incident_that_is_in_effect_is_refused() {
    let place = Place::folder();
    let home = mailed(&place);
    let today: Date = home.run("plan lakeside --json").json()["as_of"].as_str().unwrap().parse().unwrap();
    // Exactly six years are enough; on 1 March a leap day of six years ago is.
    let free = |day: &Date| breachnotice::report::kept_until(*day, 6) <= today;
    let latest = (0..10).map(|days| today.saturating_sub(6.years()).saturating_add((5 - days).days())).find(free).unwrap();
    let next = latest.tomorrow().unwrap();
    purge(&home, &place, &format!("--before {latest} --dry-run")).exits(0);
    refuses(&home, &place, &format!("--before {next} --dry-run"), &["[purge-early]", &format!("give {latest} or an earlier day")]);
    let with_reason =
        ["purge", "lakeside", "--by", "Cleo", "--before", &next.to_string(), "--reason", "a court ordered it", "--json", "--dry-run"];
    assert_eq!(home.run_words(&with_reason).exits(0).json()["reason"], "a court ordered it");
    for reason in ["", " a", "one\ntwo"] {
        let words = [&with_reason[..7], &[reason, "--dry-run"]].concat();
        home.run_words(&words).exits(3).says("[name-unusable]");
    }
    let tomorrow = today.tomorrow().unwrap();
    refuses(&home, &place, &format!("--before {tomorrow} --reason asked"), &["[purge-day-to-come]"]);
    // The call center answered until 30 April: a day of which it must not be told.
    let day = ["[purge-in-effect]", "last in effect on 2015-04-30", "the last day of the call center"];
    refuses(&home, &place, "--before 2015-04-30 --reason asked --incident lakeside-2026", &day);
    // Whatever came later counts: a filing, a comment, a hold, an event.
    home.write("lakeside/report.toml", "[[filings]]\nduty = \"hhs_notice\"\nprovider = \"NCH\"\non = 2016-02-01\n");
    refuses(&home, &place, &format!("--before {BEFORE}"), &["[purge-in-effect]", "2016-02-01: a filing of report.toml"]);
    let mut ledger = open(&home, None);
    ledger.set_moment(moment("2017-03-04"));
    ledger.append(&[breachnotice::ledger::NewEvent::of_incident(breachnotice::ledger::EventKind::Proof, 0, "a receipt")]).unwrap();
    drop(ledger);
    refuses(&home, &place, "--before 2017-03-04", &["2017-03-04: the ledger has \"proof\""]);
    // An incident of today is in effect whatever anybody says.
    let new = Home::released("lakeside");
    refuses(&new, &place, &format!("--before {today} --reason asked --incident lakeside-2026"), &["[purge-in-effect]"]);
}

#[test]
fn only_who_names_the_incident_removes_it() {
    let place = Place::folder();
    let home = mailed(&place);
    let before = format!("--before {BEFORE}");
    refuses(&home, &place, &before, &["[purge-not-confirmed]", "--incident ID"]);
    refuses(&home, &place, &format!("{before} --incident lakeside-2025"), &["[purge-not-confirmed]", "nothing was removed"]);
    home.run(&format!("purge lakeside --incident lakeside-2026 {before}")).exits(3).says("[purge-by-nobody]");
    home.run(&format!("purge lakeside {before} --dry-run")).exits(0);
    // The ledger of another incident, and a release without its ledger.
    home.copy("lakeside", "other").edit("other/incident.toml", "id = \"lakeside-2026\"", "id = \"other\"");
    home.run(&format!("purge other --by Cleo {before} --incident other")).exits(3).says("[ledger-of-another-incident]");
    home.copy("lakeside", "lost").remove("lost/ledger.sqlite");
    home.run(&format!("purge lost --by Cleo {before} --incident lakeside-2026")).exits(3).says("[ledger-lost]");
    home.lacks("lost/ledger.sqlite").lacks("lost/purged.json").lacks("other/purged.json");
}

#[test]
fn nobody_is_lost_without_a_reason() {
    let place = Place::folder();
    let home = released(&place);
    let before = format!("--before {BEFORE} --incident lakeside-2026");
    refuses(&home, &place, &before, &["[purge-unfinished]", "never written to"]);
    export(&home, &place);
    refuses(&home, &place, &before, &["[purge-unfinished]", "without the house's word that it was mailed"]);
    purge(&home, &place, &format!("{before} --reason lost-at-the-house")).exits(0);
    let record = home.read("lakeside/purged.json");
    for words in ["without the house's word that it was mailed", "lost-at-the-house", "packages: lakeside-2026_0001"] {
        assert!(record.contains(words), "{words}: {record}");
    }
}

#[test]
fn links_are_removed_and_what_they_lead_to_is_named() {
    let place = Place::folder();
    let home = mailed(&place);
    let rows = home.read("lakeside/patients.csv");
    // A list that is a link, one that lies outside through a linked folder, and one with another name on the disk.
    home.write("outside/linked.csv", &rows).write("outside/lists/mended.csv", &rows).write("outside/twice.csv", &rows);
    home.remove("lakeside/patients.csv");
    std::os::unix::fs::symlink(home.path("outside/linked.csv"), home.path("lakeside/patients.csv")).unwrap();
    std::os::unix::fs::symlink(home.path("outside/lists"), home.path("lakeside/lists")).unwrap();
    std::fs::hard_link(home.path("outside/twice.csv"), home.path("lakeside/seeds.csv")).unwrap();
    let more = "\n[[lists]]\nfile = \"lists/mended.csv\"\nmends = \"patients.csv\"\n";
    let toml = home.read("lakeside/incident.toml");
    home.write("lakeside/incident.toml", &format!("{toml}{more}"));
    let ended = goes(&home, &place).exits(0);
    for target in ["outside/linked.csv", "outside/lists/mended.csv"] {
        let real = home.path(target).canonicalize().unwrap().display().to_string();
        assert!(ended.stderr.contains(&real) && home.read(target) == rows, "{target}: {}", ended.stderr);
    }
    assert!(ended.stderr.contains("another name somewhere on this disk") && home.path("outside/twice.csv").exists());
    assert!(home.path("lakeside/patients.csv").symlink_metadata().is_err(), "the link is gone");
    home.lacks("lakeside/seeds.csv");
    let record: serde_json::Value = serde_json::from_str(&home.read("lakeside/purged.json")).unwrap();
    let link = record["removed"].as_array().unwrap().iter().find(|removed| removed["file"] == "patients.csv").unwrap();
    assert_eq!(link["sha256"], breachnotice::digest::sha256(rows.as_bytes()));
    assert!(link["link_to"].as_str().unwrap().ends_with("outside/linked.csv"));
}

#[test]
fn a_purge_that_was_killed_is_ended_by_the_next() {
    let place = Place::folder();
    let home = mailed(&place);
    let tells = tells(&home, &place);
    home.copy("lakeside", "measured");
    let begun = std::time::Instant::now();
    home.run(&format!("purge measured --by Cleo --before {BEFORE} --incident lakeside-2026")).exits(0);
    let whole = begun.elapsed();
    let (mut killed, mut halfway) = (0, 0);
    for part in 0..16 {
        home.remove("killed").copy("lakeside", "killed");
        let command = format!("purge killed --by Cleo --before {BEFORE} --incident lakeside-2026");
        let running = home.start(&command);
        std::thread::sleep(whole * part / 16);
        killed += u32::from(running.kill());
        let is_begun = home.path("killed/purged.json").exists();
        halfway += u32::from(is_begun);
        assert!(is_begun || home.path("killed/patients.csv").exists(), "nothing goes before it is recorded");
        if is_begun && home.path("killed/patients.csv").exists() {
            home.run("status killed").prints("A PURGE that was begun");
        }
        home.run(&command).exits(0);
        home.run("verify killed").exits(0).prints("everything that was checked holds");
        for (name, bytes) in home.files("killed") {
            assert_eq!(tells.iter().find(|what| holds(&bytes, what)), None, "{name} after a kill in part {part}");
        }
    }
    assert!(killed > 3, "{killed} were at work, {halfway} had begun");
}

#[test]
fn a_ledger_that_knows_nobody_lets_nobody_go() {
    let place = Place::folder();
    let home = mailed(&place);
    let purge = format!("purge lakeside --by Cleo --before {BEFORE} --incident lakeside-2026");
    let other = format!("--ledger sqlite:{}", home.path("other.sqlite").display());
    home.remove("lakeside/release.json").remove("lakeside/seal");
    home.run(&format!("{purge} {other}")).exits(3).says("nobody was told, or another ledger has it").says("it lies in this folder");
    home.run(&format!("{purge} {other} --reason test")).exits(3).says("it lies in this folder");
    std::fs::rename(home.path("lakeside/ledger.sqlite"), home.path("real.sqlite")).unwrap();
    home.run(&purge).exits(3).says("nobody was told, or another ledger has it");
    assert!(home.path("lakeside/patients.csv").exists());
    home.run(&format!("{purge} --ledger sqlite:{}", home.path("real.sqlite").display())).exits(0);
}

#[test]
fn a_list_among_what_stays_is_named() {
    let place = Place::folder();
    let home = mailed(&place);
    let list = home.read("lakeside/patients.csv");
    home.write("lakeside/seal/copy.csv", &list).write("lakeside/review/copy.csv", &list);
    let shown = home.run(&format!("purge lakeside --by Cleo --before {BEFORE} --dry-run --json"));
    let told = shown.exits(0).json()["out_of_reach"].to_string();
    for folder in ["seal/", "review/"] {
        assert!(told.contains(folder), "{folder}: {told}");
    }
}

#[test]
fn what_tells_of_nobody_is_passed_over_and_a_pack_is_named_as_one() {
    let place = Place::folder();
    let home = mailed(&place);
    home.run("plan lakeside --as-of 2014-11-30 --memo lakeside/memo --ics lakeside/plan.ics").exits(0);
    home.run("report lakeside --out report --pack lakeside/proof.tar");
    home.write("lakeside/minutes.pdf", "%PDF-1.7 of a meeting");
    // Nobody writes into it: whoever opened it would wait for ever.
    assert!(std::process::Command::new("mkfifo").arg(home.path("lakeside/pipe.csv")).status().unwrap().success());
    let shown = home.run(&format!("purge lakeside --by Cleo --before {BEFORE} --dry-run --json")).exits(0).json();
    let named = shown["out_of_reach"].as_array().unwrap();
    let why = |file: &str| named.iter().find(|beyond| beyond["what"] == file).map(|beyond| beyond["why"].as_str().unwrap());
    assert!(why("proof.tar").is_some_and(|why| why.starts_with("a report or an evidence pack stays")), "{named:?}");
    for unknown in ["minutes.pdf", "pipe.csv"] {
        assert!(why(unknown).is_some_and(|why| why.starts_with("not known to breachnotice")), "{named:?}");
    }
    assert_eq!(["memo.md", "memo.pdf", "plan.ics"].map(why), [None; 3]);
}

#[test]
fn a_purge_goes_on_by_its_record_and_by_nothing_else() {
    let place = Place::folder();
    let home = mailed(&place);
    let rows = home.read("lakeside/patients.csv");
    home.copy("lakeside", "whole");
    goes(&home, &place).exits(0);
    // A record that no ledger tells of was never acted on: the purge begins anew.
    std::fs::copy(home.path("lakeside/purged.json"), home.path("whole/purged.json")).unwrap();
    home.edit("whole/purged.json", "Cleo", "Dana");
    home.run("check whole").exits(3).says("run");
    home.run(&format!("purge whole --by Eve --before {BEFORE} --incident lakeside-2026")).exits(0);
    assert!(home.read("whole/purged.json").contains("Eve"));
    home.run("verify whole").exits(0);
    // One that was edited afterwards is none.
    home.edit("whole/purged.json", "Eve", "Ann");
    home.run("verify whole").exits(3).says("[purge-record-changed]");
    home.run(&format!("purge whole --by Eve --before {BEFORE} --incident lakeside-2026")).exits(3).says("[purge-record-changed]");
    // One that stopped in the middle: the end is not told, and a list is there still. It goes only when it is the one that was recorded.
    let ledger = rusqlite::Connection::open(home.path("lakeside/ledger.sqlite")).unwrap();
    let drop: String = ledger
        .query_row("SELECT group_concat('DROP TRIGGER ' || name, ';') FROM sqlite_master WHERE type = 'trigger'", [], |row| row.get(0))
        .unwrap();
    ledger.execute_batch(&drop).unwrap();
    ledger.execute_batch("UPDATE event SET kind = 'posted' WHERE kind = 'purge_ended'").unwrap();
    std::mem::drop(ledger);
    home.run("verify lakeside").exits(3).says("[purge-broken-off]");
    home.write("lakeside/patients.csv", &format!("{rows}more\n"));
    goes(&home, &place).exits(3).says("[purge-file-changed]");
    home.write("lakeside/patients.csv", &rows);
    let ended = goes(&home, &place).exits(0);
    assert!(ended.stdout.contains("are gone"));
    home.lacks("lakeside/patients.csv");
}

#[test]
fn no_purge_beside_another_command() {
    let place = Place::folder();
    let home = mailed(&place);
    let folder = std::fs::File::open(home.path("lakeside")).unwrap();
    folder.lock().unwrap();
    refuses(&home, &place, &format!("--before {BEFORE} --incident lakeside-2026"), &["[folder-in-use]"]);
    drop(folder);
    let lock = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(home.path("lakeside/ledger.sqlite.lock")).unwrap();
    lock.lock().unwrap();
    refuses(&home, &place, &format!("--before {BEFORE} --incident lakeside-2026"), &["[send-in-progress]"]);
    assert!(!Path::new(&home.path("lakeside/purged.json")).exists());
}

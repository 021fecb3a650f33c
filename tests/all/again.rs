//! Files that are taken in twice, and words about letters that left twice: nobody gets a letter more by them, or one less.

use crate::harness::Home;
use serde_json::{Value, json};

const RETURNS: &str = "piece_id,returned_on,reason,new_address1,new_city,new_state,new_zip\n";

fn released() -> Home {
    let home = Home::released("lakeside");
    home.run("export lakeside --out package").exits(0);
    home
}

/// Takes a file in; gives what was recorded.
#[track_caller]
fn receive(home: &Home, kind: &str, file: &str, text: &str, code: i32) -> Value {
    home.write(file, text);
    home.run(&format!("receive lakeside {kind} {file} --json")).exits(code).json()["recorded"].clone()
}

fn states(home: &Home) -> Value {
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!(status["closes"], true);
    status["letters"]["states"].clone()
}

#[test]
fn the_same_returns_do_not_send_a_letter_again_and_again() {
    let home = released();
    let away = format!("{RETURNS}0000001,,TA,,,,\n");
    assert_eq!(receive(&home, "returns", "away.csv", &away, 0), json!({ "returned_away": 1 }));
    home.run("export lakeside --out package").exits(0).prints("1 letter on ");
    assert_eq!(receive(&home, "returns", "away.csv", &away, 0), json!({}), "it was about the first letter");
    home.run("export lakeside --out package").exits(0).says("nothing was changed");
    // Another file may be about either letter: a day after the second left, or the attempt, tells.
    let report = |row: &str| format!("{}{row}\n", RETURNS.replace("piece_id,", "piece_id,attempt,"));
    home.write("other.csv", &report("0000001,,,TA,,,,"));
    home.run("receive lakeside returns other.csv").exits(1).says("attempt-missing").says("left 2 times");
    assert_eq!(receive(&home, "returns", "old.csv", &report("0000001,,2020-01-01,TA,,,,"), 0), json!({}), "known of the first letter");
    for (file, row) in [("before.csv", "0000001,,2020-01-01,ANK,,,,"), ("first.csv", "0000001,1,,ANK,,,,")] {
        home.write(file, &report(row));
        home.run(&format!("receive lakeside returns {file}")).exits(1).says("earlier-attempt").says("attempt 2 is out now");
    }
    assert_eq!(receive(&home, "returns", "second.csv", &report("0000001,2,,ANK,,,,"), 0), json!({ "unreachable": 1 }));
}

#[test]
fn an_old_word_that_a_letter_was_destroyed_does_not_destroy_its_reprint() {
    let home = released();
    let jam = "piece_id,status,mail_date\n0000001,destroyed,\n";
    receive(&home, "production", "jam.csv", jam, 0);
    home.run_words(&["export", "lakeside", "--out", "package", "--reprint", "jam"]).exits(0);
    assert_eq!(receive(&home, "production", "jam.csv", jam, 0), json!({}));
    // A report of the whole week repeats the line and adds others.
    home.write("week.csv", &format!("{jam}0000002,mailed,2030-01-02\n0000001,mailed,2030-01-02\n"));
    let week = home.run("receive lakeside production week.csv --json").exits(1).says("production-order").json();
    assert_eq!(week["recorded"]["destroyed"], Value::Null, "{week}");
    home.run_words(&["export", "lakeside", "--out", "package", "--reprint", "jam"]).exits(3);
}

#[test]
fn a_report_that_denies_an_earlier_one_is_looked_into() {
    let home = released();
    let report = |status: &str| format!("piece_id,attempt,status,mail_date\n0000001,1,{status},2026-12-01\n");
    receive(&home, "production", "printed.csv", &report("printed"), 0);
    receive(&home, "production", "mailed.csv", &report("mailed"), 0);
    assert_eq!(receive(&home, "production", "older.csv", &report("printed").replace("-01\n", "-02\n"), 0), json!({}));
    for status in ["destroyed", "spoiled", "pulled", "undeliverable"] {
        home.write("denied.csv", &report(status));
        home.run("receive lakeside production denied.csv").exits(1).says("status-impossible");
    }
    assert_eq!(states(&home), json!({ "exported": 39, "mailed": 1 }));
}

#[test]
fn the_newer_word_on_the_day_of_a_mailing_counts_and_an_impossible_day_never() {
    let home = released();
    let report = |day: &str| format!("piece_id,attempt,status,mail_date\n0000001,1,mailed,{day}\n");
    for day in ["2020-01-01", "2027-12-01"] {
        home.write("slip.csv", &report(day));
        home.run("receive lakeside production slip.csv").exits(1).says("day-impossible");
    }
    assert_eq!(states(&home), json!({ "exported": 40 }));
    home.write("first.csv", &report("2026-12-01")).write("corrected.csv", &report("2026-12-04"));
    home.run("receive lakeside production first.csv").exits(0);
    home.run("receive lakeside production corrected.csv")
        .exits(1)
        .says("mailed-on-another-day")
        .says("on 2026-12-01, and is now on 2026-12-04");
    // The first one once more is an old word.
    home.run("receive lakeside production first.csv").exits(0).prints("taken in before");
    home.run("report lakeside --out report --as-of 2026-12-20 --quiet").exits(1);
    let told = home.read("report/evidence/people.csv");
    assert!(told.contains(",mailed,2026-12-04") && !told.contains("2026-12-01"), "{told}");
    let declaration = home.read("report/evidence/declaration.txt");
    assert!(declaration.contains("1 of 25, the first on 2026-12-04, the last on 2026-12-04"), "{declaration}");
}

#[test]
fn what_came_in_as_something_else_can_be_a_proof_as_well() {
    let home = released();
    home.write("statement.csv", "piece_id,attempt,status,mail_date\n0000001,1,mailed,2026-12-01\n");
    home.run("receive lakeside production statement.csv").exits(0);
    home.run("receive lakeside proof statement.csv").exits(0).prints("1 proof");
    home.run("receive lakeside proof statement.csv").exits(0).prints("1 told nothing new");
}

#[test]
fn a_destroyed_letter_whose_address_was_corrected_leaves_as_another_letter() {
    let home = released();
    receive(&home, "production", "wet.csv", "piece_id,attempt,status,mail_date\n0000001,1,destroyed,\n0000002,1,destroyed,\n", 0);
    home.run("export lakeside --out package").exits(0).says("never mailed by the house (pulled, not mailable, or destroyed): 2 letters");
    home.edit("lakeside/patients.csv", "2210 Aspen", "2211 Aspen").run("release lakeside --by Ben").exits(0);
    home.run("export lakeside --out package").exits(0).prints("1 letter on ");
    home.edit("lakeside/patients.csv", "2211 Aspen", "2210 Aspen").run("release lakeside --by Ben").exits(0);
    home.run_words(&["export", "lakeside", "--out", "package", "--reprint", "wet"]).exits(0).prints("1 letter on ");
    assert_eq!(states(&home), json!({ "exported": 39, "exported again": 1 }));
}

#[test]
fn a_reprint_of_letters_that_are_others_by_now_says_so() {
    let home = released();
    receive(&home, "production", "wet.csv", "piece_id,attempt,status,mail_date\n0000002,1,destroyed,\n", 0);
    home.edit("lakeside/patients.csv", "2210 Aspen", "2211 Aspen").run("release lakeside --by Ben").exits(0);
    let reprint = ["export", "lakeside", "--out", "package", "--reprint", "wet"];
    home.run_words(&reprint).exits(3).says("nothing-to-reprint").says("leave out --reprint");
    let list = home.read("lakeside/patients.csv");
    let row = list.lines().find(|row| row.contains("2211 Aspen")).unwrap();
    home.write("lakeside/patients.csv", &list.replace(&format!("{row}\n"), ""));
    home.run("release lakeside --by Ben").exits(0);
    home.run_words(&reprint).exits(3).says("get no letter any more");
}

#[test]
fn of_two_exports_at_once_into_two_folders_one_package_stands() {
    let home = Home::released("lakeside");
    let [one, other] = ["one", "other"].map(|out| home.start(&format!("export lakeside --out {out}")));
    let mut codes = [one.wait().code(), other.wait().code()];
    codes.sort_unstable();
    // They may follow each other, and then the second has nothing to do.
    assert!([[0, 0], [0, 3]].contains(&codes), "{codes:?}");
    let done = |out: &str| home.path(&format!("{out}/lakeside-2026_0001.done")).exists();
    let stands = |out: &str| home.path(&format!("{out}/lakeside-2026_0001")).exists();
    for out in ["one", "other"] {
        assert_eq!(stands(out), done(out), "{out}");
        home.run(&format!("export lakeside --out {out}")).exits(0);
        assert_eq!(stands(out), done(out), "{out} after it was repeated");
    }
    assert!(done("one") != done("other"), "the letters are in one place");
    let (lacking, has) = if done("one") { ("other", "one") } else { ("one", "other") };
    home.run(&format!("export lakeside --out {lacking}")).exits(0).says("lakeside-2026_0001 left before");
    home.run(&format!("export lakeside --out {has}")).exits(0).says("nothing was changed");
}

#[test]
fn a_house_that_counts_its_own_letters_is_asked_which_one_it_means() {
    let home = released();
    receive(&home, "production", "pulled.csv", "piece_id,attempt,status,mail_date\n0000002,1,pulled,\n", 0);
    home.edit("lakeside/patients.csv", "2210 Aspen", "2211 Aspen").run("release lakeside --by Ben").exits(0);
    home.run("export lakeside --out package").exits(0).prints("1 letter on ");
    home.write("jam.csv", "piece_id,attempt,status,mail_date\n0000002,1,destroyed,\n");
    home.run("receive lakeside production jam.csv").exits(1).says("earlier-attempt").says("told as destroyed");
    home.write("back.csv", &format!("{}0000002,1,2026-12-20,UTF,,,,\n", RETURNS.replace("piece_id,", "piece_id,attempt,")));
    home.run("receive lakeside returns back.csv").exits(1).says("earlier-attempt");
}

#[test]
fn returns_that_deny_each_other_are_looked_into() {
    let home = released();
    let both = format!(
        "{RETURNS}0000003,2026-12-20,REF,,,,\n0000003,2026-12-21,UTF,,,,\n0000004,2026-12-20,UTF,,,,\n0000004,2026-12-21,REF,,,,\n"
    );
    home.write("both.csv", &both);
    let taken = home.run("receive lakeside returns both.csv --json").exits(1).says("return-denied").json();
    assert_eq!((&taken["recorded"], &taken["findings"]), (&json!({ "returned_refused": 1, "unreachable": 1 }), &json!(2)));
}

#[test]
fn a_package_whose_export_was_broken_off_is_finished_after_the_list_changed() {
    let home = released();
    let done = "package/lakeside-2026_0001.done";
    let before = home.read(done);
    std::fs::remove_file(home.path(done)).unwrap();
    receive(&home, "production", "pulled.csv", "piece_id,attempt,status,mail_date\n0000002,1,pulled,\n", 0);
    home.edit("lakeside/patients.csv", "2210 Aspen", "2211 Aspen").run("release lakeside --by Ben").exits(0);
    home.run("export lakeside --out other")
        .exits(0)
        .prints("1 letter on ")
        .says("lakeside-2026_0001 left before and is not in this folder");
    let exported = home.run("export lakeside --out package --json").exits(0).says("declared done now: hand it over").json();
    assert_eq!(exported["completed"], json!(["lakeside-2026_0001"]));
    let checksums = |text: &str| text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(checksums(&home.read(done)), checksums(&before));
    home.run("verify package/lakeside-2026_0001 --incident lakeside").exits(0);
}

#[test]
fn a_damaged_package_is_not_declared_done() {
    for changed in [false, true] {
        let home = released();
        std::fs::remove_file(home.path("package/lakeside-2026_0001.done")).unwrap();
        std::fs::remove_file(home.path("package/lakeside-2026_0001/pieces.csv")).unwrap();
        if changed {
            home.edit("lakeside/patients.csv", "2210 Aspen", "2211 Aspen").run("release lakeside --by Ben").exits(0);
        }
        home.run("export lakeside --out package").exits(3).says("package-damaged").says("move its folder away");
        home.lacks("package/lakeside-2026_0001.done");
    }
}

#[test]
fn a_ledger_that_is_gone_and_a_package_that_is_not_there_are_told_as_such() {
    let home = released();
    std::fs::remove_file(home.path("lakeside/ledger.sqlite")).unwrap();
    home.run("status lakeside").exits(3).says("ledger-lost");
    home.run("verify nowhere --incident lakeside").exits(3).says("nowhere");
    home.write("empty.pdf", "");
    home.run("receive lakeside proof empty.pdf").exits(3);
}

//! `verify`: what left, what was approved and the ledger of both; whatever was changed is named.

use crate::harness::{Ended, Home};
use serde_json::json;

/// A home with a package that left, and its name.
fn exported() -> (Home, String) {
    let home = Home::released("lakeside");
    let package = home.run("export lakeside --out package --json").exits(0).json();
    let name = package["package"].as_str().unwrap().strip_prefix("package/").unwrap().to_owned();
    (home, name)
}

/// Changes the ledger as only somebody else than breachnotice can.
fn tamper(home: &Home, change: &str) {
    let ledger = rusqlite::Connection::open(home.path("lakeside/ledger.sqlite")).unwrap();
    let mut names = ledger.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    names.iter().for_each(|name| ledger.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
    ledger.execute_batch(change).unwrap();
}

/// Demands a finding with each of some texts in its place or reason, in the JSON as on the screen.
#[track_caller]
fn finds(ended: Ended, expected: &[&str]) {
    let ended = ended.exits(3);
    let findings = ended.json()["findings"].as_array().unwrap().clone();
    let told: Vec<String> = findings.iter().map(|finding| format!("{} {}", finding["place"], finding["reason"])).collect();
    for text in expected {
        assert!(told.iter().any(|told| told.contains(text)), "{text}: {told:#?}");
        assert!(told.len() > 20 || ended.stderr.contains(text), "{text}: {}", ended.stderr);
    }
}

#[test]
fn what_was_not_touched_holds() {
    let (home, name) = exported();
    let package = home.run(&format!("verify package/{name} --incident lakeside")).exits(0);
    package.prints(&format!("{name}: 4 files, 40 pieces, compared with the ledger")).prints("everything that was checked holds");
    let alone = home.run(&format!("verify package/{name}.done --json")).exits(0).says("not compared with a ledger");
    assert_eq!(alone.json()["package"], json!({ "package": name, "files": 4, "pieces": 40, "encrypted": false, "in_ledger": false }));
    let by_url = home.run(&format!("verify package/{name} --ledger sqlite:lakeside/ledger.sqlite --json")).exits(0).json();
    assert_eq!((&by_url["package"]["in_ledger"], &by_url["ledger"]["stamps"], &by_url["findings"]), (&json!(true), &json!(1), &json!([])));

    let folder = home.run(&format!("verify lakeside --stamp package/{name}.done --json")).exits(0).json();
    assert_eq!(
        (&folder["seal"]["incident"], &folder["ledger"]["stamps"], &folder["ledger"]["workers"]),
        (&json!("lakeside-2026"), &json!(2), &json!(1))
    );
    // Without a seal the ledger is checked still, and of nothing nothing.
    std::fs::remove_dir_all(home.path("lakeside/seal")).unwrap();
    home.run("verify lakeside").exits(0).prints("ledger: ").says("no seal that holds is here");
    home.run("verify .").exits(3).says("[nothing-to-verify]");
    home.run(&format!("verify package/{name} --allowed-signers x")).exits(3).says("[unreadable]");
    home.run("verify lakeside --stamp lakeside/incident.toml").exits(3).says("[stamp-missing]");
    home.run("verify lakeside --ledger sqlite:nowhere.sqlite").exits(3).says("there is no ledger");
}

#[test]
fn whatever_is_done_to_a_package_is_named() {
    let (home, name) = exported();
    let files: Vec<String> = home.files("package").into_keys().collect();
    assert_eq!(files.len(), 6, "{files:?}");
    let verify = || home.run(&format!("verify package/{name} --incident lakeside --json"));
    for file in &files {
        let path = home.path(&format!("package/{file}"));
        let kept = std::fs::read(&path).unwrap();
        let mut bytes = kept.clone();
        bytes[kept.len() / 2] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        // The list of checksums is named by the file that holds its own.
        finds(verify(), &[file]);
        std::fs::remove_file(&path).unwrap();
        finds(verify(), &[file]);
        std::fs::write(&path, kept).unwrap();
    }
    home.write(&format!("package/{name}/stream/more.pdf"), "%PDF");
    home.edit(&format!("package/{name}.done"), "# ledger link ", "# ledger link 1");
    finds(verify(), &["stream/more.pdf", "does not belong to the package", &format!("{name}.done"), "which the ledger does not have"]);
}

/// Statements against the ledger, and what is named then.
#[test]
fn whatever_is_done_to_the_ledger_is_named() {
    let (home, name) = exported();
    let kept = std::fs::read(home.path("lakeside/ledger.sqlite")).unwrap();
    let cut = "DELETE FROM event WHERE ordinal >> 16 >= (SELECT min(ordinal) >> 16 FROM event WHERE kind = 'released');
        DELETE FROM link WHERE id NOT IN (SELECT ordinal >> 16 FROM event)";
    let changed = "UPDATE event SET detail = replace(detail, 'lakeside', 'hillside') WHERE kind = 'exported'";
    let bytes = "UPDATE event SET digest = zeroblob(32) WHERE kind = 'exported' AND piece = 7";
    let done = format!("{name}.done");
    for (change, folder, package) in [
        (
            cut,
            &["release.json", "which the ledger does not have"][..],
            &["release.json", &done, "piece 0000007 did not leave in this package"][..],
        ),
        (
            changed,
            &["ledger.sqlite:event ", "the event was changed"],
            &["the event was changed", "piece 0000040 did not leave in this package"],
        ),
        (bytes, &["the event was changed"], &["the event was changed", "pieces.csv:", "piece 0000007 left with other bytes"]),
        ("DELETE FROM event WHERE kind = 'sealed'", &["ledger.sqlite:link ", "events are missing"], &["events are missing"]),
    ] {
        tamper(&home, change);
        finds(home.run("verify lakeside --json"), folder);
        finds(home.run(&format!("verify package/{name} --incident lakeside --json")), package);
        for file in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
            _ = std::fs::remove_file(home.path(&format!("lakeside/{file}")));
        }
        std::fs::write(home.path("lakeside/ledger.sqlite"), &kept).unwrap();
    }
    home.run("verify lakeside").exits(0);

    // Nothing leaves with a ledger that was cut short behind the release, or is gone.
    tamper(
        &home,
        &cut.replace("kind = 'released'", "kind = 'exported'").replace(">= (SELECT min(ordinal) >> 16", "> (SELECT min(ordinal) >> 16"),
    );
    finds(home.run(&format!("verify lakeside --stamp package/{name}.done --json")), &[&done]);
    tamper(&home, "DELETE FROM event WHERE kind = 'checkpoint'; DELETE FROM link WHERE id NOT IN (SELECT ordinal >> 16 FROM event)");
    home.run("export lakeside --out package").exits(3).says("[ledger-changed]");
    std::fs::remove_file(home.path("lakeside/ledger.sqlite")).unwrap();
    finds(home.run("verify lakeside --json"), &["release.json", "there is no ledger here"]);
    home.run("export lakeside --out package").exits(3).says("[ledger-lost]");
}

#[test]
fn a_ledger_that_cannot_be_opened_is_not_told_as_gone() {
    let home = Home::released("lakeside");
    for beside in ["ledger.sqlite-wal", "ledger.sqlite-shm"] {
        home.remove(&format!("lakeside/{beside}"));
    }
    home.write("lakeside/ledger.sqlite", "no database, but a file of this name that somebody put here");
    let told = home.run("verify lakeside").exits(3).prints("what lies here is what was approved");
    assert!(told.stderr.contains("ledger.sqlite"), "{}", told.stderr);
    assert!(!["there is no ledger here", "no ledger is here"].iter().any(|lost| told.stderr.contains(lost)), "{}", told.stderr);
}

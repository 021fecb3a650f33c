//! What a careless hand must not be able to do: overwrite inputs, lose the ledger unnoticed, mail letters that lack a part.

use crate::harness::Home;

#[test]
fn no_output_ever_replaces_what_the_user_wrote() {
    let home = Home::released("lakeside");
    let before = home.files("lakeside");
    for name in ["patients.csv", "incident.toml", "providers.csv", "release.json", "seal/seal.json", "ledger.sqlite"] {
        home.run(&format!("check lakeside --findings lakeside/{name}")).exits(3).says("output-over-input");
    }
    for command in ["check lakeside --out lakeside", "render lakeside --out lakeside/seal", "export lakeside --out lakeside/templates/en"] {
        home.run(command).exits(3).says("output-over-input");
    }
    let after = home.files("lakeside");
    let changed: Vec<&String> = before.keys().filter(|name| !name.contains("ledger") && before.get(*name) != after.get(*name)).collect();
    assert!(changed.is_empty(), "{changed:?}");
    home.run("check lakeside --findings f.csv").exits(0);
    home.run("check lakeside --findings f.csv").exits(0);
}

#[test]
fn a_lost_ledger_is_noticed_before_anything_leaves_twice() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out first").exits(0);
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = std::fs::remove_file(home.path("lakeside").join(name));
    }
    for command in ["export lakeside --out second", "send lakeside --dry-run"] {
        home.run(command).exits(3).says("ledger-lost");
    }
    assert!(!home.path("second").exists());
}

#[test]
fn letters_that_lack_a_part_of_the_law_are_never_written() {
    let home = Home::with_sample("lakeside");
    home.write("lakeside/templates/en/parts/what_happened.md", "<!-- paragraph: nothing -->\nNothing.\n");
    for command in ["check lakeside", "render lakeside --out out", "approve lakeside --by A --role counsel --accept-stale test"] {
        home.run(command).exits(3).says("hipaa-what-happened").says("45 CFR 164.404(c)(1)(A)");
    }
    assert!(!home.path("out").exists());
}

#[test]
fn a_fault_of_everybodys_text_is_not_blamed_on_a_patient() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "Northlight Identity Care", "Northlight \u{5D0} Care");
    home.run("check lakeside").exits(3).says("uncovered-character").says("U+05D0");
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/providers.csv", "Lakeside Regional Medical Center,1400", &format!("{},1400", "Wide Return Name ".repeat(6)));
    home.run("check lakeside").exits(3).says("return-address").says("providers.csv:2:return_name");
}

#[test]
fn a_mail_date_after_the_last_day_is_told() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "mail_date = 2026-12-07", "mail_date = 2027-03-30");
    home.run("check lakeside --as-of 2026-11-24").says("mail-date-late").says("45 CFR 164.404(b)");
}

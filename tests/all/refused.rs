//! Exit 3: refused as a whole, and nothing is written. Exit 2: the command line itself.

use crate::harness::Home;
use crate::held::table;

/// Runs a command that must be refused and leave everything below the home as it was.
#[track_caller]
fn refuses(home: &Home, command: &str, code: &str) -> String {
    let before = home.files("");
    let ended = home.run(command).exits(3).says(&format!("[{code}]"));
    let changed: Vec<String> =
        home.files("").into_iter().filter(|(name, bytes)| before.get(name) != Some(bytes)).map(|(name, _)| name).collect();
    assert!(changed.is_empty(), "`{command}` wrote {changed:?}");
    assert_eq!(ended.stdout, "", "`{command}`");
    ended.stderr
}

#[test]
fn every_refused_folder_names_the_place_and_writes_nothing() {
    let faults = table(include_str!("../../sample_data/faulty/FAULTS.md"), "Refused");
    assert_eq!(faults.len(), std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sample_data/faulty/refused")).unwrap().count());
    for fault in faults {
        let [file, line, column, code] = fault.first_chunk().unwrap();
        let (folder, file) = file.strip_prefix("refused/").unwrap().split_once('/').unwrap();
        let home = Home::with_sample(&format!("faulty/refused/{folder}"));
        let column = if column.is_empty() { String::new() } else { format!(":{column}") };
        let place = format!("--> {file}:{line}{column}\n");
        let commands = [
            "check DIR --out out --findings findings.csv",
            "plan DIR",
            "approve DIR --by Ada --role counsel --accept-stale test",
            "release DIR --by Ben",
        ];
        let more = ["render DIR --out out", "export DIR --out out", "send DIR", "send DIR --dry-run"];
        let template = file.starts_with("templates/");
        for command in commands.into_iter().chain(more).filter(|command| !(template && command.starts_with("plan"))) {
            let said = refuses(&home, &command.replace("DIR", folder), code);
            assert_eq!(said.matches("\n  --> ").count(), 1, "one fault, one refusal: {said}");
            assert!(said.contains(&place), "{folder}: not at {place}{said}");
            home.lacks("out").lacks("findings.csv").lacks(&format!("{folder}/ledger.sqlite")).lacks(&format!("{folder}/seal"));
        }
    }
}

#[test]
fn hints_name_what_was_meant() {
    for (folder, hint) in [("unknown-key", "did you mean `mail_date`?"), ("no-such-list", "did you mean `patients.csv`?")] {
        Home::with_sample(&format!("faulty/refused/{folder}")).run(&format!("check {folder}")).exits(3).says(hint);
    }
}

#[test]
fn nothing_leaves_unsealed_or_unreleased() {
    let home = Home::with_sample("lakeside");
    home.run("render lakeside --out draft").exits(0);
    for command in ["export lakeside --out package", "send lakeside", "send lakeside --dry-run", "release lakeside --by Ben"] {
        refuses(&home, command, "not-sealed");
    }
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    home.run("render lakeside --out sealed").exits(0);
    for command in ["export lakeside --out package", "send lakeside", "send lakeside --dry-run"] {
        refuses(&home, command, "not-released");
    }
    home.lacks("package").lacks("lakeside/dry-run").lacks("lakeside/release.json");
}

#[test]
fn every_required_role_has_to_approve() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/incident.toml", "require = [\"counsel\"]", "require = [\"counsel\", \"privacy officer\"]");
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0).says("still needed: the approval of privacy officer");
    home.run("release lakeside --by Ben").exits(3).says("[approval-missing]").says("privacy officer");
    home.run_words(&["approve", "lakeside", "--by", "Cleo", "--role", "privacy officer", "--accept-stale", "test"]).exits(0);
    home.run("release lakeside --by Ben").exits(0);
}

#[test]
fn one_changed_word_breaks_the_seal_and_names_the_file() {
    let changes = [
        ("lakeside/incident.toml", "copied files. Records", "stole files. Records", "incident.toml:what_happened"),
        ("lakeside/incident.toml", "phone = \"1-888-555-0143\"", "phone = \"1-888-555-0144\"", "incident.toml:call_center.phone"),
        ("lakeside/incident.toml", "borren", "supriman", "incident.toml:es.prevention"),
        ("lakeside/providers.csv", "Ingrid Sandvik", "Ingrid Sandwik", "providers.csv:2"),
    ];
    for (edited, from, to, place) in changes {
        let home = Home::released("lakeside");
        home.edit(edited, from, to).run("render lakeside --out draft --limit 1").exits(0);
        for command in ["export lakeside --out package", "send lakeside", "send lakeside --dry-run", "release lakeside --by Ben"] {
            let said = refuses(&home, command, "seal-broken");
            assert!(said.contains(&format!("--> {place}")), "{said}");
        }
        home.edit(edited, to, from).run("export lakeside --out package").exits(0);
    }
    let home = Home::released("lakeside");
    let part = include_str!("../../templates/en/parts/signature.md");
    home.write("lakeside/templates/en/parts/signature.md", &part.replace("Sincerely", "Faithfully")).run("status lakeside").exits(0);
    home.run("export lakeside --out package").exits(3).says("[seal-broken]").says("--> templates/en/parts/signature.md:2");
}

#[test]
fn another_recipient_set_needs_another_release() {
    let changes = [
        ("LS-0016,0047702,LRMC,Haverford,Colin", "LS-0016,0047702,LRMC,Haverford,Corin"),
        ("88 Railroad Ave Unit 6", "88 Railroad Ave Unit 7"),
        ("HNHQ-Q7CM-2WZM", "HNHQ-Q7CM-2WZN"),
        ("name;birth_date;mrn;provider_names;service_dates,HNHQ", "name;birth_date;mrn;provider_names,HNHQ"),
    ];
    for (from, to) in changes {
        let home = Home::released("lakeside");
        home.edit("lakeside/patients.csv", from, to).run("render lakeside --out out --limit 1").exits(0);
        for command in ["export lakeside --out package", "send lakeside", "send lakeside --dry-run"] {
            refuses(&home, command, "release-void");
        }
    }
}

#[test]
fn nothing_leaves_without_an_agreement_with_the_house() {
    let home = Home::released("lakeside");
    home.edit("lakeside/incident.toml", "baa_reference = \"BAA-2026-014\"", "baa_reference = \"\"")
        .run("render lakeside --out out --limit 1");
    refuses(&home, "export lakeside --out package", "baa-missing");
}

#[test]
fn a_hold_in_force_today_stops_export_and_send() {
    let hold = |received: &str, until: &str, providers: &str| {
        let lines = "kind = \"written\"\nagency = \"FBI\"\nofficial = \"Special Agent Orrin Vale\"";
        format!("[[law_enforcement_holds]]\n{lines}\nreceived = {received}\nuntil = {until}\n{providers}\n[sender]")
    };
    let all = "";
    let one = "providers = [\"NCH\"]\n";
    // Letters tell of the hold: it is there before they are approved.
    let released = |hold: &str| {
        let home = Home::with_sample("lakeside");
        home.edit("lakeside/incident.toml", "[sender]", hold);
        home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
        home.run("release lakeside --by Ben").exits(0);
        home
    };
    for (providers, held) in [(all, "LRMC"), (one, "NCH")] {
        let home = released(&hold("2020-01-02", "2099-12-31", providers));
        for command in ["export lakeside --out package", "send lakeside", "send lakeside --dry-run"] {
            let said = refuses(&home, command, "law-enforcement-hold");
            assert!(said.contains(&format!("provider {held} is under a law-enforcement hold until 2099-12-31")), "{said}");
            assert_eq!(said.contains("provider LRMC"), providers == all, "{said}");
        }
    }
    released(&hold("2020-01-02", "2020-02-01", all)).run("export lakeside --out package").exits(0);
}

#[test]
fn e_mails_need_a_server_and_settings() {
    let home = Home::released("lakeside");
    home.edit("lakeside/incident.toml", "smtp = \"smtp://127.0.0.1:2525\"\n", "").run("render lakeside --out out --limit 1").exits(0);
    refuses(&home, "send lakeside", "no-smtp");
    home.run("send lakeside --dry-run").exits(0);
}

#[test]
fn a_folder_keeps_the_output_of_one_job() {
    let home = Home::with_sample("lakeside");
    home.run("render lakeside --out out --limit 2").exits(0);
    home.run("render lakeside --out out --limit 2").exits(0);
    home.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    home.run("render lakeside --out other --limit 1").exits(0);
    refuses(&home, "render lakeside --out out --limit 2", "folder-of-another-job");
    home.write("foreign/summary.json", "{}");
    refuses(&home, "render lakeside --out foreign", "folder-of-another-job");
    home.write("taken/notes.txt", "mine");
    home.run("init taken").exits(3).says("[folder-not-empty]");
    home.run("drill taken --people 3 --seed 1").exits(3);
    assert_eq!(home.files("taken").len(), 1);
}

#[test]
fn records_that_get_no_letter_are_refused_by_name() {
    let home = Home::with_sample("lakeside");
    home.run("render lakeside --out out --limit 1").exits(0);
    let cases =
        [("LS-9999", "unknown-record"), ("LS-0039", "unknown-record"), ("LS-0010", "record-excluded"), ("x.csv:LS-0001", "unknown-record")];
    for (record, code) in cases {
        refuses(&home, &format!("render lakeside --out none --only {record}"), code);
        home.lacks("none");
    }
    let faulty = Home::with_sample("faulty");
    faulty.run("render faulty --out none --only F-010").exits(3).says("[record-held]").says("--> patients.csv:11:postal_code");
    faulty.lacks("none");
}

#[test]
fn a_folder_that_is_no_incident() {
    let home = Home::new();
    home.write("empty/notes.txt", "");
    for command in ["check empty", "render empty --out out", "status nowhere"] {
        refuses(&home, command, "missing-file");
    }
}

#[test]
fn the_command_line_itself_is_refused_with_2() {
    let home = Home::with_sample("lakeside");
    let commands = [
        "",
        "frobnicate",
        "check",
        "check lakeside --frobnicate",
        "check lakeside --as-of yesterday",
        "render lakeside",
        "render lakeside --out out --as pigeons",
        "render lakeside --out out --shard 3/2",
        "render lakeside --out out --shard 0/2",
        "render lakeside --out out --jobs 0",
        "render lakeside --out out --limit many",
        "approve lakeside --by Ada",
        "release lakeside",
        "export lakeside",
        "send lakeside --resolve 0000001",
        "drill new --seed 1",
        "completions smoke-signals",
    ];
    for command in commands {
        let ended = home.run(command).exits(2);
        assert!(ended.stderr.contains("Usage") || ended.stderr.contains("--help"), "{command}: {}", ended.stderr);
    }
    home.lacks("out").lacks("new").lacks("lakeside/ledger.sqlite");
}

//! Who is who from one job to the next: numbers and codes stay with their people when lists are corrected.

use crate::harness::{Home, pages, rows};

/// Approves, releases and exports as the lists are now.
fn export(home: &Home, out: &str) -> String {
    home.run("release lakeside --by Ben").exits(0);
    home.run(&format!("export lakeside --out {out}")).exits(0).stdout
}

/// Record -> code, as the letters print it.
fn codes(home: &Home, out: &str) -> std::collections::BTreeMap<String, String> {
    let records = home.records_of_pieces("lakeside");
    let code = |path: &std::path::Path| {
        let text = pages(path).concat();
        text.lines().map(str::trim).find(|line| line.starts_with("POOL-")).unwrap_or_default().to_owned()
    };
    home.letters(out).iter().map(|(piece, path)| (records[piece].clone(), code(path))).filter(|(_, code)| !code.is_empty()).collect()
}

#[test]
fn an_id_that_is_now_somebody_elses_brings_a_letter_of_its_own() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out first").exits(0).prints("40 letters");
    home.edit(
        "lakeside/patients.csv",
        "LS-0002,0047184,LRMC,Carter,Devon,,,1991-07-02,adult,,2210 Aspen Ridge Dr Apt 3B,,Traverse City,MI,49686",
        "LS-0102,0047184,LRMC,Novak,Petra,,,1955-01-09,adult,,15 Elm St,,Traverse City,MI,49684",
    );
    home.edit("lakeside/patients.csv", "JMMS-6PDP-4CVG", "JMMS-6PDP-4CVH");
    assert!(export(&home, "second").contains("1 letter "));
    home.run("status lakeside").exits(0).prints("40 exported").prints("no longer listed").prints("1  1 exported");
}

#[test]
fn a_corrected_id_is_no_second_letter() {
    let home = Home::released("lakeside");
    home.run("export lakeside --out first").exits(0).prints("40 letters");
    home.edit("lakeside/patients.csv", "LS-0002,0047184,", "LS-0002,0999184,");
    assert!(export(&home, "second").contains("nothing to export"));
    let status = home.run("status lakeside").exits(0).stdout;
    assert!(status.contains("40 exported") && !status.contains("no longer listed"), "{status}");
}

#[test]
fn codes_from_a_pool_stay_whose_they_are() {
    let home = Home::with_sample("lakeside");
    let list = home.read("lakeside/patients.csv");
    let bare: Vec<String> = list
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 { line.to_owned() } else { format!("{},", line.rsplit_once(',').unwrap().0) })
        .collect();
    home.write("lakeside/patients.csv", &(bare.join("\n") + "\n"));
    for (file, audience) in [("adults.txt", "adult"), ("minors.txt", "minor")] {
        let pool: String = (1..=60).map(|number| format!("POOL-{}-{number:03}\n", audience.to_uppercase())).collect();
        home.write(&format!("lakeside/{file}"), &pool);
        let incident = home.read("lakeside/incident.toml");
        home.write("lakeside/incident.toml", &format!("{incident}\n[[code_pools]]\nfile = \"{file}\"\nfor = \"{audience}\"\n"));
    }
    home.run("render lakeside --out before").exits(0);
    let before = codes(&home, "before");
    assert!(before.len() > 30, "{before:?}");
    // The first row goes, and somebody new comes first.
    let first = rows(&home.read("lakeside/patients.csv"))[0].clone();
    let new = bare[1].replace("LS-0001,0047147,LRMC,Olsen,Margaret,A.,,1958-03-14", "LS-0999,0999999,LRMC,Amado,Rita,,,1960-04-01");
    assert_eq!(first["record_id"], "LS-0001");
    let changed: Vec<String> = [bare[0].clone(), new].into_iter().chain(bare[2..].iter().cloned()).collect();
    home.write("lakeside/patients.csv", &(changed.join("\n") + "\n"));
    home.run("render lakeside --out after").exits(0);
    let after = codes(&home, "after");
    for (record, code) in &before {
        assert!(record == "patients.csv:LS-0001" || after.get(record) == Some(code), "{record}");
    }
    let newcomer = &after["patients.csv:LS-0999"];
    assert!(!before.values().any(|code| code == newcomer), "a code that was somebody's is never another's");
}

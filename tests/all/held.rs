//! Exit 1: the faulty sample gives one finding for each planted fault and none besides; everyone else goes on.

use crate::harness::{Home, pages, rows};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a Markdown table under a heading, as cells.
pub(crate) fn table(markdown: &str, heading: &str) -> Vec<Vec<String>> {
    let section = markdown.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let lines = section.lines().filter(|line| line.starts_with('|')).skip(2);
    lines.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()).collect()
}

/// What FAULTS.md promises, as place, code and effect.
fn promised(effects: &[&str]) -> BTreeSet<(String, String, String)> {
    let faults = table(include_str!("../../sample_data/faulty/FAULTS.md"), "Held and warned about");
    assert!(faults.len() > 40, "the table was read");
    let wanted = faults.into_iter().filter(|row| effects.contains(&row[4].as_str()));
    wanted.map(|row| (format!("{}:{}:{}", row[0], row[1], row[2]), row[3].clone(), row[4].clone())).collect()
}

#[test]
fn one_finding_for_each_planted_fault_and_none_besides() {
    let home = Home::with_sample("faulty");
    home.run("check faulty --as-of 2026-11-20 --findings findings.csv").exits(1);
    let findings = rows(&home.read("findings.csv"));
    let effect = |severity: &str| match severity {
        "holds" => "held",
        "warns" => "warns",
        other => panic!("severity {other}"),
    };
    let place = |row: &BTreeMap<String, String>| format!("{}:{}:{}", row["file"], row["line"], row["column"]);
    let found: BTreeSet<_> = findings.iter().map(|row| (place(row), row["code"].clone(), effect(&row["severity"]).to_owned())).collect();
    assert_eq!(found, promised(&["held", "warns"]));
    assert_eq!(findings.len(), found.len(), "no finding stands twice");
}

#[test]
fn findings_never_hold_a_value_of_the_list() {
    let home = Home::with_sample("faulty");
    let ended = home.run("check faulty --as-of 2026-11-20 --findings findings.csv --out out").exits(1);
    let said = ended.stderr + &ended.stdout + &home.read("findings.csv") + &home.read("out/held.csv") + &home.read("out/possible.csv");
    // What the tool itself may say: ids, its own words, states and cities of its hints.
    let open = ["record_id", "provider_id", "status", "elements", "state", "city", "country", "language", "alternate_format", "suffix"];
    for row in rows(&home.read("faulty/patients.csv").lines().filter(|line| !line.starts_with("F-041")).collect::<Vec<_>>().join("\n")) {
        for (column, value) in row.iter().filter(|(column, value)| !open.contains(&column.as_str()) && value.len() > 3) {
            let word = said.split(|c: char| !c.is_alphanumeric() && !"-@.".contains(c)).any(|word| word == value);
            let own_words = ["yes", "see notes", "next of kin", "parent", "UNKNOWN", "HOMELESS", "PATIENT", "TEST", "breach notices"];
            assert!(
                own_words.contains(&value.as_str()) || !word && (!value.contains(' ') || !said.contains(value.as_str())),
                "{column}: {value}"
            );
        }
    }
}

#[test]
fn held_rows_stand_in_the_tables_and_the_counts_close() {
    let home = Home::with_sample("faulty");
    let summary = home.run("check faulty --out out --json").exits(1).json();
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!((count("rows"), count("merged"), count("held"), count("letters")), (61, 0, 50, 11));
    assert_eq!(count("rows"), count("merged") + count("recipients"));
    assert_eq!(count("recipients"), count("letters") + count("emails") + count("held") + count("excluded"));
    home.is_private("out");

    let held = home.read("out/held.csv");
    assert!(held.starts_with("file,line,record_id,code,reason,hint\n"), "{held}");
    let of_table: BTreeSet<_> = rows(&held).iter().map(|row| (format!("{}:{}", row["file"], row["line"]), row["code"].clone())).collect();
    let line_of = |place: String| place.rsplit_once(':').unwrap().0.to_owned();
    assert_eq!(of_table, promised(&["held"]).into_iter().map(|(place, code, _)| (line_of(place), code)).collect());
    assert!(rows(&held).iter().all(|row| !row["reason"].is_empty() && !row["hint"].is_empty()));

    let possible = rows(&home.read("out/possible.csv"));
    let pairs: Vec<_> = possible.iter().map(|row| (row["line"].as_str(), row["other_line"].as_str())).collect();
    assert_eq!(pairs, [("51", "52")]);
}

#[test]
fn good_rows_still_get_their_letters() {
    let home = Home::with_sample("faulty");
    home.run("approve faulty --by Ada --role counsel --accept-stale test").exits(1);
    home.run("release faulty --by Ben").exits(1);
    home.run("render faulty --out out").exits(1).prints("wrote 11 letters");
    let texts: Vec<String> = home.letters("out").values().map(|path| pages(path).concat()).collect();
    let lists = ["patients.csv", "windows-1252.csv", "byte-order-mark.csv"];
    let held: BTreeSet<String> =
        promised(&["held"]).into_iter().map(|(place, _, _)| place.rsplit_once(':').unwrap().0.to_owned()).collect();
    let mut letters = 0;
    for list in lists {
        let bytes = std::fs::read(home.path(&format!("faulty/{list}"))).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for (at, line) in text.lines().enumerate().skip(1) {
            // The code is the last cell of every list, and nobody else may have it.
            let code = line.rsplit(',').next().unwrap();
            let count = texts.iter().filter(|text| !code.is_empty() && text.contains(code)).count();
            let expected = usize::from(!held.contains(&format!("{list}:{}", at + 1)));
            assert_eq!(count, expected, "letters for {list}:{}", at + 1);
            letters += count;
        }
    }
    assert_eq!(letters, 11);
    let accents = texts.iter().filter(|text| text.contains("Dear André Peña:") || text.contains("Adèle K Marlowe")).count();
    assert_eq!(accents, 2, "the letters of Windows-1252 and of capitals are right");
    home.run("export faulty --out package").exits(1).prints("11 letters on ");
    home.run("status faulty").exits(1).prints("the counts close");
}

#[test]
fn a_mended_list_lets_the_held_go_out() {
    let home = Home::with_sample("faulty");
    home.run("render faulty --out before").exits(1);
    // Two held rows, mended as a person would do it: in the table that the tool wrote.
    let mend = home.read("before/mend.csv");
    let mut lines = mend.lines();
    let header = lines.next().unwrap();
    let columns: Vec<&str> = header.split(',').collect();
    for column in ["record_id", "patient_id", "provider_id", "postal_code", "elements", "activation_code", "reason"] {
        assert!(columns.contains(&column), "{column} in {header}");
    }
    assert_eq!(rows(&mend).len(), 50, "every held row can be mended");
    let row = |record: &str| lines.clone().find(|line| line.contains(&format!(",{record},"))).unwrap().to_owned();
    let mended = [row("F-010").replace("00412", "04101"), row("F-012").replace(",2906,", ",02906,")];
    home.write("faulty/mended.csv", &format!("{header}\n{}\n", mended.join("\n")));
    let incident = home.read("faulty/incident.toml");
    home.write(
        "faulty/incident.toml",
        &format!("{incident}\n[[lists]]\nfile = \"mended.csv\"\nmends = \"patients.csv\"\nreceived = 2026-11-19\n"),
    );

    let summary = home.run("render faulty --out after --json").exits(1).json();
    assert_eq!((&summary["held"], &summary["letters"]), (&48.into(), &13.into()), "{summary}");
    let number = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(number("rows"), number("merged") + number("recipients"));
    let held: Vec<String> = rows(&home.read("after/held.csv")).iter().map(|row| row["record_id"].clone()).collect();
    assert!(!held.iter().any(|record| record == "F-010" || record == "F-012"), "{held:?}");
    let texts: String = home.letters("after").values().map(|path| pages(path).concat()).collect();
    for window in ["Max Jarrow\n230 LARCH ST\nPORTLAND ME 04101", "Neil Lorimer\n256 HAZEL ST\nPROVIDENCE RI 02906"] {
        assert!(texts.contains(window), "{window}");
    }
    // The letters that went out before keep their numbers.
    let (before, after) = (home.letters("before"), home.letters("after"));
    assert!(before.keys().all(|piece| after.contains_key(piece)), "{before:?} {after:?}");
}

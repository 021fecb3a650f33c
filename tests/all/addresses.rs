//! Addresses that go to a vendor and come back: only an answer about exactly these people changes a letter.

use crate::harness::{Ended, Home, pages, rows};

/// The sample with an exported list.
fn asked() -> Home {
    let home = Home::with_sample("lakeside");
    home.run("export lakeside --addresses asked.csv").exits(0);
    home
}

/// The cells that a vendor adds to a line: code, move type, date and new address.
const NEW_COLUMNS: &str = "ncoa_return_code,move_type,move_date,new_address1,new_address2,new_city,new_state,new_zip";
const STAYED: &str = "00,,,,,,,";
const MOVED: &str = "A,I,202608,77 Quarry Street,Apt 4,Ann Arbor,MI,48104";

/// The answer of a vendor that changes the lines of some records.
fn answer(home: &Home, moves: &[(&str, &str)]) -> String {
    let text = home.read("asked.csv");
    let mut lines = text.lines();
    let mut answer = format!("{},{NEW_COLUMNS}\n", lines.next().unwrap());
    for line in lines {
        let of_record = moves.iter().find(|(record, _)| line.starts_with(record));
        answer.push_str(&format!("{line},{}\n", of_record.map_or(STAYED, |(_, cells)| cells)));
    }
    answer
}

/// Takes an answer back that must be refused, and demands that nothing changed.
#[track_caller]
fn refuses(home: &Home, text: &str, code: &str) -> Ended {
    home.write("answer.csv", text);
    let before = home.files("lakeside");
    let ended = home.run("receive lakeside ncoa answer.csv").exits(3).says(&format!("[{code}]"));
    let ledger = |name: &String| name.contains("ledger");
    let changed: Vec<String> = home.files("lakeside").into_keys().filter(|name| !ledger(name) && !before.contains_key(name)).collect();
    assert!(changed.is_empty(), "{changed:?}");
    assert_eq!(ended.stdout, "");
    ended
}

/// The first page of the letter of a record.
fn first_page(home: &Home, out: &str, record: &str) -> String {
    let records = home.records_of_pieces("lakeside");
    let (piece, _) = records.iter().find(|(_, known)| known.ends_with(record)).unwrap();
    pages(&home.letters(out)[piece])[0].clone()
}

#[test]
fn a_vendor_learns_numbers_names_and_addresses_and_nothing_else() {
    let home = asked();
    home.is_private("asked.csv");
    home.is_private("asked.csv.json");
    let text = home.read("asked.csv");
    assert_eq!(text.lines().next(), Some("record,set,name,address1,address2,city,state,postal_code"));
    let list = rows(&home.read("lakeside/patients.csv"));
    let asked = rows(&text);
    for row in &list {
        for (column, value) in row.iter().filter(|(_, value)| value.len() > 3) {
            let told = ["name", "address", "city", "state", "postal_code", "suffix"].iter().any(|part| column.contains(part));
            assert!(told || !text.contains(value.as_str()), "{column} went to the vendor");
        }
        let confidential = &row["confidential_address1"];
        assert!(confidential.is_empty() || !text.to_uppercase().contains(&confidential.to_uppercase()), "a confidential address went out");
    }
    let sidecar: serde_json::Value = serde_json::from_str(&home.read("asked.csv.json")).unwrap();
    assert_eq!(sidecar["records"], asked.len());
    assert!(asked.iter().all(|row| row["set"] == sidecar["mark"].as_str().unwrap()));
    assert!(asked.iter().all(|row| !row["state"].is_empty()), "domestic mail alone");
    let again = home.run("export lakeside --addresses asked.csv --json").exits(0).json();
    assert_eq!((again["set"].clone(), home.read("asked.csv")), (sidecar["mark"].clone(), text), "the same people, the same file");
}

#[test]
fn a_list_for_the_vendor_never_replaces_anything_else() {
    let home = Home::with_sample("lakeside");
    home.write("mine.csv", "record,set\n").write("other.csv.json", "{}");
    for path in ["lakeside/patients.csv", "lakeside/new.csv", "mine.csv", "other.csv", "lakeside/templates/x.csv"] {
        home.run(&format!("export lakeside --addresses {path}")).exits(3).says("output-over-input");
    }
    home.run("export lakeside --addresses a.csv --out out").exits(2);
    home.run("export lakeside --addresses a.csv --reprint why").exits(2);
    home.run("export lakeside").exits(2);
}

#[test]
fn a_move_changes_the_window_and_voids_the_release() {
    let home = Home::released("lakeside");
    home.run("export lakeside --addresses asked.csv").exits(0);
    home.run("render lakeside --out before").exits(0);
    assert!(first_page(&home, "before", ":LS-0001").contains("418 LARKSPUR LN"));
    home.write("answer.csv", &answer(&home, &[("P0000001", MOVED), ("P0000002", "A,B,202608,1 Firm Way,,Lansing,MI,48901")]));
    let received = home.run("receive lakeside ncoa answer.csv --json").exits(0).json();
    assert_eq!((&received["moved"], &received["effects"]["business-not-applied"]), (&1.into(), &1.into()));
    home.is_private("lakeside/moves.csv");
    home.run("export lakeside --out package").exits(3).says("[release-void]");
    home.run("send lakeside --dry-run").exits(3).says("[release-void]");
    home.run("release lakeside --by Ben").exits(0);
    home.run("render lakeside --out after").exits(0);
    let page = first_page(&home, "after", ":LS-0001");
    assert!(page.contains("77 QUARRY ST APT 4\nANN ARBOR MI 48104") && !page.contains("LARKSPUR"), "{page}");
    assert!(first_page(&home, "after", ":LS-0002").contains("2210 ASPEN RIDGE DR APT 3B"), "a firm's move is not a person's");
    home.run("export lakeside --out package").exits(0);
    home.run("status lakeside").exits(0).prints("1 applied, 1 business-not-applied");
    // The same answer once more changes nothing; the list as exported is that of the lists, not of the answer.
    let moves = home.read("lakeside/moves.csv");
    home.run("receive lakeside ncoa answer.csv").exits(0);
    assert_eq!(home.read("lakeside/moves.csv"), moves);
    home.run("export lakeside --out package").exits(0).says("this package was there already");
}

#[test]
fn family_moves_wait_for_a_ruling() {
    let home = asked();
    let family = MOVED.replace(",I,", ",F,");
    home.write("answer.csv", &answer(&home, &[("P0000001", &family), ("P0000002", "02,,,,,,,")]));
    home.run("receive lakeside ncoa answer.csv").exits(1).prints("1 wait for a ruling").prints("1 moved and left no address");
    home.run("check lakeside --out tables").exits(1).says("[move-needs-ruling]").says("[move-without-address]");
    let held = rows(&home.read("tables/held.csv"));
    assert_eq!(held.iter().map(|row| row["record_id"].as_str()).collect::<Vec<_>>(), ["LS-0001", "LS-0002"]);
    let ruling = |record: &str, argument: &str| format!("patients.csv:{record},use_address,{argument},G. Lindholm,2026-11-20,telephone\n");
    let header = "record,decision,argument,by,on,reason\n";
    for (argument, street) in [("ncoa", "77 QUARRY ST APT 4"), ("home", "418 LARKSPUR LN")] {
        home.write("lakeside/decisions.csv", &format!("{header}{}{}", ruling("LS-0001", argument), ruling("LS-0002", "home")));
        let out = format!("out-{argument}");
        home.run(&format!("render lakeside --out {out}")).exits(0);
        assert!(first_page(&home, &out, ":LS-0001").contains(street));
        assert!(first_page(&home, &out, ":LS-0002").contains("2210 ASPEN RIDGE DR"));
    }
    home.run("status lakeside").exits(0).prints("rulings: 2 use_address");
    let status = home.run("status lakeside --json").exits(0).json();
    assert_eq!((&status["rulings"]["use_address"], &status["moves"]["needs-ruling"]), (&2.into(), &1.into()));
}

#[test]
fn an_answer_about_other_people_is_refused_with_its_place() {
    let home = asked();
    let whole = answer(&home, &[("P0000001", MOVED)]);
    let line = |number: usize| whole.lines().nth(number - 1).unwrap().to_owned();
    let without = |number: usize| whole.replacen(&format!("{}\n", line(number)), "", 1);
    let set = home.read("asked.csv").lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    let cases = [
        (whole.replacen("P0000003", "P0009999", 1), "answer-unknown-record", "answer.csv:4:record"),
        (whole.replacen("P0000003", "0047147", 1), "answer-unknown-record", "answer.csv:4:record"),
        (whole.replacen("P0000003", "P0000002", 1), "answer-record-twice", "answer.csv:4:record"),
        (without(4), "answer-record-missing", "answer.csv\n"),
        (whole.replacen("Margaret A. Olsen", "Margaret A. Olson", 1), "answer-other-name", "answer.csv:2:name"),
        (whole.replacen(&set, "S0123456789ABCDEF", 1), "answer-other-set", "answer.csv:2:set"),
        (whole.replace(&set, "S0123456789ABCDEF"), "answer-other-set", "answer.csv:2:set"),
        (whole.replacen(",A,I,", ",Z,I,", 1), "answer-unusable", "answer.csv:2:code"),
        (whole.replacen(",A,I,", ",A,X,", 1), "answer-unusable", "answer.csv:2:move_type"),
        (whole.replacen(",A,I,", ",A,,", 1), "answer-unusable", "answer.csv:2:move_type"),
        (whole.replacen(",A,I,", ",00,I,", 1), "answer-unusable", "answer.csv:2:code"),
        (whole.replacen("202608", "soon", 1), "answer-unusable", "answer.csv:2:move_date"),
        (whole.replacen("Ann Arbor", "", 1), "answer-unusable", "answer.csv:2:new_address1"),
        (whole.replacen("77 Quarry Street", "=1+1", 1), "answer-unusable", "answer.csv:2:new_address1"),
        (whole.replacen("move_type", "kind", 1), "answer-columns", "answer.csv:1"),
        (whole.replacen(",,,,,,,\n", ",\n", 1), "answer-unreadable", "answer.csv:3"),
        (home.read("lakeside/patients.csv"), "answer-columns", "answer.csv:1"),
        (String::new(), "answer-columns", "answer.csv:1"),
    ];
    for (text, code, place) in cases {
        let said = refuses(&home, &text, code).says(&format!("--> {place}")).stderr;
        assert!(!said.contains("Olsen") && !said.contains("Olson") && !said.contains("LARKSPUR"), "a value is told: {said}");
    }
    // One column sorted by itself: every name stands beside another number.
    let mut names: Vec<String> = rows(&whole).iter().map(|row| row["name"].clone()).collect();
    names.rotate_left(1);
    let mut shifted = csv::Writer::from_writer(Vec::new());
    let mut table = csv::Reader::from_reader(whole.as_bytes());
    shifted.write_record(table.headers().unwrap()).unwrap();
    for (record, name) in table.records().zip(&names) {
        let cells: Vec<String> =
            record.unwrap().iter().enumerate().map(|(at, cell)| if at == 2 { name.clone() } else { cell.to_owned() }).collect();
        shifted.write_record(cells).unwrap();
    }
    let shifted = String::from_utf8(shifted.into_inner().unwrap()).unwrap();
    refuses(&home, &shifted, "answer-other-name").says("there is more that is wrong");
    home.run("receive lakeside ncoa nothing.csv").exits(3).says("[unreadable]");
    home.run("receive lakeside letters answer.csv").exits(2);
}

#[test]
fn a_list_that_changed_since_refuses_the_answer_and_outdates_one_taken_before() {
    let home = asked();
    let whole = answer(&home, &[("P0000001", MOVED)]);
    home.write("answer.csv", &whole);
    home.run("receive lakeside ncoa answer.csv").exits(0);
    home.edit("lakeside/patients.csv", "418 Larkspur Ln", "420 Larkspur Ln");
    home.run("check lakeside").exits(0).says("[move-outdated]");
    home.run("render lakeside --out out").exits(0);
    assert!(first_page(&home, "out", ":LS-0001").contains("420 LARKSPUR LN"));
    home.run("receive lakeside ncoa answer.csv").exits(3).says("[answer-other-set]");
}

#[test]
fn vendors_may_use_other_signs_capitals_and_column_names() {
    let home = asked();
    let whole = answer(&home, &[("P0000001", MOVED)]).to_uppercase();
    let mut table = csv::Reader::from_reader(whole.as_bytes());
    let mut tabs = csv::WriterBuilder::new().delimiter(b'\t').from_writer(b"\xEF\xBB\xBF".to_vec());
    tabs.write_record(
        table.headers().unwrap().iter().map(|name| name.replace("NEW_ZIP", "NCOA ZIP5").replace("NCOA_RETURN_CODE", "Return Code")),
    )
    .unwrap();
    for record in table.records() {
        tabs.write_record(&record.unwrap()).unwrap();
    }
    let text = String::from_utf8(tabs.into_inner().unwrap()).unwrap();
    home.write("answer.csv", &text);
    home.run("receive lakeside ncoa answer.csv").exits(0).prints("1 letter to a new address");
}

#[test]
fn a_confidential_address_wins_over_every_ruling() {
    let home = Home::with_sample("lakeside");
    let list = rows(&home.read("lakeside/patients.csv"));
    let row = list.iter().find(|row| !row["confidential_address1"].is_empty() && row["status"] == "adult").unwrap();
    for argument in ["home", "ncoa", "representative"] {
        let line = format!("patients.csv:{},use_address,{argument},G. Lindholm,2026-11-20,asked\n", row["record_id"]);
        home.write("lakeside/decisions.csv", &format!("record,decision,argument,by,on,reason\n{line}"));
        let ended = home.run("check lakeside").exits(3).says("ruling-against-confidence");
        assert!(ended.stderr.contains("--> decisions.csv:2:argument"), "{}", ended.stderr);
    }
}

//! Letters that came back without an address: whom substitute notice is owed, since when, and who was told.

use crate::harness::{Home, rows};
use serde_json::{Value, json};

/// Pieces of one provider of the sample that left in its package, by the role of who got them.
fn pieces(home: &Home, role: &str) -> Vec<String> {
    let package = home.run("export lakeside --out package --json").exits(0).json();
    let index = rows(&home.read(&format!("{}/pieces.csv", package["package"].as_str().unwrap())));
    let ledger = rusqlite::Connection::open(home.path("lakeside/ledger.sqlite")).unwrap();
    let mut query = ledger.prepare("SELECT piece FROM standing WHERE provider = 'LRMC' AND piece IS NOT NULL").unwrap();
    let of_provider: Vec<u32> = query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let is_wanted = |piece: &&std::collections::BTreeMap<String, String>| {
        piece["template_id"].starts_with(role) && of_provider.contains(&piece["piece_id"].parse().unwrap())
    };
    index.iter().filter(is_wanted).map(|piece| piece["piece_id"].clone()).collect()
}

/// The record id of who got a piece.
fn record(home: &Home, piece: &str) -> String {
    let ledger = rusqlite::Connection::open(home.path("lakeside/ledger.sqlite")).unwrap();
    let query = "SELECT record FROM standing WHERE piece = ?";
    let record: String = ledger.query_row(query, [piece.parse::<u32>().unwrap()], |row| row.get(0)).unwrap();
    record.rsplit_once(':').unwrap().1.to_owned()
}

/// Takes in that pieces came back on a day without an address.
fn came_back(home: &Home, file: &str, pieces: &[String], day: &str) {
    let lines: String = pieces.iter().map(|piece| format!("{piece},{day},ANK,,,,\n")).collect();
    home.write(file, &format!("piece_id,returned_on,reason,new_address1,new_city,new_state,new_zip\n{lines}"));
    home.run(&format!("receive lakeside returns {file}")).exits(0);
}

fn substitute(home: &Home, options: &str) -> Value {
    let plan = home.run(&format!("plan lakeside --as-of 2026-12-20 --json {options}")).exits(0).json();
    plan["obligations"].as_array().unwrap().iter().find(|duty| duty["id"] == "substitute_notice:LRMC:US").unwrap().clone()
}

#[test]
fn whom_no_letter_reached_counts_from_the_day_it_became_known() {
    let home = Home::released("lakeside");
    let adults = pieces(&home, "adult");
    let kin = pieces(&home, "deceased");
    assert!(adults.len() > 11 && !kin.is_empty(), "{adults:?} {kin:?}");
    assert_eq!(substitute(&home, "")["count"], 0);
    came_back(&home, "nine.csv", &adults[..9], "2026-12-12");
    let nine = substitute(&home, "");
    assert_eq!((&nine["count"], &nine["threshold"], &nine["required"]), (&json!(9), &json!(1), &json!(true)));
    assert!(nine["note"].as_str().unwrap().contains("one more makes it 10"), "{nine}");
    home.write("told.toml", &format!("[[told]]\npiece = \"{}\"\non = 2026-11-20\nway = \"telephone\"\nby = \"Ann Clerk\"\n", adults[0]));
    home.write("too_early.toml", &home.read("told.toml").replace("2026-11-20", "2026-11-01"));
    home.run("receive lakeside substitute too_early.toml").exits(1).says("[day-impossible]");
    home.run("receive lakeside substitute told.toml").exits(0);
    // Somebody whom the list gives no address is the tenth of them as well, though no letter ever came back.
    let list = home.read("lakeside/patients.csv");
    let row = list.lines().find(|row| row.starts_with(&format!("{},", record(&home, &adults[11])))).unwrap();
    let street = row.split(',').nth(10).unwrap();
    home.write("lakeside/patients.csv", &list.replace(row, &row.replace(street, "")));
    home.write("too_many.toml", &home.read("told.toml").replace(&adults[0], &adults[1]));
    home.run("receive lakeside substitute too_many.toml").exits(1).says("substitute-public");
    home.write("lakeside/patients.csv", &list);
    // The dead are owed no substitute notice, whoever was written to in their place.
    came_back(&home, "kin.csv", &kin, "2026-12-10");
    assert_eq!(substitute(&home, "")["count"], 9);
    came_back(&home, "tenth.csv", &adults[9..10], "2026-12-15");
    came_back(&home, "eleventh.csv", &adults[10..11], "2026-12-14");
    let public = substitute(&home, "");
    assert_eq!((&public["count"], &public["threshold"], &public["clause"]), (&json!(11), &json!(10), &json!("45 CFR 164.404(d)(2)(ii)")));
    let note = public["note"].as_str().unwrap();
    assert!(note.starts_with("there are 10 since 2026-12-14; 1 of 11 told by substitute notice; "), "{note}");

    let status = home.run("status lakeside --json").exits(0).json();
    let kin = kin.len();
    let expected = json!([{ "provider": "LRMC", "people": 11 + kin, "told": 1, "first": "2026-12-10", "public_since": "2026-12-12" }]);
    assert_eq!((&status["unreachable"], &status["closes"]), (&expected, &json!(true)));
    home.run("status lakeside").exits(0).prints("told by substitute notice; the first known on 2026-12-10");
    let checked = home.run("check lakeside --as-of 2026-11-20 --json").exits(0).says("1 of them told by substitute notice").json();
    assert_eq!((&checked["unreachable"][0]["count"], &checked["unreachable"][0]["public_since"]), (&json!(11), &json!("2026-12-14")));

    // The same from a ledger elsewhere; without one, everyone can be written to.
    std::fs::rename(home.path("lakeside/ledger.sqlite"), home.path("moved.sqlite")).unwrap();
    assert_eq!(substitute(&home, "--ledger sqlite:moved.sqlite")["count"], 11);
    assert_eq!(substitute(&home, "")["count"], 0);
    home.lacks("lakeside/ledger.sqlite");
}

//! Names that are long or oddly written: printed whole, in two lines where the window is narrow, or held by their own finding.

use crate::harness::{Home, pages, rows};

/// The window of a letter, line by line: from the line before the street to the street.
fn window(home: &Home, record: &str, above: usize, street: &str) -> Vec<String> {
    home.run(&format!("render lakeside --out {record} --only {record}")).exits(0);
    let letters = home.letters(record);
    let first = pages(letters.values().next().unwrap()).remove(0);
    let lines: Vec<&str> = first.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.starts_with(street)).unwrap();
    lines[at - above..=at].iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn a_name_wider_than_the_window_stands_in_two_lines() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/patients.csv", "LRMC,Carter,Lily,Rose,", "LRMC,Featherstonehaugh-Cholmondeley,Maria,,");
    home.edit("lakeside/patients.csv", ",en,,Devon Carter,", ",es,,Devon Carter,");
    assert_eq!(
        window(&home, "LS-0003", 3, "2210 ASPEN RIDGE DR"),
        ["Devon Carter", "Padre, madre o tutor de Maria", "Featherstonehaugh-Cholmondeley", "2210 ASPEN RIDGE DR APT 3B"]
    );
    let long = ("Maximiliana-Theodora Alexandrina", "Wolfeschlegelsteinhausen-Bergerdorff");
    home.edit("lakeside/patients.csv", "LRMC,Olsen,Margaret,A.,", &format!("LRMC,{},{},,", long.1, long.0));
    assert_eq!(window(&home, "LS-0001", 2, "418 LARKSPUR LN"), [long.0, long.1, "418 LARKSPUR LN"]);
}

#[test]
fn a_name_too_wide_for_two_lines_is_held_at_the_name() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/patients.csv", "LRMC,Olsen,Margaret,A.,", &format!("LRMC,{},Margaret,A.,", "Wolfeschlegelstein".repeat(5)));
    home.edit("lakeside/patients.csv", ",,Devon Carter,parent,", &format!(",,Devon {},parent,", "Wolfeschlegelstein".repeat(5)));
    home.edit(
        "lakeside/patients.csv",
        "2210 Aspen Ridge Dr Apt 3B,,Traverse City,MI,49686,,,,,,,,(231)",
        &format!("12 {},,Traverse City,MI,49686,,,,,,,,(231)", "Longstreetname ".repeat(5)),
    );
    home.run("check lakeside --findings found.csv").exits(1);
    let found: Vec<(String, String, String)> = rows(&home.read("found.csv"))
        .into_iter()
        .filter(|row| row["code"].ends_with("-too-wide"))
        .map(|row| (row["line"].clone(), row["code"].clone(), row["column"].clone()))
        .collect();
    let told = |line: &str, code: &str, column: &str| (line.to_owned(), code.to_owned(), column.to_owned());
    assert_eq!(
        found,
        [
            told("2", "name-too-wide", "last_name"),
            told("3", "address-too-wide", "address1"),
            told("4", "name-too-wide", "representative_name")
        ]
    );
}

#[test]
fn a_no_break_hyphen_is_a_hyphen() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/patients.csv", "LRMC,Olsen,Margaret,A.,", "LRMC,Olsen\u{2011}Lund,Margaret,A.,");
    let shown = window(&home, "LS-0001", 1, "418 LARKSPUR LN");
    assert_eq!(shown[0], "Margaret A. Olsen-Lund");
}

#[test]
fn a_field_that_was_never_filled_in_is_no_name() {
    let home = Home::with_sample("lakeside");
    home.edit("lakeside/patients.csv", "LRMC,Olsen,Margaret,A.,", "LRMC,Olsen,{{ first_name }},A.,");
    home.run("check lakeside").exits(1).says("[name-doubtful]").says("never filled in");
}

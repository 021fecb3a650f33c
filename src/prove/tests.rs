//! The pieces that the proof is made of; `run` has the swaps of whole letters.

use super::found::{each_item, lines_in, shows_code, shows_paragraph, shows_words, which_item};
use super::*;
use crate::pdf::readback::ReadText;

fn text(x: f32, y: f32, text: &str) -> ReadText {
    ReadText { x, y, size: 10.0, width: text.len() as f32 * 5.0, upright: true, text: text.into() }
}

fn page(texts: Vec<ReadText>) -> Vec<ReadPage> {
    vec![ReadPage { texts, symbols: Vec::new() }]
}

#[test]
fn a_paragraph_is_found_from_its_first_word_to_its_last() {
    let pages = page(vec![
        text(50.0, 500.0, "Dear Ada "),
        text(95.0, 500.0, "Roe, Parent or"),
        text(50.0, 485.0, "Guardian of Ben Roe:"),
        text(50.0, 470.0, "Somebody took"),
    ]);
    let shows = |wanted: &str| shows_paragraph(&pages, &Wanted::new(wanted));
    assert!(shows("Dear Ada Roe, Parent or Guardian of Ben Roe:"));
    for other in [
        "Dear Ada Roe:",
        "Dear Ada Roe, Parent or Guardian of Ben",
        "Roe, Parent or Guardian of Ben Roe",
        "Dear Ada Roe, Parent or Guardian of Bob Roe:",
    ] {
        assert!(!shows(other), "{other}");
    }
    for (words, found) in [
        ("Parent or Guardian", true),
        ("Ben Roe", true),
        ("en Roe", false),
        ("Ben Ro", false),
        ("Roe Somebody took", true),
        ("Ada Poe", false),
    ] {
        assert_eq!(shows_words(&pages, &words.into()), found, "{words}");
    }
}

#[test]
fn items_are_told_by_their_whole_text() {
    let pages = page(vec![
        text(50.0, 500.0, "\u{2022}"),
        text(60.0, 500.0, "Diagnosis"),
        text(50.0, 485.0, "\u{2022}"),
        text(60.0, 485.0, "Diagnosis"),
        text(60.0, 470.0, "information"),
        text(50.0, 455.0, "12."),
        text(65.0, 455.0, "Name of another thing"),
        text(50.0, 440.0, "Name"),
    ]);
    let wanted = [(1, Phrase::from("Diagnosis")), (2, Phrase::from("Diagnosis information")), (3, Phrase::from("Name"))];
    let mut found = Vec::new();
    each_item(&pages, |texts| found.push(which_item(texts, &wanted)));
    assert_eq!(found, [Some(1), Some(2), None]);
}

#[test]
fn a_code_stands_alone() {
    let shows = |line: &str| shows_code(&page(vec![text(50.0, 500.0, line)]), "AB-12");
    assert_eq!(["Code: AB-12.", "AB-12", "AB-123", "XAB-12", "ab-12"].map(shows), [true, true, false, false, false]);
    assert!(shows_code(&page(vec![text(50.0, 500.0, "AB-"), text(65.0, 500.0, "12")]), "AB-12"));
}

#[test]
fn a_window_shows_what_reaches_into_it() {
    let mut turned = text(60.0, 610.0, "DRAFT");
    turned.upright = false;
    let pages = page(vec![
        turned,
        text(60.0, 600.0, "1 Main St"),
        text(110.0, 600.0, "Apt 5"),
        text(10.0, 613.0, "Ada Roe, in"),
        text(60.0, 560.0, "below"),
    ]);
    let area = Area { x0: 50.0, y0: 580.0, x1: 300.0, y1: 650.0 };
    assert_eq!(lines_in(&pages[0], &[area]), ["ADA ROE IN", "1 MAIN STAPT 5"]);
    let higher = Area { y0: 568.1, y1: 569.0, ..area };
    assert_eq!(lines_in(&pages[0], &[higher]), Vec::<String>::new());
    assert_eq!(lines_in(&pages[0], &[Area { y0: 567.9, ..higher }]), ["BELOW"]);
}

#[test]
fn the_digits_of_a_mark_are_those_worked_out_by_hand() {
    // Job 00000012, piece 1234567, sheet 01 of 02, inserts 005; 1212345670102005 leaves 74 by 97.
    let marks = SheetMarks { job: 12, duplex: true, inserts: 5 };
    assert_eq!(marks.digits("1234567", 1, 2), "000000121234567010200574");
}

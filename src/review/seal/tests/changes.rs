//! Texts and fonts that are not what was approved.

use super::{Desk, broken, font};
use crate::review::Standing;
use proptest::prelude::*;

type Change = fn(&mut Desk);

#[test]
fn an_unchanged_seal_is_in_force_in_any_order_of_texts() {
    let mut desk = Desk::new();
    assert_eq!(desk.standing(), Standing::Missing);
    let sealed = desk.approve("Ann", "counsel");
    desk.texts.reverse();
    desk.require(&["counsel"]);
    assert_eq!(desk.standing(), Standing::InForce(sealed));
}

#[test]
fn every_change_of_a_text_breaks_the_seal_and_is_named() {
    let cases: [(Change, &str); 12] = [
        (
            |desk| desk.texts[0].1 = "Dear {{ name }},\n\nWe write to him.\n".to_owned(),
            "templates/en/letter.md:3: changed since it was approved, first at line 3: \"you.\" became \"him.\" in \"… name }}, We write to you.\"",
        ),
        (|desk| desk.texts[1].1 = "FTC".to_owned(), "templates/en/parts/ftc.md:1: changed since it was approved, first at line 1"),
        (
            |desk| desk.texts[1].1.push_str("more\n"),
            "templates/en/parts/ftc.md:2: changed since it was approved, first at line 2: \"more\" was put into \"FTC\"",
        ),
        (|desk| desk.texts[1].1 = "FTC\r\n".to_owned(), "templates/en/parts/ftc.md:1: changed since it was approved, first at line 1"),
        (|desk| drop(desk.texts.remove(1)), "templates/en/parts/ftc.md: was removed since it was approved"),
        (
            |desk| desk.texts.push(("templates/en/new.md".to_owned(), String::new())),
            "templates/en/new.md: was added since the wording was approved",
        ),
        (
            |desk| desk.texts[2].1 = desk.texts[2].1.replace("lost", "stolen"),
            "incident.toml:what_happened: changed since it was approved: \"lost.\" became \"stolen.\" in \"what_happened: A key was lost. call_center.phone: 1-800-555-0100\"",
        ),
        (
            |desk| desk.texts[2].1 = desk.texts[2].1.replace("0100", "0199"),
            "incident.toml:call_center.phone: changed since it was approved: \"1-800-555-0100\" became \"1-800-555-0199\" in \"… A key was lost. call_center.phone: 1-800-555-0100\"",
        ),
        (
            |desk| desk.texts[3].1 = "value = 61\n".to_owned(),
            "rules/federal.toml:1: changed since it was approved, first at line 1: \"60\" became \"61\" in \"value = 60\"",
        ),
        (|desk| drop(desk.texts.remove(3)), "rules/federal.toml: was removed since it was approved"),
        (
            |desk| desk.texts[4].1 = "SHA-256 of pictures/lake.png: 13\n".to_owned(),
            "pictures/lake.png: is not the picture that was approved",
        ),
        (|desk| drop(desk.texts.remove(4)), "pictures/lake.png: was removed since it was approved"),
    ];
    for (change, expected) in cases {
        let mut desk = Desk::new();
        desk.approve("Ann", "counsel");
        change(&mut desk);
        assert_eq!(desk.broken(), [format!("seal-broken {expected}")]);
        desk.texts = super::texts();
        assert!(matches!(desk.standing(), Standing::InForce(_)), "what is put back holds again");
    }
}

#[test]
fn every_change_of_a_font_breaks_the_seal_and_is_named() {
    let cases: [(Change, &str); 4] = [
        (|desk| desk.fonts[1].sha256 = "3".to_owned(), "fonts/b.ttf: is not the font that was approved"),
        (|desk| desk.fonts[0].sha256 = "3".to_owned(), "built-in/a.ttf: is not the font that was approved"),
        (|desk| drop(desk.fonts.pop()), "fonts/b.ttf: is a font that was removed since the wording was approved"),
        (|desk| desk.fonts.push(font("fonts/c.ttf", "2")), "fonts/c.ttf: is a font that was added since the wording was approved"),
    ];
    for (change, expected) in cases {
        let mut desk = Desk::new();
        desk.approve("Ann", "counsel");
        change(&mut desk);
        assert_eq!(desk.broken(), [format!("seal-broken {expected}")]);
    }
}

#[test]
fn the_seal_of_another_incident_or_engine_does_not_hold() {
    let mut desk = Desk::new();
    let sealed = desk.approve("Ann", "counsel");
    desk.incident.id = "hillside".to_owned();
    assert_eq!(desk.broken(), ["seal-broken seal/seal.json: the wording was approved for another incident, lakeside"]);

    desk.incident.id = "lakeside".to_owned();
    let mut old = crate::review::Seal { engine: "0.0.9".to_owned(), ..sealed };
    old.digest = old.digest_of_named();
    old.approvals[0].statement_sha256 = crate::digest::sha256(old.approvals[0].statement(&old).as_bytes());
    let standing = super::seal_standing(Some(old), &desk.present()).unwrap();
    let expected =
        format!("seal-broken seal/seal.json: the wording was approved under breachnotice 0.0.9, and this is {}", super::super::ENGINE);
    assert_eq!(broken(standing), [expected]);
}

#[test]
fn edited_or_lost_stored_texts_break_the_seal() {
    let mut desk = Desk::new();
    desk.approve("Ann", "counsel");
    let stored = desk.path("seal/texts/templates/en/letter.md");
    fs_err::write(&stored, "edited").unwrap();
    let expected = ["seal-broken seal/texts/templates/en/letter.md: is not what was approved"];
    assert_eq!(desk.broken(), expected);
    fs_err::remove_file(&stored).unwrap();
    desk.texts[0].1.push('x');
    let expected = [
        "seal-broken seal/texts/templates/en/letter.md: is gone: it was approved",
        "seal-broken templates/en/letter.md: changed since it was approved",
    ];
    assert_eq!(desk.broken(), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_change_of_any_byte_breaks_the_seal(which in 0_usize..5, at in 0_usize..40, put in "[a-z\n]") {
        let mut desk = Desk::new();
        desk.approve("Ann", "counsel");
        let text = &mut desk.texts[which].1;
        let at = at.min(text.len());
        text.insert_str(at, &put);
        prop_assert!(matches!(desk.standing(), Standing::Broken(_)));
    }
}

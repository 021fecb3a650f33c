//! A piece proves only against its own rows: every swap of a value is caught.

use super::*;
use crate::intake::{Elements, Row, RowIndex};
use crate::pdf::readback::ReadText;
use crate::privacy::Private;
use crate::recipients::{Disposition, PersonKey, PersonName, PostalAddress, Recipient, Role};

struct Person {
    first: &'static str,
    last: &'static str,
    street: &'static str,
    city: &'static str,
    state: &'static str,
    zip: &'static str,
    code: &'static str,
}

const ADA: Person = Person { first: "Ada", last: "Roe", street: "12 Main St", city: "Salem", state: "MA", zip: "01970", code: "AAAA-1111" };
const BEN: Person = Person { first: "Ben", last: "Poe", street: "9 Elm Ave", city: "Dover", state: "DE", zip: "19901", code: "BBBB-2222" };

fn intake(person: &Person) -> Intake {
    let values = [
        (Field::FirstName, person.first),
        (Field::LastName, person.last),
        (Field::Address1, person.street),
        (Field::City, person.city),
        (Field::State, person.state),
        (Field::PostalCode, person.zip),
        (Field::ActivationCode, person.code),
    ];
    Intake { rows: vec![Row::new(0, 2, [0; 32], Elements::default(), &values)], ..Intake::default() }
}

fn recipient() -> Recipient {
    Recipient {
        key: PersonKey(String::new()),
        record: "patients.csv:1".to_owned(),
        rows: vec![RowIndex(0)],
        provider: None,
        role: Role::Adult,
        name: Private::new(PersonName::default()),
        representative: None,
        address: Some(Private::new(PostalAddress::default())),
        residence: None,
        email: None,
        birth_date: None,
        elements: Elements::default(),
        language: crate::incident::Language::English,
        large_print: false,
        activation_code: Some(Private::new(String::new())),
        unreachable: false,
        disposition: Disposition::Letter,
        changes: Vec::new(),
    }
}

/// The pages of a letter: who is in the window, whose name and code are in the body.
fn pages(window: &Person, name: &Person, code: &Person, piece: &str) -> Vec<ReadPage> {
    let text = |y: f32, text: String| ReadText { x: 50.0, y, size: 11.0, width: 100.0, upright: true, text: text.into() };
    let place = format!("{} {} {}", window.city, window.state, window.zip).to_uppercase();
    let first = ReadPage {
        texts: vec![
            text(626.0, format!("{} {}", window.first, window.last)),
            text(613.0, window.street.to_uppercase()),
            text(600.0, place),
            text(500.0, format!("Dear {} {}:", name.first, name.last)),
            text(400.0, code.code.to_owned()),
            text(35.0, format!("{piece} Page 1 of 1")),
        ],
        symbols: Vec::new(),
    };
    vec![first]
}

#[test]
fn a_piece_proves_against_its_own_rows_and_no_others() {
    let prove_ada = |pages: &[ReadPage]| prove(&intake(&ADA), &recipient(), "0000042", 1, pages);
    assert_eq!(prove_ada(&pages(&ADA, &ADA, &ADA, "0000042")), Ok(()));
    assert_eq!(prove_ada(&pages(&BEN, &ADA, &ADA, "0000042")), Err(Mismatch::Address));
    assert_eq!(prove_ada(&pages(&ADA, &ADA, &BEN, "0000042")), Err(Mismatch::ActivationCode));
    assert_eq!(prove_ada(&pages(&ADA, &ADA, &ADA, "0000043")), Err(Mismatch::PieceNumber));
    let two = [pages(&ADA, &ADA, &ADA, "0000042"), pages(&ADA, &ADA, &ADA, "0000042")].concat();
    assert_eq!(prove_ada(&two), Err(Mismatch::Pages));
}

#[test]
fn a_name_of_another_person_is_caught() {
    let mut pages = pages(&ADA, &BEN, &ADA, "0000042");
    pages[0].texts[0].text = "Ben Poe".into();
    assert_eq!(prove(&intake(&ADA), &recipient(), "0000042", 1, &pages), Err(Mismatch::Name));
}

#[test]
fn an_address_below_the_rows_own_is_caught() {
    let mut pages = pages(&ADA, &ADA, &ADA, "0000042");
    let basement = ReadText { y: 590.0, text: "BASEMENT".into(), ..pages[0].texts[0].clone() };
    pages[0].texts.insert(3, basement);
    assert_eq!(prove(&intake(&ADA), &recipient(), "0000042", 1, &pages), Err(Mismatch::Address));
}

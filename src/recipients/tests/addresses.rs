//! Where letters go: rulings on addresses, and the address vendor's answers.

use super::*;
use crate::recipients::moves::{Effect, Move, MoveKind};
use Field::{ConfidentialAddress1, ConfidentialCity, ConfidentialPostalCode, ConfidentialState};

const BY: &str = "J. Roe,2025-04-02,asked by telephone";

/// A person of the row that lives at another address as well.
fn with_confidential(person: Person) -> Person {
    person.all(&[
        (ConfidentialAddress1, "5 OAK ST"),
        (ConfidentialCity, "BOSTON"),
        (ConfidentialState, "MA"),
        (ConfidentialPostalCode, "02108"),
    ])
}

fn with_representative(person: Person) -> Person {
    person.all(&[
        (Field::RepresentativeName, "Mary Ray"),
        (Field::RepresentativeAddress1, "7 PINE ST"),
        (Field::RepresentativeCity, "KEENE"),
        (Field::RepresentativeState, "NH"),
        (Field::RepresentativePostalCode, "03431"),
    ])
}

fn ruled(person: Person, argument: &str) -> Case {
    case([person]).decisions(&[&format!("patients.csv:1,use_address,{argument},{BY}")])
}

fn street(recipient: &Recipient) -> &str {
    recipient.address.as_ref().map_or("", |address| address.reveal().address1.as_str())
}

/// The rows of a recipient as the proof sees them: with the recorded changes.
fn proved(built: &Case, recipient: &Recipient, group: [Field; 6]) -> String {
    let value = |field: Field| {
        let change = recipient.changes.iter().rev().find(|change| change.field == field);
        change.map_or_else(|| built.rows[0].cells.get(&field).cloned().unwrap_or_default(), |change| change.to.reveal().clone())
    };
    group.map(value).join("|")
}

#[test]
fn a_ruling_sends_the_letter_to_the_address_it_names() {
    let represented = with_representative(person("1").with(Field::Status, "represented"));
    let cases = [
        (person("1"), "home", "1 ELM ST"),
        (with_confidential(person("1")), "confidential", "5 OAK ST"),
        (represented.clone(), "home", "1 ELM ST"),
        (represented, "representative", "7 PINE ST"),
        (with_representative(person("1")), "Representative", "7 PINE ST"),
    ];
    for (row, argument, expected) in cases {
        let built = ruled(row, argument);
        let recipient = built.gather().people.remove(0);
        assert_eq!((fate(&recipient), street(&recipient)), ("letter", expected), "{argument}");
    }
    let built = ruled(with_representative(person("1")), "representative");
    let recipient = built.gather().people.remove(0);
    assert_eq!(proved(&built, &recipient, Field::HOME), "7 PINE ST||KEENE|NH|03431|");
    assert!(recipient.changes.iter().all(|change| change.rule == "ruling"));
}

#[test]
fn rulings_on_addresses_that_cannot_be_followed_are_refused() {
    let dead = with_representative(person("1").with(Field::Status, "deceased"));
    let cases = [
        (person("1"), "", "ruling-incomplete"),
        (person("1"), "work", "ruling-incomplete"),
        (with_confidential(person("1")), "home", "ruling-against-confidence"),
        (with_confidential(with_representative(person("1"))), "representative", "ruling-against-confidence"),
        (with_confidential(person("1")), "ncoa", "ruling-against-confidence"),
        (person("1"), "confidential", "ruling-without-address"),
        (person("1"), "representative", "ruling-without-address"),
        (person("1"), "ncoa", "ruling-without-address"),
        (dead, "home", "ruling-impossible"),
    ];
    for (row, argument, code) in cases {
        assert_eq!(ruled(row, argument).refusal(), code, "{argument}");
    }
    assert_eq!(ruled(person("1"), "home").broken(0).refusal(), "ruling-impossible");
    let line = |argument: &str| format!("patients.csv:1,use_address,{argument},{BY}");
    let two = case([with_representative(person("1"))]).decisions(&[&line("home"), &line("representative")]);
    assert_eq!(two.refusal(), "ruling-contradicts");
}

/// The vendor's answer about the first person of a case.
fn answer(built: &Case, code: &str, kind: &str) -> Move {
    let recipient = built.gather().people.remove(0);
    Move {
        record: recipient.record.clone(),
        asked: Move::asked_about(recipient.addressee().reveal(), recipient.address.as_ref().unwrap().reveal()),
        code: Move::read_code(code).unwrap(),
        kind: MoveKind::read(kind),
        moved_on: None,
        dpv: String::new(),
        address: Private::new(["9 Birch Street", "Apt 2", "Keene", "NH", "03431"].map(str::to_owned)),
        line: 2,
    }
}

fn received(row: Person, code: &str, kind: &str, decisions: &[&str]) -> Case {
    let built = case([row]);
    let moves = [(answer(&built, code, kind), Effect::None.id())];
    let file = String::from_utf8(write_moves(&moves).unwrap()).unwrap();
    built.file("moves.csv", &file).decisions(decisions)
}

/// A person, what the vendor answers (outcome, kind of move), rulings; what becomes of the person, and which street is written to.
type MoveCase<'a> = (Person, &'a str, &'a str, &'a [&'a str], &'a str, &'a str);

#[test]
fn individual_moves_apply_family_moves_wait_and_firms_never_move_a_person() {
    let ncoa = format!("patients.csv:1,use_address,ncoa,{BY}");
    let home = format!("patients.csv:1,use_address,home,{BY}");
    let release = format!("patients.csv:1,release,move-needs-ruling;move-without-address,{BY}");
    let minor = person("1").with(Field::BirthDate, "2015-05-17");
    let cases: [MoveCase<'_>; 15] = [
        (person("1"), "A", "I", &[], "letter", "9 BIRCH ST"),
        (person("1"), "A", "I", &[&home], "letter", "1 ELM ST"),
        (person("1"), "A", "F", &[], "move-needs-ruling", "1 ELM ST"),
        (person("1"), "A", "F", &[&ncoa], "letter", "9 BIRCH ST"),
        (person("1"), "A", "F", &[&home], "letter", "1 ELM ST"),
        (person("1"), "A", "F", &[&release], "letter", "1 ELM ST"),
        (person("1"), "91", "I", &[], "move-needs-ruling", "1 ELM ST"),
        (person("1"), "A", "B", &[], "letter", "1 ELM ST"),
        (person("1"), "02", "", &[], "move-without-address", ""),
        (person("1"), "02", "", &[&release], "move-without-address", ""),
        (person("1"), "02", "", &[&home], "letter", "1 ELM ST"),
        (minor.clone(), "A", "I", &[], "move-needs-ruling", "1 ELM ST"),
        (minor.with(Field::RepresentativeName, "Mary Lee"), "A", "I", &[], "letter", "9 BIRCH ST"),
        (with_representative(person("1").with(Field::Status, "deceased")), "A", "I", &[], "letter", "9 BIRCH ST"),
        // A doubt about the old address is settled by the new one.
        (person("1").with(Field::PostalCode, "90210"), "A", "I", &[], "letter", "9 BIRCH ST"),
    ];
    for (row, code, kind, decisions, fated, expected) in cases {
        let recipient = received(row, code, kind, decisions).gather().people.remove(0);
        assert_eq!((fate(&recipient), street(&recipient)), (fated, expected), "{code} {kind} {decisions:?}");
        assert_eq!(recipient.unreachable, fated == "move-without-address");
    }
    let built = received(person("1"), "A", "I", &[]);
    let recipient = built.gather().people.remove(0);
    assert_eq!(proved(&built, &recipient, Field::HOME), "9 BIRCH ST|APT 2|KEENE|NH|03431|");
    assert!(recipient.changes.iter().all(|change| change.rule == "ncoa"));
    assert_eq!(recipient.residence.map(|state| state.code().to_owned()).as_deref(), Some("NH"), "the state that counts is the new one");
    assert_eq!(received(person("1"), "A", "B", &[&ncoa]).refusal(), "ruling-without-address");
    assert_eq!(received(person("1"), "A", "B", &[]).gather().findings[0].code, "move-of-business");
}

#[test]
fn an_answer_holds_only_for_what_was_asked() {
    let moves = String::from_utf8(write_moves(&[(answer(&case([person("1")]), "A", "I"), Effect::Applies.id())]).unwrap()).unwrap();
    let changed = [
        person("1").with(Field::Address1, "2 ELM ST"),
        person("1").with(Field::LastName, "Ray"),
        with_confidential(person("1")),
        person("2"),
    ];
    for row in changed {
        let gathered = case([row]).file("moves.csv", &moves).gather();
        assert_ne!(street(&gathered.people[0]), "9 BIRCH ST");
        assert_eq!(gathered.findings[0].code, "move-outdated");
    }
    let ruled = format!("patients.csv:1,use_address,ncoa,{BY}");
    let stale = case([person("1").with(Field::Address1, "2 ELM ST")]).file("moves.csv", &moves).decisions(&[&ruled]).gather();
    assert_eq!(fate(&stale.people[0]), "move-outdated");
}

#[test]
fn a_new_address_that_cannot_be_used_holds_the_person() {
    let built = case([person("1")]);
    let lost = Move { address: Private::new(["9 BIRCH ST", "", "KEENE", "NH", "3431"].map(str::to_owned)), ..answer(&built, "A", "I") };
    let file = String::from_utf8(write_moves(&[(lost, Effect::Applies.id())]).unwrap()).unwrap();
    let gathered = built.file("moves.csv", &file).gather();
    let Disposition::Held(finding) = &gathered.people[0].disposition else { panic!("held") };
    assert_eq!((finding.code, finding.place.to_string().as_str()), ("zip-lost-zero", "moves.csv:2"));
}

#[test]
fn a_new_address_that_the_post_does_not_confirm_holds_the_person() {
    let built = case([person("1")]);
    let doubted = Move { dpv: "N".to_owned(), ..answer(&built, "A", "I") };
    let file = String::from_utf8(write_moves(&[(doubted, Effect::NotConfirmed.id())]).unwrap()).unwrap();
    let recipient = built.file("moves.csv", &file).gather().people.remove(0);
    assert_eq!((fate(&recipient), street(&recipient)), ("address-not-confirmed", "1 ELM ST"));
}

#[test]
fn general_delivery_goes_out_with_a_warning() {
    for (line1, line2) in [("General Delivery", ""), ("Gen. Del.", ""), ("C/O ANN LEE", "GENERAL DELIVERY")] {
        let gathered = case([person("1").with(Field::Address1, line1).with(Field::Address2, line2)]).gather();
        assert_eq!(fate(&gathered.people[0]), "letter");
        assert_eq!(gathered.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["address-general-delivery"], "{line1}");
    }
    assert!(case([person("1").with(Field::Address1, "1 Delivery Rd")]).gather().findings.is_empty());
}

#[test]
fn addresses_that_were_checked_too_long_ago_are_told() {
    // 95 days before 18 April 2025 is 13 January.
    let cases = [
        (Some(date(2025, 1, 13)), None, vec![]),
        (Some(date(2025, 1, 12)), None, vec!["incident.toml:1:cass_on"]),
        (None, Some(date(2025, 1, 12)), vec!["incident.toml:1:ncoa_on"]),
        (Some(date(2024, 1, 12)), Some(date(2024, 1, 12)), vec!["incident.toml:1:cass_on", "incident.toml:1:ncoa_on"]),
        (Some(date(2025, 5, 1)), None, vec![]),
        (None, None, vec![]),
    ];
    for (cass_on, ncoa_on, expected) in cases {
        let mut built = case([person("1")]);
        (built.incident.lists[0].cass_on, built.incident.lists[0].ncoa_on) = (cass_on, ncoa_on);
        let findings = built.gather().findings;
        assert!(findings.iter().all(|finding| finding.code == "addresses-stale"));
        assert_eq!(findings.iter().map(|finding| finding.place.to_string()).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_home_address_alone_is_formed_and_judged() {
    let row = person("1").all(&[(Field::Address1, "1 elm street"), (Field::Address2, "apartment 5"), (Field::PostalCode, "62701")]);
    let mut rows = Rows::default();
    add(&mut rows, 0, &row);
    let (address, codes) = home_address(rows.get(0));
    assert_eq!(address.lines(), ["1 ELM ST APT 5", "BOSTON MA 62701"]);
    assert_eq!(codes, ["zip-state-mismatch"]);
}

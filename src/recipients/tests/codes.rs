//! Activation codes.

use super::*;
use Field::{ActivationCode, BirthDate, Status};

fn codes(gathered: &Gathered) -> Vec<Option<&str>> {
    gathered.people.iter().map(|recipient| recipient.activation_code.as_ref().map(|code| code.reveal().as_str())).collect()
}

fn born(record: &str, year: &str) -> Person {
    person(record).with(BirthDate, &format!("{year}-05-17")).with(Field::Address1, &format!("{record} ELM ST"))
}

#[test]
fn pools_serve_adults_and_minors_apart_and_never_the_dead() {
    let people = [
        born("1", "1980"),
        born("2", "2015"),
        born("3", "1981").with(Status, "deceased"),
        born("4", "1982").with(ActivationCode, "A2"),
        born("5", "1983"),
    ];
    let gathered = case(people).service().pool(CodeAudience::Adult, "A1\n\nA2\r\nA3\n").pool(CodeAudience::Minor, "M1\nM2\n").gather();
    assert_eq!(codes(&gathered), [Some("A1"), Some("M1"), None, Some("A2"), Some("A3")]);
}

#[test]
fn held_people_keep_their_codes() {
    let people = [born("1", "1980").with(BirthDate, ""), born("2", "1981")];
    let gathered = case(people).service().pool(CodeAudience::Adult, "A1\nA2\n").gather();
    assert_eq!((fate(&gathered.people[0]), codes(&gathered)), ("age-unknown", vec![Some("A1"), Some("A2")]));
}

#[test]
fn bad_pools_are_refused() {
    let short = case([born("1", "1980"), born("2", "1981")]).service().pool(CodeAudience::Adult, "A1\n");
    assert_eq!(short.refusal(), "code-pool-short");
    assert_eq!(case([born("1", "1980")]).service().pool(CodeAudience::Adult, "A1\nA1\n").refusal(), "code-twice");
    for (pool, code) in [
        ("code,used\nA1,no\n", "code-pool-unreadable"),
        ("Activation_Code\nA1\n", "code-pool-unreadable"),
        ("aaaa-1\nAAAA-1\n", "code-twice"),
    ] {
        assert_eq!(case([born("1", "1980")]).service().pool(CodeAudience::Adult, pool).refusal(), code, "{pool}");
    }
}

#[test]
fn codes_in_the_list_are_one_a_person() {
    let twice = case([
        born("1", "1980").with(ActivationCode, "X"),
        born("2", "1981").with(ActivationCode, "X"),
        born("3", "1982").with(ActivationCode, "Y"),
    ])
    .service()
    .gather();
    assert_eq!(twice.people.iter().map(fate).collect::<Vec<_>>(), ["code-twice", "code-twice", "letter"]);
    let missing = case([born("1", "1980").with(ActivationCode, "X"), born("2", "1981")]).service().gather();
    assert_eq!(missing.people.iter().map(fate).collect::<Vec<_>>(), ["letter", "no-activation-code"]);
    let none = case([born("1", "1980")]).service().gather();
    assert_eq!((fate(&none.people[0]), none.findings.len()), ("letter", 0));
    let no_minor_pool = case([born("1", "2015")]).service().pool(CodeAudience::Adult, "A1\n").gather();
    assert_eq!(fate(&no_minor_pool.people[0]), "no-activation-code");
    let same_person = case([born("1", "1980").with(ActivationCode, "X"), born("1", "1980").with(ActivationCode, "Z")]).service().gather();
    assert_eq!((codes(&same_person), same_person.findings[0].code), (vec![Some("X")], "code-differs"));
}

#[test]
fn codes_without_a_service_are_told_once() {
    let gathered = case([born("1", "1980").with(ActivationCode, "X"), born("2", "1981").with(ActivationCode, "Y")]).gather();
    assert_eq!(codes(&gathered), [None, None]);
    assert_eq!(gathered.findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["code-without-service"]);
}

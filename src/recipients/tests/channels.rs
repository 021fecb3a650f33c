//! Letter or e-mail, language and form.

use super::*;
use Field::{
    Address1, AlternateFormat, ConfidentialAddress1, ConfidentialCity, ConfidentialPostalCode, ConfidentialState, Email, EmailConsentOn,
    EmailConsentScope, EmailConsentWithdrawnOn, PostalCode, State,
};

fn agreed() -> Person {
    person("1").with(Email, "ann@mail.example").with(EmailConsentOn, "2021-03-04")
}

/// cases.md 16.
#[test]
fn email_only_by_agreement_in_force() {
    let cases: [(&[(Field, &str)], &str); 17] = [
        (&[], "email"),
        (&[(EmailConsentOn, "")], "letter"),
        (&[(EmailConsentOn, "2025-04-18")], "email"),
        (&[(EmailConsentOn, "2025-04-19")], "letter"),
        (&[(EmailConsentOn, "yes")], "letter"),
        (&[(EmailConsentWithdrawnOn, "2024-01-01")], "letter"),
        (&[(EmailConsentWithdrawnOn, "2025-04-18")], "letter"),
        (&[(EmailConsentWithdrawnOn, "2025-04-19")], "email"),
        (&[(EmailConsentWithdrawnOn, "yes")], "letter"),
        (&[(EmailConsentScope, "breach notices")], "email"),
        (&[(EmailConsentScope, "billing")], "letter"),
        (&[(Email, "ann@mail")], "letter"),
        (&[(Email, "INFO@lakeside.example")], "letter"),
        (&[(State, "NY"), (PostalCode, "10001")], "letter"),
        (&[(Address1, "HOMELESS")], "email"),
        (&[(Field::BirthDate, "2015-01-01")], "letter"),
        (&[(Field::Status, "represented"), (Field::RepresentativeName, "Rose Lee")], "letter"),
    ];
    for (cells, expected) in cases {
        let recipient = single(agreed().all(cells));
        assert_eq!(fate(&recipient), expected, "{cells:?}");
        assert_eq!(recipient.email.is_some(), expected == "email");
        assert!(!recipient.unreachable);
    }
    let mut without = case([agreed()]);
    without.incident.email = None;
    assert_eq!(fate(&without.gather().people[0]), "letter");
    let safe =
        [(ConfidentialAddress1, "PO BOX 7"), (ConfidentialCity, "BOSTON"), (ConfidentialState, "MA"), (ConfidentialPostalCode, "02139")];
    assert_eq!(fate(&single(agreed().all(&safe))), "letter");
}

#[test]
fn who_has_no_usable_address_is_unreachable_unless_told_by_email() {
    let lost = single(person("1").with(Address1, "HOMELESS"));
    assert_eq!((fate(&lost), lost.unreachable, lost.address), ("address-placeholder", true, None));
    let doubtful = single(person("1").with(PostalCode, "90210"));
    assert_eq!((fate(&doubtful), doubtful.unreachable, doubtful.address.is_some()), ("zip-state-mismatch", false, true));
    let unsure = single(person("1").with(Address1, "500 hospital dr."));
    assert_eq!((fate(&unsure), unsure.unreachable), ("address-is-providers", true));
}

#[test]
fn languages_and_forms() {
    for (written, language, warnings) in
        [("", "en", 0), ("English", "en", 0), ("Español", "es", 0), ("SPA", "es", 0), ("Vietnamese", "en", 1), ("unknown", "en", 0)]
    {
        let gathered = case([person("1").with(Field::Language, written)]).gather();
        assert_eq!((gathered.people[0].language.tag(), gathered.findings.len()), (language, warnings), "{written}");
    }
    assert!(single(person("1").with(AlternateFormat, "Large-Print")).large_print);
    assert!(!single(person("1")).large_print);
}

#[test]
fn more_than_eight_at_one_address_are_worth_a_look() {
    let neighbors = |count: u32| (0..count).map(|n| person(&n.to_string()).with(Field::BirthDate, &format!("19{}-01-01", 50 + n)));
    assert!(case(neighbors(8)).gather().findings.is_empty());
    let crowded = case(neighbors(9)).gather().findings;
    assert_eq!(crowded.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["address-crowded"]);
}

#[test]
fn printed_addresses_tell_their_changes() {
    let recipient = single(person("1").with(Address1, "1 Elm Street").with(Field::Address2, "Apt. 5"));
    let lines = recipient.address.as_ref().map(|address| address.reveal().lines());
    assert_eq!(lines.unwrap(), ["1 ELM ST APT 5", "BOSTON MA 02139"]);
    let changes: Vec<_> = recipient.changes.iter().map(|change| (change.field, change.rule, change.to.reveal().as_str())).collect();
    assert_eq!(changes, [(Address1, "address-form", "1 ELM ST"), (Field::Address2, "address-form", "APT 5")]);
}

//! Roles, dates, representatives, and where the letter then goes.

use super::*;
use Field::{
    AlternateFormat, BirthDate, ConfidentialAddress1, ConfidentialCity, ConfidentialPostalCode, ConfidentialState, DeathDate,
    EmailConsentOn, FirstName, LastName, MinorConsentedCare, PostalCode, ProviderId, RepresentativeAddress1, RepresentativeBlocked,
    RepresentativeCity, RepresentativeName, RepresentativePostalCode, RepresentativeState, State, Status,
};

type Cells = &'static [(Field, &'static str)];

const KIN: [(Field, &str); 5] = [
    (RepresentativeName, "LEE, ROSE"),
    (RepresentativeAddress1, "9 OAK ST"),
    (RepresentativeCity, "BOSTON"),
    (RepresentativeState, "MA"),
    (RepresentativePostalCode, "02139"),
];
const SAFE: [(Field, &str); 4] =
    [(ConfidentialAddress1, "PO BOX 7"), (ConfidentialCity, "BOSTON"), (ConfidentialState, "MA"), (ConfidentialPostalCode, "02139")];

#[test]
fn status_and_dates_make_the_role() {
    let cases: [(Cells, &str, &str); 33] = [
        (&[], "adult", "letter"),
        (&[(Status, "Active")], "adult", "letter"),
        (&[(BirthDate, "2007-04-18")], "adult", "letter"),
        (&[(BirthDate, "2007-04-19")], "minor", "letter"),
        (&[(BirthDate, "2007-04-18"), (Status, "Minor")], "adult", "letter"),
        (&[(BirthDate, "2015-01-01"), (Status, "adult")], "minor", "status-contradiction"),
        (&[(BirthDate, "2007-04-18"), (State, "AL"), (PostalCode, "35203")], "minor", "letter"),
        (&[(BirthDate, "2005-01-01"), (State, "MS"), (PostalCode, "39201")], "minor", "letter"),
        (&[(BirthDate, "2015-01-01"), (Status, "Emancipated Minor")], "adult", "letter"),
        (&[(BirthDate, ""), (Status, "adult")], "adult", "letter"),
        (&[(BirthDate, ""), (Status, "minor")], "minor", "letter"),
        (&[(BirthDate, "")], "adult", "age-unknown"),
        (&[(BirthDate, ""), (Status, "alive")], "adult", "age-unknown"),
        (&[(BirthDate, "1980-05-17"), (Status, "minor")], "adult", "status-contradiction"),
        (&[(BirthDate, "5/17/80")], "adult", "birth-date-unreadable"),
        (&[(BirthDate, "2025-05-01")], "minor", "date-doubtful"),
        (&[(BirthDate, "1899-12-31")], "adult", "date-doubtful"),
        (&[(BirthDate, "1900-01-01")], "adult", "date-doubtful"),
        (&[(Status, "married")], "adult", "status-unknown"),
        (&[(Status, "deceased")], "deceased", "excluded"),
        (&[(DeathDate, "2024-01-01")], "deceased", "excluded"),
        (&[(DeathDate, "2024-01-01"), (Status, "adult")], "deceased", "status-contradiction"),
        (&[(DeathDate, "2024-01-01"), (Status, "alive")], "deceased", "status-contradiction"),
        (&[(DeathDate, "1970-01-01"), (Status, "deceased")], "deceased", "date-doubtful"),
        (&[(DeathDate, "2025-06-01"), (Status, "deceased")], "deceased", "date-doubtful"),
        (&[(DeathDate, "yes")], "adult", "death-date-unreadable"),
        (&[(DeathDate, "2024-01-01"), (EmailConsentOn, "2024-02-01")], "deceased", "status-contradiction"),
        (&[(Status, "represented")], "represented", "representative-missing"),
        (&[(Status, "represented"), (RepresentativeName, "Rose Lee")], "represented", "letter"),
        (
            &[(Status, "represented"), (RepresentativeName, "Rose Lee"), (RepresentativeBlocked, "Y")],
            "represented",
            "representative-blocked",
        ),
        (&[(BirthDate, "2015-01-01"), (RepresentativeBlocked, "maybe")], "minor", "flag-unreadable"),
        (&[(BirthDate, "2015-01-01"), (RepresentativeName, "LEE, ANN")], "minor", "representative-is-patient"),
        (&[(AlternateFormat, "Braille")], "adult", "alternate-format"),
    ];
    for (cells, role, expected) in cases {
        let recipient = single(person("1").all(cells));
        assert_eq!((recipient.role.id(), fate(&recipient)), (role, expected), "{cells:?}");
    }
}

#[test]
fn an_adult_is_not_written_to_through_a_guarantor() {
    let recipient = single(person("1").all(&KIN));
    assert_eq!(recipient.representative, None);
    assert_eq!(recipient.address.unwrap().reveal().address1, "1 ELM ST");
}

/// cases.md 11: a, b go to the kin; c is excluded and never counts as unreachable.
#[test]
fn the_dead_are_told_through_kin_with_an_address_or_not_at_all() {
    let told = single(person("1").with(Status, "deceased").all(&KIN));
    assert_eq!((told.role, fate(&told)), (Role::Deceased, "letter"));
    assert_eq!(told.representative.unwrap().reveal(), "Rose Lee");
    assert_eq!(told.address.unwrap().reveal().address1, "9 OAK ST");
    let without_address = single(person("1").with(Status, "deceased").with(RepresentativeName, "Rose Lee"));
    let unnamed = single(person("1").with(Status, "deceased").all(&KIN).with(RepresentativeName, "Unknown"));
    for excluded in [without_address, unnamed] {
        let clause = "45 CFR 164.404(d)(1)(ii)".to_owned();
        assert!(matches!(&excluded.disposition, Disposition::Excluded { clause: found, .. } if *found == clause));
        assert!(!excluded.unreachable && excluded.residence.is_some());
    }
    let half = single(person("1").with(Status, "deceased").all(&KIN).with(RepresentativePostalCode, ""));
    assert_eq!((fate(&half), half.unreachable), ("zip-missing", false));
    let estate = single(person("1").with(Status, "deceased").all(&KIN).with(RepresentativeName, "Estate of Ann Lee"));
    assert_eq!(fate(&estate), "representative-doubtful");
    let discreet = single(person("1").with(Status, "deceased").all(&KIN).all(&SAFE));
    assert_eq!(fate(&discreet), "confidential-address-of-deceased");
}

/// cases.md 15.
#[test]
fn minors_are_told_through_their_parents_unless_they_consented() {
    let child = person("1").with(BirthDate, "2010-01-01");
    let alone = single(child.clone());
    assert_eq!((alone.representative, alone.address.unwrap().reveal().address1.as_str()), (None, "1 ELM ST"));
    let parent = single(child.clone().all(&KIN));
    assert_eq!(parent.address.unwrap().reveal().address1, "9 OAK ST");
    let consented = single(child.clone().all(&KIN).all(&SAFE).with(MinorConsentedCare, "yes"));
    assert_eq!((consented.role, fate(&consented), consented.representative), (Role::Adult, "letter", None));
    assert_eq!(consented.address.unwrap().reveal().address1, "PO BOX 7");
    let at_home = single(child.with(MinorConsentedCare, "Y"));
    assert_eq!((fate(&at_home), at_home.unreachable), ("minor-confidential", false));
}

#[test]
fn a_confidential_address_wins_and_no_other_takes_its_place() {
    let safe = single(person("1").all(&SAFE).with(State, "NY").with(PostalCode, "10001"));
    assert_eq!(safe.address.unwrap().reveal().address1, "PO BOX 7");
    assert_eq!(safe.residence.map(|state| state.code().to_owned()).as_deref(), Some("NY"));
    let country_only = single(person("1").with(Field::ConfidentialCountry, "US"));
    assert_eq!((fate(&country_only), country_only.address.unwrap().reveal().address1.as_str()), ("letter", "1 ELM ST"));
    let incomplete = single(person("1").with(ConfidentialAddress1, "PO Box 7"));
    assert_eq!((fate(&incomplete), incomplete.address, incomplete.unreachable), ("address-no-city", None, true));
}

#[test]
fn residence_is_where_the_patient_lives() {
    let cases: [(Cells, Option<&str>); 5] = [
        (&[], Some("MA")),
        (&[(State, "massachusetts")], Some("MA")),
        (&[(State, "PR"), (PostalCode, "")], Some("PR")),
        (&[(Field::City, "APO"), (State, "AE"), (PostalCode, "09012")], None),
        (&[(State, ""), (Field::Country, "France")], None),
    ];
    for (cells, residence) in cases {
        let found = single(person("1").all(cells)).residence;
        assert_eq!(found.map(|state| state.code().to_owned()).as_deref(), residence, "{cells:?}");
    }
}

#[test]
fn a_hold_names_place_record_and_every_reason() {
    let held = single(person("7").with(BirthDate, "").named("TEST", "Lee"));
    let Disposition::Held(finding) = &held.disposition else { panic!("not held") };
    assert_eq!((finding.place.file.as_str(), finding.place.line), ("patients.csv", Some(2)));
    assert_eq!(finding.record.as_deref(), Some("patients.csv:7"));
    assert!(finding.reason.contains("test entry") && finding.reason.contains("neither a birth date"));
    let dated = single(person("7").with(BirthDate, "1/1/80"));
    assert!(matches!(&dated.disposition, Disposition::Held(finding) if finding.place.column.as_deref() == Some("DOB")));
}

#[test]
fn no_finding_shows_a_value_of_the_list() {
    let secret = "Quixote";
    let held =
        single(person("7").named("TEST", secret).all(&[(Field::Address1, "unknown Quixote"), (BirthDate, "Quixote"), (Status, "Quixote")]));
    assert!(!format!("{held:?}").contains(secret));
}

#[test]
fn rows_without_a_provider_and_broken_rows_are_held_alone() {
    let lost = single(person("1").with(ProviderId, "H9"));
    assert_eq!((lost.provider, fate(&lost)), (None, "unknown-provider"));
    let people = case([person("1"), person("1")]).broken(1).gather().people;
    assert_eq!(people.iter().map(fate).collect::<Vec<_>>(), ["letter", "cells"]);
    let second = case([person("1").with(ProviderId, "h2 ")]).gather().people.remove(0);
    assert_eq!(second.provider, Some(ProviderIndex(1)));
    assert!(single(person("1").all(&[(FirstName, ""), (LastName, "")])).disposition != Disposition::Letter);
}

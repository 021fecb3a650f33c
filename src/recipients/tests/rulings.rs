//! decisions.csv.

use super::*;
use Field::{BirthDate, MinorConsentedCare, PatientId, PostalCode};

const BY: &str = "J. Roe,2025-04-02,checked the chart";

fn fates(built: &Case) -> Vec<&'static str> {
    built.gather().people.iter().map(fate).collect()
}

#[test]
fn verdicts_hold_release_and_exclude() {
    let doubtful = person("1").with(PostalCode, "90210");
    let lost = person("1").with(PostalCode, "");
    let cases = [
        (person("1"), format!("patients.csv:1,hold,,{BY}"), "held-by-ruling"),
        (doubtful.clone(), format!("patients.csv:1,release,zip-state-mismatch,{BY}"), "letter"),
        (lost, format!("patients.csv:1,release,zip-missing,{BY}"), "zip-missing"),
        (person("1"), format!("patients.csv:1,release,zip-missing,{BY}"), "letter"),
        (doubtful, format!("patients.csv:1,Exclude,45 CFR 164.402(1),{BY}"), "excluded"),
    ];
    for (row, line, expected) in cases {
        assert_eq!(fates(&case([row]).decisions(&[&line])), [expected], "{line}");
    }
    let idle = case([person("1")]).decisions(&[&format!("patients.csv:1,release,zip-missing,{BY}")]).gather();
    assert_eq!(idle.findings[0].code, "release-without-effect");
}

/// A child who consented to the care, without a confidential address, at a ZIP Code of another state.
fn doubted_twice() -> Person {
    person("1").with(BirthDate, "2010-05-17").with(MinorConsentedCare, "yes").with(PostalCode, "90210")
}

#[test]
fn a_release_lifts_what_it_names_and_no_other_doubt() {
    let cases = [
        (&[][..], "zip-state-mismatch", None),
        (&["zip-state-mismatch"], "minor-confidential", None),
        (&["minor-confidential"], "zip-state-mismatch", None),
        (&["Zip-State-Mismatch; minor-confidential"], "letter", None),
        (&["zip-state-mismatch", "minor-confidential"], "letter", None),
        (&["zip-state-mismatch", "name-doubtful"], "minor-confidential", Some("release-without-effect")),
    ];
    for (named, fate, told) in cases {
        let lines: Vec<String> = named.iter().map(|codes| format!("patients.csv:1,release,{codes},{BY}")).collect();
        let built = case([doubted_twice()]).decisions(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let of_rulings = built.gather().findings.into_iter().find(|finding| finding.code.starts_with("release"));
        assert_eq!((fates(&built), of_rulings.map(|finding| finding.code)), (vec![fate], told), "{named:?}");
    }
}

#[test]
fn a_release_lifts_nothing_that_came_in_after_its_day() {
    let later = person("1").with(PostalCode, "90210").in_list(1);
    let release = "later.csv:1,release,zip-state-mismatch,J. Roe,2025-04-02,checked the chart";
    for (received, expected, told) in [(Some(1), "letter", None), (Some(3), "zip-state-mismatch", Some("release-without-effect"))] {
        let built = case([later.clone()]).second_list(received).decisions(&[release]);
        let of_rulings = built.gather().findings.into_iter().find(|finding| finding.code.starts_with("release"));
        assert_eq!((fates(&built), of_rulings.map(|finding| finding.code)), (vec![expected], told), "{received:?}");
    }
}

#[test]
fn a_release_is_of_one_column_and_one_row_and_never_of_a_day_to_come() {
    let entry = |row: u32, column: &str| {
        let place = Place::line("patients.csv", u64::from(row) + 2).column(column);
        let finding = Finding::holds("decisive-column", place, "an entry", "look at it");
        Doubt { row: RowIndex(row), finding, may_be_ruled: true }
    };
    let both = [entry(0, "Do Not Mail"), entry(0, "Conf Comm")];
    let twins = [entry(0, "Do Not Mail"), entry(1, "Do Not Mail")];
    let release = |record: u32, names: &str| format!("patients.csv:{record},release,{names},{BY}");
    let cases = [
        (&both[..1], vec![release(1, "decisive-column")], "letter"),
        (&both[..], vec![release(1, "decisive-column")], "decisive-column"),
        (&both[..], vec![release(1, "decisive-column:Do Not Mail")], "decisive-column"),
        (&both[..], vec![release(1, "decisive-column:do not mail;decisive-column:Conf Comm")], "letter"),
        (&twins[..], vec![release(1, "decisive-column")], "decisive-column"),
        (&twins[..], vec![release(1, "decisive-column"), release(2, "decisive-column")], "letter"),
    ];
    for (doubts, lines, expected) in cases {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let built = case([person("1").with(PatientId, "P1"), person("2").with(PatientId, "P1")]).doubted(doubts).decisions(&lines);
        assert_eq!(fates(&built), [expected], "{lines:?}");
    }
    let to_come = "patients.csv:1,release,zip-missing,J. Roe,2026-04-02,checked the chart";
    assert_eq!(case([person("1")]).decisions(&[to_come]).refusal(), "ruling-incomplete");
}

#[test]
fn a_release_lifts_nothing_of_a_mended_list_without_a_day() {
    let mended = person("1").with(PostalCode, "90210").in_list(1);
    let release = "later.csv:1,release,zip-state-mismatch,J. Roe,2025-04-02,checked the chart";
    for (received, expected) in [(None, "zip-state-mismatch"), (Some(1), "letter")] {
        let mut built = case([mended.clone()]).second_list(received).decisions(&[release]);
        built.incident.lists[1].mends = Some("patients.csv".to_owned());
        assert_eq!(fates(&built), [expected], "{received:?}");
    }
}

#[test]
fn pairs_are_merged_and_kept_apart() {
    let clash = [person("1").with(PatientId, "P1"), person("2").with(PatientId, "P1").with(BirthDate, "1980-05-18")];
    let merged = case(clash.clone()).decisions(&[&format!("patients.csv:2,merge_with,patients.csv:1,{BY}")]).gather();
    assert_eq!((merged.people.len(), merged.merges[0].rule, merged.possible.len()), (1, "ruling", 0));
    let apart = case(clash).decisions(&[&format!("patients.csv:2,keep_apart,patients.csv:1,{BY}")]).gather();
    assert_eq!((apart.people.len(), apart.possible.len()), (2, 0));
    let same = [person("1"), person("2"), person("3")];
    let split = case(same).decisions(&[&format!("patients.csv:2,keep_apart,patients.csv:1,{BY}")]).gather();
    assert_eq!(split.people.len(), 3);
}

#[test]
fn two_people_with_nothing_in_common_are_never_merged() {
    let other = || person("2").named("Bea", "Ray").with(BirthDate, "1991-11-02").with(PatientId, "P2");
    let first = || person("1").with(PatientId, "P1");
    let ruling = format!("patients.csv:2,merge_with,patients.csv:1,{BY}");
    let one_person = [
        other().with(BirthDate, "1980-05-17"),
        other().with(PatientId, "p1"),
        other().with(Field::FirstName, "ANNE"),
        other().with(Field::FirstName, "A."),
        other().named("Ann", "Lée").with(Field::Address1, "2 Far St"),
        other().named("Ann", "Lee-Ray").with(Field::Address1, "2 Far St"),
        other().named("Lee", "Ann"),
    ];
    for row in one_person {
        let merged = case([first(), row.clone()]).decisions(&[&ruling]).gather();
        assert_eq!((merged.people.len(), merged.merges[0].rule), (1, "ruling"), "{row:?}");
    }
    let relative = other().with(Field::LastName, "Lee");
    let namesake = other().with(Field::FirstName, "Ann").with(Field::Address1, "2 Far St");
    for row in [other(), other().with(BirthDate, ""), other().with(Field::FirstName, ""), relative, namesake] {
        let refused = case([first(), row.clone()]).decisions(&[&ruling]).try_gather().unwrap_err();
        let found = &refused.findings[0];
        assert_eq!((found.code, &found.place), ("ruling-impossible", &Place::line("decisions.csv", 2).column("decision")), "{row:?}");
    }
    // What ties the first row and the second may stand in a third: joined to the second by its id, or by a ruling further down.
    let same_id = other().with(Field::RecordId, "3").with(BirthDate, "1980-05-17");
    let joined = case([first(), other().with(BirthDate, ""), same_id]).decisions(&[&ruling]).gather();
    let ruled = case([first(), other(), person("3").named("Bea", "Lowe").with(PatientId, "P3")]);
    let ruled = ruled.decisions(&[&ruling, &format!("patients.csv:3,merge_with,patients.csv:2,{BY}")]).gather();
    assert_eq!((joined.people.len(), ruled.people.len()), (1, 1));
}

#[test]
fn rulings_that_cannot_be_followed_are_refused() {
    let cases = [
        (format!("patients.csv:9,hold,,{BY}"), "ruling-without-record"),
        (format!("patients.csv:1,burn,,{BY}"), "ruling-unknown"),
        (format!("patients.csv:1,use_address,x,{BY}"), "ruling-incomplete"),
        (format!("patients.csv:1,exclude,,{BY}"), "ruling-incomplete"),
        (format!("patients.csv:1,release,,{BY}"), "ruling-incomplete"),
        ("patients.csv:1,hold,,,2025-04-02,why".to_owned(), "ruling-incomplete"),
        ("patients.csv:1,hold,,J. Roe,soon,why".to_owned(), "ruling-incomplete"),
        (format!("patients.csv:1,merge_with,patients.csv:9,{BY}"), "ruling-without-record"),
        (format!("patients.csv:1,merge_with,patients.csv:1,{BY}"), "ruling-impossible"),
        (format!("patients.csv:1,merge_with,patients.csv:3,{BY}"), "ruling-impossible"),
        (format!("patients.csv:1,merge_with,patients.csv:4,{BY}"), "ruling-impossible"),
        (format!("patients.csv:1,hold,,{BY}\npatients.csv:1,release,zip-missing,{BY}"), "ruling-contradicts"),
        (format!("patients.csv:1,merge_with,patients.csv:2,{BY}\npatients.csv:2,keep_apart,patients.csv:1,{BY}"), "ruling-impossible"),
        ("patients.csv:1,hold".to_owned(), "decisions-unreadable"),
    ];
    let people = [person("1"), person("2").named("Bea", "Ray"), person("3").with(Field::ProviderId, "H2"), person("4")];
    for (lines, code) in cases {
        let built = case(people.clone()).broken(3).decisions(&[&lines]);
        assert_eq!(built.refusal(), code, "{lines}");
    }
    assert_eq!(case([person("1")]).file("decisions.csv", "record,verdict\nx,y\n").refusal(), "decisions-unreadable");
    let refusal = case([person("1")]).decisions(&["", &format!("patients.csv:9,hold,,{BY}")]).try_gather().unwrap_err();
    assert_eq!(refusal.findings[0].place, Place::line("decisions.csv", 3).column("record"));
    assert!(case([person("1")]).file("decisions.csv", "record,decision,argument,by,on,reason\n").try_gather().is_ok());
}

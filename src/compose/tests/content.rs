//! What the content check finds beside missing parts: numbers, words, offers, what shows on the outside, what one person's values bring.

use crate::compose::{Composer, PieceNumber, fixture};
use crate::error::{Finding, Severity};
use crate::incident::{Incident, Waiver};
use crate::intake::Element;
use crate::privacy::Private;
use crate::recipients::{PostalAddress, Recipient, Recipients};
use crate::rules::Jurisdiction;
use jiff::civil::date;

fn resident(code: &str) -> Recipient {
    let mut recipient = fixture::adult();
    recipient.residence = Jurisdiction::from_code(code);
    recipient
}

/// Every finding of the composer on an incident with some people, refused or not.
fn findings(incident: &Incident, people: &[Recipient]) -> Vec<Finding> {
    let recipients = Recipients { people: people.iter().cloned().collect(), ..Recipients::default() };
    match Composer::load(incident, &fixture::rules(), &recipients) {
        Ok(composer) => composer.warnings().cloned().collect(),
        Err(error) => error.findings,
    }
}

fn of<'f>(findings: &'f [Finding], code: &str) -> Option<&'f Finding> {
    findings.iter().find(|finding| finding.code == code)
}

#[test]
fn the_built_in_letters_and_the_fixture_are_clean() {
    assert_eq!(findings(&fixture::incident(), &[resident("TX"), resident("MA")]), []);
}

#[test]
fn prose_that_hedges_or_is_hard_to_read_is_advised_against() {
    let mut incident = fixture::incident();
    incident.prevention = "Out of an abundance of caution we reviewed our ISMS. We take privacy seriously.".into();
    let found = findings(&incident, &[]);
    let hedge = of(&found, "hedge").unwrap();
    assert_eq!(hedge.severity, Severity::Warns);
    assert!(of(&found, "undefined-abbreviation").unwrap().reason.contains("ISMS"), "{found:?}");
    let clause = "notwithstanding the comprehensive organizational remediation methodologies simultaneously implemented throughout numerous \
                  geographically distributed infrastructural environments by multidisciplinary cybersecurity professionals";
    incident.what_happened = vec![clause; 20].join(", and ") + ".";
    let found = findings(&incident, &[]);
    let (refused, long) = (of(&found, "reading-level").unwrap(), of(&found, "long-sentence"));
    assert_eq!(refused.severity, Severity::Refuses, "{}", refused.reason);
    assert!(long.is_some(), "{found:?}");
    let (rule, by, reason) = ("reading-level".to_owned(), "Ada Counsel".to_owned(), "a court's words".to_owned());
    incident.waivers = vec![Waiver { rule, by, on: date(2025, 4, 1), reason }];
    let waived = findings(&incident, &[]);
    assert_eq!(of(&waived, "reading-level").unwrap().severity, Severity::Warns);
}

#[test]
fn a_social_security_number_in_the_prose_is_refused() {
    let mut incident = fixture::incident();
    incident.what_happened = "The number 219-09-9998 was seen.".into();
    let found = findings(&incident, &[]);
    assert_eq!(of(&found, "identifier-printed").unwrap().severity, Severity::Refuses);
    assert!(!found.iter().any(|finding| finding.reason.contains("9998")), "no finding repeats it");
}

#[test]
fn a_number_of_people_in_the_prose_is_refused_where_a_law_forbids_it() {
    let mut incident = fixture::incident();
    incident.what_happened = "An intruder copied records of 12,345 patients.".into();
    assert_eq!(of(&findings(&incident, &[resident("TX")]), "number-of-people"), None);
    for code in ["MA", "IL"] {
        let found = findings(&incident, &[resident("TX"), resident(code)]);
        assert_eq!(of(&found, "number-of-people").unwrap().severity, Severity::Refuses, "{code}");
    }
}

#[test]
fn the_months_offered_are_those_of_the_strictest_residence() {
    // The fixture offers 24 months; its adult's Social Security number was involved.
    let mut incident = fixture::incident();
    let offered = |incident: &mut Incident, months| incident.identity_service.as_mut().unwrap().months = months;
    for (code, least) in [("CT", 24), ("MA", 18), ("DC", 18), ("DE", 12), ("PA", 12), ("CA", 12)] {
        offered(&mut incident, least);
        assert_eq!(of(&findings(&incident, &[resident(code)]), "service-months"), None, "{code}");
        offered(&mut incident, least - 1);
        let found = findings(&incident, &[resident(code)]);
        assert!(of(&found, "service-months").unwrap().reason.contains(&format!("{least} months")), "{code}: {found:?}");
    }
    offered(&mut incident, 1);
    let mut without = resident("CT");
    without.elements = fixture::recipient(without.role, without.language, &[Element::Diagnosis]).elements;
    assert_eq!(of(&findings(&incident, &[without]), "service-months"), None, "no number was involved");
    incident.identity_service = None;
    assert_eq!(of(&findings(&incident, &[resident("CT")]), "service-not-offered").unwrap().severity, Severity::Warns);
    assert_eq!(of(&findings(&incident, &[resident("CA")]), "service-not-offered"), None, "California wants none where none is offered");
}

#[test]
fn an_enrollment_that_is_over_before_the_letters_come_is_refused() {
    let mut incident = fixture::incident();
    incident.identity_service.as_mut().unwrap().enroll_by = incident.providers[0].mail_date;
    assert_eq!(of(&findings(&incident, &[]), "enrollment-end").unwrap().severity, Severity::Refuses);
}

#[test]
fn a_return_address_that_tells_of_an_illness_is_refused() {
    let mut incident = fixture::incident();
    incident.providers[0].return_name = "Shore Addiction Center".into();
    let found = findings(&incident, &[]);
    let refused = of(&found, "sensitive-word").unwrap();
    assert_eq!((refused.severity, refused.place.to_string().as_str()), (Severity::Refuses, "providers.csv:2:return_name"));
}

#[test]
fn a_part_2_program_is_not_named_by_what_it_treats() {
    let mut incident = fixture::incident();
    incident.providers[0].legal_name = "Shore Addiction Center".into();
    assert_eq!(of(&findings(&incident, &[]), "part2-name"), None);
    incident.providers[0].part2_program = true;
    assert_eq!(of(&findings(&incident, &[]), "part2-name").unwrap().severity, Severity::Refuses);
}

#[test]
fn one_persons_values_hold_that_person() {
    let incident = fixture::incident();
    let composer = Composer::load(&incident, &fixture::rules(), &Recipients::default()).unwrap();
    let fault = |change: &dyn Fn(&mut Recipient), number: &str| {
        let mut recipient = fixture::adult();
        recipient.disposition = crate::recipients::Disposition::Letter;
        recipient.address = Some(Private::new(PostalAddress { address1: "1 MAIN ST".into(), city: "AUSTIN".into(), ..Default::default() }));
        change(&mut recipient);
        let letter = composer.compose(&incident, &recipient, PieceNumber(1)).unwrap();
        composer.piece_fault(&letter, &recipient, &std::iter::once(number)).map(|fault| fault.code)
    };
    assert_eq!(fault(&|_| (), "MRN-0017"), None);
    let name = |value: &'static str| move |recipient: &mut Recipient| recipient.name.reveal_mut().last = value.into();
    assert_eq!(fault(&name("Rivera 123-45-6789"), "MRN-0017"), Some("identifier-printed"));
    assert_eq!(fault(&name("Rivera MRN-0017"), "MRN-0017"), Some("identifier-printed"));
    assert_eq!(fault(&name("Rivera 17"), "17"), None, "a short number is a house's as well");
    assert_eq!(
        fault(&|recipient| recipient.activation_code = Some(Private::new("MRN-0017".into())), "MRN-0017"),
        Some("identifier-printed")
    );
    let address = |line: &'static str| {
        move |recipient: &mut Recipient| {
            recipient.address = Some(Private::new(PostalAddress { address1: line.into(), ..Default::default() }));
        }
    };
    assert_eq!(fault(&address("C/O HIV CLINIC"), "x"), Some("sensitive-word"));
    assert_eq!(fault(&address("4 HOPE ST"), "x"), None);
    assert_eq!(fault(&address("APT 123-45-6789"), "x"), Some("identifier-printed"));
}

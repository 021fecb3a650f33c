//! The worked cases of the reference, each a row, and what must hold for every plan.

mod state_law;

use super::{Duty, Happened, Obligation, Plan, Unreached, UnreachedPeople, held_until, plan, plan_with};
use crate::error::{Finding, Place};
use crate::incident::{
    Agency, BusinessAssociate, CallCenter, Choices, DayZero, Hold, HoldEffect, Incident, Language, Print, Provider, ProviderIndex, Sender,
};
use crate::intake::{Elements, RowIndex};
use crate::privacy::Private;
use crate::recipients::{Disposition, PersonKey, PersonName, PostalAddress, Recipient, Recipients, Role};
use crate::rules::{Jurisdiction, Rules};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use std::path::PathBuf;

const VENDOR_AWARE: Date = date(2025, 2, 20);

fn provider(id: &str) -> Provider {
    Provider {
        id: id.to_owned(),
        line: 2,
        legal_name: "Lakeside Hospital".to_owned(),
        kind: "hospital".to_owned(),
        return_name: "Lakeside".to_owned(),
        address1: "1 Shore Road".to_owned(),
        address2: String::new(),
        city: "Austin".to_owned(),
        state: "TX".to_owned(),
        postal_code: "78701".to_owned(),
        phone: String::new(),
        email: String::new(),
        website: "lakeside.example".to_owned(),
        signatory_name: "Ada Clerk".to_owned(),
        signatory_title: "Privacy Officer".to_owned(),
        logo: None,
        ca_licensed_facility: false,
        part2_program: false,
        parent_organization: String::new(),
        breach_began: date(2024, 1, 1),
        breach_ended: None,
        own_discovered: None,
        informed: None,
        list_received: None,
        determined: None,
        mail_date: date(2024, 1, 10),
    }
}

fn incident(discovered: Date) -> Incident {
    Incident {
        folder: PathBuf::from("lakeside"),
        id: "lakeside".to_owned(),
        title: "Lakeside".to_owned(),
        cause: "hacking".to_owned(),
        locations: Vec::new(),
        breach_began: date(2024, 1, 1),
        breach_ended: None,
        discovered,
        determined: None,
        mail_date: date(2024, 1, 10),
        what_happened: String::new(),
        investigation: String::new(),
        mitigation: String::new(),
        prevention: String::new(),
        translations: std::collections::BTreeMap::new(),
        business_associate: None,
        encryption: None,
        holds: Vec::new(),
        identity_service: None,
        code_pools: Vec::new(),
        call_center: CallCenter { phone: "1-800-555-0100".to_owned(), hours: String::new(), open_until: None, languages: Vec::new() },
        sender: Sender::Provider,
        print: Print {
            envelope: String::new(),
            duplex: true,
            house: String::new(),
            baa_reference: String::new(),
            fonts: None,
            encrypt_to: None,
            imb: None,
        },
        email: None,
        require_approvals: Vec::new(),
        allowed_signers: None,
        waivers: Vec::new(),
        choices: Choices::default(),
        lists: Vec::new(),
        providers: vec![provider("P1")],
    }
}

fn vendor(agent: Agency) -> BusinessAssociate {
    BusinessAssociate { name: "Oracle".to_owned(), discovered: VENDOR_AWARE, informed: date(2025, 3, 15), agent }
}

fn person(state: &str) -> Recipient {
    Recipient {
        key: PersonKey("0".repeat(32)),
        record: "patients.csv:1".to_owned(),
        rows: vec![RowIndex(0)],
        provider: Some(ProviderIndex(0)),
        also_at: Vec::new(),
        role: Role::Adult,
        name: Private::new(PersonName::default()),
        representative: None,
        address: Some(Private::new(PostalAddress::default())),
        residence: Jurisdiction::from_code(state),
        email: None,
        birth_date: None,
        elements: Elements::of_ids(&["name", "ssn", "diagnosis"].map(str::to_owned)),
        language: Language::English,
        large_print: false,
        activation_code: None,
        unreachable: false,
        disposition: Disposition::Letter,
        changes: Vec::new(),
    }
}

fn held(mut person: Recipient) -> Recipient {
    person.disposition = Disposition::Held(Finding::holds("no-address", Place::file("patients.csv"), "no address", "find one"));
    person.address = None;
    person.unreachable = true;
    person
}

fn people(groups: &[(u64, Recipient)]) -> Recipients {
    let people = groups.iter().flat_map(|(count, person)| (0..*count).map(move |_| person.clone())).collect();
    Recipients { people, ..Recipients::default() }
}

fn plan_of(incident: &Incident, groups: &[(u64, Recipient)]) -> Plan {
    plan(incident, &Rules::load().unwrap(), &people(groups), date(2024, 1, 1))
}

fn find<'a>(plan: &'a Plan, id: &str) -> &'a Obligation {
    plan.obligations.iter().find(|obligation| obligation.id == id).unwrap_or_else(|| panic!("no {id}"))
}

/// `deadline / mail_by`, or `no` for a duty that does not apply.
fn outcome(plan: &Plan, id: &str) -> String {
    let obligation = find(plan, id);
    match (obligation.required, obligation.deadline, obligation.mail_by) {
        (true, Some(deadline), Some(mail_by)) => format!("{deadline} / {mail_by}"),
        (false, None, None) => "no".to_owned(),
        other => panic!("{id}: {other:?}"),
    }
}

#[test]
fn counts_and_days_of_the_worked_cases() {
    struct Case {
        name: &'static str,
        discovered: Date,
        people: Vec<(u64, Recipient)>,
        expected: &'static [(&'static str, &'static str)],
    }
    let cases = [
        Case {
            name: "case 1: 500 TX and 1 OK",
            discovered: VENDOR_AWARE,
            people: vec![(500, person("TX")), (1, person("OK"))],
            expected: &[
                ("individual_notice:P1:US", "2025-04-21 / 2025-04-21"),
                ("hhs_notice:P1:US", "2025-04-21 / 2025-04-21"),
                ("hhs_annual_log:P1:US", "no"),
                ("media_notice:P1:TX", "no"),
                ("media_notice:P1:OK", "no"),
                ("substitute_notice:P1:US", "no"),
            ],
        },
        Case {
            name: "case 2: 501 TX",
            discovered: VENDOR_AWARE,
            people: vec![(501, person("TX"))],
            expected: &[("hhs_notice:P1:US", "2025-04-21 / 2025-04-21"), ("media_notice:P1:TX", "2025-04-21 / 2025-04-21")],
        },
        Case {
            name: "case 3: exactly 500 of one state",
            discovered: VENDOR_AWARE,
            people: vec![(500, person("TX"))],
            expected: &[("hhs_notice:P1:US", "2025-04-21 / 2025-04-21"), ("media_notice:P1:TX", "no")],
        },
        Case {
            name: "case 4: 499 at the end of a year",
            discovered: date(2025, 12, 30),
            people: vec![(499, person("TX"))],
            expected: &[
                ("individual_notice:P1:US", "2026-02-28 / 2026-02-27"),
                ("hhs_notice:P1:US", "no"),
                ("hhs_annual_log:P1:US", "2026-03-01 / 2026-02-27"),
            ],
        },
        Case {
            name: "case 4: discovered two days later",
            discovered: date(2026, 1, 1),
            people: vec![(499, person("TX"))],
            expected: &[("hhs_annual_log:P1:US", "2027-03-01 / 2027-03-01")],
        },
        Case {
            name: "case 6: leap year 2024",
            discovered: date(2024, 1, 15),
            people: vec![(1, person("TX"))],
            expected: &[("individual_notice:P1:US", "2024-03-15 / 2024-03-15"), ("hhs_annual_log:P1:US", "2025-03-01 / 2025-02-28")],
        },
        Case {
            name: "case 6: no leap year",
            discovered: date(2025, 1, 15),
            people: vec![(1, person("TX"))],
            expected: &[("individual_notice:P1:US", "2025-03-16 / 2025-03-14")],
        },
        Case {
            name: "case 6: log of 2023 in a leap year",
            discovered: date(2023, 6, 1),
            people: vec![(1, person("TX"))],
            expected: &[("hhs_annual_log:P1:US", "2024-02-29 / 2024-02-29")],
        },
        Case {
            name: "case 6: log of 2027 in a leap year",
            discovered: date(2027, 12, 31),
            people: vec![(1, person("TX"))],
            expected: &[("hhs_annual_log:P1:US", "2028-02-29 / 2028-02-29")],
        },
        Case {
            name: "case 7: day 60 on a Sunday",
            discovered: date(2025, 3, 5),
            people: vec![(1, person("TX"))],
            expected: &[("individual_notice:P1:US", "2025-05-04 / 2025-05-02")],
        },
        Case {
            name: "case 11: the dead count in total and residency",
            discovered: VENDOR_AWARE,
            people: vec![(490, person("TX")), (11, dead_without_next_of_kin())],
            expected: &[
                ("hhs_notice:P1:US", "2025-04-21 / 2025-04-21"),
                ("media_notice:P1:TX", "2025-04-21 / 2025-04-21"),
                ("substitute_notice:P1:US", "no"),
            ],
        },
    ];
    for case in cases {
        let plan = plan_of(&incident(case.discovered), &case.people);
        for (id, expected) in case.expected {
            assert_eq!(outcome(&plan, id), *expected, "{}: {id}", case.name);
        }
    }
}

fn dead_without_next_of_kin() -> Recipient {
    let mut dead = person("TX");
    dead.role = Role::Deceased;
    dead.address = None;
    dead.unreachable = true;
    dead.disposition = Disposition::Excluded { clause: "45 CFR 164.404(d)(1)(ii)".to_owned(), reason: "no address".to_owned() };
    dead
}

#[test]
fn who_knew_first_sets_the_clock() {
    let own = Some(date(2025, 2, 24));
    let told = Some(date(2025, 3, 15));
    // Case, agent, own knowledge, told by the associate, last day.
    let cases = [
        ("9: no agent", Agency::No, None, told, "2025-05-14"),
        ("10: agent", Agency::Yes, None, told, "2025-04-21"),
        ("10: agency unknown", Agency::Unknown, None, told, "2025-04-21"),
        ("10: own knowledge of a third party's claim", Agency::No, own, told, "2025-04-25"),
        ("agent beats own knowledge", Agency::Yes, own, told, "2025-04-21"),
        ("nothing but the incident's day", Agency::No, None, None, "2025-05-31"),
    ];
    for (name, agent, own, told, expected) in cases {
        let mut incident = incident(date(2025, 4, 1));
        incident.business_associate = Some(vendor(agent));
        incident.providers[0].own_discovered = own;
        incident.providers[0].informed = told;
        // A list that comes in later does not move the clock.
        incident.providers[0].list_received = Some(date(2025, 3, 22));
        let plan = plan_of(&incident, &[(1, person("TX"))]);
        assert_eq!(find(&plan, "individual_notice:P1:US").deadline.unwrap().to_string(), expected, "{name}");
    }
}

#[test]
fn without_a_business_associate_own_knowledge_overrides_the_incident() {
    let mut incident = incident(VENDOR_AWARE);
    incident.providers[0].own_discovered = Some(date(2025, 3, 5));
    let plan = plan_of(&incident, &[(1, person("TX"))]);
    assert_eq!(outcome(&plan, "individual_notice:P1:US"), "2025-05-04 / 2025-05-02");
}

#[test]
fn unknown_agency_names_both_days_and_is_less_sure() {
    let mut incident = incident(VENDOR_AWARE);
    incident.business_associate = Some(vendor(Agency::Unknown));
    incident.providers[0].informed = Some(date(2025, 3, 15));
    let plan = plan_of(&incident, &[(1, person("TX"))]);
    let notice = find(&plan, "individual_notice:P1:US");
    assert!(notice.basis.contains("2025-02-20") && notice.basis.contains("2025-04-21"), "{}", notice.basis);
    assert!(notice.basis.contains("2025-03-15") && notice.basis.contains("2025-05-14"), "{}", notice.basis);
    assert_eq!(notice.confidence, "medium");
    assert!(plan.choices.iter().any(|choice| choice == "agency = unknown"));
}

#[test]
fn the_cautious_count_takes_one_day() {
    let mut incident = incident(VENDOR_AWARE);
    incident.choices.day_zero = DayZero::Included;
    let plan = plan_of(&incident, &[(500, person("TX"))]);
    assert_eq!(outcome(&plan, "individual_notice:P1:US"), "2025-04-20 / 2025-04-18");
    assert_eq!(outcome(&plan, "hhs_notice:P1:US"), "2025-04-20 / 2025-04-18");
    assert!(plan.choices.iter().any(|choice| choice == "day_zero = included"));
}

#[test]
fn a_mail_date_after_the_last_day_is_late_by_days() {
    // Case 8: sent on 04-21 in time, on 04-22 late. Case 7: Monday after a Sunday is late.
    let cases = [
        (VENDOR_AWARE, date(2025, 4, 21), None),
        (VENDOR_AWARE, date(2025, 4, 22), Some("late by 1 day")),
        (date(2025, 3, 5), date(2025, 5, 5), Some("late by 1 day")),
        (date(2025, 3, 5), date(2025, 5, 4), Some("is a Saturday, a Sunday or a postal holiday")),
    ];
    for (discovered, mail_date, expected) in cases {
        let mut incident = incident(discovered);
        incident.providers[0].mail_date = mail_date;
        let plan = plan_of(&incident, &[(1, person("TX"))]);
        let note = &find(&plan, "individual_notice:P1:US").note;
        match expected {
            Some(expected) => assert!(note.contains(expected), "{mail_date}: {note}"),
            None => assert!(!note.contains("late by") && !note.contains("postal holiday"), "{mail_date}: {note}"),
        }
    }
}

#[test]
fn unreachable_people_decide_the_substitute_notice() {
    let cases = [
        (0, "no", Some(1), "45 CFR 164.404(d)(2)(i)", ""),
        (1, "2025-04-21 / 2025-04-21", Some(1), "45 CFR 164.404(d)(2)(i)", "other means"),
        (9, "2025-04-21 / 2025-04-21", Some(1), "45 CFR 164.404(d)(2)(i)", "one more makes it 10"),
        (10, "2025-04-21 / 2025-04-21", Some(10), "45 CFR 164.404(d)(2)(ii)", "home page for 90 days"),
    ];
    for (count, expected, threshold, clause, note) in cases {
        let plan = plan_of(&incident(VENDOR_AWARE), &[(20, person("TX")), (count, held(person("TX"))), (5, dead_without_next_of_kin())]);
        let duty = find(&plan, "substitute_notice:P1:US");
        assert_eq!(outcome(&plan, &duty.id), expected, "{count}");
        assert_eq!((duty.count, duty.threshold, duty.clause.as_str()), (count, threshold, clause), "{count}");
        assert!(duty.note.contains(note), "{count}: {}", duty.note);
    }
}

/// People whom no letter reached, those among them who were told since, and what the plan says.
#[test]
fn people_whose_letter_came_back_are_owed_substitute_notice() {
    let incident = incident(VENDOR_AWARE);
    let rules = Rules::load().unwrap();
    // Twelve to whom a letter went; two held without an address; a dead patient whose next of kin moved away; one who is owed none.
    let mut excluded = person("TX");
    excluded.disposition = Disposition::Excluded { clause: "x".to_owned(), reason: String::new() };
    let mut dead = person("TX");
    dead.role = Role::Deceased;
    let everyone =
        |held_by_list: u64| people(&[(12, person("TX")), (1, dead.clone()), (1, excluded.clone()), (held_by_list, held(person("OK")))]);
    for (back, held_by_list, told, count, clause, notes, since) in [
        (0, 0, 0, 0, "45 CFR 164.404(d)(2)(i)", &[][..], None),
        (9, 0, 0, 9, "45 CFR 164.404(d)(2)(i)", &["one more makes it 10"], None),
        (10, 0, 7, 10, "45 CFR 164.404(d)(2)(ii)", &["there are 10 since 2025-06-10; 7 of 10 told by substitute notice; "], Some(10)),
        (11, 0, 11, 11, "45 CFR 164.404(d)(2)(ii)", &["there are 10 since 2025-06-10; 11 of 11 told by substitute notice; "], Some(10)),
        // Who cannot be reached by the lists was known to be so before any letter came back.
        (9, 2, 1, 11, "45 CFR 164.404(d)(2)(ii)", &["there are 10 since 2025-06-08", "1 of 11 told"], Some(8)),
        (1, 10, 0, 11, "45 CFR 164.404(d)(2)(ii)", &["home page"], None),
    ] {
        // The later somebody stands in the list, the earlier it became known. The dead and the excluded came back as well.
        let came_back = |place: usize| {
            let known = (place < 12).then(|| date(2025, 6, i8::try_from(back - place).unwrap()));
            (place, Unreached { known, told: place < told })
        };
        let unreached: UnreachedPeople = (0..back).chain([12, 13]).map(came_back).collect();
        let everyone = everyone(held_by_list);
        let happened = Happened { unreached: unreached.clone(), ..Happened::default() };
        let plan = plan_with(&incident, &rules, &everyone, &happened, date(2024, 1, 1));
        let duty = find(&plan, "substitute_notice:P1:US");
        assert_eq!((duty.count, duty.clause.as_str(), duty.required), (count, clause, count > 0), "{back}");
        assert!(notes.iter().all(|note| duty.note.contains(note)), "{back}: {}", duty.note);
        assert_eq!(duty.note.contains("since"), since.is_some(), "{back}: {}", duty.note);
        let known = super::unreachable(&incident, &rules, &everyone, &unreached);
        let known = known.iter().map(|known| (known.count, known.told, known.public_since)).collect::<Vec<_>>();
        let expected = (count, told as u64, since.map(|day| date(2025, 6, day)));
        assert_eq!(known, if count == 0 { vec![] } else { vec![expected] }, "{back}");
    }
}

#[test]
fn people_held_for_another_reason_can_be_reached() {
    let mut waiting = held(person("TX"));
    waiting.unreachable = false;
    let plan = plan_of(&incident(VENDOR_AWARE), &[(12, waiting)]);
    assert_eq!(find(&plan, "substitute_notice:P1:US").count, 0);
    assert_eq!(find(&plan, "individual_notice:P1:US").count, 12);
}

#[test]
fn a_posting_names_its_last_day_and_a_call_center_that_closes_too_early() {
    // Case 17: posted 2025-05-10, stays through 2025-08-08.
    let mut incident = incident(date(2025, 4, 1));
    incident.providers[0].mail_date = date(2025, 5, 10);
    incident.call_center.open_until = Some(date(2025, 8, 7));
    let plan = plan_of(&incident, &[(12, held(person("TX")))]);
    let note = &find(&plan, "substitute_notice:P1:US").note;
    assert!(note.contains("from 2025-05-10 through 2025-08-08"), "{note}");
    assert!(note.contains("the call center closes 2025-08-07"), "{note}");
}

fn hold(written: bool, received: Date, until: Option<Date>) -> Hold {
    Hold { written, agency: "FBI".to_owned(), official: "Agent Smith".to_owned(), received, until, providers: None }
}

#[test]
fn holds_move_last_days_alike() {
    let oral = hold(false, date(2025, 3, 2), None);
    let written = hold(true, date(2025, 3, 20), Some(date(2025, 6, 30)));
    let second_oral = hold(false, date(2025, 4, 1), None);
    let too_late = hold(true, date(2025, 4, 22), Some(date(2025, 6, 30)));
    let (later, tolling) = (HoldEffect::LaterOf, HoldEffect::Tolling);
    let cases = [
        ("19: oral on day 10", later, vec![oral.clone()], "2025-04-21"),
        ("19: oral, held days added", tolling, vec![oral.clone()], "2025-05-21"),
        ("19 b: written until", later, vec![written.clone()], "2025-06-30"),
        ("19 b: written, held days added", tolling, vec![written.clone()], "2025-08-01"),
        ("19 c: written without a time", later, vec![hold(true, date(2025, 4, 10), None)], "2025-05-10"),
        ("19: no second oral extension", later, vec![second_oral.clone(), oral.clone()], "2025-04-21"),
        ("overlapping days count once", tolling, vec![oral, hold(true, date(2025, 3, 20), Some(date(2025, 4, 11)))], "2025-05-31"),
        ("a hold after the last day revives nothing", later, vec![too_late], "2025-04-21"),
    ];
    for (name, effect, holds, expected) in cases {
        let mut incident = incident(VENDOR_AWARE);
        incident.choices.hold_effect = effect;
        incident.holds = holds;
        let plan = plan_of(&incident, &[(501, person("TX")), (1, held(person("TX")))]);
        for id in ["individual_notice:P1:US", "hhs_notice:P1:US", "media_notice:P1:TX", "substitute_notice:P1:US"] {
            assert_eq!(find(&plan, id).deadline.unwrap().to_string(), expected, "{name}: {id}");
            assert!(find(&plan, id).note.contains("hold of FBI"), "{name}: {id}");
        }
    }
}

#[test]
fn a_hold_blocks_sending_until_its_end_and_only_its_providers() {
    let rules = Rules::load().unwrap();
    let mut incident = incident(VENDOR_AWARE);
    incident.providers.push(provider("P2"));
    incident.holds = vec![hold(false, date(2025, 3, 2), None)];
    incident.holds[0].providers = Some(vec!["p1 ".to_owned()]);
    let until = |day: Date, index: usize| held_until(&incident, &rules, &incident.providers[index], day);
    assert_eq!(until(date(2025, 3, 1), 0), None);
    assert_eq!(until(date(2025, 3, 2), 0), Some(date(2025, 4, 1)));
    assert_eq!(until(date(2025, 3, 31), 0), Some(date(2025, 4, 1)));
    assert_eq!(until(date(2025, 4, 1), 0), None);
    assert_eq!(until(date(2025, 3, 10), 1), None);
}

#[test]
fn providers_have_their_own_counts_and_their_own_rows() {
    let mut incident = incident(VENDOR_AWARE);
    incident.providers.push(provider("P2"));
    incident.providers[1].own_discovered = Some(date(2025, 3, 5));
    let mut other = person("TX");
    other.provider = Some(ProviderIndex(1));
    let mut nobodys = person("TX");
    nobodys.provider = None;
    let plan = plan_of(&incident, &[(300, person("TX")), (499, other), (1, nobodys)]);
    assert_eq!(find(&plan, "individual_notice:P1:US").count, 300);
    assert_eq!(outcome(&plan, "hhs_notice:P1:US"), "no");
    assert_eq!(outcome(&plan, "hhs_notice:P2:US"), "no");
    assert_eq!(find(&plan, "hhs_notice:P1:US").note, "");
    assert!(find(&plan, "hhs_notice:P2:US").note.contains("500 is reached"), "{}", find(&plan, "hhs_notice:P2:US").note);
    let mut order: Vec<&str> = plan.obligations.iter().map(|obligation| obligation.provider_id.as_str()).collect();
    order.dedup();
    assert_eq!(order, ["P1", "P2"]);
}

#[test]
fn people_without_a_state_count_for_no_media_but_are_named() {
    let plan = plan_of(&incident(VENDOR_AWARE), &[(500, person("TX")), (1, person("unknown"))]);
    let media = find(&plan, "media_notice:P1:TX");
    assert!(!media.required && media.note.contains("no state is known for 1 person"), "{}", media.note);
    assert_eq!(plan.obligations.iter().filter(|obligation| obligation.duty == Duty::MediaNotice).count(), 1);
}

#[test]
fn a_provider_without_people_owes_nothing() {
    let plan = plan_of(&incident(VENDOR_AWARE), &[]);
    assert!(plan.obligations.iter().all(|obligation| !obligation.required && obligation.deadline.is_none()));
    assert_eq!(plan.obligations.len(), 4);
}

#[test]
fn the_day_of_the_plan_shows_what_is_past() {
    let rules = Rules::load().unwrap();
    let plan = plan(&incident(VENDOR_AWARE), &rules, &people(&[(1, person("TX"))]), date(2025, 4, 23));
    assert!(find(&plan, "individual_notice:P1:US").note.contains("the last day passed 2 days ago"));
    let rows: Vec<[String; 8]> = plan.rows().collect();
    assert_eq!(rows[0].join("|"), "P1|individual notice|US|1|yes|2025-04-21|2025-04-21|45 CFR 164.404(b)");
}

#[test]
fn json_has_the_names_of_the_contract() {
    let plan = plan_of(&incident(VENDOR_AWARE), &[(1, person("TX"))]);
    let json = serde_json::to_value(&plan).unwrap();
    assert_eq!(json["obligations"][0]["duty"], "individual_notice");
    assert_eq!(json["obligations"][0]["deadline"], "2025-04-21");
    let media = json["obligations"].as_array().unwrap().iter().find(|row| row["duty"] == "media_notice").unwrap();
    assert_eq!((&media["deadline"], &media["threshold"], &media["jurisdiction"]), (&serde_json::Value::Null, &501.into(), &"TX".into()));
    for duty in [Duty::IndividualNotice, Duty::HhsNotice, Duty::HhsAnnualLog, Duty::MediaNotice, Duty::SubstituteNotice] {
        assert_eq!(serde_json::to_value(duty).unwrap(), duty.id());
    }
}

proptest! {
    #[test]
    fn thresholds_hold_for_any_counts(texas in 0_u64..600, oklahoma in 0_u64..600, lost in 0_u64..15) {
        let people = [(texas, person("TX")), (oklahoma, person("OK")), (lost, held(person("")))];
        let plan = plan_of(&incident(VENDOR_AWARE), &people);
        let total = texas + oklahoma + lost;
        prop_assert_eq!(find(&plan, "hhs_notice:P1:US").required, total >= 500);
        prop_assert_eq!(find(&plan, "hhs_annual_log:P1:US").required, (1..500).contains(&total));
        prop_assert_eq!(find(&plan, "substitute_notice:P1:US").required, lost > 0);
        for duty in plan.obligations.iter().filter(|duty| duty.duty == Duty::MediaNotice) {
            prop_assert_eq!(duty.required, duty.count > 500);
        }
        for duty in &plan.obligations {
            prop_assert_eq!(duty.required, duty.deadline.is_some());
            prop_assert!(duty.mail_by <= duty.deadline && !duty.basis.is_empty() && !duty.clause.is_empty());
        }
    }
}

#[test]
fn unreachable_people_are_counted_by_provider_and_state() {
    let incident = incident(VENDOR_AWARE);
    let of = |groups: &[(u64, Recipient)]| super::unreachable(&incident, &Rules::load().unwrap(), &people(groups), &UnreachedPeople::new());
    assert_eq!(of(&[(3, person("TX")), (5, dead_without_next_of_kin())]), []);
    let [known] = of(&[(7, held(person("TX"))), (2, held(person(""))), (1, person("TX"))]).try_into().unwrap();
    assert_eq!((known.provider_id.as_str(), known.count, known.public_from, known.is_public()), ("P1", 9, 10, false));
    assert_eq!(known.by_state.into_iter().collect::<Vec<_>>(), [("TX".to_owned(), 7), ("unknown".to_owned(), 2)]);
    assert!(of(&[(10, held(person("TX")))])[0].is_public());
}

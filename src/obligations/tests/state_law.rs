//! What the breach laws of the states add: each row a fact of jurisdictions.toml at work.

use super::{VENDOR_AWARE, find, incident, outcome, people, person, plan_of, vendor};
use crate::incident::{Agency, Encryption, IdentityService, Incident, KeysTaken, OneMailing};
use crate::intake::{Element, Elements};
use crate::obligations::{Happened, Plan, plan, plan_with};
use crate::recipients::{Recipient, Role};
use crate::rules::{ELEMENT_IDS, Rules, Start, Timing};
use jiff::ToSpan;
use jiff::civil::{Date, date};

fn with(state: &str, elements: &[&str]) -> Recipient {
    let mut person = person(state);
    person.elements = Elements::of_ids(&elements.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
    person
}

/// An incident whose letters are mailed on a day.
fn mailed(discovered: Date, mail_date: Date) -> Incident {
    let mut incident = incident(discovered);
    incident.providers[0].mail_date = mail_date;
    incident
}

#[test]
fn ids_of_elements_are_those_of_lists() {
    assert_eq!(ELEMENT_IDS, Element::ALL.map(|(_, id)| id));
}

#[test]
fn each_state_has_its_clock_and_its_offices() {
    let (feb, march) = (date(2025, 2, 20), date(2025, 3, 20));
    // Discovered, mailed, people, id, expected; `-` = owed without a number of days.
    let cases = [
        // Case 1: thirty days from determination, which is discovery here; a Saturday.
        (feb, march, (500, person("TX")), "regulator_notice:P1:TX:attorney_general", "2025-03-22 / 2025-03-21"),
        (feb, march, (249, person("TX")), "regulator_notice:P1:TX:attorney_general", "no"),
        (feb, march, (250, person("TX")), "individual_notice:P1:TX", "2025-04-21 / 2025-04-21"),
        (feb, march, (500, person("TX")), "consumer_reporting_agency_notice:P1:TX", "no"),
        (feb, march, (1, person("OK")), "regulator_notice:P1:OK:attorney_general", "no"),
        (feb, march, (1, person("CO")), "individual_notice:P1:CO", "2025-03-22 / 2025-03-21"),
        (feb, march, (500, person("CO")), "regulator_notice:P1:CO:attorney_general", "2025-03-22 / 2025-03-21"),
        (feb, march, (499, person("FL")), "regulator_notice:P1:FL:legal_affairs", "no"),
        (feb, march, (1, person("FL")), "individual_notice:P1:FL", "2025-03-22 / 2025-03-21"),
        (feb, march, (1, person("WA")), "individual_notice:P1:WA", "2025-03-22 / 2025-03-21"),
        (feb, march, (501, person("WA")), "regulator_notice:P1:WA:attorney_general", "2025-04-21 / 2025-04-21"),
        // New York: 30 days since 2024-12-21, and no number before.
        (feb, march, (1, person("NY")), "individual_notice:P1:NY", "2025-03-22 / 2025-03-21"),
        (date(2024, 12, 20), date(2025, 1, 15), (1, person("NY")), "individual_notice:P1:NY", "-"),
        // The letters of March 20 are the report to the Secretary: five business days later.
        (feb, march, (500, person("NY")), "regulator_notice:P1:NY:attorney_general_after_hhs", "2025-03-27 / 2025-03-27"),
        (feb, march, (1, person("NY")), "regulator_notice:P1:NY:state_police", "2025-03-20 / 2025-03-20"),
        (feb, march, (500, person("IL")), "regulator_notice:P1:IL:attorney_general", "2025-03-27 / 2025-03-27"),
        // The yearly log ends on 2026-03-01, a Sunday.
        (feb, march, (3, person("IL")), "regulator_notice:P1:IL:attorney_general", "2026-03-06 / 2026-03-06"),
        (feb, march, (1, person("NJ")), "regulator_notice:P1:NJ:state_police", "2025-03-19 / 2025-03-19"),
        (feb, march, (1, person("CT")), "regulator_notice:P1:CT:attorney_general", "2025-03-20 / 2025-03-20"),
        (feb, march, (1, person("PR")), "regulator_notice:P1:PR:consumer_affairs", "2025-03-02 / 2025-02-28"),
        (feb, march, (1, person("LA")), "regulator_notice:P1:LA:attorney_general", "2025-03-30 / 2025-03-28"),
        // Fourteen business days come before the letters; Washington's Birthday is behind.
        (feb, march, (1, person("VT")), "regulator_notice:P1:VT:attorney_general", "2025-03-12 / 2025-03-12"),
        (feb, date(2025, 3, 3), (1, person("VT")), "regulator_notice:P1:VT:attorney_general", "2025-03-03 / 2025-03-03"),
        (feb, march, (1, with("VT", &["name", "diagnosis"])), "individual_notice:P1:VT", "no"),
        (feb, march, (1, person("MA")), "regulator_notice:P1:MA:consumer_affairs", "-"),
        (feb, march, (9, with("MA", &["name", "diagnosis"])), "regulator_notice:P1:MA:attorney_general", "no"),
        // Exempt, and deemed to comply.
        (feb, march, (2000, person("AZ")), "regulator_notice:P1:AZ:attorney_general", "no"),
        (feb, march, (1, person("MD")), "individual_notice:P1:MD", "no"),
        (feb, march, (501, person("MN")), "consumer_reporting_agency_notice:P1:MN", "2025-02-22 / 2025-02-21"),
    ];
    for (discovered, mail_date, (count, person), id, expected) in cases {
        let plan = plan_of(&mailed(discovered, mail_date), &[(count, person)]);
        let duty = find(&plan, id);
        let is = if duty.required && duty.deadline.is_none() { "-".to_owned() } else { outcome(&plan, id) };
        assert_eq!(is, expected, "{count} {id}: {} {}", duty.basis, duty.note);
    }
}

#[test]
fn what_hangs_on_letters_and_on_the_report_to_hhs_follows_the_days_on_which_they_left() {
    let (rules, incident) = (Rules::load().unwrap(), mailed(date(2025, 2, 20), date(2025, 3, 20)));
    let (police, attorney) = ("regulator_notice:P1:NY:state_police", "regulator_notice:P1:NY:attorney_general_after_hhs");
    // Of one person HHS is told in the yearly log, the last day of which is 2026-03-01.
    for (left, told, of_police, of_attorney) in [
        (None, None, "2025-03-20 / 2025-03-20", "2026-03-06 / 2026-03-06"),
        (Some(date(2025, 3, 12)), None, "2025-03-12 / 2025-03-12", "2026-03-06 / 2026-03-06"),
        (None, Some(date(2025, 3, 26)), "2025-03-20 / 2025-03-20", "2025-04-02 / 2025-04-02"),
        (Some(date(2025, 3, 25)), Some(date(2025, 3, 26)), "2025-03-25 / 2025-03-25", "2025-04-02 / 2025-04-02"),
    ] {
        let of = |day: Option<Date>| day.map(|day| ("P1".to_owned(), day)).into_iter().collect();
        let happened = Happened { letters_left: of(left), hhs_told: of(told), ..Happened::default() };
        let plan = plan_with(&incident, &rules, &people(&[(1, person("NY"))]), &happened, date(2024, 1, 1));
        assert_eq!((outcome(&plan, police), outcome(&plan, attorney)), (of_police.to_owned(), of_attorney.to_owned()), "{left:?} {told:?}");
        assert_eq!(find(&plan, police).basis.contains("left on"), left.is_some());
        assert_eq!(find(&plan, attorney).basis.contains("taken to be filed"), told.is_none());
    }
}

#[test]
fn a_californian_hospital_has_fifteen_business_days() {
    // Case 21.
    let of = |discovered, people: &[(u64, Recipient)]| {
        let mut incident = mailed(discovered, date(2026, 1, 26));
        incident.providers[0].ca_licensed_facility = true;
        plan_of(&incident, people)
    };
    let plan = of(date(2026, 1, 5), &[(501, person("CA")), (3, person("NV"))]);
    for (id, expected) in [
        ("individual_notice:P1:CA:facility", "2026-01-27 / 2026-01-27"),
        ("regulator_notice:P1:CA:public_health", "2026-01-27 / 2026-01-27"),
        ("individual_notice:P1:CA", "2026-02-04 / 2026-02-04"),
        ("individual_notice:P1:US", "2026-03-06 / 2026-03-06"),
        ("regulator_notice:P1:CA:attorney_general", "2026-02-10 / 2026-02-10"),
    ] {
        assert_eq!(outcome(&plan, id), expected, "{id}");
    }
    // The facility owes it to every patient, wherever the patient lives.
    assert_eq!(find(&plan, "individual_notice:P1:CA:facility").count, 504);
    assert_eq!((plan.mailings[0].deadline, plan.mailings[0].set_by.as_str()), (date(2026, 1, 27), "individual_notice:P1:CA:facility"));
    assert_eq!(outcome(&of(date(2026, 1, 5), &[(500, person("CA"))]), "regulator_notice:P1:CA:attorney_general"), "no");
    let earlier = of(date(2025, 12, 20), &[(501, person("CA"))]);
    assert_eq!((find(&earlier, "individual_notice:P1:CA").deadline, find(&earlier, "individual_notice:P1:CA").required), (None, true));
    assert_eq!(outcome(&earlier, "individual_notice:P1:CA:facility"), "2026-01-13 / 2026-01-13");
    let other = plan_of(&mailed(date(2026, 1, 5), date(2026, 1, 26)), &[(501, person("CA"))]);
    assert!(other.obligations.iter().all(|duty| !duty.id.ends_with("facility") && !duty.id.ends_with("public_health")));
}

#[test]
fn oklahoma_is_told_of_breaches_that_began_in_2026_or_later() {
    let of = |began| {
        let mut incident = mailed(date(2026, 3, 2), date(2026, 3, 20));
        incident.providers[0].breach_began = began;
        outcome(&plan_of(&incident, &[(500, person("OK"))]), "regulator_notice:P1:OK:attorney_general")
    };
    assert_eq!(of(date(2025, 12, 31)), "no");
    assert_eq!(of(date(2026, 1, 1)), "2026-05-19 / 2026-05-19");
}

#[test]
fn determination_sets_the_clocks_that_count_from_it() {
    let mut incident = mailed(VENDOR_AWARE, date(2025, 3, 20));
    incident.determined = Some(date(2025, 3, 1));
    let plan = plan_of(&incident, &[(250, person("TX"))]);
    assert_eq!(outcome(&plan, "regulator_notice:P1:TX:attorney_general"), "2025-03-31 / 2025-03-31");
    assert_eq!(outcome(&plan, "individual_notice:P1:TX"), "2025-04-30 / 2025-04-30");
    incident.providers[0].determined = Some(date(2025, 3, 3));
    let plan = plan_of(&incident, &[(250, person("TX"))]);
    assert_eq!(outcome(&plan, "regulator_notice:P1:TX:attorney_general"), "2025-04-02 / 2025-04-02");
}

#[test]
fn courtesy_filings_make_duties_of_what_the_law_lets_go() {
    let mut incident = mailed(VENDOR_AWARE, date(2025, 3, 20));
    let id = "regulator_notice:P1:MD:attorney_general";
    let without = plan_of(&incident, &[(1, person("MD"))]);
    assert_eq!(outcome(&without, id), "no");
    assert!(find(&without, id).note.contains("its own last day would be 2025-03-19"), "{}", find(&without, id).note);
    incident.choices.courtesy_filings = true;
    let with = plan_of(&incident, &[(1, person("MD"))]);
    assert_eq!(outcome(&with, id), "2025-03-19 / 2025-03-19");
    assert!(find(&with, id).note.contains("courtesy_filings"));
    assert_eq!(outcome(&with, "individual_notice:P1:MD"), "no", "letters are HIPAA's either way");
}

#[test]
fn months_of_service_are_those_of_each_state() {
    // Case 25 a.
    let months = [("CT", 24), ("DE", 12), ("DC", 18), ("MA", 18), ("PA", 12), ("CA", 12)];
    let groups: Vec<(u64, Recipient)> = months.iter().map(|(state, _)| (1, with(state, &["name", "ssn"]))).collect();
    let mut incident = mailed(VENDOR_AWARE, date(2025, 3, 20));
    let offer = |months| {
        let (vendor, product) = ("V".to_owned(), "P".to_owned());
        IdentityService { vendor, product, months, enroll_url: String::new(), enroll_phone: String::new(), enroll_by: date(2025, 9, 1) }
    };
    incident.identity_service = Some(offer(24));
    let plan = plan_of(&incident, &groups);
    for (state, months) in months {
        let duty = find(&plan, &format!("identity_service:P1:{state}"));
        assert!(duty.required && duty.basis.starts_with(&format!("{months} months")), "{state}: {}", duty.basis);
        assert!(duty.note.contains("offered: P for 24 months"), "{}", duty.note);
    }
    incident.identity_service = Some(offer(12));
    assert!(find(&plan_of(&incident, &groups), "identity_service:P1:CT").note.contains("TOO FEW"));
    incident.identity_service = None;
    assert!(find(&plan_of(&incident, &groups), "identity_service:P1:CT").note.contains("NOT OFFERED"));
    let without_ssn: Vec<(u64, Recipient)> = months.iter().map(|(state, _)| (1, with(state, &["name", "diagnosis"]))).collect();
    assert!(!plan_of(&incident, &without_ssn).obligations.iter().any(|duty| duty.id.starts_with("identity_service")));
    let mut dead = with("CT", &["ssn"]);
    dead.role = Role::Deceased;
    assert!(!plan_of(&incident, &[(1, dead)]).obligations.iter().any(|duty| duty.id.starts_with("identity_service")));
}

#[test]
fn a_business_associate_has_a_limit_of_its_own() {
    // Case 9: the associate knew on 02-20.
    let mut incident = mailed(date(2025, 3, 15), date(2025, 4, 1));
    incident.business_associate = Some(vendor(Agency::No));
    let plan = plan_of(&incident, &[(1, person("TX"))]);
    let id = "business_associate_notice:P1:US";
    assert_eq!(outcome(&plan, id), "2025-04-21 / 2025-04-21");
    assert!(find(&plan, id).note.contains("told 2025-03-15: in time"));
    incident.providers[0].informed = Some(date(2025, 4, 22));
    assert!(find(&plan_of(&incident, &[(1, person("TX"))]), id).note.contains("late by 1 day"));
}

#[test]
fn a_part_2_program_owes_its_own_notice_since_compliance_was_due() {
    let of = |began| {
        let mut incident = mailed(date(2026, 3, 10), date(2026, 4, 1));
        incident.providers[0].part2_program = true;
        incident.providers[0].breach_began = began;
        outcome(&plan_of(&incident, &[(1, person("TX"))]), "individual_notice:P1:US:part2")
    };
    assert_eq!(of(date(2026, 3, 1)), "2026-05-09 / 2026-05-08");
    assert_eq!(of(date(2026, 2, 15)), "no");
}

#[test]
fn nothing_is_to_be_done_while_a_hold_forbids_it() {
    // The hold ends on Presidents' Day: no postal day lies between, and the offices are told with the letters then.
    let mut incident = mailed(date(2026, 11, 10), date(2026, 12, 7));
    incident.holds = vec![super::hold(true, date(2026, 11, 15), Some(date(2027, 2, 15)))];
    let plan = plan_of(&incident, &[(2, person("NY"))]);
    assert_eq!(outcome(&plan, "individual_notice:P1:US"), "2027-02-15 / 2027-02-15");
    assert_eq!(outcome(&plan, "regulator_notice:P1:NY:state_police"), "2027-02-15 / 2027-02-15");
    assert!(find(&plan, "individual_notice:P1:US").note.contains("a day without post"));
}

#[test]
fn nothing_is_owed_for_information_whose_keys_were_not_taken() {
    // Case 25 c.
    let of = |keys_taken| {
        let mut incident = mailed(VENDOR_AWARE, date(2025, 3, 20));
        incident.encryption = Some(Encryption { method: "AES-256".to_owned(), keys_taken });
        plan_of(&incident, &[(501, person("TX"))])
    };
    let secured = of(KeysTaken::No);
    assert!(secured.obligations.iter().all(|duty| !duty.required && duty.deadline.is_none() && duty.basis.contains("45 CFR 164.402")));
    assert_eq!(secured.mailings, []);
    for keys_taken in [KeysTaken::Yes, KeysTaken::Unknown] {
        assert_eq!(outcome(&of(keys_taken), "individual_notice:P1:US"), "2025-04-21 / 2025-04-21");
    }
}

#[test]
fn mailings_go_by_the_earliest_clock_or_by_state() {
    let mut incident = mailed(VENDOR_AWARE, date(2025, 3, 20));
    let groups = [(1, person("TX")), (1, person("CO"))];
    let days = |plan: &Plan| -> Vec<String> {
        plan.mailings.iter().map(|mailing| format!("{} {}", mailing.jurisdiction.as_deref().unwrap_or("all"), mailing.deadline)).collect()
    };
    assert_eq!(days(&plan_of(&incident, &groups)), ["all 2025-03-22"]);
    incident.choices.one_mailing = OneMailing::PerState;
    assert_eq!(days(&plan_of(&incident, &groups)), ["CO 2025-03-22", "TX 2025-04-21"]);
}

#[test]
fn a_jurisdiction_without_an_established_law_says_ask_counsel() {
    let plan = plan_of(&mailed(VENDOR_AWARE, date(2025, 3, 20)), &[(1, person("AS"))]);
    let duty = find(&plan, "regulator_notice:P1:AS");
    assert!(!duty.required && duty.basis.contains("not established") && duty.basis.contains("ask counsel"));
    assert_eq!(duty.confidence, "low");
}

#[test]
fn the_folders_own_rules_are_named_in_the_plan() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::create_dir(folder.path().join("rules")).unwrap();
    fs_err::write(folder.path().join("rules/jurisdictions.toml"), "[CO.individual.general]\ndays = 10\n").unwrap();
    let rules = Rules::load_for(folder.path()).unwrap();
    let plan = plan(&mailed(VENDOR_AWARE, date(2025, 3, 20)), &rules, &people(&[(1, person("CO"))]), date(2025, 3, 1));
    assert_eq!(outcome(&plan, "individual_notice:P1:CO"), "2025-03-02 / 2025-02-28");
    assert_eq!(plan.own_rules[0].key, "jurisdictions.toml: CO.individual.general.days");
}

#[test]
fn every_notice_cites_a_clause_of_its_statute() {
    for (code, rule) in &Rules::load().unwrap().jurisdictions {
        let Some(law) = &rule.law else { continue };
        let notices = rule.individual.values().chain(rule.regulators.values()).chain(&rule.consumer_reporting);
        for notice in notices {
            assert!(notice.clause.chars().any(|c| c.is_ascii_digit()), "{code}: {}", notice.clause);
            // A duty that counts from the Secretary's report is New York's or Illinois'.
            if let Timing::BusinessDays(days, Start::HhsNotice) = notice.timing {
                assert!(days == 5 && ["NY", "IL"].contains(&code.code()), "{code}: {}", law.statute);
            }
        }
    }
}

/// The last of some business days, counted day by day.
fn business_days(rules: &Rules, from: Date, days: u32) -> Date {
    (1..)
        .map(|ahead: i64| from.saturating_add(ahead.days()))
        .filter(|day| rules.is_postal_business_day(*day))
        .nth(days as usize - 1)
        .unwrap()
}

#[test]
fn every_number_of_every_state() {
    // A Monday, and days of their own for everything that a number is counted from; after every law's start.
    let (discovered, determined, mailed_on) = (date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 23));
    let rules = Rules::load().unwrap();
    let mut tried = 0;
    for (code, rule) in &rules.jurisdictions {
        let notices = rule.individual.iter().map(|(key, notice)| ("individual_notice", key.as_str(), notice));
        let notices = notices.chain(rule.regulators.iter().map(|(key, notice)| ("regulator_notice", key.as_str(), notice)));
        let notices = notices.chain(rule.consumer_reporting.iter().map(|notice| ("consumer_reporting_agency_notice", "", notice)));
        for (duty, key, notice) in notices.filter(|(_, _, notice)| !notice.ask_counsel) {
            let plan_for = |count| {
                let mut incident = mailed(discovered, mailed_on);
                incident.determined = Some(determined);
                incident.choices.courtesy_filings = true;
                incident.providers[0].breach_began = date(2026, 2, 20);
                incident.providers[0].ca_licensed_facility = notice.only_licensed_facility;
                plan_of(&incident, &[(count, with(code.code(), &ELEMENT_IDS))])
            };
            let id = if key.is_empty() || key == "general" { format!("{duty}:P1:{code}") } else { format!("{duty}:P1:{code}:{key}") };
            let plan = plan_for(notice.from);
            let found = find(&plan, &id);
            assert_eq!(found.required, notice.owed || duty != "individual_notice", "{id}: {}", found.basis);
            assert_eq!((found.clause.as_str(), found.count), (notice.clause.as_str(), notice.from), "{id}");
            if notice.from > 1 {
                let below = plan_for(notice.from - 1);
                assert!(!find(&below, &id).required, "{id} below {}", notice.from);
                assert_eq!(found.threshold, Some(notice.from), "{id}");
            }
            // Letters leave by the earliest clock of the state, if that comes before the mail date.
            let letters = plan.mailings[0].deadline.min(mailed_on);
            let report = if notice.from >= 500 { letters } else { date(2027, 3, 1) };
            let started = |start| match start {
                Start::Discovery => discovered,
                Start::Determination => determined,
                Start::Letters => mailed_on,
                Start::HhsNotice => report,
            };
            let expected = match notice.timing {
                Timing::Days(days, start) => Some(started(start).saturating_add(i64::from(days).days())),
                Timing::BusinessDays(days, start) => Some(business_days(&rules, started(start), days)),
                Timing::BeforeLetters => Some(letters.yesterday().unwrap()),
                Timing::WithLetters => Some(letters),
                Timing::WithoutDelay => None,
            };
            let expected = expected.map(|day| if notice.not_after_letters { day.min(letters) } else { day });
            assert_eq!(found.deadline, expected.filter(|_| found.required), "{id}: {}", found.basis);
            tried += 1;
        }
    }
    assert!(tried > 130, "{tried}");
}

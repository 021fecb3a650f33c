//! Cases 1 to 10: how many make which duty, and which day is the last.

use super::{Case, compare, duty, plan};
use crate::folder::Folder;

/// Nothing that an identity thief could use.
const NO_NUMBERS: &str = "elements = name;diagnosis";

#[test]
fn thresholds_and_last_days() {
    let cases = [
        Case {
            name: "1: 500 Texans and 1 Oklahoman",
            incident: "incident.discovered = 2025-02-20
                       incident.determined = 2025-02-20",
            provider: "",
            people: &[(500, "TX", ""), (1, "OK", "")],
            expected: "
                individual_notice:P1:US                     2025-04-21 / 2025-04-21
                individual_notice:P1:US                     counts 501
                hhs_notice:P1:US                            2025-04-21 / 2025-04-21
                hhs_annual_log:P1:US                        no
                media_notice:P1:TX                          no
                media_notice:P1:OK                          no
                individual_notice:P1:TX                     2025-04-21 / 2025-04-21
                regulator_notice:P1:TX:attorney_general     2025-03-22 / 2025-03-21
                regulator_notice:P1:OK:attorney_general     no
                consumer_reporting_agency_notice:P1:TX      no
                substitute_notice:P1:US                     no",
        },
        Case {
            name: "2: 501 Texans",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[(501, "TX", "")],
            expected: "
                hhs_notice:P1:US                            2025-04-21 / 2025-04-21
                media_notice:P1:TX                          2025-04-21 / 2025-04-21
                media_notice:P1:TX                          counts 501",
        },
        Case {
            name: "3: exactly 500 of one state",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[(500, "TX", "")],
            expected: "
                hhs_notice:P1:US                            2025-04-21 / 2025-04-21
                media_notice:P1:TX                          no",
        },
        Case {
            name: "4: 499 people at the end of 2025",
            incident: "incident.discovered = 2025-12-30",
            provider: "",
            people: &[(499, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2026-02-28 / 2026-02-27
                hhs_notice:P1:US                            no
                hhs_annual_log:P1:US                        2026-03-01 / 2026-02-27
                media_notice:P1:TX                          no",
        },
        Case {
            name: "4: the same two days later",
            incident: "incident.discovered = 2026-01-01",
            provider: "",
            people: &[(499, "TX", NO_NUMBERS)],
            expected: "
                hhs_annual_log:P1:US                        2027-03-01 / 2027-03-01",
        },
    ];
    cases.iter().for_each(Case::holds);
}

#[test]
fn calendars() {
    let cases = [
        Case {
            name: "6: the leap year 2024",
            incident: "incident.discovered = 2024-01-15",
            provider: "",
            people: &[(1, "TX", "")],
            expected: "
                individual_notice:P1:US                     2024-03-15 / 2024-03-15
                hhs_annual_log:P1:US                        2025-03-01 / 2025-02-28",
        },
        Case {
            name: "6: 2025 has no 29 February, and day 60 is a Sunday",
            incident: "incident.discovered = 2025-01-15",
            provider: "",
            people: &[(1, "TX", "")],
            expected: "
                individual_notice:P1:US                     2025-03-16 / 2025-03-14",
        },
        Case {
            name: "6: the log of 2023 ends in a leap year",
            incident: "incident.discovered = 2023-06-01",
            provider: "",
            people: &[(1, "TX", "")],
            expected: "
                hhs_annual_log:P1:US                        2024-02-29 / 2024-02-29",
        },
        Case {
            name: "6: the log of 2027 ends in a leap year",
            incident: "incident.discovered = 2027-12-31",
            provider: "",
            people: &[(1, "TX", "")],
            expected: "
                hhs_annual_log:P1:US                        2028-02-29 / 2028-02-29",
        },
        Case {
            name: "7: day 60 is a Sunday, mailed on the Monday after",
            incident: "incident.discovered = 2025-03-05
                       incident.mail_date = 2025-05-05",
            provider: "",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2025-05-04 / 2025-05-02
                individual_notice:P1:US                     says late by 1 day",
        },
        Case {
            name: "8: mailed on day 60",
            incident: "incident.discovered = 2025-02-20
                       incident.mail_date = 2025-04-21",
            provider: "",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2025-04-21 / 2025-04-21
                individual_notice:P1:US                     says nothing of late by",
        },
        Case {
            name: "8: mailed on day 61",
            incident: "incident.discovered = 2025-02-20
                       incident.mail_date = 2025-04-22",
            provider: "",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     says late by 1 day",
        },
        Case {
            name: "8: the day of discovery counts as day 1",
            incident: "incident.discovered = 2025-02-20
                       choices.day_zero = 'included'",
            provider: "",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2025-04-20 / 2025-04-18",
        },
    ];
    cases.iter().for_each(Case::holds);
}

#[test]
fn who_knew_first() {
    let cases = [
        Case {
            name: "9: no agent, and the list that comes a week later moves nothing",
            incident: "incident.discovered = 2025-03-15
                       business_associate = { name = 'Oracle Health', discovered = 2025-02-20, informed = 2025-03-15, agent = 'no' }",
            provider: "list_received = 2025-03-22",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2025-05-14 / 2025-05-14
                business_associate_notice:P1:US             2025-04-21 / 2025-04-21
                business_associate_notice:P1:US             says in time",
        },
        Case {
            name: "10: the hospital's agent",
            incident: "incident.discovered = 2025-03-15
                       business_associate = { name = 'Oracle Health', discovered = 2025-02-20, informed = 2025-03-15, agent = 'yes' }",
            provider: "list_received = 2025-03-22",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2025-04-21 / 2025-04-21",
        },
        Case {
            name: "10: whether it is an agent is not known, so both days are told",
            incident: "incident.discovered = 2025-03-15
                       business_associate = { name = 'Oracle Health', discovered = 2025-02-20, informed = 2025-03-15, agent = 'unknown' }",
            provider: "list_received = 2025-03-22",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2025-04-21 / 2025-04-21
                individual_notice:P1:US                     says 2025-02-20
                individual_notice:P1:US                     says 2025-05-14",
        },
        Case {
            name: "10: no agent, but the hospital validated a third party's claim itself",
            incident: "incident.discovered = 2025-03-15
                       business_associate = { name = 'Oracle Health', discovered = 2025-02-20, informed = 2025-03-15, agent = 'no' }",
            provider: "discovered = 2025-02-24, list_received = 2025-03-22",
            people: &[(1, "TX", NO_NUMBERS)],
            expected: "
                individual_notice:P1:US                     2025-04-25 / 2025-04-25",
        },
    ];
    cases.iter().for_each(Case::holds);
}

/// The table of boundaries, which every implementation gets wrong somewhere.
#[test]
fn boundaries() {
    const MAIL: &str = "2025-04-21 / 2025-04-21";
    // People of one state, the Secretary at once, the yearly log, the media.
    for (people, at_once, log, media) in [(499, "no", "2026-03-01 / 2026-02-27", "no"), (500, MAIL, "no", "no"), (501, MAIL, "no", MAIL)] {
        let plan = plan(&Folder::of("incident.discovered = 2025-02-20").people(people, "TX", NO_NUMBERS).home(), "2025-03-01");
        for (id, expected) in [("hhs_notice:P1:US", at_once), ("hhs_annual_log:P1:US", log), ("media_notice:P1:TX", media)] {
            compare(&format!("{people} people: {id}"), &duty(&plan, id), expected);
        }
    }
    // Day on which letters are sent.
    for (day, mailed, late) in [(59, "2025-04-20", false), (60, "2025-04-21", false), (61, "2025-04-22", true)] {
        let facts = format!("incident.discovered = 2025-02-20\nincident.mail_date = {mailed}");
        let plan = plan(&Folder::of(&facts).people(1, "TX", NO_NUMBERS).home(), "2025-03-01");
        let expected = if late { "says late by 1 day" } else { "says nothing of late by" };
        compare(&format!("sent on day {day}"), &duty(&plan, "individual_notice:P1:US"), expected);
    }
}

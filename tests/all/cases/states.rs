//! Cases 12, 21 and 25: what Massachusetts, California and the laws on identity services add, and the Part 2 program.

use super::Case;

#[test]
fn massachusetts() {
    let cases = [
        Case {
            name: "12: with Social Security numbers chapter 93H is triggered",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[(1, "MA", "elements = name;ssn;diagnosis")],
            expected: "
                individual_notice:P1:US                         2025-04-21 / 2025-04-21
                regulator_notice:P1:MA:attorney_general         -
                regulator_notice:P1:MA:consumer_affairs         -
                identity_service:P1:MA                          says 18 months",
        },
        Case {
            name: "12: with a driver's license it is too, but no service is owed",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[(1, "MA", "elements = name;drivers_license;diagnosis")],
            expected: "
                regulator_notice:P1:MA:attorney_general         -
                regulator_notice:P1:MA:consumer_affairs         -
                without:identity_service                        absent",
        },
        Case {
            name: "12: with an account number too",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[(1, "MA", "elements = name;financial_account")],
            expected: "
                regulator_notice:P1:MA:attorney_general         -
                regulator_notice:P1:MA:consumer_affairs         -
                without:identity_service                        absent",
        },
        Case {
            name: "12: with a diagnosis alone it is not",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[(1, "MA", "elements = name;diagnosis;insurance;mrn")],
            expected: "
                individual_notice:P1:US                         2025-04-21 / 2025-04-21
                regulator_notice:P1:MA:attorney_general         no
                regulator_notice:P1:MA:consumer_affairs         no
                without:identity_service                        absent",
        },
    ];
    cases.iter().for_each(Case::holds);
}

#[test]
fn california() {
    let cases = [
        Case {
            name: "21: a licensed hospital has fifteen business days, not counting 19 January",
            incident: "incident.discovered = 2026-01-05
                       incident.mail_date = 2026-01-26",
            provider: "ca_licensed_facility = yes",
            people: &[(501, "CA", ""), (3, "NV", "")],
            expected: "
                individual_notice:P1:CA:facility                2026-01-27 / 2026-01-27
                individual_notice:P1:CA:facility                counts 504
                regulator_notice:P1:CA:public_health            2026-01-27 / 2026-01-27
                individual_notice:P1:CA                         2026-02-04 / 2026-02-04
                individual_notice:P1:CA                         counts 501
                individual_notice:P1:US                         2026-03-06 / 2026-03-06
                regulator_notice:P1:CA:attorney_general         2026-02-10 / 2026-02-10
                mailing                                         2026-01-27 / 2026-01-27",
        },
        Case {
            name: "21: exactly 500 Californians",
            incident: "incident.discovered = 2026-01-05
                       incident.mail_date = 2026-01-26",
            provider: "ca_licensed_facility = yes",
            people: &[(500, "CA", "")],
            expected: "
                regulator_notice:P1:CA:attorney_general         no",
        },
        Case {
            name: "21: discovered in 2025, before the thirty days",
            incident: "incident.discovered = 2025-12-20
                       incident.mail_date = 2026-01-12",
            provider: "ca_licensed_facility = yes",
            people: &[(501, "CA", "")],
            expected: "
                individual_notice:P1:CA                         -
                individual_notice:P1:CA:facility                2026-01-13 / 2026-01-13",
        },
        Case {
            name: "21: no licensed facility",
            incident: "incident.discovered = 2026-01-05",
            provider: "",
            people: &[(501, "CA", "")],
            expected: "
                without:individual_notice:P1:CA:facility        absent
                without:regulator_notice:P1:CA:public_health    absent
                individual_notice:P1:CA                         2026-02-04 / 2026-02-04",
        },
    ];
    cases.iter().for_each(Case::holds);
}

#[test]
fn identity_services() {
    let cases = [
        Case {
            name: "25 a: one national offer of 24 months is enough for all six",
            incident: "incident.discovered = 2025-02-20
                       identity_service.months = 24",
            provider: "",
            people: &[(1, "CT", ""), (1, "DE", ""), (1, "DC", ""), (1, "MA", ""), (1, "PA", ""), (1, "CA", "")],
            expected: "
                identity_service:P1:CT                          says 24 months
                identity_service:P1:CT                          says for 24 months
                identity_service:P1:DE                          says 12 months
                identity_service:P1:DC                          says 18 months
                identity_service:P1:MA                          says 18 months
                identity_service:P1:PA                          says 12 months
                identity_service:P1:CA                          says 12 months
                identity_service:P1:CT                          says nothing of TOO FEW
                identity_service:P1:MA                          says nothing of TOO FEW",
        },
        Case {
            name: "25 a: an offer of 18 months is enough for five, not for Connecticut",
            incident: "incident.discovered = 2025-02-20
                       identity_service.months = 18",
            provider: "",
            people: &[(1, "CT", ""), (1, "DC", ""), (1, "MA", "")],
            expected: "
                identity_service:P1:CT                          says TOO FEW
                identity_service:P1:DC                          says nothing of TOO FEW
                identity_service:P1:MA                          says nothing of TOO FEW",
        },
        Case {
            name: "25 a: without Social Security numbers nobody owes a service",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[
                (1, "CT", "elements = name;diagnosis;drivers_license;financial_account"),
                (1, "DE", "elements = name;diagnosis;drivers_license;financial_account"),
                (1, "DC", "elements = name;diagnosis;drivers_license;financial_account"),
                (1, "MA", "elements = name;diagnosis;drivers_license;financial_account"),
                (1, "PA", "elements = name;diagnosis;insurance"),
                (1, "CA", "elements = name;diagnosis;financial_account"),
            ],
            expected: "
                without:identity_service                        absent",
        },
        Case {
            name: "25 a: but for a license or account in Pennsylvania and a license in California",
            incident: "incident.discovered = 2025-02-20",
            provider: "",
            people: &[
                (1, "PA", "elements = name;drivers_license"),
                (1, "PA", "elements = name;financial_account"),
                (1, "CA", "elements = name;drivers_license"),
            ],
            expected: "
                identity_service:P1:PA                          counts 2
                identity_service:P1:CA                          counts 1",
        },
    ];
    cases.iter().for_each(Case::holds);
}

#[test]
fn substance_use_disorder_records() {
    let cases = [
        Case {
            name: "25 b: a Part 2 program, breach after its compliance date",
            incident: "incident.discovered = 2026-03-10
                       incident.breach_began = 2026-03-01
                       incident.breach_ended = 2026-03-01",
            provider: "part2_program = yes, return_name = Larch Mail",
            people: &[(1, "TX", "")],
            expected: "
                individual_notice:P1:US:part2                   2026-05-09 / 2026-05-08
                individual_notice:P1:US                         2026-05-09 / 2026-05-08",
        },
        Case {
            name: "25 b: breach on the compliance date",
            incident: "incident.discovered = 2026-03-10
                       incident.breach_began = 2026-02-16
                       incident.breach_ended = 2026-02-16",
            provider: "part2_program = yes, return_name = Larch Mail",
            people: &[(1, "TX", "")],
            expected: "
                individual_notice:P1:US:part2                   2026-05-09 / 2026-05-08",
        },
        Case {
            name: "25 b: breach on the day before",
            incident: "incident.discovered = 2026-03-10
                       incident.breach_began = 2026-02-15
                       incident.breach_ended = 2026-02-15",
            provider: "part2_program = yes, return_name = Larch Mail",
            people: &[(1, "TX", "")],
            expected: "
                individual_notice:P1:US:part2                   no
                individual_notice:P1:US                         2026-05-09 / 2026-05-08",
        },
    ];
    cases.iter().for_each(Case::holds);
}

#[test]
fn encrypted_files() {
    let case = |name, incident, expected| Case { name, incident, provider: "", people: &[(501, "TX", "")], expected };
    let cases = [
        case(
            "25 c: AES-256, keys held elsewhere and not touched",
            "incident.discovered = 2025-02-20\nencryption = { method = 'AES-256', keys_taken = 'no' }",
            "
                individual_notice:P1:US                         no
                individual_notice:P1:US                         says 45 CFR 164.402
                hhs_notice:P1:US                                no
                media_notice:P1:TX                              no
                regulator_notice:P1:TX:attorney_general         no",
        ),
        case(
            "25 c: keys unknown",
            "incident.discovered = 2025-02-20\nencryption = { method = 'AES-256', keys_taken = 'unknown' }",
            "
                individual_notice:P1:US                         2025-04-21 / 2025-04-21",
        ),
        case(
            "25 c: access by valid customer credentials",
            "incident.discovered = 2025-02-20\nencryption = { method = 'AES-256', keys_taken = 'yes' }",
            "
                hhs_notice:P1:US                                2025-04-21 / 2025-04-21",
        ),
    ];
    cases.iter().for_each(Case::holds);
}

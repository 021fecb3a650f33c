//! Every jurisdiction in every role and language, with and without Social Security numbers: 896 letters of one list, and in each
//! what the law of the residence puts there and nobody else's does.

use crate::folder::{Folder, Printed, jurisdictions, place, printed};
use crate::harness::{Home, rows};
use std::collections::BTreeMap;

const INCIDENT: &str = "incident.discovered = 2026-09-01
    incident.mail_date = 2026-09-21
    incident.breach_began = 2026-01-22
    incident.breach_ended = 2026-02-20
    business_associate = { name = 'Bellwether Health Records, Inc.', discovered = 2026-08-20, informed = 2026-09-01, agent = 'no' }";

/// A full record of the sample, and one without a number that opens accounts.
const LOSSES: [(&str, &str); 2] = [
    (
        "numbers",
        "name;birth_date;ssn;mrn;provider_names;diagnosis;medications;test_results;treatment;insurance;address;phone;service_dates",
    ),
    ("care", "name;birth_date;mrn;provider_names;diagnosis;treatment;insurance;address;service_dates"),
];
const ROLES: [&str; 4] = ["adult", "minor", "deceased", "represented"];
const LANGUAGES: [&str; 2] = ["en", "es"];

/// What the law of a residence asks for.
struct Addendum {
    states: &'static [&'static str],
    /// Only where a number was involved that opens accounts: without one that law is not triggered.
    numbers_only: bool,
    english: &'static str,
    spanish: &'static str,
    /// What stands in both languages.
    facts: &'static [&'static str],
}

const ADDENDA: [Addendum; 12] = [
    Addendum {
        states: &["MD"],
        numbers_only: false,
        english: "For Maryland residents.",
        spanish: "Para residentes de Maryland.",
        facts: &["200 Saint Paul Place, Baltimore, MD 21202", "1-888-743-0023"],
    },
    Addendum {
        states: &["NC"],
        numbers_only: false,
        english: "For North Carolina residents.",
        spanish: "Para residentes de Carolina del Norte.",
        facts: &["9001 Mail Service Center, Raleigh, NC 27699-9001", "1-877-566-7226"],
    },
    Addendum {
        states: &["NY"],
        numbers_only: false,
        english: "For New York residents.",
        spanish: "Para residentes de Nueva York.",
        facts: &["1-800-771-7755", "ag.ny.gov", "1-800-697-1220", "dos.ny.gov/consumer-protection"],
    },
    Addendum {
        states: &["DC"],
        numbers_only: false,
        english: "For residents of the District of Columbia.",
        spanish: "Para residentes del Distrito de Columbia.",
        facts: &["400 6th Street NW, Washington, DC 20001", "1-202-442-9828"],
    },
    Addendum {
        states: &["OR"],
        numbers_only: false,
        english: "For Oregon residents.",
        spanish: "Para residentes de Oregón.",
        facts: &["1162 Court Street NE, Salem, OR 97301-4096", "1-877-877-9392"],
    },
    Addendum {
        states: &["RI"],
        numbers_only: false,
        english: "Rhode Island residents in this breach: 16.",
        spanish: "Residentes de Rhode Island en esta violación de datos: 16.",
        facts: &["150 South Main Street, Providence, RI 02903", "1-401-274-4400"],
    },
    Addendum {
        states: &["MA"],
        numbers_only: true,
        english: "You have the right to any police report about this breach.",
        spanish: "Tiene derecho a todo informe policial sobre esta violación de datos.",
        facts: &["Massachusetts"],
    },
    Addendum {
        states: &["IA"],
        numbers_only: false,
        english: "For Iowa residents. Report suspected identity theft to local police",
        spanish: "Para residentes de Iowa. Reporte toda sospecha de robo de identidad a la policía local",
        facts: &["1305 E. Walnut Street, Des Moines, IA 50319-0106"],
    },
    Addendum {
        states: &["NM"],
        numbers_only: true,
        english: "The federal Fair Credit Reporting Act gives you rights.",
        spanish: "La ley federal Fair Credit Reporting Act le da derechos.",
        facts: &["www.consumerfinance.gov/learnmore"],
    },
    Addendum {
        states: &["WV"],
        numbers_only: true,
        english: "For West Virginia residents. Call the number below to learn whether we hold information about you",
        spanish: "Para residentes de Virginia Occidental. Llame al número de abajo para saber si tenemos información sobre usted",
        facts: &[],
    },
    Addendum {
        states: &["WI"],
        numbers_only: true,
        english: "For Wisconsin residents. We know that somebody acquired the information listed in this letter without permission.",
        spanish: "Para residentes de Wisconsin. Sabemos que alguien obtuvo sin permiso la información que se indica en esta carta.",
        facts: &[],
    },
    Addendum {
        states: &["CA", "WY"],
        numbers_only: false,
        english: "Law enforcement did not ask us to delay this letter.",
        spanish: "Las autoridades no nos pidieron retrasar esta carta.",
        facts: &[],
    },
];

/// One of each kind, with the kind as record id: `MD-numbers-minor-es`.
fn everyone() -> Folder {
    let mut folder = Folder::of(INCIDENT);
    let kinds = LOSSES.iter().flat_map(|loss| ROLES.map(|role| (loss, role))).flat_map(|kind| LANGUAGES.map(|language| (kind, language)));
    let kinds: Vec<_> = kinds.collect();
    for state in jurisdictions() {
        for (((loss, elements), role), language) in &kinds {
            let id = format!("record_id = {state}-{loss}-{role}-{language}, elements = {elements}, language = {language}");
            folder = folder.people(1, &state, &id).set(&role_columns(role, &state));
            if *role != "deceased" {
                let code = format!("activation_code = MX{:04}-KQWP", folder.len());
                folder = folder.set(&code);
            }
        }
    }
    folder
}

/// What puts a patient into a role.
fn role_columns(role: &str, state: &str) -> String {
    let (zip, city) = place(state);
    let acts = format!(
        "representative_name = Ezra Pole, representative_address1 = 9 Birch Rd, representative_city = {city}, \
         representative_state = {state}, representative_postal_code = {zip}"
    );
    match role {
        "adult" => String::new(),
        "minor" => "birth_date = 2016-05-05".to_owned(),
        "deceased" => format!("status = deceased, death_date = 2024-03-01, representative_relation = executor, {acts}"),
        _ => format!("status = represented, representative_relation = guardian, {acts}"),
    }
}

#[test]
fn everybody_everywhere_is_written_to() {
    let home = everyone().home();
    nothing_is_found(&home);
    let letters = printed(&home, "out");
    assert_eq!(letters.len(), 896);
    for (record, letter) in &letters {
        says_what_its_law_asks_for(record, &letter.text);
    }
    stands_on_few_pages(&letters);
}

/// No letter is held, no wording is refused, and all that is remarked is that two territories have no law that is known.
fn nothing_is_found(home: &Home) {
    let checked = home.run("check incident --as-of 2026-09-02 --findings findings.csv --json").exits(0).json();
    for (count, expected) in [("rows", 896), ("letters", 896), ("held", 0), ("excluded", 0), ("emails", 0), ("merged", 0)] {
        assert_eq!(checked[count], expected, "{count}: {checked}");
    }
    let findings = rows(&home.read("findings.csv"));
    let told: Vec<(&str, &str)> =
        findings.iter().filter(|row| row["code"] != "not-verified").map(|row| (row["code"].as_str(), row["reason"].as_str())).collect();
    let unknown = |state: &str| format!("no breach law of {state} is established, where patients live");
    assert_eq!(told, [("law-not-established", unknown("AS").as_str()), ("law-not-established", unknown("MP").as_str())]);
}

fn says_what_its_law_asks_for(record: &str, text: &str) {
    // Where a line ends inside an address or a telephone number does not matter.
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let letter = squeezed(text);
    let [state, loss, _, language] = record.split('-').collect::<Vec<_>>().try_into().unwrap();
    for addendum in &ADDENDA {
        let owed = addendum.states.contains(&state) && (loss == "numbers" || !addendum.numbers_only);
        let own = |of: &str| owed && language == of;
        assert_eq!(letter.contains(&squeezed(addendum.english)), own("en"), "{record}: {} in {text}", addendum.english);
        assert_eq!(letter.contains(&squeezed(addendum.spanish)), own("es"), "{record}: {} in {text}", addendum.spanish);
        for fact in addendum.facts {
            assert_eq!(letter.contains(&squeezed(fact)), owed, "{record}: {fact} in {text}");
        }
    }
}

/// One sheet is the aim, three pages are the limit.
fn stands_on_few_pages(letters: &BTreeMap<String, Printed>) {
    let long = |limit: usize| letters.iter().filter(move |(_, letter)| letter.pages > limit).map(|(record, _)| record.as_str());
    assert_eq!(long(3).collect::<Vec<_>>(), Vec::<&str>::new(), "more than three pages");
    let on_one_sheet = letters.len() - long(2).count();
    assert!(2 * on_one_sheet > letters.len(), "{on_one_sheet} of {} letters are on one sheet", letters.len());
}

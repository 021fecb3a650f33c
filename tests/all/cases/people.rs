//! Cases 11, 15 and 16: who is told, in which role and by which way. Each row is a patient of the list, called Nora Quill here.

use super::plan;
use crate::folder::{Folder, Printed, printed};
use crate::harness::{Home, rows};
use std::collections::BTreeMap;

/// Discovered in winter, mailed in spring.
const INCIDENT: &str = "incident.discovered = 2025-02-20\nincident.mail_date = 2025-04-10";

/// One case: what patients.csv says of Nora Quill, and what becomes of her.
struct Case {
    name: &'static str,
    state: &'static str,
    person: &'static str,
    /// The lines of the window, `held: code` or how she is told without a letter.
    told: &'static str,
    says: &'static [&'static str],
    never: &'static [&'static str],
}

impl Case {
    fn holds(&self, told: &str, text: &str) {
        assert_eq!(told, self.told, "case {}", self.name);
        for said in self.says {
            assert!(text.contains(said), "case {}: {said:?} is not in {text}", self.name);
        }
        for never in self.never {
            assert!(!text.contains(never), "case {}: {never:?} is in {text}", self.name);
        }
    }
}

/// Renders a list with everybody of the cases; who has no letter and is not held must be told `otherwise`.
fn hold(cases: &[Case], otherwise: &str) {
    let folder = cases.iter().fold(Folder::of(INCIDENT), |folder, case| nora(folder, case.state, case.person));
    let home = folder.home();
    for (case, (told, text)) in cases.iter().zip(become_of(&home, "out", otherwise)) {
        case.holds(&told, &text);
    }
    let status = home.run("status incident --json").exits(0).json();
    let silent = cases.iter().filter(|case| case.told == otherwise).count();
    let counted = if otherwise == BY_EMAIL { &status["emails"]["total"] } else { &status["excluded"][otherwise] };
    assert_eq!(counted.as_u64().unwrap_or_default() as usize, silent, "{status}");
}

const BY_EMAIL: &str = "by e-mail";
/// The clause by which no letter is owed, and no substitute notice either.
const NO_KIN: &str = "45 CFR 164.404(d)(1)(ii)";

/// Adds a Nora; her last name tells her from the others.
fn nora(folder: Folder, state: &str, person: &str) -> Folder {
    folder.people(1, state, "first_name = Nora, address1 = 3 Elm St").set(person)
}

/// Window and text of everybody's letter in list order, with one name for all.
fn become_of(home: &Home, out: &str, otherwise: &str) -> Vec<(String, String)> {
    let letters = printed(home, out);
    let held = rows(&home.read(&format!("{out}/held.csv")));
    let held: BTreeMap<&str, &str> = held.iter().map(|row| (row["record_id"].as_str(), row["code"].as_str())).collect();
    let list = rows(&home.read("incident/patients.csv"));
    let becomes = |row: &BTreeMap<String, String>| {
        let record = row["record_id"].as_str();
        let Some(Printed { text, .. }) = letters.get(record) else {
            let told = held.get(record).map_or(otherwise.to_owned(), |code| format!("held: {code}"));
            return (told, String::new());
        };
        let text = text.replace(&format!("Nora {}", row["last_name"]), "Nora Quill");
        let window = text.split("Austin, TX 78701 ").nth(1).unwrap().split(" April 10, 2025 Notice of Data Breach").next().unwrap();
        (window.to_owned(), text)
    };
    list.iter().map(becomes).collect()
}

#[test]
fn the_dead() {
    let cases = [
        Case {
            name: "11 a: dead, the executor's address is on file",
            state: "TX",
            person: "status = deceased, death_date = 2024-03-01, representative_name = Ezra Pole, representative_relation = executor,
                     representative_address1 = 9 Birch Rd, representative_city = Chicago, representative_state = IL,
                     representative_postal_code = 60601",
            told: "Ezra Pole 9 BIRCH RD CHICAGO IL 60601",
            says: &["Dear Ezra Pole:", "You are the next of kin or personal representative of Nora Quill"],
            never: &["ELM ST", "Dear Nora"],
        },
        Case {
            name: "11 b: dead, the address of the daughter alone is known",
            state: "TX",
            person: "status = deceased, death_date = 2024-03-01, representative_name = Dora Quill, representative_relation = daughter,
                     representative_address1 = 9 Birch Rd, representative_city = Chicago, representative_state = IL,
                     representative_postal_code = 60601",
            told: "Dora Quill 9 BIRCH RD CHICAGO IL 60601",
            says: &["Dear Dora Quill:"],
            never: &["ELM ST", "Dear Nora"],
        },
        Case {
            name: "11 c: dead, next of kin is known, but not where",
            state: "TX",
            person: "status = deceased, death_date = 2024-03-01, representative_name = Dora Quill, representative_relation = daughter",
            told: NO_KIN,
            says: &[],
            never: &[],
        },
        Case { name: "11 c: dead, nobody is known", state: "TX", person: "status = deceased", told: NO_KIN, says: &[], never: &[] },
    ];
    hold(&cases, NO_KIN);
}

/// Returned mail is entered as a mended list, which says what is known now.
#[test]
fn found_dead_by_returned_mail() {
    const KIN: &str = "status = deceased, representative_name = Dora Quill, representative_relation = daughter,
        representative_address1 = 9 Birch Rd, representative_city = Chicago, representative_state = IL, representative_postal_code = 60601";
    let alive = nora(nora(Folder::of(INCIDENT), "TX", ""), "TX", "");
    let home = alive.home();
    let before = become_of(&home, "before", NO_KIN);
    assert!(before.iter().all(|(window, _)| window == "Nora Quill 3 ELM ST HOUSTON TX 77001"), "{before:?}");

    let lists = "lists = [{ file = 'patients.csv' }, { file = 'mended.csv', mends = 'patients.csv' }]";
    let known_now = Folder::of(&format!("{lists}\n{INCIDENT}"));
    nora(nora(known_now, "TX", KIN), "TX", "status = deceased").write_list(&home, "mended.csv");
    let after = become_of(&home, "after", NO_KIN);
    assert_eq!(after[0].0, "Dora Quill 9 BIRCH RD CHICAGO IL 60601", "11 d: next of kin is found");
    assert_eq!(after[1].0, NO_KIN, "11 d: nobody is found");
    let plan = plan(&home, "2025-04-20");
    assert_eq!(super::duty(&plan, "individual_notice:P1:US")["count"], 2, "11: both still count");
    assert_eq!(super::duty(&plan, "substitute_notice:P1:US")["required"], false, "11 c: no substitute notice");
}

#[test]
fn minors() {
    let cases = [
        Case {
            name: "15: aged 15, ordinary care",
            state: "TX",
            person: "birth_date = 2010-01-05",
            told: "To the Parent or Guardian of Nora Quill 3 ELM ST HOUSTON TX 77001",
            says: &["To the Parent or Guardian of Nora Quill:", "your child's personal information", "P.O. Box 380 Woodlyn, PA 19094"],
            never: &["P.O. Box 160", "Dear Nora"],
        },
        Case {
            name: "15 b: aged 15, a visit she consented to, and a confidential address",
            state: "TX",
            person: "birth_date = 2010-01-05, minor_consented_care = yes, confidential_address1 = 77 Quiet Ln, confidential_city = Dallas,
                     confidential_state = TX, confidential_postal_code = 75201",
            told: "Nora Quill 77 QUIET LN DALLAS TX 75201",
            says: &["Dear Nora Quill:", "your personal information"],
            never: &["Parent or Guardian", "your child", "ELM ST"],
        },
        Case {
            name: "15 c: turned 18 on the day of mailing",
            state: "TX",
            person: "birth_date = 2007-04-10, status = minor",
            told: "Nora Quill 3 ELM ST HOUSTON TX 77001",
            says: &["Dear Nora Quill:", "P.O. Box 160 Woodlyn, PA 19094"],
            never: &["Parent or Guardian", "P.O. Box 380"],
        },
        Case {
            name: "15 c: turns 18 on the day after",
            state: "TX",
            person: "birth_date = 2007-04-11, status = minor",
            told: "To the Parent or Guardian of Nora Quill 3 ELM ST HOUSTON TX 77001",
            says: &["P.O. Box 380"],
            never: &["Dear Nora"],
        },
        Case {
            name: "15 d: aged 18 in Alabama, where majority is 19",
            state: "AL",
            person: "birth_date = 2007-01-05, status = adult",
            told: "To the Parent or Guardian of Nora Quill 3 ELM ST BIRMINGHAM AL 35201",
            says: &["your child's personal information"],
            never: &["Dear Nora"],
        },
        Case {
            name: "15 d: aged 19 in Alabama",
            state: "AL",
            person: "birth_date = 2006-01-05",
            told: "Nora Quill 3 ELM ST BIRMINGHAM AL 35201",
            says: &["Dear Nora Quill:"],
            never: &[],
        },
        Case {
            name: "15 d: aged 18 in Nebraska, where majority is 19",
            state: "NE",
            person: "birth_date = 2007-01-05",
            told: "To the Parent or Guardian of Nora Quill 3 ELM ST OMAHA NE 68101",
            says: &[],
            never: &["Dear Nora"],
        },
        Case {
            name: "15 d: aged 20 in Mississippi, where majority is 21",
            state: "MS",
            person: "birth_date = 2005-01-05",
            told: "To the Parent or Guardian of Nora Quill 3 ELM ST JACKSON MS 39201",
            says: &[],
            never: &["Dear Nora"],
        },
    ];
    hold(&cases, NO_KIN);
}

#[test]
fn email() {
    let case = |name, state, person, told| Case { name, state, person, told, says: &[], never: &[] };
    let cases = [
        case("16: on file, no agreement", "TX", "email = nora@example.org", "Nora Quill 3 ELM ST HOUSTON TX 77001"),
        case("16: an agreement in force", "TX", "email = nora@example.org, email_consent_on = 2021-05-17", BY_EMAIL),
        case(
            "16 b: agreed in 2021, withdrawn in 2024",
            "TX",
            "email = nora@example.org, email_consent_on = 2021-05-17, email_consent_withdrawn_on = 2024-06-01",
            "Nora Quill 3 ELM ST HOUSTON TX 77001",
        ),
        case(
            "16: an agreement to something else",
            "TX",
            "email = nora@example.org, email_consent_on = 2021-05-17, email_consent_scope = billing",
            "Nora Quill 3 ELM ST HOUSTON TX 77001",
        ),
        case(
            "16 d: a general agreement of a New Yorker",
            "NY",
            "email = nora@example.org, email_consent_on = 2021-05-17, email_consent_scope = all electronic communications",
            "Nora Quill 3 ELM ST NEW YORK NY 10001",
        ),
    ];
    hold(&cases, BY_EMAIL);
}

#[test]
fn a_message_that_came_back() {
    // 16 c. What came back is entered as a mended list: the address agreed to is of no use any more.
    let lists = "lists = [{ file = 'patients.csv' }, { file = 'mended.csv', mends = 'patients.csv' }]";
    let agreed = "email = nora@example.org, email_consent_on = 2021-05-17";
    let bounced = "email = nora@example.org, email_consent_on = 2021-05-17, email_consent_withdrawn_on = 2025-04-01";
    for (now, letters, unreachable) in [(bounced.to_owned(), 1, 0), (format!("{bounced}, address1 = "), 0, 1)] {
        let home = nora(Folder::of(INCIDENT), "TX", agreed).home();
        let told = home.run("check incident --json").json();
        assert_eq!((&told["emails"], &told["letters"]), (&1.into(), &0.into()), "before: {told}");
        nora(Folder::of(&format!("{lists}\n{INCIDENT}")), "TX", &now).write_list(&home, "mended.csv");
        let told = home.run("check incident --json").json();
        assert_eq!((&told["emails"], &told["letters"]), (&0.into(), &letters.into()), "{now}: {told}");
        let plan = home.run("plan incident --as-of 2025-04-11 --json").exits(0).json();
        let substitute = plan["obligations"].as_array().unwrap().iter().find(|duty| duty["duty"] == "substitute_notice").unwrap();
        assert_eq!(substitute["count"], unreachable, "{now}: {substitute}");
    }
}

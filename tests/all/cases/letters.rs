//! Cases 12, 14 and 25: what stands in the letters of one state and must not stand in those of another.

use crate::folder::{Folder, Printed, place, printed};
use std::collections::BTreeSet;

const INCIDENT: &str = "incident.discovered = 2025-02-20\nincident.mail_date = 2025-04-10";
/// What 93H, 3(b) gives Massachusetts residents.
const POLICE_REPORT: &str = "For Massachusetts residents. You have the right to any police report about this breach.";
/// What HIPAA asks of every letter and 93H, 3(b) alone would leave out: 45 CFR 164.404(c)(1)(A).
const WHAT_HAPPENED: [&str; 4] = [
    "What Happened Bellwether Health Records ran the medical record system",
    "to get into those servers and copied files",
    "The breach began on January 2, 2023 and ended on January 20, 2023.",
    "We discovered the breach on February 20, 2025.",
];

/// Whether a number stands in a text by itself.
fn tells(text: &str, number: usize) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != ',').any(|word| word.trim_matches(',') == number.to_string())
}

#[test]
fn massachusetts_letters() {
    // Case 12: how many, which types of information, whether 93H is triggered.
    let groups = [
        (11, "name;diagnosis;insurance;mrn", false),
        (10, "name;ssn;diagnosis", true),
        (10, "name;drivers_license", true),
        (10, "name;financial_account;diagnosis", true),
    ];
    let folder = Folder::of(INCIDENT).provider("parent_organization = Larch Health System");
    let add = |folder: Folder, (count, elements, _): &(usize, &str, bool)| {
        folder.people(*count, "MA", &format!("elements = {elements}, address1 = 3 Elm St"))
    };
    let letters = printed(&groups.iter().fold(folder, add).home(), "out");
    let triggered = groups.iter().flat_map(|(count, _, triggered)| std::iter::repeat_n(*triggered, *count));
    assert_eq!(letters.len(), 41);
    for ((record, Printed { text, .. }), triggered) in letters.iter().zip(triggered) {
        for told in WHAT_HAPPENED {
            assert!(text.contains(told), "{record}: (A) is never dropped: {told:?} in {text}");
        }
        for told in [POLICE_REPORT, "a credit freeze is free", "Larch Hospital belongs to Larch Health System."] {
            assert_eq!(text.contains(told), triggered, "{record}: {told} in {text}");
        }
        assert_eq!(text.contains("For Massachusetts residents"), triggered, "{record}");
        assert!(!tells(text, letters.len()), "{record} tells how many there are: {text}");
    }
}

#[test]
fn the_strict_massachusetts_letter_is_refused_for_patients() {
    let home = Folder::of(&format!("choices.ma_letter = 'strict'\n{INCIDENT}")).people(1, "MA", "").home();
    for command in ["check incident", "plan incident", "render incident --out out"] {
        home.run(command).exits(3).says("[strict-letter-for-patients]").says("164.404(c)(1)(A)");
    }
    home.lacks("out");
}

#[test]
fn rhode_island_massachusetts_and_illinois_in_one_list() {
    // Case 14: numbers that stand nowhere else in a letter.
    let residents = [("RI", 43), ("MA", 41), ("IL", 47)];
    let folder = residents.iter().fold(Folder::of(INCIDENT), |folder, (state, count)| folder.people(*count, state, "address1 = 3 Elm St"));
    let home = folder.home();
    let letters = printed(&home, "out");
    assert_eq!(letters.len(), 131);
    let mut wordings = BTreeSet::new();
    for (record, letter) in &letters {
        let text = &letter.text;
        let lives_in = |state: &str| text.contains(&format!(" {state} {} April 10, 2025 ", place(state).0));
        assert_eq!(text.contains("Rhode Island residents in this breach: 43."), lives_in("RI"), "{record}: {text}");
        assert_eq!(text.contains(POLICE_REPORT), lives_in("MA"), "{record}");
        for (state, number) in residents {
            assert_eq!(tells(text, number), state == "RI" && lives_in("RI"), "{record}: {number} of {state} in {text}");
        }
        assert!(!tells(text, letters.len()), "{record} tells how many letters there are");
        wordings.insert(wording(text));
    }
    assert_eq!(wordings.len(), 3, "one wording for each state");
    let summary: serde_json::Value = serde_json::from_str(&home.read("out/summary.json")).unwrap();
    assert!(summary["variants"].as_u64().unwrap() >= 3, "{summary}");
}

/// A letter from its salutation on.
fn wording(text: &str) -> &str {
    text.split_once(" Notice of Data Breach Dear ").unwrap().1.split_once(": ").unwrap().1
}

#[test]
fn a_part_2_program_is_not_told_by_its_envelope() {
    // Case 25 b: what would identify the reader as a patient of such a program.
    let program = "part2_program = yes, legal_name = Larch Health Services, website = https://www.larch.example";
    let person = "elements = name;ssn;treatment;diagnosis";
    let neutral = Folder::of(INCIDENT).provider(&format!("{program}, return_name = Larch Mail Room")).people(1, "TX", person).home();
    let text = printed(&neutral, "out").into_values().next().unwrap().text;
    assert!(text.contains("Larch Mail Room 12 Larch St Austin, TX 78701 Alma Barbert"), "{text}");
    assert!(text.contains("Information about care and treatment"), "{text}");
    for word in ["substance", "addiction", "alcohol", "drug", "opioid", "recovery", "disorder", "rehab", "detox", "Part 2"] {
        assert!(!text.to_lowercase().contains(&word.to_lowercase()), "{word} in {text}");
    }
    neutral.run("check incident --as-of 2025-03-01").exits(0);
    let telling = Folder::of(INCIDENT).provider(&format!("{program}, return_name = Larch Health Services")).people(1, "TX", person).home();
    telling.run("check incident --as-of 2025-03-01").exits(0).says("[telling-return-name]");
}

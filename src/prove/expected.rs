//! What a piece must show, from its source rows and the recorded changes.

use crate::intake::{Field, Intake, RowIndex};
use crate::pdf::readback::ReadPage;
use crate::recipients::Recipient;

/// The groups of address fields: a confidential address wins over all others (45 CFR 164.522(b)).
const CONFIDENTIAL: [Field; 6] = [
    Field::ConfidentialAddress1,
    Field::ConfidentialAddress2,
    Field::ConfidentialCity,
    Field::ConfidentialState,
    Field::ConfidentialPostalCode,
    Field::ConfidentialCountry,
];
const REPRESENTATIVE: [Field; 6] = [
    Field::RepresentativeAddress1,
    Field::RepresentativeAddress2,
    Field::RepresentativeCity,
    Field::RepresentativeState,
    Field::RepresentativePostalCode,
    Field::RepresentativeCountry,
];
const HOME: [Field; 6] = [Field::Address1, Field::Address2, Field::City, Field::State, Field::PostalCode, Field::Country];

/// Part of page 1 where the recipient's block stands, points from the lower edge; the profiles' windows lie inside it.
const WINDOW: std::ops::Range<f32> = 560.0..680.0;

/// Whether the window of page 1 ends with the address of one of the rows, word for word, and shows nothing below it.
pub(super) fn window_shows_rows(intake: &Intake, recipient: &Recipient, page: &ReadPage) -> bool {
    let window: Vec<String> = page.texts.iter().filter(|text| WINDOW.contains(&text.y)).map(|text| comparable(&text.text)).collect();
    let window = window.join(" ");
    let confidential = recipient.rows.iter().any(|row| !intake.row(*row).get(Field::ConfidentialAddress1).is_empty());
    let groups: &[[Field; 6]] = if confidential { &[CONFIDENTIAL] } else { &[HOME, REPRESENTATIVE] };
    let candidates = recipient.rows.iter().flat_map(|row| groups.iter().map(move |group| (*row, group)));
    candidates.into_iter().any(|(row, group)| {
        let address: Vec<String> =
            group.iter().map(|field| comparable(&value(intake, recipient, row, *field))).filter(|value| !value.is_empty()).collect();
        !address.is_empty() && same_words_at_end(&window, &address.join(" "))
    })
}

/// Whether the window's last words are exactly the address's, in any order of its lines (a unit may stand above the street).
fn same_words_at_end(window: &str, address: &str) -> bool {
    let (window, mut wanted) = (words(window), words(address));
    let Some(start) = window.len().checked_sub(wanted.len()) else { return false };
    let mut shown = window[start..].to_vec();
    shown.sort_unstable();
    wanted.sort_unstable();
    shown == wanted
}

/// The name as each row has it, after recorded changes.
pub(super) fn names(intake: &Intake, recipient: &Recipient) -> Vec<String> {
    let name = |row: &RowIndex| {
        let part = |field| value(intake, recipient, *row, field);
        let parts = [part(Field::FirstName), part(Field::LastName)];
        let joined = parts.join(" ");
        comparable(if joined.trim().is_empty() { intake.row(*row).get(Field::FullName) } else { &joined })
    };
    recipient.rows.iter().map(name).filter(|name| !name.is_empty()).collect()
}

/// Whether every word stands in a text.
pub(super) fn holds_words(text: &str, wanted: &str) -> bool {
    let text = words(text);
    words(wanted).iter().all(|word| text.contains(word))
}

/// A row's value, or what a recorded change made of it.
fn value(intake: &Intake, recipient: &Recipient, row: RowIndex, field: Field) -> String {
    let source = intake.row(row).get(field);
    let change = recipient.changes.iter().rev().find(|change| change.row == row && change.field == field);
    change.map_or_else(|| source.to_owned(), |change| change.to.reveal().clone())
}

/// Text as it is compared: letters and digits in capitals, everything else a blank.
pub(super) fn comparable(text: &str) -> String {
    let letter = |character: char| if character.is_alphanumeric() { character } else { ' ' };
    text.chars().map(letter).flat_map(char::to_uppercase).collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

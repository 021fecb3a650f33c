//! Names that are no names: test patients, newborns, notes on a death, lost characters.

use super::PersonName;
use super::hold::Fault;
use super::vocabulary::DOUBTFUL;
use crate::intake::{Field, Row, RowIndex};
use unicode_normalization::char::is_combining_mark;

/// What speaks against a patient's name; the gravest doubt only.
pub(super) fn doubts(index: RowIndex, row: Row<'_>, name: &PersonName, from_full: bool) -> Vec<Fault> {
    let field = if from_full { Field::FullName } else { Field::LastName };
    let full = name.full();
    if !full.chars().any(char::is_alphabetic) {
        let reason = "the name is missing";
        return vec![Fault::lack(index, field, "name-missing", reason, "add the patient's first and last name to the list")];
    }
    let hint = "correct the name, exclude the record when it is no patient, or release it when the name is right";
    let parts = [Field::Prefix, Field::FirstName, Field::MiddleName, Field::LastName, Field::Suffix];
    let doubt = |reason: String| {
        let part = parts.into_iter().find(|part| !from_full && doubtful_words(row.get(*part)).is_some());
        vec![Fault::doubt(index, part.unwrap_or(field), "name-doubtful", reason, hint)]
    };
    let typed = format!("{full} {} {} {}", row.get(Field::FullName), row.get(Field::FirstName), row.get(Field::Prefix));
    if let Some(kind) = doubtful_words(&typed) {
        return doubt(format!("the name looks like {kind}"));
    }
    if full.contains('\u{FFFD}') {
        return doubt("the name holds a character that was lost in an earlier conversion".to_owned());
    }
    if typed.contains(['{', '}']) || typed.contains("<<") || typed.contains(">>") {
        return doubt("the name looks like a field of a form letter that was never filled in".to_owned());
    }
    if typed.contains('*') {
        return doubt("the name holds an asterisk, which marks a note rather than a name".to_owned());
    }
    if stacked_marks(&full) {
        return doubt("a letter of the name carries more marks than any language writes".to_owned());
    }
    if full.chars().any(char::is_numeric) {
        return doubt("the name holds a digit".to_owned());
    }
    let letters: Vec<char> = name.last.chars().filter(|letter| letter.is_alphabetic()).collect();
    if letters.len() < 2 && letters.iter().all(|letter| letter.is_lowercase() || letter.is_uppercase()) {
        return doubt("the last name is not more than one letter".to_owned());
    }
    if name.first.is_empty() {
        return doubt("the name has no first name".to_owned());
    }
    Vec::new()
}

/// Whether three or more combining marks stand on one letter: they would reach into the lines around it.
fn stacked_marks(name: &str) -> bool {
    let mut marks = 0;
    name.chars().any(|letter| {
        marks = if is_combining_mark(letter) { marks + 1 } else { 0 };
        marks >= 3
    })
}

/// What a name looks like when it is no name; the kinds are those of names.toml.
pub(super) fn doubtful_words(text: &str) -> Option<&'static str> {
    let upper = text.to_uppercase();
    let words: Vec<&str> = upper.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if words.iter().any(|word| word.starts_with("ZZ")) {
        return Some("a test entry");
    }
    DOUBTFUL.find(&words)
}

#[cfg(test)]
mod tests {
    use super::super::names::read_name;
    use super::*;
    use crate::intake::Rows;

    fn faults(values: &[(Field, &str)]) -> Vec<Fault> {
        read_name(RowIndex(0), Rows::of_one(values).get(0)).faults
    }

    #[test]
    fn doubtful_names_are_held() {
        let cases = [
            ("TEST, PATIENT", Some("name-doubtful")),
            ("ZZTEST, MARY", Some("name-doubtful")),
            ("SMITH, BABY BOY", Some("name-doubtful")),
            ("UNKNOWN, UNKNOWN", Some("name-doubtful")),
            ("Estate of John Smith", Some("name-doubtful")),
            ("SMITH, JOHN (DECEASED)", Some("name-doubtful")),
            ("Jane Doe", Some("name-doubtful")),
            ("X, JOHN", Some("name-doubtful")),
            ("SMITH, J0HN", Some("name-doubtful")),
            ("Smith", Some("name-doubtful")),
            ("Jos\u{FFFD} Smith", Some("name-doubtful")),
            ("{{ first_name }} Smith", Some("name-doubtful")),
            ("<<First Name>> Smith", Some("name-doubtful")),
            ("--", Some("name-missing")),
            ("王, 小明", None),
            ("TESTA, MARIA", None),
            ("Doe, Robert", None),
            ("NG, AN", None),
        ];
        for (written, code) in cases {
            assert_eq!(faults(&[(Field::FullName, written)]).first().map(|fault| fault.code), code, "{written}");
        }
        assert_eq!(faults(&[])[0].code, "name-missing");
    }
}

//! Abbreviations that a letter uses without saying what they stand for.

use super::tokens::{Kind, Token, tokens};
use super::vocabulary::Vocabulary;
use std::collections::BTreeSet;

/// An abbreviation where it is first used, undefined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Abbreviation {
    /// Its capitals, without a plural or possessive `s`.
    pub(crate) letters: String,
    /// Index of the paragraph.
    pub(crate) paragraph: usize,
}

/// The abbreviations that are not spelled out where they are first used, each once, in their order; those of `names` need no definition.
pub(super) fn undefined(paragraphs: &[&str], names: &[&str], vocabulary: &Vocabulary) -> Vec<Abbreviation> {
    let words = names.iter().flat_map(|name| tokens(name, vocabulary));
    let mut settled: BTreeSet<&str> = words.filter_map(|token| vocabulary.abbreviation(token.text)).collect();
    let mut found = Vec::new();
    for (paragraph, text) in paragraphs.iter().enumerate() {
        let tokens = tokens(text, vocabulary);
        for (place, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Abbreviation) {
            let Some(letters) = vocabulary.abbreviation(token.text) else { continue };
            if vocabulary.is_known(letters) || is_state(letters, &tokens, place, vocabulary) || !settled.insert(letters) {
                continue;
            }
            if !is_defined(letters, text, token) {
                found.push(Abbreviation { letters: letters.to_owned(), paragraph });
            }
        }
    }
    found
}

/// Whether letters are a state's code in an address: behind a comma, or before a ZIP code.
fn is_state(letters: &str, tokens: &[Token], place: usize, vocabulary: &Vocabulary) -> bool {
    let comma = place.checked_sub(1).is_some_and(|before| tokens[before].behind.ends_with(','));
    let zip = |token: &Token| {
        token.kind == Kind::Nothing && token.text.get(..5).is_some_and(|zip| zip.bytes().all(|letter| letter.is_ascii_digit()))
    };
    vocabulary.is_state(letters) && (comma || tokens.get(place + 1).is_some_and(zip))
}

/// Whether a text spells an abbreviation out where it stands: `Long Form (ABC)` or `ABC (Long Form)`.
fn is_defined(letters: &str, text: &str, token: &Token) -> bool {
    let (before, behind) = (&text[..token.bytes.start], &text[token.bytes.end..]);
    let open = before.rfind('(').filter(|open| !before[*open..].contains(')'));
    if let Some(open) = open {
        // Schwartz and Hearst look at no more words than these.
        let most = (letters.len() + 5).min(letters.len() * 2);
        let words: Vec<&str> = before[..open].split_whitespace().rev().take(most).collect();
        let long: String = words.iter().rev().flat_map(|word| [word, " "]).collect();
        let alone = behind.starts_with(')') && words.iter().filter(|word| word.starts_with(char::is_uppercase)).count() > 1;
        // A name in another language gives no initials (`la Comisión Federal de Comercio (FTC)`): there, capital letters must do.
        return spells(letters, &long) || alone;
    }
    let inside = behind.trim_start_matches(|letter: char| !letter.is_alphanumeric() && letter != '(').strip_prefix('(');
    inside.and_then(|inside| inside.split(')').next()).is_some_and(|long| spells(letters, long))
}

/// Whether words give the letters of an abbreviation, from the last backward, the first of them at the beginning of a word.
///
/// Source: Schwartz and Hearst 2003, A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text, Pacific Symposium on
/// Biocomputing 8, 451-462.
fn spells(letters: &str, long: &str) -> bool {
    let long: Vec<char> = long.to_lowercase().chars().collect();
    let mut end = long.len();
    for (index, letter) in letters.to_lowercase().chars().enumerate().collect::<Vec<_>>().into_iter().rev() {
        let fits = |place: &usize| {
            long[*place] == letter && (index > 0 || place.checked_sub(1).is_none_or(|before| !long[before].is_alphanumeric()))
        };
        let Some(place) = (0..end).rev().find(fits) else { return false };
        end = place;
    }
    // A long form is longer than its letters, and none has a single word.
    long.iter().collect::<String>().split_whitespace().count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(paragraphs: &[&str], names: &[&str]) -> Vec<(String, usize)> {
        let vocabulary = Vocabulary::load().unwrap();
        undefined(paragraphs, names, &vocabulary).into_iter().map(|found| (found.letters, found.paragraph)).collect()
    }

    #[test]
    fn what_is_spelled_out_where_it_is_first_used_is_defined() {
        for text in [
            "Write to the Federal Trade Commission (FTC). The FTC helps.",
            "Write to the Federal Trade Commission (the “FTC”), or to the FTC's office.",
            "The FTC (Federal Trade Commission) helps. FTC-approved.",
            "the Health Insurance Portability and Accountability Act of 1996 (HIPAA)",
            "electronic health records (EHRs) and protected health information (PHI)",
            "an explanation of benefits (EOB)",
            "la Comisión Federal de Comercio (FTC): la FTC ayuda",
        ] {
            assert_eq!(letters(&[text], &[]), [], "{text}");
        }
    }

    #[test]
    fn what_is_not_is_reported_once_where_it_is_first_used() {
        let found = |letters: &str, paragraph| (letters.to_owned(), paragraph);
        assert_eq!(
            letters(&["We keep PHI.", "PHI and EHRs, protected health information (PHI)."], &[]),
            [found("PHI", 0), found("EHR", 1)]
        );
        assert_eq!(letters(&["Your number (SSN) was copied."], &[]), [found("SSN", 0)]);
        assert_eq!(letters(&["The FTC (see below) helps."], &[]), [found("FTC", 0)]);
        assert_eq!(letters(&["Call the FTC."], &[]), [found("FTC", 0)]);
    }

    #[test]
    fn what_everybody_knows_places_names_and_stress_need_no_definition() {
        for text in [
            "a US ID, P.O. Box 5, PO Box 5, by 8 AM ET",
            "600 Pennsylvania Avenue NW, Washington, DC 20580",
            "100 Shore Drive, Springfield, IL 62701; Portland OR 97201",
            "You must NOT pay. It is FREE. PLEASE READ THIS LETTER.",
            "1-877-ID-THEFT, NLW-7Q4K-22XD, COVID-19, John Smith, MD",
        ] {
            assert_eq!(letters(&[text], &[]), [], "{text}");
        }
        assert_eq!(letters(&["UPMC and SSM told us."], &["UPMC Mercy", "SSM Health"]), []);
        assert_eq!(letters(&["We live in IL."], &[]), [("IL".to_owned(), 0)]);
    }
}

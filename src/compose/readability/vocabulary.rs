//! What is known of words before a text is read: the tables of this module's data files.

use super::phrases::folded;
use super::syllables::Syllables;
use crate::error::{Error, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// The tables for English prose.
pub(super) struct Vocabulary {
    /// Counts syllables.
    pub(super) syllables: Syllables,
    /// Where sentences end.
    pub(super) sentences: SentenceWords,
    abbreviations: Abbreviations,
}

/// sentences.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SentenceWords {
    /// Abbreviations that never end a sentence.
    pub(super) within: BTreeSet<String>,
    /// Abbreviations that do not end a sentence before a number.
    pub(super) before_number: BTreeSet<String>,
    /// Abbreviations that end a sentence only before a starter.
    pub(super) may_end: BTreeSet<String>,
    /// Words that begin a sentence.
    pub(super) starters: BTreeSet<String>,
    /// Words that make a sentence of text without an end mark.
    pub(super) clause_words: BTreeSet<String>,
    /// Verbs that begin a command.
    pub(super) commands: BTreeSet<String>,
    /// Words behind such a verb that show it to be one.
    pub(super) after_commands: BTreeSet<String>,
    /// The fewest words that are a sentence without an end mark and without any of these.
    pub(super) clause_length: usize,
}

/// abbreviations.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Abbreviations {
    known: BTreeSet<String>,
    stressed: BTreeSet<String>,
    spoken: BTreeSet<String>,
    states: BTreeSet<String>,
}

impl Vocabulary {
    /// Reads the built-in tables.
    ///
    /// # Errors
    /// A bug of ours when one cannot be read.
    pub(super) fn load() -> Result<Vocabulary> {
        Ok(Vocabulary {
            syllables: table("syllables.toml", include_str!("syllables.toml"))?,
            sentences: table("sentences.toml", include_str!("sentences.toml"))?,
            abbreviations: table("abbreviations.toml", include_str!("abbreviations.toml"))?,
        })
    }

    /// The capitals of a word that is an abbreviation, or begins as one, without plural or possessive: `EHRs`, `FTC-approved`.
    pub(super) fn abbreviation<'a>(&self, word: &'a str) -> Option<&'a str> {
        let first = word.split(['-', '\u{2010}', '\u{2011}', '\'', '\u{2019}']).next()?;
        let first = first.strip_suffix('s').unwrap_or(first);
        let short = (2..=6).contains(&first.len()) && first.bytes().all(|letter| letter.is_ascii_uppercase());
        (short && !self.abbreviations.stressed.contains(first)).then_some(first)
    }

    /// Whether everybody knows an abbreviation.
    pub(super) fn is_known(&self, abbreviation: &str) -> bool {
        self.abbreviations.known.contains(abbreviation)
    }

    /// Whether an abbreviation is a state's in an address.
    pub(super) fn is_state(&self, abbreviation: &str) -> bool {
        self.abbreviations.states.contains(abbreviation)
    }

    /// Syllables of a part of an abbreviation: those of its letters' names, unless it is read as a word or is one.
    pub(super) fn spelled_out(&self, part: &str) -> usize {
        match self.abbreviation(part) {
            Some(letters) if !self.abbreviations.spoken.contains(letters) => letters.len() + 2 * letters.matches('W').count(),
            _ => self.syllables.count(&folded(part)),
        }
    }
}

/// A built-in table.
///
/// # Errors
/// A bug of ours when it cannot be read.
pub(super) fn table<T: DeserializeOwned>(name: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| Error::bug(format!("{name}: {}", error.message())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_stands_in_two_lists_that_contradict_each_other() {
        let vocabulary = Vocabulary::load().unwrap();
        let (words, lists) = (&vocabulary.sentences, &vocabulary.abbreviations);
        assert!(words.within.is_disjoint(&words.may_end) && words.within.is_disjoint(&words.before_number));
        assert!(lists.known.is_disjoint(&lists.stressed) && lists.spoken.is_disjoint(&lists.stressed));
        let lower = words.within.iter().chain(&words.may_end).chain(&words.starters).chain(&words.clause_words).chain(&words.commands);
        assert!(lower.into_iter().all(|word| *word == word.to_lowercase() && !word.ends_with('.')));
    }
}

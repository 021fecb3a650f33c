//! Phrases that hedge or soothe, with the reason why they should go.

use super::phrases::{Phrases, words_of};
use super::vocabulary::table;
use crate::error::Result;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A phrase that hedges, where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hedge<'a> {
    /// As the list has it.
    pub(crate) phrase: &'a str,
    /// Why readers or regulators object, and what to do.
    pub(crate) reason: &'a str,
    /// Index of the paragraph.
    pub(crate) paragraph: usize,
}

/// The phrases of hedges.toml, prepared for each language.
pub(super) struct Hedges(BTreeMap<String, Language>);

struct Language {
    automaton: Phrases,
    /// Phrases with the reasons against them.
    phrases: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    hedge: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    why: String,
    /// Phrases by language tag.
    #[serde(flatten)]
    phrases: BTreeMap<String, Vec<String>>,
}

impl Hedges {
    /// Reads the built-in list.
    ///
    /// # Errors
    /// A bug of ours when it cannot be read.
    pub(super) fn load() -> Result<Hedges> {
        let file: File = table("hedges.toml", include_str!("hedges.toml"))?;
        let mut languages: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for entry in file.hedge {
            for (language, phrases) in entry.phrases {
                let reasons = phrases.into_iter().map(|phrase| (phrase, entry.why.clone()));
                languages.entry(language).or_default().extend(reasons);
            }
        }
        let prepare = |(tag, phrases): (String, Vec<(String, String)>)| {
            let automaton = Phrases::new(phrases.iter().map(|(phrase, _)| phrase.as_str()))?;
            Ok((tag, Language { automaton, phrases }))
        };
        languages.into_iter().map(prepare).collect::<Result<_>>().map(Hedges)
    }

    /// The hedges in paragraphs of a language, in their order; none for a language without a list.
    pub(super) fn find(&self, paragraphs: &[&str], language_tag: &str) -> Vec<Hedge<'_>> {
        let Some(language) = self.0.get(language_tag) else { return Vec::new() };
        let mut found = Vec::new();
        for (paragraph, text) in paragraphs.iter().enumerate() {
            for (index, _) in language.automaton.find(&words_of(text)) {
                let (phrase, reason) = &language.phrases[index];
                found.push(Hedge { phrase, reason, paragraph });
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn phrases<'a>(hedges: &'a Hedges, paragraphs: &[&str], tag: &str) -> Vec<(&'a str, usize)> {
        hedges.find(paragraphs, tag).into_iter().map(|hedge| (hedge.phrase, hedge.paragraph)).collect()
    }

    #[test]
    fn hedges_are_found_whatever_their_case_and_punctuation() {
        let hedges = Hedges::load().unwrap();
        let text = ["OUT OF AN ABUNDANCE OF CAUTION, we write.", "Your data may  have\nbeen copied; there is no evidence of mis-use."];
        let expected = [("out of an abundance of caution", 0), ("may have been", 1), ("no evidence", 1)];
        assert_eq!(phrases(&hedges, &text, "en"), expected);
        let text = ["Nos tomamos MUY en serio su privacidad. Su información podria haber sido copiada."];
        assert_eq!(phrases(&hedges, &text, "es"), [("nos tomamos muy en serio", 0), ("podría haber sido", 0)]);
    }

    #[test]
    fn whole_words_only_and_of_the_language_only() {
        let hedges = Hedges::load().unwrap();
        for (text, tag) in [("The mayor may haven. Impossibly so. You may call.", "en"), ("may have been", "es"), ("may have been", "fr")] {
            assert_eq!(phrases(&hedges, &[text], tag), [], "{text}");
        }
    }

    #[test]
    fn every_entry_has_both_languages_and_no_phrase_stands_twice() {
        let hedges = Hedges::load().unwrap();
        assert_eq!(hedges.0.keys().collect::<Vec<_>>(), ["en", "es"]);
        let file: File = table("hedges.toml", include_str!("hedges.toml")).unwrap();
        assert!(file.hedge.iter().all(|entry| entry.phrases.len() == 2 && !entry.why.is_empty()));
        for language in hedges.0.values() {
            let words: BTreeSet<String> = language.phrases.iter().map(|(phrase, _)| words_of(phrase)).collect();
            assert_eq!(words.len(), language.phrases.len());
        }
    }
}

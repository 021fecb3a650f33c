//! How easily a letter reads: its grade, its long sentences, the abbreviations it does not explain, its hedges, and words that must not
//! show on its outside.
//!
//! Input is the plain text of paragraphs; headings, tables, addresses and signatures are left out by the caller. Grade, sentences and
//! abbreviations are made for English, hedges for every language of hedges.toml. Nothing here judges: the caller does.

mod abbreviations;
mod hedges;
mod phrases;
mod sensitive;
mod sentences;
mod syllables;
mod tokens;
mod vocabulary;

#[cfg(test)]
mod tests;

use crate::error::Result;
use hedges::Hedges;
use sentences::{Sentence, sentences};
use serde::Deserialize;
use std::ops::Range;
use vocabulary::{Vocabulary, table};

pub(crate) use abbreviations::Abbreviation;
pub(crate) use hedges::Hedge;
pub(crate) use sensitive::SensitiveWords;

/// The tables that prose is measured by, read once.
pub(crate) struct Readability {
    vocabulary: Vocabulary,
    hedges: Hedges,
    limits: Limits,
}

/// What a text measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reading {
    /// Words that count; at least 1.
    pub(crate) words: usize,
    /// Sentences with such words; at least 1.
    pub(crate) sentences: usize,
    /// Syllables of these words.
    pub(crate) syllables: usize,
    /// Flesch-Kincaid grade level: years of American school. Below 0 for very simple text.
    pub(crate) grade: f64,
}

/// A sentence that is too long, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LongSentence {
    /// Its words that count.
    pub(crate) words: usize,
    /// Index of the paragraph.
    pub(crate) paragraph: usize,
    /// Place in the paragraph from the first to the last of its words, in bytes.
    pub(crate) bytes: Range<usize>,
}

/// limits.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    long_sentence: LongSentenceLimit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongSentenceLimit {
    words: usize,
}

impl Readability {
    /// Reads the built-in tables.
    ///
    /// # Errors
    /// A bug of ours when one cannot be read.
    pub(crate) fn load() -> Result<Readability> {
        let limits = table("limits.toml", include_str!("limits.toml"))?;
        Ok(Readability { vocabulary: Vocabulary::load()?, hedges: Hedges::load()?, limits })
    }

    /// The Flesch-Kincaid grade of English paragraphs together; `None` when they hold no sentence.
    ///
    /// What is a word, a number and a sentence is told in tokens.rs and sentences.rs. Source: Kincaid, Fishburne, Rogers and Chissom 1975,
    /// Derivation of New Readability Formulas for Navy Enlisted Personnel, Naval Technical Training Command, Research Branch Report 8-75.
    pub(crate) fn measure(&self, paragraphs: &[&str]) -> Option<Reading> {
        let sentences = sentences(paragraphs, &self.vocabulary);
        let words: usize = sentences.iter().map(Sentence::words).sum();
        let syllables = sentences.iter().map(|sentence| sentence.syllables(&self.vocabulary)).sum();
        let reading = Reading { words, sentences: sentences.len(), syllables, grade: grade(words, sentences.len(), syllables) };
        (words > 0).then_some(reading)
    }

    /// The English sentences of more words than `long_sentence_words`, in their order.
    pub(crate) fn long_sentences(&self, paragraphs: &[&str]) -> Vec<LongSentence> {
        let long = |sentence: &Sentence| sentence.words() > self.long_sentence_words();
        let place = |sentence: Sentence| {
            let mut counted = sentence.tokens.iter().filter(|token| token.counts()).map(|token| &token.bytes);
            let first = counted.next()?;
            let last = counted.next_back().unwrap_or(first);
            Some(LongSentence { words: sentence.words(), paragraph: sentence.paragraph, bytes: first.start..last.end })
        };
        sentences(paragraphs, &self.vocabulary).into_iter().filter(long).filter_map(place).collect()
    }

    /// The most words of a sentence that is not long.
    pub(crate) fn long_sentence_words(&self) -> usize {
        self.limits.long_sentence.words
    }

    /// Abbreviations of two to six capitals that are not spelled out before or at their first use, each once, where it is first used.
    ///
    /// Those that everybody knows (abbreviations.toml), states in addresses, and those that are part of one of `names`, such as the
    /// provider's, need no definition.
    pub(crate) fn undefined_abbreviations(&self, paragraphs: &[&str], names: &[&str]) -> Vec<Abbreviation> {
        abbreviations::undefined(paragraphs, names, &self.vocabulary)
    }

    /// The hedges of paragraphs in a language (BCP 47 tag), in their order; none for a language without a list.
    pub(crate) fn hedges(&self, paragraphs: &[&str], language_tag: &str) -> Vec<Hedge<'_>> {
        self.hedges.find(paragraphs, language_tag)
    }
}

/// Flesch-Kincaid grade level.
#[expect(clippy::cast_precision_loss, reason = "no letter has 2^52 words")]
fn grade(words: usize, sentences: usize, syllables: usize) -> f64 {
    let (words, sentences, syllables) = (words as f64, sentences as f64, syllables as f64);
    0.39 * words / sentences + 11.8 * syllables / words - 15.59
}

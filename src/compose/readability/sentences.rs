//! Paragraphs as sentences.
//!
//! A period, question or exclamation mark ends a sentence, but not the period of an abbreviation or an initial (sentences.toml tells
//! which), nor one inside a number or an address; a paragraph ends the sentence it stands in. Text without an end mark, as in a list,
//! is a sentence only if it is a clause: if it holds one of the common verbs and subjects of sentences.toml, begins with a command, or is
//! long. Other text
//! without an end mark is a label, such as `Date of birth`: it counts as nothing. After `!`, `?` and `…` a sentence goes on where a small
//! letter follows.

use super::phrases::folded;
use super::tokens::{Kind, Token, tokens};
use super::vocabulary::Vocabulary;

/// A sentence of a paragraph, with one counted word at least.
pub(super) struct Sentence<'a> {
    /// Index of the paragraph.
    pub(super) paragraph: usize,
    /// Everything in it.
    pub(super) tokens: Vec<Token<'a>>,
}

impl Sentence<'_> {
    /// Words that count.
    pub(super) fn words(&self) -> usize {
        self.tokens.iter().filter(|token| token.counts()).count()
    }

    /// Syllables of these words.
    pub(super) fn syllables(&self, vocabulary: &Vocabulary) -> usize {
        self.tokens.iter().map(|token| token.syllables(vocabulary)).sum()
    }
}

/// The sentences of all paragraphs in their order.
pub(super) fn sentences<'a>(paragraphs: &[&'a str], vocabulary: &Vocabulary) -> Vec<Sentence<'a>> {
    let mut sentences = Vec::new();
    for (paragraph, text) in paragraphs.iter().enumerate() {
        let all = without_label(tokens(text, vocabulary));
        let mut current = Vec::new();
        for (place, token) in all.iter().enumerate() {
            current.push(token.clone());
            let ends = ends_sentence(token, all.get(place + 1), vocabulary);
            if ends || place + 1 == all.len() {
                let sentence = Sentence { paragraph, tokens: std::mem::take(&mut current) };
                if sentence.words() > 0 && (ends || is_clause(&sentence, vocabulary)) {
                    sentences.push(sentence);
                }
            }
        }
    }
    sentences
}

/// Without the number or letter of a list's item: `1.`, `a)`.
fn without_label(mut tokens: Vec<Token>) -> Vec<Token> {
    let is_label = |token: &Token| {
        let letter = token.text.len() == 1 && token.text.starts_with(char::is_lowercase);
        let short = letter || token.kind == Kind::Number && token.text.len() < 3;
        short && matches!(token.behind, "." | ")" | ".)")
    };
    if tokens.len() > 1 && is_label(&tokens[0]) {
        tokens.remove(0);
    }
    tokens
}

/// Whether a sentence ends with a token; `next` is absent at the end of the paragraph.
fn ends_sentence(token: &Token, next: Option<&Token>, vocabulary: &Vocabulary) -> bool {
    let marks = token.behind;
    let Some(place) = marks.rfind(['.', '!', '?', '\u{2026}']) else { return false };
    let Some(next) = next else { return true };
    let small = next.text.starts_with(char::is_lowercase) && next.counts();
    if marks[place..].contains([',', ';', ':']) || marks.contains(['!', '?', '\u{2026}']) || marks.contains("..") {
        return !small && !marks[place..].contains([',', ';', ':']);
    }
    let words = &vocabulary.sentences;
    let word = token.text.to_lowercase();
    let initial = token.kind == Kind::Word && token.text.chars().count() == 1;
    let starts = || next.text.starts_with(char::is_uppercase) && words.starters.contains(&next.text.to_lowercase());
    if words.within.contains(&word) {
        false
    } else if words.before_number.contains(&word) {
        !next.text.starts_with(|letter: char| letter.is_ascii_digit())
    } else if words.may_end.contains(&word) || initial {
        starts()
    } else {
        true
    }
}

fn is_clause(sentence: &Sentence, vocabulary: &Vocabulary) -> bool {
    let words = &vocabulary.sentences;
    let said: Vec<String> = sentence.tokens.iter().filter(|token| token.kind == Kind::Word).map(|token| folded(token.text)).collect();
    let command = |pair: &[String]| words.commands.contains(&pair[0]) && words.after_commands.contains(&pair[1]);
    let says = said.iter().any(|word| words.clause_words.contains(word)) || said.get(..2).is_some_and(command);
    says || sentence.words() >= words.clause_length
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of each sentence.
    fn counts(paragraphs: &[&str]) -> Vec<usize> {
        sentences(paragraphs, &Vocabulary::load().unwrap()).iter().map(Sentence::words).collect()
    }

    #[test]
    fn sentences_end_at_end_marks_and_nowhere_else() {
        for (text, expected) in [
            ("We are sorry. You can call us!", &[3, 4][..]),
            ("Call Dr. Smith of Meridian, Inc. about it.", &[8]),
            ("It was kept by Meridian, Inc. We did not know.", &[6, 4]),
            ("Meridian Records, Inc., discovered it.", &[5]),
            ("Open from 8 a.m. to 8 p.m. Central Time.", &[9]),
            ("Open from 8 a.m. to 8 p.m. You can call.", &[7, 3]),
            ("We write to Ana M. Rivera today.", &[7]),
            ("Write to P.O. Box 160 in the U.S. today.", &[9]),
            ("See No. 5 of it. Is it? No. We know.", &[5, 2, 1, 2]),
            ("It cost 3.5 million. On 8/31/2025 it ended.", &[4, 4]),
            ("Go to www.x.example. Call 1-833-555-0142. Then wait.", &[2, 1, 2]),
            ("“Is it true?” she asked. (It is.) Yes.", &[5, 2, 1]),
            ("Wait… and see. Well... we know. Well... We know.", &[3, 3, 1, 2]),
            ("1-833-555-0142. www.x.example.", &[]),
        ] {
            assert_eq!(counts(&[text]), expected, "{text}");
        }
    }

    #[test]
    fn text_without_an_end_mark_is_a_sentence_only_if_it_is_a_clause() {
        for (text, expected) in [
            ("Date of birth", &[][..]),
            ("Dear Ana M. Rivera:", &[]),
            ("April 21, 2025", &[]),
            ("Place a fraud alert", &[4]),
            ("1. Call the bank", &[3]),
            ("2. Date of birth", &[]),
            ("Place of birth", &[]),
            ("Contact information", &[]),
            ("May 5, 2025", &[]),
            ("a) Call us", &[2]),
            ("- The following was involved:", &[4]),
            ("Names and addresses of patients of the hospital and its clinics between 2001 and 2010", &[15]),
            ("We know this. Date of birth", &[3]),
            ("", &[]),
        ] {
            assert_eq!(counts(&[text]), expected, "{text}");
        }
    }

    #[test]
    fn a_paragraph_ends_its_sentence() {
        assert_eq!(counts(&["You can call", "We can help"]), [3, 3]);
    }
}

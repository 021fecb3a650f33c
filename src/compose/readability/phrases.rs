//! Looking for phrases in a text, all at once: blind to case, accents and punctuation, whole words only.

use crate::error::{Error, Result};
use aho_corasick::{AhoCorasick, Input, MatchKind};
use std::ops::Range;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Phrases that are looked for together, known by their place in the list.
pub(super) struct Phrases(AhoCorasick);

impl Phrases {
    /// Prepares a list of phrases.
    ///
    /// # Errors
    /// A bug of ours when a phrase holds no letter or the list is too large: the lists are built in.
    pub(super) fn new<'a>(phrases: impl IntoIterator<Item = &'a str>) -> Result<Phrases> {
        let phrases: Vec<String> = phrases.into_iter().map(words_of).collect();
        if phrases.iter().any(|phrase| phrase.trim().is_empty()) {
            return Err(Error::bug("a list of phrases has one without a letter"));
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(phrases);
        automaton.map(Phrases).map_err(|error| Error::bug(format!("a list of phrases: {error}")))
    }

    /// The phrases in words that `words_of` made, from first to last, with their places there: where several begin, the longest.
    ///
    /// One search goes over the words once: it goes on where it stood, but for the blank that two neighbors share.
    pub(super) fn find<'a>(&'a self, words: &'a str) -> impl Iterator<Item = (usize, Range<usize>)> + 'a {
        let mut from = 0;
        std::iter::from_fn(move || {
            let found = self.0.find(Input::new(words).range(from..))?;
            from = found.end() - 1;
            Some((found.pattern().as_usize(), found.range()))
        })
    }
}

/// A text as small letters and digits without accents, one blank before and behind every word: `Café—H.I.V.` -> ` cafe hiv `.
///
/// Apostrophes fall away, and so do the periods of initials.
pub(super) fn words_of(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    // Where the period of an initial stood, should the next letter turn out to be no initial; and the letters since.
    let (mut period, mut letters) = (None, 0);
    for letter in text.chars() {
        fold(letter, |letter| match letter {
            '\'' => {}
            '.' if letters == 1 => (period, letters) = (Some(words.len()), 0),
            letter if letter.is_alphanumeric() => {
                letters += 1;
                if let Some(place) = period.take_if(|_| letters == 2) {
                    words.insert(place, ' ');
                }
                words.push(letter);
            }
            _ => {
                (period, letters) = (None, 0);
                if !words.ends_with(' ') {
                    words.push(' ');
                }
            }
        });
    }
    if !words.ends_with(' ') {
        words.push(' ');
    }
    words
}

/// A text in small letters without accents and invisible characters; apostrophes are plain.
pub(super) fn folded(text: &str) -> String {
    let mut letters = String::with_capacity(text.len());
    text.chars().for_each(|letter| fold(letter, |letter| letters.push(letter)));
    letters
}

/// Hands on a character as small letters without accents.
fn fold(letter: char, mut take: impl FnMut(char)) {
    match letter {
        letter if letter.is_ascii() => take(letter.to_ascii_lowercase()),
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => take('\''),
        // Soft hyphens, zero-width characters and directions would tear a word apart that is read as one.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
        letter => decompose_compatible(letter, |part| {
            if !is_combining_mark(part) {
                part.to_lowercase().for_each(&mut take);
            }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_stand_between_single_blanks() {
        for (text, words) in [
            ("Café—H.I.V.", " cafe hiv "),
            ("  Substance-Use,\u{a0}disorder ", " substance use disorder "),
            ("We\u{2019}ve  don't", " weve dont "),
            ("A.Smith and J.R.Smith", " a smith and jr smith "),
            ("re\u{ad}hab \u{ff28}\u{ff29}\u{ff36}", " rehab hiv "),
            ("", " "),
            ("--", " "),
        ] {
            assert_eq!(words_of(text), words, "{text}");
        }
    }

    #[test]
    fn neighbors_are_both_found_and_the_longest_of_several() {
        let phrases = Phrases::new(["may", "may have been", "no evidence"]).unwrap();
        let found: Vec<usize> = phrases.find(&words_of("It may, may have been; no evidence. Mayor")).map(|(index, _)| index).collect();
        assert_eq!(found, [0, 1, 2]);
    }

    #[test]
    fn a_phrase_without_letters_is_refused() {
        assert!(Phrases::new(["hiv", "-"]).is_err());
    }

    /// Twice the text is twice the work: matches overlap in one blank at most, so no stretch is gone over again and again.
    #[test]
    fn a_search_goes_over_the_text_once() {
        let phrases = Phrases::new(["a", "a a", "a a a b", "b a"]).unwrap();
        let work = |times: usize| {
            let words = words_of(&"a a a a b ".repeat(times));
            let spans: Vec<Range<usize>> = phrases.find(&words).map(|(_, span)| span).collect();
            assert!(spans.windows(2).all(|pair| pair[0].end - 1 <= pair[1].start));
            assert!(spans.iter().map(Range::len).sum::<usize>() <= words.len() + spans.len());
            spans.len()
        };
        assert_eq!((work(2_000), work(4_000)), (2 * work(1_000), 4 * work(1_000)));
    }

    proptest! {
        #[test]
        fn words_of_words_are_the_same(text in "\\PC{0,60}") {
            let words = words_of(&text);
            prop_assert_eq!(words_of(&words), words.clone());
            prop_assert!(words.starts_with(' ') && words.ends_with(' ') && !words.contains("  "));
        }
    }
}

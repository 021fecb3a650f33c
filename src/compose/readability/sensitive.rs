//! Words that must not be read on the outside of a letter.

use super::phrases::{Phrases, words_of};
use super::vocabulary::table;
use crate::error::Result;
use serde::Deserialize;
use std::sync::Arc;

/// The words of `sensitive_words.toml`, prepared once for many short texts.
///
/// The list is of what is read in an address or a sender's name. Do not hand it a person's name by itself: `Rehab` is one.
pub(crate) struct SensitiveWords {
    automaton: Phrases,
    /// Words as listed, with what they reveal; phrases of the automaton beyond these are harmless.
    words: Vec<(String, Arc<str>)>,
}

/// A word of the list: never the text that it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SensitiveWord<'a> {
    /// As the list has it.
    pub(crate) word: &'a str,
    /// What it would tell of the person: `mental health care`.
    pub(crate) reveals: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    group: Vec<Group>,
    harmless: Harmless,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    reveals: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Harmless {
    phrases: Vec<String>,
}

impl SensitiveWords {
    /// Reads the built-in list.
    ///
    /// # Errors
    /// A bug of ours when it cannot be read.
    pub(crate) fn load() -> Result<SensitiveWords> {
        let file: File = table("sensitive_words.toml", include_str!("sensitive_words.toml"))?;
        let mut words = Vec::new();
        for group in file.group {
            let reveals: Arc<str> = group.reveals.into();
            words.extend(group.words.into_iter().map(|word| (word, Arc::clone(&reveals))));
        }
        let automaton = Phrases::new(words.iter().map(|(word, _)| word).chain(&file.harmless.phrases).map(String::as_str))?;
        Ok(SensitiveWords { automaton, words })
    }

    /// The first such word of a text; `None` when there is none.
    ///
    /// Blind to case, accents and punctuation; time grows with the length of the text alone.
    pub(crate) fn find(&self, text: &str) -> Option<SensitiveWord<'_>> {
        let words = words_of(text);
        let (word, reveals) = self.automaton.find(&words).find_map(|(index, _)| self.words.get(index))?;
        Some(SensitiveWord { word, reveals })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    static SENSITIVE: LazyLock<SensitiveWords> = LazyLock::new(|| SensitiveWords::load().unwrap());

    #[test]
    fn what_reveals_an_illness_is_found_however_it_is_written() {
        let sensitive = &*SENSITIVE;
        for (text, word) in [
            ("Center for Addiction Medicine", "addiction"),
            ("LAKESIDE BEHAVIORAL-HEALTH, LLC", "behavioral health"),
            ("c/o H.I.V. Services", "HIV"),
            ("Hiv/Aids Unit", "HIV/AIDS"),
            ("Smith's Detox; Suite 4", "detox"),
            ("Lakeside\u{a0}Substance\n Use Program", "substance use"),
            ("Clínica de Psiquiatria", "psiquiatría"),
            ("Centro de Oncología", "oncología"),
            ("Re\u{ad}hab Center", "rehab"),
            ("Women’s Shelter", "women's shelter"),
            ("Cancer Center and HIV clinic", "cancer"),
            ("Hearing Aids and HIV", "HIV"),
        ] {
            assert_eq!(sensitive.find(text).map(|found| found.word), Some(word), "{text}");
        }
    }

    #[test]
    fn what_reveals_nothing_is_not() {
        let sensitive = &*SENSITIVE;
        for text in [
            "",
            "12 Hope Street",
            "Lakeside Rehabilitation Hospital",
            "Hearing Aids Plus",
            "Shiva Oncor, 5 Canceria Drive",
            "Recovery Road",
            "Lakeside Community Hospital",
            "Stdoil Bldg; Stille Hivell",
            "Ryan White, 5 Sober Lane, Georgetown Prep",
            "Dr. A. I. Dsouza",
            "Return Mail Processing",
        ] {
            assert_eq!(sensitive.find(text), None, "{text}");
        }
    }

    #[test]
    fn a_word_says_what_it_reveals() {
        assert_eq!(SENSITIVE.find("12 Psychiatry Way").map(|found| found.reveals), Some("mental health care"));
    }

    #[test]
    fn no_word_stands_twice() {
        let sensitive = &*SENSITIVE;
        let words: BTreeSet<String> = sensitive.words.iter().map(|(word, _)| words_of(word)).collect();
        assert_eq!(words.len(), sensitive.words.len());
    }

    proptest! {
        #[test]
        fn every_listed_word_is_found_between_other_words(index in 0_usize..1_000, before in "[b-z]{0,4}[.,]?", upper: bool) {
            let sensitive = &*SENSITIVE;
            let (word, _) = &sensitive.words[index % sensitive.words.len()];
            let text = format!("{before} {} 12", if upper { word.to_uppercase() } else { word.to_lowercase() });
            prop_assert!(sensitive.find(&text).is_some());
            prop_assert_eq!(sensitive.find(&format!("x{}x", word.replace([' ', '/'], "x"))), None);
        }

        #[test]
        fn what_is_found_is_the_lists_own(text in "\\PC{0,80}") {
            let sensitive = &*SENSITIVE;
            prop_assert!(sensitive.find(&text).is_none_or(|found| sensitive.words.iter().any(|(word, _)| word == found.word)));
        }
    }
}

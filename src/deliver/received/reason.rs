//! Why the post could not deliver a piece.

use crate::incident::nearest::folded;
use std::sync::LazyLock;

/// What a reason means for whoever was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnEffect {
    /// Lives elsewhere, at an address that is given.
    Moved,
    /// The address is insufficient or out of date, and no other is known (45 CFR 164.404(d)(2)).
    NoAddress,
    /// The address holds; the letter was not taken.
    Refused,
    /// Has died.
    Deceased,
    /// Is away for a time.
    Away,
}

/// A reason of the post; reasons.toml lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReturnReason {
    /// Stable kebab-case name, such as `moved-left-no-address`.
    pub code: &'static str,
    /// What the post says by it, in plain words.
    pub meaning: &'static str,
    /// What it means for whoever was written to.
    pub effect: ReturnEffect,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Reasons {
    reason: Vec<Entry>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    words: Vec<String>,
    meaning: String,
    effect: ReturnEffect,
    #[cfg_attr(not(test), allow(dead_code, reason = "for whoever reads the file; a test asks for it"))]
    source: String,
}

static REASONS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let reasons: Reasons = toml::from_str(include_str!("reasons.toml")).expect("reasons.toml is built in and a test reads it");
    reasons.reason
});

impl Entry {
    fn reason(&'static self) -> ReturnReason {
        ReturnReason { code: &self.code, meaning: &self.meaning, effect: self.effect }
    }
}

impl ReturnReason {
    /// By a letter, a short or a long word of the post, whatever its case and punctuation; `None` when it is none that is known.
    pub fn read(written: &str) -> Option<ReturnReason> {
        let wanted = folded(written);
        REASONS.iter().find(|entry| entry.words.iter().any(|word| folded(word) == wanted)).map(Entry::reason)
    }

    /// By its code.
    pub fn of_code(code: &str) -> Option<ReturnReason> {
        REASONS.iter().find(|entry| entry.code == code).map(Entry::reason)
    }

    /// Every code, in the order of reasons.toml.
    pub fn codes() -> Vec<&'static str> {
        REASONS.iter().map(|entry| entry.code.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_reason_can_be_told_from_the_others_and_names_its_source() {
        let mut words = BTreeSet::new();
        for entry in REASONS.iter() {
            assert!(!entry.meaning.is_empty() && !entry.source.is_empty(), "{}", entry.code);
            assert!(entry.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", entry.code);
            for word in &entry.words {
                assert!(!folded(word).is_empty() && words.insert(folded(word)), "{word} of {}", entry.code);
            }
        }
    }

    #[test]
    fn letters_and_words_of_the_post_have_the_effect_they_should() {
        use ReturnEffect::{Away, Deceased, Moved, NoAddress, Refused};
        let table: [(ReturnEffect, &[&str]); 5] = [
            (Moved, &["moved", "Forward Time Expired"]),
            (NoAddress, &["K", "G", "C", "A", "B", "D", "E", "I", "L", "M", "N", "Q", "S", "V", "X"]),
            (Refused, &["R", "U"]),
            (Deceased, &["P"]),
            (Away, &["W"]),
        ];
        for (effect, words) in table {
            for word in words {
                assert_eq!(ReturnReason::read(word).map(|reason| reason.effect), Some(effect), "{word}");
            }
        }
        let short = [
            ("UTF", "Q"),
            ("ANK", "A"),
            ("IA", "I"),
            ("NSN", "N"),
            ("NSS", "S"),
            ("VAC", "V"),
            ("UNC", "U"),
            ("REF", "R"),
            ("DEC", "P"),
            ("NMR", "M"),
            ("TA", "W"),
            ("ILL", "L"),
            ("DIS", "E"),
            ("MLNA", "K"),
            ("BCNO", "G"),
            ("attempted - not known", "A"),
            ("Moved, left no address", "K"),
            ("temporarily away", "w"),
            ("RETURN TO SENDER / REFUSED", "R"),
        ];
        for (one, other) in short {
            assert!(ReturnReason::read(one).is_some(), "{one}");
            assert_eq!(ReturnReason::read(one), ReturnReason::read(other), "{one}");
        }
        for unknown in ["", "Z", "dog bit the carrier", "-"] {
            assert_eq!(ReturnReason::read(unknown), None, "{unknown}");
        }
    }
}

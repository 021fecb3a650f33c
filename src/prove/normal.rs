//! Text as it is compared: words of letters and digits in capitals.
//!
//! One glyph may stand for several characters (a blank and a no-break blank), so punctuation and blanks cannot be told from
//! bytes with certainty; letters and digits can. Composed and decomposed accents are one, and so are Arabic forms of a letter.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Words in capitals with one blank between them.
pub(super) fn normal(text: &str) -> String {
    if text.is_ascii() {
        return normal_ascii(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut gap = false;
    let push = |letter: char| {
        if letter.is_alphanumeric() || is_combining_mark(letter) {
            if std::mem::take(&mut gap) && !out.is_empty() {
                out.push(' ');
            }
            out.push(letter);
        } else {
            gap = true;
        }
    };
    if text.chars().all(is_composed) {
        text.chars().flat_map(char::to_uppercase).for_each(push);
    } else {
        text.nfkc().flat_map(char::to_uppercase).for_each(push);
    }
    out
}

fn normal_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out.make_ascii_uppercase();
    out
}

/// Whether a character stays the letter that it is when a text is composed, or is no letter before and after: ASCII, the
/// letters of Latin-1, no-break blanks, dashes, quotes and bullets. A text of only these need not be composed.
fn is_composed(letter: char) -> bool {
    matches!(letter, '\0'..='\x7F' | '\u{A0}' | '\u{C0}'..='\u{FF}' | '\u{2010}'..='\u{2016}' | '\u{2018}'..='\u{2022}')
}

/// Whether a text has letters that are set from right to left, whose order on paper is not that of reading.
fn runs_left(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|letter| matches!(letter, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'))
}

fn sorted(text: &str) -> Vec<char> {
    let mut letters: Vec<char> = text.chars().filter(|letter| *letter != ' ').collect();
    letters.sort_unstable();
    letters
}

/// A text to be found.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    text: String,
    first: Option<u8>,
    runs_left: bool,
}

impl Wanted {
    pub(super) fn new(text: &str) -> Wanted {
        let text = normal(text);
        // Only plain letters can be told by their first byte.
        let first = text.bytes().next().filter(u8::is_ascii);
        Wanted { first, runs_left: runs_left(&text), text }
    }

    /// Whether a text may begin with it: a quick look before the long one.
    #[inline]
    pub(super) fn may_begin(&self, text: &str) -> bool {
        let Some(first) = self.first.filter(|_| !self.runs_left) else { return true };
        let letter = text.bytes().find(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        letter.is_none_or(|letter| !letter.is_ascii() || letter.to_ascii_uppercase() == first)
    }

    /// Whether a text in normal form is it; order does not count where it runs to the left.
    pub(super) fn is(&self, normal: &str) -> bool {
        self.text == normal || self.runs_left && sorted(&self.text) == sorted(normal)
    }

    /// Whether a text in normal form may go on to be it.
    pub(super) fn may_become(&self, normal: &str) -> bool {
        normal.len() <= self.text.len() && (self.runs_left || self.text.starts_with(normal))
    }

    /// Whether a text in normal form begins with it, up to the end of a word.
    pub(super) fn begins(&self, normal: &str) -> bool {
        normal.strip_prefix(self.text.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// Whether its words stand one after the other in a text in normal form; words that run to the left, anywhere.
    pub(super) fn is_within(&self, normal: &str) -> bool {
        if self.runs_left {
            let words: Vec<Vec<char>> = normal.split(' ').map(sorted).collect();
            return self.text.split(' ').all(|word| words.contains(&sorted(word)));
        }
        normal.match_indices(self.text.as_str()).any(|(start, _)| {
            let before = normal[..start].chars().next_back();
            (before.is_none() || before == Some(' ')) && self.begins(&normal[start..])
        })
    }

    /// Where its words stand one after the other in a text in normal form; nowhere, where they run to the left.
    pub(super) fn places_in<'t>(&'t self, normal: &'t str) -> impl Iterator<Item = (usize, usize)> + 't {
        let found = normal.match_indices(self.text.as_str()).filter(|_| !self.runs_left && !self.text.is_empty());
        let places = found.map(|(start, found)| (start, start + found.len()));
        places.filter(|(start, end)| {
            (*start == 0 || normal[..*start].ends_with(' ')) && (normal[*end..].is_empty() || normal[*end..].starts_with(' '))
        })
    }

    /// Whether its words hold those of another.
    pub(super) fn holds(&self, other: &Wanted) -> bool {
        self.text == other.text || other.places_in(&self.text).next().is_some()
    }

    /// Whether a text in normal form ends with it, from the beginning of a word.
    pub(super) fn ends(&self, normal: &str) -> bool {
        normal.strip_suffix(self.text.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
    }

    /// What follows it at the start of a text in normal form.
    pub(super) fn skip<'t>(&self, normal: &'t str) -> Option<&'t str> {
        if self.text.is_empty() { Some(normal) } else { normal.strip_prefix(self.text.as_str())?.strip_prefix(' ') }
    }

    /// What precedes it at the end of a text in normal form.
    pub(super) fn skip_back<'t>(&self, normal: &'t str) -> Option<&'t str> {
        if self.text.is_empty() { Some(normal) } else { normal.strip_suffix(self.text.as_str())?.strip_suffix(' ') }
    }

    /// Whether it begins with another and goes on.
    pub(super) fn goes_beyond(&self, other: &Wanted) -> bool {
        self.text.len() > other.text.len() && (self.runs_left || self.text.starts_with(&other.text))
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_and_nothing_else() {
        assert_eq!(normal("  José  O'Brien-Smith, 2nd "), normal("Jose\u{301}\u{A0}o\u{2019}brien\u{2010}smith 2ND"));
        assert_ne!(normal("1 23rd St"), normal("12 3rd St"));
        assert_ne!(normal("José"), normal("Jose"));
        for text in
            ["\u{2022} A\u{A0}b \u{2014} \u{201C}\u{DF}\u{201D} \u{FF}", "S\u{ED}ntoma: \u{F1}and\u{FA}", "a-b\u{2011}c", "\u{D7}\u{F7}"]
        {
            assert!(text.chars().all(is_composed));
            assert_eq!(normal(text), normal(&format!("{text}\u{FB01}")).trim_end_matches("FI").trim_end());
        }
        for byte in 0..128_u8 {
            let text = format!("a{}b", char::from(byte));
            assert_eq!(normal(&text), normal(&format!("{text} \u{FB01}")).trim_end_matches(" FI"));
        }
        assert!(Wanted::new("Ada Roe").is_within("DEAR ADA ROE AND"));
        assert!(!Wanted::new("Ada Roe").is_within("DEAR ADA ROEBUCK"));
        assert!(!Wanted::new("Ada Roe").is_within("NEVADA ROE"));
        assert!(Wanted::new("ליאת").is(&normal("תאיל")));
        assert!(!Wanted::new("ליאת").is(&normal("דוד")));
    }
}

//! A paragraph as tokens: which of its strings count as words, and which are numbers, addresses or codes.
//!
//! - A word is a string between blanks, dashes or slashes. One with hyphens or apostrophes is one word (`sign-in`, `don't`), `&` too.
//! - A number is one word of one syllable (`24`, `$1,200.50`, `8/31/2025`, `2nd`), whatever its digits: read aloud, a year would weigh
//!   as much as `responsibility`, and no reader stumbles over it. `24-month` has the syllables of `month` besides.
//! - Telephone numbers, web and mail addresses, ZIP codes (five digits without a comma, or more) and codes of letters and digits count
//!   as nothing: they are looked up or typed, not read.

use super::vocabulary::Vocabulary;
use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word of letters.
    Word,
    /// A word in capitals that is read letter by letter or has to be known: `FTC`.
    Abbreviation,
    /// Digits, with or without a word behind a hyphen.
    Number,
    /// Counts as nothing.
    Nothing,
}

/// A string between blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Without the punctuation around it; may be empty.
    pub(super) text: &'a str,
    /// Place in the paragraph of the text without punctuation, in bytes.
    pub(super) bytes: Range<usize>,
    /// The punctuation behind it.
    pub(super) behind: &'a str,
    /// What it is.
    pub(super) kind: Kind,
}

/// The fewest words in capitals in a row that are shouted, not abbreviated: `DO NOT CALL`.
const SHOUTED: usize = 3;

impl Token<'_> {
    /// Whether it counts as a word.
    pub(super) fn counts(&self) -> bool {
        self.kind != Kind::Nothing
    }

    /// Its syllables; none when it counts as nothing.
    pub(super) fn syllables(&self, vocabulary: &Vocabulary) -> usize {
        let parts = || self.text.split(['-', '\u{2010}', '\u{2011}']).filter(|part| part.contains(char::is_alphabetic));
        match self.kind {
            // `a.m`, `U.S`: letter by letter.
            Kind::Word if self.text.contains('.') => self.text.chars().filter(|letter| letter.is_alphabetic()).count(),
            Kind::Word => parts().map(|part| vocabulary.syllables.count(part)).sum::<usize>().max(1),
            Kind::Abbreviation => parts().map(|part| vocabulary.spelled_out(part)).sum::<usize>().max(1),
            Kind::Number => {
                1 + parts().skip_while(|part| part.starts_with(digit)).map(|part| vocabulary.syllables.count(part)).sum::<usize>()
            }
            Kind::Nothing => 0,
        }
    }
}

/// The tokens of a paragraph in their order.
pub(super) fn tokens<'a>(paragraph: &'a str, vocabulary: &Vocabulary) -> Vec<Token<'a>> {
    let mut tokens: Vec<Token> = pieces(paragraph).into_iter().map(|bytes| token(paragraph, bytes)).collect();
    drop_telephones(&mut tokens);
    mark_abbreviations(&mut tokens, vocabulary);
    tokens
}

fn token(paragraph: &str, bytes: Range<usize>) -> Token<'_> {
    let piece = &paragraph[bytes.clone()];
    let bare = |letter: char| !letter.is_alphanumeric() && letter != '&';
    let front = piece.len() - piece.trim_start_matches(bare).len();
    let text = piece.trim_matches(bare);
    let start = bytes.start + front.min(piece.len() - text.len());
    let behind = if text.is_empty() { piece } else { &piece[start - bytes.start + text.len()..] };
    Token { text, bytes: start..start + text.len(), behind, kind: kind(text) }
}

/// The strings between blanks, and the parts of those that dashes or slashes join.
fn pieces(paragraph: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut rest = 0;
    for string in paragraph.split_whitespace() {
        let start = rest + paragraph[rest..].find(string).unwrap_or(0);
        rest = start + string.len();
        let joined =
            string.contains('/') && (string.contains(digit) || is_address(string.trim_matches(|letter: char| !letter.is_alphanumeric())));
        let mut from = start;
        for (place, divider) in string.match_indices(['\u{2014}', '\u{2013}', '/']) {
            let stays = divider == "/" && joined || divider == "\u{2013}" && string.contains(digit);
            if !stays {
                pieces.push(from..start + place);
                from = start + place + divider.len();
            }
        }
        pieces.push(from..rest);
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// What a string is, but for the telephone numbers and abbreviations that only its neighbors show.
fn kind(text: &str) -> Kind {
    if text.is_empty() || is_address(text) {
        return Kind::Nothing;
    }
    if !text.contains(digit) {
        return Kind::Word;
    }
    let (number, word) = text.split_at(text.find(char::is_alphabetic).unwrap_or(text.len()));
    let ordinary = match word {
        "" => is_number(number),
        "st" | "nd" | "rd" | "th" | "s" | "am" | "pm" => is_number(number),
        _ => {
            is_number(number.trim_end_matches('-'))
                && number.ends_with('-')
                && word.chars().all(|letter| letter.is_lowercase() || letter == '-')
        }
    };
    if ordinary { Kind::Number } else { Kind::Nothing }
}

/// Whether digits are an amount, a date, a time or a range, and not the digits of a ZIP code, a telephone or an account.
fn is_number(text: &str) -> bool {
    let groups: Vec<&str> = text.split(|letter: char| !letter.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let amount = text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, ',' | '.'));
    let telephone = matches!(lengths[..], [3, 4] | [3, 3, 4] | [_, 3, 3, 4]) && !(amount && text.contains(','));
    !lengths.is_empty() && !telephone && lengths.iter().all(|length| *length <= 4)
}

/// Whether a string is a mail or web address.
fn is_address(text: &str) -> bool {
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let named = |label: &&str| !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-');
    let top = labels.last().is_some_and(|top| top.len() > 1 && top.chars().all(char::is_lowercase) && top.chars().all(char::is_alphabetic));
    text.contains('@') || text.contains("://") || labels.len() > 1 && labels.iter().all(named) && top || host == "www"
}

/// Telephone numbers written with blanks: the groups before the last one count as nothing too.
fn drop_telephones(tokens: &mut [Token]) {
    let digits = |token: &Token, length: usize| token.text.len() == length && token.text.bytes().all(|letter| letter.is_ascii_digit());
    for last in 1..tokens.len() {
        let tail = tokens[last].text;
        let joined = tail.len() == 8 && tail.split(['-', '.']).map(str::len).eq([3, 4]) && tail.contains(digit);
        let apart = last > 1 && digits(&tokens[last], 4) && digits(&tokens[last - 1], 3) && digits(&tokens[last - 2], 3);
        let area = if apart { last - 2 } else { last - 1 };
        if !(apart || joined && digits(&tokens[area], 3)) {
            continue;
        }
        let first = if area > 0 && tokens[area - 1].text == "1" { area - 1 } else { area };
        tokens[first..=last].iter_mut().for_each(|token| token.kind = Kind::Nothing);
    }
}

/// Tells abbreviations from words in capitals for stress and from shouted sentences.
fn mark_abbreviations(tokens: &mut [Token], vocabulary: &Vocabulary) {
    let capitals = |token: &Token| token.kind == Kind::Word && token.text.len() > 1 && !token.text.contains(char::is_lowercase);
    let mut from = 0;
    while from < tokens.len() {
        let row = tokens[from..].iter().take_while(|token| capitals(token) && token.behind.is_empty()).count();
        // The last word of a shouted sentence has its end mark behind it.
        let row = row + usize::from(tokens.get(from + row).is_some_and(capitals));
        for token in &mut tokens[from..from + row.max(1)] {
            if token.kind == Kind::Word && row < SHOUTED && vocabulary.abbreviation(token.text).is_some() {
                token.kind = Kind::Abbreviation;
            }
        }
        from += row.max(1);
    }
}

fn digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kinds by their first letters.
    fn kinds(text: &str) -> String {
        let vocabulary = Vocabulary::load().unwrap();
        let letter = |token: &Token| match token.kind {
            Kind::Word => 'w',
            Kind::Abbreviation => 'a',
            Kind::Number => 'n',
            Kind::Nothing => '-',
        };
        tokens(text, &vocabulary).iter().map(letter).collect()
    }

    #[test]
    fn strings_are_words_numbers_abbreviations_or_nothing() {
        for (text, expected) in [
            ("Don't sign-in, “please”!", "www"),
            ("Smith & Sons and/or others—all of them", "wwwwwwwww"),
            ("24 months, $1,200.50, 3.5% on 8/31/2025 or 2025-08-31, 2nd, 8-10, 2024–2025", "nwnnwnwnnnn"),
            ("a 24-month plan, a 10-digit code", "wnwwnw"),
            ("1-833-555-0142 or (833) 555-0142 or 1 833 555 0142 or 833.555.0142", "-w--w----w-"),
            ("1-877-ID-THEFT NLW-7Q4K-22XD COVID-19 62701 30348-5788 105788", "------"),
            ("www.equifax.com/personal https://x.example privacy@lakeside.example, identitytheft.gov.", "----"),
            ("The FTC and EHRs, FTC-approved", "wawaa"),
            ("DO NOT CALL THE FTC. It is FREE.", "wwwwwwww"),
            ("the FTC, FBI, SSA", "waaa"),
            ("- • …", "---"),
            ("U.S. a.m. Ph.D.", "www"),
        ] {
            assert_eq!(kinds(text), expected, "{text}");
        }
    }

    #[test]
    fn a_token_knows_its_place_and_what_stands_around_it() {
        let vocabulary = Vocabulary::load().unwrap();
        let text = "é (FTC), x";
        let tokens = tokens(text, &vocabulary);
        assert_eq!((tokens[1].text, tokens[1].behind, &text[tokens[1].bytes.clone()]), ("FTC", "),", "FTC"));
    }

    #[test]
    fn syllables_of_tokens() {
        let vocabulary = Vocabulary::load().unwrap();
        for (text, syllables) in [
            ("sign-in", 2),
            ("FTC", 3),
            ("HIPAA", 2),
            ("WW", 6),
            ("24-month", 2),
            ("2025", 1),
            ("62701", 0),
            ("&", 1),
            ("ID", 2),
            ("a.m.", 2),
        ] {
            assert_eq!(tokens(text, &vocabulary)[0].syllables(&vocabulary), syllables, "{text}");
        }
    }
}

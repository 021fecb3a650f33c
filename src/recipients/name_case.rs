//! Letters of names: proper case for printing, folded letters for comparing.

use super::vocabulary::{FOLD, NAMES};

/// Whether a name has capitals and no small letter, and more than initials. Cherokee and Georgian write names in one case,
/// whatever Unicode calls it.
pub(super) fn is_all_capitals(text: &str) -> bool {
    let one_case = |letter: char| matches!(letter, '\u{13A0}'..='\u{13FF}' | '\u{AB70}'..='\u{ABBF}' | '\u{10A0}'..='\u{10FF}' | '\u{1C90}'..='\u{1CBF}');
    if text.chars().any(one_case) {
        return false;
    }
    let long_word = text.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().nth(1).is_some());
    long_word && text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

/// `MARY-ANN O'BRIEN` -> `Mary-Ann O'Brien`. For names that come in capitals only.
pub(super) fn proper_case(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if NAMES.organizations.contains(bare) && ["LLC", "LLP", "PLLC", "PC", "PA"].contains(&bare) {
            word.to_owned()
        } else {
            proper_word(word)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Given names that are initials stay: `JD`, `TJ`, and two letters without a vowel.
pub(super) fn proper_given_name(text: &str) -> String {
    let vowels = ['A', 'E', 'I', 'O', 'U', 'Y'];
    let two_consonants = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) && !text.contains(vowels);
    if two_consonants || NAMES.initials.contains(text) { text.to_owned() } else { proper_case(text) }
}

fn proper_word(word: &str) -> String {
    let mut proper = String::with_capacity(word.len());
    let mut rest = word;
    while !rest.is_empty() {
        let end = rest.find(is_joint).unwrap_or(rest.len());
        let after_apostrophe = proper.ends_with(['\'', '’']);
        push_piece(&mut proper, &rest[..end], after_apostrophe);
        rest = &rest[end..];
        if let Some(joint) = rest.chars().next() {
            proper.push(joint);
            rest = &rest[joint.len_utf8()..];
        }
    }
    proper
}

fn is_joint(letter: char) -> bool {
    matches!(letter, '-' | '\'' | '’' | '.' | '(' | '"' | '/' | '‐' | '–')
}

fn push_piece(proper: &mut String, piece: &str, after_apostrophe: bool) {
    let Some(first) = piece.chars().next() else { return };
    let tail = &piece[first.len_utf8()..];
    if after_apostrophe && tail.is_empty() {
        proper.push_str(&small(piece));
        return;
    }
    proper.push(first);
    let third = tail.strip_prefix('C').and_then(|after| after.chars().next());
    match third {
        Some(letter) if first == 'M' && letter.is_alphabetic() && piece.chars().count() > 3 => {
            proper.push('c');
            proper.push(letter);
            proper.push_str(&small(&tail[1 + letter.len_utf8()..]));
        }
        _ => proper.push_str(&small(tail)),
    }
}

/// Small letters; the dotted capital I of Turkish keeps one code point.
fn small(text: &str) -> String {
    text.to_lowercase().replace("i\u{307}", "i")
}

/// Letters and digits only, small, without marks: how names are compared.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            if letter.is_ascii_alphanumeric() {
                folded.push(letter.to_ascii_lowercase());
            }
            continue;
        }
        for small in letter.to_lowercase() {
            match FOLD.get(&small) {
                Some(plain) => folded.push_str(plain),
                // The ʻokina and the letter apostrophe are typed as plain apostrophes just as often.
                None if small.is_alphanumeric() && !matches!(small, '\u{2BB}' | '\u{2BC}') => folded.push(small),
                None => {}
            }
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn capitals_become_proper_case() {
        let cases = [
            ("O'BRIEN", "O'Brien"),
            ("MCDONALD", "McDonald"),
            ("MCGEE", "McGee"),
            ("MCX", "Mcx"),
            ("MACK", "Mack"),
            ("SMITH-JONES", "Smith-Jones"),
            ("MARY ANN", "Mary Ann"),
            ("D’ANGELO", "D’Angelo"),
            ("ST. JOHN", "St. John"),
            ("J.R.", "J.R."),
            ("GUILLERMO'S", "Guillermo's"),
            ("ÉMILIE", "Émilie"),
            ("NUÑEZ", "Nuñez"),
            ("ALİ", "Ali"),
            ("王", "王"),
        ];
        for (from, to) in cases {
            assert_eq!(proper_case(from), to);
        }
        for (from, to) in [("JD", "JD"), ("TJ", "TJ"), ("AJ", "AJ"), ("TY", "Ty"), ("ED", "Ed"), ("JOHN", "John")] {
            assert_eq!(proper_given_name(from), to);
        }
    }

    #[test]
    fn only_whole_names_in_capitals_count() {
        let cases =
            [("JOHN SMITH", true), ("John Smith", false), ("JOHN Smith", false), ("J S", false), ("王小明", false), ("DeSHAWN", false)];
        for (text, expected) in cases {
            assert_eq!(is_all_capitals(text), expected, "{text}");
        }
    }

    #[test]
    fn folding_ignores_marks_and_punctuation() {
        for (left, right) in [
            ("José", "JOSE"),
            ("O'Brien", "obrien"),
            ("Müller-Weiß", "muller weiss"),
            ("Jose\u{301}", "jose"),
            ("Ka\u{2BB}ahumanu", "Ka'ahumanu"),
        ] {
            assert_eq!(fold(left), fold(right));
        }
        assert_ne!(fold("Ana"), fold("Ada"));
    }

    proptest! {
        #[test]
        fn proper_case_keeps_every_letter(text in "[A-ZÀ-ÖØ-Þ' .-]{0,24}") {
            prop_assert_eq!(fold(&proper_case(&text)), fold(&text));
        }
    }
}

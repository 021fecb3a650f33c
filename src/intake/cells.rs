//! One cell: what is taken off, what is a flag, and what was damaged before the list was written.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization as _;

/// A cell without outer blanks, with single blanks inside, without invisible characters and without a spreadsheet's guard;
/// letters with marks as one character each (Unicode NFC), so that a name is found however it was typed.
pub(super) fn clean(cell: &str) -> Cow<'_, str> {
    if is_clean(cell.as_bytes()) { Cow::Borrowed(cell) } else { Cow::Owned(cleaned(cell)) }
}

/// Whether cleaning would change nothing, as far as that is seen at a glance: printed ASCII with single blanks inside.
fn is_clean(cell: &[u8]) -> bool {
    let mut before = b' ';
    for byte in cell {
        if !matches!(byte, b' '..=b'~') || (*byte == b' ' && before == b' ') {
            return false;
        }
        before = *byte;
    }
    cell.is_empty() || before != b' ' && cell[0] != b'\''
}

fn cleaned(cell: &str) -> String {
    let mut cleaned = String::with_capacity(cell.len());
    let mut blank = false;
    for c in cell.nfc() {
        if c.is_whitespace() {
            blank = !cleaned.is_empty();
        } else if !is_invisible(c) {
            if blank {
                cleaned.push(' ');
                blank = false;
            }
            cleaned.push(c);
        }
    }
    match cleaned.strip_prefix('\'') {
        // `'=…` is how a spreadsheet is kept from reading a cell as a formula; `'t Hooft` is a name.
        Some(guarded) if guarded.starts_with(['=', '+', '-', '@']) => guarded.to_owned(),
        _ => cleaned,
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// What a flag cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    /// Y, 1, true, X.
    Yes,
    /// N, 0, false.
    No,
    /// Nothing, or a word for nothing.
    Blank,
    /// Something else.
    Other,
}

/// No word of a flag has more letters.
const FLAG: usize = 7;

/// Reads a flag, blind to case and to what is no letter or digit. It takes no memory, and most values are told by their first letters:
/// a long list has millions of them.
pub(super) fn flag(cell: &str) -> Flag {
    let (mut word, mut length) = ([0; FLAG], 0);
    for c in cell.chars().filter(|c| c.is_alphanumeric()) {
        if !c.is_ascii() || length == FLAG {
            return Flag::Other;
        }
        word[length] = c.to_ascii_lowercase() as u8;
        length += 1;
    }
    match &word[..length] {
        b"y" | b"yes" | b"1" | b"true" | b"t" | b"x" => Flag::Yes,
        b"n" | b"no" | b"0" | b"false" | b"f" => Flag::No,
        b"" | b"na" | b"none" | b"null" | b"nil" | b"unknown" | b"u" => Flag::Blank,
        _ => Flag::Other,
    }
}

/// Whether a cell says no, or nothing at all. A question mark, `unknown` and an error of a spreadsheet say something.
pub(super) fn says_nothing(cell: &str) -> bool {
    let cell = clean(cell);
    cell.is_empty()
        || flag(&cell) == Flag::No
        || ["n/a", "na", "none", "null", "nil", "-"].iter().any(|word| word.eq_ignore_ascii_case(&cell))
}

/// Whether a cell of a value column holds a value: `None`, `999-99-9999` and `000000000` are placeholders.
pub(super) fn holds_value(cell: &str) -> bool {
    match flag(cell) {
        Flag::Yes => true,
        Flag::No | Flag::Blank => false,
        Flag::Other => {
            let mut digits = cell.chars().filter(char::is_ascii_digit);
            let only_digits = cell.chars().all(|c| !c.is_alphabetic());
            let first = digits.next();
            let all_alike = first.is_some() && digits.all(|digit| Some(digit) == first);
            !(only_digits && all_alike)
        }
    }
}

/// Damage that was done before the list was written, and that nobody can undo here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// U+FFFD or a control character of the C1 range: a letter was lost.
    LostCharacter,
    /// UTF-8 that was read as Windows-1252 (`MuÃ±oz`).
    DoubleEncoded,
    /// `#REF!`, `#N/A` and the like.
    SpreadsheetError,
    /// `1.23E+11`: a long number of which the end is lost.
    ShortenedNumber,
}

impl Damage {
    /// The damage of a raw cell, if any. Shortened numbers are looked for where `number` says that the digits matter.
    pub(super) fn of(cell: &str, number: bool) -> Option<Damage> {
        let cell = cell.trim();
        if cell.is_ascii() && !cell.starts_with('#') {
            return (number && is_shortened_number(cell)).then_some(Damage::ShortenedNumber);
        }
        if cell.chars().any(|c| c == '\u{fffd}' || ('\u{80}'..='\u{9f}').contains(&c)) {
            return Some(Damage::LostCharacter);
        }
        if is_double_encoded(cell) {
            return Some(Damage::DoubleEncoded);
        }
        if ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#DATA!"].contains(&cell) || cell.starts_with("####") {
            return Some(Damage::SpreadsheetError);
        }
        (number && is_shortened_number(cell)).then_some(Damage::ShortenedNumber)
    }

    /// Stable code for findings.
    pub(super) fn code(self) -> &'static str {
        match self {
            Damage::LostCharacter => "lost-character",
            Damage::DoubleEncoded => "double-encoded",
            Damage::SpreadsheetError => "spreadsheet-error",
            Damage::ShortenedNumber => "shortened-number",
        }
    }

    /// What is wrong, to follow `the cell`.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Damage::LostCharacter => "holds a sign for a letter that was lost",
            Damage::DoubleEncoded => "has its accents garbled: UTF-8 was read as Windows-1252 on the way",
            Damage::SpreadsheetError => "holds an error of a spreadsheet",
            Damage::ShortenedNumber => "holds a long number that a spreadsheet shortened; its last digits are lost",
        }
    }

    /// What to do.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Damage::LostCharacter | Damage::DoubleEncoded => "ask for the list again as UTF-8, or correct the row in a mended list",
            Damage::SpreadsheetError => "correct the cell in the source and save the list again",
            Damage::ShortenedNumber => "format the column as text in the source and save the list again",
        }
    }
}

/// A capital that begins a two- or three-byte sequence of UTF-8, followed by what its next byte looks like in Windows-1252.
fn is_double_encoded(cell: &str) -> bool {
    let mut before = ' ';
    for c in cell.chars() {
        let continues = matches!(
            c,
            '\u{a1}'
                ..='\u{bf}'
                    | '€'
                    | '‚'
                    | '„'
                    | '…'
                    | '†'
                    | '‡'
                    | 'ˆ'
                    | '‰'
                    | '‹'
                    | '“'
                    | '”'
                    | '•'
                    | '–'
                    | '—'
                    | '˜'
                    | '™'
                    | '›'
                    | '‘'
                    | '’'
                    | 'Š'
                    | 'Œ'
                    | 'Ž'
                    | 'š'
                    | 'œ'
                    | 'ž'
                    | 'Ÿ'
                    | 'ƒ'
        );
        if (matches!(before, 'Ã' | 'Â') && (continues || c == '\u{a0}')) || (before == 'â' && c == '€') {
            return true;
        }
        before = c;
    }
    false
}

fn is_shortened_number(cell: &str) -> bool {
    let Some((mantissa, exponent)) = cell.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.strip_prefix('+').is_some_and(digits);
    let mantissa_fits = mantissa.split_once('.').map_or_else(|| digits(mantissa), |(whole, part)| digits(whole) && digits(part));
    exponent_fits && mantissa_fits
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cells_are_cleaned() {
        for (cell, cleaned) in [
            ("  Ann \t Marie\u{a0}", "Ann Marie"),
            ("12 Main St\r\nApt 4", "12 Main St Apt 4"),
            ("\u{feff}Ann\u{200b}a\u{ad}", "Anna"),
            ("\u{202e}Ann\u{202c}", "Ann"),
            ("'=1+1", "=1+1"),
            ("'-5", "-5"),
            ("'t Hooft", "'t Hooft"),
            ("O'Brien", "O'Brien"),
            ("Zoë", "Zoë"),
            ("Zoe\u{308}", "Zoë"),
            ("\u{7}", ""),
        ] {
            assert_eq!(clean(cell), cleaned, "{cell:?}");
        }
    }

    #[test]
    fn flags_are_read_however_they_are_typed() {
        for (cell, read) in [
            ("Y", Flag::Yes),
            ("(x)", Flag::Yes),
            ("- NO -", Flag::No),
            ("N/A", Flag::Blank),
            ("*** Unknown ***", Flag::Blank),
            ("--------------", Flag::Blank),
            ("unknowns", Flag::Other),
            ("yes, by phone", Flag::Other),
            ("ÿ", Flag::Other),
        ] {
            assert_eq!(flag(cell), read, "{cell}");
        }
    }

    #[test]
    fn placeholders_are_no_values() {
        for cell in ["", "N", "none", "N/A", "999-99-9999", "000000000", "0", "-", "unknown"] {
            assert!(!holds_value(cell), "{cell}");
        }
        for cell in ["123-45-6789", "XXX-XX-6789", "Y", "x", "1", "S123", "Asthma"] {
            assert!(holds_value(cell), "{cell}");
        }
    }

    #[test]
    fn damage_is_seen() {
        for (cell, number, damage) in [
            ("Mu\u{fffd}oz", false, Some(Damage::LostCharacter)),
            ("M\u{81}ller", false, Some(Damage::LostCharacter)),
            ("MuÃ±oz", false, Some(Damage::DoubleEncoded)),
            ("MUÃ‘OZ", false, Some(Damage::DoubleEncoded)),
            ("Oâ€™Brien", false, Some(Damage::DoubleEncoded)),
            ("#N/A", false, Some(Damage::SpreadsheetError)),
            ("1.23E+11", true, Some(Damage::ShortenedNumber)),
            ("1.23E+11", false, None),
            ("1E5 Main St", true, None),
            ("Ângela São", false, None),
            ("JOÃO", false, None),
            ("Muñoz", false, None),
        ] {
            assert_eq!(Damage::of(cell, number), damage, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(cell in "\\PC{0,20}") {
            let once = clean(&cell);
            // The guard itself may guard another one.
            if !once.starts_with('\'') {
                prop_assert_eq!(clean(&once), once.clone());
            }
        }
    }
}

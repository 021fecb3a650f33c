//! Values that can never become markup: every character but letters travels through Markdown in disguise.
//!
//! A value's characters are moved into the private-use planes 15 and 16 while Tera writes it, and moved back when the
//! Markdown reader hands out text. In between they are neither punctuation nor blank to Markdown, so they hold
//! everywhere: at the start of a line, in a table cell, in a code span, in a link target.

use super::form::stands_for_value;
use std::borrow::Cow;
use std::io::Write;

/// Where the characters of the basic plane are moved to.
const BASIC: u32 = 0xF_0000;
/// Where the characters of the first supplementary plane (emoji, old scripts) are moved to.
const SUPPLEMENTARY: u32 = 0x10_0000;

/// Whether a character lies in the planes that disguises use; no font has a glyph for them.
pub(super) fn is_reserved(character: char) -> bool {
    character as u32 >= BASIC
}

/// A slot's value as it may be handed to Tera: without characters that look like disguises or stand for values.
pub(super) fn clean(value: &str) -> String {
    let ours = |character| is_reserved(character) || stands_for_value(character);
    value.chars().map(|character| if ours(character) { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

/// A value as it comes out of rendering: clean, on one line.
pub(super) fn printed(value: &str) -> Cow<'_, str> {
    if value.is_ascii() && !value.bytes().any(|byte| byte.is_ascii_control()) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(reveal_text(&disguise_text(&clean(value))))
}

/// The disguise of one character. Letters need none; a disguised character keeps its disguise.
pub(super) fn disguise(character: char) -> char {
    let code = character as u32;
    let moved = match code {
        _ if character.is_alphabetic() => code,
        0..=0xFFFF => BASIC + code,
        0x1_0000..=0x1_FFFF => SUPPLEMENTARY + (code - 0x1_0000),
        _ => code,
    };
    char::from_u32(moved).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The character behind a disguise.
fn reveal(character: char) -> char {
    let code = character as u32;
    let moved = match code {
        SUPPLEMENTARY.. => code - SUPPLEMENTARY + 0x1_0000,
        BASIC.. => code - BASIC,
        _ => code,
    };
    char::from_u32(moved).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Disguises a whole value; line breaks, tabs and the like become blanks.
pub(super) fn disguise_text(value: &str) -> String {
    value.chars().map(|character| disguise(if is_break(character) { ' ' } else { character })).collect()
}

/// The text behind disguises.
pub(super) fn reveal_text(text: &str) -> String {
    text.chars().map(reveal).collect()
}

/// Tera's escape function for letters.
pub(super) fn escape(value: &str, output: &mut dyn Write) -> std::io::Result<()> {
    if value.chars().all(char::is_alphabetic) {
        return output.write_all(value.as_bytes());
    }
    output.write_all(disguise_text(value).as_bytes())
}

/// Characters that would end a line or jump to a tab stop.
fn is_break(character: char) -> bool {
    matches!(character, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_disguise_holds_no_markup_and_comes_off_again(value in any::<String>()) {
            let value: String = clean(&value).chars().map(|character| if is_break(character) { ' ' } else { character }).collect();
            let disguised = disguise_text(&value);
            prop_assert!(disguised.chars().all(|c| c.is_alphabetic() || is_reserved(c) || c as u32 > 0x1_FFFF));
            prop_assert_eq!(reveal_text(&disguised), value);
            prop_assert_eq!(disguise_text(&disguised), disguised);
        }
    }

    #[test]
    fn line_breaks_become_blanks() {
        assert_eq!(reveal_text(&disguise_text("a\r\nb\tc\u{2028}d")), "a  b c d");
    }
}

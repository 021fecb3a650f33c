//! What is checked in every piece, because it differs from person to person. There may be a million of them.

use crate::compose::readability::SensitiveWords;
use crate::compose::{BlockKind, BodyBlock, Letter, wording::Wording};
use crate::error::Sentence;
use crate::intake::{Element, Field};
use crate::recipients::Recipient;

/// A fault of one person's letter: it holds that person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceFault {
    /// Id of the rule.
    pub code: &'static str,
    /// The column of the list that it comes from.
    pub field: Field,
    /// What is wrong, without a value.
    pub reason: Sentence,
    /// What to do.
    pub hint: &'static str,
}

/// The first fault of a letter; `identifiers` are the numbers by which the lists know the patient.
pub(in crate::compose) fn fault<'i>(
    letter: &Letter,
    recipient: &Recipient,
    identifiers: &(impl Iterator<Item = &'i str> + Clone),
    words: &SensitiveWords,
    wording: &Wording,
) -> Option<PieceFault> {
    telling_address(letter, words).or_else(|| identifier(letter, recipient, identifiers)).or_else(|| elements(letter, recipient, wording))
}

/// A word in the window that tells of an illness: the lines below the addressee's name.
fn telling_address(letter: &Letter, words: &SensitiveWords) -> Option<PieceFault> {
    let found = letter.recipient_address.iter().skip(letter.addressee_lines).find_map(|line| words.find(line))?;
    Some(PieceFault {
        code: "sensitive-word",
        field: Field::Address1,
        reason: format!("the address shows \"{}\" in the window, which tells of {}", found.word, found.reveals).into(),
        hint: "ask the patient for another address, or take the name of the institution out of it",
    })
}

/// A Social Security number, or the patient's number, among what is printed of the person.
fn identifier<'i>(letter: &Letter, recipient: &Recipient, identifiers: &(impl Iterator<Item = &'i str> + Clone)) -> Option<PieceFault> {
    let name = recipient.name.reveal();
    let parts = [&name.prefix, &name.first, &name.middle, &name.last, &name.suffix];
    let representative = recipient.representative.as_ref().map(|name| name.reveal().as_str());
    let code = recipient.activation_code.as_ref().map(|code| code.reveal().as_str());
    let known = |value: &str| identifiers.clone().any(|number| is_telling(number) && value.contains(number));
    let printed = |value: &str| holds_social_security_number(value) || known(value);
    let found = [
        (Field::LastName, parts.iter().any(|part| printed(part))),
        (Field::RepresentativeName, representative.is_some_and(printed)),
        (Field::ActivationCode, code.is_some_and(known)),
        (Field::Address1, letter.recipient_address.iter().any(|line| holds_social_security_number(line))),
    ];
    let (field, _) = found.into_iter().find(|(_, found)| *found)?;
    Some(PieceFault {
        code: "identifier-printed",
        field,
        reason: "the letter would print a number that identifies the patient".into(),
        hint: "take the number out of the column: letters name types of information, never values",
    })
}

/// A short number is a house's or a year's as well.
fn is_telling(number: &str) -> bool {
    number.len() >= 5 && number.bytes().any(|byte| byte.is_ascii_digit())
}

/// Three digits, two, four, with a dash or a blank between.
pub(super) fn holds_social_security_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let fits = |window: &[u8]| {
        window.iter().enumerate().all(|(at, byte)| if at == 3 || at == 6 { matches!(byte, b'-' | b' ') } else { byte.is_ascii_digit() })
    };
    let alone = |at: usize| {
        let digit =
            |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        !digit(at.checked_sub(1)) && !digit(Some(at + 11))
    };
    bytes.windows(11).enumerate().any(|(at, window)| fits(window) && alone(at))
}

/// The types of information listed are exactly the rows' own (45 CFR 164.404(c)(1)(B)).
fn elements(letter: &Letter, recipient: &Recipient, wording: &Wording) -> Option<PieceFault> {
    let listed = letter.blocks.iter().find_map(|block| listed_elements(block, wording))?;
    let own = recipient.elements.iter();
    listed.into_iter().ne(own).then(|| PieceFault {
        code: "hipaa-types",
        field: Field::Elements,
        reason: "the types of information that the letter lists are not those of the rows".into(),
        hint: "report this: the templates and the list do not go together",
    })
}

/// The elements that a list names, in its order; absent when it is another list.
fn listed_elements(block: &BodyBlock, wording: &Wording) -> Option<Vec<Element>> {
    let BlockKind::List { items, .. } = &block.kind else { return None };
    let element = |item: &Vec<BodyBlock>| {
        let [only] = item.as_slice() else { return None };
        let BlockKind::Paragraph(inlines) = &only.kind else { return None };
        let [inline] = inlines.as_slice() else { return None };
        Element::ALL.iter().map(|(element, _)| *element).find(|element| wording.element(*element) == inline.text)
    };
    items.iter().map(element).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn social_security_numbers_are_told_from_other_numbers() {
        for text in ["123-45-6789", "Lee 123 45 6789", "(123-45-6789)"] {
            assert!(holds_social_security_number(text), "{text}");
        }
        for text in ["1-800-555-0100", "62701-1234", "123-45-67890", "0123-45-6789", "NLW-7Q4K-22XD", "12-345-6789"] {
            assert!(!holds_social_security_number(text), "{text}");
        }
    }
}

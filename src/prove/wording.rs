//! What a proof has to know of wording and paper: plain values, filled by whoever knows templates and envelopes.

use super::normal::Wanted;
use crate::intake::Element;
use crate::recipients::Role;

/// The fixed words and places of a job's letters.
#[derive(Debug, Clone, Default)]
pub struct Wording {
    /// By BCP 47 tag.
    pub languages: Vec<(&'static str, LanguageWording)>,
    /// By provider index.
    pub providers: Vec<ProviderWording>,
    /// Everything that a window of the envelope can show of page 1.
    pub windows: Vec<Area>,
    /// Whether the return address stands on page 1, not on the envelope.
    pub has_return_address: bool,
    /// Whether an identity service is offered, so that codes are printed.
    pub has_codes: bool,
    /// Whether one letter may speak for several providers.
    pub joint: bool,
}

/// A text to be found, put once into the form in which it is compared.
#[derive(Debug, Clone)]
pub struct Phrase {
    pub(super) text: String,
    pub(super) wanted: Wanted,
}

impl<T: Into<String>> From<T> for Phrase {
    fn from(text: T) -> Phrase {
        let text = text.into();
        Phrase { wanted: Wanted::new(&text), text }
    }
}

/// A rectangle in points from the left and the lower edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x0: f32,
    /// Lower edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Upper edge.
    pub y1: f32,
}

/// How a provider is named.
#[derive(Debug, Clone)]
pub struct ProviderWording {
    /// Its legal name.
    pub name: Phrase,
    /// The return address.
    pub return_lines: Vec<Phrase>,
}

/// The fixed words of a language.
#[derive(Debug, Clone)]
pub struct LanguageWording {
    /// Title of the letter.
    pub title: Phrase,
    /// Footer, with `{page}` and `{pages}`.
    pub footer: String,
    /// The name of each type of information.
    pub elements: Vec<(Element, Phrase)>,
    /// What stands between the names of several providers.
    pub joints: Vec<Phrase>,
    /// Every role, with and without a representative who is known by name.
    pub roles: Vec<RoleWording>,
}

/// How a role is addressed; patterns have `{name}` and `{representative}`.
#[derive(Debug, Clone)]
pub struct RoleWording {
    /// The role.
    pub role: Role,
    /// Whether a representative is known by name.
    pub named: bool,
    /// First line of the body.
    pub salutation: String,
    /// Lines above the street.
    pub addressee: Vec<String>,
    /// What the template prints for this role.
    pub prints: Prints,
}

/// What a template prints, as an invented letter of it shows: templates may be a user's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prints {
    /// The title, as a paragraph of its own.
    pub title: bool,
    /// The salutation, as a paragraph of its own.
    pub salutation: bool,
    /// The patient's name without prefix.
    pub name: bool,
    /// The provider's legal name.
    pub provider: bool,
    /// No two providers side by side in a letter that speaks for one.
    pub alone: bool,
    /// The activation code.
    pub code: bool,
    /// The types of information.
    pub elements: Listing,
}

/// How a template prints the types of information.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Listing {
    /// Not at all.
    #[default]
    Absent,
    /// As a list with one item each.
    List,
    /// In running text or a table.
    Text,
}

impl Wording {
    /// The words of a language.
    pub(super) fn language(&self, tag: &str) -> Option<&LanguageWording> {
        self.languages.iter().find(|(known, _)| *known == tag).map(|(_, wording)| wording)
    }
}

impl LanguageWording {
    /// The words of a role.
    pub(super) fn role(&self, role: Role, named: bool) -> Option<&RoleWording> {
        self.roles.iter().find(|words| words.role == role && words.named == named)
    }
}

/// Fills `{name}` and `{representative}` in, in one pass, so that a value cannot bring a placeholder of its own.
pub(super) fn fill(pattern: &str, name: &str, representative: &str) -> String {
    let mut filled = String::with_capacity(pattern.len() + name.len() + representative.len());
    let mut rest = pattern;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        if let Some(after) = rest.strip_prefix("{name}") {
            filled.push_str(name);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{representative}") {
            filled.push_str(representative);
            rest = after;
        } else {
            filled.push('{');
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    filled
}

//! The fixed words that a letter must show, handed out so that a proof can look for them.

use super::Composer;
use super::wording::Wording;
use crate::incident::Language;
use crate::intake::Element;
use crate::recipients::Role;

/// The fixed words of a language.
#[derive(Debug, Clone)]
pub struct FixedWords {
    /// Title of the letter and of the document.
    pub title: String,
    /// Footer, with `{page}` and `{pages}`.
    pub footer: String,
    /// The name of each type of information, in letter order.
    pub elements: Vec<(Element, String)>,
    /// What stands between the names of several providers.
    pub joints: Vec<String>,
}

/// How one role is addressed; patterns have `{name}` for the patient and `{representative}` for who acts for the patient.
#[derive(Debug, Clone)]
pub struct RoleWords {
    /// The first line of the body.
    pub salutation: String,
    /// The lines above the street.
    pub addressee: Vec<String>,
}

impl Composer {
    /// The fixed words of a language; `None` when it has no templates.
    pub fn fixed_words(&self, language: Language) -> Option<FixedWords> {
        let wording = self.wording(language)?;
        let elements = Element::ALL.iter().map(|(element, _)| (*element, wording.element(*element).to_owned())).collect();
        let joints = wording.joints().map(str::to_owned).collect();
        Some(FixedWords { title: wording.title.clone(), footer: wording.footer.clone(), elements, joints })
    }

    /// How a role is addressed, with or without a representative who is known by name.
    pub fn role_words(&self, language: Language, role: Role, named: bool) -> Option<RoleWords> {
        let wording = self.wording(language)?;
        let representative = named.then_some("{representative}");
        let salutation = wording.salutation(role, "{name}", representative);
        Some(RoleWords { salutation, addressee: super::address::addressee(role, "{name}", representative, wording) })
    }

    fn wording(&self, language: Language) -> Option<&Wording> {
        self.editions.get(&language).map(|edition| &edition.wording)
    }
}

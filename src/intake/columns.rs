//! Our column names, and the names that others give to them.

use super::cells::{Flag, flag};
use super::decisive::OtherColumns;
use super::{Element, Field};
use crate::error::{Error, Result};
use crate::incident::nearest::{folded, nearest};
use std::collections::BTreeMap;

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Holds a value of ours.
    Value(Field),
    /// Y or N: whether an element was involved.
    Flag(Element),
    /// Values or flags: the contents tell.
    ValueOrFlag(Element),
    /// A field by its name, unless it holds nothing but flags.
    FieldOrFlag(Field, Element),
    /// Whether the patient is dead.
    Deceased(LifeForm),
}

/// How a column tells who is dead; each by words as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LifeForm {
    /// A yes is said of the dead.
    YesIsDead,
    /// A yes is said of the living.
    YesIsAlive,
    /// A 1 is said of the living, a 2 of the dead.
    Coded,
}

/// What an entry says of whether somebody lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Dead,
    Living,
    /// Nothing, or that nobody knows.
    Untold,
    /// Something that is not understood.
    Unclear,
}

/// How sure a name is; of two columns for one field the surer wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sureness {
    /// `columns = { ours = "theirs" }` says so.
    Told,
    /// Our own name.
    Own,
    /// A usual name.
    Alias,
}

/// Words around an element that make a flag column of it.
const FLAG_AFFIXES: [(&str, &str); 11] = [
    ("element", ""),
    ("", "flag"),
    ("", "yn"),
    ("", "ind"),
    ("", "indicator"),
    ("", "involved"),
    ("", "exposed"),
    ("", "affected"),
    ("", "present"),
    ("has", ""),
    ("", "impacted"),
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasFile {
    fields: BTreeMap<String, Vec<String>>,
    deceased: DeceasedFlags,
    others: OtherColumns,
    elements: BTreeMap<String, Vec<String>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DeceasedFlags {
    flags: Vec<String>,
    alive: Vec<String>,
    coded: Vec<String>,
    dead_words: Vec<String>,
    living_words: Vec<String>,
}

/// The usual names of columns, by their folded form.
pub(super) struct ColumnNames {
    own: BTreeMap<String, Field>,
    aliases: BTreeMap<String, Field>,
    deceased: DeceasedFlags,
    pub(super) others: OtherColumns,
    elements: BTreeMap<String, Element>,
}

impl ColumnNames {
    /// Loads the built-in names.
    ///
    /// # Errors
    /// A bug of ours when aliases.toml names what does not exist, or one alias twice.
    pub(super) fn load() -> Result<ColumnNames> {
        let bug = |what: String| Error::bug(format!("aliases.toml: {what}"));
        let file: AliasFile = toml::from_str(include_str!("aliases.toml")).map_err(|error| bug(error.message().to_owned()))?;
        let own: BTreeMap<String, Field> = Field::ALL.iter().map(|(field, name)| (folded(name), *field)).collect();
        let mut aliases = BTreeMap::new();
        for (name, words) in &file.fields {
            let field = Field::from_name(name).ok_or_else(|| bug(format!("no column `{name}`")))?;
            for word in words {
                if own.contains_key(&folded(word)) || aliases.insert(folded(word), field).is_some() {
                    return Err(bug(format!("`{word}` stands there twice")));
                }
            }
        }
        let mut deceased = file.deceased;
        let DeceasedFlags { flags, alive, coded, dead_words, living_words } = &mut deceased;
        for words in [flags, alive, coded, dead_words, living_words] {
            words.iter_mut().for_each(|word| *word = folded(word));
        }
        if let Some(word) = deceased.flags.iter().chain(&deceased.alive).find(|word| own.contains_key(*word) || aliases.contains_key(*word))
        {
            return Err(bug(format!("`{word}` stands there twice")));
        }
        let mut elements: BTreeMap<String, Element> = Element::ALL.iter().map(|(element, id)| (folded(id), *element)).collect();
        for (id, words) in &file.elements {
            let element = Element::from_id(id).ok_or_else(|| bug(format!("no element `{id}`")))?;
            for word in words {
                if elements.insert(folded(word), element).is_some() {
                    return Err(bug(format!("`{word}` stands there twice")));
                }
            }
        }
        Ok(ColumnNames { own, aliases, deceased, others: file.others, elements })
    }

    /// What a header means; `None` when it is not known. What stands in brackets behind a name explains it: `DOB (MM/DD/YYYY)`.
    pub(super) fn purpose(&self, header: &str) -> Option<(Purpose, Sureness)> {
        self.purpose_of(&folded(header)).or_else(|| {
            let (name, _) = header.split_once(['(', '['])?;
            self.purpose_of(&folded(name)).map(|(purpose, _)| (purpose, Sureness::Alias))
        })
    }

    fn purpose_of(&self, wanted: &str) -> Option<(Purpose, Sureness)> {
        let element = self.elements.get(wanted).copied();
        let or_flag = |field| element.map_or(Purpose::Value(field), |element| Purpose::FieldOrFlag(field, element));
        if let Some(field) = self.own.get(wanted) {
            return Some((or_flag(*field), Sureness::Own));
        }
        if let Some(field) = self.aliases.get(wanted) {
            return Some((or_flag(*field), Sureness::Alias));
        }
        let DeceasedFlags { flags, alive, coded, .. } = &self.deceased;
        for (names, form) in [(flags, LifeForm::YesIsDead), (alive, LifeForm::YesIsAlive), (coded, LifeForm::Coded)] {
            if names.iter().any(|known| known == wanted) {
                return Some((Purpose::Deceased(form), Sureness::Alias));
            }
        }
        if let Some(element) = element {
            return Some((Purpose::ValueOrFlag(element), Sureness::Alias));
        }
        FLAG_AFFIXES.iter().find_map(|(before, after)| {
            let word = wanted.strip_prefix(before)?.strip_suffix(after)?;
            let sureness = if *before == "element" { Sureness::Own } else { Sureness::Alias };
            self.elements.get(word).map(|element| (Purpose::Flag(*element), sureness))
        })
    }

    /// The element of an id or a usual word for it.
    pub(super) fn element(&self, word: &str) -> Option<Element> {
        Element::from_id(word).or_else(|| self.elements.get(&folded(word)).copied())
    }

    /// What a key of `columns = { ours = "theirs" }` means: a column of ours or `element_ID`.
    pub(super) fn ours(key: &str) -> Option<Purpose> {
        let flag = || key.strip_prefix("element_").and_then(Element::from_id).map(Purpose::ValueOrFlag);
        let deceased = || (key == Field::DECEASED_FLAG).then_some(Purpose::Deceased(LifeForm::YesIsDead));
        Field::from_name(key).map(Purpose::Value).or_else(flag).or_else(deceased)
    }

    /// The key of ours that an unknown header most resembles, by any of its names; `None` when nothing is close.
    pub(super) fn nearest_key(&self, header: &str) -> Option<String> {
        if self.others.are_meant_by(header) {
            return None;
        }
        let keys = our_keys();
        let aliases = self.aliases.keys().chain(self.elements.keys()).map(String::as_str);
        let word = nearest(header, keys.iter().map(String::as_str).chain(aliases))?;
        match self.purpose_of(&folded(word))?.0 {
            Purpose::Value(field) | Purpose::FieldOrFlag(field, _) => Some(field.name().to_owned()),
            Purpose::Flag(element) | Purpose::ValueOrFlag(element) => Some(format!("element_{}", element.id())),
            Purpose::Deceased(_) => None,
        }
    }

    /// What an entry of a column that tells who is dead says.
    pub(super) fn life(&self, cell: &str, form: LifeForm) -> Life {
        match (form, flag(cell)) {
            (_, Flag::Blank) => Life::Untold,
            (LifeForm::Coded, _) if cell == "1" => Life::Living,
            (LifeForm::Coded, _) if cell == "2" => Life::Dead,
            (LifeForm::YesIsDead, Flag::Yes) | (LifeForm::YesIsAlive, Flag::No) => Life::Dead,
            (LifeForm::YesIsDead, Flag::No) | (LifeForm::YesIsAlive, Flag::Yes) => Life::Living,
            (_, Flag::Other) if self.says_dead(cell) => Life::Dead,
            (_, Flag::Other) if self.deceased.living_words.contains(&folded(cell)) => Life::Living,
            _ => Life::Unclear,
        }
    }

    /// Whether a status is that of the dead.
    pub(super) fn says_dead(&self, status: &str) -> bool {
        !status.is_empty() && self.deceased.dead_words.contains(&folded(status))
    }

    /// Names by which a field may be known: what a likely header is compared with.
    pub(super) fn names_of(&self, field: Field) -> Vec<&str> {
        let aliases = self.aliases.iter().filter(|(_, known)| **known == field).map(|(alias, _)| alias.as_str());
        std::iter::once(field.name()).chain(aliases).collect()
    }
}

/// Every key that `columns = { ours = "theirs" }` may have.
pub(super) fn our_keys() -> Vec<String> {
    let fields = Field::ALL.iter().map(|(_, name)| (*name).to_owned());
    fields.chain(Element::ALL.iter().map(|(_, id)| format!("element_{id}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_known_however_they_are_typed() {
        let names = ColumnNames::load().unwrap();
        let table = [
            ("Record ID", Purpose::Value(Field::RecordId)),
            ("PERSON_ID", Purpose::Value(Field::PatientId)),
            ("mrn", Purpose::FieldOrFlag(Field::PatientId, Element::Mrn)),
            ("NAME_LAST", Purpose::Value(Field::LastName)),
            ("NAME_FIRST", Purpose::Value(Field::FirstName)),
            ("Patient Name", Purpose::FieldOrFlag(Field::FullName, Element::Name)),
            ("BIRTH_DT_TM", Purpose::Value(Field::BirthDate)),
            ("D.O.B.", Purpose::FieldOrFlag(Field::BirthDate, Element::BirthDate)),
            ("STREET_ADDR", Purpose::Value(Field::Address1)),
            ("Zip", Purpose::Value(Field::PostalCode)),
            ("DOB (MM/DD/YYYY)", Purpose::FieldOrFlag(Field::BirthDate, Element::BirthDate)),
            ("Last Name* [legal]", Purpose::Value(Field::LastName)),
            ("Pt. State/Province", Purpose::Value(Field::State)),
            ("SSN", Purpose::ValueOrFlag(Element::Ssn)),
            ("element_ssn", Purpose::Flag(Element::Ssn)),
            ("SSN Flag", Purpose::Flag(Element::Ssn)),
            ("DOB_YN", Purpose::Flag(Element::BirthDate)),
            ("Element Birth Date", Purpose::Flag(Element::BirthDate)),
            ("Deceased", Purpose::Deceased(LifeForm::YesIsDead)),
            ("Vital Status", Purpose::Deceased(LifeForm::YesIsDead)),
            ("PAT_LIVING_STAT_C", Purpose::Deceased(LifeForm::Coded)),
            ("Alive?", Purpose::Deceased(LifeForm::YesIsAlive)),
        ];
        for (header, purpose) in table {
            assert_eq!(names.purpose(header).map(|(purpose, _)| purpose), Some(purpose), "{header}");
        }
        assert!(names.purpose("guarantor_name").is_none());
        assert_eq!(ColumnNames::ours("element_ssn"), Some(Purpose::ValueOrFlag(Element::Ssn)));
        assert_eq!(ColumnNames::ours("element_sn"), None);
    }
}

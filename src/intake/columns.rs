//! Our column names, and the names that others give to them.

use super::cells::{Flag, flag};
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
    /// Whether the patient is dead: yes or no, or a word for it.
    DeceasedFlag {
        /// A yes says that the patient lives.
        yes_is_alive: bool,
    },
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

/// Beginnings of words in a header that speaks of mail.
const MAIL: [&str; 3] = [" mail", " letter", " postal"];

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
struct OtherColumns {
    words: Vec<String>,
    decisive: Vec<String>,
    decisive_words: Vec<String>,
    harmless: Vec<String>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct DeceasedFlags {
    flags: Vec<String>,
    alive: Vec<String>,
    dead_words: Vec<String>,
    living_words: Vec<String>,
}

/// The usual names of columns, by their folded form.
pub(super) struct ColumnNames {
    own: BTreeMap<String, Field>,
    aliases: BTreeMap<String, Field>,
    deceased: DeceasedFlags,
    others: OtherColumns,
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
        for words in [&mut deceased.flags, &mut deceased.alive, &mut deceased.dead_words, &mut deceased.living_words] {
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
        for (flags, yes_is_alive) in [(&self.deceased.flags, false), (&self.deceased.alive, true)] {
            if flags.iter().any(|known| known == wanted) {
                return Some((Purpose::DeceasedFlag { yes_is_alive }, Sureness::Alias));
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
        Field::from_name(key).map(Purpose::Value).or_else(flag)
    }

    /// The key of ours that an unknown header most resembles, by any of its names; `None` when nothing is close.
    pub(super) fn nearest_key(&self, header: &str) -> Option<String> {
        if self.is_others(header) {
            return None;
        }
        let keys = our_keys();
        let aliases = self.aliases.keys().chain(self.elements.keys()).map(String::as_str);
        let word = nearest(header, keys.iter().map(String::as_str).chain(aliases))?;
        match self.purpose_of(&folded(word))?.0 {
            Purpose::Value(field) | Purpose::FieldOrFlag(field, _) => Some(field.name().to_owned()),
            Purpose::Flag(element) | Purpose::ValueOrFlag(element) => Some(format!("element_{}", element.id())),
            Purpose::DeceasedFlag { .. } => None,
        }
    }

    /// Whether a header says that its column holds somebody else's values, or what is no longer right.
    pub(super) fn is_others(&self, header: &str) -> bool {
        let lower = header.to_lowercase();
        let mut words = lower.split(|letter: char| !letter.is_alphabetic());
        words.any(|word| self.others.words.iter().any(|known| known == word))
    }

    /// Whether a header sounds like a column that decides whether and to whom a letter goes.
    pub(super) fn is_decisive(&self, header: &str) -> bool {
        let mut words = words_of(header);
        // `Do Not Call or Mail` names two ways to reach somebody, and one of them is the letter's.
        if !MAIL.iter().any(|word| words.contains(word)) {
            for harmless in &self.others.harmless {
                words = words.replace(&format!(" {harmless}"), " /");
            }
        }
        let begins = |known: &String| words.contains(&format!(" {known}"));
        let stands = |known: &String| words.contains(&format!(" {known} "));
        self.others.decisive.iter().any(begins) || self.others.decisive_words.iter().any(stands)
    }

    /// What an entry of a column that tells who is dead says.
    pub(super) fn life(&self, cell: &str, yes_is_alive: bool) -> Life {
        match flag(cell) {
            Flag::Blank => Life::Untold,
            Flag::Yes if yes_is_alive => Life::Living,
            Flag::No if yes_is_alive => Life::Dead,
            Flag::Yes => Life::Dead,
            Flag::No => Life::Living,
            Flag::Other if self.says_dead(cell) => Life::Dead,
            Flag::Other if self.deceased.living_words.contains(&folded(cell)) => Life::Living,
            Flag::Other => Life::Unclear,
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

/// A header's words in small letters, with a blank before and behind each: `DoNotMail`, `DO_NOT_MAIL` -> ` do not mail `.
fn words_of(header: &str) -> String {
    let letters: Vec<char> = header.chars().filter(|letter| !matches!(letter, '\'' | '’')).collect();
    let mut words = String::from(" ");
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).map_or(' ', |before| letters[before]);
        let ends_capitals = before.is_uppercase() && letters.get(place + 1).is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase() && (before.is_lowercase() || ends_capitals);
        if (begins || !letter.is_alphabetic()) && !words.ends_with(' ') {
            words.push(' ');
        }
        words.extend(letter.to_lowercase().filter(|letter| letter.is_alphabetic()));
    }
    words.push(' ');
    words.replace(" e mail", " email")
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
            ("Deceased", Purpose::DeceasedFlag { yes_is_alive: false }),
            ("Vital Status", Purpose::DeceasedFlag { yes_is_alive: false }),
            ("Alive?", Purpose::DeceasedFlag { yes_is_alive: true }),
        ];
        for (header, purpose) in table {
            assert_eq!(names.purpose(header).map(|(purpose, _)| purpose), Some(purpose), "{header}");
        }
        assert!(names.purpose("guarantor_name").is_none());
        assert_eq!(ColumnNames::ours("element_ssn"), Some(Purpose::ValueOrFlag(Element::Ssn)));
        assert_eq!(ColumnNames::ours("element_sn"), None);
    }

    const DECISIVE: [&str; 14] = [
        "DNM | Suppress | Suppress Mail | Mail Hold | Stop Mail | Not To Be Mailed | No Letter | No Letters | No Letter(s)",
        "No Correspondence | Hold | Exclude | Letter Sent | Already Notified | DO_NOT_MAIL | DoNotMail | DONOTMAIL",
        "Don't contact | Don’t Mail | Opt-Out YN | Bad Addr Flag | Address Invalid | Invalid Address | Return to Sender | RTS",
        "UAA | Undeliv | Returned Mail | do.not.mail | OptOut | MailHold2",
        "Confidential Comm. | Conf Comm Address | Conf Address | Conf Flag | Alt Address | Alternate Mailing Address",
        "Mailing Address Override | Temp Address | Temporary Address | Forwarding Address | Care Of | C/O | Mail To",
        "Confidentiality Code | Privacy Flag | Break The Glass | Sealed | Pt Restrictions | Sensitivity",
        "DV | DV Flag | IPV | Domestic Violence | Restraining Order | Protective Order | ACP | Victim | Shelter",
        "Date Died | Bereavement | Estate",
        "NOK | NOKPhone | Executor | Conservator | Conservatorship | Custodian | Custodial Parent | Custody | Foster Care",
        "Ward of State | DCFS | HCPOA | Healthcare POA | POA | Power of Attorney | Legal Rep | Personal Rep | Responsible Party",
        "Guardian Phone | Emancipated | Represented By Counsel | Attorney",
        "Inmate | Homeless | Test Patient | Merged Into | Duplicate Of",
        "Do Not Call or Mail | Mail/Email Opt Out | Email Opt Out, Attorney",
    ];
    const HARMLESS: [&str; 5] = [
        "POA Indicator | Diagnosis POA | DX1_POA | Do Not Resuscitate | Email Opt Out | E-Mail Opted Out | EMAIL_OPTOUT",
        "SMS Opt Out | Fundraising Opt Out | HIE Opt Out | Do Not Call | DONOTCALL | Do Not Text | Do Not Email | DoNotEMail",
        "Minor Procedure | Minor Dx | Confidence Score | Restricted Diet | Insurance Expired | Policy Expired | Proxy ID",
        "Abuse Screening | Undeliverable Email | Diet | Ward | Unprotected | Donor status | Policy Holder | Household",
        "HouseHold ID | Co-pay | CO | Care Office | Parenteral |  | 12",
    ];

    #[test]
    fn a_name_that_sounds_decisive_is_found_however_it_is_typed() {
        let names = ColumnNames::load().unwrap();
        for header in DECISIVE.iter().flat_map(|line| line.split(" | ")) {
            assert!(names.purpose(header).is_none() && names.is_decisive(header), "{header}");
        }
        for header in HARMLESS.iter().flat_map(|line| line.split(" | ")) {
            assert!(!names.is_decisive(header), "{header}");
        }
    }
}

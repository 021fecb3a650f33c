//! Everyone in little memory: what is counted stands ready, what a letter says is packed until it is composed.

use super::packed::{self, Slot};
use super::{Disposition, PersonKey, PersonName, Recipient, Role};
use crate::error::Finding;
use crate::incident::{Language, ProviderIndex};
use crate::intake::{At, Elements, RowIndex, Texts};
use crate::privacy::Private;
use crate::rules::Jurisdiction;
use hashbrown::HashMap;
use jiff::civil::Date;

/// All recipients, in the order of their first rows.
#[derive(Debug, Clone)]
pub struct People {
    entries: Vec<Entry>,
    rows: Vec<RowIndex>,
    texts: Private<Texts>,
    /// Codes that were given when everyone was known, in the order of places: place and record.
    late_codes: Vec<(u32, At)>,
    /// Each set of providers that somebody concerns, with its place.
    concerned: Vec<Concerned>,
    places_of_concerned: HashMap<Concerned, u32>,
    /// Letter and e-mail, then one for everyone who is held or excluded.
    dispositions: Vec<Disposition>,
}

/// The provider that somebody concerns, and the others.
type Concerned = (Option<ProviderIndex>, Vec<ProviderIndex>);

/// Place of [`Disposition::Letter`] among the dispositions.
const LETTER: u32 = 0;
/// Place of [`Disposition::Email`].
const EMAIL: u32 = 1;

/// What is kept of a recipient beside packed texts. There are a million of them: a new field is weighed below.
#[derive(Debug, Clone)]
struct Entry {
    key: [u8; 16],
    texts: Private<At>,
    /// Where its rows begin; they end where those of the next begin.
    first_row: u32,
    disposition: u32,
    elements: Elements,
    birth_date: Option<Private<Date>>,
    /// Place of its providers among all sets of them.
    concerns: u32,
    residence: Option<Jurisdiction>,
    role: Role,
    language: Language,
    large_print: bool,
    unreachable: bool,
    has_address: bool,
    has_email: bool,
    has_code: bool,
}

const _: () = assert!(size_of::<Entry>() <= 56, "a recipient takes 56 bytes beside its texts");

/// What is known of a recipient without unpacking a text.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    /// The rows merged into this recipient, first row first.
    pub rows: &'a [RowIndex],
    /// Which provider it concerns; see [`Recipient::provider`].
    pub provider: Option<ProviderIndex>,
    /// The others that it concerns; see [`Recipient::also_at`].
    pub also_at: &'a [ProviderIndex],
    /// In which role.
    pub role: Role,
    /// Residence, for counts.
    pub residence: Option<Jurisdiction>,
    /// Types of information that were involved.
    pub elements: Elements,
    /// Language of the letter.
    pub language: Language,
    /// Large print asked for.
    pub large_print: bool,
    /// See [`Recipient::unreachable`].
    pub unreachable: bool,
    /// Letter, e-mail, held or excluded.
    pub disposition: &'a Disposition,
    /// Whether there is a usable postal address.
    pub(super) has_address: bool,
    /// Whether there is an address for an e-mail notice.
    pub(super) has_email: bool,
}

impl Default for People {
    fn default() -> People {
        let dispositions = vec![Disposition::Letter, Disposition::Email];
        People {
            entries: Vec::new(),
            rows: Vec::new(),
            texts: Private::default(),
            late_codes: Vec::new(),
            concerned: Vec::new(),
            places_of_concerned: HashMap::new(),
            dispositions,
        }
    }
}

impl People {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The recipient at a place below [`People::len`], unpacked.
    pub fn get(&self, place: usize) -> Recipient {
        let entry = &self.entries[place];
        let rows = self.rows_of(place);
        let (at, texts) = (*entry.texts.reveal(), self.texts.reveal());
        let text = |slot: Slot| texts.get(at, slot as usize);
        let (provider, also_at) = &self.concerned[entry.concerns as usize];
        Recipient {
            key: self.key(place),
            record: self.record(place),
            rows: rows.to_vec(),
            provider: *provider,
            also_at: also_at.clone(),
            role: entry.role,
            name: Private::new(packed::name(text)),
            representative: Some(text(Slot::Representative)).filter(|name| !name.is_empty()).map(|name| Private::new(name.to_owned())),
            address: entry.has_address.then(|| Private::new(packed::address(text))),
            residence: entry.residence,
            email: entry.has_email.then(|| Private::new(text(Slot::Email).to_owned())),
            birth_date: entry.birth_date,
            elements: entry.elements,
            language: entry.language,
            large_print: entry.large_print,
            activation_code: entry.has_code.then(|| Private::new(texts.get(self.code_at(place), Slot::Code as usize).to_owned())),
            unreachable: entry.unreachable,
            disposition: self.dispositions[entry.disposition as usize].clone(),
            changes: packed::changes(text, rows),
        }
    }

    /// Everyone, unpacked one after the other.
    pub fn iter(&self) -> impl Iterator<Item = Recipient> {
        (0..self.len()).map(|place| self.get(place))
    }

    /// What is known without unpacking, of the recipient at a place.
    pub fn outline(&self, place: usize) -> Outline<'_> {
        let entry = &self.entries[place];
        let (provider, also_at) = &self.concerned[entry.concerns as usize];
        Outline {
            rows: self.rows_of(place),
            provider: *provider,
            also_at,
            role: entry.role,
            residence: entry.residence,
            elements: entry.elements,
            language: entry.language,
            large_print: entry.large_print,
            unreachable: entry.unreachable,
            disposition: &self.dispositions[entry.disposition as usize],
            has_address: entry.has_address,
            has_email: entry.has_email,
        }
    }

    /// The outlines of everyone.
    pub fn outlines(&self) -> impl Iterator<Item = Outline<'_>> {
        (0..self.len()).map(|place| self.outline(place))
    }

    /// The ledger identity of the recipient at a place.
    pub fn key(&self, place: usize) -> PersonKey {
        PersonKey::of(&self.entries[place].key)
    }

    /// The half of a digest that the key of the recipient at a place is made of.
    pub(super) fn key_bytes(&self, place: usize) -> &[u8; 16] {
        &self.entries[place].key
    }

    /// Name and birth date of the recipient at a place.
    pub fn name_and_birth(&self, place: usize) -> (Private<PersonName>, Option<Private<Date>>) {
        let entry = &self.entries[place];
        let (at, texts) = (*entry.texts.reveal(), self.texts.reveal());
        (Private::new(packed::name(|slot| texts.get(at, slot as usize))), entry.birth_date)
    }

    /// Key of the first row of the recipient at a place, `list:record_id`.
    pub fn record(&self, place: usize) -> String {
        let at = *self.entries[place].texts.reveal();
        let texts = self.texts.reveal();
        packed::record(|slot| texts.get(at, slot as usize))
    }

    /// Keeps a recipient back.
    pub fn hold(&mut self, place: usize, finding: Finding) {
        self.dispose(place, Disposition::Held(finding));
    }

    /// Makes room for so many more recipients and rows: a list that grows while it is filled is held twice.
    pub(super) fn reserve(&mut self, recipients: usize, rows: usize) {
        self.entries.reserve_exact(recipients);
        self.rows.reserve_exact(rows);
    }

    /// Adds a recipient behind the others.
    pub(super) fn push(&mut self, recipient: &Recipient) {
        let concerns = self.place_of_concerned(recipient);
        let texts = self.texts.reveal_mut();
        let entry = Entry {
            key: recipient.key.bytes(),
            texts: Private::new(packed::pack(texts, recipient)),
            first_row: self.rows.len() as u32,
            disposition: LETTER,
            elements: recipient.elements,
            birth_date: recipient.birth_date,
            concerns,
            residence: recipient.residence,
            role: recipient.role,
            language: recipient.language,
            large_print: recipient.large_print,
            unreachable: recipient.unreachable,
            has_address: recipient.address.is_some(),
            has_email: recipient.email.is_some(),
            has_code: recipient.activation_code.is_some(),
        };
        self.entries.push(entry);
        self.rows.extend(&recipient.rows);
        let place = self.len() - 1;
        self.dispose(place, recipient.disposition.clone());
    }

    fn place_of_concerned(&mut self, recipient: &Recipient) -> u32 {
        let concerned = (recipient.provider, recipient.also_at.clone());
        if let Some(place) = self.places_of_concerned.get(&concerned) {
            return *place;
        }
        let place = self.concerned.len() as u32;
        self.concerned.push(concerned.clone());
        self.places_of_concerned.insert(concerned, place);
        place
    }

    pub(super) fn dispose(&mut self, place: usize, disposition: Disposition) {
        self.entries[place].disposition = match disposition {
            Disposition::Letter => LETTER,
            Disposition::Email => EMAIL,
            other => {
                self.dispositions.push(other);
                self.dispositions.len() as u32 - 1
            }
        };
    }

    pub(super) fn set_key(&mut self, place: usize, key: [u8; 16]) {
        self.entries[place].key = key;
    }

    /// Gives a code to somebody who has none, or another one from a pool.
    pub(super) fn give_code(&mut self, place: usize, code: &str) {
        let mut texts = [""; packed::SLOTS];
        texts[Slot::Code as usize] = code;
        let at = self.texts.reveal_mut().push(&texts);
        match self.late_codes.binary_search_by_key(&(place as u32), |(place, _)| *place) {
            Ok(late) => self.late_codes[late].1 = at,
            Err(late) => self.late_codes.insert(late, (place as u32, at)),
        }
        self.entries[place].has_code = true;
    }

    /// Places of those whose code comes from a pool, with the code.
    pub(super) fn pooled_codes(&self) -> impl Iterator<Item = (usize, &str)> {
        let late = self.late_codes.iter().filter(|(place, _)| self.entries[*place as usize].has_code);
        late.map(|(place, at)| (*place as usize, self.texts.reveal().get(*at, Slot::Code as usize)))
    }

    /// The code that somebody got from a pool.
    pub(super) fn pooled_code(&self, place: usize) -> Option<&str> {
        let late = self.late_codes.binary_search_by_key(&(place as u32), |(place, _)| *place).ok()?;
        Some(self.texts.reveal().get(self.late_codes[late].1, Slot::Code as usize))
    }

    /// The record that holds somebody's code.
    fn code_at(&self, place: usize) -> At {
        let late = self.late_codes.binary_search_by_key(&(place as u32), |(place, _)| *place);
        late.ok().map_or(*self.entries[place].texts.reveal(), |late| self.late_codes[late].1)
    }

    pub(super) fn set_unreachable(&mut self, place: usize, unreachable: bool) {
        self.entries[place].unreachable = unreachable;
    }

    pub(super) fn forget_email(&mut self, place: usize) {
        self.entries[place].has_email = false;
    }

    pub(super) fn forget_code(&mut self, place: usize) {
        self.entries[place].has_code = false;
    }

    /// The lines of an address, as they are told apart; `None` without one.
    pub(super) fn address_texts(&self, place: usize) -> Option<[&str; 6]> {
        let entry = &self.entries[place];
        let (at, texts) = (*entry.texts.reveal(), self.texts.reveal());
        entry.has_address.then(|| packed::ADDRESS.map(|slot| texts.get(at, slot as usize)))
    }

    /// Whether there is a usable postal address, and it is American.
    pub fn has_domestic_address(&self, place: usize) -> bool {
        self.address_texts(place).is_some_and(|[.., country]| country.is_empty())
    }

    /// Lets go of what is only needed to add people.
    pub(super) fn finish(&mut self) {
        self.texts.reveal_mut().finish();
        self.entries.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.dispositions.shrink_to_fit();
        self.places_of_concerned = HashMap::new();
    }

    fn rows_of(&self, place: usize) -> &[RowIndex] {
        let end = self.entries.get(place + 1).map_or(self.rows.len(), |next| next.first_row as usize);
        &self.rows[self.entries[place].first_row as usize..end]
    }
}

impl FromIterator<Recipient> for People {
    fn from_iter<I: IntoIterator<Item = Recipient>>(recipients: I) -> People {
        let mut people = People::default();
        recipients.into_iter().for_each(|recipient| people.push(&recipient));
        people.finish();
        people
    }
}

//! What makes two rows one person's: the compared form of names, birth date, and the ways to reach somebody.

use super::address_form::{Written, form};
use super::context::Context;
use super::hash::hash;
use super::name_case::fold;
use super::name_doubt::doubtful_words;
use super::names::{Generation, plain_name};
use super::vocabulary::{GIVEN_NAMES, NICKNAMES};
use crate::incident::ProviderIndex;
use crate::intake::dates::date_of_row;
use crate::intake::{Field, RowIndex};
use hashbrown::HashMap;
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// The compared form of one row.
#[derive(Clone, Copy)]
pub(super) struct Identity<'a> {
    /// Rows of one family may be one recipient's: of one provider, or of several for which one letter speaks. `None` keeps the row
    /// alone: broken, or without a provider.
    pub(super) family: Option<ProviderIndex>,
    pub(super) birth: Option<Date>,
    death: Option<Date>,
    pub(super) generation: Option<Generation>,
    /// First, middle and last name, folded.
    names: [&'a str; 3],
    /// What stands for provider and patient id; zero without one.
    patient: u32,
    /// Test patients, newborns without a name and the like: joined by nothing but an equal patient id and name.
    pub(super) doubtful: bool,
}

/// Names, suffix and dates as they are compared.
pub(super) type Profile<'a> = (&'a str, &'a str, &'a str, Option<Generation>, Option<Date>, Option<Date>);

/// How two given names go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    /// Equal, a nickname, an initial, or the other's middle name.
    Agree,
    /// One letter off.
    Slip,
    /// One is not there.
    Missing,
    Differ,
}

/// The compared forms of all rows, each name kept once.
pub(super) struct Identities {
    marks: Vec<Mark>,
    names: Vec<Box<str>>,
}

/// The compared form of one row, its names by number.
struct Mark {
    names: [u32; 3],
    birth: Option<Date>,
    death: Option<Date>,
    family: Option<ProviderIndex>,
    generation: Option<Generation>,
    patient: u32,
    doubtful: bool,
}

/// Rows that all cores read in one go.
const BATCH: usize = 16 * 1024;

impl Identities {
    /// Reads every row; those in `alone` get no family.
    pub(super) fn read(context: &Context, alone: &BTreeSet<RowIndex>) -> Identities {
        let count = context.intake.rows.len();
        let mut identities = Identities { marks: Vec::with_capacity(count), names: Vec::new() };
        let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
        for start in (0..count).step_by(BATCH) {
            let rows = start as u32..count.min(start + BATCH) as u32;
            let read: Vec<(Mark, [String; 3])> = rows.into_par_iter().map(|row| Mark::read(context, RowIndex(row), alone)).collect();
            for (mut mark, names) in read {
                mark.names = names.map(|name| match numbers.get(name.as_str()) {
                    Some(number) => *number,
                    None => {
                        let number = identities.names.len() as u32;
                        identities.names.push(name.as_str().into());
                        numbers.insert(name.into(), number);
                        number
                    }
                });
                identities.marks.push(mark);
            }
        }
        identities
    }

    pub(super) fn len(&self) -> usize {
        self.marks.len()
    }

    pub(super) fn of(&self, row: u32) -> Identity<'_> {
        let Mark { names, birth, death, family, generation, patient, doubtful } = &self.marks[row as usize];
        let names = names.map(|number| &*self.names[number as usize]);
        Identity { family: *family, birth: *birth, death: *death, generation: *generation, names, patient: *patient, doubtful: *doubtful }
    }
}

impl Mark {
    fn read(context: &Context, row: RowIndex, alone: &BTreeSet<RowIndex>) -> (Mark, [String; 3]) {
        let values = context.row(row);
        let name = plain_name(values);
        let mark = Mark {
            names: [0; 3],
            birth: date_of_row(values.get(Field::BirthDate)).ok(),
            death: date_of_row(values.get(Field::DeathDate)).ok(),
            family: if alone.contains(&row) { None } else { context.provider_of_row(row).map(|at| context.incident.family(at)) },
            generation: Generation::of(&name),
            patient: patient_mark(context, row),
            doubtful: doubtful_words(&name.full()).is_some(),
        };
        (mark, [fold(&name.first), fold(&name.middle), fold(&name.last)])
    }
}

impl<'a> Identity<'a> {
    pub(super) fn first(&self) -> &'a str {
        self.names[0]
    }

    pub(super) fn middle(&self) -> &'a str {
        self.names[1]
    }

    pub(super) fn last(&self) -> &'a str {
        self.names[2]
    }

    /// Everything that is compared: equal profiles never contradict each other.
    pub(super) fn profile(&self) -> Profile<'a> {
        (self.last(), self.first(), self.middle(), self.generation, self.birth, self.death)
    }

    pub(super) fn given(&self, other: &Identity<'_>) -> Given {
        let (one, two) = (self.first(), other.first());
        if one.is_empty() || two.is_empty() {
            return Given::Missing;
        }
        let initial = |short: &str, long: &str| short.chars().nth(1).is_none() && long.starts_with(short);
        let agree = one == two
            || initial(one, two)
            || initial(two, one)
            || are_nicknames(one, two)
            || one == other.middle()
            || two == self.middle()
            || one.len() + self.middle().len() == two.len() + other.middle().len()
                && format!("{one}{}", self.middle()) == format!("{two}{}", other.middle());
        if agree {
            return Given::Agree;
        }
        let long = one.chars().count().min(two.chars().count()) >= 4;
        let slip = long && one.chars().next() == two.chars().next() && is_slip(one, two);
        if slip { Given::Slip } else { Given::Differ }
    }

    /// What speaks against one person: two birth dates, two dates of death, or two suffixes.
    pub(super) fn contradicts(&self, other: &Identity<'_>) -> bool {
        differ(self.birth, other.birth) || differ(self.death, other.death) || differ(self.generation, other.generation)
    }

    /// Whether an equal patient id makes them one person.
    pub(super) fn joins_by_patient_id(&self, other: &Identity<'_>) -> bool {
        if self.contradicts(other) {
            return false;
        }
        let same_last = !self.last().is_empty() && self.last() == other.last();
        if self.doubtful || other.doubtful {
            return same_last && self.first() == other.first() && self.birth == other.birth;
        }
        let birth_known = self.birth.is_some() && other.birth.is_some();
        match self.given(other) {
            Given::Agree => birth_known || same_last,
            Given::Slip => same_last,
            Given::Missing => same_last && birth_known,
            Given::Differ => false,
        }
    }

    /// Whether anything speaks for one person: the patient id, the birth date, the whole name, however it is written, or the first name
    /// with a contact. A last name or an address alone is what relatives share.
    pub(super) fn shares_something_with(&self, other: &Identity<'_>, shares_contact: impl FnOnce() -> bool) -> bool {
        let same_patient = self.patient != 0 && self.patient == other.patient;
        let same_birth = self.birth.is_some() && self.birth == other.birth;
        let same_first = matches!(self.given(other), Given::Agree | Given::Slip);
        let (one, two) = (self.last(), other.last());
        let same_last = !one.is_empty() && (one == two || is_slip(one, two) || begins_with(one, two));
        same_patient || same_birth || self.has_exchanged_name_of(other) || same_first && (same_last || shares_contact())
    }

    /// Whether equal first and last names, birth date and contact make them one person.
    pub(super) fn joins_by_contact(&self, other: &Identity<'_>) -> bool {
        !self.contradicts(other) && !self.doubtful && !other.doubtful && middles_agree(self.middle(), other.middle())
    }

    /// Whether names that a nickname or one slip parts, an equal birth date and an equal contact make them one person. Two
    /// given names that are both names of their own may be those of twins.
    pub(super) fn joins_by_similar_name(&self, other: &Identity<'_>) -> bool {
        let may_be_twins = self.first() != other.first() && (self.may_be_twin_of(other) || self.is_another_patient_than(other));
        self.joins_by_contact(other) && self.nearly_has_name_of(other) && !may_be_twins
    }

    /// Whether the names are equal, or a nickname or one slip apart.
    pub(super) fn nearly_has_name_of(&self, other: &Identity<'_>) -> bool {
        let (one, two) = (self.first(), other.first());
        if one.is_empty() || two.is_empty() || self.last().is_empty() {
            return false;
        }
        // The last names first: most pairs that are asked about differ in them altogether.
        if self.last() == other.last() {
            return one == two || are_nicknames(one, two) || self.given(other) == Given::Slip;
        }
        may_be_slip(self.last(), other.last()) && (one == two || are_nicknames(one, two)) && is_slip(self.last(), other.last())
    }

    /// Whether both have an id, and not the same.
    fn is_another_patient_than(&self, other: &Identity<'_>) -> bool {
        self.patient != 0 && other.patient != 0 && self.patient != other.patient
    }

    fn has_exchanged_name_of(&self, other: &Identity<'_>) -> bool {
        self.first() == other.last() && self.last() == other.first()
    }

    fn may_be_twin_of(&self, other: &Identity<'_>) -> bool {
        // A slip makes no name of a name: where both are known, or neither is, they may be two children's.
        let is_name = |first: &str| GIVEN_NAMES.contains(first);
        is_name(self.first()) == is_name(other.first()) && !are_nicknames(self.first(), other.first())
    }

    /// Whether the names are one slip apart, exchanged, or a nickname apart: not enough to join, enough to ask.
    pub(super) fn resembles(&self, other: &Identity<'_>) -> bool {
        if self.has_exchanged_name_of(other) {
            return true;
        }
        let given = self.given(other);
        if self.last() == other.last() {
            return given != Given::Differ || is_slip(self.first(), other.first()) || begins_with(self.first(), other.first());
        }
        // A person's last name may change altogether; the first name of twins never is the same.
        let same_first = !self.first().is_empty() && self.first() == other.first();
        same_first || given == Given::Agree && (is_slip(self.last(), other.last()) || begins_with(self.last(), other.last()))
    }
}

/// Whether one of two names is the other with more behind it: `mary` and `mary ann`, `lopez` and `lopez garcia`.
fn begins_with(one: &str, two: &str) -> bool {
    one.len().min(two.len()) >= 3 && (one.starts_with(two) || two.starts_with(one))
}

/// What stands for the patient id of a row at its provider.
fn patient_mark(context: &Context, row: RowIndex) -> u32 {
    let id = context.row(row).get(Field::PatientId);
    if id.is_empty() { 0 } else { (hash(&(context.provider_of_row(row).map(|provider| provider.0), id.to_lowercase())) as u32).max(1) }
}

/// Whether one slip could part two names: a slip leaves the first or the last byte, and changes one character's length at most.
fn may_be_slip(one: &str, two: &str) -> bool {
    let (a, b) = (one.as_bytes(), two.as_bytes());
    a.len().abs_diff(b.len()) <= char::MAX.len_utf8() && (a.first() == b.first() || a.last() == b.last())
}

/// Whether two names are one letter, or one exchange of neighbors, apart: what is left between equal ends tells.
fn is_slip(one: &str, two: &str) -> bool {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let start = one.iter().zip(&two).take_while(|(one, two)| one == two).count();
    let (one, two) = (&one[start..], &two[start..]);
    let end = one.iter().rev().zip(two.iter().rev()).take_while(|(one, two)| one == two).count();
    match (&one[..one.len() - end], &two[..two.len() - end]) {
        ([], []) => false,
        ([_] | [], [_] | []) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

/// Whether both are known and not equal.
fn differ<T: PartialEq>(one: Option<T>, two: Option<T>) -> bool {
    matches!((one, two), (Some(one), Some(two)) if one != two)
}

fn middles_agree(one: &str, two: &str) -> bool {
    one.is_empty() || two.is_empty() || one == two || one.chars().next() == two.chars().next() && (one.len() == 1 || two.len() == 1)
}

fn are_nicknames(one: &str, two: &str) -> bool {
    let (Some(one), Some(two)) = (NICKNAMES.get(one), NICKNAMES.get(two)) else { return false };
    one.iter().any(|group| two.contains(group))
}

/// Whether two rows have a home address, an e-mail address or a telephone in common.
pub(super) fn shares_contact(context: &Context, one: RowIndex, other: RowIndex) -> bool {
    let keys: [fn(&Context, RowIndex) -> Option<String>; 3] = [address_key, email_key, phone_key];
    keys.into_iter().any(|key| key(context, one).is_some_and(|known| key(context, other) == Some(known)))
}

/// The home address as it is compared; `None` without a street.
pub(super) fn address_key(context: &Context, row: RowIndex) -> Option<String> {
    let values = context.row(row);
    let written = Written::home(values, row);
    if !written.has_street() {
        return None;
    }
    let address = form(&written);
    let zip: String = address.postal_code.chars().take(5).collect();
    let place = if zip.is_empty() { format!("{} {}", address.city, address.state) } else { zip };
    Some(format!("{} {}\u{1f}{place}\u{1f}{}", address.address1, address.address2, address.country).to_uppercase())
}

/// The e-mail address as it is compared.
pub(super) fn email_key(context: &Context, row: RowIndex) -> Option<String> {
    let email = context.row(row).get(Field::Email);
    email.contains('@').then(|| email.to_lowercase())
}

/// The telephone number as it is compared: ten digits that are not all the same.
pub(super) fn phone_key(context: &Context, row: RowIndex) -> Option<String> {
    let digits: String = context.row(row).get(Field::Phone).chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix('1').filter(|rest| rest.len() == 10).unwrap_or(&digits);
    let varied = digits.bytes().any(|byte| Some(byte) != digits.bytes().next());
    (digits.len() == 10 && varied).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{is_slip, may_be_slip};

    #[test]
    fn a_slip_is_one_letter_or_two_exchanged() {
        for (one, two) in [("katherine", "kathrine"), ("smith", "smyth"), ("brian", "brain"), ("lee", "leee"), ("josé", "jose")] {
            assert!(is_slip(one, two) && is_slip(two, one) && may_be_slip(one, two), "{one} {two}");
            assert_eq!(strsim::damerau_levenshtein(one, two), 1);
        }
        for (one, two) in [("lee", "lee"), ("ann", "bea"), ("smith", "smithson"), ("abc", "cba"), ("", "ab")] {
            assert!(!is_slip(one, two), "{one} {two}");
        }
    }
}

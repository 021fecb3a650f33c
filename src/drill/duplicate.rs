//! Second rows for a person who is already in the list, in the ways in which real lists repeat people.

use super::addresses;
use super::names;
use super::person::{Maker, Needs, Person};
use super::random::Random;
use jiff::civil::Date;

/// How a second row differs from the first one of its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    /// Case, spacing or punctuation.
    Form,
    /// Case, spacing or punctuation, and no `patient_id`.
    FormWithoutPatientId,
    /// The short form of the given name.
    Nickname,
    /// Another address.
    Moved,
    /// Another family name.
    Married,
    /// A slip of the keyboard in the name; patient id, birth date and address are the same.
    Slip,
    /// A slip in the name, another address, no `patient_id`: not enough is left to join it.
    SlipAndMoved,
    /// Day and month of the birth date swapped: the birth dates contradict each other, so a person has to decide.
    SwappedBirthDate,
}

impl Difference {
    /// Every difference with its share of the duplicate rows in percent. Together 45% differ in form, and 10% lack the
    /// `patient_id` for no other reason.
    pub(super) const SHARES: [(Difference, u64); 8] = [
        (Difference::Form, 35),
        (Difference::FormWithoutPatientId, 10),
        (Difference::Nickname, 15),
        (Difference::Moved, 10),
        (Difference::Married, 10),
        (Difference::Slip, 10),
        (Difference::SlipAndMoved, 5),
        (Difference::SwappedBirthDate, 5),
    ];

    /// The difference of the duplicate row that a person gets: one in 19 people, so that 5% of all rows are duplicates.
    pub(super) fn draw(random: &mut Random) -> Option<Difference> {
        let wanted = random.below(19) == 0;
        let drawn = random.weighted(&Self::SHARES.map(|(_, share)| share));
        wanted.then_some(Self::SHARES[drawn].0)
    }

    /// What a person must be like to get such a row.
    pub(super) fn needs(self) -> Needs {
        Needs {
            adult: matches!(self, Difference::Married | Difference::SwappedBirthDate),
            nickname: self == Difference::Nickname,
            street: self == Difference::FormWithoutPatientId,
        }
    }

    /// Whether a careful reader of the list would join the row with the first one of its person.
    pub(super) fn joinable(self) -> bool {
        !matches!(self, Difference::SlipAndMoved | Difference::SwappedBirthDate)
    }

    /// Makes the first row fit to be repeated in this way.
    pub(super) fn prepare(self, random: &mut Random, first: &mut Person) {
        if self == Difference::SwappedBirthDate && swapped(first.birth).is_none() {
            let month = u64::from(first.birth.month().unsigned_abs());
            let day = 1 + (month + random.between(0, 10)) % 12;
            first.birth = first.birth.with().day(day as i8).build().unwrap_or(first.birth);
        }
    }

    /// The second row of a person. It carries the same activation code, and elements of its own.
    pub(super) fn second(self, maker: &mut Maker<'_>, first: &Person) -> Person {
        let mut second = Person { elements: maker.elements(), ..first.clone() };
        match self {
            Difference::Form => form(&mut maker.random, &mut second),
            Difference::FormWithoutPatientId => {
                form(&mut maker.random, &mut second);
                second.patient_id.clear();
            }
            Difference::Nickname => second.name.given.clone_from(&first.name.nickname),
            Difference::Moved => second.home = another_home(maker, first),
            Difference::Married => second.name.family = names::married_name(&mut maker.random, maker.lists, &first.name.family),
            Difference::Slip => slip_in_name(&mut maker.random, &mut second),
            Difference::SlipAndMoved => {
                slip_in_name(&mut maker.random, &mut second);
                second.home = another_home(maker, first);
                second.patient_id.clear();
            }
            Difference::SwappedBirthDate => second.birth = swapped(first.birth).unwrap_or(first.birth),
        }
        second
    }
}

fn another_home(maker: &mut Maker<'_>, first: &Person) -> addresses::Address {
    loop {
        let (home, _) = addresses::domestic(&mut maker.random, maker.lists);
        if home != first.home {
            return home;
        }
    }
}

/// The birth date with day and month swapped; absent when that is no other date.
fn swapped(birth: Date) -> Option<Date> {
    Date::new(birth.year(), birth.day(), birth.month()).ok().filter(|other| *other != birth)
}

/// Types name and address in another form, always in one that differs.
fn form(random: &mut Random, person: &mut Person) {
    let before = [person.name.given.clone(), person.name.family.clone(), person.home.address1.clone(), person.home.postal_code.clone()];
    let change: fn(&str) -> String = match random.below(10) {
        0..4 => str::to_uppercase,
        4..6 => str::to_lowercase,
        6..8 => loose,
        _ => repunctuated,
    };
    let apply = |person: &mut Person, change: fn(&str) -> String| {
        let (name, home) = (&mut person.name, &mut person.home);
        for value in
            [&mut name.given, &mut name.middle, &mut name.family, &mut name.suffix, &mut home.address1, &mut home.address2, &mut home.city]
        {
            *value = change(value);
        }
        if person.home.country.is_empty() {
            person.home.postal_code = person.home.postal_code.replace('-', "");
        }
    };
    apply(person, change);
    let after = [&person.name.given, &person.name.family, &person.home.address1, &person.home.postal_code];
    if before.iter().eq(after) {
        apply(person, str::to_uppercase);
    }
}

/// Doubled blanks, and blanks at both ends.
fn loose(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!(" {}  ", value.replace(' ', "  ")) }
}

/// Other punctuation for the same words.
fn repunctuated(value: &str) -> String {
    let words = value.split(' ').map(|word| match word {
        "Jr." => "JR",
        "Jr" => "Jr.",
        "Sr." => "Sr",
        "St." => "St",
        "St" => "St.",
        "Ave" => "Ave.",
        "Apt" => "Apt.",
        "N" => "N.",
        "S" => "S.",
        "E" => "E.",
        "W" => "W.",
        other => other,
    });
    words.collect::<Vec<_>>().join(" ").replace('\'', "\u{2019}").replace('\u{2bb}', "'")
}

/// Puts a slip into the family name, or into a longer given name: two letters swapped, one left out or one doubled.
fn slip_in_name(random: &mut Random, person: &mut Person) {
    let name = &mut person.name;
    let (given, family) = (name.given.chars().count(), name.family.chars().count());
    let value = if given > family && given > 4 { &mut name.given } else { &mut name.family };
    *value = slip(random, value);
}

/// The value with one slip behind its first letter.
fn slip(random: &mut Random, value: &str) -> String {
    let mut letters: Vec<char> = value.chars().collect();
    let inner: Vec<usize> = (1..letters.len()).filter(|at| letters[*at].is_alphabetic()).collect();
    if inner.is_empty() {
        return format!("{value}{value}").to_lowercase();
    }
    let at = *random.pick(&inner);
    let next = at + 1;
    let swappable = next < letters.len() && letters[next].is_alphabetic() && letters[next] != letters[at];
    match random.below(3) {
        0 if swappable => letters.swap(at, next),
        1 if letters.len() > 4 => {
            letters.remove(at);
        }
        _ => letters.insert(at, letters[at]),
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn shares_add_up_to_a_hundred() {
        assert_eq!(Difference::SHARES.iter().map(|(_, share)| share).sum::<u64>(), 100);
    }

    #[test]
    fn a_slip_always_changes_the_name_and_never_its_first_letter() {
        let mut random = Random::seeded(7);
        for name in ["Lê", "Smith", "O'Brien", "De la Cruz", "Böhm", "Anna"] {
            for _ in 0..200 {
                let slipped = slip(&mut random, name);
                assert_ne!(slipped, name);
                assert_eq!(slipped.chars().next(), name.chars().next());
            }
        }
    }

    #[test]
    fn a_swapped_birth_date_is_another_date_that_exists() {
        let mut random = Random::seeded(8);
        for birth in [date(1980, 2, 29), date(1961, 5, 5), date(1955, 12, 31), date(1990, 3, 7)] {
            let mut person = Person { birth, ..Person::default() };
            Difference::SwappedBirthDate.prepare(&mut random, &mut person);
            assert!(swapped(person.birth).is_some(), "{birth} became {}", person.birth);
        }
    }

    #[test]
    fn another_form_differs_in_nothing_but_case_spacing_and_punctuation() {
        let bare = |value: &str| value.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let mut random = Random::seeded(9);
        let mut first = Person::default();
        first.name.given = "Ann".into();
        first.name.family = "O'Brien".into();
        first.home.address1 = "12 N Elm St Apt 4".into();
        for _ in 0..200 {
            let mut second = first.clone();
            form(&mut random, &mut second);
            assert_ne!((&second.name, &second.home), (&first.name, &first.home));
            assert_eq!(bare(&second.name.family), bare(&first.name.family));
            assert_eq!(bare(&second.home.address1), bare(&first.home.address1));
        }
    }
}

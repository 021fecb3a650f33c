//! Names as lists write them -> names as letters print them.

use super::hold::Fault;
use super::name_case::{fold, is_all_capitals, proper_case, proper_given_name};
use super::name_doubt::doubts;
use super::vocabulary::NAMES;
use super::{Change, PersonName};
use crate::intake::{Field, Row, RowIndex};
use crate::privacy::Private;

/// What a change of a name's form is recorded under.
pub(super) const RULE: &str = "name-form";

/// Which of several people of one name: never two of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Generation {
    Junior,
    Senior,
    Second,
    Third,
    Fourth,
}

impl Generation {
    fn from_word(word: &str) -> Option<Generation> {
        const WORDS: [(&str, Generation); 10] = [
            ("jr", Generation::Junior),
            ("junior", Generation::Junior),
            ("sr", Generation::Senior),
            ("senior", Generation::Senior),
            ("ii", Generation::Second),
            ("2nd", Generation::Second),
            ("iii", Generation::Third),
            ("3rd", Generation::Third),
            ("iv", Generation::Fourth),
            ("4th", Generation::Fourth),
        ];
        let word = word.trim_matches(['.', ',', '(', ')']);
        WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, generation)| *generation)
    }

    fn printed(self) -> &'static str {
        match self {
            Generation::Junior => "Jr.",
            Generation::Senior => "Sr.",
            Generation::Second => "II",
            Generation::Third => "III",
            Generation::Fourth => "IV",
        }
    }

    /// The generation in the suffix of a name that was read.
    pub(super) fn of(name: &PersonName) -> Option<Generation> {
        Generation::from_word(&name.suffix)
    }
}

/// A name with what was changed in it and what is wrong with it.
pub(super) struct NameReading {
    pub(super) name: PersonName,
    pub(super) changes: Vec<Change>,
    pub(super) faults: Vec<Fault>,
}

/// Reads the patient's name of a row: from its parts when it has them, else from `full_name`.
pub(super) fn read_name(index: RowIndex, row: Row<'_>) -> NameReading {
    let full = row.get(Field::FullName);
    let Source { has_parts, from_full } = Source::of(row);
    let mut faults = Vec::new();
    let name = settled(index, row, from_full, &mut faults);
    if has_parts && !full.is_empty() && !agrees(full, row) {
        faults.push(Fault::doubt(
            index,
            Field::FullName,
            "name-columns-disagree",
            "the full name is not the name in the other columns",
            "look whether a column was sorted or shifted on its own, correct the list, or release the person when both are right",
        ));
    }
    let changes = changes(index, row, &name, from_full);
    faults.extend(doubts(index, row, &name, from_full));
    NameReading { name, changes, faults }
}

/// The name alone, without what was changed in it and what is wrong with it.
pub(super) fn plain_name(row: Row<'_>) -> PersonName {
    settled(RowIndex(0), row, Source::of(row).from_full, &mut Vec::new())
}

/// Which columns a name is read from.
struct Source {
    has_parts: bool,
    from_full: bool,
}

impl Source {
    fn of(row: Row<'_>) -> Source {
        let full = row.get(Field::FullName);
        let has_parts = !row.get(Field::LastName).is_empty() && (!row.get(Field::FirstName).is_empty() || full.is_empty());
        Source { has_parts, from_full: !has_parts && !full.is_empty() }
    }
}

fn settled(index: RowIndex, row: Row<'_>, from_full: bool, faults: &mut Vec<Fault>) -> PersonName {
    let mut generations = Vec::new();
    let mut name = if from_full { parse(row.get(Field::FullName), &mut generations) } else { from_parts(row, &mut generations) };
    settle_suffix(index, optional(row, Field::Suffix), &mut name, &generations, faults);
    let prefix = optional(row, Field::Prefix);
    if !prefix.is_empty() {
        name.prefix = prefix.to_owned();
    }
    to_proper_case(&mut name);
    name
}

fn from_parts(row: Row<'_>, generations: &mut Vec<Generation>) -> PersonName {
    PersonName {
        prefix: String::new(),
        first: without_generation(row.get(Field::FirstName), false, generations),
        middle: without_generation(optional(row, Field::MiddleName), true, generations),
        last: without_generation(row.get(Field::LastName), false, generations),
        suffix: String::new(),
    }
}

/// A part that a name may lack; what a database writes for nothing is nothing.
fn optional(row: Row<'_>, field: Field) -> &str {
    let value = row.get(field);
    if !value.is_empty() && NAMES.blank.contains(&value.to_uppercase()) { "" } else { value }
}

/// `LAST, FIRST M` or a name as written, with its suffix anywhere.
fn parse(full: &str, generations: &mut Vec<Generation>) -> PersonName {
    let mut segments: Vec<String> = Vec::new();
    for segment in full.split(',').map(str::trim).filter(|segment| !segment.is_empty()) {
        let bare = without_generation(segment, true, generations);
        let credential = !segments.is_empty() && NAMES.credentials.contains(&fold(&bare));
        if !bare.is_empty() && !credential {
            segments.push(bare);
        }
    }
    let mut name = PersonName::default();
    let (last, given) = match segments.split_first() {
        Some((written, [])) => split_as_written(written, &mut name.prefix),
        Some((last, given)) => (last.clone(), given.join(" ")),
        // A name that is nothing but a suffix is kept as typed.
        None => (full.to_owned(), String::new()),
    };
    if segments.is_empty() {
        generations.clear();
    }
    let mut given = given.split(' ');
    name.first = given.next().unwrap_or_default().to_owned();
    name.middle = given.collect::<Vec<_>>().join(" ");
    name.last = last;
    name
}

/// Splits `Dr. Maria del Carmen Garcia` into family name and given names; a leading title goes to the prefix.
fn split_as_written(written: &str, prefix: &mut String) -> (String, String) {
    let mut words: Vec<&str> = written.split(' ').filter(|word| !word.is_empty()).collect();
    if words.len() > 2 && NAMES.prefixes.contains(&fold(words[0])) {
        words.remove(0).clone_into(prefix);
    }
    let mut start = words.len().saturating_sub(1);
    while start > 1 && NAMES.particles.contains(&fold(words[start - 1])) {
        start -= 1;
    }
    (words[start..].join(" "), words[..start].join(" "))
}

/// Takes `Jr` and the like out of a name; a name that is nothing else is kept unless it may be empty.
fn without_generation(text: &str, may_be_empty: bool, generations: &mut Vec<Generation>) -> String {
    if text.split(' ').all(|word| Generation::from_word(word).is_none()) {
        return text.to_owned();
    }
    let is_other = |word: &&str| Generation::from_word(word).is_none();
    let others: Vec<&str> = text.split(' ').filter(is_other).collect();
    if others.is_empty() && !may_be_empty {
        return text.to_owned();
    }
    let found = text.split(' ').filter_map(Generation::from_word);
    let before = generations.len();
    generations.extend(found);
    if generations.len() == before { text.to_owned() } else { others.join(" ").trim_end_matches(',').to_owned() }
}

fn settle_suffix(index: RowIndex, cell: &str, name: &mut PersonName, generations: &[Generation], faults: &mut Vec<Fault>) {
    let mut all: Vec<Generation> = generations.iter().copied().chain(Generation::from_word(cell)).collect();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => cell.clone_into(&mut name.suffix),
        [one] => one.printed().clone_into(&mut name.suffix),
        [one, ..] => {
            one.printed().clone_into(&mut name.suffix);
            faults.push(Fault::lack(
                index,
                Field::Suffix,
                "suffix-twice",
                "the name has two different suffixes",
                "leave the one that is right (Jr., Sr., II, III or IV) in the list",
            ));
        }
    }
}

fn to_proper_case(name: &mut PersonName) {
    let a_small_letter = [&name.first, &name.middle, &name.last].iter().any(|part| part.bytes().any(|byte| byte.is_ascii_lowercase()));
    if !a_small_letter && is_all_capitals(&format!("{} {} {}", name.first, name.middle, name.last)) {
        name.first = proper_given_name(&name.first);
        name.middle = proper_case(&name.middle);
        name.last = proper_case(&name.last);
        if is_all_capitals(&name.prefix) {
            name.prefix = proper_case(&name.prefix);
        }
    }
}

/// Whether every word of first and last name stands in the full name.
fn agrees(full: &str, row: Row<'_>) -> bool {
    let whole = fold(full);
    let words = [Field::FirstName, Field::LastName].map(|field| row.get(field));
    words.iter().flat_map(|part| part.split([' ', '-', ','])).map(fold).all(|word| whole.contains(&word))
}

fn changes(index: RowIndex, row: Row<'_>, name: &PersonName, from_full: bool) -> Vec<Change> {
    let full = name.full();
    let whole = [(Field::FullName, &full)];
    let parts = [
        (Field::FirstName, &name.first),
        (Field::MiddleName, &name.middle),
        (Field::LastName, &name.last),
        (Field::Suffix, &name.suffix),
        (Field::Prefix, &name.prefix),
    ];
    let used: &[(Field, &String)] = if from_full { &whole } else { &parts };
    let changed = used.iter().filter(|(field, to)| row.get(*field) != to.as_str());
    changed.map(|(field, to)| change(index, *field, to)).collect()
}

fn change(row: RowIndex, field: Field, to: &str) -> Change {
    Change { row, field, rule: RULE, to: Private::new(to.to_owned()) }
}

/// A representative's name in print form, and the change that this took; `None` when the entry names nobody.
pub(super) fn read_representative(index: RowIndex, row: Row<'_>) -> Option<(String, Option<Change>)> {
    let typed = row.get(Field::RepresentativeName);
    let words = typed.to_lowercase().replace(|c: char| !c.is_alphanumeric(), " ");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() || NAMES.nobody.contains(&words) || !typed.chars().any(char::is_alphabetic) {
        return None;
    }
    let upper = typed.to_uppercase();
    let mut typed_words = upper.split(|c: char| !c.is_alphanumeric());
    let printed = if is_agency(typed) || typed_words.any(|word| NAMES.organizations.contains(word)) {
        typed.to_owned()
    } else {
        let mut generations = Vec::new();
        let mut name = parse(typed, &mut generations);
        if let Some(generation) = generations.first() {
            generation.printed().clone_into(&mut name.suffix);
        }
        to_proper_case(&mut name);
        name.full()
    };
    let change = (printed != typed).then(|| change(index, Field::RepresentativeName, &printed));
    Some((printed, change))
}

/// Whether an entry is one word of few capitals: `DCFS`, `DHS`. A person's name that comes so is not whole, and stays as typed too.
fn is_agency(typed: &str) -> bool {
    typed.len() <= 5 && typed.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Rows;

    fn read(values: &[(Field, &str)]) -> NameReading {
        read_name(RowIndex(0), Rows::of_one(values).get(0))
    }

    #[test]
    fn full_names_are_split() {
        let cases = [
            ("SMITH, JOHN Q", "John Q Smith", ("John", "Q", "Smith", "")),
            ("John Q. Smith", "John Q. Smith", ("John", "Q.", "Smith", "")),
            ("SMITH JR, JOHN", "John Smith Jr.", ("John", "", "Smith", "Jr.")),
            ("Smith, John, III", "John Smith III", ("John", "", "Smith", "III")),
            ("JOHN SMITH, SR.", "John Smith Sr.", ("John", "", "Smith", "Sr.")),
            ("John Smith, MD", "John Smith", ("John", "", "Smith", "")),
            ("Dr. Maria de la Cruz", "Maria de la Cruz", ("Maria", "", "de la Cruz", "")),
            ("DE LA CRUZ, MARÍA ELENA", "María Elena De La Cruz", ("María", "Elena", "De La Cruz", "")),
            ("MCDONALD, O'NEIL", "O'Neil McDonald", ("O'Neil", "", "McDonald", "")),
            ("Ann *O'Brien* <b>", "Ann *O'Brien* <b>", ("Ann", "*O'Brien*", "<b>", "")),
        ];
        for (written, full, (first, middle, last, suffix)) in cases {
            let reading = read(&[(Field::FullName, written)]);
            let name = &reading.name;
            assert_eq!(name.full(), full, "{written}");
            assert_eq!(
                (name.first.as_str(), name.middle.as_str(), name.last.as_str(), name.suffix.as_str()),
                (first, middle, last, suffix)
            );
            assert_eq!(reading.changes.len(), usize::from(written != full), "{written}");
        }
    }

    #[test]
    fn parts_are_printed_in_proper_case_and_every_change_is_told() {
        let reading = read(&[(Field::FirstName, "JD"), (Field::MiddleName, "JR"), (Field::LastName, "O'BRIEN")]);
        assert_eq!(reading.name.full(), "JD O'Brien Jr.");
        let changed: Vec<Field> = reading.changes.iter().map(|change| change.field).collect();
        assert_eq!(changed, [Field::MiddleName, Field::LastName, Field::Suffix]);
        let typed = read(&[(Field::FirstName, "LaToya"), (Field::LastName, "MacDOWELL"), (Field::Suffix, "PhD")]);
        assert_eq!((typed.name.full().as_str(), typed.changes.len(), typed.faults.len()), ("LaToya MacDOWELL PhD", 0, 0));
    }

    #[test]
    fn columns_that_disagree_are_held() {
        let shifted = read(&[(Field::FullName, "SMITH, JOHN"), (Field::FirstName, "MARY"), (Field::LastName, "JONES")]);
        assert_eq!(shifted.faults[0].code, "name-columns-disagree");
        let right = read(&[(Field::FullName, "SMITH JR, JOHN"), (Field::FirstName, "JOHN"), (Field::LastName, "SMITH JR")]);
        assert!(right.faults.is_empty());
        let twice = read(&[(Field::FirstName, "John"), (Field::LastName, "Smith Sr"), (Field::Suffix, "Jr")]);
        assert_eq!(twice.faults[0].code, "suffix-twice");
    }

    #[test]
    fn representatives_are_people_or_nobody() {
        let cases = [
            ("SMITH, MARY", Some("Mary Smith")),
            ("Mary Smith", Some("Mary Smith")),
            ("MARY O'BRIEN JR", Some("Mary O'Brien Jr.")),
            ("COUNTY GUARDIANSHIP SERVICES, INC.", Some("COUNTY GUARDIANSHIP SERVICES, INC.")),
            ("Unknown", None),
            ("N/A", None),
            ("Parent/Guardian", None),
            ("Yes", None),
            ("Y", None),
            ("No", None),
            ("N", None),
            ("true", None),
            ("FALSE", None),
            ("X", None),
            ("1", None),
            ("NO, HENRY", Some("Henry No")),
            ("DCF", Some("DCF")),
            ("DCFS", Some("DCFS")),
            ("DHS", Some("DHS")),
            ("Dhs", Some("Dhs")),
            ("DCF OFFICE", Some("DCF OFFICE")),
            ("GARCIA", Some("Garcia")),
            ("MARY", Some("MARY")),
            ("", None),
        ];
        for (typed, printed) in cases {
            let rows = Rows::of_one(&[(Field::RepresentativeName, typed)]);
            assert_eq!(read_representative(RowIndex(0), rows.get(0)).map(|(name, _)| name).as_deref(), printed, "{typed}");
        }
    }
}

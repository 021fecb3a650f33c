//! Synthetic incidents: a whole incident folder of any size, with the truth about who is who beside it.
//!
//! Everything is invented. The same seed, size and mail date give the same bytes on every machine. Rows are written as they
//! are made; only the duplicate rows that are still to come are kept in memory.

mod addresses;
mod calendar;
mod duplicate;
mod folder;
mod identifiers;
mod incident;
mod kin;
mod lists;
mod names;
mod patients;
mod person;
mod providers;
mod random;
#[cfg(test)]
mod tests;
mod verified;

use crate::error::{Error, Place, Result};
use addresses::Address;
use calendar::Calendar;
use duplicate::Difference;
use identifiers::Identifiers;
use jiff::civil::Date;
use kin::Relation;
use lists::Lists;
use patients::PatientFiles;
use person::{Maker, Needs, Person};
use providers::DrillProvider;
use random::Random;
use std::collections::BTreeMap;
use std::path::Path;

/// Most people that one drill can have.
const MOST_PEOPLE: u64 = 100_000_000;
/// A duplicate row stands at most so many people behind the first row of its person.
const FARTHEST: u64 = 20_000;

/// What a drill holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// People, as asked for.
    pub people: u64,
    /// Rows in patients.csv without the header.
    pub rows: u64,
    /// Rows for people who were in the list already.
    pub duplicates: u64,
    /// Duplicate rows that can be joined with the first row of their person.
    pub joinable: u64,
    /// Rows in providers.csv.
    pub providers: u64,
}

/// Writes a synthetic incident folder: incident.toml, providers.csv, patients.csv, verified.toml and truth.csv.
///
/// truth.csv (`file,line,person,joinable`) has one line per row of patients.csv: the 1-based line in that file, the drill's own
/// number of the person, and whether the row can be joined: empty for the first row of a person, `yes` or `no` for a duplicate.
///
/// # Errors
/// Refused when the folder already holds something, when `people` is 0 or above 100 million, or when the mail date makes no
/// sense; failed when a file cannot be written. incident.toml is written last: a folder without it is no incident.
pub fn write(folder: &Path, people: u64, seed: u64, mail_date: Date) -> Result<Summary> {
    if !(1..=MOST_PEOPLE).contains(&people) {
        return Err(Error::refused(
            "people-out-of-range",
            Place::file("the number of people"),
            "is 0 or more than 100 million",
            "ask for 1 to 100,000,000 people",
        ));
    }
    let calendar = Calendar::new(mail_date)?;
    let lists = Lists::load()?;
    folder::prepare(folder)?;
    let mut random = Random::seeded(seed);
    let chosen = providers::choose(&mut random, &lists, &calendar);
    let identifiers = Identifiers::draw(&mut random);
    let maker = Maker {
        lists: &lists,
        calendar,
        random,
        providers: chosen.iter().map(address_of).collect(),
        provider_weights: chosen.iter().map(|provider| provider.model.weight).collect(),
    };
    let mut drill =
        Drill { maker, identifiers, providers: &chosen, files: PatientFiles::start(folder)?, next: None, pending: BTreeMap::new() };
    let mut summary = drill.write_people(people)?;
    summary.providers = chosen.len() as u64;
    drill.files.finish()?;
    providers::write(folder, &chosen)?;
    folder::write_text(folder, "verified.toml", &verified::text(&calendar)?)?;
    folder::write_text(folder, "incident.toml", &incident::text(people, seed, &calendar))?;
    Ok(summary)
}

fn address_of(provider: &DrillProvider) -> Address {
    let model = &provider.model;
    Address {
        address1: model.address1.clone(),
        city: model.city.clone(),
        state: model.state.clone(),
        postal_code: model.postal_code.clone(),
        ..Address::default()
    }
}

/// A drill that is being written.
struct Drill<'a> {
    maker: Maker<'a>,
    identifiers: Identifiers,
    providers: &'a [DrillProvider],
    files: PatientFiles,
    /// The person before, when the next one is to be related.
    next: Option<(Relation, Person)>,
    /// Duplicate rows to come, by the person behind whom they stand and, among those, by the person whose they are.
    pending: BTreeMap<(u64, u64), (Difference, Person)>,
}

impl Drill<'_> {
    fn write_people(&mut self, people: u64) -> Result<Summary> {
        let mut summary = Summary { people, rows: 0, duplicates: 0, joinable: 0, providers: 0 };
        for number in 1..=people {
            let (person, difference) = self.person(number, number < people);
            self.add(&person, None)?;
            if let Some(difference) = difference {
                let due = number + self.maker.random.between(1, FARTHEST.min(people - number));
                self.pending.insert((due, number), (difference, person));
            }
            self.write_duplicates(number, &mut summary)?;
        }
        self.write_duplicates(u64::MAX, &mut summary)?;
        summary.rows = self.files.rows;
        Ok(summary)
    }

    /// Writes the duplicate rows that are due behind a person.
    fn write_duplicates(&mut self, number: u64, summary: &mut Summary) -> Result<()> {
        while let Some(entry) = self.pending.first_entry().filter(|entry| entry.key().0 <= number) {
            let (difference, first) = entry.remove();
            let second = difference.second(&mut self.maker, &first);
            self.add(&second, Some(difference.joinable()))?;
            summary.duplicates += 1;
            summary.joinable += u64::from(difference.joinable());
        }
        Ok(())
    }

    fn add(&mut self, person: &Person, joinable: Option<bool>) -> Result<()> {
        self.files.add(person, &self.providers[person.provider], joinable)
    }

    /// The next person and how a second row will differ, if there is to be one.
    fn person(&mut self, number: u64, followed: bool) -> (Person, Option<Difference>) {
        let mut difference = Difference::draw(&mut self.maker.random);
        let mut person = match self.next.take() {
            Some((relation, first)) => {
                difference = difference.filter(|difference| difference.needs() == Needs::default());
                relation.of(&mut self.maker, &first, number)
            }
            None => {
                let mut person = self.maker.stranger(number, difference.map(Difference::needs).unwrap_or_default());
                if let Some(difference) = difference {
                    difference.prepare(&mut self.maker.random, &mut person);
                }
                if let Some(relation) = Relation::draw(&mut self.maker)
                    && followed
                    && relation.prepare(&self.maker, &mut person)
                {
                    self.next = Some((relation, person.clone()));
                }
                person
            }
        };
        person.patient_id = self.identifiers.patient_id(number);
        if person.stage != person::Stage::Deceased {
            person.activation_code = self.identifiers.activation_code(number);
        }
        (person, difference)
    }
}

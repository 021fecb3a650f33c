//! One synthetic person: everything that a list says about somebody.

use super::addresses::{self, Address};
use super::calendar::{Calendar, after};
use super::lists::Lists;
use super::names::{self, Name};
use super::random::Random;
use jiff::ToSpan;
use jiff::civil::Date;

/// How often an element is involved, per mille, by its id, in the order in which lists name them.
const ELEMENTS: [(&str, u64); 17] = [
    ("name", 1000),
    ("birth_date", 920),
    ("ssn", 550),
    ("drivers_license", 80),
    ("mrn", 850),
    ("provider_names", 780),
    ("diagnosis", 740),
    ("medications", 600),
    ("test_results", 550),
    ("images", 200),
    ("treatment", 680),
    ("insurance", 640),
    ("financial_account", 30),
    ("address", 700),
    ("phone", 600),
    ("email", 280),
    ("service_dates", 800),
];

/// What a person must be like, so that a duplicate row of the wanted kind is possible.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// Of full age and living.
    pub(super) adult: bool,
    /// With a given name that has a short form.
    pub(super) nickname: bool,
    /// With an address in one of the states that mail can be sent to.
    pub(super) street: bool,
}

/// Whether the person is a child, an adult or dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    #[default]
    Adult,
    Minor,
    Deceased,
}

/// Who is written to in the person's place; empty when nobody is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Representative {
    pub(super) name: String,
    pub(super) relation: &'static str,
    /// Empty when it is not told or is the person's own.
    pub(super) address: Address,
    /// `yes` or empty.
    pub(super) blocked: &'static str,
}

/// An agreement to e-mail; empty when there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct EmailAgreement {
    pub(super) on: Option<Date>,
    pub(super) withdrawn_on: Option<Date>,
}

/// One person with the values of the first row.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    /// The drill's own number, from 1: what truth.csv knows people by.
    pub(super) number: u64,
    pub(super) patient_id: String,
    /// Index into the drill's providers.
    pub(super) provider: usize,
    pub(super) name: Name,
    pub(super) stage: Stage,
    pub(super) birth: Date,
    pub(super) home: Address,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) agreement: EmailAgreement,
    pub(super) language: &'static str,
    pub(super) alternate_format: &'static str,
    /// Absent for the living, and for every fifth of the dead.
    pub(super) death_date: Option<Date>,
    pub(super) representative: Representative,
    pub(super) confidential: Address,
    /// `yes` or empty.
    pub(super) minor_consented_care: &'static str,
    pub(super) elements: String,
    pub(super) activation_code: String,
}

/// What people are made from.
#[derive(Debug)]
pub(super) struct Maker<'a> {
    pub(super) lists: &'a Lists,
    pub(super) calendar: Calendar,
    pub(super) random: Random,
    /// Addresses and weights of the drill's providers.
    pub(super) providers: Vec<Address>,
    pub(super) provider_weights: Vec<u64>,
}

impl Maker<'_> {
    /// A person who is related to nobody.
    pub(super) fn stranger(&mut self, number: u64, needs: Needs) -> Person {
        let provider = self.random.weighted(&self.provider_weights);
        let stage = match self.random.below(1000) {
            0..220 if !needs.adult => Stage::Minor,
            220..260 if !needs.adult => Stage::Deceased,
            _ => Stage::Adult,
        };
        let language = if self.random.chance(80) { "es" } else { self.random.pick(&["en", "en", "en", ""]) };
        let mut name = names::name(&mut self.random, self.lists, language == "es", needs.nickname);
        if stage == Stage::Minor && name.suffix.starts_with("Sr") {
            "Jr.".clone_into(&mut name.suffix);
        }
        let (home, area_code) = if needs.street {
            addresses::domestic(&mut self.random, self.lists)
        } else {
            addresses::home(&mut self.random, self.lists, &self.providers[provider])
        };
        let phone = if self.random.chance(850) { format!("({area_code}) 555-01{:02}", self.random.below(100)) } else { String::new() };
        let birth = self.birth(stage);
        let mut person = Person { number, provider, name, stage, birth, home, phone, language, ..Person::default() };
        self.particulars(&mut person);
        person
    }

    fn birth(&mut self, stage: Stage) -> Date {
        match stage {
            Stage::Minor => self.calendar.born_minor(&mut self.random),
            Stage::Deceased => self.calendar.born(&mut self.random, 55, 99),
            Stage::Adult => {
                let oldest = self.random.between(30, 97);
                self.calendar.born(&mut self.random, 18, oldest)
            }
        }
    }

    /// Everything that hangs on who the person is: agreement, representative, elements.
    pub(super) fn particulars(&mut self, person: &mut Person) {
        person.elements = self.elements();
        match person.stage {
            Stage::Minor => self.guardian(person),
            Stage::Deceased => self.next_of_kin(person),
            Stage::Adult => self.grown_up(person),
        }
        if person.stage != Stage::Deceased {
            if self.random.chance(6) {
                person.confidential = addresses::domestic(&mut self.random, self.lists).0;
            }
            person.alternate_format = if self.random.chance(6) { "large print" } else { "" };
        }
    }

    /// The types of information involved for one row.
    pub(super) fn elements(&mut self) -> String {
        let involved = ELEMENTS.iter().filter(|(_, per_mille)| self.random.chance(*per_mille)).map(|(id, _)| *id);
        involved.collect::<Vec<_>>().join(";")
    }

    fn grown_up(&mut self, person: &mut Person) {
        self.agreement(person);
        if self.random.chance(8) {
            let name = names::name(&mut self.random, self.lists, false, false).in_full();
            let relation = *self.random.pick(&["guardian", "personal representative"]);
            let address = addresses::domestic(&mut self.random, self.lists).0;
            person.representative = Representative { name, relation, address, blocked: "" };
        }
    }

    /// Of the living adults, who are 74% of all: so many that 15% of all have an agreement in force and 2% a withdrawn one.
    fn agreement(&mut self, person: &mut Person) {
        let drawn = self.random.below(1000);
        if drawn >= 520 {
            return;
        }
        let letters = person.name.given.chars().chain(person.name.family.chars()).filter(char::is_ascii_alphabetic);
        let local = letters.collect::<String>().to_lowercase();
        let domain = self.random.pick(&["example.org", "example.com", "example.net", "post.test"]);
        person.email = format!("{local}.{}@{domain}", person.number);
        if drawn < 230 {
            let grown = after(person.birth, 18.years());
            let on = self.calendar.past(&mut self.random, 200, 2500).max(grown);
            let withdrawn_on = if drawn < 203 { None } else { Some(self.calendar.since(&mut self.random, on)) };
            person.agreement = EmailAgreement { on: Some(on), withdrawn_on };
        }
    }

    fn guardian(&mut self, person: &mut Person) {
        if self.random.chance(700) {
            let parent = names::sibling(&mut self.random, self.lists, &person.name);
            person.representative.name = parent.in_full();
            person.representative.relation = *self.random.pick(&["parent", "parent", "parent", "parent", "parent", "guardian"]);
            if self.random.chance(200) {
                person.representative.address = addresses::domestic(&mut self.random, self.lists).0;
            }
            person.representative.blocked = if self.random.chance(5) { "yes" } else { "" };
        }
        let old_enough = after(person.birth, 13.years()) <= self.calendar.mail_date;
        person.minor_consented_care = if old_enough && self.random.chance(20) { "yes" } else { "" };
    }

    /// 60% of the dead have next of kin or an executor with an address, 15% without one, of the others nobody is known.
    fn next_of_kin(&mut self, person: &mut Person) {
        person.death_date = if self.random.chance(800) { Some(self.calendar.past(&mut self.random, 60, 3600)) } else { None };
        let known = self.random.below(100);
        if known < 75 {
            let kin = names::sibling(&mut self.random, self.lists, &person.name);
            person.representative.name = kin.in_full();
            person.representative.relation = *self.random.pick(&["next of kin", "next of kin", "executor"]);
        }
        if known < 60 {
            person.representative.address = addresses::domestic(&mut self.random, self.lists).0;
        }
    }
}

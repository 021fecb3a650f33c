//! People who look like one person and are not: twins, father and son of one name, strangers of one name. They prove that
//! merging has its guards.

use super::calendar::before;
use super::names;
use super::person::{Maker, Person, Representative, Stage};
use jiff::ToSpan;

/// What the next person of the list is to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// Same family name, birth date and address.
    Twin,
    /// Same name with `Jr.` after it, same address, a generation younger.
    Junior,
    /// Same name and nothing else.
    Namesake,
}

impl Relation {
    /// Whether the next person is one of these, for 14 in 1,000 people.
    pub(super) fn draw(maker: &mut Maker<'_>) -> Option<Relation> {
        match maker.random.below(1000) {
            0..5 => Some(Relation::Twin),
            5..9 => Some(Relation::Junior),
            9..14 => Some(Relation::Namesake),
            _ => None,
        }
    }

    /// Makes the first of the two ready, or says that no such relative is possible.
    pub(super) fn prepare(self, maker: &Maker<'_>, first: &mut Person) -> bool {
        let living = first.stage != Stage::Deceased;
        match self {
            Relation::Twin => living,
            Relation::Namesake => true,
            Relation::Junior => {
                let old_enough = first.birth <= before(maker.calendar.mail_date, 40.years());
                if living && old_enough {
                    "Sr.".clone_into(&mut first.name.suffix);
                }
                living && old_enough
            }
        }
    }

    /// The second of the two.
    pub(super) fn of(self, maker: &mut Maker<'_>, first: &Person, number: u64) -> Person {
        let mut second = match self {
            Relation::Namesake => {
                let stranger = maker.stranger(number, super::person::Needs::default());
                Person { name: first.name.clone(), ..stranger }
            }
            Relation::Twin => Person { name: names::sibling(&mut maker.random, maker.lists, &first.name), ..same_house(first, number) },
            Relation::Junior => {
                let child = maker.random.between(20, 39) as i64;
                let birth = first.birth.saturating_add(child.years()).min(maker.calendar.breach_began);
                let grown = birth <= before(maker.calendar.mail_date, 18.years());
                let stage = if grown { Stage::Adult } else { Stage::Minor };
                let mut junior = Person { birth, stage, ..same_house(first, number) };
                "Jr.".clone_into(&mut junior.name.suffix);
                junior
            }
        };
        if self != Relation::Namesake {
            let representative = second.representative.clone();
            maker.particulars(&mut second);
            if self == Relation::Twin && second.stage == Stage::Minor {
                // Twins have one mother: whoever stands for the first stands for the second.
                second.representative = representative;
            }
        }
        second
    }
}

/// A person of the same name, age, provider and address as another, without what is the other's own.
fn same_house(first: &Person, number: u64) -> Person {
    Person {
        number,
        provider: first.provider,
        name: first.name.clone(),
        stage: first.stage,
        birth: first.birth,
        home: first.home.clone(),
        phone: first.phone.clone(),
        language: first.language,
        representative: if first.stage == Stage::Minor { first.representative.clone() } else { Representative::default() },
        ..Person::default()
    }
}

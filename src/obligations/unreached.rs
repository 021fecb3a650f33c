//! People whom neither letter nor e-mail reached: those of the lists without a way to write to them, and those whose piece came back.

use jiff::civil::Date;
use std::collections::BTreeMap;

/// What the record of the pieces tells of somebody whom nothing reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreached {
    /// The day on which it became known; absent when the record does not say.
    pub known: Option<Date>,
    /// Told by substitute notice since.
    pub told: bool,
}

/// Place among the people -> what is known of those whose piece reached nobody.
pub type UnreachedPeople = BTreeMap<usize, Unreached>;

/// What happened since the plan was first made, and moves last days that hang on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Happened {
    /// Those whom no letter reached.
    pub unreached: UnreachedPeople,
    /// Id of the provider -> the day on which its first notice to a person left.
    pub letters_left: BTreeMap<String, Date>,
    /// Id of the provider -> the day on which HHS was first told.
    pub hhs_told: BTreeMap<String, Date>,
}

/// Those of one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OutOfReach {
    /// The day on which each became known; none for those who are so by the lists.
    days: Vec<Option<Date>>,
    /// Told by substitute notice.
    pub(super) told: u64,
}

impl OutOfReach {
    /// Adds somebody; `unreached` is absent for who is out of reach by the lists alone.
    pub(super) fn add(&mut self, unreached: Option<&Unreached>) {
        self.days.push(unreached.and_then(|unreached| unreached.known));
        self.told += u64::from(unreached.is_some_and(|unreached| unreached.told));
    }

    /// How many.
    pub(super) fn count(&self) -> u64 {
        self.days.len() as u64
    }

    /// The day on which there were so many, from 1; `None` when there are fewer, or there were by the lists alone.
    pub(super) fn reached(&self, number: u64) -> Option<Date> {
        let mut days = self.days.clone();
        days.sort_unstable();
        days.get(usize::try_from(number).ok()?.checked_sub(1)?).copied().flatten()
    }
}

//! What is known of recipients until it is settled what becomes of them.

use super::hold::Fault;
use crate::error::Finding;
use std::collections::{BTreeMap, BTreeSet};

/// The notes on one recipient.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) faults: Vec<Fault>,
    /// Holds a row that cannot become a recipient as it stands; nothing but a corrected list or an exclusion changes that.
    pub(super) broken: Option<Box<Finding>>,
    /// Below the age of majority at the mail date.
    pub(super) under_age: bool,
    /// Dead, and nobody with an address who could be told.
    pub(super) nobody_to_tell: bool,
    pub(super) warnings: Vec<Finding>,
}

impl Notes {
    fn say_something(&self) -> bool {
        !self.faults.is_empty() || self.broken.is_some() || self.nobody_to_tell || !self.warnings.is_empty()
    }
}

/// The notes on everyone, by place: most recipients have none.
#[derive(Default)]
pub(super) struct AllNotes {
    notes: BTreeMap<usize, Notes>,
    under_age: Vec<bool>,
    /// Whom a person ruled to be owed no letter.
    pub(super) excluded: BTreeSet<usize>,
}

impl AllNotes {
    /// Adds the notes on the recipient behind those before.
    pub(super) fn add(&mut self, notes: Notes) {
        let place = self.under_age.len();
        self.under_age.push(notes.under_age);
        if notes.say_something() {
            self.notes.insert(place, notes);
        }
    }

    pub(super) fn fault(&mut self, place: usize, fault: Fault) {
        self.notes.entry(place).or_default().faults.push(fault);
    }

    pub(super) fn is_broken(&self, place: usize) -> bool {
        self.notes.get(&place).is_some_and(|notes| notes.broken.is_some())
    }

    pub(super) fn is_under_age(&self, place: usize) -> bool {
        self.under_age.get(place).is_some_and(|under_age| *under_age)
    }

    /// The notes on one recipient, which are needed no more.
    pub(super) fn take(&mut self, place: usize) -> Notes {
        self.notes.remove(&place).unwrap_or_default()
    }
}

//! The rows of one person, in the order in which their values count.

use super::context::Context;
use super::hold::Fault;
use super::vocabulary::ROLES;
use super::{address_fault, address_form};
use crate::intake::{Field, RowIndex};
use std::cmp::Reverse;

/// The rows of one person: the contact row first.
pub(super) struct View<'a> {
    pub(super) context: Context<'a>,
    /// Newest list with a full home address first; of equals the later row.
    pub(super) rows: Vec<RowIndex>,
}

impl<'a> View<'a> {
    pub(super) fn new(context: Context<'a>, rows: &[RowIndex]) -> View<'a> {
        let mut rows = rows.to_vec();
        if rows.len() > 1 {
            rows.sort_by_cached_key(|row| {
                (!address_fault::is_full_home(context.row(*row), *row), Reverse(context.received(*row)), Reverse(*row))
            });
        }
        View { context, rows }
    }

    /// The row whose contact details count.
    pub(super) fn contact(&self) -> RowIndex {
        self.rows.first().copied().unwrap_or(RowIndex(0))
    }

    /// The values of a field that are not empty, with their rows.
    pub(super) fn values(&self, field: Field) -> impl Iterator<Item = (RowIndex, &'a str)> {
        let context = self.context;
        self.rows.iter().map(move |row| (*row, context.row(*row).get(field))).filter(|(_, value)| !value.is_empty())
    }

    /// The first value of a field that is not empty.
    pub(super) fn value(&self, field: Field) -> Option<(RowIndex, &'a str)> {
        self.values(field).next()
    }

    /// Whether any row says yes; an entry that is neither yes nor no counts as yes and is a fault.
    pub(super) fn flag(&self, field: Field, faults: &mut Vec<Fault>) -> bool {
        let mut set = false;
        for (row, value) in self.values(field) {
            let word = value.to_lowercase();
            if ROLES.flag.no.contains(&word) {
                continue;
            }
            set = true;
            if !ROLES.flag.yes.contains(&word) {
                let hint = "write yes or no in this column";
                faults.push(Fault::lack(row, field, "flag-unreadable", "the entry is neither yes nor no", hint));
            }
        }
        set
    }

    /// The state of the home address in the contact row, as a code; `None` for foreign and unknown.
    pub(super) fn home_state(&self) -> Option<&'static str> {
        let row = self.contact();
        address_form::domestic_state(&address_form::Written::home(self.context.row(row), row))
    }
}

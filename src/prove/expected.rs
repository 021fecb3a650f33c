//! What a piece must show, from its source rows and the recorded changes.

use crate::intake::{Elements, Field, Intake, RowIndex};
use crate::recipients::{PostalAddress, Recipient, Role};

/// The source rows of a piece with the changes that were recorded on the way.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) intake: &'a Intake,
    pub(super) recipient: &'a Recipient,
}

/// A name in the forms that letters print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// With the prefix, as in salutation and window.
    pub(super) addressed: String,
    /// Without it, as in running text.
    pub(super) full: String,
}

impl<'a> Source<'a> {
    /// A row's value, or what a recorded change made of it.
    fn value(self, row: RowIndex, field: Field) -> &'a str {
        let change = self.recipient.changes.iter().rev().find(|change| change.row == row && change.field == field);
        change.map_or_else(|| self.intake.row(row).get(field), |change| change.to.reveal())
    }

    fn rows(self) -> impl Iterator<Item = RowIndex> + 'a {
        self.recipient.rows.iter().copied()
    }

    /// Whether every row still is what was read under its digest.
    pub(super) fn is_intact(self) -> bool {
        self.rows().all(|row| self.intake.row(row).is_intact())
    }

    /// The patient's name as each row has it.
    pub(super) fn names(self) -> Vec<Name> {
        let mut names = Vec::with_capacity(2);
        for row in self.rows() {
            let part = |field| self.value(row, field);
            if !part(Field::LastName).is_empty() {
                let full = joined(&[part(Field::FirstName), part(Field::MiddleName), part(Field::LastName), part(Field::Suffix)]);
                names.push(Name { addressed: joined(&[part(Field::Prefix), &full]), full });
            }
            let full = part(Field::FullName);
            if !full.is_empty() {
                // A title that the full name begins with is a prefix in print.
                let title = self.intake.row(row).get(Field::FullName).split(' ').next().unwrap_or_default();
                for prefix in [part(Field::Prefix), title] {
                    names.push(Name { addressed: joined(&[prefix, full]), full: full.to_owned() });
                }
            }
        }
        names
    }

    /// Who acts for the patient, as each row has it.
    pub(super) fn representatives(self) -> Vec<&'a str> {
        self.rows().map(|row| self.value(row, Field::RepresentativeName)).filter(|name| !name.is_empty()).collect()
    }

    /// The address lines that may stand in the window of a letter in a role.
    pub(super) fn addresses(self, role: Role) -> Vec<Vec<String>> {
        let is_written = |row, group: &[Field; 6]| group[..5].iter().any(|field| !self.value(row, *field).is_empty());
        let asks = |row| Field::CONFIDENTIAL[..5].iter().any(|field| !self.intake.row(row).get(*field).is_empty());
        let confidential = role != Role::Deceased && self.rows().any(asks);
        let groups: &[[Field; 6]] = match role {
            _ if confidential => &[Field::CONFIDENTIAL],
            Role::Adult => &[Field::HOME],
            Role::Deceased => &[Field::REPRESENTATIVE],
            Role::Minor | Role::Represented => &[Field::REPRESENTATIVE, Field::HOME],
        };
        let written =
            self.rows().flat_map(|row| groups.iter().map(move |group| (row, group))).filter(|(row, group)| is_written(*row, group));
        written.map(|(row, group)| self.lines(row, group)).collect()
    }

    fn lines(self, row: RowIndex, group: &[Field; 6]) -> Vec<String> {
        let [address1, address2, city, state, postal_code, country] = group.map(|field| self.value(row, field).to_owned());
        PostalAddress { address1, address2, city, state, postal_code, country }.lines()
    }

    /// The activation code of the lists.
    pub(super) fn code(self) -> Option<&'a str> {
        self.rows().map(|row| self.intake.row(row).get(Field::ActivationCode)).find(|code| !code.is_empty())
    }

    /// The types of information of all rows.
    pub(super) fn elements(self) -> Elements {
        self.rows().fold(Elements::default(), |all, row| all.union(self.intake.row(row).elements))
    }
}

/// Parts that are not empty, with blanks between them.
fn joined(parts: &[&str]) -> String {
    let mut joined = String::with_capacity(48);
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(part);
    }
    joined
}

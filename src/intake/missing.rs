//! Columns that a letter cannot do without.

use super::Field;
use super::layout::Finder;
use crate::error::{Finding, Place};
use crate::incident::nearest::nearest;
use std::collections::BTreeSet;

/// So many columns are looked through for one that is missing.
const LOOKED_THROUGH: usize = 200;

/// So many headers are named in a hint at the most.
const NAMED: usize = 8;

impl Finder<'_> {
    /// Refuses a list without the columns that a letter cannot do without.
    pub(super) fn require(&mut self, provider_known: bool) {
        for field in [Field::RecordId, Field::Address1, Field::City, Field::State, Field::PostalCode] {
            self.require_field(field);
        }
        if self.layout.position(Field::FullName).is_none() {
            self.require_field(Field::LastName);
        }
        if !provider_known {
            self.require_field(Field::ProviderId);
        }
        if self.layout.elements.is_empty() && self.layout.position(Field::Elements).is_none() {
            let place = Place::line(self.file, self.line).column("elements");
            let reason = "no column tells which types of information were involved";
            let known = self.names.names_of(Field::Elements);
            let hint = match known.into_iter().find_map(|known| nearest(known, self.free_headers())) {
                Some(header) => format!("if it is `{header}`, say so in [[lists]]: columns = {{ elements = \"{header}\" }}"),
                None => "add `elements` (ids such as `name;ssn`), or one Y/N column for each, `element_ssn`".to_owned(),
            };
            self.findings.push(Finding::refuses("missing-column", place, reason, hint));
        }
    }

    /// Headers that are not read.
    fn free_headers(&self) -> Vec<&str> {
        let fields = self.layout.fields.iter().map(|(_, position)| *position);
        let elements = self.layout.elements.iter().map(|column| column.position);
        let used: BTreeSet<usize> = fields.chain(elements).chain(self.layout.deceased.iter().map(|column| column.position)).collect();
        let headers = self.layout.headers.iter().enumerate();
        let free =
            headers.filter(|(position, header)| !used.contains(position) && !header.is_empty() && !self.names.others.are_meant_by(header));
        free.map(|(_, header)| header.as_str()).take(LOOKED_THROUGH).collect()
    }

    fn require_field(&mut self, field: Field) {
        if self.layout.position(field).is_some() || self.findings.iter().any(|finding| names_field(finding, field)) {
            return;
        }
        let name = field.name();
        let free = self.free_headers();
        let candidate = self.names.names_of(field).into_iter().find_map(|known| nearest(known, free.iter().copied()));
        let patients = self.layout.position(Field::PatientId).filter(|_| field == Field::RecordId).map(|at| &self.layout.headers[at]);
        let hint = match candidate {
            None if let Some(header) = patients => {
                format!(
                    "if no two rows have one `{header}`, say so in [[lists]]: columns = {{ record_id = \"{header}\", patient_id = \"{header}\" }}"
                )
            }
            Some(header) => format!("if it is `{header}`, say so in [[lists]]: columns = {{ {name} = \"{header}\" }}"),
            None if free.is_empty() => "add the column".to_owned(),
            None => {
                let few: Vec<String> = free.iter().take(NAMED).map(|header| format!("`{header}`")).collect();
                format!("name it in [[lists]]: columns = {{ {name} = \"…\" }}; not read so far: {}", few.join(", "))
            }
        };
        let place = Place::line(self.file, self.line).column(name);
        let what = match field {
            Field::LastName => "no column holds names: neither `full_name` nor `last_name`".to_owned(),
            _ => format!("the column `{name}` is missing"),
        };
        self.findings.push(Finding::refuses("missing-column", place, what, hint));
    }
}

/// Whether a finding about `columns = { … }` already concerns this field.
fn names_field(finding: &Finding, field: Field) -> bool {
    finding.code == "unknown-header" && finding.place.column.as_deref() == Some(format!("columns.{}", field.name()).as_str())
}

//! The rows of patients.csv, and the line of truth.csv that goes with each.

use super::addresses::Address;
use super::folder::NewFile;
use super::person::{Person, Stage};
use super::providers::DrillProvider;
use crate::error::Result;
use jiff::civil::Date;
use std::path::Path;

/// Name of the patient list.
pub(super) const PATIENTS: &str = "patients.csv";
/// Name of the file that says who is who.
pub(super) const TRUTH: &str = "truth.csv";

/// The columns of patients.csv.
const HEADER: [&str; 41] = [
    "record_id",
    "patient_id",
    "provider_id",
    "first_name",
    "middle_name",
    "last_name",
    "suffix",
    "birth_date",
    "address1",
    "address2",
    "city",
    "state",
    "postal_code",
    "country",
    "phone",
    "email",
    "email_consent_on",
    "email_consent_withdrawn_on",
    "email_consent_scope",
    "language",
    "alternate_format",
    "status",
    "death_date",
    "representative_name",
    "representative_relation",
    "representative_address1",
    "representative_address2",
    "representative_city",
    "representative_state",
    "representative_postal_code",
    "representative_country",
    "representative_blocked",
    "confidential_address1",
    "confidential_address2",
    "confidential_city",
    "confidential_state",
    "confidential_postal_code",
    "confidential_country",
    "minor_consented_care",
    "elements",
    "activation_code",
];

/// The two files that are written row by row, in step.
#[derive(Debug)]
pub(super) struct PatientFiles {
    patients: NewFile,
    truth: NewFile,
    /// Rows of patients so far, without the header.
    pub(super) rows: u64,
}

impl PatientFiles {
    /// Starts both files with their headers.
    pub(super) fn start(folder: &Path) -> Result<PatientFiles> {
        let mut patients = NewFile::start(folder, PATIENTS)?;
        let mut truth = NewFile::start(folder, TRUTH)?;
        patients.record(HEADER)?;
        truth.record(["file", "line", "person", "joinable"])?;
        Ok(PatientFiles { patients, truth, rows: 0 })
    }

    /// Adds a row of a person. `joinable` is absent for the first row of a person; for a duplicate row it says whether
    /// a careful reader of the list would join it with the first one.
    ///
    /// In truth.csv `joinable` therefore is empty, `yes` or `no`. No value spans lines, so a row's line is its count and one more.
    pub(super) fn add(&mut self, person: &Person, provider: &DrillProvider, joinable: Option<bool>) -> Result<()> {
        self.rows += 1;
        let record_id = format!("R{:07}", self.rows);
        write_person(&mut self.patients, &record_id, person, provider)?;
        let joinable = match joinable {
            None => "",
            Some(true) => "yes",
            Some(false) => "no",
        };
        let line = (self.rows + 1).to_string();
        self.truth.record([PATIENTS, &line, &person.number.to_string(), joinable])
    }

    /// Puts both files under their names.
    pub(super) fn finish(self) -> Result<()> {
        self.truth.finish()?;
        self.patients.finish()
    }
}

fn write_person(file: &mut NewFile, record_id: &str, person: &Person, provider: &DrillProvider) -> Result<()> {
    let Person { name, home, agreement, representative, .. } = person;
    let status = match person.stage {
        Stage::Deceased => "deceased",
        Stage::Adult if !representative.name.is_empty() => "represented",
        Stage::Adult | Stage::Minor => "living",
    };
    let [birth, death] = [Some(person.birth), person.death_date].map(text);
    let [agreed, withdrawn] = [agreement.on, agreement.withdrawn_on].map(text);
    let scope = if agreement.on.is_some() { "breach notices" } else { "" };
    let own = [record_id, &person.patient_id, &provider.model.provider_id, &name.given, &name.middle, &name.family, &name.suffix, &birth];
    let contact = [&person.phone, &person.email, &agreed, &withdrawn, scope, person.language, person.alternate_format, status, &death];
    let cells = own
        .into_iter()
        .chain(lines(home))
        .chain(contact)
        .chain([representative.name.as_str(), representative.relation])
        .chain(lines(&representative.address))
        .chain([representative.blocked])
        .chain(lines(&person.confidential))
        .chain([person.minor_consented_care, &person.elements, &person.activation_code]);
    file.record(cells)
}

fn lines(address: &Address) -> [&str; 6] {
    [&address.address1, &address.address2, &address.city, &address.state, &address.postal_code, &address.country]
}

fn text(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

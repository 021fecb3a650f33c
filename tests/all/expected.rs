//! What the letters of the sample must say, worked out from the columns of patients.csv by rules of our own: not by the tool.

use crate::harness::rows;
use std::collections::{BTreeMap, BTreeSet};

/// The sample's list and the day on which its letters are mailed.
const PATIENTS: &str = include_str!("../../sample_data/lakeside/patients.csv");
const MAIL_DATE: (u16, u8, u8) = (2026, 12, 7);

/// Types of information: id, English wording, Spanish wording.
const ELEMENTS: [(&str, &str, &str); 17] = [
    ("name", "Name", "Nombre"),
    ("birth_date", "Date of birth", "Fecha de nacimiento"),
    ("ssn", "Social Security number", "Número de Seguro Social"),
    ("drivers_license", "Driver's license or state ID number", "Número de licencia de conducir o de identificación estatal"),
    ("mrn", "Medical record number", "Número de expediente médico"),
    ("provider_names", "Names of doctors and other providers", "Nombres de médicos y de otros proveedores"),
    ("diagnosis", "Diagnosis information", "Información de diagnóstico"),
    ("medications", "Medications", "Medicamentos"),
    ("test_results", "Test results", "Resultados de pruebas"),
    ("images", "Medical images", "Imágenes médicas"),
    ("treatment", "Information about care and treatment", "Información sobre atención y tratamiento"),
    ("insurance", "Health insurance information", "Información del seguro médico"),
    ("financial_account", "Financial account number", "Número de cuenta financiera"),
    ("address", "Home address", "Domicilio"),
    ("phone", "Phone number", "Número de teléfono"),
    ("email", "E-mail address", "Correo electrónico"),
    ("service_dates", "Dates of care", "Fechas de atención"),
];

/// Provider, legal name, signatory, day of discovery.
pub(crate) const PROVIDERS: [(&str, &str, &str, &str, &str); 3] = [
    ("LRMC", "Lakeside Regional Medical Center, Inc.", "Ingrid Sandvik", "November 10, 2026", "10 de noviembre de 2026"),
    ("NCH", "Narrow Cove Hospital", "Anthony Bellarosa", "November 10, 2026", "10 de noviembre de 2026"),
    ("CCC", "Copper Canyon Clinics, Inc.", "Lucille Arakawa", "November 18, 2026", "18 de noviembre de 2026"),
];

/// Records without a letter of their own, by what becomes of them.
pub(crate) const MERGED: [&str; 1] = ["LS-0039"];
pub(crate) const EXCLUDED: [&str; 2] = ["LS-0010", "LS-0011"];
pub(crate) const BY_EMAIL: [&str; 2] = ["LS-0014", "LS-0018"];

/// What one person's notice must say.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) record: String,
    pub(crate) provider: String,
    pub(crate) spanish: bool,
    /// The patient's name as printed.
    pub(crate) patient: String,
    /// Who acts for the patient; empty when nobody does.
    pub(crate) representative: String,
    /// All lines of the address window, joined by blanks.
    pub(crate) window: String,
    /// The street or box line as printed.
    pub(crate) street: String,
    pub(crate) salutation: String,
    /// Empty for the deceased.
    pub(crate) code: String,
    /// Wording of each type of information.
    pub(crate) elements: BTreeSet<&'static str>,
    pub(crate) email: String,
}

/// Everyone of the sample who is told, by letter or by e-mail, in row order.
pub(crate) fn everyone() -> Vec<Expected> {
    let rows = rows(PATIENTS);
    let own: Vec<&BTreeMap<String, String>> = rows.iter().filter(|row| is_told(row)).collect();
    own.into_iter().map(|row| expected(row, &rows)).collect()
}

fn is_told(row: &BTreeMap<String, String>) -> bool {
    !MERGED.contains(&row["record_id"].as_str()) && !EXCLUDED.contains(&row["record_id"].as_str())
}

fn expected(row: &BTreeMap<String, String>, rows: &[BTreeMap<String, String>]) -> Expected {
    let spanish = row["language"] == "es";
    // Of two rows of one person the later one is the newer, down to the point behind an initial.
    let newest = rows.iter().rfind(|other| other["patient_id"] == row["patient_id"]).unwrap();
    let patient = words(&[&row["first_name"], &newest["middle_name"], &row["last_name"], &row["suffix"]]);
    let role = role(row);
    let representative = if role == "adult" { String::new() } else { row["representative_name"].clone() };
    let (street, last_lines) = address(row, role);
    let addressee = addressee(role, &patient, &representative, spanish);
    // The elements of all rows of one person, here told by the medical record number.
    let ids: BTreeSet<&str> =
        rows.iter().filter(|other| other["patient_id"] == row["patient_id"]).flat_map(|other| other["elements"].split(';')).collect();
    let elements = ELEMENTS.iter().filter(|(id, _, _)| ids.contains(id)).map(|(_, english, other)| if spanish { *other } else { *english });
    Expected {
        record: row["record_id"].clone(),
        provider: row["provider_id"].clone(),
        spanish,
        window: words(&[&addressee, &street, &last_lines]),
        salutation: salutation(role, &patient, &representative, spanish),
        code: row["activation_code"].clone(),
        elements: elements.collect(),
        email: row["email"].clone(),
        patient,
        representative,
        street,
    }
}

/// The role on the mail date: the list's word, but age decides who is a minor.
fn role(row: &BTreeMap<String, String>) -> &'static str {
    match row["status"].as_str() {
        "deceased" => "deceased",
        "represented" => "represented",
        _ if is_minor(&row["birth_date"], &row["state"]) => "minor",
        _ => "adult",
    }
}

fn is_minor(birth_date: &str, state: &str) -> bool {
    let parts: Vec<u16> = birth_date.split('-').map(|part| part.parse().unwrap()).collect();
    let majority = if state == "AL" { 19 } else { 18 };
    let comes_of_age = (parts[0] + majority, parts[1] as u8, parts[2] as u8);
    comes_of_age > MAIL_DATE
}

/// Street line and city line: the confidential address first, then that of who acts for the patient, then the home.
fn address(row: &BTreeMap<String, String>, role: &str) -> (String, String) {
    let kinds = ["confidential_", if role == "adult" { "" } else { "representative_" }, ""];
    let kind = kinds.into_iter().find(|kind| !row[&format!("{kind}address1")].is_empty()).unwrap();
    let cell = |name: &str| row[&format!("{kind}{name}")].as_str();
    let street = words(&[cell("address1"), cell("address2")]);
    let city = words(&[cell("city"), cell("state"), cell("postal_code")]);
    if cell("country").is_empty() {
        (capitals(&street), capitals(&city))
    } else {
        (street, format!("{city} {}", capitals(cell("country"))))
    }
}

/// As the post prefers it: capitals, no points or apostrophes, the suffix shortened (the sample writes only two out).
fn capitals(line: &str) -> String {
    let line = line.to_uppercase().replace(['.', '\''], "").replace(" PLAZA ", " PLZ ").replace(" SUITE ", " STE ");
    line.strip_suffix(" BEND").map_or(line.clone(), |street| format!("{street} BND"))
}

fn addressee(role: &str, patient: &str, representative: &str, spanish: bool) -> String {
    match (role, representative, spanish) {
        ("minor", "", false) => format!("To the Parent or Guardian of {patient}"),
        ("minor", "", true) => format!("Al padre, madre o tutor de {patient}"),
        ("minor", parent, false) => format!("{parent} Parent or Guardian of {patient}"),
        ("minor", parent, true) => format!("{parent} Padre, madre o tutor de {patient}"),
        ("deceased" | "represented", who, _) => who.to_owned(),
        _ => patient.to_owned(),
    }
}

fn salutation(role: &str, patient: &str, representative: &str, spanish: bool) -> String {
    match (role, representative, spanish) {
        ("minor", "", false) => format!("To the Parent or Guardian of {patient}:"),
        ("minor", "", true) => format!("Al padre, madre o tutor de {patient}:"),
        ("minor", parent, false) => format!("Dear {parent}, Parent or Guardian of {patient}:"),
        ("minor", parent, true) => format!("Estimado/a {parent}, padre, madre o tutor de {patient}:"),
        ("deceased" | "represented", who, _) => format!("Dear {who}:"),
        (_, _, true) => format!("Estimado/a {patient}:"),
        _ => format!("Dear {patient}:"),
    }
}

fn words(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

impl Expected {
    /// Demands that a text is this person's and nobody else's: names, code, salutation, elements, provider.
    #[track_caller]
    pub(crate) fn is_told_by(&self, text: &str, others: &[Expected]) {
        let record = &self.record;
        let text = flat(text);
        assert!(text.contains(&self.salutation), "{record}: no {:?} in {text}", self.salutation);
        assert!(text.contains(&self.patient), "{record}: the patient's name is missing");
        assert!(text.contains(&self.code), "{record}: the activation code is missing");
        assert_eq!(self.elements_in(&text), self.elements.iter().map(|element| (*element).to_owned()).collect(), "{record}: elements");
        for (id, name, signatory, discovered, descubierta) in PROVIDERS {
            assert_eq!(text.contains(name), id == self.provider, "{record}: provider {id}");
            assert_eq!(text.contains(signatory), id == self.provider, "{record}: signatory of {id}");
            let day = if self.spanish { descubierta } else { discovered };
            assert!(id != self.provider || text.contains(day), "{record}: {id} discovered it on {day}");
        }
        for other in others.iter().filter(|other| other.record != self.record) {
            let strange =
                |own: &[&str], value: &str| !value.is_empty() && !own.iter().any(|own| own.contains(value)) && text.contains(value);
            let own_names = [self.patient.as_str(), &self.representative];
            assert!(!strange(&[], &other.code), "{record} has the code of {}", other.record);
            assert!(!strange(&own_names, &other.patient), "{record} names {}", other.record);
            assert!(!strange(&own_names, &other.representative), "{record} names who acts for {}", other.record);
            assert!(!strange(&[&self.street], &other.street), "{record} has the street of {}", other.record);
            assert!(!strange(&[], &other.email), "{record} has the e-mail address of {}", other.record);
        }
    }

    /// The listed types of information, read from the bullets between their two headings.
    fn elements_in(&self, text: &str) -> BTreeSet<String> {
        let (begin, end) = if self.spanish {
            ("Qué información estuvo involucrada", "Qué estamos haciendo")
        } else {
            ("What Information Was Involved", "What We Are Doing")
        };
        let section = text.split_once(begin).unwrap_or_else(|| panic!("{}: no {begin}", self.record)).1.split_once(end).unwrap().0;
        section.split(" • ").skip(1).map(|element| element.trim().to_owned()).collect()
    }
}

/// A text with every run of white space as one blank, so that line breaks do not matter.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

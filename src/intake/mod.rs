//! Patient lists as they come -> rows: each value with its place, and a digest of the raw row.

mod cells;
mod columns;
mod contents;
pub mod dates;
mod layout;
mod mending;
mod reading;
#[cfg(test)]
mod tests;

use crate::error::{Error, Finding, Place, Result, Severity};
use crate::incident::{Incident, ProviderIndex};
use crate::privacy::Private;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A column of ours; see design "What a user writes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the column of the same name")]
pub enum Field {
    RecordId,
    PatientId,
    ProviderId,
    FullName,
    Prefix,
    FirstName,
    MiddleName,
    LastName,
    Suffix,
    BirthDate,
    Address1,
    Address2,
    City,
    State,
    PostalCode,
    Country,
    Phone,
    Email,
    EmailConsentOn,
    EmailConsentWithdrawnOn,
    EmailConsentScope,
    Language,
    AlternateFormat,
    Status,
    DeathDate,
    RepresentativeName,
    RepresentativeRelation,
    RepresentativeAddress1,
    RepresentativeAddress2,
    RepresentativeCity,
    RepresentativeState,
    RepresentativePostalCode,
    RepresentativeCountry,
    RepresentativeBlocked,
    ConfidentialAddress1,
    ConfidentialAddress2,
    ConfidentialCity,
    ConfidentialState,
    ConfidentialPostalCode,
    ConfidentialCountry,
    MinorConsentedCare,
    Elements,
    ActivationCode,
}

/// A type of information that was involved (design: `elements`), in the order in which letters list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the id of the same name")]
pub enum Element {
    Name,
    BirthDate,
    Ssn,
    DriversLicense,
    Mrn,
    ProviderNames,
    Diagnosis,
    Medications,
    TestResults,
    Images,
    Treatment,
    Insurance,
    FinancialAccount,
    Address,
    Phone,
    Email,
    ServiceDates,
}

impl Element {
    /// Every element with its id, in letter order.
    pub const ALL: [(Element, &'static str); 17] = [
        (Element::Name, "name"),
        (Element::BirthDate, "birth_date"),
        (Element::Ssn, "ssn"),
        (Element::DriversLicense, "drivers_license"),
        (Element::Mrn, "mrn"),
        (Element::ProviderNames, "provider_names"),
        (Element::Diagnosis, "diagnosis"),
        (Element::Medications, "medications"),
        (Element::TestResults, "test_results"),
        (Element::Images, "images"),
        (Element::Treatment, "treatment"),
        (Element::Insurance, "insurance"),
        (Element::FinancialAccount, "financial_account"),
        (Element::Address, "address"),
        (Element::Phone, "phone"),
        (Element::Email, "email"),
        (Element::ServiceDates, "service_dates"),
    ];

    /// The id used in lists and templates.
    pub fn id(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The element of an id; `None` when unknown.
    pub fn from_id(id: &str) -> Option<Element> {
        Self::ALL.iter().find(|(_, known)| *known == id).map(|(element, _)| *element)
    }
}

/// The set of elements involved for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Elements(u32);

impl Elements {
    /// Adds one.
    pub fn insert(&mut self, element: Element) {
        self.0 |= 1 << element as u32;
    }

    /// Whether it is in the set.
    pub fn contains(self, element: Element) -> bool {
        self.0 & (1 << element as u32) != 0
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Elements) -> Elements {
        Elements(self.0 | other.0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The elements in letter order.
    pub fn iter(self) -> impl Iterator<Item = Element> {
        Element::ALL.iter().map(|(element, _)| *element).filter(move |element| self.contains(*element))
    }
}

/// Index of a row in [`Intake::rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowIndex(pub u32);

/// One row of a list. Values are trimmed, whitespace collapsed, invisible characters removed, NFC as typed.
#[derive(Debug, Clone)]
pub struct Row {
    /// Index into [`Incident::lists`].
    pub list: u16,
    /// 1-based line in the file where the row starts.
    pub line: u64,
    /// SHA-256 of the raw row bytes as read (after decoding), for proof.
    pub digest: [u8; 32],
    /// The types of information involved for this row.
    pub elements: Elements,
    values: Private<Values>,
    /// Binds values and elements to the digest, for [`Row::is_intact`].
    binding: u64,
}

/// The non-empty values of a row in one allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Values {
    text: Box<str>,
    spans: Box<[(Field, u32, u32)]>,
}

impl Row {
    /// A row from its non-empty values.
    pub fn new(list: u16, line: u64, digest: [u8; 32], elements: Elements, values: &[(Field, &str)]) -> Row {
        let mut text = String::new();
        let mut spans = Vec::with_capacity(values.len());
        for (field, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
            let start = text.len() as u32;
            text.push_str(value);
            spans.push((*field, start, text.len() as u32));
        }
        let values = Private::new(Values { text: text.into(), spans: spans.into() });
        let mut row = Row { list, line, digest, elements, values, binding: 0 };
        row.binding = row.bound();
        row
    }

    /// Whether values and elements are still those that were read with this digest: nothing changed or swapped them since.
    pub fn is_intact(&self) -> bool {
        self.binding == self.bound()
    }

    fn bound(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.list, self.line, self.digest, self.elements, self.values.reveal()).hash(&mut hasher);
        hasher.finish()
    }

    /// Swaps everything that was read with another row's, but not where it was read.
    #[cfg(test)]
    pub(crate) fn swap_values(&mut self, other: &mut Row) {
        std::mem::swap(&mut self.values, &mut other.values);
    }

    /// The value of a field; empty when the row has none.
    pub fn get(&self, field: Field) -> &str {
        let values = self.values.reveal();
        values.spans.iter().find(|(known, _, _)| *known == field).map_or("", |(_, start, end)| &values.text[*start as usize..*end as usize])
    }
}

/// Everything that came in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Rows in list order, then file order; superseded rows of mended lists are left out.
    pub rows: Vec<Row>,
    /// Findings of this stage; those that refuse are already an error.
    pub findings: Vec<Finding>,
    /// Rows that cannot become a recipient as they stand (wrong number of cells, no record id, unknown provider …) are still rows and
    /// count as held recipients: the finding that holds each of them.
    pub broken: Vec<(RowIndex, Finding)>,
    /// Columns of each list that hold a header name of ours as written in the file: for places in findings.
    pub headers: Vec<Vec<(Field, String)>>,
}

impl Intake {
    /// The row at an index that this intake handed out.
    pub fn row(&self, index: RowIndex) -> &Row {
        &self.rows[index.0 as usize]
    }

    /// The key of a row, `list:record_id`. A row without `record_id` is keyed by its line, `list:line-12`.
    pub fn record_key(&self, incident: &Incident, index: RowIndex) -> String {
        let row = self.row(index);
        key(&incident.lists[usize::from(row.list)].name, row.get(Field::RecordId), row.line)
    }

    /// The provider that a row concerns: by its `provider_id`, else that of the list, else the only one there is; `None` when the row
    /// names one that does not exist, or none where there are several.
    pub fn provider(&self, incident: &Incident, index: RowIndex) -> Option<ProviderIndex> {
        let row = self.row(index);
        match row.get(Field::ProviderId) {
            "" => list_provider(incident, usize::from(row.list)),
            id => incident.provider_by_id(id),
        }
    }

    /// The place of a value, by the header the file uses.
    pub fn place(&self, incident: &Incident, index: RowIndex, field: Field) -> Place {
        let row = self.row(index);
        let place = Place::line(&incident.lists[usize::from(row.list)].file, row.line);
        match self.headers[usize::from(row.list)].iter().find(|(known, _)| *known == field) {
            Some((_, header)) => place.column(header),
            None => place,
        }
    }
}

/// A record key.
fn key(list: &str, record_id: &str, line: u64) -> String {
    if record_id.is_empty() { format!("{list}:line-{line}") } else { format!("{list}:{record_id}") }
}

/// The provider of a list's rows that name none themselves: the list's, that of the list it mends, or the only one there is.
fn list_provider(incident: &Incident, list: usize) -> Option<ProviderIndex> {
    let named = std::iter::once(list).chain(mending::ancestors(incident, list)).find_map(|list| incident.lists[list].provider.as_ref());
    match (named, incident.providers.len()) {
        (Some(id), _) => incident.provider_by_id(id),
        (None, 1) => Some(ProviderIndex(0)),
        (None, _) => None,
    }
}

/// Reads every list of the incident.
///
/// # Errors
/// Refused when a list cannot be used at all: missing file, missing column, unreadable encoding, a quote that never closes. All such
/// faults of all lists come at once.
pub fn read(incident: &Incident) -> Result<Intake> {
    let names = columns::ColumnNames::load()?;
    let mut intake = Intake::default();
    let mut all = mending::AllRows::default();
    for index in 0..incident.lists.len() {
        match reading::read(incident, index, &names) {
            Err(findings) => intake.findings.extend(findings),
            Ok(list) => {
                let start = all.rows.len();
                all.rows.extend(list.rows);
                all.faults.extend(list.faults.into_iter().map(|(index, finding)| (start + index, finding)));
                all.mended_lines.extend(list.mended_lines.into_iter().map(|(index, line)| (start + index, line)));
                intake.findings.extend(list.findings);
                intake.headers.push(list.headers);
            }
        }
    }
    if intake.findings.iter().any(|finding| finding.severity == Severity::Refuses) {
        return Err(Error::refused_all(intake.findings));
    }
    all.hold_twins(incident);
    all.supersede(incident);
    intake.rows = all.rows;
    all.faults.sort_by_key(|(index, _)| *index);
    for (index, finding) in all.faults {
        let index = RowIndex(u32::try_from(index).map_err(|_| Error::bug("more rows than a row index can tell apart"))?);
        // A row is held once, by its first fault; the others are told beside it.
        if intake.broken.last().is_some_and(|(last, _)| *last == index) {
            intake.findings.push(finding);
        } else {
            intake.broken.push((index, finding));
        }
    }
    Ok(intake)
}

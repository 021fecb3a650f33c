//! Patient lists as they come -> rows: each value with its place, and a digest of the raw row.

mod ahead;
mod cells;
mod columns;
mod contents;
pub mod dates;
mod decisive;
mod elements;
mod faults;
mod fields;
mod heading;
mod layout;
mod mending;
mod missing;
mod reading;
mod row_judge;
mod row_life;
mod rows;
mod source;
mod street;
#[cfg(test)]
mod tests;
mod texts;
mod unknown;
mod workbook;
mod workbook_cells;
mod workbook_parts;
#[cfg(test)]
mod workbook_tests;

use crate::error::{Error, Finding, Place, Result, Severity};
use crate::incident::{Incident, List, ProviderIndex};
use faults::{Lift, RowFault};
use std::path::Path;

pub use elements::{Element, Elements};
pub use faults::{Doubt, HeldEntry};
pub use fields::Field;
pub use rows::{Row, Rows};
pub(crate) use texts::{At, Texts};

/// Index of a row in [`Intake::rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowIndex(pub u32);

/// Everything that came in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Rows in list order, then file order; superseded rows of mended lists are left out.
    pub rows: Rows,
    /// Findings of this stage; those that refuse are already an error.
    pub findings: Vec<Finding>,
    /// Rows that cannot become a recipient as they stand (wrong number of cells, no record id, unknown provider …) are still rows and
    /// count as held recipients: the finding that holds each of them.
    pub broken: Vec<(RowIndex, Finding)>,
    /// What holds whoever a row is merged into; by rows in order, worst first.
    pub doubts: Vec<Doubt>,
    /// The entries behind `broken` and `doubts`, by rows in order.
    pub entries: Vec<HeldEntry>,
    /// What places call each list: the file, and in brackets the sheet of a spreadsheet, `list.xlsx[Affected]`.
    pub files: Vec<String>,
    /// Columns of each list that hold a header name of ours as written in the file: for places in findings.
    pub headers: Vec<Vec<(Field, String)>>,
}

impl Intake {
    /// Takes in the faults of one row, worst first. A row that is no recipient is held by one of them, and the others are told beside it.
    fn take_faults(&mut self, faults: &[(usize, RowFault)]) -> Result<()> {
        let Some((index, _)) = faults.first() else { return Ok(()) };
        let row = RowIndex(u32::try_from(*index).map_err(|_| Error::bug("more rows than a row index can tell apart"))?);
        let entries = faults.iter().filter_map(|(_, fault)| fault.entry.clone());
        self.entries.extend(entries.map(|(column, cell)| HeldEntry { row, column, cell }));
        let breaks = faults.iter().position(|(_, fault)| fault.lift == Lift::NoRecipient);
        for (at, (_, fault)) in faults.iter().enumerate() {
            match breaks {
                Some(breaking) if breaking == at => self.broken.push((row, fault.finding.clone())),
                Some(_) => self.findings.push(fault.finding.clone()),
                None => self.doubts.push(Doubt { row, finding: fault.finding.clone(), may_be_ruled: fault.lift == Lift::Ruling }),
            }
        }
        Ok(())
    }

    /// The row at an index that this intake handed out.
    pub fn row(&self, index: RowIndex) -> Row<'_> {
        self.rows.get(index.0 as usize)
    }

    /// What holds whoever a row is merged into, worst first.
    pub fn doubts_of(&self, row: RowIndex) -> &[Doubt] {
        let start = self.doubts.partition_point(|doubt| doubt.row < row);
        let length = self.doubts[start..].partition_point(|doubt| doubt.row == row);
        &self.doubts[start..start + length]
    }

    /// The entries behind the faults of a row, each by the column that mend.csv gives it in.
    pub fn entries_of(&self, row: RowIndex) -> impl Iterator<Item = &HeldEntry> {
        let start = self.entries.partition_point(|entry| entry.row < row);
        self.entries[start..].iter().take_while(move |entry| entry.row == row)
    }

    /// The key of a row, `list:record_id`. A row without `record_id` is keyed by its line, `list:line-12`.
    pub fn record_key(&self, incident: &Incident, index: RowIndex) -> String {
        let row = self.row(index);
        key(&incident.lists[usize::from(row.list)], row.get(Field::RecordId), row.line)
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

    /// The place of a row.
    pub fn row_place(&self, index: RowIndex) -> Place {
        let row = self.row(index);
        Place::line(&self.files[usize::from(row.list)], row.line)
    }

    /// The place of a value, by the header the file uses.
    pub fn place(&self, index: RowIndex, field: Field) -> Place {
        let row = self.row(index);
        let place = self.row_place(index);
        match self.headers[usize::from(row.list)].iter().find(|(known, _)| *known == field) {
            Some((_, header)) => place.column(header),
            None => place,
        }
    }
}

/// A record key. A row without `record_id` is that of its own file: the list that it mends may have another on this line.
fn key(list: &List, record_id: &str, line: u64) -> String {
    if record_id.is_empty() { format!("{}:line-{line}", list.own_name()) } else { format!("{}:{record_id}", list.name) }
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

/// Two lists that come to one sheet: which one a name means, or is chosen where none is named, only the spreadsheet tells.
fn same_sheet(list: &List, file: &str) -> Finding {
    let place = Place::line("incident.toml", list.line).column(if list.sheet.is_some() { "sheet" } else { "file" });
    let hint = "remove one of the two, or name another sheet: every person in it would be counted twice";
    Finding::refuses("duplicate-list", place, format!("`{file}` is read by two [[lists]]"), hint)
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
        let mended = mending::ancestors(incident, index).first().and_then(|mended| all.columns.get(*mended));
        match reading::read(incident, index, &names, mended, &mut all.rows) {
            Err(findings) => {
                intake.findings.extend(findings);
                all.columns.push(layout::Columns::default());
            }
            Ok(list) => {
                all.faults.extend(list.faults);
                all.mended_lines.extend(list.mended_lines);
                if all.files.iter().any(|earlier| Path::new(earlier) == Path::new(&list.file)) {
                    intake.findings.push(same_sheet(&incident.lists[index], &list.file));
                }
                all.files.push(list.file);
                all.columns.push(list.columns);
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
    all.rows.finish();
    intake.rows = all.rows;
    intake.files = all.files;
    all.faults.sort_by_key(|(index, _)| *index);
    for faults in all.faults.chunk_by(|(one, _), (other, _)| one == other) {
        intake.take_faults(faults)?;
    }
    Ok(intake)
}

//! held.csv, mend.csv, merged.csv, possible.csv: what a person works from after a run.

use super::table::Table;
use crate::deliberate::panic_at;
use crate::error::Result;
use crate::incident::Incident;
use crate::intake::{Field, Intake, RowIndex};
use crate::recipients::{Disposition, Recipients};
use std::collections::BTreeSet;
use std::path::Path;

/// Writes the four tables into a folder. mend.csv holds patient data, as the lists do.
///
/// # Errors
/// Failed when the folder cannot be written.
pub fn write_tables(folder: &Path, incident: &Incident, intake: &Intake, recipients: &Recipients) -> Result<()> {
    let tables = Tables { folder, incident, intake };
    tables.held(recipients)?;
    tables.mend(recipients)?;
    tables.merged(recipients)?;
    tables.possible(recipients)
}

struct Tables<'a> {
    folder: &'a Path,
    incident: &'a Incident,
    intake: &'a Intake,
}

impl Tables<'_> {
    fn held(&self, recipients: &Recipients) -> Result<()> {
        let mut table = Table::begin(self.folder.join("held.csv"), &["file", "line", "record_id", "code", "reason", "hint"])?;
        for recipient in recipients.people.outlines() {
            if let Disposition::Held(finding) = recipient.disposition {
                let [file, line, record] = self.row_place(recipient.rows[0]);
                table.row(&[&file, &line, &record, finding.code, &finding.reason, &finding.hint])?;
            }
        }
        table.finish()
    }

    /// Held rows in our own column names, to be corrected and added as a list that mends the other. An entry that holds a row stands
    /// there as it was typed, in a column of its own where none of ours takes it: what nobody corrects holds the row again.
    fn mend(&self, recipients: &Recipients) -> Result<()> {
        let ours: Vec<&str> = Field::ALL.iter().map(|(_, name)| *name).collect();
        let held = || recipients.people.outlines().filter(|recipient| matches!(recipient.disposition, Disposition::Held(_)));
        let entries = held().flat_map(|recipient| recipient.rows).flat_map(|row| self.intake.entries_of(*row));
        let others: BTreeSet<&str> = entries.map(|entry| entry.column.as_str()).filter(|column| !ours.contains(column)).collect();
        // `line` lets the mended list replace rows that have no record id of their own.
        let header: Vec<&str> = ["file", "line"].into_iter().chain(ours).chain(others.iter().copied()).chain(["reason"]).collect();
        let mut table = Table::begin(self.folder.join("mend.csv"), &header)?;
        for recipient in held() {
            let Disposition::Held(finding) = recipient.disposition else { continue };
            for index in recipient.rows {
                let row = self.intake.row(*index);
                let [file, line, _] = self.row_place(*index);
                panic_at("tables", &row);
                let elements = row.elements.iter().map(crate::intake::Element::id).collect::<Vec<_>>().join(";");
                let value = |column: &str| match Field::from_name(column) {
                    Some(Field::Elements) => elements.as_str(),
                    field => field.map_or("", |field| row.get(field)),
                };
                let entry = |column: &str| self.intake.entries_of(*index).find(|entry| entry.column == column);
                let cells = header[2..header.len() - 1].iter();
                let cells = cells.map(|column| entry(column).map_or_else(|| value(column), |entry| entry.cell.reveal()));
                let cells: Vec<&str> = [file.as_str(), &line].into_iter().chain(cells).chain([&*finding.reason]).collect();
                table.row(&cells)?;
            }
        }
        table.finish()
    }

    fn merged(&self, recipients: &Recipients) -> Result<()> {
        let columns = ["file", "line", "record_id", "into_record_id", "rule", "reason"];
        let mut table = Table::begin(self.folder.join("merged.csv"), &columns)?;
        for merge in &recipients.merges {
            let [file, line, record] = self.row_place(merge.row);
            let [_, _, into] = self.row_place(merge.into);
            table.row(&[&file, &line, &record, &into, merge.rule, merge.reason])?;
        }
        table.finish()
    }

    fn possible(&self, recipients: &Recipients) -> Result<()> {
        let columns = ["file", "line", "record_id", "other_file", "other_line", "other_record_id", "reason"];
        let mut table = Table::begin(self.folder.join("possible.csv"), &columns)?;
        for pair in &recipients.possible {
            let [file, line, record] = self.row_place(pair.row);
            let [other_file, other_line, other] = self.row_place(pair.other);
            table.row(&[&file, &line, &record, &other_file, &other_line, &other, pair.reason])?;
        }
        table.finish()
    }

    fn row_place(&self, index: RowIndex) -> [String; 3] {
        let row = self.intake.row(index);
        let file = self.incident.lists[usize::from(row.list)].own_name().into_owned();
        [file, row.line.to_string(), row.get(Field::RecordId).to_owned()]
    }
}

//! One list: its header, what its columns are, then row by row.

use super::ahead::KeptRow;
use super::columns::ColumnNames;
use super::contents::{self, Wanted};
use super::row_judge::{Judge, JudgedRow, value_of};
use super::source::Source;
use super::{Field, Rows, heading, layout};
use crate::error::{Finding, Place, Result, Severity};
use crate::incident::{Incident, List};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// What one list held beside its rows.
#[derive(Debug, Default)]
pub(super) struct ListRows {
    /// What holds a row, by its index in all rows; worst first.
    pub(super) faults: Vec<(usize, Finding)>,
    /// What concerns the list as a whole.
    pub(super) findings: Vec<Finding>,
    /// What places call the list.
    pub(super) file: String,
    /// Columns that hold a field, as the file calls them.
    pub(super) headers: Vec<(Field, String)>,
    /// In a mended list, the line of the row that each row replaces, where it tells; rows by their index in all rows.
    pub(super) mended_lines: Vec<(usize, u64)>,
}

/// Reads a list of the incident, whose rows are added to those of the lists before it.
///
/// # Errors
/// Refused when the list cannot be used at all.
pub(super) fn read(incident: &Incident, index: usize, names: &ColumnNames, all: &mut Rows) -> Result<ListRows, Vec<Finding>> {
    let list = &incident.lists[index];
    let mut source = Source::open(incident, list)?;
    let mut found = ListRows { findings: source.assumed(), file: source.file.clone(), ..ListRows::default() };
    let heading = heading::find(&mut source, list, names)?;
    let provider_known = super::list_provider(incident, index).is_some();
    let mut look = |columns: &[Wanted]| contents::look(&mut source, &heading, columns);
    let (layout, findings) = layout::of(list, names, &heading, &mut look, provider_known)?;
    found.findings.extend(findings);
    if found.findings.iter().any(|finding| finding.severity == Severity::Refuses) {
        return Err(found.findings);
    }
    found.headers = layout.fields.iter().map(|(field, position)| (*field, layout.headers[*position].clone())).collect();
    let judge = Judge { incident, names, heading: &heading, layout: &layout, provider_known };
    let before = all.len();
    let mut refused = None;
    let length = source.length();
    source.pass_many(&mut |rows| {
        if all.len() == before {
            all.reserve(about_how_many(length, rows));
        }
        let judged: Vec<_> = rows.par_iter().map(|row| judge.judge(&row.as_row())).collect();
        for row in judged {
            match row {
                Ok(row) => row.into_iter().for_each(|row| keep(row, (index, list), all, &mut found)),
                Err(finding) => {
                    refused = Some(*finding);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    if let Some(finding) = refused {
        found.findings.push(finding);
        return Err(found.findings);
    }
    if all.len() == before {
        let reason = "the list has a header but no rows";
        found.findings.push(Finding::warns("no-rows", Place::file(&found.file), reason, "check that it was saved whole"));
    }
    Ok(found)
}

/// More rows than this are not made room for at once: the first ones may be unlike the others.
const MOST_AT_ONCE: usize = 8_000_000;

/// How many rows a text of so many bytes has, by the first of them.
fn about_how_many(length: Option<u64>, first: &[KeptRow]) -> usize {
    let bytes: u64 = first.iter().map(|row| row.as_row().raw.len() as u64 + 1).sum();
    let rows = length.map_or(first.len() as u64, |length| length.saturating_mul(first.len() as u64) / bytes.max(1));
    // A few more than that: one that is missing doubles the room.
    usize::try_from(rows + rows / 50).unwrap_or(MOST_AT_ONCE).min(MOST_AT_ONCE)
}

fn keep(row: JudgedRow<'_>, (index, list): (usize, &List), all: &mut Rows, found: &mut ListRows) {
    let at = all.len();
    all.push(u16::try_from(index).unwrap_or(u16::MAX), row.line, row.digest, row.elements, &row.values);
    found.findings.extend(row.warning);
    found.mended_lines.extend(row.mended_line.map(|line| (at, line)));
    if !row.faults.is_empty() {
        let key = super::key(list, value_of(&row.values, Field::RecordId), row.line);
        found.faults.extend(row.faults.into_iter().map(|finding| (at, finding.record(&key))));
    }
}

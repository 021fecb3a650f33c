//! One list: its header, what its columns are, then row by row.

use super::ahead::KeptRow;
use super::columns::ColumnNames;
use super::contents::Looking;
use super::faults::RowFault;
use super::heading::{self, Heading};
use super::layout::{Columns, Layout, Look};
use super::row_judge::{Judge, JudgedRow, value_of};
use super::source::Source;
use super::{Field, Rows, layout};
use crate::deliberate::panic_at;
use crate::error::{Finding, Place, Result, Severity};
use crate::incident::{Incident, List};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// What one list held beside its rows.
#[derive(Debug, Default)]
pub(super) struct ListRows {
    /// What holds a row, by its index in all rows; worst first.
    pub(super) faults: Vec<(usize, RowFault)>,
    /// What concerns the list as a whole.
    pub(super) findings: Vec<Finding>,
    /// What places call the list.
    pub(super) file: String,
    /// Columns that hold a field, as the file calls them.
    pub(super) headers: Vec<(Field, String)>,
    /// What it has columns for.
    pub(super) columns: Columns,
    is_empty: bool,
    /// In a mended list, the line of the row that each row replaces, where it tells; rows by their index in all rows.
    pub(super) mended_lines: Vec<(usize, u64)>,
}

/// Reads a list of the incident, whose rows are added to those of the lists before it; `mended` are the columns of the list that it mends.
///
/// # Errors
/// Refused when the list cannot be used at all.
pub(super) fn read(
    incident: &Incident,
    index: usize,
    names: &ColumnNames,
    mended: Option<&Columns>,
    all: &mut Rows,
) -> Result<ListRows, Vec<Finding>> {
    let list = &incident.lists[index];
    let mut source = Source::open(incident, list)?;
    let heading = heading::find(&mut source, list, names)?;
    source.refuse_merged(heading.line)?;
    let provider_known = super::list_provider(incident, index).is_some();
    let reading = Reading { incident, index, list, names, heading: &heading, mended, provider_known };
    let before = all.len();
    if let Some(found) = reading.in_one_pass(&mut source, all)? {
        return Ok(found);
    }
    all.truncate(before);
    reading.in_two_passes(&mut source, all)
}

/// A list whose header is known.
struct Reading<'a> {
    incident: &'a Incident,
    index: usize,
    list: &'a List,
    names: &'a ColumnNames,
    heading: &'a Heading,
    mended: Option<&'a Columns>,
    /// Whether a row that names no provider has one all the same.
    provider_known: bool,
}

impl Reading<'_> {
    /// Judges every row by what the start of the list tells of its columns; `None` when the whole list tells something else, or when it
    /// has to be refused. Nearly always the start is right, and a list of a million rows is read once less.
    fn in_one_pass(&self, source: &mut Source, all: &mut Rows) -> Result<Option<ListRows>, Vec<Finding>> {
        let mut wanted = Vec::new();
        let (guess, findings) = self.layout(&mut |columns| {
            columns.clone_into(&mut wanted);
            let mut start = Looking::new(self.heading, columns);
            source.look_at_start(source.separator(), &mut |row| start.note(row))?;
            Ok(start.seen())
        })?;
        if refuse(&findings) {
            return Ok(None);
        }
        let mut whole = Looking::new(self.heading, &wanted);
        let mut found = ListRows::default();
        if self.judge_all(source, &guess, all, &mut found, Some(&mut whole))?.is_some() {
            return Ok(None);
        }
        let seen = whole.seen();
        let (layout, findings) = self.layout(&mut |_| Ok(seen.clone()))?;
        let holds = layout == guess && !refuse(&findings);
        Ok(holds.then(|| self.told(source, &layout, findings, found)))
    }

    /// Looks through the whole list first, then judges every row.
    fn in_two_passes(&self, source: &mut Source, all: &mut Rows) -> Result<ListRows, Vec<Finding>> {
        let (layout, findings) = self.layout(&mut |columns| {
            let mut whole = Looking::new(self.heading, columns);
            source.pass(&mut |row| whole.note(row))?;
            Ok(whole.seen())
        })?;
        if refuse(&findings) {
            return Err([source.assumed(), findings].concat());
        }
        let mut found = ListRows::default();
        let refused = self.judge_all(source, &layout, all, &mut found, None)?;
        let mut found = self.told(source, &layout, findings, found);
        match refused {
            None => Ok(found),
            Some(finding) => {
                found.findings.push(*finding);
                Err(found.findings)
            }
        }
    }

    fn layout(&self, look: &mut Look<'_>) -> Result<(Layout, Vec<Finding>), Vec<Finding>> {
        layout::of(self.list, self.names, self.heading, look, self.mended, self.provider_known)
    }

    /// Judges and keeps the rows; what comes back refuses the list. `whole` sees every row as well.
    fn judge_all(
        &self,
        source: &mut Source,
        layout: &Layout,
        all: &mut Rows,
        found: &mut ListRows,
        mut whole: Option<&mut Looking<'_>>,
    ) -> Result<Option<Box<Finding>>, Vec<Finding>> {
        let Reading { incident, names, heading, provider_known, .. } = *self;
        let others = incident.lists.iter().filter(|other| other.name != self.list.name);
        let others = others.map(|other| other.own_name().into_owned()).collect();
        let judge = Judge { incident, names, heading, layout, others, provider_known };
        let (before, length) = (all.len(), source.length());
        let mut refused = None;
        source.pass_many(&mut |rows| {
            if all.len() == before {
                all.reserve(about_how_many(length, rows));
            }
            // One core looks while the others judge.
            let look = || whole.as_mut().map(|whole| rows.iter().try_for_each(|row| whole.note(&row.as_row())));
            let judge_each = || rows.par_iter().map(|row| judge.judge(&row.as_row())).collect::<Vec<_>>();
            let (_, judged) = rayon::join(look, judge_each);
            for row in judged {
                match row {
                    Ok(row) => row.into_iter().for_each(|row| keep(row, (self.index, self.list), all, found)),
                    Err(finding) => {
                        refused = Some(finding);
                        return ControlFlow::Break(());
                    }
                }
            }
            ControlFlow::Continue(())
        })?;
        found.is_empty = refused.is_none() && all.len() == before;
        Ok(refused)
    }

    /// What was found, with what is to be told of the list as a whole.
    fn told(&self, source: &Source, layout: &Layout, findings: Vec<Finding>, found: ListRows) -> ListRows {
        let file = source.file.clone();
        let headers = layout.fields.iter().map(|(field, position)| (*field, layout.headers[*position].clone())).collect();
        let mut findings = [source.assumed(), findings, found.findings].concat();
        if found.is_empty {
            let reason = "the list has a header but no rows";
            findings.push(Finding::warns("no-rows", Place::file(&file), reason, "check that it was saved whole"));
        }
        ListRows { findings, file, headers, columns: Columns::of(layout), ..found }
    }
}

fn refuse(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Refuses)
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
    panic_at("intake", &all.get(at));
    found.findings.extend(row.warning);
    found.mended_lines.extend(row.mended_line.map(|line| (at, line)));
    if !row.faults.is_empty() {
        let key = super::key(list, value_of(&row.values, Field::RecordId), row.line);
        let faults = row.faults.into_iter().map(|fault| RowFault { finding: fault.finding.record(&key), ..fault });
        found.faults.extend(faults.map(|fault| (at, fault)));
    }
}

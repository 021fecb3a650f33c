//! What the mail house reports of each piece: printed, spoiled, destroyed, pulled, undeliverable, mailed.

use super::cells::{Cell, attempt, day, piece, whole_number};
use super::columns;
use super::profile::{ProductionProfile, Profiles};
use super::report::Report;
use super::status::ProductionStatus;
use super::table::{Row, Table};
use crate::error::{Error, Finding, Place, Result};
use crate::ledger::Piece;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

/// One line of a production report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductionRow {
    /// 1-based line of the file.
    pub line: u64,
    /// The piece.
    pub piece: Piece,
    /// 1-based attempt; absent when the house does not count them.
    pub attempt: Option<u32>,
    /// What became of it.
    pub status: ProductionStatus,
    /// The mail date of what was mailed, which it always has; else the day of the status, absent when none is told.
    pub on: Option<Date>,
    /// A reason word of the profile, `other` for any that it does not have; empty when none is told.
    pub reason: String,
    /// Sheets that were printed, and that should have been; absent unless both are told.
    pub sheets: Option<(u32, u32)>,
}

/// A totals line.
struct Total {
    line: u64,
    count: Option<u32>,
}

struct Reading<'p> {
    profile: &'p ProductionProfile,
    rows: Vec<ProductionRow>,
    /// Lines below the header that are no totals.
    lines: u64,
    total: Option<Total>,
    /// First line behind the totals.
    behind: Option<u64>,
}

/// Reads a production report; `folder` is the incident's, whose received.toml may describe the file.
///
/// # Errors
/// Refused when the file cannot be read, no profile fits, or the totals line tells another number of lines than there are.
pub fn read(folder: &Path, file: &Path) -> Result<Report<ProductionRow>> {
    let profiles = Profiles::load(folder)?.production;
    let table = Table::open(file)?;
    let (profile, columns) = columns::choose(&table, &profiles)?;
    let mut findings: Vec<Finding> = table.assumed().into_iter().collect();
    let mut reading = Reading { profile, rows: Vec::new(), lines: 0, total: None, behind: None };
    table.each(&columns, &mut findings, &mut |row| reading.take(row))?;
    reading.refuse_wrong_totals(table.file())?;
    let rows = possible(table.file(), reading.rows, &mut findings);
    findings.sort_by_key(|finding| finding.place.line);
    Ok(Report { rows, findings })
}

impl Reading<'_> {
    fn take(&mut self, row: &Row<'_>) -> Cell<()> {
        if self.profile.is_total(row.cell("piece")) && self.total.is_none() {
            let count = whole_number(row, "count", "production-total").unwrap_or(None);
            self.total = Some(Total { line: row.line, count });
            return Ok(());
        }
        if self.total.is_some() {
            self.behind.get_or_insert(row.line);
        }
        self.lines += 1;
        row.whole()?;
        self.rows.push(production_row(self.profile, row)?);
        Ok(())
    }

    fn refuse_wrong_totals(&self, file: &str) -> Result<()> {
        let Some(total) = &self.total else { return Ok(()) };
        let refused = |line, reason: String| {
            let hint = "nothing was taken from the file: ask the house for the whole report";
            Err(Error::refused("production-total", Place::line(file, line).column("count"), reason, hint))
        };
        match (self.behind, total.count) {
            (Some(line), _) => refused(line, "lines follow the totals line: two reports may have been put into one file".to_owned()),
            (None, None) => refused(total.line, "the totals line has no count that can be read, in a column that is known".to_owned()),
            (None, Some(count)) if u64::from(count) != self.lines => {
                refused(total.line, format!("the totals line tells of {count} lines, and there are {}", self.lines))
            }
            (None, Some(_)) => Ok(()),
        }
    }
}

fn production_row(profile: &ProductionProfile, row: &Row<'_>) -> Cell<ProductionRow> {
    let piece = piece(row, "production-piece")?;
    let attempt = attempt(row, "production-attempt")?;
    let hint = "add the house's word to the profile's `statuses` in received.toml beside incident.toml";
    let status = profile.status(row.cell("status"));
    let status = status.ok_or_else(|| row.fault("status", "production-status", "the status is none of the profile's words", hint))?;
    let mail_date = day(row, "mail_date", "production-date")?;
    let on = if status == ProductionStatus::Mailed { mail_date } else { day(row, "on", "production-date")? };
    if status == ProductionStatus::Mailed && on.is_none() {
        let hint = "ask the house for the day on which it gave the piece to the post: the deadline is measured by it";
        return Err(row.fault("mail_date", "production-no-mail-date", "the piece is reported as mailed without a mail date", hint));
    }
    let printed = whole_number(row, "sheets_printed", "production-sheets")?;
    let expected = whole_number(row, "sheets_expected", "production-sheets")?;
    let sheets = printed.zip(expected);
    let is_good = matches!(status, ProductionStatus::Printed | ProductionStatus::Mailed);
    if is_good && sheets.is_some_and(|(printed, expected)| printed != expected) {
        let hint = "treat the letter as incomplete: ask the house where it is, have it destroyed and reprinted";
        let reason = "another number of sheets was printed than the letter has: a sheet is missing, or is another person's";
        return Err(row.fault("sheets_printed", "production-sheets", reason, hint));
    }
    Ok(ProductionRow { line: row.line, piece, attempt, status, on, reason: profile.reason(row.cell("reason")), sheets })
}

/// The rows without those of attempts whose statuses cannot have followed one another: of these nothing is believed. The same status
/// told again is left out.
fn possible(file: &str, rows: Vec<ProductionRow>, findings: &mut Vec<Finding>) -> Vec<ProductionRow> {
    let key = |row: &ProductionRow| (row.piece, row.attempt);
    let mut latest: BTreeMap<(Piece, Option<u32>), Option<ProductionStatus>> = BTreeMap::new();
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        let place = Place::line(file, row.line).column("status");
        match latest.get(&key(&row)).copied() {
            Some(Some(before)) if before == row.status => {
                let reason = "the line tells the same of this attempt as one above; it was left out";
                findings.push(Finding::warns(
                    "production-line-twice",
                    place,
                    reason,
                    "ask the house whether it stands for another attempt",
                ));
                continue;
            }
            Some(before) if before.is_none_or(|before| !before.may_become(row.status)) => {
                let reason = "this status cannot have followed what is told above of the same attempt; all its lines were left out";
                let hint = "ask the house what became of the piece; a reprint is an attempt of its own";
                findings.push(Finding::warns("production-order", place, reason, hint));
                latest.insert(key(&row), None);
                continue;
            }
            _ => {}
        }
        latest.insert(key(&row), Some(row.status));
        kept.push(row);
    }
    kept.retain(|row| latest.get(&key(row)).is_some_and(Option::is_some));
    kept
}

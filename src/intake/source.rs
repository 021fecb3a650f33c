//! One list as a source of rows. It is read in passes, as often as is needed, and never held whole.

use super::ahead::{self, KeptRow};
use super::cells::clean;
use super::workbook::{self, Workbook};
use crate::error::{Finding, Place};
use crate::incident::csv_rows::{CsvRow, CsvRows, TooManyCells};
use crate::incident::text_file::{self, Examined};
use crate::incident::{Incident, List};
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A list that is open.
pub(super) struct Source {
    /// What places call it: the file, and in brackets the sheet of a spreadsheet.
    pub(super) file: String,
    form: Form,
    /// What stands between two cells of text.
    separator: u8,
    /// How many cells each row of a sheet has at least: where nothing follows, a spreadsheet writes nothing.
    width: usize,
}

enum Form {
    Text { path: PathBuf, examined: Box<Examined> },
    Sheet(Box<Workbook>),
}

/// Takes one row after the other, until it has enough.
pub(super) type Take<'a> = dyn FnMut(&CsvRow<'_>) -> ControlFlow<()> + 'a;

/// No name of a sheet is longer; what is, is cut.
const SHEET: usize = 200;

/// So much of a text is looked at for its header.
const START: u64 = 4 * 1024 * 1024;

impl Source {
    /// Opens a list of the incident.
    ///
    /// # Errors
    /// Refused when it can be read neither as text nor as a spreadsheet.
    pub(super) fn open(incident: &Incident, list: &List) -> Result<Source, Vec<Finding>> {
        let (file, path) = (list.file.clone(), incident.folder.join(&list.file));
        if fs_err::metadata(&path).is_ok_and(|there| !there.is_file()) {
            let hint = "name a CSV or XLSX file; a folder, a pipe or a device cannot be a list";
            return Err(vec![Finding::refuses("list-no-file", Place::file(file), "the list is no regular file", hint)]);
        }
        if workbook::is_workbook(&path).map_err(|error| unreadable(&file, &error))? {
            let workbook = Workbook::open(list, &path)?;
            let file = format!("{file}[{}]", clean(&workbook.sheet).chars().take(SHEET).collect::<String>());
            return Ok(Source { file, form: Form::Sheet(Box::new(workbook)), separator: b',', width: 0 });
        }
        if list.sheet.is_some() {
            let place = Place::line("incident.toml", list.line).column("sheet");
            let hint = "take `sheet` out: only spreadsheets (.xlsx) have sheets";
            return Err(vec![Finding::refuses("unknown-sheet", place, format!("`{file}` is no spreadsheet"), hint)]);
        }
        let examined = fs_err::File::open(&path).and_then(|opened| text_file::examine(&file, opened));
        let examined = examined.map_err(|error| unreadable(&file, &error))?.map_err(|error| error.findings)?;
        Ok(Source { file, form: Form::Text { path, examined: Box::new(examined) }, separator: b',', width: 0 })
    }

    /// What had to be assumed to read it.
    pub(super) fn assumed(&self) -> Vec<Finding> {
        match &self.form {
            Form::Text { examined, .. } => examined.assumed.iter().cloned().collect(),
            Form::Sheet(workbook) => workbook.notes.clone(),
        }
    }

    /// The separators that may stand between its cells; a sheet needs none.
    pub(super) fn separators(&self) -> &'static [u8] {
        match &self.form {
            Form::Text { .. } => b",;\t|",
            Form::Sheet(_) => b",",
        }
    }

    /// Bytes of a text.
    pub(super) fn length(&self) -> Option<u64> {
        let Form::Text { path, .. } = &self.form else { return None };
        fs_err::metadata(path).ok().map(|file| file.len())
    }

    /// Settles what separates its cells, and how many the header has.
    pub(super) fn settle(&mut self, separator: u8, width: usize) {
        self.separator = separator;
        self.width = width;
    }

    /// Refuses a spreadsheet with cells that are merged over several rows below the header: only the first of these rows has what stands
    /// in them, and whoever stands in the others might be written to as living.
    ///
    /// # Errors
    /// The refusal, or when the list cannot be read.
    pub(super) fn refuse_merged(&mut self, header: u64) -> Result<(), Vec<Finding>> {
        let Form::Sheet(workbook) = &mut self.form else { return Ok(()) };
        let merged = workbook.merged_below(header).map_err(|fault| workbook::refused(&self.file, fault))?;
        merged.map_or(Ok(()), |line| {
            let reason = "cells of several rows are merged: what stands in them cannot be told to belong to one row or to all";
            let hint = "take the merging off (in the spreadsheet program: unmerge), and fill every row";
            Err(vec![Finding::refuses("merged-cells", Place::line(&self.file, line), reason, hint)])
        })
    }

    /// What separates its cells.
    pub(super) fn separator(&self) -> u8 {
        self.separator
    }

    /// Hands over rows from the start of the list, read with a separator; a row that is cut off counts as it stands.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub(super) fn look_at_start(&mut self, separator: u8, take: &mut Take<'_>) -> Result<(), Vec<Finding>> {
        let Form::Text { path, examined } = &self.form else { return self.pass(take) };
        let text = text(path, examined).map_err(|error| unreadable(&self.file, &error))?;
        let mut rows = CsvRows::over(text.take(START), separator);
        // Where the start ends within a character, there is nothing more to be seen.
        while let Ok(Some(row)) = rows.try_next() {
            if take(&row).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Hands over every row from the first to the last.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub(super) fn pass(&mut self, take: &mut Take<'_>) -> Result<(), Vec<Finding>> {
        self.pass_many(&mut |rows| rows.iter().try_for_each(|row| take(&row.as_row())))
    }

    /// As [`Source::pass`], many rows at once: while they are taken, those that follow are read.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub(super) fn pass_many(&mut self, take: &mut dyn FnMut(&[KeptRow]) -> ControlFlow<()>) -> Result<(), Vec<Finding>> {
        match &mut self.form {
            Form::Text { path, examined } => {
                let read = |take: &mut Take<'_>| pass_text(CsvRows::over(text(path, examined)?, self.separator), take);
                ahead::pass(read, take).map_err(|error| unreadable(&self.file, &error))
            }
            Form::Sheet(workbook) => {
                let width = self.width;
                ahead::pass(|take| workbook.pass(width, take), take).map_err(|fault| workbook::refused(&self.file, fault))
            }
        }
    }
}

fn pass_text(mut rows: CsvRows<impl io::Read>, take: &mut Take<'_>) -> io::Result<()> {
    while let Some(row) = rows.try_next()? {
        if take(&row).is_break() {
            break;
        }
    }
    Ok(())
}

fn text(path: &Path, examined: &Examined) -> io::Result<impl io::Read + use<>> {
    examined.text(fs_err::File::open(path)?)
}

fn unreadable(file: &str, error: &io::Error) -> Vec<Finding> {
    if error.get_ref().and_then(|inner| inner.downcast_ref::<TooManyCells>()).is_some() {
        let hint = "check that the file is a list and was saved whole; no list has so many columns";
        return vec![Finding::refuses("too-many-cells", Place::file(file), TooManyCells.to_string(), hint)];
    }
    let reason = format!("the list cannot be read: {}", error.kind());
    vec![Finding::refuses("unreadable", Place::file(file), reason, "check that the file is in the incident folder and readable")]
}

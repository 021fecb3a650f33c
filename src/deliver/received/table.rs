//! A delimited file from outside -> its rows, each with its line.
//!
//! The file is read as it is needed. No cell of it gets into a finding: not even a header, which in a file without one is the first
//! person's row.

use super::columns::Columns;
use crate::error::{Error, Finding, Place, Result, Sentence};
use crate::incident::csv_rows::{CsvRow, CsvRows, TooManyCells};
use crate::incident::nearest::folded;
use crate::incident::text_file::{self, Examined};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A file whose header was read.
pub(super) struct Table {
    path: PathBuf,
    file: String,
    examined: Examined,
    delimiter: u8,
    /// Letters and digits of each name, in lower case.
    header: Vec<String>,
    header_line: u64,
}

/// One row below the header.
pub(super) struct Row<'r> {
    file: &'r str,
    columns: &'r Columns,
    /// 1-based line on which it starts.
    pub(super) line: u64,
    cells: &'r csv::StringRecord,
    /// It has as many cells as the header, and quotes that can be read in one way only.
    is_whole: bool,
}

/// So much of a file is looked at for its header.
const START: u64 = 1024 * 1024;

impl Table {
    /// Opens a file with commas, semicolons or tabs between the cells, in UTF-8, UTF-16 or Windows-1252.
    ///
    /// # Errors
    /// Refused when it cannot be read as text, or is empty.
    pub(super) fn open(path: &Path) -> Result<Table> {
        let file = path.display().to_string();
        let unreadable = |error: io::Error| Error::unreadable(path, &error);
        if fs_err::metadata(path).map_err(unreadable)?.is_file() {
            let examined = fs_err::File::open(path).and_then(|opened| text_file::examine(&file, opened)).map_err(unreadable)??;
            let mut table = Table { path: path.to_owned(), file, examined, delimiter: b',', header: Vec::new(), header_line: 1 };
            table.read_header().map_err(|error| table.stopped(&error))?;
            return if table.header.is_empty() { Err(table.empty()) } else { Ok(table) };
        }
        let hint = "name a file; a folder, a pipe or a device cannot be read here";
        Err(Error::refused("unreadable", Place::file(file), "is no regular file", hint))
    }

    /// The file's name, as places call it.
    pub(super) fn file(&self) -> &str {
        &self.file
    }

    /// The folded names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// Line of the header.
    pub(super) fn header_line(&self) -> u64 {
        self.header_line
    }

    /// What had to be assumed to read the file.
    pub(super) fn assumed(&self) -> Option<Finding> {
        self.examined.assumed.clone()
    }

    /// Hands over every row below the header that is not blank; what comes back from a row is kept as a finding about it.
    ///
    /// # Errors
    /// Refused when the file cannot be read to its end, or a quote hides lines of it.
    pub(super) fn each(
        &self,
        columns: &Columns,
        findings: &mut Vec<Finding>,
        take: &mut dyn FnMut(&Row<'_>) -> Result<(), Box<Finding>>,
    ) -> Result<()> {
        let text = fs_err::File::open(&self.path).and_then(|file| self.examined.text(file)).map_err(|error| self.stopped(&error))?;
        let mut rows = CsvRows::over(text, self.delimiter);
        while let Some(row) = rows.try_next().map_err(|error| self.stopped(&error))? {
            self.refuse_hidden_lines(&row)?;
            if row.line <= self.header_line || row.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let is_whole = row.cells.len() == self.header.len() && !row.quotes.stray;
            let row = Row { file: &self.file, columns, line: row.line, cells: row.cells, is_whole };
            if let Err(finding) = take(&row) {
                findings.push(*finding);
            }
        }
        Ok(())
    }

    fn read_header(&mut self) -> io::Result<()> {
        let text = |table: &Table| Ok::<_, io::Error>(table.examined.text(fs_err::File::open(&table.path)?)?.take(START));
        let mut start = Vec::new();
        text(self)?.read_to_end(&mut start)?;
        self.delimiter = delimiter(&start);
        let mut rows = CsvRows::over(start.as_slice(), self.delimiter);
        // Where the start ends within a character, the header ended before it.
        while let Ok(Some(row)) = rows.try_next() {
            if row.cells.iter().any(|cell| !cell.trim().is_empty()) {
                self.header = row.cells.iter().map(folded).collect();
                self.header_line = row.line;
                break;
            }
        }
        Ok(())
    }

    fn refuse_hidden_lines(&self, row: &CsvRow<'_>) -> Result<()> {
        let hint = "nothing was taken from the file: have a quote inside a cell written twice, and every quote closed";
        if let Some(lines) = row.quotes.unclosed {
            let place = Place::line(&self.file, row.line + lines);
            return Err(Error::refused("open-quote", place, "a quote opens here and never closes: the lines below it are hidden", hint));
        }
        if row.quotes.swallows_rows(self.header.len(), row.cells.len()) {
            let reason = "a quote closes too late: whole lines stand inside a cell";
            return Err(Error::refused("open-quote", Place::line(&self.file, row.line), reason, hint));
        }
        Ok(())
    }

    fn empty(&self) -> Error {
        let hint = "have the file sent again: it needs a line with the names of the columns";
        Error::refused("received-empty", Place::file(&self.file), "the file is empty", hint)
    }

    fn stopped(&self, error: &io::Error) -> Error {
        if error.get_ref().and_then(|inner| inner.downcast_ref::<TooManyCells>()).is_some() {
            let hint = "have the file sent again: no report has so many columns";
            return Error::refused("too-many-cells", Place::file(&self.file), TooManyCells.to_string(), hint);
        }
        Error::unreadable(&self.path, error)
    }
}

impl<'r> Row<'r> {
    /// The cell of a column of ours, without outer blanks; empty when there is none.
    pub(super) fn cell(&self, column: &str) -> &'r str {
        self.columns.cell(self.cells, column)
    }

    /// A finding about a cell, for which the row is left out.
    pub(super) fn fault(&self, column: &str, code: &'static str, reason: impl Into<Sentence>, hint: &'static str) -> Box<Finding> {
        Box::new(Finding::warns(code, Place::line(self.file, self.line).column(column), reason, hint))
    }

    /// Refuses a row whose cells may stand below the wrong names.
    ///
    /// # Errors
    /// The finding.
    pub(super) fn whole(&self) -> Result<(), Box<Finding>> {
        if self.is_whole {
            return Ok(());
        }
        let reason = "the line has another number of cells than the header, or a quote that is not doubled; it was left out";
        let hint = "correct the line: a cell with a delimiter stands in quotes, and a quote inside of it is written twice";
        Err(Box::new(Finding::warns("cell-count", Place::line(self.file, self.line), reason, hint)))
    }
}

/// The sign that parts the cells of the first line that is not blank.
fn delimiter(text: &[u8]) -> u8 {
    let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r'));
    let first = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let counted = |sign: &u8| memchr::memchr_iter(*sign, first).count();
    // Of equals the last is taken: a comma.
    [b';', b'\t', b','].into_iter().max_by_key(counted).unwrap_or(b',')
}

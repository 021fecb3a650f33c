//! One list as a source of rows. It is read in passes, as often as is needed, and never held whole.

use crate::error::{Finding, Place};
use crate::incident::csv_rows::{CsvRow, CsvRows};
use crate::incident::text_file::{self, Examined};
use crate::incident::{Incident, List};
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::PathBuf;

/// A list that is open.
pub(super) struct Source {
    file: String,
    path: PathBuf,
    examined: Examined,
    /// What stands between two cells.
    separator: u8,
}

/// Takes one row after the other, until it has enough.
pub(super) type Take<'a> = dyn FnMut(&CsvRow<'_>) -> ControlFlow<()> + 'a;

/// So much of a list is looked at for its header.
const START: u64 = 4 * 1024 * 1024;

impl Source {
    /// Opens a list of the incident.
    ///
    /// # Errors
    /// Refused when it cannot be read as text.
    pub(super) fn open(incident: &Incident, list: &List) -> Result<Source, Vec<Finding>> {
        let (file, path) = (list.file.clone(), incident.folder.join(&list.file));
        if fs_err::metadata(&path).is_ok_and(|there| !there.is_file()) {
            let hint = "name a CSV file; a folder, a pipe or a device cannot be a list";
            return Err(vec![Finding::refuses("list-no-file", Place::file(file), "the list is no regular file", hint)]);
        }
        let examined = fs_err::File::open(&path).and_then(|opened| text_file::examine(&file, opened));
        let examined = examined.map_err(|error| unreadable(&file, &error))?.map_err(|error| error.findings)?;
        Ok(Source { file, path, examined, separator: b',' })
    }

    /// What had to be assumed to read it.
    pub(super) fn assumed(&self) -> Option<Finding> {
        self.examined.assumed.clone()
    }

    /// The separators that may stand between its cells.
    pub(super) fn separators(&self) -> &'static [u8] {
        b",;\t|"
    }

    /// Settles what separates its cells.
    pub(super) fn separate_by(&mut self, separator: u8) {
        self.separator = separator;
    }

    /// Hands over rows from the start of the list, read with a separator; a row that is cut off counts as it stands.
    ///
    /// # Errors
    /// When the list cannot be read.
    pub(super) fn look_at_start(&mut self, separator: u8, take: &mut Take<'_>) -> Result<(), Vec<Finding>> {
        let text = self.text().map_err(|error| unreadable(&self.file, &error))?;
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
        self.pass_text(take).map_err(|error| unreadable(&self.file, &error))
    }

    fn pass_text(&self, take: &mut Take<'_>) -> io::Result<()> {
        let mut rows = CsvRows::over(self.text()?, self.separator);
        while let Some(row) = rows.try_next()? {
            if take(&row).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn text(&self) -> io::Result<impl io::Read + use<>> {
        self.examined.text(fs_err::File::open(&self.path)?)
    }
}

fn unreadable(file: &str, error: &io::Error) -> Vec<Finding> {
    let reason = format!("the list cannot be read: {}", error.kind());
    vec![Finding::refuses("unreadable", Place::file(file), reason, "check that the file is in the incident folder and readable")]
}

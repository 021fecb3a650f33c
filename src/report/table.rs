//! A CSV table that a spreadsheet opens: no cell of it is a formula.

use crate::error::{Error, Result};
use crate::files::{Writing, guarded};
use std::path::PathBuf;

/// A CSV file: RFC 4180 with LF, cells that a spreadsheet would take for a formula guarded by an apostrophe.
pub(super) struct Table {
    writer: csv::Writer<Writing>,
    path: PathBuf,
}

impl Table {
    pub(super) fn begin(path: PathBuf, header: &[&str]) -> Result<Table> {
        let mut table = Table { writer: csv::Writer::from_writer(Writing::begin(&path)?), path };
        table.row(header)?;
        Ok(table)
    }

    pub(super) fn row(&mut self, cells: &[&str]) -> Result<()> {
        for cell in cells {
            self.writer.write_field(guarded(cell).as_bytes()).map_err(|error| self.failed(error))?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(|error| self.failed(error))
    }

    pub(super) fn finish(self) -> Result<()> {
        let path = self.path;
        let file = self.writer.into_inner().map_err(|error| Error::unwritable(&path, error.error()))?;
        file.finish()
    }

    fn failed(&self, error: csv::Error) -> Error {
        Error::unwritable(&self.path, &std::io::Error::from(error))
    }
}

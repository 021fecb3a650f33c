//! The sheet of a spreadsheet as rows. Only texts that cells share are in memory; cells are read one after the other, in each pass anew.

use super::source::Take;
use super::workbook_cells::text_of;
use super::workbook_parts::{self, PartsFault};
use crate::error::{Finding, Place};
use crate::incident::List;
use crate::incident::csv_rows::{CsvRow, Quotes};
use crate::incident::nearest::{folded, suggestion};
use calamine::{DataRef, Reader as _, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};
use csv::StringRecord;
use std::io::{BufReader, Read as _};
use std::ops::ControlFlow;
use std::path::Path;

/// A sheet of an open workbook.
pub(super) struct Workbook {
    file: Xlsx<BufReader<std::fs::File>>,
    /// Name of the sheet that is read.
    pub(super) sheet: String,
    /// What to know about the sheet.
    pub(super) notes: Vec<Finding>,
    /// Cells of several rows are merged into one, in this sheet or in another.
    merges_rows: bool,
}

/// So many columns and rows a sheet has at most.
const SIZE: (u32, u32) = (1 << 20, 1 << 14);

/// Whether a file begins as spreadsheets do, XLSX or older ones.
pub(super) fn is_workbook(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    fs_err::File::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start == b"PK\x03\x04" || start == b"\xd0\xcf\x11\xe0")
}

impl Workbook {
    /// Opens a workbook and chooses its sheet: the one that the user named, else the only visible one with rows.
    ///
    /// # Errors
    /// Refused when it is no XLSX, damaged, protected or too large, or when several sheets come into question.
    pub(super) fn open(list: &List, path: &Path) -> Result<Workbook, Vec<Finding>> {
        let opened = || std::fs::File::open(path).map(BufReader::new);
        let unread = |_| refused(&list.file, PartsFault::Damaged);
        let old = opened().and_then(|file| old_format(list, file));
        if let Some(finding) = old.map_err(unread)? {
            return Err(vec![finding]);
        }
        let parts = workbook_parts::inspect(opened().map_err(unread)?).map_err(|fault| refused(&list.file, fault))?;
        let file = Xlsx::new(opened().map_err(unread)?).map_err(|_| refused(&list.file, PartsFault::Damaged))?;
        let mut workbook = Workbook { file, sheet: String::new(), notes: Vec::new(), merges_rows: parts.merge_rows };
        workbook.choose(list)?;
        if parts.hide_rows {
            let hint = "if the hidden ones are not affected people, save the others alone as a list";
            let reason = "some rows of the spreadsheet are hidden, by a filter or by hand; they are read like all others";
            workbook.notes.push(Finding::warns("hidden-rows", Place::file(&list.file), reason, hint));
        }
        Ok(workbook)
    }

    fn choose(&mut self, list: &List) -> Result<(), Vec<Finding>> {
        let sheets: Vec<Sheet> = self.file.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect();
        let names = || sheets.iter().map(|sheet| sheet.name.as_str());
        let told = |wanted: &str| names().find(|name| *name == wanted).or_else(|| names().find(|name| folded(name) == folded(wanted)));
        if let Some(wanted) = &list.sheet {
            let Some(name) = told(wanted) else {
                let place = Place::line("incident.toml", list.line).column("sheet");
                let reason = format!("`{}` has no sheet `{wanted}`", list.file);
                return Err(vec![Finding::refuses("unknown-sheet", place, reason, suggestion(wanted, names().collect::<Vec<_>>()))]);
            };
            name.clone_into(&mut self.sheet);
            return Ok(());
        }
        let mut filled = Vec::new();
        for sheet in sheets.iter().filter(|sheet| sheet.visible == SheetVisible::Visible) {
            if self.has_rows(&sheet.name).map_err(|fault| refused(&list.file, fault))? {
                filled.push(sheet.name.clone());
            }
        }
        if filled.len() > 1 {
            let named: Vec<String> = filled.iter().map(|name| format!("`{name}`")).collect();
            let reason = format!("the spreadsheet has {} sheets with rows: {}", filled.len(), named.join(", "));
            let hint = format!("say which one in [[lists]]: sheet = \"{}\"", filled[0]);
            return Err(vec![Finding::refuses("sheet-not-said", Place::file(&list.file), reason, hint)]);
        }
        let Some(sheet) = filled.pop() else {
            let hint = "send the list again, or name a hidden sheet in [[lists]]: sheet = \"…\"";
            return Err(vec![Finding::refuses("empty-list", Place::file(&list.file), "no visible sheet holds rows", hint)]);
        };
        if sheets.len() > 1 {
            let reason = format!("the list was read from the sheet `{sheet}`; the others are hidden or empty");
            let hint = "if another is meant, say so in [[lists]]: sheet = \"…\"";
            self.notes.push(Finding::warns("other-sheets", Place::file(&list.file), reason, hint));
        }
        self.sheet = sheet;
        Ok(())
    }

    fn has_rows(&mut self, sheet: &str) -> Result<bool, PartsFault> {
        let mut cells = self.file.worksheet_cells_reader(sheet).map_err(damaged)?;
        while let Some(cell) = cells.next_cell().map_err(damaged)? {
            if !matches!(cell.get_value(), DataRef::Empty) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first line below the header in which a cell is merged with one of another row.
    pub(super) fn merged_below(&mut self, header: u64) -> Result<Option<u64>, PartsFault> {
        if !self.merges_rows {
            return Ok(None);
        }
        let regions = self.file.merge_cells_by_sheet_name(&self.sheet).map_err(damaged)?;
        // Lines as people count them.
        let lines = regions.iter().map(|region| (u64::from(region.start.0) + 1, u64::from(region.end.0) + 1));
        Ok(lines.filter(|(first, last)| first < last && *last > header).map(|(first, _)| first.max(header + 1)).min())
    }

    /// Hands over the rows that hold something, each at least so wide.
    pub(super) fn pass(&mut self, width: usize, take: &mut Take<'_>) -> Result<(), PartsFault> {
        let mut cells = self.file.worksheet_cells_reader(&self.sheet).map_err(damaged)?;
        let formats: Vec<String> = cells
            .styles()
            .iter()
            .map(|style| style.number_format.as_ref().map_or_else(String::new, |format| format.format_code.clone()))
            .collect();
        let mut row = SheetRow::new(0, width);
        while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(damaged)? {
            let (line, column) = cell.get_position();
            if line < row.line || line >= SIZE.0 || column >= SIZE.1 {
                return Err(PartsFault::Damaged);
            }
            if line > row.line {
                if row.hand_over(take).is_break() {
                    return Ok(());
                }
                row = SheetRow::new(line, width);
            }
            row.put(column as usize, text_of(cell.get_value(), formats.get(style).map_or("", String::as_str)))?;
        }
        let _ = row.hand_over(take);
        Ok(())
    }
}

/// One row of a sheet.
struct SheetRow {
    /// 0-based.
    line: u32,
    cells: Vec<String>,
    /// The cell that the next one must lie behind.
    next: usize,
}

impl SheetRow {
    fn new(line: u32, width: usize) -> SheetRow {
        SheetRow { line, cells: vec![String::new(); width], next: 0 }
    }

    fn put(&mut self, column: usize, text: String) -> Result<(), PartsFault> {
        if column < self.next {
            return Err(PartsFault::Damaged);
        }
        self.next = column + 1;
        if column >= self.cells.len() && !text.is_empty() {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
        }
        Ok(())
    }

    fn hand_over(&self, take: &mut Take<'_>) -> ControlFlow<()> {
        if self.cells.iter().all(String::is_empty) {
            return ControlFlow::Continue(());
        }
        let quoted: Vec<String> = self.cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        let cells = StringRecord::from(self.cells.iter().map(String::as_str).collect::<Vec<_>>());
        take(&CsvRow { line: u64::from(self.line) + 1, raw: &quoted.join(","), cells: &cells, quotes: Quotes::default() })
    }
}

/// Spreadsheets before XLSX, and XLSX under a password, begin alike.
fn old_format(list: &List, file: BufReader<std::fs::File>) -> std::io::Result<Option<Finding>> {
    let mut start = Vec::new();
    file.take(1 << 20).read_to_end(&mut start)?;
    if !start.starts_with(b"\xd0\xcf\x11\xe0") {
        return Ok(None);
    }
    let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let fault = if memchr::memmem::find(&start, &encrypted).is_some() { PartsFault::Encrypted } else { PartsFault::Binary };
    Ok(refused(&list.file, fault).pop())
}

/// What the reader of the workbook says may hold values: only that it failed is told.
#[allow(clippy::needless_pass_by_value, reason = "handed to map_err")]
fn damaged(_: XlsxError) -> PartsFault {
    PartsFault::Damaged
}

/// The refusal of a workbook.
pub(super) fn refused(file: &str, fault: PartsFault) -> Vec<Finding> {
    let (code, reason, hint) = match fault {
        PartsFault::Damaged => ("damaged-spreadsheet", "the spreadsheet is damaged", "have it sent again"),
        PartsFault::Encrypted => {
            ("protected-spreadsheet", "the spreadsheet is protected by a password", "open it, take the password off and save it again")
        }
        PartsFault::Binary | PartsFault::OpenDocument => (
            "other-spreadsheet",
            "the spreadsheet is in a format that is not read (.xls, .xlsb or .ods)",
            "open it and save it as .xlsx or as `CSV UTF-8`",
        ),
        PartsFault::OtherZip => ("no-list", "the file is a zip archive and no list", "unpack it and name the list in it"),
        PartsFault::Uncalculated => (
            "formula-uncalculated",
            "a cell of the spreadsheet has a formula whose value was never computed: it would be read as empty",
            "open it in a spreadsheet program and save it again, or save it as `CSV UTF-8` there",
        ),
        PartsFault::TooLarge => (
            "spreadsheet-too-large",
            "the spreadsheet comes to more than can be read, or was made to look small",
            "save the sheet as `CSV UTF-8`: such a list may be of any size",
        ),
    };
    vec![Finding::refuses(code, Place::file(file), reason, hint)]
}

//! Where the header of a list stands, below titles and blank rows, and what separates its cells.

use super::cells::clean;
use super::columns::ColumnNames;
use super::source::Source;
use crate::error::{Finding, Place};
use crate::incident::List;
use crate::incident::nearest::folded;
use csv::StringRecord;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// The header lies within the first so many rows.
const ROWS: usize = 40;

/// A row that names so many columns is a header.
const ENOUGH: usize = 2;

/// No name of a column is longer; what is, is cut.
const NAME: usize = 200;

/// The header of a list.
#[derive(Debug)]
pub(super) struct Heading {
    /// What places call the list: the file, and in brackets the sheet of a spreadsheet.
    pub(super) file: String,
    /// 1-based line on which it starts.
    pub(super) line: u64,
    /// Its cells as the file writes them, cleaned.
    pub(super) cells: Vec<String>,
    /// What to know about the rows above it.
    pub(super) findings: Vec<Finding>,
}

impl Heading {
    /// Whether the cells of a row stand below their names. Columns without a name behind the last one that has one may be left out,
    /// and empty cells may follow.
    pub(super) fn fits(&self, cells: &StringRecord) -> bool {
        let named = self.cells.iter().rposition(|header| !header.is_empty()).map_or(0, |last| last + 1);
        cells.len() >= named && cells.iter().skip(self.cells.len()).all(|cell| clean(cell).is_empty())
    }

    /// Whether a row is the header once more.
    pub(super) fn is_repeated_by(&self, cells: &[Cow<'_, str>]) -> bool {
        let named = self.cells.iter().zip(cells).filter(|(header, _)| !header.is_empty());
        cells.len() >= self.cells.len() && named.clone().all(|(header, cell)| header.eq_ignore_ascii_case(cell)) && named.count() >= ENOUGH
    }
}

/// One of the first rows of a list.
struct StartRow {
    line: u64,
    cells: Vec<String>,
    /// How many different columns it names.
    known: usize,
    /// The line of a quote that never closes.
    open_quote: Option<u64>,
}

impl StartRow {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }
}

/// Finds the header: of the first rows, read with each separator, the one that names the most columns. The list is then read with its
/// separator.
///
/// # Errors
/// Refused when the list is empty, has no header, or has people above it.
pub(super) fn find(source: &mut Source, list: &List, names: &ColumnNames) -> Result<Heading, Vec<Finding>> {
    let mut best: Option<(u8, Vec<StartRow>)> = None;
    for separator in source.separators() {
        let rows = start_rows(source, *separator, list, names)?;
        if best.as_ref().is_none_or(|(_, other)| worth(&rows) > worth(other)) {
            best = Some((*separator, rows));
        }
    }
    let (separator, mut rows) = best.unwrap_or_default();
    let at = header_among(&rows);
    source.settle(separator, rows.get(at).map_or(0, |row| row.cells.len()));
    if let Some(line) = rows.get(at).or(rows.first()).and_then(|row| row.open_quote) {
        return Err(vec![open_quote(&source.file, line)]);
    }
    let above: Vec<StartRow> = rows.drain(..at.min(rows.len())).collect();
    let Some(header) = rows.into_iter().next().filter(|row| row.known > 0 || row.filled() > 0) else {
        let hint = "send the list again, or take it out of [[lists]]";
        return Err(vec![Finding::refuses("empty-list", Place::file(&source.file), "the list is empty", hint)]);
    };
    if header.known < ENOUGH {
        // A list without a header begins with a patient, whose values must not be shown.
        let reason = format!("none of the first {ROWS} rows is a header: none names two columns that are known");
        let hint = "put the column names above the rows, or name columns in [[lists]]: columns = { ours = \"theirs\" }";
        return Err(vec![Finding::refuses("no-header", Place::line(&source.file, header.line), reason, hint)]);
    }
    let findings = judge_above(&source.file, &above, &header)?;
    let cells = header.cells.iter().map(|cell| cell.chars().take(NAME).collect()).collect();
    Ok(Heading { file: source.file.clone(), line: header.line, cells, findings })
}

/// A quote that never closes.
pub(super) fn open_quote(file: &str, line: u64) -> Finding {
    let hint = "close the quote, or write a quote inside a cell twice; every row after it would be lost";
    Finding::refuses("open-quote", Place::line(file, line), "a quote opens on this line and never closes", hint)
}

fn start_rows(source: &mut Source, separator: u8, list: &List, names: &ColumnNames) -> Result<Vec<StartRow>, Vec<Finding>> {
    let told: BTreeSet<String> = list.columns.iter().map(|(_, theirs)| folded(theirs)).collect();
    let mut rows = Vec::new();
    source.look_at_start(separator, &mut |row| {
        let cells: Vec<String> = row.cells.iter().map(|cell| clean(cell).into_owned()).collect();
        let is_known = |cell: &&String| !cell.is_empty() && (told.contains(&folded(cell)) || names.purpose(cell).is_some());
        let named = cells.iter().filter(is_known).map(|cell| folded(cell)).collect::<BTreeSet<_>>().len();
        // `MI` and `name` may be a state and a type of information: a row that holds a patient's values names no columns.
        let known = if cells.iter().any(|cell| is_value(cell)) { 0 } else { named };
        rows.push(StartRow { line: row.line, cells, known, open_quote: row.quotes.unclosed.map(|lines| row.line + lines) });
        if rows.len() < ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(rows)
}

/// Whether a cell holds what no column is called: an e-mail address, a date or a number of four digits and more, by itself.
fn is_value(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let number = digits >= 4 && cell.chars().all(|letter| letter.is_ascii_digit() || "-/.()+ ".contains(letter));
    number || cell.contains('@') && cell.contains('.')
}

/// What speaks for a separator: a header that names many columns; without one, a wide first row.
fn worth(rows: &[StartRow]) -> (usize, usize) {
    let header = rows.get(header_among(rows));
    header.map_or((0, 0), |row| (row.known, row.cells.len()))
}

/// The first of the rows that name the most columns; the first filled row when none names enough.
fn header_among(rows: &[StartRow]) -> usize {
    let most = rows.iter().map(|row| row.known).max().unwrap_or(0);
    let is_header = |row: &StartRow| if most < ENOUGH { row.filled() > 0 } else { row.known == most };
    rows.iter().position(is_header).unwrap_or(0)
}

/// Rows above the header are titles, unless they look like the rows below it: then people would be lost.
fn judge_above(file: &str, above: &[StartRow], header: &StartRow) -> Result<Vec<Finding>, Vec<Finding>> {
    let enough = (header.filled() * 3 / 4).max(3);
    if let Some(row) = above.iter().find(|row| row.filled() >= enough) {
        let reason = format!("the row stands above the header (line {}) but looks like the rows below it", header.line);
        let hint = "put the header above all rows, or remove the row if it is a title";
        return Err(vec![Finding::refuses("row-above-header", Place::line(file, row.line), reason, hint)]);
    }
    let titles = above.iter().filter(|row| row.filled() > 0).count();
    if titles == 0 {
        return Ok(Vec::new());
    }
    let reason = format!("the header was taken from this line; {titles} above it {} not read", if titles == 1 { "is" } else { "are" });
    let hint = "nothing needs to be done if only titles stand above it";
    Ok(vec![Finding::warns("titles-above-header", Place::line(file, header.line), reason, hint)])
}

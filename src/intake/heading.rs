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

/// A row among the others that names so many columns may be a header.
const ENOUGH_AMONG_ROWS: usize = 3;

/// Bytes of a cell with which another header may begin.
const NAME_AT_START: usize = 40;

/// The header of a list.
#[derive(Debug)]
pub(super) struct Heading {
    /// What places call the list: the file, and in brackets the sheet of a spreadsheet.
    pub(super) file: String,
    /// 1-based line on which it starts.
    pub(super) line: u64,
    /// Its cells as the file writes them, cleaned.
    pub(super) cells: Vec<String>,
    /// The names of its columns, folded.
    names: BTreeSet<String>,
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

    /// Whether a row is the header once more: the same names at the same places.
    pub(super) fn is_repeated_by<C: AsRef<str>>(&self, cells: impl IntoIterator<Item = C>) -> bool {
        let mut cells = cells.into_iter();
        let is_same = |header: &String| match cells.next() {
            Some(cell) => letters(header).eq(letters(cell.as_ref())),
            None => header.is_empty(),
        };
        self.cells.iter().all(is_same) && cells.all(|cell| cell.as_ref().is_empty())
    }

    /// The refusal of a list that has another header at this row. Every row is asked: nearly all of them begin with a number, or hold a
    /// value that no column is called by, and are done with.
    pub(super) fn judge_other(&self, line: u64, cells: &[Cow<'_, str>], names: &ColumnNames) -> Option<Finding> {
        let first = cells.iter().find(|cell| !cell.is_empty())?;
        if first.len() > NAME_AT_START || first.starts_with(|c: char| c.is_ascii_digit()) || cells.iter().any(|cell| is_value(cell)) {
            return None;
        }
        if self.is_repeated_by(cells) {
            return None;
        }
        let filled = cells.iter().filter(|cell| !cell.is_empty());
        let named = filled.clone().filter(|cell| self.is_name(cell, names)).map(|cell| folded(cell)).collect::<BTreeSet<_>>().len();
        (named >= ENOUGH_AMONG_ROWS && named * 2 >= filled.count()).then(|| {
            let reason = "another header stands among the rows: below it the columns are others, or stand in another order";
            let hint = "make two lists of the file, one for each header";
            Finding::refuses("another-header", Place::line(&self.file, line), reason, hint)
        })
    }

    /// Whether a column may be called so: one of this list is, or the name is known.
    fn is_name(&self, cell: &str, names: &ColumnNames) -> bool {
        self.names.contains(&folded(cell)) || names.purpose(cell).is_some()
    }
}

/// What tells a name from another one, as [`folded`] does, and without taking memory: every row is compared with the header.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().take(NAME).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase)
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
    let cells: Vec<String> = header.cells.iter().map(|cell| cell.chars().take(NAME).collect()).collect();
    let names = cells.iter().map(|cell| folded(cell)).filter(|name| !name.is_empty()).collect();
    Ok(Heading { file: source.file.clone(), line: header.line, cells, names, findings })
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

#[cfg(test)]
mod tests {
    use super::super::tests::{HEADER, assert_starts, describe, incident_with};
    use super::super::{Field, Intake, read};
    use crate::error::{Result, Severity};

    fn read_with(header: &str, rows: &[&str]) -> Result<Intake> {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        read(&incident_with(&[("patients.csv", text.as_bytes())]).1)
    }

    #[track_caller]
    fn is_refused(header: &str, rows: &[&str], line: u64) {
        let findings = read_with(header, rows).unwrap_err().findings;
        let found: Vec<String> = findings.iter().filter(|finding| finding.severity == Severity::Refuses).map(describe).collect();
        assert_starts(&found, &[&format!("patients.csv:{line} another-header | make two lists of the file, one for each header")]);
    }

    const LEE: &str = "1,LAKE,Lee,1 Elm,Fair,IL,62701,name";

    #[test]
    fn another_header_among_the_rows_refuses_the_list() {
        let named = format!("{HEADER},first_name");
        let (lee, roe) = (format!("{LEE},Ann"), "2,LAKE,Bob,1 Elm,Fair,IL,62701,name,Roe");
        let swapped = "record_id,provider_id,first_name,address1,city,state,postal_code,elements,last_name";
        is_refused(&named, &[&lee, swapped, roe], 3);
        is_refused(&named, &[&lee, "", &swapped.to_uppercase(), roe], 4);
        // What comes from elsewhere may differ in more than the order: how dates are written, what is a flag.
        is_refused(&named, &["Record No,Facility,Surname,Street,Town,ST,Zip Code,Data Elements,Given Name"], 2);
        is_refused(HEADER, &[LEE, "Ward,Last Name,Address,City,State,Zip,Unit,Floor,Bed"], 3);
        is_refused(HEADER, &[LEE, ",,First Name,City,State"], 3);
        is_refused(&named.replace("elements", "elements,"), &[&HEADER.replace("elements", "elements,ward,first_name")], 2);
        is_refused(HEADER, &[&format!("{HEADER},ward")], 2);
    }

    #[test]
    fn the_same_header_however_it_is_typed_holds_its_row_and_tells_nothing_of_its_columns() {
        let header = format!("{HEADER},Email,{}", "x".repeat(300));
        let lee = format!("{LEE},Y,");
        let intake = read_with(&header, &[&lee, &header, &header.replace('_', " ").to_uppercase(), &format!("{header},,")]).unwrap();
        let held: Vec<String> = intake.broken.iter().map(|(_, finding)| describe(finding)).collect();
        let expected = [3, 4, 5].map(|line| format!("patients.csv:{line} header-among-rows"));
        assert_starts(&held, &expected.each_ref().map(String::as_str));
        assert!(intake.findings.iter().any(|finding| finding.code == "read-as-flags"), "{:?}", intake.findings);
    }

    #[test]
    fn who_is_called_like_a_column_is_a_person() {
        let header = "last_name,first_name,record_id,provider_id,address1,city,state,postal_code,elements";
        let people = [
            "Name,Ann,1,LAKE,1 Elm,Fair,IL,62701,name",
            "City,First,2,LAKE,1 Elm,Mobile,MI,62701,name",
            "Street,Title,n,LAKE,Address,Town,MI,62701,name",
            "Name,,,,,,,,",
            "First,Last,,,,,,,",
        ];
        let intake = read_with(header, &people).unwrap();
        assert_eq!(intake.rows.iter().map(|row| row.get(Field::LastName)).collect::<Vec<_>>(), ["Name", "City", "Street", "Name", "First"]);
        assert_eq!(intake.broken.len(), 2);
    }
}

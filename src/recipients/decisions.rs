//! decisions.csv: what people ruled about single recipients.

use super::context::Context;
use crate::error::{Error, Finding, Place, Result, Sentence};
use crate::intake::RowIndex;
use crate::intake::dates::parse_date;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The rulings of an incident folder.
pub const DECISIONS_FILE: &str = "decisions.csv";
const FILE: &str = DECISIONS_FILE;
const COLUMNS: [&str; 6] = ["record", "decision", "argument", "by", "on", "reason"];

/// Two rows that a ruling is about.
pub(super) struct RuledPair {
    pub(super) row: RowIndex,
    pub(super) other: RowIndex,
    record: String,
    line: u64,
}

impl RuledPair {
    /// The finding that refuses this ruling.
    pub(super) fn refused(&self, reason: &'static str, hint: &'static str) -> Finding {
        Finding::refuses("ruling-impossible", Place::line(FILE, self.line).column("decision"), reason, hint).record(&self.record)
    }
}

/// A ruling on what happens with one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Lifts the doubts of these codes, of which there is at least one, as far as they were there on this day.
    Release {
        lifts: BTreeSet<String>,
        on: Date,
    },
    Hold,
    /// Owed no letter, under this clause.
    Exclude {
        clause: String,
    },
}

impl Verdict {
    /// Whether both can be in force for one person.
    pub(super) fn agrees(&self, other: &Verdict) -> bool {
        self == other || matches!((self, other), (Verdict::Release { .. }, Verdict::Release { .. }))
    }
}

/// Which address a person ruled to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuledSource {
    Home,
    Confidential,
    Representative,
    /// The one that the address vendor gave.
    Ncoa,
}

impl RuledSource {
    fn read(argument: &str) -> Option<RuledSource> {
        match argument.to_lowercase().as_str() {
            "home" => Some(RuledSource::Home),
            "confidential" => Some(RuledSource::Confidential),
            "representative" => Some(RuledSource::Representative),
            "ncoa" => Some(RuledSource::Ncoa),
            _ => None,
        }
    }
}

/// A ruling on where a letter goes.
#[derive(Debug)]
pub(super) struct RuledAddress {
    pub(super) row: RowIndex,
    pub(super) source: RuledSource,
    record: String,
    line: u64,
}

impl RuledAddress {
    /// The finding that refuses this ruling.
    pub(super) fn refused(&self, code: &'static str, reason: &'static str, hint: &'static str) -> Finding {
        Finding::refuses(code, Place::line(FILE, self.line).column("argument"), reason, hint).record(&self.record)
    }
}

/// A verdict with its row and place.
pub(super) struct RuledVerdict {
    pub(super) row: RowIndex,
    pub(super) verdict: Verdict,
    pub(super) reason: String,
    pub(super) place: Place,
    pub(super) record: String,
}

/// Everything that was ruled, in file order.
#[derive(Default)]
pub(super) struct Rulings {
    pub(super) merged: Vec<RuledPair>,
    pub(super) apart: Vec<RuledPair>,
    pub(super) verdicts: Vec<RuledVerdict>,
    pub(super) addresses: Vec<RuledAddress>,
}

/// One line of the file.
struct Line {
    number: u64,
    cells: [String; 6],
}

impl Line {
    fn cell(&self, column: &str) -> &str {
        COLUMNS.iter().position(|known| *known == column).map_or("", |index| self.cells[index].as_str())
    }

    fn refused(&self, column: &str, code: &'static str, reason: impl Into<Sentence>, hint: &'static str) -> Box<Finding> {
        let finding = Finding::refuses(code, Place::line(FILE, self.number).column(column), reason, hint);
        Box::new(match self.cell("record") {
            "" => finding,
            record => finding.record(record),
        })
    }
}

/// Reads the rulings; none when there is no file.
pub(super) fn read(context: &Context) -> Result<Rulings> {
    let lines = lines_of(&context.incident.folder)?;
    let wanted: BTreeSet<&str> = lines.iter().flat_map(|line| [line.cell("record"), line.cell("argument")]).collect();
    let rows = rows_by_key(context, &wanted);
    let mut rulings = Rulings::default();
    let mut refused = Vec::new();
    let last_day = context.incident.providers.iter().map(|provider| provider.mail_date).max().unwrap_or(context.incident.mail_date);
    for line in &lines {
        if let Err(finding) = rule(line, &rows, last_day, &mut rulings) {
            refused.push(*finding);
        }
    }
    if refused.is_empty() { Ok(rulings) } else { Err(Error::refused_all(refused)) }
}

/// How many rulings of each kind decisions.csv holds, unread for what they rule; none when there is no file.
///
/// # Errors
/// Refused when the file cannot be read.
pub fn rulings_by_kind(folder: &Path) -> Result<BTreeMap<String, u64>> {
    let mut kinds = BTreeMap::new();
    for line in lines_of(folder)? {
        *kinds.entry(line.cell("decision").to_lowercase()).or_default() += 1;
    }
    Ok(kinds)
}

/// The day of the last ruling that has one that can be read; absent without any.
///
/// # Errors
/// Refused when the file cannot be read.
pub fn last_ruling(folder: &Path) -> Result<Option<Date>> {
    Ok(lines_of(folder)?.iter().filter_map(|line| parse_date(line.cell("on")).ok()).max())
}

fn lines_of(folder: &Path) -> Result<Vec<Line>> {
    match fs_err::read(folder.join(FILE)) {
        Ok(bytes) => lines(&bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Error::unreadable(Path::new(FILE), &error)),
    }
}

fn lines(bytes: &[u8]) -> Result<Vec<Line>> {
    fn refuse(place: Place, reason: impl Into<Sentence>, hint: &'static str) -> Error {
        Error::refused("decisions-unreadable", place, reason, hint)
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut table = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let hint = "save the file as UTF-8 CSV with the columns record, decision, argument, by, on, reason";
    let headers = table.headers().map_err(|_| refuse(Place::line(FILE, 1), "the header cannot be read", hint))?;
    let headers: Vec<String> = headers.iter().map(|header| header.to_lowercase().replace(' ', "_")).collect();
    if let Some(unknown) = headers.iter().position(|header| !COLUMNS.contains(&header.as_str())) {
        return Err(refuse(Place::line(FILE, 1).column(unknown + 1), "the header has a column that is none of ours", hint));
    }
    let places = COLUMNS.map(|column| headers.iter().position(|header| header == column));
    if let Some(missing) = COLUMNS.iter().zip(places).find(|(_, place)| place.is_none()) {
        return Err(refuse(Place::line(FILE, 1), format!("the column {} is missing", missing.0), hint));
    }
    let mut lines = Vec::new();
    for record in table.records() {
        let record = record.map_err(|error| {
            let line = error.position().map_or(1, csv::Position::line);
            refuse(Place::line(FILE, line), "the line cannot be read", hint)
        })?;
        let number = record.position().map_or(1, |position| first_line(bytes, position));
        if record.len() != headers.len() {
            return Err(refuse(
                Place::line(FILE, number),
                "the line has another number of cells than the header",
                "put cells with commas into quotes",
            ));
        }
        let cells = places.map(|place| place.and_then(|place| record.get(place)).unwrap_or_default().to_owned());
        if cells.iter().any(|cell| !cell.is_empty()) {
            lines.push(Line { number, cells });
        }
    }
    Ok(lines)
}

/// The line on which a record starts: the reader's position is that of the empty lines before it.
fn first_line(bytes: &[u8], position: &csv::Position) -> u64 {
    let rest = bytes.get(position.byte() as usize..).unwrap_or_default();
    let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).filter(|byte| **byte == b'\n').count();
    position.line() + skipped as u64
}

/// The rows of every wanted record key that some row has.
pub(super) fn rows_by_key(context: &Context, wanted: &BTreeSet<&str>) -> BTreeMap<String, Vec<RowIndex>> {
    let mut rows: BTreeMap<String, Vec<RowIndex>> = BTreeMap::new();
    if wanted.is_empty() {
        return rows;
    }
    for row in (0..context.intake.rows.len() as u32).map(RowIndex) {
        let key = context.record_key(row);
        if wanted.contains(key.as_str()) {
            rows.entry(key).or_default().push(row);
        }
    }
    rows
}

fn rule(line: &Line, rows: &BTreeMap<String, Vec<RowIndex>>, last_day: Date, rulings: &mut Rulings) -> Result<(), Box<Finding>> {
    for column in ["by", "reason"] {
        if line.cell(column).is_empty() {
            let hint = "say who ruled and why: a ruling is evidence";
            return Err(line.refused(column, "ruling-incomplete", format!("the cell {column} is empty"), hint));
        }
    }
    let Ok(on) = parse_date(line.cell("on")) else {
        return Err(line.refused(
            "on",
            "ruling-incomplete",
            "the day of the ruling cannot be read",
            "write it as year-month-day, such as 2025-04-02",
        ));
    };
    if on > last_day {
        let hint = "write the day on which it was ruled; letters bear their mail date, and nothing is ruled after it";
        return Err(line.refused("on", "ruling-incomplete", "the day of the ruling lies after the mail date", hint));
    }
    let row = row_of(line, "record", rows)?;
    let record = line.cell("record").to_owned();
    let verdict = match line.cell("decision").to_lowercase().as_str() {
        "release" => {
            let codes = line.cell("argument").split(';').map(str::trim).filter(|code| !code.is_empty());
            let lifts: BTreeSet<String> = codes.map(str::to_lowercase).collect();
            if lifts.is_empty() {
                let hint = "write into argument what was looked at: the code that held.csv gives, such as zip-state-mismatch";
                return Err(line.refused("argument", "ruling-incomplete", "the release does not say what it lifts", hint));
            }
            Verdict::Release { lifts, on }
        }
        "hold" => Verdict::Hold,
        "exclude" if line.cell("argument").is_empty() => {
            let hint = "write into argument the clause under which no letter is owed, such as 45 CFR 164.404(d)(1)(ii)";
            return Err(line.refused("argument", "ruling-incomplete", "an exclusion names no clause", hint));
        }
        "exclude" => Verdict::Exclude { clause: line.cell("argument").to_owned() },
        pair @ ("merge_with" | "keep_apart") => {
            let other = row_of(line, "argument", rows)?;
            if row == other {
                let hint = "name the other record in argument";
                return Err(line.refused("argument", "ruling-impossible", "the ruling names one record twice", hint));
            }
            let ruled = RuledPair { row, other, record, line: line.number };
            if pair == "merge_with" {
                rulings.merged.push(ruled);
            } else {
                rulings.apart.push(ruled);
            }
            return Ok(());
        }
        "use_address" => {
            let Some(source) = RuledSource::read(line.cell("argument")) else {
                let hint = "write home, confidential, representative or ncoa into argument";
                return Err(line.refused("argument", "ruling-incomplete", "the ruling does not say which address is to be used", hint));
            };
            rulings.addresses.push(RuledAddress { row, source, record, line: line.number });
            return Ok(());
        }
        _ => {
            let hint = "use one of release, hold, exclude, merge_with, keep_apart, use_address";
            return Err(line.refused("decision", "ruling-unknown", "the decision is none that is known", hint));
        }
    };
    let place = Place::line(FILE, line.number).column("decision");
    rulings.verdicts.push(RuledVerdict { row, verdict, reason: line.cell("reason").to_owned(), place, record });
    Ok(())
}

fn row_of(line: &Line, column: &str, rows: &BTreeMap<String, Vec<RowIndex>>) -> Result<RowIndex, Box<Finding>> {
    let hint = "write the record as list:record_id, as held.csv and possible.csv name it";
    match rows.get(line.cell(column)).map(Vec::as_slice) {
        Some([row]) => Ok(*row),
        Some([_, _, ..]) => {
            Err(line.refused(column, "ruling-ambiguous", "more than one row has this record key", "give every row its own record_id"))
        }
        _ => Err(line.refused(column, "ruling-without-record", "no row has this record key", hint)),
    }
}

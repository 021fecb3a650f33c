//! The index of pieces: each piece once, its numbers in order, and both forms the same.

use super::super::index::{COLUMNS, StreamTotals, adds_up};
use super::{Checking, Row};
use crate::digest::{first_bytes, unhex};
use crate::error::Place;
use crate::files::guarded;
use crate::ledger::Piece;
use csv::StringRecord;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead as _;

const CSV: &str = "pieces.csv";
const JSONL: &str = "pieces.jsonl";

impl Checking {
    /// Reads both forms of the index.
    pub(super) fn index(&mut self) {
        let reader = csv::ReaderBuilder::new().flexible(true).from_path(self.folder().join(CSV));
        let Ok(mut reader) = reader else {
            return self.changed(Place::file(self.named(CSV)), "the index is gone, or cannot be read");
        };
        if reader.headers().ok().is_none_or(|headers| headers != COLUMNS.as_slice()) {
            return self.changed(Place::line(self.named(CSV), 1), "the columns are not those of an index of pieces");
        }
        // Stream -> the number that the next piece bears.
        let mut next: BTreeMap<String, u64> = BTreeMap::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    for reason in self.row(line, &record, &mut next) {
                        self.changed(Place::line(self.named(CSV), line), reason);
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    self.changed(Place::line(self.named(CSV), line), "the line cannot be read");
                }
            }
        }
        self.checked.pieces = self.checked.index.pieces.len() as u64;
        self.second_form();
    }

    /// Takes a row in and says what is wrong with it.
    fn row(&mut self, line: u64, record: &StringRecord, next: &mut BTreeMap<String, u64>) -> Vec<String> {
        if record.len() != COLUMNS.len() {
            return vec![format!("the row has {} cells and not {}", record.len(), COLUMNS.len())];
        }
        let cells = Cells(record);
        let Some(piece) = piece(cells.get("piece_id")) else { return vec!["the piece number has not seven digits".to_owned()] };
        let mut faults = Vec::new();
        match cells.pages() {
            Some(counted) => self.checked.index.streams.entry(cells.get("stream_id").to_owned()).or_default().add(&counted),
            None => faults.push(format!("the pages and sheets of piece {piece:07} do not add up")),
        }
        let expected = next.entry(cells.get("stream_id").to_owned()).or_insert(1);
        let sequence = cells.number("seq").unwrap_or_default();
        if sequence != *expected {
            faults.push(format!("piece {piece:07} has number {sequence} in its stream, and {expected} was to come"));
        }
        *expected = sequence + 1;
        let mark = cells.get("barcode_payload");
        if !mark.is_empty() && mark.get(8..15) != Some(cells.get("piece_id")) {
            faults.push(format!("the mark of piece {piece:07} is another piece's"));
        }
        let (file, sha256) = (cells.get("file"), cells.get("piece_sha256"));
        match self.listed.get(file) {
            None => faults.push(format!("piece {piece:07} is said to be in a file that the list of checksums does not name")),
            Some(listed) if file.starts_with("letters/") && listed != sha256 => {
                faults.push(format!("{file} has another checksum than piece {piece:07}"));
            }
            Some(_) => {}
        }
        let row = Row { line, sha256: unhex(sha256), cells: first_bytes(&record.iter().collect::<Vec<_>>()) };
        if row.sha256.is_none() {
            faults.push(format!("the checksum of piece {piece:07} is none"));
        }
        if let Some(before) = self.checked.index.pieces.insert(piece, row) {
            faults.push(format!("piece {piece:07} stands in line {} already", before.line));
        }
        faults
    }

    /// Compares `pieces.jsonl`, where there is one, with `pieces.csv`.
    fn second_form(&mut self) {
        let name = self.named(JSONL);
        let Ok(file) = fs_err::File::open(self.folder().join(JSONL)) else { return };
        let mut missing: BTreeSet<Piece> = self.checked.index.pieces.keys().copied().collect();
        for (line, text) in (1..).zip(std::io::BufReader::new(file).lines()) {
            let cells = text.ok().and_then(|text| cells(&text));
            let fault = match &cells {
                None => Some("the line cannot be understood".to_owned()),
                Some((piece, cells)) => match self.checked.index.pieces.get(piece) {
                    None => Some(format!("piece {piece:07} is not in {CSV}")),
                    Some(_) if !missing.remove(piece) => Some(format!("piece {piece:07} stands in an earlier line already")),
                    Some(row) if row.cells != *cells => {
                        Some(format!("{CSV} says something else of piece {piece:07}, in line {}", row.line))
                    }
                    Some(_) => None,
                },
            };
            if let Some(reason) = fault {
                self.changed(Place::line(&name, line), reason);
            }
        }
        for piece in missing {
            self.changed(Place::file(&name), format!("piece {piece:07} is in {CSV} and not here"));
        }
    }
}

/// A row of the first form, whole.
struct Cells<'a>(&'a StringRecord);

impl<'a> Cells<'a> {
    fn get(&self, name: &str) -> &'a str {
        COLUMNS.iter().position(|column| *column == name).and_then(|at| self.0.get(at)).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name).parse::<u32>().map(u64::from).ok()
    }

    /// What the row counts for, when its numbers agree with each other.
    fn pages(&self) -> Option<StreamTotals> {
        let [first, last, pages, blank_pages, sheets] =
            ["first_page", "last_page", "pages", "blank_pages", "sheets"].map(|name| self.number(name));
        let (pages, blank_pages, sheets) = (pages?, blank_pages?, sheets?);
        let duplex = ["0", "1"].iter().position(|flag| *flag == self.get("duplex"))? == 1;
        adds_up([first?, last?, pages, blank_pages, sheets], duplex).then_some(StreamTotals { pieces: 1, sheets, pages, blank_pages })
    }
}

fn piece(text: &str) -> Option<Piece> {
    (text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
    text.parse().ok()
}

/// The piece of a line of the second form, and the digest of its cells as the first one has them.
fn cells(line: &str) -> Option<(Piece, [u8; 16])> {
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let text = |column: &&str| {
        Some(match object.get(*column)? {
            Value::String(text) => guarded(text).into_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => u8::from(*flag).to_string(),
            _ => return None,
        })
    };
    let cells: Vec<String> = COLUMNS.iter().map(text).collect::<Option<_>>()?;
    let piece = piece(object.get("piece_id")?.as_str()?)?;
    (object.len() == COLUMNS.len()).then(|| (piece, first_bytes(&cells.iter().map(String::as_str).collect::<Vec<_>>())))
}

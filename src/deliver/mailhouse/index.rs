//! The index of pieces: which piece stands where, by which a house controls its machines and we tell its report apart.

use super::house::IndexFormat;
use crate::deliberate::panic_at;
use crate::digest;
use crate::error::{Error, Result};
use crate::files::{Writing, guarded};
use crate::ledger::{Piece, Sha};
use crate::privacy::Private;
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// One piece in the index. No address lines: the house prints finished pages and needs none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexRow {
    /// Name of the package's job.
    pub job_id: String,
    /// Name of the stream or part.
    pub stream_id: String,
    /// 1-based place in the stream.
    pub seq: u32,
    /// The piece.
    pub piece: Piece,
    /// Id of the variant.
    pub template_id: String,
    /// Digest of the variant's wording, hex.
    pub template_sha256: String,
    /// BCP 47 tag.
    pub locale: String,
    /// The file that holds it, relative to the package.
    pub file: String,
    /// 1-based page of that file.
    pub first_page: u32,
    /// Its last printed page in that file, not counting blank ones.
    pub last_page: u32,
    /// Printed pages.
    pub pages: u32,
    /// Blank pages behind them, so that the next piece begins on a front.
    pub blank_pages: u32,
    /// Sheets of paper.
    pub sheets: u32,
    /// Printed on both sides.
    pub duplex: bool,
    /// Needs color; ours are black and one gray.
    pub color: bool,
    /// Inserts, one bit per feeder; 0 for none.
    pub insert_mask: u16,
    /// `first-class` (45 CFR 164.404(d)(1)(i) asks for it) or `first-class-international`.
    pub mail_class: String,
    /// Ancillary endorsement printed on the piece; empty for none.
    pub endorsement: String,
    /// First five digits of the ZIP code; absent abroad.
    pub zip5: Option<Private<String>>,
    /// Add-on of the ZIP code; absent when not known.
    pub zip4: Option<Private<String>>,
    /// Country in capitals; absent for domestic mail.
    pub country: Option<Private<String>>,
    /// Digest of the piece's bytes, hex.
    pub piece_sha256: String,
    /// Digest of the address lines as printed, without the name, hex.
    pub address_sha256: String,
    /// The 24 digits of the mark on the first sheet: job, piece, sheet, sheets, inserts, check; empty when there is none.
    pub barcode_payload: String,
}

/// The columns in the order in which they are written.
pub(super) const COLUMNS: [&str; 24] = [
    "job_id",
    "stream_id",
    "seq",
    "piece_id",
    "template_id",
    "template_sha256",
    "locale",
    "file",
    "first_page",
    "last_page",
    "pages",
    "blank_pages",
    "sheets",
    "duplex",
    "color",
    "insert_mask",
    "mail_class",
    "endorsement",
    "zip5",
    "zip4",
    "country",
    "piece_sha256",
    "address_sha256",
    "barcode_payload",
];

/// A value of the index in both forms.
enum Cell<'a> {
    Text(&'a str),
    Number(u32),
    Flag(bool),
}

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Number(number) => serializer.serialize_u32(*number),
            Cell::Flag(flag) => serializer.serialize_bool(*flag),
        }
    }
}

impl<'a> Cell<'a> {
    /// For CSV: a spreadsheet must not take a value for a formula.
    fn text(&self) -> Cow<'a, str> {
        match self {
            Cell::Text(text) => guarded(text),
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Flag(flag) => Cow::Borrowed(if *flag { "1" } else { "0" }),
        }
    }
}

impl IndexRow {
    /// The cells below [`COLUMNS`], with a piece number spelled in seven digits.
    fn cells<'a>(&'a self, piece: &'a str) -> [Cell<'a>; COLUMNS.len()] {
        let private = |value: &'a Option<Private<String>>| Cell::Text(value.as_ref().map_or("", |value| value.reveal()));
        [
            Cell::Text(&self.job_id),
            Cell::Text(&self.stream_id),
            Cell::Number(self.seq),
            Cell::Text(piece),
            Cell::Text(&self.template_id),
            Cell::Text(&self.template_sha256),
            Cell::Text(&self.locale),
            Cell::Text(&self.file),
            Cell::Number(self.first_page),
            Cell::Number(self.last_page),
            Cell::Number(self.pages),
            Cell::Number(self.blank_pages),
            Cell::Number(self.sheets),
            Cell::Flag(self.duplex),
            Cell::Flag(self.color),
            Cell::Number(u32::from(self.insert_mask)),
            Cell::Text(&self.mail_class),
            Cell::Text(&self.endorsement),
            private(&self.zip5),
            private(&self.zip4),
            private(&self.country),
            Cell::Text(&self.piece_sha256),
            Cell::Text(&self.address_sha256),
            Cell::Text(&self.barcode_payload),
        ]
    }

    fn adds_up(&self) -> bool {
        let numbers = [self.first_page, self.last_page, self.pages, self.blank_pages, self.sheets];
        adds_up(numbers.map(u64::from), self.duplex)
    }
}

/// Whether first page, last page, pages, blank pages and sheets of a piece agree with each other.
pub(super) fn adds_up([first, last, pages, blank, sheets]: [u64; 5], duplex: bool) -> bool {
    let sides = if duplex { 2 } else { 1 };
    first > 0 && pages > 0 && last + 1 == first + pages && sheets * sides == pages + blank
}

/// Counts of one stream, for the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StreamTotals {
    /// Pieces.
    pub pieces: u64,
    /// Sheets of paper.
    pub sheets: u64,
    /// Printed pages.
    pub pages: u64,
    /// Blank pages behind pieces.
    pub blank_pages: u64,
}

impl StreamTotals {
    pub(super) fn add(&mut self, other: &StreamTotals) {
        self.pieces += other.pieces;
        self.sheets += other.sheets;
        self.pages += other.pages;
        self.blank_pages += other.blank_pages;
    }
}

/// Which pieces stand in the index: one bit for each number.
#[derive(Default)]
struct Seen(Vec<u64>);

impl Seen {
    /// Notes a piece; `false` when it was noted before.
    fn insert(&mut self, piece: Piece) -> bool {
        let (word, bit) = (piece as usize / 64, 1 << (piece % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let fresh = self.0[word] & bit == 0;
        self.0[word] |= bit;
        fresh
    }
}

/// Writes the index row by row; a million rows never stand in memory.
pub struct IndexWriter {
    path: PathBuf,
    csv: csv::Writer<Writing>,
    jsonl: Option<Writing>,
    started: bool,
    seen: Seen,
    totals: BTreeMap<String, StreamTotals>,
}

impl IndexWriter {
    /// Begins `pieces.csv`, and `pieces.jsonl` when it is among the formats, in a folder. UTF-8 without BOM, lines end with LF.
    /// Until [`IndexWriter::finish`] they have temporary names; then they replace those of an earlier run.
    ///
    /// # Errors
    /// Failed when a file cannot be made.
    pub fn create(folder: &Path, formats: &[IndexFormat]) -> Result<IndexWriter> {
        let path = folder.join("pieces.csv");
        let csv = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Writing::begin(&path)?);
        let wants_jsonl = formats.contains(&IndexFormat::Jsonl);
        let jsonl = wants_jsonl.then(|| Writing::begin(&folder.join("pieces.jsonl"))).transpose()?;
        Ok(IndexWriter { path, csv, jsonl, started: false, seen: Seen::default(), totals: BTreeMap::new() })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// Failed when it cannot be written; a bug when the piece stands in the index already, its pages do not add up, or it is
    /// out of order in its stream.
    pub fn push(&mut self, row: &IndexRow) -> Result<()> {
        let totals = self.totals.entry(row.stream_id.clone()).or_default();
        let [sheets, pages, blank_pages] = [row.sheets, row.pages, row.blank_pages].map(u64::from);
        totals.add(&StreamTotals { pieces: 1, sheets, pages, blank_pages });
        if totals.pieces != u64::from(row.seq) {
            return Err(Error::bug(format!("piece {:07} is out of order in its stream", row.piece)));
        }
        if !self.seen.insert(row.piece) {
            return Err(Error::bug(format!("piece {:07} stands in the index twice", row.piece)));
        }
        if !row.adds_up() {
            return Err(Error::bug(format!("the pages and sheets of piece {:07} do not add up", row.piece)));
        }
        panic_at("deliver mailhouse", row);
        self.write(row).map_err(|error| Error::unwritable(&self.path, &error))
    }

    fn write(&mut self, row: &IndexRow) -> std::io::Result<()> {
        let piece = format!("{:07}", row.piece);
        let cells = row.cells(&piece);
        if !self.started {
            self.csv.write_record(COLUMNS)?;
            self.started = true;
        }
        for cell in &cells {
            self.csv.write_field(cell.text().as_bytes())?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        if let Some(jsonl) = &mut self.jsonl {
            serde_json::Serializer::new(&mut *jsonl).collect_map(COLUMNS.iter().zip(&cells))?;
            jsonl.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Ends the files and returns the counts by stream.
    ///
    /// # Errors
    /// Failed when they cannot be written to the end.
    pub fn finish(self) -> Result<BTreeMap<String, StreamTotals>> {
        let csv = self.csv.into_inner().map_err(|error| Error::unwritable(&self.path, error.error()))?;
        csv.finish()?;
        self.jsonl.map_or(Ok(()), Writing::finish)?;
        Ok(self.totals)
    }
}

/// The pieces of the index in a folder with the digest of each one's bytes, one by one, as they stand on the disk.
///
/// # Errors
/// Refused when the index cannot be read; so is each row that is none.
pub fn digests_in(folder: &Path) -> Result<impl Iterator<Item = Result<(Piece, Sha)>>> {
    let path = folder.join("pieces.csv");
    let unreadable = move || Error::bug(format!("{}: the index was not written as it was meant", path.display()));
    let mut reader = csv::Reader::from_path(folder.join("pieces.csv")).map_err(|_| unreadable())?;
    let headers = reader.headers().map_err(|_| unreadable())?;
    let column = |name: &str| headers.iter().position(|header| header == name).ok_or_else(&unreadable);
    let (piece, sha256) = (column("piece_id")?, column("piece_sha256")?);
    Ok(reader.into_records().map(move |row| {
        let row = row.map_err(|_| unreadable())?;
        let found = row.get(piece).and_then(|piece| piece.parse().ok()).zip(row.get(sha256).and_then(digest::unhex));
        found.ok_or_else(&unreadable)
    }))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::Kind;

    /// A one-sheet letter at a place in a duplex stream.
    pub(in crate::deliver::mailhouse) fn row(stream: &str, seq: u32, piece: Piece) -> IndexRow {
        IndexRow {
            job_id: "lakeside_0001".into(),
            stream_id: stream.into(),
            seq,
            piece,
            template_id: "adult-en".into(),
            template_sha256: "ab".repeat(32),
            locale: "en".into(),
            file: format!("stream/{stream}.pdf"),
            first_page: seq * 2 - 1,
            last_page: seq * 2 - 1,
            pages: 1,
            blank_pages: 1,
            sheets: 1,
            duplex: true,
            color: false,
            insert_mask: 0,
            mail_class: "first-class".into(),
            endorsement: String::new(),
            zip5: Some(Private::new("02134".into())),
            zip4: None,
            country: None,
            piece_sha256: "cd".repeat(32),
            address_sha256: "ef".repeat(32),
            barcode_payload: format!("00000001{piece:07}010100000"),
        }
    }

    #[test]
    fn both_forms_hold_the_same_columns_in_the_agreed_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut index = IndexWriter::create(folder.path(), &[IndexFormat::Csv, IndexFormat::Jsonl]).unwrap();
        index.push(&row("one", 1, 7)).unwrap();
        index.push(&IndexRow { endorsement: "=HYPERLINK(\"x\")".into(), ..row("one", 2, 9) }).unwrap();
        let totals = index.finish().unwrap();
        assert_eq!(totals["one"], StreamTotals { pieces: 2, sheets: 2, pages: 2, blank_pages: 2 });

        let csv = fs_err::read_to_string(folder.path().join("pieces.csv")).unwrap();
        let header = "job_id,stream_id,seq,piece_id,template_id,template_sha256,locale,file,first_page,last_page,pages,blank_pages,\
                      sheets,duplex,color,insert_mask,mail_class,endorsement,zip5,zip4,country,piece_sha256,address_sha256,barcode_payload\n";
        assert!(csv.starts_with(header), "{csv}");
        assert!(!csv.contains('\r'));
        assert!(csv.contains(",first-class,,02134,,,"), "{csv}");
        assert!(csv.contains(",\"'=HYPERLINK(\"\"x\"\")\",02134"), "{csv}");

        let jsonl = fs_err::read_to_string(folder.path().join("pieces.jsonl")).unwrap();
        let lines: Vec<&str> = jsonl.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("{\"job_id\":\"lakeside_0001\",\"stream_id\":\"one\",\"seq\":1,\"piece_id\":\"0000007\""));
        let second: serde_json::Value = serde_json::from_str(lines[1]).unwrap();
        assert_eq!((second["zip5"].as_str(), second["endorsement"].as_str()), (Some("02134"), Some("=HYPERLINK(\"x\")")));
    }

    #[test]
    fn an_index_that_does_not_add_up_is_a_bug() {
        let first = row("one", 1, 7);
        let wrong = [
            row("one", 3, 8),
            row("one", 2, 7),
            IndexRow { sheets: 2, ..row("one", 2, 8) },
            IndexRow { last_page: 4, ..row("one", 2, 8) },
            IndexRow { blank_pages: 0, ..row("one", 2, 8) },
        ];
        for second in wrong {
            let folder = tempfile::tempdir().unwrap();
            let mut index = IndexWriter::create(folder.path(), &[IndexFormat::Csv]).unwrap();
            index.push(&first).unwrap();
            assert_eq!(index.push(&second).unwrap_err().kind, Kind::Bug, "{second:?}");
        }
    }
}

//! CSV text -> rows with their lines, their raw text and what their quotes look like.
//!
//! The csv crate splits the cells. It forgives quotes that a person must look at: one that never closes swallows the rest of the
//! file, one that is not doubled garbles its cell. [`Quotes`] walks the same text by the same rules and reports them.

use super::text_file::LineCounter;
use csv::StringRecord;
use std::io::Read;

/// Reads rows one after the other; empty lines are passed over. No more of the file is in memory than the row at hand.
pub(crate) struct CsvRows<R> {
    reader: csv::Reader<Kept<R>>,
    cells: StringRecord,
    lines: LineCounter,
    /// Where the next row begins, in bytes from the start.
    at: u64,
    separator: u8,
}

/// A source that keeps what was read from it, until it is let go.
struct Kept<R> {
    source: R,
    bytes: Vec<u8>,
    /// Where the kept bytes begin, from the start.
    from: u64,
    separator: u8,
    /// Separators since the last line end.
    separators: usize,
}

/// Why reading stopped: a line whose cells alone would fill the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a line has more than a million cells")]
pub(crate) struct TooManyCells;

/// No list has more cells in a line, and no spreadsheet more than 16,384.
const MOST_CELLS: usize = 1_000_000;

/// So many bytes that are needed no more are let go together.
const ENOUGH_TO_LET_GO: usize = 256 * 1024;

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let length = self.source.read(room)?;
        let read = &room[..length];
        let count = |bytes: &[u8]| memchr::memchr_iter(self.separator, bytes).count();
        self.separators += count(read.split(|byte| *byte == b'\n').next().unwrap_or_default());
        if self.separators > MOST_CELLS {
            return Err(std::io::Error::other(TooManyCells));
        }
        if let Some(end) = memchr::memrchr(b'\n', read) {
            self.separators = count(&read[end..]);
        }
        self.bytes.extend_from_slice(read);
        Ok(length)
    }
}

impl<R> Kept<R> {
    /// The kept bytes between two places.
    fn between(&self, start: u64, end: u64) -> &[u8] {
        let place = |at: u64| usize::try_from(at.saturating_sub(self.from)).unwrap_or(usize::MAX).min(self.bytes.len());
        self.bytes.get(place(start)..place(end)).unwrap_or_default()
    }

    fn let_go_before(&mut self, at: u64) {
        let gone = usize::try_from(at - self.from).unwrap_or(usize::MAX).min(self.bytes.len());
        if gone >= ENOUGH_TO_LET_GO {
            self.bytes.drain(..gone);
            self.from += gone as u64;
        }
    }
}

/// One row as it stands in the file.
pub(crate) struct CsvRow<'r> {
    /// 1-based line on which the row starts.
    pub(crate) line: u64,
    /// Its text without the line end.
    pub(crate) raw: &'r str,
    /// Its cells, unquoted.
    pub(crate) cells: &'r StringRecord,
    /// What its quotes look like.
    pub(crate) quotes: Quotes,
}

impl<'t> CsvRows<&'t [u8]> {
    /// Over a text without byte order mark, with commas between the cells.
    pub(crate) fn new(text: &'t str) -> Self {
        Self::over(text.as_bytes(), b',')
    }

    /// The next row; `None` at the end.
    pub(crate) fn next_row(&mut self) -> Option<CsvRow<'_>> {
        // Reading valid text from memory in flexible mode has no way to fail.
        self.try_next().unwrap_or(None)
    }
}

impl<R: Read> CsvRows<R> {
    /// Over UTF-8 text without byte order mark that is read as it is needed; `separator` stands between the cells.
    pub(crate) fn over(source: R, separator: u8) -> Self {
        let kept = Kept { source, bytes: Vec::new(), from: 0, separator, separators: 0 };
        let mut reader = csv::ReaderBuilder::new();
        reader.has_headers(false).flexible(true).buffer_capacity(64 * 1024).delimiter(separator);
        CsvRows { reader: reader.from_reader(kept), cells: StringRecord::new(), lines: LineCounter::default(), at: 0, separator }
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// When the source cannot be read, or is no UTF-8 after all.
    pub(crate) fn try_next(&mut self) -> std::io::Result<Option<CsvRow<'_>>> {
        self.reader.get_mut().let_go_before(self.at);
        // The source's own error, not one around it.
        let source = |error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            _ => std::io::Error::other("no text that can be read"),
        };
        if !self.reader.read_record(&mut self.cells).map_err(source)? {
            return Ok(None);
        }
        let end = self.reader.position().byte();
        let piece = str::from_utf8(self.reader.get_ref().between(self.at, end)).map_err(std::io::Error::other)?;
        let row_start = piece.len() - piece.trim_start_matches(['\r', '\n']).len();
        self.lines.pass(&piece.as_bytes()[..row_start]);
        let line = self.lines.line();
        let rest = &piece[row_start..];
        self.lines.pass(rest.as_bytes());
        self.at = end;
        let quotes = Quotes::of(rest, self.separator);
        // A row whose quote never closes keeps its line ends: they belong to the open cell.
        let raw = if quotes.unclosed.is_some() { rest } else { rest.trim_end_matches(['\r', '\n']) };
        Ok(Some(CsvRow { line, raw, cells: &self.cells, quotes }))
    }
}

/// What the quotes of one row look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Quotes {
    /// Lines from the row's start to the quote that never closes.
    pub(crate) unclosed: Option<u64>,
    /// A quote inside a quoted cell is not doubled.
    pub(crate) stray: bool,
    /// Most line breaks inside one quoted cell.
    pub(crate) most_breaks: u64,
    /// Most separators on one line inside a quoted cell, the cell's first line left out: a whole row there was swallowed.
    pub(crate) most_separators_on_inner_line: u64,
    /// Separators anywhere in the row.
    pub(crate) separators: u64,
}

enum At {
    CellStart,
    Plain,
    Quoted,
    AfterQuote,
}

impl Quotes {
    fn of(row: &str, separator: u8) -> Quotes {
        if !row.as_bytes().contains(&b'"') {
            let separators = memchr::memchr_iter(separator, row.as_bytes()).count() as u64;
            return Quotes { separators, ..Quotes::default() };
        }
        let mut quotes = Quotes::default();
        let mut at = At::CellStart;
        let mut lines = LineCounter::default();
        let mut opened_on = 0;
        let mut separators_on_line = 0;
        for byte in row.bytes() {
            lines.pass(&[byte]);
            quotes.separators += u64::from(byte == separator);
            at = match (at, byte) {
                (At::CellStart, b'"') => {
                    opened_on = lines.line() - 1;
                    separators_on_line = 0;
                    At::Quoted
                }
                (At::Quoted, b'"') => At::AfterQuote,
                (At::Quoted, _) => {
                    let breaks = lines.line() - 1 - opened_on;
                    quotes.most_breaks = quotes.most_breaks.max(breaks);
                    separators_on_line = if matches!(byte, b'\r' | b'\n') { 0 } else { separators_on_line + u64::from(byte == separator) };
                    if breaks > 0 {
                        quotes.most_separators_on_inner_line = quotes.most_separators_on_inner_line.max(separators_on_line);
                    }
                    At::Quoted
                }
                (At::AfterQuote, b'"') => At::Quoted,
                (At::CellStart | At::Plain | At::AfterQuote, byte) if byte == separator || matches!(byte, b'\r' | b'\n') => At::CellStart,
                (At::AfterQuote, _) => {
                    quotes.stray = true;
                    At::Plain
                }
                (At::CellStart | At::Plain, _) => At::Plain,
            };
        }
        if matches!(at, At::Quoted) {
            quotes.unclosed = Some(opened_on);
        }
        quotes
    }

    /// Whether a quote that closed too late hides rows inside this one, in a list of so many columns.
    pub(crate) fn swallows_rows(&self, columns: usize, cells: usize) -> bool {
        let separators_of_a_row = (columns as u64).saturating_sub(1).max(1);
        let cell_is_a_row = self.most_separators_on_inner_line >= separators_of_a_row;
        // In a narrow list, a name and an address with commas look like a second row; in a wide one nothing else does.
        let two_rows_in_one = (cells != columns || columns >= 8) && self.separators >= 2 * separators_of_a_row;
        self.most_breaks > 0 && (self.stray || cell_is_a_row || two_rows_in_one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_of_more_cells_than_any_list_has_stops_the_reading() {
        let most = ",".repeat(MOST_CELLS);
        let mut rows = CsvRows::over(most.as_bytes(), b',');
        assert_eq!(rows.try_next().unwrap().unwrap().cells.len(), MOST_CELLS + 1);
        let lines = format!("a,b\n{most},\n");
        let mut rows = CsvRows::over(lines.as_bytes(), b',');
        assert_eq!(rows.try_next().unwrap().unwrap().cells.len(), 2);
        let error = rows.try_next().map(|_| ()).unwrap_err();
        assert!(error.get_ref().and_then(|inner| inner.downcast_ref::<TooManyCells>()).is_some());
    }

    fn rows(text: &str) -> Vec<(u64, String, Vec<String>, Quotes)> {
        let mut rows = CsvRows::new(text);
        let mut found = Vec::new();
        while let Some(row) = rows.next_row() {
            found.push((row.line, row.raw.to_owned(), row.cells.iter().map(str::to_owned).collect(), row.quotes));
        }
        found
    }

    #[test]
    fn lines_and_raw_text_hold_over_blank_lines_and_quoted_breaks() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "1,\"x", "y\"", "", "", "2,z"].join(end);
            let found = rows(&text);
            let places: Vec<(u64, &str)> = found.iter().map(|(line, raw, _, _)| (*line, raw.as_str())).collect();
            assert_eq!(places, [(1, "a,b"), (3, format!("1,\"x{end}y\"").as_str()), (7, "2,z")], "{end:?}");
        }
    }

    #[test]
    fn quotes_are_judged() {
        let table = [
            ("1,\"Smith, Ann\",x", Quotes { separators: 3, ..Quotes::default() }),
            ("1,\"say \"\"hi\"\"\",x", Quotes { separators: 2, ..Quotes::default() }),
            ("1,\"Ann \"Annie\" Lee\",x", Quotes { stray: true, separators: 2, ..Quotes::default() }),
            ("1,5\" pipe,x", Quotes { separators: 2, ..Quotes::default() }),
            ("1,\"12 Main\nApt 4\",x", Quotes { most_breaks: 1, separators: 2, ..Quotes::default() }),
            ("1,\"x\n2,y,z\n", Quotes { unclosed: Some(0), most_breaks: 2, most_separators_on_inner_line: 2, separators: 3, stray: false }),
            (
                "1,\"x\ny\",\"z\n",
                Quotes { unclosed: Some(1), most_breaks: 1, most_separators_on_inner_line: 0, separators: 2, stray: false },
            ),
        ];
        for (row, expected) in table {
            assert_eq!(Quotes::of(row, b','), expected, "{row:?}");
        }
    }

    #[test]
    fn swallowed_rows_are_seen() {
        let swallowing = ["1,\"x,y\n2,u,v\n3,\"w,z", "1,\"x,y\n2,u,v\",w", "1,x,\"y\n2,u,v\n3,r,\""];
        for row in swallowing {
            let found = rows(row);
            assert!(found[0].3.swallows_rows(3, found[0].2.len()), "{row:?}");
        }
        assert!(rows("1,\"a,b,c,d,e,f,g,h\n2,i,\",k,l,m,n,o,p")[0].3.swallows_rows(8, 8));
        assert!(!rows("1,\"12 Main\nApt 4, rear\",x")[0].3.swallows_rows(3, 3));
    }

    fn quoted(cell: &str) -> String {
        format!("\"{}\"", cell.replace('"', "\"\""))
    }

    proptest! {
        #[test]
        fn every_row_of_well_formed_csv_comes_back(table in prop::collection::vec(prop::collection::vec("[a-z\",\n\r ]{0,6}", 3), 1..20), end in prop::sample::select(vec!["\n", "\r\n"])) {
            let text: String = table.iter().map(|row| row.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + end).collect();
            let found = rows(&text);
            prop_assert_eq!(found.iter().map(|row| row.2.clone()).collect::<Vec<_>>(), table);
            prop_assert!(found.iter().all(|row| row.3.unclosed.is_none() && !row.3.stray));
        }

        #[test]
        fn no_text_is_lost_between_rows(text in "[ab\",\n\r]{0,60}") {
            let found = rows(&text);
            let kept: String = found.iter().map(|row| row.1.as_str()).collect();
            let strip = |text: &str| text.replace(['\r', '\n'], "");
            prop_assert_eq!(strip(&kept), strip(&text));
        }
    }
}

//! The parts of an XLSX file, inflated once under caps before anything is made of them.
//!
//! A zip bomb lies about its sizes, so what comes out is counted. The reader of the workbook keeps shared texts and the cell at hand in
//! memory: how large these can get is seen here first. Checksums are compared on the way, so that a damaged file is never read halfway.

use memchr::memmem;
use std::io::{self, Read, Seek};
use zip::ZipArchive;
use zip::result::ZipError;

/// All parts together, inflated.
const MOST_BYTES: u64 = 512 << 20;
/// Of one text or one tag. A cell of a spreadsheet holds 32,767 characters.
const LONGEST_TEXT: usize = 1 << 20;
/// Of one cell or shared text with all its runs.
const LONGEST_CELL: u64 = 4 << 20;
/// Of shared texts.
const MOST_TEXTS: u64 = 4_000_000;
/// Of cells that are merged, each noted where some are merged over several rows.
const MOST_MERGED: u64 = 1_000_000;
/// Of a part with comments or the like, each of which is read as one piece.
const MOST_BYTES_WITH_COMMENTS: u64 = 64 << 20;

/// Why a file is not opened as a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartsFault {
    /// It is no zip file, or a checksum is wrong.
    Damaged,
    /// A part is encrypted.
    Encrypted,
    /// A workbook in a format that is not read: XLSB.
    Binary,
    /// A file of `OpenDocument`.
    OpenDocument,
    /// A zip file of something else.
    OtherZip,
    /// It comes to more than can be read.
    TooLarge,
    /// A cell has a formula and no value: who wrote the file computed none, and the cell would be read as empty.
    Uncalculated,
}

/// What all parts are like, where nothing speaks against opening the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// Some rows of a sheet are not shown: a filter or a hand hid them.
    pub(super) hide_rows: bool,
    /// Cells of several rows of a sheet are merged into one.
    pub(super) merge_rows: bool,
}

/// Inflates every part once.
///
/// # Errors
/// The fault for which it must not be opened.
pub(super) fn inspect(file: impl Read + Seek) -> Result<Parts, PartsFault> {
    let mut parts = ZipArchive::new(file).map_err(|error| fault_of(&error))?;
    let names: Result<Vec<String>, ZipError> = parts.file_names().map(|name| Ok(name?.to_ascii_lowercase())).collect();
    let names = names.map_err(|error| fault_of(&error))?;
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("xl/workbook.bin") {
        return Err(PartsFault::Binary);
    }
    if has("content.xml") {
        return Err(PartsFault::OpenDocument);
    }
    if !has("[content_types].xml") || !names.iter().any(|name| name.contains("workbook")) {
        return Err(PartsFault::OtherZip);
    }
    let (mut stated, mut inflated) = (0, 0);
    let mut found = Parts::default();
    for number in 0..parts.len() {
        let part = parts.by_index(number).map_err(|error| fault_of(&error))?;
        let name = part.name().map_err(|error| fault_of(&error))?.to_ascii_lowercase();
        stated += part.size();
        if stated > MOST_BYTES {
            return Err(PartsFault::TooLarge);
        }
        // What a file states of its sizes need not be true.
        let rest = MOST_BYTES - inflated;
        let is_xml = [".xml", ".rels"].iter().any(|end| name.ends_with(end));
        inflated += if is_xml { inspect_part(part, rest, &mut found)? } else { inspect_other(part, rest)? };
    }
    Ok(found)
}

fn fault_of(error: &ZipError) -> PartsFault {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => PartsFault::Encrypted,
        _ => PartsFault::Damaged,
    }
}

/// What was seen of one part so far.
#[derive(Default)]
struct Scan {
    bytes: u64,
    /// Shared texts.
    texts: u64,
    /// Where the cell or shared text at hand began; absent outside of them all.
    cell_began: Option<u64>,
    has_comments: bool,
    /// The cell at hand holds a text, which may be an empty one.
    holds_text: bool,
    /// The cell at hand has a formula, and no value so far.
    uncalculated: bool,
    hides_rows: bool,
    /// Cells that are merged.
    merged: u64,
    merges_rows: bool,
}

/// How much is inflated in one go.
const PIECE: usize = 256 * 1024;
/// The longest name of an element that matters, with its prefix and some room.
const NAME: usize = 64;

/// Inflates a part that is read as XML, of so many bytes at the most; how many it has.
fn inspect_part(mut part: impl Read, most: u64, found: &mut Parts) -> Result<u64, PartsFault> {
    let mut scan = Scan::default();
    let mut piece: Vec<u8> = Vec::with_capacity(PIECE);
    let mut inflated = 0;
    loop {
        let before = piece.len();
        let read = part.by_ref().take(PIECE as u64).read_to_end(&mut piece);
        let read = read.map_err(|_: io::Error| PartsFault::Damaged)?;
        inflated += read as u64;
        if inflated > most || (scan.has_comments && inflated > MOST_BYTES_WITH_COMMENTS) {
            return Err(PartsFault::TooLarge);
        }
        let kept = scan.pass(&piece, before == piece.len())?;
        if piece.len() - kept > LONGEST_TEXT {
            return Err(PartsFault::TooLarge);
        }
        piece.drain(..kept);
        if read == 0 {
            found.hide_rows |= scan.hides_rows;
            found.merge_rows |= scan.merges_rows;
            return Ok(inflated);
        }
    }
}

/// What only parts have that are read as XML: a sheet under the name of a picture would be read without having been looked at.
const READ_AS_XML: [&[u8]; 5] = [b"sheetData", b"<sst", b":sst", b"<workbook", b":workbook"];

/// Inflates a picture or the like, of so many bytes at the most; how many it has.
fn inspect_other(mut part: impl Read, most: u64) -> Result<u64, PartsFault> {
    let mut piece: Vec<u8> = Vec::with_capacity(PIECE);
    let mut inflated = 0;
    loop {
        let read = part.by_ref().take(PIECE as u64).read_to_end(&mut piece).map_err(|_: io::Error| PartsFault::Damaged)?;
        inflated += read as u64;
        if inflated > most {
            return Err(PartsFault::TooLarge);
        }
        if READ_AS_XML.iter().any(|word| memmem::find(&piece, word).is_some()) {
            return Err(PartsFault::Damaged);
        }
        if read == 0 {
            return Ok(inflated);
        }
        piece.drain(..piece.len().saturating_sub(NAME));
    }
}

impl Scan {
    /// Looks at the tags of a piece; how much of it is done with. What is left begins with a tag that may go on in the next piece.
    fn pass(&mut self, piece: &[u8], is_last: bool) -> Result<usize, PartsFault> {
        let mut at = 0;
        while let Some(next) = memchr::memchr(b'<', &piece[at..]) {
            if next > LONGEST_TEXT {
                return Err(PartsFault::TooLarge);
            }
            at += next;
            let tag = &piece[at..];
            let by_attributes =
                |tag: &[u8]| tag[..NAME].windows(3).any(|three| [b"sst", b"row", b"mer"].iter().any(|known| three == *known));
            let is_whole = tag.len() >= NAME && (!by_attributes(tag) || tag.contains(&b'>'));
            if !is_whole && !is_last {
                return self.done(at);
            }
            self.take(tag, self.bytes + at as u64)?;
            at += 1;
        }
        self.done(at.max(if is_last { piece.len() } else { at }))
    }

    fn done(&mut self, bytes: usize) -> Result<usize, PartsFault> {
        self.bytes += bytes as u64;
        Ok(bytes)
    }

    /// Takes in a tag by its local name, as the reader of the workbook does.
    fn take(&mut self, tag: &[u8], at: u64) -> Result<(), PartsFault> {
        if self.cell_began.is_some_and(|began| at - began > LONGEST_CELL) {
            return Err(PartsFault::TooLarge);
        }
        let named = &tag[1..tag.len().min(NAME)];
        let end = named.iter().position(|byte| matches!(byte, b'>' | b' ' | b'\t' | b'\r' | b'\n')).unwrap_or(named.len());
        let name = named[..end].rsplit(|byte| matches!(byte, b':')).next().unwrap_or_default();
        let in_sheet = self.cell_began.is_some();
        match (named.first(), name) {
            (_, b"c" | b"c/" | b"/sheetData") | (Some(b'/'), b"sheetData") if self.uncalculated => return Err(PartsFault::Uncalculated),
            (_, b"f" | b"f/") if in_sheet && named.first() != Some(&b'/') => self.uncalculated = true,
            (_, b"v" | b"v/") if named.first() != Some(&b'/') => self.uncalculated &= !self.holds_text && is_empty(tag),
            (_, b"is") => self.uncalculated = false,
            (Some(b'!'), _) => self.has_comments = true,
            (Some(b'/'), b"sst" | b"sheetData" | b"/sst" | b"/sheetData") => self.cell_began = None,
            (Some(b'/'), _) => {}
            (_, b"sst") => {
                self.cell_began = Some(at);
                return refuse_large_promise(&tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())]);
            }
            (_, b"sheetData") => self.cell_began = Some(at),
            (_, b"si" | b"si/") => {
                self.texts += 1;
                self.cell_began = self.cell_began.map(|_| at);
            }
            (_, b"c" | b"c/" | b"row" | b"row/") => {
                self.cell_began = self.cell_began.map(|_| at);
                let attributes = &tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())];
                self.holds_text = memmem::find(attributes, b"t=\"str\"").is_some();
                let hidden = || [&b"hidden=\"1\""[..], b"hidden=\"true\""].iter().any(|hidden| memmem::find(attributes, hidden).is_some());
                self.hides_rows |= in_sheet && name.starts_with(b"row") && hidden();
            }
            (_, b"mergeCell") => {
                self.merged += 1;
                self.merges_rows |= spans_rows(&tag[..memchr::memchr(b'>', tag).unwrap_or(tag.len())])?;
            }
            _ => {}
        }
        if self.texts > MOST_TEXTS || self.merged > MOST_MERGED { Err(PartsFault::TooLarge) } else { Ok(()) }
    }
}

/// Whether nothing stands in an element: `<v/>`, `<v></v>`.
fn is_empty(tag: &[u8]) -> bool {
    memchr::memchr(b'>', tag).is_some_and(|end| tag[end - 1] == b'/' || tag.get(end + 1) == Some(&b'<'))
}

/// The table of shared texts says how many there are, and room is made for so many before one is read.
fn refuse_large_promise(tag: &[u8]) -> Result<(), PartsFault> {
    for at in memmem::find_iter(tag, b"ount") {
        let number = tag[at..].iter().skip(4).skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\''));
        let digits = number.take_while(|byte| byte.is_ascii_digit());
        let promised = digits.fold(0_u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
        if promised > 4 * MOST_TEXTS {
            return Err(PartsFault::TooLarge);
        }
    }
    Ok(())
}

/// Whether cells of several rows are merged: `<mergeCell ref="B2:B3"/>`. The reader of the workbook counts with what stands there, so
/// nothing else may.
fn spans_rows(tag: &[u8]) -> Result<bool, PartsFault> {
    let mut spans = false;
    for at in memmem::find_iter(tag, b"ref") {
        let Some(value) = tag[at + 3..].trim_ascii_start().strip_prefix(b"=") else { continue };
        let Some((quote, value)) = value.trim_ascii_start().split_first() else { continue };
        let end = memchr::memchr(*quote, value).ok_or(PartsFault::Damaged)?;
        let mut cells = value[..end].split(|byte| *byte == b':').map(cell_at);
        let first = cells.next().flatten().ok_or(PartsFault::Damaged)?;
        let last = cells.next().unwrap_or(Some(first)).ok_or(PartsFault::Damaged)?;
        if cells.next().is_some() || last.0 < first.0 || last.1 < first.1 {
            return Err(PartsFault::Damaged);
        }
        spans |= first.0 < last.0;
    }
    Ok(spans)
}

/// Row and column of a cell by its name, `AB12`, as numbers to be compared.
fn cell_at(name: &[u8]) -> Option<(u32, u32)> {
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (column, row) = name.split_at(letters);
    if !(1..=3).contains(&letters) || !(1..=7).contains(&row.len()) || !row.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let row = row.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    let column = column.iter().fold(0, |sum, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    (row > 0).then_some((row, column))
}

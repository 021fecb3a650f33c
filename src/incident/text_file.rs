//! The bytes of a text file in the incident folder -> text.

use super::text_encoding::{Decoding, TextEncoding};
use crate::error::{Error, Finding, Place, Result};
use std::io::Read;
use std::path::Path;

/// The text of a file with what had to be assumed.
pub(crate) struct TextFile {
    /// The text without a byte order mark.
    pub(crate) text: String,
    /// Warns when the bytes were no UTF-8 and were read as Windows-1252.
    pub(crate) assumed: Option<Finding>,
}

/// Decodes UTF-8 and UTF-16; other bytes are read as Windows-1252, which is what U.S. spreadsheets write.
///
/// # Errors
/// Refused when the bytes are a spreadsheet, or hold NUL.
pub(crate) fn decode(name: &str, bytes: &[u8]) -> Result<TextFile> {
    let unreadable = |error: std::io::Error| Error::unreadable(Path::new(name), &error);
    let examined = examine(name, bytes).map_err(unreadable)??;
    let mut text = String::new();
    examined.text(bytes).and_then(|mut source| source.read_to_string(&mut text)).map_err(unreadable)?;
    Ok(TextFile { text, assumed: examined.assumed })
}

/// What a look through a whole file told, before its text is read.
pub(crate) struct Examined {
    /// Warns when the bytes were no UTF-8 and are read as Windows-1252.
    pub(crate) assumed: Option<Finding>,
    encoding: TextEncoding,
    /// Bytes of the byte order mark.
    mark: usize,
}

/// How many bytes are looked at in one go.
const PIECE: usize = 256 * 1024;

/// Looks through a file, which is read piece by piece.
///
/// # Errors
/// The outer one when it cannot be read; the inner one is a refusal: the bytes are a spreadsheet, or hold NUL.
pub(crate) fn examine(name: &str, mut file: impl Read) -> std::io::Result<Result<Examined>> {
    let mut start = Vec::with_capacity(PIECE);
    file.by_ref().take(PIECE as u64).read_to_end(&mut start)?;
    if let Err(error) = refuse_other_formats(name, &start) {
        return Ok(Err(error));
    }
    let (encoding, mark) = TextEncoding::of(&start);
    let text = Decoding::new(start[mark..].chain(file), encoding);
    Ok(match look_through(text)? {
        Seen::Nul(line) => {
            let hint = "save it as `CSV UTF-8`, or have it sent again";
            Err(Error::refused("nul-bytes", Place::line(name, line), "the file holds NUL bytes: it is damaged", hint))
        }
        Seen::Utf8 => Ok(Examined { assumed: None, encoding, mark }),
        Seen::OtherFrom(line) => {
            let reason = "the file is not valid UTF-8 from this line on; it was read as Windows-1252";
            let hint = "compare a name with an accent against the source; better save the file as `CSV UTF-8`";
            let assumed = Some(Finding::warns("not-utf-8", Place::line(name, line), reason, hint));
            Ok(Examined { assumed, encoding: TextEncoding::Windows1252, mark })
        }
    })
}

/// What bytes turned out to be.
enum Seen {
    Utf8,
    /// No UTF-8 from this line on.
    OtherFrom(u64),
    /// They hold a NUL on this line.
    Nul(u64),
}

fn look_through(mut text: impl Read) -> std::io::Result<Seen> {
    let mut piece = Vec::with_capacity(PIECE);
    let mut lines = LineCounter::default();
    let mut not_utf8 = None;
    loop {
        let before = piece.len();
        let read = text.by_ref().take((PIECE - before) as u64).read_to_end(&mut piece)?;
        let at_end = read == 0;
        if let Some(at) = memchr::memchr(0, &piece[before..]) {
            return Ok(Seen::Nul(lines.line_after(&piece[..before + at])));
        }
        // A character that the piece cuts in two is looked at again with the next one.
        let whole = match str::from_utf8(&piece) {
            Err(error) if not_utf8.is_none() && (error.error_len().is_some() || at_end) => {
                not_utf8 = Some(lines.line_after(&piece[..error.valid_up_to()]));
                piece.len()
            }
            Err(error) if not_utf8.is_none() => error.valid_up_to(),
            _ => piece.len(),
        };
        lines.pass(&piece[..whole]);
        piece.drain(..whole);
        if at_end {
            return Ok(not_utf8.map_or(Seen::Utf8, Seen::OtherFrom));
        }
    }
}

impl Examined {
    /// The text of the file that was looked through, as UTF-8 without a byte order mark.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn text<R: Read>(&self, mut file: R) -> std::io::Result<Decoding<R>> {
        file.read_exact(&mut [0; 3][..self.mark])?;
        Ok(Decoding::new(file, self.encoding))
    }
}

/// `start` is the first of a file, which tells the formats apart.
fn refuse_other_formats(name: &str, start: &[u8]) -> Result<()> {
    let suffix = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let looks_like_a_spreadsheet = start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0");
    let is_called_one = ["xlsx", "xlsm", "xls", "ods"].contains(&suffix.as_str());
    let (reason, hint) = match (looks_like_a_spreadsheet, is_called_one) {
        (true, _) => (
            "the file is not the text that is read here: it is a spreadsheet",
            "open it and save the sheet as `CSV UTF-8`, then name that file",
        ),
        (false, true) => {
            ("the file has the name of a spreadsheet and holds none", "have it sent again; if it is text, with a row a line, call it .csv")
        }
        (false, false) => return Ok(()),
    };
    Err(Error::refused("not-csv", Place::file(name), reason, hint))
}

/// Counts lines over text that is handed on piece by piece.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LineCounter {
    ended: u64,
    after_carriage_return: bool,
}

impl LineCounter {
    /// The 1-based line at which the counter stands.
    pub(crate) fn line(self) -> u64 {
        self.ended + 1
    }

    /// The 1-based line at which it would stand after a piece of text.
    pub(crate) fn line_after(mut self, bytes: &[u8]) -> u64 {
        self.pass(bytes);
        self.line()
    }

    /// Moves over a piece of text.
    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        if !self.after_carriage_return && !bytes.contains(&b'\r') {
            self.ended += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
            return;
        }
        for byte in bytes {
            match byte {
                b'\n' if self.after_carriage_return => {}
                b'\n' | b'\r' => self.ended += 1,
                _ => {}
            }
            self.after_carriage_return = *byte == b'\r';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_that_are_read() {
        for (bytes, text, warned_line) in [
            (&b"a,b\n"[..], "a,b\n", None),
            (b"\xef\xbb\xbfa,b\n", "a,b\n", None),
            ("Zoë".as_bytes(), "Zoë", None),
            (b"a\r\nb\r\nZo\xeb", "a\r\nb\r\nZoë", Some(3)),
            (b"\xef\xbb\xbfid\nZo\xeb", "id\nZoë", Some(2)),
            (b"\xff\xfea\0,\0b\0\n\0Z\0o\0\xeb\0\x3d\xd8\x1e\xde", "a,b\nZoë😞", None),
            (b"\xfe\xff\0a\0,\0b\0\n", "a,b\n", None),
            (b"a\0,\0b\0\n\0", "a,b\n", None),
            (b"\0a\0,\0b\0\n", "a,b\n", None),
            (b"\xff\xfea\0b", "a\u{fffd}", None),
            (b"\xff\xfe\x3d\xd8a\0", "\u{fffd}a", None),
        ] {
            let file = decode("p.csv", bytes).unwrap();
            assert_eq!(file.text, text);
            assert_eq!(file.assumed.and_then(|finding| finding.place.line), warned_line, "{text:?}");
        }
    }

    /// Files larger than a piece: what stands at its edges is read as it would be in a small one.
    #[test]
    fn pieces_hide_nothing() {
        for shift in 0..6 {
            let mut bytes = "é\r\n".repeat(PIECE / 4 + 9).into_bytes();
            bytes.drain(..shift);
            let count = bytes.len();
            let whole = String::from_utf8(bytes.clone()).ok();
            let file = decode("p.csv", &bytes).unwrap();
            assert_eq!((file.assumed.is_none(), whole.is_none_or(|whole| whole == file.text)), (!matches!(shift, 1 | 5), true), "{shift}");
            let expected = bytes.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            bytes.push(0xeb);
            let line = decode("p.csv", &bytes).unwrap().assumed.and_then(|finding| finding.place.line);
            assert_eq!(line, Some(if matches!(shift, 1 | 5) { 1 } else { expected }), "{shift}");
            bytes[count] = 0;
            let error = decode("p.csv", &bytes).map(|_| ()).unwrap_err();
            assert_eq!((error.findings[0].code, error.findings[0].place.line), ("nul-bytes", Some(expected)));
        }
    }

    #[test]
    fn utf_16_comes_whole_however_it_is_cut() {
        let text = "é,ÿ\r\n😞".repeat(PIECE / 9);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let marked = [&b"\xff\xfe"[..], &bytes].concat();
        assert!(decode("p.csv", &marked).unwrap().text == text);
        let nul = [&marked[..], b"a\0\0\0"].concat();
        let error = decode("p.csv", &nul).map(|_| ()).unwrap_err();
        assert_eq!((error.findings[0].code, error.findings[0].place.line), ("nul-bytes", Some(PIECE as u64 / 9 + 1)));
    }

    #[test]
    fn formats_that_are_refused() {
        for (name, bytes, code) in [
            ("p.xlsx", &b"anything"[..], "not-csv"),
            ("p.csv", b"PK\x03\x04zip", "not-csv"),
            ("p.csv", b"\xd0\xcf\x11\xe0old", "not-csv"),
            ("p.csv", b"a\nb\0c", "nul-bytes"),
        ] {
            let error = decode(name, bytes).map(|_| ()).unwrap_err();
            assert_eq!(error.findings[0].code, code);
        }
    }

    #[test]
    fn lines_end_with_either_or_both() {
        assert_eq!(LineCounter::default().line(), 1);
        assert_eq!(LineCounter::default().line_after(b"a\r\nb\nc\rd"), 4);
    }
}

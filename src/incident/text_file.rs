//! The bytes of a text file in the incident folder -> text.

use crate::error::{Error, Finding, Place, Result};

/// The text of a file with what had to be assumed.
pub(crate) struct TextFile {
    /// The text without a byte order mark.
    pub(crate) text: String,
    /// Warns when the bytes were no UTF-8 and were read as Windows-1252.
    pub(crate) assumed: Option<Finding>,
}

/// Decodes UTF-8 with or without byte order mark; other bytes are read as Windows-1252, which is what U.S. spreadsheets write.
///
/// # Errors
/// Refused when the bytes are a spreadsheet, UTF-16, or hold NUL.
pub(crate) fn decode(name: &str, bytes: Vec<u8>) -> Result<TextFile> {
    refuse_other_formats(name, &bytes)?;
    match String::from_utf8(bytes) {
        Ok(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            Ok(TextFile { text, assumed: None })
        }
        Err(error) => {
            let line = line_at(error.as_bytes(), error.utf8_error().valid_up_to());
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(error.as_bytes());
            let text = text.strip_prefix("ï»¿").unwrap_or(&text).to_owned();
            let assumed = Finding::warns(
                "not-utf-8",
                Place::line(name, line),
                "the file is not valid UTF-8 from this line on; it was read as Windows-1252",
                "compare a name with an accent against the source; better save the file as `CSV UTF-8`",
            );
            Ok(TextFile { text, assumed: Some(assumed) })
        }
    }
}

fn refuse_other_formats(name: &str, bytes: &[u8]) -> Result<()> {
    let suffix = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let looks_like_a_spreadsheet = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0");
    if looks_like_a_spreadsheet || ["xlsx", "xlsm", "xls", "ods"].contains(&suffix.as_str()) {
        let reason = "the file is a spreadsheet, not CSV";
        return Err(Error::refused("not-csv", Place::file(name), reason, "open it and save the sheet as `CSV UTF-8`, then name that file"));
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let reason = "the file is UTF-16 text";
        return Err(Error::refused("utf-16", Place::line(name, 1), reason, "save it as `CSV UTF-8`"));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let reason = "the file holds NUL bytes: it is UTF-16 text or damaged";
        let hint = "save it as `CSV UTF-8`, or have it sent again";
        return Err(Error::refused("nul-bytes", Place::line(name, line_at(bytes, at)), reason, hint));
    }
    Ok(())
}

/// 1-based line of a byte; a line ends with CR, LF or both.
pub(crate) fn line_at(bytes: &[u8], at: usize) -> u64 {
    let mut lines = LineCounter::default();
    lines.pass(&bytes[..at.min(bytes.len())]);
    lines.line()
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
        ] {
            let file = decode("p.csv", bytes.to_vec()).unwrap();
            assert_eq!(file.text, text);
            assert_eq!(file.assumed.and_then(|finding| finding.place.line), warned_line, "{text:?}");
        }
    }

    #[test]
    fn formats_that_are_refused() {
        for (name, bytes, code) in [
            ("p.xlsx", &b"anything"[..], "not-csv"),
            ("p.csv", b"PK\x03\x04zip", "not-csv"),
            ("p.csv", b"\xd0\xcf\x11\xe0old", "not-csv"),
            ("p.csv", b"\xff\xfea\0", "utf-16"),
            ("p.csv", b"a\nb\0c", "nul-bytes"),
        ] {
            let error = decode(name, bytes.to_vec()).map(|_| ()).unwrap_err();
            assert_eq!(error.findings[0].code, code);
        }
    }

    #[test]
    fn lines_end_with_either_or_both() {
        assert_eq!(line_at(b"a\r\nb\nc\rd", 0), 1);
        assert_eq!(line_at(b"a\r\nb\nc\rd", 8), 4);
    }
}

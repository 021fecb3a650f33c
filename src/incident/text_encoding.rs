//! What a text file is encoded in, and its text as UTF-8.

use std::io::Read;

/// The encodings in which lists come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextEncoding {
    /// UTF-8; ASCII among it.
    Utf8,
    /// What U.S. spreadsheets write as `CSV`.
    Windows1252,
    /// What Windows calls `Unicode`.
    Utf16Le,
    /// The same, the other byte first.
    Utf16Be,
}

/// So many bytes of a file tell whether it is UTF-16 that does not say so.
const ENOUGH: usize = 4096;

/// Byte order marks.
const MARKS: [(&[u8], TextEncoding); 3] =
    [(b"\xef\xbb\xbf", TextEncoding::Utf8), (b"\xff\xfe", TextEncoding::Utf16Le), (b"\xfe\xff", TextEncoding::Utf16Be)];

impl TextEncoding {
    /// The encoding by the start of a file, with the length of the byte order mark. Windows-1252 is not told from UTF-8 here.
    pub(crate) fn of(start: &[u8]) -> (TextEncoding, usize) {
        let marked = MARKS.into_iter().find(|(mark, _)| start.starts_with(mark));
        marked.map_or_else(|| (TextEncoding::unmarked(start), 0), |(mark, encoding)| (encoding, mark.len()))
    }

    /// Text in Latin letters has a zero in every other byte when it is UTF-16.
    fn unmarked(start: &[u8]) -> TextEncoding {
        let pairs = &start.as_chunks::<2>().0[..start.len().min(ENOUGH) / 2];
        let zeros = |byte: usize| pairs.iter().filter(|pair| pair[byte] == 0).count();
        let (first, second) = (zeros(0), zeros(1));
        let most = |zeros: usize| pairs.len() >= 2 && zeros * 10 >= pairs.len() * 7;
        match () {
            () if most(second) && first == 0 => TextEncoding::Utf16Le,
            () if most(first) && second == 0 => TextEncoding::Utf16Be,
            () => TextEncoding::Utf8,
        }
    }

    fn decoder(self) -> Option<encoding_rs::Decoder> {
        let encoding = match self {
            TextEncoding::Utf8 => return None,
            TextEncoding::Windows1252 => encoding_rs::WINDOWS_1252,
            TextEncoding::Utf16Le => encoding_rs::UTF_16LE,
            TextEncoding::Utf16Be => encoding_rs::UTF_16BE,
        };
        Some(encoding.new_decoder_without_bom_handling())
    }
}

/// Reads text as UTF-8, whatever its file is in. What is no character becomes U+FFFD; UTF-8 is handed on as it is.
pub(crate) struct Decoding<R> {
    file: R,
    decoder: Option<encoding_rs::Decoder>,
    /// Decoded bytes, of which so many were given.
    ready: Vec<u8>,
    given: usize,
    at_end: bool,
}

/// How much of a file is decoded in one go.
const PIECE: usize = 64 * 1024;

impl<R: Read> Decoding<R> {
    /// Over a file behind its byte order mark.
    pub(crate) fn new(file: R, encoding: TextEncoding) -> Decoding<R> {
        Decoding { file, decoder: encoding.decoder(), ready: Vec::new(), given: 0, at_end: false }
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return self.file.read(room) };
        // A piece may end within a character and give nothing yet.
        while self.given == self.ready.len() && !self.at_end && !room.is_empty() {
            let mut raw = [0; PIECE];
            let length = self.file.read(&mut raw)?;
            self.at_end = length == 0;
            self.ready.resize(decoder.max_utf8_buffer_length(length).unwrap_or(PIECE * 4), 0);
            let (_, _, written, _) = decoder.decode_to_utf8(&raw[..length], &mut self.ready, self.at_end);
            self.ready.truncate(written);
            self.given = 0;
        }
        let length = room.len().min(self.ready.len() - self.given);
        room[..length].copy_from_slice(&self.ready[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

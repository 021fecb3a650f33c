//! A file's objects by number: cross-reference table or streams, object streams, compressed streams (ISO 32000-1, 7.5).
//!
//! Strict on purpose: a file that was updated, encrypted or compressed in another way was not written by us.

use super::Unreadable;
use super::lexer::{Lexer, Value, entry, items};
use super::memory::{Memory, Stored};
use libdeflater::{DecompressionError, Decompressor};
use std::collections::BTreeMap;
use std::sync::Arc;

/// No stream of ours is larger than this when it is decompressed.
const LARGEST: usize = 64 << 20;
/// Deflate cannot make more of a byte (RFC 1951).
const BEST_RATIO: usize = 1032;

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Free,
    At(usize),
    /// In an object stream: its number, and the place in it.
    Within(u32, u32),
}

/// A decompressed object stream.
pub(super) struct ObjectStream {
    bytes: Vec<u8>,
    /// Number and offset of each object.
    heads: Vec<(u32, usize)>,
}

impl ObjectStream {
    fn read(stored: Stored<'_>, decompressor: &mut Decompressor) -> Result<ObjectStream, Unreadable> {
        let wrong = || damaged("an object stream");
        // Numbers elsewhere would be those of one file.
        let count = whole(entry(stored.dictionary, b"N")?).ok_or_else(wrong)?;
        let first = whole(entry(stored.dictionary, b"First")?).ok_or_else(wrong)?;
        let mut bytes = Vec::new();
        inflate(stored, decompressor, &mut bytes)?;
        let mut heads = Vec::with_capacity(count.min(bytes.len()));
        let mut lexer = Lexer::new(bytes.get(..first).ok_or_else(wrong)?);
        for _ in 0..count {
            let number = whole(lexer.single()?).and_then(|number| u32::try_from(number).ok()).ok_or_else(wrong)?;
            let offset = whole(lexer.single()?).ok_or_else(wrong)?;
            heads.push((number, first.saturating_add(offset)));
        }
        Ok(ObjectStream { bytes, heads })
    }
}

/// The objects of a file.
pub(super) struct File<'a> {
    bytes: &'a [u8],
    slots: Vec<Slot>,
    streams: BTreeMap<u32, Arc<ObjectStream>>,
    /// Number of the document catalog.
    pub(super) root: u32,
}

/// An indirect object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'f> {
    pub(super) value: Value<'f>,
    /// The bytes of a stream as they are stored.
    pub(super) stored: Option<&'f [u8]>,
}

fn damaged(what: &'static str) -> Unreadable {
    Unreadable::Damaged(what)
}

fn whole(value: Option<Value<'_>>) -> Option<usize> {
    match value {
        Some(Value::Number(number)) if number.fract() == 0.0 && (0.0..1e15).contains(&number) => Some(number as usize),
        _ => None,
    }
}

impl<'a> File<'a> {
    /// Reads the cross-references and every object stream; those of `known` were read in other files.
    pub(super) fn open(bytes: &'a [u8], known: &Memory<ObjectStream>, decompressor: &mut Decompressor) -> Result<File<'a>, Unreadable> {
        if !bytes.starts_with(b"%PDF-1.") {
            return Err(damaged("the header"));
        }
        let tail = &bytes[bytes.len().saturating_sub(64)..];
        let mark = b"startxref";
        let at = tail.windows(mark.len()).rposition(|window| window == mark).ok_or(damaged("the end"))?;
        let mut lexer = Lexer::new(&tail[at + mark.len()..]);
        let start = whole(lexer.single()?).ok_or(damaged("the end"))?;
        lexer.skip_blanks();
        if !tail.trim_ascii_end().ends_with(b"%%EOF") {
            return Err(damaged("the end"));
        }
        let mut file = File { bytes, slots: Vec::new(), streams: BTreeMap::new(), root: 0 };
        let mut lexer = Lexer::at(bytes, start)?;
        lexer.skip_blanks();
        let trailer = if bytes[lexer.at..].starts_with(b"xref") { file.table(lexer)? } else { file.table_stream(lexer, decompressor)? };
        for foreign in [b"Prev".as_slice(), b"XRefStm", b"Encrypt"] {
            if entry(trailer, foreign)?.is_some() {
                return Err(Unreadable::Foreign("an update or encryption"));
            }
        }
        let Some(Value::Reference(root)) = entry(trailer, b"Root")? else { return Err(damaged("the trailer")) };
        file.root = root;
        file.read_object_streams(known, decompressor)?;
        Ok(file)
    }

    /// How many object numbers there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// `xref`, sections of 20-byte entries, `trailer`.
    fn table(&mut self, mut lexer: Lexer<'a>) -> Result<&'a [u8], Unreadable> {
        lexer.regular();
        loop {
            match lexer.single()? {
                Some(Value::Word(b"trailer")) => break,
                Some(Value::Number(first)) => {
                    let first = whole(Some(Value::Number(first))).ok_or(damaged("a cross-reference section"))?;
                    let count = whole(lexer.single()?).ok_or(damaged("a cross-reference section"))?;
                    lexer.skip_blanks();
                    let length = count.checked_mul(20).ok_or(damaged("a cross-reference section"))?;
                    let end = lexer.at.checked_add(length).ok_or(damaged("a cross-reference section"))?;
                    let entries = self.bytes.get(lexer.at..end).ok_or(damaged("a cross-reference section"))?;
                    for (index, line) in entries.chunks_exact(20).enumerate() {
                        self.set(first + index, table_slot(line)?)?;
                    }
                    lexer.at = end;
                }
                _ => return Err(damaged("the cross-reference table")),
            }
        }
        match lexer.value()? {
            Some(Value::Dictionary(trailer)) => Ok(trailer),
            _ => Err(damaged("the trailer")),
        }
    }

    /// A cross-reference stream (ISO 32000-1, 7.5.8).
    fn table_stream(&mut self, mut lexer: Lexer<'a>, decompressor: &mut Decompressor) -> Result<&'a [u8], Unreadable> {
        let object = self.read(&mut lexer, None)?;
        let (Value::Dictionary(dictionary), Some(stored)) = (object.value, object.stored) else {
            return Err(damaged("the cross-reference stream"));
        };
        let wrong = || damaged("the cross-reference stream");
        if entry(dictionary, b"Type")? != Some(Value::Name(b"XRef")) {
            return Err(wrong());
        }
        let Some(Value::Array(widths)) = entry(dictionary, b"W")? else { return Err(wrong()) };
        let widths: Vec<usize> = items(widths)?.into_iter().map(|width| whole(Some(width)).ok_or(wrong())).collect::<Result<_, _>>()?;
        let &[first_width, second_width, third_width] = widths.as_slice() else { return Err(wrong()) };
        if widths.iter().any(|width| *width > 8) || second_width == 0 {
            return Err(wrong());
        }
        let size = whole(entry(dictionary, b"Size")?).ok_or_else(wrong)?;
        let sections: Vec<usize> = match entry(dictionary, b"Index")? {
            Some(Value::Array(index)) => {
                items(index)?.into_iter().map(|item| whole(Some(item)).ok_or(wrong())).collect::<Result<_, _>>()?
            }
            _ => vec![0, size],
        };
        let mut table = Vec::new();
        inflate(Stored { dictionary, bytes: stored }, decompressor, &mut table)?;
        let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        let mut entries = table.chunks_exact(first_width + second_width + third_width);
        for section in sections.chunks(2) {
            let &[first, count] = section else { return Err(wrong()) };
            for index in 0..count {
                let line = entries.next().ok_or_else(wrong)?;
                let (kind, line) = line.split_at(first_width);
                let (second, third) = line.split_at(second_width);
                let (second, third) = (number(second), number(third));
                let slot = match if kind.is_empty() { 1 } else { number(kind) } {
                    0 => Slot::Free,
                    1 => Slot::At(usize::try_from(second).map_err(|_| wrong())?),
                    2 => Slot::Within(u32::try_from(second).map_err(|_| wrong())?, u32::try_from(third).map_err(|_| wrong())?),
                    _ => return Err(wrong()),
                };
                self.set(first.checked_add(index).ok_or_else(wrong)?, slot)?;
            }
        }
        Ok(dictionary)
    }

    /// Object numbers run without gaps, so there can be no more of them than bytes.
    fn set(&mut self, number: usize, slot: Slot) -> Result<(), Unreadable> {
        if number >= self.bytes.len() {
            return Err(damaged("an object number"));
        }
        if self.slots.len() <= number {
            self.slots.resize(number + 1, Slot::Free);
        }
        self.slots[number] = slot;
        Ok(())
    }

    fn read_object_streams(&mut self, known: &Memory<ObjectStream>, decompressor: &mut Decompressor) -> Result<(), Unreadable> {
        let within = |slot: &Slot| if let Slot::Within(stream, _) = slot { Some(*stream) } else { None };
        let mut numbers: Vec<u32> = self.slots.iter().filter_map(within).collect();
        numbers.dedup();
        let mut total = 0;
        for number in numbers {
            if self.streams.contains_key(&number) {
                continue;
            }
            let stored = self.stream(number).map_err(|_| damaged("an object stream"))?;
            let stream = match known.recall(stored, |_| true) {
                Some(stream) => stream,
                None => {
                    let stream = Arc::new(ObjectStream::read(stored, decompressor)?);
                    known.keep(stored, || Arc::clone(&stream));
                    stream
                }
            };
            total += stream.bytes.len();
            if total > LARGEST {
                return Err(Unreadable::TooLarge);
            }
            self.streams.insert(number, stream);
        }
        Ok(())
    }

    /// An object by its number.
    pub(super) fn object(&self, number: u32) -> Result<Object<'_>, Unreadable> {
        match self.slots.get(number as usize).copied().unwrap_or(Slot::Free) {
            Slot::Free => Err(Unreadable::Missing("an object")),
            Slot::At(at) => self.read(&mut Lexer::at(self.bytes, at)?, Some(number)),
            Slot::Within(stream, index) => {
                let stream = self.streams.get(&stream).ok_or(damaged("an object stream in another"))?;
                let (found, at) = stream.heads.get(index as usize).copied().ok_or(damaged("an object stream"))?;
                if found != number {
                    return Err(damaged("an object under another's number"));
                }
                let value = Lexer::at(&stream.bytes, at)?.value()?.ok_or(damaged("an object"))?;
                Ok(Object { value, stored: None })
            }
        }
    }

    /// The bytes of an object that stands for itself, from its number to the one behind its last word; `None` when it stands
    /// in an object stream, or not all of it stands there.
    pub(super) fn stretch(&self, number: u32) -> Option<&'a [u8]> {
        let rest = self.from(number)?;
        let mut lexer = Lexer::new(rest);
        let object = self.read(&mut lexer, Some(number)).ok()?;
        if let (Value::Dictionary(dictionary), Some(_)) = (object.value, object.stored) {
            whole(entry(dictionary, b"Length").ok()?)?;
        }
        rest.get(..=lexer.at)
    }

    /// The bytes from the begin of an object that stands for itself.
    pub(super) fn from(&self, number: u32) -> Option<&'a [u8]> {
        match self.slots.get(number as usize) {
            Some(Slot::At(at)) => self.bytes.get(*at..),
            _ => None,
        }
    }

    /// `12 0 obj … endobj`.
    fn read(&self, lexer: &mut Lexer<'a>, number: Option<u32>) -> Result<Object<'a>, Unreadable> {
        let found = whole(lexer.single()?);
        let head = (found.is_some(), lexer.single()?, lexer.single()?);
        if head != (true, Some(Value::Number(0.0)), Some(Value::Word(b"obj"))) {
            return Err(damaged("the head of an object"));
        }
        if number.is_some_and(|number| found != Some(number as usize)) {
            return Err(damaged("an object under another's number"));
        }
        let value = lexer.value()?.ok_or(damaged("an object"))?;
        match (lexer.single()?, value) {
            (Some(Value::Word(b"endobj")), _) => Ok(Object { value, stored: None }),
            (Some(Value::Word(b"stream")), Value::Dictionary(dictionary)) => {
                let start = match &lexer.bytes[lexer.at..] {
                    [b'\r', b'\n', ..] => lexer.at + 2,
                    [b'\n', ..] => lexer.at + 1,
                    _ => return Err(damaged("the begin of a stream")),
                };
                let length = match entry(dictionary, b"Length")? {
                    Some(Value::Reference(length)) => self.plain_number(length)?,
                    value => whole(value).ok_or(damaged("the length of a stream"))?,
                };
                let end = start.checked_add(length).filter(|end| *end <= lexer.bytes.len()).ok_or(damaged("the length of a stream"))?;
                lexer.at = end;
                if lexer.single()? != Some(Value::Word(b"endstream")) {
                    return Err(damaged("the end of a stream"));
                }
                Ok(Object { value, stored: Some(&lexer.bytes[start..end]) })
            }
            _ => Err(damaged("the end of an object")),
        }
    }

    /// A number that is an object of its own; never a stream, so that no length can lead back to itself.
    fn plain_number(&self, number: u32) -> Result<usize, Unreadable> {
        let wrong = damaged("the length of a stream");
        let Some(Slot::At(at)) = self.slots.get(number as usize).copied() else { return Err(wrong) };
        let mut lexer = Lexer::at(self.bytes, at)?;
        for _ in 0..3 {
            lexer.single()?;
        }
        whole(lexer.single()?).ok_or(wrong)
    }

    /// A value, through a reference when it is one.
    pub(super) fn resolve<'f>(&'f self, value: Value<'f>) -> Result<Value<'f>, Unreadable> {
        match value {
            Value::Reference(number) => match self.object(number)?.value {
                Value::Reference(_) => Err(damaged("a reference to a reference")),
                value => Ok(value),
            },
            value => Ok(value),
        }
    }

    /// A dictionary, through a reference when it is one.
    pub(super) fn dictionary<'f>(&'f self, value: Value<'f>) -> Result<&'f [u8], Unreadable> {
        match self.resolve(value)? {
            Value::Dictionary(dictionary) => Ok(dictionary),
            _ => Err(damaged("something that should be a dictionary")),
        }
    }

    /// An entry of a dictionary, through a reference when it is one.
    pub(super) fn entry<'f>(&'f self, dictionary: &'f [u8], key: &[u8]) -> Result<Option<Value<'f>>, Unreadable> {
        entry(dictionary, key)?.map(|value| self.resolve(value)).transpose()
    }

    /// A stream's dictionary and stored bytes.
    pub(super) fn stream(&self, number: u32) -> Result<Stored<'_>, Unreadable> {
        match self.object(number)? {
            Object { value: Value::Dictionary(dictionary), stored: Some(bytes) } => Ok(Stored { dictionary, bytes }),
            _ => Err(damaged("something that should be a stream")),
        }
    }
}

/// `0000000017 00000 n` and a line end of two bytes.
fn table_slot(line: &[u8]) -> Result<Slot, Unreadable> {
    let wrong = damaged("a cross-reference entry");
    if line[10] != b' ' || line[16] != b' ' || !line[..10].iter().all(u8::is_ascii_digit) {
        return Err(wrong);
    }
    match line[17] {
        b'f' => Ok(Slot::Free),
        b'n' => Ok(Slot::At(line[..10].iter().fold(0, |offset, digit| offset * 10 + usize::from(digit - b'0')))),
        _ => Err(wrong),
    }
}

/// Appends the content of a stream: stored as it is, or compressed by Flate without a predictor.
pub(super) fn inflate(stored: Stored<'_>, decompressor: &mut Decompressor, out: &mut Vec<u8>) -> Result<(), Unreadable> {
    let Stored { dictionary, bytes: stored } = stored;
    let compressed = match entry(dictionary, b"Filter")? {
        None => false,
        Some(Value::Name(b"FlateDecode")) => true,
        Some(Value::Array(filters)) => match items(filters)?.as_slice() {
            [] => false,
            [Value::Name(b"FlateDecode")] => true,
            _ => return Err(Unreadable::Foreign("another filter")),
        },
        Some(_) => return Err(Unreadable::Foreign("another filter")),
    };
    if entry(dictionary, b"DecodeParms")?.is_some() {
        return Err(Unreadable::Foreign("a predictor"));
    }
    if !compressed {
        out.extend_from_slice(stored);
        return Ok(());
    }
    let before = out.len();
    let largest = stored.len().saturating_mul(BEST_RATIO).min(LARGEST);
    // Filling room with zeros costs far less than a second attempt.
    let mut room = (stored.len() * 8 + 1024).min(largest);
    loop {
        out.resize(before + room, 0);
        match decompressor.zlib_decompress(stored, &mut out[before..]) {
            Ok(length) => {
                out.truncate(before + length);
                return Ok(());
            }
            Err(DecompressionError::InsufficientSpace) if room < largest => room = (room * 4).min(largest),
            Err(DecompressionError::InsufficientSpace) => return Err(Unreadable::TooLarge),
            Err(DecompressionError::BadData) => return Err(damaged("compressed data")),
        }
    }
}

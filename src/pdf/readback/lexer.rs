//! Bytes -> the tokens and values of PDF (ISO 32000-1, 7.2 and 7.3), without a copy.
//!
//! A value is a slice: arrays and dictionaries keep their inner bytes and are read when somebody asks for an entry.

use super::Unreadable;
use std::borrow::Cow;

/// Deepest nesting of arrays and dictionaries.
const DEEPEST: usize = 64;

/// An object as it stands in the bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    /// Integer or real.
    Number(f64),
    /// Without the slash, escapes as written.
    Name(&'a [u8]),
    /// Between the parentheses, escapes as written.
    Literal(&'a [u8]),
    /// Between the angle brackets.
    Hex(&'a [u8]),
    /// Between the brackets.
    Array(&'a [u8]),
    /// Between the double angle brackets.
    Dictionary(&'a [u8]),
    /// Number of an indirect object.
    Reference(u32),
    /// `true`, `false`, `null`, an operator or another keyword.
    Word(&'a [u8]),
}

/// A position in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lexer<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

/// Classes of bytes (ISO 32000-1, 7.2.2).
const REGULAR: u8 = 0;
const BLANK: u8 = 1;
const DELIMITER: u8 = 2;
const CLASSES: [u8; 256] = {
    let mut classes = [REGULAR; 256];
    let (blanks, delimiters) = (b" \n\r\t\0\x0C", b"()<>[]{}/%");
    let mut at = 0;
    while at < blanks.len() {
        classes[blanks[at] as usize] = BLANK;
        at += 1;
    }
    at = 0;
    while at < delimiters.len() {
        classes[delimiters[at] as usize] = DELIMITER;
        at += 1;
    }
    classes
};

#[inline]
fn is_blank(byte: u8) -> bool {
    CLASSES[usize::from(byte)] == BLANK
}

#[inline]
fn is_delimiter(byte: u8) -> bool {
    CLASSES[usize::from(byte)] == DELIMITER
}

#[inline]
fn is_regular(byte: u8) -> bool {
    CLASSES[usize::from(byte)] == REGULAR
}

/// Longest number in digits: what 64 bits hold.
const LONGEST_NUMBER: usize = 18;
/// Powers of ten by exponent.
const TENS: [f64; LONGEST_NUMBER + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18];

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Lexer<'a> {
        Lexer { bytes, at: 0 }
    }

    /// A lexer at a place that a file names.
    pub(super) fn at(bytes: &'a [u8], at: usize) -> Result<Lexer<'a>, Unreadable> {
        if at < bytes.len() { Ok(Lexer { bytes, at }) } else { Err(Unreadable::Damaged("an offset beyond the end")) }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips white space and comments.
    pub(super) fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            if is_blank(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|byte| byte != b'\n' && byte != b'\r') {
                    self.at += 1;
                }
            } else {
                return;
            }
        }
    }

    /// The next value, with references put together; `None` at the end of the bytes.
    pub(super) fn value(&mut self) -> Result<Option<Value<'a>>, Unreadable> {
        let Some(value) = self.single()? else { return Ok(None) };
        if let Value::Number(number) = value
            && let Some(reference) = self.reference(number)
        {
            return Ok(Some(reference));
        }
        Ok(Some(value))
    }

    /// `12 0 R` after its first number.
    fn reference(&mut self, number: f64) -> Option<Value<'a>> {
        let mut ahead = *self;
        ahead.skip_blanks();
        if !ahead.peek()?.is_ascii_digit() || number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
            return None;
        }
        let Ok(Some(Value::Number(_))) = ahead.single() else { return None };
        ahead.skip_blanks();
        let after = ahead.bytes.get(ahead.at + 1).copied();
        if ahead.peek()? != b'R' || after.is_some_and(is_regular) {
            return None;
        }
        self.at = ahead.at + 1;
        Some(Value::Reference(number as u32))
    }

    /// The next value, where references cannot stand: in content streams.
    #[inline]
    pub(super) fn single(&mut self) -> Result<Option<Value<'a>>, Unreadable> {
        self.skip_blanks();
        let Some(byte) = self.peek() else { return Ok(None) };
        let value = match byte {
            b'0'..=b'9' | b'+' | b'-' | b'.' => Value::Number(self.number()?),
            b'/' => {
                self.at += 1;
                Value::Name(self.regular())
            }
            b'(' => Value::Literal(self.literal()?),
            b'[' => {
                self.at += 1;
                Value::Array(self.inside(b"]")?)
            }
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Value::Dictionary(self.inside(b">>")?)
            }
            b'<' => Value::Hex(self.hex()?),
            byte if is_delimiter(byte) => return Err(Unreadable::Damaged("a delimiter out of place")),
            _ => Value::Word(self.regular()),
        };
        Ok(Some(value))
    }

    /// A run of regular characters.
    pub(super) fn regular(&mut self) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    /// A number; PDF knows no exponents.
    #[inline]
    pub(super) fn number(&mut self) -> Result<f64, Unreadable> {
        let wrong = Err(Unreadable::Damaged("a number"));
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        let before = rest.len();
        let negative = rest.first() == Some(&b'-');
        if let [b'-' | b'+', after @ ..] = rest {
            rest = after;
        }
        let (mut number, mut digits, mut decimals) = (0_u64, 0, 0);
        while let [byte @ b'0'..=b'9', after @ ..] = rest {
            number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
            digits += 1;
            rest = after;
        }
        if let [b'.', after @ ..] = rest {
            rest = after;
            while let [byte @ b'0'..=b'9', after @ ..] = rest {
                number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
                decimals += 1;
                rest = after;
            }
        }
        digits += decimals;
        if digits == 0 || digits > LONGEST_NUMBER || rest.first().is_some_and(|byte| is_regular(*byte)) {
            return wrong;
        }
        self.at += before - rest.len();
        let number = if decimals == 0 { number as f64 } else { number as f64 / TENS[decimals] };
        Ok(if negative { -number } else { number })
    }

    /// Appends the bytes that the literal string here means.
    #[inline]
    pub(super) fn push_string(&mut self, out: &mut Vec<u8>) -> Result<(), Unreadable> {
        let inside = self.bytes.get(self.at + 1..).unwrap_or_default();
        // Most strings hold nothing but plain bytes.
        match inside.iter().position(|byte| SPECIAL[usize::from(*byte)]) {
            Some(end) if inside[end] == b')' => {
                out.extend_from_slice(&inside[..end]);
                self.at += end + 2;
            }
            _ => push_literal(self.literal()?, out),
        }
        Ok(())
    }

    /// The inside of a literal string.
    fn literal(&mut self) -> Result<&'a [u8], Unreadable> {
        let start = self.at + 1;
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(&self.bytes[start..self.at - 1]);
                    }
                }
                _ => {}
            }
        }
        Err(Unreadable::Damaged("a string without an end"))
    }

    fn hex(&mut self) -> Result<&'a [u8], Unreadable> {
        let start = self.at + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'>').ok_or(Unreadable::Damaged("a string without an end"))?;
        self.at = start + length + 1;
        Ok(&rest[..length])
    }

    /// The inside of an array or dictionary, up to its end, which is skipped.
    fn inside(&mut self, end: &[u8]) -> Result<&'a [u8], Unreadable> {
        let start = self.at;
        let mut open: Vec<&[u8]> = Vec::new();
        let mut awaited = end;
        loop {
            self.skip_blanks();
            let Some(byte) = self.peek() else { return Err(Unreadable::Damaged("an array or dictionary without an end")) };
            match byte {
                b'(' => _ = self.literal()?,
                b'[' => {
                    self.at += 1;
                    open.push(std::mem::replace(&mut awaited, b"]"));
                }
                b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                    self.at += 2;
                    open.push(std::mem::replace(&mut awaited, b">>"));
                }
                b'<' => _ = self.hex()?,
                b']' | b'>' => {
                    if !self.bytes[self.at..].starts_with(awaited) {
                        return Err(Unreadable::Damaged("brackets that do not match"));
                    }
                    let inner = &self.bytes[start..self.at];
                    self.at += awaited.len();
                    match open.pop() {
                        Some(outer) => awaited = outer,
                        None => return Ok(inner),
                    }
                }
                b'/' => {
                    self.at += 1;
                    self.regular();
                }
                byte if is_regular(byte) => _ = self.regular(),
                _ => return Err(Unreadable::Damaged("a delimiter out of place")),
            }
            if open.len() > DEEPEST {
                return Err(Unreadable::Damaged("arrays or dictionaries nested too deep"));
            }
        }
    }
}

/// The entry of a dictionary by its inner bytes; `None` when it is absent or null.
pub(super) fn entry<'a>(dictionary: &'a [u8], key: &[u8]) -> Result<Option<Value<'a>>, Unreadable> {
    let mut lexer = Lexer::new(dictionary);
    while let Some(name) = lexer.single()? {
        let (Value::Name(name), Some(value)) = (name, lexer.value()?) else {
            return Err(Unreadable::Damaged("a dictionary that is not made of pairs"));
        };
        if name == key || (name.contains(&b'#') && *plain_name(name) == *key) {
            return Ok(Some(value).filter(|value| *value != Value::Word(b"null")));
        }
    }
    Ok(None)
}

/// The pairs of a dictionary.
pub(super) fn pairs<'a>(dictionary: &'a [u8]) -> Result<Vec<(&'a [u8], Value<'a>)>, Unreadable> {
    let mut lexer = Lexer::new(dictionary);
    let mut found = Vec::new();
    while let Some(name) = lexer.single()? {
        match (name, lexer.value()?) {
            (Value::Name(name), Some(value)) => found.push((name, value)),
            _ => return Err(Unreadable::Damaged("a dictionary that is not made of pairs")),
        }
    }
    Ok(found)
}

/// The items of an array.
pub(super) fn items(array: &[u8]) -> Result<Vec<Value<'_>>, Unreadable> {
    let mut lexer = Lexer::new(array);
    let mut found = Vec::new();
    while let Some(value) = lexer.value()? {
        found.push(value);
    }
    Ok(found)
}

/// A name with its `#xx` escapes resolved.
pub(super) fn plain_name(name: &[u8]) -> Cow<'_, [u8]> {
    if !name.contains(&b'#') {
        return Cow::Borrowed(name);
    }
    let mut plain = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'#', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                plain.push(digit(*high) << 4 | digit(*low));
                rest = after;
            }
            _ => plain.push(*byte),
        }
    }
    Cow::Owned(plain)
}

/// The value of a hexadecimal digit; 0 for another byte.
pub(super) fn digit(byte: u8) -> u8 {
    char::from(byte).to_digit(16).unwrap_or_default() as u8
}

/// Bytes of a literal string that may mean something else: escapes, line ends, parentheses.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    special[b'(' as usize] = true;
    special[b')' as usize] = true;
    special[b'\\' as usize] = true;
    special[b'\r' as usize] = true;
    special
};

/// Appends the bytes that a literal string means (ISO 32000-1, 7.3.4.2).
pub(super) fn push_literal(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(special) = rest.iter().position(|byte| SPECIAL[usize::from(*byte)]) {
        out.extend_from_slice(&rest[..special]);
        let end_of_line = |bytes: &[u8]| if bytes.starts_with(b"\r\n") { 2 } else { 1 };
        match rest[special] {
            b'\\' => {}
            b'\r' => {
                out.push(b'\n');
                rest = &rest[special + end_of_line(&rest[special..])..];
                continue;
            }
            parenthesis => {
                out.push(parenthesis);
                rest = &rest[special + 1..];
                continue;
            }
        }
        rest = &rest[special + 1..];
        let Some(byte) = rest.first().copied() else { return };
        let plain = match byte {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'b' => 8,
            b'f' => 0x0C,
            b'\r' | b'\n' => {
                rest = &rest[end_of_line(rest)..];
                continue;
            }
            b'0'..=b'7' => {
                let octal = rest.iter().take(3).take_while(|byte| (b'0'..=b'7').contains(*byte)).count();
                let code = rest[..octal].iter().fold(0_u32, |code, byte| code * 8 + u32::from(byte - b'0'));
                out.push(code as u8);
                rest = &rest[octal..];
                continue;
            }
            other => other,
        };
        out.push(plain);
        rest = &rest[1..];
    }
    out.extend_from_slice(rest);
}

/// Appends the bytes of a hexadecimal string; a last odd digit counts as if followed by 0.
pub(super) fn push_hex(raw: &[u8], out: &mut Vec<u8>) {
    let mut digits = raw.iter().filter(|byte| byte.is_ascii_hexdigit()).map(|byte| digit(*byte));
    while let Some(high) = digits.next() {
        out.push(high << 4 | digits.next().unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Result<Vec<Value<'_>>, Unreadable> {
        items(text)
    }

    #[test]
    fn values_are_read_as_the_standard_writes_them() {
        let read = all(b"12 -.5 +3. 4 0 R /Na#6De (a(b)\\)c) <48 6> [1 [2]] <</K<</L 1>>>> true % comment\n7").unwrap();
        let expected = [
            Value::Number(12.0),
            Value::Number(-0.5),
            Value::Number(3.0),
            Value::Reference(4),
            Value::Name(b"Na#6De"),
            Value::Literal(b"a(b)\\)c"),
            Value::Hex(b"48 6"),
            Value::Array(b"1 [2]"),
            Value::Dictionary(b"/K<</L 1>>"),
            Value::Word(b"true"),
            Value::Number(7.0),
        ];
        assert_eq!(read, expected);
        assert_eq!(entry(b"/Na#6De 5/Other null", b"Name").unwrap(), Some(Value::Number(5.0)));
        assert_eq!(entry(b"/Name 5/Other null", b"Other").unwrap(), None);
    }

    #[test]
    fn strings_mean_what_the_standard_says() {
        for (raw, meant) in [
            (b"a\\(b\\)\\\\".as_slice(), b"a(b)\\".as_slice()),
            (b"\\n\\r\\t\\053\\53x\\5", b"\n\r\t++x\x05"),
            (b"one\\\r\ntwo\r\nthree\rfour\\z", b"onetwo\nthree\nfourz"),
            (b"end\\", b"end"),
        ] {
            let mut out = Vec::new();
            push_literal(raw, &mut out);
            assert_eq!(out, meant);
        }
        let mut out = Vec::new();
        push_hex(b"48 65 7", &mut out);
        assert_eq!(out, b"Hep");
    }

    #[test]
    fn what_is_broken_is_an_error() {
        for broken in [b"(open".as_slice(), b"<48", b"[1 >>", b"<</K 1", b"--1", b"1e5", b"-", b")", b"(a\\", b"99999999999999999999"] {
            assert!(all(broken).is_err(), "{}", String::from_utf8_lossy(broken));
        }
        assert!(all(&b"[".repeat(100_000)).is_err());
        assert!(entry(b"/A 1 2 3", b"B").is_err());
    }
}

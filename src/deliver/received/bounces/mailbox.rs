//! Messages out of an mbox file, a Maildir folder or a file with one message, one after the other.

use crate::error::{Error, Place, Result};
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

/// Of a longer message the rest is passed over: a report says what it has to say before the letter that it returns.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// The folders of a Maildir that hold whole messages.
const MAILDIR: [&str; 2] = ["cur", "new"];

/// How a postmark begins.
const POSTMARK: &[u8] = b"From ";

/// What takes the messages: each with its place.
pub(super) type Take<'t> = dyn FnMut(Place, &[u8]) + 't;

/// Hands over every message. No more than one of them is in memory.
///
/// # Errors
/// Refused when the file or folder cannot be read, is empty, or is a folder but no Maildir.
pub(super) fn each(path: &Path, take: &mut Take<'_>) -> Result<()> {
    let unreadable = |error: io::Error| Error::unreadable(path, &error);
    let kind = fs_err::metadata(path).map_err(unreadable)?;
    if kind.is_dir() {
        return maildir(path, take);
    }
    let name = path.display().to_string();
    if !kind.is_file() {
        let hint = "name an mbox file, a Maildir folder or a file with one message";
        return Err(Error::refused("unreadable", Place::file(name), "is no regular file and no folder", hint));
    }
    let mut reader = BufReader::with_capacity(256 * 1024, fs_err::File::open(path).map_err(unreadable)?);
    let start = reader.fill_buf().map_err(unreadable)?;
    if start.is_empty() {
        return Err(Error::refused("received-empty", Place::file(name), "the file is empty", "have the mailbox saved again"));
    }
    if start.trim_ascii_start().starts_with(POSTMARK) {
        mbox(&mut reader, &name, take).map_err(unreadable)
    } else {
        let mut message = Vec::new();
        reader.take(MOST_BYTES as u64).read_to_end(&mut message).map_err(unreadable)?;
        take(Place::file(name), &message);
        Ok(())
    }
}

fn maildir(folder: &Path, take: &mut Take<'_>) -> Result<()> {
    let mut files: Vec<PathBuf> = Vec::new();
    let folders: Vec<PathBuf> = MAILDIR.iter().map(|name| folder.join(name)).filter(|path| path.is_dir()).collect();
    if folders.is_empty() {
        let hint = "name the Maildir folder itself, an mbox file, or a file with one message";
        return Err(Error::refused("no-maildir", Place::file(folder.display().to_string()), "the folder has no `new` and no `cur`", hint));
    }
    for folder in &folders {
        let entries = fs_err::read_dir(folder).map_err(|error| Error::unreadable(folder, &error))?;
        for entry in entries {
            files.push(entry.map_err(|error| Error::unreadable(folder, &error))?.path());
        }
    }
    files.retain(|path| path.is_file() && path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")));
    files.sort();
    for path in files {
        let mut message = Vec::new();
        let opened = fs_err::File::open(&path).and_then(|file| file.take(MOST_BYTES as u64).read_to_end(&mut message));
        opened.map_err(|error| Error::unreadable(&path, &error))?;
        take(Place::file(path.display().to_string()), &message);
    }
    Ok(())
}

/// Messages that begin with a postmark each (RFC 4155), lines like one inside of them quoted with `>`.
fn mbox(reader: &mut impl BufRead, name: &str, take: &mut Take<'_>) -> io::Result<()> {
    let place = |line, ordinal: u64| Place::line(name, line).column(format!("message {ordinal}"));
    let (mut line, mut message) = (Vec::new(), Vec::new());
    let (mut number, mut begun_on, mut ordinal) = (0, 0, 0);
    while read_line(reader, &mut line)? {
        number += 1;
        if is_postmark(&line) || (ordinal == 0 && line.starts_with(POSTMARK)) {
            if ordinal > 0 {
                take(place(begun_on, ordinal), &message);
            }
            message.clear();
            (begun_on, ordinal) = (number, ordinal + 1);
            continue;
        }
        let line = unquoted(&line);
        message.extend_from_slice(&line[..line.len().min(MOST_BYTES - message.len())]);
    }
    if ordinal > 0 {
        take(place(begun_on, ordinal), &message);
    }
    Ok(())
}

/// The next line with its end; of a very long one the start. `false` behind the last.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    loop {
        let ready = reader.fill_buf()?;
        let end = memchr::memchr(b'\n', ready).map(|at| at + 1);
        let length = end.unwrap_or(ready.len());
        line.extend_from_slice(&ready[..length.min(MOST_BYTES - line.len())]);
        reader.consume(length);
        if end.is_some() || length == 0 {
            return Ok(end.is_some() || !line.is_empty());
        }
    }
}

/// `From `, somebody, and a time of day: without the time it is a sentence that was not quoted.
fn is_postmark(line: &[u8]) -> bool {
    let is_digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
    let is_time = |word: &[u8]| {
        let colon = memchr::memchr(b':', word).unwrap_or_default();
        matches!(colon, 1 | 2) && is_digit(word.first()) && is_digit(word.get(colon - 1)) && is_digit(word.get(colon + 1))
    };
    line.starts_with(POSTMARK) && line.split(u8::is_ascii_whitespace).any(is_time)
}

fn unquoted(line: &[u8]) -> &[u8] {
    let behind = line.iter().position(|byte| *byte != b'>').unwrap_or_default();
    if behind > 0 && line[behind..].starts_with(POSTMARK) { &line[1..] } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(mbox_text: &[u8]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut keep = |place: Place, message: &[u8]| found.push((place.to_string(), String::from_utf8_lossy(message).into_owned()));
        mbox(&mut BufReader::with_capacity(7, mbox_text), "in.mbox", &mut keep).unwrap();
        found
    }

    #[test]
    fn an_mbox_falls_apart_at_its_postmarks_alone() {
        let text = "\nFrom MAILER-DAEMON Fri Jan  2 03:04:05 2026\nA: 1\n\n>From here on\n>>From there\nFrom now on it is open\n\n\
                    From - Fri Jan  2 3:04 2026\r\nB: 2\r\n\r\nlast";
        let found = messages(text.as_bytes());
        let (first, second) = ("A: 1\n\nFrom here on\n>From there\nFrom now on it is open\n\n", "B: 2\r\n\r\nlast");
        let expected = [("in.mbox:2:message 1", first), ("in.mbox:9:message 2", second)];
        assert_eq!(found, expected.map(|(place, text)| (place.to_owned(), text.to_owned())));
    }

    #[test]
    fn a_line_or_message_without_end_is_cut() {
        let text =
            [b"From a Fri Jan 2 03:04:05 2026\nA: ".as_slice(), &vec![b'x'; MOST_BYTES * 2], b"\nFrom b Fri Jan 2 03:04:05 2026\nB: 2"];
        let found = messages(&text.concat());
        assert_eq!(found.iter().map(|(_, text)| text.len()).collect::<Vec<_>>(), [MOST_BYTES, 4]);
    }

    #[test]
    fn postmarks_have_a_time() {
        for line in ["From a@b.example Fri Jan  2 03:04:05 2026", "From - Tue Jan 05 17:11:37 2026", "From x 3:04"] {
            assert!(is_postmark(line.as_bytes()), "{line}");
        }
        for line in ["From now on", "From: a@b.example", "from a 03:04", ">From a 03:04", "From re:12", "From ::", "From 12:", ""] {
            assert!(!is_postmark(line.as_bytes()), "{line}");
        }
    }
}

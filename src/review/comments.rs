//! What reviewers say about passages, and what became of it: a log that is only added to, so that nobody's words are lost.
//!
//! ```text
//! FOLDER/review/comments.jsonl     one event a line: a comment, an answer, that it is settled, that it is open again
//! ```
//!
//! Any number of people and programs may write at once: each event is added under a lock and is on the disk before it is acknowledged.

use super::store;
use crate::error::{Error, Finding, Place, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Name of the log in findings.
const LOG_NAME: &str = "review/comments.jsonl";

/// Most characters of what a reviewer writes at once.
pub const LONGEST: usize = 4000;

/// What a reviewer said about a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// 1-based, in the order of the log.
    pub number: u32,
    /// BCP 47 tag of the letters that it is about.
    pub language: String,
    /// Id of the paragraph; empty for letters as a whole.
    pub paragraph: String,
    /// The words that it is about; empty for the paragraph as a whole.
    pub words: String,
    /// What was said, the first remark first.
    pub remarks: Vec<Remark>,
    /// Who settled it; absent while it is open.
    pub settled: Option<Hand>,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Who said it.
    pub hand: Hand,
    /// The words.
    pub text: String,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hand {
    /// Name of the person.
    pub by: String,
    /// Role of the person.
    pub role: String,
    /// When.
    pub at: Timestamp,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    hand: Hand,
    #[serde(flatten)]
    event: Event,
}

/// What can happen to comments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Event {
    /// A new comment.
    Comment {
        /// See [`Comment::language`].
        language: String,
        /// See [`Comment::paragraph`].
        paragraph: String,
        /// See [`Comment::words`].
        words: String,
        /// The remark.
        text: String,
    },
    /// A further remark to a comment.
    Answer {
        /// Number of the comment.
        comment: u32,
        /// The remark.
        text: String,
    },
    /// A comment is settled.
    Settle {
        /// Number of the comment.
        comment: u32,
    },
    /// A comment is open again.
    Reopen {
        /// Number of the comment.
        comment: u32,
    },
}

/// Every comment of an incident folder.
///
/// # Errors
/// Refused when the log was edited into something that cannot be understood.
pub fn comments(folder: &Path) -> Result<Vec<Comment>> {
    let bytes = store::read(&path(folder))?.unwrap_or_default();
    parsed(whole_lines(&bytes))
}

/// Adds an event to the log; gives the number of the comment that it is about.
///
/// # Errors
/// Refused when there is no such comment, or nothing or too much is said. Failed when the log cannot be written.
pub fn record(folder: &Path, hand: Hand, event: Event) -> Result<u32> {
    refuse_unusable(&event)?;
    let path = path(folder);
    let failed = |error: &std::io::Error| Error::unwritable(&path, error);
    store::create_folders(&folder.join("review"), &folder.join("review"))?;
    let mut log = open(&path).map_err(|error| failed(&error))?;
    // Held until the file is closed: the number of a new comment is that of no other.
    log.lock().map_err(|error| failed(&error))?;
    let mut bytes = Vec::new();
    log.read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    let whole = whole_lines(&bytes);
    let mut all = parsed(whole)?;
    let mut line =
        serde_json::to_string(&Line { hand: hand.clone(), event: event.clone() }).map_err(|_| Error::bug("a comment cannot be written"))?;
    let number = apply(&mut all, hand, event).ok_or_else(unknown_comment)?;
    line.push('\n');
    // A line that a killed program left behind was never acknowledged.
    log.set_len(whole.len() as u64).and_then(|()| log.seek(SeekFrom::End(0))).map_err(|error| failed(&error))?;
    log.write_all(line.as_bytes()).and_then(|()| log.sync_all()).map_err(|error| failed(&error))?;
    Ok(number)
}

/// A finding for each comment that is open: the wording is not to be sealed while there is one.
///
/// # Errors
/// As [`comments`].
pub fn open_comments(folder: &Path) -> Result<Vec<Finding>> {
    let open = comments(folder)?.into_iter().filter(|comment| comment.settled.is_none());
    let told = open.map(|comment| {
        let about = if comment.paragraph.is_empty() { "the letters".to_owned() } else { format!("the paragraph `{}`", comment.paragraph) };
        let (by, role) = comment.remarks.first().map(|remark| (remark.hand.by.as_str(), remark.hand.role.as_str())).unwrap_or_default();
        let reason = format!("comment {} of {by} ({role}) on {about} ({}) is open", comment.number, comment.language);
        let hint = "answer or mend what it asks for, and settle it in `breachnotice preview DIR --serve`";
        Finding::refuses("comment-open", Place::file(LOG_NAME), reason, hint)
    });
    Ok(told.collect())
}

fn path(folder: &Path) -> PathBuf {
    folder.join("review").join("comments.jsonl")
}

#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().read(true).append(true).create(true).mode(0o600).custom_flags(crate::files::NO_LINK).open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().read(true).append(true).create(true).open(path)
}

/// The lines that were written to their end.
fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    &bytes[..end]
}

fn parsed(bytes: &[u8]) -> Result<Vec<Comment>> {
    let mut all = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()) {
        let read = serde_json::from_slice::<Line>(line).ok();
        let known = read.and_then(|Line { hand, event }| apply(&mut all, hand, event));
        if known.is_none() {
            let place = Place::line(LOG_NAME, index as u64 + 1);
            let hint = "this file is not for editing: put back its last version, or take the line out";
            return Err(Error::refused("comments-unreadable", place, "is no event of a review, or of a comment that does not exist", hint));
        }
    }
    Ok(all)
}

/// What an event does; absent when it is about a comment that does not exist.
fn apply(all: &mut Vec<Comment>, hand: Hand, event: Event) -> Option<u32> {
    let place = |number: u32| number.checked_sub(1).map(|index| index as usize);
    match event {
        Event::Comment { language, paragraph, words, text } => {
            let number = all.len() as u32 + 1;
            all.push(Comment { number, language, paragraph, words, remarks: vec![Remark { hand, text }], settled: None });
            Some(number)
        }
        Event::Answer { comment, text } => {
            all.get_mut(place(comment)?)?.remarks.push(Remark { hand, text });
            Some(comment)
        }
        Event::Settle { comment } => {
            all.get_mut(place(comment)?)?.settled = Some(hand);
            Some(comment)
        }
        Event::Reopen { comment } => {
            all.get_mut(place(comment)?)?.settled = None;
            Some(comment)
        }
    }
}

fn refuse_unusable(event: &Event) -> Result<()> {
    let (Event::Comment { text, .. } | Event::Answer { text, .. }) = event else { return Ok(()) };
    let refused = |reason: String, hint| Err(Error::refused("comment-unusable", Place::file(LOG_NAME), reason, hint));
    match text.chars().count() {
        0 => refused("the comment says nothing".to_owned(), "write what should change, or why it may stay"),
        _ if text.trim().is_empty() => refused("the comment says nothing".to_owned(), "write what should change, or why it may stay"),
        long if long > LONGEST => refused(format!("the comment has {long} characters, and at most {LONGEST} are kept"), "make two of it"),
        _ => Ok(()),
    }
}

fn unknown_comment() -> Error {
    Error::refused("comment-unknown", Place::file(LOG_NAME), "there is no such comment", "load the page again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hand(by: &str) -> Hand {
        Hand { by: by.into(), role: "counsel".into(), at: "2026-11-28T14:03:00Z".parse().unwrap() }
    }

    fn comment(text: &str) -> Event {
        Event::Comment { language: "en".into(), paragraph: "signature".into(), words: "Grace".into(), text: text.into() }
    }

    #[test]
    fn comments_are_kept_answered_settled_and_opened_again() {
        let folder = tempfile::tempdir().unwrap();
        assert!(comments(folder.path()).unwrap().is_empty());
        assert_eq!(record(folder.path(), hand("Ann"), comment("Who is Grace?\nReally.")).unwrap(), 1);
        assert_eq!(record(folder.path(), hand("Ann"), comment("{\"x\": \"\u{2028}\"}")).unwrap(), 2);
        record(folder.path(), hand("Ben"), Event::Answer { comment: 1, text: "The privacy officer.".into() }).unwrap();
        record(folder.path(), hand("Ann"), Event::Settle { comment: 1 }).unwrap();
        let open: Vec<String> = open_comments(folder.path()).unwrap().iter().map(|finding| finding.reason.to_string()).collect();
        assert_eq!(open, ["comment 2 of Ann (counsel) on the paragraph `signature` (en) is open"]);
        record(folder.path(), hand("Ben"), Event::Reopen { comment: 1 }).unwrap();
        let all = comments(folder.path()).unwrap();
        assert_eq!(
            all[0].remarks.iter().map(|remark| remark.text.as_str()).collect::<Vec<_>>(),
            ["Who is Grace?\nReally.", "The privacy officer."]
        );
        assert_eq!((all[0].settled.is_none(), all[1].remarks[0].text.as_str()), (true, "{\"x\": \"\u{2028}\"}"));
        for unknown in [0, 3] {
            let error = record(folder.path(), hand("Ben"), Event::Settle { comment: unknown }).unwrap_err();
            assert_eq!(error.findings[0].code, "comment-unknown");
        }
        for unusable in ["", " \n ", &"x".repeat(LONGEST + 1)] {
            assert_eq!(record(folder.path(), hand("Ben"), comment(unusable)).unwrap_err().findings[0].code, "comment-unusable");
        }
    }

    #[test]
    fn many_hands_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let folder = folder.path();
                scope.spawn(move || (0..25).for_each(|at| _ = record(folder, hand("Ann"), comment(&format!("{writer}.{at}"))).unwrap()));
            }
        });
        let all = comments(folder.path()).unwrap();
        let mut texts: Vec<&str> = all.iter().map(|comment| comment.remarks[0].text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!((all.len(), texts.len()), (200, 200));
    }

    #[test]
    fn a_line_that_was_cut_off_is_no_comment_and_does_not_stop_the_next() {
        let folder = tempfile::tempdir().unwrap();
        record(folder.path(), hand("Ann"), comment("first")).unwrap();
        let log = path(folder.path());
        let mut bytes = fs_err::read(&log).unwrap();
        bytes.extend(b"{\"by\":\"Ann\",\"ro");
        fs_err::write(&log, bytes).unwrap();
        assert_eq!(comments(folder.path()).unwrap().len(), 1);
        assert_eq!(record(folder.path(), hand("Ben"), comment("second")).unwrap(), 2);
        assert_eq!(comments(folder.path()).unwrap().len(), 2);
        fs_err::write(&log, "{\"event\":\"settle\",\"comment\":1}\n").unwrap();
        assert_eq!(comments(folder.path()).unwrap_err().findings[0].code, "comments-unreadable");
    }

    #[test]
    fn no_comment_is_written_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (theirs, review) = (folder.path().join("theirs"), folder.path().join("review"));
        fs_err::create_dir(&review).unwrap();
        fs_err::write(&theirs, "").unwrap();
        std::os::unix::fs::symlink(&theirs, review.join("comments.jsonl")).unwrap();
        assert_eq!(record(folder.path(), hand("Ada"), comment("why?")).unwrap_err().kind.exit_code(), 4);
        assert_eq!(fs_err::read(&theirs).unwrap(), b"");
        fs_err::remove_dir_all(&review).unwrap();
        fs_err::create_dir(folder.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink("elsewhere", &review).unwrap();
        assert_eq!(record(folder.path(), hand("Ada"), comment("why?")).unwrap_err().kind.exit_code(), 4);
        assert_eq!(fs_err::read_dir(folder.path().join("elsewhere")).unwrap().count(), 0);
    }
}

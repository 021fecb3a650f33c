//! Where, what, what to do: the one shape in which anything goes wrong.
//!
//! A [`Finding`] is a problem with its place and a hint; it never carries a value from a patient list.
//! An [`Error`] ends a command: its [`Kind`] alone decides the exit code.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

/// The place of a problem in something that a user wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// File name as the user knows it, relative to the incident folder.
    pub file: String,
    /// 1-based line; absent when the whole file is meant.
    pub line: Option<u64>,
    /// Column: a header name in a list, a 1-based number in TOML and templates; absent when the whole line is meant.
    pub column: Option<String>,
}

impl Place {
    /// The whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Place { file: file.into(), line: None, column: None }
    }

    /// A line of a file, 1-based.
    pub fn line(file: impl Into<String>, line: u64) -> Self {
        Place { file: file.into(), line: Some(line), column: None }
    }

    /// The same place, narrowed to a column.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "callers hand over a number or a name as it is")]
    pub fn column(mut self, column: impl ToString) -> Self {
        self.column = Some(column.to_string());
        self
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ":{column}")?;
        }
        Ok(())
    }
}

/// What a finding does to the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The run is refused: nothing is written (exit 3).
    Refuses,
    /// One recipient is held; the others go on (exit 1).
    Holds,
    /// Worth a person's look; nothing is held back.
    Warns,
}

/// A sentence that is built in, or made for the case: a million findings repeat a few dozen of them.
pub type Sentence = Cow<'static, str>;

/// A problem with its place, its reason and a hint. Never carries a patient's value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What the finding does to the work.
    pub severity: Severity,
    /// Where the problem stands.
    pub place: Place,
    /// Stable kebab-case name of the kind of finding, such as `unknown-provider`.
    pub code: &'static str,
    /// The row concerned, `list:record_id`; absent when no single row is meant.
    pub record: Option<String>,
    /// What is wrong, lower case, no final period, no patient value.
    pub reason: Sentence,
    /// What to do about it, lower case, no final period.
    pub hint: Sentence,
}

impl Finding {
    /// A finding without a record; see [`Finding::record`].
    pub fn new(severity: Severity, code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Self {
        Finding { severity, place, code, record: None, reason: reason.into(), hint: hint.into() }
    }

    /// A finding that refuses the run.
    pub fn refuses(code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Self {
        Self::new(Severity::Refuses, code, place, reason, hint)
    }

    /// A finding that holds one recipient.
    pub fn holds(code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Self {
        Self::new(Severity::Holds, code, place, reason, hint)
    }

    /// A finding that only warns.
    pub fn warns(code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Self {
        Self::new(Severity::Warns, code, place, reason, hint)
    }

    /// The same finding, naming the row that it is about.
    #[must_use]
    pub fn record(mut self, record: impl fmt::Display) -> Self {
        self.record = Some(record.to_string());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

/// The kind of an error: it alone decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Input, template or approval refused; nothing was written.
    Refused,
    /// A write or a send failed; the ledger says how far it came.
    Failed,
    /// A bug of ours.
    Bug,
}

impl Kind {
    /// The process exit code of design "Commands".
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Refused => 3,
            Kind::Failed => 4,
            Kind::Bug => 70,
        }
    }
}

/// What ends a command: a kind and the findings that say where, what and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// At least one finding, in the order in which a person should read them.
    pub findings: Vec<Finding>,
}

impl Error {
    /// Input, template or approval refused (exit 3).
    pub fn refused(code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Self {
        Error { kind: Kind::Refused, findings: vec![Finding::refuses(code, place, reason, hint)] }
    }

    /// Several refusals at once (exit 3).
    pub fn refused_all(findings: Vec<Finding>) -> Self {
        Error { kind: Kind::Refused, findings }
    }

    /// A write or a send failed (exit 4).
    pub fn failed(code: &'static str, place: Place, reason: impl Into<Sentence>, hint: impl Into<Sentence>) -> Self {
        Error { kind: Kind::Failed, findings: vec![Finding::refuses(code, place, reason, hint)] }
    }

    /// A bug of ours (exit 70).
    pub fn bug(what: impl Into<Sentence>) -> Self {
        let finding =
            Finding::refuses("bug", Place::file("breachnotice"), what, "report it with the command line; no patient data is needed");
        Error { kind: Kind::Bug, findings: vec![finding] }
    }

    /// A file or folder could not be written (exit 4).
    pub fn unwritable(path: &Path, error: &std::io::Error) -> Self {
        Self::failed(
            "unwritable",
            Place::file(path.display().to_string()),
            format!("cannot be written: {}", io_reason(error)),
            match error.kind() {
                std::io::ErrorKind::ReadOnlyFilesystem => "name a place on another disk, or copy what lies there to another disk first",
                _ => "check the path, the free space and the permissions, then run the command again",
            },
        )
    }

    /// A file or folder could not be read (exit 3).
    pub fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::refused(
            "unreadable",
            Place::file(path.display().to_string()),
            format!("cannot be read: {}", io_reason(error)),
            "check that the path is right and the file is readable",
        )
    }
}

/// The plain reason of an I/O error, without the operating system's number.
fn io_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text[..1].to_lowercase() + &text[1..]
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// What every stage returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

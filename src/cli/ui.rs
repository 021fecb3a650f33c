//! What a person reads in the terminal: findings, errors, tables. Colour never carries meaning and disappears in a pipe.

use crate::error::{Error, Finding, Kind, Place, Result, Severity};
use crate::files::{self, guarded};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::Write as _;
use std::path::Path;

/// Findings that are shown in full; the rest is counted.
const SHOWN: usize = 20;

/// Where a command's words go.
pub(super) struct Ui {
    json: bool,
    quiet: bool,
}

impl Ui {
    pub(super) fn new(json: bool, quiet: bool) -> Ui {
        Ui { json, quiet }
    }

    /// Whether progress may be drawn.
    pub(super) fn draws_progress(&self) -> bool {
        !self.quiet
    }

    /// Talk, on stderr.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            // Nothing can be said when the terminal is gone.
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    /// The result, on stdout: as JSON when asked for, else as text.
    pub(super) fn result(&self, value: &impl Serialize, text: &str) -> Result<()> {
        let out = if self.json {
            let json = serde_json::to_string_pretty(value).map_err(|error| Error::bug(error.to_string()))?;
            writeln!(anstream::stdout(), "{json}")
        } else if self.quiet {
            Ok(())
        } else {
            writeln!(anstream::stdout(), "{text}")
        };
        match out {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::unwritable(Path::new("stdout"), &error)),
            _ => Ok(()),
        }
    }

    /// An error, on stderr, even when quiet.
    pub(super) fn error(&self, error: &Error) {
        let word = match error.kind {
            Kind::Refused => "refused",
            Kind::Failed => "failed",
            Kind::Bug => "bug",
        };
        // What only warns stands beside what ends the command, and must not be taken for it.
        let (notes, causes): (Vec<&Finding>, Vec<&Finding>) =
            error.findings.iter().partition(|finding| finding.severity == Severity::Warns);
        for finding in causes.into_iter().chain(notes).take(SHOWN) {
            let is_note = finding.severity == Severity::Warns;
            let (word, color) = if is_note { ("note", AnsiColor::Cyan) } else { (word, AnsiColor::Red) };
            write_finding(word, Style::new().bold().fg_color(Some(color.into())), finding);
        }
        if let Some(more) = error.findings.len().checked_sub(SHOWN + 1) {
            let _ = writeln!(anstream::stderr(), "and {} more", more + 1);
        }
    }

    /// Findings that do not end the command: the first of them in full, then how many more of each kind.
    pub(super) fn findings(&self, findings: &[&Finding]) {
        if self.quiet {
            return;
        }
        for finding in findings.iter().take(SHOWN) {
            let (word, color) = match finding.severity {
                Severity::Refuses => ("refused", AnsiColor::Red),
                Severity::Holds => ("held", AnsiColor::Yellow),
                Severity::Warns => ("note", AnsiColor::Cyan),
            };
            write_finding(word, Style::new().bold().fg_color(Some(color.into())), finding);
        }
        let mut more: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
        for finding in findings.iter().skip(SHOWN) {
            *more.entry(finding.code).or_default() += 1;
        }
        for (code, count) in more {
            self.say(&format!("and {count} more of {code}"));
        }
    }
}

fn write_finding(word: &str, style: Style, finding: &Finding) {
    let record = finding.record.as_ref().map(|record| format!(" ({record})")).unwrap_or_default();
    // A hint may have lines to be copied into a file: the code stands beside the first, so that it is not copied with them.
    let (hint, lines) = finding.hint.split_once('\n').unwrap_or((&finding.hint, ""));
    let lines: String = lines.lines().map(|line| format!("\n        {}", printable(line))).collect();
    let text = format!(
        "{style}{word}{style:#}: {}{record}\n  --> {}\n  hint: {}  [{}]{lines}",
        printable(&finding.reason),
        printable(&finding.place.to_string()),
        printable(hint),
        finding.code
    );
    // Nothing can be said when the terminal is gone.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Text of unknown origin without what could steer a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{FFFD}' } else { character }).collect()
}

/// Rows in aligned columns, the first row being the header.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> =
        (0..columns).map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Columns where the result does not go to a terminal: a page's width.
const PAGE: usize = 100;
/// Columns below which nothing is folded any narrower, and above which lines are too long to read.
const READABLE: std::ops::RangeInclusive<usize> = 60..=140;

/// Columns that a line of the result may have.
pub(super) fn width() -> usize {
    let terminal = terminal_size::terminal_size_of(std::io::stdout());
    terminal.map_or(PAGE, |(columns, _)| usize::from(columns.0).clamp(*READABLE.start(), *READABLE.end()))
}

/// A text on lines of so many columns, broken at blanks; a longer word stands on a line of its own.
pub(super) fn folded(text: &str, columns: usize) -> Vec<String> {
    folded_words(text.split_whitespace(), columns)
}

/// Words, or groups of words that are never broken, on lines of so many columns.
pub(super) fn folded_words<'a>(words: impl Iterator<Item = &'a str>, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for word in words {
        let letters = word.chars().count();
        match lines.last_mut() {
            Some(line) if length + 1 + letters <= columns => {
                line.push(' ');
                line.push_str(word);
                length += 1 + letters;
            }
            _ => {
                lines.push(word.to_owned());
                length = letters;
            }
        }
    }
    lines
}

const FINDINGS_HEADER: [&str; 8] = ["severity", "file", "line", "column", "record", "code", "reason", "hint"];

/// Writes findings as CSV: severity, file, line, column, record, code, reason, hint.
pub(super) fn write_findings(path: &Path, findings: &[&Finding]) -> Result<()> {
    files::refuse_other(path, FINDINGS_HEADER.join(",").as_bytes(), "no list of findings")?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::unwritable(path, &std::io::Error::from(error));
    writer.write_record(FINDINGS_HEADER).map_err(failed)?;
    for finding in findings {
        let Place { file, line, column } = &finding.place;
        let severity = match finding.severity {
            Severity::Refuses => "refuses",
            Severity::Holds => "holds",
            Severity::Warns => "warns",
        };
        let line = line.map(|line| line.to_string()).unwrap_or_default();
        let (column, record) = (column.clone().unwrap_or_default(), finding.record.clone().unwrap_or_default());
        let cells = [severity, file, &line, &column, &record, finding.code, &finding.reason, &finding.hint];
        writer.write_record(cells.map(|cell| guarded(cell).into_owned())).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::unwritable(path, error.error()))?;
    files::write(path, &bytes)
}

/// Thousands with commas, as offices write them.
pub(super) use crate::compose::with_separators as number;

/// `1 letter`, `2 letters`.
pub(super) fn count(value: u64, word: &str) -> String {
    format!("{} {word}{}", number(value), if value == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_in_an_office() {
        let cases = [(0, "0"), (999, "999"), (1000, "1,000"), (262_831, "262,831"), (1_000_000, "1,000,000")];
        for (value, expected) in cases {
            assert_eq!(number(value), expected);
        }
    }

    #[test]
    fn text_is_folded_at_blanks() {
        assert_eq!(folded("one two three", 7), ["one two", "three"]);
        assert_eq!(folded("  a  longerthanthat b", 6), ["a", "longerthanthat", "b"]);
        assert!(folded(" ", 6).is_empty());
    }

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\n"), "a\u{FFFD}[2Jb\u{FFFD}");
    }
}

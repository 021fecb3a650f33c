//! The files of an incident folder that hold patient data, and what lies there and stays although it may.

use super::beyond::Beyond;
use super::fate::{CODES, Fate, Known};
use crate::digest::sha256_of;
use crate::error::{Error, Result};
use crate::files;
use crate::incident::Incident;
use crate::report::folder::strangers;
use crate::report::is_evidence;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A file that is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// Its path from the incident folder.
    pub file: String,
    /// What it is.
    pub what: String,
    /// SHA-256 of its bytes; of a link, of the file that it leads to; absent when that cannot be read.
    pub sha256: Option<String>,
    /// Its size; likewise.
    pub bytes: Option<u64>,
    /// Rows of a table, without the header, or lines; absent when it has none that could be counted.
    pub rows: Option<u64>,
    /// Where a link leads, which itself is removed alone; absent for a regular file.
    pub link_to: Option<String>,
}

/// What lies in an incident folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// What is removed, by path.
    pub removed: Vec<Holding>,
    /// What stays and may hold patient data.
    pub beyond: Vec<Beyond>,
}

/// Why a report, or a pack in either form, is named.
const EVIDENCE_STAYS: &str = "a report or an evidence pack stays: it names people by their records, so keep it as patient data is kept";

/// Looks through an incident folder. `seeds` is the name of the list of seeds.
///
/// # Errors
/// Refused when a folder or a file that would be removed cannot be read.
pub fn holdings(incident: &Incident, seeds: &str) -> Result<Holdings> {
    let folder = &incident.folder;
    let files = files::files_below(folder)?;
    let reports: Vec<&Path> = files.iter().filter_map(|file| report_around(file)).collect();
    let known = Known { incident, seeds };
    let mut found = Holdings::default();
    let mut unknown: BTreeMap<String, u64> = BTreeMap::new();
    for file in &files {
        let name = file.strip_prefix(folder).unwrap_or(file);
        if reports.iter().any(|report| file.starts_with(report)) {
            continue;
        }
        match known.fate(name, file) {
            Fate::Goes(what) => found.add(name, file, what)?,
            Fate::Stays => {}
            Fate::Pack => found.beyond.push(Beyond::new(name.display().to_string(), EVIDENCE_STAYS)),
            Fate::Unknown => *unknown.entry(top(name)).or_default() += 1,
        }
    }
    let outermost = |report: &&&Path| !reports.iter().any(|other| other != *report && report.starts_with(other));
    let mut named: Vec<&Path> = reports.iter().filter(outermost).copied().collect();
    named.dedup();
    found.beyond.extend(
        named.iter().map(|report| Beyond::new(report.strip_prefix(folder).unwrap_or(report).display().to_string(), EVIDENCE_STAYS)),
    );
    for report in named.iter().filter(|report| report.join("report.json").exists()) {
        let why = "lies in a report that did not write it, so it stays: look whether it holds patient data";
        let shown = |name: String| report.strip_prefix(folder).unwrap_or(report).join(name).display().to_string();
        found.beyond.extend(strangers(report)?.into_iter().map(|name| Beyond::new(shown(name), why)));
    }
    found.elsewhere(incident, &files);
    let unknown = unknown.into_iter().map(|(name, files)| {
        let what = if files == 1 { name } else { format!("{name} ({files} files)") };
        Beyond::new(what, "not known to breachnotice, so it stays: look whether it holds patient data")
    });
    found.beyond.extend(unknown);
    Ok(found)
}

/// The report or evidence pack that a file marks.
fn report_around(file: &Path) -> Option<&Path> {
    let folder = file.parent()?;
    let is_mark = ["report.json", "evidence.json"].iter().any(|mark| file.ends_with(mark));
    (is_mark && is_evidence(folder).is_some()).then_some(folder)
}

/// The first part of a path, with a `/` when it is a folder.
fn top(name: &Path) -> String {
    let mut parts = name.components();
    let first = parts.next().map(|part| part.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    if parts.next().is_some() { format!("{first}/") } else { first }
}

impl Holdings {
    fn add(&mut self, name: &Path, file: &Path, what: &'static str) -> Result<()> {
        let shown = name.display().to_string();
        let there = file.symlink_metadata().map_err(|error| Error::unreadable(file, &error))?;
        let link_to = there.is_symlink().then(|| target(file));
        if !there.is_symlink() && !there.is_file() {
            self.beyond.push(Beyond::new(shown, "it is no regular file, so it stays: look what it is"));
            return Ok(());
        }
        let (mut sha256, mut bytes, mut rows) = (None, None, None);
        // A link may lead to a pipe, which would be waited for.
        let opened = if file.is_file() { fs_err::File::open(file) } else { Err(std::io::ErrorKind::NotFound.into()) };
        match opened.and_then(sha256_of) {
            Ok((digest, length)) => {
                (sha256, bytes, rows) = (Some(digest), Some(length), if what == CODES { lines(file) } else { rows_of(file) });
            }
            Err(_) if link_to.is_some() => {}
            Err(error) => return Err(Error::unreadable(file, &error)),
        }
        if let Some(target) = &link_to {
            self.beyond.push(Beyond::new(
                target,
                format!("{shown} is a link to it: the link is removed, this file stays, and it holds patient data"),
            ));
        } else if there.nlink() > 1 {
            let why = "it has another name somewhere on this disk, under which its bytes stay: find it by its inode, and remove it";
            self.beyond.push(Beyond::new(shown.as_str(), why));
        }
        self.removed.push(Holding { file: shown, what: what.to_owned(), sha256, bytes, rows, link_to });
        Ok(())
    }

    /// Lists and pools whose path leads out of the folder, through a link to another one.
    fn elsewhere(&mut self, incident: &Incident, files: &[PathBuf]) {
        let lists = incident.lists.iter().map(|list| &list.file);
        for named in lists.chain(incident.code_pools.iter().map(|pool| &pool.file)) {
            let path = incident.folder.join(named);
            if path.exists() && !files.contains(&path) {
                let real = path.canonicalize().unwrap_or(path).display().to_string();
                let why = format!("{named} of incident.toml, which lies outside of the folder, so it stays: remove it there");
                self.beyond.push(Beyond::new(real, why));
            }
        }
    }
}

/// Where a link leads; as it is written when that cannot be found.
fn target(link: &Path) -> String {
    let leads = link.canonicalize().or_else(|_| fs_err::read_link(link)).unwrap_or_default();
    leads.display().to_string()
}

/// Rows of a table without its header, or lines; nothing for other files.
fn rows_of(file: &Path) -> Option<u64> {
    match file.extension()?.to_str()? {
        "csv" => {
            let mut table = csv::ReaderBuilder::new().flexible(true).from_path(file).ok()?;
            let mut row = csv::ByteRecord::new();
            let mut rows = 0;
            while table.read_byte_record(&mut row).ok()? {
                rows += 1;
            }
            Some(rows)
        }
        "jsonl" => lines(file),
        _ => None,
    }
}

/// Lines that are not empty.
fn lines(file: &Path) -> Option<u64> {
    let lines = BufReader::new(fs_err::File::open(file).ok()?).split(b'\n');
    Some(lines.filter(|line| line.as_ref().is_ok_and(|line| !line.trim_ascii().is_empty())).count() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_without_header_and_codes_by_lines() {
        let home = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = home.path().join(name);
            fs_err::write(&path, text).unwrap();
            path
        };
        assert_eq!(rows_of(&file("a.csv", "id,note\n1,\"two\nlines\"\n2,x\n")), Some(2));
        assert_eq!(rows_of(&file("a.xlsx", "PK")), None);
        assert_eq!(lines(&file("codes.csv", "A-1\nA-2\n\n")), Some(2));
    }
}

//! The files of an incident folder that hold patient data, told from those that stay and from those that nobody here knows.
//!
//! A file goes when incident.toml names it as a list or a pool of codes, when this program keeps people in it, or when it is by name and
//! beginning one that this program wrote. What is not known to be either is left, and named.

use super::beyond::Beyond;
use crate::digest::sha256_of;
use crate::error::{Error, Place, Result};
use crate::files;
use crate::incident::{Incident, PURGED_FILE, VERIFIED_FILE};
use crate::obligations::HISTORY_FILE;
use crate::recipients::{DECISIONS_FILE, MOVES_FILE};
use crate::report::folder::strangers;
use crate::report::{REPORT_FILE, is_evidence};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
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

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Goes(&'static str),
    Stays,
    Unknown,
}

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
            Fate::Unknown => *unknown.entry(top(name)).or_default() += 1,
        }
    }
    let why = "a report or an evidence pack stays: it names people by their records, so keep it as patient data is kept";
    let outermost = |report: &&&Path| !reports.iter().any(|other| other != *report && report.starts_with(other));
    let mut named: Vec<&Path> = reports.iter().filter(outermost).copied().collect();
    named.dedup();
    found.beyond.extend(named.iter().map(|report| Beyond::new(report.strip_prefix(folder).unwrap_or(report).display().to_string(), why)));
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
        match fs_err::File::open(file).and_then(sha256_of) {
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

/// What an incident's files are told by.
struct Known<'a> {
    incident: &'a Incident,
    seeds: &'a str,
}

/// One a line, without a header.
const CODES: &str = "activation codes";

/// Files of the incident that hold nobody, or nothing but names of people of the office.
const KEPT: [&str; 10] = [
    "incident.toml",
    "providers.csv",
    "release.json",
    "houses.toml",
    "profiles.toml",
    "ledger.sqlite",
    PURGED_FILE,
    VERIFIED_FILE,
    REPORT_FILE,
    HISTORY_FILE,
];
/// Folders that stay, and what they hold: by endings of names, with the one table that a seal has.
const KEPT_FOLDERS: [(&str, &[&str]); 4] = [
    ("seal", &[".json", ".md", ".toml", ".txt", ".pdf", "texts/providers.csv"]),
    ("templates", &[".md", ".toml"]),
    ("rules", &[".toml"]),
    ("review", &[".jsonl"]),
];
/// Beside a ledger; gone once nobody uses it.
const LEDGER: &str = "ledger.sqlite";

/// Tables that this program writes, by how they begin: under any name, or under one of its own.
const TABLES: [(Option<&str>, &str, &str); 10] = [
    (None, "severity,file,line,column,record,code,reason,hint", "findings"),
    (None, "piece,name,provider,status", "names for a call center"),
    (None, "record,set,name,address1,address2,city,state,postal_code", "addresses for a vendor"),
    (Some("held.csv"), "file,line,record_id,", "who is held"),
    (Some("mend.csv"), "file,line,record_id,", "rows to be mended"),
    (Some("merged.csv"), "file,line,record_id,", "rows that are one person"),
    (Some("possible.csv"), "file,line,record_id,", "rows that may be one person"),
    (Some("pieces.csv"), "job_id,stream_id,", "index of letters"),
    (Some("pieces.jsonl"), "{\"job_id\":", "index of letters"),
    (Some("truth.csv"), "file,line,person,joinable", "who is who in a drill"),
];

impl Known<'_> {
    fn fate(&self, name: &Path, file: &Path) -> Fate {
        let is = |named: &str| name == Path::new(named);
        let incident = self.incident;
        if incident.lists.iter().any(|list| is(&list.file)) {
            return Fate::Goes("patient list");
        }
        if incident.code_pools.iter().any(|pool| is(&pool.file)) {
            return Fate::Goes(CODES);
        }
        for (ours, what) in [(DECISIONS_FILE, "rulings"), (MOVES_FILE, "new addresses"), (self.seeds, "seeds")] {
            if is(ours) {
                return Fate::Goes(what);
            }
        }
        let text = name.to_string_lossy();
        if self.stays(name, &text) {
            return Fate::Stays;
        }
        written(name, file).map_or(Fate::Unknown, Fate::Goes)
    }

    fn stays(&self, name: &Path, text: &str) -> bool {
        let incident = self.incident;
        let within = |kept: &Path| name.starts_with(kept);
        let below = |kept: &Option<PathBuf>| kept.as_deref().is_some_and(within);
        let authority = incident.email.as_ref().and_then(|email| email.authority.clone());
        let is_left = |part: std::path::Component<'_>| is_unfinished(&part.as_os_str().to_string_lossy());
        let logos = incident.providers.iter().filter_map(|provider| provider.logo.as_ref());
        let kept = KEPT.contains(&text)
            || [format!("{LEDGER}-wal"), format!("{LEDGER}-shm"), format!("{LEDGER}.lock")].iter().any(|beside| beside == text)
            || KEPT_FOLDERS.iter().any(|(folder, ends)| within(Path::new(folder)) && ends.iter().any(|end| text.ends_with(end)))
            || below(&incident.print.fonts)
            || below(&incident.allowed_signers)
            || below(&authority)
            || incident.print.encrypt_to.as_ref().is_some_and(|file| within(Path::new(file)))
            || logos.into_iter().any(|logo| within(Path::new(&logo.file)))
            || ["summary.json", "job.json", "ticket.json", "SHA256SUMS"].iter().any(|ours| name.ends_with(ours))
            || name.extension().is_some_and(|extension| extension == "done");
        kept && !name.components().any(is_left)
    }
}

/// What a killed run leaves.
fn is_unfinished(name: &str) -> bool {
    name.starts_with(".breachnotice-") || (name.starts_with('.') && name.ends_with(".partial"))
}

/// What a file is that this program wrote about people, or a killed run left; nothing when it is neither.
fn written(name: &Path, file: &Path) -> Option<&'static str> {
    let parts: Vec<String> = name.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let last = parts.last()?.as_str();
    let folder = |up: usize| parts.len().checked_sub(up + 1).and_then(|at| parts.get(at)).map(String::as_str);
    if parts.iter().any(|part| is_unfinished(part)) {
        return Some("left by a run that was broken off");
    }
    if folder(1) == Some("dry-run") && is_piece(last, ".eml") {
        return Some("e-mail of a rehearsal");
    }
    let is_letter = is_piece(last, ".pdf") && ["letters", "archive"].iter().any(|of_pieces| folder(2) == Some(of_pieces));
    if is_letter || (folder(1) == Some("stream") && last.ends_with(".pdf")) {
        return Some("letters");
    }
    let table = TABLES.iter().find(|(own, begins, _)| own.is_none_or(|own| own == last) && begins_with(file, begins));
    if let Some((_, _, what)) = table {
        return Some(what);
    }
    // NAME.tar.age and the like beside NAME.done.
    let package = last.split('.').next().filter(|package| !package.is_empty() && last.contains('.'))?;
    file.with_file_name(format!("{package}.done")).is_file().then_some("encrypted package")
}

/// Whether a file is named by a piece: seven digits and an ending.
fn is_piece(name: &str, ending: &str) -> bool {
    name.strip_suffix(ending).is_some_and(|piece| piece.len() == 7 && piece.bytes().all(|byte| byte.is_ascii_digit()))
}

fn begins_with(file: &Path, begins: &str) -> bool {
    let mut first = vec![0; begins.len()];
    fs_err::File::open(file).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == begins.as_bytes()
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

/// Removes what a record names, and the folders that are empty then. What is gone already is fine; what is another file by now stays.
///
/// # Errors
/// Refused when a file is not the one that was recorded; failed when one cannot be removed. What comes before it is gone then.
pub fn remove(folder: &Path, holdings: &[Holding]) -> Result<()> {
    let mut touched: Vec<PathBuf> = Vec::new();
    for holding in holdings {
        let path = folder.join(&holding.file);
        match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::unwritable(&path, &error)),
            Ok(there) => {
                refuse_another(&path, holding, there.is_symlink())?;
                fs_err::remove_file(&path).map_err(|error| Error::unwritable(&path, &error))?;
            }
        }
        if let Some(parent) = path.parent().filter(|parent| touched.last().is_none_or(|last| last != parent)) {
            touched.push(parent.to_owned());
        }
    }
    touched.sort();
    touched.dedup();
    // Those below come first.
    touched.iter().rev().try_for_each(|below| settle(folder, below))
}

fn refuse_another(path: &Path, holding: &Holding, is_link: bool) -> Result<()> {
    let same = match &holding.link_to {
        Some(_) => is_link,
        None => !is_link && fs_err::File::open(path).and_then(sha256_of).is_ok_and(|(sha256, _)| Some(sha256) == holding.sha256),
    };
    if same {
        return Ok(());
    }
    let reason = "this is another file than the one that the purge recorded";
    let hint = "look at it; when it holds patient data, remove it by hand, then run the purge again";
    Err(Error::refused("purge-file-changed", Place::file(holding.file.as_str()), reason, hint))
}

/// Makes the removal durable in a folder; one below the incident's that is empty now goes too, and those above it.
fn settle(folder: &Path, below: &Path) -> Result<()> {
    let mut at = below;
    while at != folder && at.starts_with(folder) && fs_err::remove_dir(at).is_ok() {
        let Some(parent) = at.parent() else { break };
        at = parent;
    }
    if at.is_dir() { files::sync_folder(at) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, text: &str) -> Option<&'static str> {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join(name);
        fs_err::create_dir_all(file.parent().unwrap()).unwrap();
        fs_err::write(&file, text).unwrap();
        fs_err::write(home.path().join("lakeside_0001.done"), "").unwrap();
        written(Path::new(name), &file)
    }

    #[test]
    fn what_this_program_wrote_about_people_goes_and_what_looks_like_it_stays() {
        for (name, text, what) in [
            ("dry-run/0000012.eml", "To: x", Some("e-mail of a rehearsal")),
            ("dry-run/mine.eml", "To: x", None),
            ("out/letters/12/0000012.pdf", "%PDF", Some("letters")),
            ("out/archive/12/0000012.pdf", "%PDF", Some("letters")),
            ("letters/2026-11-30.pdf", "%PDF", None),
            ("out/stream/lakeside_1-sheet_001of001.pdf", "%PDF", Some("letters")),
            ("out/mend.csv", "file,line,record_id,x\n", Some("rows to be mended")),
            ("out/mend.csv", "what,to,do\n", None),
            ("any-name.csv", "severity,file,line,column,record,code,reason,hint\n", Some("findings")),
            ("asked/for-vendor.csv", "record,set,name,address1,address2,city,state,postal_code\n", Some("addresses for a vendor")),
            ("out/.breachnotice-x1Y2z3", "x", Some("left by a run that was broken off")),
            (".report.partial/index.html", "x", Some("left by a run that was broken off")),
            ("lakeside_0001.tar.age", "age", Some("encrypted package")),
            ("other_0001.tar.age", "age", None),
            ("minutes.docx", "x", None),
        ] {
            assert_eq!(told(name, text), what, "{name}");
        }
    }

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

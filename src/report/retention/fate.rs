//! What becomes of a file of an incident folder.
//!
//! A file goes when incident.toml names it as a list or a pool of codes, when this program keeps people in it, or when it is by name and
//! beginning one that this program wrote. What is not known to be either is left, and named.

use crate::incident::{Incident, PURGED_FILE, VERIFIED_FILE};
use crate::obligations::{CALENDAR_BEGINS, HISTORY_FILE, MEMO_BEGINS};
use crate::recipients::{DECISIONS_FILE, MOVES_FILE};
use crate::report::REPORT_FILE;
use crate::review::EARLIER_SEALS;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Removed, and recorded as this.
    Goes(&'static str),
    /// Holds nobody.
    Stays,
    /// Left, and named as the evidence that it is.
    Pack,
    /// Left, and named.
    Unknown,
}

/// What an incident's files are told by.
pub(super) struct Known<'a> {
    pub(super) incident: &'a Incident,
    /// The name of the list of seeds.
    pub(super) seeds: &'a str,
}

/// One a line, without a header.
pub(super) const CODES: &str = "activation codes";

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
const KEPT_FOLDERS: [(&str, &[&str]); 5] =
    [("seal", &SEALED), (EARLIER_SEALS, &SEALED), ("templates", &[".md", ".toml"]), ("rules", &[".toml"]), ("review", &[".jsonl"])];
/// What a seal is made of.
const SEALED: [&str; 6] = [".json", ".md", ".toml", ".txt", ".pdf", "texts/providers.csv"];
/// Beside a ledger; gone once nobody uses it.
const LEDGER: &str = "ledger.sqlite";

/// An evidence pack as one file: the name of the first file in it.
const PACK_BEGINS: &str = "evidence/";

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
    /// What becomes of the file `name`, a path from the incident folder, which lies at `file`.
    pub(super) fn fate(&self, name: &Path, file: &Path) -> Fate {
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
        if self.stays(name, &text) || is_of_the_plan(file) {
            return Fate::Stays;
        }
        if begins_with(file, PACK_BEGINS) {
            return Fate::Pack;
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

/// A memo in either form, or a calendar: they count people and name none.
fn is_of_the_plan(file: &Path) -> bool {
    [MEMO_BEGINS, CALENDAR_BEGINS].iter().any(|begins| begins_with(file, begins))
        || (begins_with(file, "%PDF-") && begins_with(&file.with_extension("md"), MEMO_BEGINS))
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
    // A pipe would be waited for.
    if !file.is_file() {
        return false;
    }
    let mut first = vec![0; begins.len()];
    fs_err::File::open(file).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == begins.as_bytes()
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
}

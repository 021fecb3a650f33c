//! A report as a folder that opens in any browser.

use super::dossier::Dossier;
use super::evidence::{self, Evidence, Materials};
use super::form::Form;
use super::hhs::{self, Sheet};
use super::notices::{NoticeSheet, notices};
use super::overview::{NOTICES_PAGE, Overview, Sheets, hhs_file, overview, state_file};
use super::pages::{Pages, showing};
use super::states::{self, StateSheet};
use super::timeline::timeline;
use crate::digest::sha256;
use crate::error::{Error, Place, Result};
use crate::files::{self, Workplace};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What tells a folder of ours from another; written last, so that a folder with it is whole.
const MARK: &str = "report.json";
const LOG: &str = "hhs/yearly-log.csv";
const NOTICES: &str = "notices";
const TIMELINE: &str = "timeline.svg";

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The incident.
    pub incident: String,
    /// The day by which duties were judged.
    pub as_of: String,
    /// The first page.
    #[serde(flatten)]
    pub overview: Overview,
    /// The sheets for the breach portal.
    pub hhs: Vec<Sheet>,
    /// The sheets for regulators of states.
    pub states: Vec<StateSheet>,
    /// Notices that go to nobody by name.
    pub notices: Vec<NoticeSheet>,
    /// The evidence pack.
    pub evidence: Evidence,
}

/// Writes the report; an earlier one in the folder is replaced as a whole, so that no half of either ever stands there.
///
/// # Errors
/// Refused when something else lies in the folder; failed when it cannot be written.
pub fn write_report(dossier: &Dossier<'_>, portal: &Form, materials: &mut Materials<'_>, out: &Path) -> Result<Report> {
    // A link stays where it points.
    let out = &fs_err::canonicalize(out).unwrap_or_else(|_| out.to_owned());
    refuse_others(out, &dossier.incident.id)?;
    let beside = beside(out)?;
    files::create_own_folder(&beside)?;
    let alone = Workplace::take(&beside)?.ok_or_else(|| in_progress(out))?;
    refuse_strangers(&beside)?;
    empty(&beside)?;
    let report = write_into(dossier, portal, materials, &beside)?;
    take_place(&beside, out)?;
    drop(alone);
    Ok(report)
}

fn in_progress(out: &Path) -> Error {
    let reason = "another report is being written into this folder";
    let hint = "wait until it has ended, then run the command again, or choose another folder";
    Error::refused("report-in-progress", Place::file(out.display().to_string()), reason, hint)
}

/// Where a report is made before it takes its place: what a killed run left there is nobody's.
fn beside(out: &Path) -> Result<PathBuf> {
    let name = out.file_name().ok_or_else(|| {
        Error::refused("output-in-use", Place::file(out.display().to_string()), "is no folder of its own", "name a new folder")
    })?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(".partial");
    Ok(out.with_file_name(hidden))
}

/// What a killed report left is ours to remove; anything else is somebody's.
fn refuse_strangers(beside: &Path) -> Result<()> {
    let Ok(entries) = fs_err::read_dir(beside) else { return Ok(()) };
    let ours = [MARK, "index.html", TIMELINE, "hhs", "states", NOTICES, evidence::EVIDENCE];
    for entry in entries.filter_map(std::result::Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !ours.contains(&name.as_str()) && !name.starts_with(".breachnotice-") {
            let place = Place::file(beside.join(name).display().to_string());
            let hint = "move it elsewhere: a report is made in this folder before it takes its place";
            return Err(Error::refused("output-in-use", place, "is no part of a report, and would be lost", hint));
        }
    }
    Ok(())
}

/// The folder itself stays, and with it the lock on it.
fn empty(folder: &Path) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::unwritable(folder, &error);
    for entry in fs_err::read_dir(folder).map_err(unwritable)? {
        let path = entry.map_err(unwritable)?.path();
        if path.is_dir() && !path.is_symlink() { fs_err::remove_dir_all(&path) } else { fs_err::remove_file(&path) }.map_err(unwritable)?;
    }
    Ok(())
}

/// Puts a whole report in the place of an earlier one, which goes once this one stands there, so that one of them always does; before
/// it only on a file system that cannot exchange two folders.
fn take_place(beside: &Path, out: &Path) -> Result<()> {
    let unwritable = |error: std::io::Error| Error::unwritable(out, &error);
    if fs_err::symlink_metadata(out).is_err() {
        return fs_err::rename(beside, out).map_err(unwritable);
    }
    // Until it is gone nobody makes another report where it lies then.
    let _earlier = Workplace::take(out)?.ok_or_else(|| in_progress(out))?;
    if files::exchange(beside, out).map_err(unwritable)? {
        return fs_err::remove_dir_all(beside).map_err(|error| Error::unwritable(beside, &error));
    }
    fs_err::remove_dir_all(out).and_then(|()| fs_err::rename(beside, out)).map_err(unwritable)
}

fn write_into(dossier: &Dossier<'_>, portal: &Form, materials: &mut Materials<'_>, out: &Path) -> Result<Report> {
    let hhs: Vec<Sheet> = dossier.providers().map(|of| hhs::sheet(portal, of)).collect();
    let states = states::residents(dossier).iter().map(states::sheet).collect::<Result<Vec<StateSheet>>>()?;
    let (notices, published) = notices(dossier, materials.composer)?;
    let mut overview = overview(dossier, &Sheets { hhs: &hhs, states: &states, notices: &notices });
    let pages = Pages::new(dossier)?;
    let write = |name: &str, text: String| files::write(&out.join(name), text.as_bytes());
    for sheet in &hhs {
        write(&hhs_file(&sheet.provider_id), pages.page("sheet.html", "../", showing("sheet", sheet))?)?;
    }
    for sheet in &states {
        write(&state_file(sheet), pages.page("state.html", "../", showing("sheet", sheet))?)?;
    }
    for (name, text) in &published {
        write(&format!("{NOTICES}/{name}"), text.clone())?;
    }
    write(NOTICES_PAGE, pages.page("notices.html", "../", showing("sheets", &notices))?)?;
    overview.log = (hhs::yearly_log(dossier, &out.join(LOG))? > 0).then_some(LOG);
    let timeline = showing("timeline", &timeline(dossier));
    let mut first = showing("index", &overview);
    first.extend(timeline.clone());
    write(TIMELINE, pages.page("timeline.html", "", timeline)?)?;
    write("index.html", pages.page("index.html", "", first)?)?;
    let evidence = evidence::write_evidence(dossier, (&overview, &published), materials, &out.join(evidence::EVIDENCE), |pack| {
        pages.page("evidence.html", "../", showing("pack", pack))
    })?;
    let (incident, as_of) = (dossier.incident.id.clone(), dossier.plan.as_of.to_string());
    let report = Report { incident, as_of, overview, hhs, states, notices, evidence };
    let json = serde_json::to_string_pretty(&report).map_err(|error| Error::bug(format!("report.json: {error}")))?;
    files::write(&out.join(MARK), json.as_bytes())?;
    Ok(report)
}

/// The longest part of a file name that an id makes.
const LONGEST_NAME: usize = 80;

/// An id as part of a file name: letters, digits, `-` and `_` stay, everything else becomes its number between tildes. A long one is cut,
/// with its digest in place of what is gone.
pub(super) fn file_name(id: &str) -> String {
    let mut name = String::new();
    for letter in id.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_') {
            name.push(letter);
        } else {
            name.push_str(&format!("~{:x}~", u32::from(letter)));
        }
    }
    if name.len() > LONGEST_NAME {
        name = format!("{}~{}", &name[..LONGEST_NAME - 17], &sha256(id.as_bytes())[..16]);
    }
    name
}

/// Refuses a folder that holds anything but an earlier report of this incident, as it was written.
fn refuse_others(out: &Path, incident: &str) -> Result<()> {
    if fs_err::symlink_metadata(out).is_err() {
        return Ok(());
    }
    let refused = |name: &str, reason: &str| {
        let place = Place::file(out.join(name).display().to_string());
        let hint = "name a new folder, or take out of this one what is not to be lost";
        Error::refused("output-in-use", place, reason.to_owned(), hint)
    };
    let json = fs_err::read(out.join(MARK)).ok().and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let mut names = Vec::new();
    for path in files::files_below(out)? {
        names.push(path.strip_prefix(out).unwrap_or(&path).display().to_string());
    }
    if names.is_empty() && out.is_dir() {
        return Ok(());
    }
    let Some(json) = json else {
        return Err(refused(names.first().map_or("", String::as_str), "is no part of a report, and would be lost"));
    };
    if json["incident"] != incident {
        return Err(refused(MARK, "is of another incident, whose report would be lost"));
    }
    match strangers(out)?.first() {
        Some(name) => Err(refused(name, "was not written by an earlier report, or was changed since, and would be lost")),
        None => Ok(()),
    }
}

/// What lies in the folder of a report and was not written by it, or was changed since; names below the folder.
///
/// # Errors
/// Refused when the folder cannot be read.
pub(super) fn strangers(out: &Path) -> Result<Vec<String>> {
    let pack = evidence::unchanged_files(&out.join(evidence::EVIDENCE))?;
    let is_page = |below: &str| below.ends_with(".html") && !below.contains('/');
    let is_ours = |name: &str| match name.split_once('/') {
        None => [MARK, "index.html", TIMELINE].contains(&name),
        Some((evidence::EVIDENCE, below)) => pack.contains(below),
        Some(("hhs", below)) => name == LOG || is_page(below),
        Some((NOTICES, below)) => is_page(below) || below.ends_with(".txt") && !below.contains('/'),
        Some(("states", below)) => is_page(below),
        Some(_) => false,
    };
    let names = files::files_below(out)?.into_iter().map(|path| path.strip_prefix(out).unwrap_or(&path).display().to_string());
    Ok(names.filter(|name| !is_ours(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_NAME, file_name};

    #[test]
    fn no_two_ids_have_one_file() {
        let long = "x".repeat(300);
        let ids = ["NCH", "a/b", "å1", "๑", "e5~1", "..", &long, &long[1..]];
        let names: std::collections::BTreeSet<String> = ids.iter().map(|id| file_name(id)).collect();
        assert_eq!(names.len(), ids.len(), "{names:?}");
        assert!(names.iter().all(|name| name.len() <= LONGEST_NAME && !name.contains(['/', '.'])), "{names:?}");
    }
}

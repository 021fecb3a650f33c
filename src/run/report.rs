//! `report`: everything that a report is made from, each read once.

use super::{Case, inputs, purge, read, unreached};
use crate::compose::Composer;
use crate::deliver::mailhouse::{self, HouseKey};
use crate::digest::sha256_of;
use crate::error::{Error, Finding, Place, Result};
use crate::files;
use crate::incident::{ProviderIndex, VERIFIED_FILE};
use crate::ledger::{self, Access, EventKind, Ledger};
use crate::obligations::{self, Happened, UnreachedPeople};
use crate::recipients::{Disposition, MOVES_FILE, Merge};
use crate::report::{
    self, Changed, Concern, Concerns, Dossier, Input, LeftOf, Lookup, Materials, REPORT_FILE, Report, Statements, Status, hhs,
};
use crate::review;
use jiff::civil::Date;
use std::path::{Path, PathBuf};

/// What a report is to be.
#[derive(Debug, Clone)]
pub struct ReportOptions {
    /// The folder that it is written into.
    pub out: PathBuf,
    /// The file for the call center's list; absent when none is asked for.
    pub lookup: Option<PathBuf>,
    /// The file for the evidence pack as one; absent when none is asked for.
    pub pack: Option<PathBuf>,
    /// Whom that file is encrypted to: the file with the public key. Absent when it is not encrypted.
    pub encrypt: Option<PathBuf>,
    /// The day to judge by.
    pub as_of: Date,
    /// The last day that a filing can have.
    pub latest: Date,
}

/// What was written, and what warns.
pub struct Reported {
    /// The report.
    pub report: Report,
    /// The call center's list; absent when none was asked for.
    pub lookup: Option<Lookup>,
    /// SHA-256 of the pack as one file; absent when none was asked for.
    pub pack: Option<String>,
    /// Of every stage.
    pub warnings: Vec<Finding>,
}

/// Writes the report of an incident folder.
///
/// # Errors
/// Refused when the incident, a list, report.toml or the ledger cannot be used, or something else lies where it is to be; failed when it
/// cannot be written.
pub fn report(folder: &Path, ledger: Option<&Access>, options: &ReportOptions) -> Result<Reported> {
    let ReportOptions { out, lookup, pack, encrypt, as_of, latest } = options;
    let (as_of, latest) = (*as_of, *latest);
    refuse_places(options, folder)?;
    let key = encrypt.as_ref().map(|file| HouseKey::load(Path::new("."), &file.display().to_string(), latest)).transpose()?;
    let case = read(folder)?;
    let portal = hhs::portal()?;
    let statements = Statements::load(&case.incident, &case.rules, &portal, latest)?.up_to(as_of);
    let out_of_reach = unreached(&case, ledger)?;
    let unreachable = obligations::unreachable(&case.incident, &case.rules, &case.recipients, &out_of_reach);
    let mut ledger = kept_ledger(folder, &case.incident.id, ledger)?;
    let record = match &mut ledger {
        Some(ledger) => {
            purge::refuse_purged(ledger.as_mut())?;
            let status = report::status(ledger.as_mut(), case.rules.federal.substitute_public_from.value)?;
            (status, report::left(ledger.as_mut(), &concerns(&case), as_of)?)
        }
        None => (None, LeftOf::default()),
    };
    let composer = Composer::load_for_review(&case.incident, &case.rules, &case.recipients);
    let happened = happened(&case, &statements, out_of_reach, &record.1);
    let plan = obligations::plan_with(&case.incident, &case.rules, &case.recipients, &happened, as_of);
    let mut doubts = doubts(folder, &case, ledger.as_deref_mut().map(|ledger| ledger as _), (record.0.as_ref(), record.1.changed))?;
    match &composer {
        Ok(composer) => doubts.extend(unapproved(&case, composer)?),
        Err(_) => {
            doubts.push(("the letter templates".to_owned(), "they cannot be used, and so there are no notices: check says why".to_owned()));
        }
    }
    let facts = (&case.incident, &case.rules, &plan);
    let dossier = Dossier::new(facts, &case.recipients, &statements, record, unreachable, (review::stored_seals(folder)?, doubts));
    let mut materials = Materials {
        inputs: files_read(&case)?,
        merged: merged(&case),
        composer: composer.as_ref().ok(),
        ledger: ledger.as_deref_mut().map(|ledger| ledger as _),
    };
    let report = report::write_report(&dossier, &portal, &mut materials, out)?;
    let facts = (&case.incident, &case.rules, &case.recipients.people);
    let lookup = lookup.as_ref().map(|file| report::write_lookup(facts, ledger.as_deref_mut().map(|ledger| ledger as _), as_of, file));
    let lookup = lookup.transpose()?;
    let evidence = out.join(report::EVIDENCE);
    let pack = pack.as_ref().map(|file| mailhouse::write_as_one_file(&evidence, report::EVIDENCE, file, key.as_ref()));
    Ok(Reported { report, lookup, pack: pack.transpose()?, warnings: case.warnings })
}

/// Where the report and what is written beside it cannot be.
fn refuse_places(options: &ReportOptions, folder: &Path) -> Result<()> {
    let ReportOptions { out, lookup, pack, .. } = options;
    files::refuse_inputs(out, folder)?;
    if is_handed_on(out) {
        let reason = "it would lie in a report, a pack, a package or a preview";
        return Err(Error::refused("output-in-use", Place::file(out.display().to_string()), reason, OUTSIDE));
    }
    for file in lookup.iter().chain(pack) {
        refuse_place(file, folder, out)?;
    }
    match (lookup, pack) {
        (Some(lookup), Some(pack)) if files::is_below(lookup, pack) => {
            let place = Place::file(pack.display().to_string());
            Err(Error::refused("output-in-use", place, "--lookup and --pack name one file", "give each a file of its own"))
        }
        _ => Ok(()),
    }
}

/// The ledger; nothing when there never was one.
fn kept_ledger(folder: &Path, incident: &str, access: Option<&Access>) -> Result<Option<Box<dyn Ledger>>> {
    let ledger = ledger::open_existing(folder, incident, access)?;
    if ledger.is_none() && (access.is_some() || review::stored_release(folder)?.is_some()) {
        return Err(Error::refused(
            "ledger-lost",
            Place::file("ledger.sqlite"),
            "recipients were released, and there is no ledger here",
            "put ledger.sqlite back into the incident folder, or name the ledger with --ledger",
        ));
    }
    Ok(ledger)
}

/// A file that is written beside a report takes the place of no other, and lies in nothing that is handed on or checked as a whole.
fn refuse_place(file: &Path, folder: &Path, out: &Path) -> Result<()> {
    let refused = |reason, hint| Err(Error::refused("output-in-use", Place::file(file.display().to_string()), reason, hint));
    files::refuse_inputs(file, folder)?;
    if fs_err::symlink_metadata(file).is_ok() {
        return refused("this file exists", "name another file, or move this one: it would be lost");
    }
    if files::is_below(file, out) || is_handed_on(file) {
        return refused("it would lie in a report, a pack, a package or a preview", OUTSIDE);
    }
    Ok(())
}

/// Where what would lie in such a folder can be.
const OUTSIDE: &str = "name a place outside: reports, packs, packages and previews are handed on, or checked as a whole";

/// Whether a path leads into something that is handed on, or checked as a whole.
fn is_handed_on(path: &Path) -> bool {
    let marks = ["report.json", "evidence.json", "SHA256SUMS", "ticket.json", "reviewer.js"];
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.ancestors().skip(1).any(|around| marks.iter().any(|mark| around.join(mark).exists()))
}

/// What moves last days: whom nothing reached, when letters left, when HHS was told. A day before the discovery is wrong, and moves nothing.
fn happened(case: &Case, statements: &Statements, unreached: UnreachedPeople, left: &LeftOf) -> Happened {
    let Case { incident, rules, .. } = case;
    let mut happened = Happened { unreached, ..Happened::default() };
    for provider in &incident.providers {
        let possible = |day: &Date| *day >= obligations::discovered(incident, rules, provider);
        let id = || provider.id.clone();
        happened.letters_left.extend(left.of(&provider.id, None).first.filter(possible).map(|day| (id(), day)));
        happened.hhs_told.extend(statements.hhs_told(&provider.id).filter(possible).map(|day| (id(), day)));
    }
    happened
}

/// What makes a report doubtful, and what to do: approvals, ledger and lists that do not belong together.
fn doubts(
    folder: &Path,
    case: &Case,
    ledger: Option<&mut dyn Ledger>,
    (status, changed): (Option<&Status>, Changed),
) -> Result<Vec<(String, String)>> {
    let mut doubts = Vec::new();
    let mut doubt = |what: &str, hint: String| doubts.push((what.to_owned(), hint));
    let release = review::stored_release(folder)?;
    let seal = folder.join("seal").exists().then(|| review::verify_seal(folder, None));
    match (&seal, &release) {
        (Some(Err(_)), _) => {
            doubt("the approval of the wording", "it does not hold: run verify, and put back what was approved".to_owned());
        }
        (Some(Ok(seal)), Some(release)) if release.seal != seal.digest => {
            let hint = "it is another than what was released: release again before anything more leaves; what left before had the words of an earlier seal, which is kept";
            doubt("the approved wording", hint.to_owned());
        }
        _ => {}
    }
    if let Some(ledger) = ledger {
        if !ledger.verify(&[])?.holds() {
            doubt("the ledger", "it does not hold: run verify, and rely on nothing here before".to_owned());
        }
        for (kind, is_there, what) in
            [(EventKind::Sealed, seal.is_some(), "the folder seal"), (EventKind::Released, release.is_some(), "release.json")]
        {
            if !is_there && ledger.has(kind)? {
                doubt(what, "is gone, and the ledger tells of it: put it back from a copy".to_owned());
            }
        }
    }
    let rows = case.intake.rows.len() as u64;
    let hint = match status {
        Some(status) if status.rows != rows => format!("have {rows} rows now, the last job was made from {}", status.rows),
        Some(_) if changed != Changed::default() => {
            let Changed { added, dropped } = changed;
            format!("have {added} to be told who were in no job, and no more {dropped} who were in the last")
        }
        _ => return Ok(doubts),
    };
    doubts.push(("the lists".to_owned(), format!("they {hint}: release and export again, or put the lists back")));
    Ok(doubts)
}

/// Texts that changed since they were approved: what left had other words than what notices and letters would have now.
fn unapproved(case: &Case, composer: &Composer) -> Result<Option<(String, String)>> {
    let Some(seal) = review::stored_seal(&case.incident.folder).ok().flatten() else { return Ok(None) };
    let changed = review::changed_texts(&seal, &inputs::sealed_texts(&case.incident, &case.rules, composer)?);
    let hint = || format!("changed since it was approved: {}; put it back, or preview and approve it again", changed.join(", "));
    Ok((!changed.is_empty()).then(|| ("the wording".to_owned(), hint())))
}

/// Whom people concern, where they live, and whether they are to be told, by their keys.
fn concerns(case: &Case) -> Concerns {
    let people = &case.recipients.people;
    let id = |provider: &ProviderIndex| case.incident.provider(*provider).id.clone();
    let of = |place| {
        let person = people.outline(place);
        let providers = person.provider.iter().chain(person.also_at).map(id).collect();
        let owed = matches!(person.disposition, Disposition::Letter | Disposition::Email);
        (people.key(place).0, Concern { providers, lives: person.residence, owed })
    };
    (0..people.len()).map(of).collect()
}

/// Rows that went into others, by their records.
fn merged(case: &Case) -> Vec<[String; 4]> {
    let record = |row| case.intake.record_key(&case.incident, row);
    let told = |merge: &Merge| [record(merge.row), record(merge.into), merge.rule.to_owned(), merge.reason.to_owned()];
    case.recipients.merges.iter().map(told).collect()
}

/// The files that the incident was made from, with the rows that count of each list.
fn files_read(case: &Case) -> Result<Vec<Input>> {
    let incident = &case.incident;
    let mut rows = vec![0_u64; incident.lists.len()];
    case.intake.rows.iter().for_each(|row| rows[usize::from(row.list)] += 1);
    let mut files: Vec<(&str, Option<u64>)> = ["incident.toml", "providers.csv"].map(|file| (file, None)).to_vec();
    files.extend(incident.lists.iter().zip(rows).map(|(list, rows)| (list.file.as_str(), Some(rows))));
    files.extend(incident.code_pools.iter().map(|pool| (pool.file.as_str(), None)));
    files.extend(["decisions.csv", MOVES_FILE, super::seeds::FILE, VERIFIED_FILE, REPORT_FILE].map(|file| (file, None)));
    let mut inputs = Vec::new();
    for (file, rows) in files {
        let path = incident.folder.join(file);
        let opened = match fs_err::File::open(&path) {
            Ok(opened) => opened,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::unreadable(&path, &error)),
        };
        let (sha256, bytes) = sha256_of(opened).map_err(|error| Error::unreadable(&path, &error))?;
        inputs.push(Input { file: file.to_owned(), sha256, bytes, rows });
    }
    Ok(inputs)
}

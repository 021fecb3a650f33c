//! `purge`: removes patient data that need not be kept any more, and keeps hashes, counts and the chains.
//!
//! ```text
//! prepare: may it go? what is there? -> purged.json -> the ledger tells of it -> files -> the ledger's people -> the ledger tells the end
//! ```
//!
//! Whatever is broken off is ended by the next run, by what purged.json says.

use super::approval::refuse_lost_ledger;
use super::seeds;
use crate::deliver::mailhouse::History;
use crate::error::{Error, Finding, Place, Result};
use crate::files::Workplace;
use crate::incident::{self, Incident, PURGED_FILE, Verified};
use crate::ledger::{self, Access, EventKind, Ledger, NewEvent, Sha};
use crate::report::{self, Counted, OfLedger, Purge, Statements, hhs};
use crate::review;
use crate::rules::Rules;
use jiff::Timestamp;
use jiff::civil::Date;
use std::path::{Path, PathBuf};

/// What was asked for.
#[derive(Debug, Clone, Copy)]
pub struct PurgeOptions<'a> {
    /// The day before which everything of the incident has to lie.
    pub before: Date,
    /// Who has it done.
    pub by: &'a str,
    /// Why it goes earlier than the law asks, or although something is not finished; absent when neither is so.
    pub reason: Option<&'a str>,
    /// The real date.
    pub today: Date,
    /// The moment, for the ledger.
    pub moment: Timestamp,
}

/// Where a purge stands.
pub enum Purging {
    /// Something is to be removed.
    Ready(Box<Prepared>),
    /// Everything was removed before.
    Ended {
        /// The record of it.
        purge: Box<Purge>,
        /// Files with patient data that are there again.
        came_back: Vec<String>,
    },
}

/// A purge that nothing speaks against. Nothing is written yet.
pub struct Prepared {
    folder: PathBuf,
    ledger: Option<Box<dyn Ledger>>,
    purge: Purge,
    /// Digest of the record when a purge before this one was broken off.
    begun: Option<Sha>,
    alone: Workplace,
}

/// Looks what is to be removed of an incident folder and its ledger, and whether it may be.
///
/// # Errors
/// Refused when something of the incident was in effect on the day or later; when the day is less than six years ago, or a notice is not
/// finished, without a reason; when folder or ledger cannot be used or do not belong together.
pub fn purge(folder: &Path, access: Option<&Access>, options: &PurgeOptions<'_>) -> Result<Purging> {
    review::check_name("name of who purges", options.by)?;
    options.reason.map_or(Ok(()), |reason| review::check_reason("reason", reason))?;
    let rules = Rules::load_for(folder)?;
    let (incident, _) = incident::load_kept(folder, &rules)?;
    let alone = Workplace::take(folder)?.ok_or_else(|| in_use(folder))?;
    let mut ledger = ledger::open_existing(folder, &incident.id, access)?;
    refuse_other_ledger(folder, ledger.as_deref_mut().map(|ledger| ledger as _))?;
    if let Some(ledger) = &mut ledger {
        ledger.set_moment(options.moment);
    }
    let folder = folder.to_owned();
    match begun(&folder, &incident, ledger.as_deref_mut().map(|ledger| ledger as _))? {
        Begun::Ended(purge) => {
            let came_back = report::holdings(&incident, seeds::FILE)?.removed.into_iter().map(|holding| holding.file).collect();
            Ok(Purging::Ended { purge, came_back })
        }
        Begun::BrokenOff(purge, digest) => {
            Ok(Purging::Ready(Box::new(Prepared { folder, ledger, purge: *purge, begun: Some(digest), alone })))
        }
        Begun::Not => {
            let purge = judged(&incident, &rules, ledger.as_deref_mut().map(|ledger| ledger as _), options, access)?;
            Ok(Purging::Ready(Box::new(Prepared { folder, ledger, purge, begun: None, alone })))
        }
    }
}

/// A ledger to be read, where there is one.
type Book<'a> = Option<&'a mut dyn Ledger>;

/// How far a purge before this one came.
enum Begun {
    Not,
    BrokenOff(Box<Purge>, Sha),
    Ended(Box<Purge>),
}

/// What purged.json and the ledger tell of a purge. A record that the ledger does not know was written by a run that was killed before
/// it removed anything.
fn begun(folder: &Path, incident: &Incident, ledger: Book<'_>) -> Result<Begun> {
    let record = Purge::read(folder)?;
    let Some(ledger) = ledger else { return Ok(Begun::Not) };
    match record {
        Some((purge, digest)) if ledger.knows(EventKind::Purged, &digest)? => {
            let purge = Box::new(purge);
            Ok(if ledger.knows(EventKind::PurgeEnded, &digest)? { Begun::Ended(purge) } else { Begun::BrokenOff(purge, digest) })
        }
        _ if !ledger.has(EventKind::Purged)? => Ok(Begun::Not),
        Some(_) => {
            let hint = "put back the file that was written; the ledger has its digest";
            let reason = "the ledger tells of a purge, and not of this record";
            Err(Error::refused("purge-record-changed", Place::file(PURGED_FILE), reason, hint))
        }
        // Another machine purged the ledger that it shares, or the record is gone.
        None if ledger.of_people()?.total() > 0 || !report::holdings(incident, seeds::FILE)?.removed.is_empty() => Ok(Begun::Not),
        None => {
            let hint = "put back the file that was written: it is the record of what was removed";
            let reason = "patient data was removed, as the ledger tells, and the record of it is not here";
            Err(Error::refused("purge-record-missing", Place::file(PURGED_FILE), reason, hint))
        }
    }
}

/// The record of what would be removed, once nothing speaks against it.
fn judged(incident: &Incident, rules: &Rules, mut ledger: Book<'_>, options: &PurgeOptions<'_>, access: Option<&Access>) -> Result<Purge> {
    let PurgeOptions { before, by, reason, today, .. } = *options;
    // A folder's own rules may ask for longer, never for less.
    let built_in = Rules::load()?.federal.retention_years;
    let own = &rules.federal.retention_years;
    let limit = if own.value > built_in.value { own } else { &built_in };
    let statements = Statements::load(incident, rules, &hhs::portal()?, today)?;
    let verified = Verified::load(&incident.folder, rules, today)?;
    let last = report::last_in_effect(incident, rules, (&statements, &verified), ledger.as_deref_mut().map(|ledger| ledger as _))?;
    let mut findings = report::refuse_date(before, today, limit, &last, reason.is_some());
    findings.extend(other_ledger(incident, access)?);
    let unfinished = match ledger.as_deref_mut() {
        Some(ledger) => report::unfinished(ledger)?,
        None => vec![report::NOBODY.to_owned()],
    };
    if reason.is_none() {
        let place = ledger.as_deref().map_or_else(Place::default, Ledger::place);
        findings.extend(unfinished.iter().map(|what| lost(&place, what)));
    }
    if !findings.is_empty() {
        return Err(Error::refused_all(findings));
    }
    let found = report::holdings(incident, seeds::FILE)?;
    let mut purge = Purge::new(&incident.id, (today, by, reason), (before, &limit.clause), last);
    let mut packages = Vec::new();
    if let Some(ledger) = ledger {
        purge.counts = counted(ledger)?;
        purge.ledger = OfLedger { removed: ledger.of_people()?, heads: ledger.heads()? };
        packages = History::read(ledger)?.packages().map(str::to_owned).collect();
        packages.sort_unstable();
        packages.dedup();
    }
    purge.unfinished = unfinished;
    purge.removed = found.removed;
    purge.out_of_reach = found.beyond;
    let on_server = access.is_some_and(Access::is_of_a_server);
    purge.out_of_reach.extend(report::out_of_reach(&packages, on_server, &incident.folder));
    Ok(purge)
}

/// A ledger in the folder, when another one is named and this one knows people: they would stay in it.
fn other_ledger(incident: &Incident, access: Option<&Access>) -> Result<Option<Finding>> {
    let file = incident.folder.join("ledger.sqlite");
    let is_own = |access: &Access| access.names_file(&file);
    if access.is_none_or(is_own) || !file.exists() {
        return Ok(None);
    }
    let Some(mut own) = ledger::open_existing(&incident.folder, &incident.id, None)? else { return Ok(None) };
    let known = own.of_people()?.total();
    let reason = format!("it lies in this folder, is not the ledger that --ledger names, and has {known} entries of people");
    let hint = "run purge without --ledger when it is the one that was used, or move it elsewhere when it never was";
    Ok((known > 0).then(|| Finding::refuses("purge-other-ledger", Place::file("ledger.sqlite"), reason, hint)))
}

/// What is not finished, so that somebody would be lost.
fn lost(place: &Place, what: &str) -> Finding {
    let hint = "see `breachnotice status`, and finish it; if nothing more is to be done, say why with --reason: it is kept in the record";
    Finding::refuses("purge-unfinished", place.clone(), format!("not finished: {what}"), hint)
}

fn counted(ledger: &mut dyn Ledger) -> Result<Option<Counted>> {
    let Some(tally) = ledger.tally()? else { return Ok(None) };
    let mut counted = Counted { rows: tally.rows, merged: tally.merged, ..Counted::default() };
    for ((disposition, ..), people) in &tally.people {
        match disposition.as_str() {
            "letter" => counted.letters += people,
            "email" => counted.emails += people,
            "held" => counted.held += people,
            "excluded" => counted.excluded += people,
            _ => continue,
        }
        counted.people += people;
    }
    Ok(Some(counted))
}

/// A release that was recorded in another ledger: what left would not be known.
fn refuse_other_ledger(folder: &Path, ledger: Book<'_>) -> Result<()> {
    match (review::stored_release(folder)?, ledger) {
        (None, _) => Ok(()),
        (Some(release), Some(ledger)) => refuse_lost_ledger(ledger, &release),
        (Some(_), None) => {
            let reason = "the letters were released, and there is no ledger here";
            let hint = "put ledger.sqlite back into the incident folder, or name the ledger with --ledger";
            Err(Error::refused("ledger-lost", Place::file("release.json"), reason, hint))
        }
    }
}

fn in_use(folder: &Path) -> Error {
    let reason = "another breachnotice works in this folder";
    Error::refused("folder-in-use", Place::file(folder.display().to_string()), reason, "wait until it has ended, then run this again")
}

impl Prepared {
    /// What is removed, and what is kept of it.
    pub fn record(&self) -> &Purge {
        &self.purge
    }

    /// Whether it goes on with one that was broken off.
    pub fn is_resumed(&self) -> bool {
        self.begun.is_some()
    }

    /// Removes it. The record and the ledger's word are durable before anything is gone.
    ///
    /// # Errors
    /// Refused when a send is under way, or a file is another than was recorded; failed when something cannot be removed. Then the next
    /// run goes on.
    pub fn purge(self, access: Option<&Access>, moment: Timestamp) -> Result<Purge> {
        let Prepared { folder, ledger, purge, begun, alone } = self;
        let mut ledger = match ledger {
            Some(ledger) => ledger,
            None => ledger::open(&folder, &purge.incident, access)?,
        };
        ledger.set_moment(moment);
        ledger.keep_senders_out("purge")?;
        alone.clear(&folder)?;
        let told = |kind, digest| NewEvent::of_incident(kind, 0, purge.by.as_str()).on(purge.on).with(digest);
        let digest = match begun {
            Some(digest) => digest,
            None => {
                let digest = purge.write(&folder)?;
                ledger.append_once("purge", (EventKind::Purged, &digest), &[told(EventKind::Purged, digest)])?;
                digest
            }
        };
        report::remove(&folder, &purge.removed)?;
        ledger.remove_people()?;
        ledger.append_once("purge", (EventKind::PurgeEnded, &digest), &[told(EventKind::PurgeEnded, digest)])?;
        Ok(purge)
    }
}

/// Refuses work with people on a ledger whose people were removed, for instance from another machine's folder.
///
/// # Errors
/// Refused when it was purged.
pub(super) fn refuse_purged(ledger: &mut dyn Ledger) -> Result<()> {
    if ledger.has(EventKind::Purged)? { Err(incident::purged(ledger.place(), None)) } else { Ok(()) }
}

//! `approve` and `release`: counsel's word on the wording, the office's word on who gets it.

use super::bound::Bound;
use super::inputs::recipients_digest;
use super::{Checked, Job, check, proofs, verified};
use crate::error::{Error, Finding, Place, Result, Severity};
use crate::incident::Incident;
use crate::ledger::{self, Access, EventKind, Ledger, NewEvent, Stamp};
use crate::review::{self, Approver, Contacts, Prepared, Release, Seal, Sealing, Signing, Standing, Wording};
use jiff::Timestamp;
use std::path::Path;

/// Name of the seal in findings.
const SEAL_FILE: &str = "seal/seal.json";

/// How an approval is to be given.
pub struct Approving<'a> {
    /// Who approves.
    pub approver: Approver,
    /// The approver's reason to go on without a check of every contact block that letters print; absent when there is none.
    pub accept_stale: Option<&'a str>,
    /// How it is signed.
    pub signing: Signing<'a>,
    /// Digest of what the approver looked at; absent when it is what lies in the folder.
    pub seen: Option<&'a str>,
    /// The ledger; absent for the folder's own.
    pub ledger: Option<&'a Access>,
    /// The moment, for the ledger.
    pub moment: Timestamp,
}

/// Seals the wording of every variant that the recipients at hand need.
///
/// # Errors
/// Refused when anything in the folder cannot be used, such a block is not verified, a comment is open, or the signature does not count;
/// failed when the seal cannot be written.
pub fn approve(folder: &Path, approving: &Approving<'_>, progress: &dyn super::Progress) -> Result<(Seal, Checked)> {
    let Approving { approver, signing, seen, ledger, moment, .. } = approving;
    // Held until the seal is written: of two approvals at once the second joins the first.
    let _one_at_a_time = locked(folder)?;
    refuse_open_comments(folder)?;
    let ready = Ready::read(folder, approving, progress)?;
    if let Some(seen) = seen {
        ready.refuse_unseen(seen)?;
    }
    let prepared = ready.prepare(approving)?;
    if prepared.is_new() {
        review::keep_seal(folder)?;
    }
    let seal = prepared.seal(*signing, ready.bound.signers.as_ref())?;
    let mut ledger = ledger::open(folder, &ready.checked.case.incident.id, *ledger)?;
    ledger.set_moment(*moment);
    let detail = format!("{}: {}", approver.role, approver.by);
    ledger.append(&[NewEvent::of_incident(EventKind::Sealed, 0, detail).with(seal.digest_bytes()?)])?;
    Ok((seal, ready.checked))
}

/// Waits until no other program approves in a folder.
fn locked(folder: &Path) -> Result<std::fs::File> {
    let unreadable = |error: std::io::Error| Error::unreadable(folder, &error);
    let held = std::fs::File::open(folder).map_err(unreadable)?;
    held.lock().map_err(unreadable)?;
    Ok(held)
}

/// Refuses while a reviewer's comment is open: nothing is approved, released or sent over somebody's objection.
fn refuse_open_comments(folder: &Path) -> Result<()> {
    let open = review::open_comments(folder)?;
    if open.is_empty() { Ok(()) } else { Err(Error::refused_all(open)) }
}

/// What an approver signs, as long as nothing changes.
///
/// # Errors
/// As [`approve`], but for open comments.
pub fn statement(folder: &Path, approving: &Approving<'_>, progress: &dyn super::Progress) -> Result<String> {
    Ok(Ready::read(folder, approving, progress)?.prepare(approving)?.statement().to_owned())
}

/// Everything that an approval is given to.
struct Ready {
    checked: Checked,
    contacts: Contacts,
    bound: Bound,
    wordings: Vec<Wording>,
}

impl Ready {
    fn read(folder: &Path, approving: &Approving<'_>, progress: &dyn super::Progress) -> Result<Ready> {
        let day = approving.approver.on;
        let verified = verified::read_verified(folder, day)?;
        let checked = check(folder, None, progress)?;
        let contacts = verified::contacts(checked.composer.offices_printed(), &verified, day, approving.accept_stale)?;
        let Checked { case, composer, .. } = &checked;
        let (layout, fonts) = (super::layout(&case.incident)?, super::fonts(&case.incident)?);
        let bound = Bound::read(&case.incident, &case.rules, composer, &fonts, &layout)?;
        let wordings = proofs::wordings_of(&case.incident, &proofs::tally(case), composer, &fonts, &layout)?;
        proofs::refuse_hidden(composer, &wordings, &checked.variants)?;
        if wordings.is_empty() {
            let hint = "add the list of who is affected to incident.toml, or see in held.csv who is held and why";
            return Err(Error::refused("nothing-to-approve", Place::file("incident.toml").column("lists"), "nobody is to be told", hint));
        }
        Ok(Ready { checked, contacts, bound, wordings })
    }

    /// Refuses when the wording is not what the approver looked at.
    fn refuse_unseen(&self, seen: &str) -> Result<()> {
        let now = review::wording_digest(&self.checked.case.incident, &self.bound.texts, &self.bound.fonts, &self.wordings);
        if now == seen {
            return Ok(());
        }
        let reason = "the letters are not those that were looked at: they changed since";
        Err(Error::refused("letter-changed", Place::file(SEAL_FILE), reason, "look at what changed, and approve again"))
    }

    fn prepare(&self, approving: &Approving<'_>) -> Result<Prepared<'_>> {
        let incident = &self.checked.case.incident;
        review::prepare(Sealing {
            incident,
            texts: &self.bound.texts,
            fonts: &self.bound.fonts,
            wordings: &self.wordings,
            earlier: self.bound.joined(incident, &self.checked.variants)?,
            contacts: self.contacts.clone(),
            approver: approving.approver.clone(),
        })
    }
}

/// What has become of the approvals of a checked case, as warnings: in words what changed since the wording was sealed and the recipients
/// were released. Nothing when both stand, and when none was given.
///
/// # Errors
/// Refused when an approval cannot be read or understood.
pub fn approvals_broken(checked: &Checked) -> Result<Vec<Finding>> {
    let Checked { case, composer, variants } = checked;
    let (layout, fonts) = (super::layout(&case.incident)?, super::fonts(&case.incident)?);
    let bound = Bound::read(&case.incident, &case.rules, composer, &fonts, &layout)?;
    let mut findings = review::open_comments(&case.incident.folder)?;
    findings.extend(match bound.standing_for(&case.incident, variants)? {
        Standing::Missing => Vec::new(),
        Standing::Broken(findings) => findings,
        Standing::InForce(seal) => match review::release_standing(&case.incident.folder, &seal, &recipients_digest(&case.recipients))? {
            Standing::Broken(findings) => findings,
            Standing::Missing | Standing::InForce(_) => Vec::new(),
        },
    });
    Ok(findings.into_iter().map(|finding| Finding { severity: Severity::Warns, ..finding }).collect())
}

/// Approves who gets the sealed letters: binds the recipient set.
///
/// # Errors
/// Refused without a seal in force; failed when the release or the ledger cannot be written.
pub fn release(job: &mut Job, approver: &Approver) -> Result<Release> {
    let seal = seal_in_force(job)?;
    let case = &job.proofed.case;
    refuse_open_comments(&case.incident.folder)?;
    let digest = recipients_digest(&case.recipients);
    let counts = case.counts();
    if !counts.close() {
        return Err(Error::bug("the counts do not close"));
    }
    let (folder, id) = (case.incident.folder.clone(), case.incident.id.clone());
    let under = seal.digest_bytes()?;
    review::release(&folder, &id, &seal, &digest, counts, approver, || {
        job.record_standing()?;
        let event = NewEvent::of_incident(EventKind::Released, job.number, approver.by.as_str()).with(under);
        job.ledger.append_stamped("release", &[event])
    })
}

/// The seal, when it is in force.
pub(super) fn seal_in_force(job: &Job) -> Result<Seal> {
    match &job.seal {
        Standing::InForce(seal) => Ok(seal.clone()),
        Standing::Broken(findings) => Err(Error::refused_all(findings.clone())),
        Standing::Missing => Err(Error::refused(
            "not-sealed",
            Place::file(SEAL_FILE),
            "the wording has not been approved",
            "look at the letters, then run `breachnotice approve DIR --by NAME --role ROLE`",
        )),
    }
}

/// Seal and release, when nothing may stop letters from leaving: both in force, and no provider held on the day.
pub(super) fn cleared(job: &mut Job, today: jiff::civil::Date) -> Result<(Seal, Release)> {
    let seal = seal_in_force(job)?;
    let case = &job.proofed.case;
    let release = match review::release_standing(&case.incident.folder, &seal, &recipients_digest(&case.recipients))? {
        Standing::InForce(release) => release,
        Standing::Broken(findings) => return Err(Error::refused_all(findings)),
        Standing::Missing => {
            return Err(Error::refused(
                "not-released",
                Place::file("release.json"),
                "nobody has approved who gets the letters",
                "look at the counts, then run `breachnotice release DIR --by NAME`",
            ));
        }
    };
    refuse_open_comments(&case.incident.folder)?;
    refuse_lost_ledger(job.ledger.as_mut(), &release)?;
    refuse_held_providers(&case.incident, &case.rules, today)?;
    Ok((seal, release))
}

/// A release whose ledger is gone, or was cut short behind it: what left already is not known any more, and would leave again.
pub(super) fn refuse_lost_ledger(ledger: &mut dyn Ledger, release: &Release) -> Result<()> {
    let (code, reason) = if !ledger.has(EventKind::Released)? {
        ("ledger-lost", "the letters were released with another ledger than this one, which knows of no release".to_owned())
    } else if !ledger.has_link(&release.ledger)? {
        let Stamp { worker, link, .. } = &release.ledger;
        let reason = format!(
            "the ledger does not have link {link} of {worker}, with which the release was recorded: it is an older copy, or was changed"
        );
        ("ledger-changed", reason)
    } else {
        return Ok(());
    };
    let hint = "put the old ledger back; only when nothing has left yet, run `breachnotice release` again";
    Err(Error::refused(code, ledger.place(), reason, hint))
}

/// A law-enforcement hold on the real date stops everything (45 CFR 164.412).
fn refuse_held_providers(incident: &Incident, rules: &crate::rules::Rules, today: jiff::civil::Date) -> Result<()> {
    let held = incident.providers.iter().filter_map(|provider| {
        let until = crate::obligations::held_until(incident, rules, provider, today)?;
        let place = Place::file("incident.toml").column("law_enforcement_holds");
        let reason = format!("provider {} is under a law-enforcement hold until {until}", provider.id);
        let hint = "wait for that day, or remove the hold from incident.toml when the agency has lifted it in writing";
        Some(Finding::refuses("law-enforcement-hold", place, reason, hint))
    });
    let held: Vec<_> = held.collect();
    if held.is_empty() { Ok(()) } else { Err(Error::refused_all(held)) }
}

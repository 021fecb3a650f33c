//! `approve` and `release`: counsel's word on the wording, the office's word on who gets it.

use super::inputs::recipients_digest;
use super::{Checked, Job, check, inputs, verified};
use crate::error::{Error, Place, Result};
use crate::incident::Incident;
use crate::ledger::{EventKind, NewEvent};
use crate::review::{self, Approver, Release, Seal, SealedVariant, Standing};
use std::path::Path;

/// Seals the wording of every variant that the recipients at hand need. `accept_stale` is the approver's reason to go on without a
/// check of every contact block that letters print; absent when there is none.
///
/// # Errors
/// Refused when anything in the folder cannot be used, or such a block is not verified; failed when the seal cannot be written.
pub fn approve(folder: &Path, approver: Approver, accept_stale: Option<&str>, progress: &dyn super::Progress) -> Result<(Seal, Checked)> {
    let verified = verified::read_verified(folder, approver.on)?;
    let checked = check(folder, None, progress)?;
    let contacts = verified::contacts(&checked, &verified, approver.on, accept_stale)?;
    let case = &checked.case;
    let sources = inputs::sealed_texts(&case.incident, &case.rules, &checked.composer)?;
    let variants = checked.variants.iter().map(|(variant, count)| SealedVariant {
        language: variant.language.tag().to_owned(),
        role: variant.role.to_owned(),
        paragraphs: variant.paragraphs.iter().map(ToString::to_string).collect(),
        count: *count,
    });
    let variants = variants.collect();
    let seal = review::seal(folder, &case.incident.id, &case.incident.require_approvals, &sources, variants, contacts, approver)?;
    Ok((seal, checked))
}

/// Approves who gets the sealed letters: binds the recipient set.
///
/// # Errors
/// Refused without a seal in force; failed when the release or the ledger cannot be written.
pub fn release(job: &mut Job, approver: Approver) -> Result<Release> {
    let seal = seal_in_force(job)?;
    let case = &job.proofed.case;
    let digest = recipients_digest(&case.recipients);
    let counts = case.counts();
    if !counts.close() {
        return Err(Error::bug("the counts do not close"));
    }
    let release = review::release(&case.incident.folder, &case.incident.id, &seal, &digest, counts, &approver.by, approver.on)?;
    job.record_standing()?;
    job.ledger.append(&[NewEvent { kind: EventKind::Released, piece: None, attempt: 0, job: job.number, detail: approver.by }])?;
    Ok(release)
}

/// The seal, when it is in force.
pub(super) fn seal_in_force(job: &Job) -> Result<Seal> {
    match &job.seal {
        Standing::InForce(seal) => Ok(seal.clone()),
        Standing::Broken(findings) => Err(Error::refused_all(findings.clone())),
        Standing::Missing => Err(Error::refused(
            "not-sealed",
            Place::file("seal/seal.json"),
            "the wording has not been approved",
            "look at the letters, then run `breachnotice approve DIR --by NAME --role ROLE`",
        )),
    }
}

/// Seal and release, when nothing may stop letters from leaving: both in force, and no provider held on the day.
pub(super) fn cleared(job: &Job, today: jiff::civil::Date) -> Result<(Seal, Release)> {
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
    refuse_lost_ledger(job)?;
    refuse_held_providers(&case.incident, &case.rules, today)?;
    Ok((seal, release))
}

/// A release whose ledger is gone: what left already is not known any more, and everything would leave again.
fn refuse_lost_ledger(job: &Job) -> Result<()> {
    if job.ledger.events()?.iter().any(|event| event.event.kind == EventKind::Released) {
        return Ok(());
    }
    let reason = "the letters were released with another ledger than this one, which knows of no release";
    let hint = "put the old ledger back; only when nothing has left yet, run `breachnotice release` again";
    Err(Error::refused("ledger-lost", Place::file("ledger.sqlite"), reason, hint))
}

/// A law-enforcement hold on the real date stops everything (45 CFR 164.412).
fn refuse_held_providers(incident: &Incident, rules: &crate::rules::Rules, today: jiff::civil::Date) -> Result<()> {
    let held = incident.providers.iter().filter_map(|provider| {
        let until = crate::obligations::held_until(incident, rules, provider, today)?;
        let place = Place::file("incident.toml").column("law_enforcement_holds");
        let reason = format!("provider {} is under a law-enforcement hold until {until}", provider.id);
        let hint = "wait for that day, or remove the hold from incident.toml when the agency has lifted it in writing";
        Some(crate::error::Finding::refuses("law-enforcement-hold", place, reason, hint))
    });
    let held: Vec<_> = held.collect();
    if held.is_empty() { Ok(()) } else { Err(Error::refused_all(held)) }
}

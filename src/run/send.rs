//! `send`: the e-mail notices of a job, each at most once unless a person says otherwise.

use super::Job;
use super::approval::cleared;
use super::press::{Set, set_again};
use super::proof::{Written, proved};
use crate::deliver::email::{self, Dispatch, Outgoing, Patience, Resolution, Totals};
use crate::error::{Error, Place, Result};
use crate::incident::{EmailSettings, Incident};
use crate::ledger::{EventKind, PieceState};
use crate::pdf::{PieceWriter, Standard};
use crate::privacy::Private;
use crate::recipients::Disposition;
use crate::typeset::Typesetter;
use jiff::{Timestamp, civil::Date};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What was asked for.
pub struct SendOptions<'a> {
    /// Write `.eml` files into this folder instead of sending.
    pub dry_run: Option<PathBuf>,
    /// Name of this worker.
    pub owner: String,
    /// Connections at once; at least 1.
    pub connections: usize,
    /// Deferred pieces are tried before their pause is over.
    pub early: bool,
    /// Goes on however many are refused for good.
    pub despite_failures: bool,
    /// Password of the e-mail account.
    pub password: Option<Private<String>>,
    /// The real date.
    pub today: Date,
    /// The clock.
    pub clock: &'a (dyn Fn() -> Timestamp + Sync),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// So many messages were written as files.
    Rehearsed(u64),
    /// What this call did, and how many notices go by e-mail in all.
    Sent {
        /// Of this call.
        totals: Totals,
        /// Of the incident.
        wanted: u64,
        /// Of the incident, not known to be sent.
        outstanding: u64,
    },
}

/// Sends every released e-mail notice that is due.
///
/// # Errors
/// Refused without seal, release or e-mail settings, or under a law-enforcement hold; failed when the server cannot be reached.
pub fn send(job: &mut Job, options: SendOptions<'_>, progress: &mut dyn FnMut(&Totals)) -> Result<Sending> {
    cleared(job, options.today)?;
    let settings = settings(job)?;
    if settings.smtp.is_none() && options.dry_run.is_none() {
        let place = Place::file("incident.toml").column("email.smtp");
        let hint = "add smtp = \"smtp+starttls://user@host:587\" to [email], or use --dry-run to write .eml files";
        return Err(Error::refused("no-smtp", place, "no e-mail server is set", hint));
    }
    job.record_standing()?;
    let Job { proofed, ledger, number, .. } = job;
    let by_email = |set: &&Set| *proofed.case.recipients.people.outline(set.recipient()).disposition == Disposition::Email;
    let sets: BTreeMap<u32, Set> = proofed.sets.iter().filter(by_email).map(|set| (set.piece.0, *set)).collect();
    let wanted: Vec<u32> = sets.keys().copied().collect();
    let mut typesetter = proofed.press.typesetter(&proofed.layout, &proofed.fonts)?;
    let mut writer = PieceWriter::new(&proofed.plate, Standard::Plain);
    let mut build = |piece: u32| {
        let set = sets.get(&piece).ok_or_else(|| Error::bug("a piece that nobody asked for is to be sent"))?;
        outgoing(proofed, &mut typesetter, &mut writer, set, settings.attach_pdf)
    };
    let incident_id = &proofed.case.incident.id;
    if let Some(folder) = &options.dry_run {
        let date = (options.clock)();
        return Ok(Sending::Rehearsed(email::dry_run(folder, &settings, incident_id, date, &wanted, &mut build)?));
    }
    let failed = |state: &PieceState| sets.contains_key(&state.piece) && matches!(state.state, EventKind::Failed | EventKind::Bounced);
    let failed_before = ledger.states()?.iter().filter(|state| failed(state)).count() as u64;
    let dispatch = Dispatch {
        settings: &settings,
        incident_id,
        password: options.password,
        authority: authority(&proofed.case.incident, &settings)?,
        owner: &options.owner,
        job: *number,
        clock: options.clock,
        patience: Patience::default(),
        connections: options.connections,
        early: options.early,
        despite_failures: options.despite_failures,
        failed_before,
    };
    let totals = email::drain(&dispatch, ledger.as_mut(), &wanted, &mut build, progress)?;
    let outstanding = ledger.states()?.iter().filter(|state| sets.contains_key(&state.piece) && is_outstanding(state)).count() as u64;
    Ok(Sending::Sent { totals, wanted: wanted.len() as u64, outstanding })
}

/// Whether a notice that is to go by e-mail has not: neither so, nor by mail after the e-mail had failed.
fn is_outstanding(state: &PieceState) -> bool {
    matches!(
        state.state,
        EventKind::Allotted
            | EventKind::Withdrawn
            | EventKind::Queued
            | EventKind::DataStarted
            | EventKind::Deferred
            | EventKind::Failed
            | EventKind::Bounced
            | EventKind::Uncertain
            | EventKind::ResolvedResend
    )
}

fn settings(job: &Job) -> Result<EmailSettings> {
    job.proofed.case.incident.email.clone().ok_or_else(|| {
        let place = Place::file("incident.toml").column("email");
        Error::refused("no-email-settings", place, "this incident sends no e-mail", "add an [email] table with from, reply_to and subject")
    })
}

/// More certificates to trust than the public ones.
fn authority(incident: &Incident, settings: &EmailSettings) -> Result<Option<Vec<u8>>> {
    let Some(file) = &settings.authority else { return Ok(None) };
    let path = incident.folder.join(file);
    fs_err::read(&path).map(Some).map_err(|error| Error::unreadable(&path, &error))
}

fn outgoing(
    proofed: &super::Proofed,
    typesetter: &mut Typesetter,
    writer: &mut PieceWriter,
    set: &Set,
    attach_pdf: bool,
) -> Result<Outgoing> {
    let case = &proofed.case;
    let recipient = &case.recipients.people.get(set.recipient());
    let letter = proofed.composer.compose(&case.incident, recipient, set.piece)?;
    let pages = set_again(proofed, typesetter, set)?;
    let pdf = writer.write(&pages)?.bytes;
    proved(proofed, Written::Letter, &[(*set, 0)], &pdf)?;
    let to = recipient.email.clone().ok_or_else(|| Error::bug("an e-mail notice without an address"))?;
    Ok(Outgoing {
        piece: set.piece.0,
        to,
        language_tag: recipient.language.tag(),
        html: Private::new(letter.to_html()),
        text: Private::new(letter.to_text()),
        pdf: attach_pdf.then(|| Private::new(pdf)),
        pdf_name: format!("notice-{}.pdf", set.piece),
    })
}

/// Records a person's word on an uncertain piece.
///
/// # Errors
/// Refused when the piece is not uncertain; failed when the ledger cannot be written.
pub fn resolve(ledger: &mut dyn crate::ledger::Ledger, owner: &str, piece: u32, resolution: Resolution) -> Result<()> {
    email::resolve(ledger, owner, piece, resolution)
}

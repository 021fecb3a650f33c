//! Which letters a package is to hold, and what it is called.

use super::ExportOptions;
use crate::deliver::mailhouse::{self, Departure, Exportable, Ready, Wanted, package_name};
use crate::error::{Error, Place, Result};
use crate::ledger::{EventKind, Piece, PieceState};
use crate::recipients::{Disposition, Recipient};
use crate::run::Job;
use crate::run::press::Set;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// What a package is to hold.
pub(super) struct Chosen {
    pub(super) name: String,
    /// In the order of the recipients, each with its attempt and the mark of whom and where it goes to.
    pub(super) letters: Vec<(Set, Ready, String)>,
    /// The job under whose number they are set: that of the letters that were destroyed, for a reprint.
    pub(super) job: u32,
    /// Digests of the bytes that left before, where they have to be the same.
    pub(super) same_bytes: BTreeMap<Piece, Departure>,
    pub(super) left_out: LeftOut,
    /// People whose e-mail failed and who have no address: nothing can be mailed.
    pub(super) unreachable: Vec<Ready>,
}

/// Letters that are not in the package, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct LeftOut {
    /// Left in earlier packages.
    pub left_before: u64,
    /// The notice went, or is going, by e-mail.
    pub by_email: u64,
    /// Came back, and no other address is known.
    pub came_back: u64,
    /// Came out damaged, and the house has not reported them as destroyed yet.
    pub spoiled: u64,
}

/// Everyone who may get a letter: those who are told by mail, and those whose e-mail may have failed.
fn wanted(job: &Job) -> Vec<(Set, Wanted)> {
    let people = &job.proofed.case.recipients.people;
    let wanted = |set: &Set| {
        let by_email = match people.outline(set.recipient()).disposition {
            Disposition::Letter => false,
            Disposition::Email => true,
            _ => return None,
        };
        let recipient = people.get(set.recipient());
        Some((*set, Wanted { piece: set.piece.0, mark: mark(&recipient), by_email }))
    };
    job.proofed.sets.iter().filter_map(wanted).collect()
}

/// Half a digest of whom and where a letter goes to; empty without an address.
fn mark(recipient: &Recipient) -> String {
    let Some(address) = &recipient.address else { return String::new() };
    let representative = recipient.representative.as_ref().map(|name| name.reveal().as_str()).unwrap_or_default();
    let mut digest = Sha256::new();
    for line in [recipient.role.id(), representative].into_iter().chain(address.reveal().lines().iter().map(String::as_str)) {
        digest.update((line.len() as u64).to_be_bytes());
        digest.update(line);
    }
    crate::digest::hex(&digest.finalize()[..16])
}

pub(super) fn choose(job: &mut Job, options: &ExportOptions) -> Result<Chosen> {
    let letters = wanted(job);
    let states = job.ledger.states()?;
    let pieces: Vec<Piece> = letters.iter().map(|(_, wanted)| wanted.piece).collect();
    let departures = mailhouse::departures(job.ledger.as_mut(), &pieces)?;
    let choosing = Choosing { job, options, states, departures, letters };
    if options.reprint.is_some() { choosing.destroyed() } else { choosing.due() }
}

struct Choosing<'a> {
    job: &'a Job,
    options: &'a ExportOptions,
    states: Vec<PieceState>,
    departures: BTreeMap<Piece, Departure>,
    letters: Vec<(Set, Wanted)>,
}

impl Choosing<'_> {
    /// The letters that are due: that never left, or came back and have somewhere else to go.
    fn due(self) -> Result<Chosen> {
        let incident = &self.job.proofed.case.incident.id;
        let names = (1..).map(|number| package_name(incident, self.job.number, number));
        let name = self.free(names);
        let again = self.is_begun(&name);
        let wanted: Vec<Wanted> = self.letters.iter().map(|(_, wanted)| wanted.clone()).collect();
        let split = mailhouse::exportable(&self.states, &wanted, &self.departures, if again { &name } else { "" });
        let mut ready: BTreeMap<Piece, Ready> = split.ready.iter().map(|ready| (ready.0, *ready)).collect();
        let mut unreachable = Vec::new();
        if again {
            // Exactly what the broken-off call recorded, so that the package is the same.
            ready.retain(|piece, _| self.departures.get(piece).is_some_and(|departure| departure.package == name));
        } else {
            self.ask_about_failed(&split)?;
            let has_address: BTreeMap<Piece, bool> =
                self.letters.iter().map(|(_, wanted)| (wanted.piece, !wanted.mark.is_empty())).collect();
            for failed in split.failed {
                match has_address.get(&failed.0) {
                    Some(true) => _ = ready.insert(failed.0, failed),
                    _ => unreachable.push(failed),
                }
            }
        }
        let left_out = LeftOut {
            left_before: split.left.len() as u64,
            by_email: split.emailed.len() as u64,
            came_back: split.back.len() as u64,
            spoiled: 0,
        };
        let job = self.job.number;
        Ok(Chosen { name, job, same_bytes: BTreeMap::new(), left_out, unreachable, letters: self.among(&ready) })
    }

    /// The letters whose bytes have to be printed again, because the house destroyed what it had printed.
    fn destroyed(self) -> Result<Chosen> {
        let state = |kind: EventKind| self.states.iter().filter(move |state| state.state == kind);
        let spoiled = state(EventKind::Spoiled).count() as u64;
        let job_of = |piece: &Piece| self.departures.get(piece).map(|departure| departure.job);
        let incident = &self.job.proofed.case.incident.id;
        let first = state(EventKind::Destroyed).filter_map(|state| job_of(&state.piece)).min();
        let unfinished =
            self.departures.values().find(|departure| departure.package.contains(mailhouse::REPRINT) && self.is_begun(&departure.package));
        let (name, job, ready) = match (unfinished, first) {
            (Some(departure), _) => {
                let in_it = |state: &&PieceState| self.departures.get(&state.piece).is_some_and(|other| other.package == departure.package);
                let ready = self.states.iter().filter(in_it).map(|state| (state.piece, (state.piece, state.attempt))).collect();
                (departure.package.clone(), departure.job, ready)
            }
            (None, Some(job)) => {
                let ready: BTreeMap<Piece, Ready> = state(EventKind::Destroyed)
                    .filter(|state| job_of(&state.piece) == Some(job))
                    .map(|state| (state.piece, (state.piece, state.attempt + 1)))
                    .collect();
                (self.free((1..).map(|number| mailhouse::reprint_name(incident, job, number))), job, ready)
            }
            (None, None) => return Err(nothing_destroyed(spoiled)),
        };
        let left_out = LeftOut { spoiled, ..LeftOut::default() };
        let same_bytes = self.departures.iter().filter(|(piece, _)| ready.contains_key(piece));
        let same_bytes = same_bytes.map(|(piece, departure)| (*piece, departure.clone())).collect();
        Ok(Chosen { name, job, same_bytes, left_out, unreachable: Vec::new(), letters: self.among(&ready) })
    }

    /// Whether a call that was broken off here had told the ledger of a package already.
    fn is_begun(&self, name: &str) -> bool {
        let stands = self.options.out.join(name).exists() && !self.is_done(name);
        stands && self.departures.values().any(|departure| departure.package == name)
    }

    fn is_done(&self, name: &str) -> bool {
        self.options.out.join(format!("{name}.done")).exists()
    }

    /// The first name that is free, or that a call which was broken off began to use.
    fn free(&self, names: impl Iterator<Item = String>) -> String {
        let known = |name: &String| self.departures.values().any(|departure| departure.package == *name);
        let is_free = |name: &String| !self.is_done(name) && (!known(name) || self.is_begun(name));
        names.into_iter().find(is_free).unwrap_or_default()
    }

    /// Very many failures are a filter's doing, and those people can be told by e-mail after all: a person decides.
    fn ask_about_failed(&self, split: &Exportable) -> Result<()> {
        let (failed, emails) = (split.failed.len() as u64, self.letters.iter().filter(|(_, wanted)| wanted.by_email).count() as u64);
        let many = failed > MOST_FAILED || failed * 100 > emails * MOST_FAILED_PERCENT;
        if failed == 0 || self.options.mail_failed || !many {
            return Ok(());
        }
        let reason = format!("{failed} of {emails} e-mail notices failed for good: a filter that takes them for spam refuses everyone");
        let hint = "see the reply codes in `status`; to tell these people by mail in this package, export with --mail-failed";
        Err(Error::refused("emails-failed", Place::file("--mail-failed"), reason, hint))
    }

    fn among(&self, ready: &BTreeMap<Piece, Ready>) -> Vec<(Set, Ready, String)> {
        let chosen = |(set, wanted): &(Set, Wanted)| Some((*set, *ready.get(&wanted.piece)?, wanted.mark.clone()));
        self.letters.iter().filter_map(chosen).collect()
    }
}

/// Failed e-mails that go by mail without anybody's word, in number and as a share of all e-mails.
const MOST_FAILED: u64 = 50;
const MOST_FAILED_PERCENT: u64 = 1;

fn nothing_destroyed(spoiled: u64) -> Error {
    let (reason, hint) = match spoiled {
        0 => (
            "no letter was reported as destroyed, so none is printed again".to_owned(),
            "take the house's production report in with `breachnotice receive DIR production FILE` first",
        ),
        _ => (
            format!("{spoiled} letters came out damaged, and none of them was reported as destroyed: it could be mailed twice"),
            "ask the house to destroy them and to report it, then `breachnotice receive DIR production FILE`",
        ),
    };
    Error::refused("piece-not-destroyed", Place::file("--reprint"), reason, hint)
}

//! Which letters a package is to hold, and what it is called.

use super::ExportOptions;
use crate::deliver::mailhouse::{self, History, Mark, Turn, Wanted, package_name};
use crate::error::{Error, Place, Result};
use crate::ledger::{EventKind, Piece, Sha};
use crate::recipients::{Disposition, Recipient};
use crate::run::Job;
use crate::run::press::Set;
use std::collections::BTreeMap;

/// A letter of a package. There may be a million of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Letter {
    pub(super) set: Set,
    pub(super) attempt: u32,
    /// Whom and where it goes to; absent without an address.
    pub(super) mark: Option<Mark>,
}

/// What a package is to hold.
pub(super) struct Chosen {
    pub(super) name: String,
    /// In the order of the recipients.
    pub(super) letters: Vec<Letter>,
    /// The job under whose number they are set: that of the letters that were destroyed, for a reprint.
    pub(super) job: u32,
    /// Digests of the bytes that left before, where they have to be the same.
    pub(super) same_bytes: BTreeMap<Piece, Sha>,
    pub(super) left_out: LeftOut,
    /// Pieces, with their attempts, of people whose e-mail failed and who have no address: nothing can be mailed.
    pub(super) unreachable: Vec<(Piece, u32)>,
    /// A call that was broken off has told the ledger of the package.
    pub(super) recorded: bool,
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
fn wanted(job: &Job) -> Result<Vec<(Set, Wanted)>> {
    let people = &job.proofed.case.recipients.people;
    let by_email = |set: &Set| match people.outline(set.recipient()).disposition {
        Disposition::Letter => Some(false),
        Disposition::Email => Some(true),
        _ => None,
    };
    let wanted = |set: &Set| {
        let Some(by_email) = by_email(set) else { return Ok(None) };
        Ok(Some((*set, Wanted { piece: set.piece.0, mark: mark(&people.get(set.recipient())), by_email })))
    };
    let mut all = Vec::with_capacity(job.proofed.sets.len());
    for sets in job.proofed.sets.chunks(CHUNK) {
        all.extend(job.proofed.press.each(sets, wanted)?.into_iter().flatten());
    }
    Ok(all)
}

/// Letters that are looked at in one go of all cores.
const CHUNK: usize = 1 << 14;

/// Whom and where a letter goes to; absent without an address.
fn mark(recipient: &Recipient) -> Option<Mark> {
    let address = recipient.address.as_ref()?.reveal();
    let representative = recipient.representative.as_ref().map(|name| name.reveal().as_str()).unwrap_or_default();
    let lines = address.lines();
    let parts: Vec<&str> = [recipient.role.id(), representative].into_iter().chain(lines.iter().map(String::as_str)).collect();
    Some(Mark::of(&parts))
}

pub(super) fn choose(job: &mut Job, options: &ExportOptions) -> Result<Chosen> {
    let letters = wanted(job)?;
    let history = History::read(job.ledger.as_mut())?;
    let choosing = Choosing { job, options, history, letters };
    if options.reprint.is_some() { choosing.destroyed() } else { choosing.due() }
}

struct Choosing<'a> {
    job: &'a Job,
    options: &'a ExportOptions,
    history: History,
    letters: Vec<(Set, Wanted)>,
}

impl Choosing<'_> {
    /// The letters that are due: that never left, or came back and have somewhere else to go.
    fn due(self) -> Result<Chosen> {
        let incident = &self.job.proofed.case.incident.id;
        let names = (1..).map(|number| package_name(incident, self.job.number, number));
        let name = self.free(names);
        let again = self.is_begun(&name);
        let mut chosen = Chosen {
            name,
            letters: Vec::with_capacity(self.letters.len()),
            job: self.job.number,
            same_bytes: BTreeMap::new(),
            left_out: LeftOut::default(),
            unreachable: Vec::new(),
            recorded: again,
        };
        let mut failed = 0;
        for (set, wanted) in &self.letters {
            let turn = self.history.turn(wanted, if again { &chosen.name } else { "" });
            let letter = |attempt| Letter { set: *set, attempt, mark: wanted.mark };
            match turn {
                // Exactly what the broken-off call recorded, so that the package is the same.
                Turn::Ready(_) | Turn::Failed(_) if again && !self.left_in(wanted.piece, &chosen.name) => {}
                Turn::Ready(attempt) => chosen.letters.push(letter(attempt)),
                Turn::Failed(attempt) => {
                    failed += 1;
                    match wanted.mark {
                        Some(_) => chosen.letters.push(letter(attempt)),
                        None => chosen.unreachable.push((wanted.piece, attempt)),
                    }
                }
                Turn::Left => chosen.left_out.left_before += 1,
                Turn::Emailed => chosen.left_out.by_email += 1,
                Turn::Back => chosen.left_out.came_back += 1,
                Turn::Awaited => {}
            }
        }
        self.ask_about_failed(failed)?;
        Ok(chosen)
    }

    /// The letters whose bytes have to be printed again, because the house destroyed what it had printed.
    fn destroyed(self) -> Result<Chosen> {
        let departures = self.history.departures();
        let spoiled = self.history.pieces(EventKind::Spoiled).count() as u64;
        let incident = &self.job.proofed.case.incident.id;
        let job_of = |piece: Piece| departures.get(&piece).map(|departure| departure.job);
        let first = self.history.pieces(EventKind::Destroyed).filter_map(|(piece, _)| job_of(piece)).min();
        let unfinished =
            departures.values().find(|departure| departure.package.contains(mailhouse::REPRINT) && self.is_begun(&departure.package));
        let recorded = unfinished.is_some();
        let (name, job, ready) = match (unfinished, first) {
            (Some(departure), _) => (departure.package.to_string(), departure.job, self.history.in_package(&departure.package).collect()),
            (None, Some(job)) => {
                let destroyed = self.history.pieces(EventKind::Destroyed).filter(|(piece, _)| job_of(*piece) == Some(job));
                let ready: BTreeMap<Piece, u32> = destroyed.map(|(piece, attempt)| (piece, attempt + 1)).collect();
                (self.free((1..).map(|number| mailhouse::reprint_name(incident, job, number))), job, ready)
            }
            (None, None) => return Err(nothing_destroyed(spoiled)),
        };
        let left_out = LeftOut { spoiled, ..LeftOut::default() };
        let same_bytes = ready.keys().filter_map(|piece| Some((*piece, departures.get(piece)?.sha256?))).collect();
        let letter = |(set, wanted): &(Set, Wanted)| {
            let attempt = *ready.get(&wanted.piece)?;
            Some(Letter { set: *set, attempt, mark: wanted.mark })
        };
        let letters = self.letters.iter().filter_map(letter).collect();
        Ok(Chosen { name, job, same_bytes, left_out, unreachable: Vec::new(), letters, recorded })
    }

    /// Whether a call that was broken off here had told the ledger of a package already.
    fn is_begun(&self, name: &str) -> bool {
        let stands = self.options.out.join(name).exists() && !self.is_done(name);
        stands && self.is_known(name)
    }

    fn is_known(&self, name: &str) -> bool {
        self.history.departures().values().any(|departure| *departure.package == *name)
    }

    fn left_in(&self, piece: Piece, name: &str) -> bool {
        self.history.departures().get(&piece).is_some_and(|departure| *departure.package == *name)
    }

    fn is_done(&self, name: &str) -> bool {
        self.options.out.join(format!("{name}.done")).exists()
    }

    /// The first name that is free, or that a call which was broken off began to use.
    fn free(&self, names: impl Iterator<Item = String>) -> String {
        let is_free = |name: &String| !self.is_done(name) && (!self.is_known(name) || self.is_begun(name));
        names.into_iter().find(is_free).unwrap_or_default()
    }

    /// Very many failures are a filter's doing, and those people can be told by e-mail after all: a person decides.
    fn ask_about_failed(&self, failed: u64) -> Result<()> {
        let emails = self.letters.iter().filter(|(_, wanted)| wanted.by_email).count() as u64;
        let many = failed > MOST_FAILED || failed * 100 > emails * MOST_FAILED_PERCENT;
        if failed == 0 || self.options.mail_failed || !many {
            return Ok(());
        }
        let reason = format!("{failed} of {emails} e-mail notices failed for good: a filter that takes them for spam refuses everyone");
        let hint = "see the reply codes in `status`; to tell these people by mail in this package, export with --mail-failed";
        Err(Error::refused("emails-failed", Place::file("--mail-failed"), reason, hint))
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

//! Which letters a package is to hold, and what it is called.

use super::ExportOptions;
use crate::deliver::mailhouse::{self, History, Mark, Turn, package_name};
use crate::error::{Error, Place, Result};
use crate::ledger::{EventKind, Piece, Sha};
use crate::recipients::Disposition;
use crate::run::press::Set;
use crate::run::{Job, Proofed};
use std::collections::BTreeMap;

/// What a package is to hold.
pub(super) struct Chosen {
    pub(super) name: String,
    /// In the order of the recipients. There may be a million.
    pub(super) letters: Vec<Set>,
    /// Attempts that are not the first.
    pub(super) attempts: BTreeMap<Piece, u32>,
    /// The job under whose number they are set: that of the letters that were destroyed, for a reprint.
    pub(super) job: u32,
    /// Digests of the bytes that left before, where they have to be the same.
    pub(super) same_bytes: BTreeMap<Piece, Sha>,
    pub(super) left_out: LeftOut,
    /// Pieces, with their attempts, of people whose e-mail failed and who have no address: nothing can be mailed.
    pub(super) unreachable: Vec<(Piece, u32)>,
    /// A call that was broken off has told the ledger of the package.
    pub(super) recorded: bool,
    /// Packages of which nothing was heard since they left, and which are not declared done in the output folder.
    pub(super) silent: Vec<String>,
}

impl Chosen {
    fn empty(name: String, job: u32, recorded: bool) -> Chosen {
        let (attempts, same_bytes, left_out) = (BTreeMap::new(), BTreeMap::new(), LeftOut::default());
        Chosen { name, letters: Vec::new(), attempts, job, same_bytes, left_out, unreachable: Vec::new(), recorded, silent: Vec::new() }
    }

    fn push(&mut self, set: Set, attempt: u32) {
        self.letters.push(set);
        if attempt > 1 {
            self.attempts.insert(set.piece.0, attempt);
        }
    }

    /// The attempt that a piece of the package is.
    pub(super) fn attempt(&self, piece: Piece) -> u32 {
        self.attempts.get(&piece).copied().unwrap_or(1)
    }
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
    /// Were never mailed by the house, and no other address is known: pulled, not mailable, or destroyed and to be printed again.
    pub not_mailed: u64,
    /// Came out damaged, and the house has not reported them as destroyed yet.
    pub spoiled: u64,
}

/// Whom and where a letter goes to; absent without an address.
pub(super) fn mark(proofed: &Proofed, set: &Set) -> Option<Mark> {
    let recipient = proofed.case_of(set).recipients.people.get(set.recipient());
    let address = recipient.address.as_ref()?.reveal();
    let representative = recipient.representative.as_ref().map(|name| name.reveal().as_str()).unwrap_or_default();
    let lines = address.lines();
    let parts: Vec<&str> = [recipient.role.id(), representative].into_iter().chain(lines.iter().map(String::as_str)).collect();
    Some(Mark::of(&parts))
}

pub(super) fn choose(job: &mut Job, options: &ExportOptions) -> Result<Chosen> {
    let history = History::read(job.ledger.as_mut())?;
    let choosing = Choosing { job, options, history };
    if options.reprint.is_some() { choosing.destroyed() } else { choosing.due() }
}

struct Choosing<'a> {
    job: &'a Job,
    options: &'a ExportOptions,
    history: History,
}

impl Choosing<'_> {
    /// Everyone who may get a letter, and whether by e-mail first.
    fn everyone(&self) -> impl Iterator<Item = (Set, bool)> {
        let people = &self.job.proofed.case.recipients.people;
        self.job.proofed.sets.iter().filter_map(|set| match people.outline(set.recipient()).disposition {
            Disposition::Letter => Some((*set, false)),
            Disposition::Email => Some((*set, true)),
            _ => None,
        })
    }

    /// The letters that are due: that never left, or came back and have somewhere else to go.
    fn due(self) -> Result<Chosen> {
        let incident = &self.job.proofed.case.incident.id;
        let name = self.free((1..).map(|number| package_name(incident, self.job.number, number)));
        let again = self.is_begun(&name);
        let mut chosen = Chosen::empty(name, self.job.number, again);
        let (mut failed, mut emails) = (0, 0);
        // Counted first: a list that grows while it is filled takes up to three times its room.
        chosen.letters.reserve_exact(self.everyone().filter(|(_, by_email)| !by_email).count());
        for (set, by_email) in self.everyone() {
            emails += u64::from(by_email);
            let piece = set.piece.0;
            match self.history.turn(piece, by_email, if again { &chosen.name } else { "" }) {
                // Exactly what the broken-off call recorded, so that the package is the same.
                Turn::Ready(_) | Turn::Failed(_) | Turn::Back(_) | Turn::NotMailed(_)
                    if again && !self.history.left_in(piece, &chosen.name) => {}
                Turn::Ready(attempt) => chosen.push(set, attempt),
                Turn::Failed(attempt) => {
                    failed += 1;
                    match mark(&self.job.proofed, &set) {
                        Some(_) => chosen.push(set, attempt),
                        None => chosen.unreachable.push((piece, attempt)),
                    }
                }
                Turn::Back(attempt) | Turn::NotMailed(attempt) if self.goes_elsewhere(&set) => chosen.push(set, attempt),
                Turn::Back(_) => chosen.left_out.came_back += 1,
                Turn::NotMailed(_) => chosen.left_out.not_mailed += 1,
                Turn::Left => chosen.left_out.left_before += 1,
                Turn::Emailed => chosen.left_out.by_email += 1,
                Turn::Awaited => {}
            }
        }
        self.ask_about_failed(failed, emails)?;
        self.add_seeds(&mut chosen);
        chosen.silent = self.silent(&chosen.name);
        Ok(chosen)
    }

    /// Whether the address or the person written to is another than when a letter left last.
    fn goes_elsewhere(&self, set: &Set) -> bool {
        let departure = self.history.departure(set.piece.0);
        departure.is_none_or(|departure| departure.mark != mark(&self.job.proofed, set))
    }

    /// Puts the seeds that never left among the letters, at even distances: each print file of a large mailing is to have its own. Without
    /// letters none goes out.
    fn add_seeds(&self, chosen: &mut Chosen) {
        let Some(seeds) = self.job.proofed.seeds.as_ref().filter(|_| !chosen.letters.is_empty()) else { return };
        let package = if chosen.recorded { chosen.name.as_str() } else { "" };
        let is_due = |set: &&Set| match self.history.turn(set.piece.0, false, package) {
            Turn::Ready(_) => !chosen.recorded || self.history.left_in(set.piece.0, &chosen.name),
            _ => false,
        };
        let due: Vec<Set> = seeds.sets.iter().filter(is_due).copied().collect();
        let (letters, parts) = (chosen.letters.len(), due.len() + 1);
        for (before, seed) in due.into_iter().enumerate().rev() {
            chosen.letters.insert(letters * (before + 1) / parts, seed);
        }
    }

    /// The letters whose bytes have to be printed again, because the house destroyed what it had printed.
    fn destroyed(self) -> Result<Chosen> {
        let job_of = |set: &Set| self.history.departure(set.piece.0).map(|departure| departure.job);
        let of_job = |(set, attempt): (Set, u32)| Some((set, attempt, job_of(&set)?));
        let unfinished = self.history.packages().find(|package| package.contains(mailhouse::REPRINT) && self.is_begun(package));
        if let Some(package) = unfinished {
            let ready: BTreeMap<Piece, u32> = self.history.in_package(package).collect();
            let again: Vec<(Set, u32, u32)> = self.listed(&ready).filter_map(of_job).collect();
            let job = again.first().map_or(self.job.number, |(.., job)| *job);
            return Ok(self.reprint(package.to_owned(), job, again, true));
        }
        let destroyed: BTreeMap<Piece, u32> =
            self.history.pieces(EventKind::Destroyed).map(|(piece, attempt)| (piece, attempt + 1)).collect();
        // Who goes elsewhere gets another letter, with the next package that is no reprint.
        let (elsewhere, same): (Vec<_>, Vec<_>) = self.listed(&destroyed).partition(|(set, _)| self.goes_elsewhere(set));
        let again: Vec<(Set, u32, u32)> = same.into_iter().filter_map(of_job).collect();
        match again.iter().map(|(.., job)| *job).min() {
            Some(job) => {
                let incident = &self.job.proofed.case.incident.id;
                let name = self.free((1..).map(|number| mailhouse::reprint_name(incident, job, number)));
                Ok(self.reprint(name, job, again, false))
            }
            None if destroyed.is_empty() => Err(nothing_destroyed(self.history.pieces(EventKind::Spoiled).count())),
            None => Err(none_again(elsewhere.len(), destroyed.len())),
        }
    }

    /// Those of some pieces who are listed, seeds among them.
    fn listed<'p>(&self, pieces: &'p BTreeMap<Piece, u32>) -> impl Iterator<Item = (Set, u32)> + use<'_, 'p> {
        let seeds = self.job.proofed.seeds.iter().flat_map(|seeds| seeds.sets.iter().copied());
        let all = self.everyone().map(|(set, _)| set).chain(seeds);
        all.filter_map(|set| Some((set, *pieces.get(&set.piece.0)?)))
    }

    /// A package of those of the letters that left in a job.
    fn reprint(&self, name: String, job: u32, again: Vec<(Set, u32, u32)>, recorded: bool) -> Chosen {
        let mut chosen = Chosen::empty(name, job, recorded);
        chosen.left_out.spoiled = self.history.pieces(EventKind::Spoiled).count() as u64;
        for (set, attempt, _) in again.into_iter().filter(|(.., of)| *of == job) {
            chosen.push(set, attempt);
            let before = self.history.departure(set.piece.0).and_then(|departure| departure.sha256);
            chosen.same_bytes.extend(before.map(|sha256| (set.piece.0, sha256)));
        }
        chosen
    }

    /// Packages of which nothing was heard since they left, and which are not declared done here: one that was broken off elsewhere would
    /// be taken for handed over.
    fn silent(&self, name: &str) -> Vec<String> {
        let silent = self.history.silent_packages().into_iter();
        silent.filter(|package| *package != name && !self.is_done(package)).map(str::to_owned).collect()
    }

    /// Whether a call that was broken off here had told the ledger of a package already.
    fn is_begun(&self, name: &str) -> bool {
        let stands = self.options.out.join(name).exists() && !self.is_done(name);
        stands && self.is_known(name)
    }

    fn is_known(&self, name: &str) -> bool {
        self.history.packages().any(|package| package == name)
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
    fn ask_about_failed(&self, failed: u64, emails: u64) -> Result<()> {
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

/// Of letters that were destroyed none is the same letter any more.
fn none_again(elsewhere: usize, destroyed: usize) -> Error {
    let (reason, hint) = match elsewhere {
        0 => (
            format!("destroyed letters of people who get no letter any more: {destroyed}"),
            "look at `status`: they are held, owed no letter, or not in the lists any more, and need none unless that is put right",
        ),
        _ => (
            format!("destroyed letters that go to another address or person by now, and so are no reprint: {elsewhere}"),
            "leave out --reprint: they leave with the next package",
        ),
    };
    Error::refused("nothing-to-reprint", Place::file("--reprint"), reason, hint)
}

fn nothing_destroyed(spoiled: usize) -> Error {
    let (reason, hint) = match spoiled {
        0 => (
            "no letter was reported as destroyed, so none is printed again".to_owned(),
            "take the house's production report in with `breachnotice receive DIR production FILE` first",
        ),
        _ => (
            format!("letters that came out damaged: {spoiled}; none was reported as destroyed, so that it could be mailed twice"),
            "ask the house to destroy them and to report it, then `breachnotice receive DIR production FILE`",
        ),
    };
    Error::refused("piece-not-destroyed", Place::file("--reprint"), reason, hint)
}

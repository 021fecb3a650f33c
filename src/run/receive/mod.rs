//! `receive`: what came back once pieces have left, entered into the ledger. Every file can be taken in twice: what the ledger knows
//! already changes nothing, and what it does not know of is a finding.

mod bounces;
mod known;
mod production;
mod proof;
mod returns;
mod substitute;

use crate::error::{Error, Finding, Result};
use crate::incident::{self, Incident};
use crate::ledger::{self, Access, EventKind, Ledger, NewEvent, Sha};
use crate::rules::Rules;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The mail house's report on each piece.
    Production,
    /// Returned letters, or the post's records of them.
    Returns,
    /// Reports of non-delivery of e-mails.
    Bounces,
    /// A postage statement or receipt.
    Proof,
    /// Postings, and people told by telephone or otherwise.
    Substitute,
}

impl Kind {
    fn id(self) -> &'static str {
        match self {
            Kind::Production => "production",
            Kind::Returns => "returns",
            Kind::Bounces => "bounces",
            Kind::Proof => "proof",
            Kind::Substitute => "substitute",
        }
    }
}

/// What a file changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct TakenIn {
    /// Rows, reports or entries in it.
    pub rows: u64,
    /// Stored name of the event -> pieces it happened to.
    pub recorded: BTreeMap<&'static str, u64>,
    /// Rows that told nothing new.
    pub known: u64,
    /// Rows about something else than pieces of this incident.
    pub others: u64,
    /// Whether the very same file was taken in before.
    pub before: bool,
    /// What a person must look at; those rows changed nothing.
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// What a kind of file is read with.
struct Desk<'a> {
    folder: &'a Path,
    incident: &'a Incident,
    rules: &'a Rules,
    ledger: Option<&'a Access>,
    /// The real date.
    today: Date,
}

/// What a file makes happen, before it is recorded.
#[derive(Default)]
struct Entries {
    taken: TakenIn,
    events: Vec<NewEvent>,
}

impl Entries {
    fn add(&mut self, event: NewEvent) {
        *self.taken.recorded.entry(event.kind.id()).or_default() += 1;
        self.events.push(event);
    }
}

/// Takes a file in.
///
/// # Errors
/// Refused when the file or the incident cannot be used, or there is no ledger; failed when the ledger cannot be written.
pub fn receive(folder: &Path, access: Option<&Access>, kind: Kind, file: &Path, moment: jiff::Timestamp, today: Date) -> Result<TakenIn> {
    let rules = Rules::load_for(folder)?;
    let (incident, _) = incident::load(folder, &rules)?;
    let Some(mut ledger) = ledger::open_existing(folder, &incident.id, access)? else { return Err(nothing_left(file)) };
    ledger.set_moment(moment);
    super::purge::refuse_purged(ledger.as_mut())?;
    let digest = digest_of(file)?;
    if kind == Kind::Proof && fs_err::metadata(file).is_ok_and(|found| found.len() == 0) {
        let place = crate::error::Place::file(file.display().to_string());
        return Err(Error::refused("proof-empty", place, "the file is empty", "take in the statement or receipt itself"));
    }
    let before = ledger.knows(EventKind::Received, &digest)?;
    let desk = Desk { folder, incident: &incident, rules: &rules, ledger: access, today };
    let mut entries = match kind {
        Kind::Production => production::entries(&desk, ledger.as_mut(), file, &digest)?,
        Kind::Returns => returns::entries(&desk, ledger.as_mut(), file, &digest)?,
        Kind::Bounces => bounces::entries(&desk, ledger.as_mut(), file, &digest)?,
        // A house's report may be the proof as well: what came in as something else is no proof yet.
        Kind::Proof => proof::entries(file, &digest, ledger.knows(EventKind::Proof, &digest)?),
        Kind::Substitute => substitute::entries(&desk, ledger.as_mut(), file)?,
    };
    entries.taken.before = before;
    let purpose = format!("receive {}", kind.id());
    if before {
        if !entries.events.is_empty() {
            ledger.append_stamped(&purpose, &entries.events)?;
        }
        return Ok(entries.taken);
    }
    let rows = entries.taken.rows;
    entries.events.push(NewEvent::of_incident(EventKind::Received, 0, format!("{}: {rows}", kind.id())).with(digest));
    let entered = ledger.append_once(&purpose, (EventKind::Received, &digest), &entries.events)?;
    if entered.is_none() {
        // Another machine took the same file in while it was read here.
        entries.taken = TakenIn { rows, known: rows, before: true, ..TakenIn::default() };
    }
    Ok(entries.taken)
}

/// SHA-256 of a file, or of every file in a folder by its name.
fn digest_of(path: &Path) -> Result<Sha> {
    let unreadable = |error: std::io::Error| Error::unreadable(path, &error);
    let mut digest = Sha256::new();
    let mut add = |path: &Path| -> std::io::Result<()> {
        let mut file = fs_err::File::open(path)?;
        let mut block = vec![0; 1 << 16];
        loop {
            match file.read(&mut block)? {
                0 => return Ok(()),
                length => digest.update(&block[..length]),
            }
        }
    };
    if !path.is_dir() {
        add(path).map_err(unreadable)?;
        return Ok(digest.finalize().into());
    }
    // A Maildir: `tmp` holds what is still being delivered.
    for folder in ["cur", "new"].map(|name| path.join(name)).iter().filter(|folder| folder.is_dir()) {
        let entries = fs_err::read_dir(folder).map_err(unreadable)?;
        let mut names: Vec<_> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>().map_err(unreadable)?;
        names.sort();
        names.iter().filter(|name| name.is_file()).try_for_each(|name| add(name)).map_err(unreadable)?;
    }
    Ok(digest.finalize().into())
}

fn nothing_left(file: &Path) -> Error {
    Error::refused(
        "ledger-missing",
        crate::error::Place::file(file.display().to_string()),
        "nothing has left this incident folder yet, as far as its ledger knows",
        "put the ledger back, or name it with --ledger",
    )
}

/// The ledger of an incident, when a file needs more of it than its states.
type Books<'a> = &'a mut dyn Ledger;

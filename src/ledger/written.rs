//! A ledger written out as lines of JSON: its chains can be checked without it, years later.

use super::chain::{Link, Sha, Stamp, StoredEvent};
use super::store::Session;
use super::verify::{Checking, Verified};
use super::{Event, Piece};
use crate::digest::{hex, unhex};
use crate::error::{Error, Place, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

/// A file of a written ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WrittenFile {
    /// One link of a worker's chain a line, by worker and number.
    Links,
    /// One event a line, by ordinal.
    Events,
    /// One piece number and the key it was allotted to a line, by number.
    Pieces,
}

impl WrittenFile {
    /// All of them.
    pub const ALL: [WrittenFile; 3] = [WrittenFile::Links, WrittenFile::Events, WrittenFile::Pieces];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            WrittenFile::Links => "links.jsonl",
            WrittenFile::Events => "events.jsonl",
            WrittenFile::Pieces => "pieces.jsonl",
        }
    }
}

/// What a written ledger holds, once it was read.
#[derive(Debug, Default)]
pub struct WrittenLedger {
    /// What the check of its chains found.
    pub verified: Verified,
    /// The newest link of each chain, by worker.
    pub heads: Vec<Stamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLink {
    id: i64,
    worker: String,
    number: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moment: Option<String>,
    events: i64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEvent {
    ordinal: i64,
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    piece: Option<i64>,
    attempt: i64,
    job: i64,
    detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    mark: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPiece {
    piece: Piece,
    key: String,
}

/// Hands over every line, file by file.
pub(super) fn each_line<S: Session>(session: &mut S, each: &mut dyn FnMut(WrittenFile, &str) -> Result<()>) -> Result<()> {
    session.each_link(&mut |link| {
        let Link { id, worker, number, moment, events, digest } = link;
        each(WrittenFile::Links, &json(&WrittenLink { id, worker, number, moment, events, sha256: hex(&digest) })?)
    })?;
    session.each_event(&mut |event| {
        let StoredEvent { ordinal, kind, piece, attempt, job, detail, digest, mark } = event;
        let sha256 = digest.map(|digest| hex(&digest));
        each(WrittenFile::Events, &json(&WrittenEvent { ordinal, kind, piece, attempt, job, detail, sha256, mark })?)
    })?;
    let mut handed = Ok(());
    session.each_piece(&mut |piece, key| {
        if handed.is_ok() {
            handed = json(&WrittenPiece { piece, key: key.to_owned() }).and_then(|line| each(WrittenFile::Pieces, &line));
        }
    })?;
    handed
}

fn json(line: &impl Serialize) -> Result<String> {
    serde_json::to_string(line).map_err(|error| Error::bug(format!("a line of the ledger: {error}")))
}

/// Reads a written ledger from its folder, hands over its events, oldest first, and checks its chains, against stamps too. `place` is
/// what findings call the folder.
///
/// # Errors
/// Refused when a file is missing or a line of it is no line of a ledger; what `each` returns.
pub fn read_written(
    folder: &Path,
    place: &'static str,
    (incident, stamps): (&str, &[Stamp]),
    each: &mut dyn FnMut(Event) -> Result<()>,
) -> Result<WrittenLedger> {
    let mut checking = Checking::begin(place, incident);
    let (mut heads, mut whose) = (BTreeMap::new(), BTreeMap::new());
    let from = |file| Lines { folder, place, file };
    from(WrittenFile::Links).each(|WrittenLink { id, worker, number, moment, events, sha256 }| {
        let link = Link { id, worker, number, moment, events, digest: unhex(&sha256)? };
        let head = heads.entry(link.worker.clone()).or_insert_with(|| link.stamp());
        if head.link < link.number.cast_unsigned() {
            *head = link.stamp();
        }
        let moment: Option<Timestamp> = link.moment.as_ref().and_then(|moment| moment.parse().ok());
        whose.insert(id, (moment, link.worker.clone()));
        checking.add_link(link);
        Some(Ok(()))
    })?;
    from(WrittenFile::Events).each(|WrittenEvent { ordinal, kind, piece, attempt, job, detail, sha256, mark }| {
        let digest = match sha256 {
            Some(sha256) => Some(unhex::<{ size_of::<Sha>() }>(&sha256)?.to_vec()),
            None => None,
        };
        let stored = StoredEvent { ordinal, kind, piece, attempt, job, detail, digest, mark };
        checking.event(stored.clone());
        // An event of no link is a finding of the check, and nobody's.
        let handed = match (whose.get(&stored.link()), stored.event()) {
            (Some((moment, worker)), Some(event)) => each(Event { ordinal, moment: *moment, worker: worker.clone(), event }),
            _ => Ok(()),
        };
        Some(handed)
    })?;
    let heads: Vec<Stamp> = heads.into_values().collect();
    checking.close(stamps, heads.clone());
    let mut bearers = checking.bearers();
    from(WrittenFile::Pieces).each(|WrittenPiece { piece, key }| {
        bearers.add(piece, &key);
        Some(Ok(()))
    })?;
    Ok(WrittenLedger { verified: checking.conclude(bearers), heads })
}

/// One file of a written ledger.
struct Lines<'a> {
    folder: &'a Path,
    place: &'static str,
    file: WrittenFile,
}

impl Lines<'_> {
    /// `take` gives nothing for a line whose values cannot be.
    fn each<L: for<'de> Deserialize<'de>>(&self, mut take: impl FnMut(L) -> Option<Result<()>>) -> Result<()> {
        let path = self.folder.join(self.file.name());
        let file = fs_err::File::open(&path).map_err(|error| Error::unreadable(&path, &error))?;
        for (at, line) in BufReader::with_capacity(1 << 18, file).lines().enumerate() {
            let line = line.ok().and_then(|line| serde_json::from_str(&line).ok());
            line.and_then(&mut take).unwrap_or_else(|| {
                let place = Place::line(format!("{}/{}", self.place, self.file.name()), at as u64 + 1);
                Err(Error::refused("evidence-changed", place, "the line is none of a ledger", "put the file back from a copy"))
            })?;
        }
        Ok(())
    }
}

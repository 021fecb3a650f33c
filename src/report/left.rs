//! When each provider's notices left, as the ledger has it.

use crate::digest::hex;
use crate::error::Result;
use crate::ledger::{Event, EventKind, Ledger, Piece, Sha, Standing};
use crate::rules::Jurisdiction;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The notices of one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Letters and e-mails that are to go.
    pub wanted: u64,
    /// How many of them are e-mails.
    pub emails: u64,
    /// How many of those that are to go went at least once.
    pub gone: u64,
    /// The day on which the first went; absent while none did.
    pub first: Option<Date>,
    /// The day on which the last person's first notice went; absent while none did.
    pub last: Option<Date>,
    /// How many of those that are to go reached nobody, and are not told in another way.
    pub lost: u64,
    /// The last day on which somebody whom nothing reached was told by substitute notice; absent while nobody was.
    pub told: Option<Date>,
    /// How many are reported as mailed on a day that has not come.
    pub announced: u64,
    /// People of the lists to whom something is to go now, and who were in no job.
    pub added: u64,
    /// People of the last job to whom the lists have nothing to go now.
    pub dropped: u64,
    /// Digest of a seal -> notices that went while recipients were released under it.
    pub under: BTreeMap<String, u64>,
}

impl Left {
    /// Whether every notice that is to go went.
    pub fn is_complete(&self) -> bool {
        self.wanted == self.gone
    }
}

/// What the lists know of a person and the ledger does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concern {
    /// Ids of the providers that the person concerns, the one that tells the person first.
    pub providers: Vec<String>,
    /// Where the person lives; absent abroad, and when it is not known.
    pub lives: Option<Jurisdiction>,
    /// Whether a letter or an e-mail is to go.
    pub owed: bool,
}

/// By key of the person.
pub type Concerns = HashMap<String, Concern>;

/// The notices of each provider, and of those of its people who live in one jurisdiction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOf {
    parts: BTreeMap<Part, Left>,
    /// Digest of a seal -> notices of any provider that went while recipients were released under it.
    pub under: BTreeMap<String, u64>,
    /// How the lists differ from the last job.
    pub changed: Changed,
}

/// How the lists as they are differ from the last job, in people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// To whom something is to go now, and who were in no job.
    pub added: u64,
    /// To whom the job has something to go, and the lists have not.
    pub dropped: u64,
}

impl LeftOf {
    /// Those of a provider; `lives` only of its people there.
    pub fn of(&self, provider: &str, lives: Option<Jurisdiction>) -> Left {
        self.parts.get(&(provider.to_owned(), lives)).cloned().unwrap_or_default()
    }
}

/// Id of a provider, and where its people live; absent for all of them.
type Part = (String, Option<Jurisdiction>);

/// Parts in the order in which they were met.
#[derive(Default)]
struct Parts {
    all: Vec<(Part, Left)>,
    places: HashMap<Part, usize>,
    changed: Changed,
}

impl Parts {
    fn place(&mut self, part: Part) -> usize {
        *self.places.entry(part).or_insert_with_key(|part| {
            self.all.push((part.clone(), Left::default()));
            self.all.len() - 1
        })
    }

    /// The parts in which somebody counts.
    fn places<'a>(&mut self, providers: impl Iterator<Item = &'a String>, lives: Option<Jurisdiction>) -> Vec<usize> {
        let parts = providers.flat_map(|id| std::iter::once(None).chain(lives.map(Some)).map(move |lives| (id.clone(), lives)));
        parts.map(|part| self.place(part)).collect()
    }
}

/// A notice that is to go.
struct Awaited {
    /// The parts that it counts in.
    parts: Vec<usize>,
    by_email: bool,
    /// The attempt that went first, and its day.
    went: Option<(u32, Date)>,
    /// It is reported as mailed on a day that has not come.
    is_announced: bool,
    /// Nothing reached the person, who is not told in another way.
    is_lost: bool,
    /// The seal under which recipients were released when it left last.
    under: Option<Sha>,
}

/// When the notices of each provider left; who concerns several providers counts at each. A letter went on the day on which the house gave
/// it to the post, an e-mail on the day (UTC) on which a server took it. What happened after `as_of` is left out.
///
/// # Errors
/// Failed when the ledger cannot be read.
pub fn left(ledger: &mut dyn Ledger, concerns: &Concerns, as_of: Date) -> Result<LeftOf> {
    let mut parts = Parts::default();
    let mut awaited = awaited(ledger, concerns, &mut parts)?;
    let mut released = None;
    ledger.each_event(&mut |event| {
        if event.event.kind == EventKind::Released {
            released = event.event.digest;
        }
        if let Some(piece) = event.event.piece.and_then(|piece| awaited.get_mut(&piece)) {
            piece.happened(&event, released, as_of, &mut parts);
        }
        Ok(())
    })?;
    let mut under = BTreeMap::<String, u64>::new();
    for piece in awaited.into_values() {
        let seal = piece.under.filter(|_| piece.went.is_some()).map(|seal| hex(&seal));
        seal.iter().for_each(|seal| *under.entry(seal.clone()).or_default() += 1);
        for at in &piece.parts {
            piece.count(&mut parts.all[*at].1, seal.as_ref());
        }
    }
    Ok(LeftOf { parts: parts.all.into_iter().collect(), under, changed: parts.changed })
}

impl Awaited {
    fn happened(&mut self, event: &Event, released: Option<Sha>, as_of: Date, parts: &mut Parts) {
        let recorded = event.moment.map(day_of);
        // What happened after the day of the report is not known on it.
        let by_then = |day: Option<Date>| day.filter(|day| *day <= as_of);
        let attempt = event.event.attempt;
        match event.event.kind {
            EventKind::Mailed => {
                let day = event.event.day().or(recorded);
                self.is_announced = day.is_some_and(|day| day > as_of);
                self.go(attempt, by_then(day));
            }
            EventKind::Sent | EventKind::ResolvedSent => self.go(attempt, by_then(recorded)),
            // It was nobody's notice: the letter that follows it is.
            EventKind::Bounced => self.went = None,
            EventKind::Unreachable => self.is_lost = true,
            EventKind::Exported | EventKind::Queued => (self.is_lost, self.under) = (false, released),
            EventKind::Reprinted | EventKind::DataStarted => self.under = released,
            EventKind::ToldBySubstitute => {
                self.is_lost = false;
                self.parts.iter().for_each(|&at| parts.all[at].1.told = parts.all[at].1.told.max(by_then(event.event.day())));
            }
            _ => {}
        }
    }

    /// The first attempt counts, and of words on one attempt the newest.
    fn go(&mut self, attempt: u32, day: Option<Date>) {
        if self.went.is_none_or(|(first, _)| first == attempt) {
            self.went = day.map(|day| (attempt, day));
        }
    }

    fn count(&self, left: &mut Left, seal: Option<&String>) {
        left.wanted += 1;
        left.emails += u64::from(self.by_email);
        left.lost += u64::from(self.is_lost);
        left.announced += u64::from(self.is_announced && self.went.is_none());
        if let Some((_, day)) = self.went {
            left.gone += 1;
            left.first = Some(left.first.map_or(day, |first| first.min(day)));
            left.last = Some(left.last.map_or(day, |last| last.max(day)));
        }
        if let Some(seal) = seal {
            *left.under.entry(seal.clone()).or_default() += 1;
        }
    }
}

/// Everyone whose notice is to go, by piece. Who is to be told by the lists and was in no job, or the other way round, is counted.
fn awaited(ledger: &mut dyn Ledger, concerns: &Concerns, parts: &mut Parts) -> Result<BTreeMap<Piece, Awaited>> {
    let mut awaited = BTreeMap::new();
    let mut in_job = HashSet::new();
    let nothing = Concern::default();
    ledger.each_standing(&mut |Standing { person, provider, disposition, piece, .. }| {
        let ("letter" | "email", Some(piece)) = (disposition.as_str(), piece) else { return Ok(()) };
        let known = concerns.get_key_value(&person);
        let Concern { providers, lives, owed } = known.map_or(&nothing, |(_, concern)| concern);
        let places = parts.places(std::iter::once(&provider).chain(providers.iter().skip(1)), *lives);
        if *owed {
            in_job.extend(known.map(|(key, _)| key.as_str()));
        } else {
            parts.changed.dropped += 1;
            places.iter().for_each(|&at| parts.all[at].1.dropped += 1);
        }
        let by_email = disposition == "email";
        awaited.insert(piece, Awaited { parts: places, by_email, went: None, is_announced: false, is_lost: false, under: None });
        Ok(())
    })?;
    for (_, Concern { providers, lives, .. }) in concerns.iter().filter(|(key, concern)| concern.owed && !in_job.contains(key.as_str())) {
        parts.changed.added += 1;
        for at in parts.places(providers.iter(), *lives) {
            parts.all[at].1.added += 1;
        }
    }
    Ok(awaited)
}

fn day_of(moment: jiff::Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

//! When each provider's notices left, as the ledger has it.

use crate::error::Result;
use crate::ledger::{EventKind, Ledger, Piece};
use crate::rules::Jurisdiction;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap};

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
    /// Ids of the other providers that the person concerns.
    pub others: Vec<String>,
    /// Where the person lives; absent abroad, and when it is not known.
    pub lives: Option<Jurisdiction>,
}

/// By key of the person.
pub type Concerns = HashMap<String, Concern>;

/// The notices of a provider, and of those of its people who live in one jurisdiction.
pub type LeftOf = BTreeMap<(String, Option<Jurisdiction>), Left>;

/// Them in the order in which they were met.
type Parts = Vec<((String, Option<Jurisdiction>), Left)>;

/// The day of a piece that is to go, and the parts that it counts in.
struct Awaited {
    parts: Vec<usize>,
    by_email: bool,
    went: Option<Date>,
    /// Nothing reached the person, who is not told in another way.
    is_lost: bool,
}

impl Awaited {
    /// The first time counts.
    fn go(&mut self, day: Option<Date>) {
        self.went = self.went.or(day);
    }
}

/// By id of the provider, and by id and residence; who concerns several counts at each. A letter went on the day on which the house gave it to the post, an e-mail
/// on the day (UTC) on which a server took it. What happened after `as_of` is left out.
///
/// # Errors
/// Failed when the ledger cannot be read.
pub fn left(ledger: &mut dyn Ledger, concerns: &Concerns, as_of: Date) -> Result<LeftOf> {
    let (mut parts, mut awaited) = awaited(ledger, concerns)?;
    ledger.each_event(&mut |event| {
        let Some(piece) = event.event.piece.and_then(|piece| awaited.get_mut(&piece)) else { return Ok(()) };
        let recorded = event.moment.map(day_of);
        // What happened after the day of the report is not known on it.
        let by_then = |day: Option<Date>| day.filter(|day| *day <= as_of);
        match event.event.kind {
            EventKind::Mailed => piece.go(by_then(event.event.day().or(recorded))),
            EventKind::Sent | EventKind::ResolvedSent => piece.go(by_then(recorded)),
            // It was nobody's notice: the letter that follows it is.
            EventKind::Bounced => piece.went = None,
            EventKind::Unreachable => piece.is_lost = true,
            EventKind::Exported | EventKind::Queued => piece.is_lost = false,
            EventKind::ToldBySubstitute => {
                piece.is_lost = false;
                piece.parts.iter().for_each(|&at| parts[at].1.told = parts[at].1.told.max(by_then(event.event.day())));
            }
            _ => {}
        }
        Ok(())
    })?;
    for piece in awaited.into_values() {
        for at in piece.parts {
            let left = &mut parts[at].1;
            left.wanted += 1;
            left.emails += u64::from(piece.by_email);
            left.lost += u64::from(piece.is_lost);
            if let Some(day) = piece.went {
                left.gone += 1;
                left.first = Some(left.first.map_or(day, |first| first.min(day)));
                left.last = Some(left.last.map_or(day, |last| last.max(day)));
            }
        }
    }
    Ok(parts.into_iter().collect())
}

/// Everyone whose notice is to go, by piece, and the parts that they count in.
fn awaited(ledger: &mut dyn Ledger, concerns: &Concerns) -> Result<(Parts, BTreeMap<Piece, Awaited>)> {
    let mut parts = Parts::new();
    let mut places = HashMap::new();
    let mut place = |id: &str, lives: Option<Jurisdiction>| {
        *places.entry((id.to_owned(), lives)).or_insert_with_key(|part| {
            parts.push((part.clone(), Left::default()));
            parts.len() - 1
        })
    };
    let mut awaited = BTreeMap::new();
    let nothing = Concern::default();
    ledger.each_standing(&mut |person| {
        if let ("letter" | "email", Some(piece)) = (person.disposition.as_str(), person.piece) {
            let Concern { others, lives } = concerns.get(&person.person).unwrap_or(&nothing);
            let providers = std::iter::once(&person.provider).chain(others);
            let parts = providers.flat_map(|id| std::iter::once(None).chain(lives.map(Some)).map(move |lives| (id, lives)));
            let parts = parts.map(|(id, lives)| place(id, lives)).collect();
            awaited.insert(piece, Awaited { parts, by_email: person.disposition == "email", went: None, is_lost: false });
        }
        Ok(())
    })?;
    Ok((parts, awaited))
}

fn day_of(moment: jiff::Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

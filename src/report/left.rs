//! When each provider's notices left, as the ledger has it.

use crate::error::Result;
use crate::ledger::{EventKind, Ledger, Piece};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The notices of one provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Letters and e-mails that are to go.
    pub wanted: u64,
    /// How many of those that are to go went at least once.
    pub gone: u64,
    /// The day on which the first went; absent while none did.
    pub first: Option<Date>,
    /// The day on which the last person's first notice went; absent while none did.
    pub last: Option<Date>,
    /// The last day on which somebody whom nothing reached was told by substitute notice; absent while nobody was.
    pub told: Option<Date>,
}

impl Left {
    /// Whether every notice that is to go went.
    pub fn is_complete(&self) -> bool {
        self.wanted == self.gone
    }
}

/// People who concern several providers: key -> ids of the others.
pub type Joint = BTreeMap<String, Vec<String>>;

/// Providers by id, in the order in which they were met.
type Providers = Vec<(String, Left)>;

/// The day and the providers of a piece that is to go.
struct Awaited {
    provider: usize,
    /// The others that it speaks for.
    others: Vec<usize>,
    went: Option<Date>,
}

impl Awaited {
    /// The first time counts.
    fn go(&mut self, day: Option<Date>) {
        self.went = self.went.or(day);
    }

    fn providers(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.provider).chain(self.others.iter().copied())
    }
}

/// By id of the provider; who concerns several counts at each. A letter went on the day on which the house gave it to the post, an e-mail
/// on the day (UTC) on which a server took it. What happened after `as_of` is left out.
///
/// # Errors
/// Failed when the ledger cannot be read.
pub fn left(ledger: &mut dyn Ledger, joint: &Joint, as_of: Date) -> Result<BTreeMap<String, Left>> {
    let (mut providers, mut awaited) = awaited(ledger, joint)?;
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
            EventKind::ToldBySubstitute => {
                piece.providers().for_each(|at| providers[at].1.told = providers[at].1.told.max(by_then(event.event.day())));
            }
            _ => {}
        }
        Ok(())
    })?;
    for piece in awaited.into_values() {
        for at in piece.providers() {
            let left = &mut providers[at].1;
            left.wanted += 1;
            if let Some(day) = piece.went {
                left.gone += 1;
                left.first = Some(left.first.map_or(day, |first| first.min(day)));
                left.last = Some(left.last.map_or(day, |last| last.max(day)));
            }
        }
    }
    Ok(providers.into_iter().collect())
}

/// Everyone whose notice is to go, by piece, and the providers that they concern.
fn awaited(ledger: &mut dyn Ledger, joint: &Joint) -> Result<(Providers, BTreeMap<Piece, Awaited>)> {
    let mut providers = Providers::new();
    let mut place = |id: &str| {
        providers.iter().position(|(known, _)| known == id).unwrap_or_else(|| {
            providers.push((id.to_owned(), Left::default()));
            providers.len() - 1
        })
    };
    let mut awaited = BTreeMap::new();
    ledger.each_standing(&mut |person| {
        if let ("letter" | "email", Some(piece)) = (person.disposition.as_str(), person.piece) {
            let others = joint.get(&person.person).into_iter().flatten().map(|id| place(id)).collect();
            awaited.insert(piece, Awaited { provider: place(&person.provider), others, went: None });
        }
        Ok(())
    })?;
    Ok((providers, awaited))
}

fn day_of(moment: jiff::Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

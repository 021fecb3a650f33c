//! When each provider's notices left, as the ledger has it.

use crate::error::Result;
use crate::ledger::{EventKind, Ledger};
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

/// The day and the provider of a piece that is to go.
struct Awaited {
    provider: usize,
    went: Option<Date>,
}

impl Awaited {
    /// The first time counts.
    fn go(&mut self, day: Option<Date>) {
        self.went = self.went.or(day);
    }
}

/// By id of the provider. A letter went on the day on which the house gave it to the post, an e-mail on the day (UTC) on which a server
/// took it.
///
/// # Errors
/// Failed when the ledger cannot be read.
pub fn left(ledger: &mut dyn Ledger) -> Result<BTreeMap<String, Left>> {
    let mut providers: Vec<String> = Vec::new();
    let mut left: Vec<Left> = Vec::new();
    let mut awaited: BTreeMap<u32, Awaited> = BTreeMap::new();
    ledger.each_standing(&mut |person| {
        let provider = providers.iter().position(|known| *known == person.provider).unwrap_or_else(|| {
            providers.push(person.provider.clone());
            left.push(Left::default());
            providers.len() - 1
        });
        if let ("letter" | "email", Some(piece)) = (person.disposition.as_str(), person.piece) {
            awaited.insert(piece, Awaited { provider, went: None });
        }
        Ok(())
    })?;
    ledger.each_event(&mut |event| {
        let Some(piece) = event.event.piece.and_then(|piece| awaited.get_mut(&piece)) else { return Ok(()) };
        let recorded = event.moment.map(day_of);
        match event.event.kind {
            EventKind::Mailed => piece.go(event.event.day().or(recorded)),
            EventKind::Sent | EventKind::ResolvedSent => piece.go(recorded),
            // It was nobody's notice: the letter that follows it is.
            EventKind::Bounced => piece.went = None,
            EventKind::ToldBySubstitute => {
                let told = &mut left[piece.provider].told;
                *told = (*told).max(event.event.day());
            }
            _ => {}
        }
        Ok(())
    })?;
    for piece in awaited.into_values() {
        let left = &mut left[piece.provider];
        left.wanted += 1;
        if let Some(day) = piece.went {
            left.gone += 1;
            left.first = Some(left.first.map_or(day, |first| first.min(day)));
            left.last = Some(left.last.map_or(day, |last| last.max(day)));
        }
    }
    Ok(providers.into_iter().zip(left).collect())
}

fn day_of(moment: jiff::Timestamp) -> Date {
    TimeZone::UTC.to_datetime(moment).date()
}

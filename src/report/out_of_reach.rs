//! Whom no piece reached, since when, and who of them was told by substitute notice: from the ledger alone.

use crate::error::Result;
use crate::ledger::{EventKind, Ledger, Listed, Piece};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// Somebody of the latest standing whom no piece reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Who.
    pub person: Listed,
    /// The day on which it became known; absent when the ledger does not say.
    pub known: Option<Date>,
}

impl Lost {
    /// Whether the person was told by substitute notice since.
    pub fn is_told(&self) -> bool {
        self.person.state.state == EventKind::ToldBySubstitute
    }
}

/// Those of one provider; who concerns several stands at the first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OutOfReach {
    /// Id of the provider; may be empty.
    pub provider: String,
    /// People.
    pub people: u64,
    /// Told by substitute notice.
    pub told: u64,
    /// The day on which the first became known.
    pub first: Option<Date>,
    /// The day on which there were so many that a public notice is owed; absent while there are fewer.
    pub public_since: Option<Date>,
}

/// Everyone whom no piece reached, by piece; who is owed no letter is left out, and so are seeds.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub fn lost(ledger: &mut dyn Ledger) -> Result<Vec<Lost>> {
    let mut listed = ledger.listed(&[EventKind::Unreachable, EventKind::ToldBySubstitute])?;
    listed.retain(|person| !matches!(person.disposition.as_str(), "excluded" | "seed"));
    let pieces: Vec<Piece> = listed.iter().map(|person| person.state.piece).collect();
    // The state of who was told since has the day of the telling.
    let events = ledger.latest(&[EventKind::Unreachable], &pieces)?;
    let known: BTreeMap<Piece, Date> = events.iter().filter_map(|event| Some((event.piece?, event.day()?))).collect();
    Ok(listed.into_iter().map(|person| Lost { known: known.get(&person.state.piece).copied(), person }).collect())
}

/// The same by provider.
pub(super) fn by_provider(lost: Vec<Lost>, public_from: u32) -> Vec<OutOfReach> {
    let mut days: BTreeMap<String, Vec<Option<Date>>> = BTreeMap::new();
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for lost in lost {
        *told.entry(lost.person.provider.clone()).or_default() += u64::from(lost.is_told());
        days.entry(lost.person.provider).or_default().push(lost.known);
    }
    let of_provider = |(provider, mut days): (String, Vec<Option<Date>>)| {
        days.sort_unstable();
        OutOfReach {
            people: days.len() as u64,
            told: told.get(&provider).copied().unwrap_or_default(),
            first: days.iter().copied().flatten().next(),
            public_since: days.get(public_from.saturating_sub(1) as usize).copied().flatten(),
            provider,
        }
    };
    days.into_iter().map(of_provider).collect()
}

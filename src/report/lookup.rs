//! The list that a call center answers from: piece number, name and status. It is patient data, and written only when it is asked for.

use super::table::Table;
use crate::error::Result;
use crate::incident::Incident;
use crate::ledger::{EventKind, Ledger, Piece, PieceState};
use crate::obligations::held_until;
use crate::recipients::{Disposition, People};
use crate::rules::Rules;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

const COLUMNS: [&str; 4] = ["piece", "name", "provider", "status"];
const OUT_OF_REACH: &str = "no letter could reach this person";

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// People in it.
    pub people: u64,
    /// People who are left out because a law-enforcement hold forbids that they are told (45 CFR 164.412).
    pub under_hold: u64,
}

/// Writes everybody who is told or is to be told, by piece number, then those whom nothing reaches, then pieces without a name that left for
/// people who are in the lists no more. Who is held back or owed no letter is not in it: a call center must not tell them.
///
/// # Errors
/// Refused when the ledger cannot be read; failed when the file cannot be written.
pub fn write_lookup(
    (incident, rules, people): (&Incident, &Rules, &People),
    ledger: Option<&mut dyn Ledger>,
    as_of: Date,
    path: &Path,
) -> Result<Lookup> {
    let (pieces, states) = ledger.map(known).transpose()?.unwrap_or_default();
    let under_hold: Vec<bool> = incident.providers.iter().map(|provider| held_until(incident, rules, provider, as_of).is_some()).collect();
    let mut told: Vec<(Option<Piece>, usize)> = Vec::new();
    let mut left_out = 0;
    for (place, person) in people.outlines().enumerate() {
        let is_told = match person.disposition {
            Disposition::Letter | Disposition::Email => true,
            Disposition::Held(_) => person.unreachable,
            _ => false,
        };
        if !is_told {
            continue;
        }
        if person.provider.iter().chain(person.also_at).any(|provider| under_hold[usize::from(provider.0)]) {
            left_out += 1;
            continue;
        }
        told.push((pieces.get(&people.key(place).0).copied(), place));
    }
    told.sort_by_key(|(piece, _)| (piece.is_none(), *piece));
    let mut table = Table::begin(path.to_owned(), &COLUMNS)?;
    for (piece, place) in &told {
        let person = people.outline(*place);
        let providers = person.provider.iter().chain(person.also_at).map(|provider| incident.provider(*provider).legal_name.as_str());
        let before = match person.disposition {
            _ if person.unreachable => OUT_OF_REACH,
            Disposition::Email => "the e-mail has not left yet",
            _ => "the letter has not left yet",
        };
        let status = piece.and_then(|piece| states.get(&piece)).map_or_else(|| before.to_owned(), |state| in_words(state, before, as_of));
        let (name, _) = people.name_and_birth(*place);
        let number = piece.map(|piece| format!("{piece:07}")).unwrap_or_default();
        table.row(&[&number, &name.reveal().full(), &providers.collect::<Vec<_>>().join("; "), &status])?;
    }
    // Nobody knows any more whose they are, so that a hold on any provider may bind them.
    let listed: HashSet<Piece> = pieces.values().copied().collect();
    let no_longer = states.values().filter(|state| state.attempt > 0 && !listed.contains(&state.piece) && !under_hold.contains(&true));
    for state in no_longer {
        let status = format!("{}; the person is no longer in the lists", in_words(state, "it is not known whether it left", as_of));
        table.row(&[&format!("{:07}", state.piece), "", "", &status])?;
    }
    table.finish()?;
    Ok(Lookup { people: told.len() as u64, under_hold: left_out })
}

/// What the ledger knows: the piece of each person by the person's key, and the state of each piece.
type Known = (HashMap<String, Piece>, BTreeMap<Piece, PieceState>);

fn known(ledger: &mut dyn Ledger) -> Result<Known> {
    let (mut pieces, mut states) = (HashMap::new(), BTreeMap::new());
    ledger.each_standing(&mut |person| {
        pieces.extend(person.piece.map(|piece| (person.person, piece)));
        Ok(())
    })?;
    ledger.each_state(&mut |state| {
        states.insert(state.piece, state);
        Ok(())
    })?;
    Ok((pieces, states))
}

/// What a caller is told of a piece in a state on a day; `before` stands for whatever comes before it leaves.
fn in_words(state: &PieceState, before: &str, as_of: Date) -> String {
    let on = |what: &str| match state.day() {
        Some(day) => format!("{what} on {day}"),
        None => what.to_owned(),
    };
    match state.state {
        EventKind::Exported | EventKind::Reprinted | EventKind::Printed => "the letter is with the mail house".to_owned(),
        EventKind::Spoiled | EventKind::Destroyed | EventKind::Pulled | EventKind::Undeliverable => {
            "the mail house did not mail the letter".to_owned()
        }
        EventKind::Mailed if state.day().is_some_and(|day| day > as_of) => on("the letter is to be mailed"),
        EventKind::Mailed | EventKind::Forwarded => on("the letter was mailed"),
        EventKind::ReturnedMoved => "the letter came back and goes to the new address".to_owned(),
        EventKind::ReturnedAway | EventKind::ReturnedRefused | EventKind::ReturnedDeceased => on("the letter came back"),
        EventKind::Unreachable => OUT_OF_REACH.to_owned(),
        EventKind::ToldBySubstitute => on("told in another way"),
        EventKind::Sent | EventKind::ResolvedSent => on("the e-mail was sent"),
        EventKind::DataStarted | EventKind::Uncertain => "the e-mail left; it is not known whether it arrived".to_owned(),
        EventKind::Failed | EventKind::Bounced => "the e-mail did not arrive; a letter follows".to_owned(),
        // Queued, deferred, withdrawn or merely allotted; the rest happens to no piece.
        _ => before.to_owned(),
    }
}

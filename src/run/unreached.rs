//! Who of the people at hand was reached by no piece, as the ledger knows them.

use super::Case;
use crate::error::Result;
use crate::ledger::{self, Access};
use crate::obligations::{Unreached, UnreachedPeople};
use crate::report::{self, Lost};
use std::collections::HashMap;

/// Finds them by their keys, and whose key a corrected list changed by the record that they had. Without a ledger there are none;
/// nothing is written.
///
/// # Errors
/// Refused when the ledger cannot be read.
pub fn unreached(case: &Case, ledger: Option<&Access>) -> Result<UnreachedPeople> {
    let mut unreached = UnreachedPeople::new();
    let Some(mut ledger) = ledger::open_existing(&case.incident.folder, &case.incident.id, ledger)? else { return Ok(unreached) };
    let lost = report::lost(ledger.as_mut())?;
    if lost.is_empty() {
        return Ok(unreached);
    }
    let people = &case.recipients.people;
    let by_key: HashMap<&str, &Lost> = lost.iter().map(|lost| (lost.person.person.as_str(), lost)).collect();
    let mut by_record: HashMap<&str, &Lost> = lost.iter().map(|lost| (lost.person.record.as_str(), lost)).collect();
    let mut add = |place, lost: &Lost| unreached.insert(place, Unreached { known: lost.known, told: lost.is_told() });
    let mut others = Vec::new();
    for place in 0..people.len() {
        match by_key.get(people.key(place).0.as_str()) {
            Some(lost) => {
                by_record.remove(lost.person.record.as_str());
                add(place, lost);
            }
            None => others.push(place),
        }
    }
    for place in others {
        if by_record.is_empty() {
            break;
        }
        if let Some(lost) = by_record.remove(people.record(place).as_str()) {
            add(place, lost);
        }
    }
    Ok(unreached)
}

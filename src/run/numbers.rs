//! What stays a person's from job to job: the piece number and the activation code.

use super::Case;
use crate::compose::PieceNumber;
use crate::digest::first_bytes;
use crate::error::Result;
use crate::ledger::{Bearer, Ledger, Marks};
use crate::recipients::{self, CodeDigest, Disposition};
use std::collections::{BTreeMap, BTreeSet};

/// Gives everyone who is owed a letter a number, the held too, so that a later release moves nobody's.
pub(super) fn allot(case: &Case, ledger: &mut dyn Ledger) -> Result<Vec<Option<PieceNumber>>> {
    let people = &case.recipients.people;
    let owed = |place: &usize| !matches!(people.outline(*place).disposition, Disposition::Excluded { .. });
    let mut bearers = (0..people.len()).filter(owed).map(|place| bearer(case, place));
    let mut pieces = ledger.allot(&mut bearers)?.into_iter();
    Ok((0..people.len()).map(|place| if owed(&place) { pieces.next().map(PieceNumber) } else { None }).collect())
}

fn bearer(case: &Case, place: usize) -> Bearer {
    let people = &case.recipients.people;
    let (name, birth) = people.name_and_birth(place);
    let [first, last] = name.reveal().folded();
    let provider = people.outline(place).provider.map_or("", |provider| case.incident.provider(provider).id.as_str());
    let digest = |what: &str, value: &str| if value.is_empty() { [0; 8] } else { first_bytes(&[what, provider, value]) };
    let birth = birth.map(|birth| birth.reveal().to_string()).unwrap_or_default();
    let marks = Marks { first: digest("first", &first), last: digest("last", &last), birth: digest("birth", &birth) };
    Bearer { person: people.key(place).0, marks }
}

/// Gives everyone the code from a pool that was theirs before, and records whose the others are now.
pub(super) fn keep_codes(case: &mut Case, numbers: &[Option<PieceNumber>], ledger: &mut dyn Ledger) -> Result<()> {
    if case.recipients.pooled.is_empty() {
        return Ok(());
    }
    let ever = ledger.codes()?;
    let spent: BTreeSet<CodeDigest> = ever.iter().map(|(_, digest)| *digest).collect();
    let known: BTreeMap<u32, CodeDigest> = ever.into_iter().collect();
    let piece = |place: usize| numbers.get(place).copied().flatten().map(|number| number.0);
    let given = |place: usize| known.get(&piece(place)?).copied();
    let Case { rules, incident, intake, recipients, .. } = case;
    let now = recipients::keep_codes(incident, rules, intake, recipients, &given, &spent)?;
    let new = now.into_iter().filter_map(|(place, digest)| Some((piece(place)?, digest)));
    let mut new = new.filter(|(piece, digest)| known.get(piece) != Some(digest));
    ledger.record_codes(&mut new)
}

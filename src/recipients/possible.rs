//! Rows that may be one person's but lack what it takes to join them: for a person to rule on.

use super::PossibleMerge;
use super::context::Context;
use super::decisions::Rulings;
use super::hash::Sieve;
use super::identity::{Given, Identities, Identity, address_key, email_key, phone_key};
use super::merge::{Groups, MOST_PROFILES};
use crate::incident::ProviderIndex;
use crate::intake::{Field, RowIndex};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Rows with a key in common, two or more to a block; within one family of providers.
pub(super) struct Blocks {
    pub(super) patient_id: Vec<Vec<u32>>,
    pub(super) name_and_birth: Vec<Vec<u32>>,
    /// Same birth date, ZIP and digits of the street: few enough to compare one by one.
    pub(super) near: Vec<Vec<u32>>,
    pub(super) email_and_birth: Vec<Vec<u32>>,
    pub(super) phone_and_birth: Vec<Vec<u32>>,
}

impl Blocks {
    pub(super) fn build(context: &Context, identities: &Identities, sieve: &mut Sieve) -> Blocks {
        let patient_id = |row: u32, _, _: Identity<'_>| {
            let provider = context.provider_of_row(RowIndex(row))?;
            let id = context.row(RowIndex(row)).get(Field::PatientId);
            (!id.is_empty()).then(|| format!("{}\u{1f}{}", provider.0, id.to_lowercase()))
        };
        let name_and_birth = |_, family: ProviderIndex, identity: Identity<'_>| {
            let named = !identity.first().is_empty() && !identity.last().is_empty();
            let birth = identity.birth.filter(|_| named)?;
            Some(format!("{}\u{1f}{birth}\u{1f}{}\u{1f}{}", family.0, identity.last(), identity.first()))
        };
        let near = |row: u32, family: ProviderIndex, identity: Identity<'_>| {
            let birth = identity.birth.filter(|_| !identity.doubtful)?;
            let values = context.row(RowIndex(row));
            let zip: String = values.get(Field::PostalCode).chars().filter(char::is_ascii_digit).take(5).collect();
            let street = [Field::Address1, Field::Address2].map(|field| values.get(field));
            let digits: String = street.iter().flat_map(|line| line.chars()).filter(char::is_ascii_digit).collect();
            (!zip.is_empty() && !digits.is_empty()).then(|| format!("{}\u{1f}{birth}\u{1f}{zip}\u{1f}{digits}", family.0))
        };
        let with_birth = |contact: fn(&Context, RowIndex) -> Option<String>| {
            move |row: u32, family: ProviderIndex, identity: Identity<'_>| {
                let birth = identity.birth.filter(|_| !identity.doubtful)?;
                Some(format!("{}\u{1f}{birth}\u{1f}{}", family.0, contact(context, RowIndex(row))?))
            }
        };
        Blocks {
            patient_id: blocks(identities, sieve, patient_id),
            name_and_birth: blocks(identities, sieve, name_and_birth),
            near: blocks(identities, sieve, near),
            email_and_birth: blocks(identities, sieve, with_birth(email_key)),
            phone_and_birth: blocks(identities, sieve, with_birth(phone_key)),
        }
    }

    /// Pairs of groups that resemble each other, each by its first row, with what is missing.
    pub(super) fn possible(
        &self,
        context: &Context,
        identities: &Identities,
        group_of: &[u32],
        groups: &Groups,
        rulings: &Rulings,
        sieve: &mut Sieve,
    ) -> Vec<PossibleMerge> {
        let pair = |one: u32, two: u32| {
            let (one, two) = (group_of[one as usize], group_of[two as usize]);
            (one.min(two), one.max(two))
        };
        let apart: BTreeSet<(u32, u32)> = rulings.apart.iter().map(|ruled| pair(ruled.row.0, ruled.other.0)).collect();
        let mut found: BTreeMap<(u32, u32), &'static str> = BTreeMap::new();
        let mut note = |one: u32, two: u32, reason: &'static str| {
            found.entry(pair(one, two)).or_insert(reason);
        };
        for (one, two) in pairs(&self.patient_id, group_of) {
            note(one, two, patient_id_reason(identities.of(one), identities.of(two)));
        }
        for (one, two) in pairs(&self.name_and_birth, group_of) {
            note(one, two, name_reason(identities.of(one), identities.of(two)));
        }
        for (one, two) in pairs(&self.near, group_of) {
            let resemble = identities.of(one).resembles(&identities.of(two));
            if resemble && address_key(context, RowIndex(one)) == address_key(context, RowIndex(two)) {
                note(one, two, "same birth date and home address, but the names are only nearly the same");
            }
        }
        for (blocks, reason) in [
            (&self.email_and_birth, "same birth date and e-mail address, but the names are only nearly the same"),
            (&self.phone_and_birth, "same birth date and telephone, but the names are only nearly the same"),
        ] {
            for (one, two) in pairs(blocks, group_of) {
                if identities.of(one).resembles(&identities.of(two)) {
                    note(one, two, reason);
                }
            }
        }
        for (one, two) in nearly_alike(identities, group_of, sieve) {
            note(one, two, "same birth date and nearly the same name, but no contact in common");
        }
        let open = found.into_iter().filter(|(pair, _)| !apart.contains(pair));
        let first = |group: u32| groups.of(group as usize)[0];
        let mut possible: Vec<PossibleMerge> =
            open.map(|((one, two), reason)| PossibleMerge { row: first(one), other: first(two), reason }).collect();
        possible.sort_by_key(|pair| (pair.row, pair.other));
        possible
    }
}

/// Pairs of rows of one provider and birth date, and nearly the same name: all rows are asked, so that no list of blocks is kept.
fn nearly_alike(identities: &Identities, group_of: &[u32], sieve: &mut Sieve) -> Vec<(u32, u32)> {
    let born = |row: u32| {
        let identity = identities.of(row);
        identity.family.zip(identity.birth).filter(|_| !identity.doubtful)
    };
    let nearly = |(one, two): &(u32, u32)| born(*one) == born(*two) && identities.of(*one).nearly_has_name_of(&identities.of(*two));
    let sifted = sieve.sift(identities.len(), born);
    sifted.together().flat_map_iter(|rows| pairs_of(&rows, group_of).into_iter().filter(nearly)).collect()
}

/// Rows of equal keys. Keys are compared by a short hash first, so that only those of two rows or more are ever kept.
fn blocks(
    identities: &Identities,
    sieve: &mut Sieve,
    key: impl Fn(u32, ProviderIndex, Identity<'_>) -> Option<String> + Sync,
) -> Vec<Vec<u32>> {
    let key = |row: u32| {
        let identity = identities.of(row);
        key(row, identity.family?, identity)
    };
    let alike = sieve.sift(identities.len(), key).shared_by(2);
    let mut keyed: Vec<(String, u32)> = alike.filter_map(|row| Some((key(row)?, row))).collect();
    keyed.par_sort_unstable();
    let shared = keyed.chunk_by(|one, two| one.0 == two.0).filter(|block| block.len() > 1);
    shared.map(|block| block.iter().map(|(_, row)| *row).collect()).collect()
}

/// As [`pairs_of`], of each block.
fn pairs<'a>(blocks: &'a [Vec<u32>], group_of: &'a [u32]) -> impl Iterator<Item = (u32, u32)> + 'a {
    blocks.iter().flat_map(move |block| pairs_of(block, group_of))
}

/// Pairs of rows of different groups; in a block of too many groups each is paired with the first only.
fn pairs_of(block: &[u32], group_of: &[u32]) -> Vec<(u32, u32)> {
    let mut rows = block.to_vec();
    rows.sort_by_key(|row| group_of[*row as usize]);
    rows.dedup_by_key(|row| group_of[*row as usize]);
    let firsts = if rows.len() > MOST_PROFILES { 1 } else { rows.len() };
    let mut pairs = Vec::new();
    for place in 0..firsts {
        pairs.extend(rows[place + 1..].iter().map(|other| (rows[place], *other)));
    }
    pairs
}

fn patient_id_reason(one: Identity<'_>, two: Identity<'_>) -> &'static str {
    if one.birth.is_some() && two.birth.is_some() && one.birth != two.birth {
        "same patient id, but different birth dates"
    } else if one.contradicts(&two) {
        "same patient id, but different suffixes"
    } else if one.given(&two) == Given::Differ {
        "same patient id, but different first names"
    } else {
        "same patient id, but too little else in common"
    }
}

fn name_reason(one: Identity<'_>, two: Identity<'_>) -> &'static str {
    if one.contradicts(&two) {
        "same name and birth date, but different suffixes"
    } else if one.joins_by_contact(&two) {
        "same name and birth date, but neither address nor e-mail nor telephone in common"
    } else {
        "same name and birth date, but different middle names, or a name that is none"
    }
}

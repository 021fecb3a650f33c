//! Rows that may be one person's but lack what it takes to join them: for a person to rule on.

use super::PossibleMerge;
use super::context::Context;
use super::decisions::Rulings;
use super::hash::short_hash;
use super::identity::{Given, Identities, Identity, address_key, email_key, phone_key};
use super::merge::{Groups, MOST_PROFILES};
use crate::incident::ProviderIndex;
use crate::intake::{Field, RowIndex};
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Rows with a key in common, two or more to a block; within one provider.
pub(super) struct Blocks {
    pub(super) patient_id: Vec<Vec<u32>>,
    pub(super) name_and_birth: Vec<Vec<u32>>,
    /// Same birth date, ZIP and digits of the street: few enough to compare one by one.
    pub(super) near: Vec<Vec<u32>>,
    pub(super) email_and_birth: Vec<Vec<u32>>,
    pub(super) phone_and_birth: Vec<Vec<u32>>,
}

impl Blocks {
    pub(super) fn build(context: &Context, identities: &Identities) -> Blocks {
        let patient_id = |row: u32, provider: ProviderIndex, _: Identity<'_>| {
            let id = context.row(RowIndex(row)).get(Field::PatientId);
            (!id.is_empty()).then(|| format!("{}\u{1f}{}", provider.0, id.to_lowercase()))
        };
        let name_and_birth = |_, provider: ProviderIndex, identity: Identity<'_>| {
            let named = !identity.first().is_empty() && !identity.last().is_empty();
            let birth = identity.birth.filter(|_| named)?;
            Some(format!("{}\u{1f}{birth}\u{1f}{}\u{1f}{}", provider.0, identity.last(), identity.first()))
        };
        let near = |row: u32, provider: ProviderIndex, identity: Identity<'_>| {
            let birth = identity.birth.filter(|_| !identity.doubtful)?;
            let values = context.row(RowIndex(row));
            let zip: String = values.get(Field::PostalCode).chars().filter(char::is_ascii_digit).take(5).collect();
            let street = [Field::Address1, Field::Address2].map(|field| values.get(field));
            let digits: String = street.iter().flat_map(|line| line.chars()).filter(char::is_ascii_digit).collect();
            (!zip.is_empty() && !digits.is_empty()).then(|| format!("{}\u{1f}{birth}\u{1f}{zip}\u{1f}{digits}", provider.0))
        };
        let with_birth = |contact: fn(&Context, RowIndex) -> Option<String>| {
            move |row: u32, provider: ProviderIndex, identity: Identity<'_>| {
                let birth = identity.birth.filter(|_| !identity.doubtful)?;
                Some(format!("{}\u{1f}{birth}\u{1f}{}", provider.0, contact(context, RowIndex(row))?))
            }
        };
        Blocks {
            patient_id: blocks(identities, patient_id),
            name_and_birth: blocks(identities, name_and_birth),
            near: blocks(identities, near),
            email_and_birth: blocks(identities, with_birth(email_key)),
            phone_and_birth: blocks(identities, with_birth(phone_key)),
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
        each_born_together(identities, |rows| {
            for (one, two) in pairs(std::slice::from_ref(rows), group_of) {
                if identities.of(one).nearly_has_name_of(&identities.of(two)) {
                    note(one, two, "same birth date and nearly the same name, but no contact in common");
                }
            }
        });
        let open = found.into_iter().filter(|(pair, _)| !apart.contains(pair));
        let first = |group: u32| groups.of(group as usize)[0];
        let mut possible: Vec<PossibleMerge> =
            open.map(|((one, two), reason)| PossibleMerge { row: first(one), other: first(two), reason }).collect();
        possible.sort_by_key(|pair| (pair.row, pair.other));
        possible
    }
}

/// Shows the rows of each provider and birth date: nearly all rows, so that no list of them is kept.
fn each_born_together(identities: &Identities, mut show: impl FnMut(&Vec<u32>)) {
    let born = |row: u32| {
        let identity = identities.of(row);
        Some((identity.provider?, identity.birth.filter(|_| !identity.doubtful)?, row))
    };
    let mut rows: Vec<(ProviderIndex, Date, u32)> = (0..identities.len() as u32).filter_map(born).collect();
    rows.par_sort_unstable();
    let mut together = Vec::new();
    for same in rows.chunk_by(|one, two| (one.0, one.1) == (two.0, two.1)).filter(|same| same.len() > 1) {
        together.clear();
        together.extend(same.iter().map(|(_, _, row)| *row));
        show(&together);
    }
}

/// Rows of equal keys. Keys are compared by a short hash first, so that only those of two rows or more are ever kept.
fn blocks(identities: &Identities, key: impl Fn(u32, ProviderIndex, Identity<'_>) -> Option<String> + Sync) -> Vec<Vec<u32>> {
    let key = |row: u32| {
        let identity = identities.of(row);
        key(row, identity.provider?, identity)
    };
    let mut hashed: Vec<(u32, u32)> =
        (0..identities.len() as u32).into_par_iter().filter_map(|row| Some((short_hash(&key(row)?), row))).collect();
    hashed.par_sort_unstable();
    let alike = hashed.chunk_by(|one, two| one.0 == two.0).filter(|alike| alike.len() > 1).flatten();
    let mut keyed: Vec<(String, u32)> = alike.filter_map(|(_, row)| Some((key(*row)?, *row))).collect();
    keyed.par_sort_unstable();
    let shared = keyed.chunk_by(|one, two| one.0 == two.0).filter(|block| block.len() > 1);
    shared.map(|block| block.iter().map(|(_, row)| *row).collect()).collect()
}

/// Pairs of rows of different groups; in a block of too many groups each is paired with the first only.
fn pairs<'a>(blocks: &'a [Vec<u32>], group_of: &'a [u32]) -> impl Iterator<Item = (u32, u32)> + 'a {
    blocks.iter().flat_map(move |block| {
        let mut rows = block.clone();
        rows.sort_by_key(|row| group_of[*row as usize]);
        rows.dedup_by_key(|row| group_of[*row as usize]);
        let firsts = if rows.len() > MOST_PROFILES { 1 } else { rows.len() };
        let mut pairs = Vec::new();
        for place in 0..firsts {
            pairs.extend(rows[place + 1..].iter().map(|other| (rows[place], *other)));
        }
        pairs
    })
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

//! Codes from pools stay whose they were: a list that changes moves nobody's, and a code that was anybody's is never another's.

use super::Recipients;
use super::codes::{Pooled, read_pools, refuse_shortage};
use super::context::Context;
use super::hash::hash;
use crate::digest::first_bytes;
use crate::error::Result;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// First half of the SHA-256 of a code.
pub type CodeDigest = [u8; 16];

/// Gives everyone with a code from a pool the one that was theirs; to others, in order, the first that never was anybody's.
/// Tells who has which now, by place.
///
/// # Errors
/// Refused when a pool is too short for that.
pub(super) fn keep(
    context: &Context,
    recipients: &mut Recipients,
    given: &dyn Fn(usize) -> Option<CodeDigest>,
    spent: &BTreeSet<CodeDigest>,
) -> Result<Vec<(usize, CodeDigest)>> {
    let pools = read_pools(context)?;
    // Which pool a code is of, and where it stands there.
    let mut stands: HashMap<CodeDigest, (usize, usize)> = HashMap::new();
    for (number, pool) in pools.iter().enumerate() {
        stands.extend(pool.codes.iter().enumerate().map(|(at, code)| (digest_of(code.reveal()), (number, at))));
    }
    let people = &recipients.people;
    let wanted: Vec<(usize, usize)> =
        people.pooled_codes().filter_map(|(place, code)| Some((place, stands.get(&digest_of(code))?.0))).collect();
    // Codes that the lists give are nobody's from a pool.
    let listed: BTreeSet<CodeDigest> = (0..context.intake.rows.len() as u32)
        .map(|row| context.row(crate::intake::RowIndex(row)).get(crate::intake::Field::ActivationCode))
        .filter(|code| !code.is_empty())
        .map(digest_of)
        .collect();
    let is_free = |digest: &CodeDigest| !spent.contains(digest) && !listed.contains(digest);
    let mut free: Vec<_> =
        pools.iter().map(|pool| pool.codes.iter().enumerate().filter(|(_, code)| is_free(&digest_of(code.reveal())))).collect();
    let (mut chosen, mut short) = (Vec::with_capacity(wanted.len()), BTreeMap::new());
    for (place, pool) in wanted {
        let own = given(place).and_then(|digest| stands.get(&digest)).filter(|(of, _)| *of == pool).map(|(_, at)| *at);
        match own.or_else(|| free[pool].next().map(|(at, _)| at)) {
            Some(at) => chosen.push((place, pool, at)),
            None => *short.entry(pool).or_default() += 1,
        }
    }
    refuse_shortage(&pools, &short)?;
    let mut kept = Vec::with_capacity(chosen.len());
    let mut pooled: Vec<Pooled> = Vec::with_capacity(chosen.len());
    for (place, pool, at) in chosen {
        let code = pools[pool].codes[at].reveal();
        if recipients.people.pooled_code(place) != Some(code) {
            recipients.people.give_code(place, code);
        }
        kept.push((place, digest_of(code)));
        pooled.extend(recipients.people.outline(place).rows.first().map(|row| Pooled { row: *row, code: hash(code) }));
    }
    recipients.pooled = pooled;
    Ok(kept)
}

fn digest_of(code: &str) -> CodeDigest {
    first_bytes(&[code])
}

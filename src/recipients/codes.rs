//! Activation codes of the identity service: from the list, else from the pools, one a person, never for the dead.

use super::context::Context;
use super::hash::{Sieve, hash};
use super::hold::Fault;
use super::notes::{AllNotes, Notes};
use super::people::People;
use super::{Recipient, Role};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::CodeAudience;
use crate::intake::{Field, RowIndex};
use crate::privacy::Private;
use std::collections::{BTreeMap, BTreeSet};

/// That a code came from a pool.
#[derive(Debug, Clone, Copy)]
pub struct Pooled {
    /// First row of the person who got it.
    pub row: RowIndex,
    /// Hash of the code, of this process alone.
    pub code: u64,
}

/// Codes of one audience, in file order.
pub(super) struct Pool {
    pub(super) audience: CodeAudience,
    /// The last file of the audience: where a shortage is told.
    file: String,
    pub(super) codes: Vec<Private<Box<str>>>,
}

/// Gives everyone who is to be told, and has no code from the list, one of the pools. Held people get theirs too, so that a
/// release moves nobody else's.
///
/// Tells which codes came from a pool, by first row: the proof need not believe a recipient's own copy.
pub(super) fn allot(
    context: &Context,
    people: &mut People,
    notes: &mut AllNotes,
    sieve: &mut Sieve,
    findings: &mut Vec<Finding>,
) -> Result<Vec<Pooled>> {
    if context.incident.identity_service.is_none() {
        let first = (0..people.len()).find_map(|place| code_in_list(context, people, place, notes));
        findings.extend(useless_codes(context, first));
        return Ok(Vec::new());
    }
    let mut pooled = Vec::new();
    let pools = read_pools(context)?;
    let any_codes = !pools.is_empty() || (0..people.len()).any(|place| code_in_list(context, people, place, notes).is_some());
    hold_shared_codes(context, people, notes, sieve);
    let mut used: BTreeSet<&str> = BTreeSet::new();
    if !pools.is_empty() {
        used.extend((0..people.len()).filter_map(|place| code_in_list(context, people, place, notes)).map(|(_, code)| code));
    }
    let mut free: Vec<_> = pools.iter().map(|pool| pool.codes.iter().filter(|code| !used.contains(&**code.reveal()))).collect();
    let mut short: BTreeMap<usize, usize> = BTreeMap::new();
    for place in 0..people.len() {
        if !wants_code(people, place, notes) {
            continue;
        }
        if let Some((_, code)) = code_in_list(context, people, place, notes) {
            findings.extend(second_code(context, people.outline(place).rows, code));
            continue;
        }
        let under_age = notes.is_under_age(place);
        let audience = if under_age { CodeAudience::Minor } else { CodeAudience::Adult };
        match pools.iter().position(|pool| pool.audience == audience) {
            Some(pool) => match free[pool].next() {
                Some(code) => {
                    people.give_code(place, code.reveal());
                    pooled.extend(people.outline(place).rows.first().map(|row| Pooled { row: *row, code: hash(code.reveal()) }));
                }
                None => *short.entry(pool).or_default() += 1,
            },
            None if any_codes => notes.fault(place, no_code(people.outline(place).rows, under_age)),
            None => {}
        }
    }
    refuse_shortage(&pools, &short)?;
    Ok(pooled)
}

/// The code that the list gives somebody, where there is a service to use it with.
pub(super) fn listed(context: &Context, recipient: &Recipient, notes: &Notes, excluded: bool) -> Option<Private<String>> {
    let wanted = context.incident.identity_service.is_some() && recipient.role != Role::Deceased && notes.broken.is_none() && !excluded;
    let mut codes = recipient.rows.iter().filter(|_| wanted).map(|row| context.row(*row).get(Field::ActivationCode));
    codes.find(|code| !code.is_empty()).map(|code| Private::new(code.to_owned()))
}

fn wants_code(people: &People, place: usize, notes: &AllNotes) -> bool {
    people.outline(place).role != Role::Deceased && !notes.is_broken(place) && !notes.excluded.contains(&place)
}

/// The code of the first row that has one; only for those who may get one.
fn code_in_list<'a>(context: &Context<'a>, people: &People, place: usize, notes: &AllNotes) -> Option<(RowIndex, &'a str)> {
    let mut codes = people.outline(place).rows.iter().map(|row| (*row, context.row(*row).get(Field::ActivationCode)));
    codes.find(|(_, code)| !code.is_empty()).filter(|_| wants_code(people, place, notes))
}

fn useless_codes(context: &Context, listed: Option<(RowIndex, &str)>) -> Option<Finding> {
    let place = match (listed, context.incident.code_pools.first()) {
        (Some((row, _)), _) => context.place(row, Some(Field::ActivationCode)),
        (None, Some(pool)) => Place::file(&pool.file),
        (None, None) => return None,
    };
    let hint = "fill in [identity_service] in incident.toml, or take the codes out";
    Some(Finding::warns("code-without-service", place, "there are activation codes, but no identity service; they are not printed", hint))
}

/// One code for two people serves only one of them. Codes are compared by a short hash first.
fn hold_shared_codes(context: &Context, people: &People, notes: &mut AllNotes, sieve: &mut Sieve) {
    let listed = |place: u32| code_in_list(context, people, place as usize, notes);
    let alike = sieve.sift(people.len(), |place| listed(place).map(|(_, code)| code)).shared_by(2);
    let mut by_code: Vec<(&str, usize, RowIndex)> =
        alike.filter_map(|place| listed(place).map(|(row, code)| (code, place as usize, row))).collect();
    by_code.sort_unstable();
    for (_, place, row) in by_code.chunk_by(|one, two| one.0 == two.0).filter(|shared| shared.len() > 1).flatten() {
        let reason = "another person has the same activation code";
        let hint = "give each person an own code, or merge the records when they are one person's";
        notes.fault(*place, Fault::doubt(*row, Field::ActivationCode, "code-twice", reason, hint));
    }
}

fn second_code(context: &Context, rows: &[RowIndex], kept: &str) -> Option<Finding> {
    let mut rows = rows.iter().map(|row| (*row, context.row(*row).get(Field::ActivationCode)));
    let (row, _) = rows.find(|(_, code)| !code.is_empty() && *code != kept)?;
    let hint = "nothing, when the other code stays unused; otherwise leave one code in the list";
    let reason = "the rows of this person have different activation codes; the first is printed";
    Some(context.warning(row, Field::ActivationCode, "code-differs", reason, hint))
}

fn no_code(rows: &[RowIndex], under_age: bool) -> Fault {
    let row = rows.first().copied().unwrap_or(RowIndex(0));
    let (reason, hint) = if under_age {
        ("there is no activation code for this minor", "add the code to the list, or a pool of codes for minors to incident.toml")
    } else {
        ("there is no activation code for this person", "add the code to the list, or a pool of codes for adults to incident.toml")
    };
    Fault::lack(row, Field::ActivationCode, "no-activation-code", reason, hint)
}

/// Reads every pool; those of one audience follow each other in file order.
pub(super) fn read_pools(context: &Context) -> Result<Vec<Pool>> {
    let mut pools: Vec<Pool> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut refused = Vec::new();
    for listed in &context.incident.code_pools {
        let bytes = fs_err::read(context.incident.folder.join(&listed.file));
        let bytes = bytes.map_err(|error| Error::unreadable(std::path::Path::new(&listed.file), &error))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable(Place::file(&listed.file)))?;
        let mut codes = Vec::new();
        for (number, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
            let (code, place) = (line.trim(), Place::line(&listed.file, number as u64 + 1));
            if code.is_empty() {
                continue;
            }
            let is_header = codes.is_empty() && code.to_lowercase().contains("code") && !code.contains(|c: char| c.is_ascii_digit());
            if is_header || code.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '"')) {
                return Err(unreadable(place));
            }
            if !seen.insert(code.to_uppercase()) {
                let hint = "ask the vendor for fresh codes, or take the line out";
                refused.push(Finding::refuses("code-twice", place, "the code stands in a pool twice", hint));
            }
            codes.push(Private::new(code.into()));
        }
        match pools.iter_mut().find(|pool| pool.audience == listed.audience) {
            Some(pool) => {
                pool.codes.extend(codes);
                pool.file.clone_from(&listed.file);
            }
            None => pools.push(Pool { audience: listed.audience, file: listed.file.clone(), codes }),
        }
    }
    if refused.is_empty() { Ok(pools) } else { Err(Error::refused_all(refused)) }
}

fn unreadable(place: Place) -> Error {
    let hint = "save the pool as plain text with one code a line, without a header and without other columns";
    Error::refused("code-pool-unreadable", place, "the pool of codes is not one code a line", hint)
}

pub(super) fn refuse_shortage(pools: &[Pool], short: &BTreeMap<usize, usize>) -> Result<()> {
    let refused: Vec<Finding> = short
        .iter()
        .map(|(pool, missing)| {
            let Pool { audience, file, codes } = &pools[*pool];
            let whom = if *audience == CodeAudience::Minor { "minors" } else { "adults" };
            let reason = format!("the pool for {whom} has {} codes, {missing} too few (people who are held count too)", codes.len());
            Finding::refuses(
                "code-pool-short",
                Place::file(file),
                reason,
                "ask the vendor for more codes and add them at the end of the pool",
            )
        })
        .collect();
    if refused.is_empty() { Ok(()) } else { Err(Error::refused_all(refused)) }
}

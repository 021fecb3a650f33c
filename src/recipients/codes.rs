//! Activation codes of the identity service: from the list, else from the pools, one a person, never for the dead.

use super::context::Context;
use super::hold::Fault;
use super::person::Notes;
use super::{Change, Recipient, Role};
use crate::error::{Error, Finding, Place, Result};
use crate::incident::CodeAudience;
use crate::intake::{Field, RowIndex};
use crate::privacy::Private;
use std::collections::{BTreeMap, BTreeSet};

/// Codes of one audience, in file order.
struct Pool {
    audience: CodeAudience,
    /// The last file of the audience: where a shortage is told.
    file: String,
    codes: Vec<Private<String>>,
}

/// Gives everyone who is to be told a code. Held people get theirs too, so that a release moves nobody else's.
pub(super) fn allot(context: &Context, people: &mut [Recipient], notes: &mut [Notes], findings: &mut Vec<Finding>) -> Result<()> {
    let listed: Vec<Option<(RowIndex, &str)>> =
        people.iter().zip(notes.iter()).map(|(recipient, notes)| code_in_list(context, recipient, notes)).collect();
    if context.incident.identity_service.is_none() {
        findings.extend(useless_codes(context, &listed));
        return Ok(());
    }
    let pools = read_pools(context)?;
    let any_codes = !pools.is_empty() || listed.iter().any(Option::is_some);
    hold_shared_codes(notes, &listed);
    let used: BTreeSet<&str> = listed.iter().flatten().map(|(_, code)| *code).collect();
    let mut free: Vec<_> = pools.iter().map(|pool| pool.codes.iter().filter(|code| !used.contains(code.reveal().as_str()))).collect();
    let mut short: BTreeMap<usize, usize> = BTreeMap::new();
    for ((recipient, notes), listed) in people.iter_mut().zip(notes).zip(&listed) {
        if !wants_code(recipient, notes) {
            continue;
        }
        if let Some((_, code)) = listed {
            recipient.activation_code = Some(Private::new((*code).to_owned()));
            findings.extend(second_code(context, recipient, code));
            continue;
        }
        let audience = if notes.under_age { CodeAudience::Minor } else { CodeAudience::Adult };
        match pools.iter().position(|pool| pool.audience == audience) {
            Some(pool) => match free[pool].next() {
                Some(code) => {
                    recipient.activation_code = Some(code.clone());
                    recipient.changes.extend(from_pool(recipient, code));
                }
                None => *short.entry(pool).or_default() += 1,
            },
            None if any_codes => notes.faults.push(no_code(recipient, notes.under_age)),
            None => {}
        }
    }
    refuse_shortage(&pools, &short)
}

/// The code as a change of the first row, so that the proof need not believe the recipient.
fn from_pool(recipient: &Recipient, code: &Private<String>) -> Option<Change> {
    let row = recipient.rows.first().copied()?;
    Some(Change { row, field: Field::ActivationCode, rule: "code-pool", from: Private::default(), to: code.clone() })
}

fn wants_code(recipient: &Recipient, notes: &Notes) -> bool {
    recipient.role != Role::Deceased && notes.broken.is_none() && !notes.excluded
}

/// The code of the first row that has one; only for those who may get one.
fn code_in_list<'a>(context: &Context<'a>, recipient: &Recipient, notes: &Notes) -> Option<(RowIndex, &'a str)> {
    let rows = recipient.rows.iter().filter(|_| wants_code(recipient, notes));
    rows.map(|row| (*row, context.row(*row).get(Field::ActivationCode))).find(|(_, code)| !code.is_empty())
}

fn useless_codes(context: &Context, listed: &[Option<(RowIndex, &str)>]) -> Option<Finding> {
    let place = match (listed.iter().flatten().next(), context.incident.code_pools.first()) {
        (Some((row, _)), _) => context.place(*row, Some(Field::ActivationCode)),
        (None, Some(pool)) => Place::file(&pool.file),
        (None, None) => return None,
    };
    let hint = "fill in [identity_service] in incident.toml, or take the codes out";
    Some(Finding::warns("code-without-service", place, "there are activation codes, but no identity service; they are not printed", hint))
}

/// One code for two people serves only one of them.
fn hold_shared_codes(notes: &mut [Notes], listed: &[Option<(RowIndex, &str)>]) {
    let mut by_code: Vec<(&str, usize, RowIndex)> =
        listed.iter().enumerate().filter_map(|(place, code)| code.map(|(row, code)| (code, place, row))).collect();
    by_code.sort_unstable();
    for shared in by_code.chunk_by(|one, two| one.0 == two.0).filter(|shared| shared.len() > 1) {
        for (_, place, row) in shared {
            notes[*place].faults.push(Fault::doubt(
                *row,
                Field::ActivationCode,
                "code-twice",
                "another person has the same activation code",
                "give each person an own code, or merge the records when they are one person's",
            ));
        }
    }
}

fn second_code(context: &Context, recipient: &Recipient, kept: &str) -> Option<Finding> {
    let mut rows = recipient.rows.iter().map(|row| (*row, context.row(*row).get(Field::ActivationCode)));
    let (row, _) = rows.find(|(_, code)| !code.is_empty() && *code != kept)?;
    let hint = "nothing, when the other code stays unused; otherwise leave one code in the list";
    let reason = "the rows of this person have different activation codes; the first is printed";
    Some(context.warning(row, Field::ActivationCode, "code-differs", reason, hint))
}

fn no_code(recipient: &Recipient, under_age: bool) -> Fault {
    let row = recipient.rows.first().copied().unwrap_or(RowIndex(0));
    let (reason, hint) = if under_age {
        ("there is no activation code for this minor", "add the code to the list, or a pool of codes for minors to incident.toml")
    } else {
        ("there is no activation code for this person", "add the code to the list, or a pool of codes for adults to incident.toml")
    };
    Fault::lack(row, Field::ActivationCode, "no-activation-code", reason, hint)
}

/// Reads every pool; those of one audience follow each other in file order.
fn read_pools(context: &Context) -> Result<Vec<Pool>> {
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
            if code.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '"')) {
                return Err(unreadable(place));
            }
            if !seen.insert(code.to_owned()) {
                let hint = "ask the vendor for fresh codes, or take the line out";
                refused.push(Finding::refuses("code-twice", place, "the code stands in a pool twice", hint));
            }
            codes.push(Private::new(code.to_owned()));
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

fn refuse_shortage(pools: &[Pool], short: &BTreeMap<usize, usize>) -> Result<()> {
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

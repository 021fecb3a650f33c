//! The whole stage: group the rows, judge each person, give codes, settle what becomes of everyone.

use super::address_form::street_form;
use super::context::Context;
use super::hash::Sieve;
use super::notes::{AllNotes, Notes};
use super::people::People;
use super::person;
use super::settle::{self, assign};
use super::{Answers, Disposition, PersonKey, PostalAddress, Recipient, Recipients, codes, decisions, merge, redirect, stale};
use crate::deliberate::panic_at;
use crate::error::{Finding, Result};
use crate::incident::{Incident, ProviderIndex};
use crate::intake::{Field, Intake, RowIndex};
use crate::rules::Rules;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// More recipients than this at one address are worth a look: a home, or an address typed where none was known.
const CROWD: usize = 8;

/// Recipients that all cores judge in one go.
const BATCH: usize = 2 * 1024;

pub(super) fn gather(incident: &Incident, rules: &Rules, intake: &Intake, answers: Answers) -> Result<Recipients> {
    let provider_addresses: Vec<PostalAddress> = incident.providers.iter().map(own_address).collect();
    let context = Context { incident, rules, intake, provider_addresses: &provider_addresses };
    let mut broken: BTreeMap<RowIndex, &Finding> = BTreeMap::new();
    for (row, finding) in &intake.broken {
        broken.entry(*row).or_insert(finding);
    }
    let rulings = if matches!(answers, Answers::AsListed) { decisions::Rulings::default() } else { decisions::read(&context)? };
    let broken_rows: BTreeSet<RowIndex> = broken.keys().copied().collect();
    let mut sieve = Sieve::default();
    let grouped = merge::group(&context, &broken_rows, &rulings, &mut sieve)?;
    let (mut people, mut notes) = (People::default(), AllNotes::default());
    let verdicts = assign(&grouped.groups, &mut notes, &rulings)?;
    let mut findings = grouped.findings;
    let redirections = redirect::find(&context, &grouped.groups, &rulings, &broken_rows, answers, &mut findings)?;
    people.reserve(grouped.groups.len(), intake.rows.len());
    let judge = |group: usize| {
        let rows = grouped.groups.of(group);
        let (mut recipient, noted) = match rows.first().and_then(|row| Some((*row, *broken.get(row)?))) {
            Some((row, finding)) => person::broken(context, row, finding),
            None => person::recipient(context, rows, redirections.get(&group)),
        };
        // Provider and patient id tell nearly everybody apart.
        recipient.key = PersonKey::of(&key(&context, recipient.provider, rows, 0));
        panic_at("recipients", &recipient);
        (recipient, noted)
    };
    let batch =
        |start: usize| -> Vec<(Recipient, Notes)> { (start..grouped.groups.len().min(start + BATCH)).into_par_iter().map(judge).collect() };
    let mut keep = |judged: Vec<(Recipient, Notes)>| {
        for (mut recipient, noted) in judged {
            recipient.activation_code = codes::listed(&context, &recipient, &noted, notes.excluded.contains(&people.len()));
            notes.add(noted);
            people.push(&recipient);
        }
    };
    // While one batch is kept, the next is judged.
    let last = (0..grouped.groups.len()).step_by(BATCH).fold(Vec::new(), |judged, start| rayon::join(|| keep(judged), || batch(start)).1);
    keep(last);
    let pooled = codes::allot(&context, &mut people, &mut notes, &mut sieve, &mut findings)?;
    for place in 0..people.len() {
        let mut noted = notes.take(place);
        settle::settle(&context, &mut people, place, &mut noted, verdicts.get(&place).map_or(&[], Vec::as_slice), &mut findings);
        findings.append(&mut noted.warnings);
    }
    part_keys(&context, &mut people, &mut sieve);
    people.finish();
    findings.extend(crowds(&context, &people, &mut sieve));
    findings.extend(stale::warnings(&context));
    Ok(Recipients { people, merges: grouped.merges, possible: grouped.possible, findings, pooled })
}

fn own_address(provider: &crate::incident::Provider) -> PostalAddress {
    PostalAddress { address1: street_form(&provider.address1), postal_code: provider.postal_code.clone(), ..PostalAddress::default() }
}

/// Tells those apart whom provider and patient id do not: by the record key as well, and at last by the line.
fn part_keys(context: &Context, people: &mut People, sieve: &mut Sieve) {
    let mut places: Vec<usize> =
        sieve.sift(people.len(), |place| Some(people.key_bytes(place as usize))).shared_by(2).map(|place| place as usize).collect();
    places.sort_unstable();
    // A key of more parts is never one of fewer: the parts hold no NUL, which parts them.
    let mut taken = BTreeSet::new();
    for place in places {
        let person = people.outline(place);
        let of_parts = |more: usize| key(context, person.provider, person.rows, more);
        let free = (0..MOST_PARTS).map(of_parts).find(|key| taken.insert(*key)).unwrap_or_else(|| of_parts(MOST_PARTS));
        people.set_key(place, free);
    }
}

/// So many parts may follow the first three of a key.
const MOST_PARTS: usize = 2;

/// The key of a person with so many more parts than it takes as a rule.
fn key(context: &Context, provider_index: Option<ProviderIndex>, rows: &[RowIndex], more: usize) -> [u8; 16] {
    let first = rows.first().copied().unwrap_or(RowIndex(0));
    let provider = match provider_index {
        Some(provider) => context.incident.provider(provider).id.as_str(),
        None => context.row(first).get(Field::ProviderId),
    };
    let of_provider = |row: &&RowIndex| rows.len() == 1 || context.provider_of_row(**row) == provider_index;
    let patient_id = rows.iter().filter(of_provider).map(|row| context.row(*row).get(Field::PatientId)).find(|id| !id.is_empty());
    let record = if patient_id.is_none() || more > 0 { context.record_key(first) } else { String::new() };
    let line = if more > 1 { format!("{}\0{}", context.row(first).list, context.row(first).line) } else { String::new() };
    let mut parts = vec![provider];
    match patient_id {
        Some(id) => parts.extend(["patient", id]),
        None => parts.extend(["row", record.as_str()]),
    }
    parts.extend([record.as_str(), line.as_str()].into_iter().take(more));
    digest(&parts)
}

/// The first half of the SHA-256 of the parts, parted by NUL.
fn digest(parts: &[&str]) -> [u8; 16] {
    let whole = Sha256::digest(parts.join("\0").as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

/// A warning for every address that more than a household's worth of letters goes to. Addresses are compared by a short hash first.
fn crowds(context: &Context, people: &People, sieve: &mut Sieve) -> Vec<Finding> {
    let goes = |place: usize| matches!(people.outline(place).disposition, Disposition::Letter | Disposition::Held(_));
    let address = |place: u32| people.address_texts(place as usize).filter(|_| goes(place as usize));
    let alike = sieve.sift(people.len(), address).shared_by(CROWD + 1);
    let mut by_address: Vec<([&str; 6], RowIndex)> =
        alike.filter_map(|place| Some((people.address_texts(place as usize)?, *people.outline(place as usize).rows.first()?))).collect();
    by_address.sort_unstable();
    let crowded = by_address.chunk_by(|one, two| one.0 == two.0).filter(|crowd| crowd.len() > CROWD);
    let mut firsts: Vec<(RowIndex, usize)> = crowded.filter_map(|crowd| Some((crowd.first()?.1, crowd.len()))).collect();
    firsts.sort_unstable();
    let hint = "look whether it is a home or an address that stands for none; hold the records when it is";
    let warning = |(row, count): (RowIndex, usize)| {
        context.warning(row, Field::Address1, "address-crowded", format!("{count} letters go to one address, this is the first"), hint)
    };
    firsts.into_iter().map(warning).collect()
}

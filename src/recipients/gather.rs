//! The whole stage: group the rows, judge each person, give codes, settle what becomes of everyone.

use super::address_form::street_form;
use super::context::Context;
use super::person;
use super::settle::{self, assign};
use super::{Disposition, PersonKey, PostalAddress, Recipient, Recipients, codes, decisions, merge};
use crate::error::{Finding, Result};
use crate::incident::Incident;
use crate::intake::{Field, Intake, RowIndex};
use crate::rules::Rules;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// More recipients than this at one address are worth a look: a home, or an address typed where none was known.
const CROWD: usize = 8;

pub(super) fn gather(incident: &Incident, rules: &Rules, intake: &Intake) -> Result<Recipients> {
    let provider_addresses: Vec<PostalAddress> = incident.providers.iter().map(own_address).collect();
    let context = Context { incident, rules, intake, provider_addresses: &provider_addresses };
    let mut broken: BTreeMap<RowIndex, &Finding> = BTreeMap::new();
    for (row, finding) in &intake.broken {
        broken.entry(*row).or_insert(finding);
    }
    let rulings = decisions::read(&context)?;
    let grouped = merge::group(&context, &broken.keys().copied().collect(), &rulings)?;
    let (mut people, mut notes) = (Vec::new(), Vec::new());
    let judged = grouped.groups.par_iter().map(|rows| match rows.first().and_then(|row| Some((*row, *broken.get(row)?))) {
        Some((row, finding)) => person::broken(context, row, finding),
        None => person::recipient(context, rows),
    });
    judged.unzip_into_vecs(&mut people, &mut notes);
    let verdicts = assign(&people, &mut notes, &rulings)?;
    let mut findings = grouped.findings;
    codes::allot(&context, &mut people, &mut notes, &mut findings)?;
    let mut keys = BTreeSet::new();
    for (place, (recipient, mut notes)) in people.iter_mut().zip(notes).enumerate() {
        settle::settle(&context, recipient, &mut notes, verdicts.get(&place).copied(), &mut findings);
        recipient.key = key(&context, recipient, &mut keys);
        findings.append(&mut notes.warnings);
    }
    findings.extend(crowds(&context, &people));
    Ok(Recipients { people, merges: grouped.merges, possible: grouped.possible, findings })
}

fn own_address(provider: &crate::incident::Provider) -> PostalAddress {
    PostalAddress { address1: street_form(&provider.address1), postal_code: provider.postal_code.clone(), ..PostalAddress::default() }
}

/// Provider and patient id tell a person apart; where they are missing or taken, the record key does, and at last the line.
fn key(context: &Context, recipient: &Recipient, taken: &mut BTreeSet<[u8; 16]>) -> PersonKey {
    let first = recipient.rows.first().copied().unwrap_or(RowIndex(0));
    let provider = match recipient.provider {
        Some(provider) => context.incident.provider(provider).id.as_str(),
        None => context.row(first).get(Field::ProviderId),
    };
    let patient_id = recipient.rows.iter().map(|row| context.row(*row).get(Field::PatientId)).find(|id| !id.is_empty());
    let line = format!("{}\0{}", context.row(first).list, context.row(first).line);
    let mut parts = vec![provider];
    match patient_id {
        Some(id) => parts.extend(["patient", id]),
        None => parts.extend(["row", recipient.record.as_str()]),
    }
    for more in [recipient.record.as_str(), line.as_str()] {
        if taken.insert(digest(&parts)) {
            break;
        }
        parts.push(more);
    }
    let digest = digest(&parts);
    taken.insert(digest);
    PersonKey(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The first half of the SHA-256 of the parts, parted by NUL.
fn digest(parts: &[&str]) -> [u8; 16] {
    let whole = Sha256::digest(parts.join("\0").as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

/// A warning for every address that more than a household's worth of letters goes to.
fn crowds(context: &Context, people: &[Recipient]) -> Vec<Finding> {
    let goes = |recipient: &&Recipient| matches!(recipient.disposition, Disposition::Letter | Disposition::Held(_));
    let mut by_address: Vec<(&PostalAddress, RowIndex)> =
        people.iter().filter(goes).filter_map(|recipient| Some((recipient.address.as_ref()?.reveal(), *recipient.rows.first()?))).collect();
    by_address.sort_unstable();
    let crowded = by_address.chunk_by(|one, two| one.0 == two.0).filter(|crowd| crowd.len() > CROWD);
    let mut firsts: Vec<(RowIndex, usize)> = crowded.filter_map(|crowd| Some((crowd.first()?.1, crowd.len()))).collect();
    firsts.sort_unstable();
    let hint = "look whether it is a home or an address that stands for none; hold the records when it is";
    let warning = |(row, count): (RowIndex, usize)| {
        context.warning(row, Field::Address1, "address-crowded", &format!("{count} letters go to one address, this is the first"), hint)
    };
    firsts.into_iter().map(warning).collect()
}

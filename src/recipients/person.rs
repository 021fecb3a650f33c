//! The rows of one person -> a recipient, with everything that speaks against writing to it.

use super::address::{self, Destination};
use super::context::Context;
use super::forward::{self, Asked};
use super::hold::Fault;
use super::names::{Generation, NameReading, read_name};
use super::notes::Notes;
use super::redirect::Redirection;
use super::roles::{self, Judgement};
use super::view::View;
use super::{Change, Disposition, PersonKey, PersonName, Recipient, Role, channel};
use crate::error::Finding;
use crate::incident::Language;
use crate::intake::{Elements, Field, RowIndex};
use crate::privacy::Private;

/// The recipient of a group of rows; key, code and disposition are still to come.
pub(super) fn recipient(context: Context, rows: &[RowIndex], redirection: Option<&Redirection>) -> (Recipient, Notes) {
    let view = View::new(context, rows);
    let mut recipient = blank(&view, rows);
    let provider = recipient.provider;
    let NameReading { name, changes, faults: name_faults } = name(&view);
    let mut faults: Vec<Fault> = rows.iter().flat_map(|row| context.intake.doubts_of(*row)).map(Fault::of_row).collect();
    faults.extend(name_faults);
    if provider.is_none() {
        faults.insert(0, unknown_provider(rows.first().copied().unwrap_or(RowIndex(0))));
    }
    let judgement = roles::judge(&view, provider, recipient.residence, &name);
    let mut destination = address::choose(&view, &judgement, redirection.and_then(Redirection::ruled_source));
    let mut warnings = Vec::new();
    if let Some(redirection) = redirection {
        let in_person = judgement.role == Role::Adult || judgement.representative.is_some();
        let addressee = judgement.representative.as_ref().map_or_else(|| name.full(), |known| known.name.clone());
        let asked = Asked { addressee, in_person, provider };
        let moved = forward::follow(&view, &judgement, &mut destination, redirection, &asked, &mut warnings);
        if let Some(address) = destination.address.as_ref().filter(|_| moved && judgement.role == Role::Adult) {
            recipient.residence = roles::jurisdiction(&context, Some(&address.state));
        }
    }
    let email = channel::email(&view, &judgement, &destination, provider, &mut warnings)
        .filter(|_| recipient.also_at.is_empty() || each_agreed(&view, &judgement, &destination));
    recipient.language = channel::language(&view, &mut warnings);
    warnings.extend(undecided_address(&view, email.is_some()));
    let Judgement { role, under_age, birth, representative, faults: role_faults, .. } = judgement;
    faults.extend(role_faults);
    let Destination { address, changes: address_changes, faults: address_faults, cautions, remarks, nobody_to_tell, .. } = destination;
    if email.is_none() {
        faults.extend(address_faults);
        faults.extend(cautions);
        warnings.extend(remarks);
    }
    let mut form_faults = Vec::new();
    recipient.large_print = channel::large_print(&view, &mut form_faults);
    if !nobody_to_tell {
        faults.extend(form_faults);
    }
    let (representative, representative_change) = representative.map_or((None, None), |known| (Some(known.name), known.change));
    recipient.role = role;
    recipient.name = Private::new(name);
    recipient.representative = representative.map(Private::new);
    recipient.address = address.map(Private::new);
    recipient.email = email.map(Private::new);
    recipient.birth_date = birth.map(Private::new);
    recipient.changes = joined(changes, representative_change, address_changes);
    (recipient, Notes { faults, broken: None, under_age, nobody_to_tell, warnings })
}

/// Whether there is an agreement with each provider: one with another does not count for it.
fn each_agreed(view: &View, judgement: &Judgement, destination: &Destination) -> bool {
    let context = view.context;
    let (first, others) = context.providers_of(&view.rows);
    first.into_iter().chain(others).all(|provider| {
        let rows: Vec<RowIndex> = view.rows.iter().copied().filter(|row| context.provider_of_row(*row) == Some(provider)).collect();
        channel::email(&View::new(context, &rows), judgement, destination, Some(provider), &mut Vec::new()).is_some()
    })
}

/// The held recipient of a row that cannot become one as it stands.
pub(super) fn broken(context: Context, row: RowIndex, finding: &Finding) -> (Recipient, Notes) {
    let mut recipient = blank(&View::new(context, &[row]), &[row]);
    let NameReading { name, changes, .. } = read_name(row, context.row(row));
    recipient.name = Private::new(name);
    recipient.changes = changes;
    let finding = if finding.record.is_some() { finding.clone() } else { finding.clone().record(&recipient.record) };
    let broken = Some(Box::new(finding));
    (recipient, Notes { broken, ..Notes::default() })
}

/// What the rows alone say: record, provider, residence, elements.
fn blank(view: &View, rows: &[RowIndex]) -> Recipient {
    let context = view.context;
    let first = rows.first().copied().unwrap_or(RowIndex(0));
    let (provider, also_at) = context.providers_of(rows);
    Recipient {
        key: PersonKey(String::new()),
        record: context.record_key(first),
        rows: rows.to_vec(),
        provider,
        also_at,
        role: Role::Adult,
        name: Private::default(),
        representative: None,
        address: None,
        residence: roles::jurisdiction(&context, view.home_state()),
        email: None,
        birth_date: None,
        elements: rows.iter().fold(Elements::default(), |all, row| all.union(context.row(*row).elements)),
        language: Language::English,
        large_print: false,
        activation_code: None,
        unreachable: false,
        disposition: Disposition::Letter,
        changes: Vec::new(),
    }
}

fn joined(names: Vec<Change>, representative: Option<Change>, addresses: Vec<Change>) -> Vec<Change> {
    let mut all = names;
    all.extend(representative);
    all.extend(addresses);
    all.shrink_to_fit();
    all
}

/// The name in the first row, as contact details count, that gives more than an initial; a name with its suffix before one without.
fn name(view: &View) -> NameReading {
    let mut readings: Vec<NameReading> = view.rows.iter().map(|row| read_name(*row, view.context.row(*row))).collect();
    let is_full = |name: &PersonName| name.first.chars().filter(|letter| letter.is_alphabetic()).nth(1).is_some();
    readings.sort_by_key(|NameReading { name, faults, .. }| (!faults.is_empty(), !is_full(name), Generation::of(name).is_none()));
    readings.into_iter().next().unwrap_or_else(|| read_name(view.contact(), view.context.row(view.contact())))
}

fn unknown_provider(row: RowIndex) -> Fault {
    Fault::lack(
        row,
        Field::ProviderId,
        "unknown-provider",
        "the row names no provider that providers.csv has",
        "write a provider_id of providers.csv, or give the list its provider in incident.toml",
    )
}

/// Rows with different home addresses whose lists came in on the same day, or on days that nobody gave.
fn undecided_address(view: &View, by_email: bool) -> Option<Finding> {
    let (chosen, others) = view.rows.split_first()?;
    let context = view.context;
    if others.is_empty() || by_email {
        return None;
    }
    let key = |row: RowIndex| super::identity::address_key(&context, row);
    let undecided =
        others.iter().any(|row| context.received(*row) == context.received(*chosen) && key(*row).is_some() && key(*row) != key(*chosen));
    let list = |row: RowIndex| context.row(row).list;
    let hint = if others.iter().any(|row| list(*row) != list(*chosen)) {
        "give each list its received day, or correct the address that is out of date"
    } else {
        "ask the provider which address holds, and correct the other in the list"
    };
    undecided.then(|| {
        context.warning(
            *chosen,
            Field::Address1,
            "address-undecided",
            "the rows of this person give different addresses and no day tells which is newer; the later row was taken",
            hint,
        )
    })
}

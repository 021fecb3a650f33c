//! Which of a person's addresses the letter goes to, and the lines that it prints.

use super::address_fault;
use super::address_form::{self, Written, is_unit};
use super::box_line;
use super::decisions::RuledSource;
use super::forward::{RULING_RULE, redirected};
use super::hold::{Fault, Remedy};
use super::roles::Judgement;
use super::view::View;
use super::vocabulary::POST;
use super::{Change, PostalAddress, Role};
use crate::error::Finding;
use crate::intake::{Field, Row, RowIndex};

/// Longest street line with its unit; longer ones get the unit on a line above.
const LONGEST_STREET_LINE: usize = 40;

/// Where a street's name alone does not tell it: the urbanization stands above it.
const PUERTO_RICO: &str = "PR";

/// The home address of a row in print form, and the codes of the findings that it would have by itself, such as `zip-state-mismatch`.
/// Neither the other rows of the person nor the provider's own address are looked at.
pub fn home_address(row: Row<'_>) -> (PostalAddress, Vec<&'static str>) {
    let written = Written::home(row, RowIndex(0));
    let address = address_form::form(&written);
    let codes = address_fault::judge(&written, &address, std::iter::empty()).into_iter().map(|fault| fault.code).collect();
    (address, codes)
}

/// Where a letter goes.
#[derive(Default)]
pub(super) struct Destination {
    /// Absent when nothing can be mailed to.
    pub(super) address: Option<PostalAddress>,
    pub(super) changes: Vec<Change>,
    /// What is wrong with the address.
    pub(super) faults: Vec<Fault>,
    /// Why it may be the wrong one to use, however right it is.
    pub(super) cautions: Vec<Fault>,
    /// What a person may want to know of an address that can be used.
    pub(super) remarks: Vec<Finding>,
    /// The patient asked for this address alone.
    pub(super) confidential: bool,
    /// The patient is dead and no next of kin or representative with an address is known.
    pub(super) nobody_to_tell: bool,
}

/// Chooses the one address that may be used, and judges it. What was ruled is possible, as `redirect` saw to.
pub(super) fn choose(view: &View, judgement: &Judgement, ruled: Option<RuledSource>) -> Destination {
    let confidential: Vec<Written> = written(view, Written::confidential);
    if judgement.role == Role::Deceased {
        return next_of_kin(view, judgement, !confidential.is_empty());
    }
    if let Some(chosen) = confidential.first() {
        let mut destination = judged(view, chosen);
        destination.confidential = true;
        let form = address_form::form(chosen);
        if confidential.iter().any(|other| address_form::form(other) != form) {
            destination.cautions.push(Fault::doubt(
                chosen.row,
                chosen.fields[0],
                "confidential-address-twice",
                "the rows of this person ask for different confidential addresses",
                "ask the provider which request is in force, and leave that one in the list",
            ));
        }
        return destination;
    }
    let mut destination = of_list(view, judgement, ruled);
    if judgement.consented_minor {
        destination.cautions.push(Fault::doubt(
            view.contact(),
            Field::ConfidentialAddress1,
            "minor-confidential",
            "a minor who consented to the care must be told in person, and the home may be the parents'",
            "give a confidential address (45 CFR 164.522(b)), or release the person when the home address is safe",
        ));
    }
    destination
}

/// The representative's address where the role has one, else the home; or the one of the two that was ruled.
fn of_list(view: &View, judgement: &Judgement, ruled: Option<RuledSource>) -> Destination {
    let context = view.context;
    let named = judgement.representative.as_ref().map(|representative| representative.row);
    let of_representative = match (judgement.role, named) {
        (Role::Adult | Role::Deceased, _) => None,
        (_, Some(row)) => Some(Written::representative(context.row(row), row)).filter(|written| !written.is_blank()),
        (_, None) => written(view, Written::representative).into_iter().next(),
    };
    let usual = of_representative.unwrap_or_else(|| Written::home(context.row(view.contact()), view.contact()));
    let asked_for = match ruled {
        Some(RuledSource::Home) => written(view, Written::home).into_iter().next(),
        Some(RuledSource::Representative) => of_representative.or_else(|| written(view, Written::representative).into_iter().next()),
        Some(RuledSource::Confidential | RuledSource::Ncoa) | None => None,
    };
    let chosen = asked_for.unwrap_or(usual);
    let mut destination = judged(view, &chosen);
    if (chosen.row, chosen.fields) != (usual.row, usual.fields)
        && let Some(address) = &destination.address
    {
        destination.changes = redirected(view, judgement.role, address, RULING_RULE);
    }
    destination
}

fn written<'a>(view: &View<'a>, kind: fn(Row<'a>, RowIndex) -> Written<'a>) -> Vec<Written<'a>> {
    let context = view.context;
    view.rows.iter().map(|row| kind(context.row(*row), *row)).filter(|written| !written.is_blank()).collect()
}

/// An address in print form, absent when it cannot be mailed to, with what is wrong with it.
pub(super) fn judge(view: &View, written: &Written) -> (Option<PostalAddress>, Vec<Fault>) {
    let address = address_form::form(written);
    let providers = view.rows.iter().filter_map(|row| view.context.provider_of_row(*row));
    let own = providers.filter_map(|provider| view.context.provider_addresses.get(usize::from(provider.0)));
    let faults = address_fault::judge(written, &address, own);
    let usable = faults.iter().all(|fault| fault.remedy != Remedy::Correction);
    (usable.then_some(address), faults)
}

fn judged(view: &View, written: &Written) -> Destination {
    let (address, faults) = judge(view, written);
    let changes = address.as_ref().map(|address| address_form::changes(written, address)).unwrap_or_default();
    let remarks = address.as_ref().and_then(|address| general_delivery(view, written, address)).into_iter().collect();
    Destination { address, changes, faults, remarks, ..Destination::default() }
}

/// Mail that waits at the post office until somebody asks for it.
fn general_delivery(view: &View, written: &Written, address: &PostalAddress) -> Option<Finding> {
    let lines = [&address.address1, &address.address2];
    let part = lines.into_iter().position(|line| box_line::is_general_delivery(line))?;
    let reason = "general delivery: the post office keeps the letter for a few weeks, until somebody asks for it";
    let hint = "look for a street or box; nothing else is needed when there is none";
    Some(view.context.warning(written.row, written.fields[part], "address-general-delivery", reason, hint))
}

/// 45 CFR 164.404(d)(1)(ii): to the next of kin or representative, if the address is known; never to the patient's own.
fn next_of_kin(view: &View, judgement: &Judgement, asked_for_confidence: bool) -> Destination {
    let row = judgement.representative.as_ref().map(|representative| representative.row);
    let written = row.map(|row| Written::representative(view.context.row(row), row)).filter(Written::has_street);
    let Some(written) = written else {
        return Destination { nobody_to_tell: true, ..Destination::default() };
    };
    let mut destination = judged(view, &written);
    if asked_for_confidence {
        destination.cautions.push(Fault::doubt(
            written.row,
            Field::ConfidentialAddress1,
            "confidential-address-of-deceased",
            "the patient asked for a confidential address and has died since",
            "let the privacy officer decide whether the representative may be told, then release or exclude the record",
        ));
    }
    destination
}

/// The lines below the name: unit at the end of the street line, or above it when the line gets long; the country last and alone.
pub(super) fn lines(address: &PostalAddress) -> Vec<String> {
    let PostalAddress { address1, address2, city, state, postal_code, country } = address;
    let last = [city, state, postal_code].into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
    let joins = !address.is_foreign() && !address1.is_empty() && is_unit(address2) && takes_unit(address1);
    if state == PUERTO_RICO && box_line::urbanization(address2).is_some() {
        return [address2.clone(), address1.clone(), last].into_iter().filter(|line| !line.is_empty()).collect();
    }
    let street = match (joins, format!("{address1} {address2}")) {
        (true, line) if line.chars().count() <= LONGEST_STREET_LINE => vec![line],
        (true, _) => vec![address2.clone(), address1.clone()],
        (false, _) => vec![address1.clone(), address2.clone()],
    };
    street.into_iter().chain([last, country.clone()]).filter(|line| !line.is_empty()).collect()
}

/// Whether a line is a numbered street rather than somebody's name.
fn takes_unit(line: &str) -> bool {
    let first = line.split(' ').next().unwrap_or_default();
    !POST.care_of.contains(first) && line.chars().any(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_in_the_order_of_the_post() {
        let cases: [([&str; 6], &[&str]); 11] = [
            (["1 ELM ST", "", "BOSTON", "MA", "02139", ""], &["1 ELM ST", "BOSTON MA 02139"]),
            (["1 ELM ST", "APT 5", "BOSTON", "MA", "02139", ""], &["1 ELM ST APT 5", "BOSTON MA 02139"]),
            (["1 ELM ST", "# 5", "BOSTON", "MA", "02139", ""], &["1 ELM ST # 5", "BOSTON MA 02139"]),
            (
                ["12345 NORTH MARTIN LUTHER KING JR BLVD", "BLDG 2 APT 5", "BOSTON", "MA", "02139", ""],
                &["BLDG 2 APT 5", "12345 NORTH MARTIN LUTHER KING JR BLVD", "BOSTON MA 02139"],
            ),
            (["C/O ANN LEE", "1 ELM ST", "BOSTON", "MA", "02139", ""], &["C/O ANN LEE", "1 ELM ST", "BOSTON MA 02139"]),
            (["C/O ANN LEE", "APT 5", "BOSTON", "MA", "02139", ""], &["C/O ANN LEE", "APT 5", "BOSTON MA 02139"]),
            (
                ["150 CALLE A", "URB LAS GLADIOLAS", "SAN JUAN", "PR", "00926", ""],
                &["URB LAS GLADIOLAS", "150 CALLE A", "SAN JUAN PR 00926"],
            ),
            (
                ["URB LAS GLADIOLAS", "150 CALLE A", "SAN JUAN", "PR", "00926", ""],
                &["URB LAS GLADIOLAS", "150 CALLE A", "SAN JUAN PR 00926"],
            ),
            (["1 URB WAY", "URB 5", "BOSTON", "MA", "02139", ""], &["1 URB WAY", "URB 5", "BOSTON MA 02139"]),
            (["", "PO BOX 5", "BOSTON", "MA", "02139", ""], &["PO BOX 5", "BOSTON MA 02139"]),
            (["10 Rue X", "Apt 5", "Paris", "", "75002", "FRANCE"], &["10 Rue X", "Apt 5", "Paris 75002", "FRANCE"]),
        ];
        for ([address1, address2, city, state, postal_code, country], expected) in cases {
            let address = PostalAddress {
                address1: address1.to_owned(),
                address2: address2.to_owned(),
                city: city.to_owned(),
                state: state.to_owned(),
                postal_code: postal_code.to_owned(),
                country: country.to_owned(),
            };
            assert_eq!(address.lines(), expected);
        }
    }
}

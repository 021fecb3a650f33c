//! The texts of one recipient -> a record of packed texts, and back.

use super::{Change, PersonName, PostalAddress, Recipient};
use crate::intake::{At, Field, RowIndex, Texts};
use crate::privacy::Private;
use std::fmt::Write as _;

/// Where each text of a recipient stands in its record.
#[derive(Clone, Copy)]
pub(super) enum Slot {
    /// Name of the list with its colon.
    RecordList,
    RecordId,
    Prefix,
    First,
    Middle,
    Last,
    Suffix,
    Representative,
    Address1,
    Address2,
    City,
    State,
    PostalCode,
    Country,
    Email,
    /// In a record of its own when it was given late.
    Code,
    Changes,
}

/// How many slots there are.
pub(super) const SLOTS: usize = Slot::Changes as usize + 1;

/// The slots of an address, in its own order.
pub(super) const ADDRESS: [Slot; 6] = [Slot::Address1, Slot::Address2, Slot::City, Slot::State, Slot::PostalCode, Slot::Country];

/// The slots to which a change may point, instead of repeating what stands there.
const POINTED: [Slot; 12] = [
    Slot::Prefix,
    Slot::First,
    Slot::Middle,
    Slot::Last,
    Slot::Suffix,
    Slot::Representative,
    Slot::Address1,
    Slot::Address2,
    Slot::City,
    Slot::State,
    Slot::PostalCode,
    Slot::Country,
];

/// Why a value may be changed, as [`Change::rule`] has it.
const RULES: [&str; 4] = [super::names::RULE, super::address_form::RULE, super::forward::NCOA_RULE, super::forward::RULING_RULE];

/// Adds the record of a recipient.
pub(super) fn pack(texts: &mut Texts, recipient: &Recipient) -> At {
    let name = recipient.name.reveal();
    let (list, id) = recipient.record.split_at(recipient.record.find(':').map_or(0, |colon| colon + 1));
    let address = recipient.address.as_ref().map(Private::reveal);
    let part = |part: fn(&PostalAddress) -> &String| address.map_or("", |address| part(address));
    let private = |value: &'_ Option<Private<String>>| value.as_ref().map_or(String::new(), |value| value.reveal().clone());
    let (representative, email, code) =
        (private(&recipient.representative), private(&recipient.email), private(&recipient.activation_code));
    let mut record = [""; SLOTS];
    let filled = [
        (Slot::RecordList, list),
        (Slot::RecordId, id),
        (Slot::Prefix, name.prefix.as_str()),
        (Slot::First, &name.first),
        (Slot::Middle, &name.middle),
        (Slot::Last, &name.last),
        (Slot::Suffix, &name.suffix),
        (Slot::Representative, &representative),
        (Slot::Address1, part(|address| &address.address1)),
        (Slot::Address2, part(|address| &address.address2)),
        (Slot::City, part(|address| &address.city)),
        (Slot::State, part(|address| &address.state)),
        (Slot::PostalCode, part(|address| &address.postal_code)),
        (Slot::Country, part(|address| &address.country)),
        (Slot::Email, &email),
        (Slot::Code, &code),
    ];
    for (slot, text) in filled {
        record[slot as usize] = text;
    }
    let changes = written(&recipient.changes, &recipient.rows, &record);
    record[Slot::Changes as usize] = &changes;
    texts.push(&record)
}

/// Changes as text, `row.field.rule=slot ` or `row.field.rule#length:text `: one word for most people, whatever their values.
fn written(changes: &[Change], rows: &[RowIndex], record: &[&str; SLOTS]) -> String {
    let mut text = String::new();
    for change in changes {
        let row = rows.iter().position(|row| *row == change.row).unwrap_or_default();
        let rule = RULES.iter().position(|rule| *rule == change.rule).unwrap_or_default();
        let to = change.to.reveal();
        let pointed = POINTED.into_iter().find(|slot| !to.is_empty() && record[*slot as usize] == to);
        // Writing to a string cannot fail.
        let _ = match pointed {
            Some(slot) => write!(text, "{row}.{}.{rule}={} ", change.field as usize, slot as usize),
            None => write!(text, "{row}.{}.{rule}#{}:{to} ", change.field as usize, to.len()),
        };
    }
    text
}

/// The changes of a record.
pub(super) fn changes<'a>(text: impl Fn(Slot) -> &'a str, rows: &[RowIndex]) -> Vec<Change> {
    let mut rest = text(Slot::Changes);
    let mut changes = Vec::new();
    while let Some((change, after)) = read(rest, &text, rows) {
        changes.push(change);
        rest = after;
    }
    changes
}

fn read<'a>(written: &'a str, text: &impl Fn(Slot) -> &'a str, rows: &[RowIndex]) -> Option<(Change, &'a str)> {
    let (row, rest) = written.split_once('.')?;
    let (field, rest) = rest.split_once('.')?;
    let (rule, rest) = rest.split_at_checked(1)?;
    let (kind, rest) = rest.split_at_checked(1)?;
    let (to, rest) = if kind == "=" {
        let (slot, rest) = rest.split_once(' ')?;
        let slot: usize = slot.parse().ok()?;
        (text(POINTED.into_iter().find(|known| *known as usize == slot)?), rest)
    } else {
        let (length, rest) = rest.split_once(':')?;
        let (to, rest) = rest.split_at_checked(length.parse().ok()?)?;
        (to, rest.strip_prefix(' ')?)
    };
    let (row, field): (usize, usize) = (row.parse().ok()?, field.parse().ok()?);
    let (row, (field, _), rule) = (*rows.get(row)?, *Field::ALL.get(field)?, *RULES.get(rule.parse::<usize>().ok()?)?);
    Some((Change { row, field, rule, to: Private::new(to.to_owned()) }, rest))
}

/// The record key of a record.
pub(super) fn record<'a>(text: impl Fn(Slot) -> &'a str) -> String {
    [text(Slot::RecordList), text(Slot::RecordId)].concat()
}

/// The name of a record.
pub(super) fn name<'a>(text: impl Fn(Slot) -> &'a str) -> PersonName {
    let [prefix, first, middle, last, suffix] =
        [Slot::Prefix, Slot::First, Slot::Middle, Slot::Last, Slot::Suffix].map(|slot| text(slot).to_owned());
    PersonName { prefix, first, middle, last, suffix }
}

/// The address of a record.
pub(super) fn address<'a>(text: impl Fn(Slot) -> &'a str) -> PostalAddress {
    let [address1, address2, city, state, postal_code, country] = ADDRESS.map(|slot| text(slot).to_owned());
    PostalAddress { address1, address2, city, state, postal_code, country }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{case, person};
    use crate::intake::Field;
    use crate::recipients::{Change, People};

    /// Every kind of change, some with values that stand in no slot.
    #[test]
    fn recipients_come_back_as_they_were() {
        let whole = case([
            person("1").with(Field::Address1, "1 Elm Street").with(Field::Suffix, "junior").with(Field::Email, "ann@example.org"),
            person("2:b").all(&[(Field::FullName, "BYRON, ADA K"), (Field::FirstName, ""), (Field::LastName, "")]),
            person("3").all(&[(Field::Status, "deceased"), (Field::RepresentativeName, "LEE, MARY")]),
            person("4").with(Field::Address1, ""),
        ]);
        let everyone = whole.gather().people;
        let again: People = everyone.iter().cloned().collect();
        for (one, two) in everyone.iter().zip(again.iter()) {
            assert_eq!(format!("{one:?}"), format!("{two:?}"));
            assert_eq!((&one.name, &one.address, &one.representative), (&two.name, &two.address, &two.representative));
            let told = |changes: &[Change]| changes.iter().map(|change| change.to.reveal().clone()).collect::<Vec<_>>();
            assert_eq!(told(&one.changes), told(&two.changes));
        }
        assert_eq!(everyone[1].record, "patients.csv:2:b");
        assert!(everyone[1].changes.iter().any(|change| change.to.reveal() == "Ada K Byron"));
    }
}

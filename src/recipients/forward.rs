//! Letters that go elsewhere than the list says: by a ruling, or by the address vendor's answer.

use super::address::{self, Destination};
use super::address_form::Written;
use super::decisions::RuledSource;
use super::hold::Fault;
use super::moves::{Effect, MOVES_FILE, Move};
use super::redirect::{Redirection, stale};
use super::roles::Judgement;
use super::view::View;
use super::{Change, PostalAddress, Role};
use crate::error::{Finding, Place};
use crate::incident::ProviderIndex;
use crate::intake::Field;
use crate::privacy::Private;

/// What changes are recorded under when the address vendor's answer was followed.
pub const NCOA_RULE: &str = "ncoa";
/// What changes are recorded under when a person ruled which address is to be used.
pub(super) const RULING_RULE: &str = "ruling";

/// What the vendor would be asked about now.
pub(super) struct Asked {
    pub(super) addressee: String,
    /// The addressee is named, and no parent of a child whose name alone is known.
    pub(super) in_person: bool,
    pub(super) provider: Option<ProviderIndex>,
}

/// Follows the answer about one person. Gives whether the letter goes to a new address.
pub(super) fn follow(
    view: &View,
    judgement: &Judgement,
    destination: &mut Destination,
    redirection: &Redirection,
    asked: &Asked,
    warnings: &mut Vec<Finding>,
) -> bool {
    let mail_date = view.context.mail_date(asked.provider);
    let Some((answer, effect)) = redirection.answer(mail_date, asked.in_person) else { return false };
    let listed = destination.address.as_ref().filter(|_| !destination.confidential);
    if listed.is_none_or(|address| Move::asked_about(&asked.addressee, address) != answer.asked) {
        warnings.push(stale(answer));
        if redirection.ruled_source() == Some(RuledSource::Ncoa) {
            let reason = "a ruling asks for the address vendor's address, but its answer is about another name or address";
            destination.faults.push(doubt(view, answer, "move-outdated", reason, "take the ruling out, or ask the vendor again"));
        }
        return false;
    }
    let warn = |code, reason: &'static str, hint: &'static str| {
        Finding::warns(code, place(answer), reason, hint).record(view.context.record_key(view.contact()))
    };
    match effect {
        Effect::None => {}
        Effect::Applies => return go_to(view, judgement, destination, answer),
        Effect::NeedsRuling => {
            let reason = "the post knows of a move that may be this person's or that of others in the house";
            let hint = "look at moves.csv and rule use_address with ncoa (the new address) or home (the one of the list)";
            destination.faults.push(doubt(view, answer, "move-needs-ruling", reason, hint));
        }
        Effect::NotConfirmed if !answer.address.reveal()[0].is_empty() => {
            let reason = "the person has moved, and the post does not know the number of the new address";
            let hint = "look the new address up and correct the list, or rule use_address with home";
            destination.faults.push(doubt(view, answer, "address-not-confirmed", reason, hint));
        }
        Effect::NotConfirmed => {
            let reason = "the post knows no such number in this street";
            let hint = "look the address up and correct the list, or release the person when it is right";
            destination.faults.push(doubt(view, answer, "address-not-confirmed", reason, hint));
        }
        Effect::Gone => {
            let reason = format!("the person {}", answer.gone());
            let hint = "look for a newer address and correct the list, or rule use_address with home; without one the person counts for \
                        substitute notice";
            destination.address = None;
            destination.changes.clear();
            destination.remarks.clear();
            destination.faults.insert(0, lack(view, answer, "move-without-address", reason, hint));
        }
        Effect::Business => {
            let reason = "a firm moved from this address, which is not followed for a person";
            warnings.push(warn("move-of-business", reason, "correct the list when the person moved too"));
        }
        Effect::Later => {
            let reason = "the person moves after the mail date, so the letter goes to the address of the list";
            warnings.push(warn("move-later", reason, "nothing needs to be done, unless the mail date changes"));
        }
    }
    false
}

fn go_to(view: &View, judgement: &Judgement, destination: &mut Destination, answer: &Move) -> bool {
    let [address1, address2, city, state, postal_code] = answer.address.reveal().each_ref().map(String::as_str);
    let written = Written::answered(view.contact(), [address1, address2, city, state, postal_code, ""]);
    let (address, faults) = address::judge(view, &written);
    destination.remarks.clear();
    destination.faults = faults.into_iter().map(|fault| at(answer, fault)).collect();
    destination.changes = address.as_ref().map(|address| redirected(view, judgement.role, address, NCOA_RULE)).unwrap_or_default();
    destination.address = address;
    destination.address.is_some()
}

/// The changes by which every address of the rows that a letter in this role could go to becomes another one.
pub(super) fn redirected(view: &View, role: Role, to: &PostalAddress, rule: &'static str) -> Vec<Change> {
    let groups: &[[Field; 6]] = match role {
        Role::Adult => &[Field::HOME],
        Role::Deceased => &[Field::REPRESENTATIVE],
        Role::Minor | Role::Represented => &[Field::REPRESENTATIVE, Field::HOME],
    };
    let printed = [&to.address1, &to.address2, &to.city, &to.state, &to.postal_code, &to.country];
    let each = view.rows.iter().flat_map(|row| groups.iter().map(move |group| (*row, *group)));
    let is_written = |(row, group): &(_, [Field; 6])| group[..5].iter().any(|field| !view.context.row(*row).get(*field).is_empty());
    let mut replaced: Vec<_> = each.filter(is_written).collect();
    if replaced.is_empty() {
        replaced.push((view.contact(), groups[0]));
    }
    let changes = replaced.into_iter().flat_map(|(row, group)| {
        let changed = group.into_iter().zip(printed).filter(move |(field, to)| view.context.row(row).get(*field) != to.as_str());
        changed.map(move |(field, to)| Change { row, field, rule, to: Private::new(to.clone()) })
    });
    changes.collect()
}

fn place(answer: &Move) -> Place {
    Place::line(MOVES_FILE, answer.line)
}

fn at(answer: &Move, fault: Fault) -> Fault {
    Fault { place: Some(place(answer)), ..fault }
}

fn doubt(view: &View, answer: &Move, code: &'static str, reason: &'static str, hint: &'static str) -> Fault {
    at(answer, Fault::doubt(view.contact(), Field::Address1, code, reason, hint))
}

fn lack(view: &View, answer: &Move, code: &'static str, reason: String, hint: &'static str) -> Fault {
    at(answer, Fault::lack(view.contact(), Field::Address1, code, reason, hint))
}

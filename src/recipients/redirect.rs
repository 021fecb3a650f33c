//! What rulings and the address vendor's answers say about where letters go, by recipient.

use super::address_form::Written;
use super::context::Context;
use super::decisions::{RuledAddress, RuledSource, Rulings, rows_by_key};
use super::merge::Groups;
use super::moves::{Effect, MOVES_FILE, Move, Outcome, read_moves};
use super::roles;
use super::view::View;
use super::{PersonName, Role};
use crate::error::{Error, Finding, Place, Result};
use crate::intake::RowIndex;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Which answers of an address vendor count.
#[derive(Debug, Clone, Copy)]
pub enum Answers<'a> {
    /// Those of moves.csv in the incident folder.
    Received,
    /// None: everyone as the lists have them.
    Ignored,
    /// None, and no ruling of decisions.csv either: for a list that neither can be about.
    AsListed,
    /// Those that are about to be taken back.
    Given(&'a [Move]),
}

/// What was ruled and answered about one recipient.
#[derive(Default)]
pub(super) struct Redirection<'a> {
    pub(super) moved: Option<Move>,
    pub(super) ruled: Option<&'a RuledAddress>,
}

impl Redirection<'_> {
    /// Which address was ruled to be used.
    pub(super) fn ruled_source(&self) -> Option<RuledSource> {
        self.ruled.map(|ruled| ruled.source)
    }

    /// The answer with what it does, unless another address was ruled to be used.
    pub(super) fn answer(&self, mail_date: Date, in_person: bool) -> Option<(&Move, Effect)> {
        let answer = self.moved.as_ref()?;
        match (self.ruled_source(), answer.effect(mail_date, in_person)) {
            (Some(RuledSource::Ncoa), Effect::NeedsRuling) => Some((answer, Effect::Applies)),
            (None | Some(RuledSource::Ncoa), effect) => Some((answer, effect)),
            (Some(_), _) => None,
        }
    }
}

/// By place of the recipient.
pub(super) type Redirections<'a> = BTreeMap<usize, Redirection<'a>>;

/// Finds the recipient of every ruling and answer. An answer whose record is gone is a warning.
///
/// # Errors
/// Refused when moves.csv is not ours, or a ruling is impossible.
pub(super) fn find<'a>(
    context: &Context,
    groups: &Groups,
    rulings: &'a Rulings,
    broken: &BTreeSet<RowIndex>,
    answers: Answers,
    findings: &mut Vec<Finding>,
) -> Result<Redirections<'a>> {
    let moves = match answers {
        Answers::Received => read_moves(&context.incident.folder)?,
        Answers::Ignored | Answers::AsListed => Vec::new(),
        Answers::Given(moves) => moves.to_vec(),
    };
    let mut found = Redirections::new();
    if moves.is_empty() && rulings.addresses.is_empty() {
        return Ok(found);
    }
    let keys: BTreeSet<&str> = moves.iter().map(|answer| answer.record.as_str()).collect();
    let rows = rows_by_key(context, &keys);
    let ruled_rows = rulings.addresses.iter().map(|ruled| ruled.row);
    let places = places_of(groups, &rows.values().flatten().copied().chain(ruled_rows).collect());
    for answer in moves {
        let row = rows.get(&answer.record).and_then(|rows| rows.first());
        match row.and_then(|row| places.get(row)) {
            Some(place) => found.entry(*place).or_default().moved = Some(answer),
            None => findings.push(stale(&answer)),
        }
    }
    let mut refused = Vec::new();
    for ruled in &rulings.addresses {
        let Some(place) = places.get(&ruled.row) else { continue };
        let redirection = found.entry(*place).or_default();
        let known = *redirection.ruled.get_or_insert(ruled);
        if known.source != ruled.source {
            let reason = "another ruling on the same person names another address";
            refused.push(ruled.refused("ruling-contradicts", reason, "leave the ruling that is in force"));
        }
        refused.extend(impossible(context, groups.of(*place), ruled, broken, redirection, answers));
    }
    if refused.is_empty() { Ok(found) } else { Err(Error::refused_all(refused)) }
}

/// The place of the recipient that each row went into.
pub(super) fn places_of(groups: &Groups, rows: &BTreeSet<RowIndex>) -> BTreeMap<RowIndex, usize> {
    let mut places = BTreeMap::new();
    if rows.is_empty() {
        return places;
    }
    for (place, group) in groups.iter().enumerate() {
        places.extend(group.iter().filter(|row| rows.contains(row)).map(|row| (*row, place)));
    }
    places
}

/// An answer that is about nobody any more, or about another address than the lists have now.
pub(super) fn stale(answer: &Move) -> Finding {
    let reason = "the name or address changed since the address vendor was asked, so its answer is not used";
    let hint = "export the addresses again and take the new answer back, or leave it when the list knows better";
    Finding::warns("move-outdated", Place::line(MOVES_FILE, answer.line), reason, hint).record(&answer.record)
}

/// Why a ruling cannot be followed.
fn impossible(
    context: &Context,
    rows: &[RowIndex],
    ruled: &RuledAddress,
    broken: &BTreeSet<RowIndex>,
    redirection: &Redirection,
    answers: Answers,
) -> Option<Finding> {
    if rows.iter().any(|row| broken.contains(row)) {
        return Some(ruled.refused("ruling-impossible", "the row is broken", "correct the row in the list first"));
    }
    let view = View::new(*context, rows);
    let provider = rows.first().and_then(|row| context.provider_of_row(*row));
    let residence = roles::jurisdiction(context, view.home_state());
    let role = roles::judge(&view, provider, residence, &PersonName::default()).role;
    let has = |written: fn(crate::intake::Row<'_>, RowIndex) -> bool| rows.iter().any(|row| written(context.row(*row), *row));
    let confidential = has(|row, index| !Written::confidential(row, index).is_blank());
    let lacks = |reason: &'static str| Some(ruled.refused("ruling-without-address", reason, "correct the list, or take the ruling out"));
    match ruled.source {
        RuledSource::Home | RuledSource::Confidential if role == Role::Deceased => {
            let reason = "a letter about a patient who died goes to next of kin or representative, never to the patient's own address";
            Some(ruled.refused("ruling-impossible", reason, "give the representative's address in the list (45 CFR 164.404(d)(1)(ii))"))
        }
        RuledSource::Confidential if !confidential => lacks("there is no confidential address"),
        RuledSource::Confidential => None,
        _ if confidential && role != Role::Deceased => {
            let reason = "the patient asked for a confidential address, and no other may be used";
            let hint =
                "take the ruling out; when the request was withdrawn, take the confidential address out of the list (45 CFR 164.522(b))";
            Some(ruled.refused("ruling-against-confidence", reason, hint))
        }
        RuledSource::Home if !has(|row, index| !Written::home(row, index).is_blank()) => lacks("there is no home address"),
        RuledSource::Representative if !has(|row, index| !Written::representative(row, index).is_blank()) => {
            lacks("there is no address of a representative")
        }
        RuledSource::Ncoa if !matches!(answers, Answers::Ignored | Answers::AsListed) => {
            let usable = |answer: &Move| {
                let mail_date = context.mail_date(provider);
                let found = matches!(answer.outcome(), Outcome::NewAddress | Outcome::Unsure);
                found && matches!(answer.effect(mail_date, true), Effect::Applies | Effect::NeedsRuling)
            };
            let known = redirection.moved.as_ref().is_some_and(usable);
            if known { None } else { lacks("the address vendor gave no new address for this person that may be used") }
        }
        RuledSource::Home | RuledSource::Representative | RuledSource::Ncoa => None,
    }
}

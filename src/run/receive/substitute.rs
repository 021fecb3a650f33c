//! Substitute notice: what is done for those whom no letter reaches (45 CFR 164.404(d)(2)).

use super::{Books, Desk, Entries};
use crate::deliver::received::{Posting, PostingKind, Substitute, Told, Way, read_substitute};
use crate::error::{Finding, Result};
use crate::ledger::{EventKind, Listed, NewEvent};
use crate::{obligations, run};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn entries(desk: &Desk<'_>, ledger: Books<'_>, file: &Path) -> Result<Entries> {
    let Substitute { postings, told, findings } = read_substitute(file)?;
    let listed = ledger.listed(&[EventKind::Unreachable, EventKind::ToldBySubstitute])?;
    let per_provider = if told.is_empty() { BTreeMap::new() } else { out_of_reach(desk)? };
    let mut posting = Entering { desk, unreachable: BTreeMap::new(), per_provider, known: 0, entries: Entries::default() };
    posting.entries.taken.rows = (postings.len() + told.len()) as u64;
    posting.entries.taken.findings = findings;
    for person in listed.into_iter().filter(|person| person.disposition != "seed") {
        posting.unreachable.insert(person.state.piece, person);
    }
    told.iter().for_each(|told| posting.told(told));
    postings.iter().for_each(|notice| posting.posted(notice));
    let mut entries = posting.entries;
    entries.taken.known = posting.known;
    Ok(entries)
}

/// Provider -> how many neither letter nor e-mail reaches, as `plan` counts them: with those to whom the lists alone give no way, without
/// the dead.
fn out_of_reach(desk: &Desk<'_>) -> Result<BTreeMap<String, u64>> {
    let case = run::read(desk.folder)?;
    let unreached = run::unreached(&case, desk.ledger)?;
    let of_provider = obligations::unreachable(&case.incident, &case.rules, &case.recipients, &unreached).into_iter();
    Ok(of_provider.map(|people| (people.provider_id, people.count)).collect())
}

/// What to do about a day on which nobody could be told.
const TOO_EARLY: &str = "correct the day, then take the file in again; this entry changed nothing";

struct Entering<'a> {
    desk: &'a Desk<'a>,
    /// Those who cannot be reached, also those who were told by substitute notice, by piece.
    unreachable: BTreeMap<u32, Listed>,
    /// As [`out_of_reach`].
    per_provider: BTreeMap<String, u64>,
    known: u64,
    entries: Entries,
}

impl Entering<'_> {
    fn warn(&mut self, code: &'static str, place: &crate::error::Place, reason: impl Into<crate::error::Sentence>, hint: &'static str) {
        self.entries.taken.findings.push(Finding::warns(code, place.clone(), reason, hint));
    }

    /// One person, told by telephone or otherwise: enough while fewer than ten cannot be reached.
    fn told(&mut self, told: &Told) {
        let Told { piece, on, way, by, place } = told;
        let Some(person) = self.unreachable.get(piece) else {
            let hint = "only people whom no letter reaches are told by substitute notice: see `status`";
            return self.warn("piece-not-unreachable", place, format!("piece {piece:07} is not unreachable"), hint);
        };
        let federal = &self.desk.rules.federal;
        let count = self.per_provider.get(&person.provider).copied().unwrap_or_default();
        if person.state.state == EventKind::ToldBySubstitute {
            return self.known += 1;
        }
        if count >= u64::from(federal.substitute_public_from.value) {
            let reason = format!("{count} people of the provider cannot be reached: that is too many to tell one by one alone");
            let hint = "post the notice on the web for 90 days or in major media, with a toll-free number (45 CFR 164.404(d)(2)(ii))";
            return self.warn("substitute-public", place, reason, hint);
        }
        if self.is_too_early(Some(&person.provider), *on) {
            return self.warn("day-impossible", place, format!("{on} lies before the discovery"), TOO_EARLY);
        }
        if *on > self.desk.today {
            return self.warn("substitute-later", place, "the day is still to come", "take the file in again when it has been done");
        }
        let way = match way {
            Way::Telephone => "telephone",
            Way::Written => "written",
            Way::Other => "other",
        };
        let state = &person.state;
        let event = NewEvent::of_piece(EventKind::ToldBySubstitute, *piece, state.attempt, state.job, format!("{way}, {by}"));
        self.entries.add(event.on(*on));
        self.told_now(*piece);
    }

    /// A posting speaks to everyone of its provider whom no letter reached until now.
    fn posted(&mut self, posting: &Posting) {
        let Posting { kind, provider_id, began, until, phone_until, place, .. } = posting;
        let known_provider = |id: &String| self.desk.incident.providers.iter().any(|provider| provider.id == *id);
        if provider_id.as_ref().is_some_and(|id| !known_provider(id)) {
            return self.warn("unknown-provider", place, "there is no such provider", "use a provider_id of providers.csv");
        }
        if self.is_too_early(provider_id.as_ref(), *began) {
            return self.warn("day-impossible", place, format!("{began} lies before the discovery"), TOO_EARLY);
        }
        if *began > self.desk.today {
            return self.warn("substitute-later", place, "the posting is still to come", "take the file in again once it is up");
        }
        let least = self.desk.rules.federal.substitute_posting_days.value;
        let days = |last: Date| last.since(*began).map_or(0, |span| span.get_days() + 1);
        let (posted, answered) = (days(*until), days(*phone_until));
        if *kind == PostingKind::Web && i64::from(posted) < i64::from(least) {
            let reason = format!("the notice stands on the web for {posted} days, and {least} are owed");
            return self.warn("substitute-short", place, reason, "leave it up longer and correct `until` (45 CFR 164.404(d)(2)(ii))");
        }
        if i64::from(answered) < i64::from(least) {
            let reason = format!("the number is answered for {answered} days, and {least} are owed");
            return self.warn(
                "substitute-short",
                place,
                reason,
                "keep it open longer and correct `phone_until` (45 CFR 164.404(d)(2)(ii))",
            );
        }
        let way = if *kind == PostingKind::Web { "web" } else { "media" };
        let speaks_to =
            |person: &&Listed| person.state.state == EventKind::Unreachable && provider_id.as_ref().is_none_or(|id| *id == person.provider);
        let people: Vec<Listed> = self.unreachable.values().filter(speaks_to).cloned().collect();
        if people.is_empty() {
            return self.known += 1;
        }
        let whose = provider_id.as_deref().unwrap_or("every provider");
        let event = NewEvent::of_incident(EventKind::Posted, 0, format!("{way} for {whose} until {until}"));
        self.entries.events.push(event.on(*began));
        for person in people {
            let state = &person.state;
            let event =
                NewEvent::of_piece(EventKind::ToldBySubstitute, state.piece, state.attempt, state.job, format!("{way} until {until}"));
            self.entries.add(event.on(*began));
            self.told_now(state.piece);
        }
    }

    /// Whether a day lies before a provider's discovery; that of all of them where none is named.
    fn is_too_early(&self, provider_id: Option<&String>, day: Date) -> bool {
        let Desk { incident, rules, .. } = self.desk;
        let of = incident.providers.iter().filter(|provider| provider_id.is_none_or(|id| *id == provider.id));
        of.map(|provider| obligations::discovered(incident, rules, provider)).min().is_some_and(|discovered| day < discovered)
    }

    fn told_now(&mut self, piece: u32) {
        if let Some(person) = self.unreachable.get_mut(&piece) {
            person.state.state = EventKind::ToldBySubstitute;
        }
    }
}

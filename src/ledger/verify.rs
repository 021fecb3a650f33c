//! Checking every chain from its beginning: what was changed, removed or cut short.

use super::allot::bound;
use super::chain::{Link, Sha, Stamp, StoredEvent, beginning, heads_in, link_digest};
use super::of_people::is_removed;
use super::store::Session;
use super::{EventKind, Piece};
use crate::digest::hex;
use crate::error::{Finding, Place, Result};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What a check of the chains found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verified {
    /// Events that were checked.
    pub events: u64,
    /// Links that were checked.
    pub links: u64,
    /// Workers with a chain.
    pub workers: u64,
    pub(super) findings: Vec<Finding>,
}

/// A check under way.
pub(super) struct Checking {
    place: &'static str,
    beginning: Sha,
    links: BTreeMap<i64, Link>,
    /// Digests of each link's events that are there, by link.
    events: BTreeMap<i64, Vec<Sha>>,
    /// Links with an event that was found changed already.
    named: BTreeSet<i64>,
    /// Heads that a checkpoint or a package names, with who names them.
    heads: Vec<(Stamp, String)>,
    /// Numbers that were allotted, and the digest that binds who bears them.
    allotted: Vec<(Piece, Piece, Option<Vec<u8>>, i64)>,
    /// Whether what tells who bore the numbers was removed, as an event says.
    purged: bool,
    verified: Verified,
}

impl Checking {
    pub(super) fn begin(place: &'static str, incident: &str) -> Checking {
        Checking {
            place,
            beginning: beginning(incident),
            links: BTreeMap::new(),
            events: BTreeMap::new(),
            named: BTreeSet::new(),
            heads: Vec::new(),
            allotted: Vec::new(),
            purged: false,
            verified: Verified::default(),
        }
    }

    pub(super) fn check<S: Session>(mut self, session: &mut S, stamps: &[Stamp]) -> Result<Verified> {
        session.each_link(&mut |link| {
            self.add_link(link);
            Ok(())
        })?;
        session.each_event(&mut |event| {
            self.event(event);
            Ok(())
        })?;
        let heads = session.heads()?.iter().map(Link::stamp).collect();
        self.close(stamps, heads);
        let mut bearers = self.bearers();
        session.each_piece(&mut |piece, person| bearers.add(piece, person))?;
        Ok(self.conclude(bearers))
    }

    /// A link that is there; all of them come before the events.
    pub(super) fn add_link(&mut self, link: Link) {
        self.links.insert(link.id, link);
    }

    /// Everything was read but the bearers: checks the chains, against what names their heads.
    pub(super) fn close(&mut self, stamps: &[Stamp], heads: Vec<Stamp>) {
        self.heads.extend(stamps.iter().map(|stamp| (stamp.clone(), "a package or release".to_owned())));
        self.heads.extend(heads.into_iter().map(|head| (head, "the ledger's own list of chains".to_owned())));
        self.chains();
        self.named_heads();
    }

    fn at_event(&self, ordinal: i64) -> Place {
        Place::file(self.place).column(format!("event {ordinal}"))
    }

    fn at_link(&self, worker: &str, number: i64) -> Place {
        Place::file(self.place).column(format!("link {number} of {worker}"))
    }

    fn find(&mut self, place: Place, reason: String) {
        let hint = "the ledger was changed by something else than breachnotice: put back the last good copy, and keep this one as evidence";
        self.verified.findings.push(Finding::refuses("ledger-changed", place, reason, hint));
    }

    pub(super) fn event(&mut self, event: StoredEvent) {
        self.verified.events += 1;
        let (ordinal, link) = (event.ordinal, event.link());
        let digests = self.events.entry(link).or_default();
        let expected = digests.len() as i64;
        digests.push(event.sha());
        if !self.links.contains_key(&link) {
            self.find(self.at_event(ordinal), "the event belongs to no link".to_owned());
        } else if event.place() != expected {
            self.named.insert(link);
            self.find(self.at_event(ordinal), "an event before this one is missing, or its ordinal was changed".to_owned());
        } else if !event.mark_agrees() {
            self.named.insert(link);
            self.find(self.at_event(ordinal), "the event was changed".to_owned());
        } else if event.kind == EventKind::Checkpoint.id() {
            self.heads.extend(heads_in(&event.detail).into_iter().map(|head| (head, format!("the checkpoint in event {ordinal}"))));
        } else if event.kind == EventKind::Purged.id() {
            self.purged = true;
        } else if event.kind == EventKind::Allotted.id() {
            let numbers = event.detail.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
            if let Some((first, last)) = numbers {
                self.allotted.push((first, last, event.digest, ordinal));
            }
        }
    }

    /// Every worker's chain, link by link.
    fn chains(&mut self) {
        let mut by_worker: BTreeMap<String, Vec<Link>> = BTreeMap::new();
        for link in self.links.values() {
            by_worker.entry(link.worker.clone()).or_default().push(link.clone());
        }
        self.verified.workers = by_worker.len() as u64;
        for (worker, mut links) in by_worker {
            links.sort_by_key(|link| link.number);
            let (mut previous, mut number) = (self.beginning, 0);
            for link in links {
                number += 1;
                self.verified.links += 1;
                if link.number != number {
                    self.find(self.at_link(&worker, number), "a link before the next one is missing".to_owned());
                    number = link.number;
                } else {
                    self.link(&previous, &link);
                }
                previous = link.digest;
            }
        }
    }

    fn link(&mut self, previous: &Sha, link: &Link) {
        let events = self.events.get(&link.id).map_or(&[][..], Vec::as_slice);
        let missing = link.events - events.len() as i64;
        let holds = missing == 0 && link_digest(previous, link, events.iter().copied()) == link.digest;
        if holds || self.named.contains(&link.id) {
            return;
        }
        let what = match missing {
            1.. => format!("{missing} of its {} events are missing", link.events),
            _ => "the link, or the order or number of its events, was changed".to_owned(),
        };
        self.find(self.at_link(&link.worker, link.number), what);
    }

    /// The heads that checkpoints and packages name are there still.
    fn named_heads(&mut self) {
        let known: BTreeMap<(String, u64), String> =
            self.links.values().map(|link| ((link.worker.clone(), link.number.cast_unsigned()), hex(&link.digest))).collect();
        let mut told = BTreeSet::new();
        for (head, by) in std::mem::take(&mut self.heads) {
            let place = self.at_link(&head.worker, head.link.cast_signed());
            let reason = match known.get(&(head.worker.clone(), head.link)) {
                Some(digest) if *digest == head.sha256 => continue,
                Some(_) => format!("the link is not the one that {by} names"),
                None => format!("the chain was cut short: {by} names this link"),
            };
            if told.insert((head.worker, head.link)) {
                self.find(place, reason);
            }
        }
    }

    /// What the numbers' bearers are held against; they come by number.
    pub(super) fn bearers(&self) -> Bearers {
        let begin = |(first, last, ..): &(Piece, Piece, Option<Vec<u8>>, i64)| Borne { first: *first, last: *last, ..Borne::default() };
        let mut borne: Vec<Borne> = self.allotted.iter().map(begin).collect();
        borne.sort_by_key(|borne| borne.first);
        Bearers(borne)
    }

    /// Who bears the numbers is who got them, or was removed, and that of every number.
    pub(super) fn conclude(mut self, bearers: Bearers) -> Verified {
        let found = bearers.0.into_iter().map(|borne| (borne.first, (borne.digest.finalize().to_vec(), borne.removed)));
        let found: BTreeMap<Piece, (Vec<u8>, u32)> = found.collect();
        for (first, last, digest, ordinal) in std::mem::take(&mut self.allotted) {
            let of_all = |(_, removed): &(Vec<u8>, u32)| last.checked_sub(first).is_some_and(|more| *removed == more + 1);
            let is_purged = self.purged && found.get(&first).is_some_and(of_all);
            // Numbers that were given before chains were kept have no digest.
            if !is_purged && digest.is_some_and(|digest| found.get(&first).is_none_or(|(found, _)| *found != digest)) {
                self.find(self.at_event(ordinal), format!("the people of the pieces {first:07} to {last:07} are not those who got them"));
            }
        }
        self.verified
    }
}

/// Who bears the numbers that were allotted together.
pub(super) struct Bearers(Vec<Borne>);

/// The bearers of the numbers of one allotment: their digest under way, and how many of them were removed.
#[derive(Default)]
struct Borne {
    first: Piece,
    last: Piece,
    digest: Sha256,
    removed: u32,
}

impl Bearers {
    pub(super) fn add(&mut self, piece: Piece, person: &str) {
        let after = self.0.partition_point(|borne| borne.first <= piece);
        if let Some(borne) = after.checked_sub(1).and_then(|at| self.0.get_mut(at))
            && piece <= borne.last
        {
            borne.digest.update(bound(piece, person));
            borne.removed += u32::from(is_removed(piece, person));
        }
    }
}

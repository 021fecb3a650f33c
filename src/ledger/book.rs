//! The rules of the ledger, once for every engine.

use super::allot::{Allotted, allot};
use super::chain::{Link, MOST_EVENTS, Sha, Stamp, beginning, checkpoint, forge};
use super::outbox::SENDER_GONE;
use super::store::{Already, Doing, Due, Leasing, Millis, Session, Store};
use super::verify::Checking;
use super::{
    Bearer, Begun, CodeDigest, Ended, Event, EventKind, Fate, Lease, Ledger, Listed, NewEvent, OfPeople, Piece, PieceState, Standing,
    Tally, Verified, WrittenFile, faults, written,
};
use crate::deliberate::panic_at;
use crate::error::{Error, Place, Result};
use jiff::Timestamp;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Who records when nobody is named: whoever works with the incident folder.
const DESK: &str = "desk";

/// A ledger over a store.
#[derive(Debug)]
pub(super) struct Book<S> {
    store: S,
    worker: String,
    moment: Option<Timestamp>,
    /// What tells this sender's leases from those of all others, dead ones of the same name too.
    sender: i64,
    /// The last token of a lease that was handed out.
    token: i64,
    /// Whether the last request for leases was not answered.
    in_doubt: bool,
}

/// How often work begins anew that met another's or lost its connection.
const TRIES: u32 = 8;

impl<S: Store> Book<S> {
    /// # Errors
    /// A bug when the system gives no random numbers.
    pub(super) fn new(store: S) -> Result<Book<S>> {
        let mut random = [0; 8];
        getrandom::fill(&mut random).map_err(|_| Error::bug("the system gives no random numbers"))?;
        Ok(Book { store, worker: DESK.to_owned(), moment: None, sender: i64::from_be_bytes(random), token: 0, in_doubt: false })
    }

    fn recorder(&self) -> Recorder {
        Recorder { worker: self.worker.clone(), moment: self.moment, sender: self.sender }
    }

    /// Work that must not be done twice: when the answer to its commit is lost, a person has to look.
    fn write<T>(&mut self, work: impl FnOnce(&mut S::Session<'_>, &Recorder) -> Result<T>) -> Result<T> {
        let recorder = self.recorder();
        let mut session = self.store.begin(Doing::Writing)?;
        let done = work(&mut session, &recorder)?;
        session.commit()?;
        Ok(done)
    }

    /// Work that changes nothing when it was done before, for what it finds tells it so: it begins anew when it met another's, or
    /// lost its connection and nobody knows whether the commit took place.
    fn write_again<T>(&mut self, work: impl Fn(&mut S::Session<'_>, &Recorder) -> Result<T>) -> Result<T> {
        for _ in 0..TRIES {
            match self.write(&work) {
                Err(error) if faults::is(&error, faults::COLLIDED) => {}
                Err(error) if faults::is(&error, faults::LOST) && self.store.reconnect()? => {}
                done => return done,
            }
        }
        self.write(work)
    }

    fn read<T>(&mut self, work: impl FnOnce(&mut S::Session<'_>) -> Result<T>) -> Result<T> {
        work(&mut self.store.begin(Doing::Reading)?)
    }
}

/// Who records, and when.
struct Recorder {
    worker: String,
    moment: Option<Timestamp>,
    sender: i64,
}

impl Recorder {
    fn now<S: Session>(&self, session: &mut S) -> Result<Millis> {
        session.now(self.moment.map(Timestamp::as_millisecond))
    }

    /// By how much the engine's clock is ahead of the command's.
    fn ahead<S: Session>(&self, session: &mut S) -> Result<Millis> {
        let Some(moment) = self.moment else { return Ok(0) };
        Ok(self.now(session)? - moment.as_millisecond())
    }

    /// Appends events to the worker's chain; a commit of very many is several links. Returns the last.
    fn append<S: Session>(&self, session: &mut S, events: &[NewEvent]) -> Result<Option<Link>> {
        let mut last = None;
        for events in events.chunks(MOST_EVENTS) {
            let head = match last.take() {
                Some(link) => Some(link),
                None => session.head(&self.worker)?,
            };
            let (previous, number) = match &head {
                Some(head) => (head.digest, head.number + 1),
                None => (beginning(&session.incident()?), 1),
            };
            let moment = self.moment.map(|moment| moment.to_string());
            let id = session.next_link()?;
            let link = Link { id, worker: self.worker.clone(), number, moment, events: 0, digest: Sha::default() };
            let (link, stored) = forge(&previous, link, events);
            session.add_link(&link, &stored)?;
            last = Some(link);
        }
        Ok(last)
    }

    /// Ties the heads of all chains together.
    fn stamp<S: Session>(&self, session: &mut S, purpose: &str) -> Result<Stamp> {
        let heads = session.heads()?;
        let link = self.append(session, &[checkpoint(purpose, &heads)?])?;
        link.map(|link| link.stamp()).ok_or_else(|| Error::bug("a checkpoint was not recorded"))
    }

    /// Marks messages as uncertain that somebody began and did not end.
    fn give_up<S: Session>(&self, session: &mut S, now: Millis, all: bool) -> Result<()> {
        let abandoned = session.abandoned(now, all)?;
        let uncertain = |(piece, attempt)| NewEvent::of_piece(EventKind::Uncertain, piece, attempt, 0, SENDER_GONE);
        let events: Vec<NewEvent> = abandoned.into_iter().map(uncertain).collect();
        self.append(session, &events).map(drop)
    }
}

impl<S: Store> Ledger for Book<S> {
    fn place(&self) -> Place {
        Place::file(<S::Session<'_> as Session>::PLACE)
    }

    fn set_moment(&mut self, moment: Timestamp) {
        self.moment = Some(moment);
    }

    fn set_worker(&mut self, worker: &str) {
        worker.clone_into(&mut self.worker);
    }

    fn begin_sending(&mut self, owner: &str) -> Result<()> {
        let alone = self.store.begin_sending(owner)?;
        self.write_again(|session, recorder| {
            let now = recorder.now(session)?;
            recorder.give_up(session, now, alone)?;
            if alone { session.give_back(recorder.sender, 0) } else { Ok(()) }
        })
    }

    fn allot(&mut self, people: &mut dyn Iterator<Item = Bearer>) -> Result<Vec<Piece>> {
        self.write(|session, recorder| {
            let Allotted { pieces, new, digest } = allot(session, people)?;
            if !new.is_empty() {
                // One event for all the numbers of a call: the table of pieces already names each.
                let numbers = format!("{:07}-{:07}", new.start, new.end - 1);
                recorder.append(session, &[NewEvent::of_incident(EventKind::Allotted, 0, numbers).with(digest)])?;
            }
            Ok(pieces)
        })
    }

    fn codes(&mut self) -> Result<Vec<(Piece, CodeDigest)>> {
        self.read(|session| session.codes())
    }

    fn record_codes(&mut self, codes: &mut dyn Iterator<Item = (Piece, CodeDigest)>) -> Result<()> {
        let codes: Vec<_> = codes.collect();
        self.write(|session, _| session.add_codes(&codes))
    }

    fn job(&mut self, digest: &str) -> Result<u32> {
        self.write_again(|session, _| session.job(digest))
    }

    fn record_standing(&mut self, job: u32, rows: u64, merged: u64, people: &mut dyn Iterator<Item = Standing>) -> Result<()> {
        self.write(|session, _| {
            session.replace_standing(job, rows, merged, people)?;
            panic_at("ledger", &job);
            Ok(())
        })
    }

    fn tally(&mut self) -> Result<Option<Tally>> {
        self.read(|session| {
            let Some((job, rows, merged)) = session.standing_source()? else { return Ok(None) };
            let mut tally = Tally { job, rows, merged, ..Tally::default() };
            for (disposition, reason, state, people) in session.count_standing()? {
                let state = state.map_or(Ok(EventKind::Allotted), |state| known::<S::Session<'_>>(&state))?;
                *tally.people.entry((disposition, reason, state)).or_default() += people;
            }
            for (state, pieces) in session.count_gone()? {
                *tally.gone.entry(known::<S::Session<'_>>(&state)?).or_default() += pieces;
            }
            Ok(Some(tally))
        })
    }

    fn listed(&mut self, states: &[EventKind]) -> Result<Vec<Listed>> {
        let states: Vec<&str> = states.iter().map(|state| state.id()).collect();
        self.read(|session| session.listed(&states))
    }

    fn append(&mut self, events: &[NewEvent]) -> Result<()> {
        self.write(|session, recorder| recorder.append(session, events).map(drop))
    }

    fn append_stamped(&mut self, purpose: &str, events: &[NewEvent]) -> Result<Stamp> {
        self.write(|session, recorder| {
            recorder.append(session, events)?;
            recorder.stamp(session, purpose)
        })
    }

    fn append_once(&mut self, purpose: &str, (kind, digest): (EventKind, &Sha), events: &[NewEvent]) -> Result<Option<Stamp>> {
        self.write(|session, recorder| {
            session.alone()?;
            if session.has(kind.id(), Some(digest))? {
                return Ok(None);
            }
            recorder.append(session, events)?;
            recorder.stamp(session, purpose).map(Some)
        })
    }

    fn depart(&mut self, purpose: &str, events: &mut dyn Iterator<Item = Result<NewEvent>>) -> Result<Stamp> {
        self.write(|session, recorder| {
            session.alone()?;
            loop {
                let chunk: Vec<NewEvent> = std::iter::from_fn(|| events.next()).take(CHUNK).collect::<Result<_>>()?;
                if chunk.is_empty() {
                    break;
                }
                refuse_begun(session, &chunk)?;
                recorder.append(session, &chunk)?;
            }
            recorder.stamp(session, purpose)
        })
    }

    fn latest(&mut self, kinds: &[EventKind], pieces: &[Piece]) -> Result<Vec<NewEvent>> {
        let kinds: Vec<&str> = kinds.iter().map(|kind| kind.id()).collect();
        self.read(|session| {
            let mut events = Vec::new();
            for pieces in pieces.chunks(CHUNK) {
                for stored in session.latest(&kinds, pieces)? {
                    events.push(stored.event().ok_or_else(unreadable::<S>)?);
                }
            }
            Ok(events)
        })
    }

    fn has(&mut self, kind: EventKind) -> Result<bool> {
        self.read(|session| session.has(kind.id(), None))
    }

    fn knows(&mut self, kind: EventKind, digest: &Sha) -> Result<bool> {
        self.read(|session| session.has(kind.id(), Some(digest)))
    }

    fn each_standing(&mut self, each: &mut dyn FnMut(Standing) -> Result<()>) -> Result<()> {
        self.read(|session| session.each_standing(each))
    }

    fn each_state(&mut self, each: &mut dyn FnMut(PieceState) -> Result<()>) -> Result<()> {
        self.read(|session| session.each_state(each))
    }

    fn each_event(&mut self, each: &mut dyn FnMut(Event) -> Result<()>) -> Result<()> {
        self.read(|session| {
            let mut links = BTreeMap::new();
            session.each_link(&mut |link| {
                links.insert(link.id, link);
                Ok(())
            })?;
            session.each_event(&mut |stored| {
                let link = links.get(&stored.link()).ok_or_else(unreadable::<S>)?;
                let moment = link.moment.as_ref().map(|text| text.parse().map_err(|_| unreadable::<S>())).transpose()?;
                let ordinal = stored.ordinal;
                let event = stored.event().ok_or_else(unreadable::<S>)?;
                each(Event { ordinal, moment, worker: link.worker.clone(), event })
            })
        })
    }

    fn enqueue(&mut self, job: u32, wanted: &[Piece]) -> Result<u64> {
        self.write_again(|session, recorder| {
            session.alone()?;
            let now = recorder.now(session)?;
            let kept: BTreeSet<Piece> = wanted.iter().copied().collect();
            let waiting = session.waiting(now)?.into_iter().map(|(piece, _)| piece);
            let unwanted: Vec<Piece> = waiting.filter(|piece| !kept.contains(piece)).collect();
            // Of those, only what nobody has leased in the meantime goes.
            let unwanted = session.unqueue(&unwanted, now)?;
            let mut states: Vec<PieceState> = Vec::new();
            for pieces in wanted.chunks(CHUNK) {
                states.extend(session.states_of(pieces)?);
            }
            states.retain(|state| matches!(state.state, EventKind::Allotted | EventKind::Withdrawn));
            let fresh: Vec<Due> = states.iter().map(|state| Due { piece: state.piece, attempt: state.attempt + 1, due: now }).collect();
            session.queue(&fresh)?;
            let queued = fresh.iter().map(|row| NewEvent::of_piece(EventKind::Queued, row.piece, row.attempt, job, ""));
            let withdrawn = unwanted.iter().map(|(piece, attempt)| {
                NewEvent::of_piece(EventKind::Withdrawn, *piece, attempt.saturating_sub(1), job, "the notice goes another way")
            });
            let events: Vec<NewEvent> = queued.chain(withdrawn).collect();
            recorder.append(session, &events)?;
            Ok(session.outbox()?.map_or(0, |(rows, _)| rows))
        })
    }

    fn lease(&mut self, most: usize, length: Duration, early: bool) -> Result<Vec<Lease>> {
        let (sender, known, in_doubt) = (self.sender, self.token, Cell::new(self.in_doubt));
        self.in_doubt = true;
        let leases = self.write_again(|session, recorder| {
            // Leases whose commit was not answered: nobody would send those pieces until they run out.
            if in_doubt.replace(true) {
                session.give_back(sender, known)?;
            }
            let now = recorder.now(session)?;
            recorder.give_up(session, now, false)?;
            let due = if early { Millis::MAX } else { now };
            session.lease(Leasing { sender, now, due, until: now + length.as_millis() as Millis, most })
        })?;
        self.in_doubt = false;
        self.token = leases.iter().map(|lease| lease.token).max().unwrap_or(known);
        Ok(leases)
    }

    fn renew(&mut self, length: Duration) -> Result<()> {
        self.write_again(|session, recorder| {
            let now = recorder.now(session)?;
            session.renew(recorder.sender, now + length.as_millis() as Millis)
        })
    }

    fn give_back(&mut self) -> Result<()> {
        self.write_again(|session, recorder| session.give_back(recorder.sender, 0))
    }

    fn record(&mut self, job: u32, begun: &[Begun], ended: &[Ended]) -> Result<Vec<bool>> {
        // What was committed when the connection went is told from what was not by the rows themselves: of a message that was
        // begun the row says so, and one that ended has no row with this token any more.
        self.write_again(|session, recorder| record(session, recorder, job, begun, ended))
    }

    fn resolve(&mut self, piece: Piece, arrived: bool, by: &str) -> Result<()> {
        self.write(|session, recorder| {
            session.alone()?;
            let now = recorder.now(session)?;
            recorder.give_up(session, now, false)?;
            let state = session.states_of(&[piece])?.pop();
            let Some(state) = state.filter(|state| state.state == EventKind::Uncertain) else { return Err(not_uncertain(piece)) };
            let kind = if arrived { EventKind::ResolvedSent } else { EventKind::ResolvedResend };
            if !arrived {
                session.queue(&[Due { piece, attempt: state.attempt + 1, due: now }])?;
            }
            let event = NewEvent::of_piece(kind, piece, state.attempt, state.job, format!("ruled by {by}"));
            recorder.append(session, &[event]).map(drop)
        })
    }

    fn outbox(&mut self) -> Result<Option<(u64, Timestamp)>> {
        let recorder = self.recorder();
        let outbox = self.read(|session| Ok((session.outbox()?, recorder.ahead(session)?)))?;
        let (Some((rows, due)), ahead) = outbox else { return Ok(None) };
        Ok(Some((rows, Timestamp::from_millisecond(due - ahead).map_err(|_| unreadable::<S>())?)))
    }

    fn has_link(&mut self, stamp: &Stamp) -> Result<bool> {
        // A number that no chain can have is nobody's.
        let Ok(number) = stamp.link.try_into() else { return Ok(false) };
        let link = self.read(|session| session.link(&stamp.worker, number))?;
        Ok(link.is_some_and(|link| link.stamp() == *stamp))
    }

    fn heads(&mut self) -> Result<Vec<Stamp>> {
        self.read(|session| Ok(session.heads()?.iter().map(Link::stamp).collect()))
    }

    fn keep_senders_out(&mut self, owner: &str) -> Result<()> {
        self.store.begin_sending(owner).map(drop)
    }

    fn of_people(&mut self) -> Result<OfPeople> {
        self.read(|session| session.of_people())
    }

    fn remove_people(&mut self) -> Result<()> {
        self.write_again(|session, _| session.remove_people())?;
        self.store.compact()
    }

    fn each_line(&mut self, each: &mut dyn FnMut(WrittenFile, &str) -> Result<()>) -> Result<()> {
        self.read(|session| written::each_line(session, each))
    }

    fn verify(&mut self, stamps: &[Stamp]) -> Result<Verified> {
        self.read(|session| Checking::begin(S::Session::PLACE, &session.incident()?).check(session, stamps))
    }
}

/// Pieces that are asked about at once, and that depart in one link: a few megabytes.
const CHUNK: usize = 4_096;

/// Each attempt follows the one before it: two exports at once cannot both have a piece.
fn refuse_begun<S: Session>(session: &mut S, events: &[NewEvent]) -> Result<()> {
    let pieces: Vec<Piece> = events.iter().filter_map(|event| event.piece).collect();
    let mut attempts: BTreeMap<Piece, u32> = BTreeMap::new();
    for pieces in pieces.chunks(CHUNK) {
        attempts.extend(session.states_of(pieces)?.into_iter().map(|state| (state.piece, state.attempt)));
    }
    let begun = |event: &&NewEvent| event.piece.is_none_or(|piece| attempts.get(&piece).is_none_or(|attempt| attempt + 1 != event.attempt));
    match events.iter().filter(begun).count() {
        0 => Ok(()),
        begun => Err(Error::refused(
            "piece-left-already",
            Place::file(S::PLACE),
            format!("{begun} of the pieces have left already, or are being sent, by another command"),
            "run the command again: it takes what is left",
        )),
    }
}

fn record<S: Session>(session: &mut S, recorder: &Recorder, job: u32, begun: &[Begun], ended: &[Ended]) -> Result<Vec<bool>> {
    let mut events = Vec::with_capacity(begun.len() + ended.len());
    let (off, over): (Vec<&Ended>, Vec<&Ended>) = ended.iter().partition(|ended| matches!(ended.fate, Fate::Deferred(_)));
    // The pause was counted by the command's clock, the outbox goes by the engine's.
    let ahead = if off.is_empty() { 0 } else { recorder.ahead(session)? };
    let due = |ended: &&Ended| match ended.fate {
        Fate::Deferred(due) => (ended.lease, due.as_millisecond() + ahead),
        _ => (ended.lease, 0),
    };
    let leases: Vec<Lease> = over.iter().map(|ended| ended.lease).collect();
    let put_off = session.put_off(&off.iter().map(due).collect::<Vec<_>>())?;
    let settled = session.settle(&leases)?;
    let outcomes = off.into_iter().zip(put_off).chain(over.into_iter().zip(settled));
    let mut late = Vec::new();
    for (ended, held) in outcomes {
        if held { events.push(outcome(job, ended)) } else { late.push(ended) }
    }
    if !late.is_empty() {
        session.alone()?;
    }
    // The lease ran out while the message was on its way: somebody marked it as uncertain, and now it is known after all.
    for ended in late {
        let state = session.states_of(&[ended.lease.piece])?.pop();
        let uncertain = state.is_some_and(|state| state.state == EventKind::Uncertain && state.attempt == ended.lease.attempt);
        if uncertain && matches!(ended.fate, Fate::Sent | Fate::Failed) {
            events.push(outcome(job, ended));
        }
    }
    let leases: Vec<Lease> = begun.iter().map(|begun| begun.lease).collect();
    let marked = session.begin_messages(&leases)?;
    let fresh = begun.iter().zip(&marked).filter(|(_, marked)| **marked == Some(Already::Not));
    events.extend(
        fresh.map(|(begun, _)| {
            NewEvent::of_piece(EventKind::DataStarted, begun.lease.piece, begun.lease.attempt, job, "").with(begun.message)
        }),
    );
    recorder.append(session, &events)?;
    Ok(marked.into_iter().map(|marked| marked.is_some()).collect())
}

fn outcome(job: u32, ended: &Ended) -> NewEvent {
    NewEvent::of_piece(ended.fate.event(), ended.lease.piece, ended.lease.attempt, job, ended.detail.clone())
}

fn known<S: Session>(state: &str) -> Result<EventKind> {
    EventKind::from_id(state).ok_or_else(|| faults::unreadable_entry(S::PLACE))
}

fn unreadable<S: Store>() -> Error {
    faults::unreadable_entry(<S::Session<'_> as Session>::PLACE)
}

fn not_uncertain(piece: Piece) -> Error {
    Error::refused(
        "piece-not-uncertain",
        Place::file("--resolve"),
        format!("piece {piece:07} is not uncertain"),
        "run status to see which pieces are; only those can be resolved",
    )
}

//! What every engine must do, asked through the trait: each function runs once for SQLite and once for PostgreSQL.

use super::*;
use crate::error::Kind;
use jiff::SignedDuration;

/// An engine under test, with a place of its own.
pub(super) trait Engine {
    fn open_as(&self, incident: &str) -> Result<Box<dyn Ledger>>;
    /// Changes what is stored, past every trigger.
    fn edit(&self, statements: &str);
    /// Makes the ledger one of a program that is not written yet.
    fn make_newer(&self);
    /// Lets time go by, for the engine's clock.
    fn wait(&self, milliseconds: u64);

    fn open(&self) -> Box<dyn Ledger> {
        let mut ledger = self.open_as("lakeside").unwrap();
        ledger.set_moment(noon());
        ledger
    }
}

/// What commands say the time is; a server has a clock of its own, and nobody may mind the difference.
fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn after(milliseconds: u64) -> Timestamp {
    noon() + SignedDuration::from_millis(milliseconds.cast_signed())
}

macro_rules! on_every_engine {
    ($($name:ident,)*) => {
        mod on_sqlite {
            $(#[test] fn $name() { super::$name(&crate::ledger::sqlite::bench::SqliteBench::new()); })*
        }
        #[cfg(feature = "postgres")]
        mod on_postgres {
            $(#[test] fn $name() { super::$name(&crate::ledger::postgres::tests::PostgresBench::new()); })*
        }
    };
}

on_every_engine! {
    numbers_are_kept,
    an_id_that_becomes_anothers_brings_no_number_with_it,
    codes_stay_whose_they_are,
    a_job_keeps_its_ordinal,
    a_standing_replaces_the_one_before,
    a_commit_of_very_many_events_is_several_links,
    edits_are_found,
    a_piece_departs_once_for_each_attempt,
    what_is_not_wanted_any_more_leaves_the_outbox,
    a_lease_ends_by_itself_unless_it_is_prolonged,
    a_lease_that_was_given_back_is_worth_nothing,
    what_became_of_an_uncertain_message_is_good_to_know,
    a_piece_that_was_put_off_waits_for_its_moment,
    what_was_recorded_is_not_recorded_again,
    a_person_rules_on_what_is_uncertain,
    a_ledger_of_a_newer_program_or_another_incident_is_refused,
    people_are_removed_and_the_chains_still_hold,
    a_removed_person_is_told_from_one_that_was_put_there,
}

fn people(names: &[&str]) -> impl Iterator<Item = Bearer> {
    names.iter().map(|&name| Bearer::nameless(name))
}

fn event(kind: EventKind, piece: Piece) -> NewEvent {
    NewEvent::of_piece(kind, piece, 1, 1, "")
}

fn kinds(ledger: &mut dyn Ledger) -> Vec<EventKind> {
    ledger.states().unwrap().into_iter().map(|state| state.state).collect()
}

fn pieces(leases: &[Lease]) -> Vec<Piece> {
    leases.iter().map(|lease| lease.piece).collect()
}

fn begun(lease: Lease) -> Begun {
    Begun { lease, message: [7; 32] }
}

fn ended(lease: Lease, fate: Fate) -> Ended {
    Ended { lease, fate, detail: "250".to_owned() }
}

/// A ledger with so many people in the outbox.
fn filled(engine: &dyn Engine, people: u32) -> Box<dyn Ledger> {
    let mut ledger = engine.open();
    let pieces = ledger.allot(&mut (0..people).map(|n| Bearer::nameless(n.to_string()))).unwrap();
    assert_eq!(ledger.enqueue(1, &pieces).unwrap(), u64::from(people));
    ledger
}

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(300);

fn numbers_are_kept(engine: &dyn Engine) {
    assert_eq!(engine.open().allot(&mut people(&["a", "b", "a"])).unwrap(), [1, 2, 1]);
    let mut ledger = engine.open();
    assert_eq!(ledger.allot(&mut people(&["c", "b", "d"])).unwrap(), [3, 2, 4]);
    let allotments: Vec<String> = ledger.events().unwrap().into_iter().map(|event| event.event.detail).collect();
    assert_eq!(allotments, ["0000001-0000002", "0000003-0000004"]);
}

fn an_id_that_becomes_anothers_brings_no_number_with_it(engine: &dyn Engine) {
    let bearer = |person: &str, marks: [u8; 3]| {
        let [first, last, birth] = marks.map(|mark| [mark; 8]);
        Bearer { person: person.to_owned(), marks: Marks { first, last, birth } }
    };
    let (ada, bob) = (bearer("id-1", [1, 1, 1]), bearer("id-2", [2, 2, 2]));
    let (eve, corrected) = (bearer("id-2", [5, 5, 5]), bearer("id-9", [1, 1, 1]));
    let allot = |people: &[&Bearer]| engine.open().allot(&mut people.iter().copied().cloned()).unwrap();
    assert_eq!(allot(&[&ada, &bob]), [1, 2]);
    for _ in 0..2 {
        assert_eq!(allot(&[&corrected, &eve]), [1, 3]);
    }
    assert_eq!(allot(&[&ada, &bob, &eve]), [1, 2, 3]);
    assert_eq!(allot(&[&bearer("id-2", [2, 6, 2])]), [2], "a marriage");
    assert_eq!(allot(&[&bearer("id-2", [2, 6, 7]), &bearer("id-2", [2, 6, 7])]), [2, 2], "a corrected birth date, told twice");
}

fn codes_stay_whose_they_are(engine: &dyn Engine) {
    let mut ledger = engine.open();
    ledger.allot(&mut people(&["a", "b"])).unwrap();
    ledger.record_codes(&mut [(1, [1; 16]), (2, [2; 16])].into_iter()).unwrap();
    ledger.record_codes(&mut [(1, [3; 16])].into_iter()).unwrap();
    assert_eq!(engine.open().codes().unwrap(), [(1, [1; 16]), (2, [2; 16]), (1, [3; 16])]);
}

fn a_job_keeps_its_ordinal(engine: &dyn Engine) {
    let ordinals = ["x", "y", "x", "z"].map(|digest| engine.open().job(digest).unwrap());
    assert_eq!(ordinals, [1, 2, 1, 3]);
}

fn a_standing_replaces_the_one_before(engine: &dyn Engine) {
    let mut ledger = engine.open();
    assert_eq!(ledger.tally().unwrap(), None);
    ledger.allot(&mut people(&["a", "b", "c"])).unwrap();
    let stands = |person: &str, piece: Option<Piece>, disposition: &str, reason: &str| Standing {
        record: format!("north:{person}"),
        person: person.to_owned(),
        provider: "lakeside".to_owned(),
        piece,
        disposition: disposition.to_owned(),
        reason: reason.to_owned(),
    };
    let first = [stands("a", Some(1), "letter", ""), stands("c", Some(3), "email", "")];
    ledger.record_standing(1, 2, 0, &mut first.into_iter()).unwrap();
    ledger.append(&[event(EventKind::Exported, 1), event(EventKind::Queued, 3), event(EventKind::Sent, 3)]).unwrap();
    let second = [stands("a", Some(1), "letter", ""), stands("b", Some(2), "held", "no-address"), stands("d", None, "excluded", "45 CFR")];
    ledger.record_standing(2, 5, 2, &mut second.iter().cloned()).unwrap();
    let mut everyone = Vec::new();
    ledger
        .each_standing(&mut |person| {
            everyone.push(person);
            Ok(())
        })
        .unwrap();
    everyone.sort_by(|one, other| one.person.cmp(&other.person));
    assert_eq!(everyone, second);
    let tally = engine.open().tally().unwrap().unwrap();
    assert_eq!((tally.job, tally.rows, tally.merged), (2, 5, 2));
    let people: Vec<_> = tally.people.iter().map(|((way, reason, state), n)| (way.as_str(), reason.as_str(), *state, *n)).collect();
    let expected = [
        ("excluded", "45 CFR", EventKind::Allotted, 1),
        ("held", "no-address", EventKind::Allotted, 1),
        ("letter", "", EventKind::Exported, 1),
    ];
    assert_eq!(people, expected);
    assert_eq!(tally.gone.into_iter().collect::<Vec<_>>(), [(EventKind::Sent, 1)]);
    let listed = ledger.listed(&[EventKind::Exported, EventKind::Sent]).unwrap();
    let named: Vec<_> = listed.iter().map(|listed| (listed.record.as_str(), listed.provider.as_str(), listed.state.piece)).collect();
    assert_eq!(named, [("north:a", "lakeside", 1)]);
}

fn a_commit_of_very_many_events_is_several_links(engine: &dyn Engine) {
    let mut ledger = engine.open();
    ledger.allot(&mut people(&["a"])).unwrap();
    let many: Vec<NewEvent> = (1..=70_000).map(|n| NewEvent::of_piece(EventKind::Deferred, 1, n, 1, n.to_string())).collect();
    ledger.append(&many).unwrap();
    let states = ledger.states().unwrap();
    assert_eq!((states[0].attempt, states[0].detail.as_str()), (70_000, "70000"));
    let verified = ledger.verify(&[]).unwrap();
    assert!(verified.holds(), "{:?}", verified.findings());
    assert_eq!((verified.events, verified.links), (70_001, 3));
    let events = ledger.events().unwrap();
    assert!(events.windows(2).all(|pair| pair[0].ordinal < pair[1].ordinal));
    assert!(!ledger.has(EventKind::Released).unwrap() && ledger.has(EventKind::Allotted).unwrap());
    assert_eq!(events[5].moment, Some(noon()));
}

fn edits_are_found(engine: &dyn Engine) {
    let mut ledger = engine.open();
    ledger.allot(&mut people(&["a", "b"])).unwrap();
    ledger.append(&[event(EventKind::Queued, 1)]).unwrap();
    ledger.set_worker("night shift");
    ledger.append(&[event(EventKind::Sent, 1)]).unwrap();
    let stamp = ledger.append_stamped("export", &[event(EventKind::Exported, 2).with([7; 32])]).unwrap();
    assert_eq!((stamp.worker.as_str(), stamp.link), ("night shift", 3));
    assert!(ledger.has_link(&stamp).unwrap());
    let whose = || stamp.clone();
    for other in [
        Stamp { worker: "desk".to_owned(), ..whose() },
        Stamp { link: 2, ..whose() },
        Stamp { link: u64::MAX, ..whose() },
        Stamp { sha256: "33".repeat(32), ..whose() },
    ] {
        assert!(!ledger.has_link(&other).unwrap(), "{other:?}");
    }
    let verify = || {
        let verified = engine.open().verify(std::slice::from_ref(&stamp)).unwrap();
        verified.findings().iter().filter_map(|finding| finding.place.column.clone()).collect::<Vec<_>>()
    };
    assert_eq!(verify(), [""; 0]);
    let edits = [
        ("UPDATE event SET detail = 'x' WHERE kind = 'sent'", "UPDATE event SET detail = '' WHERE kind = 'sent'", "event 196608"),
        ("UPDATE link SET moment = 'x' WHERE id = 2", "UPDATE link SET moment = '2026-03-01T12:00:00Z' WHERE id = 2", "link 2 of desk"),
        ("UPDATE piece SET person = 'x' WHERE number = 2", "UPDATE piece SET person = 'b' WHERE number = 2", "event 65536"),
        ("DELETE FROM event WHERE ordinal >= 262144; DELETE FROM link WHERE id >= 4", "", "link 3 of night shift"),
    ];
    for (change, undo, place) in edits {
        engine.edit(change);
        assert!(verify().iter().any(|named| named == place), "{change}: {:?}", verify());
        engine.edit(undo);
    }
    assert!(!engine.open().has_link(&stamp).unwrap(), "it was cut off at last");
}

fn a_piece_departs_once_for_each_attempt(engine: &dyn Engine) {
    let mut ledger = engine.open();
    ledger.allot(&mut people(&["a", "b", "c"])).unwrap();
    let departs = |piece: Piece, attempt: u32| NewEvent::of_piece(EventKind::Exported, piece, attempt, 1, format!("package {attempt}"));
    let package = [departs(1, 1).with([1; 32]), departs(2, 1).with([2; 32])];
    let stamp = ledger.depart("export", &mut package.clone().map(Ok).into_iter()).unwrap();
    let error = ledger.depart("export", &mut [departs(3, 1), departs(1, 1)].map(Ok).into_iter()).unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "piece-left-already"));
    assert_eq!(kinds(ledger.as_mut()), [EventKind::Exported, EventKind::Exported, EventKind::Allotted], "refused as a whole");
    ledger.append(&[event(EventKind::Mailed, 1), NewEvent::of_incident(EventKind::Received, 0, "").with([9; 32])]).unwrap();
    let received = [NewEvent::of_incident(EventKind::Received, 0, "").with([9; 32])];
    assert_eq!(ledger.append_once("receive", (EventKind::Received, &[9; 32]), &received).unwrap(), None, "it was entered before");
    assert!(ledger.append_once("receive", (EventKind::Received, &[7; 32]), &[received[0].clone().with([7; 32])]).unwrap().is_some());
    ledger.depart("export", &mut [Ok(departs(1, 2).with([3; 32]))].into_iter()).unwrap();
    let latest = ledger.latest(&[EventKind::Exported, EventKind::Reprinted], &[1, 2, 3]).unwrap();
    assert_eq!(latest, [departs(1, 2).with([3; 32]), departs(2, 1).with([2; 32])]);
    assert!(ledger.knows(EventKind::Received, &[9; 32]).unwrap() && !ledger.knows(EventKind::Received, &[8; 32]).unwrap());
    assert!(ledger.verify(&[stamp]).unwrap().holds());
}

fn what_is_not_wanted_any_more_leaves_the_outbox(engine: &dyn Engine) {
    let mut ledger = filled(engine, 4);
    let leases = ledger.lease(2, LONG, false).unwrap();
    ledger.record(1, &[begun(leases[0])], &[]).unwrap();
    // 1 is on its way and 2 is leased; 4 is wanted.
    assert_eq!(ledger.enqueue(1, &[4]).unwrap(), 3);
    assert_eq!(kinds(ledger.as_mut()), [EventKind::DataStarted, EventKind::Queued, EventKind::Withdrawn, EventKind::Queued]);
    engine.wait(5);
    ledger.set_moment(after(5));
    assert_eq!(ledger.enqueue(1, &[1, 2, 3, 4]).unwrap(), 4, "what was withdrawn can come back, what is there stays");
    assert_eq!(pieces(&ledger.lease(9, LONG, false).unwrap()), [4, 3], "the longest due first");
    assert_eq!(ledger.events().unwrap().iter().filter(|event| event.event.kind == EventKind::Queued).count(), 5);
}

fn a_lease_ends_by_itself_unless_it_is_prolonged(engine: &dyn Engine) {
    let (mut one, mut other) = (filled(engine, 3), engine.open());
    let leases = one.lease(2, SHORT, false).unwrap();
    assert_eq!(pieces(&leases), [1, 2]);
    assert_eq!(pieces(&other.lease(9, LONG, false).unwrap()), [3], "what is leased is nobody else's");
    one.renew(5 * SHORT).unwrap();
    engine.wait(400);
    [&mut one, &mut other].iter_mut().for_each(|ledger| ledger.set_moment(after(400)));
    assert!(other.lease(9, LONG, false).unwrap().is_empty(), "a lease that was prolonged holds");
    assert_eq!(one.record(1, &[begun(leases[0])], &[]).unwrap(), [true]);
    engine.wait(1_600);
    other.set_moment(after(2_000));
    let again = other.lease(9, LONG, false).unwrap();
    assert_eq!(pieces(&again), [2], "whose message was not begun");
    assert_eq!(kinds(other.as_mut()), [EventKind::Uncertain, EventKind::Queued, EventKind::Queued]);
    assert!(again[0].token > leases[1].token);
    assert_eq!(one.record(1, &[begun(leases[1])], &[ended(leases[1], Fate::Sent)]).unwrap(), [false], "the fence");
    assert_eq!(kinds(other.as_mut())[1], EventKind::Queued);
}

fn a_lease_that_was_given_back_is_worth_nothing(engine: &dyn Engine) {
    let mut ledger = filled(engine, 2);
    let leases = ledger.lease(2, LONG, false).unwrap();
    assert_eq!(ledger.record(1, &[begun(leases[0])], &[]).unwrap(), [true]);
    ledger.give_back().unwrap();
    assert_eq!(ledger.record(1, &[begun(leases[1])], &[]).unwrap(), [false]);
    assert_eq!(pieces(&engine.open().lease(9, LONG, false).unwrap()), [2], "but what is on its way stays so");
}

fn what_became_of_an_uncertain_message_is_good_to_know(engine: &dyn Engine) {
    let mut ledger = filled(engine, 3);
    let leases = ledger.lease(3, SHORT, false).unwrap();
    assert_eq!(ledger.record(1, &leases.iter().copied().map(begun).collect::<Vec<_>>(), &[]).unwrap(), [true; 3]);
    engine.wait(400);
    ledger.set_moment(after(400));
    assert!(ledger.lease(9, LONG, false).unwrap().is_empty());
    assert_eq!(kinds(ledger.as_mut()), [EventKind::Uncertain; 3]);
    let fates = [Fate::Sent, Fate::Failed, Fate::Deferred(after(500))];
    let late: Vec<Ended> = leases.iter().zip(fates).map(|(lease, fate)| ended(*lease, fate)).collect();
    ledger.record(1, &[], &late).unwrap();
    ledger.record(1, &[], &late).unwrap();
    assert_eq!(kinds(ledger.as_mut()), [EventKind::Sent, EventKind::Failed, EventKind::Uncertain]);
    assert_eq!(ledger.outbox().unwrap(), None);
}

fn a_piece_that_was_put_off_waits_for_its_moment(engine: &dyn Engine) {
    let mut ledger = filled(engine, 2);
    let leases = ledger.lease(2, LONG, false).unwrap();
    let put_off = [ended(leases[0], Fate::Deferred(after(1_000))), ended(leases[1], Fate::Deferred(after(600_000)))];
    ledger.record(1, &[], &put_off).unwrap();
    assert!(ledger.lease(9, LONG, false).unwrap().is_empty());
    let (rows, due) = ledger.outbox().unwrap().unwrap();
    assert!(rows == 2 && (due - after(1_000)).abs() < SignedDuration::from_secs(10), "{due}");
    engine.wait(1_200);
    ledger.set_moment(after(1_200));
    let again = ledger.lease(9, LONG, false).unwrap();
    assert_eq!(again.iter().map(|lease| (lease.piece, lease.attempt)).collect::<Vec<_>>(), [(1, 2)]);
    let early = ledger.lease(9, LONG, true).unwrap();
    assert_eq!(early.iter().map(|lease| (lease.piece, lease.attempt)).collect::<Vec<_>>(), [(2, 2)]);
}

/// As after a commit whose answer was lost.
fn what_was_recorded_is_not_recorded_again(engine: &dyn Engine) {
    let mut ledger = filled(engine, 5);
    let leases = ledger.lease(5, LONG, false).unwrap();
    ledger.record(1, &leases[..4].iter().copied().map(begun).collect::<Vec<_>>(), &[]).unwrap();
    let fates = [Fate::Sent, Fate::Failed, Fate::Deferred(after(60_000)), Fate::Uncertain];
    let outcomes: Vec<Ended> = leases.iter().zip(fates).map(|(lease, fate)| ended(*lease, fate)).collect();
    for _ in 0..2 {
        assert_eq!(ledger.record(1, &[begun(leases[4])], &outcomes).unwrap(), [true]);
    }
    let happened: Vec<EventKind> = ledger.events().unwrap().into_iter().map(|event| event.event.kind).collect();
    for (kind, times) in
        [(EventKind::DataStarted, 5), (EventKind::Sent, 1), (EventKind::Failed, 1), (EventKind::Deferred, 1), (EventKind::Uncertain, 1)]
    {
        assert_eq!(happened.iter().filter(|happened| **happened == kind).count(), times, "{kind:?}");
    }
    assert_eq!(ledger.record(1, &[begun(leases[2])], &[]).unwrap(), [false], "what was put off has to be leased anew");
}

fn a_person_rules_on_what_is_uncertain(engine: &dyn Engine) {
    let mut ledger = filled(engine, 3);
    let leases = ledger.lease(3, LONG, false).unwrap();
    let unknown: Vec<Ended> = leases[..2].iter().map(|lease| ended(*lease, Fate::Uncertain)).collect();
    ledger.record(1, &[], &unknown).unwrap();
    ledger.resolve(1, true, "Ada").unwrap();
    ledger.resolve(2, false, "Ada").unwrap();
    assert_eq!(kinds(ledger.as_mut()), [EventKind::ResolvedSent, EventKind::ResolvedResend, EventKind::Queued]);
    for piece in [1, 2, 3, 4] {
        let error = ledger.resolve(piece, false, "Ada").unwrap_err();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "piece-not-uncertain"));
    }
    let again = ledger.lease(9, LONG, false).unwrap();
    assert_eq!(again.iter().map(|lease| (lease.piece, lease.attempt)).collect::<Vec<_>>(), [(2, 2)]);
}

fn a_ledger_of_a_newer_program_or_another_incident_is_refused(engine: &dyn Engine) {
    drop(engine.open());
    let refusal = |incident: &str| {
        let error = engine.open_as(incident).err().unwrap();
        (error.kind, error.findings[0].code)
    };
    assert_eq!(refusal("riverside"), (Kind::Refused, "ledger-of-another-incident"));
    engine.make_newer();
    assert_eq!(refusal("lakeside"), (Kind::Refused, "ledger-newer"));
}

/// A ledger with everything in it that came from people: two letters, one that was merged, a seed and somebody who is owed none.
fn peopled(engine: &dyn Engine) -> Box<dyn Ledger> {
    let mut ledger = engine.open();
    let bearer = |person: &str, mark: u8| {
        let marks = Marks { first: [mark; 8], last: [mark; 8], birth: [mark; 8] };
        Bearer { person: person.to_owned(), marks }
    };
    let pieces = ledger.allot(&mut [bearer("key-one", 1), bearer("key-two", 2), bearer("seed:key-three", 0)].into_iter()).unwrap();
    // The first comes under another key.
    assert_eq!(ledger.allot(&mut [bearer("key-four", 1)].into_iter()).unwrap(), pieces[..1]);
    ledger.record_codes(&mut [(pieces[0], [9; 16])].into_iter()).unwrap();
    let job = ledger.job("digest").unwrap();
    let standing = |(record, piece, disposition): (&str, Option<Piece>, &str)| Standing {
        record: format!("patients.csv:{record}"),
        person: format!("key-{record}"),
        provider: "LRMC".to_owned(),
        piece,
        disposition: disposition.to_owned(),
        reason: String::new(),
    };
    let everyone =
        [("one", Some(1), "letter"), ("two", Some(2), "email"), ("three", Some(3), "seed"), ("five", None, "excluded")].map(standing);
    ledger.record_standing(job, 5, 1, &mut everyone.into_iter()).unwrap();
    ledger.enqueue(job, &[2]).unwrap();
    ledger.append(&[event(EventKind::Exported, 1), event(EventKind::Exported, 3)]).unwrap();
    ledger
}

fn people_are_removed_and_the_chains_still_hold(engine: &dyn Engine) {
    let mut ledger = peopled(engine);
    let (tally, states, events) = (ledger.tally().unwrap(), ledger.states().unwrap(), ledger.events().unwrap());
    let held = ledger.of_people().unwrap();
    assert_eq!(held, OfPeople { keys: 3, marks: 3, aliases: 1, codes: 1, records: 4, outbox: 1 });
    ledger.append(&[NewEvent::of_incident(EventKind::Purged, 0, "Ada").with([3; 32])]).unwrap();
    ledger.remove_people().unwrap();
    // Once more changes nothing.
    ledger.remove_people().unwrap();
    drop(ledger);
    let mut ledger = engine.open();
    assert_eq!(ledger.of_people().unwrap(), OfPeople::default());
    assert_eq!((ledger.tally().unwrap(), ledger.states().unwrap()), (tally, states), "seeds are still nobody of the counts");
    assert_eq!(ledger.events().unwrap()[..events.len()], events[..]);
    let verified = ledger.verify(&[]).unwrap();
    assert!(verified.holds(), "{:?}", verified.findings());
    assert_eq!((ledger.codes().unwrap(), ledger.outbox().unwrap()), (Vec::new(), None));
    let mut records = Vec::new();
    ledger
        .each_standing(&mut |standing| {
            records.push((standing.record, standing.person));
            Ok(())
        })
        .unwrap();
    records.sort();
    let removed = |person: &str| ("removed".to_owned(), person.to_owned());
    assert_eq!(
        records,
        [removed("removed:"), removed("removed:0000001"), removed("removed:0000002"), removed("removed:0000003")],
        "that there was somebody stays"
    );
    // What guards the tables is there again.
    assert!(ledger.record_codes(&mut [(1, [8; 16])].into_iter()).is_ok());
    assert!(ledger.append(&[event(EventKind::Mailed, 1)]).is_ok());
}

fn a_removed_person_is_told_from_one_that_was_put_there(engine: &dyn Engine) {
    let mut ledger = peopled(engine);
    // Nothing told of a purge: keys that look removed were changed by somebody.
    ledger.remove_people().unwrap();
    let findings = ledger.verify(&[]).unwrap().findings().to_vec();
    assert!(findings.iter().all(|finding| finding.code == "ledger-changed") && findings.len() == 1, "{findings:?}");
    ledger.append(&[NewEvent::of_incident(EventKind::Purged, 0, "Ada").with([3; 32])]).unwrap();
    assert!(ledger.verify(&[]).unwrap().holds());
    drop(ledger);
    engine.edit("UPDATE piece SET person = 'somebody' WHERE number = 2");
    assert!(!engine.open().verify(&[]).unwrap().holds(), "after a purge nobody bears a number");
}

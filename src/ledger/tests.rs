use super::*;
use crate::error::Kind;
use rusqlite::Connection;
use std::os::unix::fs::PermissionsExt;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn opened(folder: &tempfile::TempDir) -> Box<dyn Ledger> {
    open(folder.path(), "lakeside", None).unwrap()
}

fn raw(folder: &tempfile::TempDir) -> Connection {
    Connection::open(folder.path().join("ledger.sqlite")).unwrap()
}

fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn refusal(folder: &tempfile::TempDir) -> (Kind, &'static str) {
    let error = open(folder.path(), "lakeside", None).err().unwrap();
    (error.kind, error.findings[0].code)
}

fn people(names: &[&str]) -> impl Iterator<Item = Bearer> {
    names.iter().map(|&name| Bearer::nameless(name))
}

fn event(kind: EventKind, piece: Piece, attempt: u32) -> NewEvent {
    NewEvent::of_piece(kind, piece, attempt, 1, format!("{} {attempt}", kind.id()))
}

#[test]
fn a_person_keeps_the_number_across_calls_and_openings() {
    let folder = folder();
    assert_eq!(opened(&folder).allot(&mut people(&["a", "b", "a"])).unwrap(), [1, 2, 1]);
    let mut ledger = opened(&folder);
    assert_eq!(ledger.allot(&mut people(&["c", "b", "d"])).unwrap(), [3, 2, 4]);
    let allotments: Vec<String> = ledger.events().unwrap().into_iter().map(|event| event.event.detail).collect();
    assert_eq!(allotments, ["0000001-0000002", "0000003-0000004"]);
}

fn bearer(person: &str, first: u8, last: u8, birth: u8) -> Bearer {
    Bearer { person: person.to_owned(), marks: Marks { first: [first; 8], last: [last; 8], birth: [birth; 8] } }
}

#[test]
fn an_id_that_becomes_anothers_brings_no_number_with_it_and_a_corrected_id_loses_none() {
    let folder = folder();
    let mut ledger = opened(&folder);
    let mut allot = |people: &[Bearer]| ledger.allot(&mut people.iter().cloned()).unwrap();
    let (ada, bob) = (bearer("id-1", 1, 1, 1), bearer("id-2", 2, 2, 2));
    assert_eq!(allot(&[ada.clone(), bob.clone()]), [1, 2]);
    // Bob's id is given to Eve, and Ada's id was wrong.
    let (eve, corrected) = (bearer("id-2", 5, 5, 5), bearer("id-9", 1, 1, 1));
    for _ in 0..2 {
        assert_eq!(allot(&[corrected.clone(), eve.clone()]), [1, 3]);
    }
    assert_eq!(allot(&[ada, bob.clone(), eve.clone()]), [1, 2, 3]);
    // A marriage, then a corrected birth date: still Bob.
    for marks in [(2, 6, 2), (2, 6, 7)] {
        assert_eq!(allot(&[bearer("id-2", marks.0, marks.1, marks.2)]), [2]);
    }
    // Two of one name and birth date whose ids both changed: nobody can tell whose number is whose.
    assert_eq!(allot(&[bearer("t-1", 8, 8, 8), bearer("t-2", 8, 8, 8)]), [4, 5]);
    assert_eq!(allot(&[bearer("t-3", 8, 8, 8), bearer("t-4", 8, 8, 8)]), [6, 7]);
    // Without a birth date a name is not enough to find somebody.
    assert_eq!(allot(&[bearer("u-1", 9, 9, 0)]), [8]);
    assert_eq!(allot(&[bearer("u-2", 9, 9, 0)]), [9]);
}

#[test]
fn codes_are_somebodys_for_ever() {
    let folder = folder();
    let mut ledger = opened(&folder);
    ledger.allot(&mut people(&["a", "b"])).unwrap();
    ledger.record_codes(&mut [(1, [1; 16]), (2, [2; 16])].into_iter()).unwrap();
    ledger.record_codes(&mut [(1, [3; 16])].into_iter()).unwrap();
    assert_eq!(opened(&folder).codes().unwrap(), [(1, [1; 16]), (2, [2; 16]), (1, [3; 16])]);
    assert!(raw(&folder).execute("UPDATE code SET piece = 2", []).is_err());
    assert!(raw(&folder).execute("DELETE FROM code", []).is_err());
}

#[test]
fn numbers_end_at_seven_digits_and_the_refused_call_allots_nothing() {
    let folder = folder();
    let mut ledger = opened(&folder);
    raw(&folder).execute("INSERT INTO piece (number, person) VALUES (9999998, 'x')", []).unwrap();
    let error = ledger.allot(&mut people(&["a", "b"])).unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "pieces-exhausted"));
    assert_eq!(ledger.allot(&mut people(&["b"])).unwrap(), [9_999_999]);
}

#[test]
fn the_same_digest_is_the_same_job() {
    let folder = folder();
    let mut ledger = opened(&folder);
    assert_eq!(["one", "two", "one", "three"].map(|digest| ledger.job(digest).unwrap()), [1, 2, 1, 3]);
    assert_eq!(opened(&folder).job("two").unwrap(), 2);
}

#[test]
fn states_are_the_latest_events_of_each_piece() {
    let folder = folder();
    let mut ledger = opened(&folder);
    ledger.allot(&mut people(&["a", "b", "c"])).unwrap();
    let moment = noon();
    ledger.set_moment(moment);
    ledger.append(&[event(EventKind::Queued, 2, 1), event(EventKind::Queued, 3, 1), event(EventKind::DataStarted, 3, 1)]).unwrap();
    ledger.append(&[event(EventKind::Deferred, 3, 1)]).unwrap();
    let states: Vec<_> = ledger.states().unwrap().into_iter().map(|state| (state.piece, state.state, state.attempt)).collect();
    assert_eq!(states, [(1, EventKind::Allotted, 0), (2, EventKind::Queued, 1), (3, EventKind::Deferred, 1)]);
    let events = ledger.events().unwrap();
    assert_eq!((events[0].moment, events[1].moment, events.len()), (None, Some(moment), 5));
    assert_eq!(events[4].event, event(EventKind::Deferred, 3, 1));
}

#[test]
fn a_standing_replaces_the_one_before() {
    let folder = folder();
    let mut ledger = opened(&folder);
    assert_eq!(ledger.tally().unwrap(), None);
    ledger.allot(&mut people(&["a", "b", "c"])).unwrap();
    let person = |record: &str, piece, disposition: &str| Standing {
        record: record.to_owned(),
        person: record.to_owned(),
        provider: "LAKE".to_owned(),
        piece,
        disposition: disposition.to_owned(),
        reason: String::new(),
    };
    ledger.append(&[event(EventKind::Mailed, 1, 1), event(EventKind::Unreachable, 2, 1)]).unwrap();
    ledger.record_standing(1, 3, 1, &mut [person("p.csv:1", Some(1), "letter"), person("p.csv:2", None, "excluded")].into_iter()).unwrap();
    let newer = [person("p.csv:9", Some(2), "letter"), person("p.csv:8", Some(3), "letter"), person("p.csv:7", None, "excluded")];
    ledger.record_standing(2, 3, 0, &mut newer.iter().cloned()).unwrap();
    let tally = opened(&folder).tally().unwrap().unwrap();
    assert_eq!((tally.job, tally.rows, tally.merged), (2, 3, 0));
    let counted: Vec<_> = tally.people.iter().map(|((disposition, _, state), people)| (disposition.as_str(), *state, *people)).collect();
    let expected = [("excluded", EventKind::Allotted, 1), ("letter", EventKind::Allotted, 1), ("letter", EventKind::Unreachable, 1)];
    assert_eq!(counted, expected);
    assert_eq!(tally.gone.into_iter().collect::<Vec<_>>(), [(EventKind::Mailed, 1)]);
    let listed = ledger.listed(&[EventKind::Unreachable, EventKind::Mailed]).unwrap();
    assert_eq!(listed.iter().map(|person| (person.record.as_str(), person.state.piece)).collect::<Vec<_>>(), [("p.csv:9", 2)]);
}

#[test]
fn nothing_recorded_can_be_changed_or_removed() {
    let folder = folder();
    let mut ledger = opened(&folder);
    ledger.allot(&mut people(&["a"])).unwrap();
    ledger.job("digest").unwrap();
    let connection = raw(&folder);
    for table in ["event", "link", "piece", "job", "ledger"] {
        assert!(connection.execute(&format!("DELETE FROM {table}"), []).is_err(), "{table} rows can be removed");
    }
    for change in
        ["event SET detail = 'x'", "link SET worker = 'x'", "piece SET person = 'x'", "job SET digest = 'x'", "ledger SET incident = 'x'"]
    {
        assert!(connection.execute(&format!("UPDATE {change}"), []).is_err(), "{change} was allowed");
    }
}

#[test]
fn a_batch_with_a_wrong_event_leaves_nothing_behind() {
    let folder = folder();
    let mut ledger = opened(&folder);
    ledger.allot(&mut people(&["a"])).unwrap();
    let error = ledger.append(&[event(EventKind::Queued, 1, 1), event(EventKind::Queued, 2, 1)]).unwrap_err();
    assert_eq!(error.kind, Kind::Bug);
    assert_eq!(ledger.states().unwrap()[0].state, EventKind::Allotted);
    assert!(ledger.verify(&[]).unwrap().holds());
}

#[test]
fn files_are_private_whatever_they_were() {
    let folder = folder();
    let path = folder.path().join("ledger.sqlite");
    fs_err::write(&path, b"").unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let mut ledger = opened(&folder);
    ledger.allot(&mut people(&["a"])).unwrap();
    ledger.set_moment(noon());
    ledger.begin_sending("test").unwrap();
    let mut seen = 0;
    for entry in fs_err::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", entry.file_name().display());
        seen += 1;
    }
    assert_eq!(seen, 4, "ledger, -wal, -shm and the lock");
}

#[test]
fn reading_creates_nothing() {
    let folder = folder();
    assert!(open_existing(folder.path(), "lakeside", None).unwrap().is_none());
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0);
    opened(&folder);
    assert!(open_existing(folder.path(), "lakeside", None).unwrap().is_some());
}

#[test]
fn what_is_not_our_ledger_is_refused() {
    type Spoil = fn(&tempfile::TempDir);
    let cases: [(&str, Spoil); 5] = [
        ("ledger-damaged", |folder| fs_err::write(folder.path().join("ledger.sqlite"), vec![b'x'; 4096]).unwrap()),
        ("ledger-damaged", |folder| raw(folder).execute_batch("CREATE TABLE other (a)").unwrap()),
        ("ledger-newer", |folder| {
            opened(folder);
            raw(folder).pragma_update(None, "user_version", 99).unwrap();
        }),
        ("ledger-newer", |folder| {
            opened(folder);
            raw(folder).pragma_update(None, "user_version", -1).unwrap();
        }),
        ("ledger-of-another-incident", |folder| drop(open(folder.path(), "riverside", None).unwrap())),
    ];
    for (code, spoil) in cases {
        let folder = folder();
        spoil(&folder);
        assert_eq!(refusal(&folder), (Kind::Refused, code));
    }
}

#[test]
fn only_known_urls_are_taken_and_never_quoted() {
    let folder = folder();
    for url in ["mysql://clerk:secret@db/ledger", "mysql://db", "ledger.sqlite", "sqlite:"] {
        let error = open(folder.path(), "lakeside", Some(&Access::typed(url))).err().unwrap();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "ledger-url"));
        assert!(!format!("{error:?}").contains("secret"));
    }
    let other = format!("sqlite://{}", folder.path().join("other.sqlite").display());
    drop(open(folder.path(), "lakeside", Some(&Access::typed(other))).unwrap());
    assert!(folder.path().join("other.sqlite").exists());
}

#[test]
fn a_writer_waits_for_another_and_then_says_so() {
    let folder = folder();
    let mut ledger = opened(&folder);
    let other = raw(&folder);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = ledger.job("digest").unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Failed, "ledger-busy"));
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(ledger.job("digest").unwrap(), 1);
}

#[test]
fn one_sender_at_a_time() {
    let folder = folder();
    let (mut first, mut second) = (opened(&folder), opened(&folder));
    [&mut first, &mut second].iter_mut().for_each(|ledger| ledger.set_moment(noon()));
    first.begin_sending("night shift").unwrap();
    first.begin_sending("night shift").unwrap();
    let error = second.begin_sending("day shift").unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "send-in-progress"));
    assert!(error.findings[0].reason.contains("night shift"));
    drop(first);
    second.begin_sending("day shift").unwrap();
}

#[test]
fn a_hundred_thousand_people_are_allotted_in_one_go() {
    let folder = folder();
    let mut ledger = opened(&folder);
    let everyone: Vec<String> = (0..100_000_u64).map(|n| format!("{:032x}", u128::from(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)))).collect();
    let pieces = ledger.allot(&mut everyone.iter().map(Bearer::nameless)).unwrap();
    assert_eq!((pieces[0], pieces[99_999]), (1, 100_000));
    assert_eq!(ledger.allot(&mut everyone.iter().map(Bearer::nameless)).unwrap(), pieces);
    assert_eq!(ledger.states().unwrap().len(), 100_000);
}

/// A ledger as a program before chains wrote it.
fn before_chains(folder: &tempfile::TempDir) {
    let connection = raw(folder);
    for step in [include_str!("sqlite/schema/0001_first.sql"), include_str!("sqlite/schema/0002_bearers.sql")] {
        connection.execute_batch(step).unwrap();
    }
    connection.pragma_update(None, "application_id", 0x4252_4E4F).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    let events = [("queued", 1), ("deferred", 1), ("queued", 2), ("sent", 2), ("data_started", 3), ("queued", 4)];
    connection.execute_batch("INSERT INTO ledger (id, incident) VALUES (1, 'lakeside')").unwrap();
    for piece in 1..=5 {
        connection.execute("INSERT INTO piece (number, person) VALUES (?1, 'person ' || ?1)", [piece]).unwrap();
    }
    for (kind, piece) in events {
        connection.execute("INSERT INTO event (kind, piece, attempt, job, detail) VALUES (?, ?, 1, 1, '')", (kind, piece)).unwrap();
    }
}

#[test]
fn a_ledger_of_before_gets_its_chain_and_its_outbox() {
    use EventKind::{Allotted, Deferred, Queued, Sent, Uncertain};
    let folder = folder();
    before_chains(&folder);
    let mut ledger = opened(&folder);
    assert!(ledger.verify(&[]).unwrap().holds());
    assert_eq!(ledger.events().unwrap().len(), 6);
    ledger.set_moment(noon());
    ledger.begin_sending("test").unwrap();
    let states: Vec<EventKind> = ledger.states().unwrap().into_iter().map(|state| state.state).collect();
    assert_eq!(states, [Deferred, Sent, Uncertain, Queued, Allotted]);
    let leases = ledger.lease(9, Duration::from_secs(60), false).unwrap();
    assert_eq!(leases.iter().map(|lease| (lease.piece, lease.attempt)).collect::<Vec<_>>(), [(1, 2), (4, 1)]);
}

/// Changes to what is stored, and what `verify` says of each: one statement a row.
#[test]
fn whatever_is_changed_is_named() {
    let folder = folder();
    let mut ledger = opened(&folder);
    ledger.set_moment(noon());
    ledger.allot(&mut people(&["a", "b", "c"])).unwrap();
    ledger.append(&[event(EventKind::Queued, 1, 1), event(EventKind::Queued, 2, 1)]).unwrap();
    ledger.set_worker("night shift");
    ledger.append(&[event(EventKind::Sent, 1, 1)]).unwrap();
    let stamp = ledger.append_stamped("export lakeside_0001", &[event(EventKind::Exported, 3, 1).with([7; 32])]).unwrap();
    assert_eq!((stamp.worker.as_str(), stamp.link), ("night shift", 3));
    ledger.append(&[event(EventKind::Mailed, 3, 1)]).unwrap();
    let verified = ledger.verify(std::slice::from_ref(&stamp)).unwrap();
    assert!(verified.holds(), "{:?}", verified.findings());
    assert_eq!((verified.events, verified.links, verified.workers), (7, 6, 2));
    drop(ledger);
    let first = 1 << 16;
    let cases = [
        ("UPDATE event SET detail = 'sent 2' WHERE kind = 'sent'", format!("event {}", 3 * first)),
        ("UPDATE event SET digest = zeroblob(32) WHERE kind = 'exported'", format!("event {}", 4 * first)),
        ("UPDATE event SET mark = mark + 1 WHERE kind = 'mailed'", format!("event {}", 6 * first)),
        ("UPDATE event SET ordinal = ordinal + 1 WHERE kind = 'mailed'", format!("event {}", 6 * first + 1)),
        ("DELETE FROM event WHERE kind = 'mailed'", "link 4 of night shift".to_owned()),
        ("DELETE FROM event WHERE kind = 'queued' AND piece = 2", "link 2 of desk".to_owned()),
        ("DELETE FROM event WHERE kind = 'queued' AND piece = 1", format!("event {}", 2 * first + 1)),
        ("UPDATE link SET moment = '2026-03-02T12:00:00Z' WHERE id = 2", "link 2 of desk".to_owned()),
        ("UPDATE link SET digest = zeroblob(32) WHERE id = 2", "link 2 of desk".to_owned()),
        ("DELETE FROM event WHERE ordinal >> 16 = 2; DELETE FROM link WHERE id = 2", "link 2 of desk".to_owned()),
        ("DELETE FROM event WHERE ordinal >> 16 >= 5; DELETE FROM link WHERE id >= 5", "link 3 of night shift".to_owned()),
        ("UPDATE piece SET person = 'd' WHERE number = 2", format!("event {first}")),
        (
            "UPDATE piece SET person = CASE number WHEN 1 THEN 'x' WHEN 2 THEN 'a' ELSE person END WHERE number < 3",
            format!("event {first}"),
        ),
    ];
    let kept = fs_err::read(folder.path().join("ledger.sqlite")).unwrap();
    for (change, place) in cases {
        fs_err::write(folder.path().join("ledger.sqlite"), &kept).unwrap();
        let connection = raw(&folder);
        let triggers: Vec<String> = connection
            .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        triggers.iter().for_each(|name| connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
        connection.execute_batch(change).unwrap();
        drop(connection);
        let verified = opened(&folder).verify(std::slice::from_ref(&stamp)).unwrap();
        let named: Vec<_> = verified.findings().iter().filter_map(|finding| finding.place.column.clone()).collect();
        assert!(named.contains(&place), "{change}: {named:?}, not {place}");
    }
}

#[test]
fn a_lease_that_runs_out_is_anybodys_and_a_message_begun_under_it_is_uncertain() {
    let folder = folder();
    let mut ledger = opened(&folder);
    let at = |seconds: i64| noon() + jiff::SignedDuration::from_secs(seconds);
    let minute = Duration::from_secs(60);
    ledger.set_moment(at(0));
    let pieces = ledger.allot(&mut people(&["a", "b", "c"])).unwrap();
    assert_eq!(ledger.enqueue(1, &pieces).unwrap(), 3);
    let first = ledger.lease(2, minute, false).unwrap();
    assert_eq!(first.iter().map(|lease| lease.piece).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(ledger.lease(9, minute, false).unwrap().len(), 1, "what is leased is nobody else's");
    assert_eq!(ledger.record(1, &[Begun { lease: first[0], message: [1; 32] }], &[]).unwrap(), [true]);
    ledger.set_moment(at(50));
    ledger.renew(minute).unwrap();
    ledger.set_moment(at(100));
    assert!(ledger.lease(9, minute, false).unwrap().is_empty(), "a lease that was prolonged holds");
    ledger.set_moment(at(200));
    let again = ledger.lease(9, minute, false).unwrap();
    assert_eq!(again.iter().map(|lease| lease.piece).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(ledger.states().unwrap()[0].state, EventKind::Uncertain);
    // The fence: what the former holder does counts no more, but what became of a message that is uncertain is good to know.
    let ended = |lease, fate| Ended { lease, fate, detail: "250".to_owned() };
    let late = ledger.record(1, &[Begun { lease: first[1], message: [2; 32] }], &[ended(first[0], Fate::Sent)]).unwrap();
    assert_eq!(late, [false]);
    let states: Vec<EventKind> = ledger.states().unwrap().into_iter().map(|state| state.state).collect();
    assert_eq!(states, [EventKind::Sent, EventKind::Queued, EventKind::Queued]);
    ledger.record(1, &[], &[ended(again[0], Fate::Deferred(at(500))), ended(again[1], Fate::Failed)]).unwrap();
    assert!(ledger.lease(9, minute, false).unwrap().is_empty(), "put off until its moment");
    assert_eq!(ledger.outbox().unwrap(), Some((1, at(500))));
    let early = ledger.lease(9, minute, true).unwrap();
    assert_eq!(early.iter().map(|lease| (lease.piece, lease.attempt)).collect::<Vec<_>>(), [(2, 2)]);
    ledger.give_back().unwrap();
    assert_eq!(ledger.enqueue(2, &[]).unwrap(), 0, "what is not wanted any more leaves the outbox");
    assert_eq!(ledger.states().unwrap()[1].state, EventKind::Withdrawn);
    assert_eq!(ledger.enqueue(2, &[2]).unwrap(), 1, "and can come back");
    assert_eq!(ledger.lease(9, minute, false).unwrap()[0].attempt, 2);
}

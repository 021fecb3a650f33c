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

fn refusal(folder: &tempfile::TempDir) -> (Kind, &'static str) {
    let error = open(folder.path(), "lakeside", None).err().unwrap();
    (error.kind, error.findings[0].code)
}

fn people(names: &[&str]) -> impl Iterator<Item = Bearer> {
    names.iter().map(|&name| Bearer::nameless(name))
}

fn event(kind: EventKind, piece: Piece, attempt: u32) -> NewEvent {
    NewEvent { kind, piece: Some(piece), attempt, job: 1, detail: format!("{} {attempt}", kind.id()) }
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
    let moment: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
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
    assert_eq!(ledger.standing().unwrap(), None);
    let person = |record: &str, piece, disposition: &str| Standing {
        record: record.to_owned(),
        person: record.to_owned(),
        piece,
        disposition: disposition.to_owned(),
        reason: String::new(),
    };
    ledger.record_standing(1, 3, 1, &mut [person("p.csv:1", Some(1), "letter"), person("p.csv:2", None, "excluded")].into_iter()).unwrap();
    let newer = vec![person("p.csv:9", Some(2), "held")];
    ledger.record_standing(2, 1, 0, &mut newer.iter().cloned()).unwrap();
    assert_eq!(opened(&folder).standing().unwrap(), Some((2, 1, 0, newer)));
}

#[test]
fn nothing_recorded_can_be_changed_or_removed() {
    let folder = folder();
    let mut ledger = opened(&folder);
    ledger.allot(&mut people(&["a"])).unwrap();
    ledger.job("digest").unwrap();
    let connection = raw(&folder);
    for table in ["event", "piece", "job", "ledger"] {
        assert!(connection.execute(&format!("DELETE FROM {table}"), []).is_err(), "{table} rows can be removed");
    }
    for change in ["event SET detail = 'x'", "piece SET person = 'x'", "job SET digest = 'x'", "ledger SET incident = 'x'"] {
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
}

#[test]
fn files_are_private_whatever_they_were() {
    let folder = folder();
    let path = folder.path().join("ledger.sqlite");
    fs_err::write(&path, b"").unwrap();
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
    let mut ledger = opened(&folder);
    ledger.allot(&mut people(&["a"])).unwrap();
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
    for url in ["postgres://clerk:secret@db/ledger", "postgresql://db", "mysql://db", "ledger.sqlite", "sqlite:"] {
        let error = open(folder.path(), "lakeside", Some(url)).err().unwrap();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "ledger-url"));
        assert!(!format!("{error:?}").contains("secret"));
    }
    let other = format!("sqlite://{}", folder.path().join("other.sqlite").display());
    drop(open(folder.path(), "lakeside", Some(&other)).unwrap());
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

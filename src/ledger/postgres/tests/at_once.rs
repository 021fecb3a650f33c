//! Several machines on one ledger.

use super::*;
use crate::ledger::store::Session as _;
use crate::ledger::{NewEvent, Piece, Standing};
use std::collections::BTreeSet;

const MINUTE: Duration = Duration::from_secs(60);

/// Runs a piece of work on so many threads at once, each with a number of its own.
fn at_once<T: Send>(threads: u32, work: impl Fn(u32) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|n| (n, &work)).map(|(n, work)| scope.spawn(move || work(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// Sends what is due until nothing is; how many.
pub(super) fn send_all(book: &mut Book<PostgresStore>, batch: usize) -> usize {
    let mut total = 0;
    loop {
        let leases = book.lease(batch, MINUTE, false).unwrap();
        if leases.is_empty() {
            return total;
        }
        let allowed = book.record(1, &begun(&leases), &[]).unwrap();
        let mine: Vec<Lease> = leases.into_iter().zip(allowed).filter_map(|(lease, allowed)| allowed.then_some(lease)).collect();
        book.record(1, &[], &sent(&mine)).unwrap();
        total += mine.len();
    }
}

#[test]
fn four_workers_send_each_piece_once() {
    let bench = PostgresBench::new();
    let mut desk = bench.worker("desk");
    let pieces = desk.allot(&mut everyone(2_000)).unwrap();
    desk.enqueue(1, &pieces).unwrap();
    let totals = at_once(4, |n| send_all(&mut bench.worker(&format!("worker {n}")), 20));
    assert_eq!(totals.iter().sum::<usize>(), 2_000);
    assert!(totals.iter().all(|total| *total > 0), "{totals:?}");
    assert_eq!((count(&mut desk, EventKind::DataStarted), count(&mut desk, EventKind::Sent)), (2_000, 2_000));
    assert!(desk.states().unwrap().iter().all(|state| state.state == EventKind::Sent));
    assert_eq!(desk.outbox().unwrap(), None);
    let verified = desk.verify(&[]).unwrap();
    assert!(verified.holds(), "{:?}", verified.findings());
    assert_eq!(verified.workers, 5);
}

#[test]
fn who_queues_while_others_send_queues_nothing_twice() {
    let bench = PostgresBench::new();
    let pieces = bench.worker("desk").allot(&mut everyone(300)).unwrap();
    at_once(6, |n| {
        let mut book = bench.worker(&format!("worker {n}"));
        for _ in 0..4 {
            book.enqueue(1, &pieces).unwrap();
            send_all(&mut book, 30);
        }
    });
    let mut desk = bench.worker("desk");
    assert_eq!((count(&mut desk, EventKind::Queued), count(&mut desk, EventKind::Sent)), (300, 300));
}

#[test]
fn what_was_leased_in_the_meantime_is_not_withdrawn() {
    let bench = PostgresBench::new();
    let (mut desk, mut store) = (bench.worker("desk"), bench.store());
    let pieces = desk.allot(&mut everyone(3)).unwrap();
    desk.enqueue(1, &pieces).unwrap();
    let mut session = store.begin(Doing::Writing).unwrap();
    let now = session.now(None).unwrap();
    assert_eq!(session.waiting(now).unwrap(), [(1, 1), (2, 1), (3, 1)]);
    let leases = desk.lease(1, MINUTE, false).unwrap();
    desk.record(1, &begun(&leases), &[]).unwrap();
    desk.lease(1, MINUTE, false).unwrap();
    assert_eq!(session.unqueue(&pieces, now).unwrap(), [(3, 1)]);
}

#[test]
fn numbers_jobs_and_chains_of_many_that_begin_at_once() {
    let bench = PostgresBench::new();
    let made = at_once(8, |n| {
        // Two of them share a name, and with it a chain; the very first opens an empty schema.
        let mut book = bench.worker(&format!("worker {}", n / 2));
        let pieces = book.allot(&mut everyone(500)).unwrap();
        let jobs: Vec<u32> = (0..6).map(|job| book.job(&format!("job {}", (job + n) % 6)).unwrap()).collect();
        for piece in 1..=20 {
            book.append(&[NewEvent::of_piece(EventKind::Printed, piece, 1, 1, "")]).unwrap();
        }
        book.append_stamped("release", &[]).unwrap();
        (pieces, jobs.into_iter().collect::<BTreeSet<u32>>())
    });
    for (pieces, jobs) in made {
        assert_eq!(pieces, (1..=500).collect::<Vec<Piece>>());
        assert_eq!(jobs, (1..=6).collect());
    }
    let verified = bench.worker("desk").verify(&[]).unwrap();
    assert!(verified.holds(), "{:?}", verified.findings());
    assert_eq!((verified.workers, verified.links), (4, 1 + 8 * 21));
}

#[test]
fn of_two_exports_at_once_one_has_the_pieces() {
    let bench = PostgresBench::new();
    bench.worker("desk").allot(&mut everyone(200)).unwrap();
    let departed = at_once(4, |n| {
        let mut events = (1..=200).map(|piece| Ok(NewEvent::of_piece(EventKind::Exported, piece, 1, 1, "")));
        bench.worker(&format!("worker {n}")).depart("export", &mut events).is_ok()
    });
    assert_eq!(departed.iter().filter(|departed| **departed).count(), 1);
    assert_eq!(count(&mut bench.worker("desk"), EventKind::Exported), 200);
}

#[test]
fn standings_of_two_shards_are_never_mixed() {
    let bench = PostgresBench::new();
    at_once(4, |n| {
        let mut book = bench.worker("desk");
        for _ in 0..3 {
            let mut people = (0..2_000).map(|person| Standing {
                record: format!("north:{person}"),
                person: person.to_string(),
                provider: String::new(),
                piece: None,
                disposition: "held".to_owned(),
                reason: format!("job {n}"),
            });
            book.record_standing(n, 2_000, 0, &mut people).unwrap();
            let tally = book.tally().unwrap().unwrap();
            let counted: Vec<_> = tally.people.into_iter().map(|((_, reason, _), people)| (reason, people)).collect();
            assert_eq!(counted, [(format!("job {}", tally.job), 2_000)]);
        }
    });
}

#[test]
fn a_sender_gives_back_its_own_leases_alone() {
    let bench = PostgresBench::new();
    let (mut one, mut other) = (bench.worker("one"), bench.worker("other"));
    let pieces = one.allot(&mut everyone(4)).unwrap();
    one.enqueue(1, &pieces).unwrap();
    one.begin_sending("one").unwrap();
    let leases = one.lease(2, MINUTE, false).unwrap();
    other.begin_sending("other").unwrap();
    other.lease(2, MINUTE, false).unwrap();
    other.give_back().unwrap();
    assert_eq!(one.record(1, &begun(&leases), &[]).unwrap(), [true, true]);
    assert_eq!(one.lease(9, MINUTE, false).unwrap().len(), 2);
}

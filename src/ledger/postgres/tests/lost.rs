//! Connections that are lost: nothing that was acknowledged goes with them, and nothing is recorded twice.

use super::at_once::send_all;
use super::*;
use crate::ledger::NewEvent;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8};

const MINUTE: Duration = Duration::from_secs(60);

/// When the wire breaks; it does so once.
const NEVER: u8 = 0;
const BEFORE_COMMIT: u8 = 1;
const BEFORE_ANSWER: u8 = 2;

/// A wire to the server that breaks at a commit when told so.
struct Wire {
    port: u16,
    breaks: Arc<AtomicU8>,
}

impl Wire {
    fn to(bench: &PostgresBench) -> Wire {
        let (folder, server) = bench.socket();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Wire { port: listener.local_addr().unwrap().port(), breaks: Arc::new(AtomicU8::new(NEVER)) };
        let breaks = Arc::clone(&wire.breaks);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let server = UnixStream::connect(folder.join(format!(".s.PGSQL.{server}"))).unwrap();
                let (client, breaks, silent) = (client.unwrap(), Arc::clone(&breaks), Arc::new(AtomicBool::new(false)));
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap(), Arc::clone(&silent));
                std::thread::spawn(move || carry_there(client, server, &breaks, &silent));
                std::thread::spawn(move || carry_back(back.0, back.1, &back.2));
            }
        });
        wire
    }

    fn book(&self, bench: &PostgresBench) -> Book<PostgresStore> {
        let url = format!("postgres://{0}@127.0.0.1:{1}/postgres?options=-csearch_path%3D{0}", bench.name, self.port);
        Book::new(PostgresStore::open(&Access::hidden(url), "lakeside").unwrap()).unwrap()
    }
}

fn carry_there(mut client: TcpStream, mut server: UnixStream, breaks: &AtomicU8, silent: &AtomicBool) {
    let mut buffer = [0; 1 << 16];
    while let Ok(length @ 1..) = client.read(&mut buffer) {
        let bytes = &buffer[..length];
        if bytes.windows(7).any(|window| window == b"COMMIT\0") {
            match breaks.swap(NEVER, Ordering::SeqCst) {
                BEFORE_COMMIT => break,
                BEFORE_ANSWER => silent.store(true, Ordering::SeqCst),
                _ => {}
            }
        }
        if server.write_all(bytes).is_err() {
            break;
        }
    }
    let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
}

fn carry_back(mut server: UnixStream, mut client: TcpStream, silent: &AtomicBool) {
    let mut buffer = [0; 1 << 16];
    while let Ok(length @ 1..) = server.read(&mut buffer) {
        if silent.load(Ordering::SeqCst) || client.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = (client.shutdown(Shutdown::Both), server.shutdown(Shutdown::Both));
}

#[test]
fn a_connection_that_is_lost_between_two_operations_is_made_anew() {
    let bench = PostgresBench::new();
    let mut book = bench.worker("worker");
    let pieces = book.allot(&mut everyone(4)).unwrap();
    assert!(bench.cut() > 0);
    assert_eq!(book.enqueue(1, &pieces).unwrap(), 4);
    bench.cut();
    let leases = book.lease(4, MINUTE, false).unwrap();
    bench.cut();
    assert_eq!(book.record(1, &begun(&leases), &[]).unwrap(), [true; 4]);
    bench.cut();
    book.append(&[NewEvent::of_piece(EventKind::Bounced, 1, 1, 1, "")]).unwrap();
    bench.cut();
    book.renew(MINUTE).unwrap();
    bench.cut();
    book.record(1, &[], &sent(&leases)).unwrap();
    bench.cut();
    assert_eq!((count(&mut book, EventKind::DataStarted), count(&mut book, EventKind::Sent)), (4, 4));
    assert!(book.verify(&[]).unwrap().holds());
}

#[test]
fn a_connection_that_is_lost_in_the_middle_of_a_record_takes_nothing_with_it() {
    let bench = PostgresBench::new();
    let mut book = bench.worker("worker");
    let pieces = book.allot(&mut everyone(2)).unwrap();
    book.enqueue(1, &pieces).unwrap();
    let leases = book.lease(2, MINUTE, false).unwrap();
    let mut raw = bench.raw();
    // The record waits for the end of its chain, with its rows changed already.
    let mut holder = raw.transaction().unwrap();
    holder.execute("SELECT FROM worker WHERE name = 'worker' FOR UPDATE", &[]).unwrap();
    std::thread::scope(|scope| {
        let recording = scope.spawn(|| book.record(1, &begun(&leases), &[]));
        let waits = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND wait_event_type = 'Lock'";
        while bench.raw().query_one(waits, &[&bench.name]).unwrap().get::<_, i64>(0) == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(bench.cut(), 1);
        holder.commit().unwrap();
        assert_eq!(recording.join().unwrap().unwrap(), [true, true]);
    });
    assert_eq!(count(&mut book, EventKind::DataStarted), 2);
    assert!(book.verify(&[]).unwrap().holds());
}

#[test]
fn a_commit_whose_answer_is_lost_is_not_done_twice() {
    let bench = PostgresBench::new();
    let wire = Wire::to(&bench);
    let mut book = wire.book(&bench);
    let pieces = book.allot(&mut everyone(6)).unwrap();
    for (round, moment) in [BEFORE_COMMIT, BEFORE_ANSWER].into_iter().enumerate() {
        let lose = || wire.breaks.store(moment, Ordering::SeqCst);
        lose();
        assert_eq!(book.enqueue(1, &pieces).unwrap(), 6 - 2 * round as u64);
        lose();
        let leases = book.lease(3, MINUTE, false).unwrap();
        assert_eq!(leases.len(), 3, "what was leased to nobody's knowledge is leased anew");
        lose();
        assert_eq!(book.record(1, &begun(&leases), &[]).unwrap(), [true; 3]);
        lose();
        let later = Ended { lease: leases[2], fate: Fate::Deferred(jiff::Timestamp::MAX), detail: String::new() };
        book.record(1, &[], &[sent(&leases[..2]), vec![later]].concat()).unwrap();
        lose();
        book.give_back().unwrap();
        assert_eq!(wire.breaks.load(Ordering::SeqCst), NEVER, "the wire was broken each time");
    }
    for (kind, times) in [(EventKind::Queued, 6), (EventKind::DataStarted, 6), (EventKind::Sent, 4), (EventKind::Deferred, 2)] {
        assert_eq!(count(&mut book, kind), times, "{kind:?}");
    }
    assert!(book.verify(&[]).unwrap().holds());
}

#[test]
fn leases_that_were_never_heard_of_are_not_forgotten() {
    let bench = PostgresBench::new();
    let wire = Wire::to(&bench);
    let (mut one, mut other) = (wire.book(&bench), bench.worker("other"));
    let pieces = one.allot(&mut everyone(4)).unwrap();
    one.enqueue(1, &pieces).unwrap();
    other.lease(2, MINUTE, false).unwrap();
    wire.breaks.store(BEFORE_ANSWER, Ordering::SeqCst);
    let mut raw = bench.raw();
    let leases = std::thread::scope(|scope| {
        let leasing = scope.spawn(|| one.lease(2, MINUTE, false).unwrap());
        // 3 and 4 are leased to nobody's knowledge; before they are asked for anew, 1 and 2 come free, and those go first.
        while raw.query_one("SELECT count(*) FROM outbox WHERE sender IS NOT NULL", &[]).unwrap().get::<_, i64>(0) < 4 {}
        other.give_back().unwrap();
        leasing.join().unwrap()
    });
    assert_eq!(leases.len(), 2);
    assert_eq!(other.lease(9, MINUTE, false).unwrap().len(), 2, "the other two are free");
}

#[test]
fn what_cannot_be_told_from_what_was_done_is_a_persons_affair() {
    let bench = PostgresBench::new();
    let wire = Wire::to(&bench);
    let mut book = wire.book(&bench);
    book.allot(&mut everyone(1)).unwrap();
    wire.breaks.store(BEFORE_ANSWER, Ordering::SeqCst);
    let error = book.append(&[NewEvent::of_piece(EventKind::Mailed, 1, 1, 1, "")]).unwrap_err();
    assert_eq!((error.kind.exit_code(), error.findings[0].code), (4, "ledger-lost-connection"));
    assert_eq!(count(&mut book, EventKind::Mailed), 1);
}

#[test]
fn workers_whose_connections_are_cut_again_and_again_send_each_piece_once() {
    let bench = PostgresBench::new();
    let mut desk = bench.worker("desk");
    let pieces = desk.allot(&mut everyone(1_500)).unwrap();
    desk.enqueue(1, &pieces).unwrap();
    let (done, mut cuts) = (AtomicBool::new(false), 0);
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..3).map(|n| bench.worker(&format!("worker {n}"))).map(|mut book| scope.spawn(move || send_all(&mut book, 5))).collect();
        let cutting = scope.spawn(|| {
            let mut cuts = 0;
            while !done.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(150));
                cuts += bench.cut();
            }
            cuts
        });
        assert_eq!(workers.into_iter().map(|worker| worker.join().unwrap()).sum::<usize>(), 1_500);
        done.store(true, Ordering::Relaxed);
        cuts = cutting.join().unwrap();
    });
    assert!(cuts > 3, "{cuts}");
    assert_eq!((count(&mut desk, EventKind::DataStarted), count(&mut desk, EventKind::Sent)), (1_500, 1_500));
    assert!(desk.verify(&[]).unwrap().holds());
    assert_eq!(desk.outbox().unwrap(), None);
}

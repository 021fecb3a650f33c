//! `send`, killed at any moment: nothing goes twice, nothing is lost, and each kill leaves at most one message of each connection
//! uncertain, for a person to rule on.

use super::books::Books;
use super::ledgers::Place;
use super::post::{accepted, released, send_all};
use super::server::Server;
use super::{Chance, figure, quick_or_full, wait_until};
use crate::harness::Home;
use breachnotice::ledger::EventKind;
use std::time::Duration;

const CONNECTIONS: usize = 8;

#[test]
fn nothing_goes_twice_and_nothing_is_lost() {
    let (kills, people) = (quick_or_full(8, 200), quick_or_full(600, 6_000));
    let server = Server::slow(Duration::from_millis(2));
    let home = released(people, &server, "");
    let mut chance = Chance::seeded(23);
    let mut killed = 0;
    for kill in 0..kills {
        killed += usize::from(kill_after_some(&home, &server, &mut chance, people * 3 / 4 / kills));
        is_in_order(&home, &server, &format!("after kill {kill}"));
    }
    assert!(killed > kills / 2, "only {killed} of {kills} were killed at work");
    send_all(&home, &format!("send incident --connections {CONNECTIONS}"));

    let mut books = Books::open(&home, "incident", &Place::folder());
    books.hold();
    let (abandoned, uncertain) = (books.abandoned(), books.pieces_in(EventKind::Uncertain));
    assert!(abandoned.iter().all(|count| *count <= CONNECTIONS), "{abandoned:?}");
    assert_eq!(uncertain.len(), abandoned.iter().sum::<usize>());
    let taken = accepted(&server);
    let sent = books.pieces_in(EventKind::Sent);
    assert_eq!(sent.len() + uncertain.len(), people, "nobody is lost");
    assert!(sent.iter().all(|piece| taken.get(piece) == Some(&1)), "what counts as sent was accepted");
    let arrived = uncertain.iter().filter(|piece| taken.contains_key(*piece)).count();
    figure(&format!(
        "killed sends: {killed} of {kills} killed at work, {} messages, 0 accepted twice, 0 lost; uncertain per kill at most {} and {:.2} on \
         average of {CONNECTIONS} connections ({arrived} of {} had arrived)",
        server.count(),
        abandoned.iter().max().unwrap_or(&0),
        uncertain.len() as f64 / killed as f64,
        uncertain.len()
    ));
    ruled_on(&home, &server, &uncertain, people);
}

/// Starts a send and kills it once it has sent some messages, or a moment before the first.
fn kill_after_some(home: &Home, server: &Server, chance: &mut Chance, usual: usize) -> bool {
    let (before, wanted) = (server.count(), chance.below(2 * usual + 1));
    let mut sending = home.start(&format!("send incident --connections {CONNECTIONS} --quiet"));
    wait_until("the message to be killed at", || server.count() >= before + wanted || sending.is_over());
    std::thread::sleep(Duration::from_micros(chance.below(5_000) as u64));
    sending.kill()
}

/// Whatever moment it was: the counts close, and nothing was accepted twice.
#[track_caller]
fn is_in_order(home: &Home, server: &Server, when: &str) {
    let status = home.run("status incident --json --as-of 2026-11-01").exits(0).json();
    assert_eq!(status["closes"], true, "{when}");
    let twice: Vec<_> = accepted(server).into_iter().filter(|(_, times)| *times > 1).collect();
    assert!(twice.is_empty(), "{when}: accepted twice: {twice:?}");
}

/// A person looks up what is uncertain at the server and rules: in the end everybody has exactly one message.
#[track_caller]
fn ruled_on(home: &Home, server: &Server, uncertain: &[String], people: usize) {
    let status = home.run("status incident --json --as-of 2026-11-01").exits(0).json();
    let listed: Vec<&str> = status["uncertain"].as_array().unwrap().iter().map(|piece| piece["piece"].as_str().unwrap()).collect();
    assert_eq!(listed, uncertain, "all of them are listed for a person");
    let taken = accepted(server);
    for piece in uncertain {
        let word = if taken.contains_key(piece) { "sent" } else { "resend" };
        home.run(&format!("send incident --resolve {piece} {word} --quiet")).exits(0);
    }
    home.run("send incident --quiet").exits(0);
    let taken = accepted(server);
    assert_eq!(taken.len(), people);
    assert!(taken.values().all(|times| *times == 1));
}

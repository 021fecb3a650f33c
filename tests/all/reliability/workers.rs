//! Four workers on one PostgreSQL ledger, killed at random and started again: each piece is sent by one of them, once.

use super::books::Books;
use super::ledgers::{Place, server as database};
use super::post::{accepted, released};
use super::server::Server;
use super::{Chance, figure, quick_or_full, wait_until};
use crate::harness::{Home, Running};
use breachnotice::ledger::EventKind;
use std::collections::BTreeMap;
use std::time::Duration;

const WORKERS: usize = 4;

/// Machines that each have a copy of the incident folder.
struct Crew<'a> {
    home: &'a Home,
    place: &'a Place,
    workers: Vec<Running>,
}

impl Crew<'_> {
    fn start(&self, number: usize) -> Running {
        self.home.start(&format!("send machine{number} --worker worker{number} --quiet{}", self.place.option))
    }

    fn start_all(&mut self) {
        self.workers = (0..WORKERS).map(|number| self.start(number)).collect();
    }

    fn are_over(&mut self) -> bool {
        self.workers.iter_mut().all(Running::is_over)
    }

    /// Kills one that is at work and starts it again; whether there was one.
    fn kill_one(&mut self, number: usize) -> bool {
        let other = self.start(number);
        std::mem::replace(&mut self.workers[number], other).kill()
    }

    /// Waits until nobody finds anything to do.
    fn end(&mut self) {
        wait_until("the end of all workers", || self.are_over());
    }
}

#[test]
fn each_piece_is_sent_once() {
    let (people, kills) = (quick_or_full(1_500, 100_000), quick_or_full(6, 40));
    let (server, place) = (Server::start(), Place::schema(&database()));
    let home = released(people, &server, &place.option);
    for number in 0..WORKERS {
        home.copy("incident", &format!("machine{number}"));
    }
    let mut crew = Crew { home: &home, place: &place, workers: Vec::new() };
    crew.start_all();
    let (mut chance, mut killed) = (Chance::seeded(61), 0);
    for kill in 0..kills {
        let wanted = people * kill / kills + chance.below(people / kills);
        wait_until("the message to be killed at", || server.count() >= wanted || crew.are_over());
        std::thread::sleep(Duration::from_micros(chance.below(5_000) as u64));
        killed += usize::from(crew.kill_one(chance.below(WORKERS)));
    }
    crew.end();
    // The last of the dead still hold their leases.
    while Books::open(&home, "incident", &place).outbox() > 0 {
        place.leases_run_out();
        crew.start_all();
        crew.end();
    }
    is_in_order(&home, &server, &place, people, killed);
}

#[track_caller]
fn is_in_order(home: &Home, server: &Server, place: &Place, people: usize, killed: usize) {
    let mut books = Books::open(home, "incident", place);
    let mut begun: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for event in books.events() {
        if event.event.kind == EventKind::DataStarted {
            *begun.entry((event.event.piece.unwrap(), event.event.attempt)).or_default() += 1;
        }
    }
    assert!(begun.values().all(|times| *times == 1), "a message was begun twice");
    let (sent, uncertain) = (books.pieces_in(EventKind::Sent), books.pieces_in(EventKind::Uncertain));
    let taken = accepted(server);
    assert_eq!(sent.len() + uncertain.len(), people, "nobody is lost");
    assert!(taken.values().all(|times| *times == 1), "nothing was accepted twice");
    assert!(sent.iter().all(|piece| taken.contains_key(piece)), "what counts as sent was accepted");
    books.hold();
    figure(&format!(
        "workers: {WORKERS} on one PostgreSQL ledger, {killed} killed at work, {} of {people} messages accepted, 0 twice, 0 lost, 0 begun \
         twice, {} uncertain",
        server.count(),
        uncertain.len()
    ));
}

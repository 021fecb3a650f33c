//! What a mail server can do to a message, and what the ledger must say of it then, on every engine. Silence after the last dot takes
//! ten minutes to be noticed: it is tried with less patience beside the sender itself, in `src/deliver/email/tests.rs`.

use super::books::Books;
use super::figure;
use super::ledgers::Place;
use super::post::{accepted, released};
use super::server::{Act, At, Server};
use breachnotice::ledger::EventKind::{self, Deferred, Failed, Sent, Uncertain};

const TABLE: [(At, Act, EventKind); 12] = [
    (At::Rcpt, Act::Say("450 4.2.1 mailbox busy"), Deferred),
    (At::Rcpt, Act::Say("421 4.3.2 closing down"), Deferred),
    (At::Data, Act::Say("451 4.3.0 not now"), Deferred),
    (At::Dot, Act::Say("452 4.3.1 no room"), Deferred),
    (At::Rcpt, Act::Fin, Deferred),
    (At::Rcpt, Act::Rst, Deferred),
    (At::Body, Act::Fin, Deferred),
    (At::Body, Act::Rst, Deferred),
    (At::Rcpt, Act::Say("550 5.1.1 no such user"), Failed),
    (At::Dot, Act::Say("554 5.7.1 refused"), Failed),
    (At::Dot, Act::Fin, Uncertain),
    (At::Dot, Act::Rst, Uncertain),
];

/// The first meets the fault, the others go well.
const PEOPLE: usize = 3;

#[test]
fn each_fault_ends_as_the_table_says() {
    let mut engines = Vec::new();
    for place in Place::engines() {
        TABLE.iter().for_each(|(at, act, state)| ends_as(&place(), *at, *act, *state));
        engines.push(place().engine);
    }
    figure(&format!("faults: {0} of {0} end as the table says, on {1}", TABLE.len(), engines.join(" and ")));
}

#[track_caller]
fn ends_as(place: &Place, at: At, act: Act, state: EventKind) {
    let case = format!("{act:?} at {at:?} on {}", place.engine);
    let server = Server::faulty(at, act);
    let home = released(PEOPLE, &server, &place.option);
    let send = |more: &str| home.run(&format!("send incident --connections 1 --quiet{more}{}", place.option));
    let states = || Books::open(&home, "incident", place).states().into_iter().map(|piece| piece.state).collect::<Vec<_>>();

    send("").exits(4);
    // A message of this size is in the system's hands, dot and all, before a connection that breaks in the midst of it is noticed:
    // then nobody knows. Whether the dot came can be seen by who closed in order, not by who broke off.
    let found = states()[0];
    let state = match (at, act) {
        (At::Body, Act::Fin) if server.was_sent_the_dot() => Uncertain,
        (At::Body, Act::Rst) if found == Uncertain => Uncertain,
        _ => state,
    };
    assert_eq!(states(), [state, Sent, Sent], "{case}");
    assert_eq!(accepted(&server).len(), PEOPLE - 1, "{case}");
    // Only what is known not to have arrived goes again by itself.
    let again = if state == Deferred { Sent } else { state };
    send(" --retry-now").exits(if state == Deferred { 0 } else { 4 });
    assert_eq!(states(), [again, Sent, Sent], "{case}, again");
    let taken = accepted(&server);
    assert_eq!(taken.len(), if state == Deferred { PEOPLE } else { PEOPLE - 1 }, "{case}, again");
    assert!(taken.values().all(|times| *times == 1), "{case}: {taken:?}");
}

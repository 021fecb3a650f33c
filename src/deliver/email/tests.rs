use super::fault_server::{Act, At, FaultServer, Script};
use super::tls_front::TlsFront;
use super::*;
use crate::error::{Error, Kind, Result};
use crate::incident::EmailSettings;
use crate::ledger::{self, Bearer, Begun, EventKind, Ledger, Piece};
use crate::privacy::Private;
use jiff::Timestamp;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

const CANARY: &str = "ann.canary@example.net";

fn now() -> Timestamp {
    "2025-03-14T15:09:26Z".parse().unwrap()
}

fn settings(port: u16) -> EmailSettings {
    EmailSettings {
        from: "Lakeside Health <notices@lakeside.example>".into(),
        reply_to: "help@lakeside.example".into(),
        subject: "A message from Lakeside Health about your información".into(),
        smtp: Some(format!("smtp://127.0.0.1:{port}")),
        attach_pdf: true,
        per_minute: None,
        authority: None,
    }
}

fn outgoing(piece: Piece, pdf: usize) -> Outgoing {
    Outgoing {
        piece,
        to: Private::new(CANARY.into()),
        language_tag: "en",
        html: Private::new("<p>Dear Ann,</p>\n<p>señal</p>\n".into()),
        text: Private::new("Dear Ann,\n\n.a line that begins with a dot\n--=_mixed--\nseñal\n".into()),
        pdf: Some(Private::new(b"%PDF-1.7\n".iter().copied().cycle().take(pdf).collect())),
        pdf_name: format!("notice-{piece:07}.pdf"),
    }
}

fn patience() -> Patience {
    let limit = Duration::from_secs(30);
    Patience { connect: limit, command: limit, message: limit, pauses: vec![Duration::from_millis(1); 2] }
}

/// One connection, so that messages go in order; what is put off is tried again by the next send.
fn dispatch(settings: &EmailSettings) -> Dispatch<'_> {
    Dispatch {
        settings,
        incident_id: "lakeside",
        password: None,
        authority: None,
        owner: "test",
        job: 1,
        clock: &now,
        patience: patience(),
        connections: 1,
        early: true,
        despite_failures: false,
        failed_before: 0,
    }
}

/// An incident folder with a ledger in which some people have numbers.
struct Desk {
    folder: TempDir,
    pieces: Vec<Piece>,
    pdf: usize,
    patience: Duration,
    authority: Option<Vec<u8>>,
}

impl Desk {
    fn of(people: u32) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let mut people = (0..people).map(|n| Bearer::nameless(format!("person {n}")));
        let pieces = ledger::open(folder.path(), "lakeside", None).unwrap().allot(&mut people).unwrap();
        Desk { folder, pieces, pdf: 2_000, patience: Duration::from_secs(30), authority: None }
    }

    fn ledger(&self) -> Box<dyn Ledger> {
        ledger::open(self.folder.path(), "lakeside", None).unwrap()
    }

    fn send(&self, settings: &EmailSettings) -> Result<Totals> {
        self.send_with(settings, None, self.ledger().as_mut())
    }

    fn send_with(&self, settings: &EmailSettings, password: Option<&str>, ledger: &mut dyn Ledger) -> Result<Totals> {
        let patience = Patience { command: self.patience, message: self.patience, ..patience() };
        let password = password.map(|password| Private::new(password.to_owned()));
        let dispatch = Dispatch { password, patience, authority: self.authority.clone(), ..dispatch(settings) };
        let pdf = self.pdf;
        drain(&dispatch, ledger, &self.pieces, &mut |piece| Ok(outgoing(piece, if piece == 1 { pdf } else { 2_000 })), &mut |_| {})
    }

    fn states(&self) -> Vec<(EventKind, u32)> {
        self.ledger().states().unwrap().into_iter().map(|state| (state.state, state.attempt)).collect()
    }

    fn details(&self) -> Vec<String> {
        self.ledger().events().unwrap().into_iter().map(|event| event.event.detail).collect()
    }
}

/// Big enough that it cannot hide in the system's buffers: the client is still writing when the server breaks off.
const BIG: usize = 9 << 20;

#[test]
fn every_fault_leads_to_its_state() {
    use Act::{Fin, Rst, Say, SayAndClose, Silence};
    use EventKind::{Deferred, Failed, Uncertain};
    let cases = [
        (At::Mail, Say("451 4.3.0 later"), 2_000, Deferred),
        (At::Rcpt, Say("450 4.2.1 <ann.canary@example.net> greylisted"), 2_000, Deferred),
        (At::Rcpt, SayAndClose("421 4.3.2 shutting down"), 2_000, Deferred),
        (At::Rcpt, Say("550 5.1.1 <ann.canary@example.net> unknown"), 2_000, Failed),
        (At::Rcpt, Fin, 2_000, Deferred),
        (At::Rcpt, Rst, 2_000, Deferred),
        (At::Rcpt, Silence, 2_000, Deferred),
        (At::Rcpt, Say("hello ann.canary@example.net"), 2_000, Deferred),
        (At::Rcpt, Say("354 what"), 2_000, Deferred),
        (At::Data, Say("451 4.3.0 later"), 2_000, Deferred),
        (At::Data, Say("554 5.5.1 no valid recipients"), 2_000, Failed),
        (At::Data, Say("250 what"), 2_000, Deferred),
        (At::Data, Fin, 2_000, Deferred),
        (At::Body, Rst, BIG, Deferred),
        (At::Body, Fin, 2_000, Deferred),
        (At::Body, Fin, BIG, Deferred),
        (At::Body, Silence, BIG, Deferred),
        (At::Dot, Say("452 4.3.1 no space"), 2_000, Deferred),
        (At::Dot, SayAndClose("421 4.3.2 shutting down"), 2_000, Deferred),
        (At::Dot, Say("554 5.7.1 refused for ann.canary@example.net"), 2_000, Failed),
        (At::Dot, Fin, 2_000, Uncertain),
        (At::Dot, Rst, 2_000, Uncertain),
        (At::Dot, Silence, 2_000, Uncertain),
        (At::Dot, Say("hello ann.canary@example.net"), 2_000, Uncertain),
        (At::Dot, Say("354 what"), 2_000, Uncertain),
    ];
    type Start = fn(Script) -> FaultServer;
    let servers: [(&str, Start); 2] = [("", FaultServer::start), ("pipelining, ", FaultServer::start_pipelining)];
    for ((at, act, pdf, expected), (kind, start)) in cases.iter().flat_map(|case| servers.map(|server| (*case, server))) {
        let case = format!("{kind}{act:?} at {at:?} with {pdf} bytes");
        let server = start(vec![Some((at, act))]);
        let mut desk = Desk::of(2);
        desk.pdf = pdf;
        if act == Silence {
            desk.patience = Duration::from_secs(1);
        }
        let totals = desk.send(&settings(server.port)).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(desk.states(), [(expected, 1), (EventKind::Sent, 1)], "{case}: {:?}", desk.details());
        let counted = [(Deferred, totals.deferred), (Failed, totals.failed), (Uncertain, totals.uncertain), (EventKind::Sent, totals.sent)];
        for (kind, count) in counted {
            assert_eq!(count, u64::from(kind == expected || kind == EventKind::Sent), "{case}: {kind:?}");
        }
        assert!(!desk.details().concat().contains("canary"), "{case}: {:?}", desk.details());

        // A second send takes up the deferred piece and nothing else.
        let taken = server.taken();
        desk.pdf = 2_000;
        desk.send(&settings(server.port)).unwrap_or_else(|error| panic!("{case}: {error}"));
        let (state, again) = if expected == Deferred { ((EventKind::Sent, 2), 1) } else { ((expected, 1), 0) };
        assert_eq!((desk.states()[0], server.taken() - taken), (state, again), "{case}");
    }
}

/// Over TLS from the first byte to a host.
fn protected_settings(front: &TlsFront, host: &str) -> EmailSettings {
    EmailSettings { smtp: Some(format!("smtps://{host}:{}", front.port)), ..settings(0) }
}

#[test]
fn under_tls_too_only_a_dot_that_may_have_left_is_uncertain() {
    use Act::{Fin, Rst, Say, Silence};
    use EventKind::{Deferred, Failed, Uncertain};
    for (at, act, pdf, expected) in [
        (At::Rcpt, Say("550 5.1.1 unknown"), 2_000, Failed),
        (At::Rcpt, Fin, 2_000, Deferred),
        (At::Data, Rst, 2_000, Deferred),
        (At::Body, Rst, BIG, Deferred),
        (At::Body, Silence, BIG, Deferred),
        (At::Dot, Fin, 2_000, Uncertain),
        (At::Dot, Rst, 2_000, Uncertain),
        (At::Dot, Silence, 2_000, Uncertain),
    ] {
        let case = format!("{act:?} at {at:?} with {pdf} bytes");
        let server = FaultServer::start(vec![Some((at, act))]);
        let front = TlsFront::before(&server);
        let mut desk = Desk::of(2);
        (desk.pdf, desk.authority) = (pdf, Some(front.authority.clone()));
        if act == Silence {
            desk.patience = Duration::from_secs(1);
        }
        desk.send(&protected_settings(&front, "localhost")).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(desk.states(), [(expected, 1), (EventKind::Sent, 1)], "{case}: {:?}", desk.details());
    }
}

#[test]
fn a_certificate_that_is_not_trusted_ends_the_run_at_once() {
    let server = FaultServer::start(Vec::new());
    let front = TlsFront::before(&server);
    let mut desk = Desk::of(1);
    let refused = |desk: &Desk, host: &str| desk.send(&protected_settings(&front, host)).unwrap_err().findings[0].code;
    assert_eq!((refused(&desk, "localhost"), front.connections()), ("smtp-certificate", 1), "an authority that nobody named");
    desk.authority = Some(front.authority.clone());
    assert_eq!((refused(&desk, "127.0.0.1"), front.connections()), ("smtp-certificate", 2), "another host");
    desk.authority = Some(b"no certificate".to_vec());
    assert_eq!(refused(&desk, "localhost"), "smtp-certificate");
    assert_eq!(server.seen.lock().unwrap().connections, 0);
    desk.authority = Some(front.authority.clone());
    assert_eq!(desk.send(&protected_settings(&front, "localhost")).unwrap().sent, 1);
}

#[test]
fn a_server_that_takes_commands_together_gets_them_together() {
    let (refused, busy) = (Act::Say("550 5.1.1 unknown"), Act::Say("451 4.3.0 later"));
    let server = FaultServer::start_pipelining(vec![None, Some((At::Rcpt, refused)), Some((At::Data, busy))]);
    assert_eq!(Desk::of(4).send(&settings(server.port)).unwrap(), Totals { sent: 2, failed: 1, deferred: 1, uncertain: 0 });
    let seen = server.seen.lock().unwrap();
    let commands: Vec<&str> = seen.commands.iter().filter_map(|command| command.get(..4)).collect();
    let envelope = ["MAIL", "RCPT", "DATA"];
    // Of the refused one the server awaits a body after all: only another connection says that none comes.
    let expected = [&["EHLO"][..], &envelope, &envelope, &["EHLO"], &envelope, &["RSET"], &envelope, &["QUIT"]].concat();
    assert_eq!((commands, seen.connections, seen.taken.len()), (expected, 2, 2));
}

#[test]
fn the_next_envelope_leaves_with_the_last_dot() {
    let many = |server: &FaultServer, per_minute| {
        let settings = EmailSettings { per_minute, ..settings(server.port) };
        assert_eq!(Desk::of(50).send(&settings).unwrap().sent, 50);
        let seen = server.seen.lock().unwrap();
        assert_eq!((seen.taken.len(), seen.connections), (50, 1));
        seen.followed
    };
    let followed = many(&FaultServer::start_pipelining(Vec::new()), None);
    assert!((25..50).contains(&followed), "{followed} of 50: nearly all, but for those that were not composed in time");
    assert_eq!(many(&FaultServer::start(Vec::new()), None), 0, "of a server that does not take it so");
    assert_eq!(many(&FaultServer::start_pipelining(Vec::new()), Some(100_000)), 0, "each waits for its turn");
}

#[test]
fn a_server_that_breaks_off_after_a_dot_has_not_begun_what_was_announced() {
    for act in [Act::Fin, Act::Rst, Act::SayAndClose("421 4.3.2 shutting down")] {
        let server = FaultServer::start_pipelining(vec![None, None, None, Some((At::Dot, act))]);
        let desk = Desk::of(8);
        let totals = desk.send(&settings(server.port)).unwrap();
        assert_eq!((totals.sent, totals.uncertain + totals.deferred), (7, 1), "{act:?}");
        let begun = desk.ledger().events().unwrap().iter().filter(|event| event.event.kind == EventKind::DataStarted).count();
        assert_eq!((begun, server.taken(), server.seen.lock().unwrap().connections), (8, 7, 2), "{act:?}");
    }
}

#[test]
fn what_is_sent_arrives_once_and_over_one_connection() {
    let server = FaultServer::start(Vec::new());
    let desk = Desk::of(5);
    assert_eq!(desk.send(&settings(server.port)).unwrap(), Totals { sent: 5, ..Totals::default() });
    assert_eq!(desk.send(&settings(server.port)).unwrap(), Totals::default());
    let seen = server.seen.lock().unwrap();
    assert_eq!((seen.taken.len(), seen.connections), (5, 1), "the second send had nothing to do and did not connect");
    assert!(desk.details().contains(&"250 2.0.0 queued as Q1".to_owned()));
    let letterhead = Letterhead::new(&settings(0), "lakeside").unwrap();
    let sent = letterhead.message(now(), &outgoing(1, 2_000)).unwrap();
    let unstuffed = String::from_utf8(seen.taken[0].clone()).unwrap().replace("\r\n..", "\r\n.");
    assert_eq!(unstuffed, String::from_utf8(sent).unwrap() + ".\r\n");
}

#[test]
fn the_ledger_knows_of_a_message_before_its_end_and_of_the_one_before_it() {
    let desk = Desk::of(2);
    let folder = desk.folder.path().to_owned();
    let looks = Arc::new(Mutex::new(Vec::new()));
    let hook_looks = Arc::clone(&looks);
    let server = FaultServer::start_with(
        Vec::new(),
        vec![None, Some((At::Rcpt, Act::Wait(400)))],
        Box::new(move |command| {
            if command == "." || command == "DATA" {
                let states = ledger::open_existing(&folder, "lakeside", None).unwrap().unwrap().states().unwrap();
                hook_looks.lock().unwrap().push((command.to_owned(), states[0].state, states[1].state));
            }
        }),
    );
    desk.send(&settings(server.port)).unwrap();
    use EventKind::{DataStarted, Queued, Sent};
    let expected = [("DATA", Queued, Queued), (".", DataStarted, Queued), ("DATA", Sent, Queued), (".", Sent, DataStarted)];
    assert_eq!(*looks.lock().unwrap(), expected.map(|(command, first, second)| (command.to_owned(), first, second)));
}

#[test]
fn a_piece_that_a_dead_sender_left_is_uncertain_until_a_person_rules() {
    let server = FaultServer::start(Vec::new());
    let desk = Desk::of(3);
    let mut ledger = desk.ledger();
    ledger.set_moment(now());
    ledger.enqueue(1, &desk.pieces).unwrap();
    let begun = ledger.lease(2, Duration::from_secs(60), false).unwrap().into_iter().map(|lease| Begun { lease, message: [0; 32] });
    ledger.record(1, &begun.collect::<Vec<_>>(), &[]).unwrap();
    let error = resolve(ledger.as_mut(), "clerk", 3, Resolution::Sent).unwrap_err();
    assert_eq!(error.findings[0].code, "piece-not-uncertain");
    drop(ledger);
    assert_eq!(desk.send(&settings(server.port)).unwrap(), Totals { sent: 1, ..Totals::default() });
    assert_eq!(desk.states(), [(EventKind::Uncertain, 1), (EventKind::Uncertain, 1), (EventKind::Sent, 1)]);

    let rule = |piece, resolution| {
        let mut ledger = desk.ledger();
        ledger.set_moment(now());
        resolve(ledger.as_mut(), "clerk", piece, resolution)
    };
    rule(1, Resolution::Resend).unwrap();
    rule(2, Resolution::Sent).unwrap();
    assert!(rule(2, Resolution::Resend).is_err());
    assert_eq!(desk.send(&settings(server.port)).unwrap(), Totals { sent: 1, ..Totals::default() });
    assert_eq!(desk.states(), [(EventKind::Sent, 2), (EventKind::ResolvedSent, 1), (EventKind::Sent, 1)]);
}

#[test]
fn a_second_sender_is_refused() {
    let server = FaultServer::start(Vec::new());
    let desk = Desk::of(1);
    let mut other = desk.ledger();
    other.set_moment(now());
    other.begin_sending("other").unwrap();
    let error = desk.send(&settings(server.port)).unwrap_err();
    assert_eq!((error.kind, error.findings[0].code, server.taken()), (Kind::Refused, "send-in-progress", 0));
}

#[test]
fn a_run_stops_when_the_server_turns_everything_away() {
    use Act::{Fin, Say};
    let cases: [(At, Act, u32, &str, EventKind, usize); 5] = [
        (At::Rcpt, Say("550 5.7.1 no"), 12, "smtp-storm", EventKind::Failed, 10),
        (At::Data, Say("451 4.3.0 no"), 12, "smtp-storm", EventKind::Deferred, 10),
        (At::Rcpt, Fin, 12, "smtp-storm", EventKind::Deferred, 10),
        (At::Dot, Fin, 5, "smtp-uncertain", EventKind::Uncertain, 3),
        (At::Mail, Say("550 5.7.1 no"), 3, "smtp-sender-refused", EventKind::Queued, 3),
    ];
    for (at, act, people, code, state, touched) in cases {
        let script: Script = vec![Some((at, act)); people as usize];
        let server = FaultServer::start(script);
        let desk = Desk::of(people);
        let error = desk.send(&settings(server.port)).unwrap_err();
        assert_eq!((error.kind, error.findings[0].code), (Kind::Failed, code));
        let states = desk.states();
        assert!(states[..touched].iter().all(|(kind, _)| *kind == state), "{code}: {states:?}");
        assert!(states[touched..].iter().all(|(kind, _)| *kind == EventKind::Queued), "{code}: {states:?}");
    }
}

#[test]
fn greylisting_everyone_is_not_a_reason_to_stop() {
    let server = FaultServer::start(vec![Some((At::Rcpt, Act::Say("450 4.2.0 greylisted"))); 12]);
    assert_eq!(Desk::of(12).send(&settings(server.port)).unwrap().deferred, 12);
}

#[test]
fn a_connection_is_tried_again_and_then_given_up_with_everything_queued() {
    let busy = Some((At::Greeting, Act::SayAndClose("421 busy")));
    for (faults, sent) in [(1, true), (2, true), (3, false)] {
        let server = FaultServer::start_with(vec![busy; faults], Vec::new(), Box::new(|_| {}));
        let desk = Desk::of(1);
        let outcome = desk.send(&settings(server.port));
        if sent {
            assert_eq!(outcome.unwrap().sent, 1);
        } else {
            let error = outcome.unwrap_err();
            assert_eq!((error.kind, error.findings[0].code), (Kind::Failed, "smtp-unreachable"));
            assert_eq!(desk.states(), [(EventKind::Queued, 1)]);
            assert_eq!(desk.send(&settings(server.port)).unwrap().sent, 1);
        }
    }
    let turned_away = Some((At::Greeting, Act::Say("554 not you")));
    let server = FaultServer::start_with(vec![turned_away; 3], Vec::new(), Box::new(|_| {}));
    assert_eq!(Desk::of(1).send(&settings(server.port)).unwrap_err().findings[0].code, "smtp-turned-away");
    assert_eq!(server.seen.lock().unwrap().connections, 1, "a server that says no is not asked again");
}

#[test]
fn an_account_needs_a_password_and_the_password_is_shown_to_nobody() {
    let refused = Some((At::Auth, Act::Say("535 5.7.8 bad credentials for clerk hunter2")));
    let server = FaultServer::start_with(vec![refused], Vec::new(), Box::new(|_| {}));
    let desk = Desk::of(1);
    let mut settings = settings(0);
    settings.smtp = Some(format!("smtp://clerk@127.0.0.1:{}", server.port));
    let error = desk.send(&settings).unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Refused, "email-server"));
    let error = desk.send_with(&settings, Some("hunter2"), desk.ledger().as_mut()).unwrap_err();
    assert_eq!((error.kind, error.findings[0].code), (Kind::Failed, "smtp-account"));
    assert!(!format!("{error:?}").contains("hunter2"));
    assert_eq!(desk.send_with(&settings, Some("hunter2"), desk.ledger().as_mut()).unwrap().sent, 1);
    let seen = server.seen.lock().unwrap();
    assert!(seen.commands.contains(&"AUTH PLAIN AGNsZXJrAGh1bnRlcjI=".to_owned()), "{:?}", seen.commands);
}

#[test]
fn a_server_without_starttls_gets_nothing() {
    let server = FaultServer::start(Vec::new());
    let desk = Desk::of(1);
    let mut settings = settings(0);
    settings.smtp = Some(format!("smtp+starttls://127.0.0.1:{}", server.port));
    assert_eq!(desk.send(&settings).unwrap_err().findings[0].code, "smtp-starttls");
    assert!(server.seen.lock().unwrap().commands.iter().all(|command| command.starts_with("EHLO")));
}

#[test]
fn a_reply_that_came_before_tls_does_not_count_under_it() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        for reply in ["220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "220 go on\r\n250-a\r\n250 AUTH PLAIN\r\n"] {
            stream.write_all(reply.as_bytes()).unwrap();
            let _ = reader.read_line(&mut String::new());
        }
    });
    let mut settings = settings(0);
    settings.smtp = Some(format!("smtp+starttls://127.0.0.1:{port}"));
    assert_eq!(Desk::of(1).send(&settings).unwrap_err().findings[0].code, "smtp-starttls");
    server.join().unwrap();
}

#[test]
fn nothing_is_sent_that_the_ledger_cannot_hold() {
    let server = FaultServer::start(Vec::new());
    let desk = Desk::of(2);
    let raw = rusqlite::Connection::open(desk.folder.path().join("ledger.sqlite")).unwrap();
    let no_start = "CREATE TRIGGER no_start BEFORE INSERT ON event WHEN NEW.kind = 'data_started' BEGIN SELECT RAISE(ABORT, 'no'); END";
    raw.execute_batch(no_start).unwrap();
    assert!(desk.send(&settings(server.port)).is_err());
    assert_eq!((server.taken(), desk.states()), (0, vec![(EventKind::Queued, 1), (EventKind::Queued, 1)]));
    raw.execute_batch("DROP TRIGGER no_start").unwrap();
    assert_eq!(desk.send(&settings(server.port)).unwrap().sent, 2);
}

#[test]
fn a_letter_that_cannot_be_built_stops_the_run_and_keeps_what_was_done() {
    let server = FaultServer::start(Vec::new());
    let desk = Desk::of(2);
    let settings = settings(server.port);
    let mut build = |piece: Piece| if piece == 2 { Err(Error::bug("no letter")) } else { Ok(outgoing(piece, 100)) };
    assert!(drain(&dispatch(&settings), desk.ledger().as_mut(), &desk.pieces, &mut build, &mut |_| {}).is_err());
    assert!(matches!(desk.states()[..], [(EventKind::Sent | EventKind::Queued, 1), (EventKind::Queued, 1)]));
    let sent = server.taken() as u64;
    assert_eq!(desk.send(&settings).unwrap().sent, 2 - sent, "and the next call continues");
}

#[test]
fn many_connections_send_each_message_once_and_record_each() {
    let server = FaultServer::start(vec![Some((At::Rcpt, Act::Say("450 4.2.0 later"))); 3]);
    let desk = Desk::of(200);
    let settings = settings(server.port);
    let dispatch = Dispatch { connections: 8, early: false, ..dispatch(&settings) };
    let mut build = |piece: Piece| Ok(outgoing(piece, 5_000));
    let totals = drain(&dispatch, desk.ledger().as_mut(), &desk.pieces, &mut build, &mut |_| {}).unwrap();
    assert_eq!(totals, Totals { sent: 197, deferred: 3, ..Totals::default() });
    assert_eq!((server.taken(), server.seen.lock().unwrap().connections), (197, 8));
    let again = drain(&dispatch, desk.ledger().as_mut(), &desk.pieces, &mut build, &mut |_| {}).unwrap();
    assert_eq!(again, Totals::default(), "what was put off waits for its pause");
    let early = Dispatch { early: true, ..dispatch };
    assert_eq!(drain(&early, desk.ledger().as_mut(), &desk.pieces, &mut build, &mut |_| {}).unwrap().sent, 3);
    let mut ids: Vec<String> = server.seen.lock().unwrap().taken.iter().map(|message| message_id(message)).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    assert!(desk.ledger().verify(&[]).unwrap().holds());
}

fn message_id(message: &[u8]) -> String {
    mail_parser::MessageParser::default().parse(message).unwrap().message_id().unwrap().to_owned()
}

#[test]
fn what_is_wanted_no_more_is_not_sent() {
    let server = FaultServer::start(vec![Some((At::Rcpt, Act::Say("450 4.2.0 later"))); 2]);
    let mut desk = Desk::of(2);
    desk.send(&settings(server.port)).unwrap();
    desk.pieces.remove(0);
    assert_eq!(desk.send(&settings(server.port)).unwrap().sent, 1);
    assert_eq!(desk.states(), [(EventKind::Withdrawn, 1), (EventKind::Sent, 2)]);
}

#[test]
fn a_message_is_complete_and_its_bytes_are_stable() {
    let letterhead = Letterhead::new(&settings(0), "lakeside").unwrap();
    let outgoing = outgoing(7, 1_000);
    let bytes = letterhead.message(now(), &outgoing).unwrap();
    assert_eq!(bytes, letterhead.message(now(), &outgoing).unwrap());
    assert!(bytes.is_ascii());
    let text = String::from_utf8(bytes.clone()).unwrap();
    let headers = text.split("\r\n\r\n").next().unwrap();
    for expected in [
        "Date: Fri, 14 Mar 2025 15:09:26 +0000",
        "Message-ID: <0000007.lakeside@lakeside.example>",
        "To: ann.canary@example.net",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "Content-Language: en",
        "Reply-To: help@lakeside.example",
    ] {
        assert!(headers.lines().any(|line| line == expected), "{expected} is missing in {headers}");
    }
    assert!(text.lines().all(|line| line.len() < 998));

    let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
    assert_eq!(parsed.subject(), Some("A message from Lakeside Health about your información"));
    assert_eq!(parsed.body_text(0).unwrap().trim_end(), outgoing.text.reveal().replace('\n', "\r\n").trim_end());
    assert_eq!(parsed.body_html(0).unwrap().trim_end(), outgoing.html.reveal().replace('\n', "\r\n").trim_end());
    assert_eq!(parsed.attachment_count(), 1);
    use mail_parser::MimeHeaders;
    let attachment = parsed.attachment(0).unwrap();
    assert_eq!(
        (attachment.attachment_name(), attachment.contents()),
        (Some("notice-0000007.pdf"), outgoing.pdf.as_ref().unwrap().reveal().as_slice())
    );
}

#[test]
fn an_address_that_cannot_be_used_fails_its_piece_alone_and_is_not_shown() {
    let server = FaultServer::start(Vec::new());
    let desk = Desk::of(2);
    let settings = settings(server.port);
    let wrong = |piece| Outgoing { to: Private::new("ann@example.net>\r\nRCPT TO:<x@y.example".into()), ..outgoing(piece, 100) };
    let letterhead = Letterhead::new(&settings, "lakeside").unwrap();
    let error = letterhead.message(now(), &wrong(1)).unwrap_err();
    assert!(!format!("{error:?}").contains("example.net"));
    let mut build = |piece: Piece| Ok(if piece == 1 { wrong(1) } else { outgoing(piece, 100) });
    drain(&dispatch(&settings), desk.ledger().as_mut(), &desk.pieces, &mut build, &mut |_| {}).unwrap();
    assert_eq!(desk.states(), [(EventKind::Failed, 1), (EventKind::Sent, 1)]);
}

#[test]
fn a_dry_run_writes_files_and_records_nothing() {
    let desk = Desk::of(2);
    let out = desk.folder.path().join("rehearsal");
    let written = dry_run(&out, &settings(0), "lakeside", now(), &desk.pieces, &mut |piece| Ok(outgoing(piece, 100))).unwrap();
    assert_eq!(written, 2);
    let mut names: Vec<_> = fs_err::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["0000001.eml", "0000002.eml"]);
    assert_eq!(desk.states(), [(EventKind::Allotted, 0), (EventKind::Allotted, 0)]);
}

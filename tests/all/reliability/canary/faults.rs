//! What goes wrong outside: a mail server that names the recipient as it hangs up, a disk that takes nothing, lists that cannot be read, a
//! ledger that another process keeps. Whatever is told of it tells nothing of a patient.

use super::super::disk::Disk;
use super::super::server::{Act, At, Server};
use super::{Watch, figure, tables, tells_nothing};
use std::os::unix::fs::symlink;

/// Where a server stops, and its last words: every one names the recipient.
const STOPS: [(At, Act); 13] = [
    (At::Greeting, Act::Say("421 4.3.2 zaqvix.aa@post.example is why we close")),
    (At::Greeting, Act::Say("554 5.3.2 nothing for Zaqvixfaa Zaqvixlaa here")),
    (At::Hello, Act::Say("421 4.3.2 <zaqvix.aa@post.example> is why we close")),
    (At::Hello, Act::Say("550 5.3.2 nothing for Zaqvixlaa here")),
    (At::Mail, Act::Say("421 4.3.2 <zaqvix.aa@post.example> is why we close")),
    (At::Mail, Act::Say("550 5.7.1 nobody writes to Zaqvixlaa")),
    (At::Rcpt, Act::Say("421 4.3.2 <zaqvix.aa@post.example> is why we close")),
    (At::Rcpt, Act::Say("550 5.1.1 <zaqvix.aa@post.example> Zaqvixlaa unknown")),
    (At::Data, Act::Say("421 4.3.2 <zaqvix.aa@post.example> is why we close")),
    (At::Data, Act::Say("554 5.6.0 no body for zaqvix.aa@post.example")),
    (At::Body, Act::Say("421 4.3.2 <zaqvix.aa@post.example> is why we close")),
    (At::Dot, Act::Say("421 4.3.2 <zaqvix.aa@post.example> is why we close")),
    (At::Dot, Act::Say("554 5.7.1 Zaqvixlaa born 1908-01-01 refused")),
];

/// A home with a released folder `lakeside`.
fn released(server: &Server) -> Watch {
    let mut watch = Watch::new();
    watch.home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &server.url());
    watch.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    watch.run("release lakeside --by Ben").exits(0);
    watch
}

#[test]
fn a_server_that_names_the_recipient_is_not_quoted() {
    let server = Server::start();
    let mut watch = released(&server);
    let mut values = 0;
    for (number, (at, act)) in STOPS.into_iter().enumerate() {
        let folder = format!("stop{number}");
        watch.copy("lakeside", &folder);
        server.goes_wrong(at, act);
        watch.run(&format!("send {folder} --connections 1"));
        assert!(!server.is_about_to_go_wrong(), "{act:?} at {at:?} was said");
        watch.run(&format!("send {folder} --retry-now"));
        watch.run(&format!("status {folder} --json"));
        values += tables::of_file(&watch.home.path(&format!("{folder}/ledger.sqlite"))).1;
    }
    watch.look();
    figure(&format!(
        "canaries, mail server: {} last words that name the recipient, 0 quoted, 0 among {values} values of ledgers",
        STOPS.len()
    ));
}

#[test]
fn what_cannot_be_read_or_written_is_told_without_patients() {
    let server = Server::start();
    let mut watch = released(&server);
    let disk = Disk::mount(&watch.home, "disk");
    watch.copy("lakeside", "disk/incident");
    watch.copy("lakeside", "unreadable");
    watch.takes_all_for_theirs("disk");
    disk.make_read_only();
    for command in [
        "check lakeside --out disk/out --findings disk/findings.csv",
        "plan lakeside --ics disk/calendar.ics --memo disk/memo",
        "preview lakeside --out disk/previews",
        "render lakeside --out disk/out --as both",
        "export lakeside --out disk/package",
        "export lakeside --addresses disk/asked.csv",
        "report lakeside --out disk/report",
        "init disk/made",
        "drill disk/drill --people 20 --seed 4",
        "approve disk/incident --by Ada --role counsel --accept-stale test",
        "release disk/incident --by Ben",
        "render disk/incident --out out",
        "send disk/incident --dry-run",
        "send disk/incident",
    ] {
        watch.run(command).exits(4);
    }
    drop(disk);
    let list = watch.home.path("unreadable/patients.csv");
    for target in ["nothing-there", "patients.csv", "/proc/self/mem", ".", "/dev/null"] {
        std::fs::remove_file(&list).unwrap();
        symlink(target, &list).unwrap();
        for command in
            ["check unreadable --out checked", "render unreadable --out unread", "release unreadable --by Ben", "send unreadable"]
        {
            watch.run(command).exits(3);
        }
        for kind in ["ncoa", "production", "returns", "bounces", "substitute"] {
            watch.run(&format!("receive lakeside {kind} unreadable/patients.csv"));
        }
    }
    watch.look();
    figure(&format!("canaries, nothing to be read or written: {} commands, 0 told anything", watch.commands));
}

#[test]
fn whoever_waits_for_a_ledger_tells_nothing() {
    let server = Server::start();
    let mut watch = released(&server);
    watch.write("broken.csv", "piece_id,status,mail_date\n0000001,mailed,2026-12-07\nZaqvix,Zaqvix,1908-01-01\n");
    let mut other = rusqlite::Connection::open(watch.home.path("lakeside/ledger.sqlite")).unwrap();
    let kept = other.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive).unwrap();
    let commands = [
        "render lakeside --out out",
        "export lakeside --out package",
        "send lakeside",
        "receive lakeside production broken.csv",
        "release lakeside --by Ben",
        "report lakeside --out report",
        "status lakeside",
    ];
    let waiting: Vec<_> = commands.map(|command| (command, watch.start(command))).into_iter().collect();
    let mut busy = 0;
    for (command, running) in waiting {
        let ended = running.wait();
        tells_nothing(command, &ended);
        assert!([0, 4].contains(&ended.code()), "{command}: {}", ended.stderr);
        busy += usize::from(ended.code() == 4 && ended.stderr.contains("[ledger-busy]"));
    }
    assert!(busy >= 5, "{busy} were kept waiting");
    drop(kept);
    watch.look();
    figure(&format!("canaries, a ledger kept by another: {} commands, {busy} gave up, 0 told anything", commands.len()));
}

//! A disk that fills up at every point of a command: a clean error, and once there is room the next run completes the work, with the
//! same bytes.

use super::books::Books;
use super::disk::{Disk, LARGE};
use super::ledgers::Place;
use super::post::{self, accepted};
use super::server::Server;
use super::{Chance, figure, quick_or_full, same};
use crate::harness::{Ended, Home, rows};
use breachnotice::ledger::EventKind;
use std::collections::BTreeMap;

/// A command on a disk: the folder `ready` of the home is copied to `disk/incident` before it.
struct Work<'a> {
    home: &'a Home,
    command: &'a str,
}

/// What came of a disk of one size.
struct Filled {
    /// The run that had too little room, when it had.
    failed: bool,
    when: String,
    disk: Disk,
}

impl Work<'_> {
    fn fresh(&self) -> Disk {
        let disk = Disk::mount(self.home, "disk");
        self.home.copy("ready", "disk/incident");
        disk
    }

    /// What is used before, and at most while it runs with all the room there is; its exit code.
    fn measure(&self) -> (u64, u64, i32, Disk) {
        let disk = self.fresh();
        let before = disk.used();
        let (mut most, mut running) = (before, self.home.start(self.command));
        while !running.is_over() {
            most = most.max(disk.used());
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        (before, most.max(disk.used()), running.wait().code(), disk)
    }

    /// Runs it on disks of sizes from what is there before up to what is needed, each time again with room; `judge` sees the disk then.
    fn on_disks(&self, name: &str, (before, most): (u64, u64), code: i32, judge: &mut dyn FnMut(&Filled)) {
        let (sizes, mut chance) = (quick_or_full(4, 60), Chance::seeded(53));
        let mut failed = 0;
        for size in 0..sizes {
            let disk = self.fresh();
            let room = (most - before) * size as u64 / sizes as u64 + chance.below((most - before) as usize / sizes + 1) as u64;
            disk.resize(before + room);
            let when = format!("{name} with room for {room} bytes of {}", most - before);
            let ended = self.home.run(self.command);
            let is_full = is_clean(&when, &ended, code);
            failed += usize::from(is_full);
            disk.resize(LARGE);
            if is_full {
                let again = self.home.run(self.command).code();
                // E-mails that nobody knows the fate of are left over: a person rules on them.
                assert!(again == code || name == "send" && again == 4, "{when}: the next run ended with {again}");
            }
            judge(&Filled { failed: is_full, when, disk });
        }
        assert!(failed > sizes / 3, "{name}: only {failed} of {sizes} disks were too small");
        figure(&format!(
            "full disk, {name}: {sizes} sizes, {failed} too small: exit 4 each time, complete and the same after the next run"
        ));
    }
}

/// Whether the disk was too small; if so, the error says so, and it is no bug of ours.
#[track_caller]
fn is_clean(when: &str, ended: &Ended, code: i32) -> bool {
    assert!(!ended.stderr.contains("panicked"), "{when}: {}", ended.stderr);
    if ended.code() == code {
        return false;
    }
    assert_eq!(ended.code(), 4, "{when}: {}", ended.stderr);
    true
}

/// A drill that is released, in the folder `ready`.
fn drill() -> Home {
    let home = Home::new();
    home.run(&format!("drill ready --people {} --seed 9 --quiet", quick_or_full(300, 1_000))).exits(0);
    assert!(home.run("approve ready --by Ada --role counsel --accept-stale test --quiet").code() <= 1);
    assert!(home.run("release ready --by Ben --quiet").code() <= 1);
    home
}

#[test]
fn a_render_is_completed() {
    let home = drill();
    let work = Work { home: &home, command: "render disk/incident --out disk/out --as both --quiet" };
    let (before, most, code, disk) = work.measure();
    let calm = home.files("disk/out");
    drop(disk);
    work.on_disks("render", (before, most), code, &mut |filled| same(&filled.when, &home.files("disk/out"), &calm));
}

#[test]
fn an_export_is_completed() {
    let home = drill();
    let work = Work { home: &home, command: "export disk/incident --out disk/out --quiet" };
    let files = || {
        let files = home.files("disk/out");
        assert!(files.keys().any(|name| name.ends_with(".done")));
        // The done-file says where the ledger was, which says when.
        files.into_iter().filter(|(name, _)| !name.ends_with(".done")).collect::<BTreeMap<_, _>>()
    };
    let (before, most, code, disk) = work.measure();
    let (calm, left) = (files(), events(&home, "export"));
    drop(disk);
    work.on_disks("export", (before, most), code, &mut |filled| {
        same(&filled.when, &files(), &calm);
        assert_eq!(events(&home, &filled.when), left, "{}", filled.when);
    });
}

#[test]
fn a_report_is_received_once() {
    let home = drill();
    assert!(home.run("export ready --out out --quiet").code() <= 1);
    let index = home.files("out").into_keys().find(|name| name.ends_with("pieces.csv")).unwrap();
    let mut report = "piece_id,attempt,status,mail_date\n".to_owned();
    for row in rows(&home.read(&format!("out/{index}"))) {
        report.push_str(&format!("{},1,mailed,2026-11-02\n", row["piece_id"]));
    }
    home.write("report.csv", &report);
    let work = Work { home: &home, command: "receive disk/incident production report.csv --quiet" };
    let (before, most, code, disk) = work.measure();
    let received = events(&home, "receive");
    assert!(received.iter().filter(|event| event.starts_with("mailed")).count() > 200);
    drop(disk);
    work.on_disks("receive", (before, most), code, &mut |filled| assert_eq!(events(&home, &filled.when), received, "{}", filled.when));
}

#[test]
fn a_send_is_completed_and_nothing_goes_twice() {
    let people = quick_or_full(150, 600);
    let server = Server::start();
    let home = post::released(people, &server, "");
    home.copy("incident", "ready");
    let work = Work { home: &home, command: "send disk/incident --quiet" };
    let (before, most, code, disk) = work.measure();
    drop(disk);
    assert_eq!((code, server.count()), (0, people));
    let (mut rounds, mut uncertain) = (1, 0);
    let mut known = accepted(&server);
    work.on_disks("send", (before, most), code, &mut |filled| {
        rounds += 1;
        let taken = accepted(&server);
        let now = |piece: &String| taken.get(piece).copied().unwrap_or(0) - known.get(piece).copied().unwrap_or(0);
        let mut books = Books::open(&home, "disk/incident", &Place::folder());
        books.hold();
        let (sent, unknown) = (books.pieces_in(EventKind::Sent), books.pieces_in(EventKind::Uncertain));
        assert_eq!(sent.len() + unknown.len(), people, "{}: nobody is lost", filled.when);
        assert!(sent.iter().all(|piece| now(piece) == 1), "{}: what counts as sent was accepted once", filled.when);
        assert!(unknown.iter().all(|piece| now(piece) <= 1), "{}: nothing goes twice", filled.when);
        assert!(filled.failed || unknown.is_empty(), "{}", filled.when);
        uncertain += unknown.len();
        known = taken;
        let _still_there = &filled.disk;
    });
    figure(&format!("full disk, send: {} messages in {rounds} rounds, 0 accepted twice, 0 lost, {uncertain} uncertain", server.count()));
}

/// Every event of the ledger on the disk, without when it was: the same work leaves the same.
fn events(home: &Home, when: &str) -> Vec<String> {
    let ledger = rusqlite::Connection::open(home.path("disk/incident/ledger.sqlite")).unwrap();
    let query = "SELECT kind || ' ' || coalesce(piece, '') || ' ' || attempt || ' ' || job || ' ' || hex(coalesce(digest, '')) FROM event
        WHERE kind <> 'checkpoint' ORDER BY ordinal";
    let mut query = ledger.prepare(query).unwrap_or_else(|error| panic!("{when}: {error}"));
    query.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

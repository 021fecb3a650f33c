//! What is promised of crashes, faults and full disks, measured: each test fails when a promise breaks, and prints its figure.
//!
//! Quick by default; with `BREACHNOTICE_TEST_FULL=1` as often as the promise is worth. Moments of kills come from a seed and from how
//! long an undisturbed run takes on this machine: nothing here depends on how fast that is.

mod books; // what a ledger says
mod canary; // patient data where it has to stand, and nowhere else
mod disk; // one that fills up
mod edits; // of the ledger and of packages
pub(crate) mod evidence; // and what is done to it
mod faults; // of a mail server, and what the ledger says then
mod full_disk; // every command on one
mod killed_database; // kill -9 of PostgreSQL
mod killed_exports; // kill -9 of `export`
mod killed_renders; // kill -9 of `render`
mod killed_reports; // kill -9 of `report`
mod killed_sends; // kill -9 of `send`
pub(crate) mod ledgers; // in the folder and in PostgreSQL
mod post; // incidents of e-mails
mod server; // a mail server that remembers
mod two_sends; // at once on one ledger
mod workers; // of one PostgreSQL ledger, killed

use crate::harness::{Home, Running};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Longer than anything takes on a machine that is not broken.
const PATIENCE: Duration = Duration::from_secs(900);

/// How often something is tried: the second number is for `BREACHNOTICE_TEST_FULL=1`.
fn quick_or_full(quick: usize, full: usize) -> usize {
    if std::env::var("BREACHNOTICE_TEST_FULL").is_ok_and(|value| value == "1") { full } else { quick }
}

/// Says a figure, where `cargo test` shows it with `--nocapture`.
#[allow(clippy::print_stderr, reason = "figures are what these tests are for")]
fn figure(text: &str) {
    eprintln!("figure: {text}");
}

/// Chance from a seed.
struct Chance(ChaCha8Rng);

impl Chance {
    fn seeded(seed: u64) -> Chance {
        Chance(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below a limit, which is at least 1.
    fn below(&mut self, limit: usize) -> usize {
        (self.0.next_u64() % limit as u64) as usize
    }
}

/// Kills spread over the time that a command takes: each at a random moment of its own part, all of them together everywhere.
struct Kills {
    chance: Chance,
    /// How long the command takes: as measured first, or less when it turns out to be faster.
    run: Duration,
    /// How many there are.
    of: usize,
    /// Commands that were at work when they were killed.
    at_work: usize,
}

impl Kills {
    fn new(seed: u64, run: Duration, of: usize) -> Kills {
        Kills { chance: Chance::seeded(seed), run, of, at_work: 0 }
    }

    /// Kills number `part`; one that ends before its moment is run again, and killed earlier.
    fn kill(&mut self, part: usize, start: &dyn Fn() -> Running) {
        for _ in 0..5 {
            let within = self.chance.below(1_000_000) as u32;
            let moment = self.run * part as u32 / self.of as u32 + self.run / self.of as u32 * within / 1_000_000;
            let (begun, mut running) = (Instant::now(), start());
            while begun.elapsed() < moment && !running.is_over() {
                std::thread::sleep(Duration::from_micros(200));
            }
            let took = begun.elapsed();
            if running.kill() {
                self.at_work += 1;
                return;
            }
            self.run = self.run.min(took);
        }
    }
}

/// Waits for something that has to come.
#[track_caller]
fn wait_until(what: &str, mut come: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !come() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Demands that two sets of files are the same, naming those that are not.
#[track_caller]
fn same(what: &str, found: &BTreeMap<String, Vec<u8>>, expected: &BTreeMap<String, Vec<u8>>) {
    let names = found.keys().chain(expected.keys());
    let differing: Vec<&String> = names.filter(|name| found.get(*name) != expected.get(*name)).collect();
    assert!(differing.is_empty(), "{what}: {} files differ: {:?}", differing.len(), &differing[..differing.len().min(5)]);
}

/// Whether a path ends in a name that `files` gives what it has not finished.
fn is_unfinished(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap();
    [".breachnotice-", ".drill-"].iter().any(|begins| name.starts_with(begins)) || name.ends_with(".partial")
}

/// Removes the ledger of an incident folder.
fn forget(home: &Home, incident: &str) {
    for file in ["", "-wal", "-shm", ".lock"] {
        home.remove(&format!("{incident}/ledger.sqlite{file}"));
    }
}

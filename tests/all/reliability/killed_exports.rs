//! `export`, killed at any moment: a package that is declared done is whole, one that is not is completed or built again, and the ledger
//! and the packages name the same pieces, each once.

use super::{Kills, figure, forget, is_unfinished, quick_or_full, same, wait_until};
use crate::harness::{Home, rows};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

type Files = BTreeMap<String, Vec<u8>>;

const EXPORT: &str = "export killed --out out --quiet";

#[test]
fn every_piece_leaves_in_one_whole_package() {
    let (kills, people) = (quick_or_full(6, 200), quick_or_full(400, 2_000));
    let home = Home::new();
    home.run(&format!("drill killed --people {people} --seed 6 --quiet")).exits(0);
    assert!(home.run("approve killed --by Ada --role counsel --accept-stale test --quiet").code() <= 1);
    assert!(home.run("release killed --by Ben --quiet").code() <= 1);
    home.copy("killed", "released");
    let begun = Instant::now();
    let code = home.run(EXPORT).code();
    let run = begun.elapsed();
    assert!([0, 1].contains(&code));
    let calm = files(&home);
    let pieces = exported(&home);

    let mut all = Kills::new(12, run, kills);
    let (mut done, mut there) = (0, 0);
    for kill in 0..kills {
        kill_somewhere(&home, &mut all, kill);
        done += packages(&home).iter().filter(|name| home.path(&format!("out/{name}.done")).exists()).count();
        there += packages(&home).len();
        done_ones_are_whole(&home);
        home.run(EXPORT).exits(code);
        done_ones_are_whole(&home);
        same(&format!("after kill {kill}"), &files(&home), &calm);
        assert_eq!(exported(&home), pieces, "the ledger after kill {kill}");
        assert_eq!(in_done_packages(&home), pieces, "the packages after kill {kill}");
    }
    assert!(all.at_work > kills / 2, "only {} of {kills} were killed at work", all.at_work);
    figure(&format!(
        "killed exports: {} of {kills} killed at work; {there} packages stood there after kills, {done} of them declared done and whole; of {} \
         pieces 0 lost, 0 in two packages after the next run",
        all.at_work,
        pieces.len()
    ));
}

/// Kills at a moment of the run, or, every third time, just when the package takes its place and the ledger hears of it.
fn kill_somewhere(home: &Home, all: &mut Kills, kill: usize) {
    let start = || {
        forget(home, "killed");
        home.remove("out").copy("released", "killed").start(EXPORT)
    };
    if !kill.is_multiple_of(3) {
        return all.kill(kill, &start);
    }
    let mut export = start();
    wait_until("the package", || !packages(home).is_empty() || export.is_over());
    // Most of them before the ledger has heard of it, some when everything is done.
    std::thread::sleep(Duration::from_micros(all.chance.below(160).pow(2) as u64));
    all.at_work += usize::from(export.kill());
}

/// Names of the packages in the output folder, done or not.
fn packages(home: &Home) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(home.path("out")) else { return Vec::new() };
    let folders = entries.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| !name.starts_with('.')).collect()
}

/// As the mail house checks them: with its own tools.
#[track_caller]
fn done_ones_are_whole(home: &Home) {
    for name in packages(home) {
        let done = home.path(&format!("out/{name}.done"));
        if done.exists() {
            sums_hold(home, "out", &format!("{name}.done"));
            sums_hold(home, &format!("out/{name}"), "SHA256SUMS");
        }
    }
}

#[track_caller]
fn sums_hold(home: &Home, folder: &str, list: &str) {
    let path = home.path(folder);
    crate::harness::tool("env", &["-C", path.to_str().unwrap(), "sha256sum", "--strict", "--quiet", "-c", list]);
}

/// All files of the output folder but the done-files, which say when they were made; nothing unfinished is among them.
#[track_caller]
fn files(home: &Home) -> Files {
    let files = home.files("out");
    let unfinished: Vec<&String> = files.keys().filter(|name| is_unfinished(name) || name.contains(".partial/")).collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
    files.into_iter().filter(|(name, _)| !name.ends_with(".done")).collect()
}

/// Pieces that left, as the ledger has it; none left twice.
#[track_caller]
fn exported(home: &Home) -> BTreeSet<String> {
    let ledger = rusqlite::Connection::open(home.path("killed/ledger.sqlite")).unwrap();
    let mut query = ledger.prepare("SELECT piece FROM event WHERE kind = 'exported'").unwrap();
    let pieces = query.query_map((), |row| Ok(format!("{:07}", row.get::<_, u32>(0)?))).unwrap();
    once(pieces.map(Result::unwrap))
}

/// Pieces in all packages that are declared done; none is in two.
#[track_caller]
fn in_done_packages(home: &Home) -> BTreeSet<String> {
    let done = packages(home).into_iter().filter(|name| home.path(&format!("out/{name}.done")).exists());
    once(done.flat_map(|name| rows(&home.read(&format!("out/{name}/pieces.csv")))).map(|row| row["piece_id"].clone()))
}

#[track_caller]
fn once(pieces: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for piece in pieces {
        assert!(all.insert(piece.clone()), "piece {piece} twice");
    }
    assert!(!all.is_empty());
    all
}

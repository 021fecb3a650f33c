//! `report`, killed at any moment while it takes the place of an earlier one: one of the two stands there, whole.

use super::{Kills, figure, quick_or_full, same, wait_until};
use crate::harness::Home;
use std::time::{Duration, Instant};

#[test]
fn a_whole_report_stands_there_whenever_the_next_is_killed() {
    let (kills, people) = (quick_or_full(6, 100), quick_or_full(300, 1_000));
    let home = Home::new();
    home.run(&format!("drill calm --people {people} --seed 5 --quiet")).exits(0);
    assert!([0, 1].contains(&home.run("render calm --out calm-out --quiet").code()));
    let write = |out: &str, day: &str| format!("report calm --out {out} --as-of {day} --quiet");
    let days = ["2026-12-20", "2026-12-21"];
    let begun = Instant::now();
    home.run(&write("first", days[0])).exits(1);
    let run = begun.elapsed();
    home.run(&write("second", days[1])).exits(1);
    let wholes = ["first", "second"].map(|out| home.files(out));
    assert!(wholes[0] != wholes[1]);

    home.run(&write("out", days[0])).exits(1);
    let (mut stands, mut replaced) = (0, 0);
    let mut all = Kills::new(17, run, kills);
    for kill in 0..kills {
        let wanted = 1 - stands;
        kill_somewhere(&home, &mut all, kill, &write("out", days[wanted]));
        let found = home.files("out");
        if found == wholes[wanted] {
            stands = wanted;
            replaced += 1;
        }
        same(&format!("after kill {kill}"), &found, &wholes[stands]);
    }
    home.run(&write("out", days[1])).exits(1);
    same("at last", &home.files("out"), &wholes[1]);
    home.lacks(".out.partial");
    assert!(all.at_work > kills / 3, "only {} of {kills} were killed at work", all.at_work);
    figure(&format!(
        "killed reports: {} of {kills} killed at work; after each a whole report stood there, the new one {replaced} times",
        all.at_work
    ));
}

/// Kills at a moment of the run, or, every second time, when the new report is whole and is about to take its place.
fn kill_somewhere(home: &Home, all: &mut Kills, kill: usize, report: &str) {
    if kill.is_multiple_of(2) {
        return all.kill(kill, &|| home.start(report));
    }
    let whole = home.remove(".out.partial").path(".out.partial/report.json");
    let mut running = home.start(report);
    wait_until("the new report", || whole.exists() || running.is_over());
    // Some of them before it stands there, some while the earlier one goes.
    std::thread::sleep(Duration::from_micros(all.chance.below(30).pow(2) as u64));
    all.at_work += usize::from(running.kill());
}

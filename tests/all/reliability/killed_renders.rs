//! `render`, killed at any moment: what has its final name is whole, and the next run makes everything, with the same bytes.

use super::{Kills, figure, forget, is_unfinished, quick_or_full, same};
use crate::harness::Home;
use std::collections::BTreeMap;
use std::time::Instant;

type Files = BTreeMap<String, Vec<u8>>;

/// What kills did, added up.
#[derive(Default)]
struct Tally {
    whole: usize,
    unfinished: usize,
}

#[test]
fn nothing_is_lost_or_torn() {
    let (kills, people) = (quick_or_full(6, 200), quick_or_full(500, 2_000));
    let home = Home::new();
    home.run(&format!("drill calm --people {people} --seed 5 --quiet")).exits(0);
    home.copy("calm", "killed");
    let begun = Instant::now();
    let ended = home.run("render calm --out calm-out --as both --quiet");
    let run = begun.elapsed();
    let code = ended.code();
    assert!([0, 1].contains(&code), "{}", ended.stderr);
    let calm = home.files("calm-out");
    let letters = calm.keys().filter(|name| name.starts_with("letters/")).count();
    assert!(letters > people / 2);

    let (mut tally, mut all) = (Tally::default(), Kills::new(11, run, kills));
    for kill in 0..kills {
        let start = || {
            // Half of them meet a ledger that knows everybody already, the others one that is just being made.
            if kill.is_multiple_of(2) {
                forget(&home, "killed");
            }
            home.remove("out").start("render killed --out out --as both --quiet")
        };
        all.kill(kill, &start);
        tally.look(&home, &calm);
        home.run("render killed --out out --as both --quiet").exits(code);
        same(&format!("after kill {kill}"), &home.files("out"), &calm);
    }
    assert!(all.at_work > kills / 2, "only {} of {kills} were killed at work", all.at_work);
    figure(&format!(
        "killed renders: {} of {kills} killed at work; of {letters} letters 0 lost, 0 torn, same bytes; {} whole files and {} unfinished ones \
         were there after kills, 0 unfinished ones after the next run",
        all.at_work, tally.whole, tally.unfinished
    ));
}

impl Tally {
    /// Every file under its final name is whole.
    fn look(&mut self, home: &Home, calm: &Files) {
        if !home.path("out").exists() {
            return;
        }
        for (name, bytes) in home.files("out") {
            if is_unfinished(&name) {
                self.unfinished += 1;
            } else {
                self.whole += 1;
                assert!(calm.get(&name) == Some(&bytes), "{name} is torn");
            }
        }
    }
}

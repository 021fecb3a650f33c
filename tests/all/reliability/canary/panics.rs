//! A build that panics on purpose: in each stage, with a patient's data at hand. Nothing of it is told or left, nothing half-written stands
//! under a name of ours, and the same command works when it is not told to.

use super::super::server::Server;
use super::super::{figure, is_unfinished, wait_until};
use super::kills::states;
use super::{Watch, everything_below, tells_nothing};
use std::collections::BTreeMap;

/// A stage, the state of the folder `killed` that a command works in, and the command. What it writes stands below `k`.
const STAGES: [(&str, &str, &str); 17] = [
    ("intake", "new", "check killed --out k/checked --findings k/findings.csv"),
    ("recipients", "new", "check killed --out k/checked --findings k/findings.csv"),
    ("obligations", "new", "plan killed --ics k/calendar.ics --memo k/memo"),
    ("compose", "ready", "render killed --out k/out --as both --archive --limit 3"),
    ("typeset", "ready", "render killed --out k/out --as both --archive --limit 3"),
    ("pdf", "ready", "render killed --out k/out --as both --archive --limit 3"),
    ("prove", "ready", "render killed --out k/out --as both --archive --limit 3"),
    ("ledger", "ready", "render killed --out k/out --as both --archive --limit 3"),
    ("deliver mailhouse", "ready", "render killed --out k/out --limit 3"),
    ("tables", "broken", "check killed --out k/checked"),
    ("review", "sealed", "release killed --by Ben"),
    ("ledger", "sealed", "release killed --by Ben"),
    ("pdf", "ready", "export killed --out k/package"),
    ("deliver mailhouse", "ready", "export killed --out k/package"),
    ("deliver email", "ready", "send killed --dry-run"),
    ("deliver email", "ready", "send killed"),
    ("deliver email connection", "ready", "send killed --connections 1"),
];
const REPORT: (&str, &str, &str) = ("report", "gone", "report killed --out k/report");

#[test]
fn whoever_panics_gives_nothing_away() {
    let server = Server::start();
    let mut watch = states(&server);
    watch.copy("new", "broken");
    let rows = watch.home.read("broken/patients.csv");
    watch.write("broken/patients.csv", &rows.replacen("49684", "ZAQVIX", 2));
    for (stage, state, command) in STAGES.into_iter().chain([REPORT]) {
        let (code, calm) = undisturbed(&mut watch, state, command);
        set_out(&mut watch, state);
        watch.home.set("BREACHNOTICE_PANIC_AT", stage);
        let mut running = watch.start(command);
        wait_until("the end of a command that panicked", || running.is_over());
        let ended = running.wait();
        watch.home.unset("BREACHNOTICE_PANIC_AT");
        tells_nothing(command, &ended);
        let when = format!("{stage} in `{command}`");
        assert_eq!(ended.code(), 70, "{when}: {}", ended.stderr);
        // What the stage's own type shows of what it holds was on stderr, and told nothing.
        let ended = ended.says(&format!("{stage} holds ")).says("the program stopped at ");
        assert!(ended.stdout.is_empty(), "{when}: {}", ended.stdout);
        watch.look_at(&["killed", "k", "temporary"]);
        nothing_is_torn(&watch, &when, &calm);
        watch.run(command).exits(code);
        assert_eq!(names(&written(&watch)), names(&calm), "{when}, and again");
    }
    let stages: std::collections::BTreeSet<&str> = STAGES.iter().chain([&REPORT]).map(|(stage, ..)| *stage).collect();
    figure(&format!(
        "panics on purpose: {} in {} stages, each with exit 70, 0 told anything, 0 left anything torn; every command worked afterwards",
        STAGES.len() + 1,
        stages.len()
    ));
}

/// What stands below `k`, by its path.
type Written = BTreeMap<String, Vec<u8>>;

fn written(watch: &Watch) -> Written {
    let top = watch.home.path("k");
    let files = everything_below(&top).into_iter().filter(|path| path.is_file());
    files.map(|path| (path.strip_prefix(&top).unwrap().display().to_string(), std::fs::read(&path).unwrap())).collect()
}

fn names(written: &Written) -> Vec<&String> {
    written.keys().collect()
}

/// Runs a command that is not told to panic: its exit code, and what it writes.
fn undisturbed(watch: &mut Watch, state: &str, command: &str) -> (i32, Written) {
    set_out(watch, state);
    let code = watch.run(command).code();
    (code, written(watch))
}

fn set_out(watch: &mut Watch, state: &str) {
    watch.remove("killed");
    watch.remove("k");
    watch.copy(state, "killed");
}

/// Whatever stands under its own name is what stands there when nothing goes wrong; only a report is made in a folder beside its own.
#[track_caller]
fn nothing_is_torn(watch: &Watch, when: &str, calm: &Written) {
    for (name, bytes) in written(watch).iter().filter(|(name, _)| !name.starts_with(".report.partial/")) {
        assert!(!is_unfinished(name), "{when} leaves {name}");
        assert!(calm.get(name) == Some(bytes), "{when} leaves {name}, which is torn");
    }
}

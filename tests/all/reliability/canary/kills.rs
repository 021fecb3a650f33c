//! Every command that writes, ended by a signal at any moment: what it leaves is for its owner alone, and says nothing to others.

use super::super::server::{Act, At, Server};
use super::super::{figure, quick_or_full};
use super::course::write_what_comes_back;
use super::{Watch, tells_nothing};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// Each works in the folder `killed`, which is a copy of that of another: of the sample, of one that is released, or of one whose letters
/// left. A command that is added to the program gets its line here.
const WRITING: [(&str, &str); 17] = [
    ("new", "check killed --out k/checked --findings k/findings.csv"),
    ("new", "plan killed --ics k/calendar.ics --memo k/memo"),
    ("new", "preview killed --out k/previews"),
    ("new", "approve killed --by Ada --role counsel --accept-stale test"),
    ("new", "init k/made"),
    ("new", "drill k/drill --people 3000 --seed 4"),
    ("sealed", "release killed --by Ben"),
    ("ready", "render killed --out k/out --as both --archive"),
    ("ready", "export killed --out k/package"),
    ("ready", "export killed --addresses k/asked.csv"),
    ("ready", "send killed --dry-run"),
    ("ready", "send killed --despite-failures"),
    ("gone", "receive killed production mailed.csv"),
    ("gone", "receive killed returns returns.csv"),
    ("gone", "receive killed bounces bounces.mbox"),
    ("gone", "report killed --out k/report"),
    ("gone", "status killed"),
];

/// Where these commands write.
const AT_WORK: [&str; 3] = ["killed", "k", "temporary"];

const SIGNALS: [Signal; 4] = [Signal::KILL, Signal::TERM, Signal::INT, Signal::ABORT];

#[test]
fn whoever_is_killed_gives_nothing_away() {
    let server = Server::faulty(At::Rcpt, Act::Say("550 5.1.1 <zaqvix.aa@post.example> unknown here"));
    let mut watch = states(&server);
    let (moments, mut killed) = (quick_or_full(1, 40), 0);
    for (command, (state, line)) in WRITING.into_iter().enumerate() {
        let run = undisturbed(&mut watch, state, line);
        for moment in 0..moments {
            let signal = SIGNALS[(command + moment) % SIGNALS.len()];
            killed += usize::from(end_at(&mut watch, (state, line), run * (2 * moment as u32 + 1) / (2 * moments as u32), signal));
        }
        watch.run(line);
        watch.look_at(&AT_WORK);
    }
    let started = WRITING.len() * moments;
    assert!(killed > started / 3, "only {killed} of {started} were at work");
    figure(&format!(
        "canaries, killed: {} commands that write, {killed} of {started} ended at work by {} signals; nothing told, nothing left but what is \
         for its owner alone",
        WRITING.len(),
        SIGNALS.len()
    ));
}

/// A home with a folder for each state.
pub(super) fn states(server: &Server) -> Watch {
    let mut watch = Watch::new();
    watch.home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &server.url());
    watch.copy("lakeside", "new");
    watch.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    watch.copy("lakeside", "sealed");
    watch.run("release lakeside --by Ben").exits(0);
    watch.copy("lakeside", "ready");
    watch.run("export lakeside --out package").exits(0);
    watch.run("send lakeside --despite-failures");
    watch.copy("lakeside", "gone");
    let pieces: Vec<String> = watch.home.records_of_pieces("lakeside").into_keys().collect();
    write_what_comes_back(&mut watch, &pieces);
    watch
}

/// How long a command takes that is not disturbed.
fn undisturbed(watch: &mut Watch, state: &str, line: &str) -> Duration {
    set_out(watch, state);
    let begun = Instant::now();
    watch.run(line);
    begun.elapsed()
}

fn set_out(watch: &mut Watch, state: &str) {
    watch.remove("killed");
    watch.remove("k");
    watch.copy(state, "killed");
}

/// Ends a command at a moment; whether it was still at work.
fn end_at(watch: &mut Watch, (state, line): (&str, &str), moment: Duration, signal: Signal) -> bool {
    set_out(watch, state);
    let mut running = watch.start(line);
    std::thread::sleep(moment);
    let at_work = !running.is_over();
    running.signal(signal);
    tells_nothing(line, &running.wait());
    watch.look_at(&AT_WORK);
    at_work
}

//! Memory holds patients from the first row on: no command leaves a dump of it, whatever the system would keep.

use super::super::server::Server;
use super::super::wait_until;
use super::{Watch, everything_below, figure};
use crate::harness::Running;
use rustix::process::Signal;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Signals that make a system dump what is in memory.
const DUMPING: [Signal; 4] = [Signal::ABORT, Signal::SEGV, Signal::QUIT, Signal::BUS];
/// Lets everything be dumped that wants to.
const UNLIMITED: &str = "ulimit -c unlimited";

#[test]
fn no_command_leaves_a_core_dump() {
    let server = Server::start();
    let mut watch = Watch::new();
    watch.home.edit("lakeside/incident.toml", "smtp://127.0.0.1:2525", &server.url());
    watch.run("approve lakeside --by Ada --role counsel --accept-stale test").exits(0);
    watch.run("release lakeside --by Ben").exits(0);
    watch.copy("lakeside", "ready");
    watch.home.before(UNLIMITED);
    let before = cores(&watch);
    for (number, signal) in DUMPING.into_iter().enumerate() {
        let folder = format!("dumped{number}");
        watch.copy("ready", &folder);
        let (accepted, mut sending) = (server.count(), hold(&mut watch, &server, &format!("send {folder}")));
        wait_until("the message that is held", || server.count() > accepted || sending.is_over());
        assert!(!sending.is_over(), "there is a patient's message in memory");
        let limits = std::fs::read_to_string(format!("/proc/{}/limits", sending.id())).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
        // The first of some only takes away the handler that tells stacks which overflow.
        wait_until("the end", || {
            sending.signal(signal);
            sending.is_over()
        });
        assert!(!sending.leaves_core(), "{signal:?} left a core dump");
        server.hold(false);
    }
    assert_eq!(cores(&watch), before);
    watch.look();
    let others = if others_dump() { "one of another program does" } else { "none of any program does on this system" };
    figure(&format!("core dumps: {} signals with a message in memory, 0 leave a dump ({others})", DUMPING.len()));
}

/// Starts a command whose message is never acknowledged.
fn hold(watch: &mut Watch, server: &Server, command: &str) -> Running {
    server.hold(true);
    watch.start(command)
}

fn cores(watch: &Watch) -> Vec<PathBuf> {
    let named = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core"));
    everything_below(&watch.home.path("")).into_iter().filter(named).collect()
}

/// Whether this system dumps a program that does nothing against it.
fn others_dump() -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("{UNLIMITED} && kill -ABRT $$")]).current_dir(folder.path()).stdin(Stdio::null());
    shell.status().unwrap().core_dumped()
}

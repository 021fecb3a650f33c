//! The whole program on a drill of 20,000 people: `cargo bench --bench press [-- PEOPLE]`.
//!
//! Reports letters per second of CPU time (user and system, of all threads), letters per second of wall time, peak memory
//! and bytes per letter, for the print stream and for one file each. Everything is on: marks, tags, proof, ledger, tables.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a measurement, printed for a person"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use wait4::Wait4;

const PROGRAM: &str = env!("CARGO_BIN_EXE_breachnotice");

/// What one run of the program took.
struct Taken {
    cpu: f64,
    wall: f64,
    peak_megabytes: f64,
}

fn run(arguments: &[&str]) -> Taken {
    let begun = Instant::now();
    let child = Command::new(PROGRAM).args(arguments).arg("--quiet").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let done = child.wait4().unwrap();
    assert!(matches!(done.status.code(), Some(0 | 1)), "{arguments:?} ended with {:?}", done.status);
    let cpu = (done.rusage.utime + done.rusage.stime).as_secs_f64();
    Taken { cpu, wall: begun.elapsed().as_secs_f64(), peak_megabytes: done.rusage.maxrss as f64 / 1e6 }
}

fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| if entry.path().is_dir() { bytes_below(&entry.path()) } else { entry.metadata().unwrap().len() }).sum()
}

fn main() {
    let people = std::env::args().skip(1).find_map(|argument| argument.parse::<u64>().ok()).unwrap_or(20_000);
    let home = tempfile::tempdir().unwrap();
    let drill = home.path().join("drill").display().to_string();
    run(&["drill", &drill, "--people", &people.to_string(), "--seed", "7"]);
    println!("{:<10} {:>9} {:>12} {:>11} {:>8} {:>14}", "form", "letters", "per CPU s", "per wall s", "peak MB", "bytes/letter");
    for form in ["stream", "letters"] {
        let out = home.path().join(form);
        let taken = run(&["render", &drill, "--out", &out.display().to_string(), "--as", form]);
        let summary: serde_json::Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
        let letters = summary["written"].as_f64().unwrap();
        let bytes = bytes_below(&out.join(form)) as f64 / letters;
        let (cpu, wall) = (letters / taken.cpu, letters / taken.wall);
        println!("{form:<10} {letters:>9} {cpu:>12.0} {wall:>11.0} {:>8.0} {bytes:>14.0}", taken.peak_megabytes);
        fs::remove_dir_all(&out).unwrap();
    }
}

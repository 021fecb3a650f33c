//! `cargo fuzz run list`: whatever bytes a list has, it is read or refused with findings.
//!
//! Without cargo-fuzz and a nightly compiler, the same from this folder:
//!
//! ```text
//! RUSTC_BOOTSTRAP=1 RUSTFLAGS="--cfg fuzzing -Zsanitizer=address -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
//!   -Cllvm-args=-sanitizer-coverage-trace-compares" cargo build --release --target x86_64-unknown-linux-gnu
//! target/x86_64-unknown-linux-gnu/release/list CORPUS ../sample_data/lakeside -max_total_time=300
//! ```

#![no_main]

use breachnotice::error::Kind;
use breachnotice::incident::{self, Incident};
use breachnotice::intake;
use breachnotice::rules::Rules;
use libfuzzer_sys::fuzz_target;
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

/// The sample incident in a folder of its own, in which the list is replaced again and again.
static DESK: LazyLock<(TempDir, Incident)> = LazyLock::new(|| {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sample_data/lakeside");
    let rules = Rules::load().expect("the rules load");
    let (mut incident, _) = incident::load(&sample, &rules).expect("the sample loads");
    let folder = tempfile::tempdir().expect("there is room for a folder");
    incident.folder = folder.path().to_owned();
    (folder, incident)
});

fuzz_target!(|bytes: &[u8]| {
    let (folder, incident) = &*DESK;
    std::fs::write(folder.path().join(&incident.lists[0].file), bytes).expect("the list can be written");
    if let Err(error) = intake::read(incident) {
        assert!(error.kind == Kind::Refused && !error.findings.is_empty());
    }
});
